//! Requests in JSON: their members, the revision they were made from, their idempotency key.

use super::problem::{Issue, Kind, Place, Problem};
use super::strict::{self, Fault};
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use okiagari_model::{Body, Message, Value};
use sha2::{Digest as _, Sha256};

/// The longest request in JSON, in bytes.
pub const MAX_JSON: usize = 1 << 20;
/// The longest reason, in characters.
const MAX_REASON: usize = 2_000;

/// A request in JSON.
#[derive(Debug)]
pub struct Sent {
    members: Body,
    issues: Vec<Issue>,
    if_match: Option<u32>,
    /// Its idempotency key.
    pub once: Once,
}

/// What makes a change happen only once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Once {
    /// The key as the caller chose it.
    pub key: Option<String>,
    /// Digest of everything in the request that matters.
    pub digest: String,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        // A body that declares its length is refused before it is read.
        let declared = parts.headers.get(header::CONTENT_LENGTH);
        let declared = declared.and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
        if declared.is_some_and(|n: usize| n > MAX_JSON) {
            return Err(too_large(MAX_JSON));
        }
        let bytes = to_bytes(body, MAX_JSON).await.map_err(|_| too_large(MAX_JSON))?;
        if !bytes.is_empty() && !is_json(&parts.headers) {
            return Err(Problem::new(
                Kind::MediaType,
                "Content-Type は application/json にしてください。",
                "Content-Type must be application/json.",
            ));
        }
        let target = format!("{} {}", parts.method, parts.uri);
        Self::read(&parts.headers, &target, &bytes)
    }
}

/// The problem of a request that is too large.
pub fn too_large(most: usize) -> Problem {
    let mib = most >> 20;
    Problem::new(
        Kind::TooLarge,
        format!("送れる大きさは{mib} MiBまでです。分けて送ってください。"),
        format!("At most {mib} MiB can be sent. Send it in parts."),
    )
}

/// The media type of a request without its parameters, in small letters.
pub fn media(headers: &HeaderMap) -> String {
    let text = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a request says that it is JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let media = media(headers);
    media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
}

/// The problem of bytes that are not taken as JSON.
pub fn unreadable(fault: &Fault) -> Problem {
    let (ja, en) = match fault {
        Fault::Utf8(at) => (
            format!("{at}バイト目が UTF-8 ではありません。"),
            format!("The byte at {at} is not UTF-8."),
        ),
        Fault::Syntax(what) => (
            format!("JSON として読めません（{what}）。"),
            format!("This cannot be read as JSON ({what})."),
        ),
        Fault::Duplicate(path) => (
            format!("「{path}」が2回あります。1回にしてください。"),
            format!("\"{path}\" stands twice. Give it once."),
        ),
        Fault::TooDeep(path) => (
            format!("「{path}」の入れ子が深すぎます（{}段まで）。", strict::MAX_DEPTH),
            format!("\"{path}\" is nested too deeply (up to {} levels).", strict::MAX_DEPTH),
        ),
        Fault::Nul(path) => (
            format!("「{path}」に使えない文字（U+0000）があります。"),
            format!("\"{path}\" holds a character that cannot be used (U+0000)."),
        ),
    };
    Problem::bad_request(ja, en)
}

impl Sent {
    fn read(headers: &HeaderMap, target: &str, bytes: &Bytes) -> Result<Self, Problem> {
        let members = if bytes.is_empty() {
            Body::new()
        } else {
            match strict::parse(bytes).map_err(|fault| unreadable(&fault))? {
                Value::Object(members) => members,
                _ => {
                    return Err(Problem::bad_request(
                        "JSON のオブジェクトを送ってください。",
                        "Send a JSON object.",
                    ));
                }
            }
        };
        let mut issues = Vec::new();
        let if_match = if_match(headers, &mut issues);
        let key = key(headers, &mut issues);
        let mut hash = Sha256::new();
        let seen = if_match.map(|rev| rev.to_string()).unwrap_or_default();
        for part in [target.as_bytes(), seen.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = base64::engine::general_purpose::STANDARD.encode(hash.finalize());
        Ok(Self { members, issues, if_match, once: Once { key, digest } })
    }

    fn issue(
        &mut self,
        field: &str,
        code: &'static str,
        ja: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.issues.push(Issue::new(Place::Request, field, code, Message::new(ja, en)));
    }

    /// Takes `body`: the fields of the record.
    pub fn body(&mut self) -> Option<Body> {
        match self.members.remove("body")? {
            Value::Object(body) => Some(body),
            _ => {
                self.issue(
                    "body",
                    "wrong_type",
                    "body には項目のオブジェクトを入れてください。",
                    "body takes an object of fields.",
                );
                None
            }
        }
    }

    /// Takes `reason`.
    pub fn reason(&mut self) -> Option<String> {
        match self.members.remove("reason")? {
            Value::String(text)
                if text.chars().count() <= MAX_REASON
                    && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') =>
            {
                Some(text)
            }
            Value::Null => None,
            _ => {
                self.issue(
                    "reason",
                    "wrong_type",
                    format!("reason には{MAX_REASON}文字までの文字を入れてください。"),
                    format!("reason takes a text of up to {MAX_REASON} characters."),
                );
                None
            }
        }
    }

    /// Takes a reason that must be given.
    pub fn needed_reason(&mut self) -> String {
        let before = self.issues.len();
        let reason = self.reason().unwrap_or_default();
        if reason.trim().is_empty() && self.issues.len() == before {
            self.issue(
                "reason",
                "required",
                "reason に理由を書いてください。",
                "Give the reason in reason.",
            );
        }
        reason
    }

    /// Takes the revision seen: `rev`, or If-Match.
    pub fn rev(&mut self) -> Option<u32> {
        let named = match self.members.remove("rev") {
            None | Some(Value::Null) => return self.if_match,
            Some(value) => value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0),
        };
        match (named, self.if_match) {
            (None, _) => {
                self.issue(
                    "rev",
                    "wrong_type",
                    "rev には1以上の整数を入れてください。",
                    "rev takes a whole number from 1.",
                );
                None
            }
            (Some(rev), Some(header)) if rev != header => {
                self.issue(
                    "rev",
                    "contradiction",
                    "rev と If-Match が違います。",
                    "rev and If-Match differ.",
                );
                None
            }
            (rev, _) => rev,
        }
    }

    /// Takes the names in `fields`.
    pub fn fields(&mut self) -> Vec<String> {
        let list = self.members.remove("fields");
        let names: Option<Vec<String>> = list
            .as_ref()
            .and_then(Value::as_array)
            .and_then(|list| list.iter().map(|v| v.as_str().map(str::to_owned)).collect());
        match names {
            Some(names) if (1..=100).contains(&names.len()) => names,
            _ => {
                self.issue(
                    "fields",
                    "wrong_type",
                    "fields には項目の名前の一覧を入れてください。",
                    "fields takes a list of names of fields.",
                );
                Vec::new()
            }
        }
    }

    /// Notes that a member is missing.
    pub fn missing(&mut self, field: &str) {
        self.issue(
            field,
            "required",
            format!("{field} を入れてください。"),
            format!("Please give {field}."),
        );
    }

    /// Ends the reading: everything wrong is named, members nobody took too.
    ///
    /// # Errors
    /// Where anything was wrong.
    pub fn done(mut self, known: &[&str]) -> Result<Once, Problem> {
        let names = known.join(", ");
        for (name, _) in std::mem::take(&mut self.members) {
            self.issue(
                &name,
                "unknown_member",
                format!("使えるのは次のものです: {names}"),
                format!("The members are: {names}"),
            );
        }
        if self.issues.is_empty() { Ok(self.once) } else { Err(Problem::issues(self.issues)) }
    }
}

fn if_match(headers: &HeaderMap, issues: &mut Vec<Issue>) -> Option<u32> {
    let value = headers.get(header::IF_MATCH)?;
    let rev = value
        .to_str()
        .ok()
        .map(str::trim)
        .and_then(|t| t.strip_prefix('"')?.strip_suffix('"'))
        // Compression on the way marks a tag so.
        .map(|t| t.strip_suffix("-gzip").unwrap_or(t))
        .and_then(|t| t.parse().ok())
        .filter(|rev| *rev > 0);
    if rev.is_none() {
        let message = Message::new(
            "If-Match には ETag の値（例: \"3\"）を書いてください。",
            "If-Match takes the value of ETag (such as \"3\").",
        );
        issues.push(Issue::new(Place::Header, "If-Match", "wrong_type", message));
    }
    rev
}

/// The idempotency key of a request that is not JSON.
///
/// # Errors
/// Where what stands there is no key.
pub fn only_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut issues = Vec::new();
    let key = key(headers, &mut issues);
    if issues.is_empty() { Ok(key) } else { Err(Problem::issues(issues)) }
}

fn key(headers: &HeaderMap, issues: &mut Vec<Issue>) -> Option<String> {
    let value = headers.get("idempotency-key")?;
    let key = value.to_str().ok().map(str::trim);
    let good = |k: &&str| (1..=200).contains(&k.len()) && k.bytes().all(|b| b.is_ascii_graphic());
    let key = key.filter(good).map(str::to_owned);
    if key.is_none() {
        let message = Message::new(
            "Idempotency-Key には空白のない英数字や記号を200文字まで書いてください。",
            "Idempotency-Key takes up to 200 visible ASCII characters.",
        );
        issues.push(Issue::new(Place::Header, "Idempotency-Key", "wrong_type", message));
    }
    key
}

/// The problem of a change that does not say which revision it was made from.
pub fn no_revision() -> Problem {
    Problem::new(
        Kind::Precondition,
        "どの版を見て変えるのか、rev か If-Match で示してください。",
        "Say in rev or If-Match which revision the change was made from.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(headers: &[(&'static str, &str)], body: &str) -> Result<Sent, Problem> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Sent::read(&map, "PATCH /asset/x", &Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn the_revision_comes_from_either_place_and_never_from_two() {
        let rev = |headers: &[(&'static str, &str)], body: &str| {
            let mut sent = sent(headers, body).unwrap();
            let rev = sent.rev();
            sent.done(&["rev"]).map(|_| rev).map_err(|p| p.named())
        };
        assert_eq!(rev(&[], r#"{"rev":3}"#), Ok(Some(3)));
        assert_eq!(rev(&[("if-match", "\"3\"")], ""), Ok(Some(3)));
        assert_eq!(rev(&[("if-match", "\"3-gzip\"")], "{}"), Ok(Some(3)));
        assert_eq!(rev(&[("if-match", "\"3\"")], r#"{"rev":3}"#), Ok(Some(3)));
        assert_eq!(rev(&[], "{}"), Ok(None));
        let contradiction = rev(&[("if-match", "\"4\"")], r#"{"rev":3}"#);
        assert_eq!(contradiction, Err(vec![("rev".to_owned(), "contradiction")]));
        for (header, body, place) in [
            ("3", "{}", "If-Match"),
            ("*", "{}", "If-Match"),
            ("\"0\"", "{}", "If-Match"),
            ("\"1\"", r#"{"rev":1.5}"#, "rev"),
            ("\"1\"", r#"{"rev":-1}"#, "rev"),
            ("\"1\"", r#"{"rev":99999999999999999999}"#, "rev"),
        ] {
            let problems = rev(&[("if-match", header)], body).unwrap_err();
            assert_eq!(problems, vec![(place.to_owned(), "wrong_type")], "{header} {body}");
        }
    }

    #[test]
    fn members_that_do_not_fit_are_all_named() {
        let mut sent =
            sent(&[("idempotency-key", "a b")], r#"{"body":3,"reason":5,"x":1}"#).unwrap();
        assert_eq!((sent.body(), sent.reason(), sent.fields()), (None, None, Vec::new()));
        let names: Vec<String> =
            sent.done(&["body", "reason"]).unwrap_err().named().into_iter().map(|n| n.0).collect();
        assert_eq!(names, ["Idempotency-Key", "body", "reason", "fields", "x"]);
    }

    #[test]
    fn the_digest_tells_requests_apart() {
        let digest =
            |headers: &[(&'static str, &str)], body| sent(headers, body).unwrap().once.digest;
        let plain = digest(&[], r#"{"a":1}"#);
        assert_eq!(plain, digest(&[("idempotency-key", "k")], r#"{"a":1}"#));
        assert_ne!(plain, digest(&[], r#"{"a":2}"#));
        assert_ne!(plain, digest(&[("if-match", "\"1\"")], r#"{"a":1}"#));
    }
}
