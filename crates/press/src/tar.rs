//! Heads and fillings of a tar archive (POSIX ustar), so that files can be written one after the
//! other without ever being held in memory.

/// Bytes of a block; every part of an archive is a whole number of them.
const BLOCK: usize = 512;
/// The largest size that eleven octal digits hold; beyond it the base-256 form is written.
const OCTAL_MAX: u64 = 0o77_777_777_777;

/// What cannot stand in a head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TarError {
    /// The name is empty, longer than a hundred bytes, or not plain ASCII.
    #[error("a name in an archive is 1 to 100 plain ASCII signs: {0:?}")]
    Name(String),
}

/// The head of a file: `size` in bytes, `modified` in seconds since 1970.
///
/// # Errors
/// [`TarError::Name`].
pub fn header(name: &str, size: u64, modified: u64) -> Result<[u8; BLOCK], TarError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    if name.is_empty() || name.len() > 100 || !name.chars().all(plain) {
        return Err(TarError::Name(name.to_owned()));
    }
    let mut head = [0; BLOCK];
    put(&mut head, 0, name.as_bytes());
    put(&mut head, 100, b"0000644\0");
    put(&mut head, 108, b"0000000\0");
    put(&mut head, 116, b"0000000\0");
    if size <= OCTAL_MAX {
        put(&mut head, 124, format!("{size:011o}\0").as_bytes());
    } else {
        put(&mut head, 128, &size.to_be_bytes());
        put(&mut head, 124, &[0x80]);
    }
    put(&mut head, 136, format!("{:011o}\0", modified.min(OCTAL_MAX)).as_bytes());
    put(&mut head, 148, b"        ");
    put(&mut head, 156, b"0");
    put(&mut head, 257, b"ustar\x0000");
    let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
    put(&mut head, 148, format!("{sum:06o}\0 ").as_bytes());
    Ok(head)
}

fn put(head: &mut [u8; BLOCK], at: usize, bytes: &[u8]) {
    for (place, byte) in head.iter_mut().skip(at).zip(bytes) {
        *place = *byte;
    }
}

/// The zeros behind a file of `size` bytes.
pub fn filling(size: u64) -> &'static [u8] {
    const ZEROS: [u8; BLOCK] = [0; BLOCK];
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    if over == 0 { &[] } else { &ZEROS[over..] }
}

/// What ends an archive.
pub const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    #[test]
    fn names_that_could_leave_the_folder_quietly_or_break_a_head_are_refused() {
        for name in ["", "証拠.txt", "a b", &"a".repeat(101)] {
            assert_eq!(header(name, 0, 0), Err(TarError::Name(name.to_owned())));
        }
    }

    #[test]
    fn a_size_beyond_the_octal_digits_is_written_in_base_256() {
        let head = header("large", OCTAL_MAX + 1, 0).unwrap();
        assert_eq!(head[124], 0x80);
        assert_eq!(&head[128..136], (OCTAL_MAX + 1).to_be_bytes());
        assert_eq!(&header("large", OCTAL_MAX, 0).unwrap()[124..136], b"77777777777\0");
    }

    #[test]
    fn the_systems_own_tar_reads_it_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut archive = Vec::new();
        for (name, text) in [("a.txt", "abc".repeat(300)), ("files/b.bin", String::new())] {
            let size = text.len() as u64;
            archive.extend(header(name, size, 1_795_196_400).unwrap());
            archive.extend(text.as_bytes());
            archive.extend(filling(size));
        }
        archive.extend(END);
        let mut tar = Command::new("tar")
            .args(["-x", "-f", "-", "-C"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        tar.stdin.take().unwrap().write_all(&archive).unwrap();
        assert!(tar.wait().unwrap().success());
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("a.txt"), "abc".repeat(300));
        assert_eq!(read("files/b.bin"), "");
    }
}
