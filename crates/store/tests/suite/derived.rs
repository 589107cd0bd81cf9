//! Findings, checks by time, and derived values.

use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::{FindingQuery, RuleAnswer, Store, StoreError};
use serde_json::json;

fn answer(
    store: &Store,
    leaf: u64,
    minute: i64,
    texts: &'static [&'static str],
    severity: Severity,
    next: Option<i64>,
) {
    let org = org();
    let key = org.clone();
    let done: Result<(), StoreError> = store.write(&org, "rules", move |tx| {
        let findings: Vec<Finding> = texts
            .iter()
            .map(|text| Finding { field: "owner", message: Message::new(*text, "Missing") })
            .collect();
        tx.set_findings(&RuleAnswer {
            org: &key,
            rule: "asset.owner",
            register: "asset",
            id: &id("a1"),
            severity,
            findings: &findings,
            next_check_at: next.map(Time::from_millis),
            leaf,
            now: Time::from_millis(NOW + minute * 60_000),
        })
    });
    done.unwrap();
}

fn seen(store: &Store, as_of: Option<u64>) -> Vec<(String, i64)> {
    let (org, rows) = (org(), everything());
    let query = FindingQuery { as_of, ..FindingQuery::new(&org, &rows) };
    let page = store.read(|tx| tx.findings(&query)).map_err(|e: StoreError| e).unwrap();
    page.findings
        .iter()
        .map(|f| (f.message.ja.clone(), (f.first_seen.millis() - NOW) / 60_000))
        .collect()
}

#[test]
fn findings_come_stay_and_go() {
    on_each(|place| {
        let store = place.open();
        let said = |texts: &[(&str, i64)]| {
            texts.iter().map(|(t, m)| ((*t).to_owned(), *m)).collect::<Vec<_>>()
        };
        put(&store, 0, Asset::DEF, "a1", 0, json!({"name": "台帳"}));
        answer(&store, 0, 0, &["責任者なし"], Severity::Warning, Some(NOW + 9));
        put(&store, 5, Asset::DEF, "a1", 1, json!({"name": "台帳", "rank": 1}));
        answer(&store, 1, 5, &["責任者なし", "部門なし"], Severity::Warning, None);
        assert_eq!(seen(&store, None).len(), 2);
        assert!(seen(&store, None).contains(&("責任者なし".to_owned(), 0)));
        assert!(seen(&store, None).contains(&("部門なし".to_owned(), 5)));
        put(&store, 9, Asset::DEF, "a1", 2, json!({"name": "台帳", "owner": "p1"}));
        answer(&store, 2, 9, &["部門なし"], Severity::Serious, None);
        assert_eq!(seen(&store, None), said(&[("部門なし", 5)]));
        assert_eq!(seen(&store, Some(0)), said(&[("責任者なし", 0)]));
        assert_eq!(seen(&store, Some(1)).len(), 2);
        // Asked again by time, under the same leaf: what came and went was never there.
        answer(&store, 2, 11, &["期限切れ"], Severity::Serious, None);
        answer(&store, 2, 12, &[], Severity::Serious, None);
        assert_eq!(seen(&store, None), []);
        assert_eq!(seen(&store, Some(2)), []);
    });
}

#[test]
fn findings_are_paged_and_counted() {
    on_each(|place| {
        let store = place.open();
        let org = org();
        for at in 0..5 {
            put(&store, at, Asset::DEF, &format!("a{at}"), 0, json!({"name": "台帳"}));
        }
        let key = org.clone();
        let done: Result<(), StoreError> = store.write(&org, "rules", move |tx| {
            for at in 0..5 {
                let findings = [Finding { field: "", message: Message::new("不備", "Missing") }];
                let severity = if at % 2 == 0 { Severity::Serious } else { Severity::Notice };
                tx.set_findings(&RuleAnswer {
                    org: &key,
                    rule: "r",
                    register: "asset",
                    id: &id(&format!("a{at}")),
                    severity,
                    findings: &findings,
                    next_check_at: None,
                    leaf: 4,
                    now: Time::from_millis(NOW),
                })?;
            }
            Ok(())
        });
        done.unwrap();
        let rows = everything();
        let mut after: Option<String> = None;
        let mut found = Vec::new();
        loop {
            let query = FindingQuery {
                after: after.as_deref(),
                limit: 2,
                ..FindingQuery::new(&org, &rows)
            };
            let page = store.read(|tx| tx.findings(&query)).map_err(|e: StoreError| e).unwrap();
            found.extend(page.findings.iter().map(|f| f.id.to_string()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, ["a0", "a2", "a4", "a1", "a3"]);
        let serious =
            FindingQuery { at_least: Some(Severity::Warning), ..FindingQuery::new(&org, &rows) };
        let one = id("a2");
        let of_one = FindingQuery {
            id: Some(&one),
            register: Some("asset"),
            ..FindingQuery::new(&org, &rows)
        };
        store
            .read(|tx| {
                assert_eq!(tx.findings(&serious)?.findings.len(), 3);
                assert_eq!(tx.findings(&of_one)?.findings.len(), 1);
                let counts = tx.finding_counts(&org, &rows)?;
                let shown: Vec<_> =
                    counts.iter().map(|c| (c.wing, c.register, c.severity, c.count)).collect();
                assert_eq!(
                    shown,
                    [(Wing::Identify, "asset", 1, 2), (Wing::Identify, "asset", 3, 3)]
                );
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}

#[test]
fn checks_by_time_come_due() {
    on_each(|place| {
        let store = place.open();
        put(&store, 0, Asset::DEF, "a1", 0, json!({"name": "台帳"}));
        let due = |at: i64| {
            let due = store.read(|tx| tx.due_rechecks(Time::from_millis(at), 10));
            due.map_err(|e: StoreError| e).unwrap().len()
        };
        answer(&store, 0, 0, &[], Severity::Warning, Some(NOW + 100));
        assert_eq!((due(NOW + 99), due(NOW + 100)), (0, 1));
        answer(&store, 0, 0, &[], Severity::Warning, Some(NOW + 200));
        assert_eq!((due(NOW + 199), due(NOW + 200)), (0, 1));
        answer(&store, 0, 0, &[], Severity::Warning, None);
        assert_eq!(due(i64::MAX), 0);
    });
}

#[test]
fn derived_values_have_their_time() {
    on_each(|place| {
        let store = place.open();
        let org = org();
        let set = |value: Option<Value>, leaf: u64| {
            let key = org.clone();
            let done: Result<(), StoreError> = store.write(&org, "derive", move |tx| {
                tx.set_derived(&key, ("asset", &id("a1")), "rto", value.as_ref(), leaf)
            });
            done.unwrap();
        };
        let get = |as_of: Option<u64>| {
            let found = store.read(|tx| tx.derived(&org, ("asset", &id("a1")), as_of));
            found.map_err(|e: StoreError| e).unwrap().remove("rto")
        };
        set(Some(json!(240)), 3);
        set(Some(json!(240)), 4);
        set(Some(json!({"a": 1})), 5);
        set(Some(json!(7)), 5);
        assert_eq!(
            (get(Some(2)), get(Some(4)), get(Some(5))),
            (None, Some(json!(240)), Some(json!(7)))
        );
        assert_eq!(get(None), Some(json!(7)));
        set(None, 6);
        assert_eq!((get(None), get(Some(5))), (None, Some(json!(7))));
    });
}
