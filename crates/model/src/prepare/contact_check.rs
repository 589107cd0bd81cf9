//! Reachability checks (疎通確認): each try of a means of contact, as it went (JP-09).

use super::contact::{Contact, Means};
use crate::govern::person::Person;
use crate::*;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CheckResult {
    /// Reached.
    #[choice(ja = "つながった", en = "Reached", tone = "good")]
    Reached,
    /// Reached, but something has changed.
    #[choice(ja = "つながったが変更あり", en = "Reached, something changed", tone = "caution")]
    Changed,
    /// Not reached.
    #[choice(ja = "つながらない", en = "Not reached", tone = "danger")]
    Failed,
}

/// One check of one means.
#[derive(Debug, Clone, Register)]
#[register(
    id = "contact_check",
    wing = Prepare,
    menu = 20,
    ja = "疎通確認",
    en = "Reachability check",
    question_ja = "その番号やアドレスは、今もつながりますか",
    question_en = "Does that number or address still work?",
    about_ja = "連絡先の手段ごとに、実際に試した日・人・結果を残します。訓練で試したときもここに残します。",
    about_en = "For each means of a contact: tried when, by whom, with which result. Tries in drills count too.",
    purpose_ja = "緊急時に使えない連絡先を、先に見つけるために残します。",
    purpose_en = "Finds dead contacts before they are needed.",
    sort = "checked_on",
    sort_down,
    append_only,
    retention_years = 5,
    meets = ["JP-09", "TK-91"]
)]
pub struct ContactCheck {
    /// Contact.
    #[field(ja = "連絡先", en = "Contact", list)]
    pub contact: Ref<Contact>,
    /// Means.
    #[field(ja = "手段", en = "Means", list)]
    pub means: Means,
    /// Result.
    #[field(ja = "結果", en = "Result", list)]
    pub result: CheckResult,
    /// When.
    #[field(ja = "確認した日", en = "Checked on", list)]
    pub checked_on: Date,
    /// By whom.
    #[field(ja = "確認した人", en = "Checked by", list)]
    pub checked_by: Ref<Person>,
    /// Note.
    #[field(ja = "補足", en = "Note", search)]
    pub note: Option<String>,
    /// Tried in a drill.
    #[field(ja = "訓練で試した", en = "Tried in a drill")]
    pub drill: bool,
}
