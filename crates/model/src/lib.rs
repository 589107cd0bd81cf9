#![doc = include_str!("../README.md")]
#![allow(unused_extern_crates, reason = "the derive names this crate by its outside name")]

extern crate self as okiagari_model;

pub mod core;
pub mod govern;
pub mod identify;
pub mod improve;
pub mod prepare;
pub mod reconnect;
pub mod recover;
pub mod respond;

pub use crate::core::change::{Change, GateProblem, Refusal};
pub use crate::core::clock;
pub use crate::core::decide::{
    DecideCtx, Decision, Write, closed_gates, decide, may, reads, state_of,
};
pub use crate::core::def::{
    Access, ChoiceDef, ChoiceOption, FieldDef, FieldKind, RegisterDef, Tone, Wing,
};
pub use crate::core::derived::DerivedDef;
pub use crate::core::flow::{Act, Follow, Gate, NewRecord, Start, Transition, Workflow};
pub use crate::core::ids::{AccountId, Ids, OrgId, RecordId, SeededIds};
pub use crate::core::metric::{Better, Measured, MetricDef, Period, Unit};
pub use crate::core::policy::{self, Action, POLICY, Subject};
pub use crate::core::query::{ALL_COUNTERPARTIES, Cond, Op, RowClause, RowFilter};
pub use crate::core::record::{ENDED, Input, ORIGIN, REASON, Record, Snapshot, title_of};
pub use crate::core::rule::{Finding, RuleCtx, RuleDef, Severity, Verdict};
pub use crate::core::setting::{SettingDef, SettingKind, Settings};
pub use crate::core::text::{Lang, Message, Text};
pub use crate::core::time::{DAY, Date, HOUR, MINUTE, Time, Zone};
pub use crate::core::validate;
pub use crate::core::value::{
    AnyRef, Body, Choice, FieldProblem, FieldType, Long, Many, Minutes, Ref, Register, RowType,
    Table, ValueError, Yen, read_field, write_field,
};
pub use crate::core::vocabulary;
pub use crate::govern::setting_list::SETTINGS;
pub use crate::improve::metrics::METRICS;
pub use okiagari_derive::{Choice, Register, Rows};
pub use serde_json::Value;

// The tables of all registers, rules and derived values are made by `build.rs` from the files in
// the folders of the wings: adding one is adding a file.
include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// A register by its id.
pub fn register(id: &str) -> Option<&'static RegisterDef> {
    REGISTERS.iter().find(|r| r.id == id).copied()
}

/// A rule by its id.
pub fn rule(id: &str) -> Option<&'static RuleDef> {
    rules().find(|r| r.id == id)
}

/// All rules.
pub fn rules() -> impl Iterator<Item = &'static RuleDef> {
    RULES.iter().flat_map(|set| set.iter())
}

/// The bound on a field's length where none is given: characters, or entries of a list.
pub const fn default_max(kind: FieldKind) -> u32 {
    match kind {
        FieldKind::LongText => 20_000,
        _ => 200,
    }
}
