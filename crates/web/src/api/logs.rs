//! The organisation's log as C2SP tlog-tiles: checkpoint, tiles of hashes, bundles of leaves.

use super::caller::{Caller, run};
use super::problem::Problem;
use super::records::private;
use axum::extract::RawPathParams;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use okiagari_app::AppError;
use okiagari_log::tile::{TILE_WIDTH, TileId, encode_entries, parse_entries_path};
use okiagari_log::{Hash, leaf_hash, merkle_root};
use okiagari_model::{Action, REGISTERS, policy};

/// Bytes of one hash.
const HASH: usize = 32;

/// `GET /log/checkpoint`
pub async fn checkpoint(caller: Caller) -> Result<Response, Problem> {
    run(move || {
        let note = caller.app.checkpoint(&caller.ctx)?;
        Ok(private(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], note)))
    })
    .await
}

/// What a path below `tile/` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Hashes(TileId, u64),
    Entries(u64, u64),
}

fn wanted(path: &str) -> Option<Wanted> {
    let path = format!("tile/{path}");
    if let Ok((index, width)) = parse_entries_path(&path) {
        return Some(Wanted::Entries(index, width.into()));
    }
    TileId::parse(&path).ok().map(|(id, width)| Wanted::Hashes(id, width.into()))
}

/// `GET /log/tile/{*tile}`
///
/// Hashes tell nothing of what they stand for. Bundles hold the headers of all leaves (who did
/// what, when, on which opaque id), so they are given only to those who may read every register.
pub async fn tile(caller: Caller, params: RawPathParams) -> Result<Response, Problem> {
    let path = params.iter().find(|(name, _)| *name == "tile").map(|(_, value)| value);
    let wanted = path.and_then(wanted).ok_or_else(Problem::not_found)?;
    run(move || {
        if matches!(wanted, Wanted::Entries(..)) && !reads_everything(&caller) {
            return Err(AppError::Forbidden("leaves").into());
        }
        let bytes = read(&caller, wanted)?.ok_or(AppError::NotFound)?;
        let mut response =
            ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response();
        // After a short restore a new epoch writes over what it lost, so nothing is kept for ever.
        let keep = HeaderValue::from_static("private, no-cache");
        response.headers_mut().insert(header::CACHE_CONTROL, keep);
        Ok(response)
    })
    .await
}

fn reads_everything(caller: &Caller) -> bool {
    let subject = &caller.ctx.subject;
    subject.audit_cases.is_empty()
        && REGISTERS.iter().all(|def| policy::may(subject, def, Action::Read))
}

/// A piece of the log as it is stored.
enum Piece {
    Leaf(u64),
    FullTile(TileId),
}

fn read(caller: &Caller, wanted: Wanted) -> Result<Option<Vec<u8>>, AppError> {
    let org = &caller.ctx.subject.org;
    caller.app.store().read(|tx| {
        let size = tx.size(org)?;
        answer(size, wanted, &mut |piece| {
            Ok(match piece {
                Piece::Leaf(index) => tx.header_text(org, index)?.map(String::into_bytes),
                Piece::FullTile(id) => tx.tile(org, id)?,
            })
        })
    })
}

type Fetch<'a> = dyn FnMut(Piece) -> Result<Option<Vec<u8>>, AppError> + 'a;

/// The bytes of what is wanted in a log of a size; `None` where that log has no such thing.
fn answer(size: u64, wanted: Wanted, fetch: &mut Fetch<'_>) -> Result<Option<Vec<u8>>, AppError> {
    match wanted {
        Wanted::Entries(index, width) => {
            let Some((from, to)) = range(index, width).filter(|(_, to)| *to <= size) else {
                return Ok(None);
            };
            let mut leaves = Vec::new();
            for index in from..to {
                leaves.push(fetch(Piece::Leaf(index))?.ok_or_else(gap)?);
            }
            encode_entries(&leaves).map(Some).map_err(|e| AppError::Internal(e.to_string()))
        }
        Wanted::Hashes(id, width) => {
            let level = u32::from(id.level);
            let there = size.checked_shr(8 * level).unwrap_or(0);
            let Some((from, to)) = range(id.index, width).filter(|(_, to)| *to <= there) else {
                return Ok(None);
            };
            if let Some(full) = fetch(Piece::FullTile(id))? {
                let bytes = usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(HASH);
                return Ok(Some(full.get(..bytes).ok_or_else(gap)?.to_vec()));
            }
            let mut hashes = Vec::new();
            for at in from..to {
                hashes.push(hash(id.level, at, fetch)?);
            }
            Ok(Some(Hash::join_all(&hashes)))
        }
    }
}

fn range(index: u64, width: u64) -> Option<(u64, u64)> {
    let from = index.checked_mul(TILE_WIDTH)?;
    Some((from, from.checked_add(width)?))
}

/// A hash of a tile that is not full: of a leaf, or the root of the full tile below.
fn hash(level: u8, at: u64, fetch: &mut Fetch<'_>) -> Result<Hash, AppError> {
    match level.checked_sub(1) {
        None => Ok(leaf_hash(&fetch(Piece::Leaf(at))?.ok_or_else(gap)?)),
        Some(below) => {
            let tile = fetch(Piece::FullTile(TileId { level: below, index: at }))?;
            let hashes = tile.as_deref().and_then(Hash::split_all).ok_or_else(gap)?;
            Ok(merkle_root(&hashes))
        }
    }
}

fn gap() -> AppError {
    AppError::Internal("the log lacks a piece that its size promises".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(index: u64) -> Vec<u8> {
        format!("leaf {index}").into_bytes()
    }

    /// A log whose full tiles are worked out from its leaves.
    fn fetch(size: u64, piece: Piece) -> Option<Vec<u8>> {
        match piece {
            Piece::Leaf(index) => (index < size).then(|| leaf(index)),
            Piece::FullTile(TileId { level, index }) => {
                let (from, to) = range(index, TILE_WIDTH)?;
                if to > size.checked_shr(8 * u32::from(level)).unwrap_or(0) {
                    return None;
                }
                let of = |at: u64| {
                    let width = 1u64 << (8 * u32::from(level));
                    let leaves: Vec<Hash> =
                        (at * width..(at + 1) * width).map(|i| leaf_hash(&leaf(i))).collect();
                    merkle_root(&leaves)
                };
                Some(Hash::join_all(&(from..to).map(of).collect::<Vec<_>>()))
            }
        }
    }

    fn get(size: u64, path: &str) -> Option<Vec<u8>> {
        answer(size, wanted(path)?, &mut |piece| Ok(fetch(size, piece))).unwrap()
    }

    #[test]
    fn partial_and_full_tiles_hold_the_hashes_of_the_specification() {
        let hashes = |from: u64, to: u64| {
            Hash::join_all(&(from..to).map(|i| leaf_hash(&leaf(i))).collect::<Vec<_>>())
        };
        assert_eq!(get(300, "0/000"), Some(hashes(0, 256)));
        assert_eq!(get(300, "0/000.p/7"), Some(hashes(0, 7)));
        assert_eq!(get(300, "0/001.p/44"), Some(hashes(256, 300)));
        assert_eq!(get(300, "0/001.p/45"), None);
        assert_eq!(get(300, "0/001"), None);
        let all: Vec<Hash> = (0..256).map(|i| leaf_hash(&leaf(i))).collect();
        assert_eq!(get(300, "1/000.p/1"), Some(merkle_root(&all).0.to_vec()));
        assert_eq!(get(300, "1/000.p/2"), None);
        assert_eq!(get(300, "9/000.p/1"), None);
        assert_eq!(get(0, "0/000.p/1"), None);
    }

    #[test]
    fn bundles_hold_the_leaves() {
        let bytes = get(300, "entries/001.p/2").unwrap();
        assert_eq!(bytes, encode_entries(&[leaf(256), leaf(257)]).unwrap());
        assert_eq!(get(300, "entries/001"), None);
        assert_eq!(wanted("entries/1"), None);
        assert_eq!(wanted("0/1"), None);
        assert_eq!(wanted("../x"), None);
    }
}
