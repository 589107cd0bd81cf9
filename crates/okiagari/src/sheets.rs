//! `import` and `export`: with the rights of a person, through the same door as the screens.

use crate::cli::{self, Form};
use crate::config::Where;
use crate::fault::Fault;
use crate::host::SystemHost;
use crate::place::Place;
use crate::serve::say;
use crate::wire::{self, Durability, Elsewhere, Wired};
use okiagari_app::sheets::{Format, ImportPreview, RowAction};
use okiagari_app::{Ctx, Host, ListRequest};
use okiagari_model::{Lang, RegisterDef, register};
use serde_json::json;
use std::sync::Arc;

/// Largest file that is read, in bytes.
const LARGEST: u64 = 20 << 20;

fn open(at: &cli::At, look: bool) -> Result<Wired, Fault> {
    let at = Where::of(at)?;
    let place = Place::open(&at.data)?;
    let host: Arc<dyn Host> = Arc::new(SystemHost);
    if look {
        return wire::open_to_look(&place, Elsewhere::from(&at), &host);
    }
    wire::open(&place, Elsewhere::from(&at), Durability::Disk, &host)
}

fn named(name: &str) -> Result<&'static RegisterDef, Fault> {
    register(name).ok_or_else(|| {
        let known: Vec<&str> = okiagari_model::REGISTERS.iter().map(|r| r.id).collect();
        Fault::new(format!("there is no register {name:?}. There are: {}", known.join(", ")))
    })
}

fn ctx(wired: &Wired, login: &str, org: Option<&str>) -> Result<Ctx, Fault> {
    let org = wired.org(org)?;
    let account = wired.auth.account_by_login(login)?;
    let places = wired.auth.places(&account.id)?;
    let place = places.into_iter().find(|(member, _)| member.org == org);
    let (member, _) = place.ok_or_else(|| Fault::new(format!("{login} has no place in {org}")))?;
    Ok(wired.app.ctx(&member, Lang::Ja)?)
}

/// `okiagari import`
///
/// # Errors
/// Where the file cannot be read; ends with 1 where rows were refused.
pub fn import(typed: &cli::Import) -> Result<(), Fault> {
    let def = named(&typed.register)?;
    let size = std::fs::metadata(&typed.file).map_err(|e| Fault::file(&typed.file, &e))?.len();
    if size > LARGEST {
        return Err(Fault::new(format!(
            "{} is larger than {} MB; split it",
            typed.file.display(),
            LARGEST >> 20
        )));
    }
    let bytes = std::fs::read(&typed.file).map_err(|e| Fault::file(&typed.file, &e))?;
    let name = typed.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let wired = open(&typed.at, typed.dry_run)?;
    let ctx = ctx(&wired, &typed.login, typed.org.as_deref())?;
    let result = if typed.dry_run {
        wired.app.import_preview(&ctx, def, &bytes, &name)?
    } else {
        wired.app.import_apply(&ctx, def, &bytes, &name)?
    };
    tell(&result, typed.dry_run)
}

fn tell(result: &ImportPreview, dry_run: bool) -> Result<(), Fault> {
    for (heading, field) in &result.columns {
        if field.is_none() {
            say(&format!("column {heading:?} is not used / 列「{heading}」は使いません\n"));
        }
    }
    for row in result.rows.iter().filter(|r| !r.problems.is_empty()) {
        for problem in &row.problems {
            let (field, message) = (&problem.field, &problem.message);
            say(&format!("line {}: {field}: {} / {}\n", row.line, message.en, message.ja));
        }
    }
    let n = |action| result.count(action);
    let word = if dry_run { "would be" } else { "were" };
    say(&format!(
        "{} {word} made, {} {word} changed, {} are the same, {} refused\n",
        n(RowAction::New),
        n(RowAction::Change),
        n(RowAction::Same),
        n(RowAction::Refused)
    ));
    match n(RowAction::Refused) {
        0 => Ok(()),
        refused => Err(Fault::found(format!("{refused} rows were refused"))),
    }
}

/// `okiagari export`
///
/// # Errors
/// Where the person may not see the register, or the file cannot be written.
pub fn export(typed: &cli::Export) -> Result<(), Fault> {
    let def = named(&typed.register)?;
    let wired = open(&typed.at, true)?;
    let ctx = ctx(&wired, &typed.login, typed.org.as_deref())?;
    let request = ListRequest::first(def, 500);
    let bytes = match typed.format {
        Form::Csv => wired.app.export(&ctx, &request, Format::Csv)?,
        Form::Xlsx => wired.app.export(&ctx, &request, Format::Xlsx)?,
        Form::Json => as_json(&wired, &ctx, request)?,
    };
    match &typed.to {
        Some(file) => std::fs::write(file, bytes).map_err(|error| Fault::file(file, &error)),
        None => {
            use std::io::Write as _;
            let mut out = std::io::stdout().lock();
            out.write_all(&bytes).and_then(|()| out.flush()).map_err(|e| Fault::new(e.to_string()))
        }
    }
}

fn as_json(wired: &Wired, ctx: &Ctx, mut request: ListRequest) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    loop {
        let page = wired.app.list(ctx, &request)?;
        for record in &page.records {
            let line = json!({
                "id": record.id,
                "rev": record.rev,
                "updated_at": record.updated_at.rfc3339(),
                "body": record.body,
            });
            out.extend_from_slice(line.to_string().as_bytes());
            out.push(b'\n');
        }
        match page.next {
            Some(next) => request.after = Some(next),
            None => return Ok(out),
        }
    }
}
