//! Whatever is sent, the answer names what is wrong and nothing breaks.

use super::world::World;
use axum::http::Method;
use serde_json::json;

#[tokio::test]
async fn unknown_fields_wrong_types_and_long_texts_are_named_and_nothing_typed_is_lost() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    let long = "長".repeat(300);
    let typed = [
        ("name", long.as_str()),
        ("importance", "enormous"),
        ("restore_rank", "first"),
        ("nonsense", "1"),
        ("place", "金庫"),
    ];
    let refused = mine.post("/r/asset/new", &typed).await.is(422);
    let refused =
        refused.says("「重要度」には次のどれか").says("「復旧する順」には整数").says("nonsense");
    refused.says("value=\"first\"").says("value=\"金庫\"").says(&long).says("data-focus");
    let refused = mine.post("/r/asset/new", &[("name", long.as_str())]).await.is(422);
    refused.says("200文字までです（いま300文字）").says("href=\"#f-name\"");
    mine.post("/r/asset/new", &[("name", "制御\u{7}文字")]).await.is(422).says("制御文字");
    mine.post("/r/asset/new", &[("name", "")]).await.is(422).says("「名称」を入れてください");
    mine.get("/r/asset").await.says("最初の1件を登録する");
}

#[tokio::test]
async fn the_programs_own_fields_cannot_be_typed() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    let typed = [("title", "件"), ("kind", "malware"), ("state", "closed"), ("number", "INC-99")];
    mine.post("/r/incident/new", &typed).await.is(422).says("state").says("number");
    let typed = [("name", "資産"), ("_origin", "public"), ("_ended", "1")];
    let href = mine.post("/r/asset/new", &typed).await.place();
    mine.get(&href).await.is(200).never_says("終了</span>");
}

#[tokio::test]
async fn ids_of_another_organisation_look_like_ids_that_do_not_exist() {
    let world = World::new();
    let theirs = world.make_in(&world.other, "person", json!({ "name": "よその人" }));
    let mine = world.as_user("responder").await;
    let gone = "01jynzyr7kvpsbmv2q8yqpmrgw";
    for id in [theirs.as_str(), gone] {
        for tail in ["", "/edit", "/history", "/proof", "/erase", "/end", "/step/x"] {
            mine.get(&format!("/r/person/{id}{tail}")).await.is(404).never_says("よその人");
        }
        let typed = [("name", "資産"), ("owner", id)];
        let refused = mine.post("/r/asset/new", &typed).await.is(422).never_says("よその人");
        refused.says("f-owner").says("見つかりません");
    }
    mine.get("/search?q=%E3%82%88%E3%81%9D").await.is(200).never_says("よその人");
    mine.get("/suggest?register=person&q=%E3%82%88%E3%81%9D").await.is(200).never_says("よその人");
}

#[tokio::test]
async fn what_a_role_does_not_allow_is_refused_whatever_is_sent() {
    let world = World::new();
    let id = world.make("asset", json!({ "name": "秘密の資産" }));
    let employee = world.as_user("employee").await;
    employee.get("/r/setting").await.is(403);
    employee.get(&format!("/r/asset/{id}")).await.never_says("秘密の資産");
    employee.get("/r/asset/new").await.is(403);
    employee.post("/r/asset/new", &[("name", "x")]).await.is(403);
    let edit = [("_rev", "1"), ("_fields", "name"), ("name", "x")];
    let status = employee.post(&format!("/r/asset/{id}/edit"), &edit).await.status;
    assert!(matches!(status, 403 | 404), "{status}");
    employee.get("/r/asset/import").await.is(403);
    employee.get("/admin/policy.csv").await.is(403);
    employee.get("/missing/off?rule=asset.registered").await;
    let off = [("rule", "asset.registered"), ("reason", "x")];
    employee.post("/missing/off", &off).await.is(403);
}

#[tokio::test]
async fn broken_requests_are_answered_by_a_page() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    mine.post_raw("/r/asset/new", b"name=%ff%fe".to_vec()).await.is(400).says("<h1");
    mine.post_raw("/r/asset/new", b"name=\xff".to_vec()).await.is(400);
    mine.post_raw("/r/asset/new", vec![b'a'; (1 << 20) + 1]).await.is(413).says("<h1");
    mine.send(Method::POST, "/r/asset/new", "application/json", b"{}".to_vec()).await.is(415);
    mine.send(Method::DELETE, "/r/asset", "", Vec::new()).await.is(405).says("<h1");
    mine.get("/r/nonsense").await.is(404).says("<h1");
    mine.get("/r/asset/%00").await.is(404);
    mine.get("/r/asset?after=garbage").await.is(422);
    mine.get("/r/asset?f.importance.eq=enormous").await.is(422).says("importance");
    mine.get("/r/asset?f.name.gte=a").await.is(422).says("name");
    mine.get("/w/nonsense").await.is(404);
    mine.upload("/r/asset/import", ("file", "a.xlsx", b"PK\x03\x04garbage"), &[]).await.is(422);
    mine.upload("/r/asset/import", ("file", "a.csv", b"\"open"), &[])
        .await
        .is(422)
        .says("name=\"file\"");
    mine.post("/r/asset/import", &[("a", "b")]).await;
}

#[tokio::test]
async fn a_revision_that_is_missing_stale_or_from_the_future_changes_nothing() {
    let world = World::new();
    let id = world.make("asset", json!({ "name": "元の名前" }));
    let mine = world.as_user("responder").await;
    let path = format!("/r/asset/{id}/edit");
    for rev in ["", "x", "-1", "99999999999999999999"] {
        let typed = [("_rev", rev), ("_fields", "name"), ("name", "別の名前")];
        mine.post(&path, &typed).await.is(422).says("_rev");
    }
    for rev in ["0", "7"] {
        let typed = [("_rev", rev), ("_fields", "name"), ("name", "別の名前")];
        mine.post(&path, &typed).await.is(409).says("別の名前");
    }
    mine.get(&format!("/r/asset/{id}")).await.says("元の名前").never_says("別の名前");
}

#[tokio::test]
async fn the_same_form_key_with_other_content_is_refused() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    mine.post("/r/asset/new", &[("_key", "k1"), ("name", "一つ目")]).await.is(303);
    mine.post("/r/asset/new", &[("_key", "k1"), ("name", "二つ目")]).await.is(409).says("二つ目");
}
