//! Spans and milestones on a time axis: recovery steps, plans, phases.

use super::svg::{BG, LINE, MUTED, QUIET, Svg, width, wrap};
use super::tone::{Tone, legend, used};
use super::{Chart, ChartTable, Head};

/// A stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// Start, milliseconds since 1970 UTC.
    pub from_ms: i64,
    /// End; `None` goes on until the end of the axis.
    pub to_ms: Option<i64>,
    /// What is written on or beside the span.
    pub label: String,
    /// Start and end in words, for the table.
    pub shown: String,
    /// Meaning.
    pub tone: Tone,
}

/// A moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Milestone {
    /// The moment, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// What happened or is due.
    pub label: String,
    /// The moment in words, for the table.
    pub shown: String,
    /// Meaning.
    pub tone: Tone,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TimelineRow {
    /// Name of the row.
    pub label: String,
    /// Spans of the row.
    pub spans: Vec<Span>,
    /// Milestones of the row.
    pub milestones: Vec<Milestone>,
}

/// A timeline. The caller gives axis marks ready, because only the caller knows
/// time zone and language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline {
    /// Id, title, description, language.
    pub head: Head,
    /// Left end of the axis, milliseconds since 1970 UTC.
    pub from_ms: i64,
    /// Right end of the axis.
    pub to_ms: i64,
    /// Marks of the axis with their words.
    pub marks: Vec<(i64, String)>,
    /// The present moment and its word ("現在 14:03"), where it should show.
    pub now: Option<(i64, String)>,
    /// Rows from top to bottom.
    pub rows: Vec<TimelineRow>,
    /// Words for tones, where the usual ones do not fit.
    pub legend: Vec<(Tone, String)>,
}

const WIDTH: f64 = 860.0;
const ROW: f64 = 44.0;
/// More room where milestones carry their words below the spans.
const MILESTONE_ROW: f64 = 62.0;
const SPAN: f64 = 24.0;
const TOP: f64 = 44.0;

struct Axis {
    from: i64,
    to: i64,
    left: f64,
    right: f64,
}

impl Axis {
    fn x(&self, ms: i64) -> f64 {
        let length = (self.to as f64 - self.from as f64).max(1.0);
        let share = (ms as f64 - self.from as f64) / length;
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }
}

/// Draws a timeline.
pub fn timeline(spec: &Timeline) -> Chart {
    let mut out = Svg::new(&spec.head);
    let tones = used(spec.rows.iter().flat_map(|row| {
        let spans = row.spans.iter().map(|s| s.tone);
        spans.chain(row.milestones.iter().map(|m| m.tone))
    }));
    Tone::write_defs(&mut out, &tones);
    let widest = spec.rows.iter().map(|r| width(&r.label, 13.0)).fold(0.0, f64::max);
    let label_width = widest.clamp(56.0, 190.0);
    let axis =
        Axis { from: spec.from_ms, to: spec.to_ms, left: label_width + 24.0, right: WIDTH - 24.0 };
    let height_of = |row: &TimelineRow| if row.milestones.is_empty() { ROW } else { MILESTONE_ROW };
    let bottom = TOP + spec.rows.iter().map(height_of).sum::<f64>();

    let mut top = TOP;
    for (index, row) in spec.rows.iter().enumerate() {
        if index % 2 == 0 {
            let paint = format!(r#"fill="{QUIET}" fill-opacity="0.6""#);
            out.rect(0.0, top, WIDTH, height_of(row), &paint);
        }
        top += height_of(row);
    }
    draw_grid(&mut out, spec, &axis, bottom);
    top = TOP;
    let mut middles = Vec::new();
    for row in &spec.rows {
        let middle = top + ROW / 2.0;
        top += height_of(row);
        let lines = wrap(&row.label, 13.0, label_width, 2);
        for (line_index, line) in lines.iter().enumerate() {
            let y = middle + 4.5 + (line_index as f64 - (lines.len() as f64 - 1.0) / 2.0) * 15.0;
            out.text(8.0, y, line, r#"font-weight="700""#);
        }
        for span in &row.spans {
            draw_span(&mut out, span, &axis, middle);
        }
        middles.push(middle);
    }
    draw_now(&mut out, spec, &axis, bottom);
    // Words come last, so that no line runs through them.
    for (row, middle) in spec.rows.iter().zip(middles) {
        row.spans.iter().for_each(|span| label_span(&mut out, span, &axis, middle));
        row.milestones.iter().for_each(|point| draw_milestone(&mut out, point, &axis, middle));
    }
    let legend_height =
        legend(&mut out, &tones, &spec.legend, spec.head.lang, (8.0, bottom + 26.0), WIDTH - 16.0);
    let svg = out.finish(&spec.head, "timeline", WIDTH, bottom + 8.0 + legend_height);
    Chart { svg, table: table(spec) }
}

fn draw_grid(out: &mut Svg, spec: &Timeline, axis: &Axis, bottom: f64) {
    out.raw(&format!(r#"<g class="axis" font-size="12" fill="{MUTED}" stroke-width="1">"#));
    let mut free_from = f64::MIN;
    for (at, word) in &spec.marks {
        let x = axis.x(*at);
        out.line((x, TOP), (x, bottom), &format!(r#"stroke="{LINE}""#));
        let half = width(word, 12.0) / 2.0;
        let centre = x.clamp(half + 2.0, WIDTH - half - 2.0);
        // A word that would touch its neighbour or the present is left out; the
        // line stays.
        let under_now =
            spec.now.as_ref().is_some_and(|n| (axis.x(n.0) - centre).abs() < half + 2.0);
        if centre - half > free_from && !under_now {
            out.text(centre, TOP - 7.0, word, r#"text-anchor="middle""#);
            free_from = centre + half + 6.0;
        }
    }
    out.raw("</g>");
}

fn draw_now(out: &mut Svg, spec: &Timeline, axis: &Axis, bottom: f64) {
    if let Some((at, word)) = &spec.now {
        let x = axis.x(*at);
        out.line((x, 24.0), (x, bottom), r#"class="now" stroke="currentColor" stroke-width="2""#);
        let w = width(word, 12.0) + 14.0;
        let left = (x - w / 2.0).clamp(0.0, WIDTH - w);
        out.rect(left, 2.0, w, 20.0, r#"rx="4" fill="currentColor""#);
        out.text(
            left + w / 2.0,
            16.5,
            word,
            &format!(r#"text-anchor="middle" font-size="12" font-weight="700" fill="{BG}""#),
        );
    }
}

fn draw_span(out: &mut Svg, span: &Span, axis: &Axis, middle: f64) {
    let from = axis.x(span.from_ms);
    let to = span.to_ms.map_or(axis.right, |to| axis.x(to));
    let w = (to - from).max(3.0);
    let y = middle - SPAN / 2.0;
    let ink = span.tone.ink();
    let open = if span.to_ms.is_none() { r#" stroke-dasharray="5 3""# } else { "" };
    out.rect(
        from,
        y,
        w,
        SPAN,
        &format!(
            r#"class="span tone-{}" rx="4" fill="{}" stroke="{ink}"{open}"#,
            span.tone.as_str(),
            span.tone.soft()
        ),
    );
    if let Some(pattern) = span.tone.pattern(&out.id) {
        out.rect(from, y, w, SPAN, &format!(r#"rx="4" fill="{pattern}" fill-opacity="0.35""#));
    }
}

/// Writes the label inside its span, or beside it where the span is too short.
fn label_span(out: &mut Svg, span: &Span, axis: &Axis, middle: f64) {
    let from = axis.x(span.from_ms);
    let to = span.to_ms.map_or(axis.right, |to| axis.x(to));
    let w = (to - from).max(3.0);
    let halo =
        format!(r#"stroke="{BG}" stroke-width="4" paint-order="stroke" stroke-linejoin="round""#);
    let label = width(&span.label, 12.0);
    if label + 12.0 <= w {
        out.fitted(from + 8.0, middle + 4.5, &span.label, 12.0, w - 10.0, &halo);
    } else if to + 6.0 + label <= WIDTH - 4.0 {
        out.fitted(to + 6.0, middle + 4.5, &span.label, 12.0, label + 1.0, &halo);
    } else {
        let attrs = format!(r#"text-anchor="end" {halo}"#);
        out.fitted(
            from - 6.0,
            middle + 4.5,
            &span.label,
            12.0,
            (from - axis.left - 6.0).max(24.0),
            &attrs,
        );
    }
}

fn draw_milestone(out: &mut Svg, milestone: &Milestone, axis: &Axis, middle: f64) {
    let x = axis.x(milestone.at_ms);
    let ink = milestone.tone.ink();
    let paint = format!(r#"stroke="{ink}" stroke-width="1.5""#);
    out.line((x, middle + SPAN / 2.0), (x, middle + 22.0), &paint);
    // On the upper edge of a span, so that the span's own words stay readable.
    milestone.tone.symbol(out, x, middle - SPAN / 2.0, 6.5);
    let half = width(&milestone.label, 12.0) / 2.0;
    let centre = x.clamp(axis.left + half, (WIDTH - half - 4.0).max(axis.left + half));
    let look = format!(r#"text-anchor="middle" font-size="12" font-weight="700" fill="{ink}""#);
    out.text(centre, middle + 35.0, &milestone.label, &look);
}

fn table(spec: &Timeline) -> ChartTable {
    let lang = spec.head.lang;
    let word = |tone: Tone| {
        let own = spec.legend.iter().find(|(t, _)| *t == tone).map(|(_, word)| word.clone());
        own.unwrap_or_else(|| tone.word(lang).to_owned())
    };
    let mut rows = Vec::new();
    for row in &spec.rows {
        for span in &row.spans {
            rows.push(vec![
                row.label.clone(),
                span.label.clone(),
                span.shown.clone(),
                word(span.tone),
            ]);
        }
        for point in &row.milestones {
            rows.push(vec![
                row.label.clone(),
                point.label.clone(),
                point.shown.clone(),
                word(point.tone),
            ]);
        }
    }
    let columns = [("行", "Row"), ("内容", "What"), ("時期", "When"), ("状態", "State")];
    ChartTable {
        caption: spec.head.title.clone(),
        columns: columns.iter().map(|(ja, en)| lang.pick(ja, en).to_owned()).collect(),
        rows,
    }
}
