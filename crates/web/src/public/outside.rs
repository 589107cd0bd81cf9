//! How a reconnection stands, for a party without an account: `/told/<page>/<secret>`. The page is
//! quiet: it says nothing that changes by the clock.

use crate::error;
use crate::frame;
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
use okiagari_app::outside::{Outside, OutsideView};
use okiagari_model::reconnect::phase::PhaseState;
use okiagari_model::reconnect::told_text::Section;
use okiagari_model::{Choice, MINUTE, RecordId, Time, Zone};

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/told/{id}/{secret}", get(show).post(with_code))
}

/// One update as it is read.
struct Read {
    head: String,
    at: Time,
    digest: String,
    sections: Vec<Section>,
}

#[derive(Template)]
#[template(path = "public/outside.html")]
struct Page<'a> {
    ui: &'a Ui,
    scope: &'a str,
    phases: Vec<(String, Html, String)>,
    updates: Vec<Read>,
    changed: Option<Time>,
    next: Option<Time>,
}

#[derive(Template)]
#[template(path = "public/outside_code.html")]
struct Code<'a> {
    ui: &'a Ui,
    action: String,
    wrong: bool,
}

/// The page, from what the link opens.
pub fn page(ui: &Ui, it: &OutsideView) -> Html {
    let scope =
        if it.scope_en.is_empty() { it.scope.as_str() } else { ui.t(&it.scope, &it.scope_en) };
    let phases = it
        .phases
        .iter()
        .map(|(kind, state, at)| {
            let state = PhaseState::DEF.options.iter().find(|o| o.id == state);
            let chip = state.map_or_else(Html::default, |o| ui.state_option(o));
            (
                kind.label().get(ui.lang).to_owned(),
                chip,
                at.map_or_else(String::new, |t| ui.day(&t)),
            )
        })
        .collect();
    let updates = it
        .updates
        .iter()
        .map(|(told, at, digest)| Read {
            head: told.headline(ui.lang),
            at: *at,
            digest: digest.clone(),
            sections: told.sections(ui.lang),
        })
        .collect();
    // Promised by the newest update, not by the clock of whoever looks.
    let next =
        it.updates.first().and_then(|(told, at, _)| Some(at.plus(told.next_within? * MINUTE)));
    render(&Page { ui, scope, phases, updates, changed: it.changed_at(), next })
}

type Link = (String, String);

async fn answer(web: Web, prefs: Prefs, (page_id, secret): Link, code: Option<String>) -> Response {
    let done = tokio::task::spawn_blocking(move || {
        let ui = Ui { lang: prefs.lang, zone: Zone::tokyo(), now: web.app.now() };
        let title = ui.t("再接続の状況", "How the reconnection stands");
        let id = RecordId::parse(&page_id).ok_or(AppError::NotFound);
        let opened = id.and_then(|id| match web.app.outside(&id, &secret, code.as_deref()) {
            // A link that works with a code that does not: ask again.
            Err(AppError::NotFound) if code.is_some() => web.app.outside(&id, &secret, None),
            other => other,
        });
        match opened {
            Ok(Outside::Open(it)) => {
                frame::public_of(prefs, title, &it.org, true, &page(&ui, &it), StatusCode::OK)
            }
            Ok(Outside::Code { org }) => {
                let action = format!("/told/{}/{}", enc(&page_id), enc(&secret));
                let wrong = code.is_some();
                let status = if wrong { StatusCode::FORBIDDEN } else { StatusCode::OK };
                let body = render(&Code { ui: &ui, action, wrong });
                frame::public_of(prefs, title, &org, false, &body, status)
            }
            Err(AppError::NotFound) => error::plain(prefs.lang, StatusCode::NOT_FOUND, false),
            Err(e) => error::app_page(prefs, &e),
        }
    });
    match done.await {
        Ok(response) => response,
        Err(e) => error::internal(prefs.lang, &e.to_string()),
    }
}

async fn show(State(web): State<Web>, prefs: Prefs, Path(link): Path<Link>) -> Response {
    answer(web, prefs, link, None).await
}

async fn with_code(
    State(web): State<Web>,
    prefs: Prefs,
    Path(link): Path<Link>,
    Posted(form): Posted,
) -> Response {
    let code = crate::respond::act::get(&form, "code").trim().to_owned();
    answer(web, prefs, link, Some(code)).await
}
