//! The statement of a package: an in-toto Statement v1 whose subjects are the evidence files and
//! whose predicate is the declaration of the one who wants to be connected again.
//!
//! It is written once; the exact bytes are what is signed, logged and checked.

mod client;
mod declaration;

pub use client::{About, Ask, Choice, Decision, Phase, Recommendation, Requirements, Wish};
pub use declaration::{
    Answer, Connection, Declaration, Disclosure, Evidence, Incident, Indicators, Investigation,
    Item, ItemKey, ItemState, Kind, NamedSigner, Organisation, Period, Reply, Supersedes,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

use crate::certificate::Fingerprint;
use crate::names::{NameError, check_name};
use crate::package::README;

/// `_type` of every statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// `predicateType` of the declaration, form 1.
pub const PREDICATE_TYPE: &str = "urn:okiagari:reconnection-declaration:v1";

/// The largest statement that is written or read, in bytes.
pub const MAX_STATEMENT: usize = 16 * 1024 * 1024;

/// The whole statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub kind: String,
    /// The README of the package, then each evidence file.
    pub subject: Vec<Subject>,
    /// [`PREDICATE_TYPE`].
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What is declared.
    pub predicate: Declaration,
}

/// A file that the statement speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its path in the package.
    pub name: String,
    /// Its digests.
    pub digest: Digests,
}

/// Digests of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// SHA-256.
    pub sha256: Fingerprint,
}

/// Why a statement is not written or not believed.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// Larger than [`MAX_STATEMENT`].
    #[error("the statement is too large")]
    TooLarge,
    /// Not JSON of this form; names the place.
    #[error("the statement cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// Another kind of statement, or one of a later form.
    #[error("the statement is of a kind that is not known here: {0}")]
    UnknownKind(String),
    /// The subjects are not the README and the evidence of the predicate.
    #[error("the list of files and the evidence of the declaration differ")]
    Subjects,
    /// A name that could not stand in a package.
    #[error("the evidence name {name:?} is not allowed: {reason}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: NameError,
    },
    /// Two evidence files whose names some systems take for one.
    #[error("the evidence name {0:?} stands twice")]
    NameTwice(String),
    /// Something named does not stand among the evidence.
    #[error("item {item} points at {name:?}, which is not among the evidence")]
    Dangling {
        /// The item.
        item: ItemKey,
        /// What it points at.
        name: String,
    },
    /// Nobody answers for it, or a person is named without a certificate.
    #[error("no signer with a certificate is named")]
    NoSigner,
    /// It would never hold, or end before it was issued.
    #[error("the times of the statement contradict each other")]
    Times,
    /// A version that supersedes itself or a later one, or a later one that supersedes none.
    #[error("the version and what it supersedes contradict each other")]
    Version,
    /// Requirements or a decision without what they have to say.
    #[error("the {0} lack a text that they need")]
    Blank(&'static str),
    /// An item is missing or stands twice.
    #[error("item {0} is missing or stands twice")]
    Items(ItemKey),
    /// An item lacks what its state asks for.
    #[error("item {0} lacks what its state asks for")]
    Incomplete(ItemKey),
}

impl Statement {
    /// The statement over a declaration.
    ///
    /// # Errors
    /// When the declaration contradicts itself or lacks what it needs.
    pub fn of(declaration: Declaration) -> Result<Self, StatementError> {
        let subject = subjects(&declaration);
        let statement = Self {
            kind: STATEMENT_TYPE.to_owned(),
            subject,
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: declaration,
        };
        statement.check()?;
        Ok(statement)
    }

    /// The bytes to sign and keep: JSON that people can read, with a line break at its end.
    ///
    /// # Errors
    /// When it is too large.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StatementError> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        if bytes.len() > MAX_STATEMENT { Err(StatementError::TooLarge) } else { Ok(bytes) }
    }

    /// Reads a statement and checks that it does not contradict itself. Whether anybody signed it
    /// is another question.
    ///
    /// # Errors
    /// As for [`Statement::of`], or when the bytes are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > MAX_STATEMENT {
            return Err(StatementError::TooLarge);
        }
        // First the kind, so that a later form is named as such and not as a spelling mistake.
        #[derive(Deserialize)]
        struct Kinds {
            #[serde(rename = "_type")]
            kind: String,
            #[serde(rename = "predicateType")]
            predicate_type: String,
        }
        let kinds: Kinds = serde_json::from_slice(bytes)?;
        if kinds.kind != STATEMENT_TYPE {
            return Err(StatementError::UnknownKind(kinds.kind));
        }
        if kinds.predicate_type != PREDICATE_TYPE {
            return Err(StatementError::UnknownKind(kinds.predicate_type));
        }
        let statement: Self = serde_json::from_slice(bytes)?;
        statement.check()?;
        Ok(statement)
    }

    fn check(&self) -> Result<(), StatementError> {
        let declared = &self.predicate;
        if self.subject != subjects(declared) {
            return Err(StatementError::Subjects);
        }
        let mut names = BTreeSet::new();
        for evidence in &declared.evidence {
            let name = evidence.name.clone();
            check_name(&name).map_err(|reason| StatementError::Name { name, reason })?;
            if !names.insert(evidence.name.to_lowercase()) {
                return Err(StatementError::NameTwice(evidence.name.clone()));
            }
        }
        declared.check()
    }
}

/// The README and every evidence file, by path.
fn subjects(declaration: &Declaration) -> Vec<Subject> {
    let readme = Fingerprint(Sha256::digest(README.as_bytes()).into());
    let readme = Subject { name: "README.txt".to_owned(), digest: Digests { sha256: readme } };
    let evidence = declaration.evidence.iter().map(|evidence| Subject {
        name: evidence.path(),
        digest: Digests { sha256: evidence.sha256 },
    });
    std::iter::once(readme).chain(evidence).collect()
}
