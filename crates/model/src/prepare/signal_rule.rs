//! Rules by which signals of monitoring are combined (検知の組み合わせ), and the signals (NI-176).

use crate::identify::system::System;
use crate::respond::incident::Grade;
use crate::*;
use serde::{Deserialize, Serialize};

/// One result of monitoring: an alert, a line of a log, a measurement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// Which sensor or system it comes from.
    pub source: String,
    /// When it happened, epoch milliseconds.
    pub at: i64,
    /// Device, system or account that it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub asset: String,
    /// Its type, in the sensor's own words.
    pub kind: String,
    /// What it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// How grave: `low`, `medium`, `high`, `critical`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub severity: String,
}

impl Signal {
    /// What does not fit, by field.
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let mut bound = |field: &str, text: &str, least: usize, most: usize| {
            if !(least..=most).contains(&text.chars().count()) {
                let say = Message::new(
                    format!("{least}〜{most}文字で入れてください。"),
                    format!("Give {least} to {most} characters."),
                );
                problems.push(FieldProblem::new(field, "too_long", say));
            }
        };
        bound("source", &self.source, 1, 120);
        bound("asset", &self.asset, 0, 200);
        bound("kind", &self.kind, 1, 120);
        bound("text", &self.text, 0, 1_000);
        if !self.severity.is_empty() && Grade::from_id(&self.severity).is_none() {
            let say = Message::new(
                "low、medium、high、critical のどれかを入れてください。",
                "Give one of low, medium, high, critical.",
            );
            problems.push(FieldProblem::new("severity", "unknown_choice", say));
        }
        problems
    }
}

/// One condition: a signal that must be among those seen.
#[derive(Debug, Clone, Rows)]
pub struct Line {
    /// Part of the source's name.
    #[field(ja = "出所（一部でよい）", en = "Source contains", max = 120)]
    pub source: Option<String>,
    /// Part of the type.
    #[field(ja = "種類（一部でよい）", en = "Type contains", max = 120)]
    pub kind: Option<String>,
    /// Part of the text.
    #[field(ja = "内容に含む語", en = "Text contains", max = 120)]
    pub text: Option<String>,
    /// At least so grave.
    #[field(ja = "深刻さ（以上）", en = "At least this grave")]
    pub severity: Option<Grade>,
    /// How many such signals.
    #[field(ja = "件数（以上）", en = "How many")]
    pub times: Option<i64>,
}

/// A rule.
#[derive(Debug, Clone, Register)]
#[register(
    id = "signal_rule",
    wing = Prepare,
    menu = 6,
    ja = "検知の組み合わせ",
    en = "Combination of signals",
    question_ja = "どの警告とログが重なったら、すぐ人が見ますか",
    question_en = "Which alerts and logs together call a person?",
    about_ja = "一つずつでは見過ごす警告やログを、組み合わせて見ます。すべての行が時間内にそろうと、報告が自動で立ちます。規則は、ここで見て直せます。",
    about_en = "Alerts and logs that say little alone are seen together. When all lines are met in time, a report is made. The rules are read and edited here.",
    purpose_ja = "サービスが止まる前の兆しに早く気づくために使います。",
    purpose_en = "To notice early what may lead to a failure.",
    sort = "name",
    check = check,
    meets = ["NI-176"]
)]
pub struct SignalRule {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// What must be seen together.
    #[field(ja = "そろうべき信号", en = "Signals that must come together")]
    pub lines: Table<Line>,
    /// Within how long.
    #[field(ja = "そろうまでの時間（分）", en = "Within (minutes)", list)]
    pub within: Minutes,
    /// On the same asset.
    #[field(ja = "同じ機器・システムのものだけ", en = "On the same asset only", list)]
    pub same_asset: bool,
    /// How grave that is.
    #[field(ja = "そろったときの深刻さ", en = "How grave, when met", list)]
    pub severity: Option<Grade>,
    /// Systems concerned.
    #[field(ja = "関係するシステム", en = "Systems concerned", list)]
    pub systems: Vec<Ref<System>>,
    /// Not used at present.
    #[field(ja = "いまは使わない", en = "Not used at present", list)]
    pub paused: bool,
    /// Why this combination matters.
    #[field(ja = "この組み合わせが意味すること", en = "What this combination means", search)]
    pub meaning: Option<Long>,
}

/// A rule without lines would be met by anything.
fn check(body: &Body) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let lines = body.get("lines").and_then(Value::as_array).map_or(0, Vec::len);
    let says =
        |row: &Value| ["source", "kind", "text", "severity"].iter().any(|f| row.get(f).is_some());
    let empty = body.get("lines").and_then(Value::as_array).is_some_and(|l| !l.iter().all(says));
    if lines == 0 || empty {
        let say = Message::new(
            "どの行にも、出所・種類・内容・深刻さのどれかを入れてください。",
            "Give at least one line, and in each a source, type, text or severity.",
        );
        problems.push(FieldProblem::new("lines", "required", say));
    }
    let within = body.get("within").and_then(Value::as_i64).unwrap_or(1);
    if !(1..=10_080).contains(&within) {
        let say = Message::new("1〜10080分で入れてください。", "Give 1 to 10,080 minutes.");
        problems.push(FieldProblem::new("within", "out_of_range", say));
    }
    problems
}

fn rank(grade: &str) -> usize {
    Grade::DEF.options.iter().position(|o| o.id == grade).map_or(0, |p| p + 1)
}

fn fits(line: &Body, signal: &Signal) -> bool {
    let has = |field: &str, text: &str| {
        let part = line.get(field).and_then(Value::as_str).unwrap_or_default().to_lowercase();
        part.is_empty() || text.to_lowercase().contains(&part)
    };
    let least = line.get("severity").and_then(Value::as_str).unwrap_or_default();
    has("source", &signal.source)
        && has("kind", &signal.kind)
        && has("text", &signal.text)
        && rank(&signal.severity) >= rank(least)
}

/// The signals that meet the rule together with `newest`: every line is met often enough within
/// the time before it, on the same asset where the rule says so. Indices into `signals`, oldest
/// first; `None` where it is not met, or `newest` has no part in it.
pub fn met(rule: &Record, signals: &[Signal], newest: usize) -> Option<Vec<usize>> {
    let last = signals.get(newest)?;
    if rule.ended() || rule.flag("paused") {
        return None;
    }
    let from = last.at.saturating_sub(rule.int("within").unwrap_or(0).saturating_mul(MINUTE));
    let counts = |s: &Signal| {
        s.at >= from
            && s.at <= last.at
            && (!rule.flag("same_asset") || (s.asset == last.asset && !s.asset.is_empty()))
    };
    let mut used: Vec<usize> = Vec::new();
    let mut lines = 0;
    for line in rule.rows("lines") {
        lines += 1;
        let hits: Vec<usize> = (0..signals.len())
            .filter(|i| signals.get(*i).is_some_and(|s| counts(s) && fits(line, s)))
            .collect();
        let need = line.get("times").and_then(Value::as_i64).unwrap_or(1).max(1);
        if i64::try_from(hits.len()).unwrap_or(i64::MAX) < need {
            return None;
        }
        used.extend(hits);
    }
    used.sort_unstable();
    used.dedup();
    (lines > 0 && used.contains(&newest)).then_some(used)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::decide::unsaved;
    use serde_json::json;

    fn signal(source: &str, at: i64, asset: &str, severity: &str) -> Signal {
        Signal {
            source: source.into(),
            at: at * MINUTE,
            asset: asset.into(),
            kind: "alert".into(),
            text: "ログインの失敗".into(),
            severity: severity.into(),
        }
    }

    fn rule(same_asset: bool) -> Record {
        let value = json!({"name": "x", "within": 30, "same_asset": same_asset, "lines": [
            {"source": "EDR", "severity": "medium"}, {"source": "vpn", "text": "失敗", "times": 2}]});
        let Value::Object(body) = value else { panic!("an object") };
        assert!(check(&body).is_empty());
        unsaved(SignalRule::DEF, &body, Time::from_millis(0))
    }

    #[test]
    fn a_rule_is_met_only_when_all_its_lines_are_within_the_time() {
        let seen = [
            signal("VPN-1", 0, "PC-1", "low"),
            signal("vpn-1", 10, "PC-1", "low"),
            signal("edr", 30, "PC-1", "high"),
        ];
        assert_eq!(met(&rule(true), &seen, 2), Some(vec![0, 1, 2]));
        // One failure less, a minute later, another device, not grave enough: none of it is met.
        assert_eq!(met(&rule(true), &seen[1..], 1), None);
        let mut late = seen.clone();
        late[2].at += MINUTE;
        assert_eq!(met(&rule(true), &late, 2), None);
        let mut other = seen.clone();
        other[2].asset = "PC-2".into();
        assert_eq!(met(&rule(true), &other, 2), None);
        assert_eq!(met(&rule(false), &other, 2), Some(vec![0, 1, 2]));
        let mut mild = seen.clone();
        mild[2].severity = "low".into();
        assert_eq!(met(&rule(true), &mild, 2), None);
        let mut paused = rule(true);
        paused.body.insert("paused".into(), true.into());
        assert_eq!(met(&paused, &seen, 2), None);
    }

    #[test]
    fn a_line_that_anything_would_meet_is_refused() {
        let empty = json!({"name": "x", "within": 5, "lines": [{"times": 1}]});
        let Value::Object(body) = empty else { panic!("an object") };
        assert_eq!(check(&body)[0].field, "lines");
    }
}
