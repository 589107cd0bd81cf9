//! Several servers over one PostgreSQL database: each is told what the others have committed, so
//! that live pages move whichever server they hang on.
//!
//! The word goes with the commit (`NOTIFY`) and may be lost with a connection: live pages look
//! again by themselves after a while, so that nothing hangs on it.

use crate::conn::{Conn, P, listen};
use crate::error::StoreError;
use crate::registry::Registry;
use crate::writer::{Committed, Listeners, tell};
use okiagari_model::{OrgId, RecordId};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The most bytes of one word; the engine takes just under 8000.
const WORD: usize = 7000;
/// The most records named of one change; a live page asks for few of them.
const NAMED: usize = 40;
/// How long to wait before a lost line is taken up again.
const AGAIN: Duration = Duration::from_secs(1);

/// One server among others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Nodes {
    /// Which connection of the database is our writer's.
    own: Arc<AtomicI64>,
}

/// A commit as it is told.
#[derive(Serialize, Deserialize)]
struct Word {
    org: String,
    leaf: u64,
    action: String,
    items: Vec<(String, String)>,
    case: Option<String>,
}

impl From<&Committed> for Word {
    fn from(c: &Committed) -> Self {
        let items = c.items.iter().take(NAMED);
        Self {
            org: c.org.as_str().to_owned(),
            leaf: c.leaf,
            action: c.action.clone(),
            items: items.map(|(r, id)| ((*r).to_owned(), id.as_str().to_owned())).collect(),
            case: c.case.as_ref().map(|id| id.as_str().to_owned()),
        }
    }
}

impl Word {
    /// Registers that this release does not have are left out.
    fn committed(self, registry: &Registry) -> Committed {
        let known = |(name, id): (String, String)| {
            registry.find(&name).map(|reg| (reg.def.id, RecordId::new(id)))
        };
        Committed {
            org: OrgId::new(self.org),
            leaf: self.leaf,
            action: self.action,
            items: self.items.into_iter().filter_map(known).collect(),
            case: self.case.map(RecordId::new),
        }
    }
}

/// The commits of a batch, in as few words as they fit.
fn words(committed: &[Committed]) -> Result<Vec<String>, StoreError> {
    let mut out: Vec<String> = Vec::new();
    for c in committed {
        let one = serde_json::to_string(&Word::from(c)).map_err(StoreError::internal)?;
        match out.last_mut() {
            Some(last) if last.len() + 1 + one.len() <= WORD => {
                last.push('\n');
                last.push_str(&one);
            }
            _ => out.push(one),
        }
    }
    Ok(out)
}

impl Nodes {
    /// Has the other servers told of a batch when it commits.
    pub(crate) fn notify(
        &self,
        conn: &mut Conn,
        committed: &[Committed],
    ) -> Result<(), StoreError> {
        let Some(sql) = conn.dialect().notify() else { return Ok(()) };
        for word in words(committed)? {
            let own = conn.query_int(sql, &[P::Text(&word)])?;
            self.own.store(own, Ordering::Release);
        }
        Ok(())
    }
}

/// The line on which other servers are heard.
pub(crate) struct OtherNodes {
    end: Arc<(AtomicBool, Mutex<()>, Condvar)>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl OtherNodes {
    /// Listens until dropped.
    pub(crate) fn start(
        url: &str,
        nodes: Nodes,
        listeners: Listeners,
        registry: &Arc<Registry>,
    ) -> Self {
        let end = Arc::new((AtomicBool::new(false), Mutex::new(()), Condvar::new()));
        let (told, url, registry) = (Arc::clone(&end), url.to_owned(), Arc::clone(registry));
        let run = move || {
            let mut hear = |from: i64, word: &str| {
                if from == nodes.own.load(Ordering::Acquire) {
                    return;
                }
                let read = |line: &str| serde_json::from_str::<Word>(line).ok();
                let committed: Vec<Committed> =
                    word.lines().filter_map(read).map(|word| word.committed(&registry)).collect();
                tell(&listeners, &committed);
            };
            while !told.0.load(Ordering::Acquire) {
                if let Err(error) = listen(&url, &told.0, &mut hear) {
                    tracing::warn!(%error, "other servers are not heard at the moment");
                    let guard = told.1.lock().unwrap_or_else(PoisonError::into_inner);
                    let ended = |_: &mut ()| !told.0.load(Ordering::Acquire);
                    drop(told.2.wait_timeout_while(guard, AGAIN, ended));
                }
            }
        };
        let thread = std::thread::Builder::new().name("store-nodes".to_owned()).spawn(run);
        if let Err(error) = &thread {
            tracing::error!(%error, "other servers cannot be heard");
        }
        Self { end, thread: thread.ok() }
    }
}

impl Drop for OtherNodes {
    fn drop(&mut self) {
        self.end.0.store(true, Ordering::Release);
        {
            let _guard = self.end.1.lock().unwrap_or_else(PoisonError::into_inner);
            self.end.2.notify_all();
        }
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the line to other servers ended in a panic");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_told_whole_in_words_that_the_engine_takes() {
        let registry = Registry::new(okiagari_model::REGISTERS).unwrap();
        let one = |leaf: u64| Committed {
            org: OrgId::new("acme"),
            leaf,
            action: "create".to_owned(),
            items: vec![("incident", RecordId::new(format!("id{leaf}"))); 3],
            case: Some(RecordId::new("case")),
        };
        let mut batch: Vec<Committed> = (0..300).map(one).collect();
        batch[7].items = vec![("task", RecordId::new("x".repeat(40))); 400];
        let told = words(&batch).unwrap();
        assert!(told.len() > 1 && told.iter().all(|word| word.len() <= WORD));
        let heard: Vec<Committed> = told
            .iter()
            .flat_map(|word| word.lines())
            .map(|line| serde_json::from_str::<Word>(line).unwrap().committed(&registry))
            .collect();
        batch[7].items.truncate(NAMED);
        assert_eq!(heard, batch);
        let strange = r#"{"org":"a","leaf":1,"action":"x","items":[["no_such","i"]],"case":null}"#;
        let word: Word = serde_json::from_str(strange).unwrap();
        assert!(word.committed(&registry).items.is_empty());
    }
}
