//! Recover (復旧): the board of one incident, and how well prepared the way back is.
//!
//! `board` is values and a pure function to markup; `board_pages` reads them from the application.

pub mod board;

mod board_pages;
#[cfg(test)]
mod board_tests;
mod overview;

use crate::web::Web;
use axum::Router;

/// The routes of this room.
pub fn routes() -> Router<Web> {
    Router::new().merge(board_pages::routes()).merge(overview::routes())
}
