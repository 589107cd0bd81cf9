//! What screens and API show of records: lists, one record, its history and proof.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use okiagari_model::respond::access_entry::Way;
use okiagari_model::{
    Action, Body, Cond, DerivedDef, FieldDef, FieldKind, GateProblem, Message, Op, Record,
    RecordId, RegisterDef, RowFilter, RuleDef, Severity, Text, Time, Transition, policy,
};
use okiagari_store::{Count, FindingQuery, LinkQuery, ListQuery, Page, ReadTx, SearchQuery};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is asked of a list.
#[derive(Debug, Clone)]
pub struct ListRequest {
    /// Register.
    pub def: &'static RegisterDef,
    /// All must hold.
    pub conds: Vec<Cond>,
    /// Words to find.
    pub search: Option<String>,
    /// Field and whether downwards; the register's own order where absent.
    pub sort: Option<(String, bool)>,
    /// Cursor of the page before.
    pub after: Option<String>,
    /// Rows of a page, at most 500.
    pub limit: u32,
    /// As of a leaf.
    pub as_of: Option<u64>,
    /// Ended ones too.
    pub include_ended: bool,
}

impl ListRequest {
    /// The first page in the register's own order.
    pub fn first(def: &'static RegisterDef, limit: u32) -> Self {
        Self {
            def,
            conds: Vec::new(),
            search: None,
            sort: None,
            after: None,
            limit,
            as_of: None,
            include_ended: false,
        }
    }
}

/// Titles of records that others refer to.
#[derive(Debug, Clone, Default)]
pub struct Names(HashMap<(String, RecordId), String>);

impl Names {
    /// The title of a record; `None` where the reader may not see it.
    pub fn get(&self, register: &str, id: &str) -> Option<&str> {
        self.0.get(&(register.to_owned(), RecordId::new(id))).map(String::as_str)
    }

    fn wants(def: &'static RegisterDef, body: &Body) -> Vec<(&'static RegisterDef, RecordId)> {
        crate::write::references(def, body)
            .filter_map(|(_, register, id)| {
                Some((okiagari_model::register(&register)?, RecordId::new(id)))
            })
            .collect()
    }

    /// Looks up what records refer to, as far as the reader may see it: one question for each
    /// register that is referred to, however many records there are.
    pub fn of<'a>(
        tx: &mut ReadTx<'_>,
        ctx: &Ctx,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Result<Self, AppError> {
        let mut wanted: BTreeMap<&'static str, (&'static RegisterDef, BTreeSet<RecordId>)> =
            BTreeMap::new();
        for record in records {
            for (def, id) in Self::wants(record.def, &record.body) {
                wanted.entry(def.id).or_insert_with(|| (def, BTreeSet::new())).1.insert(id);
            }
        }
        let mut names = Self::default();
        for (register, (def, ids)) in wanted {
            let rows = policy::rows(&ctx.subject, def, Action::Read);
            if rows.is_nothing() {
                continue;
            }
            let asked: Vec<(&str, &str)> = ids.iter().map(|id| (register, id.as_str())).collect();
            let titles = tx.titles(&ctx.subject.org, &asked, &rows)?;
            for (id, title) in ids.into_iter().zip(titles) {
                if let Some(title) = title {
                    names.0.insert((register.to_owned(), id), title);
                }
            }
        }
        Ok(names)
    }
}

/// How many records a picker offers.
const SUGGESTED: u32 = 20;

/// One page of a list.
#[derive(Debug)]
pub struct ListPage {
    /// Records.
    pub records: Vec<Record>,
    /// Titles of what they refer to.
    pub names: Names,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// Findings by record: how many, and the worst.
    pub findings: HashMap<RecordId, (u32, Severity)>,
    /// How many there are in all.
    pub total: okiagari_store::Count,
}

/// A record that points to the one shown.
#[derive(Debug, Clone)]
pub struct LinkView {
    /// Its register.
    pub register: &'static RegisterDef,
    /// Its id.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// The field that points.
    pub field: &'static FieldDef,
}

/// A finding as shown.
#[derive(Debug, Clone)]
pub struct FindingView {
    /// The rule.
    pub rule: &'static RuleDef,
    /// Register of the record.
    pub register: &'static RegisterDef,
    /// Record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Field concerned; empty for the whole.
    pub field: String,
    /// What is missing or wrong.
    pub message: Message,
    /// How much it matters.
    pub severity: Severity,
    /// Since when.
    pub since: Time,
}

/// A step of the workflow as shown: open, or why not.
#[derive(Debug, Clone)]
pub struct StepView {
    /// The step.
    pub step: &'static Transition,
    /// Whether it can be taken now by this person.
    pub open: bool,
    /// Whether the person holds a role that may take it.
    pub role_ok: bool,
    /// Conditions that do not hold yet.
    pub closed: Vec<GateProblem>,
    /// What it opens besides.
    pub follows: Vec<Text>,
}

/// How many links of one register are shown around a record.
pub const LINKS_SHOWN: usize = 200;

/// A record with all around it.
#[derive(Debug)]
pub struct RecordView {
    /// The record.
    pub record: Record,
    /// Titles of what it refers to.
    pub names: Names,
    /// What points to it: of each register the first [`LINKS_SHOWN`].
    pub links_in: Vec<LinkView>,
    /// The registers of which more records point to it than are shown.
    pub links_more: Vec<&'static RegisterDef>,
    /// Its findings.
    pub findings: Vec<FindingView>,
    /// Its steps.
    pub steps: Vec<StepView>,
    /// Its derived values.
    pub derived: Vec<(&'static DerivedDef, i64)>,
    /// What this person may do with it.
    pub may: Vec<Action>,
    /// As of which leaf it is shown; `None` for now.
    pub as_of: Option<u64>,
    /// The present revision.
    pub current_rev: u32,
}

/// A record found by the search.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Register.
    pub register: &'static RegisterDef,
    /// Id.
    pub id: RecordId,
    /// Title.
    pub title: String,
    /// Last change.
    pub updated_at: Time,
}

impl App {
    /// One page of a register.
    ///
    /// # Errors
    /// Bad filters, sorts and cursors are named; a register that the policy keeps away is forbidden.
    pub fn list(&self, ctx: &Ctx, request: &ListRequest) -> Result<ListPage, AppError> {
        self.store().read(|tx| {
            let rows = self.readable(ctx, request.def)?;
            let query = list_query(ctx, request, &rows);
            let page = tx.list(&query)?;
            let names = Names::of(tx, ctx, &page.records)?;
            let findings = marks(tx, ctx, query.as_of, request.def, &page.records)?;
            // A first page that is also the last shows how many there are.
            let total = match (&request.after, &page.next) {
                (None, None) => Count { count: page.records.len() as u64, more: false },
                _ => tx.count(&query)?,
            };
            Ok(ListPage { records: page.records, names, next: page.next, findings, total })
        })
    }

    /// The records of a list's page alone, without what stands around them.
    pub(crate) fn page(&self, ctx: &Ctx, request: &ListRequest) -> Result<Page, AppError> {
        self.store().read(|tx| {
            let rows = self.readable(ctx, request.def)?;
            Ok(tx.list(&list_query(ctx, request, &rows))?)
        })
    }

    /// The rows of a register that somebody may read; forbidden where there can be none.
    pub(crate) fn readable(&self, ctx: &Ctx, def: &RegisterDef) -> Result<RowFilter, AppError> {
        let rows = policy::rows(&ctx.subject, def, Action::Read);
        if rows.is_nothing() { Err(AppError::Forbidden("read")) } else { Ok(rows) }
    }

    /// All records of a register that this person may see and that fit; none where the register is
    /// not for this person. For what belongs to one case.
    ///
    /// # Errors
    /// Those of the store.
    pub fn every(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        conds: Vec<Cond>,
    ) -> Result<Vec<Record>, AppError> {
        if policy::rows(&ctx.subject, def, Action::Read).is_nothing() {
            return Ok(Vec::new());
        }
        let mut request = ListRequest { conds, ..ListRequest::first(def, 200) };
        let mut all = Vec::new();
        loop {
            let page = self.list(ctx, &request)?;
            all.extend(page.records);
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(all),
            }
        }
    }

    /// A record with all around it, now or as of a leaf.
    ///
    /// # Errors
    /// Not found where it does not exist or may not be seen.
    pub fn record(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        id: &RecordId,
        as_of: Option<u64>,
    ) -> Result<RecordView, AppError> {
        let view = self.store().read(|tx| self.record_in(tx, ctx, def, id, as_of))?;
        self.note_opening(ctx, &view.record, Way::Record)?;
        Ok(view)
    }

    pub(crate) fn record_in(
        &self,
        tx: &mut ReadTx<'_>,
        ctx: &Ctx,
        def: &'static RegisterDef,
        id: &RecordId,
        as_of: Option<u64>,
    ) -> Result<RecordView, AppError> {
        let org = &ctx.subject.org;
        let rows = self.readable(ctx, def)?;
        let current = tx.get(org, def, id, &rows)?.ok_or(AppError::NotFound)?;
        let record = match as_of {
            None => current.clone(),
            Some(leaf) => tx.get_as_of(org, def, id, leaf, &rows)?.ok_or(AppError::NotFound)?,
        };
        if !shown(ctx, &record) {
            return Err(AppError::NotFound);
        }
        let names = Names::of(tx, ctx, [&record])?;
        let (links_in, links_more) = self.links_in(tx, ctx, def, id, as_of)?;
        let query = FindingQuery {
            register: Some(def.id),
            id: Some(id),
            as_of,
            ..FindingQuery::new(org, &rows)
        };
        let findings = crate::views::finding_views(tx.findings(&query)?.findings);
        let (steps, derived, may) = match as_of {
            Some(_) => (Vec::new(), Vec::new(), Vec::new()),
            None => {
                let may = self.allowed(tx, ctx, &record)?;
                let derived = self.derived(tx, ctx, &record)?;
                (self.steps(tx, ctx, &record, &may)?, derived, may)
            }
        };
        let current_rev = current.rev;
        Ok(RecordView {
            record,
            names,
            links_in,
            links_more,
            findings,
            steps,
            derived,
            may,
            as_of,
            current_rev,
        })
    }

    fn links_in(
        &self,
        tx: &mut ReadTx<'_>,
        ctx: &Ctx,
        def: &'static RegisterDef,
        id: &RecordId,
        as_of: Option<u64>,
    ) -> Result<(Vec<LinkView>, Vec<&'static RegisterDef>), AppError> {
        let mut links = Vec::new();
        let mut more = Vec::new();
        for from in okiagari_model::REGISTERS {
            let pointing: Vec<&FieldDef> =
                from.fields.iter().filter(|f| f.points_to(def.id)).collect();
            if pointing.is_empty() {
                continue;
            }
            let rows = policy::rows(&ctx.subject, from, Action::Read);
            if rows.is_nothing() {
                continue;
            }
            let query = LinkQuery {
                org: &ctx.subject.org,
                register: def.id,
                id,
                rows: &rows,
                as_of,
                limit: LINKS_SHOWN as u32 + 1,
            };
            let mut found = tx.links_to_from(query, from.id)?;
            if found.len() > LINKS_SHOWN {
                found.truncate(LINKS_SHOWN);
                more.push(*from);
            }
            for link in found {
                let outer = link.field.split('.').next().unwrap_or_default();
                if let Some(field) = pointing.iter().find(|f| f.id == outer) {
                    links.push(LinkView { register: from, id: link.id, title: link.title, field });
                }
            }
        }
        Ok((links, more))
    }

    /// What a person may do with a record.
    pub(crate) fn allowed(
        &self,
        tx: &mut ReadTx<'_>,
        ctx: &Ctx,
        record: &Record,
    ) -> Result<Vec<Action>, AppError> {
        let mut may = Vec::new();
        // Several actions have the same rows; each is asked once.
        let mut asked: Vec<(RowFilter, bool)> = Vec::new();
        for action in Action::ALL {
            let rows = policy::rows(&ctx.subject, record.def, action);
            let open = match asked.iter().find(|(r, _)| *r == rows) {
                _ if rows.is_nothing() => false,
                _ if action == Action::Create => true,
                Some((_, open)) => *open,
                None => {
                    let key = [(record.def.id, record.id.as_str())];
                    let seen = tx.titles(&ctx.subject.org, &key, &rows)?;
                    let open = seen.iter().any(Option::is_some);
                    asked.push((rows, open));
                    open
                }
            };
            if open {
                may.push(action);
            }
        }
        Ok(may)
    }

    fn derived(
        &self,
        tx: &mut ReadTx<'_>,
        ctx: &Ctx,
        record: &Record,
    ) -> Result<Vec<(&'static DerivedDef, i64)>, AppError> {
        let stored = tx.derived(&ctx.subject.org, (record.def.id, &record.id), None)?;
        let values = okiagari_model::DERIVED
            .iter()
            .flat_map(|s| s.iter())
            .filter(|d| d.register == record.def.id)
            .filter_map(|d| Some((d, stored.get(d.id)?.as_i64()?)))
            .collect();
        Ok(values)
    }

    /// Records found by words, across registers.
    ///
    /// # Errors
    /// Those of the store.
    pub fn search(&self, ctx: &Ctx, text: &str, limit: u32) -> Result<Vec<Hit>, AppError> {
        self.store().read(|tx| {
            let mut hits = Vec::new();
            // One question for every different answer of the policy table, not one a register.
            let mut asked: Vec<(RowFilter, Vec<&'static RegisterDef>)> = Vec::new();
            for def in okiagari_model::REGISTERS {
                let rows = policy::rows(&ctx.subject, def, Action::Read);
                match asked.iter_mut().find(|(r, _)| *r == rows) {
                    _ if rows.is_nothing() => {}
                    Some((_, defs)) => defs.push(def),
                    None => asked.push((rows, vec![def])),
                }
            }
            for (rows, defs) in asked {
                let registers: Vec<&str> = defs.iter().map(|d| d.id).collect();
                let query = SearchQuery {
                    org: &ctx.subject.org,
                    text,
                    rows: &rows,
                    registers: &registers,
                    include_ended: true,
                    limit,
                };
                for hit in tx.search_in(&query)? {
                    if let Some(register) = defs.iter().find(|d| d.id == hit.register) {
                        let (id, title, updated_at) = (hit.id, hit.title, hit.updated_at);
                        hits.push(Hit { register, id, title, updated_at });
                    }
                }
            }
            hits.sort_by_key(|h| std::cmp::Reverse(h.updated_at));
            hits.truncate(limit as usize);
            Ok(hits)
        })
    }

    /// Records of a register for a picker, by part of their title: first those whose title begins
    /// so, then what the search finds, newest first. The first two hundred where nothing was
    /// typed.
    ///
    /// # Errors
    /// Those of the store.
    pub fn suggest(
        &self,
        ctx: &Ctx,
        register: &str,
        text: &str,
    ) -> Result<Vec<(RecordId, String)>, AppError> {
        let def = okiagari_model::register(register).ok_or(AppError::NotFound)?;
        let rows = policy::rows(&ctx.subject, def, Action::Read);
        if rows.is_nothing() {
            return Ok(Vec::new());
        }
        let text = text.trim();
        if text.is_empty() {
            let page = self.page(ctx, &ListRequest::first(def, 200))?;
            return Ok(page.records.iter().map(|r| (r.id.clone(), r.title())).collect());
        }
        self.store().read(|tx| {
            let mut found = Vec::new();
            if let Some(request) = begins_with(def, text) {
                let page = tx.list(&list_query(ctx, &request, &rows))?;
                found.extend(page.records.iter().map(|r| (r.id.clone(), r.title())));
            }
            let query = SearchQuery {
                org: &ctx.subject.org,
                text,
                rows: &rows,
                registers: &[def.id],
                include_ended: false,
                limit: SUGGESTED,
            };
            for hit in tx.search_in(&query)? {
                if !found.iter().any(|(id, _)| *id == hit.id) {
                    found.push((hit.id, hit.title));
                }
            }
            found.truncate(SUGGESTED as usize);
            Ok(found)
        })
    }

    /// The last leaf at or before an instant.
    ///
    /// # Errors
    /// Those of the store.
    pub fn leaf_at(&self, ctx: &Ctx, at: Time) -> Result<Option<u64>, AppError> {
        self.store().read(|tx| Ok(tx.leaf_at(&ctx.subject.org, at)?))
    }
}

fn list_query<'a>(ctx: &'a Ctx, request: &'a ListRequest, rows: &'a RowFilter) -> ListQuery<'a> {
    ListQuery {
        org: &ctx.subject.org,
        def: request.def,
        rows,
        conds: &request.conds,
        search: request.search.as_deref(),
        sort: request
            .sort
            .as_ref()
            .map_or(request.def.sort, |(field, down)| (field.as_str(), *down)),
        after: request.after.as_deref(),
        limit: request.limit.clamp(1, 500),
        as_of: request.as_of.filter(|_| ctx.subject.counterparty.is_none()),
        include_ended: request.include_ended,
    }
}

/// The findings of records that were just shown to the reader: how many, and the worst.
fn marks(
    tx: &mut ReadTx<'_>,
    ctx: &Ctx,
    as_of: Option<u64>,
    def: &'static RegisterDef,
    records: &[Record],
) -> Result<HashMap<RecordId, (u32, Severity)>, AppError> {
    let mut marks: HashMap<RecordId, (u32, Severity)> = HashMap::new();
    let ids: Vec<&str> = records.iter().map(|r| r.id.as_str()).collect();
    for (id, rule, count) in tx.finding_marks(&ctx.subject.org, def.id, &ids, as_of)? {
        // Findings of rules that no longer exist are shown nowhere.
        let Some(rule) = okiagari_model::rule(&rule) else { continue };
        let mark = marks.entry(id).or_insert((0, rule.severity));
        mark.0 = mark.0.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        mark.1 = mark.1.max(rule.severity);
    }
    Ok(marks)
}

/// Whether a revision may be shown: somebody from outside sees what was sent, not its drafts.
pub(crate) fn shown(ctx: &Ctx, record: &Record) -> bool {
    ctx.subject.counterparty.is_none() || record.body.contains_key("shown_to")
}

/// The records whose title begins with a text, in the order of titles, where one field is the
/// title and an index over it gives them at once.
fn begins_with(def: &'static RegisterDef, text: &str) -> Option<ListRequest> {
    let field = def.fields.iter().find(|f| f.title && matches!(f.kind, FieldKind::Text))?;
    if !(field.list || def.sort.0 == field.id) {
        return None;
    }
    let bound = |op, value: String| Cond { field: field.id.into(), op, value: value.into() };
    Some(ListRequest {
        conds: vec![bound(Op::Gte, text.to_owned()), bound(Op::Lte, format!("{text}\u{10ffff}"))],
        sort: Some((field.id.to_owned(), false)),
        ..ListRequest::first(def, SUGGESTED)
    })
}
