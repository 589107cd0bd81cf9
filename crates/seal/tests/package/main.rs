//! Packages: what is built is accepted; whatever is done to them is refused, by its own reason.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod accepted;
mod archive;
mod keys;
mod refused;
mod sample;
mod stamps;
