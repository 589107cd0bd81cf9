//! A person's own signing keys: made here, or a company certificate brought in.

use crate::frame::Page;
use crate::guard;
use crate::input::{self, Pairs, Posted};
use crate::respond::document_pages::all;
use crate::respond::parts::{Html, Ui, render};
use crate::respond::{load, upload};
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_app::seals::NewKey;
use okiagari_model::reconnect::attestation_signature::Responsibility;
use okiagari_model::reconnect::signing_key::SigningKey;
use okiagari_model::{Action, Choice, ChoiceOption, Record, Register, Wing, policy};

/// The largest PKCS #12 file.
const FILE_MAX: u64 = 1 << 20;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/signing-keys", get(show).post(make))
        .route("/signing-keys/bring", post(bring).layer(DefaultBodyLimit::max(2 << 20)))
}

#[derive(Template)]
#[template(path = "exchange/keys.html")]
struct Keys<'a> {
    ui: &'a Ui,
    own: &'a [&'a Record],
    others: &'a [&'a Record],
    duties: &'static [ChoiceOption],
    post: &'a str,
    authority: &'a str,
    may: bool,
    problem: Option<String>,
}

fn page(me: &Signed, typed: &Pairs, problem: Option<&AppError>) -> Result<Response, AppError> {
    if !policy::may(&me.ctx.subject, SigningKey::DEF, Action::Read) {
        return Err(AppError::Forbidden("read"));
    }
    let ui = load::ui(me);
    let keys = all(me, SigningKey::DEF, Vec::new())?;
    let person = me.ctx.subject.person.as_ref();
    let is_own = |k: &&Record| k.ids("person").first().copied() == person.map(|p| p.as_str());
    let (own, others): (Vec<&Record>, Vec<&Record>) = keys.iter().partition(is_own);
    let body: Html = render(&Keys {
        ui: &ui,
        own: &own,
        others: &others,
        duties: Responsibility::DEF.options,
        post: input::get(typed, "post"),
        authority: input::get(typed, "authority"),
        may: policy::may(&me.ctx.subject, SigningKey::DEF, Action::Create),
        problem: problem.map(|e| e.message().get(me.lang()).to_owned()),
    });
    let status = problem.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    Ok(Page::of(me, me.t("署名鍵", "Signing keys"))
        .wing(Wing::Reconnect)
        .status(status)
        .lead(me.t(
            "認証書や決定に署名するための鍵です。鍵そのものは表示されず、持ち主のアカウントだけが使えます。",
            "Keys for signing attestations and decisions. The key itself is never shown, and only its holder's account can use it.",
        ))
        .show(&body))
}

fn new_key(form: &Pairs) -> NewKey {
    let typed = |name: &str| input::get(form, name).trim().to_owned();
    NewKey {
        post: typed("post"),
        responsibility: form
            .iter()
            .filter(|(name, _)| name == "responsibility")
            .filter_map(|(_, v)| Responsibility::from_id(v))
            .collect(),
        authority: typed("authority"),
        granted: None,
    }
}

async fn show(me: Signed) -> Response {
    me.run(|me| page(me, &Pairs::new(), None)).await
}

async fn make(me: Signed, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let made = me.web.app.make_signing_key(&me.ctx, &new_key(&form));
        done(me, &form, made.map(|_| ()))
    })
    .await
}

async fn bring(me: Signed, form: Multipart) -> Response {
    let mut got = match upload::read(form, me.lang(), FILE_MAX).await {
        Ok(got) => got,
        Err(response) => return response,
    };
    me.run(move |me| {
        let brought = match got.files.pop() {
            None => Err(AppError::input("ファイルを選んでください。", "Choose a file.")),
            Some(mut file) => {
                let bytes =
                    file.read_all(FILE_MAX).map_err(|e| AppError::Internal(e.to_string()))?;
                let password = input::get(&got.fields, "password").to_owned();
                me.web
                    .app
                    .bring_signing_key(&me.ctx, &new_key(&got.fields), &bytes, &password)
                    .map(|_| ())
            }
        };
        done(me, &got.fields, brought)
    })
    .await
}

fn done(me: &Signed, form: &Pairs, result: Result<(), AppError>) -> Result<Response, AppError> {
    match result {
        Ok(()) => Ok(guard::redirect("/signing-keys")),
        Err(e @ (AppError::Input(_) | AppError::Fields(_))) => page(me, form, Some(&e)),
        Err(e) => Err(e),
    }
}
