//! Pages that stand alone.

mod account;
mod missing;
mod people;
mod policy;
pub mod requirements;
mod search;
mod second_factor;
mod settings;
mod sign_in;
mod wing;

pub(crate) use people::may_administer;
pub(crate) use policy::may_see_policy;

use crate::web::Web;
use axum::Router;
use axum::routing::{get, post};

/// The routes of pages that stand alone.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/w/{wing}", get(wing::page))
        .route("/search", get(search::page))
        .route("/missing", get(missing::page))
        .route("/missing/off", get(missing::off_ask).post(missing::off))
        .route("/settings", get(settings::page))
        .route("/settings/{key}", get(settings::ask).post(settings::set))
        .route("/requirements", get(requirements::page))
        .route("/sign-in", get(sign_in::ask).post(sign_in::enter))
        .route("/sign-in/code", get(sign_in::code_ask).post(sign_in::code))
        .route("/sign-out", post(sign_in::leave))
        .route("/account", get(account::page))
        .route("/account/profile", post(account::profile))
        .route("/account/password", get(account::password_ask).post(account::password))
        .route("/account/confirm", get(account::confirm_ask).post(account::confirm))
        .route("/account/places", get(account::places).post(account::switch))
        .route("/account/sessions", post(account::end_session))
        .route("/account/tokens", post(account::make_token))
        .route("/account/tokens/revoke", post(account::revoke_token))
        .route("/account/totp", get(second_factor::ask).post(second_factor::confirm))
        .route("/account/totp/codes", post(second_factor::codes))
        .route("/account/totp/remove", post(second_factor::remove))
        .route("/admin/people", get(people::page).post(people::act))
        .route("/admin/accounts", get(people::page))
        .route("/admin/policy", get(policy::page))
        .route("/admin/policy.csv", get(policy::csv))
}
