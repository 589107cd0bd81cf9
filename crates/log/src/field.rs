//! Commitments to the fields of a revision, so that one field can be erased or disclosed alone.
//!
//! The body of a revision is a canonical JSON object; each of its top-level members is a field.
//! A field's hash is the leaf hash over the canonical JSON array
//! `["okiagari/field/v1", field, Base64(salt), value]`, where the value is the exact text that
//! is stored. The commitment is the Merkle root over the field hashes in byte order of the field
//! ids. The commitment to no fields is the root of the empty tree, SHA-256 of nothing.
//!
//! The salts of a revision come from its seed, which must be fresh random bytes for every
//! revision: a shared seed would show which values did not change.

mod body;
mod disclosure;
mod redaction;

use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};

pub use disclosure::{Disclosure, disclose};
pub use redaction::{Redaction, Secret, commit_redacted, field_states, redact};

use crate::b64;
use crate::hash::{Hash, merkle_root};

const FIELD_DOMAIN: &str = "okiagari/field/v1";
const SALT_DOMAIN: &[u8] = b"okiagari/salt/v1\n";

/// The salt of one field.
pub type Salt = [u8; 16];

/// The secret from which the salts of one revision come. JSON: a Base64 string.
///
/// Whoever has it and a field's hash can test guesses at that field's value.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

/// What is kept of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldState<'a> {
    /// The field is there.
    Kept {
        /// Its salt.
        salt: Salt,
        /// The exact text of its value in the body.
        value: &'a str,
    },
    /// Value and salt are gone; the hash can tell nothing of them.
    Erased {
        /// The field's hash from when it was there.
        hash: Hash,
    },
}

/// Why fields cannot be committed to, erased or disclosed.
#[derive(Debug, thiserror::Error)]
pub enum FieldError {
    /// The body is not a JSON object.
    #[error("the body is not a JSON object")]
    Json(#[from] serde_json::Error),
    /// The body has spaces between members, unsorted or repeated members, or escapes in names.
    #[error("the body is not canonical JSON")]
    NotCanonical,
    /// The name of a field is empty or has a quote, backslash or control character.
    #[error("not a field id: {0:?}")]
    FieldId(String),
    /// The body has a field whose salt is not there.
    #[error("the salt of field {0:?} is missing")]
    NoSalt(String),
    /// There is a salt for a field that the body does not have.
    #[error("the body lacks field {0:?}")]
    NoValue(String),
    /// A field is both kept and erased.
    #[error("field {0:?} is both there and erased")]
    Both(String),
    /// There is no such field to erase or disclose.
    #[error("there is no field {0:?}")]
    Absent(String),
    /// The field was erased and cannot be disclosed.
    #[error("field {0:?} was erased")]
    Erased(String),
    /// The disclosed value is not canonical JSON.
    #[error("the disclosed value is not canonical JSON")]
    Value,
    /// The disclosure does not belong to the commitment.
    #[error("the disclosure does not lead to the commitment")]
    Proof(#[from] crate::proofs::ProofError),
}

impl Seed {
    /// The salt of a field: the first 16 bytes of HMAC-SHA256 under the seed.
    pub fn salt_for(&self, field: &str) -> Salt {
        SaltMaker::new(self).salt(field)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&b64::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = b64::decode_array(&text);
        bytes.map(Self).ok_or_else(|| D::Error::custom("not the Base64 of 32 bytes"))
    }
}

/// The keyed state is made once and used for every field of a body.
struct SaltMaker(Hmac<Sha256>);

impl SaltMaker {
    fn new(seed: &Seed) -> Self {
        // HMAC pads a key with zeros to the block; doing so here leaves no length to be wrong.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&seed.0);
        Self(Hmac::new(&block.into()))
    }

    fn salt(&self, field: &str) -> Salt {
        let mut mac = self.0.clone();
        mac.update(SALT_DOMAIN);
        mac.update(field.as_bytes());
        let whole: [u8; 32] = mac.finalize().into_bytes().into();
        let mut salt = [0; 16];
        salt.copy_from_slice(&whole[..16]);
        salt
    }
}

/// The hash of one field, built from the exact text of its value.
pub fn field_hash(field: &str, salt: &Salt, value_canonical_json: &str) -> Hash {
    // The leaf prefix and the text are fed piece by piece, so that nothing is copied.
    let mut hasher = Sha256::new();
    hasher.update(b"\0[\"");
    hasher.update(FIELD_DOMAIN);
    hasher.update(b"\",\"");
    escape(field, |piece| hasher.update(piece));
    hasher.update(b"\",\"");
    hasher.update(b64::salt_text(salt));
    hasher.update(b"\",");
    hasher.update(value_canonical_json);
    hasher.update(b"]");
    Hash(hasher.finalize().into())
}

impl FieldState<'_> {
    /// The field's hash, the same before and after erasure.
    pub fn hash(&self, field: &str) -> Hash {
        match self {
            Self::Kept { salt, value } => field_hash(field, salt, value),
            Self::Erased { hash } => *hash,
        }
    }
}

/// The commitment to fields: the Merkle root over their hashes in byte order of the ids.
/// With no fields it is SHA-256 of nothing, the root of the empty tree.
pub fn commitment(fields: &BTreeMap<String, Hash>) -> Hash {
    let hashes: Vec<Hash> = fields.values().copied().collect();
    merkle_root(&hashes)
}

/// The commitment to a whole body under its seed.
///
/// # Errors
/// When the body is not a JSON object in canonical form. Only the members themselves are
/// checked for that; within values every byte counts as it is.
pub fn commit_body(body_canonical_json: &str, seed: &Seed) -> Result<Hash, FieldError> {
    let salts = SaltMaker::new(seed);
    let hash = |(field, value): &(&str, &str)| field_hash(field, &salts.salt(field), value);
    let hashes: Vec<Hash> = body::fields(body_canonical_json)?.iter().map(hash).collect();
    Ok(merkle_root(&hashes))
}

/// Writes a string's inside as canonical JSON does (RFC 8785 section 3.2.2.2).
fn escape(text: &str, mut write: impl FnMut(&[u8])) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut plain = text.as_bytes();
    while let Some(at) = plain.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\'))
    {
        let (before, after) = plain.split_at(at);
        write(before);
        let byte = after[0];
        match byte {
            b'"' => write(b"\\\""),
            b'\\' => write(b"\\\\"),
            0x08 => write(b"\\b"),
            b'\t' => write(b"\\t"),
            b'\n' => write(b"\\n"),
            0x0c => write(b"\\f"),
            b'\r' => write(b"\\r"),
            _ => write(&[
                b'\\',
                b'u',
                b'0',
                b'0',
                HEX[usize::from(byte >> 4)],
                HEX[usize::from(byte & 15)],
            ]),
        }
        plain = &after[1..];
    }
    write(plain);
}

#[cfg(test)]
mod tests;
