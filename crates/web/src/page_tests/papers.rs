//! Plans and rules, scenarios and exercises on screen.

use super::world::{Browser, World};
use serde_json::json;

async fn take(browser: &Browser<'_>, id: &str) -> String {
    browser.post(&format!("/plans/shipped/{id}/take"), &[("at", "1")]).await.place()
}

/// What a plan needs besides its parts, as the program.
fn prepared(world: &World, place: &str) -> String {
    let id = place.rsplit('/').next().unwrap().to_owned();
    let deputy = world.make("person", json!({"name": "代わる人", "phone": "03-2"}));
    let holder = world.make("person", json!({"name": "担う人", "phone": "03-1"}));
    let role = json!({"name": "指揮役", "kind": "security_manager", "holder": holder.as_str(),
        "deputies": [deputy.as_str()]});
    let role = world.make("role", role);
    let positions = json!([{"name": "現場の指揮", "role": role.as_str(), "authority": "止める"}]);
    world.edit("written_plan", &id, json!({ "positions": positions }));
    id
}

#[tokio::test]
async fn a_paper_is_taken_written_along_its_questions_approved_printed_and_confirmed() {
    let world = World::new();
    let chief = world.as_user("chief").await;
    chief.get("/r/written_plan").await.is(200).says("/plans\"");
    let all = chief.get("/plans").await.is(200).says("コンティンジェンシープラン（CP）");
    drop(all.says("紛失・盗難の報告規則").says("見本から書き始める"));
    let place = take(&chief, "loss-reporting").await;
    let page = chief.get(&place).await.is(200).says("まだ承認されていません");
    drop(page.says("10分以内に上司").says("空のままでは承認できません"));
    // A part is written, or said elsewhere, without scripts.
    let form = chief.get(&format!("{place}?edit=account")).await.is(200).says("別の文書にあれば");
    let rev = form.hidden("_rev");
    let fields = [
        ("_rev", rev.as_str()),
        ("_key", "account"),
        ("text", ""),
        ("elsewhere", "就業規則 第<9>章"),
    ];
    let saved = chief.post(&format!("{place}/parts"), &fields).await;
    assert_eq!(saved.place(), place.clone() + "#s-account");
    chief.get(&place).await.is(200).says("就業規則 第&#60;9&#62;章");
    // Somebody else was faster: what was typed is not lost silently.
    let late = chief.post(&format!("{place}/parts"), &fields).await;
    assert_eq!(late.status, 200);
    drop(late.says("role=\"alert\""));
    let id = prepared(&world, &place);
    chief.get(&place).await.is(200).says("担う人 03-1").says("代わる人 03-2");
    let step = format!("/r/written_plan/{id}/step/approve");
    let form = chief.get(&step).await.is(200);
    let by = world.make("person", json!({"name": "承認する人"}));
    let rev = form.hidden("_rev");
    let done = chief.post(&step, &[("_rev", &rev), ("approved_by", by.as_str())]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let paper = chief.get(&format!("/documents/plan/{id}")).await.is(200).says("第1版");
    drop(paper.says("承認する人").says("現場の指揮").says("就業規則").says("1時間以内"));
    // Everybody reads it and confirms; who is left is shown to those who keep it.
    let employee = world.as_user("employee").await;
    employee.get("/").await.is(200).says("読んで確認する：紛失・盗難の報告規則").says(&place);
    let page = employee.get(&place).await.is(200).says("読んで確認しました");
    drop(page.never_says("まだ確認していない人").never_says("/edit\""));
    chief.get(&place).await.is(200).says("まだ確認していない人").says("employee");
    let confirmed = employee.post(&format!("{place}/confirm"), &[("at", "1")]).await;
    assert_eq!(confirmed.place(), place);
    employee.get(&place).await.is(200).says("この版は確認済みです");
    employee.get("/").await.is(200).never_says("読んで確認する");
    assert_eq!(world.as_user("stranger").await.get(&place).await.status, 404);
}

#[tokio::test]
async fn the_considerations_stand_beside_the_parts_of_a_plan_while_it_is_written() {
    let world = World::new();
    let chief = world.as_user("chief").await;
    let place = take(&chief, "cp").await;
    let page = chief.get(&place).await.is(200).says("攻撃の七つの特性への備え").says("未検討");
    drop(page.says("通信の遮断を、選択肢として書いてありますか"));
    let form = chief.get(&format!("{place}?edit=spreading")).await.is(200);
    let rev = form.says("中断という代償を払っても").hidden("_rev");
    let fields = [
        ("_rev", rev.as_str()),
        ("_of", "walk"),
        ("_key", "spreading"),
        ("taken_up", "倉庫との回線を先に切る"),
    ];
    let saved = chief.post(&format!("{place}/parts"), &fields).await;
    assert_eq!(saved.place(), place.clone() + "#s-spreading");
    chief.get(&place).await.is(200).says("倉庫との回線を先に切る");
}

#[tokio::test]
async fn numbers_are_matched_with_the_directory_and_the_sheet_prints() {
    let world = World::new();
    let chief = world.as_user("chief").await;
    chief.get("/scenarios/shipped").await.is(200).says("USBメモリ").says("取り込む");
    let taken = chief.post("/scenarios/shipped/carried-in/take", &[("at", "1")]).await;
    chief.get(&taken.place()).await.is(200).says("保守で持ち込まれた端末から広がる");
    world.make("person", json!({"name": "鈴木 一", "phone": "03-1111-2222"}));
    let id = world.make(
        "exercise",
        json!({"title": "机上訓練", "kind": "tabletop", "held_on": "2026-11-20",
            "objectives": "確かめる", "score_contact": 4, "result": "<届いた>"}),
    );
    let place = format!("/exercises/{id}/directory");
    chief.get(&format!("/r/exercise/{id}")).await.is(200).says(&place);
    let rev = chief.get(&place).await.is(200).hidden("_rev");
    let list = "鈴木一,03-1111-9999\n";
    let sent = chief.post(&place, &[("_rev", &rev), ("directory", list)]).await;
    assert_eq!(sent.place(), place);
    chief.get(&place).await.is(200).says("03-1111-9999").says("03-1111-2222");
    let sheet = chief.get(&format!("/documents/exercise/{id}")).await.is(200).says("演習の評価表");
    drop(sheet.says("&lt;届いた&gt;").says("鈴木 一"));
    let stranger = world.as_user("stranger").await;
    assert_eq!(stranger.get(&place).await.status, 404);
    assert_eq!(stranger.get(&format!("/documents/exercise/{id}")).await.status, 404);
}
