//! Search across all registers.

use crate::args::{Arg, Args};
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

/// What is looked for across registers.
#[derive(Debug, Clone, Copy)]
pub struct SearchQuery<'a> {
    /// The organisation.
    pub org: &'a OrgId,
    /// The words; all must be there.
    pub text: &'a str,
    /// Who looks.
    pub rows: &'a RowFilter,
    /// In these registers alone; in all where there is none.
    pub registers: &'a [&'a str],
    /// Also those that have ended.
    pub include_ended: bool,
    /// The most records.
    pub limit: u32,
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
        let everything =
            SearchQuery { org, text, rows, registers: &[], include_ended: true, limit };
        self.search_in(&everything)
    }

    /// As [`ReadTx::search`], narrowed to registers inside the statement, so that its limit
    /// counts only what is wanted.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn search_in(&mut self, asked: &SearchQuery<'_>) -> Result<Vec<Hit>, StoreError> {
        let Some(words) = query(asked.text).filter(|_| !asked.rows.is_nothing()) else {
            return Ok(Vec::new());
        };
        let dialect = self.db.dialect();
        let mut args = Args::default();
        let org = args.text(asked.org.as_str());
        args.text(dialect.search_query(&org_mark(asked.org.as_str()), &words));
        let matched = dialect.search_match(args.len());
        let mut wanted = predicate(asked.rows, "t", self.registry, &mut args);
        if !asked.registers.is_empty() {
            let list = args.list(asked.registers.iter().map(|r| Arg::Text((*r).to_owned())));
            wanted.push_str(&format!(" AND d.register IN ({list})"));
        }
        if !asked.include_ended {
            wanted.push_str(" AND t.ended = 0");
        }
        let limit = args.int(asked.limit.into());
        let sql = format!(
            "SELECT t.register, t.id, t.title, t.updated_at, t.ended \
             FROM {matched} m CROSS JOIN search_doc d CROSS JOIN record t \
             WHERE d.doc = m.doc AND d.org = {org} AND t.org = d.org \
             AND t.register = d.register AND t.id = d.id AND t.{IS_NOW} AND {wanted} \
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
