//! What is missing: each line leads to where it is mended; a rule that is not for us goes, with
//! its reason.

use crate::seat::{Seat, demo, quoted};

#[tokio::test]
async fn a_button_leads_to_the_field_and_mending_it_removes_the_line() {
    let server = demo();
    let Some(seat) = Seat::at(&server).await else { return };
    seat.sign_in(&server.sign_in("itmanager.b@")).await;
    seat.go("/missing?register=asset").await;
    seat.screenshot("missing").await;
    let mend = "a.btn-primary[href^=\"/r/asset/\"][href$=\"#f-importance\"]";
    let link = format!("document.querySelector({}).getAttribute('href')", quoted(mend));
    let href = seat.ask_text(&link).await;
    seat.click(mend).await;
    seat.see("#f-importance:target").await;
    let shown = "(r => r.top >= 0 && r.bottom <= innerHeight)\
        (document.querySelector('#f-importance').getBoundingClientRect())";
    seat.arrive("the field is in sight", shown).await;
    seat.screenshot("missing-field").await;
    seat.choose("importance", "medium").await;
    seat.send().await;
    seat.go("/missing?register=asset").await;
    let left = format!("!document.querySelector('a[href={}]')", quoted(&href));
    seat.arrive("the line is gone", &left).await;
    seat.calm();
}

#[tokio::test]
async fn a_rule_that_is_not_for_us_goes_with_its_reason_and_comes_back() {
    let server = demo();
    let Some(seat) = Seat::at(&server).await else { return };
    seat.sign_in(&server.sign_in("security.b@")).await;
    seat.go("/missing").await;
    let off = "a[href=\"/missing/off?rule=asset.registered\"]";
    seat.click(off).await;
    // No reason, no switching off.
    let reason = "document.querySelector('#reason').required";
    assert_eq!(seat.ask(reason).await, true);
    seat.fill("#reason", "資産は別の台帳で管理しています").await;
    seat.click("main form .btn-primary").await;
    seat.arrive("the list is back", "location.pathname === '/missing'").await;
    seat.count(off, 0).await;
    seat.go("/settings").await;
    // Who, when and why stands with the setting, where it is switched on again.
    seat.click_text("main a", "重要度と責任者が決まっている").await;
    seat.reads("main", "資産は別の台帳で管理しています").await;
    seat.screenshot("rule-off").await;
    seat.calm();
}
