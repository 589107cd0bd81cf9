//! Prepare (準備): plans and rules in writing, scenarios, exercises.
//!
//! `papers` are values and pure functions to markup; `*_pages` are the handlers.

pub mod papers;

mod exercise_pages;
pub(crate) mod paper_pages;

use crate::web::Web;
use axum::Router;

/// The routes of this room.
pub fn routes() -> Router<Web> {
    Router::new().merge(paper_pages::routes()).merge(exercise_pages::routes())
}
