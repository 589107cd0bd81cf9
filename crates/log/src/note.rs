//! Signed notes (C2SP signed-note 1.0.0) and their keys, with witness cosignatures
//! (C2SP tlog-cosignature, `cosignature/v1`).

mod key;

use std::fmt;

pub use key::{CosigningKey, KeyKind, SigningKey, VerifierKey};

use crate::b64;

/// The longest note that is read, in bytes.
pub const MAX_NOTE_BYTES: usize = 1_000_000;

/// The most signature lines that are read in one note.
pub const MAX_SIGNATURES: usize = 100;

const SIGNATURE_START: &str = "\u{2014} ";

/// A text with signatures. The text must not be believed before [`Note::verify`] succeeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text, ending in a newline.
    pub text: String,
    /// The signature lines, in order.
    pub signatures: Vec<NoteSignature>,
}

/// One signature line, verified or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key.
    pub name: String,
    /// The id of the key.
    pub key_id: u32,
    /// What follows the key id: for Ed25519 the 64 signature bytes, for a cosignature the
    /// 8-byte time and 64 signature bytes.
    pub signature: Vec<u8>,
}

/// A signature that was checked and holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The key that signed.
    pub key: VerifierKey,
    /// When a witness cosigned, in seconds since 1970; none for plain signatures.
    pub time_s: Option<u64>,
}

/// Why a note, key or signature was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The note is too long or has too many signatures.
    #[error("the note is too large")]
    TooLarge,
    /// A control character, a missing newline or a missing blank line.
    #[error("the note is malformed: {0}")]
    Malformed(&'static str),
    /// A line after the blank line is not a signature line.
    #[error("signature line {0} is malformed")]
    SignatureLine(usize),
    /// An empty key name, or one with a space or a plus sign.
    #[error("not a key name: {0:?}")]
    Name(String),
    /// A verifier key text that is malformed or of a kind not known here.
    #[error("not a verifier key: {0:?}")]
    VerifierKey(String),
    /// None of the given keys signed.
    #[error("no signature by a known key")]
    Unsigned,
    /// A known key's signature does not hold.
    #[error("the signature by {0} does not hold")]
    Signature(String),
}

impl Note {
    /// A note that nobody has signed yet.
    ///
    /// # Errors
    /// When the text does not end in a newline or has control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, NoteError> {
        let text = text.into();
        check_text(&text)?;
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a signed note.
    ///
    /// # Errors
    /// When it is not exactly of the form the standard gives, or too large.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge);
        }
        check_text(note)?;
        let blank = note.rfind("\n\n").ok_or(NoteError::Malformed("no blank line"))?;
        let (text, lines) = (&note[..=blank], &note[blank + 2..]);
        if lines.is_empty() {
            return Err(NoteError::Malformed("no signature"));
        }
        let mut signatures = Vec::new();
        for (at, line) in lines.lines().enumerate() {
            if at == MAX_SIGNATURES {
                return Err(NoteError::TooLarge);
            }
            signatures.push(NoteSignature::parse(line).ok_or(NoteError::SignatureLine(at + 1))?);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Checks the signatures by known keys and gives them in the note's order.
    ///
    /// Signatures by other keys are passed over, also those that share only a name or an id.
    ///
    /// # Errors
    /// When none of the keys signed, or a signature of theirs does not hold.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Vec<Verified>, NoteError> {
        check_text(&self.text)?;
        let mut verified = Vec::new();
        for signature in &self.signatures {
            // Two different keys may share name and id by intent of an attacker: either may hold.
            let known: Vec<_> = keys.iter().filter(|key| key.is_named_by(signature)).collect();
            if known.is_empty() {
                continue;
            }
            let holds = known.iter().find_map(|key| key.verify(&self.text, &signature.signature));
            verified.push(holds.ok_or_else(|| NoteError::Signature(signature.name.clone()))?);
        }
        if verified.is_empty() { Err(NoteError::Unsigned) } else { Ok(verified) }
    }
}

impl fmt::Display for Note {
    /// The note as it is stored and sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl NoteSignature {
    /// Reads a signature line without its newline.
    pub fn parse(line: &str) -> Option<Self> {
        let (name, data) = line.strip_prefix(SIGNATURE_START)?.split_once(' ')?;
        let data = b64::decode(data)?;
        let (key_id, signature) = data.split_first_chunk::<4>()?;
        if !is_name(name) || signature.is_empty() {
            return None;
        }
        Some(Self {
            name: name.to_owned(),
            key_id: u32::from_be_bytes(*key_id),
            signature: signature.to_vec(),
        })
    }
}

impl fmt::Display for NoteSignature {
    /// The signature line without its newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut data = self.key_id.to_be_bytes().to_vec();
        data.extend_from_slice(&self.signature);
        write!(f, "{SIGNATURE_START}{} {}", self.name, b64::encode(&data))
    }
}

/// Whether a text can be a key name: not empty, no Unicode space, no plus sign.
///
/// Control characters are refused too, since no note can hold them.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+' || c < ' ')
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') {
        return Err(NoteError::Malformed("no newline at the end"));
    }
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(NoteError::Malformed("control character"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "one\n\ntwo\n";

    fn signed() -> (Note, SigningKey) {
        let key = SigningKey::from_seed("log.example/a", &[7; 32]).unwrap();
        let mut note = Note::new(TEXT).unwrap();
        note.signatures.push(key.sign(&note.text));
        (note, key)
    }

    #[test]
    fn a_signed_note_reads_back_and_holds() {
        let (note, key) = signed();
        let again = Note::parse(&note.to_string()).unwrap();
        assert_eq!(again, note);
        assert_eq!(again.text, TEXT);
        let verified = again.verify(&[key.verifier()]).unwrap();
        assert_eq!(verified, [Verified { key: key.verifier(), time_s: None }]);
    }

    #[test]
    fn any_change_of_the_text_is_caught() {
        let (mut note, key) = signed();
        note.text = "one\n\ntwp\n".to_owned();
        let error = note.verify(&[key.verifier()]);
        assert_eq!(error, Err(NoteError::Signature("log.example/a".to_owned())));
    }

    #[test]
    fn unknown_keys_are_passed_over_but_not_alone() {
        let (mut note, key) = signed();
        let other = SigningKey::from_seed("log.example/a", &[8; 32]).unwrap();
        assert_eq!(note.verify(&[other.verifier()]), Err(NoteError::Unsigned));
        note.signatures.insert(0, other.sign("something else\n"));
        assert_eq!(note.verify(&[key.verifier()]).unwrap().len(), 1);
        let both = note.verify(&[key.verifier(), other.verifier()]);
        assert_eq!(both, Err(NoteError::Signature("log.example/a".to_owned())));
    }

    #[test]
    fn malformed_notes_are_refused() {
        let (note, _) = signed();
        let good = note.to_string();
        let line = note.signatures[0].to_string();
        for bad in [
            String::new(),
            TEXT.to_owned(),
            good.trim_end().to_owned(),
            format!("{good}\n"),
            good.replace("two", "t\two"),
            good.replace("two", "two\r"),
            good.replace('\u{2014}', "-"),
            good.replace("log.example/a", "log.example/+"),
            good.replace("log.example/a", "log example/a"),
            good.replace("log.example/a", "log\u{3000}example/a"),
            format!("{TEXT}\n{line} \n"),
            format!("{TEXT}\n{SIGNATURE_START}a AAAAAA==\n"),
            format!("{TEXT}\n{SIGNATURE_START}a AAAAAAB=\n"),
            format!("{TEXT}\n{}", format!("{line}\n").repeat(MAX_SIGNATURES + 1)),
        ] {
            assert!(Note::parse(&bad).is_err(), "{bad:?}");
        }
        let many = format!("{TEXT}\n{}", format!("{line}\n").repeat(MAX_SIGNATURES));
        assert_eq!(Note::parse(&many).unwrap().signatures.len(), MAX_SIGNATURES);
        assert!(Note::new("no newline").is_err());
    }
}
