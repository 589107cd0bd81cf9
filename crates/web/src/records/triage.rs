//! Triage of a report: the form with the written criteria already in it, like cases of the past, and
//! what to turn to where it is new (NI-178, NI-282, JP-27 to JP-30).

use super::change::{FormPage, fresh_key};
use crate::html::{Html, chip, enc, esc};
use crate::put;
use crate::render::form::{Around, Ask, typed_fields};
use crate::render::read::pairs_of;
use crate::who::Signed;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use okiagari_app::cases::{Resources, Similar};
use okiagari_app::{AppError, ListRequest};
use okiagari_model::govern::incident_criterion::{IncidentCriterion, for_kind};
use okiagari_model::respond::incident::IncidentKind;
use okiagari_model::respond::report::Report;
use okiagari_model::respond::triage::{Met, Triage};
use okiagari_model::{Body, Choice, Record, RecordId, Register, Value};

pub async fn ask(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let app = &me.web.app;
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let report = app.record(&me.ctx, Report::DEF, &id, None)?.record;
        if !app.may_triage(&me.ctx) {
            return Err(AppError::Forbidden("triage"));
        }
        let criteria = app.list(&me.ctx, &ListRequest::first(IncidentCriterion::DEF, 100))?.records;
        let like = app.similar_cases(&me.ctx, &report, 5)?;
        let help = app.resources(&me.ctx, &report)?;
        let fields = typed_fields(Triage::DEF);
        let body = begun(&report, &criteria);
        let above = above(me, &report, &like, &help)?;
        let href = super::own_href(Report::DEF, &id);
        let page = FormPage {
            me,
            def: Triage::DEF,
            of: Some((href.clone(), report.title())),
            title: me.t("見極める（トリアージ）", "Triage").to_owned(),
            lead: Triage::DEF.about.get(me.lang()).to_owned(),
            asks: fields.iter().map(|f| Ask { field: f, required: f.required }).collect(),
            around: Around {
                action: "/r/triage/new".to_owned(),
                draft: format!("triage:{id}"),
                hidden: vec![("_key", fresh_key(me))],
                submit: me.t("判断を記録する", "Record the verdict").to_owned(),
                cancel: href,
                reason: Some(false),
                ..Around::default()
            },
            pairs: pairs_of(&fields, &body, &me.ctx.zone),
            problems: Vec::new(),
            above,
            status: StatusCode::OK,
        };
        Ok(page.show())
    })
    .await
}

/// What the form holds at first: what the report says, and every criterion that is to be answered.
fn begun(report: &Record, criteria: &[Record]) -> Body {
    let mut body = Body::new();
    body.insert("report".into(), report.id.as_str().into());
    let kind = match report.text("event") {
        "" => IncidentKind::Other.id(),
        known => known,
    };
    body.insert("kind".into(), kind.into());
    for field in ["systems", "assets", "severity", "urgency", "answer", "past_cases"] {
        if let Some(v) = report.body.get(field) {
            body.insert(field.into(), v.clone());
        }
    }
    let rows: Vec<Value> = for_kind(criteria.iter(), kind)
        .into_iter()
        .map(|c| {
            let text: String = c.text("name").chars().take(200).collect();
            serde_json::json!({"criterion": c.id.as_str(), "text": text, "met": Met::Unknown.id()})
        })
        .collect();
    if !rows.is_empty() {
        body.insert("criteria".into(), Value::Array(rows));
    }
    body
}

fn above(
    me: &Signed,
    report: &Record,
    like: &[Similar],
    help: &Resources,
) -> Result<Html, AppError> {
    let mut out = Html::new();
    put!(
        out,
        "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2></header><p>{}</p></section>",
        me.t("報告の内容", "What was reported"),
        esc(report.text("what"))
    );
    put!(
        out,
        "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2><a href=\"/cases?words={}\">{}</a></header>",
        me.t("似た過去の案件", "Past cases like it"),
        enc(report.text("title")),
        me.t("過去の案件を探す", "Search past cases")
    );
    if like.is_empty() {
        put!(
            out,
            "<p class=\"quiet\">{}</p>",
            me.t("似た案件は見つかりませんでした。", "None was found.")
        );
    }
    out.raw("<ul>");
    for s in like {
        put!(
            out,
            "<li><a href=\"/r/incident/{}\">{}</a> {}</li>",
            enc(s.case.id.as_str()),
            esc(&s.case.title()),
            why(me, s)
        );
    }
    out.raw("</ul></section>");
    new_to_us(me, help, &mut out);
    Ok(out)
}

/// In what a case is alike.
fn why(me: &Signed, s: &Similar) -> Html {
    let mut out = Html::new();
    if s.like.kind {
        put!(out, "{} ", chip("waiting", me.t("同じ種類", "same kind")));
    }
    if !s.like.systems.is_empty() {
        put!(out, "{} ", chip("waiting", me.t("同じシステム", "same system")));
    }
    if !s.like.words.is_empty() {
        put!(
            out,
            "<small>{} {}</small>",
            me.t("共通する語:", "Words in common:"),
            esc(&s.like.words.join(me.t("、", ", ")))
        );
    }
    out
}

fn new_to_us(me: &Signed, help: &Resources, out: &mut Html) {
    put!(
        out,
        "<details class=\"menu\"><summary class=\"btn btn-small\">{}</summary><div class=\"menu-panel\"><dl>",
        me.t("初めての事象のときの手がかり", "Where it is new: whom to turn to")
    );
    let list = |names: Vec<String>| match names.is_empty() {
        true => me.t("登録がありません。", "None on record.").to_owned(),
        false => names.join(me.t("、", ", ")),
    };
    for (label, names) in [
        (
            me.t("対応の経験がある人", "People with experience"),
            help.experienced.iter().map(Record::title).collect(),
        ),
        (
            me.t("似た事例を知る組織", "Organisations that know like cases"),
            help.outside.iter().map(Record::title).collect(),
        ),
        (
            me.t("関係する資産の管理者", "Owners of the assets concerned"),
            help.owners.iter().map(|o| o.1.clone()).collect::<Vec<_>>(),
        ),
    ] {
        put!(out, "<dt>{}</dt><dd>{}</dd>", label, esc(&list(names)));
    }
    out.raw("</dl></div></details>");
}
