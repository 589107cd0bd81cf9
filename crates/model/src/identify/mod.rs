//! Identify (特定): what we have and what it depends on.

include!(concat!(env!("OUT_DIR"), "/identify.rs"));

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
