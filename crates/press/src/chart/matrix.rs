//! The risk map: likelihood across, impact upwards, appetite and tolerance drawn
//! as lines between the cells.

use super::svg::{BG, LINE, MUTED, Svg, num, width, wrap};
use super::tone::Tone;
use super::{Chart, ChartTable, Head};

/// How a cell of the map is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Zone {
    /// Within the appetite (選好).
    #[default]
    Within,
    /// Above the appetite, within the tolerance (許容).
    AboveAppetite,
    /// Above the tolerance.
    AboveTolerance,
}

impl Zone {
    fn tone(self) -> Tone {
        match self {
            Zone::Within => Tone::Good,
            Zone::AboveAppetite => Tone::Caution,
            Zone::AboveTolerance => Tone::Danger,
        }
    }
}

/// One risk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Risk {
    /// What stands in the dot, one to three signs ("12").
    pub number: String,
    /// Name, for the table.
    pub label: String,
    /// Column (likelihood) and row (impact), counted from 0 at the lowest.
    pub at: (usize, usize),
    /// Where it stood before treatment, if an arrow should show it.
    pub before: Option<(usize, usize)>,
}

/// A risk map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RiskMatrix {
    /// Id, title, description, language.
    pub head: Head,
    /// Name of the level axis ("起こりやすさ").
    pub likelihood: String,
    /// Steps of the level axis, lowest first.
    pub likelihood_steps: Vec<String>,
    /// Name of the upright axis ("影響").
    pub impact: String,
    /// Steps of the upright axis, lowest first.
    pub impact_steps: Vec<String>,
    /// `zones[impact][likelihood]`; missing cells count as [`Zone::Within`].
    pub zones: Vec<Vec<Zone>>,
    /// The risks.
    pub risks: Vec<Risk>,
}

const CELL_W: f64 = 104.0;
const CELL_H: f64 = 72.0;
const TOP: f64 = 12.0;
const DOT: f64 = 12.0;

struct Map {
    left: f64,
    columns: usize,
    rows: usize,
}

impl Map {
    fn corner(&self, (column, row): (usize, usize)) -> (f64, f64) {
        let from_top = self.rows.saturating_sub(row + 1) as f64;
        (self.left + column as f64 * CELL_W, TOP + from_top * CELL_H)
    }

    fn holds(&self, (column, row): (usize, usize)) -> bool {
        column < self.columns && row < self.rows
    }

    fn bottom(&self) -> f64 {
        TOP + self.rows as f64 * CELL_H
    }

    fn right(&self) -> f64 {
        self.left + self.columns as f64 * CELL_W
    }
}

/// Draws the risk map.
pub fn risk_matrix(spec: &RiskMatrix) -> Chart {
    let mut out = Svg::new(&spec.head);
    let id = out.id.clone();
    Tone::write_defs(&mut out, &[Tone::Caution, Tone::Danger]);
    out.defs(&format!(
        r#"<marker id="{id}-a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker>"#
    ));
    let steps = spec.impact_steps.iter().map(|s| width(s, 13.0)).fold(0.0, f64::max);
    let map = Map {
        left: steps.clamp(40.0, 120.0) + 44.0,
        columns: spec.likelihood_steps.len(),
        rows: spec.impact_steps.len(),
    };
    draw_cells(&mut out, spec, &map);
    draw_border(&mut out, spec, &map, Zone::AboveAppetite);
    draw_border(&mut out, spec, &map, Zone::AboveTolerance);
    let places = places(spec, &map);
    draw_arrows(&mut out, spec, &map, &places);
    for (risk, place) in spec.risks.iter().zip(&places) {
        if let Some(place) = place {
            draw_dot(&mut out, risk, *place);
        }
    }
    let height = draw_legend(&mut out, spec, &map);
    let total = map.right().max(map.left + 360.0) + 12.0;
    Chart { svg: out.finish(&spec.head, "risk-matrix", total, height), table: table(spec) }
}

fn zone(spec: &RiskMatrix, (column, row): (usize, usize)) -> Zone {
    spec.zones.get(row).and_then(|r| r.get(column)).copied().unwrap_or_default()
}

fn draw_cells(out: &mut Svg, spec: &RiskMatrix, map: &Map) {
    for row in 0..map.rows {
        for column in 0..map.columns {
            let (x, y) = map.corner((column, row));
            let tone = zone(spec, (column, row)).tone();
            let paint = format!(
                r#"class="zone tone-{}" fill="{}" stroke="{LINE}" stroke-width="1""#,
                tone.as_str(),
                tone.soft()
            );
            out.rect(x, y, CELL_W, CELL_H, &paint);
            if let Some(pattern) = tone.pattern(&out.id) {
                out.rect(x, y, CELL_W, CELL_H, &format!(r#"fill="{pattern}" fill-opacity="0.16""#));
            }
        }
    }
    for (row, step) in spec.impact_steps.iter().enumerate() {
        let (x, y) = map.corner((0, row));
        let lines = wrap(step, 13.0, 120.0, 2);
        for (index, line) in lines.iter().enumerate() {
            let offset = (index as f64 - (lines.len() as f64 - 1.0) / 2.0) * 16.0;
            out.text(x - 8.0, y + CELL_H / 2.0 + 4.5 + offset, line, r#"text-anchor="end""#);
        }
    }
    let bottom = map.bottom();
    for (column, step) in spec.likelihood_steps.iter().enumerate() {
        let x = map.corner((column, 0)).0 + CELL_W / 2.0;
        for (index, line) in wrap(step, 13.0, CELL_W - 6.0, 2).iter().enumerate() {
            out.text(x, bottom + 18.0 + index as f64 * 16.0, line, r#"text-anchor="middle""#);
        }
    }
    let middle = (TOP + bottom) / 2.0;
    out.text(
        18.0,
        middle,
        &format!("{} →", spec.impact),
        &format!(
            r#"text-anchor="middle" font-weight="700" transform="rotate(-90 18 {})""#,
            num(middle)
        ),
    );
    out.text(
        (map.left + map.right()) / 2.0,
        bottom + 54.0,
        &format!("{} →", spec.likelihood),
        r#"text-anchor="middle" font-weight="700""#,
    );
}

/// Draws the line between cells below a zone and cells at or above it.
fn draw_border(out: &mut Svg, spec: &RiskMatrix, map: &Map, limit: Zone) {
    let above = |at: (usize, usize)| zone(spec, at) >= limit;
    let mut path = String::new();
    for row in 0..map.rows {
        for column in 0..map.columns {
            let here = above((column, row));
            let (x, y) = map.corner((column, row));
            if column + 1 < map.columns && here != above((column + 1, row)) {
                path.push_str(&format!("M{} {}v{}", num(x + CELL_W), num(y), num(CELL_H)));
            }
            if row + 1 < map.rows && here != above((column, row + 1)) {
                path.push_str(&format!("M{} {}h{}", num(x), num(y), num(CELL_W)));
            }
        }
    }
    if path.is_empty() {
        return;
    }
    // Where both lines run together, the dashes of the upper show the lower one.
    let (class, look) = match limit {
        Zone::AboveTolerance => (
            "tolerance",
            format!(r#"stroke="{}" stroke-width="4" stroke-dasharray="14 5""#, Tone::Danger.ink()),
        ),
        _ => ("appetite", format!(r#"stroke="{}" stroke-width="3""#, Tone::Good.ink())),
    };
    out.raw(&format!(
        r#"<path class="limit-{class}" d="{path}" fill="none" stroke-linecap="square" {look}/>"#
    ));
}

/// Where each dot goes: dots of one cell stand in a grid, up to four a line.
fn places(spec: &RiskMatrix, map: &Map) -> Vec<Option<(f64, f64)>> {
    let mut seen: std::collections::BTreeMap<(usize, usize), usize> = Default::default();
    let mut totals: std::collections::BTreeMap<(usize, usize), usize> = Default::default();
    for risk in spec.risks.iter().filter(|r| map.holds(r.at)) {
        *totals.entry(risk.at).or_default() += 1;
    }
    let place = |risk: &Risk| {
        let total = *totals.get(&risk.at)?;
        let index = seen.entry(risk.at).or_default();
        let (x, y) = map.corner(risk.at);
        let per_line = if total <= 3 { total } else { total.div_ceil(2).clamp(3, 8) };
        let lines = total.div_ceil(per_line);
        let (column, line) = (*index % per_line, *index / per_line);
        *index += 1;
        let step_x = (CELL_W - 8.0) / per_line.max(3) as f64;
        let step_y = (CELL_H - 8.0) / lines.max(2) as f64;
        let in_line = per_line.min(total - line * per_line);
        Some((
            x + CELL_W / 2.0 + (column as f64 - (in_line as f64 - 1.0) / 2.0) * step_x,
            y + CELL_H / 2.0 + (line as f64 - (lines as f64 - 1.0) / 2.0) * step_y,
        ))
    };
    spec.risks.iter().map(place).collect()
}

fn draw_arrows(out: &mut Svg, spec: &RiskMatrix, map: &Map, places: &[Option<(f64, f64)>]) {
    let id = out.id.clone();
    for (risk, place) in spec.risks.iter().zip(places) {
        let (Some(before), Some((x, y))) = (risk.before.filter(|b| map.holds(*b)), *place) else {
            continue;
        };
        if before == risk.at {
            continue;
        }
        let corner = map.corner(before);
        let from = (corner.0 + CELL_W - 16.0, corner.1 + 16.0);
        let length = (x - from.0).hypot(y - from.1).max(1.0);
        let (dx, dy) = ((x - from.0) / length, (y - from.1) / length);
        out.line(
            (from.0 + dx * 10.0, from.1 + dy * 10.0),
            (x - dx * (DOT + 2.0), y - dy * (DOT + 2.0)),
            &format!(r#"class="treatment" stroke="currentColor" stroke-width="1.6" marker-end="url(#{id}-a)""#),
        );
        out.raw(&format!(
            r#"<circle cx="{}" cy="{}" r="9" fill="{BG}" stroke="{MUTED}" stroke-width="1.5" stroke-dasharray="3 2"/>"#,
            num(from.0),
            num(from.1)
        ));
        out.text(
            from.0,
            from.1 + 3.5,
            &risk.number,
            &format!(r#"text-anchor="middle" font-size="10" fill="{MUTED}""#),
        );
    }
}

fn draw_dot(out: &mut Svg, risk: &Risk, (x, y): (f64, f64)) {
    out.raw(&format!(
        r#"<g class="risk"><title>{}</title><circle cx="{}" cy="{}" r="{DOT}" stroke="{BG}" stroke-width="1.5"/>"#,
        super::svg::escape(&format!("{} {}", risk.number, risk.label)),
        num(x),
        num(y)
    ));
    let size = if risk.number.chars().count() > 2 { 10.0 } else { 12.0 };
    out.text(
        x,
        y + size * 0.36,
        &risk.number,
        &format!(r#"text-anchor="middle" font-size="{}" font-weight="700" fill="{BG}""#, num(size)),
    );
    out.raw("</g>");
}

fn draw_legend(out: &mut Svg, spec: &RiskMatrix, map: &Map) -> f64 {
    let lang = spec.head.lang;
    let y = map.bottom() + 84.0;
    let mut x = map.left;
    let lines = [
        (lang.pick("リスク選好の線", "risk appetite"), Tone::Good, r#"stroke-width="3""#),
        (
            lang.pick("リスク許容度の線", "risk tolerance"),
            Tone::Danger,
            r#"stroke-width="4" stroke-dasharray="14 5""#,
        ),
    ];
    for (word, tone, look) in lines {
        out.line((x, y - 4.0), (x + 34.0, y - 4.0), &format!(r#"stroke="{}" {look}"#, tone.ink()));
        out.text(x + 42.0, y, word, r#"font-size="12""#);
        x += 42.0 + width(word, 12.0) + 22.0;
    }
    if spec.risks.iter().any(|r| r.before.is_some()) {
        out.raw(&format!(
            r#"<circle cx="{}" cy="{}" r="6" fill="none" stroke="{MUTED}" stroke-width="1.5" stroke-dasharray="3 2"/>"#,
            num(x + 6.0),
            num(y - 4.0)
        ));
        out.text(x + 18.0, y, lang.pick("対応前", "before treatment"), r#"font-size="12""#);
    }
    y + 12.0
}

fn table(spec: &RiskMatrix) -> ChartTable {
    let lang = spec.head.lang;
    let step = |steps: &[String], index: usize| {
        steps.get(index).cloned().unwrap_or_else(|| lang.pick("範囲外", "off the map").to_owned())
    };
    let judged = |at: (usize, usize)| match zone(spec, at) {
        Zone::Within => lang.pick("選好の内", "within appetite"),
        Zone::AboveAppetite => {
            lang.pick("選好を超え、許容の内", "above appetite, within tolerance")
        }
        Zone::AboveTolerance => lang.pick("許容を超える", "above tolerance"),
    };
    let rows = spec.risks.iter().map(|risk| {
        let before = risk.before.map_or_else(
            || lang.pick("なし", "none").to_owned(),
            |(l, i)| {
                format!("{} × {}", step(&spec.likelihood_steps, l), step(&spec.impact_steps, i))
            },
        );
        vec![
            risk.number.clone(),
            risk.label.clone(),
            step(&spec.likelihood_steps, risk.at.0),
            step(&spec.impact_steps, risk.at.1),
            judged(risk.at).to_owned(),
            before,
        ]
    });
    ChartTable {
        caption: spec.head.title.clone(),
        columns: vec![
            lang.pick("番号", "No.").into(),
            lang.pick("リスク", "Risk").into(),
            spec.likelihood.clone(),
            spec.impact.clone(),
            lang.pick("判定", "Judgement").into(),
            lang.pick("対応前", "Before treatment").into(),
        ],
        rows: rows.collect(),
    }
}
