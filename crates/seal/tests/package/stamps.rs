//! The log's files and the time stamp.

use crate::sample::*;
use okiagari_seal::package::{
    Anchor, Failure, LogFiles, LogSeen, NotShown, Stamp, StampError, Terms, Trust, path, verify,
};
use std::io::Cursor;

fn files() -> LogFiles {
    LogFiles {
        proof: b"c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example/org\n1\nAAAA\n\nsigned\n".to_vec(),
        leaf: b"{}".to_vec(),
        disclosure: b"{}".to_vec(),
    }
}

fn with_log() -> Sample {
    Sample { log: Some(files()), ..Sample::new() }
}

#[test]
fn without_a_known_log_the_proof_is_not_shown_to_hold() {
    let report = check(&with_log().bytes(), &anchors());
    assert!(report.ok() && report.not_shown.contains(&NotShown::NoLogKey));
    assert!(check(&Sample::new().bytes(), &[]).not_shown.contains(&NotShown::NoLog));
}

#[test]
fn who_knows_the_log_judges_its_files() {
    let sample = with_log();
    let expected = digest(&sample.statement);
    let seen = LogSeen { origin: "log.example/org".into(), index: 0, size: 1 };
    let accept = |given: &LogFiles, statement| {
        assert_eq!((given, statement), (&files(), expected));
        Ok(Some(seen.clone()))
    };
    let terms = Terms { log: Some(&accept), ..Terms::at(moment("2026-12-15T00:00:00Z")) };
    let report = verify(Cursor::new(sample.bytes()), &terms, &mut |_, _| ());
    assert_eq!(report.log, Some(seen.clone()));
    let refuse = |_: &LogFiles, _| Err("no".to_owned());
    let terms = Terms { log: Some(&refuse), ..terms };
    let report = verify(Cursor::new(sample.bytes()), &terms, &mut |_, _| ());
    assert_eq!(report.failures, [Failure::LogWrong { detail: "no".into() }]);
    let stranger = |_: &LogFiles, _| Ok(None);
    let terms = Terms { log: Some(&stranger), ..terms };
    let report = verify(Cursor::new(sample.bytes()), &terms, &mut |_, _| ());
    assert!(report.ok() && report.log.is_none(), "a log that is not known is no fault");
    assert!(report.not_shown.contains(&NotShown::NoLogKey));
}

#[test]
fn half_a_proof_and_another_checkpoint_are_refused() {
    let bytes = with_log().bytes();
    let mut some = unpack(&bytes);
    some.retain(|(name, _)| name != path::LEAF);
    assert_eq!(check(&repack(&some), &anchors()).failures, [Failure::LogIncomplete]);
    let other = with_file(&bytes, path::CHECKPOINT, |c| c[0] ^= 1);
    assert_eq!(check(&other, &anchors()).failures, [Failure::CheckpointOther]);
}

#[test]
fn a_stamp_that_is_none_is_refused() {
    let sample = Sample { stamp: Some(b"noise".to_vec()), ..with_log() };
    let detail = "the time stamp cannot be read".to_owned();
    assert_eq!(check(&sample.bytes(), &anchors()).failures, [Failure::Stamp { detail }]);
}

/// Made once with `openssl ts` over the checkpoint of [`files`].
const ANSWER: &[u8] = include_bytes!("../frozen/company/checkpoint.tsr");

fn stamped() -> Sample {
    let signers = [officer(), company("rsa")];
    let mut declared = declaration(&signers);
    declared.issued_at = moment("2026-11-21T23:52:00Z");
    declared.valid_from = declared.issued_at;
    let statement = okiagari_seal::statement::Statement::of(declared).unwrap();
    let signed = Sample::signed(&statement, &signers, "2026-11-21T23:55:00Z");
    Sample { log: Some(files()), stamp: Some(ANSWER.to_vec()), ..signed }
}

#[test]
fn a_stamp_of_a_public_tool_is_read_and_its_service_judged() {
    let bytes = stamped().bytes();
    let report = check(&bytes, &anchors());
    assert_eq!(report.failures, []);
    assert!(report.not_shown.contains(&NotShown::NoStampAnchor));
    let trusted = [Anchor::Certificate(Box::new(ca()))];
    let now = Terms::at(moment("2026-12-15T00:00:00Z"));
    let terms = Terms { stamp_anchors: &trusted, ..now.clone() };
    let report = verify(Cursor::new(&bytes), &terms, &mut |_, _| ());
    let stamp = report.stamp.unwrap();
    assert_eq!(stamp.trust, Trust::Anchored);
    assert!(stamp.time > moment("2026-11-21T23:55:00Z"), "{}", stamp.time);
    let other = [Anchor::Fingerprint(officer().chain()[0].fingerprint())];
    let terms = Terms { stamp_anchors: &other, ..now };
    let found = verify(Cursor::new(&bytes), &terms, &mut |_, _| ()).failures;
    assert!(matches!(&found[..], [Failure::StampUnknown { .. }]), "{found:?}");
}

#[test]
fn a_stamp_about_something_else_or_altered_or_from_another_time_is_refused() {
    let about = Stamp::read(ANSWER, b"another checkpoint").unwrap_err();
    assert_eq!(about, StampError::Other);
    let checkpoint = files().checkpoint().unwrap().to_vec();
    let good = Stamp::read(ANSWER, &checkpoint).unwrap();
    for place in 0..ANSWER.len() {
        let mut bad = ANSWER.to_vec();
        bad[place] ^= 1;
        // What is not covered by the signature (the status, the chain) changes nothing of it.
        if let Ok(read) = Stamp::read(&bad, &checkpoint) {
            assert_eq!((read.time, read.service), (good.time, good.service.clone()), "{place}");
        }
    }
    let late = Sample { stamp: Some(ANSWER.to_vec()), ..with_log() };
    let found = check(&late.bytes(), &anchors()).failures;
    assert_eq!(found, [Failure::StampTime { at: good.time }]);
}
