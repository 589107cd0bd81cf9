//! Company A: a ransom note on the screen of the accounts, and weeks later the end of it.

use super::{NIGHT, approve, draft, ends_well, mail_by, tonight_in};
use crate::case::{self, Ending};
use crate::seat::Seat;
use okiagari_tests::program::{Launch, Server};
use okiagari_tests::smtp::{Mood, Smtp};
use std::path::Path;

/// When the watch over what came back is over.
const WEEKS_LATER: &str = "2027-01-12T10:00";

/// The spread is not known at first: the playbook goes round once more.
const NOT_YET: &[(&str, &str)] = &[("広がっているか", "まだ分からない")];

const ANSWERS: &[(&str, &str)] = &[
    ("広がっているか", "広がっている"),
    ("危機として扱うか", "はい"),
    ("事業継続計画を発動するか", "はい"),
    ("身代金の要求", "払わない"),
    ("持ち出された疑い", "はい"),
    ("無事なバックアップ", "はい"),
    ("再び感染の兆し", "無い"),
];

/// Goes on until the incident has been recovered.
const WATCH: &str = "再発がないか監視を続ける";

const ENDING: Ending<'static> = Ending {
    proof: "入り口の機器を替え、同じ手口の接続は外から通らない",
    evidence: "disk-image.txt",
    improvement: "隔離した写し",
    variant: ("委託先からの遠隔接続", "接続は申請のあった時間だけ開く"),
    confirms: "榊 直人",
};

#[tokio::test]
async fn ransomware_on_a_sunday_night() {
    let smtp = Smtp::start();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut server = tonight_in(&data);
    let Some(desk) = Seat::at(&server).await else { return };
    let Some(chief) = Seat::at(&server).await else { return };
    desk.sign_in(&server.sign_in("admin.a@")).await;
    mail_by(&desk, &smtp).await;
    desk.lose_session().await;
    desk.sign_in(&server.sign_in("it.a@")).await;
    let incident = begin(&desk).await;
    let room = format!("/room/{incident}");
    organise(&desk, &incident).await;
    chief.sign_in(&server.sign_in("security.a@")).await;
    evidence(&desk, &room, folder.path(), "note.txt").await;
    case::play(&desk, &room, NOT_YET, &["管理サーバと共有フォルダ"]).await;
    case::play(&desk, &room, ANSWERS, &["経営に関わる危機", WATCH, "ディスクとメモリ"]).await;
    stand_in(&chief).await;
    case::play(&desk, &room, ANSWERS, &["個人情報保護委員会などへの報告", WATCH]).await;
    preliminary(&desk, &incident).await;
    for (topic, question) in
        [("report_ipa", "IPAに相談するか"), ("report_jpcert", "JPCERT/CCに連絡するか")]
    {
        case::decide(&desk, &incident, topic, question, "2026-11-22T02:45").await;
    }
    evidence(&desk, &room, folder.path(), "disk-image.txt").await;
    let origin = format!("会計・給与システムの{}", case::WIPED);
    case::from_where(&desk, &room, "disk-image.txt", &origin).await;
    customers(&desk, &chief, &incident, &smtp).await;
    case::step_with_logs(&desk, &room, "封じ込めた", "区画の通信を止めました").await;
    case::play(&desk, &room, ANSWERS, &["再び感染の兆し", WATCH]).await;
    case::step_with_logs(&desk, &room, "根絶した", "入り口をふさぎ、認証を替え、初期化しました")
        .await;
    bring_back(&desk, &chief, &incident).await;
    case::play(&desk, &room, ANSWERS, &["振り返りを行い", WATCH]).await;
    case::step_by_page(&chief, &incident, "復旧した", "会計と給与を元に戻しました").await;
    for seat in [&desk, &chief] {
        seat.calm();
    }
    assert!(server.stop().success(), "it ends in good order");
    let mut server = Launch::demo().data(&data).arg("--at").arg(WEEKS_LATER).start();
    finish(&server, &incident, &smtp).await;
    ends_well(&mut server);
}

/// What the person on duty saw is typed in by the same person.
async fn begin(desk: &Seat) -> String {
    desk.go("/r/report/new").await;
    desk.fill("#what", "会計の画面に身代金の要求が出て、ファイルが開けません").await;
    desk.fill("#place", "会計の端末と共有フォルダ").await;
    desk.send().await;
    desk.see(".steps a").await;
    case::open_incident(desk, "malware", "身代金の要求が画面に出ている").await
}

async fn organise(desk: &Seat, incident: &str) {
    let room = format!("/room/{incident}");
    desk.go(&room).await;
    desk.click_text("#room-steps a", "体制を発足する").await;
    desk.choose("severity", "high").await;
    desk.choose("priority", "now").await;
    desk.pick("lead", "榊 直人").await;
    desk.choose("sharing", "responders").await;
    desk.tick("grave").await;
    desk.tick("personal_data").await;
    desk.set("#personal_data_at", NIGHT).await;
    desk.fill("#_reason", "業務が止まり、顧客の情報に届くおそれがある").await;
    desk.send().await;
    desk.go(&format!("/r/incident/{incident}/edit")).await;
    desk.click("#f-systems [data-rows-add]").await;
    desk.pick("systems", "会計・給与システム").await;
    desk.set("[name=\"systems[0].stopped_at\"]", NIGHT).await;
    desk.send().await;
    desk.go(&room).await;
    desk.reads("#room-deadlines .deadline", "速報を出す").await;
    desk.click_text("#room-plays button", "ランサムウェア").await;
    desk.reads("#room-plays .play", "LANと無線を切る").await;
    desk.screenshot("night-ransom-room").await;
}

async fn evidence(desk: &Seat, room: &str, folder: &Path, name: &str) {
    desk.go(room).await;
    let file = folder.join(name);
    std::fs::write(&file, format!("{name}: taken at night\n")).expect("written");
    desk.attach("#entry [type=file]", &file).await;
    desk.reads("#entry [data-upload-list]", name).await;
    desk.click("#entry .btn-primary").await;
    desk.reads("#room-evidence .evidence-row", name).await;
}

/// Neither the executive nor the first deputy answers; the second stands in, and the record names
/// who was not reached.
async fn stand_in(chief: &Seat) {
    chief.go("/r/role?kind=executive").await;
    chief.click_text("main a", "IT-BCP統括責任者").await;
    chief.click_text(".steps a", "代行を始める").await;
    chief.pick("acting", "森 久美子").await;
    chief.fill("#acting_reason", "夜中で電話がつながらない").await;
    chief.set("#acting_until", "2026-11-22T09:00").await;
    chief.pick("not_reached", "相馬 里佳").await;
    chief.send().await;
    chief.reads(".page-chips", "代行中").await;
}

async fn preliminary(desk: &Seat, incident: &str) {
    desk.go(&format!("/documents/forms/ppc/{incident}/first")).await;
    desk.reads("h1", "個人情報保護委員会").await;
    desk.go(&format!("/room/{incident}")).await;
    desk.click_text("#room-deadlines a", "速報を出す").await;
    desk.fill("#proof", "委員会の様式で報告。受付番号 26-4712").await;
    desk.click_text("button", "完了を記録する").await;
    desk.reads(".facts", "受付番号 26-4712").await;
}

/// The mail server has taken one and will not take the other now; it is told by telephone.
async fn customers(desk: &Seat, chief: &Seat, incident: &str, smtp: &Smtp) {
    smtp.mood(Mood::Only("support@"));
    let names = ["そらいろクラウド株式会社", "出店者（主要5社）"];
    let message = draft(desk, incident, "partners-first", &names).await;
    approve(chief, incident, &message).await;
    let line = format!("#room-messages [id=\"m-{message}\"]");
    chief.reads(&format!("{line} li"), "出店者（主要5社）").await;
    chief.reads(&format!("{line} li"), "届かなかった").await;
    chief.screenshot("night-ransom-refused").await;
    chief.go(&format!("/r/delivery/new?message={message}")).await;
    chief.fill("#recipient", "出店者（主要5社）").await;
    chief.pick("to_contact", "出店者（主要5社）").await;
    chief.select("#channel", "telephone").await;
    chief.set("#at", "2026-11-22T02:58").await;
    chief.select("#result", "told").await;
    chief.pick("told_by", "榊 直人").await;
    chief.send().await;
    chief.go(&format!("/room/{incident}")).await;
    chief.reads(&line, "送信を記録").await;
}

/// The accounts come back by the board, as an exception that somebody answers for.
async fn bring_back(desk: &Seat, chief: &Seat, incident: &str) {
    let board = format!("/recover/{incident}");
    desk.go(&board).await;
    desk.click_text("main a", "代わりに切り替える").await;
    desk.choose("bridge", "manual_work").await;
    desk.fill("#bridge_how", "紙の伝票で受ける。戻ったらやめる").await;
    desk.send().await;
    next(desk, &board, "復旧作業を始める").await;
    desk.choose("bcp", "in_force").await;
    desk.fill("#order_reason", "給与の締めが明日のため").await;
    desk.pick("evidence", "disk-image.txt").await;
    desk.send().await;
    next(desk, &board, "安全を確認した").await;
    for (at, kind) in ["infected_files", "unauthorised_changes"].iter().enumerate() {
        desk.click("#f-checks [data-rows-add]").await;
        let item = format!("#f-checks [data-rows-item]:nth-of-type({})", at + 1);
        desk.select(&format!("[name=\"checks[{at}].kind\"]"), kind).await;
        desk.fill(&format!("[name=\"checks[{at}].method\"]"), "別の機器で全体を検査").await;
        desk.pick_in(&item, "堀 玲奈").await;
        desk.set(&format!("[name=\"checks[{at}].checked_at\"]"), "2026-11-22T02:50").await;
        desk.select(&format!("[name=\"checks[{at}].result\"]"), "nothing").await;
    }
    desk.send().await;
    next(desk, &board, "確認テストに合格した").await;
    desk.set("#recovery_point_at", "2026-11-21T22:00").await;
    for (at, kind) in ["functions", "data", "rights", "partners"].iter().enumerate() {
        desk.click("#f-tests [data-rows-add]").await;
        desk.select(&format!("[name=\"tests[{at}].kind\"]"), kind).await;
        desk.select(&format!("[name=\"tests[{at}].result\"]"), "passed").await;
    }
    desk.send().await;
    restart(chief, &board).await;
    next(desk, &board, "再開した").await;
    desk.send().await;
    next(desk, &board, "監視を強める").await;
    desk.pick("watcher", "水野 拓海").await;
    desk.fill("#watch_signs", "夜間の大量の書き換え、外への大きな通信").await;
    desk.set("#watch_until", "2027-01-11T09:00").await;
    desk.pick("watch_neighbours", "アカウント管理").await;
    desk.send().await;
    desk.go(&board).await;
    desk.screenshot("night-ransom-board").await;
}

/// Opens the next step of the one system on the board.
async fn next(seat: &Seat, board: &str, label: &str) {
    seat.go(board).await;
    seat.click_text("main a", label).await;
    seat.see("#form").await;
}

async fn restart(chief: &Seat, board: &str) {
    next(chief, board, "再開を承認する").await;
    chief.pick("approver", "堀 玲奈").await;
    chief.fill("#approval", "給与を止めないため、会計だけ先に再開する").await;
    chief.fill("#again_flood", "外からの接続は閉じたままにする").await;
    chief.fill("#again_bots", "外への通信を会計の網で遮断して見張る").await;
    chief.fill("#expert", "はやてITサポートに相談した").await;
    chief.choose("loss", "part").await;
    chief.fill("#loss_what", "土曜夜の入力").await;
    chief.fill("#loss_worth", "入力し直し二時間").await;
    chief.fill("#loss_alternatives", "暗号を解く方法は無い").await;
    chief.pick("loss_accepted_by", "片桐 浩之").await;
    chief.fill("#exception", "侵入口が残る前提で、監視を強めて会計だけ戻す").await;
    chief.send().await;
}

/// Weeks later: the watch is over, the final report is filed, and the case closes with lessons.
async fn finish(server: &Server, incident: &str, smtp: &Smtp) {
    let (Some(desk), Some(chief)) = (Seat::at(server).await, Seat::at(server).await) else {
        return;
    };
    smtp.mood(Mood::Accept);
    desk.sign_in(&server.sign_in("it.a@")).await;
    chief.sign_in(&server.sign_in("security.a@")).await;
    let room = format!("/room/{incident}");
    desk.go(&room).await;
    // Nobody's clock stood still while the server was down.
    desk.reads("#room-deadlines .deadline", "確報を出す").await;
    next(&desk, &format!("/recover/{incident}"), "通常運用に戻す").await;
    desk.fill("#watch_result", "兆候は一度も無かった").await;
    desk.send().await;
    let (cause, measure) =
        ("バックアップが同じ網から消せた", "毎週、網から切り離した隔離した写しを作る");
    case::learn(&desk, incident, "2027-01-12T09:00", cause, measure).await;
    case::step_by_page(&desk, incident, "改善へ引き継ぐ", "").await;
    let before = smtp.mails().len();
    let last = draft(&desk, incident, "partners-closing", &["出店者（主要5社）"]).await;
    approve(&chief, incident, &last).await;
    chief.reads(&format!("#room-messages [id=\"m-{last}\"]"), "送信を記録").await;
    assert_eq!(smtp.mails().len(), before + 1);
    case::play(&desk, &room, ANSWERS, &[]).await;
    case::settle(&desk, &room).await;
    case::really_over(&desk, &chief, incident, &ENDING).await;
    case::step(&chief, &room, "終了する", "改善に引き継ぎました").await;
    chief.reads("#room-steps", "この案件は終わっています").await;
    chief.go(&format!("/documents/incident-report/{incident}")).await;
    for words in ["身代金", "バックアップが同じ網から消せた", "払わない"] {
        chief.reads("article.sheet", words).await;
    }
    chief.screenshot("night-ransom-report").await;
    for seat in [&desk, &chief] {
        seat.calm();
    }
}
