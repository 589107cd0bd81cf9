//! A data folder with an organisation, a person who may do everything, and assets.

use anyhow::{Context as _, Result};
use okiagari_app::auth::{HashCost, NewAccount, SignIn, Via};
use okiagari_app::{Actor, App, Config, Ctx, Host, Member};
use okiagari_model::{Body, Change, Lang, OrgId, Register, Time, identify::asset::Asset, register};
use okiagari_seal::MasterKey;
use okiagari_store::server::organisation::Kind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The machine's clock and randomness.
pub struct Machine;

impl Host for Machine {
    #[expect(clippy::disallowed_methods, reason = "a bench is a program of its own")]
    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time::from_millis(i64::try_from(since.as_millis()).unwrap_or_default())
    }
    fn fill(&self, buf: &mut [u8]) {
        if getrandom::fill(buf).is_err() {
            std::process::abort();
        }
    }
}

/// Everything a part of the bench needs.
pub struct World {
    pub app: App,
    pub org: OrgId,
    pub member: Member,
    pub session: String,
    pub folder: tempfile::TempDir,
    made: AtomicUsize,
}

/// Opens the application over a folder.
pub fn open(folder: &Path, durable: bool) -> Result<App> {
    let mut config = Config::in_folder(folder, "bench.example", MasterKey::new([1; 32]));
    config.hash_cost = HashCost::TEST;
    config.store.durable = durable;
    Ok(App::open(config, Arc::new(Machine))?)
}

impl World {
    pub fn new(durable: bool) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let app = open(folder.path(), durable)?;
        let (org, _) = app.create_org("bench", "測定", Kind::Demo)?;
        let make = |id: &str, value: serde_json::Value| {
            let def = register(id).context("a register")?;
            let body = value.as_object().cloned().unwrap_or_default();
            Ok::<_, anyhow::Error>(app.change_as(
                &org,
                Actor::Program("demo"),
                Change::Create { def, body, reason: None },
            )?)
        };
        let person =
            make("person", serde_json::json!({"name": "測定 太郎", "phone": "03-0000-0000"}))?;
        let holder = person.id.as_str();
        make(
            "role",
            serde_json::json!({"name": "技術", "kind": "technical_lead", "holder": holder}),
        )?;
        let account = app
            .auth()
            .create_account(&NewAccount {
                login: "bench".into(),
                display: "bench".into(),
                lang: Lang::Ja,
                password: Some("a long enough password".into()),
                server_admin: false,
            })?
            .0;
        let member = Member { org: org.clone(), account, person: Some(person.id), contact: None };
        app.auth().join(&member)?;
        let via = Via { address: "127.0.0.1".into(), agent: "bench".into() };
        let typed = okiagari_app::auth::Credentials {
            login: "bench".into(),
            password: "a long enough password".into(),
            code: None,
        };
        let session = match app.auth().sign_in(&typed, &via)? {
            SignIn::Done(secret) | SignIn::CodeNeeded(secret) => secret,
        };
        Ok(Self { app, org, member, session, folder, made: AtomicUsize::new(0) })
    }

    pub fn ctx(&self) -> Result<Ctx> {
        Ok(self.app.ctx(&self.member, Lang::Ja)?)
    }

    /// Makes one more asset through the ordinary write path.
    pub fn asset(&self) -> Result<okiagari_app::Receipt> {
        let n = self.made.fetch_add(1, Ordering::Relaxed);
        let change = Change::Create {
            def: Asset::DEF,
            body: asset_body(n, self.member.person.as_ref().map(|p| p.as_str())),
            reason: None,
        };
        Ok(self.app.change_as(&self.org, Actor::Program("demo"), change)?)
    }

    /// Makes assets until there are so many, from sixteen writers.
    pub fn grow(&self, size: usize) -> Result<()> {
        let before = self.made.load(Ordering::Relaxed);
        if before >= size {
            return Ok(());
        }
        eprintln!("… {size} assets");
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| -> Result<()> {
                        while self.made.load(Ordering::Relaxed) < size {
                            self.asset()?;
                        }
                        Ok(())
                    })
                })
                .collect();
            workers
                .into_iter()
                .try_for_each(|w| w.join().map_err(|_| anyhow::anyhow!("a writer stopped"))?)
        })
    }
}

/// An asset with twelve fields.
pub fn asset_body(n: usize, owner: Option<&str>) -> Body {
    let importance = ["high", "medium", "low"][n % 3];
    let mut value = serde_json::json!({
        "name": format!("顧客データベース 第{n}区画"),
        "kind": "顧客情報",
        "importance": importance,
        "classification": "confidential",
        "place": format!("第{}データセンター", n % 17),
        "relation": ["owned", "managed"],
        "business": "受注と発送",
        "protect_rank": n % 100,
        "restore_rank": n % 100,
        "personal_data": true,
        "backup": "遠隔地の磁気テープ",
    });
    if let Some(owner) = owner {
        value["owner"] = owner.into();
    }
    value.as_object().cloned().unwrap_or_default()
}
