//! What each monitoring source says of the same thing (監視の突き合わせ), so that contradictions
//! between them are seen.

use super::incident::Incident;
use crate::*;

/// What a source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Says {
    /// It was there.
    #[choice(ja = "記録がある", en = "On its record", tone = "danger")]
    Seen,
    /// It was not there.
    #[choice(ja = "記録がない", en = "Not on its record")]
    NotSeen,
    /// The source itself was silent.
    #[choice(
        ja = "その時間の記録が途切れている",
        en = "Its record is broken there",
        tone = "warning"
    )]
    Silent,
}

/// A statement of one source.
#[derive(Debug, Clone, Register)]
#[register(
    id = "sighting",
    wing = Respond,
    menu = 17,
    ja = "監視の突き合わせ",
    en = "Comparison of monitoring sources",
    question_ja = "同じ出来事について、監視の記録どうしは食い違っていませんか",
    question_en = "Do the monitoring sources agree on the same event?",
    about_ja = "同じ対象・同じ時間について、記録ごとに何が言えるかを書きます。食い違いは自動で指摘します。",
    about_en = "What each source says of the same object and time. Contradictions are pointed out by themselves.",
    purpose_ja = "消された記録や、だまされた監視に気づくために使います。",
    purpose_en = "Shows records that were wiped and watches that are deceived.",
    sort = "object",
    check = check,
    retention_years = 10,
    meets = ["NI-456"]
)]
pub struct Sighting {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// On what.
    #[field(
        ja = "対象（端末・アカウント・通信）",
        en = "Object (host, account, connection)",
        title,
        list,
        search
    )]
    pub object: String,
    /// What was looked for.
    #[field(ja = "確かめる出来事", en = "Event looked for", list, search, max = 200)]
    pub event: String,
    /// Source.
    #[field(ja = "監視・記録", en = "Source", list, search, max = 200)]
    pub source: String,
    /// From.
    #[field(ja = "始まり", en = "From", list)]
    pub from_at: Time,
    /// To.
    #[field(ja = "終わり", en = "To", list)]
    pub to_at: Time,
    /// What it says.
    #[field(ja = "何と言っているか", en = "Says", list)]
    pub says: Says,
    /// Why it differs.
    #[field(
        ja = "食い違いの説明",
        en = "Why it differs",
        help_ja = "理由が分かったら入れます。入れると指摘が消えます。",
        help_en = "Give it once known; the finding goes."
    )]
    pub explained: Option<Long>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let at = |f: &str| body.get(f).and_then(Value::as_i64);
    let (Some(from), Some(to)) = (at("from_at"), at("to_at")) else { return Vec::new() };
    if from <= to {
        return Vec::new();
    }
    let text =
        Message::new("終わりは始まり以後にしてください。", "The end is not before the start.");
    vec![FieldProblem::new("to_at", "wrong_value", text)]
}

/// Pairs of statements that cannot both be the whole truth: other sources, same object and event,
/// overlapping times, and one has what the other lacks. Explained ones are left out.
pub fn contradictions<'a>(all: &[&'a Record]) -> Vec<(&'a Record, &'a Record)> {
    let same = |a: &Record, b: &Record, f: &str| {
        a.text(f).trim().to_lowercase() == b.text(f).trim().to_lowercase()
    };
    let overlap = |a: &Record, b: &Record| {
        a.time("from_at") <= b.time("to_at") && b.time("from_at") <= a.time("to_at")
    };
    let mut pairs = Vec::new();
    for a in all.iter().filter(|r| r.text("says") == Says::Seen.id()) {
        for b in all.iter().filter(|r| r.text("says") != Says::Seen.id()) {
            let explained = [a, b].iter().any(|r| !r.text("explained").trim().is_empty());
            if !explained
                && same(a, b, "object")
                && same(a, b, "event")
                && !same(a, b, "source")
                && overlap(a, b)
            {
                pairs.push((*a, *b));
            }
        }
    }
    pairs
}
