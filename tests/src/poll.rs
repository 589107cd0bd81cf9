//! Waiting for a condition instead of a time.

use std::time::{Duration, Instant};

/// Long enough for anything that a test waits for on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

const STEP: Duration = Duration::from_millis(15);

/// Waits until `condition` holds.
///
/// # Panics
/// After `within`, naming `what` was awaited.
#[track_caller]
pub fn eventually(within: Duration, what: &str, mut condition: impl FnMut() -> bool) {
    eventually_some(within, what, || condition().then_some(()));
}

/// Waits until `find` returns something, and returns it.
///
/// # Panics
/// After `within`, naming `what` was awaited.
#[track_caller]
pub fn eventually_some<T>(within: Duration, what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + within;
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(Instant::now() < end, "not so within {within:?}: {what}");
        std::thread::sleep(STEP);
    }
}

/// As [`eventually`], for a condition that must be awaited (a page, for one).
///
/// # Panics
/// After `within`, naming `what` was awaited.
pub async fn eventually_async(
    within: Duration,
    what: &str,
    mut condition: impl AsyncFnMut() -> bool,
) {
    let end = Instant::now() + within;
    while !condition().await {
        assert!(Instant::now() < end, "not so within {within:?}: {what}");
        tokio::time::sleep(STEP).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_condition_is_asked_until_it_holds() {
        let mut asked = 0;
        eventually(PATIENCE, "asked three times", || {
            asked += 1;
            asked == 3
        });
        assert_eq!(asked, 3);
    }

    #[test]
    #[should_panic(expected = "the moon is square")]
    fn a_condition_that_never_holds_is_named() {
        eventually(Duration::ZERO, "the moon is square", || false);
    }
}
