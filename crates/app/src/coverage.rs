//! Which requirements are met, and by what.

use crate::facade::App;
use std::collections::BTreeMap;

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

impl App {
    /// All requirements with what meets them. `screens` and `tests` are declared by the rooms
    /// above: (name, ids).
    pub fn requirements(
        &self,
        screens: &[(&str, &[&str])],
        tests: &BTreeMap<String, Vec<String>>,
    ) -> Vec<RequirementView> {
        let items = items();
        let clocks = self.env().catalog.clocks();
        self.env()
            .catalog
            .requirements()
            .iter()
            .map(|r| {
                let names = |list: &[(&str, &[&str])]| -> Vec<String> {
                    list.iter()
                        .filter(|(_, ids)| ids.contains(&r.id.as_str()))
                        .map(|(n, _)| (*n).to_owned())
                        .collect()
                };
                let mut met_by = MetBy {
                    items: items
                        .iter()
                        .filter(|(_, ids)| ids.contains(&r.id.as_str()))
                        .map(|(n, _)| n.clone())
                        .collect(),
                    screens: names(screens),
                    tests: tests.get(&r.id).cloned().unwrap_or_default(),
                };
                let by_clock = clocks.iter().filter(|c| c.meets.contains(&r.id));
                met_by.items.extend(by_clock.map(|c| format!("clock {}", c.id)));
                RequirementView {
                    id: r.id.clone(),
                    kind: r.kind.to_string(),
                    source: r.source.clone(),
                    ja: r.ja.clone(),
                    en: r.en.clone(),
                    met_by,
                }
            })
            .collect()
    }
}
