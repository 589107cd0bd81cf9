//! Sessions: who a request is from, and what the person can do about it.

use super::signin::{Counters, Via};
use super::{Auth, AuthError, PRIVILEGED, digest, rows, session_rows};
use crate::subject::Member;
use okiagari_model::{AccountId, HOUR, Lang, MINUTE, OrgId, Time};
use okiagari_store::server::Digest;

/// A session that is not used for so long ends, in ms.
const IDLE: i64 = 12 * HOUR;
/// For so long the password counts as just given, in ms.
const STEP_UP: i64 = 10 * MINUTE;
/// A use is written down at most this often, in ms.
const SEEN: i64 = MINUTE;

/// Who a request is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Names the session in [`Auth::sessions`]; not the secret.
    pub id_hash: Digest,
    /// Account.
    pub account: AccountId,
    /// Sign-in name.
    pub login: String,
    /// Shown name.
    pub display: String,
    /// Language.
    pub lang: Lang,
    /// Whether the account may make organisations and accounts.
    pub server_admin: bool,
    /// The password must be changed before anything else.
    pub must_change: bool,
    /// A second factor is set up.
    pub has_totp: bool,
    /// The place in the organisation being looked at; `None` where there is none (any more).
    pub member: Option<Member>,
    /// When the session began.
    pub created_at: Time,
    /// When it ends whatever happens.
    pub expires_at: Time,
    /// When a code was given.
    pub mfa_at: Option<Time>,
    /// When password or code were last given.
    pub step_up_at: Option<Time>,
    seen_at: Time,
}

impl Signed {
    /// Whether a second factor must be set up before anything else: whoever holds a privileged
    /// role (see [`PRIVILEGED`]) or administers the server.
    pub fn needs_totp(&self, roles: &[&str]) -> bool {
        let privileged = self.server_admin || roles.iter().any(|role| PRIVILEGED.contains(role));
        privileged && !(self.has_totp && self.mfa_at.is_some())
    }

    /// Asks that password or code were given within the last ten minutes.
    ///
    /// # Errors
    /// [`AuthError::StepUpNeeded`].
    pub fn require_step_up(&self, now: Time) -> Result<(), AuthError> {
        match self.step_up_at {
            Some(at) if now.since(at) <= STEP_UP => Ok(()),
            _ => Err(AuthError::StepUpNeeded),
        }
    }

    fn open_at(&self, now: Time) -> bool {
        now < self.expires_at && now.since(self.seen_at) < IDLE
    }
}

/// A session as its owner sees it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// Names it to [`Auth::end_session`]; not the secret.
    pub id_hash: Digest,
    /// Whether the list is being looked at from it.
    pub current: bool,
    /// When it began.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub seen_at: Time,
    /// Network address at sign-in.
    pub address: String,
    /// Browser at sign-in.
    pub agent: String,
}

impl Auth {
    /// Who the secret of a cookie is from. Cheap: kept in memory for three seconds.
    ///
    /// # Errors
    /// [`AuthError::NotSignedIn`].
    pub fn session(&self, secret: &str) -> Result<Signed, AuthError> {
        if secret.is_empty() || secret.len() > 100 {
            return Err(AuthError::NotSignedIn);
        }
        let now = self.now();
        let id_hash = digest(secret);
        if let Some(signed) = self.0.sessions.get(&id_hash, now) {
            return if signed.open_at(now) { Ok(signed) } else { Err(AuthError::NotSignedIn) };
        }
        let mut signed =
            self.load(&id_hash)?.filter(|s| s.open_at(now)).ok_or(AuthError::NotSignedIn)?;
        if now.since(signed.seen_at) >= SEEN {
            self.note_use(id_hash, now);
            signed.seen_at = now;
        }
        self.0.sessions.put(id_hash, signed.clone(), now);
        Ok(signed)
    }

    fn load(&self, id_hash: &Digest) -> Result<Option<Signed>, AuthError> {
        self.store().read(|tx| {
            let conn = tx.db();
            let Some(session) = session_rows::get(conn, id_hash)?.filter(|s| !s.pending) else {
                return Ok(None);
            };
            let account = rows::get(conn, &session.account)?;
            let Some(account) = account.filter(|a| a.disabled_at.is_none()) else {
                return Ok(None);
            };
            let place = match &session.org {
                Some(org) => rows::membership(conn, org, &account.id)?,
                None => None,
            };
            Ok(Some(Signed {
                id_hash: session.id_hash,
                account: account.id,
                login: account.login,
                display: account.display,
                lang: account.lang,
                server_admin: account.server_admin,
                must_change: account.must_change,
                has_totp: account.totp_confirmed_at.is_some(),
                member: place.map(member),
                created_at: session.created_at,
                expires_at: session.expires_at,
                mfa_at: session.mfa_at,
                step_up_at: session.step_up_at,
                seen_at: session.seen_at,
            }))
        })
    }

    /// A full disk must not keep people from reading what to do.
    fn note_use(&self, id_hash: Digest, now: Time) {
        let noted = self.store().write_server("session seen", move |tx| {
            Ok::<_, AuthError>(session_rows::seen(tx.db(), &id_hash, now)?)
        });
        if let Err(error) = noted {
            tracing::warn!(%error, "the use of a session could not be written down");
        }
    }

    /// Ends the session of a secret, complete or not.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sign_out(&self, secret: &str) -> Result<(), AuthError> {
        let id_hash = digest(secret);
        self.store().write_server("sign out", move |tx| {
            if let Some(session) = session_rows::get(tx.db(), &id_hash)? {
                session_rows::end(tx.db(), &session.account, &id_hash)?;
            }
            Ok::<_, AuthError>(())
        })?;
        self.0.sessions.forget(&id_hash);
        Ok(())
    }

    /// A person's open sessions, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sessions(&self, signed: &Signed) -> Result<Vec<SessionView>, AuthError> {
        let now = self.now();
        let found = self.store().read(|tx| {
            let seen_after = now.plus(-IDLE);
            Ok::<_, AuthError>(session_rows::of_account(tx.db(), &signed.account, seen_after, now)?)
        })?;
        let view = |s: session_rows::Session| SessionView {
            id_hash: s.id_hash,
            current: s.id_hash == signed.id_hash,
            created_at: s.created_at,
            seen_at: s.seen_at,
            address: s.address,
            agent: s.agent,
        };
        Ok(found.into_iter().map(view).collect())
    }

    /// Ends one session of the person.
    ///
    /// # Errors
    /// [`AuthError::NotFound`] where it is none of the person's.
    pub fn end_session(&self, signed: &Signed, id_hash: &Digest) -> Result<(), AuthError> {
        let (account, gone) = (signed.account.clone(), *id_hash);
        let ended = self.store().write_server("end session", move |tx| {
            Ok::<_, AuthError>(session_rows::end(tx.db(), &account, &gone)?)
        })?;
        self.0.sessions.forget(id_hash);
        if ended { Ok(()) } else { Err(AuthError::NotFound("session")) }
    }

    /// Ends all sessions of the person but the one in use. Gives how many.
    ///
    /// # Errors
    /// Those of the store.
    pub fn end_other_sessions(&self, signed: &Signed) -> Result<u64, AuthError> {
        let (account, kept) = (signed.account.clone(), signed.id_hash);
        let ended = self.store().write_server("end other sessions", move |tx| {
            Ok::<_, AuthError>(session_rows::end_all(tx.db(), &account, Some(&kept))?)
        })?;
        self.forget_account(&signed.account);
        Ok(ended)
    }

    /// Changes the organisation that is being looked at.
    ///
    /// # Errors
    /// [`AuthError::NotFound`] where the person has no place there.
    pub fn switch_org(&self, signed: &Signed, org: &OrgId) -> Result<Member, AuthError> {
        let (account, id_hash, org) = (signed.account.clone(), signed.id_hash, org.clone());
        let place = self.store().write_server("switch organisation", move |tx| {
            let place = rows::membership(tx.db(), &org, &account)?;
            let place = place.ok_or(AuthError::NotFound("organisation"))?;
            session_rows::set_org(tx.db(), &id_hash, &org)?;
            Ok::<_, AuthError>(place)
        })?;
        self.0.sessions.forget(&signed.id_hash);
        Ok(member(place))
    }

    /// Takes password or code once more, for a sensitive step. Where a second factor is set up
    /// only a code will do.
    ///
    /// # Errors
    /// [`AuthError::Wrong`], [`AuthError::WrongCode`], [`AuthError::Locked`].
    pub fn step_up(&self, signed: &Signed, typed: &str, via: &Via) -> Result<(), AuthError> {
        let now = self.now();
        let account = self.account_of(&signed.account)?;
        let has_code = account.totp_confirmed_at.is_some();
        let (id_hash, this) = (signed.id_hash, self.clone());
        let counters = Counters::of(&account.login_key, via);
        self.proven(&account, typed, counters, now)?;
        let given = if has_code { Some(self.read_code(&account, typed, now)?) } else { None };
        let key = account.login_key.clone();
        let done = self.store().write_server("step up", move |tx| {
            let conn = tx.db();
            if let Some(given) = given
                && !given.take(conn, &account, &mut || this.next_id(now), now)?
            {
                return Err(AuthError::WrongCode);
            }
            Ok(session_rows::stepped_up(conn, &id_hash, has_code, now)?)
        });
        self.0.sessions.forget(&signed.id_hash);
        match done {
            Err(error @ AuthError::WrongCode) => Err(self.failed(&key, counters, error, now)),
            other => other,
        }
    }

    /// Drops what is kept in memory about an account.
    pub(super) fn forget_account(&self, id: &AccountId) {
        self.0.sessions.forget_if(|signed| signed.account == *id);
        self.0.tokens.forget_if(|caller| caller.member.account == *id);
    }
}

/// A place in an organisation as the rest of the program knows it.
pub(super) fn member(place: rows::Membership) -> Member {
    Member { org: place.org, account: place.account, person: place.person, contact: place.contact }
}
