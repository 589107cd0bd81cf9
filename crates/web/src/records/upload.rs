//! Evidence files: streamed in, encrypted on the way to disk, streamed out.

use super::change::after;
use super::record;
use crate::html::{Html, icon};
use crate::input::Pairs;
use crate::put;
use crate::render::form::typed_fields;
use crate::render::read::{body_of, tidy};
use crate::who::Signed;
use axum::body::{Body, Bytes};
use axum::extract::{Multipart, Path, multipart::Field};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, StreamExt as _};
use okiagari_app::{AppError, Receipt};
use okiagari_model::{Action, Message, policy};
use std::io::{self, Read, Write};
use tokio::sync::mpsc;

/// The field for the file, above the others; it must come last in what is sent, so the script
/// sends fields in page order and the server reads fields first.
pub fn file_field(me: &Signed) -> Html {
    let mut out = Html::new();
    put!(
        out,
        "<div class=\"drop\" data-upload data-upload-max=\"{}\"><label for=\"file\">{}<b>{}</b><span>{}</span></label><input type=\"file\" id=\"file\" name=\"_file\"><ul class=\"drop-list\" data-upload-list></ul></div>",
        me.web.config.evidence_max,
        icon("upload"),
        me.t("ファイルを選ぶ", "Choose a file"),
        me.t(
            "置くこともできます。取り込むときに暗号化し、SHA-256を記録します。",
            "Or drop it. It is encrypted on the way in and its SHA-256 is kept."
        )
    );
    out
}

/// Bytes that come in on one side and are read on the other, a bounded number ahead.
struct Incoming {
    from: mpsc::Receiver<Result<Bytes, io::Error>>,
    rest: Bytes,
}

impl Read for Incoming {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.from.blocking_recv() {
                None => return Ok(0),
                Some(Ok(bytes)) => self.rest = bytes,
                Some(Err(e)) => return Err(e),
            }
        }
        let n = buf.len().min(self.rest.len());
        let part = self.rest.split_to(n);
        buf[..n].copy_from_slice(&part);
        Ok(n)
    }
}

async fn pump(mut field: Field<'_>, to: mpsc::Sender<Result<Bytes, io::Error>>, most: u64) {
    let mut seen = 0u64;
    loop {
        let next = match field.chunk().await {
            Ok(Some(bytes)) => {
                seen += bytes.len() as u64;
                if seen > most { Err(io::Error::other("too large")) } else { Ok(bytes) }
            }
            Ok(None) => return,
            Err(e) => Err(io::Error::other(e.to_string())),
        };
        let ended = next.is_err();
        if to.send(next).await.is_err() || ended {
            return;
        }
    }
}

pub async fn take(me: Signed, mut form: Multipart) -> Response {
    let mut pairs = Pairs::new();
    let mut kept: Option<Result<Receipt, AppError>> = None;
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(e) => return crate::error::page(&me, &cut_off(&e.to_string())),
        };
        let name = field.name().unwrap_or_default().to_owned();
        if name != "_file" {
            match field.text().await {
                Ok(text) if text.len() <= 200_000 && pairs.len() < 500 => pairs.push((name, text)),
                _ => return crate::error::page(&me, &cut_off("a field")),
            }
            continue;
        }
        let file = field.file_name().unwrap_or_default().to_owned();
        if file.is_empty() {
            continue;
        }
        let kind = field.content_type().unwrap_or("application/octet-stream").to_owned();
        let (to, from) = mpsc::channel(8);
        let most = me.web.config.evidence_max;
        let (asker, typed) = (me.clone(), pairs.clone());
        let work = tokio::task::spawn_blocking(move || {
            keep(&asker, &typed, &file, &kind, Incoming { from, rest: Bytes::new() })
        });
        pump(field, to, most).await;
        kept = Some(match work.await {
            Ok(done) => done,
            Err(e) => Err(AppError::Internal(e.to_string())),
        });
    }
    match kept {
        None => {
            super::change::create(me, Path("evidence".into()), crate::input::Posted(pairs)).await
        }
        Some(Ok(receipt)) => okiagari_model::register("evidence").map_or_else(
            || crate::guard::redirect("/"),
            |def| after(def, &receipt, "made", "evidence:new"),
        ),
        Some(Err(e)) => crate::error::page(&me, &e),
    }
}

fn keep(
    me: &Signed,
    pairs: &Pairs,
    file: &str,
    kind: &str,
    from: Incoming,
) -> Result<Receipt, AppError> {
    let def = super::register("evidence")?;
    if !policy::may(&me.ctx.subject, def, Action::Create) {
        return Err(AppError::Forbidden("create"));
    }
    let fields = typed_fields(def);
    let pairs = tidy(&fields, pairs);
    let (body, problems) = body_of(&fields, &pairs, &me.ctx.zone);
    if !problems.is_empty() {
        return Err(AppError::Fields(problems));
    }
    me.web.app.add_evidence(&me.ctx, body, file, kind, from)
}

fn cut_off(cause: &str) -> AppError {
    tracing::info!(error.cause = cause, "an upload ended early");
    AppError::Input(Message::new(
        "ファイルを最後まで受け取れませんでした。通信と大きさの上限を確かめて、もう一度送ってください。",
        "The file did not arrive whole. Check the connection and the size limit, and send it again.",
    ))
}

/// What `write` writes on a thread of its own, as a stream that holds a bounded number of pieces.
pub(crate) fn outgoing(
    write: impl FnOnce(Outgoing) -> Result<(), AppError> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static {
    let (to, from) = mpsc::channel(8);
    tokio::task::spawn_blocking(move || {
        let out = Outgoing { to: to.clone() };
        if let Err(e) = write(out) {
            tracing::error!(error.cause = ?e, "an evidence file could not be read");
            // The stream ends with an error, so that the browser does not take it for whole.
            let _ = to.blocking_send(Err(io::Error::other("the file could not be read")));
        }
    });
    let parts = futures_util::stream::unfold(from, |mut from| async move {
        from.recv().await.map(|part| (part, from))
    });
    // Whoever compresses it asks once more after its end.
    parts.fuse()
}

/// The writing end of [`outgoing`].
pub(crate) struct Outgoing {
    to: mpsc::Sender<Result<Bytes, io::Error>>,
}

impl Write for Outgoing {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let sent = self.to.blocking_send(Ok(Bytes::copy_from_slice(buf)));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The file of an evidence record. It is never shown in place: what it holds may be malware.
pub async fn download(me: Signed, Path((register, id)): Path<(String, String)>) -> Response {
    let asker = me.clone();
    let found = tokio::task::spawn_blocking(move || {
        let (def, id) = record(&register, &id)?;
        if def.id != "evidence" {
            return Err(AppError::NotFound);
        }
        asker.web.app.evidence_blob(&asker.ctx, &id)?;
        let view = asker.web.app.record(&asker.ctx, def, &id, None)?;
        Ok((id, view.record.text("file_name").to_owned()))
    })
    .await;
    let (id, name) = match found {
        Ok(Ok(found)) => found,
        Ok(Err(e)) => return crate::error::page(&me, &e),
        Err(e) => return crate::error::internal(me.lang(), &e.to_string()),
    };
    handed_out(&name, outgoing(move |out| me.web.app.evidence_file(&me.ctx, &id, out)))
}

/// A file that came with a report, by its place among them. Never shown in place either.
pub async fn report_file(me: Signed, Path((id, n)): Path<(String, String)>) -> Response {
    let asker = me.clone();
    let found = tokio::task::spawn_blocking(move || {
        let id = okiagari_model::RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let n: usize = n.parse().map_err(|_| AppError::NotFound)?;
        let blob = asker.web.app.report_blob(&asker.ctx, &id, n)?;
        Ok((id, n, blob.name))
    })
    .await;
    let (id, n, name) = match found {
        Ok(Ok(found)) => found,
        Ok(Err(e)) => return crate::error::page(&me, &e),
        Err(e) => return crate::error::internal(me.lang(), &e.to_string()),
    };
    handed_out(&name, outgoing(move |out| me.web.app.report_file(&me.ctx, &id, n, out)))
}

fn handed_out(
    name: &str,
    stream: impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static,
) -> Response {
    let place = format!(
        "attachment; filename=\"evidence.bin\"; filename*=UTF-8''{}",
        crate::html::enc(name)
    );
    (
        [
            (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
            (header::CONTENT_DISPOSITION, place),
        ],
        Body::from_stream(stream),
    )
        .into_response()
}
