//! Lists of one register: filtered, searched, sorted, paged by key, now or as of a leaf.

use super::cond;
use super::{RECORD_COLUMNS, RECORD_WIDTH, join_revision, record_of};
use crate::args::Args;
use crate::cursor::{Cursor, Sorted};
use crate::error::StoreError;
use crate::predicate::predicate;
use crate::project;
use crate::registry::Reg;
use crate::schema::Ty;
use crate::schema::core::IS_NOW;
use crate::schema::projection::sort_column;
use crate::tokens::{Query, org_mark, query};
use crate::tx::ReadTx;
use okiagari_model::{Cond, OrgId, Record, RegisterDef, RowFilter};
use std::ops::ControlFlow;

/// Beyond this, a count says "more".
pub const COUNT_LIMIT: u64 = 1_000;

/// What a list shows.
#[derive(Debug, Clone)]
pub struct ListQuery<'a> {
    /// The organisation.
    pub org: &'a OrgId,
    /// The register.
    pub def: &'static RegisterDef,
    /// Who looks.
    pub rows: &'a RowFilter,
    /// All must hold. Beside the fields: `id`, `created_at`, `updated_at`, `_ended`, `_origin`.
    pub conds: &'a [Cond],
    /// Words that must be there.
    pub search: Option<&'a str>,
    /// A field, `created_at` or `updated_at`, and whether downwards. Unset values come first
    /// upwards and last downwards.
    pub sort: (&'a str, bool),
    /// `next` of the page before.
    pub after: Option<&'a str>,
    /// The most records of a page.
    pub limit: u32,
    /// As it was after this leaf.
    pub as_of: Option<u64>,
    /// With records that have ended.
    pub include_ended: bool,
}

impl<'a> ListQuery<'a> {
    /// Everything that may be seen and has not ended, in the register's own order.
    pub fn new(org: &'a OrgId, def: &'static RegisterDef, rows: &'a RowFilter) -> Self {
        Self {
            org,
            def,
            rows,
            conds: &[],
            search: None,
            sort: def.sort,
            after: None,
            limit: 20,
            as_of: None,
            include_ended: false,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its records.
    pub records: Vec<Record>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// How many records a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Exact up to [`COUNT_LIMIT`].
    pub count: u64,
    /// Whether there are more than that.
    pub more: bool,
}

/// A list made ready: its FROM and WHERE.
struct Prepared<'q> {
    from: String,
    filter: String,
    args: Args,
    /// Conditions that are asked again in memory.
    again: Vec<&'q Cond>,
    /// Words that are looked for in memory, because the search knows only today's.
    words: Option<Query>,
    /// The search asks for nothing that can be found.
    empty: bool,
}

impl Prepared<'_> {
    fn asks_again(&self) -> bool {
        !self.again.is_empty() || self.words.is_some()
    }

    fn holds(&self, org: &str, reg: &Reg, record: &Record) -> bool {
        self.again.iter().all(|cond| cond.holds(&record.body))
            && self
                .words
                .as_ref()
                .is_none_or(|words| words.meets(project::tokens(org, reg, &record.body).as_str()))
    }
}

impl ReadTx<'_> {
    /// One page of a list.
    ///
    /// # Errors
    /// [`StoreError::BadFilter`] or [`StoreError::BadCursor`] for what this list cannot do.
    pub fn list(&mut self, query: &ListQuery<'_>) -> Result<Page, StoreError> {
        let (field, down) = query.sort;
        let (column, ty) = sort_column(query.def, field).ok_or_else(|| StoreError::BadFilter {
            field: field.to_owned(),
            why: "a list cannot be sorted by it",
        })?;
        let column = format!("t.\"{column}\"");
        let name = format!("{}.{field}{}", query.def.id, if down { '-' } else { '+' });
        let after = query.after.map(|text| Cursor::decode(text, &name)).transpose()?;
        // A forged value of another type would be compared differently by the two engines.
        if let Some(value) = after.as_ref().and_then(|cursor| cursor.value.as_ref())
            && matches!(value, Sorted::Int(_)) != (ty == Ty::Int)
        {
            return Err(StoreError::BadCursor);
        }
        let order = if down {
            format!("{column} DESC NULLS LAST, t.id DESC")
        } else {
            format!("{column} ASC NULLS FIRST, t.id ASC")
        };
        let mut prepared = self.prepare_list(query)?;
        if prepared.empty || query.rows.is_nothing() || query.limit == 0 {
            return Ok(Page { records: Vec::new(), next: None });
        }
        let wanted = query.limit as usize + 1;
        let mut found: Vec<(Record, Option<Sorted>)> = Vec::with_capacity(wanted.min(1000));
        let fixed = prepared.args.len();
        for place in places(after.as_ref(), down) {
            prepared.args.truncate(fixed);
            let place = place.sql(&column, ty, down, after.as_ref(), &mut prepared.args);
            let limit = if prepared.asks_again() {
                String::new()
            } else {
                let left = (wanted - found.len()) as i64;
                format!(" LIMIT {}", prepared.args.int(left))
            };
            let sql = format!(
                "SELECT {RECORD_COLUMNS}, {column} FROM {} CROSS JOIN revision v WHERE {} AND {} \
                 AND {place} ORDER BY {order}{limit}",
                prepared.from,
                prepared.filter,
                join_revision(query.def)
            );
            self.fetch(query, &prepared, &sql, ty, wanted, &mut found)?;
            if found.len() >= wanted {
                break;
            }
        }
        let more = found.len() >= wanted;
        found.truncate(query.limit as usize);
        let next = match found.last() {
            Some((record, value)) if more => {
                let id = record.id.as_str().to_owned();
                Some(Cursor { list: name, value: value.clone(), id }.encode()?)
            }
            _ => None,
        };
        Ok(Page { records: found.into_iter().map(|(record, _)| record).collect(), next })
    }

    fn fetch(
        &mut self,
        query: &ListQuery<'_>,
        prepared: &Prepared<'_>,
        sql: &str,
        ty: Ty,
        wanted: usize,
        found: &mut Vec<(Record, Option<Sorted>)>,
    ) -> Result<(), StoreError> {
        let reg = self.registry.get(query.def)?;
        self.db.for_each(sql, &prepared.args.params(), |row| {
            let record = record_of(query.def, row)?;
            if prepared.holds(query.org.as_str(), reg, &record) {
                let value = match ty {
                    Ty::Int => row.opt_int(RECORD_WIDTH)?.map(Sorted::Int),
                    _ => row.opt_text(RECORD_WIDTH)?.map(|text| Sorted::Text(text.to_owned())),
                };
                found.push((record, value));
            }
            Ok(if found.len() >= wanted {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })
    }

    /// How many records a list has on all pages.
    ///
    /// # Errors
    /// [`StoreError::BadFilter`] for what this list cannot do.
    pub fn count(&mut self, query: &ListQuery<'_>) -> Result<Count, StoreError> {
        let mut prepared = self.prepare_list(query)?;
        if prepared.empty || query.rows.is_nothing() {
            return Ok(Count { count: 0, more: false });
        }
        let most = COUNT_LIMIT as i64 + 1;
        let counted = if prepared.asks_again() {
            let reg = self.registry.get(query.def)?;
            let sql = format!(
                "SELECT {RECORD_COLUMNS} FROM {} CROSS JOIN revision v WHERE {} AND {}",
                prepared.from,
                prepared.filter,
                join_revision(query.def)
            );
            let mut count = 0i64;
            self.db.for_each(&sql, &prepared.args.params(), |row| {
                let record = record_of(query.def, row)?;
                count += i64::from(prepared.holds(query.org.as_str(), reg, &record));
                Ok(if count == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })?;
            count
        } else {
            let limit = prepared.args.int(most);
            let sql = format!(
                "SELECT count(*) FROM (SELECT 1 AS one FROM {} WHERE {} LIMIT {limit}) rows_seen",
                prepared.from, prepared.filter
            );
            self.db.query_int(&sql, &prepared.args.params())?
        };
        let count = u64::try_from(counted).unwrap_or(0);
        Ok(Count { count: count.min(COUNT_LIMIT), more: count > COUNT_LIMIT })
    }

    fn prepare_list<'q>(&mut self, query: &ListQuery<'q>) -> Result<Prepared<'q>, StoreError> {
        let dialect = self.db.dialect();
        let table = &self.registry.get(query.def)?.table;
        let mut args = Args::default();
        let mut filter = format!("t.org = {}", args.text(query.org.as_str()));
        let mut and = |text: &str| {
            filter.push_str(" AND ");
            filter.push_str(text);
        };
        let from = match query.as_of {
            None => {
                and(&format!("t.{IS_NOW}"));
                and(&predicate(query.rows, "t", self.registry, &mut args));
                format!("{table} t")
            }
            Some(leaf) => {
                let leaf = args.int(project::leaf_number(leaf));
                and(&format!("t.leaf_from <= {leaf} AND t.leaf_to > {leaf}"));
                and(&format!(
                    "h.org = t.org AND h.register = '{}' AND h.id = t.id AND h.{IS_NOW}",
                    query.def.id
                ));
                and(&predicate(query.rows, "h", self.registry, &mut args));
                format!("{table} t CROSS JOIN record h")
            }
        };
        if !query.include_ended {
            and("t.ended = 0");
        }
        let mut again = Vec::new();
        for one in query.conds {
            let sql = cond::sql(one, query.def, dialect, &mut args)?;
            and(&sql.text);
            if sql.ask_again {
                again.push(one);
            }
        }
        let mut words = None;
        let mut empty = false;
        match query.search.filter(|text| !text.trim().is_empty()).map(self::query) {
            None => {}
            Some(None) => empty = true,
            Some(found) if query.as_of.is_some() => words = found,
            Some(Some(found)) => {
                let text = dialect.search_query(&org_mark(query.org.as_str()), &found);
                args.text(text);
                let matched = dialect.search_match(args.len());
                and(&format!(
                    "t.id IN (SELECT d.id FROM {matched} m CROSS JOIN search_doc d \
                     WHERE d.doc = m.doc AND d.org = $1 AND d.register = '{}')",
                    query.def.id
                ));
            }
        }
        Ok(Prepared { from, filter, args, again, words, empty })
    }
}

/// The parts of a list after a cursor, in order. Two, because no single comparison can tell
/// both unset values and others apart and still use an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// From the beginning.
    Start,
    /// Unset values after the cursor's id.
    UnsetAfter,
    /// Values after the cursor's.
    After,
    /// All values that are set.
    AllSet,
    /// All that are unset.
    AllUnset,
}

fn places(after: Option<&Cursor>, down: bool) -> Vec<Place> {
    match (after.map(|cursor| cursor.value.is_some()), down) {
        (None, _) => vec![Place::Start],
        (Some(true), false) => vec![Place::After],
        (Some(true), true) => vec![Place::After, Place::AllUnset],
        (Some(false), false) => vec![Place::UnsetAfter, Place::AllSet],
        (Some(false), true) => vec![Place::UnsetAfter],
    }
}

impl Place {
    fn sql(
        self,
        column: &str,
        ty: Ty,
        down: bool,
        after: Option<&Cursor>,
        args: &mut Args,
    ) -> String {
        let than = if down { '<' } else { '>' };
        let Some(cursor) = after else { return "1 = 1".to_owned() };
        match (self, &cursor.value) {
            (Place::Start, _) | (Place::After, None) => "1 = 1".to_owned(),
            (Place::UnsetAfter, _) => {
                format!("{column} IS NULL AND t.id {than} {}", args.text(cursor.id.as_str()))
            }
            (Place::After, Some(value)) => {
                let value = args.add(value.arg());
                let id = args.text(cursor.id.as_str());
                format!("({column}, t.id) {than} ({value}, {id})")
            }
            (Place::AllSet, _) => match ty {
                // A range rather than IS NOT NULL, so that the index is entered at its place.
                Ty::Int => format!("{column} >= {}", args.int(i64::MIN)),
                _ => format!("{column} >= {}", args.text("")),
            },
            (Place::AllUnset, _) => format!("{column} IS NULL"),
        }
    }
}
