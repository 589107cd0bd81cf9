//! What every use case shares: time, randomness, catalogue, caches.

use crate::error::AppError;
use crate::host::{Host, HostIds};
use crate::look::Look;
use okiagari_catalog::{
    Catalog, Consideration, Requirement, ShippedFramework, ShippedPaper, ShippedPlaybook,
    ShippedScenario,
};
use okiagari_model::clock::{Calendar, ClockRule};
use okiagari_model::govern::setting::Setting;
use okiagari_model::{Ids, OrgId, RecordId, Register, Settings, Time, Value};
use okiagari_store::ReadTx;
use okiagari_store::server::organisation::{self, Kind};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Version of the program, pinned in every leaf.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The catalogue, read and checked once at start.
pub struct Shelf {
    clocks: Vec<ClockRule>,
    calendars: BTreeMap<String, Calendar>,
    holidays: Option<Arc<Calendar>>,
    requirements: Vec<Requirement>,
    playbooks: Vec<ShippedPlaybook>,
    papers: Vec<ShippedPaper>,
    considerations: Vec<Consideration>,
    scenarios: Vec<ShippedScenario>,
    frameworks: Vec<ShippedFramework>,
    paper_claims: Vec<(String, Vec<String>)>,
    tests: BTreeMap<String, Vec<String>>,
}

/// The calendar by which office hours and duty are counted.
const HOLIDAYS: &str = "jp";

/// Tests by requirement id. A house test holds every name against the tests that exist.
const TESTS: &str = "coverage/tests.json";

impl Shelf {
    /// Reads everything that is used while running.
    ///
    /// # Errors
    /// Names file, row and key of what cannot be read.
    pub fn read(catalog: &Catalog) -> Result<Self, AppError> {
        let broken = |e: okiagari_catalog::CatalogError| AppError::Internal(e.to_string());
        let tests = serde_json::from_str(catalog.text(TESTS).unwrap_or("{}"))
            .map_err(|e| AppError::Internal(format!("{TESTS}: {e}")))?;
        let calendars = catalog.calendars().map_err(broken)?;
        Ok(Self {
            tests,
            clocks: catalog.clocks().map_err(broken)?,
            holidays: calendars.get(HOLIDAYS).cloned().map(Arc::new),
            calendars,
            requirements: catalog.requirements().map_err(broken)?,
            playbooks: catalog.playbooks().map_err(broken)?,
            papers: catalog.papers().map_err(broken)?,
            considerations: catalog.considerations().map_err(broken)?,
            scenarios: catalog.scenarios().map_err(broken)?,
            frameworks: catalog.frameworks().map_err(broken)?,
            paper_claims: catalog.paper_claims().map_err(broken)?,
        })
    }

    /// Deadline rules.
    pub fn clocks(&self) -> &[ClockRule] {
        &self.clocks
    }

    /// Calendars by id.
    pub fn calendars(&self) -> &BTreeMap<String, Calendar> {
        &self.calendars
    }

    /// The closed days of Japan.
    pub fn holidays(&self) -> Option<Arc<Calendar>> {
        self.holidays.clone()
    }

    /// Names of tests by requirement id.
    pub fn tests(&self) -> &BTreeMap<String, Vec<String>> {
        &self.tests
    }

    /// Shipped playbooks.
    pub fn playbooks(&self) -> &[ShippedPlaybook] {
        &self.playbooks
    }

    /// Shipped kinds of plans and rules.
    pub fn papers(&self) -> &[ShippedPaper] {
        &self.papers
    }

    /// What is considered beside their parts.
    pub fn considerations(&self) -> &[Consideration] {
        &self.considerations
    }

    /// What papers, considerations and scenarios say that they meet.
    pub fn paper_claims(&self) -> &[(String, Vec<String>)] {
        &self.paper_claims
    }

    /// Shipped reconnection frameworks.
    pub fn frameworks(&self) -> &[ShippedFramework] {
        &self.frameworks
    }

    /// Shipped scenarios.
    pub fn scenarios(&self) -> &[ShippedScenario] {
        &self.scenarios
    }

    /// Requirements of the five sources.
    pub fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }
}

/// What every use case shares.
pub struct Env {
    /// Time and randomness.
    pub host: Arc<dyn Host>,
    /// Clock rules, calendars, requirements.
    pub catalog: Shelf,
    /// Version of the program.
    pub version: &'static str,
    settings: Mutex<HashMap<OrgId, (u64, Arc<Settings>)>>,
    kinds: Mutex<HashMap<OrgId, Kind>>,
}

impl Env {
    /// With the surroundings handed in.
    pub fn new(host: Arc<dyn Host>, catalog: Shelf) -> Self {
        Self {
            host,
            catalog,
            version: VERSION,
            settings: Mutex::default(),
            kinds: Mutex::default(),
        }
    }

    /// The present instant.
    pub fn now(&self) -> Time {
        self.host.now()
    }

    /// A fresh id.
    pub fn next_id(&self, now: Time) -> RecordId {
        HostIds(self.host.as_ref()).next_id(now)
    }

    /// Lends the source of ids and random bytes.
    pub fn with_ids<R>(&self, f: impl FnOnce(&mut dyn Ids) -> R) -> R {
        f(&mut HostIds(self.host.as_ref()))
    }

    /// How records of an organisation are marked that is not one in earnest. Its kind never changes.
    pub fn origin(
        &self,
        tx: &mut ReadTx<'_>,
        org: &OrgId,
    ) -> Result<Option<&'static str>, AppError> {
        let mark = |kind| match kind {
            Kind::Real => None,
            Kind::Demo => Some("demo"),
            Kind::Exercise => Some("drill"),
        };
        let lock = || self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kind) = lock().get(org) {
            return Ok(mark(*kind));
        }
        let Some(row) = organisation::get(tx.db(), org)? else { return Ok(None) };
        lock().insert(org.clone(), row.kind);
        Ok(mark(row.kind))
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut buf = [0u8; N];
        self.host.fill(&mut buf);
        buf
    }

    /// The organisation's settings as they stand in this transaction. Kept until a later leaf
    /// touches them.
    pub fn settings(&self, tx: &mut ReadTx<'_>, org: &OrgId) -> Result<Arc<Settings>, AppError> {
        let leaf = tx.last_leaf(org, Setting::DEF)?;
        let cached = self.settings.lock().unwrap_or_else(PoisonError::into_inner).get(org).cloned();
        if let Some((at, settings)) = cached
            && at == leaf
        {
            return Ok(settings);
        }
        let mut set: BTreeMap<String, Value> = BTreeMap::new();
        for record in tx.set(org, Setting::DEF)? {
            if let Ok(value) = serde_json::from_str(record.text("value")) {
                set.insert(record.text("key").to_owned(), value);
            }
        }
        let settings = Arc::new(Settings::new(set));
        self.settings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(org.clone(), (leaf, settings.clone()));
        Ok(settings)
    }
}
