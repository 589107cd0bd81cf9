//! The one pure step of the write path: from a change to new revisions.

use super::change::{Change, GateProblem, Refusal};
use super::def::RegisterDef;
use super::flow::{Follow, Gate, NewRecord, Transition, Workflow};
use super::ids::RecordId;
use super::record::{ENDED, ERASED, Input, REASON, Record, Snapshot};
use super::rule::RuleCtx;
use super::setting::Settings;
use super::text::Message;
use super::time::{Time, Zone};
use super::validate;
use super::value::{Body, FieldProblem};
use serde_json::Value;

/// What a decision is handed besides the change.
#[derive(Debug, Clone, Copy)]
pub struct DecideCtx<'a> {
    /// The instant.
    pub now: Time,
    /// The organisation's time zone.
    pub zone: &'a Zone,
    /// The organisation's settings.
    pub settings: &'a Settings,
    /// What [`reads`] asked for.
    pub snap: &'a Snapshot,
    /// Kinds of role that the actor holds; `None` for the program itself.
    pub roles: Option<&'a [&'static str]>,
    /// The person who acts; `None` for the program and for the public.
    pub actor: Option<&'a RecordId>,
    /// Whether the program's own fields may be set by this change (clock, intake, import of a
    /// backup); never from a form.
    pub system: bool,
}

/// A revision to be written.
#[derive(Debug, Clone)]
pub struct Write {
    /// Its register.
    pub def: &'static RegisterDef,
    /// The record; `None` where a fresh id is to be given.
    pub id: Option<RecordId>,
    /// The revision it follows; `0` for a new record.
    pub rev: u32,
    /// The whole body.
    pub body: Body,
    /// Fields to erase in all revisions.
    pub erase: Vec<String>,
    /// Field of the first write that is to be set to this record's id.
    pub link_back: Option<&'static str>,
}

/// What follows from a change: the record itself first, then what it opens.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The revisions, all under one leaf.
    pub writes: Vec<Write>,
}

/// What must be handed in before [`decide`] is called, besides the record itself.
pub fn reads(change: &Change) -> Vec<Input> {
    let mut inputs = Vec::new();
    let def = change.def();
    if matches!(change, Change::Create { .. } | Change::Edit { .. } | Change::Step { .. }) {
        inputs.extend(def.opens.iter().flat_map(|f| f.inputs));
    }
    if matches!(change, Change::Create { .. }) {
        inputs.extend(def.acts.iter().flat_map(|a| a.inputs));
    }
    match (def.flow, change) {
        (Some(flow), Change::Create { .. }) => {
            inputs.extend(flow.start.inputs);
            inputs.extend(flow.start.follows.iter().flat_map(|f| f.inputs));
        }
        (Some(flow), Change::Step { step, .. }) => {
            if let Some(t) = flow.transition(step) {
                inputs.extend(t.gates.iter().flat_map(|g| g.inputs));
                inputs.extend(t.follows.iter().flat_map(|f| f.inputs));
            }
        }
        _ => {}
    }
    inputs.dedup();
    inputs
}

/// Decides a change on what was handed in. Pure.
pub fn decide(
    change: &Change,
    current: Option<&Record>,
    ctx: &DecideCtx<'_>,
) -> Result<Decision, Refusal> {
    if let Change::Create { def, body, reason } = change {
        return create(def, body, reason.as_deref(), ctx);
    }
    let current = current.ok_or(Refusal::NotFound)?;
    match change {
        Change::Create { .. } => Err(Refusal::NotFound),
        Change::Edit { def, rev, patch, reason, .. } => {
            edit(def, current, *rev, patch, reason.as_deref(), ctx)
        }
        Change::Step { def, rev, step, patch, reason, .. } => {
            if let Some(seen) = rev {
                fresh(current, *seen)?;
            }
            take_step(def, current, step, patch, reason.as_deref(), ctx)
        }
        Change::End { def, rev, reason, .. } => end(def, current, *rev, reason, ctx),
        Change::Erase { def, fields, reason, .. } => erase(def, current, fields, reason, ctx),
    }
}

fn create(
    def: &'static RegisterDef,
    typed: &Body,
    reason: Option<&str>,
    ctx: &DecideCtx<'_>,
) -> Result<Decision, Refusal> {
    let mut body = typed.clone();
    body.retain(|_, v| !v.is_null());
    refuse_system_fields(def, &body, ctx)?;
    if reason.is_some() {
        set_reason(&mut body, reason);
    }
    if let Some(flow) = def.flow {
        stamp(&mut body, flow.start.stamps, ctx.now);
        body.entry(flow.field).or_insert_with(|| flow.initial.into());
        let me = unsaved(def, &body, ctx.now);
        if let Some(fill) = flow.start.fill {
            for (field, value) in fill(&rule_ctx(&me, ctx)) {
                body.entry(field).or_insert(value);
            }
        }
    }
    fields_fit(def, &body, true)?;
    let started = unsaved(def, &body, ctx.now);
    let mut follows = opened(def.flow.map_or(&[], |f| f.start.follows), &started, ctx);
    follows.extend(opened(def.opens, &started, ctx));
    let me = Write { def, id: None, rev: 0, body, erase: Vec::new(), link_back: None };
    Ok(Decision { writes: with_follows(me, follows)? })
}

/// Ends a record. One whose workflow has an end is ended only there, so that no step, gate or
/// deadline is walked around by ending the record instead.
fn end(
    def: &'static RegisterDef,
    current: &Record,
    rev: u32,
    reason: &str,
    ctx: &DecideCtx<'_>,
) -> Result<Decision, Refusal> {
    if def.append_only && !ctx.system {
        return Err(Refusal::AppendOnly);
    }
    if current.ended() {
        return Err(Refusal::Ended);
    }
    fresh(current, rev)?;
    reason_given(Some(reason))?;
    if let Some(flow) = def.flow {
        let state = state_of(flow, current);
        if flow.has_end() && !flow.is_end(state) {
            return Err(Refusal::NotOpen { state: state.to_owned() });
        }
    }
    let mut body = current.body.clone();
    body.insert(ENDED.into(), ctx.now.millis().into());
    set_reason(&mut body, Some(reason));
    Ok(Decision { writes: vec![write(def, current, body)] })
}

fn edit(
    def: &'static RegisterDef,
    current: &Record,
    rev: u32,
    patch: &Body,
    reason: Option<&str>,
    ctx: &DecideCtx<'_>,
) -> Result<Decision, Refusal> {
    if def.append_only && !ctx.system {
        return Err(Refusal::AppendOnly);
    }
    if current.ended() {
        return Err(Refusal::Ended);
    }
    fresh(current, rev)?;
    refuse_system_fields(def, patch, ctx)?;
    let mut body = current.body.clone();
    apply(&mut body, patch);
    set_reason(&mut body, reason);
    fields_fit(def, &body, true)?;
    let after = Record { body: body.clone(), ..current.clone() };
    let follows = opened(def.opens, &after, ctx);
    Ok(Decision { writes: with_follows(write(def, current, body), follows)? })
}

/// What some functions open beside a record as it will stand.
fn opened(follows: &[Follow], after: &Record, ctx: &DecideCtx<'_>) -> Vec<NewRecord> {
    follows.iter().flat_map(|f| (f.open)(&rule_ctx(after, ctx))).collect()
}

fn take_step(
    def: &'static RegisterDef,
    current: &Record,
    step: &str,
    patch: &Body,
    reason: Option<&str>,
    ctx: &DecideCtx<'_>,
) -> Result<Decision, Refusal> {
    let flow = def.flow.ok_or(Refusal::NoSuchStep)?;
    let step = flow.transition(step).ok_or(Refusal::NoSuchStep)?;
    if current.ended() {
        return Err(Refusal::Ended);
    }
    let state = state_of(flow, current);
    if !step.from.contains(&state) {
        return Err(Refusal::NotOpen { state: state.to_owned() });
    }
    if !may(step, ctx.roles) {
        return Err(Refusal::Role(step.who.to_vec()));
    }
    let body = stepped(flow, step, current, patch, reason, ctx)?;
    let after = Record { body: body.clone(), ..current.clone() };
    let closed = closed_gates(step, &after, ctx);
    if !closed.is_empty() {
        return Err(Refusal::Gates(closed));
    }
    let mut follows = opened(step.follows, &after, ctx);
    follows.extend(opened(def.opens, &after, ctx));
    Ok(Decision { writes: with_follows(write(def, current, body), follows)? })
}

/// The body after a step: what was typed, stamped, counted, and the new state.
fn stepped(
    flow: &'static Workflow,
    step: &'static Transition,
    current: &Record,
    patch: &Body,
    reason: Option<&str>,
    ctx: &DecideCtx<'_>,
) -> Result<Body, Refusal> {
    let def = current.def;
    let mut problems: Vec<FieldProblem> = patch
        .keys()
        .filter(|k| !step.asks.iter().any(|(f, _)| f == k) && !ctx.system)
        .map(|k| FieldProblem::new(k.clone(), "not_asked", not_asked(step)))
        .collect();
    let mut body = current.body.clone();
    apply(&mut body, patch);
    for (field, needed) in step.asks {
        if *needed && !body.contains_key(*field) {
            problems.push(FieldProblem::new(*field, "required", needed_here(def, field)));
        }
    }
    if step.reason
        && let Err(Refusal::Fields(missing)) = reason_given(reason)
    {
        problems.extend(missing);
    }
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems));
    }
    // A step that can be taken again (a deputy, a second containment) stamps anew only what the
    // earlier turn left unset: the first qualifying instant stays.
    stamp(&mut body, step.stamps, ctx.now);
    for field in step.counts {
        let n = body.get(*field).and_then(Value::as_i64).unwrap_or(0);
        body.insert((*field).to_owned(), (n + 1).into());
    }
    body.insert(flow.field.to_owned(), step.to.into());
    if let Some(fill) = step.fill {
        let me = Record { body: body.clone(), ..current.clone() };
        apply(&mut body, &fill(&rule_ctx(&me, ctx)));
    }
    set_reason(&mut body, reason);
    fields_fit(def, &body, true)?;
    Ok(body)
}

fn erase(
    def: &'static RegisterDef,
    current: &Record,
    fields: &[String],
    reason: &str,
    ctx: &DecideCtx<'_>,
) -> Result<Decision, Refusal> {
    reason_given(Some(reason))?;
    let problems: Vec<FieldProblem> = fields
        .iter()
        .filter(|f| !def.field(f).is_some_and(|f| f.personal))
        .map(|f| {
            FieldProblem::new(
                f.clone(),
                "not_erasable",
                Message::new(
                    format!("「{f}」は個人情報の項目ではないため、消去できません。"),
                    format!("\"{f}\" holds no personal data and cannot be erased."),
                ),
            )
        })
        .collect();
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems));
    }
    // Of the case itself its own hold counts, of anything else that of its case.
    let own = (def.id == "incident").then(|| current.id.clone());
    let cases = current.ids("incident").into_iter().map(super::ids::RecordId::new).chain(own);
    let held = current.flag("legal_hold")
        || cases.into_iter().any(|id| {
            ctx.snap.get("incident", id.as_str()).is_some_and(|i| i.flag("legal_hold"))
                || ctx.snap.incoming("hold", "incident", &id).any(crate::respond::hold::in_force)
        });
    if held {
        return Err(Refusal::LegalHold);
    }
    let mut body = current.body.clone();
    for field in fields {
        body.remove(field);
    }
    // What was erased is not asked for again by later changes.
    let mut erased: Vec<Value> =
        body.get(ERASED).and_then(Value::as_array).cloned().unwrap_or_default();
    erased.extend(fields.iter().map(|f| Value::from(f.as_str())));
    body.insert(ERASED.into(), Value::Array(erased));
    set_reason(&mut body, Some(reason));
    let mut write = write(def, current, body);
    write.erase = fields.to_vec();
    Ok(Decision { writes: vec![write] })
}

/// Conditions of a step that do not hold for a record.
pub fn closed_gates(step: &Transition, me: &Record, ctx: &DecideCtx<'_>) -> Vec<GateProblem> {
    let problem =
        |g: &Gate| GateProblem { id: g.id, label: g.label.message(), mend: g.mend.message() };
    step.gates.iter().filter(|g| !(g.holds)(&rule_ctx(me, ctx))).map(problem).collect()
}

/// The present state of a record.
pub fn state_of<'a>(flow: &Workflow, record: &'a Record) -> &'a str {
    match record.text(flow.field) {
        "" => flow.initial_static(),
        state => state,
    }
}

/// Whether somebody holding these kinds of role may take a step.
pub fn may(step: &Transition, roles: Option<&[&'static str]>) -> bool {
    step.who.is_empty() || roles.is_none_or(|held| held.iter().any(|r| step.who.contains(r)))
}

fn rule_ctx<'a>(me: &'a Record, ctx: &DecideCtx<'a>) -> RuleCtx<'a> {
    RuleCtx {
        now: ctx.now,
        zone: ctx.zone,
        me,
        snap: ctx.snap,
        settings: ctx.settings,
        actor: ctx.actor,
    }
}

fn fresh(current: &Record, seen: u32) -> Result<(), Refusal> {
    if current.rev == seen { Ok(()) } else { Err(Refusal::Stale { seen, now: current.rev }) }
}

fn reason_given(reason: Option<&str>) -> Result<(), Refusal> {
    if reason.is_some_and(|r| !r.trim().is_empty()) {
        return Ok(());
    }
    let text = Message::new("理由・根拠を書いてください。", "Please give the reason or ground.");
    Err(Refusal::Fields(vec![FieldProblem::new(REASON, "required", text)]))
}

fn refuse_system_fields(
    def: &RegisterDef,
    body: &Body,
    ctx: &DecideCtx<'_>,
) -> Result<(), Refusal> {
    if ctx.system {
        return Ok(());
    }
    let problems: Vec<FieldProblem> = body
        .keys()
        .filter(|k| k.starts_with('_') || def.field(k).is_some_and(|f| f.system))
        .map(|k| {
            FieldProblem::new(
                k.clone(),
                "set_by_program",
                Message::new(
                    "この項目は手で入れられません。ボタンの操作で決まります。",
                    "This field cannot be typed in; it follows from the steps taken.",
                ),
            )
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::Fields(problems)) }
}

fn fields_fit(def: &RegisterDef, body: &Body, complete: bool) -> Result<(), Refusal> {
    let problems = validate::check(def, body, complete);
    if problems.is_empty() { Ok(()) } else { Err(Refusal::Fields(problems)) }
}

fn apply(body: &mut Body, patch: &Body) {
    for (field, value) in patch {
        if value.is_null() {
            body.remove(field);
        } else {
            body.insert(field.clone(), value.clone());
        }
    }
}

fn stamp(body: &mut Body, fields: &[&str], now: Time) {
    for field in fields {
        body.entry(*field).or_insert_with(|| now.millis().into());
    }
}

fn set_reason(body: &mut Body, reason: Option<&str>) {
    match reason.map(str::trim).filter(|r| !r.is_empty()) {
        Some(reason) => body.insert(REASON.into(), reason.into()),
        None => body.remove(REASON),
    };
}

fn write(def: &'static RegisterDef, current: &Record, body: Body) -> Write {
    Write {
        def,
        id: Some(current.id.clone()),
        rev: current.rev,
        body,
        erase: Vec::new(),
        link_back: None,
    }
}

fn with_follows(me: Write, opened: Vec<NewRecord>) -> Result<Vec<Write>, Refusal> {
    let mut writes = vec![me];
    for new in opened {
        let Some(def) = crate::register(new.register) else { continue };
        let mut body = new.body;
        if let Some(flow) = def.flow {
            body.entry(flow.field).or_insert_with(|| flow.initial.into());
        }
        fields_fit(def, &body, true)?;
        writes.push(Write {
            def,
            id: None,
            rev: 0,
            body,
            erase: Vec::new(),
            link_back: new.link_back,
        });
    }
    Ok(writes)
}

/// A record that is about to be made, for the functions that look at it. Its id is the reserved
/// word `new`; the app puts the real one in its place.
pub fn unsaved(def: &'static RegisterDef, body: &Body, now: Time) -> Record {
    Record {
        def,
        id: RecordId::new("new"),
        rev: 0,
        leaf: 0,
        created_at: now,
        updated_at: now,
        updated_by: String::new(),
        body: body.clone(),
    }
}

fn not_asked(step: &Transition) -> Message {
    Message::new(
        format!("「{}」ではこの項目を入れません。", step.label.ja),
        format!("\"{}\" does not ask for this field.", step.label.en),
    )
}

fn needed_here(def: &RegisterDef, field: &str) -> Message {
    def.field(field).map_or_else(
        || Message::new(field, field),
        |f| {
            Message::new(
                format!("「{}」を入れてください。", f.label.ja),
                format!("Please give \"{}\".", f.label.en),
            )
        },
    )
}
