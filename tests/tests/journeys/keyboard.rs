//! By the keyboard alone, with the focus always in sight.

use crate::seat::{Seat, demo, quoted};
use fantoccini::key::Key;

/// What is wrong with how the focused element shows; empty if nothing.
const UNSEEN: &str = "(() => { const e = document.activeElement; if (!e || e === document.body) \
    return ''; const seen = x => { const s = getComputedStyle(x); \
    return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none' }; \
    const stands = [e, ...(e.labels ?? []), e.nextElementSibling].filter(Boolean); \
    if (!stands.some(seen)) return 'no outline: ' + e.outerHTML.slice(0, 200); \
    const r = (e.labels?.length && e.getBoundingClientRect().width < 3 ? e.labels[0] : e).getBoundingClientRect(); \
    if (r.bottom < 1 || r.top > innerHeight - 1 || r.right < 1 || r.left > innerWidth - 1) \
    return 'out of sight: ' + e.outerHTML.slice(0, 200); return '' })()";

#[tokio::test]
async fn sign_in_search_open_edit_and_save_by_keyboard() {
    let server = demo();
    let Some(seat) = Seat::at(&server).await else { return };
    let who = server.sign_in("it.a@");
    seat.go("/sign-in").await;
    tab_to(&seat, "#login").await;
    seat.press(&who.login).await;
    tab_to(&seat, "#password").await;
    seat.press(&who.password).await;
    press(&seat, Key::Enter).await;
    seat.arrive("home is shown", "location.pathname === '/'").await;

    // The first stop of a page leads past its menus.
    press(&seat, Key::Tab).await;
    assert_eq!(seat.ask("document.activeElement.className").await, "skip");
    looked_at(&seat).await;
    press(&seat, Key::Enter).await;
    assert_eq!(seat.ask("document.activeElement.id").await, "main");

    seat.press("/").await;
    assert_eq!(seat.ask("document.activeElement.id").await, "q");
    looked_at(&seat).await;
    seat.press("受注データ").await;
    press(&seat, Key::Enter).await;
    seat.arrive("what was found", "location.pathname === '/search'").await;
    tab_to(&seat, "main a[href^=\"/r/asset/\"]").await;
    press(&seat, Key::Enter).await;
    seat.reads("h1", "受注データ").await;
    tab_to(&seat, ".actions a[href$=\"/edit\"]").await;
    press(&seat, Key::Enter).await;
    seat.see("#form").await;
    tab_to(&seat, "#place").await;
    seat.chord(&[char::from(Key::Control), 'a']).await;
    seat.press("西の倉庫").await;
    tab_to(&seat, "#_reason").await;
    seat.press("棚を移した").await;
    tab_to(&seat, "#form .form-end .btn-primary").await;
    press(&seat, Key::Enter).await;
    seat.reads(".facts", "西の倉庫").await;
    seat.screenshot("keyboard-saved").await;
    arrows_in_a_list(&seat).await;
    pick_by_keyboard(&seat).await;
    seat.calm();
}

async fn press(seat: &Seat, key: Key) {
    seat.chord(&[char::from(key)]).await;
}

async fn looked_at(seat: &Seat) {
    let wrong = seat.ask_text(UNSEEN).await;
    assert_eq!(wrong, "", "the focus shows, at {}", seat.place().await);
}

/// Tab after tab until the element has the focus; every stop on the way shows where it is.
async fn tab_to(seat: &Seat, selector: &str) {
    let there = format!("document.activeElement.matches({})", quoted(selector));
    for _ in 0..120 {
        press(seat, Key::Tab).await;
        looked_at(seat).await;
        if seat.ask(&there).await == true {
            return;
        }
    }
    panic!("no tab leads to `{selector}` at {}", seat.place().await);
}

/// Arrows walk the rows of a register, Enter opens one.
async fn arrows_in_a_list(seat: &Seat) {
    seat.go("/r/asset").await;
    press(seat, Key::Down).await;
    press(seat, Key::Down).await;
    looked_at(seat).await;
    let second = "document.querySelectorAll('[data-row-link]')[1]";
    assert_eq!(seat.ask(&format!("document.activeElement === {second}")).await, true);
    let name = seat.ask_text(&format!("{second}.textContent")).await;
    press(seat, Key::Enter).await;
    seat.reads("h1", &name).await;
}

/// The search box before a list of people: type, down, Enter.
async fn pick_by_keyboard(seat: &Seat) {
    seat.go("/r/asset/new").await;
    tab_to(seat, "#f-owner [role=combobox]").await;
    seat.press("堀").await;
    seat.see("#f-owner [role=option]").await;
    press(seat, Key::Down).await;
    press(seat, Key::Enter).await;
    let chosen = "document.querySelector('#owner').selectedOptions[0].text";
    assert_eq!(seat.ask(chosen).await, "堀 玲奈");
}
