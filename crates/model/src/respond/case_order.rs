//! The order of incidents that run at once (対応の順番), by the criteria set beforehand (NI-435).

use super::incident::Incident;
use crate::prepare::order_criterion::OrderCriterion;
use crate::*;

/// Whether to respond now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Now {
    /// Now.
    #[choice(ja = "いま対応する", en = "Respond now", tone = "danger")]
    Now,
    /// After others.
    #[choice(ja = "ほかの後で対応する", en = "After others", tone = "caution")]
    Later,
    /// Not.
    #[choice(ja = "対応しない（記録だけ残す）", en = "Do not respond, keep the record")]
    No,
}

/// Points by one criterion.
#[derive(Debug, Clone, Rows)]
pub struct Mark {
    /// Criterion.
    #[field(ja = "基準", en = "Criterion")]
    pub criterion: Ref<OrderCriterion>,
    /// Points.
    #[field(ja = "点（0〜3）", en = "Points (0 to 3)")]
    pub points: i64,
    /// Why.
    #[field(ja = "理由", en = "Why", max = 200)]
    pub why: Option<String>,
}

/// The criteria applied to one incident.
#[derive(Debug, Clone, Register)]
#[register(
    id = "case_order",
    wing = Respond,
    menu = 11,
    ja = "対応の順番",
    en = "Order of incidents",
    question_ja = "同時に起きているもののうち、どれに人手を当てますか",
    question_en = "Which of the open incidents gets the hands?",
    about_ja = "対応中の一件に、前もって決めた基準を当てはめた結果です。新しい判断は新しく記録し、最後のものを使います。",
    about_en = "The criteria set beforehand as applied to one open incident. A new judgement is a new record; the last one counts.",
    purpose_ja = "順番の判断とその根拠を残すために使います。",
    purpose_en = "Keeps the order and the grounds for it.",
    sort = "decided_at",
    sort_down,
    append_only,
    acts = &[ALL_APPLIED],
    check = check,
    retention_years = 10,
    meets = ["NI-435"]
)]
pub struct CaseOrder {
    /// Incident.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Points.
    #[field(ja = "基準への当てはめ", en = "Criteria applied")]
    pub marks: Table<Mark>,
    /// Whether to respond now.
    #[field(ja = "いま対応するか", en = "Respond now?", list)]
    pub respond: Now,
    /// Resources assigned.
    #[field(ja = "割り当てる人手・資源", en = "Resources assigned", title, list, search)]
    pub resources: String,
    /// Decided at.
    #[field(ja = "判断した日時", en = "Decided at", list)]
    pub decided_at: Time,
    /// Who.
    #[field(ja = "判断した人", en = "Decided by", list, system)]
    pub judge: Option<Ref<crate::govern::person::Person>>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let marks = body.get("marks").and_then(Value::as_array).into_iter().flatten();
    marks
        .enumerate()
        .filter(|(_, m)| {
            !m.get("points").and_then(Value::as_i64).is_some_and(|p| (0..=3).contains(&p))
        })
        .map(|(i, _)| {
            let say = Message::new("0〜3で入れてください。", "Give 0 to 3.");
            FieldProblem::new(format!("marks[{i}].points"), "out_of_range", say)
        })
        .collect()
}

const ALL_APPLIED: Act = Act {
    label: Text::new("決めた基準をすべて当てはめる", "Applies every criterion that was set"),
    inputs: &[Input::All("order_criterion")],
    changes: |c| {
        let marked: Vec<&str> =
            c.me.rows("marks").filter_map(|m| m.get("criterion")?.as_str()).collect();
        let open: Vec<String> = c
            .all("order_criterion")
            .filter(|k| !marked.contains(&k.id.as_str()))
            .map(Record::title)
            .collect();
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let say = Message::new(
            format!("まだ点を付けていない基準があります: {}", open.join("、")),
            format!("Criteria without points: {}", open.join("; ")),
        );
        Err(Refusal::Fields(vec![FieldProblem::new("marks", "not_applied", say)]))
    },
    meets: &["NI-434", "NI-435"],
};

/// Points of an incident, each by the weight of its criterion; and the criteria by which it falls
/// below what is asked for a response now.
pub fn score<'a>(order: &Record, criteria: &'a [Record]) -> (i64, Vec<&'a Record>) {
    let mut total = 0;
    let mut below = Vec::new();
    for mark in order.rows("marks") {
        let id = mark.get("criterion").and_then(Value::as_str).unwrap_or_default();
        let points = mark.get("points").and_then(Value::as_i64).unwrap_or(0);
        if let Some(k) = criteria.iter().find(|k| k.id.as_str() == id) {
            total += points * k.int("weight").unwrap_or(1);
            if k.int("least").is_some_and(|least| points < least) {
                below.push(k);
            }
        }
    }
    (total, below)
}
