//! Views that cross registers: what is missing, deadlines, the room, home, metrics, the frame.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::look::Look;
use crate::read::{FindingView, ListRequest, Names, RecordView, finding_views};
use okiagari_model::clock::ClockRule;
use okiagari_model::govern::role::{Role, acting_person};
use okiagari_model::govern::setting::{CLOCK_APPLIES, Setting};
use okiagari_model::respond::{incident::Incident, incident_rules, obligation};
use okiagari_model::{
    Action, Body, Cond, Measured, Message, MetricDef, Op, OrgId, Period, Record, RecordId,
    Register, RegisterDef, RowFilter, RuleDef, SETTINGS, SettingDef, SettingKind, Severity, Time,
    Value, Wing, policy,
};
use okiagari_store::server::account;
use okiagari_store::{FindingQuery, ReadTx};
use std::rc::Rc;

/// What is asked of the list of what is missing.
#[derive(Debug, Clone, Default)]
pub struct MissingFilter {
    /// At least this severity.
    pub severity: Option<Severity>,
    /// Of one wing.
    pub wing: Option<Wing>,
    /// Of one register.
    pub register: Option<&'static RegisterDef>,
    /// Only records that belong to me.
    pub mine: bool,
    /// Cursor of the page before.
    pub after: Option<String>,
}

/// Findings of one rule: grouped by what to do.
#[derive(Debug)]
pub struct MissingGroup {
    /// The rule.
    pub rule: &'static RuleDef,
    /// Its findings, oldest first.
    pub items: Vec<FindingView>,
}

/// A page of what is missing.
#[derive(Debug, Default)]
pub struct MissingPage {
    /// Worst first.
    pub groups: Vec<MissingGroup>,
    /// Checks that are still being worked through.
    pub recalculating: u64,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// What runs on a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadlineKind {
    /// An obligation.
    Obligation,
    /// A stopped system's recovery target.
    Rto,
}

/// A deadline as shown on the wall.
#[derive(Debug)]
pub struct DeadlineView {
    /// What runs.
    pub kind: DeadlineKind,
    /// The obligation, or the incident of a stopped system.
    pub record: Record,
    /// What is due.
    pub title: Message,
    /// When.
    pub due_at: Time,
    /// From when it is warned of.
    pub warn_at: Option<Time>,
    /// Past its time.
    pub late: bool,
    /// Done.
    pub done: bool,
    /// Case.
    pub incident: Option<(RecordId, String)>,
    /// Responsible role.
    pub role: String,
    /// Who acts in it now.
    pub holder: String,
    /// To whom it is owed.
    pub recipient: String,
    /// How it was counted.
    pub explain: Message,
}

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
    /// Reports that belong to it.
    pub reports: Vec<Record>,
    /// Analysis.
    pub analysis: Vec<Record>,
    /// Reviews.
    pub reviews: Vec<Record>,
    /// Improvements.
    pub improvements: Vec<Record>,
    /// People on it.
    pub members: Vec<(RecordId, String)>,
    /// Titles of what all these refer to.
    pub names: Names,
    /// Leaf up to which this holds.
    pub leaf: u64,
}

/// A metric with its figures.
#[derive(Debug)]
pub struct MetricView {
    /// The metric.
    pub def: &'static MetricDef,
    /// This period.
    pub now: Measured,
    /// The period before.
    pub before: Measured,
    /// Twelve months: label and value.
    pub trend: Vec<(String, Option<i64>)>,
}

/// The one thing to do next.
#[derive(Debug, Clone)]
pub struct NextThing {
    /// In words.
    pub text: Message,
    /// Where to do it.
    pub href: String,
    /// By when.
    pub due: Option<Time>,
}

/// A line of what changed lately.
#[derive(Debug, Clone)]
pub struct ChangeLine {
    /// When.
    pub at: Time,
    /// Who.
    pub who: String,
    /// What: register and title.
    pub text: Message,
    /// Where.
    pub href: String,
}

/// Home, for whoever asks.
#[derive(Debug)]
pub struct Home {
    /// The one thing to do next.
    pub next: Option<NextThing>,
    /// Worst five findings.
    pub missing: Vec<FindingView>,
    /// Since yesterday.
    pub changed: Vec<ChangeLine>,
    /// Open incidents with their next deadline.
    pub incidents: Vec<(Record, Option<Time>)>,
    /// Reports waiting for receipt or judgement.
    pub reports: Vec<Record>,
    /// My open tasks.
    pub tasks: Vec<Record>,
    /// Messages waiting for approval or sending.
    pub messages: Vec<Record>,
    /// Decisions to be looked at again.
    pub decisions: Vec<Record>,
    /// KPI.
    pub metrics: Vec<MetricView>,
    /// Titles.
    pub names: Names,
}

/// What stands around every page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Organisation.
    pub org: String,
    /// The person.
    pub person: String,
    /// Findings of mine by wing.
    pub wing_counts: Vec<(Wing, u32)>,
    /// What is due next.
    pub next_due: Option<(Time, String, String)>,
    /// Light profile.
    pub light: bool,
}

/// A setting as shown.
#[derive(Debug)]
pub struct SettingView {
    /// Definition.
    pub def: &'static SettingDef,
    /// Present value.
    pub value: Value,
    /// The record that set it, if any.
    pub set: Option<Record>,
}

/// A clock rule with what the organisation said of it.
#[derive(Debug)]
pub struct ClockView {
    /// The rule.
    pub rule: ClockRule,
    /// Whether it applies; `None` while nobody has said.
    pub applies: Option<bool>,
    /// The record that says so.
    pub set: Option<Record>,
}

impl App {
    fn current(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        conds: Vec<Cond>,
        limit: u32,
    ) -> Result<Vec<Record>, AppError> {
        if policy::rows(&ctx.subject, def, Action::Read).is_nothing() {
            return Ok(Vec::new());
        }
        let request = ListRequest { conds, ..ListRequest::first(def, limit) };
        Ok(self.list(ctx, &request)?.records)
    }

    /// What is missing, grouped by what to do.
    ///
    /// # Errors
    /// Those of the store.
    pub fn missing(&self, ctx: &Ctx, filter: &MissingFilter) -> Result<MissingPage, AppError> {
        self.store().read(|tx| {
            let mut page = MissingPage::default();
            for def in okiagari_model::REGISTERS {
                let skip = filter.wing.is_some_and(|w| w != def.wing)
                    || filter.register.is_some_and(|r| r.id != def.id);
                let rows = self.finding_rows(ctx, def, filter.mine);
                if skip || rows.is_nothing() {
                    continue;
                }
                let query = FindingQuery {
                    register: Some(def.id),
                    limit: 500,
                    ..FindingQuery::new(&ctx.subject.org, &rows)
                };
                let found = tx.findings(&query)?;
                for view in finding_views(found.findings) {
                    if filter.severity.is_some_and(|s| view.severity < s) {
                        continue;
                    }
                    match page.groups.iter_mut().find(|g| g.rule.id == view.rule.id) {
                        Some(group) => group.items.push(view),
                        None => {
                            page.groups.push(MissingGroup { rule: view.rule, items: vec![view] });
                        }
                    }
                }
            }
            page.groups.sort_by_key(|g| (std::cmp::Reverse(g.rule.severity), g.rule.id));
            page.recalculating = tx.pending_jobs(Some(&ctx.subject.org), crate::check::JOB)?;
            Ok(page)
        })
    }

    /// The rows whose findings concern somebody: those that the person may mend, or owns.
    fn finding_rows(&self, ctx: &Ctx, def: &RegisterDef, mine: bool) -> RowFilter {
        let read = policy::rows(&ctx.subject, def, Action::Read);
        if !mine {
            return read;
        }
        policy::rows(&ctx.subject, def, Action::Write)
    }

    /// All clocks: late first, then nearest. Done ones of the last day at the end.
    ///
    /// # Errors
    /// Those of the store.
    pub fn deadlines(
        &self,
        ctx: &Ctx,
        incident: Option<&RecordId>,
    ) -> Result<Vec<DeadlineView>, AppError> {
        let now = self.now();
        let mut conds = vec![Cond::eq("state", "open")];
        if let Some(id) = incident {
            conds = vec![Cond::eq("incident", id.as_str())];
        }
        let obligations = self.current(ctx, obligation::Obligation::DEF, conds, 200)?;
        let mut views = self.store().read(|tx| {
            let names = Names::of(tx, ctx, &obligations)?;
            let roles = tx.set(&ctx.subject.org, Role::DEF)?;
            obligations
                .into_iter()
                .map(|o| self.obligation_view(tx, ctx, o, &names, &roles, now))
                .collect::<Result<Vec<_>, AppError>>()
        })?;
        views.extend(self.rto_views(ctx, incident, now)?);
        views.sort_by_key(|v| (v.done, v.due_at));
        Ok(views)
    }

    fn obligation_view(
        &self,
        tx: &mut ReadTx<'_>,
        ctx: &Ctx,
        o: Record,
        names: &Names,
        roles: &[Rc<Record>],
        now: Time,
    ) -> Result<DeadlineView, AppError> {
        let role_id = o.ids("role").first().map(|r| (*r).to_owned());
        let role =
            role_id.as_deref().and_then(|r| names.get("role", r)).unwrap_or_default().to_owned();
        let holder = roles
            .iter()
            .find(|r| Some(r.id.as_str()) == role_id.as_deref())
            .and_then(|r| acting_person(r, now));
        let holder = match holder {
            Some(person) => self.person_name(tx, ctx, &person)?,
            None => String::new(),
        };
        let incident = o.ids("incident").first().map(|id| {
            (RecordId::new(*id), names.get("incident", id).unwrap_or_default().to_owned())
        });
        let pick = |field: &str, en: &str| {
            let ja = o.text(field).to_owned();
            let english = match o.text(en) {
                "" => ja.clone(),
                t => t.to_owned(),
            };
            Message::new(ja, english)
        };
        Ok(DeadlineView {
            kind: DeadlineKind::Obligation,
            title: pick("title", "title_en"),
            explain: pick("explain", "explain_en"),
            due_at: o.time("due_at").unwrap_or_default(),
            warn_at: o.time("warn_at"),
            late: obligation::late(&o, now),
            done: o.text("state") != "open",
            recipient: o.text("recipient").to_owned(),
            incident,
            role,
            holder,
            record: o,
        })
    }

    fn rto_views(
        &self,
        ctx: &Ctx,
        incident: Option<&RecordId>,
        now: Time,
    ) -> Result<Vec<DeadlineView>, AppError> {
        let open = Cond {
            field: "state".into(),
            op: Op::In,
            value: serde_json::json!([
                "detected",
                "reported",
                "organised",
                "contained",
                "eradicated"
            ]),
        };
        let mut views = Vec::new();
        for record in self.current(ctx, Incident::DEF, vec![open], 50)? {
            if incident.is_some_and(|id| *id != record.id) || !record.body.contains_key("systems") {
                continue;
            }
            let clocks = self.store().read(|tx| -> Result<_, AppError> {
                let systems =
                    tx.set(&ctx.subject.org, okiagari_model::identify::system::System::DEF)?;
                Ok(incident_rules::rto_clocks(&record, &systems))
            })?;
            for clock in clocks {
                views.push(DeadlineView {
                    kind: DeadlineKind::Rto,
                    title: Message::new(
                        format!("{}を復旧する", clock.name),
                        format!("Restore {}", clock.name),
                    ),
                    due_at: clock.due_at,
                    warn_at: Some(clock.due_at.plus(-clock.due_at.since(clock.stopped_at) / 4)),
                    late: now > clock.due_at,
                    done: false,
                    incident: Some((record.id.clone(), record.title())),
                    role: String::new(),
                    holder: String::new(),
                    recipient: String::new(),
                    explain: Message::new(
                        "停止した時刻から、頼っている側も含めて最も短い目標復旧時間で数えています。",
                        "Counted from the stop by the shortest target of it and all that depends on it.",
                    ),
                    record: record.clone(),
                });
            }
        }
        Ok(views)
    }

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
        let incident = self.record(ctx, Incident::DEF, id, None)?;
        let of = |register: &'static str, limit: u32| -> Result<Vec<Record>, AppError> {
            let def = okiagari_model::register(register)
                .ok_or_else(|| AppError::Internal(format!("no register {register}")))?;
            self.current(ctx, def, vec![Cond::eq("incident", id.as_str())], limit)
        };
        let (entries, more) = self.timeline_page(ctx, id, before)?;
        let decisions = of("decision", 200)?;
        let evidence = of("evidence", 200)?;
        let messages = of("message", 200)?;
        let mut tasks = of("task", 300)?;
        tasks.sort_by_key(|t| {
            (
                matches!(t.text("state"), "done" | "dropped"),
                t.time("due_at").unwrap_or(Time::from_millis(i64::MAX)),
            )
        });
        let reports = of("report", 100)?;
        let analysis = of("analysis", 100)?;
        let reviews = of("review", 20)?;
        let improvements = of("improvement", 200)?;
        let deadlines = self.deadlines(ctx, Some(id))?;
        self.store().read(|tx| {
            let all = [
                &entries,
                &decisions,
                &evidence,
                &messages,
                &tasks,
                &reports,
                &analysis,
                &reviews,
                &improvements,
            ];
            let names = Names::of(tx, ctx, all.into_iter().flatten().chain([&incident.record]))?;
            let mut timeline = Vec::new();
            for record in entries {
                let who = self.actor_name(tx, ctx, &record.updated_by)?;
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
                        let who = self.actor_name(tx, ctx, &r.updated_by)?;
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
            let leaf = tx.size(&ctx.subject.org)?;
            Ok(RoomView {
                incident,
                deadlines,
                tasks,
                timeline,
                more,
                decisions,
                evidence,
                messages,
                reports,
                analysis,
                reviews,
                improvements,
                members,
                names,
                leaf,
            })
        })
    }

    /// Two hundred entries of a timeline, newest first asked for, oldest first given.
    fn timeline_page(
        &self,
        ctx: &Ctx,
        id: &RecordId,
        before: Option<&str>,
    ) -> Result<(Vec<Record>, Option<String>), AppError> {
        let def = okiagari_model::respond::timeline_entry::TimelineEntry::DEF;
        if policy::rows(&ctx.subject, def, Action::Read).is_nothing() {
            return Ok((Vec::new(), None));
        }
        let request = ListRequest {
            conds: vec![Cond::eq("incident", id.as_str())],
            sort: Some(("at".into(), true)),
            after: before.map(str::to_owned),
            ..ListRequest::first(def, 200)
        };
        let mut page = self.list(ctx, &request)?;
        page.records.reverse();
        Ok((page.records, page.next))
    }

    /// The metrics of a period; the present fiscal year where none is given.
    ///
    /// # Errors
    /// Those of the store.
    pub fn metrics(&self, ctx: &Ctx, period: Option<Period>) -> Result<Vec<MetricView>, AppError> {
        self.store().read(|tx| {
            let settings = self.env().settings(tx, &ctx.subject.org)?;
            let period = period.unwrap_or_else(|| {
                crate::period::fiscal_year(self.now(), &ctx.zone, settings.int("fiscal_month"))
            });
            let months = crate::period::last_months(self.now(), &ctx.zone, 12);
            let mut views = Vec::new();
            for def in okiagari_model::METRICS {
                let Some(register) = okiagari_model::register(def.register) else { continue };
                let rows = policy::rows(&ctx.subject, register, Action::Read);
                if rows.is_nothing() {
                    continue;
                }
                let records = tx.visible(&ctx.subject.org, register, &rows)?;
                views.push(MetricView {
                    def,
                    now: (def.compute)(&records, &period),
                    before: (def.compute)(&records, &period.before()),
                    trend: months
                        .iter()
                        .map(|(label, p)| (label.clone(), (def.compute)(&records, p).value))
                        .collect(),
                });
            }
            Ok(views)
        })
    }

    /// Home, for whoever asks.
    ///
    /// # Errors
    /// Those of the store.
    pub fn home(&self, ctx: &Ctx) -> Result<Home, AppError> {
        let now = self.now();
        let deadlines = self.deadlines(ctx, None)?;
        let closed = serde_json::json!([
            "detected",
            "reported",
            "organised",
            "contained",
            "eradicated",
            "recovered",
            "evaluated",
            "handed_over"
        ]);
        let is_in = |field: &str, value: Value| Cond { field: field.into(), op: Op::In, value };
        let incidents = self.current(ctx, Incident::DEF, vec![is_in("state", closed)], 20)?;
        let incidents: Vec<(Record, Option<Time>)> = incidents
            .into_iter()
            .map(|i| {
                let next = deadlines
                    .iter()
                    .filter(|d| !d.done && d.incident.as_ref().is_some_and(|(id, _)| *id == i.id))
                    .map(|d| d.due_at)
                    .min();
                (i, next)
            })
            .collect();
        let register = |id: &str| okiagari_model::register(id).ok_or(AppError::NotFound);
        let reports = self.current(
            ctx,
            register("report")?,
            vec![is_in("state", serde_json::json!(["received", "taken"]))],
            20,
        )?;
        let mut tasks = Vec::new();
        if let Some(person) = &ctx.subject.person {
            let mine = vec![
                Cond::eq("assignee", person.as_str()),
                is_in("state", serde_json::json!(["open", "doing"])),
            ];
            tasks = self.current(ctx, register("task")?, mine, 20)?;
        }
        let waiting = is_in("state", serde_json::json!(["draft", "approved"]));
        let messages = self.current(ctx, register("message")?, vec![waiting], 20)?;
        let due = Cond { field: "review_at".into(), op: Op::Set, value: Value::Null };
        let decisions = self.current(ctx, register("decision")?, vec![due], 20)?;
        let mine = MissingFilter { mine: true, ..MissingFilter::default() };
        let mut missing: Vec<FindingView> =
            self.missing(ctx, &mine)?.groups.into_iter().flat_map(|g| g.items).collect();
        missing.truncate(5);
        let next = next_thing(&deadlines, &reports, &tasks, &messages, &missing);
        let metrics = self.metrics(ctx, None)?;
        let changed = self.changed_since(ctx, now.plus(-okiagari_model::DAY), 15)?;
        let names = self.store().read(|tx| {
            let all =
                incidents.iter().map(|(i, _)| i).chain(&reports).chain(&tasks).chain(&messages);
            Names::of(tx, ctx, all)
        })?;
        Ok(Home {
            next,
            missing,
            changed,
            incidents,
            reports,
            tasks,
            messages,
            decisions,
            metrics,
            names,
        })
    }

    fn changed_since(
        &self,
        ctx: &Ctx,
        since: Time,
        limit: u32,
    ) -> Result<Vec<ChangeLine>, AppError> {
        self.store().read(|tx| {
            // Everything after the last leaf of that moment.
            let from = tx.leaf_at(&ctx.subject.org, since)?.map_or(0, |leaf| leaf + 1);
            let mut lines = Vec::new();
            for def in okiagari_model::REGISTERS {
                let rows = policy::rows(&ctx.subject, def, Action::Read);
                if rows.is_nothing() {
                    continue;
                }
                for r in tx.changed_since(&ctx.subject.org, def, from, &rows, limit)? {
                    let who = self.actor_name(tx, ctx, &r.updated_by)?;
                    let title = r.title();
                    let verb = if r.rev == 1 { ("登録", "new") } else { ("更新", "changed") };
                    lines.push(ChangeLine {
                        at: r.updated_at,
                        who,
                        text: Message::new(
                            format!("{}「{title}」を{}", def.label.ja, verb.0),
                            format!("{} \"{title}\" {}", def.label.en, verb.1),
                        ),
                        href: crate::notices::href(&r),
                    });
                }
            }
            lines.sort_by_key(|l| std::cmp::Reverse(l.at));
            lines.truncate(limit as usize);
            Ok(lines)
        })
    }

    /// What stands around every page.
    ///
    /// # Errors
    /// Those of the store.
    pub fn frame(&self, ctx: &Ctx) -> Result<Frame, AppError> {
        let next_due = if policy::may(&ctx.subject, obligation::Obligation::DEF, Action::Read) {
            let request = ListRequest {
                conds: vec![Cond::eq("state", "open")],
                ..ListRequest::first(obligation::Obligation::DEF, 1)
            };
            self.list(ctx, &request)?.records.into_iter().next().and_then(|o| {
                Some((
                    o.time("due_at")?,
                    ctx.lang.t(o.text("title"), o.text("title_en")).to_owned(),
                    crate::notices::href(&o),
                ))
            })
        } else {
            None
        };
        self.store().read(|tx| {
            let org = &ctx.subject.org;
            let organisation = self.organisation(tx, org)?;
            let person = match &ctx.subject.person {
                Some(p) => self.person_name(tx, ctx, p)?,
                None => String::new(),
            };
            let mut wing_counts: Vec<(Wing, u32)> = Wing::ALL.iter().map(|w| (*w, 0)).collect();
            let mut asked: Vec<(RowFilter, Vec<&'static str>)> = Vec::new();
            for def in okiagari_model::REGISTERS {
                let rows = self.finding_rows(ctx, def, true);
                if rows.is_nothing() {
                    continue;
                }
                match asked.iter_mut().find(|(r, _)| *r == rows) {
                    Some((_, defs)) => defs.push(def.id),
                    None => asked.push((rows, vec![def.id])),
                }
            }
            for (rows, defs) in asked {
                let counts = tx.finding_counts(org, &rows)?;
                for count in counts.iter().filter(|c| defs.contains(&c.register)) {
                    if let Some(wing) = wing_counts.iter_mut().find(|(w, _)| *w == count.wing) {
                        wing.1 =
                            wing.1.saturating_add(u32::try_from(count.count).unwrap_or(u32::MAX));
                    }
                }
            }
            let light = organisation.as_ref().is_none_or(|o| o.text("profile") != "full");
            let org = organisation.map_or_else(|| org.to_string(), |o| o.text("name").to_owned());
            Ok(Frame { org, person, wing_counts, next_due, light })
        })
    }

    /// The organisation's own record.
    pub(crate) fn organisation(
        &self,
        tx: &mut ReadTx<'_>,
        org: &OrgId,
    ) -> Result<Option<Rc<Record>>, AppError> {
        let def = okiagari_model::govern::organisation::Organisation::DEF;
        Ok(tx.set(org, def)?.into_iter().next())
    }

    /// A person's name, as far as it may be shown. Names of colleagues are shown to everybody
    /// inside: who did something is part of the record.
    pub(crate) fn person_name(
        &self,
        tx: &mut ReadTx<'_>,
        ctx: &Ctx,
        id: &RecordId,
    ) -> Result<String, AppError> {
        if ctx.subject.counterparty.is_some() {
            return Ok(String::new());
        }
        let def = okiagari_model::govern::person::Person::DEF;
        let person = tx.get(&ctx.subject.org, def, id, &RowFilter::everything())?;
        Ok(person.map(|p| p.text("name").to_owned()).unwrap_or_default())
    }

    /// Who an actor of a leaf is, by name.
    pub(crate) fn actor_name(
        &self,
        tx: &mut ReadTx<'_>,
        ctx: &Ctx,
        actor: &str,
    ) -> Result<String, AppError> {
        if actor == "public" {
            return Ok(ctx.lang.t("公開の報告フォーム", "public form").to_owned());
        }
        if let Some(part) = actor.strip_prefix("system:") {
            let demo = part == "demo";
            return Ok(ctx
                .lang
                .t(if demo { "デモ" } else { "自動" }, if demo { "demo" } else { "automatic" })
                .to_owned());
        }
        let account = okiagari_model::AccountId::new(actor);
        let membership = account::membership(tx.db(), &ctx.subject.org, &account)?;
        match membership.and_then(|m| m.person) {
            Some(person) => self.person_name(tx, ctx, &person),
            None => Ok(actor.to_owned()),
        }
    }

    /// All settings with their present values.
    ///
    /// # Errors
    /// Forbidden where settings may not be seen.
    pub fn settings(&self, ctx: &Ctx) -> Result<Vec<SettingView>, AppError> {
        let set = self.current(ctx, Setting::DEF, Vec::new(), 500)?;
        self.store().read(|tx| {
            let settings = self.env().settings(tx, &ctx.subject.org)?;
            let value = |def: &SettingDef| match def.kind {
                SettingKind::Int { .. } => Value::from(settings.int(def.key)),
                SettingKind::Bool { .. } => Value::from(settings.flag(def.key)),
                SettingKind::Text { .. } => Value::from(settings.text(def.key)),
            };
            Ok(SETTINGS
                .iter()
                .map(|def| SettingView {
                    def,
                    value: value(def),
                    set: set.iter().find(|r| r.text("key") == def.key).cloned(),
                })
                .collect())
        })
    }

    /// The clock rules, with what the organisation said of each.
    ///
    /// # Errors
    /// Those of the store.
    pub fn clock_rules(&self, ctx: &Ctx) -> Result<Vec<ClockView>, AppError> {
        let set = self.current(ctx, Setting::DEF, Vec::new(), 500)?;
        Ok(self
            .env()
            .catalog
            .clocks()
            .iter()
            .map(|rule| {
                let key = format!("{CLOCK_APPLIES}{}", rule.id);
                let set = set.iter().find(|r| r.text("key") == key).cloned();
                let applies = set.as_ref().and_then(|r| serde_json::from_str(r.text("value")).ok());
                ClockView { rule: rule.clone(), applies, set }
            })
            .collect())
    }
}

fn entry(kind: EntryKind, record: Record, at: &str, text: &str, who: String) -> RoomEntry {
    let at = record.time(at).unwrap_or(record.created_at);
    let text = record.text(text).to_owned();
    RoomEntry { kind, at, who, text, record }
}

/// The one thing to do next: what is late or nearest, then waiting reports, then tasks, then what
/// is missing.
fn next_thing(
    deadlines: &[DeadlineView],
    reports: &[Record],
    tasks: &[Record],
    messages: &[Record],
    missing: &[FindingView],
) -> Option<NextThing> {
    if let Some(report) = reports.iter().find(|r| r.text("state") == "received") {
        return Some(NextThing {
            text: Message::new(
                format!("報告「{}」を確かめて受け付ける", report.title()),
                format!("Look at the report \"{}\" and take it", report.title()),
            ),
            href: crate::notices::href(report),
            due: None,
        });
    }
    if let Some(d) = deadlines.iter().find(|d| !d.done) {
        let href = match (&d.kind, &d.incident) {
            (DeadlineKind::Rto, Some((id, _))) => format!("/room/{id}"),
            _ => crate::notices::href(&d.record),
        };
        return Some(NextThing { text: d.title.clone(), href, due: Some(d.due_at) });
    }
    if let Some(m) = messages.iter().find(|m| m.text("state") == "approved") {
        return Some(NextThing {
            text: Message::new(
                format!("「{}」を伝えて記録する", m.title()),
                format!("Tell \"{}\" and record it", m.title()),
            ),
            href: crate::notices::href(m),
            due: None,
        });
    }
    if let Some(t) = tasks.first() {
        return Some(NextThing {
            text: Message::new(t.title(), t.title()),
            href: crate::notices::href(t),
            due: t.time("due_at"),
        });
    }
    missing.first().map(|f| NextThing {
        text: f.message.clone(),
        href: format!("/r/{}/{}", f.register.id, f.id),
        due: None,
    })
}

/// Body of a setting record.
pub fn setting_body(key: &str, value: &Value) -> Body {
    let mut body = Body::new();
    body.insert("key".into(), key.into());
    body.insert("value".into(), value.to_string().into());
    body
}
