//! Bad input: each gets a clear answer that names what is wrong.

use super::harness::{World, named};
use axum::http::Method;
use serde_json::{Value, json};

async fn raw(world: &World, body: impl Into<axum::body::Body>) -> super::harness::Answer {
    let bearer = format!("Bearer {}", world.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    world.send(Method::POST, "/supplier", &headers, body).await
}

#[tokio::test]
async fn json_that_cannot_be_read_is_refused_with_the_place() {
    let world = World::new();
    for (body, part) in [
        (&b"{"[..], "JSON"),
        (b"[]", "オブジェクト"),
        (b"{\"body\":{\"name\":\"\xff\"}}", "UTF-8"),
        (br#"{"body":{"name":"a","name":"b"}}"#, "body.name"),
        (br#"{"body":{"name":"a\u0000"}}"#, "body.name"),
        (br#"{"body":{"name":1e999}}"#, "JSON"),
    ] {
        let problem = raw(&world, body).await.problem(400);
        assert!(problem["detail"].as_str().unwrap().contains(part), "{part} in {problem}");
    }
    let deep = format!("{}{}", r#"{"body":"#.repeat(5_000), "}".repeat(5_000));
    raw(&world, deep).await.problem(400);
    raw(&world, vec![b' '; (1 << 20) + 1]).await.problem(413);
    let bearer = format!("Bearer {}", world.token);
    let form = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    world.send(Method::POST, "/supplier", &form, "{}").await.problem(415);
}

#[tokio::test]
async fn everything_that_does_not_fit_is_named() {
    let world = World::new();
    let body = json!({ "body": {
        "name": "x".repeat(5_000),
        "nmae": "x",
        "_origin": "demo",
    }, "extra": 1 });
    let problem = raw(&world, body.to_string()).await.problem(422);
    assert_eq!(named(&problem), [("extra".to_owned(), "unknown_member".to_owned())]);
    let body = json!({ "body": { "name": "x".repeat(5_000), "nmae": "x", "_origin": "demo" } });
    let names = named(&raw(&world, body.to_string()).await.problem(422));
    for expected in [("name", "too_long"), ("nmae", "unknown_field"), ("_origin", "unknown_field")]
    {
        let expected = (expected.0.to_owned(), expected.1.to_owned());
        assert!(names.contains(&expected), "{expected:?} in {names:?}");
    }
    let problem = raw(&world, r#"{"body":{}}"#).await.problem(422);
    assert_eq!(named(&problem), [("name".to_owned(), "required".to_owned())]);
    let problem = raw(&world, "").await.problem(422);
    assert_eq!(named(&problem), [("body".to_owned(), "required".to_owned())]);
    for odd in [json!(9_007_199_254_740_993_i64), json!(1.5), json!([]), json!({}), json!(true)] {
        let body = json!({ "body": { "name": odd } });
        let problem = raw(&world, body.to_string()).await.problem(422);
        assert_eq!(named(&problem), [("name".to_owned(), "wrong_type".to_owned())]);
    }
}

#[tokio::test]
async fn a_problem_speaks_the_language_that_is_asked_for() {
    let world = World::new();
    let ja = world.get("/asset?limit=0").await.problem(422);
    let en =
        world.call_with(Method::GET, "/asset?limit=0", &[("accept-language", "en")], None).await;
    assert_eq!(en.header("content-language"), "en");
    let en = en.problem(422);
    assert!(
        en["detail"].as_str().unwrap().is_ascii() && !ja["detail"].as_str().unwrap().is_ascii()
    );
    assert_eq!(named(&ja), named(&en));
}

#[tokio::test]
async fn a_repeated_request_is_answered_and_not_done_again() {
    let world = World::new();
    let body = json!({ "body": { "name": "一度だけ" } });
    let key = [("idempotency-key", "3f0c")];
    let first = world.call_with(Method::POST, "/supplier", &key, Some(&body)).await.is(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    let second = world.call_with(Method::POST, "/supplier", &key, Some(&body)).await.is(201);
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(first.json(), second.json());
    assert_eq!(world.get("/supplier").await.json()["total"], 1);
    let other = json!({ "body": { "name": "別の内容" } });
    let reused = world.call_with(Method::POST, "/supplier", &key, Some(&other)).await.problem(409);
    assert_eq!(reused["type"], "urn:okiagari:problem:key-reused");
    let bad = [("idempotency-key", "a b")];
    let problem = world.call_with(Method::POST, "/supplier", &bad, Some(&other)).await.problem(422);
    assert_eq!(problem["errors"][0]["in"], "header");
}

#[tokio::test]
async fn who_may_not_gets_403_and_ids_that_are_none_404() {
    let world = World::new();
    let bearer = format!("Bearer {}", world.employee);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    world.send(Method::GET, "/supplier", &headers, "").await.problem(403);
    let body = r#"{"body":{"name":"x"}}"#;
    world.send(Method::POST, "/supplier", &headers, body).await.problem(403);
    for id in ["nothing", "%2e%2e", "a%2fb", "%ff", "%00", &"x".repeat(400)] {
        world.get(&format!("/supplier/{id}")).await.problem(404);
    }
    world.get("/s%ffupplier").await.problem(404);
    let foreign = json!({ "body": { "name": "x", "systems": ["nothing"] } });
    raw(&world, foreign.to_string()).await.problem(422);
    let cursor = world.get("/supplier?cursor=abc").await.problem(422);
    assert!(!cursor["detail"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn shared_views_answer_and_refuse_what_they_do_not_know() {
    let world = World::new();
    world.make("asset", json!({ "name": "受注サーバー" }));
    for path in ["/findings", "/deadlines", "/metrics", "/requirements", "/search?q=受注"] {
        let path = path.replace("受注", "%E5%8F%97%E6%B3%A8");
        let answer = world.get(&path).await.is(200).json();
        assert!(answer["items"].is_array(), "{path}");
    }
    let found = world.get("/search?q=%E5%8F%97%E6%B3%A8").await.json();
    assert_eq!(found["items"][0]["title"], "受注サーバー");
    let serious = world.get("/findings?severity=notice&register=asset&wing=identify").await.json();
    let items = serious["items"].as_array().unwrap();
    assert!(!items.is_empty() && items.iter().all(|i| i["register"] == "asset"));
    for path in ["/findings?severity=x", "/deadlines?x=1", "/metrics?a", "/search?limit=x"] {
        world.get(path).await.problem(422);
    }
}

#[tokio::test]
async fn the_log_is_served_as_tiles() {
    let world = World::new();
    let size = world.app.leaf_at(
        &world.app.ctx(&member(&world), okiagari_model::Lang::En).unwrap(),
        okiagari_model::Time::from_millis(i64::MAX),
    );
    let size = size.unwrap().unwrap() + 1;
    let note = world.get("/log/checkpoint").await.is(200);
    let note = String::from_utf8(note.bytes.to_vec()).unwrap();
    assert_eq!(note.lines().nth(1), Some(size.to_string().as_str()), "{note}");
    let tile = world.get(&format!("/log/tile/0/000.p/{size}")).await.is(200);
    let hashes = okiagari_log::Hash::split_all(&tile.bytes).unwrap();
    let root = okiagari_log::merkle_root(&hashes).to_base64();
    assert_eq!(note.lines().nth(2), Some(root.as_str()));
    let bundle = world.get(&format!("/log/tile/entries/000.p/{size}")).await.is(200);
    let leaves = okiagari_log::tile::decode_entries(&bundle.bytes).unwrap();
    let of: Vec<_> = leaves.iter().map(|leaf| okiagari_log::leaf_hash(leaf)).collect();
    assert_eq!(of, hashes);
    world.get(&format!("/log/tile/0/000.p/{}", size + 1)).await.problem(404);
    world.get("/log/tile/0/../000").await.problem(404);
    let bearer = format!("Bearer {}", world.employee);
    let headers = [("authorization", bearer.as_str())];
    world.send(Method::GET, "/log/tile/entries/000.p/1", &headers, "").await.problem(403);
    world.send(Method::GET, "/log/tile/0/000.p/1", &headers, "").await.is(200);
}

fn member(world: &World) -> okiagari_app::Member {
    okiagari_app::Member {
        org: world.org.clone(),
        account: okiagari_model::AccountId::new("nobody"),
        person: None,
        contact: None,
    }
}

#[tokio::test]
async fn a_heartbeat_is_kept_to_the_minute() {
    let world = World::new();
    let id = world.make("log_source", json!({ "name": "境界の防火壁" }));
    let path = format!("/signals/{id}");
    let first = world.call(Method::POST, &path, None).await.is(200).json();
    assert_eq!(first["rev"], 2);
    world.pass(30_000);
    assert_eq!(world.call(Method::POST, &path, None).await.is(200).json()["rev"], 2);
    world.pass(31_000);
    assert_eq!(world.call(Method::POST, &path, None).await.is(200).json()["rev"], 3);
    let item = world.get(&format!("/log_source/{id}")).await.json();
    assert_eq!(item["body"]["last_seen_at"], "2026-11-20T17:41:01.000Z");
    world.call(Method::POST, "/signals/nothing", None).await.problem(404);
    let _: Value = item;
}

#[tokio::test]
async fn an_account_that_asks_too_often_is_told_to_wait() {
    let limits = std::sync::Arc::new(crate::guard::Limits::new(1));
    let world = World::new().limited(limits.clone());
    let account = world.app.auth().token(&world.token).unwrap().member.account;
    world.get("/asset").await.is(200);
    // The allowance grows again while this runs, so it is used up anew until an answer shows it.
    for _ in 0..1_000 {
        while limits.account(account.as_str()) {}
        let answer = world.get("/asset").await;
        if answer.status == 429 {
            assert!(!answer.header("retry-after").is_empty());
            answer.problem(429);
            return;
        }
    }
    panic!("no request was ever refused");
}
