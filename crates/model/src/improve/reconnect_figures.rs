//! Figures of reconnection: how long phases take, and how long a link stays cut (G7-47).

use crate::core::metric::{Better, Measured, MetricDef, Period, Unit, is_drill, mean_minutes};
use crate::reconnect::framework::PhaseKind;
use crate::*;
use std::rc::Rc;

fn spent(records: &[Rc<Record>], period: &Period, kind: PhaseKind) -> Measured {
    let of: Vec<Rc<Record>> =
        records.iter().filter(|r| r.text("kind") == kind.id() && !is_drill(r)).cloned().collect();
    mean_minutes(&of, period, &["begun_at"], "completed_at")
}

const fn phase(
    id: &'static str,
    label: Text,
    compute: fn(&[Rc<Record>], &Period) -> Measured,
) -> MetricDef {
    MetricDef {
        id,
        label,
        formula: Text::new(
            "段階を始めてから関門に到達するまでの平均。",
            "Mean from the beginning of the phase to its gateway.",
        ),
        unit: Unit::Minutes,
        better: Better::Less,
        register: "reconnect_phase",
        compute,
        meets: &["G7-47"],
    }
}

/// Assessment.
pub const ASSESSMENT: MetricDef = phase(
    "reconnect_assessment",
    Text::new("再接続：評価にかかった時間", "Reconnection: time in assessment"),
    |r, p| spent(r, p, PhaseKind::Assessment),
);
/// Remediation.
pub const REMEDIATION: MetricDef = phase(
    "reconnect_remediation",
    Text::new("再接続：修復にかかった時間", "Reconnection: time in remediation"),
    |r, p| spent(r, p, PhaseKind::Remediation),
);
/// Assurance.
pub const ASSURANCE: MetricDef = phase(
    "reconnect_assurance",
    Text::new("再接続：保証にかかった時間", "Reconnection: time in assurance"),
    |r, p| spent(r, p, PhaseKind::Assurance),
);
/// Reconnection.
pub const RECONNECTION: MetricDef = phase(
    "reconnect_reconnection",
    Text::new("再接続：つなぎ直しにかかった時間", "Reconnection: time in reconnection"),
    |r, p| spent(r, p, PhaseKind::Reconnection),
);
/// Recovery.
pub const RECOVERY: MetricDef = phase(
    "reconnect_recovery",
    Text::new("再接続：復旧にかかった時間", "Reconnection: time in recovery"),
    |r, p| spent(r, p, PhaseKind::Recovery),
);
/// From the cut to the link being fully back.
pub const CUT_TO_BACK: MetricDef = MetricDef {
    id: "reconnect_cut_to_back",
    label: Text::new("切り離しから再接続までの時間", "Time from isolation to reconnection"),
    formula: Text::new(
        "期間内に再接続した接続について、切り離しからの平均。",
        "Mean over links reconnected in the period, from the cut.",
    ),
    unit: Unit::Minutes,
    better: Better::Less,
    register: "link",
    compute: |r, p| mean_minutes(r, p, &["cut_at"], "reconnected_at"),
    meets: &["G7-47"],
};
