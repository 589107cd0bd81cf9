//! Charts with figures as they occur, shared by the tests and the gallery.

use okiagari_press::Lang;
use okiagari_press::chart::*;

const HOUR: i64 = 3_600_000;

/// All sample charts with their names.
pub fn all() -> Vec<(&'static str, Chart)> {
    vec![
        ("bars", bars(&findings())),
        ("bars_plain", bars(&hours())),
        ("line", line(&recovery())),
        ("timeline", timeline(&plan())),
        ("risk_matrix", risk_matrix(&risks())),
        ("countdown", gauge_countdown(&countdown(42 * 60_000))),
        ("countdown_overdue", gauge_countdown(&countdown(-5 * 60_000))),
        ("sparkline", sparkline(&spark())),
        ("dependency_graph", dependency_graph(&systems())),
        ("flow", flow(&answer_plan())),
    ]
}

fn bar(label: &str, value: f64, tone: Tone) -> Bar {
    Bar { label: label.into(), value, tone }
}

/// Open findings by department.
pub fn findings() -> Bars {
    Bars {
        head: Head::new(
            "findings",
            "製造部の不備が18件で最も多く、目標の5件を超えています",
            "部門ごとの未解消の不備の件数を横棒で示します。",
            Lang::Ja,
        ),
        label_heading: "部門".into(),
        value_heading: "不備".into(),
        unit: "件".into(),
        bars: vec![
            bar("製造部", 18.0, Tone::Danger),
            bar("情報システム部 <基盤>", 9.0, Tone::Warning),
            bar("営業本部 第一営業部 東日本グループ", 6.0, Tone::Caution),
            bar("総務部", 3.0, Tone::Good),
            bar("海外子会社", 2.0, Tone::Muted),
            bar("監査室", 0.0, Tone::Good),
        ],
        target: Some((5.0, "目標 5件以内".into())),
        legend: vec![(Tone::Muted, "集計対象外".into())],
    }
}

/// Hours by activity, in English, with a negative value.
pub fn hours() -> Bars {
    Bars {
        head: Head::new(
            "hours",
            "Containment took most of the 61 hours",
            "Hours spent on the incident by activity.",
            Lang::En,
        ),
        label_heading: "Activity".into(),
        value_heading: "Hours".into(),
        unit: "h".into(),
        bars: vec![
            bar("Containment", 31.5, Tone::Main),
            bar("Restoration & checks", 22.0, Tone::Main),
            bar("Messages", 7.5, Tone::Main),
            bar("Correction", -2.0, Tone::Main),
        ],
        ..Bars::default()
    }
}

/// Two series against a target.
pub fn recovery() -> LineChart {
    let months = ["4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月"];
    let some = |values: [f64; 8]| values.iter().map(|v| Some(*v)).collect::<Vec<_>>();
    let mut drills = some([9.0, 8.5, 8.0, 0.0, 5.5, 4.8, 4.4, 3.9]);
    drills[3] = None;
    LineChart {
        head: Head::new(
            "recovery",
            "復旧時間は8か月で12時間から6時間に縮み、目標まであと2時間です",
            "月ごとの平均復旧時間を、実際の対応と訓練の2本の線で示します。",
            Lang::Ja,
        ),
        label_heading: "月".into(),
        labels: months.iter().map(|m| (*m).to_owned()).collect(),
        series: vec![
            Series {
                label: "実際の対応".into(),
                values: some([12.0, 11.0, 11.5, 9.0, 8.0, 7.5, 6.4, 6.0]),
            },
            Series { label: "訓練".into(), values: drills },
        ],
        target: Some((4.0, "目標 4時間".into())),
        unit: "時間".into(),
    }
}

fn span(from: i64, to: Option<i64>, label: &str, tone: Tone) -> Span {
    Span {
        from_ms: from * HOUR,
        to_ms: to.map(|t| t * HOUR),
        label: label.into(),
        shown: match to {
            Some(to) => format!("{from}時〜{to}時"),
            None => format!("{from}時〜"),
        },
        tone,
    }
}

/// A recovery plan of one day.
pub fn plan() -> Timeline {
    let row = |label: &str, spans: Vec<Span>, milestones: Vec<Milestone>| TimelineRow {
        label: label.into(),
        spans,
        milestones,
    };
    Timeline {
        head: Head::new(
            "plan",
            "認証基盤の復旧が2時間遅れ、受注システムの開始を待たせています",
            "復旧作業の段取りを時間軸で示します。",
            Lang::Ja,
        ),
        from_ms: 8 * HOUR,
        to_ms: 24 * HOUR,
        marks: (8..=24).step_by(2).map(|h| (h * HOUR, format!("{h}:00"))).collect(),
        now: Some((14 * HOUR + 180_000, "現在 14:03".into())),
        rows: vec![
            row("封じ込め", vec![span(8, Some(11), "遮断と隔離", Tone::Good)], vec![]),
            row(
                "認証基盤 (Active Directory)",
                vec![span(10, Some(15), "再構築(遅れ)", Tone::Danger)],
                vec![Milestone {
                    at_ms: 13 * HOUR,
                    label: "RTO".into(),
                    shown: "13時".into(),
                    tone: Tone::Warning,
                }],
            ),
            row("受注システム", vec![span(15, Some(20), "復元と確認", Tone::Main)], vec![]),
            row(
                "取引先との再接続",
                vec![
                    span(12, Some(13), "照会への回答", Tone::Good),
                    span(21, None, "監視つき再開", Tone::Caution),
                ],
                vec![Milestone {
                    at_ms: 23 * HOUR,
                    label: "認証書の送付期限".into(),
                    shown: "23時".into(),
                    tone: Tone::Caution,
                }],
            ),
        ],
        legend: vec![
            (Tone::Good, "完了".into()),
            (Tone::Main, "予定".into()),
            (Tone::Danger, "遅れ".into()),
        ],
    }
}

/// Nine risks on a map of five by five.
pub fn risks() -> RiskMatrix {
    let steps = |words: [&str; 5]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let zones = (0..5usize)
        .map(|impact| {
            (0..5usize)
                .map(|likelihood| match (impact + 1) * (likelihood + 1) {
                    0..=6 => Zone::Within,
                    7..=12 => Zone::AboveAppetite,
                    _ => Zone::AboveTolerance,
                })
                .collect()
        })
        .collect();
    let risk = |number: &str, label: &str, at, before| Risk {
        number: number.into(),
        label: label.into(),
        at,
        before,
    };
    RiskMatrix {
        head: Head::new(
            "risks",
            "9件のうち2件が許容度を超えています",
            "起こりやすさを横、影響を縦に取り、リスクを番号の丸で示します。",
            Lang::Ja,
        ),
        likelihood: "起こりやすさ".into(),
        likelihood_steps: steps(["まれ", "低い", "中くらい", "高い", "ほぼ確実"]),
        impact: "影響".into(),
        impact_steps: steps(["軽微", "小", "中", "大", "致命的"]),
        zones,
        risks: vec![
            risk("1", "ランサムウェアによる受注停止", (2, 4), Some((4, 4))),
            risk("2", "委託先からの侵入", (3, 3), None),
            risk("3", "フィッシング", (3, 1), Some((4, 2))),
            risk("4", "退職者のアカウント", (1, 2), None),
            risk("5", "紛失", (2, 1), None),
            risk("6", "停電", (1, 2), None),
            risk("7", "誤送信", (3, 1), None),
            risk("8", "改ざん", (1, 2), None),
            risk("12", "DDoS", (1, 2), None),
        ],
    }
}

/// An hour and a half to report, `left` of it left.
pub fn countdown(left_ms: i64) -> Countdown {
    let late = left_ms <= 0;
    Countdown {
        head: Head::new(
            if late { "late" } else { "due" },
            if late {
                "初報の期限を5分過ぎています"
            } else {
                "初報まであと42分です"
            },
            "期限までの残りを輪で示します。",
            Lang::Ja,
        ),
        total_ms: 90 * 60_000,
        left_ms,
        left: if late { "5分超過" } else { "あと 42分" }.into(),
        due: "15:45 まで".into(),
        state: if late { "期限超過" } else { "期限内" }.into(),
        tone: if late { Tone::Danger } else { Tone::Caution },
    }
}

/// A run with a gap.
pub fn spark() -> Sparkline {
    Sparkline {
        head: Head::new("spark", "報告は増えて12件です", "週ごとの報告件数。", Lang::Ja),
        labels: vec![],
        values: vec![Some(3.0), Some(5.0), None, Some(4.0), Some(8.0), Some(7.0), Some(12.0)],
        unit: "件".into(),
        tone: Tone::Good,
    }
}

/// Systems with a long edge and a circle.
pub fn systems() -> DependencyGraph {
    let node =
        |label: &str, note: &str, state| Node { label: label.into(), note: note.into(), state };
    let edge = |from, to| Edge { from, to };
    DependencyGraph {
        head: Head::new(
            "systems",
            "認証基盤の停止で受注と生産管理が止まっています",
            "左のものが右のものに依存します。",
            Lang::Ja,
        ),
        nodes: vec![
            node("受注システム", "RTO 4時間", NodeState::Down),
            node("生産管理", "RTO 8時間", NodeState::Degraded),
            node("認証基盤", "RTO 2時間", NodeState::Restoring),
            node("社内ネットワーク", "", NodeState::Working),
            node("クラウド請求サービス (外部委託 A社)", "RTO 24時間", NodeState::Unknown),
            node("バックアップ保管庫", "RPO 1日", NodeState::Working),
            node("仮想化基盤", "", NodeState::Working),
        ],
        edges: vec![
            edge(0, 2),
            edge(1, 2),
            edge(2, 6),
            edge(6, 3),
            edge(0, 4),
            edge(4, 3),
            edge(1, 3),
            edge(2, 5),
            edge(5, 2),
        ],
        cuts: Vec::new(),
    }
}

/// A plan with a branch that meets again and a way back.
fn answer_plan() -> Flow {
    let node = |label: &str, note: &str, shape, state| FlowNode {
        label: label.into(),
        note: note.into(),
        shape,
        state,
    };
    let edge = |from, to, label: &str| FlowEdge { from, to, label: label.into() };
    Flow {
        head: Head::new("plan", "手順は6つ、判断は1つです", "上から下へ進みます。", Lang::Ja),
        nodes: vec![
            node("電源は切らず、LANを抜く", "対応担当 10分", FlowShape::Step, FlowState::Done),
            node("広がっているか", "技術 60分", FlowShape::Question, FlowState::Now),
            node("区画を止める", "", FlowShape::Step, FlowState::Plain),
            node(
                "共有フォルダとサーバを優先して調べ、範囲を見直す",
                "",
                FlowShape::Step,
                FlowState::Wrong,
            ),
            node("判断し直す", "", FlowShape::Back, FlowState::Plain),
            node("初期化する <確認>", "", FlowShape::Grave, FlowState::Plain),
        ],
        edges: vec![
            edge(0, 1, ""),
            edge(1, 2, "はい"),
            edge(1, 3, "不明"),
            edge(3, 4, ""),
            edge(4, 1, ""),
            edge(2, 5, ""),
            edge(5, 9, ""),
        ],
    }
}
