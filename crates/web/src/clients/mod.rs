//! The clients of a reconnection case: the combined list of what they ask for, both views of the
//! assurance, and the attestation as a document.
//!
//! `board` is values and pure functions to markup; `board_pages` and `document_pages` read them
//! from the application.

pub mod board;
pub mod document;

mod board_pages;
mod document_pages;

use crate::web::Web;
use axum::Router;

/// The routes of this room.
pub fn routes() -> Router<Web> {
    Router::new().merge(board_pages::routes()).merge(document_pages::routes())
}
