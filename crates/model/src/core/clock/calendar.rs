//! Calendars of closed days.

use super::error::ClockError;
use crate::core::text::Message;
use crate::core::time::{Date, Zone};
use jiff::civil::{Time as ClockTime, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The closed days of some years: Saturdays, Sundays and what is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "CalendarFile", into = "CalendarFile")]
pub struct Calendar {
    /// Stable name (`jp`).
    pub id: String,
    /// Grows with every edit.
    pub version: u32,
    /// Its name.
    pub label: Message,
    /// First and last year it knows.
    pub years: (i16, i16),
    /// The years whose days are officially announced; the others are computed by the law's rules.
    pub announced: Vec<i16>,
    /// Where the days come from.
    pub source: String,
    /// Closed days besides weekends.
    pub holidays: BTreeMap<Date, Message>,
}

impl Calendar {
    /// Whether a day is open.
    ///
    /// # Errors
    /// [`ClockError::OutsideCalendar`] for a year that it does not know: never a silent guess.
    pub fn is_open(&self, date: Date) -> Result<bool, ClockError> {
        let (from, to) = self.years;
        if !(from..=to).contains(&date.civil().year()) {
            let calendar = self.id.clone();
            return Err(ClockError::OutsideCalendar { calendar, date, from, to });
        }
        let weekend = matches!(date.civil().weekday(), Weekday::Saturday | Weekday::Sunday);
        Ok(!weekend && !self.holidays.contains_key(&date))
    }

    /// The first open day after a day.
    ///
    /// # Errors
    /// [`ClockError::OutsideCalendar`] where the search leaves the known years.
    pub fn next_open(&self, date: Date) -> Result<Date, ClockError> {
        let mut day = date;
        loop {
            day = add_days(day, 1)?;
            if self.is_open(day)? {
                return Ok(day);
            }
        }
    }
}

/// A day moved by days.
pub(super) fn add_days(date: Date, days: i64) -> Result<Date, ClockError> {
    let out = || ClockError::OutOfRange { amount: days };
    let span = jiff::Span::new().try_days(days).map_err(|_| out())?;
    date.civil().checked_add(span).map(Date::from_civil).map_err(|_| out())
}

/// A clock time of a day in a zone.
pub(super) fn at(
    date: Date,
    clock: ClockTime,
    zone: &Zone,
) -> Result<super::super::time::Time, ClockError> {
    let zoned = date.civil().to_datetime(clock).to_zoned(zone.inner().clone());
    zoned
        .map(|z| super::super::time::Time::from_millis(z.timestamp().as_millisecond()))
        .map_err(|_| ClockError::OutOfRange { amount: i64::from(date.civil().year()) })
}

/// The file form: days as text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    id: String,
    #[serde(default = "one")]
    version: u32,
    label: Message,
    from: i16,
    to: i16,
    announced: Vec<i16>,
    source: String,
    holidays: BTreeMap<String, Message>,
}

fn one() -> u32 {
    1
}

impl TryFrom<CalendarFile> for Calendar {
    type Error = String;

    fn try_from(file: CalendarFile) -> Result<Self, String> {
        let mut holidays = BTreeMap::new();
        for (text, name) in file.holidays {
            let date = Date::parse(&text).ok_or_else(|| format!("{text} is no day YYYY-MM-DD"))?;
            if !(file.from..=file.to).contains(&date.civil().year()) {
                return Err(format!("{text} lies outside {} to {}", file.from, file.to));
            }
            holidays.insert(date, name);
        }
        Ok(Self {
            id: file.id,
            version: file.version,
            label: file.label,
            years: (file.from, file.to),
            announced: file.announced,
            source: file.source,
            holidays,
        })
    }
}

impl From<Calendar> for CalendarFile {
    fn from(c: Calendar) -> Self {
        Self {
            id: c.id,
            version: c.version,
            label: c.label,
            from: c.years.0,
            to: c.years.1,
            announced: c.announced,
            source: c.source,
            holidays: c.holidays.into_iter().map(|(d, name)| (d.to_string(), name)).collect(),
        }
    }
}
