//! Shipped playbooks: sound, complete in both languages, and with the branches of their sources.

use okiagari_catalog::{Catalog, ShippedPlaybook};
use okiagari_model::prepare::plan::{Run, next_steps};
use okiagari_model::prepare::playbook::{Point, Step, StepKind};
use okiagari_model::{Choice, Lang};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn book(id: &str) -> ShippedPlaybook {
    let mut all = Catalog::shipped().playbooks().unwrap();
    all.retain(|b| b.id == id);
    all.pop().unwrap()
}

/// Plays a playbook to its end, each question answered by the first answer that is not yet used
/// up; a question asked again takes its next answer. Returns the keys in the order of opening.
fn play(steps: &[Step], answers: &[(&str, &str)]) -> Vec<String> {
    let mut runs: Vec<Run> = Vec::new();
    let mut answers = answers.to_vec();
    for _ in 0..200 {
        for o in next_steps(steps, &runs) {
            runs.push(Run { key: o.key, round: o.round, over: false, answer: None });
        }
        let Some(run) = runs.iter_mut().find(|r| !r.over) else {
            return runs.into_iter().map(|r| r.key).collect();
        };
        run.over = true;
        let step = steps.iter().find(|s| s.key == run.key).unwrap();
        if step.kind == StepKind::Decide {
            let at = answers.iter().position(|(k, _)| *k == run.key);
            let answer = at.map(|i| answers.remove(i).1.to_owned());
            // Left to itself it takes an answer that does not lead back.
            let onward = |id: &str| {
                let back = |s: &&Step| {
                    s.kind == StepKind::Return
                        && s.conditions().iter().any(|(k, a)| *k == run.key && *a == id)
                };
                !steps.iter().any(|s| back(&s))
            };
            let other = || step.choices().into_iter().rev().find(|a| onward(&a.id));
            run.answer = Some(answer.unwrap_or_else(|| other().unwrap().id));
        }
    }
    panic!("it does not come to an end");
}

#[test]
fn all_named_playbooks_are_shipped_in_both_languages() {
    let all = Catalog::shipped().playbooks().unwrap();
    let ids: BTreeSet<&str> = all.iter().map(|b| b.id.as_str()).collect();
    for id in [
        "device-loss",
        "phishing-site",
        "id-misuse",
        "grave-intrusion",
        "ransomware",
        "ddos",
        "web-tampering",
        "supplier-compromised",
        "control-system",
        "misdirected-mail",
        "containment-list",
        "eradication-list",
    ] {
        assert!(ids.contains(id), "{id}");
    }
    for b in &all {
        assert_eq!(b.steps().len(), b.steps.len(), "{}: every step is understood", b.id);
        for s in b.steps() {
            assert!(!s.words(Lang::Ja).is_ascii() && s.words(Lang::En).is_ascii(), "{}", s.key);
        }
    }
}

/// Every step of every playbook is reached by some answers, and every play comes to an end.
#[test]
fn every_step_of_a_shipped_playbook_is_reached_by_some_answers() {
    for b in Catalog::shipped().playbooks().unwrap() {
        let steps = b.steps();
        let questions: Vec<&Step> = steps.iter().filter(|s| s.kind == StepKind::Decide).collect();
        let mut reached: BTreeSet<String> = BTreeSet::new();
        // Each answer of each question once, the others by their last answer (which never goes
        // back) or by their first.
        for q in &questions {
            for a in q.choices() {
                let mut fixed = vec![(q.key.as_str(), a.id.as_str())];
                reached.extend(play(&steps, &fixed));
                let firsts: Vec<(&str, String)> = questions
                    .iter()
                    .filter(|o| o.key != q.key)
                    .map(|o| (o.key.as_str(), o.choices()[0].id.clone()))
                    .collect();
                fixed.extend(firsts.iter().map(|(k, a)| (*k, a.as_str())));
                reached.extend(play(&steps, &fixed));
            }
        }
        for s in steps.iter().filter(|s| s.kind != StepKind::Return) {
            assert!(reached.contains(&s.key), "{}: {} is never reached", b.id, s.key);
        }
    }
}

/// NI-284: steered up to the close, with both decision points, recovery and word inside and out.
#[test]
fn every_playbook_for_a_kind_of_incident_has_all_milestones() {
    for b in Catalog::shipped().playbooks().unwrap().iter().filter(|b| !b.kinds.is_empty()) {
        let steps = b.steps();
        for point in Point::DEF.options {
            let step = steps.iter().find(|s| s.point.is_some_and(|p| p.id() == point.id));
            let step = step.unwrap_or_else(|| panic!("{}: no {}", b.id, point.id));
            if matches!(point.id, "crisis" | "bcp") {
                assert_eq!(step.kind, StepKind::Decide, "{}", b.id);
            }
        }
        assert!(b.kinds.iter().all(|k| k != "unknown"));
    }
}

/// JP-55: the loser, the supervisor, the department; others search; the branch for "not found".
#[test]
fn a_lost_device_is_reported_searched_for_and_may_stay_lost() {
    let b = book("device-loss");
    let steps = b.steps();
    let step = |key: &str| steps.iter().find(|s| s.key == key).unwrap();
    assert_eq!(step("tell_supervisor").minutes.unwrap().0, 10);
    assert_eq!(step("tell_security").after(), ["tell_supervisor"]);
    assert_eq!(step("search").role.unwrap().id(), "department_head");
    assert_eq!((step("account").minutes.unwrap().0, step("rate").minutes.unwrap().0), (60, 120));
    assert_eq!(
        (step("disclose").kind, step("disclose").minutes.unwrap().0),
        (StepKind::Decide, 360)
    );
    let found = play(&steps, &[("disclose", "tell"), ("found", "searching"), ("found", "found")]);
    assert_eq!(found.iter().filter(|k| *k == "search").count(), 2, "the search goes on");
    for key in ["tell_parties", "apologise", "tell_found", "cause", "improve"] {
        assert!(found.iter().any(|k| k == key), "{key}");
    }
    let lost = play(&steps, &[("disclose", "hold"), ("found", "lost")]);
    assert!(lost.iter().any(|k| k == "give_up") && !lost.iter().any(|k| k == "tell_found"));
    assert!(!lost.iter().any(|k| k == "tell_parties"), "told only as decided");
}

/// JP-58: report and request by the guideline, a decision by impact, work with helpers goes on.
#[test]
fn a_fake_site_is_reported_on_decided_by_impact_and_followed_until_it_is_gone() {
    let steps = book("phishing-site").steps();
    let keys = play(&steps, &[("impact", "tell"), ("gone", "still"), ("gone", "gone")]);
    let at = |key: &str| keys.iter().position(|k| k == key).unwrap_or_else(|| panic!("{key}"));
    assert!(
        at("take") < at("request") && at("impact") < at("tell") && at("gone") < at("review_login")
    );
    assert_eq!(keys.iter().filter(|k| *k == "coordinate").count(), 2);
    let quiet = play(&steps, &[("impact", "watch"), ("gone", "gone")]);
    assert!(!quiet.iter().any(|k| k == "tell"));
}

/// JP-61: suspension first, then the change with consent; the notice now or after handling.
#[test]
fn misused_ids_are_suspended_first_and_customers_are_told_as_decided() {
    let steps = book("id-misuse").steps();
    let step = |key: &str| steps.iter().find(|s| s.key == key).unwrap();
    assert_eq!((step("suspend").kind, step("change").kind), (StepKind::Do, StepKind::Consent));
    assert!(step("change").after().contains(&"suspend"));
    let later = play(&steps, &[("like_cases", "yes"), ("timing", "after")]);
    let at = |key: &str| later.iter().position(|k| k == key).unwrap_or_else(|| panic!("{key}"));
    assert!(at("notice_later") > at("restore"), "after handling is done");
    assert!(!later.iter().any(|k| k == "notice_now"));
    let alone = play(&steps, &[("like_cases", "no")]);
    assert!(!alone.iter().any(|k| k.starts_with("notice")) && alone.iter().any(|k| k == "claim"));
}

/// JP-64: headquarters, traces and traffic, priority, isolation again while watching goes on.
#[test]
fn a_grave_intrusion_founds_a_headquarters_and_watching_finds_more_to_isolate() {
    let steps = book("grave-intrusion").steps();
    let watch = steps.iter().find(|s| s.key == "watch").unwrap();
    assert_eq!(watch.kind, StepKind::Watch);
    let keys = play(
        &steps,
        &[
            ("grave", "yes"),
            ("compromised", "yes"),
            ("cut", "part"),
            ("hidden", "yes"),
            ("hidden", "no"),
        ],
    );
    assert_eq!(keys.iter().filter(|k| *k == "isolate").count(), 2);
    for key in ["headquarters", "report_owners", "police", "priority", "lateral", "warn"] {
        assert!(keys.iter().any(|k| k == key), "{key}");
    }
    let light = play(&steps, &[("grave", "no"), ("compromised", "no")]);
    assert!(!light.iter().any(|k| k == "headquarters" || k == "isolate"));
}

/// TK-73: each kind of target has its own way of cutting off; evidence is kept and copied for all.
#[test]
fn containment_is_proposed_by_kind_of_target() {
    let steps = book("containment-list").steps();
    for (target, own) in [("device", "unplug"), ("server", "instance"), ("remote", "from_afar")] {
        let keys = play(&steps, &[("target", target)]);
        for all in ["keep", own, "image"] {
            assert!(keys.iter().any(|k| k == all), "{target}: {all}");
        }
        assert_eq!(keys.len(), 5, "{target}: no other way of cutting off");
    }
    assert!(steps.iter().find(|s| s.key == "unplug").unwrap().text.contains("LANケーブル"));
    assert!(steps.iter().find(|s| s.key == "from_afar").unwrap().text.contains("触れない"));
}

/// TK-77: all work of eradication, and all devices looked at before anything is restored.
#[test]
fn eradication_names_the_cause_and_scans_every_device_before_recovery() {
    let steps = book("eradication-list").steps();
    let cause: Vec<String> = steps[0].choices().into_iter().map(|a| a.id).collect();
    assert_eq!(cause, ["malware", "setting", "hole"]);
    let keys = play(&steps, &[("root", "malware"), ("clean", "none")]);
    let at = |key: &str| keys.iter().position(|k| k == key).unwrap_or_else(|| panic!("{key}"));
    for key in ["files", "registry", "rights", "patch", "accounts", "shut"] {
        assert!(at(key) < at("scan"), "{key}");
    }
    assert!(at("scan") < at("go"));
    let again = play(
        &steps,
        &[("root", "hole"), ("clean", "found"), ("root", "setting"), ("clean", "none")],
    );
    assert_eq!(again.iter().filter(|k| *k == "scan").count(), 2);
}

#[test]
fn a_faulty_playbook_names_file_row_and_key() {
    let mut row = json!({
        "id": "ours", "version": 1, "name": {"ja": "案", "en": "Ours"}, "kinds": ["malware"],
        "about": {"ja": "使うとき", "en": "When"}, "source": {"ja": "自作", "en": "Ours"}, "checked_on": "2026-11-21",
        "steps": [
            {"key": "a", "text": {"ja": "見る", "en": "Look"}, "kind": "do"},
            {"key": "b", "text": {"ja": "直す", "en": "Mend"}, "kind": "do", "after": ["a"]}
        ]
    });
    let read = |row: &Value| {
        let text = json!({"playbooks": [row]}).to_string();
        Catalog::shipped().with_file("playbooks/ours.json", text).playbooks()
    };
    let shipped = Catalog::shipped().playbooks().unwrap().len();
    assert_eq!(read(&row).unwrap().len(), shipped + 1);
    let told = |row: &Value| read(row).unwrap_err().to_string();
    row["steps"][1]["after"] = json!(["z"]);
    assert_eq!(
        told(&row),
        "playbooks/ours.json, row ours, key steps.b: There is no step \"z\" to come after."
    );
    row["steps"][1]["kind"] = json!("hope");
    assert_eq!(told(&row), "playbooks/ours.json, row ours, key steps.b.kind: hope is no option");
    row["steps"][0]["text"]["en"] = json!(" ");
    assert!(told(&row).contains("steps.a.text: lacks a language"));
}
