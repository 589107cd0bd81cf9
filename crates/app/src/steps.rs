//! The steps that lead out of the state of a record, for screens and API.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::read::StepView;
use okiagari_model::{
    Action, DecideCtx, GateProblem, Record, Snapshot, Transition, closed_gates, state_of,
};
use okiagari_store::ReadTx;

impl App {
    /// The steps of several records that were just read, in one look at the store.
    ///
    /// # Errors
    /// Those of the store.
    pub fn steps_of(&self, ctx: &Ctx, records: &[Record]) -> Result<Vec<Vec<StepView>>, AppError> {
        self.store().read(|tx| {
            records
                .iter()
                .map(|record| {
                    let may = self.allowed(tx, ctx, record)?;
                    self.steps(tx, ctx, record, &may)
                })
                .collect()
        })
    }

    /// The steps that lead out of the present state, each open or with the reasons why not.
    pub(crate) fn steps(
        &self,
        tx: &mut ReadTx<'_>,
        ctx: &Ctx,
        record: &Record,
        may: &[Action],
    ) -> Result<Vec<StepView>, AppError> {
        let Some(flow) = record.def.flow else { return Ok(Vec::new()) };
        if record.ended() || !may.contains(&Action::Write) {
            return Ok(Vec::new());
        }
        let settings = self.env().settings(tx, &ctx.subject.org)?;
        let state = state_of(flow, record).to_owned();
        let mut steps = Vec::new();
        for step in flow.from(&state) {
            let mut snap = Snapshot::new();
            let inputs: Vec<_> = step.gates.iter().flat_map(|g| g.inputs).copied().collect();
            crate::write::load_inputs(tx, &ctx.subject.org, record, &inputs, &mut snap)?;
            let decide = DecideCtx {
                now: self.env().now(),
                zone: &ctx.zone,
                settings: &settings,
                snap: &snap,
                roles: Some(&ctx.subject.roles),
                actor: ctx.subject.person.as_ref(),
                system: false,
            };
            let closed = closed_gates(step, record, &decide);
            let role_ok = okiagari_model::may(step, Some(&ctx.subject.roles));
            // What the step asks for may itself open a gate, so a gate that reads an asked-for
            // field does not close the form.
            let open = role_ok && closed.iter().all(|g| asked_for(step, g));
            let follows = step.follows.iter().map(|f| f.label).collect();
            steps.push(StepView { step, open, role_ok, closed, follows });
        }
        Ok(steps)
    }
}

fn asked_for(step: &Transition, gate: &GateProblem) -> bool {
    step.gates
        .iter()
        .find(|g| g.id == gate.id)
        .is_some_and(|g| g.inputs.is_empty() && !step.asks.is_empty())
}
