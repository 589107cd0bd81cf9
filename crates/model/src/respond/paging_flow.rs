//! Calls (呼び出し): who is called in which order, what begins a call, and what is noted of it.

use super::incident::{Grade, IncidentState, Sharing};
use super::paging::{Cause, Paging, PagingState, PassedOn};
use super::timeline_entry::{EntryKind, TimelineEntry};
use crate::govern::role::{RoleKind, calling_order};
use crate::prepare::rota::{Days, Duty};
use crate::*;

/// Roles whose holder and deputies are called after those on duty.
const THEN: [RoleKind; 3] = [RoleKind::SecurityManager, RoleKind::Coordinator, RoleKind::Ciso];

/// Whom to call, in order: those chosen, the chosen role with its deputies, else those on duty and
/// then the security manager, the coordination and the CISO, each with deputies. In a case for
/// members only its members and nobody else (JP-24).
fn order(
    c: &RuleCtx<'_>,
    role: Option<&Record>,
    chosen: &[&str],
    case: Option<&Record>,
) -> Vec<RecordId> {
    let mut all: Vec<RecordId> = chosen.iter().map(|id| RecordId::new(*id)).collect();
    all.extend(role.map(|r| calling_order(r, c.now)).unwrap_or_default());
    if all.is_empty() {
        all = by_duty(c);
    }
    if let Some(case) = case.filter(|i| i.text("sharing") == Sharing::Members.id()) {
        let members: Vec<RecordId> =
            case.ids("lead").into_iter().chain(case.ids("members")).map(RecordId::new).collect();
        all.retain(|p| members.contains(p));
        all.extend(members);
    }
    once(all)
}

fn by_duty(c: &RuleCtx<'_>) -> Vec<RecordId> {
    let lines: Vec<&Record> = c.all("rota").collect();
    let roles: Vec<&Record> = c.all("role").collect();
    standing_order(&lines, &roles, &Days::of(c), c.now)
}

/// Whom a call wakes that names nobody: those on duty, each followed by the deputies of the role
/// they are on duty in, then the security manager, the coordination and the CISO with deputies.
pub fn standing_order(
    lines: &[&Record],
    roles: &[&Record],
    days: &Days<'_>,
    now: Time,
) -> Vec<RecordId> {
    let mut all = Vec::new();
    for duty in [Duty::Handler, Duty::Decider] {
        for line in days.on_duty(lines, duty, now) {
            all.extend(line.ids("person").into_iter().map(RecordId::new));
            let own = line.ids("role");
            let role = roles.iter().filter(|r| own.contains(&r.id.as_str()));
            all.extend(role.flat_map(|r| calling_order(r, now)));
        }
    }
    for kind in THEN {
        for role in roles.iter().filter(|r| r.text("kind") == kind.id() && !r.ended()) {
            all.extend(calling_order(role, now));
        }
    }
    once(all)
}

/// Each person once, at the first place.
fn once(all: Vec<RecordId>) -> Vec<RecordId> {
    let mut once: Vec<RecordId> = Vec::new();
    for p in all {
        if !once.contains(&p) {
            once.push(p);
        }
    }
    once
}

/// The order, the title and the first turn of a call that somebody makes.
pub fn begin(c: &RuleCtx<'_>) -> Body {
    let chosen = c.me.ids("persons");
    let order = order(c, c.out("role"), &chosen, c.out("incident"));
    let about = c.out("incident").map(Record::title).unwrap_or_default();
    let cause = Cause::from_id(c.me.text("cause")).unwrap_or(Cause::Hand);
    let mut body = Body::new();
    body.insert("title".into(), title(cause, &about).into());
    first(&mut body, order, c);
    body
}

fn title(cause: Cause, about: &str) -> String {
    let label = cause.label();
    let words =
        if about.is_empty() { label.ja.to_owned() } else { format!("{}: {about}", label.ja) };
    words.chars().take(200).collect()
}

fn first(body: &mut Body, order: Vec<RecordId>, c: &RuleCtx<'_>) {
    let ids: Vec<Value> = order.iter().map(|p| p.as_str().into()).collect();
    if !ids.is_empty() {
        body.insert("order".into(), Value::Array(ids));
    }
    let me = crate::core::decide::unsaved(Paging::DEF, body, c.now);
    for (field, value) in turn(&me, c.settings, c.now) {
        if !value.is_null() {
            body.insert(field, value);
        }
    }
}

/// A call that the program itself begins.
pub fn opened(
    c: &RuleCtx<'_>,
    cause: Cause,
    (field, subject): (&str, &Record),
    case: Option<&Record>,
) -> NewRecord {
    let mut body = Body::new();
    body.insert("cause".into(), cause.id().into());
    body.insert("title".into(), title(cause, &subject.title()).into());
    body.insert(field.to_owned(), subject.id.as_str().into());
    if let Some(case) = case {
        body.insert("incident".into(), case.id.as_str().into());
    }
    body.insert("started_at".into(), c.now.millis().into());
    body.insert("state".into(), PagingState::Calling.id().into());
    first(&mut body, order(c, None, &[], case), c);
    NewRecord { register: Paging::ID, body, link_back: None }
}

/// The person of the next turn: the order is gone through as often as settled, and whoever said
/// that they cannot take it is left out.
pub fn next_turn<'a>(paging: &'a Record, settings: &Settings) -> Option<&'a str> {
    let order = paging.ids("order");
    let rounds = usize::try_from(settings.int("paging.rounds")).unwrap_or(1);
    let turns: Vec<&Body> = paging.rows("called").collect();
    let text =
        |row: &Body, f: &str| row.get(f).and_then(Value::as_str).unwrap_or_default().to_owned();
    let declined = |id: &str| {
        turns.iter().any(|row| text(row, "person") == id && text(row, "passed_on") == "declined")
    };
    let times = |id: &str| turns.iter().filter(|row| text(row, "person") == id).count();
    (0..rounds)
        .find_map(|round| order.iter().copied().find(|id| times(id) <= round && !declined(id)))
}

/// The next turn: who, now, and until when an answer is awaited. With nobody left it is given up at
/// the next turn of the worker.
pub fn turn(paging: &Record, settings: &Settings, now: Time) -> Body {
    let mut body = Body::new();
    let Some(person) = next_turn(paging, settings) else {
        body.insert("next_at".into(), now.millis().into());
        return body;
    };
    let mut rows: Vec<Value> = paging.rows("called").cloned().map(Value::Object).collect();
    rows.push(serde_json::json!({"person": person, "at": now.millis()}));
    body.insert("called".into(), Value::Array(rows));
    let next = now.plus(settings.int("paging.answer_minutes") * MINUTE);
    body.insert("next_at".into(), next.millis().into());
    body.insert("passed_on".into(), Value::Null);
    body
}

/// The last one called does not take it: the next one is called at once.
pub fn passed(c: &RuleCtx<'_>) -> Body {
    let mut rows: Vec<Value> = c.me.rows("called").cloned().map(Value::Object).collect();
    if let Some(row) = rows.last_mut().and_then(Value::as_object_mut) {
        row.insert("passed_on".into(), c.me.text("passed_on").into());
    }
    let mut body = Body::new();
    if !rows.is_empty() {
        body.insert("called".into(), Value::Array(rows));
    }
    let marked = Record {
        body: c.me.body.iter().chain(&body).map(|(k, v)| (k.clone(), v.clone())).collect(),
        ..c.me.clone()
    };
    body.extend(turn(&marked, c.settings, c.now));
    body.insert("passed_on".into(), Value::Null);
    body
}

/// Whether the gateway has refused a turn of this call. Once is enough to pass on at once: where it
/// refuses everybody, the order would be used up before anybody could be rung by hand.
pub fn refused(paging: &Record) -> bool {
    let by_gateway =
        |row: &Body| row.get("passed_on").and_then(Value::as_str) == Some(PassedOn::Refused.id());
    paging.rows("called").any(by_gateway)
}

/// Nobody is called any more.
pub fn stop() -> Body {
    [("next_at".to_owned(), Value::Null)].into_iter().collect()
}

fn note(c: &RuleCtx<'_>, ja: &str, en: &str) -> Vec<NewRecord> {
    let Some(incident) = c.me.ids("incident").first().map(|id| RecordId::new(*id)) else {
        return Vec::new();
    };
    let mut body = Body::new();
    body.insert("incident".into(), incident.as_str().into());
    body.insert("at".into(), c.now.millis().into());
    body.insert("kind".into(), EntryKind::Action.id().into());
    body.insert("text".into(), format!("{ja} / {en}").into());
    if let Some(person) = c.me.body.get("answered_by") {
        body.insert("person".into(), person.clone());
    }
    body.insert("about".into(), format!("{}/{}", Paging::ID, c.me.id).into());
    vec![NewRecord { register: TimelineEntry::ID, body, link_back: None }]
}

/// The answer stands in the timeline.
pub const NOTE_ANSWER: Follow = Follow {
    label: Text::new("時系列に応答を残す", "Notes the answer in the timeline"),
    inputs: &[Input::Out("answered_by")],
    open: |c| {
        let name = c.out("answered_by").map(|p| p.text("name").to_owned()).unwrap_or_default();
        let label = Cause::from_id(c.me.text("cause")).unwrap_or(Cause::Hand).label();
        note(
            c,
            &format!("{name}さんが呼び出し（{}）に応答しました。", label.ja),
            &format!("{name} answered the call ({}).", label.en),
        )
    },
    meets: &[],
};

/// That nobody answered does too.
pub const NOTE_SILENCE: Follow = Follow {
    label: Text::new("時系列に応答が無いことを残す", "Notes the silence in the timeline"),
    inputs: &[],
    open: |c| {
        let n = c.me.rows("called").count();
        note(
            c,
            &format!("呼び出し{n}回に、だれも応答しませんでした。"),
            &format!("Nobody answered {n} call(s)."),
        )
    },
    meets: &[],
};

/// What a call that begins by itself reads besides its subject.
macro_rules! read_besides {
    ($($more:expr),*) => {
        &[$($more,)* Input::All("role"), Input::All("rota"), Input::All("setting"), Input::Holidays]
    };
}

/// Whether an incident is of those that somebody is woken for.
pub fn serious(incident: &Record) -> bool {
    let early = [
        "",
        IncidentState::Detected.id(),
        IncidentState::Reported.id(),
        IncidentState::Organised.id(),
    ];
    let grave = [Grade::High.id(), Grade::Critical.id()].contains(&incident.text("severity"));
    early.contains(&incident.text("state"))
        && (incident.flag("grave") || grave)
        && !incident.flag("drill")
}

/// A serious incident wakes somebody, once.
pub const WAKE_FOR_INCIDENT: Follow = Follow {
    label: Text::new("重大なときに人を呼び出す", "Calls somebody when it is serious"),
    inputs: read_besides!(Input::In("paging", "incident")),
    open: |c| {
        let called = |p: &Record| p.text("cause") == Cause::Incident.id();
        if !c.settings.flag("paging.on_incident")
            || !serious(c.me)
            || c.incoming("paging", "incident").any(called)
        {
            return Vec::new();
        }
        vec![opened(c, Cause::Incident, ("incident", c.me), Some(c.me))]
    },
    meets: &[],
};

/// A report that comes in at night or on a holiday wakes somebody.
pub const WAKE_FOR_REPORT: Follow = Follow {
    label: Text::new("時間外の報告で人を呼び出す", "Calls somebody on a report out of hours"),
    inputs: read_besides!(),
    open: |c| {
        let days = Days::of(c);
        if !c.settings.flag("paging.on_report")
            || c.me.flag("drill")
            || days.in_office_hours(c.now, c.settings)
        {
            return Vec::new();
        }
        vec![opened(c, Cause::Report, ("report", c.me), None)]
    },
    meets: &[],
};

/// A deadline of a case, or by law, that has passed wakes somebody, once.
pub const WAKE_FOR_OVERDUE: Follow = Follow {
    label: Text::new(
        "期限を過ぎたときに人を呼び出す",
        "Calls somebody when the deadline has passed",
    ),
    inputs: read_besides!(Input::In("paging", "obligation"), Input::Out("incident")),
    open: |c| {
        let case = c.out("incident");
        // An alarm has been given: a duty that is not confirmed to apply wakes nobody.
        let late = c.me.text("state") == "open"
            && c.me.time("due_at").is_some_and(|due| c.now >= due)
            && c.me.int("alarms").unwrap_or(0) > 0;
        let drill = case.is_some_and(|i| i.flag("drill"));
        if !c.settings.flag("paging.on_overdue")
            || !late
            || drill
            || (case.is_none() && !c.me.flag("legal"))
            || c.incoming("paging", "obligation").next().is_some()
        {
            return Vec::new();
        }
        vec![opened(c, Cause::Overdue, ("obligation", c.me), case)]
    },
    meets: &[],
};

/// A test was answered lately: by the link, where a gateway is set.
pub fn tested(c: &RuleCtx<'_>) -> Verdict {
    let gateway = !c.settings.text("paging.url").is_empty();
    let days = c.settings.int("paging.test_days");
    let verdict = if gateway {
        Verdict::ok()
    } else {
        Verdict::finding(
            "",
            "呼び出しの送り先が設定されていません。画面と紙の順番を見て電話します。",
            "No paging gateway is set; people are rung by hand in the order on screen and paper.",
        )
    };
    let proven = |p: &&Record| {
        Cause::from_id(p.text("cause")).is_some_and(Cause::is_test)
            && p.text("state") == PagingState::Answered.id()
            && (!gateway || p.text("answered_through") == "link")
    };
    let last = c.all("paging").filter(proven).filter_map(|p| p.time("answered_at")).max();
    match last.map(|at| at.plus(days * DAY)) {
        None => verdict.and(
            "",
            "呼び出しがまだ一度も試されていません。",
            "Calling has never been tried.",
        ),
        Some(until) if c.now < until => verdict.check_at(until),
        Some(_) => verdict.and(
            "",
            format!("最後に試してから{days}日を過ぎています。"),
            format!("The last test is more than {days} days ago."),
        ),
    }
}
