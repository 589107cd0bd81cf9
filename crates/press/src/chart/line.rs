//! Lines over time, each labelled at its end, with a target.

use super::svg::{BG, LINE, MUTED, Svg, figure, fit, num, ticks, width, with_unit};
use super::tone::Tone;
use super::{Chart, ChartTable, Head};

/// One line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Name, written at the end of the line.
    pub label: String,
    /// One value for every label of the chart; `None` leaves a gap.
    pub values: Vec<Option<f64>>,
}

/// A line chart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineChart {
    /// Id, title, description, language.
    pub head: Head,
    /// Heading of the level axis, for the table ("月").
    pub label_heading: String,
    /// Labels along the level axis.
    pub labels: Vec<String>,
    /// The lines; more than four are hard to tell apart.
    pub series: Vec<Series>,
    /// A level to reach or not to pass, and its label.
    pub target: Option<(f64, String)>,
    /// Unit of the figures.
    pub unit: String,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 320.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 280.0;
const END: f64 = 128.0;

/// Colour, dash and marker of a line; told apart without colour by the last two.
const LOOKS: [(Tone, &str); 4] =
    [(Tone::Main, "none"), (Tone::Warning, "8 4"), (Tone::Good, "2 4"), (Tone::Muted, "10 3 2 3")];

struct Plane {
    low: f64,
    high: f64,
    left: f64,
    right: f64,
    count: usize,
}

impl Plane {
    fn x(&self, index: usize) -> f64 {
        if self.count < 2 {
            return (self.left + self.right) / 2.0;
        }
        self.left + index as f64 / (self.count - 1) as f64 * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - (value - self.low) / (self.high - self.low) * (BOTTOM - TOP)
    }
}

/// Draws lines over labelled steps.
pub fn line(spec: &LineChart) -> Chart {
    let mut out = Svg::new(&spec.head);
    let plane = axes(&mut out, spec);
    if let Some((value, label)) = &spec.target {
        let y = plane.y(*value);
        out.line(
            (plane.left, y),
            (plane.right, y),
            r#"class="target" stroke="currentColor" stroke-width="1.5" stroke-dasharray="5 3""#,
        );
        let halo = format!(
            r#"font-size="12" font-weight="700" stroke="{BG}" stroke-width="4" paint-order="stroke""#
        );
        out.text(plane.left + 4.0, y - 6.0, label, &halo);
    }
    let mut ends = Vec::new();
    for (index, series) in spec.series.iter().enumerate() {
        if let Some(end) = draw_series(&mut out, &plane, index, series) {
            ends.push((end, index));
        }
    }
    label_ends(&mut out, spec, &plane, ends);
    Chart { svg: out.finish(&spec.head, "line", WIDTH, HEIGHT), table: table(spec) }
}

fn axes(out: &mut Svg, spec: &LineChart) -> Plane {
    let all = spec.series.iter().flat_map(|s| s.values.iter().flatten().copied());
    let (low, high) = all
        .chain(spec.target.iter().map(|t| t.0))
        .filter(|v| v.is_finite())
        .fold((0.0, 0.0), |(l, h): (f64, f64), v| (l.min(v), h.max(v)));
    let steps = ticks(low, if high > low { high } else { low + 1.0 }, 5.0);
    let (low, high) = (steps[0], steps[steps.len() - 1]);
    let axis_width = steps.iter().map(|t| width(&figure(*t), 12.0)).fold(0.0, f64::max);
    let plane =
        Plane { low, high, left: axis_width + 20.0, right: WIDTH - END, count: spec.labels.len() };
    out.raw(&format!(r#"<g class="axis" font-size="12" fill="{MUTED}">"#));
    for value in &steps {
        let y = plane.y(*value);
        let stroke = if *value == 0.0 { MUTED } else { LINE };
        out.line(
            (plane.left, y),
            (plane.right, y),
            &format!(r#"stroke="{stroke}" stroke-width="1""#),
        );
        out.text(plane.left - 8.0, y + 4.0, &figure(*value), r#"text-anchor="end""#);
    }
    if !spec.unit.is_empty() {
        out.text(plane.left - 8.0, 14.0, &spec.unit, r#"text-anchor="end""#);
    }
    let widest = spec.labels.iter().map(|l| width(l, 12.0)).fold(0.0, f64::max) + 14.0;
    let room = (plane.right - plane.left) / spec.labels.len().saturating_sub(1).max(1) as f64;
    let every = ((widest / room).ceil() as usize).max(1);
    for (index, label) in spec.labels.iter().enumerate() {
        // Counted from the end, so that the newest step is always named.
        if (spec.labels.len() - 1 - index).is_multiple_of(every) {
            out.text(plane.x(index), BOTTOM + 20.0, label, r#"text-anchor="middle""#);
        }
    }
    out.raw("</g>");
    plane
}

/// Draws one line; returns the place and value of its last point.
fn draw_series(
    out: &mut Svg,
    plane: &Plane,
    index: usize,
    series: &Series,
) -> Option<(f64, f64, f64)> {
    let (tone, dash) = LOOKS[index % LOOKS.len()];
    let ink = if tone == Tone::Main { tone.mark() } else { tone.ink() };
    let mut path = String::new();
    let mut pen_down = false;
    let mut points = Vec::new();
    for (step, value) in series.values.iter().take(plane.count).enumerate() {
        let Some(value) = value.filter(|v| v.is_finite()) else {
            pen_down = false;
            continue;
        };
        let (x, y) = (plane.x(step), plane.y(value));
        path.push_str(&format!("{}{} {}", if pen_down { "L" } else { "M" }, num(x), num(y)));
        pen_down = true;
        points.push((x, y, value));
    }
    if path.is_empty() {
        return None;
    }
    out.raw(&format!(
        r#"<path class="series" d="{path}" fill="none" stroke="{ink}" stroke-width="2.4" stroke-dasharray="{dash}" stroke-linejoin="round"/>"#
    ));
    for (x, y, _) in &points {
        marker(out, index, *x, *y, ink);
    }
    points.last().copied()
}

fn marker(out: &mut Svg, index: usize, x: f64, y: f64, ink: &str) {
    let paint = format!(r#"fill="{BG}" stroke="{ink}" stroke-width="2""#);
    let shape = match index % LOOKS.len() {
        0 => format!(r#"<circle cx="{}" cy="{}" r="3.5" {paint}/>"#, num(x), num(y)),
        1 => format!(r#"<path d="M{} {}l4.2 7.2h-8.4z" {paint}/>"#, num(x), num(y - 4.4)),
        2 => format!(
            r#"<rect x="{}" y="{}" width="6.6" height="6.6" {paint}/>"#,
            num(x - 3.3),
            num(y - 3.3)
        ),
        _ => {
            format!(r#"<path d="M{} {}l4.4 4.4-4.4 4.4-4.4-4.4z" {paint}/>"#, num(x), num(y - 4.4))
        }
    };
    out.raw(&shape);
}

/// Names and last values right of the lines, pushed apart where they would touch.
fn label_ends(out: &mut Svg, spec: &LineChart, plane: &Plane, ends: Vec<((f64, f64, f64), usize)>) {
    const GAP: f64 = 34.0;
    let mut ends = ends;
    ends.sort_by(|a, b| a.0.1.total_cmp(&b.0.1));
    let mut next = TOP;
    let mut places: Vec<f64> = Vec::new();
    for ((_, y, _), _) in &ends {
        let place = y.max(next);
        places.push(place);
        next = place + GAP;
    }
    // Too low a stack moves up again as one.
    let over = places.last().map_or(0.0, |last| (last - (BOTTOM - 8.0)).max(0.0));
    for (((x, y, value), index), place) in ends.iter().zip(places) {
        let place = place - over;
        let (tone, _) = LOOKS[index % LOOKS.len()];
        let left = plane.right + 16.0;
        out.line(
            (x + 6.0, *y),
            (left - 3.0, place),
            &format!(r#"stroke="{LINE}" stroke-width="1""#),
        );
        let name = fit(&spec.series[*index].label, 12.0, WIDTH - left - 4.0);
        out.text(
            left,
            place,
            &with_unit(*value, &spec.unit),
            r#"font-weight="700" font-size="14""#,
        );
        out.text(left, place + 15.0, &name, &format!(r#"font-size="12" fill="{}""#, tone.ink()));
    }
}

fn table(spec: &LineChart) -> ChartTable {
    let lang = spec.head.lang;
    let mut columns = vec![spec.label_heading.clone()];
    columns.extend(spec.series.iter().map(|s| s.label.clone()));
    columns.extend(spec.target.iter().map(|(_, label)| label.clone()));
    let rows = spec.labels.iter().enumerate().map(|(step, label)| {
        let mut row = vec![label.clone()];
        for series in &spec.series {
            let value = series.values.get(step).copied().flatten();
            row.push(value.map_or_else(
                || lang.pick("なし", "none").to_owned(),
                |v| with_unit(v, &spec.unit),
            ));
        }
        row.extend(spec.target.iter().map(|(value, _)| with_unit(*value, &spec.unit)));
        row
    });
    ChartTable { caption: spec.head.title.clone(), rows: rows.collect(), columns }
}
