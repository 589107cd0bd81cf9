//! Schema and derived rows as sorted text, the same on both engines: to compare them.

use crate::conn::{Conn, P, Row};
use crate::error::StoreError;
use crate::schema::core::SHARED;
use crate::schema::projection::column_name;
use crate::schema::tables;
use crate::store::Store;
use crate::tx::ReadTx;
use okiagari_model::OrgId;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Every token of every record with its places: what the search holds.
pub(crate) type SearchDump = BTreeMap<i64, Vec<(u32, String)>>;

impl Store {
    /// Every table, column and index of this database, one a line, sorted.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn schema_dump(&self) -> Result<Vec<String>, StoreError> {
        self.read(|tx| {
            let dialect = tx.db.dialect();
            let mut names: Vec<String> = tables().map(|table| table.name.to_owned()).collect();
            names.extend(tx.registry.regs().iter().map(|reg| reg.table.clone()));
            let mut out = Vec::new();
            for name in names {
                let columns =
                    tx.db.query_map(dialect.list_columns(), &[P::Text(&name)], |row| {
                        let null = if row.flag(2)? { "always" } else { "perhaps" };
                        Ok(format!("{name}.{} {} {null}", row.text(0)?, row.text(1)?))
                    })?;
                out.extend(columns);
                let indexes =
                    tx.db.query_map(dialect.list_indexes(), &[P::Text(&name)], |row| {
                        Ok(format!("{name} index {}", row.text(0)?))
                    })?;
                out.extend(indexes);
            }
            out.sort();
            Ok(out)
        })
    }
}

impl ReadTx<'_> {
    /// Every derived row of an organisation (heads, projections, links, search tokens), one a
    /// line, sorted: two stores that show the same give the same text.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn view_dump(&mut self, org: &OrgId) -> Result<Vec<String>, StoreError> {
        let org = P::Text(org.as_str());
        let shared: Vec<&str> = SHARED.iter().map(|c| c.name).collect();
        let shared = shared.join(", ");
        let mut out = Vec::new();
        let sql = format!("SELECT register, id, title, {shared} FROM record WHERE org = $1");
        dump(self.db, &sql, &[org], "record", &mut out)?;
        let sql = "SELECT from_register, from_id, field, to_register, to_id, leaf_from, leaf_to \
                   FROM link WHERE org = $1";
        dump(self.db, sql, &[org], "link", &mut out)?;
        for reg in self.registry.regs() {
            let fields: Vec<String> =
                reg.columns.iter().map(|c| format!(", \"{}\"", column_name(c.field.id))).collect();
            let sql =
                format!("SELECT id, {shared}{} FROM {} WHERE org = $1", fields.concat(), reg.table);
            dump(self.db, &sql, &[org], &reg.table, &mut out)?;
        }
        let tokens = search_dump(self.db)?;
        self.db.for_each(
            "SELECT register, id, doc, words FROM search_doc WHERE org = $1",
            &[org],
            |row| {
                let words = tokens.get(&row.int(2)?).map(Vec::as_slice).unwrap_or_default();
                out.push(format!(
                    "search {}/{} {} {words:?}",
                    row.text(0)?,
                    row.text(1)?,
                    row.int(3)?
                ));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        out.sort();
        Ok(out)
    }
}

fn dump(
    conn: &mut Conn,
    sql: &str,
    params: &[P<'_>],
    table: &str,
    out: &mut Vec<String>,
) -> Result<(), StoreError> {
    conn.for_each(sql, params, |row| {
        let mut line = table.to_owned();
        for column in 0..row.len() {
            line.push('|');
            line.push_str(&cell(row, column)?);
        }
        out.push(line);
        Ok(ControlFlow::Continue(()))
    })
}

/// A value as text, whatever it is.
pub(crate) fn cell(row: &Row<'_>, column: usize) -> Result<String, StoreError> {
    if let Ok(number) = row.opt_int(column) {
        return Ok(number.map_or_else(|| "-".to_owned(), |n| n.to_string()));
    }
    Ok(row.opt_text(column)?.map_or_else(|| "-".to_owned(), |text| format!("{text:?}")))
}

/// All that the search holds, by number.
pub(crate) fn search_dump(conn: &mut Conn) -> Result<SearchDump, StoreError> {
    let mut out = SearchDump::new();
    let sql = conn.dialect().search_dump();
    conn.for_each(sql, &[], |row| {
        let places = row.text(2)?;
        let list = out.entry(row.int(0)?).or_default();
        for place in places.split(',') {
            let place: u32 =
                place.parse().map_err(|_| StoreError::corrupt("a place in the search"))?;
            list.push((place, row.text(1)?.to_owned()));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for list in out.values_mut() {
        list.sort();
    }
    Ok(out)
}
