//! Links in both directions, each with what names the other record.

use super::{RECORD_COLUMNS, join_revision, record_of};
use crate::args::Args;
use crate::error::StoreError;
use crate::predicate::predicate;
use crate::project::leaf_number;
use crate::schema::core::IS_NOW;
use crate::tx::ReadTx;
use okiagari_model::{OrgId, Record, RecordId, RegisterDef, RowFilter};

/// Which links of a record are asked for.
#[derive(Debug, Clone, Copy)]
pub struct LinkQuery<'a> {
    /// The organisation.
    pub org: &'a OrgId,
    /// The register of the record in the middle.
    pub register: &'a str,
    /// The record in the middle.
    pub id: &'a RecordId,
    /// Who looks; asked of the record at the other end.
    pub rows: &'a RowFilter,
    /// As it was after this leaf.
    pub as_of: Option<u64>,
    /// The most links.
    pub limit: u32,
}

/// A record at the other end of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedRecord {
    /// Its register.
    pub register: String,
    /// The record.
    pub id: RecordId,
    /// The field that points; `outer.inner` inside a small table.
    pub field: String,
    /// What names it (then, where the links of then were asked for).
    pub title: String,
    /// Whether it has ended.
    pub ended: bool,
}

impl ReadTx<'_> {
    /// The records that point to a record, by register, field and id.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn links_to(&mut self, query: LinkQuery<'_>) -> Result<Vec<LinkedRecord>, StoreError> {
        self.ends(query, None, "to", "from")
    }

    /// As [`ReadTx::links_to`], from one register alone: the limit counts only its links.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn links_to_from(
        &mut self,
        query: LinkQuery<'_>,
        from: &str,
    ) -> Result<Vec<LinkedRecord>, StoreError> {
        self.ends(query, Some(from), "to", "from")
    }

    /// The records that a record points to, by field and id.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn links_from(&mut self, query: LinkQuery<'_>) -> Result<Vec<LinkedRecord>, StoreError> {
        self.ends(query, None, "from", "to")
    }

    fn ends(
        &mut self,
        query: LinkQuery<'_>,
        only: Option<&str>,
        near: &str,
        far: &str,
    ) -> Result<Vec<LinkedRecord>, StoreError> {
        let mut args = Args::default();
        let org = args.text(query.org.as_str());
        let register = args.text(query.register);
        let id = args.text(query.id.as_str());
        let (join, then) = match query.as_of {
            None => (format!("l.{IS_NOW} AND t.{IS_NOW}"), ""),
            Some(leaf) => {
                let leaf = args.int(leaf_number(leaf));
                (
                    format!(
                        "l.leaf_from <= {leaf} AND l.leaf_to > {leaf} AND t.leaf_from <= {leaf} \
                         AND t.leaf_to > {leaf} AND h.org = t.org AND h.register = t.register \
                         AND h.id = t.id AND h.{IS_NOW}"
                    ),
                    " CROSS JOIN record h",
                )
            }
        };
        let seen = if query.as_of.is_some() { "h" } else { "t" };
        let mut sees = predicate(query.rows, seen, self.registry, &mut args);
        if let Some(only) = only {
            sees.push_str(&format!(" AND l.{far}_register = {}", args.text(only)));
        }
        let limit = args.int(query.limit.into());
        let sql = format!(
            "SELECT l.{far}_register, l.{far}_id, l.field, t.title, t.ended \
             FROM link l CROSS JOIN record t{then} WHERE l.org = {org} \
             AND l.{near}_register = {register} AND l.{near}_id = {id} \
             AND t.org = l.org AND t.register = l.{far}_register AND t.id = l.{far}_id \
             AND {join} AND {sees} \
             ORDER BY l.{far}_register, l.field, l.{far}_id LIMIT {limit}"
        );
        self.db.query_map(&sql, &args.params(), |row| {
            Ok(LinkedRecord {
                register: row.text(0)?.to_owned(),
                id: RecordId::new(row.text(1)?),
                field: row.text(2)?.to_owned(),
                title: row.text(3)?.to_owned(),
                ended: row.flag(4)?,
            })
        })
    }

    /// The records of a register that point to a record by a field, by id; those that have
    /// ended included.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn linked(
        &mut self,
        from: &'static RegisterDef,
        field: &str,
        to: LinkQuery<'_>,
    ) -> Result<Vec<Record>, StoreError> {
        self.registry.get(from)?;
        let mut args = Args::default();
        let org = args.text(to.org.as_str());
        let register = args.text(to.register);
        let id = args.text(to.id.as_str());
        let field = args.text(field);
        let (when, then) = match to.as_of {
            None => (format!("l.{IS_NOW} AND t.{IS_NOW}"), ""),
            Some(leaf) => {
                let leaf = args.int(leaf_number(leaf));
                (
                    format!(
                        "l.leaf_from <= {leaf} AND l.leaf_to > {leaf} AND t.leaf_from <= {leaf} \
                         AND t.leaf_to > {leaf} AND h.org = t.org AND h.register = t.register \
                         AND h.id = t.id AND h.{IS_NOW}"
                    ),
                    " CROSS JOIN record h",
                )
            }
        };
        let seen = if to.as_of.is_some() { "h" } else { "t" };
        let sees = predicate(to.rows, seen, self.registry, &mut args);
        let limit = args.int(to.limit.into());
        let sql = format!(
            "SELECT {RECORD_COLUMNS} FROM link l CROSS JOIN record t CROSS JOIN revision v{then} \
             WHERE l.org = {org} AND l.to_register = {register} AND l.to_id = {id} \
             AND l.from_register = '{from}' AND l.field = {field} AND t.org = l.org \
             AND t.register = '{from}' AND t.id = l.from_id AND {when} AND {} AND {sees} \
             ORDER BY l.from_id LIMIT {limit}",
            join_revision(from),
            from = from.id
        );
        self.db.query_map(&sql, &args.params(), |row| record_of(from, row))
    }
}
