//! Search across all registers.

use crate::args::Args;
use crate::error::StoreError;
use crate::predicate::predicate;
use crate::schema::core::IS_NOW;
use crate::tokens::{org_mark, query};
use crate::tx::ReadTx;
use okiagari_model::{OrgId, RecordId, RowFilter, Time};

/// A record that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its register.
    pub register: String,
    /// The record.
    pub id: RecordId,
    /// What names it.
    pub title: String,
    /// When it was last changed.
    pub updated_at: Time,
    /// Whether it has ended.
    pub ended: bool,
}

impl ReadTx<'_> {
    /// The records that have all the words, newest first. Japanese is found by any part of a
    /// word, other languages by the beginning of one.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn search(
        &mut self,
        org: &OrgId,
        text: &str,
        rows: &RowFilter,
        limit: u32,
    ) -> Result<Vec<Hit>, StoreError> {
        let Some(words) = query(text).filter(|_| !rows.is_nothing()) else {
            return Ok(Vec::new());
        };
        let dialect = self.db.dialect();
        let mut args = Args::default();
        let org_id = args.text(org.as_str());
        args.text(dialect.search_query(&org_mark(org.as_str()), &words));
        let matched = dialect.search_match(args.len());
        let sees = predicate(rows, "t", self.registry, &mut args);
        let limit = args.int(limit.into());
        let sql = format!(
            "SELECT t.register, t.id, t.title, t.updated_at, t.ended \
             FROM {matched} m CROSS JOIN search_doc d CROSS JOIN record t \
             WHERE d.doc = m.doc AND d.org = {org_id} AND t.org = d.org \
             AND t.register = d.register AND t.id = d.id AND t.{IS_NOW} AND {sees} \
             ORDER BY m.doc DESC LIMIT {limit}"
        );
        self.db.query_map(&sql, &args.params(), |row| {
            Ok(Hit {
                register: row.text(0)?.to_owned(),
                id: RecordId::new(row.text(1)?),
                title: row.text(2)?.to_owned(),
                updated_at: Time::from_millis(row.int(3)?),
                ended: row.flag(4)?,
            })
        })
    }
}
