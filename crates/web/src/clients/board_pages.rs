//! Reads the clients of a case from the application.

use super::board::{self, BoardIn};
use crate::frame::Page;
use crate::html::Html;
use crate::input::{self, query};
use crate::respond::document_pages::all;
use crate::respond::load;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use okiagari_app::AppError;
use okiagari_model::prepare::contact::Contact;
use okiagari_model::reconnect::assurance_item::AssuranceItem;
use okiagari_model::reconnect::attestation::Attestation;
use okiagari_model::reconnect::attestation_delivery::AttestationDelivery;
use okiagari_model::reconnect::client_answer::ClientAnswer;
use okiagari_model::reconnect::client_requirement::ClientRequirement;
use okiagari_model::reconnect::client_terms::ClientTerms;
use okiagari_model::reconnect::contingency::Contingency;
use okiagari_model::reconnect::link::Link;
use okiagari_model::reconnect::monitoring_plan::MonitoringPlan;
use okiagari_model::reconnect::reconnection::Reconnection;
use okiagari_model::reconnect::reconnection_decision::ReconnectionDecision;
use okiagari_model::reconnect::test_transaction::TestTransaction;
use okiagari_model::{Action, Cond, RecordId, Register, RegisterDef, Wing, policy};

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/reconnect/{id}/clients", get(show))
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let asked = query(me.uri.query().unwrap_or_default());
        let case = me.web.app.record(&me.ctx, Reconnection::DEF, &id, None)?.record;
        let of =
            |def: &'static RegisterDef| all(me, def, vec![Cond::eq("reconnection", id.as_str())]);
        let shown = board::board(
            &ui,
            &BoardIn {
                case: &case,
                only: input::get(&asked, "client"),
                contacts: &all(me, Contact::DEF, Vec::new())?,
                links: &of(Link::DEF)?,
                terms: &of(ClientTerms::DEF)?,
                asks: &of(ClientRequirement::DEF)?,
                answers: &of(ClientAnswer::DEF)?,
                items: &of(AssuranceItem::DEF)?,
                attestations: &of(Attestation::DEF)?,
                deliveries: &of(AttestationDelivery::DEF)?,
                stand_ins: &of(Contingency::DEF)?,
                decisions: &of(ReconnectionDecision::DEF)?,
                tests: &of(TestTransaction::DEF)?,
                watches: &of(MonitoringPlan::DEF)?,
                may_write: policy::may(&me.ctx.subject, ClientRequirement::DEF, Action::Create),
            },
        );
        Ok(Page::of(me, me.t("相手組織との再接続", "Clients of the reconnection"))
            .wing(Wing::Reconnect)
            .bare("app", Html::new())
            .show(&board::page(&ui, &shown)))
    })
    .await
}
