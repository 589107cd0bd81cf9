#![doc = include_str!("../README.md")]

mod append;
mod args;
pub mod blob;
mod body;
pub mod conn;
mod cursor;
mod dialect;
mod erase;
mod error;
mod log;
mod logstate;
mod predicate;
mod project;
mod read;
mod rebuild;
mod registry;
mod rows;
pub mod schema;
pub mod server;
mod store;
pub mod tokens;
mod tx;
mod writer;

pub use append::{Appended, ChangeDraft, RevisionDraft};
pub use dialect::Dialect;
pub use erase::{Erasure, read_journal};
pub use error::StoreError;
pub use log::{Inclusion, LogState, StoredCheckpoint};
pub use read::{COUNT_LIMIT, Count, HistoryEntry, Hit, LinkQuery, LinkedRecord, ListQuery, Page};
pub use store::{Store, StoreConfig};
pub use tx::{ReadTx, WriteTx};
pub use writer::Committed;
