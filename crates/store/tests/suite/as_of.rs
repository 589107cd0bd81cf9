//! As it was then.

use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::{LinkQuery, ListQuery, Store, StoreError};
use serde_json::json;

fn at<'a>(org: &'a OrgId, rows: &'a RowFilter, leaf: u64) -> ListQuery<'a> {
    ListQuery { as_of: Some(leaf), ..ListQuery::new(org, Asset::DEF, rows) }
}

fn names(store: &Store, query: &ListQuery<'_>) -> Vec<String> {
    let page = store.read(|tx| tx.list(query)).map_err(|e: StoreError| e).unwrap();
    page.records.iter().map(|r| format!("{}={}", r.id, r.text("name"))).collect()
}

#[test]
fn lists_filters_and_pages_of_an_earlier_moment() {
    on_each(|place| {
        let store = place.open();
        let (org, rows) = (org(), everything());
        let first =
            put(&store, 0, Asset::DEF, "a1", 0, json!({"name": "旧名", "rank": 1, "state": "new"}));
        put(&store, 1, Asset::DEF, "a2", 0, json!({"name": "二", "rank": 2, "state": "new"}));
        let third = put(
            &store,
            2,
            Asset::DEF,
            "a1",
            1,
            json!({"name": "新名", "rank": 3, "state": "active"}),
        );
        put(&store, 3, Asset::DEF, "a2", 1, json!({"name": "二", "_ended": "廃止"}));
        assert_eq!(names(&store, &at(&org, &rows, first)), ["a1=旧名"]);
        assert_eq!(names(&store, &at(&org, &rows, first + 1)), ["a1=旧名", "a2=二"]);
        assert_eq!(names(&store, &at(&org, &rows, third)), ["a2=二", "a1=新名"]);
        assert_eq!(names(&store, &at(&org, &rows, third + 1)), ["a1=新名"]);
        assert_eq!(names(&store, &at(&org, &rows, 99)), ["a1=新名"]);
        let new = [Cond::eq("state", "new")];
        let query = ListQuery { conds: &new, ..at(&org, &rows, third) };
        assert_eq!(names(&store, &query), ["a2=二"]);
        // The words of then, though the search itself knows only today's.
        let query = ListQuery { search: Some("旧名"), ..at(&org, &rows, first) };
        assert_eq!(names(&store, &query), ["a1=旧名"]);
        let query = ListQuery { search: Some("旧名"), ..at(&org, &rows, third) };
        assert_eq!(names(&store, &query), [""; 0]);
        let query = ListQuery { limit: 1, ..at(&org, &rows, third) };
        let page = store.read(|tx| tx.list(&query)).map_err(|e: StoreError| e).unwrap();
        let next = page.next.unwrap();
        let query = ListQuery { after: Some(&next), ..query };
        assert_eq!(names(&store, &query), ["a1=新名"]);
        let count = store.read(|tx| tx.count(&at(&org, &rows, third))).map_err(|e: StoreError| e);
        assert_eq!(count.unwrap().count, 2);
    });
}

#[test]
fn one_record_and_its_history() {
    on_each(|place| {
        let store = place.open();
        let (org, rows) = (org(), everything());
        let first = put(&store, 0, Person::DEF, "p1", 0, json!({"name": "一"}));
        put(&store, 1, Person::DEF, "p2", 0, json!({"name": "別"}));
        change(&store, 2, "bob", vec![revision(Person::DEF, "p1", 1, json!({"name": "二"}))])
            .unwrap();
        put(&store, 3, Person::DEF, "p1", 2, json!({"name": "三", "department": "d"}));
        store
            .read(|tx| {
                let as_of = |tx: &mut okiagari_store::ReadTx<'_>, leaf| {
                    let found = tx.get_as_of(&org, Person::DEF, &id("p1"), leaf, &rows)?;
                    Ok::<_, StoreError>(found.map(|r| (r.rev, r.text("name").to_owned())))
                };
                assert_eq!(as_of(tx, first)?, Some((1, "一".into())));
                assert_eq!(as_of(tx, first + 1)?, Some((1, "一".into())));
                assert_eq!(as_of(tx, first + 2)?, Some((2, "二".into())));
                assert_eq!(as_of(tx, 99)?, Some((3, "三".into())));
                assert!(tx.get_as_of(&org, Person::DEF, &id("p2"), first, &rows)?.is_none());

                let history = tx.history(&org, Person::DEF, &id("p1"), None, 2, &rows)?;
                let shown: Vec<_> = history
                    .iter()
                    .map(|e| (e.record.rev, e.actor.as_str(), e.record.leaf))
                    .collect();
                assert_eq!(shown, [(3, "alice", 3), (2, "bob", 2)]);
                assert_eq!(history[0].action, "test.change");
                assert_eq!(history[0].role, "tester");
                assert_eq!(history[1].record.updated_at, Time::from_millis(NOW + 120_000));
                let rest = tx.history(&org, Person::DEF, &id("p1"), Some(2), 9, &rows)?;
                assert_eq!(rest.len(), 1);
                let second = tx.revision(&org, Person::DEF, &id("p1"), 2, &rows)?.unwrap();
                assert_eq!(
                    (second.text("name"), second.created_at),
                    ("二", Time::from_millis(NOW))
                );
                for absent in [0, 4, u32::MAX] {
                    assert!(tx.revision(&org, Person::DEF, &id("p1"), absent, &rows)?.is_none());
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}

#[test]
fn links_of_then() {
    on_each(|place| {
        let store = place.open();
        let (org, rows) = (org(), everything());
        put(&store, 0, Person::DEF, "p1", 0, json!({"name": "花子"}));
        put(&store, 0, Person::DEF, "p2", 0, json!({"name": "次郎"}));
        let first = put(
            &store,
            1,
            Asset::DEF,
            "a1",
            0,
            json!({"name": "旧", "owner": "p1", "contacts": [{"person": "p2"}, {"person": "p2"}], "about": "person/p1"}),
        );
        let second = put(&store, 2, Asset::DEF, "a1", 1, json!({"name": "新", "owner": "p2"}));
        let third = put(&store, 3, Asset::DEF, "a1", 2, json!({"name": "新", "owner": "p1"}));
        let to = |person: &str, as_of: Option<u64>| {
            let target = id(person);
            let query = LinkQuery {
                org: &org,
                register: "person",
                id: &target,
                rows: &rows,
                as_of,
                limit: 9,
            };
            let links = store.read(|tx| tx.links_to(query)).map_err(|e: StoreError| e).unwrap();
            links.iter().map(|l| format!("{}:{}", l.field, l.title)).collect::<Vec<_>>()
        };
        assert_eq!(to("p1", Some(first)), ["about:旧", "owner:旧"]);
        assert_eq!(to("p2", Some(first)), ["contacts.person:旧"]);
        assert_eq!(to("p1", Some(second)), [""; 0]);
        assert_eq!(to("p2", Some(second)), ["owner:新"]);
        assert_eq!(to("p1", Some(third)), ["owner:新"]);
        assert_eq!(to("p1", None), ["owner:新"]);
        assert_eq!(to("p2", None), [""; 0]);
    });
}

#[test]
fn the_leaf_at_an_instant() {
    on_each(|place| {
        let store = place.open();
        put(&store, 10, Person::DEF, "p1", 0, json!({"name": "一"}));
        put(&store, 20, Person::DEF, "p1", 1, json!({"name": "二"}));
        // A clock that was set back gives the time of the leaf before.
        put(&store, 5, Person::DEF, "p1", 2, json!({"name": "三"}));
        let at = |minute: i64| {
            let time = Time::from_millis(NOW + minute * 60_000);
            store.read(|tx| tx.leaf_at(&org(), time)).map_err(|e: StoreError| e).unwrap()
        };
        assert_eq!(at(9), None);
        assert_eq!(at(10), Some(0));
        assert_eq!(at(19), Some(0));
        assert_eq!(at(20), Some(2));
        let header = store.read(|tx| tx.header(&org(), 2)).map_err(|e: StoreError| e).unwrap();
        assert_eq!(header.unwrap().time_ms, NOW + 20 * 60_000);
    });
}
