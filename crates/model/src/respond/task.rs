//! Tasks (作業).

use super::incident::Incident;
use crate::govern::person::Person;
use crate::*;

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum TaskState {
    /// Open.
    #[choice(ja = "未着手", en = "Open", tone = "caution")]
    Open,
    /// Being done.
    #[choice(ja = "作業中", en = "In progress", tone = "warning")]
    Doing,
    /// Done.
    #[choice(ja = "完了", en = "Done", tone = "good")]
    Done,
    /// Dropped.
    #[choice(ja = "取りやめ", en = "Dropped")]
    Dropped,
}

/// A task of a case.
#[derive(Debug, Clone, Register)]
#[register(
    id = "task",
    wing = Respond,
    menu = 4,
    ja = "作業",
    en = "Task",
    question_ja = "次にする作業は何ですか",
    question_en = "What is to be done next?",
    about_ja = "インシデントでする作業と担当・期限です。",
    about_en = "What is to be done in an incident, by whom and by when.",
    purpose_ja = "抜けなく分担し、進み具合を共有するために使います。",
    purpose_en = "Divides the work without gaps and shows progress.",
    sort = "due_at",
    flow = FLOW,
    retention_years = 10
)]
pub struct Task {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// What.
    #[field(ja = "作業", en = "Task", title, list, search)]
    pub title: String,
    /// Who.
    #[field(ja = "担当", en = "Assignee", list, access = "person")]
    pub assignee: Option<Ref<Person>>,
    /// By when.
    #[field(ja = "期限", en = "Due", list)]
    pub due_at: Option<Time>,
    /// Note.
    #[field(ja = "補足", en = "Note")]
    pub note: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<TaskState>,
    /// Started at.
    #[field(ja = "着手した日時", en = "Started at", system)]
    pub started_at: Option<Time>,
    /// Done at.
    #[field(ja = "完了した日時", en = "Done at", system)]
    pub done_at: Option<Time>,
    /// Result.
    #[field(ja = "結果", en = "Result", system)]
    pub result: Option<Long>,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "start",
            label: Text::new("着手する", "Start"),
            from: &["open"],
            to: "doing",
            asks: &[("assignee", false)],
            stamps: &["started_at"],
            ..Transition::PLAIN
        },
        Transition {
            id: "finish",
            label: Text::new("完了する", "Finish"),
            from: &["open", "doing"],
            to: "done",
            asks: &[("result", false)],
            stamps: &["started_at", "done_at"],
            ..Transition::PLAIN
        },
        Transition {
            id: "drop",
            label: Text::new("取りやめる", "Drop"),
            from: &["open", "doing"],
            to: "dropped",
            reason: true,
            ..Transition::PLAIN
        },
        Transition {
            id: "reopen",
            label: Text::new("やり直す", "Reopen"),
            from: &["done", "dropped"],
            to: "open",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// Rules of tasks.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "task.late",
    register: "task",
    label: Text::new("作業が期限内に終わる", "Tasks end in time"),
    why: Text::new("遅れに早く気づき、手を借りるためです。", "To notice delay early and get help."),
    mend: Text::new(
        "担当と期限を見直すか、完了にしてください。",
        "Review assignee and date, or finish it.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        let ("open" | "doing", Some(due)) = (c.me.text("state"), c.me.time("due_at")) else {
            return Verdict::ok();
        };
        if c.now < due {
            return Verdict::ok().check_at(due);
        }
        Verdict::finding("due_at", "期限を過ぎています。", "Past its date.")
    },
    meets: &[],
}];
