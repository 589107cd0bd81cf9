//! `init` and `user`: the first organisation, accounts.

use crate::cli;
use crate::config::Where;
use crate::fault::Fault;
use crate::host::SystemHost;
use crate::place::Place;
use crate::serve::say;
use crate::wire::{self, Durability, Elsewhere, Wired};
use okiagari_app::auth::{AuthError, FirstPassword, NewAccount, NewToken};
use okiagari_app::{Actor, Host, Member};
use okiagari_model::govern::person::Person;
use okiagari_model::govern::role::Role;
use okiagari_model::{
    AccountId, Body, Change, Cond, Lang, OrgId, RecordId, Register as _, RegisterDef, RowFilter,
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
    let place = Place::begin(&at.data, typed.origin.clone(), at.database.clone(), &*host)?;
    let first = furnish(&place, typed, &host, &mut |_| Ok(()))?;
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
        typed.organisation, typed.admin, first.password,
    ));
    // Only now: whoever has not seen the password runs the command again.
    place.finish()
}

/// What of a new place is there already; told after each piece, so that tests can cut it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Database,
    Organisation,
    Person,
    Role,
    Account,
    Membership,
}

/// Makes the first organisation with its administrator, or what of them is still missing.
fn furnish(
    place: &Place,
    typed: &cli::Init,
    host: &Arc<dyn Host>,
    told: &mut dyn FnMut(Piece) -> Result<(), Fault>,
) -> Result<FirstPassword, Fault> {
    let wired = wire::open(place, Elsewhere::default(), Durability::Disk, host)?;
    told(Piece::Database)?;
    let begun = wired.app.organisations()?;
    if let Some(other) = begun.iter().find(|o| o.id.as_str() != typed.id) {
        let other = &other.id;
        return Err(Fault::new(format!(
            "this was begun with --id {other}; go on with the same, or choose an empty folder and database. / --id {other} で始めたものです。同じ値で続けるか、空のフォルダーとデータベースを選んでください。"
        )));
    }
    let org = wired.app.ensure_org(&typed.id, &typed.organisation, Kind::Real)?;
    told(Piece::Organisation)?;
    let person = match find_person(&wired, &org, &typed.admin_name)? {
        Some(person) => person,
        None => create(&wired, &org, Person::DEF, &[("name", &typed.admin_name)])?,
    };
    told(Piece::Person)?;
    let held =
        |tx: &mut okiagari_store::ReadTx<'_>| tx.all(&org, Role::DEF, &RowFilter::everything());
    let roles = wired.app.store().read(held)?;
    if !roles.iter().any(|role| role.text("kind") == "administrator") {
        let role = [
            ("name", "システム管理者 / Administrator"),
            ("kind", "administrator"),
            ("holder", person.as_str()),
        ];
        create(&wired, &org, Role::DEF, &role)?;
    }
    told(Piece::Role)?;
    let (account, first) = administrator(&wired, typed)?;
    told(Piece::Account)?;
    let there = wired.auth.places(&account)?.iter().any(|(member, _)| member.org == org);
    if !there {
        wired.auth.join(&Member { org, account, person: Some(person), contact: None })?;
    }
    told(Piece::Membership)?;
    Ok(first)
}

/// The administrator's account with a first password; a new one where the account was there
/// already, as nobody has seen the earlier.
fn administrator(wired: &Wired, typed: &cli::Init) -> Result<(AccountId, FirstPassword), Fault> {
    let new = NewAccount {
        login: typed.admin.clone(),
        display: typed.admin_name.clone(),
        lang: Lang::Ja,
        password: None,
        server_admin: true,
    };
    let account = match wired.auth.create_account(&new) {
        Ok((account, Some(first))) => return Ok((account, first)),
        Ok((account, None)) => account,
        Err(AuthError::LoginTaken) => wired.auth.account_by_login(&typed.admin)?.id,
        Err(error) => return Err(error.into()),
    };
    let first = wired.auth.reset_password(&account)?;
    Ok((account, first))
}

/// `okiagari user …`
///
/// # Errors
/// Where the account does not exist, or the name is taken.
pub fn user(at: &cli::At, what: &cli::User) -> Result<(), Fault> {
    let at = Where::of(at)?;
    let place = Place::open(&at.data)?;
    let host: Arc<dyn Host> = Arc::new(SystemHost);
    let wired = match what {
        cli::User::List { .. } => wire::open_to_look(&place, Elsewhere::from(&at), &host)?,
        _ => wire::open(&place, Elsewhere::from(&at), Durability::Disk, &host)?,
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(data: &std::path::Path, id: &str) -> cli::Init {
        cli::Init {
            at: cli::At {
                data: Some(data.to_owned()),
                database: None,
                evidence: None,
                config: None,
            },
            organisation: "試験の組織".to_owned(),
            id: id.to_owned(),
            admin: "admin".to_owned(),
            admin_name: "管理者".to_owned(),
            origin: None,
        }
    }

    fn counts(wired: &Wired, org: &OrgId) -> [usize; 3] {
        let count = |def| {
            wired
                .app
                .store()
                .read(|tx| tx.all(org, def, &RowFilter::everything()))
                .map(|s| s.len())
                .unwrap()
        };
        let own = okiagari_model::govern::organisation::Organisation::DEF;
        [count(own), count(Person::DEF), count(Role::DEF)]
    }

    #[test]
    fn an_init_that_was_cut_off_anywhere_goes_on_and_makes_nothing_twice() {
        let outer = tempfile::tempdir().unwrap();
        let host: Arc<dyn Host> = Arc::new(SystemHost);
        let begin = |data: &std::path::Path| Place::begin(data, None, None, &*host).unwrap();
        let all = [
            Piece::Database,
            Piece::Organisation,
            Piece::Person,
            Piece::Role,
            Piece::Account,
            Piece::Membership,
        ];
        for (n, last) in all.into_iter().enumerate() {
            let data = outer.path().join(n.to_string());
            let init = typed(&data, "main");
            let mut cut = |piece| if piece == last { Err(Fault::new("cut")) } else { Ok(()) };
            let place = begin(&data);
            assert_eq!(furnish(&place, &init, &host, &mut cut).unwrap_err().text, "cut");
            let told = Place::open(&data).unwrap_err();
            assert!(told.text.contains("init again"), "{told}");
            let other = furnish(&begin(&data), &typed(&data, "other"), &host, &mut |_| Ok(()));
            if last != Piece::Database {
                assert!(other.unwrap_err().text.contains("--id main"));
                let again = begin(&data);
                assert_eq!(again.master.expose(), place.master.expose(), "the key stays");
                assert_eq!(again.origin(), place.origin());
                let first = furnish(&again, &init, &host, &mut |_| Ok(())).unwrap();
                assert!(!first.password.is_empty());
                again.finish().unwrap();
                let place = Place::open(&data).unwrap();
                let wired =
                    wire::open(&place, Elsewhere::default(), Durability::Disk, &host).unwrap();
                let org = wired.org(None).unwrap();
                assert_eq!(counts(&wired, &org), [1, 1, 1], "after {last:?}");
                let account = wired.auth.account_by_login("admin").unwrap();
                assert_eq!(wired.auth.places(&account.id).unwrap().len(), 1);
            }
        }
    }

    #[test]
    fn a_folder_with_a_half_written_key_is_taken_up_and_a_foreign_one_is_not() {
        let outer = tempfile::tempdir().unwrap();
        let data = outer.path().join("data");
        Place::begin(&data, None, None, &SystemHost).unwrap();
        std::fs::write(data.join("master.key"), "OKI1-AB").unwrap();
        std::fs::remove_file(data.join("okiagari.json")).unwrap();
        Place::begin(&data, None, None, &SystemHost).unwrap().finish().unwrap();
        assert!(Place::open(&data).is_ok());
        let filled = Place::begin(&data, None, None, &SystemHost).unwrap_err();
        assert!(filled.text.contains("already holds data"), "{filled}");
    }
}
