//! Manual interim work (手作業による暫定業務, TK-40).

use crate::govern::{department::Department, person::Person};
use crate::identify::system::System;
use crate::*;

/// How a business goes on by hand while its systems are away.
#[derive(Debug, Clone, Register)]
#[register(
    id = "manual_work",
    wing = Recover,
    menu = 4,
    ja = "手作業の手順",
    en = "Manual work",
    question_ja = "システムが止まっている間、業務をどう続けますか",
    question_en = "How does business go on while systems are away?",
    about_ja = "回線や電源、システムが止まったときに、紙や電話で続ける手順を業務ごとに登録します。",
    about_en = "How each business goes on by paper and telephone when line, power or system is out.",
    purpose_ja = "止まっている間も業務を続け、後からデータを正しく入れ直すために使います。",
    purpose_en = "Keeps business going, and gets the data entered properly afterwards.",
    sort = "business",
    meets = ["TK-40"]
)]
pub struct ManualWork {
    /// Business.
    #[field(ja = "業務", en = "Business", title, list, search)]
    pub business: String,
    /// Systems it stands in for.
    #[field(ja = "代わりになるシステム", en = "Stands in for", list)]
    pub systems: Vec<Ref<System>>,
    /// Department.
    #[field(ja = "部門", en = "Department", access = "department")]
    pub department: Option<Ref<Department>>,
    /// When it begins.
    #[field(ja = "始めるきっかけ", en = "Trigger")]
    pub trigger: String,
    /// When it ends.
    #[field(ja = "やめる条件", en = "Ends when")]
    pub ends: Option<String>,
    /// Steps.
    #[field(ja = "手順", en = "Steps", search)]
    pub steps: Long,
    /// Paper forms, with their place.
    #[field(ja = "使う紙の様式と置き場所", en = "Paper forms and where they are")]
    pub forms: Option<Long>,
    /// Who.
    #[field(ja = "担当", en = "Who", list, access = "person")]
    pub who: Option<Ref<Person>>,
    /// How data are entered afterwards.
    #[field(ja = "復旧後のデータの入れ方", en = "How data are entered afterwards")]
    pub entry_after: Option<Long>,
    /// Last tried on.
    #[field(ja = "最後に試した日", en = "Last tried on", list)]
    pub tried_on: Option<Date>,
}

/// The rules.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "manual_work.complete",
    register: "manual_work",
    label: Text::new(
        "担当・様式・後からの入力まで決まっている",
        "Who, forms and later entry are settled",
    ),
    why: Text::new(
        "紙の記録を後から入れ直せないと、データが欠けたままになります。",
        "Paper that nobody can enter afterwards leaves a hole in the data.",
    ),
    mend: Text::new("空いている項目を埋めてください。", "Fill what is empty."),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        [
            ("who", "担当が決まっていません。", "Nobody is named."),
            ("forms", "使う紙の様式がありません。", "No paper forms are named."),
            (
                "entry_after",
                "復旧後のデータの入れ方がありません。",
                "How data are entered afterwards is open.",
            ),
        ]
        .iter()
        .filter(|(f, _, _)| !c.me.body.contains_key(*f))
        .fold(Verdict::ok(), |v, (f, ja, en)| v.and(f, *ja, *en))
    },
    meets: &["TK-40"],
}];
