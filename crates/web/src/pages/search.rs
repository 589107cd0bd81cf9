//! The search across all registers.

use crate::frame::{Page, record_href};
use crate::html::{Html, esc, icon};
use crate::input::{get, query};
use crate::put;
use crate::who::Signed;
use axum::response::Response;

pub async fn page(me: Signed) -> Response {
    me.run(|me| {
        let asked = query(me.uri.query().unwrap_or_default());
        let words: String = get(&asked, "q").chars().take(200).collect();
        let mut out = Html::new();
        put!(
            out,
            "<form class=\"filters\" method=\"get\" action=\"/search\" role=\"search\"><input class=\"input\" type=\"search\" name=\"q\" value=\"{}\" aria-label=\"{}\"><button class=\"btn btn-primary\">{}</button></form>",
            esc(&words),
            me.t("さがす言葉", "Words to find"),
            me.t("さがす", "Search")
        );
        if words.trim().is_empty() {
            put!(
                out,
                "<div class=\"empty\">{}<h2>{}</h2><p>{}</p></div>",
                icon("search"),
                me.t("言葉の一部で見つかります", "Part of a word is enough"),
                me.t("名前、番号（INC-1 など）、本文から探します。どの画面でも / キーで始められます。", "Names, numbers (INC-1) and texts are searched. Press / on any page.")
            );
        } else {
            let hits = me.web.app.search(&me.ctx, &words, 50)?;
            put!(
                out,
                "<p class=\"register-count\" aria-live=\"polite\">{}</p>",
                me.t("{} 件見つかりました", "{} found").replace("{}", &hits.len().to_string())
            );
            put!(
                out,
                "<table class=\"table is-cards\"><thead class=\"sr\"><tr><th>{}</th><th>{}</th></tr></thead><tbody>",
                me.t("記録", "Record"),
                me.t("更新", "Changed")
            );
            for hit in &hits {
                put!(
                    out,
                    "<tr><td class=\"cell-main\"><a href=\"{}\">{}</a><small>{}</small></td><td class=\"quiet nowrap\"><time datetime=\"{}\">{}</time></td></tr>",
                    record_href(hit.register.id, hit.id.as_str()),
                    esc(&hit.title),
                    esc(hit.register.label.get(me.lang())),
                    hit.updated_at.rfc3339(),
                    esc(&hit.updated_at.show(me.lang(), &me.ctx.zone))
                );
            }
            out.raw("</tbody></table>");
            if hits.is_empty() {
                put!(out, "<p>{}</p>", me.t("見つかりません。言葉を短くするか、別の言い方で探してください。見られない記録は出ません。", "Nothing found. Try fewer or other words. Records you cannot see are not shown."));
            }
        }
        Ok(Page::of(me, me.t("さがす", "Search")).place("search").query(words).show(&out))
    })
    .await
}
