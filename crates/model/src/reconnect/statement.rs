//! What an attestation says, as a typed value: drafted from the assurance items, frozen when it is
//! reviewed, printed and packed from the frozen form (G7-63, 65, 74).

use super::assurance_item::{self, AssuranceTopic, B_PARTS, ItemState};
use crate::*;
use serde::{Deserialize, Serialize};

/// One piece as it is stated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The item's id.
    pub item: String,
    /// Topic (`AssuranceTopic` id).
    pub topic: String,
    /// Title; empty where it is held back.
    pub title: String,
    /// What is said; empty where nothing is, or where it is held back.
    pub text: String,
    /// The same in English, where there is one.
    pub text_en: String,
    /// State (`ItemState` id).
    pub state: String,
    /// Expected on, where it is under way.
    pub expected_on: String,
    /// Why it does not apply.
    pub why_not: String,
    /// Ids of the evidence.
    pub evidence: Vec<String>,
    /// Ids of the items that test results try.
    pub tests: Vec<String>,
    /// Held back for a legal reason, and said so (G7-21).
    pub held_back: bool,
}

impl Piece {
    /// Its topic.
    pub fn topic(&self) -> Option<AssuranceTopic> {
        AssuranceTopic::from_id(&self.topic)
    }

    /// Whether it was neither done nor out of question when it was stated.
    pub fn open(&self) -> bool {
        !matches!(ItemState::from_id(&self.state), Some(ItemState::Done | ItemState::NotApplicable))
    }
}

/// The content of an attestation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Title.
    pub title: String,
    /// Number of the attestation.
    pub number: String,
    /// Version, from 1.
    pub version: i64,
    /// Title of the case.
    pub case: String,
    /// The scope line of the case (G7-10).
    pub scope: String,
    /// The same in English.
    pub scope_en: String,
    /// The scenario it is written for (`Scenario` id).
    pub scenario: String,
    /// What it covers.
    pub covers: String,
    /// What it does not cover.
    pub not_covered: String,
    /// Ids of the third parties' reports that it rests on.
    pub reports: Vec<String>,
    /// Why the version before is taken back, where it does nothing else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub takes_back: String,
    /// The pieces, in the order of the topics.
    pub pieces: Vec<Piece>,
}

impl Statement {
    /// From the frozen form; `None` where it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The form that is frozen and digested: canonical JSON (RFC 8785).
    pub fn canonical(&self) -> String {
        serde_json_canonicalizer::to_string(self).unwrap_or_default()
    }

    /// The pieces of one letter of list A.
    pub fn of_topic(&self, topic: AssuranceTopic) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(move |p| p.topic() == Some(topic))
    }

    /// The pieces of one part of list B.
    pub fn of_part(&self, part: u8) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(move |p| p.topic().is_some_and(|t| t.b().contains(&part)))
    }

    /// Titles of what was open when it was stated; topics without any piece by their name.
    pub fn open_items(&self, lang: Lang) -> Vec<String> {
        AssuranceTopic::ALL
            .into_iter()
            .flat_map(|t| {
                let mut of = self.of_topic(t).peekable();
                match of.peek() {
                    None => vec![t.label().get(lang).to_owned()],
                    Some(_) => of.filter(|p| p.open()).map(|p| p.title.clone()).collect(),
                }
            })
            .collect()
    }

    /// Numbers of list B without any piece.
    pub fn empty_parts(&self) -> Vec<u8> {
        let parts = B_PARTS.iter().map(|(n, _)| *n);
        parts.filter(|n| self.of_part(*n).next().is_none()).collect()
    }
}

/// The pieces of a case as they stand now. What is held back is named as held back, or left out
/// where even that must not be told (G7-21).
pub fn pieces<'a>(
    items: impl IntoIterator<Item = &'a Record>,
    now: Time,
    zone: &Zone,
) -> Vec<Piece> {
    let strings = |r: &Record, f: &str| r.ids(f).into_iter().map(str::to_owned).collect();
    let mut found: Vec<(usize, Time, Piece)> = items
        .into_iter()
        .filter(|i| !i.ended())
        .filter_map(|i| {
            let topic = assurance_item::topic(i)?;
            let held = assurance_item::held_back(i, now, zone);
            if held && i.flag("share_silent") {
                return None;
            }
            let said = |f: &str| if held { String::new() } else { i.text(f).to_owned() };
            let list = |f: &str| if held { Vec::new() } else { strings(i, f) };
            let piece = Piece {
                item: i.id.as_str().to_owned(),
                topic: topic.id().to_owned(),
                title: said("title"),
                text: said("statement"),
                text_en: said("statement_en"),
                state: i.text("state").to_owned(),
                expected_on: i.text("expected_on").to_owned(),
                why_not: said("why_not"),
                evidence: list("evidence"),
                tests: list("tests"),
                held_back: held,
            };
            let place = AssuranceTopic::ALL.iter().position(|t| *t == topic)?;
            Some((place, i.created_at, piece))
        })
        .collect();
    found.sort_by(|a, b| (a.0, a.1, &a.2.item).cmp(&(b.0, b.1, &b.2.item)));
    found.into_iter().map(|(_, _, p)| p).collect()
}
