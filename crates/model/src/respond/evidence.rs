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

/// Whether it is the thing itself (G7-31).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Piece {
    /// The original; nobody works on it.
    #[choice(ja = "原本（触らない）", en = "Original, untouched", tone = "good")]
    Original,
    /// A copy to work on.
    #[choice(ja = "作業用の写し", en = "Working copy", tone = "caution")]
    WorkingCopy,
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
    meets = ["NI-287", "G7-30", "G7-28", "TK-62"]
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
    /// Version of the tool.
    #[field(ja = "ツールの版", en = "Version of the tool", max = 60)]
    pub tool_version: Option<String>,
    /// By which clock.
    #[field(
        ja = "時刻の基準",
        en = "Time source",
        max = 120,
        help_ja = "例: NTPで同期した採取端末、対象機器の時計（3分の遅れ）",
        help_en = "For example: laptop synchronised by NTP; clock of the device, three minutes slow."
    )]
    pub time_source: Option<String>,
    /// Original or working copy.
    #[field(ja = "原本か写しか", en = "Original or copy", list)]
    pub piece: Option<Piece>,
    /// The original of a copy.
    #[field(ja = "写しの原本", en = "Original of the copy")]
    pub copy_of: Option<Ref<Evidence>>,
    /// Digest measured elsewhere.
    #[field(
        ja = "採取時に測ったSHA-256",
        en = "SHA-256 measured when taken",
        max = 64,
        help_ja = "ファイルをここに入れないとき（ディスクなど）に入れます。",
        help_en = "Where the thing is kept elsewhere, such as a disk."
    )]
    pub measured_sha256: Option<String>,
    /// Examined by.
    #[field(ja = "調べた人", en = "Examiner")]
    pub examiner: Option<Ref<Person>>,
    /// SHA-256 of the original.
    #[field(ja = "SHA-256", en = "SHA-256", system, max = 64)]
    pub sha256: Option<String>,
    /// Size in bytes.
    #[field(ja = "大きさ（バイト）", en = "Size (bytes)", system)]
    pub size: Option<i64>,
    /// Name of the file.
    #[field(
        ja = "ファイル名",
        en = "File name",
        system,
        personal,
        help_ja = "消去すると、ファイルそのものも読めなくなります。",
        help_en = "Erasing it destroys the file as well."
    )]
    pub file_name: Option<String>,
    /// Where it is kept, if not here.
    #[field(ja = "保管場所", en = "Stored at")]
    pub storage: Option<String>,
    /// On which medium that is kept safe from others.
    #[field(
        ja = "保管した外部媒体",
        en = "Safe external medium",
        help_ja = "封をした外付けディスクの番号など。",
        help_en = "The number of a sealed external disk, for example."
    )]
    pub medium: Option<String>,
    /// Hand-overs.
    #[field(ja = "受け渡しの記録", en = "Hand-overs")]
    pub custody: Table<HandOver>,
    /// Note.
    #[field(ja = "補足", en = "Note", search)]
    pub note: Option<Long>,
}

/// Whether an item comes from a system or device: it names the system, or its origin holds the name
/// of either as a word of its own (`PC-1` is not `PC-17`).
pub fn is_of(item: &Record, system: Option<&Record>, device: &str) -> bool {
    let origin = item.text("origin").to_lowercase();
    let named = |name: &str| {
        let name = name.trim().to_lowercase();
        !name.is_empty()
            && origin.match_indices(&name).any(|(at, _)| {
                let before = origin[..at].chars().next_back();
                let after = origin[at + name.len()..].chars().next();
                let ends = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
                ends(before) && ends(after)
            })
    };
    // Where a device is named, evidence of its system is not enough.
    if !device.trim().is_empty() {
        return named(device);
    }
    system.is_some_and(|s| item.text("system") == s.id.as_str() || named(s.text("name")))
}

/// Whether there is evidence of a target: of each device named (separated by commas or lines), or of
/// the system where no device is named.
pub fn covers(items: &[&Record], system: Option<&Record>, devices: &str) -> bool {
    let mut names =
        devices.split(['、', ',', '，', '\n']).map(str::trim).filter(|d| !d.is_empty()).peekable();
    if names.peek().is_none() {
        return items.iter().any(|e| is_of(e, system, ""));
    }
    names.all(|d| items.iter().any(|e| is_of(e, system, d)))
}

/// The SHA-256 of an item: of its file here, or as it was measured when it was taken.
pub fn digest(item: &Record) -> String {
    let here = item.text("sha256");
    let given = if here.is_empty() { item.text("measured_sha256") } else { here };
    given.trim().to_ascii_lowercase()
}

/// Whether an item is of a kind that is examined by science.
fn examined(item: &Record) -> bool {
    ["log", "disk_image", "memory", "device", "sample"].contains(&item.text("kind"))
}

/// What an item lacks for scientific examination (G7-31).
fn sound(c: &RuleCtx<'_>) -> Verdict {
    if !examined(c.me) || !c.me.body.contains_key("piece") {
        return Verdict::ok();
    }
    let mut v = ["method", "tool_version", "time_source"]
        .into_iter()
        .filter(|f| !c.me.body.contains_key(*f))
        .filter_map(|f| c.me.def.field(f))
        .fold(Verdict::ok(), |v, f| {
            let (ja, en) = (f.label.ja, f.label.en);
            v.and(f.id, format!("「{ja}」がありません。"), format!("\"{en}\" is missing."))
        });
    if digest(c.me).is_empty() && c.me.text("kind") != "device" {
        v = v.and("measured_sha256", "SHA-256がありません。", "The SHA-256 is missing.");
    }
    if c.me.text("piece") == Piece::Original.id() {
        if c.me.body.contains_key("examiner") {
            v = v.and(
                "examiner",
                "原本を調べています。写しを作り、写しを調べてください。",
                "The original was examined. Make a copy and examine that.",
            );
        }
        return v;
    }
    if !c.me.body.contains_key("examiner") {
        v = v.and("examiner", "調べた人がありません。", "The examiner is missing.");
    }
    match c.out("copy_of") {
        None => v.and("copy_of", "写しの原本がありません。", "The original is not named."),
        Some(original) if digest(original) != digest(c.me) => v.and(
            "copy_of",
            "写しのSHA-256が原本と違います。",
            "The SHA-256 of the copy is not that of the original.",
        ),
        Some(_) => v,
    }
}

/// Rules of evidence.
pub const RULES: &[RuleDef] = &[
    RuleDef {
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
    },
    RuleDef {
        id: "evidence.sound",
        register: "evidence",
        label: Text::new(
            "科学的な検査に耐える: 原本は触らず、写し・ツールと版・時刻の基準・調べた人が分かる",
            "Fit for scientific examination: original untouched; copy, tool and version, time source, examiner",
        ),
        why: Text::new(
            "どう採取し、何を調べたかが示せない証拠は、裁判でも原因の調査でも使えません。",
            "Evidence of which nobody can show how it was taken and examined serves neither court nor cause.",
        ),
        mend: Text::new("足りない項目を入れてください。", "Give what is missing."),
        severity: Severity::Warning,
        inputs: &[Input::Out("copy_of")],
        tells: &[],
        check: sound,
        meets: &["G7-31"],
    },
    RuleDef {
        id: "evidence.custody",
        register: "evidence",
        label: Text::new(
            "媒体と受け渡しの経路がつながっている",
            "Medium and chain of custody are complete",
        ),
        why: Text::new(
            "だれの手を経たか途切れた証拠は、後で疑われます。",
            "Evidence whose chain is broken is doubted later.",
        ),
        mend: Text::new(
            "外部媒体、受け渡しごとの理由、前の受け取り手からの受け渡しを入れてください。",
            "Give the medium, the reason of each hand-over, and the hand-overs in between.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: custody,
        meets: &["TK-62"],
    },
];

fn custody(c: &RuleCtx<'_>) -> Verdict {
    let mut v = Verdict::ok();
    if c.me.body.contains_key("storage") && !c.me.body.contains_key("medium") {
        v = v.and("medium", "保管した外部媒体がありません。", "The medium is missing.");
    }
    let text = |row: &Body, f: &str| row.get(f).and_then(Value::as_str).unwrap_or("").to_owned();
    let mut rows: Vec<&Body> = c.me.rows("custody").collect();
    rows.sort_by_key(|r| r.get("at").and_then(Value::as_i64));
    for row in &rows {
        if text(row, "why").trim().is_empty() {
            v = v.and("custody", "受け渡しの理由がありません。", "A hand-over has no reason.");
        }
    }
    for pair in rows.windows(2) {
        let (to, from) = (text(pair[0], "to"), text(pair[1], "from"));
        if to.trim() != from.trim() {
            v = v.and(
                "custody",
                format!("「{to}」から「{from}」への受け渡しが抜けています。"),
                format!("The hand-over from {to} to {from} is missing."),
            );
        }
    }
    v
}
