//! One flipped byte, anywhere in what is kept: `okiagari verify` ends with 1 and names the thing.

use crate::site::{ORG, Site, assert_calm, copy};
use okiagari_tests::program::{Finished, run};
use rusqlite::{Connection, params};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Enough leaves that the lowest level of the tree has a full tile.
const LEAVES: u64 = 260;

/// A site with a full tile, a link, two revisions of one record, evidence and checkpoints;
/// stopped.
struct Kept {
    site: Site,
    /// The department that was renamed and that another one is part of.
    parent: String,
    /// The one that is part of it.
    child: String,
    /// A checkpoint that was taken outside, with all leaves.
    outside: PathBuf,
}

fn kept() -> Kept {
    let site = Site::new();
    let mut server = site.serve();
    let api = site.api(&server);
    let make = |body| api.create("department", &body)["id"].as_str().expect("an id").to_owned();
    let parent = make(json!({"name": "営業部"}));
    let renamed = json!({"body": {"name": "営業本部"}, "rev": 1});
    let renamed = api.json("PATCH", &format!("department/{parent}"), &renamed).expect("an answer");
    assert_eq!(renamed.status, 200, "{}", renamed.text());
    let child = make(json!({"name": "営業一課", "parent": parent}));
    assert_eq!(api.evidence("access.log", b"GET / 200").expect("an answer").status, 201);
    for number in 0..LEAVES {
        make(json!({"name": format!("第{number}課")}));
    }
    let outside = site.data.with_file_name("outside.txt");
    std::fs::write(&outside, api.checkpoint()).expect("written");
    assert!(server.stop().success());
    site.assert_verifies();
    Kept { site, parent, child, outside }
}

#[track_caller]
fn assert_finds(found: &Finished, words: &[&str]) {
    let said = format!("{}\n{}", found.stdout, found.stderr);
    assert_eq!(found.status.code(), Some(1), "{said}");
    for word in words {
        assert!(said.contains(word), "{word} in: {said}");
    }
    assert_calm(&said);
}

/// Changes a cell as `change` says, verifies, and puts it back.
#[track_caller]
fn strike(site: &Site, select: &str, update: &str, words: &[&str], change: fn(&mut [u8])) {
    let database = site.database();
    // Bytes and not text: what is struck may be no text any more.
    let read = format!("SELECT CAST(({select}) AS BLOB), typeof(({select}))");
    let (before, kind): (Vec<u8>, String) = database
        .query_row(&read, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("the cell is there");
    let mut after = before.clone();
    change(&mut after);
    assert_ne!(before, after);
    let put = |bytes: &[u8]| {
        let sql = match kind.as_str() {
            "blob" => update.to_owned(),
            other => update.replace("?1", &format!("CAST(?1 AS {other})")),
        };
        assert_eq!(database.execute(&sql, params![bytes]).expect("updated"), 1, "{update}");
    };
    put(&after);
    assert_finds(&site.verify(), words);
    put(&before);
}

fn flip_middle(bytes: &mut [u8]) {
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
}

fn flip_last(bytes: &mut [u8]) {
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
}

#[test]
fn a_flipped_byte_is_named_wherever_it_is() {
    let Kept { site, parent, child, .. } = kept();
    let whole = |table: &str, column: &str, place: &str| {
        let place = format!("WHERE org = '{ORG}' AND {place}");
        (
            format!("SELECT {column} FROM {table} {place}"),
            format!("UPDATE {table} SET {column} = ?1 {place}"),
        )
    };
    let record = format!("department/{parent}");
    let of = |rev: u32| format!("register = 'department' AND id = '{parent}' AND rev = {rev}");
    let at = |table: &str| format!("id = '{parent}' AND leaf_to > 9000000000000000000 {table}");
    for (table, column, place, words) in [
        ("leaf", "header", "idx = 5".to_owned(), vec!["eaf 5"]),
        ("leaf", "time", "idx = 6".to_owned(), vec!["eaf 6"]),
        ("tile", "hashes", "level = 0 AND idx = 0".to_owned(), vec!["tile/0/000"]),
        ("head", "root", "1".to_owned(), vec!["root"]),
        ("head", "size", "1".to_owned(), vec!["eaf"]),
        ("revision", "body", of(1), vec![record.as_str(), "revision 1"]),
        ("revision", "body", of(2), vec![record.as_str(), "revision 2"]),
        ("revision", "seed", of(2), vec![record.as_str(), "revision 2"]),
        ("revision", "leaf", of(2), vec![record.as_str(), "revision 2"]),
        ("record", "title", at("AND register = 'department'"), vec![parent.as_str(), "record"]),
        ("r_department", "name", at(""), vec![parent.as_str(), "r_department"]),
        ("r_department", "updated_at", at(""), vec![parent.as_str(), "r_department"]),
        ("link", "to_id", format!("from_id = '{child}'"), vec![child.as_str(), "link"]),
        (
            "search_doc",
            "words",
            format!("register = 'department' AND id = '{parent}'"),
            vec![parent.as_str(), "search"],
        ),
    ] {
        let (select, update) = whole(table, column, &place);
        strike(&site, &select, &update, &words, flip_last);
        if ["header", "hashes", "body", "seed"].contains(&column) {
            strike(&site, &select, &update, &words, flip_middle);
        }
    }
    let newest = "(SELECT max(size) FROM checkpoint)";
    let (select, update) = whole("checkpoint", "note", &format!("size = {newest}"));
    // In the signed text, and in the signature.
    strike(&site, &select, &update, &["heckpoint at"], flip_middle);
    strike(&site, &select, &update, &["heckpoint at"], |note| {
        let at = note.len() - 20;
        note[at] = if note[at] == b'A' { b'B' } else { b'A' };
    });
    site.assert_verifies();
}

#[test]
fn a_row_that_is_gone_or_was_never_written_is_named() {
    let Kept { site, parent, child, .. } = kept();
    let strike = |sql: &str, words: &[&str]| {
        // In an image of the folder, so that the next strike finds it whole.
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        copy(&site.data, &data);
        let database = crate::site::open(&data.join("okiagari.db"));
        let changed = database.execute(sql, []).expect("a change");
        assert_eq!(changed, 1, "{sql}");
        drop(database);
        let verify = ["verify", "--data", data.to_str().expect("a plain path")];
        assert_finds(&run(verify), words);
    };
    let record = format!("department/{parent}");
    let here = format!("register = 'department' AND id = '{parent}'");
    strike("DELETE FROM leaf WHERE idx = 7", &["eaf 7"]);
    strike("DELETE FROM tile WHERE level = 0", &["tile/0/000"]);
    strike(&format!("DELETE FROM revision WHERE {here} AND rev = 1"), &[&record, "revision 1"]);
    strike(&format!("DELETE FROM record WHERE {here} AND rev = 1"), &[&parent, "record"]);
    strike(&format!("DELETE FROM r_department WHERE id = '{parent}' AND rev = 2"), &[&parent]);
    strike(&format!("DELETE FROM link WHERE from_id = '{child}'"), &[&child, "link"]);
    strike(&format!("DELETE FROM search_doc WHERE {here}"), &[&parent, "search"]);
    let doc = format!("(SELECT doc FROM search_doc WHERE {here})");
    strike(&format!("DELETE FROM search WHERE rowid = {doc}"), &[&parent, "search"]);
    let stranger = "INSERT INTO link (org, from_register, from_id, field, to_register, to_id, \
                    leaf_from, leaf_to) VALUES ('main', 'department', 'no-such-record', 'parent', \
                    'department', 'no-such-record', 1, 9223372036854775807)";
    strike(stranger, &["no-such-record"]);
}

#[test]
fn a_damaged_or_missing_evidence_file_is_named() {
    let Kept { site, .. } = kept();
    let file = first_file(&site.data.join("evidence").join(ORG));
    let good = std::fs::read(&file).expect("read");
    for at in [0, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&file, bad).expect("written");
        assert_finds(&site.verify(), &["access.log", "damaged"]);
    }
    std::fs::write(&file, &good[..good.len() - 1]).expect("written");
    assert_finds(&site.verify(), &["access.log", "damaged"]);
    std::fs::remove_file(&file).expect("removed");
    assert_finds(&site.verify(), &["access.log", "not where it is kept"]);
    std::fs::write(&file, good).expect("written");
    site.assert_verifies();
}

fn first_file(folder: &Path) -> PathBuf {
    let entry = std::fs::read_dir(folder).expect("a folder").flatten().next().expect("an entry");
    if entry.path().is_dir() { first_file(&entry.path()) } else { entry.path() }
}

/// What a thief of the server and its key can do: an older image, served on. It verifies by
/// itself; a checkpoint that was kept outside tells.
#[test]
fn a_cut_off_and_signed_anew_record_is_told_by_a_checkpoint_kept_outside() {
    let site = Site::new();
    let mut server = site.serve();
    let api = site.api(&server);
    for number in 0..5 {
        api.create("department", &json!({"name": format!("第{number}課")}));
    }
    assert!(server.stop().success());
    let image = site.data.with_file_name("image");
    copy(&site.data, &image);
    let mut server = site.serve();
    let api = site.api(&server);
    for number in 0..5 {
        api.create("department", &json!({"name": format!("消される第{number}課")}));
    }
    let outside = site.data.with_file_name("outside.txt");
    std::fs::write(&outside, api.checkpoint()).expect("written");
    assert!(server.stop().success());
    let outside = outside.to_str().expect("a plain path").to_owned();
    let compared = |site: &Site| site.command(["verify"], ["--checkpoint", &outside]);
    assert_eq!(compared(&site).status.code(), Some(0), "{:?}", compared(&site));

    std::fs::remove_dir_all(&site.data).expect("removed");
    copy(&image, &site.data);
    let alone = site.verify();
    assert_eq!(alone.status.code(), Some(0), "{alone:?}");
    assert!(alone.stdout.contains("needs a checkpoint kept outside"), "{}", alone.stdout);
    assert_finds(&compared(&site), &["heckpoint kept outside", "the log had"]);

    // Another history in its place, as long as the first and signed with the true key.
    let mut server = site.serve();
    let api = site.api(&server);
    for number in 0..9 {
        api.create("department", &json!({"name": format!("偽の第{number}課")}));
    }
    assert!(server.stop().success());
    let alone = site.verify();
    assert_eq!(alone.status.code(), Some(0), "{alone:?}");
    assert!(alone.stdout.contains("rewritten and signed anew"), "{}", alone.stdout);
    assert_finds(&compared(&site), &["heckpoint kept outside", "rewritten"]);
}

#[test]
fn a_checkpoint_kept_outside_speaks_for_a_longer_record_and_only_for_its_own() {
    let Kept { site, outside, .. } = kept();
    let mut server = site.serve();
    site.api(&server).create("department", &json!({"name": "後の課"}));
    assert!(server.stop().success());
    let file = outside.to_str().expect("a plain path");
    let good = site.command(["verify"], ["--checkpoint", file]);
    assert_eq!(good.status.code(), Some(0), "{good:?}");
    assert!(!good.stdout.contains("needs a checkpoint kept outside"), "{}", good.stdout);
    // One digit of its size.
    let note = std::fs::read_to_string(&outside).expect("read");
    let size = note.lines().nth(1).expect("a size").to_owned();
    let less = (size.parse::<u64>().expect("a number") - 1).to_string();
    std::fs::write(&outside, note.replacen(&size, &less, 1)).expect("written");
    assert_finds(&site.command(["verify"], ["--checkpoint", file]), &["signature"]);
    // The checkpoint of somebody else's record.
    let other = Site::new();
    let theirs = other.api(&other.serve()).checkpoint();
    std::fs::write(&outside, theirs).expect("written");
    let foreign = site.command(["verify"], ["--checkpoint", file]);
    assert_eq!(foreign.status.code(), Some(2), "{foreign:?}");
    assert_calm(&foreign.stderr);
}

/// Flips bytes of the file itself that hold something (most pages of a young database are empty),
/// in a fixed order of places: no such image may verify as fine
/// while it tells anything else than before, and none may make the program panic.
#[test]
fn a_rotten_page_never_verifies_as_something_else() {
    let Kept { site, .. } = kept();
    let good = std::fs::read(site.file()).expect("read");
    let told = tell(&site.database());
    let held: Vec<usize> =
        good.iter().enumerate().filter(|(_, byte)| **byte != 0).map(|(at, _)| at).collect();
    let mut place: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut found = 0;
    for _ in 0..24 {
        // A xorshift generator: the same places every time.
        place ^= place << 13;
        place ^= place >> 7;
        place ^= place << 17;
        let mut bad = good.clone();
        let at = held[usize::try_from(place % held.len() as u64).expect("a place")];
        bad[at] ^= 1 << (place >> 61);
        std::fs::write(site.file(), &bad).expect("written");
        let verify = site.verify();
        assert_calm(&verify.stderr);
        match verify.status.code() {
            Some(0) => assert_eq!(tell(&site.database()), told, "byte {at}"),
            Some(1 | 2) => found += 1,
            other => panic!("byte {at}: {other:?}: {verify:?}"),
        }
    }
    assert!(found > 0, "some of the places hold something");
    std::fs::write(site.file(), &good).expect("written");
    site.assert_verifies();
}

/// Everything that the log speaks of, as it can be read.
fn tell(database: &Connection) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [
        "SELECT header FROM leaf ORDER BY idx",
        "SELECT register || id || rev || leaf || body || hex(seed) FROM revision ORDER BY leaf, id",
        "SELECT id || leaf_from || leaf_to || name || coalesce(parent, '') FROM r_department \
         ORDER BY id, leaf_to",
    ] {
        let mut statement = database.prepare(sql).expect("a statement");
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        all.extend(rows.map(|row| row.unwrap_or_else(|error| error.to_string())));
    }
    all
}
