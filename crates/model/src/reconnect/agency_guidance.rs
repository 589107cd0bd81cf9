//! Guidance of agencies (担当機関からの助言): what came back after updates, kept as guidance with
//! what was made of it (G7-88).

use super::framework::PhaseKind;
use super::parts::OF_CASE;
use super::reconnection::Reconnection;
use super::status_update::StatusUpdate;
use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// What was made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum GuidanceState {
    /// Received.
    #[choice(ja = "受領（検討前）", en = "Received, not considered", tone = "warning")]
    Received,
    /// Followed.
    #[choice(ja = "取り入れた", en = "Followed", tone = "good")]
    Followed,
    /// Not followed.
    #[choice(ja = "取り入れない（理由あり）", en = "Not followed, with the reason")]
    NotFollowed,
}

/// One piece of guidance.
#[derive(Debug, Clone, Register)]
#[register(
    id = "agency_guidance",
    wing = Reconnect,
    menu = 36,
    ja = "担当機関からの助言",
    en = "Guidance of an agency",
    question_ja = "担当機関から、どんな助言を受け、どうしましたか",
    question_en = "What guidance came from agencies, and what was made of it?",
    about_ja = "サイバーセキュリティ担当機関などから届いた助言を、助言として残します。指示や依頼とは分け、取り入れたかどうかを記録します。",
    about_en = "Guidance of the national cyber agency and the like, kept as guidance and apart from orders or requests, with what was made of it.",
    purpose_ja = "同じ状況を見ながら受けた助言を、漏らさず検討するために使います。",
    purpose_en = "So that guidance given on the same view of the situation is considered.",
    sort = "received_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-88"]
)]
pub struct AgencyGuidance {
    /// What, in short.
    #[field(ja = "助言の要点", en = "Guidance in short", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// From whom.
    #[field(ja = "助言した機関", en = "From", list)]
    pub from: Ref<Contact>,
    /// In full.
    #[field(ja = "助言の内容", en = "Guidance", search, max = 6000)]
    pub text: Long,
    /// Received at.
    #[field(ja = "受けた日時", en = "Received at", list)]
    pub received_at: Option<Time>,
    /// The view of the situation that it rests on.
    #[field(ja = "もとになった更新", en = "Update that it rests on")]
    pub update: Option<Ref<StatusUpdate>>,
    /// Phase concerned.
    #[field(ja = "関わる段階", en = "Phase concerned")]
    pub phase: Option<PhaseKind>,
    /// Considered by.
    #[field(ja = "検討した人", en = "Considered by", system)]
    pub considered_by: Option<Ref<Person>>,
    /// Considered at.
    #[field(ja = "検討した日時", en = "Considered at", system)]
    pub considered_at: Option<Time>,
    /// What was done, or why not.
    #[field(
        ja = "したこと・取り入れない理由",
        en = "What was done, or why not",
        system,
        max = 1000
    )]
    pub outcome: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<GuidanceState>,
}

const CONSIDERED: &[(&str, bool)] = &[("considered_by", true), ("outcome", true)];

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "received",
    start: Start { stamps: &["received_at"], ..OF_CASE },
    transitions: &[
        Transition {
            id: "follow",
            label: Text::new("取り入れる", "Follow it"),
            from: &["received"],
            to: "followed",
            asks: CONSIDERED,
            stamps: &["considered_at"],
            meets: &["G7-88"],
            ..Transition::PLAIN
        },
        Transition {
            id: "set_aside",
            label: Text::new("取り入れない", "Do not follow it"),
            from: &["received"],
            to: "not_followed",
            asks: CONSIDERED,
            stamps: &["considered_at"],
            meets: &["G7-88"],
            ..Transition::PLAIN
        },
    ],
};

/// Rules of guidance.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "agency_guidance.considered",
    register: "agency_guidance",
    label: Text::new("受けた助言を検討している", "Guidance received is considered"),
    why: Text::new(
        "検討しないままの助言は、受けていないのと同じです。",
        "Guidance that nobody considers might as well not have come.",
    ),
    mend: Text::new(
        "取り入れるか、理由を付けて取り入れないと決めてください。",
        "Follow it, or say why not.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        Verdict::when(
            c.me.text("state") == GuidanceState::Received.id(),
            "state",
            Text::new("まだ検討していません。", "Not considered yet."),
        )
    },
    meets: &["G7-88"],
}];
