//! What changed last.

use super::{RECORD_COLUMNS, join_revision, record_of};
use crate::args::Args;
use crate::conn::P;
use crate::error::StoreError;
use crate::predicate::predicate;
use crate::schema::core::IS_NOW;
use crate::tx::ReadTx;
use okiagari_model::{OrgId, Record, RegisterDef, RowFilter};

impl ReadTx<'_> {
    /// One past the last leaf that touched a register; 0 where none has. Whatever was worked out
    /// from the register holds while this stays.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn last_leaf(&mut self, org: &OrgId, def: &RegisterDef) -> Result<u64, StoreError> {
        let sql = "SELECT COALESCE(MAX(leaf_from) + 1, 0) FROM record \
                   WHERE org = $1 AND register = $2";
        let last = self.db.query_int(sql, &[P::Text(org.as_str()), P::Text(def.id)])?;
        u64::try_from(last).map_err(StoreError::corrupt)
    }

    /// Records of a register that changed at a leaf or after it, newest first.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn changed_since(
        &mut self,
        org: &OrgId,
        def: &'static RegisterDef,
        leaf: u64,
        rows: &RowFilter,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        let mut args = Args::default();
        let org = args.text(org.as_str());
        let register = args.text(def.id);
        let leaf = args.int(i64::try_from(leaf).map_err(StoreError::internal)?);
        let limit = args.int(limit.into());
        let sees = predicate(rows, "t", self.registry, &mut args);
        let sql = format!(
            "SELECT {RECORD_COLUMNS} FROM record t CROSS JOIN revision v \
             WHERE t.org = {org} AND t.register = {register} AND t.leaf_from >= {leaf} \
             AND t.{IS_NOW} AND {} AND {sees} ORDER BY t.leaf_from DESC LIMIT {limit}",
            join_revision(def)
        );
        self.db.query_map(&sql, &args.params(), |row| record_of(def, row))
    }
}
