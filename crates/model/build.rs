//! Finds the registers, rules and derived values by looking into the folders of the wings, so
//! that adding a register is adding one file.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The wings in the order of the life cycle.
const WINGS: [&str; 9] = [
    "govern",
    "identify",
    "assess",
    "prepare",
    "respond",
    "recover",
    "reconnect",
    "improve",
    "share",
];

/// One file of a wing.
struct File {
    name: String,
    path: String,
    menu: u32,
    register: Option<String>,
    rules: bool,
    derived: bool,
}

fn main() -> std::io::Result<()> {
    let out = std::env::var("OUT_DIR").map_err(std::io::Error::other)?;
    let root = std::env::var("CARGO_MANIFEST_DIR").map_err(std::io::Error::other)?;
    let (mut registers, mut rules, mut derived) = (String::new(), String::new(), String::new());
    for wing in WINGS {
        let folder = Path::new(&root).join("src").join(wing);
        println!("cargo:rerun-if-changed={}", folder.display());
        if !folder.join("mod.rs").exists() {
            continue;
        }
        let mut files = read(&folder)?;
        let mut modules = String::new();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        for f in &files {
            write!(modules, "#[path = {:?}]\npub mod {};\n", f.path, f.name)
                .map_err(std::io::Error::other)?;
        }
        fs::write(Path::new(&out).join(format!("{wing}.rs")), modules)?;
        files.sort_by(|a, b| (a.menu, &a.name).cmp(&(b.menu, &b.name)));
        for f in &files {
            let place = format!("{wing}::{}", f.name);
            if let Some(register) = &f.register {
                registers.push_str(&format!("    <{place}::{register} as Register>::DEF,\n"));
            }
            if f.rules {
                rules.push_str(&format!("    {place}::RULES,\n"));
            }
            if f.derived {
                derived.push_str(&format!("    {place}::DERIVED,\n"));
            }
        }
    }
    let text = format!(
        "/// All registers, in the order of the menus.\n\
         pub const REGISTERS: &[&RegisterDef] = &[\n{registers}];\n\
         /// All rules, file by file.\n\
         pub const RULES: &[&[RuleDef]] = &[\n{rules}];\n\
         /// All derived values, file by file.\n\
         pub const DERIVED: &[&[DerivedDef]] = &[\n{derived}];\n"
    );
    fs::write(Path::new(&out).join("tables.rs"), text)
}

fn read(folder: &Path) -> std::io::Result<Vec<File>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
        if path.extension().is_none_or(|e| e != "rs") || name == "mod" {
            continue;
        }
        println!("cargo:rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path)?;
        files.push(File {
            register: register(&text),
            menu: menu(&text),
            rules: text.lines().any(|l| l.starts_with("pub const RULES:")),
            derived: text.lines().any(|l| l.starts_with("pub const DERIVED:")),
            path: path.display().to_string(),
            name,
        });
    }
    Ok(files)
}

/// The struct behind the first `#[register(…)]`.
fn register(text: &str) -> Option<String> {
    let after = text.split_once("\n#[register(")?.1;
    let name = after.split_once("\npub struct ")?.1;
    Some(name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
}

/// Its place in the menu; files without one come last.
fn menu(text: &str) -> u32 {
    text.lines()
        .find_map(|l| l.trim().strip_prefix("menu = ")?.trim_end_matches(',').parse().ok())
        .unwrap_or(u32::MAX)
}
