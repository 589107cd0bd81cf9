//! Signals from sensors, feeds and the public form, in a bounded buffer. Only what somebody (or a
//! rule) admits enters the record. When the buffer is full the oldest go, and it is counted.

use super::{Digest, opt_string, opt_time, time};
use crate::conn::{Conn, P, Row};
use crate::error::StoreError;
use crate::schema::{ColumnDef as C, IndexDef, TableDef};
use okiagari_model::{OrgId, RecordId, Time};

pub(super) const TABLES: &[TableDef] = &[
    TableDef {
        name: "signal",
        about: "what came in and is not in the record (yet)",
        columns: &[
            C::text("org", "organisation"),
            C::text("id", "signal; in the order of arrival"),
            C::text("source", "sensor, feed or form"),
            C::int("received_at", "epoch ms"),
            C::text("payload", "what came, JSON; emptied once admitted"),
            C::int("bytes", "bytes of the payload"),
            C::int("score", "how suspicious it is; the higher the more"),
            C::text("state", "new, quarantined, admitted or discarded"),
            C::text("handled_by", "account that admitted or discarded it").or_null(),
            C::int("handled_at", "epoch ms").or_null(),
            C::text("record", "register/id that it became").or_null(),
            C::text("receipt", "receipt number given to the sender").or_null(),
            C::blob("secret_hash", "digest of the secret given to the sender").or_null(),
        ],
        key: &["org", "id"],
        clustered: false,
        indexes: &[
            IndexDef {
                name: "signal_state",
                columns: &["org", "state", "id"],
                unique: false,
                only: None,
            },
            IndexDef {
                name: "signal_receipt",
                columns: &["org", "receipt"],
                unique: true,
                only: Some("receipt IS NOT NULL"),
            },
        ],
        backup: true,
    },
    TableDef {
        name: "signal_total",
        about: "how full the buffer of each organisation is, and what was dropped",
        columns: &[
            C::text("org", "organisation"),
            C::int("waiting", "signals that nobody has handled"),
            C::int("bytes", "bytes of their payloads"),
            C::int("dropped", "signals dropped for want of room, ever"),
            C::int("dropped_at", "when the last was dropped, epoch ms").or_null(),
        ],
        key: &["org"],
        clustered: true,
        indexes: &[],
        backup: true,
    },
];

/// Where a signal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// To be looked at.
    New,
    /// Suspected to be spam or an attack; to be looked at with care.
    Quarantined,
    /// Entered the record.
    Admitted,
    /// Thrown away by somebody.
    Discarded,
}

impl State {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Quarantined => "quarantined",
            Self::Admitted => "admitted",
            Self::Discarded => "discarded",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        Ok(match text {
            "new" => Self::New,
            "quarantined" => Self::Quarantined,
            "admitted" => Self::Admitted,
            "discarded" => Self::Discarded,
            other => return Err(StoreError::corrupt(format!("state {other} of a signal"))),
        })
    }
}

/// A signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Its id; sorts by arrival.
    pub id: String,
    /// Sensor, feed or form.
    pub source: String,
    /// When it came.
    pub received_at: Time,
    /// What came, JSON; empty once admitted.
    pub payload: String,
    /// How suspicious it is; the higher the more.
    pub score: i64,
    /// Where it stands.
    pub state: State,
    /// Who admitted or discarded it.
    pub handled_by: Option<String>,
    /// When.
    pub handled_at: Option<Time>,
    /// The record it became: `register/id`.
    pub record: Option<String>,
    /// Receipt number given to the sender.
    pub receipt: Option<String>,
    /// Digest of the secret given to the sender.
    pub secret_hash: Option<Digest>,
}

/// How much may wait in one organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Signals.
    pub count: u32,
    /// Bytes of their payloads.
    pub bytes: u64,
}

/// How full a buffer is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// Signals that nobody has handled.
    pub waiting: u64,
    /// Bytes of their payloads.
    pub bytes: u64,
    /// Signals dropped for want of room, ever.
    pub dropped: u64,
    /// When the last was dropped.
    pub dropped_at: Option<Time>,
}

const COLUMNS: &str = "id, source, received_at, payload, score, state, handled_by, handled_at, \
     record, receipt, secret_hash";

fn read(row: &Row<'_>) -> Result<Signal, StoreError> {
    Ok(Signal {
        id: row.text(0)?.to_owned(),
        source: row.text(1)?.to_owned(),
        received_at: time(row, 2)?,
        payload: row.text(3)?.to_owned(),
        score: row.int(4)?,
        state: State::parse(row.text(5)?)?,
        handled_by: opt_string(row, 6)?,
        handled_at: opt_time(row, 7)?,
        record: opt_string(row, 8)?,
        receipt: opt_string(row, 9)?,
        secret_hash: match row.opt_blob(10)? {
            Some(_) => Some(super::digest(row, 10)?),
            None => None,
        },
    })
}

/// How full an organisation's buffer is.
///
/// # Errors
/// What the engine reports.
pub fn total(conn: &mut Conn, org: &OrgId) -> Result<Total, StoreError> {
    read_total(conn, org, "")
}

fn read_total(conn: &mut Conn, org: &OrgId, lock: &str) -> Result<Total, StoreError> {
    let sql = format!(
        "SELECT waiting, bytes, dropped, dropped_at FROM signal_total WHERE org = $1{lock}"
    );
    let found = conn.query_opt(&sql, &[P::Text(org.as_str())], |row| {
        Ok(Total {
            waiting: row.count(0)?,
            bytes: row.count(1)?,
            dropped: row.count(2)?,
            dropped_at: opt_time(row, 3)?,
        })
    })?;
    Ok(found.unwrap_or_default())
}

/// Reads the total for a change: whoever else changes the same buffer waits.
fn lock_total(conn: &mut Conn, org: &OrgId) -> Result<Total, StoreError> {
    conn.execute(
        "INSERT INTO signal_total (org, waiting, bytes, dropped) VALUES ($1, 0, 0, 0) \
         ON CONFLICT DO NOTHING",
        &[P::Text(org.as_str())],
    )?;
    let lock = conn.dialect().for_update();
    read_total(conn, org, lock)
}

fn write_total(conn: &mut Conn, org: &OrgId, total: &Total) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE signal_total SET waiting = $2, bytes = $3, dropped = $4, dropped_at = $5 \
         WHERE org = $1",
        &[
            P::Text(org.as_str()),
            P::count(total.waiting),
            P::count(total.bytes),
            P::count(total.dropped),
            P::opt_int(total.dropped_at.map(Time::millis)),
        ],
    )?;
    Ok(())
}

/// Takes a signal in; the oldest that wait make room for it. Gives those that were dropped, so
/// that files they name can be removed.
///
/// # Errors
/// [`StoreError::BadValue`] for a payload that alone is larger than the room, or what the engine
/// reports.
pub fn insert(
    conn: &mut Conn,
    org: &OrgId,
    signal: &Signal,
    room: Room,
) -> Result<Vec<Signal>, StoreError> {
    let size = signal.payload.len() as u64;
    if size > room.bytes {
        let why = "it is larger than the whole buffer";
        return Err(StoreError::BadValue { field: "payload".to_owned(), why });
    }
    let mut total = lock_total(conn, org)?;
    let mut dropped = Vec::new();
    while total.waiting >= u64::from(room.count.max(1)) || total.bytes + size > room.bytes {
        let Some(oldest) = oldest_waiting(conn, org)? else {
            // The total says more than there is: begin from what is there.
            total.waiting = 0;
            total.bytes = 0;
            break;
        };
        let key = [P::Text(org.as_str()), P::Text(&oldest.id)];
        conn.execute("DELETE FROM signal WHERE org = $1 AND id = $2", &key)?;
        total.waiting = total.waiting.saturating_sub(1);
        total.bytes = total.bytes.saturating_sub(oldest.payload.len() as u64);
        total.dropped += 1;
        total.dropped_at = Some(signal.received_at);
        dropped.push(oldest);
    }
    conn.execute(
        "INSERT INTO signal (org, id, source, received_at, payload, bytes, score, state, receipt, \
         secret_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            P::Text(org.as_str()),
            P::Text(&signal.id),
            P::Text(&signal.source),
            P::Int(signal.received_at.millis()),
            P::Text(&signal.payload),
            P::count(size),
            P::Int(signal.score),
            P::Text(signal.state.as_str()),
            P::opt_text(signal.receipt.as_deref()),
            signal.secret_hash.as_ref().map_or(P::Null, |hash| P::Blob(hash)),
        ],
    )?;
    if matches!(signal.state, State::New | State::Quarantined) {
        total.waiting += 1;
        total.bytes += size;
    }
    write_total(conn, org, &total)?;
    Ok(dropped)
}

/// Quarantined ones go first: a flood of spam must not push out what looked genuine.
fn oldest_waiting(conn: &mut Conn, org: &OrgId) -> Result<Option<Signal>, StoreError> {
    for state in [State::Quarantined, State::New] {
        let sql = format!(
            "SELECT {COLUMNS} FROM signal WHERE org = $1 AND state = $2 ORDER BY id LIMIT 1"
        );
        let found =
            conn.query_opt(&sql, &[P::Text(org.as_str()), P::Text(state.as_str())], read)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The signals in a state, oldest first, from behind `after`.
///
/// # Errors
/// What the engine reports.
pub fn list(
    conn: &mut Conn,
    org: &OrgId,
    state: State,
    after: &str,
    limit: u32,
) -> Result<Vec<Signal>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signal WHERE org = $1 AND state = $2 AND id > $3 \
         ORDER BY id LIMIT $4"
    );
    let row =
        [P::Text(org.as_str()), P::Text(state.as_str()), P::Text(after), P::Int(limit.into())];
    conn.query_map(&sql, &row, read)
}

/// A signal by its id.
///
/// # Errors
/// What the engine reports.
pub fn get(conn: &mut Conn, org: &OrgId, id: &str) -> Result<Option<Signal>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM signal WHERE org = $1 AND id = $2");
    conn.query_opt(&sql, &[P::Text(org.as_str()), P::Text(id)], read)
}

/// A signal by the receipt number given to its sender.
///
/// # Errors
/// What the engine reports.
pub fn by_receipt(
    conn: &mut Conn,
    org: &OrgId,
    receipt: &str,
) -> Result<Option<Signal>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM signal WHERE org = $1 AND receipt = $2");
    conn.query_opt(&sql, &[P::Text(org.as_str()), P::Text(receipt)], read)
}

/// Changes what waits: for a sender who adds to it. `false`: it is handled, gone, or there is no
/// room for more.
///
/// # Errors
/// What the engine reports.
pub fn amend(
    conn: &mut Conn,
    org: &OrgId,
    id: &str,
    payload: &str,
    room: Room,
) -> Result<bool, StoreError> {
    let mut total = lock_total(conn, org)?;
    let Some(before) = get(conn, org, id)? else { return Ok(false) };
    let bytes = (total.bytes + payload.len() as u64).saturating_sub(before.payload.len() as u64);
    if !matches!(before.state, State::New | State::Quarantined) || bytes > room.bytes {
        return Ok(false);
    }
    conn.execute(
        "UPDATE signal SET payload = $3, bytes = $4 WHERE org = $1 AND id = $2",
        &[P::Text(org.as_str()), P::Text(id), P::Text(payload), P::count(payload.len() as u64)],
    )?;
    total.bytes = bytes;
    write_total(conn, org, &total)?;
    Ok(true)
}

/// What became of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handled {
    /// It entered the record as this register and id; its payload is emptied here.
    Admitted(String, RecordId),
    /// It was thrown away.
    Discarded,
}

/// Notes what became of a signal that waits, within the transaction that records it.
/// `false`: somebody else handled it before.
///
/// # Errors
/// What the engine reports.
pub fn handle(
    conn: &mut Conn,
    org: &OrgId,
    id: &str,
    handled: &Handled,
    by: &str,
    now: Time,
) -> Result<bool, StoreError> {
    let mut total = lock_total(conn, org)?;
    let Some(before) = get(conn, org, id)? else { return Ok(false) };
    if !matches!(before.state, State::New | State::Quarantined) {
        return Ok(false);
    }
    let (state, record, payload) = match handled {
        Handled::Admitted(register, record) => {
            (State::Admitted, Some(format!("{register}/{record}")), "")
        }
        Handled::Discarded => (State::Discarded, None, before.payload.as_str()),
    };
    conn.execute(
        "UPDATE signal SET state = $3, handled_by = $4, handled_at = $5, record = $6, \
         payload = $7, bytes = $8 WHERE org = $1 AND id = $2",
        &[
            P::Text(org.as_str()),
            P::Text(id),
            P::Text(state.as_str()),
            P::Text(by),
            P::Int(now.millis()),
            P::opt_text(record.as_deref()),
            P::Text(payload),
            P::count(payload.len() as u64),
        ],
    )?;
    total.waiting = total.waiting.saturating_sub(1);
    total.bytes = total.bytes.saturating_sub(before.payload.len() as u64);
    write_total(conn, org, &total)?;
    Ok(true)
}

/// Deletes what was discarded before an instant. Gives the rows, so that files they name can be
/// removed.
///
/// # Errors
/// What the engine reports.
pub fn prune(
    conn: &mut Conn,
    org: &OrgId,
    before: Time,
    limit: u32,
) -> Result<Vec<Signal>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signal WHERE org = $1 AND state = 'discarded' AND handled_at < $2 \
         ORDER BY id LIMIT $3"
    );
    let row = [P::Text(org.as_str()), P::Int(before.millis()), P::Int(limit.into())];
    let old = conn.query_map(&sql, &row, read)?;
    for signal in &old {
        let key = [P::Text(org.as_str()), P::Text(&signal.id)];
        conn.execute("DELETE FROM signal WHERE org = $1 AND id = $2", &key)?;
    }
    Ok(old)
}
