//! Playbooks as they are run in an incident.

use super::flows::organise;
use super::harness::{NIGHT, World, fields, gates, merge, on_each};
use okiagari_app::{AppError, Receipt};
use okiagari_model::prepare::playbook::steps_of;
use okiagari_model::{Body, HOUR, MINUTE, Record, RecordId, Time, Value, register};
use serde_json::json;

/// A shipped playbook, taken as a draft.
fn draft(world: &World, id: &str) -> RecordId {
    let shipped = world.app.shipped_playbooks().iter().find(|b| b.id == id).unwrap().body();
    world.create("csirt", "playbook", Value::Object(shipped)).unwrap().id
}

fn approve(world: &World, playbook: &RecordId) {
    let by = json!({"approved_by": world.people["ciso"].as_str()});
    world.step("ciso", ("playbook", playbook), "approve", by).unwrap();
}

fn approved(world: &World, id: &str) -> RecordId {
    let playbook = draft(world, id);
    approve(world, &playbook);
    playbook
}

fn start(world: &World, incident: &RecordId, playbook: &RecordId) -> Result<Receipt, AppError> {
    let body = json!({"incident": incident.as_str(), "playbook": playbook.as_str()});
    world.create("csirt", "play", body)
}

/// The open tasks of a run: key, round, task.
fn open(world: &World, play: &RecordId) -> Vec<(String, i64, Record)> {
    let mut tasks = world.all("task");
    tasks.retain(|t| t.ids("play").contains(&play.as_str()));
    tasks.retain(|t| matches!(t.text("state"), "open" | "doing"));
    tasks.into_iter().map(|t| (t.text("step_key").into(), t.int("round").unwrap(), t)).collect()
}

fn keys(world: &World, play: &RecordId) -> Vec<String> {
    let mut keys: Vec<String> =
        open(world, play).into_iter().map(|(k, r, _)| format!("{k}/{r}")).collect();
    keys.sort();
    keys
}

fn task(world: &World, play: &RecordId, key: &str) -> Record {
    let open = open(world, play);
    let found = open.iter().find(|(k, ..)| k == key);
    found.unwrap_or_else(|| panic!("{key} is not open: {:?}", keys(world, play))).2.clone()
}

fn finish(world: &World, play: &RecordId, key: &str, patch: Value) -> Result<Receipt, AppError> {
    let task = task(world, play, key);
    let mut patch = patch;
    if task.text("nature") == "destroy" {
        merge(&mut patch, json!({"device": DEVICE}));
    }
    world.step("technical_lead", ("task", &task.id), "finish", patch)
}

fn answer(world: &World, play: &RecordId, key: &str, answer: &str) {
    finish(world, play, key, json!({"answer": answer})).unwrap();
}

fn done(world: &World, play: &RecordId, steps: &[&str]) {
    for key in steps {
        finish(world, play, key, json!({})).unwrap();
    }
}

/// What is wiped in these tests.
const DEVICE: &str = "PC-7";

fn take_evidence(world: &World, incident: &RecordId) {
    let body = json!({"incident": incident.as_str(), "name": "ディスクの複製",
        "kind": "disk_image", "taken_at": NIGHT, "storage": "耐火金庫", "origin": DEVICE});
    world.create("csirt", "evidence", body).unwrap();
}

/// The shipped ransomware playbook from the first step to the end: an unclear spread is looked
/// into and judged again, nothing is wiped before evidence, an infection that comes back leads to
/// a second round, and watching ends only after recovery.
#[test]
fn the_ransomware_playbook_is_run_to_its_end_with_branches_and_a_second_round() {
    on_each(|world| {
        let playbook = approved(world, "ransomware");
        let incident = world.incident(json!({"kind": "malware", "detected_at": NIGHT}));
        world.pass(5 * MINUTE);
        organise(world, &incident, json!({}));
        assert_eq!(world.findings(("incident", &incident), "incident.plan").len(), 1);
        let play = start(world, &incident, &playbook).unwrap().id;
        assert_eq!(world.findings(("incident", &incident), "incident.plan").len(), 0);

        // Who and by when: the holder of the role, ten minutes after detection.
        assert_eq!(keys(world, &play), ["unplug/1"]);
        let first = task(world, &play, "unplug");
        assert_eq!(first.ids("assignee"), [world.people["csirt"].as_str()]);
        assert_eq!(first.time("due_at"), Some(Time::from_millis(NIGHT + 10 * MINUTE)));
        assert!(first.text("title").contains("電源は切らず"));

        done(world, &play, &["unplug"]);
        assert_eq!(keys(world, &play), ["backup_off/1", "note/1", "tell/1"]);
        done(world, &play, &["note", "tell"]);
        assert_eq!(keys(world, &play), ["backup_off/1"], "the question waits for all three");
        done(world, &play, &["backup_off"]);

        // A question takes one of its answers, and is never dropped.
        let spread = task(world, &play, "spread").id;
        let it = ("task", &spread);
        let refused = world.step("technical_lead", it, "finish", json!({})).unwrap_err();
        assert_eq!(gates(refused), ["answered"]);
        let refused = world.step("technical_lead", it, "finish", json!({"answer": "maybe"}));
        assert_eq!(gates(refused.unwrap_err()), ["answered"]);
        let refused = world.step("technical_lead", it, "drop", json!({})).unwrap_err();
        assert_eq!(gates(refused), ["answered"]);

        answer(world, &play, "spread", "unknown");
        assert_eq!(keys(world, &play), ["hunt/1"]);
        done(world, &play, &["hunt"]);
        assert_eq!(keys(world, &play), ["spread/2"], "judged again");
        answer(world, &play, "spread", "spread");
        done(world, &play, &["cut_segment"]);
        assert_eq!(keys(world, &play), ["crisis/2", "image/2", "police/2"]);

        answer(world, &play, "crisis", "no");
        answer(world, &play, "bcp", "no");
        done(world, &play, &["police", "image"]);
        answer(world, &play, "ransom", "refuse");
        answer(world, &play, "leak", "no");
        done(world, &play, &["entry", "close_entry"]);

        // Nothing is wiped before evidence is on record.
        let wipe = task(world, &play, "wipe").id;
        for step in ["start", "finish"] {
            let refused = world.step("technical_lead", ("task", &wipe), step, json!({}));
            assert_eq!(gates(refused.unwrap_err()), ["target_said", "evidence_first"], "{step}");
        }
        take_evidence(world, &incident);
        done(world, &play, &["wipe"]);
        answer(world, &play, "backup_ok", "yes");
        done(world, &play, &["restore"]);

        // It comes back: from the evidence on, everything behind it once more.
        answer(world, &play, "clean", "again");
        let now = keys(world, &play);
        assert_eq!(now, ["image/3", "watch/2"], "watching goes on, nothing else");
        done(world, &play, &["image"]);
        answer(world, &play, "leak", "no");
        done(world, &play, &["entry", "close_entry", "wipe"]);
        answer(world, &play, "backup_ok", "no");
        done(world, &play, &["rebuild"]);
        answer(world, &play, "clean", "clean");
        done(world, &play, &["resume", "close"]);

        // Watching is ended by recovery, not by the first cleaning.
        assert_eq!(
            gates(world.step("csirt", ("play", &play), "finish", json!({})).unwrap_err()),
            ["steps_over"]
        );
        while let Some((_, _, watch)) = open(world, &play).pop() {
            assert_eq!(watch.text("step_key"), "watch");
            let refused = world.step("technical_lead", ("task", &watch.id), "finish", json!({}));
            if world.get(("incident", &incident)).text("state") == "recovered" {
                refused.unwrap();
                continue;
            }
            assert_eq!(gates(refused.unwrap_err()), ["watch_on"]);
            let refused = world.step("technical_lead", ("task", &watch.id), "drop", json!({}));
            assert_eq!(gates(refused.unwrap_err()), ["watch_on"]);
            for (role, step) in [("csirt", "contain"), ("technical_lead", "eradicate")] {
                world.step(role, ("incident", &incident), step, json!({})).unwrap();
                let refused =
                    world.step("technical_lead", ("task", &watch.id), "finish", json!({}));
                assert_eq!(gates(refused.unwrap_err()), ["watch_on"], "after {step}");
            }
            world.step("ciso", ("incident", &incident), "recover", json!({})).unwrap();
        }
        world.step("csirt", ("play", &play), "finish", json!({})).unwrap();
        world.verifies();
    });
}

/// A role's deputy gets the step while acting; a step that names no role goes to the lead.
#[test]
fn a_step_goes_to_whoever_acts_in_its_role() {
    let world = World::new();
    let (deputy, _) = world.employee("代行の人", None);
    let (playbook, for_loss) = (approved(&world, "ransomware"), approved(&world, "device-loss"));
    let lead = world.people["it_manager"].as_str();
    let incident = world.incident(json!({"kind": "malware"}));
    let loss = world.incident(json!({"kind": "device_loss", "lead": lead}));
    let role = world.role("csirt").id;
    world.edit("ciso", ("role", &role), json!({"deputies": [deputy.as_str()]})).unwrap();
    let acting = json!({"acting": deputy.as_str(), "acting_reason": "電話に出ない",
        "acting_until": NIGHT + 24 * HOUR});
    world.step("ciso", ("role", &role), "activate_deputy", acting).unwrap();
    let run = |incident: &RecordId, playbook: &RecordId| {
        let body = json!({"incident": incident.as_str(), "playbook": playbook.as_str()});
        world.create("technical_lead", "play", body).unwrap().id
    };
    let play = run(&incident, &playbook);
    assert_eq!(task(&world, &play, "unplug").ids("assignee"), [deputy.as_str()]);

    let play = run(&loss, &for_loss);
    assert_eq!(task(&world, &play, "tell_supervisor").ids("assignee"), [lead]);
}

/// TK-63: skipping the evidence needs a decider and a reason, both.
#[test]
fn wiping_without_evidence_needs_a_decider_and_a_reason() {
    let world = World::new();
    let incident = world.incident(json!({"kind": "malware"}));
    let wipe = |title: &str| {
        let body = json!({"incident": incident.as_str(), "title": title, "nature": "destroy",
            "device": DEVICE});
        world.create("csirt", "task", body).unwrap().id
    };
    let ciso = world.people["ciso"].as_str();
    let (one, other) = (wipe("初期化する"), wipe("復元する"));
    for half in [json!({}), json!({"no_evidence_by": ciso}), json!({"no_evidence_why": "急ぐ"})] {
        let refused = world.step("csirt", ("task", &one), "finish", half).unwrap_err();
        assert_eq!(gates(refused), ["evidence_first"]);
    }
    let both = json!({"no_evidence_by": ciso, "no_evidence_why": "ほかの機器から取れている"});
    world.step("csirt", ("task", &one), "finish", both).unwrap();
    assert_eq!(world.get(("task", &one)).ids("no_evidence_by"), [ciso]);
    assert!(world.step("csirt", ("task", &other), "start", json!({})).is_err(), "only that one");

    let decision = json!({"incident": incident.as_str(), "topic": "no_evidence",
        "question": "証拠を取るか", "decision": "取らない", "decider": ciso,
        "why": "設備が止まると危険", "decided_at": NIGHT});
    world.create("ciso", "decision", decision).unwrap();
    world.step("csirt", ("task", &other), "start", json!({})).unwrap();
}

/// JP-62: the ID is suspended at once; changed only with the recorded consent of the customer.
#[test]
fn suspending_an_id_does_not_wait_and_changing_it_needs_recorded_consent() {
    let world = World::new();
    let incident = world.incident(json!({"kind": "unauthorised_access"}));
    let play = start(&world, &incident, &approved(&world, "id-misuse")).unwrap().id;
    done(&world, &play, &["gather", "match"]);
    done(&world, &play, &["suspend", "identify"]);
    for half in [json!({}), json!({"consent_by": "会員 1042番"}), json!({"consent_at": NIGHT})] {
        assert_eq!(gates(finish(&world, &play, "change", half).unwrap_err()), ["consent"]);
    }
    let consent = json!({"consent_by": "会員 1042番（電話）", "consent_at": NIGHT});
    finish(&world, &play, "change", consent).unwrap();
    assert!(keys(&world, &play).contains(&"restore/1".to_owned()));
}

/// JP-66: outbound monitoring of the fourth example lasts through containment and recovery.
#[test]
fn outbound_monitoring_is_not_ended_by_the_first_cleaning() {
    let world = World::new();
    let incident = world.incident(json!({"kind": "cyber_attack"}));
    organise(&world, &incident, json!({}));
    let play = start(&world, &incident, &approved(&world, "grave-intrusion")).unwrap().id;
    done(&world, &play, &["take"]);
    answer(&world, &play, "grave", "no");
    done(&world, &play, &["logs"]);
    take_evidence(&world, &incident);
    let watch = task(&world, &play, "watch").id;
    for (role, step) in [("csirt", "contain"), ("technical_lead", "eradicate")] {
        world.step(role, ("incident", &incident), step, json!({})).unwrap();
        for end in ["finish", "drop"] {
            let refused = world.step("technical_lead", ("task", &watch), end, json!({}));
            assert_eq!(gates(refused.unwrap_err()), ["watch_on"], "{end} after {step}");
        }
    }
    world.step("ciso", ("incident", &incident), "recover", json!({})).unwrap();
    world.step("technical_lead", ("task", &watch), "finish", json!({})).unwrap();
}

/// NI-184: the version in force and its steps are attached to the incident, and stay when the
/// playbook is mended; switching keeps the earlier version in the history and what was done.
#[test]
fn a_run_keeps_the_version_it_took_until_somebody_switches() {
    let world = World::new();
    let playbook = approved(&world, "misdirected-mail");
    let incident = world.incident(json!({"kind": "information_leak"}));
    let play = start(&world, &incident, &playbook).unwrap().id;
    let it = ("play", &play);
    let count = steps_of(&world.get(it), "steps").len();
    assert_eq!(world.get(it).int("version"), Some(1));
    let closed = world.step("csirt", it, "switch", json!({})).unwrap_err();
    assert_eq!(gates(closed), ["newer_version"]);
    done(&world, &play, &["tell"]);

    // Mended in the middle: unapproved changes nothing, approved changes nothing here either.
    let mut steps = world.get(("playbook", &playbook)).body["steps"].clone();
    steps.as_array_mut().unwrap().push(json!({"key": "phone", "text": "相手に電話する",
        "kind": "do", "after": "tell", "role": "general_affairs"}));
    world.edit("csirt", ("playbook", &playbook), json!({"steps": steps})).unwrap();
    assert_eq!(world.findings(("playbook", &playbook), "playbook.approved").len(), 1);
    assert!(world.step("csirt", it, "switch", json!({})).is_err());
    approve(&world, &playbook);
    assert_eq!(steps_of(&world.get(it), "steps").len(), count);
    assert_eq!(world.findings(it, "play.version").len(), 1);

    let before = world.get(it).rev;
    world.step("csirt", it, "switch", json!({})).unwrap();
    let run = world.get(it);
    assert_eq!((run.int("version"), run.int("switched_from")), (Some(2), Some(1)));
    assert_eq!(steps_of(&run, "steps").len(), count + 1);
    assert!(keys(&world, &play).contains(&"phone/1".to_owned()), "the new step is open");
    assert!(!keys(&world, &play).contains(&"tell/1".to_owned()), "what was done stays done");
    let def = register("play").unwrap();
    let story = world.app.history(&world.ctx("csirt"), def, &play, None, 10).unwrap();
    let change = story.iter().find(|e| e.rev == before + 1).unwrap();
    let steps = change.changes.iter().find(|c| c.field.id == "steps").unwrap();
    assert_eq!(steps.old.as_ref().unwrap().as_array().unwrap().len(), count, "kept in the history");
    let again = world.step("csirt", it, "switch", json!({})).unwrap_err();
    assert_eq!(gates(again), ["newer_version"]);
}

#[test]
fn out_of_order_needs_a_reason_and_a_plan_with_a_dead_end_is_not_approved() {
    let world = World::new();
    let playbook = approved(&world, "ransomware");
    let incident = world.incident(json!({"kind": "malware"}));
    let play = start(&world, &incident, &playbook).unwrap().id;
    let it = ("play", &play);
    for (key, open) in [("unplug", false), ("nowhere", false), ("again", false), ("police", true)] {
        let made = world.step("csirt", it, "jump", json!({ "jump_to": key }));
        assert_eq!(made.is_ok(), open, "{key}");
    }
    assert_eq!(keys(&world, &play), ["police/1", "unplug/1"]);
    done(&world, &play, &["police"]);
    world.step("csirt", it, "jump", json!({"jump_to": "police"})).unwrap();
    assert_eq!(keys(&world, &play), ["police/2", "unplug/1"], "once more is a new round");
    let change = okiagari_model::Change::Step {
        def: register("play").unwrap(),
        id: play.clone(),
        rev: None,
        step: "jump".into(),
        patch: [("jump_to".to_owned(), "image".into())].into_iter().collect(),
        reason: None,
    };
    let refused = world.app.change(&world.ctx("csirt"), change).unwrap_err();
    assert_eq!(fields(refused), [("_reason".to_owned(), "required")]);

    let odd = draft(&world, "ddos");
    let steps = json!([{"key": "q", "text": "どちらか", "kind": "decide",
        "answers": ["yes: はい / Yes", "no: いいえ / No"]},
        {"key": "y", "text": "行う", "kind": "do", "after": "q", "when": "q=yes"}]);
    world.edit("csirt", ("playbook", &odd), json!({ "steps": steps })).unwrap();
    let found = world.findings(("playbook", &odd), "playbook.sound");
    assert!(
        found.iter().any(|f| f.message.ja.contains("「q」") && f.message.ja.contains("いいえ"))
    );
    assert_eq!(world.findings(("playbook", &odd), "playbook.steering").len(), 6);
    let by = json!({"approved_by": world.people["ciso"].as_str()});
    let refused = world.step("ciso", ("playbook", &odd), "approve", by.clone()).unwrap_err();
    assert_eq!(gates(refused), ["plan_sound"]);
    assert!(matches!(
        world.step("csirt", ("playbook", &playbook), "approve", by),
        Err(AppError::Role(_))
    ));

    // An unapproved one can be used in need, with the reason.
    let refused = start(&world, &incident, &odd).unwrap_err();
    assert_eq!(fields(refused), [("why".to_owned(), "required")]);
}

/// JP-65: members by department, head, founded on which judgement, meetings, decisions, dissolved.
#[test]
fn a_headquarters_is_founded_on_a_judgement_and_holds_several_departments() {
    let world = World::new();
    let incident = world.incident(json!({"kind": "cyber_attack"}));
    let department = |name: &str| world.make("department", json!({ "name": name })).id;
    let (it, sales) = (department("情報システム部"), department("営業部"));
    let head = world.people["executive"].as_str();
    let mut body = json!({"incident": incident.as_str(), "name": "対策本部", "head": head,
        "seats": [{"department": it.as_str(), "person": world.people["it_manager"].as_str()}]});
    let refused = world.create("csirt", "headquarters", body.clone()).unwrap_err();
    assert_eq!(fields(refused), [("judgement".to_owned(), "required")]);
    let judgement = json!({"incident": incident.as_str(), "topic": "other",
        "question": "重大に発展しうるか", "decision": "はい", "decider": head, "decided_at": NIGHT});
    let judgement = world.create("executive", "decision", judgement).unwrap().id;
    body["judgement"] = judgement.as_str().into();
    let hq = world.create("csirt", "headquarters", body.clone()).unwrap().id;
    let found = |world: &World| world.findings(("headquarters", &hq), "headquarters.departments");
    assert_eq!(found(&world).len(), 1, "one department is none");
    body["seats"].as_array_mut().unwrap().push(
        json!({"department": sales.as_str(), "person": world.people["customer_lead"].as_str()}),
    );
    let seats = json!({"seats": body["seats"]});
    world.edit("csirt", ("headquarters", &hq), seats).unwrap();
    assert_eq!(found(&world), []);
    let meeting = json!({"meetings": [{"at": NIGHT + HOUR, "text": "外向きの通信を止める"}],
        "decisions": [judgement.as_str()]});
    world.edit("csirt", ("headquarters", &hq), meeting).unwrap();
    world.pass(2 * HOUR);
    world.step("csirt", ("headquarters", &hq), "dissolve", json!({})).unwrap();
    let record = world.get(("headquarters", &hq));
    assert_eq!(record.time("founded_at"), Some(Time::from_millis(NIGHT)));
    assert_eq!(record.time("dissolved_at"), Some(Time::from_millis(NIGHT + 2 * HOUR)));
    assert_eq!(record.rows("meetings").count(), 1);
}

/// JP-56: whoever lost the device writes the account, with all its parts, and signs it.
#[test]
fn the_loser_writes_and_signs_the_account_of_events() {
    let world = World::new();
    let (me, ctx) = world.employee("落とした人", None);
    let parts: Body = json!({"who": me.as_str(), "device": "PC-17", "noticed_at": NIGHT,
        "noticed_where": "駅のホーム", "last_seen_at": NIGHT - HOUR, "last_seen_where": "電車の網棚",
        "contents": "見積書 12件", "protections": "暗号化、画面の鍵", "steps": "駅に届け、上司に電話した"})
    .as_object()
    .cloned()
    .unwrap();
    for part in ["device", "noticed_at", "noticed_where", "contents", "protections", "steps"] {
        let mut less = parts.clone();
        less.remove(part);
        let refused = world.create_as(&ctx, "loss_account", Value::Object(less)).unwrap_err();
        assert_eq!(fields(refused), [(part.to_owned(), "required")]);
    }
    let id = world.create_as(&ctx, "loss_account", Value::Object(parts)).unwrap().id;
    let def = register("loss_account").unwrap();
    let sign = |patch: Value| {
        let change = okiagari_model::Change::Step {
            def,
            id: id.clone(),
            rev: None,
            step: "hand_in".into(),
            patch: patch.as_object().cloned().unwrap(),
            reason: None,
        };
        world.app.change(&ctx, change)
    };
    assert!(sign(json!({"signature": "落とした人"})).is_err(), "handed to somebody");
    let head = world.people["department_head"].as_str();
    sign(json!({"signature": "落とした人", "supervisor": head})).unwrap();
    assert_eq!(world.get(("loss_account", &id)).text("state"), "handed_in");
    let (_, other) = world.employee("別の人", None);
    assert!(world.app.record(&other, def, &id, None).is_err(), "nobody else's business");
}
