//! Signers' keys: made here or brought, kept under the master key, used by their holder alone.

use super::{moment, time};
use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::write::{self, Actor, Receipt, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use okiagari_model::govern::organisation::Organisation;
use okiagari_model::govern::person::Person;
use okiagari_model::reconnect::attestation_signature::Responsibility;
use okiagari_model::reconnect::signing_key::{KeySource, SigningKey};
use okiagari_model::{
    Action, Body, Change, Choice, DAY, OrgId, Record, RecordId, Register, RowFilter, Value, policy,
};
use okiagari_seal::certificate::to_pem;
use okiagari_seal::{Certificate, Holder, Signer, SignerError};
use okiagari_store::server::setting;

/// What is said of a key; its holder is whoever says it.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Post.
    pub post: String,
    /// What the holder answers for.
    pub responsibility: Vec<Responsibility>,
    /// Authority shown.
    pub authority: String,
    /// The same, where it is on record.
    pub granted: Option<RecordId>,
}

/// For how many years a certificate made here holds.
const YEARS: i64 = 3;
const YEAR: i64 = 365 * DAY;

fn name(org: &OrgId, fingerprint: &str) -> String {
    format!("statement.key/{org}/{fingerprint}")
}

fn context(org: &OrgId, fingerprint: &str) -> String {
    format!("okiagari/statement-key/v1|{org}|{fingerprint}")
}

impl App {
    /// Makes a P-256 key for whoever asks, with a certificate that it signs itself.
    ///
    /// # Errors
    /// Not allowed; an account without a person; a text that no certificate can hold.
    pub fn make_signing_key(&self, ctx: &Ctx, new: &NewKey) -> Result<Receipt, AppError> {
        let person = self.signer_person(ctx, new)?;
        let holder = Holder {
            name: person.title(),
            post: Some(new.post.trim().to_owned()),
            organisation: self.own_organisation(ctx)?.title(),
            country: "JP".to_owned(),
        };
        let now = self.now();
        let (from, until) = (moment(now)?, moment(now.plus(YEARS * YEAR))?);
        let signer = loop {
            let (seed, serial) =
                (zeroize::Zeroizing::new(self.env().random::<32>()), self.env().random());
            match Signer::make(&seed, serial, &holder, from, until) {
                // Happens once in 2^32.
                Err(SignerError::NotAScalar) => {}
                made => break made.map_err(unusable)?,
            }
        };
        self.keep(ctx, &person, new, KeySource::Made, &signer)
    }

    /// Takes in the company's key of whoever asks, out of a PKCS #12 file.
    ///
    /// # Errors
    /// Not allowed; a wrong password; a key or certificate that cannot sign.
    pub fn bring_signing_key(
        &self,
        ctx: &Ctx,
        new: &NewKey,
        file: &[u8],
        password: &str,
    ) -> Result<Receipt, AppError> {
        let person = self.signer_person(ctx, new)?;
        let signer = Signer::from_pkcs12(file, password).map_err(|error| {
            AppError::input(
                format!("この証明書ファイルは使えません（{error}）。パスワードと、署名に使える証明書かを確かめてください。"),
                format!("This certificate file cannot be used ({error}). Look at the password, and whether it may sign."),
            )
        })?;
        self.keep(ctx, &person, new, KeySource::Brought, &signer)
    }

    fn signer_person(&self, ctx: &Ctx, new: &NewKey) -> Result<Record, AppError> {
        if !policy::may(&ctx.subject, SigningKey::DEF, Action::Create) {
            return Err(AppError::Forbidden("create"));
        }
        if new.post.trim().is_empty()
            || new.authority.trim().is_empty()
            || new.responsibility.is_empty()
        {
            return Err(AppError::input(
                "役職、責任、示す権限を入れてください。",
                "Give post, responsibility and the authority shown.",
            ));
        }
        let Some(person) = &ctx.subject.person else {
            return Err(AppError::input(
                "このアカウントは要員に結び付いていません。管理者に頼んでください。",
                "This account belongs to no person on record. Ask the administrator.",
            ));
        };
        Ok(self.record(ctx, Person::DEF, person, None)?.record)
    }

    /// The organisation's own record.
    pub(super) fn own_organisation(&self, ctx: &Ctx) -> Result<Record, AppError> {
        let org = &ctx.subject.org;
        let all = self.store().read(|tx| {
            Ok::<_, AppError>(tx.all(org, Organisation::DEF, &RowFilter::everything())?)
        })?;
        all.into_iter().find(|o| !o.ended()).ok_or_else(|| {
            AppError::input(
                "組織の名称が登録されていません。先に登録してください。",
                "The name of the organisation is not on record. Give it first.",
            )
        })
    }

    fn keep(
        &self,
        ctx: &Ctx,
        person: &Record,
        new: &NewKey,
        source: KeySource,
        signer: &Signer,
    ) -> Result<Receipt, AppError> {
        let own = signer.chain().first().ok_or_else(|| unusable(SignerError::NoCertificate))?;
        let org = ctx.subject.org.clone();
        let fingerprint = own.fingerprint().to_string();
        let body = body(person, new, source, signer.chain(), own);
        let sealed =
            self.master().wrap(&context(&org, &fingerprint), signer.expose(), self.env().random());
        let (place, sealed) = (name(&org, &fingerprint), STANDARD.encode(sealed));
        // First the key: a record of a key that is not there would be worse than a key that no
        // record names.
        self.store().write_server("signing key", move |tx| {
            Ok::<_, AppError>(setting::set(tx.db(), &place, Some(&sealed))?)
        })?;
        let request = Request {
            org: org.clone(),
            actor: Actor::Person(ctx.subject.clone()),
            change: Change::Create { def: SigningKey::DEF, body, reason: None },
            now: self.now(),
        };
        let env = self.env().clone();
        self.store()
            .write(&org, "signing key", move |tx| write::apply_with_file(tx, &env, &request))
    }

    /// The key of a record, opened for its holder.
    pub(super) fn open_key(&self, ctx: &Ctx, key: &Record) -> Result<Signer, AppError> {
        let person = ctx.subject.person.as_ref().map(RecordId::as_str);
        if person.is_none() || key.ids("person").first().copied() != person {
            return Err(AppError::Forbidden("sign"));
        }
        if key.text("state") != "active" || key.ended() {
            return Err(AppError::input(
                "この鍵は使い終えたか、失効しています。",
                "This key is retired or revoked.",
            ));
        }
        let (org, fingerprint) = (&ctx.subject.org, key.text("fingerprint"));
        let place = name(org, fingerprint);
        let kept = self.store().read(|tx| Ok::<_, AppError>(setting::get(tx.db(), &place)?))?;
        let broken = |why: &str| AppError::Internal(format!("the key {fingerprint}: {why}"));
        let bytes = STANDARD
            .decode(kept.ok_or_else(|| broken("is not there"))?)
            .map_err(|_| broken("is no Base64"))?;
        let secret = self
            .master()
            .unwrap(&context(org, fingerprint), &bytes)
            .map_err(|e| broken(&e.to_string()))?;
        let chain = chain_of(key)?;
        Signer::from_pkcs8(&secret, chain).map_err(|e| broken(&e.to_string()))
    }
}

/// The certificates on record of a key.
pub(super) fn chain_of(key: &Record) -> Result<Vec<Certificate>, AppError> {
    Certificate::from_pem(key.text("certificate"))
        .map_err(|e| AppError::Internal(format!("the certificate of {}: {e}", key.id)))
}

fn body(
    person: &Record,
    new: &NewKey,
    source: KeySource,
    chain: &[Certificate],
    own: &Certificate,
) -> Body {
    let duties: Vec<Value> = new.responsibility.iter().map(|r| r.id().into()).collect();
    let mut body: Body = [
        ("name", person.title().into()),
        ("person", person.id.as_str().into()),
        ("post", new.post.trim().into()),
        ("responsibility", duties.into()),
        ("authority", new.authority.trim().into()),
        ("source", source.id().into()),
        ("certificate", to_pem(chain).into()),
        ("fingerprint", own.fingerprint().to_string().into()),
        ("holds_from", time(own.not_before()).millis().into()),
        ("holds_until", time(own.not_after()).millis().into()),
    ]
    .into_iter()
    .map(|(field, value): (&str, Value)| (field.to_owned(), value))
    .collect();
    if let Some(granted) = &new.granted {
        body.insert("granted".to_owned(), granted.as_str().into());
    }
    body
}

fn unusable(error: SignerError) -> AppError {
    AppError::input(
        format!("この名前では証明書を作れません（{error}）。"),
        format!("No certificate can be made with this name ({error})."),
    )
}
