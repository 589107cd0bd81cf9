//! What follows what: steps from top to bottom, branches labelled by their answer, ways back dashed.

use super::layers::{Layout, layout};
use super::svg::{BG, MUTED, Svg, num, width, wrap};
use super::tone::Tone;
use super::{Chart, ChartTable, Head};
use crate::sheet::Lang;

/// What a step is, shown by its outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FlowShape {
    /// Something is done. A box.
    #[default]
    Step,
    /// A question. A box with pointed sides.
    Question,
    /// Something that cannot be undone. A double outline.
    Grave,
    /// Leads back. A dashed outline.
    Back,
}

/// How far a step is, shown by filling, mark and word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FlowState {
    /// Not begun, or only a plan is drawn.
    #[default]
    Plain,
    /// Under way.
    Now,
    /// Over.
    Done,
    /// Something is wrong with it.
    Wrong,
}

impl FlowState {
    pub(super) fn tone(self) -> Tone {
        match self {
            FlowState::Plain => Tone::Muted,
            FlowState::Now => Tone::Main,
            FlowState::Done => Tone::Good,
            FlowState::Wrong => Tone::Danger,
        }
    }

    fn word(self, lang: Lang) -> &'static str {
        match self {
            FlowState::Plain => "",
            FlowState::Now => lang.pick("いま", "now"),
            FlowState::Done => lang.pick("済み", "done"),
            FlowState::Wrong => lang.pick("要修正", "to mend"),
        }
    }
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowNode {
    /// What to do; up to two lines are drawn.
    pub label: String,
    /// Who and by when; empty for none.
    pub note: String,
    /// What it is.
    pub shape: FlowShape,
    /// How far it is.
    pub state: FlowState,
}

/// From one step to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowEdge {
    /// Index of the step before.
    pub from: usize,
    /// Index of the step after.
    pub to: usize,
    /// The answer that leads this way; empty where all do.
    pub label: String,
}

/// A flow; made for up to some sixty steps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flow {
    /// Id, title, description, language.
    pub head: Head,
    /// Steps.
    pub nodes: Vec<FlowNode>,
    /// Edges; one to a step that is not there is left out of the picture.
    pub edges: Vec<FlowEdge>,
}

const BOX_W: f64 = 196.0;
const BOX_H: f64 = 62.0;
const GAP_X: f64 = 26.0;
const GAP_Y: f64 = 46.0;
const BEND_W: f64 = 16.0;
const MARGIN: f64 = 16.0;

/// Draws the flow from top to bottom.
pub fn flow(spec: &Flow) -> Chart {
    let mut out = Svg::new(&spec.head);
    let id = out.id.clone();
    let arrow = |name: &str, fill: &str| {
        format!(
            r#"<marker id="{id}-{name}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0.5 8 4 0 7.5z" fill="{fill}"/></marker>"#
        )
    };
    out.defs(&format!("{}{}", arrow("a", MUTED), arrow("b", Tone::Warning.ink())));
    let pairs: Vec<(usize, usize)> = spec.edges.iter().map(|e| (e.from, e.to)).collect();
    let plan = layout(spec.nodes.len(), &pairs);
    let (places, width, height) = place(&plan, spec.nodes.len());
    let mut labels = Vec::new();
    for (edge, route) in spec.edges.iter().zip(&plan.routes) {
        let Some(route) = route else { continue };
        let at = draw_edge(&mut out, &route.stations, route.reversed, &places, spec.nodes.len());
        if !edge.label.is_empty() {
            labels.push((at, edge.label.as_str()));
        }
    }
    for (node, at) in spec.nodes.iter().zip(&places) {
        draw_node(&mut out, node, *at, spec.head.lang);
    }
    for (at, label) in labels {
        draw_label(&mut out, at, label);
    }
    Chart { svg: out.finish(&spec.head, "flow", width, height), table: table(spec) }
}

/// Centre of every step and bend, and the size of the picture.
fn place(plan: &Layout, count: usize) -> (Vec<(f64, f64)>, f64, f64) {
    let size = |station: usize| if station < count { BOX_W } else { BEND_W };
    let widths: Vec<f64> = plan
        .layers
        .iter()
        .map(|layer| {
            let boxes: f64 = layer.iter().map(|s| size(*s)).sum();
            boxes + GAP_X * layer.len().saturating_sub(1) as f64
        })
        .collect();
    let widest = widths.iter().copied().fold(BOX_W, f64::max);
    let mut places = vec![(0.0, 0.0); plan.layers.iter().map(Vec::len).sum()];
    for (index, layer) in plan.layers.iter().enumerate() {
        let y = MARGIN + BOX_H / 2.0 + index as f64 * (BOX_H + GAP_Y);
        let mut x = MARGIN + (widest - widths[index]) / 2.0;
        for station in layer {
            places[*station] = (x + size(*station) / 2.0, y);
            x += size(*station) + GAP_X;
        }
    }
    let rows = plan.layers.len().max(1) as f64;
    let height = MARGIN * 2.0 + rows * BOX_H + (rows - 1.0) * GAP_Y;
    (places, MARGIN * 2.0 + widest, height)
}

/// Draws an edge and gives the place for its label, near its beginning.
fn draw_edge(
    out: &mut Svg,
    stations: &[usize],
    reversed: bool,
    places: &[(f64, f64)],
    count: usize,
) -> (f64, f64) {
    let mut path = String::new();
    let mut at = (0.0, 0.0);
    for (index, pair) in stations.windows(2).enumerate() {
        let (from, to) = (places[pair[0]], places[pair[1]]);
        let half = BOX_H / 2.0;
        // Bends keep the line upright over the height of a box, so that it passes between boxes.
        let start = (from.0, from.1 + half + if pair[0] < count { 1.0 } else { 0.0 });
        let end = (to.0, to.1 - half - if pair[1] < count { 3.0 } else { 0.0 });
        let sign = if path.is_empty() { 'M' } else { 'L' };
        let middle = (start.1 + end.1) / 2.0;
        path.push_str(&format!(
            "{sign}{} {}C{} {} {} {} {} {}",
            num(start.0),
            num(start.1),
            num(start.0),
            num(middle),
            num(end.0),
            num(middle),
            num(end.0),
            num(end.1)
        ));
        let near = if reversed { index + 2 == stations.len() } else { index == 0 };
        if near {
            at = ((start.0 + end.0) / 2.0, middle);
        }
    }
    let id = &out.id;
    let look = if reversed {
        format!(
            r#"class="edge edge-back" stroke="{}" stroke-dasharray="6 4" marker-start="url(#{id}-b)""#,
            Tone::Warning.ink()
        )
    } else {
        format!(r#"class="edge" stroke="{MUTED}" marker-end="url(#{id}-a)""#)
    };
    out.raw(&format!(r#"<path d="{path}" fill="none" stroke-width="1.5" {look}/>"#));
    at
}

fn draw_label(out: &mut Svg, (x, y): (f64, f64), label: &str) {
    let shown = width(label, 11.5).min(120.0);
    out.rect(x - shown / 2.0 - 5.0, y - 9.0, shown + 10.0, 18.0, &format!(r#"rx="4" fill="{BG}""#));
    out.fitted(x, y + 4.0, label, 11.5, 124.0, r#"text-anchor="middle" font-weight="700""#);
}

fn draw_node(out: &mut Svg, node: &FlowNode, (x, y): (f64, f64), lang: Lang) {
    let tone = node.state.tone();
    let (left, top) = (x - BOX_W / 2.0, y - BOX_H / 2.0);
    let dash = if node.shape == FlowShape::Back { r#" stroke-dasharray="7 4""# } else { "" };
    let paint =
        format!(r#"fill="{}" stroke="{}" stroke-width="1.6"{dash}"#, tone.soft(), tone.ink());
    out.raw(&format!(r#"<g class="node tone-{}">"#, tone.as_str()));
    match node.shape {
        FlowShape::Question => {
            let (w, h) = (BOX_W - 24.0, BOX_H / 2.0);
            out.raw(&format!(
                r#"<path d="M{} {}h{}l12 {h}l-12 {h}h-{w}l-12-{h}z" {paint}/>"#,
                num(left + 12.0),
                num(top),
                num(w),
                h = num(h),
                w = num(w)
            ));
        }
        FlowShape::Grave => {
            out.rect(left, top, BOX_W, BOX_H, &format!(r#"rx="4" {paint}"#));
            let (w, h) = (BOX_W - 7.0, BOX_H - 7.0);
            out.rect(left + 3.5, top + 3.5, w, h, &format!(r#"rx="2" {paint}"#));
        }
        FlowShape::Step | FlowShape::Back => {
            out.rect(left, top, BOX_W, BOX_H, &format!(r#"rx="8" {paint}"#));
        }
    }
    let lines = wrap(&node.label, 12.5, BOX_W - 30.0, 2);
    let two = lines.len() > 1;
    let base = if two { top + 19.0 } else { top + 26.0 };
    for (index, line) in lines.iter().enumerate() {
        let at = base + index as f64 * 15.0;
        out.text(x, at, line, r#"text-anchor="middle" font-size="12.5" font-weight="700""#);
    }
    let word = node.state.word(lang);
    let parts: Vec<&str> = [word, &node.note].into_iter().filter(|p| !p.is_empty()).collect();
    if !parts.is_empty() {
        let note_y = if two { top + 53.0 } else { top + 46.0 };
        let ink = format!(r#"text-anchor="middle" fill="{}""#, tone.ink());
        out.fitted(x, note_y, &parts.join(" · "), 11.0, BOX_W - 34.0, &ink);
    }
    out.raw("</g>");
}

fn table(spec: &Flow) -> ChartTable {
    let lang = spec.head.lang;
    let rows = spec.nodes.iter().enumerate().map(|(index, node)| {
        let next: Vec<String> = spec
            .edges
            .iter()
            .filter(|edge| edge.from == index)
            .filter_map(|edge| Some((edge, spec.nodes.get(edge.to)?)))
            .map(|(edge, to)| match edge.label.as_str() {
                "" => to.label.clone(),
                answer => format!("{answer} → {}", to.label),
            })
            .collect();
        let next = if next.is_empty() {
            lang.pick("なし", "none").to_owned()
        } else {
            next.join(lang.pick("、", ", "))
        };
        vec![node.label.clone(), node.state.word(lang).to_owned(), node.note.clone(), next]
    });
    let columns =
        [("手順", "Step"), ("状態", "State"), ("担当・時間", "Who and by when"), ("次", "Next")];
    ChartTable {
        caption: spec.head.title.clone(),
        columns: columns.iter().map(|(ja, en)| lang.pick(ja, en).to_owned()).collect(),
        rows: rows.collect(),
    }
}
