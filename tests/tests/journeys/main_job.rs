//! The main job: somebody reports something odd, it becomes an incident, is worked on against the
//! clock, is closed with lessons, and the record of it verifies.

use crate::seat::{Seat, demo, quoted};
use okiagari_tests::browser::Switch;
use okiagari_tests::postgres::Cluster;
use okiagari_tests::program::{Launch, Server, SignIn, run};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A picture of one point, as a phone would attach it.
const PHOTO: &[u8] = include_bytes!("photo.png");
const LOG: &[u8] = b"2026-11-21 02:11:04 login admin from 203.0.113.7\n";
/// Its SHA-256, worked out by another tool.
const LOG_SHA256: &str = "9d2bc9570eeb85733479953f5309096c8629eeacb508b0766cc931355bea9571";

#[tokio::test]
async fn from_a_report_on_a_phone_to_a_closed_incident() {
    let mut server = demo();
    let who = [server.sign_in("it.a@"), server.sign_in("security.a@")];
    if main_job(&server, &who).await.is_none() {
        return;
    }
    assert!(server.stop().success(), "it ends in good order");
    verifies(&["--data", &server.data().display().to_string()]);
}

/// The same over PostgreSQL: the demo's own data, moved there by backup and restore.
#[test]
fn the_same_over_postgresql() {
    let Some(cluster) = Cluster::shared() else { return };
    let database = cluster.fresh_database();
    let (_outer, data, who) = moved_to(&database);
    let mut server = Launch::serve().data(&data).arg("--database").arg(&database).start();
    // The client of the cluster is a blocking one, so this test is none that runs on a runtime.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    if runtime.expect("a runtime").block_on(main_job(&server, &who)).is_none() {
        return;
    }
    assert!(server.stop().success(), "it ends in good order");
    verifies(&["--data", &data.display().to_string(), "--database", &database]);
}

/// A demo that lives in another database.
fn moved_to(database: &str) -> (TempDir, PathBuf, [SignIn; 2]) {
    let outer = tempfile::tempdir().expect("a folder");
    let at = |name: &str| outer.path().join(name).display().to_string();
    let mut first = Launch::demo().data(at("first")).start();
    let who = [first.sign_in("it.a@"), first.sign_in("security.a@")];
    assert!(first.stop().success());
    run(["backup", "--data", &at("first"), "--to", &at("copy")]).ok();
    let key = outer.path().join("first").join("master.key").display().to_string();
    let to = ["--data", &at("data"), "--key", &key, "--database", database];
    run([&["restore", "--from", &at("copy")][..], &to].concat()).ok();
    let data = outer.path().join("data");
    (outer, data, who)
}

/// The outside check of the whole record.
fn verifies(place: &[&str]) {
    let said = run([&["verify", "--json"][..], place].concat()).ok();
    assert_eq!(said.lines().count(), 2, "both companies: {said}");
    for line in said.lines() {
        let report: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert_eq!(report["ok"], true, "{line}");
    }
}

async fn main_job(server: &Server, [it, security]: &[SignIn; 2]) -> Option<()> {
    let (phone, desk, chief) =
        (Seat::at(server).await?, Seat::at(server).await?, Seat::at(server).await?);
    let folder = tempfile::tempdir().expect("a folder");
    let receipt = report(&phone, folder.path()).await;
    desk.sign_in(it).await;
    let incident = take_it(&desk).await;
    let room = format!("/room/{incident}");
    organise(&desk, &incident).await;
    work(&desk, &room, folder.path()).await;
    decide(&desk, &incident).await;
    step(&desk, &room, "封じ込めた", "外からの管理画面を閉じました").await;
    step(&desk, &room, "根絶した", "不正なアカウントを消しました").await;
    chief.sign_in(security).await;
    recover(&chief, &incident).await;
    learn(&desk, &incident).await;
    settle(&desk, &room).await;
    really_over(&desk, &chief, &incident).await;
    step(&chief, &room, "終了する", "改善に引き継ぎました").await;
    chief.reads("#room-steps", "この案件は終わっています").await;
    chief.screenshot("main-closed-room").await;
    answer(&phone, &receipt).await;
    for seat in [&phone, &desk, &chief] {
        seat.calm();
    }
    Some(())
}

/// On a phone, without an account.
async fn report(phone: &Seat, folder: &Path) -> (String, String) {
    phone.phone();
    phone.go("/report/midorihama").await;
    assert_eq!(phone.overflow().await, 0);
    phone.screenshot("main-report-form").await;
    phone.fill("#what", "管理画面に知らないログインの記録があります").await;
    phone.fill("#place", "受注管理の画面").await;
    let photo = folder.join("photo.png");
    std::fs::write(&photo, PHOTO).expect("written");
    phone.attach("#photo", &photo).await;
    phone.reads("[data-upload-list]", "photo.png").await;
    phone.as_slow_as_a_person().await;
    phone.click("form.report .btn-big").await;
    phone.reads("h1", "報告を受け取りました").await;
    assert_eq!(phone.overflow().await, 0);
    phone.screenshot("main-receipt").await;
    let number = phone.text(".big-number").await;
    let secret = phone.text(".secret code").await;
    assert!(number.starts_with("R-"), "{number}");
    assert!(secret.len() >= 16, "{secret}");
    follow(phone, &(number.clone(), secret.clone())).await;
    phone.reads(".facts .chip", "受付待ち").await;
    phone.fill("#text", "同じ記録がもう一つありました").await;
    phone.click(".form .btn-primary").await;
    phone.reads(".notice", "書き足しました").await;
    phone.reads("li", "同じ記録がもう一つありました").await;
    (number, secret)
}

/// Back with the number and the secret.
async fn follow(phone: &Seat, (number, secret): &(String, String)) {
    phone.go("/report/midorihama/follow").await;
    phone.fill("#number", number).await;
    phone.fill("#secret", secret).await;
    phone.click(".form .btn-primary").await;
    phone.reads("h1", number).await;
}

/// The next thing on home is the report; it is taken and becomes an incident.
async fn take_it(desk: &Seat) -> String {
    desk.reads(".hero", "知らないログイン").await;
    desk.screenshot("main-home").await;
    desk.click(".hero .btn-primary").await;
    desk.reads("h1", "知らないログイン").await;
    desk.reads("main", "同じ記録がもう一つありました").await;
    desk.click_text(".steps a", "受け付ける").await;
    desk.send().await;
    desk.reads(".page-chips", "確認中").await;
    desk.click_text(".steps a", "インシデントとして対応する").await;
    desk.select("#event", "unauthorised_access").await;
    desk.fill("#answer", "知らせてくれて助かりました。調べています。").await;
    desk.fill("#_reason", "覚えのないログインが二つ").await;
    desk.screenshot("main-open-incident").await;
    desk.send().await;
    desk.reads(".page-chips", "インシデントとして対応").await;
    desk.screenshot("main-report-record").await;
    let link = "document.querySelector('.facts a[href*=\"/room/\"], .links a[href*=\"/room/\"]')";
    let href = desk.ask_text(&format!("{link}.getAttribute('href')")).await;
    let incident = href.rsplit('/').next().expect("a part").to_owned();
    desk.click("a[href*=\"/room/\"]").await;
    desk.see("#room-steps").await;
    incident
}

async fn organise(desk: &Seat, incident: &str) {
    desk.click_text("#room-steps a", "体制を発足する").await;
    desk.choose("severity", "high").await;
    desk.choose("priority", "now").await;
    desk.pick("lead", "堀 玲奈").await;
    desk.choose("sharing", "responders").await;
    desk.tick("grave").await;
    desk.tick("personal_data").await;
    let seen = desk.ask_text("document.querySelector('[name=\"_rev\"]').value").await;
    assert!(!seen.is_empty());
    desk.set("#personal_data_at", "2026-11-21T09:00").await;
    desk.fill("#_reason", "会員の情報に届くおそれ").await;
    desk.screenshot("main-organise").await;
    desk.send().await;
    desk.go(&format!("/room/{incident}")).await;
    desk.reads(".room-bar", "堀 玲奈").await;
    desk.see("#room-deadlines .deadline a").await;
    desk.screenshot("main-room").await;
}

/// Entries, a task and a file, all by the one box.
async fn work(desk: &Seat, room: &str, folder: &Path) {
    desk.go(room).await;
    entry(desk, "note", "最後の不正なログインは2時11分でした").await;
    entry(desk, "action", "管理画面への外からの接続を止めました").await;
    desk.reads("#timeline .entry-item", "外からの接続を止めました").await;
    entry(desk, "task", "ほかの管理者のパスワードを変える").await;
    desk.reads("#tasks .task", "ほかの管理者のパスワードを変える").await;
    let mine = "[...document.querySelectorAll('#tasks .task')]\
        .find(t => t.textContent.includes('ほかの管理者のパスワード'))";
    let id = desk.ask_text(&format!("{mine}.id")).await;
    desk.click(&format!("[id=\"{id}\"] .task-box")).await;
    desk.see(&format!("[id=\"{id}\"][data-state=done]")).await;
    let log = folder.join("admin.log");
    std::fs::write(&log, LOG).expect("written");
    desk.attach("#entry [type=file]", &log).await;
    desk.reads("#entry [data-upload-list]", "admin.log").await;
    desk.click("#entry .btn-primary").await;
    desk.reads("#room-evidence .evidence-row", "admin.log").await;
    let copy = "document.querySelector('#room-evidence [data-copy]').dataset.copy";
    assert_eq!(desk.ask_text(copy).await, LOG_SHA256);
    desk.screenshot("main-room-working").await;
}

/// One entry by the box, seen in the page before the next.
async fn entry(desk: &Seat, kind: &str, text: &str) {
    if kind != "note" {
        desk.click(&format!("#entry label:has([value={kind}])")).await;
    }
    desk.fill("#entry-text", text).await;
    desk.click("#entry .btn-primary").await;
    desk.arrive("the box is empty again", "document.querySelector('#entry-text').value === ''")
        .await;
}

/// Grave: whether to tell the two bodies is decided, with reasons, before it goes on.
async fn decide(desk: &Seat, incident: &str) {
    let room = format!("/room/{incident}");
    desk.go(&room).await;
    desk.reads("#room-steps .finding", "まだ進めません").await;
    for (topic, question) in
        [("report_ipa", "IPAに相談するか"), ("report_jpcert", "JPCERT/CCに連絡するか")]
    {
        desk.go(&format!("/r/decision/new?incident={incident}&topic={topic}")).await;
        desk.fill("#question", question).await;
        desk.fill("#decision", "はい。きょう中に伝える").await;
        desk.fill("#why", "手口を知らせて助言を得る").await;
        desk.set("#decided_at", "2026-11-21T10:00").await;
        desk.send().await;
    }
    desk.go(&room).await;
    entry(desk, "decision", "会員への知らせは事実が固まってから出す").await;
    desk.reads("#room-decisions .decision", "会員への知らせ").await;
}

/// A step of the room that asks for nothing but its reason.
async fn step(seat: &Seat, room: &str, label: &str, reason: &str) {
    seat.go(room).await;
    let text = quoted(label);
    seat.click_text("#room-steps summary", label).await;
    let form = "#room-steps details[open] form";
    seat.fill(&format!("{form} textarea"), reason).await;
    seat.click(&format!("{form} .btn-primary")).await;
    let summaries = "[...document.querySelectorAll('#room-steps summary')]";
    let gone = format!("!{summaries}.some(e => e.textContent.includes({text}))");
    let settled = "!document.querySelector('[data-tone=danger]')";
    seat.arrive(&format!("{label} is done"), &format!("{gone} && {settled}")).await;
}

/// Only somebody who may decide it says that all is back.
async fn recover(chief: &Seat, incident: &str) {
    chief.go(&format!("/room/{incident}")).await;
    chief.click_text("#room-steps a", "復旧した").await;
    chief.fill("#_reason", "点検のあと、公開を再開しました").await;
    chief.send().await;
    chief.go(&format!("/room/{incident}")).await;
    chief.reads(".room-bar", "復旧").await;
}

/// Review, cause, improvement, hand-over.
async fn learn(desk: &Seat, incident: &str) {
    let room = format!("/room/{incident}");
    desk.go(&room).await;
    desk.reads("#room-steps .finding", "事後評価の記録がある").await;
    desk.go(&format!("/r/review/new?incident={incident}")).await;
    desk.fill("#title", "不正ログインの振り返り").await;
    desk.set("#held_at", "2026-11-21T11:00").await;
    desk.fill("#went_well", "気づいてから報告までが早かった").await;
    desk.send().await;
    desk.go(&format!("/r/incident/{incident}/step/evaluate")).await;
    desk.click("#f-causes [data-rows-add]").await;
    desk.fill("[name=\"causes[0].key\"]", "C1").await;
    desk.select("[name=\"causes[0].class\"]", "technical").await;
    desk.fill("[name=\"causes[0].text\"]", "管理画面に二つ目の要素が無かった").await;
    desk.screenshot("main-causes").await;
    desk.send().await;
    desk.go(&room).await;
    desk.reads("#room-steps .finding", "すべての原因に改善がある").await;
    desk.go(&format!("/r/improvement/new?incident={incident}")).await;
    desk.fill("#measure", "管理画面に多要素認証を入れる").await;
    desk.fill("#cause_key", "C1").await;
    desk.send().await;
    desk.go(&room).await;
    desk.click_text("#room-steps a", "改善へ引き継ぐ").await;
    desk.send().await;
}

/// Every deadline of the case is finished with its proof.
async fn settle(desk: &Seat, room: &str) {
    desk.go(room).await;
    let open = "[...document.querySelectorAll('#room-deadlines .deadline a[href^=\"/deadlines/\"]')]\
        .filter(a => !a.closest('.deadline').querySelector('.chip')).map(a => a.getAttribute('href'))";
    let open = desk.ask(open).await;
    let open: Vec<&str> =
        open.as_array().expect("a list").iter().filter_map(|a| a.as_str()).collect();
    assert!(!open.is_empty(), "a grave incident with personal data has deadlines");
    for href in open {
        desk.go(href).await;
        desk.fill("#proof", "受付番号 2026-1121").await;
        desk.click_text("button", "完了を記録する").await;
        desk.reads(".facts", "受付番号 2026-1121").await;
    }
}

/// The closing sheet, which opened by itself: the cause is gone, and who answers for it says so.
async fn really_over(desk: &Seat, chief: &Seat, incident: &str) {
    desk.go(&format!("/room/{incident}")).await;
    desk.reads("#room-steps .finding", "まだ進めません").await;
    desk.go(&format!("/r/incident/{incident}")).await;
    let sheet = "document.querySelector('a[href^=\"/r/closing/\"]').pathname";
    let sheet = desk.ask_text(sheet).await;
    desk.go(&format!("{sheet}/edit")).await;
    desk.tick("cause_removed").await;
    desk.fill("#cause_proof", "外からの管理画面へのログインは、どの国からも失敗する").await;
    desk.pick("cause_evidence", "admin.log").await;
    row(desk, "variants", &[("method", "盗んだパスワード"), ("meets", "二つ目の要素で止まる")])
        .await;
    desk.select("[name=\"variants[0].works\"]", "yes").await;
    let signs = desk.ask("document.querySelectorAll('#f-signs [data-rows-item]').length").await;
    for at in 0..signs.as_u64().expect("a number") {
        desk.select(&format!("[name=\"signs[{at}].result\"]"), "nothing").await;
    }
    row(desk, "permanent", &[("measure", "管理画面の多要素認証")]).await;
    desk.pick("permanent", "多要素認証").await;
    desk.fill("#spread", "同じ製品を使う出店者に、手口を知らせた").await;
    let taught = [("group", "管理画面を使う人"), ("content", "見分け方"), ("by", "情報システム部")];
    row(desk, "education", &taught).await;
    desk.set("[name=\"education[0].held_on\"]", "2026-11-21").await;
    for (at, point) in ["first_decisions", "contact_route", "containment"].iter().enumerate() {
        desk.click("#f-continuity [data-rows-add]").await;
        desk.select(&format!("[name=\"continuity[{at}].point\"]"), point).await;
        desk.select(&format!("[name=\"continuity[{at}].worked\"]"), "yes").await;
        desk.fill(&format!("[name=\"continuity[{at}].finding\"]"), "迷わずに動けた").await;
    }
    for (at, kind) in ["measure", "work_step"].iter().enumerate() {
        desk.click("#f-revised [data-rows-add]").await;
        desk.select(&format!("[name=\"revised[{at}].kind\"]"), kind).await;
        desk.fill(&format!("[name=\"revised[{at}].what\"]"), "管理画面の使い方").await;
        desk.fill(&format!("[name=\"revised[{at}].version\"]"), "2").await;
    }
    let carried =
        [("to", "全部門"), ("what", "多要素認証"), ("checked", "月に一度、登録の数を見る")];
    row(desk, "carried", &carried).await;
    desk.set("[name=\"carried[0].on\"]", "2026-11-21").await;
    desk.screenshot("main-closing").await;
    desk.send().await;
    chief.go(&format!("{sheet}/step/confirm")).await;
    chief.pick("confirmed_by", "榊 直人").await;
    chief.send().await;
    chief.reads(".page-chips", "確認").await;
}

/// A first row of a table in a form.
async fn row(desk: &Seat, field: &str, cells: &[(&str, &str)]) {
    desk.click(&format!("#f-{field} [data-rows-add]")).await;
    for (cell, text) in cells {
        desk.fill(&format!("[name=\"{field}[0].{cell}\"]"), text).await;
    }
}

/// The reporter comes back and reads how it went.
async fn answer(phone: &Seat, receipt: &(String, String)) {
    phone.scripts(Switch::On);
    follow(phone, receipt).await;
    phone.reads(".facts .chip", "インシデントとして対応").await;
    phone.reads(".facts", "知らせてくれて助かりました").await;
    phone.screenshot("main-answer").await;
    assert_eq!(phone.overflow().await, 0);
}
