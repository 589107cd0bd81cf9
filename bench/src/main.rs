#![doc = include_str!("../README.md")]

mod pages;
mod raw;
mod room;
mod setup;
mod start;
mod timeline;
mod verify;
mod write;

use std::time::{Duration, Instant};

/// One line of the table that is printed at the end.
pub struct Line {
    what: String,
    value: String,
    note: String,
}

/// What has been measured so far.
#[derive(Default)]
pub struct Table(Vec<Line>);

impl Table {
    /// Adds a line and shows it at once.
    pub fn add(
        &mut self,
        what: impl Into<String>,
        value: impl Into<String>,
        note: impl Into<String>,
    ) {
        let line = Line { what: what.into(), value: value.into(), note: note.into() };
        println!("{:<58} {:>16}  {}", line.what, line.value, line.note);
        self.0.push(line);
    }

    fn print(&self) {
        println!("\n| what | measured | note |\n|---|---|---|");
        for l in &self.0 {
            println!("| {} | {} | {} |", l.what, l.value, l.note);
        }
    }
}

/// The time of a percentile of sorted durations.
pub fn percentile(sorted: &[Duration], p: usize) -> Duration {
    let index = (sorted.len() * p / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().unwrap_or_default()
}

/// Milliseconds with two digits.
pub fn ms(d: Duration) -> String {
    format!("{:.2} ms", d.as_secs_f64() * 1_000.0)
}

/// How many a second.
pub fn rate(n: usize, took: Duration) -> String {
    format!("{:.0}/s", n as f64 / took.as_secs_f64().max(1e-9))
}

/// Resident memory of this process in MiB.
pub fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .and_then(|l| l.split_whitespace().next())
        .and_then(|n| n.parse::<u64>().ok())
        .map_or(0, |kib| kib / 1024)
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|a| a == "--serve-folder") {
        return start::child(args.get(1).map_or("", String::as_str));
    }
    let million = args.iter().any(|a| a == "--million");
    let parts: Vec<&str> =
        args.iter().map(String::as_str).filter(|a| !a.starts_with("--")).collect();
    let wants = |part: &str| parts.is_empty() || parts.contains(&part);
    let began = Instant::now();
    let mut table = Table::default();
    if wants("write") {
        write::run(&mut table)?;
    }
    if wants("pages") || wants("readers") || wants("start") || wants("verify") {
        let sizes: &[usize] =
            if million { &[1_000, 10_000, 100_000, 1_000_000] } else { &[1_000, 10_000, 100_000] };
        let world = setup::World::new(true)?;
        for size in sizes {
            world.grow(*size)?;
            if wants("pages") {
                pages::run(&mut table, &world, *size)?;
            }
        }
        if wants("readers") {
            write::beside_reader(&mut table, &world)?;
        }
        if wants("verify") {
            verify::run(&mut table, &world)?;
        }
        if wants("start") {
            start::run(&mut table, world)?;
        }
    }
    if wants("timeline") || wants("room") {
        let (world, incident) = timeline::filled()?;
        if wants("timeline") {
            timeline::run(&mut table, &world, &incident)?;
        }
        if wants("room") {
            room::run(&mut table, &world, &incident)?;
        }
    }
    table.print();
    println!("\ntook {:.0} s", began.elapsed().as_secs_f64());
    Ok(())
}
