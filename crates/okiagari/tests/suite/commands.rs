//! Commands without a server.

use crate::{folder, init, run, text};
use serde_json::Value;
use std::fs;

#[test]
fn requirements_are_950_lines_each_with_what_meets_it() {
    let said = run(&["requirements", "--json"]).ok();
    let rows: Vec<Value> =
        said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(rows.len(), 950);
    for row in &rows {
        for key in ["id", "kind", "source"] {
            assert!(row[key].as_str().is_some_and(|t| !t.is_empty()), "{row}");
        }
        for key in ["items", "screens", "tests"] {
            assert!(row["met_by"][key].is_array(), "{row}");
        }
    }
    assert!(rows.iter().any(|r| r["met_by"]["items"].as_array().is_some_and(|i| !i.is_empty())));
}

#[test]
fn accounts_are_made_listed_reset_and_ended() {
    let (_outer, data) = folder();
    init(&data);
    let data = text(&data);
    let user = |rest: &[&str]| run(&[&["user", "--data", &data], rest].concat());
    let added = user(&["add", "hanako", "--name", "山田 花子"]).ok();
    let first = added.trim().rsplit("  ").next().expect("a password").to_owned();
    assert!(first.chars().count() >= 15, "{added}");
    let twice = user(&["add", "hanako", "--name", "別人"]);
    assert_eq!(twice.status.code(), Some(2), "{twice:?}");
    assert!(user(&["list"]).ok().contains("hanako  山田 花子  first password"));
    assert!(!user(&["reset", "hanako"]).ok().contains(&first), "a new password");
    user(&["end", "hanako"]).ok();
    assert!(user(&["list"]).ok().contains("hanako  山田 花子  ended"));
    assert_eq!(user(&["reset", "nobody"]).status.code(), Some(2));
}

#[test]
fn a_sheet_is_tried_imported_once_and_exported() {
    let (outer, data) = folder();
    init(&data);
    let file = outer.path().join("people.csv");
    fs::write(&file, "氏名,メール\n佐野 光,sano@example.jp\n,nobody@example.jp\n")
        .expect("written");
    let (data, file) = (text(&data), text(&file));
    let import = |more: &[&str]| {
        let line = ["import", "person", &file, "--data", &data, "--as", "admin"];
        run(&[&line[..], more].concat())
    };
    let tried = import(&["--dry-run"]);
    assert_eq!(tried.status.code(), Some(1), "one row has no name: {tried:?}");
    assert!(tried.stdout.contains("line 3"), "{tried:?}");
    let people = || {
        let line = ["export", "person", "--data", &data, "--as", "admin", "--format", "json"];
        run(&line).ok()
    };
    assert!(!people().contains("佐野"), "a try changes nothing");
    import(&[]);
    assert_eq!(people().matches("佐野 光").count(), 1);
    import(&[]);
    assert_eq!(people().matches("佐野 光").count(), 1, "the same file twice changes nothing");
    let unknown = run(&["export", "persons", "--data", &data, "--as", "admin"]);
    assert!(unknown.stderr.contains("person"), "{unknown:?}");
}

#[test]
fn tables_are_made_again_and_the_same_is_shown() {
    let (_outer, data) = folder();
    init(&data);
    let data = text(&data);
    let export = || run(&["export", "role", "--data", &data, "--as", "admin"]).ok();
    let before = export();
    assert!(before.contains("システム管理者"), "{before}");
    run(&["rebuild", "--data", &data]).ok();
    assert_eq!(export(), before);
}

#[test]
fn an_organisation_that_does_not_exist_is_told_with_those_that_do() {
    let (_outer, data) = folder();
    init(&data);
    let finished = run(&["verify", "--data", &text(&data), "--org", "elsewhere"]);
    assert_eq!(finished.status.code(), Some(2), "{finished:?}");
    assert!(finished.stderr.contains("main  試験の組織"), "{finished:?}");
}
