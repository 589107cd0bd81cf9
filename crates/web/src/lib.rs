#![doc = include_str!("../README.md")]

pub mod assets;
pub mod error;
pub mod frame;
pub mod guard;
pub mod html;
pub mod input;
pub mod render;
pub mod web;
pub mod who;

mod api;
mod audit;
mod clients;
mod exchange;
mod home;
mod pages;
mod prepare;
mod public;
mod reconnect;
mod records;
mod recover;
mod respond;

#[cfg(test)]
mod page_tests;

pub use pages::requirements::SCREENS;
pub use web::{Net, Web, WebConfig};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// Everything, ready to be served. Serve it with connect info (`SocketAddr`), so that limits
/// count by address.
pub fn router(web: Web) -> Router {
    let mut csrf = CsrfLayer::new();
    if let Some(origin) = &web.config.origin {
        match csrf.clone().add_trusted_origin(origin) {
            Ok(with) => csrf = with,
            Err(e) => tracing::warn!(error.cause = %e, "the configured address is no origin"),
        }
    }
    let csrf = csrf.with_rejection_response(|_: ProtectionError| {
        error::plain(okiagari_model::Lang::Ja, StatusCode::FORBIDDEN, false)
    });
    routes()
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(web.config.body_max))
        .layer(CatchPanicLayer::custom(guard::broken))
        .layer(csrf)
        .layer(from_fn_with_state(web.clone(), guard::prefer))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(web.clone(), guard::leave))
        .layer(from_fn_with_state(web.clone(), guard::arrive))
        .layer(map_response(vary))
        .with_state(web)
}

fn routes() -> Router<Web> {
    Router::new()
        .merge(assets::routes())
        .merge(audit::routes())
        .merge(pages::routes())
        .merge(records::routes())
        .merge(home::routes())
        .merge(respond::routes())
        .merge(prepare::routes())
        .merge(clients::routes())
        .merge(exchange::routes())
        .merge(recover::routes())
        .merge(reconnect::routes())
        .merge(public::routes())
        .merge(api::routes())
        .route("/healthz", get(|| async { "ok\n" }))
}

async fn not_found(prefs: who::Prefs, uri: axum::http::Uri) -> Response {
    error::plain(prefs.lang, StatusCode::NOT_FOUND, uri.path().starts_with("/api/"))
}

async fn not_allowed(prefs: who::Prefs, uri: axum::http::Uri) -> Response {
    error::plain(prefs.lang, StatusCode::METHOD_NOT_ALLOWED, uri.path().starts_with("/api/"))
}

/// An answer differs by language, session and the part asked for.
async fn vary(mut response: Response) -> Response {
    use axum::http::{HeaderValue, header};
    let value = HeaderValue::from_static("cookie, accept-language, x-fragment");
    response.headers_mut().append(header::VARY, value);
    response
}
