//! Style sheets, scripts and icons: part of the program, served under an address that names
//! their content, so that a browser may keep them for ever.

use crate::web::Web;
use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/assets.rs"));
}

/// The address of a static file; changes with the content of any of them.
pub fn asset(name: &str) -> String {
    format!("/static/{}/{name}", embedded::HASH)
}

/// The routes of static files. The plain name works too, but is asked for again each time.
pub fn routes() -> Router<Web> {
    Router::new().route("/static/{*path}", get(serve))
}

async fn serve(Path(path): Path<String>) -> Response {
    let named = path.split_once('/').filter(|(hash, _)| *hash == embedded::HASH);
    let (name, keep) = match named {
        Some((_, rest)) => (rest, "public, max-age=31536000, immutable"),
        None => (path.as_str(), "public, max-age=300"),
    };
    let Some((_, bytes)) = embedded::FILES.iter().find(|(n, _)| *n == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match name.rsplit_once('.').map(|(_, ext)| ext) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], *bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_and_the_script_are_embedded() {
        for name in ["okiagari.css", "js/main.js", "icons.svg", "mark.svg"] {
            assert!(embedded::FILES.iter().any(|(n, _)| *n == name), "{name}");
        }
        assert!(asset("okiagari.css").ends_with("/okiagari.css"));
    }
}
