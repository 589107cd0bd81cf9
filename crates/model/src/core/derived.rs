//! Derived values: worked out from declared inputs, kept beside the record, never in a body.

use super::record::Input;
use super::rule::RuleCtx;
use super::text::Text;

/// A derived value of the records of one register.
#[derive(Debug)]
pub struct DerivedDef {
    /// Stable name, unique inside the register.
    pub id: &'static str,
    /// The register.
    pub register: &'static str,
    /// Its name.
    pub label: Text,
    /// How it is worked out, in a sentence.
    pub formula: Text,
    /// What it is counted in.
    pub unit: super::metric::Unit,
    /// What it reads besides the record itself.
    pub inputs: &'static [Input],
    /// Pure; `None` where it cannot be said.
    pub compute: fn(&RuleCtx<'_>) -> Option<i64>,
    /// Requirement ids.
    pub meets: &'static [&'static str],
}
