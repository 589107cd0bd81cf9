//! Counting: from an instant and a duration to the limit, and why it falls there.

use super::calendar::{Calendar, add_days, at};
use super::error::ClockError;
use super::rule::{Rollover, Stage, Unit};
use crate::core::text::{Lang, Message};
use crate::core::time::{Date, HOUR, MINUTE, Time, Zone};
use jiff::civil::{Time as ClockTime, time};

/// Last millisecond of a day.
const END_OF_DAY: ClockTime = time(23, 59, 59, 999_000_000);
/// Noon.
const NOON: ClockTime = time(12, 0, 0, 0);

/// A limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Last instant in time.
    pub at: Time,
    /// How it was counted.
    pub explain: Message,
}

/// The instants that a stage is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Starts {
    /// The stage's own start.
    pub start: Time,
    /// The start of its cap, where known.
    pub cap: Option<Time>,
    /// The start of its late branch, where known.
    pub late: Option<Time>,
}

impl Starts {
    /// Only the stage's own start.
    pub fn at(start: Time) -> Self {
        Self { start, cap: None, late: None }
    }
}

/// A duration, once settings and variants have been looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// How much, in `unit`.
    pub amount: i64,
    /// What it counts.
    pub unit: Unit,
    /// The day of the start is day 1.
    pub include_first_day: bool,
}

impl Amount {
    /// A stage's own duration, without settings and variants.
    pub fn of(stage: &Stage) -> Self {
        let Stage { amount, unit, include_first_day, .. } = *stage;
        Self { amount, unit, include_first_day }
    }

    /// Counts from an instant, in a zone and with a calendar.
    ///
    /// Minutes and hours are elapsed. Days, business days and months end with the last
    /// millisecond of the last day in the zone. A month that lacks the day ends with its last day.
    ///
    /// # Errors
    /// Where the amount is negative or out of range, or a day lies outside the calendar.
    pub fn from(
        self,
        start: Time,
        zone: &Zone,
        calendar: Option<&Calendar>,
    ) -> Result<Time, ClockError> {
        let out = || ClockError::OutOfRange { amount: self.amount };
        if self.amount < 0 {
            return Err(out());
        }
        let elapsed = |unit: i64| {
            let ms = self.amount.checked_mul(unit).ok_or_else(out)?;
            let end = Time::from_millis(start.millis().checked_add(ms).ok_or_else(out)?);
            end.timestamp().map(|_| end).ok_or_else(out)
        };
        let first = start.date(zone).ok_or_else(out)?;
        let last = match self.unit {
            Unit::Minute => return elapsed(MINUTE),
            Unit::Hour => return elapsed(HOUR),
            Unit::CalendarDay => {
                let less = i64::from(self.include_first_day && self.amount > 0);
                add_days(first, self.amount - less).map_err(|_| out())?
            }
            Unit::BusinessDay => {
                let none = || ClockError::NoCalendar { calendar: String::new() };
                self.business_day(first, calendar.ok_or_else(none)?)?
            }
            Unit::Month => self.month(first).ok_or_else(out)?,
        };
        at(last, END_OF_DAY, zone)
    }

    fn business_day(self, first: Date, calendar: &Calendar) -> Result<Date, ClockError> {
        let mut left = self.amount;
        if self.include_first_day && left > 0 && calendar.is_open(first)? {
            left -= 1;
        }
        let mut day = first;
        while left > 0 {
            day = calendar.next_open(day)?;
            left -= 1;
        }
        Ok(day)
    }

    fn month(self, first: Date) -> Option<Date> {
        let span = jiff::Span::new().try_months(self.amount).ok()?;
        let same = first.civil().checked_add(span).ok()?;
        // Counted from the first day itself, the period ends the day before its like; a month
        // without that day already ends early.
        let clamped = same.day() != first.civil().day();
        let early = self.include_first_day && self.amount > 0 && !clamped;
        let last = if early { same.yesterday().ok()? } else { same };
        Some(Date::from_civil(last))
    }

    fn explain(self, start: Time, zone: &Zone) -> Message {
        let n = self.amount;
        let s = if n == 1 { "" } else { "s" };
        let day = |lang| start.date(zone).map_or_else(String::new, |d| d.show(lang));
        let (ja, en) = (day(Lang::Ja), day(Lang::En));
        let instant = |lang| start.show(lang, zone);
        match (self.unit, self.include_first_day) {
            (Unit::Minute, _) => Message::new(
                format!("{}から{n}分", instant(Lang::Ja)),
                format!("{n} minute{s} from {}", instant(Lang::En)),
            ),
            (Unit::Hour, _) => Message::new(
                format!("{}から{n}時間", instant(Lang::Ja)),
                format!("{n} hour{s} from {}", instant(Lang::En)),
            ),
            (Unit::CalendarDay, true) => Message::new(
                format!("{ja}を1日目として{n}日目"),
                format!("day {n}, counting {en} as day 1"),
            ),
            (Unit::CalendarDay, false) => Message::new(
                format!("{ja}の翌日から数えて{n}日目"),
                format!("{n} day{s} after {en}"),
            ),
            (Unit::BusinessDay, true) => Message::new(
                format!("{ja}を含めて{n}営業日目"),
                format!("business day {n}, counting {en}"),
            ),
            (Unit::BusinessDay, false) => Message::new(
                format!("{ja}の翌日から数えて{n}営業日目"),
                format!("{n} business day{s} after {en}"),
            ),
            (Unit::Month, true) => Message::new(
                format!("{ja}を初日として{n}か月"),
                format!("{n} month{s}, counting {en} as the first day"),
            ),
            (Unit::Month, false) => {
                Message::new(format!("{ja}から{n}か月"), format!("{n} month{s} from {en}"))
            }
        }
    }
}

/// The limit of a stage.
///
/// The earlier of the stage's own limit and its cap wins. A stage that starts only after its cap
/// has passed follows its late branch. A limit on a closed day then moves as the stage says.
///
/// # Errors
/// See [`ClockError`].
pub fn due(
    stage: &Stage,
    amount: Amount,
    starts: Starts,
    zone: &Zone,
    calendar: Option<&Calendar>,
) -> Result<Due, ClockError> {
    let own = Due {
        at: amount.from(starts.start, zone, calendar)?,
        explain: amount.explain(starts.start, zone),
    };
    let chosen = match (&stage.cap, starts.cap) {
        (Some(cap), Some(from)) => {
            let limit = Amount { amount: cap.amount, unit: cap.unit, include_first_day: false };
            let cap_at = limit.from(from, zone, calendar)?;
            if starts.start > cap_at {
                late(stage, starts, own, zone, calendar)?
            } else if cap_at < own.at {
                let e = limit.explain(from, zone);
                let explain = Message::new(
                    format!("{}を上限とするため、この時刻", e.ja),
                    format!("capped at {}", e.en),
                );
                Due { at: cap_at, explain }
            } else {
                own
            }
        }
        _ => own,
    };
    let moved = roll(stage.rollover, chosen, zone, calendar)?;
    Ok(Due { at: moved.at, explain: with_word(stage, moved.explain) })
}

fn late(
    stage: &Stage,
    starts: Starts,
    own: Due,
    zone: &Zone,
    calendar: Option<&Calendar>,
) -> Result<Due, ClockError> {
    let Some(branch) = &stage.late_branch else { return Ok(own) };
    let limit = Amount { amount: branch.amount, unit: branch.unit, include_first_day: false };
    let from = starts.late.unwrap_or(starts.start);
    let e = limit.explain(from, zone);
    let explain = Message::new(
        format!("上限の後に起算したため、{}", e.ja),
        format!("started after the cap: {}", e.en),
    );
    Ok(Due { at: limit.from(from, zone, calendar)?, explain })
}

fn roll(
    rollover: Rollover,
    due: Due,
    zone: &Zone,
    calendar: Option<&Calendar>,
) -> Result<Due, ClockError> {
    if rollover == Rollover::None {
        return Ok(due);
    }
    let calendar = calendar.ok_or_else(|| ClockError::NoCalendar { calendar: String::new() })?;
    let out = || ClockError::OutOfRange { amount: due.at.millis() };
    let day = due.at.date(zone).ok_or_else(out)?;
    if calendar.is_open(day)? {
        return Ok(due);
    }
    let open = calendar.next_open(day)?;
    let noon = rollover == Rollover::NextOpenDayNoon;
    let clock = if noon { NOON } else { END_OF_DAY };
    let explain = Message::new(
        format!("{}、休日のため翌開庁日{}", due.explain.ja, if noon { "の正午" } else { "" }),
        format!(
            "{}; a closed day, so {} the next open day",
            due.explain.en,
            if noon { "noon of" } else { "the end of" }
        ),
    );
    Ok(Due { at: at(open, clock, zone)?, explain })
}

/// Says that a figure is only our target where the source gives a word instead.
fn with_word(stage: &Stage, explain: Message) -> Message {
    match &stage.qualitative {
        None => explain,
        Some(word) => Message::new(
            format!("原文は「{}」。社内目標: {}", word.ja, explain.ja),
            format!("the source says \u{201c}{}\u{201d}; internal target: {}", word.en, explain.en),
        ),
    }
}
