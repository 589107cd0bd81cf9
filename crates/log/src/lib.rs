#![doc = include_str!("../README.md")]

mod b64;
pub mod checkpoint;
pub mod field;
pub mod frontier;
pub mod hash;
pub mod leaf;
pub mod note;
pub mod proof_file;
pub mod proofs;
pub mod tile;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use field::{
    Disclosure, FieldError, FieldState, Redaction, Secret, Seed, commit_body, commit_redacted,
    commitment, disclose, field_hash, redact,
};
pub use frontier::Frontier;
pub use hash::{Hash, leaf_hash, merkle_root, node_hash};
pub use leaf::{EpochOpen, LeafError, LeafHeader, LeafItem, LeafNote, epoch_origin, split_origin};
pub use note::{CosigningKey, Note, NoteError, SigningKey, VerifierKey};
pub use proof_file::TlogProof;
pub use proofs::{
    ProofError, TileSource, consistency_proof, inclusion_proof, verify_consistency,
    verify_inclusion,
};
pub use tile::{Appender, TILE_WIDTH, TileId, TileView};
