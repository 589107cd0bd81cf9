//! Restorations (復旧): one system's way back in one incident (TK-81).

use crate::govern::person::Person;
use crate::identify::{Importance, system::System};
use crate::respond::{decision::Decision, evidence::Evidence, incident::Incident};
use crate::*;

/// Where the way back stands. None but the last may be jumped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum RestorationState {
    /// Stopped.
    #[choice(ja = "停止中", en = "Stopped", tone = "danger")]
    Stopped,
    /// Alternative running.
    #[choice(ja = "代替運用中", en = "Alternative running", tone = "warning")]
    Alternative,
    /// Restoring.
    #[choice(ja = "復旧作業中", en = "Restoring", tone = "warning")]
    Restoring,
    /// Verified clean.
    #[choice(ja = "安全を確認済み", en = "Verified clean", tone = "caution")]
    Clean,
    /// Confirmation test passed.
    #[choice(ja = "確認テスト合格", en = "Confirmation test passed", tone = "caution")]
    Tested,
    /// Approved.
    #[choice(ja = "再開を承認済み", en = "Approved", tone = "caution")]
    Approved,
    /// In service.
    #[choice(ja = "再開", en = "In service", tone = "good")]
    InService,
    /// Watched.
    #[choice(ja = "監視強化中", en = "Watched", tone = "caution")]
    Watched,
    /// Normal.
    #[choice(ja = "通常運用", en = "Normal", tone = "good")]
    Normal,
    /// Entered by mistake.
    #[choice(ja = "対象外（停止していなかった）", en = "Not concerned (was not stopped)")]
    Withdrawn,
}

/// The nine states in their order.
pub const WAY: [&str; 9] = [
    "stopped",
    "alternative",
    "restoring",
    "clean",
    "tested",
    "approved",
    "in_service",
    "watched",
    "normal",
];

/// What runs while the system is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Bridge {
    /// An emergency system.
    #[choice(ja = "非常用システム・クラウドなど", en = "Emergency system, cloud or the like")]
    EmergencySystem,
    /// Work by hand.
    #[choice(ja = "手作業", en = "Work by hand")]
    ManualWork,
    /// Nothing.
    #[choice(ja = "代わりなし（業務を止める）", en = "Nothing (business waits)")]
    Nothing,
}

/// Whether the business continuity plan is in force (JP-40).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PlanInForce {
    /// In force: its order and targets apply.
    #[choice(ja = "発動中（BCPの順番と目標に従う）", en = "In force (its order and targets apply)")]
    InForce,
    /// Not in force: everyday order and targets.
    #[choice(
        ja = "発動していない（平時の順番と目標に従う）",
        en = "Not in force (everyday order and targets)"
    )]
    NotInForce,
}

/// What is looked for before restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CheckKind {
    /// Infected files.
    #[choice(ja = "感染ファイル", en = "Infected files")]
    InfectedFiles,
    /// Unauthorised changes.
    #[choice(ja = "不正な変更", en = "Unauthorised changes")]
    UnauthorisedChanges,
    /// Ways in that were left behind.
    #[choice(ja = "残された侵入口", en = "Ways in left behind")]
    Persistence,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

/// Outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CheckResult {
    /// Nothing found.
    #[choice(ja = "見つからない", en = "Nothing found", tone = "good")]
    Nothing,
    /// Found and removed; looked again.
    #[choice(ja = "見つけて取り除き、再確認した", en = "Removed, and checked again", tone = "good")]
    Removed,
    /// Found.
    #[choice(ja = "見つかった", en = "Found", tone = "danger")]
    Found,
}

/// What a confirmation test looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum TestKind {
    /// Functions.
    #[choice(ja = "機能", en = "Functions")]
    Functions,
    /// Data complete up to the recovery point.
    #[choice(ja = "復旧時点までのデータ", en = "Data up to the recovery point")]
    Data,
    /// Access rights.
    #[choice(ja = "アクセス権", en = "Access rights")]
    Rights,
    /// Link to partners.
    #[choice(ja = "取引先との接続", en = "Link to partners")]
    Partners,
}

/// Outcome of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum TestResult {
    /// Passed.
    #[choice(ja = "合格", en = "Passed", tone = "good")]
    Passed,
    /// Does not apply.
    #[choice(ja = "対象がない", en = "Does not apply")]
    None,
    /// Failed.
    #[choice(ja = "不合格", en = "Failed", tone = "danger")]
    Failed,
}

/// Whether anything is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Loss {
    /// Nothing.
    #[choice(ja = "失うものはない", en = "Nothing is lost", tone = "good")]
    Nothing,
    /// Part of the data or other assets.
    #[choice(
        ja = "データなどの一部を失う",
        en = "Part of data or other assets is lost",
        tone = "warning"
    )]
    Part,
}

/// One check before restart (TK-82).
#[derive(Debug, Clone, Rows)]
pub struct SafetyCheck {
    /// What was looked for.
    #[field(ja = "確認したもの", en = "Looked for")]
    pub kind: CheckKind,
    /// How.
    #[field(ja = "方法", en = "Method", max = 300)]
    pub method: String,
    /// Who.
    #[field(ja = "確認した人", en = "Checked by")]
    pub checker: Ref<Person>,
    /// When.
    #[field(ja = "確認した日時", en = "Checked at")]
    pub checked_at: Time,
    /// Outcome.
    #[field(ja = "結果", en = "Outcome")]
    pub result: CheckResult,
}

/// One confirmation test (TK-83).
#[derive(Debug, Clone, Rows)]
pub struct ConfirmationTest {
    /// What was tried.
    #[field(ja = "試したもの", en = "Tried")]
    pub kind: TestKind,
    /// Outcome.
    #[field(ja = "結果", en = "Outcome")]
    pub result: TestResult,
    /// Who.
    #[field(ja = "試した人", en = "Tried by")]
    pub tester: Option<Ref<Person>>,
    /// What was seen.
    #[field(ja = "内容", en = "What was seen", max = 500)]
    pub note: Option<String>,
}

/// One system's way back in one incident.
#[derive(Debug, Clone, Register)]
#[register(
    id = "restoration",
    wing = Recover,
    menu = 1,
    ja = "システムの復旧",
    en = "Restoration",
    question_ja = "このシステムは、いま復旧のどこにいますか",
    question_en = "Where on its way back is this system?",
    about_ja = "止まったシステムごとに、停止から通常運用までを一段ずつ進めます。インシデントに停止日時を入れると自動で開きます。",
    about_en = "Each stopped system goes from stop to normal step by step. Opens by itself once the incident says that it stopped.",
    purpose_ja = "安全を確かめずに再開することを防ぎ、目標時間との差を後から示すために残します。",
    purpose_en = "Prevents a restart that nobody checked, and shows later how the targets were met.",
    sort = "stopped_at",
    sort_down,
    flow = super::restoration_flow::FLOW,
    retention_years = 10,
    meets = ["TK-81"]
)]
pub struct Restoration {
    /// Name of the system.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// System.
    #[field(ja = "システム", en = "System", list)]
    pub system: Ref<System>,
    /// Importance when it stopped.
    #[field(ja = "重要度（停止時）", en = "Importance when it stopped")]
    pub importance: Option<Importance>,
    /// Of a drill.
    #[field(ja = "訓練", en = "Drill", system)]
    pub drill: bool,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<RestorationState>,
    /// Failure occurred at.
    #[field(ja = "障害が起きた日時", en = "Failure occurred at")]
    pub failed_at: Option<Time>,
    /// Stopped at.
    #[field(ja = "停止した日時", en = "Stopped at", list)]
    pub stopped_at: Option<Time>,
    /// Target in minutes at the time of the stop.
    #[field(ja = "停止時の目標復旧時間（RTO・分）", en = "RTO when it stopped (minutes)", system)]
    pub rto: Option<Minutes>,
    /// Target in minutes at the time of the stop.
    #[field(ja = "停止時の目標復旧時点（RPO・分）", en = "RPO when it stopped (minutes)", system)]
    pub rpo: Option<Minutes>,
    /// What bridges the gap.
    #[field(ja = "止まっている間の代わり", en = "What runs meanwhile", system)]
    pub bridge: Option<Bridge>,
    /// How.
    #[field(ja = "代わりの動かし方と、やめる条件", en = "How it runs, and when it ends", system)]
    pub bridge_how: Option<Long>,
    /// How an emergency system was hardened against the same method (NI-424).
    #[field(
        ja = "代わりに施した同じ手口への対策",
        en = "Hardening of it against the same method",
        system
    )]
    pub bridge_hardened: Option<Long>,
    /// Alternative since.
    #[field(ja = "代わりに切り替えた日時", en = "Alternative since", system)]
    pub alternative_at: Option<Time>,
    /// Whether the plan is in force.
    #[field(ja = "事業継続計画（BCP）", en = "Business continuity plan", system)]
    pub bcp: Option<PlanInForce>,
    /// Evidence taken of this system before work on it.
    #[field(ja = "先に取った証拠", en = "Evidence taken first")]
    pub evidence: Vec<Ref<Evidence>>,
    /// Why none.
    #[field(ja = "証拠を取らない理由", en = "Why no evidence is taken", max = 500)]
    pub no_evidence: Option<String>,
    /// Why out of order.
    #[field(
        ja = "順番を変える理由",
        en = "Why out of order",
        max = 500,
        help_ja = "先に戻す順番のシステムを追い越すときに書きます。",
        help_en = "When it overtakes a system that comes first."
    )]
    pub order_reason: Option<String>,
    /// Restoring since.
    #[field(ja = "復旧作業を始めた日時", en = "Restoring since", system)]
    pub restoring_at: Option<Time>,
    /// Checks before restart.
    #[field(ja = "再開前の安全確認", en = "Checks before restart")]
    pub checks: Table<SafetyCheck>,
    /// Verified clean at.
    #[field(ja = "安全を確認した日時", en = "Verified clean at", system)]
    pub clean_at: Option<Time>,
    /// The instant up to which data were brought back.
    #[field(ja = "データを戻せた時点", en = "Recovery point reached")]
    pub recovery_point_at: Option<Time>,
    /// Confirmation tests.
    #[field(ja = "復旧後の確認テスト", en = "Confirmation tests")]
    pub tests: Table<ConfirmationTest>,
    /// Test passed at.
    #[field(ja = "確認テストに合格した日時", en = "Test passed at", system)]
    pub tested_at: Option<Time>,
    /// Cause analysed (NI-423).
    #[field(ja = "原因を分析した", en = "The cause was analysed")]
    pub cause_analysed: bool,
    /// Cause identified.
    #[field(ja = "原因を特定した", en = "The cause was identified")]
    pub cause_identified: bool,
    /// Cause dealt with.
    #[field(
        ja = "原因に対処した（修正・除去・再構築）",
        en = "The cause was dealt with (patch, removal, rebuild)"
    )]
    pub cause_removed: bool,
    /// What if a flood of requests starts again (IPA-140).
    #[field(
        ja = "攻撃が再開したときの備え",
        en = "If the attack resumes",
        max = 500,
        help_ja = "サービス妨害は、戻したとたんに再び始まることがあります。",
        help_en = "A denial-of-service attack may resume as soon as the service is back."
    )]
    pub again_flood: Option<String>,
    /// What about bots already planted (IPA-140).
    #[field(
        ja = "残ったボットへの備え",
        en = "Bots already planted",
        max = 500,
        help_ja = "外部との接続を開くと、内側に残ったボットが指令元につながることがあります。見張る通信と止め方を書きます。",
        help_en = "Once the outside link opens, planted bots may reach their server: which traffic is watched, how it is cut."
    )]
    pub again_bots: Option<String>,
    /// Whom one asked, or the written procedure until they come (IPA-140).
    #[field(
        ja = "相談した専門家、または到着までの手順書",
        en = "Expert consulted, or procedure until they come",
        max = 500
    )]
    pub expert: Option<String>,
    /// Whether anything is lost (JP-41).
    #[field(ja = "失うもの", en = "Loss")]
    pub loss: Option<Loss>,
    /// What.
    #[field(ja = "何を失うか", en = "What is lost")]
    pub loss_what: Option<Long>,
    /// Worth.
    #[field(ja = "失うものの価値", en = "What it is worth", max = 500)]
    pub loss_worth: Option<String>,
    /// Alternatives.
    #[field(ja = "失わずに済む別の方法", en = "Alternatives", max = 1000)]
    pub loss_alternatives: Option<String>,
    /// Who accepts.
    #[field(ja = "失うことを認める人", en = "Who accepts the loss")]
    pub loss_accepted_by: Option<Ref<Person>>,
    /// Exception from a condition, with its reason.
    #[field(
        ja = "例外として再開する理由",
        en = "Restart as an exception, because",
        max = 1000,
        help_ja = "原因や全端末の確認がそろわないときだけ書きます。侵入口が残っている前提で監視を強めます。",
        help_en = "Only where cause or device scan are incomplete. Implants are then assumed and watch is heightened."
    )]
    pub exception: Option<String>,
    /// Who approved, as named in the plan.
    #[field(ja = "再開を承認した人", en = "Approved by", system)]
    pub approver: Option<Ref<Person>>,
    /// What was decided, and why.
    #[field(ja = "再開の判断と理由", en = "Decision to restart, and why", system)]
    pub approval: Option<Long>,
    /// The decision on record.
    #[field(ja = "再開の決定", en = "Decision", system)]
    pub decision: Option<Ref<Decision>>,
    /// Approved at.
    #[field(ja = "承認した日時", en = "Approved at", system)]
    pub approved_at: Option<Time>,
    /// In service at.
    #[field(ja = "再開した日時", en = "In service at", list, system)]
    pub in_service_at: Option<Time>,
    /// Who watches (JP-43).
    #[field(ja = "見張る人", en = "Watcher")]
    pub watcher: Option<Ref<Person>>,
    /// Signs.
    #[field(ja = "見張る兆候", en = "Signs watched for")]
    pub watch_signs: Option<Long>,
    /// Until when.
    #[field(ja = "監視強化の終わり", en = "Watch ends at")]
    pub watch_until: Option<Time>,
    /// Neighbours watched too (NI-428).
    #[field(ja = "あわせて見張る隣のシステム", en = "Neighbours watched as well")]
    pub watch_neighbours: Vec<Ref<System>>,
    /// Watched since.
    #[field(ja = "監視強化を始めた日時", en = "Watched since", system)]
    pub watched_at: Option<Time>,
    /// What the watch has shown.
    #[field(ja = "監視の結果", en = "What the watch has shown", system)]
    pub watch_result: Option<Long>,
    /// Normal at.
    #[field(ja = "通常運用に戻した日時", en = "Normal at", system)]
    pub normal_at: Option<Time>,
    /// How often it fell back.
    #[field(ja = "やり直した回数", en = "Fell back (times)", system)]
    pub relapses: Option<i64>,
}

/// Whether a restoration is not yet in service.
pub fn away(r: &Record) -> bool {
    matches!(
        r.text("state"),
        "" | "stopped" | "alternative" | "restoring" | "clean" | "tested" | "approved"
    )
}

/// Whether a restoration still needs somebody: neither normal nor withdrawn.
pub fn open(r: &Record) -> bool {
    !matches!(r.text("state"), "normal" | "withdrawn")
}

/// Minutes of data lost, from the failure (or the stop) back to the recovery point reached.
pub fn lost_minutes(r: &Record) -> Option<i64> {
    let failed = r.time("failed_at").or(r.time("stopped_at"))?;
    Some((failed.since(r.time("recovery_point_at")?) / MINUTE).max(0))
}
