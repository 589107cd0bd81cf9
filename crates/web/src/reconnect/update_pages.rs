//! Reads updates, promises and the sector's part of a case from the application; makes links.

use super::updates::{self, UpdatesIn};
use crate::frame::Page;
use crate::html::{Html, enc};
use crate::respond::document_pages::{all, paper};
use crate::respond::load;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_model::govern::person::Person;
use okiagari_model::prepare::contact::Contact;
use okiagari_model::reconnect::outside_page::OutsidePage;
use okiagari_model::reconnect::reconnection::Reconnection;
use okiagari_model::reconnect::status_update::{StatusUpdate, frozen};
use okiagari_model::respond::message::Message;
use okiagari_model::respond::obligation::Obligation;
use okiagari_model::{Action, Cond, Record, RecordId, Register, Wing, policy, register};
use std::collections::BTreeMap;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/reconnect/{id}/updates", get(show))
        .route("/reconnect/pages/{id}", get(links))
        .route("/reconnect/pages/{id}/links/{n}", post(make_link))
        .route("/documents/status-update/{id}", get(sheet))
}

/// The registers of the page.
const OF_CASE: [&str; 11] = [
    "status_update",
    "update_rhythm",
    "outside_page",
    "sharing_limit",
    "agency_guidance",
    "sector_group",
    "sector_meeting",
    "commitment",
    "case_request",
    "client_requirement",
    "departure",
];

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let case = me.web.app.record(&me.ctx, Reconnection::DEF, &id, None)?.record;
        let mut of: BTreeMap<&str, Vec<Record>> = BTreeMap::new();
        for name in OF_CASE {
            let Some(def) = register(name) else { continue };
            of.insert(name, all(me, def, vec![Cond::eq("reconnection", id.as_str())])?);
        }
        let mut messages = Vec::new();
        let mut duties = Vec::new();
        if let Some(incident) = case.ids("incident").first() {
            let mine = || vec![Cond::eq("incident", *incident)];
            messages = all(me, Message::DEF, mine())?;
            messages.retain(|m| !m.text("status_update").is_empty());
            duties = all(me, Obligation::DEF, mine())?;
            duties.retain(|o| o.flag("legal"));
        }
        let names: BTreeMap<String, String> = all(me, Contact::DEF, Vec::new())?
            .into_iter()
            .chain(all(me, Person::DEF, Vec::new())?)
            .map(|r| (r.id.as_str().to_owned(), r.text("name").to_owned()))
            .collect();
        let input = UpdatesIn {
            case: &case,
            of: &|name| of.get(name).cloned().unwrap_or_default(),
            messages: &messages,
            duties: &duties,
            rules: me.web.app.env().catalog.clocks(),
            name: &|id| names.get(id).cloned().unwrap_or_default(),
            may_write: policy::may(&me.ctx.subject, StatusUpdate::DEF, Action::Create),
        };
        let parts = updates::parts(&ui, &input);
        Ok(Page::of(me, me.t("知らせと約束", "Updates and promises"))
            .wing(Wing::Reconnect)
            .bare("app", Html::new())
            .show(&updates::page(&ui, &case, &parts)))
    })
    .await
}

async fn sheet(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let update = me.web.app.record(&me.ctx, StatusUpdate::DEF, &id, None)?.record;
        let title = me.t("状況の更新", "Status update");
        let page = Page::of(me, title).wing(Wing::Reconnect);
        let Some(told) = frozen(&update) else {
            let why = ui.t(
                "まだまとめていません。「案件からまとめる」を先に行ってください。",
                "Not put together yet. Take the step \"Put it together from the case\" first.",
            );
            let href = format!("/r/status_update/{}", enc(id.as_str()));
            return Ok(page.crumb(update.title(), href).show(&crate::markup!("<p>{why}</p>")));
        };
        let issued = update.time("issued_at");
        let paper = paper(me, Some(&update))?;
        let body = updates::sheet(&ui, &paper, &told, issued, update.text("digest"));
        Ok(page.bare("app", Html::new()).show(&body))
    })
    .await
}

fn shown(me: &Signed, page: &Record, made: Option<(String, Option<String>)>) -> Response {
    let ui = load::ui(me);
    let href = format!("/reconnect/{}/updates", enc(page.text("reconnection")));
    Page::of(me, me.t("渡すリンク", "Links to give out"))
        .wing(Wing::Reconnect)
        .crumb(me.t("知らせと約束", "Updates and promises"), href)
        .show(&updates::links(&ui, page, made))
}

async fn links(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let page = me.web.app.record(&me.ctx, OutsidePage::DEF, &id, None)?.record;
        Ok(shown(me, &page, None))
    })
    .await
}

async fn make_link(me: Signed, Path((id, n)): Path<(String, usize)>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let made = me.web.app.outside_link(&me.ctx, &id, n)?;
        let page = me.web.app.record(&me.ctx, OutsidePage::DEF, &id, None)?.record;
        let host = me.headers.get("host").and_then(|h| h.to_str().ok()).unwrap_or("localhost");
        let origin = me.web.config.origin.clone().unwrap_or_else(|| format!("http://{host}"));
        let url = format!("{origin}/told/{}/{}", enc(id.as_str()), made.secret);
        Ok(shown(me, &page, Some((url, made.code))))
    })
    .await
}
