//! Audits as their auditors see them, reports to stakeholders as documents, and the vocabulary.

mod glossary;
mod pages;
mod report;

use crate::web::Web;
use axum::Router;

/// The routes of this room.
pub fn routes() -> Router<Web> {
    Router::new().merge(pages::routes()).merge(report::routes()).merge(glossary::routes())
}
