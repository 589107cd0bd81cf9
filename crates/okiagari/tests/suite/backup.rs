//! Backup and restore.

use crate::{assert_verifies, folder, init, run, text};
use okiagari_tests::program::Launch;
use std::fs;
use std::path::Path;

/// Altered bytes of a file.
fn flip(file: &Path) {
    let mut bytes = fs::read(file).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file, bytes).expect("written");
}

#[test]
fn a_demo_is_backed_up_and_restored_with_record_files_and_accounts() {
    let (outer, data) = folder();
    let mut server = Launch::demo().data(&data).start();
    assert!(server.stop().success());
    let (copy, new) = (outer.path().join("copy"), outer.path().join("new"));
    run(&["backup", "--data", &text(&data), "--to", &text(&copy)]).ok();
    assert!(!copy.join("master.key").exists(), "the key stays apart");
    let key = text(&data.join("master.key"));
    let restore = ["restore", "--from", &text(&copy), "--data", &text(&new), "--key", &key];
    run(&restore).ok();
    assert_verifies(&new);
    let list =
        |data: &Path| run(&["user", "--data", &text(data), "list", "--org", "midorihama"]).ok();
    assert_eq!(list(&data), list(&new));
    let again = run(&restore);
    assert_eq!(again.status.code(), Some(2), "nothing is overwritten: {again:?}");
}

#[test]
fn an_altered_backup_or_a_wrong_key_changes_nothing() {
    let (outer, data) = folder();
    init(&data);
    let (copy, new) = (outer.path().join("copy"), outer.path().join("new"));
    run(&["backup", "--data", &text(&data), "--to", &text(&copy)]).ok();
    let other = outer.path().join("other");
    init(&other);
    let with = |key: &Path| {
        run(&["restore", "--from", &text(&copy), "--data", &text(&new), "--key", &text(key)])
    };
    let wrong = with(&other.join("master.key"));
    assert!(!wrong.status.success() && !new.exists(), "{wrong:?}");
    let _ = fs::remove_dir_all(outer.path().join("new.restoring"));
    flip(&copy.join("record").join("revision.jsonl"));
    let altered = with(&data.join("master.key"));
    assert_eq!(altered.status.code(), Some(2), "{altered:?}");
    assert!(altered.stderr.contains("revision.jsonl"), "{altered:?}");
    assert!(!new.exists());
}

#[test]
fn an_altered_evidence_file_is_named_by_verify() {
    let (_outer, data) = folder();
    let mut server = Launch::demo().data(&data).start();
    assert!(server.stop().success());
    let mut files = Vec::new();
    walk(&data.join("evidence"), &mut files);
    flip(files.first().expect("an evidence file"));
    let finished = run(&["verify", "--data", &text(&data), "--json"]);
    assert_eq!(finished.status.code(), Some(1), "{finished:?}");
    let reports: Vec<serde_json::Value> =
        finished.stdout.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let bad = reports.iter().find(|r| r["ok"] == false).expect("a finding");
    let checks = bad["checks"].as_array().expect("checks");
    let wrong: Vec<_> = checks.iter().filter(|c| c["ok"] == false).collect();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!(wrong[0]["id"], "files");
    assert!(wrong[0]["problems"].to_string().contains("auth.log"), "{wrong:?}");
}

fn walk(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

/// What a later change of the lost server was: told by a checkpoint that was kept outside.
#[test]
fn a_restore_that_falls_short_of_a_known_checkpoint_opens_an_epoch_that_names_the_loss() {
    let (outer, data) = folder();
    init(&data);
    let (copy, new) = (outer.path().join("copy"), outer.path().join("new"));
    run(&["backup", "--data", &text(&data), "--to", &text(&copy)]).ok();
    // Changes after the backup, then a checkpoint: it stands in a second backup's manifest.
    run(&["user", "--data", &text(&data), "add", "later", "--name", "後から来た人"]).ok();
    let second = outer.path().join("second");
    run(&["backup", "--data", &text(&data), "--to", &text(&second)]).ok();
    let manifest = fs::read_to_string(second.join("record/manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    let note = manifest["organisations"][0]["checkpoint"].as_str().expect("a checkpoint");
    let outside = outer.path().join("checkpoint");
    fs::write(&outside, note).expect("written");
    let key = text(&data.join("master.key"));
    let restore = ["restore", "--from", &text(&copy), "--data", &text(&new), "--key", &key];
    let told = run(&[&restore[..], &["--known-checkpoint", &text(&outside)]].concat()).ok();
    assert!(told.contains("are lost; epoch 2 begins"), "{told}");
    assert!(told.contains("It verifies"), "{told}");
    assert_verifies(&new);
}

#[test]
fn a_foreign_checkpoint_is_refused() {
    let (outer, data) = folder();
    init(&data);
    let file = outer.path().join("checkpoint");
    fs::write(&file, "elsewhere.example/log\n5\nAAAA\n\n— x y\n").expect("written");
    let finished = run(&["verify", "--data", &text(&data), "--checkpoint", &text(&file)]);
    assert_eq!(finished.status.code(), Some(2), "{finished:?}");
}
