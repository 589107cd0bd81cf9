//! Notices: what one has to know, and that one has seen it.

use super::view::{self, Notice, Notices};
use crate::frame::Page;
use crate::guard;
use crate::html::Html;
use crate::respond::load;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

/// How many are shown.
const SHOWN: u32 = 100;

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/notices", get(list).post(seen))
}

async fn list(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        let lang = me.ctx.lang;
        let list = me.web.app.notices(&me.ctx, SHOWN)?;
        let list = list.into_iter().map(|n| Notice {
            text: n.subject.get(lang).to_owned(),
            href: n.href.unwrap_or_else(|| "/".to_owned()),
            at: n.created_at,
            read: n.seen_at.is_some(),
            id: n.id,
        });
        let page = view::notices(&ui, &Notices { list: list.collect() });
        // The page brings its own heading, with the button beside it.
        Ok(Page::of(me, me.t("お知らせ", "Notices")).bare("app", Html::new()).show(&page))
    })
    .await
}

async fn seen(me: Signed) -> Response {
    me.run(|me| {
        me.web.app.notices_seen(&me.ctx)?;
        Ok(guard::redirect("/notices"))
    })
    .await
}
