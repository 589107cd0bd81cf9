//! Reconnect (再接続): the case in one picture, and what its next gateway still lacks.
//!
//! `view` and `updates` are values and pure functions; the pages read them from the application.

mod pages;
mod together;
mod update_pages;
pub mod updates;
pub mod view;

use crate::web::Web;
use axum::Router;

/// The routes of this room.
pub fn routes() -> Router<Web> {
    Router::new().merge(pages::routes()).merge(update_pages::routes())
}
