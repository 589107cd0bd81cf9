//! Inspections of results (点検, TK-109).

use crate::govern::person::Person;
use crate::*;

/// An inspection of what was decided and what came of it.
#[derive(Debug, Clone, Register)]
#[register(
    id = "inspection",
    wing = Improve,
    menu = 4,
    ja = "定期点検",
    en = "Inspection",
    question_ja = "決めた改善は、半年・一年でどこまで進みましたか",
    question_en = "How far have the improvements come in half a year or a year?",
    about_ja = "半期または年次で、改善の進み具合と効果を確かめた記録です。間隔は設定で選べます。",
    about_en = "Half-yearly or yearly look at progress and effect; the interval is a setting.",
    purpose_ja = "改善が止まったままにならないために使います。",
    purpose_en = "So that improvements do not come to rest.",
    sort = "held_on",
    sort_down,
    meets = ["TK-109"]
)]
pub struct Inspection {
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Held on.
    #[field(ja = "実施した日", en = "Held on", list)]
    pub held_on: Date,
    /// Held by.
    #[field(ja = "実施した人", en = "Held by", list)]
    pub held_by: Option<Ref<Person>>,
    /// What was found.
    #[field(ja = "確かめた結果", en = "What was found", search)]
    pub findings: Long,
    /// What follows.
    #[field(ja = "次にすること", en = "What follows")]
    pub next: Option<Long>,
}

/// When the next inspection is due: the set number of months after the last, or after the
/// organisation began to use the register.
fn due(c: &RuleCtx<'_>) -> Option<Time> {
    let last = c.all("inspection").filter_map(|i| Date::parse(i.text("held_on"))).max();
    let months = c.settings.int("inspection.months");
    let from = last.or_else(|| c.me.created_at.date(c.zone))?;
    let day = from.civil().checked_add(jiff::Span::new().months(months)).ok()?;
    Time::parse(&format!("{day}T23:59"), c.zone)
}

/// The rules.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "organisation.inspection",
    register: "organisation",
    label: Text::new("定期点検の間隔を守っている", "Inspections keep their interval"),
    why: Text::new(
        "結果を確かめる日を決めておくと、改善が止まりません。",
        "With a fixed day of looking, improvements do not come to rest.",
    ),
    mend: Text::new("点検を行い、記録してください。", "Hold an inspection and record it."),
    severity: Severity::Warning,
    inputs: &[Input::All("inspection"), Input::All("setting")],
    tells: &["security_manager"],
    check: |c| {
        let Some(due) = due(c) else { return Verdict::ok() };
        if c.now <= due {
            return Verdict::ok().check_at(due.plus(MINUTE));
        }
        Verdict::finding(
            "",
            "改善の定期点検の時期を過ぎています。",
            "The regular inspection of improvements is overdue.",
        )
    },
    meets: &["TK-109"],
}];
