//! Reads the recovery board from the application.

use super::board::{self, BoardIn, Next};
use crate::frame::Page;
use crate::html::Html;
use crate::respond::document_pages::all;
use crate::respond::load;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use okiagari_app::AppError;
use okiagari_app::read::StepView;
use okiagari_model::govern::person::Person;
use okiagari_model::identify::system::System;
use okiagari_model::improve::closing::Closing;
use okiagari_model::prepare::backup::Backup;
use okiagari_model::recover::device_scan::DeviceScan;
use okiagari_model::recover::manual_work::ManualWork;
use okiagari_model::recover::restoration::{Restoration, WAY};
use okiagari_model::recover::service_level::ServiceLevel;
use okiagari_model::respond::containment::Containment;
use okiagari_model::respond::incident::Incident;
use okiagari_model::{Action, Cond, Record, RecordId, Register, Wing, policy};
use std::rc::Rc;

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/recover/{incident}", get(show))
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let app = &me.web.app;
        let incident = app.record(&me.ctx, Incident::DEF, &id, None)?.record;
        let of = || vec![Cond::eq("incident", id.as_str())];
        let ways = all(me, Restoration::DEF, of())?;
        let steps = app.steps_of(&me.ctx, &ways)?;
        let ways = ways
            .into_iter()
            .zip(steps)
            .map(|(way, steps)| {
                let next = next(me, &way, &steps);
                (way, next)
            })
            .collect();
        let systems: Vec<Rc<Record>> =
            all(me, System::DEF, Vec::new())?.into_iter().map(Rc::new).collect();
        let people = all(me, Person::DEF, Vec::new())?;
        let person = |id: &str| {
            let found = people.iter().find(|p| p.id.as_str() == id);
            found.map_or_else(String::new, |p| p.text("name").to_owned())
        };
        let shown = board::board(
            &ui,
            BoardIn {
                incident: &incident,
                ways,
                systems: &systems,
                backups: &all(me, Backup::DEF, Vec::new())?,
                works: &all(me, ManualWork::DEF, Vec::new())?,
                scans: &all(me, DeviceScan::DEF, of())?,
                actions: &all(me, Containment::DEF, of())?,
                levels: &all(me, ServiceLevel::DEF, of())?,
                closings: &all(me, Closing::DEF, of())?,
                person: &person,
                may_write: policy::may(&me.ctx.subject, ServiceLevel::DEF, Action::Create),
            },
        );
        let title = me.t("復旧ボード", "Recovery board");
        Ok(Page::of(me, title)
            .wing(Wing::Recover)
            .bare("app", Html::new())
            .show(&board::page(&ui, &shown)))
    })
    .await
}

/// The steps that lie ahead, those that go back last. Steps that somebody else's role takes are
/// left out.
fn next(me: &Signed, way: &Record, steps: &[StepView]) -> Vec<Next> {
    let place = |s: &str| WAY.iter().position(|w| *w == s);
    let here = place(way.text("state"));
    let mut steps: Vec<Next> = steps
        .iter()
        .filter(|s| s.role_ok)
        .map(|s| Next {
            href: format!("/r/restoration/{}/step/{}", way.id, s.step.id),
            label: s.step.label.get(me.lang()).to_owned(),
            // What the step itself asks for is mended there.
            closed: if s.open {
                Vec::new()
            } else {
                s.closed
                    .iter()
                    .map(|g| (g.label.get(me.lang()).to_owned(), g.mend.get(me.lang()).to_owned()))
                    .collect()
            },
            forward: place(s.step.to) > here,
        })
        .collect();
    steps.sort_by_key(|n| !n.forward);
    steps
}
