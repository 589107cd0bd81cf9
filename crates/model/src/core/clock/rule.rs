//! The rows of rule data: when a limit starts, how long it runs, who must do what for whom.

use super::error::ClockError;
use crate::core::query::Cond;
use crate::core::text::{Message, Text};
use crate::core::time::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One deadline rule (期限): what starts it and the stages that follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockRule {
    /// Stable name; another legal version of the same rule has another name.
    pub id: String,
    /// Grows with every edit of the row; an organisation's own row keeps the number it was made from.
    #[serde(default = "one")]
    pub version: u32,
    /// Whose law or practice: `jp`, `eu`, `us`, `internal`.
    pub jurisdiction: String,
    /// The law, contract or guide, as people call it.
    pub regime: Message,
    /// The register whose records start it.
    pub register: String,
    /// The Time field of that register that starts the first stage.
    pub trigger: String,
    /// What must hold on the record, all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub condition: Vec<Cond>,
    /// What the organisation must be for the rule to concern it; empty concerns everyone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub applies_key: String,
    /// Name of the calendar of closed days (`catalogs/calendars/`); empty where no stage needs one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub calendar: String,
    /// Zone that its days are counted in; unset counts in the organisation's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The stages, in order.
    pub stages: Vec<Stage>,
    /// Who receives it, where a stage does not name another.
    pub recipient: Message,
    /// The role that answers for it, where a stage does not name another.
    pub role: String,
    /// Where the figures come from.
    pub source: String,
    /// The same in Japanese, where it is not a foreign rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ja: Option<String>,
    /// How sure the figures are.
    pub evidence: Evidence,
    /// When somebody last compared the row with its source.
    #[serde(with = "date_text")]
    pub checked_on: Date,
    /// First day on which a trigger starts it.
    #[serde(default, with = "optional_date", skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Date>,
    /// Last day on which a trigger starts it.
    #[serde(default, with = "optional_date", skip_serializing_if = "Option::is_none")]
    pub effective_to: Option<Date>,
    /// A duty by law: the organisation confirms it before it drives alarms.
    pub legal: bool,
    /// Whether it runs at all.
    pub enabled: bool,
    /// What the reader must know before relying on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Message>,
    /// Requirement ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meets: Vec<String>,
}

/// One limit of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Stable name inside the rule.
    pub id: String,
    /// What is to be done.
    pub label: Message,
    /// What starts it.
    pub start: Start,
    /// Settings key under which the organisation names another start (`trigger`, `field:…`,
    /// `after:…`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_setting: Option<String>,
    /// What must hold on the record besides the rule's own condition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub condition: Vec<Cond>,
    /// How long it runs, in `unit`.
    pub amount: i64,
    /// What `amount` counts.
    pub unit: Unit,
    /// The day of the start is day 1 (days, business days, months).
    #[serde(default, skip_serializing_if = "is_false")]
    pub include_first_day: bool,
    /// What happens when the limit falls on a closed day.
    #[serde(default, skip_serializing_if = "Rollover::is_none")]
    pub rollover: Rollover,
    /// A second limit from another start; the earlier of the two wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Span>,
    /// The limit where the stage starts only after its cap has passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_branch: Option<Span>,
    /// The law's own word where it gives no figure ("promptly"); `amount` is then only a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualitative: Option<Message>,
    /// Settings key whose minutes override `amount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_setting: Option<String>,
    /// Minutes field of the record that overrides `amount` (an RTO, for example).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_field: Option<String>,
    /// Other limits for certain records; the first whose condition holds wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// Minutes before the limit at which the role is reminded.
    #[serde(default)]
    pub warn_before_minutes: i64,
    /// Time field of the record that proves the stage done once it is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_by: Option<String>,
    /// Time field of the record that ends the stage without its being done, once it is set: what
    /// it asks for goes on in another record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_by: Option<String>,
    /// The form or channel to use and what must be in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Message>,
    /// Another receiver than the rule's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Message>,
    /// Another role than the rule's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Requirement ids of this stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meets: Vec<String>,
}

/// What starts a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The rule's trigger field.
    Trigger,
    /// Another Time field of the record.
    Field(String),
    /// The first time that another stage of the rule was done.
    After(String),
}

impl Start {
    /// Reads `trigger`, `field:name` or `after:stage`, as a setting holds it.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().split_once(':') {
            None if text.trim() == "trigger" => Some(Start::Trigger),
            Some(("field", name)) if !name.is_empty() => Some(Start::Field(name.to_owned())),
            Some(("after", stage)) if !stage.is_empty() => Some(Start::After(stage.to_owned())),
            _ => None,
        }
    }
}

/// What an amount counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Elapsed minutes.
    Minute,
    /// Elapsed hours.
    Hour,
    /// Days of the calendar, to the end of the last one.
    CalendarDay,
    /// Days that are not closed, to the end of the last one.
    BusinessDay,
    /// Months of the calendar, to the end of the last day; a missing day becomes the month's last.
    Month,
}

/// What happens when a limit falls on a closed day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rollover {
    /// Nothing: the limit stays.
    #[default]
    None,
    /// It moves to the end of the next open day.
    NextOpenDay,
    /// It moves to noon of the next open day.
    NextOpenDayNoon,
}

impl Rollover {
    fn is_none(&self) -> bool {
        *self == Rollover::None
    }
}

/// A start with a duration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// What starts it.
    pub start: Start,
    /// How long, in `unit`.
    pub amount: i64,
    /// What `amount` counts.
    pub unit: Unit,
}

/// Another limit for records that meet a condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// What must hold on the record, all of it.
    pub condition: Vec<Cond>,
    /// How long, in `unit`.
    pub amount: i64,
    /// What `amount` counts.
    pub unit: Unit,
}

/// How sure a row's figures are. Shown beside every limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Compared with the official text by a person who answers for it.
    Confirmed,
    /// Read in the source or in a page about it.
    Read,
    /// From memory: not to be relied on before it is checked.
    FromMemory,
}

impl Evidence {
    /// Shown name.
    pub const fn label(self) -> Text {
        match self {
            Evidence::Confirmed => Text::new("原文で確認済み", "Confirmed against the text"),
            Evidence::Read => Text::new("資料で確認", "Read in a source"),
            Evidence::FromMemory => Text::new("未確認", "Not checked yet"),
        }
    }
}

impl ClockRule {
    /// Where the figures come from, in both languages.
    pub fn sources(&self) -> Message {
        let ja = self.source_ja.as_ref().unwrap_or(&self.source);
        Message { ja: ja.clone(), en: self.source.clone() }
    }

    /// A stage by its id.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|s| s.id == id)
    }

    /// SHA-256 in hex of the row in canonical JSON: pins in every obligation the row that opened it.
    ///
    /// # Errors
    /// Never for rows that were read from JSON.
    pub fn digest(&self) -> Result<String, ClockError> {
        let bytes = serde_json_canonicalizer::to_vec(self)
            .map_err(|e| ClockError::Unwritable { reason: e.to_string() })?;
        Ok(Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect())
    }

    /// What contradicts itself in the row, each with the key it stands at; empty when sound.
    pub fn faults(&self) -> Vec<(String, &'static str)> {
        let mut faults = Vec::new();
        if self.stages.is_empty() {
            faults.push(("stages".to_owned(), "a rule needs at least one stage"));
        }
        if self.effective_from.zip(self.effective_to).is_some_and(|(from, to)| from > to) {
            faults.push(("effective_to".to_owned(), "ends before it begins"));
        }
        if self.enabled && self.evidence == Evidence::FromMemory {
            faults.push(("enabled".to_owned(), "a rule from memory must not run"));
        }
        for (i, stage) in self.stages.iter().enumerate() {
            let earlier = &self.stages[..i];
            for (key, what) in stage.faults(self, earlier) {
                faults.push((format!("stages.{}.{key}", stage.id), what));
            }
        }
        faults
    }
}

impl Stage {
    fn faults(&self, rule: &ClockRule, earlier: &[Stage]) -> Vec<(&'static str, &'static str)> {
        let mut faults = Vec::new();
        let mut span = |key, amount: i64, unit| {
            let least = i64::from(self.include_first_day && unit != Unit::Hour);
            if amount < least {
                faults.push((key, "is too small"));
            }
        };
        span("amount", self.amount, self.unit);
        for v in &self.variants {
            span("variants", v.amount, v.unit);
        }
        for s in self.cap.iter().chain(&self.late_branch) {
            span("cap", s.amount, s.unit);
        }
        if earlier.iter().any(|s| s.id == self.id) {
            faults.push(("id", "appears twice"));
        }
        let known = |start: &Start| match start {
            Start::After(id) => earlier.iter().any(|s| s.id == *id),
            _ => true,
        };
        if !known(&self.start) {
            faults.push(("start", "must follow an earlier stage"));
        }
        if self.cap.iter().chain(&self.late_branch).any(|s| !known(&s.start)) {
            faults.push(("cap", "must follow an earlier stage"));
        }
        if self.cap.is_some() != self.late_branch.is_some() {
            faults.push(("late_branch", "a cap and its late branch come together"));
        }
        // A setting must not be able to lengthen what the law says in figures.
        if rule.legal && self.amount_setting.is_some() && self.qualitative.is_none() {
            faults.push(("amount_setting", "a limit in figures by law cannot be set"));
        }
        let counts = self.unit == Unit::BusinessDay
            || self.variants.iter().any(|v| v.unit == Unit::BusinessDay)
            || self.rollover != Rollover::None;
        if counts && rule.calendar.is_empty() {
            faults.push(("rollover", "needs the rule's calendar"));
        }
        if self.warn_before_minutes < 0 {
            faults.push(("warn_before_minutes", "is negative"));
        }
        faults
    }
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(b: &bool) -> bool {
    !b
}

/// Days as `YYYY-MM-DD`.
mod date_text {
    use crate::core::time::Date;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(date: &Date, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(date)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Date, D::Error> {
        let text = String::deserialize(d)?;
        Date::parse(&text).ok_or_else(|| D::Error::custom(format!("{text} is no day YYYY-MM-DD")))
    }
}

/// The same for days that may be unset.
mod optional_date {
    use crate::core::time::Date;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(date: &Option<Date>, s: S) -> Result<S::Ok, S::Error> {
        match date {
            Some(date) => s.collect_str(date),
            None => s.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Date>, D::Error> {
        let Some(text) = Option::<String>::deserialize(d)? else { return Ok(None) };
        let date = Date::parse(&text);
        date.map(Some).ok_or_else(|| D::Error::custom(format!("{text} is no day YYYY-MM-DD")))
    }
}
