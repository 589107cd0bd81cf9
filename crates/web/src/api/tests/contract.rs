//! The document and the answers say the same.

use super::harness::{Samples, World, named};
use crate::api::openapi::document;
use axum::http::Method;
use okiagari_model::{REGISTERS, Value};
use serde_json::json;
use std::collections::BTreeSet;

/// Where the reviewed document stands, from this file.
const SNAPSHOTS: &str = "../../../tests/snapshots";

fn operations() -> Vec<(Method, String, Value)> {
    let document: Value = serde_json::from_str(document()).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            all.push((method, path.clone(), operation.clone()));
        }
    }
    all
}

fn filled(path: &str, id: &str) -> String {
    path.replace("{id}", id).replace("{tile}", "0/000.p/1")
}

#[tokio::test]
async fn every_operation_needs_a_token_and_a_wrong_one_does_not_do() {
    let world = World::new();
    let mut open = Vec::new();
    for (method, path, operation) in operations() {
        let address = filled(&path, "x");
        let answer = world.send(method.clone(), &address, &[], "").await;
        if operation["security"] == json!([{}]) {
            answer.is(200);
            open.push(operation["operationId"].clone());
            continue;
        }
        let problem = answer.problem(401);
        assert_eq!(problem["instance"], format!("/api/v1{address}"));
        let wrong = format!("Bearer oki_{}", "x".repeat(43));
        let wrong = world.send(method, &address, &[("authorization", &wrong)], "").await;
        assert!(wrong.header("www-authenticate").starts_with("Bearer"));
        wrong.problem(401);
    }
    assert_eq!(open, ["get_openapi"]);
}

#[tokio::test]
async fn every_operation_of_the_document_is_served() {
    let world = World::new();
    let samples = Samples::new(&world);
    let whole: Value = serde_json::from_str(document()).unwrap();
    for (method, path, operation) in operations() {
        let register = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let id = match okiagari_model::register(register) {
            Some(def) if method == Method::GET && path.contains("{id}") => {
                let sent = json!({ "body": samples.body(def) });
                let made = world.post(&format!("/{register}"), sent).await.is(201).json();
                made["id"].as_str().unwrap().to_owned()
            }
            _ => "x".to_owned(),
        };
        let answer = world.call(method.clone(), &filled(&path, &id), None).await;
        let status = answer.status.as_u16();
        let fits = match method {
            // An item of evidence that was only registered has no file.
            Method::GET if path.ends_with("/file") => status == 404,
            Method::GET => status == 200,
            // Nothing was sent, or nothing is there: never that the address does not exist.
            _ => matches!(status, 404 | 415 | 422 | 428),
        };
        assert!(fits, "{method} {path}: {status} {}", String::from_utf8_lossy(&answer.bytes));
        let content = &operation["responses"]["200"]["content"]["application/json"];
        if status == 200 && path != "/openapi.json" && content.is_object() {
            matches(&answer.json(), &content["schema"], &whole, &format!("{method} {path}"));
        }
    }
    let problem = world.call(Method::DELETE, "/asset/x", None).await.problem(405);
    assert_eq!(problem["type"], "urn:okiagari:problem:method");
    world.get("/nothing").await.problem(404);
    world.get("/asset/x/nothing").await.problem(404);
}

#[tokio::test]
async fn a_token_that_may_only_read_changes_nothing() {
    let world = World::new();
    let bearer = format!("Bearer {}", world.reader);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    for (method, path, operation) in operations() {
        if method == Method::GET {
            continue;
        }
        let answer = world.send(method, &filled(&path, "x"), &headers, "{}").await;
        assert_eq!(answer.status, 403, "{}", operation["operationId"]);
        assert!(answer.header("www-authenticate").contains("insufficient_scope"));
    }
    world.send(Method::GET, "/asset", &headers, "").await.is(200);
}

#[tokio::test]
async fn nothing_of_another_organisation_is_seen_or_changed() {
    let world = World::new();
    let samples = Samples::new(&world);
    let bearer = format!("Bearer {}", world.stranger);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    for def in REGISTERS {
        let sent = json!({ "body": samples.body(def) });
        let made = world.post(&format!("/{}", def.id), sent).await.is(201).json();
        let id = made["id"].as_str().unwrap().to_owned();
        let one = format!("/{}/{id}", def.id);
        for path in ["", "/history", "/links", "/findings", "/steps", "/proof"] {
            world.send(Method::GET, &format!("{one}{path}"), &headers, "").await.problem(404);
        }
        let edit = r#"{"rev":1,"body":{}}"#;
        let answer = world.send(Method::PATCH, &one, &headers, edit).await;
        assert_eq!(answer.status, 404, "{}", def.id);
        let page = world.send(Method::GET, &format!("/{}?limit=500", def.id), &headers, "").await;
        let page = page.is(200).json();
        assert!(page["items"].as_array().unwrap().iter().all(|i| i["id"] != id.as_str()));
    }
    let asset = world.make("system", json!({ "name": "x" }));
    let sent = json!({ "body": { "name": "y", "depends_on": [asset.as_str()] } }).to_string();
    let answer = world.send(Method::POST, "/system", &headers, sent).await;
    if answer.status == 422 {
        let problem = answer.problem(422);
        assert!(
            named(&problem)
                .iter()
                .any(|(_, code)| code == "no_such_record" || code == "unknown_field")
        );
    } else {
        panic!("a reference across organisations was taken: {}", answer.status);
    }
}

/// Whether an answer is as the document says: types, members that must be there, and no others.
fn matches(value: &Value, schema: &Value, whole: &Value, at: &str) {
    let mut all = Vec::new();
    flat(schema, whole, &mut all);
    let types: Vec<&str> = all
        .iter()
        .flat_map(|s| match &s["type"] {
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            other => other.as_str().into_iter().collect::<Vec<_>>(),
        })
        .collect();
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(types.is_empty() || types.contains(&kind), "{at} is {kind}, not {types:?}");
    let property = |name: &str| {
        let found: Vec<&Value> = all.iter().map(|s| &s["properties"][name]).collect();
        found.into_iter().rev().find(|p| !p.is_null())
    };
    for (name, member) in value.as_object().into_iter().flatten() {
        let schema = property(name).unwrap_or_else(|| panic!("{at}.{name} is not documented"));
        matches(member, schema, whole, &format!("{at}.{name}"));
    }
    if value.is_object() {
        for name in all.iter().filter_map(|s| s["required"].as_array()).flatten() {
            let name = name.as_str().unwrap();
            assert!(value.get(name).is_some(), "{at}.{name} is missing");
        }
    }
    let items = all.iter().map(|s| &s["items"]).rev().find(|i| !i.is_null());
    for (entry, schema) in value.as_array().into_iter().flatten().zip(items.into_iter().cycle()) {
        matches(entry, schema, whole, &format!("{at}[]"));
    }
}

/// A schema with what it refers to and is made of.
fn flat<'a>(schema: &'a Value, whole: &'a Value, all: &mut Vec<&'a Value>) {
    if let Some(target) = schema["$ref"].as_str() {
        return flat(whole.pointer(target.trim_start_matches('#')).unwrap(), whole, all);
    }
    match schema["allOf"].as_array() {
        Some(parts) => parts.iter().for_each(|part| flat(part, whole, all)),
        None => all.push(schema),
    }
}

#[test]
fn operations_are_named_once_and_references_lead_somewhere() {
    let mut names = BTreeSet::new();
    for (_, path, operation) in operations() {
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(names.insert(name.clone()), "{name} stands twice ({path})");
    }
    for def in REGISTERS {
        for verb in ["list", "create", "get", "history", "proof", "import", "export_csv"] {
            assert!(names.contains(&format!("{verb}_{}", def.id)), "{verb}_{}", def.id);
        }
    }
    let whole: Value = serde_json::from_str(document()).unwrap();
    check_references(&whole, &whole);
}

fn check_references(part: &Value, whole: &Value) {
    match part {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get("$ref") {
                let pointer = target.strip_prefix('#').unwrap();
                assert!(whole.pointer(pointer).is_some(), "{target} leads nowhere");
            }
            map.values().for_each(|v| check_references(v, whole));
        }
        Value::Array(list) => list.iter().for_each(|v| check_references(v, whole)),
        _ => {}
    }
}

#[test]
fn every_field_of_every_register_stands_in_the_document_in_both_languages() {
    let document: Value = serde_json::from_str(document()).unwrap();
    for def in REGISTERS {
        let schema = &document["components"]["schemas"][def.id];
        assert_eq!(schema["x-label-ja"], def.label.ja);
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!(properties.len(), def.fields.len());
        for field in def.fields {
            let property = &properties[field.id];
            assert_eq!(property["x-label-ja"], field.label.ja, "{}.{}", def.id, field.id);
            assert_eq!(property["title"], field.label.en);
            assert_eq!(property["readOnly"].as_bool().unwrap_or_default(), field.system);
        }
    }
}

#[test]
fn the_document_is_as_reviewed() {
    let document: Value = serde_json::from_str(document()).unwrap();
    let mut text = String::new();
    lines(&document, 0, &mut text);
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => SNAPSHOTS }, {
        insta::assert_snapshot!("openapi", text);
    });
}

/// JSON with a line for whatever fits in one, so that a review sees a field as a line.
fn lines(value: &Value, depth: usize, out: &mut String) {
    let short = value.to_string();
    if short.len() + depth <= 200 || !(value.is_object() || value.is_array()) {
        out.push_str(&short);
        return;
    }
    let indent = " ".repeat(depth + 1);
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    out.push(open);
    let members = value.as_object().into_iter().flatten().map(|(name, v)| (Some(name), v));
    let entries = value.as_array().into_iter().flatten().map(|v| (None, v));
    for (i, (name, value)) in members.chain(entries).enumerate() {
        out.push_str(if i == 0 { "\n" } else { ",\n" });
        out.push_str(&indent);
        if let Some(name) = name {
            out.push_str(&format!("{}: ", Value::from(name.as_str())));
        }
        lines(value, depth + 1, out);
    }
    out.push_str(&format!("\n{}{close}", " ".repeat(depth)));
}

#[test]
fn an_outside_checker_takes_the_document() {
    match okiagari_tests::openapi::check(document()) {
        None | Some(Ok(())) => {}
        Some(Err(said)) => panic!("{said}"),
    }
}
