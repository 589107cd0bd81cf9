//! Identify (特定): what we have and what it depends on.

pub mod asset;
pub mod supplier;
pub mod system;

use crate::*;

/// Importance in three steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Importance {
    /// High.
    #[choice(ja = "高", en = "High", tone = "danger")]
    High,
    /// Medium.
    #[choice(ja = "中", en = "Medium", tone = "caution")]
    Medium,
    /// Low.
    #[choice(ja = "低", en = "Low")]
    Low,
}
