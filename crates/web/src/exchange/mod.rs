//! Signed statements and packages: what goes to the other side, what comes from there, and the
//! keys that people sign with.
//!
//! `told` and `report` are values and pure functions to markup; the `pages` read them from the
//! application.

pub mod report;
pub mod told;

mod key_pages;
mod room_pages;
mod statement_pages;

use crate::web::Web;
use axum::Router;

/// The most bytes of a package that a page takes. Larger ones are for the command line.
pub const PACKAGE_MAX: u64 = 512 << 20;

/// The routes of this room.
pub fn routes() -> Router<Web> {
    Router::new()
        .merge(key_pages::routes())
        .merge(room_pages::routes())
        .merge(statement_pages::routes())
}
