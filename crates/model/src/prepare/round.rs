//! Rounds (照会): ask many, remind, collect, compare.

use super::contact::Contact;
use crate::*;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RoundKind {
    /// Are the contact data still right?
    #[choice(ja = "疎通確認", en = "Reachability check")]
    Reachability,
    /// Other questions.
    #[choice(ja = "その他の照会", en = "Other questions")]
    Other,
}

/// Where a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RoundState {
    /// Being prepared.
    #[choice(ja = "準備中", en = "Being prepared")]
    Draft,
    /// Asked.
    #[choice(ja = "照会中", en = "Asked", tone = "caution")]
    Asked,
    /// Closed.
    #[choice(ja = "完了", en = "Closed", tone = "good")]
    Closed,
}

/// Whether somebody has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AnswerState {
    /// Not yet.
    #[choice(ja = "未回答", en = "No answer yet", tone = "caution")]
    Waiting,
    /// All is right.
    #[choice(ja = "確認済み", en = "Confirmed", tone = "good")]
    Confirmed,
    /// Something changed.
    #[choice(ja = "変更あり", en = "Changed", tone = "warning")]
    Changed,
    /// Could not be reached.
    #[choice(ja = "不通", en = "Not reached", tone = "danger")]
    Failed,
}

/// One party of a round.
#[derive(Debug, Clone, Rows)]
pub struct Asked {
    /// Whom.
    #[field(ja = "相手", en = "Party")]
    pub contact: Ref<Contact>,
    /// State.
    #[field(ja = "状態", en = "State")]
    pub state: AnswerState,
    /// Answered at.
    #[field(ja = "回答日時", en = "Answered at")]
    pub answered_at: Option<Time>,
    /// Answer in words.
    #[field(ja = "回答", en = "Answer")]
    pub answer: Option<String>,
    /// Hash of the secret in the link that lets the party answer without an account.
    #[field(ja = "回答用リンクの照合値", en = "Digest of the answer link", system)]
    pub secret_digest: Option<String>,
}

/// A round.
#[derive(Debug, Clone, Register)]
#[register(
    id = "round",
    wing = Prepare,
    menu = 4,
    ja = "照会",
    en = "Round",
    question_ja = "だれからの返事を待っていますか",
    question_en = "Whose answer are we waiting for?",
    about_ja = "多くの相手に同じことを尋ね、回答を集めます。相手はアカウント無しで答えられます。",
    about_en = "Asks many parties the same thing and collects answers; they need no account.",
    purpose_ja = "連絡先の疎通などを、まとめて確かめるために使います。",
    purpose_en = "Checks many at once, such as whether contacts are reachable.",
    sort = "due_on",
    flow = FLOW
)]
pub struct Round {
    /// Title.
    #[field(ja = "件名", en = "Subject", title, list, search)]
    pub title: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: RoundKind,
    /// Question.
    #[field(ja = "尋ねること", en = "Question")]
    pub question: Long,
    /// Answers wanted by.
    #[field(ja = "回答期限", en = "Answers wanted by", list)]
    pub due_on: Option<Date>,
    /// Parties and answers.
    #[field(ja = "相手と回答", en = "Parties and answers")]
    pub asked: Table<Asked>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<RoundState>,
    /// Asked at.
    #[field(ja = "照会日時", en = "Asked at", system)]
    pub asked_at: Option<Time>,
    /// Closed at.
    #[field(ja = "完了日時", en = "Closed at", system)]
    pub closed_at: Option<Time>,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "ask",
            label: Text::new("照会を始める", "Ask"),
            from: &["draft"],
            to: "asked",
            stamps: &["asked_at"],
            gates: &[Gate {
                id: "parties",
                label: Text::new("相手が一つ以上ある", "There is at least one party"),
                mend: Text::new("相手を追加してください。", "Add a party."),
                inputs: &[],
                holds: |c| c.me.rows("asked").next().is_some(),
                meets: &[],
            }],
            ..Transition::PLAIN
        },
        Transition {
            id: "close",
            label: Text::new("照会を終える", "Close"),
            from: &["asked"],
            to: "closed",
            stamps: &["closed_at"],
            ..Transition::PLAIN
        },
    ],
};

/// Rules of rounds.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "round.unanswered",
    register: "round",
    label: Text::new("期限までに回答がそろっている", "Answers are in by the date"),
    why: Text::new(
        "返事の無い相手には、本番でも連絡がつかないかもしれません。",
        "Whoever does not answer may not be reachable when it counts.",
    ),
    mend: Text::new(
        "催促するか、別の手段で確かめてください。",
        "Remind them, or check by another means.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        if c.me.text("state") != RoundState::Asked.id() {
            return Verdict::ok();
        }
        let Some(due) = Time::parse(&format!("{}T23:59", c.me.text("due_on")), c.zone) else {
            return Verdict::ok();
        };
        if c.now < due {
            return Verdict::ok().check_at(due);
        }
        let waiting = c
            .me
            .rows("asked")
            .filter(|r| r.get("state").and_then(Value::as_str) == Some(AnswerState::Waiting.id()))
            .count();
        if waiting == 0 {
            return Verdict::ok();
        }
        Verdict::finding(
            "asked",
            format!("{waiting}件の回答がまだありません。"),
            format!("{waiting} answer(s) are still missing."),
        )
    },
    meets: &[],
}];
