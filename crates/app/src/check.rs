//! Keeps findings and derived values right: what a change touches is checked in the same commit
//! up to a bound, the rest as a durable job.

use crate::env::Env;
use crate::error::AppError;
use crate::look::Look;
use crate::write::load_inputs;
use okiagari_model::govern::setting::RULE_OFF;
use okiagari_model::{
    DerivedDef, Input, OrgId, Record, RecordId, RegisterDef, RowFilter, RuleCtx, RuleDef, Settings,
    Snapshot, Time, Zone,
};
use okiagari_store::{RuleAnswer, WriteTx};
use std::collections::BTreeSet;
use std::rc::Rc;

/// How many records are checked in the commit of the change itself.
pub const IN_COMMIT: usize = 64;
/// Kind of the durable job that checks the rest.
pub const JOB: &str = "recheck";

/// One thing to evaluate again: a rule or derived value (by its id) of one record.
type Due = (&'static str, &'static str, RecordId);

/// After a change: evaluates every rule and derived value whose inputs it touched.
pub fn after_change(
    tx: &mut WriteTx<'_>,
    env: &Env,
    org: &OrgId,
    now: Time,
    before: &[Option<Rc<Record>>],
    after: &[Rc<Record>],
    leaf: u64,
) -> Result<(), AppError> {
    let mut due: BTreeSet<Due> = BTreeSet::new();
    for (i, record) in after.iter().enumerate() {
        let old = before.get(i).and_then(Option::as_ref);
        for (id, register, inputs) in evaluators() {
            touched(tx, org, (id, register, inputs), old, record, &mut due)?;
        }
        if let Some(rule) = switched(record) {
            let Some(of) = okiagari_model::register(rule.register) else { continue };
            due.extend(tx.set(org, of)?.iter().map(|r| (rule.id, rule.register, r.id.clone())));
        }
    }
    let settings = env.settings(tx, org)?;
    let zone = settings.zone();
    let mut scope = Evaluation { org, now, settings: &settings, zone: &zone, leaf, env };
    for (n, (id, register, record)) in due.into_iter().enumerate() {
        if n < IN_COMMIT {
            evaluate(tx, &mut scope, id, register, &record)?;
        } else {
            let key = format!("{org}/{id}/{record}");
            let payload = format!("{org}/{id}/{register}/{record}");
            tx.enqueue(Some(org), JOB, &key, now, &payload)?;
        }
    }
    Ok(())
}

/// The rule that a setting switches off or on.
fn switched(record: &Record) -> Option<&'static RuleDef> {
    let key = (record.def.id == "setting").then(|| record.text("key"))?;
    okiagari_model::rule(key.strip_prefix(RULE_OFF)?)
}

/// Every rule and derived value: (id, register, inputs).
fn evaluators() -> impl Iterator<Item = (&'static str, &'static str, &'static [Input])> {
    let derived = okiagari_model::DERIVED.iter().flat_map(|set| set.iter());
    okiagari_model::rules()
        .map(|r| (r.id, r.register, r.inputs))
        .chain(derived.map(|d| (d.id, d.register, d.inputs)))
}

/// The reverse index: whose answer may change because `record` did.
fn touched(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    (id, register, inputs): (&'static str, &'static str, &'static [Input]),
    old: Option<&Rc<Record>>,
    record: &Record,
    due: &mut BTreeSet<Due>,
) -> Result<(), AppError> {
    if record.def.id == register {
        due.insert((id, register, record.id.clone()));
    }
    for input in inputs {
        match input {
            Input::In(from, field) if *from == record.def.id => {
                let targets = old.map_or(&[][..], std::slice::from_ref).iter().map(Rc::as_ref);
                for r in targets.chain(std::iter::once(record)) {
                    due.extend(r.ids(field).into_iter().map(|t| {
                        let t = t.rsplit_once('/').map_or(t, |(_, id)| id);
                        (id, register, RecordId::new(t))
                    }));
                }
            }
            Input::Out(field) => {
                let Some(from) = okiagari_model::register(register) else { continue };
                if refers(from, field, record.def.id) {
                    let list = tx.pointing(org, from, field, (record.def.id, &record.id))?;
                    due.extend(list.iter().map(|r| (id, register, r.id.clone())));
                }
            }
            Input::All(set) if *set == record.def.id => {
                let Some(from) = okiagari_model::register(register) else { continue };
                due.extend(tx.set(org, from)?.iter().map(|r| (id, register, r.id.clone())));
            }
            Input::Beside(own, from, field) if *from == record.def.id => {
                let (Some(mine), Some(to)) =
                    (okiagari_model::register(register), target(record.def, field))
                else {
                    continue;
                };
                for shared in record.ids(field) {
                    let list = tx.pointing(org, mine, own, (to, &RecordId::new(shared)))?;
                    due.extend(list.iter().map(|r| (id, register, r.id.clone())));
                }
            }
            Input::In(..)
            | Input::All(_)
            | Input::Beside(..)
            | Input::Aged
            | Input::Clocks
            | Input::Holidays => {}
        }
    }
    Ok(())
}

/// The register that a reference field points to.
fn target(def: &RegisterDef, field: &str) -> Option<&'static str> {
    use okiagari_model::FieldKind;
    match def.field(field)?.kind {
        FieldKind::Ref(register) | FieldKind::Refs(register) => Some(register),
        _ => None,
    }
}

fn refers(def: &RegisterDef, field: &str, to: &str) -> bool {
    use okiagari_model::FieldKind;
    matches!(def.field(field).map(|f| f.kind),
        Some(FieldKind::Ref(r) | FieldKind::Refs(r)) if r == to)
        || matches!(def.field(field).map(|f| f.kind), Some(FieldKind::AnyRef))
}

/// What all evaluations of one batch share.
pub struct Evaluation<'a> {
    /// Organisation.
    pub org: &'a OrgId,
    /// The instant.
    pub now: Time,
    /// Settings.
    pub settings: &'a Settings,
    /// Time zone.
    pub zone: &'a Zone,
    /// The leaf as of which the answers hold.
    pub leaf: u64,
    /// Deadline rules and calendars.
    pub env: &'a Env,
}

/// Evaluates one rule or derived value of one record afresh and stores the answer.
pub fn evaluate(
    tx: &mut WriteTx<'_>,
    scope: &mut Evaluation<'_>,
    id: &str,
    register: &str,
    record: &RecordId,
) -> Result<(), AppError> {
    let Some(def) = okiagari_model::register(register) else { return Ok(()) };
    let me = tx.one(scope.org, def, record, &RowFilter::everything())?;
    if let Some(rule) = okiagari_model::rule(id) {
        return check_rule(tx, scope, rule, def, me.as_deref(), record);
    }
    let derived = okiagari_model::DERIVED.iter().flat_map(|s| s.iter()).find(|d| d.id == id);
    match (derived, me) {
        (Some(derived), Some(me)) => derive(tx, scope, derived, &me),
        _ => Ok(()),
    }
}

/// Inputs that are more than records: what time has made old, and what the clocks say now.
fn load_wider(
    tx: &mut WriteTx<'_>,
    scope: &Evaluation<'_>,
    me: &Record,
    inputs: &[Input],
    snap: &mut Snapshot,
) -> Result<(), AppError> {
    if inputs.contains(&Input::Aged) {
        snap.set_aged(crate::retention::aged(tx, scope, me)?);
    }
    if inputs.contains(&Input::Holidays) {
        snap.set_holidays(scope.env.catalog.holidays());
    }
    if inputs.contains(&Input::Clocks) {
        snap.set_drift(crate::clocks::drift(tx, scope, me)?);
    }
    Ok(())
}

fn check_rule(
    tx: &mut WriteTx<'_>,
    scope: &mut Evaluation<'_>,
    rule: &'static RuleDef,
    def: &'static RegisterDef,
    me: Option<&Record>,
    id: &RecordId,
) -> Result<(), AppError> {
    let off = scope.settings.is_set(&format!("{RULE_OFF}{}", rule.id))
        && scope.settings.switched(&format!("{RULE_OFF}{}", rule.id));
    let verdict = match me.filter(|r| !r.ended() && !off) {
        None => okiagari_model::Verdict::ok(),
        Some(me) => {
            let mut snap = Snapshot::new();
            load_inputs(tx, scope.org, me, rule.inputs, &mut snap)?;
            load_wider(tx, scope, me, rule.inputs, &mut snap)?;
            (rule.check)(&RuleCtx {
                now: scope.now,
                zone: scope.zone,
                me,
                snap: &snap,
                settings: scope.settings,
                actor: None,
            })
        }
    };
    if !rule.tells.is_empty() && !verdict.findings.is_empty() {
        crate::notices::finding_appears(tx, scope.org, rule, id, me, &verdict, scope.now)?;
    }
    tx.set_findings(&RuleAnswer {
        org: scope.org,
        rule: rule.id,
        register: def.id,
        id,
        severity: rule.severity,
        findings: &verdict.findings,
        now: scope.now,
        next_check_at: verdict.next_check_at,
        leaf: scope.leaf,
    })?;
    Ok(())
}

fn derive(
    tx: &mut WriteTx<'_>,
    scope: &mut Evaluation<'_>,
    derived: &'static DerivedDef,
    me: &Record,
) -> Result<(), AppError> {
    let mut snap = Snapshot::new();
    load_inputs(tx, scope.org, me, derived.inputs, &mut snap)?;
    let value = (derived.compute)(&RuleCtx {
        now: scope.now,
        zone: scope.zone,
        me,
        snap: &snap,
        settings: scope.settings,
        actor: None,
    });
    let value = value.map(serde_json::Value::from);
    tx.set_derived(scope.org, (me.def.id, &me.id), derived.id, value.as_ref(), scope.leaf)?;
    Ok(())
}
