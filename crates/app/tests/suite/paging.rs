//! Calls that wake people: who is called, what leaves the house, answers by the link, silence.

use super::gateway::Gateway;
use super::harness::{World, gates, opened};
use okiagari_app::AppError;
use okiagari_app::paging::{Ring, RingAnswer};
use okiagari_model::{MINUTE, Record, RecordId};
use serde_json::json;
use std::time::Duration;

/// Long enough for a server on this machine.
const PATIENCE: Duration = Duration::from_secs(2);

/// A gateway that takes everything, the address of the program, and a person for each turn.
fn by_gateway(world: &World, gateway: &Gateway) {
    world.set("paging.url", &json!(gateway.url()));
    world.set("webhook.private", &json!(true));
    world.app.reached_at("https://ir.example.jp/");
}

fn deputy(world: &World, name: &str, phone: &str) -> RecordId {
    let person = world.make("person", json!({"name": name, "phone": phone})).id;
    let role = world.role("security_manager");
    let mut deputies: Vec<String> = role.ids("deputies").iter().map(|d| (*d).to_owned()).collect();
    deputies.push(person.as_str().to_owned());
    world.edit("ciso", ("role", &role.id), json!({"deputies": deputies})).unwrap();
    person
}

fn calls(world: &World, cause: &str) -> Vec<Record> {
    let mut all = world.all("paging");
    all.retain(|p| p.text("cause") == cause);
    all
}

fn called(world: &World, paging: &RecordId) -> Vec<String> {
    let rows = world.get(("paging", paging));
    rows.rows("called").map(|r| r["person"].as_str().unwrap().to_owned()).collect()
}

fn state(world: &World, paging: &RecordId) -> String {
    world.get(("paging", paging)).text("state").to_owned()
}

fn ring(world: &World, paging: &RecordId, turn: usize) -> Ring {
    let path = world.app.ring_path(&world.org, paging, turn).unwrap();
    let secret = path.rsplit('/').next().unwrap().to_owned();
    world.app.ring(paging, turn, &secret).unwrap()
}

fn tries(world: &World, paging: &RecordId) -> Vec<Record> {
    let mut all = world.all("delivery");
    all.retain(|d| d.ids("paging") == [paging.as_str()]);
    all.sort_by_key(|d| d.leaf);
    all
}

#[test]
fn a_serious_incident_wakes_the_next_one_until_somebody_answers_by_the_link() {
    let world = &World::new();
    let gateway = Gateway::start(200);
    by_gateway(world, &gateway);
    let second = deputy(world, "二番目 の人", "090-2222");
    let incident = world.incident(json!({"severity": "critical", "title": "給与が暗号化された"}));
    let [call] = &calls(world, "incident")[..] else { panic!("one call") };
    let first = world.people["security_manager"].as_str().to_owned();
    assert_eq!(called(world, &call.id), std::slice::from_ref(&first));
    world.app.deliver_with(PATIENCE).unwrap();
    let sent = gateway.posts();
    let sent: serde_json::Value = serde_json::from_str(&sent[0]).unwrap();
    assert_eq!(sent["to"], "03-0000-0000");
    let number = world.get(("incident", &incident)).text("number").to_owned();
    let text = sent["text"].as_str().unwrap();
    assert!(text.contains(&number) && text.contains("株式会社あかり"), "{text}");
    assert!(!text.contains("給与"), "nothing of what happened leaves: {text}");
    let path = world.app.ring_path(&world.org, &call.id, 0).unwrap();
    assert_eq!(sent["link"], format!("https://ir.example.jp{path}"));
    let rows = tries(world, &call.id);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].text("result"), rows[0].ids("to_person")), ("accepted", vec![&*first]));
    // The program stood still for an hour: the next one is called once, at the first turn.
    world.pass(60 * MINUTE);
    assert_eq!(world.app.tick().unwrap().calls, 1);
    assert_eq!(world.app.tick().unwrap().calls, 0, "its own time has just begun");
    assert_eq!(called(world, &call.id), [first.clone(), second.as_str().to_owned()]);
    world.app.deliver_with(PATIENCE).unwrap();
    let posts = gateway.posts();
    assert!(posts.iter().any(|p| p.contains("090-2222")), "{posts:?}");
    let taken = world.app.answer_ring(&ring(world, &call.id, 1), RingAnswer::Take).unwrap();
    assert!(taken.is_some());
    let call = world.get(("paging", &call.id));
    assert_eq!(call.text("state"), "answered");
    assert_eq!(call.ids("answered_by"), [second.as_str()]);
    assert_eq!(call.text("answered_through"), "link");
    let entries = world.all("timeline_entry");
    let told = entries.iter().find(|e| e.text("text").contains("二番目 の人")).unwrap();
    assert_eq!(told.ids("incident"), [incident.as_str()]);
    world.pass(60 * MINUTE);
    world.app.tick().unwrap();
    assert_eq!(called(world, &call.id).len(), 2, "nobody is called any more");
    // A further change of the incident calls nobody again.
    world.edit("csirt", ("incident", &incident), json!({"grave": true})).unwrap();
    assert_eq!(calls(world, "incident").len(), 1);
    world.verifies();
}

#[test]
fn a_link_does_one_thing_for_a_while_and_a_wrong_one_is_not_found() {
    let world = &World::new();
    let id = world.create("csirt", "paging", json!({"cause": "hand"})).unwrap().id;
    let path = world.app.ring_path(&world.org, &id, 0).unwrap();
    let secret = path.rsplit('/').next().unwrap();
    for (paging, turn, secret) in [
        (&id, 0, "AAAA-AAAA-AAAA-AAAA-AAAA"),
        (&id, 0, ""),
        (&id, 1, secret),
        (&RecordId::new("00000000000000000000000000"), 0, secret),
    ] {
        let found = world.app.ring(paging, turn, secret);
        assert!(matches!(found, Err(AppError::NotFound)), "{turn} {secret}");
    }
    let stored = serde_json::to_string(&world.get(("paging", &id)).body).unwrap();
    assert!(!stored.contains(secret), "the link is nowhere in the record");
    let open = ring(world, &id, 0);
    assert!(open.open && open.number.is_empty());
    world.pass(120 * MINUTE);
    let late = ring(world, &id, 0);
    assert!(!late.open, "the link has a time");
    assert!(world.app.answer_ring(&late, RingAnswer::Take).unwrap().is_none());
    assert_eq!(state(world, &id), "calling");
}

#[test]
fn who_declines_is_passed_over_and_silence_is_said_aloud() {
    let world = &World::new();
    world.set("paging.rounds", &json!(2));
    let (a, b) = (world.people["csirt"].clone(), world.people["pr_lead"].clone());
    let incident = world.incident(json!({}));
    let id = world
        .create(
            "csirt",
            "paging",
            json!({"cause": "hand", "incident": incident.as_str(),
            "persons": [a.as_str(), b.as_str()]}),
        )
        .unwrap()
        .id;
    world.app.answer_ring(&ring(world, &id, 0), RingAnswer::Decline).unwrap();
    assert_eq!(called(world, &id), [a.as_str(), b.as_str()], "the next one at once");
    assert!(ring(world, &id, 0).declined);
    let closed = world.step("csirt", ("paging", &id), "give_up", json!({}));
    assert_eq!(gates(closed.unwrap_err()), ["nobody_left"]);
    world.pass(10 * MINUTE);
    world.app.tick().unwrap();
    assert_eq!(called(world, &id), [a.as_str(), b.as_str(), b.as_str()], "the second round");
    world.pass(10 * MINUTE);
    world.app.tick().unwrap();
    assert_eq!(state(world, &id), "unanswered");
    assert_eq!(world.findings(("paging", &id), "paging.unanswered").len(), 1);
    let told = world.told(&world.people["it_manager"]);
    assert!(told.iter().any(|t| t.contains("だれも応答していません")), "{told:?}");
    let entries = world.all("timeline_entry");
    assert!(entries.iter().any(|e| e.text("text").contains("だれも応答しませんでした")));
    // Somebody answers by word of mouth all the same.
    let by = world.people["ciso"].as_str();
    let patch = json!({"answered_by": by, "answered_through": "spoken"});
    world.step("csirt", ("paging", &id), "acknowledge", patch).unwrap();
    assert!(world.findings(("paging", &id), "paging.unanswered").is_empty());
}

#[test]
fn a_gateway_that_refuses_or_a_missing_number_leads_to_the_next_one_at_once() {
    let world = &World::new();
    let gateway = Gateway::start(404);
    by_gateway(world, &gateway);
    world.set("paging.rounds", &json!(1));
    let mute = world.make("person", json!({"name": "電話の無い 人"})).id;
    let other = world.people["csirt"].clone();
    let id = world
        .create(
            "csirt",
            "paging",
            json!({"cause": "hand",
            "persons": [mute.as_str(), other.as_str()]}),
        )
        .unwrap()
        .id;
    world.app.deliver_with(PATIENCE).unwrap();
    let rows = tries(world, &id);
    let results: Vec<&str> = rows.iter().map(|d| d.text("result")).collect();
    assert_eq!(results, ["refused", "refused"]);
    assert!(rows[0].text("server_answer").contains("電話番号"));
    assert_eq!(rows[1].text("server_answer"), "404 Not Found");
    assert_eq!(called(world, &id), [mute.as_str(), other.as_str()]);
    world.app.tick().unwrap();
    assert_eq!(state(world, &id), "unanswered", "nobody is left");
    assert_eq!(gateway.posts().len(), 1, "nothing is sent without a number");
}

#[test]
fn a_gateway_that_refuses_everything_does_not_use_up_the_order() {
    let world = &World::new();
    let gateway = Gateway::start(401);
    by_gateway(world, &gateway);
    world.set("paging.rounds", &json!(1));
    let people = ["csirt", "it_manager", "ciso"].map(|p| world.people[p].clone());
    let order: Vec<&str> = people.iter().map(RecordId::as_str).collect();
    let body = json!({"cause": "hand", "persons": order});
    let id = world.create("csirt", "paging", body).unwrap().id;
    for _ in 0..4 {
        world.app.deliver_with(PATIENCE).unwrap();
        world.app.tick().unwrap();
    }
    assert_eq!(called(world, &id), order[..2], "the second one keeps the time to answer");
    assert_eq!(state(world, &id), "calling");
    let said = world.get(("paging", &id));
    let why: Vec<_> = said.rows("called").map(|r| r.get("passed_on").cloned()).collect();
    assert_eq!(why, [Some(json!("refused")), None]);
    assert_eq!(world.findings(("paging", &id), "paging.refused").len(), 1, "it is said aloud");
    world.pass(10 * MINUTE);
    world.app.tick().unwrap();
    world.app.deliver_with(PATIENCE).unwrap();
    assert_eq!(called(world, &id), order, "then the third");
    let by = json!({"answered_by": order[2], "answered_through": "spoken"});
    world.step("csirt", ("paging", &id), "acknowledge", by).unwrap();
    assert_eq!(state(world, &id), "answered");
    assert!(world.findings(("paging", &id), "paging.refused").is_empty());
}

#[test]
fn a_report_at_night_and_a_deadline_that_passed_wake_somebody_and_drills_do_not() {
    let world = &World::new();
    world.make("report", json!({"what": "画面が赤い"}));
    assert_eq!(calls(world, "report").len(), 1, "02:40 on a Saturday");
    world.at("2026-11-24T10:00");
    world.make("report", json!({"what": "画面が青い"}));
    assert_eq!(calls(world, "report").len(), 1, "a Tuesday morning");
    world.at("2027-01-01T10:00");
    world.make("report", json!({"what": "画面が黒い"}));
    assert_eq!(calls(world, "report").len(), 2, "a Friday that is a holiday");
    world.incident(json!({"severity": "critical", "drill": true}));
    assert!(calls(world, "incident").is_empty(), "a drill wakes nobody");
    let at = world.app.now().millis();
    let incident = world.incident(json!({"personal_data": true, "personal_data_at": at}));
    let ours = world.obligation("tokyo-filing", "plan").unwrap();
    let wait = ours.time("due_at").unwrap().since(world.app.now()).max(0) + MINUTE;
    assert!(calls(world, "overdue").is_empty());
    world.pass(wait);
    world.app.tick().unwrap();
    world.pass(20 * MINUTE);
    world.app.tick().unwrap();
    let of_it: Vec<Record> = calls(world, "overdue")
        .into_iter()
        .filter(|p| p.ids("obligation") == [ours.id.as_str()])
        .collect();
    assert_eq!(of_it.len(), 1, "once, however often the alarm rings");
    assert_eq!(of_it[0].ids("incident"), [incident.as_str()]);
}

/// IPA-151: of each of the three roles somebody is on duty, and the rota is what is called.
#[test]
fn whoever_is_on_duty_is_called_first_and_gaps_of_each_of_the_three_are_found() {
    let world = &World::new();
    let org = world.all("organisation")[0].id.clone();
    let rule = |world: &World| -> String {
        let found = world.findings(("organisation", &org), "rota.gaps");
        found.iter().map(|f| f.message.ja.clone()).collect::<Vec<_>>().join("/")
    };
    let all = json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]);
    let duty = |duty: &str, person: &RecordId, from: &str, to: &str| {
        world
            .make(
                "rota",
                json!({"name": duty, "duty": duty, "person": person.as_str(),
            "days": all, "from": from, "to": to}),
            )
            .id
    };
    let night = world
        .make(
            "person",
            json!({"name": "夜の 人", "phone": "1",
        "phone_off_hours": "090-7777"}),
        )
        .id;
    duty("decider", &world.people["ciso"], "00:00", "24:00");
    let line = duty("handler", &night, "18:00", "09:00");
    let found = rule(world);
    assert!(found.contains("対応・分析する人") && found.contains("社外との窓口"), "{found}");
    assert!(!found.contains("判断する人"), "{found}");
    duty("handler", &world.people["csirt"], "09:00", "18:00");
    duty("window", &world.people["pr_lead"], "00:00", "24:00");
    assert_eq!(rule(world), "", "the three are always there");
    let id = world.create("csirt", "paging", json!({"cause": "hand"})).unwrap().id;
    let order = world.get(("paging", &id));
    assert_eq!(order.ids("order")[..2], [night.as_str(), world.people["ciso"].as_str()]);
    let ready = world.findings(("rota", &line), "rota.ready");
    assert_eq!(ready.len(), 1, "list and form must be known: {ready:?}");
    world.edit("csirt", ("rota", &line), json!({"list_known_on": "2026-11-20"})).unwrap();
    assert!(world.findings(("rota", &line), "rota.ready").is_empty());
}

/// NI-161: the call-up list and time of a unit that is formed on an incident are kept and tried.
#[test]
fn a_csirt_formed_on_an_incident_keeps_its_call_up_list_and_time_and_tries_them() {
    let world = &World::new();
    let (a, b) = (world.people["csirt"].clone(), world.people["technical_lead"].clone());
    let id = world.make("csirt", json!({"name": "対応チーム", "form": "on_incident"})).id;
    let found = |world: &World| -> Vec<String> {
        let list = world.findings(("csirt", &id), "csirt.call_up");
        list.into_iter().map(|f| f.message.ja).collect()
    };
    assert!(found(world).iter().any(|m| m.contains("一覧がありません")));
    let refused = world.step("csirt", ("csirt", &id), "test_call_up", json!({}));
    assert_eq!(gates(refused.unwrap_err()), ["members"]);
    world
        .edit(
            "csirt",
            ("csirt", &id),
            json!({"members": [a.as_str(), b.as_str()],
            "call_up_minutes": 30}),
        )
        .unwrap();
    assert_eq!(found(world), ["招集をまだ試していません。"]);
    let test = world.step("csirt", ("csirt", &id), "test_call_up", json!({})).unwrap();
    let calls = opened(&test, "paging");
    assert_eq!(calls.len(), 2, "everybody at the same time");
    assert_eq!(called(world, &calls[1]), [b.as_str()]);
    assert_eq!(found(world), ["最後に試したとき、2人の応答がありません。"]);
    let take = |world: &World, call: &RecordId| {
        world.app.answer_ring(&ring(world, call, 0), RingAnswer::Take).unwrap().unwrap()
    };
    take(world, &calls[0]);
    world.pass(40 * MINUTE);
    take(world, &calls[1]);
    assert_eq!(found(world), ["最後に試したとき40分かかりました（目標30分）。"]);
    let again = world.step("csirt", ("csirt", &id), "test_call_up", json!({})).unwrap();
    world.pass(29 * MINUTE);
    opened(&again, "paging").iter().for_each(|call| drop(take(world, call)));
    assert_eq!(found(world), Vec::<String>::new());
    // In earnest it is for a case, and the calls belong to it.
    let incident = world.incident(json!({}));
    let up = world
        .step("csirt", ("csirt", &id), "call_up", json!({"incident": incident.as_str()}))
        .unwrap();
    let call = world.get(("paging", &opened(&up, "paging")[0]));
    assert_eq!((call.text("cause"), call.ids("incident")), ("call_up", vec![incident.as_str()]));
    // A standing unit needs no call-up.
    world
        .edit("csirt", ("csirt", &id), json!({"form": "standing", "call_up_minutes": null}))
        .unwrap();
    assert!(found(world).is_empty());
}

#[test]
fn a_test_call_proves_that_calling_works_and_is_asked_for_again() {
    let world = &World::new();
    let org = world.all("organisation")[0].id.clone();
    let found = |world: &World| world.findings(("organisation", &org), "paging.tested").len();
    world.set("paging.url", &json!("https://gateway.example/hook"));
    assert_eq!(found(world), 1, "never tried");
    let id = world.create("csirt", "paging", json!({"cause": "test"})).unwrap().id;
    let by = world.people["csirt"].as_str();
    let spoken = json!({"answered_by": by, "answered_through": "program"});
    world.step("csirt", ("paging", &id), "acknowledge", spoken).unwrap();
    assert_eq!(found(world), 1, "the gateway is proven by the link only");
    let id = world.create("csirt", "paging", json!({"cause": "test"})).unwrap().id;
    world.app.answer_ring(&ring(world, &id, 0), RingAnswer::Take).unwrap();
    assert_eq!(found(world), 0);
    world.pass(90 * 24 * 60 * MINUTE);
    world.app.tick().unwrap();
    assert_eq!(found(world), 1, "too long ago");
}

#[test]
fn a_members_only_case_wakes_its_members_and_nobody_else() {
    let world = &World::new();
    let lead = world.people["csirt"].clone();
    world.incident(json!({"severity": "critical", "lead": lead.as_str(), "sharing": "members"}));
    let [call] = &calls(world, "incident")[..] else { panic!("one call") };
    assert_eq!(call.ids("order"), [lead.as_str()]);
    let told = world.told(&lead);
    let rung: Vec<&String> = told.iter().filter(|t| t.contains("呼び出し")).collect();
    assert!(rung.len() == 1 && !rung[0].contains("不審"), "{told:?}");
}

#[test]
fn a_handover_gathers_what_is_open_and_only_the_taker_takes_it() {
    let world = &World::new();
    let incident = world.incident(json!({"unknown": "侵入の経路", "personal_data": true}));
    let case = incident.as_str();
    world.create("csirt", "task", json!({"incident": case, "title": "端末を隔離する"})).unwrap();
    let done =
        world.create("csirt", "task", json!({"incident": case, "title": "済んだ"})).unwrap().id;
    world.step("csirt", ("task", &done), "finish", json!({})).unwrap();
    let (from, to) = (world.people["csirt"].clone(), world.people["technical_lead"].clone());
    let fields = json!({"incident": case, "from": from.as_str(), "to": to.as_str(),
        "note": "電話は3番へ"});
    let id = world.create("csirt", "handover", fields).unwrap().id;
    let paper = world.get(("handover", &id));
    let open: Vec<String> =
        paper.rows("open").map(|r| r["text"].as_str().unwrap().to_owned()).collect();
    assert!(open.iter().any(|t| t == "端末を隔離する"), "{open:?}");
    assert!(!open.iter().any(|t| t == "済んだ"), "{open:?}");
    let clocks = world.all("obligation").iter().filter(|o| o.ids("incident") == [case]).count();
    let listed =
        paper.rows("open").filter(|r| r["about"].as_str().unwrap().starts_with("obligation/"));
    assert!(clocks > 0);
    assert_eq!(listed.count(), clocks, "every clock that runs");
    assert_eq!(paper.text("unknown"), "侵入の経路");
    let refused =
        world.step("csirt", ("handover", &id), "accept", json!({"taken_by": from.as_str()}));
    assert_eq!(gates(refused.unwrap_err()), ["by_the_taker"]);
    let by_another = json!({"taken_by": to.as_str()});
    let refused = world.step("csirt", ("handover", &id), "accept", by_another);
    assert_eq!(gates(refused.unwrap_err()), ["by_the_taker"], "in another's name");
    world.pass(30 * MINUTE);
    world.app.tick().unwrap();
    assert_eq!(world.findings(("handover", &id), "handover.waiting").len(), 1);
    world
        .step("technical_lead", ("handover", &id), "accept", json!({"taken_by": to.as_str()}))
        .unwrap();
    assert!(world.get(("handover", &id)).time("accepted_at").is_some());
    assert!(world.findings(("handover", &id), "handover.waiting").is_empty());
    assert!(world.all("timeline_entry").iter().any(|e| e.text("text").contains("引き継ぎました")));
}

/// IPA-151: units and heads inside follow from what is hit, those above them included.
#[test]
fn units_and_heads_to_be_told_inside_follow_from_what_is_hit() {
    let world = &World::new();
    let head = world.people["department_head"].as_str();
    let hq = world.make("department", json!({"name": "本社", "head": head})).id;
    let sales =
        world.make("department", json!({"name": "営業部", "parent": hq.as_str(), "head": head})).id;
    let plant = world.make("department", json!({"name": "工場"})).id;
    let quiet = world.make("department", json!({"name": "総務部"})).id;
    let system = world.make("system", json!({"name": "受注", "department": sales.as_str()})).id;
    let asset = world.make("asset", json!({"name": "図面", "department": plant.as_str()})).id;
    world.make("system", json!({"name": "給与", "department": quiet.as_str()}));
    let incident = world.incident(json!({"systems": [{"system": system.as_str()}],
        "assets": [asset.as_str()]}));
    let ctx = world.ctx("csirt");
    let room = world.app.room(&ctx, &incident, None).unwrap();
    let mut told: Vec<(String, Option<String>)> =
        room.waking.inside.into_iter().map(|u| (u.name, u.head.map(|h| h.name))).collect();
    told.sort();
    let name = world.get(("person", &world.people["department_head"])).text("name").to_owned();
    let mut wanted = vec![
        ("工場".to_owned(), None),
        ("営業部".to_owned(), Some(name.clone())),
        ("本社".to_owned(), Some(name)),
    ];
    wanted.sort();
    assert_eq!(told, wanted);
}
