//! Erasing one field: it is gone everywhere, and everything else still holds.

use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::{Erasure, LinkQuery, RevisionDraft, StoreError, read_journal};
use serde_json::json;

const NAME: &str = "消去花子";

#[test]
fn an_erased_name_is_nowhere_to_be_found() {
    on_each(|place| {
        let store = place.open();
        put(
            &store,
            0,
            Incident::DEF,
            "i1",
            0,
            json!({"title": "停止", "story": format!("{NAME}が見つけた"), "lead": "p1"}),
        );
        put(
            &store,
            1,
            Incident::DEF,
            "i1",
            1,
            json!({"title": "停止と復旧", "story": format!("{NAME}が直した")}),
        );
        put(&store, 2, Incident::DEF, "i2", 0, json!({"title": "別件", "story": "他"}));
        let erase = RevisionDraft {
            erase: vec!["story".to_owned(), "lead".to_owned()],
            ..revision(Incident::DEF, "i1", 2, json!({"title": "停止と復旧"}))
        };
        let leaf = change(&store, 3, "officer", vec![erase]).unwrap().leaf;
        let (org, rows) = (org(), everything());
        store
            .read(|tx| {
                let history = tx.history(&org, Incident::DEF, &id("i1"), None, 9, &rows)?;
                assert_eq!(history.len(), 3);
                assert_eq!(history[0].erased, ["lead", "story"]);
                assert!(history.iter().all(|e| !e.record.body.contains_key("story")));
                assert_eq!(history[2].record.text("title"), "停止");
                let then = tx.get_as_of(&org, Incident::DEF, &id("i1"), 0, &rows)?.unwrap();
                assert!(!then.body.contains_key("story") && !then.body.contains_key("lead"));
                assert!(tx.search(&org, NAME, &rows, 9)?.is_empty());
                assert_eq!(tx.search(&org, "復旧", &rows, 9)?.len(), 1);
                let target = id("p1");
                let to = LinkQuery {
                    org: &org,
                    register: "person",
                    id: &target,
                    rows: &rows,
                    as_of: Some(0),
                    limit: 9,
                };
                assert!(tx.links_to(to)?.is_empty());
                assert!(!tx.view_dump(&org)?.join("\n").contains(NAME));
                Ok::<_, StoreError>(())
            })
            .unwrap();
        let journal = read_journal(&place.journal()).unwrap();
        let state = store.read(|tx| tx.log_state(&org)).map_err(|e: StoreError| e).unwrap();
        let expected = Erasure {
            org: "acme".into(),
            leaf,
            time: NOW + 3 * 60_000,
            register: "incident".into(),
            id: "i1".into(),
            fields: vec!["story".into(), "lead".into()],
            size: 4,
            root: state.unwrap().root,
        };
        assert_eq!(journal, [expected]);
        // The record goes on as any other.
        put(&store, 4, Incident::DEF, "i1", 3, json!({"title": "再開", "story": "新しい話"}));
        drop(store);
        if place.is_lite() {
            for file in ["okiagari.db", "okiagari.db-wal"] {
                let bytes = std::fs::read(place.folder.path().join(file)).unwrap_or_default();
                for needle in [NAME, "消去"] {
                    let found = bytes.windows(needle.len()).any(|w| w == needle.as_bytes());
                    assert!(!found, "{needle} is still in {file}");
                }
            }
        }
    });
}

#[test]
fn erasing_again_and_a_title() {
    on_each(|place| {
        let store = place.open();
        put(&store, 0, Person::DEF, "p1", 0, json!({"name": NAME, "department": "d1"}));
        let erase = |fields: &[&str], rev, json| RevisionDraft {
            erase: fields.iter().map(|f| (*f).to_owned()).collect(),
            ..revision(Person::DEF, "p1", rev, json)
        };
        let with_value = vec![erase(&["name"], 1, json!({"name": "x"}))];
        assert!(matches!(change(&store, 1, "o", with_value), Err(StoreError::BadValue { .. })));
        change(&store, 1, "o", vec![erase(&["name"], 1, json!({"department": "d1"}))]).unwrap();
        change(&store, 2, "o", vec![erase(&["department", "name"], 2, json!({}))]).unwrap();
        let titles = store.read(|tx| tx.titles(&org(), &[("person", "p1")], &everything()));
        let titles = titles.map_err(|e: StoreError| e).unwrap();
        assert_eq!(titles, [Some("Person p1".to_owned())]);
    });
}
