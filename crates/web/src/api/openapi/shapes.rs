//! Shapes of the answers that are neither records nor receipts.

use super::schema::{id, instant};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};

/// A kind of member, all of them always there.
enum M {
    Text,
    TextOrNull,
    Id,
    Instant,
    InstantOrNull,
    Flag,
    Number,
    NumberOrNull,
    Any,
    Texts,
    Object(&'static [(&'static str, M)]),
    ObjectOrNull(&'static [(&'static str, M)]),
    List(&'static [(&'static str, M)]),
}

impl M {
    fn schema(&self) -> RefOr<Schema> {
        let of = |kind| ObjectBuilder::new().schema_type(kind);
        let or_null =
            |kind| of(Type::String).schema_type(SchemaType::from_iter([kind, Type::Null]));
        match self {
            M::Text => of(Type::String).into(),
            M::TextOrNull => or_null(Type::String).into(),
            M::Id => id("An id.").into(),
            M::Instant => instant("An instant.").into(),
            M::InstantOrNull => instant("An instant.")
                .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
                .into(),
            M::Flag => of(Type::Boolean).into(),
            M::Number => of(Type::Integer).into(),
            M::NumberOrNull => or_null(Type::Integer).into(),
            M::Any => ObjectBuilder::new()
                .schema_type(SchemaType::AnyValue)
                .description(Some("A value as in the record's body, or null."))
                .into(),
            M::Texts => ArrayBuilder::new().items(of(Type::String)).into(),
            M::Object(members) => object(members).into(),
            M::ObjectOrNull(members) => object(members)
                .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
                .into(),
            M::List(members) => ArrayBuilder::new().items(object(members)).into(),
        }
    }
}

fn object(members: &[(&str, M)]) -> ObjectBuilder {
    let start = ObjectBuilder::new().schema_type(Type::Object);
    members.iter().fold(start, |o, (name, m)| o.property(*name, m.schema()).required(*name))
}

const FINDING: &[(&str, M)] = &[
    ("rule", M::Text),
    ("register", M::Text),
    ("id", M::Id),
    ("title", M::Text),
    ("field", M::Text),
    ("severity", M::Text),
    ("message", M::Text),
    ("mend", M::Text),
    ("since", M::Instant),
];
const MEASURED: &[(&str, M)] = &[("value", M::NumberOrNull), ("records", M::Texts)];
const REFERENCE: &[(&str, M)] =
    &[("register", M::Text), ("id", M::Id), ("title", M::Text), ("field", M::Text)];

/// Every shape by its name in the components.
const SHAPES: &[(&str, &[(&str, M)])] = &[
    ("findings", &[("items", M::List(FINDING))]),
    (
        "missing",
        &[
            ("items", M::List(FINDING)),
            ("recalculating", M::Number),
            ("next_cursor", M::TextOrNull),
        ],
    ),
    (
        "signal_taken",
        &[
            ("id", M::Text),
            ("report", M::ObjectOrNull(&[("id", M::Id), ("number", M::TextOrNull)])),
        ],
    ),
    (
        "hits",
        &[(
            "items",
            M::List(&[
                ("register", M::Text),
                ("id", M::Id),
                ("title", M::Text),
                ("updated_at", M::Instant),
            ]),
        )],
    ),
    (
        "deadlines",
        &[(
            "items",
            M::List(&[
                ("kind", M::Text),
                ("register", M::Text),
                ("id", M::Id),
                ("title", M::Text),
                ("due_at", M::Instant),
                ("warn_at", M::InstantOrNull),
                ("late", M::Flag),
                ("done", M::Flag),
                ("incident", M::ObjectOrNull(&[("id", M::Id), ("title", M::Text)])),
                ("role", M::Text),
                ("holder", M::Text),
                ("recipient", M::Text),
                ("explain", M::Text),
                ("updated_at", M::Instant),
            ]),
        )],
    ),
    (
        "metrics",
        &[(
            "items",
            M::List(&[
                ("id", M::Text),
                ("label", M::Text),
                ("formula", M::Text),
                ("unit", M::Text),
                ("better", M::Text),
                ("register", M::Text),
                ("now", M::Object(MEASURED)),
                ("before", M::Object(MEASURED)),
                ("trend", M::List(&[("label", M::Text), ("value", M::NumberOrNull)])),
            ]),
        )],
    ),
    (
        "requirements",
        &[(
            "items",
            M::List(&[
                ("id", M::Text),
                ("kind", M::Text),
                ("source", M::Text),
                ("ja", M::Text),
                ("en", M::Text),
                (
                    "met_by",
                    M::Object(&[("items", M::Texts), ("screens", M::Texts), ("tests", M::Texts)]),
                ),
            ]),
        )],
    ),
    (
        "history",
        &[
            (
                "items",
                M::List(&[
                    ("rev", M::Number),
                    ("leaf", M::Number),
                    ("at", M::Instant),
                    ("actor", M::Text),
                    ("role", M::Text),
                    ("action", M::Text),
                    ("reason", M::TextOrNull),
                    (
                        "changes",
                        M::List(&[
                            ("field", M::Text),
                            ("label", M::Text),
                            ("old", M::Any),
                            ("new", M::Any),
                            ("erased", M::Flag),
                        ]),
                    ),
                ]),
            ),
            ("next_before", M::NumberOrNull),
        ],
    ),
    (
        "links",
        &[
            ("items", M::List(REFERENCE)),
            (
                "refers_to",
                M::List(&[
                    ("field", M::Text),
                    ("register", M::Text),
                    ("id", M::Id),
                    ("title", M::TextOrNull),
                ]),
            ),
        ],
    ),
    (
        "steps",
        &[(
            "items",
            M::List(&[
                ("id", M::Text),
                ("label", M::Text),
                ("to", M::Text),
                ("open", M::Flag),
                ("role_ok", M::Flag),
                ("reason_required", M::Flag),
                ("asks", M::List(&[("field", M::Text), ("required", M::Flag)])),
                ("gates", M::List(&[("id", M::Text), ("label", M::Text), ("mend", M::Text)])),
                ("follows", M::Texts),
            ]),
        )],
    ),
    (
        "derived",
        &[(
            "items",
            M::List(&[
                ("id", M::Text),
                ("label", M::Text),
                ("formula", M::Text),
                ("unit", M::Text),
                ("value", M::Number),
            ]),
        )],
    ),
    (
        "proof",
        &[
            ("leaf", M::Number),
            ("header", M::Text),
            ("leaf_hash", M::Text),
            ("commitment", M::Text),
            ("size", M::Number),
            ("path", M::Texts),
            ("checkpoint", M::Text),
            ("vkey", M::Text),
        ],
    ),
    (
        "import",
        &[
            ("preview", M::Flag),
            ("columns", M::List(&[("heading", M::Text), ("field", M::TextOrNull)])),
            (
                "counts",
                M::Object(&[
                    ("new", M::Number),
                    ("change", M::Number),
                    ("same", M::Number),
                    ("refused", M::Number),
                ]),
            ),
            (
                "rows",
                M::List(&[
                    ("line", M::Number),
                    ("action", M::Text),
                    ("title", M::Text),
                    (
                        "problems",
                        M::List(&[("field", M::Text), ("code", M::Text), ("message", M::Text)]),
                    ),
                ]),
            ),
        ],
    ),
];

/// The name that a shape has in the components. Registers have names of their own there.
pub fn name(shape: &str) -> String {
    format!("answer_{shape}")
}

/// All shapes by name.
pub fn all() -> impl Iterator<Item = (String, ObjectBuilder)> {
    SHAPES.iter().map(|(shape, members)| (name(shape), object(members)))
}
