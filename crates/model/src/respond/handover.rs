//! Shift handover (当番の引き継ぎ): what is open goes from one to the next, and is accepted.

use super::incident::Incident;
use super::timeline_entry::{EntryKind, TimelineEntry};
use crate::govern::person::Person;
use crate::*;

/// Where a handover stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum HandoverState {
    /// Offered.
    #[choice(ja = "受け取り待ち", en = "Waiting to be taken", tone = "caution")]
    Offered,
    /// Accepted.
    #[choice(ja = "受け取り済み", en = "Taken", tone = "good")]
    Accepted,
    /// Called off.
    #[choice(ja = "取りやめ", en = "Called off")]
    Withdrawn,
}

/// Something open at the handover.
#[derive(Debug, Clone, Rows)]
pub struct OpenThing {
    /// What, in words.
    #[field(ja = "残っていること", en = "Open", max = 400)]
    pub text: String,
    /// Its record.
    #[field(ja = "記録", en = "Record")]
    pub about: Option<AnyRef>,
    /// By when.
    #[field(ja = "期限", en = "Due")]
    pub due_at: Option<Time>,
}

/// A handover.
#[derive(Debug, Clone, Register)]
#[register(
    id = "handover",
    wing = Respond,
    menu = 6,
    ja = "引き継ぎ",
    en = "Handover",
    question_ja = "次の当番に、何が渡り、受け取られましたか",
    question_en = "What was handed to the next shift, and was it taken?",
    about_ja = "残っている作業・期限・分からないことは、記録から自動で入ります。受け取る人が確かめて受け取ると、引き継ぎが済みます。",
    about_en = "Open tasks, deadlines and unknowns are filled in from the record. It is done once the next one has taken it.",
    purpose_ja = "交代のときに、やりかけのことが失われないようにするために残します。",
    purpose_en = "So that nothing begun is lost when people change.",
    sort = "offered_at",
    sort_down,
    flow = FLOW,
    check = check,
    retention_years = 10
)]
pub struct Handover {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// From.
    #[field(ja = "渡す人", en = "From", list)]
    pub from: Ref<Person>,
    /// To.
    #[field(ja = "受け取る人", en = "To", list)]
    pub to: Ref<Person>,
    /// Note.
    #[field(
        ja = "申し送り",
        en = "Note",
        title,
        search,
        help_ja = "記録に書いていないこと、気がかりなことを書きます。",
        help_en = "What is not on record, and what worries you."
    )]
    pub note: Option<Long>,
    /// Command goes with it.
    #[field(ja = "指揮も引き継ぐ", en = "Command goes with it")]
    pub command: bool,
    /// Open things, from the record.
    #[field(ja = "残っていること", en = "Open", system)]
    pub open: Table<OpenThing>,
    /// What is unknown, from the record.
    #[field(ja = "まだ分からないこと", en = "Not known", system)]
    pub unknown: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<HandoverState>,
    /// Offered at.
    #[field(ja = "渡した日時", en = "Offered at", list, system)]
    pub offered_at: Option<Time>,
    /// Who took it.
    #[field(ja = "受け取った人", en = "Taken by", system)]
    pub taken_by: Option<Ref<Person>>,
    /// Taken at.
    #[field(ja = "受け取った日時", en = "Taken at", list, system)]
    pub accepted_at: Option<Time>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    if body.get("from").is_some() && body.get("from") == body.get("to") {
        let text = Message::new(
            "渡す人と受け取る人を、別の人にしてください。",
            "The two must be different people.",
        );
        return vec![FieldProblem::new("to", "same_person", text)];
    }
    Vec::new()
}

/// What is open in the case as it stands: deadlines first, then tasks, each nearest first; calls
/// that nobody has answered; answers that are awaited.
fn gather(c: &RuleCtx<'_>) -> Body {
    let of = |register| c.beside("incident", register, "incident");
    let far = Time::from_millis(i64::MAX);
    let mut open: Vec<(u8, Time, Value)> = Vec::new();
    let mut put = |rank: u8, r: &Record, title: String, due: Option<Time>| {
        let text: String = title.chars().take(400).collect();
        let mut row = serde_json::json!({"text": text, "about": format!("{}/{}", r.def.id, r.id)});
        if let Some(due) = due {
            row["due_at"] = due.millis().into();
        }
        open.push((rank, due.unwrap_or(far), row));
    };
    for o in of("obligation").filter(|o| o.text("state") == "open") {
        put(0, o, o.title(), o.time("due_at"));
    }
    for p in of("paging").filter(|p| matches!(p.text("state"), "calling" | "unanswered")) {
        put(1, p, p.title(), p.time("next_at"));
    }
    for t in of("task").filter(|t| matches!(t.text("state"), "" | "open" | "doing")) {
        put(2, t, t.title(), t.time("due_at"));
    }
    let awaited = |m: &&Record| m.flag("answer_awaited") && m.text("state") == "sent";
    for m in of("message").filter(awaited) {
        put(3, m, m.title(), None);
    }
    open.sort_by_key(|(rank, due, _)| (*rank, *due));
    let mut body = Body::new();
    if !open.is_empty() {
        let rows: Vec<Value> = open.into_iter().take(200).map(|(.., row)| row).collect();
        body.insert("open".into(), Value::Array(rows));
    }
    if let Some(unknown) = c.out("incident").and_then(|i| i.body.get("unknown")) {
        body.insert("unknown".into(), unknown.clone());
    }
    body
}

const BY_THE_TAKER: Gate = Gate {
    id: "by_the_taker",
    label: Text::new("受け取る人が受け取っている", "It is taken by whom it was offered to"),
    mend: Text::new(
        "受け取る人に、自分で受け取ってもらってください。",
        "Let the person it was offered to take it.",
    ),
    inputs: &[],
    holds: |c| {
        let to = c.me.ids("to");
        c.me.ids("taken_by") == to && c.actor.is_none_or(|a| to == [a.as_str()])
    },
    meets: &[],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "offered",
    start: Start {
        stamps: &["offered_at"],
        inputs: &[
            Input::Out("incident"),
            Input::Beside("incident", "task", "incident"),
            Input::Beside("incident", "obligation", "incident"),
            Input::Beside("incident", "paging", "incident"),
            Input::Beside("incident", "message", "incident"),
        ],
        fill: Some(gather),
        follows: &[],
    },
    transitions: &[
        Transition {
            id: "accept",
            label: Text::new("受け取る", "Take it"),
            from: &["offered"],
            to: "accepted",
            asks: &[("taken_by", true)],
            stamps: &["accepted_at"],
            gates: &[BY_THE_TAKER],
            follows: &[NOTE],
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("取りやめる", "Call it off"),
            from: &["offered"],
            to: "withdrawn",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

const NOTE: Follow = Follow {
    label: Text::new("時系列に引き継ぎを残す", "Notes the handover in the timeline"),
    inputs: &[Input::Out("from"), Input::Out("to")],
    open: |c| {
        let Some(incident) = c.me.ids("incident").first().map(|id| RecordId::new(*id)) else {
            return Vec::new();
        };
        let name = |f: &str| c.out(f).map(|p| p.text("name").to_owned()).unwrap_or_default();
        let (from, to, n) = (name("from"), name("to"), c.me.rows("open").count());
        let mut body = Body::new();
        body.insert("incident".into(), incident.as_str().into());
        body.insert("at".into(), c.now.millis().into());
        body.insert("kind".into(), EntryKind::Action.id().into());
        let text = format!(
            "{from}さんから{to}さんへ引き継ぎました（残り{n}件）。 / Handed over from {from} to {to} ({n} open)."
        );
        body.insert("text".into(), text.into());
        if let Some(to) = c.me.body.get("to") {
            body.insert("person".into(), to.clone());
        }
        body.insert("about".into(), format!("{}/{}", Handover::ID, c.me.id).into());
        vec![NewRecord { register: TimelineEntry::ID, body, link_back: None }]
    },
    meets: &[],
};

/// Rules of handovers.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "handover.waiting",
    register: "handover",
    label: Text::new("引き継ぎが受け取られている", "Handovers are taken"),
    why: Text::new(
        "渡したつもり、受け取っていないつもりの間に、だれも見ない時間ができるためです。",
        "Between having offered and not having taken lies a time in which nobody watches.",
    ),
    mend: Text::new(
        "受け取る人に連絡し、受け取ってもらってください。",
        "Reach the person and have it taken.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        let (Some(at), "offered") = (c.me.time("offered_at"), c.me.text("state")) else {
            return Verdict::ok();
        };
        let late = at.plus(30 * MINUTE);
        if c.now < late {
            return Verdict::ok().check_at(late);
        }
        Verdict::finding("state", "30分たっても受け取られていません。", "Not taken for 30 minutes.")
    },
    meets: &[],
}];
