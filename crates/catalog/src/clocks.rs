//! Deadline rules and calendars.

use crate::error::CatalogError;
use crate::files::{Catalog, Row};
use okiagari_model::core::clock::{Calendar, ClockRule, Span, Stage, Start};
use okiagari_model::govern::role::RoleKind;
use okiagari_model::{Choice, Cond, FieldDef, FieldKind, Message, Op, RegisterDef, Value, Zone};
use std::collections::{BTreeMap, BTreeSet};

/// What the rows of a clock catalogue may refer to.
pub struct Known<'a> {
    /// A register by its id.
    pub register: &'a dyn Fn(&str) -> Option<&'static RegisterDef>,
    /// All requirement ids.
    pub requirements: &'a BTreeSet<String>,
    /// All calendars.
    pub calendars: &'a BTreeMap<String, Calendar>,
}

impl Catalog {
    /// The deadline rules in force, checked against the registers of the model.
    ///
    /// # Errors
    /// The first fault of the first faulty row.
    pub fn clocks(&self) -> Result<Vec<ClockRule>, CatalogError> {
        let rows = self.rows("clocks", "rules")?;
        let register =
            |id: &str| okiagari_model::REGISTERS.iter().copied().find(|def| def.id == id);
        let requirements = self.requirements()?.into_iter().map(|r| r.id).collect();
        let calendars = self.calendars()?;
        let known =
            Known { register: &register, requirements: &requirements, calendars: &calendars };
        match check_clocks(&rows, &known).into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(rows.into_iter().map(|r| r.value).collect()),
        }
    }

    /// The calendars of closed days by id; an own one takes the place of a shipped one.
    ///
    /// # Errors
    /// Where a file is no calendar or a name lacks a language.
    pub fn calendars(&self) -> Result<BTreeMap<String, Calendar>, CatalogError> {
        let mut all = BTreeMap::new();
        for Row { file, value: calendar, .. } in self.whole::<Calendar>("calendars")? {
            let fault = |key: &str, problem| CatalogError::key(&file, &calendar.id, key, problem);
            if calendar.years.0 > calendar.years.1 {
                return Err(fault("to", "ends before it begins"));
            }
            if calendar.source.trim().is_empty() {
                return Err(fault("source", "is empty"));
            }
            if empty(&calendar.label) {
                return Err(fault("label", "lacks a language"));
            }
            if let Some((day, _)) = calendar.holidays.iter().find(|(_, name)| empty(name)) {
                return Err(fault(&day.to_string(), "lacks a language"));
            }
            all.insert(calendar.id.clone(), calendar);
        }
        Ok(all)
    }

    /// One calendar by its id.
    ///
    /// # Errors
    /// As [`Catalog::calendars`], and where there is none of that id.
    pub fn calendar(&self, id: &str) -> Result<Calendar, CatalogError> {
        let missing = || CatalogError::key("calendars", id, "", "there is no such calendar");
        self.calendars()?.remove(id).ok_or_else(missing)
    }
}

/// All faults of clock rows: what contradicts itself, lacks a language, or refers to what is not.
pub fn check_clocks(rows: &[Row<ClockRule>], known: &Known<'_>) -> Vec<CatalogError> {
    let mut faults = Vec::new();
    for Row { file, value: rule, .. } in rows {
        let mut note = |key: &str, problem: String| {
            faults.push(CatalogError::key(file, &rule.id, key, problem));
        };
        for (key, problem) in rule.faults() {
            note(&key, problem.to_owned());
        }
        whole_rule(rule, known, &mut note);
        let Some(def) = (known.register)(&rule.register) else {
            note("register", format!("there is no register {}", rule.register));
            continue;
        };
        time_field(def, &rule.trigger, "trigger", &mut note);
        conditions(def, &rule.condition, "condition", &mut note);
        for stage in &rule.stages {
            let at = |key: &str| format!("stages.{}.{key}", stage.id);
            let mut note = |key: &str, problem| note(&at(key), problem);
            one_stage(def, stage, &mut note);
            meets(&stage.meets, known, &mut note);
        }
    }
    faults
}

type Note<'a> = &'a mut dyn FnMut(&str, String);

fn whole_rule(rule: &ClockRule, known: &Known<'_>, note: Note<'_>) {
    let texts = [("regime", Some(&rule.regime)), ("recipient", Some(&rule.recipient))];
    for (key, text) in texts.into_iter().chain([("note", rule.note.as_ref())]) {
        if text.is_some_and(empty) {
            note(key, "lacks a language".into());
        }
    }
    for (key, text) in [("source", &rule.source), ("jurisdiction", &rule.jurisdiction)] {
        if text.trim().is_empty() {
            note(key, "is empty".into());
        }
    }
    role(&rule.role, note);
    meets(&rule.meets, known, note);
    if !rule.calendar.is_empty() && !known.calendars.contains_key(&rule.calendar) {
        note("calendar", format!("there is no calendar {}", rule.calendar));
    }
    if rule.zone.as_deref().is_some_and(|z| Zone::named(z).is_none()) {
        note("zone", "is no time zone".into());
    }
}

fn one_stage(def: &RegisterDef, stage: &Stage, note: Note<'_>) {
    let texts = [
        ("label", Some(&stage.label)),
        ("form", stage.form.as_ref()),
        ("recipient", stage.recipient.as_ref()),
        ("qualitative", stage.qualitative.as_ref()),
    ];
    for (key, text) in texts {
        if text.is_some_and(empty) {
            note(key, "lacks a language".into());
        }
    }
    if let Some(id) = &stage.role {
        role(id, note);
    }
    let spans = [("cap", stage.cap.as_ref()), ("late_branch", stage.late_branch.as_ref())];
    let spans = spans.into_iter().filter_map(|(key, s): (_, Option<&Span>)| Some((key, &s?.start)));
    for (key, start) in spans.chain([("start", &stage.start)]) {
        if let Start::Field(field) = start {
            time_field(def, field, key, note);
        }
    }
    if let Some(field) = &stage.over_by {
        time_field(def, field, "over_by", note);
    }
    if let Some(field) = &stage.done_by {
        time_field(def, field, "done_by", note);
    }
    if let Some(id) = &stage.amount_field {
        let minutes = |f: &FieldDef| matches!(f.kind, FieldKind::Minutes);
        if !def.field(id).is_some_and(minutes) {
            note("amount_field", format!("{id} is no field of minutes"));
        }
    }
    conditions(def, &stage.condition, "condition", note);
    for variant in &stage.variants {
        conditions(def, &variant.condition, "variants", note);
    }
}

fn time_field(def: &RegisterDef, id: &str, key: &str, note: Note<'_>) {
    if !def.field(id).is_some_and(|f| matches!(f.kind, FieldKind::Time)) {
        note(key, format!("{id} is no Time field of {}", def.id));
    }
}

fn conditions(def: &RegisterDef, list: &[Cond], key: &str, note: Note<'_>) {
    for cond in list {
        let Some(field) = def.field(&cond.field) else {
            note(key, format!("{} is no field of {}", cond.field, def.id));
            continue;
        };
        let values: Vec<&Value> = match (&cond.op, &cond.value) {
            (Op::Empty | Op::Set, _) => continue,
            (Op::In, Value::Array(many)) => many.iter().collect(),
            (Op::In, _) => {
                note(key, format!("{} needs a list of values", cond.field));
                continue;
            }
            (_, one) => vec![one],
        };
        for value in values.into_iter().filter(|v| !fits(field, v)) {
            note(key, format!("{} cannot be {value}", cond.field));
        }
    }
}

fn fits(field: &FieldDef, value: &Value) -> bool {
    match field.kind {
        FieldKind::Bool => value.is_boolean(),
        FieldKind::Choice(set) | FieldKind::Choices(set) => {
            value.as_str().is_some_and(|id| set.option(id).is_some())
        }
        FieldKind::Int | FieldKind::Time | FieldKind::Minutes | FieldKind::Yen => value.is_i64(),
        _ => value.is_string(),
    }
}

fn role(id: &str, note: Note<'_>) {
    if RoleKind::from_id(id).is_none() && id != "employee" {
        note("role", format!("{id} is no kind of role"));
    }
}

fn meets(ids: &[String], known: &Known<'_>, note: Note<'_>) {
    for id in ids.iter().filter(|id| !known.requirements.contains(*id)) {
        note("meets", format!("there is no requirement {id}"));
    }
}

fn empty(text: &Message) -> bool {
    text.ja.trim().is_empty() || text.en.trim().is_empty()
}
