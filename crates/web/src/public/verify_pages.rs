//! Verifying: a file that somebody brings, and the organisation's own record in the background.

use super::verify::{self, Check, Outcome, Report, Run, Verify};
use crate::error;
use crate::frame::{self, Page};
use crate::html::Html;
use crate::respond::parts::Ui;
use crate::respond::{load, upload};
use crate::web::Web;
use crate::who::{MaybeSigned, Prefs, Signed};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_model::Zone;

/// The largest file that is looked at: proofs and checkpoints are small.
const FILE_MAX: u64 = 1 << 20;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/verify", get(show))
        .route("/verify/file", post(file).layer(DefaultBodyLimit::max(2 << 20)))
        .route("/verify/checkpoint", get(checkpoint))
}

fn outside() -> Verify {
    Verify { org: None, run: Run::Never, upload: None, problem: None, checkpoint: None, vkey: None }
}

fn own(me: &Signed) -> Result<Verify, AppError> {
    let app = &me.web.app;
    let note = match app.checkpoint(&me.ctx) {
        Ok(note) => Some(note),
        Err(AppError::NotFound) => None,
        Err(e) => return Err(e),
    };
    Ok(Verify {
        org: Some(app.frame(&me.ctx)?.org),
        checkpoint: note,
        vkey: Some(app.verifier(&me.ctx.subject.org)?.to_string()),
        ..outside()
    })
}

fn ui_outside(web: &Web, prefs: Prefs) -> Ui {
    Ui { lang: prefs.lang, zone: Zone::tokyo(), now: web.app.now() }
}

async fn show(MaybeSigned(me): MaybeSigned, State(web): State<Web>, prefs: Prefs) -> Response {
    let Some(me) = me else {
        let ui = ui_outside(&web, prefs);
        return public(prefs, &ui, &outside(), StatusCode::OK);
    };
    me.run(|me| {
        let v = own(me)?;
        Ok(inside(me, &v, StatusCode::OK))
    })
    .await
}

fn public(prefs: Prefs, ui: &Ui, v: &Verify, status: StatusCode) -> Response {
    frame::public_of(prefs, ui.t("検証", "Verify"), "", true, &verify::page(ui, v), status)
}

fn inside(me: &Signed, v: &Verify, status: StatusCode) -> Response {
    let mut response = Page::of(me, me.t("検証", "Verify"))
        .place("verify")
        .status(status)
        .bare("app", Html::new())
        .show(&verify::page(&load::ui(me), v));
    if v.going() {
        // The page asks again by itself while the check runs; without scripts too.
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("3"));
    }
    response
}

async fn file(
    MaybeSigned(me): MaybeSigned,
    State(web): State<Web>,
    prefs: Prefs,
    form: Multipart,
) -> Response {
    let mut got = match upload::read(form, prefs.lang, FILE_MAX).await {
        Ok(got) => got,
        Err(response) => return response,
    };
    let file = got.files.pop();
    let checked = tokio::task::spawn_blocking(move || {
        let result = match file {
            Some(mut file) => check(&web, &mut file, prefs),
            None => Err(error::input("ファイルを選んでください。", "Choose a file.")),
        };
        (result, ui_outside(&web, prefs))
    })
    .await;
    let (result, ui) = match checked {
        Ok(done) => done,
        Err(e) => return error::internal(prefs.lang, &e.to_string()),
    };
    let fill = move |mut v: Verify| -> Result<(Verify, StatusCode), AppError> {
        match result {
            Ok(report) => v.upload = Some(report),
            Err(e @ AppError::Input(_)) => {
                v.problem = Some(e.message().get(prefs.lang).to_owned());
                return Ok((v, StatusCode::UNPROCESSABLE_ENTITY));
            }
            Err(e) => return Err(e),
        }
        Ok((v, StatusCode::OK))
    };
    let Some(me) = me else {
        return match fill(outside()) {
            Ok((v, status)) => public(prefs, &ui, &v, status),
            Err(e) => error::app_page(prefs, &e),
        };
    };
    me.run(move |me| {
        let (v, status) = fill(own(me)?)?;
        Ok(inside(me, &v, status))
    })
    .await
}

fn check(web: &Web, file: &mut upload::Upload, prefs: Prefs) -> Result<Report, AppError> {
    let bytes = file.read_all(FILE_MAX).map_err(|e| AppError::Internal(e.to_string()))?;
    let found = web.app.verify_upload(&bytes)?;
    let checks = found
        .lines
        .iter()
        .map(|l| Check { outcome: Outcome::of(l.ok), text: l.text.get(prefs.lang).to_owned() })
        .collect();
    Ok(Report { what: found.origin, checks, at: None })
}

async fn checkpoint(me: Signed) -> Response {
    me.run(|me| {
        let note = me.web.app.checkpoint(&me.ctx)?;
        let headers = [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"checkpoint.txt\""),
        ];
        Ok((headers, note).into_response())
    })
    .await
}

