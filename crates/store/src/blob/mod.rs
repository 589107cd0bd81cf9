//! Evidence files: encrypted one by one, kept in a folder or an S3-compatible store, addressed by
//! the SHA-256 of the original.
//!
//! The bytes are written first and the row (see [`rows`]) after, in the transaction of the change
//! that names the file: what a crash leaves behind is a file without a row, never a row without a
//! file.

mod error;
mod local;
pub mod rows;
mod s3;
mod staged;
#[cfg(test)]
mod tests;

pub use error::BlobError;
pub use rows::Blob;

use crate::schema::TableDef;
use crate::server::Digest;
use okiagari_model::{OrgId, Time};
use okiagari_seal::{FileKey, MasterKey, OpenError, SealError, decrypt_reader, encrypt_reader};
use staged::Staged;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

pub(crate) const TABLES: &[TableDef] = rows::TABLES;

/// Source of random bytes, handed in.
pub type Fill<'a> = &'a mut dyn FnMut(&mut [u8]);

/// Keys for an S3-compatible store. The program reads them from its environment.
#[derive(Clone)]
pub struct Credentials {
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: String,
    /// Session token, for keys that end.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// Where the encrypted bytes lie. A location is a path of plain parts joined by `/`.
trait Backend: Send + Sync {
    /// Moves or copies a finished local file there. Never half-written under its name.
    fn put(&self, location: &str, file: Staged) -> Result<(), BlobError>;
    /// Opens it from its beginning; `None` where there is no such file.
    fn open(&self, location: &str) -> Result<Option<Box<dyn Read + Send>>, BlobError>;
    /// Removes it; nothing happens where there is no such file.
    fn remove(&self, location: &str) -> Result<(), BlobError>;
    /// Names every file with its size and when it was last written.
    fn list(
        &self,
        each: &mut dyn FnMut(&str, u64, Time) -> Result<(), BlobError>,
    ) -> Result<(), BlobError>;
}

/// What is known of a file before it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its name, for people.
    pub name: String,
    /// Media type as it was claimed.
    pub media_type: String,
    /// The present instant.
    pub now: Time,
}

/// The files of all organisations.
pub struct BlobStore {
    backend: Box<dyn Backend>,
    /// For files that are still being written; encrypted, too.
    staging: PathBuf,
    master: MasterKey,
}

impl BlobStore {
    /// Opens `file:DIR`, or `s3://BUCKET/PREFIX?endpoint=URL&region=NAME` (prefix, endpoint and
    /// region may be left out; an endpoint with `http://` must be on this machine).
    /// `staging` is a local folder for files on their way to S3.
    ///
    /// # Errors
    /// [`BlobError::BadUrl`] or [`BlobError::Store`] where the folder cannot be made.
    pub fn open(
        url: &str,
        credentials: Option<Credentials>,
        staging: &Path,
        master: MasterKey,
    ) -> Result<Self, BlobError> {
        if let Some(folder) = url.strip_prefix("file:").filter(|folder| !folder.is_empty()) {
            let local = local::Local::open(Path::new(folder))?;
            let staging = local.staging();
            return Ok(Self { backend: Box::new(local), staging, master });
        }
        if url.starts_with("s3://") {
            let remote = s3::Remote::open(url, credentials)?;
            staged::make_folder(staging)?;
            let staging = staging.to_owned();
            return Ok(Self { backend: Box::new(remote), staging, master });
        }
        Err(BlobError::BadUrl { url: url.to_owned(), why: "neither file: nor s3:".to_owned() })
    }

    /// Encrypts a file and stores its bytes. The row it gives is still to be kept with
    /// [`rows::insert`]; where that finds the same file there already, remove this copy with
    /// [`BlobStore::remove`].
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] as soon as more than `limit` bytes came, [`BlobError::Upload`] where
    /// `reader` fails, or what the place of storage reports. Nothing is left behind.
    pub fn put(
        &self,
        org: &OrgId,
        reader: impl Read,
        limit: u64,
        about: &About,
        fill: Fill<'_>,
    ) -> Result<Blob, BlobError> {
        let mut random = [0u8; 32 + 19 + 24 + 16];
        fill(&mut random);
        let key = FileKey::new(part(&random, 0));
        let tag = hex(&random[75..]);
        let mut staged = Staged::create(&self.staging, &tag)?;
        let limited = Limited { inner: reader, left: limit };
        let sealed = encrypt_reader(limited, &key, part(&random, 32), staged.writer())
            .map_err(|error| sealing(error, limit, &self.staging))?;
        staged.finish()?;
        let address = hex(&sealed.sha256);
        // The tag tells two copies of one file apart: each has a key of its own.
        let location = format!("{org}/{}/{}-{}", &address[..2], &address[2..], &tag[..8]);
        self.backend.put(&location, staged)?;
        let wrapped =
            self.master.wrap_file_key(&identity(org, &sealed.sha256), &key, part(&random, 51));
        Ok(Blob {
            org: org.clone(),
            sha256: sealed.sha256,
            size: sealed.plain_size,
            cipher_size: sealed.cipher_size,
            wrapped_key: Some(wrapped),
            location,
            media_type: crate::server::plain(&about.media_type, 100),
            name: crate::server::plain(&about.name, 200),
            created_at: about.now,
            erased_at: None,
        })
    }

    /// Decrypts a file. Only proven bytes are written; on an error they are not the whole file.
    ///
    /// # Errors
    /// [`BlobError::Erased`], [`BlobError::Missing`], [`BlobError::Damaged`], [`BlobError::Write`]
    /// where `writer` fails, or what the place of storage reports.
    pub fn get(&self, blob: &Blob, writer: impl Write) -> Result<(), BlobError> {
        let damaged = |what: String| BlobError::Damaged { file: blob.label(), what };
        let Some(wrapped) = &blob.wrapped_key else { return Err(BlobError::Erased) };
        let key = self
            .master
            .unwrap_file_key(&identity(&blob.org, &blob.sha256), wrapped)
            .map_err(|error| damaged(format!("its key: {error}")))?;
        let reader = self
            .backend
            .open(&blob.location)?
            .ok_or_else(|| BlobError::Missing { file: blob.label() })?;
        let opened = decrypt_reader(reader, &key, writer).map_err(|error| match error {
            OpenError::Read(error) => remote_or_read(error, &blob.location),
            OpenError::Write(error) => BlobError::Write(error),
            other => damaged(other.to_string()),
        })?;
        if opened.sha256 != blob.sha256 || opened.plain_size != blob.size {
            return Err(damaged("its content is not what its address says".to_owned()));
        }
        if opened.cipher_size != blob.cipher_size {
            return Err(damaged("its encrypted size is not what the record says".to_owned()));
        }
        Ok(())
    }

    /// Decrypts a file and throws the result away, to see whether it is whole.
    ///
    /// # Errors
    /// As [`BlobStore::get`].
    pub fn check(&self, blob: &Blob) -> Result<(), BlobError> {
        match blob.wrapped_key {
            Some(_) => self.get(blob, io::sink()),
            None => match self.backend.open(&blob.location)? {
                None => Ok(()),
                // Its key is destroyed; the bytes are only waste, and removed again.
                Some(_) => self.backend.remove(&blob.location),
            },
        }
    }

    /// Removes stored bytes: after the row's key was destroyed ([`rows::erase`]), or where a second
    /// copy is not needed.
    ///
    /// # Errors
    /// What the place of storage reports. The file is unreadable nevertheless once its key is gone.
    pub fn remove(&self, location: &str) -> Result<(), BlobError> {
        self.backend.remove(location)
    }

    /// Names every stored file: location, bytes, when written. For backups and to find files
    /// without a row.
    ///
    /// # Errors
    /// What the function returns, or what the place of storage reports.
    pub fn list(
        &self,
        mut each: impl FnMut(&str, u64, Time) -> Result<(), BlobError>,
    ) -> Result<(), BlobError> {
        self.backend.list(&mut each)
    }

    /// Removes what was being written when a program ended, last touched before an instant. Another
    /// program may be writing to the same folder: leave it a day.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn clear_unfinished(&self, before: Time) -> Result<(), BlobError> {
        staged::clear(&self.staging, before)
    }

    /// Copies the encrypted bytes out, for a backup. Gives how many.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Write`], or what the place of storage reports.
    pub fn copy_out(&self, location: &str, mut writer: impl Write) -> Result<u64, BlobError> {
        let mut reader = self
            .backend
            .open(location)?
            .ok_or_else(|| BlobError::Missing { file: location.to_owned() })?;
        pump(&mut reader, &mut writer, |error| remote_or_read(error, location), BlobError::Write)
    }

    /// Puts encrypted bytes back where a backup says they lay.
    ///
    /// # Errors
    /// [`BlobError::Upload`] where `reader` fails, or what the place of storage reports.
    pub fn copy_in(
        &self,
        location: &str,
        mut reader: impl Read,
        fill: Fill<'_>,
    ) -> Result<(), BlobError> {
        let mut tag = [0u8; 16];
        fill(&mut tag);
        let mut staged = Staged::create(&self.staging, &hex(&tag))?;
        pump(&mut reader, staged.writer(), BlobError::Upload, |error| {
            BlobError::file(&self.staging, &error)
        })?;
        staged.finish()?;
        self.backend.put(location, staged)
    }
}

impl std::fmt::Debug for BlobStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlobStore").field("staging", &self.staging).finish_non_exhaustive()
    }
}

/// Copies all bytes; an error says on which side it was.
fn pump(
    reader: &mut dyn Read,
    writer: &mut dyn Write,
    on_read: impl Fn(io::Error) -> BlobError,
    on_write: impl Fn(io::Error) -> BlobError,
) -> Result<u64, BlobError> {
    let mut buffer = vec![0; 1 << 16];
    let mut copied = 0;
    loop {
        let length = match reader.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(on_read(error)),
        };
        writer.write_all(&buffer[..length]).map_err(&on_write)?;
        copied += length as u64;
    }
}

/// What a file's key is bound to.
fn identity(org: &OrgId, sha256: &Digest) -> String {
    format!("{org}/{}", hex(sha256))
}

fn part<const N: usize>(random: &[u8], from: usize) -> [u8; N] {
    std::array::from_fn(|at| random[from + at])
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A SHA-256 as 64 hexadecimal digits.
pub fn parse_sha256(text: &str) -> Option<Digest> {
    let bytes = text.as_bytes();
    if bytes.len() != 64 || !bytes.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut digest = [0; 32];
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(digest)
}

/// Gives an error with the byte after the last that is allowed.
struct Limited<R> {
    inner: R,
    left: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("more bytes came than are allowed")]
struct OverLimit;

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        match self.left.checked_sub(length as u64) {
            Some(left) => {
                self.left = left;
                Ok(length)
            }
            None => Err(io::Error::other(OverLimit)),
        }
    }
}

fn sealing(error: SealError, limit: u64, staging: &Path) -> BlobError {
    match error {
        SealError::Read(error) if error.get_ref().is_some_and(|e| e.is::<OverLimit>()) => {
            BlobError::TooLarge { limit }
        }
        SealError::Read(error) => BlobError::Upload(error),
        SealError::Write(error) => BlobError::file(staging, &error),
        SealError::TooLarge => BlobError::TooLarge { limit: 1 << 48 },
    }
}

/// An error that a backend's reader gave: it carries a [`BlobError`] where it knows more.
fn remote_or_read(error: io::Error, location: &str) -> BlobError {
    match error.downcast::<BlobError>() {
        Ok(known) => known,
        Err(error) => BlobError::file(Path::new(location), &error),
    }
}
