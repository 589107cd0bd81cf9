//! Organisations: made once, each with its own log and signing key.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::look::Look;
use crate::write::{Actor, Receipt};
use okiagari_log::{Checkpoint, SigningKey, VerifierKey};
use okiagari_model::govern::organisation::Organisation;
use okiagari_model::{Body, Change, OrgId, Register};
use okiagari_store::StoredCheckpoint;
use okiagari_store::server::organisation::{self, Kind};

/// Context under which a signing key is wrapped.
fn context(org: &OrgId) -> String {
    format!("okiagari/org-key/v1|{org}")
}

impl App {
    /// Makes an organisation: its signing key, its log and its own record.
    ///
    /// # Errors
    /// Where the id is taken or not an id, or the store cannot.
    pub fn create_org(
        &self,
        id: &str,
        name: &str,
        kind: Kind,
    ) -> Result<(OrgId, Receipt), AppError> {
        let org = OrgId::parse(id).ok_or_else(|| {
            AppError::input(
                "組織の識別名は英数字・ハイフン・下線で40文字までです。",
                "An organisation's id takes letters, digits, hyphen and underscore, up to 40.",
            )
        })?;
        let now = self.now();
        let seed: [u8; 32] = self.env().random();
        let wrapped = self.master().wrap(&context(&org), &seed, self.env().random());
        let key = self.signing_key(&org, 1, &seed)?;
        let row = organisation::Organisation {
            id: org.clone(),
            name: name.to_owned(),
            kind,
            parent: None,
            signing_key: wrapped,
            verifier: key.verifier().to_string(),
            created_at: now,
            ended_at: None,
        };
        let made = self.store().write_server("create organisation", move |tx| {
            Ok::<_, AppError>(organisation::insert(tx.db(), &row)?)
        })?;
        if !made {
            return Err(AppError::input(
                format!("「{id}」はすでに使われています。別の識別名にしてください。"),
                format!("\"{id}\" is taken. Choose another id."),
            ));
        }
        let receipt = self.own_record(&org, name)?;
        Ok((org, receipt))
    }

    /// Makes an organisation, or what of it is still missing after [`App::create_org`] was cut off.
    ///
    /// # Errors
    /// As [`App::create_org`].
    pub fn ensure_org(&self, id: &str, name: &str, kind: Kind) -> Result<OrgId, AppError> {
        let there = self.organisations()?.into_iter().find(|o| o.id.as_str() == id);
        let Some(there) = there else { return Ok(self.create_org(id, name, kind)?.0) };
        let org = there.id;
        let own = self.store().read(|tx| tx.set(&org, Organisation::DEF).map(|set| set.len()))?;
        if own == 0 {
            self.own_record(&org, name)?;
        }
        Ok(org)
    }

    fn own_record(&self, org: &OrgId, name: &str) -> Result<Receipt, AppError> {
        let mut body = Body::new();
        body.insert("name".into(), name.into());
        let change = Change::Create { def: Organisation::DEF, body, reason: None };
        self.change_as(org, Actor::Program("setup"), change)
    }

    /// All organisations of the server that have not ended.
    ///
    /// # Errors
    /// Those of the store.
    pub fn organisations(&self) -> Result<Vec<organisation::Organisation>, AppError> {
        self.store().read(|tx| {
            let list = organisation::list(tx.db())?;
            Ok(list.into_iter().filter(|o| o.ended_at.is_none()).collect())
        })
    }

    /// Name of an organisation's log, for ever: as its first leaf has it, or will have it.
    pub(crate) fn origin_of(&self, org: &OrgId) -> Result<String, AppError> {
        let state = self.store().read(|tx| Ok::<_, AppError>(tx.log_state(org)?))?;
        Ok(match state {
            Some(state) => okiagari_log::split_origin(&state.origin).0.to_owned(),
            None => format!("{}/{org}", self.server_origin()),
        })
    }

    fn signing_key(
        &self,
        org: &OrgId,
        epoch: u32,
        seed: &[u8; 32],
    ) -> Result<SigningKey, AppError> {
        let base = self.origin_of(org)?;
        let name = okiagari_log::epoch_origin(&base, epoch);
        SigningKey::from_seed(&name, seed).map_err(|e| AppError::Internal(e.to_string()))
    }

    /// The organisation's signing key for the present epoch of its log.
    fn signer(&self, org: &OrgId) -> Result<SigningKey, AppError> {
        let (row, state) = self
            .store()
            .read(|tx| Ok::<_, AppError>((organisation::get(tx.db(), org)?, tx.log_state(org)?)))?;
        let row = row.ok_or(AppError::NotFound)?;
        let seed = self
            .master()
            .unwrap(&context(org), &row.signing_key)
            .map_err(|e| AppError::Internal(format!("the signing key of {org}: {e}")))?;
        let seed: [u8; 32] = seed.as_slice().try_into().map_err(|_| {
            AppError::Internal(format!("the signing key of {org} has a wrong length"))
        })?;
        self.signing_key(org, state.map_or(1, |s| s.epoch), &seed)
    }

    /// Public key of the present epoch, as a C2SP verifier key.
    ///
    /// # Errors
    /// Not found where there is no such organisation.
    pub fn verifier(&self, org: &OrgId) -> Result<VerifierKey, AppError> {
        Ok(self.signer(org)?.verifier())
    }

    /// Signs the log as it stands, unless this size has been signed before.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sign_checkpoint(&self, org: &OrgId) -> Result<Option<StoredCheckpoint>, AppError> {
        let signer = self.signer(org)?;
        let (of, now) = (org.clone(), self.now());
        self.store().write(org, "checkpoint", move |tx| {
            Ok::<_, AppError>(tx.checkpoint(&of, &signer, now)?)
        })
    }

    /// The newest checkpoint, signed now where the log has grown since the last.
    ///
    /// # Errors
    /// Not found where the log is still empty.
    pub fn checkpoint(&self, ctx: &Ctx) -> Result<String, AppError> {
        Ok(self.current_checkpoint(&ctx.subject.org)?.0)
    }

    pub(crate) fn current_checkpoint(&self, org: &OrgId) -> Result<(String, Checkpoint), AppError> {
        self.sign_checkpoint(org)?;
        let stored = self
            .store()
            .read(|tx| Ok::<_, AppError>(tx.latest_checkpoint(org)?))?
            .ok_or(AppError::NotFound)?;
        let key = self.verifier(org)?;
        let checkpoint = Checkpoint::verify(&stored.note, &key)
            .map_err(|e| AppError::Internal(format!("the last checkpoint of {org}: {e}")))?;
        Ok((stored.note, checkpoint))
    }

    /// The master key on paper, for the backup that an administrator puts away.
    ///
    /// # Errors
    /// Forbidden for anybody but an administrator or the security manager.
    pub fn paper_key(&self, ctx: &Ctx) -> Result<String, AppError> {
        if !ctx.subject.has("administrator") && !ctx.subject.has("security_manager") {
            return Err(AppError::Forbidden("keys"));
        }
        tracing::warn!(account.id = %ctx.subject.account, org.id = %ctx.subject.org, "the master key was shown for backup");
        Ok(self.master().to_paper().to_string())
    }

    /// Notes that the paper copy was put away: the person types one group of it as proof.
    ///
    /// # Errors
    /// Where the group is not the one asked for.
    pub fn confirm_paper_key(
        &self,
        ctx: &Ctx,
        group: usize,
        typed: &str,
    ) -> Result<Receipt, AppError> {
        let paper = self.paper_key(ctx)?;
        let expected = paper.split('-').nth(group);
        let same = expected.is_some_and(|e| e.eq_ignore_ascii_case(typed.trim()));
        if !same {
            return Err(AppError::field(
                "group",
                "wrong_group",
                "控えの文字と合いません。印刷した控えの、指定された組をそのまま入れてください。",
                "It does not match the copy. Type exactly the group asked for.",
            ));
        }
        self.stamp_organisation(ctx, "keys_backed_up_at")
    }

    /// Sets one of the program's own times on the organisation's record.
    ///
    /// # Errors
    /// Those of a change.
    pub fn stamp_organisation(&self, ctx: &Ctx, field: &str) -> Result<Receipt, AppError> {
        let org = &ctx.subject.org;
        let record = self
            .store()
            .read(|tx| {
                Ok::<_, AppError>(
                    tx.set(org, Organisation::DEF)?
                        .into_iter()
                        .next()
                        .map(|r| (r.id.clone(), r.rev)),
                )
            })?
            .ok_or(AppError::NotFound)?;
        // The person must be one who may change the organisation; the field itself is the
        // program's own.
        let rows = okiagari_model::policy::rows(
            &ctx.subject,
            Organisation::DEF,
            okiagari_model::Action::Write,
        );
        if rows.is_nothing() {
            return Err(AppError::Forbidden("change"));
        }
        let mut patch = Body::new();
        patch.insert(field.to_owned(), self.now().millis().into());
        let change = Change::Edit {
            def: Organisation::DEF,
            id: record.0,
            rev: record.1,
            patch,
            reason: None,
        };
        self.change_as(org, Actor::Program("setup"), change)
    }
}
