//! Appending: leaves go in one by one, finished tiles come out.

use super::{TILE_BYTES, TILE_WIDTH, TileId};
use crate::frontier::{Frontier, FrontierError};
use crate::hash::{Hash, merkle_root};

/// What is kept in memory for one log: its size and the unfinished last tile of each level.
///
/// At most 255 hashes a level; a log of a billion leaves has four levels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appender {
    /// The hashes of the unfinished tile of each level, level 0 first.
    levels: Vec<Vec<Hash>>,
    frontier: Frontier,
}

/// Why an [`Appender`] could not be made from what was stored.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RebuildError<E> {
    /// The reader failed.
    #[error("reading a tile failed")]
    Read(#[source] E),
    /// A full tile that a log of this size has is not there.
    #[error("tile {} is missing", .0.path(0))]
    Missing(TileId),
    /// A full tile is not 8,192 bytes long.
    #[error("tile {} is {bytes} bytes long, not 8192", .id.path(0))]
    Length {
        /// Which tile.
        id: TileId,
        /// Its length.
        bytes: usize,
    },
    /// There are more or fewer leaf hashes than lie after the last full tile.
    #[error("a log of {size} leaves has {} after its last full tile, not {tail}", size % 256)]
    Tail {
        /// The size that was asked for.
        size: u64,
        /// How many leaf hashes were handed in.
        tail: usize,
    },
    /// The edge does not fit the size.
    #[error(transparent)]
    Frontier(#[from] FrontierError),
}

impl Appender {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up a log of `size` leaves from its full tiles and the hashes of the leaves after
    /// the last full tile of level 0.
    ///
    /// Reads the full tiles whose roots stand in unfinished tiles above: at most 255 a level.
    /// Whether these are the right bytes shows when [`Appender::root`] is compared with a signed
    /// checkpoint.
    ///
    /// # Errors
    /// When a tile cannot be read, is missing or has the wrong length, or the tail does not fit.
    pub fn rebuild<E>(
        size: u64,
        mut full_tile: impl FnMut(TileId) -> Result<Option<Vec<u8>>, E>,
        tail_leaf_hashes: &[Hash],
    ) -> Result<Self, RebuildError<E>> {
        if tail_leaf_hashes.len() as u64 != size % TILE_WIDTH {
            return Err(RebuildError::Tail { size, tail: tail_leaf_hashes.len() });
        }
        let mut levels = Vec::new();
        if size > 0 {
            levels.push(tail_leaf_hashes.to_vec());
        }
        // `hashes` counts the hashes of the level below `level`, so `full` its full tiles.
        let mut hashes = size;
        for level in 1.. {
            let full = hashes / TILE_WIDTH;
            if full == 0 {
                break;
            }
            let mut row = Vec::new();
            for index in full - full % TILE_WIDTH..full {
                let id = TileId { level: level - 1, index };
                let bytes =
                    full_tile(id).map_err(RebuildError::Read)?.ok_or(RebuildError::Missing(id))?;
                row.push(tile_root(&bytes).ok_or(RebuildError::Length { id, bytes: bytes.len() })?);
            }
            levels.push(row);
            hashes = full;
        }
        let frontier = Frontier::from_parts(size, edge(&levels))?;
        Ok(Self { levels, frontier })
    }

    /// Appends a leaf hash and gives the tiles that became full, lowest level first.
    pub fn push(&mut self, leaf: Hash) -> Vec<(TileId, Vec<u8>)> {
        self.frontier.push(leaf);
        let mut full = Vec::new();
        let mut hash = leaf;
        let mut count = self.frontier.size();
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(hash);
            if (row.len() as u64) < TILE_WIDTH {
                break;
            }
            count /= TILE_WIDTH;
            let id = TileId { level: level as u8, index: count - 1 };
            full.push((id, Hash::join_all(row)));
            hash = merkle_root(row);
            row.clear();
        }
        full
    }

    /// The root of the tree (RFC 6962 section 2.1).
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The right edge of the tree.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The hashes of the unfinished tile at a level; none where the level ends with a full tile.
    pub fn unfinished(&self, level: u8) -> &[Hash] {
        self.levels.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// How many hashes a tile level has.
    pub fn hashes_at(&self, level: u8) -> u64 {
        self.size().checked_shr(8 * u32::from(level)).unwrap_or(0)
    }

    /// The partial tiles that a log of this size serves, with their widths (1 to 255).
    pub fn partial_tiles(&self) -> Vec<(TileId, u16, Vec<u8>)> {
        let mut tiles = Vec::new();
        for (level, row) in self.levels.iter().enumerate() {
            if row.is_empty() {
                continue;
            }
            let level = level as u8;
            let id = TileId { level, index: self.hashes_at(level) / TILE_WIDTH };
            tiles.push((id, row.len() as u16, Hash::join_all(row)));
        }
        tiles
    }
}

fn tile_root(bytes: &[u8]) -> Option<Hash> {
    if bytes.len() != TILE_BYTES {
        return None;
    }
    Hash::split_all(bytes).map(|hashes| merkle_root(&hashes))
}

/// The frontier nodes of unfinished tiles: each row falls into perfect subtrees by the bits
/// of its length, and higher rows stand to the left.
fn edge(levels: &[Vec<Hash>]) -> Vec<Hash> {
    let mut nodes = Vec::new();
    for row in levels.iter().rev() {
        let mut rest = row.as_slice();
        while !rest.is_empty() {
            let (subtree, after) = rest.split_at(1 << rest.len().ilog2());
            nodes.push(merkle_root(subtree));
            rest = after;
        }
    }
    nodes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::hash::leaf_hash;

    fn leaf(i: u64) -> Hash {
        leaf_hash(&i.to_be_bytes())
    }

    fn grown(size: u64) -> (Appender, BTreeMap<TileId, Vec<u8>>) {
        let mut log = Appender::new();
        let mut tiles = BTreeMap::new();
        for i in 0..size {
            for (id, bytes) in log.push(leaf(i)) {
                assert!(tiles.insert(id, bytes).is_none(), "{id:?} came twice");
            }
        }
        (log, tiles)
    }

    #[test]
    fn seventy_thousand_leaves_give_the_tiles_of_the_specification() {
        let (log, tiles) = grown(70_000);
        let full = |level| tiles.keys().filter(|id| id.level == level).count();
        assert_eq!((full(0), full(1), full(2)), (273, 1, 0));
        let partial: Vec<_> =
            log.partial_tiles().iter().map(|(id, width, _)| id.path(*width)).collect();
        assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
        assert!(tiles.values().all(|bytes| bytes.len() == TILE_BYTES));
        let leaves: Vec<Hash> = (0..70_000).map(leaf).collect();
        assert_eq!(log.root(), merkle_root(&leaves));
        let second = TileId { level: 1, index: 0 };
        assert_eq!(tiles[&second][..32], merkle_root(&leaves[..256]).0);
    }

    #[test]
    fn full_at_256_with_one_hash_above() {
        let (log, tiles) = grown(256);
        assert_eq!(tiles.len(), 1);
        let partial: Vec<_> = log.partial_tiles().iter().map(|(id, w, _)| id.path(*w)).collect();
        assert_eq!(partial, ["tile/1/000.p/1"]);
        assert_eq!(log.unfinished(0), []);
    }

    #[test]
    fn rebuilds_to_the_same_state_at_every_edge() {
        for size in [0, 1, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 66_000] {
            let (log, tiles) = grown(size);
            let tail: Vec<Hash> = (size - size % 256..size).map(leaf).collect();
            let read = |id| Ok::<_, ()>(tiles.get(&id).cloned());
            let again = Appender::rebuild(size, read, &tail).unwrap();
            assert_eq!(again.root(), log.root(), "size {size}");
            assert_eq!(again.partial_tiles(), log.partial_tiles(), "size {size}");
            let (mut one, mut other) = (log, again);
            for i in size..size + 600 {
                assert_eq!(one.push(leaf(i)), other.push(leaf(i)));
            }
            assert_eq!(one.root(), other.root());
        }
    }

    #[test]
    fn rebuilding_reports_what_is_wrong() {
        let (_, tiles) = grown(600);
        let tail: Vec<Hash> = (512..600).map(leaf).collect();
        let gone = TileId { level: 0, index: 1 };
        let read = |id| Ok::<_, ()>(tiles.get(&id).filter(|_| id != gone).cloned());
        assert_eq!(Appender::rebuild(600, read, &tail), Err(RebuildError::Missing(gone)));
        let cut = |id| Ok::<_, ()>(tiles.get(&id).map(|bytes| bytes[1..].to_vec()));
        let first = TileId { level: 0, index: 0 };
        let length = RebuildError::Length { id: first, bytes: 8191 };
        assert_eq!(Appender::rebuild(600, cut, &tail), Err(length));
        let broken = |_| Err("disk");
        assert_eq!(Appender::rebuild(600, broken, &tail), Err(RebuildError::Read("disk")));
        let none = |_| Ok::<_, ()>(None);
        let short = RebuildError::Tail { size: 600, tail: 87 };
        assert_eq!(Appender::rebuild(600, none, &tail[1..]), Err(short));
    }
}
