//! The part of the harness that runs the program, proven with a stand-in for it: what the program
//! must print is a contract, and this is its test.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use okiagari_tests::poll::{PATIENCE, eventually};
use okiagari_tests::program::{Launch, SignIn};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use tempfile::TempDir;

/// A program that keeps the contract, or the one that `body` tells.
fn stand_in(body: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("stand-in");
    std::fs::write(&file, format!("#!/bin/sh\n{body}\n")).expect("written");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&file, mode).expect("made a program");
    (folder, file)
}

const GOOD: &str = r#"
echo "arguments: $*"
echo "  経営者  boss@example.jp  correct horse battery"
echo "  IT担当者  it@example.jp  staple of the day"
echo "open http://127.0.0.1:4711/ in a browser"
echo "colour $COLOUR" >&2
trap 'echo bye; exit 7' TERM
while :; do sleep 0.05; done
"#;

#[test]
fn a_server_is_ready_when_it_says_its_address() {
    let (_folder, file) = stand_in(GOOD);
    let mut server = Launch::demo().program(&file).arg("--more").env("COLOUR", "red").start();
    assert_eq!(server.url(), "http://127.0.0.1:4711");
    assert_eq!(server.at("/a"), "http://127.0.0.1:4711/a");
    let data = server.data().display().to_string();
    let arguments = format!("arguments: demo --listen 127.0.0.1:0 --data {data} --no-open --more");
    assert_eq!(server.said().first(), Some(&arguments));
    let expected = SignIn {
        role: "IT担当者".into(),
        login: "it@example.jp".into(),
        password: "staple of the day".into(),
    };
    assert_eq!(server.sign_in("IT"), expected);
    assert_eq!(server.sign_ins().len(), 2);
    eventually(PATIENCE, "the log is read", || server.logged() == ["colour red"]);
    assert_eq!(server.stop().code(), Some(7));
}

#[test]
fn a_killed_server_comes_back_on_the_same_port_and_data() {
    let (_folder, file) = stand_in(GOOD);
    let mut server = Launch::serve().program(&file).start();
    let data = server.data().display().to_string();
    let first = server.id();
    server.kill9();
    assert!(!PathBuf::from(format!("/proc/{first}")).exists(), "it has ended");
    server.restart();
    assert_ne!(server.id(), first);
    let arguments = format!("arguments: serve --listen 127.0.0.1:4711 --data {data}");
    assert_eq!(server.said().first(), Some(&arguments));
}

#[test]
fn a_refused_start_tells_what_was_said() {
    let (_folder, file) = stand_in("echo thinking; echo 'the folder is read-only' >&2; exit 3");
    let failed = Launch::serve().program(&file).try_start().expect_err("it is refused");
    assert_eq!(failed.status.code(), Some(3));
    assert_eq!(failed.said, ["thinking"]);
    assert_eq!(failed.logged, ["the folder is read-only"]);
}
