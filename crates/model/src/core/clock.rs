//! Clocks (期限): rule data that turns instants of a record into obligations with a limit.
//!
//! A rule is a row in `catalogs/clocks/`; nothing about a law is in code. What is opened is
//! anchored to the first instant that qualified and never moves by itself (`obligations`);
//! the row that opened it is pinned by digest.

mod calendar;
mod due;
mod error;
mod open;
mod rule;

pub use calendar::Calendar;
pub use due::{Amount, Due, Starts, due};
pub use error::ClockError;
pub use open::{
    ClockCtx, ClockProblem, Drift, DriftKind, OpenObligation, drifts, lapsed, obligations, settled,
};
pub use rule::{ClockRule, Evidence, Rollover, Span, Stage, Start, Unit, Variant};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
