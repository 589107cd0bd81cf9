//! A plan in writing: begun from a shipped kind, with parts that the registers fill, approved and
//! printed; what is drawn from an empty register is not settled.

use crate::night::{ends_well, tonight};
use crate::seat::Seat;

const STEPS: &str = "製造を戻し、受発注を戻し、最後に代わりの手段を片付ける";

#[tokio::test]
async fn a_plan_is_written_along_its_questions_and_its_drawn_parts_follow_the_registers() {
    let mut server = tonight();
    let (Some(desk), Some(chief)) = (Seat::at(&server).await, Seat::at(&server).await) else {
        return;
    };
    desk.sign_in(&server.sign_in("security.b@")).await;
    empty(&desk).await;
    let plan = take(&desk, "recovery-plan").await;
    drawn(&desk, &plan).await;
    write(&desk, &plan, "steps", STEPS).await;
    write(&desk, &plan, "end", "委員長が、前年同月の出荷量に戻ったことを見て決める").await;
    positions(&desk, &plan).await;
    chief.sign_in(&server.sign_in("ciso.b@")).await;
    approve(&chief, &plan).await;
    printed(&chief, &plan).await;
    for seat in [&desk, &chief] {
        seat.calm();
    }
    ends_well(&mut server);
}

async fn take(desk: &Seat, kind: &str) -> String {
    desk.go("/plans").await;
    desk.click(&format!("form[action=\"/plans/shipped/{kind}/take\"] button")).await;
    desk.reads("main", "まだ承認されていません").await;
    desk.place().await.split(['?', '#']).next().expect("a path").to_owned()
}

/// Whom to tell is drawn from a register in which nothing stands: open, until something does.
async fn empty(desk: &Seat) {
    let plan = take(desk, "bcp").await;
    desk.reads("#s-coordination .chip", "未定").await;
    desk.reads("#s-coordination details[open]", "まだ登録がありません").await;
    desk.count("#s-structure .chip", 0).await;
    desk.click("#s-coordination a[href=\"/r/notification\"]").await;
    desk.go("/r/notification/new").await;
    desk.fill("#title", "主要な取引先").await;
    desk.fill("#none_reason", "取引先の窓口は各事業部が持つ").await;
    desk.send().await;
    desk.go(&plan).await;
    desk.count("#s-coordination .chip", 0).await;
    desk.unfold("#s-coordination details").await;
    desk.reads("#s-coordination li", "主要な取引先").await;
}

/// The list of systems is that of the register, with its targets, whenever it is looked at.
async fn drawn(desk: &Seat, plan: &str) {
    desk.unfold("#s-levels details").await;
    desk.reads("#s-levels li", "基幹システム（ERP）").await;
    desk.reads("#s-steps .chip", "未定").await;
    desk.reads(".notice", "定まっていない項目が2あります").await;
    desk.screenshot("plans-draft").await;
    desk.fits(plan).await;
}

async fn write(desk: &Seat, plan: &str, key: &str, words: &str) {
    desk.go(&format!("{plan}?edit={key}#s-{key}")).await;
    desk.fill(&format!("#t-{key}"), words).await;
    desk.click(&format!("#s-{key} .form .btn-primary")).await;
    desk.reads(&format!("#s-{key}"), words).await;
    desk.count(&format!("#s-{key} .chip"), 0).await;
}

/// Who carries it out: holder, deputies and telephone come from the role.
async fn positions(desk: &Seat, plan: &str) {
    desk.click_text("main a", "体制・最初の行動・基準を直す").await;
    desk.click("#f-positions [data-rows-add]").await;
    desk.fill("[name=\"positions[0].name\"]", "復旧の指揮").await;
    desk.pick("positions", "IT管理責任者").await;
    desk.fill("[name=\"positions[0].authority\"]", "戻す順番を決める").await;
    desk.send().await;
    desk.go(plan).await;
    for words in ["復旧の指揮", "竹田 雅人", "及川 美帆", "戻す順番を決める"] {
        desk.reads("table", words).await;
    }
    desk.reads(".notice", "承認へ進む").await;
}

async fn approve(chief: &Seat, plan: &str) {
    chief.go(plan).await;
    chief.click_text(".notice a", "承認へ進む").await;
    chief.click_text(".steps a", "この内容で承認する").await;
    chief.pick("approved_by", "岩代 隆之").await;
    chief.send().await;
    chief.reads(".page-chips", "承認済み").await;
}

/// On paper: version, who approved it, and what the registers say.
async fn printed(chief: &Seat, plan: &str) {
    chief.go(plan).await;
    chief.click_text("main a", "印刷用の紙").await;
    for words in ["第1版", "岩代 隆之", STEPS, "基幹システム（ERP）", "復旧の指揮", "竹田 雅人"]
    {
        chief.reads("article.sheet", words).await;
    }
    chief.screenshot("plans-paper").await;
    let pdf = chief.print_pdf().await;
    assert!(pdf.starts_with(b"%PDF"));
}
