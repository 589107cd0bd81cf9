//! Accounts of the organisation: invite, reset, unlock, end.

use super::account::confirmed;
use crate::error::from_auth;
use crate::frame::Page;
use crate::guard::redirect;
use crate::html::{Html, chip, esc};
use crate::input::Posted;
use crate::put;
use crate::who::Signed;
use axum::response::Response;
use okiagari_app::auth::{AccountView, FirstPassword, NewAccount};
use okiagari_app::{AppError, Member};
use okiagari_model::{AccountId, Lang, RecordId};

/// Only whoever administers.
fn allowed(me: &Signed) -> Result<(), AppError> {
    if may_administer(me) { Ok(()) } else { Err(AppError::Forbidden("accounts")) }
}

/// Whether somebody administers accounts.
pub fn may_administer(me: &Signed) -> bool {
    me.ctx.subject.has("administrator") || me.session.server_admin
}

pub async fn page(me: Signed) -> Response {
    me.run(|me| {
        allowed(me)?;
        show(me, None, None)
    })
    .await
}

fn show(
    me: &Signed,
    first: Option<(&str, &FirstPassword)>,
    wrong: Option<&AppError>,
) -> Result<Response, AppError> {
    let list = me.web.auth.accounts(&me.ctx.subject.org).map_err(from_auth)?;
    let mut out = Html::new();
    if let Some((login, password)) = first {
        put!(
            out,
            "<div class=\"notice\" data-tone=\"good\" role=\"status\"><p class=\"notice-title\">{}</p><p>{} <b>{}</b> <code class=\"hash\">{3}</code> <button class=\"btn btn-small\" type=\"button\" data-copy=\"{3}\">{4}</button></p><p>{5}</p></div>",
            me.t("最初のパスワードを本人に手渡してください", "Hand over the first password in person"),
            me.t("サインイン名", "Sign-in name"),
            esc(login),
            esc(&password.password),
            me.t("写す", "Copy"),
            esc(&me.t("{} まで使えます。最初のサインインで変えてもらいます。この画面でしか見られません。", "Works until {}; it must be changed at the first sign-in. It is shown only here.")
                .replace("{}", &password.until.show(me.lang(), &me.ctx.zone)))
        );
    }
    if let Some(e) = wrong {
        out.raw(
            &crate::error::notice(
                "danger",
                me.t("できませんでした", "It was not done"),
                e.message().get(me.lang()),
            )
            .0,
        );
    }
    put!(
        out,
        "<div class=\"table-wrap\"><table class=\"table is-cards\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
        me.t("名前", "Name"),
        me.t("要員・相手", "Person or contact"),
        me.t("状態", "State"),
        me.t("操作", "Actions")
    );
    for account in &list {
        row(me, account, &mut out);
    }
    out.raw("</tbody></table></div>");
    invite(me, &mut out)?;
    put!(
        out,
        "<p><a href=\"/admin/policy\">{}</a></p>",
        me.t("だれが何をできるかの表を見る", "See who may do what")
    );
    let lead = me.t(
        "サインインできる人です。役割は「役割」の台帳で決まります。",
        "Who can sign in. Their roles follow from the register of roles.",
    );
    let status = wrong.map_or(200, AppError::status);
    Ok(Page::of(me, me.t("利用者", "Accounts"))
        .place("people")
        .lead(lead)
        .status(axum::http::StatusCode::from_u16(status).unwrap_or_default())
        .show(&out))
}

fn row(me: &Signed, a: &AccountView, out: &mut Html) {
    put!(
        out,
        "<tr><td class=\"cell-main\" data-label=\"{}\">{}<small>{}</small></td><td data-label=\"{}\">",
        me.t("名前", "Name"),
        esc(&a.display),
        esc(&a.login),
        me.t("要員・相手", "Person or contact")
    );
    match (&a.person, &a.contact) {
        (Some(id), _) => put!(
            out,
            "<a href=\"/r/person/{}\">{}</a>",
            esc(id.as_str()),
            me.t("要員の記録", "Person record")
        ),
        (None, Some(id)) => put!(
            out,
            "<a href=\"/r/contact/{}\">{}</a>",
            esc(id.as_str()),
            me.t("相手組織", "Counterparty")
        ),
        (None, None) => put!(out, "<span class=\"blank\">{}</span>", me.t("空", "empty")),
    }
    put!(out, "</td><td data-label=\"{}\">", me.t("状態", "State"));
    let mut mark = |on: bool, state: &str, text: &str| {
        if on {
            put!(out, "{} ", chip(state, text));
        }
    };
    mark(a.disabled_at.is_some(), "stopped", me.t("止めている", "Barred"));
    mark(a.locked_until.is_some(), "late", me.t("失敗で停止中", "Locked"));
    mark(a.must_change, "waiting", me.t("最初のパスワード", "First password"));
    mark(a.has_totp, "done", me.t("二要素", "Second factor"));
    mark(!a.has_totp, "draft", me.t("二要素なし", "No second factor"));
    put!(
        out,
        "</td><td data-label=\"{}\"><form method=\"post\" action=\"/admin/people\"><input type=\"hidden\" name=\"account\" value=\"{}\"><input type=\"hidden\" name=\"login\" value=\"{}\"><div class=\"actions\">",
        me.t("操作", "Actions"),
        esc(a.id.as_str()),
        esc(&a.login)
    );
    let mut button = |on: bool, act: &str, text: &str| {
        if on {
            put!(
                out,
                "<button class=\"btn btn-small\" name=\"do\" value=\"{act}\">{text}</button>"
            );
        }
    };
    button(true, "reset", me.t("パスワードを作り直す", "New password"));
    button(a.has_totp, "factor", me.t("二要素を解除", "Remove second factor"));
    button(a.locked_until.is_some(), "unlock", me.t("停止を解く", "Unlock"));
    button(a.disabled_at.is_none(), "disable", me.t("止める", "Bar"));
    button(a.disabled_at.is_some(), "enable", me.t("戻す", "Let in"));
    button(true, "leave", me.t("この組織から外す", "Remove from here"));
    out.raw("</div></form></td></tr>");
}

fn invite(me: &Signed, out: &mut Html) -> Result<(), AppError> {
    let people = me.web.app.suggest(&me.ctx, "person", "")?;
    let contacts = me.web.app.suggest(&me.ctx, "contact", "")?;
    put!(
        out,
        "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2></header><form class=\"form\" method=\"post\" action=\"/admin/people\"><div class=\"field\"><label for=\"login\">{}</label><p class=\"hint\">{}</p><input class=\"input w-m\" id=\"login\" name=\"login\" required></div><div class=\"field\"><label for=\"display\">{}</label><input class=\"input w-l\" id=\"display\" name=\"display\"></div>",
        me.t("招く", "Invite"),
        me.t("サインイン名", "Sign-in name"),
        me.t(
            "すでにあるサインイン名なら、この組織に加えます。",
            "An existing sign-in name is added to this organisation."
        ),
        me.t("表示する名前", "Shown name")
    );
    let picker = |out: &mut Html, name: &str, label: &str, list: &[(RecordId, String)]| {
        put!(
            out,
            "<div class=\"field\"><label for=\"{name}\">{label}</label><div class=\"picker\" data-picker data-source=\"/suggest?register={name}\"><select class=\"input\" id=\"{name}\" name=\"{name}\"><option value=\"\">{}</option>",
            me.t("選ぶ", "Choose")
        );
        for (id, title) in list {
            put!(out, "<option value=\"{}\">{}</option>", esc(id.as_str()), esc(title));
        }
        out.raw("</select></div></div>");
    };
    picker(out, "person", me.t("要員（社内の人）", "Person (inside)"), &people);
    picker(
        out,
        "contact",
        me.t("相手組織の人なら、その連絡先", "Or the contact, for a counterparty"),
        &contacts,
    );
    put!(
        out,
        "<div class=\"form-end\"><button class=\"btn btn-primary\" name=\"do\" value=\"invite\">{}</button></div></form></section>",
        me.t("招く", "Invite")
    );
    Ok(())
}

pub async fn act(me: Signed, posted: Posted) -> Response {
    me.run(move |me| {
        allowed(me)?;
        if let Err(asked) = confirmed(me, "/admin/people") {
            return Ok(*asked);
        }
        match done(me, &posted) {
            Ok(Some((login, first))) => show(me, Some((&login, &first)), None),
            Ok(None) => Ok(redirect("/admin/people?done=saved")),
            Err(e @ (AppError::Forbidden(_) | AppError::NotFound)) => Err(e),
            Err(e) => show(me, None, Some(&e)),
        }
    })
    .await
}

/// The account named, if it belongs to this organisation.
fn member(me: &Signed, posted: &Posted) -> Result<AccountId, AppError> {
    let id = AccountId::parse(posted.get("account")).ok_or(AppError::NotFound)?;
    let list = me.web.auth.accounts(&me.ctx.subject.org).map_err(from_auth)?;
    let found = list.into_iter().find(|a| a.id == id).ok_or(AppError::NotFound)?;
    // Whoever administers one organisation must not take over an account that administers all.
    if found.server_admin && !me.session.server_admin {
        return Err(AppError::Forbidden("accounts"));
    }
    let elsewhere = me.web.auth.places(&id).map_err(from_auth)?.len() > 1;
    if elsewhere && !me.session.server_admin && !matches!(posted.get("do"), "leave" | "unlock") {
        return Err(AppError::input(
            "ほかの組織にも属する利用者です。サーバーの管理者に頼んでください。",
            "This account belongs to other organisations too. Ask the administrator of the server.",
        ));
    }
    Ok(id)
}

fn done(me: &Signed, posted: &Posted) -> Result<Option<(String, FirstPassword)>, AppError> {
    let auth = &me.web.auth;
    let org = &me.ctx.subject.org;
    let what = posted.get("do");
    if what == "invite" {
        return invited(me, posted);
    }
    let id = member(me, posted)?;
    tracing::info!(account.id = %me.session.account, org.id = %org, target.id = %id, action = what, "account changed");
    match what {
        "reset" => {
            let first = auth.reset_password(&id).map_err(from_auth)?;
            return Ok(Some((posted.get("login").to_owned(), first)));
        }
        "factor" => auth.remove_totp(&id),
        "unlock" => auth.unlock(&id),
        "disable" => auth.disable(&id),
        "enable" => auth.enable(&id),
        "leave" => auth.leave(org, &id),
        _ => return Err(AppError::NotFound),
    }
    .map_err(from_auth)?;
    Ok(None)
}

fn invited(me: &Signed, posted: &Posted) -> Result<Option<(String, FirstPassword)>, AppError> {
    let auth = &me.web.auth;
    let (person, contact) =
        (RecordId::parse(posted.get("person")), RecordId::parse(posted.get("contact")));
    if person.is_some() == contact.is_some() {
        return Err(AppError::input(
            "要員か相手組織の連絡先の、どちらか一つを選んでください。",
            "Choose either a person or a contact.",
        ));
    }
    for (register, id) in [("person", &person), ("contact", &contact)] {
        if let (Some(def), Some(id)) = (okiagari_model::register(register), id) {
            me.web.app.record(&me.ctx, def, id, None)?;
        }
    }
    let login = posted.get("login").trim().to_owned();
    let known = match auth.account_by_login(&login) {
        Ok(found) => Some(found.id),
        Err(okiagari_app::auth::AuthError::NotFound(_)) => None,
        Err(e) => return Err(from_auth(e)),
    };
    let (account, first) = match known {
        Some(id) => (id, None),
        None => {
            let display = match posted.get("display").trim() {
                "" => login.clone(),
                name => name.to_owned(),
            };
            let new = NewAccount {
                login: login.clone(),
                display,
                lang: Lang::Ja,
                password: None,
                server_admin: false,
            };
            auth.create_account(&new).map_err(from_auth)?
        }
    };
    let member = Member { org: me.ctx.subject.org.clone(), account, person, contact };
    auth.join(&member).map_err(from_auth)?;
    Ok(first.map(|f| (login, f)))
}
