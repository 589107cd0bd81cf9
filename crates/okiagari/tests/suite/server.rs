//! Starting and stopping.

use crate::{assert_verifies, folder, init, run, text};
use okiagari_tests::http::Client;
use okiagari_tests::poll::{PATIENCE, eventually};
use okiagari_tests::program::Launch;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn the_demo_serves_ends_in_good_order_and_verifies() {
    let (_outer, data) = folder();
    let mut server = Launch::demo().data(&data).start();
    assert!(Client::new().get(&server.at("/")).status < 500);
    let sign_ins = server.sign_ins();
    assert!(sign_ins.len() >= 20, "{sign_ins:?}");
    assert!(sign_ins.iter().all(|s| s.password.chars().count() >= 15));
    for role in ["employee.a@", "it.a@", "ciso.a@", "executive.a@", "auditor.b@", "partner.b@"] {
        assert!(sign_ins.iter().any(|s| s.login.starts_with(role)), "{role}");
    }
    assert!(server.stop().success());
    assert_verifies(&data);
}

#[test]
fn a_demo_that_is_killed_comes_back_with_the_same_sign_ins_and_verifies() {
    let (_outer, data) = folder();
    let mut server = Launch::demo().data(&data).start();
    let before = server.sign_in("it.a@");
    server.kill9();
    server.restart();
    assert_eq!(server.sign_in("it.a@"), before);
    assert!(server.stop().success());
    assert_verifies(&data);
}

#[test]
fn a_server_that_is_killed_verifies_and_comes_back() {
    let (_outer, data) = folder();
    init(&data);
    let mut server = Launch::serve().data(&data).start();
    server.kill9();
    assert_verifies(&data);
    server.restart();
    assert!(Client::new().get(&server.at("/")).status < 500);
    assert!(server.stop().success());
}

/// The folder is checked and copied under a server that keeps it open; changes go on while it is
/// copied, and the copy is one state of it.
#[test]
fn backup_and_verify_work_while_the_server_runs() {
    let (outer, data) = folder();
    init(&data);
    let login = ["user", "--data", &text(&data), "token", "admin", "--name", "load"];
    let token = run(&login).ok();
    let bearer = format!("Bearer {}", token.split_whitespace().last().expect("a token"));
    let mut server = Launch::serve().data(&data).start();
    let (client, url) = (Client::new(), server.at("/api/v1/department"));
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    // Whether the change was taken; who asks too often is told to wait.
    let made = |n: usize| {
        let body = format!("{{\"body\":{{\"name\":\"部門{n}\"}}}}");
        let answer = client.send("POST", &url, &headers, body.as_bytes());
        assert!(matches!(answer.status, 201 | 429), "{answer:?}");
        answer.status == 201
    };
    assert!(made(0));
    assert_verifies(&data);
    let over = AtomicBool::new(false);
    let (copy, new) = (outer.path().join("copy"), outer.path().join("new"));
    let written = std::thread::scope(|s| {
        let writer = s.spawn(|| {
            let mut n = 1;
            while !over.load(Ordering::SeqCst) {
                n += usize::from(made(n));
            }
            n
        });
        let copied = run(&["backup", "--data", &text(&data), "--to", &text(&copy)]);
        // Before anything can fail: the writer must come to its end.
        over.store(true, Ordering::SeqCst);
        copied.ok();
        writer.join().expect("every change was taken")
    });
    assert!(written > 1, "changes were made meanwhile");
    eventually(PATIENCE, "the server takes changes again", || made(written));
    assert_verifies(&data);
    assert!(server.stop().success());
    assert_verifies(&data);
    // What was copied is whole: it comes back with the change made before, and verifies.
    let key = text(&data.join("master.key"));
    let restore = ["restore", "--from", &text(&copy), "--data", &text(&new), "--key", &key];
    run(&restore).ok();
    assert_verifies(&new);
    let export = ["export", "department", "--data", &text(&new), "--as", "admin"];
    let sheet = run(&export).ok();
    assert!(sheet.contains("部門0"), "{sheet}");
}

#[test]
fn a_second_server_on_the_same_file_is_refused() {
    let (_outer, data) = folder();
    init(&data);
    let first = Launch::serve().data(&data).start();
    let second = Launch::serve().data(&data).try_start().expect_err("one server is enough");
    assert_eq!(second.status.code(), Some(2), "{second:?}");
    assert!(second.logged.concat().contains("in use by another server"), "{second:?}");
    assert!(Client::new().get(&first.at("/")).status < 500, "the first serves on");
}

#[test]
fn a_mistyped_folder_is_told_with_the_mend() {
    let (_outer, data) = folder();
    let refused = Launch::serve().data(&data).try_start().expect_err("no data");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let said = refused.logged.concat();
    assert!(said.contains("no data in") && said.contains("okiagari init"), "{said}");
    assert!(!data.exists(), "nothing was made by the way");
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_outer, data) = folder();
    init(&data);
    fs::set_permissions(&data, fs::Permissions::from_mode(0o500)).expect("set");
    if fs::write(data.join("probe"), "").is_ok() {
        // The superuser writes everywhere; the permission cannot be tried then.
        eprintln!("not tried: this user may write into a read-only folder");
        fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).expect("set");
        return;
    }
    let refused = Launch::serve().data(&data).try_start().expect_err("read-only");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).expect("set");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(refused.logged.concat().contains("cannot be written"), "{refused:?}");
}

#[test]
fn a_taken_port_is_named() {
    let (_outer, data) = folder();
    init(&data);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let finished = run(&["serve", "--data", &text(&data), "--listen", &address]);
    assert_eq!(finished.status.code(), Some(2), "{finished:?}");
    assert!(finished.stderr.contains(&address), "{finished:?}");
}

#[test]
fn the_demo_never_touches_real_data() {
    let (_outer, data) = folder();
    init(&data);
    let refused = Launch::demo().data(&data).try_start().expect_err("real data");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(refused.logged.concat().contains("real data"), "{refused:?}");
    assert_verifies(&data);
}

#[test]
fn a_place_where_nothing_can_be_made_is_named() {
    // Not even the superuser can make a folder in the kernel's own file system.
    let finished = run(&["init", "--data", "/sys/okiagari", "--organisation", "x"]);
    assert_eq!(finished.status.code(), Some(2), "{finished:?}");
    assert!(finished.stderr.contains("/sys/okiagari"), "{finished:?}");
}
