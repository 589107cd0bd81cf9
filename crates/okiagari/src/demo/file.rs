//! The demo file: an organisation's story as data, in `catalogs/organisations/`.

use okiagari_model::{Body, Message, Value};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The shipped companies.
pub const SHIPPED: [&str; 2] = ["organisations/company-a.json", "organisations/company-b.json"];

/// One organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoFile {
    /// Name of the file's contents.
    #[expect(dead_code, reason = "for people who read the file")]
    pub id: String,
    /// Id of the organisation, as it stands in addresses.
    pub slug: String,
    /// Its name.
    pub name: Message,
    /// What the visitor finds there.
    pub about: Message,
    /// Ready-made accounts that are printed.
    pub sign_ins: Vec<SignIn>,
    /// People who act in the story without a printed account.
    pub actors: Vec<String>,
    /// What happened, in order.
    pub story: Vec<Entry>,
}

/// A ready-made account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// As whom.
    pub role: Message,
    /// Sign-in name.
    pub login: String,
    /// Key of its person.
    pub person: Option<String>,
    /// Key of its contact, for a counterparty.
    pub contact: Option<String>,
}

/// One entry of the story, as it stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When, counted from the start.
    pub at: String,
    /// Who: `program`, `public` (somebody without an account), or the key of a person.
    #[serde(rename = "as", default)]
    pub who: String,
    create: Option<String>,
    #[serde(default)]
    records: Vec<Body>,
    step: Option<String>,
    of: Option<String>,
    edit: Option<String>,
    settle: Option<String>,
    #[serde(default)]
    accounts: bool,
    #[serde(rename = "with", default)]
    patch: Body,
    reason: Option<String>,
    proof: Option<String>,
    #[serde(default)]
    opens: BTreeMap<String, Vec<String>>,
}

/// What an entry does.
#[derive(Debug)]
pub enum Act<'a> {
    /// Makes records of a register.
    Create {
        /// The register.
        register: &'a str,
        /// The records, each with its `_key`.
        records: &'a [Body],
        /// Keys for what opens besides, by register.
        opens: &'a BTreeMap<String, Vec<String>>,
    },
    /// Takes a step.
    Step {
        /// Of which record.
        of: &'a str,
        /// The step.
        step: &'a str,
        /// What is typed.
        patch: &'a Body,
        /// Why.
        reason: Option<&'a str>,
        /// Keys for what opens besides, by register.
        opens: &'a BTreeMap<String, Vec<String>>,
    },
    /// Changes fields.
    Edit {
        /// Of which record.
        of: &'a str,
        /// What is typed.
        patch: &'a Body,
        /// Why.
        reason: Option<&'a str>,
    },
    /// Finishes all open obligations of an incident.
    Settle {
        /// The incident.
        of: &'a str,
        /// The proof.
        proof: &'a str,
    },
    /// Makes the accounts of everybody known by now.
    Accounts,
}

impl Entry {
    /// What it does; `None` where the file does not say.
    pub fn act(&self) -> Option<Act<'_>> {
        let (reason, opens) = (self.reason.as_deref(), &self.opens);
        if self.accounts {
            return Some(Act::Accounts);
        }
        if let Some(register) = &self.create {
            return Some(Act::Create { register, records: &self.records, opens });
        }
        if let (Some(step), Some(of)) = (&self.step, &self.of) {
            return Some(Act::Step { of, step, patch: &self.patch, reason, opens });
        }
        if let Some(of) = &self.edit {
            return Some(Act::Edit { of, patch: &self.patch, reason });
        }
        let (of, proof) = (self.settle.as_deref()?, self.proof.as_deref()?);
        Some(Act::Settle { of, proof })
    }
}

/// The key of a record in the file.
pub fn key_of(record: &Body) -> Option<&str> {
    record.get("_key").and_then(Value::as_str)
}

impl DemoFile {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it is not of this form.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

#[cfg(test)]
mod tests;
