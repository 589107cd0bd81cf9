//! Documents made from the record: their pages.

use super::act;
use super::documents::{self, ContactList, Duties, Paper};
use super::load::{self, Watcher};
use crate::error;
use crate::frame::Page;
use crate::guard;
use crate::html::Html;
use crate::input::Posted;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::history::HistoryEntry;
use okiagari_app::{AppError, ListRequest};
use okiagari_model::govern::{person::Person, role::Role};
use okiagari_model::improve::{improvement::Improvement, review::Review};
use okiagari_model::prepare::{contact::Contact, printed_copy::PrintedCopy};
use okiagari_model::reconnect::{impact::Impact, remediation::Remediation};
use okiagari_model::respond::{incident::Incident, task::Task};
use okiagari_model::{Action, Change, Cond, Record, RecordId, Register, RegisterDef, Wing, policy};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/documents/incident-report/{id}", get(incident))
        .route("/documents/improvement-sheet/{id}", get(improvement))
        .route("/documents/duties", get(duties))
        .route("/documents/contacts", get(contacts))
        .route("/documents/contacts/copy", post(record_copy))
}

/// All current records of a register that this person may see; none where the policy says so.
pub(crate) fn all(
    me: &Signed,
    def: &'static RegisterDef,
    conds: Vec<Cond>,
) -> Result<Vec<Record>, AppError> {
    me.web.app.every(&me.ctx, def, conds)
}

pub(crate) fn paper(me: &Signed, of: Option<&Record>) -> Result<Paper, AppError> {
    let app = &me.web.app;
    let org = app.frame(&me.ctx)?.org;
    let commitment = match of {
        Some(r) => app.proof(&me.ctx, r.def, &r.id, r.rev).map(|p| p.commitment)?,
        None => String::new(),
    };
    Ok(Paper {
        org,
        rev: of.map_or(0, |r| r.rev),
        leaf: of.map_or(0, |r| r.leaf),
        commitment,
        by: me.session.display.clone(),
    })
}

pub(super) fn sheet(me: &Signed, title: &str, wing: Wing, body: &Html) -> Response {
    Page::of(me, title).wing(wing).bare("app", Html::new()).show(body)
}

async fn incident(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let app = &me.web.app;
        let mut view = app.room(&me.ctx, &id, None)?;
        // The paper holds the whole sequence, not only the newest page of it.
        let mut before = view.more.take();
        while let Some(cursor) = before {
            let mut earlier = app.room(&me.ctx, &id, Some(&cursor))?;
            before = earlier.more.take();
            earlier.timeline.append(&mut view.timeline);
            view.timeline = earlier.timeline;
        }
        let incident = view.incident.record.clone();
        let improvements = std::mem::take(&mut view.improvements);
        let reports = documents::reports_of(&view.reports);
        let room = load::room_of(&ui, view, Watcher::of(&me.ctx), None);
        let paper = paper(me, Some(&incident))?;
        let of = |def: &'static RegisterDef| all(me, def, vec![Cond::eq("incident", id.as_str())]);
        let outcome = documents::Outcome {
            impacts: &of(Impact::DEF)?,
            repairs: &of(Remediation::DEF)?,
            tasks: &of(Task::DEF)?,
            improvements: &improvements,
            reviews: &of(Review::DEF)?,
        };
        let mut doc = documents::incident_report(&ui, paper, room, &incident, &improvements)
            .with(&ui, &incident, &outcome);
        doc.reports = reports;
        doc.stages = documents::stages_of(&ui, &whole_story(me, &id)?);
        let title = me.t("インシデント報告書", "Incident report");
        Ok(sheet(me, title, Wing::Respond, &documents::incident_page(&ui, &doc)))
    })
    .await
}

/// Every revision of a case, newest first.
fn whole_story(me: &Signed, id: &RecordId) -> Result<Vec<HistoryEntry>, AppError> {
    let mut story: Vec<HistoryEntry> = Vec::new();
    loop {
        let before = story.last().map(|e| e.rev);
        let page = me.web.app.history(&me.ctx, Incident::DEF, id, before, 200)?;
        let end = page.len() < 200;
        story.extend(page);
        if end {
            return Ok(story);
        }
    }
}

async fn improvement(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let view = me.web.app.record(&me.ctx, Review::DEF, &id, None)?;
        let mut improvements = all(me, Improvement::DEF, vec![Cond::eq("review", id.as_str())])?;
        if let Some(case) = view.record.ids("incident").first() {
            for i in all(me, Improvement::DEF, vec![Cond::eq("incident", *case)])? {
                if !improvements.iter().any(|k| k.id == i.id) {
                    improvements.push(i);
                }
            }
        }
        let names = owners(me, &view, &improvements)?;
        let paper = paper(me, Some(&view.record))?;
        let doc = documents::improvement_sheet(&ui, paper, &view.record, &improvements, &names);
        let title = me.t("改善記録表", "Improvement record sheet");
        Ok(sheet(me, title, Wing::Improve, &documents::improvement_page(&ui, &doc)))
    })
    .await
}

/// Names of the review and of those in charge of improvements.
struct Both<'a>(&'a okiagari_app::Names, Vec<(String, String)>);

impl super::room_build::Lookup for Both<'_> {
    fn name(&self, register: &str, id: &str) -> Option<String> {
        let own = self.0.get(register, id).map(str::to_owned);
        own.or_else(|| {
            let people = self.1.iter().filter(|_| register == Person::ID);
            people.into_iter().find(|(p, _)| p == id).map(|(_, name)| name.clone())
        })
    }
}

fn owners<'a>(
    me: &Signed,
    view: &'a okiagari_app::RecordView,
    improvements: &[Record],
) -> Result<Both<'a>, AppError> {
    let wanted: Vec<&str> = improvements.iter().flat_map(|i| i.ids("owner")).collect();
    let people = if wanted.is_empty() { Vec::new() } else { all(me, Person::DEF, Vec::new())? };
    let named = people
        .iter()
        .filter(|p| wanted.contains(&p.id.as_str()))
        .map(|p| (p.id.as_str().to_owned(), p.text("name").to_owned()))
        .collect();
    Ok(Both(&view.names, named))
}

async fn duties(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        let roles = all(me, Role::DEF, Vec::new())?;
        let people = all(me, Person::DEF, Vec::new())?;
        let doc =
            Duties { paper: paper(me, None)?, roles: documents::role_sheets(&ui, &roles, &people) };
        let title = me.t("役割ごとの任務", "Duties by role");
        Ok(sheet(me, title, Wing::Govern, &documents::duties_page(&ui, &doc)))
    })
    .await
}

fn list_of_contacts(me: &Signed, problem: Option<String>) -> Result<Response, AppError> {
    let ui = load::ui(me);
    let contacts = all(me, Contact::DEF, Vec::new())?;
    let roles = all(me, Role::DEF, Vec::new())?;
    let people = all(me, Person::DEF, Vec::new())?;
    let newest = contacts.iter().map(|c| c.leaf).max().unwrap_or(0);
    let changed = contacts.iter().map(|c| c.updated_at).max();
    let copies = copies(me, changed)?;
    let doc = ContactList {
        paper: paper(me, None)?,
        roles: documents::role_sheets(&ui, &roles, &people)
            .into_iter()
            .filter(|r| {
                !matches!(r.kind_id.as_str(), "auditor" | "administrator" | "department_head")
            })
            .collect(),
        bodies: documents::bodies(&ui, &contacts),
        version: format!("#{newest}"),
        copies,
        may_record: policy::may(&me.ctx.subject, PrintedCopy::DEF, Action::Create),
        problem,
    };
    let title = me.t("緊急連絡リスト", "Emergency contact list");
    Ok(sheet(me, title, Wing::Prepare, &documents::contacts_page(&ui, &doc)))
}

type Copy = (String, String, okiagari_model::Time, bool);

fn copies(me: &Signed, changed: Option<okiagari_model::Time>) -> Result<Vec<Copy>, AppError> {
    if !policy::may(&me.ctx.subject, PrintedCopy::DEF, Action::Read) {
        return Ok(Vec::new());
    }
    let page = me.web.app.list(&me.ctx, &ListRequest::first(PrintedCopy::DEF, 100))?;
    Ok(page
        .records
        .iter()
        .filter_map(|c| {
            let printed = c.time("printed_at")?;
            let holder = c.ids("holder").first().and_then(|id| page.names.get(Person::ID, id));
            let old = changed.is_some_and(|t| t > printed);
            Some((c.text("place").to_owned(), holder.unwrap_or_default().to_owned(), printed, old))
        })
        .collect())
}

async fn contacts(me: Signed) -> Response {
    me.run(|me| list_of_contacts(me, None)).await
}

async fn record_copy(me: Signed, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let body = act::fields(PrintedCopy::DEF, &form, &me.ctx.zone).map_err(|e| match e {
            act::ActError::Fields(list) => AppError::Fields(list),
            act::ActError::Unknown => {
                error::input("入力が読み取れません。", "The form cannot be read.")
            }
        })?;
        let (key, digest) = act::key(&form, "printed-copy");
        let change = Change::Create { def: PrintedCopy::DEF, body, reason: None };
        match me.web.app.change_once(&me.ctx, change, &key, &digest) {
            Ok(receipt) => {
                Ok(guard::redirect(&format!("/documents/contacts?done=made&leaf={}", receipt.leaf)))
            }
            Err(e @ AppError::Fields(_)) => {
                list_of_contacts(me, Some(e.message().get(me.lang()).to_owned()))
            }
            Err(e) => Err(e),
        }
    })
    .await
}
