//! Rounds: links for those who are asked, and the page behind each. A link opens one line only.

use super::answer::{self, Answer, Asked};
use crate::error;
use crate::frame::{self, Page};
use crate::guard;
use crate::html::{Html, enc, esc};
use crate::input::Posted;
use crate::put;
use crate::respond::load;
use crate::respond::parts::Ui;
use crate::web::Web;
use crate::who::{Prefs, Signed};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use okiagari_app::{Actor, AppError};
use okiagari_model::prepare::contact::Contact;
use okiagari_model::prepare::round::{AnswerState, Round};
use okiagari_model::{
    Body, Change, Choice, OrgId, Record, RecordId, Register, RowFilter, Value, Wing, Zone,
};
use okiagari_seal::receipt;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/rounds/{id}/links", get(links).post(make_links))
        .route("/answer/{round}/{n}/{secret}", get(show).post(take))
}

/// One line of a round, found by its link.
struct Line {
    org: OrgId,
    round: Record,
    at: usize,
    row: Body,
}

fn digest(secret: &str) -> String {
    receipt::hash(secret).iter().map(|b| format!("{b:02x}")).collect()
}

/// The line that a link opens. A wrong round, number or secret all look the same.
fn find(web: &Web, round: &str, n: &str, secret: &str) -> Result<Line, AppError> {
    let id = RecordId::parse(round).ok_or(AppError::NotFound)?;
    let at: usize = n.parse().map_err(|_| AppError::NotFound)?;
    let given = digest(secret);
    for org in web.app.organisations()? {
        let everything = RowFilter::everything();
        let found = web
            .app
            .store()
            .read(|tx| Ok::<_, AppError>(tx.get(&org.id, Round::DEF, &id, &everything)?))?;
        let Some(round) = found else { continue };
        let row = round.rows("asked").nth(at).cloned().ok_or(AppError::NotFound)?;
        let fits = row.get("secret_digest").and_then(Value::as_str) == Some(given.as_str());
        if !fits || round.text("state") == "draft" || round.ended() {
            return Err(AppError::NotFound);
        }
        return Ok(Line { org: org.id, round, at, row });
    }
    Err(AppError::NotFound)
}

/// What the party sees: the question and what is on record of itself, nothing of anybody else.
fn asked(web: &Web, ui: &Ui, line: &Line, action: String) -> Result<Asked, AppError> {
    let contact = line.row.get("contact").and_then(Value::as_str).unwrap_or_default();
    let everything = RowFilter::everything();
    let id = RecordId::new(contact);
    let own = web
        .app
        .store()
        .read(|tx| Ok::<_, AppError>(tx.get(&line.org, Contact::DEF, &id, &everything)?))?;
    let facts = own.map_or_else(Vec::new, |c| {
        ["name", "desk", "phone", "mail", "web", "hours"]
            .iter()
            .filter(|f| !c.text(f).is_empty())
            .filter_map(|f| {
                let label = c.def.field(f)?.label.get(ui.lang).to_owned();
                Some((label, c.text(f).to_owned()))
            })
            .collect()
    });
    let state = line.row.get("state").and_then(Value::as_str).and_then(AnswerState::from_id);
    let words = line.row.get("answer").and_then(Value::as_str).unwrap_or_default();
    Ok(Asked {
        action,
        org: web.app.public_org(line.org.as_str())?.name,
        title: line.round.text("title").to_owned(),
        question: line.round.text("question").to_owned(),
        due_on: line.round.text("due_on").to_owned(),
        facts,
        answered: state
            .filter(|s| *s != AnswerState::Waiting)
            .map(|s| (s.label().get(ui.lang).to_owned(), words.to_owned())),
        closed: line.round.text("state") == "closed",
        sent: false,
        problem: None,
    })
}

type Link = (String, String, String);

async fn open(
    web: Web,
    prefs: Prefs,
    link: Link,
    work: impl FnOnce(&Web, &Ui, Line, Asked) -> Result<(Asked, StatusCode), AppError> + Send + 'static,
) -> Response {
    let done = tokio::task::spawn_blocking(move || {
        let ui = Ui { lang: prefs.lang, zone: Zone::tokyo(), now: web.app.now() };
        let (round, n, secret) = link;
        let made = find(&web, &round, &n, &secret).and_then(|line| {
            let action = format!("/answer/{}/{}/{}", enc(&round), enc(&n), enc(&secret));
            let page = asked(&web, &ui, &line, action)?;
            work(&web, &ui, line, page)
        });
        match made {
            Ok((page, status)) => {
                let title = page.title.clone();
                let body = answer::page(&ui, &page);
                frame::public_of(prefs, &title, &page.org, false, &body, status)
            }
            Err(AppError::NotFound) => error::plain(prefs.lang, StatusCode::NOT_FOUND, false),
            Err(e) => error::app_page(prefs, &e),
        }
    });
    match done.await {
        Ok(response) => response,
        Err(e) => error::internal(prefs.lang, &e.to_string()),
    }
}

async fn show(State(web): State<Web>, prefs: Prefs, Path(link): Path<Link>) -> Response {
    open(web, prefs, link, |_, _, _, page| Ok((page, StatusCode::OK))).await
}

async fn take(
    State(web): State<Web>,
    prefs: Prefs,
    Path(link): Path<Link>,
    Posted(form): Posted,
) -> Response {
    open(web, prefs, link, move |web, ui, line, mut page| {
        if page.closed {
            return Ok((page, StatusCode::CONFLICT));
        }
        let given = match answer::read(&form) {
            Ok(given) => given,
            Err(words) => {
                let why = if words {
                    ui.t(
                        "変わったことを200文字までで書いてください。",
                        "Say what changed, up to 200 characters.",
                    )
                } else {
                    ui.t("どちらかを選んでください。", "Choose one of the two.")
                };
                page.problem = Some(why.to_owned());
                return Ok((page, StatusCode::UNPROCESSABLE_ENTITY));
            }
        };
        let state = AnswerState::from_id(given.state);
        write(web, ui, &line, &given)?;
        page.sent = true;
        let label = state.map_or_else(String::new, |s| s.label().get(ui.lang).to_owned());
        page.answered = Some((label, given.text));
        Ok((page, StatusCode::OK))
    })
    .await
}

fn write(web: &Web, ui: &Ui, line: &Line, given: &Answer) -> Result<(), AppError> {
    let mut rows: Vec<Value> = line.round.rows("asked").cloned().map(Value::Object).collect();
    if let Some(row) = rows.get_mut(line.at).and_then(Value::as_object_mut) {
        row.insert("state".into(), given.state.into());
        row.insert("answered_at".into(), ui.now.millis().into());
        if given.text.is_empty() {
            row.remove("answer");
        } else {
            row.insert("answer".into(), given.text.clone().into());
        }
    }
    let mut patch = Body::new();
    patch.insert("asked".into(), Value::Array(rows));
    let (id, rev) = (line.round.id.clone(), line.round.rev);
    let change = Change::Edit { def: Round::DEF, id, rev, patch, reason: None };
    web.app.change_as(&line.org, Actor::Public, change)?;
    Ok(())
}

/// Links that were just made: party and address; shown once.
fn links_page(me: &Signed, round: &Record, made: &[(String, String)]) -> Response {
    let ui = load::ui(me);
    let mut out = Html::new();
    put!(
        out,
        "<p class=\"lead\">{}</p>",
        ui.t(
            "相手ごとに一つのリンクです。相手には自分の行だけが見え、アカウントは要りません。",
            "One link for each party; it sees its own line only and needs no account."
        )
    );
    if made.is_empty() {
        put!(
            out,
            "<form method=\"post\" action=\"/rounds/{}/links\"><button class=\"btn btn-primary\">{}</button></form><p class=\"quiet\">{}</p>",
            enc(round.id.as_str()),
            ui.t("新しいリンクを作る", "Make new links"),
            ui.t(
                "作り直すと、前に渡したリンクは使えなくなります。",
                "Links given out before stop working."
            )
        );
    } else {
        out.raw("<ul class=\"systems\">");
        for (name, url) in made {
            put!(
                out,
                "<li><b>{}</b><code class=\"hash\">{}</code><button class=\"btn btn-small\" type=\"button\" data-copy=\"{}\">{}</button></li>",
                esc(name),
                esc(url),
                esc(url),
                ui.t("写す", "Copy")
            );
        }
        put!(
            out,
            "</ul><p class=\"quiet\">{}</p>",
            ui.t(
                "この画面にだけ出ます。いま相手に送ってください。",
                "Shown here only; send them now."
            )
        );
    }
    let href = format!("/r/round/{}", round.id);
    Page::of(me, ui.t("回答用リンク", "Links to answer"))
        .wing(Wing::Prepare)
        .crumb(round.title(), href)
        .show(&out)
}

fn round_of(me: &Signed, id: &str) -> Result<okiagari_app::RecordView, AppError> {
    let id = RecordId::parse(id).ok_or(AppError::NotFound)?;
    me.web.app.record(&me.ctx, Round::DEF, &id, None)
}

async fn links(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| Ok(links_page(me, &round_of(me, &id)?.record, &[]))).await
}

async fn make_links(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let view = round_of(me, &id)?;
        let round = &view.record;
        let host = me.headers.get("host").and_then(|h| h.to_str().ok()).unwrap_or("localhost");
        let origin = me.web.config.origin.clone().unwrap_or_else(|| format!("http://{host}"));
        let mut made = Vec::new();
        let mut rows = Vec::new();
        for (n, row) in round.rows("asked").enumerate() {
            let secret = receipt::secret(&me.web.app.env().random());
            let mut row = row.clone();
            row.insert("secret_digest".into(), digest(&secret).into());
            let contact = row.get("contact").and_then(Value::as_str).unwrap_or_default();
            let name = view.names.get(Contact::ID, contact).unwrap_or(contact).to_owned();
            made.push((name, format!("{origin}/answer/{}/{n}/{}", round.id, secret.as_str())));
            rows.push(Value::Object(row));
        }
        if made.is_empty() {
            return Ok(guard::redirect(&format!("/r/round/{}/edit", round.id)));
        }
        let mut patch = Body::new();
        patch.insert("asked".into(), Value::Array(rows));
        let (id, rev) = (round.id.clone(), round.rev);
        me.web
            .app
            .change(&me.ctx, Change::Edit { def: Round::DEF, id, rev, patch, reason: None })?;
        Ok(links_page(me, round, &made))
    })
    .await
}
