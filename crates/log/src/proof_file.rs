//! `.tlog-proof` files (c2sp.org/tlog-proof@v1): proof that data is a leaf of a log, complete in
//! one text and checked without a network.

use crate::b64;
use crate::checkpoint::{Checkpoint, CheckpointError, parse_decimal};
use crate::hash::{Hash, leaf_hash};
use crate::note::{Note, Verified, VerifierKey};
use crate::proofs::{ProofError, verify_inclusion};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The longest path there can be: one hash a level of the largest tree.
const MAX_PATH: usize = 64;

/// A proof that a leaf stands in a log. Nothing in it may be believed before
/// [`TlogProof::verify`] succeeds, and `extra` not even then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Data for the reader that nothing vouches for; absent rather than empty.
    pub extra: Option<Vec<u8>>,
    /// The place of the leaf, from 0.
    pub index: u64,
    /// The path from the leaf's sibling to the child of the root.
    pub path: Vec<Hash>,
    /// The signed checkpoint, as it was issued.
    pub checkpoint: String,
}

/// Why a proof was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// The text is not of the form the specification gives.
    #[error("the proof is malformed: {0}")]
    Malformed(&'static str),
    /// The checkpoint was refused.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The path does not lead from the leaf to the checkpoint's root.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl TlogProof {
    /// The text of the file.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        if let Some(extra) = self.extra.as_deref().filter(|extra| !extra.is_empty()) {
            text.push_str(&format!("extra {}\n", b64::encode(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for hash in &self.path {
            text.push_str(&format!("{hash}\n"));
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads a file, including whether its checkpoint has the form of one.
    ///
    /// # Errors
    /// When the text is not exactly of the form the specification gives.
    pub fn parse(text: &str) -> Result<Self, ProofFileError> {
        let bad = ProofFileError::Malformed;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(bad("no blank line"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(bad("header"));
        }
        let mut line = lines.next().ok_or(bad("index"))?;
        let mut extra = None;
        if let Some(data) = line.strip_prefix("extra ") {
            let data = b64::decode(data).filter(|data| !data.is_empty());
            extra = Some(data.ok_or(bad("extra"))?);
            line = lines.next().ok_or(bad("index"))?;
        }
        let index = line.strip_prefix("index ").and_then(parse_decimal).ok_or(bad("index"))?;
        let path: Option<Vec<Hash>> = lines.take(MAX_PATH + 1).map(Hash::from_base64).collect();
        let path = path.filter(|path| path.len() <= MAX_PATH).ok_or(bad("path"))?;
        let note = Note::parse(checkpoint).map_err(CheckpointError::from)?;
        Checkpoint::parse(&note.text)?;
        Ok(Self { extra, index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Checks that the log with this key holds these bytes as leaf [`TlogProof::index`].
    ///
    /// # Errors
    /// When the checkpoint is not the log's or the path does not lead to its root.
    pub fn verify(&self, leaf: &[u8], log: &VerifierKey) -> Result<Checkpoint, ProofFileError> {
        self.verify_with_witnesses(leaf, log, &[]).map(|(checkpoint, _)| checkpoint)
    }

    /// As [`TlogProof::verify`], and gives the cosignatures of known witnesses. Whether these
    /// are enough is for the caller to say.
    ///
    /// # Errors
    /// As for [`TlogProof::verify`], or when a known witness's cosignature does not hold.
    pub fn verify_with_witnesses(
        &self,
        leaf: &[u8],
        log: &VerifierKey,
        witnesses: &[VerifierKey],
    ) -> Result<(Checkpoint, Vec<Verified>), ProofFileError> {
        let (checkpoint, cosigned) =
            Checkpoint::verify_with_witnesses(&self.checkpoint, log, witnesses)?;
        let leaf = leaf_hash(leaf);
        verify_inclusion(self.index, checkpoint.size, &leaf, &self.path, &checkpoint.root)?;
        Ok((checkpoint, cosigned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::merkle_root;
    use crate::note::{NoteError, SigningKey};
    use crate::proofs::inclusion_proof;
    use crate::tile::LeafHashes;

    fn leaf(i: u64) -> Vec<u8> {
        format!("leaf {i}").into_bytes()
    }

    fn log() -> SigningKey {
        SigningKey::from_seed("log.example/org", &[4; 32]).unwrap()
    }

    fn proof(index: u64, size: u64) -> TlogProof {
        let leaves: Vec<Hash> = (0..size).map(|i| leaf_hash(&leaf(i))).collect();
        let checkpoint = Checkpoint {
            origin: log().name().to_owned(),
            size,
            root: merkle_root(&leaves),
            extensions: Vec::new(),
        };
        TlogProof {
            extra: None,
            index,
            path: inclusion_proof(index, size, &mut LeafHashes(&leaves)).unwrap(),
            checkpoint: checkpoint.sign(&log()).unwrap(),
        }
    }

    #[test]
    fn files_round_trip_and_hold() {
        for (index, size) in [(0, 1), (0, 2), (5, 11), (10, 11)] {
            for extra in [None, Some(b"context".to_vec())] {
                let proof = TlogProof { extra, ..proof(index, size) };
                let again = TlogProof::parse(&proof.to_text()).unwrap();
                assert_eq!(again, proof);
                let checkpoint = again.verify(&leaf(index), &log().verifier()).unwrap();
                assert_eq!(checkpoint.size, size);
            }
        }
    }

    #[test]
    fn another_leaf_place_or_key_is_refused() {
        let good = proof(5, 11);
        let key = log().verifier();
        assert_eq!(good.verify(&leaf(6), &key), Err(ProofError::Root.into()));
        let moved = TlogProof { index: 4, ..good.clone() };
        assert!(moved.verify(&leaf(5), &key).is_err());
        let outside = TlogProof { index: 11, ..good.clone() };
        assert!(matches!(outside.verify(&leaf(5), &key), Err(ProofFileError::Proof(_))));
        let other = SigningKey::from_seed("log.example/org", &[5; 32]).unwrap().verifier();
        let unsigned = CheckpointError::Note(NoteError::Unsigned);
        assert_eq!(good.verify(&leaf(5), &other), Err(unsigned.into()));
    }

    #[test]
    fn malformed_files_are_refused() {
        let good = proof(5, 11).to_text();
        let hash = proof(5, 11).path[0].to_string();
        for bad in [
            good.replace("@v1", "@v2"),
            good.replace("index 5", "index 05"),
            good.replace("index 5", "index"),
            good.replace("index 5", "index 5\nextra AAAA"),
            good.replace("index 5", "extra \nindex 5"),
            good.replace("index 5", "extra ?\nindex 5"),
            good.replace(&hash, &hash[1..]),
            good.replace(&hash, &format!("{hash}\r")),
            good.replace(&hash, &[hash.as_str(); 65].join("\n")),
            good.replacen("\n\n", "\n", 1),
            good.replacen("\n\n", "\n\n\n", 1),
            good.replace("\n11\n", "\n011\n"),
            good.trim_end().to_owned(),
            HEADER.to_owned(),
            String::new(),
        ] {
            assert!(TlogProof::parse(&bad).is_err(), "{bad}");
        }
    }
}
