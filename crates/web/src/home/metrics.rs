//! The figures: this year and last, twelve months, and the records behind each.

use super::view::Kpi;
use crate::respond::parts::{Html, Ui, render};
use askama::Template;
use okiagari_model::{Better, Measured, MetricDef, Unit, validate};
use okiagari_press::chart::{Head, LineChart, Series, Sparkline, Tone, line, sparkline};

/// A metric as the app gives it.
#[derive(Debug, Clone)]
pub struct Figure {
    /// The metric.
    pub def: &'static MetricDef,
    /// This period.
    pub now: Measured,
    /// The period before.
    pub before: Measured,
    /// Twelve months: label and value.
    pub trend: Vec<(String, Option<i64>)>,
}

/// A metric with its chart and the records behind it.
#[derive(Debug, Clone)]
pub struct Detail {
    /// Figures in short.
    pub kpi: Kpi,
    /// How it is worked out.
    pub formula: String,
    /// Requirement rows.
    pub meets: Vec<String>,
    /// Chart.
    pub chart: Html,
    /// What the chart shows, as a sentence.
    pub finding: String,
    /// Columns of the table beneath.
    pub columns: Vec<String>,
    /// Rows of it.
    pub rows: Vec<Vec<String>>,
    /// Records behind this period: register, id, title.
    pub behind: Vec<(String, String, String)>,
    /// How many there are in all.
    pub behind_all: usize,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// The period in words.
    pub period: String,
    /// The figures.
    pub list: Vec<Detail>,
    /// Whether a figure may be kept as a KPI.
    pub may_keep: bool,
}

/// A value as people read it.
pub fn shown(ui: &Ui, unit: Unit, value: i64) -> String {
    match unit {
        Unit::Count => ui.f("{}件", "{}", value),
        Unit::Minutes => validate::minutes(value, ui.lang),
        Unit::Percent => format!("{value}%"),
    }
}

/// A figure in short: value, last year, what the change means.
pub fn kpi(ui: &Ui, f: &Figure) -> Kpi {
    let (tone, change) = change(ui, f);
    Kpi {
        id: f.def.id.to_owned(),
        label: f.def.label.get(ui.lang).to_owned(),
        value: f.now.value.map(|v| shown(ui, f.def.unit, v)),
        before: f.before.value.map(|v| shown(ui, f.def.unit, v)),
        tone,
        change,
        spark: spark(ui, f, tone),
    }
}

fn change(ui: &Ui, f: &Figure) -> (&'static str, String) {
    let (Some(now), Some(before)) = (f.now.value, f.before.value) else {
        return ("", String::new());
    };
    if now == before {
        return ("", ui.t("変わらず", "unchanged").to_owned());
    }
    let better = match f.def.better {
        Better::More => now > before,
        Better::Less => now < before,
    };
    if better {
        ("good", ui.t("よくなった", "better").to_owned())
    } else {
        ("warn", ui.t("悪くなった", "worse").to_owned())
    }
}

fn press_lang(ui: &Ui) -> okiagari_press::Lang {
    match ui.lang {
        okiagari_model::Lang::Ja => okiagari_press::Lang::Ja,
        okiagari_model::Lang::En => okiagari_press::Lang::En,
    }
}

/// Values for a chart. Whole numbers of minutes, counts and percent stay exact far beyond 2^50.
fn plotted(trend: &[(String, Option<i64>)]) -> Vec<Option<f64>> {
    trend.iter().map(|(_, v)| v.and_then(|v| i32::try_from(v).ok()).map(f64::from)).collect()
}

fn head(ui: &Ui, f: &Figure, id: &str) -> Head {
    let description = ui.f("{}の十二か月の推移。", "{}: twelve months.", f.def.label.get(ui.lang));
    Head::new(format!("{id}-{}", f.def.id), finding(ui, f), description, press_lang(ui))
}

fn unit(ui: &Ui, f: &Figure) -> String {
    match f.def.unit {
        Unit::Count => ui.t("件", "").to_owned(),
        Unit::Minutes => ui.t("分", "min").to_owned(),
        Unit::Percent => "%".to_owned(),
    }
}

fn spark(ui: &Ui, f: &Figure, tone: &str) -> Html {
    if f.trend.iter().all(|(_, v)| v.is_none()) {
        return Html::default();
    }
    let tone = match tone {
        "good" => Tone::Good,
        "warn" => Tone::Warning,
        _ => Tone::Main,
    };
    let spec = Sparkline {
        head: head(ui, f, "spark"),
        labels: f.trend.iter().map(|(l, _)| l.clone()).collect(),
        values: plotted(&f.trend),
        unit: unit(ui, f),
        tone,
    };
    Html(sparkline(&spec).svg)
}

/// The finding as a sentence.
fn finding(ui: &Ui, f: &Figure) -> String {
    let label = f.def.label.get(ui.lang);
    match (f.now.value, f.before.value) {
        (None, _) => ui.f("{}：この期間は測れません", "{}: not measurable in this period", label),
        (Some(now), None) => format!("{label}：{}", shown(ui, f.def.unit, now)),
        (Some(now), Some(before)) => {
            let (_, change) = change(ui, f);
            let (now, before) = (shown(ui, f.def.unit, now), shown(ui, f.def.unit, before));
            match ui.lang {
                okiagari_model::Lang::Ja => format!("{label}：{now}（前年度 {before}、{change}）"),
                okiagari_model::Lang::En => {
                    format!("{label}: {now} (last year {before}, {change})")
                }
            }
        }
    }
}

/// A figure with its chart and the records behind it.
pub fn detail(ui: &Ui, f: &Figure, title: &dyn Fn(&str, &str) -> Option<String>) -> Detail {
    let spec = LineChart {
        head: head(ui, f, "line"),
        label_heading: ui.t("月", "Month").to_owned(),
        labels: f.trend.iter().map(|(l, _)| l.clone()).collect(),
        series: vec![Series {
            label: f.def.label.get(ui.lang).to_owned(),
            values: plotted(&f.trend),
        }],
        target: None,
        unit: unit(ui, f),
    };
    let drawn = line(&spec);
    let nothing = f.trend.iter().all(|(_, v)| v.is_none());
    Detail {
        kpi: kpi(ui, f),
        formula: f.def.formula.get(ui.lang).to_owned(),
        meets: f.def.meets.iter().map(|m| (*m).to_owned()).collect(),
        chart: if nothing { Html::default() } else { Html(drawn.svg) },
        finding: finding(ui, f),
        columns: drawn.table.columns,
        rows: drawn.table.rows,
        behind: f
            .now
            .behind
            .iter()
            .take(50)
            .map(|id| {
                let id = id.as_str();
                let title = title(f.def.register, id).unwrap_or_else(|| id.to_owned());
                (f.def.register.to_owned(), id.to_owned(), title)
            })
            .collect(),
        behind_all: f.now.behind.len(),
    }
}

#[derive(Template)]
#[template(path = "home/metrics.html")]
struct Page<'a> {
    ui: &'a Ui,
    metrics: &'a Metrics,
}

/// The page: what stands inside `<main>`.
pub fn page(ui: &Ui, metrics: &Metrics) -> Html {
    render(&Page { ui, metrics })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::sample::{tidy, ui};
    use okiagari_model::{Lang, METRICS, RecordId};

    fn figure(id: &str, now: Option<i64>, before: Option<i64>) -> Figure {
        Figure {
            def: METRICS.iter().find(|m| m.id == id).unwrap(),
            now: Measured { value: now, behind: vec![RecordId::new("i1")] },
            before: Measured { value: before, behind: Vec::new() },
            trend: (1..=12).map(|m| (format!("2026-{m:02}"), (m > 9).then_some(m * 10))).collect(),
        }
    }

    #[test]
    fn less_is_better_for_time_and_more_for_near_misses() {
        let ui = ui(Lang::Ja);
        assert_eq!(kpi(&ui, &figure("first_response", Some(18), Some(40))).tone, "good");
        assert_eq!(kpi(&ui, &figure("near_misses", Some(18), Some(40))).tone, "warn");
        assert_eq!(kpi(&ui, &figure("mttr", None, Some(40))).tone, "");
    }

    #[test]
    fn not_measurable_is_said_and_months_without_a_value_stay_gaps() {
        let ui = ui(Lang::Ja);
        let detail = detail(&ui, &figure("mttr", None, None), &|_, _| None);
        assert_eq!(detail.kpi.value, None);
        assert!(detail.finding.contains("測れません"));
        assert_eq!(detail.rows[0][1], "なし");
        assert_eq!(detail.rows[11][1], "120分");
    }

    #[test]
    fn the_page_reads_in_both_languages_and_leads_to_the_records() {
        for lang in [Lang::Ja, Lang::En] {
            let (ui, tag) = (ui(lang), lang.tag());
            let list = vec![
                detail(&ui, &figure("first_response", Some(90), Some(150)), &|r, i| {
                    Some(format!("{r} {i} の件名"))
                }),
                detail(
                    &ui,
                    &Figure { trend: vec![("2026-11".into(), None)], ..figure("mttr", None, None) },
                    &|_, _| None,
                ),
            ];
            let html = page(
                &ui,
                &Metrics { period: "2026-04-01 – 2027-03-31".into(), list, may_keep: true },
            );
            assert!(html.0.contains("/r/incident/i1"));
            insta::assert_snapshot!(format!("metrics_{tag}"), tidy(&html));
        }
    }
}
