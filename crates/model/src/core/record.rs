//! Records as they are read back, and the set of them that a pure function is handed.

use super::def::RegisterDef;
use super::ids::RecordId;
use super::time::Time;
use super::value::{Body, Register, ValueError};
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Field of every body that holds why this revision was made (personal words stay erasable).
pub const REASON: &str = "_reason";
/// Field of every body that is set once a record has been ended or withdrawn.
pub const ENDED: &str = "_ended";
/// Field of a body that lists the fields erased from it, which are not asked for again.
pub const ERASED: &str = "_erased";
/// Field of every body that marks where it came from: `demo`, `drill`, `import`, `public`.
pub const ORIGIN: &str = "_origin";

/// One record at one revision.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its register's description.
    pub def: &'static RegisterDef,
    /// Its id.
    pub id: RecordId,
    /// The revision, from 1.
    pub rev: u32,
    /// Index of the leaf that made this revision.
    pub leaf: u64,
    /// When its first revision was made.
    pub created_at: Time,
    /// When this revision was made.
    pub updated_at: Time,
    /// Who made this revision (account id, or `system:…`, `public`).
    pub updated_by: String,
    /// Its fields.
    pub body: Body,
}

impl Record {
    /// As its Rust struct.
    pub fn read<T: Register>(&self) -> Result<T, ValueError> {
        T::from_body(&self.body)
    }

    /// A text field; empty where unset.
    pub fn text(&self, field: &str) -> &str {
        self.body.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// SHA-256 over these fields as they stand, in hexadecimal: it changes when one of them does.
    pub fn digest_of(&self, fields: &[&str]) -> String {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        for field in fields {
            let value = self.body.get(*field).map(ToString::to_string).unwrap_or_default();
            hash.update(format!("{field}:{}:{value}", value.len()));
        }
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }

    /// A whole-number field.
    pub fn int(&self, field: &str) -> Option<i64> {
        self.body.get(field).and_then(Value::as_i64)
    }

    /// An instant.
    pub fn time(&self, field: &str) -> Option<Time> {
        self.int(field).map(Time::from_millis)
    }

    /// A yes/no field; unset counts as no.
    pub fn flag(&self, field: &str) -> bool {
        self.body.get(field).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The ids in a `Refs`, `Texts` or `Choices` field, or the one in a `Ref`.
    pub fn ids(&self, field: &str) -> Vec<&str> {
        match self.body.get(field) {
            Some(Value::String(s)) => vec![s.as_str()],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The rows of a small table.
    pub fn rows(&self, field: &str) -> impl Iterator<Item = &Body> {
        self.body
            .get(field)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
    }

    /// Whether it has been ended or withdrawn.
    pub fn ended(&self) -> bool {
        self.body.contains_key(ENDED)
    }

    /// Its title in a language: what stands in `title_en` for readers of English, where it is given.
    pub fn own_title(&self, lang: super::text::Lang) -> &str {
        let plain = self.def.title_field().map_or("", |f| self.text(f.id));
        let english = self.text("title_en");
        if english.is_empty() { plain } else { lang.t(plain, english) }
    }

    /// What names it in lists: its title field, behind its number where it has one.
    pub fn title(&self) -> String {
        title_of(self.def, &self.id, &self.body)
    }
}

/// What names a record in lists and links.
pub fn title_of(def: &RegisterDef, id: &RecordId, body: &Body) -> String {
    let number = def
        .fields
        .iter()
        .find(|f| f.auto_number.is_some())
        .and_then(|f| body.get(f.id))
        .and_then(Value::as_str);
    let title =
        def.title_field().and_then(|f| body.get(f.id)).and_then(Value::as_str).unwrap_or("");
    let title: String = title.chars().take(120).collect();
    match (number, title.is_empty()) {
        (Some(n), false) => format!("{n} {title}"),
        (Some(n), true) => n.to_owned(),
        (None, false) => title,
        (None, true) => format!("{} {}", def.label.en, id.short()),
    }
}

/// Which records a pure function reads. Declared beside the function, so that the app loads
/// exactly these and knows what to check again after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The record(s) that one of its own reference fields points to.
    Out(&'static str),
    /// The records of a register that point to it by a field: `(register, field)`.
    In(&'static str, &'static str),
    /// The records of a register that point by a field to what one of its own reference fields
    /// points to: `(own field, register, field)`. The other tasks of the same playbook run.
    Beside(&'static str, &'static str, &'static str),
    /// Of a type of record: the records of its `register` that have not changed for so long that
    /// their retention (`retention_years`) is over or nearly so (NI-215).
    Aged,
    /// Of an obligation: where its limit would fall by what its `subject` says now.
    Clocks,
    /// The closed days of the organisation's country (calendar `jp`).
    Holidays,
    /// All current records of a register (small sets only). `All("setting")` says that the answer
    /// hangs on the settings, which are handed in anyway.
    All(&'static str),
}

/// The records handed to a pure function.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    by_id: BTreeMap<(String, RecordId), Rc<Record>>,
    incoming: BTreeMap<(&'static str, &'static str, RecordId), Vec<Rc<Record>>>,
    sets: BTreeMap<&'static str, Vec<Rc<Record>>>,
    aged: Vec<Rc<Record>>,
    drift: Option<super::clock::Drift>,
    holidays: Option<std::sync::Arc<super::clock::Calendar>>,
}

impl Snapshot {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one record that is reached by its id.
    pub fn add(&mut self, record: Rc<Record>) {
        self.by_id.insert((record.def.id.to_owned(), record.id.clone()), record);
    }

    /// Sets what points to `target` from `(register, field)`.
    pub fn set_incoming(
        &mut self,
        register: &'static str,
        field: &'static str,
        target: RecordId,
        records: Vec<Rc<Record>>,
    ) {
        self.incoming.insert((register, field, target), records);
    }

    /// Sets all current records of a register.
    pub fn set_all(&mut self, register: &'static str, records: Vec<Rc<Record>>) {
        self.sets.insert(register, records);
    }

    /// Sets what [`Input::Aged`] asks for.
    pub fn set_aged(&mut self, records: Vec<Rc<Record>>) {
        self.aged = records;
    }

    /// Records whose retention may be over.
    pub fn aged(&self) -> impl Iterator<Item = &Record> {
        self.aged.iter().map(Rc::as_ref)
    }

    /// Sets what [`Input::Clocks`] asks for.
    pub fn set_drift(&mut self, drift: Option<super::clock::Drift>) {
        self.drift = drift;
    }

    /// Sets what [`Input::Holidays`] asks for.
    pub fn set_holidays(&mut self, calendar: Option<std::sync::Arc<super::clock::Calendar>>) {
        self.holidays = calendar;
    }

    /// The closed days of the organisation's country, where they were handed in.
    pub fn holidays(&self) -> Option<&super::clock::Calendar> {
        self.holidays.as_deref()
    }

    /// How the limit of the obligation no longer agrees with its record.
    pub fn drift(&self) -> Option<&super::clock::Drift> {
        self.drift.as_ref()
    }

    /// A record by its id, where it was handed in.
    pub fn get(&self, register: &str, id: &str) -> Option<&Record> {
        self.by_id
            .get(&(register.to_owned(), RecordId::new(id)))
            .or_else(|| {
                self.sets.get(register).and_then(|set| set.iter().find(|r| r.id.as_str() == id))
            })
            .map(Rc::as_ref)
    }

    /// The records that point to `target` from `(register, field)`.
    pub fn incoming(
        &self,
        register: &'static str,
        field: &'static str,
        target: &RecordId,
    ) -> impl Iterator<Item = &Record> {
        self.incoming.get(&(register, field, target.clone())).into_iter().flatten().map(Rc::as_ref)
    }

    /// All current records of a register; empty where the set was not handed in.
    pub fn set(&self, register: &str) -> &[Rc<Record>] {
        self.sets.get(register).map_or(&[], Vec::as_slice)
    }
}
