//! Signing in and out.

use crate::error;
use crate::frame;
use crate::guard::{self, redirect};
use crate::html::{Html, enc, esc};
use crate::input::{Posted, get, query};
use crate::put;
use crate::web::Web;
use crate::who::{Prefs, own_place, session_cookie, via};
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts};
use axum::response::Response;
use okiagari_app::auth::{AuthError, Credentials, SignIn, Via};
use okiagari_model::Lang;

/// By which way somebody comes, for handlers without a session.
#[derive(Debug, Clone)]
pub struct Way(pub Via);

impl<S: Send + Sync> FromRequestParts<S> for Way {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(via(parts)))
    }
}

fn form(lang: Lang, demo: bool, next: &str, login: &str, wrong: Option<&str>) -> Html {
    let mut out = Html::new();
    put!(
        out,
        "<form class=\"form gate\" method=\"post\" action=\"/sign-in\"><h1>{}</h1><input type=\"hidden\" name=\"next\" value=\"{}\">",
        lang.t("サインイン", "Sign in"),
        esc(next)
    );
    if demo {
        put!(
            out,
            "<div class=\"notice\" data-tone=\"info\"><p class=\"notice-title\">{}</p><p>{}</p></div>",
            lang.t("デモです。人も会社も架空です", "A demo: all people and companies are made up"),
            lang.t(
                "二要素認証はデモに限り省いています。サインイン名とパスワードは、起動した画面に出ています。",
                "The demo alone goes without the second factor. Names and password stand where it was started."
            )
        );
    }
    complaint(wrong, &mut out);
    put!(
        out,
        "<div class=\"field\"><label for=\"login\">{}</label><input class=\"input\" id=\"login\" name=\"login\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" value=\"{}\" required></div><div class=\"field\"><label for=\"password\">{}</label><input class=\"input\" type=\"password\" id=\"password\" name=\"password\" autocomplete=\"current-password\" required></div><div class=\"form-end\"><button class=\"btn btn-primary btn-big\">{}</button></div><p class=\"quiet\">{}</p><p><a href=\"/report\">{}</a> ・ <a href=\"/verify\">{}</a></p></form>",
        lang.t("サインイン名", "Sign-in name"),
        esc(login),
        lang.t("パスワード", "Password"),
        lang.t("サインインする", "Sign in"),
        lang.t(
            "パスワードを忘れたときは、管理者に新しいものを発行してもらってください。",
            "If you forgot the password, ask the administrator for a new one."
        ),
        lang.t("サインインせずに報告する", "Report without signing in"),
        lang.t("書類の署名を確かめる", "Verify a document")
    );
    out
}

fn complaint(wrong: Option<&str>, out: &mut Html) {
    if let Some(text) = wrong {
        put!(
            out,
            "<div class=\"notice error-summary\" data-tone=\"danger\" role=\"alert\" tabindex=\"-1\" data-focus><p class=\"notice-title\">{}</p></div>",
            esc(text)
        );
    }
}

fn show(prefs: Prefs, body: &Html, status: StatusCode) -> Response {
    frame::public(prefs, prefs.lang.t("サインイン", "Sign in"), body, status)
}

pub async fn ask(State(web): State<Web>, prefs: Prefs, uri: Uri) -> Response {
    let auth = web.auth.clone();
    let empty = tokio::task::spawn_blocking(move || auth.is_empty()).await;
    if matches!(empty, Ok(Ok(true))) {
        return redirect("/start");
    }
    let asked = query(uri.query().unwrap_or_default());
    show(
        prefs,
        &form(prefs.lang, web.demo, own_place(get(&asked, "next")), "", None),
        StatusCode::OK,
    )
}

pub async fn enter(
    State(web): State<Web>,
    prefs: Prefs,
    Way(via): Way,
    posted: Posted,
) -> Response {
    let next = own_place(posted.get("next")).to_owned();
    let typed = Credentials {
        login: posted.get("login").to_owned(),
        password: posted.get("password").to_owned(),
        code: None,
    };
    let login = typed.login.clone();
    let auth = web.auth.clone();
    let done = tokio::task::spawn_blocking(move || auth.sign_in(&typed, &via)).await;
    match done {
        Ok(Ok(sign_in)) => begin(&web, &sign_in, &next),
        Ok(Err(e)) => {
            refused(prefs, &e, |text| form(prefs.lang, web.demo, &next, &login, Some(text)))
        }
        Err(e) => error::internal(prefs.lang, &e.to_string()),
    }
}

fn begin(web: &Web, sign_in: &SignIn, next: &str) -> Response {
    let place = match sign_in {
        SignIn::Done(_) => next.to_owned(),
        SignIn::CodeNeeded(_) => format!("/sign-in/code?next={}", enc(next)),
    };
    let mut response = redirect(&place);
    guard::set_cookie(web, &mut response, session_cookie(web), sign_in.secret(), None, true);
    response
}

fn refused(prefs: Prefs, e: &AuthError, page: impl Fn(&str) -> Html) -> Response {
    if e.status() >= 500 {
        tracing::error!(error.cause = %e, "sign-in could not be done");
    }
    let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let mut response = show(prefs, &page(&e.text(prefs.lang)), status);
    if let Some(seconds) = e.retry_after()
        && let Ok(value) = HeaderValue::from_str(&seconds.to_string())
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn code_form(lang: Lang, next: &str, wrong: Option<&str>) -> Html {
    let mut out = Html::new();
    put!(
        out,
        "<form class=\"form gate\" method=\"post\" action=\"/sign-in/code\"><h1>{}</h1><input type=\"hidden\" name=\"next\" value=\"{}\">",
        lang.t("確認コード", "Code"),
        esc(next)
    );
    complaint(wrong, &mut out);
    put!(
        out,
        "<div class=\"field\"><label for=\"code\">{}</label><p class=\"hint\" id=\"code-hint\">{}</p><input class=\"input w-m num\" id=\"code\" name=\"code\" autocomplete=\"one-time-code\" autocapitalize=\"none\" spellcheck=\"false\" aria-describedby=\"code-hint\" required autofocus></div><div class=\"form-end\"><button class=\"btn btn-primary btn-big\">{}</button><a class=\"btn btn-quiet\" href=\"/sign-in\">{}</a></div></form>",
        lang.t("6桁のコード", "Six-digit code"),
        lang.t("認証アプリに表示されているコードを入れます。端末が無いときは、控えてある復旧コードも使えます。", "The code that your authenticator shows. Without the device, one of your recovery codes works too."),
        lang.t("続ける", "Continue"),
        lang.t("最初から", "Start again")
    );
    out
}

pub async fn code_ask(prefs: Prefs, uri: Uri) -> Response {
    let asked = query(uri.query().unwrap_or_default());
    show(prefs, &code_form(prefs.lang, own_place(get(&asked, "next")), None), StatusCode::OK)
}

pub async fn code(
    State(web): State<Web>,
    prefs: Prefs,
    Way(via): Way,
    headers: HeaderMap,
    posted: Posted,
) -> Response {
    let next = own_place(posted.get("next")).to_owned();
    let secret = guard::cookie(&headers, session_cookie(&web)).unwrap_or_default().to_owned();
    let typed = posted.get("code").to_owned();
    let auth = web.auth.clone();
    let done = tokio::task::spawn_blocking(move || auth.give_code(&secret, &typed, &via)).await;
    match done {
        Ok(Ok(sign_in)) => begin(&web, &sign_in, &next),
        Ok(Err(AuthError::NotSignedIn)) => redirect(&format!("/sign-in?next={}", enc(&next))),
        Ok(Err(e)) => refused(prefs, &e, |text| code_form(prefs.lang, &next, Some(text))),
        Err(e) => error::internal(prefs.lang, &e.to_string()),
    }
}

pub async fn leave(State(web): State<Web>, prefs: Prefs, headers: HeaderMap) -> Response {
    let lang = prefs.lang;
    let secret = guard::cookie(&headers, session_cookie(&web)).unwrap_or_default().to_owned();
    if !secret.is_empty() {
        let auth = web.auth.clone();
        match tokio::task::spawn_blocking(move || auth.sign_out(&secret)).await {
            Ok(Ok(())) => {}
            Ok(Err(e)) => return error::auth_page(prefs, &e),
            Err(e) => return error::internal(lang, &e.to_string()),
        }
    }
    let mut out = Html::new();
    put!(
        out,
        "<div data-draft-forget=\"all\"><h1>{}</h1><p>{}</p><p><a class=\"btn btn-primary\" href=\"/sign-in\">{}</a></p></div>",
        lang.t("サインアウトしました", "You are signed out"),
        lang.t(
            "この端末に残っていた下書きも消しました。",
            "Drafts kept on this device were removed as well."
        ),
        lang.t("もう一度サインインする", "Sign in again")
    );
    let mut response =
        frame::public(prefs, lang.t("サインアウト", "Signed out"), &out, StatusCode::OK);
    guard::set_cookie(&web, &mut response, session_cookie(&web), "", Some(0), true);
    response
}
