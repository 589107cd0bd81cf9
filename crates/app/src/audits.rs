//! What an audit looks at: samples that can be drawn again, the record as of a moment, acts of
//! administrators, versions of program and policy table (NI-206, NI-207).

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::read::ListRequest;
use crate::write::{self, Actor, Request};
use okiagari_log::LeafHeader;
use okiagari_model::improve::audit::Audit;
use okiagari_model::improve::audit_sample::{self, AuditSample};
use okiagari_model::{
    Action, Change, Record, RecordId, Ref, Register, RegisterDef, Time, Wing, policy,
};

/// The most leaves that one look at the conduct of the program goes through.
const LEAVES: u64 = 5_000;
/// The most records of a population.
const POPULATION: usize = 100_000;

/// What is to be drawn.
#[derive(Debug, Clone)]
pub struct SampleAsk {
    /// From which register.
    pub register: &'static RegisterDef,
    /// What for.
    pub purpose: String,
    /// How many.
    pub size: usize,
    /// The seed; empty lets the program draw one.
    pub seed: String,
}

/// One act of an administrator, or on what administrators keep.
#[derive(Debug, Clone)]
pub struct ConductLine {
    /// Leaf.
    pub leaf: u64,
    /// When.
    pub at: Time,
    /// Who, by name where it may be shown.
    pub actor: String,
    /// In which roles.
    pub role: String,
    /// What (`setting.edit`).
    pub action: String,
    /// The record, where it is one of a register that may be read.
    pub record: Option<(&'static RegisterDef, RecordId)>,
}

/// A version that came into use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// What: `program`, `policy`.
    pub what: String,
    /// Version or digest.
    pub version: String,
    /// First leaf of it among those looked at.
    pub leaf: u64,
    /// When.
    pub at: Time,
}

/// How program and administrators behaved.
#[derive(Debug, Clone, Default)]
pub struct Conduct {
    /// Versions in the order of their coming into use.
    pub versions: Vec<Pinned>,
    /// Acts, newest first.
    pub acts: Vec<ConductLine>,
    /// First leaf looked at; what is before is not shown.
    pub from: u64,
    /// One behind the last.
    pub to: u64,
}

/// One register as it stood at a moment.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Register.
    pub register: &'static RegisterDef,
    /// Records, those that had ended left out.
    pub records: u64,
    /// Whether there are more than were counted.
    pub more: bool,
}

impl App {
    /// Draws a sample for an audit and puts it on record.
    ///
    /// # Errors
    /// Not allowed; no purpose; nothing to draw from; a register that may not be read.
    pub fn draw_sample(
        &self,
        ctx: &Ctx,
        audit: &RecordId,
        ask: &SampleAsk,
    ) -> Result<write::Receipt, AppError> {
        if policy::rows(&ctx.subject, AuditSample::DEF, Action::Create).is_nothing() {
            return Err(AppError::Forbidden("create"));
        }
        self.record(ctx, Audit::DEF, audit, None)?;
        if ask.purpose.trim().is_empty() || ask.size == 0 || ask.size > audit_sample::MOST {
            return Err(AppError::input(
                "確かめることと、1から500までの数を入れてください。",
                "Say what it is for, and give a number from 1 to 500.",
            ));
        }
        let now = self.now();
        let as_of = self.leaf_at(ctx, now)?.unwrap_or(0);
        let ids = self.population(ctx, ask.register, as_of)?;
        if ids.is_empty() {
            return Err(AppError::input(
                "この台帳には、見られる記録がまだありません。",
                "There is no record in this register yet that you can see.",
            ));
        }
        let seed = match ask.seed.trim() {
            "" => self.fresh_seed(),
            typed => typed.chars().take(64).collect(),
        };
        let drawn = audit_sample::draw(&seed, &ids, ask.size);
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let body = AuditSample {
            audit: Ref::new(audit.clone()),
            purpose: ask.purpose.trim().to_owned(),
            register: ask.register.id.to_owned(),
            at_leaf: i64::try_from(as_of).unwrap_or(i64::MAX),
            population: count(ids.len()),
            population_digest: audit_sample::population_digest(&ids),
            seed,
            size: count(drawn.len()),
            drawn,
            drawn_by: ctx.subject.person.clone().map(Ref::new),
            drawn_at: now,
        }
        .to_body();
        let org = ctx.subject.org.clone();
        let request = Request {
            org: org.clone(),
            actor: Actor::Person(ctx.subject.clone()),
            change: Change::Create { def: AuditSample::DEF, body, reason: None },
            now,
        };
        let env = self.env().clone();
        self.store()
            .write(&org, "audit sample", move |tx| write::apply_with_file(tx, &env, &request))
    }

    /// Draws a sample again by what stands in it, and says whether the same records come out. The
    /// population is read as of the same leaf; who sees less of it than who drew it cannot repeat it.
    ///
    /// # Errors
    /// Those of the store; not found where the register may not be read.
    pub fn repeat_sample(&self, ctx: &Ctx, sample: &Record) -> Result<bool, AppError> {
        let def = okiagari_model::register(sample.text("register")).ok_or(AppError::NotFound)?;
        let as_of = sample.int("at_leaf").and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        let ids = self.population(ctx, def, as_of)?;
        let size = sample.int("size").and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let again = audit_sample::draw(sample.text("seed"), &ids, size);
        Ok(audit_sample::population_digest(&ids) == sample.text("population_digest")
            && again.iter().map(String::as_str).eq(sample.ids("drawn")))
    }

    /// Ids of all records of a register that may be seen, as of a leaf, those that ended included.
    fn population(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        as_of: u64,
    ) -> Result<Vec<String>, AppError> {
        let mut request =
            ListRequest { as_of: Some(as_of), include_ended: true, ..ListRequest::first(def, 500) };
        let mut ids: Vec<String> = Vec::new();
        loop {
            let page = self.list(ctx, &request)?;
            ids.extend(page.records.iter().map(|r| r.id.as_str().to_owned()));
            match page.next {
                Some(next) if ids.len() < POPULATION => request.after = Some(next),
                _ => return Ok(ids),
            }
        }
    }

    fn fresh_seed(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.env().with_ids(|ids| ids.fill(&mut bytes));
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The registers that somebody may read, as they stood at a leaf.
    ///
    /// # Errors
    /// Those of the store.
    pub fn standing(&self, ctx: &Ctx, as_of: Option<u64>) -> Result<Vec<Standing>, AppError> {
        okiagari_model::REGISTERS
            .iter()
            .filter(|def| policy::may(&ctx.subject, def, Action::Read))
            .map(|register| {
                let request = ListRequest { as_of, ..ListRequest::first(register, 1) };
                let total = self.list(ctx, &request)?.total;
                Ok(Standing { register, records: total.count, more: total.more })
            })
            .collect()
    }

    /// How program and administrators behaved in the last leaves up to a moment: what changed in the
    /// registers of governance, and versions as they came into use.
    ///
    /// # Errors
    /// Those of the store.
    pub fn conduct(&self, ctx: &Ctx, until: Option<u64>) -> Result<Conduct, AppError> {
        let org = &ctx.subject.org;
        self.store().read(|tx| {
            let size = tx.size(org)?;
            let to = until.map_or(size, |leaf| size.min(leaf.saturating_add(1)));
            let from = to.saturating_sub(LEAVES);
            let mut conduct = Conduct { from, to, ..Conduct::default() };
            let mut at = from;
            while at < to {
                let limit = u32::try_from((to - at).min(500)).unwrap_or(500);
                let headers = tx.headers(org, at, limit)?;
                if headers.is_empty() {
                    break;
                }
                at += headers.len() as u64;
                for header in &headers {
                    note_versions(&mut conduct.versions, header);
                    if let Some(record) = act_of(ctx, header) {
                        let actor = self.actor_name(tx, ctx, &header.actor)?;
                        conduct.acts.push(ConductLine {
                            leaf: header.index,
                            at: Time::from_millis(header.time_ms),
                            actor,
                            role: header.role.clone(),
                            action: header.action.clone(),
                            record,
                        });
                    }
                }
            }
            conduct.acts.reverse();
            Ok(conduct)
        })
    }
}

/// A version is noted when it differs from the one before.
fn note_versions(versions: &mut Vec<Pinned>, header: &LeafHeader) {
    for what in ["program", "policy"] {
        let Some(version) = header.pins.get(what) else { continue };
        let last = versions.iter().rev().find(|p| p.what == what);
        if last.is_none_or(|p| p.version != *version) {
            versions.push(Pinned {
                what: what.to_owned(),
                version: version.clone(),
                leaf: header.index,
                at: Time::from_millis(header.time_ms),
            });
        }
    }
}

/// The record of a leaf that is an act of administration, where its register may be read: what
/// changed in the wing of governance, and every erasure.
fn act_of(ctx: &Ctx, header: &LeafHeader) -> Option<Option<(&'static RegisterDef, RecordId)>> {
    let item = header.items.first()?;
    let def = okiagari_model::register(&item.register)?;
    let erases = header.items.iter().any(|i| !i.erased.is_empty());
    let governs = def.wing == Wing::Govern || header.role.split('+').any(|r| r == "administrator");
    if !(governs || erases) || !policy::may(&ctx.subject, def, Action::Read) {
        return None;
    }
    let open = def.access_field(okiagari_model::Access::Case).is_none();
    Some(open.then(|| (def, RecordId::new(&item.id))))
}
