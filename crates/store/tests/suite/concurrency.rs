//! Many writers, one order; faults that stay with whoever made them.

use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::{ListQuery, Store, StoreError};
use serde_json::json;
use std::sync::Barrier;

#[test]
fn sixteen_writers_leave_one_unbroken_log() {
    on_each(|place| {
        let store = place.open();
        let barrier = Barrier::new(16);
        std::thread::scope(|scope| {
            for thread in 0..16 {
                let (store, barrier) = (&store, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    for at in 0..20 {
                        let id = format!("p{thread}-{at}");
                        put(store, at, Person::DEF, &id, 0, json!({"name": "花子"}));
                    }
                });
            }
        });
        store
            .read(|tx| {
                assert_eq!(tx.size(&org())?, 320);
                let headers = tx.headers(&org(), 0, 1000)?;
                assert!(headers.iter().enumerate().all(|(at, h)| h.index == at as u64));
                assert!(headers.is_sorted_by_key(|h| h.time_ms));
                for index in [0, 100, 255, 256, 319] {
                    assert_eq!(tx.inclusion(&org(), index, None)?.size, 320);
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}

/// A gate that lets one through: an incident may be taken only while nobody has it.
fn take(store: &Store, person: &'static str) -> Result<(), StoreError> {
    let org = org();
    let key = org.clone();
    store.write(&org, "take", move |tx| {
        let incident = tx.get(&key, Incident::DEF, &id("i1"), &everything())?.unwrap();
        if incident.body.contains_key("lead") {
            return Err(StoreError::BadValue { field: "lead".into(), why: "taken" });
        }
        let json = json!({"title": "停止", "lead": person});
        append(tx, &key, 1, person, vec![revision(Incident::DEF, "i1", incident.rev, json)])?;
        Ok(())
    })
}

#[test]
fn two_people_at_one_gate() {
    on_each(|place| {
        let store = place.open();
        put(&store, 0, Incident::DEF, "i1", 0, json!({"title": "停止"}));
        let barrier = Barrier::new(2);
        let outcomes: Vec<Result<(), StoreError>> = std::thread::scope(|scope| {
            let both: Vec<_> = ["hanako", "jiro"]
                .into_iter()
                .map(|person| {
                    let (store, barrier) = (&store, &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        take(store, person)
                    })
                })
                .collect();
            both.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1, "{outcomes:?}");
        let size = store.read(|tx| tx.size(&org())).map_err(|e: StoreError| e);
        assert_eq!(size.unwrap(), 2);
    });
}

#[test]
fn two_nodes_on_one_database_decide_in_one_order() {
    let Some(place) = Place::pg() else { return };
    let nodes = [place.open(), place.open()];
    put(&nodes[0], 0, Asset::DEF, "counter", 0, json!({"name": "x", "rank": 0}));
    std::thread::scope(|scope| {
        for (number, node) in nodes.iter().enumerate() {
            scope.spawn(move || {
                for at in 0..25 {
                    let org = org();
                    let key = org.clone();
                    let done: Result<(), StoreError> = node.write(&org, "count", move |tx| {
                        let old = tx.get(&key, Asset::DEF, &id("counter"), &everything())?.unwrap();
                        let rank = old.int("rank").unwrap() + 1;
                        let mine = format!("a{number}-{at}");
                        append(
                            tx,
                            &key,
                            at,
                            "x",
                            vec![
                                revision(
                                    Asset::DEF,
                                    "counter",
                                    old.rev,
                                    json!({"name": "x", "rank": rank}),
                                ),
                                revision(Asset::DEF, &mine, 0, json!({"name": "受注"})),
                            ],
                        )?;
                        Ok(())
                    });
                    done.unwrap();
                }
            });
        }
    });
    nodes[1]
        .read(|tx| {
            let counter = tx.get(&org(), Asset::DEF, &id("counter"), &everything())?.unwrap();
            assert_eq!((counter.int("rank"), counter.rev), (Some(50), 51));
            assert_eq!(tx.size(&org())?, 51);
            assert_eq!(tx.search(&org(), "受注", &everything(), 99)?.len(), 50);
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[test]
fn a_panic_undoes_its_own_change_alone() {
    on_each(|place| {
        let store = place.open();
        let org = org();
        let key = org.clone();
        let quiet = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let failed: Result<(), StoreError> = store.write(&org, "panics", move |tx| {
            append(
                tx,
                &key,
                0,
                "x",
                vec![revision(Person::DEF, "p1", 0, json!({"name": "花子"}))],
            )?;
            panic!("a fault in a decision");
        });
        std::panic::set_hook(quiet);
        assert!(matches!(failed, Err(StoreError::Internal(_))), "{failed:?}");
        assert_eq!(put(&store, 1, Person::DEF, "p1", 0, json!({"name": "次郎"})), 0);
    });
}

#[test]
fn an_error_in_a_statement_undoes_its_own_change_alone() {
    on_each(|place| {
        let store = place.open();
        let org = org();
        let key = org.clone();
        let failed: Result<(), StoreError> = store.write(&org, "bad", move |tx| {
            append(
                tx,
                &key,
                0,
                "x",
                vec![revision(Person::DEF, "p1", 0, json!({"name": "花子"}))],
            )?;
            tx.db().execute("INSERT INTO nowhere VALUES (1)", &[]).map(|_| ())
        });
        assert!(matches!(failed, Err(StoreError::Internal(_))), "{failed:?}");
        assert_eq!(put(&store, 1, Person::DEF, "p1", 0, json!({"name": "次郎"})), 0);
    });
}

#[test]
fn a_reader_sees_one_moment_and_blocks_nobody() {
    on_each(|place| {
        let store = place.open();
        put(&store, 0, Person::DEF, "p1", 0, json!({"name": "花子"}));
        let (org, rows) = (org(), everything());
        let query = ListQuery::new(&org, Person::DEF, &rows);
        store
            .read(|tx| {
                let before = tx.count(&query)?;
                put(&store, 1, Person::DEF, "p2", 0, json!({"name": "次郎"}));
                assert_eq!(tx.count(&query)?, before);
                assert_eq!(tx.size(&org)?, 1);
                Ok::<_, StoreError>(())
            })
            .unwrap();
        let after = store.read(|tx| tx.count(&query)).map_err(|e: StoreError| e);
        assert_eq!(after.unwrap().count, 2);
    });
}

#[test]
fn more_readers_than_connections_wait_their_turn() {
    let place = Place::lite();
    let config = okiagari_store::StoreConfig { readers: 2, ..place.config() };
    let store = Store::open(config, crate::registers::ALL).unwrap();
    put(&store, 0, Person::DEF, "p1", 0, json!({"name": "花子"}));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let all = store.read(|tx| tx.all(&org(), Person::DEF, &everything()));
                    assert_eq!(all.map_err(|e: StoreError| e).unwrap().len(), 1);
                }
            });
        }
    });
}

#[test]
fn a_lost_connection_is_taken_up_again() {
    let Some(cluster) = okiagari_tests::postgres::Cluster::start() else { return };
    let config = okiagari_store::StoreConfig::new(cluster.fresh_database(), "log.example");
    let store = Store::open(config, crate::registers::ALL).unwrap();
    assert_eq!(put(&store, 0, Person::DEF, "p1", 0, json!({"name": "花子"})), 0);
    let count = || {
        let all = store.read(|tx| tx.all(&org(), Person::DEF, &everything()));
        all.map_err(|e: StoreError| e).map(|all| all.len())
    };
    assert_eq!(count().unwrap(), 1);
    // Lost while idle: nobody notices.
    cluster.drop_connections();
    assert_eq!(put(&store, 1, Person::DEF, "p2", 0, json!({"name": "次郎"})), 1);
    cluster.drop_connections();
    assert_eq!(count().unwrap(), 2);
    // Lost in the middle of a change: that change alone fails, and nothing of it is kept.
    let org = org();
    let key = org.clone();
    let (here, gone) = (std::sync::mpsc::channel(), std::sync::mpsc::channel());
    let failed: Result<(), StoreError> = std::thread::scope(|scope| {
        let change = scope.spawn(|| {
            store.write(&org, "cut", move |tx| {
                append(
                    tx,
                    &key,
                    2,
                    "x",
                    vec![revision(Person::DEF, "p3", 0, json!({"name": "三郎"}))],
                )?;
                here.0.send(()).unwrap();
                gone.1.recv().unwrap();
                tx.get(&key, Person::DEF, &id("p3"), &everything()).map(|_| ())
            })
        });
        here.1.recv().unwrap();
        cluster.drop_connections();
        gone.0.send(()).unwrap();
        change.join().unwrap()
    });
    assert!(matches!(failed, Err(StoreError::Lost(_))), "{failed:?}");
    assert_eq!(put(&store, 3, Person::DEF, "p4", 0, json!({"name": "四郎"})), 2);
    // Killed and started again.
    cluster.kill();
    let refused =
        change(&store, 4, "x", vec![revision(Person::DEF, "p5", 0, json!({"name": "五郎"}))]);
    assert!(refused.is_err());
    cluster.restart();
    assert_eq!(put(&store, 5, Person::DEF, "p5", 0, json!({"name": "五郎"})), 3);
    assert_eq!(count().unwrap(), 4);
}
