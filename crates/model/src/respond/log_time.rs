//! Times as logs write them. Only what can be read without guessing is read: a log that leaves out
//! the year or the order of day and month is refused by name.

use crate::{Time, Zone};

/// Reads the time of a log line; a time without a zone of its own is taken in `zone`.
pub fn read(text: &str, zone: &Zone) -> Option<Time> {
    let text = text.trim().trim_matches(['[', ']', '"']);
    if let Some(at) = Time::parse(text, zone) {
        return Some(at);
    }
    seconds(text)
        .or_else(|| web_server(text, zone))
        .or_else(|| Time::parse(&dashes(text)?, zone))
        .filter(|at| at.timestamp().is_some())
}

/// The same clock without the skew: a source that is ahead says a later time than was.
pub fn true_time(logged: Time, skew_seconds: i64) -> Time {
    logged.plus(-skew_seconds.saturating_mul(1_000))
}

/// Seconds or milliseconds since 1970, told by their length.
fn seconds(text: &str) -> Option<Time> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        10 => {
            let thousandths: String = part.chars().chain("000".chars()).take(3).collect();
            Some(Time::from_millis(number * 1_000 + thousandths.parse::<i64>().ok()?))
        }
        13 if part.is_empty() => Some(Time::from_millis(number)),
        _ => None,
    }
}

/// `21/Nov/2026:02:40:11 +0900`, as web servers write it.
fn web_server(text: &str, zone: &Zone) -> Option<Time> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (date, clock) = text.split_once(':')?;
    let mut parts = date.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?.to_lowercase(), parts.next()?);
    let month = MONTHS.iter().position(|m| *m == month)? + 1;
    let day: u32 = day.parse().ok()?;
    let (clock, offset) = clock.split_once(' ').unwrap_or((clock, ""));
    let offset = match offset.split_at_checked(3) {
        Some((hours, minutes)) if minutes.len() == 2 => format!("{hours}:{minutes}"),
        _ => String::new(),
    };
    Time::parse(&format!("{year}-{month:02}-{day:02}T{clock}{offset}"), zone)
}

/// `2026/11/21 2:40:11` and `2026年11月21日 2時40分11秒` as `2026-11-21T02:40:11`.
fn dashes(text: &str) -> Option<String> {
    let mut plain = text.replace(['年', '月', '/'], "-").replace('日', " ");
    plain = plain.replace(['時', '分'], ":").replace('秒', "").replace(',', ".");
    let (date, clock) = plain.trim().split_once([' ', 'T'])?;
    let mut date = date.trim().split('-');
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    if year.len() != 4 || date.next().is_some() {
        return None;
    }
    let (month, day): (u32, u32) = (month.parse().ok()?, day.parse().ok()?);
    let clock = clock.trim().trim_end_matches(':');
    let (hour, rest) = clock.split_once(':')?;
    let hour: u32 = hour.parse().ok()?;
    Some(format!("{year}-{month:02}-{day:02}T{hour:02}:{}", rest.replace(' ', "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_usual_logs_are_read_to_the_second_and_guesses_are_refused() {
        let zone = Zone::tokyo();
        let want = Time::parse("2026-11-21T02:40:11+09:00", &zone);
        assert!(want.is_some());
        for text in [
            "2026-11-21T02:40:11+09:00",
            "2026-11-20T17:40:11Z",
            "2026-11-21 02:40:11",
            "2026/11/21 2:40:11",
            "2026年11月21日 2時40分11秒",
            "[21/Nov/2026:02:40:11 +0900]",
            "20/Nov/2026:17:40:11 +0000",
            "1795196411",
            "1795196411000",
        ] {
            assert_eq!(read(text, &zone), want, "{text}");
        }
        let utc = Zone::named("UTC").unwrap();
        assert_eq!(read("2026/11/20 17:40:11", &utc), want);
        for text in ["Nov 21 02:40:11", "11/21/2026 02:40", "02:40", "", "きのう", "99999"] {
            assert_eq!(read(text, &zone), None, "{text}");
        }
    }

    #[test]
    fn a_clock_that_is_ahead_said_a_later_time() {
        let logged = Time::from_millis(1_795_196_411_000);
        assert_eq!(true_time(logged, 90), Time::from_millis(1_795_196_321_000));
        assert_eq!(true_time(logged, -30), Time::from_millis(1_795_196_441_000));
    }
}
