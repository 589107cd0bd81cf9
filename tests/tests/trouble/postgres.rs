//! PostgreSQL: a cluster that is killed under writers, and two servers on one database.

use crate::site::{Site, assert_calm};
use crate::writers::{self, Book, Refused};
use okiagari_tests::poll::{PATIENCE, eventually};
use okiagari_tests::postgres::Cluster;
use postgres::{Client, NoTls};
use std::thread;

#[test]
fn a_killed_cluster_is_waited_out_and_nothing_acknowledged_is_lost() {
    let Some(cluster) = Cluster::start() else { return };
    let site = Site::on(&cluster.fresh_database());
    let book = Book::default();
    let mut server = site.serve();
    let id = server.id();
    for round in 0..3 {
        book.again();
        book.clear_refusals();
        let before = book.acknowledged();
        thread::scope(|scope| {
            let name = format!("r{round}");
            writers::start(scope, &book, &site, &server, &name, 3, Refused::GoOn);
            eventually(PATIENCE, "changes are kept", || book.acknowledged() > before + 15);
            cluster.kill();
            eventually(PATIENCE, "changes are refused", || book.refusals().len() > 5);
            let read = site.api(&server).get("department");
            assert_eq!(read.status, 503, "{}", read.text());
            cluster.restart();
            let back = book.acknowledged();
            eventually(PATIENCE, "changes are kept again", || book.acknowledged() > back + 15);
            book.stop();
        });
        for refusal in book.refusals() {
            assert_eq!(refusal.status, 503, "{}", refusal.text());
            let detail = refusal.json()["detail"].as_str().expect("a detail").to_owned();
            assert!(detail.contains("database"), "{detail}");
            assert!(!detail.contains("throw-away"), "no password: {detail}");
            assert_calm(&detail);
        }
        let api = site.api(&server);
        book.settle(&api);
        book.assert_kept(&api);
        book.replay(&api, 5);
    }
    assert_eq!(server.id(), id, "the server was never started again");
    assert_calm(&server.logged().join("\n"));
    assert!(server.stop().success());
    site.assert_verifies();
}

#[test]
fn ended_connections_are_made_anew() {
    let Some(cluster) = Cluster::start() else { return };
    let site = Site::on(&cluster.fresh_database());
    let book = Book::default();
    let server = site.serve();
    thread::scope(|scope| {
        writers::start(scope, &book, &site, &server, "one", 3, Refused::GoOn);
        for round in 1..=4 {
            eventually(PATIENCE, "changes are kept", || book.acknowledged() > 10 * round);
            cluster.drop_connections();
        }
        let last = book.acknowledged();
        eventually(PATIENCE, "changes are kept again", || book.acknowledged() > last + 10);
        book.stop();
    });
    let api = site.api(&server);
    book.settle(&api);
    book.assert_kept(&api);
}

#[test]
fn two_servers_on_one_database_write_one_log() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.fresh_database();
    let site = Site::on(&url);
    let (mut one, mut two) = (site.serve(), site.launch().start());
    let book = Book::default();
    thread::scope(|scope| {
        writers::start(scope, &book, &site, &one, "one", 3, Refused::GoOn);
        writers::start(scope, &book, &site, &two, "two", 3, Refused::GoOn);
        eventually(PATIENCE * 2, "both have written", || book.acknowledged() > 400);
        book.stop();
    });
    assert!(book.refusals().is_empty(), "{:?}", book.refusals());
    // Each tells of all changes, its own and the other's.
    for server in [&one, &two] {
        book.assert_kept(&site.api(server));
    }
    // A key that one has seen is a key that the other has seen.
    book.replay(&site.api(&one), 11);
    book.replay(&site.api(&two), 13);
    site.assert_verifies();
    two.kill9();
    book.assert_kept(&site.api(&one));
    assert!(one.stop().success());
    site.assert_verifies();
    let mut client = Client::connect(&url, NoTls).expect("the cluster answers");
    let sql = "SELECT count(*), min(idx), max(idx), count(DISTINCT idx) FROM leaf";
    let row = client.query_one(sql, &[]).expect("one row");
    let [count, least, most, distinct] = [0, 1, 2, 3].map(|at| row.get::<_, i64>(at));
    assert_eq!((least, most + 1, distinct), (0, count, count), "one log without a gap");
}
