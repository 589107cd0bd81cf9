//! The `okiagari` program as a child process.
//!
//! What it must do for this: print a line with its address (`http://127.0.0.1:PORT`) on standard
//! output when it is ready, and ready-made sign-ins as lines of role, login and password, with two
//! or more spaces between.

use crate::poll::{PATIENCE, eventually_some};
use crate::process::{Guarded, Signal};
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;
use tempfile::TempDir;

/// The program: what `OKIAGARI_BIN` names, else the one that cargo built beside this test, built
/// anew first if it is missing or older than a source of its own.
///
/// # Panics
/// If it cannot be built.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("OKIAGARI_BIN") {
        Some(file) => PathBuf::from(file),
        None => built(),
    })
}

fn built() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    // target/PROFILE/deps/TEST
    let folder = test.ancestors().nth(2).expect("cargo's folders").to_path_buf();
    let binary = folder.join("okiagari");
    if is_fresh(&binary) {
        return binary;
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "-p", "okiagari", "--bin", "okiagari"]);
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    cargo.env("CARGO_TARGET_DIR", folder.parent().expect("cargo's folders"));
    match folder.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => {}
        Some(profile) => {
            cargo.args(["--profile", profile]);
        }
    }
    let output = cargo.output().expect("cargo can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the program does not build:\n{said}");
    binary
}

/// Whether the program is there and no older than what cargo's list beside it says it is made of.
fn is_fresh(binary: &Path) -> bool {
    let modified = |file: &Path| file.metadata().and_then(|data| data.modified()).ok();
    let Some(made) = modified(binary) else { return false };
    let Ok(list) = std::fs::read_to_string(binary.with_extension("d")) else { return false };
    let Some((_, sources)) = list.split_once(": ") else { return false };
    // Names are parted by spaces; a space inside a name stands behind a backslash.
    let sources = sources.trim().replace("\\ ", "\0");
    sources.split(' ').all(|source| {
        let changed: Option<SystemTime> = modified(Path::new(&source.replace('\0', " ")));
        changed.is_some_and(|changed| changed <= made)
    })
}

/// How to start a server.
#[derive(Debug, Clone)]
pub struct Launch {
    program: Option<PathBuf>,
    subcommand: &'static str,
    data: Option<PathBuf>,
    listen: String,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
}

impl Launch {
    /// `okiagari demo --no-open`: made-up companies with sign-ins for each role.
    pub fn demo() -> Launch {
        Launch::new("demo").arg("--no-open")
    }

    /// `okiagari serve`: what is in the data folder.
    pub fn serve() -> Launch {
        Launch::new("serve")
    }

    fn new(subcommand: &'static str) -> Launch {
        let listen = "127.0.0.1:0".to_owned();
        Launch {
            program: None,
            subcommand,
            data: None,
            listen,
            arguments: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Starts this program instead of [`binary`]: an older release, say.
    pub fn program(mut self, file: impl Into<PathBuf>) -> Launch {
        self.program = Some(file.into());
        self
    }

    /// Uses this data folder; without, a folder that is removed after.
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Launch {
        self.data = Some(folder.into());
        self
    }

    /// Adds an argument.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Launch {
        self.arguments.push(argument.into());
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Launch {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Starts the server and waits until it is ready.
    ///
    /// # Panics
    /// If it ends instead, with what it said; or if it says no address for long.
    pub fn start(self) -> Server {
        self.try_start().unwrap_or_else(|failed| panic!("the program does not start: {failed:#?}"))
    }

    /// As [`Launch::start`], for a start that should be refused (a read-only folder, a second
    /// server on one file).
    ///
    /// # Errors
    /// If the program ends before it is ready.
    pub fn try_start(mut self) -> Result<Server, Failed> {
        let folder = match self.data {
            Some(_) => None,
            None => {
                let prefix = tempfile::Builder::new().prefix("okiagari-data-").tempdir();
                Some(prefix.expect("a folder"))
            }
        };
        let data = match (&self.data, &folder) {
            (Some(data), _) => data.clone(),
            (None, Some(folder)) => folder.path().join("data"),
            (None, None) => unreachable!("one of the two is set above"),
        };
        self.data = Some(data.clone());
        let own = folder.as_ref().map(TempDir::path);
        let running = self.run(own)?;
        self.listen = running.address.replace("http://", "");
        Ok(Server { running: Some(running), launch: self, data, folder })
    }

    fn run(&self, own: Option<&Path>) -> Result<Running, Failed> {
        let mut command = Command::new(self.program.as_deref().unwrap_or_else(|| binary()));
        command.arg(self.subcommand).args(["--listen", &self.listen]);
        if let Some(data) = &self.data {
            command.arg("--data").arg(data);
        }
        command.args(&self.arguments).envs(self.variables.iter().map(|(n, v)| (n, v)));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = Guarded::spawn(&mut command, Signal::TERM, own);
        let said = Lines::follow(process.child().stdout.take().expect("piped"));
        let logged = Lines::follow(process.child().stderr.take().expect("piped"));
        let address = eventually_some(PATIENCE * 2, "the program says its address", || {
            let ended = process.status();
            let found = said.get().iter().find_map(|line| find_address(line));
            match (found, ended) {
                (Some(address), _) => Some(Ok(address)),
                (None, Some(status)) => Some(Err(status)),
                (None, None) => None,
            }
        });
        match address {
            Ok(address) => Ok(Running { process, said, logged, address }),
            Err(status) => Err(Failed { status, said: said.whole(), logged: logged.whole() }),
        }
    }
}

/// A start that was refused.
#[derive(Debug, Clone)]
pub struct Failed {
    /// How the program ended.
    pub status: ExitStatus,
    /// Its standard output, by line.
    pub said: Vec<String>,
    /// Its standard error, by line.
    pub logged: Vec<String>,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    running: Option<Running>,
    launch: Launch,
    data: PathBuf,
    // Declared after the process, so that it is removed after the process has ended.
    folder: Option<TempDir>,
}

#[derive(Debug)]
struct Running {
    process: Guarded,
    said: Lines,
    logged: Lines,
    address: String,
}

/// A ready-made account that the demo prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The role, as printed.
    pub role: String,
    /// The name to sign in with.
    pub login: String,
    /// The password.
    pub password: String,
}

impl Server {
    /// Its address without a slash at the end: `http://127.0.0.1:PORT`. A restart keeps it.
    pub fn url(&self) -> String {
        self.running().address.clone()
    }

    /// The address of a path (`/reports/new`).
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.running().address)
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.running().process.id()
    }

    /// What it printed on standard output, by line.
    pub fn said(&self) -> Vec<String> {
        self.running().said.get().clone()
    }

    /// What it printed on standard error, by line.
    pub fn logged(&self) -> Vec<String> {
        self.running().logged.get().clone()
    }

    /// The accounts that it printed.
    pub fn sign_ins(&self) -> Vec<SignIn> {
        self.said().iter().filter_map(|line| parse_sign_in(line)).collect()
    }

    /// The first account that it printed whose role or login contains the word.
    ///
    /// # Panics
    /// If it printed none.
    pub fn sign_in(&self, word: &str) -> SignIn {
        eventually_some(PATIENCE, &format!("the program prints a sign-in for {word}"), || {
            let known = self.sign_ins();
            known.into_iter().find(|one| one.role.contains(word) || one.login.contains(word))
        })
    }

    /// Kills it at once, as a power cut would. The data stay.
    pub fn kill9(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.process.kill();
        }
    }

    /// Ends it in good order (SIGTERM), and says how it ended.
    ///
    /// # Panics
    /// If it does not run, or does not end.
    pub fn stop(&mut self) -> ExitStatus {
        let mut running = self.running.take().expect("the server runs");
        running.process.signal(Signal::TERM);
        running.process.wait()
    }

    /// Starts it again on the same data and the same port; kills it first if it runs. Only `serve`
    /// and a demo with a data folder of its own make sense here.
    ///
    /// # Panics
    /// If it does not start.
    pub fn restart(&mut self) {
        self.kill9();
        let own = self.folder.as_ref().map(TempDir::path);
        let running = self.launch.run(own);
        self.running =
            Some(running.unwrap_or_else(|failed| panic!("it does not come back: {failed:#?}")));
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the server runs")
    }
}

/// Runs a command of the program to its end: `run(["verify", "--data", folder])`.
///
/// # Panics
/// If the program cannot be started.
pub fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Finished {
    let mut command = Command::new(binary());
    command.args(arguments).stdin(Stdio::null());
    let output = command.output().expect("the program can be started");
    Finished {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A command that has ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Finished {
    /// The standard output of a command that succeeded.
    ///
    /// # Panics
    /// If it failed, with all that it said.
    #[track_caller]
    pub fn ok(self) -> String {
        assert!(self.status.success(), "the command fails: {self:#?}");
        self.stdout
    }
}

/// Lines of a pipe, read by a thread as they come: a pipe that nobody reads stops its writer.
#[derive(Debug)]
struct Lines {
    lines: Arc<Mutex<Vec<String>>>,
    reader: std::thread::JoinHandle<()>,
}

impl Lines {
    fn follow(pipe: impl Read + Send + 'static) -> Lines {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                lock(&kept).push(line);
            }
        });
        Lines { lines, reader }
    }

    fn get(&self) -> MutexGuard<'_, Vec<String>> {
        lock(&self.lines)
    }

    /// All lines, after the writer has ended.
    fn whole(self) -> Vec<String> {
        self.reader.join().expect("the reader does not panic");
        std::mem::take(&mut lock(&self.lines))
    }
}

fn lock(lines: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `http://HOST:PORT` in a line, without what follows the port.
fn find_address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("http://")?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || ".:-[]".contains(c)));
    let host = &rest[..end.unwrap_or(rest.len())];
    let (_, port) = host.rsplit_once(':')?;
    port.parse::<u16>().ok().map(|_| format!("http://{host}"))
}

fn parse_sign_in(line: &str) -> Option<SignIn> {
    let columns: Vec<&str> =
        line.trim().split("  ").map(str::trim).filter(|column| !column.is_empty()).collect();
    let [role, login, password] = columns[..] else { return None };
    Some(SignIn { role: role.into(), login: login.into(), password: password.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_its_line() {
        let found = |line| find_address(line);
        assert_eq!(
            found("起き上がり  http://127.0.0.1:8080/"),
            Some("http://127.0.0.1:8080".into())
        );
        assert_eq!(found("open http://[::1]:80 now"), Some("http://[::1]:80".into()));
        assert_eq!(found("http://example.org/"), None);
        assert_eq!(found("listening"), None);
    }

    #[test]
    fn a_sign_in_has_three_columns() {
        let line = "  IT担当者 (IT)   it.a@example.jp    correct horse battery  ";
        let expected = SignIn {
            role: "IT担当者 (IT)".into(),
            login: "it.a@example.jp".into(),
            password: "correct horse battery".into(),
        };
        assert_eq!(parse_sign_in(line), Some(expected));
        assert_eq!(parse_sign_in("one  two"), None);
    }

    #[test]
    fn a_program_older_than_its_source_is_not_fresh() {
        let folder = tempfile::tempdir().expect("a folder");
        let (binary, source) = (folder.path().join("okiagari"), folder.path().join("a b.rs"));
        std::fs::write(&source, "").expect("written");
        assert!(!is_fresh(&binary), "missing");
        std::fs::write(&binary, "").expect("written");
        let list =
            format!("{}: {}", binary.display(), source.display().to_string().replace(' ', "\\ "));
        std::fs::write(binary.with_extension("d"), list).expect("written");
        let set = |file: &Path, seconds: u64| {
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            let file = std::fs::File::options().write(true).open(file).expect("opened");
            file.set_modified(time).expect("set");
        };
        set(&source, 10);
        set(&binary, 20);
        assert!(is_fresh(&binary), "newer than its source");
        set(&source, 30);
        assert!(!is_fresh(&binary), "older than its source");
    }
}
