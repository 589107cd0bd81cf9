#![doc = include_str!("../README.md")]

mod clocks;
mod error;
mod files;
mod frameworks;
mod papers;
mod playbooks;
mod requirements;

pub use clocks::{Known, check_clocks};
pub use error::CatalogError;
pub use files::{Catalog, Notice, Row};
pub use frameworks::ShippedFramework;
pub use papers::{Consideration, Question, ShippedPaper, ShippedPart, ShippedScenario};
pub use playbooks::{ShippedAnswer, ShippedPlaybook, ShippedStep};
pub use requirements::{Document, Requirement};

use okiagari_model::core::clock::{Calendar, ClockRule};

/// The shipped deadline rules.
///
/// # Errors
/// As [`Catalog::clocks`]; the tests of this crate keep that from happening.
pub fn clocks() -> Result<Vec<ClockRule>, CatalogError> {
    Catalog::shipped().clocks()
}

/// A shipped calendar: `jp`, `eu-target`, `us-federal`.
///
/// # Errors
/// Where there is none of that id.
pub fn calendar(id: &str) -> Result<Calendar, CatalogError> {
    Catalog::shipped().calendar(id)
}

/// The shipped requirements.
///
/// # Errors
/// As [`Catalog::requirements`].
pub fn requirements() -> Result<Vec<Requirement>, CatalogError> {
    Catalog::shipped().requirements()
}

/// The source documents.
///
/// # Errors
/// As [`Catalog::documents`].
pub fn documents() -> Result<Vec<Document>, CatalogError> {
    Catalog::shipped().documents()
}
