//! Plans and rules: overview, drafting, confirmation of reading, the paper to print.

use super::papers::{self, Draft, Offer, Printed, Sources};
use crate::frame::Page;
use crate::guard;
use crate::html::{Html, enc};
use crate::input::{self, Posted};
use crate::respond::act;
use crate::respond::document_pages::{all, paper};
use crate::respond::load;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_model::govern::{authority::Authority, person::Person, role::Role};
use okiagari_model::identify::{supplier::Supplier, system::System};
use okiagari_model::prepare::acknowledgement::{Acknowledgement, reader, unaware};
use okiagari_model::prepare::contact::Contact;
use okiagari_model::prepare::notification::Notification;
use okiagari_model::prepare::playbook::Playbook;
use okiagari_model::prepare::written_plan::{Position, WrittenPlan, in_force, rows_of};
use okiagari_model::{
    Action, Body, Change, Choice, Cond, Record, RecordId, Register, Value, Wing, policy,
};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/plans", get(overview))
        .route("/plans/shipped/{id}/take", post(take))
        .route("/plans/{id}", get(show))
        .route("/plans/{id}/parts", post(save))
        .route("/plans/{id}/confirm", post(confirm))
        .route("/documents/plan/{id}", get(printed))
}

fn id_of(text: &str) -> Result<RecordId, AppError> {
    RecordId::parse(text).ok_or(AppError::NotFound)
}

async fn overview(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        let written = all(me, WrittenPlan::DEF, Vec::new())?;
        let of = |kind: &str| {
            written
                .iter()
                .filter(|p| p.text("kind") == kind)
                .map(|p| {
                    let id = p.id.as_str().to_owned();
                    (id, papers::name(&ui, p), ui.state(p, "state"), p.int("version"))
                })
                .collect()
        };
        let offers: Vec<Offer> = me
            .web
            .app
            .shipped_papers()
            .iter()
            .map(|s| Offer {
                id: s.id.clone(),
                name: s.name.get(me.lang()).to_owned(),
                about: s.about.get(me.lang()).to_owned(),
                papers: of(&s.kind),
            })
            .collect();
        Ok(Page::of(me, me.t("前もって決めておく文書", "Papers settled beforehand"))
            .wing(Wing::Prepare)
            .crumb(WrittenPlan::DEF.label.get(me.lang()), "/r/written_plan")
            .crumb(me.t("そろえる", "What is expected"), "")
            .lead(me.t(
                "見本から始め、問いに答えながら書き、承認します。すでにある文書は、項目ごとに場所を書けば足ります。",
                "Begin from a shipped kind, answer its questions, have it approved. Where a document exists already, say part by part where it stands.",
            ))
            .show(&papers::overview_page(&ui, &offers)))
    })
    .await
}

async fn take(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let shipped = me.web.app.shipped_papers().iter().find(|p| p.id == id);
        let mut body = shipped.ok_or(AppError::NotFound)?.body();
        if let Some(person) = &me.ctx.subject.person {
            body.insert("author".into(), person.as_str().into());
        }
        let change = Change::Create { def: WrittenPlan::DEF, body, reason: None };
        let (key, digest) = act::key(&form, &format!("paper:{id}"));
        let receipt = me.web.app.change_once(&me.ctx, change, &key, &digest)?;
        Ok(guard::redirect(&format!("/plans/{}", enc(receipt.id.as_str()))))
    })
    .await
}

/// The registers that parts are drawn from, as far as this person may see them.
fn sources(me: &Signed) -> Result<Sources, AppError> {
    let of = |def| all(me, def, Vec::new());
    Ok(Sources {
        roles: of(Role::DEF)?,
        people: of(Person::DEF)?,
        contacts: of(Contact::DEF)?,
        systems: of(System::DEF)?,
        authority: of(Authority::DEF)?,
        suppliers: of(Supplier::DEF)?,
        notifications: of(Notification::DEF)?,
        playbooks: of(Playbook::DEF)?,
    })
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let record = me.web.app.record(&me.ctx, WrittenPlan::DEF, &id_of(&id)?, None)?.record;
        draft(me, &record, None)
    })
    .await
}

fn draft(me: &Signed, record: &Record, problem: Option<String>) -> Result<Response, AppError> {
    let ui = load::ui(me);
    let asked = input::query(me.uri.query().unwrap_or_default());
    let may_write =
        policy::may(&me.ctx.subject, WrittenPlan::DEF, Action::Write) && !record.ended();
    let open = if may_write { input::get(&asked, "edit") } else { "" };
    let sources = sources(me)?;
    let made_from = record.text("made_from").split('@').next().unwrap_or_default();
    let shipped = me.web.app.shipped_papers().iter().find(|p| p.id == made_from);
    let considerations = me.web.app.considerations();
    let (left, changed) = papers::left(record, &sources);
    let (confirmed, unaware) = known(me, record, &sources.people)?;
    let positions: Vec<Position> = rows_of(record, "positions");
    let page = Draft {
        id: record.id.as_str().to_owned(),
        rev: record.rev,
        chip: ui.state(record, "state"),
        about: papers::half(&ui, record.text("about")),
        version: record.int("version"),
        parts: papers::parts(
            &ui,
            record,
            ("parts", "levels"),
            shipped,
            considerations,
            &sources,
            open,
        ),
        left,
        walk: papers::walk(&ui, record, considerations, open),
        positions: sources.positions(&ui, &positions),
        actions: papers::actions(&ui, record, "first_actions"),
        changed,
        may_write,
        for_everybody: record.flag("for_everybody"),
        may_confirm: in_force(record) && !confirmed && me.ctx.subject.person.is_some(),
        confirmed,
        unaware,
        problem,
    };
    let name = papers::name(&ui, record);
    Ok(Page::of(me, name.clone())
        .wing(Wing::Prepare)
        .crumb(me.t("前もって決めておく文書", "Papers settled beforehand"), "/plans")
        .crumb(name, "")
        .show(&papers::draft_page(&ui, &page)))
}

/// Whether who asks has confirmed the version in force, and who has not.
fn known(me: &Signed, record: &Record, people: &[Record]) -> Result<(bool, Vec<String>), AppError> {
    if !in_force(record) {
        return Ok((false, Vec::new()));
    }
    let acks = all(me, Acknowledgement::DEF, vec![Cond::eq("paper", record.id.as_str())])?;
    let own = me.ctx.subject.person.as_ref().map(RecordId::as_str);
    let version = record.int("version");
    let confirmed = acks.iter().any(|a| {
        own.is_some()
            && reader(a) == own
            && a.int("version") == version
            && a.text("state") == "confirmed"
    });
    // Employees see their own confirmations only: whom else it lacks is not theirs to know.
    let may_see = policy::may(&me.ctx.subject, Acknowledgement::DEF, Action::Write);
    if !may_see || !record.flag("for_everybody") {
        return Ok((confirmed, Vec::new()));
    }
    let left = unaware(record, acks.iter(), people.iter());
    Ok((confirmed, left.into_iter().map(|p| p.text("name").to_owned()).collect()))
}

/// Papers in force that whoever asks has not confirmed yet: name and address.
pub(crate) fn to_confirm(me: &Signed) -> Result<Vec<(String, String)>, AppError> {
    let Some(own) = &me.ctx.subject.person else { return Ok(Vec::new()) };
    let ui = load::ui(me);
    let mut open = all(me, WrittenPlan::DEF, vec![Cond::eq("state", "approved")])?;
    open.retain(|p| p.flag("for_everybody"));
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let acks = all(me, Acknowledgement::DEF, vec![Cond::eq("person", own.as_str())])?;
    let done = |p: &Record| {
        acks.iter().any(|a| {
            a.ids("paper").contains(&p.id.as_str())
                && a.int("version") == p.int("version")
                && a.text("state") == "confirmed"
        })
    };
    let line = |p: &Record| (papers::name(&ui, p), format!("/plans/{}", enc(p.id.as_str())));
    Ok(open.iter().filter(|p| !done(p)).map(line).collect())
}

/// Saves one part, or how one characteristic is taken up.
async fn save(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let record = me.web.app.record(&me.ctx, WrittenPlan::DEF, &id, None)?.record;
        let key = input::get(&form, "_key").to_owned();
        let patch = if input::get(&form, "_of") == "walk" {
            walked(&record, &key, input::get(&form, "taken_up"))
        } else {
            part_saved(&record, &key, &form)
        };
        let rev = input::get(&form, "_rev").parse().unwrap_or(record.rev);
        let change =
            Change::Edit { def: WrittenPlan::DEF, id: id.clone(), rev, patch, reason: None };
        match me.web.app.change(&me.ctx, change) {
            Ok(_) => Ok(guard::redirect(&format!("/plans/{}#s-{}", enc(id.as_str()), enc(&key)))),
            Err(e @ (AppError::Fields(_) | AppError::Conflict { .. })) => {
                let why = e.message().get(me.lang()).to_owned();
                draft(me, &record, Some(why))
            }
            Err(e) => Err(e),
        }
    })
    .await
}

fn part_saved(record: &Record, key: &str, form: &[(String, String)]) -> Body {
    let mut rows: Vec<Body> = record.rows("parts").cloned().collect();
    let row = rows.iter_mut().find(|r| r.get("key").and_then(Value::as_str) == Some(key));
    if let Some(row) = row {
        for field in ["text", "elsewhere", "left_out"] {
            let typed = input::get(form, field).replace("\r\n", "\n");
            match typed.trim() {
                "" => row.remove(field),
                typed => row.insert(field.to_owned(), typed.into()),
            };
        }
    }
    let rows = rows.into_iter().map(Value::Object).collect();
    [("parts".to_owned(), Value::Array(rows))].into_iter().collect()
}

fn walked(record: &Record, key: &str, taken_up: &str) -> Body {
    let mut rows: Vec<Body> = record.rows("walk").cloned().collect();
    rows.retain(|r| r.get("characteristic").and_then(Value::as_str) != Some(key));
    if !taken_up.trim().is_empty() {
        let mut row = Body::new();
        row.insert("characteristic".into(), key.into());
        row.insert("taken_up".into(), taken_up.trim().into());
        rows.push(row);
    }
    let rows = rows.into_iter().map(Value::Object).collect();
    [("walk".to_owned(), Value::Array(rows))].into_iter().collect()
}

async fn confirm(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let mut body = Body::new();
        body.insert("paper".into(), id.as_str().into());
        body.insert("way".into(), "screen".into());
        let change = Change::Create { def: Acknowledgement::DEF, body, reason: None };
        let (key, digest) = act::key(&form, &format!("read:{id}"));
        let receipt = me.web.app.change_once(&me.ctx, change, &key, &digest)?;
        let leaf = receipt.leaf;
        Ok(guard::redirect(&format!("/plans/{}?done=made&leaf={leaf}", enc(id.as_str()))))
    })
    .await
}

async fn printed(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let ui = load::ui(me);
        let view = me.web.app.record(&me.ctx, WrittenPlan::DEF, &id_of(&id)?, None)?;
        let record = &view.record;
        let sources = sources(me)?;
        let force = record.body.contains_key("approved_parts");
        let of = |now: &'static str, then: &'static str| if force { then } else { now };
        let positions: Vec<Position> = rows_of(record, of("positions", "approved_positions"));
        let levels = of("levels", "approved_levels");
        let names = |field: &str, register: &str| {
            let all = record.ids(field).into_iter();
            let all = all.filter_map(|id| view.names.get(register, id).map(str::to_owned));
            all.collect::<Vec<_>>().join(me.t("、", ", "))
        };
        let doc = Printed {
            paper: paper(me, Some(record))?,
            name: papers::name(&ui, record),
            kind: okiagari_model::prepare::written_plan::PlanKind::from_id(record.text("kind"))
                .map_or_else(String::new, |k| k.label().get(me.lang()).to_owned()),
            about: papers::half(&ui, record.text("about")),
            version: record.int("version"),
            approved: record.time("approved_at").map(|t| ui.when(&t)).unwrap_or_default(),
            author: names("author", "person"),
            approver: names("approved_by", "person"),
            review_days: record.int("review_days"),
            scenarios: names("scenarios", "scenario"),
            parts: papers::parts(
                &ui,
                record,
                (of("parts", "approved_parts"), levels),
                None,
                &[],
                &sources,
                "",
            ),
            positions: sources.positions(&ui, &positions),
            actions: papers::actions(&ui, record, of("first_actions", "approved_actions")),
            levels: papers::levels(&ui, record, levels),
        };
        let title = doc.name.clone();
        let body = papers::printed_page(&ui, &doc);
        Ok(Page::of(me, title).wing(Wing::Prepare).bare("app", Html::new()).show(&body))
    })
    .await
}
