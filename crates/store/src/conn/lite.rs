//! SQLite, in the process.

use super::P;
use super::row::{Kind, Row};
use crate::error::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, ToSql};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 400;
/// Longer than any batch of ours holds the file; only other programs can make us wait.
const BUSY: Duration = Duration::from_secs(10);

/// How a connection is set up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiteOptions {
    /// Whether it may write.
    pub write: bool,
    /// Whether a commit waits until the disk has it. Only benches say no.
    pub durable: bool,
    /// Page cache in KiB.
    pub cache_kib: u32,
}

pub(super) struct Lite {
    conn: Connection,
    /// The statement in SQLite's own spelling; kept so that nothing is allocated per call.
    sql: String,
    /// Whether a transaction was begun and not ended by us.
    begun: bool,
}

impl Lite {
    pub(super) fn open(path: &Path, options: LiteOptions) -> Result<Self, StoreError> {
        let access = if options.write {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        let conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|error| opening(path, &error))?;
        // The engine opens what it may not write for reading alone, and says so only at a commit.
        if options.write && conn.is_readonly("main").map_err(|error| opening(path, &error))? {
            return Err(StoreError::ReadOnly(path.display().to_string()));
        }
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        conn.busy_timeout(BUSY).map_err(|error| opening(path, &error))?;
        // A mistyped column name must be an error, not a text.
        for quirk in [DbConfig::SQLITE_DBCONFIG_DQS_DDL, DbConfig::SQLITE_DBCONFIG_DQS_DML] {
            conn.set_db_config(quirk, false).map_err(|error| opening(path, &error))?;
        }
        // A plan depends on the statement alone: otherwise each new value plans it anew.
        let stable = DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
        conn.set_db_config(stable, true).map_err(|error| opening(path, &error))?;
        let synchronous = if options.durable { "FULL" } else { "NORMAL" };
        let query_only = if options.write { "OFF" } else { "ON" };
        // Erased values are overwritten in the file, not only unlinked: secure_delete.
        let pragmas = format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; \
             PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; \
             PRAGMA cache_size = -{}; PRAGMA mmap_size = 0; PRAGMA wal_autocheckpoint = 8000; \
             PRAGMA journal_size_limit = 67108864; PRAGMA query_only = {query_only};",
            options.cache_kib
        );
        conn.execute_batch(&pragmas).map_err(|error| opening(path, &error))?;
        Ok(Self { conn, sql: String::new(), begun: false })
    }

    /// Whether a transaction was begun or ended by us; what happens in between is checked.
    pub(super) fn mark_begun(&mut self, begun: bool) {
        self.begun = begun;
    }

    /// A full disk makes SQLite undo the whole transaction by itself; what followed would be
    /// kept one by one.
    fn still_begun(&self) -> Result<(), StoreError> {
        if self.begun && self.conn.is_autocommit() {
            return Err(StoreError::Lost("the engine undid the transaction".to_owned()));
        }
        Ok(())
    }

    pub(super) fn execute(&mut self, sql: &str, params: &[P<'_>]) -> Result<u64, StoreError> {
        self.still_begun()?;
        let mut statement = prepare(&self.conn, &mut self.sql, sql, params)?;
        statement.raw_execute().map(|n| n as u64).map_err(|error| failed(&error))
    }

    /// Gives whether the statement wrote.
    pub(super) fn for_each(
        &mut self,
        sql: &str,
        params: &[P<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> ControlFlow<()>,
    ) -> Result<bool, StoreError> {
        self.still_begun()?;
        let mut statement = prepare(&self.conn, &mut self.sql, sql, params)?;
        let writes = !statement.readonly();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| failed(&error))? {
            // A statement that writes has its full effect only once it has run to its end.
            if each(&Row(Kind::Lite(row))).is_break() && !writes {
                break;
            }
        }
        Ok(writes)
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.conn.execute_batch(sql).map_err(|error| failed(&error))
    }

    pub(super) fn forget_statements(&mut self) {
        self.conn.flush_prepared_statement_cache();
    }
}

/// `$1` means "by name" to SQLite and would be numbered by first appearance; `?1` is by number.
fn prepare<'c>(
    conn: &'c Connection,
    buffer: &mut String,
    sql: &str,
    params: &[P<'_>],
) -> Result<CachedStatement<'c>, StoreError> {
    buffer.clear();
    for (at, piece) in sql.split('$').enumerate() {
        if at > 0 {
            buffer.push('?');
        }
        buffer.push_str(piece);
    }
    let mut statement = conn.prepare_cached(buffer).map_err(|error| failed(&error))?;
    for (at, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, param).map_err(|error| failed(&error))?;
    }
    Ok(statement)
}

impl ToSql for P<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            P::Null => ValueRef::Null,
            P::Int(n) => ValueRef::Integer(*n),
            P::Text(text) => ValueRef::Text(text.as_bytes()),
            P::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn opening(path: &Path, error: &rusqlite::Error) -> StoreError {
    match failed(error) {
        StoreError::Internal(why) => {
            StoreError::CannotOpen { url: format!("sqlite:{}", path.display()), why }
        }
        StoreError::ReadOnly(_) => StoreError::ReadOnly(path.display().to_string()),
        StoreError::Corrupt(what) => StoreError::Corrupt(format!("{}: {what}", path.display())),
        other => other,
    }
}

/// An engine error in the store's words.
fn failed(error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::DiskFull,
        Some(ErrorCode::ReadOnly) => StoreError::ReadOnly("the database file".to_owned()),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Corrupt(error.to_string())
        }
        Some(ErrorCode::SystemIoFailure) => StoreError::Lost(error.to_string()),
        _ => match error {
            // Without the statement, which may be a page long.
            rusqlite::Error::SqlInputError { msg, .. } => StoreError::Internal(msg.clone()),
            other => StoreError::Internal(other.to_string()),
        },
    }
}
