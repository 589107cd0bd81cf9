//! Who has read which version of a plan, rule or card (周知の確認).

use super::written_plan::{WrittenPlan, in_force};
use crate::govern::person::Person;
use crate::*;

/// How it was confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Way {
    /// Read on screen.
    #[choice(ja = "画面で読んだ", en = "Read on screen")]
    Screen,
    /// Received on paper.
    #[choice(ja = "紙で受け取った", en = "Received on paper")]
    Paper,
    /// Explained at a meeting.
    #[choice(ja = "説明を受けた", en = "Was briefed")]
    Briefing,
}

/// Where a confirmation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AckState {
    /// Confirmed.
    #[choice(ja = "確認済み", en = "Confirmed", tone = "good")]
    Confirmed,
    /// Entered by mistake.
    #[choice(ja = "取り消し", en = "Withdrawn")]
    Withdrawn,
}

/// One confirmation.
#[derive(Debug, Clone, Register)]
#[register(
    id = "acknowledgement",
    wing = Prepare,
    menu = 27,
    ja = "周知の確認",
    en = "Confirmation of reading",
    question_ja = "だれが、どの版を確認しましたか",
    question_en = "Who has confirmed which version?",
    about_ja = "計画・規程・カードを、だれがどの版で確認したかです。版が新しくなると、もう一度確認します。",
    about_en = "Who has confirmed which version of a plan, rule or card. A new version is confirmed anew.",
    purpose_ja = "全員が規則を知っていることを示すために残します。",
    purpose_en = "Shows that everybody knows the rules.",
    sort = "at",
    sort_down,
    flow = FLOW,
    check = check,
    append_only,
    retention_years = 5
)]
pub struct Acknowledgement {
    /// What was read.
    #[field(ja = "計画・規程", en = "Plan or rule", list)]
    pub paper: Ref<WrittenPlan>,
    /// Its version when it was confirmed.
    #[field(ja = "版", en = "Version", list, system)]
    pub version: Option<i64>,
    /// How.
    #[field(ja = "確かめ方", en = "How", list)]
    pub way: Way,
    /// Who confirmed; whoever enters it, where nobody else is named.
    #[field(
        ja = "確認した人",
        en = "Who confirmed",
        list,
        access = "person",
        help_ja = "空のままなら、記録する本人です。紙で受け取った人や、説明を受けた人の分を記録するときに選びます。",
        help_en = "Whoever enters it, if left empty. Choose somebody who received it on paper or was briefed."
    )]
    pub person: Option<Ref<Person>>,
    /// Who enters it.
    #[field(ja = "記録した人", en = "Entered by", list, system)]
    pub by: Option<Ref<Person>>,
    /// When.
    #[field(ja = "確認した日時", en = "Confirmed at", list, system)]
    pub at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<AckState>,
}

/// Nobody reads on screen for somebody else.
fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str);
    let other = text("by").is_some() && text("person") != text("by");
    if text("way") != Some(Way::Screen.id()) || !other {
        return Vec::new();
    }
    let text = Message::new(
        "画面で読んだ確認は、本人が行います。ほかの人の分は、紙か説明として記録してください。",
        "What was read on screen is confirmed by the reader. Enter others as paper or briefing.",
    );
    vec![FieldProblem::new("person", "not_oneself", text)]
}

/// Who enters it is who acts, and confirms unless somebody else is named; the version is the one
/// in force.
fn taken(c: &RuleCtx<'_>) -> Body {
    let mut body = Body::new();
    if let Some(actor) = c.actor {
        body.insert("by".into(), actor.as_str().into());
        body.insert("person".into(), actor.as_str().into());
    }
    if let Some(version) = c.out("paper").filter(|p| in_force(p)).and_then(|p| p.int("version")) {
        body.insert("version".into(), version.into());
    }
    body
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "confirmed",
    start: Start {
        stamps: &["at"],
        inputs: &[Input::Out("paper")],
        fill: Some(taken),
        follows: &[],
    },
    transitions: &[Transition {
        id: "withdraw",
        label: Text::new("取り消す", "Withdraw"),
        from: &["confirmed"],
        to: "withdrawn",
        reason: true,
        ..Transition::PLAIN
    }],
};

/// The person who confirmed.
pub fn reader(ack: &Record) -> Option<&str> {
    ack.ids("person").first().copied()
}

/// People inside who have not confirmed the version in force.
pub fn unaware<'a>(
    paper: &Record,
    acks: impl Iterator<Item = &'a Record>,
    people: impl Iterator<Item = &'a Record>,
) -> Vec<&'a Record> {
    let version = paper.int("version");
    let aware: std::collections::BTreeSet<&str> = acks
        .filter(|a| a.text("state") == AckState::Confirmed.id() && a.int("version") == version)
        .filter_map(reader)
        .collect();
    people.filter(|p| !p.flag("external") && !aware.contains(p.id.as_str())).collect()
}
