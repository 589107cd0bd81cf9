//! Start, memory and size of a data folder.

use crate::pages::{Client, serve};
use crate::setup::{World, open};
use crate::{Table, ms, resident};
use anyhow::{Context as _, Result};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

pub fn run(table: &mut Table, world: World) -> Result<()> {
    let fresh = tempfile::tempdir()?;
    let began = Instant::now();
    drop(open(fresh.path(), true)?);
    table.add(
        "a fresh data folder",
        ms(began.elapsed()),
        format!("{} KiB", size_of(fresh.path())? / 1024),
    );
    let World { app, folder, .. } = world;
    drop(app);
    let exe = std::env::current_exe()?;
    let began = Instant::now();
    let mut child = Command::new(exe)
        .arg("--serve-folder")
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stdin(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("output")?).lines();
    let addr = lines.next().context("an address")??;
    let mut client = Client::new(addr.parse()?, "/sign-in", "Accept: text/html")?;
    let (status, _) = client.get()?;
    let took = began.elapsed();
    let idle = lines.next().context("memory")??;
    table.add("start to first answer with all records", ms(took), format!("status {status}"));
    table.add("resident memory, idle with all records", format!("{idle} MiB"), "");
    for _ in 0..2_000 {
        client.get()?;
    }
    drop(child.stdin.take());
    let loaded = lines.next().context("memory")??;
    table.add("resident memory after load", format!("{loaded} MiB"), "");
    child.wait()?;
    Ok(())
}

/// The child process: serves a folder until its input ends.
pub fn child(folder: &str) -> Result<()> {
    let app = open(Path::new(folder), true)?;
    let serving = serve(app)?;
    println!("{}", serving.addr);
    println!("{}", resident());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    println!("{}", resident());
    Ok(())
}

fn size_of(folder: &Path) -> Result<u64> {
    let mut total = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        total += if meta.is_dir() { size_of(&entry.path())? } else { meta.len() };
    }
    Ok(total)
}
