//! Respond (対応): the response room, deadlines, documents made from the record.
//!
//! `room`, `deadlines`, `documents` are values and pure functions to markup; `load` makes the
//! values of what the application gives; `*_pages` are the handlers; `live` pushes what changed.

pub mod act;
pub mod deadlines;
pub mod documents;
pub mod fragments;
pub mod incident_report;
pub mod live;
pub mod load;
pub mod parts;
pub mod play;
pub mod room;
pub mod room_build;
pub mod side;
pub mod stops;
pub mod upload;

mod board_pages;
mod deadline_pages;
pub(crate) mod document_pages;
mod executive;
mod executive_pages;
mod indicator_pages;
#[cfg(test)]
mod journey_tests;
mod log_pages;
mod message_pages;
mod package_pages;
pub mod paging_pages;
mod people_documents;
mod play_pages;
mod playbook_pages;
mod room_pages;
#[cfg(test)]
mod room_tests;
#[cfg(test)]
pub mod sample;
mod stop_point_pages;
pub mod stop_points;

use crate::web::Web;
use axum::Router;

/// The routes of this room.
pub fn routes() -> Router<Web> {
    Router::new()
        .merge(room_pages::routes())
        .merge(deadline_pages::routes())
        .merge(document_pages::routes())
        .merge(executive_pages::routes())
        .merge(indicator_pages::routes())
        .merge(log_pages::routes())
        .merge(message_pages::routes())
        .merge(paging_pages::routes())
        .merge(people_documents::routes())
        .merge(play_pages::routes())
        .merge(playbook_pages::routes())
        .merge(board_pages::routes())
        .merge(package_pages::routes())
        .merge(stop_point_pages::routes())
}
