//! Incidents (インシデント): the master record.

use crate::govern::{department::Department, person::Person};
use crate::identify::{asset::Asset, system::System};
use crate::prepare::exercise::Exercise;
use crate::*;

/// What kind of event; a suspicion is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum IncidentKind {
    /// System failure.
    #[choice(ja = "システム障害", en = "System failure")]
    SystemFailure,
    /// Cyber attack.
    #[choice(ja = "サイバー攻撃", en = "Cyber attack", tone = "danger")]
    CyberAttack,
    /// Information leak.
    #[choice(ja = "情報漏えい", en = "Information leak", tone = "danger")]
    InformationLeak,
    /// Unauthorised access.
    #[choice(ja = "不正アクセス", en = "Unauthorised access", tone = "danger")]
    UnauthorisedAccess,
    /// Malware.
    #[choice(ja = "マルウェア感染", en = "Malware infection", tone = "danger")]
    Malware,
    /// Wrong setting.
    #[choice(ja = "設定ミス", en = "Misconfiguration", tone = "caution")]
    Misconfiguration,
    /// Natural disaster.
    #[choice(ja = "自然災害", en = "Natural disaster", tone = "warning")]
    NaturalDisaster,
    /// Loss or theft of a device.
    #[choice(ja = "機器の紛失・盗難", en = "Loss of a device", tone = "warning")]
    DeviceLoss,
    /// None of these.
    #[choice(ja = "その他・不明", en = "Other or unknown")]
    Other,
}

/// How it was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Detection {
    /// EDR.
    #[choice(ja = "EDRの検知", en = "EDR")]
    Edr,
    /// Anti-virus.
    #[choice(ja = "ウイルス対策の警告", en = "Anti-virus warning")]
    AntiVirus,
    /// Log monitoring.
    #[choice(ja = "ログ監視", en = "Log monitoring")]
    LogMonitoring,
    /// Report of an employee.
    #[choice(ja = "従業員の報告", en = "Employee report")]
    EmployeeReport,
    /// Notice from outside.
    #[choice(ja = "外部からの通報", en = "Outside notice")]
    OutsideNotice,
}

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Grade {
    /// Low.
    #[choice(ja = "低", en = "Low")]
    Low,
    /// Medium.
    #[choice(ja = "中", en = "Medium", tone = "caution")]
    Medium,
    /// High.
    #[choice(ja = "高", en = "High", tone = "warning")]
    High,
    /// Critical.
    #[choice(ja = "重大", en = "Critical", tone = "danger")]
    Critical,
}

/// In which order it is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Priority {
    /// At once.
    #[choice(ja = "最優先", en = "At once", tone = "danger")]
    Now,
    /// Today.
    #[choice(ja = "当日中", en = "Today", tone = "caution")]
    Today,
    /// As planned.
    #[choice(ja = "計画的に", en = "As planned")]
    Planned,
}

/// What of an asset is hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Property {
    /// Confidentiality.
    #[choice(ja = "機密性", en = "Confidentiality")]
    Confidentiality,
    /// Integrity.
    #[choice(ja = "完全性", en = "Integrity")]
    Integrity,
    /// Availability.
    #[choice(ja = "可用性", en = "Availability")]
    Availability,
}

/// Effect on the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Effect {
    /// Stop.
    #[choice(ja = "業務の停止", en = "Stop of business")]
    Stop,
    /// Interruption.
    #[choice(ja = "業務の中断", en = "Interruption")]
    Interruption,
    /// Loss of trust.
    #[choice(ja = "信用の低下", en = "Loss of trust")]
    Trust,
    /// Economic loss.
    #[choice(ja = "経済的な損失", en = "Economic loss")]
    Loss,
}

/// Class of a root cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CauseClass {
    /// Wrong settings, vulnerabilities, software not updated.
    #[choice(
        ja = "技術的（設定ミス・脆弱性・未更新）",
        en = "Technical (settings, vulnerability, not updated)"
    )]
    Technical,
    /// Late contact, defects of procedure.
    #[choice(
        ja = "組織的（連絡の遅れ・手順の不備）",
        en = "Organisational (late contact, procedure)"
    )]
    Organisational,
    /// Too little training, missing warnings.
    #[choice(ja = "人的（訓練不足・注意喚起の不足）", en = "Human (training, missing warnings)")]
    Human,
}

/// How far information on the case is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Sharing {
    /// Everyone whose role lets them see incidents.
    #[choice(ja = "社内の対応関係者", en = "All who respond")]
    Responders,
    /// Members of this case only.
    #[choice(ja = "この案件のメンバーだけ", en = "Members of this case only", tone = "danger")]
    Members,
}

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum IncidentState {
    /// Detected.
    #[choice(ja = "検知", en = "Detected", tone = "danger")]
    Detected,
    /// Reported.
    #[choice(ja = "報告済み", en = "Reported", tone = "danger")]
    Reported,
    /// Organisation started.
    #[choice(ja = "体制発足", en = "Organisation started", tone = "warning")]
    Organised,
    /// Contained.
    #[choice(ja = "封じ込め済み", en = "Contained", tone = "caution")]
    Contained,
    /// Eradicated.
    #[choice(ja = "根絶済み", en = "Eradicated", tone = "caution")]
    Eradicated,
    /// Recovered.
    #[choice(ja = "復旧済み", en = "Recovered", tone = "caution")]
    Recovered,
    /// Evaluated.
    #[choice(ja = "事後評価済み", en = "Evaluated")]
    Evaluated,
    /// Improvement handed over.
    #[choice(ja = "改善へ引き継ぎ済み", en = "Improvement handed over")]
    HandedOver,
    /// Closed.
    #[choice(ja = "終了", en = "Closed", tone = "good")]
    Closed,
    /// False alarm.
    #[choice(ja = "誤検知", en = "False alarm")]
    FalseAlarm,
    /// Goes on in another incident.
    #[choice(ja = "別のインシデントに統合", en = "Merged into another")]
    Merged,
}

/// A root cause.
#[derive(Debug, Clone, Rows)]
pub struct Cause {
    /// Short key that measures refer to.
    #[field(ja = "記号", en = "Key", max = 12)]
    pub key: String,
    /// Class.
    #[field(ja = "分類", en = "Class")]
    pub class: CauseClass,
    /// What it was.
    #[field(ja = "原因", en = "Cause", max = 500)]
    pub text: String,
}

/// A system that is hit, with its own clock.
#[derive(Debug, Clone, Rows)]
pub struct Affected {
    /// System.
    #[field(ja = "システム", en = "System")]
    pub system: Ref<System>,
    /// Stopped at.
    #[field(ja = "停止した日時", en = "Stopped at")]
    pub stopped_at: Option<Time>,
    /// Restored at.
    #[field(ja = "復旧した日時", en = "Restored at")]
    pub restored_at: Option<Time>,
}

/// An incident.
#[derive(Debug, Clone, Register)]
#[register(
    id = "incident",
    wing = Respond,
    menu = 2,
    ja = "インシデント",
    en = "Incident",
    question_ja = "いま何が起きていて、次に何をしますか",
    question_en = "What is going on, and what is next?",
    about_ja = "サイバー攻撃・システム障害・自然災害を同じ画面で扱います。疑いの段階で登録できます。",
    about_en = "Cyber attacks, failures and disasters alike. A suspicion is enough to open one.",
    purpose_ja = "対応の責任を明らかにし、後で分析するために残します。",
    purpose_en = "Makes responsibility clear and serves later analysis.",
    sort = "detected_at",
    sort_down,
    flow = super::incident_flow::FLOW,
    opens = &[
        super::hold::OPEN_HOLDS,
        super::collection::OPEN_LIST,
        crate::recover::restoration_rules::OPEN_WAYS_BACK,
        crate::improve::closing::PLAN_WHEN_NORMAL,
        super::paging_flow::WAKE_FOR_INCIDENT,
        crate::prepare::ot_specialist::BRING_IN
    ],
    check = check,
    retention_years = 10,
    meets = ["TK-01", "TK-64", "TK-69", "JP-21", "JP-22", "JP-23", "JP-24", "TK-104"]
)]
pub struct Incident {
    /// Number.
    #[field(ja = "番号", en = "Number", list, search, auto_number = "INC", system)]
    pub number: Option<String>,
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search, personal)]
    pub title: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: IncidentKind,
    /// How it was noticed.
    #[field(ja = "検知の手段", en = "Noticed by")]
    pub detection: Option<Detection>,
    /// By which channel the notice came.
    #[field(ja = "知らせを受けた経路", en = "Channel of the notice", max = 200)]
    pub notice_channel: Option<String>,
    /// Severity.
    #[field(ja = "重大度", en = "Severity", list)]
    pub severity: Option<Grade>,
    /// Priority.
    #[field(ja = "優先度", en = "Priority")]
    pub priority: Option<Priority>,
    /// Grave or wide.
    #[field(
        ja = "被害が重大または広範",
        en = "Damage grave or wide",
        help_ja = "はいの場合、IPAとJPCERT/CCへの連絡の要否を決めるまで次に進めません。",
        help_en = "If yes, a decision on telling IPA and JPCERT/CC is needed before going on."
    )]
    pub grave: bool,
    /// Personal data may have leaked.
    #[field(
        ja = "個人情報漏えいの可能性",
        en = "Personal data may have leaked",
        help_ja = "はいの場合、法定の報告期限が動き出します。",
        help_en = "If yes, the statutory deadlines start."
    )]
    pub personal_data: bool,
    /// Done with a wrongful purpose.
    #[field(
        ja = "不正な目的のおそれ",
        en = "Wrongful purpose suspected",
        help_ja = "不正侵入や持ち出しなど。報告期限の日数が変わります。",
        help_en = "Intrusion, theft and the like; changes the length of the deadline."
    )]
    pub wrongful_purpose: bool,
    /// What is hit.
    #[field(ja = "損なわれたもの", en = "What is hit")]
    pub properties: Many<Property>,
    /// Effect on the business.
    #[field(ja = "事業への影響", en = "Effect on business")]
    pub effects: Many<Effect>,
    /// What happened.
    #[field(ja = "何が起きたか", en = "What happened", search, personal)]
    pub summary: Option<Long>,
    /// What is known.
    #[field(ja = "分かっていること", en = "Known", search)]
    pub known: Option<Long>,
    /// What is not known.
    #[field(ja = "まだ分からないこと", en = "Not known")]
    pub unknown: Option<Long>,
    /// What is being done.
    #[field(ja = "いましていること", en = "Being done now", search)]
    pub doing: Option<Long>,
    /// As of when known, unknown and doing were written.
    #[field(ja = "状況のまとめの時点", en = "Situation as of")]
    pub situation_at: Option<Time>,
    /// Next update.
    #[field(ja = "次の状況共有", en = "Next update due")]
    pub next_update_at: Option<Time>,
    /// Effect on others: customers, partners, the public.
    #[field(ja = "社外への影響", en = "Effect on others", search)]
    pub effect_on_others: Option<Long>,
    /// The extent is settled (NI-455).
    #[field(
        ja = "影響範囲が確定した",
        en = "The extent is known",
        help_ja = "確定するまでは、管理システムも疑って確かめます。",
        help_en = "Until then, management systems are under suspicion too."
    )]
    pub extent_known: bool,
    /// Affected systems.
    #[field(ja = "影響を受けたシステム", en = "Affected systems")]
    pub systems: Table<Affected>,
    /// Affected assets.
    #[field(ja = "影響を受けた情報資産", en = "Affected assets")]
    pub assets: Vec<Ref<Asset>>,
    /// Department.
    #[field(ja = "発生した部門", en = "Department", access = "department")]
    pub department: Option<Ref<Department>>,
    /// Lead.
    #[field(ja = "指揮する人", en = "Lead", list)]
    pub lead: Option<Ref<Person>>,
    /// Members.
    #[field(ja = "メンバー", en = "Members")]
    pub members: Vec<Ref<Person>>,
    /// Sharing range.
    #[field(
        ja = "情報の共有範囲",
        en = "Shared with",
        access = "restricted",
        help_ja = "メンバーだけにすると、この案件の記録はほかの人には見えません。",
        help_en = "For members only: nobody else sees any record of this case."
    )]
    pub sharing: Option<Sharing>,
    /// Criterion used in triage.
    #[field(ja = "判断に使った基準", en = "Criterion used")]
    pub criterion: Option<String>,
    /// Way of the attack, or how it failed (JP-29).
    #[field(ja = "手口・起こり方", en = "Method or way it happened", search)]
    pub method: Option<String>,
    /// How it ended (JP-29).
    #[field(ja = "対応の結果", en = "Result of the response", search)]
    pub outcome: Option<Long>,
    /// Past cases that help (JP-28).
    #[field(ja = "参考にする過去の案件", en = "Past cases used")]
    pub past_cases: Vec<Ref<Incident>>,
    /// The incident in which this one goes on.
    #[field(ja = "統合先", en = "Merged into", system)]
    pub merged_into: Option<Ref<Incident>>,
    /// The incident that this one was split from.
    #[field(ja = "切り分け元", en = "Split from", system)]
    pub split_from: Option<Ref<Incident>>,
    /// Causes.
    #[field(ja = "原因", en = "Causes")]
    pub causes: Table<Cause>,
    /// Person who judged that there are no lessons.
    #[field(ja = "「教訓なし」と判断した人", en = "Judged \"no lessons\"", system)]
    pub no_lessons_by: Option<Ref<Person>>,
    /// Reason for that.
    #[field(ja = "「教訓なし」の理由", en = "Reason for \"no lessons\"", system)]
    pub no_lessons_reason: Option<String>,
    /// A drill.
    #[field(
        ja = "訓練",
        en = "Drill",
        help_ja = "訓練は本番の指標に数えず、訓練の回数に数えます。",
        help_en = "Left out of the figures of real incidents; counted as a drill."
    )]
    pub drill: bool,
    /// The exercise it belongs to.
    #[field(ja = "演習・訓練", en = "Exercise")]
    pub exercise: Option<Ref<Exercise>>,
    /// Legal hold.
    #[field(ja = "証拠保全のため消去しない", en = "Legal hold: nothing is erased")]
    pub legal_hold: bool,
    /// Logs kept when it was contained.
    #[field(
        ja = "封じ込めのとき、イベントログとアクセス履歴を消さずに残した",
        en = "Contained with event logs and access history kept, not cleared",
        system
    )]
    pub logs_kept: bool,
    /// Logs kept when it was eradicated.
    #[field(
        ja = "根絶のとき、イベントログとアクセス履歴を消さずに残した",
        en = "Eradicated with event logs and access history kept, not cleared",
        system
    )]
    pub logs_kept_after: bool,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<IncidentState>,
    /// Occurred at.
    #[field(ja = "発生した日時", en = "Occurred at")]
    pub occurred_at: Option<Time>,
    /// Detected at.
    #[field(ja = "気づいた日時", en = "Detected at", list)]
    pub detected_at: Option<Time>,
    /// Reported at.
    #[field(ja = "報告された日時", en = "Reported at", system)]
    pub reported_at: Option<Time>,
    /// Known to the organisation at.
    #[field(
        ja = "組織として知った日時",
        en = "Organisation aware at",
        help_ja = "多くの届出期限はここから数えます。",
        help_en = "Most legal deadlines count from here."
    )]
    pub aware_at: Option<Time>,
    /// Leakage of personal data became possible at.
    #[field(ja = "漏えいの可能性を知った日時", en = "Possible leak known at")]
    pub personal_data_at: Option<Time>,
    /// Classified as major at.
    #[field(ja = "重大と分類した日時", en = "Classified as major at")]
    pub classified_major_at: Option<Time>,
    /// Judged material at.
    #[field(ja = "重要と判定した日時", en = "Judged material at")]
    pub material_at: Option<Time>,
    /// Organisation started at.
    #[field(ja = "体制を発足した日時", en = "Organisation started at", system)]
    pub organised_at: Option<Time>,
    /// Contained at.
    #[field(ja = "封じ込めた日時", en = "Contained at", system)]
    pub contained_at: Option<Time>,
    /// Eradicated at.
    #[field(ja = "根絶した日時", en = "Eradicated at", system)]
    pub eradicated_at: Option<Time>,
    /// Recovered at.
    #[field(ja = "復旧した日時", en = "Recovered at", system)]
    pub recovered_at: Option<Time>,
    /// Evaluated at.
    #[field(ja = "事後評価した日時", en = "Evaluated at", system)]
    pub evaluated_at: Option<Time>,
    /// Closed at.
    #[field(ja = "終了した日時", en = "Closed at", system)]
    pub closed_at: Option<Time>,
}

/// A case that is shared with its members only must have one, or nobody could open it again.
fn check(body: &Body) -> Vec<FieldProblem> {
    let members_only = body.get("sharing").and_then(Value::as_str) == Some(Sharing::Members.id());
    if !members_only || body.contains_key("lead") || body.contains_key("members") {
        return Vec::new();
    }
    let text = crate::Message::new(
        "メンバーだけに共有する案件には、指揮する人かメンバーを入れてください。",
        "A case for members only needs a lead or a member.",
    );
    vec![FieldProblem::new("members", "required", text)]
}
