//! A PostgreSQL cluster of the test's own, made from the machine's programs and thrown away.

use crate::part::{Part, need};
use crate::poll::{PATIENCE, eventually, eventually_some};
use crate::process::{Guarded, Signal, find_program, free_port, log_to, tail};
use postgres::{Client, NoTls};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use tempfile::TempDir;

/// The user of every cluster.
const USER: &str = "okiagari";
/// Its password: the server listens on loopback, where other users of the machine are too, but
/// holds only what a test made up.
const PASSWORD: &str = "throw-away";

/// The folder of `initdb` and `postgres`: the newest that the machine has.
pub fn programs() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = installed.map(|entry| entry.path().join("bin")).collect();
    folders.sort_by_key(|folder| {
        let version = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str());
        std::cmp::Reverse(version.and_then(|name| name.parse::<u32>().ok()))
    });
    let initdb = find_program(&["initdb"], &folders)?;
    // Debian's folder is behind links; the programs look for each other beside the real file.
    let folder = initdb.canonicalize().ok()?.parent()?.to_path_buf();
    folder.join("postgres").is_file().then_some(folder)
}

/// A running cluster, reached over TCP on a loopback port.
#[derive(Debug)]
pub struct Cluster {
    server: Mutex<Option<Guarded>>,
    // Declared after the server, so that it is removed after the server has ended.
    folder: TempDir,
    programs: PathBuf,
    /// Whom to run as: the server refuses to run as root.
    account: Option<(u32, u32)>,
    port: u16,
    databases: AtomicU32,
}

impl Cluster {
    /// A cluster of this test alone: for tests that kill it. `None` (after one visible line) where
    /// PostgreSQL is missing. Takes about two seconds; see [`Cluster::shared`].
    ///
    /// # Panics
    /// If PostgreSQL is there and does not start, or is required and missing.
    pub fn start() -> Option<Cluster> {
        if !need(Part::Postgres) {
            return None;
        }
        let programs = programs().expect("the part is here");
        let folder = tempfile::Builder::new().prefix("okiagari-pg-").tempdir().expect("a folder");
        let account = account(folder.path());
        if let Some((user, group)) = account {
            chown(folder.path(), Some(user), Some(group)).expect("root can give a folder away");
        }
        let mut cluster = Cluster {
            server: Mutex::new(None),
            folder,
            programs,
            account,
            port: 0,
            databases: AtomicU32::new(0),
        };
        cluster.initialise();
        // Another process can take the free port first: then the server ends and is tried anew.
        for _ in 0..5 {
            cluster.port = free_port();
            if cluster.try_launch() {
                return Some(cluster);
            }
        }
        panic!("PostgreSQL does not start:\n{}", tail(&cluster.log()));
    }

    /// The cluster that all tests of this program share; each takes its own
    /// [`fresh_database`](Cluster::fresh_database). Never kill this one.
    pub fn shared() -> Option<&'static Cluster> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        // Asked here and not once for all: each test that is left out says so itself.
        if !need(Part::Postgres) {
            return None;
        }
        SHARED.get_or_init(Cluster::start).as_ref()
    }

    /// The address of a database in this cluster.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database, in byte order, and returns its address.
    pub fn fresh_database(&self) -> String {
        self.create_database("TEMPLATE template0")
    }

    /// Makes an empty database that sorts text by a language (`"ja-JP"`, `"en-US"`) and returns its
    /// address: whoever pages by a text key should see the same rows here.
    pub fn fresh_database_sorted(&self, language: &str) -> String {
        self.create_database(&format!(
            "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE '{language}' LOCALE 'C'"
        ))
    }

    /// Ends every connection to the databases of the cluster but keeps it running: the next query
    /// of each client fails once.
    pub fn drop_connections(&self) {
        let mut client = self.connect("postgres");
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
        client.query(sql, &[]).expect("the owner may end connections");
    }

    /// Kills the server at once, as a power cut would.
    pub fn kill(&self) {
        if let Some(mut server) = self.server().take() {
            server.kill();
        }
    }

    /// Starts the server again on the same port, after [`kill`](Cluster::kill). Returns when it
    /// answers.
    ///
    /// # Panics
    /// If it does not come back.
    pub fn restart(&self) {
        self.kill();
        // Backends of the killed server leave when they notice; until then a start is refused.
        eventually(PATIENCE, "PostgreSQL starts again", || self.try_launch());
    }

    fn connect(&self, database: &str) -> Client {
        Client::connect(&self.url(database), NoTls).expect("the cluster answers")
    }

    fn create_database(&self, options: &str) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        let sql = format!("CREATE DATABASE {name} {options}");
        self.connect("postgres").batch_execute(&sql).expect("the owner may create databases");
        self.url(&name)
    }

    fn server(&self) -> MutexGuard<'_, Option<Guarded>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(self.folder.path()).env("LC_ALL", "C").env_remove("PGDATA");
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    fn initialise(&self) {
        let password = self.folder.path().join("password");
        std::fs::write(&password, PASSWORD).expect("a file can be written");
        // The cluster's account reads it; the folder itself is closed to others.
        let readable = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&password, readable).expect("the mode can be set");
        let output = self
            .command("initdb")
            .args(["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256"])
            .args(["--username", USER, "--pwfile", "password", "--pgdata", "data"])
            .output()
            .expect("initdb can be started");
        assert!(
            output.status.success(),
            "initdb fails (can its account reach {}?):\n{}",
            self.folder.path().display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Whether the server came up; `false` if it ended again (a taken port, an old backend).
    fn try_launch(&self) -> bool {
        let mut command = self.command("postgres");
        command.args(["-D", "data", "-p", &self.port.to_string()]);
        // Nothing survives the machine anyway, so nothing is forced to disk; a commit still
        // survives the server.
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "full_page_writes=off",
            "shared_buffers=32MB",
            "max_connections=200",
            "log_min_messages=warning",
        ] {
            command.args(["-c", setting]);
        }
        log_to(&mut command, &self.log());
        let mut server = Guarded::spawn(&mut command, Signal::QUIT, Some(self.folder.path()));
        let (state, own) =
            (self.folder.path().join("data/postmaster.pid"), server.id().to_string());
        let up = eventually_some(PATIENCE, "PostgreSQL answers", || {
            if server.status().is_some() {
                return Some(false);
            }
            // Its own file and not a connection, which another cluster could accept.
            let state = std::fs::read_to_string(&state).unwrap_or_default();
            (state.lines().next() == Some(&own) && state.contains("ready")).then_some(true)
        });
        if up {
            *self.server() = Some(server);
        }
        up
    }
}

/// Root's stand-in: the account that PostgreSQL's package made, else `nobody`. `None` if the test
/// does not run as root.
fn account(own_folder: &Path) -> Option<(u32, u32)> {
    let owner = std::fs::metadata(own_folder).expect("the folder is there").uid();
    if owner != 0 {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").expect("the accounts can be read");
    let find = |name: &str| {
        let fields = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let entry = fields.into_iter().find(|fields| fields.first() == Some(&name))?;
        Some((entry.get(2)?.parse().ok()?, entry.get(3)?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody"))
}
