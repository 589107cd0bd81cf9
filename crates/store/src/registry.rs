//! The registers that a store keeps, with everything about them that is worked out once.

use crate::error::StoreError;
use crate::schema::Ty;
use crate::schema::core::{NOW, SHARED};
use crate::schema::projection::{Shape, column_name, column_type, table_name};
use okiagari_model::{Access, FieldDef, FieldKind, RegisterDef};
use std::collections::HashMap;
use std::fmt::Write as _;

/// All registers of a store.
pub(crate) struct Registry {
    regs: Vec<Reg>,
    by_id: HashMap<&'static str, usize>,
    /// `'incident', 'drill'`: the registers that are cases, as an SQL list; never empty.
    pub case_list: String,
}

/// One register with its statements.
pub(crate) struct Reg {
    pub def: &'static RegisterDef,
    pub table: String,
    /// Inserts a row: org, id, the shared columns, then the fields.
    pub insert: String,
    /// Ends the current row: leaf, org, id.
    pub close: String,
    /// Removes all rows of a record: org, id.
    pub remove: String,
    pub columns: Vec<FieldColumn>,
    pub links: Vec<LinkField>,
    pub is_case: bool,
}

/// The column of a field.
pub(crate) struct FieldColumn {
    pub field: &'static FieldDef,
    pub ty: Ty,
    pub shape: Shape,
}

/// A field, perhaps inside a small table, that points to records.
pub(crate) struct LinkField {
    pub outer: Option<&'static str>,
    pub field: &'static str,
    /// As stored in `link.field`.
    pub name: String,
    /// The register pointed to; `None` where the value says so itself.
    pub to: Option<&'static str>,
}

impl Registry {
    pub(crate) fn new(defs: &[&'static RegisterDef]) -> Result<Self, StoreError> {
        let mut by_id = HashMap::new();
        for (at, def) in defs.iter().enumerate() {
            if by_id.insert(def.id, at).is_some() {
                let why = "another register has its id".to_owned();
                return Err(StoreError::BadDefinition { register: def.id.to_owned(), why });
            }
        }
        let regs: Vec<Reg> = defs.iter().map(|def| Reg::new(def)).collect();
        let cases: Vec<String> =
            regs.iter().filter(|reg| reg.is_case).map(|reg| format!("'{}'", reg.def.id)).collect();
        let case_list = if cases.is_empty() { "''".to_owned() } else { cases.join(", ") };
        Ok(Self { regs, by_id, case_list })
    }

    pub(crate) fn regs(&self) -> &[Reg] {
        &self.regs
    }

    pub(crate) fn defs(&self) -> Vec<&'static RegisterDef> {
        self.regs.iter().map(|reg| reg.def).collect()
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Reg> {
        self.by_id.get(id).and_then(|at| self.regs.get(*at))
    }

    pub(crate) fn get(&self, def: &RegisterDef) -> Result<&Reg, StoreError> {
        self.find(def.id).ok_or_else(|| StoreError::BadDefinition {
            register: def.id.to_owned(),
            why: "this store was not opened with it".to_owned(),
        })
    }
}

impl Reg {
    fn new(def: &'static RegisterDef) -> Self {
        let columns: Vec<FieldColumn> = def
            .fields
            .iter()
            .map(|field| {
                let (ty, shape) = column_type(field.kind);
                FieldColumn { field, ty, shape }
            })
            .collect();
        let table = table_name(def);
        let mut names = vec!["org".to_owned(), "id".to_owned()];
        names.extend(SHARED.iter().map(|c| c.name.to_owned()));
        names.extend(columns.iter().map(|c| format!("\"{}\"", column_name(c.field.id))));
        let insert = insert_sql(&table, &names);
        let close = format!(
            "UPDATE {table} SET leaf_to = $1 WHERE org = $2 AND id = $3 AND leaf_to = {NOW}"
        );
        let remove = format!("DELETE FROM {table} WHERE org = $1 AND id = $2");
        Self {
            def,
            table,
            insert,
            close,
            remove,
            columns,
            links: link_fields(def),
            is_case: def.access_field(Access::Restricted).is_some(),
        }
    }
}

/// `INSERT INTO table (a, b) VALUES ($1, $2)`.
pub(crate) fn insert_sql(table: &str, names: &[String]) -> String {
    let mut sql = format!("INSERT INTO {table} ({}) VALUES (", names.join(", "));
    for at in 1..=names.len() {
        let _ = write!(sql, "{}${at}", if at == 1 { "" } else { ", " });
    }
    sql.push(')');
    sql
}

fn link_fields(def: &'static RegisterDef) -> Vec<LinkField> {
    let mut out = Vec::new();
    for field in def.fields {
        match field.kind {
            FieldKind::Rows(inner) => {
                for column in inner {
                    out.extend(link_field(Some(field.id), column));
                }
            }
            _ => out.extend(link_field(None, field)),
        }
    }
    out
}

fn link_field(outer: Option<&'static str>, field: &'static FieldDef) -> Option<LinkField> {
    let to = match field.kind {
        FieldKind::Ref(to) | FieldKind::Refs(to) => Some(to),
        FieldKind::AnyRef => None,
        _ => return None,
    };
    let name = outer.map_or_else(|| field.id.to_owned(), |outer| format!("{outer}.{}", field.id));
    Some(LinkField { outer, field: field.id, name, to })
}
