//! Requests and offers between the sides (依頼と申し出): help matched and tracked, questions in one
//! merged queue, and how soon they are answered (G7-96, 97).

use super::assurance_item::AssuranceTopic;
use super::parts::{OF_CASE, Side};
use super::reconnection::Reconnection;
use crate::core::metric::{Better, MetricDef, Unit, mean_minutes};
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// What kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RequestKind {
    /// Help offered.
    #[choice(ja = "手助けの申し出", en = "Offer of help")]
    Offer,
    /// Help asked for.
    #[choice(ja = "手助けの依頼", en = "Request for help")]
    Help,
    /// Information asked for.
    #[choice(ja = "情報の求め", en = "Request for information")]
    Information,
    /// Coordination asked for.
    #[choice(ja = "調整の求め", en = "Request to coordinate")]
    Coordination,
}

impl RequestKind {
    /// Whether it is about help.
    pub const fn help(self) -> bool {
        matches!(self, RequestKind::Offer | RequestKind::Help)
    }
}

/// What help it is about (G7-96).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum HelpKind {
    /// Technical expertise.
    #[choice(ja = "技術の専門知識", en = "Technical expertise")]
    Expertise,
    /// Operational support.
    #[choice(ja = "業務の支援", en = "Operational support")]
    Operations,
    /// People.
    #[choice(ja = "人手", en = "People")]
    People,
    /// Equipment or place.
    #[choice(ja = "機器・場所", en = "Equipment or place")]
    Equipment,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RequestState {
    /// Open.
    #[choice(ja = "受付", en = "Open", tone = "warning")]
    Open,
    /// An offer and a request that fit each other.
    #[choice(ja = "申し出と依頼が合った", en = "Matched", tone = "caution")]
    Matched,
    /// Answered.
    #[choice(ja = "回答済み", en = "Answered", tone = "good")]
    Answered,
    /// Done.
    #[choice(ja = "完了", en = "Done", tone = "good")]
    Done,
    /// Joined with an equal one.
    #[choice(ja = "同じ求めにまとめた", en = "Joined with an equal one")]
    Joined,
    /// Declined.
    #[choice(ja = "応じられない", en = "Declined")]
    Declined,
}

/// A request or an offer.
#[derive(Debug, Clone, Register)]
#[register(
    id = "case_request",
    wing = Reconnect,
    menu = 38,
    ja = "依頼と申し出",
    en = "Request or offer",
    question_ja = "どの依頼に答え、どの手助けが合いましたか",
    question_en = "Which requests are answered, and which help was matched?",
    about_ja = "双方の手助けの申し出と依頼、情報や調整の求めを一つの列に並べます。同じ求めはまとめ、侵害された側が何度も同じことを聞かれないようにします。",
    about_en = "Help offered and asked for, information and coordination, in one queue of both sides. Equal ones are joined, so that nobody is asked the same thing by many.",
    purpose_ja = "助け合いを漏らさず、早く答え、相手に無用な負担をかけないために使います。",
    purpose_en = "Nothing offered is lost, answers are quick, and nobody is burdened without need.",
    sort = "asked_at",
    sort_down,
    flow = FLOW,
    check = check,
    retention_years = 10,
    meets = ["G7-96", "G7-97"]
)]
pub struct CaseRequest {
    /// What.
    #[field(ja = "求めること・申し出ること", en = "What is asked or offered", title, list, search)]
    pub title: String,
    /// In detail.
    #[field(ja = "詳しい内容", en = "In detail", search, max = 2000)]
    pub detail: Option<Long>,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: RequestKind,
    /// From which side.
    #[field(ja = "どちらから", en = "From which side", list)]
    pub from: Side,
    /// The other organisation.
    #[field(ja = "相手組織", en = "Other organisation", list)]
    pub party: Ref<Contact>,
    /// Topic, by which equal ones stand together.
    #[field(ja = "何についてか", en = "Topic", list)]
    pub topic: Option<AssuranceTopic>,
    /// What help.
    #[field(ja = "手助けの種類", en = "Kind of help")]
    pub help: Option<HelpKind>,
    /// Asked at.
    #[field(ja = "受けた・出した日時", en = "Asked at", list)]
    pub asked_at: Option<Time>,
    /// Wanted by.
    #[field(ja = "希望の日時", en = "Wanted by", list)]
    pub wanted_by: Option<Time>,
    /// The offer or request that fits.
    #[field(ja = "合った申し出・依頼", en = "Matched with", system)]
    pub matched: Option<Ref<CaseRequest>>,
    /// The equal one that it joined.
    #[field(ja = "まとめた先", en = "Joined with", system)]
    pub same_as: Option<Ref<CaseRequest>>,
    /// Answer.
    #[field(ja = "回答", en = "Answer", system, max = 4000)]
    pub answer: Option<Long>,
    /// Answered by.
    #[field(ja = "答えた人", en = "Answered by", system, personal, max = 120)]
    pub answered_by: Option<String>,
    /// First answered at.
    #[field(ja = "答えた日時", en = "Answered at", list, system)]
    pub answered_at: Option<Time>,
    /// What came of it.
    #[field(ja = "結果", en = "What came of it", system, max = 1000)]
    pub outcome: Option<Long>,
    /// Done at.
    #[field(ja = "完了の日時", en = "Done at", system)]
    pub done_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<RequestState>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default();
    let help = RequestKind::from_id(text("kind")).is_some_and(RequestKind::help);
    if help && text("help").is_empty() {
        let text = Message::new("手助けの種類を選んでください。", "Choose the kind of help.");
        return vec![FieldProblem::new("help", "required", text)];
    }
    if text("from") == Side::Both.id() {
        let text = Message::new("どちらか一方を選んでください。", "Choose one of the sides.");
        return vec![FieldProblem::new("from", "wrong_value", text)];
    }
    Vec::new()
}

fn kind(r: &Record) -> Option<RequestKind> {
    RequestKind::from_id(r.text("kind"))
}

/// Whether it still waits for an answer or a match.
pub fn open(r: &Record) -> bool {
    !r.ended() && r.text("state") == RequestState::Open.id()
}

/// Whether a question of the other side waits for our answer.
pub fn waits_for_us(r: &Record) -> bool {
    open(r) && r.text("from") == Side::Them.id() && kind(r).is_some_and(|k| !k.help())
}

/// Whether help was given or is under way.
pub fn help_given(r: &Record) -> bool {
    !r.ended()
        && kind(r).is_some_and(RequestKind::help)
        && matches!(r.text("state"), "matched" | "done")
}

/// A line of the merged queue: what is asked about one topic, by however many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueLine {
    /// Topic; `None` for what names none (each stands alone).
    pub topic: Option<AssuranceTopic>,
    /// The questions: register, id, title, earliest first.
    pub asks: Vec<(&'static str, RecordId, String)>,
    /// How many parties ask.
    pub parties: usize,
    /// Asked first at.
    pub since: Option<Time>,
    /// The earliest time wanted.
    pub wanted_by: Option<Time>,
}

/// Everything that the compromised party is asked and has not answered, equal topics together: the
/// clients' requirements and the requests of both tables, the most urgent first (G7-97).
pub fn queue<'a>(records: impl IntoIterator<Item = &'a Record>) -> Vec<QueueLine> {
    let mut lines: Vec<(QueueLine, Vec<String>)> = Vec::new();
    let mut all: Vec<&Record> = records
        .into_iter()
        .filter(|r| match r.def.id {
            "client_requirement" => super::client_requirement::waiting(r),
            _ => open(r) && kind(r).is_some_and(|k| !k.help()),
        })
        .collect();
    all.sort_by_key(|r| (r.time("asked_at"), r.id.clone()));
    for r in all {
        let topic = AssuranceTopic::from_id(r.text("topic"));
        let party = ["client", "party"].into_iter().map(|f| r.text(f)).find(|p| !p.is_empty());
        let party = party.unwrap_or_default().to_owned();
        let ask = (r.def.id, r.id.clone(), r.title());
        let found = lines.iter_mut().find(|(l, _)| topic.is_some() && l.topic == topic);
        let (line, parties) = match found {
            Some(line) => line,
            None => {
                let since = r.time("asked_at");
                let line =
                    QueueLine { topic, asks: Vec::new(), parties: 0, since, wanted_by: None };
                lines.push((line, Vec::new()));
                let Some(line) = lines.last_mut() else { continue };
                line
            }
        };
        line.asks.push(ask);
        line.wanted_by = match (line.wanted_by, r.time("wanted_by")) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if !parties.contains(&party) {
            parties.push(party);
        }
        line.parties = parties.len();
    }
    let mut lines: Vec<QueueLine> = lines.into_iter().map(|(l, _)| l).collect();
    lines.sort_by_key(|l| (l.wanted_by.is_none(), l.wanted_by, l.since));
    lines
}

/// Mean time from a request between the sides to its answer (G7-97).
pub const REQUEST_TIME: MetricDef = MetricDef {
    id: "case_request_answer",
    label: Text::new(
        "再接続の依頼・申し出に答えるまでの平均時間",
        "Mean time to answer requests of a reconnection",
    ),
    formula: Text::new(
        "受けてから、答えるか断るまでの平均。まとめた求めは数えません。",
        "Mean from being asked to the answer or refusal; those joined with another are not counted.",
    ),
    unit: Unit::Minutes,
    better: Better::Less,
    register: "case_request",
    compute: |r, p| mean_minutes(r, p, &["asked_at"], "answered_at"),
    meets: &["G7-97"],
};

const COUNTERPART: Gate = Gate {
    id: "counterpart",
    label: Text::new(
        "同じ案件の、反対側からの、申し出には依頼・依頼には申し出である",
        "An offer meets a request, of the same case and from the opposite side",
    ),
    mend: Text::new(
        "同じ案件で、まだ応じていない反対側の申し出か依頼を選んでください。",
        "Choose what the opposite side asks or offers in this case.",
    ),
    inputs: &[Input::Out("matched")],
    holds: |c| {
        c.out("matched").is_some_and(|m| {
            let opposite = matches!(
                (kind(c.me), kind(m)),
                (Some(RequestKind::Offer), Some(RequestKind::Help))
                    | (Some(RequestKind::Help), Some(RequestKind::Offer))
            );
            opposite
                && m.ids("reconnection") == c.me.ids("reconnection")
                && m.text("from") != c.me.text("from")
                && matches!(m.text("state"), "open" | "matched")
        })
    },
    meets: &["G7-96"],
};

const A_QUESTION: Gate = Gate {
    id: "a_question",
    label: Text::new("情報か調整の求めである", "It asks for information or coordination"),
    mend: Text::new(
        "手助けは、合う申し出や依頼と結ぶか、断ってください。",
        "Match help with its counterpart, or decline it.",
    ),
    inputs: &[],
    holds: |c| kind(c.me).is_some_and(|k| !k.help()),
    meets: &[],
};

const SAME_QUESTION: Gate = Gate {
    id: "same_question",
    label: Text::new(
        "まとめる先は、同じ案件の同じ種類の求めである",
        "It is joined with one of the same kind and case",
    ),
    mend: Text::new(
        "まとめられていない、同じ種類の求めを選んでください。",
        "Choose one of the same kind that is not itself joined.",
    ),
    inputs: &[Input::Out("same_as")],
    holds: |c| {
        c.out("same_as").is_some_and(|s| {
            s.id != c.me.id
                && s.text("kind") == c.me.text("kind")
                && s.text("from") == c.me.text("from")
                && s.ids("reconnection") == c.me.ids("reconnection")
                && s.text("state") != RequestState::Joined.id()
        })
    },
    meets: &["G7-97"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: Start { stamps: &["asked_at"], ..OF_CASE },
    transitions: &[
        Transition {
            id: "match",
            label: Text::new("申し出と依頼を結ぶ", "Match offer and request"),
            from: &["open"],
            to: "matched",
            asks: &[("matched", true)],
            stamps: &["answered_at"],
            gates: &[COUNTERPART],
            meets: &["G7-96"],
            ..Transition::PLAIN
        },
        Transition {
            id: "answer",
            label: Text::new("答える", "Answer"),
            from: &["open"],
            to: "answered",
            asks: &[("answer", true), ("answered_by", true)],
            stamps: &["answered_at"],
            gates: &[A_QUESTION],
            meets: &["G7-97"],
            ..Transition::PLAIN
        },
        Transition {
            id: "join",
            label: Text::new("同じ求めにまとめる", "Join with an equal one"),
            from: &["open"],
            to: "joined",
            asks: &[("same_as", true)],
            gates: &[SAME_QUESTION],
            meets: &["G7-97"],
            ..Transition::PLAIN
        },
        Transition {
            id: "finish",
            label: Text::new("完了を記録する", "Record as done"),
            from: &["matched", "answered"],
            to: "done",
            asks: &[("outcome", true)],
            stamps: &["done_at"],
            meets: &["G7-96"],
            ..Transition::PLAIN
        },
        Transition {
            id: "decline",
            label: Text::new("応じられないと答える", "Decline"),
            from: &["open"],
            to: "declined",
            asks: &[("answer", true)],
            stamps: &["answered_at"],
            ..Transition::PLAIN
        },
    ],
};

/// Rules of requests.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "case_request.in_time",
        register: "case_request",
        label: Text::new("希望の日時までに答えている", "Answered by the time wanted"),
        why: Text::new(
            "返事を待つ間、相手の作業が止まります。",
            "Work on the other side waits for the answer.",
        ),
        mend: Text::new(
            "答えるか、合う申し出・依頼と結んでください。",
            "Answer it, or match it with its counterpart.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::In("case_request", "matched")],
        tells: &["coordinator"],
        check: |c| {
            let (true, Some(due)) = (open(c.me), c.me.time("wanted_by")) else {
                return Verdict::ok();
            };
            if c.incoming(CaseRequest::ID, "matched").next().is_some() {
                return Verdict::ok();
            }
            if c.now < due {
                return Verdict::ok().check_at(due);
            }
            Verdict::finding(
                "wanted_by",
                "希望の日時を過ぎましたが、まだ答えがありません。",
                "The time wanted has passed without an answer.",
            )
        },
        meets: &["G7-96", "G7-97"],
    },
    RuleDef {
        id: "case_request.asked_once",
        register: "case_request",
        label: Text::new("相手に同じことを二度聞いていない", "The other side is not asked twice"),
        why: Text::new(
            "同じ求めを重ねると、復旧にあたる相手の手を止めます。",
            "Asking again what was asked takes hands from the recovery.",
        ),
        mend: Text::new(
            "先に出した求めに、「同じ求めにまとめる」でまとめてください。",
            "Join it with the one that was asked first.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Beside("party", "case_request", "party")],
        tells: &[],
        check: |c| {
            let question = kind(c.me).is_some_and(|k| !k.help()) && open(c.me);
            if !question || c.me.text("topic").is_empty() || c.me.text("from") != Side::Us.id() {
                return Verdict::ok();
            }
            let earlier = c.beside("party", CaseRequest::ID, "party").any(|o| {
                o.id != c.me.id
                    && open(o)
                    && o.text("kind") == c.me.text("kind")
                    && o.text("topic") == c.me.text("topic")
                    && o.text("from") == Side::Us.id()
                    && o.ids("reconnection") == c.me.ids("reconnection")
                    && (o.time("asked_at"), &o.id) < (c.me.time("asked_at"), &c.me.id)
            });
            Verdict::when(
                earlier,
                "topic",
                Text::new(
                    "同じことを、もうこの相手に聞いています。",
                    "This party was already asked the same.",
                ),
            )
        },
        meets: &["G7-97"],
    },
];
