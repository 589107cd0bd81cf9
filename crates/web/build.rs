//! Lists the static files, so that they are part of the program and named by their content.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("static");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = BTreeMap::new();
    collect(&root, "", &mut files)?;
    let mut hasher = DefaultHasher::new();
    let mut list = String::new();
    for (name, path) in &files {
        name.hash(&mut hasher);
        fs::read(path)?.hash(&mut hasher);
        list.push_str(&format!(
            "    ({name:?}, include_bytes!({:?})),\n",
            path.display().to_string()
        ));
    }
    let code = format!(
        "/// Changes with the content of any file.\npub const HASH: &str = \"{:016x}\";\n\
         /// Every file: name and content.\npub const FILES: &[(&str, &[u8])] = &[\n{list}];\n",
        hasher.finish()
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("assets.rs"), code)
}

fn collect(dir: &Path, prefix: &str, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let file_name = entry.file_name();
        let name = format!("{prefix}{}", file_name.to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else if [".css", ".js", ".svg"].iter().any(|ext| name.ends_with(ext)) {
            files.insert(name, entry.path());
        }
    }
    Ok(())
}
