//! The main job: somebody reports something odd, it becomes an incident, is worked on against the
//! clock, is closed with lessons, and the record of it verifies.

use crate::case::{self, Ending};
use crate::seat::{Seat, demo};
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

const ENDING: Ending<'static> = Ending {
    proof: "外からの管理画面へのログインは、どの国からも失敗する",
    evidence: "admin.log",
    improvement: "多要素認証",
    variant: ("盗んだパスワード", "二つ目の要素で止まる"),
    confirms: "榊 直人",
};

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
    case::step_with_logs(&desk, &room, "封じ込めた", "外からの管理画面を閉じました").await;
    case::step_with_logs(&desk, &room, "根絶した", "不正なアカウントを消しました").await;
    chief.sign_in(security).await;
    // Only somebody who may decide it says that all is back.
    case::step_by_page(&chief, &incident, "復旧した", "点検のあと、公開を再開しました").await;
    chief.go(&room).await;
    chief.reads(".room-bar", "復旧").await;
    desk.go(&room).await;
    desk.reads("#room-steps .finding", "事後評価の記録がある").await;
    let (cause, measure) = ("管理画面に二つ目の要素が無かった", "管理画面に多要素認証を入れる");
    case::learn(&desk, &incident, "2026-11-21T11:00", cause, measure).await;
    case::step_by_page(&desk, &incident, "改善へ引き継ぐ", "").await;
    case::settle(&desk, &room).await;
    case::really_over(&desk, &chief, &incident, &ENDING).await;
    case::step(&chief, &room, "終了する", "改善に引き継ぎました").await;
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
    let receipt = case::receipt(phone).await;
    assert_eq!(phone.overflow().await, 0);
    phone.screenshot("main-receipt").await;
    case::follow(phone, "midorihama", &receipt).await;
    phone.reads(".facts .chip", "受付待ち").await;
    phone.fill("#text", "同じ記録がもう一つありました").await;
    phone.click(".form .btn-primary").await;
    phone.reads(".notice", "書き足しました").await;
    phone.reads("li", "同じ記録がもう一つありました").await;
    receipt
}

/// The next thing on home is the report; it is taken and becomes an incident.
async fn take_it(desk: &Seat) -> String {
    desk.reads(".hero", "知らないログイン").await;
    desk.screenshot("main-home").await;
    desk.click(".hero .btn-primary").await;
    desk.reads("h1", "知らないログイン").await;
    desk.reads("main", "同じ記録がもう一つありました").await;
    let incident =
        case::open_incident(desk, "unauthorised_access", "覚えのないログインが二つ").await;
    desk.screenshot("main-report-record").await;
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
    case::entry(desk, "note", "最後の不正なログインは2時11分でした").await;
    case::entry(desk, "action", "管理画面への外からの接続を止めました").await;
    desk.reads("#timeline .entry-item", "外からの接続を止めました").await;
    case::entry(desk, "task", "ほかの管理者のパスワードを変える").await;
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

/// Grave: whether to tell the two bodies is decided, with reasons, before it goes on.
async fn decide(desk: &Seat, incident: &str) {
    let room = format!("/room/{incident}");
    desk.go(&room).await;
    desk.reads("#room-steps .finding", "まだ進めません").await;
    let at = "2026-11-21T10:00";
    case::decide(desk, incident, "report_ipa", "IPAに相談するか", at).await;
    case::decide(desk, incident, "report_jpcert", "JPCERT/CCに連絡するか", at).await;
    desk.go(&room).await;
    case::entry(desk, "decision", "会員への知らせは事実が固まってから出す").await;
    desk.reads("#room-decisions .decision", "会員への知らせ").await;
}

/// The reporter comes back and reads how it went.
async fn answer(phone: &Seat, receipt: &(String, String)) {
    phone.scripts(Switch::On);
    case::follow(phone, "midorihama", receipt).await;
    phone.reads(".facts .chip", "インシデントとして対応").await;
    phone.reads(".facts", "知らせてくれて助かりました").await;
    phone.screenshot("main-answer").await;
    assert_eq!(phone.overflow().await, 0);
}
