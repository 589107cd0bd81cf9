//! A timeline of ten thousand entries, each linked to an asset, and the room around it.

use crate::setup::World;
use crate::{Table, ms};
use anyhow::{Context as _, Result};
use okiagari_app::{Actor, ListRequest};
use okiagari_model::{Change, Cond, RecordId, register};
use std::time::Instant;

/// An incident with ten thousand entries, five hundred open tasks and a thousand indicators.
pub fn filled() -> Result<(World, RecordId)> {
    let world = World::new(false)?;
    let make = |id: &str, value: serde_json::Value| {
        let def = register(id).context("a register")?;
        let body = value.as_object().cloned().unwrap_or_default();
        Ok::<_, anyhow::Error>(world.app.change_as(
            &world.org,
            Actor::Program("demo"),
            Change::Create { def, body, reason: None },
        )?)
    };
    let incident = make("incident", serde_json::json!({"title": "測定", "kind": "malware"}))?;
    eprintln!("… 10,000 entries");
    for n in 0..10_000 {
        let asset = world.asset()?;
        make(
            "timeline_entry",
            serde_json::json!({
            "incident": incident.id.as_str(), "at": 1_790_000_000_000_i64 + n * 1_000, "kind": "action",
            "text": format!("{n}番目の対応を行った"), "about": format!("asset/{}", asset.id)}),
        )?;
    }
    for n in 0..500 {
        make(
            "task",
            serde_json::json!({"incident": incident.id.as_str(), "title": format!("{n}番目の作業")}),
        )?;
    }
    for n in 0..1_000 {
        make(
            "indicator",
            serde_json::json!({"incident": incident.id.as_str(), "kind": "host",
            "value": format!("pc-{n:04}"), "state": "suspected"}),
        )?;
    }
    Ok((world, incident.id))
}

pub fn run(table: &mut Table, world: &World, incident: &RecordId) -> Result<()> {
    let ctx = world.ctx()?;
    let def = register("timeline_entry").context("a register")?;
    let mut request = ListRequest {
        conds: vec![Cond::eq("incident", incident.as_str())],
        sort: Some(("at".into(), true)),
        ..ListRequest::first(def, 200)
    };
    world.app.list(&ctx, &request)?;
    let began = Instant::now();
    let first = world.app.list(&ctx, &request)?;
    table.add(
        "timeline of 10,000: first 200 with links",
        ms(began.elapsed()),
        format!("{} entries", first.records.len()),
    );
    let began = Instant::now();
    request.limit = 500;
    let mut n = 0;
    loop {
        let page = world.app.list(&ctx, &request)?;
        n += page.records.len();
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    table.add(
        "timeline of 10,000: all of it with links",
        ms(began.elapsed()),
        format!("{n} entries"),
    );
    Ok(())
}
