//! The write path: revisions, conflicts, numbers, refusals.

use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::StoreError;
use serde_json::json;

#[test]
fn what_was_written_is_read_back() {
    on_each(|place| {
        let store = place.open();
        let all = json!({
            "name": "基幹 \"DB\"\\\u{1}", "state": "active", "rank": -3, "owner": "p1",
            "critical": true, "bought": "2026-04-01", "rto": 240, "price": 9_007_199_254_740_991_i64,
            "tags": ["a", "b"], "depends_on": ["a2"], "note": "一行目\n二行目",
            "contacts": [{"person": "p1", "phone": "03"}], "about": "incident/i1", "author": "x"
        });
        let leaf = put(&store, 0, Asset::DEF, "a1", 0, all.clone());
        let found = store.read(|tx| tx.get(&org(), Asset::DEF, &id("a1"), &everything())).unwrap();
        let found: Record = found.unwrap();
        assert_eq!(Value::Object(found.body.clone()), all);
        assert_eq!((found.rev, found.leaf, found.updated_by.as_str()), (1, leaf, "alice"));
        assert_eq!(found.created_at, Time::from_millis(NOW));
        found.read::<Asset>().unwrap();

        put(&store, 5, Asset::DEF, "a1", 1, json!({"name": "新"}));
        let found = store.read(|tx| tx.get(&org(), Asset::DEF, &id("a1"), &everything())).unwrap();
        let found: Record = found.unwrap();
        assert_eq!((found.rev, found.leaf, found.title()), (2, leaf + 1, "新".to_owned()));
        assert_eq!(found.created_at, Time::from_millis(NOW));
        assert_eq!(found.updated_at, Time::from_millis(NOW + 5 * 60_000));
    });
}

#[test]
fn a_stale_change_is_a_conflict_and_writes_nothing() {
    on_each(|place| {
        let store = place.open();
        put(&store, 0, Person::DEF, "p1", 0, json!({"name": "花子"}));
        put(&store, 1, Person::DEF, "p1", 1, json!({"name": "花"}));
        let conflict = |expected, actual| StoreError::Conflict {
            register: "person".into(),
            id: "p1".into(),
            expected,
            actual,
        };
        let stale = vec![
            revision(Person::DEF, "p2", 0, json!({"name": "次郎"})),
            revision(Person::DEF, "p1", 1, json!({"name": "別"})),
        ];
        assert_eq!(change(&store, 2, "bob", stale).unwrap_err(), conflict(1, 2));
        let again = vec![revision(Person::DEF, "p1", 0, json!({"name": "別"}))];
        assert_eq!(change(&store, 2, "bob", again).unwrap_err(), conflict(0, 2));
        let absent = vec![revision(Person::DEF, "p9", 3, json!({"name": "別"}))];
        assert!(matches!(
            change(&store, 2, "bob", absent),
            Err(StoreError::Conflict { expected: 3, actual: 0, .. })
        ));
        store
            .read(|tx| {
                assert_eq!(tx.size(&org())?, 2);
                let other = tx.get(&org(), Person::DEF, &id("p2"), &everything())?;
                assert!(other.is_none());
                Ok::<_, StoreError>(())
            })
            .unwrap();
        // The log goes on without a gap.
        assert_eq!(put(&store, 3, Person::DEF, "p2", 0, json!({"name": "次郎"})), 2);
    });
}

#[test]
fn what_cannot_be_kept_is_refused_by_its_field() {
    on_each(|place| {
        let store = place.open();
        for (value, field) in [
            (json!({"name": null}), "name"),
            (json!({"name": "x", "rank": 1.5}), "rank"),
            (json!({"name": "x", "rank": 1_i64 << 53}), "rank"),
        ] {
            let error = change(&store, 0, "a", vec![revision(Asset::DEF, "a1", 0, value)]);
            assert!(matches!(error, Err(StoreError::BadValue { field: f, .. }) if f == field));
        }
        let bad_id = vec![revision(Asset::DEF, "a/1", 0, json!({"name": "x"}))];
        assert!(matches!(change(&store, 0, "a", bad_id), Err(StoreError::BadValue { .. })));
        let twice = vec![
            revision(Asset::DEF, "a1", 0, json!({"name": "x"})),
            revision(Asset::DEF, "a1", 1, json!({"name": "y"})),
        ];
        assert!(change(&store, 0, "a", twice).is_err());
        assert_eq!(store.read(|tx| tx.size(&org())).unwrap_or(9), 0);
    });
}

#[test]
fn numbers_have_no_gaps_and_an_organisation_its_own() {
    on_each(|place| {
        let store = place.open();
        let next = |name: &'static str, fail: bool| {
            let org = OrgId::new(name);
            let key = org.clone();
            store.write(&org, "number", move |tx| {
                let number = tx.next_number(&key, "incident")?;
                if fail { Err(StoreError::Busy) } else { Ok(number) }
            })
        };
        assert_eq!(next("acme", false).unwrap(), 1);
        assert_eq!(next("acme", true), Err(StoreError::Busy));
        assert_eq!(next("acme", false).unwrap(), 2);
        assert_eq!(next("other", false).unwrap(), 1);
    });
}

#[test]
fn another_organisations_record_is_not_there() {
    on_each(|place| {
        let store = place.open();
        put(&store, 0, Person::DEF, "p1", 0, json!({"name": "花子"}));
        let other = OrgId::new("other");
        store
            .read(|tx| {
                assert!(tx.get(&other, Person::DEF, &id("p1"), &everything())?.is_none());
                assert!(tx.all(&other, Person::DEF, &everything())?.is_empty());
                assert!(tx.search(&other, "花子", &everything(), 9)?.is_empty());
                assert!(
                    tx.history(&other, Person::DEF, &id("p1"), None, 9, &everything())?.is_empty()
                );
                Ok::<_, StoreError>(())
            })
            .unwrap();
        // The same id may stand in both.
        let key = other.clone();
        let both = store.write(&other, "t", move |tx| {
            append(tx, &key, 0, "x", vec![revision(Person::DEF, "p1", 0, json!({"name": "別人"}))])
        });
        assert_eq!(both.unwrap().leaf, 0);
    });
}

#[test]
fn commits_are_told_in_order() {
    on_each(|place| {
        let store = place.open();
        let (tell, told) = std::sync::mpsc::channel();
        store.on_commit(move |commits| {
            for commit in commits {
                tell.send(commit.clone()).unwrap();
            }
        });
        put(&store, 0, Incident::DEF, "i1", 0, json!({"title": "停止"}));
        put(&store, 1, Task::DEF, "t1", 0, json!({"title": "調査", "incident": "i1"}));
        let first = told.recv().unwrap();
        assert_eq!((first.leaf, first.case), (0, Some(id("i1"))));
        assert_eq!(first.items, [("incident", id("i1"))]);
        let second = told.recv().unwrap();
        assert_eq!((second.leaf, second.case), (1, Some(id("i1"))));
        assert_eq!(second.action, "test.change");
    });
}
