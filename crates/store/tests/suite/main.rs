//! The store's conformance suite: every test runs on SQLite, and on PostgreSQL where the machine
//! has it.

mod access;
mod append;
mod as_of;
mod concurrency;
mod derived;
mod erasure;
mod jobs;
mod list;
mod log;
mod open;
mod rebuild;
mod registers;
mod search;
mod support;
