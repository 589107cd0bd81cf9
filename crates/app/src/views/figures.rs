//! Metrics with their periods.

use crate::error::AppError;
use crate::facade::App;
use crate::facade::Ctx;
use crate::look::Look;
use crate::write::{self, Actor, Receipt, Request};
use okiagari_model::Action;
use okiagari_model::Change;
use okiagari_model::Measured;
use okiagari_model::MetricDef;
use okiagari_model::Period;
use okiagari_model::Register;
use okiagari_model::improve::kpi::{self, Kpi};
use okiagari_model::policy;

/// A metric with its figures.
#[derive(Debug)]
pub struct MetricView {
    /// The metric.
    pub def: &'static MetricDef,
    /// This period.
    pub now: Measured,
    /// The period before.
    pub before: Measured,
    /// Twelve months: label and value.
    pub trend: Vec<(String, Option<i64>)>,
}

impl App {
    /// The metrics of a period; the present fiscal year where none is given.
    ///
    /// # Errors
    /// Those of the store.
    pub fn metrics(&self, ctx: &Ctx, period: Option<Period>) -> Result<Vec<MetricView>, AppError> {
        self.store().read(|tx| {
            let settings = self.env().settings(tx, &ctx.subject.org)?;
            let period = period.unwrap_or_else(|| {
                crate::period::fiscal_year(self.now(), &ctx.zone, settings.int("fiscal_month"))
            });
            let months = crate::period::last_months(self.now(), &ctx.zone, 12);
            let mut views = Vec::new();
            for def in okiagari_model::METRICS {
                let Some(register) = okiagari_model::register(def.register) else { continue };
                let rows = policy::rows(&ctx.subject, register, Action::Read);
                if rows.is_nothing() {
                    continue;
                }
                let records = tx.visible(&ctx.subject.org, register, &rows)?;
                views.push(MetricView {
                    def,
                    now: (def.compute)(&records, &period),
                    before: (def.compute)(&records, &period.before()),
                    trend: months
                        .iter()
                        .map(|(label, p)| (label.clone(), (def.compute)(&records, p).value))
                        .collect(),
                });
            }
            Ok(views)
        })
    }

    /// Keeps a figure of the present fiscal year as it stands, with the records behind it (TK-129).
    ///
    /// # Errors
    /// Not found where there is no such figure for this person; those of a change.
    pub fn keep_figure(&self, ctx: &Ctx, id: &str, comment: &str) -> Result<Receipt, AppError> {
        if policy::rows(&ctx.subject, Kpi::DEF, Action::Create).is_nothing() {
            return Err(AppError::Forbidden("create"));
        }
        let view = self
            .metrics(ctx, None)?
            .into_iter()
            .find(|m| m.def.id == id)
            .ok_or(AppError::NotFound)?;
        let period = self.store().read(|tx| {
            let settings = self.env().settings(tx, &ctx.subject.org)?;
            let first = settings.int("fiscal_month");
            Ok::<_, AppError>(crate::period::fiscal_year(self.now(), &ctx.zone, first))
        })?;
        let day =
            |t: okiagari_model::Time| t.date(&ctx.zone).map_or_else(String::new, |d| d.to_string());
        let label = format!("{} – {}", day(period.from), day(period.to.plus(-1)));
        let mut kept = kpi::kept(view.def, &label, &view.now, view.before.value);
        kept.comment =
            (!comment.trim().is_empty()).then(|| okiagari_model::Long(comment.trim().to_owned()));
        let org = ctx.subject.org.clone();
        // The value comes from the registers, not from the person, so it may say so.
        let request = Request {
            org: org.clone(),
            actor: Actor::Person(ctx.subject.clone()),
            change: Change::Create { def: Kpi::DEF, body: kept.to_body(), reason: None },
            now: self.now(),
        };
        let env = self.env().clone();
        self.store().write(&org, "kpi", move |tx| write::apply_with_file(tx, &env, &request))
    }
}
