//! Heartbeats of log sources, and evidence files on their way in and out.

use super::caller::{At, Caller, run};
use super::convert;
use super::problem::Problem;
use super::query::Params;
use super::records::{answer, private};
use super::request::{MAX_JSON, media, only_key, too_large};
use super::sheets::{bad_form, bad_part, clean};
use super::strict;
use axum::body::{Body as Bytestream, Bytes};
use axum::extract::{FromRequest as _, Multipart, RawPathParams, RawQuery, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::StreamExt as _;
use okiagari_app::{AppError, Named, Receipt};
use okiagari_model::prepare::log_source::LogSource;
use okiagari_model::respond::evidence::Evidence;
use okiagari_model::{Body, Change, MINUTE, RecordId, Register as _, RegisterDef, Value};
use std::io::{self, BufWriter, Read, Write as _};
use tokio::sync::mpsc;

/// How often a heartbeat is tried again when others change the source at the same time.
const TRIES: u32 = 5;
/// Pieces of a file on their way between the network and the disk.
const IN_FLIGHT: usize = 8;
/// The most bytes that are read only to be thrown away.
const THROWN_AWAY: usize = 512 << 20;
/// Bytes of one piece on its way out.
const PIECE: usize = 64 << 10;

/// `POST /signals/{id}`
///
/// An arrival within a minute of the one already kept changes nothing: silence is counted in
/// minutes, and a chatty source must not fill the record.
pub async fn signal(
    caller: Caller,
    params: RawPathParams,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    caller.writes()?;
    Params::parse(raw.as_deref())?.done(&[])?;
    let id = params.iter().find(|(name, _)| *name == "id").and_then(|(_, v)| RecordId::parse(v));
    let id = id.ok_or_else(Problem::not_found)?;
    run(move || {
        let receipt = arrived(&caller, &id)?;
        Ok(answer(StatusCode::OK, &receipt, false))
    })
    .await
}

fn arrived(caller: &Caller, id: &RecordId) -> Result<Receipt, AppError> {
    let def = LogSource::DEF;
    let mut tries = TRIES;
    loop {
        let record = caller.app.record(&caller.ctx, def, id, None)?.record;
        let now = caller.app.now();
        let fresh = record.time("last_seen_at").is_some_and(|t| now.since(t) < MINUTE);
        if fresh && !record.ended() {
            return Ok(Receipt {
                register: def.id,
                id: record.id,
                rev: record.rev,
                leaf: record.leaf,
                number: None,
                opened: Vec::new(),
            });
        }
        let mut patch = Body::new();
        patch.insert("last_seen_at".to_owned(), now.millis().into());
        let change = Change::Edit { def, id: id.clone(), rev: record.rev, patch, reason: None };
        match caller.app.change(&caller.ctx, change) {
            Err(AppError::Conflict { .. }) if tries > 0 => tries -= 1,
            result => return result,
        }
    }
}

/// Evidence with its file: a form, or bare bytes with the fields in the address.
pub async fn evidence(
    caller: Caller,
    def: &'static RegisterDef,
    request: Request,
) -> Result<Response, Problem> {
    let key = only_key(request.headers())?;
    if media(request.headers()) == "multipart/form-data" {
        Params::parse(request.uri().query())?.done(&[])?;
        return form(caller, def, key, request).await;
    }
    let (fields, name) = from_address(def, request.uri().query())?;
    let media = media(request.headers());
    let (send, reader) = pipe();
    let mut stream = request.into_body().into_data_stream();
    let feed = async move {
        let mut feed = Feed::into(send);
        while let Some(piece) = stream.next().await {
            if !feed.give(piece.map_err(|error| io::Error::other(error.to_string()))).await {
                break;
            }
        }
    };
    let keep = run(move || keep(&caller, fields, (&name, &media), key.as_deref(), reader));
    let ((), kept) = tokio::join!(feed, keep);
    kept
}

fn keep(
    caller: &Caller,
    fields: Body,
    (file_name, media_type): (&str, &str),
    key: Option<&str>,
    reader: Pipe,
) -> Result<Response, Problem> {
    let about = Named { fields, file_name, media_type };
    let (receipt, replayed) = caller.app.add_evidence_keyed(&caller.ctx, about, key, reader)?;
    Ok(answer(StatusCode::CREATED, &receipt, replayed))
}

fn from_address(def: &'static RegisterDef, raw: Option<&str>) -> Result<(Body, String), Problem> {
    let mut params = Params::parse(raw)?;
    let name = params.take("file_name").unwrap_or_default();
    let mut body = Body::new();
    let typed = def.fields.iter().filter(|f| !f.system);
    for field in typed {
        let takes = convert::takes(field);
        let read = |text: &str| convert::from_address(field, text).ok();
        if let Some(value) = params.read(field.id, (&takes.ja, &takes.en), read) {
            body.insert(field.id.to_owned(), value);
        }
    }
    let mut known = vec!["file_name"];
    known.extend(def.fields.iter().filter(|f| !f.system).map(|f| f.id));
    params.done(&known)?;
    Ok((body, file_name(&name)?))
}

fn file_name(name: &str) -> Result<String, Problem> {
    let name = clean(name);
    if name.is_empty() {
        return Err(bad_part(
            "file_name",
            "required",
            "ファイル名（file_name）を付けてください。",
            "Please give the name of the file (file_name).",
        ));
    }
    Ok(name)
}

async fn form(
    caller: Caller,
    def: &'static RegisterDef,
    key: Option<String>,
    request: Request,
) -> Result<Response, Problem> {
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| {
        Problem::bad_request(
            "multipart/form-data の区切り（boundary）がありません。",
            "The multipart/form-data has no boundary.",
        )
    })?;
    let mut fields = None;
    while let Some(mut part) = parts.next_field().await.map_err(|e| bad_form(&e, MAX_JSON))? {
        match (part.name().unwrap_or_default(), &fields) {
            ("fields", None) => {
                let bytes = part.bytes().await.map_err(|e| bad_form(&e, MAX_JSON))?;
                fields = Some(typed(def, &bytes)?);
            }
            ("file", Some(_)) => {
                let name = file_name(part.file_name().unwrap_or_default())?;
                let media = part.content_type().unwrap_or("application/octet-stream").to_owned();
                let body = fields.take().unwrap_or_default();
                let (send, reader) = pipe();
                let feed = async move {
                    let mut feed = Feed::into(send);
                    loop {
                        let piece = match part.chunk().await {
                            Ok(Some(piece)) => Ok(piece),
                            Ok(None) => break,
                            Err(error) => Err(io::Error::other(error.to_string())),
                        };
                        if !feed.give(piece).await {
                            break;
                        }
                    }
                };
                let keep =
                    run(move || keep(&caller, body, (&name, &media), key.as_deref(), reader));
                let ((), kept) = tokio::join!(feed, keep);
                return kept;
            }
            (name, _) => {
                let name = name.to_owned();
                return Err(bad_part(
                    &name,
                    "unexpected_part",
                    "先に fields（JSON）、次に file を、1つずつ送ってください。",
                    "Send fields (JSON) first, then file, once each.",
                ));
            }
        }
    }
    Err(bad_part("file", "required", "file を送ってください。", "Please send file."))
}

fn typed(def: &'static RegisterDef, bytes: &Bytes) -> Result<Body, Problem> {
    if bytes.len() > MAX_JSON {
        return Err(too_large(MAX_JSON));
    }
    let wrong = || {
        bad_part(
            "fields",
            "wrong_type",
            "fields には項目の JSON オブジェクトを入れてください。",
            "fields takes a JSON object of fields.",
        )
    };
    match strict::parse(bytes) {
        Ok(Value::Object(body)) => convert::incoming(def, &body)
            .map_err(|list| Problem::issues(list.into_iter().map(Into::into).collect())),
        Ok(_) => Err(wrong()),
        Err(fault) => Err(super::request::unreadable(&fault)),
    }
}

/// What arrives from the network, on its way to what blocks.
///
/// Where nobody takes it any more (the disk is full), the rest is read and thrown away: whoever is
/// still sending would otherwise see a broken connection in place of the answer.
struct Feed {
    to: Option<mpsc::Sender<io::Result<Bytes>>>,
    left: usize,
}

impl Feed {
    fn into(to: mpsc::Sender<io::Result<Bytes>>) -> Self {
        Self { to: Some(to), left: THROWN_AWAY }
    }

    /// Gives a piece on; whether more is wanted.
    async fn give(&mut self, piece: io::Result<Bytes>) -> bool {
        let size = match &piece {
            Ok(piece) => piece.len(),
            Err(_) => return self.end(piece).await,
        };
        if let Some(to) = &self.to
            && to.send(piece).await.is_ok()
        {
            return true;
        }
        self.to = None;
        self.left = self.left.saturating_sub(size);
        self.left > 0
    }

    async fn end(&mut self, fault: io::Result<Bytes>) -> bool {
        if let Some(to) = self.to.take() {
            // Nobody may be there any more to be told.
            drop(to.send(fault).await);
        }
        false
    }
}

/// What arrives from the network, read by what blocks.
struct Pipe {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    now: Bytes,
}

fn pipe() -> (mpsc::Sender<io::Result<Bytes>>, Pipe) {
    let (send, pieces) = mpsc::channel(IN_FLIGHT);
    (send, Pipe { pieces, now: Bytes::new() })
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.now.is_empty() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.now = piece?,
            }
        }
        let n = self.now.len().min(into.len());
        let piece = self.now.split_to(n);
        into[..n].copy_from_slice(&piece);
        Ok(n)
    }
}

/// What blocks, written to the network.
struct Outlet(mpsc::Sender<io::Result<Bytes>>);

impl io::Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map(|()| bytes.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `GET /evidence/{id}/file`
///
/// Always sent as bytes to be saved, never as something to be opened: it may be a sample.
pub async fn file(caller: Caller, at: At, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    Params::parse(raw.as_deref())?.done(&[])?;
    let id = at.id()?;
    if at.def.id != Evidence::ID {
        return Err(Problem::not_found());
    }
    let known = {
        let (caller, id) = (caller.clone(), id.clone());
        run(move || Ok(caller.app.evidence_blob(&caller.ctx, &id)?)).await?
    };
    let (send, pieces) = mpsc::channel(IN_FLIGHT);
    // Not waited for: it ends when everything is sent, or when nobody takes it any more.
    tokio::task::spawn_blocking(move || {
        let mut outlet = BufWriter::with_capacity(PIECE, Outlet(send.clone()));
        let given = caller.app.evidence_file(&caller.ctx, &id, &mut outlet);
        let given = given.map_err(|e| e.to_string());
        if let Err(error) = given.and_then(|()| outlet.flush().map_err(|e| e.to_string())) {
            tracing::warn!(error, record.id = %id, "an evidence file was not sent whole");
            // Whoever reads must not take what came so far for the whole file. Nobody may be
            // there any more to be told.
            drop(send.blocking_send(Err(io::Error::other("cut off"))));
        }
    });
    let stream = futures_util::stream::unfold(pieces, |mut pieces| async move {
        pieces.recv().await.map(|piece| (piece, pieces))
    });
    let mut response = private(Bytestream::from_stream(stream));
    let headers = response.headers_mut();
    let media = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, media);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_LENGTH, known.size.into());
    if let Ok(name) = HeaderValue::from_str(&disposition(&known.name)) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// How a file is to be saved (RFC 6266, RFC 8187).
fn disposition(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_gives_the_bytes_in_order_and_the_fault_of_the_sender() {
        let (send, mut reader) = pipe();
        for piece in ["abc", "", "de"] {
            send.try_send(Ok(Bytes::from_static(piece.as_bytes()))).unwrap();
        }
        drop(send);
        let mut all = String::new();
        reader.read_to_string(&mut all).unwrap();
        assert_eq!(all, "abcde");
        let (send, mut reader) = pipe();
        send.try_send(Err(io::Error::other("gone"))).unwrap();
        drop(send);
        assert!(reader.read_to_string(&mut all).is_err());
    }

    #[test]
    fn names_are_encoded() {
        assert_eq!(
            disposition("a b\"\r\nあ.log"),
            "attachment; filename*=UTF-8''a%20b%22%0D%0A%E3%81%82.log"
        );
    }
}
