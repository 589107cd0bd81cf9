//! Instants and dates. The model never reads a clock: `now` is always handed in.

use super::text::Lang;
use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Time(i64);

/// One minute in milliseconds.
pub const MINUTE: i64 = 60_000;
/// One hour in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// One day of 24 hours in milliseconds.
pub const DAY: i64 = 24 * HOUR;

impl Time {
    /// From milliseconds since the epoch.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This instant moved by milliseconds (may be negative); stops at the ends of the range.
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// So many months later by the calendar of a zone, at the same time of day; the last day of the
    /// month where there is no such day. `None` outside the range of the calendar.
    pub fn plus_months(self, months: i64, zone: &Zone) -> Option<Self> {
        let local = self.timestamp()?.to_zoned(zone.0.clone());
        let later = local.checked_add(jiff::Span::new().try_months(months).ok()?).ok()?;
        Some(Self(later.timestamp().as_millisecond()))
    }

    /// `self - earlier` in milliseconds.
    pub const fn since(self, earlier: Time) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// As a jiff timestamp; `None` outside the years -9999 to 9999.
    pub fn timestamp(self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.0).ok()
    }

    /// Reads RFC 3339 (`2026-11-21T14:03:00+09:00`), or a local `2026-11-21T14:03` in `zone`.
    pub fn parse(text: &str, zone: &Zone) -> Option<Self> {
        let text = text.trim();
        if let Ok(t) = text.parse::<Timestamp>() {
            return Some(Self(t.as_millisecond()));
        }
        let local: civil::DateTime = text.replace(' ', "T").parse().ok()?;
        let t = zone.0.to_ambiguous_timestamp(local).compatible().ok()?;
        Some(Self(t.as_millisecond()))
    }

    /// RFC 3339 in UTC with milliseconds, for machines.
    pub fn rfc3339(self) -> String {
        self.timestamp().map_or_else(|| self.0.to_string(), |t| format!("{t:.3}"))
    }

    /// As people read it: `2026年11月21日 14:03 (JST)`, or `2026-11-21 14:03 (JST)` in English.
    pub fn show(self, lang: Lang, zone: &Zone) -> String {
        let Some(t) = self.timestamp() else { return self.0.to_string() };
        let z = t.to_zoned(zone.0.clone());
        let abbreviation = z.strftime("%Z").to_string();
        match lang {
            Lang::Ja => format!(
                "{}年{}月{}日 {:02}:{:02} ({abbreviation})",
                z.year(),
                z.month(),
                z.day(),
                z.hour(),
                z.minute()
            ),
            Lang::En => format!("{} ({abbreviation})", z.strftime("%Y-%m-%d %H:%M")),
        }
    }

    /// The clock time alone, `14:03`.
    pub fn show_clock(self, zone: &Zone) -> String {
        self.timestamp()
            .map_or_else(String::new, |t| t.to_zoned(zone.0.clone()).strftime("%H:%M").to_string())
    }

    /// For `<input type="datetime-local">`.
    pub fn input_value(self, zone: &Zone) -> String {
        self.timestamp().map_or_else(String::new, |t| {
            t.to_zoned(zone.0.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
        })
    }

    /// The calendar day in a zone.
    pub fn date(self, zone: &Zone) -> Option<Date> {
        self.timestamp().map(|t| Date(t.to_zoned(zone.0.clone()).date()))
    }
}

/// A time zone, by its IANA name.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// By name, for example `Asia/Tokyo`.
    pub fn named(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }

    /// Japan, the default of the product.
    pub fn tokyo() -> Self {
        Self::named("Asia/Tokyo").unwrap_or_else(|| Self(TimeZone::fixed(jiff::tz::offset(9))))
    }

    /// The zone for calendar arithmetic.
    pub fn inner(&self) -> &TimeZone {
        &self.0
    }
}

/// A calendar day without a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(civil::Date);

impl Date {
    /// Reads `2026-11-21`.
    pub fn parse(text: &str) -> Option<Self> {
        text.trim().parse().ok().map(Self)
    }

    /// From jiff.
    pub fn from_civil(date: civil::Date) -> Self {
        Self(date)
    }

    /// For calendar arithmetic.
    pub fn civil(self) -> civil::Date {
        self.0
    }

    /// As people read it: `2026年11月21日` or `2026-11-21`.
    pub fn show(self, lang: Lang) -> String {
        match lang {
            Lang::Ja => format!("{}年{}月{}日", self.0.year(), self.0.month(), self.0.day()),
            Lang::En => self.0.to_string(),
        }
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
