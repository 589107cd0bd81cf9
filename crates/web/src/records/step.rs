//! A step of a workflow: what it asks for, what must hold, what follows.

use super::change::{FormPage, after, only_again};
use super::{own_href, record};
use crate::html::{Html, esc};
use crate::input::{Pairs, Posted};
use crate::put;
use crate::render::form::{Around, Ask};
use crate::render::read::{body_of, pairs_of, patch_of, tidy};
use crate::who::Signed;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use okiagari_app::read::StepView;
use okiagari_app::{AppError, RecordView};
use okiagari_model::{Change, FieldDef, Transition};

fn found<'v>(view: &'v RecordView, step: &str) -> Result<&'v StepView, AppError> {
    let flow = view.record.def.flow.ok_or(AppError::NotFound)?;
    if flow.transition(step).is_none() {
        return Err(AppError::NotFound);
    }
    let state = okiagari_model::state_of(flow, &view.record).to_owned();
    view.steps.iter().find(|s| s.step.id == step).ok_or(AppError::NotOpen(state))
}

fn fields(view: &RecordView, step: &Transition) -> Vec<&'static FieldDef> {
    step.asks.iter().filter_map(|(f, _)| view.record.def.field(f)).collect()
}

fn page<'a>(me: &'a Signed, view: &RecordView, step: &StepView, pairs: Pairs) -> FormPage<'a> {
    let def = view.record.def;
    let href = own_href(def, &view.record.id);
    let label = step.step.label.get(me.lang());
    let mut above = Html::new();
    if !step.closed.is_empty() {
        put!(
            above,
            "<div class=\"notice\" data-tone=\"caution\"><p class=\"notice-title\">{}</p><ul>",
            me.t("先に必要なこと", "Needed first")
        );
        for g in &step.closed {
            put!(
                above,
                "<li><b>{}</b> {}</li>",
                esc(g.label.get(me.lang())),
                esc(g.mend.get(me.lang()))
            );
        }
        above.raw("</ul></div>");
    }
    for text in &step.follows {
        put!(
            above,
            "<p class=\"quiet\">{} {}</p>",
            me.t("続けて：", "Then:"),
            esc(text.get(me.lang()))
        );
    }
    let asks = step
        .step
        .asks
        .iter()
        .filter_map(|(f, required)| Some(Ask { field: def.field(f)?, required: *required }))
        .collect();
    FormPage {
        me,
        def,
        of: Some((href.clone(), view.record.title())),
        title: label.to_owned(),
        lead: String::new(),
        asks,
        around: Around {
            action: format!("{href}/step/{}", step.step.id),
            draft: format!("{}:{}:{}", def.id, view.record.id, step.step.id),
            rev: Some(view.current_rev),
            submit: label.to_owned(),
            cancel: href,
            reason: Some(step.step.reason),
            ..Around::default()
        },
        pairs,
        problems: Vec::new(),
        above,
        status: StatusCode::OK,
    }
}

pub async fn ask(
    me: Signed,
    Path((register, id, step)): Path<(String, String, String)>,
) -> Response {
    me.run(move |me| {
        let (def, id) = record(&register, &id)?;
        let view = me.web.app.record(&me.ctx, def, &id, None)?;
        let step = found(&view, &step)?;
        let pairs = pairs_of(&fields(&view, step.step), &view.record.body, &me.ctx.zone);
        Ok(page(me, &view, step, pairs).show())
    })
    .await
}

pub async fn take(
    me: Signed,
    Path((register, id, step)): Path<(String, String, String)>,
    posted: Posted,
) -> Response {
    me.run(move |me| {
        let (def, id) = record(&register, &id)?;
        let view = me.web.app.record(&me.ctx, def, &id, None)?;
        let step = found(&view, &step)?;
        if only_again(&posted) {
            return Ok(page(me, &view, step, posted.0.clone()).show());
        }
        let fields = fields(&view, step.step);
        let pairs = tidy(&fields, &posted.0);
        let (typed, problems) = body_of(&fields, &pairs, &me.ctx.zone);
        let form = page(me, &view, step, pairs);
        if !problems.is_empty() {
            return Ok(form.refused(&AppError::Fields(problems)));
        }
        let reason = posted.get("_reason").trim();
        let patch = patch_of(&fields, &typed, &view.record.body);
        let change = Change::Step {
            def,
            id: id.clone(),
            rev: posted.get("_rev").parse().ok(),
            step: step.step.id.to_owned(),
            patch,
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
        };
        let draft = form.around.draft.clone();
        match me.web.app.change(&me.ctx, change) {
            Ok(receipt) => Ok(after(def, &receipt, "step", &draft)),
            // The form comes back with the present revision, so that sending it again means:
            // having seen what changed.
            Err(e) => Ok(form.refused(&e)),
        }
    })
    .await
}
