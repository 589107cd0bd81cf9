//! The API over a real application and a fresh SQLite file.

mod bad_input;
mod contract;
mod every_register;
mod files;
mod harness;
mod random;
