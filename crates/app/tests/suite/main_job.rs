//! Someone reports something odd; it becomes an incident, is worked on against the clock, and is
//! closed with lessons.

use super::harness::{NIGHT, World, gates, on_each, opened};
use okiagari_app::AppError;
use okiagari_app::intake::PublicReport;
use okiagari_model::MINUTE;
use serde_json::json;

#[test]
fn from_a_report_without_account_to_a_closed_incident() {
    on_each(main_job);
}

fn main_job(world: &World) {
    let report = PublicReport {
        what: "管理画面に知らないログインがあります".into(),
        place: "受注サーバ".into(),
        elapsed_ms: Some(20_000),
        ..PublicReport::default()
    };
    let receipt = world.app.report_public(&world.org, &report).unwrap();
    assert_eq!(receipt.number, "R-1");
    let status = world.app.report_status(&world.org, "R-1", &receipt.secret).unwrap();
    assert_eq!(status.state.ja, "受付待ち");
    assert!(matches!(world.app.report_status(&world.org, "R-1", "wrong"), Err(AppError::NotFound)));

    // The desk finds it waiting, owned by whoever answers for the unforeseen.
    let home = world.app.home(&world.ctx("csirt")).unwrap();
    let report = home.reports.first().expect("a waiting report").clone();
    assert_eq!(report.ids("owner"), [world.people["unforeseen_owner"].as_str()]);
    let told = world
        .app
        .list(
            &world.ctx("security_manager"),
            &okiagari_app::ListRequest::first(okiagari_model::register("message").unwrap(), 20),
        )
        .unwrap();
    assert_eq!(
        told.records.len(),
        3,
        "IT management, top management and the external support are told"
    );

    world.pass(5 * MINUTE);
    let made = world
        .step(
            "csirt",
            ("report", &report.id),
            "open_incident",
            json!({"event": "unauthorised_access"}),
        )
        .unwrap();
    let incident = opened(&made, "incident").remove(0);
    assert_eq!(world.text(("report", &report.id), "incident"), incident.as_str());
    assert_eq!(world.text(("incident", &incident), "state"), "reported");

    let it = ("incident", &incident);
    let lead = world.people["csirt"].as_str();
    let organised = world
        .step(
            "csirt",
            it,
            "organise",
            json!({
        "severity": "high", "priority": "now", "lead": lead, "sharing": "responders", "grave": true,
        "personal_data": true, "personal_data_at": NIGHT}),
        )
        .unwrap();
    assert_eq!(opened(&organised, "task").len(), 6);

    let clocks = world.app.deadlines(&world.ctx("csirt"), Some(&incident)).unwrap();
    assert!(!clocks.is_empty(), "the statutory filing has its own clock");

    // Grave: nothing moves on before telling IPA and JPCERT/CC is decided and evidence is taken.
    assert_eq!(
        gates(world.step("csirt", it, "contain", json!({})).unwrap_err()),
        ["outside_bodies", "evidence_first"]
    );
    for topic in ["report_ipa", "report_jpcert"] {
        world
            .create(
                "csirt",
                "decision",
                json!({"incident": incident.as_str(), "topic": topic,
            "question": "連絡しますか", "decision": "はい", "decided_at": NIGHT}),
            )
            .unwrap();
    }
    assert_eq!(
        gates(world.step("csirt", it, "contain", json!({})).unwrap_err()),
        ["evidence_first"]
    );
    world
        .create(
            "csirt",
            "evidence",
            json!({"incident": incident.as_str(), "name": "アクセスログ",
        "kind": "log", "taken_at": NIGHT, "storage": "金庫"}),
        )
        .unwrap();
    world.step("csirt", it, "contain", json!({})).unwrap();
    world.step("csirt", it, "eradicate", json!({})).unwrap();
    assert!(matches!(world.step("csirt", it, "recover", json!({})), Err(AppError::Role(_))));
    world.step("security_manager", it, "recover", json!({})).unwrap();

    // No end without evaluation and routed lessons.
    assert_eq!(gates(world.step("csirt", it, "evaluate", json!({})).unwrap_err()), ["review_held"]);
    world
        .create(
            "csirt",
            "review",
            json!({"incident": incident.as_str(), "title": "振り返り",
        "held_at": NIGHT}),
        )
        .unwrap();
    world
        .step(
            "csirt",
            it,
            "evaluate",
            json!({"causes": [
        {"key": "C1", "class": "technical", "text": "多要素認証が無かった"}]}),
        )
        .unwrap();
    assert_eq!(
        gates(world.step("csirt", it, "hand_over", json!({})).unwrap_err()),
        ["lessons_routed", "causes_measured"]
    );
    world
        .create(
            "csirt",
            "improvement",
            json!({"incident": incident.as_str(),
        "measure": "多要素認証を入れる", "cause_key": "C1"}),
        )
        .unwrap();
    world.step("csirt", it, "hand_over", json!({})).unwrap();
    world.confirm_closing(&incident);
    let closed = world.step("security_manager", it, "close", json!({}));
    let left = gates(closed.unwrap_err());
    assert_eq!(left, ["obligations_settled"], "deadlines must be settled first");
    for d in world.app.deadlines(&world.ctx("security_manager"), Some(&incident)).unwrap() {
        if !d.done {
            world
                .step(
                    "security_manager",
                    ("obligation", &d.record.id),
                    "finish",
                    json!({"proof": "受付 123"}),
                )
                .unwrap();
        }
    }
    world.step("security_manager", it, "close", json!({})).unwrap();
    assert_eq!(world.text(it, "state"), "closed");

    let proof = world
        .app
        .proof(&world.ctx("auditor"), okiagari_model::register("incident").unwrap(), &incident, 1)
        .unwrap();
    let check = world.app.verify_upload(proof.tlog_proof.as_bytes()).unwrap();
    assert!(check.good(), "{check:?}");
}
