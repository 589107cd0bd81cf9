//! Phases and gateways of a reconnection case, its framework, and what a gateway rests on.

use super::harness::{NIGHT, World, fields, gates, on_each};
use super::reconnect::{bring_back, case, cut_link, partner};
use okiagari_model::{Lang, METRICS, Period, Record, RecordId, Time, register};
use serde_json::{Value, json};
use std::rc::Rc;

const HOUR: i64 = 3_600_000;

/// The shipped framework, taken and approved.
pub fn framework(world: &World) -> RecordId {
    let shipped = world.app.shipped_frameworks().iter().find(|f| f.id == "whole").unwrap();
    let body = Value::Object(shipped.body(Lang::Ja));
    let id = world.create("ciso", "framework", body).unwrap().id;
    let by = json!({"approved_by": world.people["executive"].as_str()});
    world.step("ciso", ("framework", &id), "approve", by).unwrap();
    id
}

/// A case that follows it.
fn followed(world: &World) -> RecordId {
    let (framework, case) = (framework(world), case(world));
    let follows = json!({"framework": framework.as_str()});
    world.edit("ciso", ("reconnection", &case), follows).unwrap();
    case
}

fn phases(world: &World, part: &str) -> Vec<Record> {
    let mut all = world.all("reconnect_phase");
    all.retain(|p| p.text("part") == part);
    all.sort_by_key(|p| p.int("place"));
    all
}

fn begin(world: &World, phase: &Record, keys: &[&str]) -> Result<(), okiagari_app::AppError> {
    let held: Vec<Value> = keys.iter().map(|k| json!({"key": k, "shown_by": "確かめた"})).collect();
    let mut patch = json!({"accountable": world.people["ciso"].as_str()});
    if !held.is_empty() {
        patch["held"] = held.into();
    }
    world.step("ciso", ("reconnect_phase", &phase.id), "begin", patch).map(drop)
}

fn complete(world: &World, phase: &Record) -> Result<(), okiagari_app::AppError> {
    world.step("ciso", ("reconnect_phase", &phase.id), "complete", json!({})).map(drop)
}

fn check(world: &World, phase: &Record, key: &str, verdict: &str) {
    let at = world.app.now().millis();
    let body = json!({"reconnection": phase.text("reconnection"), "phase": phase.id.as_str(), "criterion": key,
        "measure": "割合", "needed": "100%", "reached": "100%", "shown_by": "検査の結果",
        "verdict": verdict, "judged_by": world.people["ciso"].as_str(), "judged_at": at});
    world.create("csirt", "gate_check", body).unwrap();
}

fn impacts(world: &World, case: &RecordId, areas: &[&str]) {
    for area in areas {
        let body = json!({"reconnection": case.as_str(), "what": "影響", "area": area,
            "exposure": "operational", "estimate": "半日の遅れ", "basis": "部門への照会",
            "confidence": "medium", "on": "2026-11-22"});
        world.create("csirt", "impact", body).unwrap();
    }
}

fn repair(world: &World, case: &RecordId, kind: &str, result: &str) {
    let body = json!({"reconnection": case.as_str(), "kind": kind, "parts": format!("{kind}の組"),
        "check": "値が合う", "method": "突き合わせ", "result": result, "on": "2026-11-23",
        "checker": world.people["technical_lead"].as_str(), "integrity": ["correct", "genuine"]});
    world.create("csirt", "repair_check", body).unwrap();
}

const AREAS: [&str; 5] = ["operations", "technology", "market", "customers", "supply_chain"];

fn assessed(world: &World, case: &RecordId) -> Vec<Record> {
    let all = phases(world, "");
    begin(world, &all[0], &["p1-1", "p1-2"]).unwrap();
    impacts(world, case, &AREAS);
    for key in ["g1-1", "g1-2", "g1-3", "g1-4"] {
        check(world, &all[0], key, "reached");
    }
    complete(world, &all[0]).unwrap();
    all
}

/// Remediation after assessment: begun, repaired, checked, its gateway reached.
fn repaired(world: &World, case: &RecordId) -> Vec<Record> {
    let all = assessed(world, case);
    begin(world, &all[1], &["p2-1"]).unwrap();
    for kind in ["entry", "system", "library", "reference_data", "hardware", "component"] {
        repair(world, case, kind, "passed");
    }
    for key in ["g2a", "g2b", "g2c"] {
        check(world, &all[1], key, "reached");
    }
    complete(world, &all[1]).unwrap();
    all
}

#[test]
fn four_core_phases_and_recovery_run_in_strict_order_and_a_gateway_ends_each() {
    on_each(|world| {
        let case = followed(world);
        let all = phases(world, "");
        let kinds: Vec<&str> = all.iter().map(|p| p.text("kind")).collect();
        assert_eq!(kinds, ["assessment", "remediation", "assurance", "reconnection", "recovery"]);
        let core: Vec<bool> =
            okiagari_model::reconnect::framework::PhaseKind::ALL.iter().map(|k| k.core()).collect();
        assert_eq!(core, [true, true, true, true, false]);
        // Not out of order, not without its preconditions.
        assert_eq!(gates(begin(world, &all[1], &["p2-1"]).unwrap_err()), ["earlier_complete"]);
        assert_eq!(gates(begin(world, &all[0], &["p1-1"]).unwrap_err()), ["preconditions"]);
        // Waived by name.
        let waived = json!({"accountable": world.people["ciso"].as_str(),
            "held": [{"key": "p1-1", "shown_by": "承認済み"}],
            "waived": [{"key": "p1-2", "by": world.people["ciso"].as_str(),
                "why": "ログは外部に写してある"}]});
        let at = ("reconnect_phase", &all[0].id);
        world.step("ciso", at, "begin", waived).unwrap();
        // What departs from the framework is found until it is logged.
        let rule = "reconnect_phase.departures";
        assert_eq!(world.findings(at, rule).len(), 1);
        let logged = json!({"reconnection": case.as_str(), "phase": all[0].id.as_str(), "kind": "waiver",
            "key": "p1-2", "done": "保全を待たずに始めた", "why": "外部に写してある",
            "approver": world.people["ciso"].as_str(), "at": NIGHT});
        for field in ["why", "approver"] {
            let mut less = logged.clone();
            less.as_object_mut().unwrap().remove(field);
            let missing = fields(world.create("csirt", "departure", less).unwrap_err());
            assert_eq!(missing, [(field.to_owned(), "required")]);
        }
        world.create("csirt", "departure", logged).unwrap();
        assert!(world.findings(at, rule).is_empty());
        world.verifies();
    });
}

#[test]
fn the_first_gateway_asks_four_criteria_and_the_impact_on_five_areas() {
    let world = World::new();
    let case = followed(&world);
    let first = &phases(&world, "")[0];
    begin(&world, first, &["p1-1", "p1-2"]).unwrap();
    impacts(&world, &case, &AREAS);
    let four = ["g1-1", "g1-2", "g1-3", "g1-4"];
    for key in four {
        assert_eq!(gates(complete(&world, first).unwrap_err()), ["gateway_reached"]);
        check(&world, first, key, "not_reached");
        assert_eq!(gates(complete(&world, first).unwrap_err()), ["gateway_reached"]);
        world.pass(HOUR);
        check(&world, first, key, "reached");
    }
    // Each of the five areas is needed.
    for entry in world.all("impact") {
        world.step("csirt", ("impact", &entry.id), "withdraw", json!({})).unwrap();
        assert_eq!(gates(complete(&world, first).unwrap_err()), ["five_areas_known"]);
        impacts(&world, &case, &[entry.text("area")]);
    }
    complete(&world, first).unwrap();
    // The threshold stands with each check.
    let missing = fields(
        world
            .create(
                "csirt",
                "gate_check",
                json!({"reconnection": case.as_str(),
                "phase": first.id.as_str(), "criterion": "g1-1", "shown_by": "検査",
                "verdict": "reached", "judged_by": world.people["ciso"].as_str(),
                "judged_at": NIGHT}),
            )
            .unwrap_err(),
    );
    let names: Vec<&str> = missing.iter().map(|(f, _)| f.as_str()).collect();
    assert_eq!(names, ["measure", "needed", "reached"]);
}

#[test]
fn an_impact_states_estimate_basis_confidence_and_day_for_each_exposure() {
    let world = World::new();
    let case = case(&world);
    let whole = json!({"reconnection": case.as_str(), "what": "影響", "area": "customers",
        "exposure": "financial", "estimate": "300万円", "basis": "受注の減り", "confidence": "low",
        "on": "2026-11-22"});
    for exposure in ["financial", "reputational", "data_loss", "third_party", "operational"] {
        let mut it = whole.clone();
        it["exposure"] = exposure.into();
        world.create("csirt", "impact", it).unwrap();
    }
    for field in ["estimate", "basis", "confidence", "on"] {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(field);
        let missing = fields(world.create("csirt", "impact", less).unwrap_err());
        assert_eq!(missing, [(field.to_owned(), "required")]);
    }
}

#[test]
fn repair_ends_only_when_the_first_way_in_holds_and_repaired_parts_agree() {
    on_each(|world| {
        let case = followed(world);
        let all = assessed(world, &case);
        let second = &all[1];
        begin(world, second, &["p2-1"]).unwrap();
        check(world, second, "g2b", "reached");
        check(world, second, "g2c", "reached");
        for kind in ["system", "library", "reference_data", "hardware"] {
            repair(world, &case, kind, "passed");
        }
        repair(world, &case, "component", "not_needed");
        repair(world, &case, "entry", "failed");
        // Protected and in a state that can be trusted: criterion 2a.
        let closed = gates(complete(world, second).unwrap_err());
        assert_eq!(closed, ["gateway_reached", "first_entry_retested"]);
        check(world, second, "g2a", "reached");
        assert_eq!(gates(complete(world, second).unwrap_err()), ["first_entry_retested"]);
        // A way in is never "not needed".
        repair(world, &case, "entry", "not_needed");
        assert_eq!(gates(complete(world, second).unwrap_err()), ["first_entry_retested"]);
        repair(world, &case, "entry", "passed");
        for kind in ["system", "library", "reference_data", "hardware", "component"] {
            repair(world, &case, kind, "failed");
            assert_eq!(gates(complete(world, second).unwrap_err()), ["repaired_parts_agree"]);
            repair(world, &case, kind, "passed");
        }
        complete(world, second).unwrap();
        let kept = world.all("repair_check");
        assert!(kept.iter().all(|r| !r.text("checker").is_empty() && !r.text("method").is_empty()));
    });
}

#[test]
fn a_phase_that_begins_early_says_why_and_who_approved_and_the_earlier_one_stays_open() {
    let world = World::new();
    let case = followed(&world);
    let all = phases(&world, "");
    let early = json!({"accountable": world.people["ciso"].as_str(),
        "overlap_why": "端末の入れ替えを先に始める", "overlap_unfinished": "市場への影響の確認",
        "overlap_risk": "手戻り", "overlap_approver": world.people["executive"].as_str(),
        "held": [{"key": "p2-1", "shown_by": "写しを取った"}]});
    let second = ("reconnect_phase", &all[1].id);
    let closed = world.step("ciso", second, "begin_early", early.clone()).unwrap_err();
    assert_eq!(gates(closed), ["earlier_begun"]);
    begin(&world, &all[0], &["p1-1", "p1-2"]).unwrap();
    for field in ["overlap_why", "overlap_unfinished", "overlap_risk", "overlap_approver"] {
        let mut less = early.clone();
        less.as_object_mut().unwrap().remove(field);
        let missing = fields(world.step("ciso", second, "begin_early", less).unwrap_err());
        assert_eq!(missing, [(field.to_owned(), "required")]);
    }
    world.step("ciso", second, "begin_early", early).unwrap();
    assert_eq!(world.text(("reconnect_phase", &all[0].id), "state"), "open");
    assert_eq!(world.text(second, "state"), "open");
    let logged = world.all("departure");
    assert_eq!(logged.len(), 1);
    assert_eq!(
        (logged[0].text("kind"), logged[0].text("reconnection")),
        ("overlap", case.as_str())
    );
    assert_eq!(logged[0].text("approver"), world.people["executive"].as_str());
    // It does not end before the earlier one does.
    assert!(gates(complete(&world, &all[1]).unwrap_err()).contains(&"earlier_complete"));
}

#[test]
fn isolated_parts_stand_in_phases_of_their_own() {
    let world = World::new();
    let case = followed(&world);
    let system = world.make("system", json!({"name": "受発注", "rto": 60})).id;
    let mut parts = Vec::new();
    for name in ["受発注", "配送指示"] {
        let body = json!({"reconnection": case.as_str(), "name": name, "system": system.as_str(),
            "service": name, "isolated_at": NIGHT});
        parts.push(world.create("csirt", "isolated_part", body).unwrap().id);
    }
    let (a, b) = (phases(&world, parts[0].as_str()), phases(&world, parts[1].as_str()));
    assert_eq!((a.len(), b.len(), phases(&world, "").len()), (5, 5, 5));
    begin(&world, &a[0], &["p1-1", "p1-2"]).unwrap();
    let state = |p: &Record| world.text(("reconnect_phase", &p.id), "state");
    assert_eq!((state(&a[0]), state(&b[0])), ("open".into(), "waiting".into()));
    assert!(a.iter().all(|p| p.text("incident") == b[0].text("incident")));
}

#[test]
fn every_phase_of_a_case_names_who_answers_and_shares_one_view_of_the_situation() {
    let world = World::new();
    followed(&world);
    let first = &phases(&world, "")[0];
    let at = ("reconnect_phase", &first.id);
    let rule = "reconnect_phase.situation";
    assert!(world.findings(at, rule).is_empty());
    let nobody = json!({"held": [{"key": "p1-1", "shown_by": "済"}]});
    let missing = fields(world.step("ciso", at, "begin", nobody).unwrap_err());
    assert_eq!(missing, [("accountable".to_owned(), "required")]);
    begin(&world, first, &["p1-1", "p1-2"]).unwrap();
    let open: Vec<String> = world.findings(at, rule).into_iter().map(|f| f.field).collect();
    for field in ["known", "unknown", "doing", "next_update_at"] {
        assert!(open.iter().any(|f| f == field), "{field}: {open:?}");
    }
    let view = json!({"known": "改ざんは3件", "unknown": "始まった時刻", "doing": "ログの突き合わせ",
        "next_update_at": NIGHT + 4 * HOUR});
    world.edit("csirt", at, view).unwrap();
    assert!(world.findings(at, rule).is_empty());
    // An update that does not come shows.
    world.pass(5 * HOUR);
    world.app.tick().unwrap();
    assert_eq!(world.findings(at, rule).len(), 1);
}

#[test]
fn a_case_adds_adapts_and_drops_criteria_and_attaches_procedures() {
    let world = World::new();
    let case = followed(&world);
    let first = &phases(&world, "")[0];
    let at = ("reconnect_phase", &first.id);
    begin(&world, first, &["p1-1", "p1-2"]).unwrap();
    impacts(&world, &case, &AREAS);
    let steps = json!([{"key": "a", "text": "手順", "kind": "do", "role": "csirt"}]);
    let book = world.make("playbook", json!({"name": "照合の手順", "steps": steps})).id;
    let own = json!({
        "own_criteria": [
            {"key": "x-1", "phase": "assessment", "text": "注文書を全件照合した", "measure": "照合率",
             "needed": "100%"},
            {"key": "g1-2", "phase": "assessment", "text": "紙の手順を実行に移した", "measure": "開始",
             "needed": "開始済み"}],
        "dropped": [{"key": "g1-1", "by": world.people["ciso"].as_str(), "why": "対象が一台だけ"}],
        "procedures": [book.as_str()]});
    world.edit("ciso", at, own).unwrap();
    for key in ["g1-2", "g1-3", "g1-4"] {
        check(&world, first, key, "reached");
    }
    assert_eq!(gates(complete(&world, first).unwrap_err()), ["gateway_reached"]);
    check(&world, first, "x-1", "reached");
    complete(&world, first).unwrap();
    // All three are departures that somebody approves.
    assert_eq!(world.findings(at, "reconnect_phase.departures").len(), 3);
}

#[test]
fn recovery_ends_last_with_all_links_back_and_an_agreed_plan_to_wind_down() {
    let world = World::new();
    let case = followed(&world);
    let link = cut_link(&world, &case, &partner(&world, "丸紅葉物産"));
    let all = repaired(&world, &case);
    for (n, held, keys) in [
        (2, vec!["p3-1"], vec!["g3-1", "g3-2"]),
        (3, vec!["p4-1", "p4-2"], vec!["g4-1", "g4-2"]),
        (4, vec!["p5-1"], vec!["g5-1", "g5-2"]),
    ] {
        begin(&world, &all[n], &held).unwrap();
        for key in keys {
            check(&world, &all[n], key, "reached");
        }
        if n < 4 {
            complete(&world, &all[n]).unwrap();
        }
    }
    let closed = gates(complete(&world, &all[4]).unwrap_err());
    assert_eq!(closed, ["links_back", "wind_down_agreed"]);
    bring_back(&world, &link);
    assert_eq!(gates(complete(&world, &all[4]).unwrap_err()), ["wind_down_agreed"]);
    let step = json!({"order": 1, "text": "夜間の監視を通常に戻す", "on": "2026-12-01"});
    let plan = json!({"reconnection": case.as_str(), "title": "終息計画", "steps": [step]});
    let plan = world.create("csirt", "wind_down", plan).unwrap().id;
    let at = ("wind_down", &plan);
    assert_eq!(gates(world.step("ciso", at, "agree", json!({})).unwrap_err()), ["steps_agreed"]);
    let other = partner(&world, "丸紅葉物産");
    let agreed = json!([{"order": 1, "text": "夜間の監視を通常に戻す", "on": "2026-12-01",
        "agreed_by": other.as_str(), "agreed_on": "2026-11-28"}]);
    world.step("ciso", at, "agree", json!({"steps": agreed})).unwrap();
    complete(&world, &all[4]).unwrap();
    // All core phases lie before it.
    let now = phases(&world, "");
    assert!(now.iter().all(|p| p.text("state") == "complete"));
}

#[test]
fn time_is_reported_for_each_phase_and_from_the_cut_to_the_link_being_back() {
    let world = World::new();
    let case = followed(&world);
    let link = cut_link(&world, &case, &partner(&world, "丸紅葉物産"));
    let all = phases(&world, "");
    begin(&world, &all[0], &["p1-1", "p1-2"]).unwrap();
    impacts(&world, &case, &AREAS);
    world.pass(3 * HOUR);
    for key in ["g1-1", "g1-2", "g1-3", "g1-4"] {
        check(&world, &all[0], key, "reached");
    }
    complete(&world, &all[0]).unwrap();
    world.pass(HOUR);
    bring_back(&world, &link);
    let period = Period {
        from: Time::from_millis(NIGHT),
        to: Time::from_millis(NIGHT + 24 * HOUR),
        now: world.app.now(),
    };
    let measured = |id: &str| {
        let def = METRICS.iter().find(|m| m.id == id).unwrap();
        let all: Vec<Rc<Record>> = world.all(def.register).into_iter().map(Rc::new).collect();
        (def.compute)(&all, &period).value
    };
    assert_eq!(measured("reconnect_assessment"), Some(180));
    assert_eq!(measured("reconnect_cut_to_back"), Some(240));
    for later in ["remediation", "assurance", "reconnection", "recovery"] {
        assert_eq!(measured(&format!("reconnect_{later}")), None);
    }
}

#[test]
fn a_framework_is_data_with_versions_and_cases_follow_what_was_approved() {
    let world = World::new();
    let id = framework(&world);
    let at = ("framework", &id);
    let kept = world.get(at);
    assert_eq!((kept.int("version"), kept.text("level")), (Some(1), "institution"));
    for field in ["aim", "scope", "scope_line", "terms", "criteria", "roles", "telling", "appetite"]
    {
        assert!(kept.body.contains_key(field), "{field}");
    }
    assert!(kept.def.field("particulars").is_some());
    // Guidance for each phase on three questions, and what the client needs of it.
    for kind in ["assessment", "remediation", "assurance", "reconnection", "recovery"] {
        let guide = kept.rows("guides").find(|g| g["phase"] == kind).unwrap();
        for part in ["impact", "repair", "confidence", "client"] {
            assert!(!guide[part].as_str().unwrap().is_empty(), "{kind} {part}");
        }
    }
    // When the sector helps: with its stakeholders, and among all others.
    for help in kept.rows("sector") {
        for part in ["situation", "stakeholders", "others"] {
            assert!(!help[part].as_str().unwrap().is_empty(), "{part}");
        }
    }
    assert!(kept.rows("sector").next().is_some());
    // An edit is not in force before it is approved anew.
    let one = json!([{"key": "only", "phase": "assessment", "text": "基準", "measure": "数",
        "needed": "1"}]);
    world.edit("ciso", at, json!({"criteria": one})).unwrap();
    assert_eq!(world.findings(at, "framework.changed").len(), 1);
    let changed = world.get(at);
    let asked = okiagari_model::reconnect::framework_flow::criteria(&changed, "assessment").len();
    assert_eq!(asked, 4);
    let by = json!({"approved_by": world.people["executive"].as_str()});
    let closed = world.step("ciso", at, "approve", by).unwrap_err();
    assert_eq!(gates(closed), ["every_phase_has_a_gateway"]);
}

#[test]
fn two_frameworks_stand_side_by_side_and_their_differences_are_listed() {
    let world = World::new();
    let sector = framework(&world);
    let own = world.app.shipped_frameworks().iter().find(|f| f.id == "add-on").unwrap();
    let own = Value::Object(own.body(Lang::Ja));
    let own = world.create("ciso", "framework", own).unwrap().id;
    let at = ("framework", &own);
    // An add-on names what it is added to.
    assert_eq!(world.findings(at, "framework.add_on").len(), 1);
    world.edit("ciso", at, json!({"compared": sector.as_str()})).unwrap();
    assert!(world.findings(at, "framework.add_on").is_empty());
    let said = || {
        let mut all = world.findings(at, "framework.differences");
        all.sort_by(|a, b| a.message.ja.cmp(&b.message.ja));
        all.into_iter().map(|f| f.message.ja).collect::<Vec<_>>()
    };
    assert!(said().is_empty(), "{:?}", said());
    let mut criteria = world.get(at).body["criteria"].clone();
    criteria[0]["key"] = "own-1".into();
    criteria[1]["needed"] = "2冊".into();
    criteria[2]["phase"] = "remediation".into();
    world.edit("ciso", at, json!({"criteria": criteria})).unwrap();
    let all = said();
    assert_eq!(all.len(), 3, "{all:?}");
    // Linked to one another it is no difference any more.
    world.edit("ciso", at, json!({"mapping": [{"ours": "own-1", "theirs": "g1-1"}]})).unwrap();
    assert_eq!(said().len(), 2);
}

#[test]
fn depth_is_scaled_and_each_part_switched_off_keeps_who_when_and_why() {
    let world = World::new();
    let profiles: Vec<&str> =
        world.app.shipped_frameworks().iter().map(|f| f.profile.as_str()).collect();
    assert_eq!(profiles, ["whole", "light", "add_on"]);
    let id = framework(&world);
    let at = ("framework", &id);
    let off = json!({"key": "g1-2", "by": world.people["ciso"].as_str(), "on": "2026-11-21",
        "why": "手順書は親会社のものを使う"});
    for part in ["by", "on", "why"] {
        let mut less = off.clone();
        less.as_object_mut().unwrap().remove(part);
        assert!(world.edit("ciso", at, json!({"off": [less]})).is_err(), "{part}");
    }
    world.edit("ciso", at, json!({"off": [off]})).unwrap();
    let kept = world.get(at);
    let asked: Vec<&str> = okiagari_model::reconnect::framework_flow::criteria(&kept, "assessment")
        .into_iter()
        .filter_map(|r| r["key"].as_str())
        .collect();
    assert_eq!(asked, ["g1-1", "g1-3", "g1-4"]);
}

#[test]
fn readiness_before_an_incident_names_each_thing_that_is_missing() {
    let world = World::new();
    let shipped = world.app.shipped_frameworks().iter().find(|f| f.id == "light").unwrap();
    let body = Value::Object(shipped.body(Lang::Ja));
    let id = world.create("ciso", "framework", body).unwrap().id;
    let at = ("framework", &id);
    let missing = || {
        let all = world.findings(at, "framework.ready");
        let mut all: Vec<String> = all.into_iter().map(|f| f.field).collect();
        all.sort();
        all
    };
    assert_eq!(missing(), ["assessors", "contacts", "contingency", "signatories", "state"]);
    let firm = json!({"name": "みずほ調査", "contract": "2026-C-12", "ability": "鑑識",
        "experience": "金融3件", "references": "業界団体", "independence": "independent",
        "checked_by": world.people["ciso"].as_str(), "checked_on": "2026-11-01",
        "scope": "侵入の調査", "contact": partner(&world, "調査会社の窓口").as_str(),
        "engaged_on": "2026-11-21"});
    let firm = world.create("ciso", "assessor", firm).unwrap().id;
    assert!(world.findings(("assessor", &firm), "assessor.credible").is_empty());
    let known = world
        .make("contact", json!({"name": "丸紅葉物産", "kind": "partner", "phone": "03-0000-1111"}));
    world
        .edit(
            "ciso",
            at,
            json!({"assessors": [firm.as_str()], "contacts": [known.id.as_str()],
            "contingency": "紙の注文書で7日",
            "signatories": [{"person": world.people["ciso"].as_str(), "duty": "安全の責任"}]}),
        )
        .unwrap();
    assert_eq!(missing(), ["state"]);
    let by = json!({"approved_by": world.people["executive"].as_str()});
    world.step("ciso", at, "approve", by).unwrap();
    assert!(missing().is_empty());
    // Independence that nobody checked, and ties, both show.
    let unchecked = json!({"checked_by": null, "independence": "ties"});
    world.edit("ciso", ("assessor", &firm), unchecked).unwrap();
    assert_eq!(world.findings(("assessor", &firm), "assessor.credible").len(), 2);
    assert!(register("assessor").unwrap().field("engaged_on").is_some());
}
