//! Packages of evidence that went to somebody outside (証拠の持ち出し, TK-62).

use super::evidence::Evidence;
use super::incident::Incident;
use crate::govern::person::Person;
use crate::*;

/// One package. Made by the program when somebody exports evidence.
#[derive(Debug, Clone, Register)]
#[register(
    id = "evidence_package",
    wing = Respond,
    menu = 16,
    ja = "証拠の持ち出し",
    en = "Evidence package",
    question_ja = "どの証拠の写しを、だれが、だれのために書き出しましたか",
    question_en = "Who exported copies of which evidence, and for whom?",
    about_ja = "外部の調査会社などに渡す証拠の写しを書き出すたびに、プログラムが残します。原本は変わりません。",
    about_en = "Kept by the program each time copies of evidence are exported for forensics outside. Originals stay untouched.",
    purpose_ja = "証拠の写しがどこにあるかを、後から示すために残します。",
    purpose_en = "Shows later where copies of evidence are.",
    sort = "made_at",
    sort_down,
    append_only,
    retention_years = 10,
    meets = ["TK-62"]
)]
pub struct EvidencePackage {
    /// Number.
    #[field(ja = "番号", en = "Number", list, search, auto_number = "PKG", system)]
    pub number: Option<String>,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case", system)]
    pub incident: Ref<Incident>,
    /// To whom it goes.
    #[field(ja = "渡す相手", en = "For whom", title, list, search, system)]
    pub receiver: String,
    /// Why.
    #[field(ja = "目的", en = "Purpose", max = 500, system)]
    pub purpose: String,
    /// What is in it.
    #[field(ja = "入れた証拠", en = "Evidence in it", system)]
    pub items: Vec<Ref<Evidence>>,
    /// Who exported it.
    #[field(ja = "書き出した人", en = "Exported by", list, system)]
    pub made_by: Option<Ref<Person>>,
    /// When.
    #[field(ja = "書き出した日時", en = "Exported at", list, system)]
    pub made_at: Time,
}
