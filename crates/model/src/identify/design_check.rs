//! Design checks of new and changed systems (Security by Design, TK-48).

use super::system::System;
use crate::govern::person::Person;
use crate::*;

/// When it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum DesignStage {
    /// Planning.
    #[choice(ja = "企画時", en = "At planning")]
    Planning,
    /// Design.
    #[choice(ja = "設計時", en = "At design")]
    Design,
}

/// Outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum DesignResult {
    /// Good.
    #[choice(ja = "問題なし", en = "Good", tone = "good")]
    Good,
    /// With conditions.
    #[choice(ja = "条件付き", en = "With conditions", tone = "caution")]
    Conditions,
    /// Not good enough.
    #[choice(ja = "見直しが必要", en = "To be reworked", tone = "danger")]
    Rework,
}

/// A design check.
#[derive(Debug, Clone, Register)]
#[register(
    id = "design_check",
    wing = Identify,
    menu = 6,
    ja = "設計時の点検",
    en = "Design check",
    question_ja = "新しいシステムは、攻撃に耐え、すぐ戻せますか",
    question_en = "Will the new system withstand, and return fast?",
    about_ja = "新しく入れる・変更するシステムについて、企画・設計の段階で耐え方と戻し方を確かめた記録です。",
    about_en = "How a new or changed system withstands an incident and how fast it returns, checked before it is built.",
    purpose_ja = "後から直すより早く、安く弱点を減らすために使います。",
    purpose_en = "Removes weaknesses while that is still cheap.",
    sort = "checked_on",
    sort_down,
    meets = ["TK-48"]
)]
pub struct DesignCheck {
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// System.
    #[field(ja = "システム", en = "System", list)]
    pub system: Ref<System>,
    /// Stage.
    #[field(ja = "段階", en = "Stage", list)]
    pub stage: DesignStage,
    /// How it withstands.
    #[field(ja = "インシデントにどう耐えるか", en = "How it withstands an incident")]
    pub withstands: Long,
    /// How fast it returns.
    #[field(ja = "戻すまでの時間（分）", en = "Restored within (minutes)")]
    pub restored_in: Minutes,
    /// Result.
    #[field(ja = "結果", en = "Result", list)]
    pub result: DesignResult,
    /// Checker.
    #[field(ja = "点検した人", en = "Checker", list)]
    pub checker: Ref<Person>,
    /// Day.
    #[field(ja = "点検した日", en = "Checked on", list)]
    pub checked_on: Date,
}
