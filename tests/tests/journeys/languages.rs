//! Every page of the menu, in both languages, for six kinds of people, on a phone.

use crate::seat::{Seat, shared};
use okiagari_tests::browser::Driver;
use std::collections::BTreeSet;

/// Everything the menu of a page leads to.
const LINKS: &str = "[...document.querySelectorAll('.wings a[href], .quick a[href], .top a[href]:not(.top-next)')]\
    .map(a => a.getAttribute('href')).filter(h => h.startsWith('/') && !/[?#]/.test(h))";
/// Words of the program itself, not of the records, that still hold Japanese characters.
const JAPANESE: &str = include_str!("languages.js");

#[tokio::test]
async fn the_menu_of_the_it_manager() {
    walk("itmanager.a@").await;
}

#[tokio::test]
async fn the_menu_of_the_executive() {
    walk("executive.a@").await;
}

#[tokio::test]
async fn the_menu_of_the_auditor() {
    walk("auditor.a@").await;
}

#[tokio::test]
async fn the_menu_of_the_counterparty() {
    walk("partner.a@").await;
}

#[tokio::test]
async fn the_menu_of_the_employee() {
    walk("employee.a@").await;
}

#[tokio::test]
async fn the_menu_of_the_department_head() {
    walk("head.a@").await;
}

async fn walk(who: &str) {
    let server = shared();
    let Some(seat) = Seat::at(server).await else { return };
    seat.phone();
    seat.sign_in(&server.sign_in(who)).await;
    seat.go("/?lang=en").await;
    let pages = pages(&seat).await;
    assert!(pages.len() >= 12, "{pages:?}");
    let mut faults = Vec::new();
    for page in &pages {
        seat.go(page).await;
        faults.extend(look(&seat, page, "en").await);
    }
    seat.go("/?lang=ja").await;
    faults.extend(answered(&seat, &pages).await);
    for page in pages.iter().filter(|p| who.starts_with("itmanager") || !p.starts_with("/r/")) {
        seat.go(page).await;
        faults.extend(look(&seat, page, "ja").await);
    }
    assert!(faults.is_empty(), "{who} ({} pages): {faults:#?}", pages.len());
    seat.calm();
}

/// Asked without being drawn: every page answers, in Japanese.
async fn answered(seat: &Seat, pages: &BTreeSet<String>) -> Vec<String> {
    let list = serde_json::to_string(pages).expect("a list");
    let asked = format!(
        "Promise.all({list}.map(async p => {{ const r = await fetch(p), t = await r.text(); \
         return r.ok && t.includes('<html lang=\"ja\"') ? '' : `${{p}} (ja): ${{r.status}}` }}))"
    );
    let faults: Vec<String> = serde_json::from_value(seat.ask(&asked).await).expect("texts");
    faults.into_iter().filter(|fault| !fault.is_empty()).collect()
}

/// All that the menu leads to: from home, and from every wing.
async fn pages(seat: &Seat) -> BTreeSet<String> {
    let mut pages = BTreeSet::new();
    let mut next = vec!["/".to_owned()];
    while let Some(page) = next.pop() {
        seat.go(&page).await;
        let links: Vec<String> = serde_json::from_value(seat.ask(LINKS).await).expect("links");
        for link in links {
            if pages.insert(link.clone()) && link.starts_with("/w/") {
                next.push(link);
            }
        }
    }
    pages
}

async fn look(seat: &Seat, page: &str, language: &str) -> Vec<String> {
    let driver: &Driver = seat;
    let status = "performance.getEntriesByType('navigation')[0].responseStatus";
    let status = seat.ask(status).await;
    let lang = seat.ask_text("document.documentElement.lang").await;
    let wide = driver.overflow().await;
    let mut faults = Vec::new();
    if status != 200 {
        faults.push(format!("{page} ({language}): status {status}"));
    }
    if lang != language {
        faults.push(format!("{page}: lang {lang}, not {language}"));
    }
    if wide > 0 {
        faults.push(format!("{page} ({language}): {wide} points too wide"));
    }
    if language == "en" {
        let left = seat.execute(JAPANESE, Vec::new()).await.expect("the check runs");
        let left: Vec<String> = serde_json::from_value(left).expect("texts");
        faults.extend(left.into_iter().map(|text| format!("{page}: not English: {text}")));
    }
    faults
}
