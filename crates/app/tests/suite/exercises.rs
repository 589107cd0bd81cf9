//! Scenarios and exercises: planned, held, looked back on, and what comes of them.

use super::harness::{NIGHT, World, fields, gates, on_each, opened};
use super::papers::approved;
use okiagari_app::views::MetricView;
use okiagari_model::{DAY, HOUR, MINUTE, RecordId, Value};
use serde_json::{Value as Json, json};

fn organisation(world: &World) -> RecordId {
    world.all("organisation").into_iter().next().unwrap().id
}

fn scenario(world: &World, id: &str) -> RecordId {
    let shipped = world.app.shipped_scenarios().iter().find(|s| s.id == id).unwrap().body();
    world.create("csirt", "scenario", Value::Object(shipped)).unwrap().id
}

/// A tabletop exercise with everything that it needs to be held.
fn planned(world: &World, more: Json) -> RecordId {
    let plan = approved(world, "crisis-stance");
    let scenario = scenario(world, "ransomware");
    let mut fields = json!({"title": "机上訓練", "kind": "tabletop", "held_on": "2026-11-20",
        "objectives": "連絡と判断を確かめる", "scenarios": [scenario.as_str()],
        "tests": ["first_response", "escalation"], "plans": [plan.as_str()],
        "participants": [world.people["csirt"].as_str()],
        "recorder": world.people["general_affairs"].as_str()});
    super::harness::merge(&mut fields, more);
    fields.as_object_mut().unwrap().retain(|_, v| !v.is_null());
    world.create("csirt", "exercise", fields).unwrap().id
}

fn hold(world: &World, id: &RecordId, day: &str) {
    world.step("csirt", ("exercise", id), "hold", json!({"held_on": day})).unwrap();
}

const SCORED: [&str; 3] = ["score_contact", "score_decisions", "score_documents"];

#[test]
fn an_exercise_says_what_is_tried_on_which_scenario_and_what_came_of_it() {
    on_each(|world| {
        for lacking in ["scenarios", "tests", "plans", "participants"] {
            let id = planned(world, json!({ lacking: null }));
            let day = json!({"held_on": "2026-11-20"});
            let refused = world.step("csirt", ("exercise", &id), "hold", day).unwrap_err();
            assert_eq!(gates(refused), ["prepared"], "{lacking}");
        }
        for lacking in ["held_on", "kind", "objectives"] {
            let mut fields = json!({"title": "訓練", "kind": "tabletop", "held_on": "2026-11-20",
                "objectives": "確かめる"});
            fields.as_object_mut().unwrap().remove(lacking);
            let refused = world.create("csirt", "exercise", fields).unwrap_err();
            assert_eq!(super::harness::fields(refused), [(lacking.to_owned(), "required")]);
        }
        let id = planned(world, json!({}));
        let it = ("exercise", &id);
        assert_eq!(world.findings(it, "exercise.planned_past").len(), 1, "the day is past");
        hold(world, &id, "2026-11-20");
        assert_eq!(world.findings(it, "exercise.planned_past").len(), 0);
        let out = world.step("csirt", it, "review", json!({"score_contact": 6})).unwrap_err();
        assert_eq!(fields(out), [("score_contact".to_owned(), "out_of_range")]);
        let found = json!({"result": "連絡が遅れた", "findings": [{"text": "代行者に届かない",
            "area": "contacts"}]});
        let refused = world.step("csirt", it, "review", found).unwrap_err();
        assert_eq!(gates(refused), ["result_and_scores", "changes_dated", "directory_matched"]);
    });
}

/// IPA-144: the look-back ends in dated changes of manual, contacts, people and skill plans, and
/// numbers are matched with the company directory.
#[test]
fn a_look_back_turns_into_dated_changes_and_numbers_are_matched_with_the_directory() {
    on_each(|world| {
        let id = planned(world, json!({}));
        hold(world, &id, "2026-11-20");
        let owner = world.people["csirt"].as_str();
        let areas = ["manual", "contacts", "people", "skills"];
        let findings: Vec<Json> = areas
            .iter()
            .map(|a| {
                json!({"text": format!("{a}の問題"), "change": format!("{a}を直す"), "area": a,
                    "owner": owner, "due_on": "2026-12-20"})
            })
            .collect();
        // The directory knows one person by another number, and nobody else at all.
        let (moved, _) = world.employee("番号 変わる", None);
        let mut lines = vec!["番号変わる,03-9999-9999".to_owned()];
        let people = world.all("person");
        for p in people.iter().filter(|p| !p.flag("external") && p.id != moved) {
            lines.push(format!("{}, {}", p.text("name"), p.text("phone").replace('-', " ")));
        }
        let differences =
            okiagari_model::prepare::exercise::match_directory(&lines.join("\n"), people.iter());
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert_eq!(differences[0].name, "番号 変わる");
        assert_eq!(differences[0].ours.as_deref(), Some("03-1111-1111"));
        assert_eq!(differences[0].directory.as_deref(), Some("03-9999-9999"));
        let unknown = okiagari_model::prepare::exercise::match_directory("", people.iter());
        assert_eq!(unknown.len(), people.iter().filter(|p| !p.flag("external")).count());
        let rows: Vec<Json> = differences
            .iter()
            .map(|d| json!({"name": d.name, "ours": d.ours, "directory": d.directory}))
            .collect();
        let matched = json!({"directory_on": "2026-11-21", "phone_differences": rows});
        world.edit("csirt", ("exercise", &id), matched).unwrap();
        let closing = json!({"result": "おおむね動けた", "score_contact": 3, "score_decisions": 4,
            "score_documents": 2, "findings": findings});
        let done = world.step("csirt", ("exercise", &id), "review", closing).unwrap();
        let improvements: Vec<_> =
            opened(&done, "improvement").iter().map(|i| world.get(("improvement", i))).collect();
        assert_eq!(improvements.len(), areas.len() + 1);
        for area in areas {
            let one =
                improvements.iter().find(|i| i.text("measure") == format!("{area}を直す")).unwrap();
            assert_eq!(one.text("changes"), area);
            assert_eq!(one.text("due_on"), "2026-12-20");
            assert_eq!(one.ids("owner"), [owner]);
            assert_eq!(one.ids("exercise"), [id.as_str()]);
        }
        let numbers = improvements.iter().find(|i| i.text("measure").contains("電話番号"));
        let numbers = numbers.unwrap();
        assert!(numbers.text("measure").contains("番号 変わる"));
        assert_eq!(numbers.text("changes"), "contacts");
        assert_eq!(numbers.text("due_on"), "2026-12-05");
    });
}

/// NI-193 to NI-195, IPA-145: exercises recur; preparation, crisis management and technical
/// measures are each tried within the interval.
#[test]
fn exercises_recur_and_try_preparation_crisis_management_and_technical_measures() {
    on_each(|world| {
        let own = organisation(world);
        let open = || {
            let rules = [
                "organisation.exercises",
                "organisation.exercise_preparation",
                "organisation.exercise_crisis",
                "organisation.technical_proof",
            ];
            let count = |r: &&str| !world.findings(("organisation", &own), r).is_empty();
            rules.into_iter().filter(count).collect::<Vec<_>>()
        };
        assert_eq!(open().len(), 4);
        // Planned is not held.
        let crisis = planned(world, json!({"tests": ["escalation"]}));
        assert_eq!(open().len(), 4);
        hold(world, &crisis, "2026-11-20");
        let left = ["organisation.exercise_preparation", "organisation.technical_proof"];
        assert_eq!(open(), left);
        let quiet = planned(world, json!({"tests": ["controls", "structure"]}));
        hold(world, &quiet, "2026-11-20");
        assert_eq!(open(), ["organisation.technical_proof"]);
        // A technical proof is a specialist's, and no drill of people stands for it.
        let attack = json!({"title": "侵入の検証", "kind": "simulated_attack",
            "held_on": "2026-11-20", "objectives": "防御が効くか"});
        let attack = world.create("csirt", "exercise", attack).unwrap().id;
        let day = json!({"held_on": "2026-11-20"});
        let refused = world.step("csirt", ("exercise", &attack), "hold", day.clone());
        assert_eq!(gates(refused.unwrap_err()), ["specialist"]);
        let vendor = world.make("contact", json!({"name": "専門会社", "kind": "security_vendor"}));
        let system = world.make("system", json!({"name": "受注", "rto": 60})).id;
        let more = json!({"tester": vendor.id.as_str(), "systems": [system.as_str()]});
        world.edit("csirt", ("exercise", &attack), more).unwrap();
        world.step("csirt", ("exercise", &attack), "hold", day).unwrap();
        assert_eq!(open(), Vec::<&str>::new());
        // A year later all of it is due again.
        world.pass(366 * DAY);
        world.app.tick().unwrap();
        assert_eq!(open().len(), 4);
    });
}

/// TK-128: the three scores and the report delay, year on year.
#[test]
fn the_three_scores_and_the_report_delay_are_compared_year_on_year() {
    on_each(|world| {
        let held = |day: &str, scores: [i64; 3]| {
            let id = planned(world, json!({"held_on": day}));
            hold(world, &id, day);
            let mut patch = json!({});
            for (field, score) in SCORED.iter().zip(scores) {
                patch[*field] = score.into();
            }
            world.edit("csirt", ("exercise", &id), patch).unwrap();
            id
        };
        held("2025-10-01", [2, 3, 1]);
        held("2026-10-01", [4, 3, 5]);
        let this = held("2026-10-15", [5, 4, 5]);
        // A drill incident of the exercise gives the delay.
        let drill = world.incident(json!({"drill": true, "exercise": this.as_str(),
            "detected_at": NIGHT - HOUR}));
        world.step("csirt", ("incident", &drill), "report", json!({})).unwrap();
        let ctx = world.ctx("csirt");
        let year = |from: &str, to: &str| {
            let (from, to) = (super::harness::jst(from), super::harness::jst(to));
            okiagari_model::Period { from, to, now: world.app.now() }
        };
        let fiscal = year("2026-04-01T00:00", "2027-04-01T00:00");
        let metrics = world.app.metrics(&ctx, Some(fiscal)).unwrap();
        let of = |id: &str| -> &MetricView { metrics.iter().find(|m| m.def.id == id).unwrap() };
        for (id, now, before) in [
            ("drill_score_contact", 90, 40),
            ("drill_score_decisions", 70, 60),
            ("drill_score_documents", 100, 20),
        ] {
            assert_eq!(of(id).now.value, Some(now), "{id}");
            assert_eq!(of(id).before.value, Some(before), "{id}");
        }
        let delay = of("drill_report_delay");
        assert_eq!(delay.now.value, Some(HOUR / MINUTE));
        assert_eq!(delay.before.value, None, "not measurable, and not zero");
        let empty = year("2024-04-01T00:00", "2025-04-01T00:00");
        let none = world.app.metrics(&ctx, Some(empty)).unwrap();
        let one = none.iter().find(|m| m.def.id == "drill_score_contact").unwrap();
        assert_eq!(one.now.value, None);
    });
}

/// IPA-147: one scenario with trigger, path, assets, damage, units and recipients serves manual,
/// drills, notification list, forms and the briefing of executives.
#[test]
fn one_scenario_is_shared_by_manual_drills_list_forms_and_briefing() {
    on_each(|world| {
        let id = scenario(world, "ransomware");
        let it = ("scenario", &id);
        let record = world.get(it);
        for field in ["trigger", "path", "what", "damage", "units_text", "recipients_text"] {
            assert!(!record.text(field).is_empty(), "{field}");
        }
        let unused = || world.findings(it, "scenario.used").len();
        assert_eq!(unused(), 5);
        let link = json!({"scenarios": [id.as_str()]});
        for (kind, left) in [("first-response", 4), ("executive-reporting", 3)] {
            let plan = super::papers::taken(world, kind);
            world.edit("csirt", ("written_plan", &plan), link.clone()).unwrap();
            assert_eq!(unused(), left, "{kind}");
        }
        let exercise = json!({"title": "訓練", "kind": "tabletop", "held_on": "2026-12-01",
            "objectives": "試す", "scenarios": [id.as_str()]});
        world.create("csirt", "exercise", exercise).unwrap();
        assert_eq!(unused(), 2);
        let line = json!({"title": "顧客", "audience": "customers", "scenarios": [id.as_str()]});
        world.create("csirt", "notification", line).unwrap();
        assert_eq!(unused(), 1);
        let case = world.incident(json!({}));
        let form = json!({"title": "様式", "stage": "first", "incident": case.as_str(),
            "scenario": id.as_str()});
        world.create("csirt", "notice_form", form).unwrap();
        assert_eq!(unused(), 0);
        assert_eq!(world.findings(it, "scenario.complete").len(), 0);
        for (n, fields) in [
            json!({"path": null}),
            json!({"what": null}),
            json!({"damage": null}),
            json!({"units_text": null}),
            json!({"recipients_text": null}),
        ]
        .into_iter()
        .enumerate()
        {
            world.edit("csirt", it, fields).unwrap();
            assert_eq!(world.findings(it, "scenario.complete").len(), n + 1);
        }
    });
}

#[test]
fn the_two_example_scenarios_of_the_source_are_shipped() {
    let world = World::new();
    let of = |id: &str| world.app.shipped_scenarios().iter().find(|s| s.id == id).unwrap();
    let carried = of("carried-in");
    assert!(carried.trigger.ja.contains("USBメモリ") && carried.trigger.ja.contains("保守"));
    assert!(carried.path.ja.contains("重要システム"));
    for word in ["改ざん", "破壊", "漏えい"] {
        assert!(carried.damage.ja.contains(word), "{word}");
    }
    let demand = of("ddos-demand");
    assert!(demand.trigger.ja.contains("金銭") && demand.trigger.ja.contains("事業活動の中止"));
    assert!(demand.trigger.ja.contains("DDoS") && demand.what.ja.contains("インターネット"));
}
