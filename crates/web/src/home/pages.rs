//! Home, notices and figures: their pages.

use super::metrics::{self, Figure, Metrics};
use super::view::{self, Home, Kind, Kpi, Line, Missing};
use crate::frame::{Page, record_href};
use crate::guard;
use crate::html::{Html, sev};
use crate::input::{self, Posted};
use crate::respond::load;
use crate::respond::parts::Ui;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::read::FindingView;
use okiagari_app::views::{Home as AppHome, MetricView};
use okiagari_app::{AppError, ListRequest};
use okiagari_model::govern::{organisation::Organisation, person::Person, role::Role};
use okiagari_model::improve::kpi;
use okiagari_model::reconnect::attestation_delivery::AttestationDelivery;
use okiagari_model::reconnect::client_requirement::ClientRequirement;
use okiagari_model::respond::{message, report::Report};
use okiagari_model::{Action, Record, Register, Wing, policy};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/", get(home))
        .route("/metrics", get(figures))
        .route("/metrics/keep", post(keep))
}

async fn home(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        let kind = Kind::of(&me.ctx.subject.roles);
        let mut home = match kind {
            // A counterparty's page asks for nothing but what is addressed to it.
            Kind::Counterparty => addressed(me, &ui)?,
            _ => read(me, &ui, kind)?,
        };
        home.person = me.session.display.clone();
        home.org = me.web.app.frame(&me.ctx)?.org;
        let title = me.t("ホーム", "Home");
        Ok(Page::of(me, title)
            .place("home")
            .bare("app", Html::new())
            .show(&view::page(&ui, kind, &home)))
    })
    .await
}

fn addressed(me: &Signed, ui: &Ui) -> Result<Home, AppError> {
    let request = ListRequest::first(message::Message::DEF, 100);
    let sent = me.web.app.list(&me.ctx, &request)?.records;
    let mut messages: Vec<Line> = sent
        .iter()
        .filter(|m| m.time("sent_at").is_some())
        .map(|m| Line {
            text: m.text("subject").to_owned(),
            href: format!("/r/message/{}", m.id),
            note: m.time("sent_at").map_or_else(String::new, |t| ui.when(&t)),
            chips: ui.state(m, "state"),
            due: None,
        })
        .collect();
    messages.extend(of_reconnection(me, ui)?);
    Ok(Home { messages, ..Home::default() })
}

/// What a client of a reconnection was shown, and what it asked for, with where that stands.
fn of_reconnection(me: &Signed, ui: &Ui) -> Result<Vec<Line>, AppError> {
    let list = |def| me.web.app.list(&me.ctx, &ListRequest::first(def, 100)).map(|l| l.records);
    let shown = list(AttestationDelivery::DEF)?;
    let asked = list(ClientRequirement::DEF)?;
    let line = |r: &Record, text: String, href: String, at: &str| Line {
        text,
        href,
        note: r.time(at).map_or_else(String::new, |t| ui.when(&t)),
        chips: ui.state(r, "state"),
        due: None,
    };
    let copies = shown.iter().map(|d| {
        let words = ui.f("認証書 第{}版", "Attestation, version {}", d.int("version").unwrap_or(1));
        line(d, words, format!("/documents/attestation-copy/{}", d.id), "shown_at")
    });
    let asked = asked.iter().map(|r| {
        let href = record_href(ClientRequirement::ID, r.id.as_str());
        line(r, r.text("title").to_owned(), href, "asked_at")
    });
    Ok(copies.chain(asked).collect())
}

fn read(me: &Signed, ui: &Ui, kind: Kind) -> Result<Home, AppError> {
    let app = &me.web.app;
    let found = app.home(&me.ctx)?;
    let late = app.deadlines(&me.ctx, None)?.iter().filter(|d| d.late && !d.done).count();
    let mut home = from_app(ui, found);
    home.late = late;
    let unread = crate::prepare::paper_pages::to_confirm(me)?.into_iter();
    let unread = unread.map(|(name, href)| Line {
        text: ui.f("読んで確認する：{}", "Read and confirm: {}", name),
        href,
        ..Line::default()
    });
    home.tasks.splice(0..0, unread);
    if kind == Kind::Employee {
        home.reports = mine(me, ui)?;
    }
    home.call = whom_to_call(me)?;
    home.set_up = unfinished(me)?;
    if kind == Kind::Auditor {
        home.record = state_of_record(me);
    }
    Ok(home)
}

fn from_app(ui: &Ui, h: AppHome) -> Home {
    let plain = |r: &Record| Line {
        text: r.title(),
        href: record_href(r.def.id, r.id.as_str()),
        chips: r.def.flow.map_or_else(Html::default, |f| ui.state(r, f.field)),
        due: r.time("due_at"),
        note: String::new(),
    };
    let incidents = h
        .incidents
        .iter()
        .map(|(i, due)| {
            let mut chips = ui.severity(i, "severity");
            chips.0.push_str(&ui.state(i, "state").0);
            let effects = i.def.field("effects").zip(i.body.get("effects"));
            let note = effects.map_or_else(String::new, |(f, v)| {
                okiagari_model::validate::show(f, v, ui.lang, &ui.zone)
            });
            Line { text: i.title(), href: format!("/room/{}", i.id), note, chips, due: *due }
        })
        .collect();
    Home {
        next: h.next.map(|n| Line {
            text: n.text.get(ui.lang).to_owned(),
            href: n.href,
            due: n.due,
            ..Line::default()
        }),
        missing: h.missing.iter().map(|f| missing(ui, f)).collect(),
        changed: h
            .changed
            .into_iter()
            .map(|c| {
                let line =
                    Line { text: c.text.get(ui.lang).to_owned(), href: c.href, ..Line::default() };
                (c.at, c.who, line)
            })
            .collect(),
        incidents,
        reports: h.reports.iter().map(plain).collect(),
        tasks: h.tasks.iter().map(plain).collect(),
        messages: h.messages.iter().map(plain).collect(),
        decisions: h
            .decisions
            .iter()
            .map(|d| Line { due: d.time("review_at"), ..plain(d) })
            .collect(),
        kpis: h.metrics.iter().map(|m| metrics::kpi(ui, &figure(m))).collect::<Vec<Kpi>>(),
        ..Home::default()
    }
}

fn missing(ui: &Ui, f: &FindingView) -> Missing {
    let anchor = if f.field.is_empty() { String::new() } else { format!("#f-{}", f.field) };
    // What is missing of the whole (a role that nobody holds) is mended where such are listed.
    let href = match f.rule.id {
        "organisation.leads" => "/start/roles".to_owned(),
        "organisation.keys" => "/start/keys".to_owned(),
        "organisation.incident_definition" => "/start/definition".to_owned(),
        _ if f.register.append_only || f.field == "state" => {
            record_href(f.register.id, f.id.as_str())
        }
        _ => format!("/r/{}/{}/edit{anchor}", f.register.id, f.id),
    };
    Missing {
        sev: sev(f.severity),
        word: f.severity.label().get(ui.lang).to_owned(),
        text: f.message.get(ui.lang).to_owned(),
        title: f.title.clone(),
        why: f.rule.why.get(ui.lang).to_owned(),
        source: f.rule.meets.first().map(|m| (*m).to_owned()),
        href,
    }
}

fn figure(m: &MetricView) -> Figure {
    Figure { def: m.def, now: m.now.clone(), before: m.before.clone(), trend: m.trend.clone() }
}

/// The reports that this person made, newest first.
fn mine(me: &Signed, ui: &Ui) -> Result<Vec<Line>, AppError> {
    let list = me.web.app.list(&me.ctx, &ListRequest::first(Report::DEF, 10))?.records;
    let line = |r: &Record| Line {
        text: r.title(),
        href: format!("/r/report/{}", r.id),
        chips: ui.state(r, "state"),
        note: r.text("answer").chars().take(60).collect(),
        due: None,
    };
    Ok(list.iter().map(line).collect())
}

/// Name of the desk and its number, as the public page shows it.
fn whom_to_call(me: &Signed) -> Result<Vec<(String, String)>, AppError> {
    let public = me.web.app.public_org(me.ctx.subject.org.as_str());
    Ok(match public {
        Ok(p) if !p.phone.is_empty() => {
            vec![(me.t("報告窓口", "Reporting desk").to_owned(), p.phone)]
        }
        Ok(_) | Err(AppError::NotFound) => Vec::new(),
        Err(e) => return Err(e),
    })
}

/// Whether the guide is still open, for those who may go on with it.
fn unfinished(me: &Signed) -> Result<bool, AppError> {
    if !policy::may(&me.ctx.subject, Organisation::DEF, Action::Write) {
        return Ok(false);
    }
    let page = me.web.app.list(&me.ctx, &ListRequest::first(Organisation::DEF, 1))?;
    Ok(page.records.first().is_some_and(|o| o.time("set_up_at").is_none()))
}

/// Size of the record and its last checkpoint, from the signed note itself.
fn state_of_record(me: &Signed) -> Option<(u64, String)> {
    let note = match me.web.app.checkpoint(&me.ctx) {
        Ok(note) => note,
        Err(e) => {
            tracing::warn!(error.cause = ?e, "there is no checkpoint to show");
            return None;
        }
    };
    let mut lines = note.lines();
    let origin = lines.next()?.to_owned();
    let size = lines.next()?.parse().ok()?;
    Some((size, origin))
}

async fn figures(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        let app = &me.web.app;
        let list = app.metrics(&me.ctx, None)?;
        let title = |register: &str, id: &str| {
            let def = okiagari_model::register(register)?;
            let id = okiagari_model::RecordId::new(id);
            // Only the first fifty are named, each under the reader's own permissions.
            app.record(&me.ctx, def, &id, None).ok().map(|v| v.record.title())
        };
        let shown = Metrics {
            period: me.t("今年度と前年度", "this fiscal year and the last").to_owned(),
            list: list.iter().map(|m| metrics::detail(&ui, &figure(m), &title)).collect(),
            may_keep: policy::may(&me.ctx.subject, kpi::Kpi::DEF, Action::Create),
        };
        Ok(Page::of(me, me.t("指標", "Figures"))
            .wing(Wing::Improve)
            .bare("app", Html::new())
            .show(&metrics::page(&ui, &shown)))
    })
    .await
}

/// Names of people to choose from, and roles on record by kind.
pub(super) fn people_and_roles(me: &Signed) -> Result<(Vec<Record>, Vec<Record>), AppError> {
    let all = |def| -> Result<Vec<Record>, AppError> {
        if !policy::may(&me.ctx.subject, def, Action::Read) {
            return Ok(Vec::new());
        }
        Ok(me.web.app.list(&me.ctx, &ListRequest::first(def, 200))?.records)
    };
    Ok((all(Person::DEF)?, all(Role::DEF)?))
}

/// Keeps a figure as it stands, with the records behind it (TK-129).
async fn keep(me: Signed, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let metric = input::get(&form, "metric");
        let receipt = me.web.app.keep_figure(&me.ctx, metric, input::get(&form, "comment"))?;
        Ok(guard::redirect(&format!("/r/kpi/{}?done=made&leaf={}", receipt.id, receipt.leaf)))
    })
    .await
}
