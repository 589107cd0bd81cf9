//! The reconnection case in one picture, its gateways and times, and taking a framework.

use super::world::{NIGHT, World};
use serde_json::json;

const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn the_case_shows_phases_gateways_what_is_next_and_the_time_spent_at_each() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    mine.get("/reconnect")
        .await
        .is(200)
        .says("開いている再接続案件はありません")
        .says("見本を取り込む");
    let taken = mine.post("/reconnect/frameworks/whole/take", &[("at", "1")]).await.place();
    mine.get(&taken).await.is(200).says("再接続枠組み（全体）");
    mine.post("/reconnect/frameworks/none/take", &[]).await.is(404);
    let framework = taken.rsplit('/').next().unwrap().to_owned();
    let person = world.make("person", json!({"name": "見崎 守"}));
    let incident = world.make("incident", json!({"title": "改ざん", "kind": "cyber_attack"}));
    let case = world.make(
        "reconnection",
        json!({"title": "受発注の再接続", "side": "compromised", "incident": incident.as_str(),
            "goal": "安全につなぎ直す", "scope": "cyber",
            "scope_line": "技術・サイバーのリスクだけを扱います。",
            "framework": framework, "accountable": person.as_str()}),
    );
    let page = format!("/reconnect/{case}");
    let chips = mine.get(&page).await.is(200).says("承認済みの枠組みを、案件に選んでください。");
    for word in ["評価", "修復", "保証", "再接続", "復旧", "業務の再開（技術面の再接続の外）"]
    {
        assert!(chips.text.contains(word), "{word}");
    }
    world.edit("framework", &framework, json!({"state": "approved"}));
    mine.get(&page)
        .await
        .is(200)
        .says("次は「評価」を始めます。")
        .says("技術・サイバーのリスクだけを扱います。");
    let phase = world.make(
        "reconnect_phase",
        json!({"reconnection": case.as_str(), "name": "評価（倉庫）", "kind": "assessment", "place": 1,
            "part": world.make("isolated_part", json!({"reconnection": case.as_str(), "name": "倉庫",
                "isolated_at": NIGHT})).as_str(),
            "state": "complete", "begun_at": NIGHT, "completed_at": NIGHT + 5 * HOUR}),
    );
    world.make(
        "gate_check",
        json!({"reconnection": case.as_str(), "phase": phase.as_str(), "criterion": "g1-1",
            "measure": "割合", "needed": "100%", "reached": "98%", "shown_by": "検査",
            "verdict": "not_reached", "judged_by": person.as_str(), "judged_at": NIGHT + 3 * HOUR}),
    );
    let shown = mine.get(&page).await.is(200);
    // Five hours in the phase, two of them at its gateway.
    shown
        .says("98%")
        .says("見崎 守")
        .says("倉庫")
        .says("<td>5時間</td><td>2時間</td>")
        .says("<svg");
    mine.get("/reconnect").await.is(200).says("受発注の再接続").says("次は「評価」を始めます。");
    mine.get(&format!("/r/reconnection/{case}")).await.is(200).says(&page);
    mine.get("/w/reconnect").await.is(200).says("/reconnect\"");
    mine.get("/reconnect/none").await.is(404);
}

/// G7-56: from the remediation phase on the incident report can be issued, with summary, timeline,
/// cause, impact, measures, what is left, and first lessons.
#[tokio::test]
async fn the_incident_report_is_issued_from_remediation_with_its_seven_parts() {
    let world = World::new();
    let mine = world.as_user("chief").await;
    let person = world.make("person", json!({"name": "見崎 守"}));
    let incident = world.make(
        "incident",
        json!({"title": "改ざん", "kind": "cyber_attack", "aware_at": NIGHT,
            "summary": "注文が書き換えられた", "effect_on_others": "二社の納期が遅れた",
            "causes": [{"key": "A", "class": "technical", "text": "古い機器が残っていた"}]}),
    );
    let case = world.make(
        "reconnection",
        json!({"title": "受発注の再接続", "side": "compromised", "incident": incident.as_str(),
            "goal": "安全につなぎ直す", "scope": "cyber", "scope_line": "技術のリスクだけ",
            "accountable": person.as_str()}),
    );
    let page = format!("/reconnect/{case}");
    let report = format!("/documents/incident-report/{incident}");
    mine.get(&page).await.is(200).never_says(&report);
    let part = json!({"reconnection": case.as_str(), "name": "倉庫", "isolated_at": NIGHT});
    let part = world.make("isolated_part", part);
    world.make(
        "reconnect_phase",
        json!({"reconnection": case.as_str(), "name": "修復（倉庫）", "kind": "remediation",
            "place": 2, "part": part.as_str(), "state": "open", "begun_at": NIGHT}),
    );
    mine.get(&page).await.is(200).says(&report).says("インシデント報告書を出す");
    world.make(
        "impact",
        json!({"reconnection": case.as_str(), "what": "出荷の停止", "area": "operations",
            "exposure": "operational", "estimate": "三日分", "basis": "出荷の記録",
            "confidence": "medium", "on": "2026-11-21"}),
    );
    let repair = |title: &str, state: &str| json!({"reconnection": case.as_str(), "title": title, "end": "mend", "state": state});
    world.make("remediation", repair("機器を替える", "open"));
    world.make("remediation", repair("終えた修復", "done"));
    world.make("task", json!({"incident": incident.as_str(), "title": "写しを突き合わせる"}));
    world.make(
        "improvement",
        json!({"incident": incident.as_str(), "measure": "機器の台帳を作る", "cause_key": "A"}),
    );
    let lesson = json!([{"viewpoint": "technology", "text": "古い機器を見落としていた"}]);
    world.make(
        "review",
        json!({"incident": incident.as_str(), "title": "振り返り", "held_at": NIGHT,
            "lessons": lesson}),
    );
    let paper = mine.get(&report).await.is(200);
    for words in [
        "注文が書き換えられた",
        "時系列",
        "古い機器が残っていた",
        "二社の納期が遅れた",
        "出荷の停止",
        "三日分（出荷の記録）",
        "機器の台帳を作る",
    ] {
        assert!(paper.text.contains(words), "{words}");
    }
    let left = paper.text.split("id=\"left\"").nth(1).unwrap();
    let (left, lessons) = left.split_once("id=\"lessons\"").unwrap();
    for words in ["機器を替える", "写しを突き合わせる", "機器の台帳を作る"] {
        assert!(left.contains(words), "{words}");
    }
    assert!(!left.contains("終えた修復"), "what is done is not left");
    assert!(lessons.contains("古い機器を見落としていた"));
}
