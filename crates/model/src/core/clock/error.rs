//! What can keep a limit from being known. Each becomes a visible finding, never a guess.

use crate::core::text::Message;
use crate::core::time::Date;

/// Why a limit could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// A day lies outside the years that the calendar knows.
    #[error("{date} lies outside calendar {calendar} ({from} to {to})")]
    OutsideCalendar {
        /// The calendar's id.
        calendar: String,
        /// The day asked for.
        date: Date,
        /// First year known.
        from: i16,
        /// Last year known.
        to: i16,
    },
    /// The rule needs a calendar that was not handed in.
    #[error("calendar {calendar} is missing")]
    NoCalendar {
        /// The calendar's id; empty where the rule names none.
        calendar: String,
    },
    /// The rule names a zone that does not exist.
    #[error("time zone {zone} is unknown")]
    NoZone {
        /// The zone's name.
        zone: String,
    },
    /// The limit lies beyond what can be counted, or its amount is negative.
    #[error("amount {amount} cannot be counted")]
    OutOfRange {
        /// The amount.
        amount: i64,
    },
    /// A setting holds no usable start or amount.
    #[error("setting {key} cannot be used: {value}")]
    BadSetting {
        /// The settings key.
        key: String,
        /// What it holds.
        value: String,
    },
    /// The instant that starts the stage lies in the future; a mistyped time must not set a limit.
    #[error("field {field} lies in the future")]
    FutureStart {
        /// The field.
        field: String,
    },
    /// The instant that a second limit is counted from is not known, so only the first one is shown.
    #[error("{start} is unknown, so the upper limit is not counted")]
    CapUnknown {
        /// The field or stage it waits for.
        start: String,
    },
    /// The row could not be written as canonical JSON.
    #[error("the rule cannot be written: {reason}")]
    Unwritable {
        /// Why.
        reason: String,
    },
}

impl ClockError {
    /// For people: what is wrong and how to mend it.
    pub fn message(&self) -> Message {
        match self {
            ClockError::OutsideCalendar { calendar, date, from, to } => Message::new(
                format!(
                    "休日暦「{calendar}」は{from}年から{to}年までです。{date}を含む年の休日を追加してください。"
                ),
                format!(
                    "Calendar {calendar} covers {from} to {to}. Add the closed days of the year of {date}."
                ),
            ),
            ClockError::NoCalendar { calendar } => Message::new(
                format!(
                    "休日暦「{calendar}」がありません。暦を追加するか、規則の暦を直してください。"
                ),
                format!("Calendar {calendar} is missing. Add it, or mend the rule's calendar."),
            ),
            ClockError::NoZone { zone } => Message::new(
                format!("時間帯「{zone}」が見つかりません。規則の時間帯を直してください。"),
                format!("Time zone {zone} is unknown. Mend the rule's zone."),
            ),
            ClockError::OutOfRange { amount } => Message::new(
                format!("期間「{amount}」を数えられません。規則か設定の値を直してください。"),
                format!("The amount {amount} cannot be counted. Mend the rule or the setting."),
            ),
            ClockError::BadSetting { key, value } => Message::new(
                format!("設定「{key}」の値「{value}」を期限に使えません。値を直してください。"),
                format!("Setting {key} holds {value}, which cannot set a limit. Mend the value."),
            ),
            ClockError::FutureStart { field } => Message::new(
                format!("起算の時刻「{field}」が未来です。時刻を確かめてください。"),
                format!("The starting time {field} lies in the future. Check the time."),
            ),
            ClockError::CapUnknown { start } => Message::new(
                format!(
                    "「{start}」が未入力のため、上限の期限を計算できません。時刻を入力してください。"
                ),
                format!(
                    "{start} is not known, so the upper limit cannot be counted. Enter the time."
                ),
            ),
            ClockError::Unwritable { reason } => Message::new(
                format!("規則を記録できません（{reason}）。規則を直してください。"),
                format!("The rule cannot be recorded ({reason}). Mend the rule."),
            ),
        }
    }
}
