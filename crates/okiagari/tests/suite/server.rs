//! Starting and stopping.

use crate::{assert_verifies, folder, init, run, text};
use okiagari_tests::http::Client;
use okiagari_tests::program::Launch;
use std::fs;

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
