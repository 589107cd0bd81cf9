//! Audits: their rhythm and course, experts from outside, samples, the conduct of the program.

use super::harness::{NIGHT, World, gates, on_each};
use okiagari_app::audits::SampleAsk;
use okiagari_app::{AppError, ListRequest};
use okiagari_model::{DAY, HOUR, RecordId, register};
use serde_json::{Value, json};

fn audit(world: &World, more: Value) -> RecordId {
    let mut body = json!({"title": "秋の内部監査", "kind": "internal", "scope": "対応の記録",
        "criteria": "対応規程 第3版", "lead": world.people["general_affairs"].as_str(),
        "planned_on": "2026-11-30"});
    super::harness::merge(&mut body, more);
    world.create("security_manager", "audit", body).unwrap().id
}

fn finding(world: &World, audit: &RecordId, grade: &str) -> RecordId {
    let body = json!({"audit": audit.as_str(), "finding": "判断の理由が空いている",
        "criterion": "規程 5条", "ground": "標本12件のうち3件", "grade": grade,
        "owner": world.people["csirt"].as_str(), "due_on": "2026-12-10"});
    world.create("security_manager", "audit_finding", body).unwrap().id
}

/// NI-206: every field of the row is asked for on the way from plan to closed, and the interval is
/// watched.
#[test]
fn an_internal_audit_recurs_and_is_closed_when_every_finding_is_mended() {
    on_each(|world| {
        let organisation = world.all("organisation").remove(0).id;
        let missing = || world.findings(("organisation", &organisation), "organisation.audit");
        assert_eq!(missing().len(), 1, "none held, none planned");
        let outsider = world.make("person", json!({"name": "外の人", "external": true})).id;
        let id = audit(world, json!({"lead": outsider.as_str()}));
        assert!(missing().is_empty(), "it is planned");
        let it = ("audit", &id);
        let step = |name: &str, patch: Value| world.step("security_manager", it, name, patch);
        let closed = gates(step("begin", json!({})).unwrap_err());
        assert_eq!(closed, ["internal_auditor", "window"]);
        world
            .edit("security_manager", it, json!({"lead": world.people["general_affairs"].as_str()}))
            .unwrap();
        step("begin", json!({})).unwrap();
        let result =
            json!({"held_on": "2026-11-21", "grade": "partly", "conclusion": "おおむね適切"});
        assert_eq!(gates(step("report", result.clone()).unwrap_err()), ["evidence_named"]);
        let evidence = world
            .create(
                "csirt",
                "evidence",
                json!({"name": "規程", "kind": "other", "taken_at": NIGHT}),
            )
            .unwrap()
            .id;
        world.edit("security_manager", it, json!({"evidence": [evidence.as_str()]})).unwrap();
        let found = finding(world, &id, "minor");
        step("report", result).unwrap();
        assert_eq!(gates(step("close", json!({})).unwrap_err()), ["findings_closed"]);
        let at = ("audit_finding", &found);
        let csirt = world.people["csirt"].as_str();
        let on = |who: &str, name: &str, patch: Value| world.step(who, at, name, patch);
        on("csirt", "reply", json!({"reply": "様式を直します", "replied_by": csirt})).unwrap();
        let improvement =
            world.create("csirt", "improvement", json!({"measure": "様式に必須欄"})).unwrap().id;
        on("csirt", "act", json!({"action": improvement.as_str()})).unwrap();
        let end = |by: &str| json!({"closed_by": by, "closed_how": "新しい様式を見た"});
        let auditor = world.people["general_affairs"].as_str();
        let unconfirmed = on("security_manager", "close", end(auditor)).unwrap_err();
        assert_eq!(gates(unconfirmed), ["action_effective"]);
        let work = ("improvement", &improvement);
        let plan = json!({"owner": csirt, "due_on": "2026-12-01", "confirm_by": "標本を見る"});
        world.step("csirt", work, "plan", plan).unwrap();
        world.step("csirt", work, "finish", json!({})).unwrap();
        let effect =
            json!({"confirmed_by": world.people["it_manager"].as_str(), "effect": "空欄なし"});
        world.step("it_manager", work, "confirm", effect).unwrap();
        assert_eq!(
            gates(on("security_manager", "close", end(csirt)).unwrap_err()),
            ["closed_by_another"]
        );
        on("security_manager", "close", end(auditor)).unwrap();
        step("close", json!({})).unwrap();
        let kept = world.get(it);
        let filled = ["scope", "criteria", "lead", "held_on", "evidence", "grade", "closed_at"];
        assert!(filled.iter().all(|f| kept.body.contains_key(*f)));
        let kept = world.get(at);
        let filled = ["ground", "grade", "reply", "action", "closed_at"];
        assert!(filled.iter().all(|f| kept.body.contains_key(*f)));
        // A year on it is time again.
        assert!(missing().is_empty());
        world.pass(366 * DAY);
        world.app.tick().unwrap();
        assert!(missing()[0].message.ja.contains("12か月"), "{:?}", missing());
    });
}

/// NI-207: support from outside, limited to one audit: its registers, its window, its end.
#[test]
fn an_expert_from_outside_sees_one_audit_from_its_first_to_its_last_instant() {
    on_each(|world| {
        let expert = world.make("person", json!({"name": "監査 法人", "external": true})).id;
        let (from, until) = (NIGHT + HOUR, NIGHT + 2 * HOUR);
        let id = audit(
            world,
            json!({"kind": "external", "lead": expert.as_str(), "registers": ["decision"],
            "access_from": from, "access_until": until}),
        );
        let other = audit(world, json!({"title": "別の監査"}));
        world.make(
            "role",
            json!({"name": "外部監査", "kind": "auditor", "holder": expert.as_str(),
            "external": true, "audit": id.as_str()}),
        );
        let incident = world.incident(json!({}));
        let decided = world
            .create(
                "csirt",
                "decision",
                json!({"incident": incident.as_str(), "topic": "other", "question": "止めるか",
                "decision": "止める", "decided_at": NIGHT}),
            )
            .unwrap()
            .id;
        let me = || world.member("acct_expert", Some(&expert), None);
        let sees = |name: &str, id: &RecordId| {
            world.app.record(&me(), register(name).unwrap(), id, None).is_ok()
        };
        assert!(me().subject.roles.is_empty() && !sees("decision", &decided), "not yet");
        world.pass(HOUR);
        assert_eq!(me().subject.roles, ["auditor"]);
        assert!(sees("decision", &decided), "a register in the scope");
        world.app.record(&me(), register("audit").unwrap(), &id, None).unwrap();
        assert!(!sees("incident", &incident), "not in the scope");
        assert!(!sees("audit", &other), "another audit");
        // Findings and samples of the own audit are written, nothing else is.
        let body = |audit: &RecordId| {
            json!({"audit": audit.as_str(), "finding": "理由がない", "criterion": "規程",
                "ground": "標本", "grade": "observation"})
        };
        world.create_as(&me(), "audit_finding", body(&id)).unwrap();
        assert!(world.create_as(&me(), "audit_finding", body(&other)).is_err());
        let edit = world.edit_as(&me(), ("decision", &decided), json!({"decision": "止めない"}));
        assert!(matches!(edit, Err(AppError::Forbidden(_))), "{edit:?}");
        // The end of the audit ends it at once, its window in any case.
        let it = ("audit", &id);
        world.step("security_manager", it, "begin", json!({})).unwrap();
        assert!(sees("decision", &decided));
        world.edit("security_manager", it, json!({"access_until": until - 60_000})).unwrap();
        world.pass(HOUR - 60_000 - 1);
        assert!(sees("decision", &decided), "the last instant");
        world.pass(1);
        assert!(me().subject.roles.is_empty() && !sees("decision", &decided));
        // A role from outside without an audit or a case is pointed out.
        let free = world
            .make(
                "role",
                json!({"name": "監査", "kind": "auditor", "holder": expert.as_str(),
                "external": true, "valid_to": until + DAY}),
            )
            .id;
        assert_eq!(world.findings(("role", &free), "role.auditor_window").len(), 1);
    });
}

/// A sample is on record with seed, moment and population, and comes out the same again later.
#[test]
fn a_sample_can_be_drawn_again_from_what_is_on_record() {
    on_each(|world| {
        let id = audit(world, json!({}));
        for n in 0..30 {
            world.make("asset", json!({"name": format!("機器{n:02}"), "kind": "device"}));
        }
        let def = register("asset").unwrap();
        let ask = |seed: &str, size| SampleAsk {
            register: def,
            purpose: "管理者が決まっているか".into(),
            size,
            seed: seed.into(),
        };
        let auditor = world.ctx("security_manager");
        let drawn = world.app.draw_sample(&auditor, &id, &ask("2026-秋", 5)).unwrap().id;
        let kept = world.get(("audit_sample", &drawn));
        assert_eq!((kept.int("population"), kept.int("size")), (Some(30), Some(5)));
        assert_eq!((kept.text("seed"), kept.ids("drawn").len()), ("2026-秋", 5));
        assert!(world.app.repeat_sample(&auditor, &kept).unwrap());
        // What comes later changes nothing of it.
        world.make("asset", json!({"name": "新しい機器", "kind": "device"}));
        assert!(world.app.repeat_sample(&auditor, &kept).unwrap());
        let mut other = kept.clone();
        other.body.insert("seed".into(), "別の種".into());
        assert!(!world.app.repeat_sample(&auditor, &other).unwrap());
        // Without a seed the program draws one and keeps it; nobody types a sample.
        let free = world.app.draw_sample(&auditor, &id, &ask("", 3)).unwrap().id;
        assert_eq!(world.get(("audit_sample", &free)).text("seed").len(), 32);
        assert!(world.app.draw_sample(&auditor, &id, &ask("x", 0)).is_err());
        let csirt = world.app.draw_sample(&world.ctx("employee"), &id, &ask("x", 1));
        assert!(csirt.is_err());
    });
}

/// Versions of program and policy table, and acts of administrators, from the leaves themselves.
#[test]
fn the_conduct_of_administrators_and_versions_can_be_read_as_of_a_moment() {
    on_each(|world| {
        world.set("audit.months", &json!(6));
        let before = world.app.leaf_at(&world.ctx("auditor"), world.app.now()).unwrap();
        world.pass(HOUR);
        world.set("audit.months", &json!(3));
        world.make("asset", json!({"name": "対象外", "kind": "device"}));
        let me = world.ctx("auditor");
        let seen = world.app.conduct(&me, None).unwrap();
        let what: Vec<&str> = seen.versions.iter().map(|p| p.what.as_str()).collect();
        assert_eq!(what, ["program", "policy"]);
        assert_eq!(seen.versions[1].version, okiagari_model::policy::table_digest());
        let edits = |c: &okiagari_app::audits::Conduct| {
            c.acts.iter().filter(|a| a.action.starts_with("setting.")).count()
        };
        assert_eq!(edits(&seen), 2);
        assert!(seen.acts[0].role.contains("administrator"), "{:?}", seen.acts[0]);
        assert!(!seen.acts.iter().any(|a| a.action.starts_with("asset.")));
        assert_eq!(edits(&world.app.conduct(&me, before).unwrap()), 1, "as it was then");
        let assets = |at| {
            let all = world.app.standing(&me, at).unwrap();
            all.iter().find(|s| s.register.id == "asset").unwrap().records
        };
        assert_eq!((assets(before), assets(None)), (0, 1));
        let request = ListRequest::first(register("asset").unwrap(), 10);
        assert_eq!(world.app.list(&me, &request).unwrap().records.len(), 1);
    });
}
