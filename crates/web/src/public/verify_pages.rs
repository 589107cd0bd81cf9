//! Verifying: a file that somebody brings, and the organisation's own record in the background.

use super::verify::{self, Check, Outcome, Report, Run, Verify};
use crate::error;
use crate::exchange::{PACKAGE_MAX, report};
use crate::frame::{self, Page};
use crate::guard;
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
use okiagari_model::{Lang, OrgId, Zone};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The largest proof or checkpoint that is looked at.
const PROOF_MAX: u64 = 1 << 20;
/// The bound of the form, with what stands around the file.
const FORM_MAX: usize = (512 << 20) + (1 << 20);

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/verify", get(show))
        .route("/verify/file", post(file).layer(DefaultBodyLimit::max(FORM_MAX)))
        .route("/verify/run", post(run))
        .route("/verify/checkpoint", get(checkpoint))
}

/// Verifications that run or have run since the program started, one an organisation.
#[derive(Debug, Default)]
pub struct Runs(Mutex<HashMap<OrgId, Both>>);

/// The same result in both languages: whoever looks next may read the other one.
#[derive(Debug, Clone)]
struct Both {
    ja: Run,
    en: Run,
}

impl Runs {
    fn get(&self, org: &OrgId, lang: Lang) -> Run {
        let runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (runs.get(org), lang) {
            (None, _) => Run::Never,
            (Some(both), Lang::Ja) => both.ja.clone(),
            (Some(both), Lang::En) => both.en.clone(),
        }
    }

    fn set(&self, org: &OrgId, both: Both) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(org.clone(), both);
    }

    /// Takes the place for a run; `false` while one is going.
    fn begin(&self, org: &OrgId) -> bool {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.get(org).is_some_and(|b| matches!(b.ja, Run::Going(..))) {
            return false;
        }
        let going = Run::Going(0, 1);
        runs.insert(org.clone(), Both { ja: going.clone(), en: going });
        true
    }
}

async fn run(me: Signed) -> Response {
    let org = me.ctx.subject.org.clone();
    if me.ctx.subject.has("counterparty") {
        return error::page(&me, &AppError::Forbidden("verify"));
    }
    let runs = me.web.checks.clone();
    if runs.begin(&org) {
        let (web, place) = (me.web.clone(), org.clone());
        // It goes on when the page is closed; its result waits for whoever looks next.
        tokio::task::spawn_blocking(move || work(&web, &runs, &place));
    }
    guard::redirect("/verify#own")
}

fn work(web: &Web, runs: &Arc<Runs>, org: &OrgId) {
    let told = |done: u64, all: u64| {
        let going = Run::Going(done, all.max(1));
        runs.set(org, Both { ja: going.clone(), en: going });
    };
    let at = web.app.now();
    let both = match web.app.verify(org, &told) {
        Ok(found) => {
            let of = |lang: Lang| {
                let mut checks = Vec::new();
                for c in &found.checks {
                    let (what, detail) = (c.what.get(lang), c.detail.get(lang));
                    let mut text =
                        format!("{what}{}{detail}{}", lang.t("（", " ("), lang.t("）", ")"));
                    for p in c.problems.iter().take(10) {
                        text.push_str(lang.t("。", ". "));
                        text.push_str(p.get(lang));
                    }
                    checks.push(Check { outcome: Outcome::of(Some(c.ok)), text });
                }
                let open = |m: &okiagari_model::Message| Check {
                    outcome: Outcome::Open,
                    text: m.get(lang).to_owned(),
                };
                checks.extend(found.not_shown.iter().map(open));
                let what =
                    lang.t("証跡項目 {}件", "{} leaves").replace("{}", &found.size.to_string());
                Run::Done(Report { what, checks, at: Some(at) })
            };
            Both { ja: of(Lang::Ja), en: of(Lang::En) }
        }
        Err(e) => {
            tracing::error!(error.cause = ?e, org.id = %org, "a verification could not be finished");
            let message = e.message();
            Both { ja: Run::Broken(message.ja), en: Run::Broken(message.en) }
        }
    };
    runs.set(org, both);
}

fn outside() -> Verify {
    Verify {
        org: None,
        run: Run::Never,
        upload: None,
        package: None,
        problem: None,
        checkpoint: None,
        vkey: None,
    }
}

fn own(me: &Signed) -> Result<Verify, AppError> {
    let app = &me.web.app;
    let note = match app.checkpoint(&me.ctx) {
        Ok(note) => Some(note),
        Err(AppError::NotFound) => None,
        Err(e) => return Err(e),
    };
    Ok(Verify {
        // Whoever looks from outside checks files and checkpoints; the run is for those inside.
        org: (!me.ctx.subject.has("counterparty"))
            .then(|| app.frame(&me.ctx))
            .transpose()?
            .map(|f| f.org),
        run: me.web.checks.get(&me.ctx.subject.org, me.lang()),
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
    let mut got = match upload::read(form, prefs.lang, PACKAGE_MAX).await {
        Ok(got) => got,
        Err(response) => return response,
    };
    let file = got.files.pop();
    let checked = tokio::task::spawn_blocking(move || {
        let result = match file {
            Some(mut file) => looked_at(&web, &mut file, prefs),
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
            Ok(Looked::Proof(report)) => v.upload = Some(report),
            Ok(Looked::Package(seen)) => v.package = Some(seen),
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

/// What a file turned out to be.
enum Looked {
    Proof(Report),
    Package(Html),
}

/// A zip is a package, anything else a proof or checkpoint.
fn looked_at(web: &Web, file: &mut upload::Upload, prefs: Prefs) -> Result<Looked, AppError> {
    let broken = |e: std::io::Error| AppError::Internal(e.to_string());
    let head = file.read_all(2).map_err(broken)?;
    if head != b"PK" {
        return check(web, file, prefs).map(Looked::Proof);
    }
    let found = web.app.check_package(None, file.reader().map_err(broken)?)?;
    let ui = ui_outside(web, prefs);
    Ok(Looked::Package(report::report(&ui, &report::Seen::of(&ui, &found))))
}

fn check(web: &Web, file: &mut upload::Upload, prefs: Prefs) -> Result<Report, AppError> {
    let bytes = file.read_all(PROOF_MAX).map_err(|e| AppError::Internal(e.to_string()))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_at_a_time_and_its_result_stays_in_both_languages() {
        let (runs, org) = (Runs::default(), OrgId::new("o"));
        assert_eq!(runs.get(&org, Lang::Ja), Run::Never);
        assert!(runs.begin(&org));
        assert!(!runs.begin(&org), "a second run must wait");
        runs.set(&org, Both { ja: Run::Broken("だめ".into()), en: Run::Broken("no".into()) });
        assert_eq!(runs.get(&org, Lang::En), Run::Broken("no".into()));
        assert!(runs.begin(&org));
    }
}
