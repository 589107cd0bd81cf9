//! Records of every register whose texts all hold a marker.

use super::routes::Target;
use crate::page_tests::world::{NIGHT, World};
use okiagari_app::{Actor, AppError};
use okiagari_model::{
    Access, AnyRef, Body, Change, FieldDef, FieldKind, OrgId, REGISTERS, RecordId, RegisterDef,
    Value, register, validate,
};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// What is searched for.
pub const SEARCHED: &str = "kakushi";
/// What is found in no answer: a page shows the words that were searched for.
pub const FOUND: &str = "himitsu";

/// The mark of a set of records.
pub fn mark(letter: char) -> String {
    format!("{FOUND}-{letter}")
}

/// Makes one record of every register.
pub struct Maker<'w> {
    world: &'w World,
    org: OrgId,
    letter: char,
    case: Option<RecordId>,
    made: HashMap<&'static str, RecordId>,
    begun: HashSet<&'static str>,
}

/// Whether who may see a record of it follows from a case.
fn of_case(def: &RegisterDef) -> bool {
    // Papers of an audit belong to the audit, whatever they speak of.
    let case = def.access_field(Access::Case).is_some_and(|f| !f.points_to("audit"));
    case || def.id == "incident"
}

/// Kept once in an organisation, and not by marks.
const SINGLE: [&str; 2] = ["organisation", "setting"];

impl<'w> Maker<'w> {
    /// For everything of an organisation.
    pub fn everything(world: &'w World, org: &OrgId, letter: char) -> Self {
        let (made, begun) = (HashMap::new(), HashSet::new());
        Self { world, org: org.clone(), letter, case: None, made, begun }
    }

    /// For a case; what belongs to no case is shared with another maker.
    pub fn case(world: &'w World, letter: char, case: RecordId, rest: Option<&Self>) -> Self {
        let mut maker = Self::everything(world, &world.org, letter);
        if let Some(rest) = rest {
            let open = rest.made.iter().filter(|(r, _)| !of_case(register(r).unwrap()));
            maker.made = open.map(|(r, id)| (*r, id.clone())).collect();
        }
        maker.made.insert("incident", case.clone());
        maker.case = Some(case);
        maker
    }

    /// Makes what belongs to the case (or, without one, everything), and gives it.
    pub fn belonging(&mut self) -> Vec<Target> {
        self.all(of_case)
    }

    /// Makes what belongs to no case, and gives it.
    pub fn open(&mut self) -> Vec<Target> {
        self.all(|def| !of_case(def))
    }

    /// Makes all, and gives it.
    pub fn whole(&mut self) -> Vec<Target> {
        self.all(|_| true)
    }

    fn all(&mut self, wanted: impl Fn(&RegisterDef) -> bool) -> Vec<Target> {
        let chosen = REGISTERS.iter().filter(|d| !SINGLE.contains(&d.id) && wanted(d));
        chosen.filter_map(|def| Some(Target { register: def.id, id: self.one(def.id)? })).collect()
    }

    fn one(&mut self, id: &'static str) -> Option<RecordId> {
        if let Some(id) = self.made.get(id) {
            return Some(id.clone());
        }
        if SINGLE.contains(&id) || !self.begun.insert(id) {
            return None;
        }
        let def = register(id).unwrap();
        // A check across fields may refuse the full one: then only what is needed, and the texts.
        let made = self
            .made_of(def, |_| true)
            .or_else(|_| self.made_of(def, |f| f.required || matches!(f.kind, FieldKind::Text)))
            .or_else(|_| self.made_of(def, |f| f.required || f.title));
        let made = made.unwrap_or_else(|e| panic!("{id}: {e}"));
        self.made.insert(id, made.clone());
        Some(made)
    }

    /// Makes a record with the fields wanted, mending what is refused by name.
    fn made_of(
        &mut self,
        def: &'static RegisterDef,
        wanted: impl Fn(&FieldDef) -> bool,
    ) -> Result<RecordId, String> {
        let mut body = self.body(def, wanted);
        for turn in 1..9 {
            let change = Change::Create { def, body: body.clone(), reason: None };
            let refused = self.world.app.change_as(&self.org, Actor::Program("test"), change);
            let problems = match refused {
                Ok(receipt) => return Ok(receipt.id),
                Err(AppError::Fields(problems)) => problems,
                Err(e) => return Err(format!("{e:?}")),
            };
            for problem in &problems {
                let Some(field) = def.field(&problem.field) else { continue };
                match field.kind {
                    _ if problem.code == "wrong_time" => {
                        body.insert(field.id.to_owned(), "18:00".into());
                    }
                    _ if (def.id, field.id) == ("trust_anchor", "value") => {
                        body.insert(field.id.to_owned(), "ab".repeat(32).into());
                    }
                    _ if problem.code == "same_person" => {
                        let name = Body::from_iter([("name".to_owned(), "別の人".into())]);
                        let def = register("person").unwrap();
                        let change = Change::Create { def, body: name, reason: None };
                        let (app, program) = (&self.world.app, Actor::Program("test"));
                        let id = app.change_as(&self.org, program, change).unwrap().id;
                        body.insert(field.id.to_owned(), id.as_str().into());
                    }
                    FieldKind::Choice(set) => {
                        let option = set.options[turn % set.options.len()].id;
                        body.insert(field.id.to_owned(), option.into());
                    }
                    _ if body.contains_key(field.id) => drop(body.remove(field.id)),
                    _ => body.extend(self.value(field).map(|v| (field.id.to_owned(), v))),
                }
            }
        }
        Err("none of its choices fits".to_owned())
    }

    fn body(&mut self, def: &'static RegisterDef, wanted: impl Fn(&FieldDef) -> bool) -> Body {
        let mut body = Body::new();
        let state = def.flow.map(|f| f.field);
        for field in def.fields {
            if field.access == Access::Case {
                if !field.points_to("incident") {
                    // Counsel's channel is a case of its own.
                    body.extend(self.value(field).map(|v| (field.id.to_owned(), v)));
                } else if let Some(case) = self.case.clone().or_else(|| self.one("incident")) {
                    body.insert(field.id.to_owned(), case.as_str().into());
                }
                continue;
            }
            let own = field.system || field.auto_number.is_some() || Some(field.id) == state;
            let skipped = own || field.deprecated || field.access != Access::None;
            if !field.required && (skipped || !wanted(field)) {
                continue;
            }
            let Some(value) = self.value(field) else { continue };
            body.insert(field.id.to_owned(), value);
            if !field.required && !validate::check(def, &body, false).is_empty() {
                body.remove(field.id);
            }
        }
        body
    }

    fn text(&self, field: &FieldDef) -> Option<String> {
        let text = format!("{SEARCHED} {}", mark(self.letter));
        let fits = text.chars().count() <= field.max as usize;
        match (fits, field.required) {
            (true, _) => Some(text),
            (false, true) => Some(text.chars().take(field.max as usize).collect()),
            (false, false) => None,
        }
    }

    fn value(&mut self, field: &'static FieldDef) -> Option<Value> {
        Some(match field.kind {
            FieldKind::Text | FieldKind::LongText => self.text(field)?.into(),
            FieldKind::Texts => json!([format!("{SEARCHED} {}", mark(self.letter))]),
            FieldKind::Int | FieldKind::Yen | FieldKind::Minutes => 3.into(),
            FieldKind::Bool if field.required => true.into(),
            FieldKind::Bool => return None,
            FieldKind::Date => "2026-11-21".into(),
            FieldKind::Time => (NIGHT - 3_600_000).into(),
            FieldKind::Choice(set) => set.options[0].id.into(),
            FieldKind::Choices(set) => json!([set.options[0].id]),
            FieldKind::Ref(register) => self.one(register)?.as_str().into(),
            FieldKind::Refs(register) => json!([self.one(register)?.as_str()]),
            FieldKind::AnyRef => {
                let id = self.case.clone().or_else(|| self.one("incident"))?;
                AnyRef { register: "incident".to_owned(), id }.to_string().into()
            }
            FieldKind::Rows(columns) => {
                let row: Body = columns
                    .iter()
                    .filter(|c| {
                        let told = matches!(c.kind, FieldKind::Text | FieldKind::Ref(_));
                        !c.system && (c.required || told)
                    })
                    .filter_map(|c| Some((c.id.to_owned(), self.value(c)?)))
                    .collect();
                json!([row])
            }
        })
    }
}
