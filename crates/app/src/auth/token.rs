//! Tokens for programs that use the API: bound to one organisation and one account.

use super::session::member;
use super::{Auth, AuthError, digest, rows};
use crate::subject::Member;
use okiagari_model::{AccountId, DAY, Lang, MINUTE, OrgId, Time};
use okiagari_store::server::{plain, token as token_rows};
use token_rows::Token;

/// How every token begins, so that it is recognised where it must not be.
pub const PREFIX: &str = "oki_";
/// The longest life of a token, in days.
const MOST_DAYS: u32 = 366;
/// A use is written down at most this often, in ms.
const USED: i64 = MINUTE;

/// What is needed to make a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// Whether it may change, not only read.
    pub may_write: bool,
    /// Its life in days, 1 to 366.
    pub days: u32,
}

/// Who an API request is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiCaller {
    /// In whose name it acts, and where.
    pub member: Member,
    /// The account's language.
    pub lang: Lang,
    /// Names the token in lists and logs.
    pub token: String,
    /// Whether it may change, not only read.
    pub may_write: bool,
    expires_at: Time,
}

impl ApiCaller {
    /// Asks that the token may change.
    ///
    /// # Errors
    /// [`AuthError::ReadOnlyToken`].
    pub fn require_write(&self) -> Result<(), AuthError> {
        if self.may_write { Ok(()) } else { Err(AuthError::ReadOnlyToken) }
    }
}

impl Auth {
    /// Makes a token that acts for a member. Its text is shown once. Ask for
    /// [`super::Signed::require_step_up`] first.
    ///
    /// # Errors
    /// [`AuthError::BadName`] for an empty name or a life that is too long.
    pub fn create_token(
        &self,
        member: &Member,
        new: &NewToken,
    ) -> Result<(String, Token), AuthError> {
        let now = self.now();
        let name = plain(new.name.trim(), 100);
        if name.is_empty() {
            return Err(AuthError::BadName("name"));
        }
        if !(1..=MOST_DAYS).contains(&new.days) {
            return Err(AuthError::BadName("days"));
        }
        let (text, hash) = self.secret(PREFIX);
        let token = Token {
            org: member.org.clone(),
            id: self.next_id(now),
            account: member.account.clone(),
            name,
            may_write: new.may_write,
            created_at: now,
            expires_at: now.plus(i64::from(new.days) * DAY),
            last_used_at: None,
            revoked_at: None,
        };
        let row = token.clone();
        self.store().write_server("create token", move |tx| {
            Ok::<_, AuthError>(token_rows::insert(tx.db(), &row, &hash)?)
        })?;
        Ok((text, token))
    }

    /// Who a token is from. Cheap: kept in memory for three seconds.
    ///
    /// # Errors
    /// [`AuthError::BadToken`], whatever is wrong with it.
    pub fn token(&self, text: &str) -> Result<ApiCaller, AuthError> {
        if !text.starts_with(PREFIX) || text.len() > 100 {
            return Err(AuthError::BadToken);
        }
        let (now, hash) = (self.now(), digest(text));
        if let Some(caller) = self.0.tokens.get(&hash, now) {
            return if now < caller.expires_at { Ok(caller) } else { Err(AuthError::BadToken) };
        }
        let (caller, used) = self.store().read(|tx| {
            let conn = tx.db();
            let token = token_rows::by_hash(conn, &hash)?
                .filter(|token| token.revoked_at.is_none() && now < token.expires_at)
                .ok_or(AuthError::BadToken)?;
            let account = rows::get(conn, &token.account)?
                .filter(|account| account.disabled_at.is_none())
                .ok_or(AuthError::BadToken)?;
            let place =
                rows::membership(conn, &token.org, &account.id)?.ok_or(AuthError::BadToken)?;
            let caller = ApiCaller {
                member: member(place),
                lang: account.lang,
                token: token.id,
                may_write: token.may_write,
                expires_at: token.expires_at,
            };
            Ok::<_, AuthError>((caller, token.last_used_at))
        })?;
        if used.is_none_or(|used| now.since(used) >= USED) {
            let noted = self.store().write_server("token used", move |tx| {
                Ok::<_, AuthError>(token_rows::used(tx.db(), &hash, now)?)
            });
            if let Err(error) = noted {
                tracing::warn!(%error, "the use of a token could not be written down");
            }
        }
        self.0.tokens.put(hash, caller.clone(), now);
        Ok(caller)
    }

    /// The tokens of an organisation, newest first; of one account where it is named.
    ///
    /// # Errors
    /// Those of the store.
    pub fn tokens(
        &self,
        org: &OrgId,
        account: Option<&AccountId>,
    ) -> Result<Vec<Token>, AuthError> {
        self.store().read(|tx| Ok(token_rows::list(tx.db(), org, account)?))
    }

    /// Withdraws a token: one of the account's own where it is named, any of the organisation
    /// otherwise (for administrators).
    ///
    /// # Errors
    /// [`AuthError::NotFound`].
    pub fn revoke_token(
        &self,
        org: &OrgId,
        account: Option<&AccountId>,
        id: &str,
    ) -> Result<(), AuthError> {
        let now = self.now();
        let (place, owner, name) = (org.clone(), account.cloned(), id.to_owned());
        let revoked = self.store().write_server("revoke token", move |tx| {
            let done = token_rows::revoke(tx.db(), &place, owner.as_ref(), &name, now)?;
            Ok::<_, AuthError>(done)
        })?;
        self.0.tokens.forget_if(|caller| caller.member.org == *org && caller.token == id);
        if revoked { Ok(()) } else { Err(AuthError::NotFound("token")) }
    }
}
