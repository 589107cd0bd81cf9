//! Requirements of one client (固有の要件): from the first day on, kept apart per client, matched
//! with what is evidenced, answered, and asked again as often as needed (G7-19, 40, 43, 67).

use super::assurance_item::{AssuranceItem, AssuranceTopic, ItemState};
use super::client_answer::{ClientAnswer, usable};
use super::framework::PhaseKind;
use super::link::Link;
use super::parts::{CASE, body_of, of_client, same_client};
use super::reconnection::Reconnection;
use crate::core::metric::{Better, MetricDef, Unit, mean_minutes};
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// Where a requirement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RequirementState {
    /// Asked.
    #[choice(ja = "回答待ち", en = "Asked", tone = "warning")]
    Asked,
    /// Matched with what is evidenced.
    #[choice(ja = "証拠と照合済み", en = "Matched", tone = "caution")]
    Matched,
    /// Answered.
    #[choice(ja = "回答済み", en = "Answered", tone = "caution")]
    Answered,
    /// Accepted.
    #[choice(ja = "相手が了承", en = "Accepted by the client", tone = "good")]
    Accepted,
    /// Refused.
    #[choice(ja = "応じられない", en = "Refused", tone = "danger")]
    Refused,
    /// Withdrawn.
    #[choice(ja = "取り下げ", en = "Withdrawn")]
    Withdrawn,
}

/// A requirement.
#[derive(Debug, Clone, Register)]
#[register(
    id = "client_requirement",
    wing = Reconnect,
    menu = 9,
    ja = "固有の要件",
    en = "Client requirement",
    question_ja = "どの相手の、どの求めに、まだ答えていませんか",
    question_en = "Which requirement of which client is not answered yet?",
    about_ja = "相手組織が求める保証を、インシデントの最初の日から一件ずつ残し、証拠との照合・回答・了承まで進めます。ほかの相手には見えません。",
    about_en = "What a client asks for, from the first day on: matched with evidence, answered, accepted. No other client sees it.",
    purpose_ja = "求められたことに漏れなく、早く答えるために使います。",
    purpose_en = "So that everything asked is answered, and soon.",
    sort = "asked_at",
    sort_down,
    flow = FLOW,
    check = same_client,
    retention_years = 10,
    meets = ["G7-19", "G7-67", "G7-43"]
)]
pub struct ClientRequirement {
    /// What is asked.
    #[field(ja = "求めること", en = "What is asked", title, list, search)]
    pub title: String,
    /// In detail.
    #[field(ja = "詳しい内容", en = "In detail", search, max = 4000)]
    pub detail: Option<Long>,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Client.
    #[field(ja = "相手組織", en = "Client", list)]
    pub client: Ref<Contact>,
    /// Read outside by.
    #[field(
        ja = "社外で読める相手",
        en = "Readable outside by",
        system,
        max = 40,
        access = "counterparty"
    )]
    pub shown_to: Option<String>,
    /// Its id at the client, where it came in a package.
    #[field(ja = "相手での番号", en = "Id at the client", system, max = 80)]
    pub their_id: Option<String>,
    /// Link.
    #[field(ja = "接続", en = "Link")]
    pub link: Option<Ref<Link>>,
    /// Topic, by which equal questions of many stand together.
    #[field(ja = "何についての求めか", en = "Topic", list)]
    pub topic: Option<AssuranceTopic>,
    /// Phase before whose end it is needed: the client's own gate.
    #[field(
        ja = "この段階を終える前に要る",
        en = "Needed before this phase ends",
        help_ja = "選ぶと、この相手だけの関門になります。",
        help_en = "Makes it a gate of this client alone."
    )]
    pub gate: Option<PhaseKind>,
    /// Whether the next stage of the link waits for it.
    #[field(
        ja = "回答まで、接続の次の段階に進まない",
        en = "The link's next stage waits for the answer"
    )]
    pub holds_stage: bool,
    /// Phase in which it was raised.
    #[field(ja = "出された段階", en = "Raised in phase", list)]
    pub phase: Option<PhaseKind>,
    /// Asked by whom there.
    #[field(ja = "求めた人", en = "Asked by", personal, max = 120)]
    pub asked_by: Option<String>,
    /// Asked at.
    #[field(ja = "求められた日時", en = "Asked at", list)]
    pub asked_at: Option<Time>,
    /// Answer wanted by.
    #[field(ja = "回答の希望日時", en = "Answer wanted by", list)]
    pub wanted_by: Option<Time>,
    /// Items matched.
    #[field(ja = "照合した保証項目", en = "Matched items", system)]
    pub matched: Vec<Ref<AssuranceItem>>,
    /// The answer it rests on; one answer serves many.
    #[field(ja = "使った回答", en = "Answer used", system)]
    pub answer: Option<Ref<ClientAnswer>>,
    /// The words as they were sent.
    #[field(ja = "回答", en = "Answer", system, max = 6000)]
    pub answer_text: Option<Long>,
    /// Kinds of it.
    #[field(ja = "回答の種類", en = "Kinds of answer", system)]
    pub answer_kinds: Many<super::client_answer::AnswerKind>,
    /// Version sent.
    #[field(ja = "送った版", en = "Version sent", system)]
    pub answer_version: Option<i64>,
    /// To whom it was sent.
    #[field(ja = "回答の宛先", en = "Sent to", system, personal, max = 120)]
    pub answered_to: Option<String>,
    /// First answered at.
    #[field(ja = "最初に答えた日時", en = "First answered at", list, system)]
    pub answered_at: Option<Time>,
    /// This version sent at.
    #[field(ja = "この版を送った日時", en = "This version sent at", system)]
    pub sent_at: Option<Time>,
    /// What was not enough.
    #[field(ja = "足りなかったこと", en = "What was not enough", system, max = 1000)]
    pub not_enough: Option<Long>,
    /// Times asked again.
    #[field(ja = "往復の回数", en = "Round trips", list, system)]
    pub rounds: Option<i64>,
    /// Why it is refused.
    #[field(ja = "応じられない理由", en = "Why it is refused", system, max = 1000)]
    pub refused_why: Option<Long>,
    /// Accepted by.
    #[field(ja = "了承した人", en = "Accepted by", system, personal, max = 120)]
    pub accepted_by: Option<String>,
    /// Accepted at.
    #[field(ja = "了承の日時", en = "Accepted at", system)]
    pub accepted_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<RequirementState>,
}

/// Whether the client still waits for an answer.
pub fn waiting(r: &Record) -> bool {
    !r.ended() && matches!(r.text("state"), "asked" | "matched")
}

/// Whether the client is content, or asks no longer.
pub fn content(r: &Record) -> bool {
    r.ended() || matches!(r.text("state"), "accepted" | "withdrawn")
}

/// A client's own gate at a phase: what it asks for there, and whether it is open. Other clients'
/// gates play no part in it (G7-43). `None` where it has fixed nothing.
pub fn gate_open<'a>(
    requirements: impl IntoIterator<Item = &'a Record>,
    client: &str,
    phase: PhaseKind,
) -> Option<bool> {
    let mut of = requirements
        .into_iter()
        .filter(|r| r.ids("client").first() == Some(&client) && r.text("gate") == phase.id())
        .peekable();
    of.peek()?;
    Some(of.all(content))
}

/// Minutes from question to first answer, the mean over those of one client, or over all.
pub fn answer_minutes<'a>(
    requirements: impl IntoIterator<Item = &'a Record>,
    client: Option<&str>,
) -> Option<i64> {
    let times: Vec<i64> = requirements
        .into_iter()
        .filter(|r| client.is_none_or(|c| r.ids("client").first() == Some(&c)))
        .filter_map(|r| Some(r.time("answered_at")?.since(r.time("asked_at")?) / MINUTE))
        .collect();
    let n = i64::try_from(times.len()).ok().filter(|n| *n > 0)?;
    Some(times.iter().sum::<i64>() / n)
}

/// Mean time from a request to its first answer (G7-15).
pub const ANSWER_TIME: MetricDef = MetricDef {
    id: "assurance_answer",
    label: Text::new(
        "保証の求めに答えるまでの平均時間",
        "Mean time to answer a client's requirement",
    ),
    formula: Text::new(
        "相手組織に求められてから最初に回答するまでの平均。相手ごとの値は案件の相手組織の画面にあります。",
        "Mean from a client's question to the first answer. Per client on the page of the case's clients.",
    ),
    unit: Unit::Minutes,
    better: Better::Less,
    register: "client_requirement",
    compute: |r, p| mean_minutes(r, p, &["asked_at"], "answered_at"),
    meets: &["G7-15"],
};

const MATCHES_CASE: Gate = Gate {
    id: "items_of_case",
    label: Text::new("照合した項目は、この案件のもの", "The items matched belong to this case"),
    mend: Text::new("同じ案件の保証項目を選んでください。", "Choose items of the same case."),
    inputs: &[Input::Out("matched")],
    holds: |c| {
        let items = c.outs("matched");
        !items.is_empty() && items.iter().all(|i| i.ids("reconnection") == c.me.ids("reconnection"))
    },
    meets: &["G7-67"],
};

const ANSWER_APPROVED: Gate = Gate {
    id: "answer_approved",
    label: Text::new("承認された回答である", "The answer is approved"),
    mend: Text::new(
        "回答の承認を受けてください。承認の後に変えたときは、受け直します。",
        "Have the answer approved; once more if it was changed afterwards.",
    ),
    inputs: &[Input::Out("answer")],
    holds: |c| c.out("answer").is_some_and(usable),
    meets: &["G7-68"],
};

const ANSWER_FITS: Gate = Gate {
    id: "answer_fits",
    label: Text::new(
        "この案件の、ほかの相手だけへの回答ではない",
        "It is of this case, and not meant for another client alone",
    ),
    mend: Text::new(
        "この相手に使える回答を選んでください。",
        "Choose an answer that may go to this client.",
    ),
    inputs: &[Input::Out("answer")],
    holds: |c| {
        c.out("answer").is_some_and(|a| {
            let alone = a.ids("client");
            a.ids("reconnection") == c.me.ids("reconnection")
                && (alone.is_empty() || alone == c.me.ids("client"))
        })
    },
    meets: &["G7-67"],
};

/// The words go to the client as a copy of the version sent: a later version changes nothing here.
fn answered(c: &RuleCtx<'_>) -> Body {
    let mut out = body_of([("sent_at", c.now.millis().into())]);
    if let Some(answer) = c.out("answer") {
        for (from, to) in
            [("text", "answer_text"), ("kinds", "answer_kinds"), ("version", "answer_version")]
        {
            out.insert(to.into(), answer.body.get(from).cloned().unwrap_or(Value::Null));
        }
    }
    out
}

/// What is raised while reconnecting goes back into assurance as an item of its own (G7-40, 77).
fn loops_back(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    if c.me.text("phase") != PhaseKind::Reconnection.id() {
        return Vec::new();
    }
    let mut body = body_of([
        ("title", c.me.text("title").into()),
        ("state", ItemState::Open.id().into()),
        ("asked_by", "new".into()),
        ("share_silent", false.into()),
    ]);
    let topic = Some(c.me.text("topic")).filter(|t| !t.is_empty());
    body.insert("topic".into(), topic.unwrap_or(AssuranceTopic::Further.id()).into());
    for field in ["reconnection", "incident"] {
        body.extend(c.me.body.get(field).map(|v| (field.to_owned(), v.clone())));
    }
    vec![NewRecord { register: AssuranceItem::ID, body, link_back: None }]
}

const LOOP: Follow = Follow {
    label: Text::new(
        "再接続の段階で出された求めは、保証項目を一つ開きます",
        "What is asked while reconnecting opens an assurance item",
    ),
    inputs: &[],
    open: loops_back,
    meets: &["G7-40"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "asked",
    start: Start { stamps: &["asked_at"], inputs: CASE, fill: Some(of_client), follows: &[LOOP] },
    transitions: &[
        Transition {
            id: "match",
            label: Text::new("証拠と照合する", "Match with evidence"),
            from: &["asked"],
            to: "matched",
            asks: &[("matched", true)],
            gates: &[MATCHES_CASE],
            meets: &["G7-67"],
            ..Transition::PLAIN
        },
        Transition {
            id: "answer",
            label: Text::new("回答する", "Answer"),
            from: &["asked", "matched"],
            to: "answered",
            asks: &[("answer", true), ("answered_to", true)],
            stamps: &["answered_at"],
            fill: Some(answered),
            gates: &[ANSWER_APPROVED, ANSWER_FITS],
            meets: &["G7-67", "G7-68"],
            ..Transition::PLAIN
        },
        Transition {
            id: "accept",
            label: Text::new("相手が了承した", "Accepted by the client"),
            from: &["answered"],
            to: "accepted",
            asks: &[("accepted_by", true)],
            stamps: &["accepted_at"],
            meets: &["G7-67"],
            ..Transition::PLAIN
        },
        Transition {
            id: "ask_again",
            label: Text::new("足りないと言われた", "The client asks for more"),
            from: &["answered", "accepted", "refused"],
            to: "asked",
            asks: &[("not_enough", true)],
            counts: &["rounds"],
            fill: Some(|_| body_of([("accepted_by", Value::Null), ("accepted_at", Value::Null)])),
            meets: &["G7-40", "G7-77"],
            ..Transition::PLAIN
        },
        Transition {
            id: "refuse",
            label: Text::new("応じられないと答える", "Refuse"),
            from: &["asked", "matched"],
            to: "refused",
            asks: &[("refused_why", true), ("answered_to", true)],
            stamps: &["answered_at"],
            meets: &["G7-77"],
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("相手が取り下げた", "Withdrawn by the client"),
            from: &["asked", "matched", "answered", "refused"],
            to: "withdrawn",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// Rules of requirements.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "client_requirement.in_time",
    register: "client_requirement",
    label: Text::new("相手の希望する日時までに答えている", "Answered by the time the client wants"),
    why: Text::new(
        "答えを待つ間、接続は止まったままです。",
        "While the client waits, the link stays cut.",
    ),
    mend: Text::new(
        "使える回答を探すか、書いて承認を受けてください。",
        "Find an answer that fits, or write one and have it approved.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &["coordinator"],
    check: |c| {
        let (true, Some(due)) = (waiting(c.me), c.me.time("wanted_by")) else {
            return Verdict::ok();
        };
        if c.now < due {
            return Verdict::ok().check_at(due);
        }
        Verdict::finding(
            "wanted_by",
            "希望の日時を過ぎましたが、まだ答えていません。",
            "The time wanted has passed without an answer.",
        )
    },
    meets: &["G7-19"],
}];
