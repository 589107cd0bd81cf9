//! Analysis records (分析記録).

use super::{evidence::Evidence, incident::Incident};
use crate::*;

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Certainty {
    /// Fact.
    #[choice(ja = "事実", en = "Fact", tone = "good")]
    Fact,
    /// Assumed.
    #[choice(ja = "推定", en = "Assumed", tone = "caution")]
    Assumed,
}

/// An analysis record.
#[derive(Debug, Clone, Register)]
#[register(
    id = "analysis",
    wing = Respond,
    menu = 7,
    ja = "分析",
    en = "Analysis",
    question_ja = "何が分かり、何がまだ推定ですか",
    question_en = "What do we know, and what do we assume?",
    about_ja = "原因、侵入経路、影響範囲を、事実と推定に分けて残します。",
    about_en = "Cause, way in and scope, with facts kept apart from assumptions.",
    purpose_ja = "封じ込めと説明を、事実に基づいて行うために使います。",
    purpose_en = "So that containment and statements rest on facts.",
    sort = "created_at",
    sort_down,
    retention_years = 10,
    meets = ["TK-70"]
)]
pub struct Analysis {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", access = "case")]
    pub incident: Ref<Incident>,
    /// Statement.
    #[field(ja = "分かったこと・考えられること", en = "Statement", title, list, search)]
    pub statement: String,
    /// Certainty.
    #[field(ja = "確かさ", en = "Certainty", list)]
    pub certainty: Certainty,
    /// Suspected cause.
    #[field(ja = "疑われる原因", en = "Suspected cause", search)]
    pub cause: Option<Long>,
    /// Entry route.
    #[field(ja = "侵入経路", en = "Way in", search)]
    pub route: Option<Long>,
    /// Systems in scope.
    #[field(ja = "影響範囲: システム", en = "Scope: systems")]
    pub scope_systems: Option<String>,
    /// Accounts in scope.
    #[field(ja = "影響範囲: アカウント", en = "Scope: accounts")]
    pub scope_accounts: Option<String>,
    /// Data in scope.
    #[field(ja = "影響範囲: データ", en = "Scope: data")]
    pub scope_data: Option<String>,
    /// Business in scope.
    #[field(ja = "影響範囲: 業務", en = "Scope: business")]
    pub scope_business: Option<String>,
    /// Evidence used.
    #[field(ja = "使った証拠", en = "Evidence used")]
    pub evidence: Vec<Ref<Evidence>>,
    /// Open questions.
    #[field(ja = "残っている疑問", en = "Open questions")]
    pub open_questions: Vec<String>,
}
