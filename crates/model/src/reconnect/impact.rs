//! Impact of the incident (影響の記録) by area and exposure (G7-48, G7-53).

use super::entry::EntryState;
use super::reconnection::Reconnection;
use crate::govern::person::Person;
use crate::respond::incident::Incident;
use crate::*;

/// The five areas of gateway 1 (G7-53).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Area {
    /// Operations.
    #[choice(ja = "業務", en = "Operations")]
    Operations,
    /// Technology.
    #[choice(ja = "技術", en = "Technology")]
    Technology,
    /// Market.
    #[choice(ja = "市場", en = "Market")]
    Market,
    /// Customers.
    #[choice(ja = "顧客", en = "Customers")]
    Customers,
    /// Supply chain.
    #[choice(ja = "サプライチェーン", en = "Supply chain")]
    SupplyChain,
}

impl Area {
    /// All five.
    pub const ALL: [Area; 5] =
        [Area::Operations, Area::Technology, Area::Market, Area::Customers, Area::SupplyChain];
}

/// What is exposed (G7-48).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Exposure {
    /// Financial.
    #[choice(ja = "財務", en = "Financial")]
    Financial,
    /// Reputational.
    #[choice(ja = "評判", en = "Reputational")]
    Reputational,
    /// Operational: loss of data.
    #[choice(ja = "業務運営（データの喪失）", en = "Operational: data loss")]
    DataLoss,
    /// Operational: third parties.
    #[choice(ja = "業務運営（第三者のリスク）", en = "Operational: third-party risk")]
    ThirdParty,
    /// Operational otherwise.
    #[choice(ja = "業務運営（その他）", en = "Operational: other")]
    Operational,
}

/// How sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Confidence {
    /// Low.
    #[choice(ja = "低い", en = "Low", tone = "caution")]
    Low,
    /// Medium.
    #[choice(ja = "中くらい", en = "Medium")]
    Medium,
    /// High.
    #[choice(ja = "高い", en = "High", tone = "good")]
    High,
}

/// One estimate.
#[derive(Debug, Clone, Register)]
#[register(
    id = "impact",
    wing = Reconnect,
    menu = 9,
    ja = "影響の記録",
    en = "Impact",
    question_ja = "どの領域に、どれほどの影響がありましたか",
    question_en = "Which areas were hit, and how hard?",
    about_ja = "業務・技術・市場・顧客・サプライチェーンへの影響を、見積もり・根拠・確かさとともに残します。",
    about_en = "Impact on operations, technology, market, customers and supply chain: estimate, basis, confidence.",
    purpose_ja = "修復の重点を決め、相手に影響を説明するために使います。",
    purpose_en = "Aims repair, and explains the effect to the other side.",
    sort = "on",
    sort_down,
    flow = super::entry::FLOW,
    retention_years = 10,
    meets = ["G7-48"]
)]
pub struct Impact {
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// What.
    #[field(ja = "影響", en = "Impact", title, list, search)]
    pub what: String,
    /// Area.
    #[field(ja = "領域", en = "Area", list)]
    pub area: Area,
    /// Exposure.
    #[field(ja = "さらされるもの", en = "Exposure", list)]
    pub exposure: Exposure,
    /// Estimate.
    #[field(ja = "見積もり", en = "Estimate", list, max = 300)]
    pub estimate: String,
    /// Basis.
    #[field(ja = "見積もりの根拠", en = "Basis", max = 1000)]
    pub basis: Long,
    /// Confidence.
    #[field(ja = "確かさ", en = "Confidence", list)]
    pub confidence: Confidence,
    /// As of.
    #[field(ja = "見積もった日", en = "As of", list)]
    pub on: Date,
    /// By whom.
    #[field(ja = "見積もった人", en = "Estimated by")]
    pub by: Option<Ref<Person>>,
    /// State.
    #[field(ja = "状態", en = "State", system)]
    pub state: Option<EntryState>,
}
