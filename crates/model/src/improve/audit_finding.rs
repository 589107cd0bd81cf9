//! Findings of audits (監査の指摘): grade, evidence, reply, action, closed (NI-206).

use super::audit::Audit;
use super::improvement::Improvement;
use crate::govern::person::Person;
use crate::respond::evidence::Evidence;
use crate::*;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum FindingGrade {
    /// Major.
    #[choice(ja = "重大な不適合", en = "Major nonconformity", tone = "danger")]
    Major,
    /// Minor.
    #[choice(ja = "軽微な不適合", en = "Minor nonconformity", tone = "warning")]
    Minor,
    /// Observation.
    #[choice(ja = "観察事項", en = "Observation", tone = "caution")]
    Observation,
    /// What is done well.
    #[choice(ja = "良い点", en = "Done well", tone = "good")]
    Good,
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum FindingState {
    /// Raised.
    #[choice(ja = "回答待ち", en = "Raised", tone = "warning")]
    Raised,
    /// Replied to.
    #[choice(ja = "回答済み", en = "Replied to", tone = "caution")]
    Replied,
    /// Being acted on.
    #[choice(ja = "処置中", en = "Being acted on", tone = "caution")]
    Acting,
    /// Closed.
    #[choice(ja = "終了", en = "Closed", tone = "good")]
    Closed,
}

/// A finding.
#[derive(Debug, Clone, Register)]
#[register(
    id = "audit_finding",
    wing = Improve,
    menu = 7,
    ja = "監査の指摘",
    en = "Audit finding",
    question_ja = "どの指摘に、まだ回答や処置がありませんか",
    question_en = "Which finding still lacks reply or action?",
    about_ja = "監査で分かったことを一件ずつ、根拠と評価をつけて残し、回答・処置・終了まで進めます。",
    about_en = "What an audit has found, one by one, with ground and grade, taken through reply and action to its end.",
    purpose_ja = "指摘を、直して確かめるところまで追うために使います。",
    purpose_en = "So that a finding is followed until it is mended and confirmed.",
    sort = "created_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["NI-206"]
)]
pub struct AuditFinding {
    /// Number.
    #[field(ja = "番号", en = "Number", list, search, auto_number = "F", system)]
    pub number: Option<String>,
    /// Audit.
    #[field(ja = "監査", en = "Audit", list, access = "case")]
    pub audit: Ref<Audit>,
    /// Finding.
    #[field(ja = "指摘", en = "Finding", title, list, search, max = 500)]
    pub finding: String,
    /// Criterion.
    #[field(ja = "照らした基準", en = "Criterion", max = 300)]
    pub criterion: String,
    /// What it rests on.
    #[field(ja = "根拠", en = "What it rests on", max = 2000)]
    pub ground: Long,
    /// Record it is about.
    #[field(ja = "対象の記録", en = "Record concerned")]
    pub about: Option<AnyRef>,
    /// Evidence.
    #[field(ja = "証拠", en = "Evidence")]
    pub evidence: Vec<Ref<Evidence>>,
    /// Grade.
    #[field(ja = "評価", en = "Grade", list)]
    pub grade: FindingGrade,
    /// Who answers for it.
    #[field(ja = "回答する人", en = "To be answered by", list, access = "person")]
    pub owner: Option<Ref<Person>>,
    /// Due.
    #[field(ja = "回答の期限", en = "Reply due", list)]
    pub due_on: Option<Date>,
    /// Reply.
    #[field(ja = "回答", en = "Reply", system, max = 2000)]
    pub reply: Option<Long>,
    /// Who replied.
    #[field(ja = "回答した人", en = "Replied by", system)]
    pub replied_by: Option<Ref<Person>>,
    /// When.
    #[field(ja = "回答した日時", en = "Replied at", system)]
    pub replied_at: Option<Time>,
    /// Action.
    #[field(ja = "処置（改善）", en = "Action (improvement)", list, system)]
    pub action: Option<Ref<Improvement>>,
    /// Closed by.
    #[field(ja = "終了を認めた人", en = "Closed by", system)]
    pub closed_by: Option<Ref<Person>>,
    /// What shows that it is mended.
    #[field(ja = "直ったと言える根拠", en = "What shows that it is mended", system, max = 1000)]
    pub closed_how: Option<Long>,
    /// Closed at.
    #[field(ja = "終了した日時", en = "Closed at", list, system)]
    pub closed_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<FindingState>,
}

const ACTED: Gate = Gate {
    id: "action_effective",
    label: Text::new(
        "処置の効果が確かめられている（不適合のとき）",
        "The action's effect is confirmed (for nonconformities)",
    ),
    mend: Text::new(
        "処置に選んだ改善を「効果を確認」まで進めてください。",
        "Take the improvement named as action as far as \"effect confirmed\".",
    ),
    inputs: &[Input::Out("action")],
    holds: |c| {
        let light = matches!(c.me.text("grade"), "observation" | "good");
        let confirmed = c
            .out("action")
            .is_some_and(|i| matches!(i.text("state"), "confirmed" | "reflected" | "closed"));
        confirmed || (light && !c.me.body.contains_key("action"))
    },
    meets: &["NI-206"],
};

const OTHER_EYES: Gate = Gate {
    id: "closed_by_another",
    label: Text::new(
        "回答した人とは別の人が終了を認める",
        "Closed by somebody else than who replied",
    ),
    mend: Text::new(
        "監査した人など、別の人が認めてください。",
        "Have the auditor or another person close it.",
    ),
    inputs: &[],
    holds: |c| {
        let by = c.me.ids("replied_by");
        by.is_empty()
            || (c.me.ids("closed_by") != by
                && c.actor.is_none_or(|a| by.first() != Some(&a.as_str())))
    },
    meets: &["NI-206"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "raised",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "reply",
            label: Text::new("回答する", "Reply"),
            from: &["raised"],
            to: "replied",
            asks: &[("reply", true), ("replied_by", true)],
            stamps: &["replied_at"],
            meets: &["NI-206"],
            ..Transition::PLAIN
        },
        Transition {
            id: "act",
            label: Text::new("処置を決める", "Settle the action"),
            from: &["replied"],
            to: "acting",
            asks: &[("action", true)],
            meets: &["NI-206"],
            ..Transition::PLAIN
        },
        Transition {
            id: "close",
            label: Text::new("終了を認める", "Close"),
            from: &["replied", "acting"],
            to: "closed",
            asks: &[("closed_by", true), ("closed_how", true)],
            stamps: &["closed_at"],
            gates: &[ACTED, OTHER_EYES],
            meets: &["NI-206"],
            ..Transition::PLAIN
        },
        Transition {
            id: "send_back",
            label: Text::new("回答をやり直す", "Ask for another reply"),
            from: &["replied", "acting"],
            to: "raised",
            reason: true,
            fill: Some(|_| {
                ["reply", "replied_by", "replied_at"]
                    .into_iter()
                    .map(|f| (f.to_owned(), Value::Null))
                    .collect()
            }),
            ..Transition::PLAIN
        },
    ],
};

/// Rules of findings.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "audit_finding.reply",
    register: "audit_finding",
    label: Text::new("指摘に期限までに回答している", "A finding is answered in time"),
    why: Text::new("答えのない指摘は、直りません。", "A finding without an answer is not mended."),
    mend: Text::new("回答を入れてください。", "Give the reply."),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        if c.me.text("state") != FindingState::Raised.id() || c.me.text("grade") == "good" {
            return Verdict::ok();
        }
        let Some(due) = Time::parse(&format!("{}T23:59", c.me.text("due_on")), c.zone) else {
            return Verdict::finding(
                "due_on",
                "回答の期限がありません。",
                "No date for the reply.",
            );
        };
        if c.now <= due {
            return Verdict::ok().check_at(due.plus(MINUTE));
        }
        Verdict::finding("due_on", "回答の期限を過ぎています。", "The reply is past its date.")
    },
    meets: &["NI-206"],
}];
