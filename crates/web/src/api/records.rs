//! Records of any register: lists, single records, changes.

use super::caller::{At, Caller, run};
use super::problem::Problem;
use super::query::{self, AsOf, ListQuery, Params};
use super::request::{Once, Sent, is_json, no_revision};
use super::{convert, uploads};
use axum::Json;
use axum::extract::{FromRequest as _, RawQuery, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use okiagari_app::{ListRequest, Receipt};
use okiagari_model::{Change, ENDED, ORIGIN, REASON, Record, RegisterDef, Value};
use serde_json::json;

/// A record as it is answered.
pub fn item(record: &Record) -> Value {
    let mut item = json!({
        "register": record.def.id,
        "id": record.id.as_str(),
        "title": record.title(),
        "rev": record.rev,
        "leaf": record.leaf,
        "created_at": record.created_at.rfc3339(),
        "updated_at": record.updated_at.rfc3339(),
        "updated_by": record.updated_by,
        "body": convert::outgoing(record.def.fields, &record.body),
    });
    if let Some(at) = record.time(ENDED) {
        item["ended_at"] = at.rfc3339().into();
    }
    for (name, field) in [("reason", REASON), ("origin", ORIGIN)] {
        if let Some(text) = record.body.get(field) {
            item[name] = text.clone();
        }
    }
    item
}

/// The leaf that a point of the record stands for.
///
/// # Errors
/// Not found before the first leaf.
pub fn leaf(caller: &Caller, as_of: Option<AsOf>) -> Result<Option<u64>, Problem> {
    match as_of {
        None => Ok(None),
        Some(AsOf::Leaf(leaf)) => Ok(Some(leaf)),
        Some(AsOf::Time(at)) => match caller.app.leaf_at(&caller.ctx, at)? {
            Some(leaf) => Ok(Some(leaf)),
            None => Err(Problem::not_found()),
        },
    }
}

/// A list request from what the address asks.
///
/// # Errors
/// Where the point of the record does not exist.
pub fn list_request(
    caller: &Caller,
    def: &'static RegisterDef,
    query: ListQuery,
) -> Result<ListRequest, Problem> {
    Ok(ListRequest {
        as_of: leaf(caller, query.as_of)?,
        def,
        conds: query.conds,
        search: query.search,
        sort: query.sort,
        after: query.after,
        limit: query.limit,
        include_ended: query.include_ended,
    })
}

/// `GET /{register}`
pub async fn list(caller: Caller, at: At, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    let query = query::list(at.def, raw.as_deref())?;
    run(move || {
        let request = list_request(&caller, at.def, query)?;
        let page = caller.app.list(&caller.ctx, &request)?;
        let body = json!({
            "items": page.records.iter().map(item).collect::<Vec<_>>(),
            "next_cursor": page.next,
            "total": page.total.count,
            "total_exact": !page.total.more,
        });
        Ok(private(Json(body)))
    })
    .await
}

/// An answer for this token only, to be asked for again each time.
pub fn private(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("authorization, accept-language"));
    response
}

fn tagged(rev: u32, answer: impl IntoResponse) -> Response {
    let mut response = private(answer);
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{rev}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn held(headers: &HeaderMap, rev: u32) -> bool {
    let tags = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok());
    tags.flat_map(|text| text.split(',')).any(|tag| {
        let tag = tag.trim();
        let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
        tag.strip_suffix("-gzip").unwrap_or(tag) == rev.to_string()
    })
}

/// `GET /{register}/{id}`
pub async fn get(
    caller: Caller,
    at: At,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(raw.as_deref())?;
    let as_of = params.as_of();
    params.done(&["as_of"])?;
    let id = at.id()?;
    run(move || {
        let leaf = leaf(&caller, as_of)?;
        let view = caller.app.record(&caller.ctx, at.def, &id, leaf)?;
        let rev = view.record.rev;
        if held(&headers, rev) {
            return Ok(tagged(rev, StatusCode::NOT_MODIFIED));
        }
        Ok(tagged(rev, Json(item(&view.record))))
    })
    .await
}

/// Makes a change, once where it carries a key.
fn change(caller: &Caller, change: Change, once: &Once) -> Result<(Receipt, bool), Problem> {
    let Some(key) = &once.key else {
        return Ok((caller.app.change(&caller.ctx, change)?, false));
    };
    Ok(caller.app.change_keyed(&caller.ctx, change, key, &once.digest)?)
}

/// A receipt as it is answered.
pub fn receipt_json(receipt: &Receipt) -> Value {
    let opened: Vec<Value> = receipt
        .opened
        .iter()
        .map(|(register, id)| json!({ "register": register, "id": id.as_str() }))
        .collect();
    json!({
        "register": receipt.register,
        "id": receipt.id.as_str(),
        "rev": receipt.rev,
        "leaf": receipt.leaf,
        "number": receipt.number,
        "opened": opened,
    })
}

/// The answer to a change.
pub fn answer(status: StatusCode, receipt: &Receipt, replayed: bool) -> Response {
    let mut response = tagged(receipt.rev, (status, Json(receipt_json(receipt))));
    let headers = response.headers_mut();
    if replayed {
        let name = HeaderName::from_static("idempotent-replayed");
        headers.insert(name, HeaderValue::from_static("true"));
    }
    if status == StatusCode::CREATED {
        let path = format!("{}/{}/{}", super::openapi::BASE, receipt.register, receipt.id);
        if let Ok(path) = HeaderValue::from_str(&path) {
            headers.insert(header::LOCATION, path);
        }
    }
    response
}

async fn done(
    caller: Caller,
    asked: Change,
    once: Once,
    status: StatusCode,
) -> Result<Response, Problem> {
    run(move || {
        let (receipt, replayed) = change(&caller, asked, &once)?;
        Ok(answer(status, &receipt, replayed))
    })
    .await
}

/// `POST /{register}`
pub async fn create(caller: Caller, at: At, request: Request) -> Result<Response, Problem> {
    caller.writes()?;
    if at.def.id == "evidence" && !is_json(request.headers()) {
        return uploads::evidence(caller, at.def, request).await;
    }
    no_query(request.uri().query())?;
    let mut sent = Sent::from_request(request, &()).await?;
    let body = sent.body();
    if body.is_none() {
        sent.missing("body");
    }
    let reason = sent.reason();
    let once = sent.done(&["body", "reason"])?;
    let body = fields(at.def, &body.unwrap_or_default())?;
    done(caller, Change::Create { def: at.def, body, reason }, once, StatusCode::CREATED).await
}

/// Refuses parameters where there are none to give.
fn no_query(raw: Option<&str>) -> Result<(), Problem> {
    Params::parse(raw)?.done(&[])
}

fn fields(
    def: &'static RegisterDef,
    typed: &okiagari_model::Body,
) -> Result<okiagari_model::Body, Problem> {
    convert::incoming(def, typed)
        .map_err(|list| Problem::issues(list.into_iter().map(Into::into).collect()))
}

/// `PATCH /{register}/{id}`
pub async fn edit(caller: Caller, at: At, request: Request) -> Result<Response, Problem> {
    caller.writes()?;
    no_query(request.uri().query())?;
    let id = at.id()?;
    let mut sent = Sent::from_request(request, &()).await?;
    let (body, rev, reason) = (sent.body(), sent.rev(), sent.reason());
    if body.is_none() {
        sent.missing("body");
    }
    let once = sent.done(&["body", "rev", "reason"])?;
    let patch = fields(at.def, &body.unwrap_or_default())?;
    let rev = rev.ok_or_else(no_revision)?;
    let change = Change::Edit { def: at.def, id, rev, patch, reason };
    done(caller, change, once, StatusCode::OK).await
}

/// `POST /{register}/{id}/steps/{step}`
pub async fn step(caller: Caller, at: At, request: Request) -> Result<Response, Problem> {
    caller.writes()?;
    no_query(request.uri().query())?;
    let id = at.id()?;
    if at.def.flow.and_then(|f| f.transition(&at.step)).is_none() {
        return Err(Problem::not_found());
    }
    let mut sent = Sent::from_request(request, &()).await?;
    let (body, rev, reason) = (sent.body(), sent.rev(), sent.reason());
    let once = sent.done(&["body", "rev", "reason"])?;
    let patch = fields(at.def, &body.unwrap_or_default())?;
    let change = Change::Step { def: at.def, id, rev, step: at.step, patch, reason };
    done(caller, change, once, StatusCode::OK).await
}

/// `POST /{register}/{id}/end`
pub async fn end(caller: Caller, at: At, request: Request) -> Result<Response, Problem> {
    caller.writes()?;
    no_query(request.uri().query())?;
    let id = at.id()?;
    let mut sent = Sent::from_request(request, &()).await?;
    let (rev, reason) = (sent.rev(), sent.needed_reason());
    let once = sent.done(&["rev", "reason"])?;
    let rev = rev.ok_or_else(no_revision)?;
    done(caller, Change::End { def: at.def, id, rev, reason }, once, StatusCode::OK).await
}

/// `POST /{register}/{id}/erase`
pub async fn erase(caller: Caller, at: At, request: Request) -> Result<Response, Problem> {
    caller.writes()?;
    no_query(request.uri().query())?;
    let id = at.id()?;
    let mut sent = Sent::from_request(request, &()).await?;
    let (fields, reason) = (sent.fields(), sent.needed_reason());
    let once = sent.done(&["fields", "reason"])?;
    done(caller, Change::Erase { def: at.def, id, fields, reason }, once, StatusCode::OK).await
}
