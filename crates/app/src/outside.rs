//! What a party without an account sees of a reconnection by its private link: the phases, and the
//! updates issued to it. It changes only when a phase changes or an update is issued.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::look::Look;
use okiagari_model::reconnect::framework::PhaseKind;
use okiagari_model::reconnect::outside_page::{OutsidePage, shows};
use okiagari_model::reconnect::parts::days_until;
use okiagari_model::reconnect::phase::Phase;
use okiagari_model::reconnect::reconnection::Reconnection;
use okiagari_model::reconnect::status_update::{StatusUpdate, frozen};
use okiagari_model::reconnect::told::Told;
use okiagari_model::reconnect::update_rhythm::UpdateRhythm;
use okiagari_model::respond::disclosure::Disclosure;
use okiagari_model::respond::incident::Incident;
use okiagari_model::{
    Body, Change, Choice, OrgId, Record, RecordId, Register, RowFilter, Time, Value, Zone,
};
use okiagari_seal::receipt;
use okiagari_store::ReadTx;
use std::rc::Rc;

/// What a private link opens.
#[derive(Debug, Clone)]
pub enum Outside {
    /// A code is asked for first; nothing of the case is told before.
    Code {
        /// The organisation.
        org: String,
    },
    /// How things stand.
    Open(Box<OutsideView>),
}

/// How things stand, for one party. Not even the title of the case is told: it may name another.
#[derive(Debug, Clone)]
pub struct OutsideView {
    /// The organisation.
    pub org: String,
    /// Scope line (G7-10).
    pub scope: String,
    /// The same in English; empty where there is none.
    pub scope_en: String,
    /// The five phases: kind, state, when it last moved.
    pub phases: Vec<(PhaseKind, String, Option<Time>)>,
    /// Updates issued to this party with their digest, newest first.
    pub updates: Vec<(Told, Time, String)>,
}

impl OutsideView {
    /// When a phase moved or an update was issued last.
    pub fn changed_at(&self) -> Option<Time> {
        let phases = self.phases.iter().filter_map(|(_, _, at)| *at);
        phases.chain(self.updates.iter().map(|(_, at, _)| *at)).max()
    }
}

/// A link that was just made. Shown once, never kept.
#[derive(Debug, Clone)]
pub struct MadeLink {
    /// The secret in the address.
    pub secret: String,
    /// The code, where one is asked for; it goes by another way than the link.
    pub code: Option<String>,
}

fn digest(typed: &str) -> String {
    receipt::hash(typed).iter().map(|b| format!("{b:02x}")).collect()
}

fn text<'a>(row: &'a Body, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn set(row: &Body, field: &str) -> bool {
    row.get(field).and_then(Value::as_bool).unwrap_or_default()
}

impl App {
    /// What a link opens, with the code that was typed, if any. A wrong page, secret or code, a
    /// link that is over or taken back, and a case that may not be told all look the same.
    ///
    /// # Errors
    /// Not found; errors of the store.
    pub fn outside(
        &self,
        page: &RecordId,
        secret: &str,
        code: Option<&str>,
    ) -> Result<Outside, AppError> {
        let given = digest(secret);
        let now = self.now();
        for org in self.organisations()? {
            let name = self.public_org(org.id.as_str())?.name;
            let found = self.store().read(|tx| {
                let Some(page) = open_page(tx, &org.id, page)? else { return Ok(None) };
                let row = page.rows("links").find(|r| text(r, "secret_digest") == given);
                let row = row.filter(|r| {
                    !set(r, "closed")
                        && days_until(text(r, "until"), now, &Zone::tokyo()).is_none_or(|d| d >= 0)
                });
                let Some(row) = row else { return Ok(None) };
                if set(row, "with_code") {
                    let Some(code) = code else {
                        return Ok(Some(Outside::Code { org: name.clone() }));
                    };
                    if text(row, "code_digest").is_empty()
                        || text(row, "code_digest") != digest(code)
                    {
                        return Ok(None);
                    }
                }
                view(tx, &org.id, &page, &name).map(|v| Some(Outside::Open(Box::new(v))))
            });
            let found: Result<Option<Outside>, AppError> = found;
            if let Some(found) = found? {
                return Ok(found);
            }
        }
        Err(AppError::NotFound)
    }

    /// Makes the secret, and where the row asks for one the code, of a row of a page. Those made
    /// before for this row stop working.
    ///
    /// # Errors
    /// Not found; whatever keeps the page from being changed.
    pub fn outside_link(
        &self,
        ctx: &Ctx,
        page: &RecordId,
        row: usize,
    ) -> Result<MadeLink, AppError> {
        let record = self.record(ctx, OutsidePage::DEF, page, None)?.record;
        let mut rows: Vec<Value> = record.rows("links").cloned().map(Value::Object).collect();
        let Some(one) = rows.get_mut(row).and_then(Value::as_object_mut) else {
            return Err(AppError::NotFound);
        };
        let secret = receipt::secret(&self.env().random()).as_str().to_owned();
        one.insert("secret_digest".into(), digest(&secret).into());
        one.insert("closed".into(), false.into());
        one.remove("code_digest");
        let code = set(one, "with_code").then(|| {
            let long = receipt::secret(&self.env().random());
            // Ten signs of thirty-two: enough beside the secret of the link and a limit on tries.
            long.chars().filter(|c| *c != '-').take(10).collect::<String>()
        });
        if let Some(code) = &code {
            one.insert("code_digest".into(), digest(code).into());
        }
        let mut patch = Body::new();
        patch.insert("links".into(), Value::Array(rows));
        let (id, rev) = (record.id.clone(), record.rev);
        self.change(ctx, Change::Edit { def: OutsidePage::DEF, id, rev, patch, reason: None })?;
        Ok(MadeLink { secret, code })
    }
}

/// The page, where it stands and its case may be told to its party: of a case for members only
/// nobody hears but whom a recorded judgement names.
fn open_page(
    tx: &mut ReadTx<'_>,
    org: &OrgId,
    page: &RecordId,
) -> Result<Option<Rc<Record>>, AppError> {
    let all = RowFilter::everything();
    let Some(page) = tx.one(org, OutsidePage::DEF, page, &all)? else { return Ok(None) };
    if page.ended() || page.text("state") != "stands" {
        return Ok(None);
    }
    let Some(case) = page.ids("incident").first().map(|i| RecordId::new(*i)) else {
        return Ok(Some(page));
    };
    let Some(incident) = tx.one(org, Incident::DEF, &case, &all)? else { return Ok(None) };
    if incident.text("sharing") != "members" {
        return Ok(Some(page));
    }
    let told = tx.pointing(org, Disclosure::DEF, "incident", (Incident::ID, &case))?;
    let party = page.text("contact");
    let named = told.iter().any(|d| d.flag("tell") && d.ids("parties").contains(&party));
    Ok(named.then_some(page))
}

fn view(
    tx: &mut ReadTx<'_>,
    org: &OrgId,
    page: &Record,
    name: &str,
) -> Result<OutsideView, AppError> {
    let all = RowFilter::everything();
    let case = RecordId::new(page.text("reconnection"));
    let case = tx.one(org, Reconnection::DEF, &case, &all)?.ok_or(AppError::NotFound)?;
    let of_case = (Reconnection::ID, &case.id);
    let phases = tx.pointing(org, Phase::DEF, "reconnection", of_case)?;
    let whole = |kind: &PhaseKind| {
        let of = |p: &&Rc<Record>| p.text("kind") == kind.id() && p.text("part").is_empty();
        let phase = phases.iter().filter(|p| !p.ended()).find(of)?;
        let moved = phase.time("completed_at").or(phase.time("begun_at"));
        Some((*kind, phase.text("state").to_owned(), moved))
    };
    let mut updates = Vec::new();
    for id in page.ids("rhythms") {
        let rhythm = tx.one(org, UpdateRhythm::DEF, &RecordId::new(id), &all)?;
        let Some(rhythm) = rhythm.filter(|r| shows(page, r)) else { continue };
        let of_rhythm = (UpdateRhythm::ID, &rhythm.id);
        for update in tx.pointing(org, StatusUpdate::DEF, "rhythm", of_rhythm)? {
            if update.ended() || update.text("state") != "issued" {
                continue;
            }
            if let (Some(told), Some(at)) = (frozen(&update), update.time("issued_at")) {
                updates.push((told, at, update.text("digest").to_owned()));
            }
        }
    }
    updates.sort_by(|a, b| (b.1, &b.0.number).cmp(&(a.1, &a.0.number)));
    Ok(OutsideView {
        org: name.to_owned(),
        scope: case.text("scope_line").to_owned(),
        scope_en: case.text("scope_line_en").to_owned(),
        phases: PhaseKind::ALL.iter().filter_map(whole).collect(),
        updates,
    })
}
