//! The one page for management: its handler.

use super::document_pages::{all, paper};
use super::executive;
use super::load::{self, Watcher};
use super::room_build::Lookup;
use crate::frame::Page;
use crate::html::Html;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use okiagari_app::AppError;
use okiagari_model::govern::person::Person;
use okiagari_model::respond::briefing::Briefing;
use okiagari_model::{Cond, Record, RecordId, Register, Wing};

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/documents/executive/{id}", get(show))
}

/// Names of people, of those that this reader may see.
struct People(Vec<Record>);

impl Lookup for People {
    fn name(&self, register: &str, id: &str) -> Option<String> {
        let person = self.0.iter().filter(|_| register == Person::ID).find(|p| p.id.as_str() == id);
        person.map(|p| p.text("name").to_owned())
    }
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let mut view = me.web.app.room(&me.ctx, &id, None)?;
        let incident = view.incident.record.clone();
        let escalations = std::mem::take(&mut view.side.escalations);
        let briefings = all(me, Briefing::DEF, vec![Cond::eq("incident", id.as_str())])?;
        let names = People(all(me, Person::DEF, Vec::new())?);
        let room = load::room_of(&ui, view, Watcher::of(&me.ctx), None);
        let paper = paper(me, Some(&incident))?;
        let doc =
            executive::executive(&ui, paper, room, &incident, (&escalations, &briefings), &names);
        let title = me.t("経営向けの一枚", "One page for management");
        Ok(Page::of(me, title)
            .wing(Wing::Respond)
            .bare("app", Html::new())
            .show(&executive::page(&ui, &doc)))
    })
    .await
}
