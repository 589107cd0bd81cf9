//! Enhanced monitoring of a link while it comes back (モニタリング強化): G7-78. An alert stops the
//! next stage (G7-80).

use super::link::Link;
use super::parts::{OF_CASE, Side, body_of};
use super::reconnection::Reconnection;
use crate::respond::incident::Incident;
use crate::*;

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum WatchState {
    /// Planned.
    #[choice(ja = "予定", en = "Planned")]
    Planned,
    /// In force.
    #[choice(ja = "監視中", en = "In force", tone = "good")]
    Active,
    /// Alert.
    #[choice(ja = "異常を検知", en = "Alert", tone = "danger")]
    Alert,
    /// Ended.
    #[choice(ja = "終了", en = "Ended")]
    Ended,
}

/// A monitoring plan.
#[derive(Debug, Clone, Register)]
#[register(
    id = "monitoring_plan",
    wing = Reconnect,
    menu = 20,
    ja = "再接続の監視計画",
    en = "Monitoring plan",
    question_ja = "つなぎ直す間、何を、だれが、どこまで見張りますか",
    question_en = "What is watched by whom while the link comes back?",
    about_ja = "接続ごとに、見張るもの・しきい値・担当・間隔と、再び切る条件を決めます。異常を記録すると、次の段階は止まります。",
    about_en = "Per link: what is watched, thresholds, who, how often, and when to cut again. An alert stops the next stage.",
    purpose_ja = "つないだ直後の異変に気づき、すぐ切れるようにするために使います。",
    purpose_en = "So that trouble right after connecting is seen and the link cut at once.",
    sort = "created_at",
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-78"]
)]
pub struct MonitoringPlan {
    /// What is watched.
    #[field(ja = "見張るもの", en = "What is watched", title, list, search)]
    pub what: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Link.
    #[field(ja = "接続", en = "Link", list)]
    pub link: Ref<Link>,
    /// Thresholds.
    #[field(ja = "異常とみなす値", en = "Thresholds", max = 1000)]
    pub thresholds: Long,
    /// Side.
    #[field(ja = "どちら側で見張るか", en = "On which side", list)]
    pub side: Side,
    /// Who.
    #[field(ja = "見る人", en = "Who looks", list, max = 200)]
    pub who: String,
    /// How often.
    #[field(ja = "見る間隔", en = "How often", list, max = 120)]
    pub often: String,
    /// When to cut again.
    #[field(ja = "再び切る条件", en = "When to cut again", max = 1000)]
    pub cut_when: Long,
    /// In force since.
    #[field(ja = "監視を始めた日時", en = "In force since", system)]
    pub active_at: Option<Time>,
    /// Alert.
    #[field(ja = "検知した異常", en = "Alert", system, max = 1000)]
    pub alert: Option<Long>,
    /// Alerted at.
    #[field(ja = "検知した日時", en = "Alerted at", list, system)]
    pub alert_at: Option<Time>,
    /// Why it was cleared.
    #[field(ja = "解消した根拠", en = "Why it was cleared", system, max = 1000)]
    pub cleared: Option<Long>,
    /// Ended at.
    #[field(ja = "終えた日時", en = "Ended at", system)]
    pub ended_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<WatchState>,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "planned",
    start: OF_CASE,
    transitions: &[
        Transition {
            id: "begin",
            label: Text::new("監視を始める", "Begin to watch"),
            from: &["planned"],
            to: "active",
            stamps: &["active_at"],
            meets: &["G7-78"],
            ..Transition::PLAIN
        },
        Transition {
            id: "alert",
            label: Text::new("異常を記録する", "Record an alert"),
            from: &["active"],
            to: "alert",
            asks: &[("alert", true)],
            fill: Some(|c| body_of([("alert_at", c.now.millis().into())])),
            meets: &["G7-80"],
            ..Transition::PLAIN
        },
        Transition {
            id: "clear",
            label: Text::new("異常を解消した", "Clear the alert"),
            from: &["alert"],
            to: "active",
            asks: &[("cleared", true)],
            who: super::link::DECIDERS,
            ..Transition::PLAIN
        },
        Transition {
            id: "finish",
            label: Text::new("監視を終える", "End the watch"),
            from: &["planned", "active"],
            to: "ended",
            stamps: &["ended_at"],
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// Rules of plans.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "monitoring_plan.quiet",
    register: "monitoring_plan",
    label: Text::new("再接続の監視に異常が無い", "The watch over the link is quiet"),
    why: Text::new(
        "異常を残して進むと、被害が相手にも広がります。",
        "Going on with an alert carries the damage to the other side.",
    ),
    mend: Text::new(
        "再び切る条件に当たるかを確かめ、切るか、解消の根拠を記録してください。",
        "See whether it calls for cutting again; cut, or record why it is cleared.",
    ),
    severity: Severity::Serious,
    inputs: &[],
    tells: &["security_manager", "coordinator"],
    check: |c| {
        Verdict::when(
            c.me.text("state") == WatchState::Alert.id(),
            "alert",
            Text::new("異常を検知したままです。", "An alert stands."),
        )
    },
    meets: &["G7-80"],
}];
