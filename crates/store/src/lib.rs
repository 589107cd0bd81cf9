#![doc = include_str!("../README.md")]

mod append;
mod body;
pub mod conn;
mod dialect;
mod erase;
mod error;
mod log;
mod logstate;
mod project;
mod rebuild;
mod registry;
mod rows;
pub mod schema;
mod store;
pub mod tokens;
mod tx;
mod writer;

pub use append::{Appended, ChangeDraft, RevisionDraft};
pub use dialect::Dialect;
pub use erase::{Erasure, read_journal};
pub use error::StoreError;
pub use store::{Store, StoreConfig};
pub use tx::{ReadTx, WriteTx};
pub use writer::Committed;
