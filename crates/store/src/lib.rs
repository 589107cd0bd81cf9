#![doc = include_str!("../README.md")]

mod append;
mod args;
mod backup;
pub mod blob;
mod body;
pub mod conn;
mod cursor;
mod dialect;
mod dump;
mod erase;
mod error;
mod findings;
mod jobs;
mod log;
mod logstate;
mod nodes;
mod predicate;
mod project;
mod read;
mod rebuild;
mod registry;
mod restore;
mod rows;
pub mod schema;
pub mod server;
mod store;
pub mod tokens;
mod tx;
mod verify;
mod writer;

pub use append::{Appended, ChangeDraft, RevisionDraft};
pub use backup::{BACKUP_FORMAT, BackupHead, BackupTable, MANIFEST, Manifest};
pub use dialect::Dialect;
pub use erase::{Erasure, read_journal};
pub use error::StoreError;
pub use findings::{
    FindingCount, FindingPage, FindingQuery, FindingScope, Recheck, RuleAnswer, StoredFinding,
};
pub use jobs::ClaimedJob;
pub use log::{Inclusion, LogState, StoredCheckpoint};
pub use read::{
    COUNT_LIMIT, Count, HistoryEntry, Hit, LinkQuery, LinkedRecord, ListQuery, Page, SearchQuery,
};
pub use restore::{RestoreOptions, Restored, check_backup};
pub use store::{Store, StoreConfig};
pub use tx::{ReadTx, WriteTx};
pub use verify::{Check, Report, VerifyOptions};
pub use writer::Committed;
