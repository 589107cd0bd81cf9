//! Stages on a line with a gateway behind each, one row for each thing on its way.

use super::svg::{MUTED, Svg, num, wrap};
use super::{Chart, ChartTable, FlowState, Head};

/// One stage of one row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stage {
    /// How far it is.
    pub state: FlowState,
    /// Its state in words.
    pub word: String,
    /// What of its gateway is reached, such as `3/4`.
    pub gateway: String,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StageRow {
    /// Name.
    pub label: String,
    /// Its stages, one for each column.
    pub stages: Vec<Stage>,
}

/// Stages on a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stages {
    /// Id, title, description, language.
    pub head: Head,
    /// Names of the stages.
    pub columns: Vec<String>,
    /// How many of them belong to the core; the others stand behind a dashed line.
    pub core: usize,
    /// Rows.
    pub rows: Vec<StageRow>,
}

const BOX_W: f64 = 116.0;
const BOX_H: f64 = 44.0;
const GAP: f64 = 42.0;
const LABEL: f64 = 22.0;
const TOP: f64 = 30.0;

/// Draws the stages: filling, mark and word say the state, a diamond is a gateway, full when it is
/// reached.
pub fn stages(spec: &Stages) -> Chart {
    let mut out = Svg::new(&spec.head);
    let step = BOX_W + GAP;
    let row_h = LABEL + BOX_H + 18.0;
    let height = TOP + spec.rows.len() as f64 * row_h;
    for (n, name) in spec.columns.iter().enumerate() {
        let x = 8.0 + n as f64 * step + BOX_W / 2.0;
        out.fitted(x, 18.0, name, 13.0, BOX_W + 20.0, r#"text-anchor="middle" font-weight="700""#);
    }
    if spec.core < spec.columns.len() && spec.core > 0 {
        let x = 8.0 + spec.core as f64 * step - 7.0;
        let paint = format!(r#"stroke="{MUTED}" stroke-width="1.5" stroke-dasharray="4 4""#);
        out.line((x, 4.0), (x, height - 4.0), &paint);
    }
    for (index, row) in spec.rows.iter().enumerate() {
        let top = TOP + index as f64 * row_h;
        out.fitted(8.0, top + 15.0, &row.label, 12.0, step * 4.0, r#"font-weight="700""#);
        for (n, stage) in row.stages.iter().enumerate() {
            draw(&mut out, stage, 8.0 + n as f64 * step, top + LABEL);
        }
    }
    let width = 16.0 + spec.columns.len() as f64 * step;
    Chart { svg: out.finish(&spec.head, "stages", width, height), table: table(spec) }
}

fn draw(out: &mut Svg, stage: &Stage, left: f64, top: f64) {
    let tone = stage.state.tone();
    let paint = format!(r#"fill="{}" stroke="{}" stroke-width="1.6""#, tone.soft(), tone.ink());
    out.rect(left, top, BOX_W, BOX_H, &format!(r#"rx="6" {paint}"#));
    let lines = wrap(&stage.word, 12.0, BOX_W - 12.0, 2);
    let base = top + if lines.len() > 1 { 19.0 } else { 27.0 };
    for (n, line) in lines.iter().enumerate() {
        let y = base + n as f64 * 15.0;
        out.text(left + BOX_W / 2.0, y, line, r#"text-anchor="middle" font-size="12""#);
    }
    let (x, y) = (left + BOX_W + GAP / 2.0 - 4.0, top + BOX_H / 2.0);
    let line = format!(r#"stroke="{MUTED}" stroke-width="1.5""#);
    out.line((left + BOX_W, y), (x - 9.0, y), &line);
    let fill = if stage.state == FlowState::Done { tone.mark() } else { tone.soft() };
    out.raw(&format!(
        r#"<path d="M{} {}l9 9l-9 9l-9-9z" fill="{fill}" stroke="{}" stroke-width="1.6"/>"#,
        num(x),
        num(y - 9.0),
        tone.ink()
    ));
    out.fitted(x, y + 24.0, &stage.gateway, 11.0, GAP, r#"text-anchor="middle""#);
}

fn table(spec: &Stages) -> ChartTable {
    let lang = spec.head.lang;
    let mut columns = vec![lang.pick("対象", "Row").to_owned()];
    columns.extend(spec.columns.iter().cloned());
    let cell = |s: &Stage| match s.gateway.as_str() {
        "" => s.word.clone(),
        gateway => format!("{}（{} {gateway}）", s.word, lang.pick("関門", "gateway")),
    };
    let rows = spec.rows.iter().map(|r| {
        let mut all = vec![r.label.clone()];
        all.extend(r.stages.iter().map(cell));
        all
    });
    ChartTable { caption: spec.head.title.clone(), columns, rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::Lang;

    #[test]
    fn each_stage_has_its_word_and_only_a_reached_gateway_is_full() {
        let stage = |state, word: &str, gateway: &str| Stage {
            state,
            word: word.into(),
            gateway: gateway.into(),
        };
        let chart = stages(&Stages {
            head: Head::new("s", "修復の途中", "段階", Lang::Ja),
            columns: vec!["評価".into(), "修復".into()],
            core: 1,
            rows: vec![StageRow {
                label: "<全体>".into(),
                stages: vec![
                    stage(FlowState::Done, "関門に到達", "4/4"),
                    stage(FlowState::Now, "進行中", "1/3"),
                ],
            }],
        });
        assert!(chart.svg.contains("関門に到達") && chart.svg.contains("&lt;全体&gt;"));
        assert_eq!(chart.svg.matches("stroke-dasharray").count(), 1, "the end of the core");
        assert_eq!(chart.svg.matches("var(--chart-good,").count(), 1, "one gateway is full");
        assert_eq!(chart.table.rows, [["<全体>", "関門に到達（関門 4/4）", "進行中（関門 1/3）"]]);
    }
}
