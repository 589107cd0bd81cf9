//! Clients that write at the same time, and keep the receipts of what was acknowledged.

use crate::site::{Api, Site};
use okiagari_tests::http::Answer;
use okiagari_tests::program::Server;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{Scope, ScopedJoinHandle};

/// A request that changes something, and can be sent again.
#[derive(Debug, Clone)]
pub struct Sent {
    key: String,
    method: &'static str,
    path: String,
    body: Value,
}

impl Sent {
    /// Sends it; again with the same key, if it was sent before.
    pub fn send(&self, api: &Api) -> Option<Answer> {
        let headers = [("content-type", "application/json"), ("idempotency-key", &self.key)];
        api.send(self.method, &self.path, &headers, self.body.to_string().as_bytes())
    }
}

/// What the server answered to a change that it made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Receipt {
    pub register: String,
    pub id: String,
    pub rev: u64,
    pub leaf: u64,
}

impl Receipt {
    #[track_caller]
    pub fn of(answer: &Answer) -> Receipt {
        let json = answer.json();
        let text = |name: &str| json[name].as_str().expect("a text").to_owned();
        let number = |name: &str| json[name].as_u64().expect("a number");
        Receipt {
            register: text("register"),
            id: text("id"),
            rev: number("rev"),
            leaf: number("leaf"),
        }
    }
}

/// What all clients know together.
#[derive(Default)]
pub struct Book {
    /// Requests with the receipts that were given for them.
    done: Mutex<Vec<(Sent, Receipt)>>,
    /// Requests whose answer never came, or that the server could not promise to have undone.
    open: Mutex<Vec<Sent>>,
    /// Refusals, as they were sent.
    refused: Mutex<Vec<Answer>>,
    acknowledged: AtomicUsize,
    stop: AtomicBool,
}

impl Book {
    /// How many changes were acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// How many changes were refused because the server could not do them.
    pub fn refusals(&self) -> Vec<Answer> {
        lock(&self.refused).clone()
    }

    /// Forgets the refusals so far.
    pub fn clear_refusals(&self) {
        lock(&self.refused).clear();
    }

    /// Has the clients end after the request that they are at.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Lets new clients begin.
    pub fn again(&self) {
        self.stop.store(false, Ordering::SeqCst);
    }

    /// Every receipt, in the order of the log.
    pub fn receipts(&self) -> Vec<Receipt> {
        let mut all: Vec<Receipt> = lock(&self.done).iter().map(|(_, r)| r.clone()).collect();
        all.sort_by_key(|receipt| receipt.leaf);
        all
    }

    fn keep(&self, sent: &Sent, answer: &Answer) -> Receipt {
        let receipt = Receipt::of(answer);
        lock(&self.done).push((sent.clone(), receipt.clone()));
        self.acknowledged.fetch_add(1, Ordering::SeqCst);
        receipt
    }

    /// Sends again what got no answer, until the server acknowledges it: whether or not it was
    /// done before, it is done once.
    #[track_caller]
    pub fn settle(&self, api: &Api) {
        for sent in std::mem::take(&mut *lock(&self.open)) {
            let answer = sent.send(api).expect("an answer");
            assert!([200, 201].contains(&answer.status), "{sent:?}: {}", answer.text());
            self.keep(&sent, &answer);
        }
    }

    /// Sends acknowledged requests again (every so many): the receipts must be the same.
    #[track_caller]
    pub fn replay(&self, api: &Api, every: usize) {
        let done = lock(&self.done).clone();
        for (sent, receipt) in done.iter().step_by(every) {
            let answer = sent.send(api).expect("an answer");
            assert!([200, 201].contains(&answer.status), "{sent:?}: {}", answer.text());
            assert_eq!(Receipt::of(&answer), *receipt, "{sent:?}");
            assert_eq!(answer.header("idempotent-replayed"), Some("true"), "{sent:?}");
        }
    }

    /// Asserts that everything acknowledged is in the record where its receipt says, as the API
    /// tells it, and that no two changes share a leaf.
    #[track_caller]
    pub fn assert_kept(&self, api: &Api) {
        let receipts = self.receipts();
        let leaves: BTreeSet<u64> = receipts.iter().map(|receipt| receipt.leaf).collect();
        assert_eq!(leaves.len(), receipts.len(), "every change has a leaf of its own");
        let records: BTreeSet<(&str, &str)> =
            receipts.iter().map(|r| (r.register.as_str(), r.id.as_str())).collect();
        for (register, id) in records {
            let answer = api.get(&format!("{register}/{id}/history"));
            assert_eq!(answer.status, 200, "{register}/{id}: {}", answer.text());
            let entries = answer.json()["items"].as_array().expect("entries").clone();
            let kept: BTreeSet<(u64, u64)> = entries
                .iter()
                .filter_map(|entry| Some((entry["rev"].as_u64()?, entry["leaf"].as_u64()?)))
                .collect();
            for receipt in receipts.iter().filter(|r| r.register == register && r.id == id) {
                let there = kept.contains(&(receipt.rev, receipt.leaf));
                assert!(there, "lost: {receipt:?}, there is {kept:?}");
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What a client does when the server refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It ends when the server is gone, and goes on where it only refuses.
    GoOn,
    /// It ends with the first refusal.
    End,
}

/// Starts clients that make departments and rename each once, until they are stopped or the
/// server is gone. `round` tells their requests from those of other rounds.
pub fn start<'scope>(
    scope: &'scope Scope<'scope, '_>,
    book: &'scope Book,
    site: &Site,
    server: &Server,
    round: &str,
    clients: usize,
    refused: Refused,
) -> Vec<ScopedJoinHandle<'scope, ()>> {
    (0..clients)
        .map(|client| {
            let api = site.api(server);
            let name = format!("{round}-{client}");
            scope.spawn(move || write(book, &api, &name, refused))
        })
        .collect()
}

fn write(book: &Book, api: &Api, name: &str, refused: Refused) {
    let mut number = 0;
    let mut made: Option<Receipt> = None;
    while !book.stop.load(Ordering::SeqCst) {
        let key = format!("{name}-{number}");
        number += 1;
        let sent = match made.take() {
            None => Sent {
                body: json!({"body": {"name": key, "note": "書".repeat(number % 40)}}),
                key,
                method: "POST",
                path: "department".to_owned(),
            },
            Some(before) => Sent {
                body: json!({"body": {"name": format!("{key} 改")}, "rev": before.rev}),
                key,
                method: "PATCH",
                path: format!("department/{}", before.id),
            },
        };
        match sent.send(api) {
            Some(answer) if [200, 201].contains(&answer.status) => {
                let receipt = book.keep(&sent, &answer);
                made = (receipt.rev == 1).then_some(receipt);
            }
            Some(answer) => {
                // Undone, or perhaps done after all: either way it can be sent again.
                lock(&book.open).push(sent);
                lock(&book.refused).push(answer);
                if refused == Refused::End {
                    return;
                }
            }
            None => {
                lock(&book.open).push(sent);
                return;
            }
        }
    }
}
