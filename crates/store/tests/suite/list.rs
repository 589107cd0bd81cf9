//! Lists: filters, sorting, paging, counting.

use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::{COUNT_LIMIT, Count, ListQuery, Page, Store, StoreError};
use serde_json::json;

fn assets(store: &Store) {
    let all = [
        json!({"name": "受注DB", "state": "active", "rank": 2, "critical": true, "bought": "2026-01-01",
               "tags": ["基幹", "a,b"], "depends_on": ["x1"], "owner": "p1"}),
        json!({"name": "Web Server", "state": "new", "rank": 1, "critical": false, "bought": "2025-12-31"}),
        json!({"name": "ÄRZTE", "rank": 2, "note": "Über"}),
        json!({"name": "名簿", "state": "closed", "tags": [","], "about": "person/p1"}),
        json!({"name": "b", "state": "active", "rank": 5, "tags": ["a"]}),
    ];
    for (at, one) in all.into_iter().enumerate() {
        put(store, at as i64, Asset::DEF, &format!("a{}", at + 1), 0, one);
    }
}

fn list(store: &Store, conds: &[Cond]) -> Result<Vec<String>, StoreError> {
    let (org, rows) = (org(), everything());
    let query = ListQuery { conds, ..ListQuery::new(&org, Asset::DEF, &rows) };
    let query = ListQuery { sort: ("created_at", false), ..query };
    let (page, count) =
        store.read(|tx| Ok::<_, StoreError>((tx.list(&query)?, tx.count(&query)?)))?;
    assert_eq!(count, Count { count: page.records.len() as u64, more: false });
    Ok(page.records.iter().map(|r| r.id.to_string()).collect())
}

fn cond(field: &str, op: Op, value: Value) -> Cond {
    Cond { field: field.to_owned(), op, value }
}

#[test]
fn every_comparison_means_the_same_in_the_database_and_in_memory() {
    on_each(|place| {
        let store = place.open();
        assets(&store);
        let everyone = store.read(|tx| tx.all(&org(), Asset::DEF, &everything()));
        let everyone: Vec<Record> = everyone.map_err(|e: StoreError| e).unwrap();
        use Op::*;
        let conds = [
            cond("state", Eq, json!("active")),
            cond("state", Ne, json!("active")),
            cond("state", In, json!(["new", "closed"])),
            cond("state", In, json!([])),
            cond("state", Empty, Value::Null),
            cond("state", Set, Value::Null),
            cond("rank", Eq, json!(2)),
            cond("rank", Ne, json!(2)),
            cond("rank", Gte, json!(2)),
            cond("rank", Lte, json!(2)),
            cond("rank", In, json!([1, 5])),
            cond("critical", Eq, json!(true)),
            cond("critical", Eq, json!(false)),
            cond("critical", Ne, json!(true)),
            cond("critical", Ne, json!(false)),
            cond("bought", Gte, json!("2026-01-01")),
            cond("bought", Lte, json!("2026-01-01")),
            cond("name", Contains, json!("server")),
            cond("name", Contains, json!("ärz")),
            cond("name", Contains, json!("受注d")),
            cond("name", Contains, json!("%")),
            cond("name", Contains, json!("")),
            cond("note", Contains, json!("ÜBER")),
            cond("tags", Eq, json!("基幹")),
            cond("tags", Eq, json!("a")),
            cond("tags", Eq, json!(",")),
            cond("tags", Eq, json!("a,b")),
            cond("tags", Ne, json!("a")),
            cond("tags", In, json!(["a", ","])),
            cond("tags", Contains, json!("B")),
            cond("tags", Empty, Value::Null),
            cond("depends_on", Eq, json!("x1")),
            cond("owner", Eq, json!("p1")),
            cond("about", Eq, json!("person/p1")),
            cond("contacts", Empty, Value::Null),
        ];
        for one in conds {
            let expected: Vec<String> =
                everyone.iter().filter(|r| one.holds(&r.body)).map(|r| r.id.to_string()).collect();
            assert_eq!(list(&store, std::slice::from_ref(&one)).unwrap(), expected, "{one:?}");
        }
        let both = [cond("state", Eq, json!("active")), cond("rank", Gte, json!(3))];
        assert_eq!(list(&store, &both).unwrap(), ["a5"]);
        let pseudo =
            [cond("updated_at", Gte, json!(NOW + 3 * 60_000)), cond("id", In, json!(["a4", "a1"]))];
        assert_eq!(list(&store, &pseudo).unwrap(), ["a4"]);
    });
}

#[test]
fn conditions_that_make_no_sense_name_their_field() {
    on_each(|place| {
        let store = place.open();
        use Op::*;
        for bad in [
            cond("nothing", Eq, json!(1)),
            cond("_reason", Set, Value::Null),
            cond("rank", Eq, json!("2")),
            cond("rank", Contains, json!("2")),
            cond("name", Eq, json!(2)),
            cond("name", In, json!("x")),
            cond("critical", Gte, json!(true)),
            cond("critical", Eq, json!("true")),
            cond("tags", Gte, json!("a")),
            cond("contacts", Eq, json!("a")),
            cond("name\" = '' OR 1=1 --", Eq, json!("a")),
        ] {
            let field = bad.field.clone();
            let error = list(&store, &[bad]).unwrap_err();
            assert!(matches!(error, StoreError::BadFilter { field: f, .. } if f == field));
        }
        let (org, rows) = (org(), everything());
        let query = ListQuery { sort: ("tags", false), ..ListQuery::new(&org, Asset::DEF, &rows) };
        let error = store.read(|tx| tx.list(&query)).unwrap_err();
        assert!(matches!(error, StoreError::BadFilter { field, .. } if field == "tags"));
    });
}

fn pages(store: &Store, query: &ListQuery<'_>, mut between: impl FnMut(usize)) -> Vec<String> {
    let mut out = Vec::new();
    let mut after: Option<String> = None;
    for at in 0.. {
        let query = ListQuery { after: after.as_deref(), ..query.clone() };
        let page: Page = store.read(|tx| tx.list(&query)).map_err(|e: StoreError| e).unwrap();
        assert!(page.records.len() <= query.limit as usize);
        out.extend(page.records.iter().map(|r| r.id.to_string()));
        between(at);
        after = page.next;
        if after.is_none() {
            return out;
        }
    }
    unreachable!()
}

#[test]
fn pages_join_to_the_whole_list_in_any_order() {
    on_each(|place| {
        let store = place.open();
        assets(&store);
        let (org, rows) = (org(), everything());
        for (sort, expected) in [
            (("rank", false), ["a4", "a2", "a1", "a3", "a5"]),
            (("rank", true), ["a5", "a3", "a1", "a2", "a4"]),
            (("name", false), ["a2", "a5", "a3", "a1", "a4"]),
            (("bought", false), ["a3", "a4", "a5", "a2", "a1"]),
            (("bought", true), ["a1", "a2", "a5", "a4", "a3"]),
            (("updated_at", true), ["a5", "a4", "a3", "a2", "a1"]),
        ] {
            for limit in [1, 2, 3, 5, 20] {
                let query = ListQuery { sort, limit, ..ListQuery::new(&org, Asset::DEF, &rows) };
                assert_eq!(pages(&store, &query, |_| {}), expected, "{sort:?} by {limit}");
            }
        }
        // Filters asked again in memory page alike.
        let contains = [cond("name", Op::Contains, json!("e"))];
        let query =
            ListQuery { conds: &contains, limit: 1, ..ListQuery::new(&org, Asset::DEF, &rows) };
        assert_eq!(pages(&store, &query, |_| {}), ["a2", "a3"]);
    });
}

#[test]
fn what_is_inserted_while_paging_moves_nothing() {
    on_each(|place| {
        let store = place.open();
        for at in 0..9 {
            put(
                &store,
                at,
                Asset::DEF,
                &format!("a{at}"),
                0,
                json!({"name": "x", "rank": at * 10}),
            );
        }
        let (org, rows) = (org(), everything());
        let query = ListQuery { limit: 3, ..ListQuery::new(&org, Asset::DEF, &rows) };
        let seen = pages(&store, &query, |at| {
            // One before the place, one after it.
            let at = at as i64;
            put(
                &store,
                20 + at,
                Asset::DEF,
                &format!("b{at}"),
                0,
                json!({"name": "x", "rank": -at}),
            );
            put(
                &store,
                30 + at,
                Asset::DEF,
                &format!("c{at}"),
                0,
                json!({"name": "x", "rank": 75 + at}),
            );
        });
        let old: Vec<&String> = seen.iter().filter(|id| id.starts_with('a')).collect();
        assert_eq!(old, ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]);
        assert!(!seen.contains(&"b1".to_owned()));
        assert!(seen.contains(&"c0".to_owned()));
    });
}

#[test]
fn a_foreign_cursor_is_refused() {
    on_each(|place| {
        let store = place.open();
        assets(&store);
        let (org, rows) = (org(), everything());
        let query = ListQuery { limit: 1, ..ListQuery::new(&org, Asset::DEF, &rows) };
        let page = store.read(|tx| tx.list(&query)).map_err(|e: StoreError| e).unwrap();
        let next = page.next.unwrap();
        for (sort, after) in
            [(("name", false), next.as_str()), (("rank", false), "garbage"), (("rank", false), "")]
        {
            let query = ListQuery { sort, after: Some(after), ..query.clone() };
            assert_eq!(store.read(|tx| tx.list(&query)).err(), Some(StoreError::BadCursor));
        }
    });
}

#[test]
fn ended_records_show_when_asked_for() {
    on_each(|place| {
        let store = place.open();
        assets(&store);
        put(
            &store,
            9,
            Asset::DEF,
            "a5",
            1,
            json!({"name": "b", "_ended": "廃止", "_origin": "demo"}),
        );
        let (org, rows) = (org(), everything());
        let query = ListQuery::new(&org, Asset::DEF, &rows);
        let count = |query: &ListQuery<'_>| {
            store.read(|tx| tx.count(query)).map_err(|e: StoreError| e).unwrap().count
        };
        assert_eq!(count(&query), 4);
        assert_eq!(count(&ListQuery { include_ended: true, ..query.clone() }), 5);
        let ended = [cond("_ended", Op::Set, Value::Null), cond("_origin", Op::Eq, json!("demo"))];
        assert_eq!(count(&ListQuery { include_ended: true, conds: &ended, ..query.clone() }), 1);
    });
}

#[test]
fn a_long_list_is_counted_up_to_a_bound() {
    let place = Place::lite();
    let store = place.open();
    let org = org();
    for block in 0..3i64 {
        let key = org.clone();
        let done: Result<_, StoreError> = store.write(&org, "many", move |tx| {
            let revisions = (0..500)
                .map(|at| revision(Person::DEF, &format!("p{block}-{at}"), 0, json!({"name": "x"})))
                .collect::<Vec<_>>();
            for part in revisions.chunks(100) {
                append(tx, &key, block, "x", part.to_vec())?;
            }
            Ok(())
        });
        done.unwrap();
    }
    let rows = everything();
    let query = ListQuery::new(&org, Person::DEF, &rows);
    let count = store.read(|tx| tx.count(&query)).map_err(|e: StoreError| e).unwrap();
    assert_eq!(count, Count { count: COUNT_LIMIT, more: true });
}
