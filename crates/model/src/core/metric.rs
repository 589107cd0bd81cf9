//! Metrics (指標): pure functions over records and a period.

use super::ids::RecordId;
use super::record::Record;
use super::text::Text;
use super::time::Time;
use std::rc::Rc;

/// A metric.
#[derive(Debug)]
pub struct MetricDef {
    /// Stable name.
    pub id: &'static str,
    /// Its name.
    pub label: Text,
    /// How it is worked out, in a sentence.
    pub formula: Text,
    /// What the value is counted in.
    pub unit: Unit,
    /// Whether more or less is better.
    pub better: Better,
    /// The register whose records it reads.
    pub register: &'static str,
    /// Pure.
    pub compute: fn(&[Rc<Record>], &Period) -> Measured,
    /// Requirement ids.
    pub meets: &'static [&'static str],
}

/// From (included) to (excluded), with the instant of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// From.
    pub from: Time,
    /// To.
    pub to: Time,
    /// Now.
    pub now: Time,
}

impl Period {
    /// Whether an instant lies in it.
    pub fn has(&self, t: Time) -> bool {
        self.from <= t && t < self.to
    }

    /// The period of the same length before it.
    pub fn before(&self) -> Period {
        let length = self.to.since(self.from);
        Period { from: self.from.plus(-length), to: self.from, now: self.now }
    }
}

/// What a value is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Records.
    Count,
    /// Minutes.
    Minutes,
    /// Percent.
    Percent,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More.
    More,
    /// Less.
    Less,
}

/// A value with the records behind it. `None` where nothing could be measured: not zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measured {
    /// The value.
    pub value: Option<i64>,
    /// The records behind it, for drilling down.
    pub behind: Vec<RecordId>,
}

/// Whether a record belongs to a drill: all of an organisation for exercises, and what is marked so.
pub fn is_drill(r: &Record) -> bool {
    r.text(super::record::ORIGIN) == "drill" || r.flag("drill")
}

/// The mean of minutes between two instants of the records whose end lies in the period: from the
/// first of the fields that a record has set.
/// Drills are counted apart.
pub fn mean_minutes(records: &[Rc<Record>], period: &Period, from: &[&str], to: &str) -> Measured {
    let mut behind = Vec::new();
    let mut total = 0i64;
    for r in records.iter().filter(|r| !r.ended() && !is_drill(r)) {
        if let (Some(a), Some(b)) = (from.iter().find_map(|f| r.time(f)), r.time(to))
            && period.has(b)
            && b >= a
        {
            total += b.since(a) / super::time::MINUTE;
            behind.push(r.id.clone());
        }
    }
    let value = i64::try_from(behind.len()).ok().filter(|n| *n > 0).map(|n| total / n);
    Measured { value, behind }
}

/// The number of records that pass a test.
pub fn count(records: &[Rc<Record>], test: impl Fn(&Record) -> bool) -> Measured {
    let behind: Vec<RecordId> = records
        .iter()
        .filter(|r| !r.ended() && !is_drill(r) && test(r))
        .map(|r| r.id.clone())
        .collect();
    Measured { value: i64::try_from(behind.len()).ok(), behind }
}
