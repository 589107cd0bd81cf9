//! Accounts: making them, passwords, places in organisations.

use super::code::login_name;
use super::password::{self, PasswordProblem};
use super::session::member;
use super::signin::{Counters, Via};
use super::{Auth, AuthError, Signed, attempt, fold, rows, session_rows};
use crate::subject::Member;
use okiagari_model::{AccountId, DAY, Lang, OrgId, RecordId, Time};
use okiagari_seal::receipt;
use okiagari_store::server::{organisation, token as token_rows};
use rows::{Account, Membership};

/// A first password works for so long, in ms.
const FIRST: i64 = 7 * DAY;

/// What is needed to make an account.
#[derive(Clone)]
pub struct NewAccount {
    /// Sign-in name: up to 100 characters without spaces.
    pub login: String,
    /// The name that others see.
    pub display: String,
    /// Language.
    pub lang: Lang,
    /// The person's own password; without one a first password is made and handed over.
    pub password: Option<String>,
    /// Whether it may make organisations and accounts.
    pub server_admin: bool,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount").field("login", &self.login).finish_non_exhaustive()
    }
}

/// A password to hand over to a person; must be changed at the first sign-in. Shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct FirstPassword {
    /// The password.
    pub password: String,
    /// Until when it works.
    pub until: Time,
}

impl std::fmt::Debug for FirstPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FirstPassword(…)")
    }
}

/// An account as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// The account's id.
    pub id: AccountId,
    /// Sign-in name.
    pub login: String,
    /// Shown name.
    pub display: String,
    /// Language.
    pub lang: Lang,
    /// Whether it may make organisations and accounts.
    pub server_admin: bool,
    /// Whether a second factor is set up.
    pub has_totp: bool,
    /// Whether the password must be changed at the next sign-in.
    pub must_change: bool,
    /// When it was made.
    pub created_at: Time,
    /// Since when it cannot sign in.
    pub disabled_at: Option<Time>,
    /// Until when sign-in is locked after failures.
    pub locked_until: Option<Time>,
    /// Its person in the organisation asked about.
    pub person: Option<RecordId>,
    /// Its contact in the organisation asked about.
    pub contact: Option<RecordId>,
}

impl Auth {
    /// Makes an account. Without a password a first one is made, to be handed over.
    ///
    /// # Errors
    /// [`AuthError::BadName`], [`AuthError::Password`], [`AuthError::LoginTaken`].
    pub fn create_account(
        &self,
        new: &NewAccount,
    ) -> Result<(AccountId, Option<FirstPassword>), AuthError> {
        let now = self.now();
        let login = new.login.trim();
        let key = fold(login);
        let good = (1..=100).contains(&login.chars().count())
            && !login.chars().any(|c| c.is_control() || c.is_whitespace())
            && !key.is_empty();
        if !good {
            return Err(AuthError::BadName("login"));
        }
        let display = name(&new.display)?;
        let (typed, first) = match &new.password {
            Some(own) => {
                password::check(own, false, &[login, &display]).map_err(AuthError::Password)?;
                (own.clone(), None)
            }
            None => {
                let first = self.first_password(now);
                (first.password.clone(), Some(first))
            }
        };
        let hash = self.0.hasher.hash(&typed, self.random())?;
        let account = Account {
            id: AccountId::new(self.next_id(now)),
            login: login.to_owned(),
            login_key: key,
            display,
            password_hash: Some(hash),
            password_at: now,
            password_until: first.as_ref().map(|first| first.until),
            must_change: first.is_some(),
            totp_secret: None,
            totp_confirmed_at: None,
            server_admin: new.server_admin,
            lang: new.lang,
            created_at: now,
            disabled_at: None,
        };
        let id = account.id.clone();
        let added = self.store().write_server("create account", move |tx| {
            Ok::<_, AuthError>(rows::insert(tx.db(), &account)?)
        })?;
        if added { Ok((id, first)) } else { Err(AuthError::LoginTaken) }
    }

    fn first_password(&self, now: Time) -> FirstPassword {
        let password = receipt::secret(&self.random()).to_string();
        FirstPassword { password, until: now.plus(FIRST) }
    }

    /// Makes a new first password where the old is forgotten; ends all sessions. The second
    /// factor stays.
    ///
    /// # Errors
    /// [`AuthError::NotFound`].
    pub fn reset_password(&self, id: &AccountId) -> Result<FirstPassword, AuthError> {
        let now = self.now();
        let account = self.account_of(id)?;
        let first = self.first_password(now);
        let hash = self.0.hasher.hash(&first.password, self.random())?;
        let (until, name) = (first.until, login_name(&account.login_key));
        self.store().write_server("reset password", move |tx| {
            let conn = tx.db();
            rows::set_password(conn, &account.id, &hash, Some(until), now)?;
            session_rows::end_all(conn, &account.id, None)?;
            Ok::<_, AuthError>(attempt::clear(conn, attempt::Kind::Login, &name)?)
        })?;
        self.forget_account(id);
        Ok(first)
    }

    /// Changes the person's own password; ends all other sessions.
    ///
    /// # Errors
    /// [`AuthError::Wrong`] for the present one, [`AuthError::Password`] for the new one,
    /// [`AuthError::Locked`].
    pub fn change_password(
        &self,
        signed: &Signed,
        present: &str,
        new: &str,
        via: &Via,
    ) -> Result<(), AuthError> {
        let now = self.now();
        let account = self.account_of(&signed.account)?;
        let counters = Counters::of(&account.login_key, via);
        self.right_password(&account, present, counters, now)?;
        if self.0.hasher.verify(new, account.password_hash.as_deref())? {
            return Err(AuthError::Password(PasswordProblem::Same));
        }
        let has_code = account.totp_confirmed_at.is_some();
        let organisations = self.organisation_names(&account.id)?;
        let mut names = vec![account.login.as_str(), account.display.as_str()];
        names.extend(organisations.iter().map(String::as_str));
        password::check(new, has_code, &names).map_err(AuthError::Password)?;
        let hash = self.0.hasher.hash(new, self.random())?;
        let (id, kept) = (account.id.clone(), signed.id_hash);
        self.store().write_server("change password", move |tx| {
            let conn = tx.db();
            rows::set_password(conn, &id, &hash, None, now)?;
            session_rows::end_all(conn, &id, Some(&kept))?;
            Ok::<_, AuthError>(session_rows::stepped_up(conn, &kept, false, now)?)
        })?;
        self.forget_account(&account.id);
        Ok(())
    }

    fn organisation_names(&self, id: &AccountId) -> Result<Vec<String>, AuthError> {
        self.store().read(|tx| {
            let mut names = Vec::new();
            for place in rows::memberships(tx.db(), id)? {
                names.extend(organisation::get(tx.db(), &place.org)?.map(|org| org.name));
            }
            Ok(names)
        })
    }

    /// Checks the password of somebody who is signed in already; failures count as at sign-in.
    fn right_password(
        &self,
        account: &Account,
        typed: &str,
        counters: Counters,
        now: Time,
    ) -> Result<(), AuthError> {
        self.store().read(|tx| counters.check(tx.db(), now))?;
        if self.0.hasher.verify(typed, account.password_hash.as_deref())? {
            return Ok(());
        }
        Err(self.failed(&account.login_key, counters, AuthError::Wrong, now))
    }

    /// The first half of a step-up: the lock, and the password where there is no second factor.
    pub(super) fn proven(
        &self,
        account: &Account,
        typed: &str,
        counters: Counters,
        now: Time,
    ) -> Result<(), AuthError> {
        match account.totp_confirmed_at {
            Some(_) => self.store().read(|tx| counters.check(tx.db(), now)),
            None => self.right_password(account, typed, counters, now),
        }
    }

    /// Changes shown name and language.
    ///
    /// # Errors
    /// [`AuthError::BadName`].
    pub fn set_profile(&self, id: &AccountId, display: &str, lang: Lang) -> Result<(), AuthError> {
        let (display, of) = (name(display)?, id.clone());
        self.store().write_server("profile", move |tx| {
            Ok::<_, AuthError>(rows::set_profile(tx.db(), &of, &display, lang)?)
        })?;
        self.forget_account(id);
        Ok(())
    }

    /// Bars an account from signing in, ends its sessions and withdraws its tokens.
    ///
    /// # Errors
    /// Those of the store.
    pub fn disable(&self, id: &AccountId) -> Result<(), AuthError> {
        let (now, gone) = (self.now(), id.clone());
        self.store().write_server("disable account", move |tx| {
            let conn = tx.db();
            rows::set_disabled(conn, &gone, Some(now))?;
            session_rows::end_all(conn, &gone, None)?;
            token_rows::revoke_all(conn, &gone, None, now)?;
            Ok::<_, AuthError>(())
        })?;
        self.forget_account(id);
        Ok(())
    }

    /// Lets a barred account sign in again.
    ///
    /// # Errors
    /// Those of the store.
    pub fn enable(&self, id: &AccountId) -> Result<(), AuthError> {
        let id = id.clone();
        self.store().write_server("enable account", move |tx| {
            Ok::<_, AuthError>(rows::set_disabled(tx.db(), &id, None)?)
        })
    }

    /// Gives an account its place in an organisation: as a person inside, or as a contact of a
    /// counterparty.
    ///
    /// # Errors
    /// Those of the store.
    pub fn join(&self, member: &Member) -> Result<(), AuthError> {
        let place = Membership {
            org: member.org.clone(),
            account: member.account.clone(),
            person: member.person.clone(),
            contact: member.contact.clone(),
            created_at: self.now(),
            ended_at: None,
        };
        self.store().write_server("join organisation", move |tx| {
            Ok::<_, AuthError>(rows::join(tx.db(), &place)?)
        })?;
        self.forget_account(&member.account);
        Ok(())
    }

    /// Ends an account's place in an organisation and withdraws its tokens there.
    ///
    /// # Errors
    /// Those of the store.
    pub fn leave(&self, org: &OrgId, id: &AccountId) -> Result<(), AuthError> {
        let (now, org, gone) = (self.now(), org.clone(), id.clone());
        self.store().write_server("leave organisation", move |tx| {
            rows::leave(tx.db(), &org, &gone, now)?;
            token_rows::revoke_all(tx.db(), &gone, Some(&org), now)?;
            Ok::<_, AuthError>(())
        })?;
        self.forget_account(id);
        Ok(())
    }

    /// The places of an account, oldest first, with the organisations' names.
    ///
    /// # Errors
    /// Those of the store.
    pub fn places(&self, id: &AccountId) -> Result<Vec<(Member, String)>, AuthError> {
        self.store().read(|tx| {
            let mut places = Vec::new();
            for place in rows::memberships(tx.db(), id)? {
                let org = organisation::get(tx.db(), &place.org)?;
                let name = org.map_or_else(|| place.org.to_string(), |org| org.name);
                places.push((member(place), name));
            }
            Ok(places)
        })
    }

    /// The accounts of an organisation by sign-in name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn accounts(&self, org: &OrgId) -> Result<Vec<AccountView>, AuthError> {
        let now = self.now();
        self.store().read(|tx| {
            let conn = tx.db();
            let mut views = Vec::new();
            for (account, place) in rows::members(conn, org)? {
                let name = login_name(&account.login_key);
                let locked = attempt::locked(conn, attempt::Kind::Login, &name, now)?;
                let (person, contact) = (place.person, place.contact);
                views.push(AccountView { person, contact, ..view(account, locked) });
            }
            Ok(views)
        })
    }

    /// An account by sign-in name. For the command line and administrators.
    ///
    /// # Errors
    /// [`AuthError::NotFound`].
    pub fn account_by_login(&self, login: &str) -> Result<AccountView, AuthError> {
        let (now, key) = (self.now(), fold(login));
        self.store().read(|tx| {
            let account = rows::by_login(tx.db(), &key)?.ok_or(AuthError::NotFound("account"))?;
            let name = login_name(&account.login_key);
            let locked = attempt::locked(tx.db(), attempt::Kind::Login, &name, now)?;
            Ok(view(account, locked))
        })
    }

    /// Whether there is any account yet: before, the first-start guide is open.
    ///
    /// # Errors
    /// Those of the store.
    pub fn is_empty(&self) -> Result<bool, AuthError> {
        self.store().read(|tx| Ok(rows::count(tx.db())? == 0))
    }

    pub(super) fn account_of(&self, id: &AccountId) -> Result<Account, AuthError> {
        self.store().read(|tx| rows::get(tx.db(), id)?.ok_or(AuthError::NotFound("account")))
    }
}

fn view(account: Account, locked_until: Option<Time>) -> AccountView {
    AccountView {
        id: account.id,
        login: account.login,
        display: account.display,
        lang: account.lang,
        server_admin: account.server_admin,
        has_totp: account.totp_confirmed_at.is_some(),
        must_change: account.must_change,
        created_at: account.created_at,
        disabled_at: account.disabled_at,
        locked_until,
        person: None,
        contact: None,
    }
}

fn name(display: &str) -> Result<String, AuthError> {
    let display = display.trim();
    let good =
        (1..=100).contains(&display.chars().count()) && !display.chars().any(char::is_control);
    if good { Ok(display.to_owned()) } else { Err(AuthError::BadName("display")) }
}
