//! The hash of the tree: SHA-256 with the leaf and node prefixes of RFC 6962 section 2.1
//! (the same tree as RFC 9162 section 2.1).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};

use crate::b64;

/// A SHA-256 value: of a leaf, a node, a root or a field.
///
/// Its JSON form is a Base64 string. `Debug` prints hex, `Display` prints Base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The number of bytes in a hash.
    pub const LEN: usize = 32;

    /// Standard Base64 with padding (44 characters), as in C2SP notes and proofs.
    pub fn to_base64(&self) -> String {
        b64::encode(&self.0)
    }

    /// Reads standard Base64; `None` unless the text is the canonical form of 32 bytes.
    pub fn from_base64(text: &str) -> Option<Self> {
        b64::decode_array(text).map(Self)
    }

    /// 64 lower-case hexadecimal digits.
    pub fn to_hex(&self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a String has no way to fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Reads 64 hexadecimal digits of either case.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The plain SHA-256 of some bytes, with no tree prefix.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Splits concatenated hashes, as a tile holds them; `None` if bytes are left over.
    pub fn split_all(bytes: &[u8]) -> Option<Vec<Self>> {
        let (whole, rest) = bytes.as_chunks::<32>();
        rest.is_empty().then(|| whole.iter().copied().map(Self).collect())
    }

    /// Concatenates hashes, as a tile holds them.
    pub fn join_all(hashes: &[Self]) -> Vec<u8> {
        hashes.iter().flat_map(|hash| hash.0).collect()
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base64())
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_base64(&text).ok_or_else(|| D::Error::custom("not the Base64 of 32 bytes"))
    }
}

/// The hash of a leaf: SHA-256 of the byte 0x00 and the data (RFC 6962 section 2.1).
pub fn leaf_hash(data: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(data).finalize().into())
}

/// The hash of an inner node: SHA-256 of the byte 0x01 and both children (RFC 6962 section 2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    // One buffer keeps this to a single call into the compression function's fast path.
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Hash::of(&bytes)
}

/// The Merkle tree hash over leaf hashes; that of no leaves is the SHA-256 of nothing
/// (RFC 6962 section 2.1). Allocates nothing.
pub fn merkle_root(leaf_hashes: &[Hash]) -> Hash {
    match leaf_hashes {
        [] => Hash::of(&[]),
        [only] => *only,
        more => {
            // The left subtree is the largest perfect one that leaves something to the right.
            let (left, right) = more.split_at(more.len().div_ceil(2).next_power_of_two());
            node_hash(&merkle_root(left), &merkle_root(right))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_round_trip_and_are_strict() {
        let hash = leaf_hash(b"x");
        assert_eq!(Hash::from_base64(&hash.to_base64()), Some(hash));
        assert_eq!(Hash::from_hex(&hash.to_hex()), Some(hash));
        assert_eq!(format!("{hash:?}"), hash.to_hex());
        assert_eq!(Hash::from_base64(&hash.to_base64()[..43]), None);
        assert_eq!(Hash::from_hex(&"+0".repeat(32)), None);
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
        assert!(serde_json::from_str::<Hash>("\"AAAA\"").is_err());
    }

    #[test]
    fn joined_hashes_split_again() {
        let hashes = [leaf_hash(b"a"), leaf_hash(b"b")];
        let bytes = Hash::join_all(&hashes);
        assert_eq!(Hash::split_all(&bytes), Some(hashes.to_vec()));
        assert_eq!(Hash::split_all(&bytes[1..]), None);
    }

    #[test]
    fn the_left_subtree_is_the_largest_power_of_two() {
        let leaves: Vec<Hash> = (0..7u8).map(|i| leaf_hash(&[i])).collect();
        let n = |l: &Hash, r: &Hash| node_hash(l, r);
        let left = n(&n(&leaves[0], &leaves[1]), &n(&leaves[2], &leaves[3]));
        let right = n(&n(&leaves[4], &leaves[5]), &leaves[6]);
        assert_eq!(merkle_root(&leaves), n(&left, &right));
    }
}
