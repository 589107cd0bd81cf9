//! The store's conformance suite: every test runs on SQLite, and on PostgreSQL where the machine
//! has it.

#![expect(clippy::unwrap_used, reason = "a test fails where it must not go on")]

mod access;
mod append;
mod as_of;
mod backup;
mod batch;
mod concurrency;
mod derived;
mod erasure;
mod jobs;
mod list;
mod log;
mod nodes;
mod open;
mod rebuild;
mod registers;
mod search;
mod support;
mod verify;
