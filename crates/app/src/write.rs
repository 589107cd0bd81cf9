//! The single write path: every change of the record goes through here.

use crate::check;
use crate::clocks;
use crate::env::Env;
use crate::error::AppError;
use crate::look::Look;
use okiagari_model::{
    AnyRef, Body, Change, DecideCtx, FieldKind, FieldProblem, Input, Message, ORIGIN, OrgId,
    Record, RecordId, RegisterDef, RowFilter, Snapshot, Subject, Time, Value, Write, decide,
    policy, policy::Action, reads,
};
use okiagari_store::{ChangeDraft, ReadTx, RevisionDraft, WriteTx};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Who makes a change.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A signed-in person, bound by the policy table.
    Person(Arc<Subject>),
    /// Somebody without an account, through the public form.
    Public,
    /// The program itself: clocks, intake, import of packages, the demo.
    Program(&'static str),
}

impl Actor {
    /// As it stands in the leaf: opaque.
    pub fn id(&self) -> String {
        match self {
            Actor::Person(s) => s.account.as_str().to_owned(),
            Actor::Public => "public".to_owned(),
            Actor::Program(name) => format!("system:{name}"),
        }
    }

    /// The role acted in, as it stands in the leaf.
    pub fn role(&self) -> String {
        match self {
            Actor::Person(s) => s.roles.join("+"),
            Actor::Public => "public".to_owned(),
            Actor::Program(_) => "system".to_owned(),
        }
    }

    fn rows(&self, def: &RegisterDef, action: Action) -> RowFilter {
        match self {
            Actor::Person(s) => policy::rows(s, def, action),
            Actor::Public | Actor::Program(_) => RowFilter::everything(),
        }
    }
}

/// What a change has become: shown to the person, provable later.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Receipt {
    /// Register.
    pub register: &'static str,
    /// Record.
    pub id: RecordId,
    /// Revision.
    pub rev: u32,
    /// Leaf that proves it.
    pub leaf: u64,
    /// Number given to the record (`INC-12`), where it has one.
    pub number: Option<String>,
    /// Records that the change opened besides.
    pub opened: Vec<(&'static str, RecordId)>,
}

/// A change with all it needs at its serial point.
pub struct Request {
    /// In which organisation.
    pub org: OrgId,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub change: Change,
    /// At which instant.
    pub now: Time,
}

/// Decides and writes one change inside the store's batch.
///
/// # Errors
/// Whatever keeps the change from being made; nothing is written then.
pub fn apply(tx: &mut WriteTx<'_>, env: &Env, request: &Request) -> Result<Receipt, AppError> {
    let trusted = !matches!(request.actor, Actor::Person(_));
    apply_as(tx, env, request, trusted)
}

/// As [`apply`], for a person's change whose file fields (hash, size, name) the program itself has
/// just measured.
pub(crate) fn apply_with_file(
    tx: &mut WriteTx<'_>,
    env: &Env,
    request: &Request,
) -> Result<Receipt, AppError> {
    apply_as(tx, env, request, true)
}

fn apply_as(
    tx: &mut WriteTx<'_>,
    env: &Env,
    request: &Request,
    trusted: bool,
) -> Result<Receipt, AppError> {
    let Request { org, actor, change, now } = request;
    let def = change.def();
    let current = load_current(tx, request)?;
    let settings = env.settings(tx, org)?;
    let zone = settings.zone();
    let mut snap = Snapshot::new();
    let subject_record = match (&current, change) {
        // With what is typed: a gate may ask about the very record that a step names.
        (Some(record), Change::Edit { patch, .. } | Change::Step { patch, .. })
            if !patch.is_empty() =>
        {
            let mut typed = record.as_ref().clone();
            typed.body.extend(patch.clone());
            Some(Rc::new(typed))
        }
        (Some(record), _) => Some(record.clone()),
        (None, Change::Create { body, .. }) => {
            Some(Rc::new(okiagari_model::core::decide::unsaved(def, body, *now)))
        }
        _ => None,
    };
    if let Some(me) = &subject_record {
        let inputs = reads(change);
        load_inputs(tx, org, me, &inputs, &mut snap)?;
        if inputs.contains(&Input::Holidays) {
            snap.set_holidays(env.catalog.holidays());
        }
        if matches!(change, Change::Erase { .. }) {
            load_case(tx, org, me, &mut snap)?;
        }
    }
    let (roles, person) = match actor {
        Actor::Person(s) => (Some(s.roles.as_slice()), s.person.as_ref()),
        Actor::Public | Actor::Program(_) => (None, None),
    };
    let ctx = DecideCtx {
        now: *now,
        zone: &zone,
        settings: &settings,
        snap: &snap,
        roles,
        actor: person,
        system: trusted,
    };
    let decision = decide(change, current.as_deref(), &ctx)?;
    let mut writes = decision.writes;
    crate::case::signed(actor, &mut writes);
    clocks::moved(current.as_deref(), &mut writes, *now);
    name_new_records(tx, env, org, *now, &mut writes)?;
    check_references(tx, request, current.as_deref(), &writes)?;
    let scope = crate::acts::Scope { env, request, settings: &settings, zone: &zone, snap: &snap };
    let acted = crate::acts::done(tx, &scope, &mut writes)?;
    writes.extend(acted);
    writes.extend(crate::case::followers(tx, org, current.as_deref(), &writes)?);
    writes.extend(crate::case::kept_promises(tx, org, *now, current.as_deref(), &writes)?);
    writes.extend(clocks::opened(tx, env, org, &settings, *now, &writes)?);
    finish_ids(env, *now, &mut writes);
    if let Some(origin) = env.origin(tx, org)? {
        // Whoever makes it: what is made in a demo or an exercise is marked as such.
        for write in writes.iter_mut().filter(|w| w.rev == 0) {
            write.body.entry(ORIGIN).or_insert_with(|| origin.into());
        }
    }
    crate::evidence::forget_file(tx, org, *now, current.as_deref(), change)?;
    let before = before_images(tx, org, &current, &writes)?;
    let appended = append(tx, env, request, writes)?;
    let after: Vec<Rc<Record>> = appended.records.into_iter().map(Rc::new).collect();
    check::after_change(tx, env, org, *now, &before, &after, appended.leaf)?;
    crate::notices::after_change(tx, env, org, *now, &before, &after)?;
    crate::outbox::after_change(tx, env, org, *now, &before, &after)?;
    receipt(def, appended.leaf, &after)
}

/// The record concerned, if this actor may do this to it. Not being allowed to see it and its not
/// existing look the same.
fn load_current(tx: &mut WriteTx<'_>, request: &Request) -> Result<Option<Rc<Record>>, AppError> {
    let Request { org, actor, change, .. } = request;
    let def = change.def();
    let action = match change {
        Change::Create { .. } => Action::Create,
        Change::Edit { .. } | Change::Step { .. } => Action::Write,
        Change::End { .. } => Action::End,
        Change::Erase { .. } => Action::Erase,
    };
    let rows = actor.rows(def, action);
    let Some(id) = change.id() else {
        if rows.is_nothing() {
            return Err(AppError::Forbidden("create"));
        }
        return Ok(None);
    };
    if let Some(record) = tx.one(org, def, id, &rows)? {
        return Ok(Some(record));
    }
    let seen = tx.get(org, def, id, &actor.rows(def, Action::Read))?.is_some();
    Err(if seen { AppError::Forbidden("change") } else { AppError::NotFound })
}

/// Loads exactly what was declared.
pub fn load_inputs(
    tx: &mut ReadTx<'_>,
    org: &OrgId,
    me: &Record,
    inputs: &[Input],
    snap: &mut Snapshot,
) -> Result<(), AppError> {
    let everything = RowFilter::everything();
    for input in inputs {
        match input {
            Input::Out(field) => {
                let kind = me.def.field(field).map(|f| f.kind);
                for id in me.ids(field) {
                    let (register, id) = match kind {
                        Some(FieldKind::Ref(r) | FieldKind::Refs(r)) => {
                            (r.to_owned(), id.to_owned())
                        }
                        _ => match AnyRef::parse(id) {
                            Some(any) => (any.register, any.id.as_str().to_owned()),
                            None => continue,
                        },
                    };
                    let Some(def) = okiagari_model::register(&register) else { continue };
                    if let Some(r) = tx.one(org, def, &RecordId::new(id), &everything)? {
                        snap.add(r);
                    }
                }
            }
            Input::In(register, field) => {
                if me.rev == 0 {
                    continue;
                }
                let Some(from) = okiagari_model::register(register) else { continue };
                let list = tx.pointing(org, from, field, (me.def.id, &me.id))?;
                snap.set_incoming(register, field, me.id.clone(), list);
            }
            Input::Beside(own, register, field) => {
                let Some(from) = okiagari_model::register(register) else { continue };
                let Some(FieldKind::Ref(to) | FieldKind::Refs(to)) =
                    me.def.field(own).map(|f| f.kind)
                else {
                    continue;
                };
                for id in me.ids(own) {
                    let id = RecordId::new(id);
                    let list = tx.pointing(org, from, field, (to, &id))?;
                    snap.set_incoming(register, field, id, list);
                }
            }
            // Settings are handed in as such; the input only says when to look again. What is more
            // than records is loaded where rules are evaluated.
            Input::All("setting") | Input::Aged | Input::Clocks | Input::Holidays => {}
            Input::All(register) => {
                let Some(def) = okiagari_model::register(register) else { continue };
                snap.set_all(register, tx.set(org, def)?);
            }
        }
    }
    Ok(())
}

fn load_case(
    tx: &mut ReadTx<'_>,
    org: &OrgId,
    me: &Record,
    snap: &mut Snapshot,
) -> Result<(), AppError> {
    if me.def.field("incident").is_some() {
        let case = [Input::Out("incident"), Input::Beside("incident", "hold", "incident")];
        load_inputs(tx, org, me, &case, snap)?;
    }
    if me.def.id == "incident" {
        load_inputs(tx, org, me, &[Input::In("hold", "incident")], snap)?;
    }
    Ok(())
}

/// Gives ids and numbers to records that are being made, and puts them where others name them.
pub(crate) fn name_new_records(
    tx: &mut WriteTx<'_>,
    env: &Env,
    org: &OrgId,
    now: Time,
    writes: &mut [Write],
) -> Result<(), AppError> {
    finish_ids(env, now, writes);
    let Some(first) = writes.first().and_then(|w| w.id.clone()) else { return Ok(()) };
    let mut back = Vec::new();
    for (i, write) in writes.iter_mut().enumerate() {
        if write.rev == 0 {
            number(tx, org, write)?;
        }
        if i > 0 {
            name_the_first(&mut write.body, &first);
            if let (Some(field), Some(id)) = (write.link_back, &write.id) {
                back.push((field, id.clone()));
            }
        }
    }
    if let Some(me) = writes.first_mut() {
        for (field, id) in back {
            me.body.insert(field.to_owned(), id.as_str().into());
        }
    }
    Ok(())
}

fn finish_ids(env: &Env, now: Time, writes: &mut [Write]) {
    for write in writes.iter_mut().filter(|w| w.id.is_none()) {
        write.id = Some(env.next_id(now));
    }
}

fn number(tx: &mut WriteTx<'_>, org: &OrgId, write: &mut Write) -> Result<(), AppError> {
    for field in write.def.fields {
        if let Some(prefix) = field.auto_number
            && !write.body.contains_key(field.id)
        {
            let n = tx.next_number(org, write.def.id)?;
            write.body.insert(field.id.to_owned(), format!("{prefix}-{n}").into());
        }
    }
    Ok(())
}

/// Functions that open records name the one that opens them as `new`.
fn name_the_first(body: &mut Body, first: &RecordId) {
    for value in body.values_mut() {
        match value {
            Value::String(s) if s == "new" => *s = first.as_str().to_owned(),
            Value::String(s) if s.ends_with("/new") => {
                *s = format!("{}{}", s.trim_end_matches("new"), first);
            }
            _ => {}
        }
    }
}

/// Every reference that somebody types anew must point to a record of this organisation that the
/// actor may see. Records made by the same change count. What the program fills in by itself (the
/// owner of a report) need not be visible to whoever reports.
fn check_references(
    tx: &mut WriteTx<'_>,
    request: &Request,
    current: Option<&Record>,
    writes: &[Write],
) -> Result<(), AppError> {
    let Request { org, actor, change, .. } = request;
    let typed = match change {
        Change::Create { body, .. } => body,
        Change::Edit { patch, .. } | Change::Step { patch, .. } => patch,
        Change::End { .. } | Change::Erase { .. } => return Ok(()),
    };
    let mut problems = Vec::new();
    for (field, register, id) in references(change.def(), typed) {
        let known = current
            .is_some_and(|c| references(c.def, &c.body).any(|(_, r, o)| r == register && o == id));
        let made = writes
            .iter()
            .any(|w| w.def.id == register && w.id.as_ref().is_some_and(|w| w.as_str() == id));
        if known || made {
            continue;
        }
        let target = okiagari_model::register(&register);
        let found = match target {
            Some(def) => {
                let rows = actor.rows(def, Action::Read);
                tx.get(org, def, &RecordId::new(&id), &rows)?.is_some()
            }
            None => false,
        };
        if !found {
            problems.push(missing_reference(field, target));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(AppError::Fields(problems)) }
}

/// All references of a body: (field, register, id), those inside small tables included.
pub fn references(
    def: &'static RegisterDef,
    body: &Body,
) -> impl Iterator<Item = (String, String, String)> {
    let mut found = Vec::new();
    collect(def.fields, body, "", &mut found);
    found.into_iter()
}

fn collect(
    fields: &'static [okiagari_model::FieldDef],
    body: &Body,
    prefix: &str,
    found: &mut Vec<(String, String, String)>,
) {
    for field in fields {
        let Some(value) = body.get(field.id) else { continue };
        let name = format!("{prefix}{}", field.id);
        match field.kind {
            FieldKind::Ref(register) => {
                if let Some(id) = value.as_str() {
                    found.push((name, register.to_owned(), id.to_owned()));
                }
            }
            FieldKind::Refs(register) => {
                for id in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    found.push((name.clone(), register.to_owned(), id.to_owned()));
                }
            }
            FieldKind::AnyRef => {
                if let Some(any) = value.as_str().and_then(AnyRef::parse) {
                    found.push((name, any.register, any.id.as_str().to_owned()));
                }
            }
            FieldKind::Rows(columns) => {
                for (i, row) in value.as_array().into_iter().flatten().enumerate() {
                    if let Some(row) = row.as_object() {
                        collect(columns, row, &format!("{name}[{i}]."), found);
                    }
                }
            }
            _ => {}
        }
    }
}

fn missing_reference(field: String, target: Option<&RegisterDef>) -> FieldProblem {
    let (ja, en) = target.map_or(("記録", "record"), |d| (d.label.ja, d.label.en));
    FieldProblem::new(
        field,
        "no_such_record",
        Message::new(
            format!("選んだ{ja}が見つかりません。一覧から選び直してください。"),
            format!("The chosen {en} was not found. Choose again from the list."),
        ),
    )
}

/// The records as they were before the writes.
fn before_images(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    current: &Option<Rc<Record>>,
    writes: &[Write],
) -> Result<Vec<Option<Rc<Record>>>, AppError> {
    let everything = RowFilter::everything();
    writes
        .iter()
        .enumerate()
        .map(|(i, w)| match (&w.id, w.rev) {
            (_, 0) | (None, _) => Ok(None),
            _ if i == 0 => Ok(current.clone()),
            (Some(id), _) => Ok(tx.one(org, w.def, id, &everything)?),
        })
        .collect()
}

fn append(
    tx: &mut WriteTx<'_>,
    env: &Env,
    request: &Request,
    writes: Vec<Write>,
) -> Result<okiagari_store::Appended, AppError> {
    let mut pins = BTreeMap::new();
    pins.insert("program".to_owned(), env.version.to_owned());
    pins.insert("policy".to_owned(), policy::table_digest().to_owned());
    for write in &writes {
        if let (Some(rule), Some(digest)) = (
            write.body.get("rule").and_then(Value::as_str),
            write.body.get("rule_digest").and_then(Value::as_str),
        ) && write.def.id == "obligation"
        {
            pins.insert(format!("clock/{rule}"), digest.to_owned());
        }
    }
    let revisions = writes
        .into_iter()
        .map(|w| {
            let id = w.id.ok_or_else(|| AppError::Internal("a write without an id".into()))?;
            Ok(RevisionDraft { def: w.def, id, expected_rev: w.rev, body: w.body, erase: w.erase })
        })
        .collect::<Result<Vec<_>, AppError>>()?;
    let (actor, role, action) = (request.actor.id(), request.actor.role(), request.change.action());
    let draft = ChangeDraft {
        org: &request.org,
        now: request.now,
        actor: &actor,
        role: &role,
        action: &action,
        revisions,
        pins,
        note: None,
    };
    env.with_ids(|ids| tx.append(draft, ids)).map_err(AppError::from)
}

fn receipt(
    def: &'static RegisterDef,
    leaf: u64,
    records: &[Rc<Record>],
) -> Result<Receipt, AppError> {
    let first =
        records.first().ok_or_else(|| AppError::Internal("a change without a record".into()))?;
    let number = def
        .fields
        .iter()
        .find(|f| f.auto_number.is_some())
        .map(|f| first.text(f.id).to_owned())
        .filter(|n| !n.is_empty());
    Ok(Receipt {
        register: def.id,
        id: first.id.clone(),
        rev: first.rev,
        leaf,
        number,
        opened: records.iter().skip(1).map(|r| (r.def.id, r.id.clone())).collect(),
    })
}
