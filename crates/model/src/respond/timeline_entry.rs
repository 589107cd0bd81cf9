//! Timeline entries (時系列): what happened and what was done. Corrected only by further entries.

use super::{incident::Incident, log_merge::LogMerge};
use crate::govern::person::Person;
use crate::*;

/// What kind of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum EntryKind {
    /// Something observed.
    #[choice(ja = "出来事", en = "Event")]
    Event,
    /// Something done.
    #[choice(ja = "対応", en = "Action", tone = "good")]
    Action,
    /// Note.
    #[choice(ja = "メモ", en = "Note")]
    Note,
    /// Corrects an earlier entry.
    #[choice(ja = "訂正", en = "Correction", tone = "caution")]
    Correction,
}

/// A timeline entry.
#[derive(Debug, Clone, Register)]
#[register(
    id = "timeline_entry",
    wing = Respond,
    menu = 3,
    ja = "時系列",
    en = "Timeline entry",
    question_ja = "いつ、だれが、何をしましたか",
    question_en = "Who did what, when?",
    about_ja = "起きたこと・したことを順に書きます。書いたものは変えられず、訂正は新しい記録として足します。",
    about_en = "What happened and what was done. Entries cannot be changed; a correction is a further entry.",
    purpose_ja = "責任を明らかにし、再発防止と法的な証明に使います。",
    purpose_en = "Makes responsibility clear, and serves prevention and legal proof.",
    sort = "at",
    append_only,
    retention_years = 10,
    meets = ["NI-286", "G7-28", "G7-29", "NI-212"]
)]
pub struct TimelineEntry {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", access = "case")]
    pub incident: Ref<Incident>,
    /// When it happened.
    #[field(ja = "起きた日時", en = "When it happened", list)]
    pub at: Time,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: EntryKind,
    /// What.
    #[field(ja = "内容", en = "What", title, list, search, max = 5000, personal)]
    pub text: Long,
    /// Who did it, if not the writer.
    #[field(ja = "行った人", en = "Done by")]
    pub person: Option<Ref<Person>>,
    /// Organisation of that person.
    #[field(ja = "行った組織", en = "Organisation", max = 120)]
    pub organisation: Option<String>,
    /// On what.
    #[field(ja = "対象", en = "Object", search)]
    pub object: Option<String>,
    /// Why.
    #[field(ja = "理由", en = "Reason")]
    pub why: Option<String>,
    /// Result.
    #[field(ja = "結果", en = "Result")]
    pub result: Option<String>,
    /// Phase.
    #[field(ja = "段階", en = "Phase", max = 40)]
    pub phase: Option<String>,
    /// Record concerned (asset, system, evidence …).
    #[field(ja = "関係する記録", en = "Record concerned")]
    pub about: Option<AnyRef>,
    /// Entry corrected.
    #[field(ja = "訂正する記録", en = "Corrects")]
    pub corrects: Option<Ref<TimelineEntry>>,
    /// When it became known, where that was later.
    #[field(
        ja = "分かった日時",
        en = "When it became known",
        help_ja = "起きた日時と、分かった日時が違うときに入れます。",
        help_en = "Where it became known later than it happened."
    )]
    pub known_at: Option<Time>,
    /// Who wrote it on paper.
    #[field(
        ja = "紙のメモを書いた人",
        en = "Written on paper by",
        help_ja = "紙やホワイトボードのメモを後から打ち込むときに入れます。",
        help_en = "For notes on paper or a whiteboard that are typed in later."
    )]
    pub paper_by: Option<String>,
    /// When it was written on paper.
    #[field(ja = "紙に書いた日時", en = "Written on paper at")]
    pub paper_at: Option<Time>,
    /// The merged log it comes from.
    #[field(ja = "取り込んだログ", en = "Merged log", system)]
    pub merged: Option<Ref<LogMerge>>,
    /// Line of the file.
    #[field(ja = "ログの行", en = "Line of the log", system)]
    pub line: Option<i64>,
    /// The line as it stood in the log, its own time included.
    #[field(ja = "ログの原文", en = "The line as logged", system, personal, max = 20000)]
    pub original: Option<Long>,
}

impl TimelineEntry {
    /// Something that happened or was done, with nothing else said yet.
    pub fn new(incident: Ref<Incident>, at: Time, kind: EntryKind, text: String) -> Self {
        Self {
            incident,
            at,
            kind,
            text: Long(text),
            person: None,
            organisation: None,
            object: None,
            why: None,
            result: None,
            phase: None,
            about: None,
            corrects: None,
            known_at: None,
            paper_by: None,
            paper_at: None,
            merged: None,
            line: None,
            original: None,
        }
    }
}
