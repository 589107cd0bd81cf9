//! Reading, with suspicion.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};

use super::{CENTRAL, CENTRAL_LEN, END, END_LEN, Facts, LOCAL_LEN, end};
use crate::names::{NameError, check_path};

/// What is read at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files in the archive.
    pub entries: usize,
    /// Bytes of the archive.
    pub bytes: u64,
    /// Bytes of its table of contents.
    pub directory: u64,
}

impl Default for Limits {
    /// 20,000 files, 4 GiB, 16 MiB.
    fn default() -> Self {
        Self { entries: 20_000, bytes: u64::from(u32::MAX), directory: 16 * 1024 * 1024 }
    }
}

/// Why an archive was refused.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It could not be read from where it lies.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// No zip, or cut off.
    #[error("it is not a zip, or it is cut off")]
    NotAZip,
    /// Bytes stand after its end.
    #[error("{0} bytes stand after its end")]
    Trailing(u64),
    /// Bytes stand before its beginning or between its files.
    #[error("bytes stand before or between its files")]
    Gap,
    /// More files, or more bytes, than the limits allow.
    #[error("it is larger than allowed: {0}")]
    TooLarge(&'static str),
    /// A name that leads elsewhere.
    #[error("the name {name:?} is refused: {reason}")]
    Name {
        /// The name.
        name: String,
        /// Why.
        reason: NameError,
    },
    /// One name, twice, at least for some systems.
    #[error("the name {0:?} stands twice")]
    NameTwice(String),
    /// Not a plain file: a link, a folder or a device.
    #[error("{0:?} is not a plain file")]
    NotAFile(String),
    /// Compressed, which packages never are.
    #[error("{name:?} is compressed, to one part in {ratio}")]
    Compressed {
        /// The name.
        name: String,
        /// How many times larger it claims to become.
        ratio: u64,
    },
    /// Encrypted.
    #[error("{0:?} is encrypted")]
    Encrypted(String),
    /// A header that was not written by us: packed anew, or altered.
    #[error("the header of {0:?} is not as packages have it: packed anew or altered")]
    Repacked(String),
    /// The check sum of a file is wrong.
    #[error("the check sum of {0:?} is wrong")]
    Checksum(String),
}

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    facts: Facts,
}

impl Entry {
    /// Its path.
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        u64::from(self.facts.size)
    }
}

/// An archive whose headers are all as they should be; contents are not yet read.
pub struct Archive<R> {
    input: R,
    entries: Vec<Entry>,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the table of contents and every header.
    ///
    /// # Errors
    /// With the first reason why this is not exactly what [`super::Writer`] writes.
    pub fn open(mut input: R, limits: Limits) -> Result<Self, ArchiveError> {
        let length = input.seek(SeekFrom::End(0))?;
        if length > limits.bytes {
            return Err(ArchiveError::TooLarge("bytes"));
        }
        let start = length.checked_sub(END_LEN as u64).ok_or(ArchiveError::NotAZip)?;
        let tail = read_at(&mut input, start, END_LEN)?;
        if u32_at(&tail, 0) != END {
            return Err(trailing(&mut input, length));
        }
        let (count, size, offset) = (u16_at(&tail, 10), u32_at(&tail, 12), u32_at(&tail, 16));
        if usize::from(count) > limits.entries {
            return Err(ArchiveError::TooLarge("files"));
        }
        if u64::from(size) > limits.directory {
            return Err(ArchiveError::TooLarge("table of contents"));
        }
        if u64::from(offset) + u64::from(size) != start {
            return Err(ArchiveError::Gap);
        }
        if tail != end(usize::from(count), size, offset) {
            return Err(ArchiveError::Repacked("(end)".to_owned()));
        }
        let directory = read_at(&mut input, u64::from(offset), size as usize)?;
        let entries = entries(&directory, usize::from(count))?;
        let mut archive = Self { input, entries };
        archive.check_headers(u64::from(offset))?;
        Ok(archive)
    }

    /// The files, in their order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Reads a file piece by piece.
    ///
    /// # Errors
    /// When reading fails or the check sum is wrong; what was handed on is then not the file.
    pub fn read(&mut self, index: usize, to: &mut dyn FnMut(&[u8])) -> Result<(), ArchiveError> {
        let Some(entry) = self.entries.get(index) else { return Err(ArchiveError::NotAZip) };
        let facts = entry.facts.clone();
        let start = u64::from(facts.offset) + (LOCAL_LEN + facts.name.len()) as u64;
        self.input.seek(SeekFrom::Start(start))?;
        let mut left = facts.size as usize;
        let mut crc = crc32fast::Hasher::new();
        let mut buffer = vec![0; left.min(256 * 1024)];
        while left > 0 {
            let piece = left.min(buffer.len());
            self.input.read_exact(&mut buffer[..piece])?;
            crc.update(&buffer[..piece]);
            to(&buffer[..piece]);
            left -= piece;
        }
        if crc.finalize() == facts.crc { Ok(()) } else { Err(ArchiveError::Checksum(facts.name)) }
    }

    /// Reads a small file whole.
    ///
    /// # Errors
    /// As [`Archive::read`], or when it is larger than `most`.
    pub fn read_whole(&mut self, index: usize, most: usize) -> Result<Vec<u8>, ArchiveError> {
        if self.entries.get(index).is_none_or(|entry| entry.size() > most as u64) {
            return Err(ArchiveError::TooLarge("a file of the package itself"));
        }
        let mut whole = Vec::new();
        self.read(index, &mut |piece| whole.extend_from_slice(piece))?;
        Ok(whole)
    }

    /// Files follow each other without a gap from the first byte to the table of contents.
    fn check_headers(&mut self, directory: u64) -> Result<(), ArchiveError> {
        let mut at = 0;
        for entry in &self.entries {
            let facts = &entry.facts;
            if u64::from(facts.offset) != at {
                return Err(ArchiveError::Gap);
            }
            let expected = facts.local();
            at += expected.len() as u64 + u64::from(facts.size);
            if at > directory {
                return Err(ArchiveError::Gap);
            }
            if read_at(&mut self.input, u64::from(facts.offset), expected.len())? != expected {
                return Err(ArchiveError::Repacked(facts.name.clone()));
            }
        }
        if at == directory { Ok(()) } else { Err(ArchiveError::Gap) }
    }
}

fn entries(mut rest: &[u8], count: usize) -> Result<Vec<Entry>, ArchiveError> {
    let mut found = Vec::with_capacity(count);
    let mut names = BTreeSet::new();
    while !rest.is_empty() {
        if rest.len() < CENTRAL_LEN || u32_at(rest, 0) != CENTRAL {
            return Err(ArchiveError::NotAZip);
        }
        let parts = [28, 30, 32].map(|at| usize::from(u16_at(rest, at)));
        let length = CENTRAL_LEN + parts.iter().sum::<usize>();
        let (Some(head), Some(name)) =
            (rest.get(..length), rest.get(CENTRAL_LEN..CENTRAL_LEN + parts[0]))
        else {
            return Err(ArchiveError::NotAZip);
        };
        let shown = String::from_utf8_lossy(name).into_owned();
        let entry = entry(head, name, shown)?;
        if !names.insert(entry.facts.name.to_lowercase()) {
            return Err(ArchiveError::NameTwice(entry.facts.name));
        }
        found.push(entry);
        rest = &rest[length..];
    }
    if found.len() == count { Ok(found) } else { Err(ArchiveError::NotAZip) }
}

/// One line of the table of contents, with the most telling reason against it first.
fn entry(head: &[u8], name: &[u8], shown: String) -> Result<Entry, ArchiveError> {
    let kind = (u32_at(head, 38) >> 16) & 0o170_000;
    let folder = shown.ends_with('/');
    if folder || (kind != 0 && kind != 0o100_000) {
        return Err(ArchiveError::NotAFile(shown));
    }
    check_path(&shown).map_err(|reason| ArchiveError::Name { name: shown.clone(), reason })?;
    if u16_at(head, 8) & 1 != 0 {
        return Err(ArchiveError::Encrypted(shown));
    }
    let (packed, size) = (u32_at(head, 20), u32_at(head, 24));
    if u16_at(head, 10) != 0 {
        let ratio = u64::from(size) / u64::from(packed.max(1));
        return Err(ArchiveError::Compressed { name: shown, ratio });
    }
    if shown.as_bytes() != name {
        return Err(ArchiveError::Repacked(shown));
    }
    let facts = Facts { name: shown, crc: u32_at(head, 16), size, offset: u32_at(head, 42) };
    if facts.central() != head {
        return Err(ArchiveError::Repacked(facts.name));
    }
    Ok(Entry { facts })
}

/// Whether the end of a zip stands further up.
fn trailing<R: Read + Seek>(input: &mut R, length: u64) -> ArchiveError {
    let window = length.min(1024 * 1024);
    let tail = match read_at(input, length - window, window as usize) {
        Ok(tail) => tail,
        Err(error) => return error,
    };
    let found = tail.windows(4).rposition(|four| four == END.to_le_bytes());
    match found.map(|at| tail.len() - at) {
        Some(behind) if behind > END_LEN => ArchiveError::Trailing((behind - END_LEN) as u64),
        _ => ArchiveError::NotAZip,
    }
}

fn read_at<R: Read + Seek>(input: &mut R, at: u64, length: usize) -> Result<Vec<u8>, ArchiveError> {
    input.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    let read = input.take(length as u64).read_to_end(&mut bytes)?;
    if read == length { Ok(bytes) } else { Err(ArchiveError::NotAZip) }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let two = bytes.get(at..at + 2).and_then(|two| two.try_into().ok());
    two.map(u16::from_le_bytes).unwrap_or_default()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    four.map(u32::from_le_bytes).unwrap_or_default()
}
