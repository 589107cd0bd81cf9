//! An organisation to which everything applies, with the shipped rules.

use okiagari_catalog::Catalog;
use okiagari_model::core::clock::{
    Calendar, ClockCtx, ClockProblem, ClockRule, OpenObligation, obligations,
};
use okiagari_model::respond::{incident::Incident, obligation::Obligation};
use okiagari_model::{Body, Record, RecordId, Register, Settings, Time, Value, Zone};
use serde_json::json;
use std::collections::BTreeMap;

pub fn t(text: &str) -> Time {
    Time::parse(text, &Zone::tokyo()).unwrap()
}

pub struct World {
    rules: Vec<ClockRule>,
    calendars: BTreeMap<String, Calendar>,
    pub settings: BTreeMap<String, Value>,
    pub done: Vec<Record>,
}

impl World {
    pub fn new() -> Self {
        let catalog = Catalog::shipped();
        Self {
            rules: catalog.clocks().unwrap(),
            calendars: catalog.calendars().unwrap(),
            settings: BTreeMap::new(),
            done: Vec::new(),
        }
    }

    /// Marks a stage done at an instant.
    pub fn done(mut self, rule: &str, stage: &str, at: &str) -> Self {
        let fields = json!({"rule": rule, "stage": stage, "state": "done",
            "done_at": t(at).millis()});
        self.done.push(record::<Obligation>(fields));
        self
    }

    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.settings.insert(key.into(), value.into());
        self
    }

    pub fn open(&self, incident: Value) -> (Vec<OpenObligation>, Vec<ClockProblem>) {
        let existing: Vec<&Record> = self.done.iter().collect();
        let ctx = ClockCtx {
            now: t("2028-01-01T00:00:00Z"),
            zone: &Zone::tokyo(),
            calendars: &self.calendars,
            settings: &Settings::new(self.settings.clone()),
            applies: &|_| true,
        };
        obligations(&self.rules, &record::<Incident>(incident), &existing, &ctx)
    }

    /// What one rule opens: stage and limit.
    pub fn limits(&self, rule: &str, incident: Value) -> Vec<(String, Time)> {
        let (opened, problems) = self.open(incident);
        assert_eq!(problems, []);
        let of_rule = opened.into_iter().filter(|o| o.rule_id == rule);
        of_rule.map(|o| (o.stage_id, o.due_at)).collect()
    }
}

/// Expected stages and limits.
pub fn limits<const N: usize>(list: [(&str, &str); N]) -> Vec<(String, Time)> {
    list.iter().map(|(stage, at)| ((*stage).to_owned(), t(at))).collect()
}

fn record<T: Register>(fields: Value) -> Record {
    let Value::Object(body) = fields else { panic!("fields are an object") };
    Record {
        def: T::DEF,
        id: RecordId::new("r1"),
        rev: 1,
        leaf: 0,
        created_at: Time::from_millis(0),
        updated_at: Time::from_millis(0),
        updated_by: "test".into(),
        body: Body::from_iter(body),
    }
}
