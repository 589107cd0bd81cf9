//! From what the application gives to what the pages show.

use super::parts::Ui;
use super::room::{Due, Room};
use super::room_build::{EntryIn, Lookup, RoomIn, StepIn, room};
use crate::who::Signed;
use okiagari_app::views::{DeadlineKind, DeadlineView, EntryKind, RoomView};
use okiagari_app::{Ctx, Names};
use okiagari_model::respond::timeline_entry::TimelineEntry;
use okiagari_model::{Action, Lang, Register, Time, policy};

impl Lookup for Names {
    fn name(&self, register: &str, id: &str) -> Option<String> {
        self.get(register, id).map(str::to_owned)
    }
}

/// Language, zone and instant for a page.
pub fn ui(me: &Signed) -> Ui {
    ui_of(&me.ctx, me.web.app.now())
}

/// Language, zone and instant.
pub fn ui_of(ctx: &Ctx, now: Time) -> Ui {
    Ui { lang: ctx.lang, zone: ctx.zone.clone(), now }
}

/// A clock as shown.
pub fn due(ui: &Ui, roles: &[&str], d: DeadlineView) -> Due {
    // Recovery targets and promised updates are no records of their own.
    let rto = d.kind != DeadlineKind::Obligation;
    let r = &d.record;
    let state = r.text("state");
    let over = !rto && (d.done || state == "withdrawn");
    let done_at = r.time("done_at").filter(|_| over && state == "done");
    let done_late = done_at.is_some_and(|at| at > d.due_at);
    let chip = match (over, d.late, state) {
        (true, _, "withdrawn") => ui.chip("ended", ui.t("取り下げ", "Withdrawn")),
        (true, _, _) if done_late => ui.chip("late", ui.t("期限後に完了", "Done late")),
        (true, _, _) => ui.chip("done", ui.t("完了", "Done")),
        (false, true, _) => ui.chip("late", ui.t("超過", "Late")),
        (false, false, _) if d.warn_at.is_some_and(|w| ui.now >= w) => {
            ui.chip("waiting", ui.t("まもなく", "Soon"))
        }
        _ => ui.chip("open", ui.t("進行中", "Open")),
    };
    let system = d.explain.get(ui.lang).to_owned();
    let text = |f: &str| if rto { String::new() } else { r.text(f).to_owned() };
    // What the program wrote itself is kept in both languages.
    let said = |f: &str| Some(text(f)).filter(|t| ui.lang == Lang::En && !t.is_empty());
    Due {
        id: r.id.as_str().to_owned(),
        rev: r.rev,
        title: d.title.get(ui.lang).to_owned(),
        due_at: d.due_at,
        late: d.late && !over,
        over,
        done_at,
        proof: text("proof"),
        incident: d.incident.map(|(id, title)| (id.as_str().to_owned(), title)),
        mine: !rto && roles.contains(&r.text("role_kind")),
        role: d.role,
        holder: d.holder,
        recipient: said("recipient_en").unwrap_or(d.recipient),
        explain: system,
        source: said("source_en").unwrap_or_else(|| text("source")),
        evidence: text("evidence"),
        rto,
        chip,
    }
}

/// Who looks at a room.
#[derive(Debug, Clone, Copy)]
pub struct Watcher<'a> {
    /// Kinds of role held.
    pub roles: &'a [&'static str],
    /// Person id, or the place that is filled for each watcher.
    pub me: &'a str,
    /// Whether entries may be added.
    pub may_write: bool,
    /// A drill.
    pub drill: bool,
}

impl<'a> Watcher<'a> {
    /// From who is asking.
    pub fn of(ctx: &'a Ctx) -> Self {
        Self {
            roles: &ctx.subject.roles,
            me: ctx.subject.person.as_ref().map_or("", |p| p.as_str()),
            may_write: policy::may(&ctx.subject, TimelineEntry::DEF, Action::Create),
            drill: ctx.subject.org.as_str().ends_with("-drill"),
        }
    }
}

/// The room as shown.
pub fn room_of(ui: &Ui, view: RoomView, who: Watcher<'_>, correct: Option<&str>) -> Room {
    let entries = view
        .timeline
        .iter()
        .map(|e| EntryIn {
            record: &e.record,
            at: e.at,
            who: e.who.clone(),
            text: match e.kind {
                EntryKind::Message => e.text.clone(),
                EntryKind::Timeline | EntryKind::Decision | EntryKind::Evidence => String::new(),
            },
        })
        .collect();
    let side = super::side::side(ui, &view.side, &view.names);
    let steps = view
        .incident
        .steps
        .iter()
        .map(|s| StepIn {
            step: s.step,
            open: s.open || s.closed.is_empty(),
            role_ok: s.role_ok,
            closed: s.closed.clone(),
        })
        .collect();
    room(
        ui,
        RoomIn {
            incident: &view.incident.record,
            names: &view.names,
            deadlines: view.deadlines.into_iter().map(|d| due(ui, who.roles, d)).collect(),
            steps,
            plays: (&view.plays, &view.playbooks),
            stops: &view.stops,
            tasks: &view.tasks,
            entries,
            side,
            analysis: &view.analysis,
            decisions: &view.decisions,
            evidence: &view.evidence,
            messages: &view.messages,
            deliveries: &view.deliveries,
            waking: view.waking,
            lessons: view.reviews.iter().chain(&view.improvements).collect(),
            merged: &view.merged,
            know_how: &view.know_how,
            roles: who.roles,
            me: who.me,
            may_write: who.may_write,
            drill: who.drill,
            leaf: view.leaf,
            leaf_after: view.leaf_after,
            more: view.more,
            correct,
        },
    )
}
