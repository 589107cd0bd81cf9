//! Depth of the room: indicators, merged logs, counsel's channel, escalation, urgent checks, what
//! monitoring sources say against one another.

use super::flows::organise;
use super::harness::{NIGHT, World, fields, gates, on_each, opened};
use okiagari_app::indicators::PasteForm;
use okiagari_app::merge::{LineState, LogForm};
use okiagari_app::sheets::Format;
use okiagari_app::views::DeadlineKind;
use okiagari_app::{AppError, ListRequest};
use okiagari_model::respond::indicator::IndicatorState;
use okiagari_model::{DAY, HOUR, MINUTE, RecordId, Time, register};
use serde_json::json;

fn paste(source: &str) -> PasteForm {
    PasteForm { state: IndicatorState::Suspected, source: source.to_owned(), tlp: None }
}

#[test]
fn indicators_come_by_the_hundred_are_joined_move_together_and_are_known_from_other_cases() {
    on_each(|world| {
        let (old, new) = (world.incident(json!({"title": "前の件"})), world.incident(json!({})));
        let ctx = world.ctx("csirt");
        let first =
            world.app.paste_indicators(&ctx, &old, "evil[.]example\nPC-1", &paste("前の件"));
        assert_eq!(first.unwrap().made, 2);
        let mut text: String = (1..=600).map(|n| format!("host: pc-{n:03}\n")).collect();
        text.push_str("hxxp://Evil[.]example/a\nEVIL[.]example\nevil.example\nこれは 何か\n");
        let made = world.app.paste_indicators(&ctx, &new, &text, &paste("EDR")).unwrap();
        assert_eq!(made.made, 602);
        assert_eq!(made.joined, [603]);
        assert_eq!(made.bad.iter().map(|b| b.line).collect::<Vec<_>>(), [604]);
        // The same once more makes nothing.
        let again = world.app.paste_indicators(&ctx, &new, &text, &paste("EDR")).unwrap();
        assert_eq!((again.made, again.joined.len(), again.bad.len()), (0, 603, 1));

        let mine: Vec<_> = world
            .all("indicator")
            .into_iter()
            .filter(|r| r.text("incident") == new.as_str())
            .collect();
        let known: Vec<RecordId> = mine.iter().map(|r| r.id.clone()).take(550).collect();
        let blocked = IndicatorState::Blocked;
        let done = world.app.set_indicators(&ctx, &new, &known, blocked, "入口で止めた").unwrap();
        assert_eq!(done, 550);
        assert_eq!(world.app.set_indicators(&ctx, &new, &known, blocked, "").unwrap(), 0);
        let counts = world.app.indicator_counts(&ctx, &new).unwrap();
        assert_eq!((counts["blocked"], counts["suspected"]), (550, 52));
        // One that is not of the case: nothing of its commit is written.
        let foreign: Vec<RecordId> = world
            .all("indicator")
            .into_iter()
            .filter(|r| r.text("incident") == old.as_str())
            .map(|r| r.id)
            .chain([known[0].clone()])
            .collect();
        let refused = world.app.set_indicators(&ctx, &new, &foreign, IndicatorState::Clean, "");
        assert!(matches!(refused, Err(AppError::NotFound)), "{refused:?}");
        assert_eq!(world.get(("indicator", &known[0])).text("state"), "blocked");

        let seen = world.app.seen_elsewhere(&ctx, &new, &mine).unwrap();
        let key = ("domain".to_owned(), "evil.example".to_owned());
        assert_eq!(seen[&key][0].incident, old);
        assert_eq!(seen.len(), 1, "pc-1 and pc-001 are two hosts");
        // Who may not see the other case is told nothing of it.
        world
            .edit(
                "csirt",
                ("incident", &old),
                json!({"sharing": "members",
            "lead": world.people["ciso"].as_str()}),
            )
            .unwrap();
        assert!(world.app.seen_elsewhere(&ctx, &new, &mine).unwrap().is_empty());
        let wrong = json!({"incident": new.as_str(), "kind": "ip", "value": "evil.example",
            "state": "suspected"});
        let wrong = world.create("csirt", "indicator", wrong).unwrap_err();
        assert_eq!(fields(wrong), [("kind".to_owned(), "does_not_fit")]);
        world.verifies();
    });
}

fn log(lines: usize) -> Vec<u8> {
    let mut text = "time,src,event\n".to_owned();
    for n in 0..lines {
        let (m, s) = (n / 60 % 60, n % 60);
        text.push_str(&format!("2026/11/20 17:{m:02}:{s:02},203.0.113.9,login {n}\n"));
    }
    text.into_bytes()
}

#[test]
fn log_lines_join_the_timeline_at_their_true_time_once_and_say_where_they_come_from() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let ctx = world.ctx("csirt");
        let form = LogForm {
            source: "VPN装置".to_owned(),
            zone: "UTC".to_owned(),
            skew_seconds: 90,
            ..LogForm::default()
        };
        let mut bytes = log(1_200);
        bytes.extend("Nov 20 17:59:59,203.0.113.9,login\n".as_bytes());
        let file = (bytes.as_slice(), "vpn.csv");
        let preview = world.app.log_preview(&ctx, &incident, &form, file).unwrap();
        assert_eq!(preview.time_column, "time");
        assert_eq!(preview.counts(), (1_200, 0, 1));
        let bad = preview.lines.last().unwrap();
        assert_eq!(bad.line, 1_202, "as the spreadsheet shows it");
        assert!(matches!(&bad.state, LineState::Bad(why) if why.ja.contains("Nov 20")));
        assert!(world.all("timeline_entry").is_empty(), "looking writes nothing");

        let merged = world.app.log_merge(&ctx, &incident, &form, file).unwrap();
        let merge = world.get(("log_merge", &merged.merged.unwrap()));
        assert_eq!((merge.int("skew_seconds"), merge.int("lines")), (Some(90), Some(1_200)));
        let entries = world.all("timeline_entry");
        assert_eq!(entries.len(), 1_200);
        let first = entries.iter().find(|e| e.int("line") == Some(2)).unwrap();
        // 17:00:00 in UTC is 02:00 in Japan; the clock was 90 seconds ahead.
        assert_eq!(first.time("at"), Some(Time::from_millis(NIGHT - 40 * MINUTE - 90_000)));
        assert_eq!(first.text("original"), "2026/11/20 17:00:00\t203.0.113.9\tlogin 0");
        assert_eq!(first.text("text"), "src=203.0.113.9 event=login 0");
        assert_eq!(first.text("merged"), merge.id.as_str());

        let leaves = world.app.store().read(|tx| Ok::<_, AppError>(tx.size(&world.org)?)).unwrap();
        let again = world.app.log_merge(&ctx, &incident, &form, file).unwrap();
        assert_eq!(again.counts(), (0, 1_200, 1));
        assert!(again.merged.is_none() && again.earlier.is_some());
        let now = world.app.store().read(|tx| Ok::<_, AppError>(tx.size(&world.org)?)).unwrap();
        assert_eq!(leaves, now, "the same file twice changes nothing");
        // A longer export of the same log brings only what is new.
        let longer = log(1_210);
        let more = world.app.log_merge(&ctx, &incident, &form, (&longer, "vpn2.csv")).unwrap();
        assert_eq!(more.counts(), (10, 1_200, 0));
        // Nobody can pass typed words off as lines of a log.
        let forged = json!({"incident": incident.as_str(), "at": NIGHT, "kind": "event",
            "text": "x", "merged": merge.id.as_str()});
        assert!(world.create("csirt", "timeline_entry", forged).is_err());
        let wrong = LogForm { zone: "Tokyo".to_owned(), ..form };
        let wrong = world.app.log_preview(&ctx, &incident, &wrong, file).unwrap_err();
        assert_eq!(fields(wrong)[0].0, "zone");
        world.verifies();
    });
}

#[test]
fn what_happened_when_it_became_known_who_entered_it_and_a_paper_note_stand_apart() {
    let world = World::new();
    let incident = world.incident(json!({}));
    world.pass(3 * HOUR);
    let entry = json!({"incident": incident.as_str(), "at": NIGHT, "kind": "event",
        "text": "電話で聞いた", "known_at": NIGHT + HOUR, "paper_by": "当直 山口",
        "paper_at": NIGHT + HOUR});
    let id = world.create("csirt", "timeline_entry", entry).unwrap().id;
    let entry = world.get(("timeline_entry", &id));
    assert_eq!(entry.time("at"), Some(Time::from_millis(NIGHT)));
    assert_eq!(entry.time("known_at"), Some(Time::from_millis(NIGHT + HOUR)));
    assert_eq!(entry.created_at, Time::from_millis(NIGHT + 3 * HOUR));
    assert_eq!((entry.text("paper_by"), entry.updated_by.as_str()), ("当直 山口", "acct_csirt"));
}

#[test]
fn counsels_channel_is_seen_by_the_people_it_names_and_by_no_role() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let (lawyer, inside) = world.employee("社内弁護士", None);
        let named = [lawyer.as_str(), world.people["executive"].as_str()];
        let nobody = json!({"title": "秘匿相談", "members": []});
        assert!(world.create("executive", "counsel", nobody).is_err(), "somebody must see it");
        let channel = json!({"incident": incident.as_str(), "title": "秘匿相談", "members": named});
        let channel = world.create("executive", "counsel", channel).unwrap().id;
        let note = json!({"channel": channel.as_str(), "at": NIGHT, "kind": "asked",
            "text": "秘匿相談の中身"});
        let note = world.create("executive", "counsel_note", note).unwrap().id;
        for ctx in [world.ctx("executive"), inside] {
            for (name, id) in [("counsel", &channel), ("counsel_note", &note)] {
                world.app.record(&ctx, register(name).unwrap(), id, None).unwrap();
            }
            assert!(!world.app.search(&ctx, "秘匿相談", 20).unwrap().is_empty());
        }
        // Neither the commander of the incident nor whoever may see everything else.
        for role in ["csirt", "ciso", "security_manager", "it_manager", "coordinator", "auditor"] {
            let ctx = world.ctx(role);
            for (name, id) in [("counsel", &channel), ("counsel_note", &note)] {
                let def = register(name).unwrap();
                let seen = world.app.record(&ctx, def, id, None);
                assert!(matches!(seen, Err(AppError::NotFound)), "{role} {name}: {seen:?}");
                let request = ListRequest::first(def, 50);
                assert!(world.app.list(&ctx, &request).unwrap().records.is_empty(), "{role}");
                for format in [Format::Csv, Format::Xlsx] {
                    let sheet = world.app.export(&ctx, &request, format).unwrap();
                    assert!(!String::from_utf8_lossy(&sheet).contains("秘匿"), "{role}");
                }
                assert!(world.app.history(&ctx, def, id, None, 10).is_err(), "{role}");
            }
            assert!(world.app.search(&ctx, "秘匿相談", 20).unwrap().is_empty(), "{role}");
            let room = format!("{:?}", world.app.room(&ctx, &incident, None).ok());
            assert!(!room.contains("秘匿"), "{role}");
            let add =
                json!({"channel": channel.as_str(), "at": NIGHT, "kind": "note", "text": "x"});
            assert!(world.create(role, "counsel_note", add).is_err(), "{role}");
            let open = json!({"members": [world.people["csirt"].as_str()]});
            assert!(world.edit(role, ("counsel", &channel), open).is_err(), "{role}");
        }
        // The range cannot be opened, not even from inside.
        let wider = world.edit("executive", ("counsel", &channel), json!({"seen_by": "unused"}));
        assert!(wider.is_err());
        world.verifies();
    });
}

#[test]
fn an_escalation_asks_in_business_terms_by_a_deadline_and_keeps_the_decision() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let whole = json!({"incident": incident.as_str(), "question": "通販を止めるか",
            "meaning": "一日200万円の売上", "first_response": "通信を切る",
            "recovery": "控えから三日", "options": ["止める"], "within": 45,
            "asked_of": world.people["executive"].as_str()});
        for needed in ["meaning", "first_response", "recovery", "within"] {
            let mut part = whole.clone();
            part.as_object_mut().unwrap().remove(needed);
            let missing = world.create("ciso", "escalation", part).unwrap_err();
            assert_eq!(fields(missing)[0].0, needed);
        }
        let made = world.create("ciso", "escalation", whole).unwrap();
        let it = ("escalation", &made.id);
        let clock = world.obligation("escalation", "decide").unwrap();
        assert_eq!(clock.time("due_at"), Some(Time::from_millis(NIGHT + 45 * MINUTE)));
        assert_eq!(clock.text("incident"), incident.as_str());
        let decided = json!({"decided": "止める", "why": "信用を守る",
            "decider": world.people["executive"].as_str()});
        let one = world.step("executive", it, "decide", decided.clone()).unwrap_err();
        assert_eq!(gates(one), ["options_named"]);
        world.edit("ciso", it, json!({"options": ["止める", "続ける"]})).unwrap();
        world.pass(20 * MINUTE);
        let receipt = world.step("executive", it, "decide", decided).unwrap();
        let decision = world.get(("decision", &opened(&receipt, "decision")[0]));
        assert_eq!(decision.ids("options"), ["止める", "続ける"]);
        assert!(decision.text("known").contains("一日200万円の売上"));
        assert_eq!(decision.text("decision"), "止める");
        assert_eq!(decision.text("decider"), world.people["executive"].as_str());
        assert_eq!(world.get(it).text("decision"), decision.id.as_str());
        assert_eq!(world.obligation("escalation", "decide").unwrap().text("state"), "done");
    });
}

#[test]
fn a_grave_incident_that_nobody_has_explained_to_management_is_pointed_out() {
    let world = World::new();
    let incident = world.incident(json!({"severity": "critical"}));
    let it = ("incident", &incident);
    assert!(world.findings(it, "incident.briefing").is_empty());
    world.pass(61 * MINUTE);
    world.app.tick().unwrap();
    assert_eq!(world.findings(it, "incident.briefing").len(), 1);
    let briefing = json!({"incident": incident.as_str(), "happened": "朝から受注できない",
        "effect": "売上が止まる", "response": "広がりを止めている", "at": NIGHT + HOUR,
        "by": world.people["security_manager"].as_str(),
        "told": [world.people["executive"].as_str()]});
    for needed in ["happened", "effect", "response", "by"] {
        let mut part = briefing.clone();
        part.as_object_mut().unwrap().remove(needed);
        assert!(world.create("security_manager", "briefing", part).is_err(), "{needed}");
    }
    world.create("security_manager", "briefing", briefing).unwrap();
    assert!(world.findings(it, "incident.briefing").is_empty());
}

fn check(world: &World) -> RecordId {
    let check = json!({"method": "VPN装置の新しい欠陥", "ground": "JPCERT/CCの注意喚起",
        "known_at": NIGHT, "lead": world.people["csirt"].as_str(),
        "controls": [{"control": "VPNの多要素認証"}, {"control": "入退室の鍵"}],
        "traces": [{"place": "VPNの認証ログ", "sought": "見慣れない国からの成功"}]});
    world.create("csirt", "urgent_check", check).unwrap().id
}

#[test]
fn a_new_method_is_held_against_our_controls_before_we_call_ourselves_safe() {
    on_each(|world| {
        let id = check(world);
        let it = ("urgent_check", &id);
        let by = json!({"judged_by": world.people["csirt"].as_str()});
        let closed = world.step("csirt", it, "not_hit", by.clone()).unwrap_err();
        assert_eq!(gates(closed), ["controls_tried", "no_trace"]);
        let weak = json!({"control": "VPNの多要素認証", "bears": "yes", "works": "no",
            "how": "代替の入口で試した"});
        let none = json!({"control": "入退室の鍵", "bears": "no"});
        world.edit("csirt", it, json!({"controls": [weak, none]})).unwrap();
        let finding = world.findings(it, "urgent_check.weak");
        assert!(finding[0].message.ja.contains("VPNの多要素認証"), "{finding:?}");
        let mend = json!({"measure": "例外の入口を閉じる"});
        let mend = world.create("csirt", "improvement", mend).unwrap().id;
        let mut mended = weak;
        mended["improvement"] = mend.as_str().into();
        let clean = json!({"place": "VPNの認証ログ", "sought": "見慣れない国からの成功",
            "result": "unclear"});
        world.edit("csirt", it, json!({"controls": [mended, none], "traces": [clean]})).unwrap();
        assert!(world.findings(it, "urgent_check.weak").is_empty());
        let unclear = world.step("csirt", it, "not_hit", by.clone()).unwrap_err();
        assert_eq!(gates(unclear), ["no_trace"]);
        let mut clean = clean;
        clean["result"] = "nothing".into();
        world.edit("csirt", it, json!({"traces": [clean]})).unwrap();
        world.step("csirt", it, "not_hit", by).unwrap();
        assert!(world.all("incident").is_empty());
    });
}

#[test]
fn a_trace_of_the_new_method_opens_an_incident_and_a_late_check_is_pointed_out() {
    on_each(|world| {
        let id = check(world);
        let it = ("urgent_check", &id);
        world.pass(25 * HOUR);
        world.app.tick().unwrap();
        assert_eq!(world.findings(it, "urgent_check.late").len(), 1);
        let by = json!({"judged_by": world.people["csirt"].as_str()});
        let closed = world.step("csirt", it, "hit", by.clone()).unwrap_err();
        assert_eq!(gates(closed), ["trace_found"]);
        let found =
            json!({"place": "VPNの認証ログ", "sought": "国外からの成功", "result": "found"});
        world.edit("csirt", it, json!({"traces": [found]})).unwrap();
        let receipt = world.step("csirt", it, "hit", by).unwrap();
        let incident = opened(&receipt, "incident").remove(0);
        assert_eq!(world.get(it).text("incident"), incident.as_str());
        let incident = world.get(("incident", &incident));
        assert!(incident.text("summary").contains("VPNの認証ログ: 国外からの成功"));
        assert!(world.findings(it, "urgent_check.late").is_empty());
    });
}

#[test]
fn a_heightened_watch_has_people_ends_by_itself_and_then_asks_for_its_result() {
    use okiagari_model::respond::heightened_watch::active;
    on_each(|world| {
        let incident = world.incident(json!({}));
        let body = json!({"what": "VPNの認証ログ", "ground": "新しい欠陥", "incident": incident.as_str(),
            "functions": "国外からの成功を通知", "staffing": "夜間も一人",
            "from_at": NIGHT + HOUR, "until": NIGHT + DAY});
        for needed in ["ground", "what", "from_at", "until"] {
            let mut part = body.clone();
            part.as_object_mut().unwrap().remove(needed);
            assert!(world.create("csirt", "heightened_watch", part).is_err(), "{needed}");
        }
        let mut wrong = body.clone();
        wrong["until"] = NIGHT.into();
        assert!(world.create("csirt", "heightened_watch", wrong).is_err(), "it must end");
        let id = world.create("csirt", "heightened_watch", body).unwrap().id;
        let it = ("heightened_watch", &id);
        let rule = "heightened_watch.kept";
        let on = || {
            let room = world.app.room(&world.ctx("csirt"), &incident, None).unwrap();
            assert_eq!(room.side.watches.len() == 1, active(&world.get(it), world.app.now()));
            room.side.watches.len() == 1
        };
        assert!(!on() && world.findings(it, rule).is_empty(), "not begun");
        world.pass(2 * HOUR);
        world.app.tick().unwrap();
        assert!(on());
        assert_eq!(world.findings(it, rule)[0].field, "who");
        world.edit("csirt", it, json!({"who": [world.people["csirt"].as_str()]})).unwrap();
        assert!(world.findings(it, rule).is_empty());
        world.pass(DAY);
        world.app.tick().unwrap();
        assert!(!on(), "over without anybody's doing");
        assert_eq!(world.findings(it, rule)[0].field, "result");
        world.edit("csirt", it, json!({"result": "nothing"})).unwrap();
        assert!(world.findings(it, rule).is_empty());
    });
}

#[test]
fn management_systems_are_suspects_until_the_extent_is_known_or_each_was_looked_at() {
    on_each(|world| {
        let incident = world.incident(json!({"kind": "malware"}));
        organise(world, &incident, json!({}));
        let check = world.all("tamper_check").remove(0);
        assert_eq!(check.text("incident"), incident.as_str());
        let it = ("tamper_check", &check.id);
        let rule = "tamper_check.suspects";
        assert_eq!(world.findings(it, rule).len(), 1);
        let closed = world.step("csirt", it, "finish", json!({})).unwrap_err();
        assert_eq!(gates(closed), ["managers_looked_at"]);
        let row = |result: &str| json!({"what": "認証基盤", "sought": "見慣れない管理者", "result": result, "how": "水野"});
        world.edit("csirt", it, json!({"managers": [row("found")]})).unwrap();
        let said = world.findings(it, rule);
        assert!(said.iter().any(|f| f.message.ja.contains("認証基盤に改ざんの跡")), "{said:?}");
        world.edit("csirt", it, json!({"managers": [row("nothing")]})).unwrap();
        world.edit("csirt", ("incident", &incident), json!({"extent_known": true})).unwrap();
        assert!(world.findings(it, rule).is_empty(), "the extent is known");
        world.edit("csirt", ("incident", &incident), json!({"extent_known": false})).unwrap();
        assert_eq!(world.findings(it, rule).len(), 1);
        world.step("csirt", it, "finish", json!({})).unwrap();
        assert!(world.findings(it, rule).is_empty());
        // A failure has nobody behind it.
        let failure = world.incident(json!({"kind": "system_failure"}));
        organise(world, &failure, json!({}));
        assert_eq!(world.all("tamper_check").len(), 1);
    });
}

#[test]
fn sources_that_contradict_each_other_are_pointed_out_until_it_is_explained() {
    on_each(|world| {
        let incident = world.incident(json!({"kind": "malware"}));
        let it = ("incident", &incident);
        let rule = "incident.contradictions";
        let says = |source: &str, says: &str, from: i64| {
            let body = json!({"incident": incident.as_str(), "object": "PC-017", "event": "外向き通信",
                "source": source, "from_at": from, "to_at": from + HOUR, "says": says});
            world.create("csirt", "sighting", body).unwrap().id
        };
        says("プロキシ", "seen", NIGHT);
        says("プロキシ", "not_seen", NIGHT);
        says("端末検知", "not_seen", NIGHT + 2 * HOUR);
        assert!(world.findings(it, rule).is_empty(), "one source, or another time");
        let silent = says("端末検知", "silent", NIGHT + 30 * MINUTE);
        let said = world.findings(it, rule);
        assert_eq!(said.len(), 1);
        for part in ["PC-017", "外向き通信", "プロキシ", "端末検知"] {
            assert!(said[0].message.ja.contains(part), "{said:?}");
        }
        let why = json!({"explained": "端末検知は更新で再起動していた"});
        world.edit("csirt", ("sighting", &silent), why).unwrap();
        assert!(world.findings(it, rule).is_empty());
        // An attack that is contained without any comparison.
        let other = world.incident(json!({"kind": "malware"}));
        organise(world, &other, json!({}));
        let evidence = json!({"incident": other.as_str(), "name": "ログ", "kind": "log",
            "taken_at": NIGHT});
        world.create("csirt", "evidence", evidence).unwrap();
        world.step("csirt", ("incident", &other), "contain", json!({})).unwrap();
        assert_eq!(world.findings(("incident", &other), rule).len(), 1);
    });
}

#[test]
fn a_service_of_unknown_extent_has_a_list_of_what_to_look_at_how_and_by_whom() {
    let world = World::new();
    let shop = world.make("system", json!({"name": "通販"})).id;
    let incident = world.incident(json!({"systems": [{"system": shop.as_str()}]}));
    let it = ("incident", &incident);
    assert_eq!(world.findings(it, "incident.investigation").len(), 1);
    let role = world.role("technical_lead").id;
    let list = json!({"name": "通販の調査", "service": shop.as_str(), "minimum": "電話の受注は続ける",
        "items": [{"item": "管理画面のログイン", "how": "一週間分を読む", "who": role.as_str()}]});
    for needed in ["service", "minimum"] {
        let mut part = list.clone();
        part.as_object_mut().unwrap().remove(needed);
        assert!(world.create("csirt", "investigation", part).is_err(), "{needed}");
    }
    for needed in ["item", "how", "who"] {
        let mut part = list.clone();
        part["items"][0].as_object_mut().unwrap().remove(needed);
        assert!(world.create("csirt", "investigation", part).is_err(), "{needed}");
    }
    world.create("csirt", "investigation", list).unwrap();
    assert!(world.findings(it, "incident.investigation").is_empty());
    let room = world.app.room(&world.ctx("csirt"), &incident, None).unwrap();
    assert_eq!(room.side.investigations[0].text("minimum"), "電話の受注は続ける");
}

#[test]
fn a_recovered_incident_names_what_its_record_still_lacks() {
    let world = World::new();
    let incident = world.incident(json!({"kind": "system_failure"}));
    let it = ("incident", &incident);
    organise(&world, &incident, json!({}));
    let evidence =
        json!({"incident": incident.as_str(), "name": "ログ", "kind": "log", "taken_at": NIGHT});
    world.create("csirt", "evidence", evidence).unwrap();
    for (role, step) in [("csirt", "contain"), ("csirt", "eradicate")] {
        world.step(role, it, step, json!({})).unwrap();
    }
    let rule = "incident.record_complete";
    assert!(world.findings(it, rule).is_empty(), "not asked for in the middle of it");
    world.step("ciso", it, "recover", json!({})).unwrap();
    let lacking = || {
        let mut said: Vec<String> =
            world.findings(it, rule).into_iter().map(|f| f.message.en).collect();
        said.sort();
        said
    };
    let before = lacking();
    for part in [
        "noticed",
        "channel",
        "facts",
        "assets",
        "effect",
        "decisions",
        "contacts",
        "cause",
        "prevention",
    ] {
        assert!(before.iter().any(|f| f.contains(part)), "{part}: {before:?}");
    }
    let shop = world.make("system", json!({"name": "通販"})).id;
    world
        .edit(
            "csirt",
            it,
            json!({"detection": "employee_report", "notice_channel": "電話",
            "summary": "止まった", "effects": ["stop"],
            "causes": [{"key": "C1", "class": "technical", "text": "更新の失敗"}],
            "systems": [{"system": shop.as_str(), "restored_at": NIGHT}]}),
        )
        .unwrap();
    assert_eq!(lacking().len(), 3, "{:?}", lacking());
    let lead = world.people["ciso"].as_str();
    let decision = json!({"incident": incident.as_str(), "topic": "other", "question": "戻すか",
        "decision": "戻す", "decider": lead, "decided_at": NIGHT});
    world.create("ciso", "decision", decision).unwrap();
    let measure =
        json!({"incident": incident.as_str(), "measure": "手順を直す", "cause_key": "C1"});
    world.create("csirt", "improvement", measure).unwrap();
    assert_eq!(lacking(), ["The record lacks: contacts made."]);
}

#[test]
fn an_overdue_update_is_a_clock_until_the_situation_is_written_anew() {
    let world = World::new();
    let incident = world.incident(json!({"next_update_at": NIGHT + HOUR}));
    let it = ("incident", &incident);
    let update = || {
        let all = world.app.deadlines(&world.ctx("csirt"), Some(&incident)).unwrap();
        all.into_iter().find(|d| d.kind == DeadlineKind::Update).unwrap()
    };
    assert!(!update().late);
    assert!(world.findings(it, "incident.next_update").is_empty());
    world.pass(2 * HOUR);
    world.app.tick().unwrap();
    assert!(update().late);
    assert_eq!(world.findings(it, "incident.next_update").len(), 1);
    world.edit("csirt", it, json!({"doing": "復旧", "next_update_at": NIGHT + 4 * HOUR})).unwrap();
    assert!(!update().late && world.findings(it, "incident.next_update").is_empty());
}

#[test]
fn hours_and_costs_are_summed_by_case_with_estimates_apart() {
    let world = World::new();
    let (incident, other) = (world.incident(json!({})), world.incident(json!({})));
    let add = |case: &RecordId, more: serde_json::Value| {
        let mut body = json!({"incident": case.as_str(), "what": "調査", "kind": "own",
            "on": "2026-11-21"});
        super::harness::merge(&mut body, more);
        world.create("csirt", "effort", body)
    };
    assert_eq!(fields(add(&incident, json!({})).unwrap_err())[0].0, "minutes");
    assert!(add(&incident, json!({"yen": -1})).is_err());
    add(&incident, json!({"minutes": 90, "who": world.people["csirt"].as_str()})).unwrap();
    add(&incident, json!({"yen": 300_000, "firm": "調査会社", "kind": "outside"})).unwrap();
    add(&incident, json!({"yen": 200_000, "kind": "lost", "estimate": true})).unwrap();
    add(&other, json!({"minutes": 5, "yen": 7})).unwrap();
    let sum = world.app.effort_totals(&world.ctx("csirt"), &incident).unwrap();
    assert_eq!((sum.minutes, sum.yen, sum.estimated), (90, 500_000, 200_000));
}
