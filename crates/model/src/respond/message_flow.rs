//! The steps of a message: review, approval, sending, answer, recall.

use super::delivery::{self, Delivery, DeliveryResult};
use super::message_gates::{
    APPROVERS, AS_APPROVED, CLEARED, FACTS_ONLY, SECOND_PAIR_OF_EYES, SENDABLE, WITHIN_CASE,
    WITHIN_TLP, digest,
};
use crate::prepare::disclosure_limit::STAYS_INSIDE;
use crate::*;

/// The steps.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "approve",
            label: Text::new("承認する", "Approve"),
            from: &["draft"],
            to: "approved",
            asks: &[("approved_by", true), ("cleared_by", false)],
            stamps: &["approved_at"],
            fill: Some(approved),
            gates: &[
                SECOND_PAIR_OF_EYES,
                WITHIN_TLP,
                WITHIN_CASE,
                FACTS_ONLY,
                CLEARED,
                STAYS_INSIDE,
            ],
            who: APPROVERS,
            meets: &["G7-33", "TK-88", "NI-187"],
            ..Transition::PLAIN
        },
        Transition {
            id: "send",
            label: Text::new("送信する", "Send"),
            from: &["approved"],
            to: "sending",
            stamps: &["sending_at"],
            counts: &["rounds"],
            gates: &[
                SENDABLE,
                AS_APPROVED,
                WITHIN_TLP,
                WITHIN_CASE,
                FACTS_ONLY,
                CLEARED,
                STAYS_INSIDE,
            ],
            meets: &["NI-186"],
            ..Transition::PLAIN
        },
        Transition {
            id: "send_again",
            label: Text::new("届いていない相手へもう一度送る", "Send again to those not reached"),
            from: &["sending", "sent"],
            to: "sending",
            counts: &["rounds"],
            gates: &[
                SENDABLE,
                AS_APPROVED,
                WITHIN_TLP,
                WITHIN_CASE,
                FACTS_ONLY,
                CLEARED,
                STAYS_INSIDE,
            ],
            ..Transition::PLAIN
        },
        Transition {
            id: "record_sent",
            label: Text::new("送信・伝達を記録する", "Record as sent"),
            from: &["approved", "sending"],
            to: "sent",
            asks: &[("sent_note", true)],
            stamps: &["sent_at"],
            fill: Some(shown_to),
            gates: &[AS_APPROVED, WITHIN_TLP, WITHIN_CASE, FACTS_ONLY, CLEARED, STAYS_INSIDE],
            meets: &["G7-33", "G7-45"],
            ..Transition::PLAIN
        },
        Transition {
            id: "revise",
            label: Text::new("下書きに戻す", "Back to draft"),
            from: &["approved"],
            to: "draft",
            fill: Some(unapproved),
            reason: true,
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("送るのをやめる", "Do not send"),
            from: &["draft", "approved"],
            to: "withdrawn",
            reason: true,
            ..Transition::PLAIN
        },
        Transition {
            id: "record_answer",
            label: Text::new("返事を記録する", "Record the answer"),
            from: &["sent", "answered"],
            to: "answered",
            asks: &[("answer", true)],
            stamps: &["answered_at"],
            meets: &["G7-33"],
            ..Transition::PLAIN
        },
        Transition {
            id: "recall",
            label: Text::new("誤送信を訂正する", "Correct what was sent by mistake"),
            from: &["sending", "sent", "answered"],
            to: "recalled",
            asks: &[("recall_note", true)],
            stamps: &["recalled_at"],
            fill: Some(shown_to_nobody),
            reason: true,
            follows: &[Follow {
                label: Text::new(
                    "まだ送っていない分を止め、受け取った相手への訂正を下書きします。届いたメールを相手の手元から消すこと、読まれた内容を無かったことにすることはできません。",
                    "Stops what has not left, and drafts a correction to those who got it. What has arrived cannot be removed from their mailboxes, nor what was read be unread.",
                ),
                inputs: &[Input::In("delivery", "message")],
                open: correction,
                meets: &[],
            }],
            ..Transition::PLAIN
        },
    ],
};

fn approved(c: &RuleCtx<'_>) -> Body {
    std::iter::once(("approved_digest".to_owned(), digest(c.me).into())).collect()
}

fn unapproved(_: &RuleCtx<'_>) -> Body {
    ["approved_digest", "approved_by", "approved_at", "cleared_by"]
        .into_iter()
        .map(|f| (f.to_owned(), Value::Null))
        .collect()
}

/// Once sent, a message is read by the body it names, or by all; a draft by nobody outside.
fn shown_to(c: &RuleCtx<'_>) -> Body {
    let one = c.me.ids("to_contact").first().map(|id| (*id).to_owned());
    let whom = if c.me.flag("to_all") { Some(ALL_COUNTERPARTIES.to_owned()) } else { one };
    let mut fill: Body = whom.map(|w| ("shown_to".to_owned(), w.into())).into_iter().collect();
    if let (Some(next), Some(sent)) = (c.me.time("next_update_at"), c.me.time("sent_at")) {
        let minutes = (next.since(sent).max(0) + MINUTE - 1) / MINUTE;
        fill.insert("next_update_within".to_owned(), minutes.into());
    }
    fill
}

fn shown_to_nobody(_: &RuleCtx<'_>) -> Body {
    std::iter::once(("shown_to".to_owned(), Value::Null)).collect()
}

/// The correction goes to whoever has it or may have it; where no delivery is on record (told in
/// one go, and recorded so), to all it was addressed to.
fn correction(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let tries = delivery::newest(c.incoming(Delivery::ID, "message"));
    let got: Vec<&&Record> = tries
        .iter()
        .filter(|d| {
            DeliveryResult::reached(d.text("result"))
                || d.text("result") == DeliveryResult::Unknown.id()
        })
        .collect();
    let mut body = Body::new();
    let mut keep = |field: &str| {
        if let Some(value) = c.me.body.get(field) {
            body.insert(field.to_owned(), value.clone());
        }
    };
    for field in ["tlp", "incident", "channel", "audience", "direction", "sender", "to_all"] {
        keep(field);
    }
    if tries.is_empty() {
        for field in ["to_role", "to_contact", "to_contacts", "to_persons", "to_others"] {
            keep(field);
        }
    } else {
        let ids = |field: &str| -> Vec<Value> {
            got.iter().flat_map(|d| d.ids(field)).map(Value::from).collect()
        };
        body.insert("to_contacts".into(), ids("to_contact").into());
        body.insert("to_persons".into(), ids("to_person").into());
    }
    let subject: String =
        format!("【訂正】{} / Correction", c.me.text("subject")).chars().take(200).collect();
    body.insert("subject".into(), subject.into());
    body.insert("text".into(), c.me.text("recall_note").into());
    body.insert("corrects".into(), "new".into());
    body.insert("answer_awaited".into(), false.into());
    body.entry("to_all").or_insert(false.into());
    vec![NewRecord { register: "message", body, link_back: None }]
}
