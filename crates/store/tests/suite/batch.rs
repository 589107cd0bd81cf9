//! What a whole page asks at once: names, findings, links and hits of many records.

use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::*;
use serde_json::json;

fn open_rows() -> RowFilter {
    RowFilter { clauses: vec![RowClause::Unrestricted] }
}

fn find(store: &Store, leaf: u64, register: &'static str, record: String, severity: Severity) {
    let org = org();
    let key = org.clone();
    let done: Result<(), StoreError> = store.write(&org, "rules", move |tx| {
        let findings = [Finding { field: "", message: Message::new("不備", "Missing") }];
        tx.set_findings(&RuleAnswer {
            org: &key,
            rule: "r",
            register,
            id: &id(&record),
            severity,
            findings: &findings,
            next_check_at: None,
            leaf,
            now: Time::from_millis(NOW),
        })
    });
    done.unwrap();
}

#[test]
fn names_of_many_records_come_in_the_order_asked_and_only_where_seen() {
    on_each(|place| {
        let store = place.open();
        // More than one statement takes.
        for at in 0..300 {
            put(&store, at, Task::DEF, &format!("t{at}"), 0, json!({"title": format!("仕事{at}")}));
        }
        let secret = json!({"title": "秘密", "visibility": "members"});
        put(&store, 301, Incident::DEF, "secret", 0, secret);
        put(&store, 302, Incident::DEF, "t1", 0, json!({"title": "同じ番号の案件"}));
        let ids: Vec<String> = (0..300).rev().map(|at| format!("t{at}")).collect();
        let mut asked: Vec<(&str, &str)> = ids.iter().map(|id| ("task", id.as_str())).collect();
        asked.extend([
            ("incident", "secret"),
            ("incident", "t1"),
            ("task", "t5"),
            ("task", "none"),
        ]);
        let names = |rows: &RowFilter| {
            store.read(|tx| tx.titles(&org(), &asked, rows)).map_err(|e: StoreError| e).unwrap()
        };
        let seen = names(&open_rows());
        assert_eq!(seen.len(), asked.len());
        for (at, name) in seen[..300].iter().enumerate() {
            assert_eq!(name.as_deref(), Some(format!("仕事{}", 299 - at).as_str()));
        }
        let rest: Vec<Option<&str>> = seen[300..].iter().map(Option::as_deref).collect();
        assert_eq!(rest, [None, Some("同じ番号の案件"), Some("仕事5"), None]);
        assert_eq!(names(&everything())[300].as_deref(), Some("秘密"));
        assert!(names(&RowFilter::nothing()).iter().all(Option::is_none));
    });
}

#[test]
fn a_limit_counts_only_links_and_hits_of_the_registers_asked_for() {
    on_each(|place| {
        let store = place.open();
        put(&store, 0, Person::DEF, "p", 0, json!({"name": "責任者"}));
        for at in 0..5 {
            let lead = json!({"title": "共通の案件", "lead": "p"});
            put(&store, at, Incident::DEF, &format!("i{at}"), 0, lead);
        }
        let mine = json!({"title": "共通の仕事", "assignee": "p"});
        put(&store, 6, Task::DEF, "t", 0, mine);
        let ended = json!({"title": "共通の昔の仕事", ENDED: true});
        put(&store, 7, Task::DEF, "t-old", 0, ended);
        for at in 8..12 {
            put(&store, at, Incident::DEF, &format!("i{at}"), 0, json!({"title": "共通の案件"}));
        }
        let (org, rows, person) = (org(), everything(), id("p"));
        let to = LinkQuery {
            org: &org,
            register: "person",
            id: &person,
            rows: &rows,
            as_of: None,
            limit: 3,
        };
        let asked = |include_ended| SearchQuery {
            org: &org,
            text: "共通",
            rows: &rows,
            registers: &["task"],
            include_ended,
            limit: 2,
        };
        store
            .read(|tx| {
                let first: Vec<String> = tx.links_to(to)?.into_iter().map(|l| l.register).collect();
                assert_eq!(first, ["incident"; 3], "the others fill the limit");
                let from: Vec<String> =
                    tx.links_to_from(to, "task")?.into_iter().map(|l| l.id.to_string()).collect();
                assert_eq!(from, ["t"]);
                let hits = |found: Vec<Hit>| -> Vec<String> {
                    found.into_iter().map(|h| h.id.to_string()).collect()
                };
                assert_eq!(hits(tx.search_in(&asked(false))?), ["t"]);
                assert_eq!(hits(tx.search_in(&asked(true))?), ["t-old", "t"]);
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}

#[test]
fn findings_of_several_registers_page_without_loss_under_the_rows_of_each() {
    on_each(|place| {
        let store = place.open();
        let ranks = [Severity::Notice, Severity::Warning, Severity::Serious];
        for at in 0..9u64 {
            let key = format!("t{at}");
            let here = json!({"title": "仕事", "department": "it"});
            put(&store, at as i64, Incident::DEF, &key, 0, here.clone());
            put(&store, at as i64, Task::DEF, &key, 0, json!({"title": "仕事"}));
            find(&store, at * 2, "incident", key.clone(), ranks[at as usize % 3]);
            find(&store, at * 2 + 1, "task", key, ranks[at as usize % 3]);
        }
        let hidden = json!({"title": "別の部門", "department": "hr"});
        put(&store, 20, Incident::DEF, "other", 0, hidden);
        find(&store, 18, "incident", "other".to_owned(), Severity::Serious);
        let it = RowFilter { clauses: vec![RowClause::Departments(vec![id("it")])] };
        let scopes = [
            FindingScope { rows: it, registers: vec!["incident"] },
            FindingScope { rows: everything(), registers: vec!["task"] },
        ];
        let (org, nothing) = (org(), RowFilter::nothing());
        let query = FindingQuery { scopes: &scopes, limit: 4, ..FindingQuery::new(&org, &nothing) };
        let (mut after, mut seen): (Option<String>, Vec<(i64, String)>) = (None, Vec::new());
        loop {
            let query = FindingQuery { after: after.as_deref(), ..query };
            let page = store.read(|tx| tx.findings(&query)).map_err(|e: StoreError| e).unwrap();
            assert!(page.findings.len() <= 4);
            seen.extend(
                page.findings.iter().map(|f| (-f.severity, format!("{}/{}", f.register, f.id))),
            );
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), &seen), (18, &sorted));
        assert!(!seen.iter().any(|(_, whose)| whose == "incident/other"));
        store
            .read(|tx| {
                let counts = tx.count_findings(&query)?;
                assert_eq!(counts.iter().map(|c| c.count).sum::<u64>(), 18);
                assert_eq!(tx.findings_up_to(&org, &scopes, 100)?, 18);
                assert_eq!(tx.findings_up_to(&org, &scopes, 5)?, 5);
                let least = FindingQuery { at_least: Some(Severity::Warning), limit: 99, ..query };
                assert_eq!(tx.findings(&least)?.findings.len(), 12);
                let marks = tx.finding_marks(&org, "task", &["t1", "t2", "none"], None)?;
                let marks: Vec<(&str, u64)> = marks.iter().map(|m| (m.0.as_str(), m.2)).collect();
                assert_eq!(marks, [("t1", 1), ("t2", 1)]);
                assert!(tx.finding_marks(&org, "task", &["t2"], Some(3))?.is_empty());
                assert_eq!(tx.finding_marks(&org, "task", &["t2"], Some(5))?.len(), 1);
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}
