//! Answers to requests that carried an idempotency key, so that a repeated request is answered
//! and not done again.

use super::{opt_string, time};
use crate::conn::{Conn, P};
use crate::error::StoreError;
use crate::schema::{ColumnDef as C, IndexDef, TableDef};
use okiagari_model::{AccountId, MINUTE, OrgId, Time};

pub(super) const TABLES: &[TableDef] = &[TableDef {
    name: "idempotency",
    about: "answers to requests that carried an idempotency key",
    columns: &[
        C::text("org", "organisation"),
        C::text("account", "account that asked"),
        C::text("name", "the key as the caller chose it"),
        C::text("request", "digest of the request, as the caller made it"),
        C::int("status", "HTTP status of the answer; null: still being worked on").or_null(),
        C::text("response", "body of the answer").or_null(),
        C::int("created_at", "epoch ms"),
    ],
    key: &["org", "account", "name"],
    clustered: false,
    indexes: &[IndexDef {
        name: "idempotency_created",
        columns: &["created_at"],
        unique: false,
        only: None,
    }],
    backup: false,
}];

/// A request whose answer is not known after this time is taken to be lost, in ms.
pub const GIVEN_UP: i64 = 5 * MINUTE;

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Organisation.
    pub org: OrgId,
    /// Account that asks.
    pub account: AccountId,
    /// The key as the caller chose it: up to 200 visible ASCII characters.
    pub name: String,
}

impl Key {
    /// Reads a key as it came in a header.
    pub fn parse(org: &OrgId, account: &AccountId, name: &str) -> Option<Self> {
        let good = (1..=200).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic());
        good.then(|| Self { org: org.clone(), account: account.clone(), name: name.to_owned() })
    }

    fn params(&self) -> [P<'_>; 3] {
        [P::Text(self.org.as_str()), P::Text(self.account.as_str()), P::Text(&self.name)]
    }
}

/// What is known about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: the request is to be done, and its answer kept with [`finish`].
    Fresh,
    /// The same request was answered before.
    Answered {
        /// HTTP status.
        status: u16,
        /// Body.
        response: String,
    },
    /// The same request is being worked on.
    UnderWay,
    /// The key was used for another request.
    Conflict,
}

/// Claims a key for a request, or says what is known about it. Do this, the request and
/// [`finish`] in one transaction where that is possible.
///
/// # Errors
/// What the engine reports.
pub fn begin(conn: &mut Conn, key: &Key, request: &str, now: Time) -> Result<Known, StoreError> {
    let [org, account, name] = key.params();
    let row = [org, account, name, P::Text(request), P::Int(now.millis())];
    let added = conn.execute(
        "INSERT INTO idempotency (org, account, name, request, created_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        &row,
    )?;
    if added == 1 {
        return Ok(Known::Fresh);
    }
    let sql = format!(
        "SELECT request, status, response, created_at FROM idempotency \
         WHERE org = $1 AND account = $2 AND name = $3{}",
        conn.dialect().for_update()
    );
    let found = conn.query_opt(&sql, &[org, account, name], |row| {
        Ok((row.text(0)?.to_owned(), row.opt_int(1)?, opt_string(row, 2)?, time(row, 3)?))
    })?;
    let Some((before, status, response, since)) = found else { return Ok(Known::UnderWay) };
    if before != request {
        return Ok(Known::Conflict);
    }
    if let Some(status) = status {
        let status = u16::try_from(status)
            .map_err(|_| StoreError::corrupt("an idempotency row has no HTTP status"))?;
        return Ok(Known::Answered { status, response: response.unwrap_or_default() });
    }
    if now.since(since) < GIVEN_UP {
        return Ok(Known::UnderWay);
    }
    conn.execute(
        "UPDATE idempotency SET created_at = $4 WHERE org = $1 AND account = $2 AND name = $3",
        &[org, account, name, P::Int(now.millis())],
    )?;
    Ok(Known::Fresh)
}

/// Keeps the answer.
///
/// # Errors
/// What the engine reports.
pub fn finish(conn: &mut Conn, key: &Key, status: u16, response: &str) -> Result<(), StoreError> {
    let [org, account, name] = key.params();
    conn.execute(
        "UPDATE idempotency SET status = $4, response = $5 \
         WHERE org = $1 AND account = $2 AND name = $3",
        &[org, account, name, P::Int(status.into()), P::Text(response)],
    )?;
    Ok(())
}

/// Lets go of a key whose request failed in a way that may be tried again.
///
/// # Errors
/// What the engine reports.
pub fn release(conn: &mut Conn, key: &Key) -> Result<(), StoreError> {
    conn.execute(
        "DELETE FROM idempotency \
         WHERE org = $1 AND account = $2 AND name = $3 AND status IS NULL",
        &key.params(),
    )?;
    Ok(())
}

/// Forgets keys claimed before an instant.
///
/// # Errors
/// What the engine reports.
pub fn prune(conn: &mut Conn, before: Time) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM idempotency WHERE created_at < $1", &[P::Int(before.millis())])
}

/// What was kept with [`remember`]: digest of the request, and receipt.
///
/// # Errors
/// What the engine reports.
pub fn receipt(
    conn: &mut Conn,
    org: &OrgId,
    account: &AccountId,
    name: &str,
) -> Result<Option<(String, String)>, StoreError> {
    let sql = "SELECT request, response FROM idempotency \
               WHERE org = $1 AND account = $2 AND name = $3 AND status IS NOT NULL";
    let key = [P::Text(org.as_str()), P::Text(account.as_str()), P::Text(name)];
    conn.query_opt(sql, &key, |row| {
        Ok((row.text(0)?.to_owned(), opt_string(row, 1)?.unwrap_or_default()))
    })
}

/// Keeps the receipt of a change in the change's own transaction.
///
/// # Errors
/// [`StoreError::Busy`] where the key was taken meanwhile, or what the engine reports.
pub fn remember(
    conn: &mut Conn,
    (org, account, name): (&OrgId, &AccountId, &str),
    request: &str,
    receipt: &str,
    now: Time,
) -> Result<(), StoreError> {
    let added = conn.execute(
        "INSERT INTO idempotency (org, account, name, request, status, response, created_at) \
         VALUES ($1, $2, $3, $4, 200, $5, $6) ON CONFLICT DO NOTHING",
        &[
            P::Text(org.as_str()),
            P::Text(account.as_str()),
            P::Text(name),
            P::Text(request),
            P::Text(receipt),
            P::Int(now.millis()),
        ],
    )?;
    if added == 1 { Ok(()) } else { Err(StoreError::Busy) }
}
