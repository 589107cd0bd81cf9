//! A log that joins the timeline: chosen, looked at line by line, then merged.

use super::load;
use super::parts::{Html, Ui, render};
use super::room_pages::id_of;
use super::upload;
use crate::frame::Page;
use crate::guard;
use crate::html::enc;
use crate::input;
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use okiagari_app::AppError;
use okiagari_app::merge::{LineState, LogForm, LogPreview};
use okiagari_model::prepare::log_source::LogSource;
use okiagari_model::respond::incident::Incident;
use okiagari_model::{FieldProblem, Message, Record, RecordId, Register, Wing};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/room/{id}/logs", get(ask).post(take).layer(DefaultBodyLimit::max(64 << 20)))
}

/// Lines shown of a preview: those that cannot be read first.
const SHOWN: usize = 200;

/// What was typed, as it stays in the form.
#[derive(Debug, Clone, Default)]
struct Typed {
    form: LogForm,
    skew: String,
    file_name: String,
    kept: String,
}

/// A line as shown.
struct Line {
    line: u32,
    at: String,
    logged: String,
    text: String,
    chip: Html,
    why: String,
}

/// What a file holds.
struct Looked {
    counts: String,
    columns: Vec<String>,
    time_column: String,
    lines: Vec<Line>,
    left_out: usize,
    new: usize,
    earlier: Option<String>,
}

struct View {
    id: String,
    typed: Typed,
    sources: Vec<(String, String)>,
    looked: Option<Looked>,
    problem: Option<String>,
    done: bool,
}

#[derive(Template)]
#[template(path = "respond/logs.html")]
struct Markup<'a> {
    ui: &'a Ui,
    view: &'a View,
}

async fn ask(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = id_of(&id)?;
        let zone = load::ui(me).zone_name().to_owned();
        let form = LogForm { zone, ..LogForm::default() };
        let typed = Typed { form, skew: "0".to_owned(), ..Typed::default() };
        page(me, &id, typed, None, StatusCode::OK)
    })
    .await
}

fn page(
    me: &Signed,
    id: &RecordId,
    typed: Typed,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, AppError> {
    answer(me, id, typed, None, problem, status)
}

fn answer(
    me: &Signed,
    id: &RecordId,
    typed: Typed,
    looked: Option<(Looked, bool)>,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let ui = load::ui(me);
    let incident = me.web.app.record(&me.ctx, Incident::DEF, id, None)?.record;
    let sources = super::document_pages::all(me, LogSource::DEF, Vec::new())?;
    let done = looked.as_ref().is_some_and(|(_, done)| *done);
    let view = View {
        id: id.as_str().to_owned(),
        typed,
        sources: sources.iter().map(|s| (s.id.as_str().to_owned(), s.title())).collect(),
        looked: looked.map(|(looked, _)| looked),
        problem,
        done,
    };
    let title = me.t("ログを時系列に合わせる", "Merge a log into the timeline");
    let lead = me.t(
        "ログのCSVかExcelを選ぶと、書く前に、正した時刻と読めない行を見せます。同じファイルを2回取り込んでも増えません。",
        "Choose a log as CSV or Excel. Before anything is written you see the corrected times and the lines that cannot be read. The same file twice changes nothing.",
    );
    Ok(Page::of(me, title)
        .wing(Wing::Respond)
        .crumb(incident.title(), format!("/room/{}", enc(id.as_str())))
        .crumb(title, "")
        .lead(lead)
        .status(status)
        .show(&render(&Markup { ui: &ui, view: &view })))
}

fn looked(me: &Signed, ui: &Ui, p: &LogPreview) -> Looked {
    let (new, known, bad) = p.counts();
    let counts = me
        .t(
            "新しく加える {n} 行、すでにある {k} 行、読めない {b} 行",
            "{n} new, {k} there already, {b} cannot be read",
        )
        .replace("{n}", &new.to_string())
        .replace("{k}", &known.to_string())
        .replace("{b}", &bad.to_string());
    let mut lines: Vec<&okiagari_app::merge::LogLine> = p.lines.iter().collect();
    lines.sort_by_key(|l| !matches!(l.state, LineState::Bad(_)));
    let shown = |l: &&okiagari_app::merge::LogLine| {
        let (chip, why) = match &l.state {
            LineState::New => (ui.chip("open", ui.t("加える", "New")), String::new()),
            LineState::Known => (ui.chip("ended", ui.t("すでにある", "Known")), String::new()),
            LineState::Bad(why) => {
                (ui.chip("late", ui.t("読めない", "Mend")), why.get(ui.lang).to_owned())
            }
        };
        let second = |t: &okiagari_model::Time| {
            let seconds = t.millis().div_euclid(1_000).rem_euclid(60);
            format!("{}:{seconds:02}", ui.dated(t))
        };
        Line {
            line: l.line,
            at: l.at.as_ref().map_or_else(String::new, second),
            logged: l.logged.clone(),
            text: l.text.chars().take(200).collect(),
            chip,
            why,
        }
    };
    Looked {
        counts,
        columns: p.columns.clone(),
        time_column: p.time_column.clone(),
        lines: lines.iter().take(SHOWN).map(shown).collect(),
        left_out: p.lines.len().saturating_sub(SHOWN),
        new,
        earlier: p.earlier.as_ref().map(|e| earlier(ui, e)),
    }
}

/// The same file was merged before; with which clock.
fn earlier(ui: &Ui, merge: &Record) -> String {
    ui.t(
        "このファイルは {at} に取り込み済みです（時間帯 {z}、時計のずれ {s} 秒）。時刻を直すときは、訂正の記録を足してください。",
        "This file was merged at {at} (zone {z}, skew {s} s). To set its times right, add corrections.",
    )
    .replace("{at}", &ui.when(&merge.created_at))
    .replace("{z}", merge.text("zone"))
    .replace("{s}", &merge.int("skew_seconds").unwrap_or(0).to_string())
}

async fn take(me: Signed, Path(id): Path<String>, form: Multipart) -> Response {
    let most = u64::try_from(me.web.config.import_max).unwrap_or(u64::MAX);
    let mut sent = match upload::read(form, me.lang(), most).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    me.run(move |me| {
        let id = id_of(&id)?;
        let bytes = match sent.files.first_mut() {
            Some(file) => file.read_all(most).map_err(|e| AppError::Internal(e.to_string()))?,
            None => {
                let kept = input::get(&sent.fields, "kept");
                STANDARD
                    .decode(kept)
                    .map_err(|_| AppError::input("ファイルを選んでください。", "Choose a file."))?
            }
        };
        let mut typed = typed(&sent, &bytes);
        let skew = typed.skew.trim().replace('＋', "+");
        let Ok(seconds) = skew.trim_start_matches('+').parse::<i64>() else {
            let why = AppError::Fields(vec![FieldProblem::new(
                "skew_seconds",
                "wrong_type",
                Message::new(
                    "時計のずれは秒数で入れてください（進んでいれば正、遅れていれば負）。",
                    "Give the skew in seconds (positive: ahead, negative: behind).",
                ),
            )]);
            return refused(me, &id, typed, &why);
        };
        typed.form.skew_seconds = seconds;
        let apply = !input::get(&sent.fields, "apply").is_empty();
        let file = (bytes.as_slice(), typed.file_name.as_str());
        let app = &me.web.app;
        let made = if apply {
            app.log_merge(&me.ctx, &id, &typed.form, file)
        } else {
            app.log_preview(&me.ctx, &id, &typed.form, file)
        };
        match made {
            Ok(preview) if apply && preview.merged.is_some() => {
                let (.., bad) = preview.counts();
                if bad == 0 {
                    return Ok(guard::redirect(&format!("/room/{}#timeline", enc(id.as_str()))));
                }
                let shown = looked(me, &load::ui(me), &preview);
                answer(me, &id, typed, Some((shown, true)), None, StatusCode::OK)
            }
            Ok(preview) => {
                let shown = looked(me, &load::ui(me), &preview);
                answer(me, &id, typed, Some((shown, apply)), None, StatusCode::OK)
            }
            Err(e @ (AppError::NotFound | AppError::Forbidden(_) | AppError::Internal(_))) => {
                Err(e)
            }
            Err(e) => refused(me, &id, typed, &e),
        }
    })
    .await
}

fn typed(sent: &upload::Uploaded, bytes: &[u8]) -> Typed {
    let get = |name: &str| input::get(&sent.fields, name).trim().to_owned();
    let file_name = sent.files.first().map_or_else(|| get("file_name"), |f| f.name.clone());
    let columns = sent.fields.iter().filter(|(n, _)| n == "text_column").map(|(_, v)| v.clone());
    Typed {
        form: LogForm {
            source: get("source"),
            log_source: RecordId::parse(&get("log_source")),
            zone: get("zone"),
            skew_seconds: 0,
            skew_how: get("skew_how"),
            time_column: get("time_column"),
            text_columns: columns.collect(),
        },
        skew: get("skew_seconds"),
        file_name,
        kept: STANDARD.encode(bytes),
    }
}

fn refused(me: &Signed, id: &RecordId, typed: Typed, e: &AppError) -> Result<Response, AppError> {
    let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    page(me, id, typed, Some(e.message().get(me.lang()).to_owned()), status)
}
