//! Suppliers (取引先・委託先).

use super::Importance;
use super::system::System;
use crate::*;

/// What a supplier answers when asked whether its supply goes on in trouble (NI-148).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Continuity {
    /// Has a plan that covers what we get.
    #[choice(ja = "備えがある", en = "Has a plan that covers us", tone = "good")]
    Covered,
    /// Has a plan that does not cover all of it.
    #[choice(ja = "一部だけ備えがある", en = "Covers part of it", tone = "caution")]
    Partly,
    /// Has none: we must do without it.
    #[choice(ja = "備えがない", en = "Has none", tone = "warning")]
    None,
}

/// A supplier or contractor.
#[derive(Debug, Clone, Register)]
#[register(
    id = "supplier",
    wing = Identify,
    menu = 3,
    ja = "取引先・委託先",
    en = "Supplier",
    question_ja = "止まると困る取引先はどこですか",
    question_en = "Which suppliers can stop us?",
    about_ja = "システムの委託先やクラウド事業者、重要な部材の仕入先を登録します。",
    about_en = "Contractors, cloud providers and suppliers of important parts.",
    purpose_ja = "障害時の連絡と、影響の見きわめに使います。",
    purpose_en = "For contact in trouble and for judging effects.",
    sort = "name"
)]
pub struct Supplier {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// What it supplies.
    #[field(ja = "提供内容", en = "What it supplies", list, search)]
    pub service: Option<String>,
    /// Importance.
    #[field(ja = "重要度", en = "Importance", list)]
    pub importance: Option<Importance>,
    /// Contract number.
    #[field(ja = "契約・顧客番号", en = "Contract or customer number")]
    pub contract_number: Option<String>,
    /// Contact in trouble.
    #[field(ja = "障害時の窓口", en = "Contact in trouble", list)]
    pub desk: Option<String>,
    /// Telephone of that contact.
    #[field(ja = "窓口の電話", en = "Telephone")]
    pub phone: Option<String>,
    /// Contract clause about it.
    #[field(ja = "契約上の取り決め", en = "Clause in the contract")]
    pub clause: Option<String>,
    /// Systems and services that hang on it.
    #[field(ja = "支えているシステム・サービス", en = "Systems and services it supports")]
    pub systems: Vec<Ref<System>>,
    /// Its answer on continuity.
    #[field(
        ja = "継続の備え（先方の回答）",
        en = "Continuity, as it answers",
        help_ja = "障害や攻撃のときも供給が続くかを、先方に確かめた答えです。",
        help_en = "What it answered when asked whether supply goes on in trouble or under attack."
    )]
    pub continuity: Option<Continuity>,
    /// Answered on.
    #[field(ja = "回答を得た日", en = "Answered on")]
    pub continuity_on: Option<Date>,
    /// What we do without it.
    #[field(ja = "供給が止まったときの当社の動き", en = "What we do when its supply stops")]
    pub without_it: Option<Long>,
}

/// Whether a critical supplier is linked to nothing or has not answered on continuity.
pub fn silent(supplier: &Record) -> bool {
    let said = supplier.body.contains_key("continuity")
        && supplier.body.contains_key("continuity_on")
        && supplier.body.contains_key("systems");
    supplier.text("importance") == Importance::High.id() && !said
}

/// Rules of suppliers.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "supplier.continuity",
    register: "supplier",
    label: Text::new(
        "重要な取引先は、支えるサービスと継続の備えが分かっている",
        "Critical suppliers: services concerned and continuity are known",
    ),
    why: Text::new(
        "サービスが止まる原因は、取引先の側にもあります。",
        "What stops a service may lie with a supplier.",
    ),
    mend: Text::new(
        "支えるシステムと、先方に確かめた継続の備えと日付を入れてください。",
        "Give the systems it supports, and its answer on continuity with the day.",
    ),
    severity: Severity::Notice,
    inputs: &[],
    tells: &[],
    check: |c| {
        Verdict::when(
            silent(c.me),
            "continuity",
            Text::new(
                "重要な取引先なのに、支えるサービスか継続の備えの回答がありません。",
                "Critical, and the services concerned or its answer on continuity are missing.",
            ),
        )
    },
    meets: &["NI-148"],
}];
