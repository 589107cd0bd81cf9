//! Tokens of programs that use the API. Only a digest is kept.

use super::{Digest, opt_time, time};
use crate::conn::{Conn, P, Row};
use crate::error::StoreError;
use crate::schema::{ColumnDef as C, IndexDef, TableDef};
use okiagari_model::{AccountId, OrgId, Time};

pub(super) const TABLES: &[TableDef] = &[TableDef {
    name: "token",
    about: "tokens of programs that use the API",
    columns: &[
        C::text("org", "the one organisation it opens"),
        C::text("id", "names the token in lists"),
        C::blob("hash", "SHA-256 of the token"),
        C::text("account", "account in whose name it acts"),
        C::text("name", "what it is for"),
        C::int("may_write", "1: may change; 0: may only read"),
        C::int("created_at", "epoch ms"),
        C::int("expires_at", "epoch ms"),
        C::int("last_used_at", "to the minute, epoch ms").or_null(),
        C::int("revoked_at", "epoch ms").or_null(),
    ],
    key: &["org", "id"],
    clustered: false,
    indexes: &[IndexDef { name: "token_hash", columns: &["hash"], unique: true, only: None }],
    backup: true,
}];

/// A token for the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The one organisation it opens.
    pub org: OrgId,
    /// Names it in lists.
    pub id: String,
    /// In whose name it acts.
    pub account: AccountId,
    /// What it is for.
    pub name: String,
    /// Whether it may change, not only read.
    pub may_write: bool,
    /// When it was made.
    pub created_at: Time,
    /// When it ends.
    pub expires_at: Time,
    /// Its last use, to the minute.
    pub last_used_at: Option<Time>,
    /// When it was withdrawn.
    pub revoked_at: Option<Time>,
}

const COLUMNS: &str = "org, id, account, name, may_write, created_at, expires_at, last_used_at, \
     revoked_at";

fn read(row: &Row<'_>) -> Result<Token, StoreError> {
    Ok(Token {
        org: OrgId::new(row.text(0)?),
        id: row.text(1)?.to_owned(),
        account: AccountId::new(row.text(2)?),
        name: row.text(3)?.to_owned(),
        may_write: row.flag(4)?,
        created_at: time(row, 5)?,
        expires_at: time(row, 6)?,
        last_used_at: opt_time(row, 7)?,
        revoked_at: opt_time(row, 8)?,
    })
}

/// Adds a token.
///
/// # Errors
/// What the engine reports.
pub fn insert(conn: &mut Conn, token: &Token, hash: &Digest) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO token (org, id, hash, account, name, may_write, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            P::Text(token.org.as_str()),
            P::Text(&token.id),
            P::Blob(hash),
            P::Text(token.account.as_str()),
            P::Text(&token.name),
            P::flag(token.may_write),
            P::Int(token.created_at.millis()),
            P::Int(token.expires_at.millis()),
        ],
    )?;
    Ok(())
}

/// A token by its digest, whether it still works or not.
///
/// # Errors
/// What the engine reports.
pub fn by_hash(conn: &mut Conn, hash: &Digest) -> Result<Option<Token>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM token WHERE hash = $1");
    conn.query_opt(&sql, &[P::Blob(hash)], read)
}

/// The tokens of an organisation, newest first; of one account where it is named.
///
/// # Errors
/// What the engine reports.
pub fn list(
    conn: &mut Conn,
    org: &OrgId,
    account: Option<&AccountId>,
) -> Result<Vec<Token>, StoreError> {
    let order = "ORDER BY created_at DESC, id";
    match account {
        Some(account) => {
            let sql =
                format!("SELECT {COLUMNS} FROM token WHERE org = $1 AND account = $2 {order}");
            conn.query_map(&sql, &[P::Text(org.as_str()), P::Text(account.as_str())], read)
        }
        None => {
            let sql = format!("SELECT {COLUMNS} FROM token WHERE org = $1 {order}");
            conn.query_map(&sql, &[P::Text(org.as_str())], read)
        }
    }
}

/// Withdraws a token; of one account where it is named. `false`: none such still worked.
///
/// # Errors
/// What the engine reports.
pub fn revoke(
    conn: &mut Conn,
    org: &OrgId,
    account: Option<&AccountId>,
    id: &str,
    now: Time,
) -> Result<bool, StoreError> {
    let (org, id, now) = (P::Text(org.as_str()), P::Text(id), P::Int(now.millis()));
    let changed = match account {
        Some(account) => conn.execute(
            "UPDATE token SET revoked_at = $3 WHERE org = $1 AND id = $2 AND revoked_at IS NULL \
             AND account = $4",
            &[org, id, now, P::Text(account.as_str())],
        )?,
        None => conn.execute(
            "UPDATE token SET revoked_at = $3 WHERE org = $1 AND id = $2 AND revoked_at IS NULL",
            &[org, id, now],
        )?,
    };
    Ok(changed == 1)
}

/// Withdraws all tokens of an account; in one organisation where it is named.
///
/// # Errors
/// What the engine reports.
pub fn revoke_all(
    conn: &mut Conn,
    account: &AccountId,
    org: Option<&OrgId>,
    now: Time,
) -> Result<u64, StoreError> {
    let (account, now) = (P::Text(account.as_str()), P::Int(now.millis()));
    match org {
        Some(org) => conn.execute(
            "UPDATE token SET revoked_at = $2 WHERE account = $1 AND revoked_at IS NULL \
             AND org = $3",
            &[account, now, P::Text(org.as_str())],
        ),
        None => conn.execute(
            "UPDATE token SET revoked_at = $2 WHERE account = $1 AND revoked_at IS NULL",
            &[account, now],
        ),
    }
}

/// Withdraws every token of the server that still holds. Gives how many.
///
/// # Errors
/// What the engine reports.
pub(crate) fn revoke_every(conn: &mut Conn, now: Time) -> Result<u64, StoreError> {
    let sql = "UPDATE token SET revoked_at = $1 WHERE revoked_at IS NULL";
    conn.execute(sql, &[P::Int(now.millis())])
}

/// Notes a use.
///
/// # Errors
/// What the engine reports.
pub fn used(conn: &mut Conn, hash: &Digest, now: Time) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE token SET last_used_at = $2 WHERE hash = $1",
        &[P::Blob(hash), P::Int(now.millis())],
    )?;
    Ok(())
}
