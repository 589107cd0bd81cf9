//! Why somebody is not let in, or an account not changed.

use super::password::PasswordProblem;
use okiagari_model::{Lang, MINUTE, Message, Time};
use okiagari_store::StoreError;

/// Why somebody is not let in, or an account not changed. What a stranger can see does not tell
/// whether a sign-in name exists.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Sign-in name or password is wrong, or the account is barred.
    #[error("sign-in refused")]
    Wrong,
    /// The code is wrong or was used before.
    #[error("the code is wrong or was used before")]
    WrongCode,
    /// Too many failures for this sign-in name, whether it exists or not.
    #[error("locked for {} s after repeated failures", .left / 1000)]
    Locked {
        /// How long still, in ms.
        left: i64,
    },
    /// Too many failures from this address, or too many sign-ins at once.
    #[error("too many attempts")]
    TooMany,
    /// There is no such session, or it has ended.
    #[error("not signed in")]
    NotSignedIn,
    /// The first password was right but its time is over.
    #[error("the first password has ended")]
    FirstPasswordEnded,
    /// The new password does not do.
    #[error("the new password does not do: {0}")]
    Password(PasswordProblem),
    /// The sign-in name is taken.
    #[error("the sign-in name is taken")]
    LoginTaken,
    /// The sign-in name or shown name cannot be used.
    #[error("{0} cannot be used")]
    BadName(&'static str),
    /// A second factor is set up already.
    #[error("a second factor is set up already")]
    AlreadyEnrolled,
    /// No second factor is being set up.
    #[error("no second factor is being set up")]
    NotEnrolled,
    /// Password or code must be given again first.
    #[error("password or code must be given again")]
    StepUpNeeded,
    /// No such account, session, token or place. Only administrators and the person come here.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A token that does not exist, has ended or was withdrawn.
    #[error("the token does not work")]
    BadToken,
    /// The token may only read.
    #[error("the token may only read")]
    ReadOnlyToken,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A part that should hold does not.
    #[error("internal: {0}")]
    Internal(String),
}

impl AuthError {
    pub(super) fn locked(until: Time, now: Time) -> Self {
        Self::Locked { left: until.since(now).max(1) }
    }

    /// HTTP status that fits.
    pub fn status(&self) -> u16 {
        match self {
            Self::Wrong
            | Self::WrongCode
            | Self::NotSignedIn
            | Self::FirstPasswordEnded
            | Self::BadToken => 401,
            Self::Locked { .. } | Self::TooMany => 429,
            Self::StepUpNeeded | Self::ReadOnlyToken => 403,
            Self::Password(_) | Self::BadName(_) => 422,
            Self::LoginTaken | Self::AlreadyEnrolled | Self::NotEnrolled => 409,
            Self::NotFound(_) => 404,
            Self::Store(error) => crate::error::store_status(error),
            Self::Internal(_) => 500,
        }
    }

    /// Seconds after which another try makes sense, for `Retry-After`.
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Locked { left } => Some((left + 999) / 1000),
            Self::TooMany => Some(60),
            _ => None,
        }
    }

    /// The form field that the error is about, where there is one.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Wrong | Self::FirstPasswordEnded => Some("password"),
            Self::WrongCode => Some("code"),
            Self::Password(_) => Some("new_password"),
            Self::LoginTaken => Some("login"),
            Self::BadName(field) => Some(field),
            _ => None,
        }
    }

    /// The text in one language.
    pub fn text(&self, lang: Lang) -> String {
        self.message().get(lang).to_owned()
    }

    /// What happened and how to mend it.
    pub fn message(&self) -> Message {
        match self {
            Self::Wrong => Message::new(
                "サインイン名かパスワードが違います。確かめて、もう一度入力してください。",
                "The sign-in name or the password is wrong. Check them and try again.",
            ),
            Self::WrongCode => Message::new(
                "コードが違うか、すでに使われています。次に表示されるコードを入力してください。",
                "The code is wrong or was used before. Enter the next one that is shown.",
            ),
            Self::Locked { left } => {
                let minutes = (left + MINUTE - 1) / MINUTE;
                Message::new(
                    format!(
                        "失敗が続いたため、サインインを止めています。約{minutes}分後にもう一度試すか、管理者に解除を頼んでください。"
                    ),
                    format!(
                        "Sign-in is locked after repeated failures. Try again in about {minutes} min, or ask the administrator to unlock it."
                    ),
                )
            }
            Self::TooMany => Message::new(
                "サインインが集中しています。少し待ってから、もう一度試してください。",
                "Too many sign-ins at once. Wait a little and try again.",
            ),
            Self::NotSignedIn => Message::new(
                "サインインしていないか、時間が過ぎました。サインインしてください。入力中の内容は残っています。",
                "You are not signed in, or your session has ended. Sign in; what you were typing is kept.",
            ),
            Self::FirstPasswordEnded => Message::new(
                "最初のパスワードの期限が過ぎました。管理者に新しいものを発行してもらってください。",
                "The first password has ended. Ask the administrator for a new one.",
            ),
            Self::Password(problem) => problem.message(),
            Self::LoginTaken => Message::new(
                "このサインイン名はすでに使われています。別の名前にしてください。",
                "This sign-in name is taken. Choose another.",
            ),
            Self::BadName(_) => Message::new(
                "この名前は使えません。空白や制御文字を含まない100文字以内にしてください。",
                "This name cannot be used. Use up to 100 characters without control characters; a sign-in name has no spaces.",
            ),
            other => other.further(),
        }
    }

    fn further(&self) -> Message {
        match self {
            Self::AlreadyEnrolled => Message::new(
                "二要素認証はすでに設定されています。やり直すときは、先に解除してください。",
                "The second factor is set up already. Remove it first to start again.",
            ),
            Self::NotEnrolled => Message::new(
                "二要素認証の設定が始まっていません。最初からやり直してください。",
                "No second factor is being set up. Start again from the beginning.",
            ),
            Self::StepUpNeeded => Message::new(
                "大切な操作です。パスワードか確認コードをもう一度入力してください。",
                "This is a sensitive step. Enter your password or a code once more.",
            ),
            Self::NotFound(_) => Message::new(
                "見つかりません。一覧を開き直して確かめてください。",
                "Not found. Open the list again and check.",
            ),
            Self::BadToken => Message::new(
                "このAPIトークンは使えません。期限と取り消しの有無を確かめてください。",
                "This API token does not work. Check whether it has ended or was withdrawn.",
            ),
            Self::ReadOnlyToken => Message::new(
                "このAPIトークンは読み取り専用です。書き込みのできるトークンを作ってください。",
                "This API token may only read. Create one that may write.",
            ),
            Self::Store(error) => crate::error::store_message(error),
            _ => Message::new(
                "処理できませんでした。続く場合は管理者に知らせてください。",
                "It could not be done. If it persists, tell the administrator.",
            ),
        }
    }
}
