//! What an update says, as a typed value: put together from the case, frozen when it is prepared,
//! shown and sent from the frozen form (G7-10, 21, 45, 86).

use super::framework::PhaseKind;
use super::framework_flow::cell;
use super::link::LinkState;
use super::phase_flow::{asked, newest};
use super::sharing_limit::{self, LimitPart};
use super::update_rhythm::{UpdateAudience, UpdateMode};
use crate::*;
use serde::{Deserialize, Serialize};

/// One phase as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseTold {
    /// Kind (`PhaseKind` id).
    pub kind: String,
    /// State (`PhaseState` id).
    pub state: String,
    /// Expected on; empty where unknown or held back.
    pub expected_on: String,
}

/// One criterion of the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionTold {
    /// Key.
    pub key: String,
    /// Text.
    pub text: String,
    /// The same in English; empty where there is none.
    pub text_en: String,
    /// Value needed.
    pub needed: String,
    /// Whether it is met.
    pub met: bool,
}

/// What changed since the update before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "of")]
pub enum ChangeTold {
    /// This is the first one.
    First,
    /// A criterion is met now.
    Met(String),
    /// A criterion that was met is open again.
    Reopened(String),
    /// A phase has moved (`PhaseKind` id, `PhaseState` id).
    Phase(String, String),
    /// An expected date has moved (`PhaseKind` id, new day or nothing).
    Date(String, String),
}

/// A request to the readers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskTold {
    /// What.
    pub what: String,
    /// In English.
    pub what_en: String,
    /// By which day; empty where none.
    pub by_on: String,
}

/// A link of the party of a bilateral update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkTold {
    /// Name.
    pub name: String,
    /// State (`LinkState` id).
    pub state: String,
    /// Planned on.
    pub planned_on: String,
}

/// Assurance given with the update (G7-92).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssuranceTold {
    /// Number and title.
    pub title: String,
    /// Version.
    pub version: i64,
    /// Valid until.
    pub valid_until: String,
    /// Digest of its content.
    pub digest: String,
}

/// The content of an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Number of the update.
    pub number: String,
    /// Title of the case.
    pub case: String,
    /// Scope line (G7-10).
    pub scope: String,
    /// The same in English.
    pub scope_en: String,
    /// Audiences (`UpdateAudience` ids).
    pub audiences: Vec<String>,
    /// Mode (`UpdateMode` id).
    pub mode: String,
    /// Which one it is in this phase, from 1.
    pub round: i64,
    /// The phase it tells of (`PhaseKind` id).
    pub phase: String,
    /// All five phases of the whole.
    pub phases: Vec<PhaseTold>,
    /// Criteria of the gateway, met and open.
    pub criteria: Vec<CriterionTold>,
    /// Changes since the one before.
    pub changes: Vec<ChangeTold>,
    /// In words.
    pub words: String,
    /// The same in English.
    pub words_en: String,
    /// Requests.
    pub requests: Vec<AskTold>,
    /// Links of the one party, where bilateral.
    pub links: Vec<LinkTold>,
    /// Assurance given.
    pub assurance: Option<AssuranceTold>,
    /// Whom to ask.
    pub contact: String,
    /// Minutes until the next one; none where the phase is over.
    pub next_within: Option<i64>,
    /// Pieces held back for a legal reason, and said so (`LimitPart` ids).
    pub held_back: Vec<String>,
}

/// What an update is put together from.
#[derive(Debug, Clone, Copy)]
pub struct From<'a> {
    /// The update.
    pub update: &'a Record,
    /// The case.
    pub case: &'a Record,
    /// The rhythm.
    pub rhythm: &'a Record,
    /// The phase.
    pub phase: &'a Record,
    /// The framework followed.
    pub framework: Option<&'a Record>,
    /// Phases of the case.
    pub phases: &'a [&'a Record],
    /// Checks of gateways.
    pub checks: &'a [&'a Record],
    /// Links of the case.
    pub links: &'a [&'a Record],
    /// Sharing limits of the case.
    pub limits: &'a [&'a Record],
    /// The attestation given with it.
    pub attestation: Option<&'a Record>,
    /// The update before in the same rhythm.
    pub before: Option<&'a Told>,
    /// Now.
    pub now: Time,
    /// The organisation's zone.
    pub zone: &'a Zone,
}

/// The limits that bind what these readers get.
struct Limits<'a> {
    of: Vec<&'a Record>,
    told: Vec<String>,
}

impl<'a> Limits<'a> {
    fn new(from: &From<'a>) -> Self {
        let readers = from.rhythm.ids("audiences");
        let of = from.limits.iter().copied().filter(|l| {
            sharing_limit::holds(l, from.now, from.zone)
                && l.ids("audiences").iter().any(|a| readers.contains(a))
        });
        Self { of: of.collect(), told: Vec::new() }
    }

    /// Whether a piece is held back; that it is, is noted for the readers unless telling is barred.
    fn hold(&mut self, part: LimitPart, key: &str) -> bool {
        let mut held = false;
        for limit in &self.of {
            if limit.text("part") != part.id() {
                continue;
            }
            if part == LimitPart::Criterion && limit.text("key") != key {
                continue;
            }
            held = true;
            if !limit.flag("silent") && !self.told.iter().any(|p| p == part.id()) {
                self.told.push(part.id().to_owned());
            }
        }
        held
    }
}

impl Told {
    /// From the frozen form; `None` where it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The form that is frozen and digested: canonical JSON (RFC 8785).
    pub fn canonical(&self) -> String {
        serde_json_canonicalizer::to_string(self).unwrap_or_default()
    }

    /// SHA-256 of the frozen form, in hexadecimal.
    pub fn digest(content: &str) -> String {
        use sha2::{Digest, Sha256};
        Sha256::digest(content.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Puts an update together from the case as it stands.
    pub fn of(from: &From<'_>) -> Self {
        let mut limits = Limits::new(from);
        let shared = from.rhythm.text("mode") != UpdateMode::Bilateral.id();
        let dates = limits.hold(LimitPart::Expected, "");
        let words = limits.hold(LimitPart::Words, "");
        let requests = limits.hold(LimitPart::Requests, "");
        let said = |f: &str| if words { String::new() } else { from.update.text(f).to_owned() };
        let mut told = Self {
            number: from.update.text("number").to_owned(),
            case: from.case.text("title").to_owned(),
            scope: from.case.text("scope_line").to_owned(),
            scope_en: from.case.text("scope_line_en").to_owned(),
            audiences: from.rhythm.ids("audiences").into_iter().map(str::to_owned).collect(),
            mode: from.rhythm.text("mode").to_owned(),
            round: from.update.int("round").unwrap_or(1),
            phase: from.phase.text("kind").to_owned(),
            phases: phases(from, dates),
            criteria: criteria(from, &mut limits),
            changes: Vec::new(),
            words: said("words"),
            words_en: said("words_en"),
            requests: if requests { Vec::new() } else { asks(from.update) },
            links: if shared { Vec::new() } else { links(from, dates) },
            assurance: assurance(from, &mut limits),
            contact: from.rhythm.text("contact").to_owned(),
            next_within: super::update_rhythm::every(from.rhythm, from.phase.text("kind"))
                .filter(|_| from.phase.text("state") == "open"),
            held_back: Vec::new(),
        };
        told.changes = changes(from.before, &told);
        told.held_back = limits.told;
        told
    }

    /// Phase, by kind.
    pub fn kind(&self) -> Option<PhaseKind> {
        PhaseKind::from_id(&self.phase)
    }

    /// Whether it speaks to the supply chain alone, which is told of disruption and dates only.
    pub fn chain_only(&self) -> bool {
        chain_only(&self.audiences)
    }
}

fn chain_only(audiences: &[impl AsRef<str>]) -> bool {
    !audiences.is_empty()
        && audiences.iter().all(|a| a.as_ref() == UpdateAudience::SupplyChain.id())
}

fn phases(from: &From<'_>, dates: bool) -> Vec<PhaseTold> {
    PhaseKind::ALL
        .iter()
        .filter_map(|kind| {
            let phase = from
                .phases
                .iter()
                .find(|p| p.text("kind") == kind.id() && p.text("part").is_empty())?;
            let day = if dates { "" } else { phase.text("expected_on") };
            Some(PhaseTold {
                kind: kind.id().to_owned(),
                state: phase.text("state").to_owned(),
                expected_on: day.to_owned(),
            })
        })
        .collect()
}

fn criteria(from: &From<'_>, limits: &mut Limits<'_>) -> Vec<CriterionTold> {
    if chain_only(&from.rhythm.ids("audiences")) {
        return Vec::new();
    }
    asked(from.framework, from.phase)
        .into_iter()
        .filter(|row| !limits.hold(LimitPart::Criterion, cell(row, "key")))
        .map(|row| CriterionTold {
            key: cell(row, "key").to_owned(),
            text: cell(row, "text").to_owned(),
            text_en: cell(row, "text_en").to_owned(),
            needed: cell(row, "needed").to_owned(),
            met: newest(from.checks.iter().copied(), from.phase, cell(row, "key"))
                .is_some_and(|c| c.text("verdict") == "reached"),
        })
        .collect()
}

fn asks(update: &Record) -> Vec<AskTold> {
    update
        .rows("requests")
        .map(|r| AskTold {
            what: cell(r, "what").to_owned(),
            what_en: cell(r, "what_en").to_owned(),
            by_on: cell(r, "by_on").to_owned(),
        })
        .collect()
}

fn links(from: &From<'_>, dates: bool) -> Vec<LinkTold> {
    let party = from.rhythm.text("client");
    from.links
        .iter()
        .filter(|l| !party.is_empty() && l.text("counterparty") == party)
        .map(|l| LinkTold {
            name: l.text("name").to_owned(),
            state: l.text("state").to_owned(),
            planned_on: if dates { String::new() } else { l.text("planned_on").to_owned() },
        })
        .collect()
}

fn assurance(from: &From<'_>, limits: &mut Limits<'_>) -> Option<AssuranceTold> {
    let a = from.attestation?;
    if limits.hold(LimitPart::Assurance, "") {
        return None;
    }
    Some(AssuranceTold {
        title: a.title(),
        version: a.int("version").unwrap_or(1),
        valid_until: a.text("valid_until").to_owned(),
        digest: a.text("content_digest").to_owned(),
    })
}

fn changes(before: Option<&Told>, now: &Told) -> Vec<ChangeTold> {
    let Some(before) = before else { return vec![ChangeTold::First] };
    let mut out = Vec::new();
    for p in &now.phases {
        let old = before.phases.iter().find(|o| o.kind == p.kind);
        if old.is_none_or(|o| o.state != p.state) {
            out.push(ChangeTold::Phase(p.kind.clone(), p.state.clone()));
        }
        if old.is_some_and(|o| o.expected_on != p.expected_on) {
            out.push(ChangeTold::Date(p.kind.clone(), p.expected_on.clone()));
        }
    }
    for c in &now.criteria {
        let was = before.criteria.iter().find(|o| o.key == c.key).is_some_and(|o| o.met);
        match (was, c.met) {
            (false, true) => out.push(ChangeTold::Met(c.key.clone())),
            (true, false) => out.push(ChangeTold::Reopened(c.key.clone())),
            _ => {}
        }
    }
    out
}

/// State of a link by its stored name, for readers.
pub fn link_state(told: &LinkTold, lang: Lang) -> &'static str {
    LinkState::from_id(&told.state).map_or("", |s| s.label().get(lang))
}
