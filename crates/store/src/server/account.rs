//! Accounts and their memberships. An account belongs to the server, not to one organisation.

use super::{Digest, opt_time, time};
use crate::conn::{Conn, P, Row};
use crate::error::StoreError;
use crate::schema::{ColumnDef as C, IndexDef, TableDef};
use okiagari_model::{AccountId, Lang, OrgId, RecordId, Time};

pub(super) const TABLES: &[TableDef] = &[
    TableDef {
        name: "account",
        about: "whoever can sign in",
        columns: &[
            C::text("id", "account"),
            C::text("login", "sign-in name as it was typed"),
            C::text("login_key", "the same, folded: unique"),
            C::text("display", "name shown to others"),
            C::text("password_hash", "Argon2id as PHC text; null: none yet").or_null(),
            C::int("password_at", "when the password was set, epoch ms"),
            C::int("password_until", "end of a first password, epoch ms").or_null(),
            C::int("must_change", "1: the password must be changed before anything else"),
            C::blob("totp_secret", "wrapped under the master key").or_null(),
            C::int("totp_confirmed_at", "since when a code is asked for, epoch ms").or_null(),
            C::int("totp_step", "time step of the last code; none is taken twice"),
            C::int("server_admin", "1: may make organisations and accounts"),
            C::text("lang", "ja or en"),
            C::int("created_at", "epoch ms"),
            C::int("disabled_at", "since when it cannot sign in, epoch ms").or_null(),
        ],
        key: &["id"],
        clustered: false,
        indexes: &[IndexDef {
            name: "account_login",
            columns: &["login_key"],
            unique: true,
            only: None,
        }],
        backup: true,
    },
    TableDef {
        name: "recovery_code",
        about: "codes for when the authenticator is lost; each works once",
        columns: &[
            C::text("account", "account"),
            C::blob("hash", "digest of the code"),
            C::int("used_at", "epoch ms").or_null(),
        ],
        key: &["account", "hash"],
        clustered: true,
        indexes: &[],
        backup: true,
    },
    TableDef {
        name: "membership",
        about: "in which organisations an account works, and as whom",
        columns: &[
            C::text("org", "organisation"),
            C::text("account", "account"),
            C::text("person", "its person there").or_null(),
            C::text("contact", "its contact there, for a counterparty's account").or_null(),
            C::int("created_at", "epoch ms"),
            C::int("ended_at", "epoch ms").or_null(),
        ],
        key: &["org", "account"],
        clustered: true,
        indexes: &[IndexDef {
            name: "membership_account",
            columns: &["account", "org"],
            unique: false,
            only: None,
        }],
        backup: true,
    },
];

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Sign-in name as typed when it was made.
    pub login: String,
    /// The sign-in name folded; unique.
    pub login_key: String,
    /// The name others see.
    pub display: String,
    /// Argon2id hash as PHC text; `None` before the first password.
    pub password_hash: Option<String>,
    /// When the password was set.
    pub password_at: Time,
    /// Until when a first password (handed over by somebody else) works.
    pub password_until: Option<Time>,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
    /// TOTP secret, wrapped under the master key.
    pub totp_secret: Option<Vec<u8>>,
    /// Since when a code is asked for.
    pub totp_confirmed_at: Option<Time>,
    /// Whether it may make organisations and accounts.
    pub server_admin: bool,
    /// Language of screens and mail.
    pub lang: Lang,
    /// When it was made.
    pub created_at: Time,
    /// Since when it cannot sign in.
    pub disabled_at: Option<Time>,
}

/// An account's place in an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Organisation.
    pub org: OrgId,
    /// Account.
    pub account: AccountId,
    /// Its person record there.
    pub person: Option<RecordId>,
    /// Its contact record there, for a counterparty's account.
    pub contact: Option<RecordId>,
    /// Since when.
    pub created_at: Time,
    /// Until when.
    pub ended_at: Option<Time>,
}

const COLUMNS: &str = "a.id, a.login, a.login_key, a.display, a.password_hash, a.password_at, \
     a.password_until, a.must_change, a.totp_secret, a.totp_confirmed_at, a.server_admin, a.lang, \
     a.created_at, a.disabled_at";

fn read(row: &Row<'_>) -> Result<Account, StoreError> {
    Ok(Account {
        id: AccountId::new(row.text(0)?),
        login: row.text(1)?.to_owned(),
        login_key: row.text(2)?.to_owned(),
        display: row.text(3)?.to_owned(),
        password_hash: super::opt_string(row, 4)?,
        password_at: time(row, 5)?,
        password_until: opt_time(row, 6)?,
        must_change: row.flag(7)?,
        totp_secret: row.opt_blob(8)?.map(<[u8]>::to_vec),
        totp_confirmed_at: opt_time(row, 9)?,
        server_admin: row.flag(10)?,
        lang: if row.text(11)? == "en" { Lang::En } else { Lang::Ja },
        created_at: time(row, 12)?,
        disabled_at: opt_time(row, 13)?,
    })
}

fn read_membership(row: &Row<'_>) -> Result<Membership, StoreError> {
    Ok(Membership {
        org: OrgId::new(row.text(0)?),
        account: AccountId::new(row.text(1)?),
        person: row.opt_text(2)?.map(RecordId::new),
        contact: row.opt_text(3)?.map(RecordId::new),
        created_at: time(row, 4)?,
        ended_at: opt_time(row, 5)?,
    })
}

fn millis(time: Option<Time>) -> P<'static> {
    P::opt_int(time.map(Time::millis))
}

/// Adds an account. `false`: the sign-in name is taken, nothing was added.
///
/// # Errors
/// What the engine reports.
pub fn insert(conn: &mut Conn, account: &Account) -> Result<bool, StoreError> {
    let added = conn.execute(
        "INSERT INTO account (id, login, login_key, display, password_hash, password_at, \
         password_until, must_change, totp_step, server_admin, lang, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11) ON CONFLICT DO NOTHING",
        &[
            P::Text(account.id.as_str()),
            P::Text(&account.login),
            P::Text(&account.login_key),
            P::Text(&account.display),
            P::opt_text(account.password_hash.as_deref()),
            P::Int(account.password_at.millis()),
            millis(account.password_until),
            P::flag(account.must_change),
            P::flag(account.server_admin),
            P::Text(account.lang.tag()),
            P::Int(account.created_at.millis()),
        ],
    )?;
    Ok(added == 1)
}

/// An account by its id.
///
/// # Errors
/// What the engine reports.
pub fn get(conn: &mut Conn, id: &AccountId) -> Result<Option<Account>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM account a WHERE a.id = $1");
    conn.query_opt(&sql, &[P::Text(id.as_str())], read)
}

/// An account by its folded sign-in name.
///
/// # Errors
/// What the engine reports.
pub fn by_login(conn: &mut Conn, login_key: &str) -> Result<Option<Account>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM account a WHERE a.login_key = $1");
    conn.query_opt(&sql, &[P::Text(login_key)], read)
}

/// All accounts by sign-in name, from behind `after` (a folded sign-in name).
///
/// # Errors
/// What the engine reports.
pub fn list(conn: &mut Conn, after: &str, limit: u32) -> Result<Vec<Account>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM account a WHERE a.login_key > $1 ORDER BY a.login_key LIMIT $2"
    );
    conn.query_map(&sql, &[P::Text(after), P::Int(limit.into())], read)
}

/// How many accounts there are.
///
/// # Errors
/// What the engine reports.
pub fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.query_int("SELECT count(*) FROM account", &[])
}

/// Sets the password. `until`: a first password handed over by somebody else ends then and must
/// be changed.
///
/// # Errors
/// What the engine reports.
pub fn set_password(
    conn: &mut Conn,
    id: &AccountId,
    hash: &str,
    until: Option<Time>,
    now: Time,
) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE account SET password_hash = $2, password_at = $3, password_until = $4, \
         must_change = $5 WHERE id = $1",
        &[
            P::Text(id.as_str()),
            P::Text(hash),
            P::Int(now.millis()),
            millis(until),
            P::flag(until.is_some()),
        ],
    )?;
    Ok(())
}

/// Asks for another password at the next sign-in.
///
/// # Errors
/// What the engine reports.
pub fn must_change(conn: &mut Conn, id: &AccountId) -> Result<(), StoreError> {
    let sql = "UPDATE account SET must_change = 1 WHERE id = $1";
    conn.execute(sql, &[P::Text(id.as_str())])?;
    Ok(())
}

/// Puts a stronger hash of the same password in place of the one that was read.
///
/// # Errors
/// What the engine reports.
pub fn rehash(conn: &mut Conn, id: &AccountId, old: &str, new: &str) -> Result<(), StoreError> {
    let sql = "UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    conn.execute(sql, &[P::Text(id.as_str()), P::Text(old), P::Text(new)])?;
    Ok(())
}

/// Sets the shown name and the language.
///
/// # Errors
/// What the engine reports.
pub fn set_profile(
    conn: &mut Conn,
    id: &AccountId,
    display: &str,
    lang: Lang,
) -> Result<(), StoreError> {
    let sql = "UPDATE account SET display = $2, lang = $3 WHERE id = $1";
    conn.execute(sql, &[P::Text(id.as_str()), P::Text(display), P::Text(lang.tag())])?;
    Ok(())
}

/// Whether the account may make organisations and accounts.
///
/// # Errors
/// What the engine reports.
pub fn set_server_admin(conn: &mut Conn, id: &AccountId, yes: bool) -> Result<(), StoreError> {
    let sql = "UPDATE account SET server_admin = $2 WHERE id = $1";
    conn.execute(sql, &[P::Text(id.as_str()), P::flag(yes)])?;
    Ok(())
}

/// Bars the account from signing in, or lets it in again.
///
/// # Errors
/// What the engine reports.
pub fn set_disabled(
    conn: &mut Conn,
    id: &AccountId,
    since: Option<Time>,
) -> Result<(), StoreError> {
    let sql = "UPDATE account SET disabled_at = $2 WHERE id = $1";
    conn.execute(sql, &[P::Text(id.as_str()), millis(since)])?;
    Ok(())
}

/// Keeps a TOTP secret that is still to be confirmed, where none is confirmed.
/// `false`: one is confirmed already, nothing was changed.
///
/// # Errors
/// What the engine reports.
pub fn propose_totp(conn: &mut Conn, id: &AccountId, wrapped: &[u8]) -> Result<bool, StoreError> {
    let sql = "UPDATE account SET totp_secret = $2, totp_step = 0 \
               WHERE id = $1 AND totp_confirmed_at IS NULL";
    Ok(conn.execute(sql, &[P::Text(id.as_str()), P::Blob(wrapped)])? == 1)
}

/// Confirms the TOTP secret that was proposed. `false`: another one stands there now.
///
/// # Errors
/// What the engine reports.
pub fn confirm_totp(
    conn: &mut Conn,
    id: &AccountId,
    wrapped: &[u8],
    now: Time,
) -> Result<bool, StoreError> {
    let sql = "UPDATE account SET totp_confirmed_at = $3 \
               WHERE id = $1 AND totp_secret = $2 AND totp_confirmed_at IS NULL";
    let row = [P::Text(id.as_str()), P::Blob(wrapped), P::Int(now.millis())];
    Ok(conn.execute(sql, &row)? == 1)
}

/// Takes TOTP and its recovery codes away.
///
/// # Errors
/// What the engine reports.
pub fn remove_totp(conn: &mut Conn, id: &AccountId) -> Result<(), StoreError> {
    let sql = "UPDATE account SET totp_secret = NULL, totp_confirmed_at = NULL WHERE id = $1";
    conn.execute(sql, &[P::Text(id.as_str())])?;
    conn.execute("DELETE FROM recovery_code WHERE account = $1", &[P::Text(id.as_str())])?;
    Ok(())
}

/// Uses up a time step. `false`: a code of this step or a later one was used before.
///
/// # Errors
/// What the engine reports.
pub fn take_totp_step(conn: &mut Conn, id: &AccountId, step: u64) -> Result<bool, StoreError> {
    let sql = "UPDATE account SET totp_step = $2 WHERE id = $1 AND totp_step < $2";
    Ok(conn.execute(sql, &[P::Text(id.as_str()), P::count(step)])? == 1)
}

/// Puts new recovery codes in place of all earlier ones.
///
/// # Errors
/// What the engine reports.
pub fn replace_recovery(
    conn: &mut Conn,
    id: &AccountId,
    hashes: &[Digest],
) -> Result<(), StoreError> {
    conn.execute("DELETE FROM recovery_code WHERE account = $1", &[P::Text(id.as_str())])?;
    let sql = "INSERT INTO recovery_code (account, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    for hash in hashes {
        conn.execute(sql, &[P::Text(id.as_str()), P::Blob(hash)])?;
    }
    Ok(())
}

/// Uses up a recovery code. `false`: there is none such, or it was used before.
///
/// # Errors
/// What the engine reports.
pub fn take_recovery(
    conn: &mut Conn,
    id: &AccountId,
    hash: &Digest,
    now: Time,
) -> Result<bool, StoreError> {
    let sql = "UPDATE recovery_code SET used_at = $3 \
               WHERE account = $1 AND hash = $2 AND used_at IS NULL";
    let row = [P::Text(id.as_str()), P::Blob(hash), P::Int(now.millis())];
    Ok(conn.execute(sql, &row)? == 1)
}

/// How many recovery codes are left.
///
/// # Errors
/// What the engine reports.
pub fn recovery_left(conn: &mut Conn, id: &AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM recovery_code WHERE account = $1 AND used_at IS NULL";
    conn.query_int(sql, &[P::Text(id.as_str())])
}

/// Gives an account a place in an organisation, or changes and reopens the one it has.
///
/// # Errors
/// What the engine reports.
pub fn join(conn: &mut Conn, membership: &Membership) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO membership (org, account, person, contact, created_at, ended_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (org, account) DO UPDATE SET \
         person = excluded.person, contact = excluded.contact, ended_at = excluded.ended_at",
        &[
            P::Text(membership.org.as_str()),
            P::Text(membership.account.as_str()),
            P::opt_text(membership.person.as_ref().map(RecordId::as_str)),
            P::opt_text(membership.contact.as_ref().map(RecordId::as_str)),
            P::Int(membership.created_at.millis()),
            millis(membership.ended_at),
        ],
    )?;
    Ok(())
}

/// Ends an account's place in an organisation.
///
/// # Errors
/// What the engine reports.
pub fn leave(conn: &mut Conn, org: &OrgId, id: &AccountId, now: Time) -> Result<(), StoreError> {
    let sql = "UPDATE membership SET ended_at = $3 \
               WHERE org = $1 AND account = $2 AND ended_at IS NULL";
    conn.execute(sql, &[P::Text(org.as_str()), P::Text(id.as_str()), P::Int(now.millis())])?;
    Ok(())
}

const MEMBERSHIP: &str = "m.org, m.account, m.person, m.contact, m.created_at, m.ended_at";

/// An account's open place in an organisation.
///
/// # Errors
/// What the engine reports.
pub fn membership(
    conn: &mut Conn,
    org: &OrgId,
    id: &AccountId,
) -> Result<Option<Membership>, StoreError> {
    let sql = format!(
        "SELECT {MEMBERSHIP} FROM membership m \
         WHERE m.org = $1 AND m.account = $2 AND m.ended_at IS NULL"
    );
    conn.query_opt(&sql, &[P::Text(org.as_str()), P::Text(id.as_str())], read_membership)
}

/// The person that an account is in an organisation, also after it left.
///
/// # Errors
/// What the engine reports.
pub fn person_of(
    conn: &mut Conn,
    org: &OrgId,
    account: &str,
) -> Result<Option<RecordId>, StoreError> {
    let sql = "SELECT person FROM membership WHERE org = $1 AND account = $2";
    let found = conn.query_opt(sql, &[P::Text(org.as_str()), P::Text(account)], |row| {
        Ok(row.opt_text(0)?.map(RecordId::new))
    })?;
    Ok(found.flatten())
}

/// An account's open places, oldest first.
///
/// # Errors
/// What the engine reports.
pub fn memberships(conn: &mut Conn, id: &AccountId) -> Result<Vec<Membership>, StoreError> {
    let sql = format!(
        "SELECT {MEMBERSHIP} FROM membership m \
         WHERE m.account = $1 AND m.ended_at IS NULL ORDER BY m.created_at, m.org"
    );
    conn.query_map(&sql, &[P::Text(id.as_str())], read_membership)
}

/// The accounts of an organisation by sign-in name, with their places there.
///
/// # Errors
/// What the engine reports.
pub fn members(conn: &mut Conn, org: &OrgId) -> Result<Vec<(Account, Membership)>, StoreError> {
    // The places stand in front, so that both readers count from their own first column.
    let accounts = format!(
        "SELECT {COLUMNS} FROM membership m JOIN account a ON a.id = m.account \
         WHERE m.org = $1 AND m.ended_at IS NULL ORDER BY a.login_key"
    );
    let places = format!(
        "SELECT {MEMBERSHIP} FROM membership m JOIN account a ON a.id = m.account \
         WHERE m.org = $1 AND m.ended_at IS NULL ORDER BY a.login_key"
    );
    let accounts = conn.query_map(&accounts, &[P::Text(org.as_str())], read)?;
    let places = conn.query_map(&places, &[P::Text(org.as_str())], read_membership)?;
    let mut both = Vec::with_capacity(accounts.len());
    let mut places = places.into_iter().peekable();
    for account in accounts {
        // On an engine whose statements see different moments a row may be on one side only.
        if let Some(place) = places.next_if(|place| place.account == account.id) {
            both.push((account, place));
        }
    }
    Ok(both)
}
