use super::*;
use crate::conn::Conn;
use crate::{Store, StoreConfig};
use okiagari_model::{DAY, Lang, MINUTE};
use okiagari_tests::postgres::Cluster;

const T0: Time = Time::from_millis(1_795_196_400_000);

fn each_engine(test: impl Fn(Store)) {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", folder.path().join("t.db").display());
    let open = |url: String| Store::open(StoreConfig::new(url, "log.example.jp"), &[]).unwrap();
    test(open(file));
    if let Some(cluster) = Cluster::shared() {
        test(open(cluster.fresh_database_sorted("ja-JP")));
    }
}

fn write<R: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&mut Conn) -> Result<R, StoreError> + Send + 'static,
) -> R {
    store.write_server("test", |tx| work(tx.db())).unwrap()
}

fn org() -> OrgId {
    OrgId::new("akari")
}

fn account(id: &str, login: &str) -> account::Account {
    account::Account {
        id: AccountId::new(id),
        login: login.to_owned(),
        login_key: login.to_lowercase(),
        display: "花子".to_owned(),
        password_hash: Some("$argon2id$x".to_owned()),
        password_at: T0,
        password_until: Some(T0.plus(DAY)),
        must_change: true,
        totp_secret: None,
        totp_confirmed_at: None,
        server_admin: true,
        lang: Lang::En,
        created_at: T0,
        disabled_at: None,
    }
}

#[test]
fn an_account_comes_back_and_its_name_is_taken_once() {
    each_engine(|store| {
        let wanted = account("a1", "Hanako");
        let (one, two) = (wanted.clone(), account("a2", "HANAKO"));
        assert!(write(&store, move |c| account::insert(c, &one)));
        assert!(!write(&store, move |c| account::insert(c, &two)));
        assert_eq!(write(&store, |c| account::by_login(c, "hanako")), Some(wanted));
        assert_eq!(write(&store, account::count), 1);
    });
}

#[test]
fn a_code_and_a_recovery_code_are_used_up() {
    each_engine(|store| {
        let id = AccountId::new("a1");
        write(&store, move |c| {
            account::insert(c, &account("a1", "hanako"))?;
            assert!(account::propose_totp(c, &id, b"first")?);
            assert!(account::propose_totp(c, &id, b"second")?);
            assert!(!account::confirm_totp(c, &id, b"first", T0)?, "another one was proposed");
            assert!(account::confirm_totp(c, &id, b"second", T0)?);
            assert!(!account::propose_totp(c, &id, b"third")?);
            assert!(account::take_totp_step(c, &id, 100)?);
            assert!(!account::take_totp_step(c, &id, 100)?);
            assert!(!account::take_totp_step(c, &id, 99)?);
            assert!(account::take_totp_step(c, &id, 101)?);
            account::replace_recovery(c, &id, &[[1; 32], [2; 32]])?;
            assert!(account::take_recovery(c, &id, &[1; 32], T0)?);
            assert!(!account::take_recovery(c, &id, &[1; 32], T0)?);
            assert!(!account::take_recovery(c, &AccountId::new("a2"), &[2; 32], T0)?);
            assert_eq!(account::recovery_left(c, &id)?, 1);
            account::remove_totp(c, &id)?;
            assert_eq!(account::recovery_left(c, &id)?, 0);
            Ok(())
        });
    });
}

#[test]
fn a_membership_ends_and_opens_again() {
    each_engine(|store| {
        write(&store, |c| {
            account::insert(c, &account("a1", "hanako"))?;
            let id = AccountId::new("a1");
            let mut place = account::Membership {
                org: org(),
                account: id.clone(),
                person: Some(RecordId::new("p1")),
                contact: None,
                created_at: T0,
                ended_at: None,
            };
            account::join(c, &place)?;
            assert_eq!(account::members(c, &org())?.len(), 1);
            account::leave(c, &org(), &id, T0)?;
            assert_eq!(account::membership(c, &org(), &id)?, None);
            assert!(account::members(c, &org())?.is_empty());
            assert_eq!(account::person_of(c, &org(), "a1")?, Some(RecordId::new("p1")));
            place.person = Some(RecordId::new("p2"));
            account::join(c, &place)?;
            assert_eq!(account::memberships(c, &id)?, [place]);
            Ok(())
        });
    });
}

#[test]
fn a_counter_locks_and_begins_anew() {
    each_engine(|store| {
        let limit = attempt::Limit { failures: 3, window: DAY, lock: 15 * MINUTE };
        write(&store, move |c| {
            let kind = attempt::Kind::Login;
            let fail = |c: &mut Conn, at: Time| attempt::fail(c, kind, &[1; 32], limit, at);
            assert_eq!(fail(c, T0)?.failures, 1);
            assert_eq!(fail(c, T0.plus(1))?.failures, 2);
            let third = fail(c, T0.plus(2))?;
            assert!(third.just_locked && third.locked_until == Some(T0.plus(2 + 15 * MINUTE)));
            let fourth = fail(c, T0.plus(3))?;
            assert!(!fourth.just_locked && fourth.locked_until == third.locked_until);
            assert_eq!(attempt::locked(c, kind, &[2; 32], T0)?, None);
            assert_eq!(attempt::locked(c, attempt::Kind::Address, &[1; 32], T0)?, None);
            let later = T0.plus(2 + 15 * MINUTE);
            assert_eq!(attempt::locked(c, kind, &[1; 32], later)?, None);
            assert_eq!(fail(c, later)?.failures, 1);
            assert_eq!(fail(c, later.plus(DAY))?.failures, 2);
            assert_eq!(fail(c, later.plus(DAY + 1))?.failures, 1);
            assert_eq!(attempt::prune(c, later.plus(DAY + 2))?, 1);
            Ok(())
        });
    });
}

#[test]
fn a_repeated_request_is_answered_and_another_is_a_conflict() {
    use idempotency::{Key, Known};
    each_engine(|store| {
        let key = Key::parse(&org(), &AccountId::new("a1"), "8e03978e-40d5").unwrap();
        write(&store, move |c| {
            assert_eq!(idempotency::begin(c, &key, "d1", T0)?, Known::Fresh);
            assert_eq!(idempotency::begin(c, &key, "d1", T0)?, Known::UnderWay);
            assert_eq!(idempotency::begin(c, &key, "d2", T0)?, Known::Conflict);
            let lost = T0.plus(idempotency::GIVEN_UP);
            assert_eq!(idempotency::begin(c, &key, "d1", lost)?, Known::Fresh);
            idempotency::release(c, &key)?;
            assert_eq!(idempotency::begin(c, &key, "d1", T0)?, Known::Fresh);
            idempotency::finish(c, &key, 201, "{\"id\":1}")?;
            idempotency::release(c, &key)?;
            let response = "{\"id\":1}".to_owned();
            let answered = Known::Answered { status: 201, response };
            assert_eq!(idempotency::begin(c, &key, "d1", lost)?, answered);
            let other = Key { account: AccountId::new("a2"), ..key.clone() };
            assert_eq!(idempotency::begin(c, &other, "d2", T0)?, Known::Fresh);
            assert_eq!(idempotency::prune(c, T0.plus(1))?, 2);
            Ok(())
        });
        for bad in ["", "a b", "鍵", &"x".repeat(201)] {
            assert_eq!(Key::parse(&org(), &AccountId::new("a1"), bad), None);
        }
    });
}

#[test]
fn a_receipt_is_remembered_with_its_change_or_not_at_all() {
    each_engine(|store| {
        let id = AccountId::new("a1");
        let remember = |fails: bool| {
            let id = id.clone();
            store.write_server("test", move |tx| {
                tx.remember(&org(), &id, "k", "d1", "receipt", T0)?;
                if fails { Err(StoreError::DiskFull) } else { Ok(()) }
            })
        };
        let known = || store.read(|tx| tx.idempotent(&org(), &AccountId::new("a1"), "k")).unwrap();
        assert_eq!(remember(true), Err(StoreError::DiskFull));
        assert_eq!(known(), None);
        remember(false).unwrap();
        assert_eq!(known(), Some(("d1".to_owned(), "receipt".to_owned())));
        assert_eq!(remember(false), Err(StoreError::Busy));
    });
}

fn mail(c: &mut Conn, id: &str, at: Time) -> Result<bool, StoreError> {
    outbox::enqueue(c, &org(), id, "mail", &format!("<{id}@x>"), "{}", (T0, at))
}

#[test]
fn the_outbox_is_claimed_once_and_an_unknown_end_is_uncertain() {
    use outbox::{Outcome, State, claim, mark};
    each_engine(|store| {
        write(&store, |c| {
            assert!(
                mail(c, "m1", T0)? && mail(c, "m2", T0.plus(1))? && mail(c, "m3", T0.plus(DAY))?
            );
            assert!(!mail(c, "m1", T0)?, "the same message is not put in twice");
            let first = claim(c, T0.plus(5), MINUTE, 10)?;
            let ids: Vec<&str> = first.iter().map(|item| item.id.as_str()).collect();
            assert_eq!(ids, ["m1", "m2"]);
            assert!(claim(c, T0.plus(6), MINUTE, 10)?.is_empty());
            assert!(mark(c, &first[0], &Outcome::Sent, T0.plus(7))?);
            assert!(!mark(c, &first[0], &Outcome::Sent, T0.plus(7))?);

            let later = T0.plus(5 + MINUTE);
            let again = claim(c, later, MINUTE, 10)?;
            assert_eq!((again[0].id.as_str(), again[0].attempts), ("m2", 2));
            assert_eq!(again[0].message_id, first[1].message_id);
            assert!(!mark(c, &first[1], &Outcome::Sent, later)?, "its claim had run out");
            let why = "no answer\nto DATA".to_owned();
            assert!(mark(c, &again[0], &Outcome::Uncertain(later.plus(MINUTE), why), later)?);
            let seen = outbox::list(c, &org(), Some(State::Uncertain), 10)?;
            assert_eq!(seen[0].error.as_deref(), Some("no answerto DATA"));
            let third = claim(c, later.plus(MINUTE), MINUTE, 10)?;
            assert!(mark(c, &third[0], &Outcome::Failed("refused".to_owned()), later)?);
            assert!(claim(c, later.plus(9 * MINUTE), MINUTE, 10)?.is_empty(), "given up");
            assert_eq!(claim(c, T0.plus(DAY), MINUTE, 10)?[0].id, "m3");
            assert_eq!(outbox::list(c, &org(), None, 10)?.len(), 3);
            Ok(())
        });
    });
}

#[test]
fn two_servers_never_claim_the_same_item() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.fresh_database();
    let open = || Store::open(StoreConfig::new(url.clone(), "log.example.jp"), &[]).unwrap();
    let stores = [open(), open()];
    write(&stores[0], |c| (0..60).try_for_each(|n| mail(c, &format!("m{n}"), T0).map(drop)));
    let mut claimed: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = stores
            .iter()
            .map(|store| {
                scope.spawn(|| {
                    let mut ids = Vec::new();
                    loop {
                        let items = write(store, |c| outbox::claim(c, T0, MINUTE, 3));
                        if items.is_empty() {
                            return ids;
                        }
                        ids.extend(items.into_iter().map(|item| item.id));
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    claimed.sort();
    let all = claimed.len();
    claimed.dedup();
    assert_eq!((all, claimed.len()), (60, 60));
}

fn signal(id: &str, state: signal::State, payload: &str) -> signal::Signal {
    signal::Signal {
        id: id.to_owned(),
        source: "public form".to_owned(),
        received_at: T0,
        payload: payload.to_owned(),
        score: 3,
        state,
        handled_by: None,
        handled_at: None,
        record: None,
        receipt: Some(format!("R-{id}")),
        secret_hash: Some([5; 32]),
    }
}

#[test]
fn a_flood_of_spam_does_not_push_out_what_looks_genuine() {
    use signal::{Room, State, insert};
    each_engine(|store| {
        write(&store, |c| {
            let room = Room { count: 3, bytes: 1000 };
            assert!(insert(c, &org(), &signal("1", State::New, "oldest"), room)?.is_empty());
            for id in ["2", "3"] {
                insert(c, &org(), &signal(id, State::Quarantined, "spam"), room)?;
            }
            let gone = insert(c, &org(), &signal("4", State::Quarantined, "spam"), room)?;
            assert_eq!(gone, [signal("2", State::Quarantined, "spam")]);
            let large = "x".repeat(995);
            let gone = insert(c, &org(), &signal("5", State::New, &large), room)?;
            let ids: Vec<&str> = gone.iter().map(|s| s.id.as_str()).collect();
            assert_eq!(ids, ["3", "4", "1"]);
            let total = signal::total(c, &org())?;
            assert_eq!((total.waiting, total.bytes, total.dropped), (1, 995, 4));
            assert_eq!(total.dropped_at, Some(T0));
            let other = OrgId::new("other");
            assert_eq!(signal::total(c, &other)?, signal::Total::default());
            let too_large = insert(c, &org(), &signal("6", State::New, &"x".repeat(1001)), room);
            assert!(matches!(too_large, Err(StoreError::BadValue { .. })));
            Ok(())
        });
    });
}

#[test]
fn a_signal_is_handled_once_and_its_sender_finds_it() {
    use signal::{Handled, Room, State, handle, insert};
    each_engine(|store| {
        write(&store, |c| {
            let room = Room { count: 9, bytes: 1000 };
            for id in ["1", "2"] {
                insert(c, &org(), &signal(id, State::New, "odd mail"), room)?;
            }
            assert!(signal::amend(c, &org(), "1", "odd mail, and a photo", room)?);
            assert!(!signal::amend(c, &org(), "1", &"x".repeat(2000), room)?);
            let admitted = Handled::Admitted("report".to_owned(), RecordId::new("r1"));
            assert!(handle(c, &org(), "1", &admitted, "a1", T0)?);
            assert!(!handle(c, &org(), "1", &Handled::Discarded, "a2", T0)?);
            assert!(handle(c, &org(), "2", &Handled::Discarded, "a1", T0)?);
            assert!(!signal::amend(c, &org(), "2", "more", room)?);
            let found = signal::by_receipt(c, &org(), "R-1")?.unwrap();
            assert_eq!((found.record.as_deref(), found.payload.as_str()), (Some("report/r1"), ""));
            assert_eq!(found.secret_hash, Some([5; 32]));
            assert_eq!(signal::by_receipt(c, &OrgId::new("other"), "R-1")?, None);
            let total = signal::total(c, &org())?;
            assert_eq!((total.waiting, total.bytes, total.dropped), (0, 0, 0));
            assert!(signal::list(c, &org(), State::New, "", 9)?.is_empty());
            assert_eq!(signal::prune(c, &org(), T0.plus(1), 9)?.len(), 1);
            assert_eq!(signal::get(c, &org(), "2")?, None);
            Ok(())
        });
    });
}

#[test]
fn a_notice_reaches_its_audience_only() {
    use notice::Audience;
    each_engine(|store| {
        store
            .write_server("test", |tx| {
                tx.notify(&org(), "n1", &RecordId::new("p1"), "ウイルス感染", "/r/incident/1", T0)?;
                let c = tx.db();
                let admins = Audience::Role("administrator".to_owned());
                let locked = notice::Notice {
                    id: "n2".to_owned(),
                    subject: Message::new("止めました", "Locked"),
                    href: None,
                    created_at: T0.plus(1),
                    seen_at: None,
                };
                notice::insert(c, &org(), &admins, &locked)?;
                let me = AccountId::new("a1");
                let mine = [Audience::Account(me.clone()), Audience::Person(RecordId::new("p1"))];
                let list = notice::list(c, &org(), &me, &mine, 9)?;
                assert_eq!(list.len(), 1);
                assert_eq!(list[0].href.as_deref(), Some("/r/incident/1"));
                let all = [mine[1].clone(), admins];
                let list = notice::list(c, &org(), &me, &all, 9)?;
                assert_eq!(list.iter().map(|n| n.id.as_str()).collect::<Vec<_>>(), ["n2", "n1"]);
                notice::seen(c, &org(), "n1", &me, T0.plus(2))?;
                notice::seen(c, &org(), "n1", &me, T0.plus(3))?;
                notice::seen(c, &org(), "nothing", &me, T0.plus(3))?;
                assert_eq!(notice::list(c, &org(), &me, &mine, 9)?[0].seen_at, Some(T0.plus(2)));
                let other = AccountId::new("a2");
                assert_eq!(notice::list(c, &org(), &other, &mine, 9)?[0].seen_at, None);
                assert!(notice::list(c, &OrgId::new("other"), &me, &all, 9)?.is_empty());
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}

#[test]
fn organisations_and_settings_come_back() {
    use organisation::{Kind, Organisation};
    each_engine(|store| {
        write(&store, |c| {
            let made = Organisation {
                id: org(),
                name: "あかり電機".to_owned(),
                kind: Kind::Exercise,
                parent: Some(OrgId::new("parent")),
                signing_key: vec![0, 255],
                verifier: "v1".to_owned(),
                created_at: T0,
                ended_at: None,
            };
            assert!(organisation::insert(c, &made)? && !organisation::insert(c, &made)?);
            organisation::set_signing_key(c, &org(), &[7], "v2")?;
            organisation::end(c, &org(), T0.plus(1))?;
            organisation::end(c, &org(), T0.plus(2))?;
            let now = Organisation {
                signing_key: vec![7],
                verifier: "v2".to_owned(),
                ended_at: Some(T0.plus(1)),
                ..made
            };
            assert_eq!(organisation::get(c, &org())?, Some(now.clone()));
            assert_eq!(organisation::list(c)?, [now]);
            setting::set(c, "smtp", Some("a"))?;
            setting::set(c, "smtp", Some("b"))?;
            assert_eq!(setting::get(c, "smtp")?.as_deref(), Some("b"));
            setting::set(c, "smtp", None)?;
            assert_eq!(setting::get(c, "smtp")?, None);
            Ok(())
        });
    });
}
