//! Indicators (痕跡・対象機器): addresses, files, accounts and hosts of a case, each with a state.

use super::{incident::Incident, indicator_text, message::Tlp};
use crate::*;

/// What kind of trace or object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum IndicatorKind {
    /// IP address or network.
    #[choice(ja = "IPアドレス", en = "IP address")]
    Ip,
    /// Domain.
    #[choice(ja = "ドメイン", en = "Domain")]
    Domain,
    /// Web address.
    #[choice(ja = "URL", en = "URL")]
    Url,
    /// Hash of a file.
    #[choice(ja = "ハッシュ値", en = "Hash")]
    Hash,
    /// Mail address.
    #[choice(ja = "メールアドレス", en = "Mail address")]
    Mail,
    /// File name or path.
    #[choice(ja = "ファイル名", en = "File name")]
    File,
    /// Account.
    #[choice(ja = "アカウント", en = "Account")]
    Account,
    /// Host or device.
    #[choice(ja = "ホスト・端末", en = "Host")]
    Host,
}

/// What is known of it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum IndicatorState {
    /// Suspected.
    #[choice(ja = "疑い", en = "Suspected", tone = "caution")]
    Suspected,
    /// Confirmed as part of the attack.
    #[choice(ja = "確認済み", en = "Confirmed", tone = "danger")]
    Confirmed,
    /// Blocked.
    #[choice(ja = "遮断済み", en = "Blocked", tone = "warning")]
    Blocked,
    /// Cleaned.
    #[choice(ja = "駆除済み", en = "Cleaned", tone = "good")]
    Cleaned,
    /// Looked at and clean.
    #[choice(ja = "問題なし", en = "Clean", tone = "good")]
    Clean,
}

/// An indicator.
#[derive(Debug, Clone, Register)]
#[register(
    id = "indicator",
    wing = Respond,
    menu = 12,
    ja = "痕跡・対象機器",
    en = "Indicator",
    question_ja = "どのアドレス・ファイル・端末が、いまどの状態ですか",
    question_en = "Which addresses, files and hosts are concerned, and how do they stand?",
    about_ja = "攻撃の痕跡と対象の機器を、まとめて貼り付けて登録します。無害化した書き方（hxxp、[.]）も読めます。",
    about_en = "Traces and hosts concerned, pasted by the hundred. Defanged forms (hxxp, [.]) are understood.",
    purpose_ja = "調べ残しと遮断漏れをなくし、ほかの案件との重なりに気づくために使います。",
    purpose_en = "So that nothing is left unchecked or unblocked, and overlap with other cases is seen.",
    sort = "value",
    check = check,
    retention_years = 10
)]
pub struct Indicator {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: IndicatorKind,
    /// Value in plain form, made uniform when pasted.
    #[field(ja = "値", en = "Value", title, list, search, max = 2000)]
    pub value: String,
    /// State.
    #[field(ja = "状態", en = "State", list)]
    pub state: IndicatorState,
    /// Where it comes from.
    #[field(ja = "出どころ", en = "Source", list, search, max = 200)]
    pub source: Option<String>,
    /// Note.
    #[field(ja = "メモ", en = "Note", search, max = 1000)]
    pub note: Option<String>,
    /// Sharing limit.
    #[field(ja = "共有の範囲（TLP）", en = "Sharing limit (TLP)", list)]
    pub tlp: Option<Tlp>,
    /// The line as it was pasted.
    #[field(ja = "貼り付けた行", en = "As pasted", max = 2500)]
    pub written: Option<String>,
}

/// The value must be one of its kind, or a list of addresses would fill with words.
fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default();
    let (Some(kind), value) = (IndicatorKind::from_id(text("kind")), text("value")) else {
        return Vec::new();
    };
    if value.is_empty() || indicator_text::fits(kind, value) {
        return Vec::new();
    }
    let label = kind.label();
    let message = Message::new(
        format!("値が「{}」として読めません。種類を選び直すか、値を直してください。", label.ja),
        format!("The value cannot be read as \"{}\". Choose another kind or mend it.", label.en),
    );
    vec![FieldProblem::new("kind", "does_not_fit", message)]
}
