//! Prepare (準備): contacts, printed copies, log sources, rounds.

pub mod contact;
pub mod log_source;
pub mod printed_copy;
pub mod round;
