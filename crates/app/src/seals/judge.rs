//! Whether a statement stands in a log: the leaf is in it, the leaf commits to a record, and a
//! field of that record is the SHA-256 of the statement.

use okiagari_log::{Disclosure, LeafHeader, TlogProof, VerifierKey};
use okiagari_seal::Fingerprint;
use okiagari_seal::package::{LogFiles, LogSeen};

/// Why a statement is not shown to stand in a log.
#[derive(Debug, thiserror::Error)]
pub enum NotProven {
    /// Not UTF-8.
    #[error("the proof is no text")]
    Text(#[from] std::str::Utf8Error),
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] okiagari_log::proof_file::ProofFileError),
    /// The leaf cannot be read.
    #[error(transparent)]
    Leaf(#[from] okiagari_log::LeafError),
    /// The field cannot be read.
    #[error("the disclosed field cannot be read: {0}")]
    Disclosure(#[from] serde_json::Error),
    /// The field is not of the leaf.
    #[error("the disclosed field belongs to no record of the leaf")]
    Other,
    /// The field says something else.
    #[error("the disclosed field does not name this statement")]
    OtherStatement,
    /// The leaf contradicts the proof.
    #[error("the leaf names another log or another place than the proof")]
    Place,
}

/// Judges the log's files of a package.
///
/// # Errors
/// With the first reason against it.
pub fn judge(
    key: &VerifierKey,
    files: &LogFiles,
    statement: Fingerprint,
) -> Result<LogSeen, NotProven> {
    let proof = TlogProof::parse(std::str::from_utf8(&files.proof)?)?;
    let checkpoint = proof.verify(&files.leaf, key)?;
    let leaf = LeafHeader::decode(&files.leaf)?;
    if leaf.index != proof.index || leaf.log != checkpoint.origin {
        return Err(NotProven::Place);
    }
    let field: Disclosure = serde_json::from_slice(&files.disclosure)?;
    if !leaf.items.iter().any(|item| field.verify(&item.commitment).is_ok()) {
        return Err(NotProven::Other);
    }
    if field.value != format!("\"{statement}\"") {
        return Err(NotProven::OtherStatement);
    }
    Ok(LogSeen { origin: checkpoint.origin, index: proof.index, size: checkpoint.size })
}

#[cfg(test)]
mod tests {
    use super::*;
    use okiagari_log::{
        Checkpoint, LeafItem, Seed, SigningKey, commit_body, disclose, inclusion_proof, leaf_hash,
        merkle_root, tile::LeafHashes,
    };

    const STATEMENT: Fingerprint = Fingerprint([0xab; 32]);

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed("log.example/org", &[seed; 32]).unwrap()
    }

    /// A log of three leaves; the second is that of a record that names the statement.
    fn files(body: &str, field: &str) -> LogFiles {
        let seed = Seed([5; 32]);
        let leaf = LeafHeader {
            v: 1,
            log: "log.example/org".into(),
            epoch: 1,
            index: 1,
            time_ms: 1_796_000_000_000,
            actor: "7".into(),
            role: String::new(),
            action: "attestation.sign".into(),
            items: vec![LeafItem {
                register: "attestation".into(),
                id: "3".into(),
                rev: 2,
                commitment: commit_body(body, &seed).unwrap(),
                erased: vec![],
            }],
            pins: Default::default(),
            note: None,
        };
        let leaf = leaf.encode().unwrap();
        let leaves = [leaf_hash(b"a"), leaf_hash(&leaf), leaf_hash(b"c")];
        let checkpoint = Checkpoint {
            origin: "log.example/org".into(),
            size: 3,
            root: merkle_root(&leaves),
            extensions: vec![],
        };
        let proof = TlogProof {
            extra: None,
            index: 1,
            path: inclusion_proof(1, 3, &mut LeafHashes(&leaves)).unwrap(),
            checkpoint: checkpoint.sign(&key(4)).unwrap(),
        };
        let field = disclose(body, &seed, field).unwrap();
        LogFiles {
            proof: proof.to_text().into_bytes(),
            leaf,
            disclosure: serde_json::to_vec(&field).unwrap(),
        }
    }

    #[test]
    fn a_statement_stands_in_a_log_by_leaf_record_and_field() {
        let body = format!(r#"{{"name":"x","statement_sha256":"{STATEMENT}"}}"#);
        let good = files(&body, "statement_sha256");
        let judge = |files: &LogFiles, seed| judge(&key(seed).verifier(), files, STATEMENT);
        let seen = judge(&good, 4).unwrap();
        assert_eq!((seen.origin.as_str(), seen.index, seen.size), ("log.example/org", 1, 3));
        assert!(matches!(judge(&good, 5), Err(NotProven::Proof(_))), "another log");
        let other = files(&body, "name");
        assert!(matches!(judge(&other, 4), Err(NotProven::OtherStatement)));
        let wrong = files(r#"{"name":"x"}"#, "name");
        let mixed = LogFiles { disclosure: good.disclosure.clone(), ..wrong };
        assert!(matches!(judge(&mixed, 4), Err(NotProven::Other)), "of another record");
        let mut altered = good;
        altered.leaf.push(b' ');
        assert!(matches!(judge(&altered, 4), Err(NotProven::Proof(_))));
    }
}
