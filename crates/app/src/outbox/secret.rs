//! The password of the mail server: sealed under the master key, never in the record.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use okiagari_model::govern::setting::Setting;
use okiagari_model::{Action, OrgId, Register, policy};
use okiagari_store::server::setting;
use zeroize::Zeroizing;

fn name(org: &OrgId) -> String {
    format!("mail.password/{org}")
}

fn context(org: &OrgId) -> String {
    format!("okiagari/mail-password/v1|{org}")
}

impl App {
    /// Sets the password of the organisation's mail server; an empty one removes it. Nothing of it
    /// is shown anywhere again.
    ///
    /// # Errors
    /// Those of the store.
    pub fn set_mail_password(&self, org: &OrgId, password: &str) -> Result<(), AppError> {
        let sealed = (!password.is_empty()).then(|| {
            let nonce = self.env().random();
            STANDARD.encode(self.master().wrap(&context(org), password.as_bytes(), nonce))
        });
        let name = name(org);
        self.store().write_server("mail password", move |tx| {
            Ok::<_, AppError>(setting::set(tx.db(), &name, sealed.as_deref())?)
        })
    }

    /// As [`App::set_mail_password`], for somebody who may change settings.
    ///
    /// # Errors
    /// Forbidden for everybody else.
    pub fn change_mail_password(&self, ctx: &Ctx, password: &str) -> Result<(), AppError> {
        if !policy::may(&ctx.subject, Setting::DEF, Action::Write) {
            return Err(AppError::Forbidden("change"));
        }
        self.set_mail_password(&ctx.subject.org, password)
    }

    /// Whether a password is set.
    ///
    /// # Errors
    /// Those of the store.
    pub fn has_mail_password(&self, org: &OrgId) -> Result<bool, AppError> {
        let name = name(org);
        self.store().read(|tx| Ok::<_, AppError>(setting::get(tx.db(), &name)?.is_some()))
    }

    pub(super) fn mail_password(&self, org: &OrgId) -> Result<Option<Zeroizing<String>>, AppError> {
        let name = name(org);
        let sealed = self.store().read(|tx| Ok::<_, AppError>(setting::get(tx.db(), &name)?))?;
        let Some(sealed) = sealed else { return Ok(None) };
        let broken = || AppError::Internal("the mail password does not open".to_owned());
        let bytes = STANDARD.decode(sealed).map_err(|_| broken())?;
        let plain = self.master().unwrap(&context(org), &bytes).map_err(|_| broken())?;
        let text = std::str::from_utf8(&plain).map_err(|_| broken())?;
        Ok(Some(Zeroizing::new(text.to_owned())))
    }
}
