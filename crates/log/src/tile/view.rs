//! Reading a log's hashes for proofs: from stored full tiles and the unfinished ones in memory,
//! or from a plain list of leaf hashes.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::{Appender, TILE_BYTES, TILE_WIDTH, TileId};
use crate::hash::{Hash, merkle_root};
use crate::proofs::TileSource;

/// A log as its stored full tiles plus its [`Appender`].
///
/// Keeps the last tile read of each level, so that a proof reads a tile once.
pub struct TileView<'a, F> {
    appender: &'a Appender,
    full_tile: F,
    kept: BTreeMap<u8, (u64, Vec<Hash>)>,
}

/// Why a hash could not be read from a log.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewError<E> {
    /// The reader failed.
    #[error("reading a tile failed")]
    Read(#[source] E),
    /// A full tile that a log of this size has is not there.
    #[error("tile {} is missing", .0.path(0))]
    Missing(TileId),
    /// A full tile is not 8,192 bytes long.
    #[error("tile {} is not 8192 bytes long", .0.path(0))]
    Length(TileId),
    /// The log has no such hashes, or the range crosses a tile's border.
    #[error("tile {} does not hold the hashes that were asked for", .0.path(0))]
    Range(TileId),
}

impl<'a, F> TileView<'a, F> {
    /// Reads full tiles through `full_tile`, which gives `None` for one that it does not have.
    pub fn new<E>(appender: &'a Appender, full_tile: F) -> Self
    where
        F: FnMut(TileId) -> Result<Option<Vec<u8>>, E>,
    {
        Self { appender, full_tile, kept: BTreeMap::new() }
    }
}

impl<F, E> TileSource for TileView<'_, F>
where
    F: FnMut(TileId) -> Result<Option<Vec<u8>>, E>,
{
    type Error = ViewError<E>;

    fn hashes(&mut self, level: u8, start: u64, count: u64) -> Result<Vec<Hash>, Self::Error> {
        let id = TileId { level, index: start / TILE_WIDTH };
        let from = (start % TILE_WIDTH) as usize;
        let range = from..from.saturating_add(count as usize);
        let full_tiles = self.appender.hashes_at(level) / TILE_WIDTH;
        if id.index > full_tiles {
            return Err(ViewError::Range(id));
        }
        if id.index == full_tiles {
            let found = self.appender.unfinished(level).get(range);
            return found.map(<[Hash]>::to_vec).ok_or(ViewError::Range(id));
        }
        if self.kept.get(&level).is_none_or(|(index, _)| *index != id.index) {
            let bytes =
                (self.full_tile)(id).map_err(ViewError::Read)?.ok_or(ViewError::Missing(id))?;
            let hashes = Hash::split_all(&bytes).filter(|_| bytes.len() == TILE_BYTES);
            self.kept.insert(level, (id.index, hashes.ok_or(ViewError::Length(id))?));
        }
        let found = self.kept.get(&level).and_then(|(_, hashes)| hashes.get(range));
        found.map(<[Hash]>::to_vec).ok_or(ViewError::Range(id))
    }
}

/// A log as the list of its leaf hashes, for what fits in memory.
pub struct LeafHashes<'a>(pub &'a [Hash]);

impl TileSource for LeafHashes<'_> {
    type Error = Infallible;

    /// Gives fewer hashes than asked for where the log is shorter; proofs report that.
    fn hashes(&mut self, level: u8, start: u64, count: u64) -> Result<Vec<Hash>, Self::Error> {
        let Some(width) = 1u64.checked_shl(8 * u32::from(level)) else { return Ok(Vec::new()) };
        let subtree = |position: u64| {
            let from = usize::try_from(position.checked_mul(width)?).ok()?;
            let to = from.checked_add(usize::try_from(width).ok()?)?;
            self.0.get(from..to).map(merkle_root)
        };
        Ok((start..start.saturating_add(count)).map_while(subtree).collect())
    }
}
