//! Bad input and trouble, struck upon the real program: what was acknowledged stays, what is
//! refused says why and how to mend it, and the record verifies afterwards.
#![expect(clippy::expect_used, reason = "helpers of tests")]

mod crash;
mod damage;
mod full_disk;
mod input;
mod postgres;
mod refused;
mod restore;
mod site;
mod writers;
