//! PostgreSQL, and what speaks its protocol.

use super::P;
use super::row::{Kind, Row};
use super::tls;
use crate::error::StoreError;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, NoTls, Statement};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 400;

pub(super) struct Pg {
    client: Client,
    statements: HashMap<Box<str>, Statement>,
}

impl Pg {
    pub(super) fn connect(url: &str) -> Result<Self, StoreError> {
        Ok(Self { client: client(url)?, statements: HashMap::new() })
    }

    pub(super) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(|error| failed(&error))?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.into(), statement.clone());
        Ok(statement)
    }

    pub(super) fn execute(&mut self, sql: &str, params: &[P<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepared(sql)?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as _).collect();
        self.client.execute(&statement, &params).map_err(|error| failed(&error))
    }

    pub(super) fn for_each(
        &mut self,
        sql: &str,
        params: &[P<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let statement = self.prepared(sql)?;
        let params: Vec<&dyn ToSql> = params.iter().map(|p| p as _).collect();
        let mut rows = self.client.query_raw(&statement, params).map_err(|error| failed(&error))?;
        while let Some(row) = rows.next().map_err(|error| failed(&error))? {
            if each(&Row(Kind::Pg(&row))).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.client.batch_execute(sql).map_err(|error| failed(&error))
    }

    pub(super) fn forget_statements(&mut self) {
        self.statements.clear();
    }
}

fn client(url: &str) -> Result<Client, StoreError> {
    let failed = |why: String| StoreError::CannotOpen { url: without_password(url), why };
    let line = tls::line(url).map_err(failed)?;
    let connected = match &line.encrypted {
        Some(roots) => line.config.connect(tls::encryption(roots.as_ref()).map_err(failed)?),
        None => line.config.connect(NoTls),
    };
    connected.map_err(|error| failed(detail(&error)))
}

/// How long is listened before it is looked whether to end.
const LISTEN: Duration = Duration::from_millis(200);

/// Listens on a connection of its own to what commits are told by, until `end` is set. Hands over
/// which connection told it, and what.
pub(crate) fn listen(
    url: &str,
    end: &AtomicBool,
    each: &mut dyn FnMut(i64, &str),
) -> Result<(), StoreError> {
    let mut client = client(url)?;
    client.batch_execute("LISTEN okiagari").map_err(|error| failed(&error))?;
    while !end.load(Ordering::Acquire) {
        {
            let mut heard = client.notifications();
            let mut heard = heard.timeout_iter(LISTEN);
            while let Some(word) = heard.next().map_err(|error| failed(&error))? {
                each(i64::from(word.process_id()), word.payload());
            }
        }
        if client.is_closed() {
            return Err(StoreError::Lost("the line was closed".to_owned()));
        }
    }
    Ok(())
}

impl ToSql for P<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            P::Null => Ok(IsNull::Yes),
            P::Int(n) if *kind == Type::INT4 => i32::try_from(*n)?.to_sql(kind, out),
            P::Int(n) => n.to_sql(&Type::INT8, out),
            P::Text(text) => text.to_sql(&Type::TEXT, out),
            P::Blob(bytes) => bytes.to_sql(&Type::BYTEA, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // The server would take bytes of one type for another: each pairing is checked by the
        // statements' own tests on this engine.
        true
    }

    to_sql_checked!();
}

/// An address as it may stand in a message.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return "postgres".to_owned() };
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let rest = rest.split('?').next().unwrap_or(rest);
    format!("{scheme}://{rest}")
}

fn detail(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} ({})", db.message(), db.code().code()),
        None => {
            use std::error::Error as _;
            error.source().map_or_else(|| error.to_string(), |inner| format!("{error}: {inner}"))
        }
    }
}

/// An engine error in the store's words.
fn failed(error: &postgres::Error) -> StoreError {
    let Some(code) = error.code() else { return StoreError::Lost(detail(error)) };
    let text = code.code();
    if *code == SqlState::DISK_FULL || *code == SqlState::OUT_OF_MEMORY {
        StoreError::DiskFull
    } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        StoreError::ReadOnly("the database".to_owned())
    } else if text.starts_with("08") || text.starts_with("57P") {
        StoreError::Lost(detail(error))
    } else if *code == SqlState::T_R_DEADLOCK_DETECTED
        || *code == SqlState::T_R_SERIALIZATION_FAILURE
        || *code == SqlState::LOCK_NOT_AVAILABLE
    {
        StoreError::Busy
    } else if text.starts_with("XX") {
        StoreError::Corrupt(detail(error))
    } else {
        StoreError::Internal(detail(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_shows() {
        let shown = without_password("postgres://u:p%40ss@w@host:5432/db?sslmode=disable");
        assert_eq!(shown, "postgres://host:5432/db");
        assert_eq!(without_password("host=x password=y"), "postgres");
    }
}
