//! Samples of our own formats. A record once written must read for ever: these files are never
//! changed, and a version that cannot verify them is broken. They were made by programs that
//! share no code with this crate (Python's hashlib, Go's x/mod note).

use std::collections::BTreeMap;

use okiagari_log::field::{Salt, field_states};
use okiagari_log::note::{Note, Verified};
use okiagari_log::{
    Checkpoint, Disclosure, EpochOpen, FieldState, Hash, LeafHeader, Redaction, Secret, Seed,
    SigningKey, TlogProof, VerifierKey, commit_body, commit_redacted, commitment, disclose,
    field_hash, leaf_hash, merkle_root, redact,
};
use serde::Deserialize;

use crate::read;

#[derive(Deserialize)]
struct Fields {
    seed: Seed,
    body: String,
    commitment: Hash,
    empty_commitment: Hash,
    fields: BTreeMap<String, Field>,
    erase: Vec<String>,
    redacted_body: String,
    redaction: Redaction,
    disclosure: Disclosure,
}

#[derive(Deserialize)]
struct Field {
    salt: String,
    hash: Hash,
}

fn fields() -> Fields {
    serde_json::from_str(&read("frozen/fields.json")).unwrap()
}

/// The leaf hashes of all samples by file name.
fn leaf_hashes() -> BTreeMap<String, Hash> {
    let line = |line: &str| {
        let (hash, file) = line.split_once(' ').unwrap();
        (file.to_owned(), Hash::from_hex(hash).unwrap())
    };
    read("frozen/leaves.txt").lines().map(line).collect()
}

fn leaf(file: &str) -> LeafHeader {
    LeafHeader::decode(read(&format!("frozen/{file}")).as_bytes()).unwrap()
}

fn keys() -> [VerifierKey; 3] {
    let keys: Vec<VerifierKey> =
        read("frozen/keys.txt").lines().map(|line| line.parse().unwrap()).collect();
    keys.try_into().unwrap()
}

#[test]
fn leaves_read_and_hash_as_ever() {
    let hashes = leaf_hashes();
    assert_eq!(hashes.len(), 4);
    for (file, hash) in hashes {
        let bytes = read(&format!("frozen/{file}"));
        assert_eq!(leaf_hash(bytes.as_bytes()), hash, "{file}");
        assert_eq!(leaf(&file).encode().unwrap(), bytes.as_bytes(), "{file}");
    }
}

#[test]
fn leaves_say_what_they_said() {
    let change = leaf("leaf-change.json");
    assert_eq!((change.epoch, change.index, change.time_ms), (1, 1, 1_767_225_601_500));
    assert_eq!((change.actor.as_str(), change.role.as_str()), ("u-01", "owner"));
    assert_eq!(change.action, "asset.create");
    assert_eq!(change.items[0].register, "asset");
    assert_eq!(change.items[0].id, "01J-ASSET");
    assert_eq!(change.items[0].rev, 1);
    assert_eq!(change.items[0].commitment, fields().commitment);
    assert_eq!(change.pins.keys().collect::<Vec<_>>(), ["rule.asset.complete", "setting.scales"]);
    assert_eq!(leaf("leaf-erase.json").items[0].erased, ["contact"]);
    let minimal = leaf("leaf-minimal.json");
    assert!(minimal.items.is_empty() && minimal.pins.is_empty() && minimal.note.is_none());

    let open = leaf("leaf-epoch-open.json");
    let known_root = Checkpoint::verify(&read("frozen/checkpoint.txt"), &keys()[0]).unwrap().root;
    assert_eq!(open.epoch_open(), Some(&EpochOpen { from_size: 2, known_size: 3, known_root }));
    assert_eq!(open.log, "log.example.jp/org/1/epoch-2");
}

#[test]
fn field_commitments_are_as_ever() {
    let sample = fields();
    assert_eq!(commit_body(&sample.body, &sample.seed).unwrap(), sample.commitment);
    let states = field_states(&sample.body, Secret::Seed(&sample.seed)).unwrap();
    assert_eq!(states.len(), sample.fields.len());
    let mut hashes = BTreeMap::new();
    for (field, Field { salt, hash }) in &sample.fields {
        let FieldState::Kept { salt: found, value } = states[field.as_str()] else {
            panic!("{field} is kept")
        };
        assert_eq!(salt_text(&found), *salt);
        assert_eq!(sample.seed.salt_for(field), found);
        assert_eq!(field_hash(field, &found, value), *hash);
        hashes.insert(field.clone(), *hash);
    }
    assert_eq!(commitment(&hashes), sample.commitment);
    assert_eq!(commitment(&BTreeMap::new()), sample.empty_commitment);
    assert_eq!(commit_body("{}", &sample.seed).unwrap(), sample.empty_commitment);
}

/// A salt as its JSON form shows it.
fn salt_text(salt: &Salt) -> String {
    let one = BTreeMap::from([("x".to_owned(), *salt)]);
    let redaction = Redaction { salts: one, erased: BTreeMap::new() };
    let json = serde_json::to_value(&redaction).unwrap();
    json["salts"]["x"].as_str().unwrap().to_owned()
}

#[test]
fn redactions_and_disclosures_hold_as_ever() {
    let sample = fields();
    let (body, redaction) = (&sample.redacted_body, &sample.redaction);
    assert_eq!(commit_redacted(body, redaction).unwrap(), sample.commitment);
    let erase: Vec<&str> = sample.erase.iter().map(String::as_str).collect();
    let made = redact(&sample.body, &sample.seed, &erase).unwrap();
    assert_eq!((&made.0, &made.1), (body, redaction));

    sample.disclosure.verify(&sample.commitment).unwrap();
    let field = &sample.disclosure.field;
    assert_eq!(disclose(&sample.body, &sample.seed, field).unwrap(), sample.disclosure);
    assert_eq!(disclose(body, redaction, field).unwrap(), sample.disclosure);

    let whole: serde_json::Value = serde_json::from_str(&read("frozen/fields.json")).unwrap();
    assert_eq!(serde_json::to_value(redaction).unwrap(), whole["redaction"]);
    assert_eq!(serde_json::to_value(&sample.disclosure).unwrap(), whole["disclosure"]);
    assert_eq!(serde_json::to_value(&sample.seed).unwrap(), whole["seed"]);
}

#[test]
fn checkpoints_and_proofs_hold_as_ever() {
    let [log, second, witness] = keys();
    let hashes = leaf_hashes();
    let shared = [hashes["leaf-minimal.json"], hashes["leaf-change.json"]];
    let root_with = |last: &str| merkle_root(&[shared[0], shared[1], hashes[last]]);

    let text = read("frozen/checkpoint.txt");
    let known = std::slice::from_ref(&witness);
    let (first, cosigned) = Checkpoint::verify_with_witnesses(&text, &log, known).unwrap();
    assert_eq!((first.size, first.root), (3, root_with("leaf-erase.json")));
    assert_eq!(cosigned, [Verified { key: witness.clone(), time_s: Some(1_767_229_200) }]);

    let later = read("frozen/checkpoint-epoch-2.txt");
    let renamed = log.renamed("log.example.jp/org/1/epoch-2").unwrap();
    assert_eq!(renamed, second, "an epoch keeps the key and changes its name");
    let later = Checkpoint::verify(&later, &second).unwrap();
    assert_eq!((later.size, later.root), (3, root_with("leaf-epoch-open.json")));

    let text = read("frozen/leaf-change.tlog-proof");
    let proof = TlogProof::parse(&text).unwrap();
    assert_eq!(proof.to_text(), text);
    let leaf = read("frozen/leaf-change.json");
    assert_eq!(proof.verify(leaf.as_bytes(), &log).unwrap(), first);
    assert!(proof.verify(read("frozen/leaf-erase.json").as_bytes(), &log).is_err());
}

#[test]
fn signing_gives_the_same_bytes_as_ever() {
    let seed = Hash::of(b"okiagari frozen log key").0;
    let text = read("frozen/checkpoint-epoch-2.txt");
    let checkpoint = Checkpoint::parse(&Note::parse(&text).unwrap().text).unwrap();
    let key = SigningKey::from_seed(&checkpoint.origin, &seed).unwrap();
    assert_eq!(checkpoint.sign(&key).unwrap(), text);
}
