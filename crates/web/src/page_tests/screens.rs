//! Screens that requirements name exist; what the pages show of openings, mentions and first
//! entries.

use super::world::World;
use crate::pages::requirements::SCREENS;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn every_screen_that_a_requirement_names_exists_and_every_row_is_one() {
    let world = World::new();
    let mine = world.as_user("chief").await;
    let known: BTreeSet<String> = world.app.requirements(&[]).into_iter().map(|r| r.id).collect();
    let incident = world.make("incident", json!({"title": "見本", "kind": "other"}));
    let review =
        world.make("review", json!({"title": "振り返り", "held_at": 1_795_196_400_000_i64}));
    let plan = world.make("written_plan", json!({"name": "計画", "kind": "cp"}));
    let exercise = world.make(
        "exercise",
        json!({"title": "訓練", "kind": "tabletop", "held_on": "2026-11-20", "objectives": "試す"}),
    );
    let person = world.make("person", json!({"name": "統括"}));
    let case = world.make(
        "reconnection",
        json!({"title": "再接続", "side": "compromised", "incident": incident.as_str(),
            "goal": "戻す", "scope": "cyber", "scope_line": "技術", "accountable": person.as_str()}),
    );
    let attestation = world.make(
        "attestation",
        json!({"title": "認証書", "scenario": "other", "reconnection": case.as_str()}),
    );
    let rhythm = world.make(
        "update_rhythm",
        json!({"title": "連絡", "audiences": ["clients"], "mode": "shared", "contact": "窓口",
            "reconnection": case.as_str(), "owner": person.as_str()}),
    );
    let phase = world.make(
        "reconnect_phase",
        json!({"reconnection": case.as_str(), "name": "評価", "kind": "assessment"}),
    );
    let update = world.make(
        "status_update",
        json!({"title": "更新", "reconnection": case.as_str(), "rhythm": rhythm.as_str(),
            "phase": phase.as_str()}),
    );
    let audit = world.make(
        "audit",
        json!({"title": "監査", "kind": "internal", "scope": "すべて", "criteria": "規程",
            "lead": person.as_str(), "planned_on": "2026-11-30"}),
    );
    let report_plan = world.make(
        "report_plan",
        json!({"name": "報告", "stakeholder": "management", "language": "ja", "level": "plain",
            "method": "mail", "needs": [{"key": "N", "need": "状況", "part": "words"}]}),
    );
    let report = world.make(
        "report_issue",
        json!({"plan": report_plan.as_str(), "title": "報告", "period_from": "2026-10-01",
            "period_to": "2026-10-31"}),
    );
    for (route, ids) in SCREENS {
        for id in *ids {
            assert!(known.contains(*id), "{route}: {id} is no requirement");
        }
        let of = match *route {
            r if r.contains("improvement") => &review,
            r if r.contains("plan") => &plan,
            r if r.contains("exercise") => &exercise,
            r if r.starts_with("/audit/") => &audit,
            "/documents/report/{id}" => &report,
            r if r.contains("attestation") => &attestation,
            r if r.contains("status-update") => &update,
            r if r.contains("reconnect") => &case,
            _ => &incident,
        };
        let path = route
            .replace("{org}", world.org.as_str())
            .replace("{register}", "incident")
            .replace("{id}", of.as_str());
        let status = mine.get(&path).await.status;
        assert!(matches!(status, 200 | 303 | 307), "{route}: {status}");
    }
}

#[tokio::test]
async fn an_empty_register_says_what_a_good_first_entry_holds_and_what_comes_next() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    let page = mine.get("/r/monitoring").await.is(200);
    page.says("はじめの1件に書くこと")
        .says("例: 1時間に10回を超えるログインの失敗")
        .says("「役割と代行者」から選ぶ")
        .says("毎日・毎週 など")
        .says("足りないところが「不備」に出ます")
        .says("最初の1件を登録する");
}
