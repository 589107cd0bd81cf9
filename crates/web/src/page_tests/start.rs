//! The first start of somebody who runs everything alone.

use super::world::{NIGHT, PASSWORD, World};
use okiagari_app::Member;
use okiagari_app::auth::NewAccount;
use okiagari_model::{Lang, RecordId};
use serde_json::json;

/// What `okiagari init` leaves: one person, administrator and nothing else.
fn set_up(world: &World) -> RecordId {
    let person = world.make_in(&world.org, "person", json!({ "name": "花" }));
    let role =
        json!({ "name": "システム管理者", "kind": "administrator", "holder": person.as_str() });
    world.make_in(&world.org, "role", role);
    let new = NewAccount {
        login: "hana".to_owned(),
        display: "花".to_owned(),
        lang: Lang::Ja,
        password: Some(PASSWORD.to_owned()),
        server_admin: true,
    };
    let (account, _) = world.app.auth().create_account(&new).unwrap();
    let member =
        Member { org: world.org.clone(), account, person: Some(person.clone()), contact: None };
    world.app.auth().join(&member).unwrap();
    person
}

#[tokio::test]
async fn one_click_lets_a_single_person_work_at_once() {
    let world = World::bare();
    let person = set_up(&world);
    let case = json!({ "title": "停止", "kind": "cyber_attack", "aware_at": NIGHT });
    let room = format!("/room/{}", world.make("incident", case));
    let hana = world.as_user("hana").await;
    for path in ["/r/asset/new", "/r/incident/new"] {
        hana.get(path).await.is(403);
    }
    hana.get(&room).await.is(404);
    let page = hana.get("/start/roles").await.is(200).says("役割を決める");
    let page = page.says("いまは全部わたしが担当します");
    assert!(page.text.contains("name=\"do\" value=\"all\""));
    assert_eq!(hana.post("/start/roles", &[("do", "all")]).await.place(), "/start/roles");
    for path in ["/r/asset/new", "/r/incident/new", "/r/message/new", &room, "/missing", "/recover"]
    {
        hana.get(path).await.is(200);
    }
    // A second click has nothing to do; the page offers it no more.
    hana.get("/start/roles").await.is(200).never_says("value=\"all\"");
    assert_eq!(hana.post("/start/roles", &[("do", "all")]).await.place(), "/start/roles");
    let token = world.token("hana");
    let api = world.nobody().with("authorization", &format!("Bearer {token}"));
    let roles = api.get("/api/v1/role?limit=100").await.is(200);
    let roles: serde_json::Value = serde_json::from_str(&roles.text).unwrap();
    let items = roles["items"].as_array().unwrap();
    let mut kinds: Vec<&str> = items.iter().filter_map(|r| r["body"]["kind"].as_str()).collect();
    kinds.sort_unstable();
    let expected = [
        "administrator",
        "coordinator",
        "csirt",
        "customer_lead",
        "general_affairs",
        "it_manager",
        "pr_lead",
        "reporting_desk",
        "security_manager",
        "technical_lead",
        "unforeseen_owner",
    ];
    assert_eq!(kinds, expected, "each once, and not the command of the company");
    for role in items.iter().filter(|r| r["body"]["kind"] != "administrator") {
        assert_eq!(role["body"]["holder"], person.as_str());
        // Recorded with its reason; steps and limits of a double role stand in writing (TK-93).
        assert_eq!(role["reason"], "いまは全部わたしが担当します");
        assert!(role["body"]["duties"].as_str().unwrap().contains("ほかの役割と兼ねています"));
    }
}

#[tokio::test]
async fn a_role_that_somebody_holds_stays_and_an_empty_one_is_taken_over() {
    let world = World::bare();
    let person = set_up(&world);
    let other = world.make("person", json!({ "name": "太郎" }));
    let held = json!({ "name": "広報", "kind": "pr_lead", "holder": other.as_str() });
    let held = world.make("role", held);
    let empty = world.make("role", json!({ "name": "窓口", "kind": "reporting_desk" }));
    let hana = world.as_user("hana").await;
    hana.post("/start/roles", &[("do", "all")]).await.is(303);
    let api = world.nobody().with("authorization", &format!("Bearer {}", world.token("hana")));
    let pr = api.get(&format!("/api/v1/role/{held}")).await.is(200);
    assert!(pr.text.contains(other.as_str()) && !pr.text.contains(person.as_str()));
    let desk = api.get(&format!("/api/v1/role/{empty}")).await.is(200);
    assert!(desk.text.contains(person.as_str()), "{}", desk.text);
}

#[tokio::test]
async fn whoever_keeps_no_roles_cannot_take_them() {
    let world = World::new();
    let employee = world.as_user("employee").await;
    let refused = employee.post("/start/roles", &[("do", "all")]).await;
    assert!(matches!(refused.status, 403 | 422), "{}", refused.status);
    employee.get("/r/asset/new").await.is(403);
    employee.get("/start/roles").await.never_says("value=\"all\"");
}
