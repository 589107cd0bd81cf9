//! Root-cause analysis (根本原因の分析): causes, evidence, hypotheses ruled out, points open; kept with
//! the incident and carried on as a problem until it is mended (G7-49).

use super::{analysis::Analysis, evidence::Evidence, incident::Incident};
use crate::govern::person::Person;
use crate::improve::improvement::Improvement;
use crate::*;

/// How deep a cause lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Depth {
    /// What happened at once.
    #[choice(ja = "直接の原因", en = "Direct cause")]
    Direct,
    /// What let it happen.
    #[choice(ja = "それを許した原因", en = "Contributing cause")]
    Contributing,
    /// What lies at the bottom.
    #[choice(ja = "根本原因", en = "Root cause", tone = "danger")]
    Root,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RootCauseState {
    /// Being looked for.
    #[choice(ja = "調査中", en = "Being looked for", tone = "warning")]
    Open,
    /// Understood well enough to limit further impact.
    #[choice(ja = "十分に分かった", en = "Sufficiently understood", tone = "caution")]
    Understood,
    /// The problem is mended.
    #[choice(ja = "問題を解消した", en = "Problem mended", tone = "good")]
    Mended,
}

/// One cause.
#[derive(Debug, Clone, Rows)]
pub struct Cause {
    /// Cause.
    #[field(ja = "原因", en = "Cause", max = 500)]
    pub cause: String,
    /// How deep.
    #[field(ja = "深さ", en = "Depth")]
    pub depth: Depth,
    /// What shows it.
    #[field(ja = "裏づける証拠", en = "Evidence that shows it")]
    pub evidence: Option<Ref<Evidence>>,
    /// What it rests on, in words.
    #[field(ja = "そう言える理由", en = "What it rests on", max = 500)]
    pub ground: String,
}

/// A hypothesis that was ruled out.
#[derive(Debug, Clone, Rows)]
pub struct RuledOut {
    /// Hypothesis.
    #[field(ja = "仮説", en = "Hypothesis", max = 500)]
    pub hypothesis: String,
    /// Why not.
    #[field(ja = "退けた理由", en = "Why it was ruled out", max = 500)]
    pub why_not: String,
    /// What shows it.
    #[field(ja = "裏づける証拠", en = "Evidence that shows it")]
    pub evidence: Option<Ref<Evidence>>,
}

/// An analysis of the root cause.
#[derive(Debug, Clone, Register)]
#[register(
    id = "root_cause",
    wing = Respond,
    menu = 23,
    ja = "根本原因の分析",
    en = "Root-cause analysis",
    question_ja = "なぜ起きましたか。何を確かめ、何がまだ分かりませんか",
    question_en = "Why did it happen? What is shown, and what is still open?",
    about_ja = "原因を証拠とともに残し、退けた仮説と未解決の点も消さずに残します。解消するまで問題として追います。",
    about_en = "Causes with their evidence, hypotheses that were ruled out and points still open. Followed as a problem until it is mended.",
    purpose_ja = "同じ原因で繰り返さないため、また相手に確かな説明をするために使います。",
    purpose_en = "So that the same cause does not strike again, and others are told on firm ground.",
    sort = "created_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-49"]
)]
pub struct RootCause {
    /// Title.
    #[field(ja = "調べること", en = "Question", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Causes.
    #[field(ja = "原因", en = "Causes")]
    pub causes: Table<Cause>,
    /// Hypotheses ruled out.
    #[field(ja = "退けた仮説", en = "Hypotheses ruled out")]
    pub ruled_out: Table<RuledOut>,
    /// Points open.
    #[field(ja = "未解決の点", en = "Points open")]
    pub open_points: Vec<String>,
    /// Statements it rests on.
    #[field(ja = "もとになる分析", en = "Analyses it rests on")]
    pub analyses: Vec<Ref<Analysis>>,
    /// Method.
    #[field(ja = "調べ方", en = "Method", max = 500)]
    pub method: Option<String>,
    /// Led by.
    #[field(ja = "担当", en = "Led by", list)]
    pub owner: Option<Ref<Person>>,
    /// Understood at.
    #[field(ja = "十分に分かった日時", en = "Understood at", list, system)]
    pub understood_at: Option<Time>,
    /// What mends it.
    #[field(ja = "解消する改善", en = "Improvements that mend it", system)]
    pub improvements: Vec<Ref<Improvement>>,
    /// Mended at.
    #[field(ja = "解消した日時", en = "Mended at", list, system)]
    pub mended_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<RootCauseState>,
}

const SHOWN: Gate = Gate {
    id: "root_shown",
    label: Text::new(
        "根本原因が一つ以上あり、どの原因にも証拠がある",
        "There is a root cause, and every cause has its evidence",
    ),
    mend: Text::new(
        "原因ごとに裏づける証拠を選び、根本原因を入れてください。",
        "Choose the evidence of each cause, and give the root cause.",
    ),
    inputs: &[],
    holds: |c| {
        let mut causes = c.me.rows("causes").peekable();
        causes.peek().is_some()
            && causes.all(|r| r.contains_key("evidence"))
            && c.me.rows("causes").any(|r| r.get("depth").and_then(Value::as_str) == Some("root"))
    },
    meets: &["G7-49"],
};

const SETTLED: Gate = Gate {
    id: "open_points_settled",
    label: Text::new(
        "未解決の点が無く、改善の効果が確かめられている",
        "No point is open, and the improvements' effect is confirmed",
    ),
    mend: Text::new(
        "未解決の点を調べ、改善を「効果を確認」まで進めてください。",
        "Settle the open points, and take the improvements as far as \"effect confirmed\".",
    ),
    inputs: &[Input::Out("improvements")],
    holds: |c| {
        let done = c.outs("improvements");
        c.me.ids("open_points").is_empty()
            && !done.is_empty()
            && done.iter().all(|i| matches!(i.text("state"), "confirmed" | "reflected" | "closed"))
    },
    meets: &["G7-49"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "understand",
            label: Text::new("十分に分かったとする", "Call it sufficiently understood"),
            from: &["open"],
            to: "understood",
            stamps: &["understood_at"],
            gates: &[SHOWN],
            meets: &["G7-49"],
            ..Transition::PLAIN
        },
        Transition {
            id: "mend",
            label: Text::new("問題を解消した", "The problem is mended"),
            from: &["understood"],
            to: "mended",
            asks: &[("improvements", true)],
            stamps: &["mended_at"],
            gates: &[SETTLED],
            meets: &["G7-49"],
            ..Transition::PLAIN
        },
        Transition {
            id: "reopen",
            label: Text::new("調査に戻す", "Take it up again"),
            from: &["understood", "mended"],
            to: "open",
            reason: true,
            fill: Some(|_| {
                ["understood_at", "mended_at"]
                    .map(|f| (f.to_owned(), Value::Null))
                    .into_iter()
                    .collect()
            }),
            ..Transition::PLAIN
        },
    ],
};

/// Rules of analyses of the root cause.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "root_cause.shown",
    register: "root_cause",
    label: Text::new("原因と退けた仮説に裏づけがある", "Causes and rejected hypotheses are shown"),
    why: Text::new(
        "裏づけの無い原因は、思い込みと見分けられません。",
        "A cause without evidence cannot be told from a guess.",
    ),
    mend: Text::new("証拠を選んでください。", "Choose the evidence."),
    severity: Severity::Notice,
    inputs: &[],
    tells: &[],
    check: |c| {
        let bare = |f: &str| c.me.rows(f).filter(|r| !r.contains_key("evidence")).count();
        let (causes, ruled_out) = (bare("causes"), bare("ruled_out"));
        let mut v = Verdict::ok();
        if causes > 0 {
            v = v.and(
                "causes",
                format!("証拠の無い原因が{causes}件あります。"),
                format!("{causes} cause(s) without evidence."),
            );
        }
        if ruled_out > 0 {
            v = v.and(
                "ruled_out",
                format!("証拠なしに退けた仮説が{ruled_out}件あります。"),
                format!("{ruled_out} hypothesis(es) ruled out without evidence."),
            );
        }
        v
    },
    meets: &["G7-49"],
}];
