//! Public notices, security.txt, writing from a template, forms and the mail password.

use super::world::{NIGHT, World};
use okiagari_app::Actor;
use okiagari_model::{Change, RecordId, register};
use serde_json::{Value, json};

fn make(world: &World, id: &str, value: Value) -> RecordId {
    let body = value.as_object().cloned().unwrap();
    let change = Change::Create { def: register(id).unwrap(), body, reason: None };
    world.app.change_as(&world.org, Actor::Program("test"), change).unwrap().id
}

fn incident(world: &World) -> RecordId {
    make(
        world,
        "incident",
        json!({"title": "受注画面の停止", "kind": "cyber_attack", "aware_at": NIGHT}),
    )
}

#[tokio::test]
async fn the_public_page_shows_released_notices_only_and_where_to_report() {
    let world = World::new();
    let case = incident(&world);
    let text = |title: &str, state: &str| {
        json!({"title": title, "fact": "起きたこと", "handling": "対応", "questions": "広報",
            "incident": case.as_str(), "state": state, "released_at": NIGHT})
    };
    make(&world, "publication", text("公表したお知らせ", "released"));
    make(&world, "publication", text("承認しただけの案", "approved"));
    make(
        &world,
        "setting",
        json!({"key": "public.contact", "value": "\"csirt@akari.example.jp\""}),
    );
    let anyone = world.nobody();
    let path = format!("/notice/{}", world.org);
    let page =
        anyone.get(&path).await.is(200).says("公表したお知らせ").says("csirt@akari.example.jp");
    page.never_says("承認しただけの案").never_says("受注画面の停止");
    anyone.get("/notice/nobody").await.is(404);
    let txt = anyone.get(&format!("{path}/.well-known/security.txt")).await.is(200);
    assert_eq!(txt.header("content-type"), "text/plain; charset=utf-8");
    assert!(txt.text.contains("Contact: mailto:csirt@akari.example.jp\n"), "{}", txt.text);
    assert!(txt.text.contains("Expires: 2027-05-19T00:00:00.000Z\n"), "{}", txt.text);
    anyone.get("/.well-known/security.txt").await.is(404);
}

#[tokio::test]
async fn a_message_is_written_from_a_template_and_forms_are_filled() {
    let world = World::new();
    let case = incident(&world);
    let browser = world.as_user("responder").await;
    let path = format!("/room/{case}/write");
    browser.get(&path).await.is(200).says("customers-first").says("/documents/forms/ppc/");
    let form = [("template", "customers-first"), ("lang", "ja")];
    let place = browser.post(&path, &form).await.place();
    assert!(place.starts_with("/r/message/") && place.ends_with("/edit"), "{place}");
    browser.get(&place).await.is(200).says("確認中");
    let sheet = place.replace("/r/message/", "/documents/message/").replace("/edit", "");
    browser.get(&sheet).await.is(200).says("伝達の記録").says("/r/delivery/new?message=");
    for stage in ["first", "interim", "closing"] {
        let page = browser.get(&format!("/documents/forms/fire/{case}/{stage}")).await.is(200);
        page.says("data-missing").says("受注画面の停止");
    }
    browser.get(&format!("/documents/forms/none/{case}/first")).await.is(404);
}

#[tokio::test]
async fn the_mail_password_is_set_by_the_administrator_and_never_shown() {
    let world = World::new();
    world.as_user("employee").await.get("/settings-mail").await.is(403);
    let chief = world.as_user("chief").await;
    chief.get("/settings-mail").await.is(200).says("まだ設定されていません");
    chief.post("/settings-mail/password", &[("password", "kaki-furai-5ko")]).await.place();
    let page = chief.get("/settings-mail").await.is(200).says("設定されています");
    page.never_says("kaki-furai-5ko");
}
