//! The report form, the receipt, the way back to a report, the paper form.

use super::report::{self, Receipt, ReportForm, Status, Typed};
use crate::error;
use crate::frame::{self, Page};
use crate::guard;
use crate::html::{Html, enc};
use crate::input::{self, Pairs, Posted};
use crate::respond::load;
use crate::respond::parts::Ui;
use crate::respond::upload::{self, Upload};
use crate::web::Web;
use crate::who::{MaybeSigned, Prefs, Signed};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use axum::routing::get;
use okiagari_app::AppError;
use okiagari_app::intake::{PublicOrg, PublicReport};
use okiagari_model::respond::report::ReportKind;
use okiagari_model::{Body, Choice, Zone};

/// The largest photo.
const PHOTO_MAX: u64 = 20 << 20;

pub(super) fn routes() -> Router<Web> {
    let large = DefaultBodyLimit::max(24 << 20);
    Router::new()
        .route("/report", get(own_form).post(own_send).layer(large))
        .route("/report/{org}", get(form).post(send).layer(large))
        .route("/report/{org}/follow", get(follow_ask).post(follow))
        .route("/report/{org}/paper", get(paper))
}

/// Does blocking work for somebody without an account; an error becomes a page that says no more
/// than it must.
async fn open(
    web: Web,
    prefs: Prefs,
    work: impl FnOnce(&Web, Prefs) -> Result<Response, AppError> + Send + 'static,
) -> Response {
    let done = tokio::task::spawn_blocking(move || match work(&web, prefs) {
        Ok(response) => response,
        Err(AppError::NotFound) => error::plain(prefs.lang, StatusCode::NOT_FOUND, false),
        Err(e) => error::app_page(prefs, &e),
    });
    match done.await {
        Ok(response) => response,
        Err(e) => error::internal(prefs.lang, &e.to_string()),
    }
}

fn ui(web: &Web, prefs: Prefs) -> Ui {
    // Whoever has no account has no organisation either; the times on these pages are Japan's
    // unless the browser's own field says otherwise.
    Ui { lang: prefs.lang, zone: Zone::tokyo(), now: web.app.now() }
}

fn blank(web: &Web, org: &PublicOrg) -> ReportForm {
    let slug = &org.org;
    ReportForm {
        action: format!("/report/{slug}"),
        org: org.name.clone(),
        promise: org.promise.clone(),
        phone: org.phone.clone(),
        open: org.open,
        asked_at: web.app.now().millis(),
        paper: format!("/report/{slug}/paper"),
        follow: format!("/report/{slug}/follow"),
        ..ReportForm::default()
    }
}

fn page(prefs: Prefs, title: &str, org: &str, body: &Html, status: StatusCode) -> Response {
    frame::public_of(prefs, title, org, false, body, status)
}

fn title(ui: &Ui) -> &str {
    ui.t("気づいたことを知らせる", "Report something")
}

async fn form(State(web): State<Web>, prefs: Prefs, Path(org): Path<String>) -> Response {
    open(web, prefs, move |web, prefs| {
        let (ui, org) = (ui(web, prefs), web.app.public_org(&org)?);
        let body = report::form_page(&ui, &blank(web, &org));
        Ok(page(prefs, title(&ui), &org.name, &body, StatusCode::OK))
    })
    .await
}

async fn paper(State(web): State<Web>, prefs: Prefs, Path(org): Path<String>) -> Response {
    open(web, prefs, move |web, prefs| {
        let (ui, org) = (ui(web, prefs), web.app.public_org(&org)?);
        let body = report::paper_page(&ui, &blank(web, &org));
        let title = ui.t("報告用紙", "Report form");
        Ok(page(prefs, title, &org.name, &body, StatusCode::OK))
    })
    .await
}

async fn send(
    State(web): State<Web>,
    prefs: Prefs,
    Path(org): Path<String>,
    form: Multipart,
) -> Response {
    let got = match upload::read(form, prefs.lang, PHOTO_MAX).await {
        Ok(got) => got,
        Err(response) => return response,
    };
    open(web, prefs, move |web, prefs| {
        let (ui, org) = (ui(web, prefs), web.app.public_org(&org)?);
        match take(web, &ui, &org, &got.fields, got.files) {
            Ok(receipt) => {
                let body = report::receipt_page(&ui, &receipt);
                let title = ui.t("受け取りました", "Received");
                Ok(page(prefs, title, &org.name, &body, StatusCode::OK))
            }
            Err(AppError::Fields(problems)) => {
                let mut form = blank(web, &org);
                form.keep(&got.fields);
                form.wrong(&ui, &problems);
                let body = report::form_page(&ui, &form);
                Ok(page(prefs, title(&ui), &org.name, &body, StatusCode::UNPROCESSABLE_ENTITY))
            }
            Err(e) => Err(e),
        }
    })
    .await
}

fn take(
    web: &Web,
    ui: &Ui,
    org: &PublicOrg,
    fields: &Pairs,
    photos: Vec<Upload>,
) -> Result<Receipt, AppError> {
    let typed = report::read(fields, ui.now, &ui.zone).map_err(AppError::Fields)?;
    let given = PublicReport {
        what: typed.what,
        place: typed.place.unwrap_or_default(),
        detected_at: Some(typed.detected_at),
        situation: typed.situation.unwrap_or_default(),
        name: typed.name.unwrap_or_default(),
        contact: typed.contact.unwrap_or_default(),
        nearly: typed.nearly,
        weakness: typed.weakness,
        trap: typed.trap,
        elapsed_ms: Some(typed.elapsed_ms),
        photo: photo(photos)?,
    };
    let made = web.app.report_public(&org.org, &given)?;
    let next = if made.held {
        ui.t("担当が内容を確かめてから受け付けます。", "Somebody looks at it before it is taken.")
    } else {
        ui.t(
            "担当者に届きました。確認を始めます。",
            "It has reached the desk; they start looking at it.",
        )
    };
    Ok(Receipt {
        number: made.number,
        secret: Some(made.secret),
        next: next.to_owned(),
        phone: org.phone.clone(),
        follow: format!("/report/{}/follow", org.org),
    })
}

/// The first picture of the form.
fn photo(photos: Vec<Upload>) -> Result<Option<(String, Vec<u8>)>, AppError> {
    let Some(mut photo) = photos.into_iter().next() else { return Ok(None) };
    let bytes = photo.read_all(PHOTO_MAX).map_err(|e| AppError::Internal(e.to_string()))?;
    Ok(Some((photo.name, bytes)))
}

fn status_page(prefs: Prefs, ui: &Ui, status: &Status) -> Response {
    let title = ui.t("報告のその後", "Your report");
    let code = if status.asked && !status.found { StatusCode::NOT_FOUND } else { StatusCode::OK };
    page(prefs, title, &status.org, &report::follow_page(ui, status), code)
}

fn unknown(org: &PublicOrg) -> Status {
    Status {
        org: org.name.clone(),
        action: format!("/report/{}/follow", org.org),
        phone: org.phone.clone(),
        ..Status::default()
    }
}

async fn follow_ask(State(web): State<Web>, prefs: Prefs, Path(org): Path<String>) -> Response {
    open(web, prefs, move |web, prefs| {
        let (ui, org) = (ui(web, prefs), web.app.public_org(&org)?);
        Ok(status_page(prefs, &ui, &unknown(&org)))
    })
    .await
}

async fn follow(
    State(web): State<Web>,
    prefs: Prefs,
    Path(org): Path<String>,
    Posted(form): Posted,
) -> Response {
    open(web, prefs, move |web, prefs| {
        let (ui, org) = (ui(web, prefs), web.app.public_org(&org)?);
        let (number, secret) =
            (input::get(&form, "number").trim(), input::get(&form, "secret").trim());
        let mut status = Status { number: number.to_owned(), asked: true, ..unknown(&org) };
        let words = input::get(&form, "text").trim();
        if !words.is_empty() {
            match web.app.report_add(&org.org, number, secret, words) {
                Ok(_) => status.added = true,
                Err(AppError::NotFound) => return Ok(status_page(prefs, &ui, &status)),
                Err(e) => return Err(e),
            }
        }
        match web.app.report_status(&org.org, number, secret) {
            Ok(found) => {
                status.secret = secret.to_owned();
                status.state = found.state.get(ui.lang).to_owned();
                status.answer = found.answer;
                status.reported_at = Some(found.reported_at);
                status.additions = found.additions;
                status.found = true;
            }
            Err(AppError::NotFound) => {}
            Err(e) => return Err(e),
        }
        Ok(status_page(prefs, &ui, &status))
    })
    .await
}

fn which(web: &Web, prefs: Prefs, typed: &str) -> Result<Response, AppError> {
    let ui = ui(web, prefs);
    if !typed.is_empty() {
        return Ok(guard::redirect(&format!("/report/{}", enc(typed))));
    }
    let orgs = web.app.organisations()?;
    if let [only] = orgs.as_slice() {
        return Ok(guard::redirect(&format!("/report/{}", enc(only.id.as_str()))));
    }
    Ok(page(prefs, title(&ui), "", &report::which_page(&ui), StatusCode::OK))
}

/// The form of somebody signed in: the name stands there, the report counts as verified.
fn own_blank(me: &Signed) -> Result<ReportForm, AppError> {
    let org = me.web.app.public_org(me.ctx.subject.org.as_str())?;
    let name = me.session.display.clone();
    Ok(ReportForm {
        action: "/report".into(),
        // The public desk may be closed; who is signed in can always report.
        open: true,
        verified: Some(name.clone()),
        follow: "/r/report".into(),
        name,
        ..blank(&me.web, &org)
    })
}

fn own_page(me: &Signed, body: &Html, status: StatusCode) -> Response {
    let ui = load::ui(me);
    Page::of(me, title(&ui)).status(status).bare("app", Html::new()).show(body)
}

/// Signed in: the own form. Otherwise the organisation's public form, or the question which one:
/// no list is shown, since who is here is nobody else's business.
async fn own_form(
    MaybeSigned(me): MaybeSigned,
    State(web): State<Web>,
    prefs: Prefs,
    uri: Uri,
) -> Response {
    let Some(me) = me else {
        let query = input::query(uri.query().unwrap_or_default());
        let typed = input::get(&query, "org").trim().to_owned();
        return open(web, prefs, move |web, prefs| which(web, prefs, &typed)).await;
    };
    me.run(|me| {
        let form = own_blank(me)?;
        Ok(own_page(me, &report::form_page(&load::ui(me), &form), StatusCode::OK))
    })
    .await
}

async fn own_send(me: Signed, form: Multipart) -> Response {
    let got = match upload::read(form, me.lang(), PHOTO_MAX).await {
        Ok(got) => got,
        Err(response) => return response,
    };
    me.run(move |me| {
        let ui = load::ui(me);
        let typed = report::read(&got.fields, ui.now, &ui.zone).map_err(AppError::Fields);
        let photo = photo(got.files)?;
        let made = typed.and_then(|typed| {
            let (key, digest) = crate::respond::act::key(&got.fields, "report");
            me.web.app.report_signed(&me.ctx, own_body(typed), photo, (&key, &digest))
        });
        match made {
            Ok(made) => {
                let org = me.web.app.public_org(me.ctx.subject.org.as_str())?;
                let receipt = Receipt {
                    number: made.number.unwrap_or_else(|| made.id.short().to_owned()),
                    secret: None,
                    next: ui
                        .t(
                            "担当者に届きました。確認を始めます。",
                            "It has reached the desk; they start looking at it.",
                        )
                        .to_owned(),
                    phone: org.phone,
                    follow: format!("/r/report/{}", made.id),
                };
                Ok(own_page(me, &report::receipt_page(&ui, &receipt), StatusCode::OK))
            }
            Err(AppError::Fields(problems)) => {
                let mut form = own_blank(me)?;
                form.keep(&got.fields);
                form.wrong(&ui, &problems);
                Ok(own_page(me, &report::form_page(&ui, &form), StatusCode::UNPROCESSABLE_ENTITY))
            }
            Err(e) => Err(e),
        }
    })
    .await
}

fn own_body(typed: Typed) -> Body {
    let mut body = Body::new();
    body.insert("what".into(), typed.what.into());
    body.insert("detected_at".into(), typed.detected_at.millis().into());
    for (field, text) in [
        ("place", typed.place),
        ("situation", typed.situation),
        ("reporter_name", typed.name),
        ("reporter_contact", typed.contact),
    ] {
        if let Some(text) = text {
            body.insert(field.into(), text.into());
        }
    }
    if typed.weakness {
        body.insert("kind".into(), ReportKind::Vulnerability.id().into());
    } else if typed.nearly {
        body.insert("kind".into(), ReportKind::NearMiss.id().into());
    }
    body
}
