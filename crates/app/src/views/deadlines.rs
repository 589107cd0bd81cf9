//! All clocks: obligations and recovery targets.

use crate::error::AppError;
use crate::facade::App;
use crate::facade::Ctx;
use crate::look::Look;
use crate::read::Names;
use okiagari_model::Cond;
use okiagari_model::MINUTE;
use okiagari_model::Message;
use okiagari_model::Op;
use okiagari_model::Record;
use okiagari_model::RecordId;
use okiagari_model::Register;
use okiagari_model::Time;
use okiagari_model::govern::role::Role;
use okiagari_model::govern::role::acting_person;
use okiagari_model::recover::restoration::Restoration;
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::incident_rules;
use okiagari_model::respond::obligation;
use okiagari_store::ReadTx;
use std::rc::Rc;

/// What runs on a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadlineKind {
    /// An obligation.
    Obligation,
    /// A stopped system's recovery target.
    Rto,
    /// The next update of a situation.
    Update,
}

/// A deadline as shown on the wall.
#[derive(Debug)]
pub struct DeadlineView {
    /// What runs.
    pub kind: DeadlineKind,
    /// The obligation, or the incident of a stopped system or of a next update.
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

impl App {
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

    /// When the next update of an incident's situation was promised. A later update moves it, so it
    /// stands in the incident itself rather than as an obligation.
    fn update_view(
        &self,
        ctx: &Ctx,
        record: &Record,
        now: Time,
    ) -> Result<Option<DeadlineView>, AppError> {
        let Some(due_at) = record.time("next_update_at") else { return Ok(None) };
        let holder = match record.ids("lead").first() {
            Some(id) => self.store().read(|tx| self.person_name(tx, ctx, &RecordId::new(*id)))?,
            None => String::new(),
        };
        Ok(Some(DeadlineView {
            kind: DeadlineKind::Update,
            title: Message::new("次の状況を共有する", "Share the next update"),
            due_at,
            warn_at: Some(due_at.plus(-10 * MINUTE)),
            late: now > due_at,
            done: false,
            incident: Some((record.id.clone(), record.title())),
            role: String::new(),
            holder,
            recipient: String::new(),
            explain: Message::new(
                "状況のまとめで約束した時刻です。まとめを書き直すと、新しい時刻に変わります。",
                "The time promised in the situation; writing it anew sets a new one.",
            ),
            record: record.clone(),
        }))
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
            if incident.is_some_and(|id| *id != record.id) {
                continue;
            }
            views.extend(self.update_view(ctx, &record, now)?);
            if !record.body.contains_key("systems") {
                continue;
            }
            let clocks = self.store().read(|tx| -> Result<_, AppError> {
                let systems =
                    tx.set(&ctx.subject.org, okiagari_model::identify::system::System::DEF)?;
                let of = (Incident::ID, &record.id);
                let ways = tx.pointing(&ctx.subject.org, Restoration::DEF, "incident", of)?;
                let ways: Vec<&Record> =
                    ways.iter().filter(|w| !w.ended()).map(std::rc::Rc::as_ref).collect();
                Ok(incident_rules::rto_clocks(&record, &systems, &ways))
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
}
