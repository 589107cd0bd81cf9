//! Vectors made with Go's x/mod sumdb packages; see `tests/vectors/README.md`.

use std::collections::BTreeMap;

use okiagari_log::note::{Note, Verified};
use okiagari_log::{
    Checkpoint, CosigningKey, Hash, SigningKey, TileId, TileView, VerifierKey, consistency_proof,
    inclusion_proof, leaf_hash, verify_consistency, verify_inclusion,
};
use serde::Deserialize;

use crate::{Stored, read};

#[derive(Deserialize)]
struct Tlog {
    roots: BTreeMap<u64, Hash>,
    tiles: BTreeMap<String, String>,
    inclusion: Vec<Inclusion>,
    consistency: Vec<Consistency>,
    paths: Vec<TilePath>,
}

#[derive(Deserialize)]
struct Inclusion {
    index: u64,
    size: u64,
    path: Vec<Hash>,
}

#[derive(Deserialize)]
struct Consistency {
    old: u64,
    new: u64,
    path: Vec<Hash>,
}

#[derive(Deserialize)]
struct TilePath {
    level: u8,
    index: u64,
    width: u16,
    path: String,
}

fn tlog() -> Tlog {
    serde_json::from_str(&read("vectors/tlog.json")).unwrap()
}

fn leaf(n: u64) -> Hash {
    leaf_hash(format!("leaf {n}").as_bytes())
}

#[test]
fn roots_and_tiles_are_those_of_go() {
    let vectors = tlog();
    let mut log = okiagari_log::Appender::new();
    let mut tiles: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut compared = 0;
    for n in 0..70_000 {
        tiles.extend(log.push(leaf(n)).into_iter().map(|(id, bytes)| (id.path(256), bytes)));
        if let Some(root) = vectors.roots.get(&(n + 1)) {
            assert_eq!(log.root(), *root, "size {}", n + 1);
            compared += 1;
        }
    }
    assert_eq!(compared, vectors.roots.len());
    tiles.extend(log.partial_tiles().into_iter().map(|(id, width, bytes)| (id.path(width), bytes)));
    for (path, digest) in &vectors.tiles {
        assert_eq!(Hash::of(&tiles[path]).to_hex(), *digest, "{path}");
    }
    assert_eq!(tiles.len(), 273 + 1 + 1 + 1 + 1, "and there are no others");
}

#[test]
fn proofs_are_those_of_go() {
    let vectors = tlog();
    let stored = Stored::grow((0..70_000).map(leaf));
    let mut view = TileView::new(&stored.log, |id| stored.tile(id));
    for Inclusion { index, size, path } in &vectors.inclusion {
        let made = inclusion_proof(*index, *size, &mut view).unwrap();
        assert_eq!(made, *path, "{index} in {size}");
        if let Some(root) = vectors.roots.get(size) {
            verify_inclusion(*index, *size, &leaf(*index), path, root).unwrap();
        }
    }
    for Consistency { old, new, path } in &vectors.consistency {
        let made = consistency_proof(*old, *new, &mut view).unwrap();
        assert_eq!(made, *path, "{old} to {new}");
        let (old_root, new_root) = (&vectors.roots[old], &vectors.roots[new]);
        verify_consistency(*old, *new, old_root, new_root, path).unwrap();
    }
}

#[test]
fn tile_paths_are_those_of_go() {
    for TilePath { level, index, width, path } in tlog().paths {
        let id = TileId { level, index };
        assert_eq!(id.path(width), path);
        assert_eq!(TileId::parse(&path), Ok((id, width)));
    }
}

#[derive(Deserialize)]
struct Notes {
    keys: Vec<Key>,
    notes: Vec<String>,
    cosignature: Cosignature,
}

#[derive(Deserialize)]
struct Key {
    name: String,
    seed: String,
    vkey: String,
}

#[derive(Deserialize)]
struct Cosignature {
    seed: String,
    vkey: String,
    time: u64,
    note: String,
}

fn notes() -> Notes {
    serde_json::from_str(&read("vectors/note.json")).unwrap()
}

fn seed(hex: &str) -> [u8; 32] {
    Hash::from_hex(hex).unwrap().0
}

#[test]
fn keys_and_notes_are_those_of_go() {
    let vectors = notes();
    let signers: Vec<SigningKey> = vectors
        .keys
        .iter()
        .map(|k| SigningKey::from_seed(&k.name, &seed(&k.seed)).unwrap())
        .collect();
    for (signer, key) in signers.iter().zip(&vectors.keys) {
        assert_eq!(signer.verifier().to_string(), key.vkey);
        assert_eq!(key.vkey.parse(), Ok(signer.verifier()));
    }
    let keys: Vec<VerifierKey> = signers.iter().map(SigningKey::verifier).collect();
    for text in &vectors.notes {
        let note = Note::parse(text).unwrap();
        assert_eq!(note.verify(&keys).unwrap().len(), note.signatures.len());
        let mut own = Note::new(note.text.clone()).unwrap();
        for signature in &note.signatures {
            let signer = signers.iter().find(|signer| signer.name() == signature.name).unwrap();
            own.signatures.push(signer.sign(&own.text));
        }
        assert_eq!(own.to_string(), *text, "Ed25519 gives one signature for one text");
    }
}

#[test]
fn the_cosignature_is_that_of_go() {
    let Notes { cosignature: vector, keys, .. } = notes();
    let witness = CosigningKey::from_seed("witness.example/w1", &seed(&vector.seed)).unwrap();
    assert_eq!(witness.verifier().to_string(), vector.vkey);
    let log: VerifierKey = keys[0].vkey.parse().unwrap();
    let known = [vector.vkey.parse().unwrap()];
    let (checkpoint, cosigned) =
        Checkpoint::verify_with_witnesses(&vector.note, &log, &known).unwrap();
    assert_eq!(cosigned, [Verified { key: witness.verifier(), time_s: Some(vector.time) }]);
    assert_eq!(checkpoint.root, tlog().roots[&600]);
    let line = witness.cosign(&checkpoint, vector.time).unwrap().to_string();
    assert!(vector.note.ends_with(&format!("{line}\n")));
}
