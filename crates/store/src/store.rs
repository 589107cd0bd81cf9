//! The store as the rest of the program sees it.

use crate::conn::{Conn, LiteOptions};
use crate::error::StoreError;
use crate::nodes::{Nodes, OtherNodes};
use crate::registry::Registry;
use crate::schema;
use crate::tx::{ReadTx, WriteTx};
use crate::writer::{Batch, Committed, Job, Listener, Listeners, Writer, call};
use okiagari_model::{OrgId, RegisterDef};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// The name before every log of this server, for example `okiagari.example.co.jp`; the log of
    /// an organisation is named `<origin>/<organisation>` for ever.
    pub origin: String,
    /// File that every erasure is also written to, so that a restore from an older backup erases
    /// again. Keep it apart from the database and its backups.
    pub erasure_journal: Option<PathBuf>,
    /// The most connections for reading.
    pub readers: usize,
    /// Whether a commit waits until the disk has it. Only benches say no.
    pub durable: bool,
    /// Only looks, also while a server has the SQLite file open: takes no lock, makes no table and
    /// changes nothing.
    pub only_look: bool,
}

impl StoreConfig {
    /// The usual settings for an address.
    pub fn new(url: impl Into<String>, origin: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            origin: origin.into(),
            erasure_journal: None,
            readers: 8,
            durable: true,
            only_look: false,
        }
    }
}

/// Opens connections.
#[derive(Debug, Clone)]
pub(crate) enum Opener {
    Lite { path: PathBuf, durable: bool },
    Pg { url: String },
}

impl Opener {
    fn of(config: &StoreConfig) -> Result<Self, StoreError> {
        let url = &config.url;
        if let Some(path) = url.strip_prefix("sqlite:")
            && !path.is_empty()
        {
            return Ok(Self::Lite { path: PathBuf::from(path), durable: config.durable });
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Pg { url: url.clone() });
        }
        // A mistyped address may hold a password: only its beginning is shown.
        Err(StoreError::BadUrl(url.split(':').next().unwrap_or_default().to_owned()))
    }

    pub(crate) fn writer(&self) -> Result<Conn, StoreError> {
        match self {
            Self::Lite { path, durable } => {
                Conn::lite(path, LiteOptions { write: true, durable: *durable, cache_kib: 16_384 })
            }
            Self::Pg { url } => Conn::pg(url),
        }
    }

    fn reader(&self) -> Result<Conn, StoreError> {
        match self {
            Self::Lite { path, durable } => {
                Conn::lite(path, LiteOptions { write: false, durable: *durable, cache_kib: 4096 })
            }
            Self::Pg { url } => Conn::pg(url),
        }
    }
}

/// Keeps a second server away from a SQLite file. Let go when the last [`Store`] is dropped.
struct Lock {
    _file: File,
}

impl Lock {
    fn take(database: &Path) -> Result<Self, StoreError> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| StoreError::file(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(StoreError::Locked(database.display().to_string()))
            }
            Err(TryLockError::Error(error)) => Err(StoreError::file(&path, &error)),
        }
    }
}

/// Connections for reading that are not in use.
struct Pool {
    idle: Vec<Conn>,
    open: usize,
}

struct Inner {
    queue: Option<SyncSender<Box<dyn Job>>>,
    writer: Option<std::thread::JoinHandle<()>>,
    pool: Mutex<Pool>,
    freed: Condvar,
    readers: usize,
    opener: Opener,
    registry: Arc<Registry>,
    listeners: Listeners,
    other_nodes: Mutex<Option<OtherNodes>>,
    nodes: Nodes,
    // Last, so that it is let go when everything else has ended.
    _lock: Option<Lock>,
}

/// Everything that is kept, in one database. Cheap to clone; all functions block, so an async
/// caller uses `spawn_blocking`.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

impl Store {
    /// Opens a database, makes its tables where they are missing and brings them in step with
    /// the registers' definitions.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where another server has the file open, [`StoreError::ReadOnly`],
    /// [`StoreError::UnknownSchema`], [`StoreError::BadDefinition`], [`StoreError::CannotOpen`].
    pub fn open(
        config: StoreConfig,
        defs: &'static [&'static RegisterDef],
    ) -> Result<Self, StoreError> {
        let registry = Arc::new(Registry::new(defs)?);
        let opener = Opener::of(&config)?;
        if config.only_look {
            return Self::look(opener, registry, config.readers);
        }
        let lock = match &opener {
            Opener::Lite { path, .. } => Some(Lock::take(path)?),
            Opener::Pg { .. } => None,
        };
        let mut conn = opener.writer()?;
        schema::prepare(&mut conn, defs, &mut |conn, def| {
            crate::rebuild::register(conn, &registry, def)
        })?;
        let listeners = Listeners::default();
        let nodes = Nodes::default();
        let batch = Batch::new(config.origin, config.erasure_journal);
        let writer = Writer {
            conn: Some(conn),
            opener: opener.clone(),
            registry: Arc::clone(&registry),
            listeners: Arc::clone(&listeners),
            nodes: nodes.clone(),
            batch,
        };
        let (queue, jobs) = sync_channel(4096);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run(&jobs))
            .map_err(StoreError::internal)?;
        Ok(Self(Arc::new(Inner {
            queue: Some(queue),
            writer: Some(thread),
            pool: Mutex::new(Pool { idle: Vec::new(), open: 0 }),
            freed: Condvar::new(),
            readers: config.readers.max(1),
            opener,
            registry,
            listeners,
            other_nodes: Mutex::new(None),
            nodes,
            _lock: lock,
        })))
    }

    /// Opens for reading alone, beside a server that may be running.
    fn look(opener: Opener, registry: Arc<Registry>, readers: usize) -> Result<Self, StoreError> {
        schema::check(&mut opener.reader()?, &registry.defs())?;
        Ok(Self(Arc::new(Inner {
            queue: None,
            writer: None,
            pool: Mutex::new(Pool { idle: Vec::new(), open: 0 }),
            freed: Condvar::new(),
            readers: readers.max(1),
            opener,
            registry,
            listeners: Listeners::default(),
            other_nodes: Mutex::new(None),
            nodes: Nodes::default(),
            _lock: None,
        })))
    }

    /// The registers that this store keeps.
    pub fn registers(&self) -> Vec<&'static RegisterDef> {
        self.0.registry.defs()
    }

    /// Looks at one moment of the store. Never waits for a writer.
    ///
    /// # Errors
    /// What the function returns, or what the engine reports.
    pub fn read<R, E: From<StoreError>>(
        &self,
        look: impl FnOnce(&mut ReadTx<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut lent = self.lend()?;
        let Some(conn) = lent.conn.as_mut() else {
            return Err(StoreError::internal("a lent connection is not there").into());
        };
        let begin = conn.dialect().begin_read();
        if let Err(error) = conn.batch(begin) {
            if !matches!(error, StoreError::Lost(_)) {
                return Err(error.into());
            }
            // The server ended it while it lay idle; nothing was read yet.
            *conn = self.0.opener.reader()?;
            conn.batch(begin)?;
        }
        let result = look(&mut ReadTx { db: conn, registry: &self.0.registry });
        match conn.batch("ROLLBACK") {
            Ok(()) => lent.reusable = true,
            Err(error) => tracing::debug!(%error, "a reader could not end its look"),
        }
        result
    }

    /// Makes one change of an organisation: waits until it is durable.
    ///
    /// The function decides at its place in the order of all changes, on what it reads there;
    /// an error or panic in it undoes only its own writes. `name` says in the log what it was.
    ///
    /// # Errors
    /// What the function returns; [`StoreError::DiskFull`], [`StoreError::Lost`] and others where
    /// the commit failed: then nothing was kept.
    pub fn write<R, E>(
        &self,
        org: &OrgId,
        name: &'static str,
        decide: impl FnOnce(&mut WriteTx<'_>) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        call(self.queue()?, Some(org.clone()), (name, false), decide)
    }

    /// Makes one change of the server itself (accounts, sessions, jobs), under no organisation.
    ///
    /// # Errors
    /// As for [`Store::write`].
    pub fn write_server<R, E>(
        &self,
        name: &'static str,
        decide: impl FnOnce(&mut WriteTx<'_>) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        call(self.queue()?, None, (name, false), decide)
    }

    /// As [`Store::write`] or [`Store::write_server`], in a transaction of its own: for rebuild
    /// and restore.
    pub(crate) fn write_much<R, E>(
        &self,
        org: Option<&OrgId>,
        name: &'static str,
        decide: impl FnOnce(&mut WriteTx<'_>) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        call(self.queue()?, org.cloned(), (name, true), decide)
    }

    /// Has a function told of every commit, in order. It runs on the writer's thread, after the
    /// callers were answered, and should only pass the word on.
    pub fn on_commit(&self, listener: impl Fn(&[Committed]) + Send + Sync + 'static) {
        let listener: Listener = Box::new(listener);
        self.0.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
        if let Opener::Pg { url } = &self.0.opener {
            let mut started = self.0.other_nodes.lock().unwrap_or_else(PoisonError::into_inner);
            if started.is_none() {
                let (nodes, listeners) = (self.0.nodes.clone(), Arc::clone(&self.0.listeners));
                *started = Some(OtherNodes::start(url, nodes, listeners, &self.0.registry));
            }
        }
    }

    fn queue(&self) -> Result<&SyncSender<Box<dyn Job>>, StoreError> {
        self.0.queue.as_ref().ok_or(StoreError::OnlyLooking)
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.0.registry
    }

    fn lend(&self) -> Result<Lent<'_>, StoreError> {
        let mut pool = self.0.pool.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(conn) = pool.idle.pop() {
                return Ok(Lent { inner: &self.0, conn: Some(conn), reusable: false });
            }
            if pool.open < self.0.readers {
                pool.open += 1;
                drop(pool);
                let mut lent = Lent { inner: &self.0, conn: None, reusable: false };
                lent.conn = Some(self.0.opener.reader()?);
                return Ok(lent);
            }
            pool = self.0.freed.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A connection on loan; given back, or closed where it may not be clean.
struct Lent<'a> {
    inner: &'a Inner,
    conn: Option<Conn>,
    reusable: bool,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut pool = self.inner.pool.lock().unwrap_or_else(PoisonError::into_inner);
        match self.conn.take() {
            Some(conn) if self.reusable => pool.idle.push(conn),
            _ => pool.open -= 1,
        }
        drop(pool);
        self.inner.freed.notify_one();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Without senders the writer ends, after the jobs that wait.
        self.queue = None;
        if let Some(writer) = self.writer.take()
            && writer.thread().id() != std::thread::current().id()
            && writer.join().is_err()
        {
            tracing::error!("the writer's thread ended in a panic");
        }
    }
}
