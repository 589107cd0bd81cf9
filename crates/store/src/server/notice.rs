//! Notices shown inside the program: to one account, one person, or whoever holds a role.

use super::time;
use crate::conn::{Conn, P};
use crate::error::StoreError;
use crate::schema::{ColumnDef as C, IndexDef, TableDef};
use okiagari_model::{AccountId, Message, OrgId, RecordId, Time};

pub(super) const TABLES: &[TableDef] = &[
    TableDef {
        name: "notice",
        about: "what people are told inside the program",
        columns: &[
            C::text("org", "organisation"),
            C::text("id", "notice"),
            C::text("for_kind", "account, person or role"),
            C::text("for_id", "which one"),
            C::text("ja", "subject in Japanese"),
            C::text("en", "subject in English"),
            C::text("href", "page it leads to, without the host").or_null(),
            C::int("created_at", "epoch ms"),
        ],
        key: &["org", "id"],
        clustered: false,
        indexes: &[IndexDef {
            name: "notice_for",
            columns: &["org", "for_kind", "for_id", "created_at"],
            unique: false,
            only: None,
        }],
        backup: true,
    },
    TableDef {
        name: "notice_seen",
        about: "who has seen which notice",
        columns: &[
            C::text("org", "organisation"),
            C::text("id", "notice"),
            C::text("account", "who has seen it"),
            C::int("seen_at", "epoch ms"),
        ],
        key: &["org", "id", "account"],
        clustered: true,
        indexes: &[],
        backup: true,
    },
];

/// To whom a notice goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// An account.
    Account(AccountId),
    /// A person's record.
    Person(RecordId),
    /// Whoever holds a kind of role.
    Role(String),
}

impl Audience {
    fn params(&self) -> (P<'_>, P<'_>) {
        match self {
            Self::Account(id) => (P::Text("account"), P::Text(id.as_str())),
            Self::Person(id) => (P::Text("person"), P::Text(id.as_str())),
            Self::Role(kind) => (P::Text("role"), P::Text(kind)),
        }
    }
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// What it says.
    pub subject: Message,
    /// The page it leads to, without the host.
    pub href: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// When the asker has seen it.
    pub seen_at: Option<Time>,
}

/// Adds a notice; one with the same id stays as it is.
///
/// # Errors
/// What the engine reports.
pub fn insert(
    conn: &mut Conn,
    org: &OrgId,
    audience: &Audience,
    notice: &Notice,
) -> Result<(), StoreError> {
    let (kind, id) = audience.params();
    conn.execute(
        "INSERT INTO notice (org, id, for_kind, for_id, ja, en, href, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        &[
            P::Text(org.as_str()),
            P::Text(&notice.id),
            kind,
            id,
            P::Text(&notice.subject.ja),
            P::Text(&notice.subject.en),
            P::opt_text(notice.href.as_deref()),
            P::Int(notice.created_at.millis()),
        ],
    )?;
    Ok(())
}

/// The newest notices for any of the audiences, with whether `account` has seen them.
///
/// # Errors
/// What the engine reports.
pub fn list(
    conn: &mut Conn,
    org: &OrgId,
    account: &AccountId,
    audiences: &[Audience],
    limit: u32,
) -> Result<Vec<Notice>, StoreError> {
    let mut found = Vec::new();
    for audience in audiences {
        let (kind, id) = audience.params();
        found.extend(conn.query_map(
            "SELECT n.id, n.ja, n.en, n.href, n.created_at, s.seen_at FROM notice n \
             LEFT JOIN notice_seen s ON s.org = n.org AND s.id = n.id AND s.account = $4 \
             WHERE n.org = $1 AND n.for_kind = $2 AND n.for_id = $3 \
             ORDER BY n.created_at DESC, n.id LIMIT $5",
            &[P::Text(org.as_str()), kind, id, P::Text(account.as_str()), P::Int(limit.into())],
            |row| {
                Ok(Notice {
                    id: row.text(0)?.to_owned(),
                    subject: Message::new(row.text(1)?, row.text(2)?),
                    href: super::opt_string(row, 3)?,
                    created_at: time(row, 4)?,
                    seen_at: super::opt_time(row, 5)?,
                })
            },
        )?);
    }
    found.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
    found.truncate(limit as usize);
    Ok(found)
}

/// Notes that an account has seen a notice.
///
/// # Errors
/// What the engine reports.
pub fn seen(
    conn: &mut Conn,
    org: &OrgId,
    id: &str,
    account: &AccountId,
    now: Time,
) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO notice_seen (org, id, account, seen_at) \
         SELECT n.org, n.id, $3, $4 FROM notice n WHERE n.org = $1 AND n.id = $2 \
         ON CONFLICT DO NOTHING",
        &[P::Text(org.as_str()), P::Text(id), P::Text(account.as_str()), P::Int(now.millis())],
    )?;
    Ok(())
}
