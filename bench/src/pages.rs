//! Pages of twenty assets as HTML and JSON, over a real port.

use crate::setup::World;
use crate::{Table, ms, percentile, rate};
use anyhow::{Context as _, Result};
use okiagari_app::auth::NewToken;
use okiagari_web::{Web, WebConfig};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A server over the world's application.
pub struct Serving {
    pub addr: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

/// Serves on a free port.
pub fn serve(app: okiagari_app::App) -> Result<Serving> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let addr = listener.local_addr()?;
    let config = WebConfig { limit_factor: 1_000_000, ..WebConfig::default() };
    let router = okiagari_web::router(Web::new(app, config));
    runtime.spawn(async move {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        if let Err(e) = axum::serve(listener, service).await {
            eprintln!("the server stopped: {e}");
        }
    });
    Ok(Serving { addr, _runtime: runtime })
}

/// One connection that asks again and again.
pub struct Client {
    stream: BufReader<TcpStream>,
    request: String,
}

impl Client {
    pub fn new(addr: SocketAddr, path: &str, header: &str) -> Result<Self> {
        let stream = TcpStream::connect(addr)?;
        stream.set_nodelay(true)?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\n{header}\r\n\r\n");
        Ok(Self { stream: BufReader::new(stream), request })
    }

    /// Asks once; gives status and size of the answer.
    pub fn get(&mut self) -> Result<(u16, usize)> {
        self.stream.get_mut().write_all(self.request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status: u16 = line.split_whitespace().nth(1).context("a status")?.parse()?;
        let mut length = 0;
        let mut chunked = false;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let lower = line.to_ascii_lowercase();
            if lower.trim().is_empty() {
                break;
            }
            if let Some(n) = lower.strip_prefix("content-length:") {
                length = n.trim().parse()?;
            }
            chunked |= lower.starts_with("transfer-encoding:") && lower.contains("chunked");
        }
        if chunked {
            length = self.chunks()?;
        } else {
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body)?;
        }
        Ok((status, length))
    }

    fn chunks(&mut self) -> Result<usize> {
        let mut total = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let n = usize::from_str_radix(line.trim(), 16)?;
            let mut body = vec![0; n + 2];
            self.stream.read_exact(&mut body)?;
            total += n;
            if n == 0 {
                return Ok(total);
            }
        }
    }
}

pub fn run(table: &mut Table, world: &World, size: usize) -> Result<()> {
    let serving = serve(world.app.clone())?;
    let token = world
        .app
        .auth()
        .create_token(
            &world.member,
            &NewToken { name: format!("bench {size}"), may_write: false, days: 1 },
        )?
        .0;
    let cookie = format!("Cookie: {}={}", "okiagari_session", world.session);
    let bearer = format!("Authorization: Bearer {token}");
    for (name, path, header) in
        [("HTML", "/r/asset", cookie.as_str()), ("JSON", "/api/v1/asset?limit=20", bearer.as_str())]
    {
        let one = load(serving.addr, path, header, 1, Duration::from_secs(2))?;
        let four = load(serving.addr, path, header, 4, Duration::from_secs(3))?;
        table.add(
            format!("page of 20 assets of {size}, {name}, 1 client"),
            rate(one.len(), Duration::from_secs(2)),
            format!("p50 {}, p99 {}", ms(percentile(&one, 50)), ms(percentile(&one, 99))),
        );
        table.add(
            format!("page of 20 assets of {size}, {name}, 4 clients"),
            rate(four.len(), Duration::from_secs(3)),
            format!("p50 {}, p99 {}", ms(percentile(&four, 50)), ms(percentile(&four, 99))),
        );
    }
    Ok(())
}

/// So many clients for so long; sorted times of all answers.
fn load(
    addr: SocketAddr,
    path: &str,
    header: &str,
    clients: usize,
    during: Duration,
) -> Result<Vec<Duration>> {
    let mut all = Vec::new();
    std::thread::scope(|scope| -> Result<()> {
        let workers: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(move || -> Result<Vec<Duration>> {
                    let mut client = Client::new(addr, path, header)?;
                    let (status, _) = client.get()?;
                    anyhow::ensure!(status == 200, "{path} answered {status}");
                    let began = Instant::now();
                    let mut times = Vec::new();
                    while began.elapsed() < during {
                        let start = Instant::now();
                        let (status, _) = client.get()?;
                        anyhow::ensure!(status == 200, "{path} answered {status}");
                        times.push(start.elapsed());
                    }
                    Ok(times)
                })
            })
            .collect();
        for w in workers {
            all.extend(w.join().map_err(|_| anyhow::anyhow!("a client stopped"))??);
        }
        Ok(())
    })?;
    all.sort();
    Ok(all)
}
