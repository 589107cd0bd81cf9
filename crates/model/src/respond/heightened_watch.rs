//! Heightened monitoring (監視の強化) for a limited time. It ends by itself: nothing is asked of
//! anybody for it to be over.

use super::{incident::Incident, urgent_check::UrgentCheck};
use crate::govern::person::Person;
use crate::*;

/// What a heightened watch has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum WatchResult {
    /// Nothing.
    #[choice(ja = "異常なし", en = "Nothing found", tone = "good")]
    Nothing,
    /// Something, dealt with.
    #[choice(ja = "見つけて対処した", en = "Found and dealt with", tone = "caution")]
    Found,
    /// Prolonged by another watch.
    #[choice(ja = "引き続き強化する", en = "Goes on as another watch", tone = "warning")]
    Prolonged,
}

/// A heightened watch.
#[derive(Debug, Clone, Register)]
#[register(
    id = "heightened_watch",
    wing = Respond,
    menu = 15,
    ja = "監視の強化",
    en = "Heightened monitoring",
    question_ja = "いま、何の監視を、いつまで、だれが強めていますか",
    question_en = "What is watched more closely now, until when, and by whom?",
    about_ja = "きっかけ、強めるもの、担当、始まりと終わりを決めて監視を強めます。終わりが来れば自動で終わります。",
    about_en = "Watching more closely for a time: ground, what, who, start and end. It ends by itself.",
    purpose_ja = "いつまでも続いて疲れることも、だれも見ていないことも防ぎます。",
    purpose_en = "So that it neither goes on for ever nor has nobody behind it.",
    sort = "until",
    sort_down,
    check = check,
    retention_years = 10,
    meets = ["NI-403"]
)]
pub struct HeightenedWatch {
    /// What is strengthened.
    #[field(ja = "強めるもの", en = "What is strengthened", title, list, search)]
    pub what: String,
    /// Ground.
    #[field(ja = "きっかけ・根拠", en = "Ground", search)]
    pub ground: Long,
    /// The check it comes from.
    #[field(ja = "緊急点検", en = "Urgent check")]
    pub urgent: Option<Ref<UrgentCheck>>,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Functions.
    #[field(ja = "機能の強化（検知の条件など）", en = "Functions (detections and the like)")]
    pub functions: Option<Long>,
    /// Staffing.
    #[field(ja = "人の体制", en = "Staffing")]
    pub staffing: Option<Long>,
    /// Who.
    #[field(ja = "担当", en = "Who", list)]
    pub who: Vec<Ref<Person>>,
    /// From.
    #[field(ja = "始まり", en = "From", list)]
    pub from_at: Time,
    /// Until.
    #[field(ja = "終わり", en = "Until", list)]
    pub until: Time,
    /// Result.
    #[field(ja = "結果", en = "Result", list)]
    pub result: Option<WatchResult>,
    /// In words.
    #[field(ja = "分かったこと", en = "What it has shown")]
    pub shown: Option<Long>,
}

/// Whether it is on at an instant.
pub fn active(record: &Record, now: Time) -> bool {
    !record.ended()
        && record.time("from_at").is_some_and(|from| from <= now)
        && record.time("until").is_some_and(|until| now < until)
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let at = |f: &str| body.get(f).and_then(Value::as_i64);
    let (Some(from), Some(until)) = (at("from_at"), at("until")) else { return Vec::new() };
    if from <= until {
        return Vec::new();
    }
    let text =
        Message::new("終わりは始まり以後にしてください。", "The end is not before the start.");
    vec![FieldProblem::new("until", "wrong_value", text)]
}

/// Rules of heightened watches.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "heightened_watch.kept",
    register: "heightened_watch",
    label: Text::new(
        "強めた監視に担当がいて、終われば結果がある",
        "A heightened watch has people, and a result once it is over",
    ),
    why: Text::new(
        "担当のいない強化は名ばかりで、結果のない強化は次に生きません。",
        "Without people it is a name only; without a result nothing is learnt.",
    ),
    mend: Text::new(
        "担当を入れてください。終わった後は結果を入れてください。",
        "Name the people; once it is over, give the result.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &["csirt"],
    check: |c| {
        let Some(until) = c.me.time("until") else { return Verdict::ok() };
        let verdict = match (active(c.me, c.now), c.me.text("result")) {
            (true, _) if !c.me.body.contains_key("who") => {
                Verdict::finding("who", "担当がいません。", "Nobody is in charge.")
            }
            (false, "") if c.now >= until => Verdict::finding(
                "result",
                "終わりました。結果を入れてください。",
                "It is over. Give the result.",
            ),
            _ => Verdict::ok(),
        };
        let turns = [c.me.time("from_at"), Some(until)];
        turns.into_iter().flatten().filter(|t| c.now < *t).fold(verdict, Verdict::check_at)
    },
    meets: &["NI-403"],
}];
