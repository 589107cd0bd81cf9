//! Where one can cut (遮断・停止ポイント): the picture with its signs, the criteria, the decision
//! sheets. Values and pure functions to markup.

use super::documents::Paper;
use super::parts::{Html, Ui, render};
use askama::Template;
use okiagari_model::govern::authority::deciders;
use okiagari_model::prepare::stop_criterion::StopCase;
use okiagari_model::prepare::stop_point::SHEET;
use okiagari_model::{Choice, Lang, Record, validate};
use okiagari_press::chart::{
    Cut, CutAt, DependencyGraph, Edge, Head, Node, NodeState, dependency_graph,
};

/// Beyond so many systems only those with a point and their neighbours are drawn.
const WHOLE: usize = 40;

/// A point, ready to be written.
#[derive(Debug, Clone)]
pub struct Point {
    /// Its id.
    pub id: String,
    /// Its sign in the picture.
    pub sign: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Where: one system, or both ends of a link.
    pub place: String,
    /// Who decides, in the order of asking.
    pub deciders: Vec<String>,
    /// Facts of the sheet: label, value, empty where missing.
    pub facts: Vec<(String, String)>,
    /// The decision sheet is complete.
    pub whole: bool,
    /// Data that the guide of the system says to take first: data, what a stop does to it, how.
    pub first: Vec<(String, String, String)>,
}

/// A criterion.
#[derive(Debug, Clone)]
pub struct Criterion {
    /// Case.
    pub case: String,
    /// Its id; empty where the case has none.
    pub id: String,
    /// When to stop.
    pub criterion: String,
    /// Who decides.
    pub deciders: Vec<String>,
    /// Business heads.
    pub heads: String,
    /// Effects.
    pub effects: Vec<String>,
    /// What if data has left.
    pub leaked: String,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The picture; empty where there is nothing to draw.
    pub svg: Html,
    /// Columns of the table beneath.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// Points.
    pub points: Vec<Point>,
    /// Criteria, one line for each case at least.
    pub criteria: Vec<Criterion>,
    /// Important systems at which nothing can be cut: id, name.
    pub without: Vec<(String, String)>,
    /// Whether points may be added.
    pub may_write: bool,
}

/// What the page is made of.
pub struct PlanIn<'a> {
    /// All systems.
    pub systems: &'a [Record],
    /// All points.
    pub points: &'a [Record],
    /// All criteria.
    pub criteria: &'a [Record],
    /// Collection guides.
    pub guides: &'a [Record],
    /// The authority table.
    pub lines: &'a [Record],
    /// Roles.
    pub roles: &'a [Record],
    /// Name of a person.
    pub person: &'a dyn Fn(&str) -> String,
    /// Whether points may be added.
    pub may_write: bool,
}

/// Makes the page.
pub fn plan(ui: &Ui, input: &PlanIn<'_>) -> Plan {
    let mut sorted: Vec<&Record> = input.points.iter().collect();
    sorted.sort_by(|a, b| a.text("name").cmp(b.text("name")).then(a.id.cmp(&b.id)));
    let points: Vec<Point> =
        sorted.iter().enumerate().map(|(n, p)| point(ui, input, p, n + 1)).collect();
    let (svg, columns, rows) = picture(ui, input, &sorted);
    let at = |s: &Record| {
        sorted.iter().any(|p| {
            ["system", "other"].iter().flat_map(|f| p.ids(f)).any(|id| id == s.id.as_str())
        })
    };
    let without = input
        .systems
        .iter()
        .filter(|s| s.text("importance") == "high" && !at(s))
        .map(|s| (s.id.as_str().to_owned(), s.title()))
        .collect();
    Plan {
        svg,
        columns,
        rows,
        points,
        criteria: criteria(ui, input),
        without,
        may_write: input.may_write,
    }
}

fn system_name(input: &PlanIn<'_>, id: &str) -> String {
    let found = input.systems.iter().find(|s| s.id.as_str() == id);
    found.map_or_else(|| id.to_owned(), |s| s.title())
}

/// Whom a line of the authority table lets decide, by name.
fn named(ui: &Ui, input: &PlanIn<'_>, of: &Record) -> Vec<String> {
    let id = of.ids("authority").first().copied();
    let Some(line) = input.lines.iter().find(|l| Some(l.id.as_str()) == id) else {
        return Vec::new();
    };
    let role = |id: &str| input.roles.iter().find(|r| r.id.as_str() == id);
    deciders(line, role, ui.now).iter().map(|p| (input.person)(p.as_str())).collect()
}

fn point(ui: &Ui, input: &PlanIn<'_>, p: &Record, n: usize) -> Point {
    let shown = |f: &str| -> Option<(String, String)> {
        let field = p.def.field(f)?;
        let value = p.body.get(f);
        let text = value.map_or_else(String::new, |v| validate::show(field, v, ui.lang, &ui.zone));
        Some((field.label.get(ui.lang).to_owned(), text))
    };
    let mut facts: Vec<(String, String)> =
        ["action", "separates"].iter().filter_map(|f| shown(f)).collect();
    let mut hands: Vec<String> = p.ids("operators").iter().map(|id| (input.person)(id)).collect();
    hands.extend(Some(p.text("operators_else").to_owned()).filter(|t| !t.is_empty()));
    facts.push((ui.t("操作できる人", "Who can do it").to_owned(), hands.join(ui.t("、", ", "))));
    facts.extend(["undo"].iter().chain(&SHEET).chain(&["sheet_on"]).filter_map(|f| shown(f)));
    let place = match p.ids("other").first() {
        Some(other) => {
            let (a, b) = (system_name(input, p.text("system")), system_name(input, other));
            format!("{a} ⇄ {b}")
        }
        None if p.text("kind") == "cut_link" => {
            format!("{} ⇄ {}", system_name(input, p.text("system")), ui.t("社外", "outside"))
        }
        None => system_name(input, p.text("system")),
    };
    Point {
        id: p.id.as_str().to_owned(),
        sign: n.to_string(),
        name: p.text("name").to_owned(),
        kind: ui.choice(p, "kind"),
        place,
        deciders: named(ui, input, p),
        whole: SHEET.iter().all(|f| p.body.contains_key(*f)),
        facts,
        first: first(ui, input, p.text("system")),
    }
}

/// What the guides of a system say to take before a stop, in order.
fn first(ui: &Ui, input: &PlanIn<'_>, system: &str) -> Vec<(String, String, String)> {
    use okiagari_model::prepare::collection_guide::{Loss, in_order};
    let guides = input.guides.iter().filter(|g| g.text("system") == system);
    let text = |row: &okiagari_model::Body, f: &str| {
        row.get(f).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
    };
    guides
        .flat_map(in_order)
        .map(|row| {
            let loss = Loss::from_id(&text(row, "loss"))
                .map_or_else(String::new, |l| l.label().get(ui.lang).to_owned());
            let how = [text(row, "tool"), text(row, "method"), text(row, "steps")];
            let how: Vec<String> = how.into_iter().filter(|t| !t.is_empty()).collect();
            (text(row, "data"), loss, how.join(ui.t("／", " / ")))
        })
        .collect()
}

fn criteria(ui: &Ui, input: &PlanIn<'_>) -> Vec<Criterion> {
    let mut out = Vec::new();
    for option in StopCase::DEF.options {
        let case = option.label.get(ui.lang).to_owned();
        let mine: Vec<&Record> =
            input.criteria.iter().filter(|c| c.text("case") == option.id).collect();
        if mine.is_empty() {
            out.push(Criterion {
                case: case.clone(),
                id: String::new(),
                criterion: String::new(),
                deciders: Vec::new(),
                heads: String::new(),
                effects: Vec::new(),
                leaked: String::new(),
            });
        }
        for c in mine {
            let heads: Vec<String> = c.ids("heads").iter().map(|p| (input.person)(p)).collect();
            out.push(Criterion {
                case: case.clone(),
                id: c.id.as_str().to_owned(),
                criterion: c.text("criterion").to_owned(),
                deciders: named(ui, input, c),
                heads: heads.join(ui.t("、", ", ")),
                effects: ["effect_work", "effect_customers"]
                    .iter()
                    .map(|f| c.text(f).to_owned())
                    .filter(|t| !t.is_empty())
                    .collect(),
                leaked: c.text("leaked").to_owned(),
            });
        }
    }
    out
}

fn press(ui: &Ui) -> okiagari_press::Lang {
    match ui.lang {
        Lang::Ja => okiagari_press::Lang::Ja,
        Lang::En => okiagari_press::Lang::En,
    }
}

/// The systems with what they rest on, the outside, and the signs of the points.
fn picture(
    ui: &Ui,
    input: &PlanIn<'_>,
    points: &[&Record],
) -> (Html, Vec<String>, Vec<Vec<String>>) {
    let ends = |p: &Record| -> Vec<String> {
        ["system", "other"].iter().flat_map(|f| p.ids(f)).map(str::to_owned).collect()
    };
    let near: Vec<String> = points.iter().flat_map(|p| ends(p)).collect();
    let touches = |s: &Record| {
        near.iter().any(|n| n == s.id.as_str() || s.ids("depends_on").contains(&n.as_str()))
    };
    let systems: Vec<&Record> =
        input.systems.iter().filter(|s| input.systems.len() <= WHOLE || touches(s)).collect();
    if systems.is_empty() || points.is_empty() {
        return (Html::default(), Vec::new(), Vec::new());
    }
    let place = |id: &str| systems.iter().position(|s| s.id.as_str() == id);
    let mut nodes: Vec<Node> = systems
        .iter()
        .map(|s| Node {
            label: s.title(),
            note: ui.choice(s, "importance"),
            state: NodeState::Plain,
        })
        .collect();
    let mut edges: Vec<Edge> = Vec::new();
    for (from, s) in systems.iter().enumerate() {
        let needs = s.ids("depends_on").into_iter().filter_map(place);
        edges.extend(needs.map(|to| Edge { from, to }));
    }
    let mut outside = None;
    let mut cuts = Vec::new();
    for (n, p) in points.iter().enumerate() {
        let Some(from) = place(p.text("system")) else { continue };
        let other = p.ids("other").first().and_then(|id| place(id));
        let at = if p.text("kind") == "cut_link" {
            let to = other.unwrap_or_else(|| {
                *outside.get_or_insert_with(|| {
                    nodes.push(Node {
                        label: ui.t("社外（インターネット）", "Outside (internet)").to_owned(),
                        note: String::new(),
                        state: NodeState::Plain,
                    });
                    nodes.len() - 1
                })
            });
            let link = |e: &Edge| (e.from, e.to) == (from, to) || (e.from, e.to) == (to, from);
            let edge = edges.iter().position(link).unwrap_or_else(|| {
                edges.push(Edge { from, to });
                edges.len() - 1
            });
            CutAt::Edge(edge)
        } else {
            CutAt::Node(from)
        };
        cuts.push(Cut { sign: (n + 1).to_string(), label: p.text("name").to_owned(), at });
    }
    let title = ui.f("{}か所で止められます", "{} places where one can cut", cuts.len());
    let about = ui.t(
        "左のものが右のものに依存します。番号は止められる場所で、表と同じです。",
        "Left rests on right. Numbers are the places where one can cut, as in the table.",
    );
    let head = Head::new("stop-points", title, about, press(ui));
    let drawn = dependency_graph(&DependencyGraph { head, nodes, edges, cuts });
    // The state says nothing here.
    let keep = |row: Vec<String>| -> Vec<String> {
        row.into_iter().enumerate().filter(|(n, _)| *n != 1).map(|(_, c)| c).collect()
    };
    let rows = drawn.table.rows.into_iter().map(keep).collect();
    (Html(drawn.svg), keep(drawn.table.columns), rows)
}

/// The caution that stands with every stop.
pub fn caution(ui: &Ui) -> &'static str {
    super::stops::caution(ui)
}

#[derive(Template)]
#[template(path = "respond/stop_points.html")]
struct PlanPage<'a> {
    ui: &'a Ui,
    plan: &'a Plan,
}

/// The page: what stands inside `<main>`.
pub fn page(ui: &Ui, plan: &Plan) -> Html {
    render(&PlanPage { ui, plan })
}

#[derive(Template)]
#[template(path = "respond/doc_stop_points.html")]
struct Sheets<'a> {
    ui: &'a Ui,
    paper: &'a Paper,
    plan: &'a Plan,
    points: Vec<&'a Point>,
}

/// The decision sheets of all points, or of one.
pub fn sheets(ui: &Ui, paper: &Paper, plan: &Plan, only: Option<&str>) -> Html {
    let points: Vec<&Point> =
        plan.points.iter().filter(|p| only.is_none_or(|id| p.id == id)).collect();
    render(&Sheets { ui, paper, plan, points })
}
