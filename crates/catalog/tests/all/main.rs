//! The shipped catalogues, as the program reads them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, helpers included")]

mod calendars;
mod clock_rows;
mod clocks_foreign;
mod clocks_japan;
mod files;
mod playbooks;
mod requirements;
mod world;
