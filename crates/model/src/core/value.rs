//! Values of fields: between Rust types and the stored JSON body.

use super::def::{ChoiceDef, FieldDef, FieldKind};
use super::ids::RecordId;
use super::text::{Message, Text};
use super::time::{Date, Time};
use serde_json::Value;
use std::marker::PhantomData;

/// A body: field id to value. An absent field is unset; `null` is never stored.
pub type Body = serde_json::Map<String, Value>;

/// A stored value that does not fit its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field {field}: {expected}")]
pub struct ValueError {
    /// The field.
    pub field: String,
    /// What was expected.
    pub expected: &'static str,
}

/// A Rust type that can be a field. The kind of the field follows from it.
pub trait FieldType: Sized {
    /// What the field holds.
    const KIND: FieldKind;
    /// Whether the field may be left unset.
    const OPTIONAL: bool;
    /// Reads the value; `None` where the field is unset.
    fn read(value: Option<&Value>) -> Result<Self, &'static str>;
    /// The value to store; `None` leaves the field unset.
    fn write(&self) -> Option<Value>;
}

/// A register's Rust struct. Made by `#[derive(Register)]`.
pub trait Register: Sized {
    /// Its stable name.
    const ID: &'static str;
    /// Its description.
    const DEF: &'static super::def::RegisterDef;
    /// Reads a body.
    fn from_body(body: &Body) -> Result<Self, ValueError>;
    /// Writes a body.
    fn to_body(&self) -> Body;
}

/// A row of a small table inside a record. Made by `#[derive(Rows)]`.
pub trait RowType: Sized {
    /// Its columns.
    const FIELDS: &'static [FieldDef];
    /// Reads one row.
    fn from_body(body: &Body) -> Result<Self, ValueError>;
    /// Writes one row.
    fn to_body(&self) -> Body;
}

/// A closed set of options. Made by `#[derive(Choice)]`.
pub trait Choice: Sized + Copy + 'static {
    /// The options.
    const DEF: &'static ChoiceDef;
    /// The stored name.
    fn id(self) -> &'static str;
    /// By the stored name.
    fn from_id(id: &str) -> Option<Self>;
    /// The shown name.
    fn label(self) -> Text {
        Self::DEF.option(self.id()).map_or(Text::new("", ""), |o| o.label)
    }
}

/// A reference to a record of register `T`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ref<T> {
    /// The record's id.
    pub id: RecordId,
    register: PhantomData<fn() -> T>,
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        Self::new(self.id.clone())
    }
}

impl<T> Ref<T> {
    /// To the record of that id.
    pub fn new(id: RecordId) -> Self {
        Self { id, register: PhantomData }
    }
}

/// A reference to a record of any register, stored as `register/id`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnyRef {
    /// The register's stable name.
    pub register: String,
    /// The record's id.
    pub id: RecordId,
}

impl AnyRef {
    /// Reads `register/id`.
    pub fn parse(text: &str) -> Option<Self> {
        let (register, id) = text.split_once('/')?;
        Some(Self { register: register.to_owned(), id: RecordId::parse(id)? })
    }
}

impl std::fmt::Display for AnyRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.register, self.id)
    }
}

/// A text of several lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Long(pub String);
/// A duration in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minutes(pub i64);
/// An amount in yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Yen(pub i64);

macro_rules! required {
    ($type:ty, $kind:expr, $expected:literal, $read:expr, $write:expr) => {
        impl FieldType for $type {
            const KIND: FieldKind = $kind;
            const OPTIONAL: bool = false;
            fn read(value: Option<&Value>) -> Result<Self, &'static str> {
                let read: fn(&Value) -> Option<$type> = $read;
                value.and_then(read).ok_or($expected)
            }
            fn write(&self) -> Option<Value> {
                let write: fn(&$type) -> Value = $write;
                Some(write(self))
            }
        }
    };
}

required!(String, FieldKind::Text, "a text", |v| v.as_str().map(str::to_owned), |s| {
    Value::from(s.as_str())
});
required!(Long, FieldKind::LongText, "a text", |v| v.as_str().map(|s| Long(s.to_owned())), |s| {
    Value::from(s.0.as_str())
});
required!(i64, FieldKind::Int, "a whole number", Value::as_i64, |n| Value::from(*n));
impl FieldType for bool {
    const KIND: FieldKind = FieldKind::Bool;
    const OPTIONAL: bool = true;
    fn read(value: Option<&Value>) -> Result<Self, &'static str> {
        value.map_or(Ok(false), |v| v.as_bool().ok_or("yes or no"))
    }
    fn write(&self) -> Option<Value> {
        self.then_some(Value::Bool(true))
    }
}
required!(
    Time,
    FieldKind::Time,
    "an instant in epoch milliseconds",
    |v| v.as_i64().map(Time::from_millis),
    |t| Value::from(t.millis())
);
required!(
    Date,
    FieldKind::Date,
    "a day as YYYY-MM-DD",
    |v| v.as_str().and_then(Date::parse),
    |d| Value::from(d.to_string())
);
required!(Minutes, FieldKind::Minutes, "a number of minutes", |v| v.as_i64().map(Minutes), |m| {
    Value::from(m.0)
});
required!(Yen, FieldKind::Yen, "an amount in yen", |v| v.as_i64().map(Yen), |y| Value::from(y.0));
required!(
    AnyRef,
    FieldKind::AnyRef,
    "a record as register/id",
    |v| v.as_str().and_then(AnyRef::parse),
    |r| Value::from(r.to_string())
);

impl<T: Register> FieldType for Ref<T> {
    const KIND: FieldKind = FieldKind::Ref(T::ID);
    const OPTIONAL: bool = false;
    fn read(value: Option<&Value>) -> Result<Self, &'static str> {
        value
            .and_then(Value::as_str)
            .and_then(RecordId::parse)
            .map(Self::new)
            .ok_or("the id of a record")
    }
    fn write(&self) -> Option<Value> {
        Some(Value::from(self.id.as_str()))
    }
}

impl<T: FieldType> FieldType for Option<T> {
    const KIND: FieldKind = T::KIND;
    const OPTIONAL: bool = true;
    fn read(value: Option<&Value>) -> Result<Self, &'static str> {
        match value {
            None => Ok(None),
            some => T::read(some).map(Some),
        }
    }
    fn write(&self) -> Option<Value> {
        self.as_ref().and_then(T::write)
    }
}

fn read_list<T>(
    value: Option<&Value>,
    expected: &'static str,
    one: impl Fn(&Value) -> Option<T>,
) -> Result<Vec<T>, &'static str> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let list = value.as_array().ok_or(expected)?;
    list.iter().map(|v| one(v).ok_or(expected)).collect()
}

fn write_list<T>(list: &[T], one: impl Fn(&T) -> Value) -> Option<Value> {
    (!list.is_empty()).then(|| Value::Array(list.iter().map(one).collect()))
}

impl<T: Register> FieldType for Vec<Ref<T>> {
    const KIND: FieldKind = FieldKind::Refs(T::ID);
    const OPTIONAL: bool = true;
    fn read(value: Option<&Value>) -> Result<Self, &'static str> {
        read_list(value, "a list of record ids", |v| {
            v.as_str().and_then(RecordId::parse).map(Ref::new)
        })
    }
    fn write(&self) -> Option<Value> {
        write_list(self, |r| Value::from(r.id.as_str()))
    }
}

impl FieldType for Vec<String> {
    const KIND: FieldKind = FieldKind::Texts;
    const OPTIONAL: bool = true;
    fn read(value: Option<&Value>) -> Result<Self, &'static str> {
        read_list(value, "a list of texts", |v| v.as_str().map(str::to_owned))
    }
    fn write(&self) -> Option<Value> {
        write_list(self, |s| Value::from(s.as_str()))
    }
}

/// Several rows of a small table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<T>(pub Vec<T>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: RowType> FieldType for Table<T> {
    const KIND: FieldKind = FieldKind::Rows(T::FIELDS);
    const OPTIONAL: bool = true;
    fn read(value: Option<&Value>) -> Result<Self, &'static str> {
        read_list(value, "a list of rows", |v| v.as_object().and_then(|o| T::from_body(o).ok()))
            .map(Table)
    }
    fn write(&self) -> Option<Value> {
        write_list(&self.0, |row| Value::Object(row.to_body()))
    }
}

/// Several options of one set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Choice> FieldType for Many<T> {
    const KIND: FieldKind = FieldKind::Choices(T::DEF);
    const OPTIONAL: bool = true;
    fn read(value: Option<&Value>) -> Result<Self, &'static str> {
        read_list(value, "a list of options", |v| v.as_str().and_then(T::from_id)).map(Many)
    }
    fn write(&self) -> Option<Value> {
        write_list(&self.0, |c| Value::from(c.id()))
    }
}

/// Reads one field of a body for the derived code.
pub fn read_field<T: FieldType>(body: &Body, field: &str) -> Result<T, ValueError> {
    T::read(body.get(field)).map_err(|expected| ValueError { field: field.to_owned(), expected })
}

/// Puts one field into a body for the derived code.
pub fn write_field<T: FieldType>(body: &mut Body, field: &str, value: &T) {
    if let Some(v) = value.write() {
        body.insert(field.to_owned(), v);
    }
}

/// What is wrong with one field of a change, for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldProblem {
    /// The field's id; `rows[2].name` inside a table; empty for the change as a whole.
    pub field: String,
    /// A stable name for machines, for example `too_long`.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: Message,
}

impl FieldProblem {
    /// A problem of one field.
    pub fn new(field: impl Into<String>, code: &'static str, message: Message) -> Self {
        Self { field: field.into(), code, message }
    }
}
