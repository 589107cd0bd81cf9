//! The files of the house.

use std::path::{Path, PathBuf};

/// One text file.
pub struct File {
    /// From the root, with slashes: `crates/log/src/lib.rs`.
    pub name: String,
    pub text: String,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file at the root, which must be there.
pub fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All text files of the house, or those with one of the endings.
pub fn files(endings: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    for folder in ["crates", "tests", "catalogs", "bench", "fuzz", ".ci", "docs"] {
        walk(&root().join(folder), folder, &mut found);
    }
    for entry in std::fs::read_dir(root()).expect("the root is there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") || name.ends_with(".toml") {
            keep(&entry.path(), name, &mut found);
        }
    }
    let ends = |file: &File| {
        let ending = Path::new(&file.name).extension().and_then(|ending| ending.to_str());
        endings.is_empty() || ending.is_some_and(|ending| endings.contains(&ending))
    };
    found.retain(ends);
    assert!(!found.is_empty(), "files are found");
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn walk(folder: &Path, name: &str, found: &mut Vec<File>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let own = entry.file_name().to_string_lossy().into_owned();
        let name = format!("{name}/{own}");
        let path = entry.path();
        match path.is_dir() {
            // What a build or a fuzzer leaves behind.
            true if own == "target" || own == "corpus" || own == "artifacts" => {}
            true => walk(&path, &name, found),
            false => keep(&path, name, found),
        }
    }
}

/// Keeps a file that is text; pictures and the like are none.
fn keep(path: &Path, name: String, found: &mut Vec<File>) {
    if let Ok(text) = std::fs::read_to_string(path) {
        found.push(File { name, text });
    }
}
