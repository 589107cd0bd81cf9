//! Who sees what, over every reading function: one who may beside one who may not.

use super::harness::{NIGHT, World, body, fields, on_each};
use super::sharing_case::{WORD, restricted_case};
use okiagari_app::sheets::Format;
use okiagari_app::views::MissingFilter;
use okiagari_app::{App, AppError, Ctx, ListRequest};
use okiagari_model::{Change, DAY, HOUR, Lang, MINUTE, REGISTERS, RecordId, Time, register};
use okiagari_store::server::organisation::Kind;
use serde_json::json;

/// Everything that somebody can be shown, in one text.
fn all_that_is_shown(world: &World, ctx: &Ctx) -> String {
    let app = &world.app;
    let mut seen = String::new();
    let mut see = |what: String| seen.push_str(&what);
    for def in REGISTERS {
        let request = ListRequest { include_ended: true, ..ListRequest::first(def, 500) };
        let by_word = ListRequest { search: Some(WORD.into()), ..request.clone() };
        match app.list(ctx, &request) {
            Ok(page) => {
                for r in &page.records {
                    let view = app.record(ctx, def, &r.id, None).expect("what is listed opens");
                    see(format!("{view:?}"));
                    see(format!("{:?}", app.history(ctx, def, &r.id, None, 50).unwrap()));
                }
                see(format!("{page:?}"));
                let found = app.list(ctx, &by_word).unwrap();
                see(format!("searched {:?} {:?}", found.total, found.records));
                let csv = app.export(ctx, &request, Format::Csv).unwrap();
                see(String::from_utf8(csv).unwrap());
            }
            Err(AppError::Forbidden(_)) => {}
            Err(other) => panic!("{}: {other:?}", def.id),
        }
        see(format!("{:?}", app.suggest(ctx, def.id, "").unwrap()));
        see(format!("{:?}", app.suggest(ctx, def.id, WORD).unwrap()));
    }
    see(format!("{:?}", app.search(ctx, WORD, 100).unwrap()));
    see(format!("{:?}", app.missing(ctx, &MissingFilter::default()).unwrap()));
    see(format!("{:?}", app.deadlines(ctx, None).unwrap()));
    see(format!("{:?}", app.home(ctx).unwrap()));
    see(format!("{:?}", app.frame(ctx).unwrap()));
    see(format!("{:?}", app.metrics(ctx, None).unwrap()));
    seen
}

/// The record cannot be reached by its id in any way.
fn out_of_reach(world: &World, ctx: &Ctx, id: (&str, &RecordId)) {
    let (app, def) = (&world.app, register(id.0).unwrap());
    let hidden = |what: &str, e: AppError| {
        assert!(matches!(e, AppError::NotFound | AppError::Forbidden(_)), "{what} {}: {e:?}", id.0);
    };
    let leaf = world.get(id).leaf;
    hidden("record", app.record(ctx, def, id.1, None).unwrap_err());
    hidden("as of", app.record(ctx, def, id.1, Some(leaf)).unwrap_err());
    hidden("history", app.history(ctx, def, id.1, None, 10).unwrap_err());
    hidden("proof", app.proof(ctx, def, id.1, 1).unwrap_err());
    hidden("edit", world.edit_as(ctx, id, json!({})).unwrap_err());
    let end =
        Change::End { def, id: id.1.clone(), rev: world.get(id).rev, reason: "終える".into() };
    hidden("end", app.change(ctx, end).unwrap_err());
    if id.0 == "incident" {
        hidden("room", app.room(ctx, id.1, None).map(|_| ()).unwrap_err());
    }
    if id.0 == "evidence" {
        hidden("file", app.evidence_file(ctx, id.1, std::io::sink()).unwrap_err());
    }
}

/// JP-24: the range is enforced on the case and on everything in it.
#[test]
fn a_case_for_members_only_is_seen_by_members_alone_in_every_reading_function() {
    on_each(|world| {
        let (incident, member, children) = restricted_case(world);
        let insider = world.member("acct_member", Some(&member), None);
        let shown = all_that_is_shown(world, &insider);
        assert!(shown.contains(WORD));
        for (name, id) in &children {
            if *name != "report" {
                let def = register(name).unwrap();
                let seen = world.app.record(&insider, def, id, None);
                assert!(seen.is_ok(), "a member sees {name}: {seen:?}");
            }
        }
        let everybody: Vec<&str> = world.people.keys().copied().filter(|r| *r != "csirt").collect();
        for role in everybody {
            let ctx = world.ctx(role);
            let shown = all_that_is_shown(world, &ctx);
            for told in [WORD, incident.as_str()] {
                if let Some(at) = shown.find(told) {
                    let from = shown[..at].char_indices().rev().nth(500).map_or(0, |(i, _)| i);
                    panic!("{role} is shown {told}: {}", &shown[from..at]);
                }
            }
            for (name, id) in &children {
                out_of_reach(world, &ctx, (name, id));
                assert!(!shown.contains(id.as_str()), "{role} is shown {name}");
            }
        }
        // Nobody outside of the case is told of it either.
        world.pass(DAY);
        world.app.tick().unwrap();
        for role in ["technical_lead", "executive", "security_manager"] {
            // What they were told of the report before it belonged to the case cannot be untold.
            let mut told = world.told(&world.people[role]);
            told.retain(|t| !t.starts_with("新しい報告"));
            assert!(!told.iter().any(|t| t.contains(WORD)), "{role}: {told:?}");
            assert!(!told.iter().any(|t| t.contains("届出")), "{role}: {told:?}");
        }
        let told = world.told(&member);
        assert!(told.iter().any(|t| t.contains("会計") && t.contains(WORD)), "{told:?}");
        // A member widens it again.
        let it = ("incident", &incident);
        world.edit("csirt", it, json!({"sharing": "responders"})).unwrap();
        let manager = world.ctx("security_manager");
        assert!(all_that_is_shown(world, &manager).contains(WORD));
        for (name, id) in &children {
            world.app.record(&manager, register(name).unwrap(), id, None).unwrap();
        }
    });
}

/// Whoever is given a task of such a case sees this task, and nothing else of it.
#[test]
fn a_task_given_to_an_outsider_of_the_case_shows_the_task_alone() {
    on_each(|world| {
        let (incident, _, children) = restricted_case(world);
        let (helper, ctx) = world.employee("手伝う 人", None);
        let task = world
            .create(
                "csirt",
                "task",
                json!({"incident": incident.as_str(), "title": "端末を届ける",
                "assignee": helper.as_str()}),
            )
            .unwrap()
            .id;
        let shown = all_that_is_shown(world, &ctx);
        assert!(shown.contains("端末を届ける") && !shown.contains(WORD));
        assert!(world.app.record(&ctx, register("task").unwrap(), &task, None).is_ok());
        for (name, id) in &children {
            out_of_reach(world, &ctx, (name, id));
        }
    });
}

/// A case that nobody could open again is refused.
#[test]
fn a_case_for_members_only_needs_a_member() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let it = ("incident", &incident);
        let refused = world.edit("csirt", it, json!({"sharing": "members"})).unwrap_err();
        assert_eq!(fields(refused), [("members".to_owned(), "required")]);
        let lead = world.people["csirt"].as_str();
        world.edit("csirt", it, json!({"sharing": "members", "lead": lead})).unwrap();
    });
}

/// NI-207: for a limited time, the named cases only, reading only.
#[test]
fn an_auditor_sees_the_named_cases_from_the_first_to_the_last_instant_and_changes_nothing() {
    on_each(|world| {
        let lead = world.people["csirt"].as_str();
        let named = world.incident(json!({"title": "監査する案件", "lead": lead,
            "sharing": "members"}));
        let other = world.incident(json!({"title": "別の案件"}));
        let entry = world
            .create(
                "csirt",
                "timeline_entry",
                json!({"incident": named.as_str(), "at": NIGHT,
                "kind": "event", "text": "監査対象の記録"}),
            )
            .unwrap()
            .id;
        world.make("asset", json!({"name": "対象外の台帳"}));
        let expert = world.make("person", json!({"name": "監査人", "external": true})).id;
        world
            .create(
                "administrator",
                "role",
                json!({"name": "外部監査", "kind": "auditor",
                "holder": expert.as_str(), "valid_from": NIGHT + HOUR,
                "valid_to": NIGHT + 2 * HOUR}),
            )
            .map(|role| {
                // The administrator cannot see the case; whoever leads it names it.
                let cases = json!({"cases": [named.as_str()]});
                let change = Change::Edit {
                    def: register("role").unwrap(),
                    id: role.id,
                    rev: 1,
                    patch: body(cases),
                    reason: None,
                };
                world.app.change_as(&world.org, okiagari_app::Actor::Program("test"), change)
            })
            .unwrap()
            .unwrap();
        let auditor = |world: &World| world.member("acct_auditor_outside", Some(&expert), None);
        let (incident, task) = (register("incident").unwrap(), register("task").unwrap());
        let sees = |id: &RecordId| world.app.record(&auditor(world), incident, id, None).is_ok();

        world.pass(HOUR - 1);
        assert!(!sees(&named), "one millisecond before");
        assert!(auditor(world).subject.roles.is_empty());
        world.pass(1);
        assert!(sees(&named), "from the first instant");
        assert!(!sees(&other), "named cases only");
        let ctx = auditor(world);
        assert_eq!(ctx.subject.roles, ["auditor"]);
        let shown = all_that_is_shown(world, &ctx);
        assert!(shown.contains("監査対象の記録") && !shown.contains("別の案件"));
        assert!(!shown.contains("対象外の台帳"), "nothing but the case");
        let it = ("incident", &named);
        for refused in [
            world.edit_as(&ctx, it, json!({"title": "書き換え"})),
            world.create_as(
                &ctx,
                "timeline_entry",
                json!({"incident": named.as_str(),
                "at": NIGHT, "kind": "note", "text": "書き込み"}),
            ),
        ] {
            assert!(matches!(refused, Err(AppError::Forbidden(_))), "{refused:?}");
        }
        let entry_def = register("timeline_entry").unwrap();
        world.app.proof(&ctx, entry_def, &entry, 1).expect("an auditor can prove what is there");
        assert!(world.app.list(&ctx, &ListRequest::first(task, 10)).is_ok());
        world.pass(HOUR - 1);
        assert!(sees(&named), "to the last millisecond");
        world.pass(1);
        assert!(!sees(&named), "and not at the end itself");
        out_of_reach(world, &auditor(world), it);
    });
}

/// G7-45: two counterparties; what is bilateral never reaches the other, one statement reaches both.
#[test]
fn two_counterparties_never_see_each_others_messages_and_share_one_statement() {
    on_each(|world| {
        let contact =
            |name: &str| world.make("contact", json!({"name": name, "kind": "partner"})).id;
        let (a, b) = (contact("甲社"), contact("乙社"));
        let (side_a, side_b) =
            (world.member("acct_a", None, Some(&a)), world.member("acct_b", None, Some(&b)));
        let incident = world.incident(json!({"title": "社内の呼び名"}));
        let write = |subject: &str, more: serde_json::Value| -> RecordId {
            let mut fields = json!({"subject": subject, "text": format!("{subject}の素案"),
                "channel": "in_app", "incident": incident.as_str()});
            super::harness::merge(&mut fields, more);
            let id = world.create("pr_lead", "message", fields).unwrap().id;
            let it = ("message", &id);
            world.edit("pr_lead", it, json!({"text": format!("{subject}の本文")})).unwrap();
            id
        };
        let send = |id: &RecordId| {
            let it = ("message", id);
            let by = world.people["ciso"].as_str();
            world.step("ciso", it, "approve", json!({"approved_by": by})).unwrap();
            for side in [&side_a, &side_b] {
                out_of_reach(world, side, it);
            }
            world.step("pr_lead", it, "record_sent", json!({"sent_note": "画面で共有"})).unwrap();
        };
        let to_a = write("甲社だけの話", json!({"to_contact": a.as_str()}));
        let to_b = write("乙社だけの話", json!({"to_contact": b.as_str()}));
        let inside = write("社内の話", json!({}));
        let to_all = write("共同の声明", json!({"to_all": true}));
        for side in [&side_a, &side_b] {
            assert!(
                !all_that_is_shown(world, side).contains("だけの話"),
                "nothing before it is sent"
            );
        }
        for id in [&to_a, &to_b, &inside, &to_all] {
            send(id);
        }
        for (side, own, other, id) in [
            (&side_a, "甲社だけの話", "乙社だけの話", &to_b),
            (&side_b, "乙社だけの話", "甲社だけの話", &to_a),
        ] {
            let shown = all_that_is_shown(world, side);
            assert!(shown.contains(own) && shown.contains("共同の声明"), "{own}");
            assert!(!shown.contains(other), "{own} side is shown {other}");
            assert!(
                !shown.contains("社内の話") && !shown.contains("社内の呼び名"),
                "neither what is inside nor the case's name"
            );
            assert!(!shown.contains("素案"), "no draft, not in the history either");
            out_of_reach(world, side, ("message", id));
            out_of_reach(world, side, ("message", &inside));
            out_of_reach(world, side, ("incident", &incident));
        }
        let def = register("message").unwrap();
        // The revision that was sent can be proven, an earlier one cannot be asked for.
        let sent = world.get(("message", &to_a)).rev;
        assert!(world.app.proof(&side_a, def, &to_a, sent).is_ok());
        assert!(matches!(world.app.proof(&side_a, def, &to_a, 1), Err(AppError::NotFound)));
        let first = world.app.history(&world.ctx("pr_lead"), def, &to_a, None, 50).unwrap();
        let draft = first.last().unwrap().leaf;
        let then = world.app.record(&side_a, def, &to_a, Some(draft));
        assert!(matches!(then, Err(AppError::NotFound)));
        // Who may read it is no field that anybody types.
        let typed = world.create(
            "pr_lead",
            "message",
            json!({"subject": "x", "text": "x",
            "channel": "mail", "shown_to": "*"}),
        );
        assert_eq!(fields(typed.unwrap_err()), [("shown_to".to_owned(), "set_by_program")]);
        let written = world.create_as(
            &side_a,
            "message",
            json!({"subject": "x", "text": "x", "channel": "mail"}),
        );
        assert!(matches!(written, Err(AppError::Forbidden(_))));
    });
}

/// TK-12: the rights follow the role, for the time of acting only, in the stated order.
#[test]
fn a_deputy_has_the_rights_only_while_acting_and_only_in_turn() {
    on_each(|world| {
        let (first, _) = world.employee("代行 一", None);
        let (second, _) = world.employee("代行 二", None);
        let (stranger, _) = world.employee("第三者", None);
        let role = world.role("security_manager").id;
        let it = ("role", &role);
        world
            .edit("administrator", it, json!({"deputies": [first.as_str(), second.as_str()]}))
            .unwrap();
        let account = |p: &RecordId| world.member(&format!("acct_{}", p.short()), Some(p), None);
        let holds = |p: &RecordId| account(p).subject.has("security_manager");
        let holder = world.people["security_manager"].clone();
        assert!(holds(&holder) && !holds(&first) && !holds(&second));
        let until = NIGHT + 3 * HOUR;
        let activate = |who: &RecordId, missed: &[&RecordId]| {
            let missed: Vec<&str> = missed.iter().map(|m| m.as_str()).collect();
            world.step(
                "coordinator",
                it,
                "activate_deputy",
                json!({"acting": who.as_str(),
                "acting_reason": "担当者に連絡がつかない", "acting_until": until,
                "not_reached": missed}),
            )
        };
        for (who, missed) in [(&second, vec![]), (&stranger, vec![]), (&first, vec![&first])] {
            let refused = activate(who, &missed).unwrap_err();
            assert_eq!(super::harness::gates(refused), ["order"]);
        }
        let bare = world.step(
            "coordinator",
            it,
            "activate_deputy",
            json!({"acting": first.as_str(), "acting_until": until}),
        );
        assert_eq!(fields(bare.unwrap_err()), [("acting_reason".to_owned(), "required")]);
        activate(&second, &[&first]).unwrap();
        let record = world.get(it);
        assert_eq!(record.time("acting_since"), Some(Time::from_millis(NIGHT)));
        assert_eq!(record.text("acting_reason"), "担当者に連絡がつかない");
        assert_eq!(record.ids("not_reached"), [first.as_str()]);
        world.pass(MINUTE);
        assert!(holds(&second) && !holds(&holder) && !holds(&first), "rights follow the role");
        // The rights are real: somebody else's report can be judged.
        let report = world.create("csirt", "report", json!({"what": "変な表示"})).unwrap().id;
        let take = Change::Step {
            def: register("report").unwrap(),
            id: report.clone(),
            rev: None,
            step: "take".into(),
            patch: body(json!({})),
            reason: None,
        };
        assert!(world.app.change(&account(&stranger), take.clone()).is_err());
        world.app.change(&account(&second), take).unwrap();
        // They end by themselves.
        world.pass(3 * HOUR - MINUTE - 1);
        assert!(holds(&second));
        world.pass(1);
        assert!(!holds(&second) && holds(&holder), "the time is over");
        // Handed back with a note; then nothing is left of it.
        let bare = world.step("coordinator", it, "hand_back", json!({}));
        assert_eq!(fields(bare.unwrap_err()), [("hand_back_note".to_owned(), "required")]);
        world
            .step("coordinator", it, "hand_back", json!({"hand_back_note": "1件を受け付けた"}))
            .unwrap();
        assert!(holds(&holder));
        assert_eq!(world.get(it).text("hand_back_note"), "1件を受け付けた");
        // A second turn begins at its own time, and with the first deputy again.
        world.pass(HOUR);
        assert_eq!(super::harness::gates(activate(&second, &[]).unwrap_err()), ["order"]);
        let again = world.step(
            "coordinator",
            it,
            "activate_deputy",
            json!({"acting": first.as_str(), "acting_reason": "出張",
                "acting_until": NIGHT + 9 * HOUR}),
        );
        again.unwrap();
        assert_eq!(world.get(it).time("acting_since"), Some(Time::from_millis(NIGHT + 4 * HOUR)));
        world.pass(2_000);
        assert!(holds(&first) && !holds(&second));
    });
}

/// IPA-03, IPA-69: a department head sees the department's reports and can hold none back.
#[test]
fn a_department_head_sees_reports_and_can_neither_end_nor_judge_them() {
    on_each(|world| {
        let sales = world.make("department", json!({"name": "営業部"})).id;
        let other = world.make("department", json!({"name": "製造部"})).id;
        let role = world.role("department_head").id;
        world
            .edit("administrator", ("role", &role), json!({"department": sales.as_str()}))
            .unwrap();
        let (_, reporter) = world.employee("営業 花子", Some(&sales));
        let report = |department: &RecordId| -> RecordId {
            world
                .create_as(
                    &reporter,
                    "report",
                    json!({"what": "上司の端末から変な通信",
                    "department": department.as_str()}),
                )
                .unwrap()
                .id
        };
        let (own, foreign) = (report(&sales), report(&other));
        world.pass(2_000);
        let head = world.ctx("department_head");
        let def = register("report").unwrap();
        assert!(world.app.record(&head, def, &own, None).is_ok());
        assert!(world.app.record(&head, def, &foreign, None).is_err());
        let it = ("report", &own);
        for step in def.flow.unwrap().transitions {
            let taken = world.step("department_head", it, step.id, json!({}));
            assert!(matches!(taken, Err(AppError::Forbidden(_))), "{}: {taken:?}", step.id);
        }
        let edited = world.edit("department_head", it, json!({"what": "何もない"}));
        assert!(matches!(edited, Err(AppError::Forbidden(_))));
        for (ctx, what) in [(&head, "head"), (&reporter, "reporter")] {
            let end = Change::End { def, id: own.clone(), rev: 1, reason: "不要".into() };
            let ended = world.app.change(ctx, end);
            assert!(matches!(ended, Err(AppError::Forbidden(_))), "{what}: {ended:?}");
            let erase = Change::Erase {
                def,
                id: own.clone(),
                fields: vec!["what".into()],
                reason: "不要".into(),
            };
            let erased = world.app.change(ctx, erase);
            assert!(matches!(erased, Err(AppError::Forbidden(_))), "{what}: {erased:?}");
        }
        assert_eq!(world.get(it).rev, 1);
        // It reached the CSIRT and the CISO directly, without the head doing anything.
        for role in ["csirt", "ciso", "reporting_desk", "security_manager"] {
            assert!(world.app.record(&world.ctx(role), def, &own, None).is_ok(), "{role}");
        }
    });
}

/// Two organisations on one server: nothing crosses.
#[test]
fn another_organisation_sees_nothing_and_its_ids_are_refused() {
    on_each(|world| {
        let incident = world.incident(json!({"title": WORD}));
        let person = world.people["csirt"].clone();
        let (org, _) = world.app.create_org("other", "別会社", Kind::Real).unwrap();
        let make = |id: &str, value: serde_json::Value| -> RecordId {
            let change =
                Change::Create { def: register(id).unwrap(), body: body(value), reason: None };
            world.app.change_as(&org, okiagari_app::Actor::Program("test"), change).unwrap().id
        };
        let there = make("person", json!({"name": "別会社の責任者"}));
        make(
            "role",
            json!({"name": "責任者", "kind": "security_manager",
            "holder": there.as_str()}),
        );
        let member = okiagari_app::Member {
            org: org.clone(),
            account: okiagari_model::AccountId::new("acct_other"),
            person: Some(there.clone()),
            contact: None,
        };
        let ctx = world.app.ctx(&member, Lang::Ja).unwrap();
        assert!(ctx.subject.has("security_manager"));
        assert!(!all_that_is_shown(world, &ctx).contains(WORD));
        out_of_reach(world, &ctx, ("incident", &incident));
        // Referring to what another organisation has is as if it were not there.
        let app: &App = &world.app;
        let mine = app
            .change(
                &ctx,
                Change::Create {
                    def: register("incident").unwrap(),
                    body: body(json!({"title": "自社", "kind": "other"})),
                    reason: None,
                },
            )
            .unwrap();
        assert_eq!(mine.number.as_deref(), Some("INC-1"), "numbers are each organisation's own");
        for (register_id, value, field) in [
            ("task", json!({"incident": incident.as_str(), "title": "x"}), "incident"),
            ("asset", json!({"name": "x", "owner": person.as_str()}), "owner"),
            (
                "timeline_entry",
                json!({"incident": mine.id.as_str(), "at": NIGHT, "kind": "note",
                "text": "x", "about": format!("incident/{incident}")}),
                "about",
            ),
        ] {
            let refused = world.create_as(&ctx, register_id, value).unwrap_err();
            assert_eq!(fields(refused), [(field.to_owned(), "no_such_record")]);
        }
        // Somebody with a person of this organisation in a membership of the other holds nothing.
        let mixed = okiagari_app::Member { person: Some(person), ..member };
        let mixed =
            okiagari_app::Member { account: okiagari_model::AccountId::new("acct_mixed"), ..mixed };
        assert!(app.ctx(&mixed, Lang::Ja).unwrap().subject.roles.is_empty());
    });
}
