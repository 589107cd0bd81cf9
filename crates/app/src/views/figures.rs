//! Metrics with their periods.

use crate::error::AppError;
use crate::facade::App;
use crate::facade::Ctx;
use crate::look::Look;
use okiagari_model::Action;
use okiagari_model::Measured;
use okiagari_model::MetricDef;
use okiagari_model::Period;
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
}
