//! What stands before every page: where a request comes from, how often, with which headers an
//! answer leaves, and what happens when a page breaks.

use crate::web::Web;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tower_http::timeout::TimeoutBody;

/// The address of whoever asks: of the connection, or what a trusted proxy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

/// A number by which a request is found in the log again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub u64);

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// Who asked how often lately.
pub struct Limits {
    sign_in: Keyed<IpAddr>,
    public_post: Keyed<IpAddr>,
    public: Keyed<IpAddr>,
    wrong_token: Keyed<IpAddr>,
    account: Keyed<String>,
    next: AtomicU64,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Limits {
    /// Nobody has asked yet. `factor` widens every limit; only benches ask for more than 1.
    pub fn new(factor: u32) -> Self {
        let n = |n: u32| NonZeroU32::new(n.saturating_mul(factor)).unwrap_or(NonZeroU32::MIN);
        Self {
            sign_in: RateLimiter::keyed(Quota::per_minute(n(20))),
            public_post: RateLimiter::keyed(Quota::per_minute(n(20))),
            public: RateLimiter::keyed(Quota::per_second(n(20)).allow_burst(n(100))),
            wrong_token: RateLimiter::keyed(Quota::per_minute(n(20))),
            account: RateLimiter::keyed(Quota::per_second(n(100)).allow_burst(n(400))),
            next: AtomicU64::new(1),
        }
    }

    /// Whether an account may go on.
    pub fn account(&self, id: &str) -> bool {
        self.account.check_key(&id.to_owned()).is_ok()
    }

    /// Counts a token that does not work; whether the address may go on trying. Whoever sends one
    /// that works is not hit by others behind the same address.
    pub fn wrong_token(&self, addr: IpAddr) -> bool {
        self.wrong_token.check_key(&addr).is_ok()
    }

    fn address(&self, method: &Method, path: &str, addr: IpAddr) -> bool {
        let public = ["/report", "/verify", "/status", "/call/", "/answer", "/told/"]
            .iter()
            .any(|p| path.starts_with(p));
        match (path.starts_with("/sign-in"), public, method == Method::POST) {
            (true, _, true) => self.sign_in.check_key(&addr).is_ok(),
            (false, true, true) => self.public_post.check_key(&addr).is_ok(),
            (true, _, false) | (false, true, false) => self.public.check_key(&addr).is_ok(),
            (false, false, _) => true,
        }
    }

    /// Forgets those who have not asked for a while, so that memory stays bounded.
    pub fn sweep(&self) {
        for limiter in [&self.sign_in, &self.public_post, &self.public, &self.wrong_token] {
            limiter.retain_recent();
        }
        self.account.retain_recent();
    }
}

/// How long a body may stand still between two pieces.
const STALLED: Duration = Duration::from_secs(30);

/// Finds the client's address, numbers the request, refuses who asks too often, bounds the time.
pub async fn arrive(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
    let addr = client(&web, peer, request.headers());
    let id = RequestId(web.limits.next.fetch_add(1, Ordering::Relaxed));
    if id.0.is_multiple_of(4096) {
        web.limits.sweep();
    }
    request.extensions_mut().insert(ClientAddr(addr));
    request.extensions_mut().insert(id);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    if !web.limits.address(&method, &path, addr) {
        let prefs = crate::who::Prefs::of(request.headers());
        return crate::error::plain(prefs.lang, StatusCode::TOO_MANY_REQUESTS, wants_json(&path));
    }
    // A body that stops coming holds a thread and a connection.
    let request = request.map(|body| Body::new(TimeoutBody::new(STALLED, body)));
    // A large file over a slow line takes longer than a minute.
    let uploads = path.starts_with("/evidence") || path == "/api/v1/evidence";
    let slow = path.ends_with("/live") || uploads || path.ends_with("/files");
    let mut response = if slow {
        next.run(request).await
    } else {
        let lang = crate::who::Prefs::of(request.headers()).lang;
        match tokio::time::timeout(Duration::from_secs(60), next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                tracing::warn!(request.id = id.0, http.path = %path, "a request took over a minute");
                crate::error::plain(lang, StatusCode::GATEWAY_TIMEOUT, wants_json(&path))
            }
        }
    };
    if let Ok(value) = HeaderValue::from_str(&id.0.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

fn wants_json(path: &str) -> bool {
    path.starts_with("/api/")
}

/// The peer, unless it is a trusted proxy: then the last address in `X-Forwarded-For` that is not
/// one of ours. Whatever stands further left was written by the client itself.
fn client(web: &Web, peer: Option<IpAddr>, headers: &HeaderMap) -> IpAddr {
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let trusted = |a: IpAddr| web.config.trusted_proxies.iter().any(|n| n.has(a));
    if !trusted(peer) {
        return peer;
    }
    let told: Vec<IpAddr> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .filter_map(|a| a.trim().parse().ok())
        .collect();
    told.iter().rev().copied().find(|a| !trusted(*a)).unwrap_or(peer)
}

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// Puts the security headers on every answer. A handler that set one itself keeps its own.
pub async fn leave(State(web): State<Web>, request: Request, next: Next) -> Response {
    let is_static = request.uri().path().starts_with("/static/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", CSP),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
        ),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if web.config.https() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    if !is_static && !headers.contains_key(header::CACHE_CONTROL) {
        // What is on a page depends on who looks; a shared or later cache must not show it.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// `?lang=`, `?size=`, `?theme=`, `?keys=` on any page: remembered in a cookie, then the page
/// without it.
pub async fn prefer(State(web): State<Web>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    if request.method() != Method::GET || wants_json(uri.path()) {
        return next.run(request).await;
    }
    let Some(query) = uri.query() else { return next.run(request).await };
    let (chosen, rest): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|p| crate::who::Prefs::cookie_for(p).is_some());
    if chosen.is_empty() {
        return next.run(request).await;
    }
    let place = if rest.is_empty() {
        uri.path().to_owned()
    } else {
        format!("{}?{}", uri.path(), rest.join("&"))
    };
    let mut response = redirect(&place);
    for (name, value) in chosen.iter().filter_map(|p| crate::who::Prefs::cookie_for(p)) {
        set_cookie(&web, &mut response, name, value, Some(34_560_000), false);
    }
    response
}

/// Goes to another page of ours by GET.
pub fn redirect(place: &str) -> Response {
    let Ok(value) = HeaderValue::from_str(place) else {
        return (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response();
    };
    (StatusCode::SEE_OTHER, [(header::LOCATION, value)]).into_response()
}

/// Sets a cookie for the whole server, never readable by other hosts; over HTTPS only where
/// people reach the server so. `age` in seconds; `None` ends with the browser. `secret`: scripts
/// cannot read it.
pub fn set_cookie(
    web: &Web,
    response: &mut Response<Body>,
    name: &str,
    value: &str,
    age: Option<i64>,
    secret: bool,
) {
    let mut text = format!("{name}={value}; Path=/; SameSite=Lax");
    if let Some(age) = age {
        text.push_str(&format!("; Max-Age={age}"));
    }
    if secret {
        text.push_str("; HttpOnly");
    }
    if web.config.https() {
        text.push_str("; Secure");
    }
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// A cookie of a request.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(n, _)| *n == name)
        .map(|(_, v)| v)
}

/// What is shown where a page breaks. The cause goes to the log.
pub fn broken(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(error.cause = text, "a page broke");
    crate::error::plain(okiagari_model::Lang::Ja, StatusCode::INTERNAL_SERVER_ERROR, false)
}
