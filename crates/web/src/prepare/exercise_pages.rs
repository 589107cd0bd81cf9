//! Scenarios that are shipped, numbers matched with the company directory, the evaluation sheet.

use crate::frame::Page;
use crate::guard;
use crate::html::{Html, enc};
use crate::input::{self, Posted};
use crate::respond::act;
use crate::respond::document_pages::{all, paper};
use crate::respond::documents::Paper;
use crate::respond::load;
use crate::respond::parts::{Ui, render};
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_model::govern::person::Person;
use okiagari_model::improve::improvement::Improvement;
use okiagari_model::prepare::exercise::{
    Exercise, Found, PhoneDifference, SCORES, match_directory,
};
use okiagari_model::prepare::scenario::Scenario;
use okiagari_model::prepare::written_plan::rows_of;
use okiagari_model::{
    Action, Body, Change, Choice, Cond, MINUTE, Record, RecordId, Register, RowType, Value, Wing,
    policy, validate,
};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/scenarios/shipped", get(shipped))
        .route("/scenarios/shipped/{id}/take", post(take))
        .route("/exercises/{id}/directory", get(directory).post(matched))
        .route("/documents/exercise/{id}", get(sheet))
}

fn id_of(text: &str) -> Result<RecordId, AppError> {
    RecordId::parse(text).ok_or(AppError::NotFound)
}

/// A shipped scenario in the list.
struct Offer {
    id: String,
    name: String,
    trigger: String,
    path: String,
    damage: String,
}

#[derive(Template)]
#[template(path = "prepare/scenarios.html")]
struct ShippedPage<'a> {
    ui: &'a Ui,
    list: &'a [Offer],
    may_take: bool,
}

async fn shipped(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        let lang = me.lang();
        let list: Vec<Offer> = me
            .web
            .app
            .shipped_scenarios()
            .iter()
            .map(|s| Offer {
                id: s.id.clone(),
                name: s.name.get(lang).to_owned(),
                trigger: s.trigger.get(lang).to_owned(),
                path: s.path.get(lang).to_owned(),
                damage: s.damage.get(lang).to_owned(),
            })
            .collect();
        let may_take = policy::may(&me.ctx.subject, Scenario::DEF, Action::Create);
        Ok(Page::of(me, me.t("想定シナリオの見本", "Shipped scenarios"))
            .wing(Wing::Prepare)
            .crumb(Scenario::DEF.label.get(lang), "/r/scenario")
            .crumb(me.t("見本", "Shipped"), "")
            .lead(me.t(
                "近いものを取り込み、自社の情報・システム・相手に合わせて直します。",
                "Take the nearest one and fit it to your own information, systems and parties.",
            ))
            .show(&render(&ShippedPage { ui: &ui, list: &list, may_take })))
    })
    .await
}

async fn take(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let found = me.web.app.shipped_scenarios().iter().find(|s| s.id == id);
        let body = found.ok_or(AppError::NotFound)?.body();
        let change = Change::Create { def: Scenario::DEF, body, reason: None };
        let (key, digest) = act::key(&form, &format!("scenario:{id}"));
        let receipt = me.web.app.change_once(&me.ctx, change, &key, &digest)?;
        Ok(guard::redirect(&format!("/r/scenario/{}", enc(receipt.id.as_str()))))
    })
    .await
}

#[derive(Template)]
#[template(path = "prepare/directory.html")]
struct DirectoryPage<'a> {
    ui: &'a Ui,
    id: &'a str,
    rev: u32,
    on: String,
    differences: Vec<PhoneDifference>,
    may_write: bool,
}

async fn directory(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let ui = load::ui(me);
        let record = me.web.app.record(&me.ctx, Exercise::DEF, &id_of(&id)?, None)?.record;
        let page = DirectoryPage {
            ui: &ui,
            id: record.id.as_str(),
            rev: record.rev,
            on: record.text("directory_on").to_owned(),
            differences: rows_of(&record, "phone_differences"),
            may_write: policy::may(&me.ctx.subject, Exercise::DEF, Action::Write),
        };
        let title = me.t("社内名簿と照合する", "Match with the directory");
        Ok(Page::of(me, title)
            .wing(Wing::Prepare)
            .crumb(record.title(), format!("/r/exercise/{}", enc(record.id.as_str())))
            .crumb(title, "")
            .lead(me.t(
                "社内名簿の氏名と電話番号を貼り付けると、要員の台帳の番号と比べ、違いをこの演習に残します。",
                "Paste names and numbers of the directory: they are compared with the register of people, and differences are kept with this exercise.",
            ))
            .show(&render(&page)))
    })
    .await
}

async fn matched(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let people = all(me, Person::DEF, Vec::new())?;
        let found = match_directory(input::get(&form, "directory"), people.iter());
        let rows: Vec<Value> = found.iter().map(|d| Value::Object(d.to_body())).collect();
        let today = me.web.app.now().date(&me.ctx.zone).map(|d| d.to_string());
        let mut patch = Body::new();
        patch.insert("directory_on".into(), today.map_or(Value::Null, Value::from));
        let rows = if rows.is_empty() { Value::Null } else { Value::Array(rows) };
        patch.insert("phone_differences".into(), rows);
        let rev = input::get(&form, "_rev").parse().unwrap_or(0);
        let change = Change::Edit { def: Exercise::DEF, id: id.clone(), rev, patch, reason: None };
        let receipt = me.web.app.change(&me.ctx, change)?;
        let place = enc(id.as_str()).to_string();
        let leaf = receipt.leaf;
        Ok(guard::redirect(&format!("/exercises/{place}/directory?done=saved&leaf={leaf}")))
    })
    .await
}

/// The evaluation sheet.
struct Sheet {
    paper: Paper,
    title: String,
    facts: Vec<(String, String)>,
    scores: Vec<(String, String)>,
    result: String,
    remarks: String,
    delays: Vec<(String, i64)>,
    found: Vec<[String; 4]>,
    improvements: Vec<[String; 3]>,
    differences: Vec<PhoneDifference>,
}

#[derive(Template)]
#[template(path = "prepare/doc_exercise.html")]
struct SheetPage<'a> {
    ui: &'a Ui,
    doc: &'a Sheet,
}

/// Fields that the sheet states, in order.
const FACTS: [&str; 12] = [
    "kind",
    "held_on",
    "objectives",
    "scenarios",
    "tests",
    "plans",
    "playbooks",
    "participants",
    "others",
    "tester",
    "facilitator",
    "recorder",
];

async fn sheet(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let ui = load::ui(me);
        let view = me.web.app.record(&me.ctx, Exercise::DEF, &id_of(&id)?, None)?;
        let record = &view.record;
        let label = |f: &str| {
            record.def.field(f).map_or_else(String::new, |d| d.label.get(ui.lang).to_owned())
        };
        let people = all(me, Person::DEF, Vec::new())?;
        let person = |id: &str| {
            let found = people.iter().find(|p| p.id.as_str() == id);
            found.map_or_else(String::new, |p| p.text("name").to_owned())
        };
        let facts = FACTS
            .iter()
            .filter(|f| record.body.contains_key(**f))
            .map(|f| (label(f), shown(&ui, &view, f)))
            .collect();
        let score = |f: &&str| {
            let n =
                record.int(f).map_or_else(|| ui.t("まだ", "not yet").to_owned(), |n| n.to_string());
            (label(f), n)
        };
        let found = rows_of::<Found>(record, "findings")
            .into_iter()
            .map(|f| {
                let area = f.area.label().get(ui.lang).to_owned();
                let owner = f.owner.map(|o| person(o.id.as_str())).unwrap_or_default();
                let due = f.due_on.map(|d| d.to_string()).unwrap_or_default();
                [f.text, format!("{}（{area}）", f.change.unwrap_or_default()), owner, due]
            })
            .collect();
        let improvements =
            all(me, Improvement::DEF, vec![Cond::eq("exercise", record.id.as_str())])?;
        let doc = Sheet {
            paper: paper(me, Some(record))?,
            title: record.title(),
            facts,
            scores: SCORES.iter().map(score).collect(),
            result: record.text("result").to_owned(),
            remarks: record.text("remarks").to_owned(),
            delays: delays(me, record)?,
            found,
            improvements: improvements
                .iter()
                .map(|i| {
                    let title = ui.own_words(&i.title()).to_owned();
                    [title, i.text("due_on").to_owned(), ui.choice(i, "state")]
                })
                .collect(),
            differences: rows_of(record, "phone_differences"),
        };
        let body = render(&SheetPage { ui: &ui, doc: &doc });
        let title = me.t("演習の評価表", "Evaluation sheet of the exercise");
        Ok(Page::of(me, title).wing(Wing::Prepare).bare("app", Html::new()).show(&body))
    })
    .await
}

/// A field as shown, references by their titles.
fn shown(ui: &Ui, view: &okiagari_app::RecordView, field: &str) -> String {
    use okiagari_model::FieldKind;
    let record = &view.record;
    let Some(def) = record.def.field(field) else { return String::new() };
    if let FieldKind::Ref(register) | FieldKind::Refs(register) = def.kind {
        let ids = record.ids(field).into_iter();
        let names: Vec<&str> = ids.filter_map(|id| view.names.get(register, id)).collect();
        return names.join(ui.t("、", ", "));
    }
    record.body.get(field).map_or_else(String::new, |v| validate::show(def, v, ui.lang, &ui.zone))
}

/// From noticing to report: of the drill incidents of the exercise, else as typed.
fn delays(me: &Signed, record: &Record) -> Result<Vec<(String, i64)>, AppError> {
    use okiagari_model::respond::incident::Incident;
    let drills = all(me, Incident::DEF, vec![Cond::eq("exercise", record.id.as_str())])?;
    let mut found: Vec<(String, i64)> = drills
        .iter()
        .filter_map(|i| {
            let (from, to) = (i.time("detected_at")?, i.time("reported_at")?);
            Some((i.title(), to.since(from) / MINUTE))
        })
        .collect();
    if let Some(typed) = record.int("report_delay").filter(|_| found.is_empty()) {
        found.push((String::new(), typed));
    }
    Ok(found)
}
