//! Verification: all is well, and whatever is not is named.

use crate::log::{key, sign};
use crate::rebuild::eventful;
use crate::registers::*;
use crate::support::*;
use okiagari_log::{Checkpoint, SigningKey};
use okiagari_model::*;
use okiagari_store::{Report, Store, StoreError, VerifyOptions};
use proptest::strategy::{Strategy as _, ValueTree as _};
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};

/// An eventful history of more than one tile, signed twice.
fn full(store: &Store) {
    eventful(store);
    sign(store, 120).unwrap().unwrap();
    let org = org();
    let log = org.clone();
    let many: Result<(), StoreError> = store.write(&org, "many", move |tx| {
        for at in 0..200 {
            let id = format!("m{at:03}");
            append(
                tx,
                &log,
                130,
                "x",
                vec![revision(Notice::DEF, &id, 0, json!({"title": "通知"}))],
            )?;
        }
        Ok(())
    });
    many.unwrap();
    sign(store, 140).unwrap().unwrap();
}

fn verify(store: &Store) -> Report {
    let options = VerifyOptions { keys: vec![key().verifier()], ..VerifyOptions::default() };
    store.verify(&org(), &options, &|_, _| {}).unwrap()
}

fn all_problems(report: &Report) -> Vec<String> {
    let problems = report.checks.iter().flat_map(|check| {
        check.problems.iter().map(move |problem| format!("{}: {}", check.id, problem.en))
    });
    problems.collect()
}

fn damage(store: &Store, sql: &str) -> u64 {
    let sql = sql.to_owned();
    let done: Result<u64, StoreError> =
        store.write_server("damage", move |tx| tx.db().execute(&sql, &[]));
    done.unwrap()
}

#[test]
fn an_untouched_store_holds_and_says_what_it_cannot_show() {
    on_each(|place| {
        let store = place.open();
        full(&store);
        let (done, total) = (AtomicU64::new(0), AtomicU64::new(0));
        let progress = |at, of| {
            done.fetch_max(at, Ordering::Relaxed);
            total.store(of, Ordering::Relaxed);
        };
        let report = store.verify(&org(), &VerifyOptions::default(), &progress).unwrap();
        assert_eq!(all_problems(&report), [""; 0]);
        assert!(report.ok() && report.size > 256);
        assert_eq!(done.into_inner(), total.into_inner());
        let ids: Vec<&str> = report.checks.iter().map(|check| check.id).collect();
        let expected = ["leaf", "tile", "revision", "erasure", "checkpoint", "row", "search"];
        assert_eq!(&ids[..7], expected);
        let told: Vec<&str> = report.not_shown.iter().map(|m| m.en.as_str()).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].contains("cut off") && told[1].contains("keys"));
        put(&store, 150, Notice::DEF, "n-last", 0, json!({"title": "最後"}));
        let report = verify(&store);
        assert!(report.ok());
        assert!(report.not_shown.iter().any(|m| m.en.contains("last 1 leaves")));
        assert!(matches!(
            store.verify(&OrgId::new("nobody"), &VerifyOptions::default(), &|_, _| {}),
            Err(StoreError::NotFound { .. })
        ));
    });
}

/// What is damaged, how it is mended again, and what the report must name.
const DAMAGES: &[(&str, &str, &str)] = &[
    (
        "UPDATE leaf SET header = replace(header, 'alice', 'alicf') WHERE idx = 7",
        "UPDATE leaf SET header = replace(header, 'alicf', 'alice') WHERE idx = 7",
        "tile: tile/0/000: differs at byte 224",
    ),
    (
        "UPDATE leaf SET header = replace(header, 'acme', 'acmf') WHERE idx = 300",
        "UPDATE leaf SET header = replace(header, 'acmf', 'acme') WHERE idx = 300",
        "leaf: Leaf 300: its log name is wrong",
    ),
    (
        "UPDATE leaf SET header = header || ' ' WHERE idx = 9",
        "UPDATE leaf SET header = trim(header) WHERE idx = 9",
        "leaf: Leaf 9 is damaged",
    ),
    (
        "UPDATE leaf SET time = time + 1 WHERE idx = 12",
        "UPDATE leaf SET time = time - 1 WHERE idx = 12",
        "leaf: Leaf 12: its time column is wrong",
    ),
    (
        "UPDATE leaf SET idx = -5 WHERE idx = 30",
        "UPDATE leaf SET idx = 30 WHERE idx = -5",
        "leaf: Leaf 30 is missing",
    ),
    (
        "UPDATE revision SET body = replace(body, '資産7', '資産8') WHERE id = 'a07' AND rev = 1",
        "UPDATE revision SET body = replace(body, '資産8', '資産7') WHERE id = 'a07' AND rev = 1",
        "revision: asset/a07 revision 1: its body does not match leaf 47",
    ),
    (
        "UPDATE revision SET body = replace(body, ',\"rank\"', ', \"rank\"') WHERE id = 'a07'",
        "UPDATE revision SET body = replace(body, ', \"rank\"', ',\"rank\"') WHERE id = 'a07'",
        "revision: asset/a07 revision 1: its body is damaged",
    ),
    (
        "UPDATE revision SET seed = (SELECT s.seed FROM revision s WHERE s.id = 'a08' AND s.rev = 1) \
         WHERE id = 'a07' AND rev = 1",
        "",
        "revision: asset/a07 revision 1: its body does not match leaf 47",
    ),
    (
        "UPDATE revision SET leaf = 20 WHERE id = 'p04'",
        "UPDATE revision SET leaf = 4 WHERE id = 'p04'",
        "revision: person/p04 revision 1 is missing (leaf 4)",
    ),
    (
        "UPDATE revision SET rev = 9 WHERE id = 'p04'",
        "UPDATE revision SET rev = 1 WHERE id = 'p04'",
        "revision: person/p04 revision 9: leaf 4 does not name it",
    ),
    (
        "UPDATE revision SET redaction = replace(redaction, '\"story\":\"', '\"stora\":\"') WHERE id = 'i1' AND rev = 1",
        "UPDATE revision SET redaction = replace(redaction, '\"stora\":\"', '\"story\":\"') WHERE id = 'i1' AND rev = 1",
        "erasure: incident/i1 revision 1: no leaf erased its \"stora\"",
    ),
    ("DELETE FROM tile WHERE level = 0 AND idx = 0", "", "tile: tile/0/000 is missing"),
    (
        "UPDATE tile SET idx = 5 WHERE level = 0 AND idx = 0",
        "UPDATE tile SET idx = 0 WHERE level = 0 AND idx = 5",
        "tile: tile 0/5 does not belong",
    ),
    (
        "UPDATE head SET size = size - 1",
        "UPDATE head SET size = size + 1",
        "stands beyond the end of the log",
    ),
    (
        "UPDATE head SET epoch = 2",
        "UPDATE head SET epoch = 1",
        "checkpoint: The epoch in the head row",
    ),
    ("UPDATE head SET updated_at = 5", "", "checkpoint: The time in the head row"),
    (
        "UPDATE checkpoint SET size = size - 1 WHERE time = (SELECT max(time) FROM checkpoint)",
        "UPDATE checkpoint SET size = size + 1 WHERE time = (SELECT max(time) FROM checkpoint)",
        "checkpoint: Checkpoint at",
    ),
    (
        "UPDATE checkpoint SET note = replace(note, 'acme', 'acmf')",
        "UPDATE checkpoint SET note = replace(note, 'acmf', 'acme')",
        "its signature does not hold",
    ),
    (
        "UPDATE checkpoint SET signer = replace(signer, 'acme', 'acmf')",
        "UPDATE checkpoint SET signer = replace(signer, 'acmf', 'acme')",
        "the signer",
    ),
    (
        "UPDATE record SET title = 'x' WHERE id = 'a07'",
        "",
        "row: asset/a07 1: title in record is not what the revision says",
    ),
    (
        "UPDATE record SET acl_restricted = 0 WHERE id = 'i1' AND rev = 2",
        "",
        "row: incident/i1 2: acl_restricted in record",
    ),
    (
        "UPDATE r_asset SET rank = rank + 1, critical = 0 WHERE id = 'a10' AND rev = 1",
        "",
        "row: asset/a10 1: rank, critical in r_asset",
    ),
    (
        "UPDATE r_asset SET leaf_from = leaf_from - 1 WHERE id = 'a09' AND rev = 2",
        "",
        "row: asset/a09 2: leaf_from in r_asset",
    ),
    ("DELETE FROM r_task", "", "row: task/t1 1: its row in r_task is missing"),
    (
        "UPDATE link SET to_id = 'p39' WHERE from_id = 'a11' AND field = 'owner'",
        "",
        "row: asset/a11 \"owner\" \"person\" \"p39\"",
    ),
    ("DELETE FROM link WHERE from_id = 't1'", "", "row: task/t1 \"incident\" \"incident\" \"i1\""),
    (
        "INSERT INTO link (org, from_register, from_id, field, to_register, to_id, leaf_from, leaf_to) \
         VALUES ('acme', 'asset', 'zzz', 'owner', 'person', 'p01', 0, 9)",
        "",
        "row: asset/zzz \"owner\" \"person\" \"p01\" 0 9: link has a row too many",
    ),
    (
        "INSERT INTO record SELECT org, 'ghost', id, title, rev, leaf_from, leaf_to, created_at, \
         updated_at, updated_by, author, ended, origin, acl_department, acl_case, acl_restricted, \
         acl_counterparty, acl_person FROM record WHERE id = 'p01'",
        "DELETE FROM record WHERE register = 'ghost'",
        "record has rows of the unknown register \"ghost\"",
    ),
    (
        "UPDATE search_doc SET words = words + 1 WHERE id = 'a12'",
        "",
        "search: asset/a12: words in search_doc",
    ),
    (
        "UPDATE search_doc SET doc = 99999 WHERE id = 'a13'",
        "",
        "search: asset/a13: its words in the search",
    ),
];

#[test]
fn whatever_is_damaged_is_named() {
    on_each(|place| {
        let store = place.open();
        full(&store);
        // What the log itself needs to be mended by.
        for sql in [
            "CREATE TABLE kept_revision AS SELECT * FROM revision",
            "CREATE TABLE kept_tile AS SELECT * FROM tile",
            "CREATE TABLE kept_head AS SELECT * FROM head",
        ] {
            damage(&store, sql);
        }
        assert!(verify(&store).ok());
        for (sql, undo, name) in DAMAGES {
            assert!(damage(&store, sql) > 0, "{sql} changes nothing");
            let report = verify(&store);
            let problems = all_problems(&report);
            assert!(problems.iter().any(|p| p.contains(name)), "{sql}\ngives {problems:#?}");
            assert!(!report.ok());
            assert!(report.checks.iter().any(|c| !c.ok && !c.detail.ja.is_empty()));
            mend(&store, sql, undo);
            assert_eq!(all_problems(&verify(&store)), [""; 0], "after {undo}");
        }
    });
}

fn mend(store: &Store, sql: &str, undo: &str) {
    if !undo.is_empty() {
        damage(store, undo);
        return;
    }
    for table in ["revision", "tile", "head"] {
        if sql.contains(&format!("UPDATE {table} ")) || sql.contains(&format!("FROM {table} ")) {
            damage(store, &format!("DELETE FROM {table}"));
            damage(store, &format!("INSERT INTO {table} SELECT * FROM kept_{table}"));
        }
    }
    store.rebuild(Some(&org()), |_| {}).unwrap();
}

#[test]
fn only_a_checkpoint_kept_outside_shows_a_cut_or_a_forged_history() {
    on_each(|place| {
        let store = place.open();
        for at in 0..5 {
            put(&store, at, Person::DEF, &format!("p{at}"), 0, json!({"name": "花子"}));
        }
        let outside = sign(&store, 9).unwrap().unwrap();
        let with = |note: &str| VerifyOptions {
            outside: Some(note.to_owned()),
            keys: vec![key().verifier()],
            ..VerifyOptions::default()
        };
        let report = store.verify(&org(), &with(&outside.note), &|_, _| {}).unwrap();
        assert!(report.ok(), "{:?}", all_problems(&report));
        assert!(!report.not_shown.iter().any(|m| m.en.contains("cut off")));

        // Another server with the same key tells a shorter and another story of the same log.
        let other = if place.is_lite() { Place::lite() } else { Place::pg().unwrap() };
        let store = other.open();
        for at in 0..4 {
            put(&store, at, Person::DEF, &format!("p{at}"), 0, json!({"name": "花子"}));
        }
        sign(&store, 8).unwrap().unwrap();
        assert!(verify(&store).ok());
        let short = store.verify(&org(), &with(&outside.note), &|_, _| {}).unwrap();
        assert!(all_problems(&short).iter().any(|p| p.contains("had 5 leaves then and has 4 now")));
        put(&store, 5, Person::DEF, "p4", 0, json!({"name": "別人"}));
        put(&store, 6, Person::DEF, "p5", 0, json!({"name": "別人"}));
        let forged = store.verify(&org(), &with(&outside.note), &|_, _| {}).unwrap();
        assert!(all_problems(&forged).iter().any(|p| p.contains("the log was rewritten")));

        let strange = SigningKey::from_seed("log.example/acme", &[9; 32]).unwrap();
        let checkpoint = Checkpoint::verify(&outside.note, &key().verifier()).unwrap();
        let signed = checkpoint.sign(&strange).unwrap();
        for note in [signed.as_str(), "garbage", ""] {
            assert!(!store.verify(&org(), &with(note), &|_, _| {}).unwrap().ok(), "{note:?}");
        }
        // Checkpoints that were signed by somebody else's key do not pass with the true one.
        let options = VerifyOptions { keys: vec![strange.verifier()], ..VerifyOptions::default() };
        assert!(!store.verify(&org(), &options, &|_, _| {}).unwrap().ok());
    });
}

#[test]
fn others_may_write_while_it_is_checked() {
    on_each(|place| {
        let store = place.open();
        full(&store);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for at in 0..60 {
                    let json = json!({"title": format!("通知{at}")});
                    put(&store, 200 + at, Notice::DEF, &format!("m{at:03}"), 1, json);
                }
            });
            for _ in 0..4 {
                assert_eq!(all_problems(&verify(&store)), [""; 0]);
            }
        });
    });
}

#[test]
fn a_flipped_byte_in_any_page_that_holds_the_record_is_found() {
    let place = Place::lite();
    let store = place.open();
    full(&store);
    drop(store);
    let conn = rusqlite::Connection::open(place.file()).unwrap();
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); VACUUM").unwrap();
    // The pages of what is provable; unused room at a page's end says nothing and is left out.
    let tables = "'leaf', 'revision', 'tile', 'record', 'link', 'r_asset', 'r_person'";
    let sql = format!(
        "SELECT pageno FROM dbstat WHERE name IN ({tables}) AND pagetype = 'leaf' ORDER BY pageno"
    );
    let mut statement = conn.prepare(&sql).unwrap();
    let pages: Vec<usize> = statement
        .query_map([], |row| row.get::<_, i64>(0))
        .unwrap()
        .map(|n| n.unwrap() as usize)
        .collect();
    drop(statement);
    drop(conn);
    let good = std::fs::read(place.file()).unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..40 {
        let strategy = (0..pages.len(), 0..4096usize, 0..8u8);
        let (page, at, bit) = strategy.new_tree(&mut runner).unwrap().current();
        let start = (pages[page] - 1) * 4096;
        // Bytes 5 and 6 of a page say where its content begins.
        let content = usize::from(u16::from_be_bytes([good[start + 5], good[start + 6]]));
        let at = start + content + at % (4096 - content);
        let mut bad = good.clone();
        bad[at] ^= 1 << bit;
        std::fs::write(place.file(), &bad).unwrap();
        for extra in ["-wal", "-shm"] {
            let mut path = place.file().into_os_string();
            path.push(extra);
            drop(std::fs::remove_file(path));
        }
        match Store::open(place.config(), crate::registers::ALL) {
            Err(_) => {}
            Ok(store) => {
                let report = store.verify(&org(), &VerifyOptions::default(), &|_, _| {});
                let found = report.as_ref().map_or(true, |report| !report.ok());
                assert!(found, "byte {at} bit {bit} of page {} went unseen", pages[page]);
            }
        }
    }
}
