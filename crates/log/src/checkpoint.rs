//! Checkpoints: a log's size and root as a signed note (C2SP tlog-checkpoint 1.0.0).

use crate::hash::Hash;
use crate::note::{Note, NoteError, SigningKey, Verified, VerifierKey};

/// What a log says of itself at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log and epoch: see [`crate::leaf::epoch_origin`].
    pub origin: String,
    /// The number of leaves.
    pub size: u64,
    /// The root of the tree at that size.
    pub root: Hash,
    /// Further lines, opaque here; normally none.
    pub extensions: Vec<String>,
}

/// Why a checkpoint was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// An empty or multi-line origin or extension, or a control character in one.
    #[error("the checkpoint's {0} is not one line of text")]
    Line(&'static str),
    /// The text is not of the form the standard gives.
    #[error("the checkpoint is malformed: {0}")]
    Malformed(&'static str),
    /// The note or its signatures were refused.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The checkpoint speaks for another log than the key's.
    #[error("the checkpoint is of {found:?}, not of {expected:?}")]
    Origin {
        /// The origin that the key stands for.
        expected: String,
        /// The origin in the checkpoint.
        found: String,
    },
}

impl Checkpoint {
    /// The text that is signed: origin, size, root, extensions, each on its line.
    ///
    /// # Errors
    /// When the origin or an extension is not one non-empty line.
    pub fn to_text(&self) -> Result<String, CheckpointError> {
        check_line("origin", &self.origin)?;
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root);
        for line in &self.extensions {
            check_line("extension", line)?;
            text.push_str(line);
            text.push('\n');
        }
        Ok(text)
    }

    /// Reads a checkpoint's text, without signatures.
    ///
    /// # Errors
    /// When it is not exactly of the form that [`Checkpoint::to_text`] writes.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let bad = CheckpointError::Malformed;
        let body = text.strip_suffix('\n').ok_or(bad("no newline at the end"))?;
        let mut lines = body.split('\n');
        let origin = lines.next().unwrap_or_default().to_owned();
        check_line("origin", &origin)?;
        let size = lines.next().and_then(parse_decimal).ok_or(bad("size"))?;
        let root = lines.next().and_then(Hash::from_base64).ok_or(bad("root"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        extensions.iter().try_for_each(|line| check_line("extension", line))?;
        Ok(Self { origin, size, root, extensions })
    }

    /// The checkpoint as a signed note.
    ///
    /// # Errors
    /// When the checkpoint cannot be written or the key stands for another origin.
    pub fn sign(&self, key: &SigningKey) -> Result<String, CheckpointError> {
        self.check_origin(key.name())?;
        let mut note = Note::new(self.to_text()?)?;
        note.signatures.push(key.sign(&note.text));
        Ok(note.to_string())
    }

    /// Reads a signed checkpoint, checks the log's signature and that its origin is the name
    /// of the key.
    ///
    /// # Errors
    /// When the note is malformed, not signed by the key, or of another origin.
    pub fn verify(note: &str, key: &VerifierKey) -> Result<Self, CheckpointError> {
        Self::verify_with_witnesses(note, key, &[]).map(|(checkpoint, _)| checkpoint)
    }

    /// As [`Checkpoint::verify`], and gives the cosignatures of known witnesses that it carries.
    /// Whether these are enough is for the caller to say.
    ///
    /// # Errors
    /// As for [`Checkpoint::verify`], or when a known witness's cosignature does not hold.
    pub fn verify_with_witnesses(
        note: &str,
        key: &VerifierKey,
        witnesses: &[VerifierKey],
    ) -> Result<(Self, Vec<Verified>), CheckpointError> {
        let note = Note::parse(note)?;
        let mut keys = vec![key.clone()];
        keys.extend_from_slice(witnesses);
        let (own, others): (Vec<_>, Vec<_>) =
            note.verify(&keys)?.into_iter().partition(|verified| verified.key == *key);
        if own.is_empty() {
            return Err(NoteError::Unsigned.into());
        }
        let checkpoint = Self::parse(&note.text)?;
        checkpoint.check_origin(key.name())?;
        Ok((checkpoint, others))
    }

    fn check_origin(&self, expected: &str) -> Result<(), CheckpointError> {
        if self.origin == expected {
            return Ok(());
        }
        let (expected, found) = (expected.to_owned(), self.origin.clone());
        Err(CheckpointError::Origin { expected, found })
    }
}

/// Reads an ASCII decimal without sign or leading zero.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    if plain { text.parse().ok() } else { None }
}

fn check_line(what: &'static str, line: &str) -> Result<(), CheckpointError> {
    if line.is_empty() || line.bytes().any(|byte| byte < 0x20) {
        return Err(CheckpointError::Line(what));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::CosigningKey;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: "log.example/org".to_owned(),
            size: 12,
            root: Hash([5; 32]),
            extensions: Vec::new(),
        }
    }

    fn key() -> SigningKey {
        SigningKey::from_seed("log.example/org", &[4; 32]).unwrap()
    }

    #[test]
    fn texts_round_trip() {
        for extensions in [vec![], vec!["one".to_owned(), "two 2".to_owned()]] {
            let checkpoint = Checkpoint { extensions, ..checkpoint() };
            assert_eq!(Checkpoint::parse(&checkpoint.to_text().unwrap()), Ok(checkpoint));
        }
    }

    #[test]
    fn malformed_texts_are_refused() {
        let good = checkpoint().to_text().unwrap();
        for bad in [
            good.trim_end().to_owned(),
            format!("{good}\n"),
            format!("{good}ext\n\n"),
            good.replace("\n12\n", "\n012\n"),
            good.replace("\n12\n", "\n+12\n"),
            good.replace("\n12\n", "\n\n"),
            good.replace("\n12\n", "\n18446744073709551616\n"),
            good.replace("=\n", "\n"),
            good.replace("log.example/org", ""),
            "log.example/org\n12\n".to_owned(),
        ] {
            assert!(Checkpoint::parse(&bad).is_err(), "{bad:?}");
        }
        let two_lines = Checkpoint { origin: "a\n9".to_owned(), ..checkpoint() };
        assert_eq!(two_lines.to_text(), Err(CheckpointError::Line("origin")));
        let empty = Checkpoint { extensions: vec![String::new()], ..checkpoint() };
        assert_eq!(empty.to_text(), Err(CheckpointError::Line("extension")));
    }

    #[test]
    fn signed_checkpoints_hold_for_their_log_only() {
        let signed = checkpoint().sign(&key()).unwrap();
        assert_eq!(Checkpoint::verify(&signed, &key().verifier()), Ok(checkpoint()));
        let other = SigningKey::from_seed("log.example/org", &[6; 32]).unwrap().verifier();
        assert_eq!(Checkpoint::verify(&signed, &other), Err(NoteError::Unsigned.into()));

        let elsewhere = Checkpoint { origin: "log.example/other".to_owned(), ..checkpoint() };
        assert!(elsewhere.sign(&key()).is_err());
        let mut note = Note::new(elsewhere.to_text().unwrap()).unwrap();
        note.signatures.push(key().sign(&note.text));
        let refused = Checkpoint::verify(&note.to_string(), &key().verifier());
        assert!(matches!(refused, Err(CheckpointError::Origin { .. })));
    }

    #[test]
    fn a_witness_alone_is_not_the_log() {
        let witness = CosigningKey::from_seed("witness.example", &[8; 32]).unwrap();
        let mut note = Note::parse(&checkpoint().sign(&key()).unwrap()).unwrap();
        note.signatures.push(witness.cosign(&checkpoint(), 99).unwrap());
        let witnesses = [witness.verifier()];
        let log = key().verifier();
        let (_, cosigned) =
            Checkpoint::verify_with_witnesses(&note.to_string(), &log, &witnesses).unwrap();
        assert_eq!(cosigned, [Verified { key: witnesses[0].clone(), time_s: Some(99) }]);

        note.signatures.remove(0);
        let alone = Checkpoint::verify_with_witnesses(&note.to_string(), &log, &witnesses);
        assert_eq!(alone, Err(NoteError::Unsigned.into()));
    }
}
