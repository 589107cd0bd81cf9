//! What is missing (不備一覧), grouped by what to do.

use crate::error::AppError;
use crate::facade::App;
use crate::facade::Ctx;
use crate::read::FindingView;
use okiagari_model::Action;
use okiagari_model::RegisterDef;
use okiagari_model::RowFilter;
use okiagari_model::RuleDef;
use okiagari_model::Severity;
use okiagari_model::Wing;
use okiagari_model::policy;
use okiagari_store::FindingQuery;
use okiagari_store::FindingScope;
use okiagari_store::StoredFinding;
use std::collections::BTreeMap;

/// How many findings one page of what is missing has.
pub const MISSING_PAGE: u32 = 500;

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
    /// Its findings on this page.
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
    /// What is missing, grouped by what to do: one page, worst first, at most [`MISSING_PAGE`].
    ///
    /// # Errors
    /// Those of the store; a cursor of another list is refused.
    pub fn missing(&self, ctx: &Ctx, filter: &MissingFilter) -> Result<MissingPage, AppError> {
        self.missing_page(ctx, filter, MISSING_PAGE)
    }

    pub(crate) fn missing_page(
        &self,
        ctx: &Ctx,
        filter: &MissingFilter,
        limit: u32,
    ) -> Result<MissingPage, AppError> {
        self.store().read(|tx| {
            let mut page = MissingPage {
                recalculating: tx.pending_jobs(Some(&ctx.subject.org), crate::check::JOB)?,
                ..MissingPage::default()
            };
            let scopes = self.finding_scopes(ctx, filter);
            if scopes.is_empty() {
                return Ok(page);
            }
            let query = FindingQuery {
                after: filter.after.as_deref(),
                limit,
                ..missing_query(ctx, filter, &scopes)
            };
            let found = tx.findings(&query)?;
            page.next = found.next;
            for view in finding_views(found.findings) {
                match page.groups.iter_mut().find(|g| g.rule.id == view.rule.id) {
                    Some(group) => group.items.push(view),
                    None => page.groups.push(MissingGroup { rule: view.rule, items: vec![view] }),
                }
            }
            page.groups.sort_by_key(|g| (std::cmp::Reverse(g.rule.severity), g.rule.id));
            Ok(page)
        })
    }

    /// How many findings there are on all pages, by register.
    ///
    /// # Errors
    /// Those of the store.
    pub fn missing_counts(
        &self,
        ctx: &Ctx,
        filter: &MissingFilter,
    ) -> Result<BTreeMap<&'static str, u64>, AppError> {
        let scopes = self.finding_scopes(ctx, filter);
        let mut counts = BTreeMap::new();
        if scopes.is_empty() {
            return Ok(counts);
        }
        self.store().read(|tx| {
            for found in tx.count_findings(&missing_query(ctx, filter, &scopes))? {
                *counts.entry(found.register).or_default() += found.count;
            }
            Ok(counts)
        })
    }

    /// The registers that a filter asks for, by the rows that may be seen in them.
    pub(crate) fn finding_scopes(&self, ctx: &Ctx, filter: &MissingFilter) -> Vec<FindingScope> {
        let mut scopes: Vec<FindingScope> = Vec::new();
        for def in okiagari_model::REGISTERS {
            let skip = filter.wing.is_some_and(|w| w != def.wing)
                || filter.register.is_some_and(|r| r.id != def.id);
            if skip {
                continue;
            }
            let rows = self.finding_rows(ctx, def, filter.mine);
            if rows.is_nothing() {
                continue;
            }
            match scopes.iter_mut().find(|scope| scope.rows == rows) {
                Some(scope) => scope.registers.push(def.id),
                None => scopes.push(FindingScope { rows, registers: vec![def.id] }),
            }
        }
        scopes
    }

    /// The rows whose findings concern somebody: those that the person may mend, or owns.
    pub(crate) fn finding_rows(&self, ctx: &Ctx, def: &RegisterDef, mine: bool) -> RowFilter {
        let action = if mine { Action::Write } else { Action::Read };
        policy::rows(&ctx.subject, def, action)
    }
}

static NOTHING: RowFilter = RowFilter { clauses: Vec::new() };

fn missing_query<'a>(
    ctx: &'a Ctx,
    filter: &MissingFilter,
    scopes: &'a [FindingScope],
) -> FindingQuery<'a> {
    FindingQuery {
        scopes,
        at_least: filter.severity,
        ..FindingQuery::new(&ctx.subject.org, &NOTHING)
    }
}

/// Stored findings with their rules; those of rules that no longer exist are left out.
pub(crate) fn finding_views(rows: Vec<StoredFinding>) -> Vec<FindingView> {
    rows.into_iter()
        .filter_map(|row| {
            let rule = okiagari_model::rule(&row.rule)?;
            Some(FindingView {
                rule,
                register: okiagari_model::register(&row.register)?,
                id: row.id,
                title: row.title,
                field: row.field,
                message: row.message,
                severity: rule.severity,
                since: row.first_seen,
            })
        })
        .collect()
}
