//! What the registers of a reconnection case have in common.

use crate::*;

/// On which side something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Side {
    /// Here.
    #[choice(ja = "当社", en = "Us")]
    Us,
    /// There.
    #[choice(ja = "相手組織", en = "The other organisation")]
    Them,
    /// On both.
    #[choice(ja = "双方", en = "Both")]
    Both,
}

/// Fields as a body.
pub fn body_of<const N: usize>(fields: [(&str, Value); N]) -> Body {
    fields.into_iter().map(|(f, v)| (f.to_owned(), v)).collect()
}

/// The incident of the reconnection case: who may not see the one does not see the other.
pub fn of_case(c: &RuleCtx<'_>) -> Body {
    let incident = c.out("reconnection").and_then(|r| r.body.get("incident").cloned());
    incident.map(|i| ("incident".to_owned(), i)).into_iter().collect()
}

/// As [`of_case`], and read outside by the client named and by nobody else.
pub fn of_client(c: &RuleCtx<'_>) -> Body {
    let mut out = of_case(c);
    if let Some(client) = c.me.ids("client").first() {
        out.insert("shown_to".into(), (*client).into());
    }
    out
}

/// What was told to one client never becomes readable to another.
pub fn same_client(body: &Body) -> Vec<FieldProblem> {
    match (body.get("client"), body.get("shown_to")) {
        (Some(client), Some(shown)) if client != shown => {
            let text = Message::new(
                "相手組織は後から変えられません。新しく登録してください。",
                "The client cannot be changed later. Make a new record.",
            );
            vec![FieldProblem::new("client", "wrong_value", text)]
        }
        _ => Vec::new(),
    }
}

/// The inputs of [`of_case`].
pub const CASE: &[Input] = &[Input::Out("reconnection")];

/// How a record of a case starts: with the incident of the case.
pub const OF_CASE: Start = Start { inputs: CASE, fill: Some(of_case), ..Start::PLAIN };

/// Whole days from one instant's day to a day; negative once it is past.
pub fn days_until(day: &str, now: Time, zone: &Zone) -> Option<i64> {
    let (day, today) = (Date::parse(day)?, now.date(zone)?);
    Some(i64::from(today.civil().until(day.civil()).ok()?.get_days()))
}
