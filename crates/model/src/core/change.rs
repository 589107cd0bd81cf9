//! What somebody wants to change, and why it may be refused.

use super::def::RegisterDef;
use super::ids::RecordId;
use super::text::Message;
use super::value::{Body, FieldProblem};

/// What somebody wants to change. Typed by the web, API, import, command line, clocks and demo
/// alike; there is no other way to write.
#[derive(Debug, Clone)]
pub enum Change {
    /// Make a record.
    Create {
        /// Its register.
        def: &'static RegisterDef,
        /// Its fields.
        body: Body,
        /// Why, where there is something to say.
        reason: Option<String>,
    },
    /// Change fields of a record; `null` unsets one.
    Edit {
        /// Its register.
        def: &'static RegisterDef,
        /// The record.
        id: RecordId,
        /// The revision the person saw; a newer one is a conflict.
        rev: u32,
        /// The fields that change.
        patch: Body,
        /// Why.
        reason: Option<String>,
    },
    /// Take a step of its workflow.
    Step {
        /// Its register.
        def: &'static RegisterDef,
        /// The record.
        id: RecordId,
        /// The revision the person saw; `None` where the step holds whatever happened since.
        rev: Option<u32>,
        /// The step's id.
        step: String,
        /// Fields asked for at the step.
        patch: Body,
        /// Why.
        reason: Option<String>,
    },
    /// End or withdraw a record. It stays readable.
    End {
        /// Its register.
        def: &'static RegisterDef,
        /// The record.
        id: RecordId,
        /// The revision the person saw.
        rev: u32,
        /// Why.
        reason: String,
    },
    /// Erase fields in all revisions (a person's data). The record still verifies.
    Erase {
        /// Its register.
        def: &'static RegisterDef,
        /// The record.
        id: RecordId,
        /// The fields.
        fields: Vec<String>,
        /// Why.
        reason: String,
    },
}

impl Change {
    /// The register concerned.
    pub fn def(&self) -> &'static RegisterDef {
        match self {
            Change::Create { def, .. }
            | Change::Edit { def, .. }
            | Change::Step { def, .. }
            | Change::End { def, .. }
            | Change::Erase { def, .. } => def,
        }
    }

    /// The record concerned, unless it is being made.
    pub fn id(&self) -> Option<&RecordId> {
        match self {
            Change::Create { .. } => None,
            Change::Edit { id, .. }
            | Change::Step { id, .. }
            | Change::End { id, .. }
            | Change::Erase { id, .. } => Some(id),
        }
    }

    /// The name of the action in the leaf: `incident.create`, `incident.step.contain`.
    pub fn action(&self) -> String {
        let verb = match self {
            Change::Create { .. } => "create".to_owned(),
            Change::Edit { .. } => "edit".to_owned(),
            Change::Step { step, .. } => format!("step.{step}"),
            Change::End { .. } => "end".to_owned(),
            Change::Erase { .. } => "erase".to_owned(),
        };
        format!("{}.{verb}", self.def().id)
    }
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Fields that do not fit.
    #[error("{} field(s) do not fit", .0.len())]
    Fields(Vec<FieldProblem>),
    /// The record changed since the person saw it.
    #[error("revision {seen} was seen, revision {now} is current")]
    Stale {
        /// Seen.
        seen: u32,
        /// Current.
        now: u32,
    },
    /// The record does not exist, or not for this person.
    #[error("no such record")]
    NotFound,
    /// The step does not lead out of the present state.
    #[error("the step is not open in state {state}")]
    NotOpen {
        /// The present state.
        state: String,
    },
    /// There is no such step.
    #[error("there is no such step")]
    NoSuchStep,
    /// Conditions that do not hold yet.
    #[error("{} condition(s) do not hold yet", .0.len())]
    Gates(Vec<GateProblem>),
    /// Only certain roles may.
    #[error("only certain roles may take this step")]
    Role(Vec<&'static str>),
    /// Entries of this register are corrected by further entries.
    #[error("entries of this register are corrected by further entries only")]
    AppendOnly,
    /// The record has been ended.
    #[error("the record has been ended")]
    Ended,
    /// A legal hold keeps it from being erased.
    #[error("a legal hold keeps it from being erased")]
    LegalHold,
}

/// A condition of a step that does not hold yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateProblem {
    /// Its stable name.
    pub id: &'static str,
    /// What must hold.
    pub label: Message,
    /// How to mend.
    pub mend: Message,
}
