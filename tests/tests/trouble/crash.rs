//! Kill -9 in a loop, while clients write.

use crate::site::{Site, assert_calm};
use crate::writers::{self, Book, Refused};
use okiagari_tests::poll::{PATIENCE, eventually};
use std::io::Write;
use std::net::TcpStream;
use std::thread;

/// How many changes are acknowledged before each kill: short and long rounds in a fixed order.
const ROUNDS: [usize; 6] = [7, 41, 1, 90, 23, 60];
const CLIENTS: usize = 4;

#[test]
fn no_acknowledged_change_is_lost_to_kill_9() {
    let site = Site::new();
    let book = Book::default();
    let mut server = site.serve();
    for (round, changes) in ROUNDS.into_iter().enumerate() {
        let target = book.acknowledged() + changes;
        thread::scope(|scope| {
            let name = format!("r{round}");
            writers::start(scope, &book, &site, &server, &name, CLIENTS, Refused::End);
            eventually(PATIENCE, "changes are acknowledged", || book.acknowledged() >= target);
            server.kill9();
        });
        assert!(book.refusals().is_empty(), "{:?}", book.refusals());
        if round % 2 == 0 {
            // The record as the crash left it, before any server has looked at it.
            site.assert_verifies();
        }
        server.restart();
        let api = site.api(&server);
        book.assert_kept(&api);
        book.replay(&api, 7);
        book.settle(&api);
        assert_calm(&server.logged().join("\n"));
    }
    let api = site.api(&server);
    book.assert_kept(&api);
    book.replay(&api, 1);
    assert!(server.stop().success(), "it ends in good order");
    site.assert_verifies();
    assert_rows(&site, &book);
}

/// The same from the rows themselves: exactly the acknowledged revisions, and none besides.
fn assert_rows(site: &Site, book: &Book) {
    let database = site.database();
    let mut statement = database
        .prepare("SELECT id, rev, leaf FROM revision WHERE register = 'department' ORDER BY leaf")
        .expect("a statement");
    let rows = statement
        .query_map([], |row| {
            Ok(format!(
                "{} {} {}",
                row.get::<_, String>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, i64>(2)?
            ))
        })
        .expect("rows");
    let rows: Vec<String> = rows.map(|row| row.expect("a row")).collect();
    let known: Vec<String> =
        book.receipts().into_iter().map(|r| format!("{} {} {}", r.id, r.rev, r.leaf)).collect();
    assert_eq!(rows, known);
}

/// A file that was on its way when the power went leaves a piece without a name, which no record
/// knows and nobody is given; the same file can be sent again.
#[test]
fn an_upload_cut_off_by_kill_9_is_no_evidence() {
    let site = Site::new();
    let mut server = site.serve();
    let kept = site.api(&server).evidence("kept.log", b"kept").expect("an answer");
    assert_eq!(kept.status, 201, "{}", kept.text());
    let staging = site.data.join("evidence").join(".staging");
    let pieces = || std::fs::read_dir(&staging).expect("a folder").count();
    let mut stream = TcpStream::connect(server.url().replace("http://", "")).expect("it listens");
    let head = format!(
        "POST /api/v1/evidence?file_name=half.img HTTP/1.1\r\nhost: x\r\n\
         authorization: Bearer {}\r\ncontent-type: application/octet-stream\r\n\
         content-length: 10000000\r\n\r\n",
        site.token
    );
    stream.write_all(head.as_bytes()).expect("written");
    stream.write_all(&[b'h'; 300_000]).expect("written");
    eventually(PATIENCE, "the file is on its way", || pieces() == 1);
    server.kill9();
    drop(stream);
    site.assert_verifies();
    server.restart();
    let api = site.api(&server);
    let all = api.get("evidence").json();
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1), "{all}");
    let again = api.evidence("half.img", &[b'h'; 300_000]).expect("an answer");
    assert_eq!(again.status, 201, "{}", again.text());
    assert!(server.stop().success());
    site.assert_verifies();
}

#[test]
fn a_crash_while_the_data_folder_is_made_can_be_repeated() {
    // The mark of a data folder comes last: without it there is no folder to serve.
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("made");
    std::fs::write(data.join("master.key"), "OKI1-").expect("written");
    let failed = okiagari_tests::program::Launch::serve().data(&data).try_start();
    let said = failed.expect_err("it is not finished").logged.join("\n");
    assert!(said.contains("okiagari init"), "{said}");
}
