//! A playbook as it is run in one incident (手順書の実行).
//!
//! The run takes the steps in force when it starts and keeps them: a playbook that changes in the
//! middle of an incident changes nothing here until somebody switches, and then the earlier steps
//! stay in the history and what was done stays done. Each step is a task; finishing one opens the
//! following ones, worked out by [`plan::next_steps`].

use super::incident::Incident;
use super::task::Task;
use crate::govern::role::{self, RoleKind};
use crate::prepare::plan::{self, Opening, Run};
use crate::prepare::playbook::{CountedFrom, Playbook, Step, StepKind, steps_of};
use crate::*;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PlayState {
    /// Going on.
    #[choice(ja = "実行中", en = "Running", tone = "warning")]
    Running,
    /// All steps are over.
    #[choice(ja = "終了", en = "Finished", tone = "good")]
    Finished,
    /// Given up: another playbook fits better, or none.
    #[choice(ja = "中止", en = "Stopped")]
    Stopped,
}

/// A playbook as it is run in one incident.
#[derive(Debug, Clone, Register)]
#[register(
    id = "play",
    wing = Respond,
    menu = 10,
    ja = "手順書の実行",
    en = "Playbook run",
    question_ja = "どの手順書の、どこまで進んでいますか",
    question_en = "Which playbook is being run, and how far is it?",
    about_ja = "対応で使っている手順書です。始めたときの版の手順をそのまま残します。",
    about_en = "A playbook in use in a response. It keeps the steps of the version it was started with.",
    purpose_ja = "どの版に沿って何をしたかを、後から示せるようにします。",
    purpose_en = "Shows later which version was followed and what was done.",
    sort = "started_at",
    sort_down,
    flow = FLOW,
    check = check,
    retention_years = 10,
    meets = ["NI-184"]
)]
pub struct Play {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Playbook.
    #[field(ja = "手順書", en = "Playbook", list)]
    pub playbook: Ref<Playbook>,
    /// Name as it was.
    #[field(ja = "名称", en = "Name", title, list, search, system)]
    pub name: Option<String>,
    /// Name in English as it was.
    #[field(ja = "名称（英語）", en = "Name in English", system)]
    pub name_en: Option<String>,
    /// Why this one; needed where it was never approved.
    #[field(
        ja = "この手順書を使う理由",
        en = "Why this playbook",
        help_ja = "承認されていない手順書を使うときは必須です。",
        help_en = "Needed for a playbook that was never approved."
    )]
    pub why: Option<String>,
    /// Approved version taken.
    #[field(ja = "使っている版", en = "Version in use", list, system)]
    pub version: Option<i64>,
    /// Revision of the playbook's record taken.
    #[field(ja = "記録の版", en = "Revision of the record", system)]
    pub playbook_rev: Option<i64>,
    /// Version in use before the last switch.
    #[field(ja = "切り替える前の版", en = "Version before the switch", system)]
    pub switched_from: Option<i64>,
    /// Taken without approval.
    #[field(ja = "未承認の手順書", en = "Not approved", system)]
    pub unapproved: bool,
    /// The steps as taken.
    #[field(ja = "手順", en = "Steps", system)]
    pub steps: Table<Step>,
    /// Step that is opened out of order.
    #[field(ja = "先に行う手順（記号）", en = "Step taken out of order", system)]
    pub jump_to: Option<String>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<PlayState>,
    /// Started at.
    #[field(ja = "始めた日時", en = "Started at", list, system)]
    pub started_at: Option<Time>,
    /// Ended at.
    #[field(ja = "終えた日時", en = "Ended at", system)]
    pub ended_at: Option<Time>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default();
    let mut problems = Vec::new();
    if body.contains_key("unapproved") && text("why").trim().is_empty() {
        let text = Message::new(
            "承認されていない手順書です。使う理由を書いてください。",
            "This playbook has not been approved. Give the reason for using it.",
        );
        problems.push(FieldProblem::new("why", "required", text));
    }
    problems
}

/// What a run takes over from its playbook.
fn taken(playbook: &Record) -> Body {
    let approved = playbook.text("state") == "approved";
    let field =
        if playbook.body.contains_key("approved_steps") { "approved_steps" } else { "steps" };
    let mut body = Body::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    put("name", playbook.body.get("name").cloned());
    put("name_en", playbook.body.get("name_en").cloned());
    put("version", playbook.body.get("version").cloned());
    put("playbook_rev", Some(playbook.rev.into()));
    put("steps", playbook.body.get(field).cloned());
    put("unapproved", (!approved).then_some(Value::Bool(true)));
    body
}

/// The steps of a run with the tasks that stand for them.
pub fn runs<'a>(tasks: impl IntoIterator<Item = &'a Record>) -> Vec<Run> {
    tasks
        .into_iter()
        .filter(|t| !t.text("step_key").is_empty())
        .map(|t| Run {
            key: t.text("step_key").to_owned(),
            round: t.int("round").unwrap_or(1),
            over: matches!(t.text("state"), "done" | "dropped"),
            answer: Some(t.text("answer")).filter(|a| !a.is_empty()).map(str::to_owned),
        })
        .collect()
}

/// Gate: a question of a playbook has one of its answers.
pub(super) fn answered(c: &RuleCtx<'_>) -> bool {
    let Some(play) = c.out("play").filter(|_| c.me.text("nature") == StepKind::Decide.id()) else {
        return true;
    };
    steps_of(play, "steps")
        .iter()
        .filter(|s| s.key == c.me.text("step_key"))
        .all(|s| s.choices().iter().any(|a| a.id == c.me.text("answer")))
}

/// Opens what follows the task of a running playbook.
pub(super) fn after_task(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let Some(play) = c.out("play").filter(|p| is_running(p)) else { return Vec::new() };
    let others = c.beside("play", "task", "play").filter(|t| t.id != c.me.id);
    let runs = runs(others.chain([c.me]));
    let steps = steps_of(play, "steps");
    let Some(incident) = c.out("incident") else { return Vec::new() };
    open(&Scene { play, incident, c }, &steps, &plan::next_steps(&steps, &runs))
}

fn is_running(play: &Record) -> bool {
    !play.ended() && play.text("state") == PlayState::Running.id()
}

/// What the opening of tasks needs to know.
struct Scene<'a> {
    play: &'a Record,
    incident: &'a Record,
    c: &'a RuleCtx<'a>,
}

fn open(scene: &Scene<'_>, steps: &[Step], openings: &[Opening]) -> Vec<NewRecord> {
    openings
        .iter()
        .filter_map(|o| Some((steps.iter().find(|s| s.key == o.key)?, o.round)))
        .map(|(step, round)| NewRecord::of(&task(scene, step, round)))
        .collect()
}

fn task(scene: &Scene<'_>, step: &Step, round: i64) -> Task {
    let mut task = Task::new(Ref::new(scene.incident.id.clone()), step.text.clone());
    task.title_en = step.text_en.clone();
    task.note = step.why.clone().map(Long);
    task.assignee = assignee(scene, step.role).map(Ref::new);
    task.due_at = step.minutes.map(|m| anchor(scene, step.from, round).plus(m.0 * MINUTE));
    task.play = Some(Ref::new(scene.play.id.clone()));
    task.step_key = Some(step.key.clone());
    task.round = Some(round);
    task.nature = Some(step.kind);
    task
}

/// Whoever acts in the role now; the lead where the step names no role.
fn assignee(scene: &Scene<'_>, kind: Option<RoleKind>) -> Option<RecordId> {
    let Some(kind) = kind else {
        return scene.incident.ids("lead").first().map(|id| RecordId::new(*id));
    };
    scene
        .c
        .all("role")
        .filter(|r| r.text("kind") == kind.id())
        .find_map(|r| role::acting_person(r, scene.c.now))
}

/// The instant a step's time is counted from. What happened before the run has passed for a
/// further round, which is counted from its own beginning.
fn anchor(scene: &Scene<'_>, from: Option<CountedFrom>, round: i64) -> Time {
    let now = scene.c.now;
    if round > 1 {
        return now;
    }
    let field = match from.unwrap_or(CountedFrom::Previous) {
        CountedFrom::Previous => return now,
        CountedFrom::Start => return scene.play.time("started_at").unwrap_or(now),
        CountedFrom::Detected => "detected_at",
        CountedFrom::Aware => "aware_at",
        CountedFrom::Organised => "organised_at",
    };
    scene.incident.time(field).unwrap_or(now)
}

fn first(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    following(c, &[])
}

/// What follows in a run, on the tasks that it has.
fn following(c: &RuleCtx<'_>, tasks: &[&Record]) -> Vec<NewRecord> {
    let Some(incident) = c.out("incident") else { return Vec::new() };
    let steps = steps_of(c.me, "steps");
    let openings = plan::next_steps(&steps, &runs(tasks.iter().copied()));
    open(&Scene { play: c.me, incident, c }, &steps, &openings)
}

fn onward(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    following(c, &c.incoming("task", "play").collect::<Vec<_>>())
}

/// Opens one step out of order. One that was run already is opened in a new round.
fn jump(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let Some(incident) = c.out("incident") else { return Vec::new() };
    let steps = steps_of(c.me, "steps");
    let runs = runs(c.incoming("task", "play"));
    let key = c.me.text("jump_to");
    let last = runs.iter().map(|r| r.round).max().unwrap_or(1);
    let again = runs.iter().any(|r| r.key == key && r.round >= last);
    let opening = Opening { key: key.to_owned(), round: if again { last + 1 } else { last } };
    open(&Scene { play: c.me, incident, c }, &steps, &[opening])
}

const TASKS: &[Input] = &[
    Input::Out("incident"),
    Input::In("task", "play"),
    Input::All("role"),
    Input::Out("playbook"),
];

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "running",
    start: Start {
        stamps: &["started_at"],
        inputs: &[Input::Out("playbook")],
        fill: Some(|c| c.out("playbook").map(taken).unwrap_or_default()),
        follows: &[Follow {
            label: Text::new("最初の手順を開く", "Opens the first steps"),
            inputs: &[Input::Out("incident"), Input::All("role")],
            open: first,
            meets: &[],
        }],
    },
    transitions: &[
        Transition {
            id: "jump",
            label: Text::new("順番を変えて行う", "Take a step out of order"),
            from: &["running"],
            to: "running",
            asks: &[("jump_to", true)],
            reason: true,
            gates: &[Gate {
                id: "step_free",
                label: Text::new(
                    "その手順があり、いま行われていない",
                    "There is such a step and it is not under way",
                ),
                mend: Text::new(
                    "まだ開いていない手順の記号を選んでください。",
                    "Choose the key of a step that is not open now.",
                ),
                inputs: TASKS,
                holds: |c| {
                    let key = c.me.text("jump_to");
                    steps_of(c.me, "steps")
                        .iter()
                        .any(|s| s.key == key && s.kind != StepKind::Return)
                        && !runs(c.incoming("task", "play")).iter().any(|r| r.key == key && !r.over)
                },
                meets: &[],
            }],
            follows: &[Follow {
                label: Text::new("選んだ手順を開く", "Opens the chosen step"),
                inputs: TASKS,
                open: jump,
                meets: &[],
            }],
            ..Transition::PLAIN
        },
        Transition {
            id: "switch",
            label: Text::new("新しい版に切り替える", "Switch to the newer version"),
            from: &["running"],
            to: "running",
            reason: true,
            fill: Some(|c| {
                let Some(playbook) = c.out("playbook") else { return Body::new() };
                let mut body = taken(playbook);
                let before = c.me.body.get("version").cloned().unwrap_or_else(|| 0.into());
                body.insert("switched_from".into(), before);
                body.entry("unapproved").or_insert(Value::Null);
                body
            }),
            gates: &[Gate {
                id: "newer_version",
                label: Text::new(
                    "手順書に新しい版がある",
                    "The playbook has a newer approved version",
                ),
                mend: Text::new(
                    "手順書を直して承認すると、切り替えられます。",
                    "Change the playbook and have it approved; then switch.",
                ),
                inputs: TASKS,
                // Asked before the step (what stands here is older) and after it (it was older).
                holds: |c| {
                    let newest = c.out("playbook").and_then(|p| p.int("version")).unwrap_or(0);
                    let here = c.me.int("version").unwrap_or(0);
                    newest > here || c.me.int("switched_from").is_some_and(|old| old < here)
                },
                meets: &[],
            }],
            follows: &[Follow {
                label: Text::new(
                    "新しい版で次に来る手順を開く",
                    "Opens what comes next in the new version",
                ),
                inputs: TASKS,
                open: onward,
                meets: &[],
            }],
            ..Transition::PLAIN
        },
        Transition {
            id: "finish",
            label: Text::new("手順書を終える", "Finish the playbook"),
            from: &["running"],
            to: "finished",
            fill: Some(ended),
            gates: &[Gate {
                id: "steps_over",
                label: Text::new("開いている手順が残っていない", "No step is still open"),
                mend: Text::new(
                    "残りの手順を完了にするか、理由を付けて取りやめてください。",
                    "Finish the open steps, or drop them with a reason.",
                ),
                inputs: TASKS,
                holds: |c| !runs(c.incoming("task", "play")).iter().any(|r| !r.over),
                meets: &[],
            }],
            ..Transition::PLAIN
        },
        Transition {
            id: "stop",
            label: Text::new("中止する", "Stop"),
            from: &["running"],
            to: "stopped",
            reason: true,
            fill: Some(ended),
            ..Transition::PLAIN
        },
        Transition {
            id: "resume",
            label: Text::new("再開する", "Resume"),
            from: &["finished", "stopped"],
            to: "running",
            reason: true,
            fill: Some(|_| [("ended_at".to_owned(), Value::Null)].into_iter().collect()),
            follows: &[Follow {
                label: Text::new("次に来る手順を開く", "Opens what comes next"),
                inputs: TASKS,
                open: onward,
                meets: &[],
            }],
            ..Transition::PLAIN
        },
    ],
};

fn ended(c: &RuleCtx<'_>) -> Body {
    [("ended_at".to_owned(), c.now.millis().into())].into_iter().collect()
}

/// Rules of runs.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "incident.plan",
        register: "incident",
        label: Text::new(
            "承認済みの手順書に沿って対応している",
            "The response follows an approved playbook",
        ),
        why: Text::new(
            "体制を発足した対応には、そのとき有効な計画の版と手順を結び付けます。",
            "A response is tied to the version of the plan in force and to its steps.",
        ),
        mend: Text::new(
            "対応ルームの「手順」で、種類に合う手順書を始めてください。",
            "Start a fitting playbook in the response room.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::In("play", "incident"), Input::All("playbook")],
        tells: &[],
        check: |c| {
            let under_way = matches!(c.me.text("state"), "organised" | "contained" | "eradicated");
            let fits = |p: &Record| {
                p.text("state") == "approved" && p.ids("kinds").contains(&c.me.text("kind"))
            };
            Verdict::when(
                under_way
                    && c.incoming("play", "incident").next().is_none()
                    && c.all("playbook").any(fits),
                "",
                Text::new(
                    "種類に合う手順書がありますが、まだ始めていません。",
                    "A fitting playbook exists and has not been started.",
                ),
            )
        },
        meets: &["NI-184"],
    },
    RuleDef {
        id: "play.version",
        register: "play",
        label: Text::new("手順書の新しい版を見落とさない", "A newer version is not overlooked"),
        why: Text::new(
            "対応の途中で手順書が直されることがあります。",
            "A playbook may be mended in the middle of a response.",
        ),
        mend: Text::new(
            "違いを確かめ、必要なら新しい版に切り替えてください。済んだ手順はそのまま残ります。",
            "Look at the difference and switch if it helps; what was done stays done.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::Out("playbook")],
        tells: &[],
        check: |c| {
            let newest = c.out("playbook").and_then(|p| p.int("version")).unwrap_or(0);
            Verdict::when(
                is_running(c.me) && newest > c.me.int("version").unwrap_or(0),
                "version",
                Text::new(
                    "手順書の新しい版が承認されています。",
                    "A newer version of the playbook has been approved.",
                ),
            )
        },
        meets: &[],
    },
];
