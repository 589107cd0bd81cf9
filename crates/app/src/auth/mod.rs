//! Accounts, sign-in, sessions, second factor, API tokens.
//!
//! Everything blocks (a password hash takes tens of milliseconds on purpose): async callers use
//! `spawn_blocking`. Only [`Auth::session`] and [`Auth::token`] are asked on every request; both
//! answer from memory for a few seconds.

mod account;
mod cache;
mod code;
mod error;
mod password;
mod session;
mod signin;
#[cfg(test)]
mod tests;
mod token;

pub use account::{AccountView, FirstPassword, NewAccount};
pub use code::Enrolment;
pub use error::AuthError;
pub use password::{HashCost, PasswordProblem};
pub use session::{SessionView, Signed};
pub use signin::{Credentials, SignIn, Via};
pub use token::{ApiCaller, NewToken};

use crate::host::{Host, HostIds};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cache::Cache;
use okiagari_model::{Ids, MINUTE, OrgId, Time};
use okiagari_seal::MasterKey;
use okiagari_store::Store;
use okiagari_store::conn::Conn;
use okiagari_store::server::{
    Digest, account as rows, attempt, idempotency, notice, session as session_rows,
};
use password::Hasher;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization as _;

/// Kinds of role that must have a second factor.
pub const PRIVILEGED: [&str; 4] = ["administrator", "security_manager", "ciso", "it_manager"];

/// An idempotency key is remembered for so long, in ms.
const KEYS_FOR: i64 = 48 * 60 * MINUTE;

/// Sign-in and everything about it. Cheap to clone.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

struct Inner {
    store: Store,
    host: Arc<dyn Host>,
    master: MasterKey,
    hasher: Hasher,
    sessions: Cache<Signed>,
    tokens: Cache<ApiCaller>,
}

impl Auth {
    /// With the store, the surroundings and the master key (TOTP secrets are wrapped under it).
    ///
    /// # Errors
    /// [`AuthError::Internal`] for a cost that Argon2 does not take.
    pub fn new(
        store: Store,
        host: Arc<dyn Host>,
        master: MasterKey,
        cost: HashCost,
    ) -> Result<Self, AuthError> {
        let mut seed = [0; 48];
        host.fill(&mut seed);
        let hasher = Hasher::new(cost, &seed)?;
        let (sessions, tokens) = (Cache::default(), Cache::default());
        Ok(Self(Arc::new(Inner { store, host, master, hasher, sessions, tokens })))
    }

    fn now(&self) -> Time {
        self.0.host.now()
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.host.fill(&mut bytes);
        bytes
    }

    fn next_id(&self, now: Time) -> String {
        HostIds(self.0.host.as_ref()).next_id(now).as_str().to_owned()
    }

    /// A secret of 256 bits as text, and what is stored in its place.
    fn secret(&self, prefix: &str) -> (String, Digest) {
        let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(self.random::<32>()));
        let hash = digest(&text);
        (text, hash)
    }

    /// Deletes what has ended: sessions, old counters, old idempotency keys. For the worker.
    ///
    /// # Errors
    /// Those of the store.
    pub fn prune(&self) -> Result<(), AuthError> {
        let now = self.now();
        self.store().write_server("auth prune", move |tx| {
            session_rows::prune(tx.db(), now)?;
            attempt::prune(tx.db(), now.plus(-2 * signin::LOGIN_LIMIT.window))?;
            idempotency::prune(tx.db(), now.plus(-KEYS_FOR))?;
            Ok(())
        })
    }
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Auth(…)")
    }
}

/// SHA-256 of a secret of 256 random bits, or of a name that is only counted.
fn digest(text: &str) -> Digest {
    Sha256::digest(text.as_bytes()).into()
}

/// A name as it is compared: compatibility forms and cases folded.
pub fn fold(text: &str) -> String {
    text.trim().nfkc().collect::<String>().to_uppercase().to_lowercase().nfkc().collect()
}

/// Tells the person about something that happened to the account, in every organisation it
/// belongs to; and whoever administers those organisations, where `administrators` says so.
fn tell(
    conn: &mut Conn,
    account: &rows::Account,
    ids: &mut dyn FnMut() -> String,
    (subject, administrators): (okiagari_model::Message, Option<okiagari_model::Message>),
    now: Time,
) -> Result<(), AuthError> {
    let mut put = |conn: &mut Conn, org: &OrgId, audience, subject, href: &str| {
        let notice = notice::Notice {
            id: ids(),
            subject,
            href: Some(href.to_owned()),
            created_at: now,
            seen_at: None,
        };
        notice::insert(conn, org, &audience, &notice)
    };
    for place in rows::memberships(conn, &account.id)? {
        let own = notice::Audience::Account(account.id.clone());
        put(conn, &place.org, own, subject.clone(), "/account")?;
        if let Some(subject) = &administrators {
            let admins = notice::Audience::Role("administrator".to_owned());
            put(conn, &place.org, admins, subject.clone(), "/admin/accounts")?;
        }
    }
    Ok(())
}
