//! Triage, past cases, the board and the signals as pages.

use super::world::{NIGHT, World};
use serde_json::json;

/// JP-29: where the records are kept is plain, and they are found by kind, asset, method, result.
#[tokio::test]
async fn past_cases_are_found_by_kind_asset_method_and_result() {
    let world = World::new();
    let asset = world.make("asset", json!({"name": "顧客名簿"}));
    let system = world.make("system", json!({"name": "通販", "rto": 60}));
    world.make(
        "incident",
        json!({"title": "名簿の件", "kind": "information_leak",
        "method": "委託先の端末から", "outcome": "全件を回収", "assets": [asset.as_str()]}),
    );
    world.make("incident", json!({"title": "暗号化の件", "kind": "malware",
        "method": "偽の請求書", "outcome": "控えから復旧", "systems": [{"system": system.as_str()}]}));
    let mine = world.as_user("responder").await;
    let all = mine.get("/cases").await.is(200).says("名簿の件").says("暗号化の件");
    drop(all.says("記録の置き場所").says("/cases"));
    let enc = crate::html::enc;
    for (query, found, other) in [
        ("kind=malware".to_owned(), "暗号化の件", "名簿の件"),
        (format!("asset={asset}"), "名簿の件", "暗号化の件"),
        (format!("system={system}"), "暗号化の件", "名簿の件"),
        (format!("method={}", enc("委託先")), "名簿の件", "暗号化の件"),
        (format!("result={}", enc("復旧")), "暗号化の件", "名簿の件"),
    ] {
        drop(mine.get(&format!("/cases?{query}")).await.is(200).says(found).never_says(other));
    }
}

/// The triage form brings what the report says, every criterion, like cases and what helps.
#[tokio::test]
async fn the_triage_page_offers_criteria_like_cases_and_resources() {
    let world = World::new();
    world.make("incident", json!({"title": "ランサムウェアの件", "kind": "malware"}));
    let says = json!({"name": "業務が止まった", "says": "incident"});
    world.make("incident_criterion", says);
    world.make("person", json!({"name": "経験 太郎", "experience": ["malware"]}));
    let report =
        world.make("report", json!({"what": "ランサムウェアの脅迫文", "event": "malware"}));
    let mine = world.as_user("responder").await;
    let place = format!("/reports/{report}/triage");
    drop(mine.get(&format!("/r/report/{report}")).await.is(200).says(&place));
    let page = mine.get(&place).await.is(200);
    let page = page.says("業務が止まった").says("ランサムウェアの件").says("同じ種類");
    drop(page.says("経験 太郎").says("action=\"/r/triage/new\""));
    let employee = world.as_user("employee").await;
    employee.get(&place).await.is(404);
    mine.get("/reports/none/triage").await.is(404);
}

#[tokio::test]
async fn the_board_and_the_signals_are_pages_that_work_without_scripts() {
    let world = World::new();
    let case = world
        .make("incident", json!({"title": "通販の停止", "kind": "malware", "aware_at": NIGHT}));
    let mine = world.as_user("responder").await;
    let board = mine.get("/board").await.is(200).says("通販の停止").says("まだ判断していない");
    drop(board.says(&format!("/r/case_order/new?incident={case}")));
    drop(mine.get("/signals").await.is(200).says("待っている信号はありません"));
    let bearer = format!("Bearer {}", world.token("responder"));
    let api = world.nobody().with("authorization", &bearer);
    let sent = json!({"body": {"source": "EDR", "at": "2026-11-21T02:00:00+09:00", "asset": "PC-1",
        "kind": "alert", "severity": "high"}});
    let send = |body: serde_json::Value| {
        let (api, bytes) = (&api, body.to_string().into_bytes());
        async move {
            let post = axum::http::Method::POST;
            api.send(post, "/api/v1/signals", "application/json", bytes).await
        }
    };
    let taken = send(sent.clone()).await.is(201);
    let taken: serde_json::Value = serde_json::from_slice(&taken.bytes).unwrap();
    assert!(taken["report"].is_null());
    send(sent).await.is(201);
    send(json!({"body": {"source": "EDR"}})).await.is(422);
    let id = taken["id"].as_str().unwrap();
    let page = mine.get("/signals").await.is(200).says("EDR").says("PC-1");
    assert_eq!(page.text.matches("name=\"id\"").count(), 1, "sent twice it waits once");
    let made = mine.post("/signals", &[("id", id), ("do", "report")]).await;
    drop(mine.get(&made.place()).await.is(200).says("監視による検知"));
    drop(mine.get("/signals").await.is(200).says("待っている信号はありません"));
    let executive = world.as_user("employee").await;
    executive.get("/signals").await.is(403);
}
