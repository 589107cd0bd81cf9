//! Backup, loss, restore: what was erased since stays erased, and what is lost is named.

use crate::site::{Api, Site, assert_calm, open};
use okiagari_tests::program::{Finished, Server, run};
use serde_json::json;
use std::path::{Path, PathBuf};

const NAME: &str = "湖水ゆかり";

/// A site with a person, a backup of it, and what came after: other records, and the erasure of
/// that person's name.
struct Lost {
    site: Site,
    backup: PathBuf,
    person: String,
    /// A checkpoint from outside, of the log at its longest.
    outside: PathBuf,
    /// How many leaves the backup has, and how many there were in the end.
    sizes: (u64, u64),
}

fn size_of(note: &str) -> u64 {
    note.lines().nth(1).and_then(|line| line.parse().ok()).expect("a checkpoint has a size")
}

fn lost() -> Lost {
    let site = Site::new();
    let mut server = site.serve();
    let api = site.api(&server);
    let body = json!({"name": NAME, "phone": "090-0000-1111"});
    let person = api.create("person", &body)["id"].as_str().expect("an id").to_owned();
    assert_eq!(api.evidence("memo.txt", b"before").expect("an answer").status, 201);
    let kept = size_of(&api.checkpoint());
    assert!(server.stop().success());
    let backup = site.data.with_file_name("backup");
    site.command(["backup"], ["--to", backup.to_str().expect("a plain path")]).ok();

    let mut server = site.serve();
    let api = site.api(&server);
    for number in 0..4 {
        api.create("department", &json!({"name": format!("失われる第{number}課")}));
    }
    let erase = json!({"fields": ["name", "phone"], "reason": "本人の求め"});
    let path = format!("person/{person}/erase");
    let erased = api.json("POST", &path, &erase).expect("an answer");
    assert_eq!(erased.status, 200, "{}", erased.text());
    api.create("department", &json!({"name": "失われる最後の課"}));
    let note = api.checkpoint();
    let outside = site.data.with_file_name("outside.txt");
    std::fs::write(&outside, &note).expect("written");
    assert!(server.stop().success());
    site.assert_verifies();
    Lost { sizes: (kept, size_of(&note)), site, backup, person, outside }
}

impl Lost {
    /// Restores the backup into a new folder.
    fn restore(&self, name: &str, more: &[(&str, &Path)]) -> (PathBuf, Finished) {
        let data = self.site.data.with_file_name(name);
        let key = self.site.data.join("master.key");
        let mut arguments: Vec<&std::ffi::OsStr> = vec!["restore".as_ref()];
        let fixed = [("--from", self.backup.as_path()), ("--data", &data), ("--key", &key)];
        for (flag, value) in fixed.iter().chain(more) {
            arguments.extend([flag.as_ref(), value.as_os_str()]);
        }
        let finished = run(arguments);
        assert_calm(&finished.stderr);
        (data, finished)
    }

    /// Serves what was restored. No token of before opens it: a new one is made.
    fn serve(&self, data: &Path) -> (Server, Api) {
        let place = data.to_str().expect("a plain path");
        let token = run(["user", "--data", place, "token", "admin", "--name", "restored"]).ok();
        let server = self.site.launch().data(data).start();
        let mut api = self.site.api(&server);
        assert_eq!(api.get("department").status, 401, "a token of before is withdrawn");
        api.token = token.trim().to_owned();
        (server, api)
    }
}

/// Whether any file of a database holds a text.
fn holds(data: &Path, text: &str) -> bool {
    let files = std::fs::read_dir(data).expect("a folder").flatten().map(|entry| entry.path());
    files.filter(|file| file.is_file()).any(|file| {
        let bytes = std::fs::read(file).expect("read");
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

fn verify(data: &Path, more: &[&str]) -> Finished {
    let mut arguments = vec!["verify", "--data", data.to_str().expect("a plain path")];
    arguments.extend(more);
    run(arguments)
}

#[test]
fn an_erasure_made_after_the_backup_is_done_again_before_anybody_reads() {
    let lost = lost();
    assert!(!holds(&lost.site.data, NAME), "erased where it was erased");
    assert!(holds(&lost.backup.join("record"), NAME), "the backup is older");
    let journal = lost.site.data.join("erasures.jsonl");
    let (data, restored) = lost.restore("restored", &[("--erasures", &journal)]);
    let said = restored.clone().ok();
    assert!(said.contains(&format!("person/{}", lost.person)), "{said}");
    // Before it serves for the first time.
    assert!(!holds(&data, NAME), "the name is nowhere in the new place");
    assert_eq!(verify(&data, &[]).status.code(), Some(0), "{:?}", verify(&data, &[]));

    let (mut server, api) = lost.serve(&data);
    let person = api.get(&format!("person/{}", lost.person));
    assert_eq!(person.status, 200, "{}", person.text());
    assert!(!person.text().contains(NAME), "{}", person.text());
    let history = api.get(&format!("person/{}/history", lost.person));
    assert!(!history.text().contains(NAME), "{}", history.text());
    assert_eq!(api.get("search?q=%E6%B9%96%E6%B0%B4").json()["items"], json!([]));
    api.create("department", &json!({"name": "新しい課"}));
    assert!(server.stop().success());
    assert_eq!(verify(&data, &[]).status.code(), Some(0));
}

#[test]
fn a_restore_short_of_a_known_checkpoint_opens_an_epoch_that_names_what_is_lost() {
    let lost = lost();
    let (from, to) = lost.sizes;
    let (data, restored) = lost.restore("restored", &[("--known-checkpoint", &lost.outside)]);
    let said = restored.ok();
    let named = format!("leaves {from} to {} are lost", to - 1);
    assert!(said.contains(&named) && said.contains("epoch 2"), "{said}");
    let alone = verify(&data, &[]);
    assert_eq!(alone.status.code(), Some(0), "{alone:?}");

    // The leaf itself names the range, and what its root was.
    let database = open(&data.join("okiagari.db"));
    let sql = "SELECT header FROM leaf WHERE idx = CAST(?1 AS INTEGER)";
    let read = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    let leaf: String = database.query_row(sql, [from.to_string()], read).expect("a leaf");
    drop(database);
    let leaf: serde_json::Value = serde_json::from_str(&leaf).expect("JSON");
    let text = leaf.to_string();
    assert!(text.contains(&from.to_string()) && text.contains(&to.to_string()), "{text}");
    let note = std::fs::read_to_string(&lost.outside).expect("read");
    let root = note.lines().nth(2).expect("a root");
    assert!(text.contains(root), "{root} in {text}");

    // The log grows past the lost length: checkpoints of both epochs still speak for it.
    let (mut server, api) = lost.serve(&data);
    for number in 0..12 {
        api.create("department", &json!({"name": format!("新しい第{number}課")}));
    }
    let later = data.with_file_name("later.txt");
    std::fs::write(&later, api.checkpoint()).expect("written");
    assert!(server.stop().success());
    for checkpoint in [&lost.outside, &later] {
        let checkpoint = checkpoint.to_str().expect("a plain path");
        let compared = verify(&data, &["--checkpoint", checkpoint]);
        assert_eq!(compared.status.code(), Some(0), "{compared:?}");
    }
    // And the old place, should it turn up again, is still what it was.
    lost.site.assert_verifies();
}

#[test]
fn a_restore_says_what_does_not_fit_and_leaves_the_place_alone() {
    let lost = lost();
    let data = lost.site.data.with_file_name("restored");
    let backup = lost.backup.to_str().expect("a plain path");
    let target = data.to_str().expect("a plain path");
    let none = run(["restore", "--from", backup, "--data", target]);
    assert_eq!(none.status.code(), Some(2), "{none:?}");
    assert!(none.stderr.contains("--key"), "{none:?}");
    // Somebody else's key opens neither files nor signatures.
    let other = Site::new();
    let key = other.data.join("master.key");
    let foreign =
        run(["restore", "--from", backup, "--data", target, "--key", key.to_str().expect("plain")]);
    assert!([Some(1), Some(2)].contains(&foreign.status.code()), "{foreign:?}");
    assert_calm(&foreign.stderr);
    assert!(!data.exists(), "nothing is put in place");
    let _left = std::fs::remove_dir_all(data.with_file_name("restored.restoring"));
    // A folder with something in it.
    let (_, filled) = lost.restore("data", &[]);
    assert_eq!(filled.status.code(), Some(2), "{filled:?}");
    // A byte of the backup.
    let table = lost.backup.join("record").join("revision.jsonl");
    let mut bytes = std::fs::read(&table).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&table, bytes).expect("written");
    let (data, damaged) = lost.restore("restored", &[]);
    assert_eq!(damaged.status.code(), Some(2), "{damaged:?}");
    assert!(damaged.stderr.contains("revision.jsonl"), "{damaged:?}");
    assert!(!data.exists(), "nothing is put in place");
    lost.site.assert_verifies();
}
