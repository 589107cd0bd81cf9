//! A reconnection case as it is shown: rows of phases, gateways, times.

use super::updates::{self, DueLine};
use crate::recover::board::Next;
use crate::respond::parts::{Html, Ui, render};
use askama::Template;
use okiagari_model::reconnect::commitment::{self, CommitmentKind};
use okiagari_model::reconnect::framework::PhaseKind;
use okiagari_model::reconnect::framework_flow::cell;
use okiagari_model::reconnect::phase_flow::{asked, newest, unmet};
use okiagari_model::reconnect::{entry::stands, link};
use okiagari_model::{Body, Choice, DAY, Lang, MINUTE, Record, Time, validate};
use okiagari_press::chart::{Chart, FlowState, Head, Stage, StageRow, Stages, stages};

/// A case with everything that belongs to it.
pub struct CaseIn {
    /// The case.
    pub case: Record,
    /// The framework it follows.
    pub framework: Option<Record>,
    /// Its phases, each with the steps that may be taken.
    pub phases: Vec<(Record, Vec<Next>)>,
    /// Isolated parts.
    pub parts: Vec<Record>,
    /// Checks of gateways.
    pub checks: Vec<Record>,
    /// Links.
    pub links: Vec<Record>,
    /// Departures.
    pub departures: Vec<Record>,
    /// Updates.
    pub updates: Vec<Record>,
    /// Duties and promises.
    pub commitments: Vec<Record>,
}

/// A criterion as it stands.
pub struct CriterionView {
    /// Key.
    pub key: String,
    /// Text.
    pub text: String,
    /// Measure.
    pub measure: String,
    /// Needed.
    pub needed: String,
    /// The newest check: id, value reached, chip, who and when.
    pub check: Option<(String, String, Html, String)>,
    /// Where a check is entered, with what is known filled in.
    pub enter: String,
    /// Reached.
    pub reached: bool,
}

/// A phase.
pub struct PhaseView {
    /// Record.
    pub id: String,
    /// Name.
    pub name: String,
    /// State.
    pub chip: Html,
    /// Open or waiting.
    pub state: String,
    /// Whether it is business restart, outside the technical reconnection.
    pub follow_on: bool,
    /// The incident whose report can be issued from this phase on (G7-56).
    pub report: Option<String>,
    /// Criteria.
    pub criteria: Vec<CriterionView>,
    /// Preconditions that are not settled.
    pub unmet: Vec<String>,
    /// Steps.
    pub next: Vec<Next>,
    /// Time in the phase, in words.
    pub spent: String,
    /// Time at the gateway: from its first check to its being reached.
    pub at_gateway: String,
    /// Accountable.
    pub accountable: String,
    /// Known, not known, being done.
    pub situation: Vec<(String, String)>,
    /// Next update.
    pub update: Option<Time>,
}

/// A row: the whole, or a part.
pub struct LineView {
    /// Name.
    pub name: String,
    /// Its five phases.
    pub phases: Vec<PhaseView>,
}

/// The page of a case.
pub struct CaseView {
    /// Id.
    pub id: String,
    /// Number and title.
    pub title: String,
    /// Side, tracks.
    pub chips: Vec<(String, Html)>,
    /// Scope line.
    pub scope_line: String,
    /// Goal.
    pub goal: String,
    /// Days since isolation.
    pub days: Option<i64>,
    /// Rows.
    pub lines: Vec<LineView>,
    /// The picture.
    pub picture: Html,
    /// The same as a table.
    pub table: okiagari_press::chart::ChartTable,
    /// What is next, in a sentence.
    pub next: String,
    /// Links: id, name, chip, time cut.
    pub links: Vec<(String, String, Html, String)>,
    /// Departures: id, words, reason.
    pub departures: Vec<(String, String, String)>,
    /// Framework: id and name.
    pub framework: Option<(String, String)>,
    /// Updates that wait, the earliest first.
    pub due: Vec<DueLine>,
    /// Promises: title, chip, whether it is late.
    pub promises: Vec<(String, Html, bool)>,
    /// Whether entries may be made.
    pub may_write: bool,
}

fn minutes(ui: &Ui, from: Option<Time>, to: Option<Time>) -> String {
    from.map_or_else(
        || "—".to_owned(),
        |from| {
            let until = to.unwrap_or(ui.now);
            validate::minutes((until.since(from) / MINUTE).max(0), ui.lang)
        },
    )
}

fn own(ui: &Ui, row: &Body) -> String {
    let english = cell(row, "text_en");
    if english.is_empty() { cell(row, "text") } else { ui.t(cell(row, "text"), english) }.to_owned()
}

/// Since when the case is cut off: the earliest cut of its links and parts.
pub fn isolated_since(input: &CaseIn) -> Option<Time> {
    let links = input.links.iter().filter_map(|l| l.time("cut_at"));
    links.chain(input.parts.iter().filter_map(|p| p.time("isolated_at"))).min()
}

fn criteria(
    ui: &Ui,
    input: &CaseIn,
    phase: &Record,
    person: &dyn Fn(&str) -> String,
) -> Vec<CriterionView> {
    asked(input.framework.as_ref(), phase)
        .into_iter()
        .map(|row| {
            let key = cell(row, "key");
            let check = newest(input.checks.iter(), phase, key);
            let q = |f: &str| crate::html::enc(cell(row, f));
            CriterionView {
                key: key.to_owned(),
                text: own(ui, row),
                measure: cell(row, "measure").to_owned(),
                needed: cell(row, "needed").to_owned(),
                reached: check.is_some_and(|c| c.text("verdict") == "reached"),
                check: check.map(|c| {
                    let at = c.time("judged_at").map(|t| ui.short(&t)).unwrap_or_default();
                    let by = format!("{} {at}", person(c.text("judged_by")));
                    (
                        c.id.as_str().to_owned(),
                        c.text("reached").to_owned(),
                        ui.state(c, "verdict"),
                        by,
                    )
                }),
                enter: format!(
                    "/r/gate_check/new?reconnection={}&phase={}&criterion={}&measure={}&needed={}",
                    input.case.id,
                    phase.id,
                    q("key"),
                    q("measure"),
                    q("needed")
                ),
            }
        })
        .collect()
}

fn phase_view(
    ui: &Ui,
    input: &CaseIn,
    phase: &Record,
    next: &[Next],
    person: &dyn Fn(&str) -> String,
) -> PhaseView {
    let checked = input
        .checks
        .iter()
        .filter(|c| stands(c) && c.text("phase") == phase.id.as_str())
        .filter_map(|c| c.time("judged_at"))
        .min();
    let done = phase.time("completed_at");
    let kind = PhaseKind::from_id(phase.text("kind"));
    let words = [
        ("known", ui.t("分かっていること", "Known")),
        ("unknown", ui.t("分かっていないこと", "Not known")),
        ("doing", ui.t("していること", "Being done")),
    ];
    PhaseView {
        id: phase.id.as_str().to_owned(),
        name: kind.map_or_else(|| phase.title(), |k| k.label().get(ui.lang).to_owned()),
        chip: ui.state(phase, "state"),
        state: phase.text("state").to_owned(),
        follow_on: kind.is_some_and(|k| !k.core()),
        report: (kind == Some(PhaseKind::Remediation) && phase.text("state") != "waiting")
            .then(|| input.case.ids("incident").first().map(|i| (*i).to_owned()))
            .flatten(),
        criteria: criteria(ui, input, phase, person),
        unmet: if phase.text("state") == "waiting" {
            unmet(input.framework.as_ref(), phase).into_iter().map(|r| own(ui, r)).collect()
        } else {
            Vec::new()
        },
        next: next.to_vec(),
        spent: minutes(ui, phase.time("begun_at"), done),
        at_gateway: minutes(ui, checked, done),
        accountable: person(phase.text("accountable")),
        situation: words
            .into_iter()
            .filter(|(f, _)| !phase.text(f).is_empty())
            .map(|(f, label)| (label.to_owned(), phase.text(f).to_owned()))
            .collect(),
        update: phase.time("next_update_at"),
    }
}

fn picture(ui: &Ui, id: &str, title: &str, lines: &[LineView]) -> Chart {
    let lang = match ui.lang {
        Lang::Ja => okiagari_press::Lang::Ja,
        Lang::En => okiagari_press::Lang::En,
    };
    let stage = |p: &PhaseView| {
        let all = p.criteria.len();
        let reached = p.criteria.iter().filter(|c| c.reached).count();
        let (state, word) = match p.state.as_str() {
            "complete" => (FlowState::Done, ui.t("関門に到達", "Gateway reached")),
            "open" => (FlowState::Now, ui.t("進行中", "Open")),
            _ => (FlowState::Plain, ui.t("これから", "Not begun")),
        };
        Stage {
            state,
            word: word.to_owned(),
            gateway: if all == 0 { String::new() } else { format!("{reached}/{all}") },
        }
    };
    stages(&Stages {
        head: Head::new(
            format!("line-{id}"),
            title,
            ui.t(
                "五つの段階と、それぞれの関門です。ひし形の下は達した基準の数です。破線の右は業務の再開です。",
                "Five phases, each with its gateway; below the diamond, criteria reached. Right of the dashed line is business restart.",
            ),
            lang,
        ),
        columns: PhaseKind::ALL.iter().map(|k| k.label().get(ui.lang).to_owned()).collect(),
        core: PhaseKind::ALL.iter().filter(|k| k.core()).count(),
        rows: lines
            .iter()
            .map(|l| StageRow {
                label: l.name.clone(),
                stages: l.phases.iter().map(stage).collect(),
            })
            .collect(),
    })
}

/// What the case waits for first: the framework, a phase to begin, a criterion to reach.
fn next_sentence(ui: &Ui, input: &CaseIn, lines: &[LineView]) -> String {
    if input.framework.as_ref().is_none_or(|f| f.text("state") != "approved") {
        return ui
            .t(
                "承認済みの枠組みを、案件に選んでください。",
                "Choose an approved framework for the case.",
            )
            .to_owned();
    }
    let Some(line) = lines.first() else { return String::new() };
    match line.phases.iter().find(|p| p.state != "complete") {
        None => ui.t("すべての段階が終わりました。", "All phases are complete.").to_owned(),
        Some(p) if p.state == "waiting" => {
            ui.f("次は「{}」を始めます。", "Next: begin \"{}\".", &p.name)
        }
        Some(p) => {
            let left = p.criteria.iter().filter(|c| !c.reached).count();
            if left == 0 {
                return ui.f(
                    "「{}」の基準はすべて達しました。関門への到達を記録してください。",
                    "All criteria of \"{}\" are reached; record the gateway.",
                    &p.name,
                );
            }
            ui.f("「{}」の関門まで、", "To the gateway of \"{}\": ", &p.name)
                + &ui.f("あと{}件の基準が残っています。", "{} criteria to go.", left)
        }
    }
}

/// Makes the view of a case.
pub fn case_view(
    ui: &Ui,
    input: &CaseIn,
    person: &dyn Fn(&str) -> String,
    may_write: bool,
) -> CaseView {
    let case = &input.case;
    let mut rows = vec![("", ui.t("全体", "The whole").to_owned())];
    let standing = input.parts.iter().filter(|p| stands(p));
    rows.extend(standing.map(|p| (p.id.as_str(), p.text("name").to_owned())));
    let lines: Vec<LineView> = rows
        .into_iter()
        .map(|(part, name)| {
            let mut mine: Vec<&(Record, Vec<Next>)> =
                input.phases.iter().filter(|(p, _)| p.text("part") == part).collect();
            mine.sort_by_key(|(p, _)| p.int("place"));
            let phases =
                mine.into_iter().map(|(p, next)| phase_view(ui, input, p, next, person)).collect();
            LineView { name, phases }
        })
        .collect();
    let next = next_sentence(ui, input, &lines);
    let drawn = picture(ui, case.id.as_str(), &next, &lines);
    let label = |f: &str| case.def.field(f).map_or("", |d| d.label.get(ui.lang)).to_owned();
    let english = case.text("scope_line_en");
    let scope = if english.is_empty() {
        case.text("scope_line")
    } else {
        ui.t(case.text("scope_line"), english)
    };
    CaseView {
        id: case.id.as_str().to_owned(),
        title: case.title(),
        chips: ["side", "technical", "business"]
            .into_iter()
            .map(|f| (label(f), ui.state(case, f)))
            .collect(),
        scope_line: scope.to_owned(),
        goal: case.text("goal").to_owned(),
        days: isolated_since(input)
            .filter(|_| input.links.is_empty() || input.links.iter().any(link::away))
            .map(|t| ui.now.since(t) / DAY),
        picture: Html(drawn.svg),
        table: drawn.table,
        next,
        links: input
            .links
            .iter()
            .map(|l| {
                let cut = minutes(ui, l.time("cut_at"), l.time("reconnected_at"));
                (l.id.as_str().to_owned(), l.title(), ui.state(l, "state"), cut)
            })
            .collect(),
        departures: input
            .departures
            .iter()
            .filter(|d| stands(d))
            .map(|d| {
                (d.id.as_str().to_owned(), d.text("done").to_owned(), d.text("why").to_owned())
            })
            .collect(),
        framework: input
            .framework
            .as_ref()
            .map(|f| (f.id.as_str().to_owned(), f.own_title(ui.lang).to_owned())),
        lines,
        due: updates::waiting(ui, &input.updates),
        promises: input
            .commitments
            .iter()
            .filter(|c| c.text("kind") == CommitmentKind::Promise.id())
            .map(|c| (c.title(), ui.state(c, "state"), commitment::overdue(c, ui.now, &ui.zone)))
            .collect(),
        may_write,
    }
}

#[derive(Template)]
#[template(path = "reconnect/case.html")]
struct Page<'a> {
    ui: &'a Ui,
    it: &'a CaseView,
}

/// The page of a case: what stands inside `<main>`.
pub fn page(ui: &Ui, it: &CaseView) -> Html {
    render(&Page { ui, it })
}

/// A shipped framework that may be taken.
pub struct Offer {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Aim.
    pub aim: String,
}

#[derive(Template)]
#[template(path = "reconnect/index.html")]
struct Index<'a> {
    ui: &'a Ui,
    cases: &'a [CaseView],
    frameworks: &'a [(String, String, Html)],
    offers: &'a [Offer],
    may_write: bool,
}

/// The wing's page: open cases, and the framework they follow.
pub fn index(
    ui: &Ui,
    cases: &[CaseView],
    frameworks: &[(String, String, Html)],
    offers: &[Offer],
    may_write: bool,
) -> Html {
    render(&Index { ui, cases, frameworks, offers, may_write })
}
