//! Who is asking: worked out from the roles in the record, at an instant.

use crate::error::AppError;
use crate::look::Look;
use okiagari_model::govern::role::{RoleKind, acting_person};
use okiagari_model::improve::audit::{self, Audit};
use okiagari_model::{AccountId, Choice, OrgId, Record, RecordId, Register, Subject, Time, govern};
use okiagari_store::ReadTx;

/// What an account is in an organisation, from its membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Organisation.
    pub org: OrgId,
    /// Account.
    pub account: AccountId,
    /// Person record, for people inside and helpers from outside.
    pub person: Option<RecordId>,
    /// Contact record, for a counterparty.
    pub contact: Option<RecordId>,
}

/// When a role next begins or ends by time alone, after an instant.
fn next_turn(roles: &[std::rc::Rc<Record>], now: Time) -> Option<Time> {
    let times =
        |r: &std::rc::Rc<Record>| ["valid_from", "valid_to", "acting_until"].map(|f| r.time(f));
    roles.iter().flat_map(times).flatten().filter(|t| *t > now).min()
}

/// Works out the subject from the membership and the roles in the record, and until when that
/// holds at most if no record changes.
pub fn of(
    tx: &mut ReadTx<'_>,
    member: &Member,
    now: Time,
) -> Result<(Subject, Option<Time>), AppError> {
    let mut subject = Subject {
        org: member.org.clone(),
        account: member.account.clone(),
        person: member.person.clone(),
        department: None,
        roles: Vec::new(),
        heads: Vec::new(),
        audit_cases: Vec::new(),
        audits: Vec::new(),
        audit_registers: Vec::new(),
        counterparty: member.contact.clone(),
        at: now,
    };
    if member.contact.is_some() {
        // A counterparty holds no role inside, whatever a person record might say.
        subject.person = None;
        subject.roles.push("counterparty");
        return Ok((subject, None));
    }
    let Some(person) = &member.person else { return Ok((subject, None)) };
    let roles = tx.set(&member.org, govern::role::Role::DEF)?;
    let until = next_turn(&roles, now);
    let everything = okiagari_model::RowFilter::everything();
    let me = tx.one(&member.org, govern::person::Person::DEF, person, &everything)?;
    let Some(me) = me.filter(|p| !p.ended()) else { return Ok((subject, until)) };
    subject.department = me.ids("department").first().map(|d| RecordId::new(*d));
    let mut held = held(&roles, person, now);
    let until = audits(tx, member, now, &mut held, &mut subject)?.into_iter().chain(until).min();
    if held.iter().any(|r| r.text("kind") == RoleKind::Auditor.id()) {
        // An auditor, often from outside, holds the audit alone.
        subject.department = None;
    } else if !me.flag("external") {
        subject.roles.push("employee");
    }
    for role in held {
        if let Some(kind) = RoleKind::from_id(role.text("kind")) {
            if !subject.roles.contains(&kind.id()) {
                subject.roles.push(kind.id());
            }
            if kind == RoleKind::DepartmentHead {
                subject.heads.extend(role.ids("department").into_iter().map(RecordId::new));
            }
            if kind == RoleKind::Auditor {
                subject.audit_cases.extend(role.ids("cases").into_iter().map(RecordId::new));
            }
        }
    }
    Ok((subject, until))
}

/// The audits that roles of auditors name: what they open, and until when at most. A role whose audit
/// is not open now is not held (NI-207).
fn audits(
    tx: &mut ReadTx<'_>,
    member: &Member,
    now: Time,
    held: &mut Vec<&Record>,
    subject: &mut Subject,
) -> Result<Option<Time>, AppError> {
    let mut turn: Option<Time> = None;
    let mut shut = Vec::new();
    for role in held.iter().filter(|r| r.text("kind") == RoleKind::Auditor.id()) {
        let Some(id) = role.ids("audit").first().map(|id| RecordId::new(*id)) else { continue };
        let everything = okiagari_model::RowFilter::everything();
        let found = tx.one(&member.org, Audit::DEF, &id, &everything)?;
        let times = found.iter().flat_map(|a| ["access_from", "access_until"].map(|f| a.time(f)));
        turn = times.flatten().filter(|t| *t > now).chain(turn).min();
        let Some(audit) = found.filter(|a| audit::open_at(a, now)) else {
            shut.push(role.id.clone());
            continue;
        };
        subject.audit_cases.extend(audit.ids("cases").into_iter().map(RecordId::new));
        subject.audit_registers.extend(audit.ids("registers").into_iter().map(str::to_owned));
        subject.audits.push(id);
    }
    held.retain(|r| !shut.contains(&r.id));
    Ok(turn)
}

/// The roles that a person acts in at an instant.
pub fn held<'a>(roles: &'a [std::rc::Rc<Record>], person: &RecordId, now: Time) -> Vec<&'a Record> {
    roles
        .iter()
        .map(std::rc::Rc::as_ref)
        .filter(|r| acting_person(r, now).as_ref() == Some(person))
        .collect()
}
