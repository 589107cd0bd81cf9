//! The page of a register: sixty assets come in by a sheet, are narrowed, sorted, paged, changed
//! together and taken out again.

use crate::seat::{Seat, demo};
use std::fmt::Write as _;
use std::path::Path;

#[tokio::test]
async fn sixty_assets_in_by_sheet_narrowed_sorted_paged_changed_and_out() {
    let server = demo();
    let Some(seat) = Seat::at(&server).await else { return };
    seat.sign_in(&server.sign_in("itmanager.b@")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("assets.csv");
    std::fs::write(&file, sheet()).expect("written");
    import(&seat, &file).await;
    narrow(&seat).await;
    sort_and_page(&seat).await;
    change_together(&seat).await;
    take_out(&seat).await;
    seat.calm();
}

/// Sixty good rows, and two that need mending.
fn sheet() -> String {
    let mut text = String::from("名称,種類,重要度,保管場所,復旧する順,社内の覚え\n");
    for n in 1..=60 {
        let importance = if n % 3 == 0 { "低" } else { "中" };
        writeln!(text, "棚卸し {n:02},機器,{importance},倉庫 {},{n},x", n % 4).expect("text");
    }
    text.push_str("棚卸し 重要度が読めない,機器,とても高い,倉庫 1,61,x\n");
    text.push_str(",機器,中,倉庫 1,62,x\n");
    text
}

async fn look_at(seat: &Seat, file: &Path) {
    seat.go("/r/asset/import").await;
    seat.attach("#file", file).await;
    seat.reads("[data-upload-list]", "assets.csv").await;
    seat.click("main form .btn-primary").await;
}

async fn import(seat: &Seat, file: &Path) {
    look_at(seat, file).await;
    seat.reads(".notice", "新しく登録 60 件、変更 0 件、変わらない 0 件、直すところがある 2 件")
        .await;
    seat.reads(".notice", "まだ何も保存していません").await;
    seat.reads("main", "社内の覚え").await;
    seat.reads("tbody tr:first-child .error", "重要度").await;
    seat.reads("tbody tr:nth-child(2) .error", "名称").await;
    seat.screenshot("import-preview").await;
    seat.click_text("main button", "60件を取り込む").await;
    seat.reads(".notice", "取り込みました").await;
    // The same file again: nothing is new.
    look_at(seat, file).await;
    seat.reads(".notice", "新しく登録 0 件、変更 0 件、変わらない 60 件、直すところがある 2 件")
        .await;
    seat.count("button[name=apply]", 0).await;
}

async fn narrow(seat: &Seat) {
    seat.go("/r/asset").await;
    seat.execute("window.stayed = true", Vec::new()).await.expect("a mark");
    seat.unfold(".sentence-add").await;
    seat.click("a[href$=\"f.importance.eq=\"]").await;
    seat.set("select[name=\"f.importance.eq\"]", "low").await;
    seat.arrive("the address says so", "location.search.includes('f.importance.eq=low')").await;
    seat.fill("#list-q", "棚卸し").await;
    seat.reads(".register-count b", "20").await;
    seat.reads(".register-count", "20件 のうち 20 件を表示").await;
    assert_eq!(seat.ask("window.stayed").await, true, "only the list was fetched");
    seat.screenshot("register-narrowed").await;
    seat.click(".sentence-drop").await;
    seat.reads(".register-count b", "60").await;
}

const NAMES: &str = "[...document.querySelectorAll('[data-row-link]')].map(a => a.textContent)";

async fn names(seat: &Seat) -> Vec<String> {
    let names = seat.ask(NAMES).await;
    serde_json::from_value(names).expect("names")
}

async fn sort_and_page(seat: &Seat) {
    seat.go("/r/asset?q=棚卸し&sort=name").await;
    seat.see("th[aria-sort=ascending]").await;
    let mut seen = names(seat).await;
    assert_eq!(seen.len(), 20);
    for first in ["棚卸し 21", "棚卸し 41"] {
        seat.click("a[rel=next]").await;
        let shown = format!("({NAMES})[0] === '{first}'");
        seat.arrive("the next page", &shown).await;
        seen.extend(names(seat).await);
    }
    let expected: Vec<String> = (1..=60).map(|n| format!("棚卸し {n:02}")).collect();
    assert_eq!(seen, expected, "each once, in order");
    seat.count("a[rel=next]", 0).await;
    seat.click("a[rel=prev]").await;
    seat.arrive("one page back", &format!("({NAMES})[0] === '棚卸し 21'")).await;
    seat.click("th[aria-sort=ascending] a").await;
    seat.see("th[aria-sort=descending]").await;
    assert_eq!(names(seat).await.first().map(String::as_str), Some("棚卸し 60"));
}

async fn change_together(seat: &Seat) {
    seat.go("/r/asset?q=棚卸し&sort=name").await;
    let boxes = "[data-bulk-item]";
    seat.click(&format!("tbody tr:nth-child(1) {boxes}")).await;
    seat.click(&format!("tbody tr:nth-child(3) {boxes}")).await;
    seat.reads("[data-bulk-count]", "2").await;
    seat.screenshot("bulk-chosen").await;
    seat.click("[data-bulk-bar] button").await;
    seat.select("#_field", "place").await;
    seat.click("button[value=field]").await;
    seat.fill("#place", "新しい倉庫").await;
    seat.fill("#_reason", "移転のため").await;
    seat.click("button[value=preview]").await;
    seat.reads("tbody tr", "倉庫 1").await;
    seat.reads("tbody tr", "新しい倉庫").await;
    seat.count("tbody tr", 2).await;
    seat.screenshot("bulk-preview").await;
    seat.click("button[value=apply]").await;
    seat.reads("main", "2件を変えました").await;
    seat.go("/r/asset?f.place.contains=新しい倉庫&sort=name").await;
    assert_eq!(names(seat).await, ["棚卸し 01", "棚卸し 03"]);
}

/// The list as it is narrowed, whole, with the media types that programs expect.
async fn take_out(seat: &Seat) {
    seat.go("/r/asset?q=棚卸し").await;
    let fetched = |end: &str| {
        format!(
            "fetch(document.querySelector('.actions a[href*=\"export.{end}\"]').href).then(async r => \
             [r.status, r.headers.get('content-type'), r.headers.get('content-disposition'), \
             [...new Uint8Array(await r.clone().arrayBuffer()).slice(0, 4)], await r.text()])"
        )
    };
    let csv = seat.ask(&fetched("csv")).await;
    assert_eq!((csv[0].as_u64(), csv[1].as_str()), (Some(200), Some("text/csv; charset=utf-8")));
    assert!(csv[2].as_str().is_some_and(|d| d.starts_with("attachment")), "{}", csv[2]);
    let text = csv[4].as_str().expect("text");
    assert_eq!(text.matches("棚卸し ").count(), 60);
    let xlsx = seat.ask(&fetched("xlsx")).await;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    assert_eq!((xlsx[0].as_u64(), xlsx[1].as_str()), (Some(200), Some(kind)));
    assert_eq!(xlsx[3], serde_json::json!([0x50, 0x4b, 3, 4]), "a zip archive");
}
