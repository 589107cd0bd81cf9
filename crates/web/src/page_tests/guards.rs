//! Headers, forged requests, limits, static files.

use super::world::{PASSWORD, World};
use crate::{Net, WebConfig};

fn https() -> WebConfig {
    WebConfig {
        origin: Some("https://okiagari.example".into()),
        trusted_proxies: vec![Net::parse("0.0.0.0").unwrap()],
        ..WebConfig::default()
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::new();
    let browser = world.as_user("responder").await;
    for path in ["/search", "/r/asset", "/sign-in", "/nowhere", "/static/okiagari.css", "/healthz"]
    {
        let answer = browser.get(path).await;
        let csp = answer.header("content-security-policy").to_owned();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
        ] {
            assert!(csp.contains(part), "{path}: {csp}");
        }
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}: plain HTTP");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
    assert_eq!(browser.get("/r/asset").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn pages_hold_no_inline_script_and_no_style() {
    let world = World::new();
    let browser = world.as_user("chief").await;
    for path in [
        "/search",
        "/r/asset",
        "/r/incident/new",
        "/missing",
        "/settings",
        "/account",
        "/admin/people",
        "/admin/policy",
        "/w/respond",
    ] {
        let text = browser.get(path).await.is(200).text;
        for bad in ["<style", " style=", " onclick=", "javascript:", "http://", "https://"] {
            assert!(!text.contains(bad), "{bad} in {path}");
        }
    }
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let world = World::with(true, https());
    let form = [("login", "responder"), ("password", PASSWORD)];
    let answer = world.nobody().post("/sign-in", &form).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-okiagari="), "{cookie}");
    for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert!(answer.header("strict-transport-security").contains("max-age=31536000"));
}

#[tokio::test]
async fn a_form_on_another_site_can_change_nothing() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    let made = [("name", "台帳"), ("_fields", "name")];
    let forged = mine.with("sec-fetch-site", "cross-site");
    forged.post("/r/asset/new", &made).await.is(403);
    let mine = world.as_user("responder").await;
    let forged = mine.with("origin", "https://evil.example");
    forged.post("/r/asset/new", &made).await.is(403);
    forged.post("/sign-out", &[]).await.is(403);
    let mine = world.as_user("responder").await;
    mine.get("/r/asset").await.is(200).never_says("台帳</a>");
    let same = mine.with("sec-fetch-site", "same-origin");
    same.post("/r/asset/new", &made).await.is(303);
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down_by_address() {
    let world = World::with(true, https());
    let guess = [("login", "nobody-of-that-name"), ("password", "wrong")];
    let guesser = world.nobody().with("x-forwarded-for", "198.51.100.7");
    let mut last = 0;
    for _ in 0..21 {
        last = guesser.post("/sign-in", &guess).await.status;
    }
    let answer = guesser.post("/sign-in", &guess).await.is(429);
    assert_eq!((last, answer.header("retry-after")), (429, "60"));
    // Another address is not hit by it; what a client writes further left is not believed.
    let other = world.nobody().with("x-forwarded-for", "198.51.100.7, 203.0.113.9");
    let form = [("login", "responder"), ("password", PASSWORD)];
    other.post("/sign-in", &form).await.is(303);
}

#[tokio::test]
async fn an_account_that_asks_too_fast_is_told_to_wait() {
    // The smallest limits there are, so that also a slow machine asks too fast.
    let world = World::with(true, crate::WebConfig { limit_factor: 0, ..Default::default() });
    let bearer = |who: &str| format!("Bearer {}", world.token(who));
    let mine = world.nobody().with("authorization", &bearer("responder"));
    let mut last = 200;
    for _ in 0..100 {
        last = mine.get("/api/v1/task").await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    // Others are not hit by it.
    let other = world.nobody().with("authorization", &bearer("chief"));
    other.get("/api/v1/task").await.is(200);
}

#[tokio::test]
async fn an_untrusted_peer_cannot_claim_another_address() {
    let world = World::new();
    let guess = [("login", "nobody"), ("password", "wrong")];
    let mut last = 0;
    for n in 0..22 {
        let claims = world.nobody().with("x-forwarded-for", &format!("203.0.113.{n}"));
        last = claims.post("/sign-in", &guess).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn static_files_may_be_kept_for_ever_under_their_content_name() {
    let world = World::new();
    let named = crate::assets::asset("okiagari.css");
    let answer = world.nobody().get(&named).await.is(200);
    assert!(answer.header("cache-control").contains("immutable"));
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    let plain = world.nobody().get("/static/js/main.js").await.is(200);
    assert!(!plain.header("cache-control").contains("immutable"));
    world.nobody().get("/static/../Cargo.toml").await.is(404);
    world.nobody().get("/static/nothing.css").await.is(404);
}

#[tokio::test]
async fn the_language_follows_cookie_then_account_then_browser() {
    let world = World::new();
    let guest = world.nobody().with("accept-language", "en");
    guest.get("/sign-in").await.says("<html lang=\"en\"").says("Sign in");
    let answer = guest.get("/sign-in?next=%2Fr%2Fasset&lang=ja").await.is(303);
    assert_eq!(answer.header("location"), "/sign-in?next=%2Fr%2Fasset");
    guest.get("/sign-in").await.says("<html lang=\"ja\"");
    let mine = world.as_user("responder").await.with("accept-language", "en");
    mine.get("/search").await.says("<html lang=\"ja\"");
    mine.get("/search?lang=en").await.is(303);
    mine.get("/search").await.says("<html lang=\"en\"").says("What is missing");
}

#[tokio::test]
async fn a_part_of_a_page_comes_without_the_frame() {
    let world = World::new();
    let part = world.as_user("responder").await.with("x-fragment", "list");
    part.get("/r/asset")
        .await
        .is(200)
        .says("id=\"list\"")
        .says("<title>")
        .never_says("class=\"wings\"");
}

#[tokio::test]
async fn guessing_tokens_is_slowed_down_by_address_and_only_for_those_who_guess() {
    let world = World::with(true, https());
    let from = |address: &str, token: &str| {
        let bearer = format!("Bearer {token}");
        world.nobody().with("x-forwarded-for", address).with("authorization", &bearer)
    };
    let guesser = from("198.51.100.7", "oki_wrong");
    guesser.get("/api/v1/asset").await.is(401);
    let mut last = 0;
    for _ in 0..25 {
        last = guesser.get("/api/v1/asset").await.status;
    }
    assert_eq!(last, 429);
    from("198.51.100.7", "not even ours").get("/api/v1/asset").await.is(429);
    // Neither another address nor a true token behind the same address is hit by it.
    from("203.0.113.9", "oki_wrong").get("/api/v1/asset").await.is(401);
    let token = world.token("chief");
    from("198.51.100.7", &token).get("/api/v1/asset").await.is(200);
}
