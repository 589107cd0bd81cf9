//! Plans and rules in writing: begun from a shipped kind, approved, known, put to work.

use super::flows::organise;
use super::harness::{NIGHT, World, gates, on_each};
use okiagari_app::{AppError, Receipt};
use okiagari_model::{Body, DAY, MINUTE, Record, RecordId, Time, Value};
use serde_json::{Value as Json, json};

/// The shipped kind, taken as a draft.
pub fn taken(world: &World, id: &str) -> RecordId {
    let shipped = world.app.shipped_papers().iter().find(|p| p.id == id).unwrap().body();
    world.create("csirt", "written_plan", Value::Object(shipped)).unwrap().id
}

fn rows(record: &Record, field: &str) -> Vec<Json> {
    record.body.get(field).and_then(Json::as_array).cloned().unwrap_or_default()
}

/// Everything that a paper needs before it can be approved.
pub fn ready(world: &World, id: &RecordId) {
    let plan = world.get(("written_plan", id));
    let mut parts = rows(&plan, "parts");
    for part in &mut parts {
        part["text"] = "書いた内容です。".into();
    }
    let mut role = world.role("security_manager");
    if role.ids("deputies").is_empty() {
        let deputy = json!({"deputies": [world.people["it_manager"].as_str()]});
        world.edit("ciso", ("role", &role.id), deputy).unwrap();
        role = world.role("security_manager");
    }
    let scenario = world.create("csirt", "scenario", json!({"name": "想定", "trigger": "侵入"}));
    let walk: Vec<Json> =
        ["intent", "advancing", "spreading", "persistent", "simultaneous", "hidden", "misleading"]
            .iter()
            .map(|c| json!({"characteristic": c, "taken_up": "手順に入れた"}))
            .collect();
    let patch = json!({"parts": parts, "walk": walk, "author": world.people["csirt"].as_str(),
        "scenarios": [scenario.unwrap().id.as_str()],
        "positions": [{"name": "指揮", "role": role.id.as_str(), "authority": "停止を決める"}]});
    world.edit("csirt", ("written_plan", id), patch).unwrap();
}

pub fn approve(world: &World, id: &RecordId) -> Result<Receipt, AppError> {
    let by = json!({"approved_by": world.people["executive"].as_str()});
    world.step("executive", ("written_plan", id), "approve", by)
}

pub fn approved(world: &World, kind: &str) -> RecordId {
    let id = taken(world, kind);
    ready(world, &id);
    approve(world, &id).unwrap();
    id
}

fn refused(world: &World, id: &RecordId) -> Vec<&'static str> {
    gates(approve(world, id).unwrap_err())
}

fn change(world: &World, id: &RecordId, patch: Json) {
    world.edit("csirt", ("written_plan", id), patch).unwrap();
}

/// The parts of the sources stand in the shipped kinds, and an approved paper says each of them:
/// with one left empty it cannot be approved.
#[test]
fn every_expected_part_is_settled_before_a_paper_is_approved() {
    let world = World::new();
    for (kind, key, requirement) in [
        ("cp", "policy", "NI-139"),
        ("cp", "procedure", "NI-139"),
        ("cp", "structure", "NI-139"),
        ("bcp", "policy", "NI-140"),
        ("bcp", "targets", "NI-140"),
        ("recovery-plan", "steps", "NI-141"),
        ("cp", "coordination", "NI-285"),
        ("cp", "cause", "NI-288"),
        ("cp", "lessons", "NI-289"),
        ("cp", "report", "NI-290"),
        ("cp", "cut", "NI-411"),
        ("cp", "stop", "NI-412"),
        ("cp", "contractors", "NI-418"),
        ("cp", "publication", "NI-419"),
        ("cp", "spare_others", "NI-438"),
        ("cp", "outside_help", "NI-444"),
        ("tampered-management", "on_site", "NI-457"),
        ("tampered-management", "by_hand", "NI-457"),
        ("tampered-management", "other_means", "NI-457"),
        ("first-response", "tell", "IPA-135"),
        ("first-response", "intake_inside", "IPA-135"),
        ("first-response", "intake_outside", "IPA-135"),
        ("first-response", "facts", "IPA-135"),
        ("first-response", "serious", "IPA-135"),
        ("first-response", "flow", "IPA-135"),
        ("first-response", "paths", "IPA-135"),
        ("first-response", "escalation", "IPA-135"),
        ("first-response", "handlers", "IPA-135"),
        ("first-response", "preparations", "IPA-135"),
        ("first-response", "approvals", "IPA-135"),
        ("first-response", "words", "IPA-135"),
        ("first-response", "review", "IPA-135"),
        ("crisis-stance", "stance", "IPA-148"),
        ("crisis-stance", "collect", "IPA-148"),
        ("crisis-stance", "base", "IPA-148"),
        ("disclosure-rules", "window", "IPA-156"),
        ("disclosure-rules", "timing", "IPA-156"),
        ("disclosure-rules", "social", "IPA-156"),
        ("disclosure-rules", "apology", "IPA-156"),
        ("disclosure-rules", "conference", "IPA-156"),
        ("disclosure-rules", "partners", "IPA-158"),
        ("disclosure-rules", "peers", "IPA-158"),
        ("executive-reporting", "route", "IPA-160"),
        ("executive-reporting", "items", "IPA-160"),
        ("executive-reporting", "grain", "IPA-160"),
        ("executive-reporting", "timing", "IPA-160"),
        ("executive-reporting", "publish", "IPA-160"),
        ("outside-reporting", "when_jpcert", "JP-59"),
        ("outside-reporting", "how_jpcert", "JP-59"),
        ("outside-reporting", "when_police", "JP-59"),
        ("outside-reporting", "how_police", "JP-59"),
        ("loss-reporting", "tell_supervisor", "JP-49"),
        ("loss-reporting", "tell_security", "JP-50"),
    ] {
        let shipped = world.app.shipped_papers().iter().find(|p| p.id == kind).unwrap();
        let part = shipped.parts.iter().find(|p| p.key == key);
        let part = part.unwrap_or_else(|| panic!("{kind} has no part {key}"));
        assert!(part.requirements.iter().any(|r| r == requirement), "{kind} {key} {requirement}");
        assert!(!part.question.ja.is_empty() && !part.question.en.is_empty());
    }
    let id = taken(&world, "cp");
    ready(&world, &id);
    let whole = rows(&world.get(("written_plan", &id)), "parts");
    let with = |key: &str, edit: &dyn Fn(&mut Json)| {
        let mut parts = whole.clone();
        edit(parts.iter_mut().find(|p| p["key"] == key).unwrap());
        change(&world, &id, json!({"parts": parts}));
    };
    let bare = |p: &mut Json| {
        p.as_object_mut().unwrap().retain(|k, _| !matches!(k.as_str(), "text" | "drawn"));
    };
    with("coordination", &bare);
    assert_eq!(refused(&world, &id), ["parts_settled"]);
    assert_eq!(world.findings(("written_plan", &id), "written_plan.complete").len(), 1);
    // A document of another name says it: mapped part by part (NI-142), the paper is complete.
    with("coordination", &|p| {
        bare(p);
        p["elsewhere"] = "危機管理規程 第4章".into();
    });
    assert!(approve(&world, &id).is_ok());
    with("coordination", &|p| {
        bare(p);
        p["left_out"] = "単独で運営しているため".into();
    });
    assert!(approve(&world, &id).is_ok());
    // A part that is taken out altogether is still expected.
    let fewer: Vec<Json> = whole.into_iter().filter(|p| p["key"] != "coordination").collect();
    change(&world, &id, json!({"parts": fewer}));
    assert_eq!(refused(&world, &id), ["parts_settled"]);
}

#[test]
fn a_paper_with_an_empty_position_cannot_be_approved() {
    on_each(|world| {
        let id = taken(world, "tampered-management");
        ready(world, &id);
        let role = world.role("security_manager").id;
        let position = |fields: Json| {
            let mut row = json!({"name": "指揮", "role": role.as_str(), "authority": "決める"});
            super::harness::merge(&mut row, fields);
            row.as_object_mut().unwrap().retain(|_, v| !v.is_null());
            json!({"positions": [row]})
        };
        for lacking in [json!({"role": null}), json!({"authority": null})] {
            change(world, &id, position(lacking));
            assert_eq!(refused(world, &id), ["positions_filled"]);
        }
        change(world, &id, json!({"positions": null}));
        assert_eq!(refused(world, &id), ["positions_filled"]);
        change(world, &id, position(json!({})));
        // Deputy, holder and contact data come from the role and the person.
        let it = ("role", &role);
        world.edit("ciso", it, json!({"deputies": null})).unwrap();
        assert_eq!(refused(world, &id), ["positions_filled"]);
        let deputies = json!({"deputies": [world.people["ciso"].as_str()]});
        world.edit("ciso", it, deputies).unwrap();
        let holder = world.people["security_manager"].clone();
        let unreachable = json!({"phone": null, "mail": null});
        world.edit("ciso", ("person", &holder), unreachable).unwrap();
        assert_eq!(refused(world, &id), ["positions_filled"]);
        world.edit("ciso", ("person", &holder), json!({"phone": "03-1"})).unwrap();
        world.edit("ciso", it, json!({"holder": null})).unwrap();
        assert_eq!(refused(world, &id), ["positions_filled"]);
        world.edit("ciso", it, json!({"holder": holder.as_str()})).unwrap();
        approve(world, &id).unwrap();
    });
}

#[test]
fn cp_and_bcp_are_approved_only_after_all_seven_characteristics_were_considered() {
    let world = World::new();
    let considerations = world.app.considerations();
    let codes: Vec<&str> = considerations.iter().map(|c| c.code.as_str()).collect();
    assert_eq!(codes, ["C1", "C2", "C3", "C4", "C5", "C6", "C7"]);
    for c in considerations {
        assert!(!c.nature.ja.is_empty() && !c.nature.en.is_empty(), "{}", c.code);
        assert!(!c.key_point.ja.is_empty() && !c.key_point.en.is_empty(), "{}", c.code);
        // Each stands beside a part of the CP, where the author meets it while writing.
        let cp = world.app.shipped_papers().iter().find(|p| p.id == "cp").unwrap();
        let beside = |q: &okiagari_catalog::Question| {
            q.parts.iter().any(|k| cp.parts.iter().any(|p| p.key == *k))
        };
        assert!(c.questions.iter().any(beside), "{} stands beside no part", c.code);
    }
    for kind in ["cp", "bcp"] {
        let id = taken(&world, kind);
        ready(&world, &id);
        let walk = rows(&world.get(("written_plan", &id)), "walk");
        for left in 0..walk.len() {
            let six: Vec<&Json> =
                walk.iter().enumerate().filter(|(i, _)| *i != left).map(|(_, w)| w).collect();
            change(&world, &id, json!({"walk": six}));
            assert_eq!(refused(&world, &id), ["seven_walked"], "{kind} without {}", walk[left]);
        }
        change(&world, &id, json!({"walk": walk}));
        approve(&world, &id).unwrap();
    }
}

#[test]
fn a_cp_starts_on_a_failure_or_the_danger_of_one_and_opens_the_first_actions() {
    on_each(|world| {
        let id = taken(world, "cp");
        let incident = world.incident(json!({"kind": "cyber_attack"}));
        let start = |trigger: &str| {
            let body = json!({"incident": incident.as_str(), "plan": id.as_str(),
                "trigger": trigger, "recognised_at": NIGHT, "ground": "応答が無い",
                "recognised_by": world.people["csirt"].as_str()});
            world.create("csirt", "plan_start", body)
        };
        let refused = super::harness::fields(start("failure").unwrap_err());
        assert_eq!(refused, [("why".to_owned(), "required")], "a draft needs a reason");
        ready(world, &id);
        // First actions of both sides, and short ones.
        let actions = rows(&world.get(("written_plan", &id)), "first_actions");
        for who in ["management", "staff"] {
            let others: Vec<&Json> = actions.iter().filter(|a| a["who"] != who).collect();
            change(world, &id, json!({"first_actions": others}));
            assert_eq!(gates(approve(world, &id).unwrap_err()), ["first_actions"], "{who}");
        }
        let long = vec![json!({"who": "staff", "text": "する"}); 11];
        let all: Vec<&Json> = actions.iter().chain(&long).collect();
        change(world, &id, json!({"first_actions": all}));
        assert_eq!(gates(approve(world, &id).unwrap_err()), ["first_actions"]);
        change(world, &id, json!({"first_actions": actions}));
        approve(world, &id).unwrap();
        for (n, trigger) in ["failure", "danger"].into_iter().enumerate() {
            let begun = start(trigger).unwrap();
            let record = world.get(("plan_start", &begun.id));
            assert_eq!(record.text("trigger"), trigger);
            assert_eq!(record.int("version"), Some(1));
            let tasks = super::harness::opened(&begun, "task");
            assert_eq!(tasks.len(), actions.len());
            let logged = super::harness::opened(&begun, "timeline_entry");
            let entry = world.get(("timeline_entry", &logged[0]));
            let word = ["サービス障害を認識した", "サービス障害のおそれを認識した"][n];
            assert!(entry.text("text").contains(word), "{}", entry.text("text"));
        }
        let tasks = world.all("task");
        let declare = tasks.iter().find(|t| t.text("title").contains("発動を宣言")).unwrap();
        assert!(declare.text("title").starts_with("経営層："), "{}", declare.text("title"));
        assert_eq!(declare.ids("assignee"), [world.people["executive"].as_str()]);
        assert_eq!(declare.time("due_at"), Some(Time::from_millis(NIGHT + 15 * MINUTE)));
        for (words, role) in [
            ("委託先と状況を共有", "it_manager"),
            ("公表文を準備", "pr_lead"),
            ("専門機関・業界へ渡す", "csirt"),
            ("専門会社に調査を依頼", "security_manager"),
        ] {
            let task = tasks.iter().find(|t| t.text("title").contains(words)).unwrap();
            assert!(task.text("title").starts_with("職員："));
            assert_eq!(task.ids("assignee"), [world.people[role].as_str()], "{words}");
        }
    });
}

#[test]
fn what_is_in_force_stays_as_approved_until_it_is_approved_anew() {
    on_each(|world| {
        let id = approved(world, "outside-reporting");
        change(world, &id, json!({"first_actions": [{"who": "staff", "text": "別のこと"}]}));
        assert_eq!(world.findings(("written_plan", &id), "written_plan.approved").len(), 1);
        let incident = world.incident(json!({}));
        let body = json!({"incident": incident.as_str(), "plan": id.as_str(), "trigger": "rule",
            "recognised_at": NIGHT, "ground": "重大な被害"});
        let begun = world.create("csirt", "plan_start", body).unwrap();
        let titles = super::harness::opened(&begun, "task");
        let titles: Vec<String> =
            titles.iter().map(|t| world.get(("task", t)).text("title").to_owned()).collect();
        assert!(titles.iter().any(|t| t.contains("JPCERT/CC")), "{titles:?}");
        assert!(!titles.iter().any(|t| t.contains("別のこと")), "{titles:?}");
        approve(world, &id).unwrap();
        assert_eq!(world.get(("written_plan", &id)).int("version"), Some(2));
    });
}

#[test]
fn a_bcp_asks_for_the_answer_of_critical_suppliers_and_for_a_recovery_plan() {
    on_each(|world| {
        let own = organisation(world);
        let papers = || {
            let found = world.findings(("organisation", &own), "organisation.papers");
            found.iter().map(|f| f.message.ja.clone()).collect::<Vec<_>>()
        };
        let says = |list: &[String], word: &str| list.iter().any(|m| m.contains(word));
        let before = papers();
        for word in ["コンティンジェンシー", "事業継続計画", "紛失", "JPCERT/CC"]
        {
            assert!(says(&before, word), "{word}: {before:?}");
        }
        assert!(!says(&before, "事業復旧計画"), "only beside a BCP");
        let supplier = json!({"name": "クラウド社", "importance": "high"});
        let supplier = world.create("csirt", "supplier", supplier).unwrap().id;
        let id = taken(world, "bcp");
        ready(world, &id);
        assert_eq!(gates(approve(world, &id).unwrap_err()), ["suppliers_answered"]);
        assert_eq!(world.findings(("supplier", &supplier), "supplier.continuity").len(), 1);
        let answer = json!({"continuity": "partly", "continuity_on": "2026-11-01"});
        world.edit("csirt", ("supplier", &supplier), answer).unwrap();
        let left = gates(approve(world, &id).unwrap_err());
        assert_eq!(left, ["suppliers_answered"], "linked to no service");
        let system = world.make("system", json!({"name": "受注", "rto": 60})).id;
        let linked = json!({"systems": [system.as_str()]});
        world.edit("csirt", ("supplier", &supplier), linked).unwrap();
        approve(world, &id).unwrap();
        assert_eq!(world.findings(("supplier", &supplier), "supplier.continuity").len(), 0);
        let after = papers();
        assert!(!says(&after, "事業継続計画"), "{after:?}");
        assert!(says(&after, "事業復旧計画"), "{after:?}");
        approved(world, "recovery-plan");
        approved(world, "cp");
        assert!(!says(&papers(), "事業復旧計画"));
        assert!(!says(&papers(), "コンティンジェンシー"));
    });
}

fn organisation(world: &World) -> RecordId {
    world.all("organisation").into_iter().next().unwrap().id
}

/// JP-54: the rules of the ten minutes and of the one hour exist, and everybody knows them.
#[test]
fn everybody_confirms_the_version_in_force_and_a_new_version_anew() {
    on_each(|world| {
        let shipped = world.app.shipped_papers().iter().find(|p| p.id == "loss-reporting");
        let shipped = shipped.unwrap();
        let text = |key: &str| {
            let part = shipped.parts.iter().find(|p| p.key == key).unwrap();
            part.draft.clone().unwrap()
        };
        assert!(text("tell_supervisor").ja.contains("10分以内に上司"));
        assert!(text("tell_supervisor").en.contains("10 minutes"));
        assert!(text("tell_security").ja.contains("1時間以内に"));
        assert!(text("tell_security").en.contains("1 hour"));
        let own = organisation(world);
        let missing = || {
            let found = world.findings(("organisation", &own), "organisation.papers");
            found.iter().any(|f| f.message.ja.contains("紛失"))
        };
        assert!(missing());
        let id = approved(world, "loss-reporting");
        assert!(!missing());
        let (person, employee) = world.employee("社員 一", None);
        let inside = world.all("person").iter().filter(|p| !p.flag("external")).count();
        let left = || {
            let found = world.findings(("written_plan", &id), "written_plan.known");
            found.first().map_or(0, |f| {
                let digits: String =
                    f.message.ja.chars().take_while(char::is_ascii_digit).collect();
                digits.parse::<usize>().unwrap()
            })
        };
        assert_eq!(left(), inside);
        // An employee confirms for himself: the program notes who acts and which version.
        let read = |who: &okiagari_app::Ctx, more: Json| {
            let mut fields = json!({"paper": id.as_str(), "way": "screen"});
            super::harness::merge(&mut fields, more);
            world.create_as(who, "acknowledgement", fields)
        };
        let forged = read(&employee, json!({"by": world.people["ciso"].as_str()}));
        assert!(forged.is_err(), "who acts cannot be typed");
        let other = json!({"person": world.people["ciso"].as_str()});
        let lent = super::harness::fields(read(&employee, other).unwrap_err());
        assert_eq!(lent, [("person".to_owned(), "not_oneself")]);
        let ack = read(&employee, json!({})).unwrap().id;
        let ack = world.get(("acknowledgement", &ack));
        assert_eq!(ack.ids("by"), [person.as_str()]);
        assert_eq!(ack.ids("person"), [person.as_str()]);
        assert_eq!(ack.int("version"), Some(1));
        assert_eq!(left(), inside - 1);
        // On paper, entered by somebody else.
        let desk = world.ctx("general_affairs");
        for p in world.all("person").iter().filter(|p| !p.flag("external") && p.id != person) {
            read(&desk, json!({"way": "paper", "person": p.id.as_str()})).unwrap();
        }
        assert_eq!(left(), 0);
        approve(world, &id).unwrap();
        assert_eq!(left(), inside, "version 2 is confirmed anew");
    });
}

#[test]
fn the_case_shows_that_the_guideline_on_outside_reports_was_followed() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let found = || world.findings(("incident", &incident), "incident.outside_guideline").len();
        assert_eq!(found(), 0);
        let decision = json!({"incident": incident.as_str(), "topic": "report_jpcert",
            "question": "報告するか", "decision": "する", "decided_at": NIGHT});
        world.create("csirt", "decision", decision).unwrap();
        assert_eq!(found(), 1);
        let id = approved(world, "outside-reporting");
        let body = json!({"incident": incident.as_str(), "plan": id.as_str(), "trigger": "rule",
            "recognised_at": NIGHT, "ground": "指針の「いつ」に当たる"});
        let begun = world.create("csirt", "plan_start", body).unwrap();
        assert_eq!(found(), 0);
        let titles: Vec<String> = super::harness::opened(&begun, "task")
            .iter()
            .map(|t| world.get(("task", t)).text("title").to_owned())
            .collect();
        assert!(titles.iter().any(|t| t.contains("JPCERT/CC")), "{titles:?}");
        assert!(titles.iter().any(|t| t.contains("警察")), "{titles:?}");
    });
}

#[test]
fn the_levels_in_force_say_who_is_told_and_trifles_stay_below() {
    on_each(|world| {
        let id = taken(world, "executive-reporting");
        ready(world, &id);
        // Trifles never reach executives, and the CISO gathers first.
        let level = |from: &str, to: &str, minutes: i64| json!({"from": from, "to": to, "minutes": minutes});
        for levels in [
            json!([level("low", "ciso", 10), level("low", "executive", 30)]),
            json!([level("high", "executive", 30)]),
            json!([level("high", "ciso", 60), level("high", "executive", 30)]),
            json!([level("critical", "ciso", 10), level("high", "executive", 30)]),
        ] {
            change(world, &id, json!({"levels": levels}));
            assert_eq!(refused(world, &id), ["levels_fit"], "{levels}");
        }
        let good = json!([level("medium", "ciso", 15), level("high", "executive", 30)]);
        change(world, &id, json!({"levels": good}));
        // Tried on a scenario, and approved by the head of the emergency structure.
        let scenarios = world.get(("written_plan", &id)).body.get("scenarios").cloned().unwrap();
        change(world, &id, json!({"scenarios": null}));
        assert_eq!(refused(world, &id), ["tried_on_scenario"]);
        change(world, &id, json!({"scenarios": scenarios}));
        let by = json!({"approved_by": world.people["csirt"].as_str()});
        let other = world.step("ciso", ("written_plan", &id), "approve", by).unwrap_err();
        assert_eq!(gates(other), ["approved_by_head"]);
        approve(world, &id).unwrap();
        let told = |severity: &str| {
            let incident = world.incident(json!({}));
            organise(world, &incident, json!({"severity": severity}));
            let mut tasks = world.all("task");
            tasks.retain(|t| t.text("incident") == incident.as_str());
            tasks.retain(|t| t.text("title").starts_with("報告の基準"));
            tasks.iter().map(|t| (t.text("title").to_owned(), t.time("due_at"))).collect::<Vec<_>>()
        };
        assert_eq!(told("low"), [], "a slight matter stays below");
        let medium = told("medium");
        assert_eq!(medium.len(), 1);
        assert!(medium[0].0.contains("CISO"), "{medium:?}");
        assert_eq!(medium[0].1, Some(world.app.now().plus(15 * MINUTE)));
        let high = told("high");
        assert_eq!(high.len(), 2);
        assert!(high.iter().any(|t| t.0.contains("経営者")), "{high:?}");
    });
}

#[test]
fn an_overdue_review_is_a_finding_and_a_review_ends_it() {
    on_each(|world| {
        let id = approved(world, "crisis-stance");
        let found = || world.findings(("written_plan", &id), "written_plan.reviewed").len();
        assert_eq!(found(), 0);
        assert_eq!(world.get(("written_plan", &id)).int("review_days"), Some(180));
        world.pass(181 * DAY);
        world.app.tick().unwrap();
        assert_eq!(found(), 1);
        let result = json!({"review_result": "災害時の体制と合わせた"});
        world.step("ciso", ("written_plan", &id), "review", result).unwrap();
        assert_eq!(found(), 0);
    });
}

#[test]
fn the_author_and_the_review_interval_are_needed() {
    let world = World::new();
    let id = taken(&world, "crisis-stance");
    ready(&world, &id);
    for (field, value) in [("author", Value::Null), ("review_days", Value::Null)] {
        let before = world.get(("written_plan", &id)).body.get(field).cloned().unwrap();
        let mut patch = Body::new();
        patch.insert(field.to_owned(), value);
        change(&world, &id, Json::Object(patch));
        assert_eq!(refused(&world, &id), ["author_and_review"], "{field}");
        change(&world, &id, json!({ field: before }));
    }
    approve(&world, &id).unwrap();
}

/// IPA-148, IPA-156, IPA-158: put to work in a case, the papers open their first actions for those
/// who answer for them.
#[test]
fn the_rules_of_telling_and_of_the_whole_firm_open_their_work_in_a_case() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let work = |kind: &str| {
            let id = approved(world, kind);
            let body = json!({"incident": incident.as_str(), "plan": id.as_str(),
                "trigger": "rule", "recognised_at": NIGHT, "ground": "顧客に被害が出た"});
            let begun = world.create("csirt", "plan_start", body).unwrap();
            let tasks = super::harness::opened(&begun, "task");
            tasks.iter().map(|t| world.get(("task", t))).collect::<Vec<_>>()
        };
        let telling = work("disclosure-rules");
        let stance = work("crisis-stance");
        for (tasks, words, role, minutes) in [
            (&telling, "報道への窓口を広報に一本化", "pr_lead", 30),
            (&telling, "公表の時機を、法務・広報と", "pr_lead", 120),
            (&telling, "SNSの反応", "pr_lead", 120),
            (&telling, "似た事例を手本に、自社サイトのおわび", "pr_lead", 240),
            (&telling, "被害に応じて、記者会見", "executive", 240),
            (&telling, "委託先・カード会社などに、動くために要る事実", "customer_lead", 60),
            (&telling, "手口を同業者・業界団体と共有", "csirt", 240),
            (&stance, "各部門の被害と、ほかへの影響を集める", "general_affairs", 120),
        ] {
            let task = tasks.iter().find(|t| t.text("title").contains(words));
            let task = task.unwrap_or_else(|| panic!("{words}"));
            assert_eq!(task.ids("assignee"), [world.people[role].as_str()], "{words}");
            let due = Time::from_millis(NIGHT + minutes * MINUTE);
            assert_eq!(task.time("due_at"), Some(due), "{words}");
        }
    });
}

/// NI-142: what is drawn from a register is settled only while something stands there, or once
/// somebody says why it is left out.
#[test]
fn a_part_drawn_from_an_empty_register_is_not_settled() {
    let world = World::new();
    let id = taken(&world, "cp");
    ready(&world, &id);
    let only = |field: &str, words: Json| {
        let mut parts = rows(&world.get(("written_plan", &id)), "parts");
        let drawn = parts.iter_mut().find(|p| p["drawn"] == "contacts").unwrap();
        let drawn = drawn.as_object_mut().unwrap();
        drawn.remove("text");
        drawn.remove("left_out");
        drawn.insert(field.to_owned(), words);
        parts.iter_mut().for_each(|p| p.as_object_mut().unwrap().retain(|_, v| !v.is_null()));
        change(&world, &id, json!({ "parts": parts }));
    };
    let found = || {
        let found = world.findings(("written_plan", &id), "written_plan.complete");
        found.iter().filter(|f| f.message.ja.contains("台帳から引く「連絡先」が空")).count()
    };
    only("text", Json::Null);
    assert_eq!(found(), 1);
    assert_eq!(refused(&world, &id), ["parts_settled"]);
    only("left_out", "社外には連絡しない業務のため".into());
    assert_eq!(found(), 0);
    only("text", Json::Null);
    assert_eq!(found(), 1);
    world.make("contact", json!({"name": "監督官庁", "kind": "authority", "phone": "03-1"}));
    assert_eq!(found(), 0, "something stands there");
    approve(&world, &id).unwrap();
}
