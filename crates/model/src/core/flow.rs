//! Workflows: the states of a record and the steps between them, as a table.

use super::change::{Change, Refusal};
use super::record::Input;
use super::rule::RuleCtx;
use super::text::Text;
use super::value::Body;

/// The states of a register's records and the steps between them.
#[derive(Debug)]
pub struct Workflow {
    /// The choice field that holds the state.
    pub field: &'static str,
    /// The state a new record has.
    pub initial: &'static str,
    /// What is filled in and opened when a record is made.
    pub start: Start,
    /// The steps.
    pub transitions: &'static [Transition],
}

/// What happens when a record is made.
#[derive(Debug)]
pub struct Start {
    /// Time fields that are set to the instant of creation where they are still unset.
    pub stamps: &'static [&'static str],
    /// What `fill` reads.
    pub inputs: &'static [Input],
    /// Fields to fill where they are still unset.
    pub fill: Option<fn(&RuleCtx<'_>) -> Body>,
    /// What is opened besides.
    pub follows: &'static [Follow],
}

impl Start {
    /// Nothing besides the record itself.
    pub const PLAIN: Start = Start { stamps: &[], inputs: &[], fill: None, follows: &[] };
}

impl Workflow {
    /// The state a new record has, for records that never took a step.
    pub fn initial_static(&self) -> &'static str {
        self.initial
    }

    /// Whether no step leads out of a state.
    pub fn is_end(&self, state: &str) -> bool {
        !self.transitions.iter().any(|t| t.from.contains(&state))
    }

    /// Whether there is a state that no step leads out of.
    pub fn has_end(&self) -> bool {
        self.transitions.iter().any(|t| self.is_end(t.to))
    }

    /// A step by its id.
    pub fn transition(&self, id: &str) -> Option<&'static Transition> {
        self.transitions.iter().find(|t| t.id == id)
    }

    /// The steps that lead out of a state.
    pub fn from(&self, state: &str) -> impl Iterator<Item = &'static Transition> {
        self.transitions.iter().filter(move |t| t.from.contains(&state))
    }
}

/// One step.
#[derive(Debug)]
pub struct Transition {
    /// Stable name inside the workflow.
    pub id: &'static str,
    /// The button: a verb.
    pub label: Text,
    /// States it leads out of.
    pub from: &'static [&'static str],
    /// The state it leads to.
    pub to: &'static str,
    /// Fields asked for at this step; those marked `true` must be given.
    pub asks: &'static [(&'static str, bool)],
    /// Time fields that are set to the instant of the step where they are still unset.
    pub stamps: &'static [&'static str],
    /// Number fields that go up by one.
    pub counts: &'static [&'static str],
    /// Program fields that the step works out from the record itself; `null` unsets one.
    pub fill: Option<fn(&RuleCtx<'_>) -> Body>,
    /// Whether a reason must be typed.
    pub reason: bool,
    /// What must hold before the step is open.
    pub gates: &'static [Gate],
    /// What the step opens besides.
    pub follows: &'static [Follow],
    /// Who may, by kind of role; empty where the policy table alone decides.
    pub who: &'static [&'static str],
    /// Requirement ids.
    pub meets: &'static [&'static str],
}

impl Transition {
    /// A step that asks for nothing and opens nothing, to be spread into with `..`.
    pub const PLAIN: Transition = Transition {
        id: "",
        label: Text::new("", ""),
        from: &[],
        to: "",
        asks: &[],
        stamps: &[],
        counts: &[],
        fill: None,
        reason: false,
        gates: &[],
        follows: &[],
        who: &[],
        meets: &[],
    };
}

/// A condition on a step. It blocks until it holds.
#[derive(Debug)]
pub struct Gate {
    /// Stable name.
    pub id: &'static str,
    /// What must hold, as a sentence.
    pub label: Text,
    /// What to do so that it holds.
    pub mend: Text,
    /// What it reads besides the record itself.
    pub inputs: &'static [Input],
    /// Whether it holds. `me` already carries what was typed at the step.
    pub holds: fn(&RuleCtx<'_>) -> bool,
    /// Requirement ids.
    pub meets: &'static [&'static str],
}

/// What a step opens: new records, made in the same change and under the same leaf.
#[derive(Debug)]
pub struct Follow {
    /// What it does, as a sentence shown beside the step.
    pub label: Text,
    /// What it reads besides the record itself.
    pub inputs: &'static [Input],
    /// The new records.
    pub open: fn(&RuleCtx<'_>) -> Vec<NewRecord>,
    /// Requirement ids.
    pub meets: &'static [&'static str],
}

/// What a new record does to records that are there already: a triage judges its report, a merge
/// carries open work over. Decided and written in the same change and under the same leaf; whoever
/// makes the record must be allowed to do each of them.
#[derive(Debug)]
pub struct Act {
    /// What it does, as a sentence.
    pub label: Text,
    /// What it reads besides the record itself.
    pub inputs: &'static [Input],
    /// The further changes, in order; each record at most once. A refusal refuses the whole.
    pub changes: fn(&RuleCtx<'_>) -> Result<Vec<Change>, Refusal>,
    /// Requirement ids.
    pub meets: &'static [&'static str],
}

/// A record to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRecord {
    /// Its register.
    pub register: &'static str,
    /// Its fields.
    pub body: Body,
    /// Field of the record that opened it, which is set to its id.
    pub link_back: Option<&'static str>,
}

impl NewRecord {
    /// From a typed record.
    pub fn of<T: super::value::Register>(record: &T) -> Self {
        Self { register: T::ID, body: record.to_body(), link_back: None }
    }

    /// Sets a field of the record that opened it to the new id.
    #[must_use]
    pub fn linked_from(mut self, field: &'static str) -> Self {
        self.link_back = Some(field);
        self
    }
}
