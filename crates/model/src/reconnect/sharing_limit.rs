//! Sharing limits (伝えない情報): what is held back for a legal reason, from whom, until when, and
//! whether readers are told so (G7-21).

use super::entry::EntryState;
use super::parts::days_until;
use super::reconnection::Reconnection;
use super::update_rhythm::UpdateAudience;
use crate::govern::person::Person;
use crate::respond::incident::Incident;
use crate::*;

/// Which piece of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum LimitPart {
    /// A criterion of a gateway.
    #[choice(ja = "関門の基準", en = "A gateway criterion")]
    Criterion,
    /// Expected dates.
    #[choice(ja = "見込みの日", en = "Expected dates")]
    Expected,
    /// What is said in words.
    #[choice(ja = "文章での説明", en = "What is said in words")]
    Words,
    /// Requests.
    #[choice(ja = "お願いすること", en = "Requests")]
    Requests,
    /// Assurance that is attached.
    #[choice(ja = "添えた保証", en = "Assurance attached")]
    Assurance,
}

/// A limit on one piece of information.
#[derive(Debug, Clone, Register)]
#[register(
    id = "sharing_limit",
    wing = Reconnect,
    menu = 33,
    ja = "伝えない情報",
    en = "Sharing limit",
    question_ja = "どの情報を、どんな法的な理由で、だれに、いつまで伝えませんか",
    question_en = "What is held back, on which legal ground, from whom and until when?",
    about_ja = "更新に載る情報ごとに、伝えない相手・法的な理由・期限を決めます。伝えていないことは読む人に知らせます。知らせること自体が禁じられているときだけ、それも出しません。",
    about_en = "For each piece of an update: from whom it is held back, why by law, until when. Readers are told that something is held back, unless telling is itself barred.",
    purpose_ja = "言えないことがあっても、信頼を損なわずに知らせるために使います。",
    purpose_en = "Keeps trust where something cannot be said.",
    sort = "title",
    flow = super::entry::FLOW,
    check = check,
    retention_years = 10,
    meets = ["G7-21"]
)]
pub struct SharingLimit {
    /// What.
    #[field(
        ja = "伝えないこと（社内の呼び名）",
        en = "What is held back, as we call it",
        title,
        list
    )]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Piece.
    #[field(ja = "情報の種類", en = "Piece of information", list)]
    pub part: LimitPart,
    /// Key of the criterion.
    #[field(ja = "関門の基準の記号", en = "Key of the criterion", max = 40)]
    pub key: Option<String>,
    /// From whom.
    #[field(ja = "伝えない相手", en = "Held back from", list)]
    pub audiences: Many<UpdateAudience>,
    /// Legal reason.
    #[field(ja = "法的な理由", en = "Legal reason", list, max = 400)]
    pub reason: String,
    /// Until when.
    #[field(ja = "いつまで", en = "Until", list)]
    pub until: Option<Date>,
    /// Whether telling is barred.
    #[field(
        ja = "伝えていないこと自体も言えない",
        en = "Even that it is held back must not be told"
    )]
    pub silent: bool,
    /// What bars it.
    #[field(ja = "言えない根拠", en = "What bars telling", max = 400)]
    pub silent_why: Option<String>,
    /// Decided by.
    #[field(ja = "決めた人", en = "Decided by")]
    pub decided_by: Ref<Person>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<EntryState>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default();
    let mut out = Vec::new();
    let mut lacks = |field: &str, ja: &str, en: &str| {
        out.push(FieldProblem::new(field, "required", Message::new(ja, en)));
    };
    if body.get("audiences").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        lacks("audiences", "伝えない相手を選んでください。", "Say from whom it is held back.");
    }
    if text("part") == LimitPart::Criterion.id() && text("key").is_empty() {
        lacks("key", "基準の記号を入れてください。", "Give the key of the criterion.");
    }
    if body.get("silent").and_then(Value::as_bool) == Some(true) && text("silent_why").is_empty() {
        lacks("silent_why", "言えない根拠を入れてください。", "Give what bars telling.");
    }
    out
}

/// Whether a limit holds on a day: it stands, and its time is not over.
pub fn holds(limit: &Record, now: Time, zone: &Zone) -> bool {
    super::entry::stands(limit) && days_until(limit.text("until"), now, zone).is_none_or(|d| d >= 0)
}

/// Rules of limits.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "sharing_limit.over",
    register: "sharing_limit",
    label: Text::new("期限の過ぎた制限が残っていない", "No limit outlives its time"),
    why: Text::new(
        "期限が過ぎると次の更新に載ります。伝えてよいかを先に確かめます。",
        "Once it is over, the next update tells it. Look before that.",
    ),
    mend: Text::new(
        "延ばすか、取り下げて次の更新で伝えてください。",
        "Extend it, or withdraw it and tell in the next update.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &["coordinator"],
    check: |c| {
        if !super::entry::stands(c.me) {
            return Verdict::ok();
        }
        match days_until(c.me.text("until"), c.now, c.zone) {
            None => Verdict::ok(),
            Some(d) if d >= 0 => Verdict::ok().check_at(c.now.plus((d + 1) * DAY)),
            Some(_) => Verdict::finding(
                "until",
                "期限が過ぎました。次の更新から伝わります。",
                "Its time is over; the next update will tell it.",
            ),
        }
    },
    meets: &["G7-21"],
}];
