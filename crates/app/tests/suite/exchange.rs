//! Two organisations on two servers that share nothing but files: requirements, attestation,
//! decision and withdrawal go over as signed packages.

use super::harness::{NIGHT, World, body, gates};
use super::reconnect_case::{Case, yes};
use okiagari_app::seals::{NewKey, Prepare, Taken};
use okiagari_app::{AppError, Ctx};
use okiagari_model::reconnect::attestation_signature::Responsibility;
use okiagari_model::{Choice, Date, RecordId};
use okiagari_seal::package::{Failure, Report};
use serde_json::{Value, json};
use std::io::{Cursor, Read};

const NOTE: &[u8] = "検査の結果：異常なし\n".as_bytes();

fn key(world: &World, role: &str, duty: Responsibility) -> RecordId {
    let new = NewKey {
        post: format!("{role}の役職"),
        responsibility: vec![duty],
        authority: "取締役会の決議".into(),
        granted: None,
    };
    world.app.make_signing_key(&world.ctx(role), &new).unwrap().id
}

fn by(signers: &[&RecordId]) -> Prepare {
    Prepare {
        signers: signers.iter().map(|id| (*id).clone()).collect(),
        valid_from: Date::parse("2026-11-21").unwrap(),
        valid_until: Date::parse("2027-02-20").unwrap(),
        enclose_all: false,
    }
}

fn packed(world: &World, ctx: &Ctx, id: &RecordId, withheld: &[String]) -> Vec<u8> {
    let mut packet = world.app.pack(ctx, id, withheld).unwrap();
    let mut bytes = Vec::new();
    packet.file.read_to_end(&mut bytes).unwrap();
    bytes
}

/// The other side's keys, received beforehand and confirmed by a call back.
fn trusts(here: &World, contact: &RecordId, there: &World) {
    let log = there.app.verifier(&there.org).unwrap().to_string();
    let prints = there.all("signing_key").into_iter().map(|k| k.text("fingerprint").to_owned());
    let all = prints.map(|p| ("fingerprint", p)).chain([("log_key", log)]);
    for (kind, value) in all {
        let anchor = json!({"title": "相手の鍵", "contact": contact.as_str(), "kind": kind,
            "value": value, "channel": "paper", "received_on": "2026-11-01"});
        let id = here.create("csirt", "trust_anchor", anchor).unwrap().id;
        let call = json!({"called_number": "03-0000-0001", "answered_by": "総務部長"});
        here.step("csirt", ("trust_anchor", &id), "confirm", call).unwrap();
    }
}

fn take(world: &World, case: &RecordId, from: &RecordId, bytes: &[u8]) -> Result<Taken, AppError> {
    world.app.take_package(&world.ctx("csirt"), case, from, Cursor::new(bytes))
}

#[track_caller]
fn taken(world: &World, case: &RecordId, from: &RecordId, bytes: &[u8]) -> (RecordId, Report) {
    match take(world, case, from, bytes).unwrap() {
        Taken::In(id, report) => (id, *report),
        Taken::Refused(report) => panic!("{:?}", report.failures),
    }
}

/// Both servers, the case on each, and the other side as a contact.
struct Two {
    x: World,
    case: Case,
    y: World,
    y_case: RecordId,
    x_at_y: RecordId,
    y_link: RecordId,
}

impl Two {
    fn new() -> Self {
        let x = World::called(None, "x.example.jp");
        let case = Case::new(&x);
        let y = World::called(None, "y.example.jp");
        let x_at_y = y.make("contact", json!({"name": "株式会社あかり", "kind": "partner"})).id;
        let y_case = y
            .create(
                "coordinator",
                "reconnection",
                json!({"title": "あかりとの再接続", "side": "client",
                    "counterparty": x_at_y.as_str(), "goal": "安全に戻す", "scope": "cyber",
                    "scope_line": "技術のリスクだけ", "accountable": y.people["ciso"].as_str()}),
            )
            .unwrap()
            .id;
        let link = json!({"name": "受発注API", "connection": "api",
            "counterparty": x_at_y.as_str()});
        let y_link = y.create("csirt", "link", link).unwrap().id;
        let cut = json!({"reconnection": y_case.as_str(), "cut_by": "us", "cut_at": NIGHT,
            "cut_why": "データの完全性が疑われたため", "extent": "parts"});
        y.step("csirt", ("link", &y_link), "isolate", cut).unwrap();
        key(&x, "ciso", Responsibility::Security);
        key(&x, "executive", Responsibility::Reconnection);
        key(&y, "ciso", Responsibility::Security);
        let two = Self { x, case, y, y_case, x_at_y, y_link };
        trusts(&two.x, &two.case.clients[0], &two.y);
        trusts(&two.y, &two.x_at_y, &two.x);
        two
    }

    fn keys(&self, world: &World) -> Vec<RecordId> {
        let mut all = world.all("signing_key");
        all.sort_by_key(|k| k.text("post").to_owned());
        all.into_iter().map(|k| k.id).collect()
    }

    /// What the client asks for, as a package.
    fn requirements(&self) -> Vec<u8> {
        let y = &self.y;
        let own = y.make("contact", json!({"name": "当社", "kind": "partner"})).id;
        let of = |more: Value| {
            let mut body = json!({"reconnection": self.y_case.as_str(), "client": own.as_str()});
            super::harness::merge(&mut body, more);
            body
        };
        let terms = json!({"attestation": "third_party", "why": "監督指針による",
            "mandatory": true, "rule": "接続管理規程 第3条"});
        y.create("csirt", "client_terms", of(terms)).unwrap();
        let ask = json!({"title": "多要素認証の証拠", "topic": "containment", "gate": "assurance"});
        y.create("csirt", "client_requirement", of(ask)).unwrap();
        let ctx = y.ctx("ciso");
        let keys = self.keys(y);
        let id = y.app.prepare_requirements(&ctx, &self.y_case, &by(&[&keys[0]])).unwrap().id;
        y.app.sign_statement(&ctx, &id).unwrap();
        packed(y, &ctx, &id, &[])
    }

    /// A reviewed attestation with a file and a third party's report behind it.
    fn reviewed(&self) -> RecordId {
        let (x, c) = (&self.x, &self.case);
        let items = c.all_done(x);
        let fields = json!({"incident": c.incident.as_str(), "name": "検査の結果"});
        let ctx = x.ctx("csirt");
        let file = x
            .app
            .add_evidence(&ctx, body(fields), "検査.txt", "text/plain", Cursor::new(NOTE))
            .unwrap()
            .id;
        let report = c.make(
            x,
            "investigation_report",
            json!({"title": "調査報告書", "provider": c.clients[1].as_str(), "scope": "受注系",
                "from_on": "2026-11-10", "to_on": "2026-11-20", "method": "機器の解析",
                "findings": "残存なし", "limits": "端末は対象外", "signed_by": "調査 主任",
                "signed_on": "2026-11-20", "file": file.as_str()}),
        );
        let checked = json!({"independence": "資本関係が無い", "supports": [items[2].as_str()],
            "checked_by": x.people["ciso"].as_str()});
        x.step("ciso", ("investigation_report", &report), "check", checked).unwrap();
        let id = c.make(
            x,
            "attestation",
            json!({"title": "安全の認証書", "scenario": "ransomware",
                "reports": [report.as_str()], "writer": x.people["csirt"].as_str()}),
        );
        let who = json!({"reviewed_by": x.people["ciso"].as_str()});
        x.step("ciso", ("attestation", &id), "review", who).unwrap();
        id
    }

    /// Prepared, signed by both and issued.
    fn declared(&self, attestation: &RecordId) -> RecordId {
        let x = &self.x;
        let keys = self.keys(x);
        let id = x
            .app
            .prepare_attestation(&x.ctx("ciso"), attestation, &by(&[&keys[0], &keys[1]]))
            .unwrap()
            .id;
        for role in ["ciso", "executive"] {
            x.app.sign_statement(&x.ctx(role), &id).unwrap();
        }
        x.step("ciso", ("attestation", attestation), "issue", json!({})).unwrap();
        id
    }
}

#[test]
fn a_whole_exchange_goes_over_by_files_alone() {
    let t = Two::new();
    let (x, y) = (&t.x, &t.y);
    // G7-19, 60, 67: the requirements arrive as records of that client.
    let client = &t.case.clients[0];
    let (got, _) = taken(x, &t.case.case, client, &t.requirements());
    assert_eq!(x.get(("received_package", &got)).text("wish"), "third_party");
    let asked = x.all("client_requirement").into_iter().next().unwrap();
    assert_eq!(asked.title(), "多要素認証の証拠");
    assert_eq!((asked.text("topic"), asked.text("gate")), ("containment", "assurance"));
    assert_eq!(asked.ids("client"), [client.as_str()]);
    assert!(x.all("client_terms").iter().any(|r| r.flag("mandatory")));
    // The attestation: two signers, one file withheld, proof of the record.
    let attestation = t.reviewed();
    let sealed = t.declared(&attestation);
    let issued = x.get(("attestation", &attestation));
    assert_eq!(issued.text("valid_until"), "2027-02-20", "as it was signed");
    let names: Vec<String> = x
        .app
        .statement(&x.ctx("ciso"), &x.get(("sealed_statement", &sealed)))
        .unwrap()
        .predicate
        .evidence
        .iter()
        .map(|e| e.name.clone())
        .collect();
    assert_eq!(names, ["001-検査.txt"]);
    let package = packed(x, &x.ctx("ciso"), &sealed, &[]);
    let (here, report) = taken(y, &t.y_case, &t.x_at_y, &package);
    assert_eq!(report.signers.len(), 2);
    assert_eq!(report.log.as_ref().unwrap().origin, "x.example.jp/acme");
    let held = y.get(("received_package", &here));
    assert_eq!((held.text("state"), held.int("enclosed")), ("current", Some(1)));
    assert_eq!(held.rows("items").count(), 15, "lists A and B");
    assert_eq!(held.ids("investigations"), ["乙商事（調査報告書）"]);
    assert!(held.ids("open_items").is_empty());
    // G7-62, 76: the strict client's gate opens by the package, and its decision goes back.
    let decision = t.y.create(
        "csirt",
        "reconnection_decision",
        json!({"title": "戻すか", "reconnection": t.y_case.as_str(), "link": t.y_link.as_str(),
            "client_view": "戻したい", "compromised_view": "直し終えた",
            "received": here.as_str()}),
    );
    let decision = decision.unwrap().id;
    let it = ("reconnection_decision", &decision);
    let rec = json!({"recommendation": "acceptable", "technical_grounds": "調査に残存なし",
        "technical_by": "技術責任者"});
    y.step("technical_lead", it, "recommend", rec).unwrap();
    y.step("executive", it, "decide", yes(json!({}))).unwrap();
    assert_eq!(y.get(it).int("attestation_version"), Some(1));
    let keys = t.keys(y);
    let ctx = y.ctx("ciso");
    let answer = y.app.prepare_decision(&ctx, &decision, &by(&[&keys[0]])).unwrap().id;
    y.app.sign_statement(&ctx, &answer).unwrap();
    let back = packed(y, &ctx, &answer, &[]);
    let link = ("link", &t.case.links[0]);
    let agree = json!({"again": "yes", "again_why": "条件に合意",
        "conditions": [{"text": "監視を強める", "side": "compromised", "met_on": "2026-11-21"}]});
    x.step("executive", link, "agree", agree).unwrap();
    let waits = || {
        gates(x.step("executive", link, "trial", json!({"planned_on": "2026-12-01"})).unwrap_err())
    };
    assert!(waits().contains(&"decided"));
    let (told, _) = taken(x, &t.case.case, client, &back);
    assert_eq!(x.get(("received_package", &told)).text("decision"), "reconnect");
    assert!(!waits().contains(&"decided"), "the client's signed decision opens the gate");
    // Taken back: what is downloaded already is reached by the next version.
    let again = t.case.make(
        x,
        "attestation",
        json!({"title": "認証書の取り消し", "scenario": "ransomware",
            "replaces": attestation.as_str(), "takes_back": "再発を確認した",
            "writer": x.people["csirt"].as_str()}),
    );
    let who = json!({"reviewed_by": x.people["ciso"].as_str()});
    x.step("ciso", ("attestation", &again), "review", who).unwrap();
    let sealed = t.declared(&again);
    let (last, _) = taken(y, &t.y_case, &t.x_at_y, &packed(x, &x.ctx("ciso"), &sealed, &[]));
    let last = y.get(("received_package", &last));
    assert_eq!((last.text("kind"), last.int("version")), ("withdrawal", Some(2)));
    assert_eq!(y.get(("received_package", &here)).text("state"), "taken_back");
    assert_eq!(y.findings(("received_package", &here), "received_package.holds").len(), 1);
    // The older version cannot be passed as new any more.
    let Taken::Refused(report) = take(y, &t.y_case, &t.x_at_y, &package).unwrap() else {
        panic!("an older version was taken in");
    };
    assert_eq!(report.failures, [Failure::Older { version: 1, newest: 2 }]);
    x.verifies();
    y.verifies();
}

#[test]
fn what_does_not_verify_is_refused_and_nothing_of_it_is_kept() {
    let t = Two::new();
    let (x, y) = (&t.x, &t.y);
    let sealed = t.declared(&t.reviewed());
    let package = packed(x, &x.ctx("ciso"), &sealed, &[]);
    let before = y.all("received_package").len();
    let text = "検査の結果".as_bytes();
    let place = package.windows(text.len()).rposition(|w| w == text).unwrap();
    let mut altered = package.clone();
    altered[place] ^= 1;
    let Taken::Refused(report) = take(y, &t.y_case, &t.x_at_y, &altered).unwrap() else {
        panic!("an altered package was taken in");
    };
    assert!(!report.failures.is_empty());
    // Another sender's anchors do not vouch for it.
    let stranger = y.make("contact", json!({"name": "別会社", "kind": "partner"})).id;
    let unknown = take(y, &t.y_case, &stranger, &package).unwrap_err();
    assert!(matches!(unknown, AppError::Input(_)), "{unknown:?}");
    // It is not for the compromised side.
    let wrong = take(x, &t.case.case, &t.case.clients[0], &package);
    assert!(matches!(wrong, Ok(Taken::Refused(_)) | Err(AppError::Input(_))));
    assert_eq!(y.all("received_package").len(), before);
    // Once is enough.
    taken(y, &t.y_case, &t.x_at_y, &package);
    assert!(matches!(take(y, &t.y_case, &t.x_at_y, &package), Err(AppError::Input(_))));
}

#[test]
fn only_the_holder_signs_each_once_and_nothing_leaves_half_signed() {
    let t = Two::new();
    let x = &t.x;
    let attestation = t.reviewed();
    let keys = t.keys(x);
    let ask = by(&[&keys[0], &keys[1]]);
    let id = x.app.prepare_attestation(&x.ctx("ciso"), &attestation, &ask).unwrap().id;
    let twice = x.app.prepare_attestation(&x.ctx("ciso"), &attestation, &ask);
    assert!(matches!(twice, Err(AppError::Input(_))), "one waits already");
    assert!(matches!(x.app.sign_statement(&x.ctx("csirt"), &id), Err(AppError::Input(_))));
    // The step of the program cannot be taken by hand.
    let by_hand = x.step("ciso", ("sealed_statement", &id), "sign_last", json!({}));
    assert_eq!(gates(by_hand.unwrap_err()), ["by_its_key", "all_signed"]);
    x.app.sign_statement(&x.ctx("ciso"), &id).unwrap();
    assert!(matches!(x.app.sign_statement(&x.ctx("ciso"), &id), Err(AppError::Input(_))));
    assert!(matches!(x.app.pack(&x.ctx("ciso"), &id, &[]), Err(AppError::Input(_))));
    let early = x.step("ciso", ("attestation", &attestation), "issue", json!({}));
    assert_eq!(gates(early.unwrap_err()), ["signed", "holds_for"]);
    x.app.sign_statement(&x.ctx("executive"), &id).unwrap();
    // Signed by all, but not issued.
    assert!(matches!(x.app.pack(&x.ctx("ciso"), &id, &[]), Err(AppError::Input(_))));
    x.step("ciso", ("attestation", &attestation), "issue", json!({})).unwrap();
    x.app.pack(&x.ctx("ciso"), &id, &[]).unwrap();
}

/// The signer's key was taken in the incident: what was signed after that is doubted.
#[test]
fn a_revoked_key_signs_no_more_and_what_it_signed_is_doubted() {
    let t = Two::new();
    let x = &t.x;
    let sealed = t.declared(&t.reviewed());
    let rule = "sealed_statement.keys_hold";
    assert!(x.findings(("sealed_statement", &sealed), rule).is_empty());
    let key = t.keys(x).into_iter().next().unwrap();
    x.pass(60_000);
    let later = x.host_now();
    let revoke = json!({"revoked_why": "端末ごと盗まれた", "taken_since": later});
    x.step("ciso", ("signing_key", &key), "revoke", revoke).unwrap();
    x.app.tick().unwrap();
    assert!(x.findings(("sealed_statement", &sealed), rule).is_empty(), "signed before that");
    let other = t.keys(x).into_iter().nth(1).unwrap();
    let revoke = json!({"revoked_why": "いつからか分からない"});
    x.step("ciso", ("signing_key", &other), "revoke", revoke).unwrap();
    x.app.tick().unwrap();
    assert_eq!(x.findings(("sealed_statement", &sealed), rule).len(), 1);
    let ask = by(&[&key]);
    let again = t.reviewed();
    let refused = x.app.prepare_attestation(&x.ctx("ciso"), &again, &ask);
    assert!(matches!(refused, Err(AppError::Input(_))));
}

#[test]
fn an_anchor_that_was_only_received_decides_nothing() {
    let t = Two::new();
    let y = &t.y;
    let stranger = y.make("contact", json!({"name": "別会社", "kind": "partner"})).id;
    let anchor = |value: &str| {
        json!({"title": "鍵", "contact": stranger.as_str(), "kind": "fingerprint", "value": value,
            "channel": "mail", "received_on": "2026-11-01"})
    };
    let short = y.create("csirt", "trust_anchor", anchor("ab"));
    assert_eq!(super::harness::fields(short.unwrap_err())[0].0, "value");
    y.create("csirt", "trust_anchor", anchor(&"ab".repeat(32))).unwrap();
    let refused = take(y, &t.y_case, &stranger, b"PK");
    assert!(matches!(refused, Err(AppError::Input(_))), "{refused:?}");
    assert_eq!(Responsibility::DEF.options.len(), 3);
}
