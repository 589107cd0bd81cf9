//! What is claimed is tested, and what is named as a test exists.

use okiagari_app::coverage::items;
use okiagari_catalog::Catalog;
use okiagari_model::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Claimed by an item of the model, but not proven whole by any test yet, with what is missing.
const NOT_PROVEN: &[(&str, &str)] = &[];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn tests() -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(root().join("catalogs/coverage/tests.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The test functions of a file: those right behind `#[test]` or `#[tokio::test]`.
fn test_functions(file: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
    let mut found = BTreeSet::new();
    let mut after_mark = false;
    for line in text.lines().map(str::trim) {
        let function = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
        if matches!(line, "#[test]" | "#[tokio::test]") {
            after_mark = true;
        } else if let Some(rest) = function {
            if std::mem::take(&mut after_mark) {
                found.insert(rest.split('(').next().unwrap_or_default().to_owned());
            }
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            after_mark = false;
        }
    }
    found
}

#[test]
fn every_named_test_exists() {
    let mut missing = Vec::new();
    for (id, names) in tests() {
        assert!(!names.is_empty(), "{id} names nothing");
        for name in names {
            let there = name
                .split_once("::")
                .is_some_and(|(file, function)| test_functions(file).contains(function));
            if !there {
                missing.push(format!("{id}: {name}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_id_with_a_test_is_a_requirement_and_claimed_by_something() {
    let catalog = Catalog::shipped();
    let known: BTreeSet<String> =
        catalog.requirements().unwrap().into_iter().map(|r| r.id).collect();
    let clocks = catalog.clocks().unwrap();
    let mut claimed: BTreeSet<&str> =
        items().into_iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    let books = catalog.playbooks().unwrap();
    claimed.extend(books.iter().flat_map(|b| b.meets.iter().map(String::as_str)));
    let papers = catalog.paper_claims().unwrap();
    claimed.extend(papers.iter().flat_map(|(_, ids)| ids.iter().map(String::as_str)));
    for rule in &clocks {
        claimed.extend(rule.meets.iter().map(String::as_str));
        claimed.extend(rule.stages.iter().flat_map(|s| &s.meets).map(String::as_str));
    }
    for id in tests().keys() {
        assert!(known.contains(id), "{id} is no requirement");
        assert!(
            claimed.contains(id.as_str()),
            "{id} has a test, and nothing says that it meets it"
        );
    }
}

#[test]
fn every_claim_names_a_test_or_stands_among_the_exceptions() {
    let tested = tests();
    let catalog = Catalog::shipped();
    let clocks = catalog.clocks().unwrap();
    let mut claimed: BTreeSet<String> =
        items().into_iter().flat_map(|(_, ids)| ids.iter().map(|id| (*id).to_owned())).collect();
    claimed.extend(catalog.playbooks().unwrap().into_iter().flat_map(|b| b.meets));
    claimed.extend(catalog.paper_claims().unwrap().into_iter().flat_map(|(_, ids)| ids));
    for rule in &clocks {
        claimed.extend(rule.meets.iter().cloned());
        claimed.extend(rule.stages.iter().flat_map(|s| s.meets.iter().cloned()));
    }
    let excepted: BTreeSet<&str> = NOT_PROVEN.iter().map(|(id, _)| *id).collect();
    let bare: Vec<&String> = claimed
        .iter()
        .filter(|id| !tested.contains_key(*id) && !excepted.contains(id.as_str()))
        .collect();
    assert!(bare.is_empty(), "claimed, and no test is named: {bare:?}");
    for (id, why) in NOT_PROVEN {
        assert!(claimed.contains(*id), "{id} is not claimed any more ({why}): strike it here");
        assert!(!tested.contains_key(*id), "{id} has its test now: strike it here");
    }
}

/// TK-10: management, IT person, general affairs and the vendor, each with deputies of their own.
#[test]
fn the_shipped_organisation_table_has_its_four_lines_with_deputies() {
    let catalog = Catalog::shipped();
    let text = catalog.text("organisations/company-a.json").unwrap();
    let story: Value = serde_json::from_str(text).unwrap();
    let mut records: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for change in story["story"].as_array().unwrap() {
        if let (Some(register), Some(list)) =
            (change["create"].as_str(), change["records"].as_array())
        {
            records.entry(register).or_default().extend(list);
        }
    }
    let person = |key: &str| -> &Value {
        records["person"].iter().find(|p| p["_key"] == key).expect("a person of the story")
    };
    let role = |kind: &str| -> &Value {
        records["role"].iter().find(|r| r["kind"] == kind).expect("a role of the table")
    };
    let deputies = |role: &Value| -> Vec<String> {
        let list = role["deputies"].as_array().into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    for kind in ["executive", "technical_lead", "general_affairs", "external_support"] {
        let role = role(kind);
        let holder = role["holder"].as_str().unwrap();
        let deputies = deputies(role);
        assert!(!deputies.is_empty(), "{kind} has a deputy");
        assert!(!deputies.iter().any(|d| d == holder), "{kind}: other than the holder");
        assert!(!role["duties"].as_str().unwrap_or_default().is_empty(), "{kind} has its tasks");
    }
    let first = |kind: &str| person(&deputies(role(kind))[0]).clone();
    assert_eq!(role("executive")["name"], "IT-BCP統括責任者");
    assert!(first("executive")["job"].as_str().unwrap().contains("副社長"), "the vice executive");
    assert_eq!(first("technical_lead")["external"], true, "the external IT support company");
    assert_eq!(first("external_support")["external"], true, "another company");
    assert_ne!(first("general_affairs")["external"], true, "administration staff");
}
