//! Errors as people see them: what, where, how to mend.

use crate::frame::{self, Page};
use crate::html::{Html, enc, esc};
use crate::who::{Prefs, Signed};
use crate::{markup, put};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use okiagari_app::AppError;
use okiagari_app::auth::AuthError;
use okiagari_model::{FieldProblem, Lang, Message};

/// An error inside the frame.
pub fn page(me: &Signed, error: &AppError) -> Response {
    log(error);
    let status = status_of(error.status());
    let body = body(me.lang(), error);
    Page::of(me, title(me.lang(), status)).status(status).show(&body)
}

/// An error of the application where there is no frame.
pub fn app_page(prefs: Prefs, error: &AppError) -> Response {
    log(error);
    let status = status_of(error.status());
    frame::public(prefs, title(prefs.lang, status), &body(prefs.lang, error), status)
}

/// An error of sign-in where there is no frame.
pub fn auth_page(prefs: Prefs, error: &AuthError) -> Response {
    let status = status_of(error.status());
    let body = notice("danger", title(prefs.lang, status), &error.text(prefs.lang));
    let mut response = frame::public(prefs, title(prefs.lang, status), &body, status);
    if let Some(seconds) = error.retry_after()
        && let Ok(value) = HeaderValue::from_str(&seconds.to_string())
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// Something inside broke; the cause goes to the log only.
pub fn internal(lang: Lang, cause: &str) -> Response {
    tracing::error!(error.cause = cause, "a page broke");
    plain(lang, StatusCode::INTERNAL_SERVER_ERROR, false)
}

fn log(error: &AppError) {
    if error.status() >= 500 {
        tracing::error!(error.cause = ?error, "a page could not be made");
    }
}

fn status_of(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The heading of an error page.
pub fn title(lang: Lang, status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 | 422 => lang.t("入力を確かめてください", "Please check what was sent"),
        401 => lang.t("サインインしてください", "Please sign in"),
        403 => lang.t("この操作はできません", "This is not allowed"),
        404 => lang.t("見つかりません", "Not found"),
        405 => lang.t("この方法では開けません", "Not in this way"),
        409 => lang.t("いまは進められません", "Not possible as things stand"),
        413 => lang.t("大きすぎます", "Too large"),
        415 => lang.t("この形式は受け取れません", "This format is not taken"),
        429 => lang.t("少し待ってください", "Please wait a little"),
        503 => lang.t("いま保存できません", "Cannot be stored now"),
        504 => lang.t("時間がかかりすぎました", "It took too long"),
        _ => lang.t("処理できませんでした", "It could not be done"),
    }
}

fn mend(lang: Lang, status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => lang.t(
            "アドレスを確かめるか、さがす画面から探してください。",
            "Check the address, or look for it by the search.",
        ),
        403 => lang.t(
            "別のサイトから送られた操作か、役割が足りません。起き上がりの画面を開き直して、もう一度行ってください。",
            "It came from another site, or your role does not allow it. Open the page again and retry.",
        ),
        405 => lang.t("画面のボタンから操作してください。", "Please use the buttons of the pages."),
        413 => lang.t(
            "小さく分けるか、大きなファイルはコマンド（okiagari）で登録してください。",
            "Split it, or register large files with the command line (okiagari).",
        ),
        415 => lang.t("画面のフォームから送ってください。", "Please send it from the page's form."),
        429 => lang.t(
            "短い時間に操作が集中しています。1分ほど待って、もう一度行ってください。",
            "Too many requests. Wait about a minute and try again.",
        ),
        400 | 422 => lang.t(
            "送られた内容が読み取れませんでした。画面を開き直して、もう一度行ってください。",
            "What was sent could not be read. Open the page again and retry.",
        ),
        _ => lang.t(
            "入力した内容はこの端末に残っています。少し待ってもう一度行い、続く場合は管理者に知らせてください。",
            "What you typed is kept on this device. Wait and try again; if it persists, tell the administrator.",
        ),
    }
}

/// A page for an error that has only a status: of the router, the guards, a broken page.
pub fn plain(lang: Lang, status: StatusCode, json: bool) -> Response {
    if json {
        let body = serde_json::json!({
            "type": "about:blank", "status": status.as_u16(),
            "title": title(lang, status), "detail": mend(lang, status),
        });
        let kind = HeaderValue::from_static("application/problem+json");
        return (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response();
    }
    let prefs = Prefs { lang, lang_chosen: false, large: false, theme: None, keys: true };
    let body = notice("danger", title(lang, status), mend(lang, status));
    let mut response = frame::public(prefs, title(lang, status), &body, status);
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

/// A box with a heading and a sentence.
pub fn notice(tone: &str, title: &str, text: &str) -> Html {
    markup!(
        "<div class=\"notice\" data-tone=\"{tone}\" role=\"{}\"><h1 class=\"notice-title\">{}</h1><p>{}</p></div>",
        if tone == "danger" { "alert" } else { "status" },
        esc(title),
        esc(text)
    )
}

fn body(lang: Lang, error: &AppError) -> Html {
    let mut out = Html::new();
    let heading = title(lang, status_of(error.status()));
    put!(
        out,
        "<div class=\"notice\" data-tone=\"danger\" role=\"alert\"><h1 class=\"notice-title\">{heading}</h1><p>{}</p>",
        esc(error.message().get(lang))
    );
    match error {
        AppError::Fields(problems) => out.put(format_args!("{}", list(lang, problems))),
        AppError::Gates(gates) => {
            out.raw("<ul>");
            for gate in gates {
                put!(out, "<li>{}: {}</li>", esc(gate.label.get(lang)), esc(gate.mend.get(lang)));
            }
            out.raw("</ul>")
        }
        _ => &mut out,
    };
    put!(
        out,
        "<div class=\"actions\"><a class=\"btn btn-small\" href=\"/\">{}</a><a class=\"btn btn-small btn-quiet\" href=\"/search\">{}</a></div></div>",
        lang.t("ホームへ", "Home"),
        lang.t("さがす", "Search")
    );
    out
}

fn list(lang: Lang, problems: &[FieldProblem]) -> Html {
    let mut out = Html::new();
    out.raw("<ul>");
    for p in problems {
        put!(out, "<li><code>{}</code> {}</li>", esc(&p.field), esc(p.message.get(lang)));
    }
    out.raw("</ul>");
    out
}

/// The session ended while something was being typed: it is kept on the device.
pub fn session_over(prefs: Prefs, back: &str, expired: bool) -> Response {
    let lang = prefs.lang;
    let title = lang.t("サインインし直してください", "Please sign in again");
    let why = if expired {
        lang.t("しばらく操作がなかったため、サインインが切れました。", "Your session has ended.")
    } else {
        lang.t("サインインしていません。", "You are not signed in.")
    };
    let mut out = Html::new();
    put!(
        out,
        "<div class=\"notice\" data-tone=\"caution\" role=\"alert\"><h1 class=\"notice-title\">{title}</h1><p>{why} {}</p>\
         <div class=\"actions\"><a class=\"btn btn-primary\" href=\"/sign-in?next={}\">{}</a></div></div>",
        lang.t(
            "まだ保存していません。入力した内容はこの端末に残っていて、サインインして元の画面に戻ると続きから始められます。",
            "Nothing was saved yet. What you typed is kept on this device; sign in, return to the form and go on."
        ),
        enc(crate::who::own_place(back)),
        lang.t("サインインして戻る", "Sign in and return")
    );
    frame::public(prefs, title, &out, StatusCode::UNAUTHORIZED)
}

/// From an error of sign-in to one of the application, where a page shows both alike.
pub fn from_auth(error: AuthError) -> AppError {
    match error {
        AuthError::Store(e) => AppError::Store(e),
        AuthError::Internal(e) => AppError::Internal(e),
        AuthError::NotFound(_) => AppError::NotFound,
        AuthError::TooMany | AuthError::Locked { .. } => AppError::TooMany,
        other => match other.field() {
            Some(field) => {
                AppError::Fields(vec![FieldProblem::new(field, "refused", other.message())])
            }
            None => AppError::Input(other.message()),
        },
    }
}

/// A message for a place that is no field.
pub fn input(ja: &str, en: &str) -> AppError {
    AppError::Input(Message::new(ja, en))
}

/// Header by which a script is sent to another page.
pub const X_LOCATION: HeaderName = HeaderName::from_static("x-location");
