//! A server with two organisations, and browsers signed in to it.

use crate::html::enc;
use crate::{Web, WebConfig, router};
use axum::Router;
use axum::body::{Body as Bytestream, to_bytes};
use axum::http::{HeaderMap, Method, Request, header};
use okiagari_app::auth::{HashCost, NewAccount, NewToken};
use okiagari_app::{Actor, App, Config, Host, Member};
use okiagari_model::{
    Body, Change, Ids as _, Lang, OrgId, RecordId, SeededIds, Time, Value, register,
};
use okiagari_seal::MasterKey;
use okiagari_store::server::{organisation::Kind, setting};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

/// Saturday 2026-11-21, 02:40 in Japan.
pub const NIGHT: i64 = 1_795_196_400_000;
/// The password of everybody.
pub const PASSWORD: &str = "tetsu-kaze-yama-kawa-2026";

struct TestHost {
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
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// As it came; a workbook is no text.
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// The answer, if it has this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text.chars().take(2_000).collect::<String>());
        self
    }

    /// The answer, if it says this.
    #[track_caller]
    pub fn says(self, part: &str) -> Self {
        assert!(self.text.contains(part), "\"{part}\" is not in {}", self.text);
        self
    }

    /// The answer, if it does not say this.
    #[track_caller]
    pub fn never_says(self, part: &str) -> Self {
        assert!(!self.text.contains(part), "\"{part}\" is in {}", self.text);
        self
    }

    /// Where it leads, without what it says was done.
    #[track_caller]
    pub fn place(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.text);
        self.header("location").split('?').next().unwrap().to_owned()
    }

    /// The value of a hidden field.
    #[track_caller]
    pub fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let Some((_, rest)) = self.text.split_once(&mark) else {
            panic!("no field {name} in {}", self.text)
        };
        rest.split('"').next().unwrap().to_owned()
    }
}

/// A server with two organisations.
pub struct World {
    pub app: App,
    host: Arc<TestHost>,
    pub org: OrgId,
    pub other: OrgId,
    router: Router,
    _folder: tempfile::TempDir,
}

/// Somebody's browser.
pub struct Browser<'w> {
    world: &'w World,
    cookies: Mutex<Vec<(String, String)>>,
    more: Vec<(&'static str, String)>,
}

impl World {
    /// Nobody is slowed down: for tests that ask thousands of times.
    pub fn tireless() -> Self {
        Self::with(true, WebConfig { limit_factor: 10_000, ..WebConfig::default() })
    }

    /// Privileged roles go without a second factor, as in the demo.
    pub fn new() -> Self {
        Self::with(true, WebConfig::default())
    }

    pub fn with(demo: bool, web: WebConfig) -> Self {
        let world = Self::empty(demo, web);
        let chief = ["security_manager", "ciso", "administrator", "csirt"];
        world.account(&world.org, "chief", &chief);
        world.account(&world.org, "responder", &["csirt", "coordinator"]);
        world.account(&world.org, "employee", &[]);
        world.account(&world.other, "stranger", &chief);
        world
    }

    fn empty(demo: bool, web: WebConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host =
            Arc::new(TestHost { now: AtomicI64::new(NIGHT), ids: Mutex::new(SeededIds::new(7)) });
        let mut config =
            Config::in_folder(folder.path(), "log.example.jp", MasterKey::new([7; 32]));
        config.hash_cost = HashCost::TEST;
        let app = App::open(config, host.clone()).unwrap();
        // The server leaves the second factor out only where all organisations are made up.
        let kind = if demo { Kind::Demo } else { Kind::Real };
        let (org, _) = app.create_org("acme", "株式会社あかり", kind).unwrap();
        let (other, _) = app.create_org("other", "株式会社べつ", kind).unwrap();
        if demo {
            let set = |tx: &mut okiagari_store::WriteTx<'_>| {
                setting::set(tx.db(), "demo.no_second_factor", Some("1"))
            };
            app.store().write_server("demo", set).unwrap();
        }
        let router = router(Web::new(app.clone(), web));
        Self { app, host, org, other, router, _folder: folder }
    }

    /// Without a single person, as before `okiagari init` ends.
    pub fn bare() -> Self {
        Self::empty(true, WebConfig::default())
    }

    pub fn pass(&self, ms: i64) {
        self.host.now.fetch_add(ms, Ordering::SeqCst);
    }

    fn account(&self, org: &OrgId, login: &str, roles: &[&str]) {
        let person = self.make_in(org, "person", serde_json::json!({ "name": login }));
        for role in roles {
            let role = serde_json::json!({ "name": role, "kind": role, "holder": person.as_str() });
            self.make_in(org, "role", role);
        }
        let new = NewAccount {
            login: login.to_owned(),
            display: login.to_owned(),
            lang: Lang::Ja,
            password: Some(PASSWORD.to_owned()),
            server_admin: false,
        };
        let (account, _) = self.app.auth().create_account(&new).unwrap();
        let member = Member { org: org.clone(), account, person: Some(person), contact: None };
        self.app.auth().join(&member).unwrap();
    }

    /// A token of somebody that may write.
    pub fn token(&self, login: &str) -> String {
        let account = self.app.auth().account_by_login(login).unwrap();
        let (member, _) = self.app.auth().places(&account.id).unwrap().swap_remove(0);
        let new = NewToken { name: "test".to_owned(), may_write: true, days: 30 };
        self.app.auth().create_token(&member, &new).unwrap().0
    }

    /// Makes a record as the program itself.
    pub fn make(&self, id: &str, body: Value) -> RecordId {
        self.make_in(&self.org, id, body)
    }

    pub fn make_in(&self, org: &OrgId, id: &str, body: Value) -> RecordId {
        let body: Body = body.as_object().cloned().unwrap();
        let change = Change::Create { def: register(id).unwrap(), body, reason: None };
        self.app.change_as(org, Actor::Program("test"), change).unwrap().id
    }

    /// Changes a record as the program itself.
    pub fn edit(&self, register_id: &str, id: &str, patch: Value) {
        let def = register(register_id).unwrap();
        let id = RecordId::new(id);
        let rows = okiagari_model::RowFilter::everything();
        let read = |tx: &mut okiagari_store::ReadTx<'_>| tx.get(&self.org, def, &id, &rows);
        let rev = self.app.store().read(read).unwrap().unwrap().rev;
        let patch: Body = patch.as_object().cloned().unwrap();
        let change = Change::Edit { def, id: id.clone(), rev, patch, reason: None };
        self.app.change_as(&self.org, Actor::Program("test"), change).unwrap();
    }

    /// A browser nobody is signed in with.
    pub fn nobody(&self) -> Browser<'_> {
        Browser { world: self, cookies: Mutex::default(), more: Vec::new() }
    }

    /// A browser somebody is signed in with.
    pub async fn as_user(&self, login: &str) -> Browser<'_> {
        let browser = self.nobody();
        let form = [("login", login), ("password", PASSWORD), ("next", "/search")];
        assert_eq!(browser.post("/sign-in", &form).await.place(), "/search");
        browser
    }
}

impl Browser<'_> {
    /// With a header on every request.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.more.push((name, value.to_owned()));
        self
    }

    pub fn forget(&self) {
        self.cookies.lock().unwrap().clear();
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "", Vec::new()).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> =
            fields.iter().map(|(n, v)| format!("{}={}", enc(n), enc(v))).collect();
        self.post_raw(path, body.join("&").into_bytes()).await
    }

    pub async fn post_raw(&self, path: &str, body: Vec<u8>) -> Answer {
        self.send(Method::POST, path, "application/x-www-form-urlencoded", body).await
    }

    /// A form with one file and other fields.
    pub async fn upload(
        &self,
        path: &str,
        file: (&str, &str, &[u8]),
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!(
                    "--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .into_bytes(),
            );
        }
        let (name, file_name, bytes) = file;
        body.extend(
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: application/octet-stream\r\n\r\n")
                .into_bytes(),
        );
        body.extend(bytes);
        body.extend(b"\r\n--edge--\r\n");
        self.send(Method::POST, path, "multipart/form-data; boundary=edge", body).await
    }

    pub async fn send(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        for (name, value) in &self.more {
            request = request.header(*name, value);
        }
        let jar: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(n, v)| format!("{n}={v}")).collect();
        if !jar.is_empty() {
            request = request.header(header::COOKIE, jar.join("; "));
        }
        let request = request.body(Bytestream::from(body)).unwrap();
        let response = self.world.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        self.keep(&parts.headers);
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text,
            bytes: bytes.to_vec(),
        }
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap();
        for set in headers.get_all(header::SET_COOKIE) {
            let (pair, _) = set.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            cookies.retain(|(n, _)| n != name);
            if !value.is_empty() {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}
