//! Reads attestations, and the copies that clients were given, from the application.

use super::document::{self, Attested};
use crate::frame::Page;
use crate::html::Html;
use crate::respond::document_pages::{all, paper};
use crate::respond::load;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use okiagari_app::AppError;
use okiagari_model::reconnect::assurance_item::AssuranceItem;
use okiagari_model::reconnect::attestation::{self, Attestation};
use okiagari_model::reconnect::attestation_delivery::AttestationDelivery;
use okiagari_model::reconnect::attestation_signature::AttestationSignature;
use okiagari_model::reconnect::reconnection::Reconnection;
use okiagari_model::reconnect::sealed_statement::SealedStatement;
use okiagari_model::reconnect::signing_key::SigningKey;
use okiagari_model::reconnect::statement::Statement;
use okiagari_model::{Cond, Record, RecordId, Register, Time, Value, Wing};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/documents/attestation/{id}", get(own))
        .route("/documents/attestation-copy/{id}", get(copy))
}

async fn own(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let app = &me.web.app;
        let record = app.record(&me.ctx, Attestation::DEF, &id, None)?.record;
        let case = record.ids("reconnection").first().map(|c| RecordId::new(*c));
        let case = match case {
            Some(case) => Some(app.record(&me.ctx, Reconnection::DEF, &case, None)?.record),
            None => None,
        };
        let of = |c: &Record| vec![Cond::eq("reconnection", c.id.as_str())];
        let items = match &case {
            Some(case) => all(me, AssuranceItem::DEF, of(case))?,
            None => Vec::new(),
        };
        let under = vec![Cond::eq("attestation", id.as_str())];
        let signatures = all(me, AttestationSignature::DEF, under)?;
        let said = attestation::statement(&record, case.as_ref(), &items, ui.now, &ui.zone);
        let digest = record.text("content_digest").to_owned();
        let doc = Attested {
            paper: paper(me, Some(&record))?,
            state: ui.choice(&record, "state"),
            good: attestation::in_force(&record, ui.now, &ui.zone),
            valid: (record.text("valid_from").into(), record.text("valid_until").into()),
            signatures: {
                let mut under = document::signatures(&ui, &signatures, &digest);
                under.extend(with_keys(me, &id, &digest)?);
                under
            },
            digest,
            said,
        };
        Ok(shown(me, &document::page(&ui, &doc)))
    })
    .await
}

/// Those who signed this content with their keys.
fn with_keys(me: &Signed, id: &RecordId, digest: &str) -> Result<Vec<document::Signed>, AppError> {
    let ui = load::ui(me);
    let mut out = Vec::new();
    let sealed = all(me, SealedStatement::DEF, vec![Cond::eq("attestation", id.as_str())])?;
    let under = |s: &&Record| !digest.is_empty() && s.text("content_digest") == digest;
    for row in sealed.iter().filter(under).flat_map(|s| s.rows("signatures")) {
        let text = |f: &str| row.get(f).and_then(Value::as_str).unwrap_or_default();
        let key = RecordId::new(text("key"));
        let key = me.web.app.record(&me.ctx, SigningKey::DEF, &key, None)?.record;
        let at = row.get("at").and_then(Value::as_i64).map(Time::from_millis);
        out.push(document::Signed {
            name: text("name").to_owned(),
            post: text("post").to_owned(),
            duty: document::duties(&ui, &key),
            authority: key.text("authority").to_owned(),
            at: at.map_or_else(String::new, |t| ui.when(&t)),
        });
    }
    Ok(out)
}

/// What a client was given; it is read by that client too, and says nothing but that version.
async fn copy(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let record = me.web.app.record(&me.ctx, AttestationDelivery::DEF, &id, None)?.record;
        let said = Statement::parse(record.text("content")).ok_or(AppError::NotFound)?;
        let at = record.time("shown_at").map_or_else(String::new, |t| ui.when(&t));
        let doc = Attested {
            paper: paper(me, Some(&record))?,
            state: ui.f("{}に示した写し", "Copy shown at {}", at),
            good: true,
            valid: (String::new(), String::new()),
            signatures: Vec::new(),
            digest: record.text("digest").to_owned(),
            said,
        };
        Ok(shown(me, &document::page(&ui, &doc)))
    })
    .await
}

fn shown(me: &Signed, body: &Html) -> Response {
    let title = me.t("認証書", "Attestation");
    Page::of(me, title).wing(Wing::Reconnect).bare("app", Html::new()).show(body)
}
