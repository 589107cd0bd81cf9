//! Messages leave the house: mail servers that take, refuse, delay and hang; and who may get what.

use super::harness::{NIGHT, World, body, fields, gates, merge, on_each, opened};
use okiagari_app::{Actor, AppError};
use okiagari_model::{Change, HOUR, MINUTE, Record, RecordId, register};
use okiagari_tests::smtp::{Mood, Smtp};
use serde_json::json;
use std::time::Duration;

/// Long enough for a server on this machine, short enough for one that hangs.
const PATIENCE: Duration = Duration::from_millis(300);

fn mail_by(world: &World, smtp: &Smtp) {
    world.set("mail.server", &json!("127.0.0.1"));
    world.set("mail.port", &json!(smtp.port));
    world.set("mail.tls", &json!("none"));
    world.set("mail.sender", &json!("csirt@akari.example.jp"));
}

pub fn contact(world: &World, name: &str, mail: &str) -> RecordId {
    world.make("contact", json!({"name": name, "kind": "vendor", "mail": mail})).id
}

/// A message written by public relations and approved by the CISO.
fn approved(world: &World, more: serde_json::Value) -> RecordId {
    let id = draft(world, more);
    approve(world, &id).unwrap();
    id
}

pub fn draft(world: &World, more: serde_json::Value) -> RecordId {
    let mut fields = json!({"subject": "受注画面の停止について", "text": "本文です。",
        "direction": "out", "channel": "mail", "tlp": "amber"});
    merge(&mut fields, more);
    world.create("pr_lead", "message", fields).unwrap().id
}

pub fn approve(world: &World, id: &RecordId) -> Result<okiagari_app::Receipt, AppError> {
    let by = world.people["ciso"].as_str();
    world.step("ciso", ("message", id), "approve", json!({"approved_by": by}))
}

fn send(world: &World, id: &RecordId) {
    world.step("pr_lead", ("message", id), "send", json!({})).unwrap();
}

fn state(world: &World, id: &RecordId) -> String {
    world.get(("message", id)).text("state").to_owned()
}

/// The tries of a message, oldest first.
fn tries(world: &World, id: &RecordId) -> Vec<Record> {
    let mut all = world.all("delivery");
    all.retain(|d| d.ids("message") == [id.as_str()]);
    all.sort_by_key(|d| d.leaf);
    all
}

fn results(world: &World, id: &RecordId) -> Vec<String> {
    tries(world, id).iter().map(|d| d.text("result").to_owned()).collect()
}

/// NI-186: one text to many, each alone; who got it, when, and what their server said.
#[test]
fn one_text_goes_to_each_recipient_alone_and_each_delivery_is_on_record() {
    on_each(|world| {
        let smtp = Smtp::start();
        mail_by(world, &smtp);
        let a = contact(world, "甲社", "soc@kou.example");
        let b = contact(world, "乙社", "soc@otsu.example");
        let incident = world.incident(json!({}));
        let id = approved(
            world,
            json!({"to_contacts": [a.as_str(), b.as_str()], "incident": incident.as_str(),
                "to_persons": [world.people["executive"].as_str()]}),
        );
        assert_eq!(world.app.deliver_with(PATIENCE).unwrap().tried, 0, "nothing before it is sent");
        send(world, &id);
        assert_eq!(state(world, &id), "sending");
        let done = world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!((done.tried, done.accepted), (3, 3));
        assert_eq!(state(world, &id), "sent");
        let mails = smtp.mails();
        assert_eq!(mails.len(), 3);
        for to in ["soc@kou", "soc@otsu", "a@example"] {
            let one: Vec<&String> = mails.iter().filter(|m| m.contains(to)).collect();
            assert_eq!(one.len(), 1, "one mail each: {to}");
            let lines = one[0].lines().filter(|l| l.contains("@") && !l.contains("akari.example"));
            assert_eq!(lines.count(), 1, "nobody sees the other recipients: {}", one[0]);
        }
        let rows = tries(world, &id);
        let mut who: Vec<&str> = rows.iter().map(|d| d.text("recipient")).collect();
        who.sort_unstable();
        assert_eq!(who, ["乙社", "甲社", "経営者（IT-BCP統括責任者）の人"]);
        for row in &rows {
            assert_eq!(row.text("result"), "accepted");
            assert_eq!(row.text("channel"), "mail");
            assert_eq!(row.time("at").unwrap().millis(), NIGHT);
            assert!(row.text("server_answer").contains("4711"), "{}", row.text("server_answer"));
            assert_eq!(row.ids("incident"), [incident.as_str()]);
        }
        // The second turn sends nothing twice.
        world.pass(24 * HOUR);
        assert_eq!(world.app.deliver_with(PATIENCE).unwrap().tried, 0);
        world.verifies();
    });
}

/// The trouble of the issue: the server refuses; another channel is offered and taken.
#[test]
fn what_is_refused_is_shown_as_not_delivered_until_somebody_calls() {
    on_each(|world| {
        let smtp = Smtp::start();
        mail_by(world, &smtp);
        smtp.mood(Mood::Refuse);
        let a = contact(world, "甲社", "nobody@kou.example");
        let id = approved(world, json!({"to_contact": a.as_str()}));
        send(world, &id);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(
            (state(world, &id).as_str(), results(world, &id)),
            ("sending", vec!["refused".to_owned()])
        );
        assert!(tries(world, &id)[0].text("server_answer").contains("550"));
        let found = world.findings(("message", &id), "message.undelivered");
        assert_eq!(found.len(), 1);
        // A permanent refusal is not tried again by itself.
        world.pass(24 * HOUR);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(results(world, &id).len(), 1);
        // Told by telephone: who, when, by whom, what was answered.
        let call = json!({"message": id.as_str(), "recipient": "甲社 監視室 田中さん",
            "to_contact": a.as_str(), "channel": "telephone", "at": NIGHT + 24 * HOUR,
            "result": "told", "told_by": world.people["pr_lead"].as_str(), "answer": "了解とのこと"});
        let mut nobody = call.clone();
        nobody.as_object_mut().unwrap().remove("told_by");
        let refused = world.create("pr_lead", "delivery", nobody).unwrap_err();
        assert_eq!(fields(refused), [("told_by".to_owned(), "required")]);
        world.create("pr_lead", "delivery", call).unwrap();
        assert_eq!(state(world, &id), "sent");
        assert!(world.findings(("message", &id), "message.undelivered").is_empty());
        // Nobody types in what only a server can say.
        let forged = json!({"message": id.as_str(), "recipient": "甲社", "channel": "mail",
            "at": NIGHT, "result": "accepted", "told_by": world.people["pr_lead"].as_str()});
        let forged = world.create("pr_lead", "delivery", forged).unwrap_err();
        assert_eq!(fields(forged), [("result".to_owned(), "by_program")]);
    });
}

/// A server that says "later" is asked again by the clock, not before.
#[test]
fn a_delayed_mail_is_tried_again_after_a_minute_and_then_arrives() {
    on_each(|world| {
        let smtp = Smtp::start();
        mail_by(world, &smtp);
        smtp.mood(Mood::Later);
        let a = contact(world, "甲社", "soc@kou.example");
        let id = approved(world, json!({"to_contact": a.as_str()}));
        send(world, &id);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(results(world, &id), ["again"]);
        let next = tries(world, &id)[0].time("next_try_at").unwrap();
        assert_eq!(next.millis(), NIGHT + MINUTE);
        smtp.mood(Mood::Accept);
        world.pass(MINUTE - 1);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(results(world, &id), ["again"], "not a moment before");
        world.pass(1);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(results(world, &id), ["again", "accepted"]);
        assert_eq!(state(world, &id), "sent");
    });
}

/// The trouble of the issue: accepted, then silence. Shown as unknown and not as sent; the second
/// copy has the same name, so that the other side can tell.
#[test]
fn a_server_that_takes_the_mail_and_hangs_leaves_it_unknown_and_not_sent() {
    on_each(|world| {
        let smtp = Smtp::start();
        mail_by(world, &smtp);
        smtp.mood(Mood::Hang);
        let a = contact(world, "甲社", "soc@kou.example");
        let id = approved(world, json!({"to_contact": a.as_str()}));
        send(world, &id);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(results(world, &id), ["unknown"]);
        assert_eq!(state(world, &id), "sending");
        assert_eq!(world.findings(("message", &id), "message.undelivered").len(), 1);
        smtp.mood(Mood::Accept);
        world.pass(HOUR);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(
            (results(world, &id)[1].as_str(), state(world, &id).as_str()),
            ("accepted", "sent")
        );
        let names: Vec<String> = smtp
            .mails()
            .iter()
            .map(|m| m.lines().find(|l| l.starts_with("Message-ID:")).unwrap().to_owned())
            .collect();
        assert_eq!(names.len(), 2);
        assert_eq!(names[0], names[1]);
    });
}

/// A server that is down is tried at growing intervals, then given up for all to see.
#[test]
fn a_server_that_is_down_is_given_up_after_the_tries_that_are_set() {
    on_each(|world| {
        let smtp = Smtp::start();
        mail_by(world, &smtp);
        world.set("mail.port", &json!(9));
        world.set("mail.tries", &json!(3));
        let a = contact(world, "甲社", "soc@kou.example");
        let none = contact(world, "丙社", "");
        let id = approved(world, json!({"to_contacts": [a.as_str(), none.as_str()]}));
        send(world, &id);
        for minutes in [0, 1, 5, 60] {
            world.pass(minutes * MINUTE);
            world.app.deliver_with(PATIENCE).unwrap();
        }
        let of = |name: &str| -> Vec<String> {
            let rows = tries(world, &id);
            let rows = rows.iter().filter(|d| d.text("recipient") == name);
            rows.map(|d| d.text("result").to_owned()).collect()
        };
        assert_eq!(of("甲社"), ["again", "again", "refused"]);
        assert_eq!(of("丙社"), ["refused"], "without an address nothing is tried");
        // Sent again once the server is back.
        mail_by(world, &smtp);
        world.step("pr_lead", ("message", &id), "send_again", json!({})).unwrap();
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(of("甲社").last().unwrap(), "accepted");
        assert_eq!(smtp.mails().len(), 1);
    });
}

/// The password signs in to the server and stands in no record and no row.
#[test]
fn the_mail_password_is_used_and_stands_nowhere() {
    on_each(|world| {
        const PASSWORD: &str = "kaki-furai-5ko";
        let smtp = Smtp::start();
        mail_by(world, &smtp);
        world.set("mail.user", &json!("okiagari"));
        let refused = world.app.change_mail_password(&world.ctx("csirt"), PASSWORD);
        assert!(matches!(refused, Err(AppError::Forbidden(_))));
        world.app.change_mail_password(&world.ctx("administrator"), PASSWORD).unwrap();
        assert!(world.app.has_mail_password(&world.org).unwrap());
        let a = contact(world, "甲社", "soc@kou.example");
        let id = approved(world, json!({"to_contact": a.as_str()}));
        send(world, &id);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(state(world, &id), "sent");
        // AUTH PLAIN of "\0okiagari\0kaki-furai-5ko".
        let plain = "AG9raWFnYXJpAGtha2ktZnVyYWktNWtv";
        assert!(smtp.heard().iter().any(|l| l.contains(plain)), "{:?}", smtp.heard());
        for register in okiagari_model::REGISTERS {
            for record in world.all(register.id) {
                let body = serde_json::to_string(&record.body).unwrap();
                assert!(!body.contains(PASSWORD), "{} holds it", register.id);
            }
        }
        let kept = world
            .app
            .store()
            .read(|tx| {
                let name = format!("mail.password/{}", world.org);
                Ok::<_, AppError>(okiagari_store::server::setting::get(tx.db(), &name)?)
            })
            .unwrap()
            .unwrap();
        assert!(!kept.contains(PASSWORD) && !kept.contains("a2FraS1mdXJhaS"), "sealed: {kept}");
        world.app.set_mail_password(&world.org, "").unwrap();
        assert!(!world.app.has_mail_password(&world.org).unwrap());
    });
}

/// A private case never reaches anybody outside its range, also where it became private after the
/// message was on its way.
#[test]
fn a_case_for_members_only_reaches_no_recipient_outside_its_range() {
    on_each(|world| {
        let smtp = Smtp::start();
        mail_by(world, &smtp);
        let a = contact(world, "甲社", "soc@kou.example");
        let b = contact(world, "乙社", "soc@otsu.example");
        let lead = world.people["ciso"].as_str();
        let boss = world.people["executive"].as_str();
        let private =
            world.incident(json!({"sharing": "members", "lead": lead, "members": [boss]}));
        let of = |more: serde_json::Value| -> Result<_, AppError> {
            let mut fields = json!({"subject": "x", "text": "x", "channel": "mail", "tlp": "amber",
                "incident": private.as_str()});
            merge(&mut fields, more);
            let id = world.create("ciso", "message", fields).unwrap().id;
            world
                .step("executive", ("message", &id), "approve", json!({"approved_by": boss}))
                .map(|_| id)
        };
        for wide in [
            json!({"to_contact": a.as_str()}),
            json!({"to_contacts": [a.as_str()]}),
            json!({"to_all": true}),
            json!({"to_others": "記者クラブ"}),
            json!({"to_persons": [world.people["pr_lead"].as_str()]}),
            json!({"to_role": world.role("pr_lead").id.as_str()}),
        ] {
            assert_eq!(gates(of(wide.clone()).unwrap_err()), ["within_case"], "{wide}");
        }
        of(json!({"to_persons": [lead]})).unwrap();
        // A recorded judgement names the one body that is told.
        world
            .create(
                "ciso",
                "disclosure",
                json!({"incident": private.as_str(), "question": "甲社に知らせるか", "tell": true,
                    "grounds": ["rules"], "why": "契約の定め", "range": ["bodies"],
                    "means": ["individually"], "parties": [a.as_str()], "decider": lead,
                    "decided_at": NIGHT}),
            )
            .unwrap();
        of(json!({"to_contact": a.as_str()})).unwrap();
        assert_eq!(gates(of(json!({"to_contact": b.as_str()})).unwrap_err()), ["within_case"]);
        // Open when it was sent, private before it left.
        let open = world.incident(json!({"lead": lead}));
        let id = approved(world, json!({"to_contact": b.as_str(), "incident": open.as_str()}));
        send(world, &id);
        world.edit("ciso", ("incident", &open), json!({"sharing": "members"})).unwrap();
        world.app.deliver_with(PATIENCE).unwrap();
        assert!(smtp.mails().is_empty(), "nothing left the house");
        let row = &tries(world, &id)[0];
        assert_eq!(row.text("result"), "refused");
        assert!(row.text("server_answer").contains("メンバーだけ"));
    });
}

/// TK-88: confirmed facts only; what is assumed can neither be cited nor repeated.
#[test]
fn customers_and_partners_are_told_confirmed_facts_only() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let say = |statement: &str, certainty: &str| {
            let value = json!({"incident": incident.as_str(), "statement": statement, "certainty": certainty});
            world.create("csirt", "analysis", value).unwrap().id
        };
        let fact = say("受注データの持ち出しは無かった", "fact");
        let guess = say("侵入はVPN装置からと考えられる", "assumed");
        let text = |audience: &str, text: &str, cites: &[&RecordId]| {
            let cites: Vec<&str> = cites.iter().map(|c| c.as_str()).collect();
            let more = json!({"audience": audience, "text": text, "cites": cites,
                "incident": incident.as_str()});
            draft(world, more)
        };
        for audience in ["customers", "partners"] {
            let cited = text(audience, "お知らせします。", &[&fact, &guess]);
            assert_eq!(gates(approve(world, &cited).unwrap_err()), ["facts_only"]);
            let quoted = text(audience, "調査の結果、侵入はVPN装置からと考えられるため…", &[]);
            assert_eq!(gates(approve(world, &quoted).unwrap_err()), ["facts_only"]);
            approve(world, &text(audience, "受注データの持ち出しはありません。", &[&fact]))
                .unwrap();
        }
        // Those who help to find out are told what is assumed, too.
        approve(world, &text("security_body", "VPN装置を疑っています。", &[&guess])).unwrap();
        // Once confirmed it may be told.
        let later = text("customers", "お知らせします。", &[&guess]);
        world.edit("csirt", ("analysis", &guess), json!({"certainty": "fact"})).unwrap();
        approve(world, &later).unwrap();
    });
}

/// Another person than the writer approves, and nothing else than what was approved is sent.
#[test]
fn a_second_person_approves_and_only_what_was_approved_is_sent() {
    on_each(|world| {
        let smtp = Smtp::start();
        mail_by(world, &smtp);
        let a = contact(world, "甲社", "soc@kou.example");
        let id = draft(world, json!({"to_contact": a.as_str()}));
        let it = ("message", &id);
        let own = json!({"approved_by": world.people["pr_lead"].as_str()});
        assert_eq!(world.get(it).ids("writer"), [world.people["pr_lead"].as_str()]);
        assert_eq!(gates(world.step("pr_lead", it, "approve", own).unwrap_err()), ["second_pair"]);
        // Nor can the writer sign in another's name.
        let lent = json!({"approved_by": world.people["ciso"].as_str()});
        assert_eq!(gates(world.step("pr_lead", it, "approve", lent).unwrap_err()), ["second_pair"]);
        approve(world, &id).unwrap();
        world.edit("pr_lead", it, json!({"text": "承認の後に書き換えた本文"})).unwrap();
        let changed = world.step("pr_lead", it, "send", json!({})).unwrap_err();
        assert_eq!(gates(changed), ["as_approved"]);
        world.step("pr_lead", it, "revise", json!({})).unwrap();
        approve(world, &id).unwrap();
        send(world, &id);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(state(world, &id), "sent");
    });
}

/// Taken back: what has not left stays, those who have it get a correction, and others do not.
#[test]
fn a_mistaken_message_is_stopped_and_corrected_where_it_arrived() {
    on_each(|world| {
        let smtp = Smtp::start();
        mail_by(world, &smtp);
        let a = contact(world, "甲社", "soc@kou.example");
        let b = contact(world, "乙社", "soc@otsu.example");
        let id = approved(world, json!({"to_contacts": [a.as_str()], "subject": "誤った知らせ"}));
        send(world, &id);
        world.app.deliver_with(PATIENCE).unwrap();
        // A second round to somebody else is still on its way when the mistake is noticed.
        let slow = approved(world, json!({"to_contacts": [b.as_str(), a.as_str()]}));
        smtp.mood(Mood::Later);
        send(world, &slow);
        world.app.deliver_with(PATIENCE).unwrap();
        smtp.mood(Mood::Accept);
        let note = json!({"recall_note": "停止は受注画面ではなく、発注画面でした。"});
        let recalled = world.step("pr_lead", ("message", &id), "recall", note.clone()).unwrap();
        let correction = world.get(("message", &opened(&recalled, "message")[0]));
        assert_eq!(correction.text("state"), "draft");
        assert_eq!(correction.ids("to_contacts"), [a.as_str()]);
        assert_eq!(correction.ids("corrects"), [id.as_str()]);
        assert!(correction.text("subject").contains("訂正"));
        assert!(correction.text("text").contains("発注画面"));
        let stopped = world.step("pr_lead", ("message", &slow), "recall", note).unwrap();
        let nobody = world.get(("message", &opened(&stopped, "message")[0]));
        assert!(nobody.ids("to_contacts").is_empty(), "nobody got it");
        world.pass(HOUR);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(smtp.mails().len(), 1, "what was recalled does not leave any more");
    });
}

/// JP-63: decided now, released later, and not forgotten.
#[test]
fn a_deferred_notice_reminds_when_handling_is_complete() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let a = contact(world, "甲社", "soc@kou.example");
        let id = approved(
            world,
            json!({"to_contact": a.as_str(), "incident": incident.as_str(),
                "release_when": "handling_complete"}),
        );
        let it = ("message", &id);
        let missing = world.findings(it, "message.deferred");
        assert_eq!(missing.len(), 2, "owner and reminder are asked for");
        let owner = world.people["pr_lead"].as_str();
        world
            .edit("pr_lead", it, json!({"release_owner": owner, "remind_at": NIGHT + 48 * HOUR}))
            .unwrap();
        assert!(world.findings(it, "message.deferred").is_empty());
        world.pass(HOUR);
        world.app.tick().unwrap();
        assert!(world.findings(it, "message.unsent").is_empty(), "it waits on purpose");
        // How a case gets there has its own tests; what counts here is that it is there.
        let change = Change::Edit {
            def: register("incident").unwrap(),
            id: incident.clone(),
            rev: world.get(("incident", &incident)).rev,
            patch: body(json!({"state": "recovered", "recovered_at": NIGHT + HOUR})),
            reason: None,
        };
        world.app.change_as(&world.org, Actor::Program("test"), change).unwrap();
        let due = world.findings(it, "message.deferred");
        assert_eq!(due.len(), 1);
        assert!(world.told(&world.people["pr_lead"]).iter().any(|t| t.contains("出す時")));
    });
}

/// TK-86: the next update is promised to a party, counted, and kept by the next notice to it.
#[test]
fn the_next_update_to_a_party_is_a_deadline_that_the_next_notice_settles() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let (a, b) =
            (contact(world, "甲社", "x@kou.example"), contact(world, "乙社", "x@otsu.example"));
        let tell = |to: &RecordId, more: serde_json::Value| {
            let mut fields = json!({"to_contact": to.as_str(), "incident": incident.as_str(),
                "channel": "telephone"});
            merge(&mut fields, more);
            let id = approved(world, fields);
            world
                .step("pr_lead", ("message", &id), "record_sent", json!({"sent_note": "伝達"}))
                .unwrap();
            id
        };
        let first = tell(&a, json!({"next_update_at": NIGHT + 4 * HOUR}));
        let open = world.obligation("next-update", "update").unwrap();
        assert_eq!(open.text("state"), "open");
        assert_eq!(open.time("due_at").unwrap().millis(), NIGHT + 4 * HOUR);
        world.pass(HOUR);
        tell(&b, json!({}));
        assert_eq!(
            world.obligation("next-update", "update").unwrap().text("state"),
            "open",
            "another party"
        );
        tell(&a, json!({}));
        let done = world.obligation("next-update", "update").unwrap();
        assert_eq!(done.text("state"), "done");
        let kept = world.get(("message", &first)).time("next_update_done_at").unwrap();
        assert_eq!(kept.millis(), NIGHT + HOUR);
    });
}

/// Under legal hold counsel sees what leaves the house.
#[test]
fn under_legal_hold_counsel_clears_what_leaves_the_house() {
    let world = World::new();
    let incident = world.incident(json!({"legal_hold": true}));
    let a = contact(&world, "甲社", "soc@kou.example");
    let id = draft(&world, json!({"to_contact": a.as_str(), "incident": incident.as_str()}));
    assert_eq!(gates(approve(&world, &id).unwrap_err()), ["cleared_by_counsel"]);
    let by = json!({"approved_by": world.people["ciso"].as_str(),
        "cleared_by": world.people["general_affairs"].as_str()});
    world.step("ciso", ("message", &id), "approve", by).unwrap();
}

/// TK-75: help is asked of a vendor, and silence shows.
#[test]
fn a_request_for_help_is_logged_with_its_answer_time_and_silence_shows() {
    on_each(|world| {
        let vendor = contact(world, "構築ベンダ", "help@vendor.example");
        let id = approved(
            world,
            json!({"to_contact": vendor.as_str(), "audience": "helper", "channel": "telephone",
                "subject": "ログの調査のお願い", "answer_awaited": true}),
        );
        let it = ("message", &id);
        world.step("pr_lead", it, "record_sent", json!({"sent_note": "障害窓口に電話"})).unwrap();
        world.pass(60 * MINUTE);
        world.app.tick().unwrap();
        assert_eq!(world.findings(it, "message.unanswered").len(), 1);
        world.step("pr_lead", it, "record_answer", json!({"answer": "2時間で着手"})).unwrap();
        assert!(world.findings(it, "message.unanswered").is_empty());
        let record = world.get(it);
        assert_eq!(record.time("answered_at").unwrap().millis(), NIGHT + 60 * MINUTE);
        assert_eq!(record.ids("to_contact"), [vendor.as_str()]);
    });
}

/// A webhook goes only to the address that is set, and not into the own network unless allowed.
#[test]
fn a_webhook_goes_to_the_address_that_is_set_and_inside_only_where_allowed() {
    on_each(|world| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let got = std::thread::spawn(move || {
            use std::io::{Read, Write};
            let (mut stream, _) = listener.accept().unwrap();
            let mut seen = Vec::new();
            let mut buf = [0u8; 4096];
            while !String::from_utf8_lossy(&seen).contains("\"text\"") {
                let n = stream.read(&mut buf).unwrap();
                seen.extend_from_slice(&buf[..n]);
            }
            stream.write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&seen).into_owned()
        });
        world.set("webhook.url", &json!(format!("http://127.0.0.1:{port}/hook/geheim")));
        let one = approved(world, json!({"channel": "webhook", "tlp": "green"}));
        send(world, &one);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(results(world, &one), ["refused"], "not inside");
        world.set("webhook.private", &json!(true));
        let two = approved(world, json!({"channel": "webhook", "tlp": "green"}));
        send(world, &two);
        world.app.deliver_with(PATIENCE).unwrap();
        assert_eq!(results(world, &two), ["accepted"]);
        assert!(got.join().unwrap().contains("受注画面の停止について"));
        let row = &tries(world, &two)[0];
        assert_eq!(
            row.text("recipient"),
            format!("127.0.0.1:{port}"),
            "the secret path is not kept"
        );
    });
}
