//! The API over a real application and a fresh SQLite file.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod bad_input;
mod contract;
mod every_register;
mod files;
mod harness;
mod random;
