//! Retention of records by their type (NI-215): which are over or nearly so, and what the program
//! does about it.

use crate::check::Evaluation;
use crate::error::AppError;
use crate::look::Look;
use crate::write::{self, Actor, Request};
use okiagari_model::govern::record_type::{Disposal, RecordType, over_at};
use okiagari_model::{
    Change, Choice, Cond, DAY, ENDED, FieldDef, Op, Record, RecordId, Register, RegisterDef,
    RowFilter, Time,
};
use okiagari_store::{ListQuery, WriteTx};
use std::rc::Rc;

/// How many records of a type are looked at in one turn; the rest follow when these are done.
const AT_ONCE: u32 = 500;

/// Records of a type that ended so long ago that their retention is over or nearly so. Where the
/// program erases, those with nothing personal left are done and not among them.
pub fn aged(
    tx: &mut WriteTx<'_>,
    scope: &Evaluation<'_>,
    of: &Record,
) -> Result<Vec<Rc<Record>>, AppError> {
    let Some(def) = okiagari_model::register(of.text("register")) else { return Ok(Vec::new()) };
    let Some(years) = of.int("retention_years").filter(|y| *y > 0) else { return Ok(Vec::new()) };
    let ahead = scope.settings.int("record.warn_days").saturating_add(3) * DAY;
    let months = years.saturating_mul(-12);
    let Some(before) = scope.now.plus(ahead).plus_months(months, scope.zone) else {
        return Ok(Vec::new());
    };
    let mut found = rows(
        tx,
        scope,
        def,
        before,
        Cond { field: ENDED.into(), op: Op::Set, value: true.into() },
    )?;
    if let Some(flow) = def.flow.filter(|f| f.has_end()) {
        let ends: Vec<&str> =
            flow.transitions.iter().map(|t| t.to).filter(|s| flow.is_end(s)).collect();
        let cond = Cond { field: flow.field.into(), op: Op::In, value: ends.into() };
        found.extend(rows(tx, scope, def, before, cond)?.into_iter().filter(|r| !r.ended()));
    }
    if erases(of) {
        found.retain(|r| personal(r).next().is_some());
    }
    Ok(found.into_iter().map(Rc::new).collect())
}

fn rows(
    tx: &mut WriteTx<'_>,
    scope: &Evaluation<'_>,
    def: &'static RegisterDef,
    before: Time,
    ended: Cond,
) -> Result<Vec<Record>, AppError> {
    let old = Cond { field: "updated_at".into(), op: Op::Lte, value: before.millis().into() };
    let everything = RowFilter::everything();
    let conds = [ended, old];
    let query = ListQuery {
        conds: &conds,
        sort: ("updated_at", false),
        limit: AT_ONCE,
        include_ended: true,
        ..ListQuery::new(scope.org, def, &everything)
    };
    Ok(tx.list(&query)?.records)
}

fn erases(of: &Record) -> bool {
    of.text("disposal") == Disposal::Erase.id()
}

/// Personal fields that a record still holds.
fn personal(record: &Record) -> impl Iterator<Item = &'static FieldDef> + '_ {
    record.def.fields.iter().filter(|f| f.personal && record.body.contains_key(f.id))
}

/// Erases the personal data of the records of a type whose retention is over, where the type says
/// so. What stands under a legal hold stays, and goes on being pointed out.
pub fn dispose(
    tx: &mut WriteTx<'_>,
    scope: &mut Evaluation<'_>,
    id: &RecordId,
) -> Result<(), AppError> {
    let Some(of) = tx.one(scope.org, RecordType::DEF, id, &RowFilter::everything())? else {
        return Ok(());
    };
    let Some(years) = of.int("retention_years").filter(|_| erases(&of) && !of.ended()) else {
        return Ok(());
    };
    for record in aged(tx, scope, &of)? {
        if over_at(&record, years, scope.zone).is_none_or(|at| at > scope.now) {
            continue;
        }
        let change = Change::Erase {
            def: record.def,
            id: record.id.clone(),
            fields: personal(&record).map(|f| f.id.to_owned()).collect(),
            reason: format!("保有期間（{years}年）の終わり / end of retention ({years} years)"),
        };
        let actor = Actor::Program("retention");
        let request = Request { org: scope.org.clone(), actor, change, now: scope.now };
        match write::apply(tx, scope.env, &request) {
            Ok(receipt) => scope.leaf = receipt.leaf,
            Err(AppError::LegalHold) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}
