//! The queue of work.

use crate::support::*;
use okiagari_model::*;
use okiagari_store::{ClaimedJob, Store, StoreError};

fn write<R: Send + 'static>(
    store: &Store,
    job: impl FnOnce(&mut okiagari_store::WriteTx<'_>) -> Result<R, StoreError> + Send + 'static,
) -> R {
    store.write_server("jobs", job).unwrap()
}

fn enqueue(store: &Store, kind: &'static str, key: &'static str, at: i64) {
    write(store, move |tx| tx.enqueue(Some(&org()), kind, key, Time::from_millis(at), "{}"));
}

fn claim(store: &Store, kinds: &'static [&'static str], now: i64) -> Vec<ClaimedJob> {
    write(store, move |tx| {
        tx.claim(kinds, Time::from_millis(now), Time::from_millis(now + 100), 10)
    })
}

fn keys(jobs: &[ClaimedJob]) -> Vec<&str> {
    jobs.iter().map(|j| j.key.as_str()).collect()
}

#[test]
fn work_is_claimed_once_when_due() {
    on_each(|place| {
        let store = place.open();
        enqueue(&store, "mail", "a", 50);
        enqueue(&store, "mail", "b", 10);
        enqueue(&store, "check", "c", 10);
        let next = store.read(|tx| tx.next_job_at()).map_err(|e: StoreError| e).unwrap();
        assert_eq!(next, Some(Time::from_millis(10)));
        assert!(claim(&store, &[], 9).is_empty());
        assert_eq!(keys(&claim(&store, &["mail"], 60)), ["b", "a"]);
        assert_eq!(keys(&claim(&store, &[], 60)), ["c"]);
        assert!(claim(&store, &[], 100).is_empty());
        // What a crashed worker had comes back.
        let again = claim(&store, &["mail"], 160);
        assert_eq!(keys(&again), ["b", "a"]);
        assert_eq!(again[0].attempts, 2);
        let pending = || {
            store
                .read(|tx| tx.pending_jobs(Some(&org()), "mail"))
                .map_err(|e: StoreError| e)
                .unwrap()
        };
        assert_eq!(pending(), 2);
        write(&store, move |tx| again.iter().try_for_each(|job| tx.finish(job)));
        assert_eq!(pending(), 0);
    });
}

#[test]
fn work_asked_for_again_is_done_again() {
    on_each(|place| {
        let store = place.open();
        enqueue(&store, "check", "a", 50);
        enqueue(&store, "check", "a", 20);
        let job = claim(&store, &[], 20).remove(0);
        assert_eq!(job.run_at, Time::from_millis(20));
        enqueue(&store, "check", "a", 30);
        write(&store, move |tx| tx.finish(&job));
        let job = claim(&store, &[], 30).remove(0);
        write(&store, move |tx| tx.retry(&job, Time::from_millis(90), "no answer"));
        assert!(claim(&store, &[], 89).is_empty());
        let job = claim(&store, &[], 90).remove(0);
        assert_eq!((job.attempts, job.org.clone()), (2, Some(org())));
        assert!(write(&store, |tx| tx.cancel(Some(&org()), "check", "a")));
        write(&store, move |tx| tx.finish(&job));
        assert!(claim(&store, &[], 999).is_empty());
    });
}
