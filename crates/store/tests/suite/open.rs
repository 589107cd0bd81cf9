//! Opening: fresh, again, locked, read-only, unknown, grown.

use crate::registers;
use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::{ListQuery, Store, StoreConfig, StoreError};
use serde_json::json;

fn open_with(place: &Place, defs: Vec<&'static RegisterDef>) -> Result<Store, StoreError> {
    Store::open(place.config(), Vec::leak(defs))
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    on_each(|place| {
        let store = place.open();
        put(&store, 0, Person::DEF, "p1", 0, json!({"name": "花子"}));
        drop(store);
        let store = place.open();
        let found = store.read(|tx| tx.all(&org(), Person::DEF, &everything())).unwrap_or_default();
        assert_eq!(ids(&found), ["p1"]);
        assert_eq!(put(&store, 1, Person::DEF, "p1", 1, json!({"name": "花"})), 1);
    });
}

#[test]
fn a_fresh_folder_is_small() {
    let place = Place::lite();
    drop(place.open());
    let size = std::fs::metadata(place.file()).unwrap().len();
    assert!(size < 2_000_000, "{size} bytes");
}

#[test]
fn two_servers_on_one_file_are_told_apart() {
    let place = Place::lite();
    let first = place.open();
    let second = Store::open(place.config(), registers::ALL);
    assert!(matches!(second, Err(StoreError::Locked(_))));
    drop(first);
    place.open();
}

#[test]
fn addresses_that_cannot_be_opened() {
    let open = |url: &str| Store::open(StoreConfig::new(url, "log.example"), registers::ALL).err();
    assert!(matches!(open("mysql://u:secret@h/d"), Some(StoreError::BadUrl(u)) if u == "mysql"));
    assert!(matches!(open("sqlite:"), Some(StoreError::BadUrl(_))));
    assert!(matches!(open("sqlite:/nowhere/at/all/x.db"), Some(StoreError::File { .. })));
    let refused = open("postgres://u:secret@127.0.0.1:1/d").unwrap();
    assert!(matches!(refused, StoreError::CannotOpen { .. }));
    assert!(!refused.to_string().contains("secret"), "{refused}");
}

#[test]
fn a_file_that_is_no_database() {
    let place = Place::lite();
    std::fs::write(
        place.file(),
        "this is a text, and long enough to be no header of any kind.".repeat(20),
    )
    .unwrap();
    let error = Store::open(place.config(), registers::ALL).err().unwrap();
    assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
}

#[test]
fn a_database_of_another_version_is_refused() {
    let place = Place::lite();
    drop(place.open());
    let conn = rusqlite::Connection::open(place.file()).unwrap();
    conn.execute("UPDATE meta SET value = '99' WHERE name = 'schema'", []).unwrap();
    drop(conn);
    let error = Store::open(place.config(), registers::ALL).err();
    assert_eq!(error, Some(StoreError::UnknownSchema { found: 99, known: 1 }));
}

/// The asset register before `drop` was added to it.
fn earlier(drop: &[&str]) -> &'static RegisterDef {
    let fields: Vec<FieldDef> = Asset::DEF
        .fields
        .iter()
        .filter(|f| !drop.contains(&f.id))
        .map(|f| FieldDef { ..*f })
        .collect();
    Box::leak(Box::new(RegisterDef { fields: Vec::leak(fields), ..*Asset::DEF }))
}

#[test]
fn a_grown_schema_equals_a_fresh_one() {
    on_each(|place| {
        // Without one whole register, and without plain, listed and personal fields of another.
        let early = earlier(&["rto", "bought", "rank2", "note"]);
        let store = open_with(place, vec![Person::DEF, Incident::DEF, Task::DEF, early]).unwrap();
        put(&store, 0, early, "a1", 0, json!({"name": "古い資産", "rank": 1}));
        let before = store.schema_dump().unwrap();
        drop(store);

        let store = place.open();
        put(&store, 1, Asset::DEF, "a2", 0, json!({"name": "新しい資産", "rank": 2, "rto": 60}));
        let found = store
            .read(|tx| tx.list(&ListQuery::new(&org(), Asset::DEF, &everything())))
            .map_err(|e: StoreError| e)
            .unwrap();
        assert_eq!(ids(&found.records), ["a1", "a2"]);
        let grown = store.schema_dump().unwrap();
        assert_ne!(before, grown);

        let fresh = if place.is_lite() { Place::lite() } else { Place::pg().unwrap() };
        assert_eq!(grown, fresh.open().schema_dump().unwrap());
    });
}

#[test]
fn another_meaning_of_a_field_fills_the_table_anew() {
    on_each(|place| {
        // Before, the note was no part of the search and the department decided nothing.
        let fields: Vec<FieldDef> = Asset::DEF
            .fields
            .iter()
            .map(|f| match f.id {
                "note" => FieldDef { search: false, ..*f },
                "department" => FieldDef { access: Access::None, ..*f },
                _ => FieldDef { ..*f },
            })
            .collect();
        let early: &'static RegisterDef =
            Box::leak(Box::new(RegisterDef { fields: Vec::leak(fields), ..*Asset::DEF }));
        let store = open_with(place, vec![early]).unwrap();
        put(
            &store,
            0,
            early,
            "a1",
            0,
            json!({"name": "資産", "note": "地下倉庫", "department": "d1"}),
        );
        let sales = RowFilter { clauses: vec![RowClause::Departments(vec![id("d1")])] };
        let look = |store: &Store| {
            store
                .read(|tx| {
                    let hits = tx.search(&org(), "倉庫", &everything(), 9)?.len();
                    let seen = tx.get(&org(), Asset::DEF, &id("a1"), &sales)?.is_some();
                    Ok::<_, StoreError>((hits, seen))
                })
                .unwrap()
        };
        assert_eq!(
            store.read(|tx| tx.search(&org(), "倉庫", &everything(), 9)).unwrap_or_default(),
            []
        );
        drop(store);
        assert_eq!(look(&place.open()), (1, true));
    });
}

#[test]
fn definitions_that_cannot_be_stored() {
    let refuse = |def: RegisterDef| {
        let place = Place::lite();
        let error = open_with(&place, vec![Box::leak(Box::new(def))]).err().unwrap();
        assert!(matches!(error, StoreError::BadDefinition { .. }), "{error}");
    };
    refuse(RegisterDef { id: "Asset", ..*Asset::DEF });
    refuse(RegisterDef { id: "a;drop", ..*Asset::DEF });
    refuse(RegisterDef { sort: ("tags", false), ..*Asset::DEF });
    refuse(RegisterDef { sort: ("nothing", false), ..*Asset::DEF });
    let place = Place::lite();
    assert!(open_with(&place, vec![Asset::DEF, Asset::DEF]).is_err());
}
