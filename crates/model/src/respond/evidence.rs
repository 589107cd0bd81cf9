//! Evidence (証拠) with its chain of custody.

use super::incident::Incident;
use crate::govern::person::Person;
use crate::identify::system::System;
use crate::*;

/// What kind of item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum EvidenceKind {
    /// Log file.
    #[choice(ja = "ログ", en = "Log")]
    Log,
    /// Screen.
    #[choice(ja = "画面・写真", en = "Screen or photo")]
    Screen,
    /// Mail.
    #[choice(ja = "メール", en = "Mail")]
    Mail,
    /// Disk image.
    #[choice(ja = "ディスクイメージ", en = "Disk image")]
    DiskImage,
    /// Memory.
    #[choice(ja = "メモリ", en = "Memory")]
    Memory,
    /// Device.
    #[choice(ja = "機器の現物", en = "Device")]
    Device,
    /// Sample.
    #[choice(ja = "検体", en = "Sample", tone = "danger")]
    Sample,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

/// One hand-over.
#[derive(Debug, Clone, Rows)]
pub struct HandOver {
    /// When.
    #[field(ja = "日時", en = "When")]
    pub at: Time,
    /// From.
    #[field(ja = "渡した人", en = "From")]
    pub from: String,
    /// To.
    #[field(ja = "受け取った人", en = "To")]
    pub to: String,
    /// Why.
    #[field(ja = "理由", en = "Reason")]
    pub why: Option<String>,
}

/// An item of evidence.
#[derive(Debug, Clone, Register)]
#[register(
    id = "evidence",
    wing = Respond,
    menu = 6,
    ja = "証拠",
    en = "Evidence",
    question_ja = "何を、だれが、いつ確保しましたか",
    question_en = "What was taken, by whom, when?",
    about_ja = "ログ・画面・機器などを、出所とハッシュ値、受け渡しの経路とともに残します。原本は変えません。",
    about_en = "Logs, screens, devices with origin, hash and every hand-over. Originals are never changed.",
    purpose_ja = "原因の調査と、法的な証明に使います。",
    purpose_en = "For finding the cause, and for legal proof.",
    sort = "taken_at",
    sort_down,
    retention_years = 10,
    meets = ["NI-287", "G7-30", "G7-28"]
)]
pub struct Evidence {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Item.
    #[field(ja = "名称", en = "Item", title, list, search)]
    pub name: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: EvidenceKind,
    /// Origin.
    #[field(ja = "出所（機器・システム）", en = "Origin (device or system)", list, search)]
    pub origin: Option<String>,
    /// System.
    #[field(ja = "システム", en = "System")]
    pub system: Option<Ref<System>>,
    /// Taken by.
    #[field(ja = "採取した人", en = "Taken by")]
    pub taken_by: Option<Ref<Person>>,
    /// Taken at.
    #[field(ja = "採取した日時", en = "Taken at", list)]
    pub taken_at: Time,
    /// When what it shows was true.
    #[field(ja = "内容の時点", en = "True as of")]
    pub true_at: Option<Time>,
    /// Method and tool.
    #[field(ja = "方法・ツール", en = "Method and tool")]
    pub method: Option<String>,
    /// SHA-256 of the original.
    #[field(ja = "SHA-256", en = "SHA-256", system, max = 64)]
    pub sha256: Option<String>,
    /// Size in bytes.
    #[field(ja = "大きさ（バイト）", en = "Size (bytes)", system)]
    pub size: Option<i64>,
    /// Name of the file.
    #[field(ja = "ファイル名", en = "File name", system)]
    pub file_name: Option<String>,
    /// Where it is kept, if not here.
    #[field(ja = "保管場所", en = "Stored at")]
    pub storage: Option<String>,
    /// Hand-overs.
    #[field(ja = "受け渡しの記録", en = "Hand-overs")]
    pub custody: Table<HandOver>,
    /// Note.
    #[field(ja = "補足", en = "Note", search)]
    pub note: Option<Long>,
}

/// Rules of evidence.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "evidence.origin",
    register: "evidence",
    label: Text::new("出所・採取者・保管がそろっている", "Origin, taker and storage are given"),
    why: Text::new(
        "出所の分からない証拠は、後で使えません。",
        "Evidence of unknown origin is of no use later.",
    ),
    mend: Text::new(
        "出所、採取した人、保管場所かファイルを入れてください。",
        "Give origin, who took it, and storage or a file.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        let mut v = Verdict::ok();
        if !c.me.body.contains_key("origin") {
            v = v.and("origin", "出所がありません。", "The origin is missing.");
        }
        if !c.me.body.contains_key("taken_by") {
            v = v.and("taken_by", "採取した人がありません。", "Who took it is missing.");
        }
        if !c.me.body.contains_key("sha256") && !c.me.body.contains_key("storage") {
            v = v.and(
                "storage",
                "ファイルも保管場所もありません。",
                "There is neither a file nor a place of storage.",
            );
        }
        v
    },
    meets: &["NI-287", "G7-30"],
}];
