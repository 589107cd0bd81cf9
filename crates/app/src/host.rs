//! The two things the program gets from its surroundings: time and randomness.

use okiagari_model::{Ids, Time};

/// Where time and randomness come from. The program hands in the real ones, tests fixed ones.
pub trait Host: Send + Sync {
    /// The present instant.
    fn now(&self) -> Time;
    /// Fills the buffer with random bytes fit for keys.
    fn fill(&self, buf: &mut [u8]);
}

/// A host as a source of ids.
pub struct HostIds<'a>(pub &'a dyn Host);

impl Ids for HostIds<'_> {
    fn fill(&mut self, buf: &mut [u8]) {
        self.0.fill(buf);
    }
}
