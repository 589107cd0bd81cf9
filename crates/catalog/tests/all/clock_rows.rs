//! What every row of `catalogs/clocks/` must have, and what a faulty one is told.

use okiagari_catalog::{Catalog, CatalogError};
use okiagari_model::core::clock::Evidence;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn every_shipped_rule_is_sound_and_says_where_it_comes_from() {
    let rules = Catalog::shipped().clocks().unwrap();
    assert!(rules.len() >= 20, "only {}", rules.len());
    let ids: BTreeSet<&str> = rules.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids.len(), rules.len());
    for r in &rules {
        assert_eq!(r.checked_on.to_string(), "2026-11-21", "{}", r.id);
        assert!(r.evidence != Evidence::FromMemory || !r.enabled, "{}", r.id);
        // Nobody has compared a row with the official text yet, so none may say so.
        assert!(r.evidence != Evidence::Confirmed, "{}", r.id);
        assert!(!r.legal || !r.applies_key.is_empty(), "{} applies to everyone", r.id);
        assert!(r.legal || r.applies_key.is_empty(), "{}", r.id);
    }
}

#[test]
fn every_limit_fits_the_fields_of_an_obligation() {
    for r in Catalog::shipped().clocks().unwrap() {
        assert!(r.source.chars().count() <= 400 && r.id.len() <= 80, "{}", r.id);
        for s in &r.stages {
            let to = s.recipient.as_ref().unwrap_or(&r.recipient);
            let title = r.regime.en.len() + s.label.en.len() + 2;
            assert!(title <= 200 && to.en.len() <= 200 && s.id.len() <= 40, "{} {}", r.id, s.id);
        }
    }
}

/// The rows that the deadlines of the sources are met by.
#[test]
fn the_sources_deadlines_have_a_row() {
    let rules = Catalog::shipped().clocks().unwrap();
    let met: BTreeSet<&str> = rules
        .iter()
        .flat_map(|r| r.meets.iter().chain(r.stages.iter().flat_map(|s| &s.meets)))
        .map(String::as_str)
        .collect();
    for id in ["JP-49", "JP-50", "JP-51", "JP-52", "JP-53", "TK-68", "TK-72"] {
        assert!(met.contains(id), "{id}");
    }
}

fn with(edit: impl Fn(&mut Value)) -> Result<usize, CatalogError> {
    let mut row = json!({
        "id": "ours", "jurisdiction": "internal", "regime": {"ja": "社内規程", "en": "Our rules"},
        "register": "incident", "trigger": "detected_at",
        "condition": [{"field": "kind", "op": "eq", "value": "malware"}],
        "stages": [{"id": "s", "label": {"ja": "報告", "en": "Report"}, "start": "trigger",
            "amount": 1, "unit": "hour"}],
        "recipient": {"ja": "部長", "en": "Head"}, "role": "csirt", "source": "Our rules, 3",
        "evidence": "confirmed", "checked_on": "2026-11-21", "legal": false, "enabled": true
    });
    edit(&mut row);
    let text = json!({"rules": [row]}).to_string();
    let shipped = Catalog::shipped().clocks().unwrap().len();
    let all = Catalog::shipped().with_file("clocks/ours.json", text).clocks()?;
    Ok(all.len() - shipped)
}

#[test]
fn an_own_rule_is_added() {
    assert_eq!(with(|_| ()), Ok(1));
}

#[test]
fn a_faulty_rule_is_named_by_file_row_and_key() {
    let fault = |pointer: &str, value: Value| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let error = with(|row| {
            let at = row.pointer_mut(parent).unwrap();
            at[key] = value.clone();
        })
        .unwrap_err();
        assert_eq!((error.file.as_str(), error.row.as_str()), ("clocks/ours.json", "ours"));
        (error.key, error.problem)
    };
    let key = |pointer, value| fault(pointer, value).0;
    assert_eq!(key("/trigger", json!("noticed_at")), "trigger");
    assert_eq!(key("/trigger", json!("title")), "trigger");
    assert_eq!(key("/register", json!("incidents")), "register");
    assert_eq!(key("/role", json!("boss")), "role");
    assert_eq!(key("/meets", json!(["JP-999"])), "meets");
    assert_eq!(key("/calendar", json!("mars")), "calendar");
    assert_eq!(key("/zone", json!("Asia/Edo")), "zone");
    assert_eq!(key("/regime/en", json!(" ")), "regime");
    assert_eq!(key("/evidence", json!("sure")), "evidence");
    assert_eq!(key("/checked_on", json!("yesterday")), "checked_on");
    assert_eq!(key("/evidence", Value::Null), "evidence");
    assert_eq!(key("/colour", json!("red")), "colour");
    let kind = json!([{"field": "kind", "op": "eq", "value": "sabotage"}]);
    assert_eq!(
        fault("/condition", kind),
        ("condition".into(), "kind cannot be \"sabotage\"".into())
    );
    let field = json!([{"field": "mood", "op": "set"}]);
    assert_eq!(key("/condition", field), "condition");
    let stage = |k: &str, v: Value| {
        let mut s = json!({"id": "s", "label": {"ja": "報告", "en": "Report"},
            "start": "trigger", "amount": 1, "unit": "hour"});
        s[k] = v;
        key("/stages", json!([s]))
    };
    assert_eq!(stage("start", json!({"field": "noticed_at"})), "stages.s.start");
    assert_eq!(stage("done_by", json!("title")), "stages.s.done_by");
    assert_eq!(stage("amount_field", json!("detected_at")), "stages.s.amount_field");
    assert_eq!(stage("amount", json!(-1)), "stages.s.amount");
    assert_eq!(stage("amount", json!("one")), "stages[0].amount");
    assert_eq!(stage("label", json!({"ja": "報告", "en": ""})), "stages.s.label");
    assert_eq!(stage("meets", json!(["X-1"])), "stages.s.meets");
    assert_eq!(stage("unit", json!("fortnight")), "stages[0].unit");
}
