//! The second factor: set up with a QR code, recovery codes, taken away.

use super::account::{confirmed, half_run};
use crate::error::from_auth;
use crate::frame;
use crate::guard::redirect;
use crate::html::{Html, esc};
use crate::input::Posted;
use crate::put;
use crate::who::{HalfSigned, Prefs, Signed};
use axum::http::StatusCode;
use axum::response::Response;
use okiagari_app::auth::AuthError;
use okiagari_model::Lang;

fn show(half: &HalfSigned, body: &Html, status: StatusCode) -> Response {
    let prefs = Prefs { lang: half.lang, ..half.prefs };
    frame::public(prefs, half.lang.t("二要素認証", "Second factor"), body, status)
}

/// Each look at the page begins anew: the secret is shown once and only to its owner.
fn enrol_page(half: &HalfSigned, wrong: Option<&AuthError>) -> Result<Response, AuthError> {
    let lang = half.lang;
    let enrolment = match half.web.auth.enrol(&half.session, "Okiagari") {
        Ok(enrolment) => enrolment,
        Err(AuthError::AlreadyEnrolled) => return Ok(redirect("/account")),
        Err(e) => return Err(e),
    };
    let mut out = Html::new();
    put!(
        out,
        "<form class=\"form gate\" method=\"post\" action=\"/account/totp\"><h1>{}</h1>",
        lang.t("二要素認証を設定する", "Set up the second factor")
    );
    if let Some(e) = wrong {
        put!(
            out,
            "<div class=\"notice error-summary\" data-tone=\"danger\" role=\"alert\"><p class=\"notice-title\">{}</p><p>{}</p></div>",
            esc(&e.text(lang)),
            lang.t(
                "QRコードは新しくなりました。読み取り直してください。",
                "The QR code is a new one; please scan it again."
            )
        );
    }
    put!(
        out,
        "<p>{}</p><ol><li>{}</li></ol><div class=\"qr\">{}</div><p>{} <code>{}</code></p><div class=\"field\"><label for=\"code\">{}</label><input class=\"input w-m num\" id=\"code\" name=\"code\" autocomplete=\"one-time-code\" inputmode=\"numeric\" required></div><div class=\"form-end\"><button class=\"btn btn-primary\">{}</button></div></form>",
        lang.t(
            "パスワードが漏れても入られないようにします。管理の役割には必須です。",
            "A leaked password alone then opens nothing. Roles that administer must have it."
        ),
        lang.t(
            "認証アプリでこのQRコードを読み取ります。",
            "Scan this QR code with an authenticator app."
        ),
        enrolment.svg,
        lang.t(
            "読み取れないときは、この文字を入れます：",
            "If it cannot be scanned, type this in:"
        ),
        esc(&enrolment.secret),
        lang.t("アプリに表示された6桁のコード", "The six-digit code that the app shows"),
        lang.t("設定する", "Set it up")
    );
    let status = wrong.map_or(200, AuthError::status);
    Ok(show(half, &out, StatusCode::from_u16(status).unwrap_or_default()))
}

pub async fn ask(half: HalfSigned) -> Response {
    half_run(half, |half| {
        if half.session.has_totp && half.session.mfa_at.is_some() {
            return Ok(redirect("/account"));
        }
        enrol_page(half, None)
    })
    .await
}

fn codes_page(lang: Lang, codes: &[String]) -> Html {
    let mut out = Html::new();
    put!(
        out,
        "<h1>{}</h1><p>{}</p><ul class=\"codes\">",
        lang.t("復旧コードを控えてください", "Keep these recovery codes"),
        lang.t("認証アプリの端末を失ったときに、1つずつ1回だけ使えます。印刷して、端末と別の場所に置いてください。この画面でしか見られません。", "Each works once when the device is lost. Print them and keep them apart from the device. They are shown only here.")
    );
    for code in codes {
        put!(out, "<li><code>{}</code></li>", esc(code));
    }
    put!(
        out,
        "</ul><p class=\"actions\"><button class=\"btn\" type=\"button\" data-print>{}</button><a class=\"btn btn-primary\" href=\"/\">{}</a></p>",
        lang.t("印刷", "Print"),
        lang.t("控えました。始める", "I kept them. Go on")
    );
    out
}

pub async fn confirm(half: HalfSigned, posted: Posted) -> Response {
    half_run(half, move |half| match half.web.auth.confirm(&half.session, posted.get("code")) {
        Ok(codes) => Ok(show(half, &codes_page(half.lang, &codes), StatusCode::OK)),
        Err(AuthError::AlreadyEnrolled) => Ok(redirect("/account")),
        Err(e @ (AuthError::WrongCode | AuthError::NotEnrolled)) => enrol_page(half, Some(&e)),
        Err(e) => Err(e),
    })
    .await
}

pub async fn codes(me: Signed) -> Response {
    me.run(|me| {
        if let Err(asked) = confirmed(me, "/account") {
            return Ok(*asked);
        }
        let codes = me.web.auth.new_recovery_codes(&me.session).map_err(from_auth)?;
        let page = codes_page(me.lang(), &codes);
        Ok(frame::public(me.prefs, me.t("復旧コード", "Recovery codes"), &page, StatusCode::OK))
    })
    .await
}

pub async fn remove(me: Signed) -> Response {
    me.run(|me| {
        if let Err(asked) = confirmed(me, "/account") {
            return Ok(*asked);
        }
        me.web.auth.remove_totp(&me.session.account).map_err(from_auth)?;
        Ok(redirect("/account?done=saved"))
    })
    .await
}
