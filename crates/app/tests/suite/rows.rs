//! The rows that need more than a field: duties on paper, a desk that is known, retention, the
//! monitoring standard, the improvement sheet.

use super::harness::{NIGHT, World, on_each};
use okiagari_app::AppError;
use okiagari_model::{Change, DAY, MINUTE, RecordId, Time, Zone, register};
use serde_json::json;

fn fields(world: &World, id: (&str, &RecordId), rule: &str) -> Vec<String> {
    let mut fields: Vec<String> = world.findings(id, rule).into_iter().map(|f| f.field).collect();
    fields.sort();
    fields
}

fn said(world: &World, id: (&str, &RecordId), rule: &str) -> String {
    world.findings(id, rule).into_iter().map(|f| f.message.ja).collect::<Vec<_>>().join("\n")
}

/// TK-15: written duties for the four groups; the head of the business commands by what was agreed.
#[test]
fn each_group_has_written_duties_and_the_head_commands_by_an_approved_line() {
    on_each(|world| {
        let org = world.all("organisation").remove(0).id;
        let whole = ("organisation", &org);
        let open = |world: &World| said(world, whole, "organisation.duties");
        for group in ["経営層", "IT担当者", "現場担当者", "CSIRT"] {
            assert!(open(world).contains(group), "{group}: {}", open(world));
        }
        for (kind, group) in [
            ("executive", "経営層"),
            ("it_manager", "IT担当者"),
            ("field_staff", "現場担当者"),
            ("csirt", "CSIRT"),
        ] {
            let role = world.role(kind).id;
            let duties = json!({"duties": "止まったら、まず切り離して報告窓口に電話する。"});
            world.edit("administrator", ("role", &role), duties).unwrap();
            assert!(!open(world).contains(group), "{group}: {}", open(world));
        }
        assert!(open(world).contains("指揮"), "{}", open(world));
        let executive = world.role("executive").id;
        let line = world
            .create(
                "executive",
                "authority",
                json!({"power": "command", "name": "全社の指揮", "situation": "emergency",
                    "decider": executive.as_str()}),
            )
            .unwrap()
            .id;
        assert!(open(world).contains("指揮"), "agreed beforehand means approved");
        let approved = json!({"approved_on": "2026-10-01"});
        world.edit("executive", ("authority", &line), approved).unwrap();
        assert_eq!(open(world), "");
        // Somebody else than the head of the business is not meant.
        let csirt = json!({"decider": world.role("csirt").id.as_str()});
        world.edit("executive", ("authority", &line), csirt).unwrap();
        assert!(open(world).contains("指揮"));
    });
}

/// JP-18: shown to all, announced, and known by a measured share of staff.
#[test]
fn the_desk_is_announced_again_each_year_and_known_by_a_measured_share() {
    on_each(|world| {
        let org = world.all("organisation").remove(0).id;
        let whole = ("organisation", &org);
        let rule = "organisation.desk_known";
        assert_eq!(fields(world, whole, rule), ["desk_announced_on", "desk_knew"]);
        let measured = || {
            let metrics = world.app.metrics(&world.ctx("security_manager"), None).unwrap();
            metrics.into_iter().find(|m| m.def.id == "desk_known").unwrap().now.value
        };
        assert_eq!(measured(), None, "not asked is not measured");
        world.edit("administrator", whole, json!({"desk_announced_on": "2026-11-01"})).unwrap();
        assert_eq!(fields(world, whole, rule), ["desk_knew"]);
        world.edit("administrator", whole, json!({"desk_asked": 30, "desk_knew": 24})).unwrap();
        assert_eq!(measured(), Some(80));
        assert!(
            said(world, whole, rule).contains("80%です（目標90%）"),
            "{}",
            said(world, whole, rule)
        );
        world.edit("administrator", whole, json!({"desk_knew": 29})).unwrap();
        assert!(fields(world, whole, rule).is_empty());
        // A year goes by.
        world.pass(346 * DAY);
        world.app.tick().unwrap();
        assert_eq!(fields(world, whole, rule), ["desk_announced_on"]);
        // Everybody inside sees where it is.
        let (_, somebody) = world.employee("新人", None);
        let view = world.app.record(&somebody, register("organisation").unwrap(), &org, None);
        assert_eq!(view.unwrap().record.text("desk_announced_on"), "2026-11-01");
        assert!(
            world
                .app
                .list(&somebody, &okiagari_app::ListRequest::first(register("role").unwrap(), 100))
                .unwrap()
                .records
                .iter()
                .any(|r| r.text("kind") == "reporting_desk")
        );
    });
}

/// NI-215: a warning before the end, and what the program does then; a legal hold keeps it.
#[test]
fn retention_warns_before_its_end_and_erases_personal_data_after_it_unless_held() {
    on_each(|world| {
        let kept = world
            .create(
                "administrator",
                "record_type",
                json!({"name": "報告", "register": "report", "retention_years": 1}),
            )
            .unwrap()
            .id;
        let it = ("record_type", &kept);
        let rule = "record_type.retention";
        let report = |name: &str| {
            let value = json!({"what": "添付を開いた", "reporter_name": name});
            let id = world.create("csirt", "report", value).unwrap().id;
            let answer = json!({"answer": "問題ありませんでした"});
            world.step("csirt", ("report", &id), "not_incident", answer).unwrap();
            id
        };
        let (old, open) = (report("佐藤 花"), {
            let value = json!({"what": "まだ開いている", "reporter_name": "鈴木 実"});
            world.create("csirt", "report", value).unwrap().id
        });
        let end = Time::from_millis(NIGHT).plus_months(12, &Zone::tokyo()).unwrap();
        let day = |world: &World, at: Time| {
            let now = world.app.now();
            world.pass(at.since(now));
            world.app.tick().unwrap();
        };
        day(world, end.plus(-31 * DAY));
        assert_eq!(said(world, it, rule), "", "not yet");
        day(world, end.plus(-29 * DAY));
        let warned = said(world, it, rule);
        assert!(warned.contains("1件") && warned.contains("2027-11-21"), "{warned}");
        day(world, end.plus(DAY));
        assert!(said(world, it, rule).contains("過ぎた記録が1件"), "{}", said(world, it, rule));
        let name = |id: &RecordId| world.get(("report", id)).text("reporter_name").to_owned();
        assert_eq!(name(&old), "佐藤 花", "a person decides");
        world.edit("administrator", it, json!({"disposal": "erase"})).unwrap();
        day(world, end.plus(3 * DAY));
        assert_eq!((name(&old), name(&open)), (String::new(), "鈴木 実".to_owned()));
        assert_eq!(said(world, it, rule), "");
        let story = world
            .app
            .history(&world.ctx("security_manager"), register("report").unwrap(), &old, None, 10)
            .unwrap();
        assert!(story[0].reason.as_deref().unwrap().contains("1年"), "{story:?}");
        world.verifies();
    });
}

/// NI-215: what a court or an authority may ask for is kept.
#[test]
fn a_legal_hold_keeps_what_retention_would_erase() {
    on_each(|world| {
        let kept = json!({"name": "インシデント", "register": "incident", "retention_years": 1,
            "disposal": "erase"});
        let kept = world.create("administrator", "record_type", kept).unwrap().id;
        let incident = world.incident(json!({"summary": "佐藤さんが開いた", "legal_hold": true}));
        world.step("csirt", ("incident", &incident), "false_alarm", json!({})).unwrap();
        world.pass(400 * DAY);
        world.app.tick().unwrap();
        let it = ("record_type", &kept);
        assert!(said(world, it, "record_type.retention").contains("1件"));
        assert_eq!(world.get(("incident", &incident)).text("summary"), "佐藤さんが開いた");
        world.edit("csirt", ("incident", &incident), json!({"legal_hold": null})).unwrap();
        world.lift_holds(&incident);
        world.pass(400 * DAY);
        world.app.tick().unwrap();
        assert_eq!(world.get(("incident", &incident)).text("summary"), "");
    });
}

/// TK-65: one standard for all systems, remote ones included.
#[test]
fn every_system_is_under_a_complete_line_of_the_monitoring_standard_that_is_looked_at() {
    on_each(|world| {
        let vpn = json!({"name": "VPN装置", "place": "在宅勤務"});
        let vpn = world.create("it_manager", "system", vpn).unwrap().id;
        let it = ("system", &vpn);
        assert_eq!(world.findings(it, "monitoring.system").len(), 1);
        let line = json!({"name": "リモート接続の失敗", "systems": [vpn.as_str()]});
        let line = world.create("csirt", "monitoring", line).unwrap().id;
        assert!(world.findings(it, "monitoring.system").is_empty());
        let rule = "monitoring.complete";
        let of = ("monitoring", &line);
        assert_eq!(fields(world, of, rule), ["alerted", "duty", "sites", "threshold"]);
        let lead = world.role("technical_lead").id;
        world
            .edit(
                "csirt",
                of,
                json!({"alerted": lead.as_str(), "sites": ["remote"], "duty": "daily",
                    "threshold": "1時間に10回", "looked_at": NIGHT}),
            )
            .unwrap();
        assert!(fields(world, of, rule).is_empty());
        world.pass(2 * DAY - MINUTE);
        world.app.tick().unwrap();
        assert!(fields(world, of, "monitoring.looked_at").is_empty());
        world.pass(MINUTE);
        world.app.tick().unwrap();
        assert!(said(world, of, "monitoring.looked_at").contains("毎日"));
        world.edit("csirt", of, json!({"duty": "weekly"})).unwrap();
        assert!(fields(world, of, "monitoring.looked_at").is_empty(), "weekly: not yet");
    });
}

/// TK-105: by viewpoint, with proposals that become improvements.
#[test]
fn the_improvement_sheet_wants_all_its_parts_and_an_improvement_for_each_proposal() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let review = world
            .create(
                "csirt",
                "review",
                json!({"title": "振り返り", "incident": incident.as_str(), "held_at": NIGHT}),
            )
            .unwrap()
            .id;
        let it = ("review", &review);
        let rule = "review.sheet";
        assert_eq!(fields(world, it, rule), ["lessons", "problems", "went_well"]);
        let lesson = |viewpoint: &str, aspect: &str| {
            json!({"viewpoint": viewpoint, "aspect": aspect, "text": "夜の連絡先が古かった",
                "measure": "連絡先を四半期ごとに確かめる"})
        };
        world
            .edit(
                "csirt",
                it,
                json!({"went_well": "早く切り離せた", "problems": "連絡が遅れた",
                    "lessons": [lesson("technology", "report_route")]}),
            )
            .unwrap();
        assert!(said(world, it, rule).contains("観点"), "a route is a matter of procedure");
        let right = json!({"lessons": [lesson("procedure", "report_route")]});
        world.edit("csirt", it, right).unwrap();
        let open = said(world, it, rule);
        assert!(open.contains("連絡先を四半期ごとに確かめる") && !open.contains("観点"), "{open}");
        world
            .create(
                "csirt",
                "improvement",
                json!({"measure": "連絡先を四半期ごとに確かめる", "review": review.as_str(),
                    "incident": incident.as_str()}),
            )
            .unwrap();
        assert_eq!(said(world, it, rule), "", "the base of the plan stands");
    });
}

/// A change of what a running clock was started or computed by is shown at once.
#[test]
fn a_deadline_says_that_the_value_it_was_computed_from_has_changed() {
    on_each(|world| {
        world.set("clock.applies.appi-26", &json!(true));
        let incident = world.incident(json!({"personal_data": true, "personal_data_at": NIGHT}));
        let it = ("incident", &incident);
        let last = || world.obligation("appi-26", "final").unwrap();
        let drift = || said(world, ("obligation", &last().id), "obligation.drift");
        assert_eq!(drift(), "");
        let due = last().time("due_at").unwrap();
        world.edit("csirt", it, json!({"wrongful_purpose": true})).unwrap();
        let found = drift();
        assert!(found.contains("値が変わりました") && found.contains("2027"), "{found}");
        assert_eq!(last().time("due_at"), Some(due), "nothing moves by itself");
        let told = world.told(&world.people["security_manager"]);
        assert!(told.iter().any(|t| t.contains("値が変わりました")), "{told:?}");
        // Taken back, it agrees again.
        world.edit("csirt", it, json!({"wrongful_purpose": null})).unwrap();
        assert_eq!(drift(), "");
        // Known four days earlier than was thought.
        let earlier = json!({"personal_data_at": NIGHT - 4 * DAY});
        world.edit("csirt", it, earlier).unwrap();
        assert!(drift().contains("起算の日時が変わりました"), "{}", drift());
        // Found to be no personal data after all.
        world.edit("csirt", it, json!({"personal_data": null})).unwrap();
        assert!(drift().contains("成り立ちません"), "{}", drift());
        // A decision that keeps the limit settles it.
        let decision = world
            .create(
                "security_manager",
                "decision",
                json!({"incident": incident.as_str(), "question": "期限を変えるか", "decision": "期限はそのままとする",
                    "decided_at": NIGHT, "topic": "other", "why": "届出は念のため行う"}),
            )
            .unwrap()
            .id;
        let keep = json!({"due_at": due.millis(), "moved_by": decision.as_str()});
        world.step("security_manager", ("obligation", &last().id), "move", keep).unwrap();
        assert_eq!(drift(), "");
    });
}

/// What is made in a demo is marked as such, whoever makes it.
#[test]
fn records_made_by_persons_in_a_demo_organisation_are_marked() {
    use okiagari_model::{AccountId, Lang};
    use okiagari_store::server::organisation::Kind;
    on_each(|world| {
        for (id, kind, mark) in [
            ("demo", Kind::Demo, "demo"),
            ("drill", Kind::Exercise, "drill"),
            ("real", Kind::Real, ""),
        ] {
            let (org, made) = world.app.create_org(id, "見本", kind).unwrap();
            let origin = |register_id: &str, id: &RecordId| {
                let everything = okiagari_model::RowFilter::everything();
                let def = register(register_id).unwrap();
                let found = world
                    .app
                    .store()
                    .read(|tx| Ok::<_, AppError>(tx.get(&org, def, id, &everything)?))
                    .unwrap()
                    .unwrap();
                found.text("_origin").to_owned()
            };
            assert_eq!(origin("organisation", &made.id), mark);
            let make = |name: &str, body: serde_json::Value| {
                let def = register(name).unwrap();
                let body = super::harness::body(body);
                let change = Change::Create { def, body, reason: None };
                let actor = okiagari_app::Actor::Program("test");
                world.app.change_as(&org, actor, change).unwrap().id
            };
            let person = make("person", json!({"name": "担当"}));
            make("role", json!({"name": "CSIRT", "kind": "csirt", "holder": person.as_str()}));
            let member = okiagari_app::Member {
                org: org.clone(),
                account: AccountId::new("acct_demo"),
                person: Some(person),
                contact: None,
            };
            let ctx = world.app.ctx(&member, Lang::Ja).unwrap();
            let value = json!({"title": "不審な通信", "kind": "device_loss", "aware_at": NIGHT});
            let made = world.create_as(&ctx, "incident", value).unwrap();
            assert_eq!(origin("incident", &made.id), mark, "{id}: by a person");
            let opened = made.opened.iter().find(|(r, _)| *r == "obligation").unwrap();
            assert_eq!(origin("obligation", &opened.1), mark, "{id}: and what follows from it");
        }
    });
}

/// Who opened a case for members only stands in the record, once a while and person.
#[test]
fn whoever_opens_a_case_for_members_only_is_noted_in_the_record() {
    on_each(|world| {
        let csirt = world.people["csirt"].clone();
        let incident = world.incident(json!({"sharing": "members", "members": [csirt.as_str()]}));
        let plain = world.incident(json!({}));
        let ctx = world.ctx("csirt");
        let def = register("incident").unwrap();
        let notes = || world.all("access_entry");
        world.app.record(&ctx, def, &plain, None).unwrap();
        assert!(notes().is_empty(), "open cases are not noted");
        let outside = world.ctx("general_affairs");
        assert!(matches!(
            world.app.record(&outside, def, &incident, None),
            Err(AppError::NotFound)
        ));
        assert!(notes().is_empty(), "what was refused was not opened");
        world.app.room(&ctx, &incident, None).unwrap();
        world.app.record(&ctx, def, &incident, None).unwrap();
        assert_eq!(notes().len(), 1, "within a while it is one");
        let note = notes().remove(0);
        assert_eq!(note.text("subject"), format!("incident/{incident}"));
        assert_eq!(note.ids("person"), [csirt.as_str()]);
        world.pass(16 * MINUTE);
        world.app.record(&ctx, def, &incident, None).unwrap();
        world.app.history(&ctx, def, &incident, None, 10).unwrap();
        assert_eq!(notes().len(), 3, "later again, and the history is another thing");
        // What belongs to the case counts as well.
        let entry = json!({"incident": incident.as_str(), "at": NIGHT, "kind": "event",
            "text": "関係者から電話"});
        let entry = world.create("csirt", "timeline_entry", entry).unwrap().id;
        world.app.record(&ctx, register("timeline_entry").unwrap(), &entry, None).unwrap();
        assert_eq!(notes().len(), 4);
        // Shown to those who may see the case, and to nobody else.
        let shown = world.app.openings_of(&ctx, def, &incident, 10).unwrap();
        assert_eq!(shown.len(), 3);
        assert!(shown[0].who.contains("CSIRT"), "{shown:?}");
        assert!(world.app.openings_of(&outside, def, &incident, 10).unwrap().is_empty());
        // Nobody makes or changes one, and each has its proof.
        let forged = json!({"subject": format!("incident/{incident}"), "way": "record",
            "at": NIGHT, "account": "somebody"});
        let refused = world.create("csirt", "access_entry", forged).unwrap_err();
        assert!(super::harness::fields(refused).iter().all(|f| f.1 == "set_by_program"));
        let changed = json!({"account": "somebody"});
        let refused = world.edit("security_manager", ("access_entry", &note.id), changed);
        assert!(refused.is_err(), "{refused:?}");
        let of = register("access_entry").unwrap();
        let proof = world.app.proof(&ctx, of, &note.id, 1).unwrap().tlog_proof;
        assert!(world.app.verify_upload(proof.as_bytes()).unwrap().good());
        world.verifies();
    });
}

/// An erasure lists where else the person is named, in today's words and in earlier ones.
#[test]
fn the_erasure_of_a_name_lists_every_record_that_repeats_it() {
    on_each(|world| {
        const NAME: &str = "田中\"虎\"之助";
        let person = world.make("person", json!({"name": NAME, "mail": "tora@example.jp"})).id;
        let titled = world.incident(json!({"title": format!("{NAME}の端末")}));
        let before = world.incident(json!({"summary": format!("{NAME}から電話")}));
        world.edit("csirt", ("incident", &before), json!({"summary": "電話があった"})).unwrap();
        let hidden = world.incident(json!({"sharing": "members",
            "members": [world.people["csirt"].as_str()], "title": format!("{NAME}の処分")}));
        let report = json!({"what": "tora@example.jp から不審なメール"});
        let report = world.create("csirt", "report", report).unwrap().id;
        let manager = world.ctx("security_manager");
        let def = register("person").unwrap();
        let found = world.app.mentions(&manager, def, &person).unwrap();
        assert_eq!(found.words, [NAME, "tora@example.jp"]);
        let fields = |id: &RecordId| -> Option<Vec<&str>> {
            let one = found.found.iter().find(|m| m.id == *id)?;
            assert!(one.may_erase);
            Some(one.fields.iter().map(|f| f.id).collect())
        };
        assert_eq!(fields(&titled), Some(vec!["title"]));
        assert_eq!(fields(&before), Some(vec![]), "only an earlier revision says it");
        assert_eq!(fields(&report), Some(vec!["what", "title"]));
        assert_eq!(fields(&hidden), None);
        assert!(found.hidden >= 1, "that there are more is said, not where");
        assert!(matches!(
            world.app.mentions(&world.ctx("csirt"), def, &person),
            Err(AppError::Forbidden(_))
        ));
        // Titles may say a name, so they can be erased too, and everything still verifies.
        let erase = |id: (&str, &RecordId), fields: &[&str]| {
            let change = Change::Erase {
                def: register(id.0).unwrap(),
                id: id.1.clone(),
                fields: fields.iter().map(|f| (*f).to_owned()).collect(),
                reason: "本人の依頼".to_owned(),
            };
            world.app.change(&manager, change).unwrap();
        };
        world.lift_holds(&titled);
        world.lift_holds(&before);
        erase(("incident", &titled), &["title"]);
        erase(("incident", &before), &["summary"]);
        erase(("report", &report), &["what", "title"]);
        assert!(!world.get(("incident", &titled)).title().contains(NAME));
        let left = world.app.mentions(&manager, def, &person).unwrap();
        let known = |id: &RecordId| left.found.iter().any(|m| m.id == *id);
        assert!(!known(&titled) && !known(&before) && !known(&report), "{left:?}");
        // The case can still be worked on without its title.
        world.step("csirt", ("incident", &titled), "report", json!({})).unwrap();
        world.verifies();
    });
}

/// Tasks that a step opens are in both languages, each in its own field.
#[test]
fn tasks_that_a_step_opens_have_a_title_in_each_language() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let lead = world.people["csirt"].as_str();
        world
            .step(
                "csirt",
                ("incident", &incident),
                "organise",
                json!({"severity": "high", "priority": "now", "lead": lead, "sharing": "responders"}),
            )
            .unwrap();
        let tasks = world.all("task");
        assert!(tasks.len() >= 4);
        for task in tasks {
            assert!(task.text("title_en").is_ascii() && !task.text("title_en").is_empty());
            assert!(!task.text("title").contains(task.text("title_en")), "{}", task.text("title"));
        }
    });
}
