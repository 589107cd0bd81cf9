//! Answers to clients (相手組織への回答): written once, approved, and given to as many requirements
//! as it fits (G7-15, 68).

use super::assurance_item::AssuranceItem;
use super::parts::{OF_CASE, body_of};
use super::reconnection::Reconnection;
use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::respond::message_gates::{APPROVERS, other_than_writer};
use crate::*;

/// What an answer holds (G7-68).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AnswerKind {
    /// Details of the incident.
    #[choice(ja = "インシデントの詳細", en = "Details of the incident")]
    Details,
    /// Proof that named measures are in place.
    #[choice(
        ja = "求められた対策ができている証明",
        en = "Proof that named security measures are in place"
    )]
    Measures,
    /// Proof in another form that normal exchange is safe.
    #[choice(
        ja = "通常のやり取りが安全だという別の形の証明",
        en = "Proof in another form that normal exchange is safe"
    )]
    SafeExchange,
}

/// Where an answer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AnswerStage {
    /// Draft.
    #[choice(ja = "下書き", en = "Draft", tone = "caution")]
    Draft,
    /// Approved.
    #[choice(ja = "承認済み", en = "Approved", tone = "good")]
    Approved,
}

/// An answer.
#[derive(Debug, Clone, Register)]
#[register(
    id = "client_answer",
    wing = Reconnect,
    menu = 11,
    ja = "相手組織への回答",
    en = "Answer to clients",
    question_ja = "同じ問いに、一度で答えられますか",
    question_en = "Can the same question be answered once for all?",
    about_ja = "固有の要件への回答を一度書いて承認し、同じ要件を出した相手すべてに使います。相手にはその版の写しだけが見えます。",
    about_en = "Written and approved once, used for every client that asked the same. Each sees only its copy of that version.",
    purpose_ja = "相手ごとの食い違いをなくし、待ち時間を短くするために使います。",
    purpose_en = "So that answers agree and clients wait less.",
    sort = "created_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-68"]
)]
pub struct ClientAnswer {
    /// Title.
    #[field(ja = "題名", en = "Title", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Kinds.
    #[field(ja = "回答の種類", en = "Kinds of answer", list, required)]
    pub kinds: Many<AnswerKind>,
    /// Text.
    #[field(ja = "回答", en = "Answer", search, max = 6000)]
    pub text: Long,
    /// For one client alone.
    #[field(
        ja = "この相手だけへの回答",
        en = "For this client alone",
        help_ja = "個別の事情を書くときに選びます。ほかの相手の要件には使えなくなります。",
        help_en = "Where it holds details of one client; then it fits no other."
    )]
    pub client: Option<Ref<Contact>>,
    /// Items it rests on.
    #[field(ja = "もとになる保証項目", en = "Items it rests on")]
    pub items: Vec<Ref<AssuranceItem>>,
    /// Written by.
    #[field(ja = "書いた人", en = "Written by")]
    pub writer: Option<Ref<Person>>,
    /// Version.
    #[field(ja = "版", en = "Version", list, system)]
    pub version: Option<i64>,
    /// Approved by.
    #[field(ja = "承認した人", en = "Approved by", system)]
    pub approved_by: Option<Ref<Person>>,
    /// Approved at.
    #[field(ja = "承認日時", en = "Approved at", system)]
    pub approved_at: Option<Time>,
    /// Digest of what was approved.
    #[field(ja = "承認した内容の照合値", en = "Digest of what was approved", system, max = 64)]
    pub approved_digest: Option<String>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<AnswerStage>,
}

const WORDS: &[&str] = &["title", "kinds", "text", "client"];

/// Whether it is approved, and still what was approved.
pub fn usable(answer: &Record) -> bool {
    !answer.ended()
        && answer.text("state") == AnswerStage::Approved.id()
        && answer.text("approved_digest") == answer.digest_of(WORDS)
}

const OTHER_EYES: Gate = Gate {
    id: "second_pair",
    label: Text::new("書いた人とは別の人が承認する", "Approved by somebody else than the writer"),
    mend: Text::new("書いた人ではない人が承認してください。", "Have another person approve it."),
    inputs: &[Input::All("role")],
    holds: |c| other_than_writer(c, "approved_by"),
    meets: &[],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: OF_CASE,
    transitions: &[
        Transition {
            id: "approve",
            label: Text::new("回答を承認する", "Approve"),
            from: &["draft"],
            to: "approved",
            asks: &[("approved_by", true)],
            stamps: &["approved_at"],
            counts: &["version"],
            fill: Some(|c| body_of([("approved_digest", c.me.digest_of(WORDS).into())])),
            gates: &[OTHER_EYES],
            who: APPROVERS,
            ..Transition::PLAIN
        },
        Transition {
            id: "revise",
            label: Text::new("下書きに戻す", "Back to draft"),
            from: &["approved"],
            to: "draft",
            fill: Some(|_| {
                body_of([
                    ("approved_by", Value::Null),
                    ("approved_at", Value::Null),
                    ("approved_digest", Value::Null),
                ])
            }),
            reason: true,
            ..Transition::PLAIN
        },
    ],
};
