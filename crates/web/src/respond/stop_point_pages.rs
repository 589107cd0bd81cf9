//! Stop points: the picture and the printed decision sheets.

use super::document_pages::{all, paper, sheet};
use super::load;
use super::stop_points::{self, Plan, PlanIn};
use crate::frame::Page;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use okiagari_app::AppError;
use okiagari_model::govern::{authority::Authority, person::Person, role::Role};
use okiagari_model::identify::system::System;
use okiagari_model::prepare::collection_guide::CollectionGuide;
use okiagari_model::prepare::stop_criterion::StopCriterion;
use okiagari_model::prepare::stop_point::StopPoint;
use okiagari_model::{Action, Record, RecordId, Register, Wing, policy};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/stop-points", get(show))
        .route("/documents/stop-points", get(print))
        .route("/documents/stop-points/{id}", get(print_one))
}

fn read(me: &Signed) -> Result<Plan, AppError> {
    if !policy::may(&me.ctx.subject, StopPoint::DEF, Action::Read) {
        return Err(AppError::Forbidden("read"));
    }
    let people = all(me, Person::DEF, Vec::new())?;
    let person = |id: &str| {
        let found = people.iter().find(|p: &&Record| p.id.as_str() == id);
        found.map_or_else(String::new, |p| p.text("name").to_owned())
    };
    let input = PlanIn {
        systems: &all(me, System::DEF, Vec::new())?,
        points: &all(me, StopPoint::DEF, Vec::new())?,
        criteria: &all(me, StopCriterion::DEF, Vec::new())?,
        guides: &all(me, CollectionGuide::DEF, Vec::new())?,
        lines: &all(me, Authority::DEF, Vec::new())?,
        roles: &all(me, Role::DEF, Vec::new())?,
        person: &person,
        may_write: policy::may(&me.ctx.subject, StopPoint::DEF, Action::Create),
    };
    Ok(stop_points::plan(&load::ui(me), &input))
}

async fn show(me: Signed) -> Response {
    me.run(|me| {
        let plan = read(me)?;
        Ok(Page::of(me, me.t("止められる場所", "Where one can cut"))
            .wing(Wing::Prepare)
            .lead(me.t(
                "どこを止められ、だれが決め、何に響くかを、起きる前に決めておきます。",
                "Where one can cut, who decides and what it affects, settled beforehand.",
            ))
            .show(&stop_points::page(&load::ui(me), &plan)))
    })
    .await
}

fn printed(me: &Signed, only: Option<&str>) -> Result<Response, AppError> {
    let plan = read(me)?;
    let of = match only {
        Some(id) => {
            let id = RecordId::parse(id).ok_or(AppError::NotFound)?;
            Some(me.web.app.record(&me.ctx, StopPoint::DEF, &id, None)?.record)
        }
        None => None,
    };
    let head = paper(me, of.as_ref())?;
    let title = me.t("遮断・停止の判断表", "Decision sheets for a cut or stop");
    Ok(sheet(me, title, Wing::Prepare, &stop_points::sheets(&load::ui(me), &head, &plan, only)))
}

async fn print(me: Signed) -> Response {
    me.run(|me| printed(me, None)).await
}

async fn print_one(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| printed(me, Some(&id))).await
}
