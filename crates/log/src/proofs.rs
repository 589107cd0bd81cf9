//! Inclusion and consistency proofs (RFC 6962 section 2.1, verification as in RFC 9162
//! sections 2.1.3.2 and 2.1.4.2).

use std::convert::Infallible;

use crate::hash::{Hash, merkle_root, node_hash};

/// Where proofs get the hashes of a log from.
pub trait TileSource {
    /// Why reading failed.
    type Error;

    /// The hashes at the positions `start .. start + count` of a tile level.
    ///
    /// Position *p* of level *l* is the root over the leaves `p * 256^l .. (p + 1) * 256^l`.
    /// Proofs ask only for 1 to 128 hashes within one tile, and only for subtrees that are
    /// complete in the log.
    ///
    /// # Errors
    /// When the hashes cannot be read.
    fn hashes(&mut self, level: u8, start: u64, count: u64) -> Result<Vec<Hash>, Self::Error>;
}

/// Why a proof could not be made, or does not hold. `E` is the error of the [`TileSource`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E = Infallible> {
    /// The log's hashes could not be read.
    #[error("reading the log's hashes failed")]
    Source(#[source] E),
    /// The source gave fewer or more hashes than were asked for.
    #[error("the log has no complete subtree of level {level} at {index}")]
    Missing {
        /// The level in the binary tree, 0 for leaves.
        level: u8,
        /// The position within that level.
        index: u64,
    },
    /// There is no such leaf in a log of this size.
    #[error("there is no leaf {index} in a log of {size} leaves")]
    Index {
        /// The leaf asked for.
        index: u64,
        /// The size of the log.
        size: u64,
    },
    /// A log never gets smaller.
    #[error("a log of {old} leaves cannot become one of {new}")]
    Shrinks {
        /// The size before.
        old: u64,
        /// The size after.
        new: u64,
    },
    /// The proof has too many or too few hashes.
    #[error("the proof has the wrong length")]
    Length,
    /// The proof leads to another root.
    #[error("the proof does not lead to the root")]
    Root,
}

/// The root of the perfect subtree at a place of the binary tree: over the leaves
/// `index * 2^level .. (index + 1) * 2^level`. `level` is at most 63.
///
/// # Errors
/// When the source fails or does not have that subtree.
pub fn node<S: TileSource + ?Sized>(
    source: &mut S,
    level: u8,
    index: u64,
) -> Result<Hash, ProofError<S::Error>> {
    let (tile_level, within) = (level / 8, u32::from(level % 8));
    let count = 1u64 << within;
    let missing = ProofError::Missing { level, index };
    let Some(start) = index.checked_mul(count) else { return Err(missing) };
    let hashes = source.hashes(tile_level, start, count).map_err(ProofError::Source)?;
    if hashes.len() as u64 == count { Ok(merkle_root(&hashes)) } else { Err(missing) }
}

/// The largest power of two smaller than `n`, for `n` of at least 2.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The root over the leaves `lo..hi`, where `lo..hi` is a subtree of the log's tree.
fn subtree<S: TileSource + ?Sized>(
    source: &mut S,
    mut lo: u64,
    hi: u64,
) -> Result<Hash, ProofError<S::Error>> {
    let mut perfect = Vec::new();
    while lo < hi {
        let level = (hi - lo).ilog2();
        perfect.push(node(source, level as u8, lo >> level)?);
        lo += 1 << level;
    }
    let right = perfect.pop().unwrap_or_else(|| Hash::of(&[]));
    Ok(perfect.iter().rfold(right, |right, left| node_hash(left, &right)))
}

/// The path from a leaf to the root of the log at `size`, the leaf's sibling first.
///
/// # Errors
/// When there is no such leaf or the source fails.
pub fn inclusion_proof<S: TileSource + ?Sized>(
    index: u64,
    size: u64,
    source: &mut S,
) -> Result<Vec<Hash>, ProofError<S::Error>> {
    if index >= size {
        return Err(ProofError::Index { index, size });
    }
    let (mut lo, mut hi) = (0, size);
    let mut path = Vec::new();
    while hi - lo > 1 {
        let middle = lo + split(hi - lo);
        if index < middle {
            path.push(subtree(source, middle, hi)?);
            hi = middle;
        } else {
            path.push(subtree(source, lo, middle)?);
            lo = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Checks that a leaf is at `index` of the log with this size and root.
///
/// # Errors
/// When there can be no such leaf or the path does not lead to the root.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Hash,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Index { index, size });
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // On the ragged right edge a hash rises without a sibling until it is a right child.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// The proof that the log at size `old` is the beginning of the log at size `new`.
/// Empty when `old` is 0 or both are equal.
///
/// # Errors
/// When `old` is larger than `new` or the source fails.
pub fn consistency_proof<S: TileSource + ?Sized>(
    old: u64,
    new: u64,
    source: &mut S,
) -> Result<Vec<Hash>, ProofError<S::Error>> {
    if old > new {
        return Err(ProofError::Shrinks { old, new });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let (mut lo, mut hi) = (0, new);
    let mut path = Vec::new();
    while old != hi {
        let middle = lo + split(hi - lo);
        if old <= middle {
            path.push(subtree(source, middle, hi)?);
            hi = middle;
        } else {
            path.push(subtree(source, lo, middle)?);
            lo = middle;
        }
    }
    // When the old log is itself a subtree at the left, the verifier knows its root already.
    if lo != 0 {
        path.push(subtree(source, lo, hi)?);
    }
    path.reverse();
    Ok(path)
}

/// Checks that the log with the old size and root is the beginning of that with the new ones.
///
/// # Errors
/// When the sizes cannot follow each other or the path does not lead to both roots.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    path: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Shrinks { old, new });
    }
    if old == 0 || old == new {
        let expected = if old == 0 { Hash::of(&[]) } else { *new_root };
        return match (path.is_empty(), *old_root == expected) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) if new == 0 && *new_root != expected => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    let (first, rest) = if old.is_power_of_two() {
        (old_root, path)
    } else {
        path.split_first().ok_or(ProofError::Length)?
    };
    let (mut node, mut last) = (old - 1, new - 1);
    let shared = node.trailing_ones();
    node >>= shared;
    last >>= shared;
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(ProofError::Root) }
}
