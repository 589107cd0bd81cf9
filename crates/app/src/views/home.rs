//! Home, for whoever asks.

use super::deadlines::DeadlineKind;
use super::deadlines::DeadlineView;
use super::figures::MetricView;
use super::missing::MissingFilter;
use crate::error::AppError;
use crate::facade::App;
use crate::facade::Ctx;
use crate::read::FindingView;
use crate::read::Names;
use okiagari_model::Action;
use okiagari_model::Cond;
use okiagari_model::Message;
use okiagari_model::Op;
use okiagari_model::Record;
use okiagari_model::Register;
use okiagari_model::Time;
use okiagari_model::Value;
use okiagari_model::policy;
use okiagari_model::respond::incident::Incident;

/// The one thing to do next.
#[derive(Debug, Clone)]
pub struct NextThing {
    /// In words.
    pub text: Message,
    /// Where to do it.
    pub href: String,
    /// By when.
    pub due: Option<Time>,
}

/// A line of what changed lately.
#[derive(Debug, Clone)]
pub struct ChangeLine {
    /// When.
    pub at: Time,
    /// Who.
    pub who: String,
    /// What: register and title.
    pub text: Message,
    /// Where.
    pub href: String,
}

/// Home, for whoever asks.
#[derive(Debug)]
pub struct Home {
    /// The one thing to do next.
    pub next: Option<NextThing>,
    /// Worst five findings.
    pub missing: Vec<FindingView>,
    /// Since yesterday.
    pub changed: Vec<ChangeLine>,
    /// Open incidents with their next deadline.
    pub incidents: Vec<(Record, Option<Time>)>,
    /// Reports waiting for receipt or judgement.
    pub reports: Vec<Record>,
    /// My open tasks.
    pub tasks: Vec<Record>,
    /// Messages waiting for approval or sending.
    pub messages: Vec<Record>,
    /// Decisions to be looked at again.
    pub decisions: Vec<Record>,
    /// KPI.
    pub metrics: Vec<MetricView>,
    /// Titles.
    pub names: Names,
}

/// The figures that stand on the first page; all are on the page of figures.
const AT_HOME: [&str; 6] =
    ["first_response", "mttr", "overdue", "met_in_time", "systems_away", "near_misses"];

impl App {
    /// Home, for whoever asks.
    ///
    /// # Errors
    /// Those of the store.
    pub fn home(&self, ctx: &Ctx) -> Result<Home, AppError> {
        let now = self.now();
        let deadlines = self.deadlines(ctx, None)?;
        let closed = serde_json::json!([
            "detected",
            "reported",
            "organised",
            "contained",
            "eradicated",
            "recovered",
            "evaluated",
            "handed_over"
        ]);
        let is_in = |field: &str, value: Value| Cond { field: field.into(), op: Op::In, value };
        let incidents = self.current(ctx, Incident::DEF, vec![is_in("state", closed)], 20)?;
        let incidents: Vec<(Record, Option<Time>)> = incidents
            .into_iter()
            .map(|i| {
                let next = deadlines
                    .iter()
                    .filter(|d| !d.done && d.incident.as_ref().is_some_and(|(id, _)| *id == i.id))
                    .map(|d| d.due_at)
                    .min();
                (i, next)
            })
            .collect();
        let register = |id: &str| okiagari_model::register(id).ok_or(AppError::NotFound);
        let reports = self.current(
            ctx,
            register("report")?,
            vec![is_in("state", serde_json::json!(["received", "taken"]))],
            20,
        )?;
        let mut tasks = Vec::new();
        if let Some(person) = &ctx.subject.person {
            let mine = vec![
                Cond::eq("assignee", person.as_str()),
                is_in("state", serde_json::json!(["open", "doing"])),
            ];
            tasks = self.current(ctx, register("task")?, mine, 20)?;
        }
        let waiting = is_in("state", serde_json::json!(["draft", "approved"]));
        let messages = self.current(ctx, register("message")?, vec![waiting], 20)?;
        let due = Cond { field: "review_at".into(), op: Op::Set, value: Value::Null };
        let decisions = self.current(ctx, register("decision")?, vec![due], 20)?;
        let mine = MissingFilter { mine: true, ..MissingFilter::default() };
        let missing: Vec<FindingView> =
            self.missing_page(ctx, &mine, 5)?.groups.into_iter().flat_map(|g| g.items).collect();
        let next = next_thing(&deadlines, &reports, &tasks, &messages, &missing);
        let mut metrics = self.metrics(ctx, None)?;
        metrics.retain(|m| AT_HOME.contains(&m.def.id));
        let changed = self.changed_since(ctx, now.plus(-okiagari_model::DAY), 15)?;
        let names = self.store().read(|tx| {
            let all =
                incidents.iter().map(|(i, _)| i).chain(&reports).chain(&tasks).chain(&messages);
            Names::of(tx, ctx, all)
        })?;
        Ok(Home {
            next,
            missing,
            changed,
            incidents,
            reports,
            tasks,
            messages,
            decisions,
            metrics,
            names,
        })
    }

    fn changed_since(
        &self,
        ctx: &Ctx,
        since: Time,
        limit: u32,
    ) -> Result<Vec<ChangeLine>, AppError> {
        self.store().read(|tx| {
            // Everything after the last leaf of that moment.
            let from = tx.leaf_at(&ctx.subject.org, since)?.map_or(0, |leaf| leaf + 1);
            let mut lines = Vec::new();
            for def in okiagari_model::REGISTERS {
                let rows = policy::rows(&ctx.subject, def, Action::Read);
                if rows.is_nothing() {
                    continue;
                }
                for r in tx.changed_since(&ctx.subject.org, def, from, &rows, limit)? {
                    let who = self.actor_name(tx, ctx, &r.updated_by)?;
                    let title = r.title();
                    let verb = if r.rev == 1 { ("登録", "new") } else { ("更新", "changed") };
                    lines.push(ChangeLine {
                        at: r.updated_at,
                        who,
                        text: Message::new(
                            format!("{}「{title}」を{}", def.label.ja, verb.0),
                            format!("{} \"{title}\" {}", def.label.en, verb.1),
                        ),
                        href: crate::notices::href(&r),
                    });
                }
            }
            lines.sort_by_key(|l| std::cmp::Reverse(l.at));
            lines.truncate(limit as usize);
            Ok(lines)
        })
    }
}

/// The one thing to do next: what is late or nearest, then waiting reports, then tasks, then what
/// is missing.
fn next_thing(
    deadlines: &[DeadlineView],
    reports: &[Record],
    tasks: &[Record],
    messages: &[Record],
    missing: &[FindingView],
) -> Option<NextThing> {
    if let Some(report) = reports.iter().find(|r| r.text("state") == "received") {
        return Some(NextThing {
            text: Message::new(
                format!("報告「{}」を確かめて受け付ける", report.title()),
                format!("Look at the report \"{}\" and take it", report.title()),
            ),
            href: crate::notices::href(report),
            due: None,
        });
    }
    if let Some(d) = deadlines.iter().find(|d| !d.done) {
        let href = match (&d.kind, &d.incident) {
            (DeadlineKind::Rto | DeadlineKind::Update, Some((id, _))) => format!("/room/{id}"),
            _ => crate::notices::href(&d.record),
        };
        return Some(NextThing { text: d.title.clone(), href, due: Some(d.due_at) });
    }
    if let Some(m) = messages.iter().find(|m| m.text("state") == "approved") {
        return Some(NextThing {
            text: Message::new(
                format!("「{}」を伝えて記録する", m.title()),
                format!("Tell \"{}\" and record it", m.title()),
            ),
            href: crate::notices::href(m),
            due: None,
        });
    }
    if let Some(t) = tasks.first() {
        return Some(NextThing {
            text: Message::new(t.title(), t.title()),
            href: crate::notices::href(t),
            due: t.time("due_at"),
        });
    }
    missing.first().map(|f| NextThing {
        text: f.message.clone(),
        href: format!("/r/{}/{}", f.register.id, f.id),
        due: None,
    })
}
