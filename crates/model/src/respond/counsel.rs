//! Counsel's channel (弁護士との相談): seen by the people it names and by nobody else, whatever
//! their role; never part of a document about the case.

use super::incident::Incident;
use crate::govern::person::Person;
use crate::*;

/// Who sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Privilege {
    /// Kept free so that the one below restricts; refused by the check.
    #[choice(ja = "使わない", en = "Not used")]
    Unused,
    /// The people named.
    #[choice(ja = "名前を挙げた人だけ", en = "The people named only", tone = "danger")]
    Named,
}

/// A channel.
#[derive(Debug, Clone, Register)]
#[register(
    id = "counsel",
    wing = Respond,
    menu = 60,
    ja = "弁護士との相談",
    en = "Channel with counsel",
    question_ja = "弁護士との相談を、だれとだれだけが見ますか",
    question_en = "Who, and nobody else, sees what is said with counsel?",
    about_ja = "名前を挙げた人だけが見ます。役割によらず、ほかの人の画面・検索・書き出し・報告書には出ません。",
    about_en = "Seen by the people named only. Whatever their role, others meet it on no page, search, export or report.",
    purpose_ja = "法的な助言を、守られた形で求め、残すために使います。",
    purpose_en = "For asking for legal advice, and keeping it, in confidence.",
    sort = "title",
    flow = FLOW,
    check = check,
    retention_years = 10
)]
pub struct Counsel {
    /// Case it is about.
    #[field(ja = "インシデント", en = "Incident")]
    pub incident: Option<Ref<Incident>>,
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Counsel, in words.
    #[field(ja = "弁護士・事務所", en = "Counsel", search, max = 200)]
    pub counsel: Option<String>,
    /// The people who see it.
    #[field(
        ja = "見る人",
        en = "People who see it",
        help_ja = "自分も見るなら、自分を入れてください。",
        help_en = "Put yourself in if you are to see it."
    )]
    pub members: Vec<Ref<Person>>,
    /// Who sees it; set by the program.
    #[field(ja = "見える範囲", en = "Seen by", access = "restricted", system)]
    pub seen_by: Option<Privilege>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<CounselState>,
}

/// Whether it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CounselState {
    /// Open.
    #[choice(ja = "相談中", en = "Open", tone = "caution")]
    Open,
    /// Over.
    #[choice(ja = "終了", en = "Over")]
    Over,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if body.get("seen_by").and_then(Value::as_str) == Some(Privilege::Unused.id()) {
        let text = Message::new(
            "名前を挙げた人だけが見る欄です。変えられません。",
            "It is for the people named; that cannot be changed.",
        );
        problems.push(FieldProblem::new("seen_by", "wrong_value", text));
    }
    let named = body.get("members").and_then(Value::as_array).is_some_and(|m| !m.is_empty());
    if !named {
        let text = Message::new(
            "見る人を一人以上入れてください。だれも入れないと、二度と開けません。",
            "Name at least one person, or nobody could ever open it.",
        );
        problems.push(FieldProblem::new("members", "required", text));
    }
    problems
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: Start {
        fill: Some(|_| {
            [("seen_by".to_owned(), Privilege::Named.id().into())].into_iter().collect()
        }),
        ..Start::PLAIN
    },
    transitions: &[
        Transition {
            id: "finish",
            label: Text::new("相談を終える", "End it"),
            from: &["open"],
            to: "over",
            ..Transition::PLAIN
        },
        Transition {
            id: "resume",
            label: Text::new("相談を再開する", "Take it up again"),
            from: &["over"],
            to: "open",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};
