//! Pages of every register and record, all made from its `RegisterDef`.

mod bulk;
mod change;
mod filter;
mod import;
mod list;
mod past;
mod show;
mod step;
mod suggest;
mod triage;
mod upload;

pub use list::download;
pub(crate) use upload::outgoing;

use crate::html::enc;
use crate::render::widget::Options;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use okiagari_app::history::HistoryEntry;
use okiagari_app::{AppError, Names};
use okiagari_model::{Action, Record, RecordId, RegisterDef, policy};
use std::cell::RefCell;
use std::collections::HashMap;

/// The routes of registers and records.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/r/{register}", get(list::page))
        .route("/r/{register}/new", get(change::new).post(change::create))
        .route("/r/{register}/export.csv", get(list::csv))
        .route("/r/{register}/export.xlsx", get(list::xlsx))
        .route(
            "/r/{register}/import",
            get(import::ask).post(import::take).layer(DefaultBodyLimit::max(64 << 20)),
        )
        .route("/r/{register}/bulk", post(bulk::bulk))
        .route("/r/{register}/columns", post(list::columns))
        .route("/r/{register}/{id}", get(show::page))
        .route("/r/{register}/{id}/edit", get(change::edit).post(change::save))
        .route("/r/{register}/{id}/step/{step}", get(step::ask).post(step::take))
        .route("/r/{register}/{id}/history", get(past::history))
        .route("/r/{register}/{id}/proof", get(past::proof))
        .route("/r/{register}/{id}/proof.tlog-proof", get(past::proof_file))
        .route("/r/{register}/{id}/end", get(past::end_ask).post(past::end))
        .route("/r/{register}/{id}/erase", get(past::erase_ask).post(past::erase))
        .route("/r/{register}/{id}/file", get(upload::download))
        .route(
            "/r/evidence/new",
            get(change::new_evidence).post(upload::take).layer(DefaultBodyLimit::disable()),
        )
        .route("/reports/{id}/triage", get(triage::ask))
        .route("/reports/{id}/files/{n}", get(upload::report_file))
        .route("/suggest", get(suggest::suggest))
}

/// The register that an address names.
fn register(id: &str) -> Result<&'static RegisterDef, AppError> {
    okiagari_model::register(id).ok_or(AppError::NotFound)
}

/// The record that an address names.
fn record(register_id: &str, id: &str) -> Result<(&'static RegisterDef, RecordId), AppError> {
    Ok((register(register_id)?, RecordId::parse(id).ok_or(AppError::NotFound)?))
}

/// Whether somebody may do something at all in a register.
fn may(me: &Signed, def: &RegisterDef, action: Action) -> bool {
    policy::may(&me.ctx.subject, def, action)
}

/// The address of a record's page of its own (also for incidents, whose first page is the room).
fn own_href(def: &RegisterDef, id: &RecordId) -> String {
    format!("/r/{}/{}", def.id, enc(id.as_str()))
}

/// Titles of what a history names, also where the record no longer does.
fn names_of_story(
    me: &Signed,
    record: &Record,
    entries: &[HistoryEntry],
) -> Result<Names, AppError> {
    let mut probes = vec![record.clone()];
    for change in entries.iter().flat_map(|e| &e.changes) {
        for value in [&change.old, &change.new].into_iter().flatten() {
            let body = std::iter::once((change.field.id.to_owned(), value.clone())).collect();
            probes.push(Record { body, ..record.clone() });
        }
    }
    me.web.app.store().read(|tx| Names::of(tx, &me.ctx, &probes))
}

/// Records that pickers offer, asked for once a register. What cannot be read offers nothing; the
/// check of references at saving says what is wrong.
struct Offers<'a> {
    me: &'a Signed,
    narrowed: Vec<(String, String)>,
    known: RefCell<HashMap<String, Options>>,
}

impl<'a> Offers<'a> {
    fn new(me: &'a Signed) -> Self {
        Self { me, narrowed: Vec::new(), known: RefCell::default() }
    }

    /// Narrowed by the words typed beside a list where there are no scripts.
    fn narrowed(me: &'a Signed, def: &'static RegisterDef, pairs: &[(String, String)]) -> Self {
        let narrowed = pairs
            .iter()
            .filter_map(|(n, v)| Some((n.strip_prefix("_find.")?, v)))
            .filter_map(|(field, text)| match def.field(field)?.kind {
                okiagari_model::FieldKind::Ref(r) | okiagari_model::FieldKind::Refs(r) => {
                    Some((r.to_owned(), text.clone()))
                }
                _ => None,
            })
            .collect();
        Self { narrowed, ..Self::new(me) }
    }

    fn of(&self, register: &str) -> Options {
        if let Some(found) = self.known.borrow().get(register) {
            return found.clone();
        }
        let text =
            self.narrowed.iter().find(|(r, _)| r == register).map_or("", |(_, t)| t.as_str());
        let found: Options = if register == "*" {
            Vec::new()
        } else {
            match self.me.web.app.suggest(&self.me.ctx, register, text) {
                Ok(list) => list.into_iter().map(|(id, t)| (id.as_str().to_owned(), t)).collect(),
                Err(e) => {
                    tracing::warn!(error.cause = ?e, register.id = register, "nothing to offer");
                    Vec::new()
                }
            }
        };
        self.known.borrow_mut().insert(register.to_owned(), found.clone());
        found
    }
}
