//! Urgent check (緊急点検): a method of attack becomes known; do our controls hold, and have we been
//! hit already?

use super::incident::{Incident, IncidentKind};
use crate::govern::person::Person;
use crate::identify::system::System;
use crate::improve::improvement::Improvement;
use crate::*;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum UrgentState {
    /// Under way.
    #[choice(ja = "点検中", en = "Under way", tone = "warning")]
    Open,
    /// No trace.
    #[choice(ja = "被害なし", en = "Not hit", tone = "good")]
    NotHit,
    /// Traces were found.
    #[choice(ja = "被害あり", en = "Hit", tone = "danger")]
    Hit,
}

/// Whether a control bears on the method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Bears {
    /// Yes.
    #[choice(ja = "関係する", en = "Bears on it")]
    Yes,
    /// No.
    #[choice(ja = "関係しない", en = "Does not")]
    No,
}

/// Whether a control works against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ControlWorks {
    /// Tried, and it works.
    #[choice(ja = "働いている", en = "Works", tone = "good")]
    Yes,
    /// In part.
    #[choice(ja = "一部だけ", en = "In part", tone = "caution")]
    Partly,
    /// No.
    #[choice(ja = "働いていない", en = "Does not work", tone = "danger")]
    No,
}

/// What a look for traces has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum TraceResult {
    /// None.
    #[choice(ja = "跡なし", en = "No trace", tone = "good")]
    Nothing,
    /// Found.
    #[choice(ja = "跡あり", en = "Trace found", tone = "danger")]
    Found,
    /// Cannot be told.
    #[choice(ja = "判断できない", en = "Cannot be told", tone = "caution")]
    Unclear,
}

/// A control of ours (NI-401).
#[derive(Debug, Clone, Rows)]
pub struct ControlLine {
    /// Control.
    #[field(ja = "対策", en = "Control", max = 200)]
    pub control: String,
    /// Whether it bears on the method.
    #[field(ja = "この手口に関係するか", en = "Bears on it?")]
    pub bears: Option<Bears>,
    /// Whether it works.
    #[field(ja = "働いているか", en = "Works?")]
    pub works: Option<ControlWorks>,
    /// How that was tried.
    #[field(ja = "確かめた方法・人", en = "How, and who tried it", max = 300)]
    pub how: Option<String>,
    /// What mends it.
    #[field(ja = "直す改善", en = "Improvement that mends it")]
    pub improvement: Option<Ref<Improvement>>,
}

/// A look for traces (NI-402).
#[derive(Debug, Clone, Rows)]
pub struct TraceLine {
    /// Where.
    #[field(ja = "調べる場所", en = "Where", max = 200)]
    pub place: String,
    /// For what.
    #[field(ja = "探す跡", en = "For what", max = 300)]
    pub sought: String,
    /// Outcome.
    #[field(ja = "結果", en = "Outcome")]
    pub result: Option<TraceResult>,
    /// By whom.
    #[field(ja = "調べた人・方法", en = "Who, and how", max = 300)]
    pub by: Option<String>,
    /// When.
    #[field(ja = "調べた日時", en = "Looked at")]
    pub at: Option<Time>,
}

/// An urgent check.
#[derive(Debug, Clone, Register)]
#[register(
    id = "urgent_check",
    wing = Respond,
    menu = 14,
    ja = "緊急点検",
    en = "Urgent check",
    question_ja = "新しい手口に、わたしたちの対策は効きますか。もう被害に遭っていませんか",
    question_en = "Do our controls hold against the new method, and have we been hit already?",
    about_ja = "新しい手口を知ったら、関係する対策が働くかと、すでに受けた跡がないかを、急いで調べます。",
    about_en = "A new method is known: look at once whether the controls that bear on it work, and whether it has been used on us.",
    purpose_ja = "知った手口を、そのままにしないために使います。",
    purpose_en = "So that no method that is known stays unexamined.",
    sort = "known_at",
    sort_down,
    flow = FLOW,
    retention_years = 10
)]
pub struct UrgentCheck {
    /// Method.
    #[field(ja = "手口", en = "Method", title, list, search)]
    pub method: String,
    /// Ground.
    #[field(ja = "知ったきっかけ・出どころ", en = "How it became known", search)]
    pub ground: Long,
    /// Known at.
    #[field(ja = "知った日時", en = "Known at", list)]
    pub known_at: Time,
    /// Case it belongs to; opened where traces are found.
    #[field(ja = "インシデント", en = "Incident", access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Systems.
    #[field(ja = "対象システム", en = "Systems")]
    pub systems: Vec<Ref<System>>,
    /// In charge.
    #[field(ja = "担当", en = "In charge", list)]
    pub lead: Option<Ref<Person>>,
    /// Controls.
    #[field(ja = "関係する対策と働き", en = "Controls, and whether they work")]
    pub controls: Table<ControlLine>,
    /// Traces.
    #[field(ja = "すでに受けた跡", en = "Traces of having been hit")]
    pub traces: Table<TraceLine>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<UrgentState>,
    /// Judged by.
    #[field(ja = "判断した人", en = "Judged by", system)]
    pub judged_by: Option<Ref<Person>>,
    /// Judged at.
    #[field(ja = "判断した日時", en = "Judged at", system)]
    pub judged_at: Option<Time>,
}

fn text<'a>(row: &'a Body, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

const CONTROLS: Gate = Gate {
    id: "controls_tried",
    label: Text::new(
        "どの対策が関係し、働いているかを確かめた",
        "Which controls bear on it, and whether they work, is known",
    ),
    mend: Text::new(
        "対策ごとに、関係するかを選び、関係するものは働いているかを確かめた方法とともに入れてください。",
        "Say of each control whether it bears on it, and of those that do, whether they work and how you tried.",
    ),
    inputs: &[],
    holds: |c| {
        c.me.rows("controls").count() > 0
            && c.me.rows("controls").all(|r| match text(r, "bears") {
                "yes" => !text(r, "works").is_empty() && !text(r, "how").is_empty(),
                "no" => true,
                _ => false,
            })
    },
    meets: &["NI-401"],
};

const NO_TRACE: Gate = Gate {
    id: "no_trace",
    label: Text::new("調べた場所のどこにも跡がない", "No trace in any place looked at"),
    mend: Text::new(
        "調べる場所を挙げ、全部に結果を入れてください。跡があるか、判断できない場所が残るうちは「被害なし」にできません。",
        "Name the places and give every outcome. With a trace, or a place that cannot be told, it is not \"not hit\".",
    ),
    inputs: &[],
    holds: |c| {
        c.me.rows("traces").count() > 0
            && c.me.rows("traces").all(|r| text(r, "result") == TraceResult::Nothing.id())
    },
    meets: &["NI-402"],
};

const TRACE: Gate = Gate {
    id: "trace_found",
    label: Text::new("跡が見つかっている", "A trace has been found"),
    mend: Text::new(
        "跡のあった場所の結果を入れてください。",
        "Give the outcome where it was found.",
    ),
    inputs: &[],
    holds: |c| c.me.rows("traces").any(|r| text(r, "result") == TraceResult::Found.id()),
    meets: &["NI-402"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "not_hit",
            label: Text::new("被害なしと判断する", "Judge: not hit"),
            from: &["open"],
            to: "not_hit",
            asks: &[("judged_by", true)],
            stamps: &["judged_at"],
            gates: &[CONTROLS, NO_TRACE],
            meets: &["NI-401", "NI-402"],
            ..Transition::PLAIN
        },
        Transition {
            id: "hit",
            label: Text::new("被害ありと判断する", "Judge: hit"),
            from: &["open"],
            to: "hit",
            asks: &[("judged_by", true)],
            stamps: &["judged_at"],
            gates: &[TRACE],
            follows: &[Follow {
                label: Text::new("インシデントを開く", "Opens an incident"),
                inputs: &[],
                open: incident,
                meets: &["NI-402"],
            }],
            meets: &["NI-402"],
            ..Transition::PLAIN
        },
        Transition {
            id: "look_again",
            label: Text::new("もう一度調べる", "Look again"),
            from: &["not_hit", "hit"],
            to: "open",
            reason: true,
            fill: Some(|_| {
                ["judged_by", "judged_at"]
                    .into_iter()
                    .map(|f| (f.to_owned(), Value::Null))
                    .collect()
            }),
            ..Transition::PLAIN
        },
    ],
};

fn incident(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    if c.me.body.contains_key("incident") {
        return Vec::new();
    }
    let found: Vec<String> =
        c.me.rows("traces")
            .filter(|r| text(r, "result") == TraceResult::Found.id())
            .map(|r| format!("{}: {}", text(r, "place"), text(r, "sought")))
            .collect();
    let mut body = Body::new();
    body.insert("title".into(), c.me.text("method").into());
    body.insert("kind".into(), IncidentKind::CyberAttack.id().into());
    body.insert("summary".into(), found.join("\n").into());
    body.insert("aware_at".into(), c.now.millis().into());
    vec![NewRecord { register: Incident::ID, body, link_back: Some("incident") }]
}

/// Rules of urgent checks.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "urgent_check.late",
        register: "urgent_check",
        label: Text::new("新しい手口の点検が時間内に終わる", "A new method is checked in time"),
        why: Text::new(
            "知られた手口は、すぐに使われます。",
            "A method that is known is soon in use.",
        ),
        mend: Text::new(
            "対策と跡を調べ、判断まで進めてください。",
            "Look at controls and traces, and bring it to a judgement.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::All("setting")],
        tells: &["csirt", "security_manager"],
        check: |c| {
            let (true, Some(known)) = (c.me.text("state") == "open", c.me.time("known_at")) else {
                return Verdict::ok();
            };
            let due = known.plus(c.settings.int("urgent_check.hours") * HOUR);
            if c.now < due {
                return Verdict::ok().check_at(due);
            }
            Verdict::finding("state", "点検が終わっていません。", "The check is not done.")
        },
        meets: &["NI-401", "NI-402"],
    },
    RuleDef {
        id: "urgent_check.weak",
        register: "urgent_check",
        label: Text::new("働かない対策に手を打っている", "Controls that fail are being mended"),
        why: Text::new(
            "効かないと分かった対策は、穴が開いたままです。",
            "A control known to fail is an open hole.",
        ),
        mend: Text::new(
            "改善を登録し、その対策の行に結び付けてください。",
            "Register an improvement and tie it to that line.",
        ),
        severity: Severity::Serious,
        inputs: &[],
        tells: &[],
        check: |c| {
            let weak = |r: &&Body| {
                matches!(text(r, "works"), "partly" | "no") && text(r, "improvement").is_empty()
            };
            c.me.rows("controls").filter(weak).fold(Verdict::ok(), |v, r| {
                let control = text(r, "control");
                v.and(
                    "controls",
                    format!("「{control}」がこの手口に十分働きません。"),
                    format!("\"{control}\" does not fully work against it."),
                )
            })
        },
        meets: &["NI-401"],
    },
];
