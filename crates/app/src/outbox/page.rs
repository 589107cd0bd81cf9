//! Calls on their way to the paging gateway: one item a turn, each try a row of the record.

use super::smtp::Tried;
use super::webhook::Reach;
use super::{outcome_of, webhook};
use crate::Env;
use crate::error::AppError;
use crate::facade::App;
use crate::look::Look;
use crate::write::{self, Actor, Request};
use okiagari_model::govern::organisation::Organisation;
use okiagari_model::govern::person::Person;
use okiagari_model::prepare::rota::{Days, person_phone};
use okiagari_model::respond::delivery::{Delivery, DeliveryResult};
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::message::Channel;
use okiagari_model::respond::paging::{Cause, Paging, PassedOn};
use okiagari_model::respond::paging_flow;
use okiagari_model::{
    Body, Change, Choice, OrgId, Record, RecordId, Register, RowFilter, Time, Value,
};
use okiagari_store::WriteTx;
use okiagari_store::server::outbox::{self, Item, Outcome};
use std::time::Duration;

/// Kind of item.
pub(super) const KIND: &str = "page";
/// Tries of one turn: by then the next one is being called anyway.
const TRIES: u64 = 3;

/// What stands in the outbox: which turn of which call. Number, text and link are worked out when it
/// leaves, so that no number and no link lies in a queue.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Turn {
    paging: String,
    turn: usize,
}

fn turns(paging: &Record) -> usize {
    paging.rows("called").count()
}

fn called(paging: &Record, turn: usize) -> Option<RecordId> {
    paging.rows("called").nth(turn)?.get("person").and_then(Value::as_str).map(RecordId::new)
}

/// After a change of a call: a further turn goes to the gateway, and a notice to whoever is called.
pub(super) fn after_change(
    tx: &mut WriteTx<'_>,
    env: &Env,
    org: &OrgId,
    old: Option<&Record>,
    paging: &Record,
    now: Time,
) -> Result<(), AppError> {
    let n = turns(paging);
    if paging.text("state") != "calling" || n == 0 || old.is_some_and(|o| turns(o) >= n) {
        return Ok(());
    }
    let turn = n - 1;
    if let Some(person) = called(paging, turn) {
        let cause = Cause::from_id(paging.text("cause")).unwrap_or(Cause::Hand).label();
        let subject = format!("呼び出し: {} / Call: {}", cause.ja, cause.en);
        let key = format!("{}-{turn}", paging.id);
        tx.notify(org, &key, &person, &subject, &crate::notices::href(paging), now)?;
    }
    if env.settings(tx, org)?.text("paging.url").is_empty() {
        return Ok(());
    }
    let id = env.next_id(now);
    let message_id = format!("{}.{turn}.call@okiagari.invalid", paging.id);
    let turn = Turn { paging: paging.id.as_str().to_owned(), turn };
    let json = serde_json::to_string(&turn).map_err(|e| AppError::Internal(e.to_string()))?;
    outbox::enqueue(tx.db(), org, id.as_str(), KIND, &message_id, &json, (now, now))?;
    Ok(())
}

/// What is sent.
struct Parcel {
    phone: String,
    text: String,
    link: Option<String>,
    cause: Cause,
    at: Time,
}

impl App {
    /// One try of one turn; says whether the gateway took it.
    pub(super) fn page_one(&self, item: &Item, patience: Duration) -> Result<bool, AppError> {
        let turn: Turn = match serde_json::from_str(&item.payload) {
            Ok(turn) => turn,
            Err(e) => {
                self.store().write(&item.org.clone(), "paging", {
                    let (item, now) = (item.clone(), self.now());
                    move |tx| {
                        outbox::mark(tx.db(), &item, &Outcome::Failed(e.to_string()), now)?;
                        Ok::<_, AppError>(())
                    }
                })?;
                return Ok(false);
            }
        };
        let now = self.now();
        if item.error.as_deref() == Some(outbox::LOST) {
            self.page_lost(item, &turn, now)?;
        }
        let Some((parcel, url, reach)) = self.page_parcel(&item.org, &turn, now)? else {
            let (org, item) = (item.org.clone(), item.clone());
            self.store().write(&org, "paging", move |tx| {
                let why = "not to be called any more".to_owned();
                outbox::mark(tx.db(), &item, &Outcome::Failed(why), now)?;
                Ok::<_, AppError>(())
            })?;
            return Ok(false);
        };
        let tried = if parcel.phone.is_empty() {
            Tried::Refused("電話番号がありません / no telephone number".to_owned())
        } else {
            let json = serde_json::json!({
                "id": item.message_id, "to": parcel.phone, "text": parcel.text,
                "link": parcel.link, "test": parcel.cause.is_test(), "at": parcel.at.millis(),
            });
            webhook::post(&url, &item.message_id, &json.to_string(), reach, patience)
        };
        let outcome = outcome_of(&tried, item.attempts, TRIES, self.now());
        let accepted = outcome == Outcome::Sent;
        self.page_mark(item, &turn, (outcome, tried), !parcel.phone.is_empty())?;
        Ok(accepted)
    }

    /// A try whose end nobody saw, since the program ended meanwhile: it may have arrived.
    fn page_lost(&self, item: &Item, turn: &Turn, now: Time) -> Result<(), AppError> {
        let (org, turn, env) = (item.org.clone(), turn.clone(), self.env().clone());
        let item = Item { attempts: item.attempts.saturating_sub(1), ..item.clone() };
        self.store().write(&org.clone(), "paging", move |tx| {
            let id = RecordId::new(turn.paging.as_str());
            let everything = RowFilter::everything();
            let Some(paging) = tx.one(&org, Paging::DEF, &id, &everything)? else { return Ok(()) };
            let why = outbox::LOST.to_owned();
            let end = Outcome::Uncertain(now, why.clone());
            let tried = Tried::Unknown(why);
            let body = row_of(tx, &org, &item, (&paging, turn.turn), (&tried, &end), now)?;
            let change = Change::Create { def: Delivery::DEF, body, reason: None };
            let actor = Actor::Program("outbox");
            write::apply(tx, &env, &Request { org: org.clone(), actor, change, now })?;
            Ok::<_, AppError>(())
        })
    }

    /// What is sent, unless an answer is not awaited any more or the next one is being called.
    fn page_parcel(
        &self,
        org: &OrgId,
        turn: &Turn,
        now: Time,
    ) -> Result<Option<(Parcel, String, Reach)>, AppError> {
        let paging = RecordId::new(turn.paging.as_str());
        let link = self.site().map(|site| -> Result<String, AppError> {
            Ok(format!("{site}{}", self.ring_path(org, &paging, turn.turn)?))
        });
        let link = link.transpose()?;
        self.store().read(|tx| {
            let everything = RowFilter::everything();
            let Some(record) = tx.one(org, Paging::DEF, &paging, &everything)? else {
                return Ok(None);
            };
            if record.text("state") != "calling" || turns(&record) != turn.turn + 1 {
                return Ok(None);
            }
            let Some(person) = called(&record, turn.turn) else { return Ok(None) };
            let person = tx.one(org, Person::DEF, &person, &everything)?;
            let settings = self.env().settings(tx, org)?;
            let url = settings.text("paging.url").to_owned();
            if url.is_empty() {
                return Ok(None);
            }
            let zone = settings.zone();
            let holidays = self.env().catalog.holidays();
            let days = Days { zone: &zone, holidays: holidays.as_deref() };
            let off = !days.in_office_hours(now, &settings);
            let phone = person.map_or_else(String::new, |p| person_phone(&p, off).to_owned());
            let name =
                tx.set(org, Organisation::DEF)?.first().map_or_else(String::new, |o| o.title());
            let number = match record.ids("incident").first() {
                Some(id) => tx
                    .one(org, Incident::DEF, &RecordId::new(*id), &everything)?
                    .map(|i| i.text("number").to_owned())
                    .unwrap_or_default(),
                None => String::new(),
            };
            let cause = Cause::from_id(record.text("cause")).unwrap_or(Cause::Hand);
            let text = words(&name, &number, cause, link.as_deref());
            let reach =
                if settings.flag("webhook.private") { Reach::Private } else { Reach::Public };
            Ok(Some((Parcel { phone, text, link, cause, at: now }, url, reach)))
        })
    }

    /// Notes the outcome in the outbox and the try in the record, together. Where it is certain that
    /// it did not arrive, the next one is called at once; where the gateway refuses again, the turn
    /// keeps its time, so that people can be rung by hand before the order is used up.
    fn page_mark(
        &self,
        item: &Item,
        turn: &Turn,
        (outcome, tried): (Outcome, Tried),
        number: bool,
    ) -> Result<(), AppError> {
        let (org, item, turn, now, env) =
            (item.org.clone(), item.clone(), turn.clone(), self.now(), self.env().clone());
        self.store().write(&org.clone(), "paging", move |tx| {
            if !outbox::mark(tx.db(), &item, &outcome, now)? {
                tracing::warn!(org.id = %org, item.id = %item.id, "a claim ran out before its try ended");
            }
            let id = RecordId::new(turn.paging.as_str());
            let everything = RowFilter::everything();
            let Some(paging) = tx.one(&org, Paging::DEF, &id, &everything)? else { return Ok(()) };
            let body = row_of(tx, &org, &item, (&paging, turn.turn), (&tried, &outcome), now)?;
            let actor = || Actor::Program("outbox");
            let change = Change::Create { def: Delivery::DEF, body, reason: None };
            write::apply(tx, &env, &Request { org: org.clone(), actor: actor(), change, now })?;
            let lost = matches!(outcome, Outcome::Failed(_)) && !matches!(tried, Tried::Unknown(_));
            // Without a number nothing was asked of the gateway.
            let why = if number { PassedOn::Refused } else { PassedOn::NotReached };
            let kept = number && paging_flow::refused(&paging);
            let awaited = paging.text("state") == "calling" && turns(&paging) == turn.turn + 1;
            if lost && awaited && !kept {
                let patch = [("passed_on".to_owned(), why.id().into())];
                let change = Change::Step {
                    def: Paging::DEF,
                    id,
                    rev: None,
                    step: "pass_on".to_owned(),
                    patch: patch.into_iter().collect(),
                    reason: None,
                };
                write::apply(tx, &env, &Request { org: org.clone(), actor: actor(), change, now })?;
            }
            Ok::<_, AppError>(())
        })
    }
}

/// What the telephone says: who calls, why, which case by its number, and the link. Nothing of what
/// has happened.
fn words(org: &str, number: &str, cause: Cause, link: Option<&str>) -> String {
    let label = cause.label();
    let mut ja = format!("【{org}】{}です。", label.ja);
    let mut en = format!("{org}: {}.", label.en);
    if !number.is_empty() {
        ja.push_str(number);
        ja.push('。');
        en.push_str(&format!(" {number}."));
    }
    match link {
        Some(link) => {
            format!("{ja}受けるか、次の人に回してください。 {link} / {en} Take it or pass it on.")
        }
        None => format!("{ja}サインインして応答してください。 / {en} Sign in to answer."),
    }
}

/// The try as it stands in the record.
fn row_of(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    item: &Item,
    (paging, turn): (&Record, usize),
    (tried, outcome): (&Tried, &Outcome),
    now: Time,
) -> Result<Body, AppError> {
    let person = called(paging, turn);
    let name = match &person {
        Some(id) => tx
            .one(org, Person::DEF, id, &RowFilter::everything())?
            .map(|p| p.title())
            .unwrap_or_default(),
        None => String::new(),
    };
    let (result, said) = match (tried, outcome) {
        (Tried::Accepted(said), _) => (DeliveryResult::Accepted, said),
        (Tried::Unknown(said), _) => (DeliveryResult::Unknown, said),
        (Tried::Refused(said), _) | (_, Outcome::Failed(said)) => (DeliveryResult::Refused, said),
        (Tried::Again(said) | Tried::ServerDown(said), _) => (DeliveryResult::Again, said),
    };
    let mut body = Body::new();
    let mut put = |field: &str, value: Value| body.insert(field.to_owned(), value);
    put("paging", paging.id.as_str().into());
    if let Some(case) = paging.body.get("incident") {
        put("incident", case.clone());
    }
    put("recipient", if name.is_empty() { "—".into() } else { name.into() });
    if let Some(person) = person {
        put("to_person", person.as_str().into());
    }
    put("channel", Channel::Webhook.id().into());
    put("at", now.millis().into());
    put("result", result.id().into());
    let said: String = okiagari_store::server::plain(said, 500);
    if !said.is_empty() {
        put("server_answer", said.into());
    }
    put("attempt", item.attempts.into());
    put("round", i64::try_from(turn + 1).unwrap_or(i64::MAX).into());
    if let Outcome::Again(at, _) | Outcome::Uncertain(at, _) = outcome {
        put("next_try_at", at.millis().into());
    }
    Ok(body)
}
