//! Calls: by hand from the room, the page of whom to ring now, and the test.

use super::act;
use super::load;
use super::parts::{Html, Ui, render};
use super::room_pages::{done, id_of, of_act, once, refused};
use crate::frame::Page;
use crate::guard;
use crate::html::enc;
use crate::input::Posted;
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_app::views::waking::DutyView;
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::paging::{Cause, Paging};
use okiagari_model::{Action, Body, Change, Choice, Register, Wing, policy};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/room/{id}/call", post(call))
        .route("/paging", get(duty))
        .route("/paging/test", post(test))
}

/// Somebody calls from the room.
async fn call(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        // Looked at before anything is written: who may not see the case may not call for it.
        me.web.app.record(&me.ctx, Incident::DEF, &id, None)?;
        let mut body = act::fields(Paging::DEF, &form, &me.ctx.zone).map_err(of_act)?;
        body.insert("incident".into(), id.as_str().into());
        body.insert("cause".into(), Cause::Hand.id().into());
        let change = Change::Create { def: Paging::DEF, body, reason: None };
        match once(me, change, &form, &format!("call:{id}:{}", me.web.app.now().millis() / 10_000))
        {
            Ok(_) => done(me, &id, "#room-waking"),
            Err(e @ (AppError::NotFound | AppError::Store(_) | AppError::Internal(_))) => Err(e),
            Err(e) => refused(me, &id, &e, "", "note"),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "respond/paging.html")]
struct DutyPage<'a> {
    ui: &'a Ui,
    view: &'a DutyView,
    may_test: bool,
}

/// The page: who is on duty, whom a call wakes, the tests.
pub fn duty_page(ui: &Ui, view: &DutyView, may_test: bool) -> Html {
    render(&DutyPage { ui, view, may_test })
}

async fn duty(me: Signed) -> Response {
    me.run(|me| {
        if !policy::may(&me.ctx.subject, Paging::DEF, Action::Read) {
            return Err(AppError::Forbidden("read"));
        }
        let view = me.web.app.duty(&me.ctx)?;
        let may = policy::may(&me.ctx.subject, Paging::DEF, Action::Create);
        let body = duty_page(&load::ui(me), &view, may);
        let title =
            me.t("いま電話する順と、呼び出しの試し", "Whom to ring now, and tests of calling");
        Ok(Page::of(me, title).wing(Wing::Respond).show(&body))
    })
    .await
}

async fn test(me: Signed, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let mut body = Body::new();
        body.insert("cause".into(), Cause::Test.id().into());
        let (key, digest) =
            act::key(&form, &format!("paging:{}", me.web.app.now().millis() / 10_000));
        let change = Change::Create { def: Paging::DEF, body, reason: None };
        let receipt = me.web.app.change_once(&me.ctx, change, &key, &digest)?;
        Ok(guard::redirect(&format!(
            "/r/paging/{}?done=made&leaf={}",
            enc(receipt.id.as_str()),
            receipt.leaf
        )))
    })
    .await
}
