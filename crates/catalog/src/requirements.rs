//! The requirement rows of the source documents.

use crate::error::CatalogError;
use crate::files::Catalog;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A source document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Stable name (`jpcert`).
    pub key: String,
    /// Prefix of its requirement ids (`JP`).
    pub prefix: String,
    /// Japanese title.
    pub ja: String,
    /// English title.
    pub en: String,
    /// Who published it.
    pub publisher: String,
}

/// A requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Its id (`JP-49`).
    pub id: String,
    /// Its kind: `record`, `rule`, `flow`, `deadline`, `role`, `comms`, `document`, `metric`,
    /// `catalogue`.
    pub kind: String,
    /// Where in the document it stands.
    pub source: String,
    /// Japanese title.
    pub ja: String,
    /// English title.
    pub en: String,
    /// Key of its document.
    #[serde(default)]
    pub document: String,
}

#[derive(Deserialize)]
struct File {
    document: Document,
    requirements: Vec<Requirement>,
}

const KINDS: [&str; 9] =
    ["record", "rule", "flow", "deadline", "role", "comms", "document", "metric", "catalogue"];

impl Catalog {
    /// The source documents.
    ///
    /// # Errors
    /// Where a file is no requirement catalogue.
    pub fn documents(&self) -> Result<Vec<Document>, CatalogError> {
        Ok(self.whole::<File>("requirements")?.into_iter().map(|f| f.value.document).collect())
    }

    /// All requirements, document by document.
    ///
    /// # Errors
    /// Where a row lacks a language, has an unknown kind, a foreign prefix or a double id.
    pub fn requirements(&self) -> Result<Vec<Requirement>, CatalogError> {
        let mut all = Vec::new();
        let mut ids = BTreeSet::new();
        for file in self.whole::<File>("requirements")? {
            let File { document, requirements } = file.value;
            for mut r in requirements {
                let fault = |key: &str, problem: &str| {
                    Err(CatalogError::key(&file.file, &r.id, key, problem))
                };
                for (key, text) in [("ja", &r.ja), ("en", &r.en), ("source", &r.source)] {
                    if text.trim().is_empty() {
                        return fault(key, "is empty");
                    }
                }
                if !KINDS.contains(&r.kind.as_str()) {
                    return fault("kind", "is no kind of requirement");
                }
                if r.id.split('-').next() != Some(document.prefix.as_str()) {
                    return fault("id", "does not begin with its document's prefix");
                }
                if !ids.insert(r.id.clone()) {
                    return fault("id", "appears twice");
                }
                r.document.clone_from(&document.key);
                all.push(r);
            }
        }
        Ok(all)
    }
}
