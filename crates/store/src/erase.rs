//! Erasure: a field's value and salt leave all revisions of a record and everything derived from
//! them, while every commitment still holds.

use crate::blob;
use crate::conn::{Conn, P};
use crate::error::StoreError;
use crate::project;
use crate::rows::{self, Key};
use crate::server::Digest;
use crate::tx::WriteTx;
use okiagari_log::{Hash, Redaction, Secret, Seed, field::field_states, redact};
use okiagari_model::{OrgId, RecordId, Time};
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::path::Path;

/// One line of the erasure journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The organisation.
    pub org: String,
    /// The leaf that the erasure became.
    pub leaf: u64,
    /// When, epoch milliseconds.
    pub time: i64,
    /// The register.
    pub register: String,
    /// The record.
    pub id: String,
    /// The fields.
    pub fields: Vec<String>,
    /// The number of leaves of the log after the commit that erased them.
    pub size: u64,
    /// The root over those leaves: enough to tell that a restored log is shorter.
    pub root: Hash,
}

/// A stored revision's secret.
pub(crate) enum Kept {
    Seed(Seed),
    Redaction(Redaction),
}

impl Kept {
    /// From the two columns, of which exactly one is there.
    pub(crate) fn read(seed: Option<&[u8]>, redaction: Option<&str>) -> Result<Self, StoreError> {
        match (seed, redaction) {
            (Some(seed), None) => {
                let seed = seed.try_into().map_err(|_| StoreError::corrupt("a seed's length"))?;
                Ok(Self::Seed(Seed(seed)))
            }
            (None, Some(text)) => serde_json::from_str(text)
                .map(Self::Redaction)
                .map_err(|error| StoreError::corrupt(format!("a redaction: {error}"))),
            _ => Err(StoreError::corrupt("a revision has not exactly one of seed and redaction")),
        }
    }

    pub(crate) fn secret(&self) -> Secret<'_> {
        match self {
            Self::Seed(seed) => seed.into(),
            Self::Redaction(redaction) => redaction.into(),
        }
    }
}

/// Erases fields from all revisions before `rev` and makes all rows of the record anew.
pub(crate) fn fields(
    conn: &mut Conn,
    key: Key<'_>,
    fields: &[String],
    rev: u32,
) -> Result<(), StoreError> {
    let record = [P::Text(key.org), P::Text(key.reg.def.id), P::Text(key.id)];
    let stored = conn.query_map(
        "SELECT rev, body, seed, redaction FROM revision \
         WHERE org = $1 AND register = $2 AND id = $3 ORDER BY rev",
        &record,
        |row| {
            let kept = Kept::read(row.opt_blob(2)?, row.opt_text(3)?)?;
            Ok((row.int(0)?, row.text(1)?.to_owned(), kept))
        },
    )?;
    for (number, body, kept) in stored.into_iter().filter(|(n, ..)| *n < i64::from(rev)) {
        let damaged = |error| {
            StoreError::corrupt(format!("{}/{} revision {number}: {error}", key.reg.def.id, key.id))
        };
        let states = field_states(&body, kept.secret()).map_err(damaged)?;
        let present: Vec<&str> =
            fields.iter().map(String::as_str).filter(|f| states.contains_key(f)).collect();
        if present.is_empty() {
            continue;
        }
        let (body, redaction) = redact(&body, kept.secret(), &present).map_err(damaged)?;
        let redaction = serde_json::to_string(&redaction).map_err(StoreError::internal)?;
        conn.execute(
            "UPDATE revision SET body = $5, seed = NULL, redaction = $6 \
             WHERE org = $1 AND register = $2 AND id = $3 AND rev = $4",
            &[record[0], record[1], record[2], P::Int(number), P::Text(&body), P::Text(&redaction)],
        )?;
    }
    // What rules and derived values once said of the record may quote the erased value.
    for table in ["finding", "derived"] {
        let sql = format!("DELETE FROM {table} WHERE org = $1 AND register = $2 AND id = $3");
        conn.execute(&sql, &record)?;
    }
    remake(conn, key)
}

/// Makes head, projection and links of one record from its revisions.
pub(crate) fn remake(conn: &mut Conn, key: Key<'_>) -> Result<(), StoreError> {
    let revs = crate::rebuild::revisions(conn, key)?;
    rows::remove(conn, key)?;
    let id = RecordId::new(key.id);
    let history = project::history(key.reg, &id, &revs);
    for ((title, shared, from, to), rev) in history.heads.iter().zip(&revs) {
        let fields = project::field_values(key.reg, &rev.body)?;
        rows::insert(conn, key, title, shared, (*from, *to), &fields)?;
    }
    for (link, ranges) in &history.links {
        for range in ranges {
            rows::insert_link(conn, key, link, *range)?;
        }
    }
    Ok(())
}

/// Has the search give up the room of tokens that were taken out, so that they cannot be read
/// from the file.
pub(crate) fn purge_search(conn: &mut Conn) -> Result<(), StoreError> {
    match conn.dialect().search_purge() {
        Some(sql) => conn.batch(sql),
        None => Ok(()),
    }
}

/// What stands in the journal in place of a register where a file of evidence was erased; its id
/// is the SHA-256 of the file.
pub(crate) const FILE: &str = "file";

impl WriteTx<'_> {
    /// Destroys the key of a file, and writes so to the erasure journal: a restore from an older
    /// backup, which still has the key, destroys it again. Gives where the bytes lie.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn erase_file(
        &mut self,
        org: &OrgId,
        sha256: &Digest,
        now: Time,
    ) -> Result<Option<String>, StoreError> {
        let erased = blob::rows::erase(self.read.db, org, sha256, now)?;
        if erased.is_some() {
            let size = self.size(org)?;
            self.job.erasures.push(Erasure {
                org: org.as_str().to_owned(),
                leaf: size,
                time: now.millis(),
                register: FILE.to_owned(),
                id: blob::hex(sha256),
                fields: Vec::new(),
                size: 0,
                root: Hash([0; 32]),
            });
        }
        Ok(erased)
    }
}

/// An erasure as the journal takes it; size and root are set when the batch ends.
pub(crate) fn journal_entry(key: Key<'_>, leaf: u64, time: i64, fields: &[String]) -> Erasure {
    Erasure {
        org: key.org.to_owned(),
        leaf,
        time,
        register: key.reg.def.id.to_owned(),
        id: key.id.to_owned(),
        fields: fields.to_vec(),
        size: 0,
        root: Hash([0; 32]),
    }
}

/// Writes lines to the journal and waits until the disk has them. Done before the commit: an
/// erasure that is in the journal and not in the log is harmless, the other way round is not.
pub(crate) fn journal(path: Option<&Path>, entries: &[Erasure]) -> Result<(), StoreError> {
    let (Some(path), false) = (path, entries.is_empty()) else { return Ok(()) };
    let failed = |error: std::io::Error| StoreError::file(path, &error);
    let mut file = std::fs::File::options().create(true).append(true).open(path).map_err(failed)?;
    let mut text = String::new();
    for entry in entries {
        text.push_str(&serde_json::to_string(entry).map_err(StoreError::internal)?);
        text.push('\n');
    }
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// Reads a journal. A last line that was cut off by a crash belongs to a batch that was not
/// committed, and is passed over.
///
/// # Errors
/// [`StoreError::BadBackup`] for any other line that cannot be read.
pub fn read_journal(path: &Path) -> Result<Vec<Erasure>, StoreError> {
    let text = std::fs::read_to_string(path).map_err(|error| StoreError::file(path, &error))?;
    let mut out = Vec::new();
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let Some(line) = line.strip_suffix('\n') else { break };
        out.push(serde_json::from_str(line).map_err(|error| {
            StoreError::BadBackup(format!("{} line {}: {error}", path.display(), at + 1))
        })?);
    }
    Ok(out)
}
