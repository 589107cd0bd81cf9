//! Who does what: the CSIRT and its agreements, deciders of containment, double roles, specialists,
//! windows and functions, contracted help, two teams.

use super::harness::{World, gates};
use okiagari_model::govern::authority::{Power, Situation, final_decider};
use okiagari_model::prepare::charge::{FUNCTIONS, LINES, WINDOWS};
use okiagari_model::{Choice, Record, RecordId};
use serde_json::json;

fn found(world: &World, id: (&str, &RecordId), rule: &str) -> Vec<String> {
    let mut found: Vec<String> =
        world.findings(id, rule).into_iter().map(|f| f.message.ja).collect();
    found.sort();
    found
}

fn org(world: &World) -> RecordId {
    world.all("organisation")[0].id.clone()
}

/// NI-160: the unit has mandate, members, deputies, hours, contact, authority and tools.
#[test]
fn there_is_a_csirt_with_everything_it_needs() {
    let world = &World::new();
    let org = org(world);
    assert_eq!(found(world, ("organisation", &org), "csirt.there").len(), 1);
    let id = world.make("csirt", json!({"name": "対応チーム", "form": "standing"})).id;
    assert!(found(world, ("organisation", &org), "csirt.there").is_empty());
    let person = world.people["csirt"].as_str();
    let mut left = found(world, ("csirt", &id), "csirt.whole").len();
    assert_eq!(left, 7);
    for (field, value) in [
        ("mandate", json!("計画を実行する")),
        ("members", json!([person])),
        ("deputies", json!([world.people["technical_lead"].as_str()])),
        ("hours", json!("平日 9時から18時")),
        ("contact", json!("内線 119")),
        ("authority", json!("端末の隔離を自分で決める")),
        ("tools", json!("専用の端末2台")),
    ] {
        world.edit("csirt", ("csirt", &id), json!({field: value})).unwrap();
        left -= 1;
        assert_eq!(found(world, ("csirt", &id), "csirt.whole").len(), left, "{field}");
    }
}

/// NI-274: the person in charge of incident management is named and can be reached.
#[test]
fn whoever_is_in_charge_of_incident_management_is_named_and_reachable() {
    let world = &World::new();
    let id = world.make("csirt", json!({"name": "対応チーム", "form": "standing"})).id;
    let rule = |world: &World| found(world, ("csirt", &id), "csirt.head");
    assert_eq!(rule(world), ["インシデント管理責任者が決まっていません。"]);
    let head = world.make("person", json!({"name": "管理 責任者", "mail": "a@example.jp"})).id;
    world.edit("csirt", ("csirt", &id), json!({"head": head.as_str()})).unwrap();
    assert_eq!(rule(world).len(), 1, "mail alone does not reach anybody at night");
    let known = json!({"phone": "03-1", "confirmed_on": "2026-11-01"});
    world.edit("administrator", ("person", &head), known).unwrap();
    assert!(rule(world).is_empty());
}

/// NI-162 and NI-163: division and procedures are agreed with each department, and lapse on change.
#[test]
fn departments_agree_to_division_and_procedures_and_a_change_ends_the_agreement() {
    let world = &World::new();
    let sales = world.make("department", json!({"name": "営業部"})).id;
    let unit = world
        .make(
            "csirt",
            json!({"name": "対応チーム", "form": "standing", "mandate": "調べる",
            "departments": [sales.as_str()]}),
        )
        .id;
    let missing = |world: &World| found(world, ("csirt", &unit), "csirt.agreed");
    assert_eq!(
        missing(world),
        ["営業部と「分担」を合意していません。", "営業部と「対応の手順」を合意していません。"],
        "each of the two"
    );
    let steps = json!([{"key": "a", "text": "手順", "kind": "do", "role": "csirt"}]);
    let playbook = world.make("playbook", json!({"name": "受注の停止", "steps": steps})).id;
    let outsider = world.people["external_support"].as_str();
    let agree = |subject: &str, playbooks: serde_json::Value| -> RecordId {
        let id = world
            .create(
                "csirt",
                "work_agreement",
                json!({"title": subject, "subject": subject,
                "csirt": unit.as_str(), "department": sales.as_str(),
                "content": "営業部は顧客に電話する", "playbooks": playbooks}),
            )
            .unwrap()
            .id;
        let patch = |by: &str| json!({"agreed_by": by, "agreed_on": "2026-11-20"});
        let refused = world.step("csirt", ("work_agreement", &id), "agree", patch(outsider));
        assert_eq!(gates(refused.unwrap_err()), ["of_the_department"]);
        let by = world.people["field_staff"].as_str();
        world.step("csirt", ("work_agreement", &id), "agree", patch(by)).unwrap();
        id
    };
    let division = agree("division", json!([]));
    assert_eq!(missing(world), ["営業部と「対応の手順」を合意していません。"]);
    let procedure = agree("procedure", json!([playbook.as_str()]));
    assert!(missing(world).is_empty());
    let holds = |world: &World, id: &RecordId| {
        found(world, ("work_agreement", id), "work_agreement.holds").is_empty()
    };
    assert!(holds(world, &division) && holds(world, &procedure));
    assert_eq!(world.get(("work_agreement", &division)).text("agreed_on"), "2026-11-20");
    // Trying the call-up changes the record of the unit, and nothing that was agreed.
    let member = world.people["csirt"].as_str();
    world.edit("csirt", ("csirt", &unit), json!({"members": [member]})).unwrap();
    world.step("csirt", ("csirt", &unit), "test_call_up", json!({})).unwrap();
    assert!(holds(world, &division));
    world.edit("csirt", ("csirt", &unit), json!({"mandate": "調べて止める"})).unwrap();
    assert!(!holds(world, &division) && !holds(world, &procedure), "the mandate has changed");
    let again = json!({"agreed_by": member, "agreed_on": "2026-11-21"});
    world.step("csirt", ("work_agreement", &division), "agree", again.clone()).unwrap();
    world.step("csirt", ("work_agreement", &procedure), "agree", again).unwrap();
    world.step("ciso", ("playbook", &playbook), "approve", json!({"approved_by": member})).unwrap();
    assert!(holds(world, &division) && !holds(world, &procedure), "the playbook has changed");
    world.edit("ciso", ("department", &sales), json!({"note": "受注も行う"})).unwrap();
    assert!(!holds(world, &division), "the department has changed");
}

/// NI-164: specialists with area and reach are kept, and brought in when a control system is hit.
#[test]
fn a_control_system_that_is_hit_brings_its_specialists_in_once() {
    let world = &World::new();
    let plant = world.make("system", json!({"name": "第一工場の制御", "ot": true})).id;
    let office = world.make("system", json!({"name": "会計"})).id;
    assert_eq!(found(world, ("system", &plant), "ot_specialist.there").len(), 1);
    assert!(found(world, ("system", &office), "ot_specialist.there").is_empty());
    let who = world.make("person", json!({"name": "設備の 人", "phone": "1"})).id;
    world.make(
        "ot_specialist",
        json!({"area": "PLC", "person": who.as_str(),
        "reach": "30分で現地に来られる", "systems": [plant.as_str()]}),
    );
    assert!(found(world, ("system", &plant), "ot_specialist.there").is_empty());
    let incident = world.incident(json!({"systems": [{"system": office.as_str()}]}));
    let tasks = |world: &World| -> Vec<Record> {
        let mut all = world.all("task");
        all.retain(|t| t.text("title").contains("専門家"));
        all
    };
    assert!(tasks(world).is_empty(), "an office system calls for none");
    let hit = json!({"systems": [{"system": office.as_str()}, {"system": plant.as_str()}]});
    world.edit("csirt", ("incident", &incident), hit).unwrap();
    let opened = tasks(world);
    assert_eq!(opened.len(), 1);
    assert_eq!(opened[0].ids("assignee"), [who.as_str()]);
    assert!(opened[0].text("title").contains("PLC"));
    assert_eq!(opened[0].text("note"), "30分で現地に来られる");
    world.edit("csirt", ("incident", &incident), json!({"known": "止まった"})).unwrap();
    assert_eq!(tasks(world).len(), 1, "asked once");
}

/// JP-38 and JP-39: the last word on containment, with a deputy; out of hours with the way to do it.
#[test]
fn the_last_word_on_containment_is_settled_with_a_deputy_and_for_the_night() {
    let world = &World::new();
    let org = org(world);
    let rule = |world: &World, id: &str| found(world, ("organisation", &org), id);
    assert_eq!(rule(world, "authority.containment").len(), 2, "to isolate, and to halt");
    let decider = world.role("ciso");
    let line = |power: &str, situation: &str| {
        world
            .make(
                "authority",
                json!({"power": power, "name": power, "situation": situation,
            "decider": decider.id.as_str(), "criteria": "広がるとき"}),
            )
            .id
    };
    line("isolate", "emergency");
    line("halt", "emergency");
    let said = rule(world, "authority.containment");
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|m| m.contains("代行者がいません")), "{said:?}");
    let deputy = world.people["technical_lead"].as_str();
    world.edit("it_manager", ("role", &decider.id), json!({"deputies": [deputy]})).unwrap();
    assert!(rule(world, "authority.containment").is_empty());
    // The night is settled for itself.
    assert_eq!(rule(world, "authority.off_hours").len(), 2);
    let lines = [line("isolate", "off_hours"), line("halt", "off_hours")];
    let said = rule(world, "authority.off_hours");
    assert!(said.iter().all(|m| m.contains("実施のしかた")) && said.len() == 2, "{said:?}");
    for id in &lines {
        let how = json!({"carried_out": "当番が遠隔で遮断する"});
        world.edit("ciso", ("authority", id), how).unwrap();
    }
    assert!(rule(world, "authority.off_hours").is_empty());
    let (lines, roles) = (world.all("authority"), world.all("role"));
    let decider = final_decider(
        &lines.iter().collect::<Vec<_>>(),
        &roles.iter().collect::<Vec<_>>(),
        Power::Isolate,
        Situation::OffHours,
        world.app.now(),
    )
    .unwrap();
    assert_eq!(decider.person.as_ref(), Some(&world.people["ciso"]));
    assert_eq!(decider.deputies, [world.people["technical_lead"].clone()]);
}

/// TK-93: one person may hold several roles, where steps and limits are written beforehand.
#[test]
fn a_double_role_needs_written_steps_and_limits() {
    let world = &World::new();
    let pr = world.role("pr_lead");
    let rule = |world: &World| found(world, ("role", &pr.id), "role.double");
    assert!(rule(world).is_empty(), "held alone");
    let technical = world.people["technical_lead"].as_str();
    world.edit("ciso", ("role", &pr.id), json!({"holder": technical})).unwrap();
    assert_eq!(rule(world).len(), 2, "allowed, but not written");
    world.edit("ciso", ("role", &pr.id), json!({"steps": "先に隔離し、次に知らせる"})).unwrap();
    let left = rule(world);
    assert!(left.len() == 1 && left[0].contains("責任の範囲と限界"), "{left:?}");
    world.edit("ciso", ("role", &pr.id), json!({"limits": "公表は社長が決める"})).unwrap();
    assert!(rule(world).is_empty());
}

/// IPA-131 and IPA-132: windows fall to their desks, lines to officers and six functions have owners.
#[test]
fn six_functions_nine_windows_and_the_lines_to_officers_have_owners() {
    let world = &World::new();
    let org = org(world);
    let rule = |world: &World, id: &str| found(world, ("organisation", &org), id).len();
    assert_eq!((rule(world, "charge.functions"), rule(world, "charge.windows")), (6, 12));
    let role = world.role("csirt").id;
    for part in FUNCTIONS {
        world.make("charge", json!({"part": part.id(), "role": role.as_str()}));
    }
    assert_eq!((rule(world, "charge.functions"), rule(world, "charge.windows")), (0, 12));
    let mut desks = Vec::new();
    for (part, _) in WINDOWS {
        let id = world.make("charge", json!({"part": part.id(), "role": role.as_str()})).id;
        desks.push((part.id(), world.get(("charge", &id)).text("desk").to_owned()));
    }
    let desk = |part: &str| desks.iter().find(|(p, _)| *p == part).unwrap().1.clone();
    for part in ["authorities", "partners", "executives", "inside", "site_reports", "other_csirts"]
    {
        assert_eq!(desk(part), "csirt", "{part}");
    }
    assert_eq!(desk("press"), "pr");
    assert_eq!(desk("customers"), "support");
    assert_eq!(desk("employees"), "help_desk");
    assert_eq!(rule(world, "charge.windows"), 3, "CISO, CIO and the other officers");
    let mut last = None;
    for part in LINES {
        last = Some(world.make("charge", json!({"part": part.id(), "role": role.as_str()})).id);
    }
    assert_eq!(rule(world, "charge.windows"), 0);
    let line = last.unwrap();
    assert_eq!(found(world, ("charge", &line), "charge.line").len(), 1, "how it is shared");
    world.edit("csirt", ("charge", &line), json!({"how": "1時間ごとに電話する"})).unwrap();
    assert!(found(world, ("charge", &line), "charge.line").is_empty());
}

/// IPA-138: what is contracted is known in advance, and judging and coordinating stay inside.
#[test]
fn judging_stays_inside_and_services_time_and_cost_of_help_are_known() {
    let world = &World::new();
    let id = world.make("contact", json!({"name": "守りの会社", "kind": "security_vendor"})).id;
    let rule = |world: &World| found(world, ("contact", &id), "contact.contracted");
    assert!(rule(world).is_empty(), "nothing is contracted");
    world.edit("csirt", ("contact", &id), json!({"responds": true})).unwrap();
    assert_eq!(rule(world).len(), 4);
    let outside = world.role("external_support").id;
    let fields = json!({"services": "解析と封じ込めの支援", "work_time": "月20時間",
        "cost": "超過は1時間3万円", "judged_by": outside.as_str()});
    world.edit("csirt", ("contact", &id), fields).unwrap();
    assert_eq!(rule(world), ["判断と調整が社外の役割に任されています。"]);
    let inside = world.role("security_manager").id;
    world.edit("csirt", ("contact", &id), json!({"judged_by": inside.as_str()})).unwrap();
    assert!(rule(world).is_empty());
    // In an incident too: neither the decision nor the lead is of somebody outside.
    let vendor = world.people["external_support"].as_str();
    let incident = world.incident(json!({"lead": vendor}));
    assert_eq!(found(world, ("incident", &incident), "incident.lead_inside").len(), 1);
    let decided = json!({"incident": incident.as_str(), "topic": "containment", "question": "止める",
        "decision": "止める", "decider": vendor, "decided_at": world.app.now().millis()});
    let decision = world.create("csirt", "decision", decided).unwrap().id;
    assert_eq!(found(world, ("decision", &decision), "decision.inside").len(), 1);
    let lead = json!({"lead": world.people["csirt"].as_str()});
    world.edit("csirt", ("incident", &incident), lead).unwrap();
    assert!(found(world, ("incident", &incident), "incident.lead_inside").is_empty());
}

/// NI-425 and NI-426: one team on the attack and one on restoration, with an agreement beforehand.
#[test]
fn two_teams_are_named_while_attacked_and_restoring_by_an_agreement_made_before() {
    let world = &World::new();
    let org = org(world);
    let person = |kind: &str| world.people[kind].as_str().to_owned();
    let there = |world: &World| found(world, ("organisation", &org), "team_plan.there").len();
    assert_eq!(there(world), 1);
    let plan = world.make("team_plan", json!({"title": "二つの班"})).id;
    assert_eq!(found(world, ("team_plan", &plan), "team_plan.whole").len(), 6);
    world
        .edit(
            "csirt",
            ("team_plan", &plan),
            json!({"attack_work": "侵入を追う",
            "restoration_work": "戻す", "cooperation": "30分ごとに話す",
            "new_attack": "復旧を止めるかを決める", "decider": person("ciso")}),
        )
        .unwrap();
    assert_eq!(found(world, ("team_plan", &plan), "team_plan.whole").len(), 1, "not approved");
    assert_eq!(there(world), 1);
    world.edit("csirt", ("team_plan", &plan), json!({"approved_on": "2026-11-01"})).unwrap();
    assert_eq!(there(world), 0);
    let system = world.make("system", json!({"name": "会計", "rto": 60})).id;
    let stopped = json!([{"system": system.as_str(), "stopped_at": world.app.now().millis()}]);
    let incident = world.incident(json!({"systems": stopped}));
    let rule = |world: &World| found(world, ("incident", &incident), "incident.two_teams");
    assert_eq!(
        rule(world),
        [
            "「サービスを復旧する班」がまだ決まっていません。",
            "「攻撃に対応する班」がまだ決まっていません。"
        ]
    );
    for (side, lead) in [("attack", "technical_lead"), ("restoration", "it_manager")] {
        world
            .create(
                "csirt",
                "response_team",
                json!({"incident": incident.as_str(), "side": side,
                "lead": person(lead), "plan": plan.as_str()}),
            )
            .unwrap();
    }
    assert!(rule(world).is_empty());
    let failure = world.incident(json!({"kind": "system_failure", "systems": stopped}));
    let none = found(world, ("incident", &failure), "incident.two_teams");
    assert!(none.is_empty(), "a failure has no attacker");
}
