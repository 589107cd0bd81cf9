//! Tricks with the zip itself.

use crate::sample::*;
use okiagari_seal::archive::{Archive, ArchiveError, Limits};
use okiagari_seal::names::NameError;
use okiagari_seal::package::{Failure, Terms, verify};
use proptest::prelude::*;
use std::io::Cursor;

fn only(bytes: &[u8]) -> Failure {
    let failures = check(bytes, &anchors()).failures;
    assert_eq!(failures.len(), 1, "{failures:?}");
    failures[0].clone()
}

/// Replaces a name of the same length in both headers.
fn renamed(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = (0..bytes.len() - from.len())
        .filter(|at| bytes[*at..].starts_with(from.as_bytes()))
        .collect();
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

fn central(bytes: &[u8], number: usize) -> usize {
    let heads = bytes.windows(4).enumerate().filter(|(_, four)| *four == b"PK\x01\x02");
    heads.map(|(at, _)| at).nth(number).unwrap()
}

#[test]
fn bytes_around_the_zip_are_named() {
    let bytes = Sample::new().bytes();
    assert_eq!(only(&[bytes.as_slice(), b"more"].concat()), Failure::Trailing { bytes: 4 });
    assert_eq!(only(&[b"#!/bin/sh\n", bytes.as_slice()].concat()), Failure::Gap);
    assert_eq!(only(&bytes[..bytes.len() - 1]), Failure::NotAZip);
    assert_eq!(only(b""), Failure::NotAZip);
}

#[test]
fn path_tricks_are_refused_by_their_own_reason() {
    let bytes = Sample::new().bytes();
    for (to, why) in [
        ("../x/y/zzz", NameError::Elsewhere),
        ("/etc/passw", NameError::Absolute),
        ("a\\b/c/d/ef", NameError::Backslash),
        ("c:/windows", NameError::Absolute),
        ("README\ntxt", NameError::Sign),
    ] {
        let name = to.to_owned();
        assert_eq!(only(&renamed(&bytes, "README.txt", to)), Failure::Path { name, why });
    }
    let twice = Failure::NameTwice { name: "Chain.pem".into() };
    let files = [("chain.pem".to_owned(), vec![]), ("Chain.pem".to_owned(), vec![])];
    assert_eq!(only(&repack(&files)), twice);
    let mut link = bytes.clone();
    let at = central(&bytes, 0);
    link[at + 41] = 0xa1;
    assert_eq!(only(&link), Failure::NotAFile { name: "README.txt".into() });
}

#[test]
fn bombs_and_foreign_zips_are_refused_before_anything_is_read() {
    let bytes = Sample::new().bytes();
    let mut bomb = bytes.clone();
    let at = central(&bytes, 1);
    bomb[at + 10] = 8;
    bomb[at + 20..at + 24].copy_from_slice(&1000_u32.to_le_bytes());
    bomb[at + 24..at + 28].copy_from_slice(&1_000_000_000_u32.to_le_bytes());
    let name = "statement.json".to_owned();
    assert_eq!(only(&bomb), Failure::Compressed { name: name.clone(), ratio: 1_000_000 });
    let mut locked = bytes.clone();
    locked[at + 8] |= 1;
    assert_eq!(only(&locked), Failure::Encrypted { name: name.clone() });
    let mut dated = bytes.clone();
    dated[at + 12] ^= 1;
    assert_eq!(only(&dated), Failure::Repacked { name });
    let few = Limits { entries: 3, ..Limits::default() };
    let opened = Archive::open(Cursor::new(&bytes), few);
    assert!(matches!(opened, Err(ArchiveError::TooLarge("files"))));
    let small = Limits { bytes: 1000, ..Limits::default() };
    let terms = Terms { limits: small, ..Terms::at(moment("2026-12-15T00:00:00Z")) };
    let report = verify(Cursor::new(&bytes), &terms, &mut |_, _| ());
    assert_eq!(report.failures, [Failure::TooLarge { what: "bytes".into() }]);
}

#[test]
fn two_headers_over_the_same_bytes_are_refused() {
    let bytes = Sample::new().bytes();
    let (first, second) = (central(&bytes, 0), central(&bytes, 1));
    let mut overlapping = bytes.clone();
    let offset: Vec<u8> = bytes[first + 42..first + 46].to_vec();
    overlapping[second + 42..second + 46].copy_from_slice(&offset);
    assert_eq!(only(&overlapping), Failure::Gap);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_change_of_any_bit_is_noticed(place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut bytes = frozen().to_vec();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(!check(&bytes, &anchors()).ok(), "byte {place}, bit {bit}");
    }

    #[test]
    fn a_cut_is_noticed(place in any::<prop::sample::Index>()) {
        let bytes = frozen();
        prop_assert!(!check(&bytes[..place.index(bytes.len())], &anchors()).ok());
    }

    #[test]
    fn a_change_of_any_byte_of_any_file_is_noticed_in_a_sound_zip(
        file in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        byte in 1..=255_u8,
    ) {
        let mut files = unpack(frozen());
        let file = file.index(files.len());
        let place = place.index(files[file].1.len());
        files[file].1[place] ^= byte;
        let report = check(&repack(&files), &anchors());
        prop_assert!(!report.ok(), "{} byte {place}", files[file].0);
    }

    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(!check(&bytes, &[]).ok());
    }

    #[test]
    fn noise_in_a_file_never_panics(
        file in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut files = unpack(frozen());
        let file = file.index(files.len());
        files[file].1 = bytes;
        prop_assert!(!check(&repack(&files), &anchors()).ok());
    }
}

fn frozen() -> &'static [u8] {
    static BYTES: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| Sample::new().bytes());
    &BYTES
}
