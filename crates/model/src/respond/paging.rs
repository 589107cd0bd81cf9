//! Calls (呼び出し): somebody is woken, answers or does not, and then the next one is called.

use super::incident::Incident;
use super::obligation::Obligation;
use super::paging_flow as flow;
use super::report::Report;
use crate::govern::person::Person;
use crate::govern::role::Role;
use crate::prepare::csirt::Csirt;
use crate::*;

/// Why somebody is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Cause {
    /// A serious incident.
    #[choice(ja = "重大なインシデント", en = "Serious incident", tone = "danger")]
    Incident,
    /// A report out of hours.
    #[choice(ja = "時間外の報告", en = "Report out of hours", tone = "warning")]
    Report,
    /// A deadline has passed.
    #[choice(ja = "期限の超過", en = "Deadline passed", tone = "warning")]
    Overdue,
    /// Somebody calls.
    #[choice(ja = "人が呼び出した", en = "Called by a person", tone = "warning")]
    Hand,
    /// A test: nothing has happened.
    #[choice(ja = "試しの呼び出し", en = "Test call")]
    Test,
    /// The CSIRT is called up.
    #[choice(ja = "CSIRTの招集", en = "Call-up of the CSIRT", tone = "warning")]
    CallUp,
    /// The call-up is tried; nothing has happened.
    #[choice(ja = "招集の試し", en = "Test of the call-up")]
    CallUpTest,
}

impl Cause {
    /// Whether nothing has happened.
    pub const fn is_test(self) -> bool {
        matches!(self, Cause::Test | Cause::CallUpTest)
    }
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PagingState {
    /// Somebody is being called.
    #[choice(ja = "呼び出し中", en = "Calling", tone = "warning")]
    Calling,
    /// Somebody has answered.
    #[choice(ja = "応答あり", en = "Answered", tone = "good")]
    Answered,
    /// Nobody has.
    #[choice(ja = "だれも応答なし", en = "Nobody answered", tone = "danger")]
    Unanswered,
    /// Called off.
    #[choice(ja = "取り消し", en = "Called off")]
    Withdrawn,
}

/// How somebody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Way {
    /// By the link on the telephone.
    #[choice(ja = "電話のリンク", en = "Link on the telephone")]
    Link,
    /// Inside the program.
    #[choice(ja = "このプログラムの画面", en = "In this program")]
    Program,
    /// By word of mouth.
    #[choice(ja = "口頭・電話", en = "By word of mouth")]
    Spoken,
}

/// Why the next one is called before the time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PassedOn {
    /// The one called cannot take it.
    #[choice(ja = "受けられない", en = "Cannot take it")]
    Declined,
    /// Not reached.
    #[choice(ja = "つながらない", en = "Not reached")]
    NotReached,
    /// The paging gateway did not take it.
    #[choice(ja = "送り先が断った", en = "Refused by the gateway")]
    Refused,
}

/// One turn: somebody was called.
#[derive(Debug, Clone, Rows)]
pub struct Called {
    /// Who.
    #[field(ja = "呼んだ人", en = "Called")]
    pub person: Ref<Person>,
    /// When.
    #[field(ja = "日時", en = "When")]
    pub at: Time,
    /// Why it was passed on.
    #[field(ja = "次に回した理由", en = "Passed on because")]
    pub passed_on: Option<PassedOn>,
}

/// A call.
#[derive(Debug, Clone, Register)]
#[register(
    id = "paging",
    wing = Respond,
    menu = 5,
    ja = "呼び出し",
    en = "Call",
    question_ja = "だれを呼び、だれが応答し、次はだれですか",
    question_en = "Who was called, who answered, and who is next?",
    about_ja = "人を起こす呼び出しと、その応答です。応答が無ければ、時間が来るたびに次の人を呼びます。",
    about_en = "Calls that wake people, and their answers. Without an answer the next one is called when the time is over.",
    purpose_ja = "夜間や休日でも、だれかが確かに受け持ったことを示すために残します。",
    purpose_en = "Shows that somebody has certainly taken it, at night and on holidays too.",
    sort = "started_at",
    sort_down,
    flow = FLOW,
    retention_years = 10
)]
pub struct Paging {
    /// What it is about, in words for those who may see it.
    #[field(ja = "件名", en = "Subject", title, list, search)]
    pub title: Option<String>,
    /// Why.
    #[field(ja = "理由", en = "Cause", list)]
    pub cause: Cause,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Report.
    #[field(ja = "報告", en = "Report")]
    pub report: Option<Ref<Report>>,
    /// Obligation.
    #[field(ja = "期限", en = "Deadline")]
    pub obligation: Option<Ref<Obligation>>,
    /// The unit that is called up.
    #[field(ja = "招集するCSIRT", en = "CSIRT called up")]
    pub csirt: Option<Ref<Csirt>>,
    /// Role to be called; its deputies follow in order.
    #[field(ja = "呼ぶ役割", en = "Role to be called")]
    pub role: Option<Ref<Role>>,
    /// People to be called first.
    #[field(ja = "先に呼ぶ人（順番どおり）", en = "People to be called first, in order")]
    pub persons: Vec<Ref<Person>>,
    /// What to say, on screen only.
    #[field(
        ja = "伝えること",
        en = "What to say",
        search,
        help_ja = "サインインした人にだけ見えます。電話には送りません。",
        help_en = "Seen by those who are signed in; never sent to the telephone."
    )]
    pub words: Option<Long>,
    /// Order of calling, as it stood when the call began.
    #[field(ja = "呼ぶ順", en = "Order of calling", system)]
    pub order: Vec<Ref<Person>>,
    /// Who has been called.
    #[field(ja = "呼んだ人", en = "Called", system)]
    pub called: Table<Called>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<PagingState>,
    /// Begun at.
    #[field(ja = "始めた日時", en = "Begun at", list, system)]
    pub started_at: Option<Time>,
    /// When the next one is called.
    #[field(ja = "次の人を呼ぶ日時", en = "Next one called at", system)]
    pub next_at: Option<Time>,
    /// Why the last one called does not take it.
    #[field(ja = "次に回した理由", en = "Passed on because", system)]
    pub passed_on: Option<PassedOn>,
    /// Who answered.
    #[field(ja = "応答した人", en = "Answered by", list, system)]
    pub answered_by: Option<Ref<Person>>,
    /// How.
    #[field(ja = "応答の手段", en = "Answered through", system)]
    pub answered_through: Option<Way>,
    /// When.
    #[field(ja = "応答した日時", en = "Answered at", list, system)]
    pub answered_at: Option<Time>,
}

const NOBODY_LEFT: Gate = Gate {
    id: "nobody_left",
    label: Text::new(
        "決めた回数だけ全員を呼び終えている",
        "Everybody has been called as often as settled",
    ),
    mend: Text::new("まだ呼べる人がいます。", "There is somebody left to call."),
    inputs: &[],
    holds: |c| flow::next_turn(c.me, c.settings).is_none(),
    meets: &[],
};

/// The steps.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "calling",
    start: Start {
        stamps: &["started_at"],
        inputs: &[
            Input::All("role"),
            Input::All("rota"),
            Input::Out("role"),
            Input::Out("incident"),
            Input::Holidays,
        ],
        fill: Some(flow::begin),
        follows: &[],
    },
    transitions: &[
        Transition {
            id: "acknowledge",
            label: Text::new("応答した（受け持つ）", "Answered: taken"),
            from: &["calling", "unanswered"],
            to: "answered",
            asks: &[("answered_by", true), ("answered_through", false)],
            stamps: &["answered_at"],
            gates: &[Gate {
                id: "named",
                label: Text::new("受け持つ人が決まっている", "Whoever takes it is named"),
                mend: Text::new(
                    "応答した人を要員から選んでください。",
                    "Choose who answered from the people.",
                ),
                inputs: &[Input::Out("answered_by")],
                holds: |c| c.out("answered_by").is_some(),
                meets: &[],
            }],
            fill: Some(|_| flow::stop()),
            follows: &[flow::NOTE_ANSWER],
            ..Transition::PLAIN
        },
        Transition {
            id: "pass_on",
            label: Text::new("次の人へ回す", "Pass on to the next"),
            from: &["calling"],
            to: "calling",
            asks: &[("passed_on", true)],
            fill: Some(flow::passed),
            ..Transition::PLAIN
        },
        Transition {
            id: "call_next",
            label: Text::new("次の人を呼ぶ", "Call the next"),
            from: &["calling"],
            to: "calling",
            fill: Some(|c| flow::turn(c.me, c.settings, c.now)),
            ..Transition::PLAIN
        },
        Transition {
            id: "give_up",
            label: Text::new("だれも応答しなかったとする", "Nobody answered"),
            from: &["calling"],
            to: "unanswered",
            gates: &[NOBODY_LEFT],
            fill: Some(|_| flow::stop()),
            follows: &[flow::NOTE_SILENCE],
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("呼び出しを取り消す", "Call it off"),
            from: &["calling", "unanswered"],
            to: "withdrawn",
            reason: true,
            fill: Some(|_| flow::stop()),
            ..Transition::PLAIN
        },
    ],
};

/// Rules of calls.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "paging.unanswered",
        register: "paging",
        label: Text::new("呼び出しにだれかが応答している", "Somebody has answered the call"),
        why: Text::new(
            "だれも応答しないまま時間が過ぎると、被害が広がるためです。",
            "Damage grows while nobody answers.",
        ),
        mend: Text::new(
            "連絡リストの順に電話をかけ、受け持つ人を「応答した」に入れてください。",
            "Ring in the order of the contact list, and record who takes it as answered.",
        ),
        severity: Severity::Serious,
        inputs: &[],
        tells: &["security_manager", "it_manager", "ciso", "coordinator"],
        check: |c| {
            Verdict::when(
                c.me.text("state") == PagingState::Unanswered.id(),
                "state",
                Text::new("だれも応答していません。", "Nobody has answered."),
            )
        },
        meets: &[],
    },
    RuleDef {
        id: "paging.refused",
        register: "paging",
        label: Text::new("呼び出しの送り先が受け付けている", "The paging gateway takes the calls"),
        why: Text::new(
            "送り先が断ると、電話は鳴らないままです。",
            "Where the gateway refuses, no telephone rings.",
        ),
        mend: Text::new(
            "表示された順に手で電話をかけ、電話番号と送り先の設定を確かめてください。",
            "Ring by hand in the order shown; check the numbers and the setting of the gateway.",
        ),
        severity: Severity::Serious,
        inputs: &[],
        tells: &["security_manager", "it_manager", "administrator"],
        check: |c| {
            Verdict::when(
                c.me.text("state") == PagingState::Calling.id() && flow::refused(c.me),
                "called",
                Text::new(
                    "送り先が呼び出しを断りました。電話は鳴っていません。",
                    "The gateway refused a call; the telephone did not ring.",
                ),
            )
        },
        meets: &[],
    },
    RuleDef {
        id: "paging.tested",
        register: "organisation",
        label: Text::new("呼び出しが試されている", "Calling has been tried"),
        why: Text::new(
            "一度も鳴らしたことのない呼び出しは、本番で鳴りません。",
            "What never rang does not ring when it counts.",
        ),
        mend: Text::new(
            "「呼び出しを試す」から試し、電話のリンクで応答してください。",
            "Make a test call and answer it by the link on the telephone.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("paging"), Input::All("setting")],
        tells: &[],
        check: flow::tested,
        meets: &[],
    },
];
