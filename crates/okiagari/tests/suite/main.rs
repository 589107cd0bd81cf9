//! The program as a whole: what it starts, refuses, verifies, backs up and brings back.
#![expect(clippy::expect_used, reason = "helpers of tests")]

mod backup;
mod commands;
mod packages;
mod server;

use okiagari_tests::program::Finished;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A path as an argument.
fn text(path: &Path) -> String {
    path.display().to_string()
}

/// A new folder with nothing in it but room for a data folder.
fn folder() -> (TempDir, PathBuf) {
    let outer = tempfile::tempdir().expect("a folder");
    let data = outer.path().join("data");
    (outer, data)
}

/// Runs a command of the program.
fn run(arguments: &[&str]) -> Finished {
    okiagari_tests::program::run(arguments)
}

/// A data folder in earnest, with the administrator's first password.
fn init(data: &Path) -> String {
    let said = run(&["init", "--data", &text(data), "--organisation", "試験の組織"]).ok();
    let line = said.lines().find(|l| l.contains("first password")).expect("a password");
    line.rsplit("  ").next().expect("a column").trim().to_owned()
}

/// The evidence that a folder verifies.
fn assert_verifies(data: &Path) {
    let finished = run(&["verify", "--data", &text(data), "--json"]);
    let said = finished.ok();
    assert!(!said.is_empty(), "at least one organisation");
    for line in said.lines() {
        let report: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert_eq!(report["ok"], true, "{line}");
        assert!(report["size"].as_u64().is_some_and(|size| size > 0), "{line}");
    }
}
