//! Past cases that help (JP-27 to JP-30), and the board of all that runs at once (NI-435).

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::read::Names;
use okiagari_model::prepare::contact::Contact;
use okiagari_model::prepare::order_criterion::OrderCriterion;
use okiagari_model::respond::case_order::{CaseOrder, Now, score};
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::report::Report;
use okiagari_model::respond::similar::{Event, Likeness, likeness};
use okiagari_model::{Action, Choice, Cond, Op, Record, RecordId, Register, Value, policy};
use std::collections::BTreeMap;

/// A past case with in what it is alike.
#[derive(Debug, Clone)]
pub struct Similar {
    /// The case.
    pub case: Record,
    /// In what.
    pub like: Likeness,
}

/// What a past case teaches (JP-28).
#[derive(Debug, Clone)]
pub struct KnowHow {
    /// The case.
    pub case: Record,
    /// What was decided then.
    pub decisions: Vec<Record>,
    /// What was improved.
    pub improvements: Vec<Record>,
}

/// What to turn to where an event is new (JP-30).
#[derive(Debug, Clone, Default)]
pub struct Resources {
    /// People who have responded to this kind, or to any.
    pub experienced: Vec<Record>,
    /// Organisations that know of like cases.
    pub outside: Vec<Record>,
    /// Who answers for the systems and assets concerned: person id and name.
    pub owners: Vec<(RecordId, String)>,
}

/// An open incident on the board.
#[derive(Debug, Clone)]
pub struct BoardLine {
    /// The incident.
    pub incident: Record,
    /// The last judgement of its place.
    pub order: Option<Record>,
    /// Points by the criteria.
    pub score: Option<i64>,
    /// Criteria by which it falls short of a response now.
    pub below: Vec<String>,
    /// Tasks that are open, by who has them; the empty name stands for nobody.
    pub tasks: BTreeMap<String, u32>,
}

/// All that runs at once, with the criteria set beforehand.
#[derive(Debug)]
pub struct Board {
    /// Criteria.
    pub criteria: Vec<Record>,
    /// Incidents: those that are responded to now first, then by points.
    pub lines: Vec<BoardLine>,
    /// Names of people and other records.
    pub names: Names,
}

/// Kinds of contact that know what happens elsewhere.
const KNOW_OTHERS: [&str; 4] = ["expert_body", "security_vendor", "csirt", "nco"];
/// Past cases looked through.
const LOOKED_AT: u32 = 500;

/// States in which an incident runs.
pub const RUNNING: [&str; 8] = [
    "detected",
    "reported",
    "organised",
    "contained",
    "eradicated",
    "recovered",
    "evaluated",
    "handed_over",
];

fn any_of(field: &str, values: &[&str]) -> Cond {
    Cond { field: field.to_owned(), op: Op::In, value: Value::from(values) }
}

impl App {
    /// The past cases most like a report that whoever asks may see, best first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn similar_cases(
        &self,
        ctx: &Ctx,
        report: &Record,
        most: usize,
    ) -> Result<Vec<Similar>, AppError> {
        let event = Event::of_report(report);
        let own = report.ids("incident").first().map(|id| (*id).to_owned());
        let mut all: Vec<Similar> = self
            .current(ctx, Incident::DEF, Vec::new(), LOOKED_AT)?
            .into_iter()
            .filter(|i| Some(i.id.as_str()) != own.as_deref() && i.text("state") != "merged")
            .filter_map(|case| Some(Similar { like: likeness(&event, &case)?, case }))
            .collect();
        all.sort_by_key(|s| {
            (std::cmp::Reverse(s.like.score), std::cmp::Reverse(s.case.created_at))
        });
        all.truncate(most);
        Ok(all)
    }

    /// What the past cases that an incident uses teach, as far as whoever asks may see them.
    ///
    /// # Errors
    /// Those of the store.
    pub fn know_how(&self, ctx: &Ctx, incident: &Record) -> Result<Vec<KnowHow>, AppError> {
        let mut all = Vec::new();
        for id in incident.ids("past_cases").into_iter().take(10) {
            let id = RecordId::new(id);
            let Ok(view) = self.record(ctx, Incident::DEF, &id, None) else { continue };
            let of = |register: &str| {
                let def = okiagari_model::register(register).ok_or(AppError::NotFound)?;
                self.current(ctx, def, vec![Cond::eq("incident", id.as_str())], 10)
            };
            let (decisions, improvements) = (of("decision")?, of("improvement")?);
            all.push(KnowHow { case: view.record, decisions, improvements });
        }
        Ok(all)
    }

    /// What to turn to for a report of a kind that is new.
    ///
    /// # Errors
    /// Those of the store.
    pub fn resources(&self, ctx: &Ctx, report: &Record) -> Result<Resources, AppError> {
        let register = |id: &str| okiagari_model::register(id).ok_or(AppError::NotFound);
        let event = report.text("event");
        let mut experienced = self.current(ctx, register("person")?, Vec::new(), LOOKED_AT)?;
        experienced.retain(|p| !p.ids("experience").is_empty());
        experienced.sort_by_key(|p| !p.ids("experience").contains(&event));
        experienced.truncate(10);
        let outside = self.current(ctx, Contact::DEF, vec![any_of("kind", &KNOW_OTHERS)], 20)?;
        let mut owners: Vec<(RecordId, String)> = Vec::new();
        for (field, of) in [("systems", "system"), ("assets", "asset")] {
            for id in report.ids(field) {
                let Ok(view) = self.record(ctx, register(of)?, &RecordId::new(id), None) else {
                    continue;
                };
                for person in view.record.ids("owner") {
                    let id = RecordId::new(person);
                    if !owners.iter().any(|(o, _)| *o == id) {
                        let name = view.names.get("person", person).unwrap_or(person).to_owned();
                        owners.push((id, name));
                    }
                }
            }
        }
        Ok(Resources { experienced, outside, owners })
    }

    /// All open incidents with the criteria for several at once applied.
    ///
    /// # Errors
    /// Those of the store.
    pub fn board(&self, ctx: &Ctx) -> Result<Board, AppError> {
        let criteria = self.current(ctx, OrderCriterion::DEF, Vec::new(), 100)?;
        let running = vec![any_of("state", &RUNNING)];
        let incidents = self.current(ctx, Incident::DEF, running, 100)?;
        let orders = self.current(ctx, CaseOrder::DEF, Vec::new(), LOOKED_AT)?;
        let task = okiagari_model::register("task").ok_or(AppError::NotFound)?;
        let tasks = self.current(ctx, task, vec![any_of("state", &["open", "doing"])], 1_000)?;
        let names = self.store().read(|tx| Names::of(tx, ctx, incidents.iter().chain(&tasks)))?;
        let mut lines: Vec<BoardLine> = incidents
            .into_iter()
            .map(|incident| {
                let mine = |r: &&Record| r.text("incident") == incident.id.as_str();
                let order = orders
                    .iter()
                    .filter(mine)
                    .max_by_key(|o| (o.int("decided_at"), o.leaf))
                    .cloned();
                let judged = order.as_ref().map(|o| score(o, &criteria));
                let mut open: BTreeMap<String, u32> = BTreeMap::new();
                for t in tasks.iter().filter(mine) {
                    let who = t.ids("assignee").first().and_then(|p| names.get("person", p));
                    *open.entry(who.unwrap_or_default().to_owned()).or_default() += 1;
                }
                let below = judged.iter().flat_map(|j| &j.1).map(|k| k.title()).collect();
                BoardLine { score: judged.map(|j| j.0), below, order, tasks: open, incident }
            })
            .collect();
        let place =
            |l: &BoardLine| match l.order.as_ref().and_then(|o| Now::from_id(o.text("respond"))) {
                // What nobody has judged yet comes first: it must be looked at.
                None => 0,
                Some(Now::Now) => 1,
                Some(Now::Later) => 2,
                Some(Now::No) => 3,
            };
        lines
            .sort_by_key(|l| (place(l), std::cmp::Reverse(l.score), l.incident.int("detected_at")));
        Ok(Board { criteria, lines, names })
    }

    /// Whether somebody may triage.
    pub fn may_triage(&self, ctx: &Ctx) -> bool {
        let def = okiagari_model::respond::triage::Triage::DEF;
        policy::may(&ctx.subject, def, Action::Create)
            && policy::may(&ctx.subject, Report::DEF, Action::Write)
    }
}
