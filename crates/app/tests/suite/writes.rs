//! The one way to write: conflicts, gates passed at once, repeats, bad input, erasure.

use super::harness::{NIGHT, World, body, fields, jst, on_each, opened};
use okiagari_app::{AppError, ListRequest, Receipt};
use okiagari_model::{Change, HOUR, RecordId, register};
use serde_json::json;
use std::collections::BTreeSet;

/// Does the same thing from several threads, all at once.
fn at_once<R: Send>(n: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let start = std::sync::Barrier::new(n);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n)
            .map(|i| {
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    start.wait();
                    work(i)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

#[test]
fn whoever_saves_second_is_told_of_the_conflict_and_overwrites_nothing() {
    on_each(|world| {
        let asset = world.make("asset", json!({"name": "名簿"})).id;
        let edit = |place: &str| Change::Edit {
            def: register("asset").unwrap(),
            id: asset.clone(),
            rev: 1,
            patch: body(json!({"place": place})),
            reason: None,
        };
        let ctx = world.ctx("it_manager");
        let done: Vec<Result<Receipt, AppError>> =
            at_once(2, |i| world.app.change(&ctx, edit(["金庫", "倉庫"][i])));
        let (ok, lost): (Vec<_>, Vec<_>) = done.into_iter().partition(Result::is_ok);
        assert_eq!((ok.len(), lost.len()), (1, 1));
        let refused = lost.into_iter().next().unwrap().unwrap_err();
        assert!(matches!(refused, AppError::Conflict { seen: 1, now: 2 }), "{refused:?}");
        assert_eq!(world.get(("asset", &asset)).rev, 2);
    });
}

#[test]
fn two_people_passing_one_gate_at_once_pass_it_once() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let it = ("incident", &incident);
        let lead = world.people["csirt"].as_str();
        let patch = json!({"severity": "high", "priority": "now", "lead": lead,
            "sharing": "responders"});
        let roles = ["csirt", "security_manager"];
        let done = at_once(2, |i| world.step(roles[i], it, "organise", patch.clone()));
        let passed: Vec<&Receipt> = done.iter().filter_map(|d| d.as_ref().ok()).collect();
        assert_eq!(passed.len(), 1, "{done:?}");
        let late = done.iter().find_map(|d| d.as_ref().err()).unwrap();
        assert!(matches!(late, AppError::NotOpen(state) if state == "organised"), "{late:?}");
        assert_eq!(world.all("task").len(), 5, "the first tasks are opened once");
        // What a gate reads counts at its serial point: evidence withdrawn and passed at once.
        let evidence = world
            .create(
                "csirt",
                "evidence",
                json!({"incident": incident.as_str(), "name": "ログ",
                "kind": "log", "taken_at": NIGHT}),
            )
            .unwrap()
            .id;
        let withdraw = Change::End {
            def: register("evidence").unwrap(),
            id: evidence,
            rev: 1,
            reason: "別の案件のもの".into(),
        };
        let manager = world.ctx("security_manager");
        let both = at_once(2, |i| match i {
            0 => world.app.change(&manager, withdraw.clone()),
            _ => world.step("csirt", it, "contain", json!({})),
        });
        let ended = both[0].as_ref().unwrap().leaf;
        match &both[1] {
            Ok(passed) => assert!(passed.leaf < ended, "it stood while evidence was there"),
            Err(AppError::Gates(list)) => assert_eq!(list[0].id, "evidence_first"),
            Err(other) => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_repeated_request_gives_the_same_receipt_and_another_one_is_refused() {
    on_each(|world| {
        let make = |name: &str| Change::Create {
            def: register("asset").unwrap(),
            body: body(json!({"name": name})),
            reason: None,
        };
        let (one, two) = (world.ctx("it_manager"), world.ctx("csirt"));
        let done = at_once(4, |_| world.app.change_once(&one, make("名簿"), "k1", "d1").unwrap());
        assert!(done.iter().all(|r| *r == done[0]), "{done:?}");
        assert_eq!(world.all("asset").len(), 1);
        let told = at_once(4, |_| world.app.change_keyed(&one, make("台帳"), "k9", "d1").unwrap());
        let first = told.iter().filter(|(_, replayed)| !replayed).count();
        assert_eq!(first, 1, "exactly one of them did it: {told:?}");
        assert!(told.iter().all(|(receipt, _)| *receipt == told[0].0), "{told:?}");
        assert_eq!(world.all("asset").len(), 2);
        let other = world.app.change_once(&one, make("図面"), "k1", "d2");
        assert!(matches!(other, Err(AppError::KeyReused)), "{other:?}");
        // Keys belong to whoever used them; a refused change leaves its key free.
        world.app.change_once(&two, make("会計"), "k1", "d1").unwrap();
        assert_eq!(world.all("asset").len(), 3);
        assert!(world.app.change_once(&one, make(&"長".repeat(201)), "k2", "d3").is_err());
        world.app.change_once(&one, make("短い名"), "k2", "d4").unwrap();
        assert_eq!(world.all("asset").len(), 4);
    });
}

/// NI-286, G7-28, G7-29: what was written stays, corrections are further entries.
#[test]
fn entries_and_decisions_are_corrected_by_further_entries_only() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let entry = |more: serde_json::Value| -> RecordId {
            let mut value = json!({"incident": incident.as_str(), "at": NIGHT, "kind": "action",
                "text": "LANケーブルを抜いた", "person": world.people["csirt"].as_str(),
                "organisation": "株式会社あかり", "object": "受注サーバ", "why": "拡大を防ぐため",
                "result": "通信が止まった", "phase": "初動"});
            super::harness::merge(&mut value, more);
            world.create("csirt", "timeline_entry", value).unwrap().id
        };
        let first = entry(json!({}));
        let it = ("timeline_entry", &first);
        for role in ["csirt", "security_manager", "ciso", "coordinator"] {
            let edited = world.edit(role, it, json!({"text": "抜いていない"}));
            assert!(matches!(edited, Err(AppError::AppendOnly)), "{role}: {edited:?}");
        }
        let record = world.get(it);
        for (field, value) in [
            ("text", "LANケーブルを抜いた"),
            ("object", "受注サーバ"),
            ("why", "拡大を防ぐため"),
            ("result", "通信が止まった"),
            ("phase", "初動"),
            ("organisation", "株式会社あかり"),
        ] {
            assert_eq!(record.text(field), value);
        }
        assert_eq!(record.time("at").unwrap().millis(), NIGHT);
        assert_eq!(record.ids("person"), [world.people["csirt"].as_str()]);
        let fix = entry(json!({"kind": "correction", "corrects": first.as_str(),
            "text": "抜いたのは電源ケーブル"}));
        let def = register("timeline_entry").unwrap();
        let view = world.app.record(&world.ctx("csirt"), def, &first, None).unwrap();
        assert!(view.links_in.iter().any(|l| l.id == fix && l.field.id == "corrects"));
        let decision = world
            .create(
                "ciso",
                "decision",
                json!({"incident": incident.as_str(),
                "topic": "containment", "question": "受注を止めますか",
                "options": ["止める", "続ける"], "known": "1台で暗号化を確認",
                "decision": "止める", "why": "拡大のおそれ",
                "decider": world.people["ciso"].as_str(), "decided_at": NIGHT,
                "conditions": "翌朝まで", "review_at": NIGHT + 6 * HOUR}),
            )
            .unwrap();
        let it = ("decision", &decision.id);
        let edited = world.edit("ciso", it, json!({"known": "3台で確認"}));
        assert!(matches!(edited, Err(AppError::AppendOnly)));
        let record = world.get(it);
        assert_eq!(record.ids("options"), ["止める", "続ける"]);
        assert_eq!((record.text("known"), record.rev), ("1台で暗号化を確認", 1));
        assert_eq!(record.time("review_at").unwrap().millis(), NIGHT + 6 * HOUR);
        // Decisions that wait for another look are found again at home.
        let home = world.app.home(&world.ctx("ciso")).unwrap();
        assert!(home.decisions.iter().any(|d| d.id == decision.id));
        world.verifies();
    });
}

#[test]
fn bad_input_is_refused_by_field_and_nothing_is_kept() {
    on_each(|world| {
        let size = |world: &World| {
            world.app.store().read(|tx| Ok::<_, AppError>(tx.size(&world.org)?)).unwrap()
        };
        let before = size(world);
        let refused = |register: &str, value: serde_json::Value| -> Vec<(String, &'static str)> {
            fields(world.create("csirt", register, value).unwrap_err())
        };
        let one = |field: &str, code| vec![(field.to_owned(), code)];
        let base = || json!({"title": "x", "kind": "other"});
        let with = |more: serde_json::Value| {
            let mut value = base();
            super::harness::merge(&mut value, more);
            value
        };
        for (field, value) in [
            ("state", json!("closed")),
            ("number", json!("INC-9")),
            ("closed_at", json!(NIGHT)),
            ("_ended", json!(1)),
            ("_origin", json!("demo")),
        ] {
            assert_eq!(
                refused("incident", with(json!({field: value}))),
                one(field, "set_by_program")
            );
        }
        assert_eq!(refused("incident", with(json!({"titel": "x"}))), one("titel", "unknown_field"));
        assert_eq!(
            refused("incident", with(json!({"title": "あ".repeat(201)}))),
            one("title", "too_long")
        );
        world.create("csirt", "incident", with(json!({"title": "あ".repeat(200)}))).unwrap();
        assert_eq!(
            refused("incident", with(json!({"title": "a\u{0}b"}))),
            one("title", "control_character")
        );
        assert_eq!(
            refused("incident", with(json!({"severity": "extreme"}))),
            one("severity", "wrong_type")
        );
        assert_eq!(refused("incident", with(json!({"grave": "yes"}))), one("grave", "wrong_type"));
        assert_eq!(refused("incident", json!({"title": "x"})), one("kind", "required"));
        // Inside a small table the row is named, references included.
        assert_eq!(
            refused("incident", with(json!({"causes": [{"key": "C1", "class": "human"}]}))),
            one("causes[0].text", "required")
        );
        let system = world.make("system", json!({"name": "EC"})).id;
        let rows = json!([{"system": system.as_str()}, {"system": "01nosuchsystem"}]);
        assert_eq!(
            refused("incident", with(json!({"systems": rows}))),
            one("systems[1].system", "no_such_record")
        );
        assert_eq!(
            refused("incident", with(json!({"lead": system.as_str()}))),
            one("lead", "no_such_record"),
            "a record of another register is none"
        );
        assert_eq!(size(world), before + 2, "only what was accepted is in the log");
    });
}

#[test]
fn what_a_step_opens_stands_under_the_same_leaf() {
    on_each(|world| {
        let report = world.create("csirt", "report", json!({"what": "開けない"})).unwrap().id;
        let made = world
            .step("csirt", ("report", &report), "open_incident", json!({"event": "malware"}))
            .unwrap();
        let incident = opened(&made, "incident").remove(0);
        assert_eq!(world.get(("incident", &incident)).leaf, made.leaf);
        assert_eq!(world.get(("report", &report)).leaf, made.leaf);
        let o = world.obligation("tokyo-report", "report").unwrap();
        assert_eq!(o.leaf, made.leaf, "the clock starts in the same change");
        let ctx = world.ctx("csirt");
        let leaf = |name: &str, id: &RecordId, rev| {
            world.app.proof(&ctx, register(name).unwrap(), id, rev).unwrap().header
        };
        let header = leaf("incident", &incident, 1);
        assert_eq!(header, leaf("report", &report, 2));
        for id in [incident.as_str(), report.as_str(), o.id.as_str()] {
            assert!(header.contains(id), "{header}");
        }
        assert!(header.contains("report.step.open_incident"), "{header}");
    });
}

#[test]
fn numbers_are_given_once_even_to_many_at_once() {
    on_each(|world| {
        let ctx = world.ctx("csirt");
        let numbers = at_once(8, |i| -> Vec<String> {
            (0..5)
                .map(|n| {
                    let value = json!({"title": format!("{i}-{n}"), "kind": "other"});
                    world.create_as(&ctx, "incident", value).unwrap().number.unwrap()
                })
                .collect()
        });
        let given: BTreeSet<String> = numbers.into_iter().flatten().collect();
        let expected: BTreeSet<String> = (1..=40).map(|n| format!("INC-{n}")).collect();
        assert_eq!(given, expected);
        world.verifies();
    });
}

/// One person's name goes from all revisions; everything else still verifies.
#[test]
fn a_persons_name_is_erased_from_all_revisions_while_every_proof_still_holds() {
    on_each(|world| {
        const NAME: &str = "田中虎之助";
        let report = world
            .create("csirt", "report", json!({"what": "添付を開いた", "reporter_name": NAME}))
            .unwrap()
            .id;
        let incident =
            world.incident(json!({"title": "添付の件", "summary": format!("{NAME}さんが開いた")}));
        let (it, told) = (("incident", &incident), ("report", &report));
        world.edit("csirt", it, json!({"summary": format!("{NAME}さんが添付を開いた")})).unwrap();
        world.edit("csirt", it, json!({"known": "1台だけ"})).unwrap();
        world.step("csirt", told, "take", json!({})).unwrap();
        let manager = world.ctx("security_manager");
        let hits = |world: &World| world.app.search(&manager, NAME, 20).unwrap().len();
        // The report's own name field is not searched; the summary is.
        assert_eq!(hits(world), 1);
        let (def, proofs) = (register("incident").unwrap(), 1..=3_u32);
        let before: Vec<String> = proofs
            .clone()
            .map(|rev| world.app.proof(&manager, def, &incident, rev).unwrap().tlog_proof)
            .collect();
        let erase = |id: (&str, &RecordId), field: &str, reason: &str| {
            let change = Change::Erase {
                def: register(id.0).unwrap(),
                id: id.1.clone(),
                fields: vec![field.into()],
                reason: reason.into(),
            };
            world.app.change(&manager, change)
        };
        // Only personal fields, only with a reason, never under a legal hold.
        assert_eq!(
            fields(erase(it, "known", "依頼").unwrap_err()),
            [("known".to_owned(), "not_erasable")]
        );
        assert_eq!(
            fields(erase(it, "summary", " ").unwrap_err()),
            [("_reason".to_owned(), "required")]
        );
        world.edit("csirt", it, json!({"legal_hold": true})).unwrap();
        assert!(matches!(erase(it, "summary", "依頼"), Err(AppError::LegalHold)));
        let entry = world
            .create(
                "csirt",
                "timeline_entry",
                json!({"incident": incident.as_str(), "at": NIGHT,
                "kind": "event", "text": format!("{NAME}さんから電話")}),
            )
            .unwrap()
            .id;
        let within = ("timeline_entry", &entry);
        assert!(
            matches!(erase(within, "text", "依頼"), Err(AppError::LegalHold)),
            "its records too"
        );
        world.edit("csirt", it, json!({"legal_hold": null})).unwrap();
        world.lift_holds(&incident);
        erase(it, "summary", "本人の依頼 12号").unwrap();
        erase(told, "reporter_name", "本人の依頼 12号").unwrap();
        erase(within, "text", "本人の依頼 12号").unwrap();

        assert_eq!(hits(world), 0, "the search finds it no longer");
        for id in [it, told, within] {
            let def = register(id.0).unwrap();
            let story = world.app.history(&manager, def, id.1, None, 50).unwrap();
            assert!(!format!("{story:?}").contains(NAME), "{}: all revisions", id.0);
            assert!(story.iter().any(|e| e.changes.iter().any(|c| c.erased)));
            assert_eq!(story[0].reason.as_deref(), Some("本人の依頼 12号"));
            let now = world.app.record(&manager, def, id.1, None).unwrap();
            assert!(!format!("{now:?}").contains(NAME));
        }
        let then = world.app.record(&manager, def, &incident, Some(world.get(it).leaf - 1));
        assert!(!format!("{then:?}").contains(NAME), "as it was then: without the name");
        assert!(then.unwrap().record.text("known") == "1台だけ", "the rest stands as it was");
        // Proofs handed out before still hold, new ones too, and all that is stored verifies.
        for (rev, old) in proofs.zip(before) {
            assert!(world.app.verify_upload(old.as_bytes()).unwrap().good());
            let new = world.app.proof(&manager, def, &incident, rev).unwrap().tlog_proof;
            assert!(world.app.verify_upload(new.as_bytes()).unwrap().good());
        }
        world.verifies();
    });
}

#[test]
fn a_record_is_made_with_its_reason_in_one_change() {
    on_each(|world| {
        let ctx = world.ctx("administrator");
        let before = super::sheets::size(world);
        let make = |key: &str, reason: Option<&str>| {
            let value = json!({"key": key, "value": "15"});
            let reason = reason.map(str::to_owned);
            let change =
                Change::Create { def: register("setting").unwrap(), body: body(value), reason };
            world.app.change(&ctx, change).unwrap()
        };
        let made = make("report.delay_minutes", Some(" 夜間は人が少ない "));
        assert_eq!((made.rev, super::sheets::size(world)), (1, before + 1), "one leaf, not two");
        let said = |id: &RecordId| {
            let def = register("setting").unwrap();
            let story = world.app.history(&ctx, def, id, None, 10).unwrap();
            story.iter().map(|e| e.reason.clone()).collect::<Vec<_>>()
        };
        assert_eq!(said(&made.id), [Some("夜間は人が少ない".to_owned())]);
        let silent = make("report.receipt_minutes", Some("  "));
        assert_eq!(said(&silent.id), [None]);
        world.verifies();
    });
}

#[test]
fn ending_takes_a_reason_and_keeps_everything_readable() {
    on_each(|world| {
        let asset = world.make("asset", json!({"name": "旧名簿"})).id;
        let it = ("asset", &asset);
        let (def, manager) = (register("asset").unwrap(), world.ctx("it_manager"));
        let end = |reason: &str, rev| {
            let change = Change::End { def, id: asset.clone(), rev, reason: reason.into() };
            world.app.change(&manager, change)
        };
        assert_eq!(fields(end("  ", 1).unwrap_err()), [("_reason".to_owned(), "required")]);
        let csirt = Change::End { def, id: asset.clone(), rev: 1, reason: "x".into() };
        let refused = world.app.change(&world.ctx("csirt"), csirt);
        assert!(matches!(refused, Err(AppError::Forbidden(_))), "the CSIRT ends nothing");
        let stale = end("廃棄した", 7);
        assert!(matches!(stale, Err(AppError::Conflict { seen: 7, now: 1 })), "{stale:?}");
        end("廃棄した", 1).unwrap();
        let again = end("廃棄した", 2);
        assert!(matches!(again, Err(AppError::Ended)), "{again:?}");
        let edited = world.edit("it_manager", it, json!({"name": "新名簿"}));
        assert!(matches!(edited, Err(AppError::Ended)), "{edited:?}");
        assert!(world.findings(it, "asset.registered").is_empty(), "what has ended lacks nothing");
        let listed = |include_ended| {
            let request = ListRequest { include_ended, ..ListRequest::first(def, 10) };
            world.app.list(&manager, &request).unwrap().records.len()
        };
        assert_eq!((listed(false), listed(true)), (0, 1));
        let story = world.app.history(&manager, def, &asset, None, 10).unwrap();
        assert_eq!(story[0].reason.as_deref(), Some("廃棄した"));
        assert_eq!(story.len(), 2);
    });
}

/// As it was then: values, filters, links and findings of an earlier moment.
#[test]
fn any_earlier_moment_can_be_read_again() {
    on_each(|world| {
        let asset = world.create("it_manager", "asset", json!({"name": "名簿"})).unwrap();
        world.pass(HOUR);
        let owner = world.people["it_manager"].as_str();
        world
            .edit("it_manager", ("asset", &asset.id), json!({"importance": "high", "owner": owner}))
            .unwrap();
        let ctx = world.ctx("it_manager");
        let def = register("asset").unwrap();
        let leaf = world.app.leaf_at(&ctx, jst("2026-11-21T03:00")).unwrap().unwrap();
        assert_eq!(leaf, asset.leaf);
        let then = world.app.record(&ctx, def, &asset.id, Some(leaf)).unwrap();
        assert_eq!(then.record.text("importance"), "");
        let found: Vec<&str> =
            then.findings.iter().map(|f| f.rule.id).filter(|r| *r == "asset.registered").collect();
        assert_eq!(found.len(), 2, "what was missing then");
        let high = |as_of| {
            let mut request = ListRequest { as_of, ..ListRequest::first(def, 10) };
            request.conds = vec![okiagari_model::Cond::eq("importance", "high")];
            world.app.list(&ctx, &request).unwrap().records.len()
        };
        assert_eq!((high(Some(leaf)), high(None)), (0, 1));
    });
}
