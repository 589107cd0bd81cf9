//! Indicators by the hundred: pasted, moved to another state together, and seen in other cases.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::many::AT_ONCE;
use crate::read::ListRequest;
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::indicator::{Indicator, IndicatorState};
use okiagari_model::respond::indicator_text::{self, BadLine};
use okiagari_model::respond::message::Tlp;
use okiagari_model::{
    Action, Body, Change, Choice, Cond, Op, Record, RecordId, Register, Value, policy,
};
use okiagari_store::ListQuery;
use std::collections::{BTreeMap, HashMap};

/// What is said of all lines of a paste.
#[derive(Debug, Clone)]
pub struct PasteForm {
    /// State.
    pub state: IndicatorState,
    /// Where they come from.
    pub source: String,
    /// Sharing limit.
    pub tlp: Option<Tlp>,
}

/// What a paste became.
#[derive(Debug, Default)]
pub struct Paste {
    /// Records made.
    pub made: usize,
    /// Lines that say what an earlier line or the case says already.
    pub joined: Vec<usize>,
    /// Lines that could not be read; nothing was written for them.
    pub bad: Vec<BadLine>,
}

/// An indicator that another case has too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenIn {
    /// The other case.
    pub incident: RecordId,
    /// Its title.
    pub title: String,
    /// Its state there.
    pub state: String,
}

impl App {
    /// Registers pasted indicators. Those that the case has already are left as they are.
    ///
    /// # Errors
    /// Where the case may not be seen or written to.
    pub fn paste_indicators(
        &self,
        ctx: &Ctx,
        incident: &RecordId,
        text: &str,
        form: &PasteForm,
    ) -> Result<Paste, AppError> {
        if policy::rows(&ctx.subject, Indicator::DEF, Action::Create).is_nothing() {
            return Err(AppError::Forbidden("create"));
        }
        self.record(ctx, Incident::DEF, incident, None)?;
        let pasted = indicator_text::read(text);
        let values: Vec<&str> = pasted.found.iter().map(|f| f.value.as_str()).collect();
        let mine = Cond::eq("incident", incident.as_str());
        let known = self.indicators_of(ctx, &values, mine)?;
        let has = |kind: &str, value: &str| {
            known.iter().any(|r| r.text("kind") == kind && r.text("value") == value)
        };
        let mut paste = Paste { made: 0, joined: pasted.joined, bad: pasted.bad };
        let mut changes = Vec::new();
        for found in pasted.found {
            if has(found.kind.id(), &found.value) {
                paste.joined.push(found.line);
                continue;
            }
            let mut body = Body::new();
            let mut put = |field: &str, value: &str| {
                if !value.is_empty() {
                    body.insert(field.to_owned(), value.into());
                }
            };
            put("incident", incident.as_str());
            put("kind", found.kind.id());
            put("value", &found.value);
            put("state", form.state.id());
            put("source", form.source.trim());
            put("note", &found.note);
            put("tlp", form.tlp.map_or("", Tlp::id));
            put("written", &found.written);
            changes.push(Change::Create { def: Indicator::DEF, body, reason: None });
        }
        paste.joined.sort_unstable();
        for part in changes.chunks(AT_ONCE) {
            paste.made += self.changes(ctx, part.to_vec())?.len();
        }
        Ok(paste)
    }

    /// Gives several indicators of a case another state, all in one commit a [`AT_ONCE`]. Those
    /// that have it already are left.
    ///
    /// # Errors
    /// Where one of them is not of the case or may not be changed: nothing of its commit is written.
    pub fn set_indicators(
        &self,
        ctx: &Ctx,
        incident: &RecordId,
        ids: &[RecordId],
        state: IndicatorState,
        reason: &str,
    ) -> Result<usize, AppError> {
        let mut done = 0;
        for part in ids.chunks(AT_ONCE) {
            let records = self.indicators_by_id(ctx, incident, part)?;
            let changes: Vec<Change> = records
                .into_iter()
                .filter(|r| r.text("state") != state.id())
                .map(|r| Change::Edit {
                    def: Indicator::DEF,
                    rev: r.rev,
                    id: r.id,
                    patch: Body::from_iter([("state".to_owned(), state.id().into())]),
                    reason: Some(reason.trim().to_owned()).filter(|t| !t.is_empty()),
                })
                .collect();
            done += self.changes(ctx, changes)?.len();
        }
        Ok(done)
    }

    fn indicators_by_id(
        &self,
        ctx: &Ctx,
        incident: &RecordId,
        ids: &[RecordId],
    ) -> Result<Vec<Record>, AppError> {
        let rows = policy::rows(&ctx.subject, Indicator::DEF, Action::Write);
        self.store().read(|tx| {
            ids.iter()
                .map(|id| {
                    let found = tx.get(&ctx.subject.org, Indicator::DEF, id, &rows)?;
                    found
                        .filter(|r| r.text("incident") == incident.as_str())
                        .ok_or(AppError::NotFound)
                })
                .collect()
        })
    }

    /// Indicators with one of these values, as far as the reader may see them.
    fn indicators_of(
        &self,
        ctx: &Ctx,
        values: &[&str],
        and: Cond,
    ) -> Result<Vec<Record>, AppError> {
        let mut all = Vec::new();
        for part in values.chunks(AT_ONCE) {
            let among = Value::Array(part.iter().map(|v| (*v).into()).collect());
            let among = Cond { field: "value".into(), op: Op::In, value: among };
            let mut request = ListRequest {
                conds: vec![and.clone(), among],
                ..ListRequest::first(Indicator::DEF, 500)
            };
            loop {
                let page = self.page(ctx, &request)?;
                all.extend(page.records);
                match page.next {
                    Some(next) if all.len() < 5_000 => request.after = Some(next),
                    _ => break,
                }
            }
        }
        Ok(all)
    }

    /// In which other cases the same indicators stand, by kind and value.
    ///
    /// # Errors
    /// Those of the store.
    pub fn seen_elsewhere(
        &self,
        ctx: &Ctx,
        incident: &RecordId,
        records: &[Record],
    ) -> Result<HashMap<(String, String), Vec<SeenIn>>, AppError> {
        let mut found: HashMap<(String, String), Vec<SeenIn>> = HashMap::new();
        if records.is_empty() {
            return Ok(found);
        }
        let values: Vec<&str> = records.iter().map(|r| r.text("value")).collect();
        let other = Cond { field: "incident".into(), op: Op::Ne, value: incident.as_str().into() };
        let same = self.indicators_of(ctx, &values, other)?;
        let names = self.store().read(|tx| crate::read::Names::of(tx, ctx, &same))?;
        for r in same {
            let case = r.text("incident");
            let Some(title) = names.get(Incident::ID, case) else { continue };
            let key = (r.text("kind").to_owned(), r.text("value").to_owned());
            found.entry(key).or_default().push(SeenIn {
                incident: RecordId::new(case),
                title: title.to_owned(),
                state: r.text("state").to_owned(),
            });
        }
        Ok(found)
    }

    /// How many indicators of a case stand in each state, by its stored name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn indicator_counts(
        &self,
        ctx: &Ctx,
        incident: &RecordId,
    ) -> Result<BTreeMap<&'static str, u64>, AppError> {
        let rows = policy::rows(&ctx.subject, Indicator::DEF, Action::Read);
        let mut counts = BTreeMap::new();
        if rows.is_nothing() {
            return Ok(counts);
        }
        self.store().read(|tx| {
            for option in IndicatorState::DEF.options {
                let conds = [Cond::eq("incident", incident.as_str()), Cond::eq("state", option.id)];
                let query = ListQuery {
                    conds: &conds,
                    ..ListQuery::new(&ctx.subject.org, Indicator::DEF, &rows)
                };
                let count = tx.count(&query)?.count;
                if count > 0 {
                    counts.insert(option.id, count);
                }
            }
            Ok(counts)
        })
    }
}
