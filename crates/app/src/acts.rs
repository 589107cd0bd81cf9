//! What a new record does to records that are there already (`Act`), in the same change.

use crate::env::Env;
use crate::error::AppError;
use crate::look::Look;
use crate::write::{self, Actor, Request};
use okiagari_model::core::decide::unsaved;
use okiagari_model::{
    Action, Change, DecideCtx, Input, Record, RuleCtx, Settings, Snapshot, Value, Write, Zone,
    decide, policy, reads,
};
use okiagari_store::WriteTx;
use std::rc::Rc;

/// What the change at hand was decided with.
pub struct Scope<'a> {
    /// Program, ids, catalogue.
    pub env: &'a Env,
    /// The change.
    pub request: &'a Request,
    /// Settings of the organisation.
    pub settings: &'a Settings,
    /// Its time zone.
    pub zone: &'a Zone,
    /// What was declared and loaded for the new record.
    pub snap: &'a Snapshot,
}

/// The further writes of a new record. Each is bound to what its maker may do.
///
/// # Errors
/// Whatever keeps one of them from being made; the whole change is refused then.
pub fn done(
    tx: &mut WriteTx<'_>,
    scope: &Scope<'_>,
    writes: &mut [Write],
) -> Result<Vec<Write>, AppError> {
    let Some(first) = writes.first().filter(|w| w.rev == 0 && !w.def.acts.is_empty()) else {
        return Ok(Vec::new());
    };
    let Some(id) = first.id.clone() else { return Ok(Vec::new()) };
    let (def, now) = (first.def, scope.request.now);
    let made = Record { id, rev: 1, ..unsaved(def, &first.body, now) };
    let Scope { zone, settings, snap, .. } = *scope;
    let actor = match &scope.request.actor {
        Actor::Person(s) => s.person.as_ref(),
        Actor::Public | Actor::Program(_) => None,
    };
    let ctx = RuleCtx { now, zone, me: &made, actor, snap, settings };
    let mut changes = Vec::new();
    for act in def.acts {
        changes.extend((act.changes)(&ctx)?);
    }
    let mut more = Vec::new();
    for change in changes {
        more.extend(one(tx, scope, &change)?);
    }
    belongs(writes, &more);
    Ok(more)
}

fn one(tx: &mut WriteTx<'_>, scope: &Scope<'_>, change: &Change) -> Result<Vec<Write>, AppError> {
    let Request { org, actor, now, .. } = scope.request;
    let def = change.def();
    let current = match change.id() {
        None => None,
        Some(id) => {
            let rows = match actor {
                Actor::Person(s) => policy::rows(s, def, Action::Write),
                Actor::Public | Actor::Program(_) => okiagari_model::RowFilter::everything(),
            };
            Some(tx.one(org, def, id, &rows)?.ok_or(AppError::Forbidden("change"))?)
        }
    };
    let me = match (&current, change) {
        (Some(record), _) => Some(record.clone()),
        (None, Change::Create { body, .. }) => Some(Rc::new(unsaved(def, body, *now))),
        _ => None,
    };
    let mut snap = Snapshot::new();
    if let Some(me) = &me {
        let inputs: Vec<Input> = reads(change);
        write::load_inputs(tx, org, me, &inputs, &mut snap)?;
    }
    let (roles, person) = match actor {
        Actor::Person(s) => (Some(s.roles.as_slice()), s.person.as_ref()),
        Actor::Public | Actor::Program(_) => (None, None),
    };
    let ctx = DecideCtx {
        now: *now,
        zone: scope.zone,
        settings: scope.settings,
        snap: &snap,
        roles,
        actor: person,
        system: true,
    };
    let mut writes = decide(change, current.as_deref(), &ctx)?.writes;
    write::name_new_records(tx, scope.env, org, *now, &mut writes)?;
    writes.extend(crate::case::followers(tx, org, current.as_deref(), &writes)?);
    Ok(writes)
}

/// What judges a report belongs to the case that the report now belongs to.
fn belongs(writes: &mut [Write], more: &[Write]) {
    let Some(first) = writes.first_mut() else { return };
    let report = first.body.get("report").and_then(Value::as_str).map(str::to_owned);
    let (Some(report), Some(_)) = (report, first.def.field("incident")) else { return };
    let judged = more
        .iter()
        .find(|w| w.def.id == "report" && w.id.as_ref().is_some_and(|id| id.as_str() == report));
    if let Some(case) = judged.and_then(|w| w.body.get("incident")) {
        first.body.insert("incident".into(), case.clone());
    }
}
