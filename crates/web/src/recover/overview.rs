//! Readiness for recovery: what is on its way back, the order planned, targets kept so far, and
//! example targets to begin from.

use crate::frame::Page;
use crate::html::{Html, enc, esc};
use crate::put;
use crate::respond::document_pages::all;
use crate::respond::load;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use okiagari_app::AppError;
use okiagari_model::identify::bia::EXAMPLES;
use okiagari_model::identify::system::{System, effective_rto, graph, target};
use okiagari_model::improve::figures::{rpo_kept, rto_kept};
use okiagari_model::recover::order::order;
use okiagari_model::recover::restoration::{self, Restoration};
use okiagari_model::respond::incident::Incident;
use okiagari_model::{Action, Choice, Record, Register, Wing, policy, validate};
use std::rc::Rc;

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/recover", get(show))
}

async fn show(me: Signed) -> Response {
    me.run(|me| {
        let systems: Vec<Rc<Record>> =
            all(me, System::DEF, Vec::new())?.into_iter().map(Rc::new).collect();
        let ways = all(me, Restoration::DEF, Vec::new())?;
        let mut out = Html::new();
        under_way(me, &ways, &mut out)?;
        planned(me, &systems, &ways, &mut out);
        examples(me, &mut out);
        Ok(Page::of(me, me.t("復旧の備えと現況", "Recovery: readiness and state"))
            .wing(Wing::Recover)
            .lead(me.t(
                "いま戻しているもの、戻す順番、これまでに目標を守れたかを見ます。",
                "What is on its way back, in which order, and whether targets were kept so far.",
            ))
            .show(&out))
    })
    .await
}

fn head(out: &mut Html, title: &str) {
    put!(
        out,
        "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2></header>",
        esc(title)
    );
}

fn under_way(me: &Signed, ways: &[Record], out: &mut Html) -> Result<(), AppError> {
    let ui = load::ui(me);
    let open: Vec<&Record> = ways.iter().filter(|w| restoration::open(w)).collect();
    head(out, me.t("復旧中のシステム", "On their way back"));
    if open.is_empty() {
        put!(out, "<p class=\"quiet\">{}</p>", me.t("いまはありません。", "None now."));
    }
    let mut seen: Vec<&str> = Vec::new();
    for way in &open {
        let id = way.text("incident");
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let record = okiagari_model::RecordId::new(id);
        let incident = me.web.app.record(&me.ctx, Incident::DEF, &record, None)?.record;
        put!(out, "<h3><a href=\"/recover/{}\">{}</a></h3><ul>", esc(id), esc(&incident.title()));
        for w in open.iter().filter(|w| w.text("incident") == id) {
            put!(out, "<li>{} {}</li>", esc(w.text("title")), ui.state(w, "state"));
        }
        out.raw("</ul>");
    }
    out.raw("</section>");
    Ok(())
}

/// Every system in the order of restoring, with its target, the effective one, and how often
/// targets were kept (TK-127).
fn planned(me: &Signed, systems: &[Rc<Record>], ways: &[Record], out: &mut Html) {
    let ui = load::ui(me);
    let ids: Vec<&str> = systems.iter().map(|s| s.id.as_str()).collect();
    let order = order(systems, &ids);
    let effective = effective_rto(&graph(systems.iter().map(Rc::as_ref)));
    head(out, me.t("復旧する順番と目標", "Order and targets"));
    let columns = [
        me.t("順番", "Order"),
        me.t("システム", "System"),
        me.t("重要度", "Importance"),
        me.t("RTO（依存を含む）", "RTO (with dependents)"),
        "RPO",
        me.t("承認", "Approval"),
        me.t("RTO達成", "RTO kept"),
        me.t("RPO達成", "RPO kept"),
    ];
    out.raw("<div class=\"table-wrap\"><table class=\"table is-dense\"><thead><tr>");
    for c in columns {
        put!(out, "<th>{}</th>", esc(c));
    }
    out.raw("</tr></thead><tbody>");
    let minutes =
        |m: Option<i64>| m.map_or_else(|| "—".to_owned(), |m| validate::minutes(m, ui.lang));
    for (n, id) in order.ids.iter().enumerate() {
        let Some(system) = systems.iter().find(|s| s.id.as_str() == id) else { continue };
        let mine: Vec<&Record> = ways.iter().filter(|w| w.text("system") == id).collect();
        let kept = |f: fn(&Record) -> Option<bool>| {
            let judged: Vec<bool> = mine.iter().filter_map(|w| f(w)).collect();
            match judged.len() {
                0 => me.t("測れません", "not measurable").to_owned(),
                all => format!("{} / {all}", judged.iter().filter(|k| **k).count()),
            }
        };
        put!(
            out,
            "<tr><td class=\"num\">{}</td><th scope=\"row\"><a href=\"/r/system/{}\">{}</a></th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"num\">{}</td><td class=\"num\">{}</td></tr>",
            n + 1,
            esc(id),
            esc(&system.title()),
            esc(&ui.choice(system, "importance")),
            esc(&minutes(effective.get(id).copied())),
            esc(&minutes(target(system, "rpo"))),
            ui.state(system, "targets"),
            esc(&kept(rto_kept)),
            esc(&kept(rpo_kept))
        );
    }
    out.raw("</tbody></table></div>");
    for c in &order.circles {
        let names: Vec<String> = c
            .iter()
            .filter_map(|id| systems.iter().find(|s| s.id.as_str() == id).map(|s| s.title()))
            .collect();
        put!(
            out,
            "<p><b>{}</b> {}</p>",
            me.t("互いに頼り合っています：", "They depend on each other:"),
            esc(&names.join(" ⇄ "))
        );
    }
    out.raw("</section>");
}

/// The shipped examples (TK-44), each a form away from a system of one's own.
fn examples(me: &Signed, out: &mut Html) {
    if !policy::may(&me.ctx.subject, System::DEF, Action::Create) {
        return;
    }
    let ui = load::ui(me);
    head(out, me.t("目標の例", "Example targets"));
    put!(
        out,
        "<p class=\"part-note\">{}</p><div class=\"table-wrap\"><table class=\"table is-dense\"><thead><tr><th>{}</th><th>{}</th><th>RTO</th><th>RPO</th><th>{}</th><th></th></tr></thead><tbody>",
        me.t(
            "小さな会社での目安です。業務影響度分析で自社の値に直してください。",
            "A guide for small firms; adapt it by your own impact analysis."
        ),
        me.t("システム", "System"),
        me.t("重要度", "Importance"),
        me.t("復旧する人", "Restored by")
    );
    for e in &EXAMPLES {
        let name = e.system.get(ui.lang);
        put!(
            out,
            "<tr><th scope=\"row\">{0}</th><td>{1}</td><td>{2}</td><td>{3}</td><td>{4}</td><td><a class=\"btn btn-small\" href=\"/r/system/new?name={5}&amp;importance={6}&amp;rto={7}&amp;rpo={8}\">{9}</a></td></tr>",
            esc(name),
            esc(e.importance.label().get(ui.lang)),
            esc(&validate::minutes(e.rto, ui.lang)),
            esc(&validate::minutes(e.rpo, ui.lang)),
            esc(e.by.get(ui.lang)),
            enc(name),
            e.importance.id(),
            e.rto,
            e.rpo,
            me.t("この例から登録する", "Begin from this")
        );
    }
    out.raw("</tbody></table></div></section>");
}
