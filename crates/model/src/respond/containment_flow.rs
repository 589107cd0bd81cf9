//! The steps of a containment or eradication: weighed, decided, carried out, reviewed, undone.

use super::collection;
use super::containment::{Containment, Means, Phase};
use super::evidence;
use super::task::Task;
use crate::govern::authority::deciders;
use crate::*;

const RESPONDERS: &[&str] = &[
    "csirt",
    "technical_lead",
    "security_manager",
    "it_manager",
    "ciso",
    "coordinator",
    "executive",
];

fn given(c: &RuleCtx<'_>, field: &str) -> bool {
    match c.me.body.get(field) {
        Some(Value::String(s)) => !s.trim().is_empty(),
        other => other.is_some(),
    }
}

fn all(c: &RuleCtx<'_>, fields: &[&str]) -> bool {
    fields.iter().all(|f| given(c, f))
}

/// An eradication that stops nothing needs no weighing of a stop.
fn harmless(c: &RuleCtx<'_>) -> bool {
    c.me.text("phase") == Phase::Eradication.id() && !Means::stops(c.me.text("means"))
}

// What the gates of one step read is handed in for all of them together. `CASE_OPEN` holds the
// inputs, so that the others count as mended by what the form asks for.
const CASE_OPEN: Gate = Gate {
    id: "case_open",
    label: Text::new("インシデントが終わっていない", "The incident is not over"),
    mend: Text::new("終わった案件では措置を取れません。", "A case that is over takes no action."),
    inputs: &[
        Input::Out("incident"),
        Input::Out("system"),
        Input::All("authority"),
        Input::All("role"),
        Input::Out("stop_point"),
        Input::Beside("incident", "evidence", "incident"),
        Input::Beside("incident", "collection", "incident"),
        Input::Beside("incident", "containment", "incident"),
        Input::Beside("incident", "decision", "incident"),
    ],
    holds: |c| {
        c.out("incident").is_none_or(|i| !matches!(i.text("state"), "closed" | "false_alarm"))
    },
    meets: &[],
};

const STATED: Gate = Gate {
    id: "means_stated",
    label: Text::new(
        "すること・期待する効果・元に戻す方法がある",
        "Action, expected effect and the way back are stated",
    ),
    mend: Text::new(
        "すること、期待する効果、元に戻す方法を書いてください。",
        "Write what is done, what it shall bring, and how to undo it.",
    ),
    inputs: &[],
    holds: |c| all(c, &["action", "expected", "undo"]),
    meets: &["JP-35"],
};

const WEIGHED: Gate = Gate {
    id: "effect_weighed",
    label: Text::new(
        "業務・お客さま・費用への影響を考えている",
        "The effect on processes, customers and cost was weighed",
    ),
    mend: Text::new(
        "影響する業務、影響するお客さま、費用の見込みを書いてください。無ければ「なし」と書きます。",
        "Write which processes and customers are hit and what it costs; if none, say so.",
    ),
    inputs: &[],
    holds: |c| harmless(c) || all(c, &["processes", "customers", "cost"]),
    meets: &["JP-36", "TK-74"],
};

const LIMITED: Gate = Gate {
    id: "duration_set",
    label: Text::new("終わり、または見直す日時がある", "It has an end or a time of review"),
    mend: Text::new("これから先の日時を入れてください。", "Give a time that lies ahead."),
    inputs: &[],
    holds: |c| harmless(c) || c.me.time("review_at").is_some_and(|t| t > c.now),
    meets: &["JP-37", "TK-74"],
};

const SCOPED: Gate = Gate {
    id: "scope_first",
    label: Text::new("先に範囲を確かめている", "The scope was fixed first"),
    mend: Text::new(
        "止める前に、いま分かっている範囲を書いてください。",
        "Before a stop, write how far it reaches as far as is known.",
    ),
    inputs: &[],
    holds: |c| !Means::stops(c.me.text("means")) || given(c, "scope"),
    meets: &["TK-74"],
};

const STAGED: Gate = Gate {
    id: "in_stages",
    label: Text::new("段階を追っている", "It goes in stages"),
    mend: Text::new(
        "段階は1から始めます。次の段階は、前の段階を実施してからです。",
        "Stages begin with 1; the next follows once the one before was carried out.",
    ),
    inputs: &[],
    holds: |c| {
        if !Means::stops(c.me.text("means")) {
            return true;
        }
        let before = |r: &Record, n: i64| {
            r.id != c.me.id
                && r.int("stage") == Some(n)
                && matches!(r.text("state"), "done" | "extended" | "lifted")
        };
        match c.me.int("stage") {
            Some(1) => true,
            Some(n) if n > 1 => {
                c.beside("incident", "containment", "incident").any(|r| before(r, n - 1))
            }
            _ => false,
        }
    },
    meets: &["TK-74"],
};

/// Everyone whom the authority table lets cut or halt: by the line that the action or its point
/// names, else by any line on cutting or halting. Empty where the table says nothing.
pub fn named_deciders(c: &RuleCtx<'_>) -> Vec<RecordId> {
    let point = c.out("stop_point").and_then(|p| p.ids("authority").first().copied());
    let line = c.me.ids("authority").first().copied().or(point);
    c.all("authority")
        .filter(|a| match line {
            Some(id) => a.id.as_str() == id,
            None => matches!(a.text("power"), "isolate" | "halt"),
        })
        .flat_map(|a| deciders(a, |id| c.snap.get("role", id), c.now))
        .collect()
}

const DECIDER: Gate = Gate {
    id: "decider_named",
    label: Text::new("権限のある人が決めている", "Somebody with authority decided"),
    mend: Text::new(
        "権限表が示す人（不在なら代行）を選ぶか、表に無い人が決めた理由を書いてください。",
        "Choose whom the authority table names, or the deputy, or write why somebody else decided.",
    ),
    inputs: &[],
    holds: |c| {
        let named = named_deciders(c);
        let decider = c.me.ids("decider").first().map(|id| RecordId::new(*id));
        decider.is_some_and(|d| named.is_empty() || named.contains(&d) || given(c, "outside_table"))
    },
    meets: &["NI-188", "TK-74"],
};

const EVIDENCE_FIRST: Gate = Gate {
    id: "evidence_first",
    label: Text::new("この対象の証拠を先に取っている", "Evidence of this target was taken first"),
    mend: Text::new(
        "この機器・システムの証拠を選ぶか、証拠なしで進めると決めた人と理由を入れてください。",
        "Choose evidence of this device or system, or name who decides to go on without, and why.",
    ),
    inputs: &[],
    holds: |c| {
        let chosen = c.me.ids("evidence");
        let (system, device) = (c.me.text("system"), c.me.text("device"));
        let any = system.is_empty() && device.trim().is_empty();
        let mut items: Vec<&Record> = c.beside("incident", "evidence", "incident").collect();
        items.retain(|e| chosen.contains(&e.id.as_str()));
        let covered =
            if any { !items.is_empty() } else { evidence::covers(&items, c.out("system"), device) };
        covered || all(c, &["no_evidence_by", "no_evidence_why"])
    },
    meets: &["TK-79"],
};

const COLLECTED_FIRST: Gate = Gate {
    id: "collected_first",
    label: Text::new(
        "止めると失うデータを先に取っている",
        "What the stop would destroy was taken first",
    ),
    mend: Text::new(
        "収集リストの残りを取るか、待てない理由を書いてください。残りの収集は続けます。",
        "Take what is left on the collection list, or write why it cannot wait; the rest goes on.",
    ),
    inputs: &[],
    holds: |c| {
        !Means::stops(c.me.text("means"))
            || given(c, "hurry")
            || !c
                .beside("incident", "collection", "incident")
                .any(|i| i.text("system") == c.me.text("system") && collection::lost_by_stop(i))
    },
    meets: &["NI-416"],
};

const TASKS_OVER: Gate = Gate {
    id: "tasks_over",
    label: Text::new("この措置の作業が終わっている", "The tasks of this action are over"),
    mend: Text::new(
        "残りの作業を完了にするか、理由を付けて取りやめてください。",
        "Finish its tasks, or drop them with the reason.",
    ),
    inputs: &[Input::In("task", "containment")],
    holds: |c| {
        !c.incoming("task", "containment").any(|t| matches!(t.text("state"), "" | "open" | "doing"))
    },
    meets: &["NI-188"],
};

/// Opens the work: what to collect first, then the action itself, then whether the spread stopped.
const OPEN_TASKS: Follow = Follow {
    label: Text::new("実施の作業を開く", "Opens the tasks"),
    inputs: &[Input::Beside("incident", "collection", "incident")],
    open: |c| {
        let target = c.me.text("target");
        let new = |ja: String, en: String| {
            let mut task = Task::new(Ref::new(RecordId::new(c.me.text("incident"))), ja);
            task.title_en = Some(en);
            task.containment = Some(Ref::new(c.me.id.clone()));
            task.assignee = c.me.ids("operator").first().map(|p| Ref::new(RecordId::new(*p)));
            task
        };
        let mut first = new(format!("措置を実施する：{target}"), format!("Carry out: {target}"));
        first.note = to_collect(c).map(Long);
        let last = new(
            format!("広がりが止まったか確かめる：{target}"),
            format!("See whether the spread stopped: {target}"),
        );
        [first, last].iter().map(NewRecord::of).collect()
    },
    meets: &["NI-188", "NI-416"],
};

/// What is to be taken before the stop, in order, with tool and steps.
fn to_collect(c: &RuleCtx<'_>) -> Option<String> {
    if !Means::stops(c.me.text("means")) {
        return None;
    }
    let mut items: Vec<&Record> = c
        .beside("incident", "collection", "incident")
        .filter(|i| i.text("system") == c.me.text("system") && collection::open(i))
        .collect();
    items.sort_by_key(|i| i.int("order").unwrap_or(i64::MAX));
    let line = |(n, i): (usize, &&Record)| {
        let how = [i.text("tool"), i.text("method"), i.text("steps")];
        let how: Vec<&str> = how.into_iter().filter(|t| !t.is_empty()).collect();
        format!("{}. {}　{}", n + 1, i.text("data"), how.join(" / "))
    };
    let lines: Vec<String> = items.iter().enumerate().map(line).collect();
    (!lines.is_empty())
        .then(|| format!("止める前に取る / Take before the stop:\n{}", lines.join("\n")))
}

/// Puts what is to be taken of the target on the collection list.
pub const OPEN_LIST: Follow = Follow {
    label: Text::new("対象の収集リストを作る", "Makes the collection list of the target"),
    inputs: &[
        Input::Out("incident"),
        Input::Beside("incident", "collection", "incident"),
        Input::All("collection_guide"),
        Input::All("log_source"),
    ],
    open: |c| {
        let (Some(system), Some(incident)) =
            (c.me.ids("system").first().copied(), c.out("incident"))
        else {
            return Vec::new();
        };
        if !matches!(c.me.text("state"), "planned" | "decided") {
            return Vec::new();
        }
        let known: Vec<&Record> = c.beside("incident", "collection", "incident").collect();
        let from = collection::matters_from(incident, c.now);
        collection::items(c, &incident.id, system, from, &known)
    },
    meets: &["NI-416"],
};

/// Minutes from a decision to the end or review that it sets.
fn within(end: Time, from: Time) -> Value {
    (end.since(from) / MINUTE).max(0).into()
}

/// The next term of an action that goes on: a record of its own, with its own decider and limit.
const NEXT_TERM: Follow = Follow {
    label: Text::new("次の期間の記録を開く", "Opens the record of the next term"),
    inputs: &[],
    open: |c| {
        let mut body = c.me.body.clone();
        for field in ["number", "reviewed_at", "next_review_at", "extended_by", "corrects"] {
            body.remove(field);
        }
        let mut put = |field: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(field.to_owned(), value);
            }
        };
        put("state", Some("done".into()));
        put("continues", Some(c.me.id.as_str().into()));
        put("decided_at", Some(c.now.millis().into()));
        put("decider", c.me.body.get("extended_by").cloned());
        put("review_at", c.me.body.get("next_review_at").cloned());
        put("review_within", c.me.time("next_review_at").map(|end| within(end, c.now)));
        vec![NewRecord { register: Containment::ID, body, link_back: None }]
    },
    meets: &["JP-37"],
};

const LATER: Gate = Gate {
    id: "later",
    label: Text::new("次の日時がこれから先である", "The next time lies ahead"),
    mend: Text::new("これから先の日時を入れてください。", "Give a time that lies ahead."),
    inputs: &[],
    holds: |c| c.me.time("next_review_at").is_some_and(|t| t > c.now),
    meets: &[],
};

/// What is asked for while an action is weighed.
const PLANNING: [(&str, bool); 16] = [
    ("target", false),
    ("means", false),
    ("system", false),
    ("device", false),
    ("stop_point", false),
    ("criterion", false),
    ("action", false),
    ("expected", false),
    ("undo", false),
    ("scope", false),
    ("stage", false),
    ("processes", false),
    ("customers", false),
    ("cost", false),
    ("authority", false),
    ("operator", false),
];

/// The steps.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "planned",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "redraft",
            label: Text::new("案を直す", "Change the draft"),
            from: &["planned"],
            to: "planned",
            asks: &PLANNING,
            who: RESPONDERS,
            ..Transition::PLAIN
        },
        Transition {
            id: "decide",
            label: Text::new("実施を決める", "Decide to do it"),
            from: &["planned"],
            to: "decided",
            asks: &[
                ("decider", true),
                ("outside_table", false),
                ("review_at", false),
                ("operator", false),
                ("action", false),
                ("expected", false),
                ("undo", false),
                ("scope", false),
                ("stage", false),
                ("processes", false),
                ("customers", false),
                ("cost", false),
                ("authority", false),
                ("decided_at", false),
            ],
            stamps: &["decided_at"],
            fill: Some(|c| {
                let span = c.me.time("review_at").zip(c.me.time("decided_at"));
                span.map(|(end, from)| ("review_within".to_owned(), within(end, from)))
                    .into_iter()
                    .collect()
            }),
            reason: true,
            gates: &[CASE_OPEN, SCOPED, STAGED, STATED, WEIGHED, LIMITED, DECIDER],
            follows: &[OPEN_TASKS],
            who: RESPONDERS,
            meets: &["JP-35", "JP-36", "JP-37", "TK-74", "NI-188"],
            ..Transition::PLAIN
        },
        Transition {
            id: "start",
            label: Text::new("実施を始める", "Start"),
            from: &["decided"],
            to: "running",
            asks: &[
                ("logs_kept", true),
                ("operator", true),
                ("evidence", false),
                ("no_evidence_by", false),
                ("no_evidence_why", false),
                ("hurry", false),
                ("started_at", false),
            ],
            stamps: &["started_at"],
            gates: &[CASE_OPEN, EVIDENCE_FIRST, COLLECTED_FIRST],
            who: RESPONDERS,
            meets: &["TK-61", "TK-79", "NI-416"],
            ..Transition::PLAIN
        },
        Transition {
            id: "finish",
            label: Text::new("実施を終えた", "Carried out"),
            from: &["running"],
            to: "done",
            asks: &[("result", true), ("effect_seen", true), ("spread", true), ("ended_at", false)],
            stamps: &["ended_at"],
            gates: &[TASKS_OVER],
            who: RESPONDERS,
            meets: &["TK-79", "NI-188"],
            ..Transition::PLAIN
        },
        Transition {
            id: "extend",
            label: Text::new("見直して延ばす", "Review and extend"),
            from: &["done"],
            to: "extended",
            asks: &[("next_review_at", true), ("extended_by", true)],
            stamps: &["reviewed_at"],
            reason: true,
            gates: &[LATER],
            follows: &[NEXT_TERM],
            who: RESPONDERS,
            meets: &["JP-37"],
            ..Transition::PLAIN
        },
        Transition {
            id: "lift",
            label: Text::new("元に戻した", "Undone"),
            from: &["done"],
            to: "lifted",
            asks: &[("undone", true), ("lifted_at", false)],
            stamps: &["lifted_at", "reviewed_at"],
            reason: true,
            who: RESPONDERS,
            meets: &["JP-37"],
            ..Transition::PLAIN
        },
        Transition {
            id: "drop",
            label: Text::new("取りやめる", "Drop"),
            from: &["planned", "decided"],
            to: "dropped",
            stamps: &["reviewed_at"],
            reason: true,
            who: RESPONDERS,
            ..Transition::PLAIN
        },
    ],
};
