//! Errors as RFC 9457 problems. A handler returns a [`Problem`]; the router writes it in the
//! language of the request.

use super::lang;
use axum::extract::{OriginalUri, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use okiagari_app::AppError;
use okiagari_model::{FieldProblem, GateProblem, Lang, Message, Text};
use serde_json::{Value, json};

/// Media type of a problem.
pub const MEDIA: &str = "application/problem+json";

/// Where the cause of a problem stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A field of the record.
    Body,
    /// Another member of the request's JSON, or the file sent.
    Request,
    /// A parameter of the address.
    Query,
    /// A header.
    Header,
}

impl Place {
    /// Its name in the answer.
    pub const fn id(self) -> &'static str {
        match self {
            Place::Body => "body",
            Place::Request => "request",
            Place::Query => "query",
            Place::Header => "header",
        }
    }
}

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Where it stands.
    pub place: Place,
    /// Field, member, parameter or header.
    pub field: String,
    /// Stable name for machines.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: Message,
}

impl Issue {
    /// One thing that does not fit.
    pub fn new(place: Place, field: &str, code: &'static str, message: Message) -> Self {
        let field = field.chars().filter(|c| !c.is_control()).take(120).collect();
        Self { place, field, code, message }
    }
}

impl From<FieldProblem> for Issue {
    fn from(problem: FieldProblem) -> Self {
        let (place, field) = match problem.field.as_str() {
            okiagari_model::REASON => (Place::Request, "reason"),
            "" => (Place::Request, ""),
            field => (Place::Body, field),
        };
        Self::new(place, field, problem.code, problem.message)
    }
}

/// Kinds of problem, each with its stable name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    BadRequest,
    Unauthorized,
    Scope,
    Forbidden,
    NotFound,
    Method,
    Conflict,
    KeyReused,
    Gates,
    NotOpen,
    AppendOnly,
    Ended,
    LegalHold,
    TooLarge,
    MediaType,
    Fields,
    Precondition,
    TooMany,
    Internal,
    Unavailable,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 20] = [
        Kind::BadRequest,
        Kind::Unauthorized,
        Kind::Scope,
        Kind::Forbidden,
        Kind::NotFound,
        Kind::Method,
        Kind::Conflict,
        Kind::KeyReused,
        Kind::Gates,
        Kind::NotOpen,
        Kind::AppendOnly,
        Kind::Ended,
        Kind::LegalHold,
        Kind::TooLarge,
        Kind::MediaType,
        Kind::Fields,
        Kind::Precondition,
        Kind::TooMany,
        Kind::Internal,
        Kind::Unavailable,
    ];

    /// Status, stable name and title.
    pub const fn about(self) -> (u16, &'static str, Text) {
        const fn t(ja: &'static str, en: &'static str) -> Text {
            Text::new(ja, en)
        }
        match self {
            Kind::BadRequest => {
                (400, "bad-request", t("読み取れない要求です", "Unreadable request"))
            }
            Kind::Unauthorized => {
                (401, "unauthorized", t("トークンが必要です", "A token is needed"))
            }
            Kind::Scope => (
                403,
                "insufficient-scope",
                t("読み取り専用のトークンです", "The token may only read"),
            ),
            Kind::Forbidden => (403, "forbidden", t("この操作はできません", "Not allowed")),
            Kind::NotFound => (404, "not-found", t("見つかりません", "Not found")),
            Kind::Method => (405, "method", t("この方法では使えません", "Not by this method")),
            Kind::Conflict => (409, "conflict", t("先に変更されています", "Changed meanwhile")),
            Kind::KeyReused => {
                (409, "key-reused", t("キーは使用済みです", "The key was used before"))
            }
            Kind::Gates => {
                (409, "gates", t("先に必要なことがあります", "Something is needed first"))
            }
            Kind::NotOpen => (409, "not-open", t("いまは進められません", "Not open in this state")),
            Kind::AppendOnly => {
                (409, "append-only", t("変更できない記録です", "Cannot be changed"))
            }
            Kind::Ended => (409, "ended", t("終了した記録です", "The record has ended")),
            Kind::LegalHold => (409, "legal-hold", t("証拠保全中です", "Under a legal hold")),
            Kind::TooLarge => (413, "too-large", t("大きすぎます", "Too large")),
            Kind::MediaType => (415, "media-type", t("形式が違います", "Unknown media type")),
            Kind::Fields => (422, "fields", t("直すところがあります", "Something needs mending")),
            Kind::Precondition => {
                (428, "revision-needed", t("版が必要です", "A revision is needed"))
            }
            Kind::TooMany => (429, "too-many", t("要求が多すぎます", "Too many requests")),
            Kind::Internal => (500, "internal", t("処理できませんでした", "It could not be done")),
            Kind::Unavailable => (503, "unavailable", t("いまは使えません", "Not available now")),
        }
    }
}

/// Why a request was not done.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: Kind,
    status: u16,
    detail: Message,
    issues: Vec<Issue>,
    gates: Vec<GateProblem>,
    revisions: Option<(u32, u32)>,
}

impl Problem {
    /// Of a kind, with its detail in both languages.
    pub fn new(kind: Kind, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            kind,
            status: kind.about().0,
            detail: Message::new(ja, en),
            issues: Vec::new(),
            gates: Vec::new(),
            revisions: None,
        }
    }

    /// A request that cannot be read.
    pub fn bad_request(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, ja, en)
    }

    /// Things that do not fit.
    pub fn issues(issues: Vec<Issue>) -> Self {
        let mut problem = Self::new(
            Kind::Fields,
            format!("入力に直すところが{}か所あります。", issues.len()),
            format!("{} place(s) need mending.", issues.len()),
        );
        if let [only] = issues.as_slice() {
            problem.detail = only.message.clone();
        }
        problem.issues = issues;
        problem
    }

    /// One thing that does not fit.
    pub fn issue(place: Place, field: &str, code: &'static str, message: Message) -> Self {
        Self::issues(vec![Issue::new(place, field, code, message)])
    }

    /// There is no such thing, or not for this token.
    pub fn not_found() -> Self {
        AppError::NotFound.into()
    }

    /// What is named, for tests: field and code.
    #[cfg(test)]
    pub fn named(&self) -> Vec<(String, &'static str)> {
        self.issues.iter().map(|i| (i.field.clone(), i.code)).collect()
    }

    /// The answer's body in a language.
    pub fn body(&self, lang: Lang, instance: &str) -> Value {
        let (_, name, title) = self.kind.about();
        let mut body = json!({
            "type": format!("urn:okiagari:problem:{name}"),
            "title": title.get(lang),
            "status": self.status,
            "detail": self.detail.get(lang),
            "instance": instance,
        });
        if !self.issues.is_empty() {
            let issue = |i: &Issue| {
                json!({
                    "in": i.place.id(),
                    "field": i.field,
                    "code": i.code,
                    "message": i.message.get(lang),
                })
            };
            body["errors"] = self.issues.iter().map(issue).collect();
        }
        if !self.gates.is_empty() {
            let gate = |g: &GateProblem| json!({ "id": g.id, "label": g.label.get(lang), "mend": g.mend.get(lang) });
            body["gates"] = self.gates.iter().map(gate).collect();
        }
        if let Some((seen, now)) = self.revisions {
            body["revision_seen"] = seen.into();
            body["revision_now"] = now.into();
        }
        body
    }

    fn render(&self, lang: Lang, instance: &str) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = self.body(lang, instance).to_string();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let challenge = match self.kind {
            Kind::Unauthorized => Some("Bearer realm=\"okiagari\""),
            Kind::Scope => {
                Some("Bearer realm=\"okiagari\", error=\"insufficient_scope\", scope=\"write\"")
            }
            _ => None,
        };
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if matches!(self.kind, Kind::TooMany | Kind::Unavailable) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        (status, headers, body).into_response()
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let status = error.status();
        let kind = match &error {
            AppError::Fields(_) | AppError::Input(_) => Kind::Fields,
            AppError::Conflict { .. } => Kind::Conflict,
            AppError::NotFound => Kind::NotFound,
            AppError::Forbidden(_) | AppError::Role(_) | AppError::Off(_) => Kind::Forbidden,
            AppError::Gates(_) => Kind::Gates,
            AppError::NotOpen(_) => Kind::NotOpen,
            AppError::AppendOnly => Kind::AppendOnly,
            AppError::Ended => Kind::Ended,
            AppError::LegalHold => Kind::LegalHold,
            AppError::KeyReused => Kind::KeyReused,
            AppError::TooMany => Kind::TooMany,
            _ => by_status(status),
        };
        if status >= 500 {
            tracing::error!(error = %error, cause = ?error, "an API request could not be done");
        }
        let message = error.message();
        let mut problem = Self::new(kind, message.ja, message.en);
        problem.status = status;
        match error {
            AppError::Fields(list) => problem.issues = list.into_iter().map(Issue::from).collect(),
            AppError::Gates(list) => problem.gates = list,
            AppError::Conflict { seen, now } => problem.revisions = Some((seen, now)),
            _ => {}
        }
        problem
    }
}

fn by_status(status: u16) -> Kind {
    Kind::ALL.into_iter().find(|k| k.about().0 == status).unwrap_or(match status {
        400..=499 => Kind::BadRequest,
        _ => Kind::Internal,
    })
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the problem of an answer in the language of its request.
pub async fn write(uri: OriginalUri, request: Request, next: Next) -> Response {
    let lang = lang::of(request.headers());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem.render(lang, uri.path()),
        None => response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_carries_both_revisions_and_speaks_both_languages() {
        let problem = Problem::from(AppError::Conflict { seen: 3, now: 5 });
        let body = problem.body(Lang::En, "/api/v1/asset/x");
        assert_eq!(body["type"], "urn:okiagari:problem:conflict");
        assert_eq!((&body["status"], &body["instance"]), (&json!(409), &json!("/api/v1/asset/x")));
        assert_eq!((&body["revision_seen"], &body["revision_now"]), (&json!(3), &json!(5)));
        let ja = problem.body(Lang::Ja, "/");
        assert_ne!(body["title"], ja["title"]);
        assert_ne!(body["detail"], ja["detail"]);
    }

    #[test]
    fn fields_and_gates_are_listed() {
        let message = Message::new("あ", "a");
        let fields = AppError::Fields(vec![
            FieldProblem::new("name", "too_long", message.clone()),
            FieldProblem::new("_reason", "required", message.clone()),
        ]);
        let body = Problem::from(fields).body(Lang::En, "/");
        let expected = json!([
            {"in": "body", "field": "name", "code": "too_long", "message": "a"},
            {"in": "request", "field": "reason", "code": "required", "message": "a"},
        ]);
        assert_eq!(body["errors"], expected);
        let gate = GateProblem { id: "g", label: message.clone(), mend: message };
        let body = Problem::from(AppError::Gates(vec![gate])).body(Lang::Ja, "/");
        assert_eq!(body["gates"], json!([{"id": "g", "label": "あ", "mend": "あ"}]));
    }

    #[test]
    fn names_and_titles_are_complete_and_distinct() {
        let mut names: Vec<&str> = Kind::ALL.iter().map(|k| k.about().1).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            let (status, name, title) = kind.about();
            assert!((400..600).contains(&status) && !title.ja.is_ascii() && title.en.is_ascii());
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name}");
        }
    }
}
