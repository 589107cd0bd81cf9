//! What a machine can tell about pages that everybody must be able to use: names, order,
//! landmarks, contrast.

use crate::seat::{Seat, shared};
use serde_json::Value;

const CHECK: &str = include_str!("accessible.js");

#[tokio::test]
async fn pages_can_be_used_by_everybody() {
    let server = shared();
    let Some(seat) = Seat::at(server).await else { return };
    let mut faults = Vec::new();
    for page in ["/sign-in", "/report/midorihama", "/report/midorihama/follow", "/verify"] {
        faults.extend(check(&seat, page).await);
    }
    seat.sign_in(&server.sign_in("it.a@")).await;
    let room = seat.ask_text("document.querySelector('a[href^=\"/room/\"]').pathname").await;
    seat.go("/r/asset").await;
    let asset = seat.ask_text("document.querySelector('[data-row-link]').pathname").await;
    let pages = [
        "/",
        "/w/respond",
        "/r/asset",
        "/r/asset/new",
        "/r/asset/import",
        &asset,
        &format!("{asset}/edit"),
        &format!("{asset}/history"),
        &format!("{asset}/proof"),
        &room,
        &room.replace("/room/", "/r/incident/"),
        "/r/evidence/new",
        "/deadlines",
        "/deadlines/wall",
        "/missing",
        "/requirements",
        "/settings",
        "/search?q=受注",
        "/account",
        "/metrics",
        "/documents/contacts",
        "/documents/duties",
    ];
    for page in pages {
        faults.extend(check(&seat, page).await);
    }
    seat.go("/?theme=dark").await;
    for page in ["/", "/r/asset", &asset, &room, "/missing"] {
        faults.extend(check(&seat, page).await.into_iter().map(|f| format!("dark: {f}")));
    }
    seat.go("/?theme=light").await;
    seat.phone();
    for page in ["/", &room, &asset] {
        faults.extend(check(&seat, page).await.into_iter().map(|f| format!("phone: {f}")));
    }
    assert!(faults.is_empty(), "{} faults: {faults:#?}", faults.len());
    seat.calm();
}

async fn check(seat: &Seat, page: &str) -> Vec<String> {
    seat.go(page).await;
    let found = seat.execute(CHECK, Vec::new()).await.expect("the check runs");
    let Value::Array(found) = found else { panic!("a list, not {found}") };
    found.iter().map(|f| format!("{page}: {}", f.as_str().unwrap_or_default())).collect()
}
