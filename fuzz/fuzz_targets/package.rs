//! Whole packages: any bytes are refused or accepted, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use okiagari_seal::Moment;
use okiagari_seal::package::{Terms, verify};
use std::io::Cursor;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(at) = Moment::from_unix(1_796_000_000) {
        let report = verify(Cursor::new(bytes), &Terms::at(at), &mut |_, _| ());
        for failure in &report.failures {
            let words = failure.words();
            assert!(!words.ja.is_empty() && !words.en.is_empty());
        }
    }
});
