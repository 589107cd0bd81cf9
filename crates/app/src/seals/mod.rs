//! Statements signed with keys, the packages made of them, and packages of others (G7-45, 65, 72,
//! 73, 76). `keys` keeps the signers' keys, `declare` and `answer` put a statement into words,
//! `sign` has it signed, `pack` writes the package, `judge` checks one, `receive` takes one in.

mod answer;
mod declare;
mod judge;
mod keys;
mod pack;
mod receive;
mod sign;

pub use judge::{NotProven, judge};
pub use keys::NewKey;
pub use pack::Packet;
pub use receive::Taken;
pub use sign::Prepare;

use crate::error::AppError;
use okiagari_model::reconnect::assurance_item::AssuranceTopic;
use okiagari_model::{Date, Time, Zone};
use okiagari_seal::Moment;
use okiagari_seal::statement::ItemKey;

/// The item of a declaration for a topic (G7-75).
const fn key_of(topic: AssuranceTopic) -> ItemKey {
    match topic {
        AssuranceTopic::RootCause => ItemKey::RootCause,
        AssuranceTopic::Containment => ItemKey::Containment,
        AssuranceTopic::ThreatGone => ItemKey::ThreatGone,
        AssuranceTopic::Resilience => ItemKey::Resilience,
        AssuranceTopic::BackupPlan => ItemKey::RecoveryPlan,
        AssuranceTopic::TestResults => ItemKey::TestResults,
        AssuranceTopic::Lessons => ItemKey::Lessons,
        AssuranceTopic::Monitoring => ItemKey::Monitoring,
        AssuranceTopic::Effects => ItemKey::Effects,
        AssuranceTopic::Further => ItemKey::Further,
    }
}

/// The topic of an item; the parts of list B that only repeat others have none.
fn topic_of(key: ItemKey) -> Option<AssuranceTopic> {
    AssuranceTopic::ALL.into_iter().find(|topic| key_of(*topic) == key)
}

/// An instant as statements have it.
fn moment(time: Time) -> Result<Moment, AppError> {
    let seconds = u64::try_from(time.millis() / 1_000).ok();
    let found = seconds.and_then(|s| Moment::from_unix(s).ok());
    found.ok_or_else(|| AppError::Internal(format!("{} ms is no instant", time.millis())))
}

/// An instant of a statement as the record has it.
fn time(moment: Moment) -> Time {
    let seconds = i64::try_from(moment.unix()).unwrap_or(i64::MAX / 1_000);
    Time::from_millis(seconds * 1_000)
}

/// The first instant of a day.
fn begin(day: Date, zone: &Zone) -> Result<Moment, AppError> {
    let at = Time::parse(&format!("{}T00:00", day.civil()), zone);
    moment(at.ok_or_else(|| AppError::input("日付が正しくありません。", "This is no date."))?)
}

/// The last second of a day.
fn end(day: Date, zone: &Zone) -> Result<Moment, AppError> {
    let next = day.civil().tomorrow().map_err(|e| AppError::Internal(e.to_string()))?;
    let at = Time::parse(&format!("{next}T00:00"), zone);
    let at = at.ok_or_else(|| AppError::input("日付が正しくありません。", "This is no date."))?;
    moment(at.plus(-1_000))
}

/// A text, where there is one.
fn some(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|t| !t.is_empty())
}
