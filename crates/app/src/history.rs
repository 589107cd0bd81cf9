//! The story of a record: its revisions, each against the one before.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::read::shown;
use okiagari_model::respond::access_entry::Way;
use okiagari_model::{Body, FieldDef, RecordId, RegisterDef, Time, Value};
use std::collections::BTreeMap;

/// One field of one revision against the one before.
#[derive(Debug, Clone)]
pub struct FieldChange {
    /// Field.
    pub field: &'static FieldDef,
    /// Before.
    pub old: Option<Value>,
    /// After.
    pub new: Option<Value>,
    /// Erased since.
    pub erased: bool,
}

/// One revision as a line of the story.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// Revision.
    pub rev: u32,
    /// Leaf.
    pub leaf: u64,
    /// When.
    pub at: Time,
    /// Who, by name where it may be shown.
    pub actor: String,
    /// In which role.
    pub role: String,
    /// What (`incident.step.contain`).
    pub action: String,
    /// Why.
    pub reason: Option<String>,
    /// What changed.
    pub changes: Vec<FieldChange>,
}

impl App {
    /// The story of a record, newest first.
    ///
    /// # Errors
    /// Not found where it may not be seen.
    pub fn history(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        id: &RecordId,
        before: Option<u32>,
        limit: u32,
    ) -> Result<Vec<HistoryEntry>, AppError> {
        let opened = self.store().read(|tx| {
            let rows = self.readable(ctx, def)?;
            tx.get(&ctx.subject.org, def, id, &rows)?.ok_or(AppError::NotFound)
        })?;
        self.note_opening(ctx, &opened, Way::History)?;
        self.store().read(|tx| {
            let rows = self.readable(ctx, def)?;
            let org = &ctx.subject.org;
            // One more than asked for, so that the oldest has something to be compared with.
            let mut revisions = tx.history(org, def, id, before, limit.clamp(1, 200) + 1, &rows)?;
            revisions.retain(|r| shown(ctx, &r.record));
            let mut people: BTreeMap<String, String> = BTreeMap::new();
            let empty = Body::new();
            let mut entries = Vec::new();
            for (i, revision) in revisions.iter().enumerate().take(limit as usize) {
                let old = revisions.get(i + 1).map_or(&empty, |r| &r.record.body);
                let body = &revision.record.body;
                let actor = match people.get(&revision.actor) {
                    Some(name) => name.clone(),
                    None => {
                        let name = self.actor_name(tx, ctx, &revision.actor)?;
                        people.insert(revision.actor.clone(), name.clone());
                        name
                    }
                };
                entries.push(HistoryEntry {
                    rev: revision.record.rev,
                    leaf: revision.record.leaf,
                    at: revision.record.updated_at,
                    actor,
                    role: revision.role.clone(),
                    action: revision.action.clone(),
                    reason: body.get("_reason").and_then(Value::as_str).map(str::to_owned),
                    changes: changes(def, old, body, &revision.erased),
                });
            }
            Ok(entries)
        })
    }
}

fn changes(
    def: &'static RegisterDef,
    old: &Body,
    new: &Body,
    erased: &[String],
) -> Vec<FieldChange> {
    def.fields
        .iter()
        .filter(|f| old.get(f.id) != new.get(f.id) || erased.iter().any(|e| e == f.id))
        .map(|field| FieldChange {
            field,
            old: old.get(field.id).cloned(),
            new: new.get(field.id).cloned(),
            erased: erased.iter().any(|e| e == field.id),
        })
        .collect()
}
