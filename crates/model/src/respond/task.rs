//! Tasks (作業).

use super::containment::Containment;
use super::evidence;
use super::incident::Incident;
use super::play::{self, Play};
use crate::govern::person::Person;
use crate::identify::system::System;
use crate::prepare::playbook::StepKind;
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
    /// What, in English; empty where a person typed one language only.
    #[field(ja = "作業（英語）", en = "Task in English", search)]
    pub title_en: Option<String>,
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
    /// The playbook run it is a step of.
    #[field(ja = "手順書の実行", en = "Playbook run", system)]
    pub play: Option<Ref<Play>>,
    /// Key of that step.
    #[field(ja = "手順の記号", en = "Step", system)]
    pub step_key: Option<String>,
    /// The round, from 1; a way back begins the next.
    #[field(ja = "何回目", en = "Round", system)]
    pub round: Option<i64>,
    /// Kind of work: wiping waits for evidence, a change of what is a customer's for consent.
    #[field(
        ja = "作業の性質",
        en = "Kind of work",
        help_ja = "消去・復元・修理は、証拠を確保するまで始められません。",
        help_en = "Wiping, restoring and repair wait until evidence has been taken."
    )]
    pub nature: Option<StepKind>,
    /// System it is done to.
    #[field(ja = "対象のシステム", en = "System")]
    pub system: Option<Ref<System>>,
    /// Device it is done to.
    #[field(
        ja = "対象の機器",
        en = "Device",
        search,
        help_ja = "消去・復元・修理では、証拠を機器ごとに確かめます。証拠の「出所」と同じ名前を、読点で区切って並べます。",
        help_en = "For wiping, restoring and repair evidence is looked for by device: names as in its origin, separated by commas."
    )]
    pub device: Option<String>,
    /// Containment that it is part of.
    #[field(ja = "抑制・根絶の記録", en = "Containment", system)]
    pub containment: Option<Ref<Containment>>,
    /// Answer to the question of a step.
    #[field(ja = "答え", en = "Answer", system)]
    pub answer: Option<String>,
    /// Who decided to go on without evidence.
    #[field(ja = "証拠なしで進めると決めた人", en = "Decided to go on without evidence", system)]
    pub no_evidence_by: Option<Ref<Person>>,
    /// Why.
    #[field(ja = "証拠なしで進める理由", en = "Why without evidence", system)]
    pub no_evidence_why: Option<String>,
    /// Who consented: the customer, in words.
    #[field(ja = "同意した相手", en = "Consent given by", system, personal)]
    pub consent_by: Option<String>,
    /// When.
    #[field(ja = "同意を得た日時", en = "Consent given at", system)]
    pub consent_at: Option<Time>,
}

impl Task {
    /// Something to be done in a case, with nothing else said yet.
    pub fn new(incident: Ref<Incident>, title: impl Into<String>) -> Self {
        Self {
            incident,
            title: title.into(),
            title_en: None,
            assignee: None,
            due_at: None,
            note: None,
            state: None,
            started_at: None,
            done_at: None,
            result: None,
            play: None,
            step_key: None,
            round: None,
            nature: None,
            system: None,
            device: None,
            containment: None,
            answer: None,
            no_evidence_by: None,
            no_evidence_why: None,
            consent_by: None,
            consent_at: None,
        }
    }
}

/// Whether the task wipes, restores or repairs.
fn destroys(c: &RuleCtx<'_>) -> bool {
    c.me.text("nature") == StepKind::Destroy.id()
}

// What the gates of one step read is handed in for all of them together. `CASE_KNOWN` holds the
// inputs, so that the two behind it count as mended by what the form asks for.
const CASE_KNOWN: Gate = Gate {
    id: "case_known",
    label: Text::new("インシデントが登録されている", "The incident is registered"),
    mend: Text::new("インシデントの台帳を確かめてください。", "Look at the register of incidents."),
    inputs: &[
        Input::Out("incident"),
        Input::Beside("incident", "evidence", "incident"),
        Input::Beside("incident", "decision", "incident"),
        Input::All("system"),
    ],
    holds: |c| c.out("incident").is_some(),
    meets: &[],
};

/// What is wiped is said, so that evidence of another device does not pass for this one's.
const TARGET_SAID: Gate = Gate {
    id: "target_said",
    label: Text::new("どの機器・システムに行うかが分かる", "The device or system is named"),
    mend: Text::new("対象の機器かシステムを入れてください。", "Give the device or the system."),
    inputs: &[],
    holds: |c| {
        !destroys(c) || c.me.body.contains_key("system") || !c.me.text("device").trim().is_empty()
    },
    meets: &["TK-63"],
};

/// Nothing is wiped, restored or repaired before evidence of it has been taken, unless somebody
/// named decides so and says why.
const EVIDENCE_FIRST: Gate = Gate {
    id: "evidence_first",
    label: Text::new(
        "この機器・システムの証拠を先に確保している",
        "Evidence of this device or system was taken first",
    ),
    mend: Text::new(
        "この対象のログやイメージを外部媒体に取り、出所を付けて証拠に登録するか、証拠なしで進めると決めた人と理由を入れてください。",
        "Take its logs or images to an external medium and register them with their origin, or name who decides to go on without, and why.",
    ),
    inputs: &[],
    holds: |c| {
        let system = c.me.ids("system").first().and_then(|id| c.snap.get("system", id));
        let items: Vec<&Record> = c.beside("incident", "evidence", "incident").collect();
        !destroys(c)
            || evidence::covers(&items, system, c.me.text("device"))
            || (c.me.body.contains_key("no_evidence_by")
                && !c.me.text("no_evidence_why").trim().is_empty())
            || c.beside("incident", "decision", "incident").any(|d| {
                d.text("topic") == super::decision::Topic::NoEvidence.id()
                    && d.body.contains_key("decider")
                    && !d.text("why").trim().is_empty()
            })
    },
    meets: &["TK-63"],
};

const CONSENT: Gate = Gate {
    id: "consent",
    label: Text::new("相手の同意が記録されている", "The consent is on record"),
    mend: Text::new(
        "だれから、いつ同意を得たかを入れてください。利用の停止は、同意を待たずに行えます。",
        "Give who consented, and when. Suspending does not wait for consent.",
    ),
    inputs: &[],
    holds: |c| {
        c.me.text("nature") != StepKind::Consent.id()
            || (!c.me.text("consent_by").trim().is_empty() && c.me.body.contains_key("consent_at"))
    },
    meets: &["JP-62"],
};

const WATCHED_TO_THE_END: Gate = Gate {
    id: "watch_on",
    label: Text::new(
        "復旧が済むまで監視を続けている",
        "Watching goes on until the incident has been recovered",
    ),
    mend: Text::new(
        "一度の駆除では終えません。インシデントを「復旧済み」にしてから終えてください。",
        "The first cleaning does not end it. Take the incident to \"recovered\" first.",
    ),
    inputs: &[Input::Out("incident")],
    holds: |c| {
        let over = ["recovered", "evaluated", "handed_over", "closed", "false_alarm", "merged"];
        c.me.text("nature") != StepKind::Watch.id()
            || c.out("incident").is_some_and(|i| over.contains(&i.text("state")))
    },
    meets: &["JP-66"],
};

/// A question of a playbook is answered with one of its answers, and never dropped: the plan would
/// not know how to go on.
const ANSWERED: Gate = Gate {
    id: "answered",
    label: Text::new("選択肢から答えている", "One of the answers has been chosen"),
    mend: Text::new(
        "手順の欄で、答えを一つ選んでください。",
        "Choose one of the answers in the playbook panel.",
    ),
    inputs: &[Input::Out("play")],
    holds: play::answered,
    meets: &[],
};

const NEXT: Follow = Follow {
    label: Text::new("手順書の次の手順を開く", "Opens the next steps of the playbook"),
    inputs: &[
        Input::Out("play"),
        Input::Out("incident"),
        Input::Beside("play", "task", "play"),
        Input::All("role"),
    ],
    open: play::after_task,
    meets: &[],
};

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
            asks: &[
                ("assignee", false),
                ("system", false),
                ("device", false),
                ("no_evidence_by", false),
                ("no_evidence_why", false),
            ],
            stamps: &["started_at"],
            gates: &[CASE_KNOWN, TARGET_SAID, EVIDENCE_FIRST],
            ..Transition::PLAIN
        },
        Transition {
            id: "finish",
            label: Text::new("完了する", "Finish"),
            from: &["open", "doing"],
            to: "done",
            asks: &[
                ("result", false),
                ("answer", false),
                ("system", false),
                ("device", false),
                ("no_evidence_by", false),
                ("no_evidence_why", false),
                ("consent_by", false),
                ("consent_at", false),
            ],
            stamps: &["started_at", "done_at"],
            gates: &[
                CASE_KNOWN,
                TARGET_SAID,
                EVIDENCE_FIRST,
                CONSENT,
                WATCHED_TO_THE_END,
                ANSWERED,
            ],
            follows: &[NEXT],
            meets: &["TK-63", "JP-62", "JP-66"],
            ..Transition::PLAIN
        },
        Transition {
            id: "drop",
            label: Text::new("取りやめる", "Drop"),
            from: &["open", "doing"],
            to: "dropped",
            reason: true,
            gates: &[WATCHED_TO_THE_END, ANSWERED],
            follows: &[NEXT],
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
