//! Escalation to management (経営への上申): what it means for the business, how it will be handled,
//! the decision asked for, and the decision given.

use super::decision::{Decision, Topic};
use super::incident::Incident;
use crate::govern::{authority::Authority, person::Person};
use crate::*;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum EscalationState {
    /// The decision is awaited.
    #[choice(ja = "判断待ち", en = "Decision awaited", tone = "warning")]
    Asked,
    /// Decided.
    #[choice(ja = "判断済み", en = "Decided", tone = "good")]
    Decided,
    /// Withdrawn.
    #[choice(ja = "取り下げ", en = "Withdrawn")]
    Withdrawn,
}

/// An escalation.
#[derive(Debug, Clone, Register)]
#[register(
    id = "escalation",
    wing = Respond,
    menu = 11,
    ja = "経営への上申",
    en = "Escalation to management",
    question_ja = "経営に、いつまでに、何を決めてほしいですか",
    question_en = "What is management to decide, and by when?",
    about_ja = "事業への意味、初動と復旧の進め方、決めてほしいこと、選択肢、期限を一枚にします。判断は決定として残ります。",
    about_en = "What it means for the business, how first response and recovery will go, the decision asked for, options and deadline.",
    purpose_ja = "技術の言葉ではなく事業のリスクとして、経営が時間内に判断できるようにします。",
    purpose_en = "So that management can decide in time, on business risk rather than on technology.",
    sort = "asked_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["NI-192"]
)]
pub struct Escalation {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// What is to be decided.
    #[field(ja = "決めてほしいこと", en = "Decision asked for", title, list, search)]
    pub question: String,
    /// What it means for the business.
    #[field(
        ja = "事業にとっての意味",
        en = "What it means for the business",
        help_ja = "止まる業務、お客様、お金、信用、法的な義務を、技術の言葉を使わずに書きます。",
        help_en = "Business that stops, customers, money, trust and duties by law, without technical words."
    )]
    pub meaning: Long,
    /// How first response is handled.
    #[field(ja = "初動の進め方", en = "How first response is handled")]
    pub first_response: Long,
    /// How recovery is handled.
    #[field(ja = "復旧の進め方", en = "How recovery is handled")]
    pub recovery: Long,
    /// Options, one a line.
    #[field(
        ja = "選択肢（一行に一つ）",
        en = "Options, one a line",
        help_ja = "何もしない場合も入れます。",
        help_en = "Doing nothing is one of them."
    )]
    pub options: Vec<String>,
    /// What we advise.
    #[field(ja = "担当の意見", en = "What we advise")]
    pub advice: Option<Long>,
    /// Minutes within which it is needed.
    #[field(ja = "何分以内に必要か", en = "Needed within (minutes)")]
    pub within: Minutes,
    /// Who is asked.
    #[field(ja = "判断する人", en = "Asked of", list)]
    pub asked_of: Option<Ref<Person>>,
    /// Asked at.
    #[field(ja = "上申した日時", en = "Asked at", list, system)]
    pub asked_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<EscalationState>,
    /// What was decided.
    #[field(ja = "決めたこと", en = "Decided", system)]
    pub decided: Option<Long>,
    /// Why.
    #[field(ja = "判断の理由", en = "Why", system)]
    pub why: Option<Long>,
    /// By whom.
    #[field(ja = "決めた人", en = "Decided by", system)]
    pub decider: Option<Ref<Person>>,
    /// Under which authority.
    #[field(ja = "根拠となる権限", en = "Authority", system)]
    pub authority: Option<Ref<Authority>>,
    /// When.
    #[field(ja = "判断した日時", en = "Decided at", system)]
    pub decided_at: Option<Time>,
    /// The decision on record.
    #[field(ja = "決定の記録", en = "Decision", system)]
    pub decision: Option<Ref<Decision>>,
}

/// The instant by which a decision is needed.
pub fn due_at(record: &Record) -> Option<Time> {
    Some(record.time("asked_at")?.plus(record.int("within")?.saturating_mul(MINUTE)))
}

const OPTIONS: Gate = Gate {
    id: "options_named",
    label: Text::new("選択肢が二つ以上ある", "There are at least two options"),
    mend: Text::new(
        "選択肢を二つ以上書いてください。「何もしない」も選択肢です。",
        "Name at least two options; doing nothing is one.",
    ),
    inputs: &[],
    holds: |c| c.me.ids("options").len() >= 2,
    meets: &["NI-192"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "asked",
    start: Start { stamps: &["asked_at"], ..Start::PLAIN },
    transitions: &[
        Transition {
            id: "decide",
            label: Text::new("判断を記録する", "Record the decision"),
            from: &["asked"],
            to: "decided",
            asks: &[("decided", true), ("why", true), ("decider", true), ("authority", false)],
            stamps: &["decided_at"],
            gates: &[OPTIONS],
            follows: &[Follow {
                label: Text::new("決定として残す", "Keeps it as a decision"),
                inputs: &[],
                open: decision,
                meets: &["NI-192"],
            }],
            meets: &["NI-192"],
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("取り下げる", "Withdraw"),
            from: &["asked"],
            to: "withdrawn",
            reason: true,
            stamps: &["decided_at"],
            ..Transition::PLAIN
        },
    ],
};

fn decision(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let known = [c.me.text("meaning"), c.me.text("first_response"), c.me.text("recovery")];
    let cut = |text: &str, most: usize| Long(text.chars().take(most).collect());
    let decision = Decision {
        incident: c.me.ids("incident").first().map(|i| Ref::new(RecordId::new(*i))),
        topic: Topic::Other,
        question: c.me.text("question").to_owned(),
        options: c.me.ids("options").into_iter().map(str::to_owned).collect(),
        known: Some(Long(known.join("\n"))),
        decision: cut(c.me.text("decided"), 2_000),
        helper: None,
        why: Some(cut(c.me.text("why"), 2_000)),
        decider: c.me.ids("decider").first().map(|p| Ref::new(RecordId::new(*p))),
        authority: c.me.ids("authority").first().map(|a| Ref::new(RecordId::new(*a))),
        decided_at: c.now,
        conditions: None,
        review_at: None,
    };
    vec![NewRecord::of(&decision).linked_from("decision")]
}
