//! The outside checker of OpenAPI documents (openapi-spec-validator).

use crate::part::{Part, need};
use crate::process::find_program;
use std::path::PathBuf;
use std::process::Command;

/// `openapi-spec-validator`, if the machine has it.
pub fn program() -> Option<PathBuf> {
    find_program(&["openapi-spec-validator"], &[])
}

/// Checks a document (JSON text): `Ok` if it is valid, else what the checker says. `None` (after
/// one visible line) where the checker is missing.
///
/// # Panics
/// If the checker is required and missing.
pub fn check(document: &str) -> Option<Result<(), String>> {
    if !need(Part::Openapi) {
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, document).expect("a file can be written");
    let program = program().expect("the part is here");
    let output = Command::new(program).arg(&file).output().expect("the checker can be started");
    if output.status.success() {
        return Some(Ok(()));
    }
    let said = [output.stdout, output.stderr].concat();
    Some(Err(String::from_utf8_lossy(&said).into_owned()))
}
