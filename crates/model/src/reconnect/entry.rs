//! Entries of a reconnection case: what they take over from it, and how one is withdrawn.

use super::parts::OF_CASE;
use crate::*;

/// Whether an entry still stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum EntryState {
    /// Stands.
    #[choice(ja = "有効", en = "Stands", tone = "good")]
    Stands,
    /// Withdrawn.
    #[choice(ja = "取り下げ", en = "Withdrawn")]
    Withdrawn,
}

/// Whether an entry still counts.
pub fn stands(r: &Record) -> bool {
    !r.ended() && r.text("state") != EntryState::Withdrawn.id()
}

/// Made with its case, withdrawn with a reason, never silently gone.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "stands",
    start: OF_CASE,
    transitions: &[Transition {
        id: "withdraw",
        label: Text::new("取り下げる", "Withdraw"),
        from: &["stands"],
        to: "withdrawn",
        reason: true,
        ..Transition::PLAIN
    }],
};
