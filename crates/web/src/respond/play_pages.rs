//! Playbooks in one incident: choosing and starting one, and the picture of a run.

use super::load;
use super::parts::{Html, Ui, render};
use super::play::{self, StepRow};
use super::room_pages::{PLAYS, done, id_of, of_act, once, refused};
use crate::frame::Page;
use crate::guard;
use crate::html::enc;
use crate::input::{self, Posted};
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::{AppError, ListRequest};
use okiagari_model::prepare::playbook::{Playbook, steps_of};
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::loss_account::LossAccount;
use okiagari_model::respond::play::Play;
use okiagari_model::respond::task::Task;
use okiagari_model::{Body, Change, Cond, Record, RecordId, Register, Wing};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/room/{id}/plays", get(choose))
        .route("/room/{id}/play", post(start))
        .route("/room/{id}/plays/{play}", get(show))
        .route("/documents/account/{id}", get(account))
        .route("/documents/account", get(blank_account))
}

/// A playbook that can be started.
struct Choosable {
    id: String,
    name: String,
    about: String,
    state: Html,
    steps: usize,
    fits: bool,
    approved: bool,
}

#[derive(Template)]
#[template(path = "respond/plays.html")]
struct ChoosePage<'a> {
    ui: &'a Ui,
    incident: &'a str,
    list: &'a [Choosable],
    problem: Option<String>,
}

async fn choose(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| choose_page(me, &id_of(&id)?, None)).await
}

fn choose_page(me: &Signed, id: &RecordId, problem: Option<String>) -> Result<Response, AppError> {
    let ui = load::ui(me);
    let incident = me.web.app.record(&me.ctx, Incident::DEF, id, None)?.record;
    let books = me.web.app.list(&me.ctx, &ListRequest::first(Playbook::DEF, 200))?.records;
    let kind = incident.text("kind");
    let mut list: Vec<Choosable> = books
        .iter()
        .filter(|b| b.text("state") != "retired")
        .map(|b| Choosable {
            id: b.id.as_str().to_owned(),
            name: play::name(&ui, b),
            about: about(&ui, b),
            state: ui.state(b, "state"),
            steps: steps_of(b, in_force(b)).len(),
            fits: b.ids("kinds").contains(&kind),
            approved: b.text("state") == "approved",
        })
        .collect();
    list.sort_by_key(|b| (!b.fits, !b.approved));
    let body = render(&ChoosePage { ui: &ui, incident: id.as_str(), list: &list, problem });
    Ok(Page::of(me, me.t("手順書を選ぶ", "Choose a playbook"))
        .wing(Wing::Respond)
        .crumb(incident.title(), format!("/room/{}", enc(id.as_str())))
        .crumb(me.t("手順書を選ぶ", "Choose a playbook"), "")
        .show(&body))
}

/// The field that holds the steps a run would take.
pub(super) fn in_force(playbook: &Record) -> &'static str {
    if playbook.body.contains_key("approved_steps") { "approved_steps" } else { "steps" }
}

pub(super) fn about(ui: &Ui, record: &Record) -> String {
    let en = record.text("about_en");
    let text = if ui.lang == okiagari_model::Lang::En && !en.is_empty() {
        en
    } else {
        record.text("about")
    };
    text.to_owned()
}

async fn start(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let playbook = RecordId::parse(input::get(&form, "playbook"))
            .ok_or_else(|| of_act(super::act::ActError::Unknown))?;
        let mut body = Body::new();
        body.insert("incident".into(), id.as_str().into());
        body.insert("playbook".into(), playbook.as_str().into());
        let why = input::get(&form, "why").trim();
        if !why.is_empty() {
            body.insert("why".into(), why.into());
        }
        let change = Change::Create { def: Play::DEF, body, reason: None };
        match once(me, change, &form, &format!("play:{id}")) {
            Ok(_) => done(me, &id, "#room-plays"),
            Err(e @ (AppError::NotFound | AppError::Store(_) | AppError::Internal(_))) => Err(e),
            Err(e) if me.fragment.is_some() => refused(me, &id, &e, "", PLAYS),
            Err(e) => choose_page(me, &id, Some(e.message().get(me.lang()).to_owned())),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "respond/play.html")]
struct RunPage<'a> {
    ui: &'a Ui,
    incident: &'a str,
    run: &'a Record,
    chip: Html,
    version: Option<i64>,
    newest: Option<i64>,
    picture: Html,
    rows: Vec<StepRow>,
    may_write: bool,
}

async fn show(me: Signed, Path((id, run)): Path<(String, String)>) -> Response {
    me.run(move |me| {
        let (id, run) = (id_of(&id)?, id_of(&run)?);
        let ui = load::ui(me);
        let app = &me.web.app;
        let run = app.record(&me.ctx, Play::DEF, &run, None)?.record;
        if run.text("incident") != id.as_str() {
            return Err(AppError::NotFound);
        }
        let of = vec![Cond::eq("play", run.id.as_str())];
        let tasks =
            app.list(&me.ctx, &ListRequest { conds: of, ..ListRequest::first(Task::DEF, 500) })?;
        let steps = steps_of(&run, "steps");
        let playbook = RecordId::new(run.text("playbook"));
        // Whoever sees the run need not see the playbook; then nothing newer is offered.
        let newest = app
            .record(&me.ctx, Playbook::DEF, &playbook, None)
            .ok()
            .and_then(|v| v.record.int("version"))
            .filter(|v| *v > run.int("version").unwrap_or(0));
        let name = play::name(&ui, &run);
        let body = render(&RunPage {
            ui: &ui,
            incident: id.as_str(),
            run: &run,
            chip: ui.state(&run, "state"),
            version: run.int("version").filter(|_| !run.flag("unapproved")),
            newest,
            picture: play::picture(&ui, &name, &steps, &play::state_by_tasks(&tasks.records)),
            rows: play::rows(&ui, &steps, &[]),
            may_write: load::Watcher::of(&me.ctx).may_write,
        });
        Ok(Page::of(me, name.clone())
            .wing(Wing::Respond)
            .crumb(me.t("対応の部屋", "The room"), format!("/room/{}", enc(id.as_str())))
            .crumb(name, "")
            .show(&body))
    })
    .await
}

/// The account of events, ready to print; parts not filled in are lines to write on.
struct Account {
    id: Option<String>,
    incident: String,
    rows: Vec<(String, String)>,
    signed: String,
    org: String,
    rev: u32,
    leaf: u64,
}

#[derive(Template)]
#[template(path = "respond/doc_account.html")]
struct AccountPage<'a> {
    ui: &'a Ui,
    doc: &'a Account,
}

/// The parts of the account in the order of the paper.
const PARTS: [&str; 10] = [
    "who",
    "device",
    "noticed_at",
    "noticed_where",
    "last_seen_at",
    "last_seen_where",
    "contents",
    "protections",
    "steps",
    "supervisor",
];

fn account_of(
    me: &Signed,
    record: Option<&Record>,
    names: &dyn Fn(&str) -> String,
) -> Result<Account, AppError> {
    let ui = load::ui(me);
    let rows = PARTS
        .iter()
        .filter_map(|id| LossAccount::DEF.field(id))
        .map(|field| {
            let value = match (record, field.id) {
                (None, _) => String::new(),
                (Some(r), "who" | "supervisor") => {
                    r.ids(field.id).first().map(|id| names(id)).unwrap_or_default()
                }
                (Some(r), "noticed_at" | "last_seen_at") => {
                    r.time(field.id).map(|t| ui.when(&t)).unwrap_or_default()
                }
                (Some(r), _) => r.text(field.id).to_owned(),
            };
            (field.label.get(me.lang()).to_owned(), value)
        })
        .collect();
    let signed = record.and_then(|r| Some((r.text("signature"), r.time("signed_at")?)));
    Ok(Account {
        id: record.map(|r| r.id.as_str().to_owned()),
        incident: record.map(|r| r.text("incident").to_owned()).unwrap_or_default(),
        rows,
        signed: signed.map(|(name, at)| format!("{name} {}", ui.when(&at))).unwrap_or_default(),
        org: me.web.app.frame(&me.ctx)?.org,
        rev: record.map_or(0, |r| r.rev),
        leaf: record.map_or(0, |r| r.leaf),
    })
}

async fn account(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let view = me.web.app.record(&me.ctx, LossAccount::DEF, &id_of(&id)?, None)?;
        let name = |id: &str| view.names.get("person", id).unwrap_or_default().to_owned();
        account_page(me, &account_of(me, Some(&view.record), &name)?)
    })
    .await
}

/// An empty one to be filled in by hand, when the network is down.
async fn blank_account(me: Signed) -> Response {
    me.run(|me| {
        let asked = input::query(me.uri.query().unwrap_or_default());
        let mut doc = account_of(me, None, &|_| String::new())?;
        let incident = input::get(&asked, "incident");
        if !incident.is_empty() {
            // Filled in already: the paper of this incident.
            let of = vec![Cond::eq("incident", incident)];
            let request = ListRequest { conds: of, ..ListRequest::first(LossAccount::DEF, 1) };
            if let Some(found) = me.web.app.list(&me.ctx, &request)?.records.first() {
                return Ok(guard::redirect(&format!(
                    "/documents/account/{}",
                    enc(found.id.as_str())
                )));
            }
            doc.incident = id_of(incident)?.as_str().to_owned();
        }
        account_page(me, &doc)
    })
    .await
}

fn account_page(me: &Signed, doc: &Account) -> Result<Response, AppError> {
    let ui = load::ui(me);
    Ok(Page::of(me, me.t("顛末書", "Account of events"))
        .wing(Wing::Respond)
        .bare("app", Html::new())
        .show(&render(&AccountPage { ui: &ui, doc })))
}
