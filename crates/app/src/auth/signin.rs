//! Signing in: password, code, and the lock after repeated failures.

use super::code::{Given, login_name};
use super::{Auth, AuthError, attempt, digest, fold, rows, session_rows, tell};
use attempt::{Kind, Limit};
use okiagari_model::{AccountId, DAY, HOUR, MINUTE, Message, Time};
use okiagari_store::conn::Conn;
use okiagari_store::server::{Digest, plain};
use session_rows::Session;

/// Ten failures for a sign-in name lock it for 15 minutes.
pub(super) const LOGIN_LIMIT: Limit = Limit { failures: 10, window: DAY, lock: 15 * MINUTE };
/// A hundred failures from an address lock it as long: many people may share one.
pub(super) const ADDRESS_LIMIT: Limit = Limit { failures: 100, window: HOUR, lock: 15 * MINUTE };
/// A sign-in ends whatever happens after this, in ms.
pub(super) const ABSOLUTE: i64 = 7 * DAY;
/// So long a sign-in waits for its code, in ms.
const FOR_CODE: i64 = 5 * MINUTE;

/// From where somebody signs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Via {
    /// Network address.
    pub address: String,
    /// The browser as it calls itself.
    pub agent: String,
}

/// What somebody types to sign in.
#[derive(Clone)]
pub struct Credentials {
    /// Sign-in name, in any case and width.
    pub login: String,
    /// Password.
    pub password: String,
    /// Code of the authenticator, or a recovery code, where one was typed at once.
    pub code: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// How a sign-in went. The secret belongs into the cookie and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub enum SignIn {
    /// Signed in; the secret of the session.
    Done(String),
    /// The password was right; the code is still to be given with [`Auth::give_code`], within
    /// five minutes. The secret opens nothing else.
    CodeNeeded(String),
}

impl SignIn {
    /// The secret for the cookie.
    pub fn secret(&self) -> &str {
        match self {
            Self::Done(secret) | Self::CodeNeeded(secret) => secret,
        }
    }
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Done(_) => "Done(…)",
            Self::CodeNeeded(_) => "CodeNeeded(…)",
        })
    }
}

/// Under which names failures are counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counters {
    login: Digest,
    address: Digest,
}

impl Counters {
    pub(super) fn of(login_key: &str, via: &Via) -> Self {
        let address = digest(&format!("address\0{}", via.address));
        Self { login: login_name(login_key), address }
    }

    pub(super) fn check(&self, conn: &mut Conn, now: Time) -> Result<(), AuthError> {
        if let Some(until) = attempt::locked(conn, Kind::Login, &self.login, now)? {
            return Err(AuthError::locked(until, now));
        }
        match attempt::locked(conn, Kind::Address, &self.address, now)? {
            Some(_) => Err(AuthError::TooMany),
            None => Ok(()),
        }
    }
}

impl Auth {
    /// Signs somebody in with sign-in name and password, and a code where one was typed at once.
    /// Takes as long for a name that does not exist.
    ///
    /// # Errors
    /// [`AuthError::Wrong`], [`AuthError::WrongCode`], [`AuthError::Locked`],
    /// [`AuthError::TooMany`], [`AuthError::FirstPasswordEnded`].
    pub fn sign_in(&self, typed: &Credentials, via: &Via) -> Result<SignIn, AuthError> {
        let now = self.now();
        let key: String = fold(&plain(&typed.login, 200));
        let counters = Counters::of(&key, via);
        let account = self.store().read(|tx| {
            counters.check(tx.db(), now)?;
            Ok::<_, AuthError>(rows::by_login(tx.db(), &key)?)
        })?;
        let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let right = self.0.hasher.verify(&typed.password, hash)?;
        let Some(account) = account.filter(|a| right && a.disabled_at.is_none()) else {
            return Err(self.failed(&key, counters, AuthError::Wrong, now));
        };
        if account.password_until.is_some_and(|until| until <= now) {
            return Err(AuthError::FirstPasswordEnded);
        }
        self.strengthen(&account, &typed.password)?;
        let code = typed.code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        match (account.totp_confirmed_at, code) {
            (Some(_), Some(code)) => self.complete(account, Some(code), counters, via, None, now),
            (Some(_), None) => {
                let (secret, session) = self.fresh_session(&account.id, via, now);
                let pending = Session { pending: true, expires_at: now.plus(FOR_CODE), ..session };
                self.store().write_server("sign-in, first half", move |tx| {
                    counters.check(tx.db(), now)?;
                    Ok::<_, AuthError>(session_rows::insert(tx.db(), &pending)?)
                })?;
                Ok(SignIn::CodeNeeded(secret))
            }
            (None, _) => self.complete(account, None, counters, via, None, now),
        }
    }

    /// Gives the code that a sign-in waits for. The answer carries a new secret for the cookie.
    ///
    /// # Errors
    /// [`AuthError::WrongCode`], [`AuthError::Locked`], [`AuthError::NotSignedIn`] where the
    /// sign-in waited too long.
    pub fn give_code(&self, secret: &str, code: &str, via: &Via) -> Result<SignIn, AuthError> {
        let now = self.now();
        let waiting = digest(secret);
        let found = self.store().read(|tx| {
            let session = session_rows::get(tx.db(), &waiting)?;
            let session = session.filter(|s| s.pending && s.expires_at > now);
            let Some(session) = session else { return Err(AuthError::NotSignedIn) };
            Ok(rows::get(tx.db(), &session.account)?)
        })?;
        let account = found.filter(|a| a.disabled_at.is_none()).ok_or(AuthError::NotSignedIn)?;
        let counters = Counters::of(&account.login_key, via);
        self.store().read(|tx| counters.check(tx.db(), now))?;
        self.complete(account, Some(code), counters, via, Some(waiting), now)
    }

    /// The second half of a sign-in: uses the code up, looks at the lock once more (guesses may
    /// run side by side), begins the session.
    fn complete(
        &self,
        account: rows::Account,
        code: Option<&str>,
        counters: Counters,
        via: &Via,
        waiting: Option<Digest>,
        now: Time,
    ) -> Result<SignIn, AuthError> {
        let given = code.map(|code| self.read_code(&account, code, now)).transpose()?;
        if given == Some(Given::Nothing) {
            return Err(self.failed(&account.login_key, counters, AuthError::WrongCode, now));
        }
        let (secret, mut session) = self.fresh_session(&account.id, via, now);
        session.mfa_at = given.map(|_| now);
        let key = account.login_key.clone();
        let this = self.clone();
        let done = self.store().write_server("sign-in", move |tx| {
            let conn = tx.db();
            counters.check(conn, now)?;
            if let Some(given) = given
                && !given.take(conn, &account, &mut || this.next_id(now), now)?
            {
                return Err(AuthError::WrongCode);
            }
            if let Some(waiting) = waiting
                && !session_rows::end(conn, &account.id, &waiting)?
            {
                return Err(AuthError::NotSignedIn);
            }
            session.org = rows::memberships(conn, &account.id)?.into_iter().next().map(|m| m.org);
            session_rows::insert(conn, &session)?;
            Ok(attempt::clear(conn, Kind::Login, &counters.login)?)
        });
        match done {
            Ok(()) => Ok(SignIn::Done(secret)),
            Err(error @ AuthError::WrongCode) => Err(self.failed(&key, counters, error, now)),
            Err(error) => Err(error),
        }
    }

    /// Counts a failure. Gives the error that whoever failed is to see.
    pub(super) fn failed(
        &self,
        login_key: &str,
        counters: Counters,
        error: AuthError,
        now: Time,
    ) -> AuthError {
        let (key, this) = (login_key.to_owned(), self.clone());
        let counted = self.store().write_server("sign-in failed", move |tx| {
            let conn = tx.db();
            attempt::fail(conn, Kind::Address, &counters.address, ADDRESS_LIMIT, now)?;
            let count = attempt::fail(conn, Kind::Login, &counters.login, LOGIN_LIMIT, now)?;
            if count.just_locked
                && let Some(account) = rows::by_login(conn, &key)?
            {
                tracing::warn!(account = %account.id, "sign-in locked after repeated failures");
                tell_of_lock(conn, &account, &mut || this.next_id(now), now)?;
            }
            Ok::<_, AuthError>(count)
        });
        match counted {
            Ok(count) => count.locked_until.map_or(error, |until| AuthError::locked(until, now)),
            Err(worse) => worse,
        }
    }

    fn fresh_session(&self, account: &AccountId, via: &Via, now: Time) -> (String, Session) {
        let (secret, id_hash) = self.secret("");
        let session = Session {
            id_hash,
            account: account.clone(),
            org: None,
            pending: false,
            created_at: now,
            seen_at: now,
            expires_at: now.plus(ABSOLUTE),
            address: plain(&via.address, 64),
            agent: plain(&via.agent, 200),
            mfa_at: None,
            step_up_at: Some(now),
        };
        (secret, session)
    }

    /// Hashes again at today's cost: only now is the password at hand.
    fn strengthen(&self, account: &rows::Account, password: &str) -> Result<(), AuthError> {
        let Some(old) = account.password_hash.clone() else { return Ok(()) };
        if !self.0.hasher.is_weak(&old) {
            return Ok(());
        }
        let new = self.0.hasher.hash(password, self.random())?;
        let id = account.id.clone();
        self.store().write_server("password hash", move |tx| {
            Ok::<_, AuthError>(rows::rehash(tx.db(), &id, &old, &new)?)
        })
    }

    /// Lets a sign-in name try again at once. For administrators.
    ///
    /// # Errors
    /// Those of the store.
    pub fn unlock(&self, id: &AccountId) -> Result<(), AuthError> {
        let name = login_name(&self.account_of(id)?.login_key);
        self.store().write_server("unlock", move |tx| {
            Ok::<_, AuthError>(attempt::clear(tx.db(), Kind::Login, &name)?)
        })
    }
}

fn tell_of_lock(
    conn: &mut Conn,
    account: &rows::Account,
    ids: &mut dyn FnMut() -> String,
    now: Time,
) -> Result<(), AuthError> {
    let own = Message::new(
        "サインインの失敗が続いたため、15分間止めました。心当たりがなければ、管理者に知らせてください。",
        "Your sign-in was locked for 15 minutes after repeated failures. If this was not you, tell the administrator.",
    );
    let admins = Message::new(
        format!("「{}」のサインインを、失敗が続いたため15分間止めました。", account.display),
        format!(
            "Sign-in of “{}” was locked for 15 minutes after repeated failures.",
            account.display
        ),
    );
    tell(conn, account, ids, (own, Some(admins)), now)
}
