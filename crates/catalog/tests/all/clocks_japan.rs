//! Rules of Japan and of the sources, to the millisecond.

use crate::world::{World, limits, t};
use okiagari_model::{MINUTE, Value};
use serde_json::json;

const LOSS: &str = "jpcert-device-loss";

fn loss() -> Value {
    json!({"kind": "device_loss", "detected_at": t("2026-11-21T09:00:00+09:00").millis()})
}

/// JP-49, JP-51, JP-52, JP-53: 10 minutes, 1 hour, 2 hours, 6 hours from noticing the loss.
#[test]
fn a_lost_device_starts_four_limits_at_once() {
    let expected = limits([
        ("to_supervisor", "2026-11-21T09:10:00+09:00"),
        ("account", "2026-11-21T10:00:00+09:00"),
        ("rating", "2026-11-21T11:00:00+09:00"),
        ("disclosure", "2026-11-21T15:00:00+09:00"),
    ]);
    assert_eq!(World::new().limits(LOSS, loss()), expected);
    let mut other = loss();
    other["kind"] = json!("malware");
    assert_eq!(World::new().limits(LOSS, other), []);
}

/// JP-50: one hour, counted from the supervisor being told, not from the loss.
#[test]
fn the_supervisor_has_an_hour_from_being_told() {
    let world = World::new().done(LOSS, "to_supervisor", "2026-11-21T09:07:00+09:00");
    let (opened, _) = world.open(loss());
    let o = opened.iter().find(|o| o.stage_id == "to_security").unwrap();
    assert_eq!(o.anchor, t("2026-11-21T09:07:00+09:00"));
    assert_eq!(o.due_at, t("2026-11-21T10:07:00+09:00"));
    assert_eq!(
        (o.role.as_str(), o.recipient.en.as_str()),
        ("department_head", "Security department")
    );
}

/// JP-52: the supervisor's second report has two hours; from when is adjustable.
#[test]
fn the_second_report_can_be_counted_from_the_account() {
    let world = World::new().set("clock.jp52.start", "after:account").done(
        LOSS,
        "account",
        "2026-11-21T09:40:00+09:00",
    );
    let rating = ("rating".to_owned(), t("2026-11-21T11:40:00+09:00"));
    assert!(world.limits(LOSS, loss()).contains(&rating));
    let told = World::new().set("clock.jp52.start", "field:reported_at");
    let mut incident = loss();
    incident["reported_at"] = json!(t("2026-11-21T09:05:00+09:00").millis());
    let rating = ("rating".to_owned(), t("2026-11-21T11:05:00+09:00"));
    assert!(told.limits(LOSS, incident).contains(&rating));
}

/// TK-68: the delay of the report is measured against a limit that can be set.
#[test]
fn the_report_delay_has_an_adjustable_limit() {
    let detected = t("2026-11-21T09:00:00+09:00");
    let reported = detected.plus(20 * MINUTE);
    let incident = json!({"detected_at": detected.millis(), "reported_at": reported.millis()});
    let one = |world: World| {
        let (opened, _) = world.open(incident.clone());
        opened.into_iter().find(|o| o.rule_id == "tokyo-report").unwrap()
    };
    let shipped = one(World::new());
    assert_eq!((shipped.due_at, shipped.done_at), (detected.plus(60 * MINUTE), Some(reported)));
    assert!(shipped.explain.ja.starts_with("原文は「直ちに、速やかに」"), "{}", shipped.explain.ja);
    let strict = one(World::new().set("report.delay_minutes", 15));
    assert_eq!(strict.due_at, detected.plus(15 * MINUTE));
    assert!(strict.done_at > Some(strict.due_at), "reported too late");
}

fn leak(day: &str, wrongful: bool) -> Value {
    let at = t(&format!("{day}T17:30:00+09:00"));
    json!({"personal_data": true, "wrongful_purpose": wrongful, "personal_data_at": at.millis()})
}

/// TK-72: a possible leak opens the filing with its own limit, content and receiver.
#[test]
fn a_possible_leak_of_personal_data_opens_the_filing() {
    let (opened, _) = World::new().open(leak("2026-11-21", false));
    let of = |rule: &str| opened.iter().filter(|o| o.rule_id == rule).collect::<Vec<_>>();
    assert_eq!(of("tokyo-filing")[0].due_at, t("2026-11-22T17:30:00+09:00"));
    let appi = of("appi-26");
    assert_eq!(appi.len(), 2);
    assert!(appi[0].form.as_ref().unwrap().ja.contains("九項目"));
    assert!(appi[0].legal && appi[0].recipient.ja.contains("個人情報保護委員会"));
    let (none, _) = World::new().open(json!({"personal_data_at": 1}));
    assert_eq!(none, []);
}

/// The day of knowing is day 1: five days, thirty, and sixty where done with a wrongful purpose.
#[test]
fn appi_counts_the_day_of_knowing_and_moves_off_closed_days() {
    let w = World::new();
    // Day 30 is Sunday 20 December: next open day.
    let expected = limits([
        ("preliminary", "2026-11-25T23:59:59.999+09:00"),
        ("final", "2026-12-21T23:59:59.999+09:00"),
    ]);
    assert_eq!(w.limits("appi-26", leak("2026-11-21", false)), expected);
    let last = |day, wrongful| w.limits("appi-26", leak(day, wrongful))[1].1;
    // Day 60 is Tuesday 19 January.
    assert_eq!(last("2026-11-21", true), t("2027-01-19T23:59:59.999+09:00"));
    // Day 30 is 29 December, closed through Sunday 3 January.
    assert_eq!(last("2026-11-30", false), t("2027-01-04T23:59:59.999+09:00"));
    // Day 30 is Tuesday 22 September, between two holidays, which makes it one.
    assert_eq!(last("2026-08-24", false), t("2026-09-24T23:59:59.999+09:00"));
    let (opened, _) = w.open(leak("2026-11-21", false));
    let o = opened.iter().find(|o| o.rule_id == "appi-26" && o.stage_id == "final").unwrap();
    assert_eq!(o.explain.ja, "2026年11月21日を1日目として30日目、休日のため翌開庁日");
}

/// A leak learned of just before midnight in UTC belongs to the next day in Japan.
#[test]
fn appi_counts_days_in_japan() {
    let at = t("2026-11-21T15:10:00Z");
    let incident = json!({"personal_data": true, "personal_data_at": at.millis()});
    let preliminary = &World::new().limits("appi-26", incident)[0];
    assert_eq!(preliminary.1, t("2026-11-26T23:59:59.999+09:00"));
}

#[test]
fn the_preliminary_report_has_a_target_that_can_be_set_and_the_final_none() {
    let world = World::new().set("clock.appi_preliminary_minutes", 3 * 24 * 60);
    let expected = limits([
        ("preliminary", "2026-11-24T17:30:00+09:00"),
        ("final", "2026-12-21T23:59:59.999+09:00"),
    ]);
    assert_eq!(world.limits("appi-26", leak("2026-11-21", false)), expected);
}

#[test]
fn the_cyber_response_act_runs_from_its_first_day() {
    let opens = |at: &str| {
        let incident = json!({"kind": "malware", "aware_at": t(at).millis()});
        World::new().limits("cyber-response-act", incident)
    };
    assert_eq!(opens("2026-09-30T23:59:59+09:00"), []);
    let expected = limits([
        ("first", "2026-10-02T00:00:00+09:00"),
        ("detailed", "2026-10-30T23:59:59.999+09:00"),
    ]);
    assert_eq!(opens("2026-10-01T00:00:00+09:00"), expected);
}

#[test]
fn rules_from_memory_do_not_run() {
    let at = t("2026-11-21T09:00:00+09:00").millis();
    let incident =
        json!({"kind": "system_failure", "aware_at": at, "detected_at": at, "grave": true});
    for rule in ["fsa-system-failure", "mas", "apra-cps234", "circia", "uk-csr-bill"] {
        assert_eq!(World::new().limits(rule, incident.clone()), [], "{rule}");
    }
}
