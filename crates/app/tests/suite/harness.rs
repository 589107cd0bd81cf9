//! An application over a fresh SQLite file, with time and randomness handed in.

use okiagari_app::{Actor, App, Config, Ctx, Host, Member, Receipt};
use okiagari_model::govern::role::RoleKind;
use okiagari_model::{
    AccountId, Body, Change, Choice, Ids, Lang, OrgId, RecordId, SeededIds, Time, Value, register,
};
use okiagari_seal::MasterKey;
use okiagari_store::server::organisation::Kind;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

/// Time that the test moves, randomness from a seed.
pub struct TestHost {
    now: AtomicI64,
    ids: Mutex<SeededIds>,
}

impl Host for TestHost {
    fn now(&self) -> Time {
        Time::from_millis(self.now.load(Ordering::SeqCst))
    }
    fn fill(&self, buf: &mut [u8]) {
        self.ids.lock().unwrap().fill(buf);
    }
}

/// An organisation with one person for each kind of role.
pub struct World {
    pub app: App,
    pub host: Arc<TestHost>,
    pub org: OrgId,
    pub people: HashMap<&'static str, RecordId>,
    _folder: tempfile::TempDir,
}

/// 2026-11-21 02:40 in Japan, a Saturday night.
pub const NIGHT: i64 = 1_795_196_400_000;

pub fn body(value: serde_json::Value) -> Body {
    match value {
        Value::Object(map) => map,
        _ => panic!("a body is an object"),
    }
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host =
            Arc::new(TestHost { now: AtomicI64::new(NIGHT), ids: Mutex::new(SeededIds::new(7)) });
        let mut config =
            Config::in_folder(folder.path(), "log.example.jp", MasterKey::new([7; 32]));
        config.hash_cost = okiagari_app::auth::HashCost::TEST;
        let app = App::open(config, host.clone()).unwrap();
        let (org, _) = app.create_org("acme", "株式会社あかり", Kind::Real).unwrap();
        let mut world = Self { app, host, org, people: HashMap::new(), _folder: folder };
        for option in RoleKind::DEF.options {
            let person = world.make("person", serde_json::json!({
                "name": format!("{}の人", option.label.ja), "phone": "03-0000-0000", "mail": "a@example.jp",
                "external": option.id == "external_support" }));
            let mut role = serde_json::json!({
                "name": option.label.ja, "kind": option.id, "holder": person.id.as_str(),
                "external": option.id == "external_support" });
            if option.id == "auditor" {
                role["valid_to"] = (NIGHT + 86_400_000).into();
            }
            world.make("role", role);
            world.people.insert(option.id, person.id);
        }
        world
    }

    /// Makes a record as the program itself.
    pub fn make(&self, id: &str, value: serde_json::Value) -> Receipt {
        let change = Change::Create { def: register(id).unwrap(), body: body(value) };
        self.app.change_as(&self.org, Actor::Program("test"), change).unwrap()
    }

    /// The person who holds a kind of role.
    pub fn ctx(&self, role: &str) -> Ctx {
        let member = Member {
            org: self.org.clone(),
            account: AccountId::new(format!("acct_{role}")),
            person: self.people.get(role).cloned(),
            contact: None,
        };
        self.app.ctx(&member, Lang::Ja).unwrap()
    }

    pub fn pass(&self, ms: i64) {
        self.host.now.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn step(
        &self,
        role: &str,
        id: (&str, &RecordId),
        step: &str,
        patch: serde_json::Value,
    ) -> Result<Receipt, okiagari_app::AppError> {
        let change = Change::Step {
            def: register(id.0).unwrap(),
            id: id.1.clone(),
            rev: None,
            step: step.to_owned(),
            patch: body(patch),
            reason: Some("試験のため".to_owned()),
        };
        self.app.change(&self.ctx(role), change)
    }

    pub fn create(
        &self,
        role: &str,
        id: &str,
        value: serde_json::Value,
    ) -> Result<Receipt, okiagari_app::AppError> {
        let change = Change::Create { def: register(id).unwrap(), body: body(value) };
        self.app.change(&self.ctx(role), change)
    }

    pub fn text(&self, id: (&str, &RecordId), field: &str) -> String {
        let ctx = self.ctx("security_manager");
        let view = self.app.record(&ctx, register(id.0).unwrap(), id.1, None).unwrap();
        view.record.text(field).to_owned()
    }
}
