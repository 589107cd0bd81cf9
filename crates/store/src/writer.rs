//! The one writer of a process: takes all waiting jobs as a batch, decides each at its place in
//! the order, commits once, and only then answers anyone.

use crate::conn::Conn;
use crate::erase::Erasure;
use crate::error::StoreError;
use crate::logstate::OrgLog;
use crate::nodes::Nodes;
use crate::registry::Registry;
use crate::rows::{Docs, SearchWrite};
use crate::store::Opener;
use crate::tx::{ReadTx, WriteTx};
use okiagari_log::{Hash, TileId};
use okiagari_model::{OrgId, RecordId};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvError, SyncSender, sync_channel};
use std::sync::{Arc, PoisonError, RwLock};

/// The most jobs in one commit.
const BATCH: usize = 512;

/// One change that was committed, as live pages and jobs are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The organisation.
    pub org: OrgId,
    /// The leaf.
    pub leaf: u64,
    /// What was done.
    pub action: String,
    /// Register and id of every record that changed.
    pub items: Vec<(&'static str, RecordId)>,
    /// The case that the first of them belongs to.
    pub case: Option<RecordId>,
}

/// Told of every commit, in order, on the writer's thread: it should only pass the word on.
pub(crate) type Listener = Box<dyn Fn(&[Committed]) + Send + Sync>;
pub(crate) type Listeners = Arc<RwLock<Vec<Listener>>>;

/// A job as the writer sees it.
pub(crate) trait Job: Send {
    fn org(&self) -> Option<&OrgId>;
    fn name(&self) -> &'static str;
    /// Whether it writes so much that nobody should wait for it in one batch.
    fn heavy(&self) -> bool;
    /// Runs the decision; whether its writes are to be kept.
    fn run(&mut self, tx: &mut WriteTx<'_>) -> bool;
    /// Answers the caller.
    fn finish(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// What a batch keeps in memory between its jobs.
pub(crate) struct Batch {
    pub logs: HashMap<OrgId, OrgLog>,
    pub docs: Docs,
    pub tiles: Vec<(OrgId, TileId, Vec<u8>)>,
    pub committed: Vec<Committed>,
    pub search: Vec<SearchWrite>,
    /// Whether something was erased, so that the search must give up its bytes.
    pub purge: bool,
    /// For logs that begin.
    pub origin: String,
    pub erasures: Option<PathBuf>,
}

/// What one job has done so far.
#[derive(Default)]
pub(crate) struct JobState {
    pub org: Option<OrgId>,
    /// Hashes of the leaves it appended.
    pub leaves: Vec<Hash>,
    pub last_time: i64,
    pub committed: Vec<Committed>,
    /// Set when the log's epoch changed under this job.
    pub epoch: Option<u32>,
    /// For the erasure journal.
    pub erasures: Vec<Erasure>,
    pub search: Vec<SearchWrite>,
    pub purge: bool,
}

/// A job with a closure, and whoever waits for it.
struct Call<R, E, F> {
    org: Option<OrgId>,
    name: &'static str,
    heavy: bool,
    decide: Option<F>,
    result: Option<Result<R, E>>,
    answer: SyncSender<Result<R, E>>,
}

impl<R, E, F> Job for Call<R, E, F>
where
    R: Send,
    E: From<StoreError> + Send,
    F: FnOnce(&mut WriteTx<'_>) -> Result<R, E> + Send,
{
    fn org(&self) -> Option<&OrgId> {
        self.org.as_ref()
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn heavy(&self) -> bool {
        self.heavy
    }

    fn run(&mut self, tx: &mut WriteTx<'_>) -> bool {
        let Some(decide) = self.decide.take() else { return false };
        let result = decide(tx);
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn finish(mut self: Box<Self>, outcome: Result<(), StoreError>) {
        let result = match (outcome, self.result.take()) {
            (Ok(()), Some(result)) => result,
            // A refusal stands also when others' work could not be kept.
            (Err(_), Some(Err(refusal))) => Err(refusal),
            (Err(error), _) => Err(error.into()),
            (Ok(()), None) => Err(StoreError::internal("a change gave no answer").into()),
        };
        // Whoever asked may have gone away; then nobody is there to be told.
        drop(self.answer.send(result));
    }
}

/// Puts a decision in the queue and waits until it is durable.
pub(crate) fn call<R, E, F>(
    queue: &SyncSender<Box<dyn Job>>,
    org: Option<OrgId>,
    (name, heavy): (&'static str, bool),
    decide: F,
) -> Result<R, E>
where
    R: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnOnce(&mut WriteTx<'_>) -> Result<R, E> + Send + 'static,
{
    let (answer, wait) = sync_channel(1);
    let call = Call { org, name, heavy, decide: Some(decide), result: None, answer };
    let gone = || StoreError::internal("the writer has ended");
    queue.send(Box::new(call)).map_err(|_| gone())?;
    wait.recv().map_err(|RecvError| gone())?
}

/// How what one job leaves half done is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Undo {
    /// It is alone: all goes.
    Everything,
    /// By running again what the jobs before it wrote.
    Replay,
    /// By a savepoint.
    Savepoint,
}

/// The writer's thread.
pub(crate) struct Writer {
    pub conn: Option<Conn>,
    pub opener: Opener,
    pub registry: Arc<Registry>,
    pub listeners: Listeners,
    pub nodes: Nodes,
    pub batch: Batch,
}

impl Writer {
    /// Works until nobody can send any more.
    pub(crate) fn run(mut self, queue: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = queue.recv() {
            let mut jobs = vec![first];
            while jobs.len() < BATCH
                && let Ok(job) = queue.try_recv()
            {
                jobs.push(job);
            }
            // Two servers that lock the same organisations must do so in the same order.
            jobs.sort_by(|one, next| one.org().cmp(&next.org()));
            let (heavy, light): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| job.heavy());
            if !light.is_empty() {
                self.work(light);
            }
            heavy.into_iter().for_each(|job| self.work(vec![job]));
        }
    }

    fn work(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        match self.transaction(&mut jobs) {
            Ok(outcomes) => {
                let committed = std::mem::take(&mut self.batch.committed);
                for (job, outcome) in jobs.into_iter().zip(outcomes) {
                    job.finish(outcome);
                }
                if !committed.is_empty() {
                    self.tell(&committed);
                }
            }
            Err(error) => {
                self.give_up(&error);
                for job in jobs {
                    job.finish(Err(error.clone()));
                }
            }
        }
    }

    /// One transaction over all jobs. An error means that nothing of it was kept.
    fn transaction(
        &mut self,
        jobs: &mut [Box<dyn Job>],
    ) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        self.begin()?;
        let conn = self.conn()?.0;
        let undo = match (jobs.len(), conn.dialect().undoes_by_replay()) {
            (1, _) => Undo::Everything,
            (_, true) => Undo::Replay,
            (_, false) => Undo::Savepoint,
        };
        if undo == Undo::Replay {
            conn.record();
        }
        let mut outcomes = Vec::with_capacity(jobs.len());
        let mut locked: Option<OrgId> = None;
        for job in jobs.iter_mut() {
            if let Some(org) = job.org()
                && locked.as_ref() != Some(org)
            {
                let org = org.clone();
                self.lock(&org)?;
                locked = Some(org);
            }
            outcomes.push(self.run_one(job.as_mut(), undo)?);
        }
        let nodes = self.nodes.clone();
        let conn = self.conn()?;
        Self::flush(conn.0, conn.1)?;
        nodes.notify(conn.0, &conn.1.committed)?;
        conn.0.end("COMMIT")?;
        Ok(outcomes)
    }

    fn conn(&mut self) -> Result<(&mut Conn, &mut Batch), StoreError> {
        match &mut self.conn {
            Some(conn) => Ok((conn, &mut self.batch)),
            None => Err(StoreError::Lost("there is no connection".to_owned())),
        }
    }

    /// Begins, on a new connection where the old one is gone. Nothing has run yet, so a lost
    /// connection is simply tried once more.
    fn begin(&mut self) -> Result<(), StoreError> {
        if self.conn.as_ref().is_none_or(Conn::is_lost) {
            self.conn = Some(self.opener.writer()?);
        }
        let (conn, _) = self.conn()?;
        let begin = conn.dialect().begin_write();
        match conn.begin(begin) {
            Err(StoreError::Lost(_)) => {
                let mut conn = self.opener.writer()?;
                let begun = conn.begin(begin);
                self.conn = Some(conn);
                begun
            }
            other => other,
        }
    }

    /// Locks an organisation's head for the batch and takes its log up.
    fn lock(&mut self, org: &OrgId) -> Result<(), StoreError> {
        let (conn, batch) = self.conn()?;
        let known = batch.logs.remove(org);
        let log = OrgLog::lock(conn, org, &batch.origin, known)?;
        batch.logs.insert(org.clone(), log);
        Ok(())
    }

    /// Runs one job so that it can be undone alone. An inner error is the job's own; an outer one ends
    /// the batch.
    fn run_one(
        &mut self,
        job: &mut dyn Job,
        undo: Undo,
    ) -> Result<Result<(), StoreError>, StoreError> {
        let registry = Arc::clone(&self.registry);
        let (conn, batch) = self.conn()?;
        if undo == Undo::Savepoint {
            conn.execute("SAVEPOINT job", &[])?;
        }
        let before = conn.recorded();
        let mut state = JobState { org: job.org().cloned(), ..JobState::default() };
        let ran = {
            let read = ReadTx { db: conn, registry: &registry };
            let mut tx = WriteTx { read, batch, job: &mut state };
            // What the job may have left half done is rolled back and thrown away.
            catch_unwind(AssertUnwindSafe(|| job.run(&mut tx)))
        };
        if conn.is_lost() {
            return Err(StoreError::Lost(format!("during {}", job.name())));
        }
        let outcome = match ran {
            Ok(true) => {
                if undo == Undo::Savepoint {
                    conn.execute("RELEASE SAVEPOINT job", &[])?;
                }
                batch.keep(state);
                return Ok(Ok(()));
            }
            Ok(false) => Ok(()),
            Err(_) => {
                tracing::error!(job.name = job.name(), "a change panicked and was undone");
                Err(StoreError::internal(format!("the change {} failed", job.name())))
            }
        };
        batch.docs.forget();
        let begin = conn.dialect().begin_write();
        match undo {
            Undo::Savepoint => conn.batch("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job")?,
            Undo::Replay => conn.undo_to(before, begin)?,
            Undo::Everything => {
                conn.end("ROLLBACK")?;
                conn.begin(begin)?;
            }
        }
        Ok(outcome)
    }

    /// Writes what is written once a batch: tiles, the search, heads, the erasure journal.
    ///
    /// The search gathers its writes in memory and would put each savepoint's into a part of its
    /// own; so decisions of one batch do not find each other's words, and nothing decides by
    /// words.
    fn flush(conn: &mut Conn, batch: &mut Batch) -> Result<(), StoreError> {
        for (org, id, hashes) in batch.tiles.drain(..) {
            crate::logstate::insert_tile(conn, &org, id, &hashes)?;
        }
        SearchWrite::apply_all(conn, std::mem::take(&mut batch.search))?;
        if std::mem::take(&mut batch.purge) {
            crate::erase::purge_search(conn)?;
        }
        let mut erasures = Vec::new();
        for (org, log) in &mut batch.logs {
            log.flush(conn, org)?;
            erasures.append(&mut log.take_erasures());
        }
        crate::erase::journal(batch.erasures.as_deref(), &erasures)
    }

    /// Nothing of the batch was kept: what is in memory of it goes too.
    fn give_up(&mut self, error: &StoreError) {
        tracing::warn!(%error, "a batch of changes was not kept");
        self.batch.logs.clear();
        self.batch.docs.forget();
        self.batch.tiles.clear();
        self.batch.committed.clear();
        self.batch.search.clear();
        self.batch.purge = false;
        if let Some(conn) = &mut self.conn
            && let Err(second) = conn.end("ROLLBACK")
        {
            tracing::debug!(error = %second, "rollback after a failed batch");
        }
        // A fresh connection is cheap beside a failed commit, and surely clean.
        self.conn = None;
    }

    fn tell(&self, committed: &[Committed]) {
        tell(&self.listeners, committed);
    }
}

/// Tells everyone who listens of commits.
pub(crate) fn tell(listeners: &Listeners, committed: &[Committed]) {
    let listeners = listeners.read().unwrap_or_else(PoisonError::into_inner);
    for listener in listeners.iter() {
        if catch_unwind(AssertUnwindSafe(|| listener(committed))).is_err() {
            tracing::error!("a listener to commits panicked");
        }
    }
}

impl Batch {
    pub(crate) fn new(origin: String, erasures: Option<PathBuf>) -> Self {
        Self {
            logs: HashMap::new(),
            docs: Docs::default(),
            tiles: Vec::new(),
            committed: Vec::new(),
            search: Vec::new(),
            purge: false,
            origin,
            erasures,
        }
    }

    /// Takes over what a job did.
    fn keep(&mut self, job: JobState) {
        self.committed.extend(job.committed);
        self.search.extend(job.search);
        self.purge |= job.purge;
        let Some(org) = job.org else { return };
        let Some(log) = self.logs.get_mut(&org) else { return };
        log.keep(&job.leaves, job.last_time, job.epoch);
        log.erasures.extend(job.erasures);
        self.tiles.extend(log.tiles.drain(..).map(|(id, bytes)| (org.clone(), id, bytes)));
    }
}

#[cfg(test)]
mod tests;
