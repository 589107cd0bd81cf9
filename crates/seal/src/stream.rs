//! Files as chunks, each sealed for its place (STREAM).

use std::io::{self, Read, Write};

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::key::FileKey;

/// Bytes before the first chunk.
pub const HEADER_LEN: usize = 32;

const MAGIC: &[u8; 8] = b"okiagari";
const VERSION: u8 = 1;
const CHUNK_LOG2: u8 = 16;
const CHUNK: usize = 1 << CHUNK_LOG2;
const TAG: usize = 16;
const PREFIX: usize = 19;

/// What was sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// SHA-256 of the plaintext: the file's address.
    pub sha256: [u8; 32],
    /// Bytes of plaintext.
    pub plain_size: u64,
    /// Bytes of ciphertext, header and tags included.
    pub cipher_size: u64,
}

/// Why a file could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The source could not be read.
    #[error("reading the file to encrypt failed")]
    Read(#[source] io::Error),
    /// The target could not be written.
    #[error("writing the encrypted file failed")]
    Write(#[source] io::Error),
    /// More than 2^32 chunks, that is 256 TiB.
    #[error("the file is larger than 256 TiB")]
    TooLarge,
}

/// Why a sealed file could not be opened. Offsets count bytes of the sealed file.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The source could not be read.
    #[error("reading the encrypted file failed")]
    Read(#[source] io::Error),
    /// The target could not be written.
    #[error("writing the decrypted file failed")]
    Write(#[source] io::Error),
    /// The file does not begin as a sealed file does.
    #[error("this is not an encrypted file of Okiagari, or its header is altered")]
    NotSealed,
    /// Sealed by a version that this program does not know.
    #[error("the file has format {version}; this program knows format 1")]
    UnknownVersion {
        /// Format byte found.
        version: u8,
    },
    /// The file ends before its last chunk.
    #[error("the file is cut off: the chunk at byte {offset} is not the last")]
    Truncated {
        /// Where the last chunk found begins, or the length when there is none.
        offset: u64,
    },
    /// A chunk is altered, at a wrong place, or of another file or key.
    #[error("chunk {chunk} at byte {offset} does not open: altered, moved, or another key")]
    Altered {
        /// Number of the chunk from 0.
        chunk: u64,
        /// Where the chunk begins.
        offset: u64,
    },
    /// Bytes follow the last chunk.
    #[error("bytes were added after the end of the file at byte {offset}")]
    Trailing {
        /// Where the added bytes begin.
        offset: u64,
    },
}

/// Seals everything that `reader` gives. `key` and `nonce_prefix` are fresh random
/// bytes, used for this file only.
///
/// # Errors
/// When reading or writing fails or the file is larger than the format holds.
pub fn encrypt_reader(
    mut reader: impl Read,
    key: &FileKey,
    nonce_prefix: [u8; PREFIX],
    mut writer: impl Write,
) -> Result<Sealed, SealError> {
    let header = header(nonce_prefix);
    let cipher = XChaCha20Poly1305::new(&key.0.into());
    writer.write_all(&header).map_err(SealError::Write)?;
    let mut sums = Sums::new();
    let mut chunk = Zeroizing::new(vec![0u8; CHUNK]);
    let mut ahead = Zeroizing::new(vec![0u8; CHUNK]);
    let mut length = fill(&mut reader, &mut chunk).map_err(SealError::Read)?;
    for number in 0u64.. {
        // One chunk is read ahead, because the last is sealed differently.
        let next = if length == CHUNK {
            fill(&mut reader, &mut ahead).map_err(SealError::Read)?
        } else {
            0
        };
        let plain = &mut chunk[..length];
        let counter = u32::try_from(number).map_err(|_| SealError::TooLarge)?;
        sums.plain(plain);
        let nonce = nonce(&nonce_prefix, counter, next == 0);
        let tag = cipher
            .encrypt_inout_detached(&nonce, &header, plain.into())
            .map_err(|_| SealError::TooLarge)?;
        writer.write_all(&chunk[..length]).map_err(SealError::Write)?;
        writer.write_all(&tag).map_err(SealError::Write)?;
        sums.cipher_size += (length + TAG) as u64;
        if next == 0 {
            break;
        }
        std::mem::swap(&mut chunk, &mut ahead);
        length = next;
    }
    writer.flush().map_err(SealError::Write)?;
    Ok(sums.done())
}

/// Opens a sealed file. Only proven chunks are written, but on an error what was
/// written is not the whole file: throw it away.
///
/// # Errors
/// Says what is wrong and where: altered, moved, cut off, added to, or another key.
pub fn decrypt_reader(
    mut reader: impl Read,
    key: &FileKey,
    mut writer: impl Write,
) -> Result<Sealed, OpenError> {
    let (header, prefix) = read_header(&mut reader)?;
    let cipher = XChaCha20Poly1305::new(&key.0.into());
    let mut sums = Sums::new();
    let mut chunk = Zeroizing::new(vec![0u8; CHUNK + TAG]);
    let mut ahead = Zeroizing::new(vec![0u8; CHUNK + TAG]);
    let mut length = fill(&mut reader, &mut chunk).map_err(OpenError::Read)?;
    for number in 0u64.. {
        let offset = sums.cipher_size;
        let next = if length == CHUNK + TAG {
            fill(&mut reader, &mut ahead).map_err(OpenError::Read)?
        } else {
            0
        };
        let place = Place { header: &header, prefix: &prefix, number, last: next == 0 };
        if !place.open(&cipher, &mut chunk[..length]) {
            return Err(place.diagnose(&cipher, &chunk[..length], offset));
        }
        let plain = &chunk[..length - TAG];
        sums.plain(plain);
        sums.cipher_size += length as u64;
        writer.write_all(plain).map_err(OpenError::Write)?;
        if next == 0 {
            break;
        }
        std::mem::swap(&mut chunk, &mut ahead);
        length = next;
    }
    writer.flush().map_err(OpenError::Write)?;
    Ok(sums.done())
}

/// Where a chunk should stand.
struct Place<'a> {
    header: &'a [u8; HEADER_LEN],
    prefix: &'a [u8; PREFIX],
    number: u64,
    last: bool,
}

impl Place<'_> {
    /// Opens a chunk in place; leaves it as it was when it does not open.
    fn open(&self, cipher: &XChaCha20Poly1305, chunk: &mut [u8]) -> bool {
        let Ok(counter) = u32::try_from(self.number) else { return false };
        let Some((body, tag)) = chunk.split_last_chunk_mut::<TAG>() else { return false };
        let nonce = nonce(self.prefix, counter, self.last);
        let tag = Tag::from(*tag);
        cipher.decrypt_inout_detached(&nonce, self.header, body.into(), &tag).is_ok()
    }

    /// Tells a cut file and added bytes from altered ones, by trying the chunk as
    /// what it would be in the untouched file.
    fn diagnose(&self, cipher: &XChaCha20Poly1305, chunk: &[u8], offset: u64) -> OpenError {
        if chunk.len() < TAG {
            return OpenError::Truncated { offset };
        }
        let other = Place { last: !self.last, ..*self };
        let mut copy = Zeroizing::new(chunk.to_vec());
        match (other.open(cipher, &mut copy), self.last) {
            (true, true) => OpenError::Truncated { offset },
            (true, false) => OpenError::Trailing { offset: offset + chunk.len() as u64 },
            (false, _) => OpenError::Altered { chunk: self.number, offset },
        }
    }
}

/// What is counted on the way.
struct Sums {
    hash: Sha256,
    plain_size: u64,
    cipher_size: u64,
}

impl Sums {
    fn new() -> Self {
        Self { hash: Sha256::new(), plain_size: 0, cipher_size: HEADER_LEN as u64 }
    }

    fn plain(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.plain_size += bytes.len() as u64;
    }

    fn done(self) -> Sealed {
        Sealed {
            sha256: self.hash.finalize().into(),
            plain_size: self.plain_size,
            cipher_size: self.cipher_size,
        }
    }
}

fn header(prefix: [u8; PREFIX]) -> [u8; HEADER_LEN] {
    let mut header = [0; HEADER_LEN];
    header[..8].copy_from_slice(MAGIC);
    header[8] = VERSION;
    header[9] = CHUNK_LOG2;
    header[13..].copy_from_slice(&prefix);
    header
}

fn read_header(reader: &mut impl Read) -> Result<([u8; HEADER_LEN], [u8; PREFIX]), OpenError> {
    let mut found = [0; HEADER_LEN];
    let length = fill(reader, &mut found).map_err(OpenError::Read)?;
    if length < MAGIC.len() || !found.starts_with(MAGIC) {
        return Err(OpenError::NotSealed);
    }
    if length < HEADER_LEN {
        return Err(OpenError::Truncated { offset: length as u64 });
    }
    if found[8] != VERSION {
        return Err(OpenError::UnknownVersion { version: found[8] });
    }
    let mut prefix = [0; PREFIX];
    prefix.copy_from_slice(&found[13..]);
    if header(prefix) != found {
        return Err(OpenError::NotSealed);
    }
    Ok((found, prefix))
}

fn nonce(prefix: &[u8; PREFIX], counter: u32, last: bool) -> XNonce {
    let mut nonce = [0; 24];
    nonce[..PREFIX].copy_from_slice(prefix);
    nonce[PREFIX..23].copy_from_slice(&counter.to_be_bytes());
    nonce[23] = u8::from(last);
    nonce.into()
}

/// Reads until the buffer is full or the source ends.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match reader.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
