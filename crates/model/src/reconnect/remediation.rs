//! Remediation items (修復項目): each serves one of five ends, answers a finding and keeps asset,
//! owner, state and evidence (G7-54, G7-50).

use super::entry::stands;
use super::framework::PhaseKind;
use super::parts::OF_CASE;
use super::reconnection::Reconnection;
use crate::govern::person::Person;
use crate::identify::system::System;
use crate::respond::{
    analysis::Analysis, evidence::Evidence, incident::Incident, root_cause::RootCause,
};
use crate::*;

/// What an item is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RemediationEnd {
    /// Mend the affected place.
    #[choice(ja = "影響を受けた箇所を直す", en = "Mend the affected place")]
    Mend,
    /// Limit the spread of damage.
    #[choice(ja = "被害の広がりを抑える", en = "Limit the spread of damage")]
    Limit,
    /// Stop further infection.
    #[choice(ja = "さらなる感染を止める", en = "Stop further infection")]
    Stop,
    /// Restore systems.
    #[choice(ja = "システムを復元する", en = "Restore systems")]
    Restore,
    /// Make ready for business restart.
    #[choice(ja = "業務の再開に備える", en = "Make ready for business restart")]
    Ready,
}

impl RemediationEnd {
    /// All five (G7-54).
    pub const ALL: [RemediationEnd; 5] = [
        RemediationEnd::Mend,
        RemediationEnd::Limit,
        RemediationEnd::Stop,
        RemediationEnd::Restore,
        RemediationEnd::Ready,
    ];
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RemediationState {
    /// Open.
    #[choice(ja = "未着手", en = "Open", tone = "warning")]
    Open,
    /// Being done.
    #[choice(ja = "修復中", en = "Being done", tone = "caution")]
    UnderWay,
    /// Done with evidence.
    #[choice(ja = "証拠つきで完了", en = "Done with evidence", tone = "good")]
    Done,
    /// Not needed.
    #[choice(ja = "不要", en = "Not needed")]
    NotNeeded,
}

/// An item.
#[derive(Debug, Clone, Register)]
#[register(
    id = "remediation",
    wing = Reconnect,
    menu = 10,
    ja = "修復項目",
    en = "Remediation item",
    question_ja = "どの目的の修復が、まだ終わっていませんか",
    question_en = "For which end is remediation not finished?",
    about_ja = "修復は五つの目的（直す・抑える・止める・復元する・再開に備える）に分けて、分かったこと・対象・担当・証拠とともに残します。",
    about_en = "Remediation serves five ends: mend, limit, stop, restore, make ready. Each item keeps finding, asset, owner, state and evidence.",
    purpose_ja = "直し残しを無くし、何をどう直したかを相手に示すために使います。",
    purpose_en = "So that nothing is left unmended, and others can be shown what was done.",
    sort = "created_at",
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-54", "G7-56"]
)]
pub struct Remediation {
    /// What is done.
    #[field(ja = "すること", en = "What is done", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// End.
    #[field(ja = "目的", en = "End", list)]
    pub end: RemediationEnd,
    /// Finding.
    #[field(ja = "もとになる分析", en = "Finding")]
    pub finding: Option<Ref<Analysis>>,
    /// Root cause.
    #[field(ja = "もとになる根本原因", en = "Root cause")]
    pub root_cause: Option<Ref<RootCause>>,
    /// System.
    #[field(ja = "対象のシステム", en = "System concerned", list)]
    pub system: Option<Ref<System>>,
    /// Asset or place, in words.
    #[field(ja = "対象（機器・箇所）", en = "Asset or place", search, max = 200)]
    pub place: Option<String>,
    /// Owner.
    #[field(ja = "担当", en = "Owner", list)]
    pub owner: Option<Ref<Person>>,
    /// Due.
    #[field(ja = "期限", en = "Due", list)]
    pub due_at: Option<Time>,
    /// Evidence.
    #[field(ja = "証拠", en = "Evidence", system)]
    pub evidence: Vec<Ref<Evidence>>,
    /// Result.
    #[field(ja = "結果", en = "Result", system, max = 1000)]
    pub result: Option<Long>,
    /// Done at.
    #[field(ja = "完了した日時", en = "Done at", list, system)]
    pub done_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<RemediationState>,
}

const AIMED: Gate = Gate {
    id: "finding_asset_owner",
    label: Text::new(
        "もとになる分析か根本原因、対象、担当がある",
        "Finding or root cause, asset and owner are given",
    ),
    mend: Text::new(
        "何が分かったから、どこを、だれが直すのかを入れてください。",
        "Say on which finding, where, and by whom.",
    ),
    inputs: &[],
    holds: |c| {
        let any = |fields: [&str; 2]| fields.iter().any(|f| c.me.body.contains_key(*f));
        any(["finding", "root_cause"])
            && any(["system", "place"])
            && c.me.body.contains_key("owner")
    },
    meets: &["G7-54"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: OF_CASE,
    transitions: &[
        Transition {
            id: "begin",
            label: Text::new("修復を始める", "Begin"),
            from: &["open"],
            to: "under_way",
            gates: &[AIMED],
            meets: &["G7-54"],
            ..Transition::PLAIN
        },
        Transition {
            id: "finish",
            label: Text::new("修復を終えた", "Done"),
            from: &["under_way"],
            to: "done",
            asks: &[("evidence", true), ("result", true)],
            stamps: &["done_at"],
            gates: &[AIMED],
            meets: &["G7-54"],
            ..Transition::PLAIN
        },
        Transition {
            id: "skip",
            label: Text::new("不要とする", "Not needed"),
            from: &["open", "under_way"],
            to: "not_needed",
            reason: true,
            ..Transition::PLAIN
        },
        Transition {
            id: "again",
            label: Text::new("やり直す", "Do it again"),
            from: &["done", "not_needed"],
            to: "under_way",
            reason: true,
            fill: Some(|_| [("done_at".to_owned(), Value::Null)].into_iter().collect()),
            ..Transition::PLAIN
        },
    ],
};

/// The ends that no item of a case serves, and those with an item that is not finished.
pub fn lacking<'a>(
    items: impl Iterator<Item = &'a Record>,
) -> (Vec<RemediationEnd>, Vec<RemediationEnd>) {
    let items: Vec<&Record> = items.filter(|i| stands(i)).collect();
    let of = |end: RemediationEnd| items.iter().filter(move |i| i.text("end") == end.id());
    let unserved = RemediationEnd::ALL.into_iter().filter(|e| of(*e).next().is_none()).collect();
    let unfinished =
        |e: &RemediationEnd| of(*e).any(|i| !matches!(i.text("state"), "done" | "not_needed"));
    (unserved, RemediationEnd::ALL.into_iter().filter(unfinished).collect())
}

/// Rules of remediation.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "reconnect_phase.five_ends",
    register: "reconnect_phase",
    label: Text::new("修復項目が五つの目的すべてにある", "Remediation items serve all five ends"),
    why: Text::new(
        "一つでも抜けると、直した後に広がりや再感染が残ります。",
        "With one left out, spread or infection stays after the repair.",
    ),
    mend: Text::new(
        "足りない目的の修復項目を登録してください。要らないものは「不要」にします。",
        "Enter items for the ends that lack one; \"not needed\" where so.",
    ),
    severity: Severity::Warning,
    inputs: &[Input::Beside("reconnection", "remediation", "reconnection")],
    tells: &[],
    check: |c| {
        let mine = c.me.text("kind") == PhaseKind::Remediation.id();
        if !mine || c.me.text("state") != "open" {
            return Verdict::ok();
        }
        let (unserved, _) = lacking(c.beside("reconnection", Remediation::ID, "reconnection"));
        unserved.into_iter().fold(Verdict::ok(), |v, end| {
            let label = end.label();
            v.and(
                "",
                format!("「{}」の修復項目がありません。", label.ja),
                format!("No remediation item serves \"{}\".", label.en),
            )
        })
    },
    meets: &["G7-54"],
}];
