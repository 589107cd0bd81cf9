//! What the response room shows of holds, collection and containment.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::read::StepView;
use okiagari_model::govern::authority::deciders;
use okiagari_model::prepare::stop_point::StopPoint;
use okiagari_model::respond::collection::{self, Collection};
use okiagari_model::respond::containment::{self, Containment};
use okiagari_model::respond::hold::{self, Hold};
use okiagari_model::{Action, Cond, Record, Register, RowFilter, Time, policy};

/// Holds, collection list and actions of one incident.
#[derive(Debug, Default)]
pub struct StopsView {
    /// Holds in force, that of the case first.
    pub holds: Vec<Record>,
    /// Items still to be taken: those that will soon be gone first, then in order.
    pub open: Vec<Record>,
    /// Items taken.
    pub taken: usize,
    /// Items that cannot be had.
    pub missing: usize,
    /// Actions, oldest first.
    pub actions: Vec<Record>,
    /// The steps that may be taken on each of them.
    pub steps: Vec<Vec<StepView>>,
    /// Points of the plan at the systems hit.
    pub points: Vec<Record>,
    /// Whom the authority table lets decide at each point, in the order of asking.
    pub deciders: Vec<Vec<String>>,
}

impl StopsView {
    /// All records, for the names that they refer to.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.holds.iter().chain(&self.open).chain(&self.actions).chain(&self.points)
    }
}

impl App {
    /// Holds, collection and containment of an incident; of each kind nothing where the policy says
    /// so.
    ///
    /// # Errors
    /// Those of the store.
    pub fn stops(&self, ctx: &Ctx, incident: &Record) -> Result<StopsView, AppError> {
        let of = || vec![Cond::eq("incident", incident.id.as_str())];
        let mut holds = self.current(ctx, Hold::DEF, of(), 100)?;
        holds.retain(hold::in_force);
        holds.sort_by_key(|h| (h.body.contains_key("system"), h.time("held_at")));
        let mut items = self.current(ctx, Collection::DEF, of(), 300)?;
        let count = |state: &str| items.iter().filter(|i| i.text("state") == state).count();
        let (taken, missing) = (count("taken"), count("missing"));
        items.retain(collection::open);
        let soon = self.now().plus(7 * okiagari_model::DAY);
        let far = Time::from_millis(i64::MAX);
        items.sort_by_key(|i| {
            let gone = i.time("vanishes_at").filter(|t| *t < soon).unwrap_or(far);
            (gone, !collection::lost_by_stop(i), i.int("order").unwrap_or(i64::MAX))
        });
        let mut actions = self.current(ctx, Containment::DEF, of(), 200)?;
        actions.sort_by_key(|a| (a.created_at, a.leaf));
        let points = self.points_at(ctx, incident)?;
        let (steps, deciders) = self.store().read(|tx| {
            let may = [Action::Write];
            let may: &[Action] =
                if policy::may(&ctx.subject, Containment::DEF, Action::Write) { &may } else { &[] };
            let steps = actions
                .iter()
                .map(|a| {
                    let of = if live(a) { may } else { &[] };
                    self.steps(tx, ctx, a, of)
                })
                .collect::<Result<Vec<_>, AppError>>()?;
            let everything = RowFilter::everything();
            let set = |tx: &mut okiagari_store::ReadTx<'_>, register: &str| {
                let def = okiagari_model::register(register)
                    .ok_or_else(|| AppError::Internal(format!("no register {register}")))?;
                Ok::<_, AppError>(tx.all(&ctx.subject.org, def, &everything)?)
            };
            let (lines, roles) = (set(tx, "authority")?, set(tx, "role")?);
            let mut named = Vec::new();
            for point in &points {
                let line = point.ids("authority").first().copied();
                let line = lines.iter().find(|l| Some(l.id.as_str()) == line);
                let ids: Option<Vec<okiagari_model::RecordId>> = line.map(|l| {
                    let role = |id: &str| roles.iter().find(|r| r.id.as_str() == id);
                    deciders(l, role, self.now())
                });
                let mut names = Vec::new();
                for person in ids.unwrap_or_default() {
                    names.push(self.person_name(tx, ctx, &person)?);
                }
                named.push(names);
            }
            Ok::<_, AppError>((steps, named))
        })?;
        Ok(StopsView { holds, open: items, taken, missing, actions, steps, points, deciders })
    }

    /// Points of the plan at the systems that an incident hits.
    fn points_at(&self, ctx: &Ctx, incident: &Record) -> Result<Vec<Record>, AppError> {
        let hit: Vec<&str> =
            incident.rows("systems").filter_map(|r| r.get("system")?.as_str()).collect();
        if hit.is_empty() {
            return Ok(Vec::new());
        }
        let mut points = self.current(ctx, StopPoint::DEF, Vec::new(), 300)?;
        points.retain(|p| {
            ["system", "other"].iter().flat_map(|f| p.ids(f)).any(|s| hit.contains(&s))
        });
        Ok(points)
    }
}

/// Whether an action may still take steps.
fn live(action: &Record) -> bool {
    containment::in_force(action) || matches!(action.text("state"), "" | "planned")
}
