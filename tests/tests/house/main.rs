//! House rules, as tests over the tree: what a reviewer would have to look for each time.
#![expect(clippy::expect_used, reason = "helpers of tests")]

mod code;
mod tree;

use code::{claimed_ids, sql_texts, unfinished};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;
use tree::{File, files, read, root};

/// Fails with all offenders at once.
#[track_caller]
fn none(rule: &str, offenders: Vec<String>) {
    assert!(offenders.is_empty(), "{rule}:\n  {}", offenders.join("\n  "));
}

#[test]
fn no_file_names_a_developers_machine() {
    // In parts, so that this file does not name them itself.
    let places = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/fa", "rm/")];
    let names_one = |line: &str| {
        places.iter().any(|place| {
            line.match_indices(place).any(|(at, _)| {
                // A longer path or an address that has such a part is another matter.
                !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}".contains(c))
            })
        })
    };
    assert!(names_one(concat!("see /wo", "rk/x")) && !names_one(concat!("http://a.b/wo", "rk/x")));
    let offenders = files(&[]).into_iter().flat_map(|file| {
        let lines = file.text.lines().enumerate().filter(|(_, line)| names_one(line));
        lines
            .map(|(n, line)| format!("{}:{}: {}", file.name, n + 1, line.trim()))
            .collect::<Vec<_>>()
    });
    none("a path of one machine means nothing on another", offenders.collect());
}

#[test]
fn nothing_is_left_unfinished() {
    let offenders = files(&["rs"]).into_iter().flat_map(|file| {
        let found = unfinished(&file);
        found.into_iter().map(|what| format!("{}: {what}", file.name)).collect::<Vec<_>>()
    });
    none("finish it, or leave it out", offenders.collect());
}

#[test]
fn rust_files_are_short() {
    let long = |file: &File| {
        let lines = file.text.lines().count();
        let generated = file.text.lines().take(3).any(|line| line.contains("@generated"));
        (lines > 600 && !generated).then(|| format!("{}: {lines} lines", file.name))
    };
    none("a file has at most 600 lines", files(&["rs"]).iter().filter_map(long).collect());
}

#[test]
fn every_crate_has_a_readme_that_is_its_documentation() {
    let mut offenders = Vec::new();
    for member in members() {
        if !root().join(&member.folder).join("README.md").is_file() {
            offenders.push(format!("{}: no README.md", member.folder));
        }
        let has = |source: &str| {
            let text = std::fs::read_to_string(root().join(&member.folder).join(source));
            text.is_ok_and(|text| text.contains(r#"#![doc = include_str!("../README.md")]"#))
        };
        if !has("src/lib.rs") && !has("src/main.rs") {
            offenders
                .push(format!("{}: README.md is not included as documentation", member.folder));
        }
    }
    none("a crate says what it is in one place", offenders);
}

#[test]
fn every_crate_stands_in_the_architecture() {
    let plan = read("ARCHITECTURE.md");
    let named = |member: &Member| {
        let short = member.name.trim_start_matches("okiagari-");
        [member.name.clone(), member.folder.clone(), format!("`{short}`")]
            .iter()
            .any(|name| plan.contains(name.as_str()))
    };
    let missing = members().into_iter().filter(|member| !named(member)).map(|member| member.name);
    none("ARCHITECTURE.md does not name", missing.collect());
}

#[test]
fn every_dependency_stands_in_the_architecture() {
    let plan = read("ARCHITECTURE.md");
    let outside: BTreeSet<String> =
        members().into_iter().flat_map(|member| member.outside).collect();
    assert!(outside.contains("serde"), "dependencies are found");
    let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let named = |name: &str| {
        plan.match_indices(name).any(|(at, _)| {
            !plan[..at].ends_with(is_word) && !plan[at + name.len()..].starts_with(is_word)
        })
    };
    none(
        "ARCHITECTURE.md does not say what this dependency is for",
        outside.into_iter().filter(|name| !named(name)).collect(),
    );
}

/// How high a crate stands; the tests and the benchmarks stand outside and see everything.
fn floor(name: &str) -> Option<u8> {
    Some(match name {
        "okiagari-log" | "okiagari-seal" | "okiagari-derive" => 0,
        "okiagari-model" => 1,
        "okiagari-catalog" | "okiagari-store" | "okiagari-press" | "okiagari-exchange" => 2,
        "okiagari-app" => 3,
        "okiagari-web" => 4,
        "okiagari" => 5,
        "okiagari-tests" | "okiagari-bench" | "okiagari-fuzz" => 6,
        _ => return None,
    })
}

#[test]
fn no_arrow_points_up_or_sideways() {
    let mut offenders = Vec::new();
    for member in members() {
        let Some(own) = floor(&member.name) else {
            offenders.push(format!("{} has no floor in this test", member.name));
            continue;
        };
        for below in &member.inside {
            if floor(below).is_none_or(|floor| floor >= own) {
                offenders.push(format!("{} knows {below}", member.name));
            }
        }
    }
    none("a crate knows only crates of lower floors", offenders);
}

#[test]
fn only_the_store_speaks_sql() {
    let may = ["crates/store/", "bench/", "tests/"];
    let offenders = files(&["rs"])
        .into_iter()
        .filter(|file| !may.iter().any(|folder| file.name.starts_with(folder)))
        .flat_map(|file| {
            let texts = sql_texts(&file);
            texts.into_iter().map(|text| format!("{}: {text}", file.name)).collect::<Vec<_>>()
        });
    none("a query belongs into crates/store", offenders.collect());
}

/// The ids of all requirements that ship as data.
fn requirement_ids() -> Vec<String> {
    let catalogs = files(&["json"]);
    let tables = catalogs.iter().filter(|file| file.name.starts_with("catalogs/requirements/"));
    tables
        .flat_map(|file| {
            let table: Value = serde_json::from_str(&file.text)
                .unwrap_or_else(|error| panic!("{} is no JSON: {error}", file.name));
            let rows = table["requirements"].as_array().cloned().unwrap_or_default();
            rows.into_iter().filter_map(|row| row["id"].as_str().map(str::to_owned))
        })
        .collect()
}

#[test]
fn every_requirement_has_one_id() {
    let ids = requirement_ids();
    assert!(ids.len() > 900, "the five sources hold more rows than {}", ids.len());
    let mut seen = BTreeSet::new();
    none("an id stands twice", ids.into_iter().filter(|id| !seen.insert(id.clone())).collect());
}

#[test]
fn every_claimed_requirement_exists() {
    let known: BTreeSet<String> = requirement_ids().into_iter().collect();
    let mut claims = 0;
    let mut offenders = Vec::new();
    for file in files(&["rs", "json"]) {
        for id in claimed_ids(&file) {
            claims += 1;
            if !known.contains(&id) {
                offenders.push(format!("{}: {id}", file.name));
            }
        }
    }
    assert!(claims > 0, "claims are found");
    none("catalogs/requirements/ has no such id", offenders);
}

/// One crate of the workspace.
struct Member {
    name: String,
    /// Its folder, from the root: `crates/log`.
    folder: String,
    /// Crates of the workspace that it is built from (not those that its tests use).
    inside: Vec<String>,
    /// Crates from elsewhere, those of its tests included.
    outside: Vec<String>,
}

fn members() -> Vec<Member> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let output = command.current_dir(root()).output().expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("a workspace has packages");
    let members: Vec<Member> = packages.iter().map(member).collect();
    assert!(members.iter().any(|member| member.folder == "crates/model"), "members are found");
    members
}

fn member(package: &Value) -> Member {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let manifest = text(&package["manifest_path"]);
    let home = root().canonicalize().expect("the root is there");
    let folder = std::path::Path::new(&manifest).parent().expect("a folder");
    let folder = folder.strip_prefix(&home).expect("a member is inside").display().to_string();
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for dependency in package["dependencies"].as_array().expect("a list") {
        let name = text(&dependency["name"]);
        match (dependency["source"].is_null(), dependency["kind"] == "dev") {
            (true, false) => inside.push(name),
            (true, true) => {}
            (false, _) => outside.push(name),
        }
    }
    Member { name: text(&package["name"]), folder, inside, outside }
}
