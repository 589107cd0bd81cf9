//! Answering a call from the telephone without signing in: who calls and why, and two buttons.
//!
//! Looking changes nothing; the answer is a POST. Nothing of the case but its number is shown.

use crate::error;
use crate::frame;
use crate::guard;
use crate::html::{Html, enc};
use crate::input::Posted;
use crate::respond::parts::{Ui, render};
use crate::web::Web;
use crate::who::Prefs;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use okiagari_app::AppError;
use okiagari_app::paging::{Ring, RingAnswer};
use okiagari_model::{Choice, RecordId, Zone};

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/call/{id}/{n}/{secret}", get(show).post(answer))
}

type Link = (String, String, String);

#[derive(Template)]
#[template(path = "public/call.html")]
struct Page<'a> {
    ui: &'a Ui,
    ring: &'a Ring,
    action: String,
}

impl Page<'_> {
    fn cause(&self) -> &str {
        self.ring.cause.label().get(self.ui.lang)
    }
}

fn find(web: &Web, (paging, turn, secret): &Link) -> Result<Ring, AppError> {
    let id = RecordId::parse(paging).ok_or(AppError::NotFound)?;
    let turn: usize = turn.parse().map_err(|_| AppError::NotFound)?;
    web.app.ring(&id, turn, secret)
}

/// The page of a call as it stands.
pub fn page(ui: &Ui, ring: &Ring, action: String) -> Html {
    render(&Page { ui, ring, action })
}

async fn at_work(
    prefs: Prefs,
    work: impl FnOnce() -> Result<Response, AppError> + Send + 'static,
) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(response)) => response,
        Ok(Err(AppError::NotFound)) => error::plain(prefs.lang, StatusCode::NOT_FOUND, false),
        Ok(Err(e)) => error::app_page(prefs, &e),
        Err(e) => error::internal(prefs.lang, &e.to_string()),
    }
}

async fn show(State(web): State<Web>, prefs: Prefs, Path(link): Path<Link>) -> Response {
    at_work(prefs, move || {
        let ring = find(&web, &link)?;
        let ui = Ui { lang: prefs.lang, zone: Zone::tokyo(), now: web.app.now() };
        let body = page(&ui, &ring, address(&link));
        let title = ui.t("呼び出し", "Call");
        Ok(frame::public_of(prefs, title, &ring.name, false, &body, StatusCode::OK))
    })
    .await
}

fn address((paging, turn, secret): &Link) -> String {
    format!("/call/{}/{}/{}", enc(paging), enc(turn), enc(secret))
}

async fn answer(
    State(web): State<Web>,
    prefs: Prefs,
    Path(link): Path<Link>,
    posted: Posted,
) -> Response {
    at_work(prefs, move || {
        let ring = find(&web, &link)?;
        let answer = match posted.get("answer") {
            "take" => RingAnswer::Take,
            "decline" => RingAnswer::Decline,
            _ => return Err(error::input("どちらかを選んでください。", "Choose one of the two.")),
        };
        web.app.answer_ring(&ring, answer)?;
        Ok(guard::redirect(&address(&link)))
    })
    .await
}
