//! The demo: made-up companies over the real program, in a folder of its own.

mod file;
mod load;
mod value;
mod when;

use crate::cli;
use crate::fault::Fault;
use crate::host::DemoHost;
use crate::place::{self, Place, Use, is_place};
use crate::serve::{self, Running};
use crate::wire::{self, Durability, Elsewhere};
use file::{DemoFile, SHIPPED};
use okiagari_app::Host;
use okiagari_catalog::Catalog;
use okiagari_model::{Time, Zone};
use okiagari_store::StoreError;
use okiagari_store::server::setting;
use okiagari_web::WebConfig;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Setting of the server that lets privileged roles in without a second factor. Only the demo
/// sets it, only over its own folder, and both the printout and the sign-in page say so.
pub const NO_SECOND_FACTOR: &str = "demo.no_second_factor";
/// Where the password of the ready-made accounts is kept, for a demo that is opened again.
const PASSWORD: &str = "demo-password";

/// Runs the demo until it is told to end.
///
/// # Errors
/// Where the folder holds something else, or the port is taken.
pub fn run(typed: &cli::Demo) -> Result<(), Fault> {
    let host = Arc::new(DemoHost::starting(typed.at.as_deref().map(begin).transpose()?));
    // The port first: nobody should wait for data that cannot be shown.
    let listener = serve::listen(&typed.listen)?;
    let (folder, _temporary) = folder(typed.data.as_deref())?;
    let files = files()?;
    let place = match is_place(&folder) {
        true => again(&folder)?,
        false => fresh(&folder, &files, &host)?,
    };
    let password = std::fs::read_to_string(place.folder().join(PASSWORD))
        .map_err(|error| Fault::file(&place.folder().join(PASSWORD), &error))?;
    let host: Arc<dyn Host> = host;
    let wired = wire::open(&place, Elsewhere::default(), Durability::Disk, &host)?;
    let address = listener.local_addr().map_err(|e| Fault::new(e.to_string()))?;
    let text = printout(&files, &format!("http://{address}"), password.trim(), &folder);
    // Links that answer a call lead to this machine, where the demo is tried.
    wired.app.reached_at(&format!("http://{address}"));
    let open = !typed.no_open;
    serve::run(Running { wired, listener, web: WebConfig::default(), mail: None }, &mut || {
        serve::say(&text);
        if open {
            open_browser(&format!("http://{address}/"));
        }
    })
}

/// The time of the made-up companies at which the demo begins.
fn begin(text: &str) -> Result<Time, Fault> {
    Time::parse(text, &Zone::tokyo()).ok_or_else(|| {
        Fault::new(format!(
            "--at {text}: give date and time, as in 2026-11-22T02:40 / 日時を 2026-11-22T02:40 の形で入れてください"
        ))
    })
}

/// The folder named, or one that is removed at the end.
fn folder(named: Option<&Path>) -> Result<(PathBuf, Option<TempDir>), Fault> {
    if let Some(folder) = named {
        return Ok((folder.to_owned(), None));
    }
    let made = tempfile::Builder::new().prefix("okiagari-demo-").tempdir();
    let made = made.map_err(|error| Fault::file(&std::env::temp_dir(), &error))?;
    Ok((made.path().join("data"), Some(made)))
}

fn files() -> Result<Vec<DemoFile>, Fault> {
    let catalog = Catalog::shipped();
    SHIPPED
        .iter()
        .map(|name| {
            let text = catalog.text(name).ok_or_else(|| Fault::new(format!("no {name}")))?;
            DemoFile::read(text).map_err(|error| Fault::new(format!("{name}: {error}")))
        })
        .collect()
}

/// A demo that was made before and is opened again.
fn again(folder: &Path) -> Result<Place, Fault> {
    let place = Place::open(folder)?;
    if place.used_for() != Use::Demo {
        return Err(Fault::new(format!(
            "{} holds real data; the demo needs a folder of its own. / {} には本番のデータがあります。デモには別のフォルダーを指定してください。",
            folder.display(),
            folder.display()
        )));
    }
    place.check_writable()?;
    Ok(place)
}

/// Writes the stories in a folder beside, which takes its place when all is written: a demo that
/// was killed half-way is simply made again.
fn fresh(folder: &Path, files: &[DemoFile], host: &Arc<DemoHost>) -> Result<Place, Fault> {
    let mut beside = folder.as_os_str().to_owned();
    beside.push(".making");
    let beside = PathBuf::from(beside);
    place::refuse_filled(folder)?;
    if beside.exists() {
        std::fs::remove_dir_all(&beside).map_err(|error| Fault::file(&beside, &error))?;
    }
    write(&beside, files, host)?;
    if folder.exists() {
        std::fs::remove_dir(folder).map_err(|error| Fault::file(folder, &error))?;
    }
    std::fs::rename(&beside, folder).map_err(|error| Fault::file(folder, &error))?;
    Place::open(folder)
}

fn write(folder: &Path, files: &[DemoFile], host: &Arc<DemoHost>) -> Result<(), Fault> {
    let origin = Some("demo.okiagari.example".to_owned());
    let place = Place::create(folder, Use::Demo, origin, None, &**host)?;
    let password = passphrase(&**host);
    let shared: Arc<dyn Host> = Arc::<DemoHost>::clone(host);
    let start = host.now();
    let wired = wire::open(&place, Elsewhere::default(), Durability::None, &shared)?;
    wired.app.store().write_server("demo", |tx| -> Result<(), StoreError> {
        setting::set(tx.db(), NO_SECOND_FACTOR, Some("1"))
    })?;
    for file in files {
        load::Loader::run(&wired, host, file, &password, start)?;
    }
    host.release();
    wired.app.tick()?;
    place.keep(PASSWORD, password.as_bytes())
}

/// Four words and a number: long enough, and easy to type from a screen.
fn passphrase(host: &dyn Host) -> String {
    const WORDS: [&str; 32] = [
        "asahi",
        "botan",
        "chidori",
        "donguri",
        "fukurou",
        "ginga",
        "hotaru",
        "ichou",
        "kaede",
        "kawasemi",
        "kinmokusei",
        "komorebi",
        "matsuba",
        "mejiro",
        "minamo",
        "momiji",
        "nanohana",
        "nijiiro",
        "oborozuki",
        "risu",
        "sasanami",
        "shirakaba",
        "suzume",
        "tampopo",
        "tsubame",
        "tsukushi",
        "uguisu",
        "wakaba",
        "yamabuki",
        "yukiguni",
        "yuuyake",
        "zakuro",
    ];
    let mut random = [0u8; 6];
    host.fill(&mut random);
    let mut text = String::new();
    for byte in &random[..4] {
        let _ = write!(text, "{}-", WORDS[usize::from(byte % 32)]);
    }
    let _ = write!(text, "{:04}", u16::from_be_bytes([random[4], random[5]]) % 10_000);
    text
}

fn printout(files: &[DemoFile], address: &str, password: &str, folder: &Path) -> String {
    let mut text = String::new();
    let mut line = |what: &str| {
        text.push_str(what);
        text.push('\n');
    };
    line("");
    line("起き上がり (Okiagari) デモ / demo");
    line(&format!("開く / open: {address}/"));
    for file in files {
        line("");
        line(&format!("{} ({})", file.name.ja, file.name.en));
        line(&format!("{} / {}", file.about.ja, file.about.en));
        line(&format!(
            "アカウント無しの報告 / report without an account: {address}/report/{}",
            file.slug
        ));
        line("");
        for sign_in in &file.sign_ins {
            let role = format!("{} ({})", sign_in.role.ja, sign_in.role.en);
            line(&format!("  {role}  {}  {password}", sign_in.login));
        }
    }
    line("");
    line("二要素認証はデモに限り省いています。本番では、管理者・責任者に必須です。");
    line(
        "The demo alone goes without the second factor; in earnest privileged roles must have one.",
    );
    line("人も会社も架空です。データの場所 / All made up. Data in:");
    line(&folder.display().to_string());
    line("終わるには Ctrl+C / Ctrl+C ends it.");
    text
}

/// Opens the browser where the machine has one; a machine without is no trouble.
fn open_browser(address: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let quiet = std::process::Stdio::null;
    let child = std::process::Command::new(program)
        .arg(address)
        .stdin(quiet())
        .stdout(quiet())
        .stderr(quiet())
        .spawn();
    if let Ok(mut child) = child {
        // Reaped beside the server, so that no dead process is left while the demo runs.
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(1));
            let _ = child.wait();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SystemHost;

    #[test]
    fn the_passphrase_is_long_enough_and_differs() {
        let (a, b) = (passphrase(&SystemHost), passphrase(&SystemHost));
        assert!(a.len() >= 15 && a.matches('-').count() == 4, "{a}");
        assert_ne!(a, b);
    }

    #[test]
    fn the_hour_of_the_demo_is_a_date_and_a_time_of_japan() {
        assert_eq!(begin("2026-11-22T02:40").unwrap().millis(), 1_795_282_800_000);
        for bad in ["night", "2026-22-11", "02:40", ""] {
            assert!(begin(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_sign_in_stands_on_a_line_of_three_columns() {
        let files = files().unwrap();
        let text = printout(&files, "http://127.0.0.1:1", "a-b-c-d-0000", Path::new("/x"));
        let three = text
            .lines()
            .filter(|l| l.trim().split("  ").filter(|c| !c.trim().is_empty()).count() == 3)
            .count();
        let expected: usize = files.iter().map(|f| f.sign_ins.len()).sum();
        assert_eq!(three, expected, "{text}");
    }
}
