//! Transactions: one for reading, one for writing that can do all that reading can.

use crate::conn::Conn;
use crate::error::StoreError;
use crate::registry::Registry;
use crate::writer::{Batch, JobState};
use okiagari_model::OrgId;
use std::ops::{Deref, DerefMut};

/// A look at one moment of the store. All reading is done through it.
///
/// The functions stand in the module of what they read: `read`, `log`, `findings`, `jobs`.
pub struct ReadTx<'a> {
    pub(crate) db: &'a mut Conn,
    pub(crate) registry: &'a Registry,
}

/// A change in the making. Reads what is true at its place in the order of all changes, which
/// includes what it wrote itself.
pub struct WriteTx<'a> {
    pub(crate) read: ReadTx<'a>,
    pub(crate) batch: &'a mut Batch,
    pub(crate) job: &'a mut JobState,
}

impl<'a> Deref for WriteTx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &Self::Target {
        &self.read
    }
}

impl DerefMut for WriteTx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.read
    }
}

impl ReadTx<'_> {
    /// The connection, for the parts of this crate that have tables of their own.
    #[doc(hidden)]
    pub fn db(&mut self) -> &mut Conn {
        self.db
    }
}

impl WriteTx<'_> {
    /// The organisation that this change is of.
    ///
    /// # Errors
    /// [`StoreError::Internal`] in a change of the server itself.
    pub fn org(&self) -> Result<&OrgId, StoreError> {
        self.job
            .org
            .as_ref()
            .ok_or_else(|| StoreError::internal("a change of the server has no organisation"))
    }
}
