//! What is to be sent. A row is put in by the transaction that makes it necessary, claimed by one
//! worker at a time, and sent at least once under one unchanging message id.

use super::{opt_string, time};
use crate::conn::{Conn, P, Row};
use crate::error::StoreError;
use crate::schema::{ColumnDef as C, IndexDef, TableDef};
use okiagari_model::{OrgId, Time};

pub(super) const TABLES: &[TableDef] = &[TableDef {
    name: "outbox",
    about: "what is to be sent, and what became of it",
    columns: &[
        C::text("org", "organisation; empty for the server itself"),
        C::text("id", "item"),
        C::text("kind", "channel: mail, webhook, …"),
        C::text("message_id", "the same on every attempt, so that a second copy is recognised"),
        C::text("payload", "what is sent, JSON"),
        C::text("state", "new, claimed, sent, uncertain or failed"),
        C::int("attempts", "how often it was begun"),
        C::int("next_at", "not before, epoch ms"),
        C::int("claimed_until", "until when a worker has it, epoch ms; 0: nobody"),
        C::int("created_at", "epoch ms"),
        C::int("done_at", "when it was sent or given up, epoch ms").or_null(),
        C::text("error", "what went wrong last").or_null(),
    ],
    key: &["org", "id"],
    clustered: false,
    indexes: &[
        IndexDef { name: "outbox_message", columns: &["message_id"], unique: true, only: None },
        IndexDef {
            name: "outbox_due",
            columns: &["next_at"],
            unique: false,
            only: Some("state IN ('new', 'claimed', 'uncertain')"),
        },
    ],
    backup: true,
}];

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not yet tried, or to be tried again.
    New,
    /// A worker has it.
    Claimed,
    /// The other side took it.
    Sent,
    /// It may or may not have arrived; it is tried again under the same message id.
    Uncertain,
    /// Given up.
    Failed,
}

impl State {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Claimed => "claimed",
            Self::Sent => "sent",
            Self::Uncertain => "uncertain",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        Ok(match text {
            "new" => Self::New,
            "claimed" => Self::Claimed,
            "sent" => Self::Sent,
            "uncertain" => Self::Uncertain,
            "failed" => Self::Failed,
            other => return Err(StoreError::corrupt(format!("state {other} in the outbox"))),
        })
    }
}

/// An item of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Organisation; empty for the server itself.
    pub org: OrgId,
    /// Its id.
    pub id: String,
    /// Channel.
    pub kind: String,
    /// The same on every attempt.
    pub message_id: String,
    /// What is sent, JSON.
    pub payload: String,
    /// Where it stands.
    pub state: State,
    /// How often it was begun.
    pub attempts: u64,
    /// Not before.
    pub next_at: Time,
    /// What went wrong last.
    pub error: Option<String>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took it.
    Sent,
    /// It surely did not arrive; try again at an instant.
    Again(Time, String),
    /// It may have arrived; shown as uncertain and tried again at an instant.
    Uncertain(Time, String),
    /// It is given up.
    Failed(String),
}

const COLUMNS: &str = "org, id, kind, message_id, payload, state, attempts, next_at, error";

fn read(row: &Row<'_>) -> Result<Item, StoreError> {
    Ok(Item {
        org: OrgId::new(row.text(0)?),
        id: row.text(1)?.to_owned(),
        kind: row.text(2)?.to_owned(),
        message_id: row.text(3)?.to_owned(),
        payload: row.text(4)?.to_owned(),
        state: State::parse(row.text(5)?)?,
        attempts: row.count(6)?,
        next_at: time(row, 7)?,
        error: opt_string(row, 8)?,
    })
}

/// Puts an item in, within the caller's transaction. `false`: this message id is there already,
/// nothing was put in.
///
/// # Errors
/// What the engine reports.
pub fn enqueue(
    conn: &mut Conn,
    org: &OrgId,
    id: &str,
    kind: &str,
    message_id: &str,
    payload: &str,
    (now, next_at): (Time, Time),
) -> Result<bool, StoreError> {
    let added = conn.execute(
        "INSERT INTO outbox (org, id, kind, message_id, payload, state, attempts, next_at, \
         claimed_until, created_at) VALUES ($1, $2, $3, $4, $5, 'new', 0, $6, 0, $7) \
         ON CONFLICT DO NOTHING",
        &[
            P::Text(org.as_str()),
            P::Text(id),
            P::Text(kind),
            P::Text(message_id),
            P::Text(payload),
            P::Int(next_at.millis()),
            P::Int(now.millis()),
        ],
    )?;
    Ok(added == 1)
}

/// What stands at an item whose worker ended before it knew how its attempt went.
pub const LOST: &str = "the worker ended before it knew";

/// Whether anything is due: a look that takes no lock.
///
/// # Errors
/// What the engine reports.
pub fn due(conn: &mut Conn, now: Time) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM outbox WHERE (state IN ('new', 'uncertain') AND next_at <= $1) \
               OR (state = 'claimed' AND claimed_until <= $1) LIMIT 1";
    Ok(conn.query_opt(sql, &[P::Int(now.millis())], |row| row.int(0))?.is_some())
}

/// Claims what is due, for `lease` ms. What another worker claimed and did not finish in its time
/// becomes uncertain first: it may have been sent.
///
/// # Errors
/// What the engine reports.
pub fn claim(conn: &mut Conn, now: Time, lease: i64, limit: u32) -> Result<Vec<Item>, StoreError> {
    conn.execute(
        "UPDATE outbox SET state = 'uncertain', claimed_until = 0, error = $2 \
         WHERE state = 'claimed' AND claimed_until <= $1",
        &[P::Int(now.millis()), P::Text(LOST)],
    )?;
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE state IN ('new', 'uncertain') AND next_at <= $1 \
         ORDER BY next_at, org, id LIMIT $2{}",
        conn.dialect().for_update_skip_locked()
    );
    let mut due = conn.query_map(&sql, &[P::Int(now.millis()), P::Int(limit.into())], read)?;
    for item in &mut due {
        conn.execute(
            "UPDATE outbox SET state = 'claimed', attempts = attempts + 1, claimed_until = $3 \
             WHERE org = $1 AND id = $2",
            &[P::Text(item.org.as_str()), P::Text(&item.id), P::Int(now.plus(lease).millis())],
        )?;
        item.state = State::Claimed;
        item.attempts += 1;
    }
    Ok(due)
}

/// Notes how an attempt ended. `false`: the claim had run out and somebody else has the item.
///
/// # Errors
/// What the engine reports.
pub fn mark(
    conn: &mut Conn,
    item: &Item,
    outcome: &Outcome,
    now: Time,
) -> Result<bool, StoreError> {
    let (state, next, done, error) = match outcome {
        Outcome::Sent => (State::Sent, item.next_at, Some(now), None),
        Outcome::Again(at, why) => (State::New, *at, None, Some(why)),
        Outcome::Uncertain(at, why) => (State::Uncertain, *at, None, Some(why)),
        Outcome::Failed(why) => (State::Failed, item.next_at, Some(now), Some(why)),
    };
    let error = error.map(|why| super::plain(why, 500));
    let changed = conn.execute(
        "UPDATE outbox SET state = $4, next_at = $5, claimed_until = 0, done_at = $6, error = $7 \
         WHERE org = $1 AND id = $2 AND state = 'claimed' AND attempts = $3",
        &[
            P::Text(item.org.as_str()),
            P::Text(&item.id),
            P::count(item.attempts),
            P::Text(state.as_str()),
            P::Int(next.millis()),
            P::opt_int(done.map(Time::millis)),
            P::opt_text(error.as_deref()),
        ],
    )?;
    Ok(changed == 1)
}

/// The newest items of an organisation, in one state where it is named.
///
/// # Errors
/// What the engine reports.
pub fn list(
    conn: &mut Conn,
    org: &OrgId,
    state: Option<State>,
    limit: u32,
) -> Result<Vec<Item>, StoreError> {
    let (org, limit) = (P::Text(org.as_str()), P::Int(limit.into()));
    match state {
        Some(state) => conn.query_map(
            &format!(
                "SELECT {COLUMNS} FROM outbox WHERE org = $1 AND state = $3 \
                 ORDER BY created_at DESC, id LIMIT $2"
            ),
            &[org, limit, P::Text(state.as_str())],
            read,
        ),
        None => conn.query_map(
            &format!(
                "SELECT {COLUMNS} FROM outbox WHERE org = $1 ORDER BY created_at DESC, id LIMIT $2"
            ),
            &[org, limit],
            read,
        ),
    }
}
