//! Stopping with measure: a cut is weighed, decided by whom the table names, and made after what it
//! would destroy was taken; traces by the hundred, and a log whose clock is ahead.

use crate::case;
use crate::night::{ends_well, tonight};
use crate::seat::{Seat, quoted};
use std::fmt::Write as _;
use std::path::Path;

/// What the room offers to stop, from the plan.
const POINT: &str = "EC管理画面の停止";

/// What the collection guide names as lost or withheld by the stop.
const BEFORE: [&str; 3] =
    ["サーバのメモリ", "動いているプロセスと接続の一覧", "接続中の利用者の一覧"];

/// A log of a device whose clock is 120 seconds ahead, in UTC.
const LOG: &str = "time,user,what\n\
    2026-11-21 17:32:05,onodera,login from 203.0.113.7\n\
    2026-11-21 17:33:40,onodera,export members.csv\n\
    not a time,onodera,?\n";

#[tokio::test]
async fn a_cut_is_weighed_decided_and_made_after_what_it_would_destroy_was_taken() {
    let mut server = tonight();
    let (Some(desk), Some(chief)) = (Seat::at(&server).await, Seat::at(&server).await) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    desk.sign_in(&server.sign_in("it.a@")).await;
    let room = begin(&desk).await;
    let action = weigh(&desk, &room).await;
    chief.sign_in(&server.sign_in("security.a@")).await;
    decide(&chief, &action).await;
    collect(&desk, &room, &action, folder.path()).await;
    carry_out(&desk, &room, &action).await;
    desk.fits(&room).await;
    for seat in [&desk, &chief] {
        seat.calm_but(409);
    }
    ends_well(&mut server);
}

#[tokio::test]
async fn traces_come_by_the_hundred_and_a_log_joins_in_its_true_time() {
    let mut server = tonight();
    let Some(desk) = Seat::at(&server).await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    desk.sign_in(&server.sign_in("it.a@")).await;
    let room = begin(&desk).await;
    traces(&desk, &room).await;
    log(&desk, &room, folder.path()).await;
    desk.calm();
    ends_well(&mut server);
}

async fn begin(desk: &Seat) -> String {
    desk.go("/r/report/new").await;
    desk.fill("#what", "管理画面で会員の一覧が夜中に書き出されています").await;
    desk.send().await;
    desk.see(".steps a").await;
    let incident = case::open_incident(desk, "unauthorised_access", "覚えのない書き出し").await;
    desk.go(&format!("/r/incident/{incident}/edit")).await;
    desk.click("#f-systems [data-rows-add]").await;
    desk.pick("systems", "EC管理画面").await;
    desk.send().await;
    format!("/room/{incident}")
}

/// What the plan says of the point stands in the draft; what it costs is added.
async fn weigh(desk: &Seat, room: &str) -> String {
    desk.go(room).await;
    desk.click_text("#room-containment summary", "止められる場所").await;
    let points = "[...document.querySelectorAll('#room-containment .finding')]";
    let point = format!("{points}.find(e => e.textContent.includes({}))", quoted(POINT));
    let words = desk.ask_text(&format!("{point}.textContent")).await;
    for part in ["注文の受付は続く", "商品の登録、会員の照会", "榊 直人"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let href = format!("{point}.querySelector('a.btn').getAttribute('href')");
    let draft = desk.ask_text(&href).await;
    desk.go(&draft).await;
    let action = desk.ask_text("document.querySelector('#action').value").await;
    assert!(action.contains("EC管理画面の公開を止める"), "{action}");
    desk.fill("#expected", "会員の情報が見られ続けるのを断つ").await;
    desk.fill("#scope", "書き出しは一つのアカウントから。ほかは確認中").await;
    desk.fill("#stage", "1").await;
    desk.send().await;
    let place = desk.place().await;
    place.split('?').next().expect("a path").to_owned()
}

/// Refused by whom the table does not name and without what it costs, then taken.
async fn decide(chief: &Seat, action: &str) {
    chief.go(&format!("{action}/step/decide")).await;
    chief.pick("decider", "堀 玲奈").await;
    chief.set("#review_at", "2026-11-22T08:00").await;
    chief.fill("#_reason", "先に断つ").await;
    chief.click("#form .form-end .btn-primary").await;
    chief.reads(".error-summary, .notice", "権限のある人が決めている").await;
    chief.reads(".error-summary, .notice", "影響を考えている").await;
    chief.screenshot("containing-refused").await;
    chief.pick("decider", "榊 直人").await;
    chief.fill("#customers", "買い物はできる。会員の照会が遅れる").await;
    chief.fill("#cost", "150000").await;
    chief.send().await;
    chief.reads(".page-chips", "決定").await;
}

/// Before the stop the room names what it would destroy, and the start waits for it.
async fn collect(desk: &Seat, room: &str, action: &str, folder: &Path) {
    desk.go(room).await;
    desk.reads("#room-containment", "止める前に、下の収集リストを確かめてください").await;
    for data in BEFORE {
        desk.reads("#room-collection .task", data).await;
    }
    desk.screenshot("containing-room").await;
    desk.go(&format!("{action}/step/start")).await;
    desk.tick("logs_kept").await;
    desk.pick("operator", "堀 玲奈").await;
    desk.click("#form .form-end .btn-primary").await;
    desk.reads(".error-summary, .notice", "この対象の証拠を先に取っている").await;
    desk.reads(".error-summary, .notice", "止めると失うデータを先に取っている").await;
    desk.go(room).await;
    let file = folder.join("memory.bin");
    std::fs::write(&file, b"memory of the admin server").expect("written");
    desk.attach("#entry [type=file]", &file).await;
    desk.reads("#entry [data-upload-list]", "memory.bin").await;
    desk.click("#entry .btn-primary").await;
    desk.reads("#room-evidence .evidence-row", "memory.bin").await;
    case::from_where(desk, room, "memory.bin", "EC管理画面のサーバのメモリ").await;
    for data in BEFORE {
        desk.go(room).await;
        let items = "[...document.querySelectorAll('#room-collection .task')]";
        let item = format!("{items}.find(e => e.textContent.includes({}))", quoted(data));
        let href = format!("{item}.querySelector('a.btn').getAttribute('href')");
        let step = desk.ask_text(&href).await;
        desk.go(&step).await;
        desk.pick("taken_by", "堀 玲奈").await;
        desk.send().await;
    }
}

async fn carry_out(desk: &Seat, room: &str, action: &str) {
    desk.go(&format!("{action}/step/start")).await;
    // What was filled in before it was refused is still there.
    desk.reads(".notice", "下書きを戻しました").await;
    let ticked = "document.querySelector('#f-logs_kept [type=checkbox]').checked";
    desk.arrive("the tick is still there", ticked).await;
    desk.pick("evidence", "memory.bin").await;
    desk.send().await;
    desk.reads(".page-chips", "実施中").await;
    for words in ["措置を実施する", "広がりが止まったか確かめる"] {
        desk.go(room).await;
        let tasks = "[...document.querySelectorAll('#tasks .task')]";
        let task = format!("{tasks}.find(e => e.textContent.includes({})).id", quoted(words));
        let id = desk.ask_text(&task).await;
        desk.click(&format!("#tasks [id=\"{id}\"] .task-box")).await;
        desk.see(&format!("[id=\"{id}\"][data-state=done]")).await;
    }
    desk.go(&format!("{action}/step/finish")).await;
    desk.fill("#result", "社外の回線から開けないことを確かめた").await;
    desk.fill("#effect_seen", "会員の照会は電話で受けている").await;
    desk.choose("spread", "stopped").await;
    desk.send().await;
    desk.go(room).await;
    desk.reads("#room-containment", POINT).await;
    desk.reads("#room-containment", "実施済み").await;
    desk.reads("#room-containment", "榊 直人").await;
    let paper = room.replace("/room/", "/documents/incident-report/");
    desk.go(&paper).await;
    for words in [POINT, "榊 直人", "150,000", "memory.bin", "社外の回線から開けない"]
    {
        desk.reads("article.sheet", words).await;
    }
}

/// Three hundred lines at once; what cannot be read stays in the box; some are cleared together.
async fn traces(desk: &Seat, room: &str) {
    let path = format!("{room}/indicators");
    let mut lines = String::new();
    for n in 1..=200 {
        let _ = writeln!(lines, "198.51.100.{n}\tVPNの記録");
    }
    for n in 1..=100 {
        let _ = writeln!(lines, "hxxps://trap{n:03}[.]example/login");
    }
    lines.push_str("198.51.100.7\nなに これ\n");
    desk.go(&path).await;
    desk.set("#lines", &lines).await;
    desk.fill("#p-source", "境界装置と中継サーバ").await;
    desk.click_text("main form button", "登録する").await;
    desk.reads(".notice", "300件を登録しました").await;
    desk.reads(".notice", "同じもの 1 行").await;
    desk.reads(".notice", "302行目").await;
    assert_eq!(desk.ask_text("document.querySelector('#lines').value.trim()").await, "なに これ");
    desk.count("tbody tr", 300).await;
    desk.screenshot("containing-traces").await;
    for n in [0, 1, 2] {
        let boxes = format!("document.querySelectorAll('tbody [name=id]')[{n}].click()");
        desk.execute(&boxes, Vec::new()).await.expect("a box can be ticked");
    }
    desk.select("#s-state", "clean").await;
    desk.fill("#s-reason", "自社の監視").await;
    desk.click_text("main form button", "にする").await;
    desk.reads("nav.actions", "問題なし 3").await;
    desk.fits(&path).await;
}

/// Looked at before it is written: the true times and the line that cannot be read.
async fn log(desk: &Seat, room: &str, folder: &Path) {
    let file = folder.join("admin.csv");
    std::fs::write(&file, LOG).expect("written");
    desk.go(&format!("{room}/logs")).await;
    desk.attach("#file", &file).await;
    desk.fill("#source", "EC管理画面").await;
    desk.fill("#zone", "UTC").await;
    desk.fill("#skew", "120").await;
    desk.fill("#skew_how", "標準時と見比べた").await;
    desk.click_text("button", "中身を確かめる").await;
    desk.reads(".notice", "新しく加える 2 行").await;
    desk.reads(".notice", "読めない 1 行").await;
    desk.reads("td", "2:30:05").await;
    desk.screenshot("containing-log").await;
    desk.click_text("button", "2行を時系列に加える").await;
    desk.reads(".notice", "取り込みました").await;
    desk.go(room).await;
    desk.reads("#timeline .entry-item", "export members.csv").await;
    let entries = "[...document.querySelectorAll('#timeline .entry-item')]";
    let line = format!("{entries}.find(e => e.textContent.includes('login from 203'))");
    let at = desk.ask_text(&format!("{line}.querySelector('time').dateTime")).await;
    assert!(at.contains("02:30:05") || at.contains("17:30:05"), "two minutes back: {at}");
    desk.reads("#timeline .entry-origin", "EC管理画面").await;
    desk.go(&format!("{room}/logs")).await;
    desk.attach("#file", &file).await;
    desk.fill("#source", "EC管理画面").await;
    desk.fill("#zone", "UTC").await;
    desk.fill("#skew", "120").await;
    desk.click_text("button", "中身を確かめる").await;
    desk.reads(".notice", "取り込み済みです").await;
    desk.reads(".notice", "新しく加える 0 行").await;
    desk.fits(room).await;
}
