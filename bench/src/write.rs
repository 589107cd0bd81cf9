//! Changes per second, and what a slow reader does to them.

use crate::setup::World;
use crate::{Table, ms, percentile, rate, raw};
use anyhow::Result;
use okiagari_model::{Register, identify::asset::Asset};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub fn run(table: &mut Table) -> Result<()> {
    let world = World::new(true)?;
    world.grow(200)?;
    let (n, took, times) = writers(&world, 1, Duration::from_secs(5))?;
    table.add(
        "changes, 1 writer, durable",
        rate(n, took),
        format!("p99 {}", ms(percentile(&times, 99))),
    );
    let raw_one = raw::insert(world.folder.path(), 2_000, 1)?;
    table.add("raw SQLite, 1 row set a commit", rate(2_000, raw_one), "");
    let (n, took, times) = writers(&world, 16, Duration::from_secs(8))?;
    table.add(
        "changes, 16 writers, durable",
        rate(n, took),
        format!("p99 {}", ms(percentile(&times, 99))),
    );
    let raw_many = raw::insert(world.folder.path(), 32_000, 16)?;
    table.add("raw SQLite, 16 row sets a commit", rate(32_000, raw_many), "");
    Ok(())
}

/// So many writers for so long: how many changes, in what time, sorted times.
fn writers(
    world: &World,
    count: usize,
    during: Duration,
) -> Result<(usize, Duration, Vec<Duration>)> {
    let done = AtomicUsize::new(0);
    let times = Mutex::new(Vec::new());
    let began = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..count)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    let mut mine = Vec::new();
                    while began.elapsed() < during {
                        let start = Instant::now();
                        world.asset()?;
                        mine.push(start.elapsed());
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    if let Ok(mut all) = times.lock() {
                        all.extend(mine);
                    }
                    Ok(())
                })
            })
            .collect();
        workers
            .into_iter()
            .try_for_each(|w| w.join().map_err(|_| anyhow::anyhow!("a writer stopped"))?)
    })?;
    let took = began.elapsed();
    let mut times = times.into_inner().unwrap_or_default();
    times.sort();
    Ok((done.load(Ordering::Relaxed), took, times))
}

/// Writers' p99 alone and while a slow reader walks the whole register.
pub fn beside_reader(table: &mut Table, world: &World) -> Result<()> {
    let (_, _, alone) = writers(world, 4, Duration::from_secs(4))?;
    let stop = AtomicBool::new(false);
    let mut beside = Vec::new();
    std::thread::scope(|scope| -> Result<()> {
        let reader = scope.spawn(|| -> Result<usize> {
            let ctx = world.ctx()?;
            let mut request = okiagari_app::ListRequest::first(Asset::DEF, 500);
            let mut seen = 0;
            while !stop.load(Ordering::Relaxed) {
                let page = world.app.list(&ctx, &request)?;
                seen += page.records.len();
                request.after = page.next;
            }
            Ok(seen)
        });
        beside = writers(world, 4, Duration::from_secs(4))?.2;
        stop.store(true, Ordering::Relaxed);
        reader.join().map_err(|_| anyhow::anyhow!("the reader stopped"))??;
        Ok(())
    })?;
    table.add("4 writers alone, p99", ms(percentile(&alone, 99)), "");
    table.add("4 writers beside a slow reader, p99", ms(percentile(&beside, 99)), "");
    Ok(())
}
