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

/// Every test that a requirement names is there, and every requirement that is named exists.
#[test]
fn the_tests_that_requirements_name_exist() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let text = fs::read_to_string(format!("{root}/catalogs/coverage/tests.json")).expect("read");
    let named: std::collections::BTreeMap<String, Vec<String>> =
        serde_json::from_str(&text).expect("ids with names of tests");
    let mut sources = String::new();
    for folder in ["crates", "tests"] {
        collect(&std::path::Path::new(root).join(folder), &mut sources);
    }
    let said = run(&["requirements", "--json"]).ok();
    for (id, tests) in &named {
        assert!(said.contains(&format!("\"id\":\"{id}\"")), "there is no requirement {id}");
        for test in tests {
            let name = test.rsplit("::").next().unwrap_or(test);
            assert!(sources.contains(&format!("fn {name}(")), "{id}: there is no test {test}");
        }
    }
}

fn collect(folder: &std::path::Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, text);
        } else if path.extension().is_some_and(|e| e == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("read"));
        }
    }
}
