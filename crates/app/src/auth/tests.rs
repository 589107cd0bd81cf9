use super::*;
use crate::subject::Member;
use okiagari_model::{AccountId, DAY, HOUR, Lang, SeededIds};
use okiagari_store::StoreConfig;
use okiagari_store::server::notice::Audience;
use okiagari_store::server::organisation::{self, Kind, Organisation};
use okiagari_tests::postgres::Cluster;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

const START: i64 = 1_795_196_400_000;
const GOOD: &str = "三つのりんごと青いラクダの話";
const LONG: &str = "三つのりんごと青いラクダの話をする";

struct TestHost {
    now: AtomicI64,
    ids: Mutex<SeededIds>,
}

impl Host for TestHost {
    fn now(&self) -> Time {
        Time::from_millis(self.now.load(Ordering::SeqCst))
    }
    fn fill(&self, buf: &mut [u8]) {
        self.ids.lock().unwrap().fill(buf);
    }
}

struct World {
    auth: Auth,
    host: Arc<TestHost>,
    org: OrgId,
    _folder: tempfile::TempDir,
}

impl World {
    fn open(url: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite:{}", folder.path().join("t.db").display());
        let config = StoreConfig::new(url.unwrap_or(file), "log.example.jp");
        let store = Store::open(config, &[]).unwrap();
        let host =
            Arc::new(TestHost { now: AtomicI64::new(START), ids: Mutex::new(SeededIds::new(1)) });
        let org = OrgId::new("akari");
        let organisation = Organisation {
            id: org.clone(),
            name: "あかり電機".to_owned(),
            kind: Kind::Real,
            parent: None,
            signing_key: vec![1],
            verifier: "v".to_owned(),
            created_at: Time::from_millis(START),
            ended_at: None,
        };
        store
            .write_server("test", move |tx| {
                organisation::insert(tx.db(), &organisation)?;
                Ok::<_, AuthError>(())
            })
            .unwrap();
        let master = MasterKey::new([9; 32]);
        let auth = Auth::new(store, host.clone(), master, HashCost::TEST).unwrap();
        Self { auth, host, org, _folder: folder }
    }

    fn pass(&self, ms: i64) {
        self.host.now.fetch_add(ms, Ordering::SeqCst);
    }

    fn person(&self, login: &str) -> AccountId {
        let new = NewAccount {
            login: login.to_owned(),
            display: "田中花子".to_owned(),
            lang: Lang::Ja,
            password: Some(LONG.to_owned()),
            server_admin: false,
        };
        let (id, first) = self.auth.create_account(&new).unwrap();
        assert_eq!(first, None);
        self.auth.join(&self.member(&id)).unwrap();
        id
    }

    fn member(&self, id: &AccountId) -> Member {
        Member { org: self.org.clone(), account: id.clone(), person: None, contact: None }
    }

    fn try_in(&self, login: &str, password: &str, code: Option<&str>) -> Result<SignIn, AuthError> {
        let typed = Credentials {
            login: login.to_owned(),
            password: password.to_owned(),
            code: code.map(str::to_owned),
        };
        self.auth.sign_in(&typed, &via())
    }

    fn sign_in(&self, login: &str) -> (String, Signed) {
        let secret = match self.try_in(login, LONG, None).unwrap() {
            SignIn::Done(secret) => secret,
            SignIn::CodeNeeded(_) => panic!("no code is set up"),
        };
        let signed = self.auth.session(&secret).unwrap();
        (secret, signed)
    }

    /// The code that the authenticator shows now.
    fn code(&self, enrolment: &Enrolment) -> String {
        let secret = enrolment.secret.replace(' ', "");
        let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(self.host.now().millis() / 1000).unwrap()).to_string()
    }

    fn notices(&self, audience: Audience) -> Vec<String> {
        let reader = AccountId::new("reader");
        let found = self.auth.store().read(|tx| {
            notice::list(tx.db(), &self.org, &reader, std::slice::from_ref(&audience), 50)
        });
        found.unwrap().into_iter().map(|notice| notice.subject.en).collect()
    }
}

fn via() -> Via {
    Via { address: "192.0.2.7".to_owned(), agent: "Firefox".to_owned() }
}

#[track_caller]
fn each_engine(test: impl Fn(World)) {
    test(World::open(None));
    if let Some(cluster) = Cluster::shared() {
        test(World::open(Some(cluster.fresh_database_sorted("ja-JP"))));
    }
}

#[test]
fn a_name_is_the_same_in_every_case_and_width() {
    each_engine(|w| {
        let id = w.person("Hanako.Tanaka");
        let (_, signed) = w.sign_in(" ＨＡＮＡＫＯ.tanaka ");
        assert_eq!((signed.account.clone(), signed.member.unwrap().org), (id, w.org.clone()));
        let again = NewAccount {
            login: "hanako.TANAKA".to_owned(),
            display: "x".to_owned(),
            lang: Lang::En,
            password: None,
            server_admin: false,
        };
        assert!(matches!(w.auth.create_account(&again), Err(AuthError::LoginTaken)));
        for bad in ["", "a b", "a\u{0}b", &"x".repeat(101)] {
            let bad = NewAccount { login: bad.to_owned(), ..again.clone() };
            assert!(matches!(w.auth.create_account(&bad), Err(AuthError::BadName("login"))));
        }
        let weak = NewAccount { login: "x".to_owned(), password: Some(GOOD.to_owned()), ..again };
        let refused = w.auth.create_account(&weak);
        assert!(matches!(refused, Err(AuthError::Password(PasswordProblem::TooShort(15)))));
    });
}

#[test]
fn nothing_tells_whether_a_name_exists() {
    each_engine(|w| {
        w.person("hanako");
        let errors = |login: &str| -> Vec<String> {
            let errors = (0..12).map(|_| w.try_in(login, "wrong wrong wrong", None).unwrap_err());
            errors.map(|error| error.to_string()).collect()
        };
        let known = errors("hanako");
        assert_eq!(known, errors("nobody"));
        assert_eq!(known[8], AuthError::Wrong.to_string());
        assert!(known[9].starts_with("locked for 900 s"), "{known:?}");
    });
}

#[test]
fn ten_failures_lock_for_fifteen_minutes_and_are_told() {
    each_engine(|w| {
        let id = w.person("hanako");
        let (secret, _) = w.sign_in("hanako");
        for _ in 0..9 {
            assert!(matches!(w.try_in("hanako", "wrong", None), Err(AuthError::Wrong)));
        }
        let tenth = w.try_in("hanako", "wrong", None).unwrap_err();
        assert_eq!(tenth.retry_after(), Some(900));
        assert!(tenth.message().en.contains("about 15 min"));
        let right = w.try_in("hanako", LONG, None);
        assert!(matches!(right, Err(AuthError::Locked { .. })));
        assert!(w.auth.session(&secret).is_ok(), "whoever is signed in stays so");
        assert_eq!(w.notices(Audience::Account(id.clone())).len(), 1);
        let admins = w.notices(Audience::Role("administrator".to_owned()));
        assert!(admins.len() == 1 && admins[0].contains("田中花子"), "{admins:?}");
        assert!(w.auth.accounts(&w.org).unwrap()[0].locked_until.is_some());
        w.pass(15 * MINUTE);
        w.sign_in("hanako");
        assert!(w.auth.accounts(&w.org).unwrap()[0].locked_until.is_none());

        for _ in 0..10 {
            w.try_in("hanako", "wrong", None).unwrap_err();
        }
        w.auth.unlock(&id).unwrap();
        w.sign_in("hanako");
    });
}

#[test]
fn a_good_sign_in_and_a_long_pause_forget_failures() {
    each_engine(|w| {
        w.person("hanako");
        let fail =
            |n: u32| (0..n).for_each(|_| drop(w.try_in("hanako", "wrong", None).unwrap_err()));
        fail(9);
        w.sign_in("hanako");
        fail(9);
        w.pass(DAY + 1);
        fail(9);
        w.sign_in("hanako");
    });
}

#[test]
fn guesses_of_many_names_from_one_address_are_stopped() {
    each_engine(|w| {
        w.person("hanako");
        for n in 0..100 {
            w.try_in(&format!("nobody{n}"), "wrong", None).unwrap_err();
        }
        assert!(matches!(w.try_in("hanako", LONG, None), Err(AuthError::TooMany)));
        let elsewhere = Via { address: "192.0.2.8".to_owned(), ..via() };
        let typed =
            Credentials { login: "hanako".to_owned(), password: LONG.to_owned(), code: None };
        assert!(w.auth.sign_in(&typed, &elsewhere).is_ok());
        w.pass(HOUR + 1);
        w.sign_in("hanako");
    });
}

#[test]
fn guesses_side_by_side_get_no_more_than_ten() {
    each_engine(|w| {
        w.person("hanako");
        let wrong = Mutex::new(0);
        std::thread::scope(|scope| {
            for _ in 0..30 {
                scope.spawn(|| {
                    if let Err(AuthError::Wrong) = w.try_in("hanako", "wrong", None) {
                        *wrong.lock().unwrap() += 1;
                    }
                });
            }
        });
        assert_eq!(*wrong.lock().unwrap(), 9, "the tenth says that it is locked");
        assert!(matches!(w.try_in("hanako", LONG, None), Err(AuthError::Locked { .. })));
    });
}

#[test]
fn only_digests_of_secrets_are_kept() {
    let w = World::open(None);
    let id = w.person("hanako");
    let (secret, _) = w.sign_in("hanako");
    let new = NewToken { name: "SIEM".to_owned(), may_write: false, days: 30 };
    let (token, _) = w.auth.create_token(&w.member(&id), &new).unwrap();
    assert_eq!((secret.len(), token.len()), (43, 47));
    drop(w.auth);
    let mut stored = Vec::new();
    for entry in std::fs::read_dir(w._folder.path()).unwrap() {
        stored.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let holds = |what: &str| stored.windows(what.len()).any(|at| at == what.as_bytes());
    assert!(holds("hanako") && holds("$argon2id$"));
    assert!(!holds(&secret) && !holds(&token) && !holds(LONG));
}

#[test]
fn a_session_ends_when_idle_and_after_a_week() {
    each_engine(|w| {
        w.person("hanako");
        let (secret, _) = w.sign_in("hanako");
        w.pass(12 * HOUR - 1);
        assert!(w.auth.session(&secret).is_ok());
        w.pass(12 * HOUR - 1);
        assert!(w.auth.session(&secret).is_ok(), "each use begins the idle time anew");
        w.pass(12 * HOUR);
        assert!(matches!(w.auth.session(&secret), Err(AuthError::NotSignedIn)));

        let (secret, signed) = w.sign_in("hanako");
        for _ in 0..(7 * 24 / 8 - 1) {
            w.pass(8 * HOUR);
            assert!(w.auth.session(&secret).is_ok());
        }
        w.pass(8 * HOUR);
        assert!(matches!(w.auth.session(&secret), Err(AuthError::NotSignedIn)));
        assert_eq!(signed.expires_at.since(signed.created_at), 7 * DAY);
        w.auth.prune().unwrap();
        assert!(matches!(w.auth.session("nonsense"), Err(AuthError::NotSignedIn)));
        assert!(matches!(w.auth.session(""), Err(AuthError::NotSignedIn)));
    });
}

#[test]
fn sessions_are_listed_and_ended() {
    each_engine(|w| {
        w.person("hanako");
        w.person("jiro");
        let (first, one) = w.sign_in("hanako");
        let (second, two) = w.sign_in("hanako");
        let (_, other) = w.sign_in("jiro");
        let list = w.auth.sessions(&one).unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(list.iter().filter(|s| s.current).count(), 1);
        assert_eq!((list[0].address.as_str(), list[0].agent.as_str()), ("192.0.2.7", "Firefox"));
        let foreign = w.auth.end_session(&other, &one.id_hash);
        assert!(matches!(foreign, Err(AuthError::NotFound(_))) && w.auth.session(&first).is_ok());
        w.auth.end_session(&one, &two.id_hash).unwrap();
        assert!(w.auth.session(&second).is_err() && w.auth.session(&first).is_ok());
        w.auth.sign_out(&first).unwrap();
        assert!(w.auth.session(&first).is_err());
    });
}

#[test]
fn changing_the_password_ends_other_sessions() {
    each_engine(|w| {
        w.person("hanako");
        let (old, _) = w.sign_in("hanako");
        let (here, signed) = w.sign_in("hanako");
        let change =
            |present: &str, new: &str| w.auth.change_password(&signed, present, new, &via());
        assert!(matches!(change("wrong", "x"), Err(AuthError::Wrong)));
        assert!(matches!(change(LONG, LONG), Err(AuthError::Password(PasswordProblem::Same))));
        let company = change(LONG, "あかり電機あかり電機あかり電機2026");
        assert!(matches!(company, Err(AuthError::Password(PasswordProblem::Guessable))));
        assert!(w.auth.session(&old).is_ok());
        change(LONG, "雨の日は図書館へ歩いて行きます").unwrap();
        assert!(w.auth.session(&old).is_err() && w.auth.session(&here).is_ok());
        assert!(matches!(w.try_in("hanako", LONG, None), Err(AuthError::Wrong)));
        assert!(w.try_in("hanako", "雨の日は図書館へ歩いて行きます", None).is_ok());
    });
}

#[test]
fn a_first_password_is_changed_and_ends_after_a_week() {
    each_engine(|w| {
        let new = NewAccount {
            login: "jiro".to_owned(),
            display: "次郎".to_owned(),
            lang: Lang::Ja,
            password: None,
            server_admin: false,
        };
        let (id, first) = w.auth.create_account(&new).unwrap();
        let first = first.unwrap();
        let SignIn::Done(secret) = w.try_in("jiro", &first.password, None).unwrap() else {
            panic!("no code is set up")
        };
        let signed = w.auth.session(&secret).unwrap();
        assert!(signed.must_change && signed.member.is_none());
        w.auth.change_password(&signed, &first.password, LONG, &via()).unwrap();
        assert!(!w.auth.session(&secret).unwrap().must_change);

        let reset = w.auth.reset_password(&id).unwrap();
        assert!(w.auth.session(&secret).is_err());
        assert!(matches!(w.try_in("jiro", LONG, None), Err(AuthError::Wrong)));
        w.pass(7 * DAY);
        let late = w.try_in("jiro", &reset.password, None);
        assert!(matches!(late, Err(AuthError::FirstPasswordEnded)));
    });
}

#[test]
fn a_second_factor_is_set_up_and_then_asked_for() {
    each_engine(|w| {
        w.person("hanako");
        let (other, _) = w.sign_in("hanako");
        let (secret, signed) = w.sign_in("hanako");
        assert!(signed.needs_totp(&["employee", "ciso"]) && !signed.needs_totp(&["employee"]));
        let never = w.auth.confirm(&signed, "123456");
        assert!(matches!(never, Err(AuthError::NotEnrolled)));
        let enrolment = w.auth.enrol(&signed, "Okiagari").unwrap();
        assert!(enrolment.uri.contains("Okiagari:hanako") && enrolment.svg.starts_with("<svg"));
        assert!(matches!(w.auth.confirm(&signed, "000000"), Err(AuthError::WrongCode)));
        let code = w.code(&enrolment);
        let recovery = w.auth.confirm(&signed, &code).unwrap();
        assert_eq!(recovery.len(), 10);
        assert!(w.auth.session(&other).is_err());
        let signed = w.auth.session(&secret).unwrap();
        assert!(signed.has_totp && !signed.needs_totp(&["ciso"]));
        assert!(matches!(w.auth.enrol(&signed, "x"), Err(AuthError::AlreadyEnrolled)));

        let replay = w.try_in("hanako", LONG, Some(&code));
        assert!(matches!(replay, Err(AuthError::WrongCode)), "a code works once");
        w.pass(30_000);
        let SignIn::CodeNeeded(waiting) = w.try_in("hanako", LONG, None).unwrap() else {
            panic!("a code is set up")
        };
        assert!(w.auth.session(&waiting).is_err(), "half a sign-in opens nothing");
        let code = w.code(&enrolment);
        let SignIn::Done(full) = w.auth.give_code(&waiting, &code, &via()).unwrap() else {
            panic!("the code was right")
        };
        assert!(full != waiting && w.auth.session(&full).unwrap().mfa_at.is_some());
        let again = w.auth.give_code(&waiting, &code, &via());
        assert!(matches!(again, Err(AuthError::NotSignedIn)));
        w.pass(30_000);
        let SignIn::CodeNeeded(waiting) = w.try_in("hanako", LONG, None).unwrap() else {
            panic!("a code is set up")
        };
        w.pass(5 * MINUTE);
        let late = w.auth.give_code(&waiting, &w.code(&enrolment), &via());
        assert!(matches!(late, Err(AuthError::NotSignedIn)));
    });
}

#[test]
fn wrong_codes_lock_and_recovery_codes_work_once() {
    each_engine(|w| {
        let id = w.person("hanako");
        let (secret, signed) = w.sign_in("hanako");
        let enrolment = w.auth.enrol(&signed, "Okiagari").unwrap();
        let recovery = w.auth.confirm(&signed, &w.code(&enrolment)).unwrap();
        let typed = recovery[3].to_lowercase().replace('-', " ");
        assert!(matches!(w.try_in("hanako", LONG, Some(&typed)), Ok(SignIn::Done(_))));
        let twice = w.try_in("hanako", LONG, Some(&typed));
        assert!(matches!(twice, Err(AuthError::WrongCode)));
        assert_eq!(w.auth.recovery_left(&id).unwrap(), 9);
        let told = w.notices(Audience::Account(id.clone()));
        assert!(told.len() == 1 && told[0].contains("9 are left"), "{told:?}");
        let signed = w.auth.session(&secret).unwrap();
        let fresh = w.auth.new_recovery_codes(&signed).unwrap();
        assert!(w.try_in("hanako", LONG, Some(&recovery[4])).is_err());
        assert!(w.try_in("hanako", LONG, Some(&fresh[0])).is_ok());

        for _ in 0..9 {
            let wrong = w.try_in("hanako", LONG, Some("000000"));
            assert!(matches!(wrong, Err(AuthError::WrongCode)));
        }
        let tenth = w.try_in("hanako", LONG, Some("000000"));
        assert!(matches!(tenth, Err(AuthError::Locked { .. })));
        w.auth.unlock(&id).unwrap();
        w.auth.remove_totp(&id).unwrap();
        assert!(
            w.auth.session(&secret).unwrap().must_change,
            "a short password stood beside a code"
        );
        assert!(matches!(w.try_in("hanako", LONG, None), Ok(SignIn::Done(_))));
    });
}

#[test]
fn a_short_password_goes_with_a_code_only() {
    each_engine(|w| {
        w.person("hanako");
        let (_, signed) = w.sign_in("hanako");
        let short = || w.auth.change_password(&signed, LONG, "kumo7ris", &via());
        assert!(matches!(short(), Err(AuthError::Password(PasswordProblem::TooShort(15)))));
        let enrolment = w.auth.enrol(&signed, "Okiagari").unwrap();
        w.auth.confirm(&signed, &w.code(&enrolment)).unwrap();
        short().unwrap();
    });
}

#[test]
fn a_sensitive_step_asks_once_more() {
    each_engine(|w| {
        w.person("hanako");
        let (secret, signed) = w.sign_in("hanako");
        signed.require_step_up(w.host.now()).unwrap();
        w.pass(10 * MINUTE + 1);
        let signed = w.auth.session(&secret).unwrap();
        let needed = signed.require_step_up(w.host.now());
        assert!(matches!(needed, Err(AuthError::StepUpNeeded)));
        assert!(matches!(w.auth.step_up(&signed, "wrong", &via()), Err(AuthError::Wrong)));
        w.auth.step_up(&signed, LONG, &via()).unwrap();
        w.auth.session(&secret).unwrap().require_step_up(w.host.now()).unwrap();

        let enrolment = w.auth.enrol(&signed, "Okiagari").unwrap();
        w.auth.confirm(&signed, &w.code(&enrolment)).unwrap();
        w.pass(HOUR);
        let signed = w.auth.session(&secret).unwrap();
        let password = w.auth.step_up(&signed, LONG, &via());
        assert!(matches!(password, Err(AuthError::WrongCode)), "only a code will do");
        w.auth.step_up(&signed, &w.code(&enrolment), &via()).unwrap();
        w.auth.session(&secret).unwrap().require_step_up(w.host.now()).unwrap();
    });
}

#[test]
fn a_token_opens_one_organisation_until_it_ends() {
    each_engine(|w| {
        let id = w.person("hanako");
        let new = |may_write, days| NewToken { name: "SIEM".to_owned(), may_write, days };
        let make = |new: NewToken| w.auth.create_token(&w.member(&id), &new);
        assert!(matches!(make(new(true, 367)), Err(AuthError::BadName("days"))));
        let (reading, row) = make(new(false, 30)).unwrap();
        let (writing, _) = make(new(true, 1)).unwrap();
        assert!(reading.starts_with("oki_"));
        let caller = w.auth.token(&reading).unwrap();
        assert_eq!(caller.member, w.member(&id));
        assert!(matches!(caller.require_write(), Err(AuthError::ReadOnlyToken)));
        w.auth.token(&writing).unwrap().require_write().unwrap();
        w.pass(DAY);
        assert!(matches!(w.auth.token(&writing), Err(AuthError::BadToken)));
        let listed = w.auth.tokens(&w.org, Some(&id)).unwrap();
        assert!(listed.len() == 2 && listed.iter().all(|token| token.last_used_at.is_some()));
        let stranger = AccountId::new("somebody");
        let foreign = w.auth.revoke_token(&w.org, Some(&stranger), &row.id);
        assert!(matches!(foreign, Err(AuthError::NotFound(_))) && w.auth.token(&reading).is_ok());
        let elsewhere = w.auth.revoke_token(&OrgId::new("other"), None, &row.id);
        assert!(matches!(elsewhere, Err(AuthError::NotFound(_))) && w.auth.token(&reading).is_ok());
        w.auth.revoke_token(&w.org, Some(&id), &row.id).unwrap();
        assert!(matches!(w.auth.token(&reading), Err(AuthError::BadToken)));
        assert!(matches!(w.auth.token("oki_x"), Err(AuthError::BadToken)));
    });
}

#[test]
fn leaving_and_barring_end_every_way_in() {
    each_engine(|w| {
        let id = w.person("hanako");
        let (secret, signed) = w.sign_in("hanako");
        let new = NewToken { name: "x".to_owned(), may_write: true, days: 9 };
        let (token, _) = w.auth.create_token(&w.member(&id), &new).unwrap();
        w.auth.token(&token).unwrap();
        w.auth.leave(&w.org, &id).unwrap();
        assert!(w.auth.session(&secret).unwrap().member.is_none());
        assert!(matches!(w.auth.token(&token), Err(AuthError::BadToken)));
        assert!(w.auth.switch_org(&signed, &w.org).is_err());
        w.auth.join(&w.member(&id)).unwrap();
        assert_eq!(w.auth.switch_org(&signed, &w.org).unwrap().org, w.org);
        assert!(matches!(w.auth.token(&token), Err(AuthError::BadToken)), "withdrawn for good");
        assert_eq!(w.auth.places(&id).unwrap()[0].1, "あかり電機");

        w.auth.disable(&id).unwrap();
        assert!(w.auth.session(&secret).is_err());
        assert!(matches!(w.try_in("hanako", LONG, None), Err(AuthError::Wrong)));
        w.auth.enable(&id).unwrap();
        w.sign_in("hanako");
    });
}

#[test]
fn a_weak_hash_is_made_anew_at_sign_in() {
    let w = World::open(None);
    let id = w.person("hanako");
    let stronger = HashCost { memory: 16, passes: 1 };
    let master = MasterKey::new([9; 32]);
    let auth = Auth::new(w.auth.store().clone(), w.host.clone(), master, stronger).unwrap();
    let typed = Credentials { login: "hanako".to_owned(), password: LONG.to_owned(), code: None };
    auth.sign_in(&typed, &via()).unwrap();
    assert!(auth.account_of(&id).unwrap().password_hash.unwrap().contains("m=16,"));
    auth.sign_in(&typed, &via()).unwrap();
}

#[test]
fn every_error_speaks_both_languages() {
    let errors = [
        AuthError::Wrong,
        AuthError::Locked { left: 61_000 },
        AuthError::TooMany,
        AuthError::NotSignedIn,
        AuthError::Password(PasswordProblem::TooShort(15)),
        AuthError::Password(PasswordProblem::Guessable),
        AuthError::BadName("login"),
        AuthError::StepUpNeeded,
        AuthError::ReadOnlyToken,
        AuthError::Internal("x".to_owned()),
    ];
    for error in errors {
        let message = error.message();
        assert!(!message.ja.is_ascii() && message.en.ends_with('.'), "{message:?}");
        assert!((401..=500).contains(&error.status()));
    }
}
