//! What stands around a record: its history, links, findings, steps, derived values, proof.

use super::caller::{At, Caller, run};
use super::convert;
use super::problem::Problem;
use super::query::Params;
use super::records::{leaf, private};
use super::views::finding;
use axum::Json;
use axum::extract::RawQuery;
use axum::http::header;
use axum::response::Response;
use okiagari_app::RecordView;
use okiagari_app::history::{FieldChange, HistoryEntry};
use okiagari_app::proof::ProofView;
use okiagari_app::read::StepView;
use okiagari_model::{Lang, Value};
use serde_json::json;

fn change(change: &FieldChange, lang: Lang) -> Value {
    let show = |value: &Option<Value>| value.as_ref().map(|v| convert::shown(change.field, v));
    json!({
        "field": change.field.id,
        "label": change.field.label.get(lang),
        "old": show(&change.old),
        "new": show(&change.new),
        "erased": change.erased,
    })
}

fn entry(entry: &HistoryEntry, lang: Lang) -> Value {
    json!({
        "rev": entry.rev,
        "leaf": entry.leaf,
        "at": entry.at.rfc3339(),
        "actor": entry.actor,
        "role": entry.role,
        "action": entry.action,
        "reason": entry.reason,
        "changes": entry.changes.iter().map(|c| change(c, lang)).collect::<Vec<_>>(),
    })
}

/// `GET /{register}/{id}/history`
pub async fn history(caller: Caller, at: At, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    let mut params = Params::parse(raw.as_deref())?;
    let before = params.number("before", 1, u32::MAX.into()).and_then(|n| u32::try_from(n).ok());
    let limit = params.limit().min(200);
    params.done(&["before", "limit"])?;
    let id = at.id()?;
    run(move || {
        let entries = caller.app.history(&caller.ctx, at.def, &id, before, limit)?;
        let lang = caller.ctx.lang;
        let last = entries.last().map(|e| e.rev).filter(|rev| *rev > 1);
        Ok(private(Json(json!({
            "items": entries.iter().map(|e| entry(e, lang)).collect::<Vec<_>>(),
            "next_before": last,
        }))))
    })
    .await
}

/// One view of a record, made into an answer.
async fn around(
    caller: Caller,
    at: At,
    raw: Option<String>,
    as_of: bool,
    answer: impl FnOnce(&RecordView, Lang) -> Value + Send + 'static,
) -> Result<Response, Problem> {
    let mut params = Params::parse(raw.as_deref())?;
    let point = if as_of { params.as_of() } else { None };
    params.done(if as_of { &["as_of"] } else { &[] })?;
    let id = at.id()?;
    run(move || {
        let leaf = leaf(&caller, point)?;
        let view = caller.app.record(&caller.ctx, at.def, &id, leaf)?;
        Ok(private(Json(answer(&view, caller.ctx.lang))))
    })
    .await
}

/// `GET /{register}/{id}/links`
pub async fn links(caller: Caller, at: At, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    around(caller, at, raw, true, |view, _| {
        let incoming: Vec<Value> = view
            .links_in
            .iter()
            .map(|l| {
                json!({
                    "register": l.register.id,
                    "id": l.id.as_str(),
                    "title": l.title,
                    "field": l.field.id,
                })
            })
            .collect();
        let outgoing: Vec<Value> =
            okiagari_app::write::references(view.record.def, &view.record.body)
                .map(|(field, register, id)| {
                    let title = view.names.get(&register, &id);
                    json!({ "field": field, "register": register, "id": id, "title": title })
                })
                .collect();
        json!({ "items": incoming, "refers_to": outgoing })
    })
    .await
}

/// `GET /{register}/{id}/findings`
pub async fn findings(
    caller: Caller,
    at: At,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    around(caller, at, raw, true, |view, lang| {
        json!({ "items": view.findings.iter().map(|f| finding(f, lang)).collect::<Vec<_>>() })
    })
    .await
}

fn step(view: &StepView, lang: Lang) -> Value {
    let closed: Vec<Value> = view
        .closed
        .iter()
        .map(|g| json!({ "id": g.id, "label": g.label.get(lang), "mend": g.mend.get(lang) }))
        .collect();
    let asks: Vec<Value> = view
        .step
        .asks
        .iter()
        .map(|(field, needed)| json!({ "field": field, "required": needed }))
        .collect();
    json!({
        "id": view.step.id,
        "label": view.step.label.get(lang),
        "to": view.step.to,
        "open": view.open,
        "role_ok": view.role_ok,
        "reason_required": view.step.reason,
        "asks": asks,
        "gates": closed,
        "follows": view.follows.iter().map(|t| t.get(lang)).collect::<Vec<_>>(),
    })
}

/// `GET /{register}/{id}/steps`
pub async fn steps(caller: Caller, at: At, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    around(caller, at, raw, false, |view, lang| {
        json!({ "items": view.steps.iter().map(|s| step(s, lang)).collect::<Vec<_>>() })
    })
    .await
}

/// `GET /{register}/{id}/derived`
pub async fn derived(caller: Caller, at: At, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    around(caller, at, raw, false, |view, lang| {
        let values: Vec<Value> = view
            .derived
            .iter()
            .map(|(def, value)| {
                json!({
                    "id": def.id,
                    "label": def.label.get(lang),
                    "formula": def.formula.get(lang),
                    "unit": super::views::unit(def.unit),
                    "value": value,
                })
            })
            .collect();
        json!({ "items": values })
    })
    .await
}

async fn proved(
    caller: Caller,
    at: At,
    raw: Option<String>,
    answer: impl FnOnce(ProofView) -> Response + Send + 'static,
) -> Result<Response, Problem> {
    let mut params = Params::parse(raw.as_deref())?;
    let rev = params.number("rev", 1, u32::MAX.into()).and_then(|n| u32::try_from(n).ok());
    params.done(&["rev"])?;
    let id = at.id()?;
    run(move || {
        let rev = match rev {
            Some(rev) => rev,
            None => caller.app.record(&caller.ctx, at.def, &id, None)?.current_rev,
        };
        Ok(answer(caller.app.proof(&caller.ctx, at.def, &id, rev)?))
    })
    .await
}

/// `GET /{register}/{id}/proof`
pub async fn proof(caller: Caller, at: At, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    proved(caller, at, raw, |proof| {
        private(Json(json!({
            "leaf": proof.leaf,
            "header": proof.header,
            "leaf_hash": proof.leaf_hash,
            "commitment": proof.commitment,
            "size": proof.size,
            "path": proof.path,
            "checkpoint": proof.checkpoint,
            "vkey": proof.vkey,
        })))
    })
    .await
}

/// `GET /{register}/{id}/proof.tlog-proof`
pub async fn proof_file(
    caller: Caller,
    at: At,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    proved(caller, at, raw, |proof| {
        private(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], proof.tlog_proof))
    })
    .await
}
