//! The response room: the page, its forms, its live line.

use super::act::{self, ActError, EntryForm};
use super::load::{self, Watcher};
use super::parts::{Html, Ui};
use super::room::{self, Refused, Room};
use super::{live, upload};
use crate::frame::Page;
use crate::guard;
use crate::html::enc;
use crate::input::{self, Posted};
use crate::web::Web;
use crate::who::Signed;
use crate::{error, markup};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use okiagari_app::{AppError, Receipt};
use okiagari_model::respond::incident::Incident;
use okiagari_model::{Change, Message, RecordId, Register, Wing};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/room/{id}", get(show))
        .route("/room/{id}/live", get(watch))
        .route("/room/{id}/act", post(take_step))
        .route("/room/{id}/situation", post(situation))
        .route("/room/{id}/entry", post(entry).layer(DefaultBodyLimit::disable()))
}

/// What was refused came from the panel of playbooks.
pub(super) const PLAYS: &str = "plays";

pub(super) fn id_of(text: &str) -> Result<RecordId, AppError> {
    RecordId::parse(text).ok_or(AppError::NotFound)
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let query = input::query(me.uri.query().unwrap_or_default());
        let before = Some(input::get(&query, "before")).filter(|b| !b.is_empty());
        let correct = Some(input::get(&query, "correct")).filter(|c| !c.is_empty());
        let mut room = read(me, &id, before, correct)?;
        room.fixed = RecordId::parse(input::get(&query, "fixed")).map(|e| e.as_str().to_owned());
        Ok(answer(me, &room, StatusCode::OK))
    })
    .await
}

fn read(
    me: &Signed,
    id: &RecordId,
    before: Option<&str>,
    correct: Option<&str>,
) -> Result<Room, AppError> {
    let view = me.web.app.room(&me.ctx, id, before)?;
    Ok(load::room_of(&load::ui(me), view, Watcher::of(&me.ctx), correct))
}

/// The whole page, or the part that a script asked for.
fn answer(me: &Signed, room: &Room, status: StatusCode) -> Response {
    let ui = load::ui(me);
    if let Some(part) = me.fragment.as_deref().and_then(|f| part(&ui, room, f)) {
        return (status, axum::response::Html(part.0)).into_response();
    }
    let attrs =
        markup!(" data-live=\"/room/{}/live\" data-live-last=\"{}\"", enc(&room.id), room.leaf);
    Page::of(me, format!("{} {}", room.number, room.title))
        .wing(Wing::Respond)
        .status(status)
        .bare("app has-room", attrs)
        .show(&room::page(&ui, room))
}

/// A part of the room by its id.
fn part(ui: &Ui, room: &Room, id: &str) -> Option<Html> {
    Some(match id {
        "entry" => room::entry_box(ui, room),
        "tasks" => room::tasks(ui, room),
        "room-plays" => super::play::panel(ui, room),
        "room-steps" => room::steps(ui, room),
        "room-deadlines" => room::deadlines(ui, room),
        "room-known" => room::known(ui, room),
        "room-waking" => room::waking(ui, room),
        "room-messages" => room::messages(ui, room),
        _ => return None,
    })
}

async fn watch(me: Signed, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let Ok(id) = id_of(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let query = input::query(me.uri.query().unwrap_or_default());
    let named = headers.get("last-event-id").and_then(|v| v.to_str().ok());
    let last = named.unwrap_or_else(|| input::get(&query, "last")).parse().ok();
    // Somebody who may not see the room learns nothing, not even that it is there.
    let (app, ctx, of) = (me.web.app.clone(), me.ctx.clone(), id.clone());
    let seen =
        tokio::task::spawn_blocking(move || app.record(&ctx, Incident::DEF, &of, None)).await;
    match seen {
        Ok(Ok(_)) => live::watch(me, id, last),
        Ok(Err(e)) => {
            StatusCode::from_u16(e.status()).unwrap_or(StatusCode::NOT_FOUND).into_response()
        }
        Err(e) => error::internal(me.lang(), &e.to_string()),
    }
}

/// After something was done: the part that was asked for, or back to the room.
pub(super) fn done(me: &Signed, id: &RecordId, place: &str) -> Result<Response, AppError> {
    if me.fragment.is_some() {
        let room = read(me, id, None, None)?;
        return Ok(answer(me, &room, StatusCode::OK));
    }
    Ok(guard::redirect(&format!("/room/{}{place}", enc(id.as_str()))))
}

/// What was refused stays on the page with the reason; nothing typed is lost.
pub(super) fn refused(
    me: &Signed,
    id: &RecordId,
    e: &AppError,
    typed: &str,
    kind: &str,
) -> Result<Response, AppError> {
    let mut room = read(me, id, None, None)?;
    let mut why = vec![e.message().get(me.lang()).to_owned()];
    if let AppError::Fields(list) = e
        && list.len() > 1
    {
        why.extend(list.iter().map(|p| p.message.get(me.lang()).to_owned()));
    }
    if me.fragment.as_deref() == Some("room-plays") || kind == PLAYS {
        room.plays.refused = Some(why.join(" "));
        let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        return Ok(answer(me, &room, status));
    }
    room.refused =
        Some(Refused { why: why.join(" "), typed: typed.to_owned(), kind: kind.to_owned() });
    // A script puts only what came with success in place, so the part itself carries the status.
    let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(answer(me, &room, status))
}

pub(super) fn of_act(e: ActError) -> AppError {
    match e {
        ActError::Unknown => AppError::Input(Message::new(
            "画面が古くなっているようです。開き直してもう一度行ってください。",
            "The page seems to be out of date. Open it again and retry.",
        )),
        ActError::Fields(list) => AppError::Fields(list),
    }
}

pub(super) fn once(
    me: &Signed,
    change: Change,
    form: &act::Form,
    scope: &str,
) -> Result<Receipt, AppError> {
    let (key, digest) = act::key(form, scope);
    me.web.app.change_once(&me.ctx, change, &key, &digest)
}

async fn take_step(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let made = act::step(&form, &me.ctx.zone)
            .map_err(of_act)
            .and_then(|change| once(me, change, &form, &format!("step:{id}")));
        match made {
            Ok(_) => done(me, &id, ""),
            Err(e @ (AppError::NotFound | AppError::Store(_) | AppError::Internal(_))) => Err(e),
            Err(e) => refused(me, &id, &e, "", "note"),
        }
    })
    .await
}

async fn situation(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let change = situation_change(&form, &id, me)?;
        match once(me, change, &form, &format!("situation:{id}")) {
            Ok(_) => done(me, &id, "#room-known"),
            Err(e @ AppError::Conflict { .. }) => {
                // What was typed goes into the entry box, so that it can be shared all the same.
                let typed =
                    format!("{}\n{}", input::get(&form, "known"), input::get(&form, "unknown"));
                refused(me, &id, &e, typed.trim(), "note")
            }
            Err(e) => Err(e),
        }
    })
    .await
}

fn situation_change(form: &act::Form, id: &RecordId, me: &Signed) -> Result<Change, AppError> {
    let def = Incident::DEF;
    let mut patch = okiagari_model::Body::new();
    for name in ["known", "unknown", "doing", "next_update_at"] {
        let Some(field) = def.field(name) else { continue };
        // Lines that the record offered and that were ticked come behind those typed.
        let added = format!("add_{name}");
        let added = form.iter().filter(|(n, _)| *n == added).map(|(_, v)| v.as_str());
        let typed = Some(input::get(form, name).trim()).filter(|t| !t.is_empty());
        let text: Vec<&str> = typed.into_iter().chain(added).collect();
        let value = okiagari_model::validate::from_text(field, &text.join("\n"), &me.ctx.zone)
            .map_err(|p| AppError::Fields(vec![p]))?;
        patch.insert(name.to_owned(), value.unwrap_or(okiagari_model::Value::Null));
    }
    patch.insert("situation_at".to_owned(), me.web.app.now().millis().into());
    let rev = input::get(form, "rev").parse().map_err(|_| of_act(ActError::Unknown))?;
    Ok(Change::Edit { def, id: id.clone(), rev, patch, reason: None })
}

async fn entry(
    State(web): State<Web>,
    me: Signed,
    Path(id): Path<String>,
    form: Multipart,
) -> Response {
    let most = web.config.evidence_max;
    let uploaded = match upload::read(form, me.lang(), most).await {
        Ok(uploaded) => uploaded,
        Err(response) => return response,
    };
    me.run(move |me| {
        let id = id_of(&id)?;
        let typed = input::get(&uploaded.fields, "text").to_owned();
        let kind = input::get(&uploaded.fields, "kind").to_owned();
        let corrects = uploaded.fields.clone();
        match write_entry(me, &id, uploaded) {
            Ok(()) => Ok(recorded(me, &id, &kind, input::get(&corrects, "corrects"))),
            Err(e @ (AppError::NotFound | AppError::Internal(_))) => Err(e),
            Err(e) => refused(me, &id, &e, &typed, &kind),
        }
    })
    .await
}

/// After an entry: the box is emptied and the live line brings the entry; a correction leads back to
/// the ordinary box.
fn recorded(me: &Signed, id: &RecordId, kind: &str, corrects: &str) -> Response {
    let correction = kind == "correction";
    if me.fragment.is_some() && !correction {
        return StatusCode::NO_CONTENT.into_response();
    }
    let place = if correction {
        format!("/room/{}?fixed={}#entry", enc(id.as_str()), enc(corrects))
    } else {
        format!("/room/{}#entry", enc(id.as_str()))
    };
    match (me.fragment.is_some(), HeaderValue::from_str(&place)) {
        (true, Ok(value)) => {
            (StatusCode::OK, [(HeaderName::from_static("x-location"), value)]).into_response()
        }
        _ => guard::redirect(&place),
    }
}

fn write_entry(me: &Signed, id: &RecordId, uploaded: upload::Uploaded) -> Result<(), AppError> {
    let now = me.web.app.now();
    let person = me.ctx.subject.person.as_ref();
    let form = act::entry(&uploaded.fields, id, person, now, &me.ctx.zone).map_err(of_act)?;
    if matches!(form, EntryForm::Nothing) && uploaded.files.is_empty() {
        return Err(AppError::input(
            "一行でよいので、書いてから記録してください。",
            "Write a line, then record it.",
        ));
    }
    if let EntryForm::Make(def, body) = form {
        // Looked at before anything is written: who may not see the case may not write to it.
        me.web.app.record(&me.ctx, Incident::DEF, id, None)?;
        once(
            me,
            Change::Create { def, body, reason: None },
            &uploaded.fields,
            &format!("entry:{id}"),
        )?;
    }
    for mut file in uploaded.files {
        let fields = act::evidence_of(id, &file.name, &file.media, person, now);
        let (name, media) = (file.name.clone(), file.media.clone());
        let reader = file.reader().map_err(|e| AppError::Internal(e.to_string()))?;
        me.web.app.add_evidence(&me.ctx, fields, &name, &media, reader)?;
    }
    Ok(())
}
