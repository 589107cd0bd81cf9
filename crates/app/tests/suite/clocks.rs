//! Deadlines through the write path: opened, anchored, moved by decision, told in order.

use super::harness::{NIGHT, World, fields, jst, on_each};
use okiagari_app::AppError;
use okiagari_model::{Change, DAY, HOUR, MINUTE, Record, RecordId, Time, register};
use serde_json::json;

const LOSS: &str = "jpcert-device-loss";

fn due(world: &World, rule: &str, stage: &str) -> Time {
    let o = world.obligation(rule, stage);
    o.unwrap_or_else(|| panic!("{rule}/{stage} is open")).time("due_at").unwrap()
}

/// The last millisecond of a day in Japan.
fn end_of(day: &str) -> Time {
    jst(&format!("{day}T00:00")).plus(DAY - 1)
}

fn finish(world: &World, o: &Record, proof: &str) {
    world
        .step("security_manager", ("obligation", &o.id), "finish", json!({"proof": proof}))
        .unwrap();
}

/// Gives a role its deputies, in order.
fn deputies(world: &World, kind: &str) -> [RecordId; 2] {
    let list = [world.employee("代行 一", None).0, world.employee("代行 二", None).0];
    let ids: Vec<&str> = list.iter().map(|d| d.as_str()).collect();
    let role = world.role(kind).id;
    world.edit("administrator", ("role", &role), json!({"deputies": ids})).unwrap();
    list
}

/// JP-49 to JP-53.
#[test]
fn a_lost_device_is_counted_10_minutes_1_hour_1_hour_2_hours_and_6_hours() {
    on_each(|world| {
        let incident = world.incident(json!({"kind": "device_loss", "title": "営業PCの紛失"}));
        let at = |ms: i64| Time::from_millis(NIGHT + ms);
        assert_eq!(due(world, LOSS, "to_supervisor"), at(10 * MINUTE));
        assert_eq!(due(world, LOSS, "account"), at(HOUR));
        assert_eq!(due(world, LOSS, "rating"), at(2 * HOUR));
        assert_eq!(due(world, LOSS, "disclosure"), at(6 * HOUR));
        assert!(world.obligation(LOSS, "to_security").is_none(), "counted from being told");
        let rating = world.obligation(LOSS, "rating").unwrap();
        assert_eq!(rating.text("role_kind"), "department_head", "the supervisor rates");
        assert_eq!(rating.text("recipient"), "情報セキュリティ部門");
        assert_eq!(rating.ids("role"), [world.role("department_head").id.as_str()]);
        let decision = world.obligation(LOSS, "disclosure").unwrap();
        assert_eq!(decision.text("role_kind"), "security_manager");
        assert_eq!(decision.text("recipient"), "CIO・広報部門");

        world.pass(4 * MINUTE);
        let it = ("incident", &incident);
        world.step("csirt", it, "report", json!({})).unwrap();
        let told = world.obligation(LOSS, "to_supervisor").unwrap();
        assert_eq!((told.text("state"), told.time("done_at")), ("done", Some(at(4 * MINUTE))));
        let second = world.obligation(LOSS, "to_security").expect("opened by being told");
        assert_eq!(second.time("due_at"), Some(at(4 * MINUTE + HOUR)));
        assert_eq!(second.text("role_kind"), "department_head");

        // The field that started them is corrected afterwards: nothing moves, nothing opens twice.
        world.edit("csirt", it, json!({"detected_at": NIGHT - 30 * MINUTE})).unwrap();
        assert_eq!(due(world, LOSS, "rating"), at(2 * HOUR));
        assert_eq!(rating.time("anchor_at"), Some(at(0)));
        assert_eq!(world.obligation(LOSS, "rating").unwrap().rev, 1);
        // The rule is pinned with the leaf.
        let proof = world
            .app
            .proof(&world.ctx("csirt"), register("obligation").unwrap(), &rating.id, 1)
            .unwrap();
        assert!(proof.header.contains(rating.text("rule_digest")), "{}", proof.header);
    });
}

/// JP-51 to JP-53: the start is adjustable, because the source does not give it.
#[test]
fn the_start_of_the_second_report_is_a_setting() {
    on_each(|world| {
        world.set("clock.jp52.start", &json!("after:account"));
        world.incident(json!({"kind": "device_loss"}));
        assert!(world.obligation(LOSS, "rating").is_none(), "waits for the account");
        world.pass(20 * MINUTE);
        finish(world, &world.obligation(LOSS, "account").unwrap(), "顛末書");
        let at = Time::from_millis(NIGHT + 20 * MINUTE + 2 * HOUR);
        assert_eq!(due(world, LOSS, "rating"), at, "2 hours from the account");
        let refused = world.create(
            "administrator",
            "setting",
            json!({"key": "clock.jp52.begin", "value": "\"trigger\""}),
        );
        assert_eq!(fields(refused.unwrap_err()), [("key".to_owned(), "unknown_setting")]);
    });
}

/// APPI: days of the calendar, the day of knowing being the first; a wrongful purpose; closed days.
#[test]
fn a_leak_of_personal_data_runs_5_30_or_60_days_and_rolls_over_closed_days() {
    on_each(|world| {
        world.set("clock.applies.appi-26", &json!(true));
        let leak = |known: &str, wrongful: bool| -> RecordId {
            world.incident(json!({"personal_data": true, "wrongful_purpose": wrongful,
                "personal_data_at": jst(known).millis()}))
        };
        let of = |incident: &RecordId, stage: &str| -> Record {
            let mut all = world.all("obligation");
            all.retain(|o| {
                o.text("rule") == "appi-26"
                    && o.text("stage") == stage
                    && o.ids("incident") == [incident.as_str()]
            });
            assert_eq!(all.len(), 1);
            all.remove(0)
        };
        // Known on 21 November at night. Day 30 is Sunday, 20 December.
        let plain = leak("2026-11-21T02:00", false);
        assert_eq!(of(&plain, "preliminary").time("due_at"), Some(end_of("2026-11-25")));
        let last = of(&plain, "final");
        assert_eq!(last.time("due_at"), Some(end_of("2026-12-21")));
        assert!(last.flag("legal"));
        assert_eq!(last.text("role_kind"), "security_manager");
        assert!(last.text("recipient").contains("個人情報保護委員会"));
        // Wrongful: day 60 of 13 November is 11 January 2027, coming-of-age day, a Monday.
        let theft = leak("2026-11-13T10:00", true);
        assert_eq!(of(&theft, "final").time("due_at"), Some(end_of("2027-01-12")));
        // Found out later: the limit stays until somebody decides.
        world.edit("csirt", ("incident", &plain), json!({"wrongful_purpose": true})).unwrap();
        assert_eq!(of(&plain, "final").time("due_at"), Some(end_of("2026-12-21")));
        // Confirmed: it warns.
        assert_eq!(last.time("next_alarm_at"), last.time("warn_at"));
        assert!(world.findings(("obligation", &last.id), "obligation.unconfirmed").is_empty());
    });
}

/// DORA: 4 hours from classification, never more than 24 from knowing; 72 hours; a month.
#[test]
fn dora_counts_4_hours_with_a_cap_of_24_then_72_hours_then_a_month() {
    on_each(|world| {
        let at = |day: &str| jst(day).millis();
        world.at("2026-11-24T09:00");
        let before = world.incident(json!({"aware_at": at("2026-11-24T09:00"),
            "classified_major_at": at("2026-11-24T09:00")}));
        let none: Vec<Record> =
            world.all("obligation").into_iter().filter(|o| o.text("rule") == "dora").collect();
        assert!(none.is_empty(), "not before the organisation says that it applies");
        world.set("clock.applies.dora", &json!(true));
        let of = |incident: &RecordId, stage: &str| -> Option<Record> {
            world.all("obligation").into_iter().find(|o| {
                o.text("rule") == "dora"
                    && o.text("stage") == stage
                    && o.ids("incident") == [incident.as_str()]
            })
        };
        let opened = of(&before, "initial").expect("confirming it opens it for open cases");
        assert_eq!(opened.time("due_at"), Some(jst("2026-11-24T13:00")));

        let aware = || world.incident(json!({"aware_at": at("2026-11-24T09:00")}));
        let (capped, late) = (aware(), aware());
        assert!(of(&capped, "initial").is_none(), "not classified yet");
        let classify = |incident: &RecordId, when: &str| {
            world.at(when);
            let patch = json!({"classified_major_at": at(when)});
            world.edit("csirt", ("incident", incident), patch).unwrap();
        };
        classify(&capped, "2026-11-25T07:00");
        let o = of(&capped, "initial").unwrap();
        assert_eq!(o.time("due_at"), Some(jst("2026-11-25T09:00")), "24 hours after knowing");
        assert_eq!(o.time("anchor_at"), Some(jst("2026-11-25T07:00")));
        classify(&late, "2026-11-25T12:00");
        let o = of(&late, "initial").unwrap();
        assert_eq!(o.time("due_at"), Some(jst("2026-11-25T16:00")), "the cap has passed: 4 hours");
        // Reclassified later: the first instant counts.
        world.at("2026-11-25T12:30");
        let patch = json!({"classified_major_at": at("2026-11-25T12:30")});
        world.edit("csirt", ("incident", &late), patch).unwrap();
        assert_eq!(of(&late, "initial").unwrap().time("due_at"), Some(jst("2026-11-25T16:00")));

        // 72 hours after the submission, not after its limit; a weekend moves to Monday noon there.
        assert!(of(&late, "intermediate").is_none());
        world.at("2026-11-25T13:00");
        finish(world, &of(&late, "initial").unwrap(), "受領 EU-1");
        let o = of(&late, "intermediate").expect("opened by the submission");
        assert_eq!(o.time("anchor_at"), Some(jst("2026-11-25T13:00")));
        assert_eq!(o.time("due_at"), Some(jst("2026-11-30T20:00")), "Monday noon in Brussels");
        // A month after the intermediate report, to the end of the day there.
        world.at("2026-11-30T17:00");
        finish(world, &o, "受領 EU-2");
        let o = of(&late, "final").unwrap();
        let end = jst("2026-12-31T08:00").plus(-1);
        assert_eq!(o.time("due_at"), Some(end), "30 December, its last moment in Brussels");
        assert_eq!(o.text("role_kind"), "ciso");
        // On weekdays it is 72 hours plain.
        world.at("2026-12-01T14:00");
        finish(world, &of(&capped, "initial").unwrap(), "遅延");
        let o = of(&capped, "intermediate").unwrap();
        assert_eq!(o.time("due_at"), Some(jst("2026-12-04T14:00")));
    });
}

/// A duty by law that nobody has confirmed shows as a finding and wakes nobody.
#[test]
fn an_unconfirmed_duty_is_shown_and_wakes_nobody_until_it_is_confirmed() {
    on_each(|world| {
        let made = world.incident(json!({"personal_data": true, "personal_data_at": NIGHT}));
        let o = world.obligation("appi-26", "preliminary").expect("it shows all the same");
        assert_eq!(o.time("next_alarm_at"), None);
        let rule = "obligation.unconfirmed";
        assert_eq!(world.findings(("obligation", &o.id), rule).len(), 1);
        world.pass(4 * DAY);
        world.app.tick().unwrap();
        let law = |world: &World| -> usize {
            let told = world.told(&world.people["security_manager"]);
            told.iter().filter(|t| t.contains("個人情報保護法")).count()
        };
        assert_eq!(law(world), 0, "no alarm");
        world.set("clock.applies.appi-26", &json!(true));
        assert!(world.findings(("obligation", &o.id), rule).is_empty());
        world.app.tick().unwrap();
        assert_eq!(law(world), 1, "confirmed: the warning that is due is given");
        assert_eq!(
            world.obligation("appi-26", "preliminary").unwrap().time("anchor_at"),
            Some(Time::from_millis(NIGHT))
        );
        // Set aside: further cases open nothing.
        world.set("clock.applies.appi-26", &json!(false));
        let other = world.incident(json!({"personal_data": true, "personal_data_at": NIGHT}));
        assert!(
            world
                .all("obligation")
                .iter()
                .all(|o| { o.text("rule") != "appi-26" || o.ids("incident") == [made.as_str()] }),
            "{other}"
        );
    });
}

/// TK-72: content, own date, and no end without proof.
#[test]
fn a_filing_is_finished_only_with_its_proof_and_late_is_late() {
    on_each(|world| {
        world.incident(json!({"personal_data": true, "personal_data_at": NIGHT}));
        let o = world.obligation("tokyo-filing", "plan").unwrap();
        assert_eq!(o.time("due_at").unwrap().millis(), NIGHT + DAY);
        let it = ("obligation", &o.id);
        let bare = world.step("security_manager", it, "finish", json!({}));
        assert_eq!(fields(bare.unwrap_err()), [("proof".to_owned(), "required")]);
        world.pass(DAY + 1);
        world.app.tick().unwrap();
        assert_eq!(world.findings(it, "obligation.late").len(), 1);
        finish(world, &o, "受付 2026-1234");
        let done = world.get(it);
        assert_eq!((done.text("state"), done.text("proof")), ("done", "受付 2026-1234"));
        assert_eq!(world.findings(it, "obligation.late").len(), 1, "done, and it was late");
    });
}

/// A limit moves by a recorded decision and by nothing else.
#[test]
fn a_limit_moves_only_by_a_step_with_a_decision() {
    on_each(|world| {
        let incident = world.incident(json!({"personal_data": true, "personal_data_at": NIGHT}));
        let o = world.obligation("tokyo-filing", "plan").unwrap();
        let it = ("obligation", &o.id);
        let later = NIGHT + 3 * DAY;
        for role in ["csirt", "security_manager"] {
            let edited = world.edit(role, it, json!({"due_at": later}));
            assert!(matches!(edited, Err(AppError::AppendOnly)), "{role}: {edited:?}");
        }
        let alone = world.step("ciso", it, "move", json!({"due_at": later}));
        assert_eq!(fields(alone.unwrap_err()), [("moved_by".to_owned(), "required")]);
        let decision = world
            .create(
                "ciso",
                "decision",
                json!({"incident": incident.as_str(),
                "topic": "move_deadline", "question": "期限を動かしますか", "decision": "3日後",
                "decided_at": NIGHT}),
            )
            .unwrap()
            .id;
        let patch = json!({"due_at": later, "moved_by": decision.as_str()});
        let wrong = world.step("csirt", it, "move", patch.clone());
        assert!(matches!(wrong, Err(AppError::Role(_))), "{wrong:?}");
        world.step("ciso", it, "move", patch).unwrap();
        let moved = world.get(it);
        assert_eq!(moved.time("due_at").unwrap().millis(), later);
        assert_eq!(moved.ids("moved_by"), [decision.as_str()]);
        assert_eq!(moved.time("anchor_at").unwrap().millis(), NIGHT, "counted from as before");
        // The warning moves along, as long before the limit as it was.
        assert_eq!(moved.time("next_alarm_at").unwrap().millis(), later - 6 * HOUR);
        world.pass(2 * DAY);
        assert_eq!(world.app.tick().unwrap().alarms, 1, "the report on detection alone");
        // Nearer than today's alarm: the next alarm comes at once, not at the old time.
        let nearer = NIGHT + 2 * DAY + HOUR;
        let patch = json!({"due_at": nearer, "moved_by": decision.as_str()});
        world.step("ciso", it, "move", patch).unwrap();
        world.app.tick().unwrap();
        let told = world.told(&world.people["security_manager"]);
        let near = |t: &&String| t.contains("期限が近づいています") && t.contains("届出の担当");
        assert_eq!(told.iter().filter(near).count(), 1, "{told:?}");
    });
}

/// Alarms in order: warned, late, then each deputy.
#[test]
fn a_limit_warns_the_holder_then_tells_each_deputy_in_turn() {
    on_each(|world| {
        let [first, second] = deputies(world, "department_head");
        let holder = world.people["department_head"].clone();
        world.incident(json!({"kind": "device_loss"}));
        let about = |who: &RecordId| -> Vec<String> {
            world.told(who).into_iter().filter(|t| t.contains("重要度を判定")).collect()
        };
        let at = |minute: i64| {
            let now = world.app.now().millis();
            world.pass(NIGHT + minute * MINUTE - now);
            world.app.tick().unwrap();
            (about(&holder).len(), about(&first).len(), about(&second).len())
        };
        assert_eq!(at(89), (0, 0, 0));
        assert_eq!(at(90), (1, 0, 0), "warned half an hour before");
        assert!(about(&holder)[0].contains("期限が近づいています"));
        assert_eq!(at(119), (1, 0, 0));
        assert_eq!(at(120), (2, 0, 0));
        assert_eq!(about(&holder).iter().filter(|t| t.contains("期限を過ぎています")).count(), 1);
        assert_eq!(at(135), (2, 1, 0));
        assert_eq!(at(150), (2, 1, 1));
        // Done: silence.
        finish(world, &world.obligation(LOSS, "rating").unwrap(), "第二報");
        assert_eq!(at(400), (2, 1, 1));
    });
}

/// The worker was off for three hours: one turn catches up, each alarm once.
#[test]
fn three_hours_of_downtime_are_caught_up_once_and_in_order() {
    on_each(|world| {
        let [first, second] = deputies(world, "department_head");
        let holder = world.people["department_head"].clone();
        world.incident(json!({"kind": "device_loss"}));
        world.pass(3 * HOUR);
        let about = |who: &RecordId| -> Vec<String> {
            world.told(who).into_iter().filter(|t| t.contains("重要度を判定")).collect()
        };
        // Two workers turn at once, and again.
        let given: usize = std::thread::scope(|scope| {
            let turns: Vec<_> = (0..2)
                .map(|_| {
                    let app = world.app.clone();
                    scope.spawn(move || app.tick().unwrap().alarms)
                })
                .collect();
            turns.into_iter().map(|t| t.join().unwrap()).sum()
        });
        // Report to the supervisor, the account, the rating, and the handbook's own report.
        assert_eq!(given, 4, "each of the four that passed, once; the fifth is due in 3 hours");
        assert_eq!(world.app.tick().unwrap().alarms, 0);
        let now = about(&holder);
        assert_eq!(now.len(), 1, "{now:?}");
        assert!(now[0].contains("期限を過ぎています"));
        // Whoever lost it has no role: the security manager is told instead of nobody.
        let told = world.told(&world.people["security_manager"]);
        assert!(told.iter().any(|t| t.contains("上司に報告する")), "{told:?}");
        world.pass(15 * MINUTE);
        world.app.tick().unwrap();
        assert_eq!((about(&holder).len(), about(&first).len(), about(&second).len()), (1, 1, 0));
        world.pass(15 * MINUTE);
        world.app.tick().unwrap();
        assert_eq!((about(&holder).len(), about(&first).len(), about(&second).len()), (1, 1, 1));
    });
}

/// Withdrawing needs a decider and a reason, and is the only way out beside being done.
#[test]
fn a_duty_that_does_not_apply_is_withdrawn_with_a_reason() {
    on_each(|world| {
        world.incident(json!({"personal_data": true, "personal_data_at": NIGHT}));
        let o = world.obligation("tokyo-filing", "plan").unwrap();
        let step = |reason: Option<&str>| Change::Step {
            def: register("obligation").unwrap(),
            id: o.id.clone(),
            rev: None,
            step: "withdraw".into(),
            patch: serde_json::Map::new(),
            reason: reason.map(str::to_owned),
        };
        let refused = world.app.change(&world.ctx("csirt"), step(Some("対象外")));
        assert!(matches!(refused, Err(AppError::Role(_))));
        let bare = world.app.change(&world.ctx("ciso"), step(None));
        assert_eq!(fields(bare.unwrap_err()), [("_reason".to_owned(), "required")]);
        world.app.change(&world.ctx("ciso"), step(Some("件数が基準に満たない"))).unwrap();
        assert_eq!(world.get(("obligation", &o.id)).text("state"), "withdrawn");
    });
}
