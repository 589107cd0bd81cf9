//! Checking everything that is stored of an organisation: the log from its own bytes, every
//! revision against its leaf, and every derived row against what the revisions give.

mod leaves;
mod problems;
mod rows;
mod statements;

use crate::error::StoreError;
use crate::logstate::Head;
use crate::store::Store;
use okiagari_log::{Hash, VerifierKey};
use okiagari_model::{Message, OrgId};
use problems::Problems;
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};

/// What to compare with beside the database itself.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// The organisation's public keys as they are known outside the database. Without one, the
    /// keys that stand beside the checkpoints are taken, and the report says so.
    pub keys: Vec<VerifierKey>,
    /// A checkpoint that was kept outside: a signed note.
    pub outside: Option<String>,
    /// Leaves out the derived rows and the engine's own files: only log and revisions.
    pub log_only: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The organisation.
    pub org: OrgId,
    /// The number of leaves that were checked.
    pub size: u64,
    /// The root over them, worked out from their bytes.
    pub root: Hash,
    /// Each thing that was checked.
    pub checks: Vec<Check>,
    /// What this could not show, and what would.
    pub not_shown: Vec<Message>,
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Stable name.
    pub id: &'static str,
    /// What was checked.
    pub what: Message,
    /// Whether all of it holds.
    pub ok: bool,
    /// How much was checked, or how much of it is wrong.
    pub detail: Message,
    /// What is wrong, by name; the first fifty.
    pub problems: Vec<Message>,
}

impl Report {
    /// Whether everything that was checked holds.
    pub fn ok(&self) -> bool {
        self.checks.iter().all(|check| check.ok)
    }
}

/// What the parts of a verification share.
struct Run<'a> {
    store: &'a Store,
    org: &'a OrgId,
    done: AtomicU64,
    total: u64,
    progress: &'a (dyn Fn(u64, u64) + Sync),
    threads: usize,
}

impl Run<'_> {
    fn step(&self, count: u64) {
        let done = self.done.fetch_add(count, Ordering::Relaxed) + count;
        (self.progress)(done.min(self.total), self.total);
    }

    /// Does pieces of work on all cores; gives the results in the order of the pieces.
    fn on_all_cores<T: Send>(&self, pieces: u64, work: impl Fn(u64) -> T + Sync) -> Vec<T> {
        let next = AtomicU64::new(0);
        let mut found: Vec<(u64, T)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads)
                .map(|_| {
                    scope.spawn(|| {
                        let mut mine = Vec::new();
                        loop {
                            let piece = next.fetch_add(1, Ordering::Relaxed);
                            if piece >= pieces {
                                return mine;
                            }
                            mine.push((piece, work(piece)));
                        }
                    })
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| {
                    // A panic in a check is a fault of the program and must not pass as "ok".
                    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        });
        found.sort_by_key(|(piece, _)| *piece);
        found.into_iter().map(|(_, result)| result).collect()
    }
}

impl Store {
    /// Checks everything that is stored of an organisation, on all cores, while others go on
    /// reading and writing. Damage is part of the report, not an error. `progress` is told what
    /// is done and how much there is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the organisation has no log; what the engine reports where
    /// nothing at all can be read.
    pub fn verify(
        &self,
        org: &OrgId,
        options: &VerifyOptions,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Report, StoreError> {
        let (head, revisions) = self.read(|tx| {
            let head = Head::read(tx.db, org.as_str(), "")?;
            let revisions = tx.db.query_int(
                "SELECT count(*) FROM revision WHERE org = $1",
                &[crate::conn::P::Text(org.as_str())],
            )?;
            Ok::<_, StoreError>((head, u64::try_from(revisions).unwrap_or(0)))
        })?;
        let missing =
            || StoreError::NotFound { register: "organisation".to_owned(), id: org.to_string() };
        let head = head.ok_or_else(missing)?;
        let run = Run {
            store: self,
            org,
            done: AtomicU64::new(0),
            total: if options.log_only { head.size } else { head.size + revisions },
            progress,
            threads: std::thread::available_parallelism().map_or(2, NonZero::get),
        };
        let mut checks = Vec::new();
        // The engine looks over its own files by one thread, beside everything else.
        let (rest, own) = std::thread::scope(|scope| {
            let own = (!options.log_only).then(|| scope.spawn(|| self_check(&run)));
            let rest = the_rest(&run, &head, options);
            // A panic in a check is a fault of the program and must not pass as "ok".
            let own =
                own.map(|own| own.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            (rest, own)
        });
        let (log_root, found, not_shown) = rest?;
        checks.extend(found);
        checks.extend(own.transpose()?.flatten());
        Ok(Report { org: org.clone(), size: head.size, root: log_root, checks, not_shown })
    }
}

/// Log, statements and rows: the root, what was checked, and what could not be shown.
fn the_rest(
    run: &Run<'_>,
    head: &Head,
    options: &VerifyOptions,
) -> Result<(Hash, Vec<Check>, Vec<Message>), StoreError> {
    let log = leaves::check(run, head)?;
    let (stated, not_shown) = statements::check(run, head, &log, options)?;
    let root = log.root;
    let mut checks: Vec<Check> =
        [log.leaves, log.tiles, log.revisions, log.erasures].map(Problems::finish).into();
    checks.push(stated);
    if !options.log_only {
        checks.extend(rows::check(run)?);
    }
    Ok((root, checks, not_shown))
}

/// What the engine says of its own files.
fn self_check(run: &Run<'_>) -> Result<Option<Check>, StoreError> {
    run.store.read(|tx| {
        let Some([before, sql]) = tx.db.dialect().self_check() else { return Ok(None) };
        let mut problems = Problems::new(
            "file",
            "データベースファイルの構造",
            "The structure of the database file",
        );
        let ready = tx.db.query_int(before, &[]);
        match ready.and_then(|_| tx.db.query_map(sql, &[], |row| Ok(row.text(0)?.to_owned()))) {
            Ok(lines) => {
                problems.count(1);
                for line in lines.iter().filter(|line| *line != "ok") {
                    problems.add(
                        format!("データベースファイル: {line}"),
                        format!("Database file: {line}"),
                    );
                }
            }
            Err(error) => problems.unreadable("データベースファイル", "the database file", &error),
        }
        Ok(Some(problems.finish()))
    })
}
