//! The two-client leak test: nothing of another organisation, of a case kept to its members, or of
//! another counterparty appears in any answer, whoever asks and wherever.
//!
//! The addresses are read from the source (`routes`), so that a new route is walked at once.

mod records;
mod routes;

use super::world::{Answer, Browser, NIGHT, PASSWORD, World};
use axum::http::Method;
use okiagari_app::Member;
use okiagari_app::auth::{NewAccount, NewToken};
use okiagari_model::{Lang, RecordId};
use records::{FOUND, Maker, SEARCHED, mark};
use routes::{Filling, Route, Target, addresses};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Two organisations: in the first, a case for its members only, an open case, one that an auditor
/// is given, and two counterparties of whom each is told something else.
struct Scene {
    world: World,
    /// Everything of the other organisation; marked b.
    foreign: Vec<Target>,
    /// The hidden case and what belongs to it; marked c.
    hidden: Vec<Target>,
    /// The open case and what belongs to it; marked d.
    open: Vec<Target>,
    /// What belongs to no case, and points to the hidden one; marked n.
    rest: Vec<Target>,
    /// What the other counterparty is told; marked y.
    told: Vec<Target>,
    /// What the own counterparty is told; marked x.
    own: RecordId,
    /// What the own counterparty asks for; marked x.
    asked: RecordId,
    /// The case of the auditor.
    audited: RecordId,
    open_case: RecordId,
}

fn incident(world: &World, letter: char, sharing: &str, member: &RecordId) -> RecordId {
    let body = json!({
        "title": format!("{SEARCHED} {}", mark(letter)),
        "summary": format!("{SEARCHED} {}", mark(letter)),
        "kind": "cyber_attack", "aware_at": NIGHT - 3_600_000,
        "sharing": sharing, "members": [member.as_str()],
    });
    world.make("incident", body)
}

fn message(world: &World, letter: char, to: &RecordId) -> RecordId {
    let text = format!("{SEARCHED} {}", mark(letter));
    let body = json!({
        "subject": text, "text": text, "audience": "partners", "tlp": "amber",
        "channel": "in_app", "shown_to": to.as_str(), "state": "sent",
    });
    world.make("message", body)
}

/// What a client asks for before it connects again, in a case of its own.
fn requirement(world: &World, letter: char, client: &RecordId, keeper: &RecordId) -> RecordId {
    let text = format!("{SEARCHED} {}", mark(letter));
    let case = json!({
        "title": text, "side": "client", "counterparty": client.as_str(), "goal": text,
        "scope": "cyber", "scope_line": text, "accountable": keeper.as_str(),
    });
    let case = world.make("reconnection", case);
    let body = json!({
        "title": text, "detail": text, "client": client.as_str(), "reconnection": case.as_str(),
    });
    world.make("client_requirement", body)
}

/// An auditor for one case and one day.
fn auditor(world: &World, case: &RecordId) {
    let person = world.make("person", json!({ "name": "auditor" }));
    let role = json!({
        "name": "auditor", "kind": "auditor", "holder": person.as_str(),
        "cases": [case.as_str()], "valid_from": NIGHT - 1, "valid_to": NIGHT + 86_400_000,
    });
    world.make("role", role);
    account(world, "auditor", Some(person), None);
}

/// An account for a person, or for a contact outside.
fn account(world: &World, login: &str, person: Option<RecordId>, contact: Option<RecordId>) {
    let new = NewAccount {
        login: login.to_owned(),
        display: login.to_owned(),
        lang: Lang::Ja,
        password: Some(PASSWORD.to_owned()),
        server_admin: false,
    };
    let (account, _) = world.app.auth().create_account(&new).unwrap();
    world.app.auth().join(&Member { org: world.org.clone(), account, person, contact }).unwrap();
}

impl Scene {
    /// The one that all walks share that are under way: they only look, and the clock stands.
    fn shared() -> Arc<Self> {
        static SCENE: Mutex<Weak<Scene>> = Mutex::new(Weak::new());
        let mut kept = SCENE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scene) = kept.upgrade() {
            return scene;
        }
        let scene = Arc::new(Self::new());
        *kept = Arc::downgrade(&scene);
        scene
    }

    fn new() -> Self {
        let world = World::tireless();
        let foreign = Maker::everything(&world, &world.other, 'b').whole();
        let keeper = world.make("person", json!({ "name": "keeper" }));
        let case = incident(&world, 'c', "members", &keeper);
        let mut rest = Maker::case(&world, 'n', case.clone(), None);
        let open_things = rest.open();
        let hidden = Maker::case(&world, 'c', case, Some(&rest)).belonging();
        let open_case = incident(&world, 'd', "responders", &keeper);
        let open = Maker::case(&world, 'd', open_case.clone(), Some(&rest)).belonging();
        let audited = incident(&world, 'e', "responders", &keeper);
        let contact = |name: &str| world.make("contact", json!({ "name": name, "kind": "vendor" }));
        let (x, y) = (contact("X"), contact("Y"));
        let own = message(&world, 'x', &x);
        let asked = requirement(&world, 'x', &x, &keeper);
        let told = vec![
            Target { register: "message", id: message(&world, 'y', &y) },
            Target { register: "client_requirement", id: requirement(&world, 'y', &y, &keeper) },
        ];
        account(&world, "counterparty", None, Some(x));
        auditor(&world, &audited);
        let (rest, audited) = (open_things, audited);
        Self { world, foreign, hidden, open, rest, told, own, asked, audited, open_case }
    }

    /// The last leaf of each organisation: whoever only looks adds none.
    fn leaves(&self) -> [Option<u64>; 2] {
        let end = self.world.app.now();
        let last = |org| self.world.app.store().read(|tx| tx.leaf_at(org, end)).unwrap();
        [last(&self.world.org), last(&self.world.other)]
    }

    /// A browser that is signed in and, on the API, somebody's token.
    async fn both(&self, login: &str) -> (Browser<'_>, Browser<'_>) {
        let account = self.world.app.auth().account_by_login(login).unwrap();
        let (member, _) = self.world.app.auth().places(&account.id).unwrap().swap_remove(0);
        let new = NewToken { name: "test".to_owned(), may_write: true, days: 30 };
        let token = self.world.app.auth().create_token(&member, &new).unwrap().0;
        let bearer = format!("Bearer {token}");
        let api = self.world.nobody().with("authorization", &bearer);
        (self.world.as_user(login).await, api)
    }
}

/// What an answer says; a workbook is unpacked.
fn said(answer: &Answer) -> String {
    if !answer.bytes.starts_with(b"PK") {
        return answer.text.clone();
    }
    let limits = okiagari_exchange::Limits::default();
    let table = okiagari_exchange::read_table(&answer.bytes, "x.xlsx", &limits).unwrap();
    format!("{table:?}")
}

/// Addresses at which nothing is named, asked also with words that all marked records hold.
fn with_words(route: &Route, path: &str) -> Vec<String> {
    let asked = ["/search", "/suggest", "/r/{register}", "/api/v1/search", "/api/v1/{register}"];
    if !asked.contains(&route.pattern.as_str()) {
        return vec![path.to_owned()];
    }
    let mut paths = vec![path.to_owned(), format!("{path}?q={SEARCHED}")];
    if route.pattern == "/suggest" {
        let registers = okiagari_model::REGISTERS.iter().map(|d| d.id).chain(["*"]);
        paths.extend(registers.map(|r| format!("{path}?register={r}&q={SEARCHED}")));
    }
    paths
}

/// What one asker was told where nothing should have been.
struct Walk<'a> {
    login: &'a str,
    forbidden: &'a [char],
    faults: Vec<String>,
    asked: usize,
}

impl Walk<'_> {
    fn look(&mut self, way: &str, path: &str, answer: &Answer, names_hidden: bool) {
        self.asked += 1;
        let status = answer.status;
        if status >= 500 {
            self.faults.push(format!("{} {way} {path}: {status}", self.login));
        }
        if names_hidden && !matches!(status, 403 | 404) {
            self.faults.push(format!("{} {way} {path}: {status} instead of 404", self.login));
        }
        let text = said(answer);
        for letter in self.forbidden {
            if let Some((before, _)) = text.split_once(&mark(*letter)) {
                let tail: Vec<char> = before.chars().rev().take(160).collect();
                let tail: String = tail.into_iter().rev().collect();
                let tail = tail.replace('\n', " ");
                let login = self.login;
                self.faults.push(format!("{login} {way} {path}: tells of {letter}: …{tail}"));
            }
        }
    }
}

/// Walks all routes in somebody's name.
async fn walk(scene: &Scene, login: &str, targets: &[Target], forbidden: &[char]) -> Vec<String> {
    let (page, api) = scene.both(login).await;
    let before = scene.leaves();
    let orgs = [scene.world.org.to_string(), scene.world.other.to_string()];
    let filling = Filling { targets, own_case: &scene.open_case, orgs: &orgs };
    let mut walk = Walk { login, forbidden, faults: Vec::new(), asked: 0 };
    for route in routes::all() {
        let client = if route.of_api() { &api } else { &page };
        for path in addresses(&route, &filling) {
            let named = route.names_a_record();
            if route.get {
                for path in with_words(&route, &path) {
                    let answer = client.get(&path).await;
                    walk.look("GET", &path, &answer, named);
                }
            }
            if route.post && named {
                let (kind, body) = match route.of_api() {
                    true => ("application/json", b"{}".to_vec()),
                    false => ("application/x-www-form-urlencoded", Vec::new()),
                };
                let answer = client.send(Method::POST, &path, kind, body).await;
                // A form that does not fit may be refused before the record is looked for.
                let refused = matches!(answer.status, 400 | 415 | 422 | 428);
                walk.look("POST", &path, &answer, !refused);
            }
        }
    }
    assert!(walk.asked > 1_000, "{login}: only {} addresses", walk.asked);
    assert_eq!(scene.leaves(), before, "{login} changed something");
    walk.faults
}

fn joined(parts: &[&[Target]]) -> Vec<Target> {
    parts.concat()
}

#[tokio::test]
async fn nobody_is_told_of_another_organisation_or_of_a_case_kept_to_its_members() {
    let scene = Scene::shared();
    let targets = joined(&[&scene.foreign, &scene.hidden]);
    let faults = walk(&scene, "chief", &targets, &['b', 'c']).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test]
async fn an_employee_is_told_of_no_case_he_is_not_a_member_of() {
    let scene = Scene::shared();
    let targets = joined(&[&scene.foreign, &scene.hidden, &scene.open]);
    let faults = walk(&scene, "employee", &targets, &['b', 'c', 'd']).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test]
async fn an_auditor_is_told_of_the_cases_named_in_the_role_and_nothing_else() {
    let scene = Scene::shared();
    let targets = joined(&[&scene.foreign, &scene.hidden, &scene.open, &scene.rest]);
    let faults = walk(&scene, "auditor", &targets, &['b', 'c', 'd', 'n']).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    // The role itself works.
    let auditor = scene.world.as_user("auditor").await;
    let case = format!("/r/incident/{}", scene.audited);
    auditor.get(&case).await.is(200).says(&mark('e'));
}

#[tokio::test]
async fn an_auditor_is_told_nothing_more_when_the_time_of_the_role_is_over() {
    let world = World::tireless();
    let keeper = world.make("person", json!({ "name": "keeper" }));
    let audited = incident(&world, 'e', "responders", &keeper);
    auditor(&world, &audited);
    let browser = world.as_user("auditor").await;
    let case = format!("/r/incident/{audited}");
    browser.get(&case).await.is(200).says(&mark('e'));
    world.pass(86_400_000 + 1);
    let over = browser.get(&case).await.never_says(FOUND);
    assert_ne!(over.status, 200, "the time is over");
}

#[tokio::test]
async fn a_counterparty_is_told_only_what_is_addressed_to_it() {
    let scene = Scene::shared();
    let inside = [&scene.foreign[..], &scene.hidden, &scene.open, &scene.rest, &scene.told];
    let faults = walk(&scene, "counterparty", &joined(&inside), &['b', 'c', 'd', 'n', 'y']).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let outside = scene.world.as_user("counterparty").await;
    let own = format!("/r/message/{}", scene.own);
    outside.get(&own).await.is(200).says(&mark('x'));
    let asked = format!("/r/client_requirement/{}", scene.asked);
    outside.get(&asked).await.is(200).says(&mark('x'));
}

/// That the walk would find a leak: whoever may see the records is told of them, by the same
/// addresses.
#[tokio::test]
async fn the_same_walk_tells_those_who_may_see() {
    let scene = Scene::shared();
    let (page, api) = scene.both("chief").await;
    let (mut told, mut asked) = (0, 0);
    for target in &scene.open {
        let one = format!("/r/{}/{}", target.register, target.id);
        let item = format!("/api/v1/{}/{}", target.register, target.id);
        for answer in [page.get(&one).await, api.get(&item).await] {
            if ["counsel", "counsel_note"].contains(&target.register) {
                assert_eq!(answer.status, 404, "{one} is for the people of the channel alone");
                continue;
            }
            asked += 1;
            assert_eq!(answer.status, 200, "{one}");
            told += usize::from(answer.text.contains(&mark('d')));
        }
    }
    assert!(told * 10 >= asked * 8, "{told} of {asked} hold the mark");
    let sheet = api.get("/api/v1/task/export.xlsx").await.is(200);
    assert!(said(&sheet).contains(&mark('d')), "a workbook is unpacked");
    assert!(page.get(&format!("/search?q={SEARCHED}")).await.text.contains(&mark('d')));
}

#[tokio::test]
async fn every_path_of_the_api_document_is_one_of_the_routes_walked() {
    let world = World::tireless();
    let bearer = format!("Bearer {}", world.token("chief"));
    let api = world.nobody().with("authorization", &bearer);
    let document = api.get("/api/v1/openapi.json").await.is(200);
    let document: serde_json::Value = serde_json::from_slice(&document.bytes).unwrap();
    let known = routes::all();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > okiagari_model::REGISTERS.len());
    for (path, verbs) in paths {
        let full = format!("/api/v1{path}");
        let walked = |r: &&Route| routes::fits(&r.pattern, &full);
        assert!(known.iter().any(|r| walked(&r)), "{full} is in the document alone");
        if verbs.get("get").is_some() {
            assert!(known.iter().any(|r| r.get && walked(&r)), "GET {full}");
        }
    }
}
