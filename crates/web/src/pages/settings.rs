//! Settings: figures and switches with who changed them, when and why.

use crate::frame::Page;
use crate::guard::redirect;
use crate::html::{Html, chip, enc, esc};
use crate::input::Posted;
use crate::put;
use crate::render::{NoTitles, View, story};
use crate::who::Signed;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use okiagari_app::views::{SettingView, setting_body};
use okiagari_app::{AppError, ListRequest, Receipt};
use okiagari_model::govern::setting::{CLOCK_APPLIES, RULE_OFF};
use okiagari_model::{Action, Change, Cond, Record, SettingKind, Value, policy};

pub async fn page(me: Signed) -> Response {
    me.run(|me| {
        let list = me.web.app.settings(&me.ctx)?;
        let mut out = Html::new();
        put!(
            out,
            "<div class=\"table-wrap\"><table class=\"table is-cards\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
            me.t("項目", "Setting"),
            me.t("いまの値", "Value"),
            me.t("出荷時", "Shipped"),
            me.t("変えた人・時", "Changed")
        );
        for s in &list {
            row(me, s, &mut out);
        }
        out.raw("</tbody></table></div>");
        switched(me, &mut out)?;
        let lead = me.t(
            "期限や間隔などの値です。変えるには理由が要り、過去の判断に使った値は変わりません。",
            "Limits and intervals. A change needs a reason and never alters past decisions.",
        );
        Ok(Page::of(me, me.t("設定", "Settings")).place("settings").lead(lead).show(&out))
    })
    .await
}

fn row(me: &Signed, s: &SettingView, out: &mut Html) {
    let href = format!("/settings/{}", enc(s.def.key));
    put!(
        out,
        "<tr><td class=\"cell-main\" data-label=\"{}\"><a href=\"{href}\">{}</a><small>{}</small></td><td data-label=\"{}\">{}</td><td data-label=\"{}\" class=\"quiet\">{}</td>",
        me.t("項目", "Setting"),
        esc(s.def.label.get(me.lang())),
        esc(s.def.help.get(me.lang())),
        me.t("いまの値", "Value"),
        esc(&shown(me, &s.value)),
        me.t("出荷時", "Shipped"),
        esc(&shown(me, &shipped(s.def.kind)))
    );
    match &s.set {
        Some(r) => put!(
            out,
            "<td data-label=\"{}\"><a href=\"/r/setting/{}\">{}</a></td></tr>",
            me.t("変えた人・時", "Changed"),
            enc(r.id.as_str()),
            esc(&r.updated_at.show(me.lang(), &me.ctx.zone))
        ),
        None => put!(out, "<td>{}</td></tr>", chip("ended", me.t("出荷時のまま", "As shipped"))),
    }
}

/// Rules that were switched off, and deadline rules that were said to apply or not.
fn switched(me: &Signed, out: &mut Html) -> Result<(), AppError> {
    let Some(def) = okiagari_model::register("setting") else { return Ok(()) };
    let page = me.web.app.list(&me.ctx, &ListRequest::first(def, 500))?;
    let mut any = false;
    for record in &page.records {
        let key = record.text("key");
        let (what, label) = if let Some(rule) = key.strip_prefix(RULE_OFF) {
            let label = okiagari_model::rule(rule).map_or(rule, |r| r.label.get(me.lang()));
            (me.t("点検を止めた", "Check switched off"), label)
        } else if let Some(rule) = key.strip_prefix(CLOCK_APPLIES) {
            (me.t("期限の当てはまり", "Deadline applies"), rule)
        } else {
            continue;
        };
        if !any {
            put!(
                out,
                "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2></header><table class=\"table\"><tbody>",
                me.t("止めた点検と、期限の当てはまり", "Checks switched off, deadlines that apply")
            );
            any = true;
        }
        put!(
            out,
            "<tr><td>{what}</td><th scope=\"row\"><a href=\"/settings/{}\">{}</a></th><td>{}</td></tr>",
            enc(key),
            esc(label),
            esc(&shown(me, &serde_json::from_str(record.text("value")).unwrap_or(Value::Null)))
        );
    }
    if any {
        out.raw("</tbody></table></section>");
    }
    Ok(())
}

fn shown(me: &Signed, value: &Value) -> String {
    match value {
        Value::Bool(true) => me.t("はい", "Yes").to_owned(),
        Value::Bool(false) => me.t("いいえ", "No").to_owned(),
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn shipped(kind: SettingKind) -> Value {
    match kind {
        SettingKind::Int { default, .. } => default.into(),
        SettingKind::Bool { default } => default.into(),
        SettingKind::Text { default } => default.into(),
    }
}

/// A setting as asked for: a defined one, or one of the switches for rules and deadlines.
struct Asked {
    key: String,
    label: String,
    help: String,
    kind: SettingKind,
    value: Value,
    record: Option<Record>,
}

fn record_of(me: &Signed, key: &str) -> Result<Option<Record>, AppError> {
    let def = okiagari_model::register("setting").ok_or(AppError::NotFound)?;
    let request = ListRequest { conds: vec![Cond::eq("key", key)], ..ListRequest::first(def, 1) };
    Ok(me.web.app.list(&me.ctx, &request)?.records.into_iter().next())
}

fn asked(me: &Signed, key: &str) -> Result<Asked, AppError> {
    let record = record_of(me, key)?;
    let set = record.as_ref().and_then(|r| serde_json::from_str(r.text("value")).ok());
    if let Some(def) = okiagari_model::SETTINGS.iter().find(|s| s.key == key) {
        return Ok(Asked {
            key: key.to_owned(),
            label: def.label.get(me.lang()).to_owned(),
            help: def.help.get(me.lang()).to_owned(),
            kind: def.kind,
            value: set.unwrap_or_else(|| shipped(def.kind)),
            record,
        });
    }
    let label = match key.strip_prefix(RULE_OFF).and_then(okiagari_model::rule) {
        Some(rule) => format!(
            "{}: {}",
            me.t("点検を止める", "Switch the check off"),
            rule.label.get(me.lang())
        ),
        None if key.starts_with(CLOCK_APPLIES) => {
            format!(
                "{}: {}",
                me.t("この期限は当てはまる", "This deadline applies"),
                key.trim_start_matches(CLOCK_APPLIES)
            )
        }
        None => return Err(AppError::NotFound),
    };
    Ok(Asked {
        key: key.to_owned(),
        label,
        help: String::new(),
        kind: SettingKind::Bool { default: false },
        value: set.unwrap_or(Value::Bool(false)),
        record,
    })
}

pub async fn ask(me: Signed, Path(key): Path<String>) -> Response {
    me.run(move |me| {
        let a = asked(me, &key)?;
        form(me, &a, &shown_raw(&a.value), "", None)
    })
    .await
}

fn shown_raw(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

fn control(me: &Signed, a: &Asked, typed: &str, out: &mut Html) {
    match a.kind {
        SettingKind::Int { min, max, .. } => put!(
            out,
            "<div class=\"field\"><label for=\"value\">{}</label><p class=\"hint\">{min} 〜 {max}</p><input class=\"input w-s num\" inputmode=\"numeric\" id=\"value\" name=\"value\" value=\"{}\"></div>",
            esc(&a.label),
            esc(typed)
        ),
        SettingKind::Text { .. } => put!(
            out,
            "<div class=\"field\"><label for=\"value\">{}</label><input class=\"input w-l\" id=\"value\" name=\"value\" value=\"{}\"></div>",
            esc(&a.label),
            esc(typed)
        ),
        SettingKind::Bool { .. } => {
            put!(
                out,
                "<fieldset class=\"field\"><legend>{}</legend><div class=\"choices is-row\">",
                esc(&a.label)
            );
            for (id, text) in [("true", me.t("はい", "Yes")), ("false", me.t("いいえ", "No"))]
            {
                put!(
                    out,
                    "<label class=\"choice\"><input type=\"radio\" name=\"value\" value=\"{id}\"{}><span class=\"choice-text\"><b>{text}</b></span></label>",
                    if typed == id { " checked" } else { "" }
                );
            }
            out.raw("</div></fieldset>");
        }
    }
}

fn form(
    me: &Signed,
    a: &Asked,
    typed: &str,
    reason: &str,
    wrong: Option<&AppError>,
) -> Result<Response, AppError> {
    let mut out = Html::new();
    if let Some(e) = wrong {
        out.raw(
            &crate::error::notice(
                "danger",
                me.t("まだ変えていません", "Not changed yet"),
                e.message().get(me.lang()),
            )
            .0,
        );
    }
    put!(out, "<form class=\"form\" method=\"post\" action=\"/settings/{}\">", enc(&a.key));
    control(me, a, typed, &mut out);
    put!(
        out,
        "<div class=\"field\"><label for=\"reason\">{} <span class=\"must\">{}</span></label><textarea class=\"input\" id=\"reason\" name=\"reason\" rows=\"2\" required>\n{}</textarea></div><div class=\"form-end\"><button class=\"btn btn-primary\">{}</button><a class=\"btn btn-quiet\" href=\"/settings\">{}</a></div></form>",
        me.t("理由", "Reason"),
        me.t("必須", "required"),
        esc(reason),
        me.t("変える", "Change"),
        me.t("やめる", "Cancel")
    );
    if let Some(record) = &a.record {
        let entries = me.web.app.history(&me.ctx, record.def, &record.id, None, 50)?;
        let view =
            View { lang: me.lang(), zone: &me.ctx.zone, now: me.web.app.now(), titles: &NoTitles };
        put!(
            out,
            "<h2>{}</h2>{}",
            me.t("経緯", "History"),
            story::story(&view, record, &entries, false)
        );
    }
    let status = wrong.map_or(200, AppError::status);
    Ok(Page::of(me, a.label.clone())
        .place("settings")
        .crumb(me.t("設定", "Settings"), "/settings")
        .crumb(a.label.clone(), "")
        .lead(a.help.clone())
        .status(StatusCode::from_u16(status).unwrap_or_default())
        .show(&out))
}

fn parse(kind: SettingKind, typed: &str) -> Result<Value, AppError> {
    let typed = typed.trim();
    match kind {
        SettingKind::Int { min, max, .. } => match typed.parse::<i64>() {
            Ok(n) if (min..=max).contains(&n) => Ok(n.into()),
            _ => Err(AppError::input(
                format!("{min} から {max} までの整数を入れてください。"),
                format!("Give a whole number from {min} to {max}."),
            )),
        },
        SettingKind::Bool { .. } => match typed {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(AppError::input("はい・いいえを選んでください。", "Choose yes or no.")),
        },
        SettingKind::Text { .. } => Ok(typed.into()),
    }
}

pub async fn set(me: Signed, Path(key): Path<String>, posted: Posted) -> Response {
    me.run(move |me| {
        let a = asked(me, &key)?;
        let (typed, reason) = (posted.get("value"), posted.get("reason").trim());
        let done = parse(a.kind, typed).and_then(|value| {
            if reason.is_empty() {
                return Err(AppError::input("理由を書いてください。", "Please give the reason."));
            }
            change_setting(me, &a.key, &value, reason)
        });
        match done {
            Ok(receipt) => Ok(redirect(&format!("/settings?done=saved&leaf={}", receipt.leaf))),
            Err(e @ AppError::Forbidden(_)) => Err(e),
            Err(e) => form(me, &a, typed, reason, Some(&e)),
        }
    })
    .await
}

/// Sets a value: a new revision of its record, or the first.
pub fn change_setting(
    me: &Signed,
    key: &str,
    value: &Value,
    reason: &str,
) -> Result<Receipt, AppError> {
    let def = okiagari_model::register("setting").ok_or(AppError::NotFound)?;
    if !policy::may(&me.ctx.subject, def, Action::Write) {
        return Err(AppError::Forbidden("change"));
    }
    let body = setting_body(key, value);
    let reason = Some(reason.to_owned());
    let change = match record_of(me, key)? {
        Some(record) => Change::Edit { def, id: record.id, rev: record.rev, patch: body, reason },
        None => Change::Create { def, body, reason },
    };
    me.web.app.change(&me.ctx, change)
}
