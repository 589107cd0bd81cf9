//! What belongs to a case follows it.

use crate::error::AppError;
use crate::look::Look;
use crate::write::Actor;
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::{
    event_share::EventShare, message::Message, paging::Paging, report::Report, triage::Triage,
};
use okiagari_model::{OrgId, Record, RecordId, Register, RegisterDef, Time, Value, Write};
use okiagari_store::WriteTx;
use std::rc::Rc;

/// Whoever makes a text that others will approve is named as its writer, unless somebody else is.
pub fn signed(actor: &Actor, writes: &mut [Write]) {
    let (Actor::Person(subject), Some(write)) = (actor, writes.first_mut()) else { return };
    // `writer` of a text, `judge` of a verdict.
    for field in ["writer", "judge"] {
        if let (0, Some(person), true) =
            (write.rev, &subject.person, write.def.field(field).is_some())
        {
            write.body.entry(field).or_insert_with(|| person.as_str().into());
        }
    }
}

/// A later notice to the same party on the same case keeps the promise of an earlier one (TK-86).
pub fn kept_promises(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    now: Time,
    current: Option<&Record>,
    writes: &[Write],
) -> Result<Vec<Write>, AppError> {
    let (Some(old), Some(write)) = (current, writes.first()) else { return Ok(Vec::new()) };
    let sent = |state: Option<&Value>| state.and_then(Value::as_str) == Some("sent");
    if write.def.id != Message::ID || !sent(write.body.get("state")) || sent(old.body.get("state"))
    {
        return Ok(Vec::new());
    }
    let Some(case) = old.ids("incident").first().map(|id| RecordId::new(*id)) else {
        return Ok(Vec::new());
    };
    let told = tx.pointing(org, Message::DEF, "incident", ("incident", &case))?;
    Ok(told
        .iter()
        .filter(|m| {
            m.id != old.id
                && !m.ended()
                && matches!(m.text("state"), "sent" | "answered")
                && m.body.contains_key("next_update_at")
                && !m.body.contains_key("next_update_done_at")
                && same_party(m, old)
        })
        .map(|m| {
            let mut body = m.body.clone();
            body.insert("next_update_done_at".into(), now.millis().into());
            let (id, rev) = (Some(m.id.clone()), m.rev);
            Write { def: Message::DEF, id, rev, body, erase: Vec::new(), link_back: None }
        })
        .collect())
}

/// Whether two messages have a recipient in common, or speak to the same audience.
fn same_party(a: &Record, b: &Record) -> bool {
    const FIELDS: [&str; 4] = ["to_contact", "to_contacts", "to_persons", "to_role"];
    let all = |m: &Record| -> Vec<String> {
        FIELDS.iter().flat_map(|f| m.ids(f)).map(str::to_owned).collect()
    };
    let (to_a, to_b) = (all(a), all(b));
    if to_a.is_empty() || to_b.is_empty() {
        return !a.text("audience").is_empty() && a.text("audience") == b.text("audience");
    }
    to_a.iter().any(|id| to_b.contains(id))
}

/// What repeats the words of a report, by its field that names the report.
const TELLING: [&RegisterDef; 4] = [Message::DEF, Triage::DEF, EventShare::DEF, Paging::DEF];

/// When a report becomes part of a case, what told of it or judged it does too: it repeats its
/// words, and whoever may not see the case may not read them there (JP-24).
pub fn followers(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    current: Option<&Record>,
    writes: &[Write],
) -> Result<Vec<Write>, AppError> {
    let (Some(report), Some(write)) = (current, writes.first()) else { return Ok(Vec::new()) };
    if write.def.id == Incident::ID {
        return merged_with(tx, org, report, write);
    }
    let case = write.body.get("incident");
    let (Some(case), true) = (case, write.def.id == Report::ID) else { return Ok(Vec::new()) };
    if report.body.get("incident") == Some(case) {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for def in TELLING {
        let told = tx.pointing(org, def, "report", (Report::ID, &report.id))?;
        all.extend(told.iter().filter(|m| !m.ended()).map(|m| {
            let mut body = m.body.clone();
            body.insert("incident".into(), case.clone());
            let (id, rev) = (Some(m.id.clone()), m.rev);
            Write { def, id, rev, body, erase: Vec::new(), link_back: None }
        }));
    }
    Ok(all)
}

/// What was merged into a case points to it, so it is never seen by more people than a case for
/// members only (JP-24).
fn merged_with(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    kept: &Record,
    write: &Write,
) -> Result<Vec<Write>, AppError> {
    const RANGE: [&str; 3] = ["sharing", "lead", "members"];
    let closed = write.body.get("sharing").and_then(|v| v.as_str()) == Some("members");
    if !closed || RANGE.iter().all(|f| kept.body.get(*f) == write.body.get(*f)) {
        return Ok(Vec::new());
    }
    let merged = tx.pointing(org, Incident::DEF, "merged_into", (Incident::ID, &kept.id))?;
    let follow = |m: &Rc<Record>| {
        let mut body = m.body.clone();
        for field in RANGE {
            match write.body.get(field) {
                Some(value) => drop(body.insert(field.into(), value.clone())),
                None => drop(body.remove(field)),
            }
        }
        let (id, rev) = (Some(m.id.clone()), m.rev);
        Write { def: Incident::DEF, id, rev, body, erase: Vec::new(), link_back: None }
    };
    Ok(merged.iter().filter(|m| !m.ended()).map(follow).collect())
}
