//! Everything that matters works where scripts are switched off.

use crate::seat::{Seat, demo};
use okiagari_tests::browser::Switch;

#[tokio::test]
async fn report_sign_in_record_and_step_need_no_script() {
    let server = demo();
    let Some(seat) = Seat::at(&server).await else { return };
    seat.scripts(Switch::Off);
    seat.go("/report/midorihama").await;
    seat.fill("#what", "スクリプトの無い端末からの報告").await;
    seat.as_slow_as_a_person().await;
    seat.click("form.report .btn-big").await;
    seat.reads("h1", "報告を受け取りました").await;

    seat.sign_in(&server.sign_in("it.a@")).await;
    seat.reads(".hero", "スクリプトの無い端末からの報告").await;
    make_an_asset(&seat).await;
    take_a_step(&seat).await;
    room(&seat).await;
    list(&seat).await;
    seat.calm_but(422);
}

async fn make_an_asset(seat: &Seat) {
    seat.go("/r/asset/new").await;
    seat.fill("#name", "紙の台帳").await;
    seat.choose("importance", "high").await;
    // A long list is narrowed by a button of its own; what was typed stays.
    seat.fill("[name=\"_find.owner\"]", "堀").await;
    seat.click("button[name=_search][value=owner]").await;
    let field = seat.see("#name").await;
    assert_eq!(field.prop("value").await.expect("a value").as_deref(), Some("紙の台帳"));
    let list = seat.see("select#owner").await;
    list.select_by_label("堀 玲奈").await.expect("offered");
    seat.screenshot("no-script-form").await;
    seat.click("#form .form-end .btn-primary").await;
    seat.reads("h1", "紙の台帳").await;
    seat.reads(".facts", "堀 玲奈").await;
    // Wrong input comes back with what was typed.
    seat.go("/r/asset/new").await;
    seat.fill("#place", "金庫").await;
    seat.click("#form .form-end .btn-primary").await;
    seat.see(".error-summary a[href='#f-name']").await;
    let place = seat.see("#place").await;
    assert_eq!(place.prop("value").await.expect("a value").as_deref(), Some("金庫"));
}

async fn take_a_step(seat: &Seat) {
    seat.go("/").await;
    seat.click(".hero .btn-primary").await;
    seat.click_text(".steps a", "受け付ける").await;
    seat.click("#form .form-end .btn-primary").await;
    seat.reads(".page-chips", "確認中").await;
}

async fn room(seat: &Seat) {
    seat.go("/").await;
    seat.click(".deadline a[href^=\"/room/\"]").await;
    seat.fill("#entry-text", "スクリプト無しで書いた記録").await;
    seat.click("#entry .btn-primary").await;
    seat.reads("#timeline .entry-item", "スクリプト無しで書いた記録").await;
}

/// Filter, order and search are links and an ordinary form.
async fn list(seat: &Seat) {
    seat.go("/r/asset").await;
    seat.unfold(".sentence-add").await;
    seat.click("a[href$=\"f.importance.eq=\"]").await;
    seat.select("select[name=\"f.importance.eq\"]", "high").await;
    seat.click(".filters .filters-end button").await;
    seat.reads("table", "紙の台帳").await;
    assert!(seat.place().await.contains("f.importance.eq=high"));
    seat.click("th a[href*=\"sort=name\"]").await;
    seat.see("th[aria-sort=ascending]").await;
}
