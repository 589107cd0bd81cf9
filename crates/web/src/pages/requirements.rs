//! Every requirement of the five sources, and what meets it.

use crate::frame::Page;
use crate::html::{Html, chip, esc};
use crate::input::{get, query};
use crate::put;
use crate::who::Signed;
use axum::response::Response;
use okiagari_app::coverage::RequirementView;
use okiagari_model::Text;
use std::collections::BTreeSet;

/// The five sources, by the first part of their ids.
const SOURCES: &[(&str, Text)] = &[
    ("G7", Text::new("G7 再接続の枠組み", "G7, reconnection")),
    ("JP", Text::new("JPCERT/CC インシデント対応", "JPCERT/CC, incident response")),
    ("TK", Text::new("東京都 中小企業向け", "Tokyo, for small firms")),
    ("NI", Text::new("NISC リスクマネジメント", "NISC, risk management")),
    ("IPA", Text::new("IPA 経営ガイドライン", "IPA, management guidelines")),
];

/// The screens of this crate with the requirements they meet.
pub const SCREENS: &[(&str, &[&str])] = &[
    ("/report", &["JP-17", "JP-18", "TK-64", "TK-66", "IPA-68"]),
    ("/report/{org}", &["JP-17", "TK-66", "IPA-68"]),
    ("/room/{id}", &["TK-69", "TK-70", "TK-71", "JP-21", "G7-28"]),
    ("/deadlines", &["TK-68", "TK-72", "JP-49", "JP-53"]),
    ("/missing", &["TK-01", "G7-50"]),
    ("/r/{register}", &["NI-214", "NI-216"]),
    ("/r/{register}/{id}/history", &["NI-286", "G7-29"]),
    ("/r/{register}/{id}/proof", &["G7-29"]),
    ("/verify", &["G7-29", "NI-286"]),
    ("/search", &["NI-214"]),
    ("/audit/{id}", &["NI-206", "NI-207"]),
    ("/documents/report/{id}", &["NI-217", "NI-218", "NI-219", "NI-222"]),
    ("/glossary", &["G7-16"]),
    ("/documents/duties", &["TK-15"]),
    ("/documents/contacts", &["TK-90"]),
    ("/documents/improvement-sheet/{id}", &["TK-105"]),
    ("/documents/incident-report/{id}", &["TK-70", "NI-290", "G7-56"]),
    ("/documents/plan/{id}", &["NI-139", "NI-140", "NI-141"]),
    ("/documents/exercise/{id}", &["NI-193"]),
    ("/plans/{id}", &["NI-142", "NI-144", "JP-54"]),
    ("/reconnect/{id}/clients", &["G7-19", "G7-15", "G7-43", "G7-70", "G7-75"]),
    ("/reconnect/{id}/updates", &["G7-17", "G7-83", "G7-84", "G7-89", "G7-94", "G7-95", "G7-97"]),
    ("/documents/status-update/{id}", &["G7-10", "G7-86"]),
    ("/documents/attestation/{id}", &["G7-63", "G7-74"]),
    ("/metrics", &["TK-68", "JP-18"]),
    ("/settings", &["TK-68"]),
    ("/admin/policy", &["NI-207", "JP-24"]),
];

pub async fn page(me: Signed) -> Response {
    me.run(|me| {
        let asked = query(me.uri.query().unwrap_or_default());
        let all = me.web.app.requirements(SCREENS);
        let body = body(me, &all, &asked);
        let lead = me.t(
            "5つの公開文書が求めることと、それを満たす仕組みの対応です。",
            "What five public documents ask for, and what here meets it.",
        );
        Ok(Page::of(me, me.t("要求との対応", "Requirements"))
            .place("requirements")
            .lead(lead)
            .show(&body))
    })
    .await
}

fn body(me: &Signed, all: &[RequirementView], asked: &[(String, String)]) -> Html {
    let (source, kind, met, words) =
        (get(asked, "source"), get(asked, "kind"), get(asked, "met"), get(asked, "q"));
    let fits = |r: &&RequirementView| {
        (source.is_empty() || r.id.split('-').next() == Some(source))
            && (kind.is_empty() || r.kind == kind)
            && match met {
                "yes" => !r.met_by.is_empty(),
                "no" => r.met_by.is_empty(),
                _ => true,
            }
            && (words.is_empty()
                || r.id.eq_ignore_ascii_case(words)
                || r.ja.contains(words)
                || r.en.to_lowercase().contains(&words.to_lowercase()))
    };
    let shown: Vec<&RequirementView> = all.iter().filter(fits).collect();
    let done = shown.iter().filter(|r| !r.met_by.is_empty()).count();
    let mut out = Html::new();
    out.raw("<section id=\"list\">");
    filters(me, all, asked, &mut out);
    put!(
        out,
        "<div class=\"meter\"><label for=\"met\">{}</label><progress class=\"bar\" id=\"met\" max=\"{}\" value=\"{done}\"></progress><b class=\"num\">{done} / {}</b></div>",
        me.t("満たした要求", "Requirements met"),
        shown.len().max(1),
        shown.len()
    );
    put!(
        out,
        "<div class=\"table-wrap\"><table class=\"table coverage is-cards\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
        me.t("番号", "Id"),
        me.t("求められること", "What is asked"),
        me.t("種類", "Kind"),
        me.t("満たすもの", "Met by")
    );
    for r in &shown {
        row(me, r, &mut out);
    }
    out.raw("</tbody></table></div></section>");
    out
}

fn row(me: &Signed, r: &RequirementView, out: &mut Html) {
    put!(
        out,
        "<tr id=\"{0}\"><th scope=\"row\" class=\"cell-main\"><code class=\"id\">{0}</code></th><td data-label=\"{1}\"><div>{2} <small class=\"quiet\">{6}</small></div></td><td data-label=\"{3}\">{4}</td><td data-label=\"{5}\"><div>",
        esc(&r.id),
        me.t("求められること", "What is asked"),
        esc(me.t(&r.ja, &r.en)),
        me.t("種類", "Kind"),
        esc(kind_name(&r.kind, me)),
        me.t("満たすもの", "Met by"),
        esc(&r.source)
    );
    if r.met_by.is_empty() {
        put!(out, "{}", chip("draft", me.t("まだ", "Not yet")));
    }
    for item in &r.met_by.items {
        let register = item.strip_prefix("register ").and_then(okiagari_model::register);
        match register {
            Some(def) => {
                put!(out, "<p><a href=\"/r/{}\">{}</a></p>", def.id, esc(def.label.get(me.lang())))
            }
            None => put!(out, "<p>{}</p>", esc(item)),
        }
    }
    for screen in &r.met_by.screens {
        if screen.contains('{') {
            put!(out, "<p><code>{}</code></p>", esc(screen));
        } else {
            put!(out, "<p><a href=\"{0}\">{0}</a></p>", esc(screen));
        }
    }
    if !r.met_by.tests.is_empty() {
        put!(out, "<details><summary>{}</summary>", me.t("試験", "Tests"));
        for test in &r.met_by.tests {
            put!(out, "<p class=\"quiet\"><code class=\"hash\">{}</code></p>", esc(test));
        }
        out.raw("</details>");
    }
    out.raw("</div></td></tr>");
}

/// The kinds of requirement, one mechanism each.
fn kind_name<'a>(kind: &'a str, me: &Signed) -> &'a str {
    match kind {
        "record" => me.t("台帳", "register"),
        "rule" => me.t("点検", "rule"),
        "flow" => me.t("流れ", "workflow"),
        "deadline" => me.t("期限", "deadline"),
        "role" => me.t("役割", "role"),
        "comms" => me.t("連絡", "message"),
        "document" => me.t("文書", "document"),
        "metric" => me.t("指標", "metric"),
        "catalogue" => me.t("目録", "catalogue"),
        other => other,
    }
}

fn filters(me: &Signed, all: &[RequirementView], asked: &[(String, String)], out: &mut Html) {
    let kinds: BTreeSet<&str> = all.iter().map(|r| r.kind.as_str()).collect();
    out.raw("<form class=\"filters\" method=\"get\" action=\"/requirements\" data-fragment=\"#list\" data-auto><div class=\"sentences\">");
    let select = |out: &mut Html, name: &str, label: &str, options: Vec<(&str, String)>| {
        put!(
            out,
            "<span class=\"sentence\"><label for=\"r-{name}\">{label}</label><select class=\"input\" id=\"r-{name}\" name=\"{name}\"><option value=\"\">{}</option>",
            me.t("すべて", "All")
        );
        for (id, text) in options {
            let on = if get(asked, name) == id { " selected" } else { "" };
            put!(out, "<option value=\"{}\"{on}>{}</option>", esc(id), esc(&text));
        }
        out.raw("</select></span>");
    };
    let sources = SOURCES.iter().map(|(id, name)| (*id, name.get(me.lang()).to_owned()));
    select(out, "source", me.t("出どころが", "Source"), sources.collect());
    let kinds = kinds.into_iter().map(|k| (k, kind_name(k, me).to_owned()));
    select(out, "kind", me.t("種類が", "Kind"), kinds.collect());
    let met = [("yes", me.t("満たした", "Met")), ("no", me.t("まだ", "Not yet"))];
    let met = met.map(|(id, text)| (id, text.to_owned()));
    select(out, "met", me.t("満たしているか", "Met"), met.to_vec());
    put!(
        out,
        "</div><div class=\"filters-end\"><input class=\"input\" type=\"search\" name=\"q\" value=\"{}\" aria-label=\"{}\"><button class=\"btn btn-small\">{}</button></div></form>",
        esc(get(asked, "q")),
        me.t("番号や言葉", "Id or words"),
        me.t("しぼり込む", "Narrow")
    );
}
