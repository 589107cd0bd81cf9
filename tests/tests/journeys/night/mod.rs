//! Bad nights, from the report to the closed incident: a Sunday at 02:40, an absent boss, a mail
//! server that refuses half-way, and a notification in stages.

mod notebook;
mod ransom;

use crate::seat::Seat;
use okiagari_tests::program::{Launch, Server, run};
use okiagari_tests::smtp::Smtp;
use std::path::Path;

/// A Sunday, twenty to three in the morning.
pub const NIGHT: &str = "2026-11-22T02:40";

/// Two companies in that night.
pub fn tonight() -> Server {
    Launch::demo().arg("--at").arg(NIGHT).start()
}

/// The same in a folder that stays when the server ends.
pub fn tonight_in(data: &Path) -> Server {
    Launch::demo().data(data).arg("--at").arg(NIGHT).start()
}

/// The administrator lets the program send mail by this server.
async fn mail_by(admin: &Seat, smtp: &Smtp) {
    let port = smtp.port.to_string();
    let values = [
        ("mail.server", "127.0.0.1"),
        ("mail.port", &port),
        ("mail.tls", "none"),
        ("mail.sender", "csirt@example.jp"),
    ];
    for (key, value) in values {
        admin.go(&format!("/settings/{key}")).await;
        admin.fill("#value", value).await;
        admin.fill("#reason", "この夜の送信に使う").await;
        admin.click("main form .btn-primary").await;
        admin.reads("main", value).await;
    }
}

/// Draws a message from a template in the room, for these recipients; it is not sent yet.
async fn draft(desk: &Seat, incident: &str, template: &str, contacts: &[&str]) -> String {
    desk.go(&format!("/room/{incident}/write")).await;
    desk.select("#template", template).await;
    desk.click("main form .btn-primary").await;
    desk.see("#f-to_contacts").await;
    for name in contacts {
        desk.pick("to_contacts", name).await;
    }
    desk.select("#channel", "mail").await;
    desk.send().await;
    let place = desk.place().await;
    let id = place.trim_start_matches("/r/message/");
    id.split(['?', '/']).next().expect("an id").to_owned()
}

/// Somebody else reads it in the room and approves it.
async fn approve(chief: &Seat, incident: &str, message: &str) {
    chief.go(&format!("/room/{incident}")).await;
    let line = format!("#room-messages [id=\"m-{message}\"]");
    chief.click_text(&format!("{line} summary"), "読んで承認する").await;
    chief.click_text(&format!("{line} button"), "この内容を承認する").await;
    chief.click_text(&format!("{line} button"), "送信する").await;
}

/// The whole record verifies after the server has ended.
pub fn ends_well(server: &mut Server) {
    assert!(server.stop().success(), "it ends in good order");
    let said = run(["verify", "--json", "--data", &server.data().display().to_string()]).ok();
    for line in said.lines() {
        let report: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert_eq!(report["ok"], true, "{line}");
    }
}
