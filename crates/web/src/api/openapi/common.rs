//! What all registers share in the document: schemas, parameters, answers, the token.

use super::super::query;
use super::schema::{closed, count, id, instant, named, text};
use serde_json::Value;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{
    ArrayBuilder, ComponentsBuilder, ObjectBuilder, Schema, SchemaType, Type,
};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, HeaderBuilder, Ref, RefOr, Required, ResponseBuilder};

/// A parameter of the components by its name.
pub fn parameter(name: &str) -> Ref {
    Ref::new(format!("#/components/parameters/{name}"))
}

/// An answer of the components by its name.
pub fn response(name: &str) -> Ref {
    Ref::from_response_name(name)
}

/// A parameter of the address.
pub fn in_query(name: &str, description: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

/// A parameter in the path.
pub fn in_path(name: &str, description: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn in_header(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn boolean() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean)
}

fn nullable(description: &str) -> ObjectBuilder {
    text(description).schema_type(SchemaType::from_iter([Type::String, Type::Null]))
}

/// Everything shared.
pub fn components() -> ComponentsBuilder {
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("oki_…")
        .description(Some(
            "A token of one organisation, made on the settings page; read only, or read and write.",
        ))
        .build();
    parameters(schemas(ComponentsBuilder::new()))
        .security_scheme("token", SecurityScheme::Http(token))
        .response("problem", problem_response())
        .response("receipt", receipt_response())
}

fn schemas(all: ComponentsBuilder) -> ComponentsBuilder {
    all.schema(
        "rev",
        count("The revision that was seen; may stand in If-Match instead.").minimum(Some(1)),
    )
    .schema("reason", text("Why, in words for people. Stays erasable.").max_length(Some(2_000)))
    .schema("item", item())
    .schema("page", page())
    .schema("receipt", receipt())
    .schema(
        "end",
        closed()
            .property("rev", named("rev"))
            .property("reason", named("reason"))
            .required("reason"),
    )
    .schema("erase", erase())
    .schema("problem", problem())
    .schema("issue", issue())
    .schema("gate", gate())
}

fn item() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("A record at one revision."))
        .property("register", text("Its register."))
        .property("id", id("Its id."))
        .property("title", text("What names it."))
        .property("rev", count("The revision, from 1.").minimum(Some(1)))
        .property("leaf", count("Index of the leaf that proves the revision."))
        .property("created_at", instant("When its first revision was made."))
        .property("updated_at", instant("When this revision was made."))
        .property("updated_by", text("Who made it: an account, `system:…` or `public`."))
        .property("ended_at", instant("Since when it has ended; absent while it has not."))
        .property("reason", text("Why this revision was made, where it was said."))
        .property(
            "origin",
            text("Where it came from, if not typed here: demo, drill, import, public."),
        )
        .property("body", ObjectBuilder::new().schema_type(Type::Object))
        .required("register")
        .required("id")
        .required("title")
        .required("rev")
        .required("leaf")
        .required("created_at")
        .required("updated_at")
        .required("updated_by")
        .required("body")
}

fn page() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("items", ArrayBuilder::new().items(named("item")))
        .property(
            "next_cursor",
            nullable("Give it as `cursor` for the next page; null at the end."),
        )
        .property("total", count("How many there are."))
        .property("total_exact", boolean().description(Some("false: at least so many.")))
        .required("items")
        .required("next_cursor")
        .required("total")
        .required("total_exact")
}

fn receipt() -> ObjectBuilder {
    let opened = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("register", text("Its register."))
        .property("id", id("Its id."))
        .required("register")
        .required("id");
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("What a change has become; provable by its leaf."))
        .property("register", text("The register."))
        .property("id", id("The record."))
        .property("rev", count("The revision made."))
        .property("leaf", count("The leaf that proves it."))
        .property("number", nullable("Number given to the record, where it has one."))
        .property(
            "opened",
            ArrayBuilder::new()
                .items(opened)
                .description(Some("Records that the change opened besides.")),
        )
        .required("register")
        .required("id")
        .required("rev")
        .required("leaf")
        .required("number")
        .required("opened")
}

fn erase() -> ObjectBuilder {
    closed()
        .property(
            "fields",
            ArrayBuilder::new().items(text("A field that holds personal data.")).min_items(Some(1)),
        )
        .property("reason", named("reason"))
        .required("fields")
        .required("reason")
}

fn issue() -> ObjectBuilder {
    let places = ["body", "request", "query", "header"];
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("in", text("Where it stands.").enum_values(Some(places)))
        .property(
            "field",
            text("Field (`rows[2].name` inside a table), member, parameter or header."),
        )
        .property("code", text("Stable name, for example `too_long`."))
        .property("message", text("What is wrong and how to mend it."))
        .required("in")
        .required("field")
        .required("code")
        .required("message")
}

fn gate() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("A condition of a step that does not hold yet."))
        .property("id", text("Stable name."))
        .property("label", text("What must hold."))
        .property("mend", text("What to do so that it holds."))
        .required("id")
        .required("label")
        .required("mend")
}

fn problem() -> ObjectBuilder {
    let kinds = super::super::problem::Kind::ALL
        .map(|k| Value::from(format!("urn:okiagari:problem:{}", k.about().1)));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("RFC 9457. Texts are in the language of Accept-Language (ja or en)."))
        .property("type", text("Stable name.").enum_values(Some(kinds)))
        .property("title", text("What kind of problem."))
        .property("status", ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(400)))
        .property("detail", text("What happened and how to mend it."))
        .property("instance", text("The path that was asked for."))
        .property("errors", ArrayBuilder::new().items(named("issue")))
        .property("gates", ArrayBuilder::new().items(named("gate")))
        .property("revision_seen", count("The revision that the request was made from."))
        .property("revision_now", count("The present revision."))
        .required("type")
        .required("title")
        .required("status")
        .required("detail")
        .required("instance")
}

fn problem_response() -> ResponseBuilder {
    ResponseBuilder::new()
        .description("The request was not done.")
        .content("application/problem+json", ContentBuilder::new().schema(Some(named("problem"))))
}

fn receipt_response() -> ResponseBuilder {
    let replayed = HeaderBuilder::new()
        .description(Some("true: the same request was done before; this is its answer."))
        .schema(Some(boolean()));
    ResponseBuilder::new()
        .description("Done.")
        .content("application/json", ContentBuilder::new().schema(Some(named("receipt"))))
        .header("ETag", etag())
        .header("Idempotent-Replayed", replayed.build())
}

/// The header that names a revision.
pub fn etag() -> utoipa::openapi::Header {
    HeaderBuilder::new()
        .description(Some("The revision in quotes; give it back in If-Match."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn parameters(all: ComponentsBuilder) -> ComponentsBuilder {
    let one = || ObjectBuilder::new().schema_type(Type::String);
    all.parameter("id", in_path("id", "The record.", id("An id.")))
        .parameter("q", in_query("q", "Words to find.", one().max_length(Some(200))))
        .parameter(
            "sort",
            in_query(
                "sort",
                "A field, `updated_at` or `created_at`; with `-` in front descending.",
                one(),
            ),
        )
        .parameter(
            "limit",
            in_query(
                "limit",
                "Rows of a page.",
                ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .minimum(Some(1))
                    .maximum(Some(query::MAX_LIMIT as usize))
                    .default(Some(query::DEFAULT_LIMIT.into())),
            ),
        )
        .parameter("cursor", in_query("cursor", "`next_cursor` of the page before.", one()))
        .parameter(
            "as_of",
            in_query("as_of", "As it was at a leaf (its index) or an instant (RFC 3339).", one()),
        )
        .parameter("include_ended", in_query("include_ended", "Ended ones too.", boolean()))
        .parameter(
            "updated_since",
            in_query(
                "updated_since",
                "Only what changed at or after the instant, in order of change, ended ones too.",
                instant("An instant."),
            ),
        )
        .parameter(
            "if_match",
            in_header("If-Match", "The revision seen, in quotes, as in ETag.", one()),
        )
        .parameter("if_none_match", in_header("If-None-Match", "ETags already held.", one()))
        .parameter(
            "idempotency_key",
            in_header(
                "Idempotency-Key",
                "A fresh key for each change: a repeated request gives the same answer and changes nothing.",
                one().min_length(Some(1)).max_length(Some(200)),
            ),
        )
}
