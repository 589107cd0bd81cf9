//! Containment, holds and the collection list.

use super::harness::{NIGHT, World, fields, gates, merge, on_each, opened};
use okiagari_app::AppError;
use okiagari_model::{Change, Record, RecordId, Time, register};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A system with a guide and a log source, and an incident that hits it.
pub fn hit(world: &World) -> (RecordId, RecordId) {
    let system = world.make("system", json!({"name": "受注サーバ", "importance": "high"})).id;
    world.make(
        "collection_guide",
        json!({"name": "受注サーバの手引き", "system": system.as_str(), "items": [
            {"order": 2, "data": "動いているプロセス", "loss": "destroyed", "tool": "一覧コマンド", "steps": "管理端末で実行する"},
            {"order": 1, "data": "メモリ", "loss": "destroyed", "tool": "取得ツール", "steps": "外付けディスクに取る"},
            {"order": 3, "data": "装置の通信ログ", "loss": "withheld", "tool": "管理画面", "steps": "書き出す"}]}),
    );
    world.make(
        "log_source",
        json!({"name": "受注の操作ログ", "system": system.as_str(), "retention_days": 10}),
    );
    let incident = world.incident(json!({"kind": "malware", "occurred_at": NIGHT - DAY,
        "systems": [{"system": system.as_str()}]}));
    (incident, system)
}

fn of_case(world: &World, register: &str, incident: &RecordId) -> Vec<Record> {
    let mut all = world.all(register);
    all.retain(|r| r.text("incident") == incident.as_str());
    all.sort_by_key(|r| (r.created_at, r.int("order")));
    all
}

/// What has to be said of an action before it may be decided.
fn weighed(world: &World) -> Value {
    json!({"decider": world.people["ciso"].as_str(), "review_at": NIGHT + 4 * HOUR,
        "operator": world.people["technical_lead"].as_str(),
        "action": "社外への口を閉じる", "expected": "指令が届かなくなる", "undo": "口を開ける",
        "scope": "受注サーバ1台", "stage": 1,
        "processes": "ネット受注", "customers": "注文中のお客さま約40人", "cost": 300_000})
}

fn planned(world: &World, incident: &RecordId, more: Value) -> RecordId {
    let mut body = json!({"incident": incident.as_str(), "target": "受注サーバ",
        "phase": "containment", "means": "cut_outside"});
    merge(&mut body, more);
    world.create("csirt", "containment", body).unwrap().id
}

fn finish_tasks(world: &World, action: &RecordId) {
    for task in world.all("task").iter().filter(|t| t.text("containment") == action.as_str()) {
        world.step("technical_lead", ("task", &task.id), "finish", json!({})).unwrap();
    }
}

pub fn evidence_of(world: &World, incident: &RecordId, more: Value) -> RecordId {
    let mut body = json!({"incident": incident.as_str(), "name": "ログ", "kind": "log",
        "taken_at": NIGHT});
    merge(&mut body, more);
    world.create("csirt", "evidence", body).unwrap().id
}

/// JP-35, JP-36, JP-37, TK-74: nothing is decided before means, effect, limit, scope and stage.
#[test]
fn a_stop_is_decided_only_with_means_effect_limit_scope_stage_and_decider() {
    on_each(|world| {
        let (incident, system) = hit(world);
        let action = planned(world, &incident, json!({"system": system.as_str()}));
        let it = ("containment", &action);
        let without = |field: &str| {
            let mut patch = weighed(world);
            patch.as_object_mut().unwrap().remove(field);
            gates(world.step("csirt", it, "decide", patch).unwrap_err())
        };
        for (field, gate) in [
            ("action", "means_stated"),
            ("expected", "means_stated"),
            ("undo", "means_stated"),
            ("processes", "effect_weighed"),
            ("customers", "effect_weighed"),
            ("cost", "effect_weighed"),
            ("review_at", "duration_set"),
            ("scope", "scope_first"),
            ("stage", "in_stages"),
        ] {
            assert_eq!(without(field), [gate], "{field}");
        }
        let mut past = weighed(world);
        past["review_at"] = NIGHT.into();
        assert_eq!(gates(world.step("csirt", it, "decide", past).unwrap_err()), ["duration_set"]);
        let mut nobody = weighed(world);
        nobody.as_object_mut().unwrap().remove("decider");
        let refused = world.step("csirt", it, "decide", nobody).unwrap_err();
        assert_eq!(fields(refused), [("decider".to_owned(), "required")]);
        let mut second = weighed(world);
        second["stage"] = 2.into();
        let refused = world.step("csirt", it, "decide", second.clone()).unwrap_err();
        assert_eq!(gates(refused), ["in_stages"]);

        world.step("csirt", it, "decide", weighed(world)).unwrap();
        let record = world.get(it);
        assert_eq!(record.text("means"), "cut_outside");
        assert_eq!(record.ids("decider"), [world.people["ciso"].as_str()]);
        assert_eq!(record.text("processes"), "ネット受注");
        assert_eq!(record.int("cost"), Some(300_000));
        assert_eq!(record.time("review_at"), Some(Time::from_millis(NIGHT + 4 * HOUR)));

        // The second stage waits until the first was carried out.
        let next = planned(world, &incident, json!({"means": "block_traffic"}));
        world.step("csirt", ("containment", &next), "drop", json!({})).unwrap();
        let next = planned(world, &incident, json!({"means": "stop_service"}));
        let refused = world.step("csirt", ("containment", &next), "decide", second.clone());
        assert_eq!(gates(refused.unwrap_err()), ["in_stages"]);
        let go = json!({"logs_kept": true, "operator": world.people["technical_lead"].as_str(),
            "no_evidence_by": world.people["ciso"].as_str(), "no_evidence_why": "広がっている",
            "hurry": "暗号化が続いている"});
        world.step("technical_lead", it, "start", go).unwrap();
        finish_tasks(world, &action);
        let end = json!({"result": "外向きの通信が止まった", "effect_seen": "受注が2時間止まった",
            "spread": "stopped"});
        world.step("technical_lead", it, "finish", end).unwrap();
        world.step("csirt", ("containment", &next), "decide", second.clone()).unwrap();
        world.verifies();
    });
}

/// JP-37: reminded before its time is up; each extension is a record with its own decider and limit.
#[test]
fn an_action_is_reminded_of_before_it_lapses_and_extended_by_a_further_record() {
    on_each(|world| {
        let (incident, _) = hit(world);
        let action = planned(world, &incident, json!({"means": "block_traffic"}));
        let it = ("containment", &action);
        world.step("csirt", it, "decide", weighed(world)).unwrap();
        let due = world.obligation("containment-review", "review").unwrap();
        assert_eq!(due.time("due_at"), Some(Time::from_millis(NIGHT + 4 * HOUR)));
        assert_eq!(due.time("warn_at"), Some(Time::from_millis(NIGHT + 3 * HOUR)));
        assert_eq!(due.ids("incident"), [incident.as_str()]);
        let lead = world.people["technical_lead"].clone();
        let told = |world: &World| {
            world.told(&lead).into_iter().filter(|t| t.contains("抑制措置の期限")).count()
        };
        assert_eq!(told(world), 0);
        world.pass(3 * HOUR);
        world.app.tick().unwrap();
        assert_eq!(told(world), 1, "an hour before: {:?}", world.told(&lead));
        let go = json!({"logs_kept": true, "operator": lead.as_str(),
            "no_evidence_by": lead.as_str(), "no_evidence_why": "通信の設定だけを変える"});
        world.step("technical_lead", it, "start", go).unwrap();
        finish_tasks(world, &action);
        let end = json!({"result": "止まった", "effect_seen": "なし", "spread": "stopped"});
        world.step("technical_lead", it, "finish", end).unwrap();
        world.pass(2 * HOUR);
        world.app.tick().unwrap();
        assert_eq!(world.findings(it, "containment.lapsed").len(), 1);

        let by = world.people["executive"].as_str();
        let past = json!({"next_review_at": NIGHT, "extended_by": by});
        assert_eq!(gates(world.step("csirt", it, "extend", past).unwrap_err()), ["later"]);
        let later = NIGHT + 20 * HOUR;
        let more = json!({"next_review_at": later, "extended_by": by});
        let receipt = world.step("csirt", it, "extend", more).unwrap();
        let next = opened(&receipt, "containment").pop().unwrap();
        let record = world.get(("containment", &next));
        assert_eq!(record.ids("continues"), [action.as_str()]);
        assert_eq!(record.ids("decider"), [by]);
        assert_eq!(record.text("state"), "done");
        assert_ne!(record.text("number"), world.get(it).text("number"));
        assert!(world.findings(it, "containment.lapsed").is_empty());
        let all = world.all("obligation");
        let mine: Vec<&Record> =
            all.iter().filter(|o| o.text("rule") == "containment-review").collect();
        assert_eq!(mine.len(), 2);
        let state = |id: &RecordId| {
            let subject = format!("containment/{id}");
            mine.iter().find(|o| o.text("subject") == subject).unwrap().text("state").to_owned()
        };
        assert_eq!((state(&action).as_str(), state(&next).as_str()), ("done", "open"));
        world
            .step("csirt", ("containment", &next), "lift", json!({"undone": "口を開けた"}))
            .unwrap();
        let record = world.get(("containment", &next));
        assert_eq!(record.text("state"), "lifted");
        assert!(record.time("lifted_at").is_some());
    });
}

/// NI-188, JP-35: tasks, a decider whom the authority table names (or the deputy), and a result.
#[test]
fn spreading_is_stopped_with_tasks_a_named_decider_and_a_result() {
    on_each(|world| {
        let (incident, _) = hit(world);
        let (lead, manager) = (world.role("technical_lead").id, world.role("security_manager").id);
        let line = world
            .make(
                "authority",
                json!({"power": "isolate", "name": "切り離し", "situation": "emergency",
                    "decider": lead.as_str(), "stand_in": manager.as_str()}),
            )
            .id;
        let action = planned(world, &incident, json!({"means": "suspend_accounts"}));
        let it = ("containment", &action);
        let mut patch = weighed(world);
        patch["authority"] = line.as_str().into();
        let refused = world.step("csirt", it, "decide", patch.clone()).unwrap_err();
        assert_eq!(gates(refused), ["decider_named"], "the CISO is not in the line");
        patch["decider"] = world.people["security_manager"].as_str().into();
        let receipt = world.step("csirt", it, "decide", patch).unwrap();
        let tasks = opened(&receipt, "task");
        assert_eq!(tasks.len(), 2);
        let operator = world.people["technical_lead"].as_str();
        assert_eq!(world.get(("task", &tasks[0])).ids("assignee"), [operator]);

        let go = json!({"logs_kept": true, "operator": operator,
            "no_evidence_by": operator, "no_evidence_why": "証拠に触れない"});
        world.step("technical_lead", it, "start", go).unwrap();
        let end = |spread: &str| {
            let end = json!({"result": "3つのIDを止めた", "effect_seen": "3人が使えない",
                "spread": spread});
            world.step("technical_lead", it, "finish", end)
        };
        assert_eq!(gates(end("goes_on").unwrap_err()), ["tasks_over"]);
        finish_tasks(world, &action);
        end("goes_on").unwrap();
        assert_eq!(world.get(it).text("result"), "3つのIDを止めた");
        assert_eq!(world.findings(it, "containment.spreads").len(), 1, "a further stage is needed");
        world.pass(1_000);
        planned(world, &incident, json!({"means": "change_secrets"}));
        assert!(world.findings(it, "containment.spreads").is_empty());
    });
}

/// TK-79: complete, in order, corrected only by a further record; evidence is that of the target.
#[test]
fn every_action_is_a_line_that_nobody_can_edit() {
    on_each(|world| {
        let (incident, system) = hit(world);
        let of = json!({"means": "rebuild", "phase": "eradication", "target": "PC-7",
            "device": "PC-7", "system": system.as_str()});
        let action = planned(world, &incident, of);
        let it = ("containment", &action);
        assert!(matches!(
            world.edit("csirt", it, json!({"target": "PC-8"})),
            Err(AppError::AppendOnly)
        ));
        world.step("csirt", it, "decide", weighed(world)).unwrap();
        let other = evidence_of(world, &incident, json!({"origin": "PC-17"}));
        let operator = world.people["technical_lead"].as_str();
        let go = |evidence: &RecordId| {
            let patch = json!({"logs_kept": true, "operator": operator, "hurry": "急ぐ",
                "evidence": [evidence.as_str()]});
            world.step("technical_lead", it, "start", patch)
        };
        assert_eq!(gates(go(&other).unwrap_err()), ["evidence_first"], "of another device");
        let mine = evidence_of(world, &incident, json!({"origin": "営業の PC-7（山田）"}));
        world.pass(60_000);
        go(&mine).unwrap();
        finish_tasks(world, &action);
        let end = json!({"result": "作り直した", "effect_seen": "1人が半日使えない"});
        let refused = world.step("technical_lead", it, "finish", end.clone()).unwrap_err();
        assert_eq!(fields(refused), [("spread".to_owned(), "required")]);
        world.pass(HOUR);
        let mut whole = end;
        whole["spread"] = "stopped".into();
        world.step("technical_lead", it, "finish", whole).unwrap();
        let r = world.get(it);
        let at = |f: &str| r.time(f).map(Time::millis);
        assert_eq!(at("started_at"), Some(NIGHT + 60_000));
        assert_eq!(at("ended_at"), Some(NIGHT + 60_000 + HOUR));
        assert_eq!(r.ids("operator"), [operator]);
        assert_eq!(r.text("target"), "PC-7");
        assert_eq!(r.ids("decider"), [world.people["ciso"].as_str()]);
        assert_eq!(r.text("effect_seen"), "1人が半日使えない");
        assert_eq!(r.ids("evidence"), [mine.as_str()]);
        assert_eq!((r.text("result"), r.text("spread")), ("作り直した", "stopped"));
        let fix = planned(world, &incident, json!({"corrects": action.as_str()}));
        assert_eq!(world.get(("containment", &fix)).ids("corrects"), [action.as_str()]);
        let numbers: Vec<String> = of_case(world, "containment", &incident)
            .iter()
            .map(|r| r.text("number").to_owned())
            .collect();
        assert_eq!(numbers, ["CT-1", "CT-2"]);
    });
}

/// NI-416, NI-417: the list shows what a stop destroys, in order; the cut waits, or says why not.
#[test]
fn before_a_stop_the_task_shows_what_to_collect_and_the_collection_goes_on() {
    on_each(|world| {
        let (incident, system) = hit(world);
        let items = of_case(world, "collection", &incident);
        let names: Vec<&str> = items.iter().map(|i| i.text("data")).collect();
        assert_eq!(names.len(), 4, "three of the guide, one log: {names:?}");
        let find = |data: &str| items.iter().find(|i| i.text("data") == data).unwrap();
        assert_eq!(find("メモリ").int("order"), Some(1));
        assert_eq!(find("メモリ").text("tool"), "取得ツール");
        assert_eq!(find("メモリ").text("steps"), "外付けディスクに取る");
        assert_eq!(find("装置の通信ログ").text("loss"), "withheld");
        // Kept ten days from the day before.
        let gone = Time::from_millis(NIGHT - DAY + 10 * DAY);
        assert_eq!(find("受注の操作ログ").time("vanishes_at"), Some(gone));

        let action =
            planned(world, &incident, json!({"means": "stop_system", "system": system.as_str()}));
        assert_eq!(of_case(world, "collection", &incident).len(), 4, "each once");
        let it = ("containment", &action);
        let receipt = world.step("csirt", it, "decide", weighed(world)).unwrap();
        let task = world.get(("task", &opened(&receipt, "task")[0]));
        let note = task.text("note");
        let place = |what: &str| note.find(what).unwrap_or_else(|| panic!("{what} in {note}"));
        assert!(place("メモリ") < place("動いているプロセス"), "{note}");
        assert!(note.contains("取得ツール") && note.contains("外付けディスクに取る"));

        let mine = evidence_of(world, &incident, json!({"system": system.as_str()}));
        let operator = world.people["technical_lead"].as_str();
        let go = json!({"logs_kept": true, "operator": operator, "evidence": [mine.as_str()]});
        let refused = world.step("technical_lead", it, "start", go.clone()).unwrap_err();
        assert_eq!(gates(refused), ["collected_first"]);
        let take = |data: &str| {
            let item = ("collection", &find(data).id);
            let by = json!({"taken_by": operator, "evidence": mine.as_str()});
            world.step("technical_lead", item, "take", by).unwrap();
        };
        take("メモリ");
        take("動いているプロセス");
        let mut hurried = go.clone();
        hurried["hurry"] = "被害が広がっている".into();
        world.step("technical_lead", it, "start", hurried).unwrap();
        let left = ("collection", &find("装置の通信ログ").id);
        assert_eq!(world.get(left).text("state"), "open", "still to be taken after the stop");
        take("装置の通信ログ");
        assert_eq!(world.get(left).ids("evidence"), [mine.as_str()]);
    });
}

/// TK-61: held from the opening until a named person lifts it; nothing is erased meanwhile.
#[test]
fn logs_and_data_are_held_from_the_opening_until_a_named_person_lifts_it() {
    on_each(|world| {
        let (incident, system) = hit(world);
        let holds = of_case(world, "hold", &incident);
        assert_eq!(holds.len(), 2, "the case and its system");
        assert!(holds.iter().all(|h| h.text("state") == "held"));
        let of_system = holds.iter().find(|h| h.text("system") == system.as_str()).unwrap();
        assert_eq!(of_system.ids("sources").len(), 1, "its log source");
        let of_case_hold = holds.iter().find(|h| h.text("system").is_empty()).unwrap();
        let second = world.make("system", json!({"name": "会計"})).id;
        let systems =
            json!({"systems": [{"system": system.as_str()}, {"system": second.as_str()}]});
        world.edit("csirt", ("incident", &incident), systems).unwrap();
        assert_eq!(of_case(world, "hold", &incident).len(), 3, "a target that is found later");
        let drill = world.incident(json!({"drill": true}));
        assert!(of_case(world, "hold", &drill).is_empty(), "a drill holds nothing");

        // Retention at the source: said until confirmed.
        let it = ("hold", &of_system.id);
        assert_eq!(world.findings(it, "hold.source").len(), 1);
        let log = of_case(world, "collection", &incident)
            .into_iter()
            .find(|c| c.text("data") == "受注の操作ログ")
            .unwrap()
            .id;
        world.pass(7 * DAY);
        world.app.tick().unwrap();
        let soon = world.findings(("collection", &log), "collection.vanishing");
        assert!(soon[0].message.ja.contains("上書きされます"), "{soon:?}");
        let how = json!({"stopped_by": world.people["it_manager"].as_str(),
            "stopped_how": "保存期間を無期限にした"});
        world.step("it_manager", it, "confirm", how).unwrap();
        assert!(world.findings(it, "hold.source").is_empty());
        assert!(world.findings(("collection", &log), "collection.vanishing").is_empty());

        let manager = world.ctx("security_manager");
        let erase = || {
            let change = Change::Erase {
                def: register("incident").unwrap(),
                id: incident.clone(),
                fields: vec!["title".into()],
                reason: "依頼".into(),
            };
            world.app.change(&manager, change)
        };
        let lift = |id: &RecordId, patch: Value| world.step("ciso", ("hold", id), "lift", patch);
        assert!(matches!(erase(), Err(AppError::LegalHold)));
        let refused = lift(&of_case_hold.id, json!({})).unwrap_err();
        assert_eq!(fields(refused), [("lifted_by".to_owned(), "required")]);
        let by = json!({"lifted_by": world.people["ciso"].as_str()});
        assert!(matches!(
            world.step("csirt", ("hold", &of_case_hold.id), "lift", by.clone()),
            Err(AppError::Role(_))
        ));
        for hold in of_case(world, "hold", &incident) {
            assert!(matches!(erase(), Err(AppError::LegalHold)));
            lift(&hold.id, by.clone()).unwrap();
        }
        assert_eq!(world.get(("hold", &of_system.id)).ids("lifted_by").len(), 1);
        erase().unwrap();
    });
}

/// TK-61: neither containment nor eradication passes without the confirmation that logs are kept.
#[test]
fn containment_and_eradication_ask_whether_logs_are_kept() {
    on_each(|world| {
        let (incident, _) = hit(world);
        let it = ("incident", &incident);
        let organise = json!({"severity": "high", "priority": "now", "sharing": "responders",
            "lead": world.people["csirt"].as_str()});
        world.step("csirt", it, "organise", organise).unwrap();
        evidence_of(world, &incident, json!({}));
        let ask = |step: &str, field: &str| {
            let refused = world.step("csirt", it, step, json!({field: null})).unwrap_err();
            assert_eq!(fields(refused), [(field.to_owned(), "required")]);
            world.step("csirt", it, step, json!({field: true})).unwrap();
        };
        ask("contain", "logs_kept");
        ask("eradicate", "logs_kept_after");
        world.step("csirt", it, "spread", json!({})).unwrap();
        ask("contain", "logs_kept");
        let action = planned(world, &incident, json!({"means": "block_traffic"}));
        world.step("csirt", ("containment", &action), "decide", weighed(world)).unwrap();
        let who = world.people["ciso"].as_str();
        let go = json!({"operator": who, "no_evidence_by": who, "no_evidence_why": "設定だけ"});
        let refused = world.step("csirt", ("containment", &action), "start", go).unwrap_err();
        assert_eq!(fields(refused), [("logs_kept".to_owned(), "required")]);
    });
}

/// JP-25: asked for when the response begins, missed until decided; a yes opens the request.
#[test]
fn whether_to_use_outside_help_is_decided_on_record() {
    on_each(|world| {
        let (incident, _) = hit(world);
        let it = ("incident", &incident);
        let missed = |world: &World| world.findings(it, "incident.outside_help").len();
        assert_eq!(missed(world), 0, "nobody responds yet");
        let organise = json!({"severity": "high", "priority": "now", "sharing": "responders",
            "lead": world.people["csirt"].as_str()});
        let receipt = world.step("csirt", it, "organise", organise).unwrap();
        let asked = opened(&receipt, "task")
            .iter()
            .any(|t| world.get(("task", t)).text("title").contains("外部のセキュリティ会社"));
        assert!(asked, "a task asks for the decision");
        assert_eq!(missed(world), 1);
        let company = world.make("contact", json!({"name": "あかつき調査", "kind": "vendor"})).id;
        let mut decision = json!({"incident": incident.as_str(), "topic": "outside_help",
            "question": "外部に頼むか", "decision": "頼む", "decided_at": NIGHT,
            "helper": company.as_str()});
        world.create("ciso", "decision", decision.clone()).unwrap();
        assert_eq!(missed(world), 1, "without decider and reason it is none");
        merge(
            &mut decision,
            json!({"decider": world.people["ciso"].as_str(), "why": "メモリの解析ができない"}),
        );
        let receipt = world.create("ciso", "decision", decision).unwrap();
        assert_eq!(missed(world), 0);
        let task = world.get(("task", &opened(&receipt, "task")[0]));
        assert!(task.text("title").contains("あかつき調査"));
        assert_eq!(task.ids("assignee"), [world.people["ciso"].as_str()]);
    });
}
