//! The recovery board and readiness as pages.

use super::world::{NIGHT, World};
use serde_json::json;

/// The pages themselves: read by a responder over a real application, closed to others.
#[tokio::test]
async fn the_board_and_readiness_are_pages_of_their_own() {
    let world = World::new();
    let system = world.make("system", json!({"name": "通販", "importance": "high", "rto": 240}));
    let incident = world.make(
        "incident",
        json!({"title": "暗号化", "kind": "malware",
            "systems": [{"system": system.as_str(), "stopped_at": NIGHT}]}),
    );
    let mine = world.as_user("responder").await;
    let board = mine.get(&format!("/recover/{incident}")).await.is(200);
    let board = board.says("通販").says("代わりに切り替える").says("目標 4時間");
    drop(board.says("まだありません。攻撃のときは"));
    let readiness = mine.get("/recover").await.is(200).says("目標の例").says("会計・給与");
    drop(readiness.says("rto=720").says("測れません"));
    mine.get("/w/recover").await.is(200).says("/recover\"");
    let made = mine.post("/metrics/keep", &[("metric", "drills"), ("comment", "少ない")]).await;
    mine.get(&made.place()).await.is(200).says("台帳から計算").says("未達");
    mine.get("/recover/none").await.is(404);
}
