//! What is missing (不備一覧): grouped by what to do, each with why, how to mend, and "not for us".

use super::settings::change_setting;
use crate::frame::Page;
use crate::guard::redirect;
use crate::html::{Html, enc, esc, icon, sev_chip};
use crate::input::{Posted, get, query};
use crate::put;
use crate::render::{NoTitles, View, facts};
use crate::who::Signed;
use axum::response::Response;
use okiagari_app::AppError;
use okiagari_app::views::{MissingFilter, MissingPage};
use okiagari_model::govern::setting::RULE_OFF;
use okiagari_model::{Action, RuleDef, Severity, Wing, policy};

pub async fn page(me: Signed) -> Response {
    me.run(|me| {
        let asked = query(me.uri.query().unwrap_or_default());
        let filter = MissingFilter {
            severity: [Severity::Serious, Severity::Warning, Severity::Notice]
                .into_iter()
                .find(|s| s.id() == get(&asked, "severity")),
            wing: Wing::ALL.into_iter().find(|w| w.id() == get(&asked, "wing")),
            register: okiagari_model::register(get(&asked, "register")),
            mine: get(&asked, "mine") == "1",
            after: Some(get(&asked, "after").to_owned()).filter(|a| !a.is_empty()),
        };
        let found = me.web.app.missing(&me.ctx, &filter)?;
        let body = body(me, &filter, &found);
        let lead = me.t(
            "直すことを、まとまりごとに並べています。上から順に片付けてください。",
            "What needs mending, by what to do. Work from the top.",
        );
        Ok(Page::of(me, me.t("不備一覧", "What is missing"))
            .place("missing")
            .lead(lead)
            .show(&body))
    })
    .await
}

fn body(me: &Signed, filter: &MissingFilter, found: &MissingPage) -> Html {
    let mut out = Html::new();
    out.raw("<section id=\"list\">");
    filters(me, filter, &mut out);
    if found.recalculating > 0 {
        put!(
            out,
            "<p class=\"notice\" data-tone=\"info\">{}</p>",
            me.t("計算し直しています（残り{}件）。", "Recalculating ({} left).")
                .replace("{}", &found.recalculating.to_string())
        );
    }
    if found.groups.is_empty() && filter.after.is_none() {
        put!(
            out,
            "<div class=\"empty\">{}<h2>{}</h2><p>{}</p></div>",
            icon("check"),
            me.t("不備はありません", "Nothing is missing"),
            me.t(
                "記録が変わるたびに点検し、足りないものがあればここに出ます。",
                "Every change is checked; whatever is missing appears here."
            )
        );
    }
    let view =
        View { lang: me.lang(), zone: &me.ctx.zone, now: me.web.app.now(), titles: &NoTitles };
    let may_off = may_switch(me);
    for group in &found.groups {
        let rule = group.rule;
        put!(
            out,
            "<section class=\"todo\"><header><h2>{} {} <b class=\"count-badge\">{}</b></h2><p>{} {}</p>",
            sev_chip(rule.severity, me.lang()),
            esc(rule.mend.get(me.lang())),
            group.items.len(),
            esc(rule.why.get(me.lang())),
            facts::sources(rule)
        );
        if may_off {
            put!(
                out,
                "<a class=\"btn btn-small btn-quiet\" href=\"/missing/off?rule={}\">{}</a>",
                enc(rule.id),
                me.t("うちには要らない", "Not for us")
            );
        }
        out.raw("</header>");
        let first = group.items.get(..50.min(group.items.len())).unwrap_or_default();
        out.raw(&facts::findings_of_rule(&view, first).0);
        if let Some(rest) = group.items.get(50..).filter(|rest| !rest.is_empty()) {
            put!(
                out,
                "<details><summary>{}</summary>{}</details>",
                me.t("ほか{}件", "{} more").replace("{}", &rest.len().to_string()),
                facts::findings_of_rule(&view, rest)
            );
        }
        out.raw("</section>");
    }
    pages(me, filter, found, &mut out);
    out.raw("</section>");
    out
}

/// The way to the rest, where one page does not hold everything.
fn pages(me: &Signed, filter: &MissingFilter, found: &MissingPage, out: &mut Html) {
    if filter.after.is_none() && found.next.is_none() {
        return;
    }
    let mut href = String::from("/missing?");
    let kept = [
        ("severity", filter.severity.map(Severity::id)),
        ("wing", filter.wing.map(Wing::id)),
        ("register", filter.register.map(|r| r.id)),
        ("mine", filter.mine.then_some("1")),
    ];
    for (name, value) in kept {
        href.extend(value.map(|value| format!("{name}={}&", enc(value))));
    }
    put!(out, "<nav class=\"pages\" aria-label=\"{}\">", me.t("ページ", "Pages"));
    if filter.after.is_some() {
        put!(
            out,
            "<a class=\"btn btn-small\" href=\"{}\" data-fragment=\"#list\">{}</a>",
            esc(href.trim_end_matches(['&', '?'])),
            me.t("最初へ", "To the first")
        );
    }
    put!(
        out,
        "<span>{}</span>",
        me.t("{}件ずつ", "{} a page").replace("{}", &okiagari_app::views::MISSING_PAGE.to_string())
    );
    if let Some(next) = &found.next {
        put!(
            out,
            "<a class=\"btn btn-small\" rel=\"next\" href=\"{}\" data-fragment=\"#list\">{}</a>",
            esc(&format!("{href}after={}", enc(next))),
            me.t("次へ", "Next")
        );
    }
    out.raw("</nav>");
}

fn filters(me: &Signed, filter: &MissingFilter, out: &mut Html) {
    out.raw("<form class=\"filters\" method=\"get\" action=\"/missing\" data-fragment=\"#list\" data-auto><div class=\"sentences\">");
    let select = |out: &mut Html, name: &str, label: &str, options: Vec<(String, String, bool)>| {
        put!(
            out,
            "<span class=\"sentence\"><label for=\"m-{name}\">{}</label><select class=\"input\" id=\"m-{name}\" name=\"{name}\"><option value=\"\">{}</option>",
            esc(label),
            me.t("すべて", "All")
        );
        for (id, text, on) in options {
            put!(
                out,
                "<option value=\"{}\"{}>{}</option>",
                esc(&id),
                if on { " selected" } else { "" },
                esc(&text)
            );
        }
        out.raw("</select></span>");
    };
    let severities = [Severity::Serious, Severity::Warning].into_iter().map(|s| {
        let text = me.t("{}以上", "{} and above").replace("{}", s.label().get(me.lang()));
        (s.id().to_owned(), text, filter.severity == Some(s))
    });
    select(out, "severity", me.t("重さが", "Severity"), severities.collect());
    let wings = Wing::ALL
        .into_iter()
        .map(|w| (w.id().to_owned(), w.label().get(me.lang()).to_owned(), filter.wing == Some(w)));
    select(out, "wing", me.t("棟が", "Wing"), wings.collect());
    let registers = okiagari_model::REGISTERS.iter().map(|r| {
        (
            r.id.to_owned(),
            r.label.get(me.lang()).to_owned(),
            filter.register.is_some_and(|f| f.id == r.id),
        )
    });
    select(out, "register", me.t("台帳が", "Register"), registers.collect());
    put!(
        out,
        "<label class=\"tick\"><input type=\"checkbox\" name=\"mine\" value=\"1\"{}><span>{}</span></label></div><div class=\"filters-end\"><button class=\"btn btn-small\">{}</button></div></form>",
        if filter.mine { " checked" } else { "" },
        me.t("わたしが直せるものだけ", "Only what I can mend"),
        me.t("しぼり込む", "Narrow")
    );
}

fn may_switch(me: &Signed) -> bool {
    okiagari_model::register("setting")
        .is_some_and(|d| policy::may(&me.ctx.subject, d, Action::Create))
}

fn rule_of(id: &str) -> Result<&'static RuleDef, AppError> {
    okiagari_model::rule(id).ok_or(AppError::NotFound)
}

pub async fn off_ask(me: Signed) -> Response {
    me.run(|me| {
        let asked = query(me.uri.query().unwrap_or_default());
        let rule = rule_of(get(&asked, "rule"))?;
        Ok(off_page(me, rule, None))
    })
    .await
}

fn off_page(me: &Signed, rule: &'static RuleDef, wrong: Option<&AppError>) -> Response {
    let mut out = Html::new();
    if let Some(e) = wrong {
        out.raw(
            &crate::error::notice(
                "danger",
                me.t("まだ止めていません", "Not switched off yet"),
                e.message().get(me.lang()),
            )
            .0,
        );
    }
    put!(
        out,
        "<p>{}</p><p class=\"quiet\">{}</p><form class=\"form\" method=\"post\" action=\"/missing/off\"><input type=\"hidden\" name=\"rule\" value=\"{}\"><div class=\"field\"><label for=\"reason\">{} <span class=\"must\">{}</span></label><textarea class=\"input\" id=\"reason\" name=\"reason\" rows=\"3\" required></textarea></div><div class=\"form-end\"><button class=\"btn btn-primary\">{}</button><a class=\"btn btn-quiet\" href=\"/missing\">{}</a></div></form>",
        esc(rule.label.get(me.lang())),
        esc(rule.why.get(me.lang())),
        esc(rule.id),
        me.t("うちには要らない理由", "Why it is not for us"),
        me.t("必須", "required"),
        me.t("この点検を止める", "Switch this check off"),
        me.t("やめる", "Cancel")
    );
    let lead = me.t(
        "だれが、いつ、なぜ止めたかが残ります。設定の画面でいつでも戻せます。",
        "Who switched it off, when and why is kept; it can be switched on again in the settings.",
    );
    let status = wrong.map_or(200, AppError::status);
    Page::of(me, me.t("この点検は、うちには要らない", "This check is not for us"))
        .place("missing")
        .crumb(me.t("不備一覧", "What is missing"), "/missing")
        .lead(lead)
        .status(axum::http::StatusCode::from_u16(status).unwrap_or_default())
        .show(&out)
}

pub async fn off(me: Signed, posted: Posted) -> Response {
    me.run(move |me| {
        let rule = rule_of(posted.get("rule"))?;
        let reason = posted.get("reason").trim();
        if reason.is_empty() {
            let e = crate::error::input("理由を書いてください。", "Please give the reason.");
            return Ok(off_page(me, rule, Some(&e)));
        }
        match change_setting(me, &format!("{RULE_OFF}{}", rule.id), &true.into(), reason) {
            Ok(receipt) => Ok(redirect(&format!("/missing?done=saved&leaf={}", receipt.leaf))),
            Err(e @ AppError::Forbidden(_)) => Err(e),
            Err(e) => Ok(off_page(me, rule, Some(&e))),
        }
    })
    .await
}
