//! Evidence for forensics outside: the form, and the archive as a stream (TK-62).

use super::load;
use super::parts::{Html, Ui, render};
use super::room_pages::id_of;
use crate::frame::Page;
use crate::input::{self, Posted};
use crate::records::outgoing;
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use okiagari_app::{AppError, PackageAsk};
use okiagari_model::respond::evidence::Evidence;
use okiagari_model::respond::evidence_package::EvidencePackage;
use okiagari_model::respond::incident::Incident;
use okiagari_model::{Action, Cond, Record, RecordId, Register, Wing, policy};

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/room/{id}/package", get(ask).post(send))
}

#[derive(Template)]
#[template(path = "respond/package.html")]
struct Form<'a> {
    ui: &'a Ui,
    incident: &'a Record,
    items: &'a [Record],
    earlier: &'a [Record],
    receiver: &'a str,
    purpose: &'a str,
    problem: Option<String>,
}

fn page(
    me: &Signed,
    id: &RecordId,
    typed: (&str, &str),
    problem: Option<&AppError>,
) -> Result<Response, AppError> {
    if !policy::may(&me.ctx.subject, EvidencePackage::DEF, Action::Create) {
        return Err(AppError::Forbidden("create"));
    }
    let incident = me.web.app.record(&me.ctx, Incident::DEF, id, None)?.record;
    let of = || vec![Cond::eq("incident", id.as_str())];
    let ui = load::ui(me);
    let items = super::document_pages::all(me, Evidence::DEF, of())?;
    let earlier = super::document_pages::all(me, EvidencePackage::DEF, of())?;
    let body: Html = render(&Form {
        ui: &ui,
        incident: &incident,
        items: &items,
        earlier: &earlier,
        receiver: typed.0,
        purpose: typed.1,
        problem: problem.map(|e| e.message().get(me.lang()).to_owned()),
    });
    let status = problem.map_or(StatusCode::OK, |e| {
        StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
    });
    Ok(Page::of(me, me.t("証拠を外部の調査に渡す", "Hand evidence to forensics outside"))
        .wing(Wing::Respond)
        .status(status)
        .show(&body))
}

async fn ask(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| page(me, &id_of(&id)?, ("", ""), None)).await
}

/// Records the export, then sends the archive. Nothing leaves before the record is written.
async fn send(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let typed = |name: &str| input::get(&form, name).trim().to_owned();
        let items = form.iter().filter(|(n, _)| n == "item").map(|(_, v)| id_of(v));
        let ask = PackageAsk {
            receiver: typed("receiver"),
            purpose: typed("purpose"),
            items: items.collect::<Result<Vec<_>, _>>()?,
        };
        match me.web.app.export_evidence(&me.ctx, &id, &ask) {
            Ok(package) => {
                let name = format!("{}.tar", package.number);
                let app = me.web.app.clone();
                let stream = outgoing(move |out| app.write_package(&package, out));
                let place = format!("attachment; filename=\"{name}\"");
                Ok((
                    [
                        (header::CONTENT_TYPE, "application/x-tar".to_owned()),
                        (header::CONTENT_DISPOSITION, place),
                    ],
                    Body::from_stream(stream),
                )
                    .into_response())
            }
            Err(e @ (AppError::Fields(_) | AppError::Input(_))) => {
                page(me, &id, (&ask.receiver, &ask.purpose), Some(&e))
            }
            Err(e) => Err(e),
        }
    })
    .await
}
