//! Merged logs (取り込んだログ): from which source, with which clock, lines came into a timeline.

use super::incident::Incident;
use crate::prepare::log_source::LogSource;
use crate::*;

/// One log merged into a timeline.
#[derive(Debug, Clone, Register)]
#[register(
    id = "log_merge",
    wing = Respond,
    menu = 18,
    ja = "取り込んだログ",
    en = "Merged log",
    question_ja = "時系列のどの行が、どのログから来ましたか",
    question_en = "Which lines of the timeline came from which log?",
    about_ja = "ログのCSVを時系列に合わせたときの、出どころ・時間帯・時計のずれです。取り込みの画面から作られます。",
    about_en = "Source, time zone and clock skew of a log whose lines joined a timeline. Made on the page for merging.",
    purpose_ja = "機器ごとにずれた時刻を正し、どの行が機械の記録かを後から示すために残します。",
    purpose_en = "Sets right the clocks of several devices, and shows later which lines a machine wrote.",
    sort = "source",
    append_only,
    retention_years = 10
)]
pub struct LogMerge {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Source.
    #[field(ja = "出どころ", en = "Source", title, list, search, max = 200)]
    pub source: String,
    /// Source on record.
    #[field(ja = "ログの収集元", en = "Log source")]
    pub log_source: Option<Ref<LogSource>>,
    /// Time zone in which its times are written.
    #[field(ja = "ログの時間帯", en = "Time zone of the log", list, max = 60)]
    pub zone: String,
    /// By how many seconds its clock is ahead of true time; negative: behind.
    #[field(
        ja = "時計のずれ（秒）",
        en = "Clock skew (seconds)",
        list,
        help_ja = "進んでいれば正の数、遅れていれば負の数です。",
        help_en = "Positive where its clock is ahead, negative where it is behind."
    )]
    pub skew_seconds: i64,
    /// How the skew was found.
    #[field(ja = "ずれを確かめた方法", en = "How the skew was found", max = 300)]
    pub skew_how: Option<String>,
    /// Column that holds the time.
    #[field(ja = "時刻の列", en = "Time column", max = 200)]
    pub time_column: String,
    /// File.
    #[field(ja = "ファイル名", en = "File name", search, system)]
    pub file_name: Option<String>,
    /// SHA-256 of the file.
    #[field(ja = "ファイルのSHA-256", en = "SHA-256 of the file", system)]
    pub sha256: Option<String>,
    /// Earliest line, in true time.
    #[field(ja = "最初の行の時刻", en = "First line at", list, system)]
    pub from_at: Option<Time>,
    /// Latest line, in true time.
    #[field(ja = "最後の行の時刻", en = "Last line at", list, system)]
    pub to_at: Option<Time>,
    /// Lines of the file.
    #[field(ja = "行数", en = "Lines", list, system)]
    pub lines: Option<i64>,
}
