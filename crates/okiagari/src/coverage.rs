//! `requirements`: which are met, and by what.

use crate::cli;
use crate::fault::Fault;
use crate::serve::say;
use okiagari_app::Shelf;
use okiagari_app::coverage::requirements as requirements_of;
use okiagari_catalog::Catalog;
use std::fmt::Write as _;

/// `okiagari requirements`
///
/// # Errors
/// Where a shipped catalogue cannot be read.
pub fn requirements(typed: &cli::Requirements) -> Result<(), Fault> {
    let shelf = Shelf::read(&Catalog::shipped())?;
    let all = requirements_of(&shelf, okiagari_web::SCREENS);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_listed_and_a_declared_item_stands_with_its_row() {
        let shelf = Shelf::read(&Catalog::shipped()).unwrap();
        let all = requirements_of(&shelf, &[("assets", &["TK-17"])]);
        assert_eq!(all.len(), 950);
        let row = all.iter().find(|r| r.id == "TK-17").unwrap();
        assert!(row.met_by.items.contains(&"rule asset.registered".to_owned()), "{row:?}");
        assert_eq!(row.met_by.screens, ["assets"]);
        assert!(!row.met_by.tests.is_empty(), "{row:?}");
        assert!(all.iter().any(|r| r.met_by.is_empty()), "what nothing meets is listed too");
    }
}
