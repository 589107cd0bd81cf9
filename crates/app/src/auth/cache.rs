//! Answers kept for a few seconds, so that a request does not ask the database who it is from.

use okiagari_model::Time;
use okiagari_store::server::Digest;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long an answer is kept, in ms: what another server ends is noticed within this.
const KEPT: i64 = 3_000;
/// The most answers kept at once.
const MOST: usize = 20_000;

pub(super) struct Cache<T>(Mutex<HashMap<Digest, (Time, T)>>);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Cache<T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, (Time, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, key: &Digest, now: Time) -> Option<T> {
        let map = self.lock();
        let (since, value) = map.get(key)?;
        (0..KEPT).contains(&now.since(*since)).then(|| value.clone())
    }

    pub(super) fn put(&self, key: Digest, value: T, now: Time) {
        let mut map = self.lock();
        if map.len() >= MOST {
            map.retain(|_, (since, _)| (0..KEPT).contains(&now.since(*since)));
            if map.len() >= MOST {
                map.clear();
            }
        }
        map.insert(key, (now, value));
    }

    pub(super) fn forget(&self, key: &Digest) {
        self.lock().remove(key);
    }

    pub(super) fn forget_if(&self, gone: impl Fn(&T) -> bool) {
        self.lock().retain(|_, (_, value)| !gone(value));
    }
}
