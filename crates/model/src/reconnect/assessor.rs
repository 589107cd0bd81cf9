//! Independent third parties (独立した第三者) that examine a compromised organisation (G7-23).

use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::*;

/// Whether it is independent of the compromised organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Independence {
    /// Independent.
    #[choice(ja = "独立している", en = "Independent", tone = "good")]
    Independent,
    /// Has ties.
    #[choice(ja = "利害の関係がある", en = "Has ties", tone = "warning")]
    Ties,
}

/// A cyber response firm or vendor.
#[derive(Debug, Clone, Register)]
#[register(
    id = "assessor",
    wing = Reconnect,
    menu = 4,
    ja = "第三者の調査会社",
    en = "Third-party assessor",
    question_ja = "保証のための調査を、どの第三者に頼めますか",
    question_en = "Which third party can examine us?",
    about_ja = "再接続の保証を支える調査会社です。能力と実績、独立性をだれが確かめたかを残します。",
    about_en = "Firms that examine on behalf of assurance: ability, cases, and who checked their independence.",
    purpose_ja = "起きてから探さず、信頼される第三者にすぐ頼むために使います。",
    purpose_en = "So that a trusted third party is engaged at once.",
    sort = "name",
    meets = ["G7-23"]
)]
pub struct Assessor {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Ability.
    #[field(ja = "技術力", en = "Technical ability", max = 1000)]
    pub ability: Option<Long>,
    /// Experience.
    #[field(ja = "経験と対応した事例", en = "Experience and cases", max = 1000)]
    pub experience: Option<Long>,
    /// References.
    #[field(ja = "評判・照会先", en = "Reputation and references", max = 1000)]
    pub references: Option<Long>,
    /// Independence.
    #[field(ja = "独立性", en = "Independence", list)]
    pub independence: Option<Independence>,
    /// Checked by.
    #[field(ja = "独立性を確かめた人", en = "Independence checked by")]
    pub checked_by: Option<Ref<Person>>,
    /// Checked on.
    #[field(ja = "確かめた日", en = "Checked on")]
    pub checked_on: Option<Date>,
    /// Contract.
    #[field(ja = "契約", en = "Contract", list, max = 200)]
    pub contract: Option<String>,
    /// Scope.
    #[field(ja = "頼める範囲", en = "Scope", max = 500)]
    pub scope: Option<String>,
    /// Contact.
    #[field(ja = "連絡先", en = "Contact")]
    pub contact: Option<Ref<Contact>>,
    /// Engaged on.
    #[field(ja = "依頼した日", en = "Engaged on", list)]
    pub engaged_on: Option<Date>,
}

/// Rules of assessors.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "assessor.credible",
    register: "assessor",
    label: Text::new(
        "能力・実績・評判が分かり、独立性を人が確かめている",
        "Ability, cases and references are known, and independence was checked by a person",
    ),
    why: Text::new(
        "独立していない調査は、相手の判断の根拠になりません。",
        "An examination that is not independent gives a client no ground.",
    ),
    mend: Text::new("足りない項目を入れてください。", "Give what is missing."),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        let needed =
            ["ability", "experience", "references", "independence", "checked_by", "contact"];
        let v =
            needed.iter().filter(|f| !c.me.body.contains_key(**f)).fold(Verdict::ok(), |v, f| {
                let (ja, en) =
                    Assessor::DEF.field(f).map_or((*f, *f), |d| (d.label.ja, d.label.en));
                v.and(f, format!("「{ja}」がありません。"), format!("\"{en}\" is missing."))
            });
        if c.me.text("independence") == Independence::Ties.id() {
            return v.and(
                "independence",
                "利害の関係がある会社です。別の第三者を検討してください。",
                "It has ties; consider another third party.",
            );
        }
        v
    },
    meets: &["G7-23"],
}];
