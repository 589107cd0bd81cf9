//! Entries of a reconnection case: what they take over from it, and how one is withdrawn.

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

/// The incident of the case, so that whoever may see the one may see the other.
pub fn of_case(c: &RuleCtx<'_>) -> Body {
    let incident = c.out("case").and_then(|r| r.body.get("incident").cloned());
    incident.map(|i| ("incident".to_owned(), i)).into_iter().collect()
}

/// Whether an entry still counts.
pub fn stands(r: &Record) -> bool {
    !r.ended() && r.text("state") != EntryState::Withdrawn.id()
}

/// Made with its case, withdrawn with a reason, never silently gone.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "stands",
    start: Start { inputs: &[Input::Out("case")], fill: Some(of_case), ..Start::PLAIN },
    transitions: &[Transition {
        id: "withdraw",
        label: Text::new("取り下げる", "Withdraw"),
        from: &["stands"],
        to: "withdrawn",
        reason: true,
        ..Transition::PLAIN
    }],
};
