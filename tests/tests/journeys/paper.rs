//! On paper: A4, with head and without controls; the executive's page is one sheet.

use crate::seat::{Seat, shared};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// A4 in points, as Chromium rounds it.
const A4: (f64, f64) = (595.0, 842.0);

#[tokio::test]
async fn documents_print_on_a4_and_the_executive_needs_one_sheet() {
    let server = shared();
    let Some(seat) = Seat::at(server).await else { return };
    seat.sign_in(&server.sign_in("security.a@")).await;
    let room = seat.ask_text("document.querySelector('a[href^=\"/room/\"]').pathname").await;
    let report = room.replace("/room/", "/documents/incident-report/");
    let management = room.replace("/room/", "/documents/executive/");
    for (path, most) in [
        (report.as_str(), 8),
        (management.as_str(), 1),
        ("/documents/contacts", 6),
        ("/documents/duties", 40),
    ] {
        seat.go(path).await;
        let sheets = print(&seat, path).await;
        assert!((1..=most).contains(&sheets), "{path}: {sheets} sheets");
    }
    let chief = server.sign_in("executive.a@");
    for size in ["normal", "large"] {
        seat.lose_session().await;
        seat.sign_in(&chief).await;
        seat.go(&format!("/?size={size}")).await;
        let sheets = print(&seat, &format!("/ ({size})")).await;
        if size == "normal" {
            assert_eq!(sheets, 1, "the executive's page is one sheet");
        }
    }
    seat.calm();
}

/// Prints as the page itself asks; says how many sheets.
async fn print(seat: &Seat, name: &str) -> usize {
    let settings = json!({"preferCSSPageSize": true, "printBackground": true});
    let answer = seat.devtools("Page.printToPDF", &settings);
    let pdf = STANDARD.decode(answer["data"].as_str().expect("data")).expect("base64");
    if let Some(folder) = std::env::var_os("OKIAGARI_SCREENSHOTS") {
        let file: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let path = std::path::Path::new(&folder).join(format!("print{file}.pdf"));
        std::fs::write(path, &pdf).expect("written");
    }
    let text = String::from_utf8_lossy(&pdf);
    let boxes: Vec<(f64, f64)> = text.split("/MediaBox [").skip(1).map(media_box).collect();
    assert!(!boxes.is_empty(), "{name} has pages");
    for (wide, high) in &boxes {
        let fits = (wide - A4.0).abs() < 1.5 && (high - A4.1).abs() < 1.5;
        assert!(fits, "{name}: {wide} x {high} is no A4");
    }
    // On paper the head is there and what one clicks is not.
    seat.devtools("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    let controls = "[...document.querySelectorAll('button, nav, form')].filter(e => \
        e.checkVisibility() && e.getBoundingClientRect().height > 0).map(e => e.outerHTML.slice(0, 120))";
    let left = seat.ask(controls).await;
    seat.devtools("Emulation.setEmulatedMedia", &json!({"media": ""}));
    assert_eq!(left, json!([]), "{name}: no controls on paper");
    boxes.len()
}

fn media_box(text: &str) -> (f64, f64) {
    let end = text.find(']').expect("a box ends");
    let numbers: Vec<f64> = text[..end].split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let [left, bottom, right, top] = numbers[..] else {
        panic!("a box has four sides: {text:.40}")
    };
    (right - left, top - bottom)
}
