//! What is missing (不備一覧), grouped by what to do.

use crate::error::AppError;
use crate::facade::App;
use crate::facade::Ctx;
use crate::read::FindingView;
use crate::read::finding_views;
use okiagari_model::Action;
use okiagari_model::RegisterDef;
use okiagari_model::RowFilter;
use okiagari_model::RuleDef;
use okiagari_model::Severity;
use okiagari_model::Wing;
use okiagari_model::policy;
use okiagari_store::FindingQuery;

/// What is asked of the list of what is missing.
#[derive(Debug, Clone, Default)]
pub struct MissingFilter {
    /// At least this severity.
    pub severity: Option<Severity>,
    /// Of one wing.
    pub wing: Option<Wing>,
    /// Of one register.
    pub register: Option<&'static RegisterDef>,
    /// Only records that belong to me.
    pub mine: bool,
    /// Cursor of the page before.
    pub after: Option<String>,
}

/// Findings of one rule: grouped by what to do.
#[derive(Debug)]
pub struct MissingGroup {
    /// The rule.
    pub rule: &'static RuleDef,
    /// Its findings, oldest first.
    pub items: Vec<FindingView>,
}

/// A page of what is missing.
#[derive(Debug, Default)]
pub struct MissingPage {
    /// Worst first.
    pub groups: Vec<MissingGroup>,
    /// Checks that are still being worked through.
    pub recalculating: u64,
    /// Cursor of the next page.
    pub next: Option<String>,
}

impl App {
    /// What is missing, grouped by what to do.
    ///
    /// # Errors
    /// Those of the store.
    pub fn missing(&self, ctx: &Ctx, filter: &MissingFilter) -> Result<MissingPage, AppError> {
        self.store().read(|tx| {
            let mut page = MissingPage::default();
            for def in okiagari_model::REGISTERS {
                let skip = filter.wing.is_some_and(|w| w != def.wing)
                    || filter.register.is_some_and(|r| r.id != def.id);
                let rows = self.finding_rows(ctx, def, filter.mine);
                if skip || rows.is_nothing() {
                    continue;
                }
                let query = FindingQuery {
                    register: Some(def.id),
                    limit: 500,
                    ..FindingQuery::new(&ctx.subject.org, &rows)
                };
                let found = tx.findings(&query)?;
                for view in finding_views(found.findings) {
                    if filter.severity.is_some_and(|s| view.severity < s) {
                        continue;
                    }
                    match page.groups.iter_mut().find(|g| g.rule.id == view.rule.id) {
                        Some(group) => group.items.push(view),
                        None => {
                            page.groups.push(MissingGroup { rule: view.rule, items: vec![view] });
                        }
                    }
                }
            }
            page.groups.sort_by_key(|g| (std::cmp::Reverse(g.rule.severity), g.rule.id));
            page.recalculating = tx.pending_jobs(Some(&ctx.subject.org), crate::check::JOB)?;
            Ok(page)
        })
    }

    /// The rows whose findings concern somebody: those that the person may mend, or owns.
    pub(crate) fn finding_rows(&self, ctx: &Ctx, def: &RegisterDef, mine: bool) -> RowFilter {
        let read = policy::rows(&ctx.subject, def, Action::Read);
        if !mine {
            return read;
        }
        policy::rows(&ctx.subject, def, Action::Write)
    }
}
