//! Evidence files: taken in, given out, erased, checked.
//!
//! Who may see a file follows from the record that names it: callers ask for that record first.

use crate::host::Host;
use okiagari_model::{DAY, OrgId, Time};
use okiagari_store::Store;
use okiagari_store::blob::{self, About, Blob, BlobError, BlobStore, rows};
use okiagari_store::server::Digest;
use std::io::{Read, Write};
use std::sync::Arc;

/// The most bytes of one uploaded file, unless the program is told otherwise.
pub const LIMIT: u64 = 100_000_000;
/// A stored file without a row is left alone for so long: its row may be on the way. In ms.
const ORPHAN: i64 = DAY;
const PAGE: u32 = 200;

/// The evidence files of all organisations. Cheap to clone; everything blocks.
#[derive(Clone)]
pub struct Files {
    store: Store,
    blobs: Arc<BlobStore>,
    host: Arc<dyn Host>,
    limit: u64,
}

/// What a check of all files found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Files looked at.
    pub files: u64,
    /// Their bytes, decrypted.
    pub bytes: u64,
    /// Files that are missing or damaged; each error names organisation, SHA-256 and name.
    pub faults: Vec<(Blob, BlobError)>,
}

impl Files {
    /// With the place of storage, and the most bytes of one file.
    pub fn new(store: Store, blobs: Arc<BlobStore>, host: Arc<dyn Host>, limit: u64) -> Self {
        Self { store, blobs, host, limit }
    }

    /// The most bytes of one file.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Encrypts and keeps a file while it comes in. The same file twice is kept once.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`], [`BlobError::Upload`], or those of disk and database; nothing is
    /// left behind then.
    pub fn put(
        &self,
        org: &OrgId,
        reader: impl Read,
        name: &str,
        media_type: &str,
    ) -> Result<Blob, BlobError> {
        let about = About {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            now: self.host.now(),
        };
        let mut fill = |bytes: &mut [u8]| self.host.fill(bytes);
        let blob = self.blobs.put(org, reader, self.limit, &about, &mut fill)?;
        let row = blob.clone();
        let kept = self
            .store
            .write_server("keep file", move |tx| Ok::<_, BlobError>(rows::insert(tx.db(), &row)?));
        // After an error the bytes stay: the commit may have come through although its answer did
        // not. What no row names is found by `sweep`.
        match kept? {
            rows::Kept::New | rows::Kept::Again => Ok(blob),
            rows::Kept::Already(first) => {
                self.remove(&blob.location);
                Ok(first)
            }
        }
    }

    /// What is known of a file.
    ///
    /// # Errors
    /// [`BlobError::Missing`], or those of the store.
    pub fn info(&self, org: &OrgId, sha256: &Digest) -> Result<Blob, BlobError> {
        self.store.read(|tx| {
            rows::get(tx.db(), org, sha256)?
                .ok_or_else(|| BlobError::Missing { file: format!("{org}/{}", blob::hex(sha256)) })
        })
    }

    /// Decrypts a file into `writer`. On an error what was written is not the whole file.
    ///
    /// # Errors
    /// Those of [`BlobStore::get`].
    pub fn get(&self, blob: &Blob, writer: impl Write) -> Result<(), BlobError> {
        self.blobs.get(blob, writer)
    }

    /// Removes the bytes of a file whose key [`rows::erase`] destroyed, after that commit. What
    /// cannot be removed now is unreadable already, and removed by the next check.
    pub fn remove(&self, location: &str) {
        if let Err(error) = self.blobs.remove(location) {
            tracing::warn!(%error, location, "stored bytes could not be removed yet");
        }
    }

    /// Destroys a file's key and removes its bytes. `false`: there was nothing to erase. For files
    /// that no record names; the file of an evidence record goes in the transaction of the change
    /// that erases its name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn erase(&self, org: &OrgId, sha256: &Digest) -> Result<bool, BlobError> {
        let (org, sha256, now) = (org.clone(), *sha256, self.host.now());
        let place = org.clone();
        let location = self.store.write(&place, "erase file", move |tx| {
            Ok::<_, BlobError>(tx.erase_file(&org, &sha256, now)?)
        })?;
        if let Some(location) = &location {
            self.remove(location);
        }
        Ok(location.is_some())
    }

    /// Hands over every file's row, in the order of organisation and SHA-256: for backups.
    ///
    /// # Errors
    /// What the function returns, or those of the store.
    pub fn each(
        &self,
        mut each: impl FnMut(Blob) -> Result<(), BlobError>,
    ) -> Result<(), BlobError> {
        let mut last: Option<(OrgId, Digest)> = None;
        loop {
            let after = last.clone();
            let page = self.store.read(|tx| {
                let after = after.as_ref().map(|(org, sha256)| (org, sha256));
                Ok::<_, BlobError>(rows::page(tx.db(), after, PAGE)?)
            })?;
            let Some(end) = page.last() else { return Ok(()) };
            last = Some((end.org.clone(), end.sha256));
            page.into_iter().try_for_each(&mut each)?;
        }
    }

    /// Decrypts one file and compares it with its address.
    ///
    /// # Errors
    /// [`BlobError::Missing`] or [`BlobError::Damaged`], naming the file; those of the disk.
    pub fn check(&self, blob: &Blob) -> Result<(), BlobError> {
        self.blobs.check(blob)
    }

    /// Decrypts every file and compares it with its address. `progress` is told after each one.
    ///
    /// # Errors
    /// Those of the store; a damaged file is no error of the check but a fault it found.
    pub fn verify(&self, mut progress: impl FnMut(&Blob)) -> Result<Checked, BlobError> {
        let mut checked = Checked::default();
        self.each(|blob| {
            match self.blobs.check(&blob) {
                Ok(()) => {}
                Err(error @ (BlobError::Missing { .. } | BlobError::Damaged { .. })) => {
                    checked.faults.push((blob.clone(), error));
                }
                Err(error) => return Err(error),
            }
            checked.files += 1;
            checked.bytes += blob.size;
            progress(&blob);
            Ok(())
        })?;
        Ok(checked)
    }

    /// Removes stored bytes that no row names: what a crash or a lost race left behind, older than
    /// a day. Gives how many.
    ///
    /// # Errors
    /// Those of disk and database.
    pub fn sweep(&self) -> Result<u64, BlobError> {
        let before = self.host.now().plus(-ORPHAN);
        self.blobs.clear_unfinished(before)?;
        let mut old = Vec::new();
        self.blobs.list(|location, _, written: Time| {
            if written < before {
                old.push(location.to_owned());
            }
            Ok(())
        })?;
        let mut removed = 0;
        for location in old {
            let named =
                self.store.read(|tx| Ok::<_, BlobError>(rows::is_named(tx.db(), &location)?))?;
            if !named {
                self.blobs.remove(&location)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use okiagari_model::{Ids, SeededIds};
    use okiagari_seal::MasterKey;
    use okiagari_store::StoreConfig;
    use std::sync::Mutex;

    /// Time as far ahead of the files' own as a test asks for, randomness from a seed.
    struct TestHost(Mutex<(Time, SeededIds)>);

    impl Host for TestHost {
        fn now(&self) -> Time {
            self.0.lock().unwrap().0
        }
        fn fill(&self, buf: &mut [u8]) {
            self.0.lock().unwrap().1.fill(buf);
        }
    }

    fn open(folder: &std::path::Path) -> (Files, Arc<TestHost>) {
        let url = format!("sqlite:{}", folder.join("t.db").display());
        let store = Store::open(StoreConfig::new(url, "log.example.jp"), &[]).unwrap();
        let place = format!("file:{}", folder.join("evidence").display());
        let master = MasterKey::new([3; 32]);
        let blobs = BlobStore::open(&place, None, folder, master).unwrap();
        let start = (Time::from_millis(0), SeededIds::new(1));
        let host = Arc::new(TestHost(Mutex::new(start)));
        (Files::new(store, Arc::new(blobs), host.clone(), 1000), host)
    }

    fn stored(files: &Files) -> Vec<String> {
        let mut found = Vec::new();
        let list = files.blobs.list(|location, _, _| {
            found.push(location.to_owned());
            Ok(())
        });
        list.unwrap();
        found
    }

    #[test]
    fn the_same_file_is_kept_once_and_for_each_organisation_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (files, _) = open(folder.path());
        let (a, b) = (OrgId::new("a"), OrgId::new("b"));
        let put = |org: &OrgId| files.put(org, &b"evidence"[..], "log.txt", "text/plain").unwrap();
        let first = put(&a);
        assert_eq!(put(&a), first);
        assert_eq!(stored(&files), std::slice::from_ref(&first.location));
        assert!(matches!(files.info(&b, &first.sha256), Err(BlobError::Missing { .. })));
        let other = put(&b);
        assert!(
            files.erase(&a, &first.sha256).unwrap() && !files.erase(&a, &first.sha256).unwrap()
        );
        assert_eq!(stored(&files), std::slice::from_ref(&other.location));
        let mut bytes = Vec::new();
        files.get(&other, &mut bytes).unwrap();
        assert_eq!(bytes, b"evidence");
        let large = files.put(&a, std::io::repeat(1), "x", "x");
        assert!(matches!(large, Err(BlobError::TooLarge { limit: 1000 })));
    }

    #[test]
    fn a_check_names_what_is_damaged_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let (files, _) = open(folder.path());
        let org = OrgId::new("a");
        // More than one page of rows.
        let blobs: Vec<Blob> = (0..PAGE + 5)
            .map(|n| files.put(&org, n.to_string().as_bytes(), &format!("{n}.txt"), "x").unwrap())
            .collect();
        std::fs::remove_file(folder.path().join("evidence").join(&blobs[3].location)).unwrap();
        let path = folder.path().join("evidence").join(&blobs[7].location);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[40] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let mut seen = 0;
        let checked = files.verify(|_| seen += 1).unwrap();
        assert_eq!((checked.files, seen), (u64::from(PAGE) + 5, PAGE + 5));
        let mut named: Vec<String> = checked.faults.iter().map(|(_, e)| e.to_string()).collect();
        named.sort();
        assert_eq!(named.len(), 2);
        assert!(named[1].contains("\"7.txt\" is damaged"), "{named:?}");
        assert!(named[0].contains("\"3.txt\" is missing"), "{named:?}");
    }

    #[test]
    fn what_no_row_names_is_swept_away_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let (files, host) = open(folder.path());
        let org = OrgId::new("a");
        let kept = files.put(&org, &b"kept"[..], "x", "x").unwrap();
        let about = About { name: "x".into(), media_type: "x".into(), now: files.host.now() };
        let mut fill = |bytes: &mut [u8]| files.host.fill(bytes);
        files.blobs.put(&org, &b"left by a crash"[..], 100, &about, &mut fill).unwrap();
        let mut written = Time::from_millis(0);
        let list = files.blobs.list(|_, _, at| {
            written = written.max(at);
            Ok(())
        });
        list.unwrap();
        host.0.lock().unwrap().0 = written.plus(DAY);
        assert_eq!(files.sweep().unwrap(), 0, "its row may be on the way");
        host.0.lock().unwrap().0 = written.plus(DAY + 1);
        assert_eq!(files.sweep().unwrap(), 1);
        assert_eq!(stored(&files), [kept.location]);
    }
}
