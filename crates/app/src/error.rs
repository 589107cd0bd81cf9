//! What can go wrong in a use case, for people and for machines.

use okiagari_model::{FieldProblem, GateProblem, Message, Refusal, validate};
use okiagari_store::StoreError;
use okiagari_store::blob::BlobError;

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Fields that do not fit.
    #[error("{} field(s) do not fit", .0.len())]
    Fields(Vec<FieldProblem>),
    /// Somebody else changed the record meanwhile.
    #[error("the record was changed meanwhile (seen {seen}, now {now})")]
    Conflict {
        /// The revision the person saw.
        seen: u32,
        /// The present revision.
        now: u32,
    },
    /// It does not exist, or not for this person.
    #[error("not found")]
    NotFound,
    /// The policy table does not allow it.
    #[error("not allowed: {0}")]
    Forbidden(&'static str),
    /// Only these kinds of role may take the step.
    #[error("only certain roles may take this step")]
    Role(Vec<&'static str>),
    /// Conditions of a step that do not hold yet.
    #[error("{} condition(s) do not hold yet", .0.len())]
    Gates(Vec<GateProblem>),
    /// The step is not open in the present state.
    #[error("the step is not open in state {0}")]
    NotOpen(String),
    /// Corrected by further entries only.
    #[error("entries of this register are corrected by further entries")]
    AppendOnly,
    /// The record has ended.
    #[error("the record has ended")]
    Ended,
    /// A legal hold forbids erasure.
    #[error("a legal hold forbids erasure")]
    LegalHold,
    /// The same idempotency key came with another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Something typed that is no field: an address, a cursor, a file.
    #[error("bad input: {}", .0.en)]
    Input(Message),
    /// Switched off by the organisation.
    #[error("switched off: {}", .0.en)]
    Off(Message),
    /// Too many at once.
    #[error("too many requests")]
    TooMany,
    /// The store could not.
    #[error("the store could not do it")]
    Store(#[from] StoreError),
    /// A file could not be kept or read.
    #[error("a file could not be kept or read")]
    Blob(#[from] BlobError),
    /// A part that should hold does not; said in the log, not to the person.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Fields(list) => AppError::Fields(list),
            Refusal::Stale { seen, now } => AppError::Conflict { seen, now },
            Refusal::NotFound | Refusal::NoSuchStep => AppError::NotFound,
            Refusal::NotOpen { state } => AppError::NotOpen(state),
            Refusal::Gates(list) => AppError::Gates(list),
            Refusal::Role(list) => AppError::Role(list),
            Refusal::AppendOnly => AppError::AppendOnly,
            Refusal::Ended => AppError::Ended,
            Refusal::LegalHold => AppError::LegalHold,
        }
    }
}

impl AppError {
    /// HTTP status that fits.
    pub fn status(&self) -> u16 {
        match self {
            AppError::Fields(_) | AppError::Input(_) => 422,
            AppError::Conflict { .. } | AppError::KeyReused => 409,
            AppError::NotFound => 404,
            AppError::Forbidden(_) | AppError::Role(_) | AppError::Off(_) => 403,
            AppError::Gates(_)
            | AppError::NotOpen(_)
            | AppError::AppendOnly
            | AppError::Ended
            | AppError::LegalHold => 409,
            AppError::TooMany => 429,
            AppError::Store(e) => store_status(e),
            AppError::Blob(e) => blob_status(e),
            AppError::Internal(_) => 500,
        }
    }

    /// What is wrong and how to mend it, for people.
    pub fn message(&self) -> Message {
        match self {
            AppError::Fields(list) => match list.first() {
                Some(p) if list.len() == 1 => p.message.clone(),
                _ => Message::new(
                    format!("入力に直すところが{}か所あります。", list.len()),
                    format!("{} fields need mending.", list.len()),
                ),
            },
            AppError::Conflict { .. } => Message::new(
                "ほかの人が先に変更しました。違いを確かめて、もう一度保存してください。入力した内容は残っています。",
                "Somebody else changed it first. Look at the differences and save again; nothing you typed is lost.",
            ),
            AppError::NotFound => Message::new(
                "見つかりません。アドレスを確かめるか、さがす画面から探してください。",
                "Not found. Check the address, or look for it by the search.",
            ),
            AppError::Forbidden(_) => Message::new(
                "いまの役割では、この操作はできません。必要なら管理者に役割を確かめてください。",
                "Your present role does not allow this. Ask the administrator if you need it.",
            ),
            AppError::Role(roles) => role_message(roles),
            AppError::Gates(list) => gates_message(list),
            AppError::NotOpen(_) => Message::new(
                "この状態では進められません。画面を開き直して、いまの状態を確かめてください。",
                "This step is not open in the present state. Reload to see where it stands.",
            ),
            AppError::AppendOnly => Message::new(
                "この記録は変えられません。訂正は新しい記録として追加してください。",
                "This entry cannot be changed. Add a further entry as correction.",
            ),
            AppError::Ended => Message::new("この記録は終了しています。", "This record has ended."),
            AppError::LegalHold => Message::new(
                "証拠保全の指定があるため消去できません。指定が外れてから行ってください。",
                "A legal hold forbids erasure until it is lifted.",
            ),
            AppError::KeyReused => Message::new(
                "同じ Idempotency-Key が別の内容で使われています。新しいキーを使ってください。",
                "This Idempotency-Key was used for another request. Use a fresh one.",
            ),
            AppError::Input(m) | AppError::Off(m) => m.clone(),
            AppError::TooMany => Message::new(
                "短い時間に操作が集中しています。少し待ってからやり直してください。",
                "Too many requests. Wait a little and try again.",
            ),
            AppError::Store(e) => store_message(e),
            AppError::Blob(BlobError::Store(e)) => store_message(e),
            AppError::Blob(e) => e.message(),
            AppError::Internal(_) => Message::new(
                "処理できませんでした。入力した内容は残っています。続く場合は管理者に知らせてください。",
                "It could not be done. Nothing you typed is lost. If it persists, tell the administrator.",
            ),
        }
    }

    /// A problem with one field.
    pub fn field(
        field: &str,
        code: &'static str,
        ja: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        AppError::Fields(vec![FieldProblem::new(field, code, Message::new(ja, en))])
    }

    /// A problem with something typed that is no field.
    pub fn input(ja: impl Into<String>, en: impl Into<String>) -> Self {
        AppError::Input(Message::new(ja, en))
    }
}

fn role_message(roles: &[&str]) -> Message {
    use okiagari_model::{Choice, govern::role::RoleKind};
    let named = |ja: bool| {
        let names: Vec<&str> = roles
            .iter()
            .filter_map(|r| RoleKind::from_id(r))
            .map(|r| if ja { r.label().ja } else { r.label().en })
            .collect();
        names.join(if ja { "、" } else { ", " })
    };
    Message::new(
        format!("この操作は次の役割の人が行います: {}", named(true)),
        format!("This step is taken by: {}", named(false)),
    )
}

fn gates_message(list: &[GateProblem]) -> Message {
    let ja: Vec<String> = list.iter().map(|g| format!("{}（{}）", g.label.ja, g.mend.ja)).collect();
    let en: Vec<String> = list.iter().map(|g| format!("{} ({})", g.label.en, g.mend.en)).collect();
    Message::new(
        format!("先に次のことが必要です: {}", ja.join(" ")),
        format!("Needed first: {}", en.join(" ")),
    )
}

/// What people are told of the store: where the database stands is for the log alone.
pub(crate) fn store_message(e: &StoreError) -> Message {
    match e {
        StoreError::CannotOpen { .. } => Message::new(
            "データベースにつながりません。変更は保存されていません。少し待ってやり直し、続く場合は管理者に知らせてください。",
            "The database cannot be reached. The change was not saved. Try again in a while; if it persists, tell the administrator.",
        ),
        other => other.message(),
    }
}

/// HTTP status that fits an error of the store.
pub(crate) fn store_status(e: &StoreError) -> u16 {
    match e {
        StoreError::NotFound { .. } => 404,
        StoreError::Conflict { .. } => 409,
        StoreError::BadCursor | StoreError::BadFilter { .. } | StoreError::BadValue { .. } => 422,
        StoreError::DiskFull
        | StoreError::ReadOnly(_)
        | StoreError::Lost(_)
        | StoreError::Busy
        | StoreError::CannotOpen { .. } => 503,
        _ => 500,
    }
}

/// What a field takes, in words; for messages of import and API.
pub fn takes(field: &okiagari_model::FieldDef) -> Message {
    let (ja, en) = validate::expected(&field.kind);
    Message::new(ja, en)
}

fn blob_status(e: &BlobError) -> u16 {
    match e {
        BlobError::TooLarge { .. } => 413,
        BlobError::Missing { .. } => 404,
        BlobError::Upload { .. } => 400,
        BlobError::Remote(_) => 503,
        BlobError::Store(e) => store_status(e),
        _ => 500,
    }
}
