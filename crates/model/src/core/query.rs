//! Conditions over a record: one bounded form for list filters, saved views, clock conditions
//! and settings. And the row predicate: who sees which rows.

use super::ids::RecordId;
use super::value::Body;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One comparison of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cond {
    /// The field's id.
    pub field: String,
    /// How it is compared.
    pub op: Op,
    /// With what; ignored by `empty` and `set`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub value: Value,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Equal.
    Eq,
    /// Not equal (unset counts as not equal).
    Ne,
    /// One of a list; for fields with several values: any of them.
    In,
    /// Unset.
    Empty,
    /// Set.
    Set,
    /// At least (numbers, days, instants).
    Gte,
    /// At most.
    Lte,
    /// Contains the text (one-line and long texts).
    Contains,
}

impl Cond {
    /// Field equals a value.
    pub fn eq(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { field: field.into(), op: Op::Eq, value: value.into() }
    }

    /// Whether a body meets it. A list field meets `eq` and `in` when any entry does.
    pub fn holds(&self, body: &Body) -> bool {
        let Some(actual) = body.get(&self.field) else {
            return match self.op {
                Op::Empty | Op::Ne => true,
                Op::Eq => self.value == Value::Bool(false),
                _ => false,
            };
        };
        let any = |test: &dyn Fn(&Value) -> bool| match actual {
            Value::Array(list) => list.iter().any(test),
            one => test(one),
        };
        match self.op {
            Op::Eq => any(&|v| *v == self.value),
            Op::Ne => !any(&|v| *v == self.value),
            Op::In => self.value.as_array().is_some_and(|list| any(&|v| list.contains(v))),
            Op::Empty => false,
            Op::Set => true,
            Op::Gte => any(&|v| ordered(v, &self.value).is_some_and(std::cmp::Ordering::is_ge)),
            Op::Lte => any(&|v| ordered(v, &self.value).is_some_and(std::cmp::Ordering::is_le)),
            Op::Contains => any(&|v| match (v.as_str(), self.value.as_str()) {
                (Some(text), Some(part)) => text.to_lowercase().contains(&part.to_lowercase()),
                _ => false,
            }),
        }
    }
}

fn ordered(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => a.as_i64().zip(b.as_i64()).map(|(a, b)| a.cmp(&b)),
    }
}

/// Which rows a subject may see: computed from the policy table, turned into SQL by the store,
/// the same one for list, count, search, links, findings, live updates, export and metrics.
///
/// A record is seen when any clause holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFilter {
    /// Any of these; empty means nothing is seen.
    pub clauses: Vec<RowClause>,
}

/// One way to see a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowClause {
    /// Every record of the organisation, restricted cases included (the record's own keepers).
    Everything,
    /// Every record that belongs to no restricted case.
    Unrestricted,
    /// Records of these departments that belong to no restricted case.
    Departments(Vec<RecordId>),
    /// Records of cases that the person is a member of.
    CaseMember(RecordId),
    /// Records of these cases (a time-boxed auditor's scope).
    Cases(Vec<RecordId>),
    /// Records that belong to the person.
    Person(RecordId),
    /// Records made by the account.
    Author(String),
    /// Records addressed to the counterparty, or to all counterparties.
    Counterparty(RecordId),
}

impl RowFilter {
    /// Sees nothing.
    pub fn nothing() -> Self {
        Self { clauses: Vec::new() }
    }

    /// Sees everything. For the program itself: clocks, rules, rebuild.
    pub fn everything() -> Self {
        Self { clauses: vec![RowClause::Everything] }
    }

    /// Whether nothing can be seen.
    pub fn is_nothing(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Whether the rows need no further condition.
    pub fn is_everything(&self) -> bool {
        self.clauses.contains(&RowClause::Everything)
    }
}

/// Value of an access column that addresses all counterparties at once.
pub const ALL_COUNTERPARTIES: &str = "*";
