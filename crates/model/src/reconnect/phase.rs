//! Phases of a case (段階): five in strict order, each with a gateway, for the whole and for each
//! isolated part (G7-37 to G7-42, G7-22).

use super::framework::{Criterion, PhaseKind};
use super::isolated_part::IsolatedPart;
use super::reconnection::Reconnection;
use crate::govern::person::Person;
use crate::prepare::playbook::Playbook;
use crate::respond::incident::Incident;
use crate::*;

/// Where a phase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PhaseState {
    /// Not begun.
    #[choice(ja = "これから", en = "Not begun")]
    Waiting,
    /// Open.
    #[choice(ja = "進行中", en = "Open", tone = "caution")]
    Open,
    /// Gateway reached.
    #[choice(ja = "関門に到達", en = "Gateway reached", tone = "good")]
    Complete,
}

/// A precondition that holds.
#[derive(Debug, Clone, Rows)]
pub struct Held {
    /// Key.
    #[field(ja = "前提の記号", en = "Key of the precondition", max = 40)]
    pub key: String,
    /// What shows it.
    #[field(ja = "確かめたこと", en = "What shows it", max = 300)]
    pub shown_by: String,
}

/// A precondition or criterion that is not asked for in this case.
#[derive(Debug, Clone, Rows)]
pub struct Waived {
    /// Key.
    #[field(ja = "記号", en = "Key", max = 40)]
    pub key: String,
    /// Who.
    #[field(ja = "認めた人", en = "Waived by")]
    pub by: Ref<Person>,
    /// Why.
    #[field(ja = "理由", en = "Why", max = 400)]
    pub why: String,
}

/// A phase.
#[derive(Debug, Clone, Register)]
#[register(
    id = "reconnect_phase",
    wing = Reconnect,
    menu = 6,
    ja = "再接続の段階",
    en = "Phase",
    question_ja = "いまどの段階にいて、次の関門まで何が足りませんか",
    question_en = "Which phase are we in, and what is missing to its gateway?",
    about_ja = "評価・修復・保証・再接続の四つの段階と、業務を戻す復旧です。案件を開くと五つとも開きます。",
    about_en = "Assessment, remediation, assurance, reconnection, and recovery after them. All five open with the case.",
    purpose_ja = "順番と関門を守り、飛ばしたときは理由を残すために使います。",
    purpose_en = "Keeps order and gateways, and the reason where one was passed over.",
    sort = "place",
    flow = super::phase_flow::FLOW,
    retention_years = 10,
    meets = ["G7-20", "G7-22", "G7-37", "G7-46"]
)]
pub struct Phase {
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Name.
    #[field(ja = "名称", en = "Name", title, list)]
    pub name: String,
    /// In English.
    #[field(ja = "名称（英語）", en = "Name in English")]
    pub title_en: Option<String>,
    /// Kind.
    #[field(ja = "段階", en = "Phase", list)]
    pub kind: PhaseKind,
    /// Place in the order.
    #[field(ja = "順番", en = "Order", system)]
    pub place: Option<i64>,
    /// Part; unset for the whole.
    #[field(ja = "切り離した部分", en = "Isolated part", list)]
    pub part: Option<Ref<IsolatedPart>>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<PhaseState>,
    /// Accountable.
    #[field(ja = "説明責任を持つ人", en = "Accountable person", list)]
    pub accountable: Option<Ref<Person>>,
    /// Known.
    #[field(ja = "分かっていること", en = "Known", max = 2000)]
    pub known: Option<Long>,
    /// Not known.
    #[field(ja = "分かっていないこと", en = "Not known", max = 2000)]
    pub unknown: Option<Long>,
    /// Being done.
    #[field(ja = "していること", en = "Being done", max = 2000)]
    pub doing: Option<Long>,
    /// Next update.
    #[field(ja = "次の更新の予定", en = "Next update due", list)]
    pub next_update_at: Option<Time>,
    /// Gateway expected on.
    #[field(ja = "関門に達する見込みの日", en = "Gateway expected on")]
    pub expected_on: Option<Date>,
    /// Preconditions that hold.
    #[field(ja = "満たした前提", en = "Preconditions that hold")]
    pub held: Table<Held>,
    /// Preconditions waived.
    #[field(ja = "免除した前提", en = "Preconditions waived")]
    pub waived: Table<Waived>,
    /// Criteria of this case alone.
    #[field(
        ja = "この案件で足す・変える基準",
        en = "Criteria added or adapted in this case",
        help_ja = "枠組みと同じ記号にすると、その基準を置き換えます。",
        help_en = "With the key of the framework's criterion it takes that one's place."
    )]
    pub own_criteria: Table<Criterion>,
    /// Criteria dropped.
    #[field(ja = "この案件で外す基準", en = "Criteria dropped in this case")]
    pub dropped: Table<Waived>,
    /// Technical procedures.
    #[field(ja = "使う技術手順書", en = "Technical procedures attached")]
    pub procedures: Vec<Ref<Playbook>>,
    /// Why it overlaps.
    #[field(ja = "先に始める理由", en = "Why it begins early", system, max = 1000)]
    pub overlap_why: Option<Long>,
    /// What is unfinished.
    #[field(
        ja = "前の段階で終わっていないこと",
        en = "What is unfinished before",
        system,
        max = 1000
    )]
    pub overlap_unfinished: Option<Long>,
    /// Which risk is accepted.
    #[field(ja = "受け入れるリスク", en = "Risk accepted", system, max = 1000)]
    pub overlap_risk: Option<Long>,
    /// By whom.
    #[field(ja = "重なりを認めた人", en = "Overlap approved by", system)]
    pub overlap_approver: Option<Ref<Person>>,
    /// Begun at.
    #[field(ja = "始めた日時", en = "Begun at", list, system)]
    pub begun_at: Option<Time>,
    /// Completed at.
    #[field(ja = "関門に到達した日時", en = "Gateway reached at", list, system)]
    pub completed_at: Option<Time>,
    /// Times reopened.
    #[field(ja = "開き直した回数", en = "Times reopened", system)]
    pub reopened: Option<i64>,
}

/// The five phases of a case or of one of its parts.
pub fn open(c: &RuleCtx<'_>, case: &str, part: Option<&str>) -> Vec<NewRecord> {
    let incident = match part {
        None => c.me.body.get("incident").cloned(),
        Some(_) => c.out("reconnection").and_then(|r| r.body.get("incident").cloned()),
    };
    let of = part.map(|_| c.me.text("name")).unwrap_or_default();
    PhaseKind::ALL
        .iter()
        .zip(1_i64..)
        .map(|(kind, place)| {
            let label = kind.label();
            let named = |word: &str| match of {
                "" => word.to_owned(),
                of => format!("{word}（{of}）").chars().take(200).collect(),
            };
            let mut body = Body::new();
            body.insert("reconnection".into(), case.into());
            body.insert("name".into(), named(label.ja).into());
            body.insert("title_en".into(), named(label.en).into());
            body.insert("kind".into(), kind.id().into());
            body.insert("place".into(), place.into());
            if let Some(part) = part {
                body.insert("part".into(), part.into());
            }
            if let Some(incident) = &incident {
                body.insert("incident".into(), incident.clone());
            }
            NewRecord { register: Phase::ID, body, link_back: None }
        })
        .collect()
}
