//! Pages of every register and record.

use crate::web::Web;
use axum::Router;

pub fn routes() -> Router<Web> {
    Router::new()
}
