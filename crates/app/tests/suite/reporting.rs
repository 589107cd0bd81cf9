//! Reports to stakeholders, and what stays inside.

use super::harness::{NIGHT, World, fields, gates, on_each};
use okiagari_app::{AppError, PackageAsk};
use okiagari_model::{DAY, RecordId};
use serde_json::{Value, json};

fn plan(world: &World, more: Value) -> RecordId {
    let mut body = json!({"name": "四半期の報告", "stakeholder": "management",
        "role": world.role("executive").id.as_str(),
        "needs": [{"key": "N1", "need": "被害の見通し", "part": "incidents"},
            {"key": "N2", "need": "投資の効き目", "part": "words"}],
        "objective": "受注を止めない", "decision": "来期の予算", "language": "ja",
        "level": "management", "method": "meeting", "every_months": 3, "useful_days": 10,
        "cost": 20_000, "owner": world.people["ciso"].as_str()});
    super::harness::merge(&mut body, more);
    world.create("ciso", "report_plan", body).unwrap().id
}

fn report(world: &World, plan: &RecordId, more: Value) -> RecordId {
    let mut body = json!({"plan": plan.as_str(), "title": "秋の報告",
        "period_from": "2026-08-21", "period_to": "2026-11-20"});
    super::harness::merge(&mut body, more);
    world.create("ciso", "report_issue", body).unwrap().id
}

/// NI-218, NI-219, NI-222: it answers each need of its reader, says what it means for objective and
/// decision, and to management which decision is asked for.
#[test]
fn a_report_answers_its_readers_needs_and_states_objective_and_decision() {
    on_each(|world| {
        let plan = plan(world, json!({}));
        let id = report(world, &plan, json!({}));
        let it = ("report_issue", &id);
        let settle = || world.step("ciso", it, "settle", json!({}));
        assert_eq!(gates(settle().unwrap_err()), ["bears_on", "every_need", "decidable"]);
        let bearing = json!({"objective_bearing": "受注の停止は無かった",
            "decision_bearing": "予算を据え置ける"});
        world.edit("ciso", it, bearing).unwrap();
        let asks = json!({"asks": "予算の据え置き", "options": "増やす／据え置く"});
        world.edit("ciso", it, asks).unwrap();
        let one = json!({"answers": [{"key": "N1", "text": "軽微"}]});
        world.edit("ciso", it, one).unwrap();
        assert_eq!(gates(settle().unwrap_err()), ["every_need"], "N2 is unanswered");
        let both =
            json!({"answers": [{"key": "N1", "text": "軽微"}, {"key": "N2", "text": "効いた"}]});
        world.edit("ciso", it, both).unwrap();
        settle().unwrap();
        // Other readers have other needs, and are asked for no decision.
        let needs = json!([{"key": "K", "need": "わたしの注文は届くか", "part": "words"}]);
        let customers = self::plan(
            world,
            json!({"name": "顧客への報告", "stakeholder": "customers", "needs": needs,
            "level": "plain"}),
        );
        let id = report(
            world,
            &customers,
            json!({"objective_bearing": "届けられる", "decision_bearing": "発注を続けられる",
            "answers": [{"key": "N1", "text": "軽微"}]}),
        );
        let closed = world.step("ciso", ("report_issue", &id), "settle", json!({})).unwrap_err();
        assert_eq!(gates(closed), ["every_need"]);
    });
}

/// NI-217, NI-220, NI-221: what it costs, how often, until when of use, when really delivered, to
/// whom, how, in which language; confirmed, with what the reader said.
#[test]
fn a_report_has_its_economy_and_its_delivery_and_the_readers_response() {
    on_each(|world| {
        let bare = plan(world, json!({"name": "古い報告", "cost": null, "every_months": null}));
        let found = world.findings(("report_plan", &bare), "report_plan.complete");
        let mut empty: Vec<&str> = found.iter().map(|f| f.field.as_str()).collect();
        empty.sort_unstable();
        assert_eq!(empty, ["cost", "every_months"]);
        let plan = plan(world, json!({}));
        let answers = json!([{"key": "N1", "text": "軽微"}, {"key": "N2", "text": "効いた"}]);
        let id = report(
            world,
            &plan,
            json!({"objective_bearing": "良い", "decision_bearing": "据え置き", "asks": "予算",
            "options": "二つ", "answers": answers}),
        );
        let it = ("report_issue", &id);
        // Of use until ten days after the period.
        let until = super::harness::jst("2026-11-30T23:59");
        assert_eq!(world.get(it).time("useful_until"), Some(until));
        world.step("ciso", it, "settle", json!({})).unwrap();
        let late = || world.findings(it, "report_issue.useful").len();
        assert_eq!(late(), 0);
        world.at("2026-12-01T00:00");
        world.app.tick().unwrap();
        assert_eq!(late(), 1, "no longer of use");
        let asked = fields(world.step("ciso", it, "deliver", json!({})).unwrap_err());
        let asked: Vec<&str> = asked.iter().map(|(f, _)| f.as_str()).collect();
        assert_eq!(asked, ["recipient", "method", "language"]);
        let given = json!({"recipient": "社長", "method": "meeting", "language": "ja", "cost": 18_000,
            "delivered_at": super::harness::jst("2026-11-28T10:00").millis()});
        world.step("ciso", it, "deliver", given).unwrap();
        assert_eq!(late(), 0, "it was delivered in time");
        let unconfirmed = || world.findings(it, "report_issue.confirmed").len();
        assert_eq!(unconfirmed(), 0);
        world.pass(7 * DAY);
        world.app.tick().unwrap();
        assert_eq!(unconfirmed(), 1);
        let response = json!({"confirmed_by": "社長", "response": "次は取引先への影響も知りたい"});
        world.step("ciso", it, "confirm", response).unwrap();
        assert_eq!(unconfirmed(), 0);
        assert_eq!(world.text(it, "response"), "次は取引先への影響も知りたい");
        // Three months and ten days on the next one is missed.
        let missed = || world.findings(("report_plan", &plan), "report_plan.due").len();
        assert_eq!(missed(), 0);
        world.at("2027-03-03T00:00");
        world.app.tick().unwrap();
        assert_eq!(missed(), 1);
    });
}

/// NI-447: the export enforces the limits, and so do messages.
#[test]
fn what_stays_inside_is_neither_sent_nor_exported() {
    on_each(|world| {
        world.make(
            "disclosure_limit",
            json!({"name": "設計情報", "kind": "secret", "words": ["社外秘"],
            "evidence": ["memory"], "except": ["police"], "why": "競争上の理由"}),
        );
        let incident = world.incident(json!({}));
        let message = |audience: &str, text: &str| {
            world
                .create(
                    "csirt",
                    "message",
                    json!({"incident": incident.as_str(), "subject": "調査の依頼", "text": text,
                    "channel": "telephone", "audience": audience, "to_others": "窓口"}),
                )
                .unwrap()
                .id
        };
        let approve = |id: &RecordId| {
            let by = json!({"approved_by": world.people["ciso"].as_str()});
            world.step("ciso", ("message", id), "approve", by)
        };
        let secret = message("helper", "構成図（社 外 秘）を送ります");
        assert_eq!(gates(approve(&secret).unwrap_err()), ["stays_inside"]);
        approve(&message("helper", "記録を送ります")).unwrap();
        approve(&message("police", "構成図（社外秘）を送ります")).unwrap();
        let inside = message("employees", "構成図（社外秘）を見てください");
        let role = world.role("it_manager").id;
        let to = json!({"to_others": null, "to_role": role.as_str()});
        world.edit("csirt", ("message", &inside), to).unwrap();
        approve(&inside).unwrap();
        // A limit that comes later holds what was approved before.
        let approved = message("helper", "顧客番号 12");
        approve(&approved).unwrap();
        world.make(
            "disclosure_limit",
            json!({"name": "顧客", "kind": "personal", "words": ["顧客番号"], "why": "個人情報"}),
        );
        let sent = json!({"sent_note": "電話"});
        let closed = world.step("csirt", ("message", &approved), "record_sent", sent).unwrap_err();
        assert_eq!(gates(closed), ["stays_inside"]);
        // Evidence.
        let item = |name: &str, kind: &str| {
            world
                .create(
                    "csirt",
                    "evidence",
                    json!({"incident": incident.as_str(), "name": name, "kind": kind,
                    "taken_at": NIGHT}),
                )
                .unwrap()
                .id
        };
        let fine = item("通信の記録", "log");
        let memory = item("端末のメモリ", "memory");
        let marked = item("社外秘の図", "other");
        let export = |items: Vec<RecordId>| {
            let ask =
                PackageAsk { receiver: "調査会社".into(), purpose: "調査".into(), items };
            world.app.export_evidence(&world.ctx("csirt"), &incident, &ask)
        };
        for held in [memory, marked] {
            let refused = export(vec![fine.clone(), held]).unwrap_err();
            assert!(
                matches!(&refused, AppError::Fields(f) if f[0].code == "stays_inside"),
                "{refused:?}"
            );
        }
        assert!(world.all("evidence_package").is_empty(), "nothing left, nothing is on record");
        export(vec![fine]).unwrap();
    });
}
