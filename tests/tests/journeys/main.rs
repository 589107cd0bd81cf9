//! Whole journeys through the real program in a real browser: what a person does, sees, and finds
//! in the record afterwards. Waits are for conditions, never for a time.
#![expect(clippy::expect_used, reason = "helpers of tests")]

mod accessible;
mod case;
mod containing;
mod drafts;
mod exchange;
mod intake;
mod keyboard;
mod languages;
mod live;
mod main_job;
mod missing;
mod night;
mod paper;
mod plans;
mod register;
mod seat;
mod updates;
mod waking;
mod without_scripts;
