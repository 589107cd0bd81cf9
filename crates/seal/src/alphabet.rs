//! Thirty-two signs that survive handwriting and telephone.

/// Digits and capitals without I, L, O and U (Crockford's choice).
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The sign of the low five bits.
pub(crate) fn sign(value: u8) -> char {
    char::from(SIGNS[usize::from(value & 31)])
}

/// The value of a sign in either case; O reads as 0, I and L as 1.
pub(crate) fn value(sign: char) -> Option<u8> {
    let upper = sign.to_ascii_uppercase();
    let upper = match upper {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let position = SIGNS.iter().position(|s| char::from(*s) == upper)?;
    u8::try_from(position).ok()
}

/// Whether a character merely separates groups.
pub(crate) fn separates(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '‐' | '‑' | '–' | '—' | '−' | 'ー' | '－' | '_' | '.' | ',')
}
