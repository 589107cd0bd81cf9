//! Every page of the menu, in both languages, for six kinds of people, on a phone.

use crate::seat::{Seat, demo};
use okiagari_tests::browser::Driver;
use std::collections::BTreeSet;

/// Everything the menu of a page leads to.
const LINKS: &str = "[...document.querySelectorAll('.wings a[href], .quick a[href], .top a[href]:not(.top-next)')]\
    .map(a => a.getAttribute('href')).filter(h => h.startsWith('/') && !/[?#]/.test(h))";
/// Words of the program itself, not of the records: what still holds Japanese characters.
const JAPANESE: &str = "(() => { const org = document.querySelector('.top-org > summary')?.textContent.trim() || '\\0'; \
    const has = t => /[\\u3041-\\u30ff\\u4e00-\\u9fff]/.test((t ?? '').replaceAll(org, '')); \
    const out = []; \
    const chrome = 'nav a, h1, h2, h3, label, legend, button, summary, th, dt, .btn, .hint, .lead, .quiet, .part-note, .chip, .must, .may, .page-kind, .empty p'; \
    for (const e of document.querySelectorAll(chrome)) { \
      if (e.closest('.top-org, .top-me, .hero, .crumbs, [lang=ja], .report > .lead, small, .brief-sentence')) continue; \
      if (e.querySelector('a') && !e.matches('label, legend, button')) continue; \
      const own = [...e.childNodes].filter(n => n.nodeType === 3 || !n.matches?.('a, code, [lang]')).map(n => n.textContent).join(' '); \
      if (has(own)) out.push(e.outerHTML.slice(0, 160)); } \
    for (const e of document.querySelectorAll('[placeholder], [title]')) \
      if (has(e.placeholder) || has(e.title)) out.push(e.outerHTML.slice(0, 160)); \
    for (const e of document.querySelectorAll('nav[aria-label], form[aria-label], table[aria-label]')) \
      if (has(e.ariaLabel)) out.push(e.outerHTML.slice(0, 160)); \
    return out })()";

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
    let server = demo();
    let Some(seat) = Seat::at(&server).await else { return };
    seat.phone();
    seat.sign_in(&server.sign_in(who)).await;
    let pages = pages(&seat).await;
    assert!(pages.len() >= 15, "{pages:?}");
    let mut faults = Vec::new();
    for language in ["ja", "en"] {
        seat.go(&format!("/?lang={language}")).await;
        for page in &pages {
            seat.go(page).await;
            faults.extend(look(&seat, page, language).await);
        }
    }
    assert!(faults.is_empty(), "{who} ({} pages): {faults:#?}", pages.len());
    seat.calm();
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
        let left: Vec<String> = serde_json::from_value(seat.ask(JAPANESE).await).expect("texts");
        faults.extend(left.into_iter().map(|text| format!("{page}: not English: {text}")));
    }
    faults
}
