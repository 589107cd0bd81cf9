//! Writing the rows of a record: head, projection, links, search.

use crate::conn::{Conn, P};
use crate::error::StoreError;
use crate::project::{Field, Link, Shared, leaf_number, mark};
use crate::registry::Reg;
use crate::schema::core::NOW;
use crate::tokens::Tokens;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

const INSERT_RECORD: &str = "INSERT INTO record (org, register, id, title, rev, leaf_from, \
    leaf_to, created_at, updated_at, updated_by, author, ended, origin, acl_department, acl_case, \
    acl_restricted, acl_counterparty, acl_person) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
    $10, $11, $12, $13, $14, $15, $16, $17, $18)";
const CLOSE_RECORD: &str = "UPDATE record SET leaf_to = $1 WHERE org = $2 AND register = $3 \
    AND id = $4 AND leaf_to = 9223372036854775807";
const INSERT_LINK: &str = "INSERT INTO link (org, from_register, from_id, field, to_register, \
    to_id, leaf_from, leaf_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const CLOSE_LINK: &str = "UPDATE link SET leaf_to = $1 WHERE org = $2 AND from_register = $3 \
    AND from_id = $4 AND field = $5 AND to_register = $6 AND to_id = $7 \
    AND leaf_to = 9223372036854775807";

/// Which record the rows are of.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a> {
    pub org: &'a str,
    pub reg: &'a Reg,
    pub id: &'a str,
}

impl<'a> Key<'a> {
    fn register(&self) -> P<'a> {
        P::Text(self.reg.def.id)
    }

    fn params(&self) -> [P<'a>; 3] {
        [P::Text(self.org), self.register(), P::Text(self.id)]
    }
}

/// Ends the current head and projection row.
pub(crate) fn close(conn: &mut Conn, key: Key<'_>, leaf: u64) -> Result<(), StoreError> {
    let leaf = P::count(leaf);
    conn.execute(CLOSE_RECORD, &[leaf, P::Text(key.org), key.register(), P::Text(key.id)])?;
    conn.execute(&key.reg.close, &[leaf, P::Text(key.org), P::Text(key.id)])?;
    Ok(())
}

/// Writes one head and projection row.
pub(crate) fn insert(
    conn: &mut Conn,
    key: Key<'_>,
    title: &str,
    shared: &Shared,
    range: (i64, i64),
    fields: &[Field<'_>],
) -> Result<(), StoreError> {
    let common = shared.params(range.0, range.1);
    let mut params = Vec::with_capacity(fields.len() + 20);
    params.extend([P::Text(key.org), key.register(), P::Text(key.id), P::Text(title)]);
    params.extend(common);
    conn.execute(INSERT_RECORD, &params)?;
    params.clear();
    params.extend([P::Text(key.org), P::Text(key.id)]);
    params.extend(common);
    params.extend(fields.iter().map(Field::param));
    conn.execute(&key.reg.insert, &params)?;
    Ok(())
}

/// Writes one reference.
pub(crate) fn insert_link(
    conn: &mut Conn,
    key: Key<'_>,
    link: &Link,
    range: (i64, i64),
) -> Result<(), StoreError> {
    let [org, register, id] = key.params();
    let (field, to_register, to_id) = link;
    conn.execute(
        INSERT_LINK,
        &[
            org,
            register,
            id,
            P::Text(field),
            P::Text(to_register),
            P::Text(to_id),
            P::Int(range.0),
            P::Int(range.1),
        ],
    )?;
    Ok(())
}

/// Brings the references of a record in step with its new revision. `fresh`: it has none yet.
pub(crate) fn step_links(
    conn: &mut Conn,
    key: Key<'_>,
    leaf: u64,
    wanted: &[Link],
    fresh: bool,
) -> Result<(), StoreError> {
    let [org, register, id] = key.params();
    let mut open: Vec<Link> = Vec::new();
    if !fresh && !key.reg.links.is_empty() {
        conn.for_each(
            "SELECT field, to_register, to_id FROM link WHERE org = $1 AND from_register = $2 \
             AND from_id = $3 AND leaf_to = 9223372036854775807",
            &[org, register, id],
            |row| {
                open.push((
                    row.text(0)?.to_owned(),
                    row.text(1)?.to_owned(),
                    row.text(2)?.to_owned(),
                ));
                Ok(ControlFlow::Continue(()))
            },
        )?;
    }
    for link in open.iter().filter(|link| wanted.binary_search(link).is_err()) {
        let (field, to_register, to_id) = link;
        conn.execute(
            CLOSE_LINK,
            &[
                P::count(leaf),
                org,
                register,
                id,
                P::Text(field),
                P::Text(to_register),
                P::Text(to_id),
            ],
        )?;
    }
    for link in wanted.iter().filter(|link| !open.contains(link)) {
        insert_link(conn, key, link, (leaf_number(leaf), NOW))?;
    }
    Ok(())
}

/// Removes all rows that show a record, its search tokens excepted.
pub(crate) fn remove(conn: &mut Conn, key: Key<'_>) -> Result<(), StoreError> {
    let params = key.params();
    conn.execute("DELETE FROM record WHERE org = $1 AND register = $2 AND id = $3", &params)?;
    conn.execute(
        "DELETE FROM link WHERE org = $1 AND from_register = $2 AND from_id = $3",
        &params,
    )?;
    conn.execute(&key.reg.remove, &[params[0], params[2]])?;
    Ok(())
}

/// Numbers for the search that this writer may give out.
#[derive(Debug, Default)]
pub(crate) struct Docs {
    next: i64,
    end: i64,
}

impl Docs {
    /// How many numbers are taken at once. What a stopped server leaves unused is a gap.
    const BLOCK: i64 = 1000;

    fn take(&mut self, conn: &mut Conn) -> Result<i64, StoreError> {
        if self.next == self.end {
            self.next = take_numbers(conn, "", "search", Self::BLOCK)?;
            self.end = self.next + Self::BLOCK;
        }
        self.next += 1;
        Ok(self.next - 1)
    }

    /// Forgets the block: the transaction that took it may not have been kept.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

/// Takes numbers from a counter that begins at 1; gives the first of them.
pub(crate) fn take_numbers(
    conn: &mut Conn,
    org: &str,
    name: &str,
    count: i64,
) -> Result<i64, StoreError> {
    let next = conn.query_opt(
        "INSERT INTO sequence (org, name, next) VALUES ($1, $2, 1 + $3) \
         ON CONFLICT (org, name) DO UPDATE SET next = sequence.next + $3 RETURNING next",
        &[P::Text(org), P::Text(name), P::Int(count)],
        |row| row.int(0),
    )?;
    next.map(|next| next - count).ok_or_else(|| StoreError::internal("a counter gave no number"))
}

/// What is to be written to the search of one record.
#[derive(Debug)]
pub(crate) struct SearchWrite {
    doc: i64,
    /// Whether older tokens stand under the number.
    replaces: bool,
    tokens: String,
}

impl SearchWrite {
    /// Writes it.
    pub(crate) fn apply(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let dialect = conn.dialect();
        if self.replaces {
            conn.execute(dialect.search_delete(), &[P::Int(self.doc)])?;
        }
        let text = dialect.search_value(&self.tokens);
        conn.execute(dialect.search_insert(), &[P::Int(self.doc), P::Text(&text)]).map(|_| ())
    }

    /// Writes what a batch has gathered: each number once, in order, as the index likes it.
    pub(crate) fn apply_all(conn: &mut Conn, writes: Vec<Self>) -> Result<(), StoreError> {
        let mut last: BTreeMap<i64, Self> = BTreeMap::new();
        for mut write in writes {
            // What an earlier change of the batch would have put there never gets there.
            if let Some(earlier) = last.get(&write.doc) {
                write.replaces = earlier.replaces;
            }
            last.insert(write.doc, write);
        }
        last.values().try_for_each(|write| write.apply(conn))
    }
}

/// Works out what is to be written to the search, and keeps under which number. `None` where the
/// tokens are those that stand there.
pub(crate) fn step_search(
    conn: &mut Conn,
    docs: &mut Docs,
    key: Key<'_>,
    tokens: Tokens,
    fresh: bool,
) -> Result<Option<SearchWrite>, StoreError> {
    let [org, register, id] = key.params();
    let words = mark(tokens.as_str());
    let old = if fresh {
        None
    } else {
        conn.query_opt(
            "SELECT doc, words FROM search_doc WHERE org = $1 AND register = $2 AND id = $3",
            &[org, register, id],
            |row| Ok((row.int(0)?, row.int(1)?)),
        )?
    };
    let doc = match old {
        Some((_, stored)) if stored == words => return Ok(None),
        Some((doc, _)) => {
            conn.execute(
                "UPDATE search_doc SET words = $4 WHERE org = $1 AND register = $2 AND id = $3",
                &[org, register, id, P::Int(words)],
            )?;
            doc
        }
        None => {
            let doc = docs.take(conn)?;
            conn.execute(
                "INSERT INTO search_doc (org, register, id, doc, words) \
                 VALUES ($1, $2, $3, $4, $5)",
                &[org, register, id, P::Int(doc), P::Int(words)],
            )?;
            doc
        }
    };
    Ok(Some(SearchWrite { doc, replaces: old.is_some(), tokens: tokens.into_string() }))
}
