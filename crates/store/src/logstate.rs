//! An organisation's log as the writer holds it in memory between batches.

use crate::conn::{Conn, P};
use crate::erase::Erasure;
use crate::error::StoreError;
use okiagari_log::{Appender, Hash, TILE_WIDTH, TileId, epoch_origin, leaf_hash};
use okiagari_model::OrgId;
use std::ops::ControlFlow;

/// The log of one organisation.
pub(crate) struct OrgLog {
    /// Name of the log without the epoch.
    pub base: String,
    pub epoch: u32,
    pub appender: Appender,
    pub last_time: i64,
    /// Tiles that became full and are not yet written.
    pub tiles: Vec<(TileId, Vec<u8>)>,
    pub erasures: Vec<Erasure>,
    dirty: bool,
}

/// The row of `head`.
pub(crate) struct Head {
    pub base: String,
    pub epoch: u32,
    pub size: u64,
    pub root: Hash,
    pub last_time: i64,
}

impl Head {
    /// Reads an organisation's head; `None` where it has no log yet.
    pub(crate) fn read(conn: &mut Conn, org: &str, lock: &str) -> Result<Option<Self>, StoreError> {
        let sql =
            format!("SELECT origin, epoch, size, root, updated_at FROM head WHERE org = $1{lock}");
        conn.query_opt(&sql, &[P::Text(org)], |row| {
            let damaged = |what: &str| StoreError::corrupt(format!("head of {org}: {what}"));
            Ok(Self {
                base: row.text(0)?.to_owned(),
                epoch: u32::try_from(row.int(1)?).map_err(|_| damaged("epoch"))?,
                size: row.count(2)?,
                root: Hash(row.blob(3)?.try_into().map_err(|_| damaged("root"))?),
                last_time: row.int(4)?,
            })
        })
    }
}

impl OrgLog {
    /// Locks the head until the commit, and takes the log up: what is in memory where it is
    /// still true, else from the tables.
    pub(crate) fn lock(
        conn: &mut Conn,
        org: &OrgId,
        origin: &str,
        known: Option<Self>,
    ) -> Result<Self, StoreError> {
        let lock = conn.dialect().for_update();
        let head = match Head::read(conn, org.as_str(), lock)? {
            Some(head) => head,
            None => {
                let base = format!("{origin}/{org}");
                let empty = Appender::new();
                conn.execute(
                    "INSERT INTO head (org, origin, epoch, size, root, updated_at) \
                     VALUES ($1, $2, 1, 0, $3, 0) ON CONFLICT (org) DO NOTHING",
                    &[P::Text(org.as_str()), P::Text(&base), P::Blob(&empty.root().0)],
                )?;
                Head::read(conn, org.as_str(), lock)?
                    .ok_or_else(|| StoreError::internal("a new head is not there"))?
            }
        };
        if let Some(known) = known
            && known.appender.size() == head.size
            && known.epoch == head.epoch
            && known.appender.root() == head.root
        {
            return Ok(known);
        }
        let appender = load(conn, org.as_str(), head.size)?;
        if appender.root() != head.root {
            return Err(StoreError::corrupt(format!(
                "the log of {org}: its leaves and tiles do not lead to the root of its head"
            )));
        }
        Ok(Self {
            base: head.base,
            epoch: head.epoch,
            appender,
            last_time: head.last_time,
            tiles: Vec::new(),
            erasures: Vec::new(),
            dirty: false,
        })
    }

    /// The origin that leaves and checkpoints of this epoch carry.
    pub(crate) fn origin(&self) -> String {
        epoch_origin(&self.base, self.epoch)
    }

    /// Takes over the leaves of a job that is kept.
    pub(crate) fn keep(&mut self, leaves: &[Hash], last_time: i64, epoch: Option<u32>) {
        for leaf in leaves {
            self.tiles.extend(self.appender.push(*leaf));
        }
        if !leaves.is_empty() {
            self.last_time = last_time;
            self.dirty = true;
        }
        if let Some(epoch) = epoch {
            self.epoch = epoch;
            self.dirty = true;
        }
    }

    /// What the batch erased, with where the log stands after it.
    pub(crate) fn take_erasures(&mut self) -> Vec<Erasure> {
        let mut erasures = std::mem::take(&mut self.erasures);
        for erasure in &mut erasures {
            (erasure.size, erasure.root) = (self.appender.size(), self.appender.root());
        }
        erasures
    }

    /// Writes the head where leaves were added.
    pub(crate) fn flush(&mut self, conn: &mut Conn, org: &OrgId) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.dirty) {
            return Ok(());
        }
        conn.execute(
            "UPDATE head SET size = $2, root = $3, updated_at = $4, epoch = $5 WHERE org = $1",
            &[
                P::Text(org.as_str()),
                P::count(self.appender.size()),
                P::Blob(&self.appender.root().0),
                P::Int(self.last_time),
                P::Int(self.epoch.into()),
            ],
        )?;
        Ok(())
    }
}

/// Writes a full tile.
pub(crate) fn insert_tile(
    conn: &mut Conn,
    org: &OrgId,
    id: TileId,
    hashes: &[u8],
) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO tile (org, level, idx, hashes) VALUES ($1, $2, $3, $4)",
        &[P::Text(org.as_str()), P::Int(id.level.into()), P::count(id.index), P::Blob(hashes)],
    )?;
    Ok(())
}

/// Reads a full tile.
pub(crate) fn read_tile(
    conn: &mut Conn,
    org: &str,
    id: TileId,
) -> Result<Option<Vec<u8>>, StoreError> {
    conn.query_opt(
        "SELECT hashes FROM tile WHERE org = $1 AND level = $2 AND idx = $3",
        &[P::Text(org), P::Int(id.level.into()), P::count(id.index)],
        |row| Ok(row.blob(0)?.to_vec()),
    )
}

/// Takes a log of a size up from its tiles and the leaves after the last full one.
pub(crate) fn load(conn: &mut Conn, org: &str, size: u64) -> Result<Appender, StoreError> {
    let mut tail = Vec::new();
    conn.for_each(
        "SELECT header FROM leaf WHERE org = $1 AND idx >= $2 AND idx < $3 ORDER BY idx",
        &[P::Text(org), P::count(size - size % TILE_WIDTH), P::count(size)],
        |row| {
            tail.push(leaf_hash(row.text(0)?.as_bytes()));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Appender::rebuild(size, |id| read_tile(conn, org, id), &tail)
        .map_err(|error| StoreError::corrupt(format!("the log of {org}: {error}")))
}
