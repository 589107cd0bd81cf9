//! What depends on what, and the state of each: systems, services, suppliers.

use super::layers::{Layout, layout};
use super::svg::{BG, MUTED, Svg, escape, num, width, wrap};
use super::tone::{Tone, legend, used};
use super::{Chart, ChartTable, Head};
use crate::sheet::Lang;

/// State of a node, shown by outline, mark and word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NodeState {
    /// Works. Plain outline, circle.
    #[default]
    Working,
    /// Works in part. Diamond.
    Degraded,
    /// Being restored. Triangle, dashed outline.
    Restoring,
    /// Does not work. Square, double outline, cut corners.
    Down,
    /// Not known. Dash, dotted outline.
    Unknown,
    /// The picture tells no states. Plain outline, no sign.
    Plain,
}

impl NodeState {
    fn tone(self) -> Tone {
        match self {
            NodeState::Working => Tone::Good,
            NodeState::Degraded => Tone::Caution,
            NodeState::Restoring => Tone::Warning,
            NodeState::Down => Tone::Danger,
            NodeState::Unknown => Tone::Muted,
            NodeState::Plain => Tone::Main,
        }
    }

    fn dash(self) -> &'static str {
        match self {
            NodeState::Restoring => r#" stroke-dasharray="7 4""#,
            NodeState::Unknown => r#" stroke-dasharray="2 3""#,
            _ => "",
        }
    }

    /// Word of the state.
    pub fn word(self, lang: Lang) -> &'static str {
        match self {
            NodeState::Working => lang.pick("稼働", "working"),
            NodeState::Degraded => lang.pick("一部停止", "degraded"),
            NodeState::Restoring => lang.pick("復旧中", "restoring"),
            NodeState::Down => lang.pick("停止", "down"),
            NodeState::Unknown => lang.pick("不明", "unknown"),
            NodeState::Plain => "",
        }
    }
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// Name; up to two lines are drawn.
    pub label: String,
    /// A second, quieter line ("RTO 4時間"); empty for none.
    pub note: String,
    /// State.
    pub state: NodeState,
}

/// An edge: `from` depends on `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Index of the node that depends.
    pub from: usize,
    /// Index of the node depended on.
    pub to: usize,
}

/// Where something can be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Short sign drawn at the place ("1").
    pub sign: String,
    /// What it is, for the table.
    pub label: String,
    /// The place.
    pub at: CutAt,
}

/// The place of a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutAt {
    /// On an edge, by index.
    Edge(usize),
    /// At a node, by index.
    Node(usize),
}

/// A dependency graph; made for up to some forty nodes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DependencyGraph {
    /// Id, title, description, language.
    pub head: Head,
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Edges; one to a node that is not there is left out of the picture.
    pub edges: Vec<Edge>,
    /// Places where something can be cut.
    pub cuts: Vec<Cut>,
}

const BOX_W: f64 = 164.0;
const BOX_H: f64 = 58.0;
const GAP_X: f64 = 72.0;
const GAP_Y: f64 = 22.0;
const BEND_H: f64 = 14.0;
const MARGIN: f64 = 16.0;

/// Draws the graph from left (what depends) to right (what it rests on).
pub fn dependency_graph(spec: &DependencyGraph) -> Chart {
    let mut out = Svg::new(&spec.head);
    let id = out.id.clone();
    let arrow = |name: &str, fill: &str| {
        format!(
            r#"<marker id="{id}-{name}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0.5 8 4 0 7.5z" fill="{fill}"/></marker>"#
        )
    };
    out.defs(&format!("{}{}", arrow("a", MUTED), arrow("b", Tone::Danger.ink())));
    let pairs: Vec<(usize, usize)> = spec.edges.iter().map(|e| (e.from, e.to)).collect();
    let plan = layout(spec.nodes.len(), &pairs);
    let (places, width, height) = place(&plan, spec.nodes.len());
    for route in plan.routes.iter().flatten() {
        draw_edge(&mut out, &route.stations, route.reversed, &places, spec.nodes.len());
    }
    for (node, at) in spec.nodes.iter().zip(&places) {
        draw_node(&mut out, node, *at, spec.head.lang);
    }
    draw_cuts(&mut out, spec, &plan, &places);
    let tones = used(spec.nodes.iter().map(|n| n.state.tone()));
    let words: Vec<(Tone, String)> = [
        NodeState::Working,
        NodeState::Degraded,
        NodeState::Restoring,
        NodeState::Down,
        NodeState::Unknown,
    ]
    .iter()
    .map(|state| (state.tone(), state.word(spec.head.lang).to_owned()))
    .collect();
    let used_height = legend(
        &mut out,
        &tones,
        &words,
        spec.head.lang,
        (MARGIN, height + 18.0),
        width - MARGIN * 2.0,
    );
    let total = height + used_height + 8.0;
    Chart { svg: out.finish(&spec.head, "dependency-graph", width, total), table: table(spec) }
}

/// Signs at the places where something can be cut: a disc with the sign, the edge crossed beneath
/// it. Several at one place stand side by side.
fn draw_cuts(out: &mut Svg, spec: &DependencyGraph, plan: &Layout, places: &[(f64, f64)]) {
    let count = spec.nodes.len();
    let mut taken: Vec<CutAt> = Vec::new();
    for cut in &spec.cuts {
        let place = match cut.at {
            CutAt::Node(node) => places
                .get(node)
                .filter(|_| node < count)
                .map(|(x, y)| (x - BOX_W / 2.0 + 8.0, y - BOX_H / 2.0)),
            CutAt::Edge(edge) => {
                let ends = plan.routes.get(edge).and_then(Option::as_ref);
                ends.and_then(|r| r.stations.first().zip(r.stations.get(1))).map(|(a, b)| {
                    let (from, to) = (places[*a], places[*b]);
                    ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0)
                })
            }
        };
        let Some((x, y)) = place else { continue };
        let beside = taken.iter().filter(|t| **t == cut.at).count();
        taken.push(cut.at);
        let x = x + beside as f64 * 22.0;
        let ink = Tone::Danger.ink();
        out.raw(&format!(
            r#"<g class="cut"><title>{}</title><circle cx="{}" cy="{}" r="10" fill="{BG}" stroke="{ink}" stroke-width="2"/>"#,
            escape(&cut.label),
            num(x),
            num(y)
        ));
        let attrs =
            format!(r#"text-anchor="middle" font-weight="700" font-size="11" fill="{ink}""#);
        out.text(x, y + 4.0, &cut.sign, &attrs);
        out.raw("</g>");
    }
}

/// Centre of every node and bend, and the size of the picture.
fn place(plan: &Layout, count: usize) -> (Vec<(f64, f64)>, f64, f64) {
    let size = |station: usize| if station < count { BOX_H } else { BEND_H };
    let heights: Vec<f64> = plan
        .layers
        .iter()
        .map(|layer| {
            let boxes: f64 = layer.iter().map(|s| size(*s)).sum();
            boxes + GAP_Y * layer.len().saturating_sub(1) as f64
        })
        .collect();
    let tallest = heights.iter().copied().fold(BOX_H, f64::max);
    let stations = plan.layers.iter().map(Vec::len).sum();
    let mut places = vec![(0.0, 0.0); stations];
    for (index, layer) in plan.layers.iter().enumerate() {
        let x = MARGIN + BOX_W / 2.0 + index as f64 * (BOX_W + GAP_X);
        let mut y = MARGIN + (tallest - heights[index]) / 2.0;
        for station in layer {
            places[*station] = (x, y + size(*station) / 2.0);
            y += size(*station) + GAP_Y;
        }
    }
    let columns = plan.layers.len().max(1) as f64;
    let width = MARGIN * 2.0 + columns * BOX_W + (columns - 1.0) * GAP_X;
    (places, width.max(320.0), MARGIN * 2.0 + tallest)
}

fn draw_edge(
    out: &mut Svg,
    stations: &[usize],
    reversed: bool,
    places: &[(f64, f64)],
    count: usize,
) {
    let mut path = String::new();
    for pair in stations.windows(2) {
        let (from, to) = (places[pair[0]], places[pair[1]]);
        let half = BOX_W / 2.0;
        // Bends keep the line level across the width of a box, so that it passes
        // between boxes and not behind them.
        let start = (from.0 + half + if pair[0] < count { 1.0 } else { 0.0 }, from.1);
        let end = (to.0 - half - if pair[1] < count { 3.0 } else { 0.0 }, to.1);
        if path.is_empty() {
            path.push_str(&format!("M{} {}", num(start.0), num(start.1)));
        } else {
            path.push_str(&format!("L{} {}", num(start.0), num(start.1)));
        }
        let middle = (start.0 + end.0) / 2.0;
        path.push_str(&format!(
            "C{} {} {} {} {} {}",
            num(middle),
            num(start.1),
            num(middle),
            num(end.1),
            num(end.0),
            num(end.1)
        ));
    }
    let id = &out.id;
    let look = if reversed {
        format!(
            r#"class="edge edge-circle" stroke="{}" stroke-dasharray="6 4" marker-start="url(#{id}-b)""#,
            Tone::Danger.ink()
        )
    } else {
        format!(r#"class="edge" stroke="{MUTED}" marker-end="url(#{id}-a)""#)
    };
    out.raw(&format!(r#"<path d="{path}" fill="none" stroke-width="1.5" {look}/>"#));
}

fn draw_node(out: &mut Svg, node: &Node, (x, y): (f64, f64), lang: Lang) {
    let tone = node.state.tone();
    let (left, top) = (x - BOX_W / 2.0, y - BOX_H / 2.0);
    let paint = format!(r#"stroke="{}" stroke-width="1.6"{}"#, tone.ink(), node.state.dash());
    out.raw(&format!(r#"<g class="node tone-{}">"#, tone.as_str()));
    if node.state == NodeState::Down {
        let cut = |inset: f64| {
            let (l, t) = (left + inset, top + inset);
            let (w, h) = (BOX_W - inset * 2.0, BOX_H - inset * 2.0);
            format!(
                "M{} {}h{}l8 8v{}l-8 8h-{}l-8-8v-{}z",
                num(l + 8.0),
                num(t),
                num(w - 16.0),
                num(h - 16.0),
                num(w - 16.0),
                num(h - 16.0)
            )
        };
        out.raw(&format!(r#"<path d="{}" fill="{BG}" {paint}/>"#, cut(0.0)));
        out.raw(&format!(r#"<path d="{}" fill="{}" {paint}/>"#, cut(3.5), tone.soft()));
    } else {
        out.rect(left, top, BOX_W, BOX_H, &format!(r#"rx="8" fill="{}" {paint}"#, tone.soft()));
    }
    let word = node.state.word(lang);
    let said: Vec<&str> =
        [word, node.note.as_str()].into_iter().filter(|w| !w.is_empty()).collect();
    let note = said.join(" · ");
    let lines = wrap(&node.label, 13.0, BOX_W - 24.0, if node.note.len() > 60 { 1 } else { 2 });
    let two = lines.len() > 1;
    let base = if two { top + 18.0 } else { top + 24.0 };
    for (index, line) in lines.iter().enumerate() {
        out.text(x, base + index as f64 * 15.0, line, r#"text-anchor="middle" font-weight="700""#);
    }
    let note_y = if two { top + 50.0 } else { top + 44.0 };
    let shown = width(&note, 11.5).min(BOX_W - 40.0);
    let start = x - (shown + 16.0) / 2.0;
    if !word.is_empty() {
        tone.symbol(out, start + 5.0, note_y - 4.0, 4.2);
    }
    let ink = format!(r#"fill="{}""#, tone.ink());
    out.fitted(start + 16.0, note_y, &note, 11.5, BOX_W - 36.0, &ink);
    out.raw("</g>");
}

fn table(spec: &DependencyGraph) -> ChartTable {
    let lang = spec.head.lang;
    let rows = spec.nodes.iter().enumerate().map(|(index, node)| {
        let needs: Vec<&str> = spec
            .edges
            .iter()
            .filter(|edge| edge.from == index)
            .filter_map(|edge| spec.nodes.get(edge.to))
            .map(|n| n.label.as_str())
            .collect();
        let needs = if needs.is_empty() {
            lang.pick("なし", "none").to_owned()
        } else {
            needs.join(lang.pick("、", ", "))
        };
        let mut row =
            vec![node.label.clone(), node.state.word(lang).to_owned(), node.note.clone(), needs];
        if !spec.cuts.is_empty() {
            let here = |at: CutAt| match at {
                CutAt::Node(n) => n == index,
                CutAt::Edge(e) => spec.edges.get(e).is_some_and(|e| e.from == index),
            };
            let cuts: Vec<String> = spec
                .cuts
                .iter()
                .filter(|c| here(c.at))
                .map(|c| format!("{} {}", c.sign, c.label))
                .collect();
            row.push(cuts.join(lang.pick("、", ", ")));
        }
        row
    });
    let mut columns =
        vec![("名称", "Name"), ("状態", "State"), ("補足", "Note"), ("依存先", "Depends on")];
    if !spec.cuts.is_empty() {
        columns.push(("止められる場所", "Where one can cut"));
    }
    ChartTable {
        caption: spec.head.title.clone(),
        columns: columns.into_iter().map(|(ja, en)| lang.pick(ja, en).to_owned()).collect(),
        rows: rows.collect(),
    }
}
