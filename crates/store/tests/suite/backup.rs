//! Backups: out of one engine and into either; short ones; damaged ones.

use crate::log::{key, sign};
use crate::rebuild::eventful;
use crate::registers::*;
use crate::support::*;
use okiagari_log::Checkpoint;
use okiagari_model::*;
use okiagari_store::{
    MANIFEST, Manifest, RestoreOptions, Restored, RevisionDraft, Store, StoreError, VerifyOptions,
    check_backup,
};
use serde_json::json;
use std::path::{Path, PathBuf};

fn backup(store: &Store, place: &Place) -> (PathBuf, Manifest) {
    let folder = place.folder.path().join("backup");
    let manifest = store.backup(&folder, Time::from_millis(NOW), &|_| {}).unwrap();
    (folder, manifest)
}

fn options() -> RestoreOptions {
    RestoreOptions {
        known: Vec::new(),
        journal: None,
        actor: "system:restore".to_owned(),
        now: Time::from_millis(NOW + 999 * 60_000),
        ids: Box::new(SeededIds::new(77)),
    }
}

fn restore(
    from: &Path,
    to: &Place,
    options: RestoreOptions,
) -> Result<(Store, Vec<Restored>), StoreError> {
    Store::restore(from, to.config(), crate::registers::ALL, options, |_| {})
}

fn assert_verified(store: &Store, note: Option<&str>) {
    let options = VerifyOptions {
        keys: vec![key().verifier()],
        outside: note.map(str::to_owned),
        ..VerifyOptions::default()
    };
    let report = store.verify(&org(), &options, &|_, _| {}).unwrap();
    assert!(report.ok(), "{:#?}", report.checks);
}

fn another(like: &Place) -> Place {
    if like.is_lite() { Place::lite() } else { Place::pg().unwrap() }
}

fn view(store: &Store) -> Vec<String> {
    store.read(|tx| tx.view_dump(&org())).map_err(|e: StoreError| e).unwrap()
}

#[test]
fn everything_comes_back_on_both_engines_and_across() {
    on_each(|place| {
        let store = place.open();
        eventful(&store);
        let checkpoint = sign(&store, 200).unwrap().unwrap();
        let (folder, manifest) = backup(&store, place);
        assert_eq!(manifest.organisations[0].checkpoint.as_ref(), Some(&checkpoint.note));
        assert_eq!(check_backup(&folder).unwrap(), manifest);
        let mut targets = vec![Place::lite()];
        targets.extend(Place::pg());
        for target in targets {
            let (restored, done) = restore(&folder, &target, options()).unwrap();
            let size = manifest.organisations[0].size;
            assert_eq!(done, [Restored { org: org(), size, lost: None, erased: vec![] }]);
            assert_eq!(view(&restored), view(&store));
            assert_verified(&restored, Some(&checkpoint.note));
            // The second backup is the first, byte for byte.
            let again = backup(&restored, &target).1;
            let numbers = |m: &Manifest| {
                let tables = m.tables.iter().filter(|t| t.name != "sequence");
                tables.map(|t| (t.name.clone(), t.sha256.clone())).collect::<Vec<_>>()
            };
            assert_eq!(numbers(&again), numbers(&manifest));
            // And the record goes on.
            put(&restored, 300, Asset::DEF, "a01", 1, json!({"name": "続き"}));
            let number = restored.write(&org(), "n", |tx| tx.next_number(&org(), "incident"));
            assert_eq!(number, Ok::<i64, StoreError>(1));
            assert_verified(&restored, None);
        }
    });
}

#[test]
fn a_backup_that_was_altered_is_refused() {
    let place = Place::lite();
    let store = place.open();
    eventful(&store);
    let (folder, _) = backup(&store, &place);
    let again = store.backup(&folder, Time::from_millis(NOW), &|_| {});
    assert!(matches!(again, Err(StoreError::File { why, .. }) if why.contains("not empty")));
    let refuse = |what: &str| {
        let error = restore(&folder, &Place::lite(), options()).err().unwrap();
        assert!(error.to_string().contains(what), "{error}");
    };
    let file = folder.join("revision.jsonl");
    let good = std::fs::read(&file).unwrap();
    let mut bad = good.clone();
    bad[1000] ^= 1;
    std::fs::write(&file, &bad).unwrap();
    refuse("revision.jsonl is not as it was written");
    std::fs::remove_file(&file).unwrap();
    refuse("revision.jsonl");
    std::fs::write(&file, &good).unwrap();
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path).unwrap();
    for (from, to, what) in [
        ("\"format\": 1", "\"format\": 2", "form 2"),
        ("\"schema\": 1", "\"schema\": 7", "schema 7"),
        ("\"name\": \"leaf\"", "\"name\": \"../x\"", "../x is not known"),
        ("\"name\": \"leaf\"", "\"name\": \"record\"", "record is not known"),
        ("\"header\"", "\"head; DROP\"", "head; DROP is not known"),
    ] {
        std::fs::write(&path, text.replace(from, to)).unwrap();
        refuse(what);
    }
    std::fs::write(&path, &text).unwrap();
    let target = Place::lite();
    drop(restore(&folder, &target, options()).unwrap());
    // Not over something that is there.
    drop(store);
    let error = restore(&folder, &place, options()).err().unwrap();
    assert!(error.to_string().contains("not empty"), "{error}");
}

#[test]
fn a_short_restore_opens_an_epoch_and_erases_again() {
    on_each(|place| {
        let store = place.open();
        put(&store, 0, Person::DEF, "p1", 0, json!({"name": "花子", "department": "it"}));
        put(&store, 1, Person::DEF, "p2", 0, json!({"name": "次郎"}));
        let (folder, _) = backup(&store, place);
        // After the backup: a new record, an erasure, a checkpoint; then all is lost.
        put(&store, 2, Person::DEF, "p3", 0, json!({"name": "三郎"}));
        let erase = |id: &str, rev| RevisionDraft {
            erase: vec!["name".to_owned()],
            ..revision(Person::DEF, id, rev, json!({"department": "it"}))
        };
        change(&store, 3, "officer", vec![erase("p1", 1)]).unwrap();
        change(&store, 4, "officer", vec![erase("p3", 1)]).unwrap();
        let known = sign(&store, 5).unwrap().unwrap();
        let known = Checkpoint::verify(&known.note, &key().verifier()).unwrap();
        drop(store);

        let target = another(place);
        let options = RestoreOptions {
            known: vec![known.clone()],
            journal: Some(place.journal()),
            ..options()
        };
        let (restored, done) = restore(&folder, &target, options).unwrap();
        let expected = Restored {
            org: org(),
            size: 2,
            lost: Some((2, 5)),
            erased: vec![("person".into(), "p1".into())],
        };
        assert_eq!(done, [expected]);
        assert!(!view(&restored).join("\n").contains("花子"));
        let headers =
            restored.read(|tx| tx.headers(&org(), 0, 9)).map_err(|e: StoreError| e).unwrap();
        let open = headers[2].epoch_open().unwrap();
        assert_eq!((open.from_size, open.known_size, open.known_root), (2, 5, known.root));
        assert_eq!((headers[2].action.as_str(), headers[2].epoch), ("epoch.open", 2));
        assert_eq!((headers[3].action.as_str(), headers[3].epoch), ("restore.erase", 2));
        assert_eq!(headers[3].log, "log.example/acme/epoch-2");
        assert_verified(&restored, None);
        // The next checkpoint is of the new epoch; the old key's name does not fit it.
        assert!(sign(&restored, 1000).is_err());
        put(&restored, 1001, Person::DEF, "p9", 0, json!({"name": "九郎"}));
        drop(restored);
        let again = target.open();
        let state =
            again.read(|tx| tx.log_state(&org())).map_err(|e: StoreError| e).unwrap().unwrap();
        assert_eq!((state.epoch, state.size), (2, 5));
    });
}

#[test]
fn the_journal_alone_tells_that_leaves_were_lost() {
    let place = Place::lite();
    let store = place.open();
    put(&store, 0, Person::DEF, "p1", 0, json!({"name": "花子"}));
    let (folder, _) = backup(&store, &place);
    let erase = RevisionDraft {
        erase: vec!["name".to_owned()],
        ..revision(Person::DEF, "p1", 1, json!({}))
    };
    change(&store, 3, "officer", vec![erase]).unwrap();
    let options = RestoreOptions { journal: Some(place.journal()), ..options() };
    let target = Place::lite();
    let (restored, done) = restore(&folder, &target, options).unwrap();
    assert_eq!(done[0].lost, Some((2, 2)));
    assert_eq!(done[0].erased.len(), 1);
    assert_verified(&restored, None);
}

#[test]
fn a_checkpoint_that_the_log_has_opens_no_epoch() {
    on_each(|place| {
        let store = place.open();
        put(&store, 0, Person::DEF, "p1", 0, json!({"name": "花子"}));
        let known = sign(&store, 1).unwrap().unwrap();
        let known = Checkpoint::verify(&known.note, &key().verifier()).unwrap();
        put(&store, 2, Person::DEF, "p1", 1, json!({"name": "花"}));
        let open = |known: Checkpoint| {
            store.write(&org(), "epoch", move |tx| {
                tx.open_epoch(&known, "admin", Time::from_millis(NOW))
            })
        };
        assert_eq!(open(known.clone()), Ok(None));
        let forged = Checkpoint { root: okiagari_log::Hash([1; 32]), ..known.clone() };
        assert!(matches!(open(forged), Err(StoreError::BadValue { .. })));
        let other = Checkpoint { origin: "log.example/other".into(), size: 9, ..known.clone() };
        assert!(matches!(open(other), Err(StoreError::BadValue { .. })));
        let longer = Checkpoint { size: 9, root: okiagari_log::Hash([1; 32]), ..known };
        assert_eq!(open(longer), Ok(Some(2)));
        let key =
            okiagari_log::SigningKey::from_seed("log.example/acme/epoch-2", &[7; 32]).unwrap();
        let signed = store.write(&org(), "checkpoint", move |tx| {
            tx.checkpoint(&org(), &key, Time::from_millis(NOW))
        });
        assert_eq!(signed.unwrap().unwrap().epoch, 2);
        assert_verified(&store, None);
    });
}

#[test]
fn tokens_of_a_backup_no_longer_work_and_files_erased_since_stay_erased() {
    use okiagari_store::blob::{Blob, rows};
    use okiagari_store::server::token;
    on_each(|place| {
        let store = place.open();
        put(&store, 1, Asset::DEF, "a01", 0, json!({"name": "名簿"}));
        let blob = |n: u8| Blob {
            org: org(),
            sha256: [n; 32],
            size: 3,
            cipher_size: 3,
            wrapped_key: Some(vec![n]),
            location: format!("l{n}"),
            media_type: "x".to_owned(),
            name: "x".to_owned(),
            created_at: Time::from_millis(NOW),
            erased_at: None,
        };
        let given = token::Token {
            id: "t1".to_owned(),
            org: org(),
            account: AccountId::new("acc"),
            name: "監視".to_owned(),
            may_write: true,
            created_at: Time::from_millis(NOW),
            expires_at: Time::from_millis(i64::MAX / 2),
            last_used_at: None,
            revoked_at: None,
        };
        let kept = store.write_server("test", move |tx| {
            rows::insert(tx.db(), &blob(1))?;
            rows::insert(tx.db(), &blob(2))?;
            token::insert(tx.db(), &given, &[9; 32])
        });
        kept.unwrap();
        let (folder, _) = backup(&store, place);
        let erase = |tx: &mut okiagari_store::WriteTx<'_>| {
            tx.erase_file(&org(), &[1; 32], Time::from_millis(NOW + 5))
        };
        assert_eq!(store.write(&org(), "test", erase), Ok(Some("l1".to_owned())));
        assert_eq!(store.write(&org(), "test", erase), Ok(None), "once");
        let target = another(place);
        let options = RestoreOptions { journal: Some(place.journal()), ..options() };
        let (restored, _) = restore(&folder, &target, options).unwrap();
        let look = |tx: &mut okiagari_store::ReadTx<'_>| {
            let key = |tx: &mut okiagari_store::ReadTx<'_>, n: u8| {
                rows::get(tx.db(), &org(), &[n; 32]).map(|blob| blob.unwrap().wrapped_key)
            };
            let keys = (key(tx, 1)?, key(tx, 2)?);
            Ok::<_, StoreError>((keys, token::by_hash(tx.db(), &[9; 32])?.unwrap().revoked_at))
        };
        let (keys, revoked) = restored.read(look).unwrap();
        assert_eq!(keys, (None, Some(vec![2])));
        assert_eq!(revoked, Some(Time::from_millis(NOW + 999 * 60_000)));
        assert_eq!(store.read(look).unwrap().1, None, "the lost server's own stay as they were");
    });
}
