//! Settings: versioned records with shipped defaults. Code supplies evaluators; the organisation
//! supplies the figures.

use super::text::Text;
use super::time::Zone;
use serde_json::Value;
use std::collections::BTreeMap;

/// One setting and its shipped default.
#[derive(Debug)]
pub struct SettingDef {
    /// Stable name, for example `report.delay_minutes`.
    pub key: &'static str,
    /// What it sets.
    pub label: Text,
    /// What follows from it, in a sentence.
    pub help: Text,
    /// What may be typed.
    pub kind: SettingKind,
    /// Requirement ids.
    pub meets: &'static [&'static str],
}

/// What a setting holds, with its default.
#[derive(Debug, Clone, Copy)]
pub enum SettingKind {
    /// A whole number between two bounds.
    Int {
        /// Shipped value.
        default: i64,
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// Yes or no.
    Bool {
        /// Shipped value.
        default: bool,
    },
    /// A text of at most 200 characters.
    Text {
        /// Shipped value.
        default: &'static str,
    },
}

/// An organisation's settings: what it has set, over the shipped defaults.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    set: BTreeMap<String, Value>,
}

impl Settings {
    /// From the values that the organisation has set.
    pub fn new(set: BTreeMap<String, Value>) -> Self {
        Self { set }
    }

    /// With one more value set.
    pub fn put(&mut self, key: &str, value: Value) {
        self.set.insert(key.to_owned(), value);
    }

    /// Whether the organisation has set it itself.
    pub fn is_set(&self, key: &str) -> bool {
        self.set.contains_key(key)
    }

    /// A whole number.
    pub fn int(&self, key: &str) -> i64 {
        let default = match def(key).map(|d| d.kind) {
            Some(SettingKind::Int { default, .. }) => default,
            _ => 0,
        };
        self.set.get(key).and_then(Value::as_i64).unwrap_or(default)
    }

    /// A yes or no.
    pub fn flag(&self, key: &str) -> bool {
        let default = matches!(def(key).map(|d| d.kind), Some(SettingKind::Bool { default: true }));
        self.set.get(key).and_then(Value::as_bool).unwrap_or(default)
    }

    /// A yes or no that has no shipped value (a rule switched off, a clock that applies).
    pub fn switched(&self, key: &str) -> bool {
        self.set.get(key).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A text.
    pub fn text(&self, key: &str) -> &str {
        let default = match def(key).map(|d| d.kind) {
            Some(SettingKind::Text { default }) => default,
            _ => "",
        };
        self.set.get(key).and_then(Value::as_str).unwrap_or(default)
    }

    /// The organisation's time zone; Japan where the set name is unknown.
    pub fn zone(&self) -> Zone {
        Zone::named(self.text("zone")).unwrap_or_else(Zone::tokyo)
    }
}

/// A setting's definition by its key.
pub fn def(key: &str) -> Option<&'static SettingDef> {
    crate::SETTINGS.iter().find(|s| s.key == key)
}
