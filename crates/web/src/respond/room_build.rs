//! From records to the response room's values. Pure: records in, values out.

use super::parts::{Html, Ui, option_of};
use super::room::{
    CaseLine, DecisionLine, Due, Entry, EvidenceLine, MessageLine, Room, Step, SystemLine, TaskLine,
};
use okiagari_model::respond::delivery::{self, DeliveryResult};
use okiagari_model::{
    Choice, GateProblem, Message, Record, Time, Transition, govern::role::RoleKind, may, register,
};

/// Names of records that others refer to.
pub trait Lookup {
    /// The name of a record, where it is known.
    fn name(&self, register: &str, id: &str) -> Option<String>;
}

/// A step with what the app found out about it.
#[derive(Debug, Clone)]
pub struct StepIn {
    /// The step.
    pub step: &'static Transition,
    /// All its conditions hold.
    pub open: bool,
    /// Who asks holds a fitting role.
    pub role_ok: bool,
    /// Conditions that do not hold.
    pub closed: Vec<GateProblem>,
}

/// A line of the timeline as the app gathered it.
#[derive(Debug, Clone)]
pub struct EntryIn<'a> {
    /// The record behind it.
    pub record: &'a Record,
    /// When it happened.
    pub at: Time,
    /// Who.
    pub who: String,
    /// What; empty where the record says it itself.
    pub text: String,
}

/// Everything a room is made of.
pub struct RoomIn<'a> {
    /// The incident.
    pub incident: &'a Record,
    /// Names of what it refers to.
    pub names: &'a dyn Lookup,
    /// Clocks.
    pub deadlines: Vec<Due>,
    /// Steps.
    pub steps: Vec<StepIn>,
    /// Playbooks being run, and approved ones that could be started.
    pub plays: (&'a [Record], &'a [Record]),
    /// Holds, collection list, containment.
    pub stops: &'a okiagari_app::views::StopsView,
    /// Tasks.
    pub tasks: &'a [Record],
    /// Timeline, oldest first.
    pub entries: Vec<EntryIn<'a>>,
    /// Beside the timeline.
    pub side: super::side::Side,
    /// Analysis, from which the situation can be drafted.
    pub analysis: &'a [Record],
    /// Decisions.
    pub decisions: &'a [Record],
    /// Evidence.
    pub evidence: &'a [Record],
    /// Calls, handovers, teams, last words.
    pub waking: okiagari_app::views::waking::Waking,
    /// Messages.
    pub messages: &'a [Record],
    /// How each try to bring one to somebody went.
    pub deliveries: &'a [Record],
    /// Improvements and reviews.
    pub lessons: Vec<&'a Record>,
    /// Incidents merged into it.
    pub merged: &'a [Record],
    /// What past cases teach.
    pub know_how: &'a [okiagari_app::cases::KnowHow],
    /// Roles of who watches.
    pub roles: &'a [&'static str],
    /// Person id of who watches.
    pub me: &'a str,
    /// Whether entries may be added.
    pub may_write: bool,
    /// A drill.
    pub drill: bool,
    /// Last leaf in the picture.
    pub leaf: u64,
    /// How many leaves there were when all of it had been read.
    pub leaf_after: u64,
    /// Cursor to older entries.
    pub more: Option<String>,
    /// Entry to be corrected.
    pub correct: Option<&'a str>,
}

/// Makes the room.
pub fn room(ui: &Ui, mut input: RoomIn<'_>) -> Room {
    let i = input.incident;
    let [known, unknown, doing] = ["known", "unknown", "doing"].map(|f| lines(i.text(f)));
    let mut side = std::mem::take(&mut input.side);
    side.drafts = super::side::drafts(ui, input.analysis, input.tasks, [&known, &unknown, &doing]);
    let entries = entries(ui, &input);
    let correcting = input.correct.and_then(|id| {
        entries
            .iter()
            .find(|e| e.id == id && e.correctable)
            .map(|e| (e.id.clone(), first_words(&e.text)))
    });
    let over = matches!(i.text("state"), "closed" | "false_alarm" | "merged");
    Room {
        id: i.id.as_str().to_owned(),
        rev: i.rev,
        leaf: input.leaf,
        leaf_after: input.leaf_after,

        me: input.me.to_owned(),
        may_write: input.may_write && !i.ended(),
        number: i.text("number").to_owned(),
        title: i.text("title").to_owned(),
        kind: ui.choice(i, "kind"),
        severity: if i.text("severity").is_empty() {
            "none".into()
        } else {
            i.text("severity").to_owned()
        },
        severity_chip: ui.severity(i, "severity"),
        state_chip: ui.state(i, "state"),
        over,
        detected_at: i.time("detected_at"),
        closed_at: i.time("closed_at").filter(|_| over),
        lead: person(i, "lead", input.names),
        sharing: sharing(ui, i),
        drill: input.drill || okiagari_model::core::metric::is_drill(i),
        steps: input.steps.iter().map(|s| step(ui, i, s)).collect(),
        plays: super::play::plays(ui, i, input.plays, input.tasks, input.names),
        stops: super::stops::stops(ui, i, input.stops, input.names),
        tasks: tasks(ui, &input),
        known,
        unknown,
        doing,
        situation_at: i.time("situation_at"),
        side,
        next_update_at: i.time("next_update_at"),
        systems: systems(i, input.names),
        people: people(ui, i, input.names),
        messages: messages(ui, &input),
        decisions: input.decisions.iter().map(|d| decision(ui, d, input.names)).collect(),
        evidence: input.evidence.iter().map(|e| evidence(ui, e, input.names)).collect(),
        lessons: input
            .lessons
            .iter()
            .map(|r| (r.def.id.to_owned(), r.id.as_str().to_owned(), r.title()))
            .collect(),
        cases: cases(ui, &input),
        entries,
        more: input.more,
        deadlines: input.deadlines,
        waking: input.waking,
        correcting,
        fixed: None,
        refused: None,
    }
}

/// What was merged, where it came from or goes on, and what past cases teach (JP-28).
fn cases(ui: &Ui, input: &RoomIn<'_>) -> Vec<CaseLine> {
    let i = input.incident;
    let mut lines: Vec<CaseLine> = input
        .merged
        .iter()
        .map(|m| CaseLine {
            id: m.id.to_string(),
            title: m.title(),
            way: ui.t("ここに統合", "Merged into this").to_owned(),
            taught: Vec::new(),
        })
        .collect();
    for (field, ja, en) in
        [("merged_into", "統合先", "Goes on in"), ("split_from", "切り分け元", "Split from")]
    {
        for id in i.ids(field) {
            // A case that may not be seen has no name here, and is not mentioned.
            let Some(title) = input.names.name("incident", id) else { continue };
            let (id, way) = (id.to_owned(), ui.t(ja, en).to_owned());
            lines.push(CaseLine { id, title, way, taught: Vec::new() });
        }
    }
    lines.extend(input.know_how.iter().map(|k| {
        let own = ["method", "outcome"].map(|f| k.case.text(f).to_owned());
        let decided = k.decisions.iter().map(|d| d.text("decision").to_owned());
        let improved = k.improvements.iter().map(|m| m.text("measure").to_owned());
        let taught = own.into_iter().chain(decided).chain(improved);
        CaseLine {
            id: k.case.id.to_string(),
            title: k.case.title(),
            way: ui.t("参考にする過去の案件", "Past case used").to_owned(),
            taught: taught.filter(|t| !t.is_empty()).take(8).collect(),
        }
    }));
    lines
}

fn person(r: &Record, field: &str, names: &dyn Lookup) -> Option<String> {
    r.ids(field).first().map(|id| names.name("person", id).unwrap_or_else(|| (*id).to_owned()))
}

fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(|l| l.trim().trim_start_matches(['・', '-', '*']).trim().to_owned())
        .filter(|l| !l.is_empty())
        .collect()
}

fn first_words(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut words: String = line.chars().take(40).collect();
    if line.chars().count() > 40 {
        words.push('…');
    }
    words
}

fn sharing(ui: &Ui, i: &Record) -> (String, bool) {
    match option_of(i, "sharing") {
        Some(o) => (o.label.get(ui.lang).to_owned(), o.id == "members"),
        None => (ui.t("社内の対応関係者", "All who respond").to_owned(), false),
    }
}

fn step(ui: &Ui, i: &Record, s: &StepIn) -> Step {
    let id = i.id.as_str();
    let roles = if s.role_ok {
        String::new()
    } else {
        let names: Vec<&str> = s
            .step
            .who
            .iter()
            .filter_map(|r| RoleKind::from_id(r))
            .map(|r| r.label().get(ui.lang))
            .collect();
        names.join(ui.t("、", ", "))
    };
    let closed = s
        .closed
        .iter()
        .map(|g| {
            (g.label.get(ui.lang).to_owned(), g.mend.get(ui.lang).to_owned(), mend_at(g.id, id))
        })
        .collect();
    Step {
        id: s.step.id.to_owned(),
        label: s.step.label.get(ui.lang).to_owned(),
        open: s.open && s.role_ok,
        reason: s.step.reason,
        asks: !s.step.asks.is_empty(),
        closed,
        roles,
        follows: s.step.follows.iter().map(|f| f.label.get(ui.lang).to_owned()).collect(),
    }
}

/// Where a condition that does not hold is mended.
fn mend_at(gate: &str, incident: &str) -> String {
    match gate {
        "evidence_first" => "#entry".to_owned(),
        "outside_bodies" => format!("/r/decision/new?incident={incident}&topic=report_ipa"),
        "systems_back" | "watch_over" | "really_over" => format!("/recover/{incident}"),
        "review_held" => format!("/r/review/new?incident={incident}"),
        "lessons_routed" | "causes_measured" => format!("/r/improvement/new?incident={incident}"),
        "obligations_settled" => format!("/deadlines?incident={incident}"),
        _ => String::new(),
    }
}

fn tasks(ui: &Ui, input: &RoomIn<'_>) -> Vec<TaskLine> {
    let mut tasks: Vec<TaskLine> = input
        .tasks
        .iter()
        .filter(|t| !t.ended())
        .map(|t| TaskLine {
            id: t.id.as_str().to_owned(),
            rev: t.rev,
            title: ui.own_words(t.own_title(ui.lang)).to_owned(),
            assignee: person(t, "assignee", input.names).unwrap_or_default(),
            due_at: t.time("due_at"),
            state: if t.text("state").is_empty() {
                "open".into()
            } else {
                t.text("state").to_owned()
            },
            note: first_words(t.text("result")),
            done_at: t.time("done_at").filter(|_| t.text("state") == "done"),
            of_play: !t.text("play").is_empty(),
        })
        .collect();
    let far = Time::from_millis(i64::MAX);
    tasks.sort_by_key(|t| {
        let rank = match t.state.as_str() {
            "doing" => 0,
            "open" => 1,
            _ => 2,
        };
        (rank, t.due_at.unwrap_or(far))
    });
    tasks
}

fn entries(ui: &Ui, input: &RoomIn<'_>) -> Vec<Entry> {
    let corrected: Vec<&str> =
        input.entries.iter().flat_map(|e| e.record.ids("corrects")).collect();
    let words_of = |id: &str| {
        input
            .entries
            .iter()
            .find(|e| e.record.id.as_str() == id)
            .map(|e| first_words(e.record.text("text")))
    };
    let mut day = String::new();
    input
        .entries
        .iter()
        .map(|e| {
            let r = e.record;
            let today = ui.day(&e.at);
            let heading = (today != day).then(|| today.clone());
            day = today;
            let timeline = r.def.id == "timeline_entry";
            Entry {
                id: r.id.as_str().to_owned(),
                register: r.def.id.to_owned(),
                kind: kind_of(r),
                word: word_of(ui, r),
                at: e.at,
                known_at: r.time("known_at").filter(|t| timeline && *t != e.at),
                origin: origin(ui, r, input.names),
                written_at: Some(r.created_at)
                    .filter(|w| timeline && w.since(e.at) > 10 * okiagari_model::MINUTE),
                who: e.who.clone(),
                text: if e.text.is_empty() { text_of(r) } else { e.text.clone() },
                facts: if timeline { facts(ui, r) } else { Vec::new() },
                corrects: r
                    .ids("corrects")
                    .first()
                    .map(|id| ((*id).to_owned(), words_of(id).unwrap_or_else(|| (*id).to_owned()))),
                corrected: corrected.contains(&r.id.as_str()),
                leaf: r.leaf,
                correctable: timeline,
                day: heading,
            }
        })
        .collect()
}

/// Which log a line was merged from, or who wrote it on paper and when.
fn origin(ui: &Ui, r: &Record, names: &dyn Lookup) -> Option<String> {
    if let Some(merge) = r.ids("merged").first() {
        let source = names.name("log_merge", merge).unwrap_or_default();
        let line = r.int("line").unwrap_or(0);
        return Some(
            ui.t("ログから合わせた行：{s} {n}行目", "Merged from a log: {s}, line {n}")
                .replace("{s}", &source)
                .replace("{n}", &line.to_string()),
        );
    }
    let (by, at) = (r.text("paper_by"), r.time("paper_at"));
    if by.is_empty() && at.is_none() {
        return None;
    }
    let at = at.map_or_else(String::new, |t| format!(" {}", ui.short(&t)));
    Some(ui.f("紙のメモから：{}", "From a note on paper: {}", format!("{by}{at}")))
}

fn kind_of(r: &Record) -> &'static str {
    match r.def.id {
        "decision" => "decision",
        "task" => "task",
        "evidence" => "evidence",
        "message" => "message",
        "timeline_entry" => "note",
        _ => "system",
    }
}

fn word_of(ui: &Ui, r: &Record) -> String {
    match r.def.id {
        "timeline_entry" => ui.choice(r, "kind"),
        _ => r.def.label.get(ui.lang).to_owned(),
    }
}

fn text_of(r: &Record) -> String {
    match r.def.id {
        "timeline_entry" => r.text("text").to_owned(),
        "decision" if r.text("question") == r.text("decision") => r.text("decision").to_owned(),
        "decision" => format!("{}\n{}", r.text("question"), r.text("decision")),
        _ => r.title(),
    }
}

fn facts(ui: &Ui, r: &Record) -> Vec<(String, String)> {
    ["organisation", "object", "why", "result"]
        .iter()
        .filter(|f| !r.text(f).is_empty())
        .filter_map(|f| {
            let label = r.def.field(f)?.label.get(ui.lang).to_owned();
            Some((label, r.text(f).to_owned()))
        })
        .collect()
}

fn systems(i: &Record, names: &dyn Lookup) -> Vec<SystemLine> {
    let at = |row: &okiagari_model::Body, f: &str| {
        row.get(f).and_then(okiagari_model::Value::as_i64).map(Time::from_millis)
    };
    i.rows("systems")
        .filter_map(|row| {
            let id = row.get("system")?.as_str()?;
            Some(SystemLine {
                id: id.to_owned(),
                name: names.name("system", id).unwrap_or_else(|| id.to_owned()),
                stopped_at: at(row, "stopped_at"),
                restored_at: at(row, "restored_at"),
            })
        })
        .collect()
}

fn people(ui: &Ui, i: &Record, names: &dyn Lookup) -> Vec<(String, String)> {
    let lead = i.ids("lead").first().map(|id| (*id).to_owned());
    let mut out: Vec<(String, String)> = person(i, "lead", names)
        .map(|name| (name, ui.t("指揮", "Lead").to_owned()))
        .into_iter()
        .collect();
    for id in i.ids("members") {
        if lead.as_deref() != Some(id) {
            let name = names.name("person", id).unwrap_or_else(|| id.to_owned());
            out.push((name, ui.t("メンバー", "Member").to_owned()));
        }
    }
    out
}

/// The subject as it will be sent; one that the program wrote in both languages, in the own one.
fn subject(ui: &Ui, message: &Record) -> String {
    let subject = message.text("subject");
    match message.ids("writer").is_empty() {
        true => Message::of_both(subject).get(ui.lang).to_owned(),
        false => subject.to_owned(),
    }
}

fn messages(ui: &Ui, input: &RoomIn<'_>) -> Vec<MessageLine> {
    let approve = register("message").and_then(|d| d.flow).and_then(|f| f.transition("approve"));
    let may_approve = approve.is_some_and(|step| may(step, Some(input.roles)));
    let to = |m: &Record| {
        let mut to: Vec<String> = Vec::new();
        if m.flag("to_all") {
            to.push(ui.t("全員", "everybody").to_owned());
        }
        for (field, register) in [
            ("to_role", "role"),
            ("to_contact", "contact"),
            ("to_contacts", "contact"),
            ("to_persons", "person"),
        ] {
            to.extend(m.ids(field).into_iter().filter_map(|id| input.names.name(register, id)));
        }
        if !m.text("to_others").is_empty() {
            to.push(m.text("to_others").to_owned());
        }
        to.join(ui.t("、", ", "))
    };
    let mut lines: Vec<MessageLine> = input
        .messages
        .iter()
        .map(|m| MessageLine {
            id: m.id.as_str().to_owned(),
            rev: m.rev,
            subject: subject(ui, m),
            to: to(m),
            channel: ui.choice(m, "channel"),
            tlp: option_of(m, "tlp")
                .map(|o| (o.id.replace('_', "-"), tlp_word(o.label.get(ui.lang)))),
            state: if m.text("state").is_empty() {
                "draft".into()
            } else {
                m.text("state").to_owned()
            },
            chip: ui.state(m, "state"),
            may_approve,
            sendable: matches!(m.text("channel"), "mail" | "webhook"),
            missed: missed(ui, m, input.deliveries),
            awaited: m.flag("answer_awaited"),
            sent_at: m.time("sent_at"),
            text: m.text("text").to_owned(),
        })
        .collect();
    let rank = |m: &MessageLine| match m.state.as_str() {
        "approved" | "sending" => 0,
        "draft" => 1,
        "sent" if m.awaited => 2,
        _ => 3,
    };
    lines.sort_by_key(rank);
    lines
}

/// Who does not have it for certain after the last try, and how that went.
fn missed(ui: &Ui, message: &Record, deliveries: &[Record]) -> Vec<(String, Html)> {
    let id = message.id.as_str();
    let mine = deliveries.iter().filter(|d| d.ids("message").first() == Some(&id));
    delivery::newest(mine)
        .into_iter()
        .filter(|d| !DeliveryResult::reached(d.text("result")))
        .map(|d| (d.text("recipient").to_owned(), ui.state(d, "result")))
        .collect()
}

/// `TLP:AMBER` of `TLP:AMBER (organisation …)`.
fn tlp_word(label: &str) -> String {
    label.split(['（', '(']).next().unwrap_or(label).trim().to_owned()
}

fn decision(ui: &Ui, d: &Record, names: &dyn Lookup) -> DecisionLine {
    DecisionLine {
        id: d.id.as_str().to_owned(),
        topic: ui.choice(d, "topic"),
        question: d.text("question").to_owned(),
        options: d.ids("options").into_iter().map(str::to_owned).collect(),
        known: d.text("known").to_owned(),
        decision: d.text("decision").to_owned(),
        why: d.text("why").to_owned(),
        decider: person(d, "decider", names).unwrap_or_default(),
        decided_at: d.time("decided_at"),
        review_at: d.time("review_at"),
    }
}

fn evidence(ui: &Ui, e: &Record, names: &dyn Lookup) -> EvidenceLine {
    let custody: Vec<&okiagari_model::Body> = e.rows("custody").collect();
    let last = custody.last().and_then(|row| row.get("to")).and_then(|v| v.as_str());
    EvidenceLine {
        id: e.id.as_str().to_owned(),
        name: e.text("name").to_owned(),
        kind: ui.choice(e, "kind"),
        size: e.int("size").map_or_else(String::new, |n| ui.size(n)),
        taken_by: person(e, "taken_by", names).unwrap_or_default(),
        taken_at: e.time("taken_at"),
        storage: e.text("storage").to_owned(),
        hash: e.text("sha256").to_owned(),
        file: !e.text("file_name").is_empty() && e.text("storage").is_empty(),
        custody: last.map(|to| (custody.len(), to.to_owned())),
    }
}
