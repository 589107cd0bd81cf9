//! Leaves, tiles and revisions: each from its own stored bytes.

use super::Run;
use super::problems::Problems;
use crate::conn::P;
use crate::erase::Kept;
use crate::error::StoreError;
use crate::logstate::{Head, read_tile};
use crate::tx::ReadTx;
use okiagari_log::{
    Appender, EpochOpen, Hash, LeafHeader, LeafItem, Secret, TILE_WIDTH, TileId, commit_body,
    commit_redacted, epoch_origin, leaf_hash,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

/// How many leaves one piece of work has: whole tiles.
const PIECE: u64 = 4 * TILE_WIDTH;

/// What the walk over the log found.
pub(super) struct Log {
    pub root: Hash,
    pub leaves: Problems,
    pub tiles: Problems,
    pub revisions: Problems,
    pub erasures: Problems,
    /// The roots at the sizes that checkpoints speak of.
    pub roots: BTreeMap<u64, Hash>,
    /// The last leaf's time, where it could be read.
    pub last_time: Option<i64>,
    pub last_epoch: Option<u32>,
    /// The epochs that opened after a loss, by number.
    pub opened: BTreeMap<u32, EpochOpen>,
}

/// One piece of the log.
struct Piece {
    hashes: Vec<Hash>,
    leaves: Problems,
    tiles: Problems,
    revisions: Problems,
    erased: Vec<Erased>,
    erasing: Vec<Erased>,
    last: Option<(i64, u32)>,
    opened: Vec<(u32, EpochOpen)>,
}

/// Fields that are erased from a revision, or that a revision's leaf erases.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Erased {
    register: String,
    id: String,
    rev: u32,
    fields: Vec<String>,
}

fn leaf_problems() -> Problems {
    Problems::new("leaf", "証跡項目の内容・順序・時刻", "Leaves: content, order and time")
}

fn tile_problems() -> Problems {
    Problems::new("tile", "証跡の木（タイル）", "Tiles of the tree")
}

fn revision_problems() -> Problems {
    Problems::new("revision", "各版の本文と証跡項目の一致", "Every revision against its leaf")
}

pub(super) fn check(run: &Run<'_>, head: &Head) -> Result<Log, StoreError> {
    let wanted: BTreeSet<u64> = run.store.read(|tx| wanted_sizes(tx, run))?;
    let pieces = run.on_all_cores(head.size.div_ceil(PIECE), |piece| {
        let from = piece * PIECE;
        let to = (from + PIECE).min(head.size);
        let found = check_piece(run, head, from, to);
        run.step(to - from);
        found
    });
    let mut log = Log {
        root: Hash::of(&[]),
        leaves: leaf_problems(),
        tiles: tile_problems(),
        revisions: revision_problems(),
        erasures: Problems::new(
            "erasure",
            "消去の記録と実際の消去の一致",
            "Erasures against what was erased",
        ),
        roots: BTreeMap::new(),
        last_time: None,
        last_epoch: None,
        opened: BTreeMap::new(),
    };
    let (mut erased, mut erasing) = (Vec::new(), Vec::new());
    let mut tree = Tree { appender: Appender::new(), upper: Vec::new() };
    for piece in pieces {
        for hash in &piece.hashes {
            tree.push(*hash);
            if wanted.contains(&tree.appender.size()) {
                log.roots.insert(tree.appender.size(), tree.appender.root());
            }
        }
        log.leaves.merge(piece.leaves);
        log.tiles.merge(piece.tiles);
        log.revisions.merge(piece.revisions);
        erased.extend(piece.erased);
        erasing.extend(piece.erasing);
        log.opened.extend(piece.opened);
        if let Some((time, epoch)) = piece.last {
            (log.last_time, log.last_epoch) = (Some(time), Some(epoch));
        }
    }
    log.root = tree.appender.root();
    run.store.read(|tx| {
        check_upper_tiles(tx, run, head, &tree, &mut log.tiles)?;
        check_beyond(tx, run, head, &mut log)?;
        check_erasures(tx, run, &erased, &erasing, &mut log.erasures)
    })?;
    Ok(log)
}

/// The tree as it grows from the leaves' own bytes.
struct Tree {
    appender: Appender,
    /// Full tiles above the lowest level, which the pieces have checked.
    upper: Vec<(TileId, Vec<u8>)>,
}

impl Tree {
    fn push(&mut self, hash: Hash) {
        self.upper.extend(self.appender.push(hash).into_iter().filter(|(id, _)| id.level > 0));
    }
}

/// The sizes that stored checkpoints speak of.
fn wanted_sizes(tx: &mut ReadTx<'_>, run: &Run<'_>) -> Result<BTreeSet<u64>, StoreError> {
    let org = P::Text(run.org.as_str());
    let sizes = tx.db.query_map("SELECT note FROM checkpoint WHERE org = $1", &[org], |row| {
        // The size in the signed text, whatever the column says. What cannot be read is
        // reported where checkpoints are checked.
        Ok(row.text(0)?.lines().nth(1).and_then(|line| line.parse().ok()))
    })?;
    Ok(sizes.into_iter().flatten().collect())
}

fn check_piece(run: &Run<'_>, head: &Head, from: u64, to: u64) -> Piece {
    let mut piece = Piece {
        hashes: Vec::with_capacity((to - from) as usize),
        leaves: leaf_problems(),
        tiles: tile_problems(),
        revisions: revision_problems(),
        erased: Vec::new(),
        erasing: Vec::new(),
        last: None,
        opened: Vec::new(),
    };
    let read = run.store.read(|tx| {
        let headers = read_leaves(tx, run, head, from, to, &mut piece)?;
        check_revisions(tx, run, from, to, headers, &mut piece)?;
        check_tiles(tx, run, from, &mut piece)
    });
    if let Err(error) = read {
        let last = to.saturating_sub(1);
        piece.leaves.unreadable(
            &format!("証跡項目{from}〜{last}"),
            &format!("leaves {from} to {last}"),
            &error,
        );
    }
    piece
}

/// Reads the leaves, hashes them, and checks each by itself and after the one before it.
fn read_leaves(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    head: &Head,
    from: u64,
    to: u64,
    piece: &mut Piece,
) -> Result<HashMap<u64, Vec<LeafItem>>, StoreError> {
    let mut items: HashMap<u64, Vec<LeafItem>> = HashMap::new();
    // The leaf before the piece, if any, only for the order.
    let mut before: Option<(i64, u32)> = None;
    let mut expected = from.saturating_sub(1);
    tx.db.for_each(
        "SELECT idx, time, header FROM leaf WHERE org = $1 AND idx >= $2 AND idx < $3 ORDER BY idx",
        &[P::Text(run.org.as_str()), P::count(expected), P::count(to)],
        |row| {
            let index = row.count(0)?;
            while expected < index {
                piece.leaves.add(
                    format!("証跡項目{expected}がありません"),
                    format!("Leaf {expected} is missing"),
                );
                expected += 1;
            }
            expected = index + 1;
            let text = row.text(2)?;
            let own = index >= from;
            if own {
                piece.hashes.push(leaf_hash(text.as_bytes()));
                piece.leaves.count(1);
            }
            match LeafHeader::decode(text.as_bytes()) {
                Ok(header) => {
                    if own {
                        let wrong = wrong_header(&header, head, index, row.int(1)?, before);
                        for what in wrong {
                            piece.leaves.add(
                                format!("証跡項目{index}: {}が合いません", what.0),
                                format!("Leaf {index}: its {} is wrong", what.1),
                            );
                        }
                        piece.last = Some((header.time_ms, header.epoch));
                        piece.opened.extend(header.epoch_open().map(|open| (header.epoch, *open)));
                        let erasing = header.items.iter().filter(|item| !item.erased.is_empty());
                        piece.erasing.extend(erasing.map(|item| Erased {
                            register: item.register.clone(),
                            id: item.id.clone(),
                            rev: item.rev,
                            fields: item.erased.clone(),
                        }));
                        items.insert(index, header.items);
                    }
                    before = Some((header.time_ms, header.epoch));
                }
                Err(error) if own => piece.leaves.add(
                    format!("証跡項目{index}の内容が壊れています（{error}）"),
                    format!("Leaf {index} is damaged: {error}"),
                ),
                Err(_) => {}
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    for index in expected.max(from)..to {
        piece
            .leaves
            .add(format!("証跡項目{index}がありません"), format!("Leaf {index} is missing"));
    }
    Ok(items)
}

/// What does not fit in a leaf that can be read.
fn wrong_header(
    header: &LeafHeader,
    head: &Head,
    index: u64,
    time: i64,
    before: Option<(i64, u32)>,
) -> Vec<(&'static str, &'static str)> {
    let (last_time, last_epoch) = before.unwrap_or((i64::MIN, 1));
    let epoch = if header.epoch_open().is_some() { last_epoch + 1 } else { last_epoch };
    // The first leaf read of a piece has nothing before it where that one is damaged.
    let known = before.is_some() || index == 0;
    let checks = [
        (header.index == index, ("番号", "index")),
        (header.time_ms == time, ("時刻の列", "time column")),
        (header.time_ms >= last_time, ("時刻の順序", "time order")),
        (!known || header.epoch == epoch, ("期（エポック）", "epoch")),
        (header.log == epoch_origin(&head.base, header.epoch), ("証跡の名前", "log name")),
    ];
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, what)| what).collect()
}

/// Checks that the revisions of these leaves are exactly the leaves' items.
fn check_revisions(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    from: u64,
    to: u64,
    mut items: HashMap<u64, Vec<LeafItem>>,
    piece: &mut Piece,
) -> Result<(), StoreError> {
    tx.db.for_each(
        "SELECT leaf, register, id, rev, body, seed, redaction FROM revision \
         WHERE org = $1 AND leaf >= $2 AND leaf < $3 ORDER BY leaf",
        &[P::Text(run.org.as_str()), P::count(from), P::count(to)],
        |row| {
            let (leaf, register, id) = (row.count(0)?, row.text(1)?, row.text(2)?);
            let rev = row.int(3)?;
            piece.revisions.count(1);
            let found = items.get_mut(&leaf).and_then(|items| {
                let at = items.iter().position(|item| {
                    item.register == register && item.id == id && i64::from(item.rev) == rev
                })?;
                Some(items.swap_remove(at))
            });
            let Some(item) = found else {
                piece.revisions.add(
                    format!("{register}/{id} 第{rev}版: 証跡項目{leaf}に書かれていません"),
                    format!("{register}/{id} revision {rev}: leaf {leaf} does not name it"),
                );
                return Ok(ControlFlow::Continue(()));
            };
            let committed = Kept::read(row.opt_blob(5)?, row.opt_text(6)?).and_then(|kept| {
                let body = row.text(4)?;
                let commitment = match kept.secret() {
                    Secret::Seed(seed) => commit_body(body, seed),
                    Secret::Redaction(redaction) => {
                        piece.erased.push(Erased {
                            register: register.to_owned(),
                            id: id.to_owned(),
                            rev: item.rev,
                            fields: redaction.erased.keys().cloned().collect(),
                        });
                        commit_redacted(body, redaction)
                    }
                };
                commitment.map_err(StoreError::corrupt)
            });
            match committed {
                Ok(commitment) if commitment == item.commitment => {}
                Ok(_) => piece.revisions.add(
                    format!("{register}/{id} 第{rev}版: 本文が証跡項目{leaf}と合いません"),
                    format!("{register}/{id} revision {rev}: its body does not match leaf {leaf}"),
                ),
                Err(error) => piece.revisions.add(
                    format!("{register}/{id} 第{rev}版: 本文が壊れています（{error}）"),
                    format!("{register}/{id} revision {rev}: its body is damaged: {error}"),
                ),
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let mut left: Vec<(u64, LeafItem)> = items
        .into_iter()
        .flat_map(|(leaf, items)| items.into_iter().map(move |item| (leaf, item)))
        .collect();
    left.sort_by_key(|(leaf, _)| *leaf);
    for (leaf, item) in left {
        let (register, id, rev) = (&item.register, &item.id, item.rev);
        piece.revisions.add(
            format!("{register}/{id} 第{rev}版がありません（証跡項目{leaf}）"),
            format!("{register}/{id} revision {rev} is missing (leaf {leaf})"),
        );
    }
    Ok(())
}

/// Compares the lowest tiles, byte by byte, with the hashes of the leaves.
fn check_tiles(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    from: u64,
    piece: &mut Piece,
) -> Result<(), StoreError> {
    let tiles = piece.hashes.chunks(TILE_WIDTH as usize);
    for (at, hashes) in tiles.enumerate().filter(|(_, h)| h.len() as u64 == TILE_WIDTH) {
        let id = TileId { level: 0, index: from / TILE_WIDTH + at as u64 };
        compare_tile(tx, run, id, &Hash::join_all(hashes), &mut piece.tiles)?;
    }
    Ok(())
}

fn compare_tile(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    id: TileId,
    expected: &[u8],
    problems: &mut Problems,
) -> Result<(), StoreError> {
    problems.count(1);
    let path = id.path(0);
    match read_tile(tx.db, run.org.as_str(), id)? {
        Some(bytes) if bytes == expected => {}
        Some(bytes) => {
            let at = bytes.iter().zip(expected).take_while(|(a, b)| a == b).count();
            problems.add(
                format!("{path}: {at}バイト目が合いません"),
                format!("{path}: differs at byte {at}"),
            );
        }
        None => problems.add(format!("{path}がありません"), format!("{path} is missing")),
    }
    Ok(())
}

fn check_upper_tiles(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    head: &Head,
    tree: &Tree,
    problems: &mut Problems,
) -> Result<(), StoreError> {
    for (id, bytes) in &tree.upper {
        compare_tile(tx, run, *id, bytes, problems)?;
    }
    let stored = tx.db.query_map(
        "SELECT level, idx FROM tile WHERE org = $1",
        &[P::Text(run.org.as_str())],
        |row| Ok((row.int(0)?, row.int(1)?)),
    )?;
    let now = Head::read(tx.db, run.org.as_str(), "")?.map_or(head.size, |head| head.size);
    for (level, index) in stored {
        // A tile too many: a log of this size has no such full tile.
        let full = u32::try_from(level)
            .ok()
            .and_then(|level| TILE_WIDTH.checked_pow(level + 1))
            .map_or(0, |leaves| now / leaves);
        if u64::try_from(index).map_or(true, |index| index >= full) {
            let name = format!("tile {level}/{index}");
            problems.add(
                format!("{name}は、この大きさの証跡にはありません"),
                format!("{name} does not belong to a log of this size"),
            );
        }
    }
    Ok(())
}

/// Looks for leaves and revisions beyond the end that the head gives.
fn check_beyond(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    head: &Head,
    log: &mut Log,
) -> Result<(), StoreError> {
    let org = P::Text(run.org.as_str());
    // Others may have written since the walk began.
    let size = Head::read(tx.db, run.org.as_str(), "")?.map_or(head.size, |head| head.size);
    let leaves = tx.db.query_map(
        "SELECT idx FROM leaf WHERE org = $1 AND (idx >= $2 OR idx < 0) ORDER BY idx LIMIT 50",
        &[org, P::count(size)],
        |row| row.int(0),
    )?;
    for index in leaves {
        log.leaves.add(
            format!("証跡項目{index}は、証跡の終わり（{size}件）より後にあります"),
            format!("Leaf {index} stands beyond the end of the log ({size} leaves)"),
        );
    }
    let revisions = tx.db.query_map(
        "SELECT register, id, rev, leaf FROM revision WHERE org = $1 \
         AND (leaf >= $2 OR leaf < 0) ORDER BY leaf LIMIT 50",
        &[org, P::count(size)],
        |row| Ok((format!("{}/{}", row.text(0)?, row.text(1)?), row.int(2)?, row.int(3)?)),
    )?;
    for (record, rev, leaf) in revisions {
        log.revisions.add(
            format!("{record} 第{rev}版: 証跡項目{leaf}はありません"),
            format!("{record} revision {rev}: there is no leaf {leaf}"),
        );
    }
    Ok(())
}

/// Every erased field was erased by a later leaf, and everything that a leaf erased is gone.
fn check_erasures(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    erased: &[Erased],
    erasing: &[Erased],
    problems: &mut Problems,
) -> Result<(), StoreError> {
    let mut by_record: BTreeMap<(&str, &str), Vec<&Erased>> = BTreeMap::new();
    for one in erasing {
        by_record.entry((&one.register, &one.id)).or_default().push(one);
    }
    for one in erased {
        problems.count(1);
        let later = by_record.get(&(one.register.as_str(), one.id.as_str()));
        for field in &one.fields {
            let covered = later.is_some_and(|leaves| {
                leaves.iter().any(|leaf| leaf.rev > one.rev && leaf.fields.contains(field))
            });
            if !covered && !erased_since(tx, run, one, field)? {
                let (register, id, rev) = (&one.register, &one.id, one.rev);
                problems.add(
                    format!("{register}/{id} 第{rev}版: 「{field}」の消去は証跡にありません"),
                    format!("{register}/{id} revision {rev}: no leaf erased its {field:?}"),
                );
            }
        }
    }
    for one in erasing {
        let left = tx.db.query_map(
            "SELECT rev, body FROM revision WHERE org = $1 AND register = $2 AND id = $3 \
             AND rev < $4 ORDER BY rev",
            &[
                P::Text(run.org.as_str()),
                P::Text(&one.register),
                P::Text(&one.id),
                P::Int(one.rev.into()),
            ],
            |row| {
                let body: serde_json::Map<String, serde_json::Value> =
                    serde_json::from_str(row.text(1)?).unwrap_or_default();
                let left = one.fields.iter().find(|field| body.contains_key(*field)).cloned();
                Ok(left.map(|field| (row.int(0).unwrap_or(0), field)))
            },
        )?;
        for (rev, field) in left.into_iter().flatten() {
            let (register, id) = (&one.register, &one.id);
            problems.add(
                format!("{register}/{id} 第{rev}版: 消去したはずの「{field}」が残っています"),
                format!(
                    "{register}/{id} revision {rev}: {field:?} was to be erased and is still there"
                ),
            );
        }
    }
    Ok(())
}

/// Whether a leaf that was added after the walk began erased the field.
fn erased_since(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    one: &Erased,
    field: &str,
) -> Result<bool, StoreError> {
    let headers = tx.db.query_map(
        "SELECT l.header FROM revision v CROSS JOIN leaf l WHERE v.org = $1 AND v.register = $2 \
         AND v.id = $3 AND v.rev > $4 AND l.org = v.org AND l.idx = v.leaf",
        &[
            P::Text(run.org.as_str()),
            P::Text(&one.register),
            P::Text(&one.id),
            P::Int(one.rev.into()),
        ],
        |row| Ok(LeafHeader::decode(row.text(0)?.as_bytes()).ok()),
    )?;
    Ok(headers.into_iter().flatten().flat_map(|header| header.items).any(|item| {
        item.register == one.register
            && item.id == one.id
            && item.rev > one.rev
            && item.erased.iter().any(|erased| erased == field)
    }))
}
