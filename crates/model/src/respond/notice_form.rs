//! Notification forms (通知票): the facts that every notice is written from (IPA-150, IPA-153).

use super::incident::Incident;
use super::message::Stage;
use crate::govern::person::Person;
use crate::prepare::scenario::Scenario;
use crate::*;

/// What every notice on a case is written from.
#[derive(Debug, Clone, Register)]
#[register(
    id = "notice_form",
    wing = Respond,
    menu = 22,
    ja = "通知票",
    en = "Notification form",
    question_ja = "だれの何が、いつから、どれだけ、どうなりましたか",
    question_en = "Whose what, since when, how much, and in which state?",
    about_ja = "社外への知らせに書く事実を、決まった項目で整理します。分からない項目は空のままにすると「確認中」と書かれます。",
    about_en = "The facts that notices are written from. What is not known stays empty and is written as \"being confirmed\".",
    purpose_ja = "どの相手にも同じ事実を、漏れなく伝えるために使います。",
    purpose_en = "So that everybody is told the same facts, and none is left out.",
    sort = "created_at",
    sort_down,
    retention_years = 10,
    meets = ["IPA-150", "IPA-153"]
)]
pub struct NoticeForm {
    /// Title.
    #[field(ja = "件名", en = "Subject", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", access = "case", list)]
    pub incident: Ref<Incident>,
    /// Stage.
    #[field(ja = "段階", en = "Stage", list)]
    pub stage: Stage,
    /// The scenario it was prepared for.
    #[field(ja = "想定シナリオ", en = "Scenario")]
    pub scenario: Option<Ref<Scenario>>,
    /// Whose.
    #[field(ja = "だれの", en = "Whose")]
    pub whose: Option<String>,
    /// Which information, system or service.
    #[field(ja = "どの情報・システム・サービスが", en = "Which information, system or service")]
    pub what: Option<String>,
    /// Since when.
    #[field(ja = "いつから", en = "Since when")]
    pub since: Option<Time>,
    /// How much.
    #[field(ja = "どれだけ", en = "How much")]
    pub how_much: Option<String>,
    /// By what route.
    #[field(ja = "どの経路で", en = "By what route")]
    pub route: Option<String>,
    /// In which state.
    #[field(ja = "どのような状態か", en = "In which state")]
    pub condition: Option<Long>,
    /// Damage.
    #[field(ja = "被害", en = "Damage")]
    pub damage: Option<Long>,
    /// Possible second-round damage.
    #[field(ja = "考えられる二次被害", en = "Possible second-round damage")]
    pub second_damage: Option<Long>,
    /// What has been done and will be done.
    #[field(ja = "これまでと今後の対応", en = "Done and planned")]
    pub response: Option<Long>,
    /// What the reader should do.
    #[field(ja = "読む人にお願いすること", en = "What the reader should do")]
    pub ask: Option<Long>,
    /// Closing: damage still possible.
    #[field(ja = "終報: 今後も考えられる被害", en = "Closing: damage still possible")]
    pub remaining: Option<Long>,
    /// Closing: prevention.
    #[field(ja = "終報: 再発防止", en = "Closing: prevention")]
    pub prevention: Option<Long>,
    /// Closing: date of restart.
    #[field(ja = "終報: サービスの再開日", en = "Closing: restart of the service")]
    pub restart_on: Option<Date>,
    /// Closing: statement of the end.
    #[field(ja = "終報: 収束の宣言", en = "Closing: statement of the end")]
    pub ended_statement: Option<String>,
    /// Written by.
    #[field(ja = "まとめた人", en = "Put together by")]
    pub writer: Option<Ref<Person>>,
}

/// The facts of the form in the order of the paper, with whether only a closing notice has them.
pub const FACTS: [(&str, bool); 14] = [
    ("whose", false),
    ("what", false),
    ("since", false),
    ("how_much", false),
    ("route", false),
    ("condition", false),
    ("damage", false),
    ("second_damage", false),
    ("response", false),
    ("ask", false),
    ("remaining", true),
    ("prevention", true),
    ("restart_on", true),
    ("ended_statement", true),
];

/// Rules of notification forms.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "notice_form.closing",
    register: "notice_form",
    label: Text::new("終報に要る項目がそろっている", "A closing notice has all its parts"),
    why: Text::new(
        "収束を知らせるときは、残る被害、再発防止、再開日、終わりの宣言が求められるためです。",
        "A closing notice owes damage still possible, prevention, restart and a statement of the end.",
    ),
    mend: Text::new(
        "終報の四つの項目を入れてください。",
        "Fill the four parts of the closing notice.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        if c.me.text("stage") != Stage::Closing.id() {
            return Verdict::ok();
        }
        FACTS.iter().filter(|(f, closing)| *closing && !c.me.body.contains_key(*f)).fold(
            Verdict::ok(),
            |v, (f, _)| {
                let (ja, en) = c.me.def.field(f).map_or((*f, *f), |d| (d.label.ja, d.label.en));
                v.and(f, format!("「{ja}」がありません。"), format!("\"{en}\" is missing."))
            },
        )
    },
    meets: &["IPA-153"],
}];
