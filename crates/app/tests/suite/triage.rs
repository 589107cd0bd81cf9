//! Triage: written criteria, effect, urgency, decision; past cases and what helps where it is new.

use super::harness::{NIGHT, World, fields, on_each, opened};
use okiagari_model::{RecordId, register};
use serde_json::json;

fn criterion(world: &World, name: &str, says: &str) -> RecordId {
    let body = json!({"name": name, "says": says, "approved_on": "2026-04-01"});
    world.create("security_manager", "incident_criterion", body).unwrap().id
}

/// Everything that a triage asks for, with the criteria answered.
fn verdict(report: &RecordId, criteria: &[(&RecordId, &str, &str)]) -> serde_json::Value {
    let rows: Vec<serde_json::Value> = criteria
        .iter()
        .map(|(id, text, met)| json!({"criterion": id.as_str(), "text": text, "met": met}))
        .collect();
    json!({"report": report.as_str(), "kind": "malware", "criteria": rows,
        "effect": "受発注が止まる", "severity": "high", "urgency": "now", "met_before": "no",
        "resources_note": "夜間で連絡がつかない", "decision": "respond", "reason": "暗号化が進んでいる",
        "answer": "知らせてくださり、ありがとうございます。"})
}

/// NI-178, NI-282: event, assets, services, effect, urgency, decision, reason, decider and time in
/// one record; every written criterion is applied and kept with the result.
#[test]
fn every_event_is_judged_by_all_written_criteria_and_the_report_follows() {
    on_each(|world| {
        let outside = criterion(world, "会社の情報が社外から見える", "incident");
        let stopped = criterion(world, "業務が止まった", "incident");
        let system = world.make("system", json!({"name": "受発注", "rto": 60})).id;
        let asset = world.make("asset", json!({"name": "顧客名簿"})).id;
        let report = world.create("csirt", "report", json!({"what": "画面に脅迫文"})).unwrap().id;
        let names = ["会社の情報が社外から見える", "業務が止まった"];
        let mut one = verdict(&report, &[(&outside, names[0], "unknown")]);
        one["systems"] = json!([system.as_str()]);
        one["assets"] = json!([asset.as_str()]);
        let refused = world.create("csirt", "triage", one.clone()).unwrap_err();
        assert_eq!(fields(refused), [("criteria".to_owned(), "not_applied")]);
        assert_eq!(world.get(("report", &report)).text("state"), "received", "nothing was done");
        one["criteria"] = verdict(
            &report,
            &[(&outside, names[0], "unknown"), (&stopped, names[1], "yes")],
        )["criteria"]
            .clone();
        world.pass(60_000);
        let made = world.create("csirt", "triage", one).unwrap();
        let triage = world.get(("triage", &made.id));
        assert_eq!(triage.text("event"), "画面に脅迫文");
        assert_eq!(triage.ids("judge"), [world.people["csirt"].as_str()]);
        assert_eq!(triage.time("decided_at").unwrap().millis(), NIGHT + 60_000);
        // In the same change: the report is judged and its incident opened with all of it.
        let incident = opened(&made, "incident").remove(0);
        let r = world.get(("report", &report));
        assert_eq!((r.text("state"), r.text("criterion")), ("incident", "業務が止まった"));
        assert_eq!(r.leaf, triage.leaf, "one change, one leaf");
        assert_eq!(triage.ids("incident"), [incident.as_str()], "it belongs to the case");
        let i = world.get(("incident", &incident));
        assert_eq!(
            (i.text("kind"), i.text("severity"), i.text("priority")),
            ("malware", "high", "now")
        );
        assert_eq!(i.rows("systems").next().unwrap()["system"], system.as_str());
        assert_eq!(i.ids("assets"), [asset.as_str()]);
        assert!(world.findings(("report", &report), "report.triaged").is_empty());
        // The result keeps the wording of then.
        world
            .edit("security_manager", ("incident_criterion", &stopped), json!({"name": "別の文"}))
            .unwrap();
        let kept = world.get(("triage", &made.id));
        assert_eq!(kept.rows("criteria").nth(1).unwrap()["text"], "業務が止まった");
        // It is corrected by a further one only.
        let edit = world.edit("csirt", ("triage", &made.id), json!({"reason": "ほか"}));
        assert!(edit.is_err());
        world.verifies();
    });
}

/// NI-178: watch and close; a verdict past the criteria and one without criteria are pointed out.
#[test]
fn watching_is_looked_at_again_and_verdicts_without_criteria_are_named() {
    on_each(|world| {
        let organisation = world.all("organisation").remove(0).id;
        let org = ("organisation", &organisation);
        let rule = "incident_criterion.written";
        assert_eq!(world.findings(org, rule).len(), 1, "no criterion is written yet");
        let stopped = criterion(world, "業務が止まった", "incident");
        assert!(world.findings(org, rule).is_empty());
        let report = world.create("csirt", "report", json!({"what": "遅い"})).unwrap().id;
        let mut v = verdict(&report, &[(&stopped, "業務が止まった", "no")]);
        v["decision"] = "watch".into();
        world.create("reporting_desk", "triage", v.clone()).unwrap();
        let it = ("report", &report);
        assert_eq!(world.get(it).text("state"), "watching");
        world.pass(7 * 86_400_000 - 1);
        world.app.tick().unwrap();
        assert!(world.findings(it, "report.watched").is_empty());
        world.pass(1);
        world.app.tick().unwrap();
        assert_eq!(world.findings(it, "report.watched").len(), 1);
        // Judged again: closed although a criterion says otherwise, which is pointed out.
        v["decision"] = "close".into();
        v["criteria"] =
            verdict(&report, &[(&stopped, "業務が止まった", "yes")])["criteria"].clone();
        let closed = world.create("csirt", "triage", v).unwrap();
        assert_eq!(world.get(it).text("state"), "not_incident");
        assert!(world.findings(it, "report.watched").is_empty());
        assert_eq!(world.findings(("triage", &closed.id), "triage.against").len(), 1);
        // By the short way, at night: possible, and named until the criteria are applied.
        let quick = world.create("csirt", "report", json!({"what": "暗号化"})).unwrap().id;
        world
            .step("csirt", ("report", &quick), "open_incident", json!({"event": "malware"}))
            .unwrap();
        assert_eq!(world.findings(("report", &quick), "report.triaged").len(), 1);
        // Whoever may not judge reports may not triage either.
        let again = world.create("csirt", "report", json!({"what": "別"})).unwrap().id;
        let v = verdict(&again, &[(&stopped, "業務が止まった", "no")]);
        assert!(world.create("pr_lead", "triage", v.clone()).is_err());
        let (_, employee) = world.employee("一般", None);
        assert!(world.create_as(&employee, "triage", v).is_err());
        assert_eq!(world.get(("report", &again)).text("state"), "received");
    });
}

/// JP-27, JP-28: like cases are offered to the judge; met before or not is decided; used cases are
/// linked and their know-how is at hand.
#[test]
fn like_cases_are_offered_and_used_ones_bring_their_know_how() {
    on_each(|world| {
        let system = world.make("system", json!({"name": "共有サーバー", "rto": 60})).id;
        let past = world.incident(json!({"title": "ランサムウェアで共有フォルダーが暗号化",
            "kind": "malware", "method": "請求書を装うメール", "outcome": "控えから2日で復旧",
            "systems": [{"system": system.as_str()}]}));
        world
            .create(
                "csirt",
                "improvement",
                json!({"incident": past.as_str(),
            "measure": "添付の実行を止める"}),
            )
            .unwrap();
        world
            .create(
                "csirt",
                "decision",
                json!({"incident": past.as_str(), "topic": "containment",
            "question": "止めるか", "decision": "共有を切った", "decided_at": NIGHT}),
            )
            .unwrap();
        world.incident(json!({"title": "停電", "kind": "natural_disaster"}));
        let body = json!({"what": "ランサムウェアの脅迫文", "event": "malware",
            "systems": [system.as_str()]});
        let report = world.create("csirt", "report", body).unwrap().id;
        let ctx = world.ctx("csirt");
        let like = world.app.similar_cases(&ctx, &world.get(("report", &report)), 5).unwrap();
        assert_eq!(like.len(), 1, "what is not alike is not offered");
        assert_eq!(like[0].case.id, past);
        assert!(like[0].like.kind && like[0].like.systems == [system.clone()]);
        assert_eq!(like[0].like.words, ["ランサムウェア"]);
        // A case for members only is offered to nobody else.
        world
            .edit(
                "csirt",
                ("incident", &past),
                json!({"sharing": "members",
            "lead": world.people["ciso"].as_str()}),
            )
            .unwrap();
        let r = world.get(("report", &report));
        assert!(world.app.similar_cases(&ctx, &r, 5).unwrap().is_empty());
        world.edit("ciso", ("incident", &past), json!({"sharing": "responders"})).unwrap();
        // Met before: which case must be said.
        let mut v = verdict(&report, &[]);
        v["met_before"] = "yes".into();
        let bare = fields(world.create("csirt", "triage", v.clone()).unwrap_err());
        assert_eq!(bare, [("past_cases".to_owned(), "required")]);
        v["past_cases"] = json!([past.as_str()]);
        let made = world.create("csirt", "triage", v.clone()).unwrap();
        let incident = opened(&made, "incident").remove(0);
        let i = world.get(("incident", &incident));
        assert_eq!(i.ids("past_cases"), [past.as_str()]);
        let taught = world.app.know_how(&ctx, &i).unwrap();
        assert_eq!(taught[0].case.text("method"), "請求書を装うメール");
        assert_eq!(taught[0].decisions[0].text("decision"), "共有を切った");
        assert_eq!(taught[0].improvements[0].text("measure"), "添付の実行を止める");
        let view = world.app.record(&ctx, register("incident").unwrap(), &past, None).unwrap();
        assert!(view.links_in.iter().any(|l| l.id == incident), "used cases are linked");
    });
}

/// JP-30: where it is new, three resources are considered: people, other organisations, owners.
#[test]
fn three_resources_are_offered_and_asked_for_where_an_event_is_new() {
    on_each(|world| {
        let person = |name: &str, more: serde_json::Value| {
            let mut body = json!({"name": name});
            super::harness::merge(&mut body, more);
            world.make("person", body).id
        };
        let veteran = person("経験 太郎", json!({"experience": ["malware"]}));
        let other = person("経験 花子", json!({"experience": ["system_failure"]}));
        let owner = person("管理 一郎", json!({}));
        let system =
            world.make("system", json!({"name": "会計", "rto": 60, "owner": owner.as_str()})).id;
        let expert = world.make("contact", json!({"name": "専門機関", "kind": "expert_body"})).id;
        world.make("contact", json!({"name": "通信社", "kind": "media"}));
        let body = json!({"what": "暗号化", "event": "malware", "systems": [system.as_str()]});
        let report = world.create("csirt", "report", body).unwrap().id;
        let ctx = world.ctx("csirt");
        let help = world.app.resources(&ctx, &world.get(("report", &report))).unwrap();
        let ids: Vec<&RecordId> = help.experienced.iter().map(|p| &p.id).collect();
        assert_eq!(ids, [&veteran, &other], "who knows this very kind comes first");
        assert_eq!(help.outside.iter().map(|c| &c.id).collect::<Vec<_>>(), [&expert]);
        assert_eq!(help.owners, [(owner.clone(), "管理 一郎".to_owned())]);
        let mut v = verdict(&report, &[]);
        v.as_object_mut().unwrap().remove("resources_note");
        v["decision"] = "watch".into();
        v["experienced"] = json!([veteran.as_str()]);
        let made = world.create("csirt", "triage", v.clone()).unwrap();
        let rule = "triage.three_resources";
        let mut open: Vec<String> =
            world.findings(("triage", &made.id), rule).into_iter().map(|f| f.field).collect();
        open.sort();
        assert_eq!(open, ["outside", "owners"]);
        v["outside"] = json!([expert.as_str()]);
        v["owners"] = json!([owner.as_str()]);
        let full = world.create("csirt", "triage", v).unwrap();
        assert!(world.findings(("triage", &full.id), rule).is_empty());
    });
}

/// NI-276, NI-283, IPA-133: watching and noticing, triage, response, communication, each stage with
/// its record: detected, documented, put in order, analysed, coordinated, told.
#[test]
fn an_event_goes_from_monitoring_to_communication_through_all_its_stages() {
    on_each(|world| {
        let csirt = world.ctx("csirt");
        // Monitoring: noticed, by one signal or by people; one intake for both.
        let rule = json!({"name": "暗号化の兆し", "within": 5, "lines": [{"kind": "ransom"}]});
        world.create("csirt", "signal_rule", rule).unwrap();
        let seen = okiagari_model::prepare::signal_rule::Signal {
            source: "EDR".into(),
            at: NIGHT,
            asset: "PC-1".into(),
            kind: "ransom".into(),
            text: String::new(),
            severity: "high".into(),
        };
        let report = world.app.signal(&csirt, seen).unwrap().report.unwrap().id;
        assert!(world.app.home(&csirt).unwrap().reports.iter().any(|r| r.id == report));
        // Triage: facts, order of priority, decision to act.
        let made = world.create("csirt", "triage", verdict(&report, &[])).unwrap();
        let case = opened(&made, "incident").remove(0);
        let it = ("incident", &case);
        assert_eq!(world.get(it).text("priority"), "now");
        // Response: analysis, escalation, cooperation; the fix stands as steps of the incident.
        let lead = world.people["csirt"].as_str();
        let organised =
            json!({"severity": "high", "priority": "now", "lead": lead, "sharing": "responders"});
        let started = world.step("csirt", it, "organise", organised).unwrap();
        assert!(!opened(&started, "task").is_empty());
        let case_id = case.as_str();
        for (register, body) in [
            (
                "analysis",
                json!({"incident": case_id, "statement": "入口は添付", "certainty": "fact"}),
            ),
            (
                "timeline_entry",
                json!({"incident": case_id, "at": NIGHT, "kind": "event", "text": "検知"}),
            ),
            (
                "evidence",
                json!({"incident": case_id, "name": "ログ", "kind": "log", "taken_at": NIGHT}),
            ),
        ] {
            world.create("csirt", register, body).unwrap();
        }
        let premature = world.step("csirt", it, "eradicate", json!({}));
        assert!(premature.is_err(), "no stage is left out");
        world.step("csirt", it, "contain", json!({})).unwrap();
        // Risk communication: those concerned are told, on the record of the case.
        let told = json!({"incident": case_id, "subject": "状況", "text": "封じ込めた", "audience": "partners",
            "tlp": "amber", "channel": "telephone"});
        let message = world.create("csirt", "message", told).unwrap().id;
        let room = world.app.room(&csirt, &case, None).unwrap();
        assert_eq!(room.reports.len(), 1);
        assert_eq!(room.analysis.len(), 1);
        assert!(room.messages.iter().any(|m| m.id == message));
        let stages = ["detected_at", "reported_at", "organised_at", "contained_at"];
        let i = world.get(it);
        assert!(stages.iter().all(|s| i.time(s).is_some()), "each stage has its time");
        // Watched, sorted, analysed, reported: what was no incident went the same way.
        let odd = world.create("csirt", "report", json!({"what": "広告"})).unwrap().id;
        let mut no = verdict(&odd, &[]);
        no["decision"] = "close".into();
        world.create("csirt", "triage", no).unwrap();
        assert_eq!(world.get(("report", &odd)).text("state"), "not_incident");
    });
}
