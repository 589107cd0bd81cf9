//! Verification of the whole record, beside SHA-256 over the same bytes.

use crate::setup::World;
use crate::{Table, rate};
use anyhow::Result;
use sha2::{Digest as _, Sha256};
use std::time::Instant;

pub fn run(table: &mut Table, world: &World) -> Result<()> {
    let (leaves, bytes) = world.app.store().read(|tx| {
        let size = tx.size(&world.org)?;
        let mut bytes = 0usize;
        for index in (0..size).step_by(usize::try_from(size / 1_000 + 1).unwrap_or(1)) {
            bytes += tx.header_text(&world.org, index)?.map_or(0, |h| h.len());
        }
        let sampled = usize::try_from(size / (size / 1_000 + 1) + 1).unwrap_or(1);
        Ok::<_, okiagari_app::AppError>((
            usize::try_from(size).unwrap_or(0),
            bytes / sampled.max(1),
        ))
    })?;
    let began = Instant::now();
    let report = world.app.verify(&world.org, &|_, _| {})?;
    let took = began.elapsed();
    anyhow::ensure!(report.ok(), "the record does not verify");
    table.add(
        format!("verify {leaves} leaves"),
        rate(leaves, took),
        format!("{:.1} s", took.as_secs_f64()),
    );
    // Headers, bodies, field hashes and projections are read; the yardstick hashes as many bytes
    // as headers and bodies have, on all cores.
    let size = bytes + 480;
    let began = Instant::now();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let block = vec![7u8; size];
                for _ in 0..leaves / cores {
                    std::hint::black_box(Sha256::digest(&block));
                }
            });
        }
    });
    table.add(format!("raw SHA-256 over {size} bytes a leaf"), rate(leaves, began.elapsed()), "");
    Ok(())
}
