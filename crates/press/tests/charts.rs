//! Every chart is well formed, safe under a strict content policy, says its
//! finding and carries its data.

mod samples;

use okiagari_press::Lang;
use okiagari_press::chart::*;

/// Fails unless tags are balanced and no raw `<` or `&` stands in text.
fn check_markup(svg: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        assert!(!text.contains('>'), "stray > in {text}");
        let end = start
            + rest[start..].find('>').unwrap_or_else(|| panic!("open tag: {}", &rest[start..]));
        let tag = &rest[start + 1..end];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap_or_default().to_owned());
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in {tag}");
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "left open: {open:?}");
    for piece in svg.split('&').skip(1) {
        let entity = piece.split(';').next().unwrap_or_default();
        assert!(["amp", "lt", "gt", "quot", "#39"].contains(&entity), "&{entity}");
    }
}

#[test]
fn samples_are_as_drawn_before() {
    for (name, chart) in samples::all() {
        check_markup(&chart.svg);
        insta::assert_snapshot!(name, chart.svg.replace("><", ">\n<"));
    }
}

#[test]
fn tables_hold_the_figures() {
    let tables: Vec<String> = samples::all()
        .iter()
        .map(|(name, chart)| {
            let rows: Vec<String> = chart.table.rows.iter().map(|r| r.join(" | ")).collect();
            for row in &chart.table.rows {
                assert_eq!(row.len(), chart.table.columns.len(), "{name}");
            }
            let (caption, columns) = (&chart.table.caption, chart.table.columns.join(" | "));
            format!("# {name}: {caption}\n{columns}\n{}", rows.join("\n"))
        })
        .collect();
    insta::assert_snapshot!("tables", tables.join("\n\n"));
}

#[test]
fn every_chart_speaks_and_obeys_the_content_policy() {
    for (name, chart) in samples::all() {
        let svg = &chart.svg;
        assert!(svg.contains(r#"role="img""#), "{name}");
        assert!(svg.contains("<title id="), "{name}");
        assert!(svg.contains("<desc id="), "{name}");
        for banned in ["style=", "<style", "<script", "href=", " on"] {
            let markup: String =
                svg.split('<').map(|t| t.split('>').next().unwrap_or("")).collect();
            assert!(!markup.contains(banned), "{name} has {banned}");
        }
        let alone = chart.standalone();
        assert!(!alone.contains("var("), "{name}");
        check_markup(&alone);
    }
}

#[test]
fn every_variable_is_in_the_style_sheet_with_the_same_value() {
    for (name, chart) in samples::all() {
        for piece in chart.svg.split("var(").skip(1) {
            let (variable, rest) =
                piece.split_once(",").unwrap_or_else(|| panic!("no fallback: {piece}"));
            let fallback = rest.split(')').next().unwrap_or_default();
            let line = format!("{variable}: {fallback};");
            assert!(CHART_CSS.contains(&line), "{name}: {line}");
        }
    }
}

#[test]
fn tones_differ_without_colour() {
    let chart = bars(&samples::findings());
    for pattern in ["findings-p-danger", "findings-p-warning", "findings-p-caution"] {
        assert!(chart.svg.contains(&format!(r#"<pattern id="{pattern}""#)));
        assert!(chart.svg.contains(&format!("url(#{pattern})")));
    }
    for word in ["危険", "要対応", "注意", "良好", "集計対象外"] {
        assert!(chart.svg.contains(word), "{word}");
    }
}

#[test]
fn hostile_words_stay_words() {
    let evil = r#"</text><script>alert("x")</script>&amp;"#;
    let head = Head::new(evil, evil, evil, Lang::En);
    let charts = [
        bars(&Bars {
            head: head.clone(),
            unit: evil.into(),
            bars: vec![Bar { label: evil.into(), value: 1.0, tone: Tone::Danger }],
            target: Some((2.0, evil.into())),
            legend: vec![(Tone::Danger, evil.into())],
            ..Bars::default()
        }),
        dependency_graph(&DependencyGraph {
            head: head.clone(),
            nodes: vec![Node { label: evil.into(), note: evil.into(), ..Node::default() }],
            edges: vec![],
            cuts: vec![Cut { sign: evil.into(), label: evil.into(), at: CutAt::Node(0) }],
        }),
        risk_matrix(&RiskMatrix {
            head,
            impact: evil.into(),
            impact_steps: vec![evil.into()],
            likelihood_steps: vec![evil.into()],
            risks: vec![Risk { number: evil.into(), label: evil.into(), ..Risk::default() }],
            ..RiskMatrix::default()
        }),
    ];
    for chart in charts {
        check_markup(&chart.svg);
        assert!(!chart.svg.contains("<script"));
    }
}

#[test]
fn empty_and_odd_input_still_gives_a_picture() {
    let nan = vec![Some(f64::NAN), None, Some(f64::INFINITY)];
    let charts = [
        bars(&Bars::default()),
        line(&LineChart::default()),
        line(&LineChart {
            labels: vec!["a".into(); 3],
            series: vec![Series { label: "x".into(), values: nan.clone() }],
            ..LineChart::default()
        }),
        timeline(&Timeline::default()),
        timeline(&Timeline {
            from_ms: i64::MIN,
            to_ms: i64::MAX,
            now: Some((0, "now".into())),
            rows: vec![TimelineRow {
                spans: vec![Span { from_ms: 5, to_ms: Some(-5), ..Span::default() }],
                ..TimelineRow::default()
            }],
            ..Timeline::default()
        }),
        risk_matrix(&RiskMatrix::default()),
        gauge_countdown(&Countdown::default()),
        sparkline(&Sparkline { values: nan, ..Sparkline::default() }),
        dependency_graph(&DependencyGraph::default()),
    ];
    for chart in charts {
        check_markup(&chart.svg);
        assert!(!chart.svg.contains("NaN") && !chart.svg.contains("inf"), "{}", chart.svg);
    }
}

#[test]
fn the_countdown_ring_shows_the_share_left() {
    let half = Countdown { left_ms: 45 * 60_000, ..samples::countdown(1) };
    let svg = gauge_countdown(&half).svg;
    // Half of 2πr with r = 88.
    assert!(svg.contains(r#"stroke-dasharray="276.5 552.9""#), "{svg}");
}

#[test]
fn a_risk_off_the_map_is_in_the_table_only() {
    let mut spec = samples::risks();
    spec.risks.push(Risk { number: "99".into(), at: (9, 9), ..Risk::default() });
    let chart = risk_matrix(&spec);
    assert!(!chart.svg.contains(">99<"));
    assert!(chart.table.rows.iter().any(|row| row[0] == "99" && row[2] == "範囲外"));
}
