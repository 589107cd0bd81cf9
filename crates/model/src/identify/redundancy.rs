//! Redundancy (冗長化, TK-57).

use super::system::{System, effective_rto, graph};
use crate::*;

/// What stands ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Spare {
    /// Cloud.
    #[choice(ja = "クラウド", en = "Cloud")]
    Cloud,
    /// External backup.
    #[choice(ja = "外部バックアップ", en = "External backup")]
    ExternalBackup,
    /// Spare machine or line.
    #[choice(ja = "予備機・予備回線", en = "Spare machine or line")]
    Spare,
}

/// A redundant facility or service.
#[derive(Debug, Clone, Register)]
#[register(
    id = "redundancy",
    wing = Identify,
    menu = 7,
    ja = "冗長化",
    en = "Redundancy",
    question_ja = "止まったとき、何に切り替えられますか",
    question_en = "What can take over when it stops?",
    about_ja = "クラウド・外部バックアップ・予備機など、切り替え先と切り替え方、支えられる復旧時間を登録します。",
    about_en = "Cloud, external backup, spares: what takes over, how, and which recovery time that supports.",
    purpose_ja = "目標復旧時間を守れる備えかを確かめるために使います。",
    purpose_en = "Shows whether what stands ready keeps the recovery target.",
    sort = "name",
    meets = ["TK-57"]
)]
pub struct Redundancy {
    /// Facility or service.
    #[field(ja = "設備・サービス", en = "Facility or service", title, list, search)]
    pub name: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: Spare,
    /// System it supports.
    #[field(ja = "支えるシステム", en = "System supported", list)]
    pub system: Option<Ref<System>>,
    /// Way of failing over.
    #[field(ja = "切り替え方", en = "Way of failing over")]
    pub failover: Long,
    /// RTO it supports.
    #[field(ja = "支えられる復旧時間（分）", en = "RTO supported (minutes)", list)]
    pub rto: Minutes,
    /// Last test.
    #[field(ja = "最後に試した日", en = "Last tested on", list)]
    pub tested_on: Option<Date>,
}

/// The rules.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "redundancy.fits",
    register: "redundancy",
    label: Text::new(
        "切り替えが目標に間に合い、試してある",
        "Failover keeps the target and was tested",
    ),
    why: Text::new(
        "切り替えに目標より長くかかる備えでは、間に合いません。",
        "What takes longer than the target allows comes too late.",
    ),
    mend: Text::new(
        "切り替え方を速くするか目標を見直し、試した日を入れてください。",
        "Make it faster or review the target, and give the day of the test.",
    ),
    severity: Severity::Warning,
    inputs: &[Input::All("system")],
    tells: &[],
    check: |c| {
        let effective = effective_rto(&graph(c.all("system")));
        let mut v = Verdict::ok();
        if let (Some(own), Some(needed)) = (c.me.int("rto"), effective.get(c.me.text("system")))
            && own > *needed
        {
            v = v.and(
                "rto",
                format!("切り替えに{own}分かかり、必要な{needed}分に間に合いません。"),
                format!("Failover takes {own} minutes, but {needed} are needed."),
            );
        }
        if c.me.body.contains_key("tested_on") {
            v
        } else {
            v.and("tested_on", "まだ試していません。", "It has not been tested yet.")
        }
    },
    meets: &["TK-57"],
}];
