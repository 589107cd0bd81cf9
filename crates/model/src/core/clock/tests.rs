//! The semantics, on rows made for the purpose; the shipped rows are tested in `okiagari-catalog`.

use super::*;
use crate::core::ids::RecordId;
use crate::core::query::Cond;
use crate::core::record::Record;
use crate::core::setting::Settings;
use crate::core::text::Message;
use crate::core::time::{Date, Time, Zone};
use crate::core::value::{Body, Register};
use crate::respond::{incident::Incident, obligation::Obligation};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn t(text: &str) -> Time {
    Time::parse(text, &Zone::tokyo()).unwrap()
}

pub(super) fn jp() -> Calendar {
    let days = [
        "2026-09-21",
        "2026-09-22",
        "2026-09-23",
        "2026-11-23",
        "2026-12-29",
        "2026-12-30",
        "2026-12-31",
        "2027-01-01",
        "2027-01-02",
        "2027-01-03",
    ];
    Calendar {
        id: "jp".into(),
        version: 1,
        label: Message::new("日本", "Japan"),
        years: (2026, 2027),
        announced: vec![2026, 2027],
        source: "test".into(),
        holidays: days
            .iter()
            .map(|d| (Date::parse(d).unwrap(), Message::new("休日", "closed")))
            .collect(),
    }
}

fn record<T: Register>(id: &str, fields: Value) -> Record {
    let Value::Object(body) = fields else { panic!("fields are an object") };
    Record {
        def: T::DEF,
        id: RecordId::new(id),
        rev: 1,
        leaf: 0,
        created_at: Time::from_millis(0),
        updated_at: Time::from_millis(0),
        updated_by: "test".into(),
        body: Body::from_iter(body),
    }
}

fn incident(fields: Value) -> Record {
    record::<Incident>("inc1", fields)
}

fn obligation(stage: &str, more: Value) -> Record {
    let mut o = record::<Obligation>(
        &format!("ob-{stage}"),
        json!({"rule": "r", "stage": stage, "state": "open"}),
    );
    o.body.extend(more.as_object().unwrap().clone());
    o
}

fn rule(stages: Value) -> ClockRule {
    serde_json::from_value(json!({
        "id": "r", "jurisdiction": "internal", "regime": {"ja": "規程", "en": "Rules"},
        "register": "incident", "trigger": "aware_at", "calendar": "jp", "stages": stages,
        "recipient": {"ja": "提出先", "en": "Receiver"}, "role": "csirt", "source": "test",
        "evidence": "read", "checked_on": "2026-11-21", "legal": false, "enabled": true
    }))
    .unwrap()
}

fn stage(more: Value) -> Value {
    let mut s = json!({"id": "s", "label": {"ja": "報告", "en": "Report"}, "start": "trigger",
        "amount": 1, "unit": "hour", "warn_before_minutes": 20});
    s.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    s
}

struct World {
    now: Time,
    zone: Zone,
    calendars: BTreeMap<String, Calendar>,
    settings: Settings,
}

impl World {
    fn new() -> Self {
        Self {
            now: t("2027-06-01T00:00:00Z"),
            zone: Zone::tokyo(),
            calendars: BTreeMap::from([("jp".to_owned(), jp())]),
            settings: Settings::default(),
        }
    }

    fn open(
        &self,
        rule: &ClockRule,
        subject: &Record,
        existing: &[&Record],
    ) -> (Vec<OpenObligation>, Vec<ClockProblem>) {
        let ctx = self.ctx();
        obligations(std::slice::from_ref(rule), subject, existing, &ctx)
    }

    fn ctx(&self) -> ClockCtx<'_> {
        ClockCtx {
            now: self.now,
            zone: &self.zone,
            calendars: &self.calendars,
            settings: &self.settings,
            applies: &|key| key == "yes",
        }
    }
}

/// The one limit that a stage gives from 10:00 on a day.
fn limit(day: &str, more: Value) -> Due {
    let aware = t(&format!("{day}T10:00:00+09:00"));
    let r = rule(json!([stage(more)]));
    let w = World::new();
    let (opened, problems) = w.open(&r, &incident(json!({"aware_at": aware.millis()})), &[]);
    assert_eq!(problems, []);
    let [o] = opened.as_slice() else { panic!("one obligation, not {}", opened.len()) };
    Due { at: o.due_at, explain: o.explain.clone() }
}

#[test]
fn days_count_from_the_day_itself_or_the_next() {
    let with = limit(
        "2026-11-21",
        json!({"amount": 30, "unit": "calendar_day", "include_first_day": true}),
    );
    assert_eq!(with.at, t("2026-12-20T23:59:59.999+09:00"));
    assert_eq!(with.explain.ja, "2026年11月21日を1日目として30日目");
    let without = limit("2026-11-21", json!({"amount": 30, "unit": "calendar_day"}));
    assert_eq!(without.at, t("2026-12-21T23:59:59.999+09:00"));
    assert_eq!(without.explain.en, "30 days after 2026-11-21");
}

#[test]
fn a_closed_day_moves_the_limit_to_the_next_open_one() {
    // Day 30 is Sunday 20 December.
    let days = json!({"amount": 30, "unit": "calendar_day", "include_first_day": true,
        "rollover": "next_open_day"});
    let due = limit("2026-11-21", days.clone());
    assert_eq!(due.at, t("2026-12-21T23:59:59.999+09:00"));
    assert_eq!(due.explain.ja, "2026年11月21日を1日目として30日目、休日のため翌開庁日");
    // Day 30 is 29 December: closed until Monday 4 January.
    let due = limit("2026-11-30", days);
    assert_eq!(due.at, t("2027-01-04T23:59:59.999+09:00"));
}

#[test]
fn the_noon_rule_moves_hours_as_well() {
    let hours = json!({"amount": 4, "unit": "hour", "rollover": "next_open_day_noon"});
    // Saturday, then Sunday, then a holiday on Monday.
    let due = limit("2026-11-21", hours.clone());
    assert_eq!(due.at, t("2026-11-24T12:00:00+09:00"));
    assert!(due.explain.en.ends_with("noon of the next open day"), "{}", due.explain.en);
    // An open day stays as it is.
    assert_eq!(limit("2026-11-20", hours).at, t("2026-11-20T14:00:00+09:00"));
}

#[test]
fn business_days_skip_closed_days() {
    let days = json!({"amount": 4, "unit": "business_day"});
    // Saturday: Tuesday is day 1, because Monday is a holiday.
    assert_eq!(limit("2026-11-21", days.clone()).at, t("2026-11-27T23:59:59.999+09:00"));
    assert_eq!(limit("2026-11-24", days).at, t("2026-11-30T23:59:59.999+09:00"));
    let counted = json!({"amount": 4, "unit": "business_day", "include_first_day": true});
    assert_eq!(limit("2026-11-24", counted).at, t("2026-11-27T23:59:59.999+09:00"));
}

#[test]
fn a_month_without_the_day_ends_with_its_last() {
    let month = json!({"unit": "month"});
    assert_eq!(limit("2027-01-31", month.clone()).at, t("2027-02-28T23:59:59.999+09:00"));
    assert_eq!(limit("2026-12-15", month).at, t("2027-01-15T23:59:59.999+09:00"));
    let counted = json!({"unit": "month", "include_first_day": true});
    assert_eq!(limit("2027-01-15", counted.clone()).at, t("2027-02-14T23:59:59.999+09:00"));
    assert_eq!(limit("2027-01-31", counted).at, t("2027-02-28T23:59:59.999+09:00"));
}

#[test]
fn a_year_that_the_calendar_lacks_is_a_visible_problem() {
    let r = rule(json!([stage(json!({"amount": 300, "unit": "calendar_day",
        "rollover": "next_open_day"}))]));
    let aware = t("2027-05-01T10:00:00+09:00").millis();
    let (opened, problems) = World::new().open(&r, &incident(json!({"aware_at": aware})), &[]);
    assert_eq!(opened, []);
    let [p] = problems.as_slice() else { panic!("one problem") };
    assert!(matches!(&p.error, ClockError::OutsideCalendar { to: 2027, .. }), "{p}");
    assert!(p.error.message().ja.contains("2028-02-25"), "{}", p.error.message().ja);
}

#[test]
fn an_obligation_is_opened_once_and_never_moved_by_an_edit() {
    let w = World::new();
    let r = rule(json!([stage(json!({}))]));
    let first = t("2026-11-21T10:00:00+09:00");
    let (opened, _) = w.open(&r, &incident(json!({"aware_at": first.millis()})), &[]);
    assert_eq!((opened[0].anchor, opened[0].due_at), (first, first.plus(3_600_000)));
    assert_eq!(opened[0].warn_at, first.plus(40 * 60_000));
    assert_eq!(opened[0].rule_digest, r.digest().unwrap());

    let existing = obligation("s", json!({"anchor_at": first.millis()}));
    let later = incident(json!({"aware_at": first.plus(999_999).millis()}));
    assert_eq!(w.open(&r, &later, &[&existing]).0, []);
    let withdrawn = obligation("s", json!({"state": "withdrawn"}));
    assert_eq!(w.open(&r, &later, &[&withdrawn]).0, []);
}

#[test]
fn nothing_opens_without_its_start_condition_scope_or_date() {
    let w = World::new();
    let subject = incident(json!({"aware_at": t("2026-11-21T10:00:00+09:00").millis()}));
    let opens = |edit: &dyn Fn(&mut ClockRule)| {
        let mut r = rule(json!([stage(json!({}))]));
        edit(&mut r);
        w.open(&r, &subject, &[]).0.len()
    };
    let day = |text| Date::parse(text);
    assert_eq!(opens(&|_| ()), 1);
    assert_eq!(opens(&|r| r.enabled = false), 0);
    assert_eq!(opens(&|r| r.trigger = "material_at".into()), 0);
    assert_eq!(opens(&|r| r.register = "task".into()), 0);
    assert_eq!(opens(&|r| r.condition = vec![Cond::eq("grave", true)]), 0);
    assert_eq!(opens(&|r| r.stages[0].condition = vec![Cond::eq("grave", true)]), 0);
    assert_eq!(opens(&|r| r.applies_key = "no".into()), 0);
    assert_eq!(opens(&|r| r.applies_key = "yes".into()), 1);
    assert_eq!(opens(&|r| r.effective_from = day("2026-11-22")), 0);
    assert_eq!(opens(&|r| r.effective_from = day("2026-11-21")), 1);
    assert_eq!(opens(&|r| r.effective_to = day("2026-11-20")), 0);
    assert_eq!(opens(&|r| r.effective_to = day("2026-11-21")), 1);
}

#[test]
fn a_start_in_the_future_is_a_problem_and_sets_no_limit() {
    let mut w = World::new();
    w.now = t("2026-11-21T09:00:00+09:00");
    let r = rule(json!([stage(json!({}))]));
    let subject = incident(json!({"aware_at": w.now.plus(1).millis()}));
    let (opened, problems) = w.open(&r, &subject, &[]);
    assert_eq!(opened, []);
    assert_eq!(problems[0].error, ClockError::FutureStart { field: "aware_at".into() });
}

#[test]
fn a_following_stage_starts_from_the_first_submission() {
    let w = World::new();
    let r = rule(json!([
        stage(json!({})),
        stage(json!({"id": "next", "start": {"after": "s"}, "amount": 72}))
    ]));
    let subject = incident(json!({"aware_at": t("2026-11-21T10:00:00+09:00").millis()}));
    let open = obligation("s", json!({}));
    assert_eq!(w.open(&r, &subject, &[&open]).0, []);
    let first = t("2026-11-21T10:40:00+09:00");
    let done = obligation("s", json!({"state": "done", "done_at": first.millis()}));
    let again = obligation("s", json!({"done_at": first.plus(86_400_000).millis()}));
    let (opened, _) = w.open(&r, &subject, &[&again, &done]);
    assert_eq!((opened[0].stage_id.as_str(), opened[0].anchor), ("next", first));
    assert_eq!(opened[0].due_at, t("2026-11-24T10:40:00+09:00"));
}

#[test]
fn settings_fields_and_variants_choose_the_amount() {
    let mut w = World::new();
    let start = t("2026-11-21T10:00:00+09:00");
    let due_of = |w: &World, more: Value, fields: Value| {
        let mut subject = incident(json!({"aware_at": start.millis()}));
        subject.body.extend(fields.as_object().unwrap().clone());
        w.open(&rule(json!([stage(more)])), &subject, &[]).0[0].due_at
    };
    let set = json!({"amount_setting": "report.delay_minutes"});
    assert_eq!(due_of(&w, set.clone(), json!({})), start.plus(60 * 60_000));
    let map = BTreeMap::from([("report.delay_minutes".to_owned(), json!(15))]);
    w.settings = Settings::new(map);
    assert_eq!(due_of(&w, set, json!({})), start.plus(15 * 60_000));
    let field = json!({"amount_field": "alarms"});
    assert_eq!(due_of(&w, field, json!({"alarms": 90})), start.plus(90 * 60_000));
    let variants = json!({"variants": [{"amount": 2, "unit": "hour",
        "condition": [{"field": "wrongful_purpose", "op": "eq", "value": true}]}]});
    assert_eq!(due_of(&w, variants.clone(), json!({})), start.plus(60 * 60_000));
    let wrongful = json!({"wrongful_purpose": true});
    assert_eq!(due_of(&w, variants, wrongful), start.plus(120 * 60_000));
}

#[test]
fn the_start_can_be_set() {
    let mut w = World::new();
    let r = rule(json!([stage(json!({"start_setting": "k"}))]));
    let (aware, detected) = (t("2026-11-21T10:00:00+09:00"), t("2026-11-21T08:00:00+09:00"));
    let subject = incident(json!({"aware_at": aware.millis(), "detected_at": detected.millis()}));
    assert_eq!(w.open(&r, &subject, &[]).0[0].anchor, aware);
    w.settings = Settings::new(BTreeMap::from([("k".to_owned(), json!("field:detected_at"))]));
    assert_eq!(w.open(&r, &subject, &[]).0[0].anchor, detected);
    for bad in ["soon", "field:nothing", "after:s", "after:other"] {
        w.settings = Settings::new(BTreeMap::from([("k".to_owned(), json!(bad))]));
        let (opened, problems) = w.open(&r, &subject, &[]);
        assert_eq!(opened, [], "{bad}");
        let bad = ClockError::BadSetting { key: "k".into(), value: bad.into() };
        assert_eq!(problems[0].error, bad);
    }
}

#[test]
fn an_unknown_cap_is_shown_and_the_limit_still_runs() {
    let r = rule(json!([stage(json!({"start": {"field": "classified_major_at"}, "amount": 4,
        "cap": {"start": "trigger", "amount": 24, "unit": "hour"},
        "late_branch": {"start": {"field": "classified_major_at"}, "amount": 4, "unit": "hour"}}))]));
    let at = t("2026-11-21T10:00:00+09:00");
    let (opened, problems) =
        World::new().open(&r, &incident(json!({"classified_major_at": at.millis()})), &[]);
    assert_eq!(opened[0].due_at, at.plus(4 * 3_600_000));
    assert_eq!(problems[0].error, ClockError::CapUnknown { start: "aware_at".into() });
}

#[test]
fn a_record_that_proves_a_stage_settles_its_obligation() {
    let r = rule(json!([stage(json!({"done_by": "reported_at"}))]));
    let (aware, reported) = (t("2026-11-21T10:00:00+09:00"), t("2026-11-21T10:05:00+09:00"));
    let both = incident(json!({"aware_at": aware.millis(), "reported_at": reported.millis()}));
    assert_eq!(World::new().open(&r, &both, &[]).0[0].done_at, Some(reported));
    let open = obligation("s", json!({}));
    let done = obligation("s", json!({"done_at": reported.millis()}));
    let rules = [r];
    let found = settled(&rules, &both, &[&open, &done]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0.id.as_str(), found[0].1), ("ob-s", reported));
    assert_eq!(settled(&rules, &incident(json!({})), &[&open]).len(), 0);
}

#[test]
fn facts_found_later_are_shown_and_move_nothing_by_themselves() {
    let w = World::new();
    let r = rule(json!([stage(json!({"variants": [{"amount": 2, "unit": "hour",
        "condition": [{"field": "wrongful_purpose", "op": "eq", "value": true}]}]}))]));
    let at = t("2026-11-21T10:00:00+09:00");
    let due_at = at.plus(3_600_000);
    let o = obligation("s", json!({"anchor_at": at.millis(), "due_at": due_at.millis()}));
    let rules = [r];
    let drifted = |subject: &Record, o: &Record| drifts(&rules, subject, &[o], &w.ctx());
    let plain = incident(json!({"aware_at": at.millis()}));
    assert_eq!(drifted(&plain, &o), (vec![], vec![]));
    let wrongful = incident(json!({"aware_at": at.millis(), "wrongful_purpose": true}));
    let (found, _) = drifted(&wrongful, &o);
    assert_eq!(found[0].kind, DriftKind::Limit);
    assert_eq!(found[0].limit.as_ref().map(|l| l.at), Some(at.plus(7_200_000)));
    let later = at.plus(60_000);
    let (found, _) = drifted(&incident(json!({"aware_at": later.millis()})), &o);
    assert_eq!(found[0].kind, DriftKind::Start);
    assert_eq!(found[0].limit.as_ref().map(|l| l.at), Some(later.plus(3_600_000)));
    let (found, _) = drifted(&incident(json!({})), &o);
    assert_eq!((found[0].kind, found[0].limit.as_ref()), (DriftKind::Condition, None));
    let mut decided = o.clone();
    decided.body.insert("moved_by".into(), json!("dec1"));
    assert_eq!(drifted(&wrongful, &decided), (vec![], vec![]));
}

#[test]
fn rows_that_contradict_themselves_are_named() {
    let faults = |more: Value| -> Vec<String> {
        rule(json!([stage(more)])).faults().into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(faults(json!({})), Vec::<String>::new());
    assert_eq!(faults(json!({"amount": -1})), ["stages.s.amount"]);
    assert_eq!(
        faults(json!({"amount": 0, "unit": "calendar_day", "include_first_day": true})),
        ["stages.s.amount"]
    );
    assert_eq!(faults(json!({"start": {"after": "s"}})), ["stages.s.start"]);
    assert_eq!(
        faults(json!({"cap": {"start": "trigger", "amount": 1, "unit": "hour"}})),
        ["stages.s.late_branch"]
    );
    let mut r = rule(json!([stage(json!({"amount_setting": "k", "rollover": "next_open_day"}))]));
    (r.legal, r.calendar, r.evidence) = (true, String::new(), Evidence::FromMemory);
    let keys: Vec<String> = r.faults().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["enabled", "stages.s.amount_setting", "stages.s.rollover"]);
}

#[test]
fn the_digest_changes_with_the_row_and_only_then() {
    let r = rule(json!([stage(json!({}))]));
    let again: ClockRule = serde_json::from_str(&serde_json::to_string(&r).unwrap()).unwrap();
    assert_eq!(again, r);
    assert_eq!(again.digest().unwrap(), r.digest().unwrap());
    assert_eq!(r.digest().unwrap().len(), 64);
    let mut other = r.clone();
    other.stages[0].amount = 2;
    assert_ne!(other.digest().unwrap(), r.digest().unwrap());
}
