//! Reading records: one, its history, lists, links, search.

mod cond;
mod links;
mod list;
mod naming;
mod recent;
mod records;
mod search;

pub use links::{LinkQuery, LinkedRecord};
pub use list::{COUNT_LIMIT, Count, ListQuery, Page};
pub use records::HistoryEntry;
pub use search::{Hit, SearchQuery};

use crate::body::decode;
use crate::conn::Row;
use crate::error::StoreError;
use okiagari_model::{Record, RecordId, RegisterDef, Time};

/// The columns of [`record_of`]: of a head or projection row `t` and its revision `v`.
pub(crate) const RECORD_COLUMNS: &str =
    "t.id, t.rev, t.leaf_from, t.created_at, t.updated_at, t.updated_by, v.body";

/// How many columns these are.
pub(crate) const RECORD_WIDTH: usize = 7;

/// Joins the revision `v` of the row `t`, for a register that is known to be a plain name.
pub(crate) fn join_revision(def: &RegisterDef) -> String {
    format!("v.org = t.org AND v.register = '{}' AND v.id = t.id AND v.rev = t.rev", def.id)
}

/// A record from a row that begins with [`RECORD_COLUMNS`].
pub(crate) fn record_of(def: &'static RegisterDef, row: &Row<'_>) -> Result<Record, StoreError> {
    Ok(Record {
        def,
        id: RecordId::new(row.text(0)?),
        rev: crate::append::revision_number(row.int(1)?)?,
        leaf: row.count(2)?,
        created_at: Time::from_millis(row.int(3)?),
        updated_at: Time::from_millis(row.int(4)?),
        updated_by: row.text(5)?.to_owned(),
        body: decode(def, row.text(6)?)?,
    })
}
