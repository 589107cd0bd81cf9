//! Counters of failed sign-ins, by sign-in name and by network address.
//!
//! They count names that no account has, too: so a lock does not tell which names exist.

use super::{Digest, time};
use crate::conn::{Conn, P};
use crate::error::StoreError;
use crate::schema::{ColumnDef as C, IndexDef, TableDef};
use okiagari_model::Time;

pub(super) const TABLES: &[TableDef] = &[TableDef {
    name: "attempt",
    about: "failed sign-ins, counted by name and by address",
    columns: &[
        C::text("kind", "login or address"),
        C::blob("name", "SHA-256 of the name or address"),
        C::int("failures", "failures in a row within the window"),
        C::int("first_at", "first of them, epoch ms"),
        C::int("last_at", "last of them, epoch ms"),
        C::int("locked_until", "epoch ms; 0: not locked"),
    ],
    key: &["kind", "name"],
    clustered: true,
    indexes: &[IndexDef { name: "attempt_last", columns: &["last_at"], unique: false, only: None }],
    backup: false,
}];

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Failures for a sign-in name.
    Login,
    /// Failures from a network address.
    Address,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Address => "address",
        }
    }
}

/// When a counter locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// So many failures lock.
    pub failures: u32,
    /// The count begins anew so long after its first failure, in ms.
    pub window: i64,
    /// How long the lock lasts, in ms.
    pub lock: i64,
}

/// Where a counter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Failures in a row within the window.
    pub failures: u64,
    /// Until when it is locked, if it is.
    pub locked_until: Option<Time>,
    /// Whether this very failure locked it.
    pub just_locked: bool,
}

/// Until when a counter is locked, if it is.
///
/// # Errors
/// What the engine reports.
pub fn locked(
    conn: &mut Conn,
    kind: Kind,
    name: &Digest,
    now: Time,
) -> Result<Option<Time>, StoreError> {
    let sql = "SELECT locked_until FROM attempt \
               WHERE kind = $1 AND name = $2 AND locked_until > $3";
    let row = [P::Text(kind.as_str()), P::Blob(name), P::Int(now.millis())];
    conn.query_opt(sql, &row, |row| time(row, 0))
}

/// Counts a failure and locks where the limit is reached. While it is locked nothing is counted.
///
/// # Errors
/// What the engine reports.
pub fn fail(
    conn: &mut Conn,
    kind: Kind,
    name: &Digest,
    limit: Limit,
    now: Time,
) -> Result<Count, StoreError> {
    let (kind, name) = (P::Text(kind.as_str()), P::Blob(name));
    conn.execute(
        "INSERT INTO attempt (kind, name, failures, first_at, last_at, locked_until) \
         VALUES ($1, $2, 0, $3, $3, 0) ON CONFLICT DO NOTHING",
        &[kind, name, P::Int(now.millis())],
    )?;
    let sql = format!(
        "SELECT failures, first_at, locked_until FROM attempt \
         WHERE kind = $1 AND name = $2{}",
        conn.dialect().for_update()
    );
    let found = conn
        .query_opt(&sql, &[kind, name], |row| Ok((row.count(0)?, time(row, 1)?, time(row, 2)?)))?;
    let (failures, first, until) =
        found.ok_or_else(|| StoreError::internal("a counter is gone"))?;
    if until > now {
        return Ok(Count { failures, locked_until: Some(until), just_locked: false });
    }
    // A lock that has run out and a window that has passed both begin anew.
    let fresh = until.millis() > 0 || now.since(first) > limit.window;
    let (failures, first) = if fresh { (1, now) } else { (failures + 1, first) };
    let locks = failures >= u64::from(limit.failures);
    let until = if locks { now.plus(limit.lock) } else { Time::from_millis(0) };
    conn.execute(
        "UPDATE attempt SET failures = $3, first_at = $4, last_at = $5, locked_until = $6 \
         WHERE kind = $1 AND name = $2",
        &[
            kind,
            name,
            P::count(failures),
            P::Int(first.millis()),
            P::Int(now.millis()),
            P::Int(until.millis()),
        ],
    )?;
    Ok(Count { failures, locked_until: locks.then_some(until), just_locked: locks })
}

/// Forgets the failures: after a good sign-in, or when an administrator unlocks.
///
/// # Errors
/// What the engine reports.
pub fn clear(conn: &mut Conn, kind: Kind, name: &Digest) -> Result<(), StoreError> {
    let sql = "DELETE FROM attempt WHERE kind = $1 AND name = $2";
    conn.execute(sql, &[P::Text(kind.as_str()), P::Blob(name)])?;
    Ok(())
}

/// Deletes counters without a failure since `before`.
///
/// # Errors
/// What the engine reports.
pub fn prune(conn: &mut Conn, before: Time) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM attempt WHERE last_at < $1", &[P::Int(before.millis())])
}
