//! Why a command could not be done, in words for whoever typed it.

use okiagari_app::AppError;
use okiagari_store::StoreError;
use std::path::Path;

/// A command that could not be done; the program says why and ends with its code.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct Fault {
    /// Exit code: 1 for a finding, 2 where the command could not be done.
    pub code: u8,
    /// What is wrong and how to mend it.
    pub text: String,
}

impl Fault {
    /// The command could not be done.
    pub fn new(text: impl Into<String>) -> Self {
        Self { code: 2, text: text.into() }
    }

    /// The command was done and found something wrong.
    pub fn found(text: impl Into<String>) -> Self {
        Self { code: 1, text: text.into() }
    }

    /// Something about a file or folder.
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        let path = path.display();
        Self::new(match error.kind() {
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => format!(
                "{path} cannot be written; check its permissions. / {path} に書き込めません。権限を確かめてください。"
            ),
            Kind::StorageFull => {
                format!("the disk of {path} is full. / {path} のディスクがいっぱいです。")
            }
            Kind::NotFound => format!("{path} is missing. / {path} がありません。"),
            _ => format!("{path} cannot be used: {error}. / {path} を扱えません。"),
        })
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        if let AppError::Store(error) = error {
            return error.into();
        }
        if let AppError::Fields(problems) = &error {
            let lines: Vec<String> =
                problems.iter().map(|p| format!("{}: {}", p.field, p.message.en)).collect();
            return Self::new(lines.join("\n"));
        }
        let message = error.message();
        // What the log is told of an internal fault is what whoever runs the program needs.
        match error {
            AppError::Internal(what) => Self::new(what),
            _ => Self::new(format!("{} / {}", message.en, message.ja)),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let message = error.message();
        Self::new(format!("{} / {}", message.en, message.ja))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_database_is_told_in_both_languages_and_ends_with_two() {
        let fault = Fault::from(AppError::from(StoreError::Locked("/data/okiagari.db".into())));
        assert_eq!(fault.code, 2);
        assert!(
            fault.text.contains("in use") && fault.text.contains("動いているサーバー"),
            "{fault}"
        );
    }
}
