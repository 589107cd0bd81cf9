//! What can go wrong with files.

use crate::error::StoreError;
use okiagari_model::Message;
use std::io;
use std::path::Path;

/// Why a file could not be kept or given.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// More bytes than allowed. Nothing was kept.
    #[error("the file has more than {limit} bytes")]
    TooLarge {
        /// The most that is allowed.
        limit: u64,
    },
    /// The sender stopped or sent nonsense. Nothing was kept.
    #[error("the file did not arrive whole")]
    Upload(#[source] io::Error),
    /// Whoever asked stopped taking it.
    #[error("the file could not be handed on")]
    Write(#[source] io::Error),
    /// Its key was destroyed on purpose.
    #[error("the file was erased")]
    Erased,
    /// The record names it, but the bytes are not there.
    #[error("the file {file} is missing")]
    Missing {
        /// Organisation, SHA-256 and name.
        file: String,
    },
    /// The stored bytes are not what they must be.
    #[error("the file {file} is damaged: {what}")]
    Damaged {
        /// Organisation, SHA-256 and name.
        file: String,
        /// What is wrong, and where.
        what: String,
    },
    /// The address of the place of storage cannot be used.
    #[error("{url} cannot be used for files: {why}")]
    BadUrl {
        /// The address.
        url: String,
        /// Why not.
        why: String,
    },
    /// The object store did not do what was asked.
    #[error("the object store failed: {0}")]
    Remote(String),
    /// Disk or database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BlobError {
    pub(super) fn file(path: &Path, error: &io::Error) -> Self {
        Self::Store(StoreError::file(path, error))
    }

    /// What happened and how to mend it.
    pub fn message(&self) -> Message {
        match self {
            Self::TooLarge { limit } => {
                let mb = limit / 1_000_000;
                Message::new(
                    format!(
                        "ファイルが大きすぎます（上限 {mb} MB）。大きな証拠は okiagari のコマンドでその場でハッシュを取り、保管場所を登録してください。"
                    ),
                    format!(
                        "The file is too large (at most {mb} MB). Hash large evidence in place with the okiagari command and register where it is kept."
                    ),
                )
            }
            Self::Upload(_) => Message::new(
                "ファイルを最後まで受け取れませんでした。もう一度送ってください。",
                "The file did not arrive whole. Send it again.",
            ),
            Self::Write(_) => Message::new(
                "ファイルを渡す途中で接続が切れました。もう一度開いてください。",
                "The connection broke while the file was handed over. Open it again.",
            ),
            Self::Erased => Message::new(
                "このファイルは消去されています。ハッシュ値と消去の記録だけが残っています。",
                "This file was erased. Only its hash and the record of the erasure remain.",
            ),
            Self::Missing { file } => Message::new(
                format!("ファイル {file} が保管場所にありません。バックアップから戻してください。"),
                format!("The file {file} is not where it is kept. Restore it from a backup."),
            ),
            Self::Damaged { file, what } => Message::new(
                format!(
                    "ファイル {file} が壊れています（{what}）。バックアップから戻してください。"
                ),
                format!("The file {file} is damaged ({what}). Restore it from a backup."),
            ),
            Self::BadUrl { url, why } => Message::new(
                format!(
                    "「{url}」はファイルの保管場所として使えません（{why}）。file:フォルダー または s3://バケット と書いてください。"
                ),
                format!(
                    "“{url}” cannot be used to keep files ({why}). Write file:FOLDER or s3://BUCKET."
                ),
            ),
            Self::Remote(_) => Message::new(
                "ファイルの保管場所（S3）に届きません。ファイルは保存されていません。少し待ってやり直し、続く場合は管理者に知らせてください。",
                "The file store (S3) cannot be reached. The file was not kept. Try again in a while; if it persists, tell the administrator.",
            ),
            Self::Store(error) => error.message(),
        }
    }
}
