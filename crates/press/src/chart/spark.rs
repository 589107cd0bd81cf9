//! A word-sized line.

use super::svg::{Svg, figure, num, width, with_unit};
use super::tone::Tone;
use super::{Chart, ChartTable, Head};

/// A sparkline.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sparkline {
    /// Id, title, description, language.
    pub head: Head,
    /// Label of each value, for the table.
    pub labels: Vec<String>,
    /// Values, oldest first; `None` leaves a gap.
    pub values: Vec<Option<f64>>,
    /// Unit of the figure at the end.
    pub unit: String,
    /// Meaning of the last value.
    pub tone: Tone,
}

const HEIGHT: f64 = 32.0;
const PLOT: f64 = 96.0;

/// Draws a sparkline: the run, the last value as a shape and a figure.
pub fn sparkline(spec: &Sparkline) -> Chart {
    let mut out = Svg::new(&spec.head);
    let known = || spec.values.iter().flatten().copied().filter(|v| v.is_finite());
    let (low, high) = known().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
    let steps = spec.values.len().saturating_sub(1).max(1) as f64;
    let point = |index: usize, value: f64| {
        let x = 6.0 + index as f64 / steps * (PLOT - 12.0);
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        (x, HEIGHT - 7.0 - share * (HEIGHT - 14.0))
    };

    let mut path = String::new();
    let mut pen_down = false;
    let mut last = None;
    for (index, value) in spec.values.iter().enumerate() {
        let Some(value) = value.filter(|v| v.is_finite()) else {
            pen_down = false;
            continue;
        };
        let (x, y) = point(index, value);
        path.push_str(&format!("{}{} {}", if pen_down { "L" } else { "M" }, num(x), num(y)));
        pen_down = true;
        last = Some((x, y, value));
    }
    if !path.is_empty() {
        out.raw(&format!(
            r#"<path d="{path}" fill="none" stroke="{}" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round"/>"#,
            Tone::Main.mark()
        ));
    }
    let shown = last.map_or_else(|| figure(f64::NAN), |(_, _, v)| with_unit(v, &spec.unit));
    if let Some((x, y, _)) = last {
        spec.tone.symbol(&mut out, x, y, 3.5);
    }
    out.text(PLOT + 8.0, 21.0, &shown, r#"font-size="14" font-weight="700""#);
    let total = (PLOT + 16.0 + width(&shown, 14.0)).ceil();
    Chart { svg: out.finish(&spec.head, "sparkline", total, HEIGHT), table: table(spec) }
}

fn table(spec: &Sparkline) -> ChartTable {
    let lang = spec.head.lang;
    let rows = spec.values.iter().enumerate().map(|(index, value)| {
        let label = spec.labels.get(index).cloned().unwrap_or_else(|| (index + 1).to_string());
        let missing = || lang.pick("なし", "none").to_owned();
        vec![label, value.map_or_else(missing, |v| with_unit(v, &spec.unit))]
    });
    ChartTable {
        caption: spec.head.title.clone(),
        columns: vec![lang.pick("時期", "Period").into(), lang.pick("値", "Value").into()],
        rows: rows.collect(),
    }
}
