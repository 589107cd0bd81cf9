//! Every parser of foreign bytes behind the zip, chosen by the first byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use okiagari_seal::archive::{Archive, Limits};
use okiagari_seal::dsse::Envelope;
use okiagari_seal::package::Stamp;
use okiagari_seal::statement::Statement;
use okiagari_seal::{Certificate, Fingerprint, Moment, Signature, Signer, signed_data};
use std::io::Cursor;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    match kind % 9 {
        0 => drop(Archive::open(Cursor::new(bytes), Limits::default())),
        1 => drop(Envelope::parse(bytes)),
        2 => drop(Statement::from_bytes(bytes)),
        3 => drop(signed_data::read(bytes)),
        4 => drop(Certificate::from_file(bytes)),
        5 => drop(Stamp::read(bytes, b"checkpoint")),
        6 => drop(Signer::from_pkcs12(bytes, "")),
        7 => drop(text.parse::<Signature>()),
        _ => {
            let _ = (text.parse::<Moment>(), text.parse::<Fingerprint>());
        }
    }
});
