//! Identifiers. All are opaque: nothing is to be read out of them.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);
        impl $name {
            /// Takes a text that is already known to be an id (from the store or from [`Ids`]).
            pub fn new(text: impl Into<String>) -> Self { Self(text.into()) }
            /// Reads an id that came from outside: 1 to 40 characters of `a-z A-Z 0-9 _ -`.
            pub fn parse(text: &str) -> Option<Self> {
                let ok = !text.is_empty() && text.len() <= 40
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
                ok.then(|| Self(text.to_owned()))
            }
            /// The id as text.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
    };
}

id!(
    /// An organisation; the first part of every key.
    OrgId
);
id!(
    /// A record of a register, unique inside its organisation.
    RecordId
);
id!(
    /// An account that signs in; belongs to the server, not to one organisation.
    AccountId
);

impl RecordId {
    /// The last six characters: enough for people to tell two records apart on a screen.
    pub fn short(&self) -> &str {
        let s = self.as_str();
        &s[s.len().saturating_sub(6)..]
    }
}

/// Where new ids and random bytes come from. Handed in, so that tests repeat exactly.
pub trait Ids: Send {
    /// Fills the buffer with random bytes.
    fn fill(&mut self, buf: &mut [u8]);

    /// A fresh record id: 26 characters, ordered by `now` first, then random.
    fn next_id(&mut self, now: super::time::Time) -> RecordId {
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let mut rnd = [0u8; 10];
        self.fill(&mut rnd);
        let mut value = u128::from(now.millis().unsigned_abs() & 0xffff_ffff_ffff) << 80;
        for (i, b) in rnd.iter().enumerate() {
            value |= u128::from(*b) << (72 - 8 * i);
        }
        let text: String = (0..26)
            .rev()
            .map(|i| char::from(ALPHABET[((value >> (5 * i)) & 31) as usize]))
            .collect();
        RecordId::new(text)
    }
}

/// A repeatable source for tests, benches and the demo: a counter through SplitMix64.
#[derive(Debug, Clone)]
pub struct SeededIds(u64);

impl SeededIds {
    /// Starts at a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Ids for SeededIds {
    fn fill(&mut self, buf: &mut [u8]) {
        for chunk in buf.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_be_bytes()[..chunk.len()]);
        }
    }
}
