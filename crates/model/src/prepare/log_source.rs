//! Log sources (ログの収集元).

use crate::identify::{Importance, system::System};
use crate::*;

/// Where logs come from.
#[derive(Debug, Clone, Register)]
#[register(
    id = "log_source",
    wing = Prepare,
    menu = 3,
    ja = "ログの収集元",
    en = "Log source",
    question_ja = "どのログが、いまも届いていますか",
    question_en = "Which logs still arrive?",
    about_ja = "機器やサービスごとのログと、最後に届いた時刻を登録します。途絶えると知らせます。",
    about_en = "Logs by device or service, with the time they last arrived. Silence is noticed.",
    purpose_ja = "監視の空白に気づき、証拠を失わないために使います。",
    purpose_en = "So that gaps in watching are noticed and no evidence is lost.",
    sort = "name",
    meets = ["NI-254"]
)]
pub struct LogSource {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// System.
    #[field(ja = "対象システム", en = "System", list)]
    pub system: Option<Ref<System>>,
    /// Importance.
    #[field(ja = "重要度", en = "Importance", list)]
    pub importance: Option<Importance>,
    /// Kinds of log.
    #[field(ja = "ログの種類", en = "Kinds of log", search)]
    pub kinds: Option<String>,
    /// Retention in days.
    #[field(ja = "保存日数", en = "Kept (days)", list)]
    pub retention_days: Option<i64>,
    /// Silence limit.
    #[field(ja = "途絶とみなす時間（分）", en = "Silence limit (minutes)")]
    pub silence: Option<Minutes>,
    /// Last arrival.
    #[field(ja = "最後に届いた日時", en = "Last arrival", list)]
    pub last_seen_at: Option<Time>,
}

/// Rules of log sources.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "log_source.silent",
    register: "log_source",
    label: Text::new("重要なログが途絶えていない", "Important logs have not fallen silent"),
    why: Text::new(
        "ログが止まると、攻撃に気づけず証拠も残りません。",
        "When logs stop, attacks go unseen and leave no evidence.",
    ),
    mend: Text::new(
        "収集元の機器と経路を確かめてください。届けば自動で消えます。",
        "Check the source and the path; the finding goes when logs arrive.",
    ),
    severity: Severity::Serious,
    inputs: &[Input::All("setting")],
    tells: &["security_manager", "csirt"],
    check: |c| {
        let Some(seen) = c.me.time("last_seen_at") else { return Verdict::ok() };
        let minutes = c.me.int("silence").unwrap_or_else(|| c.settings.int("log.silence_minutes"));
        let limit = seen.plus(minutes * MINUTE);
        if c.now < limit {
            return Verdict::ok().check_at(limit);
        }
        let words = |lang| {
            let silent = c.now.since(seen) / MINUTE;
            (validate::minutes(silent, lang), validate::minutes(minutes, lang))
        };
        let ((silent_ja, limit_ja), (silent_en, limit_en)) = (words(Lang::Ja), words(Lang::En));
        Verdict::finding(
            "last_seen_at",
            format!("{silent_ja}ログが届いていません（上限 {limit_ja}）。"),
            format!("No log for {silent_en} (limit {limit_en})."),
        )
        .check_at(c.now.plus(HOUR))
    },
    meets: &["NI-254"],
}];
