//! Which past cases are like a report (JP-27): the same kind, the same systems, the same words.

use super::incident::IncidentKind;
use crate::*;
use std::collections::BTreeSet;

/// In what a past case is like what happened now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// The higher the more alike.
    pub score: i64,
    /// The same kind of event.
    pub kind: bool,
    /// Systems that both name, by id.
    pub systems: Vec<RecordId>,
    /// Words that both hold, longest first, at most five.
    pub words: Vec<String>,
}

/// What is compared.
#[derive(Debug, Clone, Default)]
pub struct Event {
    /// Kind of event, where known.
    pub kind: String,
    /// Systems concerned.
    pub systems: Vec<RecordId>,
    /// Its words.
    pub text: String,
}

impl Event {
    /// A report.
    pub fn of_report(report: &Record) -> Self {
        let words = ["what", "place", "situation"].map(|f| report.text(f)).join("\n");
        let systems = report.ids("systems").into_iter().map(RecordId::new).collect();
        Self { kind: report.text("event").to_owned(), systems, text: words }
    }
}

/// How a past case is like an event; `None` where nothing is.
pub fn likeness(event: &Event, case: &Record) -> Option<Likeness> {
    // "Other or unknown" is not a kind that two events have in common.
    let known = !event.kind.is_empty() && event.kind != IncidentKind::Other.id();
    let kind = known && case.text("kind") == event.kind;
    let hit: Vec<&str> =
        case.rows("systems").filter_map(|r| r.get("system").and_then(Value::as_str)).collect();
    let systems: Vec<RecordId> =
        event.systems.iter().filter(|s| hit.contains(&s.as_str())).cloned().collect();
    let said = ["title", "summary", "known", "method", "outcome"].map(|f| case.text(f)).join("\n");
    let theirs = words(&said);
    let mut shared: Vec<String> = words(&event.text).intersection(&theirs).cloned().collect();
    shared.sort_by_key(|w| (std::cmp::Reverse(w.chars().count()), w.clone()));
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let score = 3 * i64::from(kind) + 4 * count(systems.len()) + count(shared.len().min(6));
    shared.truncate(5);
    (score > 0).then_some(Likeness { score, kind, systems, words: shared })
}

/// Kinds of script between which a Japanese text has its word borders.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Script {
    Latin,
    Katakana,
    Kanji,
    Other,
}

fn script(c: char) -> Script {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Script::Latin,
        '\u{30a1}'..='\u{30fa}' | 'ー' => Script::Katakana,
        '\u{4e00}'..='\u{9fff}' | '々' => Script::Kanji,
        _ => Script::Other,
    }
}

/// The words of a text that tell something: runs of one script, two characters or more, Latin ones
/// three or more.
fn words(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut run = String::new();
    let mut last = Script::Other;
    for c in text.chars().chain([' ']) {
        let now = script(c);
        if now != last {
            let least = if last == Script::Latin { 3 } else { 2 };
            if last != Script::Other && run.chars().count() >= least {
                found.insert(run.to_lowercase());
            }
            run.clear();
        }
        if now != Script::Other {
            run.push(c);
        }
        last = now;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::decide::unsaved;
    use crate::respond::incident::Incident;
    use serde_json::json;

    fn case(value: serde_json::Value) -> Record {
        let Value::Object(body) = value else { panic!("an object") };
        unsaved(Incident::DEF, &body, Time::from_millis(0))
    }

    #[test]
    fn kind_systems_and_words_each_count_and_are_named() {
        let event = Event {
            kind: "malware".into(),
            systems: vec![RecordId::new("s1")],
            text: "経理のパソコンでランサムウェアの脅迫文が出た (README.txt)".into(),
        };
        let near =
            case(json!({"title": "ランサムウェアで共有フォルダーが暗号化", "kind": "malware",
            "summary": "readme が置かれた", "systems": [{"system": "s1"}]}));
        let like = likeness(&event, &near).unwrap();
        assert_eq!((like.kind, like.systems.len()), (true, 1));
        assert_eq!(like.words, ["ランサムウェア", "readme"]);
        let words_only = case(json!({"title": "脅迫文", "kind": "other"}));
        let less = likeness(&event, &words_only).unwrap();
        assert!(!less.kind && less.score < like.score && less.words == ["脅迫文"]);
        assert_eq!(likeness(&event, &case(json!({"title": "停電", "kind": "other"}))), None);
        // Two events of unknown kind are not alike for that.
        let unknown = Event { kind: "other".into(), ..Event::default() };
        assert_eq!(likeness(&unknown, &words_only), None);
    }
}
