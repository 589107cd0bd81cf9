//! Clocks: rule data turns records into obligations, in the commit of the change that starts them.

use crate::check::Evaluation;
use crate::env::Env;
use crate::error::AppError;
use crate::look::Look;
use okiagari_model::clock::{
    ClockCtx, ClockRule, Drift, OpenObligation, drifts, lapsed, obligations, settled,
};
use okiagari_model::core::decide::unsaved;
use okiagari_model::govern::role::Role;
use okiagari_model::govern::setting::CLOCK_APPLIES;
use okiagari_model::respond::obligation::{Obligation, ObligationState};
use okiagari_model::{
    AnyRef, Body, OrgId, Record, RecordId, Ref, Register, RowFilter, Settings, Time, Write,
};
use okiagari_store::WriteTx;
use std::rc::Rc;

/// What every organisation is taken for until it says otherwise: a business that handles personal
/// data. Its duty shows unconfirmed rather than passing in silence; the laws of certain trades and
/// countries start only once confirmed.
const PRESUMED: &[&str] = &["appi"];

/// The obligations that a change opens, and those that it settles. An obligation that is done may
/// start the next stage of its subject; confirming a rule starts it for what is under way.
pub fn opened(
    tx: &mut WriteTx<'_>,
    env: &Env,
    org: &OrgId,
    settings: &Settings,
    now: Time,
    writes: &[Write],
) -> Result<Vec<Write>, AppError> {
    let scope = Scope { env, org, settings, now };
    let mut opened = Vec::new();
    for write in writes {
        let Some(id) = &write.id else { continue };
        let changed =
            Record { id: id.clone(), rev: write.rev + 1, ..unsaved(write.def, &write.body, now) };
        if write.def.id == Obligation::ID {
            if let Some(subject) = subject_of(tx, org, &changed)? {
                scope.open(tx, &subject, Some(changed), None, &mut opened)?;
            }
        } else if let Some(rule) = confirmed(&changed) {
            let mut set = settings.clone();
            set.put(changed.text("key"), true.into());
            let scope = Scope { env, org, settings: &set, now };
            for subject in under_way(tx, org, env, rule)? {
                scope.open(tx, &subject, None, Some(rule), &mut opened)?;
            }
            let mut waking = waking(tx, org, rule, now)?;
            waking.retain(|w| !opened.iter().any(|o: &Write| o.id == w.id));
            opened.extend(waking);
        } else {
            let brought = brought(writes, &changed, now);
            scope.open_with(tx, &changed, brought, None, &mut opened)?;
        }
    }
    Ok(opened)
}

/// The obligations of a subject that the same change writes: carried over from a merged case.
fn brought(writes: &[Write], subject: &Record, now: Time) -> Vec<Record> {
    let name = format!("{}/{}", subject.def.id, subject.id);
    let of = |w: &&Write| {
        w.def.id == Obligation::ID
            && w.body.get("subject").and_then(okiagari_model::Value::as_str) == Some(&name)
    };
    let record = |w: &Write| {
        let id = w.id.clone()?;
        Some(Record { id, rev: w.rev + 1, ..unsaved(w.def, &w.body, now) })
    };
    writes.iter().filter(of).filter_map(record).collect()
}

/// What the opening of obligations shares in one change.
struct Scope<'a> {
    env: &'a Env,
    org: &'a OrgId,
    settings: &'a Settings,
    now: Time,
}

impl Scope<'_> {
    /// As [`Scope::open_with`], with one obligation as it is being written.
    fn open(
        &self,
        tx: &mut WriteTx<'_>,
        subject: &Record,
        done: Option<Record>,
        only: Option<&str>,
        opened: &mut Vec<Write>,
    ) -> Result<(), AppError> {
        self.open_with(tx, subject, done.into_iter().collect(), only, opened)
    }

    /// Opens and settles the obligations of one subject; `written` are those of them that this
    /// change writes, `only` the one rule that is asked.
    fn open_with(
        &self,
        tx: &mut WriteTx<'_>,
        subject: &Record,
        written: Vec<Record>,
        only: Option<&str>,
        opened: &mut Vec<Write>,
    ) -> Result<(), AppError> {
        let Scope { env, org, settings, now } = *self;
        let mut rules = rules_for(env, settings, subject.def.id);
        rules.retain(|r| only.is_none_or(|id| r.id == id));
        if rules.is_empty() {
            return Ok(());
        }
        let mut known = existing(tx, org, subject)?;
        for one in written {
            known.retain(|o| o.id != one.id);
            known.push(Rc::new(one));
        }
        // What the record itself proves done may start the next stage in the same change.
        let proven: Vec<Write> = {
            let known: Vec<&Record> = known.iter().map(Rc::as_ref).collect();
            let done = settled(&rules, subject, &known).into_iter().map(|(o, at)| settle(o, at));
            done.chain(lapsed(&rules, subject, &known).into_iter().map(lapse)).collect()
        };
        for write in proven {
            if let Some(o) = known.iter_mut().find(|o| Some(&o.id) == write.id.as_ref()) {
                *o = Rc::new(Record { body: write.body.clone(), ..o.as_ref().clone() });
            }
            opened.push(write);
        }
        let zone = settings.zone();
        let ctx = ClockCtx {
            now,
            zone: &zone,
            calendars: env.catalog.calendars(),
            settings,
            applies: &|_| true,
        };
        let known: Vec<&Record> = known.iter().map(Rc::as_ref).collect();
        let (due, problems) = obligations(&rules, subject, &known, &ctx);
        for problem in problems {
            tracing::warn!(clock.problem = %problem, "a deadline could not be worked out");
        }
        for open in due {
            let confirmed = settings.switched(&format!("{CLOCK_APPLIES}{}", open.rule_id));
            opened.push(write_of(tx, org, subject, open, confirmed, now)?);
        }
        Ok(())
    }
}

/// How the limit of an obligation no longer agrees with its record. Where it cannot be worked out
/// it is taken to agree: that the clock has a problem was said when it was opened.
pub fn drift(
    tx: &mut WriteTx<'_>,
    scope: &Evaluation<'_>,
    obligation: &Record,
) -> Result<Option<Drift>, AppError> {
    let Some(subject) = subject_of(tx, scope.org, obligation)? else { return Ok(None) };
    let rules = rules_for(scope.env, scope.settings, subject.def.id);
    let known = existing(tx, scope.org, &subject)?;
    let known: Vec<&Record> = known.iter().map(Rc::as_ref).collect();
    let ctx = ClockCtx {
        now: scope.now,
        zone: scope.zone,
        calendars: scope.env.catalog.calendars(),
        settings: scope.settings,
        applies: &|_| true,
    };
    let (drifted, problems) = drifts(&rules, &subject, &known, &ctx);
    for problem in problems {
        tracing::warn!(clock.problem = %problem, "a deadline could not be compared");
    }
    Ok(drifted.into_iter().find(|d| d.obligation == obligation.id))
}

/// The rule that a setting confirms.
fn confirmed(setting: &Record) -> Option<&str> {
    let key = (setting.def.id == "setting").then(|| setting.text("key"))?;
    let rule = key.strip_prefix(CLOCK_APPLIES)?;
    (setting.text("value").trim() == "true").then_some(rule)
}

/// The records that a rule may concern and that are still worked on.
fn under_way(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    env: &Env,
    rule: &str,
) -> Result<Vec<Rc<Record>>, AppError> {
    let register = env.catalog.clocks().iter().find(|r| r.id == rule).map(|r| &r.register);
    let Some(def) = register.and_then(|r| okiagari_model::register(r)) else {
        return Ok(Vec::new());
    };
    let mut all = tx.set(org, def)?;
    all.retain(|r| !r.ended() && !matches!(r.text("state"), "closed" | "false_alarm" | "merged"));
    Ok(all)
}

/// Obligations that waited for the confirmation of their rule: they warn from now on.
fn waking(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    rule: &str,
    now: Time,
) -> Result<Vec<Write>, AppError> {
    let mut all = tx.set(org, Obligation::DEF)?;
    all.retain(|o| o.text("rule") == rule && o.text("state") == "open" && !o.ended());
    all.retain(|o| o.time("next_alarm_at").is_none() && o.int("alarms").unwrap_or(0) == 0);
    Ok(all
        .iter()
        .map(|o| {
            let at = o.time("warn_at").or(o.time("due_at")).unwrap_or(now).max(now);
            let mut body = o.body.clone();
            body.insert("next_alarm_at".into(), at.millis().into());
            rewrite(o, body)
        })
        .collect())
}

/// A limit that a decision has moved takes its warning along, as long before it as it was.
pub fn moved(current: Option<&Record>, writes: &mut [Write], now: Time) {
    let (Some(old), Some(write)) = (current, writes.first_mut()) else { return };
    let due = write.body.get("due_at").and_then(okiagari_model::Value::as_i64);
    let (Some(was), Some(due)) = (old.time("due_at"), due.map(Time::from_millis)) else { return };
    if write.def.id != Obligation::ID || was == due {
        return;
    }
    let ahead = old.time("warn_at").map_or(0, |warn| was.since(warn));
    let warn = due.plus(-ahead).max(now);
    write.body.insert("warn_at".into(), warn.millis().into());
    // An unconfirmed duty by law goes on waking nobody.
    let waits = old.time("next_alarm_at").is_none() && old.int("alarms").unwrap_or(0) == 0;
    if !waits {
        write.body.insert("alarms".into(), 0.into());
        write.body.insert("next_alarm_at".into(), warn.millis().into());
    }
}

/// An obligation that the record itself now proves done.
fn settle(obligation: &Record, at: Time) -> Write {
    let mut body = obligation.body.clone();
    body.insert("state".into(), "done".into());
    body.insert("done_at".into(), at.millis().into());
    body.insert("proof".into(), "記録による / by the record itself".into());
    rewrite(obligation, body)
}

/// An obligation that the record itself ends: what it asks for goes on elsewhere.
fn lapse(obligation: &Record) -> Write {
    let mut body = obligation.body.clone();
    body.insert("state".into(), "withdrawn".into());
    body.remove("next_alarm_at");
    rewrite(obligation, body)
}

/// The next revision of an obligation.
fn rewrite(obligation: &Record, body: Body) -> Write {
    Write {
        def: Obligation::DEF,
        id: Some(obligation.id.clone()),
        rev: obligation.rev,
        body,
        erase: Vec::new(),
        link_back: None,
    }
}

/// The rules that start on a register and that the organisation has not set aside. A rule for
/// certain organisations only runs once it has been confirmed.
fn rules_for(env: &Env, settings: &Settings, register: &str) -> Vec<ClockRule> {
    env.catalog
        .clocks()
        .iter()
        .filter(|rule| {
            let key = format!("{CLOCK_APPLIES}{}", rule.id);
            let confirmed = settings.switched(&key);
            let set_aside = settings.is_set(&key) && !confirmed;
            let presumed = rule.applies_key.is_empty() || PRESUMED.contains(&&*rule.applies_key);
            rule.register == register && !set_aside && (presumed || confirmed)
        })
        .cloned()
        .collect()
}

fn subject_of(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    obligation: &Record,
) -> Result<Option<Record>, AppError> {
    let Some(any) = AnyRef::parse(obligation.text("subject")) else { return Ok(None) };
    let Some(def) = okiagari_model::register(&any.register) else { return Ok(None) };
    Ok(tx.get(org, def, &any.id, &RowFilter::everything())?)
}

fn existing(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    subject: &Record,
) -> Result<Vec<Rc<Record>>, AppError> {
    tx.pointing(org, Obligation::DEF, "subject", (subject.def.id, &subject.id))
}

fn write_of(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    subject: &Record,
    open: OpenObligation,
    confirmed: bool,
    now: Time,
) -> Result<Write, AppError> {
    let role = tx
        .set(org, Role::DEF)?
        .into_iter()
        .find(|r| r.text("kind") == open.role && !r.ended())
        .map(|r| Ref::new(r.id.clone()));
    let incident = if subject.def.id == "incident" {
        Some(subject.id.clone())
    } else {
        subject.ids("incident").first().map(|id| RecordId::new(*id))
    };
    let warn_at = open.warn_at.max(now);
    let record = Obligation {
        title: open.title.ja.clone(),
        title_en: Some(open.title.en.clone()),
        incident: incident.map(Ref::new),
        subject: Some(AnyRef { register: subject.def.id.to_owned(), id: subject.id.clone() }),
        rule: Some(open.rule_id),
        rule_digest: Some(open.rule_digest),
        stage: Some(open.stage_id),
        anchor_at: Some(open.anchor),
        due_at: open.due_at,
        warn_at: Some(warn_at),
        explain: Some(open.explain.ja),
        explain_en: Some(open.explain.en),
        role_kind: Some(open.role),
        role,
        recipient: Some(open.recipient.ja),
        recipient_en: Some(open.recipient.en),
        source: Some(open.source.ja),
        source_en: Some(open.source.en),
        evidence: Some(evidence_mark(open.evidence)),
        legal: open.legal,
        alarms: Some(0),
        // A duty by law wakes nobody before the organisation has confirmed that it applies; it
        // still shows, and a finding asks for the confirmation.
        next_alarm_at: (confirmed || !open.legal).then_some(warn_at),
        moved_by: None,
        done_at: open.done_at,
        proof: open.done_at.map(|_| "記録による / by the record itself".to_owned()),
        state: Some(if open.done_at.is_some() {
            ObligationState::Done
        } else {
            ObligationState::Open
        }),
    };
    Ok(Write {
        def: Obligation::DEF,
        id: None,
        rev: 0,
        body: record.to_body(),
        erase: Vec::new(),
        link_back: None,
    })
}

/// The mark of a source as it stands in catalogue files.
fn evidence_mark(evidence: okiagari_model::clock::Evidence) -> String {
    serde_json::to_value(evidence)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default()
}
