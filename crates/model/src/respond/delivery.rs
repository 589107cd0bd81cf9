//! Deliveries (伝達の記録): each try to bring a message to one recipient, as it went.

use super::incident::Incident;
use super::message::{Channel, Message};
use super::paging::Paging;
use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::*;

/// How one try went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum DeliveryResult {
    /// The other side's server took it. Whether anybody read it is not known.
    #[choice(ja = "相手のサーバーが受け取った", en = "Taken by their server", tone = "good")]
    Accepted,
    /// It did not arrive; it is tried again.
    #[choice(ja = "届かず、もう一度試す", en = "Not delivered, tried again", tone = "caution")]
    Again,
    /// It may have arrived.
    #[choice(ja = "届いたか分からない", en = "Unknown whether it arrived", tone = "warning")]
    Unknown,
    /// It did not arrive and is given up.
    #[choice(ja = "届かなかった", en = "Not delivered", tone = "danger")]
    Refused,
    /// Told by a person.
    #[choice(ja = "人が伝えた", en = "Told by a person", tone = "good")]
    Told,
    /// A person tried and reached nobody.
    #[choice(ja = "つながらなかった", en = "Nobody was reached", tone = "warning")]
    NotReached,
}

impl DeliveryResult {
    /// Whether the recipient has it for certain.
    pub fn reached(text: &str) -> bool {
        text == Self::Accepted.id() || text == Self::Told.id()
    }
}

/// One try.
#[derive(Debug, Clone, Register)]
#[register(
    id = "delivery",
    wing = Respond,
    menu = 20,
    ja = "伝達の記録",
    en = "Delivery",
    question_ja = "その連絡は、ほんとうに相手に届きましたか",
    question_en = "Did the message really reach them?",
    about_ja = "連絡を一人の相手に届けようとした一回ごとの結果です。メールは自動で残り、電話や書面は伝えた人が残します。",
    about_en = "Each try to bring a message to one recipient. Mail is recorded by itself; calls and paper by whoever told them.",
    purpose_ja = "だれに、いつ、どう伝わったかを後から示すために残します。",
    purpose_en = "Shows later who was told, when and how.",
    sort = "at",
    sort_down,
    append_only,
    retention_years = 10,
    check = check,
    meets = ["NI-186", "TK-75"]
)]
pub struct Delivery {
    /// The message.
    #[field(ja = "連絡", en = "Message", list)]
    pub message: Option<Ref<Message>>,
    /// The call.
    #[field(ja = "呼び出し", en = "Call")]
    pub paging: Option<Ref<Paging>>,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Recipient, in words.
    #[field(ja = "相手", en = "Recipient", title, list, search, personal)]
    pub recipient: String,
    /// Recipient outside.
    #[field(ja = "相手（社外の連絡先）", en = "Recipient, outside body")]
    pub to_contact: Option<Ref<Contact>>,
    /// Recipient inside.
    #[field(ja = "相手（要員）", en = "Recipient, person")]
    pub to_person: Option<Ref<Person>>,
    /// By which means.
    #[field(ja = "手段", en = "Means", list)]
    pub channel: Channel,
    /// When.
    #[field(ja = "日時", en = "When", list)]
    pub at: Time,
    /// How it went.
    #[field(ja = "結果", en = "Result", list)]
    pub result: DeliveryResult,
    /// What their server said.
    #[field(ja = "相手のサーバーの返事", en = "Answer of their server", max = 500)]
    pub server_answer: Option<String>,
    /// Who told them.
    #[field(ja = "伝えた人", en = "Told by")]
    pub told_by: Option<Ref<Person>>,
    /// What they answered.
    #[field(ja = "相手の返事", en = "What they answered", search)]
    pub answer: Option<Long>,
    /// When they answered.
    #[field(ja = "返事の日時", en = "Answered at")]
    pub answered_at: Option<Time>,
    /// Which try of the program it was.
    #[field(ja = "何回目か", en = "Try", system)]
    pub attempt: Option<i64>,
    /// When it is tried again.
    #[field(ja = "次に試す日時", en = "Tried again at", system)]
    pub next_try_at: Option<Time>,
    /// The round of sending it belongs to.
    #[field(ja = "送信の回", en = "Round of sending", system)]
    pub round: Option<i64>,
}

/// What the program found out, only the program records; whoever calls says who called.
fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default();
    let mut problems = Vec::new();
    if !body.contains_key("message") && !body.contains_key("paging") {
        problems.push(FieldProblem::new(
            "message",
            "required",
            crate::Message::new("連絡か呼び出しを選んでください。", "Choose the message or call."),
        ));
    }
    if body.contains_key("attempt") {
        return problems;
    }
    let by_hand = [DeliveryResult::Told.id(), DeliveryResult::NotReached.id()];
    if !text("result").is_empty() && !by_hand.contains(&text("result")) {
        problems.push(FieldProblem::new(
            "result",
            "by_program",
            crate::Message::new(
                "手で記録するときは「人が伝えた」か「つながらなかった」を選んでください。",
                "Entered by hand: told by a person, or nobody was reached.",
            ),
        ));
    }
    if !body.contains_key("told_by") {
        problems.push(FieldProblem::new(
            "told_by",
            "required",
            crate::Message::new("だれが伝えたかを入れてください。", "Say who told them."),
        ));
    }
    problems
}

/// Deliveries of a message by recipient: the newest of each, oldest recipient first.
pub fn newest<'a>(all: impl Iterator<Item = &'a Record>) -> Vec<&'a Record> {
    let mut list: Vec<&Record> = all.collect();
    list.sort_by_key(|d| (d.time("at"), d.leaf));
    let mut out: Vec<&Record> = Vec::new();
    for d in list {
        match out.iter_mut().find(|o| recipient(o) == recipient(d)) {
            // What surely reached somebody is not made uncertain by a later copy.
            Some(o) if DeliveryResult::reached(o.text("result")) => {}
            Some(o) => *o = d,
            None => out.push(d),
        }
    }
    out
}

/// What tells recipients apart: the body, else the person, else the name.
pub fn recipient(d: &Record) -> String {
    let of = |field: &str| d.ids(field).first().map(|id| format!("{field}/{id}"));
    of("to_contact").or_else(|| of("to_person")).unwrap_or_else(|| d.text("recipient").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(value: Value) -> Body {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn a_person_records_calls_and_never_what_a_server_said() {
        let typed = |result: &str, more: Value| {
            let mut b = body(serde_json::json!({"message": "m", "recipient": "甲社",
                "channel": "telephone", "at": 1, "result": result}));
            b.extend(body(more));
            check(&b).into_iter().map(|p| p.field).collect::<Vec<_>>()
        };
        assert_eq!(typed("told", serde_json::json!({"told_by": "p"})), Vec::<String>::new());
        assert_eq!(typed("accepted", serde_json::json!({"told_by": "p"})), ["result"]);
        assert_eq!(typed("told", serde_json::json!({})), ["told_by"]);
        assert!(typed("accepted", serde_json::json!({"attempt": 1})).is_empty());
    }

    #[test]
    fn the_newest_try_counts_unless_an_earlier_one_arrived() {
        let record = |at: i64, to: &str, result: &str| {
            let b = body(serde_json::json!({"recipient": to, "at": at, "result": result}));
            crate::core::decide::unsaved(Delivery::DEF, &b, Time::from_millis(at))
        };
        let all = [
            record(3, "甲社", "unknown"),
            record(1, "甲社", "again"),
            record(2, "乙社", "told"),
            record(4, "乙社", "again"),
        ];
        let found: Vec<(&str, &str)> =
            newest(all.iter()).iter().map(|d| (d.text("recipient"), d.text("result"))).collect();
        assert_eq!(found, [("甲社", "unknown"), ("乙社", "told")]);
    }
}
