//! Taking up a backup: check its files, load them, make what is derived, open a new epoch where
//! the log is known to have been longer, erase again what was erased since.

use crate::append::{ChangeDraft, RevisionDraft};
use crate::backup::{BACKUP_FORMAT, BackupTable, Cell, MANIFEST, Manifest, hex};
use crate::blob;
use crate::conn::P;
use crate::erase::{Erasure, FILE, read_journal};
use crate::error::StoreError;
use crate::schema::{SCHEMA_VERSION, TableDef, tables};
use crate::server::token;
use crate::store::{Store, StoreConfig};
use crate::tx::WriteTx;
use okiagari_log::leaf::EPOCH_OPEN;
use okiagari_log::{Checkpoint, EpochOpen, LeafNote};
use okiagari_model::{Ids, OrgId, RecordId, RegisterDef, RowFilter, Time};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

/// About how many values are inserted by one statement.
const VALUES: usize = 400;

/// How a backup is taken up.
pub struct RestoreOptions {
    /// Newer checkpoints that were kept outside, already verified. Where one is of a longer log
    /// than the backup has, a new epoch names the lost range.
    pub known: Vec<Checkpoint>,
    /// The erasure journal of the server that was lost.
    pub journal: Option<PathBuf>,
    /// Who restores, as an opaque id.
    pub actor: String,
    /// Now.
    pub now: Time,
    /// Random bytes for the revisions that erase again.
    pub ids: Box<dyn Ids>,
}

/// What a restore did with one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The organisation.
    pub org: OrgId,
    /// How many leaves the backup had.
    pub size: u64,
    /// The epoch that was opened, and up to which size leaves are known to be lost.
    pub lost: Option<(u32, u64)>,
    /// Records from which fields were erased again: register and id.
    pub erased: Vec<(String, String)>,
}

/// Reads a backup's manifest and checks every file against it.
///
/// # Errors
/// [`StoreError::BadBackup`] for a form that is not known or a file that is not as it was.
pub fn check_backup(folder: &Path) -> Result<Manifest, StoreError> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read(&path).map_err(|error| StoreError::file(&path, &error))?;
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|error| StoreError::BadBackup(format!("{MANIFEST}: {error}")))?;
    if manifest.format != BACKUP_FORMAT {
        return Err(StoreError::BadBackup(format!("its form {} is not known", manifest.format)));
    }
    if manifest.schema != SCHEMA_VERSION {
        return Err(StoreError::UnknownSchema { found: manifest.schema, known: SCHEMA_VERSION });
    }
    for table in &manifest.tables {
        if table_def(table).is_none() {
            return Err(StoreError::BadBackup(format!("the table {} is not known", table.name)));
        }
        let path = folder.join(table.file());
        let failed = |error: std::io::Error| StoreError::file(&path, &error);
        let mut file = BufReader::new(File::open(&path).map_err(failed)?);
        let mut digest = Sha256::new();
        loop {
            let bytes = file.fill_buf().map_err(failed)?;
            if bytes.is_empty() {
                break;
            }
            digest.update(bytes);
            let read = bytes.len();
            file.consume(read);
        }
        if hex(&digest.finalize()) != table.sha256 {
            return Err(StoreError::BadBackup(format!(
                "{} is not as it was written",
                table.file()
            )));
        }
    }
    Ok(manifest)
}

/// The table that a file is of; `None` for a name that this program does not have.
fn table_def(table: &BackupTable) -> Option<&'static TableDef> {
    tables().find(|def| def.name == table.name && def.backup)
}

impl Store {
    /// Takes a backup up into an empty database, and gives the store with what was done. Verify
    /// it before it serves.
    ///
    /// # Errors
    /// [`StoreError::BadBackup`] where the backup is damaged or the database is not empty;
    /// otherwise as for [`Store::open`] and [`Store::write`].
    pub fn restore(
        from: &Path,
        config: StoreConfig,
        defs: &'static [&'static RegisterDef],
        options: RestoreOptions,
        progress: impl Fn(u64) + Send + Sync + 'static,
    ) -> Result<(Self, Vec<Restored>), StoreError> {
        let manifest = check_backup(from)?;
        let journal = options.journal.as_deref().map(read_journal).transpose()?;
        let store = Self::open(config, defs)?;
        let folder = from.to_owned();
        let loaded = manifest.clone();
        let now = options.now;
        store.write_much(None, "restore", move |tx| {
            load(tx, &folder, &loaded, &progress)?;
            // A token that was withdrawn after the backup would work again, and whoever stole the
            // backup's server may hold any of them. Sessions are in no backup.
            let revoked = token::revoke_every(tx.read.db, now)?;
            tracing::info!(revoked, "tokens of the backup no longer work");
            Ok::<_, StoreError>(())
        })?;
        store.rebuild(None, |_| {})?;
        let mut erasures: BTreeMap<String, Vec<Erasure>> = BTreeMap::new();
        for erasure in journal.unwrap_or_default() {
            erasures.entry(erasure.org.clone()).or_default().push(erasure);
        }
        let mut ids = options.ids;
        let mut out = Vec::new();
        for head in &manifest.organisations {
            let org = OrgId::new(head.org.as_str());
            let later: Vec<Erasure> = erasures
                .remove(&head.org)
                .unwrap_or_default()
                .into_iter()
                .filter(|erasure| erasure.leaf >= head.size)
                .collect();
            let known = known_longest(&options.known, &later, &head.origin, head.epoch);
            let (actor, now) = (options.actor.clone(), options.now);
            let key = org.clone();
            let (restored, back) = store.write(&org, "restore.finish", move |tx| {
                let lost = match &known {
                    Some(known) => tx.open_epoch(known, &actor, now)?.map(|e| (e, known.size)),
                    None => None,
                };
                let erased = erase_again(tx, &key, &later, &actor, now, ids.as_mut())?;
                let size = tx.size(&key)?;
                tracing::info!(org = %key, size, "restored");
                Ok::<_, StoreError>(((lost, erased), ids))
            })?;
            ids = back;
            out.push(Restored { org, size: head.size, lost: restored.0, erased: restored.1 });
        }
        Ok((store, out))
    }
}

/// The longest state of a log in this epoch that is known from outside the backup.
fn known_longest(
    known: &[Checkpoint],
    later: &[Erasure],
    base: &str,
    epoch: u32,
) -> Option<Checkpoint> {
    let origin = okiagari_log::epoch_origin(base, epoch);
    let signed = known.iter().filter(|checkpoint| checkpoint.origin == origin).cloned();
    let journaled = later.iter().map(|erasure| Checkpoint {
        origin: origin.clone(),
        size: erasure.size,
        root: erasure.root,
        extensions: Vec::new(),
    });
    // Of two of one size the signed one stands first and is kept.
    signed.chain(journaled).reduce(|one, other| if other.size > one.size { other } else { one })
}

/// Loads all files. The database must be empty.
fn load(
    tx: &mut WriteTx<'_>,
    folder: &Path,
    manifest: &Manifest,
    progress: &dyn Fn(u64),
) -> Result<(), StoreError> {
    if tx.read.db.query_int("SELECT count(*) FROM head", &[])? > 0 {
        return Err(StoreError::BadBackup("the database to restore into is not empty".to_owned()));
    }
    let mut done = 0;
    for table in &manifest.tables {
        let def = table_def(table).ok_or_else(|| {
            StoreError::BadBackup(format!("the table {} is not known", table.name))
        })?;
        load_table(tx, folder, table, def, &mut |rows| {
            done += rows;
            progress(done);
        })?;
    }
    // Numbers in the search are given out anew.
    tx.read.db.execute("DELETE FROM sequence WHERE org = '' AND name = 'search'", &[])?;
    tx.batch.docs.forget();
    Ok(())
}

fn load_table(
    tx: &mut WriteTx<'_>,
    folder: &Path,
    table: &BackupTable,
    def: &TableDef,
    progress: &mut dyn FnMut(u64),
) -> Result<(), StoreError> {
    let path = folder.join(table.file());
    let failed = |error: std::io::Error| StoreError::file(&path, &error);
    let bad = |line: u64, why: String| {
        StoreError::BadBackup(format!("{} line {line}: {why}", table.file()))
    };
    let mut columns = Vec::new();
    for name in &table.columns {
        let column = def.columns.iter().find(|column| column.name == name);
        columns.push(column.ok_or_else(|| bad(0, format!("the column {name} is not known")))?);
    }
    let full = (VALUES / columns.len().max(1)).max(1);
    let mut rows: Vec<Vec<Cell>> = Vec::with_capacity(full);
    let file = BufReader::new(File::open(&path).map_err(failed)?);
    let mut count = 0;
    for line in file.lines() {
        let line = line.map_err(failed)?;
        count += 1;
        let row: Vec<Cell> =
            serde_json::from_str(&line).map_err(|error| bad(count, error.to_string()))?;
        let fits = row.len() == columns.len()
            && row.iter().zip(&columns).all(|(cell, column)| cell.fits(column.ty, column.null));
        if !fits {
            return Err(bad(count, "a value does not fit its column".to_owned()));
        }
        rows.push(row);
        if rows.len() == full {
            insert(tx, table, &rows)?;
            progress(rows.len() as u64);
            rows.clear();
        }
    }
    if count != table.rows {
        return Err(bad(count, format!("there should be {} lines", table.rows)));
    }
    if !rows.is_empty() {
        insert(tx, table, &rows)?;
        progress(rows.len() as u64);
    }
    Ok(())
}

fn insert(tx: &mut WriteTx<'_>, table: &BackupTable, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
    let names: Vec<String> = table.columns.iter().map(|name| format!("\"{name}\"")).collect();
    let mut sql = format!("INSERT INTO {} ({}) VALUES ", table.name, names.join(", "));
    let mut params: Vec<P<'_>> = Vec::with_capacity(rows.len() * names.len());
    for (at, row) in rows.iter().enumerate() {
        sql.push_str(if at > 0 { ", (" } else { "(" });
        for (place, cell) in row.iter().enumerate() {
            params.push(cell.param());
            sql.push_str(if place > 0 { ", $" } else { "$" });
            sql.push_str(&params.len().to_string());
        }
        sql.push(')');
    }
    tx.read.db.execute(&sql, &params).map(|_| ())
}

impl WriteTx<'_> {
    /// Opens a new epoch where a checkpoint of the present one, kept outside and verified, is of
    /// a longer log than there is. Gives the new epoch; `None` where the log has all of it.
    ///
    /// # Errors
    /// [`StoreError::BadValue`] where the checkpoint is of another log or epoch, or of another
    /// history of this one: then nothing was lost, but one of both is forged.
    pub fn open_epoch(
        &mut self,
        known: &Checkpoint,
        actor: &str,
        now: Time,
    ) -> Result<Option<u32>, StoreError> {
        let bad = |why| StoreError::BadValue { field: "checkpoint".to_owned(), why };
        let org = self.org()?.clone();
        if !self.job.leaves.is_empty() {
            return Err(bad("an epoch opens in a change of its own"));
        }
        let log = self
            .batch
            .logs
            .get(&org)
            .ok_or_else(|| StoreError::internal("the log is not locked"))?;
        if known.origin != log.origin() {
            return Err(bad("it is of another log or epoch"));
        }
        let (size, epoch) = (log.appender.size(), log.epoch);
        if known.size < size {
            // Leaves of the same batch may not be in the head yet; they do not matter here.
            let root = crate::logstate::load(self.read.db, org.as_str(), known.size)?.root();
            return if root == known.root {
                Ok(None)
            } else {
                Err(bad("it tells another history"))
            };
        }
        if known.size == size && known.root == log.appender.root() {
            return Ok(None);
        }
        let open = EpochOpen { from_size: size, known_size: known.size, known_root: known.root };
        self.job.epoch = Some(epoch + 1);
        self.append_leaf(crate::append::Header {
            now: now.millis(),
            actor,
            role: "",
            action: EPOCH_OPEN,
            items: Vec::new(),
            pins: BTreeMap::new(),
            note: Some(LeafNote::EpochOpen(open)),
        })?;
        Ok(Some(epoch + 1))
    }
}

/// Erases what the journal says was erased after the backup was made.
fn erase_again(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    later: &[Erasure],
    actor: &str,
    now: Time,
    ids: &mut dyn Ids,
) -> Result<Vec<(String, String)>, StoreError> {
    let mut wanted: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for erasure in later {
        let fields = wanted.entry((&erasure.register, &erasure.id)).or_default();
        fields.extend(erasure.fields.iter().map(String::as_str));
    }
    let mut revisions = Vec::new();
    for ((register, id), fields) in wanted {
        // A record that was made after the backup is lost with everything in it.
        if register == FILE {
            if let Some(sha256) = blob::parse_sha256(id) {
                blob::rows::erase(tx.read.db, org, &sha256, now)?;
            }
            continue;
        }
        let Some(reg) = tx.read.registry.find(register) else { continue };
        let id = RecordId::new(id);
        let Some(record) = tx.get(org, reg.def, &id, &RowFilter::everything())? else { continue };
        let mut body = record.body;
        body.retain(|field, _| !fields.contains(field.as_str()));
        let erase = fields.into_iter().map(str::to_owned).collect();
        revisions.push(RevisionDraft { def: reg.def, id, expected_rev: record.rev, body, erase });
    }
    let erased = revisions
        .iter()
        .map(|revision| (revision.def.id.to_owned(), revision.id.to_string()))
        .collect();
    while !revisions.is_empty() {
        // A leaf holds some hundred items at most.
        let rest = revisions.split_off(revisions.len().min(100));
        let part = std::mem::replace(&mut revisions, rest);
        let draft = ChangeDraft {
            org,
            now,
            actor,
            role: "",
            action: "restore.erase",
            revisions: part,
            pins: BTreeMap::new(),
            note: None,
        };
        tx.append(draft, ids)?;
    }
    Ok(erased)
}
