//! Tiles of the tree as in C2SP tlog-tiles: 256 hashes wide, named by level and index.
//!
//! A hash at tile level *l*, position *p* is the root of the perfect subtree over the leaves
//! `p * 256^l .. (p + 1) * 256^l`. Tile *n* of the level holds the positions
//! `n * 256 .. (n + 1) * 256`. A full tile never changes again and is 8,192 bytes long.

mod append;
mod view;

pub use append::{Appender, RebuildError};
pub use view::{LeafHashes, TileView, ViewError};

/// How many hashes a full tile holds.
pub const TILE_WIDTH: u64 = 256;

/// The length of a full tile in bytes.
pub const TILE_BYTES: usize = 8_192;

/// The longest entry that an entry bundle can hold: its length is written in 16 bits.
pub const MAX_ENTRY_BYTES: usize = 65_535;

const ENTRIES_PREFIX: &str = "tile/entries/";
const FULL: u16 = 256;

/// The place of a tile in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for leaf hashes; every level up stands for 256 times as many leaves. At most 63.
    pub level: u8,
    /// The number of the tile within its level, from 0 at the left.
    pub index: u64,
}

impl TileId {
    /// The path of the tile, `tile/<level>/<index>` with `.p/<width>` for a partial one.
    ///
    /// `width` is 1 to 255 for a partial tile; any other value names the full tile.
    pub fn path(&self, width: u16) -> String {
        format!("tile/{}/{}", self.level, index_path(self.index, width))
    }

    /// Reads a path that [`TileId::path`] writes; gives the width too, 256 for a full tile.
    ///
    /// # Errors
    /// When the text is not exactly such a path.
    pub fn parse(path: &str) -> Result<(Self, u16), PathError> {
        let bad = || PathError(path.to_owned());
        let (level, index) =
            path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or_else(bad)?;
        let level = level.parse::<u8>().ok().filter(|level| *level < 64).ok_or_else(bad)?;
        let (index, width) = parse_index(index).ok_or_else(bad)?;
        let id = Self { level, index };
        if id.path(width) == path { Ok((id, width)) } else { Err(bad()) }
    }
}

/// The path of an entry bundle, `tile/entries/<index>`; `width` as for [`TileId::path`].
pub fn entries_path(index: u64, width: u16) -> String {
    format!("{ENTRIES_PREFIX}{}", index_path(index, width))
}

/// Reads the path of an entry bundle: its index and width, 256 for a full one.
///
/// # Errors
/// When the text is not exactly such a path.
pub fn parse_entries_path(path: &str) -> Result<(u64, u16), PathError> {
    path.strip_prefix(ENTRIES_PREFIX)
        .and_then(parse_index)
        .filter(|(index, width)| entries_path(*index, *width) == path)
        .ok_or_else(|| PathError(path.to_owned()))
}

/// The text is not a tile path of C2SP tlog-tiles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a tile path: {0:?}")]
pub struct PathError(pub String);

fn index_path(index: u64, width: u16) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if (1..FULL).contains(&width) {
        path.push_str(&format!(".p/{width}"));
    }
    path
}

/// Reads leniently; the callers write the path again and compare.
fn parse_index(text: &str) -> Option<(u64, u16)> {
    let (digits, width) = match text.split_once(".p/") {
        Some((digits, width)) => (digits, width.parse().ok()?),
        None => (text, FULL),
    };
    let mut index = 0u64;
    for group in digits.split('/') {
        let group: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
        index = index.checked_mul(1000)?.checked_add(group)?;
    }
    Some((index, width))
}

/// Why bytes are not, or cannot become, an entry bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// An entry is longer than [`MAX_ENTRY_BYTES`].
    #[error("entry {at} of the bundle has {bytes} bytes, more than 65535")]
    TooLong {
        /// Its place in the bundle.
        at: usize,
        /// Its length.
        bytes: usize,
    },
    /// More than 256 entries.
    #[error("a bundle holds at most 256 entries, not {0}")]
    TooMany(usize),
    /// The bytes end within an entry.
    #[error("the bundle ends within entry {0}")]
    Cut(usize),
}

/// Writes an entry bundle: every entry after its length as a big-endian 16-bit number.
///
/// # Errors
/// For an entry over 65,535 bytes or more than 256 entries.
pub fn encode_entries<T: AsRef<[u8]>>(entries: &[T]) -> Result<Vec<u8>, BundleError> {
    if entries.len() > usize::from(FULL) {
        return Err(BundleError::TooMany(entries.len()));
    }
    let mut out = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len())
            .map_err(|_| BundleError::TooLong { at, bytes: entry.len() })?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(entry);
    }
    Ok(out)
}

/// Reads an entry bundle.
///
/// # Errors
/// When the bytes end within an entry or there are more than 256 entries.
pub fn decode_entries(mut bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let cut = BundleError::Cut(entries.len());
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(cut)?;
        let (entry, rest) =
            rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(cut)?;
        entries.push(entry);
        bytes = rest;
    }
    if entries.len() > usize::from(FULL) {
        return Err(BundleError::TooMany(entries.len()));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_specification() {
        let id = TileId { level: 0, index: 1_234_067 };
        assert_eq!(id.path(256), "tile/0/x001/x234/067");
        assert_eq!(id.path(112), "tile/0/x001/x234/067.p/112");
        assert_eq!(TileId { level: 63, index: 0 }.path(0), "tile/63/000");
        assert_eq!(entries_path(1_234_067, 8), "tile/entries/x001/x234/067.p/8");
        assert_eq!(entries_path(999, 256), "tile/entries/999");
    }

    #[test]
    fn paths_read_back() {
        for index in [0, 9, 999, 1000, 999_999, 1_000_000, u64::MAX] {
            for width in [1, 17, 255, 256] {
                let id = TileId { level: 3, index };
                assert_eq!(TileId::parse(&id.path(width)), Ok((id, width)));
                assert_eq!(parse_entries_path(&entries_path(index, width)), Ok((index, width)));
            }
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for bad in [
            "tile/0/67",
            "tile/0/x000/067",
            "tile/0/x001/67",
            "tile/0/001/067",
            "tile/0/x001",
            "tile/00/001",
            "tile/+1/001",
            "tile/64/001",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/07",
            "tile/0/001.p/",
            "tile/0/001/",
            "/tile/0/001",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/entries/001",
            "",
        ] {
            assert_eq!(TileId::parse(bad), Err(PathError(bad.to_owned())), "{bad:?}");
        }
        assert!(parse_entries_path("tile/entries/1").is_err());
        assert!(parse_entries_path("tile/0/001").is_err());
    }

    #[test]
    fn bundles_round_trip() {
        let entries = [b"".to_vec(), b"abc".to_vec(), vec![7; MAX_ENTRY_BYTES]];
        let bytes = encode_entries(&entries).unwrap();
        assert_eq!(&bytes[..7], b"\0\0\0\x03abc");
        assert_eq!(decode_entries(&bytes).unwrap(), entries);
        assert_eq!(decode_entries(&bytes[..bytes.len() - 1]), Err(BundleError::Cut(2)));
        assert_eq!(decode_entries(&[0]), Err(BundleError::Cut(0)));
        let long = [vec![0; MAX_ENTRY_BYTES + 1]];
        assert_eq!(encode_entries(&long), Err(BundleError::TooLong { at: 0, bytes: 65_536 }));
        assert_eq!(encode_entries(&vec![b""; 257]), Err(BundleError::TooMany(257)));
        assert_eq!(decode_entries(&[0; 2 * 257]), Err(BundleError::TooMany(257)));
    }
}
