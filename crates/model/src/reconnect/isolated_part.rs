//! Isolated parts (切り離した部分): systems and services of a case, each in phases of its own
//! (G7-22).

use super::entry::{self, EntryState};
use super::parts::of_case;
use super::phase;
use super::reconnection::Reconnection;
use crate::identify::system::System;
use crate::respond::incident::Incident;
use crate::*;

/// A part of the compromised organisation that is cut off.
#[derive(Debug, Clone, Register)]
#[register(
    id = "isolated_part",
    wing = Reconnect,
    menu = 5,
    ja = "切り離した部分",
    en = "Isolated part",
    question_ja = "どのシステム・サービスが切り離され、それぞれどの段階ですか",
    question_en = "Which systems and services are cut off, and in which phase is each?",
    about_ja = "組織の一部だけが切り離されたとき、システムやサービスごとに登録します。登録すると、その部分の五つの段階が開きます。",
    about_en = "Where only parts are cut off, one entry for each system or service. Its own five phases open with it.",
    purpose_ja = "早く戻せる部分を、遅れている部分に待たせないために使います。",
    purpose_en = "So that a part that is ready does not wait for one that is not.",
    sort = "isolated_at",
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-22"]
)]
pub struct IsolatedPart {
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// System.
    #[field(ja = "システム", en = "System", list)]
    pub system: Option<Ref<System>>,
    /// Service.
    #[field(ja = "サービス・業務", en = "Service", max = 200)]
    pub service: Option<String>,
    /// Isolated at.
    #[field(ja = "切り離した日時", en = "Isolated at", list)]
    pub isolated_at: Time,
    /// Why.
    #[field(ja = "切り離した理由", en = "Why", max = 500)]
    pub why: Option<String>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<EntryState>,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "stands",
    start: Start {
        inputs: &[Input::Out("reconnection")],
        fill: Some(of_case),
        follows: &[Follow {
            label: Text::new("この部分の五つの段階を開く", "Opens the five phases of this part"),
            inputs: &[Input::Out("reconnection")],
            open: |c| phase::open(c, c.me.text("reconnection"), Some("new")),
            meets: &["G7-22"],
        }],
        ..Start::PLAIN
    },
    transitions: entry::FLOW.transitions,
};
