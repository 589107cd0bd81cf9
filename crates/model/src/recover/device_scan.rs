//! Scan of all devices in one incident (全端末の検査, TK-78).

use crate::govern::person::Person;
use crate::respond::incident::Incident;
use crate::*;
use std::collections::BTreeSet;

/// The scan of all devices in one incident.
#[derive(Debug, Clone, Register)]
#[register(
    id = "device_scan",
    wing = Recover,
    menu = 3,
    ja = "端末検査",
    en = "Device scan",
    question_ja = "まだ検査していない端末はどれですか",
    question_en = "Which devices have not been scanned?",
    about_ja = "インシデントごとに、全端末の名前と検査済みの端末を一行に一台ずつ貼り付けます。残りは名前で出ます。",
    about_en = "For each incident paste all devices and those scanned, one a line. What is left is shown by name.",
    purpose_ja = "再感染を防ぐため、全端末を確かめるまで再開しないために使います。",
    purpose_en = "So that nothing restarts before all devices are known to be clean.",
    sort = "title",
    meets = ["TK-78"],
    retention_years = 10
)]
pub struct DeviceScan {
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// All devices, one a line.
    #[field(ja = "全端末（一行に一台）", en = "All devices (one a line)", search)]
    pub devices: Long,
    /// Devices scanned and found clean, one a line.
    #[field(ja = "検査して問題のない端末", en = "Scanned and clean", search)]
    pub clean: Option<Long>,
    /// Devices on which infection was seen again, one a line.
    #[field(ja = "再感染が見つかった端末", en = "Infected again", search)]
    pub reinfected: Option<Long>,
    /// Method.
    #[field(ja = "検査の方法", en = "Method")]
    pub method: Option<String>,
    /// Scanned by.
    #[field(ja = "検査した人", en = "Scanned by")]
    pub scanned_by: Option<Ref<Person>>,
    /// Scanned at.
    #[field(ja = "検査を終えた日時", en = "Scanned at")]
    pub scanned_at: Option<Time>,
    /// Watched until.
    #[field(ja = "監視を続ける期限", en = "Watched until", list)]
    pub watched_until: Option<Time>,
}

fn lines<'a>(r: &'a Record, field: &str) -> BTreeSet<&'a str> {
    r.text(field).lines().map(str::trim).filter(|l| !l.is_empty()).collect()
}

/// Devices that nobody has scanned, by name.
pub fn uncovered(r: &Record) -> Vec<String> {
    let (clean, again) = (lines(r, "clean"), lines(r, "reinfected"));
    let left = lines(r, "devices").into_iter().filter(|d| !clean.contains(d) && !again.contains(d));
    left.map(str::to_owned).collect()
}

/// Whether all devices were scanned and watched, and no reinfection stands.
pub fn covered(r: &Record, now: Time) -> bool {
    !lines(r, "devices").is_empty()
        && uncovered(r).is_empty()
        && lines(r, "reinfected").is_empty()
        && r.time("watched_until").is_some_and(|t| t <= now)
}

/// The rules.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "device_scan.uncovered",
    register: "device_scan",
    label: Text::new("全端末を検査している", "All devices are scanned"),
    why: Text::new(
        "一台でも残ると、再開した後に再び広がります。",
        "One device left over spreads it again after the restart.",
    ),
    mend: Text::new(
        "残った端末を検査し、結果の欄に名前を移してください。",
        "Scan what is left and put the names under their outcome.",
    ),
    severity: Severity::Serious,
    inputs: &[],
    tells: &[],
    check: |c| {
        let left = uncovered(c.me);
        let again = lines(c.me, "reinfected");
        let mut v = Verdict::ok();
        if !left.is_empty() {
            let names: Vec<&str> = left.iter().take(20).map(String::as_str).collect();
            let (ja, en) = (names.join("、"), names.join(", "));
            let n = left.len();
            v = v.and(
                "clean",
                format!("検査していない端末が{n}台あります：{ja}"),
                format!("{n} device(s) not scanned: {en}"),
            );
        }
        if !again.is_empty() {
            let names = again.into_iter().collect::<Vec<_>>();
            v = v.and(
                "reinfected",
                format!("再感染した端末があります：{}", names.join("、")),
                format!("Infected again: {}", names.join(", ")),
            );
        }
        v
    },
    meets: &["TK-78"],
}];
