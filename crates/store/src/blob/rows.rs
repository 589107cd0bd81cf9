//! The table of files: what each is, where its bytes lie, and its key.

use super::hex;
use crate::conn::{Conn, P, Row};
use crate::error::StoreError;
use crate::schema::{ColumnDef as C, IndexDef, TableDef};
use crate::server::{Digest, digest, opt_time, time};
use okiagari_model::{OrgId, Time};

pub(super) const TABLES: &[TableDef] = &[TableDef {
    name: "blob",
    about: "evidence files; the bytes lie outside the database, encrypted",
    columns: &[
        C::text("org", "organisation"),
        C::blob("sha256", "SHA-256 of the original: its address"),
        C::int("size", "bytes of the original"),
        C::int("cipher_size", "bytes as stored"),
        C::blob("wrapped_key", "its key under the master key; null once erased").or_null(),
        C::text("location", "where the bytes lie"),
        C::text("media_type", "as it was claimed"),
        C::text("name", "its name, for people; emptied once erased"),
        C::int("created_at", "epoch ms"),
        C::int("erased_at", "epoch ms").or_null(),
    ],
    key: &["org", "sha256"],
    clustered: false,
    indexes: &[IndexDef {
        name: "blob_location",
        columns: &["location"],
        unique: true,
        only: None,
    }],
    backup: true,
}];

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Organisation.
    pub org: OrgId,
    /// SHA-256 of the original.
    pub sha256: Digest,
    /// Bytes of the original.
    pub size: u64,
    /// Bytes as stored.
    pub cipher_size: u64,
    /// Its key under the master key; `None` once erased.
    pub wrapped_key: Option<Vec<u8>>,
    /// Where the bytes lie.
    pub location: String,
    /// Media type as it was claimed.
    pub media_type: String,
    /// Its name, for people.
    pub name: String,
    /// When it was stored.
    pub created_at: Time,
    /// When it was erased.
    pub erased_at: Option<Time>,
}

impl Blob {
    /// Organisation, SHA-256 and name, for messages.
    pub fn label(&self) -> String {
        format!("{}/{} {:?}", self.org, hex(&self.sha256), self.name)
    }
}

/// What [`insert`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The file is new.
    New,
    /// The same file is there already; the bytes just stored are not needed.
    Already(Blob),
    /// The same file was there and had been erased; the new bytes took its place.
    Again,
}

const COLUMNS: &str = "org, sha256, size, cipher_size, wrapped_key, location, media_type, name, \
     created_at, erased_at";

fn read(row: &Row<'_>) -> Result<Blob, StoreError> {
    Ok(Blob {
        org: OrgId::new(row.text(0)?),
        sha256: digest(row, 1)?,
        size: row.count(2)?,
        cipher_size: row.count(3)?,
        wrapped_key: row.opt_blob(4)?.map(<[u8]>::to_vec),
        location: row.text(5)?.to_owned(),
        media_type: row.text(6)?.to_owned(),
        name: row.text(7)?.to_owned(),
        created_at: time(row, 8)?,
        erased_at: opt_time(row, 9)?,
    })
}

/// Keeps a file that [`super::BlobStore::put`] stored.
///
/// # Errors
/// What the engine reports.
pub fn insert(conn: &mut Conn, blob: &Blob) -> Result<Kept, StoreError> {
    let values = [
        P::Text(blob.org.as_str()),
        P::Blob(&blob.sha256),
        P::count(blob.size),
        P::count(blob.cipher_size),
        blob.wrapped_key.as_deref().map_or(P::Null, P::Blob),
        P::Text(&blob.location),
        P::Text(&blob.media_type),
        P::Text(&blob.name),
        P::Int(blob.created_at.millis()),
    ];
    let added = conn.execute(
        "INSERT INTO blob (org, sha256, size, cipher_size, wrapped_key, location, media_type, \
         name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (org, sha256) DO NOTHING",
        &values,
    )?;
    if added == 1 {
        return Ok(Kept::New);
    }
    let replaced = conn.execute(
        "UPDATE blob SET size = $3, cipher_size = $4, wrapped_key = $5, location = $6, \
         media_type = $7, name = $8, created_at = $9, erased_at = NULL \
         WHERE org = $1 AND sha256 = $2 AND wrapped_key IS NULL",
        &values,
    )?;
    if replaced == 1 {
        return Ok(Kept::Again);
    }
    get(conn, &blob.org, &blob.sha256)?
        .map(Kept::Already)
        .ok_or_else(|| StoreError::internal("a file is neither new nor there"))
}

/// A file by its SHA-256.
///
/// # Errors
/// What the engine reports.
pub fn get(conn: &mut Conn, org: &OrgId, sha256: &Digest) -> Result<Option<Blob>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM blob WHERE org = $1 AND sha256 = $2");
    conn.query_opt(&sql, &[P::Text(org.as_str()), P::Blob(sha256)], read)
}

/// The files of all organisations in the order of organisation and SHA-256, from behind `after`.
///
/// # Errors
/// What the engine reports.
pub fn page(
    conn: &mut Conn,
    after: Option<(&OrgId, &Digest)>,
    limit: u32,
) -> Result<Vec<Blob>, StoreError> {
    let (org, sha256): (&str, &[u8]) =
        after.map_or(("", &[]), |(org, sha256)| (org.as_str(), sha256.as_slice()));
    let sql = format!(
        "SELECT {COLUMNS} FROM blob WHERE (org, sha256) > ($1, $2) ORDER BY org, sha256 LIMIT $3"
    );
    conn.query_map(&sql, &[P::Text(org), P::Blob(sha256), P::Int(limit.into())], read)
}

/// Whether a row names these bytes.
///
/// # Errors
/// What the engine reports.
pub fn is_named(conn: &mut Conn, location: &str) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM blob WHERE location = $1 AND wrapped_key IS NOT NULL";
    Ok(conn.query_int(sql, &[P::Text(location)])? > 0)
}

/// Destroys a file's key: from the commit on nobody can read it, wherever copies of its bytes lie.
/// Gives where its bytes are, to be removed after the commit; `None` where there was no such file
/// or it had been erased before.
///
/// # Errors
/// What the engine reports.
pub fn erase(
    conn: &mut Conn,
    org: &OrgId,
    sha256: &Digest,
    now: Time,
) -> Result<Option<String>, StoreError> {
    let Some(blob) = get(conn, org, sha256)? else { return Ok(None) };
    let changed = conn.execute(
        "UPDATE blob SET wrapped_key = NULL, name = '', erased_at = $3 \
         WHERE org = $1 AND sha256 = $2 AND wrapped_key IS NOT NULL",
        &[P::Text(org.as_str()), P::Blob(sha256), P::Int(now.millis())],
    )?;
    Ok((changed == 1).then_some(blob.location))
}
