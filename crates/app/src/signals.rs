//! Signals of monitoring: kept in the buffer, combined by the organisation's own rules, and made a
//! report as soon as a rule is met (NI-176).

use crate::env::Env;
use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::look::Look;
use crate::write::{self, Actor, Receipt, Request};
use okiagari_model::identify::system::System;
use okiagari_model::prepare::signal_rule::{self, Signal, SignalRule};
use okiagari_model::respond::report::{Report, ReportKind, Route, SignalRow};
use okiagari_model::{
    Action, Body, Change, Choice, FieldType, OrgId, Record, RecordId, Register, Table, Time, Value,
    policy,
};
use okiagari_store::WriteTx;
use okiagari_store::server::signal::{self as buffer, Handled, Room, State};

/// Room of the buffer in one organisation; shared with reports in quarantine.
const ROOM: Room = Room { count: 2_000, bytes: 32 << 20 };
/// Signals that one rule looks back on at most.
const LOOK_BACK: u32 = 2_000;
/// Signals named in one report at most; the rest is counted.
const NAMED: usize = 50;
/// A signal from further ahead than this is refused: its sensor's clock is wrong. Milliseconds.
const AHEAD: i64 = 10 * okiagari_model::MINUTE;

/// What became of a signal.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its id in the buffer.
    pub id: String,
    /// The report it became with others, where a rule was met.
    pub report: Option<Receipt>,
}

/// A signal that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its id in the buffer.
    pub id: String,
    /// When it came.
    pub received_at: Time,
    /// What it says.
    pub signal: Signal,
}

impl App {
    /// Takes a signal, and makes a report of it and what it stands with where a rule is met.
    ///
    /// # Errors
    /// Fields that do not fit; forbidden for whoever may not take reports.
    pub fn signal(&self, ctx: &Ctx, signal: Signal) -> Result<Taken, AppError> {
        may(ctx)?;
        let problems = signal.problems();
        if !problems.is_empty() {
            return Err(AppError::Fields(problems));
        }
        let now = self.now();
        if signal.at > now.millis().saturating_add(AHEAD) || signal.at < 0 {
            return Err(AppError::field(
                "at",
                "out_of_range",
                "日時が先すぎるか、正しくありません。",
                "The time is too far ahead, or none.",
            ));
        }
        let payload =
            serde_json::to_string(&signal).map_err(|e| AppError::Internal(e.to_string()))?;
        let id = self.env().next_id(now).as_str().to_owned();
        let kept = buffer::Signal {
            id: id.clone(),
            source: "monitoring".to_owned(),
            received_at: now,
            payload,
            score: 0,
            state: State::New,
            handled_by: None,
            handled_at: None,
            record: None,
            receipt: None,
            secret_hash: None,
        };
        let (env, org) = (self.env().clone(), ctx.subject.org.clone());
        self.store().write(&org.clone(), "signal", move |tx| {
            // A sensor that got no answer sends again.
            let waits = buffer::list(tx.db(), &org, State::New, "", LOOK_BACK)?;
            if let Some(same) = waits.into_iter().find(|s| s.payload == kept.payload) {
                return Ok(Taken { id: same.id, report: None });
            }
            let dropped = buffer::insert(tx.db(), &org, &kept, ROOM)?;
            if !dropped.is_empty() {
                tracing::warn!(org.id = %org, dropped.count = dropped.len(), "the buffer of signals is full; the oldest were dropped");
            }
            let report = combine(tx, &env, &org, &kept.id, now)?;
            Ok(Taken { id: kept.id, report })
        })
    }

    /// Signals that met no rule and that nobody has handled, newest first.
    ///
    /// # Errors
    /// Forbidden for whoever may not take reports.
    pub fn signals_waiting(&self, ctx: &Ctx) -> Result<Vec<Waiting>, AppError> {
        may(ctx)?;
        let mut all = self.store().read(|tx| {
            Ok::<_, AppError>(waiting(buffer::list(
                tx.db(),
                &ctx.subject.org,
                State::New,
                "",
                LOOK_BACK,
            )?))
        })?;
        all.reverse();
        Ok(all)
    }

    /// Makes a report of signals that somebody has chosen.
    ///
    /// # Errors
    /// Not found where one was handled meanwhile.
    pub fn signals_admit(&self, ctx: &Ctx, ids: &[String]) -> Result<Receipt, AppError> {
        may(ctx)?;
        let (env, org) = (self.env().clone(), ctx.subject.org.clone());
        let (ids, by, now) = (ids.to_vec(), ctx.subject.account.to_string(), self.now());
        self.store().write(&org.clone(), "admit signals", move |tx| {
            let mut chosen = Vec::new();
            for id in &ids {
                let found = buffer::get(tx.db(), &org, id)?.filter(|s| s.state == State::New);
                chosen.extend(waiting(vec![found.ok_or(AppError::NotFound)?]));
            }
            if chosen.is_empty() {
                return Err(AppError::NotFound);
            }
            chosen.sort_by_key(|w| w.signal.at);
            report(tx, &env, &org, None, &chosen, (&by, now))
        })
    }

    /// Throws signals away that somebody has looked at.
    ///
    /// # Errors
    /// Not found where one was handled meanwhile.
    pub fn signals_discard(&self, ctx: &Ctx, ids: &[String]) -> Result<(), AppError> {
        may(ctx)?;
        let (org, by, now) = (ctx.subject.org.clone(), ctx.subject.account.to_string(), self.now());
        let ids = ids.to_vec();
        self.store().write_server("discard signals", move |tx| {
            for id in &ids {
                if !buffer::handle(tx.db(), &org, id, &Handled::Discarded, &by, now)? {
                    return Err(AppError::NotFound);
                }
            }
            Ok(())
        })
    }
}

fn may(ctx: &Ctx) -> Result<(), AppError> {
    let rows = policy::rows(&ctx.subject, Report::DEF, Action::Write);
    if rows.is_nothing() { Err(AppError::Forbidden("signals")) } else { Ok(()) }
}

/// Signals whose payload can be read; what else lies in the buffer is no signal of monitoring.
fn waiting(list: Vec<buffer::Signal>) -> Vec<Waiting> {
    list.into_iter()
        .filter(|s| s.source == "monitoring")
        .filter_map(|s| {
            let signal = serde_json::from_str(&s.payload).ok()?;
            Some(Waiting { id: s.id, received_at: s.received_at, signal })
        })
        .collect()
}

/// The first rule that the newest signal meets makes a report.
fn combine(
    tx: &mut WriteTx<'_>,
    env: &Env,
    org: &OrgId,
    newest: &str,
    now: Time,
) -> Result<Option<Receipt>, AppError> {
    let mut rules = tx.set(org, SignalRule::DEF)?;
    rules.retain(|r| !r.ended());
    if rules.is_empty() {
        return Ok(None);
    }
    let mut all = waiting(buffer::list(tx.db(), org, State::New, "", LOOK_BACK)?);
    all.sort_by_key(|w| w.signal.at);
    let Some(me) = all.iter().position(|w| w.id == newest) else { return Ok(None) };
    let signals: Vec<Signal> = all.iter().map(|w| w.signal.clone()).collect();
    for rule in rules {
        // One that came late may complete what was seen after it.
        let within = rule.int("within").unwrap_or(0).saturating_mul(okiagari_model::MINUTE);
        let until = signals.get(me).map_or(0, |s| s.at).saturating_add(within);
        let met = (me..signals.len())
            .take_while(|i| signals.get(*i).is_some_and(|s| s.at <= until))
            .find_map(|last| {
                signal_rule::met(&rule, &signals, last).filter(|used| used.contains(&me))
            });
        if let Some(used) = met {
            let chosen: Vec<Waiting> =
                used.into_iter().filter_map(|i| all.get(i).cloned()).collect();
            return report(tx, env, org, Some(&rule), &chosen, ("system:signals", now)).map(Some);
        }
    }
    Ok(None)
}

/// Makes the report and takes its signals out of the buffer, in one change.
fn report(
    tx: &mut WriteTx<'_>,
    env: &Env,
    org: &OrgId,
    rule: Option<&Record>,
    signals: &[Waiting],
    (by, now): (&str, Time),
) -> Result<Receipt, AppError> {
    let body = report_body(tx, org, rule, signals)?;
    let request = Request {
        org: org.clone(),
        actor: Actor::Program("signals"),
        change: Change::Create { def: Report::DEF, body, reason: None },
        now,
    };
    let receipt = write::apply(tx, env, &request)?;
    for s in signals {
        let handled = Handled::Admitted(receipt.register.to_owned(), receipt.id.clone());
        if !buffer::handle(tx.db(), org, &s.id, &handled, by, now)? {
            return Err(AppError::NotFound);
        }
    }
    Ok(receipt)
}

fn report_body(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    rule: Option<&Record>,
    signals: &[Waiting],
) -> Result<Body, AppError> {
    let mut body = Body::new();
    let title = rule.map_or_else(|| "監視の信号 / Signals of monitoring".to_owned(), Record::title);
    let mut what = title.clone();
    if let Some(meaning) = rule.map(|r| r.text("meaning")).filter(|m| !m.is_empty()) {
        what = format!("{what}\n{meaning}");
    }
    if signals.len() > NAMED {
        what = format!("{what}\n信号 {}件 / {} signals", signals.len(), signals.len());
    }
    let what: String = what.chars().take(5_000).collect();
    body.insert("what".into(), what.into());
    body.insert("kind".into(), ReportKind::Detected.id().into());
    body.insert("route".into(), Route::Monitoring.id().into());
    if let Some(first) = signals.first() {
        body.insert("detected_at".into(), first.signal.at.into());
    }
    let asset = signals.iter().map(|s| s.signal.asset.as_str()).find(|a| !a.is_empty());
    if let Some(asset) = asset {
        body.insert("place".into(), asset.into());
    }
    let mut systems: Vec<String> =
        rule.iter().flat_map(|r| r.ids("systems")).map(str::to_owned).collect();
    for system in tx.set(org, System::DEF)? {
        let name = system.text("name");
        let named = signals.iter().any(|s| s.signal.asset.eq_ignore_ascii_case(name));
        if named && !systems.contains(&system.id.to_string()) {
            systems.push(system.id.to_string());
        }
    }
    if !systems.is_empty() {
        body.insert("systems".into(), Value::from(systems));
    }
    if let Some(rule) = rule {
        body.insert("signal_rule".into(), rule.id.as_str().into());
        if let Some(severity) = rule.body.get("severity") {
            body.insert("severity".into(), severity.clone());
        }
    }
    if let Some(rows) = rows(signals).write() {
        body.insert("signals".into(), rows);
    }
    Ok(body)
}

/// The signals as they stand in the report, each with those it stands with.
fn rows(signals: &[Waiting]) -> Table<SignalRow> {
    let short = |w: &Waiting| RecordId::new(w.id.as_str()).short().to_owned();
    let row = |w: &Waiting| {
        let linked: Vec<String> =
            signals.iter().filter(|o| o.id != w.id).take(10).map(short).collect();
        let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
        SignalRow {
            source: format!("{} #{}", w.signal.source, short(w)),
            at: Time::from_millis(w.signal.at),
            asset: some(&w.signal.asset),
            kind: w.signal.kind.clone(),
            text: some(&w.signal.text),
            severity: okiagari_model::respond::incident::Grade::from_id(&w.signal.severity),
            linked: some(&linked.join(" ")),
        }
    };
    Table(signals.iter().take(NAMED).map(row).collect())
}
