//! Standard Base64 (RFC 4648 section 4) with padding, read strictly: one text for one value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Encodes bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes text; `None` for anything but the one canonical encoding of some bytes.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Decodes text that must hold exactly `N` bytes.
pub(crate) fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

/// The Base64 text of a 16-byte salt, without allocating.
pub(crate) fn salt_text(salt: &[u8; 16]) -> [u8; 24] {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = [b'='; 24];
    for (group, chunk) in salt.chunks(3).enumerate() {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=chunk.len() {
            out[group * 4 + place] = ALPHABET[(word >> (18 - 6 * place) & 63) as usize];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salt_text_is_what_the_general_encoder_writes() {
        for start in 0..=255u8 {
            let salt: [u8; 16] = std::array::from_fn(|i| start.wrapping_add((i * 17) as u8));
            assert_eq!(salt_text(&salt).as_slice(), encode(&salt).as_bytes());
        }
    }

    #[test]
    fn only_the_canonical_text_decodes() {
        assert_eq!(decode("AA=="), Some(vec![0]));
        for bad in ["AB==", "AA=", "AA", "A A=", "AA==\n", "-_8="] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }
}
