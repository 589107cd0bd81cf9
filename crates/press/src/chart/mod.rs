//! Charts as SVG text, each with its data as a table.
//!
//! A chart says its finding in the title, is read without colour (every tone has
//! a shape and a pattern of its own) and carries no inline style.

mod bars;
mod flow;
mod gauge;
mod graph;
mod layers;
mod level;
mod line;
mod matrix;
mod spark;
mod stages;
mod svg;
mod timeline;
mod tone;

pub use bars::{Bar, Bars, bars};
pub use flow::{Flow, FlowEdge, FlowNode, FlowShape, FlowState, flow};
pub use gauge::{Countdown, gauge_countdown};
pub use graph::{Cut, CutAt, DependencyGraph, Edge, Node, NodeState, dependency_graph};
pub use level::{Level, LevelPoint, Meter, level, meter};
pub use line::{LineChart, Series, line};
pub use matrix::{Risk, RiskMatrix, Zone, risk_matrix};
pub use spark::{Sparkline, sparkline};
pub use stages::{Stage, StageRow, Stages, stages};
pub use timeline::{Milestone, Span, Timeline, TimelineRow, timeline};
pub use tone::Tone;

use crate::sheet::Lang;

/// Custom properties that the charts use, with a dark theme. A page may include
/// it; without it the fallbacks inside the SVG apply.
pub const CHART_CSS: &str = include_str!("chart.css");

/// What every chart is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// Unique on the page: ASCII letters, digits, `-`, `_`; others are replaced.
    pub id: String,
    /// The finding in one sentence, for example "3件の期限が過ぎています".
    pub title: String,
    /// What is drawn and how to read it, for those who cannot see it.
    pub description: String,
    /// Language of the few words that the chart adds itself.
    pub lang: Lang,
}

impl Head {
    /// A head from its parts.
    pub fn new(
        id: impl Into<String>,
        title: impl Into<String>,
        description: impl Into<String>,
        lang: Lang,
    ) -> Self {
        Self { id: id.into(), title: title.into(), description: description.into(), lang }
    }
}

/// The figures behind a chart, to be shown beneath it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChartTable {
    /// The chart's title.
    pub caption: String,
    /// Column headings.
    pub columns: Vec<String>,
    /// Rows of text; the first cell heads the row.
    pub rows: Vec<Vec<String>>,
}

/// A chart and its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// SVG element to place in a page.
    pub svg: String,
    /// The same facts as a table.
    pub table: ChartTable,
}

impl Chart {
    /// The SVG as a file of its own: variables replaced by their fallbacks, a
    /// font family and a text colour set. For PDF, mail and download.
    pub fn standalone(&self) -> String {
        let mut out = String::with_capacity(self.svg.len());
        let mut rest = self.svg.as_str();
        while let Some(start) = rest.find("var(--chart-") {
            out.push_str(&rest[..start]);
            let inner = &rest[start..];
            match (inner.find(','), inner.find(')')) {
                (Some(comma), Some(end)) if comma < end => {
                    out.push_str(&inner[comma + 1..end]);
                    rest = &inner[end + 1..];
                }
                _ => {
                    out.push_str("var(");
                    rest = &inner[4..];
                }
            }
        }
        out.push_str(rest);
        const FONTS: &str = "<svg color=\"#1a1a1a\" font-family=\"Noto Sans JP, Noto Sans CJK JP, \
            BIZ UDPGothic, Hiragino Sans, Yu Gothic, sans-serif\"";
        out.replacen("<svg", FONTS, 1)
    }
}
