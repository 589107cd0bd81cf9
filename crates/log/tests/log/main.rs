//! Tests of the formats as a whole: against other implementations, against a plain tree, and
//! against samples of our own that must read the same for ever.

#[cfg(test)]
mod frozen;
#[cfg(test)]
mod go;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod published;

use std::collections::BTreeMap;
use std::path::PathBuf;

use okiagari_log::{Appender, Hash, TileId};

/// Reads a file below `tests/`.
fn read(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A log as a store has it: full tiles and what is in memory.
struct Stored {
    log: Appender,
    tiles: BTreeMap<TileId, Vec<u8>>,
}

impl Stored {
    fn grow(leaves: impl IntoIterator<Item = Hash>) -> Self {
        let (mut log, mut tiles) = (Appender::new(), BTreeMap::new());
        for leaf in leaves {
            tiles.extend(log.push(leaf));
        }
        Self { log, tiles }
    }

    fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, std::convert::Infallible> {
        Ok(self.tiles.get(&id).cloned())
    }
}
