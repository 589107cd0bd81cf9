//! Clocks: rule data turns records into obligations, in the commit of the change that starts them.

use crate::env::Env;
use crate::error::AppError;
use crate::look::Look;
use okiagari_model::clock::{ClockCtx, ClockRule, OpenObligation, obligations, settled};
use okiagari_model::core::decide::unsaved;
use okiagari_model::govern::role::Role;
use okiagari_model::govern::setting::CLOCK_APPLIES;
use okiagari_model::respond::obligation::{Obligation, ObligationState};
use okiagari_model::{
    AnyRef, OrgId, Record, RecordId, Ref, Register, RowFilter, Settings, Time, Write,
};
use okiagari_store::WriteTx;
use std::rc::Rc;

/// The obligations that a change opens. An obligation that is done may start the next stage of its
/// subject.
pub fn opened(
    tx: &mut WriteTx<'_>,
    env: &Env,
    org: &OrgId,
    settings: &Settings,
    now: Time,
    writes: &[Write],
) -> Result<Vec<Write>, AppError> {
    let mut opened = Vec::new();
    for write in writes {
        let Some(id) = &write.id else { continue };
        let changed =
            Record { id: id.clone(), rev: write.rev + 1, ..unsaved(write.def, &write.body, now) };
        let subject = if write.def.id == Obligation::ID {
            match subject_of(tx, org, &changed)? {
                Some(subject) => subject,
                None => continue,
            }
        } else {
            changed.clone()
        };
        let rules = rules_for(env, settings, subject.def.id);
        if rules.is_empty() {
            continue;
        }
        let mut existing = existing(tx, org, &subject)?;
        if write.def.id == Obligation::ID {
            existing.retain(|o| o.id != changed.id);
            existing.push(Rc::new(changed));
        }
        let existing: Vec<&Record> = existing.iter().map(Rc::as_ref).collect();
        let zone = settings.zone();
        let ctx = ClockCtx {
            now,
            zone: &zone,
            calendars: env.catalog.calendars(),
            settings,
            applies: &|_| true,
        };
        let (due, problems) = obligations(&rules, &subject, &existing, &ctx);
        for (obligation, at) in settled(&rules, &subject, &existing) {
            opened.push(settle(obligation, at));
        }
        for problem in problems {
            tracing::warn!(clock.problem = %problem, "a deadline could not be worked out");
        }
        for open in due {
            let confirmed = settings.switched(&format!("{CLOCK_APPLIES}{}", open.rule_id));
            opened.push(write_of(tx, org, &subject, open, confirmed, now)?);
        }
    }
    Ok(opened)
}

/// An obligation that the record itself now proves done.
fn settle(obligation: &Record, at: Time) -> Write {
    let mut body = obligation.body.clone();
    body.insert("state".into(), "done".into());
    body.insert("done_at".into(), at.millis().into());
    body.insert("proof".into(), "記録による / by the record itself".into());
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
            rule.register == register && !set_aside && (rule.applies_key.is_empty() || confirmed)
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
        source: Some(open.source),
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
