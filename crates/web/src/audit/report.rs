//! A report to a stakeholder as a document: made for its reader's needs, with what it means for
//! objective and decision (NI-217 to NI-222).

use crate::frame::Page;
use crate::html::Html;
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
use axum::routing::get;
use okiagari_app::AppError;
use okiagari_model::improve::audit::Audit;
use okiagari_model::improve::audit_finding::AuditFinding;
use okiagari_model::improve::improvement::Improvement;
use okiagari_model::improve::report_issue::ReportIssue;
use okiagari_model::improve::report_plan::{ReportPart, ReportPlan};
use okiagari_model::reconnect::reconnection::Reconnection;
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::obligation::Obligation;
use okiagari_model::{Body, Choice, Cond, Period, Record, RecordId, Register, Time, Value, Wing};

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/documents/report/{id}", get(show))
}

/// One need with its answer and what the record says to it.
struct Section {
    need: String,
    answer: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "audit/report.html")]
struct Document<'a> {
    ui: &'a Ui,
    paper: Paper,
    report: &'a Record,
    plan: &'a Record,
    sections: &'a [Section],
    /// What the reader said of the report before.
    before: Option<&'a Record>,
}

fn cell<'a>(row: &'a Body, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The period of a report, its last day included.
fn period(me: &Signed, report: &Record) -> Option<Period> {
    let day = |f: &str| Time::parse(&format!("{}T00:00", report.text(f)), &me.ctx.zone);
    let to = day("period_to")?.plus(okiagari_model::DAY);
    Some(Period { from: day("period_from")?, to, now: me.web.app.now() })
}

/// What the record says to a need.
fn drawn(me: &Signed, ui: &Ui, part: ReportPart, p: Period) -> Result<Vec<String>, AppError> {
    let titles = |list: Vec<Record>, state: &str| -> Vec<String> {
        list.iter().map(|r| format!("{} ({})", r.title(), ui.choice(r, state))).collect()
    };
    let within = |list: Vec<Record>, f: &str| -> Vec<Record> {
        list.into_iter().filter(|r| r.time(f).is_some_and(|t| p.has(t))).collect()
    };
    Ok(match part {
        ReportPart::Incidents => {
            titles(within(all(me, Incident::DEF, Vec::new())?, "aware_at"), "state")
        }
        ReportPart::Improvements => {
            let mut list = all(me, Improvement::DEF, Vec::new())?;
            list.retain(|i| {
                !matches!(i.text("state"), "closed" | "dropped")
                    || i.time("confirmed_at").is_some_and(|t| p.has(t))
            });
            titles(list, "state")
        }
        ReportPart::Audits => {
            let mut lines = titles(all(me, Audit::DEF, Vec::new())?, "state");
            let mut open = all(me, AuditFinding::DEF, Vec::new())?;
            open.retain(|f| f.text("state") != "closed");
            lines.extend(titles(open, "grade"));
            lines
        }
        ReportPart::Reconnections => {
            titles(all(me, Reconnection::DEF, vec![Cond::eq("state", "open")])?, "technical")
        }
        ReportPart::Deadlines => {
            let late = |o: &Record| {
                let due = o.time("due_at");
                due.is_some_and(|d| p.has(d) && o.time("done_at").unwrap_or(p.now) > d)
            };
            let mut list = all(me, Obligation::DEF, Vec::new())?;
            list.retain(late);
            titles(list, "state")
        }
        ReportPart::Figures => me
            .web
            .app
            .metrics(&me.ctx, Some(p))?
            .iter()
            .filter_map(|m| {
                let value = m.now.value?;
                Some(format!("{}: {value}", m.def.label.get(ui.lang)))
            })
            .collect(),
        ReportPart::Words => Vec::new(),
    })
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let app = &me.web.app;
        let report = app.record(&me.ctx, ReportIssue::DEF, &id, None)?.record;
        let plan_id = report.ids("plan").first().map(|p| RecordId::new(*p));
        let plan_id = plan_id.ok_or(AppError::NotFound)?;
        let plan = app.record(&me.ctx, ReportPlan::DEF, &plan_id, None)?.record;
        let period = period(me, &report);
        let answers: Vec<&Body> = report.rows("answers").collect();
        let mut sections = Vec::new();
        for need in plan.rows("needs") {
            let key = cell(need, "key");
            let answer = answers.iter().find(|a| cell(a, "key") == key);
            let part = ReportPart::from_id(cell(need, "part"));
            let lines = match (part, period) {
                (Some(part), Some(period)) => drawn(me, &ui, part, period)?,
                _ => Vec::new(),
            };
            sections.push(Section {
                need: cell(need, "need").to_owned(),
                answer: answer.map_or("", |a| cell(a, "text")).to_owned(),
                lines,
            });
        }
        let mut earlier = all(me, ReportIssue::DEF, vec![Cond::eq("plan", plan_id.as_str())])?;
        earlier.retain(|r| {
            r.text("period_to") < report.text("period_to") && r.body.contains_key("response")
        });
        earlier.sort_by(|a, b| b.text("period_to").cmp(a.text("period_to")));
        let body = render(&Document {
            ui: &ui,
            paper: paper(me, Some(&report))?,
            report: &report,
            plan: &plan,
            sections: &sections,
            before: earlier.first(),
        });
        Ok(Page::of(me, report.title()).wing(Wing::Improve).bare("app", Html::new()).show(&body))
    })
    .await
}
