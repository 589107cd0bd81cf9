//! The doors: connections are taken, bounded in number and patience, and shut in good order.
//!
//! A client that sends its header a byte at a time, or opens connections and says nothing, would
//! otherwise hold the server's files until nobody else gets in.

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::header;
use axum::response::Response;
use futures_util::StreamExt as _;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt as _;

/// How much the server puts up with.
#[derive(Debug, Clone)]
pub struct Patience {
    /// How long the header of a request may take, the wait between two requests included.
    pub header: Duration,
    /// Connections open at once; more wait in the queue of the system.
    pub connections: usize,
    /// Connections open at once from one address; more are closed at once.
    pub from_one: usize,
    /// Addresses to which `from_one` does not apply: reverse proxies that speak for many.
    pub trusted: Vec<okiagari_web::Net>,
    /// How long requests under way may take once the server is told to end.
    pub grace: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(20),
            connections: 1024,
            from_one: 512,
            trusted: Vec::new(),
            grace: Duration::from_secs(5),
        }
    }
}

/// Serves until `told` ends; then takes no more connections, ends live lines and waits for
/// requests under way, at most as long as [`Patience::grace`].
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    told: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(patience.connections));
    let counted = Counted::default();
    let open = GracefulShutdown::new();
    let (end, ended) = watch::channel(false);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.header);
    let mut told = std::pin::pin!(told);
    loop {
        let taken = tokio::select! {
            () = &mut told => break,
            taken = take(&listener, &places) => taken,
        };
        let Some((stream, peer, place)) = taken else { continue };
        let trusted = patience.trusted.iter().any(|net| net.has(peer.ip()));
        let most = if trusted { usize::MAX } else { patience.from_one };
        let Some(counted) = counted.one_more(peer.ip(), most) else {
            tracing::warn!(client.address = %peer.ip(), "too many connections from one address");
            continue;
        };
        let (router, ended) = (router.clone(), ended.clone());
        let service = hyper::service::service_fn(move |request| {
            answer(router.clone(), ended.clone(), peer, request)
        });
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            let _held = (place, counted);
            if let Err(error) = connection.await {
                // Cut off by the client, or by us after the time for a header.
                tracing::debug!(%error, client.address = %peer.ip(), "a connection broke");
            }
        });
    }
    drop(listener);
    // All watchers of live lines may be gone already.
    let _ = end.send(true);
    if tokio::time::timeout(patience.grace, open.shutdown()).await.is_err() {
        tracing::warn!("requests were still under way at the end and were cut off");
    }
}

/// The next connection, once there is a place for it.
async fn take(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // The semaphore is never closed.
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are written whole; waiting to gather more only makes them late.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps gathering");
            }
            Some((stream, peer, place))
        }
        Err(error) => {
            let theirs = [
                io::ErrorKind::ConnectionRefused,
                io::ErrorKind::ConnectionAborted,
                io::ErrorKind::ConnectionReset,
            ];
            if !theirs.contains(&error.kind()) {
                // Out of files, most likely: it passes when connections end.
                tracing::error!(%error, "connections cannot be taken at the moment");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            None
        }
    }
}

async fn answer(
    router: Router,
    mut ended: watch::Receiver<bool>,
    peer: SocketAddr,
    mut request: Request<hyper::body::Incoming>,
) -> Result<Response, std::convert::Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request).await?;
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")) {
        return Ok(response);
    }
    // A live line has no end of its own; the page takes it up again after a restart.
    Ok(response.map(|body| {
        let end = async move {
            // An error says that the server is gone, which is an end too.
            let _ = ended.wait_for(|ended| *ended).await;
        };
        Body::from_stream(body.into_data_stream().take_until(end))
    }))
}

/// How many connections each address has open.
#[derive(Debug, Clone, Default)]
struct Counted(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection of an address; counted until dropped.
#[derive(Debug)]
struct One(Counted, IpAddr);

impl Counted {
    fn one_more(&self, address: IpAddr, most: usize) -> Option<One> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(One(self.clone(), address))
    }
}

impl Drop for One {
    fn drop(&mut self) {
        let mut counts = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::Sse;
    use axum::response::sse::Event;
    use axum::routing::get;
    use std::convert::Infallible;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::oneshot;

    /// Fails a test that would otherwise hang for ever.
    const LONG: Duration = Duration::from_secs(30);

    struct Served {
        at: SocketAddr,
        end: oneshot::Sender<()>,
        done: tokio::task::JoinHandle<()>,
    }

    async fn start(patience: Patience) -> Served {
        let live = || async {
            let first = futures_util::stream::once(async { Event::default().data("here") });
            let events = first.chain(futures_util::stream::pending());
            Sse::new(events.map(Ok::<_, Infallible>))
        };
        let peer = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
        let router = Router::new().route("/", get(peer)).route("/live", get(live));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (end, told) = oneshot::channel::<()>();
        let told = async move {
            let _ = told.await;
        };
        let done = tokio::spawn(serve(listener, router, patience, told));
        Served { at, end, done }
    }

    async fn send(at: SocketAddr, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(at).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    async fn rest(stream: &mut TcpStream) -> String {
        let mut all = Vec::new();
        tokio::time::timeout(LONG, stream.read_to_end(&mut all)).await.expect("it closes").unwrap();
        String::from_utf8(all).unwrap()
    }

    async fn until(stream: &mut TcpStream, wanted: &str) {
        let mut seen = String::new();
        while !seen.contains(wanted) {
            let mut piece = [0; 512];
            let n = tokio::time::timeout(LONG, stream.read(&mut piece)).await.unwrap().unwrap();
            assert!(n > 0, "closed after {seen:?}");
            seen.push_str(&String::from_utf8_lossy(&piece[..n]));
        }
    }

    const WHOLE: &str = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

    #[tokio::test]
    async fn half_a_header_is_cut_off_and_gives_its_place_to_the_next() {
        let header = Duration::from_millis(200);
        let served = start(Patience { header, connections: 1, ..Patience::default() }).await;
        let mut slow = send(served.at, "GET / HTTP/1.1\r\nhost: x\r\nx-a: ").await;
        // The one place is taken: this client gets in only because the slow one is cut off.
        let mut next = send(served.at, WHOLE).await;
        let own = next.local_addr().unwrap().to_string();
        let said = rest(&mut next).await;
        assert!(said.starts_with("HTTP/1.1 200") && said.ends_with(&own), "{said}");
        let told = rest(&mut slow).await;
        assert!(!told.starts_with("HTTP/1.1 200"), "{told}");
    }

    #[tokio::test]
    async fn a_connection_that_says_nothing_is_cut_off() {
        let header = Duration::from_millis(200);
        let served = start(Patience { header, ..Patience::default() }).await;
        let mut silent = send(served.at, "").await;
        assert_eq!(rest(&mut silent).await, "");
    }

    #[tokio::test]
    async fn one_address_cannot_take_every_place() {
        let served = start(Patience { from_one: 1, ..Patience::default() }).await;
        let mut first = send(served.at, "GET /live HTTP/1.1\r\nhost: x\r\n\r\n").await;
        until(&mut first, "here").await;
        let mut second = TcpStream::connect(served.at).await.unwrap();
        let mut all = Vec::new();
        // Closed without a word; by the time of the read it may have become a reset.
        let read = tokio::time::timeout(LONG, second.read_to_end(&mut all)).await.unwrap();
        assert!(read.is_err() || all.is_empty(), "{all:?}");
        let all_in = vec![okiagari_web::Net::parse("127.0.0.0/8").unwrap()];
        let served = start(Patience { from_one: 0, trusted: all_in, ..Patience::default() }).await;
        let said = rest(&mut send(served.at, WHOLE).await).await;
        assert!(said.starts_with("HTTP/1.1 200"), "a trusted proxy speaks for many: {said}");
    }

    #[tokio::test]
    async fn at_the_end_live_lines_end_at_once() {
        // With a grace beyond the test's own patience: nothing may wait for it.
        let served = start(Patience { grace: LONG * 10, ..Patience::default() }).await;
        let mut live = send(served.at, "GET /live HTTP/1.1\r\nhost: x\r\n\r\n").await;
        until(&mut live, "here").await;
        served.end.send(()).unwrap();
        assert!(rest(&mut live).await.ends_with("0\r\n\r\n"), "ended whole, not cut off");
        tokio::time::timeout(LONG, served.done).await.expect("it ends").unwrap();
        assert!(TcpStream::connect(served.at).await.is_err(), "nobody gets in any more");
    }
}
