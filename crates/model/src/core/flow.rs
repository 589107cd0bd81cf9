//! Workflows: the states of a record and the steps between them, as a table.

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
    /// The steps.
    pub transitions: &'static [Transition],
}

impl Workflow {
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
    /// Whether a reason must be typed.
    pub reason: bool,
    /// What must hold before the step is open.
    pub gates: &'static [Gate],
    /// What the step opens besides.
    pub follows: &'static [Follow],
    /// Requirement ids.
    pub meets: &'static [&'static str],
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

/// A record to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRecord {
    /// Its register.
    pub register: &'static str,
    /// Its fields.
    pub body: Body,
}
