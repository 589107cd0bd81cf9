//! What holds for every register alike.

use super::harness::{Samples, World, named};
use axum::http::Method;
use okiagari_app::Actor;
use okiagari_model::{Change, FieldKind, REGISTERS, RegisterDef, RowFilter, Value};
use serde_json::json;

async fn created(world: &World, samples: &Samples<'_>, def: &'static RegisterDef) -> String {
    let body = json!({ "body": samples.body(def) });
    let answer = world.post(&format!("/{}", def.id), body).await;
    assert_eq!(answer.status, 201, "{}: {}", def.id, String::from_utf8_lossy(&answer.bytes));
    let receipt = answer.json();
    let id = receipt["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), format!("/api/v1/{}/{id}", def.id));
    assert_eq!(answer.header("etag"), "\"1\"");
    assert_eq!((&receipt["rev"], &receipt["register"]), (&json!(1), &json!(def.id)));
    id
}

#[tokio::test]
async fn making_and_reading_works_for_every_register() {
    let world = World::new();
    let samples = Samples::new(&world);
    for def in REGISTERS {
        let typed = samples.body(def);
        let id = created(&world, &samples, def).await;
        let one = format!("/{}/{id}", def.id);
        let answer = world.get(&one).await.is(200);
        assert_eq!(answer.header("etag"), "\"1\"");
        let item = answer.json();
        for (field, value) in typed.as_object().unwrap() {
            let kind = def.field(field).unwrap().kind;
            let shown = &item["body"][field];
            match kind {
                FieldKind::Time => assert_eq!(shown, "2026-11-20T17:00:00.000Z", "{}", def.id),
                FieldKind::Ref(_) | FieldKind::Refs(_) | FieldKind::Rows(_) | FieldKind::AnyRef => {
                    assert!(!shown.is_null());
                }
                _ => assert_eq!(shown, value, "{}.{field}", def.id),
            }
        }
        let same = world
            .call_with(Method::GET, &one, &[("if-none-match", "W/\"1\", \"7\"")], None)
            .await
            .is(304);
        assert!(same.bytes.is_empty());
        let page = world.get(&format!("/{}?limit=500", def.id)).await.is(200).json();
        let items = page["items"].as_array().unwrap();
        assert!(items.iter().any(|i| i["id"] == id.as_str()), "{}", def.id);
        assert!(items.iter().all(|i| i["updated_at"].is_string()));
        assert_eq!(page["total"], json!(items.len()));
        for verb in ["history", "links", "findings", "steps", "derived"] {
            let answer = world.get(&format!("{one}/{verb}")).await.is(200).json();
            assert!(answer["items"].is_array(), "{verb} of {}", def.id);
        }
        let proof = world.get(&format!("{one}/proof")).await.is(200).json();
        assert_eq!(proof["leaf"], item["leaf"], "{}", def.id);
        let file = world.get(&format!("{one}/proof.tlog-proof")).await.is(200);
        let check = world.app.verify_upload(&file.bytes).unwrap();
        assert!(check.good(), "{}: {:?}", def.id, check.lines);
        let csv = world.get(&format!("/{}/export.csv", def.id)).await.is(200);
        assert!(csv.bytes.starts_with("\u{feff}".as_bytes()), "{}", def.id);
        let xlsx = world.get(&format!("/{}/export.xlsx", def.id)).await.is(200);
        assert!(xlsx.bytes.starts_with(b"PK"), "{}", def.id);
    }
}

/// A field that a person types freely, and another text for it.
fn typed_text(def: &'static RegisterDef) -> Option<&'static str> {
    let free = |kind| matches!(kind, FieldKind::Text | FieldKind::LongText);
    let fields = def.fields.iter().filter(|f| free(f.kind) && !f.system);
    fields.filter(|f| f.auto_number.is_none() && f.max > 10).map(|f| f.id).next()
}

#[tokio::test]
async fn a_record_is_made_with_its_reason() {
    let world = World::new();
    let asked = json!({ "body": { "name": "名簿" }, "reason": "棚卸しで見つけた" });
    let made = world.call(Method::POST, "/asset", Some(&asked)).await.is(201).json();
    let id = made["id"].as_str().unwrap();
    let kept = world.get(&format!("/asset/{id}")).await.is(200).json();
    assert_eq!((&kept["rev"], &kept["reason"]), (&json!(1), &json!("棚卸しで見つけた")));
}

#[tokio::test]
async fn changing_and_ending_works_for_every_register() {
    let world = World::new();
    let samples = Samples::new(&world);
    for def in REGISTERS {
        let Some(field) = typed_text(def).filter(|_| def.id != "setting") else { continue };
        let id = created(&world, &samples, def).await;
        let one = format!("/{}/{id}", def.id);
        let patch = json!({ "body": { field: "直した見本" }, "reason": "試し" });
        let needed = world.call(Method::PATCH, &one, Some(&patch)).await;
        if def.append_only {
            needed.problem(428);
            let tag = [("if-match", "\"1\"")];
            let refused = world.call_with(Method::PATCH, &one, &tag, Some(&patch)).await;
            assert_eq!(refused.problem(409)["type"], "urn:okiagari:problem:append-only");
            continue;
        }
        needed.problem(428);
        let tag = [("if-match", "\"1\"")];
        let done = world.call_with(Method::PATCH, &one, &tag, Some(&patch)).await.is(200);
        assert_eq!(done.header("etag"), "\"2\"", "{}", def.id);
        let stale = world.call_with(Method::PATCH, &one, &tag, Some(&patch)).await.problem(409);
        assert_eq!((&stale["revision_seen"], &stale["revision_now"]), (&json!(1), &json!(2)));
        let now = world.get(&one).await.is(200).json();
        assert_eq!((&now["body"][field], &now["reason"]), (&json!("直した見本"), &json!("試し")));
        let leaf = now["leaf"].as_u64().unwrap();
        let then = world.get(&format!("{one}?as_of={}", leaf - 1)).await.is(200).json();
        assert_eq!(then["rev"], 1, "{}", def.id);
        assert_ne!(then["body"][field], "直した見本");
        let story = world.get(&format!("{one}/history")).await.is(200).json();
        assert_eq!(story["items"][0]["rev"], 2);
        assert_eq!(story["items"][0]["changes"][0]["new"], "直した見本", "{}", def.id);
        let end = json!({ "rev": 2, "reason": "もう使わない" });
        // What has a way to its end is ended there, by its steps, and nowhere before.
        if def.flow.is_some_and(|flow| flow.has_end()) {
            world.post(&format!("{one}/end"), end).await.problem(409);
            continue;
        }
        world.post(&format!("{one}/end"), end).await.is(200);
        let page = world.get(&format!("/{}?limit=500", def.id)).await.is(200).json();
        let here =
            |page: &Value| page["items"].as_array().unwrap().iter().any(|i| i["id"] == id.as_str());
        assert!(!here(&page), "{}", def.id);
        let since = format!("/{}?limit=500&updated_since=2026-11-20T00:00:00Z", def.id);
        assert!(here(&world.get(&since).await.is(200).json()), "{}", def.id);
        let again = json!({ "rev": 3, "body": { field: "x" } });
        let over = world.call(Method::PATCH, &one, Some(&again)).await.problem(409);
        assert_eq!(over["type"], "urn:okiagari:problem:ended", "{}", def.id);
    }
}

/// Lifts all holds, so that erasure is free.
fn lift_holds(world: &World) {
    let def = okiagari_model::register("hold").unwrap();
    let all = RowFilter::everything();
    let holds = world.app.store().read(|tx| tx.all(&world.org, def, &all)).unwrap();
    let by = okiagari_model::register("person").unwrap();
    let people = world.app.store().read(|tx| tx.all(&world.org, by, &all)).unwrap();
    for hold in holds.iter().filter(|h| h.text("state") == "held") {
        let mut patch = okiagari_model::Body::new();
        patch.insert("lifted_by".into(), people[0].id.as_str().into());
        let change = Change::Step {
            def,
            id: hold.id.clone(),
            rev: None,
            step: "lift".into(),
            patch,
            reason: Some("本人の求め".into()),
        };
        world.app.change_as(&world.org, Actor::Program("test"), change).unwrap();
    }
}

#[tokio::test]
async fn personal_fields_are_erased_and_others_are_not() {
    let world = World::new();
    let samples = Samples::new(&world);
    let mut erased = 0;
    for def in REGISTERS {
        let personal = def.fields.iter().find(|f| f.personal && !f.system);
        let Some(field) = personal else { continue };
        let mut body = samples.body(def);
        body[field.id] = samples.value(field);
        let made = world.post(&format!("/{}", def.id), json!({ "body": body })).await.is(201);
        let one = format!("/{}/{}", def.id, made.json()["id"].as_str().unwrap());
        lift_holds(&world);
        let asked = json!({ "fields": [field.id], "reason": "本人の求め" });
        world.post(&format!("{one}/erase"), asked).await.is(200);
        let item = world.get(&one).await.is(200).json();
        assert!(item["body"].get(field.id).is_none(), "{}.{}", def.id, field.id);
        let story = world.get(&format!("{one}/history")).await.is(200);
        let text = String::from_utf8(story.bytes.to_vec()).unwrap();
        assert!(text.contains("\"erased\":true"), "{}: {text}", def.id);
        let other = def.fields.iter().find(|f| !f.personal).unwrap();
        let asked = json!({ "fields": [other.id], "reason": "x" });
        let problem = world.post(&format!("{one}/erase"), asked).await.problem(422);
        assert_eq!(named(&problem), [(other.id.to_owned(), "not_erasable".to_owned())]);
        erased += 1;
    }
    assert!(erased > 0, "no register holds personal data");
}

#[tokio::test]
async fn every_first_step_answers_and_many_can_be_taken() {
    let world = World::new();
    let samples = Samples::new(&world);
    let (mut taken, mut closed) = (0, 0);
    for def in REGISTERS {
        let Some(flow) = def.flow else { continue };
        for step in flow.transitions.iter().filter(|t| t.from.contains(&flow.initial)) {
            let id = created(&world, &samples, def).await;
            let asks = step.asks.iter().filter_map(|(name, _)| def.field(name));
            let body: serde_json::Map<String, Value> =
                asks.map(|f| (f.id.to_owned(), samples.value(f))).collect();
            let path = format!("/{}/{id}/steps/{}", def.id, step.id);
            let request = json!({ "body": body, "reason": "試し", "rev": 1 });
            let answer = world.post(&path, request).await;
            match answer.status.as_u16() {
                200 => {
                    taken += 1;
                    let item = world.get(&format!("/{}/{id}", def.id)).await.is(200).json();
                    assert_eq!(item["body"][flow.field], step.to, "{path}");
                }
                409 => {
                    let problem = answer.problem(409);
                    assert!(!problem["gates"].as_array().unwrap().is_empty(), "{problem}");
                    closed += 1;
                }
                403 | 422 => {}
                other => panic!("{path}: {other} {}", String::from_utf8_lossy(&answer.bytes)),
            }
        }
        let id = created(&world, &samples, def).await;
        world.post(&format!("/{}/{id}/steps/nothing", def.id), json!({})).await.problem(404);
    }
    assert!(taken >= 10 && closed >= 1, "{taken} taken, {closed} closed");
}

#[tokio::test]
async fn a_page_leads_to_the_next_until_all_were_seen() {
    let world = World::new();
    for n in 0..7 {
        world.make("supplier", json!({ "name": format!("取引先{n}") }));
    }
    let mut path = "/supplier?limit=3&sort=-name".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = world.get(&path).await.is(200).json();
        assert_eq!((&page["total"], &page["total_exact"]), (&json!(7), &json!(true)));
        for item in page["items"].as_array().unwrap() {
            seen.push(item["body"]["name"].as_str().unwrap().to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(next) => path = format!("/supplier?limit=3&sort=-name&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<String> = (0..7).rev().map(|n| format!("取引先{n}")).collect();
    assert_eq!(seen, expected);
}
