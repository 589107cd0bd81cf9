//! `verify PACKAGE.zip`: a package from somebody else, on a machine that has nothing of ours.

use crate::{folder, run, text};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn frozen(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../seal/tests/frozen").join(name)
}

/// The fingerprint of the first signer's certificate, as it was told by telephone.
fn told() -> String {
    fs::read_to_string(frozen("package.sha256")).expect("a file").trim().to_owned()
}

#[test]
fn a_package_is_told_in_clear_words_and_ends_with_zero() {
    let (package, ca) = (text(&frozen("package.zip")), text(&frozen("company/ca.pem")));
    let line = ["verify", &package, "--trust", &told(), "--trust", &ca];
    let at = ["--at", "2026-12-15T00:00:00Z"];
    let said = run(&[&line[..], &at].concat()).ok();
    for part in [
        "AT-7 第 1 版 / version 1: 株式会社みなと部品 (IN-12)",
        "✓ 署名 / signed by: 山田 花子 (情報セキュリティ責任者、セキュリティ)",
        "2 件宣言どおり / as stated, 1 件非開示 / withheld",
        "003-詳細なログ.txt: 開示されていない / withheld",
        "○ 未完了 / open: g",
        "leads to what you trust",
        "It verifies; nothing was altered.",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let late = run(&[&line[..], &["--at", "2027-12-15T00:00:00Z"]].concat());
    assert_eq!(late.status.code(), Some(1));
    assert!(late.stdout.contains("宣言の有効期限が切れています"), "{late:?}");
}

#[test]
fn what_is_altered_or_unknown_ends_with_one_and_its_reason() {
    let (outer, _) = folder();
    let bytes = fs::read(frozen("package.zip")).expect("a file");
    let at = bytes.windows(11).position(|w| w == b"test,result").expect("the second file");
    let mut altered = bytes.clone();
    altered[at] ^= 1;
    let file = outer.path().join("altered.zip");
    fs::write(&file, altered).expect("written");
    let line = ["verify", &text(&file), "--json", "--at", "2026-12-15T00:00:00Z"];
    let refused = run(&line);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let report: Value = serde_json::from_str(&refused.stdout).expect("JSON");
    assert_eq!(report["ok"], false);
    let failure = &report["report"]["failures"][0];
    assert_eq!(failure["reason"], "evidence_altered");
    assert_eq!(failure["name"], "002-試験結果.csv");
    let package = text(&frozen("package.zip"));
    let unknown = ["verify", &package, "--trust", &"0".repeat(64), "--at", "2026-12-15T00:00:00Z"];
    let unknown = run(&unknown);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(unknown.stdout.contains("leads to nothing that is trusted here"), "{unknown:?}");
    assert_eq!(run(&["verify", &text(&outer.path().join("none.zip"))]).status.code(), Some(2));
    let known = ["verify", &package, "--known", &package, "--at", "2026-12-15T00:00:00Z"];
    run(&known).ok();
}
