//! Starts that must be refused: each with exit code 2 and words that name the thing and the mend.

use crate::site::{Site, assert_calm, open};
use okiagari_tests::disk::Disk;
use okiagari_tests::program::{Failed, Launch, run};
use std::path::Path;

/// A start that was refused in words of both languages, of which these are some.
#[track_caller]
fn assert_refused(launch: Launch, words: &[&str]) {
    match launch.try_start() {
        Ok(server) => panic!("it serves at {}: {:?}", server.url(), server.logged()),
        Err(failed) => assert_says(&failed, words),
    }
}

#[track_caller]
fn assert_says(failed: &Failed, words: &[&str]) {
    let said = failed.logged.join("\n");
    assert_eq!(failed.status.code(), Some(2), "{said}");
    assert_eq!(failed.said, [""; 0], "nothing is announced");
    for word in words {
        assert!(said.contains(word), "{word} in: {said}");
    }
    assert!(!said.is_ascii(), "in Japanese, too: {said}");
    assert_calm(&said);
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

#[test]
fn a_missing_data_folder_is_named_with_the_command_that_makes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("nowhere");
    assert_refused(Launch::serve().data(&data), &[text(&data), "okiagari init --data"]);
    assert!(!data.exists(), "nothing is made by a mistyped name");
}

#[test]
fn a_second_server_on_one_file_is_refused_and_the_first_goes_on() {
    let site = Site::new();
    let server = site.serve();
    assert_refused(site.launch(), &[text(&site.file()), "in use"]);
    let writes = site.command(["user"], ["add", "second", "--name", "第二"]);
    assert_eq!(writes.status.code(), Some(2), "{writes:?}");
    assert!(writes.stderr.contains("in use"), "{writes:?}");
    // Who only looks may.
    site.assert_verifies();
    assert_eq!(site.api(&server).get("department").status, 200);
}

#[test]
fn a_read_only_folder_is_named() {
    let Some(disk) = Disk::mount("32m") else { return };
    let site = Site::at(disk.path().join("data"));
    disk.set_read_only(true);
    assert_refused(site.launch(), &[text(&site.data), "cannot be written", "permissions"]);
    disk.set_read_only(false);
    drop(site.serve());
    site.assert_verifies();
}

#[test]
fn a_read_only_database_file_is_named() {
    let Some(disk) = Disk::mount("32m") else { return };
    let site = Site::at(disk.path().join("data"));
    let pinned = disk.pin(&site.file());
    assert_refused(site.launch(), &[text(&site.file()), "cannot be written", "permissions"]);
    drop(pinned);
    drop(site.serve());
    site.assert_verifies();
}

#[test]
fn an_unknown_schema_is_left_alone() {
    let site = Site::new();
    let sql = "UPDATE meta SET value = '999' WHERE name = 'schema'";
    assert_eq!(site.database().execute(sql, []).expect("updated"), 1);
    let before = std::fs::read(site.file()).expect("read");
    assert_refused(site.launch(), &["format 999", "matching version"]);
    assert_eq!(std::fs::read(site.file()).expect("read"), before, "nothing was touched");
}

#[test]
fn a_damaged_or_missing_or_other_key_is_named() {
    let site = Site::new();
    let key = site.data.join("master.key");
    let good = std::fs::read_to_string(&key).expect("read");
    let mut damaged = good.clone().into_bytes();
    let at = good.rfind(|c: char| c.is_ascii_alphanumeric()).expect("a letter") - 9;
    damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
    std::fs::write(&key, damaged).expect("written");
    assert_refused(site.launch(), &[text(&key)]);
    std::fs::write(&key, "").expect("written");
    assert_refused(site.launch(), &[text(&key)]);
    std::fs::remove_file(&key).expect("removed");
    assert_refused(site.launch(), &[text(&key)]);
    // A key that is sound, but of another server.
    let other = Site::new();
    std::fs::copy(other.data.join("master.key"), &key).expect("copied");
    assert_refused(site.launch(), &["master.key"]);
    std::fs::write(&key, good).expect("written");
    drop(site.serve());
}

#[test]
fn what_is_no_database_is_named() {
    let site = Site::new();
    let file = site.file();
    let mut bytes = std::fs::read(&file).expect("read");
    bytes[..4096].fill(b'?');
    std::fs::write(&file, &bytes).expect("written");
    assert_refused(site.launch(), &[text(&file)]);
    assert_eq!(std::fs::read(&file).expect("read"), bytes, "nothing was touched");
}

#[test]
fn a_mark_that_cannot_be_read_is_named() {
    let site = Site::new();
    let mark = site.data.join("okiagari.json");
    let good = std::fs::read_to_string(&mark).expect("read");
    std::fs::write(&mark, "{").expect("written");
    assert_refused(site.launch(), &[text(&mark)]);
    let later = good.replace("\"format\": 1", "\"format\": 2");
    assert_ne!(later, good);
    std::fs::write(&mark, later).expect("written");
    assert_refused(site.launch(), &["format 2"]);
}

#[test]
fn a_taken_port_and_a_wrong_address_are_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let site = Site::new();
    let finished = site.command(["serve"], ["--listen", &address]);
    assert_eq!(finished.status.code(), Some(2), "{finished:?}");
    assert!(finished.stderr.contains(&address), "{finished:?}");
    assert_calm(&finished.stderr);
    assert_refused(site.launch().arg("--public-url").arg("okiagari.example"), &["https://"]);
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let site = Site::new();
    let url = "postgres://okiagari:geheim@127.0.0.1:1/okiagari";
    let failed = site.launch().arg("--database").arg(url).try_start().expect_err("refused");
    assert_says(&failed, &["127.0.0.1:1"]);
    assert!(!failed.logged.join("\n").contains("geheim"), "{failed:?}");
}

#[test]
fn init_never_writes_over_what_is_there() {
    let site = Site::new();
    let before = std::fs::read(site.data.join("master.key")).expect("read");
    let again = run(["init", "--organisation", "x", "--data", text(&site.data)]);
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    assert!(again.stderr.contains(text(&site.data)), "{again:?}");
    assert_eq!(std::fs::read(site.data.join("master.key")).expect("read"), before);
    drop(open(&site.file()));
    site.assert_verifies();
}
