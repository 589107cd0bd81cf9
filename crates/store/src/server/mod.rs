//! What belongs to the server and not to the record: accounts, sessions, tokens, buffers, queues.
//!
//! None of it is a leaf of the log. Every function takes the connection of a transaction that is
//! under way: `tx.db()` of [`ReadTx`](crate::ReadTx) and [`WriteTx`](crate::WriteTx).

pub mod account;
pub mod attempt;
pub mod idempotency;
pub mod notice;
pub mod organisation;
pub mod outbox;
pub mod session;
pub mod setting;
pub mod signal;
pub mod token;

use crate::conn::Row;
use crate::error::StoreError;
use crate::schema::TableDef;
use crate::tx::{ReadTx, WriteTx};
use okiagari_model::{AccountId, Message, OrgId, RecordId, Time};

/// All tables of this module.
pub(crate) const TABLES: &[&[TableDef]] = &[
    account::TABLES,
    attempt::TABLES,
    idempotency::TABLES,
    notice::TABLES,
    organisation::TABLES,
    outbox::TABLES,
    session::TABLES,
    setting::TABLES,
    signal::TABLES,
    token::TABLES,
];

/// SHA-256 of a secret or a name: what is stored in its place.
pub type Digest = [u8; 32];

impl ReadTx<'_> {
    /// What was kept with [`WriteTx::remember`]: digest of the request, and receipt.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn idempotent(
        &mut self,
        org: &OrgId,
        account: &AccountId,
        key: &str,
    ) -> Result<Option<(String, String)>, StoreError> {
        idempotency::receipt(self.db(), org, account, key)
    }

    /// The person that an account is in an organisation, also after it left.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn person_of(
        &mut self,
        org: &OrgId,
        account: &str,
    ) -> Result<Option<RecordId>, StoreError> {
        account::person_of(self.db(), org, account)
    }
}

impl WriteTx<'_> {
    /// Keeps the receipt of a change under the caller's key, in the change's own transaction.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where another server did so at the same time: then the change is
    /// undone, and on the next try [`ReadTx::idempotent`] finds the other's receipt.
    pub fn remember(
        &mut self,
        org: &OrgId,
        account: &AccountId,
        key: &str,
        digest: &str,
        receipt: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        idempotency::remember(self.db(), (org, account, key), digest, receipt, now)
    }

    /// Tells a person something inside the program. `title` is the title of a record.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn notify(
        &mut self,
        org: &OrgId,
        id: &str,
        person: &RecordId,
        title: &str,
        href: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        let notice = notice::Notice {
            id: id.to_owned(),
            subject: Message::of_both(title),
            href: Some(href.to_owned()),
            created_at: now,
            seen_at: None,
        };
        notice::insert(self.db(), org, &notice::Audience::Person(person.clone()), &notice)
    }
}

/// A column that holds an instant.
pub(crate) fn time(row: &Row<'_>, column: usize) -> Result<Time, StoreError> {
    Ok(Time::from_millis(row.int(column)?))
}

/// A column that may hold an instant.
pub(crate) fn opt_time(row: &Row<'_>, column: usize) -> Result<Option<Time>, StoreError> {
    Ok(row.opt_int(column)?.map(Time::from_millis))
}

/// A column that may hold a text.
pub(crate) fn opt_string(row: &Row<'_>, column: usize) -> Result<Option<String>, StoreError> {
    Ok(row.opt_text(column)?.map(str::to_owned))
}

/// A column that holds a digest.
pub(crate) fn digest(row: &Row<'_>, column: usize) -> Result<Digest, StoreError> {
    row.blob(column)?.try_into().map_err(|_| StoreError::corrupt("a digest is not 32 bytes long"))
}

/// A text from outside for a column that only people read: without control characters, cut to
/// `max` characters.
pub fn plain(text: &str, max: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(max).collect()
}

#[cfg(test)]
mod tests;
