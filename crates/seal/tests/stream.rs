//! Files: round trips, and every way to tamper with one.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use okiagari_seal::{FileKey, HEADER_LEN, OpenError, Sealed, decrypt_reader, encrypt_reader};

const CHUNK: usize = 65_536;
const SEALED: usize = CHUNK + 16;

fn key() -> FileKey {
    FileKey::new([0x42; 32])
}

fn plain(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 7 + i / 251) as u8).collect()
}

fn seal(bytes: &[u8]) -> (Vec<u8>, Sealed) {
    let mut out = Vec::new();
    let sealed = encrypt_reader(bytes, &key(), [0x24; 19], &mut out).unwrap();
    (out, sealed)
}

fn open(bytes: &[u8]) -> Result<Vec<u8>, OpenError> {
    let mut out = Vec::new();
    decrypt_reader(bytes, &key(), &mut out).map(|_| out)
}

#[test]
fn sizes_around_the_chunk_borders_come_back() {
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 5] {
        let bytes = plain(length);
        let (file, sealed) = seal(&bytes);
        assert_eq!(sealed.plain_size, length as u64);
        assert_eq!(sealed.cipher_size, file.len() as u64);
        let chunks = length.div_ceil(CHUNK).max(1);
        assert_eq!(file.len(), HEADER_LEN + length + chunks * 16);
        let mut out = Vec::new();
        assert_eq!(decrypt_reader(&file[..], &key(), &mut out).unwrap(), sealed);
        assert!(out == bytes);
    }
}

#[test]
fn the_address_is_the_plain_sha256() {
    let (_, sealed) = seal(b"abc");
    assert_eq!(sealed.sha256[..4], [0xba, 0x78, 0x16, 0xbf]);
}

#[test]
fn a_bit_at_every_chunk_border_is_noticed_with_its_place() {
    let (file, _) = seal(&plain(2 * CHUNK + 100));
    for chunk in 0..3usize {
        let start = HEADER_LEN + chunk * SEALED;
        let end = (start + SEALED).min(file.len());
        for at in [start, start + 1, end - 17, end - 16, end - 1] {
            let mut bytes = file.clone();
            bytes[at] ^= 0x80;
            match open(&bytes) {
                Err(OpenError::Altered { chunk: found, offset }) => {
                    assert_eq!((found, offset), (chunk as u64, start as u64));
                }
                other => panic!("byte {at}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_bit_anywhere_in_the_header_is_noticed() {
    let (file, _) = seal(&plain(10));
    for at in 0..HEADER_LEN * 8 {
        let mut bytes = file.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        assert!(open(&bytes).is_err(), "bit {at}");
    }
    let mut bytes = file;
    bytes[8] = 2;
    assert!(matches!(open(&bytes), Err(OpenError::UnknownVersion { version: 2 })));
}

#[test]
fn cutting_is_noticed() {
    let (file, _) = seal(&plain(2 * CHUNK + 100));
    for chunks in 1..=2u64 {
        let border = HEADER_LEN + chunks as usize * SEALED;
        let last = border - SEALED;
        match open(&file[..border]) {
            Err(OpenError::Truncated { offset }) => assert_eq!(offset, last as u64),
            other => panic!("{chunks}: {other:?}"),
        }
        for cut in [border - 1, border + 1, border + 15, border + 16, border + 17] {
            assert!(open(&file[..cut]).is_err(), "cut at {cut}");
        }
    }
    for cut in 0..=HEADER_LEN {
        let error = open(&file[..cut]).unwrap_err();
        let expected = matches!(error, OpenError::NotSealed | OpenError::Truncated { .. });
        assert!(expected, "cut at {cut}: {error:?}");
    }
}

#[test]
fn moving_repeating_and_dropping_chunks_is_noticed() {
    let (file, _) = seal(&plain(3 * CHUNK + 100));
    let (header, body) = file.split_at(HEADER_LEN);
    let chunks: Vec<&[u8]> = body.chunks(SEALED).collect();
    let orders: [(&[usize], u64); 4] =
        [(&[1, 0, 2, 3], 0), (&[0, 0, 1, 2, 3], 1), (&[0, 2, 3], 1), (&[0, 1, 3], 2)];
    for (order, bad) in orders {
        let mut bytes = header.to_vec();
        order.iter().for_each(|chunk| bytes.extend_from_slice(chunks[*chunk]));
        match open(&bytes) {
            Err(OpenError::Altered { chunk, offset }) => {
                assert_eq!((chunk, offset), (bad, (HEADER_LEN + bad as usize * SEALED) as u64));
            }
            other => panic!("{order:?}: {other:?}"),
        }
    }
}

#[test]
fn added_bytes_are_noticed() {
    let (file, _) = seal(&plain(2 * CHUNK));
    let mut bytes = file.clone();
    bytes.push(0);
    match open(&bytes) {
        Err(OpenError::Trailing { offset }) => assert_eq!(offset, file.len() as u64),
        other => panic!("{other:?}"),
    }
}

#[test]
fn chunks_of_another_file_do_not_fit() {
    let (file, _) = seal(&plain(2 * CHUNK));
    let mut other = Vec::new();
    encrypt_reader(&plain(2 * CHUNK)[..], &key(), [0x25; 19], &mut other).unwrap();
    let mut bytes = file;
    bytes[HEADER_LEN..HEADER_LEN + SEALED].copy_from_slice(&other[HEADER_LEN..HEADER_LEN + SEALED]);
    assert!(matches!(open(&bytes), Err(OpenError::Altered { chunk: 0, .. })));
}

#[test]
fn another_key_opens_nothing_and_writes_nothing() {
    let (file, _) = seal(&plain(100));
    let mut out = Vec::new();
    let result = decrypt_reader(&file[..], &FileKey::new([0x43; 32]), &mut out);
    assert!(matches!(result, Err(OpenError::Altered { chunk: 0, .. })) && out.is_empty());
}

/// A source that gives little at a time, as networks do.
struct Drip<'a>(&'a [u8]);

impl std::io::Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let step = buffer.len().min(1009);
        std::io::Read::read(&mut self.0, &mut buffer[..step])
    }
}

#[test]
fn a_slow_source_makes_no_difference() {
    let bytes = plain(CHUNK + 3);
    let (file, sealed) = seal(&bytes);
    let mut again = Vec::new();
    assert_eq!(encrypt_reader(Drip(&bytes), &key(), [0x24; 19], &mut again).unwrap(), sealed);
    assert!(again == file);
    let mut out = Vec::new();
    decrypt_reader(Drip(&file), &key(), &mut out).unwrap();
    assert!(out == bytes);
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(24))]

    #[test]
    fn any_file_comes_back(
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200_000),
        secret: [u8; 32],
    ) {
        let key = FileKey::new(secret);
        let mut file = Vec::new();
        encrypt_reader(&bytes[..], &key, [1; 19], &mut file).unwrap();
        let mut out = Vec::new();
        decrypt_reader(&file[..], &key, &mut out).unwrap();
        proptest::prop_assert!(out == bytes);
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        proptest::prop_assert!(open(&bytes).is_err());
    }
}
