//! Account of events after a loss (顛末書): written by whoever lost the device, within the hour.

use super::incident::Incident;
use super::report::Report;
use crate::govern::person::Person;
use crate::*;

/// Whether it has been signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AccountState {
    /// Being written.
    #[choice(ja = "記入中", en = "Being written", tone = "caution")]
    Writing,
    /// Signed and handed to the supervisor.
    #[choice(ja = "提出済み", en = "Handed in", tone = "good")]
    HandedIn,
}

/// An account of events.
#[derive(Debug, Clone, Register)]
#[register(
    id = "loss_account",
    wing = Respond,
    menu = 12,
    ja = "顛末書",
    en = "Account of events",
    question_ja = "何を、いつ、どこで失い、何をしましたか",
    question_en = "What was lost, when and where, and what was done?",
    about_ja = "機器をなくした人が、分かる範囲で書きます。責めるためではなく、情報を守るための書面です。",
    about_en = "Written by whoever lost a device, as far as it is known. It protects information; it blames nobody.",
    purpose_ja = "機器にあった情報の重要度を判定し、社外への連絡を決めるために使います。",
    purpose_en = "For rating what was on the device and deciding whom to tell.",
    sort = "noticed_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["JP-56"]
)]
pub struct LossAccount {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Report it belongs to.
    #[field(ja = "報告", en = "Report")]
    pub report: Option<Ref<Report>>,
    /// Who lost it.
    #[field(ja = "書いた人", en = "Written by", list, access = "person")]
    pub who: Ref<Person>,
    /// Device.
    #[field(ja = "なくした機器", en = "Device", title, list, search)]
    pub device: String,
    /// Noticed at.
    #[field(ja = "気づいた日時", en = "Noticed at", list)]
    pub noticed_at: Time,
    /// Noticed where.
    #[field(ja = "気づいた場所", en = "Noticed where")]
    pub noticed_where: String,
    /// Last seen at.
    #[field(ja = "最後に見た日時", en = "Last seen at")]
    pub last_seen_at: Option<Time>,
    /// Last seen where.
    #[field(ja = "最後に見た場所", en = "Last seen where")]
    pub last_seen_where: Option<String>,
    /// What was on it.
    #[field(ja = "入っていた情報", en = "What was on it")]
    pub contents: Long,
    /// Protections.
    #[field(
        ja = "施してあった対策",
        en = "Protections",
        help_ja = "暗号化、画面の鍵、遠隔での停止など。",
        help_en = "Encryption, screen lock, remote wipe and the like."
    )]
    pub protections: Long,
    /// Steps taken.
    #[field(ja = "したこと（順に）", en = "Steps taken, in order")]
    pub steps: Long,
    /// Supervisor.
    #[field(ja = "渡した上司", en = "Handed to (supervisor)")]
    pub supervisor: Option<Ref<Person>>,
    /// Signature.
    #[field(ja = "署名（氏名）", en = "Signature (name)", system, personal)]
    pub signature: Option<String>,
    /// Signed at.
    #[field(ja = "署名した日時", en = "Signed at", system)]
    pub signed_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<AccountState>,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "writing",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "hand_in",
            label: Text::new("署名して上司に渡す", "Sign and hand in"),
            from: &["writing"],
            to: "handed_in",
            asks: &[("signature", true), ("supervisor", true)],
            fill: Some(|c| [("signed_at".to_owned(), c.now.millis().into())].into_iter().collect()),
            meets: &["JP-56"],
            ..Transition::PLAIN
        },
        Transition {
            id: "take_back",
            label: Text::new("書き直す", "Write anew"),
            from: &["handed_in"],
            to: "writing",
            reason: true,
            fill: Some(|_| {
                [("signed_at", Value::Null), ("signature", Value::Null)]
                    .into_iter()
                    .map(|(f, v)| (f.to_owned(), v))
                    .collect()
            }),
            ..Transition::PLAIN
        },
    ],
};
