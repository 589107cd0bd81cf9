//! Hours and costs of a case (作業時間・費用): who spent how long on what, and what it cost.

use super::incident::Incident;
use crate::govern::person::Person;
use crate::*;

/// What it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum EffortKind {
    /// Work of our own people.
    #[choice(ja = "社内の作業", en = "Work of our own")]
    Own,
    /// Work of outside firms.
    #[choice(ja = "社外への委託", en = "Outside firms")]
    Outside,
    /// Things bought or hired.
    #[choice(ja = "機器・サービスの購入", en = "Equipment and services")]
    Bought,
    /// Compensation and the like.
    #[choice(ja = "お詫び・補償", en = "Compensation")]
    Compensation,
    /// Loss of business.
    #[choice(ja = "営業の損失", en = "Loss of business")]
    Lost,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

/// A line of work or cost.
#[derive(Debug, Clone, Register)]
#[register(
    id = "effort",
    wing = Respond,
    menu = 13,
    ja = "作業時間・費用",
    en = "Hours and costs",
    question_ja = "この対応に、どれだけの時間とお金がかかりましたか",
    question_en = "How much time and money has this taken?",
    about_ja = "だれが、何に、何分・何円を使ったかを一行ずつ書きます。案件ごとに合計します。",
    about_en = "Who spent how many minutes and how much on what, line by line, summed by case.",
    purpose_ja = "被害額の説明、保険の請求、次の備えの予算に使います。",
    purpose_en = "For the account of damage, insurance claims and the next budget.",
    sort = "on",
    sort_down,
    check = check,
    retention_years = 10
)]
pub struct Effort {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// What.
    #[field(ja = "内容", en = "What", title, list, search)]
    pub what: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: EffortKind,
    /// Who of us.
    #[field(ja = "作業した人", en = "Who", list)]
    pub who: Option<Ref<Person>>,
    /// Which firm.
    #[field(ja = "会社・支払先", en = "Firm or payee", search, max = 200)]
    pub firm: Option<String>,
    /// On which day.
    #[field(ja = "日付", en = "On", list)]
    pub on: Date,
    /// Minutes.
    #[field(ja = "時間（分）", en = "Minutes", list)]
    pub minutes: Option<Minutes>,
    /// Amount.
    #[field(ja = "金額（円）", en = "Amount (yen)", list)]
    pub yen: Option<Yen>,
    /// An estimate.
    #[field(ja = "見込み", en = "Estimate")]
    pub estimate: bool,
}

/// A line says a time or an amount, and neither is below nothing.
fn check(body: &Body) -> Vec<FieldProblem> {
    let number = |f: &str| body.get(f).and_then(Value::as_i64);
    let (minutes, yen) = (number("minutes"), number("yen"));
    if minutes.is_none() && yen.is_none() {
        let text = Message::new("時間か金額を入れてください。", "Give the minutes or the amount.");
        return vec![FieldProblem::new("minutes", "required", text)];
    }
    [("minutes", minutes), ("yen", yen)]
        .into_iter()
        .filter(|(_, n)| n.is_some_and(|n| n < 0))
        .map(|(field, _)| {
            let text = Message::new("0以上の数を入れてください。", "Give a number of 0 or more.");
            FieldProblem::new(field, "wrong_value", text)
        })
        .collect()
}

/// Sums of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Minutes.
    pub minutes: i64,
    /// Yen, estimates included.
    pub yen: i64,
    /// Of these, yen that are estimates.
    pub estimated: i64,
}

/// Adds up lines that have not been withdrawn.
pub fn totals<'a>(lines: impl IntoIterator<Item = &'a Record>) -> Totals {
    lines.into_iter().filter(|r| !r.ended()).fold(Totals::default(), |sum, r| {
        let yen = r.int("yen").unwrap_or(0);
        Totals {
            minutes: sum.minutes.saturating_add(r.int("minutes").unwrap_or(0)),
            yen: sum.yen.saturating_add(yen),
            estimated: sum.estimated.saturating_add(if r.flag("estimate") { yen } else { 0 }),
        }
    })
}
