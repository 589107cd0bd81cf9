//! Forms with files, as nobody's browser sends them: names of parts, names of files, missing ends.

use super::world::World;
use axum::http::Method;
use okiagari_model::RecordId;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fn runner(cases: u32) -> TestRunner {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(Config { cases, failure_persistence: None, ..Config::default() }, rng)
}

/// One part: its heading and what it holds.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![
        prop_oneof![
            Just("file"),
            Just("fields"),
            Just("name"),
            Just("kept"),
            Just("apply"),
            Just("photo"),
            Just("what"),
            Just("f.title"),
            Just("title"),
        ]
        .prop_map(str::to_owned),
        "\\PC{0,12}",
        Just("f.affected[99999999999999999999].x".to_owned()),
        Just("x".repeat(9_000)),
    ];
    let file = prop::option::of(prop_oneof![
        Just("../../etc/passwd".to_owned()),
        Just("a\u{202e}gpj.exe".to_owned()),
        Just("C:\\x\\y.csv".to_owned()),
        "\\PC{0,8}",
    ]);
    let content = prop_oneof![
        vec(any::<u8>(), 0..60),
        "\\PC{0,20}".prop_map(String::into_bytes),
        Just("名称\r\n台帳\r\n".as_bytes().to_vec()),
        Just(b"\xff\xd8\xff\xe1\xff\xff".to_vec()),
        Just(b"PK\x03\x04".to_vec()),
        Just(b"{\"title\":\"x\"}".to_vec()),
    ];
    (name, file, content, 0u8..8).prop_map(|(name, file, content, way)| {
        let file = file.map(|f| format!("; filename=\"{f}\"")).unwrap_or_default();
        let heading = match way {
            0 => format!("Content-Disposition: form-data{file}\r\n"),
            1 => "Content-Disposition: attachment\r\n".to_owned(),
            2 => format!("Content-Disposition: form-data; name={name}\r\nX: y\r\n"),
            _ => format!("Content-Disposition: form-data; name=\"{name}\"{file}\r\n"),
        };
        [format!("--edge\r\n{heading}\r\n").into_bytes(), content, b"\r\n".to_vec()].concat()
    })
}

/// A whole form: well ended, cut, or with another boundary than it says.
fn form() -> impl Strategy<Value = (Vec<u8>, &'static str)> {
    let kind = prop_oneof![
        8 => Just("multipart/form-data; boundary=edge"),
        1 => Just("multipart/form-data"),
        1 => Just("multipart/form-data; boundary=\"\""),
        1 => Just("multipart/mixed; boundary=edge"),
    ];
    (vec(part(), 0..5), any::<bool>(), any::<prop::sample::Index>(), 0u8..4, kind).prop_map(
        |(parts, ended, at, cut, kind)| {
            let mut body = parts.concat();
            if ended {
                body.extend(b"--edge--\r\n");
            }
            if cut == 0 && !body.is_empty() {
                body.truncate(at.index(body.len()));
            }
            (body, kind)
        },
    )
}

#[test]
fn whatever_form_with_files_is_sent_the_answer_is_a_page_or_an_error_of_the_sender() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = World::tireless();
    let case = serde_json::json!({ "title": "停止", "kind": "cyber_attack",
        "aware_at": super::world::NIGHT });
    let case: RecordId = world.make("incident", case);
    let paths = [
        "/r/asset/import".to_owned(),
        "/r/evidence/new".to_owned(),
        format!("/room/{case}/entry"),
        "/report".to_owned(),
        format!("/report/{}", world.org),
        "/verify/file".to_owned(),
        "/api/v1/asset/import".to_owned(),
        "/api/v1/evidence".to_owned(),
    ];
    let page = runtime.block_on(world.as_user("chief"));
    let api = world.nobody().with("authorization", &format!("Bearer {}", world.token("chief")));
    let forms = (form(), 0..paths.len());
    let checked = runner(600).run(&forms, |((body, kind), at)| {
        let path = &paths[at];
        let client = if path.starts_with("/api/") { &api } else { &page };
        let answer = runtime.block_on(client.send(Method::POST, path, kind, body.clone()));
        prop_assert!(
            answer.status < 500,
            "{path} {kind} {}: {} {}",
            String::from_utf8_lossy(&body),
            answer.status,
            answer.text
        );
        prop_assert!(!answer.text.contains("panicked"), "{}", answer.text);
        Ok(())
    });
    checked.unwrap();
}
