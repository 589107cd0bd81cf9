//! Shipped kinds of plans and rules with their expected parts, the seven characteristics of
//! attacks to be considered beside them, and scenarios.

use crate::error::CatalogError;
use crate::files::{Catalog, Row};
use okiagari_model::govern::role::RoleKind;
use okiagari_model::prepare::scenario::{Scenario, UsedIn};
use okiagari_model::prepare::written_plan::{
    Actor, Characteristic, Drawn, FirstAction, Level, Part, PlanKind, WrittenPlan,
};
use okiagari_model::respond::incident::{Grade, IncidentKind};
use okiagari_model::{
    Body, Choice, Long, Many, Message, Minutes, Register, RegisterDef, Table, validate,
};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A shipped kind of plan or rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippedPaper {
    /// Stable name.
    pub id: String,
    /// Grows with every change of its parts.
    pub version: u32,
    /// Kind of paper.
    pub kind: String,
    /// Name.
    pub name: Message,
    /// What it is for.
    pub about: Message,
    /// Where it comes from.
    pub source: String,
    /// Last compared with the source on.
    pub checked_on: String,
    /// Requirement ids that the paper as a whole meets.
    #[serde(default)]
    pub meets: Vec<String>,
    /// Proposed interval of review, in days.
    pub review_days: i64,
    /// Whether everybody has to know it.
    #[serde(default)]
    pub for_everybody: bool,
    /// Parts expected.
    pub parts: Vec<ShippedPart>,
    /// First actions proposed.
    #[serde(default)]
    pub first_actions: Vec<ShippedAction>,
    /// Levels of reporting proposed.
    #[serde(default)]
    pub levels: Vec<ShippedLevel>,
}

/// An expected part.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippedPart {
    /// Key.
    pub key: String,
    /// Heading.
    pub title: Message,
    /// Requirement ids that expect it.
    pub requirements: Vec<String>,
    /// What the author asks himself.
    pub question: Message,
    /// What the registers know of it.
    #[serde(default)]
    pub drawn: Option<String>,
    /// A text to begin with.
    #[serde(default)]
    pub draft: Option<Message>,
}

/// A first action.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippedAction {
    /// Whose.
    pub who: String,
    /// What.
    pub text: Message,
    /// Role.
    #[serde(default)]
    pub role: Option<String>,
    /// Within how many minutes.
    #[serde(default)]
    pub minutes: Option<i64>,
}

/// A level of reporting.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippedLevel {
    /// From this severity on.
    pub from: String,
    /// Role told.
    pub to: String,
    /// Within how many minutes.
    pub minutes: i64,
    /// In words.
    pub state: Message,
}

/// A characteristic of attacks with what to consider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consideration {
    /// Stored name of the characteristic.
    pub id: String,
    /// `C1` to `C7`.
    pub code: String,
    /// Its nature.
    pub nature: Message,
    /// What follows from it.
    pub key_point: Message,
    /// Requirement ids.
    #[serde(default)]
    pub meets: Vec<String>,
    /// Questions, each beside the parts that it concerns.
    pub questions: Vec<Question>,
}

/// One question to consider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Keys of the parts beside which it stands.
    pub parts: Vec<String>,
    /// Requirement id.
    pub requirement: String,
    /// The question.
    pub text: Message,
}

/// A shipped scenario.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippedScenario {
    /// Stable name.
    pub id: String,
    /// Grows with every change.
    pub version: u32,
    /// Name.
    pub name: Message,
    /// Kinds of incident.
    pub kinds: Vec<String>,
    /// Trigger.
    pub trigger: Message,
    /// Path.
    pub path: Message,
    /// What is hit.
    pub what: Message,
    /// Damage.
    pub damage: Message,
    /// Units concerned.
    pub units: Message,
    /// Recipients.
    pub recipients: Message,
    /// Where it is used.
    pub used_in: Vec<String>,
    /// Where it comes from.
    pub source: String,
    /// Last compared with the source on.
    pub checked_on: String,
    /// Requirement ids.
    #[serde(default)]
    pub meets: Vec<String>,
}

/// Both languages of a text in one field.
fn both(text: &Message) -> String {
    format!("{}\n{}", text.ja, text.en)
}

impl ShippedPaper {
    /// `cp@1`: what a paper says it was made from.
    pub fn origin(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// As a record of the register, to be taken as a draft. What is no option of its set is left
    /// out; a catalogue that was checked holds none such.
    pub fn body(&self) -> Body {
        let kind = PlanKind::from_id(&self.kind).unwrap_or(PlanKind::Other);
        let mut plan = WrittenPlan::new(self.name.ja.clone(), kind);
        plan.name_en = Some(self.name.en.clone());
        plan.about = Some(Long(both(&self.about)));
        plan.parts = Table(self.parts.iter().map(ShippedPart::part).collect());
        plan.first_actions =
            Table(self.first_actions.iter().filter_map(ShippedAction::action).collect());
        plan.levels = Table(self.levels.iter().filter_map(ShippedLevel::level).collect());
        plan.for_everybody = self.for_everybody;
        plan.review_days = Some(self.review_days);
        plan.made_from = Some(self.origin());
        plan.to_body()
    }
}

impl ShippedPart {
    fn part(&self) -> Part {
        Part {
            key: self.key.clone(),
            title: self.title.ja.clone(),
            title_en: Some(self.title.en.clone()),
            requirements: self.requirements.clone(),
            drawn: self.drawn.as_deref().and_then(Drawn::from_id),
            text: self.draft.as_ref().map(|d| Long(both(d))),
            elsewhere: None,
            left_out: None,
        }
    }
}

impl ShippedAction {
    fn action(&self) -> Option<FirstAction> {
        Some(FirstAction {
            who: Actor::from_id(&self.who)?,
            text: self.text.ja.clone(),
            text_en: Some(self.text.en.clone()),
            role: self.role.as_deref().and_then(RoleKind::from_id),
            minutes: self.minutes.map(Minutes),
        })
    }
}

impl ShippedLevel {
    fn level(&self) -> Option<Level> {
        Some(Level {
            from: Grade::from_id(&self.from)?,
            to: RoleKind::from_id(&self.to)?,
            minutes: Minutes(self.minutes),
            state: Some(format!("{} / {}", self.state.ja, self.state.en)),
        })
    }
}

impl ShippedScenario {
    /// As a record of the register.
    pub fn body(&self) -> Body {
        Scenario {
            name: self.name.ja.clone(),
            name_en: Some(self.name.en.clone()),
            kinds: Many(self.kinds.iter().filter_map(|k| IncidentKind::from_id(k)).collect()),
            trigger: Long(both(&self.trigger)),
            path: Some(Long(both(&self.path))),
            assets: Vec::new(),
            systems: Vec::new(),
            what: Some(format!("{} / {}", self.what.ja, self.what.en)),
            damage: Some(Long(both(&self.damage))),
            units: Vec::new(),
            units_text: Some(format!("{} / {}", self.units.ja, self.units.en)),
            recipients: Vec::new(),
            recipients_text: Some(format!("{} / {}", self.recipients.ja, self.recipients.en)),
            used_in: Many(self.used_in.iter().filter_map(|u| UsedIn::from_id(u)).collect()),
            made_from: Some(format!("{}@{}", self.id, self.version)),
        }
        .to_body()
    }
}

impl Catalog {
    /// The kinds of plans and rules in force: shipped ones and the organisation's own over them.
    ///
    /// # Errors
    /// The first fault of the first faulty row: a word that is no option, a missing language, an
    /// unknown requirement, a part that appears twice, or a text that does not fit its field.
    pub fn papers(&self) -> Result<Vec<ShippedPaper>, CatalogError> {
        let rows = self.rows::<ShippedPaper>("documents", "documents")?;
        let known = self.known()?;
        for row in &rows {
            check_paper(row, &known)?;
        }
        Ok(rows.into_iter().map(|r| r.value).collect())
    }

    /// What is considered beside the parts, by characteristic.
    ///
    /// # Errors
    /// As [`Catalog::papers`].
    pub fn considerations(&self) -> Result<Vec<Consideration>, CatalogError> {
        let rows = self.rows::<Consideration>("considerations", "considerations")?;
        let known = self.known()?;
        for row in &rows {
            let it = &row.value;
            let fault = |key: &str, problem: &str| {
                CatalogError::key(&row.file, &it.id, key, problem.to_owned())
            };
            if Characteristic::from_id(&it.id).is_none() {
                return Err(fault("id", "is no characteristic"));
            }
            let mut texts = vec![&it.nature, &it.key_point];
            texts.extend(it.questions.iter().map(|q| &q.text));
            if texts.into_iter().any(empty) {
                return Err(fault("questions", "lack a language"));
            }
            let asked = it.questions.iter().map(|q| &q.requirement);
            if asked.chain(&it.meets).any(|id| !known.contains(id)) {
                return Err(fault("meets", "names no requirement"));
            }
        }
        Ok(rows.into_iter().map(|r| r.value).collect())
    }

    /// The scenarios in force.
    ///
    /// # Errors
    /// As [`Catalog::papers`].
    pub fn scenarios(&self) -> Result<Vec<ShippedScenario>, CatalogError> {
        let rows = self.rows::<ShippedScenario>("scenarios", "scenarios")?;
        let known = self.known()?;
        for row in &rows {
            let it = &row.value;
            let fault = |key: &str, problem: String| {
                Err(CatalogError::key(&row.file, &it.id, key, problem))
            };
            if let Some(k) = it.kinds.iter().find(|k| IncidentKind::from_id(k).is_none()) {
                return fault("kinds", format!("{k} is no kind of incident"));
            }
            if let Some(u) = it.used_in.iter().find(|u| UsedIn::from_id(u).is_none()) {
                return fault("used_in", format!("{u} is no option"));
            }
            let texts =
                [&it.name, &it.trigger, &it.path, &it.what, &it.damage, &it.units, &it.recipients];
            if texts.into_iter().any(empty) {
                return fault("name", "a text lacks a language".into());
            }
            if let Some(id) = it.meets.iter().find(|id| !known.contains(*id)) {
                return fault("meets", format!("there is no requirement {id}"));
            }
            fits(&row.file, &it.id, Scenario::DEF, &it.body())?;
        }
        Ok(rows.into_iter().map(|r| r.value).collect())
    }

    /// What the shipped papers, considerations and scenarios say that they meet: item and ids.
    ///
    /// # Errors
    /// As [`Catalog::papers`].
    pub fn paper_claims(&self) -> Result<Vec<(String, Vec<String>)>, CatalogError> {
        let papers = self.papers()?.into_iter().map(|p| (format!("paper {}", p.id), p.meets));
        let asked = self.considerations()?.into_iter();
        let asked = asked.map(|c| (format!("consideration {}", c.code), c.meets));
        let scenarios = self.scenarios()?.into_iter();
        let scenarios = scenarios.map(|s| (format!("scenario {}", s.id), s.meets));
        let frameworks = self.frameworks()?.into_iter();
        let frameworks = frameworks.map(|f| (format!("framework {}", f.id), f.meets));
        Ok(papers.chain(asked).chain(scenarios).chain(frameworks).collect())
    }

    fn known(&self) -> Result<BTreeSet<String>, CatalogError> {
        Ok(self.requirements()?.into_iter().map(|r| r.id).collect())
    }
}

fn check_paper(row: &Row<ShippedPaper>, known: &BTreeSet<String>) -> Result<(), CatalogError> {
    let it = &row.value;
    let fault =
        |key: &str, problem: String| Err(CatalogError::key(&row.file, &it.id, key, problem));
    if PlanKind::from_id(&it.kind).is_none() {
        return fault("kind", format!("{} is no option", it.kind));
    }
    let mut texts = vec![&it.name, &it.about];
    texts.extend(it.parts.iter().flat_map(|p| [&p.title, &p.question]));
    texts.extend(it.parts.iter().filter_map(|p| p.draft.as_ref()));
    texts.extend(it.first_actions.iter().map(|a| &a.text));
    texts.extend(it.levels.iter().map(|l| &l.state));
    if texts.into_iter().any(empty) {
        return fault("name", "a text lacks a language".into());
    }
    for (i, part) in it.parts.iter().enumerate() {
        if it.parts.iter().take(i).any(|p| p.key == part.key) {
            return fault("parts", format!("{} appears twice", part.key));
        }
        if part.drawn.as_deref().is_some_and(|d| Drawn::from_id(d).is_none()) {
            return fault("parts", format!("{} draws from no register", part.key));
        }
    }
    if it.first_actions.iter().any(|a| a.action().is_none()) {
        return fault("first_actions", "a word is no option".into());
    }
    let roles = it.first_actions.iter().filter_map(|a| a.role.as_deref());
    if let Some(r) = roles.into_iter().find(|r| RoleKind::from_id(r).is_none()) {
        return fault("first_actions", format!("{r} is no role"));
    }
    if it.levels.iter().any(|l| l.level().is_none()) {
        return fault("levels", "a word is no option".into());
    }
    let named = it.meets.iter().chain(it.parts.iter().flat_map(|p| &p.requirements));
    if let Some(id) = named.into_iter().find(|id| !known.contains(*id)) {
        return fault("meets", format!("there is no requirement {id}"));
    }
    fits(&row.file, &it.id, WrittenPlan::DEF, &it.body())
}

fn fits(file: &str, id: &str, def: &'static RegisterDef, body: &Body) -> Result<(), CatalogError> {
    match validate::check(def, body, true).first() {
        Some(p) => Err(CatalogError::key(file, id, &p.field, p.message.en.clone())),
        None => Ok(()),
    }
}

fn empty(text: &Message) -> bool {
    text.ja.trim().is_empty() || text.en.trim().is_empty()
}
