//! Links (接続): what joins us with another organisation, cut or connected (G7-04).

use super::reconnection::Reconnection;
use super::stage_gates::{ANSWERED, DECIDED, FIRST_STAGE, PHASE_OPEN, TESTS_PASSED, WATCHED};
use crate::govern::person::Person;
use crate::identify::system::System;
use crate::prepare::contact::Contact;
use crate::*;

/// Where a link stands on its way back (G7-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum LinkState {
    /// Connected.
    #[choice(ja = "接続中", en = "Connected", tone = "good")]
    Connected,
    /// Isolated.
    #[choice(ja = "切り離し中", en = "Isolated", tone = "danger")]
    Isolated,
    /// Requirements agreed.
    #[choice(ja = "条件に合意", en = "Requirements agreed", tone = "warning")]
    Agreed,
    /// Trial.
    #[choice(ja = "試行", en = "Trial", tone = "caution")]
    Trial,
    /// Staged.
    #[choice(ja = "段階的に接続", en = "Staged", tone = "caution")]
    Staged,
    /// Fully reconnected.
    #[choice(ja = "再接続済み", en = "Fully reconnected", tone = "good")]
    Reconnected,
    /// Declined.
    #[choice(ja = "再接続しない", en = "Declined")]
    Declined,
    /// Isolated again.
    #[choice(ja = "再び切り離し", en = "Isolated again", tone = "danger")]
    IsolatedAgain,
}

/// The states of the way back in their order, side exits left out.
pub const WAY: [&str; 6] = ["connected", "isolated", "agreed", "trial", "staged", "reconnected"];

/// How the two are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Connection {
    /// Leased line or private network.
    #[choice(ja = "専用線・閉域網", en = "Leased line or private network")]
    PrivateNetwork,
    /// VPN.
    #[choice(ja = "VPN", en = "VPN")]
    Vpn,
    /// API.
    #[choice(ja = "API連携", en = "API")]
    Api,
    /// File transfer.
    #[choice(ja = "ファイル転送・EDI", en = "File transfer or EDI")]
    FileTransfer,
    /// Market or clearing network.
    #[choice(ja = "決済・市場のネットワーク", en = "Payment or market network")]
    Market,
    /// Remote maintenance.
    #[choice(ja = "遠隔保守", en = "Remote maintenance")]
    Maintenance,
    /// Shared cloud or account.
    #[choice(ja = "共用のクラウド・アカウント", en = "Shared cloud or accounts")]
    Cloud,
    /// Mail.
    #[choice(ja = "メール", en = "Mail")]
    Mail,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

/// Who cut it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CutBy {
    /// We.
    #[choice(ja = "当社", en = "Us")]
    Us,
    /// The other organisation.
    #[choice(ja = "相手組織", en = "The other organisation")]
    Them,
    /// Somebody between, such as a market or an authority.
    #[choice(ja = "市場運営者・当局など", en = "An operator or authority between")]
    Between,
}

/// How much of the compromised organisation is cut off (G7-22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Extent {
    /// The whole organisation.
    #[choice(ja = "組織全体", en = "The whole organisation", tone = "danger")]
    Whole,
    /// Parts of it.
    #[choice(ja = "一部", en = "Parts of it", tone = "warning")]
    Parts,
}

/// Whether to connect again at all; the day is a question of its own (G7-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Again {
    /// Not decided.
    #[choice(ja = "まだ決めていない", en = "Not decided", tone = "caution")]
    Undecided,
    /// Yes.
    #[choice(ja = "再接続する", en = "Connect again", tone = "good")]
    Yes,
    /// No.
    #[choice(ja = "再接続しない", en = "Do not connect again")]
    No,
}

/// Who has to meet a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ConditionSide {
    /// The compromised organisation.
    #[choice(ja = "侵害された組織", en = "The compromised organisation")]
    Compromised,
    /// The client.
    #[choice(ja = "クライアント組織", en = "The client organisation")]
    Client,
    /// Both.
    #[choice(ja = "双方", en = "Both")]
    Both,
}

/// One condition for reconnecting.
#[derive(Debug, Clone, Rows)]
pub struct Condition {
    /// What must hold.
    #[field(ja = "条件", en = "Condition", max = 500)]
    pub text: String,
    /// Who meets it.
    #[field(ja = "満たす側", en = "Met by")]
    pub side: ConditionSide,
    /// Met on.
    #[field(ja = "満たした日", en = "Met on")]
    pub met_on: Option<Date>,
    /// What shows it.
    #[field(ja = "裏づけ", en = "Shown by", max = 300)]
    pub proof: Option<String>,
}

/// A link with another organisation.
#[derive(Debug, Clone, Register)]
#[register(
    id = "link",
    wing = Reconnect,
    menu = 2,
    ja = "接続",
    en = "Link",
    question_ja = "どの相手と何でつながり、いま切れているのはどれですか",
    question_en = "With whom are we linked, and which links are cut?",
    about_ja = "取引先との回線・API・ファイル転送などを一本ずつ登録します。切り離しから再接続までの状態もここで進めます。",
    about_en = "Each line, API or transfer with another organisation. Its way from cut to reconnected is taken here.",
    purpose_ja = "どの接続を、だれが、なぜ切り、どの条件で戻すかを双方で確かめるために使います。",
    purpose_en = "So that both sides know which link was cut by whom and why, and on which conditions it returns.",
    sort = "name",
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-04"]
)]
pub struct Link {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// The other organisation.
    #[field(ja = "相手組織", en = "Other organisation", list, access = "counterparty")]
    pub counterparty: Ref<Contact>,
    /// Connection.
    #[field(ja = "接続の種類", en = "Type of connection", list)]
    pub connection: Connection,
    /// Our end.
    #[field(ja = "当社側の端点", en = "Our endpoint", search)]
    pub our_end: Option<String>,
    /// Their end.
    #[field(ja = "相手側の端点", en = "Their endpoint", search)]
    pub their_end: Option<String>,
    /// Services.
    #[field(ja = "使うサービス・業務", en = "Services carried", max = 1000)]
    pub services: Option<Long>,
    /// Data.
    #[field(ja = "流れるデータ", en = "Data carried", max = 1000)]
    pub data: Option<Long>,
    /// Our systems behind it.
    #[field(ja = "つながる当社のシステム", en = "Our systems behind it")]
    pub systems: Vec<Ref<System>>,
    /// Owner here.
    #[field(ja = "当社の管理者", en = "Our owner", list)]
    pub owner: Option<Ref<Person>>,
    /// Owner there.
    #[field(ja = "相手側の管理者", en = "Their owner", personal, max = 120)]
    pub their_owner: Option<String>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<LinkState>,
    /// The case that brings it back.
    #[field(ja = "再接続案件", en = "Reconnection case", list, system)]
    pub reconnection: Option<Ref<Reconnection>>,
    /// The incident of that case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<crate::respond::incident::Incident>>,
    /// Cut by.
    #[field(ja = "切り離した側", en = "Cut by", system)]
    pub cut_by: Option<CutBy>,
    /// By whom.
    #[field(ja = "切り離した人・部署", en = "Person or unit that cut it", system, max = 120)]
    pub cut_name: Option<String>,
    /// Cut at.
    #[field(ja = "切り離した日時", en = "Cut at", list, system)]
    pub cut_at: Option<Time>,
    /// Why.
    #[field(ja = "切り離した理由", en = "Why it was cut", system, max = 1000)]
    pub cut_why: Option<Long>,
    /// How much is cut off.
    #[field(ja = "切り離しの範囲", en = "Extent", system)]
    pub extent: Option<Extent>,
    /// Whether to connect again.
    #[field(ja = "再接続するか", en = "Connect again?", list)]
    pub again: Option<Again>,
    /// Why.
    #[field(ja = "その理由", en = "Why", max = 1000)]
    pub again_why: Option<Long>,
    /// When.
    #[field(ja = "再接続の予定日", en = "Planned for", list)]
    pub planned_on: Option<Date>,
    /// Why then.
    #[field(ja = "その日にする理由", en = "Why then", max = 500)]
    pub planned_why: Option<String>,
    /// Conditions.
    #[field(ja = "再接続の条件", en = "Conditions for reconnecting")]
    pub conditions: Table<Condition>,
    /// What the present stage lets through.
    #[field(ja = "いまの段階で通すもの", en = "What the present stage lets through", max = 500)]
    pub stage: Option<String>,
    /// Agreed at.
    #[field(ja = "条件に合意した日時", en = "Agreed at", system)]
    pub agreed_at: Option<Time>,
    /// Trial since.
    #[field(ja = "試行を始めた日時", en = "Trial since", system)]
    pub trial_at: Option<Time>,
    /// Staged since.
    #[field(ja = "段階的な接続を始めた日時", en = "Staged since", system)]
    pub staged_at: Option<Time>,
    /// Reconnected at.
    #[field(ja = "再接続した日時", en = "Reconnected at", list, system)]
    pub reconnected_at: Option<Time>,
    /// Declined at.
    #[field(ja = "再接続しないと決めた日時", en = "Declined at", system)]
    pub declined_at: Option<Time>,
    /// How often it was cut again.
    #[field(ja = "再び切り離した回数", en = "Times cut again", system)]
    pub cut_again: Option<i64>,
}

/// Whether a link is cut off or on its way back.
pub fn away(link: &Record) -> bool {
    matches!(link.text("state"), "isolated" | "isolated_again" | "agreed" | "trial" | "staged")
}

/// Who works on links.
pub const WORKERS: &[&str] =
    &["csirt", "technical_lead", "security_manager", "it_manager", "ciso", "coordinator"];
/// Who decides on them.
pub const DECIDERS: &[&str] =
    &["security_manager", "it_manager", "technical_lead", "ciso", "executive", "coordinator"];

const CASE_OPEN: Gate = Gate {
    id: "case_open",
    label: Text::new("再接続案件が開いている", "The reconnection case is open"),
    mend: Text::new(
        "開いている再接続案件を選んでください。",
        "Choose a reconnection case that is open.",
    ),
    inputs: &[Input::Out("reconnection")],
    holds: |c| c.out("reconnection").is_some_and(|r| r.text("state") != "closed"),
    meets: &["G7-01"],
};

const WANTED: Gate = Gate {
    id: "wanted",
    label: Text::new("再接続すると決めている", "It is decided to connect again"),
    mend: Text::new(
        "「再接続するか」を決めてください。時期とは別に決めます。",
        "Decide whether to connect again; the day is decided apart.",
    ),
    inputs: &[],
    holds: |c| c.me.text("again") == Again::Yes.id(),
    meets: &["G7-01"],
};

const DAY_SET: Gate = Gate {
    id: "day_set",
    label: Text::new("再接続の時期を決めている", "The day is set"),
    mend: Text::new("再接続の予定日を入れてください。", "Give the day planned."),
    inputs: &[],
    holds: |c| c.me.body.contains_key("planned_on"),
    meets: &["G7-01"],
};

const CONDITIONS_MET: Gate = Gate {
    id: "conditions_met",
    label: Text::new("再接続の条件をすべて満たした", "All conditions are met"),
    mend: Text::new("条件ごとに、満たした日を入れてください。", "Give the day each was met."),
    inputs: &[],
    holds: |c| c.me.rows("conditions").all(|r| r.contains_key("met_on")),
    meets: &["G7-04"],
};

/// Takes the incident over from the case, so that who may see the one may see the other; what
/// belongs to an earlier way back is put aside (it stays in the history).
fn cut(c: &RuleCtx<'_>) -> Body {
    let incident = c.out("reconnection").and_then(|r| r.body.get("incident").cloned());
    let mut out: Body = [
        "agreed_at",
        "trial_at",
        "staged_at",
        "reconnected_at",
        "declined_at",
        "again",
        "again_why",
        "planned_on",
        "planned_why",
        "stage",
    ]
    .into_iter()
    .map(|f| (f.to_owned(), Value::Null))
    .collect();
    out.insert("incident".into(), incident.unwrap_or(Value::Null));
    out
}

const CUT: &[(&str, bool)] = &[
    ("reconnection", true),
    ("cut_by", true),
    ("cut_name", false),
    ("cut_at", true),
    ("cut_why", true),
    ("extent", true),
];

/// The way of a link: cut, agreed, tried, staged, back; with the two side exits.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "connected",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "isolate",
            label: Text::new("切り離しを記録する", "Record the cut"),
            from: &["connected"],
            to: "isolated",
            asks: CUT,
            fill: Some(cut),
            gates: &[CASE_OPEN],
            who: WORKERS,
            meets: &["G7-01"],
            ..Transition::PLAIN
        },
        Transition {
            id: "agree",
            label: Text::new("条件に合意する", "Agree on requirements"),
            from: &["isolated", "isolated_again"],
            to: "agreed",
            asks: &[("again", true), ("again_why", true), ("conditions", true)],
            stamps: &["agreed_at"],
            gates: &[WANTED],
            who: DECIDERS,
            meets: &["G7-01"],
            ..Transition::PLAIN
        },
        Transition {
            id: "trial",
            label: Text::new("試行を始める", "Begin the trial"),
            from: &["agreed"],
            to: "trial",
            asks: &[("planned_on", true), ("planned_why", false), ("stage", false)],
            stamps: &["trial_at"],
            gates: &[CASE_OPEN, PHASE_OPEN, DAY_SET, CONDITIONS_MET, DECIDED, WATCHED, ANSWERED],
            who: DECIDERS,
            meets: &["G7-01"],
            ..Transition::PLAIN
        },
        Transition {
            id: "stage",
            label: Text::new("段階的な接続に進む", "Go on in stages"),
            from: &["trial"],
            to: "staged",
            asks: &[("stage", false)],
            stamps: &["staged_at"],
            gates: &[FIRST_STAGE, TESTS_PASSED, WATCHED, ANSWERED],
            who: DECIDERS,
            meets: &["G7-01"],
            ..Transition::PLAIN
        },
        Transition {
            id: "reconnect",
            label: Text::new("全面的に再接続する", "Reconnect fully"),
            from: &["staged"],
            to: "reconnected",
            asks: &[],
            stamps: &["reconnected_at"],
            gates: &[TESTS_PASSED, WATCHED, ANSWERED],
            who: DECIDERS,
            meets: &["G7-01"],
            ..Transition::PLAIN
        },
        Transition {
            id: "cut_again",
            label: Text::new("再び切り離す", "Cut again"),
            from: &["agreed", "trial", "staged", "reconnected"],
            to: "isolated_again",
            asks: CUT,
            counts: &["cut_again"],
            fill: Some(cut),
            gates: &[CASE_OPEN],
            who: WORKERS,
            meets: &["G7-01"],
            ..Transition::PLAIN
        },
        Transition {
            id: "decline",
            label: Text::new("再接続しない", "Do not reconnect"),
            from: &["isolated", "agreed", "isolated_again"],
            to: "declined",
            asks: &[("again_why", true)],
            stamps: &["declined_at"],
            fill: Some(|_| [("again".to_owned(), Again::No.id().into())].into_iter().collect()),
            reason: true,
            who: DECIDERS,
            meets: &["G7-01"],
            ..Transition::PLAIN
        },
        Transition {
            id: "reconsider",
            label: Text::new("再接続を考え直す", "Consider it again"),
            from: &["declined"],
            to: "isolated",
            fill: Some(|_| {
                let mut out: Body =
                    [("again".to_owned(), Again::Undecided.id().into())].into_iter().collect();
                out.insert("declined_at".into(), Value::Null);
                out
            }),
            reason: true,
            who: DECIDERS,
            ..Transition::PLAIN
        },
    ],
};
