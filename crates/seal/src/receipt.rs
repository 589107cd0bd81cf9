//! Secrets that someone without an account keeps, to add to a report later.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::alphabet::{separates, sign, value};

const SIGNS: usize = 20;

/// A secret of twenty signs in groups of four from twenty random bytes: 100 bits,
/// without I, L, O and U.
pub fn secret(random: &[u8; SIGNS]) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(SIGNS + SIGNS / 4));
    for (index, byte) in random.iter().enumerate() {
        if index > 0 && index % 4 == 0 {
            out.push('-');
        }
        // 256 is a multiple of 32, so that all signs are equally likely.
        out.push(sign(byte & 31));
    }
    out
}

/// What is stored instead of the secret. Takes the secret as a person types it:
/// case, separators and look-alikes do not matter. SHA-256 without stretching is
/// enough for 100 random bits.
pub fn hash(typed: &str) -> [u8; 32] {
    let normal: Zeroizing<String> = Zeroizing::new(
        typed.chars().filter(|c| !separates(*c)).map(|c| value(c).map_or(c, sign)).collect(),
    );
    let mut hash = Sha256::new();
    hash.update(b"okiagari/seal/receipt/v1\0");
    hash.update(normal.as_bytes());
    hash.finalize().into()
}

/// Whether the typed secret is the stored one, in time that does not depend on
/// where they differ.
pub fn matches(typed: &str, stored: &[u8; 32]) -> bool {
    hash(typed).ct_eq(stored).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_twenty_signs_in_fours() {
        let text = secret(&std::array::from_fn(|i| (i * 13) as u8));
        assert_eq!(text.as_str(), "0DT7-M1EV-8N2F-W9P3-GXAQ");
        assert!(!secret(&[255; 20]).contains(['I', 'L', 'O', 'U']));
    }

    #[test]
    fn typing_is_forgiven_but_not_another_secret() {
        let stored = hash("0DT7-1JPK-8N2F-WSA4-HEVY");
        assert!(matches("odt7 ljpk 8n2f wsa4 hevy", &stored));
        assert!(matches("ODT7IJPK8N2FWSA4HEVY", &stored));
        assert!(!matches("0DT7-1JPK-8N2F-WSA4-HEVZ", &stored));
        assert!(!matches("", &stored));
    }

    #[test]
    fn the_stored_form_is_frozen() {
        let hex: String =
            hash("0DT7-MJPK-8N2F-WSA4-HEVY").iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "8a9d97186038359d22c0ad0d2fe9d8b97b17cc8ee8b5d4cd305082a3189378bd");
    }
}
