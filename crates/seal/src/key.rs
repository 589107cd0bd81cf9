//! The master key and what it wraps.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes that wrapping adds to a secret: version, nonce, tag.
pub const WRAP_OVERHEAD: usize = 1 + NONCE + TAG;

const VERSION: u8 = 1;
const NONCE: usize = 24;
const TAG: usize = 16;
const DOMAIN: &[u8] = b"okiagari/seal/wrap/v1\0";

/// The one key of a server, under which all other secrets are wrapped. Wiped when
/// dropped; never shown by `Debug`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey(pub(crate) [u8; 32]);

/// The key of one evidence file. Destroying its wrapped form erases the file.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct FileKey(pub(crate) [u8; 32]);

/// Why a wrapped secret did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    /// Shorter than the smallest wrapped secret.
    #[error("the wrapped secret is cut off: {length} bytes, at least {WRAP_OVERHEAD} are needed")]
    TooShort {
        /// Bytes given.
        length: usize,
    },
    /// Written by a version that this program does not know.
    #[error("the wrapped secret has format {version}; this program knows format 1")]
    UnknownVersion {
        /// Format byte found.
        version: u8,
    },
    /// Wrong key, wrong context or altered bytes; these cannot be told apart.
    #[error("the wrapped secret does not open: another master key, another context, or altered")]
    NotOpened,
    /// The secret opened but is no file key.
    #[error("the wrapped secret holds {length} bytes; a file key has 32")]
    NotAKey {
        /// Bytes found.
        length: usize,
    },
}

impl MasterKey {
    /// A master key from 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the one place that stores the key.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Wraps a secret for a context such as `okiagari/org-key/v1|<org>`. The nonce
    /// is 24 fresh random bytes.
    pub fn wrap(&self, context: &str, secret: &[u8], nonce: [u8; NONCE]) -> Vec<u8> {
        let aad = associated(context);
        let payload = Payload { msg: secret, aad: &aad };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        #[expect(clippy::expect_used, reason = "fails only beyond 256 GiB, which no slice holds")]
        let sealed = sealed.expect("a small secret");
        let mut out = Vec::with_capacity(secret.len() + WRAP_OVERHEAD);
        out.push(VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        out
    }

    /// Opens what [`MasterKey::wrap`] gave, for the same context.
    ///
    /// # Errors
    /// When the bytes are cut off, of an unknown format, altered, or were wrapped
    /// under another key or for another context.
    pub fn unwrap(&self, context: &str, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnwrapError> {
        let length = wrapped.len();
        let (&version, rest) = wrapped.split_first().ok_or(UnwrapError::TooShort { length })?;
        if version != VERSION {
            return Err(UnwrapError::UnknownVersion { version });
        }
        let (nonce, sealed) =
            rest.split_first_chunk::<NONCE>().ok_or(UnwrapError::TooShort { length })?;
        if sealed.len() < TAG {
            return Err(UnwrapError::TooShort { length });
        }
        let aad = associated(context);
        let payload = Payload { msg: sealed, aad: &aad };
        let secret = self.cipher().decrypt(&XNonce::from(*nonce), payload);
        secret.map(Zeroizing::new).map_err(|_| UnwrapError::NotOpened)
    }

    /// Wraps the key of a file; `file` is the file's own identity, so that the key
    /// of one file cannot be put in the place of another's.
    pub fn wrap_file_key(&self, file: &str, key: &FileKey, nonce: [u8; NONCE]) -> Vec<u8> {
        self.wrap(&file_context(file), &key.0, nonce)
    }

    /// Opens what [`MasterKey::wrap_file_key`] gave.
    ///
    /// # Errors
    /// As [`MasterKey::unwrap`], or when the secret is not 32 bytes long.
    pub fn unwrap_file_key(&self, file: &str, wrapped: &[u8]) -> Result<FileKey, UnwrapError> {
        let secret = self.unwrap(&file_context(file), wrapped)?;
        let bytes: &[u8; 32] = secret
            .as_slice()
            .try_into()
            .map_err(|_| UnwrapError::NotAKey { length: secret.len() })?;
        Ok(FileKey(*bytes))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

impl FileKey {
    /// A file key from 32 random bytes, never used for a second file.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

fn file_context(file: &str) -> String {
    format!("okiagari/file-key/v1|{file}")
}

fn associated(context: &str) -> Vec<u8> {
    [DOMAIN, context.as_bytes()].concat()
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: &str = "okiagari/org-key/v1|1";

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", MasterKey::new([7; 32])), "MasterKey(…)");
        assert_eq!(format!("{:?}", FileKey::new([7; 32])), "FileKey(…)");
    }

    #[test]
    fn another_context_or_key_does_not_open() {
        let key = MasterKey::new([7; 32]);
        let wrapped = key.wrap(CONTEXT, b"secret", [9; 24]);
        assert_eq!(wrapped.len(), 6 + WRAP_OVERHEAD);
        assert_eq!(key.unwrap(CONTEXT, &wrapped).unwrap().as_slice(), b"secret");
        let other = key.unwrap("okiagari/org-key/v1|2", &wrapped);
        assert_eq!(other, Err(UnwrapError::NotOpened));
        let other = MasterKey::new([8; 32]).unwrap(CONTEXT, &wrapped);
        assert_eq!(other, Err(UnwrapError::NotOpened));
    }

    #[test]
    fn a_file_key_is_bound_to_its_file() {
        let key = MasterKey::new([7; 32]);
        let wrapped = key.wrap_file_key("f1", &FileKey::new([3; 32]), [9; 24]);
        assert_eq!(key.unwrap_file_key("f1", &wrapped).unwrap().0, [3; 32]);
        assert_eq!(key.unwrap_file_key("f2", &wrapped).unwrap_err(), UnwrapError::NotOpened);
        let short = key.wrap("okiagari/file-key/v1|f1", b"short", [9; 24]);
        let error = key.unwrap_file_key("f1", &short).unwrap_err();
        assert_eq!(error, UnwrapError::NotAKey { length: 5 });
    }

    #[test]
    fn every_altered_bit_and_every_cut_is_noticed() {
        let key = MasterKey::new([7; 32]);
        let wrapped = key.wrap(CONTEXT, b"secret", [9; 24]);
        for index in 0..wrapped.len() * 8 {
            let mut bytes = wrapped.clone();
            bytes[index / 8] ^= 1 << (index % 8);
            assert!(key.unwrap(CONTEXT, &bytes).is_err(), "bit {index}");
        }
        for length in 0..wrapped.len() {
            assert!(key.unwrap(CONTEXT, &wrapped[..length]).is_err(), "cut at {length}");
        }
        let unknown = key.unwrap(CONTEXT, &[9; 60]);
        assert_eq!(unknown, Err(UnwrapError::UnknownVersion { version: 9 }));
    }
}
