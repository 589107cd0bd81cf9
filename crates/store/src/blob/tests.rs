use super::rows::Kept;
use super::*;
use crate::{Store, StoreConfig};
use okiagari_model::{Ids, SeededIds};
use okiagari_tests::postgres::Cluster;
use okiagari_tests::s3::Server;
use sha2::{Digest as _, Sha256};
use std::cell::RefCell;
use std::fs;

const T0: Time = Time::from_millis(1_795_196_400_000);

struct World {
    store: Store,
    blobs: BlobStore,
    ids: RefCell<SeededIds>,
    folder: tempfile::TempDir,
}

impl World {
    fn new(database: Option<String>, place: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite:{}", folder.path().join("t.db").display());
        let config = StoreConfig::new(database.unwrap_or(file), "log.example.jp");
        let place =
            place.unwrap_or_else(|| format!("file:{}", folder.path().join("evidence").display()));
        let staging = folder.path().join("staging");
        let keys = Credentials {
            access_key: "test".to_owned(),
            secret_key: "secret".to_owned(),
            session_token: None,
        };
        let blobs = BlobStore::open(&place, Some(keys), &staging, MasterKey::new([3; 32]));
        let store = Store::open(config, &[]).unwrap();
        let ids = RefCell::new(SeededIds::new(1));
        Self { store, blobs: blobs.unwrap(), ids, folder }
    }

    fn try_put(&self, bytes: impl Read, limit: u64) -> Result<Blob, BlobError> {
        let about =
            About { name: "ログ.txt".to_owned(), media_type: "text/plain".to_owned(), now: T0 };
        let mut fill = |buffer: &mut [u8]| self.ids.borrow_mut().fill(buffer);
        self.blobs.put(&OrgId::new("akari"), bytes, limit, &about, &mut fill)
    }

    fn put(&self, bytes: &[u8]) -> Blob {
        self.try_put(bytes, 1 << 30).unwrap()
    }

    fn keep(&self, blob: &Blob) -> Kept {
        let blob = blob.clone();
        self.store
            .write_server("test", move |tx| Ok::<_, BlobError>(rows::insert(tx.db(), &blob)?))
            .unwrap()
    }

    fn row(&self, sha256: &Digest) -> Blob {
        let found = self.store.read(|tx| rows::get(tx.db(), &OrgId::new("akari"), sha256));
        found.unwrap().unwrap()
    }

    fn read(&self, blob: &Blob) -> Result<Vec<u8>, BlobError> {
        let mut bytes = Vec::new();
        self.blobs.get(blob, &mut bytes).map(|()| bytes)
    }

    fn listed(&self) -> Vec<(String, u64)> {
        let mut found = Vec::new();
        self.blobs
            .list(|location, size, _| {
                found.push((location.to_owned(), size));
                Ok(())
            })
            .unwrap();
        found.sort();
        found
    }

    /// Whether nothing is left where files wait for their name.
    fn staging_is_empty(&self) -> bool {
        fs::read_dir(&self.blobs.staging).unwrap().next().is_none()
    }

    fn file(&self, blob: &Blob) -> PathBuf {
        self.folder.path().join("evidence").join(&blob.location)
    }
}

/// Runs a test on each database with a folder, and on SQLite with S3.
#[track_caller]
fn each_place(test: impl Fn(World)) {
    test(World::new(None, None));
    if let Some(cluster) = Cluster::shared() {
        test(World::new(Some(cluster.fresh_database_sorted("ja-JP")), None));
    }
    if let Some(server) = Server::start() {
        server.bucket("evidence");
        let place = |prefix| {
            let (endpoint, region) = (server.endpoint(), Server::REGION);
            format!("s3://evidence{prefix}?endpoint={endpoint}&region={region}")
        };
        test(World::new(None, Some(place("/server-a"))));
        let emptied = World::new(None, Some(place("/server-b")));
        assert!(emptied.listed().is_empty(), "another prefix is another place");
    }
}

#[test]
fn a_file_comes_back_and_lies_there_encrypted() {
    each_place(|w| {
        // Larger than one part of an upload to S3.
        let bytes: Vec<u8> = (0..9_500_000u32).map(|n| ((n * 31) >> 7) as u8).collect();
        let blob = w.put(&bytes);
        let address: Digest = Sha256::digest(&bytes).into();
        assert_eq!((blob.sha256, blob.size), (address, bytes.len() as u64));
        assert_eq!(w.keep(&blob), Kept::New);
        let row = w.row(&address);
        assert_eq!(row, blob);
        assert!(w.read(&row).unwrap() == bytes, "the same bytes come back");
        w.blobs.check(&row).unwrap();
        assert_eq!(w.listed(), [(blob.location.clone(), blob.cipher_size)]);
        let mut stored = Vec::new();
        w.blobs.copy_out(&blob.location, &mut stored).unwrap();
        assert!(stored.starts_with(b"okiagari") && stored.len() as u64 == blob.cipher_size);
        assert!(!stored.windows(64).any(|part| part == &bytes[..64]));
        assert!(w.staging_is_empty());
    });
}

#[test]
fn the_same_file_is_kept_once_and_again_after_it_was_erased() {
    each_place(|w| {
        let first = w.put(b"evidence");
        assert_eq!(w.keep(&first), Kept::New);
        let second = w.put(b"evidence");
        assert_ne!(first.location, second.location);
        assert_eq!(w.keep(&second), Kept::Already(first.clone()));
        w.blobs.remove(&second.location).unwrap();
        assert_eq!(w.read(&w.row(&first.sha256)).unwrap(), b"evidence");

        let (org, sha256) = (first.org.clone(), first.sha256);
        let erase = || {
            let org = org.clone();
            w.store
                .write_server("test", move |tx| rows::erase(tx.db(), &org, &sha256, T0.plus(9)))
                .unwrap()
        };
        assert_eq!(erase(), Some(first.location.clone()));
        assert_eq!(erase(), None);
        let erased = w.row(&sha256);
        assert_eq!((erased.name.as_str(), erased.wrapped_key.as_ref()), ("", None));
        assert!(matches!(w.read(&erased), Err(BlobError::Erased)));
        w.blobs.check(&erased).unwrap();
        assert!(w.listed().is_empty(), "a check removes what an erasure left behind");

        let third = w.put(b"evidence");
        assert_eq!(w.keep(&third), Kept::Again);
        assert_eq!(w.read(&w.row(&sha256)).unwrap(), b"evidence");
    });
}

#[test]
fn too_large_and_broken_uploads_leave_nothing_behind() {
    /// Gives some bytes and then fails, as a lost connection does.
    struct Broken(usize);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            let length = buffer.len().min(self.0);
            self.0 -= length;
            Ok(length)
        }
    }
    each_place(|w| {
        let endless = w.try_put(io::repeat(7), 100_000);
        assert!(matches!(endless, Err(BlobError::TooLarge { limit: 100_000 })));
        let cut = w.try_put(Broken(70_000), 100_000);
        assert!(matches!(cut, Err(BlobError::Upload(_))));
        assert!(w.listed().is_empty() && w.staging_is_empty());
        assert_eq!(w.try_put(io::repeat(7).take(100_000), 100_000).unwrap().size, 100_000);
        assert_eq!(w.put(b"").size, 0);
    });
}

#[test]
fn what_is_missing_or_exchanged_is_named() {
    each_place(|w| {
        let (one, two) = (w.put(b"one"), w.put(b"two"));
        let mut bytes = Vec::new();
        w.blobs.copy_out(&two.location, &mut bytes).unwrap();
        let mut fill = |buffer: &mut [u8]| w.ids.borrow_mut().fill(buffer);
        w.blobs.copy_in(&one.location, bytes.as_slice(), &mut fill).unwrap();
        let exchanged = w.blobs.check(&one).unwrap_err().to_string();
        assert!(exchanged.contains(&hex(&one.sha256)), "{exchanged}");
        let mixed = Blob { wrapped_key: two.wrapped_key.clone(), ..one.clone() };
        assert!(matches!(w.blobs.check(&mixed), Err(BlobError::Damaged { .. })));
        let smaller = Blob { size: 2, ..two.clone() };
        assert!(matches!(w.blobs.check(&smaller), Err(BlobError::Damaged { .. })));
        w.blobs.remove(&two.location).unwrap();
        w.blobs.remove(&two.location).unwrap();
        let missing = w.blobs.check(&two).unwrap_err();
        assert!(matches!(missing, BlobError::Missing { .. }));
        assert!(missing.message().ja.contains(&hex(&two.sha256)));
    });
}

#[test]
fn one_altered_bit_anywhere_is_noticed() {
    let w = World::new(None, None);
    let blob = w.put(b"a short file");
    let path = w.file(&blob);
    let good = fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&path, &bad).unwrap();
        assert!(matches!(w.blobs.check(&blob), Err(BlobError::Damaged { .. })), "byte {at}");
    }
    fs::write(&path, &good[..good.len() - 1]).unwrap();
    assert!(matches!(w.blobs.check(&blob), Err(BlobError::Damaged { .. })));
    fs::write(&path, &good).unwrap();
    w.blobs.check(&blob).unwrap();
}

#[test]
fn a_location_that_leads_out_of_the_folder_is_refused() {
    let w = World::new(None, None);
    let blob = w.put(b"x");
    fs::write(w.folder.path().join("precious"), "kept").unwrap();
    for bad in ["../precious", "/etc/hostname", "", "akari/../../precious"] {
        assert!(matches!(w.blobs.remove(bad), Err(BlobError::Damaged { .. })), "{bad}");
        let moved = Blob { location: bad.to_owned(), ..blob.clone() };
        assert!(matches!(w.blobs.check(&moved), Err(BlobError::Damaged { .. })), "{bad}");
    }
    assert!(w.folder.path().join("precious").exists());
}

#[test]
fn what_was_being_written_at_a_crash_is_cleared_away() {
    let w = World::new(None, None);
    let blob = w.put(b"x");
    let part = w.blobs.staging.join("0123.part");
    fs::write(&part, "half").unwrap();
    let written = staged::written(&fs::metadata(&part).unwrap()).unwrap();
    w.blobs.clear_unfinished(written).unwrap();
    assert!(part.exists(), "another program may be writing it");
    w.blobs.clear_unfinished(written.plus(1)).unwrap();
    assert!(w.staging_is_empty());
    let place = format!("file:{}", w.folder.path().join("evidence").display());
    let again = BlobStore::open(&place, None, w.folder.path(), MasterKey::new([3; 32])).unwrap();
    again.check(&blob).unwrap();
    let other = BlobStore::open(&place, None, w.folder.path(), MasterKey::new([4; 32])).unwrap();
    assert!(matches!(other.check(&blob), Err(BlobError::Damaged { .. })), "another master key");
}

#[test]
fn an_object_store_that_is_away_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    // Nothing listens on this port of this machine.
    let url = "s3://evidence?endpoint=http://127.0.0.1:9&region=us-east-1";
    let keys =
        Credentials { access_key: "a".to_owned(), secret_key: "b".to_owned(), session_token: None };
    let blobs = BlobStore::open(url, Some(keys), folder.path(), MasterKey::new([3; 32])).unwrap();
    let away = blobs.remove("akari/ab/cd");
    assert!(matches!(away, Err(BlobError::Remote(_))), "{away:?}");
    assert!(matches!(
        BlobStore::open("ftp://x", None, folder.path(), MasterKey::new([3; 32])),
        Err(BlobError::BadUrl { .. })
    ));
}

#[test]
fn an_address_is_written_and_read() {
    let digest: Digest = std::array::from_fn(|n| n as u8 * 7);
    assert_eq!(parse_sha256(&hex(&digest)), Some(digest));
    assert_eq!(parse_sha256(&hex(&digest)[1..]), None);
    assert_eq!(parse_sha256(&"é".repeat(32)), None);
    assert_eq!(parse_sha256(&"+".repeat(64)), None);
}
