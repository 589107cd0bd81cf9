//! An audit's own page: its window, the record as of a moment, samples, conduct of administrators
//! and versions (NI-206, NI-207).

use crate::frame::{Page, role_names};
use crate::guard;
use crate::html::Html;
use crate::input::{self, Posted, query};
use crate::pages::may_see_policy;
use crate::respond::document_pages::all;
use crate::respond::load;
use crate::respond::parts::{Ui, render};
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_app::audits::{Conduct, SampleAsk, Standing};
use okiagari_model::improve::audit::{Audit, open_at};
use okiagari_model::improve::audit_finding::AuditFinding;
use okiagari_model::improve::audit_sample::AuditSample;
use okiagari_model::{
    Action, Cond, Record, RecordId, Register, RegisterDef, Time, Wing, policy, register,
};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/audit", get(index))
        .route("/audit/{id}", get(show))
        .route("/audit/{id}/sample", post(draw))
}

#[derive(Template)]
#[template(path = "audit/index.html")]
struct Index<'a> {
    ui: &'a Ui,
    audits: &'a [Record],
    may_create: bool,
}

/// A sample with what is shown of it.
struct Shown {
    sample: Record,
    register: &'static str,
    /// Whether drawing it again gave the same; `None` where nobody has asked.
    same: Option<bool>,
}

#[derive(Template)]
#[template(path = "audit/audit.html")]
struct One<'a> {
    ui: &'a Ui,
    audit: &'a Record,
    people: String,
    open: bool,
    at: String,
    as_of: Option<u64>,
    standing: &'a [Standing],
    findings: &'a [Record],
    samples: &'a [Shown],
    may_draw: bool,
    may_find: bool,
    conduct: Option<&'a Conduct>,
    problem: Option<String>,
}

impl One<'_> {
    /// Link of a list as of the moment chosen.
    fn list(&self, def: &RegisterDef) -> String {
        match self.as_of {
            Some(_) => format!("/r/{}?at={}", def.id, crate::html::enc(&self.at)),
            None => format!("/r/{}", def.id),
        }
    }

    fn roles(&self, role: &str) -> String {
        let names: Vec<&str> = role.split('+').filter(|r| !r.is_empty()).collect();
        role_names(&names, self.ui.lang)
    }
}

async fn index(me: Signed) -> Response {
    me.run(|me| {
        if !policy::may(&me.ctx.subject, Audit::DEF, Action::Read) {
            return Err(AppError::Forbidden("read"));
        }
        let ui = load::ui(me);
        let audits = all(me, Audit::DEF, Vec::new())?;
        let may_create = policy::may(&me.ctx.subject, Audit::DEF, Action::Create);
        let body = render(&Index { ui: &ui, audits: &audits, may_create });
        Ok(Page::of(me, me.t("監査", "Audits"))
            .wing(Wing::Improve)
            .lead(me.t(
                "範囲と期間を決めて、記録をその時点のまま確かめます。",
                "Looks at the record as it stood, within a scope and a window.",
            ))
            .show(&body))
    })
    .await
}

/// The moment asked for: what was typed, and the leaf it comes to.
fn moment(me: &Signed) -> Result<(String, Option<u64>), AppError> {
    let asked = query(me.uri.query().unwrap_or_default());
    let typed = input::get(&asked, "at").trim().to_owned();
    if typed.is_empty() {
        return Ok((typed, None));
    }
    let at = Time::parse(&typed, &me.ctx.zone).ok_or_else(|| {
        AppError::input(
            "日時が読めません（例: 2026-11-21 14:03）。",
            "Not a time such as 2026-11-21 14:03.",
        )
    })?;
    let leaf = me.web.app.leaf_at(&me.ctx, at)?;
    match leaf {
        Some(leaf) => Ok((typed, Some(leaf))),
        None => Err(AppError::input(
            "その日時には、まだ記録がありません。",
            "There was no record yet at that time.",
        )),
    }
}

fn samples(me: &Signed, id: &RecordId, again: &str) -> Result<Vec<Shown>, AppError> {
    let found = all(me, AuditSample::DEF, vec![Cond::eq("audit", id.as_str())])?;
    found
        .into_iter()
        .map(|sample| {
            let def = register(sample.text("register"));
            let label = def.map_or("", |d| d.label.get(me.lang()));
            let same = match sample.id.as_str() == again {
                true => Some(me.web.app.repeat_sample(&me.ctx, &sample)?),
                false => None,
            };
            Ok(Shown { sample, register: label, same })
        })
        .collect()
}

fn page(me: &Signed, id: &RecordId, problem: Option<&AppError>) -> Result<Response, AppError> {
    let view = me.web.app.record(&me.ctx, Audit::DEF, id, None)?;
    let audit = &view.record;
    let ui = load::ui(me);
    let asked = query(me.uri.query().unwrap_or_default());
    let (at, as_of, wrong) = match moment(me) {
        Ok((at, as_of)) => (at, as_of, None),
        Err(e) => (input::get(&asked, "at").to_owned(), None, Some(e)),
    };
    let problem = problem.or(wrong.as_ref());
    let subject = &me.ctx.subject;
    let mut standing = me.web.app.standing(&me.ctx, as_of)?;
    let scope = audit.ids("registers");
    standing.retain(|s| scope.is_empty() || scope.contains(&s.register.id));
    let conduct = match may_see_policy(me) {
        true => Some(me.web.app.conduct(&me.ctx, as_of)?),
        false => None,
    };
    let ids = audit.ids("lead").into_iter().chain(audit.ids("members"));
    let people: Vec<&str> = ids.filter_map(|p| view.names.get("person", p)).collect();
    let findings = all(me, AuditFinding::DEF, vec![Cond::eq("audit", id.as_str())])?;
    let samples = samples(me, id, input::get(&asked, "again"))?;
    let under_way = !matches!(audit.text("state"), "closed");
    let may = |def: &RegisterDef| under_way && policy::may(subject, def, Action::Create);
    let body: Html = render(&One {
        ui: &ui,
        audit,
        people: people.join(me.t("、", ", ")),
        open: open_at(audit, me.web.app.now()),
        at,
        as_of,
        standing: &standing,
        findings: &findings,
        samples: &samples,
        may_draw: may(AuditSample::DEF),
        may_find: may(AuditFinding::DEF),
        conduct: conduct.as_ref(),
        problem: problem.map(|e| e.message().get(me.lang()).to_owned()),
    });
    let status = problem.map_or(StatusCode::OK, |e| {
        StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
    });
    Ok(Page::of(me, audit.title())
        .wing(Wing::Improve)
        .status(status)
        .bare("app", Html::new())
        .show(&body))
}

fn id_of(id: &str) -> Result<RecordId, AppError> {
    RecordId::parse(id).ok_or(AppError::NotFound)
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| page(me, &id_of(&id)?, None)).await
}

async fn draw(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let typed = |name: &str| input::get(&form, name).trim().to_owned();
        let ask = SampleAsk {
            register: register(&typed("register")).ok_or(AppError::NotFound)?,
            purpose: typed("purpose"),
            size: typed("size").parse().unwrap_or(0),
            seed: typed("seed"),
        };
        match me.web.app.draw_sample(&me.ctx, &id, &ask) {
            Ok(_) => Ok(guard::redirect(&format!("/audit/{id}#samples"))),
            Err(e @ (AppError::Input(_) | AppError::Fields(_))) => page(me, &id, Some(&e)),
            Err(e) => Err(e),
        }
    })
    .await
}
