//! Properties over random sizes and contents, against a tree written straight from the text of
//! RFC 6962 section 2.1.

use std::collections::{BTreeMap, BTreeSet};

use okiagari_log::note::Note;
use okiagari_log::tile::LeafHashes;
use okiagari_log::{
    Appender, Checkpoint, Frontier, Hash, LeafHeader, LeafItem, Redaction, Secret, Seed,
    SigningKey, TileView, TlogProof, VerifierKey, commit_body, commit_redacted, consistency_proof,
    disclose, inclusion_proof, leaf_hash, merkle_root, redact, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

use crate::Stored;

/// The definitions of RFC 6962, slow and obvious, over the data itself.
mod plain {
    use okiagari_log::Hash;
    use sha2::{Digest as _, Sha256};

    fn sha(parts: &[&[u8]]) -> Hash {
        let mut hasher = Sha256::new();
        parts.iter().for_each(|part| hasher.update(part));
        Hash(hasher.finalize().into())
    }

    fn k(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }

    pub fn mth(d: &[Vec<u8>]) -> Hash {
        match d {
            [] => sha(&[]),
            [one] => sha(&[&[0], one]),
            _ => {
                let (left, right) = d.split_at(k(d.len()));
                sha(&[&[1], &mth(left).0, &mth(right).0])
            }
        }
    }

    pub fn path(m: usize, d: &[Vec<u8>]) -> Vec<Hash> {
        if d.len() == 1 {
            return Vec::new();
        }
        let (left, right) = d.split_at(k(d.len()));
        let (mut path, sibling) = if m < left.len() {
            (self::path(m, left), mth(right))
        } else {
            (self::path(m - left.len(), right), mth(left))
        };
        path.push(sibling);
        path
    }

    pub fn proof(m: usize, d: &[Vec<u8>]) -> Vec<Hash> {
        if m == 0 { Vec::new() } else { subproof(m, d, true) }
    }

    fn subproof(m: usize, d: &[Vec<u8>], known: bool) -> Vec<Hash> {
        if m == d.len() {
            return if known { Vec::new() } else { vec![mth(d)] };
        }
        let (left, right) = d.split_at(k(d.len()));
        let (mut proof, sibling) = if m <= left.len() {
            (subproof(m, left, known), mth(right))
        } else {
            (subproof(m - left.len(), right, false), mth(left))
        };
        proof.push(sibling);
        proof
    }
}

/// The same cases in every run, so that a failure is never a matter of luck.
fn fixed(cases: u32) -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(6962);
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

fn hashes(data: &[Vec<u8>]) -> Vec<Hash> {
    data.iter().map(|data| leaf_hash(data)).collect()
}

fn leaves(max: usize) -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..8), 1..max)
}

/// Leaves with sizes around the tile border, where the tile code has its cases.
fn many_leaves() -> impl Strategy<Value = Vec<Vec<u8>>> {
    (prop_oneof![1usize..40, 250usize..262, 505usize..520, 600usize..1300], any::<u32>())
        .prop_map(|(n, salt)| (0..n).map(|i| format!("{salt}.{i}").into_bytes()).collect())
}

proptest! {
    #![proptest_config(fixed(64))]

    #[test]
    fn roots_are_those_of_the_plain_tree(data in leaves(300)) {
        let hashes = hashes(&data);
        let (mut edge, mut log) = (Frontier::new(), Appender::new());
        for hash in &hashes {
            edge.push(*hash);
            log.push(*hash);
        }
        let root = plain::mth(&data);
        prop_assert_eq!(merkle_root(&hashes), root);
        prop_assert_eq!(edge.root(), root);
        prop_assert_eq!(log.root(), root);
    }

    #[test]
    fn inclusion_proofs_are_those_of_the_plain_tree(
        data in many_leaves(), size in any::<Index>(), index in any::<Index>(),
    ) {
        // The log may have grown since the checkpoint that a proof is for.
        let size = size.index(data.len()) + 1;
        let index = index.index(size);
        let leaves = hashes(&data);
        let stored = Stored::grow(leaves.iter().copied());
        let mut view = TileView::new(&stored.log, |id| stored.tile(id));
        let expected = plain::path(index, &data[..size]);
        let (at, len) = (index as u64, size as u64);
        prop_assert_eq!(&inclusion_proof(at, len, &mut view).unwrap(), &expected);
        prop_assert_eq!(&inclusion_proof(at, len, &mut LeafHashes(&leaves)).unwrap(), &expected);
        let root = plain::mth(&data[..size]);
        prop_assert_eq!(verify_inclusion(at, len, &leaves[index], &expected, &root), Ok(()));
        prop_assert!(inclusion_proof(len, len, &mut view).is_err());
        let beyond = data.len() as u64 + 1;
        prop_assert!(inclusion_proof(0, beyond, &mut view).is_err());
        prop_assert!(inclusion_proof(0, beyond, &mut LeafHashes(&leaves)).is_err());
    }

    #[test]
    fn consistency_proofs_are_those_of_the_plain_tree(
        data in many_leaves(), old in any::<Index>(), new in any::<Index>(),
    ) {
        let new = new.index(data.len()) + 1;
        let old = old.index(new + 1);
        let leaves = hashes(&data);
        let stored = Stored::grow(leaves.iter().copied());
        let mut view = TileView::new(&stored.log, |id| stored.tile(id));
        let expected = plain::proof(old, &data[..new]);
        let (from, to) = (old as u64, new as u64);
        prop_assert_eq!(&consistency_proof(from, to, &mut view).unwrap(), &expected);
        prop_assert_eq!(&consistency_proof(from, to, &mut LeafHashes(&leaves)).unwrap(), &expected);
        let (old_root, new_root) = (plain::mth(&data[..old]), plain::mth(&data[..new]));
        prop_assert_eq!(verify_consistency(from, to, &old_root, &new_root, &expected), Ok(()));
        prop_assert!(consistency_proof(to + 1, to, &mut view).is_err());
    }

    #[test]
    fn altered_inclusion_proofs_are_refused(
        data in leaves(80), index in any::<Index>(), bit in 0usize..256, pick in any::<Index>(),
    ) {
        let index = index.index(data.len());
        let (at, size) = (index as u64, data.len() as u64);
        let leaf = leaf_hash(&data[index]);
        let (path, root) = (plain::path(index, &data), plain::mth(&data));
        let flip = |hash: &Hash| {
            let mut hash = *hash;
            hash.0[bit / 8] ^= 1 << (bit % 8);
            hash
        };
        prop_assert!(verify_inclusion(at, size, &flip(&leaf), &path, &root).is_err());
        prop_assert!(verify_inclusion(at, size, &leaf, &path, &flip(&root)).is_err());
        prop_assert!(verify_inclusion(at + size, size, &leaf, &path, &root).is_err());
        let longer: Vec<Hash> = path.iter().copied().chain([root]).collect();
        prop_assert!(verify_inclusion(at, size, &leaf, &longer, &root).is_err());
        if !path.is_empty() {
            let mut other = path.clone();
            let place = pick.index(other.len());
            other[place] = flip(&other[place]);
            prop_assert!(verify_inclusion(at, size, &leaf, &other, &root).is_err());
            prop_assert!(verify_inclusion(at, size, &leaf, &path[1..], &root).is_err());
            let neighbour = if index > 0 { index - 1 } else { index + 1 };
            let moved = verify_inclusion(neighbour as u64, size, &leaf, &path, &root);
            // Where the same leaf stands twice among equal leaves, both places are true.
            prop_assert!(moved.is_err() || data[neighbour] == data[index]);
        }
    }

    #[test]
    fn altered_consistency_proofs_are_refused(
        data in leaves(80), old in any::<Index>(), bit in 0usize..256, pick in any::<Index>(),
    ) {
        let old = old.index(data.len() + 1);
        let (from, to) = (old as u64, data.len() as u64);
        let path = plain::proof(old, &data);
        let (old_root, new_root) = (plain::mth(&data[..old]), plain::mth(&data));
        let flip = |hash: &Hash| {
            let mut hash = *hash;
            hash.0[bit / 8] ^= 1 << (bit % 8);
            hash
        };
        prop_assert!(verify_consistency(from, to, &flip(&old_root), &new_root, &path).is_err());
        // The empty log is the beginning of every log, whatever its root.
        let other_new = verify_consistency(from, to, &old_root, &flip(&new_root), &path);
        prop_assert_eq!(other_new.is_err(), old > 0);
        let longer: Vec<Hash> = path.iter().copied().chain([new_root]).collect();
        prop_assert!(verify_consistency(from, to, &old_root, &new_root, &longer).is_err());
        prop_assert!(verify_consistency(to + 1, to, &old_root, &new_root, &path).is_err());
        if !path.is_empty() {
            let mut other = path.clone();
            let place = pick.index(other.len());
            other[place] = flip(&other[place]);
            prop_assert!(verify_consistency(from, to, &old_root, &new_root, &other).is_err());
            prop_assert!(verify_consistency(from, to, &old_root, &new_root, &path[1..]).is_err());
        }
    }
}

/// A body whose values and ids are of many kinds.
fn bodies() -> impl Strategy<Value = serde_json::Map<String, serde_json::Value>> {
    let value = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        any::<f32>().prop_map(|n| serde_json::json!(n)),
        ".{0,12}".prop_map(Into::into),
        prop::collection::vec(".{0,4}", 0..4).prop_map(Into::into),
        prop::collection::btree_map(".{0,4}", any::<u16>(), 0..4)
            .prop_map(|m| serde_json::json!(m)),
    ];
    prop::collection::btree_map("[a-z_]{1,6}|[あ-ん\u{ff5e}\u{10000}]{1,3}", value, 0..14)
        .prop_map(|map| map.into_iter().collect())
}

fn without(body: &serde_json::Map<String, serde_json::Value>, gone: &BTreeSet<String>) -> String {
    let left: BTreeMap<_, _> = body.iter().filter(|(field, _)| !gone.contains(*field)).collect();
    serde_json_canonicalizer::to_string(&left).unwrap()
}

proptest! {
    #![proptest_config(fixed(256))]

    #[test]
    fn erasing_in_any_order_keeps_the_commitment(
        body in bodies(), seed in any::<[u8; 32]>(), picks in prop::collection::vec(any::<Index>(), 0..6),
    ) {
        let seed = Seed(seed);
        let text = without(&body, &BTreeSet::new());
        let whole = commit_body(&text, &seed).unwrap();
        let ids: Vec<&String> = body.keys().collect();
        let (mut left, mut redaction): (String, Redaction) = redact(&text, &seed, &[]).unwrap();
        prop_assert_eq!(&left, &text);
        let mut gone = BTreeSet::new();
        for pick in picks.iter().filter(|_| !ids.is_empty()) {
            let field = ids[pick.index(ids.len())];
            (left, redaction) = redact(&left, &redaction, &[field]).unwrap();
            gone.insert(field.clone());
            prop_assert_eq!(&left, &without(&body, &gone));
            prop_assert_eq!(commit_redacted(&left, &redaction).unwrap(), whole);
        }
        for field in body.keys() {
            let shown = disclose(&left, Secret::from(&redaction), field);
            prop_assert_eq!(shown.is_err(), gone.contains(field));
            if let Ok(shown) = shown {
                prop_assert_eq!(shown.salt, seed.salt_for(field));
                shown.verify(&whole).unwrap();
            }
        }
    }

    #[test]
    fn a_disclosure_is_bound_to_its_value(body in bodies(), seed in any::<[u8; 32]>(), pick in any::<Index>(), other in any::<u64>()) {
        prop_assume!(!body.is_empty());
        let text = without(&body, &BTreeSet::new());
        let seed = Seed(seed);
        let field = body.keys().nth(pick.index(body.len())).unwrap();
        let mut shown = disclose(&text, &seed, field).unwrap();
        let whole = commit_body(&text, &seed).unwrap();
        shown.verify(&whole).unwrap();
        shown.value = format!("\"{other}\"");
        prop_assume!(serde_json::to_string(&body[field]).unwrap() != shown.value);
        prop_assert!(shown.verify(&whole).is_err());
    }
}

/// One sample of each text format, to be damaged.
fn samples() -> Vec<String> {
    let key = SigningKey::from_seed("log.example/org", &[1; 32]).unwrap();
    let leaf = LeafHeader {
        v: 1,
        log: "log.example/org".to_owned(),
        epoch: 1,
        index: 3,
        time_ms: 1_767_225_600_000,
        actor: "u1".to_owned(),
        role: "owner".to_owned(),
        action: "asset.create".to_owned(),
        items: vec![LeafItem {
            register: "asset".to_owned(),
            id: "a1".to_owned(),
            rev: 1,
            commitment: Hash([7; 32]),
            erased: Vec::new(),
        }],
        pins: BTreeMap::new(),
        note: None,
    };
    let leaf = leaf.encode().unwrap();
    let leaves = [leaf_hash(b"0"), leaf_hash(b"1"), leaf_hash(b"2"), leaf_hash(&leaf)];
    let checkpoint = Checkpoint {
        origin: "log.example/org".to_owned(),
        size: 4,
        root: merkle_root(&leaves),
        extensions: Vec::new(),
    };
    let proof = TlogProof {
        extra: Some(b"x".to_vec()),
        index: 3,
        path: inclusion_proof(3, 4, &mut LeafHashes(&leaves)).unwrap(),
        checkpoint: checkpoint.sign(&key).unwrap(),
    };
    let body = r#"{"a":1,"b":"x","c":[true]}"#.to_owned();
    vec![
        String::from_utf8(leaf).unwrap(),
        checkpoint.to_text().unwrap(),
        proof.checkpoint.clone(),
        proof.to_text(),
        key.verifier().to_string(),
        "tile/0/x001/x234/067.p/9".to_owned(),
        body,
    ]
}

proptest! {
    #![proptest_config(fixed(2000))]

    /// There is one text for one value: whatever reads at all is written again as it was.
    #[test]
    fn damaged_texts_are_refused_or_read_as_they_are(
        pick in any::<Index>(), at in any::<Index>(), with in "[ -~\n—é]{0,2}", cut in 0usize..3,
    ) {
        let samples = samples();
        let chars: Vec<char> = pick.get(&samples).chars().collect();
        let at = at.index(chars.len());
        let text: String = chars[..at].iter().copied().chain(with.chars())
            .chain(chars[chars.len().min(at + cut)..].iter().copied()).collect();
        if let Ok(note) = Note::parse(&text) {
            prop_assert_eq!(note.to_string(), text.as_str());
        }
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.to_text().unwrap(), text.as_str());
        }
        if let Ok(proof) = TlogProof::parse(&text) {
            prop_assert_eq!(proof.to_text(), text.as_str());
        }
        if let Ok(leaf) = LeafHeader::decode(text.as_bytes()) {
            prop_assert_eq!(leaf.encode().unwrap(), text.as_bytes());
        }
        if let Ok(key) = text.parse::<VerifierKey>() {
            prop_assert_eq!(key.to_string(), text.as_str());
        }
        if let Ok((id, width)) = okiagari_log::TileId::parse(&text) {
            prop_assert_eq!(id.path(width), text.as_str());
        }
        let seed = Seed([3; 32]);
        if let Ok(whole) = commit_body(&text, &seed) {
            let original = samples.last().unwrap();
            let same = whole == commit_body(original, &seed).unwrap();
            prop_assert_eq!(same, text == *original, "every byte of a body counts");
        }
    }
}

proptest! {
    #![proptest_config(fixed(1000))]

    /// Nothing that comes from outside makes a reader panic: neither free text, nor lines that
    /// look like those of a note, nor bytes.
    #[test]
    fn any_text_and_any_bytes_are_answered(
        lines in proptest::collection::vec(prop_oneof![
            "\\PC{0,20}",
            "[0-9]{0,25}",
            "[A-Za-z0-9+/=]{0,60}",
            Just(String::new()),
            Just("log.example/org".to_owned()),
            Just("c2sp.org/tlog-proof@v1".to_owned()),
            Just("index 18446744073709551615".to_owned()),
            Just("\u{2014} log.example/org AAAA".to_owned()),
            Just("extra ====".to_owned()),
        ], 0..12),
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        (size, width) in (any::<u64>(), any::<u16>()),
    ) {
        let key = SigningKey::from_seed("log.example/org", &[1; 32]).unwrap().verifier();
        let text = lines.join("\n");
        for text in [text.clone(), text.clone() + "\n", text + "\n\n"] {
            let _ = (Note::parse(&text), TlogProof::parse(&text), LeafHeader::decode(text.as_bytes()));
            let _ = (text.parse::<VerifierKey>(), commit_body(&text, &Seed([3; 32])));
            let _ = (okiagari_log::TileId::parse(&text), okiagari_log::tile::parse_entries_path(&text));
            let _ = (Hash::from_base64(&text), Hash::from_hex(&text));
            if let Ok(checkpoint) = Checkpoint::parse(&text) {
                prop_assert_eq!(checkpoint.to_text().unwrap(), text.as_str());
            }
            prop_assert!(Checkpoint::verify(&text, &key).is_err(), "nobody signed it");
        }
        let _ = (LeafHeader::decode(&bytes), okiagari_log::tile::decode_entries(&bytes));
        let _ = okiagari_log::tile::parse_entries_path(&format!("tile/entries/{size}.p/{width}"));
    }
}
