//! Metrics with exact values: what cannot be measured is no zero, and drills stand apart.

#![expect(clippy::expect_used, reason = "helpers of tests")]

use okiagari_model::core::ids::RecordId;
use okiagari_model::{HOUR, METRICS, MINUTE, Measured, Period, Record, Time, Value, register};
use serde_json::json;
use std::rc::Rc;

const FROM: i64 = 1_000 * HOUR;

fn record(register_id: &str, id: &str, fields: Value) -> Rc<Record> {
    let Value::Object(body) = fields else { panic!("fields are an object") };
    Rc::new(Record {
        def: register(register_id).expect("a register"),
        id: RecordId::new(id),
        rev: 1,
        leaf: 0,
        created_at: Time::from_millis(0),
        updated_at: Time::from_millis(0),
        updated_by: "test".into(),
        body,
    })
}

fn measure(metric: &str, records: &[Rc<Record>]) -> Measured {
    let period = Period {
        from: Time::from_millis(FROM),
        to: Time::from_millis(FROM + 100 * HOUR),
        now: Time::from_millis(FROM + 50 * HOUR),
    };
    let def = METRICS.iter().find(|m| m.id == metric).expect("a metric");
    (def.compute)(records, &period)
}

fn names(m: &Measured) -> Vec<&str> {
    m.behind.iter().map(RecordId::as_str).collect()
}

#[test]
fn first_response_is_the_mean_over_the_starts_in_the_period() {
    let incident = |id, reported: i64, organised: i64, more: Value| {
        let mut fields = json!({"reported_at": FROM + reported * MINUTE,
            "organised_at": FROM + organised * MINUTE});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record("incident", id, fields)
    };
    let all = [
        incident("a", 0, 10, json!({})),
        incident("b", 100, 125, json!({})),
        incident("before", -60, -1, json!({})),
        incident("after", 0, 6_000, json!({})),
        incident("drill", 0, 1_000, json!({"_origin": "drill"})),
        incident("ended", 0, 1_000, json!({"_ended": 1})),
        incident("backwards", 50, 40, json!({})),
    ];
    let m = measure("first_response", &all);
    assert_eq!((m.value, names(&m)), (Some(17), vec!["a", "b"]), "(10 + 25) / 2, whole minutes");
    let none = measure("first_response", &all[2..]);
    assert_eq!(none, Measured { value: None, behind: vec![] }, "not measurable is no zero");
}

#[test]
fn recovery_is_counted_from_occurrence_or_from_noticing() {
    let recovered = FROM + 10 * HOUR;
    let known = record(
        "incident",
        "known",
        json!({"occurred_at": FROM, "detected_at": FROM + HOUR, "recovered_at": recovered}),
    );
    let unknown = record(
        "incident",
        "unknown",
        json!({"detected_at": FROM + 4 * HOUR, "recovered_at": recovered}),
    );
    let open = record("incident", "open", json!({"occurred_at": FROM}));
    let m = measure("mttr", &[known.clone(), open.clone()]);
    assert_eq!((m.value, names(&m)), (Some(600), vec!["known"]));
    assert_eq!(measure("mttr", std::slice::from_ref(&unknown)).value, Some(360));
    assert_eq!(measure("mttr", &[open]).value, None);
    let both = measure("mttr", &[known, unknown]);
    assert_eq!((both.value, both.behind.len()), (Some(480), 2), "each by what is known of it");
}

#[test]
fn overdue_counts_what_is_past_its_time_and_still_open_now() {
    let now = FROM + 50 * HOUR;
    let o = |id, state: &str, due: i64, more: Value| {
        let mut fields = json!({"title": id, "state": state, "due_at": due});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record("obligation", id, fields)
    };
    let all = [
        o("late", "open", now - 1, json!({})),
        o("just", "open", now, json!({})),
        o("done", "done", now - HOUR, json!({"done_at": now})),
        o("withdrawn", "withdrawn", now - HOUR, json!({})),
        o("drill", "open", now - HOUR, json!({"_origin": "drill"})),
    ];
    let m = measure("overdue", &all);
    assert_eq!((m.value, names(&m)), (Some(1), vec!["late"]));
    assert_eq!(measure("overdue", &[]).value, Some(0), "none overdue is a zero that was counted");
}

#[test]
fn the_share_met_in_time_leaves_out_what_is_not_due_or_withdrawn() {
    let due = FROM + 10 * HOUR;
    let o = |id, state: &str, due: i64, done: Option<i64>| {
        let mut fields = json!({"title": id, "state": state, "due_at": due});
        if let Some(done) = done {
            fields["done_at"] = done.into();
        }
        record("obligation", id, fields)
    };
    let all = [
        o("at the limit", "done", due, Some(due)),
        o("late", "done", due, Some(due + 1)),
        o("open", "open", due, None),
        o("withdrawn", "withdrawn", due, None),
        o("to come", "open", FROM + 60 * HOUR, None),
        o("done early, to come", "done", FROM + 60 * HOUR, Some(due)),
    ];
    let m = measure("met_in_time", &all);
    assert_eq!((m.value, m.behind.len()), (Some(33), 3));
    assert_eq!(measure("met_in_time", &all[3..]).value, None);
}

#[test]
fn near_misses_are_counted_by_when_they_were_reported() {
    let r = |id, kind: &str, at: i64| {
        record("report", id, json!({"what": "x", "kind": kind, "reported_at": at}))
    };
    let all = [
        r("first", "near_miss", FROM),
        r("end", "near_miss", FROM + 100 * HOUR),
        r("odd", "odd", FROM),
        r("before", "near_miss", FROM - 1),
    ];
    let m = measure("near_misses", &all);
    assert_eq!((m.value, names(&m)), (Some(1), vec!["first"]));
}
