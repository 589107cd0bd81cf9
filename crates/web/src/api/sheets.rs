//! Lists as sheets, and sheets as changes.

use super::caller::{At, Caller, run};
use super::problem::{Issue, Kind, Place, Problem};
use super::query;
use super::records::{list_request, private};
use super::request::{media, too_large};
use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest as _, Multipart, RawQuery, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use okiagari_app::sheets::{Format, ImportPreview, RowAction};
use okiagari_model::{Lang, Message, Value};
use serde_json::json;

/// The largest sheet for import, in bytes.
pub const MAX_SHEET: usize = 20 << 20;
/// The longest name of a file, in characters.
pub const MAX_NAME: usize = 200;

/// `GET /{register}/export.csv`
pub async fn csv(caller: Caller, at: At, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    export(caller, at, raw, Format::Csv).await
}

/// `GET /{register}/export.xlsx`
pub async fn xlsx(caller: Caller, at: At, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    export(caller, at, raw, Format::Xlsx).await
}

async fn export(
    caller: Caller,
    at: At,
    raw: Option<String>,
    format: Format,
) -> Result<Response, Problem> {
    let query = query::list(at.def, raw.as_deref())?;
    let (kind, media) = match format {
        Format::Csv => ("csv", "text/csv; charset=utf-8"),
        Format::Xlsx => {
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
    };
    run(move || {
        let request = list_request(&caller, at.def, query)?;
        let bytes = caller.app.export(&caller.ctx, &request, format)?;
        let mut response = private(([(header::CONTENT_TYPE, media)], bytes));
        let name = format!("attachment; filename=\"{}.{kind}\"", at.def.id);
        if let Ok(name) = HeaderValue::from_str(&name) {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
        }
        Ok(response)
    })
    .await
}

fn action(action: RowAction) -> &'static str {
    match action {
        RowAction::New => "new",
        RowAction::Change => "change",
        RowAction::Same => "same",
        RowAction::Refused => "refused",
    }
}

fn outcome(result: &ImportPreview, preview: bool, lang: Lang) -> Value {
    let columns: Vec<Value> = result
        .columns
        .iter()
        .map(|(heading, field)| json!({ "heading": heading, "field": field.map(|f| f.id) }))
        .collect();
    let rows: Vec<Value> = result
        .rows
        .iter()
        .map(|row| {
            let problems: Vec<Value> = row
                .problems
                .iter()
                .map(
                    |p| json!({ "field": p.field, "code": p.code, "message": p.message.get(lang) }),
                )
                .collect();
            json!({
                "line": row.line,
                "action": action(row.action),
                "title": row.title,
                "problems": problems,
            })
        })
        .collect();
    let all = [RowAction::New, RowAction::Change, RowAction::Same, RowAction::Refused];
    let counts: serde_json::Map<String, Value> =
        all.into_iter().map(|a| (action(a).to_owned(), result.count(a).into())).collect();
    json!({ "preview": preview, "columns": columns, "counts": counts, "rows": rows })
}

/// Refuses an idempotency key where a repeated request does no harm but would not be answered
/// from the first one either.
fn no_key(request: &Request) -> Result<(), Problem> {
    if !request.headers().contains_key(HeaderName::from_static("idempotency-key")) {
        return Ok(());
    }
    let message = Message::new(
        "取り込みでは Idempotency-Key を使いません。付けずに送ってください。同じファイルを2回取り込んでも、記録は増えません。",
        "An import does not use Idempotency-Key. Send it without this header. Importing the same file twice adds no record twice.",
    );
    Err(Problem::issue(Place::Header, "Idempotency-Key", "not_here", message))
}

/// `POST /{register}/import`
pub async fn import(caller: Caller, at: At, request: Request) -> Result<Response, Problem> {
    let mut params = query::Params::parse(request.uri().query())?;
    let preview = params.flag("preview").unwrap_or(false);
    let name = params.take("file_name");
    params.done(&["preview", "file_name"])?;
    if !preview {
        caller.writes()?;
    }
    no_key(&request)?;
    let (name, bytes) = file(request, name).await?;
    run(move || {
        let result = if preview {
            caller.app.import_preview(&caller.ctx, at.def, &bytes, &name)?
        } else {
            caller.app.import_apply(&caller.ctx, at.def, &bytes, &name)?
        };
        Ok(private(Json(outcome(&result, preview, caller.ctx.lang))))
    })
    .await
}

/// The sheet of a request, from a form or as bare bytes.
async fn file(request: Request, name: Option<String>) -> Result<(String, Bytes), Problem> {
    let kind = media(request.headers());
    let fallback = match kind.as_str() {
        "multipart/form-data" => return form(request).await,
        "text/csv" => "import.csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "import.xlsx",
        "application/octet-stream" => name.as_deref().unwrap_or(""),
        _ => "",
    };
    if fallback.is_empty() {
        return Err(Problem::new(
            Kind::MediaType,
            "text/csv、XLSX、multipart/form-data（file）のどれかで送ってください。",
            "Send text/csv, XLSX, or multipart/form-data with a file.",
        ));
    }
    let name = clean(name.as_deref().unwrap_or(fallback));
    let bytes = to_bytes(request.into_body(), MAX_SHEET).await;
    Ok((name, bytes.map_err(|_| too_large(MAX_SHEET))?))
}

/// The name of a file without a path and without what cannot be shown.
pub fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect()
}

/// The problem of a form that cannot be read.
pub fn bad_form(error: &axum::extract::multipart::MultipartError, most: usize) -> Problem {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return too_large(most);
    }
    Problem::bad_request(
        "multipart/form-data として読めません。送り方を確かめてください。",
        "This cannot be read as multipart/form-data.",
    )
}

/// The problem of a part that is missing, unknown or in the wrong order.
pub fn bad_part(field: &str, code: &'static str, ja: &str, en: &str) -> Problem {
    let field: String = field.chars().take(60).collect();
    Problem::issues(vec![Issue::new(Place::Request, &field, code, Message::new(ja, en))])
}

async fn form(request: Request) -> Result<(String, Bytes), Problem> {
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| {
        Problem::bad_request(
            "multipart/form-data の区切り（boundary）がありません。",
            "The multipart/form-data has no boundary.",
        )
    })?;
    let part = parts.next_field().await.map_err(|e| bad_form(&e, MAX_SHEET))?;
    let Some(part) = part else {
        return Err(bad_part("file", "required", "file を送ってください。", "Please send file."));
    };
    if part.name() != Some("file") {
        let name = part.name().unwrap_or_default().to_owned();
        return Err(bad_part(
            &name,
            "unknown_part",
            "送れるのは file だけです。",
            "Only file can be sent.",
        ));
    }
    let name = clean(part.file_name().unwrap_or_default());
    let bytes = part.bytes().await.map_err(|e| bad_form(&e, MAX_SHEET))?;
    if bytes.len() > MAX_SHEET { Err(too_large(MAX_SHEET)) } else { Ok((name, bytes)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_carries_no_path_and_no_control_characters() {
        assert_eq!(clean("../../etc/passwd"), "passwd");
        assert_eq!(clean("C:\\Users\\a\\資産.csv"), "資産.csv");
        assert_eq!(clean("a\u{0}\r\nb.csv"), "ab.csv");
        assert_eq!(clean(&"x".repeat(500)).len(), MAX_NAME);
    }
}
