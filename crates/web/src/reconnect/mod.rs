//! Reconnect (再接続): the case in one picture, and what its next gateway still lacks.
//!
//! `view` is values and pure functions; `pages` reads them from the application.

mod pages;
pub mod view;

use crate::web::Web;
use axum::Router;

/// The routes of this room.
pub fn routes() -> Router<Web> {
    pages::routes()
}
