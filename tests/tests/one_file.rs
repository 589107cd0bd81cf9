//! Adding a register is adding one file: the worked example of CONTRIBUTING.md, tried as written.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The first Rust block behind the heading that names the file.
fn example(page: &str) -> &str {
    let after = page.split_once("prepare/spare.rs`").expect("the example is named").1;
    let block = after.split_once("```rust\n").expect("a block").1;
    block.split_once("\n```").expect("its end").0
}

#[test]
fn the_register_of_the_contributing_page_needs_one_file_and_its_rule_test_passes() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = tempfile::tempdir().unwrap();
    for name in ["model", "derive"] {
        copy(&root.join("crates").join(name), &folder.path().join("crates").join(name));
    }
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    // Only the two crates: the members are narrowed, the rest of the workspace's file stays.
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let narrowed = manifest.replace(
        "members = [\"crates/*\", \"tests\", \"bench\"]",
        "members = [\"crates/model\", \"crates/derive\"]",
    );
    assert_ne!(narrowed, manifest, "the line of members has another form now");
    fs::write(folder.path().join("Cargo.toml"), narrowed).unwrap();

    let page = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let file = folder.path().join("crates/model/src/prepare/spare.rs");
    fs::write(&file, format!("{}\n", example(&page))).unwrap();

    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("one-file");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let run = Command::new(cargo)
        .args(["test", "-p", "okiagari-model", "--lib", "--offline", "spare"])
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    let logged = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}\n{logged}");
    assert!(said.contains("1 passed"), "{said}");
}
