//! Prints all sample charts as one HTML page, to look at while drawing:
//! `cargo run -p okiagari-press --example gallery > gallery.html`

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::io::Write;

use okiagari_press::chart::CHART_CSS;

fn main() -> std::io::Result<()> {
    let mut page = format!(
        "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><title>charts</title><style>{CHART_CSS}
        body{{font-family:'Noto Sans JP','Noto Sans CJK JP',sans-serif;background:var(--chart-bg);\
        color:#1a1a1a;margin:24px}}@media(prefers-color-scheme:dark){{body{{color:#eee}}}}</style>"
    );
    for (name, chart) in samples::all() {
        page.push_str(&format!("<h2>{name}: {}</h2>{}", chart.table.caption, chart.svg));
    }
    std::io::stdout().write_all(page.as_bytes())
}
