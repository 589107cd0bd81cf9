//! Keys of notes: Ed25519 for logs (type 0x01) and for witnesses (type 0x04).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::{NoteError, NoteSignature, Verified, is_name};
use crate::b64;
use crate::checkpoint::{Checkpoint, CheckpointError};

/// What a key signs, by its type byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// 0x01: Ed25519 over the note's text (C2SP signed-note).
    Ed25519,
    /// 0x04: Ed25519 by a witness over a time and a checkpoint (C2SP tlog-cosignature).
    CosignatureV1,
}

impl KeyKind {
    fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }
}

/// A public key with its name; its text is `<name>+<hex key id>+<Base64 of type and key>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    key: VerifyingKey,
}

impl VerifierKey {
    /// A key from its 32 public bytes.
    ///
    /// # Errors
    /// When the name is not a key name or the bytes are not a usable Ed25519 public key.
    pub fn new(name: &str, kind: KeyKind, public: &[u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        let key = VerifyingKey::from_bytes(public)
            .ok()
            .filter(|key| !key.is_weak())
            .ok_or_else(|| NoteError::VerifierKey(name.to_owned()))?;
        Ok(Self { name: name.to_owned(), kind, key })
    }

    /// The name, for a log its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the key signs.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The 32 public bytes.
    pub fn public(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The first four bytes of SHA-256 over name, newline, type and public key.
    pub fn key_id(&self) -> u32 {
        key_id(&self.name, self.kind, self.public())
    }

    /// The same public key under another name, as the next epoch of a log uses it.
    ///
    /// # Errors
    /// When the name is not a key name.
    pub fn renamed(&self, name: &str) -> Result<Self, NoteError> {
        Self::new(name, self.kind, self.public())
    }

    pub(super) fn is_named_by(&self, signature: &NoteSignature) -> bool {
        self.name == signature.name && self.key_id() == signature.key_id
    }

    /// Checks a signature; `None` if it does not hold.
    pub(super) fn verify(&self, text: &str, signature: &[u8]) -> Option<Verified> {
        let (message, signature, time_s) = match self.kind {
            KeyKind::Ed25519 => (Cow::Borrowed(text), signature, None),
            KeyKind::CosignatureV1 => {
                // A cosignature speaks of checkpoints only, whatever else the bytes could be.
                Checkpoint::parse(text).ok()?;
                let (time, signature) = signature.split_first_chunk::<8>()?;
                let time_s = u64::from_be_bytes(*time);
                (Cow::Owned(cosigned_message(time_s, text)), signature, Some(time_s))
            }
        };
        let signature = Signature::from_bytes(signature.try_into().ok()?);
        self.key.verify_strict(message.as_bytes(), &signature).ok()?;
        Some(Verified { key: self.clone(), time_s })
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let bad = || NoteError::VerifierKey(text.to_owned());
        // The Base64 at the end may itself hold plus signs, a name never does.
        let mut parts = text.splitn(3, '+');
        let mut part = || parts.next().ok_or_else(bad);
        let (name, id, data) = (part()?, part()?, part()?);
        let data = b64::decode(data).ok_or_else(bad)?;
        let (kind, public) = data.split_first().ok_or_else(bad)?;
        let kind = match kind {
            0x01 => KeyKind::Ed25519,
            0x04 => KeyKind::CosignatureV1,
            _ => return Err(bad()),
        };
        let key = Self::new(name, kind, public.try_into().map_err(|_| bad())?)?;
        if id == format!("{:08x}", key.key_id()) { Ok(key) } else { Err(bad()) }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut data = vec![self.kind.byte()];
        data.extend_from_slice(self.public());
        write!(f, "{}+{:08x}+{}", self.name, self.key_id(), b64::encode(&data))
    }
}

/// A log's signing key. `Debug` shows the name only; the secret is wiped when dropped.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// The key of a name from its 32 secret bytes.
    ///
    /// # Errors
    /// When the name is not a key name.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key: ed25519_dalek::SigningKey::from_bytes(seed) })
    }

    /// The name, for a log its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key.
    pub fn key_id(&self) -> u32 {
        self.verifier().key_id()
    }

    /// The public key.
    pub fn verifier(&self) -> VerifierKey {
        verifier(&self.name, KeyKind::Ed25519, &self.key)
    }

    /// Signs a note's text.
    pub fn sign(&self, text: &str) -> NoteSignature {
        NoteSignature {
            name: self.name.clone(),
            key_id: self.key_id(),
            signature: self.key.sign(text.as_bytes()).to_bytes().to_vec(),
        }
    }
}

/// A witness's key. `Debug` shows the name only; the secret is wiped when dropped.
#[derive(Clone)]
pub struct CosigningKey {
    name: String,
    key: ed25519_dalek::SigningKey,
}

impl CosigningKey {
    /// The key of a name from its 32 secret bytes.
    ///
    /// # Errors
    /// When the name is not a key name.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key: ed25519_dalek::SigningKey::from_bytes(seed) })
    }

    /// The name of the witness.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key.
    pub fn verifier(&self) -> VerifierKey {
        verifier(&self.name, KeyKind::CosignatureV1, &self.key)
    }

    /// Cosigns: states that at `time_s` (seconds since 1970) this is the largest consistent
    /// checkpoint that the witness has seen of the log. The caller has checked that it is.
    ///
    /// # Errors
    /// When the checkpoint cannot be written.
    pub fn cosign(
        &self,
        checkpoint: &Checkpoint,
        time_s: u64,
    ) -> Result<NoteSignature, CheckpointError> {
        let message = cosigned_message(time_s, &checkpoint.to_text()?);
        let mut signature = time_s.to_be_bytes().to_vec();
        signature.extend_from_slice(&self.key.sign(message.as_bytes()).to_bytes());
        Ok(NoteSignature { name: self.name.clone(), key_id: self.verifier().key_id(), signature })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for CosigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosigningKey").field("name", &self.name).finish_non_exhaustive()
    }
}

fn verifier(name: &str, kind: KeyKind, key: &ed25519_dalek::SigningKey) -> VerifierKey {
    VerifierKey { name: name.to_owned(), kind, key: key.verifying_key() }
}

fn check_name(name: &str) -> Result<(), NoteError> {
    if is_name(name) { Ok(()) } else { Err(NoteError::Name(name.to_owned())) }
}

fn key_id(name: &str, kind: KeyKind, public: &[u8; 32]) -> u32 {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', kind.byte()])
        .chain_update(public)
        .finalize()
        .into();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

fn cosigned_message(time_s: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time_s}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash;
    use crate::note::Note;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: "log.example/a".to_owned(),
            size: 3,
            root: Hash([9; 32]),
            extensions: Vec::new(),
        }
    }

    #[test]
    fn key_texts_round_trip() {
        let log = SigningKey::from_seed("log.example/a", &[1; 32]).unwrap().verifier();
        let witness = CosigningKey::from_seed("log.example/a", &[1; 32]).unwrap().verifier();
        assert_eq!(log.to_string().parse(), Ok(log.clone()));
        assert_eq!(witness.to_string().parse(), Ok(witness.clone()));
        assert_ne!(log.key_id(), witness.key_id(), "the type is part of the id");
        assert_ne!(log.key_id(), log.renamed("log.example/b").unwrap().key_id());
        assert!(SigningKey::from_seed("a b", &[1; 32]).is_err());
        let shown = format!("{:?}", SigningKey::from_seed("n", &[0xab; 32]).unwrap());
        assert_eq!(shown, "SigningKey { name: \"n\", .. }");
    }

    #[test]
    fn altered_key_texts_are_refused() {
        let good = SigningKey::from_seed("a", &[1; 32]).unwrap().verifier().to_string();
        let id = good.split('+').nth(1).unwrap().to_owned();
        for bad in [
            good.replace(&id, "00000000"),
            good.replace(&id, &id.to_uppercase().replace(char::is_numeric, "A")),
            good.replacen('a', "b", 1),
            good.replace("+A", "+B"),
            format!("{good}="),
            "a+b".to_owned(),
            format!("{good}\n"),
            String::new(),
        ] {
            assert!(bad.parse::<VerifierKey>().is_err(), "{bad:?}");
        }
        // The neutral point verifies anything under some rules; it is no key.
        let mut weak = [0; 32];
        weak[0] = 1;
        assert!(VerifierKey::new("a", KeyKind::Ed25519, &weak).is_err());
    }

    #[test]
    fn a_cosignature_binds_time_and_checkpoint() {
        let witness = CosigningKey::from_seed("witness.example/w", &[2; 32]).unwrap();
        let keys = [witness.verifier()];
        let mut note = Note::new(checkpoint().to_text().unwrap()).unwrap();
        note.signatures.push(witness.cosign(&checkpoint(), 1_700_000_000).unwrap());
        assert_eq!(note.signatures[0].signature.len(), 72);
        let expected = Verified { key: keys[0].clone(), time_s: Some(1_700_000_000) };
        assert_eq!(note.verify(&keys), Ok(vec![expected]));

        let mut later = note.clone();
        later.signatures[0].signature[7] ^= 1;
        assert!(later.verify(&keys).is_err());
        let mut other = note.clone();
        other.text = other.text.replace("\n3\n", "\n4\n");
        assert!(other.verify(&keys).is_err());
    }

    #[test]
    fn a_log_signature_is_no_cosignature() {
        let log = SigningKey::from_seed("same", &[3; 32]).unwrap();
        let witness = CosigningKey::from_seed("same", &[3; 32]).unwrap();
        let mut note = Note::new(checkpoint().to_text().unwrap()).unwrap();
        note.signatures.push(log.sign(&note.text));
        assert_eq!(note.verify(&[witness.verifier()]), Err(NoteError::Unsigned));
    }
}
