//! Calls (呼び出し): the next one is called when nobody answers, and the link by which somebody
//! answers from the telephone without signing in.
//!
//! A link is worked out from the master key, the call and the turn; neither it nor a digest of it
//! is stored, so that no copy of the database opens one. It does one thing, for a while.

use crate::error::AppError;
use crate::facade::App;
use crate::look::Look;
use crate::write::{self, Actor, Receipt, Request};
use hmac::{Hmac, KeyInit, Mac};
use okiagari_model::govern::organisation::Organisation;
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::paging::{Cause, Paging, PassedOn, Way};
use okiagari_model::respond::paging_flow;
use okiagari_model::{
    Body, Change, Choice, MINUTE, OrgId, Record, RecordId, Register, RowFilter, Time, Value,
};
use okiagari_seal::receipt;
use okiagari_store::WriteTx;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What somebody sees who follows a link: who calls and why, nothing of the case itself.
#[derive(Debug, Clone)]
pub struct Ring {
    /// Which organisation.
    pub org: OrgId,
    /// Its name.
    pub name: String,
    /// The call.
    pub paging: RecordId,
    /// Number of the case, where there is one.
    pub number: String,
    /// Why.
    pub cause: Cause,
    /// When this person was called.
    pub at: Time,
    /// Until when the link works.
    pub until: Time,
    /// Who was called by it.
    pub person: RecordId,
    /// Whether an answer is still awaited by this link.
    pub open: bool,
    /// Whether this person has answered.
    pub mine: bool,
    /// Whether this person said that they cannot take it.
    pub declined: bool,
}

/// What somebody answers by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingAnswer {
    /// Takes it.
    Take,
    /// Cannot; the next one is called at once.
    Decline,
}

fn secret(
    app: &App,
    org: &OrgId,
    paging: &RecordId,
    turn: usize,
) -> Result<Zeroizing<String>, AppError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(app.master().expose())
        .map_err(|e| AppError::Internal(e.to_string()))?;
    mac.update(format!("okiagari/paging-link/v1|{org}|{paging}|{turn}").as_bytes());
    let bytes = mac.finalize().into_bytes();
    let mut random = Zeroizing::new([0u8; 20]);
    random.copy_from_slice(&bytes[..20]);
    Ok(receipt::secret(&random))
}

impl App {
    /// The path of the link that answers a turn of a call.
    ///
    /// # Errors
    /// Only where the key cannot be used.
    pub fn ring_path(
        &self,
        org: &OrgId,
        paging: &RecordId,
        turn: usize,
    ) -> Result<String, AppError> {
        Ok(format!("/call/{paging}/{turn}/{}", secret(self, org, paging, turn)?.as_str()))
    }

    /// The call behind a link. A wrong call, turn or secret all look the same.
    ///
    /// # Errors
    /// Not found, or those of the store.
    pub fn ring(&self, paging: &RecordId, turn: usize, typed: &str) -> Result<Ring, AppError> {
        let everything = RowFilter::everything();
        for org in self.organisations()? {
            let found = self.store().read(|tx| {
                Ok::<_, AppError>(tx.get(&org.id, Paging::DEF, paging, &everything)?)
            })?;
            let Some(record) = found else { continue };
            let right = secret(self, &org.id, paging, turn)?;
            if !bool::from(right.as_bytes().ct_eq(typed.as_bytes())) || record.ended() {
                return Err(AppError::NotFound);
            }
            return self.ring_of(&org.id, &record, turn);
        }
        Err(AppError::NotFound)
    }

    fn ring_of(&self, org: &OrgId, record: &Record, turn: usize) -> Result<Ring, AppError> {
        let row = record.rows("called").nth(turn).ok_or(AppError::NotFound)?;
        let at = row.get("at").and_then(Value::as_i64).map_or(record.created_at, Time::from_millis);
        let person = row.get("person").and_then(Value::as_str).ok_or(AppError::NotFound)?;
        let declined =
            row.get("passed_on").and_then(Value::as_str) == Some(PassedOn::Declined.id());
        let now = self.now();
        self.store().read(|tx| {
            let settings = self.env().settings(tx, org)?;
            let until = at.plus(settings.int("paging.link_minutes") * MINUTE);
            let everything = RowFilter::everything();
            let number = match record.ids("incident").first() {
                Some(id) => tx
                    .get(org, Incident::DEF, &RecordId::new(*id), &everything)?
                    .map(|i| i.text("number").to_owned())
                    .unwrap_or_default(),
                None => String::new(),
            };
            let name =
                tx.set(org, Organisation::DEF)?.first().map_or_else(String::new, |o| o.title());
            let awaited = matches!(record.text("state"), "calling" | "unanswered");
            Ok(Ring {
                org: org.clone(),
                name,
                paging: record.id.clone(),
                number,
                cause: Cause::from_id(record.text("cause")).unwrap_or(Cause::Hand),
                at,
                until,
                person: RecordId::new(person),
                open: awaited && !declined && now < until,
                mine: record.ids("answered_by") == [person],
                declined,
            })
        })
    }

    /// Answers a call by its link. The answer of somebody whose link is over, or who is not awaited
    /// any more, changes nothing.
    ///
    /// # Errors
    /// Not found, or whatever keeps the step from being taken.
    pub fn answer_ring(
        &self,
        ring: &Ring,
        answer: RingAnswer,
    ) -> Result<Option<Receipt>, AppError> {
        if !ring.open {
            return Ok(None);
        }
        let mut patch = Body::new();
        let step = match answer {
            RingAnswer::Take => {
                patch.insert("answered_by".into(), ring.person.as_str().into());
                patch.insert("answered_through".into(), Way::Link.id().into());
                "acknowledge"
            }
            RingAnswer::Decline => {
                patch.insert("passed_on".into(), PassedOn::Declined.id().into());
                "pass_on"
            }
        };
        let change = Change::Step {
            def: Paging::DEF,
            id: ring.paging.clone(),
            rev: None,
            step: step.to_owned(),
            patch,
            reason: None,
        };
        match self.change_as(&ring.org, Actor::Public, change) {
            Ok(receipt) => Ok(Some(receipt)),
            // Somebody else was faster.
            Err(AppError::NotOpen(_)) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Calls whose waiting time is over: the next one is called, or it is noted that nobody has
    /// answered. Whatever fell due while the program stood still is done at the next turn.
    pub(crate) fn tick_pagings(&self, org: &OrgId, now: Time) -> Result<usize, AppError> {
        let due = self.due_of(org, Paging::DEF, "calling", "next_at", now)?;
        let mut done = 0;
        for id in due {
            let env = self.env().clone();
            let of = org.clone();
            let moved =
                self.store().write(org, "paging", move |tx| advance(tx, &env, &of, &id, now))?;
            done += usize::from(moved);
        }
        Ok(done)
    }
}

/// Takes one call on, unless somebody has answered meanwhile.
fn advance(
    tx: &mut WriteTx<'_>,
    env: &crate::Env,
    org: &OrgId,
    id: &RecordId,
    now: Time,
) -> Result<bool, AppError> {
    let everything = RowFilter::everything();
    let Some(paging) = tx.one(org, Paging::DEF, id, &everything)? else { return Ok(false) };
    let due = paging.text("state") == "calling" && paging.time("next_at").is_some_and(|t| t <= now);
    if !due {
        return Ok(false);
    }
    let settings = env.settings(tx, org)?;
    let step = match paging_flow::next_turn(&paging, &settings) {
        Some(_) => "call_next",
        None => "give_up",
    };
    let change = Change::Step {
        def: Paging::DEF,
        id: id.clone(),
        rev: None,
        step: step.to_owned(),
        patch: Body::new(),
        reason: None,
    };
    let request = Request { org: org.clone(), actor: Actor::Program("clock"), change, now };
    write::apply(tx, env, &request)?;
    Ok(true)
}
