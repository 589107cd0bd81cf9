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
