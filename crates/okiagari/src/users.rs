//! `init` and `user`: the first organisation, accounts.

use crate::cli;
use crate::config::Where;
use crate::fault::Fault;
use crate::host::SystemHost;
use crate::place::{Place, Use};
use crate::serve::say;
use crate::wire::{self, Durability, Elsewhere, Wired};
use okiagari_app::auth::{AuthError, NewAccount, NewToken};
use okiagari_app::{Actor, Host, Member};
use okiagari_model::govern::person::Person;
use okiagari_model::govern::role::Role;
use okiagari_model::{
    Body, Change, Cond, Lang, OrgId, RecordId, Register as _, RegisterDef, RowFilter,
};
use okiagari_store::ListQuery;
use okiagari_store::server::organisation::Kind;
use std::sync::Arc;

impl From<AuthError> for Fault {
    fn from(error: AuthError) -> Self {
        let message = error.message();
        Self::new(format!("{} / {}", message.en, message.ja))
    }
}

/// `okiagari init`
///
/// # Errors
/// Where there are data already, or the folder cannot be written.
pub fn init(typed: &cli::Init) -> Result<(), Fault> {
    let at = Where::of(&typed.at)?;
    let host: Arc<dyn Host> = Arc::new(SystemHost);
    let place =
        Place::create(&at.data, Use::Real, typed.origin.clone(), at.database.clone(), &*host)?;
    let wired = wire::open(&place, Elsewhere::default(), Durability::Disk, &host)?;
    let (org, _) = wired.app.create_org(&typed.id, &typed.organisation, Kind::Real)?;
    let person = create(&wired, &org, Person::DEF, &[("name", &typed.admin_name)])?;
    let role = [
        ("name", "システム管理者 / Administrator"),
        ("kind", "administrator"),
        ("holder", person.as_str()),
    ];
    create(&wired, &org, Role::DEF, &role)?;
    let new = NewAccount {
        login: typed.admin.clone(),
        display: typed.admin_name.clone(),
        lang: Lang::Ja,
        password: None,
        server_admin: true,
    };
    let (account, first) = wired.auth.create_account(&new)?;
    wired.auth.join(&Member { org, account, person: Some(person), contact: None })?;
    let data = place.folder().display();
    say(&format!(
        "{data}: made. / データフォルダーを作りました。\n\
         組織 / organisation  {}\n\
         サインイン / sign-in  {}\n\
         最初のパスワード / first password  {}\n\
         (7日以内に変えてください / change it within 7 days)\n\
         master.key を別の場所にも控えてください。これを失うと証拠を読めず、署名も続けられません。\n\
         Keep a copy of master.key elsewhere: without it evidence cannot be read nor the record signed on.\n\
         次 / next: okiagari serve --data {data}\n",
        typed.organisation,
        typed.admin,
        first.map(|f| f.password).unwrap_or_default(),
    ));
    Ok(())
}

/// `okiagari user …`
///
/// # Errors
/// Where the account does not exist, or the name is taken.
pub fn user(at: &cli::At, what: &cli::User) -> Result<(), Fault> {
    let at = Where::of(at)?;
    let place = Place::open(&at.data)?;
    let host: Arc<dyn Host> = Arc::new(SystemHost);
    let wired = wire::open(&place, Elsewhere::from(&at), Durability::Disk, &host)?;
    match what {
        cli::User::Add { login, name, org, person } => {
            add(&wired, login, name, org.as_deref(), person.as_deref())
        }
        cli::User::List { org } => list(&wired, org.as_deref()),
        cli::User::Reset { login, second_factor } => {
            let account = wired.auth.account_by_login(login)?;
            if *second_factor {
                wired.auth.remove_totp(&account.id)?;
            }
            let first = wired.auth.reset_password(&account.id)?;
            say(&format!("{login}  {}\n", first.password));
            Ok(())
        }
        cli::User::Token { login, name, org, read_only, days } => {
            let new = NewToken { name: name.clone(), may_write: !read_only, days: *days };
            token(&wired, login, org.as_deref(), &new)
        }
        cli::User::End { login } => {
            let account = wired.auth.account_by_login(login)?;
            wired.auth.disable(&account.id)?;
            say(&format!("{login}: サインインできなくしました。 / barred from signing in.\n"));
            Ok(())
        }
    }
}

fn add(
    wired: &Wired,
    login: &str,
    name: &str,
    org: Option<&str>,
    person: Option<&str>,
) -> Result<(), Fault> {
    let org = wired.org(org)?;
    let found = find_person(wired, &org, person.unwrap_or(name))?;
    if person.is_some() && found.is_none() {
        return Err(Fault::new(format!("{org} has no person {:?}", person.unwrap_or_default())));
    }
    let new = NewAccount {
        login: login.to_owned(),
        display: name.to_owned(),
        lang: Lang::Ja,
        password: None,
        server_admin: false,
    };
    // The account first: a taken name must not leave a person behind.
    let (account, first) = wired.auth.create_account(&new)?;
    let person = match found {
        Some(person) => person,
        None => create(wired, &org, Person::DEF, &[("name", name)])?,
    };
    wired.auth.join(&Member { org, account, person: Some(person), contact: None })?;
    say(&format!("{login}  {}\n", first.map(|f| f.password).unwrap_or_default()));
    Ok(())
}

fn token(wired: &Wired, login: &str, org: Option<&str>, new: &NewToken) -> Result<(), Fault> {
    let org = wired.org(org)?;
    let account = wired.auth.account_by_login(login)?;
    let places = wired.auth.places(&account.id)?;
    let place = places.into_iter().find(|(member, _)| member.org == org);
    let (member, _) = place.ok_or_else(|| Fault::new(format!("{login} has no place in {org}")))?;
    let (text, _) = wired.auth.create_token(&member, new)?;
    say(&format!("{text}\n"));
    Ok(())
}

fn find_person(wired: &Wired, org: &OrgId, named: &str) -> Result<Option<RecordId>, Fault> {
    let rows = RowFilter::everything();
    if let Some(id) = RecordId::parse(named)
        && let Some(person) = wired.app.store().read(|tx| tx.get(org, Person::DEF, &id, &rows))?
    {
        return Ok(Some(person.id));
    }
    let conds = [Cond::eq("name", named)];
    let query = ListQuery { conds: &conds, limit: 2, ..ListQuery::new(org, Person::DEF, &rows) };
    let page = wired.app.store().read(|tx| tx.list(&query))?;
    match &page.records[..] {
        [] => Ok(None),
        [one] => Ok(Some(one.id.clone())),
        _ => Err(Fault::new(format!("several people are named {named:?}; give the id"))),
    }
}

fn list(wired: &Wired, org: Option<&str>) -> Result<(), Fault> {
    for org in wired.orgs(org)? {
        for account in wired.auth.accounts(&org)? {
            let state = match (account.disabled_at, account.locked_until, account.must_change) {
                (Some(_), ..) => "ended",
                (_, Some(_), _) => "locked",
                (_, _, true) => "first password",
                _ => "open",
            };
            let second = if account.has_totp { "second factor" } else { "password only" };
            say(&format!("{org}  {}  {}  {state}  {second}\n", account.login, account.display));
        }
    }
    Ok(())
}

/// Makes a record of text fields, as the program's set-up.
fn create(
    wired: &Wired,
    org: &OrgId,
    def: &'static RegisterDef,
    fields: &[(&str, &str)],
) -> Result<RecordId, Fault> {
    let body: Body = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect();
    let change = Change::Create { def, body, reason: None };
    Ok(wired.app.change_as(org, Actor::Program("setup"), change)?.id)
}
