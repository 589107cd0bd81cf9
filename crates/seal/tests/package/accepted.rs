//! What holds.

use crate::sample::*;
use okiagari_seal::package::{EvidenceState, NotShown, Terms, Trust, verify};
use okiagari_seal::statement::{ItemKey, Statement};
use okiagari_seal::{Signature, Signer, SignerError};
use std::io::Cursor;

#[test]
fn a_package_tells_who_signed_what_is_enclosed_and_what_is_open() {
    let (bytes, packed) = Sample::new().pack();
    assert_eq!(packed.withheld, ["003-詳細なログ.txt"]);
    let report = check(&bytes, &anchors());
    assert_eq!(report.failures, []);
    let names: Vec<_> =
        report.signers.iter().map(|s| (s.name.as_str(), s.trust, s.holds)).collect();
    assert_eq!(names, [("山田 花子", Trust::Anchored, true), ("鈴木 一郎", Trust::Anchored, true)]);
    assert_eq!(report.signers[0].signed_at, Some(moment("2026-12-01T01:00:00Z")));
    let states: Vec<_> = report.evidence.iter().map(|e| e.state).collect();
    use EvidenceState::{Present, Withheld};
    assert_eq!(states, [Present, Present, Withheld]);
    assert!(report.not_shown.contains(&NotShown::Withheld));
    let statement = report.statement.unwrap();
    let open: Vec<_> = statement.predicate.open().map(|item| item.key).collect();
    assert_eq!(open, [ItemKey::Lessons]);
}

#[test]
fn without_anchors_it_says_that_whose_certificates_these_are_is_not_shown() {
    let report = check(&Sample::new().bytes(), &[]);
    assert!(report.ok());
    assert_eq!(report.signers[0].trust, Trust::NotShown);
    assert_eq!(report.not_shown[0], NotShown::NoAnchor);
}

#[test]
fn the_same_inputs_give_the_same_bytes_and_a_key_survives_being_kept() {
    let sample = Sample::new();
    assert_eq!(sample.bytes(), Sample::new().bytes());
    for signer in [officer(), company("rsa"), company("p256")] {
        let again = Signer::from_pkcs8(signer.expose(), signer.chain().to_vec()).unwrap();
        assert_eq!(again.sign(b"x").unwrap(), signer.sign(b"x").unwrap());
        assert!(signer.chain()[0].has_signed(b"x", &again.sign(b"x").unwrap()));
    }
    let mixed = Signer::from_pkcs8(officer().expose(), company("p256").chain().to_vec());
    assert_eq!(mixed.unwrap_err(), SignerError::Mismatch);
    let kept: Signature = sample.signatures[1].to_text().unwrap().parse().unwrap();
    assert_eq!(kept, sample.signatures[1]);
}

#[test]
fn progress_ends_at_all_bytes_of_the_enclosed_evidence() {
    let bytes = Sample::new().bytes();
    let mut seen = Vec::new();
    let terms = Terms::at(moment("2026-12-15T00:00:00Z"));
    verify(Cursor::new(&bytes), &terms, &mut |done, total| seen.push((done, total)));
    let total = (FILES[0].1.len() + FILES[1].1.len()) as u64;
    assert_eq!(seen.last(), Some(&(total, total)));
}

#[test]
fn a_withdrawal_names_what_it_takes_back() {
    use okiagari_seal::statement::{Kind, Supersedes};
    let first = Sample::new();
    let signers = [officer(), company("rsa")];
    let mut taken = declaration(&signers);
    taken.kind = Kind::Withdrawal { reason: "再発を確認しました。".into() };
    taken.version = 2;
    taken.items.clear();
    assert!(Statement::of(taken.clone()).is_err(), "it has to name the earlier version");
    taken.supersedes = Some(Supersedes { version: 1, statement_sha256: digest(&first.statement) });
    let statement = Statement::of(taken).unwrap();
    let report =
        check(&Sample::signed(&statement, &signers, "2026-12-02T00:00:00Z").bytes(), &anchors());
    assert_eq!(report.failures, []);
    let kind = report.statement.unwrap().predicate.kind;
    assert_eq!(kind, Kind::Withdrawal { reason: "再発を確認しました。".into() });
}

/// Made once; every later version must accept it and make it again from the same inputs.
#[test]
fn the_frozen_package_verifies_and_is_made_again_byte_for_byte() {
    let frozen = include_bytes!("../frozen/package.zip");
    let report = check(frozen, &anchors());
    assert_eq!(report.failures, []);
    assert_eq!(report.signers.len(), 2);
    assert!(Sample::new().bytes() == frozen, "the form of packages has changed");
    let told = include_str!("../frozen/package.sha256");
    assert_eq!(officer().chain()[0].fingerprint().to_string(), told.trim());
}
