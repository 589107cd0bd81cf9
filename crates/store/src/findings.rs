//! What the rules said (findings), when to ask them again, and values worked out from records.

use crate::args::{Arg, Args, IN_MOST};
use crate::conn::P;
use crate::cursor::{Cursor, Sorted};
use crate::error::StoreError;
use crate::predicate::predicate;
use crate::project::{leaf_number, mark};
use crate::schema::core::IS_NOW;
use crate::tx::{ReadTx, WriteTx};
use okiagari_model::{Finding, Message, OrgId, RecordId, RowFilter, Severity, Time, Wing};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// A finding as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    /// The register of the record.
    pub register: String,
    /// The record.
    pub id: RecordId,
    /// What names the record now.
    pub title: String,
    /// The rule that says so.
    pub rule: String,
    /// The field; empty for the record as a whole.
    pub field: String,
    /// As `Severity::rank`.
    pub severity: i64,
    /// What is missing or wrong.
    pub message: Message,
    /// Since when it has been so.
    pub first_seen: Time,
}

/// Which findings are asked for.
#[derive(Debug, Clone, Copy)]
pub struct FindingQuery<'a> {
    /// The organisation.
    pub org: &'a OrgId,
    /// Who looks; asked of the record.
    pub rows: &'a RowFilter,
    /// Of several registers, each with who looks there, instead of `rows`; not looked at where
    /// there is none.
    pub scopes: &'a [FindingScope],
    /// Of this register alone.
    pub register: Option<&'a str>,
    /// Of this record alone.
    pub id: Option<&'a RecordId>,
    /// By this rule alone.
    pub rule: Option<&'a str>,
    /// At least this bad.
    pub at_least: Option<Severity>,
    /// As it was after this leaf.
    pub as_of: Option<u64>,
    /// `next` of the page before.
    pub after: Option<&'a str>,
    /// The most findings of a page.
    pub limit: u32,
}

impl<'a> FindingQuery<'a> {
    /// All that may be seen.
    pub fn new(org: &'a OrgId, rows: &'a RowFilter) -> Self {
        Self {
            org,
            rows,
            scopes: &[],
            register: None,
            id: None,
            rule: None,
            at_least: None,
            as_of: None,
            after: None,
            limit: 50,
        }
    }
}

/// Registers in which somebody sees the same rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingScope {
    /// Who looks; asked of the record.
    pub rows: RowFilter,
    /// The registers.
    pub registers: Vec<&'static str>,
}

/// One page of findings, worst first.
#[derive(Debug, Clone)]
pub struct FindingPage {
    /// Its findings.
    pub findings: Vec<StoredFinding>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// How many findings of a register are how bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingCount {
    /// The wing of the register.
    pub wing: Wing,
    /// The register.
    pub register: &'static str,
    /// As `Severity::rank`.
    pub severity: i64,
    /// How many.
    pub count: u64,
}

/// A rule to be asked again because time has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recheck {
    /// The organisation.
    pub org: OrgId,
    /// The rule.
    pub rule: String,
    /// The register of the record.
    pub register: String,
    /// The record.
    pub id: RecordId,
    /// Since when it is due.
    pub due_at: Time,
}

/// What a rule said of one record.
#[derive(Debug, Clone, Copy)]
pub struct RuleAnswer<'a> {
    /// The organisation.
    pub org: &'a OrgId,
    /// The rule.
    pub rule: &'a str,
    /// The register of the record.
    pub register: &'a str,
    /// The record.
    pub id: &'a RecordId,
    /// How much its findings matter.
    pub severity: Severity,
    /// What is missing or wrong; empty when all is well.
    pub findings: &'a [Finding],
    /// When the answer may change by time alone.
    pub next_check_at: Option<Time>,
    /// The leaf of the change that it was asked after; the last leaf for a check by time.
    pub leaf: u64,
    /// When it was asked.
    pub now: Time,
}

/// All severities as they are kept.
const RANKS: [i64; 3] =
    [Severity::Notice.rank(), Severity::Warning.rank(), Severity::Serious.rank()];

/// After which finding a page begins.
struct Place<'a> {
    severity: i64,
    /// Register, record, rule and mark.
    rest: [&'a str; 4],
}

impl<'a> Place<'a> {
    fn of(cursor: &'a Cursor) -> Result<Self, StoreError> {
        let Some(Sorted::Int(severity)) = cursor.value else { return Err(StoreError::BadCursor) };
        let parts: Vec<&str> = cursor.id.split('\n').collect();
        let rest = parts.try_into().map_err(|_| StoreError::BadCursor)?;
        Ok(Self { severity, rest })
    }
}

/// Tells the findings of one rule on one record apart.
fn mark_of(finding: &Finding) -> String {
    let text = format!("{}\n{}\n{}", finding.field, finding.message.ja, finding.message.en);
    format!("{:016x}", mark(&text).cast_unsigned())
}

impl WriteTx<'_> {
    /// Keeps what a rule said of a record. Findings that are still there keep when they were
    /// first seen; those that are gone stay readable as of earlier leaves.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn set_findings(&mut self, answer: &RuleAnswer<'_>) -> Result<(), StoreError> {
        let key = [
            P::Text(answer.org.as_str()),
            P::Text(answer.register),
            P::Text(answer.id.as_str()),
            P::Text(answer.rule),
        ];
        let rank = answer.severity.rank();
        let leaf = P::count(answer.leaf);
        let there: BTreeMap<String, (i64, i64, i64)> = self
            .read
            .db
            .query_map(
                "SELECT mark, severity, leaf_from, first_seen FROM finding WHERE org = $1 \
                 AND register = $2 AND id = $3 AND rule = $4 AND leaf_to = 9223372036854775807",
                &key,
                |row| Ok((row.text(0)?.to_owned(), (row.int(1)?, row.int(2)?, row.int(3)?))),
            )?
            .into_iter()
            .collect();
        let said: BTreeMap<String, &Finding> =
            answer.findings.iter().map(|finding| (mark_of(finding), finding)).collect();
        for (mark, (severity, from, _)) in &there {
            if said.contains_key(mark) && *severity == rank {
                continue;
            }
            let params = [key[0], key[1], key[2], key[3], P::Text(mark), leaf];
            // What came and went under the same leaf was never true as of any.
            let sql = if *from == leaf_number(answer.leaf) {
                "DELETE FROM finding WHERE org = $1 AND register = $2 AND id = $3 AND rule = $4 \
                 AND mark = $5 AND leaf_to = 9223372036854775807 AND leaf_from = $6"
            } else {
                "UPDATE finding SET leaf_to = $6 WHERE org = $1 AND register = $2 AND id = $3 \
                 AND rule = $4 AND mark = $5 AND leaf_to = 9223372036854775807"
            };
            self.read.db.execute(sql, &params)?;
        }
        for (mark, finding) in &said {
            let first_seen = match there.get(mark) {
                Some((severity, ..)) if *severity == rank => continue,
                Some((_, _, first_seen)) => *first_seen,
                None => answer.now.millis(),
            };
            self.read.db.execute(
                "INSERT INTO finding (org, register, id, rule, mark, leaf_from, leaf_to, field, \
                 severity, ja, en, first_seen) VALUES ($1, $2, $3, $4, $5, $6, \
                 9223372036854775807, $7, $8, $9, $10, $11)",
                &[
                    key[0],
                    key[1],
                    key[2],
                    key[3],
                    P::Text(mark),
                    leaf,
                    P::Text(finding.field),
                    P::Int(rank),
                    P::Text(&finding.message.ja),
                    P::Text(&finding.message.en),
                    P::Int(first_seen),
                ],
            )?;
        }
        self.set_recheck(&key, answer.next_check_at)
    }

    fn set_recheck(&mut self, key: &[P<'_>; 4], at: Option<Time>) -> Result<(), StoreError> {
        match at {
            Some(at) => self.read.db.execute(
                "INSERT INTO recheck (org, register, id, rule, due_at) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (org, register, id, rule) DO UPDATE SET due_at = excluded.due_at",
                &[key[0], key[1], key[2], key[3], P::Int(at.millis())],
            ),
            None => self.read.db.execute(
                "DELETE FROM recheck WHERE org = $1 AND register = $2 AND id = $3 AND rule = $4",
                key,
            ),
        }
        .map(|_| ())
    }

    /// Keeps a derived value of a record from a leaf on; `None` takes it away.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn set_derived(
        &mut self,
        org: &OrgId,
        record: (&str, &RecordId),
        name: &str,
        value: Option<&serde_json::Value>,
        leaf: u64,
    ) -> Result<(), StoreError> {
        let key =
            [P::Text(org.as_str()), P::Text(record.0), P::Text(record.1.as_str()), P::Text(name)];
        let text = value.map(serde_json::Value::to_string);
        let there = self.read.db.query_opt(
            "SELECT value, leaf_from FROM derived WHERE org = $1 AND register = $2 AND id = $3 \
             AND name = $4 AND leaf_to = 9223372036854775807",
            &key,
            |row| Ok((row.text(0)?.to_owned(), row.int(1)?)),
        )?;
        if there.as_ref().map(|(value, _)| value) == text.as_ref() {
            return Ok(());
        }
        if let Some((_, from)) = there {
            let sql = if from == leaf_number(leaf) {
                "DELETE FROM derived WHERE org = $1 AND register = $2 AND id = $3 AND name = $4 \
                 AND leaf_to = 9223372036854775807 AND leaf_from = $5"
            } else {
                "UPDATE derived SET leaf_to = $5 WHERE org = $1 AND register = $2 AND id = $3 \
                 AND name = $4 AND leaf_to = 9223372036854775807"
            };
            self.read.db.execute(sql, &[key[0], key[1], key[2], key[3], P::count(leaf)])?;
        }
        if let Some(text) = text {
            self.read.db.execute(
                "INSERT INTO derived (org, register, id, name, leaf_from, leaf_to, value) \
                 VALUES ($1, $2, $3, $4, $5, 9223372036854775807, $6)",
                &[key[0], key[1], key[2], key[3], P::count(leaf), P::Text(&text)],
            )?;
        }
        Ok(())
    }
}

impl ReadTx<'_> {
    /// One page of findings, worst first, then by register and record.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] for a cursor of another list.
    pub fn findings(&mut self, query: &FindingQuery<'_>) -> Result<FindingPage, StoreError> {
        let after = query.after.map(|text| Cursor::decode(text, "finding")).transpose()?;
        let after = after.as_ref().map(Place::of).transpose()?;
        let wanted = query.limit as usize + 1;
        let mut found: Vec<(StoredFinding, String)> = Vec::new();
        // One severity after the other: an index gives each in order, and none all of them.
        for severity in RANKS.into_iter().rev() {
            let place = after.as_ref().filter(|place| place.severity == severity);
            let passed = after.as_ref().is_some_and(|place| place.severity < severity);
            let below = query.at_least.is_some_and(|least| severity < least.rank());
            if passed || below || found.len() >= wanted {
                continue;
            }
            let left = wanted - found.len();
            found.extend(self.findings_of(query, severity, place, left)?);
        }
        let more = found.len() >= wanted;
        found.truncate(query.limit as usize);
        let next = match found.last() {
            Some((last, mark)) if more => Some(
                Cursor {
                    list: "finding".to_owned(),
                    value: Some(Sorted::Int(last.severity)),
                    id: format!("{}\n{}\n{}\n{mark}", last.register, last.id, last.rule),
                }
                .encode()?,
            ),
            _ => None,
        };
        Ok(FindingPage { findings: found.into_iter().map(|(finding, _)| finding).collect(), next })
    }

    fn findings_of(
        &mut self,
        query: &FindingQuery<'_>,
        severity: i64,
        after: Option<&Place<'_>>,
        limit: usize,
    ) -> Result<Vec<(StoredFinding, String)>, StoreError> {
        let mut args = Args::default();
        let mut filter = self.finding_filter(query, &mut args);
        filter.push_str(&format!(" AND f.severity = {}", args.int(severity)));
        if let Some(place) = after {
            let rest = args.list(place.rest.map(|s| Arg::Text(s.to_owned())));
            filter.push_str(&format!(" AND (f.register, f.id, f.rule, f.mark) > ({rest})"));
        }
        let limit = args.int(i64::try_from(limit).unwrap_or(i64::MAX));
        let sql = format!(
            "SELECT f.register, f.id, t.title, f.rule, f.field, f.severity, f.ja, f.en, \
             f.first_seen, f.mark FROM finding f CROSS JOIN record t WHERE {filter} \
             ORDER BY f.register, f.id, f.rule, f.mark LIMIT {limit}"
        );
        self.db.query_map(&sql, &args.params(), |row| {
            let finding = StoredFinding {
                register: row.text(0)?.to_owned(),
                id: RecordId::new(row.text(1)?),
                title: row.text(2)?.to_owned(),
                rule: row.text(3)?.to_owned(),
                field: row.text(4)?.to_owned(),
                severity: row.int(5)?,
                message: Message::new(row.text(6)?, row.text(7)?),
                first_seen: Time::from_millis(row.int(8)?),
            };
            Ok((finding, row.text(9)?.to_owned()))
        })
    }

    /// How many findings that may be seen there are now, by register and severity.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn finding_counts(
        &mut self,
        org: &OrgId,
        rows: &RowFilter,
    ) -> Result<Vec<FindingCount>, StoreError> {
        self.count_findings(&FindingQuery::new(org, rows))
    }

    /// As [`ReadTx::finding_counts`], of what a query asks for on all its pages.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn count_findings(
        &mut self,
        query: &FindingQuery<'_>,
    ) -> Result<Vec<FindingCount>, StoreError> {
        let mut args = Args::default();
        let filter = self.finding_filter(query, &mut args);
        let sql = format!(
            "SELECT f.register, f.severity, count(*) FROM finding f CROSS JOIN record t \
             WHERE {filter} GROUP BY f.register, f.severity ORDER BY f.register, f.severity"
        );
        let registry = self.registry;
        let counts = self.db.query_map(&sql, &args.params(), |row| {
            // A register that the program no longer has is shown nowhere.
            Ok(match registry.find(row.text(0)?) {
                Some(reg) => Some(FindingCount {
                    wing: reg.def.wing,
                    register: reg.def.id,
                    severity: row.int(1)?,
                    count: row.count(2)?,
                }),
                None => None,
            })
        })?;
        Ok(counts.into_iter().flatten().collect())
    }

    /// How many findings there are now in these registers, counted no further than `most`.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn findings_up_to(
        &mut self,
        org: &OrgId,
        scopes: &[FindingScope],
        most: u32,
    ) -> Result<u32, StoreError> {
        let nothing = RowFilter { clauses: Vec::new() };
        let query = FindingQuery { scopes, ..FindingQuery::new(org, &nothing) };
        let mut args = Args::default();
        let filter = self.finding_filter(&query, &mut args);
        let most = args.int(most.into());
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 AS one FROM finding f CROSS JOIN record t \
             WHERE {filter} LIMIT {most}) seen"
        );
        let count = self.db.query_int(&sql, &args.params())?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn finding_rows(&self, query: &FindingQuery<'_>, args: &mut Args) -> String {
        if query.scopes.is_empty() {
            return predicate(query.rows, "t", self.registry, args);
        }
        let mut any = Vec::with_capacity(query.scopes.len());
        for scope in query.scopes {
            let registers = scope.registers.iter().map(|r| Arg::Text((*r).to_owned()));
            let registers = args.list(registers);
            let sees = predicate(&scope.rows, "t", self.registry, args);
            any.push(format!("(f.register IN ({registers}) AND {sees})"));
        }
        format!("({})", any.join(" OR "))
    }

    fn finding_filter(&self, query: &FindingQuery<'_>, args: &mut Args) -> String {
        let mut filter = format!("f.org = {}", args.text(query.org.as_str()));
        match query.as_of {
            None => filter.push_str(&format!(" AND f.{IS_NOW}")),
            Some(leaf) => {
                let leaf = args.int(leaf_number(leaf));
                filter.push_str(&format!(" AND f.leaf_from <= {leaf} AND f.leaf_to > {leaf}"));
            }
        }
        filter.push_str(&format!(
            " AND t.org = f.org AND t.register = f.register AND t.id = f.id AND t.{IS_NOW} AND {}",
            self.finding_rows(query, args)
        ));
        let wanted = [
            ("f.register", query.register),
            ("f.id", query.id.map(RecordId::as_str)),
            ("f.rule", query.rule),
        ];
        for (column, value) in wanted {
            if let Some(value) = value {
                filter.push_str(&format!(" AND {column} = {}", args.text(value)));
            }
        }
        if let Some(severity) = query.at_least {
            filter.push_str(&format!(" AND f.severity >= {}", args.int(severity.rank())));
        }
        filter
    }

    /// How many findings records have by rule, now or as of a leaf: (record, rule, how many).
    /// For records that the reader was just shown, so no rows are asked for again.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn finding_marks(
        &mut self,
        org: &OrgId,
        register: &str,
        ids: &[&str],
        as_of: Option<u64>,
    ) -> Result<Vec<(RecordId, String, u64)>, StoreError> {
        let mut out = Vec::new();
        for part in ids.chunks(IN_MOST) {
            let mut args = Args::default();
            let (org, register) = (args.text(org.as_str()), args.text(register));
            let list = args.ids(part);
            let when = match as_of {
                None => format!("f.{IS_NOW}"),
                Some(leaf) => {
                    let leaf = args.int(leaf_number(leaf));
                    format!("f.leaf_from <= {leaf} AND f.leaf_to > {leaf}")
                }
            };
            let sql = format!(
                "SELECT f.id, f.rule, count(*) FROM finding f WHERE f.org = {org} \
                 AND f.register = {register} AND f.id IN ({list}) AND {when} \
                 GROUP BY f.id, f.rule ORDER BY f.id, f.rule"
            );
            self.db.for_each(&sql, &args.params(), |row| {
                out.push((RecordId::new(row.text(0)?), row.text(1)?.to_owned(), row.count(2)?));
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(out)
    }

    /// The rules whose answer may have changed by time alone, longest due first, of all
    /// organisations.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn due_rechecks(&mut self, now: Time, limit: u32) -> Result<Vec<Recheck>, StoreError> {
        self.db.query_map(
            "SELECT org, rule, register, id, due_at FROM recheck WHERE due_at <= $1 \
             ORDER BY due_at, org, register, id, rule LIMIT $2",
            &[P::Int(now.millis()), P::Int(limit.into())],
            |row| {
                Ok(Recheck {
                    org: OrgId::new(row.text(0)?),
                    rule: row.text(1)?.to_owned(),
                    register: row.text(2)?.to_owned(),
                    id: RecordId::new(row.text(3)?),
                    due_at: Time::from_millis(row.int(4)?),
                })
            },
        )
    }

    /// The derived values of a record by name, now or as of a leaf.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where a value is no JSON.
    pub fn derived(
        &mut self,
        org: &OrgId,
        record: (&str, &RecordId),
        as_of: Option<u64>,
    ) -> Result<BTreeMap<String, serde_json::Value>, StoreError> {
        let leaf = as_of.map_or(i64::MAX - 1, leaf_number);
        let values = self.db.query_map(
            "SELECT name, value FROM derived WHERE org = $1 AND register = $2 AND id = $3 \
             AND leaf_from <= $4 AND leaf_to > $4",
            &[P::Text(org.as_str()), P::Text(record.0), P::Text(record.1.as_str()), P::Int(leaf)],
            |row| {
                let value = serde_json::from_str(row.text(1)?)
                    .map_err(|error| StoreError::corrupt(format!("a derived value: {error}")))?;
                Ok((row.text(0)?.to_owned(), value))
            },
        )?;
        Ok(values.into_iter().collect())
    }
}
