//! How much time is left, as a ring that empties.

use std::f64::consts::TAU;

use super::svg::{LINE, Svg, num, width};
use super::tone::Tone;
use super::{Chart, ChartTable, Head};

/// A countdown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Countdown {
    /// Id, title, description, language.
    pub head: Head,
    /// Whole length in milliseconds, from trigger to due time.
    pub total_ms: i64,
    /// What is left in milliseconds; zero or less is overdue.
    pub left_ms: i64,
    /// What is left, in words ("あと 42分").
    pub left: String,
    /// Due time, in words ("15:45 まで").
    pub due: String,
    /// State in one word ("期限内", "期限超過"); never by colour alone.
    pub state: String,
    /// Meaning.
    pub tone: Tone,
}

const SIZE: f64 = 208.0;
const RADIUS: f64 = 88.0;

/// Draws the countdown ring. Overdue is a full ring of dashes.
pub fn gauge_countdown(spec: &Countdown) -> Chart {
    let mut out = Svg::new(&spec.head);
    let centre = SIZE / 2.0;
    let around = TAU * RADIUS;
    let ring = format!(r#"cx="{c}" cy="{c}" r="{}" fill="none""#, num(RADIUS), c = num(centre));
    out.raw(&format!(r#"<circle {ring} stroke="{LINE}" stroke-width="3"/>"#));

    let overdue = spec.left_ms <= 0;
    let share = if overdue || spec.total_ms <= 0 {
        1.0
    } else {
        (spec.left_ms as f64 / spec.total_ms as f64).clamp(0.0, 1.0)
    };
    let dash =
        if overdue { "9 5".to_owned() } else { format!("{} {}", num(around * share), num(around)) };
    // The ring begins at the top and empties clockwise towards it.
    out.raw(&format!(
        r#"<circle class="ring tone-{}" {ring} stroke="{}" stroke-width="14" stroke-dasharray="{dash}" transform="rotate(-90 {c} {c})"/>"#,
        spec.tone.as_str(),
        if spec.tone == Tone::Caution { spec.tone.ink() } else { spec.tone.mark() },
        c = num(centre)
    ));
    for quarter in 0..12 {
        let angle = f64::from(quarter) / 12.0 * TAU;
        let inner = if quarter % 3 == 0 { RADIUS - 18.0 } else { RADIUS - 14.0 };
        let at = |r: f64| (centre + r * angle.sin(), centre - r * angle.cos());
        out.line(at(RADIUS - 10.0), at(inner), &format!(r#"stroke="{LINE}" stroke-width="1.5""#));
    }

    let size = (110.0 / width(&spec.left, 1.0).max(1.0)).clamp(14.0, 30.0);
    out.text(
        centre,
        centre + size * 0.36,
        &spec.left,
        &format!(r#"text-anchor="middle" font-size="{}" font-weight="700""#, num(size)),
    );
    out.text(centre, centre + 38.0, &spec.due, r#"text-anchor="middle""#);
    let word = width(&spec.state, 13.0);
    let left = centre - (word + 18.0) / 2.0;
    spec.tone.symbol(&mut out, left + 6.0, centre - 34.5, 5.0);
    out.text(
        left + 18.0,
        centre - 30.0,
        &spec.state,
        &format!(r#"font-weight="700" fill="{}""#, spec.tone.ink()),
    );
    Chart { svg: out.finish(&spec.head, "countdown", SIZE, SIZE), table: table(spec) }
}

fn table(spec: &Countdown) -> ChartTable {
    let lang = spec.head.lang;
    ChartTable {
        caption: spec.head.title.clone(),
        columns: vec![
            lang.pick("残り", "Left").into(),
            lang.pick("期限", "Due").into(),
            lang.pick("状態", "State").into(),
        ],
        rows: vec![vec![spec.left.clone(), spec.due.clone(), spec.state.clone()]],
    }
}
