//! Nothing typed is lost: not by a session that ends, a network that goes, or somebody who was
//! faster.

use crate::seat::{Seat, demo};
use okiagari_tests::browser::Switch;

const TYPED: &str = "document.querySelector('#name').value";

#[tokio::test]
async fn what_was_typed_survives_the_end_of_the_session() {
    let server = demo();
    let Some(seat) = Seat::at(&server).await else { return };
    let who = server.sign_in("it.a@");
    seat.sign_in(&who).await;
    seat.go("/r/asset/new").await;
    seat.fill("#name", "書きかけの資産").await;
    seat.choose("importance", "medium").await;
    seat.fill("#place", "三階の棚").await;
    seat.reads("[data-draft-state]", "下書きを保存しました").await;
    seat.lose_session().await;
    seat.click("#form .form-end .btn-primary").await;
    seat.reads("main", "入力した内容はこの端末に残っていて").await;
    seat.screenshot("session-over").await;
    seat.click_text("main a", "サインインして戻る").await;
    seat.see("#password").await;
    seat.type_in(&who).await;
    seat.arrive("the form is back", "location.pathname === '/r/asset/new'").await;
    seat.reads("[data-draft-notice]", "下書きを戻しました").await;
    assert_eq!(seat.ask(TYPED).await, "書きかけの資産");
    assert_eq!(seat.ask("document.querySelector('#place').value").await, "三階の棚");
    let chosen = "document.querySelector('[name=importance]:checked').value";
    assert_eq!(seat.ask(chosen).await, "medium");
    seat.screenshot("draft-restored").await;
    seat.send().await;
    seat.reads("h1", "書きかけの資産").await;
    // What was saved is no draft any more.
    seat.go("/r/asset/new").await;
    assert_eq!(seat.ask(TYPED).await, "");
    seat.calm_but(401);
}

#[tokio::test]
async fn what_was_typed_survives_the_loss_of_the_network() {
    let server = demo();
    let Some(seat) = Seat::at(&server).await else { return };
    seat.sign_in(&server.sign_in("it.a@")).await;
    seat.go("/r/asset/new").await;
    seat.fill("#name", "電波の無い倉庫の資産").await;
    seat.network(Switch::Off);
    seat.click("#form .form-end .btn-primary").await;
    seat.reads("[data-draft-notice]", "送信できませんでした").await;
    assert_eq!(seat.place().await, "/r/asset/new");
    assert_eq!(seat.ask(TYPED).await, "電波の無い倉庫の資産");
    seat.screenshot("draft-offline").await;
    seat.network(Switch::On);
    seat.arrive("the network is back", "navigator.onLine").await;
    seat.send().await;
    seat.reads("h1", "電波の無い倉庫の資産").await;
}

#[tokio::test]
async fn who_saves_second_sees_both_versions_and_saves() {
    let server = demo();
    let Some(first) = Seat::at(&server).await else { return };
    let Some(second) = Seat::at(&server).await else { return };
    first.sign_in(&server.sign_in("it.a@")).await;
    second.sign_in(&server.sign_in("itmanager.a@")).await;
    first.go("/r/asset?q=受注データ").await;
    first.click("[data-row-link]").await;
    first.see("a[href$=\"/edit\"]").await;
    let edit = format!("{}/edit", first.place().await);
    first.go(&edit).await;
    second.go(&edit).await;
    first.fill("#place", "東の建物").await;
    first.fill("#business", "通販の受注").await;
    first.send().await;
    second.fill("#place", "西の建物").await;
    second.fill("#backup", "別拠点のNAS").await;
    second.click("#form .form-end .btn-primary").await;
    second.reads(".conflict", "ほかの人が先に変えました").await;
    let place = "tr:has([name=\"_keep.place\"])";
    for text in ["西の建物", "東の建物"] {
        second.reads(&format!(".conflict-table {place}"), text).await;
    }
    second.reads(".conflict-table", "通販の受注").await;
    second.screenshot("conflict").await;
    assert_eq!(second.ask("document.querySelector('#place').value").await, "西の建物");
    second.send().await;
    // Both live on: the second's choice where they met, the first's where they did not.
    for text in ["西の建物", "通販の受注", "別拠点のNAS"] {
        second.reads(".facts", text).await;
    }
    second.go(&edit.replace("/edit", "/history")).await;
    second.reads("main", "東の建物").await;
    first.calm();
}
