//! Pages for people without an account: reporting, following a report, answering a round,
//! verifying a file.

pub mod answer;
pub mod report;
pub mod verify;

mod answer_pages;
pub mod call_pages;
mod notice_pages;
pub mod outside;
mod report_pages;
pub mod verify_pages;

use crate::web::Web;
use axum::Router;

/// The routes of this room.
pub fn routes() -> Router<Web> {
    Router::new()
        .merge(answer_pages::routes())
        .merge(call_pages::routes())
        .merge(notice_pages::routes())
        .merge(outside::routes())
        .merge(report_pages::routes())
        .merge(verify_pages::routes())
}
