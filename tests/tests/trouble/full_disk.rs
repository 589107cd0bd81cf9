//! A disk that is full, again and again, while clients write and upload.

use crate::site::{Api, Site, assert_calm};
use crate::writers::{self, Book, Refused};
use okiagari_tests::disk::Disk;
use okiagari_tests::http::Answer;
use okiagari_tests::poll::{PATIENCE, eventually, eventually_some};
use std::path::{Path, PathBuf};
use std::thread;

/// Room for a data folder with its write-ahead log.
const SIZE: &str = "48m";
const ROUNDS: usize = 3;

/// A refusal that names the disk, and how to mend it.
#[track_caller]
fn assert_names_the_disk(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(answer.header("retry-after").is_some(), "{:?}", answer.headers);
    let problem = answer.json();
    let detail = problem["detail"].as_str().expect("a detail");
    assert!(detail.contains("disk") && detail.contains("full"), "{detail}");
    assert!(detail.contains("Make room"), "{detail}");
    assert_calm(detail);
}

#[test]
fn writers_wait_out_a_full_disk_and_lose_nothing() {
    let Some(disk) = Disk::mount(SIZE) else { return };
    let site = Site::at(disk.path().join("data"));
    let book = Book::default();
    let mut server = site.serve();
    let id = server.id();
    for round in 0..ROUNDS {
        book.clear_refusals();
        book.again();
        let before = book.acknowledged();
        thread::scope(|scope| {
            let name = format!("r{round}");
            writers::start(scope, &book, &site, &server, &name, 3, Refused::GoOn);
            eventually(PATIENCE, "changes are kept", || book.acknowledged() > before + 20);
            let ballast = disk.fill();
            eventually(PATIENCE, "changes are refused", || !book.refusals().is_empty());
            let api = site.api(&server);
            assert_eq!(api.get("department?limit=5").status, 200, "reading goes on");
            drop(ballast);
            let freed = book.acknowledged();
            eventually(PATIENCE, "changes are kept again", || book.acknowledged() > freed + 20);
            book.stop();
        });
        for refusal in book.refusals() {
            assert_names_the_disk(&refusal);
        }
        let api = site.api(&server);
        book.settle(&api);
        book.assert_kept(&api);
    }
    assert_eq!(server.id(), id, "the server was never started again");
    assert_calm(&server.logged().join("\n"));
    assert!(server.stop().success());
    site.assert_verifies();
}

#[test]
fn a_server_killed_on_a_full_disk_comes_back_with_everything() {
    let Some(disk) = Disk::mount(SIZE) else { return };
    let site = Site::at(disk.path().join("data"));
    let book = Book::default();
    let mut server = site.serve();
    let ballast = thread::scope(|scope| {
        writers::start(scope, &book, &site, &server, "full", 3, Refused::GoOn);
        eventually(PATIENCE, "changes are kept", || book.acknowledged() > 20);
        let ballast = disk.fill();
        eventually(PATIENCE, "changes are refused", || !book.refusals().is_empty());
        server.kill9();
        ballast
    });
    // Whether it starts without any room is the engine's matter; if not, it says what is needed.
    match site.launch().try_start() {
        Ok(server) => assert_eq!(site.api(&server).get("department").status, 200),
        Err(failed) => {
            let said = failed.logged.join("\n");
            assert_eq!(failed.status.code(), Some(2), "{said}");
            assert!(said.contains("disk") && said.contains("full"), "{said}");
            assert_calm(&said);
        }
    }
    drop(ballast);
    server.restart();
    let api = site.api(&server);
    book.assert_kept(&api);
    book.settle(&api);
    assert!(server.stop().success());
    site.assert_verifies();
}

/// Every file under a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn upload(api: &Api, name: &str, bytes: &[u8]) -> Answer {
    api.evidence(name, bytes).expect("an answer")
}

#[test]
fn evidence_that_does_not_fit_leaves_nothing_behind() {
    let Some(disk) = Disk::mount(SIZE) else { return };
    let site = Site::at(disk.path().join("data"));
    let mut server = site.serve();
    let api = site.api(&server);
    let kept = upload(&api, "kept.log", b"kept");
    assert_eq!(kept.status, 201, "{}", kept.text());
    let before = files(&site.data.join("evidence"));
    assert_eq!(before.len(), 1, "{before:?}");

    // Larger than what is left, while there is still room for the record itself.
    let large = vec![b'x'; 64 << 20];
    assert_names_the_disk(&upload(&api, "large.img", &large));
    assert_eq!(files(&site.data.join("evidence")), before);
    // No room at all.
    let ballast = disk.fill();
    let refused = eventually_some(PATIENCE, "an upload is refused", || {
        Some(upload(&api, "small.log", &[b'y'; 8192])).filter(|answer| answer.status != 201)
    });
    assert_names_the_disk(&refused);
    assert_eq!(files(&site.data.join("evidence")), before);
    let id = kept.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(api.get(&format!("evidence/{id}/file")).body, b"kept", "reading goes on");

    drop(ballast);
    let again = upload(&api, "small.log", &[b'y'; 8192]);
    assert_eq!(again.status, 201, "{}", again.text());
    assert_calm(&server.logged().join("\n"));
    assert!(server.stop().success());
    site.assert_verifies();
}
