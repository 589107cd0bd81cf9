//! Analysis records (分析記録).

use super::{evidence::Evidence, incident::Incident, task::Task};
use crate::govern::person::Person;
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
    meets = ["TK-70", "NI-185"]
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
    /// Task it was done for.
    #[field(ja = "作業", en = "Task")]
    pub task: Option<Ref<Task>>,
    /// Object of a detailed analysis.
    #[field(
        ja = "調べた対象（機器・イメージ・ログ）",
        en = "Object examined (device, image, log)",
        search,
        help_ja = "フォレンジックなど詳しい調査をしたときに入れます。",
        help_en = "For a detailed analysis such as forensics."
    )]
    pub object: Option<String>,
    /// Method.
    #[field(ja = "調べた方法・ツール", en = "Method and tool")]
    pub method: Option<String>,
    /// Hash of the copy that was examined.
    #[field(
        ja = "調べた写しのSHA-256",
        en = "SHA-256 of the copy examined",
        max = 64,
        help_ja = "原本と同じなら、写しが変わっていないと言えます。",
        help_en = "The same as the original's: the copy is unaltered."
    )]
    pub sha256: Option<String>,
    /// Who holds it.
    #[field(ja = "対象を持っている人", en = "Holder of the object")]
    pub holder: Option<Ref<Person>>,
    /// Evidence used.
    #[field(ja = "使った証拠", en = "Evidence used")]
    pub evidence: Vec<Ref<Evidence>>,
    /// Open questions.
    #[field(ja = "残っている疑問", en = "Open questions")]
    pub open_questions: Vec<String>,
}

/// Rules of analyses.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "analysis.detailed",
    register: "analysis",
    label: Text::new(
        "詳しい調査は、方法・証拠・ハッシュ値・持ち主まで分かる",
        "A detailed analysis states method, evidence, hash and holder",
    ),
    why: Text::new(
        "何をどう調べたかが分からない結果は、後で確かめられません。",
        "A finding is of no use later if nobody can tell what was examined and how.",
    ),
    mend: Text::new(
        "足りない項目を入れてください。ハッシュ値は、証拠のものと比べます。",
        "Give what is missing. The hash is compared with that of the evidence.",
    ),
    severity: Severity::Warning,
    inputs: &[Input::Out("evidence")],
    tells: &[],
    check: |c| {
        if !c.me.body.contains_key("object") {
            return Verdict::ok();
        }
        let needed = ["task", "method", "evidence", "sha256", "holder"];
        let v =
            needed.iter().filter(|f| !c.me.body.contains_key(**f)).fold(Verdict::ok(), |v, f| {
                let label = Analysis::DEF.field(f).map_or(Text::new("", ""), |d| d.label);
                let (ja, en) = (label.ja, label.en);
                v.and(f, format!("「{ja}」がありません。"), format!("\"{en}\" is missing."))
            });
        let mine = c.me.text("sha256").to_lowercase();
        let mut known = c.outs("evidence").into_iter().filter(|e| e.body.contains_key("sha256"));
        if !mine.is_empty()
            && known.clone().next().is_some()
            && !known.any(|e| e.text("sha256") == mine)
        {
            return v.and(
                "sha256",
                "写しのハッシュ値が、選んだ証拠のどれとも合いません。",
                "The hash of the copy is that of none of the evidence.",
            );
        }
        v
    },
    meets: &["NI-185"],
}];
