//! JSON schemas of registers, from their definitions.

use okiagari_model::{ChoiceDef, FieldDef, FieldKind, RegisterDef, Transition};
use serde_json::{Value, json};
use utoipa::openapi::extensions::{Extensions, ExtensionsBuilder};
use utoipa::openapi::schema::{
    AdditionalProperties, AllOfBuilder, ArrayBuilder, KnownFormat, ObjectBuilder, Schema,
    SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Deprecated, Ref, RefOr};

/// Largest whole number that JSON carries exactly (2^53 - 1).
const LARGEST: isize = 9_007_199_254_740_991;
/// Longest duration in minutes (a hundred years).
const LONGEST: isize = 52_560_000;
/// Longest text of an entry in a list of texts.
const ENTRY: usize = 2_000;
/// How an id looks.
pub const ID_PATTERN: &str = "^[A-Za-z0-9_-]{1,40}$";

/// A schema of the components by its name.
pub fn named(name: impl AsRef<str>) -> Ref {
    Ref::from_schema_name(name.as_ref())
}

/// A text with nothing more to say.
pub fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

/// A whole number, 0 or more.
pub fn count(description: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0))
        .maximum(Some(LARGEST))
        .description(Some(description))
}

/// An instant.
pub fn instant(description: &str) -> ObjectBuilder {
    text(description).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
}

/// An id.
pub fn id(description: &str) -> ObjectBuilder {
    text(description).pattern(Some(ID_PATTERN))
}

/// An object that takes no other members than its own.
pub fn closed() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

/// The type, `null` too where the field may be unset by a patch.
fn typed(kind: Type, nullable: bool) -> SchemaType {
    if nullable { SchemaType::from_iter([kind, Type::Null]) } else { SchemaType::new(kind) }
}

fn labels(set: &ChoiceDef) -> Value {
    set.options
        .iter()
        .map(|o| (o.id.to_owned(), json!({ "ja": o.label.ja, "en": o.label.en })))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn options(set: &ChoiceDef, nullable: bool) -> Vec<Value> {
    let mut ids: Vec<Value> = set.options.iter().map(|o| o.id.into()).collect();
    if nullable {
        ids.push(Value::Null);
    }
    ids
}

/// What a schema cannot say by its own words: labels in both languages, units, references.
fn extensions(field: &FieldDef) -> Extensions {
    let mut more = ExtensionsBuilder::new()
        .add("x-label-ja", field.label.ja)
        .add("x-label-en", field.label.en);
    if !field.help.ja.is_empty() {
        more = more.add("x-help-ja", field.help.ja);
    }
    if field.personal {
        more = more.add("x-personal", true);
    }
    if let Some(prefix) = field.auto_number {
        more = more.add("x-number-prefix", prefix);
    }
    match field.kind {
        FieldKind::Minutes => more = more.add("x-unit", "minutes"),
        FieldKind::Yen => more = more.add("x-unit", "JPY"),
        FieldKind::Ref(register) | FieldKind::Refs(register) => {
            more = more.add("x-register", register);
        }
        FieldKind::Choice(set) | FieldKind::Choices(set) => {
            more = more.add("x-enum-labels", labels(set));
        }
        _ => {}
    }
    more.build()
}

fn help(field: &FieldDef) -> Option<&'static str> {
    (!field.help.en.is_empty()).then_some(field.help.en)
}

fn single(field: &FieldDef, nullable: bool) -> ObjectBuilder {
    let of = |kind| ObjectBuilder::new().schema_type(typed(kind, nullable));
    let known = |format| Some(SchemaFormat::KnownFormat(format));
    match field.kind {
        FieldKind::Text | FieldKind::LongText => {
            of(Type::String).max_length(Some(field.max as usize))
        }
        FieldKind::Int | FieldKind::Yen => {
            of(Type::Integer).minimum(Some(-LARGEST)).maximum(Some(LARGEST))
        }
        FieldKind::Minutes => of(Type::Integer).minimum(Some(0)).maximum(Some(LONGEST)),
        FieldKind::Bool => of(Type::Boolean),
        FieldKind::Date => of(Type::String).format(known(KnownFormat::Date)),
        FieldKind::Time => of(Type::String).format(known(KnownFormat::DateTime)),
        FieldKind::Choice(set) => of(Type::String).enum_values(Some(options(set, nullable))),
        FieldKind::Ref(_) => of(Type::String).pattern(Some(ID_PATTERN)),
        FieldKind::AnyRef => of(Type::String).pattern(Some("^[a-z0-9_]+/[A-Za-z0-9_-]{1,40}$")),
        // Lists are built by `field`.
        FieldKind::Choices(_) | FieldKind::Refs(_) | FieldKind::Texts | FieldKind::Rows(_) => {
            of(Type::Array)
        }
    }
}

/// One field as a property.
pub fn field(field: &FieldDef) -> RefOr<Schema> {
    let nullable = !field.required && !field.system;
    let entry: Option<RefOr<Schema>> = match field.kind {
        FieldKind::Choices(set) => Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .enum_values(Some(options(set, false)))
                .into(),
        ),
        FieldKind::Refs(_) => {
            Some(ObjectBuilder::new().schema_type(Type::String).pattern(Some(ID_PATTERN)).into())
        }
        FieldKind::Texts => {
            Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(ENTRY)).into())
        }
        FieldKind::Rows(columns) => Some(row(columns).into()),
        _ => None,
    };
    let deprecated = field.deprecated.then_some(Deprecated::True);
    if let Some(entry) = entry {
        let mut more = extensions(field);
        if field.system {
            more.insert("readOnly".to_owned(), true.into());
        }
        return ArrayBuilder::new()
            .schema_type(typed(Type::Array, nullable))
            .items(entry)
            .max_items(Some(field.max as usize))
            .title(Some(field.label.en))
            .description(help(field))
            .deprecated(deprecated)
            .extensions(Some(more))
            .into();
    }
    let mut schema = single(field, nullable)
        .title(Some(field.label.en))
        .description(help(field))
        .deprecated(deprecated)
        .extensions(Some(extensions(field)));
    if field.system {
        schema = schema.read_only(true);
    }
    schema.into()
}

fn row(columns: &[FieldDef]) -> ObjectBuilder {
    columns.iter().fold(closed(), |row, column| {
        let row = row.property(column.id, field(column));
        if column.required { row.required(column.id) } else { row }
    })
}

/// The fields of a register. None is required here: a field may have been erased, and a patch
/// names only some.
pub fn body(def: &RegisterDef) -> Schema {
    let more = ExtensionsBuilder::new()
        .add("x-label-ja", def.label.ja)
        .add("x-label-en", def.label.en)
        .add("x-wing", def.wing.id())
        .add("x-about-ja", def.about.ja)
        .build();
    let start =
        closed().title(Some(def.label.en)).description(Some(def.about.en)).extensions(Some(more));
    def.fields.iter().fold(start, |schema, f| schema.property(f.id, field(f))).into()
}

/// Fields that a request to make a record must give: what the program does not fill in itself.
pub fn needed(def: &RegisterDef) -> impl Iterator<Item = &FieldDef> {
    def.fields.iter().filter(|f| {
        let filled = def.flow.is_some_and(|flow| {
            flow.field == f.id || flow.start.stamps.contains(&f.id) || flow.start.fill.is_some()
        });
        f.required && !f.system && f.auto_number.is_none() && !filled
    })
}

/// A request to make a record.
pub fn create(def: &RegisterDef) -> Schema {
    let needed =
        needed(def).fold(ObjectBuilder::new().schema_type(Type::Object), |s, f| s.required(f.id));
    let body = AllOfBuilder::new().item(named(def.id)).item(needed);
    closed().property("reason", named("reason")).property("body", body).required("body").into()
}

/// A request to change a record: a merge patch (RFC 7396) of the fields.
pub fn edit(def: &RegisterDef) -> Schema {
    closed()
        .property("rev", named("rev"))
        .property("reason", named("reason"))
        .property("body", named(def.id))
        .required("body")
        .into()
}

/// A request to take a step.
pub fn step(def: &RegisterDef, step: &Transition) -> Schema {
    let mut body = closed();
    let mut needed = false;
    for (name, must) in step.asks {
        if let Some(asked) = def.field(name) {
            body = body.property(asked.id, field(asked));
            if *must {
                needed = true;
                body = body.required(asked.id);
            }
        }
    }
    let mut request = closed()
        .property("rev", named("rev"))
        .property("reason", named("reason"))
        .property("body", body);
    if needed {
        request = request.required("body");
    }
    if step.reason {
        request = request.required("reason");
    }
    request.into()
}

/// A record as it is answered.
pub fn item(def: &RegisterDef) -> Schema {
    let own = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property(
            "register",
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some([def.id])),
        )
        .property("body", named(def.id))
        .required("register")
        .required("body");
    AllOfBuilder::new().item(named("item")).item(own).into()
}

/// A page of a list.
pub fn page(def: &RegisterDef) -> Schema {
    let items = ArrayBuilder::new().items(named(format!("{}_item", def.id)));
    let own =
        ObjectBuilder::new().schema_type(Type::Object).property("items", items).required("items");
    AllOfBuilder::new().item(named("page")).item(own).into()
}
