//! What was said in counsel's channel (弁護士との相談の記録). Corrected only by a further note.

use super::counsel::Counsel;
use crate::*;

/// Which way it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CounselKind {
    /// Asked.
    #[choice(ja = "相談", en = "Asked")]
    Asked,
    /// Advice.
    #[choice(ja = "助言", en = "Advice", tone = "caution")]
    Advice,
    /// Note.
    #[choice(ja = "メモ", en = "Note")]
    Note,
}

/// A note.
#[derive(Debug, Clone, Register)]
#[register(
    id = "counsel_note",
    wing = Respond,
    menu = 61,
    ja = "相談の記録",
    en = "Note of the channel with counsel",
    question_ja = "何を相談し、どんな助言を受けましたか",
    question_en = "What was asked, and what was advised?",
    about_ja = "弁護士に尋ねたことと助言です。相談の見る人だけが読めます。",
    about_en = "What counsel was asked and answered. Read by the people of the channel only.",
    purpose_ja = "法的な助言の経過を、守られた形で残すために使います。",
    purpose_en = "Keeps the course of legal advice in confidence.",
    sort = "at",
    append_only,
    retention_years = 10
)]
pub struct CounselNote {
    /// Channel.
    #[field(ja = "弁護士との相談", en = "Channel", access = "case")]
    pub channel: Ref<Counsel>,
    /// When.
    #[field(ja = "日時", en = "When", list)]
    pub at: Time,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: CounselKind,
    /// What.
    #[field(ja = "内容", en = "What", title, list, search, max = 5000, personal)]
    pub text: Long,
}
