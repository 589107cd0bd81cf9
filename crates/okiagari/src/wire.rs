//! Opens the application over a place.

use crate::config::Where;
use crate::fault::Fault;
use crate::place::Place;
use okiagari_app::auth::Auth;
use okiagari_app::{App, AppError, Config, Host};
use okiagari_model::OrgId;
use okiagari_store::StoreError;
use okiagari_store::blob::Credentials;
use std::sync::Arc;

/// What commands work with.
pub struct Wired {
    /// The application.
    pub app: App,
    /// Accounts and sign-in.
    pub auth: Auth,
}

/// Whether commits wait for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every commit waits for the disk.
    Disk,
    /// Commits do not wait: for demo data that are being written and can be written again.
    None,
}

/// Other places than the data folder's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Elsewhere<'a> {
    /// Database address.
    pub database: Option<&'a str>,
    /// Evidence files.
    pub evidence: Option<&'a str>,
}

impl<'a> From<&'a Where> for Elsewhere<'a> {
    fn from(at: &'a Where) -> Self {
        Self { database: at.database.as_deref(), evidence: at.evidence.as_deref() }
    }
}

/// Opens a place.
///
/// # Errors
/// Where database, evidence files or key cannot be opened.
pub fn open(
    place: &Place,
    elsewhere: Elsewhere<'_>,
    durability: Durability,
    host: &Arc<dyn Host>,
) -> Result<Wired, Fault> {
    let app = App::open(config(place, elsewhere, durability), Arc::clone(host))?;
    check_key(&app, place)?;
    let auth = app.auth().clone();
    Ok(Wired { app, auth })
}

/// Opens a place to look: beside a running server too, then without writing anything.
///
/// # Errors
/// As [`open`].
pub fn open_to_look(
    place: &Place,
    elsewhere: Elsewhere<'_>,
    host: &Arc<dyn Host>,
) -> Result<Wired, Fault> {
    let mut config = config(place, elsewhere, Durability::Disk);
    let app = match App::open(config.clone(), Arc::clone(host)) {
        Err(AppError::Store(StoreError::Locked(_))) => {
            config.store.only_look = true;
            App::open(config, Arc::clone(host))?
        }
        opened => opened?,
    };
    check_key(&app, place)?;
    let auth = app.auth().clone();
    Ok(Wired { app, auth })
}

/// Another key than the one the data were made with would wrap new files that the true one cannot
/// open, and could sign nothing: better not to begin.
fn check_key(app: &App, place: &Place) -> Result<(), Fault> {
    for org in app.organisations()? {
        match app.verifier(&org.id) {
            Ok(_) => {}
            Err(AppError::Internal(why)) => {
                let file = place.key_file();
                let file = file.display();
                return Err(Fault::new(format!(
                    "{file} is not the key of these data ({why}). Put the right key in its place. / {file} はこのデータの鍵ではありません。正しい鍵に戻してください。"
                )));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// How a place is opened.
pub fn config(place: &Place, elsewhere: Elsewhere<'_>, durability: Durability) -> Config {
    let mut config = Config::in_folder(place.folder(), place.origin(), place.master.clone());
    if let Some(url) = elsewhere.database.or(place.database()) {
        url.clone_into(&mut config.store.url);
    }
    if let Some(url) = elsewhere.evidence {
        url.clone_into(&mut config.evidence);
    }
    config.store.durable = durability == Durability::Disk;
    config.evidence_keys = evidence_keys();
    config
}

/// Keys of an S3-compatible store, from the environment alone: a file or a flag would show them.
fn evidence_keys() -> Option<Credentials> {
    let read = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    Some(Credentials {
        access_key: read("OKIAGARI_S3_ACCESS_KEY")?,
        secret_key: read("OKIAGARI_S3_SECRET_KEY")?,
        session_token: read("OKIAGARI_S3_SESSION_TOKEN"),
    })
}

impl Wired {
    /// The organisation meant: the one named, or the only one.
    ///
    /// # Errors
    /// Lists the organisations where the name is missing or unknown.
    pub fn org(&self, named: Option<&str>) -> Result<OrgId, Fault> {
        let all = self.app.organisations()?;
        let found = match named {
            Some(id) => all.iter().find(|o| o.id.as_str() == id),
            None if all.len() == 1 => all.first(),
            None => None,
        };
        found.map(|o| o.id.clone()).ok_or_else(|| {
            let known: Vec<String> =
                all.iter().map(|o| format!("  {}  {}", o.id, o.name)).collect();
            Fault::new(format!(
                "name the organisation with --org. There are:\n{}",
                known.join("\n")
            ))
        })
    }

    /// The organisations meant: the one named, or all.
    ///
    /// # Errors
    /// As [`Wired::org`].
    pub fn orgs(&self, named: Option<&str>) -> Result<Vec<OrgId>, Fault> {
        match named {
            Some(_) => Ok(vec![self.org(named)?]),
            None => Ok(self.app.organisations()?.into_iter().map(|o| o.id).collect()),
        }
    }
}
