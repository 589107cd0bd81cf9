//! What belongs to the server and not to the record: accounts, sessions, tokens, buffers, queues.
//!
//! None of it is a leaf of the log. Every function takes the connection of a transaction that is
//! under way; [`ServerDb`] runs such a transaction.

pub mod account;
pub mod attempt;
pub mod idempotency;
pub mod notice;
pub mod organisation;
pub mod outbox;
pub mod session;
pub mod setting;
pub mod signal;
pub mod token;

use crate::conn::{Conn, Row};
use crate::error::StoreError;
use crate::schema::TableDef;
use okiagari_model::Time;
use std::sync::{Arc, Mutex, PoisonError};

/// All tables of this module.
pub(crate) const TABLES: &[&[TableDef]] = &[
    account::TABLES,
    attempt::TABLES,
    idempotency::TABLES,
    notice::TABLES,
    organisation::TABLES,
    outbox::TABLES,
    session::TABLES,
    setting::TABLES,
    signal::TABLES,
    token::TABLES,
];

/// SHA-256 of a secret or a name: what is stored in its place.
pub type Digest = [u8; 32];

/// A piece of work that writes. It may be run again when the database was busy or lost.
pub type WriteWork = Box<dyn FnMut(&mut Conn) -> Result<(), StoreError> + Send>;

/// A database that runs work on the tables of the server, each piece in one transaction.
pub trait ServerDb: Send + Sync {
    /// Runs work that writes, under a name for the log. An error undoes the whole piece.
    ///
    /// # Errors
    /// What the work returns, or what the engine reports.
    fn run_write(&self, name: &'static str, work: WriteWork) -> Result<(), StoreError>;

    /// Runs work that only reads and sees one moment.
    ///
    /// # Errors
    /// What the work returns, or what the engine reports.
    fn run_read(
        &self,
        work: &mut dyn FnMut(&mut Conn) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;
}

impl dyn ServerDb + '_ {
    /// Runs work that writes and gives its value.
    ///
    /// # Errors
    /// What the work returns, or what the engine reports.
    pub fn write_server<T: Send + 'static>(
        &self,
        name: &'static str,
        mut work: impl FnMut(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let value = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&value);
        self.run_write(
            name,
            Box::new(move |conn| {
                let done = work(conn)?;
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
                Ok(())
            }),
        )?;
        value
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
            .ok_or_else(|| StoreError::internal(format!("{name} was not run")))
    }

    /// Runs work that only reads and gives its value.
    ///
    /// # Errors
    /// What the work returns, or what the engine reports.
    pub fn read_server<T>(
        &self,
        mut work: impl FnMut(&mut Conn) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut value = None;
        self.run_read(&mut |conn| {
            value = Some(work(conn)?);
            Ok(())
        })?;
        value.ok_or_else(|| StoreError::internal("a read was not run"))
    }
}

/// A column that holds an instant.
pub(crate) fn time(row: &Row<'_>, column: usize) -> Result<Time, StoreError> {
    Ok(Time::from_millis(row.int(column)?))
}

/// A column that may hold an instant.
pub(crate) fn opt_time(row: &Row<'_>, column: usize) -> Result<Option<Time>, StoreError> {
    Ok(row.opt_int(column)?.map(Time::from_millis))
}

/// A column that may hold a text.
pub(crate) fn opt_string(row: &Row<'_>, column: usize) -> Result<Option<String>, StoreError> {
    Ok(row.opt_text(column)?.map(str::to_owned))
}

/// A column that holds a digest.
pub(crate) fn digest(row: &Row<'_>, column: usize) -> Result<Digest, StoreError> {
    row.blob(column)?.try_into().map_err(|_| StoreError::corrupt("a digest is not 32 bytes long"))
}

/// A text from outside for a column that only people read: without control characters, cut to
/// `max` characters.
pub fn plain(text: &str, max: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(max).collect()
}

#[cfg(test)]
mod tests;
