//! What stands around every page, and names of people.

use super::missing::MissingFilter;
use crate::error::AppError;
use crate::facade::App;
use crate::facade::Ctx;
use crate::look::Look;
use crate::read::ListRequest;
use okiagari_model::Action;
use okiagari_model::Cond;
use okiagari_model::OrgId;
use okiagari_model::Record;
use okiagari_model::RecordId;
use okiagari_model::Register;
use okiagari_model::RegisterDef;
use okiagari_model::RowFilter;
use okiagari_model::Time;
use okiagari_model::Wing;
use okiagari_model::policy;
use okiagari_model::respond::obligation;
use okiagari_store::ReadTx;
use okiagari_store::server::account;
use std::rc::Rc;

/// Findings of a wing are counted no further; a page says "and more".
pub const WING_COUNT_LIMIT: u32 = 1_000;

/// What stands around every page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Organisation.
    pub org: String,
    /// The person.
    pub person: String,
    /// Findings of mine by wing, counted up to [`WING_COUNT_LIMIT`].
    pub wing_counts: Vec<(Wing, u32)>,
    /// What is due next.
    pub next_due: Option<(Time, String, String)>,
    /// Light profile.
    pub light: bool,
}

impl App {
    pub(crate) fn current(
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
        Ok(self.page(ctx, &request)?.records)
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
            self.page(ctx, &request)?.records.into_iter().next().and_then(|o| {
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
            let mut wing_counts: Vec<(Wing, u32)> = Vec::new();
            for wing in Wing::ALL {
                let mine = MissingFilter { wing: Some(wing), mine: true, ..Default::default() };
                let scopes = self.finding_scopes(ctx, &mine);
                let count = match scopes.is_empty() {
                    true => 0,
                    false => tx.findings_up_to(org, &scopes, WING_COUNT_LIMIT)?,
                };
                wing_counts.push((wing, count));
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
}
