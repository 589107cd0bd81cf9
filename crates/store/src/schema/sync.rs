//! Makes the schema in an empty database and brings a known one in step with the definitions.

use super::projection;
use super::{SCHEMA_VERSION, tables};
use crate::conn::{Conn, P};
use crate::error::StoreError;
use okiagari_model::RegisterDef;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What the stored table of a register depends on.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shape {
    fields: Vec<(String, String)>,
    indexes: Vec<(String, String)>,
}

/// Fills a projection from the revisions.
pub(crate) type Refill<'a> =
    &'a mut dyn FnMut(&mut Conn, &'static RegisterDef) -> Result<(), StoreError>;

/// Brings the schema in step, in one transaction.
///
/// # Errors
/// [`StoreError::UnknownSchema`] for a database of another version, or what the engine reports.
pub(crate) fn prepare(
    conn: &mut Conn,
    defs: &[&'static RegisterDef],
    refill: Refill<'_>,
) -> Result<(), StoreError> {
    defs.iter().try_for_each(|def| projection::check(def))?;
    let dialect = conn.dialect();
    conn.batch(dialect.begin_write())?;
    let done = in_transaction(conn, defs, refill);
    match done {
        Ok(changed) => {
            conn.batch("COMMIT")?;
            if changed {
                conn.forget_statements();
            }
            Ok(())
        }
        Err(error) => {
            // The first error says what is wrong; a failing rollback would only hide it.
            if let Err(second) = conn.batch("ROLLBACK") {
                tracing::warn!(error = %second, "rollback of the schema failed");
            }
            Err(error)
        }
    }
}

fn in_transaction(
    conn: &mut Conn,
    defs: &[&'static RegisterDef],
    refill: Refill<'_>,
) -> Result<bool, StoreError> {
    let dialect = conn.dialect();
    if let Some(lock) = dialect.lock_schema() {
        conn.batch(lock)?;
    }
    let there: BTreeSet<String> = conn
        .query_map(dialect.list_tables(), &[], |row| Ok(row.text(0)?.to_owned()))?
        .into_iter()
        .collect();
    let mut changed = false;
    if there.contains("meta") {
        check_version(conn)?;
    }
    let mut sql = String::new();
    for table in tables().filter(|table| !there.contains(table.name)) {
        sql.push_str(&table.create(dialect));
    }
    if !there.contains("search") {
        sql.push_str(dialect.create_search());
    }
    if !sql.is_empty() {
        conn.batch(&sql)?;
        changed = true;
    }
    if !there.contains("meta") {
        let version = SCHEMA_VERSION.to_string();
        conn.execute("INSERT INTO meta (name, value) VALUES ('schema', $1)", &[P::Text(&version)])?;
    }
    changed |= sync_registers(conn, defs, refill)?;
    Ok(changed)
}

/// Whether a database can be read as it is: of this version, its tables as the definitions say.
///
/// # Errors
/// [`StoreError::UnknownSchema`] for another version, [`StoreError::OtherShape`] where the tables
/// were made by another release of this program.
pub(crate) fn check(conn: &mut Conn, defs: &[&'static RegisterDef]) -> Result<(), StoreError> {
    let dialect = conn.dialect();
    let there: BTreeSet<String> = conn
        .query_map(dialect.list_tables(), &[], |row| Ok(row.text(0)?.to_owned()))?
        .into_iter()
        .collect();
    if !there.contains("meta") {
        return Err(StoreError::UnknownSchema { found: 0, known: SCHEMA_VERSION });
    }
    check_version(conn)?;
    let stored = shapes(conn)?;
    for def in defs {
        let wanted =
            Shape { fields: projection::shape(def), indexes: projection::indexes(def, dialect) };
        let wanted = serde_json::to_string(&wanted).map_err(StoreError::internal)?;
        if stored.get(def.id) != Some(&wanted) {
            return Err(StoreError::OtherShape(def.id));
        }
    }
    match tables().find(|table| !there.contains(table.name)) {
        Some(table) => Err(StoreError::OtherShape(table.name)),
        None => Ok(()),
    }
}

fn shapes(conn: &mut Conn) -> Result<BTreeMap<String, String>, StoreError> {
    let rows = conn.query_map("SELECT register, shape FROM register_shape", &[], |row| {
        Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))
    })?;
    Ok(rows.into_iter().collect())
}

fn check_version(conn: &mut Conn) -> Result<(), StoreError> {
    let found = conn.query_opt("SELECT value FROM meta WHERE name = 'schema'", &[], |row| {
        Ok(row.text(0)?.parse().unwrap_or(0))
    })?;
    let found = found.unwrap_or(0);
    if found == SCHEMA_VERSION {
        Ok(())
    } else {
        Err(StoreError::UnknownSchema { found, known: SCHEMA_VERSION })
    }
}

fn sync_registers(
    conn: &mut Conn,
    defs: &[&'static RegisterDef],
    refill: Refill<'_>,
) -> Result<bool, StoreError> {
    let dialect = conn.dialect();
    let stored = shapes(conn)?;
    let mut fresh = String::new();
    let mut changed = false;
    for def in defs {
        let wanted =
            Shape { fields: projection::shape(def), indexes: projection::indexes(def, dialect) };
        let text = serde_json::to_string(&wanted).map_err(StoreError::internal)?;
        match stored.get(def.id) {
            Some(old) if *old == text => continue,
            Some(old) => {
                let old: Shape = serde_json::from_str(old).map_err(|e| {
                    StoreError::corrupt(format!("register_shape of {}: {e}", def.id))
                })?;
                change(conn, def, &old, &wanted, refill)?;
            }
            None => {
                fresh.push_str(&projection::create_table(def, dialect));
                fresh.extend(wanted.indexes.iter().map(|(_, sql)| sql.as_str()));
            }
        }
        changed = true;
        conn.execute(
            "INSERT INTO register_shape (register, shape) VALUES ($1, $2) \
             ON CONFLICT (register) DO UPDATE SET shape = excluded.shape",
            &[P::Text(def.id), P::Text(&text)],
        )?;
    }
    if !fresh.is_empty() {
        conn.batch(&fresh)?;
    }
    Ok(changed)
}

/// New plain fields become columns; anything else makes the table anew from the revisions.
fn change(
    conn: &mut Conn,
    def: &'static RegisterDef,
    old: &Shape,
    wanted: &Shape,
    refill: Refill<'_>,
) -> Result<(), StoreError> {
    let dialect = conn.dialect();
    let table = projection::table_name(def);
    let kept = old.fields.iter().all(|field| wanted.fields.contains(field));
    let added: Vec<_> = wanted.fields.iter().filter(|field| !old.fields.contains(field)).collect();
    let plain = added.iter().all(|(_, kind)| {
        let marks = [
            " title",
            " number",
            " department",
            " case",
            " counterparty",
            " person",
            " restricted",
        ];
        !marks.iter().any(|mark| kind.contains(mark))
    });
    conn.forget_statements();
    if !(kept && plain) {
        conn.batch(&format!("DROP TABLE {table};"))?;
        let mut sql = projection::create_table(def, dialect);
        sql.extend(wanted.indexes.iter().map(|(_, sql)| sql.as_str()));
        conn.batch(&sql)?;
        return refill(conn, def);
    }
    for (id, _) in added {
        if let Some(field) = def.field(id) {
            conn.batch(&projection::add_column(def, field, dialect))?;
        }
    }
    for (name, sql) in &old.indexes {
        if !wanted.indexes.iter().any(|(n, s)| n == name && s == sql) {
            conn.batch(&format!("DROP INDEX {name};"))?;
        }
    }
    for (name, sql) in &wanted.indexes {
        if !old.indexes.iter().any(|(n, s)| n == name && s == sql) {
            conn.batch(sql)?;
        }
    }
    Ok(())
}
