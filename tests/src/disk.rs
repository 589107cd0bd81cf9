//! A small file system of the test's own: to be filled, freed and made read-only.

use crate::part::{Part, need};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Unmounts the folder `$1` when its input ends: when the test has ended, however that was.
const WARDEN: &str = r#"trap '' TERM INT; while read -r _; do :; done; umount -l -- "$1""#;

/// Whether this process may mount a file system. Asked by doing so.
pub fn may_mount() -> bool {
    let Ok(folder) = tempfile::tempdir() else { return false };
    let mounted = quiet(Command::new("mount").args(tmpfs("64k")).arg(folder.path()));
    mounted && quiet(Command::new("umount").arg(folder.path()))
}

fn tmpfs(size: &str) -> Vec<String> {
    ["-t", "tmpfs", "-o", &format!("size={size}"), "okiagari-test"].map(str::to_owned).to_vec()
}

fn quiet(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A file system in memory, mounted for as long as the test runs.
#[derive(Debug)]
pub struct Disk {
    folder: TempDir,
    warden: std::process::Child,
}

impl Disk {
    /// Mounts one of a size (`"24m"`). `None` (after one visible line) where that is not allowed.
    ///
    /// # Panics
    /// If it is allowed and does not work, or is required and not allowed.
    pub fn mount(size: &str) -> Option<Disk> {
        if !need(Part::Mount) {
            return None;
        }
        let folder = tempfile::Builder::new().prefix("okiagari-disk-").tempdir().expect("a folder");
        let mounted = Command::new("mount").args(tmpfs(size)).arg(folder.path()).status();
        assert!(mounted.is_ok_and(|status| status.success()), "a file system can be mounted");
        let warden = Command::new("/bin/sh")
            .args(["-c", WARDEN, "warden"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the system has a shell");
        Some(Disk { folder, warden })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes until nothing fits any more, into a file of its own.
    ///
    /// # Panics
    /// If something else goes wrong.
    pub fn fill(&self) -> Ballast {
        let path = self.path().join("ballast");
        let mut file = File::options().create(true).append(true).open(&path).expect("a ballast");
        // Large pieces first, then small ones into what is left.
        for size in [1 << 16, 4096, 512] {
            let piece = vec![7; size];
            loop {
                match file.write_all(&piece) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("the ballast cannot be written: {error}"),
                }
            }
        }
        Ballast(path)
    }

    /// Makes it read-only, or writable again.
    ///
    /// # Panics
    /// If the system refuses.
    pub fn set_read_only(&self, read_only: bool) {
        let how = if read_only { "remount,ro" } else { "remount,rw" };
        let done = quiet(Command::new("mount").args(["-o", how]).arg(self.path()));
        assert!(done, "{} can be mounted anew: {how}", self.path().display());
    }

    /// Makes one file in it read-only even for root, by mounting it over itself.
    ///
    /// # Panics
    /// If the system refuses.
    pub fn pin(&self, file: &Path) -> Pinned {
        let bound = quiet(Command::new("mount").arg("--bind").arg(file).arg(file));
        let sealed =
            bound && quiet(Command::new("mount").args(["-o", "remount,bind,ro"]).arg(file));
        assert!(sealed, "{} can be made read-only", file.display());
        Pinned(file.to_owned())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.warden.stdin.take());
        let _unmounted = self.warden.wait();
    }
}

/// What fills a disk. Removed when dropped: then there is room again.
#[derive(Debug)]
pub struct Ballast(PathBuf);

impl Drop for Ballast {
    fn drop(&mut self) {
        let _gone_meanwhile = std::fs::remove_file(&self.0);
    }
}

/// A file that cannot be written. Writable again when dropped.
#[derive(Debug)]
pub struct Pinned(PathBuf);

impl Drop for Pinned {
    fn drop(&mut self) {
        let _gone_meanwhile = quiet(Command::new("umount").arg(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_filled_freed_sealed_and_gone() {
        let Some(disk) = Disk::mount("1m") else { return };
        let file = disk.path().join("file");
        let ballast = disk.fill();
        let full = std::fs::write(&file, [1; 4096]).expect_err("nothing fits");
        assert_eq!(full.kind(), ErrorKind::StorageFull);
        drop(ballast);
        std::fs::write(&file, [1; 4096]).expect("there is room again");
        let pinned = disk.pin(&file);
        let sealed = std::fs::write(&file, [2]).expect_err("the file is sealed");
        assert_eq!(sealed.kind(), ErrorKind::ReadOnlyFilesystem);
        drop(pinned);
        disk.set_read_only(true);
        assert!(std::fs::write(&file, [2]).is_err());
        disk.set_read_only(false);
        std::fs::write(&file, [2]).expect("written");
        let path = disk.path().to_owned();
        drop(disk);
        assert!(!path.exists());
    }
}
