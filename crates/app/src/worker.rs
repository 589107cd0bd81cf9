//! What happens by the clock: due checks, obligations that near or pass their time, jobs,
//! checkpoints. Everything due up to now is claimed, so that downtime is caught up.

use crate::check::{self, Evaluation, JOB};
use crate::error::AppError;
use crate::facade::App;
use crate::look::Look;
use crate::write::{self, Actor, Request};
use okiagari_model::govern::record_type::RETENTION;
use okiagari_model::govern::role::{Role, RoleKind, calling_order};
use okiagari_model::respond::{incident::Incident, obligation::Obligation};
use okiagari_model::{
    Body, Change, Choice, Cond, MINUTE, Op, OrgId, Record, RecordId, Register, RowFilter, Time,
    Value,
};
use okiagari_store::{ListQuery, Recheck, WriteTx};

/// What one turn of the worker did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Rules checked again because time passed.
    pub rechecked: usize,
    /// Alarms given.
    pub alarms: usize,
    /// Calls taken on to the next one.
    pub calls: usize,
    /// Jobs done.
    pub jobs: usize,
}

/// How many of a kind are claimed in one turn.
const BATCH: u32 = 200;

impl App {
    /// One turn of the worker, for all organisations. Called once a second or so.
    ///
    /// # Errors
    /// Those of the store; what was not done is still due at the next turn.
    pub fn tick(&self) -> Result<Ticked, AppError> {
        let now = self.now();
        let mut done = Ticked::default();
        let orgs = self.store().read(|tx| Ok::<_, AppError>(tx.organisations()?))?;
        done.rechecked = self.tick_checks(now)?;
        for org in orgs {
            done.alarms += self.tick_alarms(&org, now)?;
            done.calls += self.tick_pagings(&org, now)?;
        }
        done.jobs = self.tick_jobs(now)?;
        self.keep_openings()?;
        Ok(done)
    }

    /// Rules whose answer may have changed by time alone.
    fn tick_checks(&self, now: Time) -> Result<usize, AppError> {
        let due = self.store().read(|tx| Ok::<_, AppError>(tx.due_rechecks(now, BATCH)?))?;
        let n = due.len();
        let mut by_org: std::collections::BTreeMap<OrgId, Vec<Recheck>> = Default::default();
        for d in due {
            by_org.entry(d.org.clone()).or_default().push(d);
        }
        for (org, due) in by_org {
            self.check_again(&org, due, now)?;
        }
        Ok(n)
    }

    fn check_again(&self, org: &OrgId, due: Vec<Recheck>, now: Time) -> Result<(), AppError> {
        let env = self.env().clone();
        let of = org.clone();
        self.store().write(org, "recheck", move |tx| {
            let settings = env.settings(tx, &of)?;
            let zone = settings.zone();
            let leaf = tx.size(&of)?.saturating_sub(1);
            let mut scope =
                Evaluation { org: &of, now, settings: &settings, zone: &zone, leaf, env: &env };
            for d in due {
                if d.rule == RETENTION {
                    crate::retention::dispose(tx, &mut scope, &d.id)?;
                }
                check::evaluate(tx, &mut scope, &d.rule, &d.register, &d.id)?;
            }
            Ok::<_, AppError>(())
        })
    }

    /// Obligations whose next alarm is due: warn the holder, then whoever follows in the order of
    /// calling. Claimed and written in one change each, so that no alarm is given twice.
    fn tick_alarms(&self, org: &OrgId, now: Time) -> Result<usize, AppError> {
        let due = self.due_of(org, Obligation::DEF, "open", "next_alarm_at", now)?;
        let mut given = 0;
        for id in due {
            let env = self.env().clone();
            let of = org.clone();
            let rang =
                self.store().write(org, "alarm", move |tx| alarm(tx, &env, &of, &id, now))?;
            given += usize::from(rang);
        }
        Ok(given)
    }

    /// Records of a register in this state whose time in `field` has come, the earliest first: as
    /// many as one turn takes on.
    pub(crate) fn due_of(
        &self,
        org: &OrgId,
        def: &'static okiagari_model::RegisterDef,
        state: &str,
        field: &'static str,
        now: Time,
    ) -> Result<Vec<RecordId>, AppError> {
        let conds = [
            Cond::eq("state", state),
            Cond { field: field.into(), op: Op::Lte, value: now.millis().into() },
        ];
        self.store().read(|tx| {
            let everything = RowFilter::everything();
            let page = tx.list(&ListQuery {
                org,
                def,
                rows: &everything,
                conds: &conds,
                search: None,
                sort: (field, false),
                after: None,
                limit: BATCH,
                as_of: None,
                include_ended: false,
            })?;
            Ok(page.records.into_iter().map(|r| r.id).collect())
        })
    }

    /// Checks that were too many for the commit of their change.
    fn tick_jobs(&self, now: Time) -> Result<usize, AppError> {
        let jobs = self.store().write_server("claim", move |tx| {
            Ok::<_, AppError>(tx.claim(&[JOB], now, now.plus(5 * MINUTE), BATCH)?)
        })?;
        let n = jobs.len();
        for job in jobs {
            let Some(org) = job.org.clone() else { continue };
            let env = self.env().clone();
            let of = org.clone();
            self.store().write(&org, "recheck", move |tx| {
                let settings = env.settings(tx, &of)?;
                let zone = settings.zone();
                let leaf = tx.size(&of)?.saturating_sub(1);
                let mut scope =
                    Evaluation { org: &of, now, settings: &settings, zone: &zone, leaf, env: &env };
                let mut parts = job.payload.splitn(4, '/').skip(1);
                if let (Some(rule), Some(register), Some(record)) =
                    (parts.next(), parts.next(), parts.next())
                {
                    check::evaluate(tx, &mut scope, rule, register, &RecordId::new(record))?;
                }
                Ok::<_, AppError>(tx.finish(&job)?)
            })?;
        }
        Ok(n)
    }
}

/// Gives the alarm of an obligation, unless somebody else has meanwhile; says whether it did.
fn alarm(
    tx: &mut WriteTx<'_>,
    env: &crate::Env,
    org: &OrgId,
    id: &RecordId,
    now: Time,
) -> Result<bool, AppError> {
    let everything = RowFilter::everything();
    let Some(o) = tx.one(org, Obligation::DEF, id, &everything)? else { return Ok(false) };
    let still = o.text("state") == "open" && o.time("next_alarm_at").is_some_and(|t| t <= now);
    if !still {
        return Ok(false);
    }
    let settings = env.settings(tx, org)?;
    let due = o.time("due_at").unwrap_or(now);
    // A warning that was missed while the program stood still counts as given: the holder is told
    // once that it is late, then the deputies follow.
    let missed = i64::from(now >= due);
    let alarms = o.int("alarms").unwrap_or(0).max(missed);
    // First the warning, then the due time itself, then every so many minutes the next deputy.
    let next = if now < due {
        due
    } else {
        now.plus(settings.int("obligation.escalate_minutes") * MINUTE)
    };
    let order = order_of(tx, org, &o, now)?;
    let late_by = if now < due { 0 } else { alarms.max(1) - 1 };
    let index = usize::try_from(late_by).unwrap_or(0).min(order.len().saturating_sub(1));
    let stop = now >= due && late_by >= i64::try_from(order.len()).unwrap_or(i64::MAX) + 3;
    let mut patch = Body::new();
    patch.insert("alarms".into(), (alarms + 1).into());
    patch.insert("next_alarm_at".into(), if stop { Value::Null } else { next.millis().into() });
    let request = Request {
        org: org.clone(),
        actor: Actor::Program("clock"),
        change: Change::Edit {
            def: Obligation::DEF,
            id: id.clone(),
            rev: o.rev,
            patch,
            reason: None,
        },
        now,
    };
    write::apply(tx, env, &request)?;
    if let Some(person) = order.get(index) {
        let href = crate::notices::href(&o);
        let key = format!("{id}-{}", alarms + 1);
        let subject = if now < due {
            format!("期限が近づいています / Due soon: {}", o.title())
        } else {
            format!("期限を過ぎています / Overdue: {}", o.title())
        };
        tx.notify(org, &key, person, &subject, &href, now)?;
    }
    Ok(true)
}

/// Whom to call, in order. Where the duty is of somebody without a role (whoever lost a device),
/// or nobody is in the role: the lead of the case, then the security manager and deputies. In a
/// case for members only, its members and nobody else.
fn order_of(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    o: &Record,
    now: Time,
) -> Result<Vec<RecordId>, AppError> {
    let everything = RowFilter::everything();
    let mut order = Vec::new();
    if let Some(role) = o.ids("role").first() {
        let role = tx.get(org, Role::DEF, &RecordId::new(*role), &everything)?;
        order = role.map(|r| calling_order(&r, now)).unwrap_or_default();
    }
    let case = match o.ids("incident").first() {
        Some(id) => tx.get(org, Incident::DEF, &RecordId::new(*id), &everything)?,
        None => None,
    };
    if let Some(members) = case.as_ref().and_then(crate::notices::members_only) {
        order.retain(|p| members.contains(p));
        order.extend(members.into_iter().filter(|p| !order.contains(p)).collect::<Vec<_>>());
        return Ok(order);
    }
    if !order.is_empty() {
        return Ok(order);
    }
    order.extend(case.iter().flat_map(|c| c.ids("lead")).map(RecordId::new));
    for role in tx.set(org, Role::DEF)? {
        if role.text("kind") == RoleKind::SecurityManager.id() {
            order.extend(
                calling_order(&role, now)
                    .into_iter()
                    .filter(|p| !order.contains(p))
                    .collect::<Vec<_>>(),
            );
        }
    }
    Ok(order)
}
