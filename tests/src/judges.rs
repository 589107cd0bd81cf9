//! Judges from outside for packages: openssl, sha256sum, and Python's verifiers of in-toto.

use crate::part::{Part, need};
use std::path::Path;
use std::process::Command;

/// Whether they are all on this machine.
pub fn here() -> bool {
    let runs = |line: &str| Command::new("sh").args(["-c", line]).output();
    let line = "openssl version && sha256sum --version && base64 --version && cmp --version \
        && python3 -c 'import securesystemslib.dsse, cryptography, in_toto_attestation.v1.statement'";
    runs(line).is_ok_and(|output| output.status.success())
}

/// A folder with the files of a package, as somebody has it who unpacked the zip.
#[derive(Debug)]
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// Writes the files. `None` (after one visible line) where the judges are missing.
    ///
    /// # Panics
    /// If the judges are required and missing, or a file cannot be written.
    pub fn of(files: &[(String, Vec<u8>)]) -> Option<Self> {
        if !need(Part::Judges) {
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in files {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
            std::fs::write(file, content).expect("a file can be written");
        }
        Some(Self(folder))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs shell lines in the folder; each must succeed.
    ///
    /// # Errors
    /// With what was said, if one did not.
    pub fn shell(&self, lines: &str) -> Result<(), String> {
        self.run(Command::new("bash").args(["-euo", "pipefail", "-c", lines]))
    }

    /// Runs a Python program in the folder.
    ///
    /// # Errors
    /// With what was said, if it failed.
    pub fn python(&self, program: &str) -> Result<(), String> {
        self.run(Command::new("python3").args(["-c", program]))
    }

    fn run(&self, command: &mut Command) -> Result<(), String> {
        let output = command.current_dir(self.path()).output().expect("it can be started");
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }
}
