//! The one way into the record: new revisions, their leaf, and all rows that follow from them.

use crate::body;
use crate::conn::P;
use crate::erase;
use crate::error::StoreError;
use crate::project::{self, Rev, Shared, leaf_number};
use crate::registry::Reg;
use crate::rows::{self, Key};
use crate::schema::core::NOW;
use crate::tx::WriteTx;
use crate::writer::Committed;
use okiagari_log::leaf::LEAF_VERSION;
use okiagari_log::{Hash, LeafHeader, LeafItem, LeafNote, Seed, commit_body, leaf_hash};
use okiagari_model::{Body, Ids, OrgId, Record, RecordId, RegisterDef, Time};
use std::collections::BTreeMap;

/// One change: what becomes one leaf.
#[derive(Debug, Clone)]
pub struct ChangeDraft<'a> {
    /// The organisation; that of the transaction.
    pub org: &'a OrgId,
    /// When. A leaf is never earlier than the one before it: a clock that was set back gives
    /// the time of that leaf.
    pub now: Time,
    /// Who, as an opaque id.
    pub actor: &'a str,
    /// In which role; may be empty.
    pub role: &'a str,
    /// What was done, such as `asset.update`.
    pub action: &'a str,
    /// The new revisions; a record at most once.
    pub revisions: Vec<RevisionDraft>,
    /// Which versions of rules and settings decided: name to digest.
    pub pins: BTreeMap<String, String>,
    /// What only some actions carry.
    pub note: Option<LeafNote>,
}

/// One new revision.
#[derive(Debug, Clone)]
pub struct RevisionDraft {
    /// The register.
    pub def: &'static RegisterDef,
    /// The record.
    pub id: RecordId,
    /// The revision that this one was made from; 0 for a new record.
    pub expected_rev: u32,
    /// All fields, with those that did not change.
    pub body: Body,
    /// Fields to erase from all revisions before this one. The new body does not have them.
    pub erase: Vec<String>,
}

/// What a change became.
#[derive(Debug, Clone)]
pub struct Appended {
    /// The index of its leaf.
    pub leaf: u64,
    /// The time that the leaf carries.
    pub time: Time,
    /// The records at their new revisions, in the order of the draft.
    pub records: Vec<Record>,
}

/// What is stored of a record before its new revision.
struct Before {
    rev: u32,
    created_at: i64,
    author: String,
}

/// A revision that was checked, with what its rows and its leaf need.
struct Checked {
    draft: RevisionDraft,
    before: Option<Before>,
    text: String,
    seed: Seed,
    commitment: Hash,
}

impl WriteTx<'_> {
    /// Appends one change: revisions, leaf, heads, projections, links and search tokens.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where a record is not at the revision that the draft was made
    /// from, [`StoreError::BadValue`] for what cannot be kept. Either way nothing is written.
    pub fn append(
        &mut self,
        draft: ChangeDraft<'_>,
        ids: &mut dyn Ids,
    ) -> Result<Appended, StoreError> {
        if self.org()? != draft.org {
            return Err(StoreError::internal("a change of another organisation"));
        }
        let mut checked = Vec::with_capacity(draft.revisions.len());
        for revision in draft.revisions {
            checked.push(self.check(revision, ids)?);
        }
        check_once(&checked)?;
        let items = checked.iter().map(Checked::item).collect();
        let (leaf, time) = self.append_leaf(Header {
            now: draft.now.millis(),
            actor: draft.actor,
            role: draft.role,
            action: draft.action,
            items,
            pins: draft.pins,
            note: draft.note,
        })?;
        let mut committed = Committed {
            org: draft.org.clone(),
            leaf,
            action: draft.action.to_owned(),
            items: Vec::with_capacity(checked.len()),
            case: None,
        };
        let mut records = Vec::with_capacity(checked.len());
        for revision in checked {
            let (record, case) = self.write_revision(revision, leaf, time, draft.actor)?;
            committed.items.push((record.def.id, record.id.clone()));
            committed.case = committed.case.or(case);
            records.push(record);
        }
        self.job.committed.push(committed);
        Ok(Appended { leaf, time: Time::from_millis(time), records })
    }

    fn check(&mut self, draft: RevisionDraft, ids: &mut dyn Ids) -> Result<Checked, StoreError> {
        let org = self.org()?.clone();
        let register = self.read.registry.get(draft.def)?.def.id;
        if RecordId::parse(draft.id.as_str()).is_none() {
            return Err(StoreError::BadValue { field: "id".to_owned(), why: "it is not an id" });
        }
        if let Some(field) = draft.erase.iter().find(|f| draft.body.contains_key(f.as_str())) {
            let why = "a field that is erased cannot have a value";
            return Err(StoreError::BadValue { field: field.clone(), why });
        }
        let before = self.read.db.query_opt(
            "SELECT rev, created_at, author FROM record WHERE org = $1 AND register = $2 \
             AND id = $3 AND leaf_to = 9223372036854775807",
            &[P::Text(org.as_str()), P::Text(register), P::Text(draft.id.as_str())],
            |row| {
                Ok(Before {
                    rev: revision_number(row.int(0)?)?,
                    created_at: row.int(1)?,
                    author: row.text(2)?.to_owned(),
                })
            },
        )?;
        let actual = before.as_ref().map_or(0, |before| before.rev);
        if actual != draft.expected_rev {
            return Err(StoreError::Conflict {
                register: register.to_owned(),
                id: draft.id.to_string(),
                expected: draft.expected_rev,
                actual,
            });
        }
        let text = body::encode(draft.def, &draft.body)?;
        let mut seed = [0; 32];
        ids.fill(&mut seed);
        let seed = Seed(seed);
        let commitment = commit_body(&text, &seed).map_err(StoreError::internal)?;
        Ok(Checked { draft, before, text, seed, commitment })
    }

    /// Writes the leaf of a change and gives its index and time.
    pub(crate) fn append_leaf(&mut self, header: Header<'_>) -> Result<(u64, i64), StoreError> {
        let org = self.org()?.clone();
        let log = self
            .batch
            .logs
            .get(&org)
            .ok_or_else(|| StoreError::internal("the log is not locked"))?;
        let epoch = self.job.epoch.unwrap_or(log.epoch);
        let index = log.appender.size() + self.job.leaves.len() as u64;
        let time = header.now.max(log.last_time).max(self.job.last_time);
        let header = LeafHeader {
            v: LEAF_VERSION,
            log: okiagari_log::epoch_origin(&log.base, epoch),
            epoch,
            index,
            time_ms: time,
            actor: header.actor.to_owned(),
            role: header.role.to_owned(),
            action: header.action.to_owned(),
            items: header.items,
            pins: header.pins,
            note: header.note,
        };
        let bytes = header.encode().map_err(|error| match error {
            okiagari_log::LeafError::TooLong(_) => StoreError::BadValue {
                field: String::new(),
                why: "one change touches too many records; split it",
            },
            other => StoreError::internal(other),
        })?;
        let text = std::str::from_utf8(&bytes).map_err(StoreError::internal)?;
        self.read.db.execute(
            "INSERT INTO leaf (org, idx, time, header) VALUES ($1, $2, $3, $4)",
            &[P::Text(org.as_str()), P::count(index), P::Int(time), P::Text(text)],
        )?;
        self.job.leaves.push(leaf_hash(&bytes));
        self.job.last_time = time;
        Ok((index, time))
    }

    fn write_revision(
        &mut self,
        checked: Checked,
        leaf: u64,
        time: i64,
        actor: &str,
    ) -> Result<(Record, Option<RecordId>), StoreError> {
        let org = self.org()?.clone();
        let Checked { draft, before, text, seed, .. } = checked;
        let registry = self.read.registry;
        let reg = registry.get(draft.def)?;
        let key = Key { org: org.as_str(), reg, id: draft.id.as_str() };
        let number = draft.expected_rev + 1;
        let conn = &mut *self.read.db;
        conn.execute(
            "INSERT INTO revision (org, register, id, rev, leaf, body, seed) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                P::Text(key.org),
                P::Text(reg.def.id),
                P::Text(key.id),
                P::Int(number.into()),
                P::count(leaf),
                P::Text(&text),
                P::Blob(&seed.0),
            ],
        )?;
        let rev = Rev { rev: number, leaf, time, actor: actor.to_owned(), body: draft.body };
        let first = before.as_ref().map_or((time, actor), |b| (b.created_at, b.author.as_str()));
        let shared = Shared::of(reg, key.id, &rev, first);
        let fresh = before.is_none();
        if draft.erase.is_empty() {
            if !fresh {
                rows::close(conn, key, leaf)?;
            }
            let title = project::title(reg, &draft.id, &rev.body);
            let fields = project::field_values(reg, &rev.body)?;
            rows::insert(conn, key, &title, &shared, (leaf_number(leaf), NOW), &fields)?;
            rows::step_links(conn, key, leaf, &project::links(reg, &rev.body), fresh)?;
        } else {
            erase::fields(conn, key, &draft.erase, number)?;
            self.job.erasures.push(erase::journal_entry(key, leaf, time, &draft.erase));
        }
        let tokens = project::tokens(key.org, reg, &rev.body);
        // The index itself is written once a batch: see `Writer::flush`.
        let write = rows::step_search(conn, &mut self.batch.docs, key, tokens, fresh)?;
        self.job.search.extend(write);
        self.job.purge |= !draft.erase.is_empty();
        let case = shared.case.map(RecordId::new);
        let created_at = Time::from_millis(shared.created_at);
        Ok((record(reg, draft.id, rev, created_at), case))
    }

    /// Gives out the next number of a register, from 1. A change that is undone gives its number
    /// back.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn next_number(&mut self, org: &OrgId, register: &str) -> Result<i64, StoreError> {
        rows::take_numbers(self.read.db, org.as_str(), register, 1)
    }
}

/// What of a leaf the caller decides.
pub(crate) struct Header<'a> {
    pub now: i64,
    pub actor: &'a str,
    pub role: &'a str,
    pub action: &'a str,
    pub items: Vec<LeafItem>,
    pub pins: BTreeMap<String, String>,
    pub note: Option<LeafNote>,
}

impl Checked {
    fn item(&self) -> LeafItem {
        let mut erased = self.draft.erase.clone();
        erased.sort_unstable();
        erased.dedup();
        LeafItem {
            register: self.draft.def.id.to_owned(),
            id: self.draft.id.to_string(),
            rev: self.draft.expected_rev + 1,
            commitment: self.commitment,
            erased,
        }
    }
}

/// A record may change only once in a change: its history has one revision a leaf.
fn check_once(checked: &[Checked]) -> Result<(), StoreError> {
    let key = |c: &Checked| (c.draft.def.id, c.draft.id.clone());
    for (at, one) in checked.iter().enumerate() {
        if checked.iter().skip(at + 1).any(|other| key(one) == key(other)) {
            let why = "a record stands twice in one change";
            return Err(StoreError::BadValue {
                field: format!("{}/{}", one.draft.def.id, one.draft.id),
                why,
            });
        }
    }
    Ok(())
}

pub(crate) fn revision_number(stored: i64) -> Result<u32, StoreError> {
    u32::try_from(stored).map_err(|_| StoreError::corrupt("a revision's number"))
}

fn record(reg: &Reg, id: RecordId, rev: Rev, created_at: Time) -> Record {
    Record {
        def: reg.def,
        id,
        rev: rev.rev,
        leaf: rev.leaf,
        created_at,
        updated_at: Time::from_millis(rev.time),
        updated_by: rev.actor,
        body: rev.body,
    }
}
