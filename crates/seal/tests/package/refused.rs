//! Packages in a sound zip that are refused all the same.

use crate::sample::*;
use okiagari_seal::package::{Anchor, Failure, Form, Known, Report, Terms, path, verify};
use okiagari_seal::statement::{Statement, Supersedes};
use okiagari_seal::{Holder, Signer};
use std::io::Cursor;

fn at(bytes: &[u8], text: &str) -> Report {
    let anchors = anchors();
    let terms = Terms { anchors: &anchors, ..Terms::at(moment(text)) };
    verify(Cursor::new(bytes), &terms, &mut |_, _| ())
}

fn reasons(bytes: &[u8]) -> Vec<Failure> {
    check(bytes, &anchors()).failures
}

#[test]
fn altered_evidence_is_named_and_the_rest_still_told() {
    let bytes = Sample::new().bytes();
    let name = format!("evidence/{}", FILES[0].0);
    let bad = with_file(&bytes, &name, |content| content[0] ^= 1);
    let report = check(&bad, &anchors());
    assert_eq!(report.failures, [Failure::EvidenceAltered { name: FILES[0].0.into() }]);
    assert!(report.signers.iter().all(|signer| signer.holds));
}

#[test]
fn missing_evidence_is_refused_and_withheld_evidence_is_not() {
    let bytes = Sample::new().bytes();
    let mut files = unpack(&bytes);
    files.retain(|(name, _)| !name.ends_with(FILES[1].0));
    let missing = Failure::EvidenceMissing { name: FILES[1].0.into() };
    assert_eq!(reasons(&repack(&files)), [missing, Failure::ListAltered]);
}

#[test]
fn files_that_do_not_belong_or_are_not_there_are_named() {
    let bytes = Sample::new().bytes();
    let mut files = unpack(&bytes);
    files.push(("evidence/extra.txt".into(), b"x".to_vec()));
    let extra = Failure::FileUnexpected { name: "evidence/extra.txt".into() };
    assert_eq!(reasons(&repack(&files)), [extra]);
    let mut files = unpack(&bytes);
    files.retain(|(name, _)| name != path::CMS);
    assert_eq!(reasons(&repack(&files)), [Failure::FileMissing { name: path::CMS.into() }]);
    let mut files = unpack(&bytes);
    files.swap(0, 1);
    assert_eq!(reasons(&repack(&files)), [Failure::FileOrder { name: path::README.into() }]);
}

#[test]
fn each_file_of_the_package_has_its_own_reason() {
    let bytes = Sample::new().bytes();
    let flip = |content: &mut Vec<u8>| content[20] ^= 1;
    let of = |name: &str| reasons(&with_file(&bytes, name, flip));
    assert_eq!(of(path::README), [Failure::ReadmeAltered]);
    assert!(matches!(of(path::CHAIN)[..], [Failure::ChainUnreadable { .. }]));
    assert!(matches!(of(path::ENVELOPE)[0], Failure::EnvelopeUnreadable { .. }));
    assert_eq!(of(path::CMS)[0], Failure::CmsUnreadable);
    assert_eq!(of(path::LIST), [Failure::ListAltered]);
    let spaced = |content: &mut Vec<u8>| content.insert(1, b' ');
    let found = reasons(&with_file(&bytes, path::STATEMENT, spaced));
    let name = || "山田 花子".to_owned();
    assert!(found.contains(&Failure::EnvelopeOther));
    assert!(found.contains(&Failure::SignatureWrong { name: name(), form: Form::Dsse }));
    assert!(found.contains(&Failure::SignatureWrong { name: name(), form: Form::Cms }));
}

#[test]
fn a_swapped_signer_is_noticed() {
    let sample = Sample::new();
    let holder = Holder {
        name: "山田 花子".into(),
        post: Some("情報セキュリティ責任者".into()),
        organisation: "株式会社みなと部品".into(),
        country: "JP".into(),
    };
    let (from, until) = (moment("2026-01-01T00:00:00Z"), moment("2099-12-31T23:59:59Z"));
    let thief = Signer::make(&[0x66; 32], [7; 16], &holder, from, until).unwrap();
    // The statement stays, another key signs it under the same name.
    let other = thief.sign_statement(&sample.statement, moment("2026-12-01T01:00:00Z")).unwrap();
    let mut envelope = sample.bytes();
    let swapped = [other, sample.signatures[1].clone()];
    let text = okiagari_seal::dsse::Envelope {
        payload: sample.statement.clone(),
        signatures: swapped
            .iter()
            .map(|s| (s.certificate().unwrap().fingerprint(), s.dsse.clone()))
            .collect(),
    };
    envelope = with_file(&envelope, path::ENVELOPE, |c| *c = text.to_text().unwrap().into_bytes());
    let certificate = thief.chain()[0].fingerprint();
    let unnamed = Failure::SignerUnnamed { certificate, form: Form::Dsse };
    let missing = Failure::SignerMissing { name: "山田 花子".into(), form: Form::Dsse };
    assert_eq!(reasons(&envelope), [unnamed, missing]);
    // A whole new statement by another key: sound in itself, but it leads to nothing trusted.
    let signers = [thief, company("rsa")];
    let statement = Statement::of(declaration(&signers)).unwrap();
    let forged = Sample::signed(&statement, &signers, "2026-12-01T01:00:00Z").bytes();
    let unknown = Failure::CertificateUnknown { name: "山田 花子".into(), certificate };
    assert_eq!(reasons(&forged), [unknown]);
}

#[test]
fn one_of_two_signatures_is_not_enough() {
    let sample = Sample::new();
    let bytes = sample.bytes();
    let one = okiagari_seal::dsse::Envelope {
        payload: sample.statement.clone(),
        signatures: vec![(officer().chain()[0].fingerprint(), sample.signatures[0].dsse.clone())],
    };
    let bad = with_file(&bytes, path::ENVELOPE, |c| *c = one.to_text().unwrap().into_bytes());
    let missing = Failure::SignerMissing { name: "鈴木 一郎".into(), form: Form::Dsse };
    assert_eq!(reasons(&bad), [missing]);
}

#[test]
fn times_out_of_order_are_refused() {
    let bytes = Sample::new().bytes();
    let early = at(&bytes, "2026-11-30T00:00:00Z").failures;
    assert!(early.contains(&Failure::NotYetValid { from: moment("2026-12-01T00:00:00Z") }));
    assert!(early.contains(&Failure::WrittenInFuture { at: moment("2026-12-01T00:00:00Z") }));
    let late = at(&bytes, "2027-03-02T00:00:00Z").failures;
    assert_eq!(late, [Failure::Expired { until: moment("2027-03-01T00:00:00Z") }]);
    let signers = [officer(), company("rsa")];
    let statement = Statement::of(declaration(&signers)).unwrap();
    let future = Sample::signed(&statement, &signers, "2026-12-20T00:00:00Z").bytes();
    let name = || "山田 花子".to_owned();
    let when = moment("2026-12-20T00:00:00Z");
    assert_eq!(reasons(&future)[0], Failure::SignedInFuture { name: name(), at: when });
    let before = Sample::signed(&statement, &signers, "2026-11-25T00:00:00Z").bytes();
    let when = moment("2026-11-25T00:00:00Z");
    assert_eq!(reasons(&before)[0], Failure::SignedTooEarly { name: name(), at: when });
}

#[test]
fn certificates_that_do_not_hold_are_refused() {
    let holder = Holder {
        name: "短い".into(),
        post: None,
        organisation: "株式会社みなと部品".into(),
        country: "JP".into(),
    };
    let make = |from: &str, until: &str| {
        let signer = Signer::make(&[9; 32], [1; 16], &holder, moment(from), moment(until)).unwrap();
        let anchors = [Anchor::Fingerprint(signer.chain()[0].fingerprint())];
        let signers = [signer];
        let statement = Statement::of(declaration(&signers)).unwrap();
        check(&Sample::signed(&statement, &signers, "2026-12-01T01:00:00Z").bytes(), &anchors)
    };
    let name = || "山田 花子".to_owned();
    let until = moment("2026-12-10T00:00:00Z");
    let expired = make("2026-01-01T00:00:00Z", "2026-12-10T00:00:00Z").failures;
    assert_eq!(expired, [Failure::CertificateExpired { name: name(), until }]);
    let from = moment("2027-01-01T00:00:00Z");
    let not_yet = make("2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z").failures;
    let outside = Failure::SignedOutside { name: name(), at: moment("2026-12-01T01:00:00Z") };
    assert_eq!(not_yet, [Failure::CertificateNotYet { name: name(), from }, outside]);
}

#[test]
fn revoked_and_unknown_certificates_are_refused() {
    let bytes = Sample::new().bytes();
    let (own, ca) = (officer().chain()[0].fingerprint(), ca());
    let revoked = [ca.fingerprint()];
    let anchors = anchors();
    let now = Terms::at(moment("2026-12-15T00:00:00Z"));
    let terms = Terms { anchors: &anchors, revoked: &revoked, ..now.clone() };
    let found = verify(Cursor::new(&bytes), &terms, &mut |_, _| ()).failures;
    let certificate = ca.fingerprint();
    assert_eq!(found, [Failure::CertificateRevoked { name: "鈴木 一郎".into(), certificate }]);
    let only_own = [Anchor::Fingerprint(own)];
    let certificate = company("rsa").chain()[0].fingerprint();
    let unknown = Failure::CertificateUnknown { name: "鈴木 一郎".into(), certificate };
    assert_eq!(check(&bytes, &only_own).failures, [unknown]);
    // The authority's fingerprint alone is enough, as its certificate is in the package.
    let by_print = [Anchor::Fingerprint(own), Anchor::Fingerprint(ca.fingerprint())];
    assert!(check(&bytes, &by_print).ok());
}

#[test]
fn an_older_version_passed_as_new_is_refused() {
    let first = Sample::new();
    let second = Sample::of(|d| {
        d.version = 2;
        d.supersedes = Some(Supersedes { version: 1, statement_sha256: digest(&first.statement) });
    });
    let known = |version, bytes: &[u8]| {
        [Known { id: "AT-7".into(), version, statement_sha256: digest(bytes) }]
    };
    let judge = |sample: &Sample, known: &[Known]| {
        let terms = Terms { known, ..Terms::at(moment("2026-12-15T00:00:00Z")) };
        verify(Cursor::new(sample.bytes()), &terms, &mut |_, _| ()).failures
    };
    let newest = known(2, &second.statement);
    assert_eq!(judge(&first, &newest), [Failure::Older { version: 1, newest: 2 }]);
    assert_eq!(judge(&second, &newest), []);
    assert_eq!(judge(&second, &known(1, &first.statement)), []);
    let other = known(1, b"another statement");
    assert_eq!(judge(&first, &other), [Failure::OtherVersion { version: 1 }]);
    assert_eq!(judge(&second, &other), [Failure::NotASuccessor { version: 2 }]);
}

#[test]
fn a_statement_that_contradicts_itself_is_neither_written_nor_read() {
    let signers = [officer(), company("rsa")];
    let refused = |change: &dyn Fn(&mut okiagari_seal::statement::Declaration)| {
        let mut declared = declaration(&signers);
        change(&mut declared);
        Statement::of(declared).unwrap_err().to_string()
    };
    use okiagari_seal::statement::{ItemKey, ItemState};
    let key = |key: ItemKey| ItemKey::ALL.iter().position(|k| *k == key).unwrap();
    let (a, f) = (key(ItemKey::RootCause), key(ItemKey::TestResults));
    // G7-64: done needs evidence, under way a day, not applicable a reason, tests their items.
    for message in [
        refused(&|d| (d.items[a].evidence, d.items[a].records) = (vec![], vec![])),
        refused(&|d| d.items[a].state = ItemState::UnderWay { expected_on: "soon".into() }),
        refused(&|d| d.items[a].state = ItemState::NotApplicable { reason: " ".into() }),
    ] {
        assert!(message.contains("item a lacks"), "{message}");
    }
    assert!(refused(&|d| d.items[f].tests.clear()).contains("item f lacks"));
    assert!(refused(&|d| drop(d.items.remove(a))).contains("item a is missing"));
    assert!(refused(&|d| d.items[a].evidence = vec!["x".into()]).contains("not among"));
    assert!(refused(&|d| d.evidence[0].name = "../x".into()).contains("not allowed"));
    assert!(refused(&|d| d.signers.clear()).contains("no signer"));
    assert!(refused(&|d| d.valid_until = d.valid_from).contains("times"));
    assert!(refused(&|d| d.version = 2).contains("version"));
}

#[test]
fn every_reason_has_words_in_both_languages() {
    let bytes = Sample::new().bytes();
    let flip = |content: &mut Vec<u8>| content[20] ^= 1;
    let mut all = reasons(&bytes[1..]);
    for name in [path::README, path::STATEMENT, path::ENVELOPE, path::CMS, path::CHAIN, path::LIST]
    {
        all.extend(reasons(&with_file(&bytes, name, flip)));
    }
    for failure in all {
        let words = failure.words();
        assert_ne!(words.ja, words.en, "{failure:?}");
        assert!(words.en.ends_with('.') && words.ja.ends_with('。'), "{words:?}");
    }
}
