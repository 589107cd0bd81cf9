//! Times in demo files: `-1d 3h`, `-40m`, `+2h`, counted from the start of the demo; inside of a
//! text `{-40m}`.

use okiagari_model::{DAY, Date, HOUR, MINUTE, Time, Zone};

/// Milliseconds from the start; `None` where it is no such text.
pub fn offset(text: &str) -> Option<i64> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("-", rest) => (-1, rest),
        ("+", rest) => (1, rest),
        _ => return None,
    };
    Some(sign * span(rest)?)
}

/// A duration such as `1d 3h`, in milliseconds.
pub fn span(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.is_empty() {
        return None;
    }
    parts.iter().try_fold(0i64, |sum, part| {
        let unit = part.chars().last()?;
        let number: i64 = part.strip_suffix(unit)?.parse().ok().filter(|n| *n >= 0)?;
        let unit = match unit {
            'd' => DAY,
            'h' => HOUR,
            'm' => MINUTE,
            _ => return None,
        };
        sum.checked_add(number.checked_mul(unit)?)
    })
}

/// A text whose `{-40m}` are written as the time of day, so that a story told at any hour fits its
/// clocks. `None` where the braces hold no offset.
pub fn told(text: &str, start: Time, zone: &Zone) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        let (inside, after) = tail.split_once('}')?;
        out.push_str(before);
        out.push_str(&start.plus(offset(inside)?).show_clock(zone));
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// The day in Japan at an offset.
pub fn day(text: &str, start: Time, zone: &Zone) -> Option<Date> {
    start.plus(offset(text)?).date(zone)
}

/// A fiscal year beside the present one: `fy0`, `fy-1`. Years begin in April.
pub fn fiscal_year(text: &str, start: Time, zone: &Zone) -> Option<i64> {
    let beside: i64 = text.strip_prefix("fy")?.parse().ok()?;
    let today = start.date(zone)?.civil();
    let year = i64::from(today.year()) - i64::from(today.month() < 4);
    Some(year + beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_and_nonsense_is_not() {
        assert_eq!(offset("-1d 3h"), Some(-27 * HOUR));
        assert_eq!(offset("+40m"), Some(40 * MINUTE));
        for bad in ["40m", "-", "", "-4x", "-d", "--4m", "-\u{e9}"] {
            assert_eq!(offset(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_text_tells_the_time_of_day_of_its_offsets() {
        let zone = Zone::tokyo();
        let start = Time::parse("2026-11-21T00:30", &zone).expect("a time");
        let text = told("{-40m}に始まり、{-10m}まで続いた", start, &zone);
        assert_eq!(text.as_deref(), Some("23:50に始まり、00:20まで続いた"));
        assert_eq!(told("{nonsense}", start, &zone), None);
        assert_eq!(told("no time", start, &zone).as_deref(), Some("no time"));
    }

    #[test]
    fn a_fiscal_year_begins_in_april() {
        let zone = Zone::tokyo();
        let at = |text| Time::parse(text, &zone).expect("a time");
        assert_eq!(fiscal_year("fy0", at("2026-03-31T23:59"), &zone), Some(2025));
        assert_eq!(fiscal_year("fy-1", at("2026-04-01T00:00"), &zone), Some(2025));
        assert_eq!(fiscal_year("year", at("2026-04-01T00:00"), &zone), None);
    }

    #[test]
    fn days_follow_the_zone() {
        let zone = Zone::tokyo();
        let start = Time::parse("2026-11-21T00:30", &zone).expect("a time");
        assert_eq!(day("-1h", start, &zone).map(|d| d.to_string()), Some("2026-11-20".to_owned()));
    }
}
