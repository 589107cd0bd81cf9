//! Openings (閲覧の記録): who opened what only members of a case may see.

use super::incident::Incident;
use crate::govern::person::Person;
use crate::*;

/// In which way it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Way {
    /// The record itself, or the response room.
    #[choice(ja = "記録", en = "Record")]
    Record,
    /// Its file.
    #[choice(ja = "ファイル", en = "File")]
    File,
    /// Its history.
    #[choice(ja = "履歴", en = "History")]
    History,
    /// In an export.
    #[choice(ja = "書き出し", en = "Export")]
    Export,
}

/// One opening. Only the program makes these; repeated openings within a while are one.
#[derive(Debug, Clone, Register)]
#[register(
    id = "access_entry",
    wing = Respond,
    menu = 90,
    ja = "閲覧の記録",
    en = "Opening",
    question_ja = "関係者限定の記録を、だれがいつ開きましたか",
    question_en = "Who opened restricted records, and when?",
    about_ja = "関係者限定の案件とその証拠などを開いた人と日時です。プログラムが自動で残し、人は変えられません。",
    about_en = "Who opened restricted cases and what belongs to them. Kept by the program; nobody can change it.",
    purpose_ja = "関係者限定の情報がだれの目に触れたかを、後から示すために残します。",
    purpose_en = "Shows later whose eyes restricted information has met.",
    sort = "at",
    sort_down,
    append_only,
    retention_years = 10
)]
pub struct AccessEntry {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case", system)]
    pub incident: Option<Ref<Incident>>,
    /// Record opened.
    #[field(ja = "開いた記録", en = "Record opened", list, system)]
    pub subject: AnyRef,
    /// In which way.
    #[field(ja = "開いたもの", en = "What was opened", list, system)]
    pub way: Way,
    /// When.
    #[field(ja = "日時", en = "When", list, system)]
    pub at: Time,
    /// Who.
    #[field(ja = "開いた人", en = "Who", list, system)]
    pub person: Option<Ref<Person>>,
    /// Account.
    #[field(ja = "アカウント", en = "Account", max = 80, system)]
    pub account: String,
}
