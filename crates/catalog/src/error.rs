//! What is wrong with a catalogue, and where.

/// A fault in a catalogue file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}{}: {problem}", part(", row ", row), part(", key ", key))]
pub struct CatalogError {
    /// The file, as `folder/name.json`.
    pub file: String,
    /// The row's id or place in its list; empty where the whole file is meant.
    pub row: String,
    /// The key inside the row, as `stages.initial.amount`; empty where the whole row is meant.
    pub key: String,
    /// What is wrong.
    pub problem: String,
}

fn part(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("{name}{value}") }
}

impl CatalogError {
    pub(crate) fn file(file: &str, problem: impl Into<String>) -> Self {
        Self::key(file, "", "", problem)
    }

    pub(crate) fn key(file: &str, row: &str, key: &str, problem: impl Into<String>) -> Self {
        Self { file: file.into(), row: row.into(), key: key.into(), problem: problem.into() }
    }
}
