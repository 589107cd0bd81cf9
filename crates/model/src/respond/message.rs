//! Messages (連絡): draft, approve, record as sent.

use super::analysis::Analysis;
use super::incident::Incident;
use super::message_flow::FLOW;
use super::report::Report;
use crate::govern::{person::Person, role::Role};
use crate::prepare::contact::Contact;
use crate::reconnect::status_update::StatusUpdate;
use crate::reconnect::update_rhythm::WayKind;
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
    /// To an address of another program, set by the administrator.
    #[choice(ja = "ウェブフック", en = "Webhook")]
    Webhook,
}

/// For whom a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Audience {
    /// Customers.
    #[choice(ja = "顧客", en = "Customers")]
    Customers,
    /// Business partners.
    #[choice(ja = "取引先・同業者", en = "Partners and peers")]
    Partners,
    /// Competent authority.
    #[choice(ja = "所管官庁", en = "Authority")]
    Authority,
    /// Security bodies such as IPA and JPCERT/CC.
    #[choice(ja = "専門機関（IPA・JPCERT/CCなど）", en = "Security bodies")]
    SecurityBody,
    /// Police.
    #[choice(ja = "警察", en = "Police")]
    Police,
    /// Press.
    #[choice(ja = "報道機関", en = "Press")]
    Press,
    /// Employees.
    #[choice(ja = "従業員", en = "Employees")]
    Employees,
    /// Executives.
    #[choice(ja = "経営層", en = "Executives")]
    Executives,
    /// Insurers.
    #[choice(ja = "保険会社", en = "Insurers")]
    Insurer,
    /// Counsel.
    #[choice(ja = "弁護士", en = "Counsel")]
    Counsel,
    /// Vendors, cloud and line providers who are asked for help.
    #[choice(ja = "支援を頼む会社", en = "Helpers")]
    Helper,
}

impl Audience {
    /// Whether these people are inside the organisation.
    pub const fn inside(self) -> bool {
        matches!(self, Audience::Employees | Audience::Executives)
    }

    /// Whether only confirmed facts may reach them (TK-88); the press is treated alike.
    pub const fn facts_only(self) -> bool {
        matches!(self, Audience::Customers | Audience::Partners | Audience::Press)
    }
}

/// Which notice it is in the course of a case (IPA-152).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Stage {
    /// First notice.
    #[choice(ja = "第一報（発生）", en = "First notice")]
    First,
    /// Once the damage is grasped.
    #[choice(ja = "続報（被害の把握）", en = "Interim notice")]
    Interim,
    /// Closing.
    #[choice(ja = "終報（収束）", en = "Closing notice")]
    Closing,
}

/// What a decided notice waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Trigger {
    /// Until the attack is contained.
    #[choice(ja = "封じ込めが済んだら", en = "Once contained")]
    Contained,
    /// Until service is back.
    #[choice(ja = "復旧したら", en = "Once recovered")]
    Recovered,
    /// Until handling is complete.
    #[choice(ja = "対応が完了したら", en = "Once handling is complete")]
    HandlingComplete,
    /// Until the time given for the reminder.
    #[choice(ja = "確認の日時になったら", en = "At the time of the reminder")]
    Time,
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
    /// On its way: not all recipients are known to have it.
    #[choice(ja = "送信中", en = "Being sent", tone = "caution")]
    Sending,
    /// Sent by mistake, and corrected as far as possible.
    #[choice(ja = "誤送信・訂正", en = "Recalled", tone = "danger")]
    Recalled,
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
    meets = ["G7-33", "TK-67", "NI-186", "NI-187"]
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
    /// To several outside bodies: each gets a copy of its own and does not see the others.
    #[field(
        ja = "宛先（社外・複数）",
        en = "To several outside bodies",
        help_ja = "一社ずつ別々に送ります。ほかの宛先は相手に見えません。",
        help_en = "Sent to each one alone; nobody sees the other recipients."
    )]
    pub to_contacts: Vec<Ref<Contact>>,
    /// To named persons.
    #[field(ja = "宛先（名指しの人）", en = "To named persons")]
    pub to_persons: Vec<Ref<Person>>,
    /// For whom it is written.
    #[field(ja = "だれに向けた文面か", en = "Audience", list)]
    pub audience: Option<Audience>,
    /// Which notice it is.
    #[field(ja = "何回目の知らせか", en = "Stage of notice")]
    pub stage: Option<Stage>,
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
    /// The update of a reconnection that it carries (G7-87).
    #[field(ja = "再接続の状況の更新", en = "Update of a reconnection", system)]
    pub status_update: Option<Ref<StatusUpdate>>,
    /// By which kind of channel it carries it.
    #[field(ja = "更新の経路", en = "Kind of channel of the update", system)]
    pub way: Option<WayKind>,
    /// Answer awaited.
    #[field(ja = "返事を待つ", en = "Answer awaited")]
    pub answer_awaited: bool,
    /// Written by.
    #[field(ja = "書いた人", en = "Written by")]
    pub writer: Option<Ref<Person>>,
    /// The statements it rests on (TK-88).
    #[field(
        ja = "引用した分析",
        en = "Statements cited",
        help_ja = "顧客・取引先・報道機関には、「事実」の分析だけを引用できます。",
        help_en = "Towards customers, partners and the press only statements marked as fact."
    )]
    pub cites: Vec<Ref<Analysis>>,
    /// When this party hears from us next (TK-86).
    #[field(ja = "次に知らせる約束の日時", en = "Next update promised for")]
    pub next_update_at: Option<Time>,
    /// The same from the sending on; a deadline counts in durations.
    #[field(ja = "次の知らせまでの時間", en = "Time until the next update", system)]
    pub next_update_within: Option<Minutes>,
    /// When that was kept.
    #[field(ja = "次の知らせをした日時", en = "Next update given at", system)]
    pub next_update_done_at: Option<Time>,
    /// What a decided notice waits for (JP-63).
    #[field(ja = "後で出す場合: 何を待つか", en = "If released later: after what")]
    pub release_when: Option<Trigger>,
    /// Who releases it.
    #[field(ja = "後で出す場合: 出す人", en = "If released later: by whom")]
    pub release_owner: Option<Ref<Person>>,
    /// Reminder.
    #[field(ja = "後で出す場合: 確認する日時", en = "If released later: reminder at")]
    pub remind_at: Option<Time>,
    /// The message that this one corrects.
    #[field(ja = "訂正する連絡", en = "Corrects", system)]
    pub corrects: Option<Ref<Message>>,
    /// Cleared by counsel, where the case is under legal hold.
    #[field(ja = "法務・弁護士の確認", en = "Cleared by counsel", system)]
    pub cleared_by: Option<Ref<Person>>,
    /// Digest of what was approved, so that nothing else is sent.
    #[field(ja = "承認した内容の照合値", en = "Digest of what was approved", system, max = 64)]
    pub approved_digest: Option<String>,
    /// Sending began at.
    #[field(ja = "送信を始めた日時", en = "Sending began at", system)]
    pub sending_at: Option<Time>,
    /// How often sending was begun.
    #[field(ja = "送信の回", en = "Round of sending", system)]
    pub rounds: Option<i64>,
    /// What was wrong.
    #[field(ja = "誤りの内容と訂正", en = "What was wrong, and the correction", system)]
    pub recall_note: Option<Long>,
    /// Recalled at.
    #[field(ja = "誤送信を訂正した日時", en = "Recalled at", system)]
    pub recalled_at: Option<Time>,
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
        to_contacts: Vec::new(),
        to_persons: Vec::new(),
        audience: None,
        stage: None,
        to_others: None,
        channel: if external { Channel::Telephone } else { Channel::InApp },
        // Whoever helps from outside is no part of the organisation.
        tlp: Some(if external { Tlp::Amber } else { Tlp::AmberStrict }),
        incident: report.ids("incident").first().map(|id| Ref::new(RecordId::new(*id))),
        report: Some(Ref::new(report.id.clone())),
        phase: None,
        status_update: None,
        way: None,
        answer_awaited: external,
        writer: None,
        cites: Vec::new(),
        next_update_at: None,
        next_update_within: None,
        next_update_done_at: None,
        release_when: None,
        release_owner: None,
        remind_at: None,
        corrects: None,
        cleared_by: None,
        approved_digest: None,
        sending_at: None,
        rounds: None,
        recall_note: None,
        recalled_at: None,
        approved_by: None,
        approved_at: Some(now),
        sent_at: (!external).then_some(now),
        sent_note: None,
        answer: None,
        answered_at: None,
        state: Some(if external { MessageState::Approved } else { MessageState::Sent }),
    }
}
