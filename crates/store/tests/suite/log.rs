//! Checkpoints and proofs.

use crate::registers::*;
use crate::support::*;
use okiagari_log::{Checkpoint, SigningKey, leaf_hash, verify_consistency, verify_inclusion};
use okiagari_model::*;
use okiagari_store::{Store, StoreError, StoredCheckpoint};
use serde_json::json;

pub fn key() -> SigningKey {
    SigningKey::from_seed("log.example/acme", &[7; 32]).unwrap()
}

pub fn sign(store: &Store, minute: i64) -> Result<Option<StoredCheckpoint>, StoreError> {
    let org = org();
    let log = org.clone();
    store.write(&org, "checkpoint", move |tx| {
        tx.checkpoint(&log, &key(), Time::from_millis(NOW + minute * 60_000))
    })
}

#[test]
fn checkpoints_are_signed_once_a_size() {
    on_each(|place| {
        let store = place.open();
        assert_eq!(sign(&store, 0).unwrap(), None);
        put(&store, 0, Person::DEF, "p1", 0, json!({"name": "花子"}));
        let first = sign(&store, 1).unwrap().unwrap();
        assert_eq!(sign(&store, 2).unwrap(), None);
        put(&store, 3, Person::DEF, "p1", 1, json!({"name": "花"}));
        let second = sign(&store, 4).unwrap().unwrap();
        let latest = store.read(|tx| tx.latest_checkpoint(&org())).map_err(|e: StoreError| e);
        assert_eq!(latest.unwrap(), Some(second.clone()));
        let read = |note: &str| Checkpoint::verify(note, &key().verifier()).unwrap();
        let (old, new) = (read(&first.note), read(&second.note));
        assert_eq!((old.size, new.size), (1, 2));
        let path = store.read(|tx| tx.consistency(&org(), 1, 2)).map_err(|e: StoreError| e);
        verify_consistency(1, 2, &old.root, &new.root, &path.unwrap()).unwrap();
        let other = SigningKey::from_seed("log.example/other", &[7; 32]).unwrap();
        let log = org();
        let refused = store.write(&org(), "checkpoint", move |tx| {
            tx.checkpoint(&log, &other, Time::from_millis(NOW))
        });
        assert!(matches!(refused, Err(StoreError::BadValue { .. })));
    });
}

#[test]
fn every_leaf_is_proven_at_every_size() {
    on_each(|place| {
        let store = place.open();
        let org = org();
        for block in 0..7i64 {
            let key = org.clone();
            let done: Result<(), StoreError> = store.write(&org, "many", move |tx| {
                for at in 0..100 {
                    let id = format!("p{block}-{at}");
                    append(
                        tx,
                        &key,
                        block,
                        "x",
                        vec![revision(Person::DEF, &id, 0, json!({"name": "x"}))],
                    )?;
                }
                Ok(())
            });
            done.unwrap();
        }
        drop(store);
        // Taken up from the tables by a new process.
        let store = place.open();
        put(&store, 9, Person::DEF, "last", 0, json!({"name": "x"}));
        store
            .read(|tx| {
                let state = tx.log_state(&org)?.unwrap();
                assert_eq!(
                    (state.size, state.epoch, state.origin.as_str()),
                    (701, 1, "log.example/acme")
                );
                for size in [1, 255, 256, 257, 512, 700, 701] {
                    let root = tx.root_at(&org, size)?;
                    for index in [0, 1, 254, 255, 256, 511, 512, 699, 700] {
                        let proof = tx.inclusion(&org, index, Some(size));
                        if index >= size {
                            assert!(matches!(proof, Err(StoreError::NotFound { .. })));
                            continue;
                        }
                        let proof = proof?;
                        let leaf = leaf_hash(proof.header.as_bytes());
                        verify_inclusion(index, size, &leaf, &proof.path, &root).unwrap();
                    }
                    let path = tx.consistency(&org, size, 701)?;
                    verify_consistency(size, 701, &root, &state.root, &path).unwrap();
                }
                assert!(tx.inclusion(&org, 0, Some(702)).is_err());
                assert!(tx.tile(&org, okiagari_log::TileId { level: 0, index: 1 })?.is_some());
                assert!(tx.tile(&org, okiagari_log::TileId { level: 0, index: 2 })?.is_none());
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}
