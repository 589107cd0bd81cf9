//! The incident report: the whole case on paper, with its stages, decisions and causes.

use super::documents::Paper;
use super::parts::Ui;
use super::room::Room;
use okiagari_app::history::HistoryEntry;
use okiagari_model::reconnect::entry::stands;
use okiagari_model::respond::incident::Incident;
use okiagari_model::{Choice, Record, Register, Time};

/// The incident report.
#[derive(Debug, Clone)]
pub struct IncidentReport {
    /// Head and foot.
    pub paper: Paper,
    /// The case, with the whole timeline.
    pub room: Room,
    /// What happened, in words.
    pub summary: String,
    /// Facts: label and value.
    pub facts: Vec<(String, String)>,
    /// Milestones: label and time.
    pub milestones: Vec<(String, Time)>,
    /// Causes: key, class, text, measures.
    pub causes: Vec<(String, String, String, Vec<String>)>,
    /// Measures that are tied to no cause.
    pub other_measures: Vec<String>,
    /// Reports that belong to it: when, what, where.
    pub reports: Vec<(Option<Time>, String, String)>,
    /// The stages that it went through, in order.
    pub stages: Vec<Stage>,
    /// Effects: where, and what is estimated on which basis.
    pub impacts: Vec<(String, String)>,
    /// What is left to do.
    pub left: Vec<String>,
    /// First lessons.
    pub lessons: Vec<String>,
}

/// What the report says besides the case itself: effects, what is left, lessons (G7-56).
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// Effects recorded in the reconnection of the incident.
    pub impacts: &'a [Record],
    /// Repair work of the same.
    pub repairs: &'a [Record],
    /// Tasks of the incident.
    pub tasks: &'a [Record],
    /// Its improvements.
    pub improvements: &'a [Record],
    /// Its reviews.
    pub reviews: &'a [Record],
}

impl IncidentReport {
    /// Adds effects, what is left, and lessons.
    pub fn with(mut self, ui: &Ui, incident: &Record, outcome: &Outcome<'_>) -> Self {
        let others = incident.text("effect_on_others");
        if !others.is_empty() {
            let label = incident.def.field("effect_on_others").map(|f| f.label.get(ui.lang));
            self.impacts.push((label.unwrap_or_default().to_owned(), others.to_owned()));
        }
        for impact in outcome.impacts.iter().filter(|i| stands(i)) {
            let area = format!("{} — {}", ui.choice(impact, "area"), impact.text("what"));
            let said = format!("{}（{}）", impact.text("estimate"), impact.text("basis"));
            self.impacts.push((area, said));
        }
        let open =
            |of: &'_ Record, states: &[&str]| !of.ended() && states.contains(&of.text("state"));
        let line = |of: &Record, due: &str| {
            let due = match of.time(due) {
                Some(at) => ui.dated(&at),
                None => of.text(due).to_owned(),
            };
            let due = if due.is_empty() { due } else { ui.f("（期限 {}）", " (due {})", due) };
            format!("{}{due}", of.title())
        };
        let repairs = outcome.repairs.iter().filter(|r| open(r, &["open", "under_way"]));
        self.left.extend(repairs.map(|r| line(r, "due_at")));
        let tasks = outcome.tasks.iter().filter(|t| open(t, &["open", "doing"]));
        self.left.extend(tasks.map(|t| line(t, "due_at")));
        let planned = ["proposed", "planned", "in_progress"];
        let measures = outcome.improvements.iter().filter(|i| open(i, &planned));
        self.left.extend(measures.map(|i| line(i, "due_on")));
        let lessons = outcome.reviews.iter().filter(|r| !r.ended()).flat_map(|r| r.rows("lessons"));
        let text = |row: &okiagari_model::Body| {
            row.get("text").and_then(|v| v.as_str()).unwrap_or_default().to_owned()
        };
        self.lessons.extend(lessons.map(text).filter(|t| !t.is_empty()));
        self
    }
}

/// One step of the case from stage to stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// When.
    pub at: Time,
    /// The step.
    pub label: String,
    /// Why, as given.
    pub reason: String,
    /// Who.
    pub who: String,
}

/// The steps among the revisions of a case (newest first), oldest first.
pub fn stages_of(ui: &Ui, history: &[HistoryEntry]) -> Vec<Stage> {
    let flow = Incident::DEF.flow;
    let stage = |entry: &HistoryEntry| {
        let step = entry.action.strip_prefix("incident.step.")?;
        let label = flow.and_then(|f| f.transition(step))?.label.get(ui.lang).to_owned();
        let reason = entry.reason.clone().unwrap_or_default();
        Some(Stage { at: entry.at, label, reason, who: entry.actor.clone() })
    };
    history.iter().rev().filter_map(stage).collect()
}

/// Fields of an incident that the report states as facts, in order.
const FACTS: [&str; 7] =
    ["kind", "detection", "severity", "priority", "properties", "effects", "criterion"];
/// Time fields that make up the sequence.
const MILESTONES: [&str; 8] = [
    "occurred_at",
    "detected_at",
    "reported_at",
    "organised_at",
    "contained_at",
    "eradicated_at",
    "recovered_at",
    "closed_at",
];

/// Makes the report.
pub fn incident_report(
    ui: &Ui,
    paper: Paper,
    room: Room,
    incident: &Record,
    improvements: &[Record],
) -> IncidentReport {
    let shown = |f: &&str| {
        let field = incident.def.field(f)?;
        let value = incident.body.get(*f)?;
        let text = okiagari_model::validate::show(field, value, ui.lang, &ui.zone);
        Some((field.label.get(ui.lang).to_owned(), text))
    };
    let milestone = |f: &&str| {
        let label = incident.def.field(f)?.label.get(ui.lang).to_owned();
        Some((label, incident.time(f)?))
    };
    let text = |row: &okiagari_model::Body, f: &str| {
        row.get(f).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
    };
    let class = |id: &str| {
        okiagari_model::respond::incident::CauseClass::from_id(id)
            .map_or_else(String::new, |c| c.label().get(ui.lang).to_owned())
    };
    let causes: Vec<_> = incident
        .rows("causes")
        .map(|row| {
            let key = text(row, "key");
            let measures = improvements
                .iter()
                .filter(|i| i.text("cause_key") == key)
                .map(|i| measure(ui, i))
                .collect();
            (key, class(&text(row, "class")), text(row, "text"), measures)
        })
        .collect();
    let other_measures = improvements
        .iter()
        .filter(|i| !causes.iter().any(|c| c.0 == i.text("cause_key")))
        .map(|i| measure(ui, i))
        .collect();
    IncidentReport {
        paper,
        summary: incident.text("summary").to_owned(),
        facts: FACTS.iter().filter_map(shown).collect(),
        milestones: MILESTONES.iter().filter_map(milestone).collect(),
        room,
        causes,
        other_measures,
        reports: Vec::new(),
        stages: Vec::new(),
        impacts: Vec::new(),
        left: Vec::new(),
        lessons: Vec::new(),
    }
}

/// The reports of an incident as its report states them, oldest first.
pub fn reports_of(reports: &[Record]) -> Vec<(Option<Time>, String, String)> {
    let mut lines: Vec<_> = reports
        .iter()
        .map(|r| {
            let at = r.time("detected_at").or(Some(r.created_at));
            (at, r.text("what").to_owned(), r.text("place").to_owned())
        })
        .collect();
    lines.sort_by_key(|(at, ..)| *at);
    lines
}

fn measure(ui: &Ui, i: &Record) -> String {
    let mut text = i.title();
    if !i.text("due_on").is_empty() {
        text.push_str(&ui.f("（期限 {}）", " (due {})", i.text("due_on")));
    }
    text
}
