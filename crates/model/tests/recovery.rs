//! The way back of a system: no state is jumped, and nothing passes a gate unproven.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use okiagari_model::core::decide::unsaved;
use okiagari_model::recover::restoration::{Restoration, WAY};
use okiagari_model::{
    Body, Change, DAY, DecideCtx, HOUR, MINUTE, Record, RecordId, Refusal, Register, Settings,
    Snapshot, Time, Value, Zone, decide, register,
};
use proptest::prelude::*;
use serde_json::json;
use std::rc::Rc;

const NOW: i64 = 1_795_196_400_000;

fn body(value: Value) -> Body {
    match value {
        Value::Object(map) => map,
        _ => panic!("a body is an object"),
    }
}

fn record(register_id: &str, id: &str, value: Value) -> Rc<Record> {
    let def = register(register_id).unwrap();
    let mut record = unsaved(def, &body(value), Time::from_millis(NOW));
    record.id = RecordId::new(id);
    record.rev = 1;
    Rc::new(record)
}

/// Everything that the steps read: two systems, the incident, a scan of all devices.
fn snapshot(kind: &str, siblings: Vec<Rc<Record>>, scanned: &str) -> Snapshot {
    let mut snap = Snapshot::new();
    snap.add(record("incident", "i1", json!({"title": "暗号化", "kind": kind})));
    snap.set_all(
        "system",
        vec![
            record("system", "base", json!({"name": "認証基盤", "owner": "p1", "rank": 2})),
            record(
                "system",
                "shop",
                json!({"name": "通販", "owner": "p1", "deputy": "p2", "rank": 1, "depends_on": ["base"]}),
            ),
        ],
    );
    snap.set_all("restoration", siblings);
    snap.set_all("closing", Vec::new());
    snap.set_all(
        "device_scan",
        vec![record(
            "device_scan",
            "d1",
            json!({"title": "全端末", "incident": "i1", "devices": "PC-01\nPC-02",
                "clean": scanned, "watched_until": NOW - HOUR}),
        )],
    );
    snap
}

fn shop(state: &str, more: Value) -> Record {
    let mut value = json!({
        "title": "通販", "incident": "i1", "system": "shop", "state": state,
        "stopped_at": NOW - 2 * HOUR, "rto": 240, "rpo": 60});
    if let (Value::Object(v), Value::Object(m)) = (&mut value, more) {
        v.extend(m);
    }
    (*record("restoration", "w1", value)).clone()
}

fn take(me: &Record, step: &str, patch: Value, snap: &Snapshot, now: i64) -> Result<Body, Refusal> {
    let change = Change::Step {
        def: Restoration::DEF,
        id: me.id.clone(),
        rev: None,
        step: step.to_owned(),
        patch: body(patch),
        reason: Some("試験".into()),
    };
    let (zone, settings) = (Zone::tokyo(), Settings::default());
    let ctx = DecideCtx {
        now: Time::from_millis(now),
        zone: &zone,
        settings: &settings,
        snap,
        roles: Some(&["csirt", "ciso"]),
        actor: None,
        system: false,
    };
    decide(&change, Some(me), &ctx).map(|d| {
        let [first, rest @ ..] = d.writes.as_slice() else { panic!("a step writes") };
        let mut body = first.body.clone();
        body.insert("opened".into(), rest.iter().map(|w| w.def.id).collect::<Vec<_>>().into());
        body
    })
}

fn gates(result: Result<Body, Refusal>) -> Vec<&'static str> {
    match result {
        Err(Refusal::Gates(list)) => list.iter().map(|g| g.id).collect(),
        other => panic!("expected closed gates, got {other:?}"),
    }
}

/// A patch that opens every gate of a step.
fn good(step: &str) -> Value {
    let check = |kind: &str| {
        json!({"kind": kind, "method": "EDRの全走査", "checker": "p1",
            "checked_at": NOW, "result": "nothing"})
    };
    match step {
        "bridge" => json!({"bridge": "manual_work", "bridge_how": "電話で受ける"}),
        "restore" => json!({"bcp": "in_force", "no_evidence": "複製済み"}),
        "verify" => json!({"checks": [check("infected_files"), check("unauthorised_changes")]}),
        "test" => json!({"recovery_point_at": NOW - 2 * HOUR - 30 * MINUTE, "tests": [
            {"kind": "functions", "result": "passed"}, {"kind": "data", "result": "passed"},
            {"kind": "rights", "result": "passed"}, {"kind": "partners", "result": "none"}]}),
        "approve" => json!({"approver": "p1", "approval": "確認がそろった",
            "cause_analysed": true, "cause_identified": true, "cause_removed": true,
            "again_flood": "回線事業者に連絡済み", "again_bots": "外向き通信を見張る",
            "expert": "保守会社", "loss": "part", "loss_what": "30分の受注", "loss_worth": "3件",
            "loss_alternatives": "電話で聞き直す", "loss_accepted_by": "p2"}),
        "watch" => json!({"watcher": "p1", "watch_signs": "不審な通信", "watch_until": NOW + DAY}),
        "settle" => json!({"watch_result": "異常なし"}),
        _ => json!({}),
    }
}

/// A restoration that has come by itself to the state before a step.
fn at(state: &str) -> Record {
    let mut me = shop("stopped", json!({}));
    let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
    for step in ["bridge", "restore", "verify", "test", "approve", "serve", "watch", "settle"] {
        if me.text("state") == state {
            return me;
        }
        let now = if step == "settle" { NOW + DAY } else { NOW };
        let mut body = take(&me, step, good(step), &snap, now).unwrap();
        body.remove("opened");
        me.body = body;
    }
    me
}

#[test]
fn the_whole_way_leads_through_all_nine_states_and_records_the_final_decision() {
    let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
    let opened = take(&at("tested"), "approve", good("approve"), &snap, NOW).unwrap();
    assert_eq!(opened["opened"], json!(["decision"]));
    let end = at("normal");
    assert_eq!(end.text("state"), "normal");
    for stamp in [
        "stopped_at",
        "alternative_at",
        "restoring_at",
        "clean_at",
        "tested_at",
        "approved_at",
        "in_service_at",
        "watched_at",
        "normal_at",
    ] {
        assert!(end.time(stamp).is_some(), "{stamp}");
    }
}

#[test]
fn both_kinds_of_traces_are_looked_for_before_it_counts_as_clean() {
    let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
    let me = at("restoring");
    let mut patch = good("verify");
    patch["checks"].as_array_mut().unwrap().pop();
    assert_eq!(gates(take(&me, "verify", patch, &snap, NOW)), ["checked_clean"]);
    let mut found = good("verify");
    found["checks"][0]["result"] = "found".into();
    assert_eq!(gates(take(&me, "verify", found, &snap, NOW)), ["checked_clean"]);
}

#[test]
fn a_test_that_failed_or_is_missing_keeps_it_from_going_on() {
    let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
    for n in 0..4 {
        let me = at("clean");
        let mut missing = good("test");
        missing["tests"].as_array_mut().unwrap().remove(n);
        assert_eq!(gates(take(&me, "test", missing, &snap, NOW)), ["tests_passed"]);
        let mut failed = good("test");
        failed["tests"][n]["result"] = "failed".into();
        assert_eq!(gates(take(&me, "test", failed, &snap, NOW)), ["tests_passed"]);
    }
}

#[test]
fn a_device_left_over_or_infected_again_keeps_every_system_down() {
    let me = at("tested");
    let one_left = snapshot("malware", Vec::new(), "PC-01");
    let gate = gates(take(&me, "approve", good("approve"), &one_left, NOW));
    assert_eq!(gate, ["all_devices_scanned"]);
    // A flood that broke a disk has nothing to do with devices.
    let flood = snapshot("natural_disaster", Vec::new(), "");
    assert!(take(&me, "approve", good("approve"), &flood, NOW).is_ok());
    // An exception says why, and widens the watch.
    let mut patch = good("approve");
    patch["exception"] = "受注を止められない".into();
    let mut body = take(&me, "approve", patch, &one_left, NOW).unwrap();
    body.remove("opened");
    let approved = Record { body, ..me.clone() };
    let served = take(&approved, "serve", json!({}), &one_left, NOW).unwrap();
    let mut served = Record { body: served, ..me.clone() };
    served.body.remove("opened");
    let watch = gates(take(&served, "watch", good("watch"), &one_left, NOW));
    assert_eq!(watch, ["watch_wide_enough"]);
    let mut wide = good("watch");
    wide["watch_until"] = (NOW + 14 * DAY).into();
    wide["watch_neighbours"] = json!(["base"]);
    assert!(take(&served, "watch", wide, &one_left, NOW).is_ok());
}

#[test]
fn each_of_the_three_confirmations_of_the_cause_counts() {
    let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
    for flag in ["cause_analysed", "cause_identified", "cause_removed"] {
        let mut patch = good("approve");
        patch[flag] = false.into();
        let gate = gates(take(&at("tested"), "approve", patch, &snap, NOW));
        assert_eq!(gate, ["cause_dealt_with"], "{flag}");
    }
}

#[test]
fn whoever_is_not_named_in_the_plan_cannot_approve() {
    let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
    let mut other = good("approve");
    other["approver"] = "p9".into();
    assert_eq!(gates(take(&at("tested"), "approve", other, &snap, NOW)), ["approver_in_plan"]);
    let mut deputy = good("approve");
    deputy["approver"] = "p2".into();
    assert!(take(&at("tested"), "approve", deputy, &snap, NOW).is_ok());
}

#[test]
fn a_resumed_flood_and_planted_bots_are_thought_of_and_an_expert_asked() {
    let snap = snapshot("cyber_attack", Vec::new(), "PC-01\nPC-02");
    for field in ["again_flood", "again_bots", "expert"] {
        let mut patch = good("approve");
        patch[field] = Value::Null;
        let gate = gates(take(&at("tested"), "approve", patch, &snap, NOW));
        assert_eq!(gate, ["restart_cautions"], "{field}");
    }
}

#[test]
fn what_is_lost_is_named_weighed_and_accepted() {
    let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
    for field in ["loss_what", "loss_worth", "loss_alternatives", "loss_accepted_by"] {
        let mut patch = good("approve");
        patch[field] = Value::Null;
        assert_eq!(gates(take(&at("tested"), "approve", patch, &snap, NOW)), ["loss_weighed"]);
    }
    // Half an hour of data is gone; "nothing is lost" would not be true.
    let mut nothing = good("approve");
    nothing["loss"] = "nothing".into();
    assert_eq!(gates(take(&at("tested"), "approve", nothing, &snap, NOW)), ["loss_weighed"]);
}

#[test]
fn out_of_order_needs_a_reason() {
    let base = |state: &str| {
        record(
            "restoration",
            "w2",
            json!({"title": "認証基盤", "incident": "i1",
            "system": "base", "state": state}),
        )
    };
    let me = at("alternative");
    let first = snapshot("malware", vec![base("stopped")], "PC-01\nPC-02");
    assert_eq!(gates(take(&me, "restore", good("restore"), &first, NOW)), ["in_order"]);
    let mut reason = good("restore");
    reason["order_reason"] = "認証基盤の部品は明日届く".into();
    assert!(take(&me, "restore", reason, &first, NOW).is_ok());
    let begun = snapshot("malware", vec![base("restoring")], "PC-01\nPC-02");
    assert!(take(&me, "restore", good("restore"), &begun, NOW).is_ok());
}

#[test]
fn evidence_comes_before_restoring_and_an_emergency_system_is_hardened_first() {
    let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
    let restore = take(&at("alternative"), "restore", json!({"bcp": "in_force"}), &snap, NOW);
    assert_eq!(gates(restore), ["evidence_first"]);
    // Evidence of another system does not count.
    let mut snap = snap;
    let item = |id: &str, system: &str| {
        record("evidence", id, json!({"name": id, "incident": "i1", "system": system}))
    };
    let items = vec![item("e1", "base"), item("e2", "shop")];
    snap.set_incoming("evidence", "incident", RecordId::new("i1"), items);
    let with = |id: &str| {
        let patch = json!({"bcp": "in_force", "evidence": [id], "order_reason": "先に要る"});
        take(&at("alternative"), "restore", patch, &snap, NOW)
    };
    assert_eq!(gates(with("e1")), ["evidence_first"]);
    assert!(with("e2").is_ok());
    let bridge = json!({"bridge": "emergency_system", "bridge_how": "クラウドで受ける"});
    let stopped = at("stopped");
    assert_eq!(gates(take(&stopped, "bridge", bridge, &snap, NOW)), ["emergency_hardened"]);
}

#[test]
fn restoring_begins_with_saying_whether_the_continuity_plan_is_in_force() {
    let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
    let unsaid =
        take(&at("alternative"), "restore", json!({"no_evidence": "複製済み"}), &snap, NOW);
    let Err(Refusal::Fields(problems)) = unsaid else { panic!("it is asked for") };
    assert_eq!(problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), ["bcp"]);
}

#[test]
fn the_watch_runs_for_the_time_that_was_set() {
    let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
    let me = at("watched");
    let early = take(&me, "settle", good("settle"), &snap, NOW + DAY - 1);
    assert_eq!(gates(early), ["watch_over"]);
    assert!(take(&me, "settle", good("settle"), &snap, NOW + DAY).is_ok());
}

#[test]
fn after_a_fall_back_everything_is_proven_again() {
    let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
    let back = take(&at("watched"), "relapse", json!({}), &snap, NOW).unwrap();
    assert_eq!(back["state"], "restoring");
    for gone in ["checks", "tests", "approver", "decision", "in_service_at", "watch_until"] {
        assert!(!back.contains_key(gone), "{gone}");
    }
    assert_eq!(back["relapses"], 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    /// Whatever steps are tried in whatever order: forward it goes one state at a time.
    #[test]
    fn no_state_is_ever_jumped(steps in prop::collection::vec(0usize..10, 1..40)) {
        let names = ["bridge", "restore", "verify", "test", "approve", "serve", "watch",
            "settle", "relapse", "withdraw"];
        let snap = snapshot("malware", Vec::new(), "PC-01\nPC-02");
        let mut me = shop("stopped", json!({}));
        let mut now = NOW;
        for step in steps {
            let before = me.text("state").to_owned();
            if names[step] == "settle" { now += 2 * DAY; }
            let mut patch = good(names[step]);
            if names[step] == "watch" { patch["watch_until"] = (now + DAY).into(); }
            let Ok(mut body) = take(&me, names[step], patch, &snap, now) else { continue };
            body.remove("opened");
            me.body = body;
            let after = me.text("state");
            let place = |s: &str| WAY.iter().position(|w| *w == s);
            match (place(&before), place(after)) {
                (Some(b), Some(a)) => prop_assert!(a == b + 1 || (a < b && after == "restoring"),
                    "{} -> {}", before, after),
                (Some(b), None) => prop_assert!(b < 2 && after == "withdrawn"),
                (None, _) => prop_assert!(false, "withdrawn is the end"),
            }
        }
    }
}
