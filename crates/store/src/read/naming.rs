//! Which records say something in words, in whatever field and revision: for the erasure of a
//! person's data, which must find where else that person is named.

use crate::args::Args;
use crate::error::StoreError;
use crate::tx::ReadTx;
use okiagari_model::{OrgId, RecordId};
use std::ops::ControlFlow;

impl ReadTx<'_> {
    /// Records of which any revision contains a text, as (register, id), at most `limit`. Asks the
    /// stored bodies themselves, not the search, which knows only some fields of today; so it reads
    /// everything and is meant for the rare case.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn naming(
        &mut self,
        org: &OrgId,
        text: &str,
        limit: u32,
    ) -> Result<Vec<(String, RecordId)>, StoreError> {
        // As it stands inside a JSON string: escaped, without the quotes around it.
        let mut quoted = String::new();
        crate::body::string(&mut quoted, text);
        let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned();
        if inner.is_empty() {
            return Ok(Vec::new());
        }
        let mut args = Args::default();
        let (org, text) = (args.text(org.as_str()), args.text(inner));
        let limit = args.int(i64::from(limit));
        let find = self.db.dialect().position_function();
        let sql = format!(
            "SELECT DISTINCT v.register, v.id FROM revision v WHERE v.org = {org} \
             AND {find}(v.body, {text}) > 0 ORDER BY v.register, v.id LIMIT {limit}"
        );
        let mut found = Vec::new();
        self.db.for_each(&sql, &args.params(), |row| {
            found.push((row.text(0)?.to_owned(), RecordId::new(row.text(1)?)));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }
}
