//! Who opened what only members of a case may see: noted in the record itself, so that the note is
//! as hard to alter as anything else there.
//!
//! One opening is one change, made before the answer goes out; the same person opening the same
//! record again within `access.window_minutes` makes none. Where the store cannot write (a full
//! disk in the middle of an incident), the case stays readable: the note waits in memory, the log
//! of the program says so, and the worker writes it as soon as it can.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::read::ListRequest;
use crate::write::Actor;
use okiagari_model::respond::access_entry::{AccessEntry, Way};
use okiagari_model::respond::incident::Incident;
use okiagari_model::{
    AccountId, Action, AnyRef, Body, Change, Choice, Cond, MINUTE, OrgId, Record, RecordId, Ref,
    Register, RegisterDef, RowFilter, Time, policy,
};
use okiagari_store::ReadTx;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Who opened which record in which way.
type Key = (OrgId, AccountId, String, &'static str);

/// Openings of late, and those that are not written yet.
#[derive(Debug, Default)]
pub(crate) struct Openings {
    seen: Mutex<HashMap<Key, Time>>,
    waiting: Mutex<VecDeque<(OrgId, Body)>>,
}

/// Beyond so many, what is older than the window is forgotten.
const SEEN: usize = 4_096;

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One opening as shown.
#[derive(Debug, Clone)]
pub struct Opening {
    /// When.
    pub at: Time,
    /// Who, by name where it may be shown.
    pub who: String,
    /// In which way.
    pub way: &'static str,
}

/// The case of a record that only its members may see.
fn closed_case(
    tx: &mut ReadTx<'_>,
    org: &OrgId,
    record: &Record,
) -> Result<Option<RecordId>, AppError> {
    if record.def.id == AccessEntry::ID {
        return Ok(None);
    }
    let closed = |r: &Record| r.text("sharing") == "members";
    if record.def.id == Incident::ID {
        return Ok(closed(record).then(|| record.id.clone()));
    }
    for id in record
        .def
        .access_field(okiagari_model::Access::Case)
        .into_iter()
        .flat_map(|f| record.ids(f.id))
    {
        let id = RecordId::new(id);
        let case = tx.get(org, Incident::DEF, &id, &RowFilter::everything())?;
        if case.as_ref().is_some_and(closed) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

impl App {
    /// Notes that somebody opened a record, where only the members of its case may see it.
    pub(crate) fn note_opening(
        &self,
        ctx: &Ctx,
        record: &Record,
        way: Way,
    ) -> Result<(), AppError> {
        let org = &ctx.subject.org;
        let (case, window) = self.store().read(|tx| {
            let minutes = self.env().settings(tx, org)?.int("access.window_minutes");
            Ok::<_, AppError>((closed_case(tx, org, record)?, minutes * MINUTE))
        })?;
        let Some(case) = case else { return Ok(()) };
        let now = self.now();
        let subject = AnyRef { register: record.def.id.to_owned(), id: record.id.clone() };
        let key = (org.clone(), ctx.subject.account.clone(), subject.to_string(), way.id());
        {
            let mut seen = lock(&self.openings().seen);
            if seen.get(&key).is_some_and(|at| now.since(*at) < window) {
                return Ok(());
            }
            if seen.len() >= SEEN {
                seen.retain(|_, at| now.since(*at) < window);
            }
            seen.insert(key, now);
        }
        let entry = AccessEntry {
            incident: Some(Ref::new(case)),
            subject,
            way,
            at: now,
            person: ctx.subject.person.clone().map(Ref::new),
            account: ctx.subject.account.as_str().to_owned(),
        };
        lock(&self.openings().waiting).push_back((org.clone(), entry.to_body()));
        if let Err(e) = self.keep_openings() {
            tracing::error!(error.cause = ?e, org.id = %org, "an opening waits to be noted");
        }
        Ok(())
    }

    /// Writes what waits. Called after every opening and by the worker.
    pub(crate) fn keep_openings(&self) -> Result<(), AppError> {
        loop {
            let next = lock(&self.openings().waiting).pop_front();
            let Some((org, body)) = next else { return Ok(()) };
            let change = Change::Create { def: AccessEntry::DEF, body: body.clone(), reason: None };
            if let Err(e) = self.change_as(&org, Actor::Program("access"), change) {
                lock(&self.openings().waiting).push_front((org, body));
                return Err(e);
            }
        }
    }

    /// Who opened a record, newest first; nothing where that may not be seen.
    ///
    /// # Errors
    /// Those of the store.
    pub fn openings_of(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        id: &RecordId,
        limit: u32,
    ) -> Result<Vec<Opening>, AppError> {
        if policy::rows(&ctx.subject, AccessEntry::DEF, Action::Read).is_nothing() {
            return Ok(Vec::new());
        }
        let subject = AnyRef { register: def.id.to_owned(), id: id.clone() };
        let request = ListRequest {
            conds: vec![Cond::eq("subject", subject.to_string())],
            ..ListRequest::first(AccessEntry::DEF, limit)
        };
        let page = self.list(ctx, &request)?;
        let shown = |r: &Record| {
            let person = r.ids("person").first().and_then(|p| page.names.get("person", p));
            Some(Opening {
                at: r.time("at")?,
                who: person.unwrap_or_else(|| r.text("account")).to_owned(),
                way: Way::from_id(r.text("way"))?.label().get(ctx.lang),
            })
        };
        Ok(page.records.iter().filter_map(shown).collect())
    }
}
