//! Settings of the server itself. Settings of an organisation are records.

use crate::conn::{Conn, P};
use crate::error::StoreError;
use crate::schema::{ColumnDef as C, TableDef};

pub(super) const TABLES: &[TableDef] = &[TableDef {
    name: "server_setting",
    about: "settings of the server itself",
    columns: &[C::text("name", "which setting"), C::text("value", "its value")],
    key: &["name"],
    clustered: true,
    indexes: &[],
    backup: true,
}];

/// A setting.
///
/// # Errors
/// What the engine reports.
pub fn get(conn: &mut Conn, name: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value FROM server_setting WHERE name = $1";
    conn.query_opt(sql, &[P::Text(name)], |row| Ok(row.text(0)?.to_owned()))
}

/// Sets a setting, or takes it away.
///
/// # Errors
/// What the engine reports.
pub fn set(conn: &mut Conn, name: &str, value: Option<&str>) -> Result<(), StoreError> {
    match value {
        Some(value) => conn.execute(
            "INSERT INTO server_setting (name, value) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            &[P::Text(name), P::Text(value)],
        ),
        None => conn.execute("DELETE FROM server_setting WHERE name = $1", &[P::Text(name)]),
    }?;
    Ok(())
}
