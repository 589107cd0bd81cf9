//! An application with one organisation, and tokens for it.

use crate::api::Api;
use crate::guard::Limits;
use axum::Router;
use axum::body::{Body as Bytestream, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use okiagari_app::auth::{HashCost, NewAccount, NewToken};
use okiagari_app::{Actor, App, Config, Host, Member};
use okiagari_model::{
    Body, Change, FieldDef, FieldKind, Ids as _, Lang, OrgId, RecordId, RegisterDef, SeededIds,
    Time, Value, register,
};
use okiagari_seal::MasterKey;
use okiagari_store::server::organisation::Kind;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

/// Saturday 2026-11-21, 02:40 in Japan.
pub const NIGHT: i64 = 1_795_196_400_000;

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

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|e| panic!("{} is not JSON ({e}): {:?}", self.status, self.bytes))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// The answer, if it has this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// The answer's problem, if it has this status.
    #[track_caller]
    pub fn problem(self, status: u16) -> Value {
        let answer = self.is(status);
        assert_eq!(answer.header("content-type"), super::super::problem::MEDIA);
        let problem = answer.json();
        for member in ["type", "title", "status", "detail", "instance"] {
            assert!(!problem[member].is_null(), "{member} in {problem}");
        }
        problem
    }
}

/// Fields that a problem names.
pub fn named(problem: &Value) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|e| (text(&e["field"]), text(&e["code"]))).collect()
}

/// One server with an organisation, its security manager and a plain employee.
pub struct World {
    pub app: App,
    pub host: Arc<TestHost>,
    pub org: OrgId,
    router: Router,
    /// Token of the security manager that may write.
    pub token: String,
    /// Token of the security manager that may only read.
    pub reader: String,
    /// Token of somebody without any role.
    pub employee: String,
    /// Token of the security manager of another organisation.
    pub stranger: String,
    /// The person behind the first token.
    pub chief: RecordId,
    _folder: tempfile::TempDir,
}

fn object(value: Value) -> Body {
    value.as_object().cloned().unwrap()
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host =
            Arc::new(TestHost { now: AtomicI64::new(NIGHT), ids: Mutex::new(SeededIds::new(7)) });
        let mut config =
            Config::in_folder(folder.path(), "log.example.jp", MasterKey::new([7; 32]));
        config.hash_cost = HashCost::TEST;
        config.evidence_max = 200_000;
        let app = App::open(config, host.clone()).unwrap();
        let (org, _) = app.create_org("acme", "株式会社あかり", Kind::Real).unwrap();
        let (other, _) = app.create_org("other", "株式会社べつ", Kind::Real).unwrap();
        let people = std::cell::RefCell::new(Vec::new());
        let token = |org: &OrgId, login: &str, roles: &[&str], may_write: bool| {
            let person = make(&app, org, "person", json!({ "name": login }));
            people.borrow_mut().push(person.clone());
            for role in roles {
                let role = json!({ "name": role, "kind": role, "holder": person.as_str() });
                make(&app, org, "role", role);
            }
            token(&app, org, login, person, may_write)
        };
        let chief = ["security_manager", "ciso", "administrator"];
        let written = token(&org, "chief", &chief, true);
        let reader = token(&org, "reader", &chief, false);
        let employee = token(&org, "employee", &[], true);
        let stranger = token(&other, "stranger", &chief, true);
        let chief = people.borrow()[0].clone();
        let api = Api { app: app.clone(), limits: None };
        let router = super::super::routes().with_state(api);
        Self {
            app,
            host,
            org,
            router,
            token: written,
            reader,
            employee,
            stranger,
            chief,
            _folder: folder,
        }
    }

    /// The same server with limits on how often an account may ask.
    pub fn limited(self, limits: Arc<Limits>) -> Self {
        let api = Api { app: self.app.clone(), limits: Some(limits) };
        Self { router: super::super::routes().with_state(api), ..self }
    }

    pub fn pass(&self, ms: i64) {
        self.host.now.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sends a request below `/api/v1`.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytestream>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// Sends JSON, or nothing, in the security manager's name.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.call_with(method, path, &[], body).await
    }

    pub async fn call_with(
        &self,
        method: Method,
        path: &str,
        more: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut headers =
            vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
        headers.extend(more);
        let text = body.map(Value::to_string).unwrap_or_default();
        self.send(method, path, &headers, text).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(&body)).await
    }

    /// Makes a record as the program itself.
    pub fn make(&self, id: &str, value: Value) -> RecordId {
        make(&self.app, &self.org, id, value)
    }
}

fn make(app: &App, org: &OrgId, id: &str, value: Value) -> RecordId {
    let change = Change::Create { def: register(id).unwrap(), body: object(value), reason: None };
    app.change_as(org, Actor::Program("test"), change).unwrap().id
}

fn token(app: &App, org: &OrgId, login: &str, person: RecordId, may_write: bool) -> String {
    let new = NewAccount {
        login: login.to_owned(),
        display: login.to_owned(),
        lang: Lang::Ja,
        password: None,
        server_admin: false,
    };
    let (account, _) = app.auth().create_account(&new).unwrap();
    let member = Member { org: org.clone(), account, person: Some(person), contact: None };
    app.auth().join(&member).unwrap();
    let new = NewToken { name: "test".to_owned(), may_write, days: 30 };
    app.auth().create_token(&member, &new).unwrap().0
}

/// Samples of bodies that fit, made from the definitions.
pub struct Samples<'a> {
    world: &'a World,
}

impl<'a> Samples<'a> {
    pub fn new(world: &'a World) -> Self {
        Self { world }
    }

    /// A body of a register, as the API takes it: what a form would ask for.
    pub fn body(&self, def: &'static RegisterDef) -> Value {
        let mut body = Body::new();
        let state = def.flow.map(|f| f.field);
        for field in def.fields {
            let own = field.system || field.auto_number.is_some() || Some(field.id) == state;
            if own || field.deprecated {
                continue;
            }
            if field.required {
                body.insert(field.id.to_owned(), self.value(field));
            }
        }
        // The sample playbook was never approved, so its use is explained.
        if def.id == "play" {
            body.insert("why".to_owned(), "見本".into());
        }
        if def.id == "setting" {
            body = object(json!({ "key": "log.silence_minutes", "value": "60" }));
        }
        match def.id {
            "delivery" => {
                body.insert("message".into(), self.record("message").into());
                body.insert("result".into(), "told".into());
                body.insert("told_by".into(), self.record("person").into());
            }
            "notification" => {
                body.insert("none_reason".into(), "見本".into());
            }
            "rota" => {
                let shift = json!({ "from": "18:00", "to": "09:00", "on": "2026-11-22" });
                body.extend(object(shift));
            }
            "plan_start" => {
                body.insert("why".into(), "見本".into());
            }
            "indicator" => {
                body.insert("kind".into(), "file".into());
            }
            "effort" => {
                body.insert("minutes".into(), 90.into());
            }
            // Nobody else could read it back.
            "counsel" => {
                body.insert("members".into(), json!([self.world.chief.as_str()]));
            }
            "disclosure" => {
                body.insert("tell".into(), false.into());
            }
            "reconnection" => {
                body.insert("incident".into(), self.record("incident").into());
            }
            "update_rhythm" => {
                body.extend(object(json!({ "audiences": ["clients"], "mode": "shared" })));
            }
            "sharing_limit" => {
                body.extend(object(json!({ "audiences": ["clients"], "part": "words" })));
            }
            "case_request" => {
                body.extend(object(json!({ "kind": "information", "from": "them" })));
            }
            "trust_anchor" => {
                body.insert("kind".into(), "fingerprint".into());
                body.insert("value".into(), "ab".repeat(32).into());
            }
            "signal_rule" => {
                body.insert("lines".into(), json!([{ "kind": "見本" }]));
            }
            "triage" => {
                body.insert("met_before".into(), "no".into());
                let answered = |id| json!({ "criterion": id, "met": "no" });
                body.insert("criteria".into(), self.every("incident_criterion", answered));
            }
            "case_order" => {
                let marked = |id| json!({ "criterion": id, "points": 1 });
                body.insert("marks".into(), self.every("order_criterion", marked));
            }
            "regroup" => {
                let case = self.record("incident");
                let task = json!({ "incident": case, "title": "見本" });
                let task = self.world.make("task", task).as_str().to_owned();
                body.extend(object(json!({ "way": "split", "incident": case, "tasks": [task] })));
            }
            _ => {}
        }
        Value::Object(body)
    }

    /// A row for each current record of a register.
    fn every(&self, id: &str, row: impl Fn(String) -> Value) -> Value {
        let (def, all) = (register(id).unwrap(), okiagari_model::RowFilter::everything());
        let read = |tx: &mut okiagari_store::ReadTx<'_>| {
            Ok::<_, okiagari_app::AppError>(tx.all(&self.world.org, def, &all)?)
        };
        let records = self.world.app.store().read(read).unwrap();
        let here = records.iter().filter(|r| !r.ended());
        Value::Array(here.map(|r| row(r.id.as_str().to_owned())).collect())
    }

    /// A value of a field, as the API takes it.
    pub fn value(&self, field: &'static FieldDef) -> Value {
        match field.kind {
            FieldKind::Text | FieldKind::LongText => {
                "見本".chars().take(field.max as usize).collect::<String>().into()
            }
            FieldKind::Int | FieldKind::Yen => 3.into(),
            FieldKind::Minutes => 90.into(),
            FieldKind::Bool => true.into(),
            FieldKind::Date => "2026-11-21".into(),
            FieldKind::Time => "2026-11-21T02:00:00+09:00".into(),
            FieldKind::Choice(set) => set.options[0].id.into(),
            FieldKind::Choices(set) => json!([set.options[0].id]),
            FieldKind::Ref(register) => self.record(register).into(),
            FieldKind::Refs(register) => json!([self.record(register)]),
            FieldKind::AnyRef => format!("person/{}", self.record("person")).into(),
            FieldKind::Texts => json!(["見本"]),
            FieldKind::Rows(columns) => {
                let row: Body = columns
                    .iter()
                    .filter(|c| c.required)
                    .map(|c| (c.id.to_owned(), self.value(c)))
                    .collect();
                json!([row])
            }
        }
    }

    fn record(&self, id: &'static str) -> String {
        let def = register(id).unwrap();
        let stored = super::super::convert::incoming(def, &object(self.body(def))).unwrap();
        self.world.make(id, Value::Object(stored)).as_str().to_owned()
    }
}
