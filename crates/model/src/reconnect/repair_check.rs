//! Checks after repair (修復の確認): the first way in tried again, and agreement among repaired
//! parts (G7-55, G7-59).

use super::entry::{EntryState, stands};
use super::reconnection::{Integrity, Reconnection};
use crate::govern::person::Person;
use crate::respond::analysis::Analysis;
use crate::respond::evidence::Evidence;
use crate::respond::incident::Incident;
use crate::*;

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Checked {
    /// The way first used.
    #[choice(ja = "最初の侵入経路（再試験）", en = "First way in, tried again")]
    Entry,
    /// Systems.
    #[choice(ja = "システムどうし", en = "Systems")]
    System,
    /// Libraries.
    #[choice(ja = "ライブラリ", en = "Libraries")]
    Library,
    /// Reference data.
    #[choice(ja = "参照データ", en = "Reference data")]
    ReferenceData,
    /// Hardware.
    #[choice(ja = "ハードウェア", en = "Hardware")]
    Hardware,
    /// Other components.
    #[choice(ja = "その他の構成要素", en = "Other components")]
    Component,
}

/// The five kinds whose agreement is shown (G7-59).
pub const KINDS: [&str; 5] = ["system", "library", "reference_data", "hardware", "component"];

/// Outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RepairResult {
    /// Passed.
    #[choice(ja = "合格", en = "Passed", tone = "good")]
    Passed,
    /// Failed.
    #[choice(ja = "不合格", en = "Failed", tone = "danger")]
    Failed,
    /// Not needed here.
    #[choice(ja = "確認は不要", en = "Not needed")]
    NotNeeded,
}

/// One check.
#[derive(Debug, Clone, Register)]
#[register(
    id = "repair_check",
    wing = Reconnect,
    menu = 10,
    ja = "修復の確認",
    en = "Repair check",
    question_ja = "直したものは元の経路に耐え、互いに合っていますか",
    question_en = "Does what was repaired withstand the first way in, and does it agree?",
    about_ja = "最初の侵入経路の再試験と、直した部品どうし（システム・ライブラリ・参照データ・ハードウェア・その他）の突き合わせです。",
    about_en = "The first way in tried again, and repaired parts compared: systems, libraries, reference data, hardware, others.",
    purpose_ja = "同じ経路で再び入られず、つないだときに食い違わないことを示すために使います。",
    purpose_en = "Shows that the same way in is closed and that parts agree once linked.",
    sort = "on",
    sort_down,
    flow = super::entry::FLOW,
    append_only,
    retention_years = 10,
    meets = ["G7-55", "G7-59"]
)]
pub struct RepairCheck {
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Kind.
    #[field(ja = "確認の種類", en = "Kind of check", list)]
    pub kind: Checked,
    /// Pair or group.
    #[field(ja = "突き合わせたもの・経路", en = "Pair, group or way in", title, list, search)]
    pub parts: String,
    /// What the entry was.
    #[field(ja = "侵入経路の分析", en = "Analysis of the way in")]
    pub analysis: Option<Ref<Analysis>>,
    /// What is checked.
    #[field(ja = "確認したこと", en = "Checked", max = 500)]
    pub check: String,
    /// How.
    #[field(ja = "方法", en = "Method", max = 500)]
    pub method: String,
    /// Outcome.
    #[field(ja = "結果", en = "Result", list)]
    pub result: RepairResult,
    /// Integrity covered (G7-02).
    #[field(ja = "確かめたデータの完全性", en = "Integrity covered")]
    pub integrity: Many<Integrity>,
    /// Day.
    #[field(ja = "確認した日", en = "Checked on", list)]
    pub on: Date,
    /// Checker.
    #[field(ja = "確認した人", en = "Checked by", list)]
    pub checker: Ref<Person>,
    /// Evidence.
    #[field(ja = "証拠", en = "Evidence")]
    pub evidence: Vec<Ref<Evidence>>,
    /// State.
    #[field(ja = "状態", en = "State", system)]
    pub state: Option<EntryState>,
}

/// Whether a kind was checked and no pair or group of it stands as failed; a later check of the
/// same pair takes an earlier one's place. A way in is never "not needed".
pub fn passed<'a>(checks: impl Iterator<Item = &'a Record>, kind: &str) -> bool {
    let mut last: std::collections::BTreeMap<&str, &Record> = std::collections::BTreeMap::new();
    let mut mine: Vec<&Record> = checks.filter(|r| stands(r) && r.text("kind") == kind).collect();
    mine.sort_by_key(|r| r.leaf);
    for r in mine {
        last.insert(r.text("parts"), r);
    }
    !last.is_empty()
        && last.values().all(|r| {
            r.text("result") == "passed" || (kind != "entry" && r.text("result") == "not_needed")
        })
}
