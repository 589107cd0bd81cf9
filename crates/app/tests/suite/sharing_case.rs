//! A case for members only, with a record in each register that belongs to cases.

use super::harness::{NIGHT, World};
use okiagari_model::{REGISTERS, RecordId, RegisterDef};
use serde_json::json;

/// A word that stands in every record of the case and nowhere else.
pub const WORD: &str = "極秘案件";

/// A case for members only with a record in each register of a case.
pub fn restricted_case(world: &World) -> (RecordId, RecordId, Vec<(&'static str, RecordId)>) {
    let (member, _) = world.employee("案件の 人", None);
    let department = world.make("department", json!({"name": "営業部"})).id;
    let system = world.make("system", json!({"name": "会計", "rto": 60})).id;
    let lead = world.people["csirt"].as_str();
    let incident = world.incident(json!({"title": WORD, "summary": WORD, "lead": lead,
        "members": [member.as_str()], "department": department.as_str(),
        "sharing": "responders", "personal_data": true, "personal_data_at": NIGHT,
        "causes": [{"key": "C1", "class": "human", "text": WORD}],
        "systems": [{"system": system.as_str(), "stopped_at": NIGHT}]}));
    let mut children = vec![("incident", incident.clone())];
    let case = incident.as_str();
    for (name, fields) in [
        (
            "timeline_entry",
            json!({"at": NIGHT, "kind": "event", "text": WORD,
            "about": format!("system/{system}")}),
        ),
        ("task", json!({"title": WORD})),
        (
            "decision",
            json!({"topic": "other", "question": WORD, "decision": WORD,
            "decided_at": NIGHT}),
        ),
        (
            "evidence",
            json!({"name": WORD, "kind": "log", "taken_at": NIGHT,
            "system": system.as_str()}),
        ),
        ("analysis", json!({"statement": WORD, "certainty": "fact"})),
        ("message", json!({"subject": WORD, "text": WORD, "channel": "mail"})),
        ("review", json!({"title": WORD, "held_at": NIGHT})),
        ("improvement", json!({"measure": WORD})),
        ("device_scan", json!({"title": WORD, "devices": "PC-01"})),
        ("closing", json!({"title": WORD})),
        (
            "service_level",
            json!({"system": system.as_str(), "at": NIGHT, "level": 0, "phase": "fall",
            "note": WORD}),
        ),
    ] {
        let mut fields = fields;
        fields["incident"] = case.into();
        children.push((name, world.create("csirt", name, fields).unwrap().id));
    }
    let report = world.make("report", json!({"what": WORD})).id;
    world
        .step("csirt", ("report", &report), "join", json!({"incident": case, "answer": "対応中"}))
        .unwrap();
    children.push(("report", report));
    let o = world.obligation("tokyo-filing", "plan").unwrap();
    children.push(("obligation", o.id));
    let opened = json!({"incident": case, "subject": format!("incident/{case}"), "way": "record",
        "at": NIGHT, "account": "acct_csirt"});
    children.push(("access_entry", world.make("access_entry", opened).id));
    children.extend(later_registers(world, case, &children));
    let evidence = children.iter().find(|(n, _)| *n == "evidence").unwrap().1.clone();
    children.extend(super::reconnect_case::one_of_each(world, case, WORD, evidence.as_str()));
    // The way back of the stopped system opened by itself.
    let way = world.all("restoration").into_iter().find(|w| w.text("incident") == case).unwrap();
    world.edit("csirt", ("restoration", &way.id), json!({"title": WORD})).unwrap();
    children.push(("restoration", way.id));
    let registers: Vec<&str> = children.iter().map(|(r, _)| *r).collect();
    // Counsel's channel is a case of its own, with people of its own.
    let of_a_case = |def: &&&RegisterDef| {
        def.access_field(okiagari_model::Access::Case).is_some_and(|f| f.points_to("incident"))
    };
    for def in REGISTERS.iter().filter(of_a_case) {
        assert!(registers.contains(&def.id), "{} belongs to cases and is not tried here", def.id);
    }
    world.edit("csirt", ("incident", &incident), json!({"sharing": "members"})).unwrap();
    (incident, member, children)
}

/// A record in each register of plans at work, of the headquarters and of telling.
fn later_registers(
    world: &World,
    case: &str,
    children: &[(&'static str, RecordId)],
) -> Vec<(&'static str, RecordId)> {
    let of = |name: &str| children.iter().find(|(n, _)| *n == name).unwrap().1.as_str();
    let (lead, decision, message) = (world.people["csirt"].as_str(), of("decision"), of("message"));
    let steps = json!([{"key": "a", "text": "手順", "kind": "do", "role": "csirt"}]);
    let playbook = world.make("playbook", json!({"name": "公開の手順", "steps": steps})).id;
    let plan = world.make("written_plan", json!({"name": "公開の計画", "kind": "cp"})).id;
    let judged = world.make("report", json!({"what": WORD})).id;
    let partner = world.make("contact", json!({"name": "相手", "kind": "partner"})).id;
    let second = world.incident(json!({"title": "別の入口"}));
    [
        ("play", json!({"playbook": playbook.as_str(), "why": WORD})),
        (
            "plan_start",
            json!({"plan": plan.as_str(), "trigger": "failure", "recognised_at": NIGHT,
            "ground": WORD, "name": WORD, "version": 1}),
        ),
        ("headquarters", json!({"name": WORD, "head": lead, "judgement": decision})),
        (
            "loss_account",
            json!({"who": lead, "device": WORD, "noticed_at": NIGHT, "noticed_where": WORD,
            "contents": WORD, "protections": WORD, "steps": WORD}),
        ),
        (
            "delivery",
            json!({"message": message, "recipient": WORD, "channel": "telephone", "at": NIGHT,
            "result": "told", "told_by": lead}),
        ),
        (
            "disclosure",
            json!({"question": WORD, "tell": false, "why": WORD, "decider": lead,
            "decided_at": NIGHT}),
        ),
        ("hold", json!({"title": WORD})),
        ("collection", json!({"data": WORD, "loss": "destroyed"})),
        ("containment", json!({"target": WORD, "phase": "containment", "means": "other"})),
        ("evidence_package", json!({"receiver": WORD, "purpose": WORD, "made_at": NIGHT})),
        ("notice_form", json!({"title": WORD, "stage": "first"})),
        ("publication", json!({"title": WORD, "fact": WORD, "handling": WORD, "questions": WORD})),
        (
            "triage",
            json!({"report": judged.as_str(), "kind": "cyber_attack", "effect": WORD,
            "severity": "high", "urgency": "now", "met_before": "no", "decision": "respond",
            "joins": case, "reason": WORD}),
        ),
        ("event_share", json!({"report": judged.as_str(), "text": WORD, "person": lead})),
        ("regroup", json!({"way": "merge", "other": second.as_str(), "title": WORD, "why": WORD})),
        ("case_order", json!({"respond": "now", "resources": WORD, "decided_at": NIGHT})),
        ("indicator", json!({"kind": "file", "value": WORD, "state": "suspected"})),
        (
            "log_merge",
            json!({"source": WORD, "zone": "UTC", "skew_seconds": 0, "time_column": "t"}),
        ),
        ("effort", json!({"what": WORD, "kind": "own", "on": "2026-11-21", "minutes": 30})),
        (
            "escalation",
            json!({"question": WORD, "meaning": WORD, "first_response": WORD, "recovery": WORD,
            "within": 60}),
        ),
        ("urgent_check", json!({"method": WORD, "ground": WORD, "known_at": NIGHT})),
        (
            "heightened_watch",
            json!({"what": WORD, "ground": WORD, "from_at": NIGHT, "until": NIGHT + 60_000}),
        ),
        ("tamper_check", json!({"title": WORD})),
        (
            "briefing",
            json!({"happened": WORD, "effect": WORD, "response": WORD, "by": lead, "at": NIGHT}),
        ),
        (
            "sighting",
            json!({"object": WORD, "event": WORD, "source": WORD, "from_at": NIGHT,
            "to_at": NIGHT, "says": "seen"}),
        ),
        ("root_cause", json!({"title": WORD, "open_points": [WORD]})),
        (
            "attack_method",
            json!({"technique": WORD, "tactic": "impact", "procedure": WORD, "confidence": "low"}),
        ),
        (
            "lesson_release",
            json!({"title": WORD, "source_limit": "amber", "release_as": "amber",
            "audience": ["partners"], "cleaned": WORD}),
        ),
        ("paging", json!({"cause": "hand", "words": WORD})),
        ("handover", json!({"from": lead, "to": world.people["ciso"].as_str(), "note": WORD})),
        ("response_team", json!({"side": "attack", "lead": lead, "task": WORD})),
        ("link", json!({"name": WORD, "counterparty": partner.as_str(), "connection": "vpn"})),
    ]
    .map(|(name, mut fields)| {
        fields["incident"] = case.into();
        (name, world.make(name, fields).id)
    })
    .into_iter()
    .chain(reconnection_registers(world, case))
    .collect()
}

/// A record in each register of a reconnection case.
fn reconnection_registers(world: &World, case: &str) -> Vec<(&'static str, RecordId)> {
    let lead = world.people["csirt"].as_str();
    let reconnection = world
        .make(
            "reconnection",
            json!({"title": WORD, "side": "compromised", "goal": WORD, "scope": "cyber",
            "scope_line": WORD, "accountable": lead, "incident": case}),
        )
        .id;
    let of = |r: &okiagari_model::Record| r.text("reconnection") == reconnection.as_str();
    let phase = world.all("reconnect_phase").into_iter().find(of).unwrap().id;
    world.edit("csirt", ("reconnect_phase", &phase), json!({"name": WORD})).unwrap();
    let entries = [
        ("isolated_part", json!({"name": WORD, "isolated_at": NIGHT})),
        (
            "gate_check",
            json!({"phase": phase.as_str(), "criterion": WORD, "measure": WORD, "needed": WORD,
            "reached": WORD, "shown_by": WORD, "verdict": "reached", "judged_by": lead,
            "judged_at": NIGHT}),
        ),
        (
            "departure",
            json!({"kind": "other", "done": WORD, "why": WORD, "approver": lead, "at": NIGHT}),
        ),
        (
            "impact",
            json!({"what": WORD, "area": "market", "exposure": "financial", "estimate": WORD,
            "basis": WORD, "confidence": "low", "on": "2026-11-21"}),
        ),
        (
            "repair_check",
            json!({"kind": "entry", "parts": WORD, "check": WORD, "method": WORD,
            "result": "passed", "on": "2026-11-21", "checker": lead}),
        ),
        ("wind_down", json!({"title": WORD})),
    ];
    let mut made: Vec<(&'static str, RecordId)> = entries
        .into_iter()
        .map(|(name, mut fields)| {
            fields["reconnection"] = reconnection.as_str().into();
            (name, world.make(name, fields).id)
        })
        .collect();
    made.extend([("reconnect_phase", phase), ("reconnection", reconnection)]);
    made
}
