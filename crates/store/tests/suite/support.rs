//! A store on each engine, and short ways to write and read.

use crate::registers;
use okiagari_model::*;
use okiagari_store::{ChangeDraft, RevisionDraft, Store, StoreConfig, StoreError, WriteTx};
use okiagari_tests::postgres::Cluster;
use std::collections::BTreeMap;

/// Some morning, epoch ms.
pub const NOW: i64 = 1_790_000_000_000;

/// A database for one test.
pub struct Place {
    pub folder: tempfile::TempDir,
    url: Option<String>,
}

impl Place {
    pub fn lite() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), url: None }
    }

    /// `None` where the machine has no PostgreSQL. Sorted by a language, so that a text that is
    /// not sorted by its bytes shows.
    pub fn pg() -> Option<Self> {
        let cluster = Cluster::shared()?;
        let url = cluster.fresh_database_sorted("ja-JP");
        Some(Self { folder: tempfile::tempdir().unwrap(), url: Some(url) })
    }

    pub fn is_lite(&self) -> bool {
        self.url.is_none()
    }

    pub fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("okiagari.db")
    }

    pub fn journal(&self) -> std::path::PathBuf {
        self.folder.path().join("erasures.jsonl")
    }

    pub fn config(&self) -> StoreConfig {
        let url = self.url.clone();
        let url = url.unwrap_or_else(|| format!("sqlite:{}", self.file().display()));
        StoreConfig {
            erasure_journal: Some(self.journal()),
            ..StoreConfig::new(url, "log.example")
        }
    }

    pub fn open(&self) -> Store {
        Store::open(self.config(), registers::ALL).unwrap()
    }
}

/// Runs a test on each engine.
pub fn on_each(test: impl Fn(&Place)) {
    test(&Place::lite());
    if let Some(place) = Place::pg() {
        test(&place);
    }
}

pub fn org() -> OrgId {
    OrgId::new("acme")
}

pub fn id(text: &str) -> RecordId {
    RecordId::new(text)
}

pub fn everything() -> RowFilter {
    RowFilter::everything()
}

pub fn body(json: serde_json::Value) -> Body {
    match json {
        Value::Object(map) => map,
        other => panic!("a body is an object, not {other}"),
    }
}

pub fn revision(def: &'static RegisterDef, id: &str, rev: u32, json: Value) -> RevisionDraft {
    RevisionDraft {
        def,
        id: RecordId::new(id),
        expected_rev: rev,
        body: body(json),
        erase: Vec::new(),
    }
}

/// Appends revisions under one leaf.
pub fn append(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    minute: i64,
    actor: &str,
    revisions: Vec<RevisionDraft>,
) -> Result<okiagari_store::Appended, StoreError> {
    let mut ids = SeededIds::new(minute as u64);
    let draft = ChangeDraft {
        org,
        now: Time::from_millis(NOW + minute * 60_000),
        actor,
        role: "tester",
        action: "test.change",
        revisions,
        pins: BTreeMap::new(),
        note: None,
    };
    tx.append(draft, &mut ids)
}

/// One change of its own.
pub fn change(
    store: &Store,
    minute: i64,
    actor: &'static str,
    revisions: Vec<RevisionDraft>,
) -> Result<okiagari_store::Appended, StoreError> {
    let org = org();
    let key = org.clone();
    store.write(&org, "test", move |tx| append(tx, &key, minute, actor, revisions))
}

/// One record in a change of its own; gives the leaf.
pub fn put(
    store: &Store,
    minute: i64,
    def: &'static RegisterDef,
    id: &str,
    rev: u32,
    json: Value,
) -> u64 {
    change(store, minute, "alice", vec![revision(def, id, rev, json)]).unwrap().leaf
}

/// The ids of records.
pub fn ids(records: &[Record]) -> Vec<&str> {
    records.iter().map(|r| r.id.as_str()).collect()
}
