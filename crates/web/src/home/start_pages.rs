//! The first-start guide: its pages and forms. Every form is an ordinary change.

use super::pages::people_and_roles;
use super::start::{self, ClockLine, Start, Step};
use crate::error;
use crate::frame::Page;
use crate::guard;
use crate::html::Html;
use crate::input::{self, Posted};
use crate::respond::act;
use crate::respond::load;
use crate::respond::parts::Ui;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use okiagari_app::views::{ClockView, setting_body};
use okiagari_app::{AppError, ListRequest};
use okiagari_model::clock::{Evidence, Unit};
use okiagari_model::govern::setting::{CLOCK_APPLIES, Setting};
use okiagari_model::govern::{organisation::Organisation, role::Role};
use okiagari_model::{Action, Body, Change, Choice, Record, RecordId, Register, Value, policy};

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/start", get(begin)).route("/start/{step}", get(show).post(save))
}

async fn begin(me: Signed) -> Response {
    me.run(|me| {
        let start = read(me, Step::Organisation)?;
        // Where the guide was left.
        let next = Step::ALL.into_iter().find(|s| !start.done.contains(s)).unwrap_or(Step::Done);
        Ok(guard::redirect(&format!("/start/{}", next.id())))
    })
    .await
}

async fn show(me: Signed, Path(step): Path<String>) -> Response {
    me.run(move |me| {
        let step = Step::from_id(&step).ok_or(AppError::NotFound)?;
        Ok(answer(me, &read(me, step)?, StatusCode::OK))
    })
    .await
}

fn answer(me: &Signed, start: &Start, status: StatusCode) -> Response {
    Page::of(me, me.t("はじめの設定", "First start"))
        .status(status)
        .bare("app", Html::new())
        .show(&start::page(&load::ui(me), start))
}

fn organisation(me: &Signed) -> Result<Record, AppError> {
    let page = me.web.app.list(&me.ctx, &ListRequest::first(Organisation::DEF, 1))?;
    page.records.into_iter().next().ok_or(AppError::NotFound)
}

fn read(me: &Signed, step: Step) -> Result<Start, AppError> {
    let ui = load::ui(me);
    let app = &me.web.app;
    let o = organisation(me)?;
    let (people, roles) = people_and_roles(me)?;
    let clocks = if policy::may(&me.ctx.subject, Setting::DEF, Action::Read) {
        app.clock_rules(&me.ctx)?
    } else {
        Vec::new()
    };
    let named = |id: &str| people.iter().find(|p| p.id.as_str() == id).map(|p| p.text("name"));
    let held = |kind: &str| {
        roles.iter().find(|r| r.text("kind") == kind).map(|r| {
            let holder = r.ids("holder").first().and_then(|id| named(id)).unwrap_or_default();
            (r.id.as_str().to_owned(), holder.to_owned(), r.ids("deputies").len())
        })
    };
    let roles = start::role_lines(&ui, &held);
    let done = done(&o, &roles, &clocks);
    Ok(Start {
        step,
        open: open(&ui, &done),
        done,
        name: o.text("name").to_owned(),
        business: o.text("business").to_owned(),
        staff: o.int("staff").map_or_else(String::new, |n| n.to_string()),
        profile: o.text("profile").to_owned(),
        rev: o.rev,
        definition: o.text("incident_definition").to_owned(),
        kinds: o.ids("incident_kinds").join("\n"),
        examples: o.ids("incident_examples").join("\n"),
        promise: o.text("promise").to_owned(),
        roles,
        me: named_me(me, &people),
        people: people
            .iter()
            .map(|p| (p.id.as_str().to_owned(), p.text("name").to_owned()))
            .collect(),
        paper: None,
        // Which group is asked for differs from day to day without anything being kept.
        group: 1 + usize::try_from(ui.now.millis().unsigned_abs() / 86_400_000 % 13).unwrap_or(0),
        keys_at: o.time("keys_backed_up_at"),
        clocks: clocks.iter().map(|c| clock(&ui, c)).collect(),
        report_url: report_url(me),
        problem: None,
        may: policy::may(&me.ctx.subject, Organisation::DEF, Action::Write),
    })
}

/// The name of who looks at it, where that is a person of the organisation.
fn named_me(me: &Signed, people: &[Record]) -> String {
    let own = people.iter().find(|p| Some(&p.id) == me.ctx.subject.person.as_ref());
    own.map_or_else(String::new, |p| p.text("name").to_owned())
}

fn report_url(me: &Signed) -> String {
    let host = me.headers.get("host").and_then(|h| h.to_str().ok()).unwrap_or("localhost");
    let origin = me.web.config.origin.clone().unwrap_or_else(|| format!("http://{host}"));
    format!("{origin}/report/{}", me.ctx.subject.org)
}

fn done(o: &Record, roles: &[start::RoleLine], clocks: &[ClockView]) -> Vec<Step> {
    let mut done = Vec::new();
    let mut tick = |step, holds: bool| {
        if holds {
            done.push(step);
        }
    };
    tick(Step::Organisation, o.body.contains_key("profile"));
    tick(Step::Roles, roles.iter().all(start::RoleLine::is_held));
    let defined = ["incident_definition", "incident_kinds", "incident_examples"];
    tick(Step::Definition, defined.iter().all(|f| o.body.contains_key(*f)));
    tick(Step::Keys, o.time("keys_backed_up_at").is_some());
    tick(
        Step::Deadlines,
        clocks
            .iter()
            .filter(|c| c.rule.legal && c.rule.jurisdiction == "jp")
            .all(|c| c.applies.is_some()),
    );
    tick(Step::Report, o.time("set_up_at").is_some());
    tick(Step::Done, o.time("set_up_at").is_some());
    done
}

fn open(ui: &Ui, done: &[Step]) -> Vec<(String, String)> {
    Step::ALL
        .into_iter()
        .filter(|s| !matches!(s, Step::Report | Step::Done) && !done.contains(s))
        .map(|s| (s.label(ui), format!("/start/{}", s.id())))
        .collect()
}

fn clock(ui: &Ui, c: &ClockView) -> ClockLine {
    let rule = &c.rule;
    let stages = rule
        .stages
        .iter()
        .map(|s| {
            let unit = match s.unit {
                Unit::Minute => ui.t("分", "min"),
                Unit::Hour => ui.t("時間", "h"),
                Unit::CalendarDay => ui.t("日", "days"),
                Unit::BusinessDay => ui.t("営業日", "business days"),
                Unit::Month => ui.t("か月", "months"),
            };
            let limit = match &s.qualitative {
                Some(word) => format!("{}（{} {unit}）", word.get(ui.lang), s.amount),
                None => format!("{}{}{unit}", s.amount, ui.t("", " ")),
            };
            format!("{}：{limit}", s.label.get(ui.lang))
        })
        .collect();
    ClockLine {
        id: rule.id.clone(),
        name: rule.regime.get(ui.lang).to_owned(),
        stages,
        recipient: rule.recipient.get(ui.lang).to_owned(),
        source: rule.sources().get(ui.lang).to_owned(),
        evidence: rule.evidence.label().get(ui.lang).to_owned(),
        unsure: rule.evidence == Evidence::FromMemory,
        note: rule.note.as_ref().map_or_else(String::new, |n| n.get(ui.lang).to_owned()),
        legal: rule.legal,
        near: matches!(rule.jurisdiction.as_str(), "jp" | "internal"),
        applies: c.applies,
        reason: c
            .set
            .as_ref()
            .map_or_else(String::new, |s| s.text(okiagari_model::REASON).to_owned()),
        rev: c.set.as_ref().map(|s| s.rev),
    }
}

async fn save(me: Signed, Path(step): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let step = Step::from_id(&step).ok_or(AppError::NotFound)?;
        if step == Step::Keys && input::get(&form, "do") == "show" {
            let mut start = read(me, step)?;
            start.paper = Some(me.web.app.paper_key(&me.ctx)?);
            return Ok(answer(me, &start, StatusCode::OK));
        }
        match write(me, step, &form) {
            Ok(place) => Ok(guard::redirect(&place)),
            Err(e @ (AppError::Fields(_) | AppError::Input(_) | AppError::Conflict { .. })) => {
                let mut start = read(me, step)?;
                start.problem = Some(e.message().get(me.lang()).to_owned());
                keep(&mut start, &form);
                if step == Step::Keys {
                    start.paper = Some(me.web.app.paper_key(&me.ctx)?);
                }
                Ok(answer(me, &start, StatusCode::UNPROCESSABLE_ENTITY))
            }
            Err(e) => Err(e),
        }
    })
    .await
}

/// What was typed stays, also where it could not be saved.
fn keep(start: &mut Start, form: &act::Form) {
    let fields = [
        ("f.name", &mut start.name),
        ("f.business", &mut start.business),
        ("f.staff", &mut start.staff),
        ("f.profile", &mut start.profile),
        ("f.incident_definition", &mut start.definition),
        ("f.incident_kinds", &mut start.kinds),
        ("f.incident_examples", &mut start.examples),
        ("f.promise", &mut start.promise),
    ];
    for (name, place) in fields {
        if form.iter().any(|(n, _)| n == name) {
            *place = input::get(form, name).to_owned();
        }
    }
}

/// Writes a page's form; gives where to go on.
fn write(me: &Signed, step: Step, form: &act::Form) -> Result<String, AppError> {
    let next = format!("/start/{}", step.next().id());
    match step {
        Step::Organisation | Step::Definition => {
            edit_organisation(me, form)?;
            Ok(next)
        }
        Step::Roles if input::get(form, "do") == "all" => {
            take_all(me)?;
            Ok("/start/roles".to_owned())
        }
        Step::Roles => {
            make_role(me, form)?;
            Ok("/start/roles".to_owned())
        }
        Step::Keys => {
            let group = input::get(form, "group").parse().unwrap_or(0);
            me.web.app.confirm_paper_key(&me.ctx, group, input::get(form, "typed"))?;
            Ok(next)
        }
        Step::Deadlines => {
            let rule = input::get(form, "rule").to_owned();
            confirm_clock(me, form, &rule)?;
            Ok(format!("/start/deadlines#{rule}"))
        }
        Step::Report => Ok(next),
        Step::Done => {
            me.web.app.stamp_organisation(&me.ctx, "set_up_at")?;
            Ok("/".to_owned())
        }
    }
}

fn unreadable(e: act::ActError) -> AppError {
    match e {
        act::ActError::Fields(list) => AppError::Fields(list),
        act::ActError::Unknown => error::input(
            "入力が読み取れません。開き直してください。",
            "The form cannot be read. Open the page again.",
        ),
    }
}

fn edit_organisation(me: &Signed, form: &act::Form) -> Result<(), AppError> {
    let def = Organisation::DEF;
    let o = organisation(me)?;
    let mut patch = act::fields(def, form, &me.ctx.zone).map_err(unreadable)?;
    for (name, _) in form.iter().filter(|(n, v)| n.starts_with("f.") && v.trim().is_empty()) {
        patch.insert(name.trim_start_matches("f.").to_owned(), Value::Null);
    }
    patch.retain(|field, value| o.body.get(field).unwrap_or(&Value::Null) != value);
    if patch.is_empty() {
        return Ok(());
    }
    let rev = input::get(form, "rev").parse().unwrap_or(0);
    let change = Change::Edit { def, id: o.id, rev, patch, reason: None };
    me.web.app.change(&me.ctx, change)?;
    Ok(())
}

fn make_role(me: &Signed, form: &act::Form) -> Result<(), AppError> {
    let lines = start::role_lines(&load::ui(me), &|_| None);
    let wanted = lines.iter().find(|l| l.kind == input::get(form, "kind"));
    let line = wanted.ok_or_else(|| unreadable(act::ActError::Unknown))?;
    let holder = RecordId::parse(input::get(form, "holder")).ok_or_else(|| {
        AppError::field("holder", "required", "担当を選んでください。", "Choose the holder.")
    })?;
    let deputy = RecordId::parse(input::get(form, "deputy"));
    if deputy.as_ref() == Some(&holder) {
        return Err(AppError::field(
            "deputies",
            "same_person",
            "代行者は担当と別の人にしてください。",
            "The deputy must be somebody else.",
        ));
    }
    let mut body = Body::new();
    body.insert("name".into(), line.name.clone().into());
    body.insert("kind".into(), line.kind.clone().into());
    body.insert("duties".into(), line.duties.clone().into());
    body.insert("holder".into(), holder.as_str().into());
    if let Some(deputy) = deputy {
        body.insert("deputies".into(), Value::Array(vec![deputy.as_str().into()]));
    }
    let (key, digest) = act::key(form, "start:role");
    me.web.app.change_once(
        &me.ctx,
        Change::Create { def: Role::DEF, body, reason: None },
        &key,
        &digest,
    )?;
    Ok(())
}

/// Gives the person every role that the response needs and nobody holds: a change each, as if it
/// had been chosen line by line (TK-93).
fn take_all(me: &Signed) -> Result<(), AppError> {
    let person = me.ctx.subject.person.clone().ok_or_else(|| {
        AppError::field(
            "holder",
            "required",
            "このアカウントには人の記録がありません。先に人を登録し、表で担当を選んでください。",
            "This account has no person on record. Add the person, then choose holders in the table.",
        )
    })?;
    let ui = load::ui(me);
    let (_, roles) = people_and_roles(me)?;
    let lines = start::role_lines(&ui, &|_| None);
    let reason = Some(me.t("いまは全部わたしが担当します", "For now I do everything").to_owned());
    for kind in start::taken_alone() {
        let Some(line) = lines.iter().find(|l| l.kind == kind.id()) else { continue };
        let mut of_kind = roles.iter().filter(|r| r.text("kind") == kind.id());
        let first = of_kind.next();
        if first.into_iter().chain(of_kind).any(|r| r.body.contains_key("holder")) {
            continue;
        }
        let mut body = Body::new();
        body.insert("holder".into(), person.as_str().into());
        let change = match first {
            Some(role) => {
                let (id, rev) = (role.id.clone(), role.rev);
                Change::Edit { def: Role::DEF, id, rev, patch: body, reason: reason.clone() }
            }
            None => {
                let duties = format!("{}\n{}", line.duties, start::limits_alone(&ui));
                body.insert("name".into(), line.name.clone().into());
                body.insert("kind".into(), line.kind.clone().into());
                body.insert("duties".into(), duties.into());
                Change::Create { def: Role::DEF, body, reason: reason.clone() }
            }
        };
        // Two clicks at once see the same roles, and give the same key.
        let seen = vec![
            (kind.id().to_owned(), person.to_string()),
            (String::new(), roles.len().to_string()),
        ];
        let (key, digest) = act::key(&seen, "start:all");
        me.web.app.change_once(&me.ctx, change, &key, &digest)?;
    }
    Ok(())
}

fn confirm_clock(me: &Signed, form: &act::Form, rule: &str) -> Result<(), AppError> {
    let app = &me.web.app;
    let known = app.clock_rules(&me.ctx)?.into_iter().find(|c| c.rule.id == rule);
    let clock = known.ok_or_else(|| unreadable(act::ActError::Unknown))?;
    let applies = match input::get(form, "applies") {
        "true" => true,
        "false" => false,
        _ => return Err(unreadable(act::ActError::Unknown)),
    };
    let reason = input::get(form, "reason").trim().to_owned();
    if !applies && clock.rule.legal && reason.is_empty() {
        return Err(AppError::field(
            "reason",
            "required",
            "法律の期限をあてはまらないとするときは、理由を書いてください。",
            "Give the reason why a deadline by law does not apply.",
        ));
    }
    let body = setting_body(&format!("{CLOCK_APPLIES}{rule}"), &Value::Bool(applies));
    let reason = (!reason.is_empty()).then_some(reason);
    let change = match clock.set {
        Some(set) => {
            let rev = input::get(form, "rev").parse().unwrap_or(set.rev);
            Change::Edit { def: Setting::DEF, id: set.id, rev, patch: body, reason }
        }
        None => Change::Create { def: Setting::DEF, body, reason },
    };
    app.change(&me.ctx, change)?;
    Ok(())
}
