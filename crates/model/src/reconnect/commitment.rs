//! Duties and promises (務めと約束) of both sides: assigned, dated, shown as met or not
//! (G7-17, 95 to 98).

use super::client_requirement;
use super::parts::{OF_CASE, Side, body_of};
use super::reconnection::{CaseSide, Reconnection};
use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// What kind of duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CommitmentKind {
    /// Lead the protocol: tell progress, give attestation.
    #[choice(
        ja = "手順を主導する（進み具合の連絡と認証書）",
        en = "Lead the protocol: tell progress, give attestation"
    )]
    Lead,
    /// Work with groups of the sector, in line with its standards.
    #[choice(
        ja = "業界グループと協力し、業界の基準に沿う",
        en = "Work with sector groups, in line with sector standards"
    )]
    Sector,
    /// Share lessons and better one's processes.
    #[choice(ja = "教訓を共有し、手順を改める", en = "Share lessons and better the processes")]
    Lessons,
    /// Help the recovery.
    #[choice(ja = "復旧を助ける", en = "Help the recovery")]
    Help,
    /// Keep contact, answer fast, put no undue pressure.
    #[choice(
        ja = "連絡を保ち、早く答え、無用な圧力をかけない",
        en = "Keep contact, answer fast, put no undue pressure"
    )]
    Contact,
    /// Work in forums on what faces the whole sector.
    #[choice(
        ja = "業界全体のことに、情報共有の場で取り組む",
        en = "Work in forums on what faces the whole sector"
    )]
    Forums,
    /// A promise made to the other side.
    #[choice(ja = "相手にした約束", en = "A promise to the other side")]
    Promise,
}

impl CommitmentKind {
    /// The duties of a side (G7-95 to 98).
    pub const fn of(side: CaseSide) -> [CommitmentKind; 3] {
        match side {
            CaseSide::Compromised => {
                [CommitmentKind::Lead, CommitmentKind::Sector, CommitmentKind::Lessons]
            }
            CaseSide::Client => {
                [CommitmentKind::Help, CommitmentKind::Contact, CommitmentKind::Forums]
            }
        }
    }
}

/// Whether it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CommitmentState {
    /// Open.
    #[choice(ja = "これから", en = "Open", tone = "caution")]
    Open,
    /// Met.
    #[choice(ja = "果たした", en = "Met", tone = "good")]
    Met,
    /// Not met.
    #[choice(ja = "果たせなかった", en = "Not met", tone = "danger")]
    NotMet,
    /// Released by agreement.
    #[choice(ja = "双方の合意で取りやめ", en = "Released by agreement")]
    Released,
}

/// A duty or promise.
#[derive(Debug, Clone, Register)]
#[register(
    id = "commitment",
    wing = Reconnect,
    menu = 37,
    ja = "務めと約束",
    en = "Duty or promise",
    question_ja = "双方の務めと約束は、果たされていますか",
    question_en = "Are the duties and promises of both sides kept?",
    about_ja = "案件を開くと自社の立場の三つの務めが入ります。相手と交わした約束も足し、担当と期限を決め、果たしたかどうかを残します。",
    about_en = "The three duties of our side open with the case. Promises between the sides are added; each is assigned, dated and shown as met or not.",
    purpose_ja = "約束が守られたかを双方が見て、信頼を積み重ねるために使います。",
    purpose_en = "Both sides see what was promised and kept, on which trust grows.",
    sort = "due_on",
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-17", "G7-95", "G7-96", "G7-97", "G7-98"]
)]
pub struct Commitment {
    /// What.
    #[field(ja = "すること", en = "What is to be done", title, list, search)]
    pub title: String,
    /// In English.
    #[field(ja = "すること（英語）", en = "The same in English")]
    pub title_en: Option<String>,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: CommitmentKind,
    /// Whose.
    #[field(ja = "果たす側", en = "Whose", list)]
    pub by: Side,
    /// The other side of a promise.
    #[field(ja = "約束の相手", en = "Other side of the promise", list)]
    pub party: Option<Ref<Contact>>,
    /// Assigned to.
    #[field(ja = "当社の担当", en = "Assigned to", list)]
    pub assigned: Option<Ref<Person>>,
    /// Assigned to, on their side.
    #[field(ja = "相手側の担当", en = "Assigned to, on their side", personal, max = 120)]
    pub their_person: Option<String>,
    /// Due on.
    #[field(ja = "期限", en = "Due on", list)]
    pub due_on: Option<Date>,
    /// What shows it.
    #[field(ja = "果たしたことの裏づけ", en = "What shows it", system, max = 1000)]
    pub shown_by: Option<Long>,
    /// Met at.
    #[field(ja = "果たした日時", en = "Met at", list, system)]
    pub met_at: Option<Time>,
    /// What kept it from being met.
    #[field(ja = "果たせなかった事情", en = "What kept it from being met", system, max = 1000)]
    pub not_met_why: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<CommitmentState>,
}

/// The duties of our side, opened with a case.
pub const DUTIES: Follow = Follow {
    label: Text::new("自社の立場の三つの務めを開く", "Opens the three duties of our side"),
    inputs: &[],
    open: |c| {
        let Some(side) = CaseSide::from_id(c.me.text("side")) else { return Vec::new() };
        let of = |kind: CommitmentKind| {
            let mut body = body_of([
                ("title", kind.label().ja.into()),
                ("title_en", kind.label().en.into()),
                ("reconnection", "new".into()),
                ("kind", kind.id().into()),
                ("by", Side::Us.id().into()),
            ]);
            body.extend(c.me.body.get("accountable").map(|p| ("assigned".to_owned(), p.clone())));
            body.extend(c.me.body.get("incident").map(|i| ("incident".to_owned(), i.clone())));
            NewRecord { register: Commitment::ID, body, link_back: None }
        };
        CommitmentKind::of(side).map(of).into()
    },
    meets: &["G7-95", "G7-96", "G7-97", "G7-98"],
};

const SHOWN: &[Input] = &[
    Input::Out("reconnection"),
    Input::Beside("reconnection", "status_update", "reconnection"),
    Input::Beside("reconnection", "attestation", "reconnection"),
    Input::Beside("reconnection", "sector_group", "reconnection"),
    Input::Beside("reconnection", "sector_meeting", "reconnection"),
    Input::Beside("reconnection", "case_request", "reconnection"),
    Input::Beside("reconnection", "client_requirement", "reconnection"),
];

const ON_RECORD: Gate = Gate {
    id: "on_record",
    label: Text::new("務めを果たしたことが、案件の記録にある", "The record of the case shows it"),
    mend: Text::new(
        "手順の主導は更新と認証書、業界との協力は参加、教訓と業界全体のことは会合、手助けは申し出や依頼、連絡は届いた依頼への回答を、先に記録してください。",
        "First record it: updates and attestation for the lead; joining for the sector; a meeting for lessons and forums; help given; requests answered.",
    ),
    inputs: SHOWN,
    holds: |c| c.me.text("by") == Side::Them.id() || on_record(c),
    meets: &["G7-95", "G7-96", "G7-97", "G7-98"],
};

fn on_record(c: &RuleCtx<'_>) -> bool {
    let of = |register: &'static str| c.beside("reconnection", register, "reconnection");
    let any = |register: &'static str, state: &str| of(register).any(|r| r.text("state") == state);
    let held = |m: &&Record| m.text("state") == "held";
    match CommitmentKind::from_id(c.me.text("kind")) {
        Some(CommitmentKind::Lead) => {
            any("status_update", "issued")
                && (any("attestation", "issued") || any("attestation", "not_given"))
        }
        Some(CommitmentKind::Sector) => any("sector_group", "joined"),
        Some(CommitmentKind::Lessons) => {
            of("sector_meeting").filter(held).any(|m| !m.text("lessons").is_empty())
        }
        Some(CommitmentKind::Help) => of("case_request").any(super::case_request::help_given),
        Some(CommitmentKind::Contact) => {
            !of("case_request").any(super::case_request::waits_for_us)
                && !of("client_requirement").any(client_requirement::waiting)
        }
        Some(CommitmentKind::Forums) => of("sector_meeting")
            .filter(held)
            .any(|m| m.text("kind") == "forum" && !m.text("sector_wide").is_empty()),
        Some(CommitmentKind::Promise) | None => true,
    }
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: OF_CASE,
    transitions: &[
        Transition {
            id: "assign",
            label: Text::new("担当と期限を決める", "Assign and date it"),
            from: &["open"],
            to: "open",
            asks: &[("assigned", true), ("due_on", true)],
            meets: &["G7-95"],
            ..Transition::PLAIN
        },
        Transition {
            id: "meet",
            label: Text::new("果たしたことを記録する", "Record it as met"),
            from: &["open", "not_met"],
            to: "met",
            asks: &[("shown_by", true)],
            stamps: &["met_at"],
            gates: &[ON_RECORD],
            meets: &["G7-17", "G7-95"],
            ..Transition::PLAIN
        },
        Transition {
            id: "not_met",
            label: Text::new("果たせなかったことを記録する", "Record it as not met"),
            from: &["open", "met"],
            to: "not_met",
            asks: &[("not_met_why", true)],
            fill: Some(|_| body_of([("met_at", Value::Null)])),
            meets: &["G7-17", "G7-95"],
            ..Transition::PLAIN
        },
        Transition {
            id: "release",
            label: Text::new("双方の合意で取りやめる", "Release it by agreement"),
            from: &["open", "not_met"],
            to: "released",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// Whether its day has passed without it.
pub fn overdue(r: &Record, now: Time, zone: &Zone) -> bool {
    r.text("state") == CommitmentState::Open.id()
        && super::parts::days_until(r.text("due_on"), now, zone).is_some_and(|d| d < 0)
}

/// Rules of duties and promises.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "commitment.assigned",
        register: "commitment",
        label: Text::new("担当と期限が決まっている", "It is assigned and dated"),
        why: Text::new(
            "担当も期限もない務めは、だれも果たしません。",
            "What nobody answers for by no day is not done.",
        ),
        mend: Text::new("担当と期限を入れてください。", "Give a person and a day."),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            if c.me.text("state") != CommitmentState::Open.id() {
                return Verdict::ok();
            }
            let theirs = c.me.text("by") == Side::Them.id();
            let person = if theirs { "their_person" } else { "assigned" };
            [person, "due_on"].into_iter().filter(|f| !c.me.body.contains_key(*f)).fold(
                Verdict::ok(),
                |v, f| {
                    let (ja, en) = c.me.def.field(f).map_or((f, f), |d| (d.label.ja, d.label.en));
                    let f = if f == "due_on" { "due_on" } else { "assigned" };
                    v.and(f, format!("「{ja}」がありません。"), format!("\"{en}\" is missing."))
                },
            )
        },
        meets: &["G7-95"],
    },
    RuleDef {
        id: "commitment.kept",
        register: "commitment",
        label: Text::new(
            "務めと約束が期限までに果たされている",
            "Duties and promises are kept in time",
        ),
        why: Text::new(
            "守られない約束は、再接続の根拠になる信頼を損ないます。",
            "Trust is what reconnection rests on, and promises not kept use it up.",
        ),
        mend: Text::new(
            "果たして記録するか、果たせない事情を相手に伝えて記録してください。",
            "Do it and record it, or tell the other side why not, and record that.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &["coordinator"],
        check: |c| {
            if c.me.text("state") != CommitmentState::Open.id() {
                return Verdict::ok();
            }
            match super::parts::days_until(c.me.text("due_on"), c.now, c.zone) {
                None => Verdict::ok(),
                Some(d) if d >= 0 => Verdict::ok().check_at(c.now.plus((d + 1) * DAY)),
                Some(_) => Verdict::finding(
                    "due_on",
                    "期限を過ぎましたが、まだ果たされていません。",
                    "Its day has passed, and it is not done.",
                ),
            }
        },
        meets: &["G7-17", "G7-95"],
    },
    RuleDef {
        id: "reconnection.free_of_blame",
        register: "reconnection",
        label: Text::new(
            "案件の文章に、だれかを責める言葉がない",
            "The case is told without blame",
        ),
        why: Text::new(
            "責める言葉があると、事実が出てこなくなります。",
            "Where blame is spoken, facts stop coming.",
        ),
        mend: Text::new(
            "起きたこと・原因・必要なことに書き直してください。",
            "Say what happened, why, and what is needed instead.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            ["title", "summary", "goal", "known", "unknown", "doing"].into_iter().fold(
                Verdict::ok(),
                |v, f| match super::blame::blame(c.me.text(f)) {
                    None => v,
                    Some(word) => v.and(
                        f,
                        format!("「{word}」という言葉があります。"),
                        format!("It holds the word \"{word}\"."),
                    ),
                },
            )
        },
        meets: &["G7-17"],
    },
];
