//! `verify` of the record, and `rebuild`.

use crate::cli;
use crate::config::Where;
use crate::fault::Fault;
use crate::host::SystemHost;
use crate::place::Place;
use crate::serve::say;
use crate::wire::{self, Durability, Elsewhere, Wired};
use indicatif::{ProgressBar, ProgressStyle};
use okiagari_app::Host;
use okiagari_model::{Message, OrgId};
use okiagari_store::Report;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

fn open(at: &cli::At, look: bool) -> Result<Wired, Fault> {
    let at = Where::of(at)?;
    let place = Place::open(&at.data)?;
    let host: Arc<dyn Host> = Arc::new(SystemHost);
    if look {
        return wire::open_to_look(&place, Elsewhere::from(&at), &host);
    }
    wire::open(&place, Elsewhere::from(&at), Durability::Disk, &host)
}

/// A bar on standard error; nothing where nobody watches.
pub fn bar(what: &str) -> ProgressBar {
    let bar = ProgressBar::no_length().with_message(what.to_owned());
    let style = "{msg} {wide_bar} {human_pos}/{human_len} {eta}";
    bar.with_style(ProgressStyle::with_template(style).unwrap_or(ProgressStyle::default_bar()))
}

/// `okiagari verify`
///
/// # Errors
/// Ends with 1 where something does not verify.
pub fn verify(typed: &cli::Verify) -> Result<(), Fault> {
    if let Some(package) = &typed.package {
        return crate::package::verify(package, typed);
    }
    let wired = open(&typed.place, true)?;
    let orgs = wired.orgs(typed.org.as_deref())?;
    let outside =
        typed.checkpoint.as_deref().map(|file| outside(&wired, &orgs, file)).transpose()?;
    let mut wrong = 0;
    for org in &orgs {
        let note = outside.as_ref().filter(|(of, _)| of == org).map(|(_, note)| note.clone());
        let report = report(&wired, org, note)?;
        wrong += u32::from(!report.ok());
        if typed.json { say(&as_json(&report)) } else { say(&as_text(&report)) }
    }
    match wrong {
        0 => Ok(()),
        _ => Err(Fault::found("the record does not verify. / 証跡の検証で問題が見つかりました。")),
    }
}

/// Verifies one organisation behind a bar.
///
/// # Errors
/// Where nothing at all can be read.
pub fn report(wired: &Wired, org: &OrgId, outside: Option<String>) -> Result<Report, Fault> {
    let bar = bar(org.as_str());
    let report = wired.app.verify_against(org, outside, &|done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    Ok(report?)
}

/// A checkpoint from outside with the organisation it speaks of.
fn outside(wired: &Wired, orgs: &[OrgId], file: &Path) -> Result<(OrgId, String), Fault> {
    let note = std::fs::read_to_string(file).map_err(|error| Fault::file(file, &error))?;
    let (base, _) = okiagari_log::split_origin(note.lines().next().unwrap_or_default());
    for org in orgs {
        let key = wired.app.verifier(org)?;
        if okiagari_log::split_origin(key.name()).0 == base {
            return Ok((org.clone(), note));
        }
    }
    Err(Fault::new(format!("{} is a checkpoint of none of these records", file.display())))
}

/// The report as lines for people.
pub fn as_text(report: &Report) -> String {
    let both = |m: &Message| format!("{} / {}", m.ja, m.en);
    let mut text = format!("{}: {} 項目 / leaves, {}\n", report.org, report.size, report.root);
    for check in &report.checks {
        let mark = if check.ok { "✓" } else { "✗" };
        text.push_str(&format!("  {mark} {} ({})\n", both(&check.what), both(&check.detail)));
        for problem in &check.problems {
            text.push_str(&format!("      {}\n", both(problem)));
        }
    }
    for message in &report.not_shown {
        text.push_str(&format!("  – {}\n", both(message)));
    }
    let last = if report.ok() {
        "検証できました。書き換えは見つかりません。 / It verifies; nothing was altered."
    } else {
        "検証できないところがあります。 / It does not verify."
    };
    text.push_str(&format!("  {last}\n"));
    text
}

fn as_json(report: &Report) -> String {
    let checks: Vec<_> = report
        .checks
        .iter()
        .map(|c| {
            json!({
                "id": c.id, "ok": c.ok, "what": c.what,
                "detail": c.detail, "problems": c.problems,
            })
        })
        .collect();
    let whole = json!({
        "org": report.org, "ok": report.ok(), "size": report.size,
        "root": report.root.to_string(), "checks": checks, "not_shown": report.not_shown,
    });
    format!("{whole}\n")
}

/// `okiagari rebuild`
///
/// # Errors
/// Where a revision cannot be read.
pub fn rebuild(typed: &cli::Rebuild) -> Result<(), Fault> {
    let wired = open(&typed.at, false)?;
    let org = typed.org.as_deref().map(|named| wired.org(Some(named))).transpose()?;
    let bar = bar("rebuild");
    let shown = bar.clone();
    wired.app.store().rebuild(org.as_ref(), move |done| shown.set_position(done))?;
    let done = bar.position();
    bar.finish_and_clear();
    say(&format!("{done} 件の記録の表を作り直しました。 / {done} records were made again.\n"));
    Ok(())
}
