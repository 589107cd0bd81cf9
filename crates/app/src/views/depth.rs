//! What stands beside the timeline of a room: indicators, merged logs, escalations, urgent checks,
//! hours and costs.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::read::ListRequest;
use okiagari_model::prepare::investigation::Investigation;
use okiagari_model::respond::effort::{self, Effort, Totals};
use okiagari_model::respond::escalation::Escalation;
use okiagari_model::respond::heightened_watch::{self, HeightenedWatch};
use okiagari_model::respond::log_merge::LogMerge;
use okiagari_model::respond::tamper_check::TamperCheck;
use okiagari_model::respond::urgent_check::UrgentCheck;
use okiagari_model::{Action, Cond, Op, Record, RecordId, Register, RegisterDef, Value, policy};
use std::collections::BTreeMap;

/// Beside the timeline.
#[derive(Debug, Default)]
pub struct RoomSide {
    /// How many indicators stand in each state, by its stored name.
    pub indicators: BTreeMap<&'static str, u64>,
    /// Logs merged into the timeline.
    pub merges: Vec<Record>,
    /// Escalations to management, newest first.
    pub escalations: Vec<Record>,
    /// Checks of management systems.
    pub tampers: Vec<Record>,
    /// Urgent checks of this case.
    pub checks: Vec<Record>,
    /// Heightened watches that are on now.
    pub watches: Vec<Record>,
    /// Investigation lists of the systems that are hit.
    pub investigations: Vec<Record>,
    /// Hours and costs.
    pub totals: Totals,
}

impl App {
    /// What stands beside the timeline of a case.
    ///
    /// # Errors
    /// Those of the store.
    pub fn room_side(&self, ctx: &Ctx, incident: &Record) -> Result<RoomSide, AppError> {
        let of = |def: &'static RegisterDef, limit: u32| {
            self.current(ctx, def, vec![Cond::eq("incident", incident.id.as_str())], limit)
        };
        let now = self.now();
        let mut watches = of(HeightenedWatch::DEF, 50)?;
        watches.retain(|w| heightened_watch::active(w, now));
        let hit: Vec<Value> =
            incident.rows("systems").filter_map(|row| row.get("system").cloned()).collect();
        let investigations = if hit.is_empty() {
            Vec::new()
        } else {
            let among = Cond { field: "service".into(), op: Op::In, value: Value::Array(hit) };
            self.current(ctx, Investigation::DEF, vec![among], 50)?
        };
        Ok(RoomSide {
            indicators: self.indicator_counts(ctx, &incident.id)?,
            merges: of(LogMerge::DEF, 50)?,
            escalations: of(Escalation::DEF, 50)?,
            tampers: of(TamperCheck::DEF, 20)?,
            checks: of(UrgentCheck::DEF, 20)?,
            watches,
            investigations,
            totals: self.effort_totals(ctx, &incident.id)?,
        })
    }

    /// Hours and costs of a case, added up.
    ///
    /// # Errors
    /// Those of the store.
    pub fn effort_totals(&self, ctx: &Ctx, incident: &RecordId) -> Result<Totals, AppError> {
        if policy::rows(&ctx.subject, Effort::DEF, Action::Read).is_nothing() {
            return Ok(Totals::default());
        }
        let mut request = ListRequest {
            conds: vec![Cond::eq("incident", incident.as_str())],
            ..ListRequest::first(Effort::DEF, 500)
        };
        let mut sum = Totals::default();
        loop {
            let page = self.page(ctx, &request)?;
            let part = effort::totals(&page.records);
            sum.minutes = sum.minutes.saturating_add(part.minutes);
            sum.yen = sum.yen.saturating_add(part.yen);
            sum.estimated = sum.estimated.saturating_add(part.estimated);
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(sum),
            }
        }
    }
}
