//! Short forms of the store's reading that the use cases share.

use crate::error::AppError;
use okiagari_model::{OrgId, Record, RecordId, RegisterDef, RowFilter};
use okiagari_store::{LinkQuery, ReadTx};
use std::rc::Rc;

/// Short forms over a transaction.
pub trait Look {
    /// A record as far as `rows` shows it, shared so that a snapshot can hold it.
    fn one(
        &mut self,
        org: &OrgId,
        def: &'static RegisterDef,
        id: &RecordId,
        rows: &RowFilter,
    ) -> Result<Option<Rc<Record>>, AppError>;

    /// All current records of a register, for the program itself.
    fn set(&mut self, org: &OrgId, def: &'static RegisterDef) -> Result<Vec<Rc<Record>>, AppError>;

    /// All current records of a register as far as `rows` shows them.
    fn visible(
        &mut self,
        org: &OrgId,
        def: &'static RegisterDef,
        rows: &RowFilter,
    ) -> Result<Vec<Rc<Record>>, AppError>;

    /// The records of a register that point to one by a field, for the program itself.
    fn pointing(
        &mut self,
        org: &OrgId,
        from: &'static RegisterDef,
        field: &str,
        to: (&str, &RecordId),
    ) -> Result<Vec<Rc<Record>>, AppError>;
}

impl Look for ReadTx<'_> {
    fn one(
        &mut self,
        org: &OrgId,
        def: &'static RegisterDef,
        id: &RecordId,
        rows: &RowFilter,
    ) -> Result<Option<Rc<Record>>, AppError> {
        Ok(self.get(org, def, id, rows)?.map(Rc::new))
    }

    fn set(&mut self, org: &OrgId, def: &'static RegisterDef) -> Result<Vec<Rc<Record>>, AppError> {
        self.visible(org, def, &RowFilter::everything())
    }

    fn visible(
        &mut self,
        org: &OrgId,
        def: &'static RegisterDef,
        rows: &RowFilter,
    ) -> Result<Vec<Rc<Record>>, AppError> {
        Ok(self.all(org, def, rows)?.into_iter().map(Rc::new).collect())
    }

    fn pointing(
        &mut self,
        org: &OrgId,
        from: &'static RegisterDef,
        field: &str,
        to: (&str, &RecordId),
    ) -> Result<Vec<Rc<Record>>, AppError> {
        let everything = RowFilter::everything();
        let query = LinkQuery {
            org,
            register: to.0,
            id: to.1,
            rows: &everything,
            as_of: None,
            limit: 10_000,
        };
        Ok(self.linked(from, field, query)?.into_iter().map(Rc::new).collect())
    }
}
