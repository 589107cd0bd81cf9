//! Somebody is woken at night: the rota, a call through a gateway, the answer from the telephone
//! without signing in, the deputy when nobody answers, and the test that proves that it works.

use crate::night::{ends_well, tonight_in};
use crate::seat::Seat;
use okiagari_tests::gateway::Gateway;
use okiagari_tests::program::{Launch, Server};
use serde_json::Value;

/// When the first one has had time enough to answer.
const LATER: &str = "2026-11-22T02:55";

/// On duty at night, and the deputy.
const ON_DUTY: (&str, &str) = ("水野", "090-0000-0012");
const DEPUTY: &str = "上原";

const WORDS: &str = "会計の画面に身代金の要求が出ています";

#[tokio::test]
async fn whoever_is_on_duty_is_called_and_the_deputy_answers_from_the_telephone() {
    let gateway = Gateway::start();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut server = tonight_in(&data);
    let Some(desk) = Seat::at(&server).await else { return };
    let Some(phone) = Seat::at(&server).await else { return };
    desk.sign_in(&server.sign_in("admin.a@")).await;
    by_gateway(&desk, &gateway).await;
    desk.lose_session().await;
    desk.sign_in(&server.sign_in("it.a@")).await;
    proof(&desk, &phone, &gateway).await;
    let (incident, paging) = call(&desk).await;
    let first = gateway.call(2);
    assert_eq!(first["test"], false);
    for secret in [WORDS, "身代金"] {
        assert!(!first.to_string().contains(secret), "nothing of the case leaves: {first}");
    }
    // Nobody answers, and the program stands still meanwhile: it calls the deputy when it is back.
    phone.calm();
    desk.calm();
    assert!(server.stop().success(), "it ends in good order");
    let mut server = Launch::demo().data(&data).arg("--at").arg(LATER).start();
    let second = gateway.call(3);
    assert_ne!(second["to"], first["to"], "somebody else is called");
    taken(&server, &second, (&incident, &paging)).await;
    ends_well(&mut server);
}

/// The administrator says where calls go.
async fn by_gateway(admin: &Seat, gateway: &Gateway) {
    admin.go("/settings/webhook.private").await;
    admin.click("label.choice:has([value=true])").await;
    set(admin, "社内の呼び出しサーバーを使う").await;
    admin.go("/settings/paging.url").await;
    admin.fill("#value", &gateway.url()).await;
    set(admin, "夜間の呼び出しに使う").await;
    admin.reads("main", &gateway.url()).await;
}

async fn set(admin: &Seat, reason: &str) {
    admin.fill("#reason", reason).await;
    admin.click("main form .btn-primary").await;
    admin.arrive("it is set", "location.pathname === '/settings'").await;
}

/// The order of tonight, and a test that is answered by its link on the narrowest phone.
async fn proof(desk: &Seat, phone: &Seat, gateway: &Gateway) {
    desk.go("/paging").await;
    desk.reads("main", "いまは時間外です").await;
    desk.reads("main", "呼び出しは自動で送られます").await;
    let first = desk.text("ol.people li").await;
    assert!(first.contains(ON_DUTY.0), "{first}");
    desk.click_text("main form button", "呼び出しを試す").await;
    desk.reads(".page-chips", "呼び出し中").await;
    let sent = gateway.call(1);
    assert_eq!(sent["test"], true);
    assert_eq!(sent["to"], ON_DUTY.1, "the number for the night");
    assert!(sent["text"].as_str().is_some_and(|t| t.contains("試しの呼び出し")), "{sent}");
    phone.narrow();
    phone.open(link(&sent)).await;
    phone.reads("main, body", "何も起きていません").await;
    assert_eq!(phone.overflow().await, 0);
    phone.screenshot("waking-test").await;
    phone.click_text("button", "受けます").await;
    phone.reads("body", "あなたが受け持つと記録しました").await;
    desk.go("/paging").await;
    desk.reads("tbody td", "応答あり").await;
    desk.reads("tbody td", ON_DUTY.0).await;
    desk.fits("/paging").await;
}

/// From the room: whoever is on duty, with words that only those who are signed in may read.
async fn call(desk: &Seat) -> (String, String) {
    desk.go("/").await;
    let room = desk.ask_text("document.querySelector('a[href^=\"/room/\"]').pathname").await;
    desk.go(&room).await;
    desk.click_text("#room-waking summary", "人を呼び出す").await;
    desk.fill("#call-words", WORDS).await;
    desk.click_text("#room-waking details button", "呼び出す").await;
    desk.reads("#room-waking .people", ON_DUTY.0).await;
    desk.reads("#room-waking", "呼び出し中").await;
    desk.reads("#room-waking", "次に呼ぶ人").await;
    desk.screenshot("waking-room").await;
    let paging = "document.querySelector('#room-waking a[href^=\"/r/paging/\"]').pathname";
    let paging = desk.ask_text(paging).await;
    (room, paging)
}

fn link(sent: &Value) -> &str {
    sent["link"].as_str().unwrap_or_else(|| panic!("no link in {sent}"))
}

/// The deputy takes it without signing in; the room and the record say so.
async fn taken(server: &Server, sent: &Value, (room, paging): (&str, &str)) {
    let Some(phone) = Seat::at(server).await else { return };
    phone.narrow();
    phone.open(link(sent)).await;
    phone.reads("body", "人が呼び出した").await;
    let shown = phone.text("body").await;
    assert!(!shown.contains(WORDS), "the case stays inside: {shown}");
    phone.click_text("button", "受けます").await;
    phone.reads("body", "あなたが受け持つと記録しました").await;
    assert_eq!(phone.overflow().await, 0);
    phone.screenshot("waking-taken").await;
    phone.calm();
    let Some(desk) = Seat::at(server).await else { return };
    desk.sign_in(&server.sign_in("it.a@")).await;
    desk.go(room).await;
    desk.reads("#room-waking", "応答した人").await;
    desk.reads("#room-waking", DEPUTY).await;
    desk.reads("#timeline", "呼び出し（人が呼び出した）に応答").await;
    desk.fits(room).await;
    desk.go(paging).await;
    desk.reads(".facts", "電話のリンク").await;
    desk.reads(".facts", DEPUTY).await;
    desk.reads("main", ON_DUTY.0).await;
    desk.calm();
}
