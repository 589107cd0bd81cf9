//! Response groups of a sector (業界の対応グループ): joined, with policy, strategy and own
//! departures (G7-84, 85, 92).

use super::entry::EntryState;
use super::parts::OF_CASE;
use super::reconnection::Reconnection;
use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// Where we stand with the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum GroupState {
    /// Not joined yet.
    #[choice(ja = "未参加", en = "Not joined", tone = "caution")]
    Known,
    /// Joined.
    #[choice(ja = "参加中", en = "Joined", tone = "good")]
    Joined,
    /// Left.
    #[choice(ja = "参加を終えた", en = "Left")]
    Left,
}

/// A group of the sector, as a case takes part in it.
#[derive(Debug, Clone, Register)]
#[register(
    id = "sector_group",
    wing = Reconnect,
    menu = 34,
    ja = "業界の対応グループ",
    en = "Sector response group",
    question_ja = "どの業界グループに参加し、その方針と違うのはどこですか",
    question_en = "Which group of the sector did we join, and where do we depart from it?",
    about_ja = "業界の対応グループへの参加と、常設の方針・共同の戦略を残します。方針と違う対応は「枠組みとの違い」に登録すると、ここに並びます。",
    about_en = "Joining the group, with its standing policy and joint strategy. Departures from it are entered as departures and listed here.",
    purpose_ja = "業界と足並みをそろえ、違うところを隠さないために使います。",
    purpose_en = "Keeps us in step with the sector, and differences in the open.",
    sort = "title",
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-84"]
)]
pub struct SectorGroup {
    /// Name.
    #[field(ja = "グループの名称", en = "Name of the group", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// How it is reached.
    #[field(ja = "連絡先", en = "Contact")]
    pub contact: Ref<Contact>,
    /// Who coordinates there.
    #[field(ja = "調整役", en = "Coordinator there", max = 120)]
    pub coordinator: Option<String>,
    /// Standing policy.
    #[field(ja = "常設の方針", en = "Standing policy", max = 4000)]
    pub policy: Option<Long>,
    /// Joint strategy for this case.
    #[field(ja = "この案件での共同の戦略", en = "Joint strategy in this case", max = 4000)]
    pub strategy: Option<Long>,
    /// Who of us takes part.
    #[field(ja = "当社の参加者", en = "Who takes part for us", list)]
    pub member: Option<Ref<Person>>,
    /// Joined at.
    #[field(ja = "参加した日時", en = "Joined at", list, system)]
    pub joined_at: Option<Time>,
    /// Left at.
    #[field(ja = "参加を終えた日時", en = "Left at", system)]
    pub left_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<GroupState>,
}

/// The departures from a group's policy or strategy that stand.
pub fn departures<'a>(
    departures: impl IntoIterator<Item = &'a Record>,
    group: &str,
) -> Vec<&'a Record> {
    departures
        .into_iter()
        .filter(|d| {
            d.text("group") == group && !d.ended() && d.text("state") != EntryState::Withdrawn.id()
        })
        .collect()
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "known",
    start: OF_CASE,
    transitions: &[
        Transition {
            id: "join",
            label: Text::new("参加を記録する", "Record that we joined"),
            from: &["known", "left"],
            to: "joined",
            asks: &[("policy", true), ("strategy", true), ("member", true)],
            stamps: &["joined_at"],
            fill: Some(|_| [("left_at".to_owned(), Value::Null)].into_iter().collect()),
            meets: &["G7-84"],
            ..Transition::PLAIN
        },
        Transition {
            id: "leave",
            label: Text::new("参加を終える", "Leave"),
            from: &["joined"],
            to: "left",
            stamps: &["left_at"],
            reason: true,
            ..Transition::PLAIN
        },
    ],
};
