//! The clients of a reconnection case, and the attestation as a document.

use super::world::{NIGHT, World};
use okiagari_app::Member;
use okiagari_app::auth::NewAccount;
use okiagari_model::{Lang, RecordId};
use serde_json::{Value, json};

/// A case with one link and two clients that ask the same.
fn case(world: &World) -> (RecordId, RecordId, RecordId) {
    let keeper = world.make("person", json!({"name": "統括 花"}));
    let incident = world
        .make("incident", json!({"title": "改ざん", "kind": "cyber_attack", "aware_at": NIGHT}));
    let case = world.make(
        "reconnection",
        json!({"title": "受発注の再接続", "side": "compromised", "incident": incident.as_str(),
            "goal": "安全に戻す", "scope": "cyber", "scope_line": "技術のリスクだけを扱います",
            "scope_line_en": "Technical risk only", "accountable": keeper.as_str()}),
    );
    let [a, b] = ["甲銀行", "乙商事"]
        .map(|name| world.make("contact", json!({"name": name, "kind": "partner"})));
    world.make(
        "link",
        json!({"name": "受発注API", "connection": "api", "counterparty": a.as_str(),
            "reconnection": case.as_str(), "state": "isolated"}),
    );
    for client in [&a, &b] {
        of(
            world,
            &case,
            "client_requirement",
            json!({"title": "多要素認証の証拠",
            "client": client.as_str(), "topic": "containment", "gate": "assurance"}),
        );
    }
    (case, a, b)
}

fn of(world: &World, case: &RecordId, register: &str, mut body: Value) -> RecordId {
    body["reconnection"] = case.as_str().into();
    world.make(register, body)
}

#[tokio::test]
async fn what_many_ask_stands_together_and_each_client_has_a_view_of_its_own() {
    let world = World::new();
    let (case, a, b) = case(&world);
    let mine = world.as_user("chief").await;
    let all = mine.get(&format!("/reconnect/{case}/clients")).await.is(200);
    let all = all.says("甲銀行").says("乙商事").says("回答待ち 2").says("b 封じ込めが効いた証明");
    let all = all.says("受発注API").says("切り離し中").says("閉").says("足りない");
    assert_eq!(all.text.matches("多要素認証の証拠").count(), 2);
    let one = mine.get(&format!("/reconnect/{case}/clients?client={a}")).await.is(200);
    let one = one.says("甲銀行").says("回答待ち 1").never_says("乙商事");
    assert!(!one.text.contains(b.as_str()), "nothing of the other client");
    mine.get("/reconnect/none/clients").await.is(404);
    mine.get("/search?lang=en").await.is(303);
    let english = mine.get(&format!("/reconnect/{case}/clients")).await.is(200);
    english.says("Clients of the reconnection");
}

#[tokio::test]
async fn an_attestation_is_read_in_both_languages_and_by_the_client_it_was_shown_to() {
    let world = World::new();
    let (case, a, b) = case(&world);
    let log = world.make("evidence", json!({"name": "検査", "kind": "log", "taken_at": NIGHT}));
    for (topic, state) in [("root_cause", "done"), ("lessons", "under_way")] {
        of(
            &world,
            &case,
            "assurance_item",
            json!({"topic": topic, "title": format!("{topic}の項目"),
            "statement": "調べた結果", "statement_en": "What was found", "state": state,
            "evidence": [log.as_str()], "expected_on": "2026-12-01"}),
        );
    }
    of(
        &world,
        &case,
        "assurance_item",
        json!({"topic": "effects", "title": "伏せる項目",
        "statement": "伏せる内容", "share": "nobody", "share_reason": "捜査のため"}),
    );
    of(
        &world,
        &case,
        "assurance_item",
        json!({"topic": "effects", "title": "触れない項目",
        "statement": "触れない内容", "share": "nobody", "share_reason": "捜査のため",
        "share_silent": true}),
    );
    let draft =
        of(&world, &case, "attestation", json!({"title": "安全の認証書", "scenario": "altered"}));
    let mine = world.as_user("chief").await;
    let page = mine.get(&format!("/documents/attestation/{draft}")).await.is(200);
    let page = page.says("再接続のための認証書").says("Attestation for reconnection");
    let page = page.says("技術のリスクだけを扱います").says("Technical risk only");
    let page = page.says("What was found").says("（予定 2026-12-01）").says("下書き：");
    // What is held back is said to be so, unless even that is barred.
    let page = page.says("法的な理由により、内容を記していません。").never_says("伏せる内容");
    page.never_says("触れない");
    // Issued, and shown to one client: it reads its copy, the other client nothing.
    let content = json!({"title": "安全の認証書", "number": "ATT-1", "version": 1,
        "case": "受発注の再接続", "scope": "技術のリスクだけ", "scope_en": "", "scenario": "altered",
        "covers": "", "not_covered": "", "reports": [], "pieces": []});
    let issued = of(
        &world,
        &case,
        "attestation",
        json!({"title": "安全の認証書",
        "scenario": "altered", "state": "issued", "content": content.to_string(),
        "content_digest": "ab12"}),
    );
    let shown = of(
        &world,
        &case,
        "attestation_delivery",
        json!({"attestation": issued.as_str(),
        "client": a.as_str(), "recipient": "頭取", "channel": "paper"}),
    );
    for (login, client) in [("side-a", &a), ("side-b", &b)] {
        let new = NewAccount {
            login: login.to_owned(),
            display: login.to_owned(),
            lang: Lang::Ja,
            password: Some(super::world::PASSWORD.to_owned()),
            server_admin: false,
        };
        let (account, _) = world.app.auth().create_account(&new).unwrap();
        let (org, contact) = (world.org.clone(), Some(client.clone()));
        world.app.auth().join(&Member { org, account, person: None, contact }).unwrap();
    }
    let copy = format!("/documents/attestation-copy/{shown}");
    let own = world.as_user("side-a").await;
    own.get(&copy).await.is(200).says("ATT-1").says("ab12");
    own.get("/").await.is(200).says(&copy).says("多要素認証の証拠");
    let other = world.as_user("side-b").await;
    other.get(&copy).await.is(404);
    other.get("/").await.is(200).never_says(&copy);
    own.get(&format!("/documents/attestation/{issued}")).await.never_says("ATT-1");
}
