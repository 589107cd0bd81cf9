//! One's own account: name, password, sessions, organisations, API tokens.

use crate::error::{self, from_auth};
use crate::frame::{self, Page};
use crate::guard::redirect;
use crate::html::{Html, chip, enc, esc};
use crate::input::{Posted, get, query};
use crate::put;
use crate::who::{HalfSigned, Signed, own_place};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use okiagari_app::AppError;
use okiagari_app::auth::{AuthError, NewToken};
use okiagari_model::{Lang, OrgId};

pub async fn page(me: Signed) -> Response {
    me.run(|me| account_page(me, None)).await
}

fn account_page(me: &Signed, token: Option<&str>) -> Result<Response, AppError> {
    let auth = &me.web.auth;
    let mut out = Html::new();
    if let Some(token) = token {
        put!(
            out,
            "<div class=\"notice\" data-tone=\"good\" role=\"status\"><p class=\"notice-title\">{}</p><p><code class=\"hash\">{1}</code> <button class=\"btn btn-small\" type=\"button\" data-copy=\"{1}\">{2}</button></p><p>{3}</p></div>",
            me.t("APIトークンを作りました", "The API token was made"),
            esc(token),
            me.t("写す", "Copy"),
            me.t("この画面でしか見られません。", "It is shown only here.")
        );
    }
    profile_part(me, &mut out);
    security_part(me, &mut out)?;
    put!(
        out,
        "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2></header><table class=\"table is-cards\"><thead class=\"sr\"><tr><th>{}</th><th>{}</th></tr></thead><tbody>",
        me.t("サインイン中の端末", "Where you are signed in"),
        me.t("端末", "Device"),
        me.t("操作", "Actions")
    );
    for s in auth.sessions(&me.session).map_err(from_auth)? {
        put!(
            out,
            "<tr><td class=\"cell-main\">{} <small>{} {}</small></td><td>",
            esc(&s.seen_at.show(me.lang(), &me.ctx.zone)),
            esc(&s.address),
            esc(&browser(&s.agent))
        );
        if s.current {
            put!(out, "{}", chip("active", me.t("この端末", "This one")));
        } else {
            put!(
                out,
                "<form class=\"inline\" method=\"post\" action=\"/account/sessions\"><input type=\"hidden\" name=\"id\" value=\"{}\"><button class=\"btn btn-small\">{}</button></form>",
                hex(&s.id_hash),
                me.t("終わらせる", "End it")
            );
        }
        out.raw("</td></tr>");
    }
    put!(
        out,
        "</tbody></table><p></p><form method=\"post\" action=\"/account/sessions\"><input type=\"hidden\" name=\"id\" value=\"others\"><button class=\"btn btn-small\">{}</button></form></section>",
        me.t("ほかの端末をすべて終わらせる", "End all others")
    );
    tokens_part(me, &mut out)?;
    Ok(Page::of(me, me.t("わたしの設定", "My account")).place("account").show(&out))
}

fn profile_part(me: &Signed, out: &mut Html) {
    let option = |id: &str, text: &str, on: bool| {
        format!("<option value=\"{id}\"{}>{text}</option>", if on { " selected" } else { "" })
    };
    put!(
        out,
        "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2></header><form class=\"form\" method=\"post\" action=\"/account/profile\"><div class=\"field\"><label for=\"display\">{}</label><input class=\"input w-l\" id=\"display\" name=\"display\" value=\"{}\" required></div><div class=\"field\"><label for=\"lang\">{}</label><select class=\"input w-m\" id=\"lang\" name=\"lang\">{}{}</select></div><div class=\"form-end\"><button class=\"btn btn-primary\">{}</button></div></form><p>{} <a href=\"?size={}\">{}</a> ・ <a href=\"?theme=light\">{}</a> ・ <a href=\"?theme=dark\">{}</a> ・ <a href=\"?theme=auto\">{}</a> ・ <a href=\"?keys={}\">{}</a></p></section>",
        me.t("名前と言語", "Name and language"),
        me.t("表示する名前", "Shown name"),
        esc(&me.session.display),
        me.t("言語", "Language"),
        option("ja", "日本語", me.session.lang == Lang::Ja),
        option("en", "English", me.session.lang == Lang::En),
        me.t("保存する", "Save"),
        me.t("この端末での見え方：", "On this device:"),
        if me.prefs.large { "normal" } else { "large" },
        if me.prefs.large {
            me.t("文字を普通の大きさに", "Normal print")
        } else {
            me.t("文字を大きく", "Large print")
        },
        me.t("明るい画面", "Light"),
        me.t("暗い画面", "Dark"),
        me.t("端末に合わせる", "As the device"),
        if me.prefs.keys { "off" } else { "on" },
        if me.prefs.keys {
            me.t("1文字キー操作を使わない", "No single-key shortcuts")
        } else {
            me.t("1文字キー操作を使う", "Single-key shortcuts")
        }
    );
}

fn security_part(me: &Signed, out: &mut Html) -> Result<(), AppError> {
    put!(
        out,
        "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2></header><p><a class=\"btn\" href=\"/account/password\">{}</a></p>",
        me.t("パスワードと二要素認証", "Password and second factor"),
        me.t("パスワードを変える", "Change the password")
    );
    if me.session.has_totp {
        let left = me.web.auth.recovery_left(&me.session.account).map_err(from_auth)?;
        put!(
            out,
            "<p>{} {}</p><form class=\"inline\" method=\"post\" action=\"/account/totp/codes\"><button class=\"btn btn-small\">{}</button></form> <form class=\"inline\" method=\"post\" action=\"/account/totp/remove\"><button class=\"btn btn-small btn-quiet\" data-confirm=\"{}\">{}</button></form>",
            chip("done", me.t("二要素認証を使っています", "Second factor in use")),
            me.t("復旧コードの残り {} 個", "{} recovery codes left")
                .replace("{}", &left.to_string()),
            me.t("復旧コードを作り直す", "New recovery codes"),
            me.t(
                "解除すると、次のサインインでパスワードの変更が必要です。解除しますか？",
                "Without it the password must be changed at the next sign-in. Remove it?"
            ),
            me.t("二要素認証を解除する", "Remove the second factor")
        );
    } else {
        put!(
            out,
            "<p>{} <a class=\"btn btn-primary\" href=\"/account/totp\">{}</a></p>",
            chip("waiting", me.t("二要素認証はまだです", "No second factor yet")),
            me.t("二要素認証を設定する", "Set up the second factor")
        );
    }
    out.raw("</section>");
    Ok(())
}

fn tokens_part(me: &Signed, out: &mut Html) -> Result<(), AppError> {
    let org = &me.ctx.subject.org;
    let list = me.web.auth.tokens(org, Some(&me.session.account)).map_err(from_auth)?;
    put!(
        out,
        "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2><p class=\"part-note\">{}</p></header><table class=\"table is-cards\"><tbody>",
        me.t("APIトークン", "API tokens"),
        me.t(
            "プログラムがあなたの権限で /api/v1 を使うためのものです。",
            "With it a program uses /api/v1 with your permissions."
        )
    );
    for t in list.iter().filter(|t| t.revoked_at.is_none()) {
        put!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{} {}</td><td><form class=\"inline\" method=\"post\" action=\"/account/tokens/revoke\"><input type=\"hidden\" name=\"id\" value=\"{}\"><button class=\"btn btn-small\">{}</button></form></td></tr>",
            esc(&t.name),
            if t.may_write {
                me.t("読み書き", "read and write")
            } else {
                me.t("読むだけ", "read only")
            },
            esc(&me
                .t("{} まで", "until {}")
                .replace("{}", &t.expires_at.show(me.lang(), &me.ctx.zone))),
            esc(&t.id),
            me.t("取り消す", "Withdraw")
        );
    }
    put!(
        out,
        "</tbody></table><form class=\"form\" method=\"post\" action=\"/account/tokens\"><div class=\"field-row\"><div class=\"field\"><label for=\"t-name\">{}</label><input class=\"input w-m\" id=\"t-name\" name=\"name\" required></div><div class=\"field\"><label for=\"t-days\">{}</label><input class=\"input w-s num\" id=\"t-days\" name=\"days\" value=\"90\" inputmode=\"numeric\"></div></div><label class=\"tick\"><input type=\"checkbox\" name=\"write\" value=\"1\"><span>{}</span></label><div class=\"form-end\"><button class=\"btn\">{}</button></div></form></section>",
        me.t("使い道", "What for"),
        me.t("有効な日数", "Days"),
        me.t("書き込みもできる", "May write"),
        me.t("トークンを作る", "Make a token")
    );
    Ok(())
}

/// The browser in a word or two; the whole of what it calls itself where it is none we know.
fn browser(agent: &str) -> String {
    let name =
        ["Edg/", "OPR/", "Firefox/", "Chrome/", "Safari/"].into_iter().find(|n| agent.contains(n));
    let system = ["Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux"]
        .into_iter()
        .find(|n| agent.contains(n));
    let name = name.map(|n| match n {
        "Edg/" => "Edge",
        "OPR/" => "Opera",
        other => other.trim_end_matches('/'),
    });
    match (name, system) {
        (Some(name), Some(system)) => format!("{name} ({system})"),
        _ => agent.chars().take(60).collect(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0u8; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(out)
}

pub async fn profile(me: Signed, posted: Posted) -> Response {
    me.run(move |me| {
        let lang = if posted.get("lang") == "en" { Lang::En } else { Lang::Ja };
        me.web
            .auth
            .set_profile(&me.session.account, posted.get("display"), lang)
            .map_err(from_auth)?;
        Ok(redirect(&format!("/account?done=saved&lang={}", lang.tag())))
    })
    .await
}

pub async fn end_session(me: Signed, posted: Posted) -> Response {
    me.run(move |me| {
        match posted.get("id") {
            "others" => {
                me.web.auth.end_other_sessions(&me.session).map_err(from_auth)?;
            }
            id => {
                let hash = unhex(id).ok_or(AppError::NotFound)?;
                me.web.auth.end_session(&me.session, &hash).map_err(from_auth)?;
            }
        }
        Ok(redirect("/account?done=ended"))
    })
    .await
}

/// Sensitive steps ask for password or code once more; the answer leads back.
pub fn confirmed(me: &Signed, back: &str) -> Result<(), Box<Response>> {
    me.session
        .require_step_up(me.web.app.now())
        .map_err(|_| Box::new(redirect(&format!("/account/confirm?next={}", enc(back)))))
}

pub async fn make_token(me: Signed, posted: Posted) -> Response {
    me.run(move |me| {
        if let Err(asked) = confirmed(me, "/account") {
            return Ok(*asked);
        }
        let member = me.session.member.clone().ok_or(AppError::NotFound)?;
        let new = NewToken {
            name: posted.get("name").to_owned(),
            may_write: posted.get("write") == "1",
            days: posted.get("days").trim().parse().unwrap_or(0),
        };
        let (text, _) = me.web.auth.create_token(&member, &new).map_err(from_auth)?;
        account_page(me, Some(&text))
    })
    .await
}

pub async fn revoke_token(me: Signed, posted: Posted) -> Response {
    me.run(move |me| {
        let (org, account) = (&me.ctx.subject.org, Some(&me.session.account));
        me.web.auth.revoke_token(org, account, posted.get("id")).map_err(from_auth)?;
        Ok(redirect("/account?done=ended"))
    })
    .await
}

fn gate(half: &HalfSigned, title: &str, body: &Html, status: StatusCode) -> Response {
    let prefs = crate::who::Prefs { lang: half.lang, ..half.prefs };
    frame::public(prefs, title, body, status)
}

/// Work for somebody who may not be fully signed in, where blocking is allowed.
pub async fn half_run<F>(half: HalfSigned, work: F) -> Response
where
    F: FnOnce(&HalfSigned) -> Result<Response, AuthError> + Send + 'static,
{
    let lang = half.lang;
    let done = tokio::task::spawn_blocking(move || match work(&half) {
        Ok(response) => response,
        Err(e) => error::auth_page(crate::who::Prefs { lang: half.lang, ..half.prefs }, &e),
    });
    match done.await {
        Ok(response) => response,
        Err(e) => error::internal(lang, &e.to_string()),
    }
}

fn complain(lang: Lang, wrong: Option<&AuthError>, out: &mut Html) {
    if let Some(e) = wrong {
        put!(
            out,
            "<div class=\"notice error-summary\" data-tone=\"danger\" role=\"alert\" tabindex=\"-1\" data-focus><p class=\"notice-title\">{}</p></div>",
            esc(&e.text(lang))
        );
    }
}

fn password_form(half: &HalfSigned, wrong: Option<&AuthError>) -> Response {
    let lang = half.lang;
    let mut out = Html::new();
    put!(
        out,
        "<form class=\"form gate\" method=\"post\" action=\"/account/password\"><h1>{}</h1>",
        lang.t("パスワードを変える", "Change the password")
    );
    complain(lang, wrong, &mut out);
    put!(
        out,
        "<p>{}</p><input type=\"hidden\" name=\"username\" autocomplete=\"username\" value=\"{}\"><div class=\"field\"><label for=\"present\">{}</label><input class=\"input\" type=\"password\" id=\"present\" name=\"present\" autocomplete=\"current-password\" required></div><div class=\"field\"><label for=\"new_password\">{}</label><p class=\"hint\">{}</p><input class=\"input\" type=\"password\" id=\"new_password\" name=\"new_password\" autocomplete=\"new-password\" required></div><div class=\"form-end\"><button class=\"btn btn-primary\">{}</button></div></form>",
        if half.session.must_change {
            lang.t("はじめに、あなただけが知るパスワードに変えてください。", "First choose a password that only you know.")
        } else {
            lang.t("ほかの端末のサインインは終わります。", "Other sessions will end.")
        },
        esc(&half.session.login),
        lang.t("いまのパスワード", "Present password"),
        lang.t("新しいパスワード", "New password"),
        lang.t("15文字以上（二要素認証があれば8文字以上）。覚えやすい言葉をいくつか並べると長くできます。", "15 characters or more (8 with a second factor). A few words in a row are easy to remember."),
        lang.t("変える", "Change")
    );
    let status = wrong.map_or(200, AuthError::status);
    gate(
        half,
        lang.t("パスワード", "Password"),
        &out,
        StatusCode::from_u16(status).unwrap_or_default(),
    )
}

pub async fn password_ask(half: HalfSigned) -> Response {
    password_form(&half, None)
}

pub async fn password(half: HalfSigned, posted: Posted) -> Response {
    half_run(half, move |half| {
        let (present, new) = (posted.get("present"), posted.get("new_password"));
        match half.web.auth.change_password(&half.session, present, new, &half.via) {
            Ok(()) => Ok(redirect("/?done=saved")),
            Err(e) if e.status() < 500 => Ok(password_form(half, Some(&e))),
            Err(e) => Err(e),
        }
    })
    .await
}

fn confirm_form(half: &HalfSigned, next: &str, wrong: Option<&AuthError>) -> Response {
    let lang = half.lang;
    let mut out = Html::new();
    put!(
        out,
        "<form class=\"form gate\" method=\"post\" action=\"/account/confirm\"><h1>{}</h1><input type=\"hidden\" name=\"next\" value=\"{}\">",
        lang.t("もう一度確認します", "Once more, please"),
        esc(next)
    );
    complain(lang, wrong, &mut out);
    put!(
        out,
        "<p>{}</p><div class=\"field\"><label for=\"typed\">{}</label><input class=\"input\" type=\"password\" id=\"typed\" name=\"typed\" autocomplete=\"{}\" required autofocus></div><div class=\"form-end\"><button class=\"btn btn-primary\">{}</button><a class=\"btn btn-quiet\" href=\"{}\">{}</a></div></form>",
        lang.t(
            "大切な操作の前に、本人であることを確かめます。確認後、10分間は聞きません。",
            "A sensitive step follows. You will not be asked again for ten minutes."
        ),
        if half.session.has_totp {
            lang.t("認証アプリの6桁のコード", "Six-digit code of your authenticator")
        } else {
            lang.t("パスワード", "Password")
        },
        if half.session.has_totp { "one-time-code" } else { "current-password" },
        lang.t("続ける", "Continue"),
        esc(next),
        lang.t("やめる", "Cancel")
    );
    let status = wrong.map_or(200, AuthError::status);
    gate(half, lang.t("確認", "Confirm"), &out, StatusCode::from_u16(status).unwrap_or_default())
}

pub async fn confirm_ask(half: HalfSigned, uri: Uri) -> Response {
    let asked = query(uri.query().unwrap_or_default());
    confirm_form(&half, own_place(get(&asked, "next")), None)
}

pub async fn confirm(half: HalfSigned, posted: Posted) -> Response {
    half_run(half, move |half| {
        let next = own_place(posted.get("next"));
        match half.web.auth.step_up(&half.session, posted.get("typed"), &half.via) {
            Ok(()) => Ok(redirect(next)),
            Err(e) if e.status() < 500 => Ok(confirm_form(half, next, Some(&e))),
            Err(e) => Err(e),
        }
    })
    .await
}

pub async fn places(half: HalfSigned) -> Response {
    half_run(half, |half| {
        let lang = half.lang;
        let list = half.web.auth.places(&half.session.account)?;
        let here = half.session.member.as_ref().map(|m| &m.org);
        let mut out = Html::new();
        put!(out, "<h1>{}</h1>", lang.t("組織を選ぶ", "Choose an organisation"));
        if list.is_empty() {
            put!(
                out,
                "<p>{}</p>",
                lang.t("どの組織にも属していません。管理者に登録を頼んでください。", "You belong to no organisation. Ask the administrator.")
            );
        }
        for (member, name) in &list {
            put!(
                out,
                "<form method=\"post\" action=\"/account/places\"><input type=\"hidden\" name=\"org\" value=\"{}\"><p><button class=\"btn{}\">{}</button></p></form>",
                esc(member.org.as_str()),
                if here == Some(&member.org) { " btn-primary" } else { "" },
                esc(name)
            );
        }
        Ok(gate(half, lang.t("組織", "Organisations"), &out, StatusCode::OK))
    })
    .await
}

pub async fn switch(half: HalfSigned, posted: Posted) -> Response {
    half_run(half, move |half| {
        let org = OrgId::parse(posted.get("org")).ok_or(AuthError::NotFound("organisation"))?;
        half.web.auth.switch_org(&half.session, &org)?;
        Ok(redirect("/"))
    })
    .await
}
