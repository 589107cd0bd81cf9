//! What is missing about messages: untold, undelivered, forgotten, overdue.

use super::delivery::{self, Delivery, DeliveryResult};
use super::message::Trigger;
use crate::*;

/// Rules of messages.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "message.unsent",
        register: "message",
        label: Text::new("承認した連絡が送られている", "Approved messages are sent"),
        why: Text::new(
            "承認したまま伝え忘れることを防ぐためです。",
            "So that nothing approved is left untold.",
        ),
        mend: Text::new("伝えて、その記録を残してください。", "Tell them, and record it."),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: unsent,
        meets: &["G7-33"],
    },
    RuleDef {
        id: "message.undelivered",
        register: "message",
        label: Text::new("送った連絡が届いている", "What was sent has arrived"),
        why: Text::new(
            "送ったつもりでも、相手に届いていないことがあるためです。",
            "What was sent has not always arrived.",
        ),
        mend: Text::new(
            "電話・書面・相手のウェブ窓口で伝えて記録するか、もう一度送ってください。",
            "Tell them by telephone, paper or their web form and record it, or send it again.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::In("delivery", "message")],
        tells: &["pr_lead", "coordinator"],
        check: undelivered,
        meets: &["NI-186"],
    },
    RuleDef {
        id: "message.deferred",
        register: "message",
        label: Text::new(
            "後で出すと決めた知らせが忘れられていない",
            "A deferred notice is not forgotten",
        ),
        why: Text::new(
            "対応が終わった後に出すと決めた知らせは、忘れられやすいためです。",
            "A notice to be released after the work is easily forgotten.",
        ),
        mend: Text::new(
            "いま出すか、出さない理由を付けて取りやめるか、確認の日時を改めてください。",
            "Release it, withdraw it with the reason, or give a new time for the reminder.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Out("incident")],
        tells: &["pr_lead"],
        check: |c| deferred(c, &["draft", "approved"]),
        meets: &["JP-63"],
    },
    RuleDef {
        id: "message.unanswered",
        register: "message",
        label: Text::new("待っている返事が来ている", "Awaited answers have come"),
        why: Text::new(
            "助けを頼んだ相手の返事が無いまま時間が過ぎるのを防ぐためです。",
            "So that time does not pass while a helper stays silent.",
        ),
        mend: Text::new(
            "催促するか、別の相手に頼んでください。",
            "Remind them, or ask somebody else.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("setting"), Input::Out("report"), Input::Out("incident")],
        tells: &[],
        check: unanswered,
        meets: &["TK-75"],
    },
];

fn unsent(c: &RuleCtx<'_>) -> Verdict {
    let ("approved", Some(at)) = (c.me.text("state"), c.me.time("approved_at")) else {
        return Verdict::ok();
    };
    // One that waits on purpose has a rule of its own.
    if c.me.body.contains_key("release_when") {
        return Verdict::ok();
    }
    let limit = at.plus(30 * MINUTE);
    if c.now < limit {
        return Verdict::ok().check_at(limit);
    }
    Verdict::finding(
        "state",
        "承認から30分たっても、伝えた記録がありません。",
        "Approved 30 minutes ago, with no record of sending.",
    )
}

fn undelivered(c: &RuleCtx<'_>) -> Verdict {
    if !matches!(c.me.text("state"), "sending" | "sent" | "answered") {
        return Verdict::ok();
    }
    let mut verdict = Verdict::ok();
    for d in delivery::newest(c.incoming(Delivery::ID, "message")) {
        let who = d.text("recipient");
        let said = d.text("server_answer");
        match DeliveryResult::from_id(d.text("result")) {
            Some(DeliveryResult::Refused) => {
                verdict = verdict.and(
                    "state",
                    format!("{who} に届いていません（{said}）。電話などで伝えてください。"),
                    format!("{who} has not got it ({said}). Tell them by telephone or paper."),
                );
            }
            Some(DeliveryResult::Unknown) => {
                verdict = verdict.and(
                    "state",
                    format!("{who} に届いたか分かりません。相手に確かめてください。"),
                    format!("It is not known whether {who} has got it. Ask them."),
                );
            }
            Some(DeliveryResult::Again) if d.int("attempt").unwrap_or(0) >= 2 => {
                verdict = verdict.and(
                    "state",
                    format!("{who} にまだ届いていません。急ぐときは電話で伝えてください。"),
                    format!("{who} has not got it yet. If it is urgent, call them."),
                );
            }
            _ => {}
        }
    }
    verdict
}

/// A decided notice whose time has come while it still stands in one of these states.
pub fn deferred(c: &RuleCtx<'_>, waiting: &[&str]) -> Verdict {
    let Some(when) = Trigger::from_id(c.me.text("release_when")) else { return Verdict::ok() };
    if !waiting.contains(&c.me.text("state")) {
        return Verdict::ok();
    }
    let mut verdict = Verdict::ok();
    if !c.me.body.contains_key("release_owner") {
        verdict = verdict.and(
            "release_owner",
            "出す人が決まっていません。",
            "Nobody is named to release it.",
        );
    }
    let Some(remind) = c.me.time("remind_at") else {
        return verdict.and(
            "remind_at",
            "確認の日時がありません。",
            "There is no time for a reminder.",
        );
    };
    let reached = c.out("incident").is_some_and(|i| match when {
        Trigger::Contained => i.time("contained_at").is_some(),
        Trigger::Recovered => i.time("recovered_at").is_some(),
        Trigger::HandlingComplete => {
            matches!(i.text("state"), "recovered" | "evaluated" | "handed_over" | "closed")
        }
        Trigger::Time => false,
    });
    if reached {
        return verdict.and(
            "state",
            "待っていた条件がそろいました。知らせを出す時です。",
            "What it waited for has come. It is time to release it.",
        );
    }
    if c.now >= remind {
        return verdict.and(
            "remind_at",
            "確認の日時になりました。出すかどうかを確かめてください。",
            "The time of the reminder has come. See whether to release it.",
        );
    }
    verdict.check_at(remind)
}

fn unanswered(c: &RuleCtx<'_>) -> Verdict {
    let ("sent", true, Some(at)) =
        (c.me.text("state"), c.me.flag("answer_awaited"), c.me.time("sent_at"))
    else {
        return Verdict::ok();
    };
    // Once the report is judged or the case closed, nobody waits any more.
    if c.out("report").is_some_and(|r| r.time("judged_at").is_some())
        || c.out("incident").is_some_and(|i| i.time("closed_at").is_some())
    {
        return Verdict::ok();
    }
    let limit = at.plus(c.settings.int("message.answer_minutes") * MINUTE);
    if c.now < limit {
        return Verdict::ok().check_at(limit);
    }
    Verdict::finding("answer", "まだ返事がありません。", "There is no answer yet.")
}
