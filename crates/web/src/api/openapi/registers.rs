//! The operations of each register.

use super::super::query;
use super::common::{etag, in_query, parameter, response};
use super::schema::{self, named, text};
use super::shapes;
use okiagari_model::{FieldKind, Op, RegisterDef, Transition};
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, ParameterStyle, PathItemBuilder,
    PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{ContentBuilder, RefOr, Required, ResponseBuilder};

/// An operation with its name, its summary and the answers to what goes wrong.
pub fn operation(name: String, tag: &str, summary: String) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(name))
        .tag(tag)
        .summary(Some(summary))
        .response("4XX", response("problem"))
        .response("5XX", response("problem"))
}

/// An answer in JSON.
pub fn json(description: &str, schema: impl Into<RefOr<Schema>>) -> ResponseBuilder {
    ResponseBuilder::new()
        .description(description)
        .content("application/json", ContentBuilder::new().schema(Some(schema)))
}

/// An answer of another media type.
pub fn bytes(description: &str, media: &str) -> ResponseBuilder {
    let content = ObjectBuilder::new().schema_type(Type::String).content_media_type(media);
    ResponseBuilder::new()
        .description(description)
        .content(media, ContentBuilder::new().schema(Some(content)))
}

/// A request in JSON.
pub fn request(schema: impl Into<RefOr<Schema>>) -> RequestBodyBuilder {
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content("application/json", ContentBuilder::new().schema(Some(schema)))
}

/// The schemas of a register.
pub fn components(all: ComponentsBuilder, def: &RegisterDef) -> ComponentsBuilder {
    all.schema(def.id, schema::body(def))
        .schema(format!("{}_item", def.id), schema::item(def))
        .schema(format!("{}_page", def.id), schema::page(def))
        .parameter(
            filter_name(def),
            ParameterBuilder::new()
                .name("filter")
                .parameter_in(ParameterIn::Query)
                .style(Some(ParameterStyle::Form))
                .explode(Some(true))
                .description(Some(
                    "Each member is a parameter of its own: `field=value` for equality, otherwise \
                     `field.comparison=value` (`in` takes values divided by commas; `set` and \
                     `empty` take none). All must hold.",
                ))
                .schema(Some(filter(def)))
                .build(),
        )
}

/// The paths of a register.
pub fn paths(mut all: PathsBuilder, def: &'static RegisterDef) -> PathsBuilder {
    let base = format!("/{}", def.id);
    let one = format!("{base}/{{id}}");
    let mut collection = PathItemBuilder::new().operation(HttpMethod::Get, list(def));
    collection = collection.operation(HttpMethod::Post, create(def));
    all = all.path(&base, collection.build());
    let mut record = PathItemBuilder::new().operation(HttpMethod::Get, get(def));
    if !def.append_only {
        record = record.operation(HttpMethod::Patch, edit(def));
    }
    all = all.path(&one, record.build());
    for (verb, summary, description) in [
        (
            "history",
            "The story of a record, newest revision first",
            "Revisions with their changes.",
        ),
        ("links", "What points to a record", "Records that point to it."),
        ("findings", "What is missing or wrong about a record", "Findings."),
        (
            "steps",
            "The steps that lead on from here",
            "Steps, each open or with the reasons why not.",
        ),
        ("derived", "Derived values of a record", "Values."),
        ("proof", "Proof of a revision (RFC 6962 inclusion)", "Leaf, path and checkpoint."),
    ] {
        let operation = about(def, verb, summary, description);
        all = all.path(format!("{one}/{verb}"), get_only(operation));
    }
    all = all.path(format!("{one}/proof.tlog-proof"), get_only(proof_file(def)));
    for step in def.flow.into_iter().flat_map(|f| f.transitions) {
        let path = format!("{one}/steps/{}", step.id);
        all = all.path(path, post_only(take_step(def, step)));
    }
    all = all.path(format!("{one}/end"), post_only(end(def)));
    if def.fields.iter().any(|f| f.personal) {
        all = all.path(format!("{one}/erase"), post_only(erase(def)));
    }
    for (kind, media) in [
        ("csv", "text/csv"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ] {
        all = all.path(format!("{base}/export.{kind}"), get_only(export(def, kind, media)));
    }
    all.path(format!("{base}/import"), post_only(import(def)))
}

/// A path item of one GET.
pub fn get_only(operation: OperationBuilder) -> utoipa::openapi::PathItem {
    PathItemBuilder::new().operation(HttpMethod::Get, operation).build()
}

/// A path item of one POST.
pub fn post_only(operation: OperationBuilder) -> utoipa::openapi::PathItem {
    PathItemBuilder::new().operation(HttpMethod::Post, operation).build()
}

/// What a list is filtered by: each field by equality, with the other comparisons named.
fn filter(def: &RegisterDef) -> ObjectBuilder {
    let comparable = def.fields.iter().filter(|f| query::can(f.kind, Op::Eq));
    comparable.fold(schema::closed(), |filter, f| {
        let ops = query::OPS.iter().filter(|(_, op)| query::can(f.kind, *op));
        let ops: Vec<&str> = ops.map(|(name, _)| *name).collect();
        let kind = match f.kind {
            FieldKind::Int | FieldKind::Minutes | FieldKind::Yen => Type::Integer,
            FieldKind::Bool => Type::Boolean,
            _ => Type::String,
        };
        let more = ExtensionsBuilder::new().add("x-comparisons", ops).build();
        filter.property(f.id, ObjectBuilder::new().schema_type(kind).extensions(Some(more)))
    })
}

fn filter_name(def: &RegisterDef) -> String {
    format!("{}_filter", def.id)
}

fn listed(operation: OperationBuilder, def: &RegisterDef) -> OperationBuilder {
    let shared = query::RESERVED.iter().map(|name| parameter(name));
    let mut operation = operation;
    for reference in shared {
        operation = operation.parameter_ref(reference);
    }
    operation.parameter_ref(parameter(&filter_name(def)))
}

fn list(def: &RegisterDef) -> OperationBuilder {
    let summary = format!("List: {}", def.label.en);
    listed(operation(format!("list_{}", def.id), def.id, summary), def)
        .response("200", json("A page.", named(format!("{}_page", def.id))))
}

fn create(def: &RegisterDef) -> OperationBuilder {
    let mut body = request(schema::create(def));
    if def.id == "evidence" {
        let file = || {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .content_media_type("application/octet-stream")
        };
        let form = ObjectBuilder::new()
            .schema_type(Type::Object)
            .property("fields", named(def.id))
            .property("file", file())
            .required("fields")
            .required("file");
        body = body
            .description(Some(
                "JSON registers an item kept elsewhere. A form (`fields` first, then `file`) or the \
                 bare bytes (fields and `file_name` in the address) keep the file here, encrypted.",
            ))
            .content("multipart/form-data", ContentBuilder::new().schema(Some(form)))
            .content("application/octet-stream", ContentBuilder::new().schema(Some(file())));
    }
    operation(format!("create_{}", def.id), def.id, format!("Make: {}", def.label.en))
        .parameter_ref(parameter("idempotency_key"))
        .request_body(Some(body.build()))
        .response("201", response("receipt"))
}

fn get(def: &RegisterDef) -> OperationBuilder {
    let item = json("The record.", named(format!("{}_item", def.id))).header("ETag", etag());
    operation(format!("get_{}", def.id), def.id, format!("Get: {}", def.label.en))
        .parameter_ref(parameter("id"))
        .parameter_ref(parameter("as_of"))
        .parameter_ref(parameter("if_none_match"))
        .response("200", item)
        .response("304", ResponseBuilder::new().description("Unchanged."))
}

fn changing(name: String, def: &RegisterDef, summary: String) -> OperationBuilder {
    operation(name, def.id, summary)
        .parameter_ref(parameter("id"))
        .parameter_ref(parameter("if_match"))
        .parameter_ref(parameter("idempotency_key"))
        .response("200", response("receipt"))
}

fn edit(def: &RegisterDef) -> OperationBuilder {
    let patch = ContentBuilder::new().schema(Some(schema::edit(def)));
    let body = request(schema::edit(def)).content("application/merge-patch+json", patch);
    changing(format!("edit_{}", def.id), def, format!("Change: {}", def.label.en))
        .description(Some(
            "`body` is a merge patch (RFC 7396): null unsets a field, a list is replaced as a \
             whole. The revision seen stands in `rev` or If-Match; a newer one is a conflict (409).",
        ))
        .request_body(Some(body.build()))
}

fn take_step(def: &RegisterDef, step: &Transition) -> OperationBuilder {
    let more = ExtensionsBuilder::new()
        .add("x-label-ja", step.label.ja)
        .add("x-from", step.from.to_vec())
        .add("x-to", step.to)
        .build();
    let name = format!("step_{}_{}", def.id, step.id);
    let summary = format!("{}: {}", def.label.en, step.label.en);
    changing(name, def, summary)
        .request_body(Some(request(schema::step(def, step)).build()))
        .extensions(Some(more))
}

fn end(def: &RegisterDef) -> OperationBuilder {
    changing(format!("end_{}", def.id), def, format!("End or withdraw: {}", def.label.en))
        .request_body(Some(request(named("end")).build()))
}

fn erase(def: &RegisterDef) -> OperationBuilder {
    let summary = format!("Erase personal data: {}", def.label.en);
    operation(format!("erase_{}", def.id), def.id, summary)
        .parameter_ref(parameter("id"))
        .parameter_ref(parameter("idempotency_key"))
        .request_body(Some(request(named("erase")).build()))
        .response("200", response("receipt"))
}

fn about(def: &RegisterDef, verb: &str, summary: &str, answer: &str) -> OperationBuilder {
    let summary = format!("{summary}: {}", def.label.en);
    let mut operation = operation(format!("{verb}_{}", def.id), def.id, summary)
        .parameter_ref(parameter("id"))
        .response("200", json(answer, named(shapes::name(verb))));
    let revision = || ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    match verb {
        "history" => {
            operation = operation
                .parameter(in_query("before", "Only revisions before this one.", revision()))
                .parameter_ref(parameter("limit"));
        }
        "proof" => {
            operation = operation.parameter(in_query(
                "rev",
                "The revision; the present one if absent.",
                revision(),
            ));
        }
        "links" | "findings" => operation = operation.parameter_ref(parameter("as_of")),
        _ => {}
    }
    operation
}

fn proof_file(def: &RegisterDef) -> OperationBuilder {
    let revision = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    let summary = format!("Proof of a revision as a C2SP tlog-proof file: {}", def.label.en);
    operation(format!("proof_file_{}", def.id), def.id, summary)
        .parameter_ref(parameter("id"))
        .parameter(in_query("rev", "The revision; the present one if absent.", revision))
        .response("200", bytes("The file.", "text/plain"))
}

fn export(def: &RegisterDef, kind: &str, media: &str) -> OperationBuilder {
    let summary = format!("The filtered list as {}: {}", kind.to_uppercase(), def.label.en);
    listed(operation(format!("export_{kind}_{}", def.id), def.id, summary), def)
        .response("200", bytes("The sheet.", media))
}

fn import(def: &RegisterDef) -> OperationBuilder {
    let sheet =
        |media: &str| ObjectBuilder::new().schema_type(Type::String).content_media_type(media);
    let form = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("file", sheet("text/csv"))
        .required("file");
    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let body = RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content("multipart/form-data", ContentBuilder::new().schema(Some(form)))
        .content("text/csv", ContentBuilder::new().schema(Some(sheet("text/csv"))))
        .content(xlsx, ContentBuilder::new().schema(Some(sheet(xlsx))));
    let preview = ObjectBuilder::new().schema_type(Type::Boolean).default(Some(false.into()));
    let summary = format!("Import CSV or XLSX: {}", def.label.en);
    operation(format!("import_{}", def.id), def.id, summary)
        .description(Some("The same file a second time changes nothing. At most 20 MiB."))
        .parameter(in_query("preview", "Only say what would happen.", preview))
        .parameter(in_query("file_name", "Name of the file, for bare bytes.", text("A name.")))
        .request_body(Some(body.build()))
        .response(
            "200",
            json("What happened, or would, row by row.", named(shapes::name("import"))),
        )
}
