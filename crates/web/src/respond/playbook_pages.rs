//! Playbooks outside an incident: the shipped ones with a preview, and the editor of one's own.

use super::load;
use super::parts::{Html, Ui, render};
use super::play::{self, StepRow};
use super::play_pages::about;
use super::room_pages::id_of;
use crate::frame::Page;
use crate::guard;
use crate::html::{enc, esc};
use crate::input::{self, Pairs, Posted};
use crate::put;
use crate::render::form::{Ask, one};
use crate::render::read::{body_of, pairs_of};
use crate::render::widget::{Control, Options};
use crate::render::{NoTitles, View};
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_model::prepare::playbook::{Playbook, Step, steps_of};
use okiagari_model::{
    Action, Body, Change, FieldDef, FieldProblem, Record, RecordId, Register, RowType, Value, Wing,
    policy,
};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/playbooks/shipped", get(shipped))
        .route("/playbooks/shipped/{id}", get(preview))
        .route("/playbooks/shipped/{id}/take", post(take))
        .route("/playbooks/{id}", get(show))
        .route("/playbooks/{id}/steps", post(change_steps))
}

/// A shipped playbook in the list.
struct Offer {
    id: String,
    name: String,
    about: String,
    steps: usize,
    source: String,
}

#[derive(Template)]
#[template(path = "respond/shipped.html")]
struct ShippedPage<'a> {
    ui: &'a Ui,
    list: &'a [Offer],
}

async fn shipped(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        let list: Vec<Offer> = me
            .web
            .app
            .shipped_playbooks()
            .iter()
            .map(|b| Offer {
                id: b.id.clone(),
                name: b.name.get(me.lang()).to_owned(),
                about: b.about.get(me.lang()).to_owned(),
                steps: b.steps.len(),
                source: b.source.get(me.lang()).to_owned(),
            })
            .collect();
        Ok(Page::of(me, me.t("手順書を選ぶ", "Choose a playbook"))
            .wing(Wing::Prepare)
            .crumb(Playbook::DEF.label.get(me.lang()), "/r/playbook")
            .crumb(me.t("見本", "Shipped"), "")
            .lead(me.t(
                "見本を案として取り込み、自分の組織に合わせて直してから承認します。",
                "Take one as a draft, fit it to your organisation, and have it approved.",
            ))
            .show(&render(&ShippedPage { ui: &ui, list: &list })))
    })
    .await
}

#[derive(Template)]
#[template(path = "respond/shipped_one.html")]
struct PreviewPage<'a> {
    ui: &'a Ui,
    id: &'a str,
    about: String,
    source: String,
    picture: Html,
    rows: Vec<StepRow>,
    may_take: bool,
}

async fn preview(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let ui = load::ui(me);
        let book = me.web.app.shipped_playbooks().iter().find(|b| b.id == id);
        let book = book.ok_or(AppError::NotFound)?;
        let steps = book.steps();
        let name = book.name.get(me.lang()).to_owned();
        let body = render(&PreviewPage {
            ui: &ui,
            id: &book.id,
            about: book.about.get(me.lang()).to_owned(),
            source: book.source.get(me.lang()).to_owned(),
            picture: play::picture(&ui, &name, &steps, &play::state_by_problem(&[])),
            rows: play::rows(&ui, &steps, &[]),
            may_take: policy::may(&me.ctx.subject, Playbook::DEF, Action::Create),
        });
        Ok(Page::of(me, name.clone())
            .wing(Wing::Prepare)
            .crumb(me.t("手順書の見本", "Shipped playbooks"), "/playbooks/shipped")
            .crumb(name, "")
            .show(&body))
    })
    .await
}

async fn take(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let book = me.web.app.shipped_playbooks().iter().find(|b| b.id == id);
        let body = book.ok_or(AppError::NotFound)?.body();
        let change = Change::Create { def: Playbook::DEF, body, reason: None };
        let (key, digest) = super::act::key(&form, &format!("playbook:{id}"));
        let receipt = me.web.app.change_once(&me.ctx, change, &key, &digest)?;
        Ok(guard::redirect(&format!("/playbooks/{}", enc(receipt.id.as_str()))))
    })
    .await
}

#[derive(Template)]
#[template(path = "respond/playbook.html")]
struct BookPage<'a> {
    ui: &'a Ui,
    book: &'a Record,
    about: String,
    picture: Html,
    rows: Vec<StepRow>,
    whole: Vec<String>,
    faults: usize,
    changed: bool,
    may_write: bool,
    form: Html,
    problem: Option<String>,
}

/// What stands in the form of one step.
struct Draft {
    /// The step that is edited; empty for a new one.
    key: String,
    /// The step a new one is put behind.
    behind: String,
    pairs: Pairs,
    problems: Vec<FieldProblem>,
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let book = me.web.app.record(&me.ctx, Playbook::DEF, &id_of(&id)?, None)?.record;
        let asked = input::query(me.uri.query().unwrap_or_default());
        let (key, behind) = (input::get(&asked, "edit"), input::get(&asked, "add"));
        let row = book.rows("steps").find(|r| text(r, "key") == key && !key.is_empty());
        let draft = (row.is_some() || !behind.is_empty()).then(|| Draft {
            key: row.map(|_| key.to_owned()).unwrap_or_default(),
            behind: behind.to_owned(),
            pairs: row.map(|r| pairs_of(&columns(), r, &me.ctx.zone)).unwrap_or_default(),
            problems: Vec::new(),
        });
        page(me, &book, draft, None, StatusCode::OK)
    })
    .await
}

fn columns() -> Vec<&'static FieldDef> {
    Step::FIELDS.iter().collect()
}

fn text<'a>(row: &'a Body, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn page(
    me: &Signed,
    book: &Record,
    draft: Option<Draft>,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let ui = load::ui(me);
    let steps = steps_of(book, "steps");
    let (problems, whole) = play::overall(&ui, &steps);
    let name = play::name(&ui, book);
    let body = render(&BookPage {
        ui: &ui,
        book,
        about: about(&ui, book),
        picture: play::picture(&ui, &name, &steps, &play::state_by_problem(&problems)),
        rows: play::rows(&ui, &steps, &problems),
        faults: problems.len(),
        whole,
        changed: book.body.get("steps") != book.body.get("approved_steps"),
        may_write: policy::may(&me.ctx.subject, Playbook::DEF, Action::Write) && !book.ended(),
        form: draft.map(|d| step_form(me, book, &d)).unwrap_or_default(),
        problem,
    });
    Ok(Page::of(me, name.clone())
        .wing(Wing::Prepare)
        .crumb(Playbook::DEF.label.get(me.lang()), "/r/playbook")
        .crumb(name, "")
        .status(status)
        .show(&body))
}

fn step_form(me: &Signed, book: &Record, draft: &Draft) -> Html {
    let view =
        View { lang: me.lang(), zone: &me.ctx.zone, now: me.web.app.now(), titles: &NoTitles };
    let control = Control { view, pairs: &draft.pairs, options: &|_| Options::new() };
    let mut out = Html::new();
    let id = esc(book.id.as_str());
    put!(
        out,
        "<form class=\"form\" id=\"step\" method=\"post\" action=\"/playbooks/{id}/steps\"><h2>{}</h2><input type=\"hidden\" name=\"_rev\" value=\"{}\"><input type=\"hidden\" name=\"_key\" value=\"{}\"><input type=\"hidden\" name=\"_behind\" value=\"{}\">",
        if draft.key.is_empty() {
            me.t("手順を足す", "Add a step")
        } else {
            me.t("手順を直す", "Change the step")
        },
        book.rev,
        esc(&draft.key),
        esc(&draft.behind)
    );
    for field in columns() {
        out.raw(&one(&control, &Ask { field, required: field.required }, &draft.problems).0);
    }
    put!(
        out,
        "<div class=\"form-end\"><button class=\"btn btn-primary\" name=\"_do\" value=\"save\">{}</button><a class=\"btn btn-quiet\" href=\"/playbooks/{id}\">{}</a></div></form>",
        me.t("保存する", "Save"),
        me.t("やめる", "Cancel")
    );
    out
}

async fn change_steps(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let book = me.web.app.record(&me.ctx, Playbook::DEF, &id, None)?.record;
        let rows: Vec<Body> = book.rows("steps").cloned().collect();
        let (op, key) = (input::get(&form, "_do"), input::get(&form, "_key"));
        let mut typed = Body::new();
        let draft = |problems| Draft {
            key: key.to_owned(),
            behind: input::get(&form, "_behind").to_owned(),
            pairs: form.iter().filter(|(n, _)| !n.starts_with('_')).cloned().collect(),
            problems,
        };
        if op == "save" {
            let (body, problems) = body_of(&columns(), &form, &me.ctx.zone);
            if !problems.is_empty() {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return page(me, &book, Some(draft(problems)), None, status);
            }
            typed = body;
        }
        let at = typed.get("key").and_then(Value::as_str).unwrap_or(key).to_owned();
        let rows = edited(rows, op, (key, input::get(&form, "_behind")), typed)
            .ok_or_else(|| super::room_pages::of_act(super::act::ActError::Unknown))?;
        let steps = rows.into_iter().map(Value::Object).collect();
        let rev = input::get(&form, "_rev").parse().unwrap_or(book.rev);
        let patch = [("steps".to_owned(), Value::Array(steps))].into_iter().collect();
        let change = Change::Edit { def: Playbook::DEF, id: id.clone(), rev, patch, reason: None };
        match me.web.app.change(&me.ctx, change) {
            Ok(_) => Ok(guard::redirect(&place(&id, &at, op))),
            Err(AppError::Fields(list)) if op == "save" => {
                let problems = list.into_iter().map(of_row).collect();
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                page(me, &book, Some(draft(problems)), None, status)
            }
            Err(e @ AppError::Conflict { .. }) => {
                let why = Some(e.message().get(me.lang()).to_owned());
                let keep = (op == "save").then(|| draft(Vec::new()));
                page(me, &book, keep, why, StatusCode::CONFLICT)
            }
            Err(e) => Err(e),
        }
    })
    .await
}

fn place(id: &RecordId, key: &str, op: &str) -> String {
    match op {
        "delete" => format!("/playbooks/{}", enc(id.as_str())),
        _ => format!("/playbooks/{}#s-{}", enc(id.as_str()), enc(key)),
    }
}

/// `steps[3].text` of the record is `text` of the form.
fn of_row(mut p: FieldProblem) -> FieldProblem {
    if let Some((_, column)) = p.field.rsplit_once("].") {
        p.field = column.to_owned();
    }
    p
}

/// The steps after one operation; `None` for an unknown one or a step that is gone.
fn edited(
    mut rows: Vec<Body>,
    op: &str,
    (key, behind): (&str, &str),
    typed: Body,
) -> Option<Vec<Body>> {
    let at = |rows: &[Body], key: &str| rows.iter().position(|r| text(r, "key") == key);
    match op {
        "save" if key.is_empty() => {
            let place = at(&rows, behind).map_or(rows.len(), |i| i + 1);
            rows.insert(place, typed);
        }
        "save" => {
            let place = at(&rows, key)?;
            let new = text(&typed, "key").to_owned();
            rows[place] = typed;
            if new != key {
                rows.iter_mut().for_each(|r| renamed(r, key, &new));
            }
        }
        "delete" => {
            rows.remove(at(&rows, key)?);
        }
        "up" => {
            let place = at(&rows, key)?;
            rows.swap(place, place.saturating_sub(1));
        }
        "down" => {
            let place = at(&rows, key)?;
            let next = (place + 1).min(rows.len() - 1);
            rows.swap(place, next);
        }
        _ => return None,
    }
    Some(rows)
}

/// A step that got another key is still named by the others.
fn renamed(row: &mut Body, old: &str, new: &str) {
    for field in ["after", "when", "back_to"] {
        let Some(Value::String(names)) = row.get(field) else { continue };
        let list: Vec<String> = okiagari_model::prepare::plan::keys(names)
            .map(|k| match k.split_once('=') {
                Some((key, answer)) if key == old => format!("{new}={answer}"),
                None if k == old => new.to_owned(),
                _ => k.to_owned(),
            })
            .collect();
        row.insert(field.to_owned(), list.join(", ").into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Body> {
        let list = serde_json::json!([
            {"key": "a", "text": "A"},
            {"key": "b", "text": "B", "after": "a", "when": "a=yes"},
            {"key": "c", "text": "C", "after": "a, b", "back_to": "a"}
        ]);
        list.as_array().unwrap().iter().map(|r| r.as_object().unwrap().clone()).collect()
    }

    fn order(rows: &[Body]) -> Vec<&str> {
        rows.iter().map(|r| text(r, "key")).collect()
    }

    fn row(key: &str) -> Body {
        serde_json::json!({"key": key, "text": "X"}).as_object().cloned().unwrap()
    }

    #[test]
    fn steps_are_added_moved_and_deleted() {
        let done = |op: &str, key: &str, behind: &str, typed: Body| {
            edited(rows(), op, (key, behind), typed)
        };
        assert_eq!(order(&done("save", "", "a", row("x")).unwrap()), ["a", "x", "b", "c"]);
        assert_eq!(order(&done("save", "", "", row("x")).unwrap()), ["a", "b", "c", "x"]);
        assert_eq!(order(&done("up", "b", "", Body::new()).unwrap()), ["b", "a", "c"]);
        assert_eq!(order(&done("up", "a", "", Body::new()).unwrap()), ["a", "b", "c"]);
        assert_eq!(order(&done("down", "c", "", Body::new()).unwrap()), ["a", "b", "c"]);
        assert_eq!(order(&done("delete", "b", "", Body::new()).unwrap()), ["a", "c"]);
        assert!(done("delete", "z", "", Body::new()).is_none());
        assert!(done("burn", "a", "", Body::new()).is_none());
    }

    #[test]
    fn a_renamed_step_is_still_named_by_the_others() {
        let rows = edited(rows(), "save", ("a", ""), row("start")).unwrap();
        assert_eq!((text(&rows[1], "after"), text(&rows[1], "when")), ("start", "start=yes"));
        assert_eq!((text(&rows[2], "after"), text(&rows[2], "back_to")), ("start, b", "start"));
    }

    #[test]
    fn a_problem_of_a_row_is_a_problem_of_the_form() {
        let message = okiagari_model::Message::new("長すぎます", "Too long");
        assert_eq!(of_row(FieldProblem::new("steps[3].text", "too_long", message)).field, "text");
    }
}
