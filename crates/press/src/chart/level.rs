//! Service level over time, and how much of an allowance is used.

use super::svg::{BG, LINE, MUTED, QUIET, Svg, num};
use super::tone::Tone;
use super::{Chart, ChartTable, Head};

/// A turning point of the level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LevelPoint {
    /// Milliseconds since the first point of the chart.
    pub at_ms: i64,
    /// When, in words.
    pub when: String,
    /// Percent of normal, 0 to 100.
    pub level: i64,
    /// What happened ("攻撃", "復旧").
    pub phase: String,
    /// What works and what does not.
    pub note: String,
    /// Meaning.
    pub tone: Tone,
}

/// Service level over time: steps from point to point, against a target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Level {
    /// Id, title, description, language.
    pub head: Head,
    /// The points, oldest first.
    pub points: Vec<LevelPoint>,
    /// Where the picture ends, in milliseconds since the first point.
    pub end_ms: i64,
    /// Level to be back at, and its label.
    pub target: Option<(i64, String)>,
    /// Level never to fall below, and its label.
    pub minimum: Option<(i64, String)>,
    /// By when to be back, in milliseconds since the first point, and its label.
    pub due: Option<(i64, String)>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 700.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 236.0;

/// Draws the level as steps. Points are numbered; the table names them.
pub fn level(spec: &Level) -> Chart {
    let mut out = Svg::new(&spec.head);
    let last = spec.points.iter().map(|p| p.at_ms).max().unwrap_or(0);
    let end = spec.end_ms.max(last).max(spec.due.as_ref().map_or(0, |d| d.0)).max(1);
    let x = |ms: i64| LEFT + ms.max(0) as f64 / end as f64 * (RIGHT - LEFT);
    let y = |level: i64| BOTTOM - level.clamp(0, 100) as f64 / 100.0 * (BOTTOM - TOP);
    for mark in [0, 50, 100] {
        let quiet = format!(r#"stroke="{LINE}" stroke-width="1""#);
        out.line((LEFT, y(mark)), (RIGHT, y(mark)), &quiet);
        let end = format!(r#"text-anchor="end" font-size="12" fill="{MUTED}""#);
        out.text(LEFT - 6.0, y(mark) + 4.0, &format!("{mark}%"), &end);
    }
    let halo = format!(r#"font-size="12" stroke="{BG}" stroke-width="4" paint-order="stroke""#);
    for (bound, dash) in [(&spec.target, "8 4"), (&spec.minimum, "2 4")] {
        if let Some((value, label)) = bound {
            let style =
                format!(r#"stroke="currentColor" stroke-width="1.5" stroke-dasharray="{dash}""#);
            out.line((LEFT, y(*value)), (RIGHT, y(*value)), &style);
            out.text(LEFT + 4.0, y(*value) - 5.0, label, &halo);
        }
    }
    if let Some((due, label)) = &spec.due {
        let style = r#"stroke="currentColor" stroke-width="1.5" stroke-dasharray="8 4""#;
        out.line((x(*due), TOP), (x(*due), BOTTOM), style);
        let anchor = if x(*due) > WIDTH / 2.0 { "end" } else { "start" };
        out.text(x(*due), TOP - 22.0, label, &format!(r#"text-anchor="{anchor}" {halo}"#));
    }
    out.raw(&steps(spec, &x, &y, end));
    for (index, point) in spec.points.iter().enumerate() {
        let (px, py) = (x(point.at_ms), y(point.level));
        point.tone.symbol(&mut out, px, py, 5.0);
        let label = format!("{} {}", index + 1, point.phase);
        let anchor = if px > WIDTH - 120.0 { "end" } else { "start" };
        let attributes = format!(r#"text-anchor="{anchor}" {halo}"#);
        out.text(px, BOTTOM + 16.0 + (index % 2) as f64 * 16.0, &label, &attributes);
    }
    Chart { svg: out.finish(&spec.head, "level", WIDTH, HEIGHT), table: table(spec) }
}

fn steps(spec: &Level, x: &dyn Fn(i64) -> f64, y: &dyn Fn(i64) -> f64, end: i64) -> String {
    let Some(first) = spec.points.first() else { return String::new() };
    let mut path = format!("M{} {}", num(x(first.at_ms)), num(y(first.level)));
    for point in spec.points.iter().skip(1) {
        path.push_str(&format!("H{}V{}", num(x(point.at_ms)), num(y(point.level))));
    }
    path.push_str(&format!("H{}", num(x(end))));
    format!(r#"<path d="{path}" fill="none" stroke="{}" stroke-width="3"/>"#, Tone::Main.ink())
}

fn table(spec: &Level) -> ChartTable {
    let lang = spec.head.lang;
    ChartTable {
        caption: spec.head.title.clone(),
        columns: vec![
            lang.pick("時点", "When").into(),
            lang.pick("局面", "Phase").into(),
            lang.pick("水準", "Level").into(),
            lang.pick("内容", "What works").into(),
        ],
        rows: spec
            .points
            .iter()
            .enumerate()
            .map(|(n, p)| {
                let when = format!("{} {}", n + 1, p.when);
                vec![when, p.phase.clone(), format!("{}%", p.level), p.note.clone()]
            })
            .collect(),
    }
}

/// How much of an allowance is used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meter {
    /// Id, title, description, language.
    pub head: Head,
    /// Used, in any unit.
    pub used: i64,
    /// Allowed, in the same unit.
    pub allowed: i64,
    /// Meaning.
    pub tone: Tone,
}

/// Draws a bar: the outline is what is allowed, the filling what is used. What goes beyond is
/// drawn past the mark, with the pattern of its tone.
pub fn meter(spec: &Meter) -> String {
    const LONG: f64 = 240.0;
    const HIGH: f64 = 20.0;
    let mut out = Svg::new(&spec.head);
    Tone::write_defs(&mut out, &[spec.tone]);
    let whole = spec.used.max(spec.allowed).max(1) as f64;
    let at = |value: i64| 2.0 + value.max(0) as f64 / whole * (LONG - 4.0);
    let mark = at(spec.allowed);
    let outline = format!(r#"fill="{QUIET}" stroke="{MUTED}" stroke-width="1""#);
    out.rect(2.0, 4.0, mark - 2.0, 12.0, &outline);
    let fill = format!(r#"fill="{}""#, spec.tone.mark());
    out.rect(2.0, 4.0, at(spec.used) - 2.0, 12.0, &fill);
    if let Some(pattern) = spec.tone.pattern(&out.id) {
        out.rect(2.0, 4.0, at(spec.used) - 2.0, 12.0, &format!(r#"fill="{pattern}""#));
    }
    out.line((mark, 0.0), (mark, HIGH), r#"stroke="currentColor" stroke-width="2""#);
    out.finish(&spec.head, "meter", LONG, HIGH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::Lang;

    fn spec() -> Level {
        let point = |at_ms, level, phase: &str, tone| LevelPoint {
            at_ms,
            when: format!("{}分", at_ms / 60_000),
            level,
            phase: phase.into(),
            note: "受付のみ <可>".into(),
            tone,
        };
        Level {
            head: Head::new("lv", "通販は60%まで戻った", "水準の推移", Lang::Ja),
            points: vec![
                point(0, 100, "攻撃", Tone::Danger),
                point(600_000, 0, "水準の低下", Tone::Danger),
                point(3_600_000, 60, "復旧", Tone::Good),
            ],
            end_ms: 7_200_000,
            target: Some((80, "目標 80%".into())),
            minimum: None,
            due: Some((14_400_000, "ここまで".into())),
        }
    }

    #[test]
    fn every_point_is_a_step_and_stands_in_the_table() {
        let chart = level(&spec());
        assert_eq!(chart.svg.matches('V').count(), 2, "{}", chart.svg);
        assert_eq!(chart.table.rows[2], ["3 60分", "復旧", "60%", "受付のみ <可>"]);
        assert!(chart.svg.contains("目標 80%") && chart.svg.contains("ここまで"));
        assert!(level(&Level::default()).svg.starts_with("<svg"));
    }

    #[test]
    fn a_meter_goes_past_its_mark_when_more_is_used_than_allowed() {
        let head = Head::new("m", "超過", "超過", Lang::Ja);
        let over =
            meter(&Meter { head: head.clone(), used: 200, allowed: 100, tone: Tone::Danger });
        // The mark stands in the middle, the filling reaches the end.
        assert!(over.contains(r#"<line x1="120""#), "{over}");
        assert!(over.contains(r#"width="236""#), "{over}");
        let within = meter(&Meter { head, used: 25, allowed: 100, tone: Tone::Good });
        assert!(
            within.contains(r#"<line x1="238""#) && within.contains(r#"width="59""#),
            "{within}"
        );
    }
}
