//! Until the web room's router is wired: the shape of what the server hands to it.
#![expect(dead_code, reason = "goes with this file")]

use okiagari_app::App;

/// How the server is reached.
#[derive(Debug, Clone, Default)]
pub struct WebConfig {
    pub origin: Option<String>,
    pub trusted_proxies: Vec<Net>,
}

/// A network.
#[derive(Debug, Clone)]
pub struct Net(String);

impl Net {
    pub fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }
}

/// What every page has at hand.
pub struct Web(App, WebConfig);

impl Web {
    pub fn new(app: App, config: WebConfig) -> Self {
        Self(app, config)
    }
}

pub fn router(_web: Web) -> axum::Router {
    axum::Router::new().route("/", axum::routing::get(|| async { "okiagari" }))
}
