#![doc = include_str!("../README.md")]

extern crate self as okiagari_model;

pub mod core;

pub use crate::core::def::{
    Access, ChoiceDef, ChoiceOption, FieldDef, FieldKind, RegisterDef, Tone, Wing,
};
pub use crate::core::flow::{Follow, Gate, NewRecord, Transition, Workflow};
pub use crate::core::ids::{AccountId, Ids, OrgId, RecordId, SeededIds};
pub use crate::core::query::{ALL_COUNTERPARTIES, Cond, Op, RowClause, RowFilter};
pub use crate::core::record::{ENDED, Input, ORIGIN, REASON, Record, Snapshot, title_of};
pub use crate::core::rule::{Finding, RuleCtx, RuleDef, Severity, Verdict};
pub use crate::core::setting::{SettingDef, SettingKind, Settings};
pub use crate::core::text::{Lang, Message, Text};
pub use crate::core::time::{DAY, Date, HOUR, MINUTE, Time, Zone};
pub use crate::core::value::{
    AnyRef, Body, Choice, FieldProblem, FieldType, Long, Many, Minutes, Ref, Register, RowType,
    Table, ValueError, Yen, read_field, write_field,
};
pub use okiagari_derive::{Choice, Register, Rows};
pub use serde_json::Value;

/// All settings.
pub const SETTINGS: &[SettingDef] = &[];

/// The bound on a field's length where none is given: characters, or entries of a list.
pub const fn default_max(kind: FieldKind) -> u32 {
    match kind {
        FieldKind::LongText => 20_000,
        FieldKind::Texts | FieldKind::Refs(_) | FieldKind::Choices(_) | FieldKind::Rows(_) => 200,
        _ => 200,
    }
}
