//! Backups: everything that cannot be worked out again, as plain files that either engine reads.
//!
//! A backup is a folder: `manifest.json` and one file of JSON lines for each table, each row an
//! array in the order of the manifest's columns, bytes as `{"b": "<Base64>"}`. Heads,
//! projections, links and search are left out: a restore makes them again from the revisions.

use crate::conn::{P, Row};
use crate::error::StoreError;
use crate::logstate::Head;
use crate::schema::{SCHEMA_VERSION, TableDef, Ty, tables};
use crate::store::Store;
use crate::tx::ReadTx;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use okiagari_log::Hash;
use okiagari_model::{OrgId, Time};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

/// The form of backups that this program writes and reads.
pub const BACKUP_FORMAT: u32 = 1;

/// The file that lists all others, written last.
pub const MANIFEST: &str = "manifest.json";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`BACKUP_FORMAT`].
    pub format: u32,
    /// The version of the tables, `SCHEMA_VERSION`.
    pub schema: i64,
    /// When it was made, epoch milliseconds.
    pub made_at: i64,
    /// Where each organisation's log stood.
    pub organisations: Vec<BackupHead>,
    /// Its files.
    pub tables: Vec<BackupTable>,
}

/// Where an organisation's log stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupHead {
    /// The organisation.
    pub org: String,
    /// The name of its log without the epoch.
    pub origin: String,
    /// The epoch.
    pub epoch: u32,
    /// The number of leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// Its newest checkpoint, a signed note.
    pub checkpoint: Option<String>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupTable {
    /// The table.
    pub name: String,
    /// The columns in the order of each line.
    pub columns: Vec<String>,
    /// The number of lines.
    pub rows: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

impl BackupTable {
    /// The name of its file.
    pub fn file(&self) -> String {
        format!("{}.jsonl", self.name)
    }
}

impl Store {
    /// Writes a backup of one moment into a new or empty folder, while others go on working.
    /// `progress` is told how many rows are written.
    ///
    /// # Errors
    /// [`StoreError::File`] where the folder has something in it or cannot be written,
    /// [`StoreError::DiskFull`], or what the engine reports.
    pub fn backup(
        &self,
        folder: &Path,
        now: Time,
        progress: &dyn Fn(u64),
    ) -> Result<Manifest, StoreError> {
        let failed = |error: std::io::Error| StoreError::file(folder, &error);
        std::fs::create_dir_all(folder).map_err(failed)?;
        if std::fs::read_dir(folder).map_err(failed)?.next().is_some() {
            let path = folder.display().to_string();
            return Err(StoreError::File { path, why: "the folder is not empty".to_owned() });
        }
        self.read(|tx| {
            let mut manifest = Manifest {
                format: BACKUP_FORMAT,
                schema: SCHEMA_VERSION,
                made_at: now.millis(),
                organisations: heads(tx)?,
                tables: Vec::new(),
            };
            let mut done = 0;
            for table in tables().filter(|table| table.backup) {
                let written = write_table(tx, folder, table, &mut |rows| {
                    done += rows;
                    progress(done);
                })?;
                manifest.tables.push(written);
            }
            let text = serde_json::to_vec_pretty(&manifest).map_err(StoreError::internal)?;
            write_whole(&folder.join(MANIFEST), &text)?;
            // The folder's own entry for the files, so that a power cut cannot lose them.
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
            Ok(manifest)
        })
    }
}

fn heads(tx: &mut ReadTx<'_>) -> Result<Vec<BackupHead>, StoreError> {
    let mut out = Vec::new();
    for org in crate::rebuild::organisations(tx.db)? {
        let Some(head) = Head::read(tx.db, &org, "")? else { continue };
        let checkpoint = tx.latest_checkpoint(&OrgId::new(org.as_str()))?.map(|c| c.note);
        out.push(BackupHead {
            org,
            origin: head.base,
            epoch: head.epoch,
            size: head.size,
            root: head.root,
            checkpoint,
        });
    }
    Ok(out)
}

fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| StoreError::file(path, &error);
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.sync_all().map_err(failed)
}

fn write_table(
    tx: &mut ReadTx<'_>,
    folder: &Path,
    table: &TableDef,
    progress: &mut dyn FnMut(u64),
) -> Result<BackupTable, StoreError> {
    let mut out = BackupTable {
        name: table.name.to_owned(),
        columns: table.columns.iter().map(|c| c.name.to_owned()).collect(),
        rows: 0,
        sha256: String::new(),
    };
    let path = folder.join(out.file());
    let failed = |error: std::io::Error| StoreError::file(&path, &error);
    let mut file = BufWriter::new(File::create_new(&path).map_err(failed)?);
    let mut digest = Sha256::new();
    let quote = |names: Vec<&str>| {
        names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    };
    let sql = format!(
        "SELECT {} FROM {} ORDER BY {}",
        quote(table.columns.iter().map(|c| c.name).collect()),
        table.name,
        quote(table.key.to_vec())
    );
    let mut line = String::new();
    tx.db.for_each(&sql, &[], |row| {
        line.clear();
        write_row(&mut line, table, row)?;
        digest.update(line.as_bytes());
        file.write_all(line.as_bytes()).map_err(failed)?;
        out.rows += 1;
        if out.rows.is_multiple_of(1000) {
            progress(1000);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    progress(out.rows % 1000);
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    out.sha256 = hex(&digest.finalize());
    Ok(out)
}

/// One line: the row as a JSON array.
fn write_row(line: &mut String, table: &TableDef, row: &Row<'_>) -> Result<(), StoreError> {
    line.push('[');
    for (at, column) in table.columns.iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        match column.ty {
            Ty::Int => match row.opt_int(at)? {
                Some(number) => line.push_str(&number.to_string()),
                None => line.push_str("null"),
            },
            Ty::Text => match row.opt_text(at)? {
                Some(text) => crate::body::string(line, text),
                None => line.push_str("null"),
            },
            Ty::Blob => match row.opt_blob(at)? {
                Some(bytes) => {
                    line.push_str("{\"b\":\"");
                    STANDARD.encode_string(bytes, line);
                    line.push_str("\"}");
                }
                None => line.push_str("null"),
            },
        }
    }
    line.push_str("]\n");
    Ok(())
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String has no way to fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A value read back from a backup.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Cell {
    Null(()),
    Int(i64),
    Text(String),
    Blob(Bytes),
}

/// Bytes in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bytes {
    #[serde(rename = "b", deserialize_with = "base64")]
    bytes: Vec<u8>,
}

fn base64<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

impl Cell {
    pub(crate) fn param(&self) -> P<'_> {
        match self {
            Self::Null(()) => P::Null,
            Self::Int(number) => P::Int(*number),
            Self::Text(text) => P::Text(text),
            Self::Blob(bytes) => P::Blob(&bytes.bytes),
        }
    }

    /// Whether it may stand in a column.
    pub(crate) fn fits(&self, ty: Ty, null: bool) -> bool {
        match self {
            Self::Null(()) => null,
            Self::Int(_) => ty == Ty::Int,
            Self::Text(_) => ty == Ty::Text,
            Self::Blob(_) => ty == Ty::Blob,
        }
    }
}
