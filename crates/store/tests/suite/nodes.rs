//! Several programs at one database: servers that hear of each other, commands beside a server,
//! and the line to PostgreSQL.

use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::{Committed, Store, StoreConfig, StoreError, VerifyOptions};
use okiagari_tests::postgres::Cluster;
use serde_json::json;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Fails a test that would otherwise wait for ever.
const LONG: Duration = Duration::from_secs(30);

fn heard(store: &Store) -> Receiver<Committed> {
    let (tell, told) = channel();
    store.on_commit(move |commits| {
        for commit in commits {
            // The test may be over.
            let _ = tell.send(commit.clone());
        }
    });
    told
}

#[test]
fn a_server_hears_what_another_has_committed_and_its_own_once() {
    let Some(place) = Place::pg() else { return };
    let (one, two) = (place.open(), place.open());
    let (at_one, at_two) = (heard(&one), heard(&two));
    // The line is taken up on a thread of its own: written until it is heard.
    let mut n = 0;
    let first = loop {
        n += 1;
        put(&one, n, Asset::DEF, &format!("a{n}"), 0, json!({"name": "名簿"}));
        if let Ok(first) = at_two.recv_timeout(Duration::from_millis(100)) {
            break first;
        }
        assert!(n < 300, "nothing was heard");
    };
    assert_eq!((first.org, first.items[0].0, &*first.action), (org(), "asset", "test.change"));
    let last = put(&one, n + 1, Asset::DEF, "last", 0, json!({"name": "図面"}));
    let until = |told: &Receiver<Committed>| {
        let mut seen = Vec::new();
        while seen.last() != Some(&last) {
            seen.push(told.recv_timeout(LONG).expect("it is told").leaf);
        }
        seen
    };
    assert_eq!(until(&at_one), (0..=last).collect::<Vec<_>>(), "its own, each once");
    until(&at_two);
    let back = put(&two, n + 2, Asset::DEF, "back", 0, json!({"name": "返事"}));
    // Whatever `one` would hear of itself stands before this.
    assert_eq!(at_one.recv_timeout(LONG).map(|c| c.leaf), Ok(back));
}

#[test]
fn a_command_looks_while_a_server_has_the_file() {
    let place = Place::lite();
    let server = place.open();
    put(&server, 1, Asset::DEF, "a01", 0, json!({"name": "名簿"}));
    assert!(matches!(Store::open(place.config(), ALL), Err(StoreError::Locked(_))));
    let look = StoreConfig { only_look: true, ..place.config() };
    let beside = Store::open(look.clone(), ALL).unwrap();
    put(&server, 2, Asset::DEF, "a02", 0, json!({"name": "図面"}));
    let report = beside.verify(&org(), &VerifyOptions::default(), &|_, _| {}).unwrap();
    assert_eq!(report.size, 2, "what was written meanwhile is seen");
    let folder = place.folder.path().join("backup");
    let manifest = beside.backup(&folder, Time::from_millis(NOW), &|_| {}).unwrap();
    assert_eq!(manifest.organisations[0].size, 2);
    let refused = beside.write(&org(), "test", |_| Ok::<(), StoreError>(()));
    assert_eq!(refused, Err(StoreError::OnlyLooking));
    put(&server, 3, Asset::DEF, "a03", 0, json!({"name": "手順"}));
    drop((server, beside));
    // Tables of another release are not looked at as if they were ours.
    let other = Store::open(look.clone(), okiagari_model::REGISTERS);
    assert!(matches!(other, Err(StoreError::OtherShape(_))), "{:?}", other.err());
    let empty = StoreConfig { url: format!("sqlite:{}/none.db", folder.display()), ..look };
    assert!(Store::open(empty, ALL).is_err(), "nothing is made by looking");
    assert!(!folder.join("none.db").exists());
}

#[test]
fn the_line_to_a_database_is_encrypted_and_its_certificate_checked() {
    let Some(cluster) = Cluster::start() else { return };
    let plain = cluster.fresh_database();
    let mut owner = postgres::Client::connect(&plain, postgres::NoTls).unwrap();
    let (pem, key) = (include_str!("../tls/server.pem"), include_str!("../tls/server.key"));
    let folder: String = owner.query_one("SHOW data_directory", &[]).unwrap().get(0);
    for (name, text) in [("server.crt", pem), ("server.key", key)] {
        // The server itself writes them, so that they are its own and private.
        let sql = format!(
            "COPY (SELECT unnest(string_to_array('{}', '|'))) \
             TO PROGRAM 'umask 077; cat > {folder}/{name}'",
            text.trim().replace('\n', "|")
        );
        owner.batch_execute(&sql).unwrap();
    }
    owner.batch_execute("ALTER SYSTEM SET ssl = on").unwrap();
    owner.query("SELECT pg_reload_conf()", &[]).unwrap();
    let roots = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/ca.pem");
    let trusted = format!("{plain}?sslmode=verify-full&sslrootcert={roots}");
    // The server takes its settings up a moment after it was told.
    let opened = (0..300).find_map(|_| {
        let opened = Store::open(StoreConfig::new(&trusted, "log.example"), ALL);
        if opened.is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        opened.ok()
    });
    let store = opened.expect("an encrypted line");
    put(&store, 1, Asset::DEF, "a01", 0, json!({"name": "名簿"}));
    let sql = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
               WHERE ssl AND datname = current_database()";
    let encrypted: i64 = owner.query_one(sql, &[]).unwrap().get(0);
    assert!(encrypted >= 1, "the writer's line");
    // An authority that nobody knows, and a name that the certificate does not hold.
    let unknown = format!("{plain}?sslmode=verify-full");
    let misnamed = trusted.replace("127.0.0.1", "localhost");
    for url in [unknown, misnamed] {
        let refused = Store::open(StoreConfig::new(url, "log.example"), ALL);
        assert!(matches!(refused, Err(StoreError::CannotOpen { .. })), "{:?}", refused.err());
    }
}
