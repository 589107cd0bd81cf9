//! Review meetings (振り返り).

use crate::govern::person::Person;
use crate::respond::incident::Incident;
use crate::*;

/// From which viewpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Viewpoint {
    /// Procedure.
    #[choice(
        ja = "手順（報告経路・判断の遅れ）",
        en = "Procedure (report route, delay in deciding)"
    )]
    Procedure,
    /// Technology.
    #[choice(ja = "技術（設定・監視の弱さ）", en = "Technology (settings, weak monitoring)")]
    Technology,
    /// Organisation.
    #[choice(ja = "体制（役割・外部連携）", en = "Organisation (unclear roles, weak liaison)")]
    Organisation,
}

/// One lesson.
#[derive(Debug, Clone, Rows)]
pub struct Lesson {
    /// Viewpoint.
    #[field(ja = "観点", en = "Viewpoint")]
    pub viewpoint: Viewpoint,
    /// Lesson.
    #[field(ja = "教訓", en = "Lesson", max = 500)]
    pub text: String,
    /// Proposed measure.
    #[field(ja = "対策案", en = "Proposed measure", max = 500)]
    pub measure: Option<String>,
}

/// A review meeting.
#[derive(Debug, Clone, Register)]
#[register(
    id = "review",
    wing = Improve,
    menu = 1,
    ja = "振り返り",
    en = "Review",
    question_ja = "何がうまくいき、何を次に変えますか",
    question_en = "What went well, and what will we change?",
    about_ja = "対応のあとに必ず開く振り返りの記録です。改善記録表はここから作ります。",
    about_en = "The record of the meeting held after every incident; the improvement sheet is made from it.",
    purpose_ja = "うまくいった点と課題を、次の備えに活かすために残します。",
    purpose_en = "Turns what went well and what did not into the next preparation.",
    sort = "held_at",
    sort_down,
    meets = ["TK-103", "TK-105"]
)]
pub struct Review {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Held at.
    #[field(ja = "開催日時", en = "Held at", list)]
    pub held_at: Time,
    /// Participants.
    #[field(ja = "参加者", en = "Participants")]
    pub participants: Vec<Ref<Person>>,
    /// Sequence.
    #[field(ja = "初動から復旧までの経過", en = "From first response to recovery")]
    pub sequence: Option<Long>,
    /// What went well.
    #[field(ja = "うまくいった点", en = "What went well")]
    pub went_well: Option<Long>,
    /// What did not.
    #[field(ja = "課題", en = "What did not")]
    pub problems: Option<Long>,
    /// Lessons.
    #[field(ja = "教訓と対策案", en = "Lessons and proposals")]
    pub lessons: Table<Lesson>,
}
