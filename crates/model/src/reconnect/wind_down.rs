//! The plan to wind the response down in steps (終息計画), agreed with outside stakeholders
//! (G7-82).

use super::framework_flow::cell;
use super::parts::OF_CASE;
use super::reconnection::Reconnection;
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum WindDownState {
    /// Draft.
    #[choice(ja = "案", en = "Draft", tone = "caution")]
    Draft,
    /// Agreed.
    #[choice(ja = "合意済み", en = "Agreed", tone = "good")]
    Agreed,
    /// Withdrawn.
    #[choice(ja = "取り下げ", en = "Withdrawn")]
    Withdrawn,
}

/// One step.
#[derive(Debug, Clone, Rows)]
pub struct WindStep {
    /// Order.
    #[field(ja = "順番", en = "Order")]
    pub order: i64,
    /// What.
    #[field(ja = "手順", en = "Step", max = 300)]
    pub text: String,
    /// Day.
    #[field(ja = "日付", en = "Day")]
    pub on: Date,
    /// Who agreed.
    #[field(ja = "合意した相手", en = "Agreed by")]
    pub agreed_by: Option<Ref<Contact>>,
    /// When.
    #[field(ja = "合意した日", en = "Agreed on")]
    pub agreed_on: Option<Date>,
}

/// A wind-down plan.
#[derive(Debug, Clone, Register)]
#[register(
    id = "wind_down",
    wing = Reconnect,
    menu = 11,
    ja = "終息計画",
    en = "Wind-down plan",
    question_ja = "対応体制を、どの順で平時に戻しますか",
    question_en = "In which order does the response return to normal?",
    about_ja = "対応を段階的に終え、平時の運用に戻す手順です。手順ごとに、合意した社外の相手を残します。",
    about_en = "Steps by which the response ends and normal operation returns, each with the outside party that agreed.",
    purpose_ja = "片方だけが先に警戒を解くことを防ぐために使います。",
    purpose_en = "So that neither side lowers its guard alone.",
    sort = "title",
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-82"]
)]
pub struct WindDown {
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Title.
    #[field(ja = "名称", en = "Title", title, list, search)]
    pub title: String,
    /// Steps.
    #[field(ja = "手順", en = "Steps")]
    pub steps: Table<WindStep>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<WindDownState>,
    /// Agreed at.
    #[field(ja = "合意した日時", en = "Agreed at", list, system)]
    pub agreed_at: Option<Time>,
}

const STEPS_AGREED: Gate = Gate {
    id: "steps_agreed",
    label: Text::new(
        "手順ごとに、社外の相手との合意がある",
        "Each step is agreed with a party outside",
    ),
    mend: Text::new(
        "手順ごとに、合意した相手と日を入れてください。",
        "Give each step who agreed and on which day.",
    ),
    inputs: &[],
    holds: |c| {
        let mut steps = c.me.rows("steps").peekable();
        steps.peek().is_some()
            && steps.all(|s| !cell(s, "agreed_by").is_empty() && !cell(s, "agreed_on").is_empty())
    },
    meets: &["G7-82"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: OF_CASE,
    transitions: &[
        Transition {
            id: "agree",
            label: Text::new("合意した", "Agreed"),
            from: &["draft"],
            to: "agreed",
            asks: &[("steps", true)],
            stamps: &["agreed_at"],
            gates: &[STEPS_AGREED],
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("取り下げる", "Withdraw"),
            from: &["draft", "agreed"],
            to: "withdrawn",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};
