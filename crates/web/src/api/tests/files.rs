//! Files: evidence, and sheets for import.

use super::harness::{Answer, World, named};
use axum::http::Method;
use serde_json::json;

fn form(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map_or_else(String::new, |f| format!("; filename=\"{f}\""));
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend(head.as_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    body
}

async fn send(world: &World, path: &str, media: &str, body: impl Into<axum::body::Body>) -> Answer {
    let bearer = format!("Bearer {}", world.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", media)];
    world.send(Method::POST, path, &headers, body).await
}

const FORM: &str = "multipart/form-data; boundary=b";

#[tokio::test]
async fn evidence_comes_back_as_it_was_sent_by_both_ways() {
    let world = World::new();
    let bytes: Vec<u8> = (0..150_000_u32).map(|n| (n % 251) as u8).collect();
    let fields = json!({ "kind": "log", "taken_at": "2026-11-21T02:00:00+09:00" }).to_string();
    let parts = [("fields", None, fields.as_bytes()), ("file", Some("../証拠.log"), &bytes[..])];
    let made = send(&world, "/evidence", FORM, form(&parts)).await.is(201).json();
    let one = format!("/evidence/{}", made["id"].as_str().unwrap());
    let item = world.get(&one).await.is(200).json();
    assert_eq!((&item["body"]["size"], &item["body"]["kind"]), (&json!(150_000), &json!("log")));
    assert_eq!(item["body"]["file_name"], "証拠.log");
    let file = world.get(&format!("{one}/file")).await.is(200);
    assert_eq!(file.bytes, bytes);
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").starts_with("attachment"));
    let path = "/evidence?file_name=a.bin&kind=sample";
    let made = send(&world, path, "application/octet-stream", "abc").await.is(201).json();
    let file = world.get(&format!("/evidence/{}/file", made["id"].as_str().unwrap())).await;
    assert_eq!(file.is(200).bytes, "abc");
}

#[tokio::test]
async fn files_that_do_not_fit_leave_nothing_behind() {
    let world = World::new();
    let large = vec![0_u8; 200_001];
    let media = "application/octet-stream";
    send(&world, "/evidence?file_name=a", media, large.clone()).await.problem(413);
    let parts = [("fields", None, &b"{}"[..]), ("file", Some("a"), &large[..])];
    send(&world, "/evidence", FORM, form(&parts)).await.problem(413);
    let problem = send(&world, "/evidence", media, "abc").await.problem(422);
    assert_eq!(named(&problem), [("file_name".to_owned(), "required".to_owned())]);
    let parts = [("file", Some("a"), &b"abc"[..])];
    let problem = send(&world, "/evidence", FORM, form(&parts)).await.problem(422);
    assert_eq!(named(&problem), [("file".to_owned(), "unexpected_part".to_owned())]);
    let parts = [("fields", None, &br#"{"kind":"x","kind":"y"}"#[..])];
    send(&world, "/evidence", FORM, form(&parts)).await.problem(400);
    send(&world, "/evidence", FORM, "no form at all").await.problem(400);
    let path = "/evidence?file_name=a&sha256=00&nmae=1";
    let names = named(&send(&world, path, media, "abc").await.problem(422));
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(world.get("/evidence").await.json()["total"], 0);
}

#[tokio::test]
async fn a_sheet_is_previewed_then_taken_and_changes_nothing_the_second_time() {
    let world = World::new();
    world.make("supplier", json!({ "name": "あかり運送" }));
    let csv = world.get("/supplier/export.csv").await.is(200).bytes;
    let mut text = String::from_utf8(csv.to_vec()).unwrap();
    let columns = text.lines().next().unwrap().split(',').count();
    let label = okiagari_model::register("supplier").unwrap().title_field().unwrap().label.ja;
    let at = text.lines().next().unwrap().trim_start_matches('\u{feff}').split(',');
    let at = at.map(|c| c.trim_matches('"')).position(|c| c == label || c.starts_with(label));
    let row: Vec<&str> =
        (0..columns).map(|i| if Some(i) == at { "ひかり倉庫" } else { "" }).collect();
    text.push_str(&format!("{}\r\n", row.join(",")));
    let preview = send(&world, "/supplier/import?preview=true", "text/csv", text.clone()).await;
    let preview = preview.is(200).json();
    assert_eq!(preview["counts"], json!({ "new": 1, "change": 0, "same": 1, "refused": 0 }));
    assert_eq!(world.get("/supplier").await.json()["total"], 1);
    let parts = [("file", Some("a.csv"), text.as_bytes())];
    let done = send(&world, "/supplier/import", FORM, form(&parts)).await.is(200).json();
    assert_eq!(done["counts"]["new"], 1);
    assert_eq!(world.get("/supplier").await.json()["total"], 2);
    let again = send(&world, "/supplier/import", "text/csv", text).await.is(200).json();
    assert_eq!(again["counts"]["same"], 2, "{again}");
}

#[tokio::test]
async fn sheets_that_are_none_are_refused() {
    let world = World::new();
    send(&world, "/supplier/import", "text/plain", "a").await.problem(415);
    send(&world, "/supplier/import?x=1", "text/csv", "a").await.problem(422);
    send(&world, "/supplier/import", "text/csv", "知らない見出し\r\nx\r\n").await.problem(422);
    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    send(&world, "/supplier/import", xlsx, "PK not a zip").await.problem(422);
    send(&world, "/supplier/import", "text/csv", vec![b'a'; (20 << 20) + 1]).await.problem(413);
    let bearer = format!("Bearer {}", world.token);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "text/csv"),
        ("idempotency-key", "k"),
    ];
    world.send(Method::POST, "/supplier/import", &headers, "a").await.problem(422);
}

#[tokio::test]
async fn a_file_that_comes_again_with_its_key_is_kept_once_and_answered_alike() {
    let world = World::new();
    let bearer = format!("Bearer {}", world.token);
    let send = async |key: &str, path: &str, media: &str, body: Vec<u8>| {
        let headers =
            [("authorization", bearer.as_str()), ("content-type", media), ("idempotency-key", key)];
        world.send(Method::POST, path, &headers, body).await
    };
    let (path, bare) = ("/evidence?file_name=a.bin&kind=sample", "application/octet-stream");
    let first = send("k1", path, bare, b"abc".to_vec()).await.is(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    let again = send("k1", path, bare, b"abc".to_vec()).await.is(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.json(), again.json());
    let reused = "urn:okiagari:problem:key-reused";
    let other = send("k1", path, bare, b"abd".to_vec()).await.problem(409);
    assert_eq!(other["type"], reused, "another file");
    let renamed = "/evidence?file_name=b.bin&kind=sample";
    let other = send("k1", renamed, bare, b"abc".to_vec()).await.problem(409);
    assert_eq!(other["type"], reused, "another name");
    send("k1", path, bare, vec![0; 200_001]).await.problem(413);
    let parts = [("fields", None, &br#"{"kind":"log"}"#[..]), ("file", Some("f"), &b"xyz"[..])];
    let first = send("k2", "/evidence", FORM, form(&parts)).await.is(201).json();
    let again = send("k2", "/evidence", FORM, form(&parts)).await.is(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first, again.json());
    let two = (0..2).map(|_| send("k3", path, bare, b"once".to_vec()));
    let two = futures_util::future::join_all(two).await;
    let replayed = two.iter().filter(|a| a.header("idempotent-replayed") == "true").count();
    assert_eq!((replayed, two[0].json()), (1, two[1].json()));
    assert_eq!(world.get("/evidence").await.json()["total"], 3);
    let problem = send("a b", path, bare, b"abc".to_vec()).await.problem(422);
    assert_eq!(problem["errors"][0]["field"], "Idempotency-Key");
}

#[tokio::test]
async fn an_erased_file_does_not_come_back_by_a_repeated_request() {
    let world = World::new();
    let member = world.app.auth().token(&world.token).unwrap().member;
    let ctx = world.app.ctx(&member, okiagari_model::Lang::Ja).unwrap();
    let sent = || {
        let about = okiagari_app::Named {
            fields: okiagari_model::Body::new(),
            file_name: "a.bin",
            media_type: "x",
        };
        world.app.add_evidence_keyed(&ctx, about, Some("k"), &b"abc"[..]).unwrap()
    };
    let (receipt, _) = sent();
    let sha256 = world.app.evidence_blob(&ctx, &receipt.id).unwrap().sha256;
    assert!(world.app.files().erase(&world.org, &sha256).unwrap());
    assert_eq!(sent(), (receipt, true));
    let row = world.app.files().info(&world.org, &sha256).unwrap();
    assert_eq!(row.wrapped_key, None, "its key stays destroyed");
}
