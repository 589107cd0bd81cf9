//! The row predicate: the same answer from list, count, get, search, links, findings, history.

use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::{FindingQuery, LinkQuery, ListQuery, RuleAnswer, Store, StoreError};
use serde_json::json;
use std::collections::BTreeSet;

/// Two incidents (one for members only), tasks of both, two departments, two counterparties.
fn fill(store: &Store) {
    let people = ["lead", "member", "other"];
    for person in people {
        put(store, 0, Person::DEF, person, 0, json!({"name": "共通", "department": "it"}));
    }
    let incident = |id: &str, visibility: Option<&str>| {
        let mut json =
            json!({"title": "共通", "lead": "lead", "members": ["member"], "department": "it"});
        if let Some(v) = visibility {
            json["visibility"] = json!(v);
        }
        put(store, 1, Incident::DEF, id, 0, json);
    };
    incident("open", Some("open"));
    incident("unset", None);
    incident("secret", Some("members"));
    put(store, 2, Task::DEF, "t-open", 0, json!({"title": "共通", "incident": "open"}));
    put(
        store,
        2,
        Task::DEF,
        "t-secret",
        0,
        json!({"title": "共通", "incident": "secret", "assignee": "other"}),
    );
    put(store, 2, Task::DEF, "t-none", 0, json!({"title": "共通"}));
    put(store, 3, Notice::DEF, "n-a", 0, json!({"title": "共通", "counterparty": "A"}));
    put(store, 3, Notice::DEF, "n-b", 0, json!({"title": "共通", "counterparty": "B"}));
    put(store, 3, Notice::DEF, "n-all", 0, json!({"title": "共通", "counterparty": "*"}));
    put(store, 3, Notice::DEF, "n-own", 0, json!({"title": "共通"}));
    change(store, 4, "bob", vec![revision(Task::DEF, "t-bob", 0, json!({"title": "共通"}))])
        .unwrap();
}

const EVERY: &[(&str, &str)] = &[
    ("person", "lead"),
    ("person", "member"),
    ("person", "other"),
    ("incident", "open"),
    ("incident", "unset"),
    ("incident", "secret"),
    ("task", "t-open"),
    ("task", "t-secret"),
    ("task", "t-none"),
    ("task", "t-bob"),
    ("notice", "n-a"),
    ("notice", "n-b"),
    ("notice", "n-all"),
    ("notice", "n-own"),
];

fn matrix() -> Vec<(RowFilter, Vec<&'static str>)> {
    use RowClause::*;
    let one = |clause| RowFilter { clauses: vec![clause] };
    let open = vec![
        "lead", "member", "other", "open", "unset", "t-open", "t-none", "t-bob", "n-a", "n-b",
        "n-all", "n-own",
    ];
    let mut all = open.clone();
    all.extend(["secret", "t-secret"]);
    vec![
        (RowFilter::nothing(), vec![]),
        (RowFilter::everything(), all),
        (one(Unrestricted), open),
        (one(Departments(vec![id("it")])), vec!["lead", "member", "other", "open", "unset"]),
        (one(Departments(vec![id("hr"), id("x")])), vec![]),
        (one(Departments(vec![])), vec![]),
        (one(CaseMember(id("lead"))), vec!["open", "unset", "secret", "t-open", "t-secret"]),
        (one(CaseMember(id("member"))), vec!["open", "unset", "secret", "t-open", "t-secret"]),
        (one(CaseMember(id("other"))), vec![]),
        (one(Cases(vec![id("secret")])), vec!["secret", "t-secret"]),
        (one(Cases(vec![])), vec![]),
        (one(Person(id("other"))), vec!["t-secret"]),
        (one(Author("bob".into())), vec!["t-bob"]),
        (one(Counterparty(id("A"))), vec!["n-a", "n-all"]),
        (one(Counterparty(id("B"))), vec!["n-b", "n-all"]),
        (
            RowFilter {
                clauses: vec![
                    Departments(vec![id("it")]),
                    Person(id("other")),
                    Counterparty(id("A")),
                ],
            },
            vec!["lead", "member", "other", "open", "unset", "t-secret", "n-a", "n-all"],
        ),
    ]
}

#[test]
fn every_way_to_read_shows_the_same_rows() {
    on_each(|place| {
        let store = place.open();
        fill(&store);
        findings_on_all(&store);
        let size = store.read(|tx| tx.size(&org())).map_err(|e: StoreError| e).unwrap();
        for (rows, expected) in matrix() {
            let expected: BTreeSet<&str> = expected.into_iter().collect();
            let what = |way: &str| format!("{way} under {rows:?}");
            for way in ways(&store, &rows, size - 1) {
                let seen: BTreeSet<&str> = way.1.iter().map(String::as_str).collect();
                assert_eq!(seen, expected, "{}", what(way.0));
            }
        }
    });
}

fn findings_on_all(store: &Store) {
    let org = org();
    let key = org.clone();
    let done: Result<(), StoreError> = store.write(&org, "rules", move |tx| {
        for (register, record) in EVERY {
            let findings = [Finding { field: "", message: Message::new("不備", "Missing") }];
            tx.set_findings(&RuleAnswer {
                org: &key,
                rule: "test.rule",
                register,
                id: &id(record),
                severity: Severity::Warning,
                findings: &findings,
                next_check_at: None,
                leaf: 0,
                now: Time::from_millis(NOW),
            })?;
        }
        Ok(())
    });
    done.unwrap();
}

fn ways(store: &Store, rows: &RowFilter, leaf: u64) -> Vec<(&'static str, Vec<String>)> {
    let org = org();
    let mut out: Vec<(&'static str, Vec<String>)> = Vec::new();
    let text = |id: &RecordId| id.to_string();
    store
        .read(|tx| {
            let (mut get, mut then, mut history, mut titles) = (vec![], vec![], vec![], vec![]);
            for (register, record) in EVERY {
                let def = crate::registers::ALL.iter().find(|d| d.id == *register).unwrap();
                let key = id(record);
                get.extend(tx.get(&org, def, &key, rows)?.map(|r| text(&r.id)));
                then.extend(tx.get_as_of(&org, def, &key, leaf, rows)?.map(|r| text(&r.id)));
                let entries = tx.history(&org, def, &key, None, 9, rows)?;
                history.extend(entries.iter().map(|e| text(&e.record.id)));
                let names = tx.titles(&org, &[(register, record)], rows)?;
                titles.extend(names.into_iter().flatten().map(|_| (*record).to_owned()));
            }
            out.extend([
                ("get", get),
                ("get as of", then),
                ("history", history),
                ("titles", titles),
            ]);
            let (mut list, mut listed_then, mut all) = (vec![], vec![], vec![]);
            for def in crate::registers::ALL {
                let query = ListQuery { limit: 50, ..ListQuery::new(&org, def, rows) };
                let page = tx.list(&query)?.records;
                assert_eq!(tx.count(&query)?.count, page.len() as u64, "count of {}", def.id);
                let found = tx.list(&ListQuery { search: Some("共通"), ..query.clone() })?;
                let expected = if def.id == "asset" { 0 } else { page.len() };
                assert_eq!(found.records.len(), expected, "search in {}", def.id);
                list.extend(page.iter().map(|r| text(&r.id)));
                let page = tx.list(&ListQuery { as_of: Some(leaf), ..query.clone() })?.records;
                listed_then.extend(page.iter().map(|r| text(&r.id)));
                all.extend(tx.all(&org, def, rows)?.iter().map(|r| text(&r.id)));
            }
            out.extend([("list", list), ("list as of", listed_then), ("all", all)]);
            let hits = tx.search(&org, "共通", rows, 99)?;
            out.push(("search", hits.iter().map(|h| text(&h.id)).collect()));
            let page = tx.findings(&FindingQuery::new(&org, rows))?;
            out.push(("findings", page.findings.iter().map(|f| text(&f.id)).collect()));
            let counts = tx.finding_counts(&org, rows)?;
            assert_eq!(counts.iter().map(|c| c.count).sum::<u64>(), page.findings.len() as u64);
            Ok::<_, StoreError>(())
        })
        .unwrap();
    out
}

#[test]
fn links_show_only_ends_that_may_be_seen() {
    on_each(|place| {
        let store = place.open();
        fill(&store);
        let (org, target) = (org(), id("lead"));
        let to = |rows: &RowFilter, as_of: Option<u64>| {
            let query =
                LinkQuery { org: &org, register: "person", id: &target, rows, as_of, limit: 99 };
            store
                .read(|tx| {
                    let links = tx.links_to(query)?;
                    let records = tx.linked(Incident::DEF, "lead", query)?;
                    let ends: Vec<String> = links.iter().map(|l| l.id.to_string()).collect();
                    assert_eq!(ends, ids(&records));
                    Ok::<_, StoreError>(ends)
                })
                .unwrap()
        };
        for as_of in [None, Some(99)] {
            assert_eq!(to(&everything(), as_of), ["open", "secret", "unset"]);
            let open = RowFilter { clauses: vec![RowClause::Unrestricted] };
            assert_eq!(to(&open, as_of), ["open", "unset"]);
        }
        let (task, rows) = (id("t-secret"), RowFilter { clauses: vec![RowClause::Unrestricted] });
        let from = LinkQuery {
            org: &org,
            register: "task",
            id: &task,
            rows: &rows,
            as_of: None,
            limit: 9,
        };
        let ends = store.read(|tx| tx.links_from(from)).map_err(|e: StoreError| e).unwrap();
        assert_eq!(ends.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["other"]);
    });
}

#[test]
fn who_may_see_is_decided_today_also_for_the_past() {
    on_each(|place| {
        let store = place.open();
        fill(&store);
        let then = store.read(|tx| tx.size(&org())).map_err(|e: StoreError| e).unwrap() - 1;
        let open = RowFilter { clauses: vec![RowClause::Unrestricted] };
        let member = RowFilter { clauses: vec![RowClause::CaseMember(id("member"))] };
        let seen = |rows: &RowFilter| {
            ways(&store, rows, then).into_iter().find(|(way, _)| *way == "list as of").unwrap().1
        };
        assert!(seen(&open).contains(&"t-open".to_owned()));
        assert!(seen(&member).contains(&"t-open".to_owned()));
        // The case is closed to others, and the member leaves it.
        put(
            &store,
            9,
            Incident::DEF,
            "open",
            1,
            json!({"title": "共通", "visibility": "members", "lead": "lead"}),
        );
        assert!(!seen(&open).contains(&"t-open".to_owned()));
        assert!(!seen(&open).contains(&"open".to_owned()));
        assert!(!seen(&member).contains(&"t-open".to_owned()));
        let lead = RowFilter { clauses: vec![RowClause::CaseMember(id("lead"))] };
        assert!(seen(&lead).contains(&"t-open".to_owned()));
    });
}
