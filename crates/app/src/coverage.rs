//! Which requirements are met, and by what.

use crate::env::Shelf;
use crate::facade::App;

/// What meets a requirement.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct MetBy {
    /// Registers, rules, steps, gates, settings, metrics, derived values and clocks.
    pub items: Vec<String>,
    /// Pages.
    pub screens: Vec<String>,
    /// Tests.
    pub tests: Vec<String>,
}

impl MetBy {
    /// Whether nothing meets it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.screens.is_empty() && self.tests.is_empty()
    }
}

/// A requirement with what meets it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RequirementView {
    /// Its id in the source's numbering.
    pub id: String,
    /// Its kind: which mechanism carries it.
    pub kind: String,
    /// Place in the source.
    pub source: String,
    /// Short title in Japanese.
    pub ja: String,
    /// Short title in English.
    pub en: String,
    /// What meets it.
    pub met_by: MetBy,
}

/// Everything in the model that names requirement ids: (item, ids).
pub fn items() -> Vec<(String, &'static [&'static str])> {
    let mut items: Vec<(String, &'static [&'static str])> = Vec::new();
    for def in okiagari_model::REGISTERS {
        items.push((format!("register {}", def.id), def.meets));
        let Some(flow) = def.flow else { continue };
        for follow in flow.start.follows {
            items.push((format!("start of {}: {}", def.id, follow.label.en), follow.meets));
        }
        for step in flow.transitions {
            items.push((format!("step {}.{}", def.id, step.id), step.meets));
            for gate in step.gates {
                items.push((format!("gate {}.{}.{}", def.id, step.id, gate.id), gate.meets));
            }
            for follow in step.follows {
                items.push((
                    format!("step {}.{}: {}", def.id, step.id, follow.label.en),
                    follow.meets,
                ));
            }
        }
    }
    items.extend(okiagari_model::rules().map(|r| (format!("rule {}", r.id), r.meets)));
    items.extend(okiagari_model::SETTINGS.iter().map(|s| (format!("setting {}", s.key), s.meets)));
    items.extend(okiagari_model::METRICS.iter().map(|m| (format!("metric {}", m.id), m.meets)));
    let derived = okiagari_model::DERIVED.iter().flat_map(|s| s.iter());
    items.extend(derived.map(|d| (format!("derived value {}.{}", d.register, d.id), d.meets)));
    items.retain(|(_, meets)| !meets.is_empty());
    items
}

/// All requirements with what meets them. `screens` are declared by the room above: (name, ids).
pub fn requirements(shelf: &Shelf, screens: &[(&str, &[&str])]) -> Vec<RequirementView> {
    let items = items();
    let view = |r: &okiagari_catalog::Requirement| {
        let id = r.id.as_str();
        let items = items.iter().filter(|(_, ids)| ids.contains(&id)).map(|(n, _)| n.clone());
        let timed = |c: &&okiagari_model::clock::ClockRule| {
            c.meets.iter().chain(c.stages.iter().flat_map(|s| &s.meets)).any(|m| m == id)
        };
        let clocks = shelf.clocks().iter().filter(timed).map(|c| format!("clock {}", c.id));
        let books = shelf.playbooks().iter().filter(|b| b.meets.iter().any(|m| m == id));
        let books = books.map(|b| format!("playbook {}", b.id));
        let papers = shelf.paper_claims().iter().filter(|(_, ids)| ids.iter().any(|m| m == id));
        let papers = papers.map(|(name, _)| name.clone());
        let screens = screens.iter().filter(|(_, ids)| ids.contains(&id));
        RequirementView {
            met_by: MetBy {
                items: items.chain(clocks).chain(books).chain(papers).collect(),
                screens: screens.map(|(n, _)| (*n).to_owned()).collect(),
                tests: shelf.tests().get(id).cloned().unwrap_or_default(),
            },
            id: r.id.clone(),
            kind: r.kind.clone(),
            source: r.source.clone(),
            ja: r.ja.clone(),
            en: r.en.clone(),
        }
    };
    shelf.requirements().iter().map(view).collect()
}

impl App {
    /// All requirements with what meets them. `screens` are declared by the room above.
    pub fn requirements(&self, screens: &[(&str, &[&str])]) -> Vec<RequirementView> {
        requirements(&self.env().catalog, screens)
    }

    /// The shipped playbooks, to be taken as drafts.
    pub fn shipped_playbooks(&self) -> &[okiagari_catalog::ShippedPlaybook] {
        self.env().catalog.playbooks()
    }

    /// The shipped kinds of plans and rules, to be taken as drafts.
    pub fn shipped_papers(&self) -> &[okiagari_catalog::ShippedPaper] {
        self.env().catalog.papers()
    }

    /// The shipped reconnection frameworks, to be taken as drafts.
    pub fn shipped_frameworks(&self) -> &[okiagari_catalog::ShippedFramework] {
        self.env().catalog.frameworks()
    }

    /// What is considered beside the parts of a plan, by characteristic of attacks.
    pub fn considerations(&self) -> &[okiagari_catalog::Consideration] {
        self.env().catalog.considerations()
    }

    /// The shipped scenarios.
    pub fn shipped_scenarios(&self) -> &[okiagari_catalog::ShippedScenario] {
        self.env().catalog.scenarios()
    }
}
