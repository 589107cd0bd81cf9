//! A wing: its registers, each with its question, how many there are and what is missing.

use crate::frame::Page;
use crate::html::{Html, esc, icon};
use crate::put;
use crate::who::Signed;
use axum::extract::Path;
use axum::response::Response;
use okiagari_app::views::MissingFilter;
use okiagari_app::{AppError, ListRequest};
use okiagari_model::{Action, Lang, Wing, policy};

fn purpose(wing: Wing, lang: Lang) -> &'static str {
    match wing {
        Wing::Govern => lang.t(
            "だれが決め、だれが担うかを決めておきます。",
            "Who decides and who acts, settled beforehand.",
        ),
        Wing::Identify => lang.t(
            "守るものと、それが頼るものを知ります。",
            "What we protect, and what it depends on.",
        ),
        Wing::Assess => lang.t(
            "何が起きうるか、どこまで受け入れるかを考えます。",
            "What may happen, and how much of it we accept.",
        ),
        Wing::Prepare => lang.t(
            "起きる前に、連絡先・計画・訓練を整えます。",
            "Contacts, plans and drills, ready before it happens.",
        ),
        Wing::Respond => lang.t(
            "報告を受け、時計を見ながら対応し、すべてを記録します。",
            "Take reports, act against the clock, record everything.",
        ),
        Wing::Recover => lang.t(
            "順番どおりに、安全を確かめて戻します。",
            "Bring back in order, with safety checked.",
        ),
        Wing::Reconnect => lang.t(
            "切れた相手との接続を、根拠を示して取り戻します。",
            "Win back cut connections by showing grounds.",
        ),
        Wing::Improve => lang
            .t("起きたことから学び、直し切ります。", "Learn from what happened and see it mended."),
        Wing::Share => lang.t(
            "知らせを受け取り、伝えるべき相手に伝えます。",
            "Receive what is known and pass it to those who need it.",
        ),
    }
}

pub async fn page(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let wing = Wing::ALL.into_iter().find(|w| w.id() == id).ok_or(AppError::NotFound)?;
        let missing = me.web.app.missing_counts(&me.ctx, &MissingFilter { wing: Some(wing), ..MissingFilter::default() })?;
        let mut out = Html::new();
        if wing == Wing::Recover {
            put!(
                out,
                "<p><a class=\"btn\" href=\"/recover\">{}</a></p>",
                me.t("復旧の備えと現況を見る", "See readiness and state of recovery")
            );
        }
        if wing == Wing::Reconnect {
            put!(
                out,
                "<p><a class=\"btn\" href=\"/reconnect\">{}</a></p>",
                me.t("再接続の現況を見る", "See the state of reconnection")
            );
        }
        if wing == Wing::Respond {
            let pages = [
                ("/board", me.t("いま起きていること", "All that is open")),
                ("/cases", me.t("過去の案件", "Past cases")),
                ("/signals", me.t("監視の信号", "Signals of monitoring")),
            ];
            out.raw("<p>");
            for (href, label) in pages {
                put!(out, "<a class=\"btn\" href=\"{href}\">{label}</a> ");
            }
            out.raw("</p>");
        }
        if wing == Wing::Prepare {
            put!(
                out,
                "<p><a class=\"btn\" href=\"/stop-points\">{}</a></p>",
                me.t("止められる場所を図で見る", "See where one can cut")
            );
        }
        let mut any = false;
        for def in okiagari_model::REGISTERS.iter().filter(|d| d.wing == wing) {
            if !policy::may(&me.ctx.subject, def, Action::Read) {
                continue;
            }
            any = true;
            let page = me.web.app.list(&me.ctx, &ListRequest::first(def, 1))?;
            let open = missing.get(def.id).copied().unwrap_or(0);
            put!(
                out,
                "<section class=\"part\"><header class=\"part-head\"><h2><a href=\"/r/{0}\">{1}</a> <b class=\"count-badge\">{2}{3}</b></h2>",
                def.id,
                esc(def.label.get(me.lang())),
                page.total.count,
                if page.total.more { "+" } else { "" }
            );
            if open > 0 {
                put!(
                    out,
                    "<a href=\"/missing?register={}\">{}</a>",
                    def.id,
                    me.t("不備 {} 件", "{} findings").replace("{}", &open.to_string())
                );
            }
            put!(out, "</header><p><b>{}</b></p><p class=\"part-note\">{}</p>", esc(def.question.get(me.lang())), esc(def.about.get(me.lang())));
            if page.total.count == 0 && policy::may(&me.ctx.subject, def, Action::Create) {
                put!(
                    out,
                    "<p><a class=\"btn btn-small\" href=\"/r/{}/new\">{}{}</a></p>",
                    def.id,
                    icon("plus"),
                    me.t("最初の1件を登録する", "Register the first")
                );
            }
            out.raw("</section>");
        }
        if !any {
            put!(
                out,
                "<div class=\"empty\">{}<h2>{}</h2><p>{}</p></div>",
                icon(wing.id()),
                me.t("ここで使える台帳は、まだありません", "There is no register for you here yet"),
                me.t("役割が増えるか、この棟の台帳が加わると、ここに並びます。", "They appear here when your role allows it or the wing gains registers.")
            );
        }
        Ok(Page::of(me, wing.label().get(me.lang())).wing(wing).lead(purpose(wing, me.lang())).show(&out))
    })
    .await
}
