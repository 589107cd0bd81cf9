//! Whole batches, put together by hand so that nothing depends on who comes first.

use super::*;
use crate::conn::P;
use crate::{ChangeDraft, RevisionDraft, VerifyOptions};
use okiagari_model::{Body, Register, RowFilter, SeededIds, Time, Value};
use std::collections::BTreeMap;

/// A thing.
#[derive(Register)]
#[register(
    id = "thing", wing = Identify, ja = "物", en = "Thing", question_ja = "何", question_en = "What?",
    about_ja = "物。", about_en = "Things.", purpose_ja = "試験", purpose_en = "Tests", sort = "name"
)]
struct Thing {
    /// Name.
    #[field(ja = "名", en = "Name", title, search)]
    name: String,
    /// Part of.
    #[field(ja = "親", en = "Part of")]
    part_of: Option<okiagari_model::Ref<Thing>>,
}

static DEFS: &[&okiagari_model::RegisterDef] = &[Thing::DEF];

struct Bench {
    writer: Writer,
    opener: Opener,
    _folder: tempfile::TempDir,
}

fn on_each(test: impl Fn(&mut Bench)) {
    let bench = |folder: tempfile::TempDir, opener: Opener| {
        let registry = Arc::new(Registry::new(DEFS).unwrap());
        let mut conn = opener.writer().unwrap();
        crate::schema::prepare(&mut conn, DEFS, &mut |_, _| Ok(())).unwrap();
        let writer = Writer {
            conn: Some(conn),
            opener: opener.clone(),
            registry,
            listeners: Listeners::default(),
            nodes: crate::nodes::Nodes::default(),
            batch: Batch::new("log.example".to_owned(), None),
        };
        Bench { writer, opener, _folder: folder }
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    test(&mut bench(folder, Opener::Lite { path, durable: true }));
    if let Some(cluster) = okiagari_tests::postgres::Cluster::shared() {
        let url = cluster.fresh_database();
        test(&mut bench(tempfile::tempdir().unwrap(), Opener::Pg { url }));
    }
}

type Answer = Receiver<Result<u64, StoreError>>;

fn job(
    decide: impl FnOnce(&mut WriteTx<'_>) -> Result<u64, StoreError> + Send + 'static,
) -> (Box<dyn Job>, Answer) {
    let (answer, wait) = sync_channel(1);
    let org = Some(OrgId::new("acme"));
    let call = Call { org, name: "test", heavy: false, decide: Some(decide), result: None, answer };
    (Box::new(call), wait)
}

fn run(writer: &mut Writer, jobs: Vec<(Box<dyn Job>, Answer)>) -> Vec<Result<u64, StoreError>> {
    let (jobs, answers): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
    writer.work(jobs);
    answers.into_iter().map(|answer| answer.try_recv().unwrap()).collect()
}

fn put(tx: &mut WriteTx<'_>, id: &str, rev: u32, name: &str) -> Result<u64, StoreError> {
    let org = OrgId::new("acme");
    let body: Body = [("name", name), ("part_of", "whole")]
        .into_iter()
        .map(|(field, value)| (field.to_owned(), Value::from(value)))
        .collect();
    let draft = ChangeDraft {
        org: &org,
        now: Time::from_millis(1_790_000_000_000),
        actor: "x",
        role: "",
        action: "test",
        revisions: vec![RevisionDraft {
            def: Thing::DEF,
            id: RecordId::new(id),
            expected_rev: rev,
            body,
            erase: Vec::new(),
        }],
        pins: BTreeMap::new(),
        note: None,
    };
    tx.append(draft, &mut SeededIds::new(1)).map(|appended| appended.leaf)
}

fn writes_everywhere(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    let org = OrgId::new("acme");
    put(tx, "bad", 0, "消えるもの")?;
    put(tx, "a1", 1, "消える名")?;
    tx.next_number(&org, "thing")?;
    tx.enqueue(Some(&org), "mail", "bad", Time::from_millis(1), "{}")
}

fn names(bench: &mut Bench) -> Vec<String> {
    let mut conn = bench.opener.writer().unwrap();
    let registry = Arc::clone(&bench.writer.registry);
    let mut tx = ReadTx { db: &mut conn, registry: &registry };
    let all = tx.all(&OrgId::new("acme"), Thing::DEF, &RowFilter::everything()).unwrap();
    all.iter().map(|record| format!("{}={}", record.id, record.text("name"))).collect()
}

#[test]
fn a_refused_or_panicking_job_leaves_no_trace_and_the_others_stay() {
    on_each(|bench| {
        let quiet = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let outcomes = run(
            &mut bench.writer,
            vec![
                job(|tx| put(tx, "a1", 0, "資産一")),
                job(|tx| writes_everywhere(tx).and(Err(StoreError::Busy))),
                job(|tx| put(tx, "a2", 0, "資産二")),
                job(|tx| {
                    writes_everywhere(tx)?;
                    panic!("a fault in a decision")
                }),
                job(|tx| put(tx, "a1", 1, "資産三")),
                job(|tx| tx.next_number(&OrgId::new("acme"), "thing").map(i64::cast_unsigned)),
            ],
        );
        std::panic::set_hook(quiet);
        assert_eq!(outcomes[1], Err(StoreError::Busy));
        assert!(matches!(outcomes[3], Err(StoreError::Internal(_))));
        assert_eq!([&outcomes[0], &outcomes[2], &outcomes[4]], [&Ok(0), &Ok(1), &Ok(2)]);
        assert_eq!(outcomes[5], Ok(1));
        assert_eq!(names(bench), ["a1=資産三", "a2=資産二"]);
        let conn = bench.writer.conn.as_mut().unwrap();
        assert_eq!(conn.query_int("SELECT count(*) FROM job", &[]).unwrap(), 0);
        assert_eq!(conn.query_int("SELECT count(*) FROM search", &[]).unwrap(), 2);
        // The next batch goes on where this one ended.
        let next = run(&mut bench.writer, vec![job(|tx| put(tx, "a3", 0, "四"))]);
        assert_eq!(next, [Ok(3)]);
    });
}

#[test]
fn a_later_job_decides_on_what_an_earlier_one_wrote() {
    on_each(|bench| {
        let take = || {
            job(|tx| {
                let org = OrgId::new("acme");
                let id = RecordId::new("gate");
                match tx.get(&org, Thing::DEF, &id, &RowFilter::everything())? {
                    Some(_) => Err(StoreError::Busy),
                    None => put(tx, "gate", 0, "通った"),
                }
            })
        };
        let outcomes = run(&mut bench.writer, vec![take(), take(), take()]);
        assert_eq!(outcomes, [Ok(0), Err(StoreError::Busy), Err(StoreError::Busy)]);
    });
}

#[test]
fn a_batch_that_cannot_be_kept_fails_as_a_whole_and_the_next_one_starts_clean() {
    on_each(|bench| {
        assert_eq!(run(&mut bench.writer, vec![job(|tx| put(tx, "a0", 0, "零"))]), [Ok(0)]);
        let outcomes = run(
            &mut bench.writer,
            vec![
                job(|tx| put(tx, "a1", 0, "一")),
                // The transaction ends behind the writer's back, as on a full disk.
                job(|tx| tx.db().batch("ROLLBACK").map(|()| 0)),
                job(|tx| put(tx, "a2", 0, "二")),
                job(|_| Err(StoreError::BadCursor)),
            ],
        );
        assert!(outcomes.iter().all(Result::is_err), "{outcomes:?}");
        assert_eq!(names(bench), ["a0=零"]);
        let again = run(
            &mut bench.writer,
            vec![job(|tx| put(tx, "a1", 0, "一")), job(|tx| put(tx, "a2", 0, "二"))],
        );
        assert_eq!(again, [Ok(1), Ok(2)]);
        let conn = bench.writer.conn.as_mut().unwrap();
        let root = conn.query_int("SELECT size FROM head WHERE org = $1", &[P::Text("acme")]);
        assert_eq!(root, Ok(3));
    });
}

#[test]
fn a_whole_history_of_batches_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("t.db").display());
    let config = crate::StoreConfig::new(url, "log.example");
    let store = crate::Store::open(config, DEFS).unwrap();
    let org = OrgId::new("acme");
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (store, org) = (&store, &org);
            scope.spawn(move || {
                for at in 0..30 {
                    let id = format!("t{thread}-{at}");
                    let refuse = at % 5 == 4;
                    let done: Result<u64, StoreError> = store.write(org, "t", move |tx| {
                        let leaf = put(tx, &id, 0, "資産")?;
                        if refuse { Err(StoreError::Busy) } else { Ok(leaf) }
                    });
                    assert_eq!(done.is_err(), refuse);
                }
            });
        }
    });
    let report = store.verify(&org, &VerifyOptions::default(), &|_, _| {}).unwrap();
    assert!(report.ok(), "{:#?}", report.checks);
    assert_eq!(report.size, 8 * 24);
}
