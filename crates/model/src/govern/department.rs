//! Departments (部門).

use super::person::Person;
use crate::*;

/// A department.
#[derive(Debug, Clone, Register)]
#[register(
    id = "department",
    wing = Govern,
    menu = 2,
    ja = "部門",
    en = "Department",
    question_ja = "どの部門を、だれが束ねていますか",
    question_en = "Which departments are there and who heads them?",
    about_ja = "部門と部門責任者を登録します。資産や報告は部門ごとに見えるようになります。",
    about_en = "Departments and their heads. Assets and reports are then seen by department.",
    purpose_ja = "責任の範囲と、見える範囲を決めるために使います。",
    purpose_en = "Decides who is responsible for what and who sees what.",
    sort = "name"
)]
pub struct Department {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Department above.
    #[field(ja = "上位部門", en = "Part of", list)]
    pub parent: Option<Ref<Department>>,
    /// Head.
    #[field(ja = "部門責任者", en = "Head", list)]
    pub head: Option<Ref<Person>>,
    /// What it does.
    #[field(ja = "役割", en = "What it does")]
    pub note: Option<Long>,
}
