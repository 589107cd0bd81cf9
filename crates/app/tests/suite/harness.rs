//! An application over a fresh database of each engine, with time and randomness handed in.

use okiagari_app::{Actor, App, AppError, Config, Ctx, Host, Member, Receipt};
use okiagari_model::govern::role::RoleKind;
use okiagari_model::{
    AccountId, Body, Change, Choice, Ids, Lang, OrgId, Record, RecordId, RowFilter, SeededIds,
    Time, Value, register,
};
use okiagari_seal::MasterKey;
use okiagari_store::server::notice::{self, Audience};
use okiagari_store::server::organisation::Kind;
use okiagari_store::{FindingQuery, StoreConfig, StoredFinding, VerifyOptions};
use okiagari_tests::postgres::Cluster;
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

/// An instant of Japan.
pub fn jst(text: &str) -> Time {
    Time::parse(text, &okiagari_model::Zone::tokyo()).unwrap()
}

/// Puts the fields of one object over another.
pub fn merge(base: &mut serde_json::Value, more: serde_json::Value) {
    if let (Value::Object(base), Value::Object(more)) = (base, more) {
        base.extend(more);
    }
}

pub fn body(value: serde_json::Value) -> Body {
    match value {
        Value::Object(map) => map,
        _ => panic!("a body is an object"),
    }
}

/// What a step that waits for conditions says it waits for.
pub fn gates(error: AppError) -> Vec<&'static str> {
    match error {
        AppError::Gates(list) => list.iter().map(|g| g.id).collect(),
        other => panic!("expected closed gates, got {other:?}"),
    }
}

/// The fields that do not fit, each with its code.
pub fn fields(error: AppError) -> Vec<(String, &'static str)> {
    match error {
        AppError::Fields(list) => list.into_iter().map(|p| (p.field, p.code)).collect(),
        other => panic!("expected fields that do not fit, got {other:?}"),
    }
}

/// The records of a register that a change opened besides.
pub fn opened(receipt: &Receipt, register: &str) -> Vec<RecordId> {
    receipt.opened.iter().filter(|(r, _)| *r == register).map(|(_, id)| id.clone()).collect()
}

/// Runs a test on SQLite, and on PostgreSQL where the machine has it.
pub fn on_each(test: impl Fn(&World)) {
    test(&World::new());
    if let Some(cluster) = Cluster::shared() {
        test(&World::on(Some(cluster.fresh_database())));
    }
}

impl World {
    pub fn new() -> Self {
        Self::on(None)
    }

    /// On a database of its own: SQLite, or the one at the address.
    pub fn on(url: Option<String>) -> Self {
        Self::called(url, "log.example.jp")
    }

    /// A server whose logs begin with a name of their own.
    pub fn called(url: Option<String>, origin: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host =
            Arc::new(TestHost { now: AtomicI64::new(NIGHT), ids: Mutex::new(SeededIds::new(7)) });
        let mut config = Config::in_folder(folder.path(), origin, MasterKey::new([7; 32]));
        config.hash_cost = okiagari_app::auth::HashCost::TEST;
        if let Some(url) = url {
            config.store = StoreConfig {
                erasure_journal: config.store.erasure_journal.clone(),
                ..StoreConfig::new(url, origin)
            };
        }
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
        let change = Change::Create { def: register(id).unwrap(), body: body(value), reason: None };
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

    /// The present, as milliseconds.
    pub fn host_now(&self) -> i64 {
        self.host.now.load(Ordering::SeqCst)
    }

    pub fn pass(&self, ms: i64) {
        self.host.now.fetch_add(ms, Ordering::SeqCst);
    }

    /// To an instant of Japan, `2026-11-21T10:00`; never backwards.
    pub fn at(&self, text: &str) {
        let t = jst(text).millis();
        assert!(t >= self.host.now.load(Ordering::SeqCst), "time goes on only");
        self.host.now.store(t, Ordering::SeqCst);
    }

    /// Somebody with an account of their own.
    pub fn member(
        &self,
        account: &str,
        person: Option<&RecordId>,
        contact: Option<&RecordId>,
    ) -> Ctx {
        let member = Member {
            org: self.org.clone(),
            account: AccountId::new(account),
            person: person.cloned(),
            contact: contact.cloned(),
        };
        self.app.ctx(&member, Lang::Ja).unwrap()
    }

    /// Somebody who works here and holds no role.
    pub fn employee(&self, name: &str, department: Option<&RecordId>) -> (RecordId, Ctx) {
        let mut person = serde_json::json!({"name": name, "phone": "03-1111-1111"});
        if let Some(department) = department {
            person["department"] = department.as_str().into();
        }
        let id = self.make("person", person).id;
        let ctx = self.member(&format!("acct_{}", id.short()), Some(&id), None);
        (id, ctx)
    }

    /// The record of the role of a kind.
    pub fn role(&self, kind: &str) -> Record {
        let all = self.all("role");
        all.into_iter().find(|r| r.text("kind") == kind).unwrap()
    }

    /// All current records of a register, whoever may see them.
    pub fn all(&self, id: &str) -> Vec<Record> {
        let def = register(id).unwrap();
        self.app
            .store()
            .read(|tx| Ok::<_, AppError>(tx.all(&self.org, def, &RowFilter::everything())?))
            .unwrap()
    }

    /// A record as it stands, whoever may see it.
    pub fn get(&self, id: (&str, &RecordId)) -> Record {
        let def = register(id.0).unwrap();
        self.app
            .store()
            .read(|tx| Ok::<_, AppError>(tx.get(&self.org, def, id.1, &RowFilter::everything())?))
            .unwrap()
            .unwrap()
    }

    /// The findings of a rule on a record.
    pub fn findings(&self, id: (&str, &RecordId), rule: &str) -> Vec<StoredFinding> {
        let everything = RowFilter::everything();
        let query = FindingQuery {
            register: Some(register(id.0).unwrap().id),
            id: Some(id.1),
            rule: Some(rule),
            ..FindingQuery::new(&self.org, &everything)
        };
        self.app.store().read(|tx| Ok::<_, AppError>(tx.findings(&query)?.findings)).unwrap()
    }

    /// What somebody was told inside the program, oldest first.
    pub fn told(&self, person: &RecordId) -> Vec<String> {
        let audience = [Audience::Person(person.clone())];
        let mut list = self
            .app
            .store()
            .read(|tx| {
                let nobody = AccountId::new("nobody");
                Ok::<_, AppError>(notice::list(tx.db(), &self.org, &nobody, &audience, 1000)?)
            })
            .unwrap();
        list.reverse();
        list.into_iter().map(|n| n.subject.ja).collect()
    }

    /// The obligation of a stage.
    pub fn obligation(&self, rule: &str, stage: &str) -> Option<Record> {
        let mut all = self.all("obligation");
        all.retain(|o| o.text("rule") == rule && o.text("stage") == stage);
        assert!(all.len() < 2, "{rule}/{stage} is opened once");
        all.pop()
    }

    /// An incident under way, made by the CSIRT.
    pub fn incident(&self, more: serde_json::Value) -> RecordId {
        let mut value =
            serde_json::json!({"title": "不審な通信", "kind": "cyber_attack", "aware_at": NIGHT});
        merge(&mut value, more);
        self.create("csirt", "incident", value).unwrap().id
    }

    /// Sets a value, as the administrator.
    pub fn set(&self, key: &str, value: &serde_json::Value) -> Receipt {
        let known = self.all("setting").into_iter().find(|s| s.text("key") == key);
        match known {
            Some(record) => self.edit(
                "administrator",
                ("setting", &record.id),
                serde_json::json!({"value": value.to_string()}),
            ),
            None => self.create(
                "administrator",
                "setting",
                serde_json::json!({"key": key, "value": value.to_string()}),
            ),
        }
        .unwrap()
    }

    /// Changes fields of the newest revision.
    pub fn edit(
        &self,
        role: &str,
        id: (&str, &RecordId),
        patch: serde_json::Value,
    ) -> Result<Receipt, AppError> {
        self.edit_as(&self.ctx(role), id, patch)
    }

    pub fn edit_as(
        &self,
        ctx: &Ctx,
        id: (&str, &RecordId),
        patch: serde_json::Value,
    ) -> Result<Receipt, AppError> {
        let change = Change::Edit {
            def: register(id.0).unwrap(),
            id: id.1.clone(),
            rev: self.get(id).rev,
            patch: body(patch),
            reason: Some("試験のため".to_owned()),
        };
        self.app.change(ctx, change)
    }

    pub fn create_as(
        &self,
        ctx: &Ctx,
        id: &str,
        value: serde_json::Value,
    ) -> Result<Receipt, AppError> {
        self.app.change(
            ctx,
            Change::Create { def: register(id).unwrap(), body: body(value), reason: None },
        )
    }

    /// Everything that is stored verifies.
    #[track_caller]
    pub fn verifies(&self) {
        let options = VerifyOptions::default();
        self.app.sign_checkpoint(&self.org).unwrap();
        let report = self.app.store().verify(&self.org, &options, &|_, _| {}).unwrap();
        assert!(report.ok(), "{:#?}", report.checks);
    }

    pub fn step(
        &self,
        role: &str,
        id: (&str, &RecordId),
        step: &str,
        patch: serde_json::Value,
    ) -> Result<Receipt, okiagari_app::AppError> {
        let mut patch = body(patch);
        // Confirmed unless a test says otherwise.
        match (id.0, step) {
            ("incident", "contain") => patch.entry("logs_kept").or_insert(true.into()),
            ("incident", "eradicate") => patch.entry("logs_kept_after").or_insert(true.into()),
            _ => &mut Value::Null,
        };
        let change = Change::Step {
            def: register(id.0).unwrap(),
            id: id.1.clone(),
            rev: None,
            step: step.to_owned(),
            patch,
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
        let change = Change::Create { def: register(id).unwrap(), body: body(value), reason: None };
        self.app.change(&self.ctx(role), change)
    }

    pub fn text(&self, id: (&str, &RecordId), field: &str) -> String {
        let ctx = self.ctx("security_manager");
        let view = self.app.record(&ctx, register(id.0).unwrap(), id.1, None).unwrap();
        view.record.text(field).to_owned()
    }

    /// Lifts all holds of an incident.
    pub fn lift_holds(&self, incident: &RecordId) {
        let by = serde_json::json!({"lifted_by": self.people["ciso"].as_str()});
        for hold in self.all("hold") {
            if hold.text("incident") == incident.as_str() && hold.text("state") == "held" {
                self.step("ciso", ("hold", &hold.id), "lift", by.clone()).unwrap();
            }
        }
    }

    /// Confirms that an incident is really over: everything that its closing record asks for.
    pub fn confirm_closing(&self, incident: &RecordId) -> RecordId {
        let mine = |r: &Record| r.text("incident") == incident.as_str();
        let closing = self.all("closing").into_iter().find(mine).expect("it opens by itself").id;
        let evidence = json_id(&self.create(
            "csirt",
            "evidence",
            serde_json::json!({"incident": incident.as_str(),
                "name": "修正後の検査結果", "kind": "other", "taken_at": NIGHT}),
        ));
        let lead = self.people["csirt"].as_str();
        let measure = self
            .create(
                "csirt",
                "improvement",
                serde_json::json!({"incident": incident.as_str(),
                "measure": "恒久対策", "cause_key": "C1", "owner": lead}),
            )
            .unwrap();
        let signs: Vec<serde_json::Value> = self
            .get(("closing", &closing))
            .rows("signs")
            .map(|r| serde_json::json!({"what": r["what"], "result": "nothing"}))
            .collect();
        let point =
            |p: &str| serde_json::json!({"point": p, "worked": "yes", "finding": "迷わなかった"});
        let patch = serde_json::json!({
            "cause_removed": true, "cause_proof": "更新後に再現しない", "cause_evidence": [evidence],
            "variants": [{"method": "偽の請求書", "meets": "添付の実行を止めた", "works": "yes"}],
            "signs": signs, "spread": "全社に注意喚起",
            "permanent": [{"measure": "恒久対策", "improvement": measure.id.as_str()}],
            "revised": [{"kind": "measure", "what": "添付の実行を止める設定", "version": "2"},
                {"kind": "work_step", "what": "請求書の受け取り", "version": "3"}],
            "carried": [{"to": "全部門", "what": "受け取りの手順", "on": "2026-11-30",
                "checked": "来月の訓練で確かめる"}],
            "education": [{"group": "全社員", "content": "見分け方", "held_on": "2026-11-30", "by": "CSIRT"}],
            "continuity": [point("first_decisions"), point("contact_route"), point("containment")],
        });
        self.edit("csirt", ("closing", &closing), patch).unwrap();
        let by = serde_json::json!({"confirmed_by": self.people["ciso"].as_str()});
        self.step("ciso", ("closing", &closing), "confirm", by).unwrap();
        closing
    }
}

fn json_id(receipt: &Result<Receipt, AppError>) -> String {
    receipt.as_ref().map(|r| r.id.as_str().to_owned()).unwrap()
}
