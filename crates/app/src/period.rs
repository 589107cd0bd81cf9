//! Periods for metrics: fiscal years and months in the organisation's zone.

use jiff::civil::Date;
use okiagari_model::{Period, Time, Zone};

fn start(date: Date, zone: &Zone) -> Time {
    date.to_zoned(zone.inner().clone())
        .map_or_else(|_| Time::default(), |z| Time::from_millis(z.timestamp().as_millisecond()))
}

fn month(year: i16, month: i8) -> Option<Date> {
    Date::new(year, month, 1).ok()
}

fn shifted(date: Date, months: i32) -> Date {
    date.checked_add(jiff::Span::new().months(months)).unwrap_or(date)
}

/// The fiscal year that an instant lies in. `first` is its first month, 1 to 12.
pub fn fiscal_year(now: Time, zone: &Zone, first: i64) -> Period {
    let today = now.date(zone).map(okiagari_model::Date::civil).unwrap_or_default();
    let first = i8::try_from(first.clamp(1, 12)).unwrap_or(4);
    let year = if today.month() >= first { today.year() } else { today.year() - 1 };
    let begin = month(year, first).unwrap_or(today);
    Period { from: start(begin, zone), to: start(shifted(begin, 12), zone), now }
}

/// The last months, oldest first, with their labels (`2026-11`).
pub fn last_months(now: Time, zone: &Zone, count: i32) -> Vec<(String, Period)> {
    let today = now.date(zone).map(okiagari_model::Date::civil).unwrap_or_default();
    let this = month(today.year(), today.month()).unwrap_or(today);
    (0..count)
        .rev()
        .map(|back| {
            let begin = shifted(this, -back);
            let label = format!("{}-{:02}", begin.year(), begin.month());
            (label, Period { from: start(begin, zone), to: start(shifted(begin, 1), zone), now })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fiscal_year_from_april_holds_its_last_second_and_not_the_next_day() {
        let zone = Zone::tokyo();
        let at = |t: &str| Time::parse(t, &zone).unwrap();
        let year = fiscal_year(at("2027-03-31T23:59"), &zone, 4);
        assert_eq!(year.from, at("2026-04-01T00:00"));
        assert_eq!(year.to, at("2027-04-01T00:00"));
        assert!(year.has(at("2027-03-31T23:59")));
        assert!(!year.has(at("2027-04-01T00:00")));
    }
}
