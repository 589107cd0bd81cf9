//! Level bars, one a row, with the value beside the bar.

use super::svg::{BG, MUTED, Svg, num, wrap};
use super::tone::{Tone, legend, used};
use super::{Chart, ChartTable, Head, svg};

/// One bar.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bar {
    /// Name of the row.
    pub label: String,
    /// Length.
    pub value: f64,
    /// Meaning.
    pub tone: Tone,
}

/// A bar chart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    /// Id, title, description, language.
    pub head: Head,
    /// Heading of the labels, for the table ("部門").
    pub label_heading: String,
    /// Heading of the values, for the table ("不備の件数").
    pub value_heading: String,
    /// Unit after each figure ("件"); empty for none.
    pub unit: String,
    /// The bars from top to bottom.
    pub bars: Vec<Bar>,
    /// A line to reach or not to pass, and its label.
    pub target: Option<(f64, String)>,
    /// Words for tones, where the usual ones do not fit.
    pub legend: Vec<(Tone, String)>,
}

const WIDTH: f64 = 720.0;
const ROW: f64 = 36.0;
const BAR: f64 = 20.0;

/// Draws level bars.
pub fn bars(spec: &Bars) -> Chart {
    let mut out = Svg::new(&spec.head);
    let tones = used(spec.bars.iter().map(|b| b.tone));
    Tone::write_defs(&mut out, &tones);

    let widest = spec.bars.iter().map(|b| svg::width(&b.label, 13.0)).fold(0.0, f64::max);
    let label_width = widest.clamp(56.0, 220.0);
    let values: Vec<String> =
        spec.bars.iter().map(|b| svg::with_unit(b.value, &spec.unit)).collect();
    let value_width = values.iter().map(|v| svg::width(v, 13.0)).fold(0.0, f64::max) + 34.0;
    let scale = Scale::new(spec, label_width + 20.0, WIDTH - value_width - 8.0);
    let top = if spec.target.is_some() { 30.0 } else { 8.0 };
    let bottom = top + ROW * spec.bars.len() as f64;

    for (index, bar) in spec.bars.iter().enumerate() {
        let middle = top + ROW * (index as f64 + 0.5);
        let lines = wrap(&bar.label, 13.0, label_width, 2);
        for (line_index, line) in lines.iter().enumerate() {
            let y = middle + 4.5 + (line_index as f64 - (lines.len() as f64 - 1.0) / 2.0) * 15.0;
            out.text(label_width + 8.0, y, line, r#"text-anchor="end""#);
        }
        draw_bar(&mut out, bar, middle, &scale);
    }
    out.line(
        (scale.x(0.0), top),
        (scale.x(0.0), bottom),
        &format!(r#"stroke="{MUTED}" stroke-width="1""#),
    );
    if let Some((value, label)) = &spec.target {
        draw_target(&mut out, scale.x(*value), label, bottom);
    }
    for (index, (bar, value)) in spec.bars.iter().zip(&values).enumerate() {
        label_bar(&mut out, bar, value, top + ROW * (index as f64 + 0.5), &scale);
    }
    let legend_height =
        legend(&mut out, &tones, &spec.legend, spec.head.lang, (8.0, bottom + 26.0), WIDTH - 16.0);
    let height = bottom + 8.0 + legend_height;
    Chart { svg: out.finish(&spec.head, "bars", WIDTH, height), table: table(spec, &values) }
}

struct Scale {
    low: f64,
    high: f64,
    left: f64,
    right: f64,
}

impl Scale {
    fn new(spec: &Bars, left: f64, right: f64) -> Self {
        let all = spec.bars.iter().map(|b| b.value).chain(spec.target.iter().map(|t| t.0));
        let (low, high) = all
            .filter(|v| v.is_finite())
            .fold((0.0, 0.0), |(low, high): (f64, f64), v| (low.min(v), high.max(v)));
        Self { low, high: if high > low { high } else { low + 1.0 }, left, right }
    }

    fn x(&self, value: f64) -> f64 {
        let value = if value.is_finite() { value } else { 0.0 };
        self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)
    }
}

fn draw_bar(out: &mut Svg, bar: &Bar, middle: f64, scale: &Scale) {
    let (from, to) = (scale.x(bar.value.min(0.0)), scale.x(bar.value.max(0.0)));
    let (x, y, w) = (from, middle - BAR / 2.0, to - from);
    if w > 0.0 {
        let fill = if bar.tone == Tone::Main { bar.tone.mark() } else { bar.tone.soft() };
        let ink = bar.tone.ink();
        let class = bar.tone.as_str();
        let paint = if bar.tone == Tone::Main {
            format!(r#"class="bar tone-{class}" rx="2" fill="{fill}""#)
        } else {
            format!(r#"class="bar tone-{class}" rx="2" fill="{fill}" stroke="{ink}""#)
        };
        out.rect(x, y, w, BAR, &paint);
        if bar.tone == Tone::Good {
            let mark = bar.tone.mark();
            out.rect(x, y, w, BAR, &format!(r#"rx="2" fill="{mark}" stroke="{ink}""#));
        } else if let Some(pattern) = bar.tone.pattern(&out.id) {
            out.rect(x, y, w, BAR, &format!(r#"rx="2" fill="{pattern}" fill-opacity="0.6""#));
        }
    }
}

/// Shape and figure after the bar, above any line that crosses there.
fn label_bar(out: &mut Svg, bar: &Bar, value: &str, middle: f64, scale: &Scale) {
    let mut x = scale.x(bar.value.max(0.0)) + 8.0;
    if bar.tone != Tone::Main {
        bar.tone.symbol(out, x + 5.0, middle, 5.0);
        x += 16.0;
    }
    let halo = format!(r#"font-weight="700" stroke="{BG}" stroke-width="4" paint-order="stroke""#);
    out.text(x, middle + 4.5, value, &halo);
}

fn draw_target(out: &mut Svg, x: f64, label: &str, bottom: f64) {
    out.line(
        (x, 22.0),
        (x, bottom),
        r#"stroke="currentColor" stroke-width="1.5" stroke-dasharray="5 3""#,
    );
    let half = svg::width(label, 12.0) / 2.0;
    let centre = x.clamp(half + 4.0, (WIDTH - half - 4.0).max(half + 4.0));
    out.text(centre, 15.0, label, r#"text-anchor="middle" font-size="12" font-weight="700""#);
    out.raw(&format!(r#"<path d="M{} 18h8l-4 6z"/>"#, num(x - 4.0)));
}

fn table(spec: &Bars, values: &[String]) -> ChartTable {
    let judged = spec.bars.iter().any(|b| b.tone != Tone::Main);
    let mut columns = vec![spec.label_heading.clone(), spec.value_heading.clone()];
    if judged {
        columns.push(spec.head.lang.pick("評価", "Assessment").to_owned());
    }
    let word = |tone: Tone| {
        let own = spec.legend.iter().find(|(t, _)| *t == tone).map(|(_, word)| word.clone());
        own.unwrap_or_else(|| tone.word(spec.head.lang).to_owned())
    };
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (bar, value) in spec.bars.iter().zip(values) {
        let mut row = vec![bar.label.clone(), value.clone()];
        if judged {
            row.push(word(bar.tone));
        }
        rows.push(row);
    }
    if let Some((value, label)) = &spec.target {
        let mut row = vec![label.clone(), svg::with_unit(*value, &spec.unit)];
        row.resize(columns.len(), String::new());
        rows.push(row);
    }
    ChartTable { caption: spec.head.title.clone(), columns, rows }
}
