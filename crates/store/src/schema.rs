//! Tables as data: from one description come the SQL of both engines, the remarks on every
//! column, the backup, and the test that a grown schema equals a fresh one.
//!
//! A module with tables of its own lists them in a `pub const TABLES: &[TableDef]` and is named
//! in [`tables`].

pub(crate) mod core;
pub(crate) mod projection;
mod sync;

use crate::dialect::Dialect;
use std::fmt::Write as _;

pub(crate) use sync::{check, prepare};

/// The version of all fixed tables. Grows with every change that is not a further table; a
/// database of another version is refused, see [`crate::StoreError::UnknownSchema`].
pub const SCHEMA_VERSION: i64 = 1;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ty {
    /// A whole number, an instant (epoch milliseconds) or a yes/no (1/0).
    Int,
    /// A text, sorted by its bytes.
    Text,
    /// Bytes.
    Blob,
}

/// A table.
#[derive(Debug, Clone, Copy)]
pub struct TableDef {
    /// Its name: plain lower-case letters and `_`.
    pub name: &'static str,
    /// What a row is.
    pub about: &'static str,
    /// Its columns.
    pub columns: &'static [ColumnDef],
    /// The columns of its primary key.
    pub key: &'static [&'static str],
    /// Whether rows are kept in the order of the key: for small rows that are read by it.
    pub clustered: bool,
    /// Further indexes.
    pub indexes: &'static [IndexDef],
    /// Whether a backup carries it; `false` for what is made again or must not travel.
    pub backup: bool,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct ColumnDef {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub ty: Ty,
    /// Whether it may be without a value.
    pub null: bool,
    /// What it says, for whoever reads the schema.
    pub about: &'static str,
}

impl ColumnDef {
    /// A whole number that is always there.
    pub const fn int(name: &'static str, about: &'static str) -> Self {
        Self { name, ty: Ty::Int, null: false, about }
    }

    /// A text that is always there.
    pub const fn text(name: &'static str, about: &'static str) -> Self {
        Self { name, ty: Ty::Text, null: false, about }
    }

    /// Bytes that are always there.
    pub const fn blob(name: &'static str, about: &'static str) -> Self {
        Self { name, ty: Ty::Blob, null: false, about }
    }

    /// The same column, which may be without a value.
    pub const fn or_null(self) -> Self {
        Self { null: true, ..self }
    }
}

/// An index.
#[derive(Debug, Clone, Copy)]
pub struct IndexDef {
    /// Its name, unique in the database.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// Whether it admits each value once.
    pub unique: bool,
    /// The rows that it covers, as an SQL condition; all where `None`.
    pub only: Option<&'static str>,
}

/// All fixed tables, those of other rooms of this crate included.
pub fn tables() -> impl Iterator<Item = &'static TableDef> {
    let server = crate::server::TABLES.iter().copied().flatten();
    core::TABLES.iter().chain(server).chain(crate::blob::TABLES)
}

impl TableDef {
    /// The statements that make the table with its indexes.
    pub(crate) fn create(&self, dialect: Dialect) -> String {
        let table = Table {
            name: self.name,
            about: self.about,
            columns: self
                .columns
                .iter()
                .map(|c| Column { name: c.name, ty: c.ty, null: c.null, about: c.about })
                .collect(),
            key: self.key,
            clustered: self.clustered,
        };
        let mut sql = table.create(dialect);
        for index in self.indexes {
            let unique = if index.unique { "UNIQUE " } else { "" };
            let only = index.only.map_or(String::new(), |only| format!(" WHERE {only}"));
            let columns: Vec<String> = index
                .columns
                .iter()
                .map(|column| format!("\"{column}\"{}", dialect.index_nulls_first()))
                .collect();
            let _ = writeln!(
                sql,
                "CREATE {unique}INDEX {} ON {} ({}){only};",
                index.name,
                self.name,
                columns.join(", ")
            );
        }
        sql
    }
}

/// A table whose names may come from a register.
pub(crate) struct Table<'a> {
    pub name: &'a str,
    pub about: &'a str,
    pub columns: Vec<Column<'a>>,
    pub key: &'a [&'a str],
    pub clustered: bool,
}

/// A column whose name may come from a field.
#[derive(Debug, Clone)]
pub(crate) struct Column<'a> {
    pub name: &'a str,
    pub ty: Ty,
    pub null: bool,
    pub about: &'a str,
}

impl Column<'_> {
    pub(crate) fn sql(&self, dialect: Dialect) -> String {
        let null = if self.null { "" } else { " NOT NULL" };
        format!("\"{}\" {}{null}", self.name, dialect.column_type(self.ty))
    }
}

impl Table<'_> {
    pub(crate) fn create(&self, dialect: Dialect) -> String {
        let mut sql = format!("CREATE TABLE {} ( -- {}\n", self.name, one_line(self.about));
        for column in &self.columns {
            let _ = writeln!(sql, "  {}, -- {}", column.sql(dialect), one_line(column.about));
        }
        let key: Vec<String> = self.key.iter().map(|column| format!("\"{column}\"")).collect();
        let clustered = if self.clustered { dialect.clustered() } else { "" };
        let _ = writeln!(sql, "  PRIMARY KEY ({})){clustered};", key.join(", "));
        sql.extend(dialect.comment(self.name, None, self.about));
        for column in &self.columns {
            sql.extend(dialect.comment(self.name, Some(column.name), column.about));
        }
        sql
    }
}

/// A remark must not end within itself.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
