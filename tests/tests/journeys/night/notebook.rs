//! Company B: an engineer's notebook is gone after a night out, with names of customers on it.

use super::{NIGHT, approve, draft, ends_well, mail_by, tonight};
use crate::case::{self, Ending};
use crate::seat::Seat;
use okiagari_tests::smtp::{Mood, Smtp};
use std::path::Path;

const ANSWERS: &[(&str, &str)] = &[
    ("危機として扱うか", "いいえ"),
    ("事業継続計画を発動するか", "いいえ"),
    ("社外に伝えるか", "伝える"),
    ("端末は見つかったか", "見つからない"),
];

const ENDING: Ending<'static> = Ending {
    proof: "端末は遠隔で消去され、古い認証では社内のどこにも入れない",
    evidence: "mdm.log",
    improvement: "持ち出す端末",
    variant: ("置き忘れたUSBメモリ", "持ち出しの記録に無いものはつながらない"),
    confirms: "有馬 健吾",
};

#[tokio::test]
async fn a_notebook_is_lost_on_a_sunday_night() {
    let smtp = Smtp::start();
    let mut server = tonight();
    let Some(phone) = Seat::at(&server).await else { return };
    let (Some(desk), Some(chief)) = (Seat::at(&server).await, Seat::at(&server).await) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let receipt = report(&phone).await;
    desk.sign_in(&server.sign_in("admin.b@")).await;
    mail_by(&desk, &smtp).await;
    desk.lose_session().await;
    desk.sign_in(&server.sign_in("csirt.b@")).await;
    let incident = take_it(&desk).await;
    let room = format!("/room/{incident}");
    organise(&desk, &incident).await;
    chief.sign_in(&server.sign_in("security.b@")).await;
    stand_in(&chief).await;
    evidence(&desk, &room, folder.path()).await;
    case::play(&desk, &room, ANSWERS, &["関係する社外の相手に伝える"]).await;
    tell(&desk, &chief, &incident, &smtp).await;
    preliminary(&desk, &incident).await;
    case::play(&desk, &room, ANSWERS, &["なくした原因"]).await;
    case::step_with_logs(&desk, &room, "封じ込めた", "端末を遠隔で消し、認証を取り消しました")
        .await;
    case::step_with_logs(&desk, &room, "根絶した", "鍵と認証をすべて替えました").await;
    case::step_by_page(&chief, &incident, "復旧した", "代わりの端末で仕事に戻りました").await;
    case::play(&desk, &room, ANSWERS, &[]).await;
    let (cause, measure) = ("持ち出しの記録が無かった", "持ち出す端末を貸し出しの台帳で管理する");
    case::learn(&desk, &incident, "2026-11-22T03:00", cause, measure).await;
    case::step_by_page(&desk, &incident, "改善へ引き継ぐ", "").await;
    last_report(&desk, &chief, &incident, &smtp).await;
    case::settle(&desk, &room).await;
    case::really_over(&desk, &chief, &incident, &ENDING).await;
    case::step(&chief, &room, "終了する", "改善に引き継ぎました").await;
    chief.reads("#room-steps", "この案件は終わっています").await;
    papers(&chief, &incident).await;
    case::follow(&phone, "sorei", &receipt).await;
    phone.reads(".facts", "知らせてくれて助かりました").await;
    for seat in [&phone, &desk, &chief] {
        seat.calm();
    }
    ends_well(&mut server);
}

/// At the station, by phone, without an account.
async fn report(phone: &Seat) -> (String, String) {
    phone.phone();
    phone.go("/report/sorei").await;
    phone
        .fill("#what", "会社のノートパソコンを電車に置き忘れました。顧客の名簿が入っています")
        .await;
    phone.fill("#place", "終電の網棚").await;
    phone.as_slow_as_a_person().await;
    phone.click("form.report .btn-big").await;
    case::receipt(phone).await
}

async fn take_it(desk: &Seat) -> String {
    desk.go("/r/report").await;
    desk.click_text("main a", "ノートパソコンを電車に置き忘れ").await;
    desk.see(".steps a").await;
    case::open_incident(desk, "device_loss", "名簿の入った端末が手元に無い").await
}

async fn organise(desk: &Seat, incident: &str) {
    let room = format!("/room/{incident}");
    desk.go(&room).await;
    desk.click_text("#room-steps a", "体制を発足する").await;
    desk.choose("severity", "medium").await;
    desk.choose("priority", "now").await;
    desk.pick("lead", "有馬 健吾").await;
    desk.choose("sharing", "responders").await;
    desk.tick("personal_data").await;
    desk.set("#personal_data_at", NIGHT).await;
    desk.fill("#_reason", "顧客の名簿が入っていた").await;
    desk.send().await;
    desk.go(&room).await;
    desk.reads("#room-deadlines .deadline", "速報を出す").await;
    desk.reads("#room-deadlines .deadline", "確報を出す").await;
    desk.click_text("#room-plays button", "パソコン・端末の紛失").await;
    desk.reads("#room-plays .play", "気づいてすぐ上司に報告する").await;
    desk.screenshot("night-notebook-room").await;
}

/// The CISO sleeps through the call; the first deputy stands in, and the record says why.
async fn stand_in(chief: &Seat) {
    chief.go("/r/role?kind=ciso").await;
    chief.click_text("main a", "CISO").await;
    chief.click_text(".steps a", "代行を始める").await;
    chief.pick("acting", "有馬 健吾").await;
    chief.fill("#acting_reason", "夜中で電話がつながらない").await;
    chief.set("#acting_until", "2026-11-22T09:00").await;
    chief.send().await;
    chief.reads("main", "夜中で電話がつながらない").await;
}

/// What the remote wipe answered.
async fn evidence(desk: &Seat, room: &str, folder: &Path) {
    desk.go(room).await;
    let log = folder.join("mdm.log");
    std::fs::write(&log, b"2026-11-22 02:51 wipe acknowledged NB-0417\n").expect("written");
    desk.attach("#entry [type=file]", &log).await;
    desk.reads("#entry [data-upload-list]", "mdm.log").await;
    desk.click("#entry .btn-primary").await;
    desk.reads("#room-evidence .evidence-row", "mdm.log").await;
}

/// The mail server takes one of two and refuses the other: the page says so and offers the phone.
async fn tell(desk: &Seat, chief: &Seat, incident: &str, smtp: &Smtp) {
    smtp.mood(Mood::Only("tantou@"));
    let message = draft(desk, incident, "authority-first", &["所管官庁", "JPCERT/CC"]).await;
    approve(chief, incident, &message).await;
    // The room tells it by itself, once the server has answered.
    let line = format!("#room-messages [id=\"m-{message}\"]");
    chief.reads(&format!("{line} li"), "JPCERT/CC").await;
    chief.reads(&format!("{line} li"), "届かなかった").await;
    chief.reads(&line, "電話などで伝えたことを記録する").await;
    assert_eq!(smtp.mails().len(), 1, "the one that was taken");
    chief.screenshot("night-notebook-refused").await;
    chief.go(&format!("/documents/message/{message}")).await;
    chief.reads("td", "相手のサーバーが受け取った").await;
    chief.reads("td", "届かなかった").await;
    chief.screenshot("night-notebook-mail").await;
    chief.go(&format!("/r/delivery/new?message={message}")).await;
    chief.fill("#recipient", "JPCERT/CC").await;
    chief.pick("to_contact", "JPCERT/CC").await;
    chief.select("#channel", "telephone").await;
    chief.set("#at", "2026-11-22T02:58").await;
    chief.select("#result", "told").await;
    chief.pick("told_by", "有馬 健吾").await;
    chief.send().await;
    chief.go(&format!("/documents/message/{message}")).await;
    chief.reads("td", "人が伝えた").await;
}

/// The commission takes reports by its own form on the web: filled from the record, typed there.
async fn preliminary(desk: &Seat, incident: &str) {
    desk.go(&format!("/documents/forms/ppc/{incident}/first")).await;
    desk.reads("h1", "個人情報保護委員会").await;
    desk.screenshot("night-notebook-form").await;
    desk.go(&format!("/room/{incident}")).await;
    desk.click_text("#room-deadlines a", "速報を出す").await;
    desk.fill("#proof", "委員会の様式で報告。受付番号 26-4711").await;
    desk.click_text("button", "完了を記録する").await;
    desk.reads(".facts", "受付番号 26-4711").await;
}

/// The last stage, when all is known.
async fn last_report(desk: &Seat, chief: &Seat, incident: &str, smtp: &Smtp) {
    smtp.mood(Mood::Accept);
    let before = smtp.mails().len();
    let message = draft(desk, incident, "authority-closing", &["所管官庁"]).await;
    approve(chief, incident, &message).await;
    chief.reads(&format!("#room-messages [id=\"m-{message}\"]"), "送信を記録").await;
    assert_eq!(smtp.mails().len(), before + 1);
}

/// What is left on paper.
async fn papers(chief: &Seat, incident: &str) {
    chief.go(&format!("/documents/incident-report/{incident}")).await;
    for words in [
        "ノートパソコン",
        "持ち出しの記録が無かった",
        "受付番号 26-4711",
        "端末を遠隔で消し、認証を取り消しました",
        "見つからない",
    ] {
        chief.reads("article.sheet", words).await;
    }
    chief.screenshot("night-notebook-report").await;
    let pdf = chief.print_pdf().await;
    assert!(pdf.starts_with(b"%PDF"));
}
