//! Rules of the European Union and the United States, to the millisecond.

use crate::world::{World, limits, t};
use okiagari_model::Value;
use serde_json::json;

fn major(aware: &str, classified: &str) -> Value {
    json!({"aware_at": t(aware).millis(), "classified_major_at": t(classified).millis()})
}

fn initial(rule: &str, aware: &str, classified: &str) -> okiagari_model::Time {
    let all = World::new().limits(rule, major(aware, classified));
    assert_eq!(all.len(), 1, "only the initial notification is open");
    all[0].1
}

/// Delegated regulation (EU) 2025/301, art. 5(1)(a).
#[test]
fn dora_initial_is_four_hours_from_classification_capped_a_day_after_awareness() {
    let aware = "2026-11-23T08:00:00+01:00";
    let due = |classified| initial("dora", aware, classified);
    assert_eq!(due("2026-11-23T10:00:00+01:00"), t("2026-11-23T14:00:00+01:00"));
    // 22 hours after awareness: only two hours are left.
    assert_eq!(due("2026-11-24T06:00:00+01:00"), t("2026-11-24T08:00:00+01:00"));
    assert_eq!(due("2026-11-24T04:00:00+01:00"), t("2026-11-24T08:00:00+01:00"));
}

/// Art. 5(2): classified only after the 24 hours.
#[test]
fn dora_late_classification_has_four_hours_of_its_own() {
    let aware = "2026-11-23T08:00:00+01:00";
    let due = |classified| initial("dora", aware, classified);
    assert_eq!(due("2026-11-24T08:00:00.001+01:00"), t("2026-11-24T12:00:00.001+01:00"));
    assert_eq!(due("2026-11-25T09:00:00+01:00"), t("2026-11-25T13:00:00+01:00"));
    // Exactly at the cap it is still the cap.
    assert_eq!(due("2026-11-24T08:00:00+01:00"), t("2026-11-24T08:00:00+01:00"));
}

#[test]
fn dora_reports_follow_what_was_submitted() {
    let incident = major("2026-11-23T08:00:00+01:00", "2026-11-23T09:00:00+01:00");
    let world = World::new().done("dora", "initial", "2026-11-23T11:30:00+01:00");
    let expected = limits([("intermediate", "2026-11-26T11:30:00+01:00")]);
    assert_eq!(world.limits("dora", incident.clone()), expected);
    // One month after the intermediate report; 27 December is a Sunday.
    let world = world.done("dora", "intermediate", "2026-11-27T10:00:00+01:00");
    let expected = limits([("final", "2026-12-28T12:00:00+01:00")]);
    assert_eq!(world.limits("dora", incident.clone()), expected);
    // An updated report filed again later does not move it.
    let again = world.done("dora", "intermediate", "2026-12-01T10:00:00+01:00");
    assert_eq!(again.limits("dora", incident.clone()), expected);
    // On an open day the month ends with the day.
    let world = World::new().done("dora", "initial", "2026-11-23T11:30:00+01:00").done(
        "dora",
        "intermediate",
        "2026-11-30T10:00:00+01:00",
    );
    let expected = limits([("final", "2026-12-30T23:59:59.999+01:00")]);
    assert_eq!(world.limits("dora", incident), expected);
}

/// Art. 5(4): noon of the next working day; not for essential or systemic entities.
#[test]
fn dora_weekend_moves_to_noon_unless_systemic() {
    let (aware, classified) = ("2026-11-21T08:00:00+01:00", "2026-11-21T09:00:00+01:00");
    assert_eq!(initial("dora", aware, classified), t("2026-11-23T12:00:00+01:00"));
    assert_eq!(initial("dora-systemic", aware, classified), t("2026-11-21T13:00:00+01:00"));
    // Good Friday to Easter Monday.
    let (aware, classified) = ("2027-03-26T08:00:00+01:00", "2027-03-26T09:00:00+01:00");
    assert_eq!(initial("dora", aware, classified), t("2027-03-30T12:00:00+02:00"));
}

#[test]
fn nis2_has_a_day_three_days_and_a_month_after_the_notification() {
    let aware = t("2027-03-27T10:00:00+01:00");
    let incident = json!({"grave": true, "aware_at": aware.millis()});
    // Summer time begins on 28 March: hours are elapsed.
    let expected = limits([
        ("early_warning", "2027-03-28T11:00:00+02:00"),
        ("notification", "2027-03-30T11:00:00+02:00"),
    ]);
    assert_eq!(World::new().limits("nis2-23", incident.clone()), expected);
    let world = World::new().done("nis2-23", "early_warning", "2027-03-28T10:00:00+02:00").done(
        "nis2-23",
        "notification",
        "2027-03-30T10:00:00+02:00",
    );
    let expected = limits([("final", "2027-04-30T23:59:59.999+02:00")]);
    assert_eq!(world.limits("nis2-23", incident), expected);
}

#[test]
fn gdpr_has_seventy_two_hours_without_relief() {
    let at = t("2026-12-24T10:00:00+01:00");
    let incident = json!({"personal_data": true, "personal_data_at": at.millis()});
    let expected = limits([("authority", "2026-12-27T10:00:00+01:00")]);
    assert_eq!(World::new().limits("gdpr-33", incident.clone()), expected);
    assert_eq!(World::new().limits("gdpr-33-omnibus", incident), []);
}

#[test]
fn form_8k_has_four_business_days() {
    let due = |at: &str| World::new().limits("sec-8k-105", json!({"material_at": t(at).millis()}));
    let filing = |at| limits([("filing", at)]);
    assert_eq!(due("2026-11-17T15:00:00-05:00"), filing("2026-11-23T23:59:59.999-05:00"));
    // Thanksgiving on 26 November lies between.
    assert_eq!(due("2026-11-23T15:00:00-05:00"), filing("2026-11-30T23:59:59.999-05:00"));
    // Determined on a Saturday: Monday is day one.
    assert_eq!(due("2026-11-14T15:00:00-05:00"), filing("2026-11-19T23:59:59.999-05:00"));
    // Late in the evening in New York it is the next day elsewhere.
    assert_eq!(due("2026-11-17T23:30:00-05:00"), filing("2026-11-23T23:59:59.999-05:00"));
}

#[test]
fn rules_with_a_later_start_wait_for_it() {
    let opens = |at: &str| {
        let incident = json!({"grave": true, "aware_at": t(at).millis()});
        World::new().limits("uk-fca-pra", incident).len()
    };
    assert_eq!(opens("2027-03-17T23:59:00Z"), 0);
    assert_eq!(opens("2027-03-18T00:00:00Z"), 1);
}

#[test]
fn a_grave_case_in_hong_kong_has_the_shorter_limit() {
    let due = |grave| {
        let at = t("2026-11-21T09:00:00+08:00");
        let incident = json!({"grave": grave, "aware_at": at.millis()});
        World::new().limits("hk-critical-infrastructure", incident)
    };
    assert_eq!(due(true), limits([("report", "2026-11-21T21:00:00+08:00")]));
    assert_eq!(due(false), limits([("report", "2026-11-23T09:00:00+08:00")]));
}
