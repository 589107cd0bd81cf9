//! Samples of format 1. They must open for ever; never write them anew.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use okiagari_seal::{MasterKey, decrypt_reader, receipt};

const PAPER: &str = include_str!("frozen/master-key.txt");
const WRAPPED: &[u8] = include_bytes!("frozen/wrapped-secret.bin");
const FILE_KEY: &[u8] = include_bytes!("frozen/wrapped-file-key.bin");
const FILE: &[u8] = include_bytes!("frozen/file.sealed");

fn master() -> MasterKey {
    MasterKey::from_paper(PAPER).unwrap()
}

#[test]
fn the_paper_key_reads() {
    let expected: [u8; 32] = std::array::from_fn(|i| (i * 8 + 5) as u8);
    assert_eq!(master().expose(), &expected);
    assert_eq!(master().to_paper().as_str(), PAPER.trim());
}

#[test]
fn the_wrapped_secret_opens() {
    let secret = master().unwrap("okiagari/org-key/v1|7", WRAPPED).unwrap();
    assert_eq!(secret.as_slice(), "起き上がり小法師".as_bytes());
    assert_eq!(master().wrap("okiagari/org-key/v1|7", &secret, [0x11; 24]), WRAPPED);
}

#[test]
fn the_file_opens() {
    let key = master().unwrap_file_key("evidence-1", FILE_KEY).unwrap();
    let mut out = Vec::new();
    let sealed = decrypt_reader(FILE, &key, &mut out).unwrap();
    assert_eq!(sealed.plain_size, 70_000);
    assert!(out.iter().enumerate().all(|(i, byte)| *byte == (i % 253) as u8));
}

#[test]
fn the_receipt_matches() {
    let stored = [
        138, 157, 151, 24, 96, 56, 53, 157, 34, 192, 173, 13, 47, 233, 216, 185, 123, 23, 204, 142,
        232, 181, 212, 205, 48, 80, 130, 163, 24, 147, 120, 189,
    ];
    assert!(receipt::matches("0DT7-MJPK-8N2F-WSA4-HEVY", &stored));
}
