//! What an organisation has released, and where outsiders report: `/notice/<org>`, security.txt.

use crate::error;
use crate::frame;
use crate::html::{Html, enc, esc};
use crate::put;
use crate::web::Web;
use crate::who::Prefs;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use okiagari_app::AppError;
use okiagari_app::speak::PublicNotice;
use okiagari_model::{DAY, Zone};

/// How long a security.txt holds, in days: the RFC asks for less than a year.
const VALID: i64 = 180;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/notice/{org}", get(page))
        .route("/notice/{org}/.well-known/security.txt", get(of_org))
        .route("/.well-known/security.txt", get(of_only_org))
}

async fn blocking(
    web: Web,
    prefs: Prefs,
    work: impl FnOnce(&Web) -> Result<Response, AppError> + Send + 'static,
) -> Response {
    match tokio::task::spawn_blocking(move || work(&web)).await {
        Ok(Ok(response)) => response,
        Ok(Err(AppError::NotFound)) => error::plain(prefs.lang, StatusCode::NOT_FOUND, false),
        Ok(Err(e)) => error::app_page(prefs, &e),
        Err(e) => error::internal(prefs.lang, &e.to_string()),
    }
}

async fn page(State(web): State<Web>, prefs: Prefs, Path(slug): Path<String>) -> Response {
    blocking(web, prefs, move |web| {
        let org = web.app.public_org(&slug)?;
        let notices = web.app.public_notices(&slug)?;
        let contact = web.app.public_contact(&org.org)?;
        let t = |ja: &'static str, en: &'static str| prefs.lang.t(ja, en);
        let mut out = Html::new();
        put!(out, "<h1>{}</h1>", t("お知らせ", "Notices"));
        if notices.is_empty() {
            put!(
                out,
                "<p class=\"quiet\">{}</p>",
                t("いま公表しているお知らせはありません。", "Nothing has been released.")
            );
        }
        for n in &notices {
            one(prefs, n, &mut out);
        }
        put!(
            out,
            "<section class=\"part\" id=\"contact\"><h2>{}</h2>",
            t("気づいたことを知らせる窓口", "Where to report something")
        );
        if !contact.is_empty() {
            let href = if contact.starts_with("https://") {
                contact.clone()
            } else {
                format!("mailto:{contact}")
            };
            put!(out, "<p><a href=\"{}\">{}</a></p>", esc(&href), esc(&contact));
        }
        if org.open {
            put!(
                out,
                "<p><a class=\"btn\" href=\"/report/{}\">{}</a></p>",
                enc(&slug),
                t("この画面から報告する", "Report here")
            );
        }
        if !org.phone.is_empty() && contact.is_empty() {
            put!(out, "<p>{} {}</p>", t("電話", "Telephone"), esc(&org.phone));
        }
        out.raw("</section>");
        Ok(frame::public_of(prefs, t("お知らせ", "Notices"), &org.name, true, &out, StatusCode::OK))
    })
    .await
}

fn one(prefs: Prefs, n: &PublicNotice, out: &mut Html) {
    // Whoever has no account has no organisation either; the times are Japan's.
    let zone = Zone::tokyo();
    let t = |ja: &'static str, en: &'static str| prefs.lang.t(ja, en);
    put!(out, "<article class=\"prose part\"><h2>{}</h2>", esc(&n.title));
    if let Some(at) = n.released_at {
        put!(
            out,
            "<p class=\"quiet\">{} {}</p>",
            t("公表", "Released"),
            esc(&at.show(prefs.lang, &zone))
        );
    }
    if let Some(why) = &n.taken_back {
        put!(
            out,
            "<p><strong>{}</strong></p>{}</article>",
            t("このお知らせは取り下げました。", "This notice has been taken back."),
            lines(why)
        );
        return;
    }
    put!(out, "<h3>{}</h3>{}", t("起きたこと", "What happened"), lines(&n.fact));
    put!(out, "<h3>{}</h3>{}", t("対応の状況", "State of handling"), lines(&n.handling));
    if !n.english.is_empty() {
        put!(out, "<div lang=\"en\">{}</div>", lines(&n.english));
    }
    put!(
        out,
        "<dl class=\"facts\"><div><dt>{}</dt><dd>{}</dd></div>",
        t("お問い合わせ", "Questions to"),
        esc(&n.questions)
    );
    if let Some(at) = n.next_update_at {
        put!(
            out,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            t("次のお知らせ", "Next update"),
            esc(&at.show(prefs.lang, &zone))
        );
    }
    out.raw("</dl></article>");
}

fn lines(text: &str) -> Html {
    let mut out = Html::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        put!(out, "<p>{}</p>", esc(line));
    }
    out
}

async fn of_org(State(web): State<Web>, prefs: Prefs, Path(slug): Path<String>) -> Response {
    blocking(web, prefs, move |web| text_of(web, &slug)).await
}

/// At the root only where the server belongs to one organisation.
async fn of_only_org(State(web): State<Web>, prefs: Prefs) -> Response {
    blocking(web, prefs, move |web| {
        let orgs = web.app.organisations()?;
        match orgs.as_slice() {
            [only] => text_of(web, only.id.as_str()),
            _ => Err(AppError::NotFound),
        }
    })
    .await
}

/// RFC 9116: contact and expiry are what it must hold.
fn text_of(web: &Web, slug: &str) -> Result<Response, AppError> {
    let org = web.app.public_org(slug)?;
    let contact = web.app.public_contact(&org.org)?;
    let origin = web.config.origin.clone().unwrap_or_default();
    let mut text = String::new();
    if contact.starts_with("https://") {
        text.push_str(&format!("Contact: {contact}\n"));
    } else if !contact.is_empty() {
        text.push_str(&format!("Contact: mailto:{contact}\n"));
    }
    if org.open && origin.starts_with("https://") {
        text.push_str(&format!("Contact: {origin}/report/{}\n", enc(slug)));
    }
    if text.is_empty() {
        return Err(AppError::NotFound);
    }
    let day = web.app.now().plus(VALID * DAY).millis() / DAY * DAY;
    let expires = okiagari_model::Time::from_millis(day);
    text.push_str(&format!("Expires: {}\n", expires.rfc3339()));
    text.push_str("Preferred-Languages: ja, en\n");
    if origin.starts_with("https://") {
        let path = format!("{origin}/notice/{}/.well-known/security.txt", enc(slug));
        text.push_str(&format!("Canonical: {path}\n"));
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
