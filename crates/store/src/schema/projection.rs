//! One plain table per register: its columns, their types and indexes, from the definition.

use super::core::{IS_NOW, SHARED};
use super::{Column, Table, Ty};
use crate::dialect::Dialect;
use crate::error::StoreError;
use okiagari_model::{Access, FieldDef, FieldKind, RegisterDef};
use std::borrow::Cow;

/// The longest text in characters that still fits an index on both engines.
const INDEXED_CHARS: u32 = 500;

/// What one column of a projection holds beside its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The value itself.
    Plain,
    /// A JSON array of texts.
    List,
    /// Nested JSON.
    Nested,
}

/// The column of a field.
pub(crate) fn column_type(kind: FieldKind) -> (Ty, Shape) {
    match kind {
        FieldKind::Int
        | FieldKind::Bool
        | FieldKind::Time
        | FieldKind::Minutes
        | FieldKind::Yen => (Ty::Int, Shape::Plain),
        FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Date
        | FieldKind::Choice(_)
        | FieldKind::Ref(_)
        | FieldKind::AnyRef => (Ty::Text, Shape::Plain),
        FieldKind::Choices(_) | FieldKind::Refs(_) | FieldKind::Texts => (Ty::Text, Shape::List),
        FieldKind::Rows(_) => (Ty::Text, Shape::Nested),
    }
}

/// The name of a register's table.
pub(crate) fn table_name(def: &RegisterDef) -> String {
    format!("r_{}", def.id)
}

/// The name of a field's column: the field's id, unless every table has such a column.
pub(crate) fn column_name(field: &str) -> Cow<'_, str> {
    let taken = ["org", "id"].contains(&field) || SHARED.iter().any(|c| c.name == field);
    if taken { Cow::Owned(format!("f_{field}")) } else { Cow::Borrowed(field) }
}

/// Short enough that the name of an index made of both fits PostgreSQL's 63 bytes.
const REGISTER_NAME: usize = 25;
const FIELD_NAME: usize = 32;

fn is_plain_name(text: &str, longest: usize) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= longest
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Refuses definitions that cannot be kept.
pub(crate) fn check(def: &RegisterDef) -> Result<(), StoreError> {
    let bad = |why: String| StoreError::BadDefinition { register: def.id.to_owned(), why };
    if !is_plain_name(def.id, REGISTER_NAME) {
        return Err(bad("its id is not 1 to 25 of a-z, 0-9 and _".to_owned()));
    }
    for field in def.fields {
        if !is_plain_name(field.id, FIELD_NAME) || field.id.starts_with("f_") {
            return Err(bad(format!("field {} is not 1 to 32 of a-z, 0-9 and _", field.id)));
        }
        if def.fields.iter().filter(|other| other.id == field.id).count() > 1 {
            return Err(bad(format!("field {} stands twice", field.id)));
        }
        let single = matches!(column_type(field.kind), (Ty::Text, Shape::Plain));
        if field.access != Access::None && !single {
            return Err(bad(format!("field {} decides access, so it holds one value", field.id)));
        }
    }
    if sort_column(def, def.sort.0).is_none() {
        return Err(bad(format!("it cannot be sorted by {}", def.sort.0)));
    }
    Ok(())
}

/// The column and type that a list can be sorted by under this name.
pub(crate) fn sort_column<'a>(def: &RegisterDef, name: &'a str) -> Option<(Cow<'a, str>, Ty)> {
    if let Some(field) = def.field(name) {
        let (ty, shape) = column_type(field.kind);
        return (shape == Shape::Plain).then(|| (column_name(name), ty));
    }
    match name {
        "created_at" | "updated_at" => Some((Cow::Borrowed(name), Ty::Int)),
        _ => None,
    }
}

/// The statements that make the table of a register, without its indexes.
pub(crate) fn create_table(def: &RegisterDef, dialect: Dialect) -> String {
    let name = table_name(def);
    let names: Vec<Cow<'_, str>> = def.fields.iter().map(|f| column_name(f.id)).collect();
    let mut columns = vec![
        Column { name: "org", ty: Ty::Text, null: false, about: "organisation" },
        Column { name: "id", ty: Ty::Text, null: false, about: "record" },
    ];
    columns.extend(SHARED.iter().map(|c| Column {
        name: c.name,
        ty: c.ty,
        null: c.null,
        about: c.about,
    }));
    for (field, name) in def.fields.iter().zip(&names) {
        let ty = column_type(field.kind).0;
        columns.push(Column { name, ty, null: true, about: field.label.en });
    }
    let table = Table {
        name: &name,
        about: def.label.en,
        columns,
        key: &["org", "id", "leaf_to"],
        clustered: false,
    };
    table.create(dialect)
}

/// The statement that adds a field's column.
pub(crate) fn add_column(def: &RegisterDef, field: &FieldDef, dialect: Dialect) -> String {
    let name = column_name(field.id);
    let ty = column_type(field.kind).0;
    let column = Column { name: &name, ty, null: true, about: field.label.en };
    let table = table_name(def);
    let mut sql = format!("ALTER TABLE {table} ADD COLUMN {};", column.sql(dialect));
    sql.extend(dialect.comment(&table, Some(&name), field.label.en));
    sql
}

/// The indexes of a register's table: name and statement, sorted by name.
///
/// All are over the current rows alone: the default order, the order of change, and each
/// listed field. A field with few values (a choice, a reference) is followed by the default
/// order, so that a filtered list comes sorted.
pub(crate) fn indexes(def: &RegisterDef, dialect: Dialect) -> Vec<(String, String)> {
    let (sort, _) = def.sort;
    let mut wanted: Vec<(String, Vec<&str>)> =
        vec![("_sort".to_owned(), vec![sort]), ("_updated".to_owned(), vec!["updated_at"])];
    for field in def.fields {
        let (_, shape) = column_type(field.kind);
        let filter = matches!(field.kind, FieldKind::Choice(_) | FieldKind::Ref(_));
        let worth = field.list || field.access != Access::None;
        if !worth || shape != Shape::Plain || field.id == sort {
            continue;
        }
        match field.kind {
            FieldKind::Bool | FieldKind::LongText => {}
            FieldKind::Text if field.max > INDEXED_CHARS => {}
            _ if filter => wanted.push((field.id.to_owned(), vec![field.id, sort])),
            _ => wanted.push((field.id.to_owned(), vec![field.id])),
        }
    }
    let long = |name: &str| {
        def.field(name).is_some_and(|f| {
            f.max > INDEXED_CHARS && matches!(f.kind, FieldKind::Text | FieldKind::LongText)
        })
    };
    // A name that is no field is one of the shared columns.
    let column_of = |name| {
        if def.field(name).is_some() { column_name(name) } else { Cow::Borrowed(name) }
    };
    let table = table_name(def);
    let mut out: Vec<(String, String)> = wanted
        .into_iter()
        .filter(|(_, columns)| !columns.iter().any(|c| long(c)))
        .map(|(name, columns)| {
            let nulls = dialect.index_nulls_first();
            let columns: Vec<String> =
                columns.iter().map(|c| format!("\"{}\"{nulls}", column_of(c))).collect();
            let index = format!("i_{}__{name}", def.id);
            let sql = format!(
                "CREATE INDEX {index} ON {table} (org, {}, id) WHERE {IS_NOW};",
                columns.join(", ")
            );
            (index, sql)
        })
        .collect();
    out.sort();
    out
}

/// As far as the stored rows depend on a definition, as text: two equal shapes need no work.
pub(crate) fn shape(def: &RegisterDef) -> Vec<(String, String)> {
    let mut out = vec![(
        String::new(),
        format!(
            "version {} number {}",
            def.version,
            def.fields.iter().any(|f| f.auto_number.is_some())
        ),
    )];
    for field in def.fields {
        let kind = match field.kind {
            FieldKind::Rows(fields) => {
                let inner: Vec<String> =
                    fields.iter().map(|f| format!("{}:{}", f.id, kind_name(f.kind))).collect();
                format!("rows({})", inner.join(","))
            }
            kind => kind_name(kind),
        };
        let marks = [
            (field.title, " title"),
            (field.search, " search"),
            (field.auto_number.is_some(), " number"),
            (field.access != Access::None, access_name(field)),
        ];
        let mut text = kind;
        text.extend(marks.iter().filter(|(on, _)| *on).map(|(_, name)| *name));
        if let (Access::Restricted, FieldKind::Choice(choice)) = (field.access, field.kind) {
            text.extend(choice.options.first().map(|open| open.id));
        }
        out.push((field.id.to_owned(), text));
    }
    out
}

fn access_name(field: &FieldDef) -> &'static str {
    match field.access {
        Access::None => "",
        Access::Department => " department",
        Access::Case => " case",
        Access::Counterparty => " counterparty",
        Access::Person => " person",
        Access::Restricted => " restricted unless ",
    }
}

fn kind_name(kind: FieldKind) -> String {
    match kind {
        FieldKind::Text => "text".to_owned(),
        FieldKind::LongText => "long".to_owned(),
        FieldKind::Int => "int".to_owned(),
        FieldKind::Bool => "bool".to_owned(),
        FieldKind::Date => "date".to_owned(),
        FieldKind::Time => "time".to_owned(),
        FieldKind::Minutes => "minutes".to_owned(),
        FieldKind::Yen => "yen".to_owned(),
        FieldKind::Choice(_) => "choice".to_owned(),
        FieldKind::Choices(_) => "choices".to_owned(),
        FieldKind::Ref(to) => format!("ref {to}"),
        FieldKind::Refs(to) => format!("refs {to}"),
        FieldKind::AnyRef => "anyref".to_owned(),
        FieldKind::Texts => "texts".to_owned(),
        FieldKind::Rows(_) => "rows".to_owned(),
    }
}
