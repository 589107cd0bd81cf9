//! An update of a reconnection, from the phase that plans it to a party that reads it by a private
//! link with a code; one that is not issued in time shows.

use crate::seat::{Seat, demo};
use okiagari_tests::program::Server;

const WORDS: &str = "注文データの突き合わせを半分まで終えました。";

#[tokio::test]
async fn an_update_goes_from_its_phase_to_a_page_with_a_code_and_a_missed_one_shows() {
    let server = demo();
    let Some(desk) = Seat::at(&server).await else { return };
    desk.sign_in(&server.sign_in("security.a@")).await;
    desk.go("/reconnect").await;
    desk.click_text("h2 a", "決済・配送との接続を戻す").await;
    desk.reads("#tell", "決済・配送の両社への連絡（評価 第1回）").await;
    let case = desk.place().await;
    issue(&desk).await;
    // The next one is planned at once.
    desk.go(&case).await;
    desk.reads("#tell", "第2回").await;
    desk.count("#tell .chip[data-state=late]", 0).await;
    read_outside(&server, &desk, &case).await;
    // One that nobody issues in time is seen as late, on the case and among the deadlines.
    desk.go(&format!("/r/status_update/new?reconnection={}", case.replace("/reconnect/", "")))
        .await;
    desk.fill("#title", "臨時の更新").await;
    desk.pick("rhythm", "決済・配送の両社への連絡").await;
    desk.pick("phase", "評価").await;
    desk.send().await;
    desk.go(&case).await;
    desk.reads("#tell li:has(.chip[data-state=late])", "臨時の更新").await;
    desk.go(&format!("{case}/updates")).await;
    desk.reads("#due", "遅れています").await;
    desk.reads("#issued", "個別の連絡").await;
    desk.reads("#promises", "注文データの突き合わせの結果を渡す").await;
    desk.reads("#queue", "承認済みの決済の一覧").await;
    desk.phone();
    desk.go(&format!("{case}/updates")).await;
    assert_eq!(desk.overflow().await, 0, "it fits the phone");
    desk.calm();
}

/// Put together from the case, and issued by another than whoever put it together.
async fn issue(desk: &Seat) {
    desk.click_text("#tell a.btn", "案件からまとめる").await;
    desk.pick("writer", "堀").await;
    desk.fill("#words", WORDS).await;
    desk.send().await;
    let record = desk.place().await;
    let record = record.split('?').next().unwrap_or_default().to_owned();
    desk.go(&format!("{record}/step/issue")).await;
    desk.pick("approved_by", "榊").await;
    desk.send().await;
    desk.go(&record.replace("/r/status_update/", "/documents/status-update/")).await;
    desk.reads(".sheet", WORDS).await;
    desk.reads(".sheet", "技術のリスクと、注文・出荷の再開までを扱います。").await;
    desk.reads(".sheet", "Gateway criteria open").await;
}

/// By a link that stands on one page once, and with the code beside it.
async fn read_outside(server: &Server, desk: &Seat, case: &str) {
    desk.go(&format!("{case}/updates")).await;
    desk.click_text("#pages a", "決済会社向けの状況ページ").await;
    desk.click_text("form .btn", "リンクを作る").await;
    desk.see("#made-link").await;
    let link = desk.ask_text("document.querySelector('#made-link').textContent").await;
    let code = desk.ask_text("document.querySelector('#made-code').textContent").await;
    let (_, path) = link.split_once("/told/").expect("a link");
    let Some(party) = Seat::at(server).await else { return };
    party.phone();
    party.go(&format!("/told/{path}")).await;
    party.reads("h1", "合い言葉を入れてください").await;
    party.fill("#code", &code).await;
    party.click("form .btn-primary").await;
    party.reads("#updates", WORDS).await;
    party.reads("#updates", "注文データに書き換えがないか分かった").await;
    party.reads("main", "技術のリスクと、注文・出荷の再開までを扱います。").await;
    assert_eq!(party.overflow().await, 0, "it fits the phone");
    let other = "document.body.innerText.includes('みなみ野') || document.body.innerText.includes('出荷指示')";
    assert_eq!(party.ask(other).await, false, "nothing of the other party");
    party.calm();
}
