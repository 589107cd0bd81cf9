//! One signed statement: what it says, who signs, and the package of it.

use super::told::{self, Told};
use crate::frame::Page;
use crate::guard;
use crate::html::enc;
use crate::input::{self, Posted};
use crate::records::outgoing;
use crate::respond::load;
use crate::respond::parts::{Html, Ui, render};
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_model::reconnect::attestation::Attestation;
use okiagari_model::reconnect::sealed_statement::{SealState, SealedStatement, missing};
use okiagari_model::reconnect::signing_key::SigningKey;
use okiagari_model::{Choice, Record, RecordId, Register, Wing};
use okiagari_store::blob::BlobError;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/statements/{id}", get(show))
        .route("/statements/{id}/sign", post(sign))
        .route("/statements/{id}/package", post(package))
}

/// A signer of the statement.
struct Signer {
    id: String,
    name: String,
    post: String,
    /// When, where it is done.
    at: Option<String>,
}

#[derive(Template)]
#[template(path = "exchange/statement.html")]
struct One<'a> {
    ui: &'a Ui,
    s: &'a Record,
    told: Html,
    files: &'a [told::File],
    signers: &'a [Signer],
    mine: bool,
    signed: bool,
    /// The attestation that has to be issued first.
    issue: Option<String>,
    problem: Option<String>,
}

fn page(me: &Signed, id: &RecordId, problem: Option<&AppError>) -> Result<Response, AppError> {
    let app = &me.web.app;
    let ui = load::ui(me);
    let record = app.record(&me.ctx, SealedStatement::DEF, id, None)?.record;
    let statement = app.statement(&me.ctx, &record)?;
    let told = Told::of(&ui, &statement.predicate);
    let left = missing(&record);
    let mut mine = false;
    let mut signers = Vec::new();
    for key in record.ids("signers") {
        let of = app.record(&me.ctx, SigningKey::DEF, &RecordId::new(key), None)?.record;
        let holder = of.ids("person").first().map(|p| RecordId::new(*p));
        let open = left.iter().any(|l| l == key);
        mine |= open && holder.is_some() && holder == me.ctx.subject.person;
        let row = record
            .rows("signatures")
            .find(|r| r.get("key").and_then(okiagari_model::Value::as_str) == Some(key));
        let at = row.and_then(|r| r.get("at")).and_then(okiagari_model::Value::as_i64);
        signers.push(Signer {
            id: key.to_owned(),
            name: of.title(),
            post: of.text("post").to_owned(),
            at: at.map(|ms| ui.when(&okiagari_model::Time::from_millis(ms))),
        });
    }
    let prepared = record.text("state") == SealState::Prepared.id();
    let signed = record.text("state") == SealState::Signed.id();
    let issue = match record.ids("attestation").first().filter(|_| signed) {
        None => None,
        Some(of) => {
            let of = app.record(&me.ctx, Attestation::DEF, &RecordId::new(*of), None)?.record;
            (of.text("state") == "reviewed").then(|| of.id.as_str().to_owned())
        }
    };
    let case = record.ids("reconnection").first().copied().unwrap_or_default().to_owned();
    let body = render(&One {
        ui: &ui,
        s: &record,
        told: told::told(&ui, &told),
        files: &told.files,
        signers: &signers,
        mine: mine && prepared,
        signed,
        issue,
        problem: problem.map(|e| e.message().get(me.lang()).to_owned()),
    });
    let status = problem.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    Ok(Page::of(me, record.title())
        .wing(Wing::Reconnect)
        .status(status)
        .crumb(
            me.t("署名文書と受け渡し", "Statements and packages"),
            format!("/reconnect/{case}/packages"),
        )
        .show(&body))
}

fn id_of(id: &str) -> Result<RecordId, AppError> {
    RecordId::parse(id).ok_or(AppError::NotFound)
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| page(me, &id_of(&id)?, None)).await
}

async fn sign(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        if input::get(&form, "read") != "yes" {
            let told = AppError::input(
                "内容を読んで確かめたことに印を付けてください。",
                "Mark that you have read and checked the content.",
            );
            return page(me, &id, Some(&told));
        }
        match me.web.app.sign_statement(&me.ctx, &id) {
            Ok(_) => Ok(guard::redirect(&format!("/statements/{}", enc(id.as_str())))),
            Err(e @ (AppError::Input(_) | AppError::Forbidden(_) | AppError::Conflict { .. })) => {
                page(me, &id, Some(&e))
            }
            Err(e) => Err(e),
        }
    })
    .await
}

/// Builds the whole package first, so that what is sent is never half of one.
async fn package(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let enclose: Vec<&str> =
            form.iter().filter(|(n, _)| n == "enclose").map(|(_, v)| v.as_str()).collect();
        let record = me.web.app.record(&me.ctx, SealedStatement::DEF, &id, None)?.record;
        let statement = me.web.app.statement(&me.ctx, &record)?;
        let withheld: Vec<String> = statement
            .predicate
            .evidence
            .iter()
            .map(|e| e.name.clone())
            .filter(|name| !enclose.contains(&name.as_str()))
            .collect();
        match me.web.app.pack(&me.ctx, &id, &withheld) {
            Ok(mut packet) => {
                let place = format!("attachment; filename=\"{}\"", packet.name);
                let stream = outgoing(move |mut out| {
                    std::io::copy(&mut packet.file, &mut out).map_err(BlobError::Write)?;
                    Ok(())
                });
                let heads = [
                    (header::CONTENT_TYPE, "application/zip".to_owned()),
                    (header::CONTENT_DISPOSITION, place),
                ];
                Ok((heads, Body::from_stream(stream)).into_response())
            }
            Err(e @ AppError::Input(_)) => page(me, &id, Some(&e)),
            Err(e) => Err(e),
        }
    })
    .await
}
