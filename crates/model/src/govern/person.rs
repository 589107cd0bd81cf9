//! People (要員).

use super::department::Department;
use crate::*;

/// A person inside, or outside who works with us.
#[derive(Debug, Clone, Register)]
#[register(
    id = "person",
    wing = Govern,
    menu = 3,
    ja = "要員",
    en = "Person",
    question_ja = "だれに、どうすれば連絡がつきますか",
    question_en = "Whom can we reach, and how?",
    about_ja = "社員と、対応に加わる社外の人を登録します。連絡手段は二つ以上にします。",
    about_en = "Staff, and people outside who take part in response. Keep two means of contact or more.",
    purpose_ja = "緊急時の連絡と、役割の割り当てに使います。",
    purpose_en = "For contact in an emergency and for giving out roles.",
    sort = "name",
    retention_years = 5
)]
pub struct Person {
    /// Name.
    #[field(ja = "氏名", en = "Name", title, list, search, personal)]
    pub name: String,
    /// Reading.
    #[field(ja = "ふりがな", en = "Reading", search, personal)]
    pub reading: Option<String>,
    /// Department.
    #[field(ja = "部門", en = "Department", list, access = "department")]
    pub department: Option<Ref<Department>>,
    /// Job title.
    #[field(ja = "役職", en = "Job title", list)]
    pub job: Option<String>,
    /// Mail address.
    #[field(ja = "メール", en = "Mail", personal, search)]
    pub mail: Option<String>,
    /// Telephone.
    #[field(ja = "電話", en = "Telephone", personal)]
    pub phone: Option<String>,
    /// Telephone at night and on holidays.
    #[field(ja = "夜間・休日の電話", en = "Telephone out of hours", personal)]
    pub phone_off_hours: Option<String>,
    /// Another means.
    #[field(
        ja = "その他の連絡手段",
        en = "Other means",
        personal,
        help_ja = "社内ネットワークが使えないときの手段を書きます。",
        help_en = "A means that works when our own network does not."
    )]
    pub other: Option<String>,
    /// From outside.
    #[field(ja = "社外の人", en = "From outside")]
    pub external: bool,
    /// Employer, for people from outside.
    #[field(ja = "所属（社外の場合）", en = "Employer, if from outside")]
    pub employer: Option<String>,
    /// Kinds of incident that the person has responded to before (JP-30).
    #[field(ja = "対応した経験のある種類", en = "Kinds of incident responded to")]
    pub experience: Many<crate::respond::incident::IncidentKind>,
    /// When the contact data were last confirmed.
    #[field(ja = "連絡先を確認した日", en = "Contact confirmed on", list)]
    pub confirmed_on: Option<Date>,
}

/// Means of contact that are filled in.
pub fn means(person: &Record) -> usize {
    ["mail", "phone", "phone_off_hours", "other"]
        .iter()
        .filter(|f| person.body.contains_key(**f))
        .count()
}
