//! Deadlines: the list, the wall, one clock with its forms.

use super::act;
use super::deadlines::{self, Board, Clock};
use super::load;
use super::parts::Ui;
use crate::error;
use crate::frame::Page;
use crate::guard;
use crate::html::{Html, enc};
use crate::input::{self, Posted};
use crate::web::Web;
use crate::who::{Prefs, Signed};
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use okiagari_app::{AppError, ListRequest};
use okiagari_model::respond::{decision, incident::Incident, obligation::Obligation};
use okiagari_model::{Cond, FieldProblem, RecordId, Register, Wing};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/deadlines", get(list))
        .route("/deadlines/wall", get(wall))
        .route("/deadlines/{id}", get(show).post(take_step))
}

fn board(me: &Signed) -> Result<Board, AppError> {
    let ui = load::ui(me);
    let query = input::query(me.uri.query().unwrap_or_default());
    let app = &me.web.app;
    let incident = RecordId::parse(input::get(&query, "incident"));
    let incident = match incident {
        Some(id) => {
            let record = app.record(&me.ctx, Incident::DEF, &id, None)?.record;
            Some((id.as_str().to_owned(), record.title()))
        }
        None => None,
    };
    let of = incident.as_ref().map(|(id, _)| RecordId::new(id.as_str()));
    let mut clocks = app.deadlines(&me.ctx, of.as_ref())?;
    let over = input::get(&query, "over") == "1";
    if over && of.is_none() {
        clocks.extend(finished(me)?);
    }
    let roles = &me.ctx.subject.roles;
    Ok(Board {
        clocks: clocks.into_iter().map(|d| load::due(&ui, roles, d)).collect(),
        mine: input::get(&query, "mine") == "1",
        incident,
        over,
    })
}

/// Clocks that are over, of the incidents that still run: the list itself holds open ones only.
fn finished(me: &Signed) -> Result<Vec<okiagari_app::views::DeadlineView>, AppError> {
    let app = &me.web.app;
    let conds =
        vec![Cond { field: "state".into(), op: okiagari_model::Op::Ne, value: "open".into() }];
    let request = ListRequest { conds, ..ListRequest::first(Obligation::DEF, 100) };
    let mut cases: Vec<RecordId> = Vec::new();
    for o in app.list(&me.ctx, &request)?.records {
        for id in o.ids("incident").into_iter().map(RecordId::new) {
            if !cases.contains(&id) {
                cases.push(id);
            }
        }
    }
    let mut out = Vec::new();
    for case in cases.iter().take(20) {
        let of_case = app.deadlines(&me.ctx, Some(case))?;
        out.extend(
            of_case
                .into_iter()
                .filter(|d| d.record.text("state") != "open" && d.record.def.id == Obligation::ID),
        );
    }
    Ok(out)
}

async fn list(me: Signed) -> Response {
    me.run(|me| {
        let board = board(me)?;
        let title = me.t("期限", "Deadlines");
        Ok(Page::of(me, title)
            .wing(Wing::Respond)
            .place("deadlines")
            .bare("app", Html::new())
            .show(&deadlines::page(&load::ui(me), &board)))
    })
    .await
}

/// A screen that hangs in the room: no frame, and it reads itself anew each minute.
#[derive(askama::Template)]
#[template(path = "respond/wall_page.html")]
struct WallPage<'a> {
    ui: &'a Ui,
    prefs: Prefs,
    body: Html,
}

impl WallPage<'_> {
    fn asset(&self, name: &str) -> String {
        crate::assets::asset(name)
    }
}

async fn wall(me: Signed) -> Response {
    me.run(|me| {
        let board = board(me)?;
        let ui = load::ui(me);
        let page = WallPage { ui: &ui, prefs: me.prefs, body: deadlines::wall(&ui, &board) };
        Ok(axum::response::Html(super::parts::render(&page).0).into_response())
    })
    .await
}

fn clock(me: &Signed, id: &RecordId) -> Result<Clock, AppError> {
    let ui = load::ui(me);
    let app = &me.web.app;
    let view = app.record(&me.ctx, Obligation::DEF, id, None)?;
    let o = &view.record;
    let case = o.ids("incident").first().map(|i| RecordId::new(*i));
    let all = match &case {
        Some(case) => app.deadlines(&me.ctx, Some(case))?,
        None => app.deadlines(&me.ctx, None)?,
    };
    let due = all
        .into_iter()
        .find(|d| d.record.def.id == Obligation::ID && d.record.id == *id)
        .map(|d| load::due(&ui, &me.ctx.subject.roles, d))
        .ok_or(AppError::NotFound)?;
    let open = |step: &str| view.steps.iter().any(|s| s.step.id == step && s.role_ok);
    let decisions = match &case {
        Some(case) if open("move") => {
            let conds =
                vec![Cond::eq("incident", case.as_str()), Cond::eq("topic", "move_deadline")];
            let request = ListRequest { conds, ..ListRequest::first(decision::Decision::DEF, 50) };
            app.list(&me.ctx, &request)?
                .records
                .iter()
                .map(|d| (d.id.as_str().to_owned(), d.text("question").to_owned()))
                .collect()
        }
        _ => Vec::new(),
    };
    Ok(Clock {
        anchor_at: o.time("anchor_at"),
        warn_at: o.time("warn_at"),
        alarms: o.int("alarms").unwrap_or(0),
        may_finish: open("finish") && view.may.contains(&okiagari_model::Action::Write),
        may_move: open("move") && view.may.contains(&okiagari_model::Action::Write),
        decisions,
        problems: Vec::new(),
        due,
    })
}

fn answer(me: &Signed, clock: &Clock, status: StatusCode) -> Response {
    Page::of(me, clock.due.title.clone())
        .wing(Wing::Respond)
        .place("deadlines")
        .status(status)
        .bare("app", Html::new())
        .show(&deadlines::one(&load::ui(me), clock))
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        Ok(answer(me, &clock(me, &id)?, StatusCode::OK))
    })
    .await
}

async fn take_step(me: Signed, Path(id): Path<String>, Posted(mut form): Posted) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        form.push(("register".into(), Obligation::ID.into()));
        form.push(("id".into(), id.as_str().into()));
        let made = act::step(&form, &me.ctx.zone).map_err(|e| match e {
            act::ActError::Fields(list) => AppError::Fields(list),
            act::ActError::Unknown => error::input(
                "画面が古くなっているようです。開き直してもう一度行ってください。",
                "The page seems to be out of date. Open it again and retry.",
            ),
        });
        let made = made.and_then(|change| {
            let (key, digest) = act::key(&form, &format!("deadline:{id}"));
            me.web.app.change_once(&me.ctx, change, &key, &digest)
        });
        match made {
            Ok(receipt) => {
                let draft = format!("deadline:{id}");
                Ok(guard::redirect(&format!(
                    "/deadlines/{}?done=step&leaf={}&draft={}",
                    enc(id.as_str()),
                    receipt.leaf,
                    enc(&draft)
                )))
            }
            Err(AppError::Fields(list)) => {
                let mut clock = clock(me, &id)?;
                clock.problems = list.iter().map(|p| shown(p, me)).collect();
                Ok(answer(me, &clock, StatusCode::UNPROCESSABLE_ENTITY))
            }
            Err(e) => Err(e),
        }
    })
    .await
}

fn shown(p: &FieldProblem, me: &Signed) -> (String, String) {
    (p.field.clone(), p.message.get(me.lang()).to_owned())
}
