//! Who asks: the bearer of a token, and nobody else.

use super::problem::{Kind, Problem};
use super::{Api, lang};
use crate::guard::ClientAddr;
use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use okiagari_app::auth::AuthError;
use okiagari_app::{App, AppError, Ctx};
use okiagari_model::{RecordId, RegisterDef};

/// What a token begins with.
pub const PREFIX: &str = "oki_";

/// Whoever sent a token that works. Taken first in every handler, so that nothing is looked at
/// for anybody else.
#[derive(Clone)]
pub struct Caller {
    /// The application.
    pub app: App,
    /// Who, in which language.
    pub ctx: Ctx,
    /// Whether the token may change, not only read.
    pub may_write: bool,
}

impl Caller {
    /// Goes on only for a token that may write.
    ///
    /// # Errors
    /// For one that may only read.
    pub fn writes(&self) -> Result<(), Problem> {
        if self.may_write {
            return Ok(());
        }
        Err(Problem::new(
            Kind::Scope,
            "このトークンは読み取り専用です。書き込みのできるトークンを使ってください。",
            "This token may only read. Use one that may write.",
        ))
    }
}

/// Does what may block on a thread made for it.
///
/// # Errors
/// What the work returns; a fault where it panicked.
pub async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            tracing::error!(%error, "a handler of the API was cut off");
            Err(AppError::Internal("cut off".to_owned()).into())
        }
    }
}

fn unauthorized(ja: &str, en: &str) -> Problem {
    Problem::new(Kind::Unauthorized, ja, en)
}

/// The token of a request.
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        return Err(unauthorized(
            "Authorization: Bearer oki_… を1つ付けてください。トークンは設定の画面で作れます。",
            "Send one Authorization: Bearer oki_… header. Tokens are made on the settings page.",
        ));
    };
    value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| token.starts_with(PREFIX) && token.len() <= 200)
        .ok_or_else(|| {
            unauthorized(
                "Authorization は「Bearer oki_…」の形にしてください。",
                "Authorization takes the form \"Bearer oki_…\".",
            )
        })
}

impl<S> FromRequestParts<S> for Caller
where
    Api: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let lang = lang::of(&parts.headers);
        let Api { app, limits } = Api::from_ref(state);
        let from = parts.extensions.get::<ClientAddr>().map(|addr| addr.0);
        let slow_down = {
            let limits = limits.clone();
            move |problem: Problem| match (limits, from) {
                (Some(limits), Some(from)) if !limits.wrong_token(from) => AppError::TooMany.into(),
                _ => problem,
            }
        };
        let token = match bearer(&parts.headers) {
            Ok(token) => token.to_owned(),
            Err(problem) => return Err(slow_down(problem)),
        };
        run(move || {
            let caller = app.auth().token(&token).map_err(|error| match error {
                AuthError::BadToken => slow_down(refused(error)),
                error => refused(error),
            })?;
            let account = caller.member.account.as_str();
            if limits.is_some_and(|limits| !limits.account(account)) {
                return Err(AppError::TooMany.into());
            }
            let ctx = app.ctx(&caller.member, lang)?;
            Ok(Self { app, ctx, may_write: caller.may_write })
        })
        .await
    }
}

fn refused(error: AuthError) -> Problem {
    let message = error.message();
    let kind = match error.status() {
        401 => Kind::Unauthorized,
        403 => Kind::Forbidden,
        429 => Kind::TooMany,
        503 => Kind::Unavailable,
        status => {
            tracing::error!(%error, status, "a token could not be looked up");
            Kind::Internal
        }
    };
    Problem::new(kind, message.ja, message.en)
}

/// What the path names: a register, and within it a record and a step.
pub struct At {
    /// Register.
    pub def: &'static RegisterDef,
    id: Option<RecordId>,
    /// Step, where the path names one.
    pub step: String,
}

impl At {
    /// The record.
    ///
    /// # Errors
    /// Not found where what stands there is no id.
    pub fn id(&self) -> Result<RecordId, Problem> {
        self.id.clone().ok_or_else(Problem::not_found)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for At {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::not_found())?;
        let named = |name: &str| params.iter().find(|(n, _)| *n == name).map(|(_, v)| v);
        let def = named("register").and_then(okiagari_model::register);
        Ok(Self {
            def: def.ok_or_else(Problem::not_found)?,
            id: named("id").and_then(RecordId::parse),
            step: named("step").unwrap_or_default().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_bearer_token_of_ours_is_taken() {
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            bearer(&headers).ok().map(str::to_owned)
        };
        assert_eq!(of(&["Bearer oki_abc"]).as_deref(), Some("oki_abc"));
        assert_eq!(of(&["bearer  oki_abc "]).as_deref(), Some("oki_abc"));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["Bearer oki_abc", "Bearer oki_abc"]), None);
        assert_eq!(of(&["Basic oki_abc"]), None);
        assert_eq!(of(&["Bearer abc"]), None);
        assert_eq!(of(&[&format!("Bearer oki_{}", "x".repeat(300))]), None);
    }
}
