//! Who is asking, in which language, for which part of a page.

use crate::error;
use crate::guard::{self, ClientAddr};
use crate::html::enc;
use crate::web::Web;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::{HeaderMap, Method, Uri, header, request::Parts};
use axum::response::Response;
use okiagari_app::auth::{self, AuthError, Via};
use okiagari_app::{AppError, Ctx};
use okiagari_model::Lang;

/// How the person wants pages to look; kept in cookies of the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefs {
    /// Language, from the cookie or what the browser asks for.
    pub lang: Lang,
    /// Whether the cookie says so (and not only the browser).
    pub lang_chosen: bool,
    /// Large print.
    pub large: bool,
    /// `light` or `dark`, where chosen.
    pub theme: Option<&'static str>,
    /// Single-key shortcuts.
    pub keys: bool,
}

const LANG: &str = "okiagari_lang";
const SIZE: &str = "okiagari_size";
const THEME: &str = "okiagari_theme";
const KEYS: &str = "okiagari_keys";

impl Prefs {
    /// From the headers of a request.
    pub fn of(headers: &HeaderMap) -> Self {
        let chosen = match guard::cookie(headers, LANG) {
            Some("ja") => Some(Lang::Ja),
            Some("en") => Some(Lang::En),
            _ => None,
        };
        Self {
            lang: chosen.unwrap_or_else(|| accepted(headers)),
            lang_chosen: chosen.is_some(),
            large: guard::cookie(headers, SIZE) == Some("large"),
            theme: match guard::cookie(headers, THEME) {
                Some("light") => Some("light"),
                Some("dark") => Some("dark"),
                _ => None,
            },
            keys: guard::cookie(headers, KEYS) != Some("off"),
        }
    }

    /// The cookie that `name=value` of an address asks for.
    pub fn cookie_for(pair: &str) -> Option<(&'static str, &'static str)> {
        Some(match pair {
            "lang=ja" => (LANG, "ja"),
            "lang=en" => (LANG, "en"),
            "size=large" => (SIZE, "large"),
            "size=normal" => (SIZE, "normal"),
            "theme=light" => (THEME, "light"),
            "theme=dark" => (THEME, "dark"),
            "theme=auto" => (THEME, "auto"),
            "keys=on" => (KEYS, "on"),
            "keys=off" => (KEYS, "off"),
            _ => return None,
        })
    }
}

/// What the browser asks for: English only where it is preferred to Japanese.
fn accepted(headers: &HeaderMap) -> Lang {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let weight = |lang: &str| {
        wanted
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.split(';').map(str::trim);
                let primary = pieces.next()?.split('-').next()?;
                if !primary.eq_ignore_ascii_case(lang) {
                    return None;
                }
                pieces.find_map(|p| p.strip_prefix("q=")).unwrap_or("1").parse::<f32>().ok()
            })
            .fold(0.0_f32, f32::max)
    };
    if weight("en") > weight("ja") { Lang::En } else { Lang::Ja }
}

/// The name of the session cookie: bound to this host by the browser itself over HTTPS.
pub fn session_cookie(web: &Web) -> &'static str {
    if web.config.https() { "__Host-okiagari" } else { "okiagari_session" }
}

/// By which way a request came: address and browser.
pub fn via(parts: &Parts) -> Via {
    let address =
        parts.extensions.get::<ClientAddr>().map_or_else(String::new, |c| c.0.to_string());
    let agent = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("");
    Via { address, agent: agent.chars().take(200).collect() }
}

/// A signed-in person with all that pages need to know about the request.
#[derive(Debug, Clone)]
pub struct Signed {
    /// What every page has at hand.
    pub web: Web,
    /// Who asks, in which language and zone.
    pub ctx: Ctx,
    /// The session.
    pub session: auth::Signed,
    /// How pages should look.
    pub prefs: Prefs,
    /// The id of the element asked for, where a script puts it into the page.
    pub fragment: Option<String>,
    /// The address asked for.
    pub uri: Uri,
    /// By which way.
    pub via: Via,
    /// The cookie that names a session; for signing out.
    pub secret: String,
    /// Cookies and all other headers.
    pub headers: HeaderMap,
}

/// Somebody with an account who may not have a place in an organisation, or must first change the
/// password: for the pages that lead out of this.
#[derive(Debug, Clone)]
pub struct HalfSigned {
    /// What every page has at hand.
    pub web: Web,
    /// The session.
    pub session: auth::Signed,
    /// How pages should look.
    pub prefs: Prefs,
    /// The language.
    pub lang: Lang,
    /// By which way.
    pub via: Via,
    /// The cookie that names a session.
    pub secret: String,
}

impl FromRequestParts<Web> for HalfSigned {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let prefs = Prefs::of(&parts.headers);
        let secret =
            guard::cookie(&parts.headers, session_cookie(web)).unwrap_or_default().to_owned();
        if secret.is_empty() {
            return Err(asks_to_sign_in(parts, prefs, false));
        }
        let (auth, given) = (web.auth.clone(), secret.clone());
        let found = tokio::task::spawn_blocking(move || auth.session(&given)).await;
        match found {
            Ok(Ok(session)) => {
                let lang = if prefs.lang_chosen { prefs.lang } else { session.lang };
                let via = via(parts);
                Ok(Self { web: web.clone(), session, prefs, lang, via, secret })
            }
            Ok(Err(AuthError::NotSignedIn)) => Err(asks_to_sign_in(parts, prefs, true)),
            Ok(Err(e)) => Err(error::auth_page(prefs, &e)),
            Err(e) => Err(error::internal(prefs.lang, &e.to_string())),
        }
    }
}

impl FromRequestParts<Web> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let half = HalfSigned::from_request_parts(parts, web).await?;
        if !web.limits.account(half.session.account.as_str()) {
            let status = axum::http::StatusCode::TOO_MANY_REQUESTS;
            return Err(error::plain(half.lang, status, false));
        }
        let uri = match OriginalUri::from_request_parts(parts, web).await {
            Ok(OriginalUri(uri)) => uri,
            Err(never) => match never {},
        };
        if half.session.must_change && uri.path() != "/account/password" {
            return Err(guard::redirect("/account/password"));
        }
        let Some(member) = half.session.member.clone() else {
            return Err(guard::redirect("/account/places"));
        };
        let (app, lang) = (web.app.clone(), half.lang);
        let ctx = tokio::task::spawn_blocking(move || app.ctx(&member, lang)).await;
        let ctx = match ctx {
            Ok(Ok(ctx)) => ctx,
            Ok(Err(e)) => return Err(error::app_page(half.prefs, &e)),
            Err(e) => return Err(error::internal(half.lang, &e.to_string())),
        };
        if !web.demo
            && half.session.needs_totp(&ctx.subject.roles)
            && !uri.path().starts_with("/account/totp")
        {
            return Err(guard::redirect("/account/totp"));
        }
        let fragment = fragment_of(&parts.headers);
        let headers = parts.headers.clone();
        let HalfSigned { web, session, prefs, via, secret, .. } = half;
        Ok(Self { web, ctx, session, prefs, fragment, uri, via, secret, headers })
    }
}

/// A signed-in person, or nobody.
#[derive(Debug, Clone)]
pub struct MaybeSigned(pub Option<Box<Signed>>);

impl FromRequestParts<Web> for MaybeSigned {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Self::Rejection> {
        Ok(Self(Signed::from_request_parts(parts, web).await.ok().map(Box::new)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Prefs {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

/// The id that `X-Fragment` names.
pub fn fragment_of(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-fragment")?.to_str().ok()?;
    let good =
        id.len() <= 60 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    good.then(|| id.to_owned())
}

/// A GET goes to sign-in and comes back. What was typed and sent by POST is kept on the device by
/// the page's own script; the answer says so and leads to sign-in and back to the form.
fn asks_to_sign_in(parts: &Parts, prefs: Prefs, expired: bool) -> Response {
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |o| &o.0);
    let here = uri.path_and_query().map_or("/", |p| p.as_str());
    if parts.method == Method::GET || parts.method == Method::HEAD {
        let next = if here == "/" {
            "/sign-in".to_owned()
        } else {
            format!("/sign-in?next={}", enc(here))
        };
        return guard::redirect(&next);
    }
    let back = parts
        .headers
        .get(header::REFERER)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<Uri>().ok())
        .and_then(|u| u.path_and_query().map(|p| p.as_str().to_owned()))
        .unwrap_or_else(|| here.to_owned());
    error::session_over(prefs, &back, expired)
}

impl Signed {
    /// The language.
    pub fn lang(&self) -> Lang {
        self.ctx.lang
    }

    /// One of two texts.
    pub fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        self.ctx.lang.t(ja, en)
    }

    /// Does a page's work where blocking is allowed; an error becomes a page too.
    pub async fn run<F>(self, work: F) -> Response
    where
        F: FnOnce(&Signed) -> Result<Response, AppError> + Send + 'static,
    {
        let lang = self.lang();
        let done = tokio::task::spawn_blocking(move || match work(&self) {
            Ok(response) => response,
            Err(e) => error::page(&self, &e),
        });
        match done.await {
            Ok(response) => response,
            Err(e) => error::internal(lang, &e.to_string()),
        }
    }
}

/// Only an address of our own, so that sign-in cannot be used to lead people elsewhere.
pub fn own_place(next: &str) -> &str {
    let fine = next.starts_with('/')
        && !next.starts_with("//")
        && !next.starts_with("/\\")
        && !next.chars().any(char::is_control);
    if fine { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_leads_only_to_our_own_pages() {
        assert_eq!(own_place("/r/asset?q=a"), "/r/asset?q=a");
        for bad in
            ["//evil.example", "https://evil.example", "/\\evil", "", "javascript:x", "/a\nb"]
        {
            assert_eq!(own_place(bad), "/", "{bad}");
        }
    }

    #[test]
    fn the_cookie_beats_what_the_browser_asks_for() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, "en-GB,en;q=0.9,ja;q=0.5".parse().unwrap());
        assert_eq!(Prefs::of(&headers).lang, Lang::En);
        headers
            .insert(header::COOKIE, "a=b; okiagari_lang=ja; okiagari_size=large".parse().unwrap());
        let prefs = Prefs::of(&headers);
        assert_eq!((prefs.lang, prefs.large), (Lang::Ja, true));
    }
}
