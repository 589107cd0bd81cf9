//! Indicators, merged logs, the one page for management and the situation as pages.

use super::world::{NIGHT, World};
use okiagari_model::{HOUR, RecordId, register};
use serde_json::json;

fn incident(world: &World) -> RecordId {
    world.make("incident", json!({"title": "不審な通信", "kind": "cyber_attack"}))
}

/// Good lines are kept, the others stay in the box with their line and reason; several get another
/// state together; who may not write sees no form.
#[tokio::test]
async fn indicators_are_pasted_moved_together_and_copied_out() {
    let world = World::new();
    let case = incident(&world);
    let path = format!("/room/{case}/indicators");
    let mine = world.as_user("responder").await;
    mine.get(&path).await.is(200).says("まだありません");
    let lines = "hxxp://evil[.]example/a\n203.0.113.9\tVPN\nなに これ\n";
    let answer = mine
        .post(&path, &[("lines", lines), ("state", "confirmed"), ("source", "EDR")])
        .await
        .is(200)
        .says("2件を登録しました")
        .says("3行目")
        .says("なに これ</textarea>");
    let answer = answer.says("hxxp://evil[.]example/a").says("203[.]0[.]113[.]9");
    let id = answer.text.split("name=\"id\" value=\"").nth(1).unwrap();
    let id = id.split('"').next().unwrap();
    let state = format!("{path}/state");
    let done = mine.post(&state, &[("id", id), ("state", "blocked"), ("reason", "入口")]).await;
    let page = mine.get(&done.place()).await.is(200);
    page.says("遮断済み 1").says("確認済み 1");
    mine.post(&state, &[("state", "blocked")]).await.is(422);
    mine.get(&format!("{path}?state=blocked")).await.is(200).never_says("203[.]0[.]113[.]9\"");
    let made = mine.post(&path, &[("lines", "203.0.113.9"), ("state", "confirmed")]).await;
    assert_eq!(made.place(), path);
    mine.get(&format!("/r/indicator/export.csv?f.incident.eq={case}"))
        .await
        .is(200)
        .says("203.0.113.9");
    mine.get(&format!("/room/{case}")).await.is(200).says("遮断済み");
    world.as_user("employee").await.get(&path).await.is(404);
}

/// A log is looked at before it is written, kept in the page, merged once.
#[tokio::test]
async fn a_log_is_previewed_with_true_times_and_merged_once() {
    let world = World::new();
    let case = incident(&world);
    let path = format!("/room/{case}/logs");
    let mine = world.as_user("responder").await;
    mine.get(&path).await.is(200).says("時計のずれ");
    let log = "time,event\n2026-11-21 02:41:30,login\nきのう,logout\n".as_bytes();
    let form = [("source", "VPN装置"), ("zone", "Asia/Tokyo"), ("skew_seconds", "+90")];
    let looked = mine.upload(&path, ("file", "vpn.csv", log), &form).await.is(200);
    let looked = looked
        .says("新しく加える 1 行")
        .says("読めない 1 行")
        .says("02:40:00")
        .says("2026-11-21 02:41:30");
    let kept = looked.hidden("kept");
    mine.get(&format!("/room/{case}")).await.never_says("ログから合わせた行");
    let mut apply = form.to_vec();
    let more = [("kept", kept.as_str()), ("file_name", "vpn.csv"), ("apply", "1")];
    apply.extend(more);
    let sent: Vec<(&str, &str)> = apply.clone();
    let none = ("nothing", "", b"".as_slice());
    mine.upload(&path, none, &sent).await.is(200).says("取り込みました");
    let room = mine.get(&format!("/room/{case}")).await.is(200);
    room.says("ログから合わせた行：VPN装置 2行目").says("時計のずれ +90秒");
    let again = mine.upload(&path, none, &sent).await.is(200);
    again.says("すでにある 1 行").says("取り込み済みです");
    let wrong = [("source", "VPN装置"), ("zone", "Asia/Tokyo"), ("skew_seconds", "すこし")];
    mine.upload(&path, ("file", "vpn.csv", log), &wrong).await.is(422).says("秒数で入れてください");
    world.as_user("employee").await.get(&path).await.is(404);
}

/// The situation is written anew with what the record offers, and stands on top; the page for
/// management shows it in both languages. Nothing of counsel's channel is in either.
#[tokio::test]
async fn the_situation_and_the_page_for_management_come_from_the_record() {
    let world = World::new();
    let case = incident(&world);
    world.make(
        "task",
        json!({"incident": case.as_str(), "title": "通信を止める", "state": "doing"}),
    );
    let lawyer = world.make("person", json!({"name": "弁護士"}));
    let channel =
        json!({"incident": case.as_str(), "title": "秘匿相談", "members": [lawyer.as_str()]});
    let channel = world.make("counsel", channel);
    let note =
        json!({"channel": channel.as_str(), "at": NIGHT, "kind": "advice", "text": "秘匿助言"});
    let note = world.make("counsel_note", note);
    let escalation = json!({"incident": case.as_str(), "question": "通販を止めるか", "meaning": "売上",
        "first_response": "切る", "recovery": "戻す", "options": ["止める", "続ける"], "within": 60});
    world.make("escalation", escalation);
    let mine = world.as_user("chief").await;
    let room = format!("/room/{case}");
    let before = mine.get(&room).await.is(200).says("通信を止める").says("add_doing");
    let next =
        okiagari_model::Time::from_millis(NIGHT + HOUR).input_value(&okiagari_model::Zone::tokyo());
    let form = [
        ("rev", before.hidden("rev")),
        ("known", "入口はVPN".to_owned()),
        ("unknown", "件数".to_owned()),
        ("doing", String::new()),
        ("add_doing", "通信を止める".to_owned()),
        ("next_update_at", next),
    ];
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
    mine.post(&format!("{room}/situation"), &form).await.is(303);
    let room_page = mine.get(&room).await.is(200);
    let brief = room_page.text.split("id=\"room-brief\"").nth(1).unwrap();
    let brief = &brief[..brief.find("</dl>").unwrap()];
    for part in ["入口はVPN", "件数", "通信を止める", "次の状況共有"] {
        assert!(brief.contains(part), "{part}: {brief}");
    }
    assert!(room_page.text.contains("次の状況を共有する"), "a clock of its own");
    let sheet = mine.get(&format!("/documents/executive/{case}")).await.is(200);
    let sheet = sheet.says("通販を止めるか").says("入口はVPN").says("気づいたばかり");
    drop(sheet);
    // What is said with counsel is in no page, document or export of anybody it does not name.
    let responder = world.as_user("responder").await;
    for path in [
        room.clone(),
        format!("/documents/executive/{case}"),
        format!("/documents/incident-report/{case}"),
        format!("/r/incident/{case}"),
        format!("/r/incident/{case}/history"),
        "/r/counsel".to_owned(),
        "/r/counsel/export.csv".to_owned(),
        "/r/counsel_note".to_owned(),
        "/r/counsel_note/export.csv".to_owned(),
        "/search?q=%E7%A7%98%E5%8C%BF".to_owned(),
        "/".to_owned(),
    ] {
        for (login, browser) in [("chief", &mine), ("responder", &responder)] {
            let answer = browser.get(&path).await;
            let text = answer.text.replace("value=\"秘匿\"", "").replace("「秘匿」", "");
            for words in ["秘匿相談", "秘匿助言"] {
                assert!(!text.contains(words), "{login} reads {words} at {path}");
            }
        }
    }
    mine.get(&format!("/r/counsel/{channel}")).await.is(404);
    mine.get(&format!("/r/counsel_note/{note}")).await.is(404);
    assert!(register("counsel_note").unwrap().append_only);
}
