//! What is declared. Field names are those of the signed JSON (lower camel case).

use serde::{Deserialize, Serialize};
use std::fmt;

use super::StatementError;
use super::client::{Ask, Decision, Requirements};
use crate::certificate::Fingerprint;
use crate::moment::Moment;

/// The declaration of the organisation that wants to be connected again, or its withdrawal
/// (G7-63, 65, 73, 74).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Declaration {
    /// One id for all versions of this declaration.
    pub id: String,
    /// From 1; a completed or corrected declaration is a new version, never an edit.
    pub version: u32,
    /// Whether it declares or takes back.
    pub kind: Kind,
    /// The version that this one replaces; every version after the first names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Supersedes>,
    /// Who declares.
    pub issuer: Organisation,
    /// What happened.
    pub incident: Incident,
    /// The connections it is about.
    #[serde(default)]
    pub connections: Vec<Connection>,
    /// Lists A (a to h) and B (1 to 7), each once; none in a withdrawal.
    #[serde(default)]
    pub items: Vec<Item>,
    /// Investigations by third parties that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub investigations: Vec<Investigation>,
    /// Plain questions with plain answers.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// What remains after all that was done.
    #[serde(default)]
    pub residual_risks: Vec<String>,
    /// Under which conditions it holds.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// Indicators that were shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicators: Option<Indicators>,
    /// Who answers for it; each of them has to sign.
    pub signers: Vec<NamedSigner>,
    /// When it was written.
    pub issued_at: Moment,
    /// It holds from then on.
    pub valid_from: Moment,
    /// It holds up to then.
    pub valid_until: Moment,
    /// The files behind it, enclosed or withheld.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

/// What one side tells the other: the compromised organisation declares or takes back, a client
/// asks or decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
pub enum Kind {
    /// A declaration.
    Declaration,
    /// All earlier versions no longer hold.
    Withdrawal {
        /// Why.
        reason: String,
    },
    /// What a client asks for before it connects again.
    Requirements(Requirements),
    /// What a client decided.
    Decision(Decision),
}

impl Kind {
    /// Its sign in the JSON.
    pub fn sign(&self) -> &'static str {
        match self {
            Self::Declaration => "declaration",
            Self::Withdrawal { .. } => "withdrawal",
            Self::Requirements(_) => "requirements",
            Self::Decision(_) => "decision",
        }
    }
}

/// An investigation by a third party that a declaration rests on (G7-61).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Investigation {
    /// Title of the report.
    pub title: String,
    /// Who investigated.
    pub provider: String,
    /// What was looked at.
    pub scope: String,
    /// The days it covers, first and last, `2026-12-01`.
    pub period: [String; 2],
    /// What was found.
    pub findings: String,
    /// What was not looked at.
    pub limits: String,
    /// Whether the issuer checked that the provider is independent.
    pub independent: bool,
    /// Names among the evidence.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// The items it supports.
    #[serde(default)]
    pub supports: Vec<ItemKey>,
}

/// An earlier version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Supersedes {
    /// Its version.
    pub version: u32,
    /// SHA-256 of its statement.
    pub statement_sha256: Fingerprint,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Organisation {
    /// Its legal name.
    pub legal_name: String,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Legal entity identifier (ISO 17442), 20 signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lei: Option<String>,
    /// Japanese corporate number, 13 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corporate_number: Option<String>,
    /// Where questions go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

/// The incident behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Incident {
    /// The number by which both sides know it.
    pub reference: String,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its id in reports of the FIRE format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fire_id: Option<String>,
    /// When what happened.
    #[serde(default)]
    pub period: Period,
}

/// The instants of an incident, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Period {
    /// It began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Moment>,
    /// It was noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detected_at: Option<Moment>,
    /// It no longer spread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contained_at: Option<Moment>,
    /// Everything worked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered_at: Option<Moment>,
}

/// A connection that the declaration is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Connection {
    /// Its name or number on both sides.
    pub name: String,
    /// What runs over it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// The parts of a declaration: list A (G7-63) by letter, list B (G7-74) by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ItemKey {
    /// a: root cause.
    RootCause,
    /// b: containment worked.
    Containment,
    /// c: the threat is gone.
    ThreatGone,
    /// d: systems and data stores are as resilient as before.
    Resilience,
    /// e: updated backup and recovery plan.
    RecoveryPlan,
    /// f: test results in writing.
    TestResults,
    /// g: lessons and improvements.
    Lessons,
    /// h: monitoring and readiness go on.
    Monitoring,
    /// 1: timeline of the attack, its method and carrier.
    AttackTimeline,
    /// 2: effects.
    Effects,
    /// 3: repair work.
    Repair,
    /// 4: next steps.
    NextSteps,
    /// 5: evidence of the response.
    ResponseEvidence,
    /// 6: summary report on the outcome.
    Summary,
    /// 7: further information that was asked for.
    Further,
}

impl ItemKey {
    /// Every item, list A before list B.
    pub const ALL: [Self; 15] = [
        Self::RootCause,
        Self::Containment,
        Self::ThreatGone,
        Self::Resilience,
        Self::RecoveryPlan,
        Self::TestResults,
        Self::Lessons,
        Self::Monitoring,
        Self::AttackTimeline,
        Self::Effects,
        Self::Repair,
        Self::NextSteps,
        Self::ResponseEvidence,
        Self::Summary,
        Self::Further,
    ];

    /// Its sign in its list: `a` to `h`, `1` to `7`.
    pub fn sign(self) -> &'static str {
        const SIGNS: [&str; 15] =
            ["a", "b", "c", "d", "e", "f", "g", "h", "1", "2", "3", "4", "5", "6", "7"];
        SIGNS[self as usize]
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sign())
    }
}

/// One part of the declaration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Item {
    /// Which.
    pub key: ItemKey,
    /// How far it is.
    pub state: ItemState,
    /// What is said.
    pub account: String,
    /// Names among the evidence.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Records of the issuer that stand behind it, such as `IN-12 rev 4`.
    #[serde(default)]
    pub records: Vec<String>,
    /// Of item f: what it tests, among a to e.
    #[serde(default)]
    pub tests: Vec<ItemKey>,
}

/// How far an item is (G7-64).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
pub enum ItemState {
    /// Done, with evidence or records behind it.
    Done,
    /// Under way: open, and said so.
    #[serde(rename_all = "camelCase")]
    UnderWay {
        /// The day on which it is expected, `2026-12-01`.
        expected_on: String,
    },
    /// Does not apply.
    NotApplicable {
        /// Why.
        reason: String,
    },
}

/// An answer to a plain question, such as whether credentials were renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// The question.
    pub question: String,
    /// The answer.
    pub reply: Reply,
    /// What there is to say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reply {
    /// Yes.
    Yes,
    /// No.
    No,
    /// The question does not arise.
    NotApplicable,
}

/// Indicators that were shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Indicators {
    /// Where they are: a file name or an id.
    pub reference: String,
    /// Their marking (TLP 2.0).
    pub tlp: String,
}

/// A person who answers for the declaration (G7-73).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamedSigner {
    /// Name.
    pub name: String,
    /// Post.
    pub post: String,
    /// For what they answer: security, operation, reconnection.
    pub responsibility: String,
    /// What shows that they may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Their certificate first, then its chain.
    pub certificates: Vec<Fingerprint>,
}

/// A file behind the declaration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// Its name in the folder `evidence`.
    pub name: String,
    /// SHA-256 of its content.
    pub sha256: Fingerprint,
    /// Its size in bytes.
    pub size: u64,
    /// Whether every package has to enclose it.
    pub disclosure: Disclosure,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How confidential it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<String>,
    /// Who holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
}

impl Evidence {
    /// Its path in a package.
    pub fn path(&self) -> String {
        format!("evidence/{}", self.name)
    }
}

/// Whether a package has to enclose a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Disclosure {
    /// A package without it is incomplete.
    Enclosed,
    /// It may be withheld; the package then says so.
    MayBeWithheld,
}

impl Declaration {
    /// The items that are still open (G7-65).
    pub fn open(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| matches!(item.state, ItemState::UnderWay { .. }))
    }

    pub(super) fn check(&self) -> Result<(), StatementError> {
        if self.signers.is_empty() || self.signers.iter().any(|s| s.certificates.is_empty()) {
            return Err(StatementError::NoSigner);
        }
        if self.valid_until <= self.valid_from || self.valid_until <= self.issued_at {
            return Err(StatementError::Times);
        }
        let follows = match &self.supersedes {
            Some(earlier) => earlier.version >= 1 && earlier.version < self.version,
            None => self.version == 1,
        };
        if !follows {
            return Err(StatementError::Version);
        }
        match &self.kind {
            Kind::Declaration => self.check_items(),
            // Only what was declared can be taken back.
            Kind::Withdrawal { .. } if self.supersedes.is_none() => Err(StatementError::Version),
            Kind::Withdrawal { .. } => Ok(()),
            Kind::Requirements(said) => {
                let blank = |ask: &Ask| ask.id.trim().is_empty() || ask.text.trim().is_empty();
                match said.asks.iter().any(blank) || said.why.trim().is_empty() {
                    true => Err(StatementError::Blank("requirements")),
                    false => Ok(()),
                }
            }
            Kind::Decision(said) => {
                let told = [&said.grounds, &said.technical_grounds, &said.decided_by];
                match told.iter().any(|text| text.trim().is_empty()) {
                    true => Err(StatementError::Blank("decision")),
                    false => Ok(()),
                }
            }
        }
    }

    fn check_items(&self) -> Result<(), StatementError> {
        for key in ItemKey::ALL {
            if self.items.iter().filter(|item| item.key == key).count() != 1 {
                return Err(StatementError::Items(key));
            }
        }
        let held = |name: &&String| self.evidence.iter().any(|e| e.name == **name);
        let mut named = self.investigations.iter().flat_map(|report| &report.evidence);
        if let Some(name) = named.find(|name| !held(name)) {
            // A report stands behind the evidence of the response (list B, 5).
            let item = ItemKey::ResponseEvidence;
            return Err(StatementError::Dangling { item, name: name.clone() });
        }
        self.items.iter().try_for_each(|item| {
            if !item.is_complete() {
                return Err(StatementError::Incomplete(item.key));
            }
            match item.evidence.iter().find(|name| !held(name)) {
                Some(name) => Err(StatementError::Dangling { item: item.key, name: name.clone() }),
                None => Ok(()),
            }
        })
    }
}

impl Item {
    /// G7-64: done with evidence, under way with a day, not applicable with a reason; tests name
    /// what they test.
    fn is_complete(&self) -> bool {
        let tested = [
            ItemKey::RootCause,
            ItemKey::Containment,
            ItemKey::ThreatGone,
            ItemKey::Resilience,
            ItemKey::RecoveryPlan,
        ];
        let is_test = self.key == ItemKey::TestResults;
        let tests = match self.state {
            ItemState::Done if is_test => !self.tests.is_empty(),
            _ => is_test || self.tests.is_empty(),
        };
        let stated = match &self.state {
            ItemState::Done => !self.evidence.is_empty() || !self.records.is_empty(),
            ItemState::UnderWay { expected_on } => is_day(expected_on),
            ItemState::NotApplicable { reason } => !reason.trim().is_empty(),
        };
        stated && tests && self.tests.iter().all(|key| tested.contains(key))
    }
}

fn is_day(text: &str) -> bool {
    format!("{text}T00:00:00Z").parse::<Moment>().is_ok()
}
