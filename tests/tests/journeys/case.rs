//! What people do in every case, whichever it is.

use crate::seat::{Seat, quoted};

/// Looks at a report without an account, by its number and secret.
pub async fn follow(phone: &Seat, slug: &str, (number, secret): &(String, String)) {
    phone.go(&format!("/report/{slug}/follow")).await;
    phone.fill("#number", number).await;
    phone.fill("#secret", secret).await;
    phone.click(".form .btn-primary").await;
    phone.reads("h1", number).await;
}

/// The number and the secret that the receipt shows.
pub async fn receipt(phone: &Seat) -> (String, String) {
    phone.reads("h1", "報告を受け取りました").await;
    let number = phone.text(".big-number").await;
    let secret = phone.text(".secret code").await;
    assert!(number.starts_with("R-"), "{number}");
    assert!(secret.len() >= 16, "{secret}");
    (number, secret)
}

/// From the page of a report to its incident; the id of the incident.
pub async fn open_incident(desk: &Seat, event: &str, reason: &str) -> String {
    desk.click_text(".steps a", "受け付ける").await;
    desk.send().await;
    desk.reads(".page-chips", "確認中").await;
    desk.click_text(".steps a", "インシデントとして対応する").await;
    desk.select("#event", event).await;
    desk.fill("#answer", "知らせてくれて助かりました。調べています。").await;
    desk.fill("#_reason", reason).await;
    desk.send().await;
    desk.reads(".page-chips", "インシデントとして対応").await;
    let link = "document.querySelector('.facts a[href*=\"/room/\"], .links a[href*=\"/room/\"]')";
    let href = desk.ask_text(&format!("{link}.getAttribute('href')")).await;
    href.rsplit('/').next().expect("a part").to_owned()
}

/// One entry by the box, seen in the page before the next.
pub async fn entry(desk: &Seat, kind: &str, text: &str) {
    if kind != "note" {
        desk.click(&format!("#entry label:has([value={kind}])")).await;
    }
    desk.fill("#entry-text", text).await;
    desk.click("#entry .btn-primary").await;
    desk.arrive("the box is empty again", "document.querySelector('#entry-text').value === ''")
        .await;
}

/// Whether to tell a body is decided, with reasons.
pub async fn decide(desk: &Seat, incident: &str, topic: &str, question: &str, at: &str) {
    desk.go(&format!("/r/decision/new?incident={incident}&topic={topic}")).await;
    desk.fill("#question", question).await;
    desk.fill("#decision", "はい。きょう中に伝える").await;
    desk.fill("#why", "手口を知らせて助言を得る").await;
    desk.set("#decided_at", at).await;
    desk.send().await;
}

/// A step of the room that asks for nothing but its reason.
pub async fn step(seat: &Seat, room: &str, label: &str, reason: &str) {
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

/// Containment and eradication ask whether logs are kept, on a page of their own.
pub async fn step_with_logs(seat: &Seat, room: &str, label: &str, reason: &str) {
    seat.go(room).await;
    seat.click_text("#room-steps a", label).await;
    let field = if label == "根絶した" { "logs_kept_after" } else { "logs_kept" };
    seat.tick(field).await;
    seat.fill("#_reason", reason).await;
    seat.send().await;
}

/// What is said of evidence that came as a file: where it comes from.
pub async fn from_where(seat: &Seat, room: &str, name: &str, origin: &str) {
    seat.go(room).await;
    let row = "[...document.querySelectorAll('#room-evidence .evidence-row a')]";
    let of = quoted(name);
    let found = format!("{row}.find(a => a.textContent.includes({of})).pathname");
    let path = seat.ask_text(&found).await;
    seat.go(&format!("{path}/edit")).await;
    seat.fill("#origin", origin).await;
    seat.send().await;
}

/// A step of the room that has a page of its own, where a reason is enough.
pub async fn step_by_page(seat: &Seat, incident: &str, label: &str, reason: &str) {
    seat.go(&format!("/room/{incident}")).await;
    seat.click_text("#room-steps a", label).await;
    if !reason.is_empty() {
        seat.fill("#_reason", reason).await;
    }
    seat.send().await;
}

/// The review, a cause, and the improvement that meets it.
pub async fn learn(desk: &Seat, incident: &str, at: &str, cause: &str, measure: &str) {
    let room = format!("/room/{incident}");
    desk.go(&format!("/r/review/new?incident={incident}")).await;
    desk.fill("#title", "この件の振り返り").await;
    desk.set("#held_at", at).await;
    desk.fill("#went_well", "気づいてから報告までが早かった").await;
    desk.send().await;
    desk.go(&format!("/r/incident/{incident}/step/evaluate")).await;
    desk.click("#f-causes [data-rows-add]").await;
    desk.fill("[name=\"causes[0].key\"]", "C1").await;
    desk.select("[name=\"causes[0].class\"]", "technical").await;
    desk.fill("[name=\"causes[0].text\"]", cause).await;
    desk.send().await;
    desk.go(&room).await;
    desk.reads("#room-steps .finding", "すべての原因に改善がある").await;
    desk.go(&format!("/r/improvement/new?incident={incident}")).await;
    desk.fill("#measure", measure).await;
    desk.fill("#cause_key", "C1").await;
    desk.send().await;
}

/// Every deadline that is still open is finished with its proof.
pub async fn settle(desk: &Seat, room: &str) {
    desk.go(room).await;
    let open = "[...document.querySelectorAll('#room-deadlines .deadline a[href^=\"/deadlines/\"]')]\
        .filter(a => !a.closest('.deadline').querySelector('.chip')).map(a => a.getAttribute('href'))";
    let open = desk.ask(open).await;
    let open: Vec<&str> =
        open.as_array().expect("a list").iter().filter_map(|a| a.as_str()).collect();
    assert!(!open.is_empty(), "a case with personal data has deadlines");
    for href in open {
        desk.go(href).await;
        desk.fill("#proof", "受付番号 2026-1121").await;
        desk.click_text("button", "完了を記録する").await;
        desk.reads(".facts", "受付番号 2026-1121").await;
    }
}

/// What the closing sheet says of a case.
pub struct Ending<'a> {
    /// How it was seen that the cause is gone.
    pub proof: &'a str,
    /// The evidence of it, by name.
    pub evidence: &'a str,
    /// The improvement, by a part of its text.
    pub improvement: &'a str,
    /// A like method and why it would meet something now.
    pub variant: (&'a str, &'a str),
    /// Who confirms, by name.
    pub confirms: &'a str,
}

/// The closing sheet, which opened by itself: the cause is gone, and who answers for it says so.
pub async fn really_over(desk: &Seat, chief: &Seat, incident: &str, ending: &Ending<'_>) {
    desk.go(&format!("/room/{incident}")).await;
    desk.reads("#room-steps .finding", "まだ進めません").await;
    desk.go(&format!("/r/incident/{incident}")).await;
    let sheet = "document.querySelector('a[href^=\"/r/closing/\"]').pathname";
    let sheet = desk.ask_text(sheet).await;
    desk.go(&format!("{sheet}/edit")).await;
    desk.tick("cause_removed").await;
    desk.fill("#cause_proof", ending.proof).await;
    desk.pick("cause_evidence", ending.evidence).await;
    let (method, meets) = ending.variant;
    row(desk, "variants", &[("method", method), ("meets", meets)]).await;
    desk.select("[name=\"variants[0].works\"]", "yes").await;
    let signs = desk.ask("document.querySelectorAll('#f-signs [data-rows-item]').length").await;
    for at in 0..signs.as_u64().expect("a number") {
        desk.select(&format!("[name=\"signs[{at}].result\"]"), "nothing").await;
    }
    row(desk, "permanent", &[("measure", ending.improvement)]).await;
    desk.pick("permanent", ending.improvement).await;
    desk.fill("#spread", "同じような目に遭いそうな相手に、手口を知らせた").await;
    let taught = [("group", "関係する人"), ("content", "見分け方"), ("by", "情報システム部")];
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
        desk.fill(&format!("[name=\"revised[{at}].what\"]"), "手引き").await;
        desk.fill(&format!("[name=\"revised[{at}].version\"]"), "2").await;
    }
    let carried =
        [("to", "全部門"), ("what", ending.improvement), ("checked", "月に一度、数を見る")];
    row(desk, "carried", &carried).await;
    desk.set("[name=\"carried[0].on\"]", "2026-11-21").await;
    desk.screenshot("case-closing").await;
    desk.send().await;
    chief.go(&format!("{sheet}/step/confirm")).await;
    chief.pick("confirmed_by", ending.confirms).await;
    chief.send().await;
    chief.reads(".page-chips", "確認").await;
}

/// A first row of a table in a form.
pub async fn row(desk: &Seat, field: &str, cells: &[(&str, &str)]) {
    desk.click(&format!("#f-{field} [data-rows-add]")).await;
    for (cell, text) in cells {
        desk.fill(&format!("[name=\"{field}[0].{cell}\"]"), text).await;
    }
}

/// The device that is wiped in these journeys.
pub const WIPED: &str = "NB-0417";

/// What is to be done now by the playbook: id of the task and what to do.
const NOW: &str = "[...document.querySelectorAll('#room-plays .play > ol.tasks > .task')]\
    .map(t => [t.id, t.querySelector('.task-text a').textContent])";

/// Goes through the playbook by the room, answering its questions, until nothing is left but what
/// waits; what was done, in order.
pub async fn play(
    desk: &Seat,
    room: &str,
    answers: &[(&str, &str)],
    waiting: &[&str],
) -> Vec<String> {
    desk.go(room).await;
    desk.see("#room-plays .play").await;
    let mut done = Vec::new();
    loop {
        let now: Vec<(String, String)> =
            serde_json::from_value(desk.ask(NOW).await).expect("a list of steps");
        let next = now.into_iter().find(|(_, words)| !waiting.iter().any(|w| words.contains(w)));
        let Some((id, words)) = next else { return done };
        let task = format!("#room-plays [id=\"{id}\"]");
        let asks = format!(
            "document.querySelectorAll({}).length",
            quoted(&format!("{task} .actions .btn"))
        );
        let target = quoted(&format!("{task} [name=\"f.device\"]"));
        let named = desk.ask(&format!("!!document.querySelector({target})")).await;
        if named == true {
            desk.click(&format!("{task} details.act summary")).await;
            desk.fill(&format!("{task} [name=\"f.device\"]"), WIPED).await;
            desk.click(&format!("{task} details.act .btn-danger")).await;
        } else if desk.ask(&asks).await == 0 {
            desk.click(&format!("{task} .task-box")).await;
        } else {
            let answer = answers.iter().find(|(question, _)| words.contains(question));
            let (_, answer) = answer.unwrap_or_else(|| panic!("no answer to {words}"));
            desk.click_text(&format!("{task} .actions .btn"), answer).await;
        }
        let open = quoted(&format!("#room-plays .play > ol.tasks > [id=\"{id}\"]"));
        let refused = "document.querySelector('#room-plays [role=alert]')";
        let gone = format!("{refused} || !document.querySelector({open})");
        desk.arrive(&format!("{words} is done"), &gone).await;
        let refused = format!("{refused} ? {refused}.textContent : ''");
        assert_eq!(desk.ask_text(&refused).await, "", "at {words}");
        done.push(words);
    }
}
