//! Departures (枠組みとの違い): where a case does otherwise than its framework says (G7-09).

use super::entry::EntryState;
use super::phase::Phase;
use super::reconnection::Reconnection;
use super::sector_group::SectorGroup;
use crate::govern::person::Person;
use crate::respond::incident::Incident;
use crate::*;

/// What kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum DepartureKind {
    /// A phase begun before the one before it was complete.
    #[choice(ja = "段階の重なり", en = "Overlap of phases", tone = "caution")]
    Overlap,
    /// A precondition waived.
    #[choice(ja = "前提の免除", en = "Precondition waived", tone = "caution")]
    Waiver,
    /// A criterion dropped or changed.
    #[choice(ja = "基準の変更・省略", en = "Criterion changed or dropped", tone = "warning")]
    Criterion,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
    /// From the policy or strategy of the sector's group (G7-84).
    #[choice(
        ja = "業界グループの方針との違い",
        en = "From the sector group's policy",
        tone = "caution"
    )]
    Group,
}

/// A departure.
#[derive(Debug, Clone, Register)]
#[register(
    id = "departure",
    wing = Reconnect,
    menu = 8,
    ja = "枠組みとの違い",
    en = "Departure",
    question_ja = "枠組みどおりにしなかったことは何ですか",
    question_en = "Where was the framework not followed?",
    about_ja = "枠組みと違う進め方をしたとき、理由と認めた人を残します。段階の重なりは自動で残ります。",
    about_en = "Where a case does otherwise, with reason and approver. Overlaps of phases are entered by the program.",
    purpose_ja = "紙の決まりと実際の差を隠さず、次の枠組みに生かすために使います。",
    purpose_en = "Keeps the gap between paper and practice visible, for the next framework.",
    sort = "at",
    sort_down,
    flow = super::entry::FLOW,
    append_only,
    retention_years = 10,
    meets = ["G7-09", "G7-84"]
)]
pub struct Departure {
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Phase.
    #[field(ja = "段階", en = "Phase", list)]
    pub phase: Option<Ref<Phase>>,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: DepartureKind,
    /// Group whose policy or strategy it departs from.
    #[field(ja = "業界の対応グループ", en = "Sector group")]
    pub group: Option<Ref<SectorGroup>>,
    /// Key of the criterion or precondition.
    #[field(ja = "基準・前提の記号", en = "Key concerned", max = 40)]
    pub key: Option<String>,
    /// What was done instead.
    #[field(ja = "実際にしたこと", en = "What was done", title, list, search, max = 500)]
    pub done: String,
    /// Reason.
    #[field(ja = "理由", en = "Reason", max = 1000)]
    pub why: Long,
    /// Approver.
    #[field(ja = "認めた人", en = "Approved by", list)]
    pub approver: Ref<Person>,
    /// When.
    #[field(ja = "日時", en = "When", list)]
    pub at: Time,
    /// State.
    #[field(ja = "状態", en = "State", system)]
    pub state: Option<EntryState>,
}
