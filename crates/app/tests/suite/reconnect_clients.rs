//! Reconnecting, seen with each client: what it asks for, what it is told, and what it decides.

use super::harness::{NIGHT, fields, gates, on_each};
use super::reconnect_case::{Case, yes};
use okiagari_app::AppError;
use okiagari_model::reconnect::assurance_item::AssuranceTopic;
use okiagari_model::reconnect::client_requirement::{answer_minutes, gate_open};
use okiagari_model::reconnect::framework::PhaseKind;
use okiagari_model::{HOUR, MINUTE, RecordId, register};
use serde_json::{Value, json};

/// G7-15, G7-19, G7-67, G7-68.
#[test]
fn clients_ask_from_the_first_day_and_one_approved_answer_serves_many() {
    on_each(|world| {
        let c = Case::new(world);
        let due = json!({"topic": "further", "wanted_by": NIGHT + HOUR});
        let a = c.ask(world, 0, "多要素認証を示してほしい", due);
        let b = c.ask(world, 1, "多要素認証は済んだか", json!({"topic": "further"}));
        for id in [&a, &b] {
            let asked = world.get(("client_requirement", id));
            assert_eq!(asked.time("asked_at").unwrap().millis(), NIGHT, "the first day");
            assert_eq!(asked.text("state"), "asked");
        }
        world.pass(10 * MINUTE);
        // Matched with what is evidenced in this case, and in no other.
        let item = c.item(world, AssuranceTopic::Further, json!({}));
        let other = Case::new(world);
        let foreign = other.item(world, AssuranceTopic::Further, json!({}));
        let it = ("client_requirement", &a);
        let wrong = world.step("csirt", it, "match", json!({"matched": [foreign.as_str()]}));
        assert_eq!(gates(wrong.unwrap_err()), ["items_of_case"]);
        world.step("csirt", it, "match", json!({"matched": [item.as_str()]})).unwrap();
        // Only an approved answer goes out, as a copy of the version that was approved.
        let answer = c.answer(world, json!({}));
        let to = |name: &str| json!({"answer": answer.as_str(), "answered_to": name});
        let early = world.step("csirt", it, "answer", to("甲の担当"));
        assert_eq!(gates(early.unwrap_err()), ["answer_approved"]);
        c.approve(world, &answer);
        world.step("csirt", it, "answer", to("甲の担当")).unwrap();
        world.pass(20 * MINUTE);
        world.step("csirt", ("client_requirement", &b), "answer", to("乙の担当")).unwrap();
        let sent = world.get(it);
        assert_eq!(sent.text("answer_text"), "全員に適用しました");
        assert_eq!(sent.ids("answer_kinds"), ["measures"]);
        assert_eq!((sent.int("answer_version"), sent.text("answered_to")), (Some(1), "甲の担当"));
        assert_eq!(sent.time("sent_at").unwrap().millis(), NIGHT + 10 * MINUTE);
        assert_eq!(world.get(("client_requirement", &b)).ids("answer"), [answer.as_str()]);
        // The time to the answer, for each client and over all.
        let all: Vec<_> = world
            .all("client_requirement")
            .into_iter()
            .filter(|r| r.ids("reconnection") == [c.case.as_str()])
            .collect();
        let minutes = |k: usize| answer_minutes(&all, Some(c.clients[k].as_str()));
        assert_eq!((minutes(0), minutes(1)), (Some(10), Some(30)));
        let metrics = world.app.metrics(&world.ctx("ciso"), None).unwrap();
        let mean = metrics.iter().find(|m| m.def.id == "assurance_answer").unwrap();
        assert_eq!((mean.now.value, mean.now.behind.len()), (Some(20), 2));
        // A later version changes nothing of what was sent; its edit after approval is not sent.
        let reply = ("client_answer", &answer);
        world.edit("csirt", reply, json!({"text": "書き換えた"})).unwrap();
        let c2 = c.ask(world, 1, "もう一度", json!({}));
        let changed = world.step("csirt", ("client_requirement", &c2), "answer", to("乙の担当"));
        assert_eq!(gates(changed.unwrap_err()), ["answer_approved"]);
        assert_eq!(world.get(it).text("answer_text"), "全員に適用しました");
        // Accepted, and nothing is left to do.
        let by = json!({"accepted_by": "甲の部長"});
        world.step("csirt", it, "accept", by).unwrap();
        assert_eq!(world.get(it).text("state"), "accepted");
        // One that is late is a finding.
        let late = c.ask(world, 0, "期限つき", json!({"wanted_by": NIGHT + 2 * HOUR}));
        world.pass(2 * HOUR);
        world.app.tick().unwrap();
        let late = ("client_requirement", &late);
        assert_eq!(world.findings(late, "client_requirement.in_time").len(), 1);
    });
}

/// G7-67: what is kept for one client is shown to no other, in no register of theirs.
#[test]
fn nothing_of_one_client_is_shown_to_another() {
    on_each(|world| {
        let c = Case::new(world);
        c.all_done(world);
        let attestation = c.issued(world, json!({}));
        let draft =
            c.make(world, "attestation", json!({"title": "次の版の下書き", "scenario": "other"}));
        let mut own: Vec<Vec<(&str, RecordId)>> = Vec::new();
        for k in [0, 1] {
            let client = c.clients[k].as_str();
            let show = |a: &RecordId| {
                json!({"attestation": a.as_str(), "client": client,
                "recipient": "システム部長", "channel": "paper"})
            };
            own.push(vec![
                ("client_requirement", c.ask(world, k, "見せてほしい", json!({}))),
                (
                    "client_terms",
                    c.make(
                        world,
                        "client_terms",
                        json!({"client": client,
                        "attestation": "own", "why": "社内の決まり"}),
                    ),
                ),
                ("attestation_delivery", c.make(world, "attestation_delivery", show(&attestation))),
            ]);
            // A draft is copied to nobody.
            let early = c.make(world, "attestation_delivery", show(&draft));
            let early = ("attestation_delivery", &early);
            assert!(!world.get(early).body.contains_key("content"));
            let none = world.app.record(&c.sides[k], register(early.0).unwrap(), early.1, None);
            assert!(matches!(none, Err(AppError::NotFound)), "a draft is shown to nobody");
        }
        for (k, other) in [(0, 1), (1, 0)] {
            let side = &c.sides[k];
            for (name, id) in &own[k] {
                let def = register(name).unwrap();
                world.app.record(side, def, id, None).unwrap();
                let listed =
                    world.app.list(side, &okiagari_app::ListRequest::first(def, 100)).unwrap();
                assert_eq!(listed.records.len(), 1, "{name}: the own one and no count of others");
            }
            for (name, id) in &own[other] {
                let def = register(name).unwrap();
                let theirs = world.app.record(side, def, id, None);
                assert!(matches!(theirs, Err(AppError::NotFound)), "{name}");
            }
            for inside in ["assurance_item", "client_answer", "attestation", "reconnection", "link"]
            {
                let def = register(inside).unwrap();
                let listed = world.app.list(side, &okiagari_app::ListRequest::first(def, 10));
                assert!(
                    listed.map_or(true, |l| l.records.is_empty()),
                    "{inside} is the organisation's own"
                );
            }
        }
        // A record cannot be turned to another client.
        let (name, id) = &own[0][0];
        let turned = world.edit("csirt", (name, id), json!({"client": c.clients[1].as_str()}));
        assert_eq!(fields(turned.unwrap_err()), [("client".to_owned(), "wrong_value")]);
        // An answer meant for one client alone fits no other.
        let alone = c.answer(world, json!({"client": c.clients[0].as_str()}));
        c.approve(world, &alone);
        let to = json!({"answer": alone.as_str(), "answered_to": "担当"});
        let (name, id) = &own[1][0];
        assert_eq!(
            gates(world.step("csirt", (name, id), "answer", to.clone()).unwrap_err()),
            ["answer_fits"]
        );
        let (name, id) = &own[0][0];
        world.step("csirt", (name, id), "answer", to).unwrap();
        world.verifies();
    });
}

/// G7-18, G7-60, G7-62, G7-66, G7-69, G7-70, G7-76.
#[test]
fn the_client_decides_on_its_own_link_with_open_items_and_days_left_in_view() {
    on_each(|world| {
        let c = Case::new(world);
        let made = c.all_done(world);
        let link = ("link", &c.links[0]);
        assert_eq!(world.findings(link, "link.contingency").len(), 2, "neither side is on record");
        let stand_in = |side: &str, until: &str| {
            json!({"workaround": "紙とFAX",
            "link": c.links[0].as_str(), "side": side, "capacity": 40, "people": "6人",
            "cost": 80_000, "holds_until": until, "ends_by": "人手", "review_on": "2026-11-28"})
        };
        let ours = c.make(world, "contingency", stand_in("us", "2026-12-05"));
        assert_eq!(world.findings(link, "link.contingency").len(), 1);
        c.make(world, "contingency", stand_in("them", "2026-11-30"));
        assert!(world.findings(link, "link.contingency").is_empty());
        assert!(world.findings(("contingency", &ours), "contingency.holds").is_empty());
        // A rule that makes the attestation a must is named.
        let terms = json!({"client": c.clients[0].as_str(), "attestation": "third_party",
            "why": "大手の決まり", "mandatory": true, "standard": "ISO 27001の管理策ごとの証拠"});
        let mut body = terms.clone();
        body["reconnection"] = c.case.as_str().into();
        let unnamed = world.create("csirt", "client_terms", body).unwrap_err();
        assert_eq!(fields(unnamed), [("rule".to_owned(), "required")]);
        let mut body = terms;
        body["rule"] = "委託先管理規程 第9条".into();
        let terms = c.make(world, "client_terms", body);
        assert_eq!(
            world.get(("client_terms", &terms)).text("standard"),
            "ISO 27001の管理策ごとの証拠"
        );
        // Shortening a check needs its reason.
        let id = c.decision(world, 0, json!({}));
        let it = ("reconnection_decision", &id);
        let hasty = world.edit("csirt", it, json!({"shortened": "侵入試験"})).unwrap_err();
        assert_eq!(fields(hasty), [("shortened_why".to_owned(), "required")]);
        // The gate stays closed without the attestation, even if somebody accepts the risk.
        let risk = json!({"accepted_by": "頭取"});
        let refused = world.step("executive", it, "decide", yes(risk)).unwrap_err();
        assert_eq!(gates(refused), ["attested"]);
        let plain = c.issued(world, json!({}));
        let choose = |a: &RecordId| {
            world.edit("csirt", it, json!({"attestation": a.as_str()})).unwrap();
            let show = json!({"attestation": a.as_str(), "client": c.clients[0].as_str(),
                "recipient": "頭取", "channel": "paper"});
            c.make(world, "attestation_delivery", show);
        };
        choose(&plain);
        let refused = world.step("executive", it, "decide", yes(json!({}))).unwrap_err();
        assert_eq!(gates(refused), ["attested"], "no third party stands behind it");
        let firm = world.make("contact", json!({"name": "調査会社", "kind": "security_vendor"})).id;
        let report = c.make(
            world,
            "investigation_report",
            json!({"title": "調査", "provider": firm.as_str(), "scope": "全体",
                "from_on": "2026-11-20", "to_on": "2026-11-21", "method": "解析",
                "findings": "除去済み", "limits": "なし", "signed_by": "主任",
                "signed_on": "2026-11-21"}),
        );
        let open = ("assurance_item", &made[6]);
        world.step("csirt", open, "reopen", json!({"expected_on": "2026-12-01"})).unwrap();
        let backed = c.issued(world, json!({"reports": [report.as_str()]}));
        choose(&backed);
        // Before a) to h) are finished: open items, conditions, watching, who accepted the risk.
        for lacking in ["conditions", "watching", "accepted_by"] {
            let mut full = yes(json!({"conditions": "一日一回だけ", "watching": "全件を照合",
                "accepted_by": "頭取"}));
            full.as_object_mut().unwrap().remove(lacking);
            let refused = world.step("executive", it, "decide", full).unwrap_err();
            assert_eq!(gates(refused), ["open_accepted"], "{lacking}");
        }
        let full = || {
            yes(json!({"conditions": "一日一回だけ", "watching": "全件を照合",
            "accepted_by": "頭取"}))
        };
        // The client has the last word.
        let mut ours = full();
        ours["decider_client"] = false.into();
        assert_eq!(gates(world.step("executive", it, "decide", ours).unwrap_err()), ["last_word"]);
        world.edit("csirt", it, json!({"client_view": null})).unwrap();
        let alone = world.step("executive", it, "decide", full()).unwrap_err();
        assert_eq!(gates(alone), ["both_views"]);
        world.edit("csirt", it, json!({"client_view": "段階的なら戻せる"})).unwrap();
        world.step("executive", it, "decide", full()).unwrap();
        let made = world.get(it);
        assert_eq!(made.ids("open_items"), ["lessonsの項目"]);
        assert_eq!(made.int("days_left"), Some(9), "the side that gives out first decides");
        assert_eq!(made.int("attestation_version"), Some(1));
        assert_eq!(
            (made.text("technical_by"), made.text("decider")),
            ("甲銀行の技術責任者", "甲銀行の頭取")
        );
        assert_eq!(made.text("recommendation"), "acceptable");
        assert_eq!(made.ids("agreed"), ["段階的に戻す"]);
        assert!(made.time("decided_at").is_some());
    });
}

/// G7-43: one client's gate is open or closed apart from the others'.
#[test]
fn each_client_has_gates_of_its_own() {
    on_each(|world| {
        let c = Case::new(world);
        let needed = c.ask(world, 0, "封じ込めの証拠", json!({"gate": "assurance"}));
        c.ask(world, 1, "急がない質問", json!({}));
        let gate = |k: usize| {
            let all = world.all("client_requirement");
            gate_open(&all, c.clients[k].as_str(), PhaseKind::Assurance)
        };
        assert_eq!((gate(0), gate(1)), (Some(false), None));
        let first = c.decision(world, 0, json!({}));
        let second = c.decision(world, 1, json!({}));
        let refused =
            world.step("executive", ("reconnection_decision", &first), "decide", yes(json!({})));
        assert_eq!(gates(refused.unwrap_err()), ["own_gates"]);
        world
            .step("executive", ("reconnection_decision", &second), "decide", yes(json!({})))
            .unwrap();
        let answer = c.answer(world, json!({}));
        c.approve(world, &answer);
        let it = ("client_requirement", &needed);
        let to = json!({"answer": answer.as_str(), "answered_to": "担当"});
        world.step("csirt", it, "answer", to).unwrap();
        assert_eq!(gate(0), Some(false), "answered is not accepted");
        world.step("csirt", it, "accept", json!({"accepted_by": "部長"})).unwrap();
        assert_eq!(gate(0), Some(true));
        world
            .step("executive", ("reconnection_decision", &first), "decide", yes(json!({})))
            .unwrap();
    });
}

/// G7-40, G7-77, G7-78, G7-79, G7-80 and G7-02.
#[test]
fn a_link_comes_back_in_stages_and_a_failed_test_an_alert_or_a_question_stops_it() {
    on_each(|world| {
        let c = Case::new(world);
        let [first, second] = &c.links;
        for link in [first, second] {
            let agreed = json!({"again": "yes", "again_why": "業務に要る",
                "conditions": [{"text": "鍵の交換", "side": "both", "met_on": "2026-11-21"}]});
            world.step("ciso", ("link", link), "agree", agreed).unwrap();
        }
        let trial = json!({"planned_on": "2026-11-22"});
        let it = ("link", first);
        let closed = |step: &str, patch: &Value| {
            gates(world.step("ciso", it, step, patch.clone()).unwrap_err())
        };
        assert_eq!(closed("trial", &trial), ["phase_open", "decided", "watched"]);
        super::reconnect_case::open_phase(world, &c.case, "reconnection");
        assert_eq!(closed("trial", &trial), ["decided", "watched"]);
        let watch = |link: &RecordId| {
            let id = c.make(
                world,
                "monitoring_plan",
                json!({"what": "受注の件数", "link": link.as_str(), "thresholds": "前週の二倍",
                    "side": "both", "who": "双方の当番", "often": "10分ごと", "cut_when": "二回続けて超えたら"}),
            );
            world.step("csirt", ("monitoring_plan", &id), "begin", json!({})).unwrap();
            id
        };
        let plan = watch(first);
        assert_eq!(closed("trial", &trial), ["decided"]);
        let decision = c.decision(world, 0, json!({}));
        world
            .step("executive", ("reconnection_decision", &decision), "decide", yes(json!({})))
            .unwrap();
        // Asked while reconnecting: it opens an assurance item, and holds the stage.
        let before = world.all("assurance_item").len();
        let asked = c.ask(
            world,
            0,
            "切り替えの手順を見たい",
            json!({"phase": "reconnection", "holds_stage": true}),
        );
        let items = world.all("assurance_item");
        assert_eq!(items.len(), before + 1);
        let opened = items.last().unwrap();
        assert_eq!((opened.ids("asked_by"), opened.text("state")), (vec![asked.as_str()], "open"));
        assert_eq!(closed("trial", &trial), ["answered"]);
        let answer = c.answer(world, json!({}));
        c.approve(world, &answer);
        let question = ("client_requirement", &asked);
        let to = json!({"answer": answer.as_str(), "answered_to": "担当"});
        world.step("csirt", question, "answer", to.clone()).unwrap();
        world.step("csirt", question, "ask_again", json!({"not_enough": "図がない"})).unwrap();
        assert_eq!(closed("trial", &trial), ["answered"]);
        world.step("csirt", question, "answer", to).unwrap();
        assert_eq!(world.get(question).int("rounds"), Some(1), "round trips are counted");
        world.step("ciso", it, "trial", trial.clone()).unwrap();
        // First stage: a test that both sides reconcile.
        assert_eq!(closed("stage", &json!({})), ["first_stage"]);
        let test = |title: &str| {
            let body = json!({"title": title, "link": first.as_str(), "stage": "first",
                "kind": "注文", "expected": "受付番号が返る", "covers": ["correct", "unaltered"]});
            let id = c.make(world, "test_transaction", body);
            let ran = json!({"actual": "受付番号が返った"});
            world.step("csirt", ("test_transaction", &id), "run", ran).unwrap();
            id
        };
        let uncovered = json!({"reconnection": c.case.as_str(), "title": "x", "stage": "first",
            "link": first.as_str(), "kind": "注文", "expected": "y"});
        let refused = world.create("csirt", "test_transaction", uncovered).unwrap_err();
        assert_eq!(fields(refused), [("covers".to_owned(), "required")]);
        let bad = test("最初の注文");
        let side = |theirs: &str| {
            json!({"ours": "agrees", "ours_by": "当社の担当",
            "theirs": theirs, "theirs_by": "甲銀行の担当"})
        };
        let one_sided = world.step("csirt", ("test_transaction", &bad), "pass", side("differs"));
        assert_eq!(gates(one_sided.unwrap_err()), ["both_agree"]);
        let why = json!({"failed_why": "金額が違う", "theirs": "differs"});
        world.step("csirt", ("test_transaction", &bad), "fail", why).unwrap();
        let good = test("直した後の注文");
        world.step("csirt", ("test_transaction", &good), "pass", side("agrees")).unwrap();
        assert_eq!(closed("stage", &json!({})), ["first_stage", "tests_passed"], "one has failed");
        let anew = json!({"again": good.as_str()});
        world.step("csirt", ("test_transaction", &bad), "replace", anew).unwrap();
        // An alert stops the next stage.
        let watched = ("monitoring_plan", &plan);
        world.step("csirt", watched, "alert", json!({"alert": "件数が三倍"})).unwrap();
        assert_eq!(world.findings(watched, "monitoring_plan.quiet").len(), 1);
        assert_eq!(closed("stage", &json!({})), ["watched"]);
        world.step("ciso", watched, "clear", json!({"cleared": "月末の集中と確認"})).unwrap();
        world.step("ciso", it, "stage", json!({})).unwrap();
        world.step("ciso", it, "reconnect", json!({})).unwrap();
        assert_eq!(world.get(it).text("state"), "reconnected");
    });
}
