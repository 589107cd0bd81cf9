//! From the fields of a posted form to a typed change. No rule of the business here.

use okiagari_model::{
    AnyRef, Body, Change, FieldDef, FieldKind, FieldProblem, Message, RecordId, RegisterDef, Time,
    Value, Zone, register, validate,
};
use sha2::{Digest, Sha256};

/// Fields of a form in the order they came; a name may come several times.
pub type Form = [(String, String)];

/// The first value of a field; empty where it did not come.
pub fn get<'a>(form: &'a Form, name: &str) -> &'a str {
    form.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

/// What kept a form from being understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// The hidden fields name nothing that exists: an old page, or a made-up request.
    #[error("the form names no record")]
    Unknown,
    /// Fields that cannot be read.
    #[error("{} field(s) cannot be read", .0.len())]
    Fields(Vec<FieldProblem>),
}

/// A step of a record's workflow: `register`, `id`, `rev`, `step`, `reason`, `f.<field>`.
///
/// # Errors
/// Where the record or step does not exist or a field cannot be read.
pub fn step(form: &Form, zone: &Zone) -> Result<Change, ActError> {
    let def = register(get(form, "register")).ok_or(ActError::Unknown)?;
    let id = RecordId::parse(get(form, "id")).ok_or(ActError::Unknown)?;
    let step = get(form, "step");
    if def.flow.is_none_or(|f| f.transition(step).is_none()) {
        return Err(ActError::Unknown);
    }
    let reason = get(form, "reason").trim();
    Ok(Change::Step {
        def,
        id,
        rev: get(form, "rev").parse().ok(),
        step: step.to_owned(),
        patch: fields(def, form, zone)?,
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
    })
}

/// The typed fields `f.<field>` of a form as a body; empty ones are left out.
///
/// # Errors
/// Fields that do not exist or cannot be read.
pub fn fields(def: &'static RegisterDef, form: &Form, zone: &Zone) -> Result<Body, ActError> {
    let mut body = Body::new();
    let mut problems = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for (name, _) in form {
        let Some(id) = name.strip_prefix("f.").filter(|id| !done.contains(id)) else { continue };
        done.push(id);
        let Some(field) = def.field(id) else { return Err(ActError::Unknown) };
        match typed(field, form, name, zone) {
            Ok(Some(value)) => {
                body.insert(field.id.to_owned(), value);
            }
            Ok(None) => {}
            Err(p) => problems.push(p),
        }
    }
    if problems.is_empty() { Ok(body) } else { Err(ActError::Fields(problems)) }
}

fn typed(
    field: &'static FieldDef,
    form: &Form,
    name: &str,
    zone: &Zone,
) -> Result<Option<Value>, FieldProblem> {
    let values: Vec<&str> =
        form.iter().filter(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str()).collect();
    match field.kind {
        FieldKind::Refs(_) | FieldKind::Choices(_) => {
            validate::from_text(field, &values.join("\n"), zone)
        }
        _ => validate::from_text(field, values.first().copied().unwrap_or_default(), zone),
    }
}

/// What the entry box can hold.
#[derive(Debug, Clone)]
pub enum EntryForm {
    /// One record to be made.
    Make(&'static RegisterDef, Body),
    /// Nothing was typed; fine where a file came with it.
    Nothing,
}

/// The entry box of the room: text, kind, when, what it corrects.
///
/// # Errors
/// Where the time cannot be read or the kind does not exist.
pub fn entry(
    form: &Form,
    incident: &RecordId,
    me: Option<&RecordId>,
    now: Time,
    zone: &Zone,
) -> Result<EntryForm, ActError> {
    let text = get(form, "text").replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() {
        return Ok(EntryForm::Nothing);
    }
    let at = typed_time(form, "at", zone)?.unwrap_or(now);
    let mut body = Body::new();
    body.insert("incident".into(), incident.as_str().into());
    let me = me.map(RecordId::as_str);
    match get(form, "kind") {
        "task" => {
            body.insert("title".into(), first_line(text).into());
            if text.lines().count() > 1 {
                body.insert("note".into(), text.into());
            }
            made("task", body)
        }
        "decision" => {
            body.insert("topic".into(), "other".into());
            body.insert("question".into(), first_line(text).into());
            body.insert("decision".into(), text.into());
            body.insert("decided_at".into(), at.millis().into());
            if let Some(me) = me {
                body.insert("decider".into(), me.into());
            }
            made("decision", body)
        }
        kind @ ("note" | "event" | "action" | "correction" | "") => {
            body.insert("kind".into(), if kind.is_empty() { "note" } else { kind }.into());
            body.insert("text".into(), text.into());
            body.insert("at".into(), at.millis().into());
            if kind == "correction" {
                let corrects = RecordId::parse(get(form, "corrects")).ok_or(ActError::Unknown)?;
                body.insert("corrects".into(), corrects.as_str().into());
            }
            for field in ["known_at", "paper_at"] {
                if let Some(at) = typed_time(form, field, zone)? {
                    body.insert(field.into(), at.millis().into());
                }
            }
            let paper_by = get(form, "paper_by").trim();
            if !paper_by.is_empty() {
                body.insert("paper_by".into(), paper_by.into());
            }
            if let Some(about) = AnyRef::parse(get(form, "about")) {
                body.insert("about".into(), about.to_string().into());
            }
            made("timeline_entry", body)
        }
        _ => Err(ActError::Unknown),
    }
}

/// A time of the entry box; `None` where none was typed.
fn typed_time(form: &Form, field: &str, zone: &Zone) -> Result<Option<Time>, ActError> {
    let typed = get(form, field).trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let read = Time::parse(typed, zone).ok_or_else(|| {
        let message = Message::new(
            "時刻を 2026-11-21 14:03 のように入れてください。",
            "Give the time as 2026-11-21 14:03.",
        );
        ActError::Fields(vec![FieldProblem::new(field, "wrong_type", message)])
    })?;
    Ok(Some(read))
}

fn made(id: &str, body: Body) -> Result<EntryForm, ActError> {
    register(id).map(|def| EntryForm::Make(def, body)).ok_or(ActError::Unknown)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}

/// Body of a piece of evidence for a dropped file.
pub fn evidence_of(
    incident: &RecordId,
    name: &str,
    media: &str,
    me: Option<&RecordId>,
    now: Time,
) -> Body {
    let kind = if media.starts_with("image/") {
        "screen"
    } else if media == "message/rfc822" || name.to_lowercase().ends_with(".eml") {
        "mail"
    } else if [".log", ".csv", ".evtx", ".json"].iter().any(|e| name.to_lowercase().ends_with(e)) {
        "log"
    } else {
        "other"
    };
    let mut body = Body::new();
    body.insert("incident".into(), incident.as_str().into());
    let name: String = name.chars().take(200).collect();
    body.insert("name".into(), name.into());
    body.insert("kind".into(), kind.into());
    body.insert("taken_at".into(), now.millis().into());
    if let Some(me) = me {
        body.insert("taken_by".into(), me.as_str().into());
    }
    body
}

/// Idempotency key of a posted form: the same form sent twice from the same page gives the same
/// key, so a double click or a lost answer never writes twice.
pub fn key(form: &Form, scope: &str) -> (String, String) {
    let mut hash = Sha256::new();
    for (name, value) in form {
        for part in [name, value] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    let digest: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    let scope: String = scope.chars().take(48).collect();
    (format!("{scope}:{}", &digest[..32]), digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::sample::NOW;

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    fn entry_of(pairs: &[(&str, &str)]) -> Result<EntryForm, ActError> {
        let me = RecordId::new("p1");
        entry(&form(pairs), &RecordId::new("i1"), Some(&me), NOW, &Zone::tokyo())
    }

    #[test]
    fn a_step_carries_its_fields_reason_and_the_revision_that_was_seen() {
        let form = form(&[
            ("register", "incident"),
            ("id", "i1"),
            ("rev", "3"),
            ("step", "organise"),
            ("reason", " 広がっている "),
            ("f.severity", "high"),
            ("f.priority", "now"),
            ("f.lead", "p1"),
            ("f.members", "p1"),
            ("f.members", "p2"),
            ("f.grave", "on"),
            ("f.criterion", ""),
        ]);
        let Ok(Change::Step { def, rev, step, patch, reason, .. }) = step(&form, &Zone::tokyo())
        else {
            panic!()
        };
        assert_eq!(
            (def.id, rev, step.as_str(), reason.as_deref()),
            ("incident", Some(3), "organise", Some("広がっている"))
        );
        assert_eq!(
            Value::Object(patch),
            serde_json::json!({"severity": "high", "priority": "now", "lead": "p1", "members": ["p1", "p2"], "grave": true})
        );
    }

    #[test]
    fn unknown_registers_steps_and_fields_are_refused() {
        let zone = Zone::tokyo();
        for bad in [
            form(&[("register", "nothing"), ("id", "i1"), ("step", "x")]),
            form(&[("register", "incident"), ("id", "../x"), ("step", "report")]),
            form(&[("register", "incident"), ("id", "i1"), ("step", "explode")]),
            form(&[("register", "incident"), ("id", "i1"), ("step", "report"), ("f.nope", "1")]),
        ] {
            assert_eq!(step(&bad, &zone).unwrap_err(), ActError::Unknown);
        }
        let wrong = form(&[
            ("register", "obligation"),
            ("id", "o1"),
            ("step", "finish"),
            ("f.done_at", "きのう"),
        ]);
        let Err(ActError::Fields(problems)) = step(&wrong, &zone) else { panic!() };
        assert_eq!(problems[0].field, "done_at");
    }

    #[test]
    fn the_entry_box_makes_entries_decisions_and_tasks() {
        let Ok(EntryForm::Make(def, body)) = entry_of(&[
            ("kind", "event"),
            ("text", "止めた\r\n確認中"),
            ("at", "2026-11-21T13:00"),
        ]) else {
            panic!()
        };
        assert_eq!(def.id, "timeline_entry");
        assert_eq!(body["text"], "止めた\n確認中");
        assert_eq!(body["at"], NOW.millis() - 63 * okiagari_model::MINUTE);
        let Ok(EntryForm::Make(def, body)) =
            entry_of(&[("kind", "decision"), ("text", "受注を止める")])
        else {
            panic!()
        };
        assert_eq!(
            (def.id, &body["decider"], &body["decided_at"]),
            ("decision", &"p1".into(), &NOW.millis().into())
        );
        let Ok(EntryForm::Make(def, body)) =
            entry_of(&[("kind", "task"), ("text", "ログを集める\n全端末")])
        else {
            panic!()
        };
        assert_eq!((def.id, &body["title"]), ("task", &"ログを集める".into()));
        for made in [
            ("timeline_entry", &[("kind", "note"), ("text", "a")][..]),
            ("task", &[("kind", "task"), ("text", "a")]),
            ("decision", &[("kind", "decision"), ("text", "a")]),
        ] {
            let Ok(EntryForm::Make(def, body)) = entry_of(made.1) else { panic!() };
            assert_eq!(def.id, made.0);
            assert_eq!(validate::check(def, &body, true), Vec::new());
        }
    }

    #[test]
    fn nothing_typed_is_no_entry_and_a_bad_time_names_its_field() {
        assert!(matches!(entry_of(&[("kind", "note"), ("text", " \n ")]), Ok(EntryForm::Nothing)));
        let Err(ActError::Fields(p)) = entry_of(&[("text", "x"), ("at", "25時")]) else {
            panic!()
        };
        assert_eq!(p[0].field, "at");
        assert!(matches!(
            entry_of(&[("kind", "correction"), ("text", "x")]),
            Err(ActError::Unknown)
        ));
    }

    #[test]
    fn a_dropped_file_is_evidence_that_fits_its_register() {
        let body = evidence_of(&RecordId::new("i1"), "proxy.LOG", "text/plain", None, NOW);
        assert_eq!(body["kind"], "log");
        assert_eq!(validate::check(register("evidence").unwrap(), &body, true), Vec::new());
    }

    #[test]
    fn the_same_form_sent_twice_gives_the_same_key_and_from_a_later_page_another() {
        let a = form(&[("text", "a"), ("leaf", "4")]);
        let c = form(&[("text", "a"), ("leaf", "5")]);
        assert_eq!(key(&a, "room:i1"), key(&a.clone(), "room:i1"));
        assert_ne!(key(&a, "room:i1").0, key(&c, "room:i1").0);
        assert_ne!(key(&form(&[("a", "bc")]), "x").0, key(&form(&[("ab", "c")]), "x").0);
    }
}
