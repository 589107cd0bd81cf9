//! Messages (連絡): draft, approve, record as sent.

use super::incident::Incident;
use super::report::Report;
use crate::govern::{person::Person, role::Role};
use crate::prepare::contact::Contact;
use crate::*;

/// Traffic Light Protocol 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
#[expect(missing_docs, reason = "the names are those of TLP 2.0")]
pub enum Tlp {
    #[choice(
        ja = "TLP:RED（名指しの人だけ）",
        en = "TLP:RED (named persons only)",
        tone = "danger"
    )]
    Red,
    #[choice(
        ja = "TLP:AMBER+STRICT（組織内だけ）",
        en = "TLP:AMBER+STRICT (organisation only)",
        tone = "warning"
    )]
    AmberStrict,
    #[choice(
        ja = "TLP:AMBER（組織と関係先）",
        en = "TLP:AMBER (organisation and its clients)",
        tone = "caution"
    )]
    Amber,
    #[choice(ja = "TLP:GREEN（業界内）", en = "TLP:GREEN (community)", tone = "good")]
    Green,
    #[choice(ja = "TLP:CLEAR（公開可）", en = "TLP:CLEAR (public)")]
    Clear,
}

/// By which means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Channel {
    /// Shown in this program.
    #[choice(ja = "この画面で知らせる", en = "Shown in this program")]
    InApp,
    /// Mail.
    #[choice(ja = "メール", en = "Mail")]
    Mail,
    /// Telephone.
    #[choice(ja = "電話", en = "Telephone")]
    Telephone,
    /// In person or by post.
    #[choice(ja = "口頭・書面", en = "In person or on paper")]
    Paper,
    /// Web form of the other side.
    #[choice(ja = "相手のウェブ窓口", en = "Web form of the other side")]
    WebForm,
}

/// Which way it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Direction {
    /// From us.
    #[choice(ja = "発信", en = "Sent")]
    Out,
    /// To us.
    #[choice(ja = "受信", en = "Received")]
    In,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum MessageState {
    /// Draft.
    #[choice(ja = "下書き", en = "Draft", tone = "caution")]
    Draft,
    /// Approved.
    #[choice(ja = "承認済み・未送信", en = "Approved, not sent", tone = "warning")]
    Approved,
    /// Sent.
    #[choice(ja = "送信を記録", en = "Recorded as sent", tone = "good")]
    Sent,
    /// Answered.
    #[choice(ja = "返事あり", en = "Answered", tone = "good")]
    Answered,
    /// Not sent after all.
    #[choice(ja = "取りやめ", en = "Withdrawn")]
    Withdrawn,
}

/// A message.
#[derive(Debug, Clone, Register)]
#[register(
    id = "message",
    wing = Respond,
    menu = 9,
    ja = "連絡",
    en = "Message",
    question_ja = "だれに、何を、まだ伝えていませんか",
    question_en = "Whom have we not told yet, and what?",
    about_ja = "社内外への連絡を、下書き・承認・送信の記録まで残します。電話で伝えたこともここに残します。",
    about_en = "What is told inside and outside: draft, approval, record of sending. Telephone calls too.",
    purpose_ja = "伝えた内容と承認を、後から示すために残します。",
    purpose_en = "Shows later what was told and who approved it.",
    sort = "created_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-33", "TK-67"]
)]
pub struct Message {
    /// Subject.
    #[field(ja = "件名", en = "Subject", title, list, search)]
    pub subject: String,
    /// Text.
    #[field(ja = "本文", en = "Text", search, personal)]
    pub text: Long,
    /// Direction.
    #[field(ja = "発信・受信", en = "Direction")]
    pub direction: Option<Direction>,
    /// From, in words.
    #[field(ja = "送り手", en = "From")]
    pub sender: Option<String>,
    /// To a role.
    #[field(ja = "宛先（役割）", en = "To role", list)]
    pub to_role: Option<Ref<Role>>,
    /// To an outside body; that body sees the message, once it is sent, when it signs in.
    #[field(ja = "宛先（社外）", en = "To outside body", list)]
    pub to_contact: Option<Ref<Contact>>,
    /// To all outside bodies that sign in here: one statement to many (G7-45).
    #[field(
        ja = "すべての相手組織に見せる",
        en = "Shown to all counterparties",
        help_ja = "個別の事情は書かないでください。一社だけへの連絡は宛先（社外）を使います。",
        help_en = "Keep details of one party out; to tell one party alone, name it above."
    )]
    pub to_all: bool,
    /// Who outside may read it: nobody before it is sent, then one body, or all (`*`).
    #[field(
        ja = "社外で読める相手",
        en = "Readable outside by",
        system,
        max = 40,
        access = "counterparty"
    )]
    pub shown_to: Option<String>,
    /// Others, in words.
    #[field(ja = "宛先（その他）", en = "To others")]
    pub to_others: Option<String>,
    /// Channel.
    #[field(ja = "手段", en = "Channel", list)]
    pub channel: Channel,
    /// Classification.
    #[field(ja = "共有の制限（TLP 2.0）", en = "Sharing limit (TLP 2.0)")]
    pub tlp: Option<Tlp>,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Report it tells of.
    #[field(ja = "報告", en = "Report")]
    pub report: Option<Ref<Report>>,
    /// Phase.
    #[field(ja = "段階", en = "Phase")]
    pub phase: Option<String>,
    /// Answer awaited.
    #[field(ja = "返事を待つ", en = "Answer awaited")]
    pub answer_awaited: bool,
    /// Approved by.
    #[field(ja = "承認した人", en = "Approved by", system)]
    pub approved_by: Option<Ref<Person>>,
    /// Approved at.
    #[field(ja = "承認日時", en = "Approved at", system)]
    pub approved_at: Option<Time>,
    /// Sent at.
    #[field(ja = "送信・伝達した日時", en = "Sent at", list, system)]
    pub sent_at: Option<Time>,
    /// What was said or how it went.
    #[field(ja = "伝達の記録", en = "Record of sending", system)]
    pub sent_note: Option<Long>,
    /// Answer.
    #[field(ja = "返事", en = "Answer", system)]
    pub answer: Option<Long>,
    /// Answered at.
    #[field(ja = "返事の日時", en = "Answered at", system)]
    pub answered_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<MessageState>,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "approve",
            label: Text::new("承認する", "Approve"),
            from: &["draft"],
            to: "approved",
            asks: &[("approved_by", true)],
            stamps: &["approved_at"],
            who: &[
                "pr_lead",
                "security_manager",
                "ciso",
                "executive",
                "customer_lead",
                "coordinator",
            ],
            meets: &["G7-33"],
            ..Transition::PLAIN
        },
        Transition {
            id: "record_sent",
            label: Text::new("送信・伝達を記録する", "Record as sent"),
            from: &["approved"],
            to: "sent",
            asks: &[("sent_note", true)],
            stamps: &["sent_at"],
            fill: Some(shown_to),
            meets: &["G7-33", "G7-45"],
            ..Transition::PLAIN
        },
        Transition {
            id: "revise",
            label: Text::new("下書きに戻す", "Back to draft"),
            from: &["approved"],
            to: "draft",
            reason: true,
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("送るのをやめる", "Do not send"),
            from: &["draft", "approved"],
            to: "withdrawn",
            reason: true,
            ..Transition::PLAIN
        },
        Transition {
            id: "record_answer",
            label: Text::new("返事を記録する", "Record the answer"),
            from: &["sent"],
            to: "answered",
            asks: &[("answer", true)],
            stamps: &["answered_at"],
            meets: &["G7-33"],
            ..Transition::PLAIN
        },
    ],
};

/// Once sent, a message is read by the body it names, or by all; a draft by nobody outside.
fn shown_to(c: &RuleCtx<'_>) -> Body {
    let one = c.me.ids("to_contact").first().map(|id| (*id).to_owned());
    let whom = if c.me.flag("to_all") { Some(ALL_COUNTERPARTIES.to_owned()) } else { one };
    whom.map(|w| ("shown_to".to_owned(), w.into())).into_iter().collect()
}

/// A notice to the holder of a role: shown in the program at once for roles inside; for roles
/// outside an approved message that waits for somebody to call and record it (TK-67).
pub fn notice(role: &Record, subject: String, text: &str, now: Time, report: &Record) -> Message {
    let external = role.flag("external");
    Message {
        subject: subject.chars().take(200).collect(),
        text: Long(text.to_owned()),
        direction: Some(Direction::Out),
        sender: None,
        to_role: Some(Ref::new(role.id.clone())),
        to_contact: None,
        to_all: false,
        shown_to: None,
        to_others: None,
        channel: if external { Channel::Telephone } else { Channel::InApp },
        tlp: Some(Tlp::AmberStrict),
        incident: None,
        report: Some(Ref::new(report.id.clone())),
        phase: None,
        answer_awaited: external,
        approved_by: None,
        approved_at: Some(now),
        sent_at: (!external).then_some(now),
        sent_note: None,
        answer: None,
        answered_at: None,
        state: Some(if external { MessageState::Approved } else { MessageState::Sent }),
    }
}

/// Rules of messages.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "message.unsent",
    register: "message",
    label: Text::new("承認した連絡が送られている", "Approved messages are sent"),
    why: Text::new(
        "承認したまま伝え忘れることを防ぐためです。",
        "So that nothing approved is left untold.",
    ),
    mend: Text::new("伝えて、その記録を残してください。", "Tell them, and record it."),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        let ("approved", Some(at)) = (c.me.text("state"), c.me.time("approved_at")) else {
            return Verdict::ok();
        };
        let limit = at.plus(30 * MINUTE);
        if c.now < limit {
            return Verdict::ok().check_at(limit);
        }
        Verdict::finding(
            "state",
            "承認から30分たっても、伝えた記録がありません。",
            "Approved 30 minutes ago, with no record of sending.",
        )
    },
    meets: &["G7-33"],
}];
