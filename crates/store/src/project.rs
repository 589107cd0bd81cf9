//! From a revision to the rows that show it: head, projection, links, search tokens. Pure, so
//! that the write path, `rebuild` and `verify` cannot differ.

use crate::body::encode_value;
use crate::conn::P;
use crate::error::StoreError;
use crate::registry::Reg;
use crate::schema::Ty;
use crate::schema::core::NOW;
use crate::schema::projection::Shape;
use crate::tokens::{Tokens, org_mark};
use okiagari_model::{Access, AnyRef, Body, ENDED, ORIGIN, RecordId, Value, title_of};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What head and projection say of a record beside its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shared {
    pub rev: u32,
    pub created_at: i64,
    pub updated_at: i64,
    pub updated_by: String,
    pub author: String,
    pub ended: bool,
    pub origin: Option<String>,
    pub department: Option<String>,
    pub case: Option<String>,
    pub restricted: bool,
    pub counterparty: Option<String>,
    pub person: Option<String>,
}

/// One reference: field, register and id pointed to.
pub(crate) type Link = (String, String, String);

/// A revision as it is needed for its rows.
#[derive(Debug, Clone)]
pub(crate) struct Rev {
    pub rev: u32,
    pub leaf: u64,
    pub time: i64,
    pub actor: String,
    pub body: Body,
}

fn text_of(body: &Body, field: &str) -> Option<String> {
    body.get(field).and_then(Value::as_str).map(str::to_owned)
}

impl Shared {
    /// What a body says of itself; `first` is when and by whom the record was made.
    pub(crate) fn of(reg: &Reg, id: &str, rev: &Rev, first: (i64, &str)) -> Self {
        let body = &rev.body;
        let access = |access| {
            let field = reg.def.access_field(access)?;
            let text = body.get(field.id).and_then(Value::as_str)?;
            // A reference to any register carries the register's name before the id.
            let any = matches!(field.kind, okiagari_model::FieldKind::AnyRef);
            let id = if any { text.split_once('/').map_or(text, |(_, id)| id) } else { text };
            Some(id.to_owned())
        };
        let restricted = reg.def.access_field(Access::Restricted).is_some_and(|field| {
            let open = match field.kind {
                okiagari_model::FieldKind::Choice(choice) => choice.options.first().map(|o| o.id),
                _ => None,
            };
            let value = body.get(field.id).and_then(Value::as_str);
            value.is_some() && value != open
        });
        Self {
            rev: rev.rev,
            created_at: first.0,
            updated_at: rev.time,
            updated_by: rev.actor.clone(),
            author: first.1.to_owned(),
            ended: body.contains_key(ENDED),
            origin: text_of(body, ORIGIN),
            department: access(Access::Department),
            case: if reg.is_case { Some(id.to_owned()) } else { access(Access::Case) },
            restricted,
            counterparty: access(Access::Counterparty),
            person: access(Access::Person),
        }
    }

    /// As parameters in the order of `SHARED`.
    pub(crate) fn params(&self, from: i64, to: i64) -> [P<'_>; 14] {
        [
            P::Int(self.rev.into()),
            P::Int(from),
            P::Int(to),
            P::Int(self.created_at),
            P::Int(self.updated_at),
            P::Text(&self.updated_by),
            P::Text(&self.author),
            P::flag(self.ended),
            P::opt_text(self.origin.as_deref()),
            P::opt_text(self.department.as_deref()),
            P::opt_text(self.case.as_deref()),
            P::flag(self.restricted),
            P::opt_text(self.counterparty.as_deref()),
            P::opt_text(self.person.as_deref()),
        ]
    }
}

/// What names a record, from the present shape of its body.
pub(crate) fn title(reg: &Reg, id: &RecordId, body: &Body) -> String {
    title_of(reg.def, id, body)
}

/// The columns of the fields. A value that does not fit its column is left out: the model
/// checks values before they are written, and an old revision must not stop a rebuild.
pub(crate) fn field_values<'b>(reg: &Reg, body: &'b Body) -> Result<Vec<Field<'b>>, StoreError> {
    let mut out = Vec::with_capacity(reg.columns.len());
    for column in &reg.columns {
        let value = body.get(column.field.id);
        out.push(match (value, column.ty, column.shape) {
            (None, ..) => Field::Null,
            (Some(Value::String(text)), Ty::Text, Shape::Plain) => {
                Field::Text(Cow::Borrowed(text.as_str()))
            }
            (Some(Value::Bool(yes)), Ty::Int, Shape::Plain) => Field::Int(i64::from(*yes)),
            (Some(Value::Number(n)), Ty::Int, Shape::Plain) => {
                n.as_i64().map_or(Field::Null, Field::Int)
            }
            (Some(value @ Value::Array(_)), Ty::Text, Shape::List | Shape::Nested) => {
                Field::Text(Cow::Owned(encode_value(column.field.id, value)?))
            }
            _ => Field::Null,
        });
    }
    Ok(out)
}

/// One value of a projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field<'b> {
    Null,
    Int(i64),
    Text(Cow<'b, str>),
}

impl Field<'_> {
    pub(crate) fn param(&self) -> P<'_> {
        match self {
            Self::Null => P::Null,
            Self::Int(n) => P::Int(*n),
            Self::Text(text) => P::Text(text),
        }
    }
}

/// Every reference in a body, each once, sorted.
pub(crate) fn links(reg: &Reg, body: &Body) -> Vec<Link> {
    let mut out = Vec::new();
    for link in &reg.links {
        let mut add = |value: &Value| {
            let Some(text) = value.as_str() else { return };
            match link.to {
                Some(to) if !text.is_empty() => {
                    out.push((link.name.clone(), to.to_owned(), text.to_owned()));
                }
                Some(_) => {}
                None => out.extend(
                    AnyRef::parse(text)
                        .map(|any| (link.name.clone(), any.register, any.id.as_str().to_owned())),
                ),
            }
        };
        let mut each = |holder: &Body| match holder.get(link.field) {
            Some(Value::Array(list)) => list.iter().for_each(&mut add),
            Some(one) => add(one),
            None => {}
        };
        match link.outer {
            None => each(body),
            Some(outer) => {
                let rows = body.get(outer).and_then(Value::as_array);
                rows.into_iter().flatten().filter_map(Value::as_object).for_each(&mut each);
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The search tokens of a record: title, number and every field marked for the search.
pub(crate) fn tokens(org: &str, reg: &Reg, body: &Body) -> Tokens {
    let mut tokens = Tokens::default();
    tokens.add_mark(&org_mark(org));
    for column in &reg.columns {
        let field = column.field;
        if field.search || field.title || field.auto_number.is_some() {
            add_texts(&mut tokens, body.get(field.id));
        }
    }
    tokens
}

fn add_texts(tokens: &mut Tokens, value: Option<&Value>) {
    match value {
        Some(Value::String(text)) => tokens.add(text),
        Some(Value::Array(list)) => list.iter().for_each(|item| add_texts(tokens, Some(item))),
        Some(Value::Object(map)) => map.values().for_each(|item| add_texts(tokens, Some(item))),
        _ => {}
    }
}

/// Tells token lists apart (FNV-1a, 64 bits): equal tokens need not be written again.
pub(crate) fn mark(text: &str) -> i64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash.cast_signed()
}

/// All rows of one record, worked out from all its revisions.
pub(crate) struct History {
    /// Title and shared columns of every revision with the leaves they hold for.
    pub heads: Vec<(String, Shared, i64, i64)>,
    /// Every reference with the leaves it held for.
    pub links: BTreeMap<Link, Vec<(i64, i64)>>,
}

/// Works out the rows of a record from its revisions, oldest first.
pub(crate) fn history(reg: &Reg, id: &RecordId, revs: &[Rev]) -> History {
    let mut heads: Vec<(String, Shared, i64, i64)> = Vec::with_capacity(revs.len());
    let mut ranges: BTreeMap<Link, Vec<(i64, i64)>> = BTreeMap::new();
    let mut open: BTreeMap<Link, i64> = BTreeMap::new();
    let first = revs.first().map_or((0, ""), |rev| (rev.time, rev.actor.as_str()));
    for rev in revs {
        let leaf = leaf_number(rev.leaf);
        if let Some(last) = heads.last_mut() {
            last.3 = leaf;
        }
        let shared = Shared::of(reg, id.as_str(), rev, first);
        heads.push((title(reg, id, &rev.body), shared, leaf, NOW));
        let wanted = links(reg, &rev.body);
        let gone: Vec<Link> =
            open.keys().filter(|link| wanted.binary_search(link).is_err()).cloned().collect();
        for link in gone {
            if let Some(from) = open.remove(&link) {
                ranges.entry(link).or_default().push((from, leaf));
            }
        }
        for link in wanted {
            open.entry(link).or_insert(leaf);
        }
    }
    for (link, from) in open {
        ranges.entry(link).or_default().push((from, NOW));
    }
    History { heads, links: ranges }
}

/// A leaf's index as a column holds it.
pub(crate) fn leaf_number(leaf: u64) -> i64 {
    i64::try_from(leaf).unwrap_or(NOW)
}
