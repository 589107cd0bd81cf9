//! People of a case: who has been called, who answered, who is next; handovers; the two teams; who
//! has the last word on containment; whom inside to tell.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::look::Look;
use okiagari_model::govern::authority::{Authority, CONTAINMENT, Situation, final_decider};
use okiagari_model::govern::department::Department;
use okiagari_model::govern::person::Person;
use okiagari_model::govern::role::Role;
use okiagari_model::identify::{asset::Asset, system::System};
use okiagari_model::prepare::rota::{Days, Duty, Rota, person_phone};
use okiagari_model::prepare::team_plan::{self, TeamPlan};
use okiagari_model::respond::delivery::{self, Delivery};
use okiagari_model::respond::handover::Handover;
use okiagari_model::respond::paging::Paging;
use okiagari_model::respond::paging_flow;
use okiagari_model::respond::response_team::ResponseTeam;
use okiagari_model::{
    Choice, Cond, OrgId, Record, RecordId, Register, RowFilter, Settings, Text, Time, Value,
};
use okiagari_store::ReadTx;

/// A person with the number to ring now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// Name.
    pub name: String,
    /// Number; empty where none is known.
    pub phone: String,
}

/// One turn of a call.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Who was called.
    pub who: Reach,
    /// When.
    pub at: Time,
    /// Why it was passed on (`PassedOn` id); empty where it was not.
    pub passed_on: String,
    /// How the try by the gateway ended (`DeliveryResult` id); empty where none left.
    pub sent: String,
}

/// A call.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its record.
    pub record: Record,
    /// Who has been called, oldest first.
    pub turns: Vec<Turn>,
    /// Who is next; `None` where nobody is left.
    pub next: Option<Reach>,
    /// Who answered.
    pub answered_by: Option<Reach>,
}

/// A handover, or a team, with names.
#[derive(Debug, Clone)]
pub struct Named {
    /// The record.
    pub record: Record,
    /// Names of the people in it, by id.
    pub people: Vec<(RecordId, String)>,
}

/// Who has the last word.
#[derive(Debug, Clone)]
pub struct LastWord {
    /// On what.
    pub power: Text,
    /// Who; `None` where nobody holds the role.
    pub who: Option<Reach>,
    /// Who stands in, in order.
    pub deputies: Vec<Reach>,
}

/// A department that the case concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its name.
    pub name: String,
    /// Its head.
    pub head: Option<Reach>,
}

/// People of a case.
#[derive(Debug, Clone, Default)]
pub struct Waking {
    /// Calls, newest first.
    pub calls: Vec<Call>,
    /// Handovers, newest first.
    pub handovers: Vec<Named>,
    /// The teams.
    pub teams: Vec<Named>,
    /// Agreement of two teams in force: id and title.
    pub plan: Option<(RecordId, String)>,
    /// The last word on each measure of containment, at this hour.
    pub last_words: Vec<LastWord>,
    /// Departments to be told inside, derived from what is hit (IPA-151).
    pub inside: Vec<Unit>,
    /// Roles that can be called: id and name.
    pub roles: Vec<(RecordId, String)>,
    /// Whether calls leave by a gateway.
    pub gateway: bool,
}

/// Who is on duty and who is called, at an instant.
#[derive(Debug, Clone, Default)]
pub struct DutyView {
    /// Of each duty whoever is on it now.
    pub duties: Vec<(Text, Vec<Reach>)>,
    /// Whom a call would wake, in order.
    pub order: Vec<Reach>,
    /// Tests, newest first.
    pub tests: Vec<Call>,
    /// Whether calls leave by a gateway.
    pub gateway: bool,
    /// Whether the offices are open.
    pub office: bool,
}

/// What the look-ups of one view share.
struct Finder<'a, 'b> {
    app: &'a App,
    tx: &'a mut ReadTx<'b>,
    org: &'a OrgId,
    settings: &'a Settings,
    off: bool,
}

impl Finder<'_, '_> {
    fn reach(&mut self, id: &str) -> Result<Reach, AppError> {
        let id = RecordId::new(id);
        let found = self.tx.one(self.org, Person::DEF, &id, &RowFilter::everything())?;
        Ok(found.map_or_else(Reach::default, |p| Reach {
            name: p.text("name").to_owned(),
            phone: person_phone(&p, self.off).to_owned(),
        }))
    }

    fn call(&mut self, record: Record) -> Result<Call, AppError> {
        let pointing = (Paging::ID, &record.id);
        let tries = self.tx.pointing(self.org, Delivery::DEF, "paging", pointing)?;
        let mut turns = Vec::new();
        for (n, row) in record.rows("called").enumerate() {
            let text = |f: &str| row.get(f).and_then(Value::as_str).unwrap_or_default();
            let round = i64::try_from(n + 1).unwrap_or(i64::MAX);
            let of_turn = tries.iter().filter(|d| d.int("round") == Some(round));
            let newest = delivery::newest(of_turn.map(std::rc::Rc::as_ref));
            turns.push(Turn {
                who: self.reach(text("person"))?,
                at: row
                    .get("at")
                    .and_then(Value::as_i64)
                    .map_or(record.created_at, Time::from_millis),
                passed_on: text("passed_on").to_owned(),
                sent: newest.first().map_or_else(String::new, |d| d.text("result").to_owned()),
            });
        }
        let next = match (record.text("state"), paging_flow::next_turn(&record, self.settings)) {
            ("calling" | "unanswered", Some(id)) => Some(self.reach(id)?),
            _ => None,
        };
        let answered_by = match record.ids("answered_by").first() {
            Some(id) => Some(self.reach(id)?),
            None => None,
        };
        Ok(Call { turns, next, answered_by, record })
    }

    fn named(&mut self, record: Record, fields: &[&str]) -> Result<Named, AppError> {
        let mut people: Vec<(RecordId, String)> = Vec::new();
        for id in fields.iter().flat_map(|f| record.ids(f)) {
            let name = self.reach(id)?.name;
            people.push((RecordId::new(id), name));
        }
        Ok(Named { record, people })
    }

    fn last_words(&mut self, now: Time) -> Result<Vec<LastWord>, AppError> {
        let lines = self.tx.set(self.org, Authority::DEF)?;
        let roles = self.tx.set(self.org, Role::DEF)?;
        let lines: Vec<&Record> = lines.iter().map(std::rc::Rc::as_ref).collect();
        let roles: Vec<&Record> = roles.iter().map(std::rc::Rc::as_ref).collect();
        let situation = if self.off { Situation::OffHours } else { Situation::Emergency };
        let mut out = Vec::new();
        for power in CONTAINMENT {
            let Some(decider) = final_decider(&lines, &roles, power, situation, now) else {
                continue;
            };
            let who = match &decider.person {
                Some(id) => Some(self.reach(id.as_str())?),
                None => None,
            };
            let mut deputies = Vec::new();
            for id in &decider.deputies {
                deputies.push(self.reach(id.as_str())?);
            }
            out.push(LastWord { power: power.label(), who, deputies });
        }
        Ok(out)
    }

    /// The units that what is hit belongs to, with their heads and those above them: none is left
    /// out because somebody forgot it.
    fn inside(&mut self, incident: &Record) -> Result<Vec<Unit>, AppError> {
        let everything = RowFilter::everything();
        let mut ids: Vec<String> =
            incident.ids("department").into_iter().map(str::to_owned).collect();
        let systems: Vec<String> = incident
            .rows("systems")
            .filter_map(|row| row.get("system")?.as_str().map(str::to_owned))
            .collect();
        for id in systems {
            if let Some(s) = self.tx.one(self.org, System::DEF, &RecordId::new(id), &everything)? {
                ids.extend(s.ids("department").into_iter().map(str::to_owned));
            }
        }
        for id in incident.ids("assets") {
            if let Some(a) = self.tx.one(self.org, Asset::DEF, &RecordId::new(id), &everything)? {
                ids.extend(a.ids("department").into_iter().map(str::to_owned));
            }
        }
        let mut units: Vec<Unit> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        while let Some(id) = ids.pop() {
            if seen.contains(&id) {
                continue;
            }
            let of = RecordId::new(id.as_str());
            seen.push(id);
            let Some(d) = self.tx.one(self.org, Department::DEF, &of, &everything)? else {
                continue;
            };
            ids.extend(d.ids("parent").into_iter().map(str::to_owned));
            let head = match d.ids("head").first() {
                Some(head) => Some(self.reach(head)?),
                None => None,
            };
            units.push(Unit { name: d.text("name").to_owned(), head });
        }
        units.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(units)
    }
}

impl App {
    fn off_hours(&self, settings: &Settings, now: Time) -> bool {
        let zone = settings.zone();
        let holidays = self.env().catalog.holidays();
        !Days { zone: &zone, holidays: holidays.as_deref() }.in_office_hours(now, settings)
    }

    /// The people of a case that whoever asks may see.
    ///
    /// # Errors
    /// Those of the store.
    pub fn waking(&self, ctx: &Ctx, incident: &Record) -> Result<Waking, AppError> {
        let of = |def: &'static okiagari_model::RegisterDef| {
            self.current(ctx, def, vec![Cond::eq("incident", incident.id.as_str())], 50)
        };
        let (mut calls, mut handovers) = (of(Paging::DEF)?, of(Handover::DEF)?);
        let teams = of(ResponseTeam::DEF)?;
        calls.sort_by_key(|p| std::cmp::Reverse((p.time("started_at"), p.leaf)));
        handovers.sort_by_key(|h| std::cmp::Reverse((h.time("offered_at"), h.leaf)));
        let now = self.now();
        let org = &ctx.subject.org;
        self.store().read(|tx| {
            let settings = self.env().settings(tx, org)?;
            let off = self.off_hours(&settings, now);
            let plans = tx.set(org, TeamPlan::DEF)?;
            let plan =
                plans.iter().find(|p| team_plan::whole(p)).map(|p| (p.id.clone(), p.title()));
            let roles = tx.set(org, Role::DEF)?;
            let roles = roles
                .iter()
                .filter(|r| !r.ended() && r.body.contains_key("holder"))
                .filter(|r| !matches!(r.text("kind"), "auditor" | "administrator"))
                .map(|r| (r.id.clone(), r.text("name").to_owned()))
                .collect();
            let mut look = Finder { app: self, tx, org, settings: &settings, off };
            let calls = calls.into_iter().map(|p| look.call(p)).collect::<Result<_, _>>()?;
            let handovers = handovers
                .into_iter()
                .map(|h| look.named(h, &["from", "to"]))
                .collect::<Result<_, _>>()?;
            let teams = teams
                .into_iter()
                .map(|t| look.named(t, &["lead", "members"]))
                .collect::<Result<_, _>>()?;
            Ok(Waking {
                calls,
                handovers,
                teams,
                plan,
                last_words: look.last_words(now)?,
                inside: look.inside(incident)?,
                roles,
                gateway: !settings.text("paging.url").is_empty(),
            })
        })
    }

    /// Who is on duty now, whom a call would wake, and the tests of it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn duty(&self, ctx: &Ctx) -> Result<DutyView, AppError> {
        let tests = self.current(ctx, Paging::DEF, Vec::new(), 100)?;
        let now = self.now();
        let org = &ctx.subject.org;
        self.store().read(|tx| {
            let settings = self.env().settings(tx, org)?;
            let off = self.off_hours(&settings, now);
            let rota = tx.set(org, Rota::DEF)?;
            let roles = tx.set(org, Role::DEF)?;
            let mut look = Finder { app: self, tx, org, settings: &settings, off };
            let (duties, order) = look.order((&rota[..], &roles[..]), now)?;
            let mut tests: Vec<Record> = tests
                .into_iter()
                .filter(|p| matches!(p.text("cause"), "test" | "call_up_test"))
                .collect();
            tests.sort_by_key(|p| std::cmp::Reverse((p.time("started_at"), p.leaf)));
            tests.truncate(10);
            let tests = tests.into_iter().map(|p| look.call(p)).collect::<Result<_, _>>()?;
            let gateway = !settings.text("paging.url").is_empty();
            Ok(DutyView { duties, order, tests, gateway, office: !off })
        })
    }
}

type Records = [std::rc::Rc<Record>];
type Duties = (Vec<(Text, Vec<Reach>)>, Vec<Reach>);

impl Finder<'_, '_> {
    /// Whoever is on each duty, and the order of a call that names nobody.
    fn order(
        &mut self,
        (rota, roles): (&Records, &Records),
        now: Time,
    ) -> Result<Duties, AppError> {
        let zone = self.settings.zone();
        let holidays = self.app.env().catalog.holidays();
        let days = Days { zone: &zone, holidays: holidays.as_deref() };
        let lines: Vec<&Record> = rota.iter().map(std::rc::Rc::as_ref).collect();
        let roles: Vec<&Record> = roles.iter().map(std::rc::Rc::as_ref).collect();
        let mut duties = Vec::new();
        for duty in Duty::ALL {
            let mut people = Vec::new();
            for line in days.on_duty(&lines, duty, now) {
                for id in line.ids("person") {
                    people.push(self.reach(id)?);
                }
            }
            duties.push((duty.label(), people));
        }
        let mut order = Vec::new();
        for id in paging_flow::standing_order(&lines, &roles, &days, now) {
            order.push(self.reach(id.as_str())?);
        }
        Ok((duties, order))
    }
}
