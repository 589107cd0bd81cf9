//! Indicators of a case: the table, the box that many are pasted into, another state for several.

use super::load;
use super::parts::{Html, Ui, option_of, render};
use super::room_pages::id_of;
use crate::error;
use crate::frame::Page;
use crate::guard;
use crate::html::enc;
use crate::input::{self, Posted};
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::indicators::{Paste, PasteForm, SeenIn};
use okiagari_app::{AppError, ListRequest};
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::indicator::{Indicator, IndicatorKind, IndicatorState};
use okiagari_model::respond::indicator_text;
use okiagari_model::respond::message::Tlp;
use okiagari_model::{Action, Choice, Cond, Record, RecordId, Register, Wing, policy};
use std::collections::HashMap;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/room/{id}/indicators", get(show).post(paste).layer(DefaultBodyLimit::max(4 << 20)))
        .route("/room/{id}/indicators/state", post(set_state))
}

/// Rows of the page: a thousand are read at a glance of the eye over the filter.
const SHOWN: usize = 1_000;

/// One row.
struct Row {
    id: String,
    kind: String,
    value: String,
    safe: String,
    chip: Html,
    source: String,
    note: String,
    tlp: String,
    /// Other cases: id and words.
    seen: Vec<(String, String)>,
}

/// The page as shown.
struct View {
    id: String,
    may_write: bool,
    rows: Vec<Row>,
    more: bool,
    /// State chosen to look at, stored name.
    chosen: String,
    /// States: stored name, word, number.
    states: Vec<(&'static str, String, u64)>,
    tlps: Vec<(&'static str, String)>,
    /// What a paste became.
    result: Option<String>,
    /// Lines that could not be read: line, text, why.
    bad: Vec<(usize, String, String)>,
    /// What stays in the box.
    typed: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "respond/indicators.html")]
struct Markup<'a> {
    ui: &'a Ui,
    view: &'a View,
}

/// What a posted paste leaves on the page.
#[derive(Default)]
struct Left {
    result: Option<String>,
    bad: Vec<(usize, String, String)>,
    typed: String,
    problem: Option<String>,
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let query = input::query(me.uri.query().unwrap_or_default());
        let number = |name: &str| input::get(&query, name).parse::<u32>().ok();
        let result = number("made").map(|made| {
            me.t(
                "{n}件を登録しました。同じもの {j} 行。",
                "{n} registered; {j} lines say the same.",
            )
            .replace("{n}", &made.to_string())
            .replace("{j}", &number("joined").unwrap_or(0).to_string())
        });
        page(me, &id_of(&id)?, Left { result, ..Left::default() }, StatusCode::OK)
    })
    .await
}

fn records(
    me: &Signed,
    id: &RecordId,
    state: Option<IndicatorState>,
) -> Result<(Vec<Record>, bool), AppError> {
    let mut conds = vec![Cond::eq("incident", id.as_str())];
    conds.extend(state.map(|s| Cond::eq("state", s.id())));
    let mut request = ListRequest { conds, ..ListRequest::first(Indicator::DEF, 500) };
    let mut all = Vec::new();
    loop {
        let page = me.web.app.list(&me.ctx, &request)?;
        all.extend(page.records);
        match page.next {
            Some(next) if all.len() < SHOWN => request.after = Some(next),
            next => return Ok((all, next.is_some())),
        }
    }
}

fn page(me: &Signed, id: &RecordId, left: Left, status: StatusCode) -> Result<Response, AppError> {
    let ui = load::ui(me);
    let app = &me.web.app;
    let incident = app.record(&me.ctx, Incident::DEF, id, None)?.record;
    let query = input::query(me.uri.query().unwrap_or_default());
    let chosen = IndicatorState::from_id(input::get(&query, "state"));
    let (records, more) = records(me, id, chosen)?;
    let seen = app.seen_elsewhere(&me.ctx, id, &records)?;
    let counts = app.indicator_counts(&me.ctx, id)?;
    let label = |o: &okiagari_model::ChoiceOption| o.label.get(ui.lang).to_owned();
    let view = View {
        id: id.as_str().to_owned(),

        may_write: policy::may(&me.ctx.subject, Indicator::DEF, Action::Create)
            && !incident.ended(),
        rows: records.iter().map(|r| row(&ui, r, &seen)).collect(),
        more,
        chosen: chosen.map_or("", IndicatorState::id).to_owned(),
        states: IndicatorState::DEF
            .options
            .iter()
            .map(|o| (o.id, label(o), counts.get(o.id).copied().unwrap_or(0)))
            .collect(),
        tlps: Tlp::DEF.options.iter().map(|o| (o.id, label(o))).collect(),
        result: left.result,
        bad: left.bad,
        typed: left.typed,
        problem: left.problem,
    };
    let title = me.t("痕跡・対象機器", "Indicators and hosts");
    Ok(Page::of(me, title)
        .wing(Wing::Respond)
        .crumb(incident.title(), format!("/room/{}", enc(id.as_str())))
        .crumb(title, "")
        .status(status)
        .show(&render(&Markup { ui: &ui, view: &view })))
}

fn row(ui: &Ui, r: &Record, seen: &HashMap<(String, String), Vec<SeenIn>>) -> Row {
    let key = (r.text("kind").to_owned(), r.text("value").to_owned());
    let kind = IndicatorKind::from_id(r.text("kind"));
    Row {
        id: r.id.as_str().to_owned(),
        kind: ui.choice(r, "kind"),
        value: r.text("value").to_owned(),
        safe: kind.map_or_else(String::new, |k| indicator_text::defanged(k, r.text("value"))),
        chip: ui.state(r, "state"),
        source: r.text("source").to_owned(),
        note: r.text("note").to_owned(),
        tlp: option_of(r, "tlp").map_or_else(String::new, |o| o.label.get(ui.lang).to_owned()),
        seen: seen
            .get(&key)
            .into_iter()
            .flatten()
            .map(|s| {
                let state = IndicatorState::from_id(&s.state)
                    .map_or("", |state| state.label().get(ui.lang))
                    .to_owned();
                let words = format!("{} {}{state}", s.title, ui.t("：", ": "));
                (s.incident.as_str().to_owned(), words)
            })
            .collect(),
    }
}

async fn paste(me: Signed, Path(id): Path<String>, posted: Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let typed = posted.get("lines").replace("\r\n", "\n");
        let form = PasteForm {
            state: IndicatorState::from_id(posted.get("state"))
                .unwrap_or(IndicatorState::Suspected),
            source: posted.get("source").to_owned(),
            tlp: Tlp::from_id(posted.get("tlp")),
        };
        match me.web.app.paste_indicators(&me.ctx, &id, &typed, &form) {
            Ok(paste) if paste.bad.is_empty() => {
                let place = format!(
                    "/room/{}/indicators?made={}&joined={}",
                    enc(id.as_str()),
                    paste.made,
                    paste.joined.len()
                );
                Ok(guard::redirect(&place))
            }
            Ok(paste) => page(me, &id, left(me, paste), StatusCode::OK),
            Err(e @ (AppError::NotFound | AppError::Forbidden(_) | AppError::Internal(_))) => {
                Err(e)
            }
            Err(e) => {
                let status =
                    StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
                let problem = Some(e.message().get(me.lang()).to_owned());
                page(me, &id, Left { problem, typed, ..Left::default() }, status)
            }
        }
    })
    .await
}

/// The good lines are kept; the others stay in the box, each with its reason.
fn left(me: &Signed, paste: Paste) -> Left {
    let result = me
        .t(
            "{n}件を登録しました。同じもの {j} 行。読めない行 {b} 行は欄に残しています。",
            "{n} registered, {j} lines say the same, {b} could not be read and stay in the box.",
        )
        .replace("{n}", &paste.made.to_string())
        .replace("{j}", &paste.joined.len().to_string())
        .replace("{b}", &paste.bad.len().to_string());
    let typed: Vec<&str> = paste.bad.iter().map(|b| b.written.as_str()).collect();
    Left {
        result: Some(result),
        typed: typed.join("\n"),
        bad: paste
            .bad
            .iter()
            .map(|b| (b.line, b.written.clone(), b.why.get(me.lang()).to_owned()))
            .collect(),
        problem: None,
    }
}

async fn set_state(me: Signed, Path(id): Path<String>, posted: Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let ids: Vec<RecordId> = posted.all("id").filter_map(RecordId::parse).collect();
        let state = IndicatorState::from_id(posted.get("state"));
        let (Some(state), false) = (state, ids.is_empty()) else {
            return Err(error::input(
                "変えるものと、新しい状態を選んでください。",
                "Choose what to change and its new state.",
            ));
        };
        me.web.app.set_indicators(&me.ctx, &id, &ids, state, posted.get("reason"))?;
        Ok(guard::redirect(&format!("/room/{}/indicators", enc(id.as_str()))))
    })
    .await
}
