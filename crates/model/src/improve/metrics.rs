//! The metrics of the main job.

use super::{figures, reconnect_figures};
use crate::core::metric::{Better, MetricDef, Unit, count, mean_minutes};
use crate::respond::obligation;
use crate::*;

/// All metrics.
pub const METRICS: &[MetricDef] = &[
    MetricDef {
        id: "first_response",
        label: Text::new("初動までの平均時間", "Mean time to first response"),
        formula: Text::new(
            "報告されてから体制を発足するまでの平均。訓練は含みません。",
            "Mean from report to the start of the organisation, drills left out.",
        ),
        unit: Unit::Minutes,
        better: Better::Less,
        register: "incident",
        compute: |r, p| mean_minutes(r, p, &["reported_at"], "organised_at"),
        meets: &["TK-68"],
    },
    MetricDef {
        id: "mttr",
        label: Text::new("平均復旧時間（MTTR）", "Mean time to recovery (MTTR)"),
        formula: Text::new(
            "発生（分からなければ気づいた時）から復旧までの平均。復旧が無い期間は「測れません」。",
            "Mean from occurrence (or detection) to recovery. Not measurable without a recovery.",
        ),
        unit: Unit::Minutes,
        better: Better::Less,
        register: "incident",
        compute: |r, p| mean_minutes(r, p, &["occurred_at", "detected_at"], "recovered_at"),
        meets: &[],
    },
    MetricDef {
        id: "overdue",
        label: Text::new("期限を過ぎた義務", "Overdue obligations"),
        formula: Text::new(
            "いま期限を過ぎて終わっていないものの数。",
            "Number past their time and not done now.",
        ),
        unit: Unit::Count,
        better: Better::Less,
        register: "obligation",
        compute: |r, p| count(r, |o| o.text("state") == "open" && obligation::late(o, p.now)),
        meets: &[],
    },
    MetricDef {
        id: "met_in_time",
        label: Text::new("期限内に終えた義務の割合", "Obligations met in time"),
        formula: Text::new(
            "期間内に期限が来たもののうち、期限内に終えた割合。",
            "Of those due in the period, the share done in time.",
        ),
        unit: Unit::Percent,
        better: Better::More,
        register: "obligation",
        compute: |r, p| {
            let due = count(r, |o| {
                o.text("state") != "withdrawn"
                    && o.time("due_at").is_some_and(|t| p.has(t) && t <= p.now)
            });
            let met = count(r, |o| {
                o.text("state") == "done"
                    && o.time("due_at").is_some_and(|t| p.has(t) && t <= p.now)
                    && !obligation::late(o, p.now)
            });
            let value = match (met.value, due.value) {
                (Some(m), Some(d)) if d > 0 => Some(m * 100 / d),
                _ => None,
            };
            crate::core::metric::Measured { value, behind: due.behind }
        },
        meets: &[],
    },
    MetricDef {
        id: "desk_known",
        label: Text::new("報告窓口を知っている人の割合", "Share who know the reporting desk"),
        formula: Text::new(
            "尋ねた人のうち、知っていた人の割合。尋ねていなければ「測れません」。",
            "Of those asked, the share who knew. Not measurable before anybody was asked.",
        ),
        unit: Unit::Percent,
        better: Better::More,
        register: "organisation",
        compute: |r, _| {
            let measured = r
                .iter()
                .find_map(|o| Some((crate::govern::organisation::desk_share(o)?, o.id.clone())));
            crate::core::metric::Measured {
                value: measured.as_ref().map(|m| m.0),
                behind: measured.into_iter().map(|m| m.1).collect(),
            }
        },
        meets: &["JP-18"],
    },
    MetricDef {
        id: "near_misses",
        label: Text::new("ヒヤリハットの報告数", "Near-misses reported"),
        formula: Text::new(
            "期間内に報告されたヒヤリハットの数。多いほど気づけています。",
            "Near-misses reported in the period. More means more is noticed.",
        ),
        unit: Unit::Count,
        better: Better::More,
        register: "report",
        compute: |r, p| {
            count(r, |x| {
                x.text("kind") == "near_miss" && x.time("reported_at").is_some_and(|t| p.has(t))
            })
        },
        meets: &["IPA-68", "IPA-03"],
    },
    figures::DETECT,
    figures::ACKNOWLEDGE,
    figures::CONTAIN,
    figures::CLOSE,
    figures::DRILLS,
    figures::MTTR_MAIN,
    figures::MTTR_DRILLS,
    figures::RTO_MET,
    figures::RPO_MET,
    figures::IMPROVEMENT_RATE,
    figures::DRILL_REPORT_DELAY,
    figures::SCORE_CONTACT,
    figures::SCORE_DECISIONS,
    figures::SCORE_DOCUMENTS,
    figures::AWAY,
    reconnect_figures::CUT_TO_BACK,
    reconnect_figures::ASSESSMENT,
    reconnect_figures::REMEDIATION,
    reconnect_figures::ASSURANCE,
    reconnect_figures::RECONNECTION,
    reconnect_figures::RECOVERY,
    crate::reconnect::client_requirement::ANSWER_TIME,
    crate::reconnect::case_request::REQUEST_TIME,
];
