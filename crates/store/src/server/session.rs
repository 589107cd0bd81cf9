//! Sessions of signed-in people. Only a digest of the secret in the cookie is kept.

use super::{Digest, digest, opt_time, time};
use crate::conn::{Conn, P, Row};
use crate::error::StoreError;
use crate::schema::{ColumnDef as C, IndexDef, TableDef};
use okiagari_model::{AccountId, OrgId, Time};

pub(super) const TABLES: &[TableDef] = &[TableDef {
    name: "session",
    about: "signed-in people; a sign-in that still lacks its code, too",
    columns: &[
        C::blob("id_hash", "SHA-256 of the secret in the cookie"),
        C::text("account", "account"),
        C::text("org", "organisation that is being looked at").or_null(),
        C::int("pending", "1: the code is still to come; opens nothing"),
        C::int("created_at", "epoch ms"),
        C::int("seen_at", "last use, to the minute, epoch ms"),
        C::int("expires_at", "end whatever happens, epoch ms"),
        C::text("address", "network address at sign-in"),
        C::text("agent", "browser at sign-in"),
        C::int("mfa_at", "when a code was given, epoch ms").or_null(),
        C::int("step_up_at", "when the password or a code was last given, epoch ms").or_null(),
    ],
    key: &["id_hash"],
    clustered: false,
    indexes: &[
        IndexDef {
            name: "session_account",
            columns: &["account", "created_at"],
            unique: false,
            only: None,
        },
        IndexDef { name: "session_expires", columns: &["expires_at"], unique: false, only: None },
    ],
    backup: false,
}];

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the secret in the cookie.
    pub id_hash: Digest,
    /// Who.
    pub account: AccountId,
    /// The organisation being looked at.
    pub org: Option<OrgId>,
    /// The code is still to come: this session opens nothing.
    pub pending: bool,
    /// When it began.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub seen_at: Time,
    /// When it ends whatever happens.
    pub expires_at: Time,
    /// Network address at sign-in.
    pub address: String,
    /// Browser at sign-in.
    pub agent: String,
    /// When a code was given.
    pub mfa_at: Option<Time>,
    /// When the password or a code was last given.
    pub step_up_at: Option<Time>,
}

const COLUMNS: &str = "id_hash, account, org, pending, created_at, seen_at, expires_at, address, \
     agent, mfa_at, step_up_at";

fn read(row: &Row<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id_hash: digest(row, 0)?,
        account: AccountId::new(row.text(1)?),
        org: row.opt_text(2)?.map(OrgId::new),
        pending: row.flag(3)?,
        created_at: time(row, 4)?,
        seen_at: time(row, 5)?,
        expires_at: time(row, 6)?,
        address: row.text(7)?.to_owned(),
        agent: row.text(8)?.to_owned(),
        mfa_at: opt_time(row, 9)?,
        step_up_at: opt_time(row, 10)?,
    })
}

/// Begins a session.
///
/// # Errors
/// What the engine reports.
pub fn insert(conn: &mut Conn, session: &Session) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO session (id_hash, account, org, pending, created_at, seen_at, expires_at, \
         address, agent, mfa_at, step_up_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            P::Blob(&session.id_hash),
            P::Text(session.account.as_str()),
            P::opt_text(session.org.as_ref().map(OrgId::as_str)),
            P::flag(session.pending),
            P::Int(session.created_at.millis()),
            P::Int(session.seen_at.millis()),
            P::Int(session.expires_at.millis()),
            P::Text(&session.address),
            P::Text(&session.agent),
            P::opt_int(session.mfa_at.map(Time::millis)),
            P::opt_int(session.step_up_at.map(Time::millis)),
        ],
    )?;
    Ok(())
}

/// A session by its digest, ended in time or not.
///
/// # Errors
/// What the engine reports.
pub fn get(conn: &mut Conn, id_hash: &Digest) -> Result<Option<Session>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE id_hash = $1");
    conn.query_opt(&sql, &[P::Blob(id_hash)], read)
}

/// An account's sessions that are complete and have not ended, newest first.
///
/// # Errors
/// What the engine reports.
pub fn of_account(
    conn: &mut Conn,
    account: &AccountId,
    seen_after: Time,
    now: Time,
) -> Result<Vec<Session>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM session WHERE account = $1 AND pending = 0 AND seen_at > $2 \
         AND expires_at > $3 ORDER BY created_at DESC, id_hash"
    );
    let row = [P::Text(account.as_str()), P::Int(seen_after.millis()), P::Int(now.millis())];
    conn.query_map(&sql, &row, read)
}

/// Notes a use.
///
/// # Errors
/// What the engine reports.
pub fn seen(conn: &mut Conn, id_hash: &Digest, now: Time) -> Result<(), StoreError> {
    let sql = "UPDATE session SET seen_at = $2 WHERE id_hash = $1 AND seen_at < $2";
    conn.execute(sql, &[P::Blob(id_hash), P::Int(now.millis())])?;
    Ok(())
}

/// Notes that the password or a code was given once more.
///
/// # Errors
/// What the engine reports.
pub fn stepped_up(
    conn: &mut Conn,
    id_hash: &Digest,
    with_code: bool,
    now: Time,
) -> Result<(), StoreError> {
    let sql = if with_code {
        "UPDATE session SET step_up_at = $2, mfa_at = $2 WHERE id_hash = $1"
    } else {
        "UPDATE session SET step_up_at = $2 WHERE id_hash = $1"
    };
    conn.execute(sql, &[P::Blob(id_hash), P::Int(now.millis())])?;
    Ok(())
}

/// Changes the organisation that is being looked at.
///
/// # Errors
/// What the engine reports.
pub fn set_org(conn: &mut Conn, id_hash: &Digest, org: &OrgId) -> Result<(), StoreError> {
    let sql = "UPDATE session SET org = $2 WHERE id_hash = $1";
    conn.execute(sql, &[P::Blob(id_hash), P::Text(org.as_str())])?;
    Ok(())
}

/// Ends one session of an account. `false`: there was none such.
///
/// # Errors
/// What the engine reports.
pub fn end(conn: &mut Conn, account: &AccountId, id_hash: &Digest) -> Result<bool, StoreError> {
    let sql = "DELETE FROM session WHERE id_hash = $1 AND account = $2";
    Ok(conn.execute(sql, &[P::Blob(id_hash), P::Text(account.as_str())])? == 1)
}

/// Ends all sessions of an account but one. Gives how many.
///
/// # Errors
/// What the engine reports.
pub fn end_all(
    conn: &mut Conn,
    account: &AccountId,
    but: Option<&Digest>,
) -> Result<u64, StoreError> {
    match but {
        Some(kept) => conn.execute(
            "DELETE FROM session WHERE account = $1 AND id_hash <> $2",
            &[P::Text(account.as_str()), P::Blob(kept)],
        ),
        None => {
            conn.execute("DELETE FROM session WHERE account = $1", &[P::Text(account.as_str())])
        }
    }
}

/// Deletes sessions that have ended in time.
///
/// # Errors
/// What the engine reports.
pub fn prune(conn: &mut Conn, now: Time) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM session WHERE expires_at <= $1", &[P::Int(now.millis())])
}
