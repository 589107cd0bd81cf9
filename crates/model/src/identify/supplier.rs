//! Suppliers (取引先・委託先).

use super::Importance;
use crate::*;

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
}
