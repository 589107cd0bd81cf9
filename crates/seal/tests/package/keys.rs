//! Company keys out of PKCS #12 files, as OpenSSL writes them now and wrote them before.

use crate::sample::*;
use okiagari_seal::{Pkcs12Error, Signer};

fn file(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/frozen/company");
    std::fs::read(format!("{folder}/{name}.p12")).unwrap()
}

#[test]
fn keys_of_every_common_form_open_and_sign_with_their_chain() {
    for (name, own) in
        [("rsa", "rsa"), ("rsa-legacy", "rsa"), ("rsa-3des", "rsa"), ("p256", "p256")]
    {
        let signer = Signer::from_pkcs12(&file(name), "okiagari").unwrap();
        assert_eq!(signer.chain(), company(own).chain(), "{name}");
        let signature = signer.sign(b"x").unwrap();
        assert_eq!(signature, company(own).sign(b"x").unwrap(), "{name}");
        assert!(signer.chain()[0].has_signed(b"x", &signature));
    }
}

#[test]
fn a_wrong_password_and_damage_give_no_key() {
    let good = file("p256");
    assert_eq!(Signer::from_pkcs12(&good, "Okiagari").unwrap_err(), Pkcs12Error::Password);
    assert_eq!(Signer::from_pkcs12(&good, "").unwrap_err(), Pkcs12Error::Password);
    assert_eq!(Signer::from_pkcs12(b"noise", "x").unwrap_err(), Pkcs12Error::Malformed);
    for place in (0..good.len()).step_by(37) {
        assert!(Signer::from_pkcs12(&good[..place], "okiagari").is_err(), "cut at {place}");
    }
    // The check sum under the password covers all that stands before it.
    for place in (60..good.len() - 120).step_by(211) {
        let mut bad = good.clone();
        bad[place] ^= 1;
        assert!(Signer::from_pkcs12(&bad, "okiagari").is_err(), "byte {place}");
    }
}
