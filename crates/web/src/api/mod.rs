//! The JSON API under `/api/v1`: every register in the same way, from its definition.
//!
//! One token, one organisation; no cookies. What a request asks is read strictly (unknown names,
//! wrong types, duplicates are refused by name), and every error is an RFC 9457 problem.

mod caller;
mod convert;
mod lang;
mod logs;
pub mod openapi;
mod problem;
mod query;
mod records;
mod request;
mod sheets;
mod signals;
mod story;
mod strict;
mod uploads;
mod views;

#[cfg(test)]
mod tests;

use crate::Web;
use crate::guard::Limits;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use caller::Caller;
use okiagari_app::App;
use problem::{Kind, Problem};
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// What the API needs of the server.
#[derive(Clone)]
pub struct Api {
    /// The application.
    pub app: App,
    /// How often an account may ask; `None` for no limit.
    pub limits: Option<Arc<Limits>>,
}

impl FromRef<Web> for Api {
    fn from_ref(web: &Web) -> Self {
        Self { app: web.app.clone(), limits: Some(web.limits.clone()) }
    }
}

/// The routes of the API, below [`openapi::BASE`].
pub fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Api: FromRef<S>,
{
    let router = Router::new()
        .route("/openapi.json", get(document))
        .route("/findings", get(views::findings))
        .route("/search", get(views::search))
        .route("/deadlines", get(views::deadlines))
        .route("/metrics", get(views::metrics))
        .route("/requirements", get(views::requirements))
        .route("/log/checkpoint", get(logs::checkpoint))
        .route("/log/tile/{*tile}", get(logs::tile))
        .route("/signals", post(signals::take))
        .route("/signals/{id}", post(uploads::signal))
        .route(
            "/{register}",
            get(records::list)
                .post(records::create)
                // Evidence streams in here, bounded by where it is kept; JSON is bounded on its own.
                .layer(DefaultBodyLimit::disable()),
        )
        .route("/{register}/export.csv", get(sheets::csv))
        .route("/{register}/export.xlsx", get(sheets::xlsx))
        .route(
            "/{register}/import",
            post(sheets::import)
                .layer(DefaultBodyLimit::max(sheets::MAX_SHEET + request::MAX_JSON)),
        )
        .route("/{register}/{id}", get(records::get).patch(records::edit))
        .route("/{register}/{id}/end", post(records::end))
        .route("/{register}/{id}/erase", post(records::erase))
        .route("/{register}/{id}/history", get(story::history))
        .route("/{register}/{id}/links", get(story::links))
        .route("/{register}/{id}/findings", get(story::findings))
        .route("/{register}/{id}/steps", get(story::steps))
        .route("/{register}/{id}/steps/{step}", post(records::step))
        .route("/{register}/{id}/derived", get(story::derived))
        .route("/{register}/{id}/proof", get(story::proof))
        .route("/{register}/{id}/proof.tlog-proof", get(story::proof_file))
        .route("/{register}/{id}/file", get(uploads::file))
        .fallback(nowhere)
        .method_not_allowed_fallback(no_method);
    let router = router.layer(middleware::from_fn(problem::write)).layer(CompressionLayer::new());
    Router::new().nest(openapi::BASE, router)
}

async fn nowhere(_: Caller) -> Problem {
    Problem::not_found()
}

async fn no_method(_: Caller) -> Problem {
    Problem::new(
        Kind::Method,
        "このアドレスでは使えない方法です。/api/v1/openapi.json に一覧があります。",
        "This address does not take the method. /api/v1/openapi.json lists them.",
    )
}

/// `GET /openapi.json`, the only answer without a token: it says nothing of anybody.
async fn document(headers: HeaderMap) -> Response {
    let tag = openapi::tag();
    let held = headers.get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == tag.as_bytes());
    let mut answer = HeaderMap::new();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        answer.insert(header::ETAG, tag);
    }
    if held {
        return (StatusCode::NOT_MODIFIED, answer).into_response();
    }
    (answer, openapi::document()).into_response()
}
