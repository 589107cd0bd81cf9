//! Report, room and live line over a real application and a fresh SQLite file.

use crate::web::{Web, WebConfig};
use axum::Router;
use axum::body::{Body as Bytestream, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use futures_util::StreamExt as _;
use okiagari_app::auth::{Credentials, HashCost, NewAccount, Via};
use okiagari_app::{Actor, App, Config, Host, Member};
use okiagari_model::{Change, Ids as _, Lang, OrgId, RecordId, SeededIds, Time, register};
use okiagari_seal::MasterKey;
use okiagari_store::server::organisation::Kind;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

struct TestHost(Mutex<SeededIds>);

impl Host for TestHost {
    fn now(&self) -> Time {
        super::sample::NOW
    }
    fn fill(&self, buf: &mut [u8]) {
        self.0.lock().unwrap().fill(buf);
    }
}

struct World {
    app: App,
    org: OrgId,
    router: Router,
    cookie: &'static str,
    _folder: tempfile::TempDir,
}

const PASSWORD: &str = "akane-kumo-ni-hashiru-27";

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host = Arc::new(TestHost(Mutex::new(SeededIds::new(3))));
        let mut config =
            Config::in_folder(folder.path(), "log.example.jp", MasterKey::new([7; 32]));
        config.hash_cost = HashCost::TEST;
        let app = App::open(config, host).unwrap();
        let (org, _) = app.create_org("asahi", "あさひ商店", Kind::Real).unwrap();
        let web = Web::new(app.clone(), WebConfig::default());
        let cookie = crate::who::session_cookie(&web);
        Self { app, org, router: crate::router(web), cookie, _folder: folder }
    }

    fn make(&self, id: &str, body: Value) -> RecordId {
        let body = body.as_object().cloned().unwrap();
        let change = Change::Create { def: register(id).unwrap(), body, reason: None };
        self.app.change_as(&self.org, Actor::Program("test"), change).unwrap().id
    }

    /// Somebody with these roles, signed in: person and cookie.
    fn person(&self, name: &str, roles: &[&str]) -> (RecordId, String) {
        let person = self.make("person", json!({ "name": name }));
        for role in roles {
            self.make("role", json!({ "name": role, "kind": role, "holder": person.as_str() }));
        }
        let new = NewAccount {
            login: format!("{name}@example.jp"),
            display: name.to_owned(),
            lang: Lang::Ja,
            password: Some(PASSWORD.to_owned()),
            server_admin: false,
        };
        let (account, _) = self.app.auth().create_account(&new).unwrap();
        let member =
            Member { org: self.org.clone(), account, person: Some(person.clone()), contact: None };
        self.app.auth().join(&member).unwrap();
        let typed = Credentials { login: new.login, password: PASSWORD.into(), code: None };
        let signed = self.app.auth().sign_in(&typed, &Via::default()).unwrap();
        (person, format!("{}={}; okiagari_lang=ja", self.cookie, signed.secret()))
    }

    async fn send(&self, request: Request<Bytestream>) -> Response<Bytestream> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, cookie: &str, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).header(header::COOKIE, cookie);
        read(self.send(request.body(Bytestream::empty()).unwrap()).await).await
    }

    async fn post(
        &self,
        cookie: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> (StatusCode, String) {
        let mut body = String::new();
        for (name, value) in fields {
            body.push_str(&format!(
                "--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str("--xx--\r\n");
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xx");
        read(self.send(request.body(body.into()).unwrap()).await).await
    }

    /// The live line to a page that shows so many leaves.
    async fn watch(&self, cookie: &str, room: &str, leaf: &str) -> Line {
        let live = Request::get(format!("{room}/live?last={leaf}")).header(header::COOKIE, cookie);
        let response = self.send(live.body(Bytestream::empty()).unwrap()).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Line(response.into_body().into_data_stream())
    }

    fn entries(&self) -> u64 {
        let def = register("timeline_entry").unwrap();
        let found = self.app.store().read(|tx| {
            let all = okiagari_model::RowFilter::everything();
            Ok::<_, okiagari_store::StoreError>(tx.all(&self.org, def, &all)?.len())
        });
        u64::try_from(found.unwrap()).unwrap()
    }
}

/// What comes by a live line.
struct Line(axum::body::BodyDataStream);

impl Line {
    /// All that comes until the words are in it.
    async fn until(&mut self, words: &str) -> String {
        let mut got = String::new();
        let reading = async {
            while !got.contains(words) {
                let next = self.0.next().await.unwrap().unwrap();
                got.push_str(std::str::from_utf8(&next).unwrap());
            }
        };
        // A quiet line lives: only time tells that nothing comes.
        let within = std::time::Duration::from_secs(15);
        assert!(tokio::time::timeout(within, reading).await.is_ok(), "no {words} comes: {got}");
        got
    }
}

async fn read(response: Response<Bytestream>) -> (StatusCode, String) {
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 10 << 20).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn an_entry_is_written_once_and_reaches_a_watcher_who_had_an_older_page() {
    let world = World::new();
    let (lead, cookie) = world.person("hana", &["csirt"]);
    let incident = world
        .make("incident", json!({ "title": "暗号化", "kind": "malware", "lead": lead.as_str() }));
    let (status, page) = world.get(&cookie, &format!("/room/{incident}")).await;
    assert_eq!(status, StatusCode::OK);
    let leaf =
        page.split("data-live-last=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();

    let fields = [("kind", "note"), ("text", "電源は切らない"), ("leaf", leaf.as_str())];
    for _ in 0..2 {
        let (status, _) = world.post(&cookie, &format!("/room/{incident}/entry"), &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    }
    assert_eq!(world.entries(), 1, "the same form sent twice is one entry");

    let mut line = world.watch(&cookie, &format!("/room/{incident}"), &leaf).await;
    let got = line.until("電源は切らない").await;
    assert!(got.contains("\"target\":\"#timeline\"") && got.contains("id: "), "{got}");
    assert!(!got.contains("<me>"), "each watcher gets the own person: {got}");
}

#[tokio::test]
async fn what_is_written_between_a_page_and_its_line_reaches_the_page() {
    let world = World::new();
    let (lead, cookie) = world.person("hana", &["csirt"]);
    let (_, other) = world.person("ken", &["csirt", "executive"]);
    let incident = world
        .make("incident", json!({ "title": "暗号化", "kind": "malware", "lead": lead.as_str() }));
    let room = format!("/room/{incident}");
    let shown = async || -> String {
        let (_, page) = world.get(&cookie, &room).await;
        page.split("data-live-last=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let write = async |text: &str| {
        let (status, _) = world
            .post(&cookie, &format!("{room}/entry"), &[("kind", "note"), ("text", text)])
            .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    };
    // Somebody watched, and what was shown then is still kept.
    let mut before = world.watch(&cookie, &room, "0").await;
    before.until("room-messages").await;
    write("一つ目").await;
    before.until("一つ目").await;
    let leaf = shown().await;
    drop(before);
    // Of those who see the same nobody listens while this is written and told.
    let mut elsewhere = world.watch(&other, &room, &leaf).await;
    write("二つ目").await;
    elsewhere.until("二つ目").await;
    world.watch(&cookie, &room, &leaf).await.until("二つ目").await;
}

#[tokio::test]
async fn a_case_for_members_only_is_not_there_for_others() {
    let world = World::new();
    let (lead, inside) = world.person("hana", &["csirt"]);
    let (_, outside) = world.person("ken", &["csirt"]);
    let incident = world.make(
        "incident",
        json!({ "title": "内密", "kind": "other", "lead": lead.as_str(), "members": [lead.as_str()], "sharing": "members" }),
    );
    assert_eq!(world.get(&inside, &format!("/room/{incident}")).await.0, StatusCode::OK);
    for path in ["", "/live"] {
        let (status, text) = world.get(&outside, &format!("/room/{incident}{path}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(!text.contains("内密"));
    }
    let entry = format!("/room/{incident}/entry");
    let (status, _) = world.post(&outside, &entry, &[("kind", "note"), ("text", "x")]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(world.entries(), 0);
    let (status, _) = world.get(&outside, &format!("/documents/incident-report/{incident}")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_refused_stays_in_the_box() {
    let world = World::new();
    let (_, cookie) = world.person("hana", &["csirt"]);
    let incident = world.make("incident", json!({ "title": "暗号化", "kind": "malware" }));
    let fields = [("kind", "action"), ("text", "止めた"), ("at", "さっき")];
    let (status, page) = world.post(&cookie, &format!("/room/{incident}/entry"), &fields).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains(">止めた</textarea>") && page.contains("起きた時刻"), "{page}");
    assert!(page.contains("value=\"action\" checked"));
}

#[tokio::test]
async fn a_report_without_account_gives_a_receipt_that_leads_back_to_it() {
    let world = World::new();
    let asked = (super::sample::NOW.millis() - 20_000).to_string();
    let fields = [("what", "変なメールを開いた"), ("place", "経理"), ("asked_at", asked.as_str())];
    let (status, page) = world.post("", "/report/asahi", &fields).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let number = page.split("big-number\">").nth(1).unwrap().split('<').next().unwrap();
    let secret = page.split("<code>").nth(1).unwrap().split('<').next().unwrap();
    let form = |secret: &str| format!("number={number}&secret={secret}");
    let follow = |body: String| {
        let request = Request::post("/report/asahi/follow")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        world.send(request.body(body.into()).unwrap())
    };
    let (status, page) = read(follow(form(secret)).await).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("受付待ち"), "{page}");
    let (status, page) = read(follow(form("kaki")).await).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(!page.contains("受付待ち"));
    // An organisation that is not there and an address that is none look alike.
    let (unknown, a) = world.get("", "/report/nobody").await;
    let (_, b) = world.get("", "/nowhere-at-all").await;
    assert_eq!((unknown, a), (StatusCode::NOT_FOUND, b));
}

#[tokio::test]
async fn pages_of_this_room_open_for_a_responder_in_both_languages() {
    let world = World::new();
    let (_, cookie) = world.person("hana", &["csirt"]);
    let incident = world.make("incident", json!({ "title": "暗号化", "kind": "malware" }));
    let report = format!("/documents/incident-report/{incident}");
    for path in [
        "/",
        "/deadlines",
        "/deadlines/wall",
        "/metrics",
        "/verify",
        "/report",
        "/documents/duties",
        "/documents/contacts",
        "/start/roles",
        report.as_str(),
    ] {
        for cookie in [cookie.clone(), cookie.replace("lang=ja", "lang=en")] {
            let (status, page) = world.get(&cookie, path).await;
            assert_eq!(status, StatusCode::OK, "{path}: {page}");
            assert!(page.contains("<main"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_party_that_is_asked_sees_its_own_line_only_and_answers_without_account() {
    let world = World::new();
    let (_, cookie) = world.person("hana", &["csirt"]);
    let a = world.make("contact", json!({ "name": "県警", "kind": "police", "phone": "0570-1" }));
    let b = world.make("contact", json!({ "name": "IPA", "kind": "expert_body", "phone": "03-9" }));
    let row = |id: &RecordId| json!({ "contact": id.as_str(), "state": "waiting" });
    let round = world.make(
        "round",
        json!({ "title": "疎通確認", "kind": "reachability", "question": "変わりませんか", "asked": [row(&a), row(&b)], "state": "asked" }),
    );
    let path = format!("/rounds/{round}/links");
    let (status, page) = world.post(&cookie, &path, &[]).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let link = |n: usize| {
        let start = page.find(&format!("/answer/{round}/{n}/")).unwrap();
        page[start..].split('<').next().unwrap().to_owned()
    };
    let (status, seen) = world.get("", &link(1)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(seen.contains("03-9") && !seen.contains("県警"), "{seen}");
    let other = link(1).replace("/1/", "/0/");
    assert_eq!(world.get("", &other).await.0, StatusCode::NOT_FOUND);
    let request = Request::post(link(1))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body("state=changed&text=03-8".into())
        .unwrap();
    let (status, _) = read(world.send(request).await).await;
    assert_eq!(status, StatusCode::OK);
    let (_, shown) = world.get(&cookie, &format!("/r/round/{round}")).await;
    assert!(shown.contains("03-8"), "{shown}");
}
