//! Who may do what: the policy table as a readable matrix, and as CSV.

use crate::frame::{Page, role_names};
use crate::html::{Html, esc};
use crate::put;
use crate::records::download;
use crate::who::Signed;
use axum::response::Response;
use okiagari_app::AppError;
use okiagari_model::policy::{PolicyRow, Scope, Where};
use okiagari_model::{Action, Lang, POLICY};

fn scope(scope: Scope, lang: Lang) -> &'static str {
    match scope {
        Scope::Open => lang.t(
            "すべて（関係者だけの案件は、その一員のとき）",
            "all (restricted cases only as a member)",
        ),
        Scope::Department => lang.t("自分の部門のもの", "of the own department"),
        Scope::Case => lang.t("一員である案件のもの", "of cases one belongs to"),
        Scope::Own => lang.t("自分のもの・自分が作ったもの", "one's own, or made by oneself"),
        Scope::Audit => lang.t("監査の範囲にあるもの", "within the audit"),
        Scope::OwnAudit => lang.t("自分の監査のもの", "of one's own audit"),
        Scope::Addressed => lang.t("自分の組織にあてたもの", "addressed to one's organisation"),
    }
}

fn place(place: &Where, lang: Lang) -> String {
    match place {
        Where::Everywhere => lang.t("すべての台帳", "all registers").to_owned(),
        Where::Wing(w) => lang.t("{}の棟", "the wing {}").replace("{}", w.label().get(lang)),
        Where::Registers(list) => {
            let names: Vec<&str> = list
                .iter()
                .map(|r| okiagari_model::register(r).map_or(*r, |d| d.label.get(lang)))
                .collect();
            names.join(lang.t("、", ", "))
        }
    }
}

fn actions(row: &PolicyRow, lang: Lang) -> String {
    let names: Vec<&str> = row.actions.iter().map(|a| a.label().get(lang)).collect();
    names.join(lang.t("・", ", "))
}

/// Whoever governs or audits.
fn allowed(me: &Signed) -> Result<(), AppError> {
    if may_see_policy(me) { Ok(()) } else { Err(AppError::Forbidden("policy")) }
}

/// Whether somebody may see the table of who may do what.
pub fn may_see_policy(me: &Signed) -> bool {
    let roles = ["administrator", "auditor", "ciso", "security_manager", "executive", "it_manager"];
    roles.iter().any(|r| me.ctx.subject.has(r))
}

pub async fn page(me: Signed) -> Response {
    me.run(|me| {
        allowed(me)?;
        let lang = me.lang();
        let mut out = Html::new();
        put!(
            out,
            "<p class=\"actions\"><a class=\"btn\" href=\"/admin/policy.csv\">CSV</a></p><div class=\"table-wrap\"><table class=\"table is-cards\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
            me.t("役割", "Role"),
            me.t("できること", "May"),
            me.t("どこで", "Where"),
            me.t("どの記録", "On which records")
        );
        for row in POLICY {
            put!(
                out,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
                esc(&role_names(&[row.role], lang)),
                esc(&actions(row, lang)),
                esc(&place(&row.place, lang)),
                scope(row.scope, lang)
            );
        }
        out.raw("</tbody></table></div>");
        matrix(me, &mut out);
        let lead = me.t(
            "この表に無いことは、だれにもできません。画面・API・通知・書き出しのすべてに同じ表が使われます。",
            "What is not in this table nobody may do. Pages, API, notices and exports all follow it.",
        );
        Ok(Page::of(me, me.t("だれが何をできるか", "Who may do what")).place("people").lead(lead).show(&out))
    })
    .await
}

fn roles() -> Vec<&'static str> {
    let mut roles: Vec<&'static str> = Vec::new();
    for row in POLICY {
        if !roles.contains(&row.role) {
            roles.push(row.role);
        }
    }
    roles
}

/// Registers down, roles across; in each cell what the role may do at most.
fn matrix(me: &Signed, out: &mut Html) {
    let lang = me.lang();
    let roles = roles();
    put!(
        out,
        "<h2>{}</h2><div class=\"table-wrap is-wide\"><table class=\"table board is-dense\"><thead><tr><th>{}</th>",
        me.t("台帳ごと", "By register"),
        me.t("台帳", "Register")
    );
    for role in &roles {
        put!(out, "<th scope=\"col\">{}</th>", esc(&role_names(&[role], lang)));
    }
    out.raw("</tr></thead><tbody>");
    for def in okiagari_model::REGISTERS {
        put!(out, "<tr><th scope=\"row\">{}</th>", esc(def.label.get(lang)));
        for role in &roles {
            let may: Vec<&str> = Action::ALL
                .iter()
                .filter(|a| {
                    POLICY
                        .iter()
                        .any(|r| r.role == *role && r.actions.contains(a) && r.place.covers(def))
                })
                .map(|a| a.label().get(lang))
                .collect();
            put!(out, "<td>{}</td>", esc(&may.join(lang.t("・", ", "))));
        }
        out.raw("</tr>");
    }
    out.raw("</tbody></table></div>");
}

pub async fn csv(me: Signed) -> Response {
    me.run(|me| {
        allowed(me)?;
        let lang = me.lang();
        let quote = |t: &str| format!("\"{}\"", t.replace('"', "\"\""));
        let mut text = String::from("\u{feff}");
        let head = [
            me.t("役割", "Role"),
            me.t("できること", "May"),
            me.t("どこで", "Where"),
            me.t("どの記録", "On which records"),
        ];
        text.push_str(&head.map(quote).join(","));
        text.push_str("\r\n");
        for row in POLICY {
            let cells = [
                role_names(&[row.role], lang),
                actions(row, lang),
                place(&row.place, lang),
                scope(row.scope, lang).to_owned(),
            ];
            text.push_str(&cells.map(|c| quote(&c)).join(","));
            text.push_str("\r\n");
        }
        Ok(download(text.into_bytes(), "text/csv; charset=utf-8", "policy.csv"))
    })
    .await
}
