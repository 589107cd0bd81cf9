//! Service level over time (サービス水準の推移, NI-189, NI-383).

use crate::identify::system::System;
use crate::respond::incident::Incident;
use crate::*;

/// What happened at this point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Phase {
    /// Attack.
    #[choice(ja = "攻撃", en = "Attack", tone = "danger")]
    Attack,
    /// Abnormality.
    #[choice(ja = "異常", en = "Abnormality", tone = "warning")]
    Abnormality,
    /// Fall.
    #[choice(ja = "水準の低下", en = "Fall", tone = "danger")]
    Fall,
    /// Response by contingency plan.
    #[choice(ja = "緊急時対応（CP）", en = "Contingency response (CP)", tone = "caution")]
    Contingency,
    /// Response by continuity plan.
    #[choice(ja = "事業継続対応（BCP）", en = "Continuity response (BCP)", tone = "caution")]
    Continuity,
    /// Recovery.
    #[choice(ja = "復旧", en = "Recovery", tone = "good")]
    Recovery,
}

/// The level of a service at one instant.
#[derive(Debug, Clone, Register)]
#[register(
    id = "service_level",
    wing = Recover,
    menu = 2,
    ja = "サービス水準の記録",
    en = "Service level",
    question_ja = "サービスは、いつ、どの水準まで戻りましたか",
    question_en = "To which level had the service returned, and when?",
    about_ja = "止まった・一部だけ動いた・戻った時点の水準を、平時を100として記録します。BCPの目標と並べて表示します。",
    about_en = "The level at each turning point, 100 being normal, shown beside the target of the continuity plan.",
    purpose_ja = "許される時間と水準に収まったかを後から示すために残します。",
    purpose_en = "Shows later whether acceptable time and level were kept.",
    sort = "at",
    append_only,
    check = check,
    retention_years = 10,
    meets = ["NI-189", "NI-383"]
)]
pub struct ServiceLevel {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// System.
    #[field(ja = "サービス・システム", en = "Service", list)]
    pub system: Ref<System>,
    /// When.
    #[field(ja = "日時", en = "At", list)]
    pub at: Time,
    /// Level, percent of normal.
    #[field(ja = "水準（平時を100とする）", en = "Level (percent of normal)", list)]
    pub level: i64,
    /// Phase.
    #[field(ja = "局面", en = "Phase", list)]
    pub phase: Phase,
    /// What could and could not be done.
    #[field(ja = "できること・できないこと", en = "What works and what does not", title, search)]
    pub note: String,
}

/// A level is a share of normal.
fn check(body: &Body) -> Vec<FieldProblem> {
    let level = body.get("level").and_then(Value::as_i64);
    if level.is_none_or(|l| (0..=100).contains(&l)) {
        return Vec::new();
    }
    let text =
        crate::Message::new("0から100の数字を入れてください。", "Give a number from 0 to 100.");
    vec![FieldProblem::new("level", "range", text)]
}
