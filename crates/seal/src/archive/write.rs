//! Writing.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::{Facts, MAX_ENTRIES, end};
use crate::names::check_path;

/// Writes an archive, streaming.
pub struct Writer<W> {
    out: W,
    at: u64,
    written: Vec<Facts>,
}

impl<W: Write + Seek> Writer<W> {
    /// A writer at the start of an empty file.
    pub fn new(out: W) -> Self {
        Self { out, at: 0, written: Vec::new() }
    }

    /// Adds a file from a reader; tells of each piece. Returns its size.
    ///
    /// # Errors
    /// When reading or writing fails, the name is not allowed or the archive becomes larger than
    /// a plain zip can be (4 GiB, 65,534 files).
    pub fn add(
        &mut self,
        name: &str,
        content: &mut dyn Read,
        piece: &mut dyn FnMut(&[u8]),
    ) -> io::Result<u64> {
        let bad = |why: String| io::Error::new(io::ErrorKind::InvalidInput, why);
        check_path(name).map_err(|why| bad(format!("{name:?}: {why}")))?;
        let large = || bad("the package would be larger than 4 GiB or 65,534 files".to_owned());
        if self.written.len() >= MAX_ENTRIES {
            return Err(large());
        }
        let offset = u32::try_from(self.at).map_err(|_| large())?;
        let mut facts = Facts { name: name.to_owned(), crc: 0, size: 0, offset };
        let head = facts.local();
        self.out.write_all(&head)?;
        let mut crc = crc32fast::Hasher::new();
        let mut size = 0_u64;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => &buffer[..read],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            size += read.len() as u64;
            if self.at + size > u64::from(u32::MAX) {
                return Err(large());
            }
            crc.update(read);
            piece(read);
            self.out.write_all(read)?;
        }
        facts.crc = crc.finalize();
        facts.size = u32::try_from(size).map_err(|_| large())?;
        let end = self.at + head.len() as u64 + size;
        // The header is only now complete.
        self.out.seek(SeekFrom::Start(self.at))?;
        self.out.write_all(&facts.local())?;
        self.out.seek(SeekFrom::Start(end))?;
        self.at = end;
        self.written.push(facts);
        Ok(size)
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// When writing fails or the archive has become too large.
    pub fn finish(mut self) -> io::Result<W> {
        let large = |_| io::Error::new(io::ErrorKind::InvalidInput, "the package is too large");
        let offset = u32::try_from(self.at).map_err(large)?;
        let mut size = 0_u64;
        for facts in &self.written {
            let central = facts.central();
            size += central.len() as u64;
            self.out.write_all(&central)?;
        }
        let size = u32::try_from(size).map_err(large)?;
        self.out.write_all(&end(self.written.len(), size, offset))?;
        self.out.flush()?;
        Ok(self.out)
    }
}
