//! What can go wrong, once for both engines, with a text for people.

use okiagari_model::Message;

/// Why the store could not do what was asked.
///
/// `Display` is for the log; [`StoreError::message`] is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed the record in between.
    #[error("{register}/{id} is at revision {actual}, not {expected}")]
    Conflict {
        /// The register.
        register: String,
        /// The record.
        id: String,
        /// The revision that the change was made from; 0 for a new record.
        expected: u32,
        /// The revision that is stored; 0 where there is none.
        actual: u32,
    },
    /// There is no such record, or it belongs to another organisation, or may not be seen.
    #[error("there is no {register}/{id}")]
    NotFound {
        /// The register, or another kind of thing.
        register: String,
        /// The id.
        id: String,
    },
    /// A page address that was not given out by this list.
    #[error("the cursor is not one of this list")]
    BadCursor,
    /// A filter or sort on a field that cannot be filtered or sorted so.
    #[error("the list cannot be filtered or sorted so by {field:?}: {why}")]
    BadFilter {
        /// The field.
        field: String,
        /// Why not.
        why: &'static str,
    },
    /// A value that cannot be kept.
    #[error("{field:?} cannot be kept: {why}")]
    BadValue {
        /// The field.
        field: String,
        /// Why not.
        why: &'static str,
    },
    /// A register's definition that cannot be stored. Found at start.
    #[error("register {register} cannot be stored: {why}")]
    BadDefinition {
        /// The register.
        register: String,
        /// Why not.
        why: String,
    },
    /// The address of the database cannot be read.
    #[error("not a database address: {0}")]
    BadUrl(String),
    /// The database cannot be opened or reached.
    #[error("the database {url} cannot be opened: {why}")]
    CannotOpen {
        /// Its address, without the password.
        url: String,
        /// What the engine said.
        why: String,
    },
    /// No room is left where the database lives.
    #[error("the disk is full")]
    DiskFull,
    /// The database or its folder cannot be written.
    #[error("{0} cannot be written")]
    ReadOnly(String),
    /// Another server has the database file open.
    #[error("{0} is in use by another server")]
    Locked(String),
    /// The store was opened beside a running server and cannot write.
    #[error("the store was opened only to look")]
    OnlyLooking,
    /// Tables were made by another release, and only a start of the server brings them in step.
    #[error("the table of {0} was made by another release")]
    OtherShape(&'static str),
    /// Somebody else holds what is needed; the change can be tried again.
    #[error("the database is busy")]
    Busy,
    /// The connection was lost; nothing of the batch was kept.
    #[error("the connection to the database was lost: {0}")]
    Lost(String),
    /// The database was made by another version of the program.
    #[error("the database has schema {found}, this program knows {known}")]
    UnknownSchema {
        /// What the database says.
        found: i64,
        /// What this program makes.
        known: i64,
    },
    /// Stored bytes are not what they must be.
    #[error("damaged: {0}")]
    Corrupt(String),
    /// A backup that cannot be taken up.
    #[error("the backup cannot be used: {0}")]
    BadBackup(String),
    /// A file or folder beside the database.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        why: String,
    },
    /// A fault of the program itself.
    #[error("fault in the store: {0}")]
    Internal(String),
}

impl StoreError {
    /// A fault of the program itself.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }

    /// Stored bytes that are not what they must be.
    pub fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }

    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Self::DiskFull,
            Kind::ReadOnlyFilesystem | Kind::PermissionDenied => {
                Self::ReadOnly(path.display().to_string())
            }
            _ => Self::File { path: path.display().to_string(), why: error.to_string() },
        }
    }

    /// Whether the same change may succeed when it is simply tried again.
    pub fn may_retry(&self) -> bool {
        matches!(self, Self::Busy | Self::Lost(_))
    }

    /// What happened, where, and how to mend it.
    pub fn message(&self) -> Message {
        match self {
            Self::Conflict { expected: 0, .. } => Message::new(
                "同じ記録がすでにあります。開いて確認してください。",
                "This record already exists. Open it and check.",
            ),
            Self::Conflict { expected, actual, .. } => Message::new(
                format!(
                    "第{expected}版から編集しましたが、いまは第{actual}版です。最新の内容を見て、もう一度保存してください。"
                ),
                format!(
                    "You edited revision {expected}, but the record is now at revision {actual}. Look at the latest content and save again."
                ),
            ),
            Self::NotFound { .. } => Message::new(
                "この記録は見つかりません。リンクを確かめてください。",
                "This record was not found. Check the link.",
            ),
            Self::BadCursor => Message::new(
                "このページの位置が読めません。一覧の最初から開き直してください。",
                "This page position cannot be read. Open the list again from its start.",
            ),
            Self::BadFilter { field, .. } => Message::new(
                format!(
                    "「{field}」ではこの絞り込みや並べ替えができません。条件を変えてください。"
                ),
                format!(
                    "The list cannot be filtered or sorted this way by “{field}”. Change the condition."
                ),
            ),
            Self::BadValue { field, .. } => Message::new(
                format!("「{field}」の値は保存できません。値を直してください。"),
                format!("The value of “{field}” cannot be stored. Correct it."),
            ),
            other => other.operator_message(),
        }
    }

    /// The texts for what only whoever runs the server can mend.
    fn operator_message(&self) -> Message {
        match self {
            Self::DiskFull => Message::new(
                "データベースのディスクがいっぱいです。変更は保存されていません。空きを作ってから、もう一度保存してください。",
                "The disk of the database is full. The change was not saved. Make room, then save again.",
            ),
            Self::ReadOnly(path) => Message::new(
                format!("「{path}」に書き込めません。フォルダーの権限を確かめてください。"),
                format!("“{path}” cannot be written. Check the permissions of the folder."),
            ),
            Self::Locked(path) => Message::new(
                format!(
                    "「{path}」は動いているサーバーが使っています。サーバーを止めてから、もう一度実行してください（export・verify・backup は動いたままで使えます）。"
                ),
                format!(
                    "“{path}” is in use by another server. Stop that server first (export, verify and backup work while it runs)."
                ),
            ),
            Self::OnlyLooking => Message::new(
                "サーバーが動いている間は書き込めません。サーバーを止めてから、もう一度実行してください。",
                "Nothing can be written while the server is running. Stop it and try again.",
            ),
            Self::OtherShape(table) => Message::new(
                format!(
                    "「{table}」の表は別の版のプログラムが作ったものです。動いているサーバーと同じ版で実行するか、サーバーを止めてください。"
                ),
                format!(
                    "The table of “{table}” was made by another release. Use the release of the running server, or stop the server."
                ),
            ),
            Self::Busy => Message::new(
                "データベースが混み合っています。変更は保存されていません。もう一度保存してください。",
                "The database is busy. The change was not saved. Save again.",
            ),
            Self::Lost(_) => Message::new(
                "データベースとの接続が切れました。保存できたか、記録を開いて確かめてください。",
                "The connection to the database was lost. Open the record to see whether the change was saved.",
            ),
            Self::UnknownSchema { found, known } => Message::new(
                format!(
                    "データベースの形式は{found}ですが、このプログラムが扱えるのは{known}です。対応する版のプログラムで開いてください。"
                ),
                format!(
                    "The database has format {found}; this program knows {known}. Open it with the matching version of the program."
                ),
            ),
            Self::Corrupt(what) => Message::new(
                format!(
                    "保存されたデータが壊れています（{what}）。okiagari verify で範囲を調べ、バックアップから復元してください。"
                ),
                format!(
                    "Stored data is damaged ({what}). Find the extent with okiagari verify and restore from a backup."
                ),
            ),
            Self::BadBackup(what) => Message::new(
                format!(
                    "このバックアップは使えません（{what}）。別のバックアップを選んでください。"
                ),
                format!("This backup cannot be used ({what}). Choose another one."),
            ),
            Self::BadUrl(url) => Message::new(
                format!(
                    "「{url}」はデータベースの場所として読めません。sqlite:ファイル または postgres://… と書いてください。"
                ),
                format!(
                    "“{url}” is not the address of a database. Write sqlite:FILE or postgres://…"
                ),
            ),
            Self::CannotOpen { url, why } => Message::new(
                format!(
                    "データベース「{url}」を開けません（{why}）。場所とサーバーの状態を確かめてください。"
                ),
                format!(
                    "The database “{url}” cannot be opened ({why}). Check the address and whether the server runs."
                ),
            ),
            Self::File { path, why } => Message::new(
                format!("「{path}」を扱えません（{why}）。"),
                format!("“{path}” cannot be used ({why})."),
            ),
            other => Message::new(
                format!(
                    "プログラムの内部で問題が起きました（{other}）。変更は保存されていません。管理者に知らせてください。"
                ),
                format!(
                    "Something went wrong inside the program ({other}). The change was not saved. Tell the administrator."
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_speaks_both_languages() {
        for error in [
            StoreError::Conflict { register: "a".into(), id: "b".into(), expected: 1, actual: 2 },
            StoreError::BadCursor,
            StoreError::DiskFull,
            StoreError::Locked("x.db".into()),
            StoreError::Internal("x".into()),
        ] {
            let message = error.message();
            assert!(!message.ja.is_ascii() && message.en.ends_with('.'), "{message:?}");
        }
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(StoreError::file("x".as_ref(), &full), StoreError::DiskFull);
    }
}
