//! Making everything that shows the record again from the revisions.

use crate::body::decode;
use crate::conn::{Conn, P, Row};
use crate::error::StoreError;
use crate::project::{self, Rev};
use crate::registry::{Reg, Registry};
use crate::rows::{self, Docs, Key};
use crate::store::Store;
use okiagari_model::{OrgId, RecordId, RegisterDef};
use serde::Deserialize;
use std::ops::ControlFlow;

/// How many records are worked on at once.
const CHUNK: i64 = 500;

/// Who made a change, from its leaf.
#[derive(Deserialize)]
struct Actor<'a> {
    #[serde(borrow)]
    actor: std::borrow::Cow<'a, str>,
}

/// The columns of [`rev_of`], over `revision v` and `leaf l`.
pub(crate) const REV_COLUMNS: &str = "v.rev, v.leaf, v.body, l.time, l.header";

/// A revision from a row, beginning at a column.
pub(crate) fn rev_of(reg: &Reg, row: &Row<'_>, at: usize) -> Result<Rev, StoreError> {
    let header: Actor<'_> = serde_json::from_str(row.text(at + 4)?)
        .map_err(|error| StoreError::corrupt(format!("a leaf: {error}")))?;
    Ok(Rev {
        rev: crate::append::revision_number(row.int(at)?)?,
        leaf: row.count(at + 1)?,
        time: row.int(at + 3)?,
        actor: header.actor.into_owned(),
        body: decode(reg.def, row.text(at + 2)?)?,
    })
}

/// All revisions of one record, oldest first.
pub(crate) fn revisions(conn: &mut Conn, key: Key<'_>) -> Result<Vec<Rev>, StoreError> {
    let sql = format!(
        "SELECT {REV_COLUMNS} FROM revision v CROSS JOIN leaf l WHERE v.org = $1 \
         AND v.register = $2 AND v.id = $3 AND l.org = v.org AND l.idx = v.leaf ORDER BY v.rev"
    );
    let params = [P::Text(key.org), P::Text(key.reg.def.id), P::Text(key.id)];
    conn.query_map(&sql, &params, |row| rev_of(key.reg, row, 0))
}

/// The records of a register after an id, with all their revisions: one chunk of a walk.
pub(crate) fn chunk(
    conn: &mut Conn,
    org: &str,
    reg: &Reg,
    after: &str,
) -> Result<Vec<(RecordId, Vec<Rev>)>, StoreError> {
    let sql = format!(
        "SELECT v.id, {REV_COLUMNS} FROM revision v CROSS JOIN leaf l WHERE v.org = $1 \
         AND v.register = $2 AND v.id > $3 AND v.id <= $4 AND l.org = v.org AND l.idx = v.leaf \
         ORDER BY v.id, v.rev"
    );
    let Some(last) = chunk_end(conn, org, reg.def.id, after)? else { return Ok(Vec::new()) };
    let params = [P::Text(org), P::Text(reg.def.id), P::Text(after), P::Text(&last)];
    let mut out: Vec<(RecordId, Vec<Rev>)> = Vec::new();
    conn.for_each(&sql, &params, |row| {
        let rev = rev_of(reg, row, 1)?;
        match out.last_mut() {
            Some((id, revs)) if id.as_str() == row.text(0)? => revs.push(rev),
            _ => out.push((RecordId::new(row.text(0)?), vec![rev])),
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

/// The id at which the next chunk ends; `None` where no record is left.
pub(crate) fn chunk_end(
    conn: &mut Conn,
    org: &str,
    register: &str,
    after: &str,
) -> Result<Option<String>, StoreError> {
    conn.query_opt(
        "SELECT max(id) FROM (SELECT DISTINCT id FROM revision WHERE org = $1 AND register = $2 \
         AND id > $3 ORDER BY id LIMIT $4) ids",
        &[P::Text(org), P::Text(register), P::Text(after), P::Int(CHUNK)],
        |row| Ok(row.opt_text(0)?.map(str::to_owned)),
    )
    .map(Option::flatten)
}

/// All organisations that have a log.
pub(crate) fn organisations(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    conn.query_map("SELECT org FROM head ORDER BY org", &[], |row| Ok(row.text(0)?.to_owned()))
}

/// Makes the rows of one register again, for all organisations; after its definition changed.
pub(crate) fn register(
    conn: &mut Conn,
    registry: &Registry,
    def: &RegisterDef,
) -> Result<(), StoreError> {
    let reg = registry.get(def)?;
    let mut docs = Docs::default();
    for org in organisations(conn)? {
        rebuild_register(conn, &mut docs, &org, reg, &mut |_| {})?;
    }
    Ok(())
}

/// Makes all rows of a register's records in one organisation again.
fn rebuild_register(
    conn: &mut Conn,
    docs: &mut Docs,
    org: &str,
    reg: &Reg,
    progress: &mut dyn FnMut(u64),
) -> Result<(), StoreError> {
    let whole = [P::Text(org), P::Text(reg.def.id)];
    conn.execute(&format!("DELETE FROM {} WHERE org = $1", reg.table), &whole[..1])?;
    conn.execute("DELETE FROM record WHERE org = $1 AND register = $2", &whole)?;
    conn.execute("DELETE FROM link WHERE org = $1 AND from_register = $2", &whole)?;
    let dialect = conn.dialect();
    conn.execute(dialect.search_delete_register(), &whole)?;
    conn.execute("DELETE FROM search_doc WHERE org = $1 AND register = $2", &whole)?;
    let mut after = String::new();
    loop {
        let records = chunk(conn, org, reg, &after)?;
        let Some((last, _)) = records.last() else { return Ok(()) };
        after = last.as_str().to_owned();
        for (id, revs) in &records {
            let key = Key { org, reg, id: id.as_str() };
            let history = project::history(reg, id, revs);
            for ((title, shared, from, to), rev) in history.heads.iter().zip(revs) {
                let fields = project::field_values(reg, &rev.body)?;
                rows::insert(conn, key, title, shared, (*from, *to), &fields)?;
            }
            for (link, ranges) in &history.links {
                for range in ranges {
                    rows::insert_link(conn, key, link, *range)?;
                }
            }
            if let Some(rev) = revs.last() {
                let tokens = project::tokens(org, reg, &rev.body);
                if let Some(write) = rows::step_search(conn, docs, key, tokens, true)? {
                    write.apply(conn)?;
                }
            }
        }
        progress(records.len() as u64);
    }
}

impl Store {
    /// Makes all projections, links, search tokens and heads again from the revisions, of one
    /// organisation or of all. One transaction for each organisation; writers wait meanwhile.
    /// `progress` is told how many records are done.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where a revision cannot be read, or what the engine reports.
    pub fn rebuild(
        &self,
        org: Option<&OrgId>,
        progress: impl Fn(u64) + Send + Sync + 'static,
    ) -> Result<(), StoreError> {
        let orgs = match org {
            Some(org) => vec![org.clone()],
            None => self.read(|tx| tx.organisations())?,
        };
        let progress = std::sync::Arc::new(progress);
        let mut before = 0;
        for org in orgs {
            let progress = std::sync::Arc::clone(&progress);
            let key = org.clone();
            before =
                self.write_much(Some(&org), "rebuild", move |tx| -> Result<u64, StoreError> {
                    let registry = tx.read.registry;
                    let mut done = before;
                    for reg in registry.regs() {
                        let mut step = |count| {
                            done += count;
                            progress(done);
                        };
                        let docs = &mut tx.batch.docs;
                        rebuild_register(tx.read.db, docs, key.as_str(), reg, &mut step)?;
                    }
                    let strays = tx.read.db.dialect().search_delete_strays();
                    tx.read.db.execute(strays, &[])?;
                    Ok(done)
                })?;
        }
        Ok(())
    }
}
