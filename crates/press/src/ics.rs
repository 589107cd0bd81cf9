//! Calendar files after RFC 5545: deadlines, exercises and reviews that people
//! keep in the calendar they already use.

/// When an event begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A moment, milliseconds since 1970-01-01T00:00:00Z; written in UTC.
    Moment(i64),
    /// A whole day. Written as given; an `end` day is exclusive (RFC 5545 3.6.1).
    Day {
        /// Year, four digits.
        year: u16,
        /// Month, 1 to 12.
        month: u8,
        /// Day of the month, 1 to 31.
        day: u8,
    },
}

/// A reminder before the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Minutes before the start.
    pub minutes_before: u32,
    /// What the reminder says.
    pub text: String,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Identity that stays the same when the event is sent again.
    pub uid: String,
    /// Counts up with every change, so that calendars take the newer one.
    pub sequence: u32,
    /// When this text was made, milliseconds since 1970 UTC (DTSTAMP).
    pub stamp_ms: i64,
    /// Start.
    pub start: When,
    /// End; without one a moment has no length and a day is one day.
    pub end: Option<When>,
    /// One line that says what it is.
    pub summary: String,
    /// More text; empty for none.
    pub description: String,
    /// Place; empty for none.
    pub location: String,
    /// Page in Okiagari; empty for none.
    pub url: String,
    /// Labels.
    pub categories: Vec<String>,
    /// The event was called off.
    pub cancelled: bool,
    /// Reminders.
    pub alarms: Vec<Alarm>,
}

/// Writes the events as one calendar. Lines are folded at 75 octets on character
/// borders; text is escaped; the result is deterministic.
pub fn calendar(name: &str, events: &[Event]) -> String {
    let mut out = String::new();
    line(&mut out, "BEGIN:VCALENDAR");
    line(&mut out, "VERSION:2.0");
    line(&mut out, "PRODID:-//Okiagari//Okiagari//JA");
    line(&mut out, "CALSCALE:GREGORIAN");
    line(&mut out, "METHOD:PUBLISH");
    line(&mut out, &format!("X-WR-CALNAME:{}", escape(name)));
    for event in events {
        push_event(&mut out, event);
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn push_event(out: &mut String, event: &Event) {
    line(out, "BEGIN:VEVENT");
    line(out, &format!("UID:{}", escape(&event.uid)));
    line(out, &format!("SEQUENCE:{}", event.sequence));
    line(out, &format!("DTSTAMP:{}", utc(event.stamp_ms)));
    line(out, &format!("DTSTART{}", when(event.start)));
    if let Some(end) = event.end {
        line(out, &format!("DTEND{}", when(end)));
    }
    line(out, &format!("SUMMARY:{}", escape(&event.summary)));
    for (key, value) in [("DESCRIPTION", &event.description), ("LOCATION", &event.location)] {
        if !value.is_empty() {
            line(out, &format!("{key}:{}", escape(value)));
        }
    }
    if !event.url.is_empty() {
        // A URI is not TEXT and takes no backslashes, but must not break the line.
        let url: String = event.url.chars().filter(|c| !c.is_control()).collect();
        line(out, &format!("URL:{url}"));
    }
    if !event.categories.is_empty() {
        let words: Vec<String> = event.categories.iter().map(|c| escape(c)).collect();
        line(out, &format!("CATEGORIES:{}", words.join(",")));
    }
    line(out, if event.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    for alarm in &event.alarms {
        line(out, "BEGIN:VALARM");
        line(out, "ACTION:DISPLAY");
        line(out, &format!("TRIGGER:-PT{}M", alarm.minutes_before));
        line(out, &format!("DESCRIPTION:{}", escape(&alarm.text)));
        line(out, "END:VALARM");
    }
    line(out, "END:VEVENT");
}

fn when(when: When) -> String {
    match when {
        When::Moment(ms) => format!(":{}", utc(ms)),
        When::Day { year, month, day } => format!(";VALUE=DATE:{year:04}{month:02}{day:02}"),
    }
}

/// `20261121T050300Z`.
fn utc(ms: i64) -> String {
    let seconds = ms.div_euclid(1000);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let rest = seconds.rem_euclid(86_400);
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Year, month and day of a day number since 1970-01-01, by counting in eras of
/// 400 years that begin in March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// TEXT escaping of RFC 5545 3.3.11; other control characters are dropped.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").replace('\r', "\n").chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push('\t'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Appends one content line, folded so that no line has more than 75 octets.
fn line(out: &mut String, content: &str) {
    let mut octets = 0;
    for c in content.chars() {
        if octets + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(c);
        octets += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            uid: "obligation-7@okiagari".into(),
            sequence: 2,
            stamp_ms: 1_795_237_380_000,
            start: When::Moment(1_795_237_380_000),
            end: Some(When::Moment(1_795_240_980_000)),
            summary: "個人情報保護委員会への速報; 期限, 3日".into(),
            description:
                "漏えい等のおそれを知った日から3日以内に報告します。\n手順は記録の画面にあります。"
                    .into(),
            location: String::new(),
            url: "https://okiagari.example/o/1/respond/cases/7".into(),
            categories: vec!["期限".into(), "訓練".into()],
            cancelled: false,
            alarms: vec![Alarm { minutes_before: 60, text: "あと1時間です".into() }],
        }
    }

    #[test]
    fn a_deadline_as_calendar() {
        insta::assert_snapshot!(calendar("期限", &[event()]).replace('\r', ""));
    }

    #[test]
    fn days_have_no_time_and_cancelling_is_said() {
        let day = When::Day { year: 2026, month: 11, day: 21 };
        let text = calendar("", &[Event { start: day, end: None, cancelled: true, ..event() }]);
        assert!(text.contains("\r\nDTSTART;VALUE=DATE:20261121\r\n"));
        assert!(text.contains("\r\nSTATUS:CANCELLED\r\n"));
        assert!(!text.contains("DTEND"));
    }

    #[test]
    fn moments_are_utc() {
        assert_eq!(utc(0), "19700101T000000Z");
        assert_eq!(utc(-1), "19691231T235959Z");
        assert_eq!(utc(951_782_400_000), "20000229T000000Z");
        assert_eq!(utc(1_795_237_380_000), "20261121T050300Z");
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_long_and_unfolding_gives_the_text_back(text in ".{0,300}") {
            let out = calendar(&text, &[]);
            for line in out.split("\r\n") {
                proptest::prop_assert!(line.len() <= 75);
            }
            let unfolded = out.replace("\r\n ", "");
            let expected = format!("\r\nX-WR-CALNAME:{}\r\n", escape(&text));
            proptest::prop_assert!(unfolded.contains(&expected));
        }
    }
}
