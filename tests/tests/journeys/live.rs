//! Two people in the same response room: what one writes the other sees, without reloading and
//! without losing the place.

use crate::seat::{Seat, demo};

#[tokio::test]
async fn what_one_writes_the_other_sees_without_losing_the_place() {
    let mut server = demo();
    let Some(writer) = Seat::at(&server).await else { return };
    let Some(reader) = Seat::at(&server).await else { return };
    writer.sign_in(&server.sign_in("csirt.a@")).await;
    reader.sign_in(&server.sign_in("security.a@")).await;
    let room = writer.ask_text("document.querySelector('a[href^=\"/room/\"]').pathname").await;
    for seat in [&writer, &reader] {
        seat.go(&room).await;
        seat.see("[data-live-state][data-state=on]").await;
    }
    reader.execute("window.stayed = true", Vec::new()).await.expect("a mark");
    reading_far_up(&writer, &reader).await;
    typing_meanwhile(&writer, &reader).await;
    a_task_and_its_end(&writer, &reader).await;
    assert_eq!(reader.ask("window.stayed").await, true, "the page was never loaded anew");
    writer.calm();
    reader.calm();
    reader.screenshot("live-reader").await;

    // The line breaks with the server, says so, and finds back to it by itself.
    server.kill9();
    reader.reads("[data-live-state][data-state=off]", "つなぎ直しています").await;
    server.restart();
    reader.see("[data-live-state][data-state=on]").await;
    writer.go(&room).await;
    say(&writer, "つなぎ直したあとの記録").await;
    reader.reads("#timeline .entry-item", "つなぎ直したあとの記録").await;
    assert_eq!(reader.ask("window.stayed").await, true);
}

async fn say(writer: &Seat, text: &str) {
    writer.fill("#entry-text", text).await;
    writer.click("#entry .btn-primary").await;
    writer.reads("#timeline .entry-item", text).await;
}

const COLUMN: &str = "(() => { for (let e = document.querySelector('#timeline'); e; \
    e = e.parentElement) if (/auto|scroll/.test(getComputedStyle(e).overflowY)) return e; \
    return document.scrollingElement })()";
const FIRST: &str = "document.querySelector('#timeline .entry-item').getBoundingClientRect().top";

/// Far from the end, nothing moves; a mark tells how much is new and leads there.
async fn reading_far_up(writer: &Seat, reader: &Seat) {
    for line in 0..12 {
        say(writer, &format!("長い夜の記録 {line}")).await;
    }
    reader.reads("#timeline .entry-item", "長い夜の記録 11").await;
    let script = format!("{COLUMN}.scrollTop = 0");
    reader.execute(&script, Vec::new()).await.expect("scrolled");
    let before = reader.ask(FIRST).await;
    say(writer, "下に届いた新しい記録").await;
    reader.reads("#timeline .entry-item", "下に届いた新しい記録").await;
    assert_eq!(reader.ask(FIRST).await, before, "what is read stays where it is");
    reader.reads("[data-live-new]:not([hidden])", "1").await;
    reader.click("[data-live-new]").await;
    let end = format!("(c => c.scrollHeight - c.scrollTop - c.clientHeight < 2)({COLUMN})");
    reader.arrive("the end is shown", &end).await;
    reader.arrive("the mark is gone", "document.querySelector('[data-live-new]').hidden").await;
}

/// Half a sentence in the box stays while others write.
async fn typing_meanwhile(writer: &Seat, reader: &Seat) {
    reader.fill("#entry-text", "書きかけの").await;
    say(writer, "もう一人の記録").await;
    reader.reads("#timeline .entry-item", "もう一人の記録").await;
    let typed = "document.querySelector('#entry-text').value";
    assert_eq!(reader.ask(typed).await, "書きかけの");
    assert_eq!(reader.ask("document.activeElement.id").await, "entry-text");
}

async fn a_task_and_its_end(writer: &Seat, reader: &Seat) {
    writer.click("#entry label:has([value=task])").await;
    writer.fill("#entry-text", "二人で見る作業").await;
    writer.click("#entry .btn-primary").await;
    reader.reads("#tasks .task", "二人で見る作業").await;
    writer.reads("#tasks .task", "二人で見る作業").await;
    let mine = "[...document.querySelectorAll('#tasks .task')]\
        .find(t => t.textContent.includes('二人で見る作業')).id";
    let id = writer.ask_text(mine).await;
    writer.click(&format!("[id=\"{id}\"] .task-box")).await;
    reader.see(&format!("[id=\"{id}\"][data-state=done]")).await;
}
