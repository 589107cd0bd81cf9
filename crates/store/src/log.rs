//! Reading the log: headers, sizes, checkpoints, tiles and proofs.

use crate::conn::P;
use crate::error::StoreError;
use crate::logstate::{self, Head};
use crate::tx::{ReadTx, WriteTx};
use okiagari_log::note::SigningKey;
use okiagari_log::{
    Checkpoint, Hash, LeafHeader, TileId, TileView, consistency_proof, epoch_origin,
    inclusion_proof, leaf_hash,
};
use okiagari_model::{OrgId, Time};

/// Where an organisation's log stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// The origin of the present epoch: the name in leaves and checkpoints.
    pub origin: String,
    /// The present epoch, from 1.
    pub epoch: u32,
    /// The number of leaves.
    pub size: u64,
    /// The root over all leaves.
    pub root: Hash,
    /// The time of the last leaf.
    pub time: Time,
}

/// A signed statement of size and root, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// The number of leaves that it speaks of.
    pub size: u64,
    /// The epoch that it speaks for.
    pub epoch: u32,
    /// The signed note.
    pub note: String,
    /// The signer's public key, as a verifier key text.
    pub signer: String,
    /// When it was signed.
    pub time: Time,
}

/// The proof that a leaf is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// The leaf's exact bytes.
    pub header: String,
    /// Its index.
    pub index: u64,
    /// The size of the tree that the path leads to.
    pub size: u64,
    /// The root of that tree.
    pub root: Hash,
    /// The path from the leaf's sibling to the child of the root.
    pub path: Vec<Hash>,
}

impl ReadTx<'_> {
    /// All organisations that have a log.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn organisations(&mut self) -> Result<Vec<OrgId>, StoreError> {
        Ok(crate::rebuild::organisations(self.db)?.into_iter().map(OrgId::new).collect())
    }

    /// Where a log stands; `None` before its first leaf.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn log_state(&mut self, org: &OrgId) -> Result<Option<LogState>, StoreError> {
        let head = Head::read(self.db, org.as_str(), "")?;
        Ok(head.filter(|head| head.size > 0).map(|head| LogState {
            origin: epoch_origin(&head.base, head.epoch),
            epoch: head.epoch,
            size: head.size,
            root: head.root,
            time: Time::from_millis(head.last_time),
        }))
    }

    /// The number of leaves. Inside a change: before its batch.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn size(&mut self, org: &OrgId) -> Result<u64, StoreError> {
        Ok(Head::read(self.db, org.as_str(), "")?.map_or(0, |head| head.size))
    }

    /// The last leaf at an instant: for reading the record as it was then. `None` before the
    /// first leaf.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn leaf_at(&mut self, org: &OrgId, time: Time) -> Result<Option<u64>, StoreError> {
        // Times never go back from leaf to leaf, so the place is found by halving.
        let (mut from, mut to) = (0, self.size(org)?);
        while from < to {
            let middle = from + (to - from) / 2;
            let at = self.db.query_opt(
                "SELECT time FROM leaf WHERE org = $1 AND idx = $2",
                &[P::Text(org.as_str()), P::count(middle)],
                |row| row.int(0),
            )?;
            let at = at.ok_or_else(|| StoreError::corrupt(format!("leaf {middle} of {org}")))?;
            if at <= time.millis() { from = middle + 1 } else { to = middle }
        }
        Ok(from.checked_sub(1))
    }

    /// The exact bytes of a leaf.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn header_text(&mut self, org: &OrgId, index: u64) -> Result<Option<String>, StoreError> {
        self.db.query_opt(
            "SELECT header FROM leaf WHERE org = $1 AND idx = $2",
            &[P::Text(org.as_str()), P::count(index)],
            |row| Ok(row.text(0)?.to_owned()),
        )
    }

    /// A leaf.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where its bytes are no leaf.
    pub fn header(&mut self, org: &OrgId, index: u64) -> Result<Option<LeafHeader>, StoreError> {
        self.header_text(org, index)?
            .map(|text| {
                LeafHeader::decode(text.as_bytes())
                    .map_err(|error| StoreError::corrupt(format!("leaf {index} of {org}: {error}")))
            })
            .transpose()
    }

    /// Leaves in order from an index on.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the bytes of one are no leaf.
    pub fn headers(
        &mut self,
        org: &OrgId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<LeafHeader>, StoreError> {
        self.db.query_map(
            "SELECT header FROM leaf WHERE org = $1 AND idx >= $2 ORDER BY idx LIMIT $3",
            &[P::Text(org.as_str()), P::count(from), P::Int(limit.into())],
            |row| {
                LeafHeader::decode(row.text(0)?.as_bytes())
                    .map_err(|error| StoreError::corrupt(format!("a leaf of {org}: {error}")))
            },
        )
    }

    /// The checkpoints that are kept, newest first.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn checkpoints(
        &mut self,
        org: &OrgId,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        self.db.query_map(
            "SELECT size, epoch, note, signer, time FROM checkpoint WHERE org = $1 \
             ORDER BY epoch DESC, size DESC LIMIT $2",
            &[P::Text(org.as_str()), P::Int(limit.into())],
            |row| {
                Ok(StoredCheckpoint {
                    size: row.count(0)?,
                    epoch: u32::try_from(row.int(1)?).map_err(StoreError::corrupt)?,
                    note: row.text(2)?.to_owned(),
                    signer: row.text(3)?.to_owned(),
                    time: Time::from_millis(row.int(4)?),
                })
            },
        )
    }

    /// The newest checkpoint.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn latest_checkpoint(
        &mut self,
        org: &OrgId,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        Ok(self.checkpoints(org, 1)?.into_iter().next())
    }

    /// A full tile of the tree.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn tile(&mut self, org: &OrgId, id: TileId) -> Result<Option<Vec<u8>>, StoreError> {
        logstate::read_tile(self.db, org.as_str(), id)
    }

    /// The proof that a leaf is in the log of a size (the present one where `None`).
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such leaf at that size.
    pub fn inclusion(
        &mut self,
        org: &OrgId,
        index: u64,
        size: Option<u64>,
    ) -> Result<Inclusion, StoreError> {
        let missing =
            || StoreError::NotFound { register: "leaf".to_owned(), id: index.to_string() };
        let now = self.size(org)?;
        let size = size.unwrap_or(now);
        if index >= size || size > now {
            return Err(missing());
        }
        let header = self.header_text(org, index)?.ok_or_else(missing)?;
        let damaged = |error: String| StoreError::corrupt(format!("the log of {org}: {error}"));
        let appender = logstate::load(self.db, org.as_str(), now)?;
        let db = &mut *self.db;
        let mut view = TileView::new(&appender, |id| logstate::read_tile(db, org.as_str(), id));
        let path =
            inclusion_proof(index, size, &mut view).map_err(|error| damaged(error.to_string()))?;
        drop(view);
        let root = self.root_at(org, size)?;
        okiagari_log::verify_inclusion(index, size, &leaf_hash(header.as_bytes()), &path, &root)
            .map_err(|error| damaged(error.to_string()))?;
        Ok(Inclusion { header, index, size, root, path })
    }

    /// The root of the log at an earlier size.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where tiles are missing.
    pub fn root_at(&mut self, org: &OrgId, size: u64) -> Result<Hash, StoreError> {
        if let Some(head) = Head::read(self.db, org.as_str(), "")?
            && head.size == size
        {
            return Ok(head.root);
        }
        Ok(logstate::load(self.db, org.as_str(), size)?.root())
    }

    /// The proof that the log at one size is the beginning of the log at another.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the log has no such sizes.
    pub fn consistency(
        &mut self,
        org: &OrgId,
        old: u64,
        new: u64,
    ) -> Result<Vec<Hash>, StoreError> {
        let now = self.size(org)?;
        if old > new || new > now {
            return Err(StoreError::NotFound { register: "leaf".to_owned(), id: new.to_string() });
        }
        let appender = logstate::load(self.db, org.as_str(), now)?;
        let db = &mut *self.db;
        let mut view = TileView::new(&appender, |id| logstate::read_tile(db, org.as_str(), id));
        consistency_proof(old, new, &mut view)
            .map_err(|error| StoreError::corrupt(format!("the log of {org}: {error}")))
    }
}

impl WriteTx<'_> {
    /// The number of leaves, with those of this change and of those before it in the batch.
    ///
    /// # Errors
    /// [`StoreError::Internal`] for another organisation than that of the change.
    pub fn size(&mut self, org: &OrgId) -> Result<u64, StoreError> {
        match self.batch.logs.get(org) {
            Some(log) if self.job.org.as_ref() == Some(org) => {
                Ok(log.appender.size() + self.job.leaves.len() as u64)
            }
            _ => self.read.size(org),
        }
    }

    /// Signs size and root of the log as they are after everything before this change, and keeps
    /// the checkpoint. `None` where there is nothing to sign, or this size was signed before.
    ///
    /// # Errors
    /// [`StoreError::BadValue`] where the key stands for another log or epoch, or leaves were
    /// appended in the same change.
    pub fn checkpoint(
        &mut self,
        org: &OrgId,
        signer: &SigningKey,
        now: Time,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        let bad = |why| StoreError::BadValue { field: "checkpoint".to_owned(), why };
        if !self.job.leaves.is_empty() || self.job.org.as_ref() != Some(org) {
            return Err(bad("a checkpoint is a change of its own"));
        }
        let Some(log) = self.batch.logs.get(org) else {
            return Err(StoreError::internal("the log is not locked"));
        };
        let (origin, epoch) = (log.origin(), log.epoch);
        let (size, root) = (log.appender.size(), log.appender.root());
        if size == 0 {
            return Ok(None);
        }
        let checkpoint = Checkpoint { origin, size, root, extensions: Vec::new() };
        let note = checkpoint.sign(signer).map_err(|_| bad("the key is of another log"))?;
        let stored = StoredCheckpoint {
            size,
            epoch,
            note,
            signer: signer.verifier().to_string(),
            time: now,
        };
        let inserted = self.read.db.execute(
            "INSERT INTO checkpoint (org, size, epoch, note, signer, time) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (org, size, epoch) DO NOTHING",
            &[
                P::Text(org.as_str()),
                P::count(size),
                P::Int(epoch.into()),
                P::Text(&stored.note),
                P::Text(&stored.signer),
                P::Int(now.millis()),
            ],
        )?;
        Ok((inserted == 1).then_some(stored))
    }
}
