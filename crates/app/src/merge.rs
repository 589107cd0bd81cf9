//! Log lines that join a timeline: read with the clock of their source, looked at before anything is
//! written, and never written twice.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::many::AT_ONCE;
use crate::read::ListRequest;
use okiagari_exchange::{Limits, Table, read_table};
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::log_merge::LogMerge;
use okiagari_model::respond::log_time;
use okiagari_model::respond::timeline_entry::{EntryKind, TimelineEntry};
use okiagari_model::{
    Action, Body, Change, Choice, Cond, FieldProblem, Message, Record, RecordId, Register, Time,
    Zone, policy,
};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// The most lines of one file.
pub const MOST_LINES: usize = 20_000;

/// How a log is read.
#[derive(Debug, Clone, Default)]
pub struct LogForm {
    /// Name of the source.
    pub source: String,
    /// Source on record.
    pub log_source: Option<RecordId>,
    /// Time zone of times that name none, by its IANA name.
    pub zone: String,
    /// By how many seconds the source's clock is ahead.
    pub skew_seconds: i64,
    /// How that was found.
    pub skew_how: String,
    /// Column of the time; empty: the first that holds times.
    pub time_column: String,
    /// Columns shown in the entry; empty: all but the time.
    pub text_columns: Vec<String>,
}

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineState {
    /// It joins the timeline.
    New,
    /// It is there already.
    Known,
    /// It cannot be read.
    Bad(Message),
}

/// A line of a log.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// Line of the file.
    pub line: u32,
    /// True time; `None` where it cannot be read.
    pub at: Option<Time>,
    /// The time as logged.
    pub logged: String,
    /// What the entry will say.
    pub text: String,
    /// All cells as logged.
    pub original: String,
    /// What becomes of it.
    pub state: LineState,
}

/// What merging a file would do, or did.
#[derive(Debug)]
pub struct LogPreview {
    /// Headings of the columns.
    pub columns: Vec<String>,
    /// The column that the times were taken from.
    pub time_column: String,
    /// Lines in the order of the file.
    pub lines: Vec<LogLine>,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The same file from the same source, merged before with these clocks.
    pub earlier: Option<Record>,
    /// The record of the merge, once made.
    pub merged: Option<RecordId>,
}

impl LogPreview {
    /// How many lines are new, known, bad.
    pub fn counts(&self) -> (usize, usize, usize) {
        self.lines.iter().fold((0, 0, 0), |(new, known, bad), l| match l.state {
            LineState::New => (new + 1, known, bad),
            LineState::Known => (new, known + 1, bad),
            LineState::Bad(_) => (new, known, bad + 1),
        })
    }
}

fn about(field: &str, ja: impl Into<String>, en: impl Into<String>) -> AppError {
    AppError::Fields(vec![FieldProblem::new(field, "wrong_value", Message::new(ja, en))])
}

impl App {
    /// What merging a log into a timeline would do. Changes nothing.
    ///
    /// # Errors
    /// Where the file is no table, the zone or the column of times does not exist, or the case may
    /// not be seen.
    pub fn log_preview(
        &self,
        ctx: &Ctx,
        incident: &RecordId,
        form: &LogForm,
        (bytes, file_name): (&[u8], &str),
    ) -> Result<LogPreview, AppError> {
        for def in [TimelineEntry::DEF, LogMerge::DEF] {
            if policy::rows(&ctx.subject, def, Action::Create).is_nothing() {
                return Err(AppError::Forbidden("merge"));
            }
        }
        self.record(ctx, Incident::DEF, incident, None)?;
        if form.source.trim().is_empty() {
            return Err(about(
                "source",
                "出どころ（機器やログの名前）を入れてください。",
                "Name the source (device or log).",
            ));
        }
        let zone = Zone::named(form.zone.trim()).ok_or_else(|| {
            about(
                "zone",
                "時間帯の名前が正しくありません。例: Asia/Tokyo、UTC",
                "There is no such time zone. For example Asia/Tokyo, UTC.",
            )
        })?;
        let table = read_table(bytes, file_name, &Limits::default())
            .map_err(|e| AppError::Input(Message::new(e.message(true), e.message(false))))?;
        if table.rows.len() > MOST_LINES {
            return Err(AppError::input(
                format!("一度に取り込めるのは{MOST_LINES}行までです。ファイルを分けてください。"),
                format!("Up to {MOST_LINES} lines at once. Split the file."),
            ));
        }
        let time = time_column(&table, form, &zone)?;
        let merges = self.merges_of(ctx, incident, form.source.trim())?;
        let mut known = self.lines_of(ctx, &merges)?;
        let sha256 = okiagari_store::blob::hex(&Sha256::digest(bytes));
        let lines = lines(&table, time, form, &zone)
            .map(|mut line| {
                let seen = known.get_mut(&line.original).filter(|n| **n > 0);
                if let (Some(n), LineState::New) = (seen, &line.state) {
                    *n -= 1;
                    line.state = LineState::Known;
                }
                line
            })
            .collect();
        let columns: Vec<String> = table.columns.iter().map(|c| c.label.clone()).collect();
        Ok(LogPreview {
            time_column: columns.get(time).cloned().unwrap_or_default(),
            columns,
            lines,
            earlier: merges.into_iter().find(|m| m.text("sha256") == sha256),
            sha256,
            merged: None,
        })
    }

    /// Merges a log into a timeline, in commits of at most [`AT_ONCE`] lines. Lines of the source
    /// that are there already are left: the same file again changes nothing, and one that was broken
    /// off goes on where it stopped.
    ///
    /// # Errors
    /// As [`App::log_preview`], and whatever keeps lines from being written.
    pub fn log_merge(
        &self,
        ctx: &Ctx,
        incident: &RecordId,
        form: &LogForm,
        file: (&[u8], &str),
    ) -> Result<LogPreview, AppError> {
        let mut preview = self.log_preview(ctx, incident, form, file)?;
        let new: Vec<&LogLine> =
            preview.lines.iter().filter(|l| l.state == LineState::New).collect();
        if new.is_empty() {
            return Ok(preview);
        }
        let body = merge_body(incident, form, &preview, &new, file.1);
        let change = Change::Create { def: LogMerge::DEF, body, reason: None };
        let made = self.changes_read(ctx, vec![change])?;
        let merge = made.into_iter().next().map(|r| r.id).ok_or(AppError::NotFound)?;
        for part in new.chunks(AT_ONCE) {
            let changes = part.iter().filter_map(|l| entry(incident, &merge, l)).collect();
            self.changes_read(ctx, changes)?;
        }
        preview.merged = Some(merge);
        Ok(preview)
    }

    fn merges_of(
        &self,
        ctx: &Ctx,
        incident: &RecordId,
        source: &str,
    ) -> Result<Vec<Record>, AppError> {
        let conds = vec![Cond::eq("incident", incident.as_str()), Cond::eq("source", source)];
        self.whole(ctx, ListRequest { conds, ..ListRequest::first(LogMerge::DEF, 500) })
    }

    /// How often each line stands in the timeline already.
    fn lines_of(&self, ctx: &Ctx, merges: &[Record]) -> Result<HashMap<String, u32>, AppError> {
        let mut known: HashMap<String, u32> = HashMap::new();
        for merge in merges {
            let conds = vec![Cond::eq("merged", merge.id.as_str())];
            let request = ListRequest { conds, ..ListRequest::first(TimelineEntry::DEF, 500) };
            for entry in self.whole(ctx, request)? {
                *known.entry(entry.text("original").to_owned()).or_default() += 1;
            }
        }
        Ok(known)
    }

    /// All pages of a list.
    fn whole(&self, ctx: &Ctx, mut request: ListRequest) -> Result<Vec<Record>, AppError> {
        let mut all = Vec::new();
        loop {
            let page = self.page(ctx, &request)?;
            all.extend(page.records);
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(all),
            }
        }
    }
}

/// The column of the times: the one named, or the first whose first cell is a time.
fn time_column(table: &Table, form: &LogForm, zone: &Zone) -> Result<usize, AppError> {
    let named = form.time_column.trim();
    let found = if named.is_empty() {
        let first = table.rows.first();
        first.and_then(|r| r.cells.iter().position(|c| log_time::read(c, zone).is_some()))
    } else {
        table.columns.iter().position(|c| c.label == named)
    };
    found.ok_or_else(|| {
        let all: Vec<&str> = table.columns.iter().map(|c| c.label.as_str()).collect();
        about(
            "time_column",
            format!("時刻の列を選んでください。列: {}", all.join("、")),
            format!("Choose the column of the times. Columns: {}", all.join(", ")),
        )
    })
}

fn lines<'a>(
    table: &'a Table,
    time: usize,
    form: &'a LogForm,
    zone: &'a Zone,
) -> impl Iterator<Item = LogLine> + 'a {
    let shown: Vec<usize> = (0..table.columns.len())
        .filter(|i| {
            let label = table.columns.get(*i).map_or("", |c| c.label.as_str());
            match form.text_columns.as_slice() {
                [] => *i != time,
                chosen => chosen.iter().any(|c| c == label),
            }
        })
        .collect();
    table.rows.iter().map(move |row| {
        let cell = |i: usize| row.cells.get(i).map_or("", |c| c.trim());
        let logged = cell(time).to_owned();
        let words: Vec<String> = shown
            .iter()
            .filter(|i| !cell(**i).is_empty())
            .map(|i| match shown.len() {
                1 => cell(*i).to_owned(),
                _ => format!("{}={}", table.columns.get(*i).map_or("", |c| &c.label), cell(*i)),
            })
            .collect();
        let original = row.cells.join("\t");
        let mut text: String = words.join(" ").chars().take(4_900).collect();
        if words.iter().map(|w| w.chars().count() + 1).sum::<usize>() > 4_901 {
            text.push('…');
        }
        let at = log_time::read(&logged, zone).map(|t| log_time::true_time(t, form.skew_seconds));
        let state = match at {
            None => LineState::Bad(Message::new(
                format!("時刻「{logged}」が読めません。年と時間帯のある形に直してください。"),
                format!("The time \"{logged}\" cannot be read. Give it with its year."),
            )),
            Some(_) if text.is_empty() => LineState::Bad(Message::new(
                "内容の列が空です。",
                "The columns to be shown are empty.",
            )),
            Some(_) if original.chars().count() > 20_000 => LineState::Bad(Message::new(
                "一行が長すぎます（2万字まで）。",
                "The line is too long (20,000 characters at most).",
            )),
            Some(_) => LineState::New,
        };
        LogLine { line: row.line, at, logged, text, original, state }
    })
}

fn merge_body(
    incident: &RecordId,
    form: &LogForm,
    preview: &LogPreview,
    new: &[&LogLine],
    file_name: &str,
) -> Body {
    let mut body = Body::new();
    body.insert("incident".into(), incident.as_str().into());
    body.insert("source".into(), form.source.trim().into());
    if let Some(source) = &form.log_source {
        body.insert("log_source".into(), source.as_str().into());
    }
    body.insert("zone".into(), form.zone.trim().into());
    body.insert("skew_seconds".into(), form.skew_seconds.into());
    if !form.skew_how.trim().is_empty() {
        body.insert("skew_how".into(), form.skew_how.trim().into());
    }
    body.insert("time_column".into(), preview.time_column.as_str().into());
    let name: String = file_name.chars().take(200).collect();
    body.insert("file_name".into(), name.into());
    body.insert("sha256".into(), preview.sha256.as_str().into());
    let times = || new.iter().filter_map(|l| l.at);
    for (field, at) in [("from_at", times().min()), ("to_at", times().max())] {
        if let Some(at) = at {
            body.insert(field.into(), at.millis().into());
        }
    }
    body.insert("lines".into(), new.len().into());
    body
}

fn entry(incident: &RecordId, merge: &RecordId, line: &LogLine) -> Option<Change> {
    let mut body = Body::new();
    body.insert("incident".into(), incident.as_str().into());
    body.insert("at".into(), line.at?.millis().into());
    body.insert("kind".into(), EntryKind::Event.id().into());
    body.insert("text".into(), line.text.as_str().into());
    body.insert("merged".into(), merge.as_str().into());
    body.insert("line".into(), line.line.into());
    body.insert("original".into(), line.original.as_str().into());
    Some(Change::Create { def: TimelineEntry::DEF, body, reason: None })
}
