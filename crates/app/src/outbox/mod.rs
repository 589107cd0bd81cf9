//! Delivery (送信): approved messages leave the house here, and every try is a fact of the record.
//!
//! The step `send` of a message puts one item for each recipient into the outbox, in its own
//! transaction. [`App::deliver`] runs on a thread of its own, so that a mail server that hangs holds
//! up neither alarms nor pages. Before each try the conditions of sending are asked again: what has
//! become private meanwhile, or has been recalled or told by telephone, does not leave.

mod page;
mod secret;
pub mod smtp;
mod to;
pub mod webhook;

use crate::Env;
use crate::error::AppError;
use crate::facade::App;
use crate::look::Look;
use crate::write::{self, Actor, Request};
use okiagari_model::respond::delivery::{self, Delivery, DeliveryResult};
use okiagari_model::respond::message::{Channel, Message};
use okiagari_model::respond::paging::Paging;
use okiagari_model::{
    Body, Change, Choice, DecideCtx, MINUTE, OrgId, Record, RecordId, Register, RowFilter,
    Settings, Snapshot, Time, closed_gates, reads,
};
use okiagari_store::WriteTx;
use okiagari_store::server::outbox::{self, Item, Outcome};
use smtp::{Mail, Server, Tls, Tried};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;
use to::{To, recipients};
use webhook::Reach;

/// How long one answer of a server may take.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How many items are claimed at once.
const BATCH: u32 = 10;
/// How long a claim holds: longer than all of a batch can take.
const LEASE: i64 = 60 * MINUTE;
/// Minutes until the next try, by number of tries so far; the last one holds for all further.
const BACKOFF: [i64; 7] = [1, 5, 15, 30, 60, 120, 240];
/// Minutes until something uncertain is tried again: long enough to ask the recipient first.
const UNCERTAIN: i64 = 60;

/// What stands in the outbox: who is meant. The text is read from the record when it leaves.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Payload {
    message: String,
    round: i64,
    to: To,
}

/// What one turn of delivery did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Tries made.
    pub tried: usize,
    /// Of these, taken by the other side.
    pub accepted: usize,
}

/// After a change: what it sends goes into the outbox; what it settles is settled.
pub(crate) fn after_change(
    tx: &mut WriteTx<'_>,
    env: &Env,
    org: &OrgId,
    now: Time,
    before: &[Option<Rc<Record>>],
    after: &[Rc<Record>],
) -> Result<(), AppError> {
    for (i, record) in after.iter().enumerate() {
        if record.def.id == Message::ID {
            let old = before.get(i).and_then(Option::as_ref);
            let again = old.is_none_or(|o| {
                o.text("state") != "sending" || o.int("rounds") != record.int("rounds")
            });
            if record.text("state") == "sending" && again {
                enqueue(tx, env, org, record, now)?;
            }
        } else if record.def.id == Paging::ID {
            let old = before.get(i).and_then(Option::as_ref).map(Rc::as_ref);
            page::after_change(tx, env, org, old, record, now)?;
        } else if record.def.id == Delivery::ID {
            settle(tx, env, org, record, now)?;
        }
    }
    Ok(())
}

fn enqueue(
    tx: &mut WriteTx<'_>,
    env: &Env,
    org: &OrgId,
    message: &Record,
    now: Time,
) -> Result<(), AppError> {
    let settings = env.settings(tx, org)?;
    let round = message.int("rounds").unwrap_or(1);
    let reached = reached(tx, org, message)?;
    let domain = settings.text("mail.sender").rsplit_once('@').map_or("okiagari.invalid", |p| p.1);
    for to in recipients(tx, org, &settings, message, now)? {
        if reached.contains(&to.key()) {
            continue;
        }
        let id = env.next_id(now);
        // The same for all rounds and tries, so that the other side can tell a second copy.
        let message_id = format!("{}.{}.{round}@{domain}", message.id, to.digest());
        let kind =
            if message.text("channel") == Channel::Webhook.id() { "webhook" } else { "mail" };
        let payload = Payload { message: message.id.as_str().to_owned(), round, to };
        let json =
            serde_json::to_string(&payload).map_err(|e| AppError::Internal(e.to_string()))?;
        outbox::enqueue(tx.db(), org, id.as_str(), kind, &message_id, &json, (now, now))?;
    }
    Ok(())
}

/// Whoever has it for certain.
fn reached(tx: &mut WriteTx<'_>, org: &OrgId, message: &Record) -> Result<Vec<String>, AppError> {
    let tries = tx.pointing(org, Delivery::DEF, "message", (Message::ID, &message.id))?;
    Ok(delivery::newest(tries.iter().map(Rc::as_ref))
        .into_iter()
        .filter(|d| DeliveryResult::reached(d.text("result")))
        .map(delivery::recipient)
        .collect())
}

/// Once every recipient has it, the message counts as sent.
fn settle(
    tx: &mut WriteTx<'_>,
    env: &Env,
    org: &OrgId,
    delivery: &Record,
    now: Time,
) -> Result<(), AppError> {
    let Some(id) = delivery.ids("message").first().map(|id| RecordId::new(*id)) else {
        return Ok(());
    };
    let everything = RowFilter::everything();
    let Some(message) = tx.one(org, Message::DEF, &id, &everything)? else { return Ok(()) };
    if message.text("state") != "sending" {
        return Ok(());
    }
    let settings = env.settings(tx, org)?;
    let reached = reached(tx, org, &message)?;
    let all = recipients(tx, org, &settings, &message, now)?;
    if all.is_empty() || !all.iter().all(|to| reached.contains(&to.key())) {
        return Ok(());
    }
    let n = all.len();
    let note = format!("{n}件すべてに伝わりました。 / All {n} have it.");
    let request = Request {
        org: org.clone(),
        actor: Actor::Program("outbox"),
        change: Change::Step {
            def: Message::DEF,
            id,
            rev: None,
            step: "record_sent".to_owned(),
            patch: std::iter::once(("sent_note".to_owned(), note.into())).collect(),
            reason: None,
        },
        now,
    };
    match write::apply(tx, env, &request) {
        Ok(_) => Ok(()),
        // What was delivered is a fact also where the step has been closed meanwhile.
        Err(AppError::Gates(_) | AppError::NotOpen(_)) => Ok(()),
        Err(e) => Err(e),
    }
}

/// What one item is to become.
enum Plan {
    /// Not any more: recalled, told otherwise, or not allowed now; with the reason, and whether
    /// the record should say so.
    Drop(String, bool),
    /// This text to this address.
    Go(Box<Parcel>),
}

struct Parcel {
    to: To,
    subject: String,
    text: String,
    at: Time,
}

impl App {
    /// One turn of delivery: tries everything that is due. May wait for servers; called on a
    /// thread of its own.
    ///
    /// # Errors
    /// Those of the store; what was not done is still due at the next turn.
    pub fn deliver(&self) -> Result<Delivered, AppError> {
        self.deliver_with(PATIENCE)
    }

    /// As [`App::deliver`], waiting so long for each answer.
    ///
    /// # Errors
    /// As there.
    pub fn deliver_with(&self, patience: Duration) -> Result<Delivered, AppError> {
        let mut done = Delivered::default();
        loop {
            let now = self.now();
            // Looking costs nothing; only where something is due is the writer asked.
            if !self.store().read(|tx| Ok::<_, AppError>(outbox::due(tx.db(), now)?))? {
                return Ok(done);
            }
            let mut items = self.store().write_server("claim outbox", move |tx| {
                Ok::<_, AppError>(outbox::claim(tx.db(), now, LEASE, BATCH)?)
            })?;
            if items.is_empty() {
                return Ok(done);
            }
            // Whoever is to be woken does not wait for a mail server that hangs.
            items.sort_by_key(|item| item.kind != page::KIND);
            let mut down: HashMap<(OrgId, String), String> = HashMap::new();
            for item in items {
                let accepted = self.deliver_one(&item, patience, &mut down)?;
                done.tried += 1;
                done.accepted += usize::from(accepted);
            }
        }
    }

    fn deliver_one(
        &self,
        item: &Item,
        patience: Duration,
        down: &mut HashMap<(OrgId, String), String>,
    ) -> Result<bool, AppError> {
        if item.kind == page::KIND {
            return self.page_one(item, patience);
        }
        let now = self.now();
        let payload: Payload = match serde_json::from_str(&item.payload) {
            Ok(payload) => payload,
            Err(e) => {
                self.mark(item, Outcome::Failed(e.to_string()), None)?;
                return Ok(false);
            }
        };
        if item.error.as_deref() == Some(outbox::LOST) {
            self.lost(item, &payload, now)?;
        }
        let tried = match self.plan(item, &payload, now)? {
            Plan::Drop(why, recorded) => {
                let told = recorded.then(|| (payload, Tried::Refused(why.clone())));
                self.mark(item, Outcome::Failed(why), told)?;
                return Ok(false);
            }
            Plan::Go(parcel) => {
                let key = (item.org.clone(), item.kind.clone());
                match (&parcel.to.address, down.get(&key)) {
                    (None, _) => Tried::Refused(
                        "宛先のメールアドレスがありません / no mail address".to_owned(),
                    ),
                    // One server that does not answer is asked once a turn, not once for each.
                    (_, Some(why)) => Tried::ServerDown(why.clone()),
                    (Some(address), None) => {
                        let tried = self.try_once(item, &parcel, address, patience)?;
                        if let Tried::ServerDown(why) = &tried {
                            down.insert(key, why.clone());
                        }
                        tried
                    }
                }
            }
        };
        let tries = self.tries(&item.org)?;
        let outcome = outcome_of(&tried, item.attempts, tries, self.now());
        let accepted = outcome == Outcome::Sent;
        self.mark(item, outcome, Some((payload, tried)))?;
        Ok(accepted)
    }

    /// A try whose end nobody saw, since the program ended meanwhile: it may have arrived.
    fn lost(&self, item: &Item, payload: &Payload, now: Time) -> Result<(), AppError> {
        let (org, item, payload, env) =
            (item.org.clone(), item.clone(), payload.clone(), self.env().clone());
        self.store().write(&org.clone(), "delivery", move |tx| {
            let earlier = Item { attempts: item.attempts.saturating_sub(1), ..item };
            let why = outbox::LOST.to_owned();
            let end = Outcome::Uncertain(now, why.clone());
            let body = row_of(tx, &org, &earlier, &payload, (&Tried::Unknown(why), &end), now)?;
            let change = Change::Create { def: Delivery::DEF, body, reason: None };
            let actor = Actor::Program("outbox");
            write::apply(tx, &env, &Request { org: org.clone(), actor, change, now })?;
            Ok::<_, AppError>(())
        })
    }

    fn tries(&self, org: &OrgId) -> Result<u64, AppError> {
        let tries = self
            .store()
            .read(|tx| Ok::<_, AppError>(self.env().settings(tx, org)?.int("mail.tries")))?;
        Ok(u64::try_from(tries).unwrap_or(1))
    }

    /// Asks the record once more whether this may leave, and what it says.
    fn plan(&self, item: &Item, payload: &Payload, now: Time) -> Result<Plan, AppError> {
        let org = &item.org;
        self.store().read(|tx| {
            let everything = RowFilter::everything();
            let id = RecordId::new(payload.message.as_str());
            let Some(message) = tx.one(org, Message::DEF, &id, &everything)? else {
                return Ok(Plan::Drop("the message is gone".to_owned(), false));
            };
            if message.text("state") != "sending" || message.int("rounds") != Some(payload.round) {
                return Ok(Plan::Drop("not to be sent any more".to_owned(), false));
            }
            let tries = tx.pointing(org, Delivery::DEF, "message", (Message::ID, &id))?;
            let has_it = delivery::newest(tries.iter().map(Rc::as_ref)).into_iter().any(|d| {
                DeliveryResult::reached(d.text("result"))
                    && delivery::recipient(d) == payload.to.key()
            });
            if has_it {
                return Ok(Plan::Drop("told meanwhile".to_owned(), false));
            }
            let settings = self.env().settings(tx, org)?;
            let closed = closed_now(tx, org, &message, &settings, now)?;
            if !closed.is_empty() {
                return Ok(Plan::Drop(closed, true));
            }
            Ok(Plan::Go(Box::new(Parcel {
                to: payload.to.clone(),
                subject: message.text("subject").to_owned(),
                text: message.text("text").to_owned(),
                at: message.time("sending_at").unwrap_or(now),
            })))
        })
    }

    fn try_once(
        &self,
        item: &Item,
        parcel: &Parcel,
        address: &str,
        patience: Duration,
    ) -> Result<Tried, AppError> {
        let settings = self.store().read(|tx| self.env().settings(tx, &item.org))?;
        if item.kind == "webhook" {
            let reach =
                if settings.flag("webhook.private") { Reach::Private } else { Reach::Public };
            let json = serde_json::json!({
                "id": item.message_id, "subject": parcel.subject, "text": parcel.text,
                "at": parcel.at.millis(),
            });
            return Ok(webhook::post(
                address,
                &item.message_id,
                &json.to_string(),
                reach,
                patience,
            ));
        }
        let server = self.mail_server(&item.org, &settings, patience)?;
        let mail = Mail {
            id: &item.message_id,
            to: address,
            subject: &parcel.subject,
            text: &parcel.text,
            at: parcel.at,
        };
        Ok(smtp::send(&server, &mail))
    }

    fn mail_server(
        &self,
        org: &OrgId,
        settings: &Settings,
        timeout: Duration,
    ) -> Result<Server, AppError> {
        let user = settings.text("mail.user");
        let login = match (user.is_empty(), self.mail_password(org)?) {
            (false, Some(password)) => Some((user.to_owned(), password)),
            _ => None,
        };
        Ok(Server {
            host: settings.text("mail.server").to_owned(),
            port: u16::try_from(settings.int("mail.port")).unwrap_or(587),
            tls: match settings.text("mail.tls") {
                "tls" => Tls::Implicit,
                "none" => Tls::None,
                _ => Tls::StartTls,
            },
            login,
            sender: settings.text("mail.sender").to_owned(),
            timeout,
        })
    }

    /// Notes the outcome in the outbox and the try in the record, together.
    fn mark(
        &self,
        item: &Item,
        outcome: Outcome,
        told: Option<(Payload, Tried)>,
    ) -> Result<(), AppError> {
        let (org, item, now, env) =
            (item.org.clone(), item.clone(), self.now(), self.env().clone());
        self.store().write(&org.clone(), "delivery", move |tx| {
            if !outbox::mark(tx.db(), &item, &outcome, now)? {
                tracing::warn!(org.id = %org, item.id = %item.id, "a claim ran out before its try ended");
            }
            if let Some((payload, tried)) = &told {
                let body = row_of(tx, &org, &item, payload, (tried, &outcome), now)?;
                let request = Request {
                    org: org.clone(),
                    actor: Actor::Program("outbox"),
                    change: Change::Create { def: Delivery::DEF, body, reason: None },
                    now,
                };
                write::apply(tx, &env, &request)?;
            }
            Ok::<_, AppError>(())
        })
    }
}

/// What a try means for the next.
fn outcome_of(tried: &Tried, attempts: u64, tries: u64, now: Time) -> Outcome {
    let last = attempts >= tries;
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(BACKOFF.len() - 1);
    let next = now.plus(BACKOFF[index] * MINUTE);
    match tried {
        Tried::Accepted(_) => Outcome::Sent,
        Tried::Refused(why) => Outcome::Failed(why.clone()),
        Tried::Again(why) | Tried::ServerDown(why) | Tried::Unknown(why) if last => {
            Outcome::Failed(why.clone())
        }
        Tried::Again(why) | Tried::ServerDown(why) => Outcome::Again(next, why.clone()),
        Tried::Unknown(why) => {
            Outcome::Uncertain(now.plus(UNCERTAIN.max(BACKOFF[index]) * MINUTE), why.clone())
        }
    }
}

/// The try as it stands in the record.
fn row_of(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    item: &Item,
    payload: &Payload,
    (tried, outcome): (&Tried, &Outcome),
    now: Time,
) -> Result<Body, AppError> {
    let id = RecordId::new(payload.message.as_str());
    let message = tx.one(org, Message::DEF, &id, &RowFilter::everything())?;
    let (result, said) = match (tried, outcome) {
        (Tried::Accepted(said), _) => (DeliveryResult::Accepted, said),
        // Given up while uncertain stays uncertain: nobody knows that it did not arrive.
        (Tried::Unknown(said), _) => (DeliveryResult::Unknown, said),
        (Tried::Refused(said), _) | (_, Outcome::Failed(said)) => (DeliveryResult::Refused, said),
        (Tried::Again(said) | Tried::ServerDown(said), _) => (DeliveryResult::Again, said),
    };
    let mut body = Body::new();
    let mut put = |field: &str, value: okiagari_model::Value| body.insert(field.to_owned(), value);
    put("message", id.as_str().into());
    if let Some(case) = message.as_ref().and_then(|m| m.body.get("incident")) {
        put("incident", case.clone());
    }
    put("recipient", payload.to.name.as_str().into());
    if let Some(field) = payload.to.field() {
        put(field, payload.to.id.as_str().into());
    }
    let channel = if item.kind == "webhook" { Channel::Webhook } else { Channel::Mail };
    put("channel", channel.id().into());
    put("at", now.millis().into());
    put("result", result.id().into());
    let said: String = okiagari_store::server::plain(said, 500);
    if !said.is_empty() {
        put("server_answer", said.into());
    }
    put("attempt", item.attempts.into());
    put("round", payload.round.into());
    if let Outcome::Again(at, _) | Outcome::Uncertain(at, _) = outcome {
        put("next_try_at", at.millis().into());
    }
    Ok(body)
}

/// The conditions of sending that do not hold now, in words; empty where all do.
fn closed_now(
    tx: &mut okiagari_store::ReadTx<'_>,
    org: &OrgId,
    message: &Record,
    settings: &Settings,
    now: Time,
) -> Result<String, AppError> {
    let Some(step) = Message::DEF.flow.and_then(|f| f.transition("send")) else {
        return Ok(String::new());
    };
    let change = Change::Step {
        def: Message::DEF,
        id: message.id.clone(),
        rev: None,
        step: step.id.to_owned(),
        patch: Body::new(),
        reason: None,
    };
    let mut snap = Snapshot::new();
    write::load_inputs(tx, org, message, &reads(&change), &mut snap)?;
    let zone = settings.zone();
    let ctx = DecideCtx {
        now,
        zone: &zone,
        settings,
        snap: &snap,
        roles: None,
        actor: None,
        system: true,
    };
    let closed = closed_gates(step, message, &ctx);
    Ok(closed
        .iter()
        .map(|g| format!("{} / {}", g.label.ja, g.label.en))
        .collect::<Vec<_>>()
        .join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_at_growing_intervals_and_end() {
        let now = Time::from_millis(0);
        let again = Tried::Again("451".to_owned());
        let minutes: Vec<i64> = (1..8)
            .map(|n| match outcome_of(&again, n, 8, now) {
                Outcome::Again(at, _) => at.millis() / MINUTE,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(minutes, BACKOFF);
        assert!(matches!(outcome_of(&again, 8, 8, now), Outcome::Failed(_)));
        let unknown = Tried::Unknown("timeout".to_owned());
        assert!(matches!(outcome_of(&unknown, 1, 8, now), Outcome::Uncertain(at, _)
            if at.millis() == 60 * MINUTE));
        let refused = Tried::Refused("550".to_owned());
        assert!(matches!(outcome_of(&refused, 1, 8, now), Outcome::Failed(_)));
    }
}
