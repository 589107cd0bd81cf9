//! The operations across registers.

use super::common::{in_path, in_query, parameter, response};
use super::registers::{bytes, get_only, json, operation, post_only};
use super::schema::{named, text};
use super::shapes;
use okiagari_model::{REGISTERS, Severity, Wing};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::PathsBuilder;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Required, ResponseBuilder};

/// Tag of these operations.
pub const TAG: &str = "shared";

fn answer(description: &str, shape: &str) -> ResponseBuilder {
    json(description, named(shapes::name(shape)))
}

fn op(name: &str, summary: &str) -> utoipa::openapi::path::OperationBuilder {
    operation(name.to_owned(), TAG, summary.to_owned())
}

/// Their paths.
pub fn paths(all: PathsBuilder) -> PathsBuilder {
    let open = op("get_openapi", "This document")
        .security(SecurityRequirement::default())
        .response("200", json("The document.", ObjectBuilder::new().schema_type(Type::Object)));
    log(all)
        .path("/openapi.json", get_only(open))
        .path("/findings", get_only(findings()))
        .path("/search", get_only(search()))
        .path(
            "/deadlines",
            get_only(
                op("list_deadlines", "What runs on a deadline, late ones first")
                    .response("200", answer("Deadlines.", "deadlines")),
            ),
        )
        .path("/metrics", get_only(metrics()))
        .path(
            "/requirements",
            get_only(
                op("list_requirements", "Requirements and what meets them")
                    .response("200", answer("Requirements.", "requirements")),
            ),
        )
        .path("/signals", post_only(monitoring()))
        .path("/signals/{id}", post_only(signal()))
        .path("/evidence/{id}/file", get_only(evidence_file()))
}

fn log(all: PathsBuilder) -> PathsBuilder {
    let checkpoint = op("get_checkpoint", "The signed checkpoint of the organisation's log")
        .response("200", bytes("A C2SP signed note.", "text/plain"));
    let tile = op("get_tile", "A tile of the log (C2SP tlog-tiles)")
        .parameter(in_path(
            "tile",
            "Level and index as in C2SP tlog-tiles: `0/x001/234`, `0/000.p/17`, `entries/000`. \
             The slashes are part of the address.",
            text("A path."),
        ))
        .response("200", bytes("The tile.", "application/octet-stream"));
    all.path("/log/checkpoint", get_only(checkpoint)).path("/log/tile/{tile}", get_only(tile))
}

fn findings() -> utoipa::openapi::path::OperationBuilder {
    let severities = super::super::views::SEVERITIES.map(Severity::id);
    op("list_findings", "What is missing, by rule, worst first")
        .parameter(in_query(
            "severity",
            "At least so much.",
            text("A severity.").enum_values(Some(severities)),
        ))
        .parameter(in_query(
            "wing",
            "Of one wing.",
            text("A wing.").enum_values(Some(Wing::ALL.map(Wing::id))),
        ))
        .parameter(in_query(
            "register",
            "Of one register.",
            text("A register.").enum_values(Some(REGISTERS.iter().map(|d| d.id))),
        ))
        .parameter(in_query(
            "mine",
            "Only what belongs to me.",
            ObjectBuilder::new().schema_type(Type::Boolean),
        ))
        .parameter_ref(parameter("cursor"))
        .response("200", answer("Findings.", "missing"))
}

fn search() -> utoipa::openapi::path::OperationBuilder {
    op("search", "Records by words, across registers")
        .parameter_ref(parameter("q"))
        .parameter_ref(parameter("limit"))
        .response("200", answer("What was found, latest change first.", "hits"))
}

fn metrics() -> utoipa::openapi::path::OperationBuilder {
    op("list_metrics", "Metrics, now and before, with the records behind them")
        .response("200", answer("Metrics.", "metrics"))
}

fn monitoring() -> utoipa::openapi::path::OperationBuilder {
    op(
        "send_signal",
        "A result of monitoring (`body`: source, at, asset, kind, text, severity). Where it meets a \
         rule of combination together with others, a report is made",
    )
    .request_body(Some(
        RequestBodyBuilder::new()
            .required(Some(Required::True))
            .content("application/json", ContentBuilder::new().schema(Some(sent_signal())).build())
            .build(),
    ))
    .response("201", answer("What became of it.", "signal_taken"))
}

/// What is sent: the fields of a signal inside `body`.
fn sent_signal() -> ObjectBuilder {
    let mut fields = ObjectBuilder::new().schema_type(Type::Object);
    for (name, about) in [
        ("source", "Sensor or system it comes from."),
        ("at", "When it happened, RFC 3339."),
        ("asset", "Device, system or account it is about."),
        ("kind", "Its type."),
        ("text", "What it says."),
        ("severity", "low, medium, high or critical."),
    ] {
        fields = fields.property(name, text(about));
    }
    for needed in ["source", "at", "kind"] {
        fields = fields.required(needed);
    }
    ObjectBuilder::new().schema_type(Type::Object).property("body", fields).required("body")
}

fn signal() -> utoipa::openapi::path::OperationBuilder {
    op("signal", "Say that logs of a source still arrive (sets its last arrival to now)")
        .parameter_ref(parameter("id"))
        .response("200", response("receipt"))
}

fn evidence_file() -> utoipa::openapi::path::OperationBuilder {
    op("get_evidence_file", "The original of an item of evidence, as it was handed in")
        .parameter_ref(parameter("id"))
        .response("200", bytes("The file.", "application/octet-stream"))
}
