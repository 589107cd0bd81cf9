//! The shipped calendars against the rules that their days follow.

use jiff::civil::{Date, Weekday, date};
use okiagari_catalog::calendar;
use std::collections::BTreeSet;

fn shipped(id: &str) -> BTreeSet<Date> {
    calendar(id).unwrap().holidays.keys().map(|d| d.civil()).collect()
}

fn nth(year: i16, month: i8, weekday: Weekday, n: i8) -> Date {
    date(year, month, 1).nth_weekday_of_month(n, weekday).unwrap()
}

/// National holidays of Japan: act no. 178 of 1948, articles 2 and 3.
fn national(year: i16) -> BTreeSet<Date> {
    // Usual approximation of the equinoxes, good for 1980 to 2099.
    let equinox = |base: f64| {
        let since = f64::from(year) - 1980.0;
        (base + 0.242_194 * since - (since / 4.0).floor()).floor() as i8
    };
    let named = BTreeSet::from([
        date(year, 1, 1),
        nth(year, 1, Weekday::Monday, 2),
        date(year, 2, 11),
        date(year, 2, 23),
        date(year, 3, equinox(20.8431)),
        date(year, 4, 29),
        date(year, 5, 3),
        date(year, 5, 4),
        date(year, 5, 5),
        nth(year, 7, Weekday::Monday, 3),
        date(year, 8, 11),
        nth(year, 9, Weekday::Monday, 3),
        date(year, 9, equinox(23.2488)),
        nth(year, 10, Weekday::Monday, 2),
        date(year, 11, 3),
        date(year, 11, 23),
    ]);
    let mut all = named.clone();
    for day in &named {
        if day.weekday() == Weekday::Sunday {
            let mut next = *day;
            while named.contains(&next) {
                next = next.tomorrow().unwrap();
            }
            all.insert(next);
        }
        let between = day.tomorrow().unwrap();
        if named.contains(&between.tomorrow().unwrap()) {
            all.insert(between);
        }
    }
    all
}

#[test]
fn japan_is_the_law_plus_the_year_end() {
    for year in 2025..=2028 {
        let mut expected = national(year);
        let closure = [(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)];
        expected.extend(closure.map(|(m, d)| date(year, m, d)));
        let got: BTreeSet<Date> = shipped("jp").into_iter().filter(|d| d.year() == year).collect();
        assert_eq!(got, expected, "{year}");
    }
}

/// Days that were published, so that the reckoning above is not its own proof.
#[test]
fn japan_has_the_published_days() {
    let days = shipped("jp");
    for (y, m, d) in [
        (2025, 2, 24),
        (2025, 5, 6),
        (2025, 11, 24),
        (2026, 5, 6),
        (2026, 9, 21),
        (2026, 9, 22),
        (2026, 9, 23),
        (2027, 3, 21),
        (2027, 3, 22),
        (2027, 9, 20),
        (2027, 9, 23),
    ] {
        assert!(days.contains(&date(y, m, d)), "{y}-{m}-{d}");
    }
    for (y, m, d) in [(2026, 3, 21), (2027, 9, 21), (2027, 9, 22), (2028, 12, 28)] {
        assert!(!days.contains(&date(y, m, d)), "{y}-{m}-{d}");
    }
    assert_eq!(calendar("jp").unwrap().announced, [2025, 2026, 2027]);
}

#[test]
fn target_closes_on_six_days_a_year() {
    let days = shipped("eu-target");
    let sundays = [(2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2028, 4, 16)];
    let mut expected = BTreeSet::new();
    for (y, m, d) in sundays {
        let easter = date(y, m, d);
        let good_friday = easter.yesterday().unwrap().yesterday().unwrap();
        expected.extend([date(y, 1, 1), good_friday, easter.tomorrow().unwrap()]);
        expected.extend([date(y, 5, 1), date(y, 12, 25), date(y, 12, 26)]);
    }
    assert_eq!(days, expected);
}

#[test]
fn the_united_states_observe_weekend_holidays_on_a_weekday() {
    let days = shipped("us-federal");
    // Independence Day 2026 is a Saturday, Juneteenth 2027 too, Christmas 2027 as well.
    for (y, m, d) in
        [(2026, 7, 3), (2027, 6, 18), (2027, 12, 24), (2027, 12, 31), (2026, 11, 26), (2026, 5, 25)]
    {
        assert!(days.contains(&date(y, m, d)), "{y}-{m}-{d}");
    }
    assert!(days.iter().all(|d| !matches!(d.weekday(), Weekday::Saturday | Weekday::Sunday)));
    assert_eq!(days.iter().filter(|d| d.year() == 2026).count(), 11);
}
