//! Shipped playbooks: read, checked, and given as records of the register.

use crate::error::CatalogError;
use crate::files::{Catalog, Row};
use okiagari_model::govern::role::RoleKind;
use okiagari_model::prepare::plan::{self, Answer};
use okiagari_model::prepare::playbook::{CountedFrom, Playbook, Point, Step, StepKind};
use okiagari_model::respond::incident::IncidentKind;
use okiagari_model::{
    Body, Choice, Long, Many, Message, Minutes, Register, Table, default_max, validate,
};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A shipped playbook.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippedPlaybook {
    /// Stable name.
    pub id: String,
    /// Grows with every change of its steps.
    pub version: u32,
    /// Name.
    pub name: Message,
    /// Kinds of incident it is for; empty for a work list that fits any.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// When to use it.
    pub about: Message,
    /// Where it comes from.
    pub source: Message,
    /// Last compared with the source on.
    pub checked_on: String,
    /// Requirement ids.
    #[serde(default)]
    pub meets: Vec<String>,
    /// Steps.
    pub steps: Vec<ShippedStep>,
}

/// A step as it stands in a catalogue file. Fields as in [`Step`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippedStep {
    /// Key.
    pub key: String,
    /// What to do.
    pub text: Message,
    /// Kind.
    pub kind: String,
    /// Role.
    #[serde(default)]
    pub role: Option<String>,
    /// Within how many minutes.
    #[serde(default)]
    pub minutes: Option<i64>,
    /// Counted from.
    #[serde(default)]
    pub from: Option<String>,
    /// Steps it comes after.
    #[serde(default)]
    pub after: Vec<String>,
    /// Conditions, `step=answer`.
    #[serde(default)]
    pub when: Vec<String>,
    /// Answers of a question.
    #[serde(default)]
    pub answers: Vec<ShippedAnswer>,
    /// Where a way back leads.
    #[serde(default)]
    pub back_to: Option<String>,
    /// Part in the steering.
    #[serde(default)]
    pub point: Option<String>,
    /// Why.
    #[serde(default)]
    pub why: Option<Message>,
}

/// An answer as it stands in a catalogue file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippedAnswer {
    /// Stored name.
    pub id: String,
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
}

impl ShippedPlaybook {
    /// Its steps as a playbook holds them. What is no option of its set is left out; a catalogue
    /// that was checked holds none such.
    pub fn steps(&self) -> Vec<Step> {
        self.steps.iter().filter_map(ShippedStep::step).collect()
    }

    /// As a record of the register, to be taken as a draft.
    pub fn body(&self) -> Body {
        Playbook {
            name: self.name.ja.clone(),
            name_en: Some(self.name.en.clone()),
            kinds: Many(self.kinds.iter().filter_map(|k| IncidentKind::from_id(k)).collect()),
            about: Some(Long(self.about.ja.clone())),
            about_en: Some(Long(self.about.en.clone())),
            owner: None,
            steps: Table(self.steps()),
            review_on: None,
            note: None,
            made_from: Some(self.origin()),
            state: None,
            version: None,
            approved_by: None,
            approved_at: None,
            approved_steps: Table::default(),
        }
        .to_body()
    }

    /// `ransomware@1`: what a playbook says it was made from.
    pub fn origin(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }
}

impl ShippedStep {
    fn step(&self) -> Option<Step> {
        let joined = |list: &[String]| (!list.is_empty()).then(|| list.join(", "));
        let answer =
            |a: &ShippedAnswer| Answer { id: a.id.clone(), ja: a.ja.clone(), en: a.en.clone() };
        Some(Step {
            key: self.key.clone(),
            text: self.text.ja.clone(),
            text_en: Some(self.text.en.clone()),
            kind: StepKind::from_id(&self.kind)?,
            role: self.role.as_deref().and_then(RoleKind::from_id),
            minutes: self.minutes.map(Minutes),
            from: self.from.as_deref().and_then(CountedFrom::from_id),
            after: joined(&self.after),
            when: joined(&self.when),
            answers: self.answers.iter().map(|a| answer(a).line()).collect(),
            back_to: self.back_to.clone(),
            point: self.point.as_deref().and_then(Point::from_id),
            why: self.why.as_ref().map(|w| w.ja.clone()),
            why_en: self.why.as_ref().map(|w| w.en.clone()),
        })
    }
}

impl Catalog {
    /// The playbooks in force: shipped ones and the organisation's own files over them.
    ///
    /// # Errors
    /// The first fault of the first faulty row: a word that is no option, a missing language, a
    /// text that does not fit its field, or a plan with a dead end.
    pub fn playbooks(&self) -> Result<Vec<ShippedPlaybook>, CatalogError> {
        let rows = self.rows::<ShippedPlaybook>("playbooks", "playbooks")?;
        let known: BTreeSet<String> = self.requirements()?.into_iter().map(|r| r.id).collect();
        for row in &rows {
            check(row, &known)?;
        }
        Ok(rows.into_iter().map(|r| r.value).collect())
    }
}

fn check(row: &Row<ShippedPlaybook>, known: &BTreeSet<String>) -> Result<(), CatalogError> {
    let book = &row.value;
    let fault =
        |key: &str, problem: String| Err(CatalogError::key(&row.file, &book.id, key, problem));
    for (key, text) in [("name", &book.name), ("about", &book.about)] {
        if empty(text) {
            return fault(key, "lacks a language".into());
        }
    }
    if let Some(kind) = book.kinds.iter().find(|k| IncidentKind::from_id(k).is_none()) {
        return fault("kinds", format!("{kind} is no kind of incident"));
    }
    if let Some(id) = book.meets.iter().find(|id| !known.contains(*id)) {
        return fault("meets", format!("there is no requirement {id}"));
    }
    for step in &book.steps {
        if let Some((key, problem)) = step_fault(step) {
            return fault(&format!("steps.{}.{key}", step.key), problem);
        }
    }
    if let Some(p) = plan::problems(&book.steps()).first() {
        return fault(&format!("steps.{}", p.step), p.message.en.clone());
    }
    match validate::check(Playbook::DEF, &book.body(), true).first() {
        Some(p) => fault(&p.field, p.message.en.clone()),
        None => Ok(()),
    }
}

fn step_fault(step: &ShippedStep) -> Option<(&'static str, String)> {
    let most = default_max(okiagari_model::FieldKind::Text);
    let texts = [("text", Some(&step.text)), ("why", step.why.as_ref())];
    for (key, text) in texts {
        if text.is_some_and(empty) {
            return Some((key, "lacks a language".into()));
        }
    }
    for answer in &step.answers {
        if answer.ja.trim().is_empty() || answer.en.trim().is_empty() {
            return Some(("answers", format!("{} lacks a language", answer.id)));
        }
        if answer.id.len() + answer.ja.len() + answer.en.len() > most as usize {
            return Some(("answers", format!("{} is too long", answer.id)));
        }
    }
    type Known = fn(&str) -> bool;
    let options: [(&str, Option<&str>, Known); 4] = [
        ("kind", Some(&step.kind), |s| StepKind::from_id(s).is_some()),
        ("role", step.role.as_deref(), |s| RoleKind::from_id(s).is_some()),
        ("from", step.from.as_deref(), |s| CountedFrom::from_id(s).is_some()),
        ("point", step.point.as_deref(), |s| Point::from_id(s).is_some()),
    ];
    for (key, word, known) in options {
        if let Some(word) = word.filter(|w| !known(w)) {
            return Some((key, format!("{word} is no option")));
        }
    }
    None
}

fn empty(text: &Message) -> bool {
    text.ja.trim().is_empty() || text.en.trim().is_empty()
}
