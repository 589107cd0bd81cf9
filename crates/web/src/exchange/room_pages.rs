//! The exchange of a case: what can be signed, what is signed, what came from the other side.

use super::PACKAGE_MAX;
use super::report::{self, Seen};
use crate::frame::Page;
use crate::guard;
use crate::html::enc;
use crate::input::{self, Posted};
use crate::respond::document_pages::all;
use crate::respond::parts::{Html, Ui, render};
use crate::respond::{load, upload};
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_app::seals::{Prepare, Taken};
use okiagari_model::prepare::contact::Contact;
use okiagari_model::reconnect::attestation::Attestation;
use okiagari_model::reconnect::client_terms::ClientTerms;
use okiagari_model::reconnect::link::Link;
use okiagari_model::reconnect::received_package::ReceivedPackage;
use okiagari_model::reconnect::reconnection::{CaseSide, Reconnection};
use okiagari_model::reconnect::reconnection_decision::ReconnectionDecision;
use okiagari_model::reconnect::sealed_statement::{SealedStatement, missing};
use okiagari_model::reconnect::signing_key::SigningKey;
use okiagari_model::reconnect::trust_anchor::TrustAnchor;
use okiagari_model::{
    Action, Choice, Cond, DAY, Date, Record, RecordId, Register, RegisterDef, Wing, policy,
};

pub(super) fn routes() -> Router<Web> {
    let most = usize::try_from(PACKAGE_MAX).unwrap_or(usize::MAX);
    Router::new()
        .route("/reconnect/{id}/packages", get(show))
        .route("/reconnect/{id}/packages/prepare", post(prepare))
        .route(
            "/reconnect/{id}/packages/take",
            post(take).layer(DefaultBodyLimit::max(most.saturating_add(1 << 20))),
        )
}

/// For how many days a statement holds unless somebody says otherwise.
const HOLDS: i64 = 90;

/// Something that can be prepared for signing.
struct Ready {
    /// `attestation:ID`, `requirements` or `decision:ID`.
    what: String,
    name: String,
}

/// The other side, with how many of its anchors are confirmed.
struct Partner {
    id: String,
    name: String,
    confirmed: usize,
}

#[derive(Template)]
#[template(path = "exchange/room.html")]
struct Room<'a> {
    ui: &'a Ui,
    case: &'a Record,
    client: bool,
    keys: &'a [Record],
    own_key: bool,
    ready: &'a [Ready],
    statements: &'a [Record],
    received: &'a [Record],
    partners: &'a [Partner],
    from: String,
    until: String,
    may: bool,
    may_take: bool,
    seen: Option<Html>,
    problem: Option<String>,
}

/// What happened at the last thing asked for.
enum After {
    Nothing,
    Problem(AppError),
    Refused(Box<Seen>),
}

fn day(ui: &Ui, days: i64) -> String {
    let at = ui.now.plus(days * DAY);
    at.date(&ui.zone).map_or_else(String::new, |d| d.to_string())
}

fn page(me: &Signed, id: &RecordId, after: After) -> Result<Response, AppError> {
    let ui = load::ui(me);
    let case = me.web.app.record(&me.ctx, Reconnection::DEF, id, None)?.record;
    let client = case.text("side") == CaseSide::Client.id();
    let of = |def: &'static RegisterDef| all(me, def, vec![Cond::eq("reconnection", id.as_str())]);
    let statements = of(SealedStatement::DEF)?;
    let keys: Vec<Record> = all(me, SigningKey::DEF, Vec::new())?
        .into_iter()
        .filter(|k| k.text("state") == "active")
        .collect();
    let person = me.ctx.subject.person.as_ref().map(RecordId::as_str);
    let ready = match client {
        true => client_ready(
            me,
            &ui,
            &statements,
            of(ClientTerms::DEF)?,
            of(ReconnectionDecision::DEF)?,
        ),
        false => ready(&statements, of(Attestation::DEF)?),
    };
    let (status, seen, problem) = match after {
        After::Nothing => (StatusCode::OK, None, None),
        After::Problem(e) => {
            let told = e.message().get(me.lang()).to_owned();
            (StatusCode::UNPROCESSABLE_ENTITY, None, Some(told))
        }
        After::Refused(seen) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Some(report::report(&ui, &seen)), None)
        }
    };
    let body = render(&Room {
        ui: &ui,
        case: &case,
        client,
        own_key: keys.iter().any(|k| k.ids("person").first().copied() == person),
        keys: &keys,
        ready: &ready,
        statements: &statements,
        received: &of(ReceivedPackage::DEF)?,
        partners: &partners(me, &case, of(Link::DEF)?)?,
        from: day(&ui, 0),
        until: day(&ui, HOLDS),
        may: policy::may(&me.ctx.subject, SealedStatement::DEF, Action::Create),
        may_take: policy::may(&me.ctx.subject, ReceivedPackage::DEF, Action::Create),
        seen,
        problem,
    });
    Ok(Page::of(me, me.t("署名文書と受け渡し", "Statements and packages"))
        .wing(Wing::Reconnect)
        .status(status)
        .crumb(case.title(), format!("/reconnect/{}", case.id))
        .lead(match client {
            true => me.t(
                "相手に求めることと当社の決定を、署名した一式で渡します。相手の認証書は、検証してから取り込みます。",
                "Our requirements and decisions go out as signed packages; the other side's attestation is checked, then taken in.",
            ),
            false => me.t(
                "認証書を署名した一式で渡します。相手の要件と決定は、検証してから取り込みます。",
                "The attestation goes out as a signed package; clients' requirements and decisions are checked, then taken in.",
            ),
        })
        .show(&body))
}

fn ready(statements: &[Record], attestations: Vec<Record>) -> Vec<Ready> {
    let done = |a: &Record| {
        statements.iter().any(|s| {
            s.ids("attestation") == [a.id.as_str()]
                && s.text("content_digest") == a.text("content_digest")
                && s.text("state") != "dropped"
        })
    };
    let settled = attestations.into_iter().filter(|a| a.text("state") == "reviewed" && !done(a));
    settled.map(|a| Ready { what: format!("attestation:{}", a.id), name: a.title() }).collect()
}

fn client_ready(
    me: &Signed,
    ui: &Ui,
    statements: &[Record],
    terms: Vec<Record>,
    decisions: Vec<Record>,
) -> Vec<Ready> {
    let waits = |f: &dyn Fn(&Record) -> bool| {
        statements.iter().any(|s| s.text("state") == "prepared" && f(s))
    };
    let mut out = Vec::new();
    if !terms.is_empty() && !waits(&|s| s.text("kind") == "requirements") {
        let name = me.t("当社の要件（いまの登録のとおり）", "Our requirements, as they stand");
        out.push(Ready { what: "requirements".to_owned(), name: name.to_owned() });
    }
    for d in decisions.into_iter().filter(|d| d.text("state") == "decided") {
        if !waits(&|s| s.ids("decision") == [d.id.as_str()]) {
            let name = format!("{}（{}）", d.title(), ui.choice(&d, "decision"));
            out.push(Ready { what: format!("decision:{}", d.id), name });
        }
    }
    out
}

/// Who can send something: the compromised organisation, or the clients whose links were cut.
fn partners(me: &Signed, case: &Record, links: Vec<Record>) -> Result<Vec<Partner>, AppError> {
    let mut ids: Vec<String> = case.ids("counterparty").into_iter().map(str::to_owned).collect();
    ids.extend(links.iter().flat_map(|l| l.ids("counterparty")).map(str::to_owned));
    ids.sort();
    ids.dedup();
    let mut out = Vec::new();
    for id in ids {
        let of = all(me, TrustAnchor::DEF, vec![Cond::eq("contact", id.as_str())])?;
        let confirmed = of.iter().filter(|a| a.text("state") == "confirmed").count();
        let record = me.web.app.record(&me.ctx, Contact::DEF, &RecordId::new(&id), None)?.record;
        out.push(Partner { name: record.title(), id, confirmed });
    }
    Ok(out)
}

fn id_of(id: &str) -> Result<RecordId, AppError> {
    RecordId::parse(id).ok_or(AppError::NotFound)
}

async fn show(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| page(me, &id_of(&id)?, After::Nothing)).await
}

async fn prepare(me: Signed, Path(id): Path<String>, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let app = &me.web.app;
        let date = |name: &str| {
            Date::parse(input::get(&form, name)).ok_or_else(|| {
                AppError::input(
                    "有効期間の日付を入れてください。",
                    "Give the days of its validity.",
                )
            })
        };
        let asked = || -> Result<Prepare, AppError> {
            Ok(Prepare {
                signers: form
                    .iter()
                    .filter(|(n, _)| n == "signer")
                    .map(|(_, v)| id_of(v))
                    .collect::<Result<_, _>>()?,
                valid_from: date("valid_from")?,
                valid_until: date("valid_until")?,
                enclose_all: input::get(&form, "enclose_all") == "yes",
            })
        };
        let done = asked().and_then(|ask| match input::get(&form, "what").split_once(':') {
            Some(("attestation", of)) => app.prepare_attestation(&me.ctx, &id_of(of)?, &ask),
            Some(("decision", of)) => app.prepare_decision(&me.ctx, &id_of(of)?, &ask),
            _ if input::get(&form, "what") == "requirements" => {
                app.prepare_requirements(&me.ctx, &id, &ask)
            }
            _ => Err(AppError::input("何に署名するかを選んでください。", "Choose what is signed.")),
        });
        match done {
            Ok(receipt) => {
                Ok(guard::redirect(&format!("/statements/{}", enc(receipt.id.as_str()))))
            }
            Err(e @ (AppError::Input(_) | AppError::Fields(_))) => page(me, &id, After::Problem(e)),
            Err(e) => Err(e),
        }
    })
    .await
}

async fn take(me: Signed, Path(id): Path<String>, form: Multipart) -> Response {
    let got = match upload::read(form, me.lang(), PACKAGE_MAX).await {
        Ok(got) => got,
        Err(response) => return response,
    };
    me.run(move |me| {
        let id = id_of(&id)?;
        let mut files = got.files;
        let taken = match (id_of(input::get(&got.fields, "sender")), files.pop()) {
            (Ok(sender), Some(mut file)) => {
                let file = file.reader().map_err(|e| AppError::Internal(e.to_string()))?;
                me.web.app.take_package(&me.ctx, &id, &sender, file)
            }
            _ => Err(AppError::input(
                "差出人とファイルを選んでください。",
                "Choose sender and file.",
            )),
        };
        match taken {
            Ok(Taken::In(record, _)) => {
                Ok(guard::redirect(&format!("/r/received_package/{}", enc(record.as_str()))))
            }
            Ok(Taken::Refused(report)) => {
                let seen = Seen::of(&load::ui(me), &report);
                page(me, &id, After::Refused(Box::new(seen)))
            }
            Err(e @ (AppError::Input(_) | AppError::Fields(_))) => page(me, &id, After::Problem(e)),
            Err(e) => Err(e),
        }
    })
    .await
}
