//! Packages of the other side that were checked and taken in (受け取った一式): who says what in
//! which version, what is open, what stands behind it (G7-65, 72).

use super::client_terms::AttestationWish;
use super::parts::of_case;
use super::reconnection::Reconnection;
use super::reconnection_decision::BusinessDecision;
use super::sealed_statement::StatementKind;
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// Whether it still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PackageState {
    /// The newest version that we hold.
    #[choice(ja = "最新", en = "Newest that we hold", tone = "good")]
    Current,
    /// A newer version came.
    #[choice(ja = "新しい版を受け取った", en = "A newer version came")]
    Superseded,
    /// Its issuer took it back.
    #[choice(ja = "相手が取り消した", en = "Taken back by its issuer", tone = "danger")]
    TakenBack,
}

/// One part of a declaration.
#[derive(Debug, Clone, Rows)]
pub struct ReceivedItem {
    /// Its sign in list A or B: `a` to `h`, `1` to `7`.
    #[field(ja = "項目", en = "Item")]
    pub sign: String,
    /// `done`, `under_way` or `not_applicable`.
    #[field(ja = "状態", en = "State")]
    pub state: super::assurance_item::ItemState,
    /// What is said.
    #[field(ja = "内容", en = "What is said", max = 20_000)]
    pub said: Option<Long>,
    /// Expected on.
    #[field(ja = "予定日", en = "Expected on")]
    pub expected_on: Option<String>,
    /// How many pieces of evidence.
    #[field(ja = "証拠の数", en = "Pieces of evidence")]
    pub evidence: i64,
}

/// A package.
#[derive(Debug, Clone, Register)]
#[register(
    id = "received_package",
    wing = Reconnect,
    menu = 33,
    ja = "受け取った一式",
    en = "Received package",
    question_ja = "相手は、どの版で何を言い、何が残っていますか",
    question_en = "What does the other side say in which version, and what is open?",
    about_ja = "検証に通った一式だけを取り込みます。通らないものは、理由を示して何も残しません。",
    about_en = "Only packages that verify are taken in. Others are refused with the reason, and nothing is kept of them.",
    purpose_ja = "再接続の決定の根拠と、関門の判断に使います。",
    purpose_en = "Grounds for the decision to reconnect, and for its gates.",
    sort = "received_at",
    sort_down,
    flow = FLOW,
    append_only,
    retention_years = 10,
    meets = ["G7-72"]
)]
pub struct ReceivedPackage {
    /// Number.
    #[field(ja = "番号", en = "Number", list, search, auto_number = "RP", system)]
    pub number: Option<String>,
    /// Title.
    #[field(ja = "題名", en = "Title", title, list, search, system)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list, system)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// From whom.
    #[field(ja = "差出人", en = "From", list, system)]
    pub sender: Ref<Contact>,
    /// Legal name as stated.
    #[field(ja = "文書にある組織名", en = "Organisation as stated", system)]
    pub issuer: String,
    /// What is stated.
    #[field(ja = "何の文書か", en = "What is stated", list, system)]
    pub kind: StatementKind,
    /// Id of all versions.
    #[field(ja = "版をつなぐ番号", en = "Id of all versions", system, max = 80)]
    pub series: String,
    /// Version.
    #[field(ja = "版", en = "Version", list, system)]
    pub version: i64,
    /// SHA-256 of the statement.
    #[field(ja = "文書の照合値（SHA-256）", en = "Digest of the statement", system, max = 64)]
    pub statement_sha256: String,
    /// SHA-256 of the package as it is kept.
    #[field(ja = "一式の照合値（SHA-256）", en = "Digest of the package", system, max = 64)]
    pub file_sha256: String,
    /// Who signed.
    #[field(ja = "署名した人", en = "Signed by", list, system)]
    pub signers: Vec<String>,
    /// Valid from.
    #[field(ja = "有効期間の始まり", en = "Valid from", system)]
    pub valid_from: Time,
    /// Valid until.
    #[field(ja = "有効期間の終わり", en = "Valid until", list, system)]
    pub valid_until: Time,
    /// What is declared.
    #[field(ja = "項目", en = "Items", system)]
    pub items: Table<ReceivedItem>,
    /// What is open.
    #[field(ja = "残っている項目", en = "Open items", system)]
    pub open_items: Vec<String>,
    /// Third parties whose investigation it rests on, independence checked.
    #[field(ja = "独立した第三者の調査", en = "Independent investigations", system)]
    pub investigations: Vec<String>,
    /// Evidence that is there.
    #[field(ja = "同封された証拠の数", en = "Evidence enclosed", system)]
    pub enclosed: i64,
    /// Evidence that is withheld.
    #[field(ja = "開示されていない証拠の数", en = "Evidence withheld", system)]
    pub withheld: i64,
    /// Of a decision: what was decided.
    #[field(ja = "相手の決定", en = "What they decided", list, system)]
    pub decision: Option<BusinessDecision>,
    /// Of requirements: which attestation is asked for.
    #[field(ja = "求める認証書", en = "Attestation asked for", system)]
    pub wish: Option<AttestationWish>,
    /// What is told in words: reason, grounds, requirements.
    #[field(ja = "述べられていること", en = "In words", system, max = 20_000)]
    pub said: Option<Long>,
    /// What the check could not show.
    #[field(ja = "検証で示せなかったこと", en = "What the check cannot show", system)]
    pub not_shown: Vec<String>,
    /// Taken in at.
    #[field(ja = "取り込みの日時", en = "Taken in at", list, system)]
    pub received_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<PackageState>,
}

/// Whether an attestation of the other side is in force: newest, not taken back, within its time.
pub fn in_force(package: &Record, now: Time) -> bool {
    !package.ended()
        && package.text("kind") == StatementKind::Declaration.id()
        && package.text("state") == PackageState::Current.id()
        && package.time("valid_from").is_none_or(|t| t <= now)
        && package.time("valid_until").is_none_or(|t| now <= t)
}

/// Whether it is the newest word of a client, and that is to reconnect.
pub fn reconnects(package: &Record) -> bool {
    !package.ended()
        && package.text("kind") == StatementKind::Decision.id()
        && package.text("state") == PackageState::Current.id()
        && package.text("decision") == BusinessDecision::Reconnect.id()
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "current",
    start: Start {
        stamps: &["received_at"],
        inputs: &[Input::Out("reconnection")],
        fill: Some(of_case),
        ..Start::PLAIN
    },
    transitions: &[
        Transition {
            id: "supersede",
            label: Text::new("新しい版に置き換わった", "Replaced by a newer version"),
            from: &["current"],
            to: "superseded",
            gates: &[NEWER],
            meets: &["G7-65"],
            ..Transition::PLAIN
        },
        Transition {
            id: "take_back",
            label: Text::new("相手が取り消した", "Taken back by its issuer"),
            from: &["current", "superseded"],
            to: "taken_back",
            gates: &[NEWER],
            ..Transition::PLAIN
        },
    ],
};

const NEWER: Gate = Gate {
    id: "newer",
    label: Text::new("より新しい版を取り込んである", "A newer version was taken in"),
    mend: Text::new("新しい版の一式を取り込んでください。", "Take in the newer package."),
    inputs: &[Input::Beside("reconnection", "received_package", "reconnection")],
    holds: |c| {
        c.beside("reconnection", ReceivedPackage::ID, "reconnection").any(|p| {
            p.text("series") == c.me.text("series")
                && p.ids("sender") == c.me.ids("sender")
                && p.int("version") > c.me.int("version")
        })
    },
    meets: &["G7-65"],
};

/// Rules of received packages.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "received_package.holds",
    register: "received_package",
    label: Text::new("受け取った認証書が、まだ有効", "The attestation received still holds"),
    why: Text::new(
        "期限の過ぎた認証書や取り消された認証書は、つなぎ続ける根拠になりません。",
        "An attestation that has ended or was taken back is no ground for staying connected.",
    ),
    mend: Text::new(
        "相手に新しい版を求め、それまで接続を見直してください。",
        "Ask for a new version, and look at the link again until it comes.",
    ),
    severity: Severity::Serious,
    inputs: &[],
    tells: &["security_manager", "coordinator"],
    check: |c| {
        if c.me.text("kind") != StatementKind::Declaration.id() {
            return Verdict::ok();
        }
        if c.me.text("state") == PackageState::TakenBack.id() {
            return Verdict::finding(
                "state",
                "相手がこの認証書を取り消しました。",
                "The other side took this attestation back.",
            );
        }
        match c.me.time("valid_until").filter(|_| c.me.text("state") == PackageState::Current.id())
        {
            Some(until) if until < c.now => Verdict::finding(
                "valid_until",
                "有効期間が終わっています。",
                "Its time of validity is over.",
            ),
            Some(until) => Verdict::ok().check_at(until.plus(MINUTE)),
            None => Verdict::ok(),
        }
    },
    meets: &["G7-72"],
}];
