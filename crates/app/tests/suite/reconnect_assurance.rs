//! What an attestation is made of, and how it is given.

use super::harness::{NIGHT, fields, gates, on_each};
use super::reconnect_case::{Case, days};
use okiagari_model::reconnect::assurance_item::{AssuranceTopic, B_PARTS, gaps};
use okiagari_model::reconnect::statement::Statement;
use okiagari_model::{Choice, DAY, Lang, MINUTE, RecordId};
use serde_json::{Value, json};

/// G7-64: done with evidence, under way with a date, not applicable with a reason; test results
/// point at what they test.
#[test]
fn an_item_is_evidenced_dated_or_set_aside_with_a_reason() {
    on_each(|world| {
        let c = Case::new(world);
        let evidence = c.evidence(world);
        let cause = c.item(world, AssuranceTopic::RootCause, json!({}));
        let it = ("assurance_item", &cause);
        let unproven = fields(world.step("csirt", it, "finish", json!({})).unwrap_err());
        assert_eq!(unproven, [("evidence".to_owned(), "required")]);
        let dateless = world.step("csirt", it, "schedule", json!({})).unwrap_err();
        assert_eq!(fields(dateless), [("expected_on".to_owned(), "required")]);
        world.step("csirt", it, "schedule", json!({"expected_on": "2026-11-30"})).unwrap();
        let bare = world.step("csirt", it, "set_aside", json!({})).unwrap_err();
        assert_eq!(fields(bare), [("why_not".to_owned(), "required")]);
        world.edit("csirt", it, json!({"evidence": [evidence.as_str()]})).unwrap();
        world.step("csirt", it, "finish", json!({})).unwrap();
        assert_eq!(world.get(it).text("state"), "done");
        // What is done cannot be hollowed out by an edit.
        let hollow = world.edit("csirt", it, json!({"evidence": null})).unwrap_err();
        assert_eq!(fields(hollow), [("evidence".to_owned(), "required")]);
        // f) points at items among a) to e).
        let lessons = c.item(world, AssuranceTopic::Lessons, json!({}));
        let tests =
            c.item(world, AssuranceTopic::TestResults, json!({"evidence": [evidence.as_str()]}));
        let it = ("assurance_item", &tests);
        let pointless = fields(world.step("csirt", it, "finish", json!({})).unwrap_err());
        assert_eq!(pointless, [("tests".to_owned(), "required")]);
        world.edit("csirt", it, json!({"tests": [lessons.as_str()]})).unwrap();
        let refused = world.step("csirt", it, "finish", json!({})).unwrap_err();
        assert_eq!(gates(refused), ["points_at_tested"]);
        world.edit("csirt", it, json!({"tests": [cause.as_str()]})).unwrap();
        world.step("csirt", it, "finish", json!({})).unwrap();
    });
}

/// G7-63, G7-74, G7-75: lists A and B are two views of one base.
#[test]
fn one_base_fills_both_lists_and_the_gap_list_names_what_each_lacks() {
    let pairs = [
        ("root_cause", Some('a'), vec![1, 6]),
        ("containment", Some('b'), vec![3, 5]),
        ("threat_gone", Some('c'), vec![3, 5]),
        ("resilience", Some('d'), vec![3]),
        ("backup_plan", Some('e'), vec![3, 4]),
        ("test_results", Some('f'), vec![5]),
        ("lessons", Some('g'), vec![4, 6]),
        ("monitoring", Some('h'), vec![4]),
        ("effects", None, vec![2]),
        ("further", None, vec![7]),
    ];
    for ((id, a, b), topic) in pairs.into_iter().zip(AssuranceTopic::ALL) {
        assert_eq!((topic.id(), topic.a(), topic.b()), (id, a, &b[..]));
    }
    on_each(|world| {
        let c = Case::new(world);
        let case = ("reconnection", &c.case);
        let rule = "reconnection.assurance_gaps";
        assert!(world.findings(case, rule).is_empty(), "nothing is collected yet");
        let made = c.all_done(world);
        assert!(world.findings(case, rule).is_empty(), "both views are complete");
        // One piece stands in both views.
        let back = ("assurance_item", &made[4]);
        world.step("csirt", back, "reopen", json!({"expected_on": "2026-12-01"})).unwrap();
        let lacking = gaps(&world.all("assurance_item"));
        assert_eq!((lacking.a, lacking.b), (vec![AssuranceTopic::BackupPlan], vec![3, 4]));
        let mut said: Vec<String> =
            world.findings(case, rule).into_iter().map(|f| f.message.ja).collect();
        said.sort();
        assert_eq!(said, ["一覧Aで足りない項目: e", "一覧Bで足りない部分: 3, 4"]);
        // Parts 2 and 7 have no partner and are asked for by themselves.
        let effects = ("assurance_item", &made[8]);
        world.step("csirt", effects, "reopen", json!({"expected_on": "2026-12-01"})).unwrap();
        assert_eq!(gaps(&world.all("assurance_item")).b, [2, 3, 4]);
    });
}

/// G7-25, G7-26, G7-27: the three tests of credible assurance.
#[test]
fn assurance_needs_both_kinds_of_control_proof_of_effect_and_measures_for_the_future() {
    on_each(|world| {
        let c = Case::new(world);
        let case = ("reconnection", &c.case);
        let evidence = c.evidence(world);
        let shown = json!({"evidence": [evidence.as_str()]});
        let count = |rule: &str| world.findings(case, &format!("reconnection.{rule}")).len();
        let done = |topic, more: Value| {
            let mut body = shown.clone();
            super::harness::merge(&mut body, more);
            let id = c.item(world, topic, body);
            world.step("csirt", ("assurance_item", &id), "finish", json!({})).unwrap();
            id
        };
        let cause =
            done(AssuranceTopic::RootCause, json!({"controls": "technical", "proves": "work"}));
        assert_eq!(count("assurance_controls"), 1, "the procedural one lacks");
        assert_eq!(count("assurance_cause"), 1, "work done is no proof of effect");
        assert_eq!(count("assurance_future"), 1);
        world.edit("csirt", ("assurance_item", &cause), json!({"proves": "effect"})).unwrap();
        assert_eq!(count("assurance_cause"), 0);
        done(AssuranceTopic::Monitoring, json!({"controls": "procedural"}));
        assert_eq!(count("assurance_controls"), 0);
        assert_eq!(count("assurance_future"), 1, "improvements lack");
        done(AssuranceTopic::Lessons, json!({}));
        assert_eq!(count("assurance_future"), 0);
    });
}

/// G7-65, G7-71, G7-72, G7-73.
#[test]
fn an_attestation_is_reviewed_signed_and_replaced_by_a_new_version_only() {
    on_each(|world| {
        let c = Case::new(world);
        let made = c.all_done(world);
        // One item is still open: it stands in the attestation plainly.
        let open = ("assurance_item", &made[6]);
        world.step("csirt", open, "reopen", json!({"expected_on": "2026-12-01"})).unwrap();
        let first = c.make(
            world,
            "attestation",
            json!({"title": "安全の認証書", "scenario": "ransomware",
                "writer": world.people["csirt"].as_str()}),
        );
        let it = ("attestation", &first);
        let by = |role: &str| json!({"reviewed_by": world.people[role].as_str()});
        let own = world.step("csirt", it, "review", by("csirt")).unwrap_err();
        assert_eq!(gates(own), ["second_pair"]);
        // In this scenario the backup plan cannot be set aside.
        let plan = ("assurance_item", &made[4]);
        world.step("csirt", plan, "reopen", json!({"expected_on": "2026-12-01"})).unwrap();
        world.step("csirt", plan, "set_aside", json!({"why_not": "別の会社の担当"})).unwrap();
        let unfit = world.step("ciso", it, "review", by("ciso")).unwrap_err();
        assert_eq!(gates(unfit), ["fits_scenario"]);
        world.step("csirt", plan, "reopen", json!({"expected_on": "2026-12-01"})).unwrap();
        world.step("csirt", plan, "finish", json!({})).unwrap();
        // A signature before the review is under nothing, and one duty alone is not enough.
        c.sign(world, &first, json!(["security", "reconnection"]));
        world.step("ciso", it, "review", by("ciso")).unwrap();
        assert_eq!(gates(world.step("ciso", it, "issue", days()).unwrap_err()), ["signed"]);
        let signature = c.sign(world, &first, json!(["security"]));
        assert_eq!(gates(world.step("ciso", it, "issue", days()).unwrap_err()), ["signed"]);
        c.sign(world, &first, json!(["reconnection", "operations"]));
        world.step("ciso", it, "issue", days()).unwrap();
        let signed = world.get(("attestation_signature", &signature));
        assert_eq!((signed.text("name"), signed.text("post")), ("責任 者", "CISO"));
        assert_eq!(signed.ids("responsibility"), ["security"]);
        assert_eq!(signed.text("authority"), "取締役会の決議による");
        assert_eq!(
            (signed.int("version"), signed.time("signed_at").unwrap().millis()),
            (Some(1), NIGHT)
        );
        // The content stays as it was reviewed, whatever is edited later.
        let said = Statement::parse(world.get(it).text("content")).unwrap();
        assert_eq!(said.open_items(Lang::Ja), ["lessonsの項目"]);
        assert_eq!(
            said.of_topic(AssuranceTopic::Lessons).next().unwrap().expected_on,
            "2026-12-01"
        );
        assert!(B_PARTS.iter().all(|(n, _)| said.of_part(*n).next().is_some()), "seven parts");
        assert_eq!(said.scope, "技術のリスクだけを扱います");
        world.edit("csirt", it, json!({"covers": "黙って直す"})).unwrap();
        assert_eq!(Statement::parse(world.get(it).text("content")).unwrap(), said);
        // It was shown to a client: to whom, which version, when, read or not.
        let show = |a: &RecordId| {
            json!({"attestation": a.as_str(),
            "client": c.clients[0].as_str(), "recipient": "頭取", "channel": "paper"})
        };
        let shown = c.make(world, "attestation_delivery", show(&first));
        let delivery = ("attestation_delivery", &shown);
        let kept = world.get(delivery);
        assert_eq!((kept.text("recipient"), kept.int("version")), ("頭取", Some(1)));
        assert_eq!(kept.time("shown_at").unwrap().millis(), NIGHT);
        assert_eq!(
            (kept.text("state"), kept.text("content")),
            ("shown", world.get(it).text("content"))
        );
        world.step("csirt", delivery, "read", json!({"read_by": "頭取"})).unwrap();
        assert_eq!(world.get(delivery).time("read_at").unwrap().millis(), NIGHT);
        // The open item is done: a new version is due, and the old one is replaced, not edited.
        world.step("csirt", open, "finish", json!({})).unwrap();
        assert_eq!(world.findings(it, "attestation.current").len(), 1);
        let second = c.issued(world, json!({"replaces": first.as_str()}));
        assert_eq!(world.get(("attestation", &second)).int("version"), Some(2));
        let wrong = c.issued(world, json!({}));
        let to = |id: &RecordId| json!({"superseded_by": id.as_str()});
        let refused = world.step("ciso", it, "supersede", to(&wrong)).unwrap_err();
        assert_eq!(gates(refused), ["newer_issued"]);
        world.step("ciso", it, "supersede", to(&second)).unwrap();
        // Whoever holds the old one is to be told.
        let rule = "attestation_delivery.told";
        assert_eq!(world.findings(delivery, rule).len(), 1);
        world.pass(MINUTE);
        c.make(world, "attestation_delivery", show(&second));
        assert!(world.findings(delivery, rule).is_empty());
        // Giving none is a choice on record.
        let none =
            c.make(world, "attestation", json!({"title": "小規模のため", "scenario": "other"}));
        let bare = world.step("ciso", ("attestation", &none), "give_none", json!({})).unwrap_err();
        let needed: Vec<String> = fields(bare).into_iter().map(|(f, _)| f).collect();
        assert_eq!(needed, ["not_given_why", "not_given_by"]);
        // Its time runs out.
        world.pass(40 * DAY);
        world.app.tick().unwrap();
        let over = world.findings(("attestation", &second), "attestation.current");
        assert!(over.iter().any(|f| f.message.ja.contains("有効期間")), "{over:?}");
    });
}

/// G7-61: an independent report keeps what it looked at, what it left out and what it supports.
#[test]
fn a_third_partys_report_names_its_limits_and_the_items_it_supports() {
    on_each(|world| {
        let c = Case::new(world);
        let item = c.item(world, AssuranceTopic::RootCause, json!({}));
        let firm = world.make("contact", json!({"name": "調査会社", "kind": "security_vendor"})).id;
        let whole = json!({"reconnection": c.case.as_str(), "title": "侵入経路の調査",
            "provider": firm.as_str(), "scope": "受注サーバー", "from_on": "2026-11-20",
            "to_on": "2026-11-21", "method": "ディスクの解析", "findings": "古い穴から侵入",
            "limits": "端末は調べていない", "signed_by": "主任調査員", "signed_on": "2026-11-21"});
        for part in [
            "provider",
            "scope",
            "from_on",
            "to_on",
            "method",
            "findings",
            "limits",
            "signed_by",
            "signed_on",
        ] {
            let mut less = whole.clone();
            less.as_object_mut().unwrap().remove(part);
            assert!(world.create("csirt", "investigation_report", less).is_err(), "{part}");
        }
        let id = world.create("csirt", "investigation_report", whole).unwrap().id;
        let it = ("investigation_report", &id);
        let bare = fields(world.step("csirt", it, "check", json!({})).unwrap_err());
        let needed: Vec<&str> = bare.iter().map(|(f, _)| f.as_str()).collect();
        assert_eq!(needed, ["independence", "checked_by", "supports"]);
        let checked = json!({"independence": "取引関係なし", "supports": [item.as_str()],
            "checked_by": world.people["ciso"].as_str()});
        world.step("csirt", it, "check", checked).unwrap();
        assert_eq!(world.get(it).ids("supports"), [item.as_str()]);
    });
}
