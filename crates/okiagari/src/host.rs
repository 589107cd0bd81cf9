//! Clock and randomness: the only place in the workspace where either is taken from the system.

use okiagari_app::Host;
use okiagari_model::{Ids, Time};
use std::sync::atomic::{AtomicI64, Ordering};

/// The machine's clock and its randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemHost;

impl Host for SystemHost {
    fn now(&self) -> Time {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
        let now = jiff::Timestamp::now();
        Time::from_millis(now.as_millisecond())
    }

    fn fill(&self, buf: &mut [u8]) {
        if let Err(error) = getrandom::fill(buf) {
            // Without randomness no key, id or salt is safe; nothing can go on.
            tracing::error!(%error, "the system gives no randomness");
            std::process::exit(70);
        }
    }
}

impl Ids for SystemHost {
    fn fill(&mut self, buf: &mut [u8]) {
        Host::fill(self, buf);
    }
}

/// As [`SystemHost`], but its clock can be held at a past instant while demo data are written, and
/// can run ahead of the machine's or behind it: a bad night can be tried by day. Nothing but
/// [`crate::demo`] makes one, and only over a folder that is marked as a demo.
#[derive(Debug)]
pub struct DemoHost {
    held: AtomicI64,
    /// Milliseconds to the machine's clock.
    ahead: i64,
}

const RUNNING: i64 = i64::MIN;

impl DemoHost {
    /// With a running clock that shows `at` now; the machine's where nothing is said.
    pub fn starting(at: Option<Time>) -> Self {
        let ahead = at.map_or(0, |at| at.millis() - SystemHost.now().millis());
        Self { held: AtomicI64::new(RUNNING), ahead }
    }

    /// Holds the clock at an instant.
    pub fn hold(&self, at: Time) {
        self.held.store(at.millis(), Ordering::SeqCst);
    }

    /// Lets the clock run again, for good.
    pub fn release(&self) {
        self.held.store(RUNNING, Ordering::SeqCst);
    }
}

impl Host for DemoHost {
    fn now(&self) -> Time {
        match self.held.load(Ordering::SeqCst) {
            RUNNING => SystemHost.now().plus(self.ahead),
            at => Time::from_millis(at),
        }
    }

    fn fill(&self, buf: &mut [u8]) {
        Host::fill(&SystemHost, buf);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_clock_holds_and_runs_on() {
        let host = DemoHost::starting(None);
        host.hold(Time::from_millis(1_000));
        assert_eq!(host.now(), Time::from_millis(1_000));
        host.release();
        assert!(host.now() > Time::from_millis(1_600_000_000_000));
    }

    #[test]
    fn the_demo_clock_can_start_on_another_night() {
        let night = Time::from_millis(1_795_282_800_000);
        let host = DemoHost::starting(Some(night));
        assert!((night..night.plus(60_000)).contains(&host.now()));
    }

    #[test]
    fn random_bytes_differ() {
        let (mut a, mut b) = ([0; 16], [0; 16]);
        Host::fill(&SystemHost, &mut a);
        Host::fill(&SystemHost, &mut b);
        assert_ne!(a, b);
    }
}
