//! `backup` and `restore`: a folder with the mark, the record and the encrypted evidence files.
//! The master key is never in it: a stolen backup must not open what is encrypted.

use crate::check;
use crate::cli;
use crate::config::Where;
use crate::fault::Fault;
use crate::host::SystemHost;
use crate::place::{self, Mark, Place};
use crate::serve::say;
use crate::wire::{self, Durability, Elsewhere, Wired};
use okiagari_app::{AppError, Host};
use okiagari_log::{Checkpoint, VerifierKey};
use okiagari_model::OrgId;
use okiagari_seal::MasterKey;
use okiagari_store::blob::{BlobError, BlobStore};
use okiagari_store::{Manifest, RestoreOptions, Store, StoreError, check_backup};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

const RECORD: &str = "record";
const FILES: &str = "files";

impl From<BlobError> for Fault {
    fn from(error: BlobError) -> Self {
        let message = error.message();
        Self::new(format!("{} / {}", message.en, message.ja))
    }
}

/// Evidence files of a place, beside the application's own use of them.
fn blobs(place: &Place, elsewhere: Elsewhere<'_>) -> Result<BlobStore, Fault> {
    let config = wire::config(place, elsewhere, Durability::Disk);
    let opened =
        BlobStore::open(&config.evidence, config.evidence_keys, &config.staging, config.master);
    Ok(opened?)
}

/// A path from a backup or database, never outside its folder.
fn inside(folder: &Path, location: &str) -> Result<PathBuf, Fault> {
    let relative = Path::new(location);
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if plain && !location.is_empty() {
        return Ok(folder.join(relative));
    }
    Err(Fault::new(format!("{location:?} is no place for a file")))
}

/// `okiagari backup`
///
/// # Errors
/// Where the folder is not empty or the disk is full.
pub fn backup(typed: &cli::Backup) -> Result<(), Fault> {
    let at = Where::of(&typed.at)?;
    let place = Place::open(&at.data)?;
    let host: Arc<dyn Host> = Arc::new(SystemHost);
    let wired = wire::open_to_look(&place, Elsewhere::from(&at), &host)?;
    // Signed now, so that the backup carries a checkpoint of its own last leaf. A running server
    // signs by itself, every minute.
    for org in wired.orgs(None)? {
        match wired.app.sign_checkpoint(&org) {
            Ok(_) | Err(AppError::Store(StoreError::OnlyLooking)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    place::refuse_filled(&typed.to)?;
    place::make_private_folder(&typed.to)?;
    let bar = check::bar("backup");
    let manifest = wired.app.store().backup(&typed.to.join(RECORD), host.now(), &|rows| {
        bar.set_position(rows);
    })?;
    let store = blobs(&place, Elsewhere::from(&at))?;
    let mut files = 0u64;
    wired.app.files().each(|blob| {
        if blob.wrapped_key.is_some() {
            copy_out(&store, &typed.to.join(FILES), &blob.location)?;
            files += 1;
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    // Last: a folder without the mark is no whole backup.
    place.mark().write(&typed.to)?;
    let leaves: u64 = manifest.organisations.iter().map(|head| head.size).sum();
    say(&format!(
        "{}: {leaves} 項目 / leaves, {files} ファイル / files\n\
         master.key は含まれていません。別に保管してください。 / master.key is not in it; keep it apart.\n",
        typed.to.display()
    ));
    Ok(())
}

fn copy_out(store: &BlobStore, folder: &Path, location: &str) -> Result<(), BlobError> {
    let failed = |error: std::io::Error| BlobError::Write(error);
    let refused = |fault: Fault| BlobError::Write(std::io::Error::other(fault.text));
    let path = inside(folder, location).map_err(refused)?;
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    let mut file = File::create_new(&path).map_err(failed)?;
    store.copy_out(location, &mut file)?;
    file.flush().and_then(|()| file.sync_all()).map_err(failed)
}

/// `okiagari restore`
///
/// # Errors
/// Where backup or key do not fit; ends with 1 where the restored record does not verify. The
/// place named stays untouched then.
pub fn restore(typed: &cli::Restore) -> Result<(), Fault> {
    let manifest = check_backup(&typed.from.join(RECORD))?;
    let mark = Mark::read(&typed.from)?;
    place::refuse_filled(&typed.data)?;
    let beside = beside(&typed.data)?;
    let known = typed.known_checkpoint.as_deref().map(|file| known(typed, &manifest, file));
    let known = known.transpose()?;
    let mark = mark.moved(typed.database.clone());
    let place = Place::create_with(&beside, mark, master(typed)?)?;
    let elsewhere =
        Elsewhere { database: typed.database.as_deref(), evidence: typed.evidence.as_deref() };
    let epoch = load(typed, &place, elsewhere, known.as_ref().map(|(_, c)| c.clone()))?;
    // Where an epoch was opened, the known checkpoint speaks of leaves that are gone: the record
    // names them itself, and cannot be compared with it.
    let known = known.filter(|_| epoch == Epoch::Same);
    copy_files_in(typed, &place, elsewhere)?;
    verify(&place, elsewhere, known.as_ref().map(|(note, _)| note.as_str()))?;
    if typed.data.exists() {
        fs::remove_dir(&typed.data).map_err(|error| Fault::file(&typed.data, &error))?;
    }
    fs::rename(&beside, &typed.data).map_err(|error| Fault::file(&typed.data, &error))?;
    say(&format!(
        "{}: 復元し、検証しました。 / restored and verified.\n\
         API トークンはすべて無効にしました。作り直してください。サインインもやり直しです。\n\
         Every API token was withdrawn: make new ones. Everybody signs in again.\n",
        typed.data.display()
    ));
    Ok(())
}

/// A fresh folder beside the one named, for what is not verified yet.
fn beside(data: &Path) -> Result<PathBuf, Fault> {
    let mut name = data.as_os_str().to_owned();
    name.push(".restoring");
    let beside = PathBuf::from(name);
    if beside.exists() {
        return Err(Fault::new(format!(
            "{} is left from an earlier restore; look at it and remove it. / 前回の復元の途中のフォルダーが残っています。確かめて消してください。",
            beside.display()
        )));
    }
    Ok(beside)
}

/// The key: from the file named, or typed.
fn master(typed: &cli::Restore) -> Result<MasterKey, Fault> {
    let mut text = Zeroizing::new(String::new());
    match &typed.key {
        Some(file) => {
            *text = fs::read_to_string(file).map_err(|error| Fault::file(file, &error))?;
        }
        None => {
            eprintln!(
                "紙に控えた鍵（OKI1-…）を入力してください。 / Type the key from its paper copy:"
            );
            let read = std::io::stdin().lock().read_line(&mut text);
            read.map_err(|error| Fault::new(error.to_string()))?;
        }
    }
    if text.trim().is_empty() {
        return Err(Fault::new(
            "the master key is needed: --key FILE (master.key of the old server, or the paper copy typed into a file). / 鍵が必要です（--key）。",
        ));
    }
    MasterKey::from_paper(text.trim())
        .map_err(|error| Fault::new(format!("{} / {}", error.message(false), error.message(true))))
}

/// The checkpoint known from outside, verified by the key that stands in the backup.
fn known(
    typed: &cli::Restore,
    manifest: &Manifest,
    file: &Path,
) -> Result<(String, Checkpoint), Fault> {
    let note = fs::read_to_string(file).map_err(|error| Fault::file(file, &error))?;
    let origin = note.lines().next().unwrap_or_default().to_owned();
    let (base, _) = okiagari_log::split_origin(&origin);
    let head = manifest.organisations.iter().find(|head| head.origin == base);
    let head = head.ok_or_else(|| {
        Fault::new(format!("{} is a checkpoint of no record in this backup", file.display()))
    })?;
    let bad = |why: String| Fault::new(format!("{}: {why}", file.display()));
    let key: VerifierKey = verifier(typed, manifest, &head.org)?
        .parse()
        .map_err(|e: okiagari_log::NoteError| bad(e.to_string()))?;
    let key = key.renamed(&origin).map_err(|error| bad(error.to_string()))?;
    let checkpoint = Checkpoint::verify(&note, &key).map_err(|error| bad(error.to_string()))?;
    Ok((note, checkpoint))
}

/// The public key of an organisation, from the backup's own table.
fn verifier(typed: &cli::Restore, manifest: &Manifest, org: &str) -> Result<String, Fault> {
    let missing = || Fault::new(format!("the backup has no key of {org}"));
    let table = manifest.tables.iter().find(|t| t.name == "org").ok_or_else(missing)?;
    let column = |name: &str| table.columns.iter().position(|c| c == name).ok_or_else(missing);
    let (id, key) = (column("id")?, column("verifier")?);
    let path = typed.from.join(RECORD).join(table.file());
    let file = File::open(&path).map_err(|error| Fault::file(&path, &error))?;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| Fault::file(&path, &error))?;
        let row: Vec<Value> = serde_json::from_str(&line).map_err(|_| missing())?;
        if row.get(id).and_then(Value::as_str) == Some(org) {
            return row.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(missing);
        }
    }
    Err(missing())
}

/// Whether the restored log goes on as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Epoch {
    /// Nothing is known to be lost.
    Same,
    /// A new epoch names what is lost.
    New,
}

fn load(
    typed: &cli::Restore,
    place: &Place,
    elsewhere: Elsewhere<'_>,
    known: Option<Checkpoint>,
) -> Result<Epoch, Fault> {
    let options = RestoreOptions {
        known: known.into_iter().collect(),
        journal: typed.erasures.clone(),
        actor: "system:restore".to_owned(),
        now: SystemHost.now(),
        ids: Box::new(SystemHost),
    };
    let bar = check::bar("restore");
    let shown = bar.clone();
    let config = wire::config(place, elsewhere, Durability::Disk).store;
    let from = typed.from.join(RECORD);
    let registers = okiagari_model::REGISTERS;
    let restored =
        Store::restore(&from, config, registers, options, move |rows| shown.set_position(rows));
    bar.finish_and_clear();
    let (store, restored) = restored?;
    drop(store);
    let mut opened = Epoch::Same;
    for one in restored {
        if let Some((epoch, size)) = one.lost {
            opened = Epoch::New;
            say(&format!(
                "{}: {}〜{} の証跡項目は失われています。第{epoch}期を開きました。 / leaves {} to {} are lost; epoch {epoch} begins and names them.\n",
                one.org,
                one.size,
                size.saturating_sub(1),
                one.size,
                size.saturating_sub(1),
            ));
        }
        for (register, id) in &one.erased {
            say(&format!("{}: {register}/{id} もう一度消去しました。 / erased again.\n", one.org));
        }
    }
    Ok(opened)
}

fn copy_files_in(
    typed: &cli::Restore,
    place: &Place,
    elsewhere: Elsewhere<'_>,
) -> Result<(), Fault> {
    let wired = open(place, elsewhere)?;
    let store = blobs(place, elsewhere)?;
    let folder = typed.from.join(FILES);
    wired.app.files().each(|blob| {
        if blob.wrapped_key.is_none() {
            return Ok(());
        }
        let refused = |fault: Fault| BlobError::Upload(std::io::Error::other(fault.text));
        let path = inside(&folder, &blob.location).map_err(refused)?;
        let file = File::open(&path).map_err(BlobError::Upload)?;
        store.copy_in(&blob.location, file, &mut |bytes| Host::fill(&SystemHost, bytes))
    })?;
    Ok(())
}

fn verify(place: &Place, elsewhere: Elsewhere<'_>, known: Option<&str>) -> Result<(), Fault> {
    let wired = open(place, elsewhere)?;
    let base = |name: &str| okiagari_log::split_origin(name).0.to_owned();
    let mut wrong: Vec<OrgId> = Vec::new();
    for org in wired.orgs(None)? {
        let own = base(wired.app.verifier(&org)?.name());
        let of = |note: &&str| base(note.lines().next().unwrap_or_default()) == own;
        let report = check::report(&wired, &org, known.filter(of).map(str::to_owned))?;
        say(&check::as_text(&report));
        if !report.ok() {
            wrong.push(org);
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Fault::found(format!(
        "what was restored does not verify and was not put in place; it lies in {}. / 復元したデータが検証できないため、切り替えていません。",
        place.folder().display()
    )))
}

fn open(place: &Place, elsewhere: Elsewhere<'_>) -> Result<Wired, Fault> {
    let host: Arc<dyn Host> = Arc::new(SystemHost);
    wire::open(place, elsewhere, Durability::Disk, &host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_never_leads_out_of_its_folder() {
        let folder = Path::new("/backup/files");
        assert_eq!(inside(folder, "a/b").unwrap(), Path::new("/backup/files/a/b"));
        for bad in ["../x", "/etc/passwd", "a/../../x", ""] {
            assert!(inside(folder, bad).is_err(), "{bad:?}");
        }
    }
}
