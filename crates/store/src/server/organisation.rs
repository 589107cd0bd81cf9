//! The organisations of this server. Their records live elsewhere; here is what the server itself
//! needs: name, signing key, parent.

use super::{opt_string, opt_time, time};
use crate::conn::{Conn, P, Row};
use crate::error::StoreError;
use crate::schema::{ColumnDef as C, TableDef};
use okiagari_model::{OrgId, Time};

pub(super) const TABLES: &[TableDef] = &[TableDef {
    name: "org",
    about: "the organisations of this server",
    columns: &[
        C::text("id", "organisation"),
        C::text("name", "its name at the time it was made; the record has the present one"),
        C::text("kind", "real, demo or exercise"),
        C::text("parent", "organisation whose exercise or part it is").or_null(),
        C::blob("signing_key", "secret that signs its checkpoints, wrapped under the master key"),
        C::text("verifier", "public key as a verifier key text (C2SP signed-note)"),
        C::int("created_at", "epoch ms"),
        C::int("ended_at", "epoch ms").or_null(),
    ],
    key: &["id"],
    clustered: false,
    indexes: &[],
    backup: true,
}];

/// What an organisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An organisation in earnest.
    Real,
    /// Made by the demo.
    Demo,
    /// The exercise space of its parent.
    Exercise,
}

impl Kind {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Demo => "demo",
            Self::Exercise => "exercise",
        }
    }
}

/// An organisation of this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrgId,
    /// Its name when it was made.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whose exercise or part it is.
    pub parent: Option<OrgId>,
    /// Signing key, wrapped under the master key.
    pub signing_key: Vec<u8>,
    /// Public key as a verifier key text.
    pub verifier: String,
    /// When it was made.
    pub created_at: Time,
    /// When it ended.
    pub ended_at: Option<Time>,
}

const COLUMNS: &str = "id, name, kind, parent, signing_key, verifier, created_at, ended_at";

fn read(row: &Row<'_>) -> Result<Organisation, StoreError> {
    Ok(Organisation {
        id: OrgId::new(row.text(0)?),
        name: row.text(1)?.to_owned(),
        kind: match row.text(2)? {
            "real" => Kind::Real,
            "demo" => Kind::Demo,
            "exercise" => Kind::Exercise,
            other => return Err(StoreError::corrupt(format!("kind of organisation {other}"))),
        },
        parent: opt_string(row, 3)?.map(OrgId::new),
        signing_key: row.blob(4)?.to_vec(),
        verifier: row.text(5)?.to_owned(),
        created_at: time(row, 6)?,
        ended_at: opt_time(row, 7)?,
    })
}

/// Adds an organisation. `false`: there is one with this id, nothing was added.
///
/// # Errors
/// What the engine reports.
pub fn insert(conn: &mut Conn, organisation: &Organisation) -> Result<bool, StoreError> {
    let added = conn.execute(
        "INSERT INTO org (id, name, kind, parent, signing_key, verifier, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        &[
            P::Text(organisation.id.as_str()),
            P::Text(&organisation.name),
            P::Text(organisation.kind.as_str()),
            P::opt_text(organisation.parent.as_ref().map(OrgId::as_str)),
            P::Blob(&organisation.signing_key),
            P::Text(&organisation.verifier),
            P::Int(organisation.created_at.millis()),
        ],
    )?;
    Ok(added == 1)
}

/// An organisation by its id.
///
/// # Errors
/// What the engine reports.
pub fn get(conn: &mut Conn, id: &OrgId) -> Result<Option<Organisation>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM org WHERE id = $1");
    conn.query_opt(&sql, &[P::Text(id.as_str())], read)
}

/// All organisations, oldest first.
///
/// # Errors
/// What the engine reports.
pub fn list(conn: &mut Conn) -> Result<Vec<Organisation>, StoreError> {
    conn.query_map(&format!("SELECT {COLUMNS} FROM org ORDER BY created_at, id"), &[], read)
}

/// Changes the signing key, after the old one was lost or became known.
///
/// # Errors
/// What the engine reports.
pub fn set_signing_key(
    conn: &mut Conn,
    id: &OrgId,
    wrapped: &[u8],
    verifier: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE org SET signing_key = $2, verifier = $3 WHERE id = $1";
    conn.execute(sql, &[P::Text(id.as_str()), P::Blob(wrapped), P::Text(verifier)])?;
    Ok(())
}

/// Ends an organisation; its record stays.
///
/// # Errors
/// What the engine reports.
pub fn end(conn: &mut Conn, id: &OrgId, now: Time) -> Result<(), StoreError> {
    let sql = "UPDATE org SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    conn.execute(sql, &[P::Text(id.as_str()), P::Int(now.millis())])?;
    Ok(())
}
