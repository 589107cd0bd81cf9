//! Playbooks in the room and on their own pages: values, and the picture of a plan.

use super::parts::{Html, Ui, render};
use super::room::Room;
use super::room_build::Lookup;
use askama::Template;
use okiagari_model::prepare::plan::{self, Problem};
use okiagari_model::prepare::playbook::{Step, StepKind, steps_of};
use okiagari_model::respond::play;
use okiagari_model::{Choice, Lang, Record, Time};
use okiagari_press::chart::{Flow, FlowEdge, FlowNode, FlowShape, FlowState, Head, flow};

/// A playbook as it is run.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayLine {
    /// Its id.
    pub id: String,
    /// Its revision.
    pub rev: u32,
    /// Name.
    pub name: String,
    /// Approved version in use; none for one that was never approved.
    pub version: Option<i64>,
    /// Still going on.
    pub running: bool,
    /// Its state as a chip.
    pub chip: Html,
    /// Steps to be done now.
    pub now: Vec<StepLine>,
    /// Steps that are over: words and what came of them, when.
    pub done: Vec<(String, String, Option<Time>)>,
    /// Steps that can be taken out of order: key and words.
    pub others: Vec<(String, String)>,
}

/// A step to be done now.
#[derive(Debug, Clone, PartialEq)]
pub struct StepLine {
    /// Its task.
    pub task: String,
    /// Revision of the task.
    pub rev: u32,
    /// What to do.
    pub words: String,
    /// Why.
    pub why: String,
    /// Who.
    pub who: String,
    /// By when.
    pub due_at: Option<Time>,
    /// Round, where it is not the first.
    pub round: Option<i64>,
    /// `do`, `decide`, …
    pub kind: &'static str,
    /// Its kind in words; empty for what is simply done.
    pub kind_word: String,
    /// Answers of a question: stored name and words.
    pub answers: Vec<(String, String)>,
    /// Under way.
    pub doing: bool,
}

/// Everything the panel shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plays {
    /// Runs, going on ones first.
    pub runs: Vec<PlayLine>,
    /// Approved playbooks that fit the kind of incident: id and name.
    pub offers: Vec<(String, String)>,
    /// Why the last action of the panel was refused.
    pub refused: Option<String>,
}

impl Plays {
    /// Whether a run goes on.
    pub fn running(&self) -> bool {
        self.runs.iter().any(|r| r.running)
    }
}

/// From records to the panel.
pub fn plays(
    ui: &Ui,
    incident: &Record,
    (plays, playbooks): (&[Record], &[Record]),
    tasks: &[Record],
    names: &dyn Lookup,
) -> Plays {
    let mut runs: Vec<PlayLine> =
        plays.iter().filter(|p| !p.ended()).map(|p| line(ui, p, tasks, names)).collect();
    runs.sort_by_key(|r| !r.running);
    let fits = |p: &&Record| p.ids("kinds").contains(&incident.text("kind"));
    let offers = playbooks.iter().filter(fits).map(|p| (p.id.as_str().to_owned(), name(ui, p)));
    Plays { runs, offers: offers.collect(), refused: None }
}

/// The name of a playbook or a run in the language of who looks.
pub fn name(ui: &Ui, record: &Record) -> String {
    let en = record.text("name_en");
    if ui.lang == Lang::En && !en.is_empty() { en.into() } else { record.text("name").into() }
}

fn line(ui: &Ui, run: &Record, tasks: &[Record], names: &dyn Lookup) -> PlayLine {
    let steps = steps_of(run, "steps");
    let mut mine: Vec<&Record> =
        tasks.iter().filter(|t| t.ids("play").contains(&run.id.as_str())).collect();
    let place = |t: &Record| steps.iter().position(|s| s.key == t.text("step_key"));
    mine.sort_by_key(|t| (t.int("round"), place(t)));
    let open = |t: &&Record| matches!(t.text("state"), "open" | "doing" | "");
    let (now, over): (Vec<&Record>, Vec<&Record>) = mine.iter().partition(|t| open(t));
    let free =
        |s: &&Step| s.kind != StepKind::Return && !now.iter().any(|t| t.text("step_key") == s.key);
    PlayLine {
        id: run.id.as_str().to_owned(),
        rev: run.rev,
        name: name(ui, run),
        version: run.int("version").filter(|_| !run.flag("unapproved")),
        running: run.text("state") == "running",
        chip: ui.state(run, "state"),
        others: steps
            .iter()
            .filter(free)
            .map(|s| (s.key.clone(), s.words(ui.lang).to_owned()))
            .collect(),
        done: over.iter().map(|t| done(ui, t, &steps)).collect(),
        now: now.iter().map(|t| step_line(ui, t, &steps, names)).collect(),
    }
}

fn words(ui: &Ui, task: &Record, step: Option<&Step>) -> String {
    match step {
        Some(step) => step.words(ui.lang).to_owned(),
        None => task.text("title").to_owned(),
    }
}

fn step_line(ui: &Ui, task: &Record, steps: &[Step], names: &dyn Lookup) -> StepLine {
    let step = steps.iter().find(|s| s.key == task.text("step_key"));
    let person = task.ids("assignee").first().and_then(|id| names.name("person", id));
    let role = step.and_then(|s| s.role).map(|r| r.label().get(ui.lang).to_owned());
    let who: Vec<String> = role.into_iter().chain(person).collect();
    let kind = step.map_or(StepKind::Do, |s| s.kind);
    let answers = step.map(Step::choices).unwrap_or_default();
    StepLine {
        task: task.id.as_str().to_owned(),
        rev: task.rev,
        words: words(ui, task, step),
        why: step.map(|s| s.reason(ui.lang).to_owned()).unwrap_or_default(),
        who: who.join(" "),
        due_at: task.time("due_at"),
        round: task.int("round").filter(|r| *r > 1),
        kind: kind.id(),
        kind_word: match kind {
            StepKind::Do | StepKind::Decide => String::new(),
            other => other.label().get(ui.lang).to_owned(),
        },
        answers: answers.into_iter().map(|a| (a.id.clone(), a.label(ui.lang).to_owned())).collect(),
        doing: task.text("state") == "doing",
    }
}

fn done(ui: &Ui, task: &Record, steps: &[Step]) -> (String, String, Option<Time>) {
    let step = steps.iter().find(|s| s.key == task.text("step_key"));
    let answers = step.map(Step::choices).unwrap_or_default();
    let answer = answers.iter().find(|a| a.id == task.text("answer"));
    let came = match (task.text("state"), answer) {
        ("dropped", _) => ui.t("取りやめ", "dropped").to_owned(),
        (_, Some(answer)) => answer.label(ui.lang).to_owned(),
        _ => task.text("result").to_owned(),
    };
    (words(ui, task, step), came, task.time("done_at"))
}

#[derive(Template)]
#[template(path = "respond/room_plays.html")]
struct Panel<'a> {
    ui: &'a Ui,
    room: &'a Room,
}

/// Playbooks being run (`#room-plays`).
pub fn panel(ui: &Ui, room: &Room) -> Html {
    render(&Panel { ui, room })
}

/// A step as a page of a playbook lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRow {
    /// Key.
    pub key: String,
    /// What to do.
    pub words: String,
    /// Kind.
    pub kind: String,
    /// Who.
    pub role: String,
    /// By when, in words.
    pub time: String,
    /// Comes after, by key.
    pub after: String,
    /// Only if.
    pub when: String,
    /// Answers, or where it goes back to.
    pub answers: String,
    /// Milestone.
    pub point: String,
    /// Why.
    pub why: String,
    /// What is wrong with it.
    pub problems: Vec<String>,
}

/// The steps as a page lists them.
pub fn rows(ui: &Ui, steps: &[Step], problems: &[Problem]) -> Vec<StepRow> {
    steps.iter().map(|s| row(ui, s, steps, problems)).collect()
}

fn row(ui: &Ui, s: &Step, steps: &[Step], problems: &[Problem]) -> StepRow {
    let answers: Vec<String> = s.choices().iter().map(|a| a.label(ui.lang).to_owned()).collect();
    let back = s.back_to.as_deref().map(|to| {
        let words = steps.iter().find(|o| o.key == to).map_or(to, |o| o.words(ui.lang));
        ui.f("「{}」に戻る", "Back to \"{}\"", words)
    });
    let when: Vec<String> =
        s.conditions().iter().map(|(key, answer)| condition(ui, steps, key, answer)).collect();
    StepRow {
        key: s.key.clone(),
        words: s.words(ui.lang).to_owned(),
        kind: s.kind.label().get(ui.lang).to_owned(),
        role: s.role.map(|r| r.label().get(ui.lang).to_owned()).unwrap_or_default(),
        time: time(ui, s),
        after: s.after().join(", "),
        when: when.join(ui.t("、", ", ")),
        answers: back.unwrap_or_else(|| answers.join(" / ")),
        point: s.point.map(|p| p.label().get(ui.lang).to_owned()).unwrap_or_default(),
        why: s.reason(ui.lang).to_owned(),
        problems: problems
            .iter()
            .filter(|p| p.step == s.key)
            .map(|p| p.message.get(ui.lang).to_owned())
            .collect(),
    }
}

fn condition(ui: &Ui, steps: &[Step], key: &str, answer: &str) -> String {
    let asked = steps.iter().find(|s| s.key == key);
    let label = asked
        .and_then(|s| s.choices().into_iter().find(|a| a.id == answer))
        .map_or_else(|| answer.to_owned(), |a| a.label(ui.lang).to_owned());
    format!("{key}={label}")
}

/// `気づいてから 10分以内`.
pub fn time(ui: &Ui, step: &Step) -> String {
    let Some(minutes) = step.minutes else { return String::new() };
    let span = okiagari_model::validate::minutes(minutes.0, ui.lang);
    match step.from {
        Some(from) => {
            let from = from.label().get(ui.lang);
            match ui.lang {
                Lang::Ja => format!("{from} {span}以内"),
                Lang::En => format!("within {span}; counted: {}", from.to_lowercase()),
            }
        }
        None => ui.f("{}以内", "within {}", span),
    }
}

/// The plan as a picture: steps, branches with their answers, ways back.
pub fn picture(ui: &Ui, title: &str, steps: &[Step], state: &dyn Fn(&Step) -> FlowState) -> Html {
    let place = |key: &str| steps.iter().position(|s| s.key == key);
    let mut edges = Vec::new();
    for (to, step) in steps.iter().enumerate() {
        for key in step.after() {
            let Some(from) = place(key) else { continue };
            let label = step
                .conditions()
                .iter()
                .find(|(asked, _)| *asked == key)
                .and_then(|(_, a)| steps[from].choices().into_iter().find(|c| c.id == *a))
                .map_or_else(String::new, |a| a.label(ui.lang).to_owned());
            edges.push(FlowEdge { from, to, label });
        }
        if let Some(back) = step.back_to.as_deref().and_then(place) {
            edges.push(FlowEdge { from: to, to: back, label: String::new() });
        }
    }
    let nodes = steps
        .iter()
        .map(|s| FlowNode {
            label: s.words(ui.lang).to_owned(),
            note: note(ui, s),
            shape: match s.kind {
                StepKind::Decide => FlowShape::Question,
                StepKind::Destroy | StepKind::Consent => FlowShape::Grave,
                StepKind::Return => FlowShape::Back,
                _ => FlowShape::Step,
            },
            state: state(s),
        })
        .collect();
    let lang = match ui.lang {
        Lang::Ja => okiagari_press::Lang::Ja,
        Lang::En => okiagari_press::Lang::En,
    };
    let about = ui.t(
        "上から下へ進みます。とがった箱は判断、二重の枠は取り返しのつかない作業、破線は前に戻る道です。",
        "From top to bottom. Pointed boxes are decisions, double outlines cannot be undone, dashes lead back.",
    );
    Html(flow(&Flow { head: Head::new("plan", title, about, lang), nodes, edges }).svg)
}

fn note(ui: &Ui, step: &Step) -> String {
    let role = step.role.map(|r| r.label().get(ui.lang).to_owned());
    let span = step.minutes.map(|m| okiagari_model::validate::minutes(m.0, ui.lang));
    let parts: Vec<String> = role.into_iter().chain(span).collect();
    parts.join(" ")
}

/// Plain while nothing is wrong with a step.
pub fn state_by_problem(problems: &[Problem]) -> impl Fn(&Step) -> FlowState {
    move |s| {
        if problems.iter().any(|p| p.step == s.key) { FlowState::Wrong } else { FlowState::Plain }
    }
}

/// How far each step is, by the tasks of a run.
pub fn state_by_tasks(tasks: &[Record]) -> impl Fn(&Step) -> FlowState {
    let runs = play::runs(tasks);
    move |s| {
        let mut of = runs.iter().filter(|r| r.key == s.key).peekable();
        match (of.peek().is_some(), of.any(|r| !r.over)) {
            (_, true) => FlowState::Now,
            (true, false) => FlowState::Done,
            _ => FlowState::Plain,
        }
    }
}

/// What is wrong with the plan as a whole, in the language of who looks.
pub fn overall(ui: &Ui, steps: &[Step]) -> (Vec<Problem>, Vec<String>) {
    let problems = plan::problems(steps);
    let whole = problems
        .iter()
        .filter(|p| p.step.is_empty())
        .map(|p| p.message.get(ui.lang).to_owned())
        .collect();
    (problems, whole)
}
