//! Signals of monitoring, one at a time (NI-176).

use super::caller::{Caller, run};
use super::convert;
use super::problem::Problem;
use super::query::Params;
use super::records::private;
use super::request::Sent;
use axum::Json;
use axum::extract::{FromRequest as _, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use okiagari_app::AppError;
use okiagari_model::Value;
use okiagari_model::prepare::signal_rule::Signal;
use serde_json::json;

/// `POST /signals`: `{"body": {"source", "at", "asset", "kind", "text", "severity"}}`.
pub async fn take(caller: Caller, request: Request) -> Result<Response, Problem> {
    caller.writes()?;
    Params::parse(request.uri().query())?.done(&[])?;
    let mut sent = Sent::from_request(request, &()).await?;
    let body = sent.body();
    if body.is_none() {
        sent.missing("body");
    }
    sent.done(&["body"])?;
    let mut body = body.unwrap_or_default();
    run(move || {
        let at = body.get("at").and_then(Value::as_str).and_then(convert::instant);
        if let Some(at) = at {
            body.insert("at".into(), at.millis().into());
        }
        let signal: Signal = serde_json::from_value(Value::Object(body)).map_err(|e| {
            let en = format!("Not a signal: {e}.");
            AppError::field(
                "body",
                "wrong_type",
                "信号として読めません。source、at、kind が要ります。",
                &en,
            )
        })?;
        let taken = caller.app.signal(&caller.ctx, signal)?;
        let report = taken.report.map(|r| json!({"id": r.id.as_str(), "number": r.number}));
        let answer = Json(json!({"id": taken.id, "report": report}));
        Ok(private((StatusCode::CREATED, answer).into_response()))
    })
    .await
}
