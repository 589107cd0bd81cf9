//! One record: now, as of a leaf, at a revision, and its history.

use super::{RECORD_COLUMNS, join_revision, record_of};
use crate::args::{Args, IN_MOST};
use crate::body::decode;
use crate::conn::{P, Row};
use crate::erase::Kept;
use crate::error::StoreError;
use crate::predicate::predicate;
use crate::schema::core::IS_NOW;
use crate::tx::ReadTx;
use okiagari_log::{Disclosure, LeafHeader, disclose};
use okiagari_model::{OrgId, Record, RecordId, RegisterDef, RowFilter, Time};
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

/// One revision in a record's history, with what its leaf says of it.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// The record as it was then. Fields that were erased since are missing.
    pub record: Record,
    /// Who made the revision, as an opaque id.
    pub actor: String,
    /// In which role.
    pub role: String,
    /// What was done.
    pub action: String,
    /// Fields that this change erased from all revisions before it.
    pub erased: Vec<String>,
    /// Which versions of rules and settings decided.
    pub pins: BTreeMap<String, String>,
}

impl ReadTx<'_> {
    /// A record as it is now; `None` where there is none, or not in this organisation, or it
    /// may not be seen.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn get(
        &mut self,
        org: &OrgId,
        def: &'static RegisterDef,
        id: &RecordId,
        rows: &RowFilter,
    ) -> Result<Option<Record>, StoreError> {
        self.registry.get(def)?;
        let mut args = Args::default();
        let key = key(org, id, &mut args);
        let sees = predicate(rows, "t", self.registry, &mut args);
        let sql = format!(
            "SELECT {RECORD_COLUMNS} FROM record t CROSS JOIN revision v WHERE {key} \
             AND t.register = '{}' AND t.{IS_NOW} AND {} AND {sees}",
            def.id,
            join_revision(def)
        );
        self.db.query_opt(&sql, &args.params(), |row| record_of(def, row))
    }

    /// A record as it was after a leaf. Whether it may be seen is decided as of today.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn get_as_of(
        &mut self,
        org: &OrgId,
        def: &'static RegisterDef,
        id: &RecordId,
        leaf: u64,
        rows: &RowFilter,
    ) -> Result<Option<Record>, StoreError> {
        self.registry.get(def)?;
        let mut args = Args::default();
        let key = key(org, id, &mut args);
        let leaf = args.int(crate::project::leaf_number(leaf));
        let sees = predicate(rows, "h", self.registry, &mut args);
        let sql = format!(
            "SELECT {RECORD_COLUMNS} FROM record t CROSS JOIN revision v CROSS JOIN record h \
             WHERE {key} AND t.register = '{register}' AND t.leaf_from <= {leaf} \
             AND t.leaf_to > {leaf} AND {} AND h.org = t.org AND h.register = t.register \
             AND h.id = t.id AND h.{IS_NOW} AND {sees}",
            join_revision(def),
            register = def.id
        );
        self.db.query_opt(&sql, &args.params(), |row| record_of(def, row))
    }

    /// A record at one of its revisions.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn revision(
        &mut self,
        org: &OrgId,
        def: &'static RegisterDef,
        id: &RecordId,
        rev: u32,
        rows: &RowFilter,
    ) -> Result<Option<Record>, StoreError> {
        let before = rev.checked_add(1);
        let found = self.history(org, def, id, before, 1, rows)?.into_iter().next();
        Ok(found.map(|entry| entry.record).filter(|record| record.rev == rev))
    }

    /// The revisions of a record, newest first, those before a revision where one is given.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where a leaf cannot be read.
    pub fn history(
        &mut self,
        org: &OrgId,
        def: &'static RegisterDef,
        id: &RecordId,
        before: Option<u32>,
        limit: u32,
        rows: &RowFilter,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        self.registry.get(def)?;
        let mut args = Args::default();
        let key = key(org, id, &mut args);
        let before = args.int(before.map_or(i64::MAX, i64::from));
        let limit = args.int(limit.into());
        let sees = predicate(rows, "t", self.registry, &mut args);
        let sql = format!(
            "SELECT t.created_at, v.rev, v.leaf, v.body, l.time, l.header \
             FROM record t CROSS JOIN revision v CROSS JOIN leaf l WHERE {key} \
             AND t.register = '{register}' AND t.{IS_NOW} AND {sees} \
             AND v.org = t.org AND v.register = '{register}' AND v.id = t.id AND v.rev < {before} \
             AND l.org = v.org AND l.idx = v.leaf ORDER BY v.rev DESC LIMIT {limit}",
            register = def.id
        );
        self.db.query_map(&sql, &args.params(), |row| entry_of(def, id, row))
    }

    /// One field of a revision with its proof, so that it can be shown alone to somebody outside.
    /// Whether the record may be seen is decided by whoever asks.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such revision; [`StoreError::Corrupt`] where the
    /// field is not in it or was erased.
    pub fn disclose(
        &mut self,
        org: &OrgId,
        def: &'static RegisterDef,
        id: &RecordId,
        rev: u32,
        field: &str,
    ) -> Result<Disclosure, StoreError> {
        self.registry.get(def)?;
        let place =
            [P::Text(org.as_str()), P::Text(def.id), P::Text(id.as_str()), P::Int(i64::from(rev))];
        let found = self.db.query_opt(
            "SELECT body, seed, redaction FROM revision \
             WHERE org = $1 AND register = $2 AND id = $3 AND rev = $4",
            &place,
            |row| {
                let kept = Kept::read(row.opt_blob(1)?, row.opt_text(2)?)?;
                Ok((row.text(0)?.to_owned(), kept))
            },
        )?;
        let missing = || StoreError::NotFound { register: def.id.to_owned(), id: id.to_string() };
        let (body, kept) = found.ok_or_else(missing)?;
        disclose(&body, kept.secret(), field).map_err(|error| {
            StoreError::corrupt(format!("{}/{id} revision {rev}: {error}", def.id))
        })
    }

    /// All current records of a register, those that have ended included, by id. For small
    /// sets.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn all(
        &mut self,
        org: &OrgId,
        def: &'static RegisterDef,
        rows: &RowFilter,
    ) -> Result<Vec<Record>, StoreError> {
        let table = &self.registry.get(def)?.table;
        let mut args = Args::default();
        let org = args.text(org.as_str());
        let sees = predicate(rows, "t", self.registry, &mut args);
        let sql = format!(
            "SELECT {RECORD_COLUMNS} FROM {table} t CROSS JOIN revision v WHERE t.org = {org} \
             AND t.{IS_NOW} AND {} AND {sees} ORDER BY t.id",
            join_revision(def)
        );
        self.db.query_map(&sql, &args.params(), |row| record_of(def, row))
    }

    /// What names records, in the order they were asked for; `None` where one is not there or
    /// may not be seen. One statement for each register, however many records are asked for.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn titles(
        &mut self,
        org: &OrgId,
        records: &[(&str, &str)],
        rows: &RowFilter,
    ) -> Result<Vec<Option<String>>, StoreError> {
        let mut registers: Vec<&str> = records.iter().map(|(register, _)| *register).collect();
        registers.sort_unstable();
        registers.dedup();
        let mut found: HashMap<(&str, String), String> = HashMap::with_capacity(records.len());
        for wanted in registers {
            let mut ids: Vec<&str> = records
                .iter()
                .filter(|(register, _)| *register == wanted)
                .map(|(_, id)| *id)
                .collect();
            ids.sort_unstable();
            ids.dedup();
            for part in ids.chunks(IN_MOST) {
                let mut args = Args::default();
                let (org, register) = (args.text(org.as_str()), args.text(wanted));
                let sees = predicate(rows, "t", self.registry, &mut args);
                let list = args.ids(part);
                let sql = format!(
                    "SELECT t.id, t.title FROM record t WHERE t.org = {org} \
                     AND t.register = {register} AND t.id IN ({list}) AND t.{IS_NOW} AND {sees}"
                );
                self.db.for_each(&sql, &args.params(), |row| {
                    found.insert((wanted, row.text(0)?.to_owned()), row.text(1)?.to_owned());
                    Ok(ControlFlow::Continue(()))
                })?;
            }
        }
        // Asked for twice, given twice.
        Ok(records
            .iter()
            .map(|(register, id)| found.get(&(*register, (*id).to_owned())).cloned())
            .collect())
    }
}

fn key(org: &OrgId, id: &RecordId, args: &mut Args) -> String {
    format!("t.org = {} AND t.id = {}", args.text(org.as_str()), args.text(id.as_str()))
}

fn entry_of(
    def: &'static RegisterDef,
    id: &RecordId,
    row: &Row<'_>,
) -> Result<HistoryEntry, StoreError> {
    let rev = crate::append::revision_number(row.int(1)?)?;
    let header = LeafHeader::decode(row.text(5)?.as_bytes()).map_err(|error| {
        StoreError::corrupt(format!("leaf {}: {error}", row.count(2).unwrap_or(0)))
    })?;
    let item = header
        .items
        .iter()
        .find(|item| item.register == def.id && item.id == id.as_str() && item.rev == rev);
    Ok(HistoryEntry {
        record: Record {
            def,
            id: id.clone(),
            rev,
            leaf: row.count(2)?,
            created_at: Time::from_millis(row.int(0)?),
            updated_at: Time::from_millis(row.int(4)?),
            updated_by: header.actor.clone(),
            body: decode(def, row.text(3)?)?,
        },
        erased: item.map(|item| item.erased.clone()).unwrap_or_default(),
        actor: header.actor,
        role: header.role,
        action: header.action,
        pins: header.pins,
    })
}
