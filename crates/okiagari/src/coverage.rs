//! `requirements`: which are met, and by what.

use crate::cli;
use crate::fault::Fault;
use crate::serve::say;
use okiagari_app::coverage::{MetBy, RequirementView, items};
use okiagari_catalog::Catalog;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Tests by requirement id. A house test holds every name against the tests that exist.
const TESTS: &str = "coverage/tests.json";

/// Pages by requirement id. The pages declare none yet.
const SCREENS: &[(&str, &[&str])] = &[];

/// `okiagari requirements`
///
/// # Errors
/// Where a shipped catalogue cannot be read.
pub fn requirements(typed: &cli::Requirements) -> Result<(), Fault> {
    let catalog = Catalog::shipped();
    let text = catalog.text(TESTS).unwrap_or("{}");
    let tests: BTreeMap<String, Vec<String>> =
        serde_json::from_str(text).map_err(|error| Fault::new(format!("{TESTS}: {error}")))?;
    let all = all(&catalog, SCREENS, &tests)?;
    let mut out = String::new();
    for view in &all {
        if typed.json {
            let line = serde_json::to_string(view).map_err(|e| Fault::new(e.to_string()))?;
            let _ = writeln!(out, "{line}");
            continue;
        }
        let mark = if view.met_by.is_empty() { " " } else { "x" };
        let _ = writeln!(out, "[{mark}] {}  {}  {} / {}", view.id, view.kind, view.ja, view.en);
        let by = &view.met_by;
        for (what, names) in [("", &by.items), ("page ", &by.screens), ("test ", &by.tests)] {
            for name in names {
                let _ = writeln!(out, "        {what}{name}");
            }
        }
    }
    if !typed.json {
        let met = all.iter().filter(|v| !v.met_by.is_empty()).count();
        let _ = writeln!(out, "{met} of {} are met by something", all.len());
    }
    say(&out);
    Ok(())
}

/// All requirements with what meets them, straight from the catalogue: no data folder is needed.
fn all(
    catalog: &Catalog,
    screens: &[(&str, &[&str])],
    tests: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<RequirementView>, Fault> {
    let failed = |error: okiagari_catalog::CatalogError| Fault::new(error.to_string());
    let (items, clocks) = (items(), catalog.clocks().map_err(failed)?);
    let view = |r: okiagari_catalog::Requirement| {
        let id = r.id.as_str();
        let items = items.iter().filter(|(_, ids)| ids.contains(&id)).map(|(n, _)| n.clone());
        let timed = |c: &&okiagari_model::clock::ClockRule| {
            c.meets.iter().chain(c.stages.iter().flat_map(|s| &s.meets)).any(|m| m == id)
        };
        let clocks = clocks.iter().filter(timed).map(|c| format!("clock {}", c.id));
        let screens = screens.iter().filter(|(_, ids)| ids.contains(&id));
        let met_by = MetBy {
            items: items.chain(clocks).collect(),
            screens: screens.map(|(n, _)| (*n).to_owned()).collect(),
            tests: tests.get(id).cloned().unwrap_or_default(),
        };
        RequirementView { id: r.id, kind: r.kind, source: r.source, ja: r.ja, en: r.en, met_by }
    };
    Ok(catalog.requirements().map_err(failed)?.into_iter().map(view).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_listed_and_a_declared_item_stands_with_its_row() {
        let tests = BTreeMap::from([("TK-17".to_owned(), vec!["a_test".to_owned()])]);
        let all = all(&Catalog::shipped(), &[("assets", &["TK-17"])], &tests).unwrap();
        assert_eq!(all.len(), 950);
        let row = all.iter().find(|r| r.id == "TK-17").unwrap();
        assert!(row.met_by.items.contains(&"rule asset.registered".to_owned()), "{row:?}");
        assert_eq!((row.met_by.screens.len(), row.met_by.tests.len()), (1, 1));
        assert!(all.iter().any(|r| r.met_by.is_empty()), "what nothing meets is listed too");
    }
}
