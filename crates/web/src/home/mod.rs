//! Home by role, notices, figures, the first-start guide.

pub mod metrics;
pub mod start;
pub mod view;

mod notice_pages;
mod pages;
mod start_pages;

use crate::web::Web;
use axum::Router;

/// The routes of this room.
pub fn routes() -> Router<Web> {
    Router::new().merge(pages::routes()).merge(notice_pages::routes()).merge(start_pages::routes())
}
