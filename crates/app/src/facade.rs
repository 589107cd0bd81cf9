//! `App`: the one door to everything.

use crate::access::Openings;
use crate::auth::{Auth, HashCost};
use crate::env::{Env, Shelf};
use crate::error::AppError;
use crate::files::Files;
use crate::host::Host;
use crate::subject::{self, Member};
use crate::write::{self, Actor, Receipt, Request};
use okiagari_catalog::Catalog;
use okiagari_model::{
    AccountId, Body, Change, Lang, Message, OrgId, RecordId, RegisterDef, Subject, Time, Zone,
};
use okiagari_seal::MasterKey;
use okiagari_store::blob::{BlobStore, Credentials};
use okiagari_store::{ReadTx, Store, StoreConfig};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How the application is opened.
#[derive(Clone)]
pub struct Config {
    /// The store.
    pub store: StoreConfig,
    /// The key that wraps all other keys.
    pub master: MasterKey,
    /// Where evidence files are kept: `file:DIR` or `s3://bucket?endpoint=…`.
    pub evidence: String,
    /// Keys of the S3-compatible store.
    pub evidence_keys: Option<Credentials>,
    /// Folder for files on their way in.
    pub staging: PathBuf,
    /// The most bytes of one evidence file.
    pub evidence_max: u64,
    /// What hashing a password costs.
    pub hash_cost: HashCost,
}

impl Config {
    /// Everything in one data folder: a SQLite file and a folder of evidence.
    pub fn in_folder(folder: &Path, origin: &str, master: MasterKey) -> Self {
        let url = format!("sqlite:{}", folder.join("okiagari.db").display());
        let mut store = StoreConfig::new(url, origin);
        store.erasure_journal = Some(folder.join("erasures.jsonl"));
        Self {
            store,
            master,
            evidence: format!("file:{}", folder.join("evidence").display()),
            evidence_keys: None,
            staging: folder.join("staging"),
            evidence_max: 2 << 30,
            hash_cost: HashCost::SERVER,
        }
    }
}

/// Everything behind the web, API and command line. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    env: Arc<Env>,
    master: MasterKey,
    auth: Auth,
    files: Files,
    origin: String,
    site: OnceLock<String>,
    subjects: Mutex<HashMap<(OrgId, AccountId), Cached>>,
    openings: Openings,
}

struct Cached {
    leaf: u64,
    until: Time,
    subject: Arc<Subject>,
}

/// Who asks, in which language and zone.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who.
    pub subject: Arc<Subject>,
    /// Language.
    pub lang: Lang,
    /// The organisation's time zone.
    pub zone: Zone,
}

/// Result of a bulk edit: each record is a change of its own.
#[derive(Debug, Default)]
pub struct BulkResult {
    /// Done.
    pub done: Vec<Receipt>,
    /// Not done, with the reason.
    pub failed: Vec<(RecordId, Message)>,
}

/// How long a worked-out subject is kept at most, and never over the begin or end of a role.
const SUBJECT_FOR: i64 = 1_000;

impl App {
    /// Opens the store and the catalogue.
    ///
    /// # Errors
    /// Where the store or a catalogue file cannot be read.
    pub fn open(config: Config, host: Arc<dyn Host>) -> Result<Self, AppError> {
        let shelf = Shelf::read(&Catalog::shipped())?;
        let origin = config.store.origin.clone();
        let store = Store::open(config.store, okiagari_model::REGISTERS)?;
        let broken = |e: &dyn std::fmt::Display| AppError::Internal(e.to_string());
        let master = config.master;
        let blobs = BlobStore::open(
            &config.evidence,
            config.evidence_keys,
            &config.staging,
            master.clone(),
        )
        .map_err(AppError::from)?;
        let files = Files::new(store.clone(), Arc::new(blobs), host.clone(), config.evidence_max);
        let auth = Auth::new(store.clone(), host.clone(), master.clone(), config.hash_cost)
            .map_err(|e| broken(&e))?;
        let env = Arc::new(Env::new(host, shelf));
        let subjects = Mutex::default();
        Ok(Self(Arc::new(Inner {
            store,
            env,
            master,
            auth,
            files,
            origin,
            site: OnceLock::new(),
            subjects,
            openings: Openings::default(),
        })))
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Sign-in, sessions, tokens.
    pub fn auth(&self) -> &Auth {
        &self.0.auth
    }

    /// Says under which address people outside reach the program, such as `https://ir.example.jp`.
    /// Said once at start; without it calls carry no link.
    pub fn reached_at(&self, site: &str) {
        // A second word does not change the first: links that are out keep working.
        let _first_holds = self.0.site.set(site.trim_end_matches('/').to_owned());
    }

    /// The address under which people outside reach the program.
    pub fn site(&self) -> Option<&str> {
        self.0.site.get().map(String::as_str)
    }

    /// Evidence files.
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// Who opened what of late.
    pub(crate) fn openings(&self) -> &Openings {
        &self.0.openings
    }

    /// Name before every log of this server.
    pub(crate) fn server_origin(&self) -> &str {
        &self.0.origin
    }

    /// The key that wraps all other keys.
    pub(crate) fn master(&self) -> &MasterKey {
        &self.0.master
    }

    /// Time, randomness, catalogue.
    pub fn env(&self) -> &Arc<Env> {
        &self.0.env
    }

    /// The present instant.
    pub fn now(&self) -> Time {
        self.0.env.now()
    }

    /// Who a member is now, in the organisation's zone.
    ///
    /// # Errors
    /// Those of the store.
    pub fn ctx(&self, member: &Member, lang: Lang) -> Result<Ctx, AppError> {
        let now = self.now();
        self.store().read(|tx| {
            let settings = self.env().settings(tx, &member.org)?;
            let subject = self.subject(tx, member, now)?;
            Ok(Ctx { subject, lang, zone: settings.zone() })
        })
    }

    fn subject(
        &self,
        tx: &mut ReadTx<'_>,
        member: &Member,
        now: Time,
    ) -> Result<Arc<Subject>, AppError> {
        use okiagari_model::{
            Register,
            govern::{person::Person, role::Role},
            improve::audit::Audit,
        };
        let mut leaf = 0;
        for def in [Role::DEF, Person::DEF, Audit::DEF] {
            leaf = leaf.max(tx.last_leaf(&member.org, def)?);
        }
        let key = (member.org.clone(), member.account.clone());
        let lock = || self.0.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) = lock().get(&key)
            && cached.leaf == leaf
            && now < cached.until
        {
            return Ok(cached.subject.clone());
        }
        let (subject, turn) = subject::of(tx, member, now)?;
        let subject = Arc::new(subject);
        let longest = now.plus(SUBJECT_FOR);
        let until = turn.map_or(longest, |turn| turn.min(longest));
        let cached = Cached { leaf, until, subject: subject.clone() };
        lock().insert(key, cached);
        Ok(subject)
    }

    /// Makes a change. The one way to write for people.
    ///
    /// # Errors
    /// Whatever keeps the change from being made; nothing is written then.
    pub fn change(&self, ctx: &Ctx, change: Change) -> Result<Receipt, AppError> {
        self.change_as(&ctx.subject.org, Actor::Person(ctx.subject.clone()), change)
    }

    /// Makes a change as another actor: the public form, clocks, the demo. Same door.
    ///
    /// # Errors
    /// Whatever keeps the change from being made; nothing is written then.
    pub fn change_as(
        &self,
        org: &OrgId,
        actor: Actor,
        change: Change,
    ) -> Result<Receipt, AppError> {
        let request = Request { org: org.clone(), actor, change, now: self.now() };
        let env = self.env().clone();
        self.store().write(org, "change", move |tx| write::apply(tx, &env, &request))
    }

    /// Makes a change at most once for a key: the same key and request give the same receipt.
    ///
    /// # Errors
    /// [`AppError::KeyReused`] where the key came with another request before.
    pub fn change_once(
        &self,
        ctx: &Ctx,
        change: Change,
        key: &str,
        digest: &str,
    ) -> Result<Receipt, AppError> {
        self.change_keyed(ctx, change, key, digest).map(|(receipt, _)| receipt)
    }

    /// As [`App::change_once`], and tells whether the receipt is that of an earlier request. Told
    /// at the place in the order: of requests at the same time exactly one is the first.
    ///
    /// # Errors
    /// As [`App::change_once`].
    pub fn change_keyed(
        &self,
        ctx: &Ctx,
        change: Change,
        key: &str,
        digest: &str,
    ) -> Result<(Receipt, bool), AppError> {
        let org = ctx.subject.org.clone();
        let actor = Actor::Person(ctx.subject.clone());
        let account = ctx.subject.account.clone();
        let (key, digest) = (key.to_owned(), digest.to_owned());
        let request = Request { org: org.clone(), actor, change, now: self.now() };
        let env = self.env().clone();
        self.store().write(&org, "change", move |tx| {
            let known = tx.idempotent(&request.org, &account, &key)?;
            if let Some(receipt) = earlier(known, &digest)? {
                return Ok((receipt, true));
            }
            let receipt = write::apply(tx, &env, &request)?;
            let text = stored(&receipt)?;
            tx.remember(&request.org, &account, &key, &digest, &text, request.now)?;
            Ok((receipt, false))
        })
    }

    /// Changes the same fields of many records, each as a change of its own.
    ///
    /// # Errors
    /// Only what concerns all of them; what concerns one stands in the result.
    pub fn bulk(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        ids: &[RecordId],
        patch: &Body,
        reason: &str,
    ) -> Result<BulkResult, AppError> {
        if ids.len() > 500 {
            return Err(AppError::input(
                "一度に変えられるのは500件までです。絞り込んでください。",
                "Up to 500 records at once. Narrow the selection.",
            ));
        }
        let mut result = BulkResult::default();
        for id in ids {
            let done = self.record(ctx, def, id, None).and_then(|view| {
                let change = Change::Edit {
                    def,
                    id: id.clone(),
                    rev: view.record.rev,
                    patch: patch.clone(),
                    reason: Some(reason.to_owned()),
                };
                self.change(ctx, change)
            });
            match done {
                Ok(receipt) => result.done.push(receipt),
                Err(e) => result.failed.push((id.clone(), e.message())),
            }
        }
        Ok(result)
    }
}

/// The receipt of an earlier request, where a key is known.
///
/// # Errors
/// [`AppError::KeyReused`] where the key came with another request.
pub(crate) fn earlier(
    known: Option<(String, String)>,
    digest: &str,
) -> Result<Option<Receipt>, AppError> {
    let Some((seen, receipt)) = known else { return Ok(None) };
    if seen != digest {
        return Err(AppError::KeyReused);
    }
    let receipt = serde_json::from_str::<StoredReceipt>(&receipt).ok();
    let receipt = receipt.and_then(StoredReceipt::restore);
    receipt.map(Some).ok_or_else(|| AppError::Internal("a stored receipt cannot be read".into()))
}

/// A receipt as it is kept.
pub(crate) fn stored(receipt: &Receipt) -> Result<String, AppError> {
    serde_json::to_string(receipt).map_err(|e| AppError::Internal(e.to_string()))
}

/// A receipt as kept for an idempotency key.
#[derive(serde::Deserialize)]
struct StoredReceipt {
    register: String,
    id: RecordId,
    rev: u32,
    leaf: u64,
    number: Option<String>,
    opened: Vec<(String, RecordId)>,
}

impl StoredReceipt {
    fn restore(self) -> Option<Receipt> {
        let opened = self
            .opened
            .into_iter()
            .filter_map(|(register, id)| Some((okiagari_model::register(&register)?.id, id)))
            .collect();
        Some(Receipt {
            register: okiagari_model::register(&self.register)?.id,
            id: self.id,
            rev: self.rev,
            leaf: self.leaf,
            number: self.number,
            opened,
        })
    }
}
