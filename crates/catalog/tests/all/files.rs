//! Shipped files, an organisation's own over them, and what a broken file is told.

use okiagari_catalog::{Catalog, CatalogError};
use serde::Deserialize;
use serde_json::Value;
use std::fs;

#[derive(Debug, Deserialize, PartialEq)]
struct Scenario {
    id: String,
    minutes: i64,
}

fn rows(catalog: &Catalog) -> Result<Vec<(String, i64, bool)>, CatalogError> {
    let rows = catalog.rows::<Scenario>("trial", "items")?;
    Ok(rows.into_iter().map(|r| (r.value.id, r.value.minutes, r.own)).collect())
}

#[test]
fn every_shipped_file_is_json_and_reads() {
    let catalog = Catalog::shipped();
    let names: Vec<&str> = catalog.names().collect();
    assert!(names.contains(&"clocks/appi.json") && names.contains(&"calendars/jp-holidays.json"));
    for name in names.into_iter().filter(|n| n.ends_with(".json")) {
        let text = catalog.text(name).unwrap();
        serde_json::from_str::<Value>(text).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

#[test]
fn own_rows_replace_shipped_ones_by_id_and_old_ones_are_told_of() {
    let catalog = Catalog::shipped();
    let count = catalog.clocks().unwrap().len();
    let mut file: Value = serde_json::from_str(catalog.text("clocks/appi.json").unwrap()).unwrap();
    file["rules"][0]["stages"][0]["amount"] = 3.into();
    let edited = catalog.clone().with_file("clocks/ours.json", file.to_string());
    let rules = edited.clocks().unwrap();
    assert_eq!(rules.len(), count);
    let appi = rules.iter().find(|r| r.id == "appi-26").unwrap();
    assert_eq!(appi.stages[0].amount, 3);
    assert_eq!(edited.notices("clocks", "rules").unwrap(), []);

    file["rules"][0]["version"] = 0.into();
    let stale = catalog.with_file("clocks/ours.json", file.to_string());
    let rules = stale.clocks().unwrap();
    assert_eq!(rules.iter().find(|r| r.id == "appi-26").unwrap().stages[0].amount, 3);
    let [notice] = &stale.notices("clocks", "rules").unwrap()[..] else { panic!("one notice") };
    assert_eq!((notice.row.as_str(), notice.own, notice.shipped), ("appi-26", 0, 1));
    assert!(notice.message().ja.contains("appi-26"));
}

#[test]
fn an_own_calendar_takes_the_place_of_the_shipped_one() {
    let own = r#"{"id": "eu-target", "label": {"ja": "暦", "en": "Calendar"}, "from": 2026,
        "to": 2026, "announced": [2026], "source": "Gazette", "holidays": {}}"#;
    let catalog = Catalog::shipped().with_file("calendars/eu.json", own);
    assert_eq!(catalog.calendar("eu-target").unwrap().years, (2026, 2026));
    let outside = own.replace("{}", r#"{"2027-01-01": {"ja": "元日", "en": "New Year"}}"#);
    let error = Catalog::shipped().with_file("calendars/eu.json", outside).calendars().unwrap_err();
    assert_eq!((error.file.as_str(), error.row.as_str()), ("calendars/eu.json", "eu-target"));
    assert!(error.problem.contains("2027-01-01"), "{error}");
}

#[test]
fn a_folder_is_read_with_its_subfolders_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let sub = dir.path().join("trial");
    fs::create_dir(&sub).unwrap();
    fs::write(sub.join("a.json"), r#"{"items": [{"id": "x", "minutes": 5}]}"#).unwrap();
    fs::write(sub.join("notes.txt"), "not read").unwrap();
    fs::write(dir.path().join("loose.json"), "not read").unwrap();
    let catalog = Catalog::shipped().with_folder(dir.path()).unwrap();
    assert_eq!(rows(&catalog), Ok(vec![("x".into(), 5, true)]));
    assert!(Catalog::shipped().with_folder(&dir.path().join("none")).is_err());
    fs::write(sub.join("b.json"), [0xff, 0xfe]).unwrap();
    assert!(Catalog::shipped().with_folder(dir.path()).is_err());
}

#[test]
fn errors_name_the_file_the_row_and_the_key() {
    let told = |text: &str| {
        let catalog = Catalog::shipped().with_file("trial/a.json", text);
        rows(&catalog).unwrap_err().to_string()
    };
    assert_eq!(
        told(r#"{"items": [{"id": "x", "minutes": "five"}]}"#),
        "trial/a.json, row x, key minutes: invalid type: string \"five\", expected i64"
    );
    assert_eq!(told(r#"{"items": [{"id": "x"}]}"#), "trial/a.json, row x: missing field `minutes`");
    assert_eq!(
        told(r#"{"items": [{"id": "x", "minutes": 1}, {"minutes": 2}]}"#),
        "trial/a.json, row 2, key id: is missing"
    );
    assert_eq!(
        told(r#"{"items": [{"id": "x", "minutes": 1}, {"id": "x", "minutes": 2}]}"#),
        "trial/a.json, row x, key id: appears twice; first in trial/a.json"
    );
    assert_eq!(told("[]"), "trial/a.json: must be an object with a list \"items\"");
    assert!(told("{").starts_with("trial/a.json: no JSON: "));
}
