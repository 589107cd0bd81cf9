//! Signing in, its end, the second factor, accounts.

use super::world::{PASSWORD, World};

#[tokio::test]
async fn who_is_not_signed_in_is_led_there_and_back() {
    let world = World::new();
    let guest = world.nobody();
    let answer = guest.get("/r/asset?q=a").await.is(303);
    assert_eq!(answer.header("location"), "/sign-in?next=%2Fr%2Fasset%3Fq%3Da");
    let page = guest.get("/sign-in?next=%2Fr%2Fasset%3Fq%3Da").await.is(200);
    assert_eq!(page.hidden("next"), "/r/asset?q=a");
    let form = [("login", "responder"), ("password", PASSWORD), ("next", "/r/asset?q=a")];
    let answer = guest.post("/sign-in", &form).await.is(303);
    assert_eq!(answer.header("location"), "/r/asset?q=a");
    guest.get("/r/asset?q=a").await.is(200);
}

#[tokio::test]
async fn sign_in_never_leads_to_another_site() {
    let world = World::new();
    let form = [("login", "responder"), ("password", PASSWORD), ("next", "//evil.example/")];
    assert_eq!(world.nobody().post("/sign-in", &form).await.header("location"), "/");
}

#[tokio::test]
async fn a_wrong_password_keeps_the_name_and_tells_nothing_more() {
    let world = World::new();
    let wrong = |login| [("login", login), ("password", "wrong")];
    let known = world.nobody().post("/sign-in", &wrong("responder")).await.is(401);
    let unknown = world.nobody().post("/sign-in", &wrong("nobody")).await.is(401);
    assert!(known.text.contains("value=\"responder\""));
    assert_eq!(known.text.replace("responder", "nobody"), unknown.text);
}

#[tokio::test]
async fn what_was_typed_survives_an_expired_session() {
    let world = World::new();
    let mine = world.as_user("responder").await.with("referer", "http://localhost/r/asset/new");
    mine.forget();
    mine.post("/r/asset/new", &[("name", "顧客名簿"), ("_fields", "name")])
        .await
        .is(401)
        .says("入力した内容はこの端末に残って")
        .says("/sign-in?next=%2Fr%2Fasset%2Fnew");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_forgets_drafts() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    mine.post("/sign-out", &[]).await.is(200).says("data-draft-forget=\"all\"");
    assert_eq!(mine.get("/account").await.place(), "/sign-in");
}

#[tokio::test]
async fn a_privileged_role_must_set_up_the_second_factor_first() {
    let world = World::with(false, crate::WebConfig::default());
    let chief = world.as_user("chief").await;
    for path in ["/search", "/r/asset", "/admin/people", "/settings"] {
        assert_eq!(chief.get(path).await.place(), "/account/totp", "{path}");
    }
    chief.get("/account/totp").await.is(200).says("<svg").says("二要素認証を設定する");
    chief.post("/account/totp", &[("code", "000000")]).await.is(401).says("<svg");
    // Without a privileged role one may go without.
    world.as_user("responder").await.get("/search").await.is(200);
}

#[tokio::test]
async fn accounts_are_made_only_by_whoever_administers_and_after_confirming() {
    let world = World::new();
    let person = world.make("person", serde_json::json!({ "name": "新人" }));
    let invite =
        [("do", "invite"), ("login", "newcomer"), ("display", "新人"), ("person", person.as_str())];
    let responder = world.as_user("responder").await;
    responder.get("/admin/people").await.is(403);
    responder.post("/admin/people", &invite).await.is(403);
    let chief = world.as_user("chief").await;
    chief.get("/admin/people").await.is(200).says("responder").never_says("stranger");
    world.pass(11 * 60_000);
    assert_eq!(chief.post("/admin/people", &invite).await.place(), "/account/confirm");
    chief.post("/account/confirm", &[("typed", "wrong"), ("next", "/admin/people")]).await.is(401);
    let confirm = [("typed", PASSWORD), ("next", "/admin/people")];
    assert_eq!(chief.post("/account/confirm", &confirm).await.place(), "/admin/people");
    chief.post("/admin/people", &invite).await.is(200).says("newcomer").says("data-copy");
    chief.get("/admin/people").await.is(200).says("newcomer").never_says("data-copy");
}

#[tokio::test]
async fn accounts_of_another_organisation_are_out_of_reach() {
    let world = World::new();
    let chief = world.as_user("chief").await;
    let stranger = world.app.auth().account_by_login("stranger").unwrap();
    let bar = [("do", "disable"), ("account", stranger.id.as_str())];
    chief.post("/account/confirm", &[("typed", PASSWORD), ("next", "/")]).await.is(303);
    chief.post("/admin/people", &bar).await.is(404);
    world.as_user("stranger").await.get("/search").await.is(200);
}

#[tokio::test]
async fn an_api_token_is_shown_once_and_can_be_withdrawn() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    mine.post("/account/confirm", &[("typed", PASSWORD), ("next", "/")]).await.is(303);
    let token = [("name", "夜間の取り込み"), ("days", "30")];
    mine.post("/account/tokens", &token).await.is(200).says("夜間の取り込み").says("data-copy=");
    let page = mine.get("/account").await.is(200).says("夜間の取り込み").never_says("data-copy=");
    let id = page.text.split("/account/tokens/revoke").nth(1).unwrap();
    let id = id.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    mine.post("/account/tokens/revoke", &[("id", id)]).await.is(303);
    mine.get("/account").await.is(200).never_says("夜間の取り込み");
}
