//! A leaf: the compact header of one change, as canonical JSON (RFC 8785).
//!
//! Leaves are never erased, so nothing personal may stand in one: `actor` and item ids are
//! opaque, and what a change says is in bodies, which the leaf only commits to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::note::is_name;
use crate::tile::MAX_ENTRY_BYTES;

/// The version of the leaf form that this crate writes.
pub const LEAF_VERSION: u8 = 1;

/// The action of the first new leaf of an epoch.
pub const EPOCH_OPEN: &str = "epoch.open";

/// The largest whole number that every JSON reader takes exactly.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// The header of one change: who did what to which records, and when.
///
/// Fields stand in the leaf under the names given here, except where a comment says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafHeader {
    /// The version of the form: [`LEAF_VERSION`].
    pub v: u8,
    /// The origin of the log in this epoch: see [`epoch_origin`].
    pub log: String,
    /// The epoch, from 1.
    pub epoch: u32,
    /// The place of the leaf in the log, from 0; at most 2^53 - 1.
    pub index: u64,
    /// When, in milliseconds since 1970 UTC; key `time`.
    #[serde(rename = "time")]
    pub time_ms: i64,
    /// Who, as an opaque id.
    pub actor: String,
    /// The role in which they acted; may be empty.
    pub role: String,
    /// What was done, such as `asset.update`.
    pub action: String,
    /// The records that changed; left out when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<LeafItem>,
    /// Which versions of rules and settings decided: name to digest; left out when empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pins: BTreeMap<String, String>,
    /// What only some actions carry; left out when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LeafNote>,
}

/// One record in a change, at its new revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafItem {
    /// The register of the record; key `reg`.
    #[serde(rename = "reg")]
    pub register: String,
    /// The opaque id of the record.
    pub id: String,
    /// The number of the revision.
    pub rev: u32,
    /// The commitment to the revision's fields (see [`crate::field`]); key `commit`.
    #[serde(rename = "commit")]
    pub commitment: Hash,
    /// The fields that this change erased from all revisions up to this one, in byte order and
    /// each once; left out when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<String>,
}

/// What only some actions carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LeafNote {
    /// Of the action [`EPOCH_OPEN`].
    EpochOpen(EpochOpen),
}

/// The opening of a new epoch after a restore that fell short of a known checkpoint.
///
/// The leaves before `from_size` survived and go on; those from `from_size` up to `known_size`
/// are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochOpen {
    /// How many leaves survived, so the index of this leaf.
    pub from_size: u64,
    /// The size of the known checkpoint of the epoch before.
    pub known_size: u64,
    /// The root of that checkpoint.
    pub known_root: Hash,
}

/// Why a leaf cannot be written, or is not one.
#[derive(Debug, thiserror::Error)]
pub enum LeafError {
    /// The leaf is longer than an entry bundle can hold.
    #[error("the leaf has {0} bytes, more than 65535")]
    TooLong(usize),
    /// A form that this crate does not know.
    #[error("the leaf has version {0}, known is 1")]
    Version(u64),
    /// Not JSON, an unknown or missing key, or a value of the wrong type.
    #[error("the leaf is malformed")]
    Json(#[from] serde_json::Error),
    /// A value that may not stand there.
    #[error("the leaf's {0} is not allowed")]
    Value(&'static str),
    /// The bytes are another spelling of a leaf than its canonical one.
    #[error("the leaf is not in canonical form")]
    NotCanonical,
}

impl LeafHeader {
    /// The bytes of the leaf: canonical JSON (RFC 8785).
    ///
    /// # Errors
    /// When a value may not stand in a leaf or the leaf has more than 65,535 bytes.
    pub fn encode(&self) -> Result<Vec<u8>, LeafError> {
        if self.v != LEAF_VERSION {
            return Err(LeafError::Version(u64::from(self.v)));
        }
        self.check()?;
        let bytes = serde_json_canonicalizer::to_vec(self)?;
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(LeafError::TooLong(bytes.len()));
        }
        Ok(bytes)
    }

    /// Reads the bytes of a leaf, which must be exactly what [`LeafHeader::encode`] writes.
    ///
    /// # Errors
    /// For an unknown version or key, a value that may not stand there, or another spelling.
    pub fn decode(bytes: &[u8]) -> Result<Self, LeafError> {
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(LeafError::TooLong(bytes.len()));
        }
        let header: Self = serde_json::from_slice(bytes).map_err(|error| {
            // A later version may have other keys; its number says more than the first of them.
            match serde_json::from_slice::<VersionOnly>(bytes) {
                Ok(VersionOnly { v }) if v != u64::from(LEAF_VERSION) => LeafError::Version(v),
                _ => LeafError::Json(error),
            }
        })?;
        if header.encode()? == bytes { Ok(header) } else { Err(LeafError::NotCanonical) }
    }

    /// The opening of an epoch, if this leaf is one.
    pub fn epoch_open(&self) -> Option<&EpochOpen> {
        match &self.note {
            Some(LeafNote::EpochOpen(open)) => Some(open),
            None => None,
        }
    }

    fn check(&self) -> Result<(), LeafError> {
        let need = |holds: bool, what| if holds { Ok(()) } else { Err(LeafError::Value(what)) };
        need(is_name(&self.log), "log")?;
        need(self.epoch >= 1 && split_origin(&self.log).1 == self.epoch, "epoch")?;
        need(self.index <= MAX_SAFE, "index")?;
        need(self.time_ms.unsigned_abs() <= MAX_SAFE, "time")?;
        need(!self.actor.is_empty(), "actor")?;
        need(!self.action.is_empty(), "action")?;
        for item in &self.items {
            need(!item.register.is_empty(), "register")?;
            need(!item.id.is_empty(), "id")?;
            need(item.erased.is_sorted_by(|one, next| one < next), "order of erased fields")?;
        }
        need((self.action == EPOCH_OPEN) == self.epoch_open().is_some(), "note")?;
        if let Some(open) = self.epoch_open() {
            need(self.epoch >= 2, "epoch")?;
            need(open.from_size == self.index, "from_size")?;
            need(open.known_size <= MAX_SAFE, "known_size")?;
            // Equal sizes stand for a restore to another history of the same length.
            need(open.from_size <= open.known_size, "known_size")?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct VersionOnly {
    v: u64,
}

/// The origin of a log in an epoch: `<base>` in epoch 1, then `<base>/epoch-2` and so on.
///
/// The base must not itself end in `/epoch-` and a number of 2 or more.
pub fn epoch_origin(base: &str, epoch: u32) -> String {
    if epoch <= 1 { base.to_owned() } else { format!("{base}/epoch-{epoch}") }
}

/// The base and the epoch that an origin stands for; undoes [`epoch_origin`].
pub fn split_origin(origin: &str) -> (&str, u32) {
    let epoch = origin.rsplit_once("/epoch-").and_then(|(base, number)| {
        let epoch = number.parse().ok().filter(|epoch| *epoch >= 2)?;
        (epoch_origin(base, epoch) == origin).then_some((base, epoch))
    });
    epoch.unwrap_or((origin, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> LeafHeader {
        LeafHeader {
            v: 1,
            log: "log.example/org".to_owned(),
            epoch: 1,
            index: 7,
            time_ms: 1_767_225_600_000,
            actor: "u1".to_owned(),
            role: "owner".to_owned(),
            action: "asset.update".to_owned(),
            items: vec![LeafItem {
                register: "asset".to_owned(),
                id: "a1".to_owned(),
                rev: 2,
                commitment: Hash([1; 32]),
                erased: vec!["contact".to_owned(), "phone".to_owned()],
            }],
            pins: BTreeMap::from([("rule.b".to_owned(), "sha256:00".to_owned())]),
            note: None,
        }
    }

    fn opening() -> LeafHeader {
        let open = EpochOpen { from_size: 7, known_size: 9, known_root: Hash([2; 32]) };
        LeafHeader {
            log: "log.example/org/epoch-2".to_owned(),
            epoch: 2,
            action: EPOCH_OPEN.to_owned(),
            items: Vec::new(),
            pins: BTreeMap::new(),
            note: Some(LeafNote::EpochOpen(open)),
            ..header()
        }
    }

    #[test]
    fn leaves_round_trip() {
        for leaf in [header(), opening(), LeafHeader { time_ms: -1, ..header() }] {
            assert_eq!(LeafHeader::decode(&leaf.encode().unwrap()).unwrap(), leaf);
        }
    }

    #[test]
    fn empty_parts_are_left_out_and_keys_sorted() {
        let leaf = LeafHeader { items: Vec::new(), pins: BTreeMap::new(), ..header() };
        let text = String::from_utf8(leaf.encode().unwrap()).unwrap();
        let expected = concat!(
            r#"{"action":"asset.update","actor":"u1","epoch":1,"index":7,"#,
            r#""log":"log.example/org","role":"owner","time":1767225600000,"v":1}"#
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn other_spellings_are_refused() {
        let good = String::from_utf8(header().encode().unwrap()).unwrap();
        for bad in [
            good.replace(":1,", ": 1,"),
            good.replace("\"index\":7", "\"index\":7.0"),
            good.replace("\"index\":7", "\"index\":07"),
            good.replace("\"index\":7", "\"index\":7,\"index\":7"),
            good.replace("\"index\":7", "\"index\":7,\"more\":1"),
            good.replace("\"index\":7,", ""),
            good.replace("u1", "\\u00751"),
            good.replace("\"rule.b\":", "\"rule.b\":\"x\",\"rule.b\":"),
            good.replace("\"role\":\"owner\",", "\"note\":null,\"role\":\"owner\","),
            good.replace(
                "\"role\":\"owner\",\"time\":1767225600000",
                "\"time\":1767225600000,\"role\":\"owner\"",
            ),
            good.replace("[\"contact\",\"phone\"]", "[]"),
            format!("{good}\n"),
            String::new(),
        ] {
            assert!(LeafHeader::decode(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(LeafHeader::decode(&[0xff]).is_err());
    }

    #[test]
    fn a_later_version_is_named() {
        let leaf = br#"{"something":"new","v":2}"#;
        assert!(matches!(LeafHeader::decode(leaf), Err(LeafError::Version(2))));
        let leaf = LeafHeader { v: 2, ..header() };
        assert!(matches!(leaf.encode(), Err(LeafError::Version(2))));
    }

    #[test]
    fn values_that_may_not_stand_in_a_leaf() {
        let refused = |change: fn(&mut LeafHeader), what: &str| {
            let mut leaf = header();
            change(&mut leaf);
            match leaf.encode() {
                Err(LeafError::Value(found)) => assert_eq!(found, what),
                other => panic!("{what}: {other:?}"),
            }
        };
        refused(|leaf| leaf.log = "two words".to_owned(), "log");
        refused(|leaf| leaf.epoch = 0, "epoch");
        refused(|leaf| leaf.epoch = 2, "epoch");
        refused(|leaf| leaf.log.push_str("/epoch-2"), "epoch");
        refused(|leaf| leaf.index = 1 << 53, "index");
        refused(|leaf| leaf.time_ms = i64::MIN, "time");
        refused(|leaf| leaf.actor.clear(), "actor");
        refused(|leaf| leaf.action.clear(), "action");
        refused(|leaf| leaf.action = EPOCH_OPEN.to_owned(), "note");
        refused(|leaf| leaf.items[0].register.clear(), "register");
        refused(|leaf| leaf.items[0].id.clear(), "id");
        refused(|leaf| leaf.items[0].erased.reverse(), "order of erased fields");
        refused(|leaf| leaf.items[0].erased[1] = "contact".to_owned(), "order of erased fields");
        refused(|leaf| leaf.note = opening().note, "note");
        let open = |change: fn(&mut LeafHeader)| {
            let mut leaf = opening();
            change(&mut leaf);
            matches!(leaf.encode(), Err(LeafError::Value(_)))
        };
        assert!(open(|leaf| leaf.index = 8));
        assert!(open(|leaf| leaf.note = None));
        assert!(open(|leaf| {
            leaf.log = "log.example/org".to_owned();
            leaf.epoch = 1;
        }));
        assert!(open(|leaf| {
            let known = EpochOpen { from_size: 7, known_size: 6, known_root: Hash([2; 32]) };
            leaf.note = Some(LeafNote::EpochOpen(known));
        }));
    }

    #[test]
    fn the_longest_leaf_has_65535_bytes() {
        let mut leaf = header();
        let spare = MAX_ENTRY_BYTES - leaf.encode().unwrap().len();
        leaf.role.push_str(&"x".repeat(spare));
        let bytes = leaf.encode().unwrap();
        assert_eq!(bytes.len(), MAX_ENTRY_BYTES);
        assert_eq!(LeafHeader::decode(&bytes).unwrap(), leaf);
        leaf.role.push('x');
        assert!(matches!(leaf.encode(), Err(LeafError::TooLong(65_536))));
    }

    #[test]
    fn origins_of_epochs() {
        for epoch in [1, 2, 10, u32::MAX] {
            let origin = epoch_origin("log.example/org", epoch);
            assert_eq!(split_origin(&origin), ("log.example/org", epoch));
        }
        assert_eq!(epoch_origin("a/b", 3), "a/b/epoch-3");
        for plain in ["a/epoch-1", "a/epoch-02", "a/epoch-x", "a/epoch-", "epoch-2"] {
            assert_eq!(split_origin(plain), (plain, 1));
        }
    }
}
