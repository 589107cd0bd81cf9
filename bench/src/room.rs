//! The response room of a large incident: the first page, and fifty people who watch it.

use crate::pages::{self, Client};
use crate::setup::World;
use crate::{Table, ms, percentile};
use anyhow::{Context as _, Result};
use okiagari_app::Actor;
use okiagari_model::{Change, RecordId, register};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

const WATCHERS: usize = 50;
const LOOKS: usize = 40;
const ENTRIES: usize = 20;
/// Longer than anybody would wait.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn run(table: &mut Table, world: &World, incident: &RecordId) -> Result<()> {
    let ctx = world.ctx()?;
    let mut data = Vec::new();
    for _ in 0..LOOKS {
        let began = Instant::now();
        let room = world.app.room(&ctx, incident, None)?;
        data.push(began.elapsed());
        anyhow::ensure!(room.tasks.len() == 500, "{} tasks", room.tasks.len());
    }
    add(table, "room of 10,000 entries, 500 open tasks: data of the first page", &mut data);
    let serving = pages::serve(world.app.clone())?;
    let cookie = format!("Cookie: okiagari_session={}", world.session);
    let path = format!("/room/{incident}");
    let mut client = Client::new(serving.addr, &path, &cookie)?;
    let mut whole = Vec::new();
    let mut size = 0;
    for _ in 0..LOOKS {
        let began = Instant::now();
        let (status, bytes) = client.get()?;
        whole.push(began.elapsed());
        anyhow::ensure!(status == 200, "{path} answered {status}");
        size = bytes;
    }
    add(table, &format!("the same as a page of {} KiB", size / 1024), &mut whole);
    let mut seen = watched(world, incident, serving.addr, &cookie)?;
    add(table, "an entry until the last of 50 watchers has it", &mut seen);
    Ok(())
}

fn add(table: &mut Table, what: &str, times: &mut [Duration]) {
    times.sort();
    let (most, n) = (times.last().copied().unwrap_or_default(), times.len());
    table.add(what, ms(percentile(times, 50)), format!("median of {n}; most {}", ms(most)));
}

/// How long each entry takes, from before it is written until the last watcher has read it.
fn watched(
    world: &World,
    incident: &RecordId,
    addr: SocketAddr,
    cookie: &str,
) -> Result<Vec<Duration>> {
    let (tell, told) = channel();
    let mut lines = Vec::new();
    for _ in 0..WATCHERS {
        let mut stream = TcpStream::connect(addr)?;
        let request = format!(
            "GET /room/{incident}/live HTTP/1.1\r\nHost: {addr}\r\nAccept: text/event-stream\r\n{cookie}\r\n\r\n"
        );
        stream.write_all(request.as_bytes())?;
        lines.push(stream.try_clone()?);
        let tell = tell.clone();
        std::thread::spawn(move || read(BufReader::new(stream), &tell));
    }
    // The page as it is comes first.
    let mut times = Vec::new();
    entry(world, incident, "目印 0")?;
    all(&told, "目印 0")?;
    for n in 1..=ENTRIES {
        let mark = format!("目印 {n}。");
        let began = Instant::now();
        entry(world, incident, &mark)?;
        all(&told, &mark)?;
        times.push(began.elapsed());
    }
    for line in lines {
        line.shutdown(std::net::Shutdown::Both)?;
    }
    Ok(times)
}

fn entry(world: &World, incident: &RecordId, text: &str) -> Result<()> {
    let body = serde_json::json!({"incident": incident.as_str(), "kind": "note", "text": text,
        "at": 1_790_100_000_000_i64});
    let body = body.as_object().cloned().unwrap_or_default();
    let def = register("timeline_entry").context("a register")?;
    let change = Change::Create { def, body, reason: None };
    world.app.change_as(&world.org, Actor::Program("demo"), change)?;
    Ok(())
}

/// Passes on what a watcher reads, until the line ends.
fn read(mut stream: BufReader<TcpStream>, tell: &Sender<String>) {
    let mut line = String::new();
    while stream.read_line(&mut line).is_ok_and(|n| n > 0) {
        if line.contains("目印") && tell.send(std::mem::take(&mut line)).is_err() {
            return;
        }
        line.clear();
    }
}

/// Waits until every watcher has read the mark.
fn all(told: &Receiver<String>, mark: &str) -> Result<()> {
    let mut left = WATCHERS;
    while left > 0 {
        let line = told.recv_timeout(PATIENCE).with_context(|| format!("{left} miss {mark}"))?;
        left -= usize::from(line.contains(mark));
    }
    Ok(())
}
