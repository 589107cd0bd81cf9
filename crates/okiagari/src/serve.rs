//! The server: pages and API, and beside them the worker that acts by the clock.

use crate::cli;
use crate::config::Where;
use crate::doors::{self, Patience};
use crate::fault::Fault;
use crate::host::SystemHost;
use crate::place::Place;
use crate::wire::{self, Durability, Elsewhere, Wired};
use okiagari_app::{App, Host};
use okiagari_web::{Net, Web, WebConfig};
use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the worker looks what is due.
const TURN: Duration = Duration::from_secs(1);
/// How many turns pass between two checkpoints.
const CHECKPOINT_EVERY: u32 = 60;
/// How many turns pass between two looks for files that a crash or a full disk left behind.
const SWEEP_EVERY: u32 = 24 * 60 * 60;
/// The first look comes a minute after the start, when the first rush is over.
const SWEEP_AT: u32 = 60;
/// How long requests under way may take once the server is told to end.
const GRACE: Duration = Duration::from_secs(5);

/// What a server runs with.
pub struct Running {
    /// Application and accounts.
    pub wired: Wired,
    /// Where it listens.
    pub listener: TcpListener,
    /// How it is reached.
    pub web: WebConfig,
    /// Folder of reports by mail.
    pub mail: Option<PathBuf>,
}

/// `okiagari serve`
///
/// # Errors
/// Where the data cannot be opened or the port is taken.
pub fn serve(typed: &cli::Serve) -> Result<(), Fault> {
    let mut at = Where::of(&typed.at)?;
    let place = Place::open(&at.data)?;
    place.check_writable()?;
    let web = web_config(typed, &mut at)?;
    let address = typed.listen.clone().or(at.file.listen.take());
    let listener = listen(address.as_deref().unwrap_or("127.0.0.1:8080"))?;
    let host: Arc<dyn Host> = Arc::new(SystemHost);
    let wired = wire::open(&place, Elsewhere::from(&at), Durability::Disk, &host)?;
    let address = listener.local_addr().map_err(|e| Fault::new(e.to_string()))?;
    let mut lines = format!("起き上がり (Okiagari): http://{address}/\n");
    if let Some(url) = &web.origin {
        lines.push_str(&format!("{url}/\n"));
    }
    let mail = typed.mail_folder.clone().or(at.file.mail_folder.take());
    run(Running { wired, listener, web, mail }, &mut || say(&lines))
}

fn web_config(typed: &cli::Serve, at: &mut Where) -> Result<WebConfig, Fault> {
    let origin = typed.public_url.clone().or_else(|| at.file.public_url.take());
    if let Some(url) = &origin
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(Fault::new(format!(
            "the public address must begin with https:// or http://, not {url:?}. / 公開アドレスは https:// か http:// で始めてください。"
        )));
    }
    let mut proxies = typed.trusted_proxy.clone();
    if proxies.is_empty() {
        proxies = std::mem::take(&mut at.file.trusted_proxy);
    }
    let trusted_proxies = proxies
        .iter()
        .map(|text| {
            Net::parse(text.trim())
                .ok_or_else(|| {
                    Fault::new(format!(
                        "{text:?} is no address or network; write 192.0.2.1 or 192.0.2.0/24. / {text:?} はアドレスとして読めません。"
                    ))
                })
        })
        .collect::<Result<_, _>>()?;
    let origin = origin.map(|url| url.trim_end_matches('/').to_owned());
    Ok(WebConfig { origin, trusted_proxies, ..WebConfig::default() })
}

/// Takes the port.
///
/// # Errors
/// Where the address cannot be read or the port is taken.
pub fn listen(address: &str) -> Result<TcpListener, Fault> {
    let listener = TcpListener::bind(address).map_err(|error| {
        use std::io::ErrorKind as Kind;
        Fault::new(match error.kind() {
            Kind::AddrInUse => format!(
                "{address} is in use; choose another port with --listen, or 127.0.0.1:0 for a free one. / {address} は使われています。--listen で別の番号を指定してください。"
            ),
            Kind::PermissionDenied => {
                format!("{address} needs more rights; choose a port above 1023.")
            }
            _ => format!("cannot listen at {address:?}: {error}"),
        })
    })?;
    listener.set_nonblocking(true).map_err(|e| Fault::new(e.to_string()))?;
    Ok(listener)
}

/// Runs until SIGTERM or ctrl-c, then ends in good order: requests under way, worker, checkpoint.
///
/// # Errors
/// Where the server cannot be started.
pub fn run(running: Running, ready: &mut dyn FnMut()) -> Result<(), Fault> {
    let Running { wired, listener, web, mail } = running;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::new(error.to_string()))?;
    let app = wired.app.clone();
    if let Some(url) = &web.origin {
        app.reached_at(url);
    }
    let worker = Worker::start("worker", by_the_clock(app.clone()))?;
    // Apart from the worker: a mail server that hangs must hold up no alarm.
    let postman = Worker::start("postman", delivery(app.clone()))?;
    let mailbox = match mail {
        Some(folder) => Some(Worker::start("mailbox", mails(app.clone(), folder))?),
        None => None,
    };
    let trusted_proxies = web.trusted_proxies.clone();
    let router = okiagari_web::router(Web::new(app.clone(), web));
    let patience = Patience { trusted: trusted_proxies, grace: GRACE, ..Patience::default() };
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let told = Told::listen()?;
        ready();
        doors::serve(listener, router, patience, told.wait()).await;
        Ok::<_, std::io::Error>(())
    });
    worker.stop();
    postman.stop();
    if let Some(mailbox) = mailbox {
        mailbox.stop();
    }
    runtime.shutdown_timeout(GRACE);
    sign_all(&app);
    tracing::info!("ended in good order");
    served.map_err(|error| Fault::new(error.to_string()))
}

/// Prints lines that somebody, or a program, waits for.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    // Whoever closed our output does not want to read it; the server serves on.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// What tells the server to end: SIGTERM and ctrl-c. Listened to from the moment it is made, so
/// that nothing is missed by a server that has only just said that it is ready.
#[cfg(unix)]
struct Told {
    term: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Told {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let term = signal(SignalKind::terminate())?;
        Ok(Self { term, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(mut self) {
        tokio::select! { _ = self.term.recv() => {}, _ = self.interrupt.recv() => {} }
    }
}

#[cfg(windows)]
struct Told(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Told {
    fn listen() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn wait(mut self) {
        let _ = self.0.recv().await;
    }
}

fn sign_all(app: &App) {
    let orgs = match app.organisations() {
        Ok(orgs) => orgs,
        Err(error) => {
            tracing::error!(%error, "the last checkpoints could not be signed");
            return;
        }
    };
    for org in orgs {
        if let Err(error) = app.sign_checkpoint(&org.id) {
            tracing::error!(org.id = %org.id, %error, "the last checkpoint could not be signed");
        }
    }
}

fn sweep(app: &App) {
    match app.files().sweep() {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "files that no record names were removed"),
        Err(error) => tracing::warn!(%error, "looking for files that no record names failed"),
    }
}

/// What the worker does at each turn: everything that is due, now and then a checkpoint and a look
/// for files that nobody names.
fn by_the_clock(app: App) -> impl FnMut() + Send + 'static {
    let mut turn = 0u32;
    move || {
        if let Err(error) = app.tick() {
            tracing::error!(%error, "a turn of the worker failed; the next tries again");
        }
        turn = turn.wrapping_add(1);
        if turn.is_multiple_of(CHECKPOINT_EVERY) {
            sign_all(&app);
        }
        if turn % SWEEP_EVERY == SWEEP_AT {
            sweep(&app);
        }
    }
}

/// Brings what is approved and due to its recipients.
fn delivery(app: App) -> impl FnMut() + Send + 'static {
    move || {
        if let Err(error) = app.deliver() {
            tracing::error!(%error, "a turn of delivery failed; the next tries again");
        }
    }
}

/// Takes reports by mail: each organisation has a folder of its name inside.
fn mails(app: App, folder: PathBuf) -> impl FnMut() + Send + 'static {
    move || {
        let orgs = match app.organisations() {
            Ok(orgs) => orgs,
            Err(error) => {
                return tracing::error!(%error, "the mail folders could not be looked into");
            }
        };
        for org in orgs {
            let place = folder.join(org.id.as_str());
            if !place.is_dir() {
                continue;
            }
            match app.mail_folder(&org.id, &place) {
                Ok(looked) if looked.taken > 0 || looked.refused > 0 => {
                    tracing::info!(org.id = %org.id, mail.taken = looked.taken, mail.refused = looked.refused, "mails were taken");
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(org.id = %org.id, %error, "mails could not be taken; the next turn tries again");
                }
            }
        }
    }
}

/// A thread that takes a turn every second until it is told to end.
struct Worker {
    end: Arc<(Mutex<bool>, Condvar)>,
    thread: JoinHandle<()>,
}

impl Worker {
    fn start(name: &str, mut turn: impl FnMut() + Send + 'static) -> Result<Self, Fault> {
        let end = Arc::new((Mutex::new(false), Condvar::new()));
        let told = Arc::clone(&end);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                loop {
                    turn();
                    let (flag, wake) = &*told;
                    let guard = flag.lock().unwrap_or_else(PoisonError::into_inner);
                    let waited = wake.wait_timeout_while(guard, TURN, |end| !*end);
                    if *waited.unwrap_or_else(PoisonError::into_inner).0 {
                        return;
                    }
                }
            })
            .map_err(|error| Fault::new(error.to_string()))?;
        Ok(Self { end, thread })
    }

    fn stop(self) {
        *self.end.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.end.1.notify_all();
        if self.thread.join().is_err() {
            tracing::error!("the worker ended in a panic");
        }
    }
}
