//! Flows by their states, actors and conditions.

use super::harness::{NIGHT, World, body, fields, gates, jst, merge, on_each};
use okiagari_app::{AppError, ListRequest};
use okiagari_model::{Change, Cond, HOUR, MINUTE, RecordId, Time, register};
use serde_json::json;

pub fn organise(world: &World, incident: &RecordId, more: serde_json::Value) {
    let lead = world.people["csirt"].as_str();
    let mut patch =
        json!({"severity": "high", "priority": "now", "lead": lead, "sharing": "responders"});
    merge(&mut patch, more);
    world.step("csirt", ("incident", incident), "organise", patch).unwrap();
}

/// Takes evidence, so that containment may follow.
fn take_evidence(world: &World, incident: &RecordId) {
    world
        .create(
            "csirt",
            "evidence",
            json!({"incident": incident.as_str(), "name": "ログ",
            "kind": "log", "taken_at": NIGHT}),
        )
        .unwrap();
}

fn decide(world: &World, incident: &RecordId, topic: &str) {
    world
        .create(
            "ciso",
            "decision",
            json!({"incident": incident.as_str(), "topic": topic,
            "question": "連絡しますか", "decision": "いいえ", "why": "範囲が狭い",
            "decider": world.people["ciso"].as_str(), "decided_at": NIGHT}),
        )
        .unwrap();
}

/// TK-01, TK-69: the same path for an attack, a failure and a disaster; who, when, on what ground.
#[test]
fn attacks_failures_and_disasters_take_the_same_path_and_each_passage_is_on_record() {
    on_each(|world| {
        for kind in ["cyber_attack", "system_failure", "natural_disaster"] {
            let incident = world.incident(json!({"kind": kind}));
            let it = ("incident", &incident);
            let state =
                |expected: &str| assert_eq!(world.get(it).text("state"), expected, "{kind}");
            state("detected");
            let step = |role: &str, step: &str, to: &str| {
                world.pass(MINUTE);
                world.step(role, it, step, json!({})).unwrap();
                state(to);
            };
            step("csirt", "report", "reported");
            organise(world, &incident, json!({}));
            state("organised");
            take_evidence(world, &incident);
            step("csirt", "contain", "contained");
            step("technical_lead", "eradicate", "eradicated");
            step("ciso", "recover", "recovered");
            world
                .create(
                    "csirt",
                    "review",
                    json!({"incident": incident.as_str(), "title": "評価",
                    "held_at": NIGHT}),
                )
                .unwrap();
            step("csirt", "evaluate", "evaluated");
            world
                .create(
                    "csirt",
                    "improvement",
                    json!({"incident": incident.as_str(), "measure": "手順を直す"}),
                )
                .unwrap();
            step("csirt", "hand_over", "handed_over");
            for o in world.all("obligation") {
                if o.text("state") == "open" {
                    world
                        .step("csirt", ("obligation", &o.id), "finish", json!({"proof": "口頭"}))
                        .unwrap();
                }
            }
            world.confirm_closing(&incident);
            step("security_manager", "close", "closed");
            let def = register("incident").unwrap();
            let story = world.app.history(&world.ctx("auditor"), def, &incident, None, 50).unwrap();
            let passages: Vec<(&str, &str)> = story
                .iter()
                .rev()
                .filter_map(|e| Some((e.action.strip_prefix("incident.step.")?, e.role.as_str())))
                .collect();
            let by = |step: &str| {
                passages.iter().find(|(s, _)| *s == step).map(|(_, r)| *r).unwrap_or_default()
            };
            assert_eq!(passages.len(), 8);
            assert!(by("eradicate").contains("technical_lead") && by("recover").contains("ciso"));
            for e in story.iter().filter(|e| e.action.starts_with("incident.step.")) {
                assert_eq!(e.reason.as_deref(), Some("試験のため"), "{} has its ground", e.action);
            }
            let record = world.get(it);
            let stamps = [
                "detected_at",
                "reported_at",
                "organised_at",
                "contained_at",
                "eradicated_at",
                "recovered_at",
                "evaluated_at",
                "closed_at",
            ];
            let times: Vec<Time> = stamps.iter().map(|s| record.time(s).expect(s)).collect();
            assert!(times.is_sorted(), "{kind}: {times:?}");
            assert_eq!(times[7].since(times[0]), 7 * MINUTE);
        }
    });
}

/// TK-69: no passage without its ground, no short cut, and the exit for a false alarm.
#[test]
fn no_state_is_skipped_and_a_false_alarm_is_an_exit_with_a_reason() {
    on_each(|world| {
        let def = register("incident").unwrap();
        let incident = world.incident(json!({}));
        let it = ("incident", &incident);
        for step in ["contain", "eradicate", "recover", "evaluate", "hand_over", "close"] {
            let early = world.step("ciso", it, step, json!({}));
            assert!(
                matches!(&early, Err(AppError::NotOpen(s)) if s == "detected"),
                "{step}: {early:?}"
            );
        }
        let bare = |step: &str, patch: serde_json::Value| {
            let change = Change::Step {
                def,
                id: incident.clone(),
                rev: None,
                step: step.into(),
                patch: body(patch),
                reason: None,
            };
            fields(world.app.change(&world.ctx("csirt"), change).unwrap_err())
        };
        let reason = ("_reason".to_owned(), "required");
        // JP-21, JP-22, JP-24: priority, who handles it, and how far it is shared are decided here.
        let asked = bare("organise", json!({}));
        for field in ["severity", "priority", "lead", "sharing"] {
            assert!(asked.contains(&(field.to_owned(), "required")), "{field}: {asked:?}");
        }
        assert!(asked.contains(&reason));
        assert_eq!(bare("false_alarm", json!({})), std::slice::from_ref(&reason));
        organise(world, &incident, json!({}));
        take_evidence(world, &incident);
        assert_eq!(bare("contain", json!({"logs_kept": true})), [reason]);
        let other = world.step("pr_lead", it, "contain", json!({}));
        assert!(matches!(other, Err(AppError::Forbidden(_) | AppError::Role(_))), "{other:?}");
        world.step("csirt", it, "false_alarm", json!({})).unwrap();
        let record = world.get(it);
        assert_eq!(record.text("state"), "false_alarm");
        assert!(record.time("closed_at").is_some());
        // From contained on it was no false alarm.
        let real = world.incident(json!({}));
        organise(world, &real, json!({}));
        take_evidence(world, &real);
        world.step("csirt", ("incident", &real), "contain", json!({})).unwrap();
        let late = world.step("csirt", ("incident", &real), "false_alarm", json!({}));
        assert!(matches!(late, Err(AppError::NotOpen(_))));
        // JP-23: it is kept with all others.
        let kept = ListRequest {
            conds: vec![Cond::eq("state", "false_alarm")],
            ..ListRequest::first(def, 10)
        };
        assert_eq!(world.app.list(&world.ctx("auditor"), &kept).unwrap().records.len(), 1);
    });
}

/// TK-71: grave or wide, nothing moves before both decisions, yes or no.
#[test]
fn a_grave_incident_waits_for_a_decision_on_ipa_and_one_on_jpcert() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let it = ("incident", &incident);
        organise(world, &incident, json!({"grave": true}));
        take_evidence(world, &incident);
        let waits = |step: &str| gates(world.step("ciso", it, step, json!({})).unwrap_err());
        assert_eq!(waits("contain"), ["outside_bodies"]);
        decide(world, &incident, "report_ipa");
        assert_eq!(waits("contain"), ["outside_bodies"], "one of two is not enough");
        decide(world, &incident, "report_jpcert");
        world.step("ciso", it, "contain", json!({})).unwrap();
        // The same holds at the later passages: a case found grave only now.
        let later = world.incident(json!({}));
        organise(world, &later, json!({}));
        take_evidence(world, &later);
        let it = ("incident", &later);
        world.step("csirt", it, "contain", json!({})).unwrap();
        world.edit("csirt", it, json!({"grave": true})).unwrap();
        let refused = world.step("csirt", it, "eradicate", json!({})).unwrap_err();
        assert_eq!(gates(refused), ["outside_bodies"]);
        world.edit("csirt", it, json!({"grave": null})).unwrap();
        world.step("csirt", it, "eradicate", json!({})).unwrap();
        world.edit("csirt", it, json!({"grave": true})).unwrap();
        let refused = world.step("ciso", it, "recover", json!({})).unwrap_err();
        assert_eq!(gates(refused), ["outside_bodies"]);
        // The decision says who and why.
        let d = world.all("decision").remove(0);
        assert_eq!((d.text("decision"), d.text("why")), ("いいえ", "範囲が狭い"));
        assert_eq!(d.ids("decider"), [world.people["ciso"].as_str()]);
    });
}

/// TK-72: personal data make the filing a task of its own, beside its deadline.
#[test]
fn a_possible_leak_opens_the_mandatory_task_and_its_deadline() {
    on_each(|world| {
        let titles = |incident: &RecordId| -> Vec<String> {
            let mut tasks = world.all("task");
            tasks.retain(|t| t.ids("incident") == [incident.as_str()]);
            tasks.iter().map(|t| t.text("title").to_owned()).collect()
        };
        let without = world.incident(json!({}));
        organise(world, &without, json!({}));
        assert_eq!(titles(&without).len(), 5);
        assert!(world.obligation("tokyo-filing", "plan").is_none());
        let with = world.incident(json!({}));
        organise(world, &with, json!({"personal_data": true, "personal_data_at": NIGHT}));
        let tasks = titles(&with);
        assert_eq!(tasks.len(), 6);
        assert!(tasks.iter().any(|t| t.contains("個人情報保護委員会") && t.contains("必須")));
        assert!(world.obligation("tokyo-filing", "plan").is_some());
        assert!(world.obligation("appi-26", "final").is_some());
        // Without the moment of knowing there is nothing to count from: that shows.
        world.edit("csirt", ("incident", &with), json!({"personal_data_at": null})).unwrap();
        assert_eq!(world.findings(("incident", &with), "incident.personal_data").len(), 1);
    });
}

/// TK-03, TK-102, TK-103, TK-105: no end without evaluation and lessons routed, or a named "none".
#[test]
fn no_incident_closes_without_evaluation_and_lessons_or_a_named_judgement() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let it = ("incident", &incident);
        organise(world, &incident, json!({}));
        take_evidence(world, &incident);
        for (role, step) in [("csirt", "contain"), ("csirt", "eradicate"), ("ciso", "recover")] {
            world.step(role, it, step, json!({})).unwrap();
        }
        let refused = world.step("csirt", it, "evaluate", json!({})).unwrap_err();
        assert_eq!(gates(refused), ["review_held"]);
        let review = world
            .create(
                "csirt",
                "review",
                json!({"incident": incident.as_str(), "title": "振り返り",
                "held_at": NIGHT, "participants": [world.people["csirt"].as_str()],
                "sequence": "検知から2時間で遮断", "went_well": "連絡が早かった",
                "problems": "判断が遅れた",
                "lessons": [
                    {"viewpoint": "procedure", "text": "報告の経路", "measure": "一枚にする"},
                    {"viewpoint": "technology", "text": "監視が弱い"},
                    {"viewpoint": "organisation", "text": "役割があいまい"}]}),
            )
            .unwrap()
            .id;
        assert_eq!(world.get(("review", &review)).rows("lessons").count(), 3);
        world.step("csirt", it, "evaluate", json!({})).unwrap();
        let person = world.people["security_manager"].as_str();
        for (patch, what) in [
            (json!({}), "nothing"),
            (json!({"no_lessons_by": person}), "a person without a reason"),
            (json!({"no_lessons_reason": "同じ件"}), "a reason without a person"),
        ] {
            let refused = world.step("csirt", it, "hand_over", patch).unwrap_err();
            assert_eq!(gates(refused), ["lessons_routed"], "{what}");
        }
        let patch = json!({"no_lessons_by": person, "no_lessons_reason": "先月と同じ件で対策済み"});
        world.step("csirt", it, "hand_over", patch).unwrap();
        for o in world.all("obligation").iter().filter(|o| o.text("state") == "open") {
            world.step("csirt", ("obligation", &o.id), "finish", json!({"proof": "口頭"})).unwrap();
        }
        world.confirm_closing(&incident);
        // The evaluation withdrawn meanwhile: still no end.
        let end = Change::End {
            def: register("review").unwrap(),
            id: review,
            rev: 1,
            reason: "別件だった".into(),
        };
        world.app.change(&world.ctx("ciso"), end).unwrap();
        let refused = world.step("ciso", it, "close", json!({})).unwrap_err();
        assert_eq!(gates(refused), ["review_held"]);
        let wrong = world.step("csirt", it, "close", json!({}));
        assert!(matches!(wrong, Err(AppError::Role(_))), "closing is a decision");
        world
            .create(
                "csirt",
                "review",
                json!({"incident": incident.as_str(), "title": "再",
                "held_at": NIGHT}),
            )
            .unwrap();
        world.step("ciso", it, "close", json!({})).unwrap();
    });
}

/// TK-106, TK-107, TK-108.
#[test]
fn an_improvement_needs_owner_date_and_way_of_confirming_and_goes_back_if_it_does_nothing() {
    on_each(|world| {
        let owner = world.people["technical_lead"].as_str();
        let incident = world.incident(json!({}));
        let made = world
            .create(
                "csirt",
                "improvement",
                json!({"incident": incident.as_str(),
                "measure": "多要素認証", "cause": "technical", "viewpoint": "technology",
                "category": "technology", "advice": "IPAの助言"}),
            )
            .unwrap();
        assert_eq!(made.number.as_deref(), Some("K-1"));
        let it = ("improvement", &made.id);
        let full = json!({"owner": owner, "due_on": "2027-01-31", "confirm_by": "ログで確認",
            "fiscal_year": 2026});
        for field in ["owner", "due_on", "confirm_by"] {
            let mut patch = full.clone();
            patch.as_object_mut().unwrap().remove(field);
            let refused = world.step("csirt", it, "plan", patch).unwrap_err();
            assert_eq!(fields(refused), [(field.to_owned(), "required")]);
        }
        world.step("csirt", it, "plan", full).unwrap();
        // Late: a finding by time alone.
        world.at("2027-02-01T00:00");
        world.app.tick().unwrap();
        assert_eq!(world.findings(it, "improvement.late").len(), 1);
        world.step("technical_lead", it, "start", json!({})).unwrap();
        // Carried over at year end: same record, same origin, counted.
        let carried = world.step("csirt", it, "carry_over", json!({"fiscal_year": 2027})).unwrap();
        assert_eq!(carried.id, made.id);
        world.step("csirt", it, "carry_over", json!({"fiscal_year": 2028})).unwrap();
        let record = world.get(it);
        assert_eq!((record.int("carry_overs"), record.int("fiscal_year")), (Some(2), Some(2028)));
        assert_eq!(record.text("number"), "K-1");
        assert_eq!(record.ids("incident"), [incident.as_str()]);
        assert_eq!(record.text("state"), "planned");
        world.step("technical_lead", it, "start", json!({})).unwrap();
        world.step("technical_lead", it, "finish", json!({})).unwrap();
        // Only the IT management responsible person confirms; ineffective goes back.
        let confirmer = world.people["it_manager"].as_str();
        let confirm = json!({"confirmed_by": confirmer, "effect": "侵入の試みが止まった"});
        for role in ["csirt", "security_manager", "ciso"] {
            let refused = world.step(role, it, "confirm", confirm.clone());
            assert!(matches!(refused, Err(AppError::Role(_))), "{role}: {refused:?}");
        }
        world.step("it_manager", it, "ineffective", json!({"effect": "まだ入られる"})).unwrap();
        assert_eq!(world.get(it).text("state"), "in_progress");
        world.step("technical_lead", it, "finish", json!({})).unwrap();
        world.step("it_manager", it, "confirm", confirm).unwrap();
        let record = world.get(it);
        assert_eq!(record.ids("confirmed_by"), [confirmer]);
        assert_eq!(record.text("effect"), "侵入の試みが止まった");
        assert!(record.time("confirmed_at").is_some());
        let bare = world.step("csirt", it, "reflect", json!({})).unwrap_err();
        assert_eq!(fields(bare), [("documents".to_owned(), "required")]);
        world.step("csirt", it, "reflect", json!({"documents": ["認証手順 第4版"]})).unwrap();
        world.step("csirt", it, "close", json!({})).unwrap();
        assert_eq!(world.get(it).text("state"), "closed");
        // Carrying over is refused, too, without who, when and how.
        let other = world.create("csirt", "improvement", json!({"measure": "訓練"})).unwrap().id;
        let refused = world
            .step("csirt", ("improvement", &other), "carry_over", json!({"fiscal_year": 2029}))
            .unwrap_err();
        assert_eq!(gates(refused), ["who_when_how"]);
    });
}

/// G7-33: from, to, channel, time, content, phase, classification, answer awaited.
#[test]
fn a_message_is_drafted_approved_and_recorded_as_sent() {
    on_each(|world| {
        let contact = world.make("contact", json!({"name": "甲社", "kind": "partner"})).id;
        let message = world
            .create(
                "pr_lead",
                "message",
                json!({"subject": "影響のお知らせ", "text": "本文",
                "direction": "out", "sender": "広報", "to_contact": contact.as_str(),
                "channel": "telephone", "tlp": "amber", "phase": "遮断", "answer_awaited": true}),
            )
            .unwrap()
            .id;
        let it = ("message", &message);
        let early = world.step("pr_lead", it, "record_sent", json!({"sent_note": "x"}));
        assert!(matches!(early, Err(AppError::NotOpen(s)) if s == "draft"));
        let by = world.people["ciso"].as_str();
        let wrong = world.step("csirt", it, "approve", json!({"approved_by": by}));
        assert!(matches!(wrong, Err(AppError::Role(_))), "{wrong:?}");
        world.step("ciso", it, "approve", json!({"approved_by": by})).unwrap();
        // Approved and forgotten shows after half an hour.
        world.pass(30 * MINUTE);
        world.app.tick().unwrap();
        assert_eq!(world.findings(it, "message.unsent").len(), 1);
        let bare = world.step("pr_lead", it, "record_sent", json!({})).unwrap_err();
        assert_eq!(fields(bare), [("sent_note".to_owned(), "required")]);
        world.step("pr_lead", it, "record_sent", json!({"sent_note": "担当の方に伝達"})).unwrap();
        assert!(world.findings(it, "message.unsent").is_empty());
        world.pass(MINUTE);
        world.step("pr_lead", it, "record_answer", json!({"answer": "了解とのこと"})).unwrap();
        let record = world.get(it);
        assert_eq!(record.text("state"), "answered");
        assert_eq!(record.time("sent_at").unwrap().millis(), NIGHT + 30 * MINUTE);
        assert_eq!(record.time("answered_at").unwrap().millis(), NIGHT + 31 * MINUTE);
        assert_eq!(record.ids("approved_by"), [by]);
        for (field, value) in [
            ("sender", "広報"),
            ("channel", "telephone"),
            ("tlp", "amber"),
            ("phase", "遮断"),
            ("direction", "out"),
            ("sent_note", "担当の方に伝達"),
        ] {
            assert_eq!(record.text(field), value);
        }
        assert!(record.flag("answer_awaited"));
    });
}

/// NI-287, G7-30: origin, who took it, when, hash, storage and each hand-over.
#[test]
fn evidence_keeps_origin_hash_and_every_hand_over() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let made = world
            .app
            .add_evidence(
                &world.ctx("csirt"),
                body(json!({"incident": incident.as_str(), "kind": "log", "method": "scp"})),
                "auth.log",
                "text/plain",
                b"failed password".as_slice(),
            )
            .unwrap()
            .id;
        let it = ("evidence", &made);
        let record = world.get(it);
        let hash = "f6ebea7d8d61facd4db3331cb4272c289bf81c3fbe3917c6e049d2bf101a6864";
        assert_eq!(record.text("sha256"), hash);
        assert_eq!(record.int("size"), Some(15));
        assert_eq!(record.ids("taken_by"), [world.people["csirt"].as_str()]);
        assert_eq!(record.time("taken_at").unwrap().millis(), NIGHT);
        assert_eq!(world.findings(it, "evidence.origin").len(), 1, "the origin is missing");
        let rows = json!([{"at": NIGHT + HOUR, "from": "CSIRT", "to": "警察", "why": "捜査"}]);
        world.edit("csirt", it, json!({"origin": "受注サーバ", "custody": rows})).unwrap();
        assert!(world.findings(it, "evidence.origin").is_empty());
        let mut file = Vec::new();
        world.app.evidence_file(&world.ctx("csirt"), &made, &mut file).unwrap();
        assert_eq!(file, b"failed password");
        let typed = world.edit("csirt", it, json!({"sha256": "00"})).unwrap_err();
        assert_eq!(fields(typed), [("sha256".to_owned(), "set_by_program")]);
        let half = world.edit("csirt", it, json!({"custody": [{"at": NIGHT, "from": "x"}]}));
        assert_eq!(fields(half.unwrap_err()), [("custody[0].to".to_owned(), "required")]);
        // Neither a file nor a place: pointed out.
        let bare = world
            .create("csirt", "evidence", json!({"name": "PC", "kind": "device", "taken_at": NIGHT}))
            .unwrap()
            .id;
        assert_eq!(world.findings(("evidence", &bare), "evidence.origin").len(), 3);
    });
}

/// TK-70, TK-64, NI-212: the records of a case with the facts that the rows name.
#[test]
fn a_case_holds_what_is_known_with_its_certainty() {
    on_each(|world| {
        let asset = world.make("asset", json!({"name": "名簿"})).id;
        let incident = world.incident(json!({"kind": "unauthorised_access", "detection": "edr",
            "severity": "critical", "properties": ["confidentiality", "availability"],
            "effects": ["stop", "trust"], "assets": [asset.as_str()]}));
        let record = world.get(("incident", &incident));
        assert_eq!(record.text("number"), "INC-1");
        assert_eq!(record.ids("properties"), ["confidentiality", "availability"]);
        assert_eq!(record.ids("effects"), ["stop", "trust"]);
        assert_eq!(record.text("detection"), "edr");
        let base = json!({"incident": incident.as_str(), "statement": "VPN装置の脆弱性",
            "certainty": "assumed", "cause": "未更新", "route": "VPN", "scope_systems": "EC",
            "scope_accounts": "管理者2", "scope_data": "顧客名簿", "scope_business": "受注",
            "open_questions": ["いつから"]});
        let analysis = world.create("csirt", "analysis", base.clone()).unwrap().id;
        assert_eq!(world.get(("analysis", &analysis)).text("certainty"), "assumed");
        let mut unsure = base;
        unsure.as_object_mut().unwrap().remove("certainty");
        let refused = world.create("csirt", "analysis", unsure).unwrap_err();
        assert_eq!(fields(refused), [("certainty".to_owned(), "required")]);
        world.pass(HOUR);
        assert!(world.app.now() > jst("2026-11-21T03:00"));
        // Every step has written its own record: all of it is there for the auditor.
        let room = world.app.room(&world.ctx("auditor"), &incident, None).unwrap();
        assert_eq!((room.analysis.len(), room.deadlines.len()), (1, 1));
    });
}
