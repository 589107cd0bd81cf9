//! The steps of a report: taken, judged, graded, answered.

use super::incident::{Detection, Grade, Incident, IncidentKind};
use super::message;
use super::report::{Desk, Handling, ReportKind, Route};
use crate::govern::role;
use crate::*;

const DESK: &[&str] = &[
    "reporting_desk",
    "csirt",
    "security_manager",
    "it_manager",
    "ciso",
    "coordinator",
    "unforeseen_owner",
];

/// Those who judge, and who mends.
const FIXERS: &[&str] = &[
    "reporting_desk",
    "csirt",
    "security_manager",
    "it_manager",
    "ciso",
    "coordinator",
    "unforeseen_owner",
    "technical_lead",
];

/// The steps of a report.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "received",
    start: Start {
        stamps: &["reported_at", "detected_at"],
        inputs: &[Input::All("role")],
        fill: Some(fill),
        follows: &[
            Follow {
                label: Text::new(
                    "IT管理責任者・経営者・外部のIT支援会社へ知らせる",
                    "Tells IT management, top management and the external IT support",
                ),
                inputs: &[Input::All("role")],
                open: tell_three,
                meets: &["TK-67", "NI-275"],
            },
            Follow {
                label: Text::new(
                    "検知した事象を、関係する部門の責任者へ知らせる",
                    "Tells the heads of the departments concerned of what was detected",
                ),
                inputs: &[Input::Out("systems"), Input::All("department")],
                open: super::event_share::shares,
                meets: &["NI-177"],
            },
            super::paging_flow::WAKE_FOR_REPORT,
        ],
    },
    transitions: &[
        Transition {
            id: "take",
            label: Text::new("受け付ける", "Take it"),
            from: &["received"],
            to: "taken",
            asks: &[("owner", false)],
            stamps: &["received_at"],
            who: DESK,
            meets: &["TK-68", "JP-22"],
            ..Transition::PLAIN
        },
        Transition {
            id: "open_incident",
            label: Text::new("インシデントとして対応する", "Handle as an incident"),
            from: &["received", "taken", "watching", "fixing"],
            to: "incident",
            asks: &[("event", true), ("criterion", false), ("answer", false)],
            stamps: &["received_at", "judged_at"],
            reason: true,
            follows: &[Follow {
                label: Text::new("インシデントを開く", "Opens an incident"),
                inputs: &[],
                open: open_incident,
                meets: &["JP-20"],
            }],
            who: DESK,
            meets: &["JP-19", "JP-20", "TK-14"],
            ..Transition::PLAIN
        },
        Transition {
            id: "join",
            label: Text::new("既にあるインシデントに加える", "Join an open incident"),
            from: &["received", "taken", "watching", "fixing"],
            to: "incident",
            asks: &[("incident", true), ("answer", false)],
            stamps: &["received_at", "judged_at"],
            who: DESK,
            ..Transition::PLAIN
        },
        Transition {
            id: "not_incident",
            label: Text::new("インシデントではないと判断する", "Judge: not an incident"),
            from: &["received", "taken", "watching"],
            to: "not_incident",
            asks: &[("criterion", false), ("answer", true)],
            stamps: &["received_at", "judged_at"],
            reason: true,
            who: DESK,
            meets: &["JP-20", "JP-23"],
            ..Transition::PLAIN
        },
        Transition {
            id: "watch",
            label: Text::new("様子を見る", "Watch it"),
            from: &["received", "taken", "watching"],
            to: "watching",
            asks: &[("answer", false)],
            stamps: &["received_at"],
            fill: Some(judged_now),
            reason: true,
            who: DESK,
            meets: &["NI-178"],
            ..Transition::PLAIN
        },
        Transition {
            id: "grade",
            label: Text::new("深刻さを決めて直し始める", "Grade it and begin mending"),
            from: &["received", "taken"],
            to: "fixing",
            asks: &[("severity", true), ("owner", false), ("answer", false)],
            stamps: &["received_at", "graded_at"],
            fill: Some(handled),
            gates: &[WEAKNESS],
            who: DESK,
            meets: &["NI-244"],
            ..Transition::PLAIN
        },
        Transition {
            id: "fix",
            label: Text::new("直したと記録する", "Record as mended"),
            from: &["fixing"],
            to: "fixed",
            asks: &[("outcome", true), ("answer", true)],
            stamps: &["fixed_at", "judged_at"],
            who: FIXERS,
            meets: &["NI-243"],
            ..Transition::PLAIN
        },
        Transition {
            id: "learn",
            label: Text::new("ヒヤリハットとして活かす", "Use as a near-miss"),
            from: &["received", "taken"],
            to: "learned",
            asks: &[("nearly", true), ("effect_class", true), ("answer", true)],
            stamps: &["received_at", "judged_at"],
            who: DESK,
            meets: &["IPA-68", "IPA-03"],
            ..Transition::PLAIN
        },
    ],
};

const WEAKNESS: Gate = Gate {
    id: "weakness",
    label: Text::new(
        "脆弱性か設定の誤りについての報告である",
        "It is a report of a vulnerability or a wrong setting",
    ),
    mend: Text::new(
        "報告の種類を確かめてください。ほかの報告は、インシデントかどうかを見極めます。",
        "Mind the kind of report. Others are triaged for being an incident.",
    ),
    inputs: &[],
    holds: |c| {
        let weak = [ReportKind::Vulnerability.id(), ReportKind::Misconfiguration.id()];
        weak.contains(&c.me.text("kind"))
    },
    meets: &[],
};

/// Each look is a verdict of its own: the time to look again counts from the last.
fn judged_now(c: &RuleCtx<'_>) -> Body {
    Body::from_iter([("judged_at".to_owned(), c.now.millis().into())])
}

/// The grade decides how it is handled.
fn handled(c: &RuleCtx<'_>) -> Body {
    let handling = Grade::from_id(c.me.text("severity")).map(Handling::of);
    handling.map(|h| ("handling".to_owned(), h.id().into())).into_iter().collect()
}

/// Summary line, kind, and an owner: the reporting desk, or whoever answers for the unforeseen.
fn fill(c: &RuleCtx<'_>) -> Body {
    let mut body = Body::new();
    let first: String =
        c.me.text("what").lines().next().unwrap_or_default().chars().take(60).collect();
    body.insert("title".into(), first.into());
    body.insert("kind".into(), ReportKind::Odd.id().into());
    let public = c.me.text(ORIGIN) == "public";
    let route = if public { Route::PublicForm } else { Route::Form };
    body.insert("route".into(), route.id().into());
    body.insert("desk".into(), Desk::Reporting.id().into());
    let known = c.me.body.contains_key("event") && c.me.text("event") != IncidentKind::Other.id();
    let order: &[&str] = if known {
        &["reporting_desk", "security_manager", "unforeseen_owner", "coordinator"]
    } else {
        &["unforeseen_owner", "reporting_desk", "security_manager", "coordinator"]
    };
    let owner = order.iter().find_map(|kind| holder(c, kind));
    if let Some(owner) = owner {
        body.insert("owner".into(), owner.as_str().into());
    }
    body
}

fn holder(c: &RuleCtx<'_>, kind: &str) -> Option<RecordId> {
    c.all("role").filter(|r| r.text("kind") == kind).find_map(|r| role::acting_person(r, c.now))
}

fn tell_three(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    ["it_manager", "executive", "external_support"]
        .into_iter()
        .filter_map(|kind| c.all("role").find(|r| r.text("kind") == kind))
        .map(|role| {
            // Nobody must take a drill for the real thing.
            let drill = if c.me.flag("drill") { "【訓練 / Drill】" } else { "" };
            let subject = format!("{drill}新しい報告 / New report: {}", c.me.text("title"));
            NewRecord::of(&message::notice(role, subject, c.me.text("what"), c.now, c.me))
        })
        .collect()
}

fn open_incident(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let mut body = Body::new();
    body.insert("title".into(), c.me.text("title").into());
    body.insert("summary".into(), c.me.text("what").into());
    for (to, from) in [
        ("kind", "event"),
        ("department", "department"),
        ("detected_at", "detected_at"),
        ("reported_at", "reported_at"),
        ("lead", "owner"),
        ("severity", "severity"),
        ("priority", "urgency"),
        ("assets", "assets"),
        ("past_cases", "past_cases"),
        ("criterion", "criterion"),
        ("drill", "drill"),
    ] {
        if let Some(v) = c.me.body.get(from) {
            body.insert(to.into(), v.clone());
        }
    }
    body.insert("aware_at".into(), c.now.millis().into());
    let systems: Vec<Value> =
        c.me.ids("systems").into_iter().map(|s| serde_json::json!({ "system": s })).collect();
    if !systems.is_empty() {
        body.insert("systems".into(), systems.into());
    }
    let kind = ReportKind::from_id(c.me.text("kind"));
    let detection = match kind {
        Some(ReportKind::Outside) => Detection::OutsideNotice,
        Some(ReportKind::Detected) => Detection::LogMonitoring,
        _ => Detection::EmployeeReport,
    };
    body.insert("detection".into(), detection.id().into());
    body.insert("state".into(), "reported".into());
    vec![NewRecord { register: Incident::ID, body, link_back: None }.linked_from("incident")]
}
