//! Improve (改善): reviews and improvements.

pub mod improvement;
pub mod metrics;
pub mod review;
