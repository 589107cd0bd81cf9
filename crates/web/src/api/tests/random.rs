//! Whatever is sent, the answer is never that the server broke.

use super::harness::{Samples, World};
use axum::http::Method;
use okiagari_model::{REGISTERS, Value};
use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("2026-11-21T00:00:00Z")),
        Just(json!("9999-12-31T23:59:59.999999999-23:59")),
        Just(json!("0000-01-01")),
        Just(json!("person/x")),
        Just(json!("new")),
        Just(json!("a\u{7}b")),
        Just(json!("x".repeat(30_000))),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            hash_map("[a-z_]{0,8}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A field's place in the fields of a register, and what is put there instead.
fn changes() -> impl Strategy<Value = (usize, Vec<(usize, Value)>, usize)> {
    (any::<usize>(), vec((any::<usize>(), value()), 1..4), any::<usize>())
}

fn runner(cases: u32) -> TestRunner {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(Config { cases, failure_persistence: None, ..Config::default() }, rng)
}

#[test]
fn random_json_never_breaks_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = World::new();
    let samples = Samples::new(&world);
    let mut records = Vec::new();
    for def in REGISTERS {
        let path = format!("/{}", def.id);
        let made = world.post(&path, json!({ "body": samples.body(def) }));
        let made = runtime.block_on(made).is(201).json();
        records.push(made["id"].as_str().unwrap().to_owned());
    }
    let bodies: Vec<Value> = REGISTERS.iter().map(|def| samples.body(def)).collect();
    let checked = runner(1_000).run(&changes(), |(at, put, way)| {
        let at = at % REGISTERS.len();
        let def = REGISTERS[at];
        let mut body = bodies[at].clone();
        for (field, value) in put {
            body[def.fields[field % def.fields.len()].id] = value;
        }
        let one = format!("/{}/{}", def.id, records[at]);
        let steps = def.flow.map_or(&[][..], |f| f.transitions);
        let (method, path, request) = match way % 6 {
            0 | 1 => (Method::POST, format!("/{}", def.id), json!({ "body": body })),
            2 => (Method::PATCH, one, json!({ "body": body, "rev": 1 + way % 5 })),
            3 if !steps.is_empty() => {
                let step = steps[way % steps.len()].id;
                (
                    Method::POST,
                    format!("{one}/steps/{step}"),
                    json!({ "body": body, "reason": "x" }),
                )
            }
            4 => (Method::POST, format!("{one}/erase"), body),
            _ => (Method::POST, format!("{one}/end"), json!({ "rev": body, "reason": body })),
        };
        let answer = runtime.block_on(world.call(method.clone(), &path, Some(&request)));
        prop_assert!(
            answer.status.as_u16() < 500,
            "{method} {path} {request}: {}",
            String::from_utf8_lossy(&answer.bytes)
        );
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn random_addresses_never_break_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = World::new();
    let names = prop_oneof![
        "[a-z_.]{0,12}",
        Just("q".to_owned()),
        Just("sort".to_owned()),
        Just("cursor".to_owned()),
        Just("as_of".to_owned()),
        Just("updated_since".to_owned()),
        (any::<usize>(), any::<usize>(), any::<usize>()).prop_map(|(r, f, o)| {
            let fields = REGISTERS[r % REGISTERS.len()].fields;
            let ops = super::super::query::OPS;
            format!("{}.{}", fields[f % fields.len()].id, ops[o % ops.len()].0)
        }),
    ];
    let values = prop_oneof![
        "[a-zA-Z0-9%+:,-]{0,30}",
        Just("2026-11-21T00:00:00Z".to_owned()),
        Just("-1".to_owned()),
        Just("18446744073709551615".to_owned()),
        Just("%E3%81%82".to_owned()),
        Just("\"*()%22AND".replace('"', "%22")),
    ];
    let queries = (any::<usize>(), vec((names, values), 0..5));
    let checked = runner(1_000).run(&queries, |(at, pairs)| {
        let def = REGISTERS[at % REGISTERS.len()];
        let query: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let path = format!("/{}?{}", def.id, query.join("&"));
        let answer = runtime.block_on(world.get(&path));
        prop_assert!(
            answer.status.as_u16() < 500,
            "{path}: {}",
            String::from_utf8_lossy(&answer.bytes)
        );
        Ok(())
    });
    checked.unwrap();
}
