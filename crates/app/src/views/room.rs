//! The response room.

use super::deadlines::DeadlineView;
use super::depth::RoomSide;
use super::stops::StopsView;
use crate::error::AppError;
use crate::facade::App;
use crate::facade::Ctx;
use crate::read::ListRequest;
use crate::read::Names;
use crate::read::RecordView;
use okiagari_model::Action;
use okiagari_model::Cond;
use okiagari_model::Op;
use okiagari_model::Record;
use okiagari_model::RecordId;
use okiagari_model::Register;
use okiagari_model::Time;
use okiagari_model::Value;
use okiagari_model::policy;
use okiagari_model::prepare::playbook::Playbook;
use okiagari_model::respond::incident::Incident;
use okiagari_store::ReadTx;
use std::collections::HashMap;

/// What an entry of the room's middle column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the registers")]
pub enum EntryKind {
    Timeline,
    Decision,
    Evidence,
    Message,
}

/// An entry of the room's middle column.
#[derive(Debug)]
pub struct RoomEntry {
    /// What it is.
    pub kind: EntryKind,
    /// The record.
    pub record: Record,
    /// When it happened.
    pub at: Time,
    /// Who.
    pub who: String,
    /// In words.
    pub text: String,
}

/// The response room.
#[derive(Debug)]
pub struct RoomView {
    /// The incident.
    pub incident: RecordView,
    /// Its clocks.
    pub deadlines: Vec<DeadlineView>,
    /// Its tasks, open ones first.
    pub tasks: Vec<Record>,
    /// Playbooks being run, newest first.
    pub plays: Vec<Record>,
    /// Approved playbooks that could be started; empty while one is running.
    pub playbooks: Vec<Record>,
    /// What happened, newest last.
    pub timeline: Vec<RoomEntry>,
    /// Cursor to what happened before.
    pub more: Option<String>,
    /// Decisions.
    pub decisions: Vec<Record>,
    /// Evidence.
    pub evidence: Vec<Record>,
    /// Messages.
    pub messages: Vec<Record>,
    /// How each try to bring one to somebody went.
    pub deliveries: Vec<Record>,
    /// Holds, collection list, containment.
    pub stops: StopsView,
    /// Reports that belong to it.
    pub reports: Vec<Record>,
    /// Analysis.
    pub analysis: Vec<Record>,
    /// Reviews.
    pub reviews: Vec<Record>,
    /// Improvements.
    pub improvements: Vec<Record>,
    /// Calls, handovers, teams, last words.
    pub waking: super::waking::Waking,
    /// People on it.
    pub members: Vec<(RecordId, String)>,
    /// Incidents that were merged into it.
    pub merged: Vec<Record>,
    /// What the past cases that it uses teach.
    pub know_how: Vec<crate::cases::KnowHow>,
    /// What stands beside the timeline.
    pub side: RoomSide,
    /// Titles of what all these refer to.
    pub names: Names,
    /// How many leaves the record had before this was read: all of them are in it.
    pub leaf: u64,
    /// How many it had at the end. If it is more, some of what lies between may be in it too.
    pub leaf_after: u64,
}

impl App {
    /// The response room of an incident.
    ///
    /// # Errors
    /// Not found where it may not be seen.
    pub fn room(
        &self,
        ctx: &Ctx,
        id: &RecordId,
        before: Option<&str>,
    ) -> Result<RoomView, AppError> {
        // Before anything is read: what is written meanwhile comes by the live line once more, and is
        // never taken as shown.
        let leaf = self.leaves(ctx)?;
        let incident = self.record(ctx, Incident::DEF, id, None)?;
        let of = |register: &'static str, limit: u32| -> Result<Vec<Record>, AppError> {
            let def = okiagari_model::register(register)
                .ok_or_else(|| AppError::Internal(format!("no register {register}")))?;
            self.current(ctx, def, vec![Cond::eq("incident", id.as_str())], limit)
        };
        let merged =
            self.current(ctx, Incident::DEF, vec![Cond::eq("merged_into", id.as_str())], 20)?;
        let cases: Vec<&str> =
            std::iter::once(id.as_str()).chain(merged.iter().map(|m| m.id.as_str())).collect();
        let (entries, more) = self.timeline_page(ctx, &cases, before)?;
        let decisions = of("decision", 200)?;
        let evidence = of("evidence", 200)?;
        let messages = of("message", 200)?;
        let deliveries = of("delivery", 500)?;
        let mut tasks = self.tasks_of(ctx, id)?;
        tasks.sort_by_key(|t| {
            (
                matches!(t.text("state"), "done" | "dropped"),
                t.time("due_at").unwrap_or(Time::from_millis(i64::MAX)),
            )
        });
        let plays = of("play", 20)?;
        // Offered while none is running; a page of its own lists them at any time.
        let playbooks = if plays.iter().any(|p| p.text("state") == "running") {
            Vec::new()
        } else {
            self.current(ctx, Playbook::DEF, vec![Cond::eq("state", "approved")], 100)?
        };
        let reports = of("report", 100)?;
        let analysis = of("analysis", 100)?;
        let reviews = of("review", 20)?;
        let improvements = of("improvement", 200)?;
        let deadlines = self.deadlines(ctx, Some(id))?;
        let know_how = self.know_how(ctx, &incident.record)?;
        let side = self.room_side(ctx, &incident.record)?;
        let stops = self.stops(ctx, &incident.record)?;
        let waking = self.waking(ctx, &incident.record)?;
        self.store().read(|tx| {
            let all = [
                &entries,
                &decisions,
                &evidence,
                &messages,
                &tasks,
                &plays,
                &reports,
                &analysis,
                &reviews,
                &improvements,
                &side.escalations,
                &side.watches,
            ];
            let listed = all.into_iter().flatten().chain(stops.records());
            let names = Names::of(tx, ctx, listed.chain([&incident.record]))?;
            let mut timeline = Vec::new();
            let mut known: HashMap<String, String> = HashMap::new();
            let mut who = |tx: &mut ReadTx<'_>, actor: &str| -> Result<String, AppError> {
                if let Some(name) = known.get(actor) {
                    return Ok(name.clone());
                }
                let name = self.actor_name(tx, ctx, actor)?;
                known.insert(actor.to_owned(), name.clone());
                Ok(name)
            };
            for record in entries {
                let who = who(tx, &record.updated_by)?;
                timeline.push(entry(EntryKind::Timeline, record, "at", "text", who));
            }
            // Decisions, evidence and messages stand at their own time between the entries; on
            // earlier pages only entries are shown.
            if before.is_none() {
                let from =
                    timeline.first().map_or(Time::from_millis(i64::MIN), |e: &RoomEntry| e.at);
                let from = if more.is_some() { from } else { Time::from_millis(i64::MIN) };
                let more = [
                    (EntryKind::Decision, &decisions, "decided_at", "decision"),
                    (EntryKind::Evidence, &evidence, "taken_at", "name"),
                    (EntryKind::Message, &messages, "sent_at", "subject"),
                ];
                for (kind, records, at, text) in more {
                    for r in records.iter().filter(|r| r.time(at).is_some_and(|t| t >= from)) {
                        let who = who(tx, &r.updated_by)?;
                        timeline.push(entry(kind, r.clone(), at, text, who));
                    }
                }
            }
            timeline.sort_by_key(|e| e.at);
            let mut members = Vec::new();
            for id in incident.record.ids("lead").into_iter().chain(incident.record.ids("members"))
            {
                let id = RecordId::new(id);
                if !members.iter().any(|(m, _)| *m == id) {
                    let name = self.person_name(tx, ctx, &id)?;
                    members.push((id, name));
                }
            }
            Ok(RoomView {
                incident,
                deadlines,
                tasks,
                plays,
                playbooks,
                timeline,
                more,
                decisions,
                evidence,
                messages,
                deliveries,
                stops,
                reports,
                analysis,
                reviews,
                improvements,
                waking,
                members,
                merged,
                know_how,
                side,
                names,
                leaf,
                leaf_after: tx.size(&ctx.subject.org)?,
            })
        })
    }

    /// How many leaves the record of the organisation has now.
    ///
    /// # Errors
    /// Those of the store.
    pub fn leaves(&self, ctx: &Ctx) -> Result<u64, AppError> {
        self.store().read(|tx| Ok(tx.size(&ctx.subject.org)?))
    }

    /// Every open task up to a bound that no room reaches, and the newest of the others.
    fn tasks_of(&self, ctx: &Ctx, id: &RecordId) -> Result<Vec<Record>, AppError> {
        let def = okiagari_model::respond::task::Task::DEF;
        let states = |states: &[&str], limit: u32| {
            let among = states.iter().map(|s| Value::from(*s)).collect();
            let among = Cond { field: "state".into(), op: Op::In, value: Value::Array(among) };
            let mine = Cond::eq("incident", id.as_str());
            self.current(ctx, def, vec![mine, among], limit)
        };
        let mut tasks = states(&["open", "doing"], 500)?;
        tasks.extend(states(&["done", "dropped"], 300)?);
        Ok(tasks)
    }

    /// Two hundred entries of the timeline of a case and of those merged into it, newest first asked for, oldest first given.
    fn timeline_page(
        &self,
        ctx: &Ctx,
        cases: &[&str],
        before: Option<&str>,
    ) -> Result<(Vec<Record>, Option<String>), AppError> {
        let def = okiagari_model::respond::timeline_entry::TimelineEntry::DEF;
        if policy::rows(&ctx.subject, def, Action::Read).is_nothing() {
            return Ok((Vec::new(), None));
        }
        let request = ListRequest {
            conds: vec![Cond { field: "incident".into(), op: Op::In, value: cases.into() }],
            sort: Some(("at".into(), true)),
            after: before.map(str::to_owned),
            ..ListRequest::first(def, 200)
        };
        let mut page = self.page(ctx, &request)?;
        page.records.reverse();
        Ok((page.records, page.next))
    }
}

fn entry(kind: EntryKind, record: Record, at: &str, text: &str, who: String) -> RoomEntry {
    let at = record.time(at).unwrap_or(record.created_at);
    let text = record.text(text).to_owned();
    RoomEntry { kind, at, who, text, record }
}
