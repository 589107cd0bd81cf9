//! What a client tells: its requirements and its decision.

use serde::{Deserialize, Serialize};

use super::declaration::ItemKey;
use crate::certificate::Fingerprint;

/// The requirements of a client, from the first day on (G7-19, 24, 60, 62, 67).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Requirements {
    /// Which attestation it asks for.
    pub attestation: Wish,
    /// Whether it cannot reconnect without it.
    pub mandatory: bool,
    /// Why, or by which rule.
    pub why: String,
    /// Its own standard for good assurance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<String>,
    /// What else it asks for.
    pub asks: Vec<Ask>,
}

/// Which attestation a client asks for (G7-60).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wish {
    /// None.
    None,
    /// By the responsible people.
    Own,
    /// With an investigation by an independent third party.
    ThirdParty,
}

/// One requirement of a client (G7-43, 67).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ask {
    /// Its id at the client, the same in every version.
    pub id: String,
    /// What is asked.
    pub text: String,
    /// In detail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The item that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemKey>,
    /// The phase before whose end it is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Phase>,
}

/// The five phases (G7-37).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// (i)
    Assessment,
    /// (ii)
    Remediation,
    /// (iii)
    Assurance,
    /// (iv)
    Reconnection,
    /// (v)
    Recovery,
}

/// The decision of a client about its own link (G7-11, 66, 76).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Decision {
    /// The declaration that it rests on, where it rests on one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// The technical recommendation.
    pub recommendation: Recommendation,
    /// Its grounds.
    pub technical_grounds: String,
    /// The decision of the business.
    pub choice: Choice,
    /// Its grounds.
    pub grounds: String,
    /// Who decided, name and post.
    pub decided_by: String,
    /// Extra watching that it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watching: Option<String>,
    /// What was open when it was decided.
    #[serde(default)]
    pub open: Vec<String>,
    /// Who accepted the risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<String>,
}

/// One version of a declaration of the other side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct About {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 of its statement.
    pub statement_sha256: Fingerprint,
}

/// The technical recommendation (G7-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Recommendation {
    /// The technical risk is acceptable.
    Acceptable,
    /// Acceptable under conditions.
    Conditional,
    /// Not acceptable.
    NotAcceptable,
}

/// The decision of the business (G7-76).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Choice {
    /// Reconnect.
    Reconnect,
    /// Wait.
    Wait,
    /// Do not reconnect.
    Decline,
}
