//! What crosses registers: findings, search, deadlines, metrics, requirements.

use super::caller::{Caller, run};
use super::problem::Problem;
use super::query::Params;
use super::records::private;
use axum::Json;
use axum::extract::RawQuery;
use axum::response::Response;
use okiagari_app::read::FindingView;
use okiagari_app::views::{DeadlineKind, DeadlineView, MetricView, MissingFilter};
use okiagari_model::{Better, Lang, Measured, Severity, Unit, Value, Wing};
use serde_json::json;

/// Severities, mildest first.
pub const SEVERITIES: [Severity; 3] = [Severity::Notice, Severity::Warning, Severity::Serious];

/// The name of what a value is counted in.
pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "count",
        Unit::Minutes => "minutes",
        Unit::Percent => "percent",
    }
}

/// A finding as it is answered.
pub fn finding(finding: &FindingView, lang: Lang) -> Value {
    json!({
        "rule": finding.rule.id,
        "register": finding.register.id,
        "id": finding.id.as_str(),
        "title": finding.title,
        "field": finding.field,
        "severity": finding.severity.id(),
        "message": finding.message.get(lang),
        "mend": finding.rule.mend.get(lang),
        "since": finding.since.rfc3339(),
    })
}

/// `GET /findings`
pub async fn findings(caller: Caller, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    let mut params = Params::parse(raw.as_deref())?;
    let takes = ("notice、warning、serious のどれか", "notice, warning or serious");
    let severity = params.read("severity", takes, |t| SEVERITIES.into_iter().find(|s| s.id() == t));
    let wing = params.read("wing", ("棟の名前", "the name of a wing"), |t| {
        Wing::ALL.into_iter().find(|w| w.id() == t)
    });
    let takes = ("台帳の名前", "the name of a register");
    let register = params.read("register", takes, okiagari_model::register);
    let mine = params.flag("mine").unwrap_or(false);
    let after = params.take("cursor");
    params.done(&["severity", "wing", "register", "mine", "cursor"])?;
    run(move || {
        let filter = MissingFilter { severity, wing, register, mine, after };
        let page = caller.app.missing(&caller.ctx, &filter)?;
        let lang = caller.ctx.lang;
        let items: Vec<Value> =
            page.groups.iter().flat_map(|g| &g.items).map(|f| finding(f, lang)).collect();
        Ok(private(Json(json!({
            "items": items,
            "recalculating": page.recalculating,
            "next_cursor": page.next,
        }))))
    })
    .await
}

/// `GET /search`
pub async fn search(caller: Caller, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    let mut params = Params::parse(raw.as_deref())?;
    let words = params.read("q", ("200文字までの言葉", "up to 200 characters"), |t| {
        (t.chars().count() <= 200).then(|| t.to_owned())
    });
    let limit = params.limit();
    params.done(&["q", "limit"])?;
    let words = words.unwrap_or_default();
    run(move || {
        let hits = if words.trim().is_empty() {
            Vec::new()
        } else {
            caller.app.search(&caller.ctx, &words, limit)?
        };
        let items: Vec<Value> = hits
            .iter()
            .map(|h| {
                json!({
                    "register": h.register.id,
                    "id": h.id.as_str(),
                    "title": h.title,
                    "updated_at": h.updated_at.rfc3339(),
                })
            })
            .collect();
        Ok(private(Json(json!({ "items": items }))))
    })
    .await
}

fn deadline(view: &DeadlineView, lang: Lang) -> Value {
    let kind = match view.kind {
        DeadlineKind::Obligation => "obligation",
        DeadlineKind::Rto => "rto",
        DeadlineKind::Update => "update",
    };
    let incident =
        view.incident.as_ref().map(|(id, title)| json!({ "id": id.as_str(), "title": title }));
    json!({
        "kind": kind,
        "register": view.record.def.id,
        "id": view.record.id.as_str(),
        "title": view.title.get(lang),
        "due_at": view.due_at.rfc3339(),
        "warn_at": view.warn_at.map(|t| t.rfc3339()),
        "late": view.late,
        "done": view.done,
        "incident": incident,
        "role": view.role,
        "holder": view.holder,
        "recipient": view.recipient,
        "explain": view.explain.get(lang),
        "updated_at": view.record.updated_at.rfc3339(),
    })
}

/// `GET /deadlines`
pub async fn deadlines(caller: Caller, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    Params::parse(raw.as_deref())?.done(&[])?;
    run(move || {
        let views = caller.app.deadlines(&caller.ctx, None)?;
        let lang = caller.ctx.lang;
        let items: Vec<Value> = views.iter().map(|v| deadline(v, lang)).collect();
        Ok(private(Json(json!({ "items": items }))))
    })
    .await
}

fn measured(measured: &Measured) -> Value {
    let behind: Vec<&str> = measured.behind.iter().map(|id| id.as_str()).collect();
    json!({ "value": measured.value, "records": behind })
}

fn metric(view: &MetricView, lang: Lang) -> Value {
    let better = match view.def.better {
        Better::More => "more",
        Better::Less => "less",
    };
    let trend: Vec<Value> =
        view.trend.iter().map(|(label, value)| json!({ "label": label, "value": value })).collect();
    json!({
        "id": view.def.id,
        "label": view.def.label.get(lang),
        "formula": view.def.formula.get(lang),
        "unit": unit(view.def.unit),
        "better": better,
        "register": view.def.register,
        "now": measured(&view.now),
        "before": measured(&view.before),
        "trend": trend,
    })
}

/// `GET /metrics`
pub async fn metrics(caller: Caller, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    Params::parse(raw.as_deref())?.done(&[])?;
    run(move || {
        let views = caller.app.metrics(&caller.ctx, None)?;
        let lang = caller.ctx.lang;
        let items: Vec<Value> = views.iter().map(|v| metric(v, lang)).collect();
        Ok(private(Json(json!({ "items": items }))))
    })
    .await
}

/// `GET /requirements`
pub async fn requirements(caller: Caller, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    Params::parse(raw.as_deref())?.done(&[])?;
    run(move || {
        let items = caller.app.requirements(crate::SCREENS);
        Ok(private(Json(json!({ "items": items }))))
    })
    .await
}
