//! Checks of gateway criteria (関門の確認): value needed and reached, evidence, verdict, by whom,
//! when (G7-42, G7-44).

use super::entry::EntryState;
use super::phase::Phase;
use super::reconnection::Reconnection;
use crate::govern::person::Person;
use crate::respond::evidence::Evidence;
use crate::respond::incident::Incident;
use crate::*;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum GateVerdict {
    /// Reached.
    #[choice(ja = "達した", en = "Reached", tone = "good")]
    Reached,
    /// Not reached.
    #[choice(ja = "まだ達していない", en = "Not reached", tone = "warning")]
    NotReached,
}

/// One check of one criterion.
#[derive(Debug, Clone, Register)]
#[register(
    id = "gate_check",
    wing = Reconnect,
    menu = 7,
    ja = "関門の確認",
    en = "Gateway check",
    question_ja = "関門の基準に、何を根拠に達したと言えますか",
    question_en = "On which evidence is a criterion reached?",
    about_ja = "基準ごとに、必要な値・達した値・根拠・判定を残します。直すときは新しい確認を足します。",
    about_en = "Value needed, value reached, evidence and verdict for each criterion. A correction is a further check.",
    purpose_ja = "両方の側が、同じ関門を同じ根拠で見るために使います。",
    purpose_en = "So that both sides see the same gateway on the same evidence.",
    sort = "judged_at",
    sort_down,
    flow = super::entry::FLOW,
    append_only,
    retention_years = 10,
    meets = ["G7-44"]
)]
pub struct GateCheck {
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Phase.
    #[field(ja = "段階", en = "Phase", list)]
    pub phase: Ref<Phase>,
    /// Criterion.
    #[field(ja = "基準の記号", en = "Key of the criterion", title, list, search, max = 40)]
    pub criterion: String,
    /// Measure.
    #[field(ja = "測ったもの", en = "Measure", max = 200)]
    pub measure: String,
    /// Needed.
    #[field(ja = "必要な値", en = "Value needed", list, max = 120)]
    pub needed: String,
    /// Reached.
    #[field(ja = "達した値", en = "Value reached", list, max = 120)]
    pub reached: String,
    /// What shows it.
    #[field(ja = "根拠", en = "What shows it", max = 1000)]
    pub shown_by: Long,
    /// Evidence.
    #[field(ja = "証拠", en = "Evidence")]
    pub evidence: Vec<Ref<Evidence>>,
    /// Verdict.
    #[field(ja = "判定", en = "Verdict", list)]
    pub verdict: GateVerdict,
    /// By whom.
    #[field(ja = "判定した人", en = "Judged by", list)]
    pub judged_by: Ref<Person>,
    /// When.
    #[field(ja = "判定した日時", en = "Judged at", list)]
    pub judged_at: Time,
    /// State.
    #[field(ja = "状態", en = "State", system)]
    pub state: Option<EntryState>,
}
