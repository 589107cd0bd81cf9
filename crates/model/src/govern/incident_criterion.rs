//! Written criteria for "this is an incident" (インシデントと判断する基準).

use crate::respond::incident::IncidentKind;
use crate::*;

/// What a criterion says once it is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Says {
    /// It is an incident.
    #[choice(ja = "インシデントとする", en = "It is an incident", tone = "warning")]
    Incident,
    /// It is none.
    #[choice(ja = "インシデントとしない", en = "It is no incident")]
    None,
}

/// A criterion.
#[derive(Debug, Clone, Register)]
#[register(
    id = "incident_criterion",
    wing = Govern,
    menu = 6,
    ja = "インシデントと判断する基準",
    en = "Criteria for an incident",
    question_ja = "何に当てはまれば、インシデントとして対応しますか",
    question_en = "What makes an event an incident?",
    about_ja = "報告や検知を見極めるときの基準です。すべての基準をどの事象にも当てはめ、結果を事象の記録に残します。",
    about_en = "The measures by which reports and detections are judged. All are applied to every event and kept with its result.",
    purpose_ja = "だれが判断しても同じ結論になり、後から示せるようにするために使います。",
    purpose_en = "So that everybody judges alike, and it can be shown later.",
    sort = "place",
    meets = ["NI-282"]
)]
pub struct IncidentCriterion {
    /// What must be true.
    #[field(
        ja = "基準",
        en = "Criterion",
        title,
        list,
        search,
        help_ja = "はい・いいえで答えられる文にします。例: 会社の情報が社外の人に見える状態になった",
        help_en = "A sentence that is true or not, such as: our information can be seen by outsiders"
    )]
    pub name: String,
    /// What it says.
    #[field(ja = "当てはまるとき", en = "Where it is met", list)]
    pub says: Says,
    /// Order.
    #[field(ja = "並び順", en = "Order", list)]
    pub place: Option<i64>,
    /// Kinds of event that it is for; empty for all.
    #[field(ja = "対象の種類（空ならすべて）", en = "For these kinds (empty: all)")]
    pub kinds: Many<IncidentKind>,
    /// Approved on.
    #[field(ja = "承認日", en = "Approved on", list)]
    pub approved_on: Option<Date>,
    /// Note.
    #[field(ja = "補足・例", en = "Note, examples")]
    pub note: Option<Long>,
}

/// The criteria that an event of a kind is judged by, in order.
pub fn for_kind<'a>(all: impl Iterator<Item = &'a Record>, kind: &str) -> Vec<&'a Record> {
    let mut list: Vec<&Record> =
        all.filter(|c| c.ids("kinds").is_empty() || c.ids("kinds").contains(&kind)).collect();
    list.sort_by_key(|c| (c.int("place").unwrap_or(i64::MAX), c.created_at));
    list
}

/// Rules of the criteria.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "incident_criterion.written",
    register: "organisation",
    label: Text::new(
        "インシデントと判断する基準が書いてある",
        "Criteria for an incident are written",
    ),
    why: Text::new(
        "基準が無いと、同じ出来事でも人によって判断が分かれます。",
        "Without criteria the same event is judged differently by different people.",
    ),
    mend: Text::new(
        "「インシデントと判断する基準」の台帳に、少なくとも一つ登録してください。",
        "Register at least one under \"Criteria for an incident\".",
    ),
    severity: Severity::Warning,
    inputs: &[Input::All("incident_criterion")],
    tells: &[],
    check: |c| {
        Verdict::when(
            c.all("incident_criterion").next().is_none(),
            "incident_definition",
            Text::new("判断する基準が一つもありません。", "There is no written criterion."),
        )
    },
    meets: &["NI-282"],
}];
