//! Reports by independent third parties (第三者の調査報告), and what they support (G7-61).

use super::assurance_item::AssuranceItem;
use super::parts::OF_CASE;
use super::reconnection::Reconnection;
use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::respond::evidence::Evidence;
use crate::respond::incident::Incident;
use crate::*;

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ReportStage {
    /// Received.
    #[choice(ja = "受け取った", en = "Received", tone = "caution")]
    Received,
    /// Accepted as independent.
    #[choice(ja = "独立性を確認済み", en = "Independence checked", tone = "good")]
    Checked,
}

/// A report.
#[derive(Debug, Clone, Register)]
#[register(
    id = "investigation_report",
    wing = Reconnect,
    menu = 16,
    ja = "第三者の調査報告",
    en = "Third-party investigation report",
    question_ja = "第三者は、何を調べ、何を言い、何を言っていませんか",
    question_en = "What did the third party look at, find, and leave open?",
    about_ja = "独立した会社などの調査報告を、範囲・期間・方法・結果・限界・署名とともに残し、支える保証項目に結びます。",
    about_en = "Investigations by independent firms: scope, period, method, findings, limits, signature, and the items they support.",
    purpose_ja = "第三者の裏づけを求める相手に示すために使います。",
    purpose_en = "For clients that ask for backing by a third party.",
    sort = "created_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-61"]
)]
pub struct InvestigationReport {
    /// Title.
    #[field(ja = "題名", en = "Title", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Provider.
    #[field(ja = "調査した会社", en = "Provider", list)]
    pub provider: Ref<Contact>,
    /// Scope.
    #[field(ja = "調べた範囲", en = "Scope", max = 2000)]
    pub scope: Long,
    /// From.
    #[field(ja = "調査の始まり", en = "Period from")]
    pub from_on: Date,
    /// To.
    #[field(ja = "調査の終わり", en = "Period to", list)]
    pub to_on: Date,
    /// Method.
    #[field(ja = "方法", en = "Method", max = 2000)]
    pub method: Long,
    /// Findings.
    #[field(ja = "分かったこと", en = "Findings", search, max = 6000)]
    pub findings: Long,
    /// Limits.
    #[field(ja = "限界・調べていないこと", en = "Limits", max = 2000)]
    pub limits: Long,
    /// Signed by.
    #[field(ja = "署名した人", en = "Signed by", max = 120)]
    pub signed_by: String,
    /// Signed on.
    #[field(ja = "署名の日", en = "Signed on")]
    pub signed_on: Date,
    /// The file.
    #[field(ja = "報告書のファイル", en = "The report as a file")]
    pub file: Option<Ref<Evidence>>,
    /// Items it supports.
    #[field(ja = "支える保証項目", en = "Items it supports")]
    pub supports: Vec<Ref<AssuranceItem>>,
    /// How independence was checked.
    #[field(
        ja = "独立性をどう確かめたか",
        en = "How independence was checked",
        system,
        max = 1000
    )]
    pub independence: Option<Long>,
    /// By whom.
    #[field(ja = "独立性を確かめた人", en = "Checked by", system)]
    pub checked_by: Option<Ref<Person>>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<ReportStage>,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "received",
    start: OF_CASE,
    transitions: &[Transition {
        id: "check",
        label: Text::new("独立性を確かめた", "Independence checked"),
        from: &["received"],
        to: "checked",
        asks: &[("independence", true), ("checked_by", true), ("supports", true)],
        meets: &["G7-61"],
        ..Transition::PLAIN
    }],
};
