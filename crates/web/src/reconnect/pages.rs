//! Reads reconnection cases from the application.

use super::view::{self, CaseIn, CaseView, Offer};
use crate::frame::Page;
use crate::guard;
use crate::html::{Html, enc};
use crate::input::Posted;
use crate::recover::board::Next;
use crate::respond::document_pages::all;
use crate::respond::{act, load};
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_model::govern::person::Person;
use okiagari_model::reconnect::commitment::Commitment;
use okiagari_model::reconnect::departure::Departure;
use okiagari_model::reconnect::framework::Framework;
use okiagari_model::reconnect::gate_check::GateCheck;
use okiagari_model::reconnect::isolated_part::IsolatedPart;
use okiagari_model::reconnect::link::Link;
use okiagari_model::reconnect::phase::Phase;
use okiagari_model::reconnect::reconnection::Reconnection;
use okiagari_model::reconnect::status_update::StatusUpdate;
use okiagari_model::{Action, Change, Cond, Record, RecordId, Register, Wing, policy};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/reconnect", get(index))
        .route("/reconnect/{id}", get(show))
        .route("/reconnect/frameworks/{id}/take", post(take))
}

/// Everything that belongs to a case.
fn read(me: &Signed, case: Record) -> Result<CaseView, AppError> {
    let app = &me.web.app;
    let of = |field: &str| vec![Cond::eq(field, case.id.as_str())];
    let phases = all(me, Phase::DEF, of("reconnection"))?;
    let steps = app.steps_of(&me.ctx, &phases)?;
    let phases = phases
        .into_iter()
        .zip(steps)
        .map(|(phase, steps)| {
            let next = steps
                .iter()
                .filter(|s| s.role_ok)
                .map(|s| Next {
                    href: format!("/r/reconnect_phase/{}/step/{}", phase.id, s.step.id),
                    label: s.step.label.get(me.lang()).to_owned(),
                    closed: s
                        .closed
                        .iter()
                        .filter(|_| !s.open)
                        .map(|g| {
                            (g.label.get(me.lang()).to_owned(), g.mend.get(me.lang()).to_owned())
                        })
                        .collect(),
                    forward: matches!(s.step.id, "begin" | "complete"),
                })
                .collect();
            (phase, next)
        })
        .collect();
    let framework = match case.ids("framework").first() {
        Some(id) if policy::may(&me.ctx.subject, Framework::DEF, Action::Read) => {
            Some(app.record(&me.ctx, Framework::DEF, &RecordId::new(*id), None)?.record)
        }
        _ => None,
    };
    let input = CaseIn {
        framework,
        phases,
        parts: all(me, IsolatedPart::DEF, of("reconnection"))?,
        checks: all(me, GateCheck::DEF, of("reconnection"))?,
        links: all(me, Link::DEF, of("reconnection"))?,
        departures: all(me, Departure::DEF, of("reconnection"))?,
        updates: all(me, StatusUpdate::DEF, of("reconnection"))?,
        commitments: all(me, Commitment::DEF, of("reconnection"))?,
        case,
    };
    let people = all(me, Person::DEF, Vec::new())?;
    let person = |id: &str| {
        let found = people.iter().find(|p| p.id.as_str() == id);
        found.map_or_else(String::new, |p| p.text("name").to_owned())
    };
    let may_write = policy::may(&me.ctx.subject, GateCheck::DEF, Action::Create);
    Ok(view::case_view(&load::ui(me), &input, &person, may_write))
}

async fn index(me: Signed) -> Response {
    me.run(|me| {
        if !policy::may(&me.ctx.subject, Reconnection::DEF, Action::Read) {
            return Err(AppError::Forbidden("read"));
        }
        let ui = load::ui(me);
        let cases = all(me, Reconnection::DEF, vec![Cond::eq("state", "open")])?
            .into_iter()
            .map(|c| read(me, c))
            .collect::<Result<Vec<_>, _>>()?;
        let frameworks: Vec<(String, String, Html)> = all(me, Framework::DEF, Vec::new())?
            .iter()
            .map(|f| {
                let name = f.own_title(ui.lang).to_owned();
                (f.id.as_str().to_owned(), name, ui.state(f, "state"))
            })
            .collect();
        let offers: Vec<Offer> = me
            .web
            .app
            .shipped_frameworks()
            .iter()
            .map(|f| Offer {
                id: f.id.clone(),
                name: f.name.get(me.lang()).to_owned(),
                aim: f.aim.get(me.lang()).to_owned(),
            })
            .collect();
        let may_write = policy::may(&me.ctx.subject, Framework::DEF, Action::Create);
        let body = view::index(&ui, &cases, &frameworks, &offers, may_write);
        Ok(Page::of(me, me.t("再接続の現況", "State of reconnection"))
            .wing(Wing::Reconnect)
            .lead(me.t(
                "切り離された接続が、どの段階まで戻り、次に何が足りないかを見ます。",
                "How far cut links are on their way back, and what is missing next.",
            ))
            .show(&body))
    })
    .await
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let case = me.web.app.record(&me.ctx, Reconnection::DEF, &id, None)?.record;
        let it = read(me, case)?;
        Ok(Page::of(me, it.title.clone())
            .wing(Wing::Reconnect)
            .bare("app", Html::new())
            .show(&view::page(&load::ui(me), &it)))
    })
    .await
}

async fn take(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let shipped = me.web.app.shipped_frameworks().iter().find(|f| f.id == id);
        let body = shipped.ok_or(AppError::NotFound)?.body(me.lang());
        let change = Change::Create { def: Framework::DEF, body, reason: None };
        let (key, digest) = act::key(&form, &format!("framework:{id}"));
        let receipt = me.web.app.change_once(&me.ctx, change, &key, &digest)?;
        Ok(guard::redirect(&format!("/r/framework/{}", enc(receipt.id.as_str()))))
    })
    .await
}
